package editor

import (
	"image/color"
	"math"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"poplar/gui/kit"
)

// span is a piece of a row with its place in it.
type span struct {
	kit.Piece
	from int // octet of the row
	x    float32
}

// spans are the pieces of a row, tabs left out.
func (e *Editor) spans(row string) (list []span, width float32) {
	tab := tabLetters * e.advance(' ')
	x := float32(0)
	from := 0
	for {
		part := row[from:]
		end := strings.IndexByte(part, '\t')
		if end >= 0 {
			part = part[:end]
		}
		at := from
		for _, p := range kit.Pieces(shown(part), e.size, false) {
			list = append(list, span{p, at, x})
			at += len(p.Text)
			x += p.Width
		}
		if end < 0 {
			return list, x
		}
		from += end + 1
		x = tabStop(x, tab)
	}
}

// shown is a text as it is drawn: what cannot be seen, or would turn the text beside it around, becomes a blank of as
// many octets, so that places stay where they are.
func shown(s string) string {
	odd := func(r rune) bool {
		return r < ' ' || r == 0x7F || r >= 0x80 && r < 0xA0 || r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069 || r == 0x200E || r == 0x200F
	}
	if strings.IndexFunc(s, odd) < 0 {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if odd(r) {
			b.WriteString("   "[:len(string(r))])
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// xOf is where the octet n of a row stands.
func (e *Editor) xOf(row string, n int) float32 {
	list, width := e.spans(row)
	if n >= len(row) {
		return width
	}
	x := float32(0)
	for i, s := range list {
		if n < s.from { // in the tabs before this piece
			tab := tabLetters * e.advance(' ')
			at := 0
			if i > 0 {
				at = list[i-1].from + len(list[i-1].Text)
			}
			for ; at < n; at++ {
				x = tabStop(x, tab)
			}
			return x
		}
		if n < s.from+len(s.Text) {
			return s.x + s.Measure(n-s.from, e.size, false)
		}
		x = s.x + s.Width
	}
	tab := tabLetters * e.advance(' ')
	at := 0
	if len(list) > 0 {
		at = list[len(list)-1].from + len(list[len(list)-1].Text)
	}
	for ; at < n; at++ {
		x = tabStop(x, tab)
	}
	return x
}

// where is the place of the caret: from the left of the text, and its row.
func (e *Editor) where(p Pos, upper bool) (x float32, row int) {
	row = e.grid.row(p, upper)
	line, k := e.grid.at(row)
	from, to := e.grid.span(e.buf, line, k)
	return e.xOf(e.buf.Line(line)[from:to], p.Byte-from), row
}

// hit is the place in a row that is nearest to x.
func (e *Editor) hit(row int, x float32) (p Pos, upper bool) {
	line, k := e.grid.at(row)
	from, to := e.grid.span(e.buf, line, k)
	text := e.buf.Line(line)[from:to]
	var stops []int
	for at := 0; at < len(text); at = nextCluster(text, at) {
		stops = append(stops, at)
	}
	stops = append(stops, len(text))
	lo, hi := 0, len(stops)-1
	for hi-lo > 1 {
		if mid := (lo + hi) / 2; e.xOf(text, stops[mid]) <= x {
			lo = mid
		} else {
			hi = mid
		}
	}
	if hi > lo && x-e.xOf(text, stops[lo]) > e.xOf(text, stops[hi])-x {
		lo = hi
	}
	last := k == len(e.grid.starts[line])
	return Pos{line, from + stops[lo]}, !last && stops[lo] == len(text)
}

// blinkTime is how long the caret stays lit, and dark.
const blinkTime = 530 * time.Millisecond

// light shows the caret, and lets it blink from now on.
func (e *Editor) light() {
	e.stopBlinking()
	if !e.focused || e.closed {
		return
	}
	e.lit = true
	e.blink()
}

func (e *Editor) blink() {
	if e.loop == nil {
		return
	}
	e.stopBlink = kit.After(e.loop, blinkTime, func() {
		if !e.focused || e.closed {
			return
		}
		e.lit = !e.lit
		if e.drawn != nil {
			e.drawn.putCaret()
		}
		e.blink()
	})
}

func (e *Editor) stopBlinking() {
	e.lit = false
	if e.stopBlink != nil {
		e.stopBlink()
		e.stopBlink = nil
	}
}

// MinSize implements fyne.CanvasObject.
func (e *Editor) MinSize() fyne.Size {
	e.ExtendBaseWidget(e)
	return fyne.NewSize(120, 60)
}

// CreateRenderer implements fyne.Widget.
func (e *Editor) CreateRenderer() fyne.WidgetRenderer {
	if !e.hanWanted && kit.HasHan(e.Text()) {
		e.wantHan()
	}
	r := &renderer{e: e, caret: &canvas.Rectangle{}, hint: kit.NewLine(e.Hint, e.size, false, kit.Text3).Shrink()}
	e.drawn = r
	return r
}

func (e *Editor) redraw() {
	if e.drawn != nil {
		e.drawn.arrange()
	}
}

// rowText is one drawn row; it stays with its slot, so that a row which has not changed is not drawn anew.
type rowText struct {
	text   string
	colour color.Color
	size   float32
	spans  []span
	texts  []*canvas.Text
	used   bool
}

type renderer struct {
	e       *Editor
	rows    []*rowText
	marks   []*canvas.Rectangle
	nmarks  int
	caret   *canvas.Rectangle
	hint    *kit.Line
	objects []fyne.CanvasObject
	size    fyne.Size
}

// IsClip tells Fyne to draw nothing beyond the widget.
func (r *renderer) IsClip() {}

func (r *renderer) Destroy()                     {}
func (r *renderer) MinSize() fyne.Size           { return r.e.MinSize() }
func (r *renderer) Objects() []fyne.CanvasObject { return r.objects }

// Layout implements fyne.WidgetRenderer.
func (r *renderer) Layout(s fyne.Size) {
	if s != r.size {
		r.size = s
		r.e.lay()
		r.e.offset = r.e.clampOffset(r.e.offset)
	}
	r.arrange()
}

// Refresh implements fyne.WidgetRenderer: colours may have changed.
func (r *renderer) Refresh() {
	r.e.lay()
	r.e.offset = r.e.clampOffset(r.e.offset)
	r.hint.Refresh()
	r.arrange()
	canvas.Refresh(r.e)
}

// levels are the colours of quotation levels, from 1; deeper ones begin again.
var levels = []kit.Colour{kit.AccentText, kit.Info, kit.Text2}

// colour is the colour of a line.
func (r *renderer) colour(line string, signature bool) color.Color {
	if level, _ := Level(line); level > 0 {
		return kit.Col(levels[(level-1)%len(levels)])
	}
	if signature {
		return kit.Col(kit.Text2)
	}
	return kit.Col(kit.Text)
}

// signature is the line that begins the signature, or one that does not exist.
func (e *Editor) signature() int {
	for i := e.buf.Len() - 1; i >= 0 && i > e.buf.Len()-60; i-- {
		if e.buf.Line(i) == "-- " {
			return i
		}
	}
	return e.buf.Len()
}

// arrange draws what is seen.
func (r *renderer) arrange() {
	e := r.e
	size := e.Size()
	if size.Height <= 0 || size.Width <= 0 {
		return
	}
	e.lay()
	first := max(int(math.Floor((e.offset-padY)/float64(e.row))), 0)
	count := int(size.Height/e.row) + 2
	last := min(first+count-1, e.grid.rows()-1)
	for len(r.rows) < count {
		r.rows = append(r.rows, &rowText{})
	}
	for _, t := range r.rows {
		t.used = false
	}
	height, ascent := kit.LineMetrics(e.size)
	base := float32(math.Round(float64((e.row-height)/2))) + ascent
	sign := e.signature()
	r.nmarks = 0
	changed := false
	for row := first; row <= last; row++ {
		line, k := e.grid.at(row)
		from, to := e.grid.span(e.buf, line, k)
		text := e.buf.Line(line)[from:to]
		y := float32(math.Round(float64(row)*float64(e.row) + padY - e.offset))
		t := r.rows[row%len(r.rows)]
		t.used = true
		if r.set(t, text, r.colour(e.buf.Line(line), line >= sign)) {
			changed = true
		}
		for i, s := range t.spans {
			t.texts[i].Move(fyne.NewPos(padX+s.x, y+base-s.Rise))
		}
		r.markRow(line, k, from, to, text, t, y)
	}
	r.collect()
	r.placeRest()
	if changed {
		canvas.Refresh(r.caret) // what is new must be seen
	}
}

// set gives a slot its text. It reports whether there is something new to draw.
func (r *renderer) set(t *rowText, text string, c color.Color) bool {
	if t.text == text && t.colour == c && t.size == r.e.size && (len(t.spans) > 0 || text == "") && !r.faceCame(t) {
		return false
	}
	t.text, t.colour, t.size = text, c, r.e.size
	t.spans, _ = r.e.spans(text)
	for len(t.texts) < len(t.spans) {
		t.texts = append(t.texts, &canvas.Text{})
	}
	for i, s := range t.spans {
		o := t.texts[i]
		if o.Text == s.Text && o.Color == c && o.TextSize == t.size && o.FontSource == s.Source {
			continue
		}
		o.Text, o.Color, o.TextSize, o.FontSource = s.Text, c, t.size, s.Source
		o.Resize(fyne.NewSize(s.Width, r.e.row))
		canvas.Refresh(o)
	}
	return true
}

// faceCame reports whether the Chinese of a row was drawn with another face than there is now.
func (r *renderer) faceCame(t *rowText) bool {
	for _, s := range t.spans {
		if s.Source == nil && kit.HasHan(s.Text) {
			return kit.Pieces("中", r.e.size, false)[0].Source != nil
		}
	}
	return false
}

// markRow puts rectangles behind what is selected and found in a row.
func (r *renderer) markRow(line, k, from, to int, text string, t *rowText, y float32) {
	e := r.e
	width := func() float32 {
		if n := len(t.spans); n > 0 && t.spans[n-1].from+len(t.spans[n-1].Text) == len(text) {
			return t.spans[n-1].x + t.spans[n-1].Width
		}
		return e.xOf(text, len(text))
	}
	mark := func(a, b Pos, c color.Color, beyond bool) {
		if !a.Before(Pos{line, to}) && !(a == Pos{line, to} && beyond) || !(Pos{line, from}).Before(b) {
			return
		}
		x0, x1 := float32(0), float32(0)
		if (Pos{line, from}).Before(a) {
			x0 = e.xOf(text, a.Byte-from)
		}
		switch {
		case b.Before(Pos{line, to}):
			x1 = e.xOf(text, b.Byte-from)
		default:
			x1 = width()
			// The end of a line that is selected shows as a little more.
			if beyond && k == len(e.grid.starts[line]) && b.Line > line {
				x1 += e.advance(' ')
			}
		}
		if x1 > x0 {
			r.mark(x0, x1, y, c)
		}
	}
	for i, m := range e.matchesIn(line) {
		c := alpha(kit.Col(kit.Mark), 0x90)
		if i == e.match {
			c = alpha(kit.Col(kit.Flag), 0xA0)
		}
		mark(m.from, m.to, c, false)
	}
	if e.anchor != e.caret {
		a, b := ordered(e.anchor, e.caret)
		c := alpha(kit.Col(kit.Accent), 0x40)
		if !e.focused {
			c = alpha(kit.Col(kit.Text3), 0x40)
		}
		mark(a, b, c, true)
	}
}

// matchesIn are the places found in a line, by their numbers.
func (e *Editor) matchesIn(line int) map[int]found {
	if len(e.matches) == 0 {
		return nil
	}
	lo, hi := 0, len(e.matches)
	for lo < hi {
		if mid := (lo + hi) / 2; e.matches[mid].from.Line < line {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	in := map[int]found{}
	for ; lo < len(e.matches) && e.matches[lo].from.Line == line; lo++ {
		in[lo] = e.matches[lo]
	}
	return in
}

func alpha(c color.Color, a uint8) color.Color {
	n := color.NRGBAModel.Convert(c).(color.NRGBA)
	n.A = a
	return n
}

func (r *renderer) mark(x0, x1, y float32, c color.Color) {
	if r.nmarks >= len(r.marks) {
		r.marks = append(r.marks, &canvas.Rectangle{})
	}
	m := r.marks[r.nmarks]
	r.nmarks++
	m.Move(fyne.NewPos(padX+x0, y))
	m.Resize(fyne.NewSize(x1-x0, r.e.row))
	if m.FillColor != c {
		m.FillColor = c
		canvas.Refresh(m)
	}
}

// collect lists what is drawn now.
func (r *renderer) collect() {
	r.objects = r.objects[:0]
	for _, m := range r.marks[:r.nmarks] {
		r.objects = append(r.objects, m)
	}
	for _, t := range r.rows {
		if !t.used {
			continue
		}
		for i := range t.spans {
			r.objects = append(r.objects, t.texts[i])
		}
	}
	r.objects = append(r.objects, r.hint, r.caret)
	if r.e.foot != nil {
		r.objects = append(r.objects, r.e.foot)
	}
	r.objects = append(r.objects, r.e.bar)
}

// placeRest puts hint, caret, foot and scroll bar where they belong.
func (r *renderer) placeRest() {
	e := r.e
	size := e.Size()
	r.hint.Hidden = !e.Empty() || e.Hint == ""
	_, ascent := kit.LineMetrics(e.size)
	r.hint.Place(padX, padY+ascent, size.Width-2*padX)
	if e.foot != nil {
		y := float64(e.grid.rows())*float64(e.row) + 2*padY - e.offset
		e.foot.Move(fyne.NewPos(padX, float32(math.Round(y))))
		e.foot.Resize(fyne.NewSize(size.Width-2*padX, e.footHeight))
	}
	e.bar.Set(e.height(), float64(size.Height), e.offset)
	e.bar.Move(fyne.NewPos(size.Width-kit.ScrollBarWidth, 0))
	e.bar.Resize(fyne.NewSize(kit.ScrollBarWidth, size.Height))
	r.putCaret()
}

// putCaret draws the caret, or takes it away.
func (r *renderer) putCaret() {
	e := r.e
	r.caret.Hidden = !e.focused || !e.lit
	if !r.caret.Hidden {
		x, row := e.where(e.caret, e.upper)
		y := float64(row)*float64(e.row) + padY - e.offset
		r.caret.FillColor = kit.Col(kit.Accent)
		r.caret.Move(fyne.NewPos(float32(math.Round(float64(min(padX+x, e.Size().Width-2)))), float32(math.Round(y))+2))
		r.caret.Resize(fyne.NewSize(2, e.row-4))
	}
	canvas.Refresh(r.caret)
}
