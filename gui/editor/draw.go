package editor

import (
	"image/color"
	"math"
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"poplar/gui/kit"
	"poplar/mail"
)

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
	e.needHan(0, e.buf.Len())
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
	runs   []mail.Run
	indent float32
	colour color.Color
	size   float32
	spans  []span
	texts  []*canvas.Text
	number *canvas.Text // of an item of a counted list
	used   bool
}

type renderer struct {
	e       *Editor
	rows    []*rowText
	marks   shapes // behind the text
	lines   shapes // bars, bullets and what underlines
	images  map[*mail.Picture][]*canvas.Image
	shown   []*canvas.Image // now
	above   place           // the picture shown last
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
func (r *renderer) colour(b mail.Block, signature bool) color.Color {
	// Quoted blocks have bars, as readers' programs show them.
	if level, _ := Level(b.Text); level > 0 && !r.e.rich {
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
	r.marks.n, r.lines.n, r.shown, r.above = 0, 0, r.shown[:0], place{line: -1}
	changed := false
	for n := first; n <= last; n++ {
		v := e.rowAt(n)
		b := e.buf.Block(v.line)
		y := float32(math.Round(float64(n)*float64(e.row) + padY - e.offset))
		t := r.rows[n%len(r.rows)]
		t.used = true
		if r.set(t, v, r.colour(b, v.line >= sign)) {
			changed = true
		}
		for i, s := range t.spans {
			t.texts[i].Move(fyne.NewPos(r.e.pad+s.x, y+base-s.Rise))
		}
		r.looks(t, v, b, n, y, base)
		r.markRow(v, t, y)
	}
	r.collect()
	r.placeRest()
	if changed {
		canvas.Refresh(r.caret) // what is new must be seen
	}
}

// set gives a slot its text. It reports whether there is something new to draw.
func (r *renderer) set(t *rowText, v row, c color.Color) bool {
	t.number = nil
	if t.text == v.text && t.colour == c && t.size == r.e.size && t.indent == v.indent && (len(t.spans) > 0 || v.text == "") &&
		slices.Equal(t.runs, v.runs) && !r.faceCame(t) {
		return false
	}
	t.text, t.runs, t.indent, t.colour, t.size = v.text, v.runs, v.indent, c, r.e.size
	t.spans, _ = r.e.spans(v)
	for len(t.texts) < len(t.spans) {
		t.texts = append(t.texts, &canvas.Text{})
	}
	for i, s := range t.spans {
		o := t.texts[i]
		text, ink, style := s.Text, ink(s.Style, c), textStyle(s.Style)
		if s.Picture != nil {
			text = ""
		}
		if o.Text == text && o.Color == ink && o.TextSize == t.size && o.FontSource == s.Source && o.TextStyle == style {
			continue
		}
		o.Text, o.Color, o.TextSize, o.FontSource, o.TextStyle = text, ink, t.size, s.Source, style
		o.Resize(fyne.NewSize(s.Width, r.e.row))
		canvas.Refresh(o)
	}
	return true
}

// faceCame reports whether the Chinese of a row was drawn with another face than there is now.
func (r *renderer) faceCame(t *rowText) bool {
	for _, s := range t.spans {
		if s.Source == nil && kit.HasHan(s.Text) && kit.Pieces("中", r.e.size, textStyle(s.Style))[0].Source != nil {
			return true
		}
	}
	return false
}

// markRow puts rectangles behind what is selected and found in a row.
func (r *renderer) markRow(v row, t *rowText, y float32) {
	e := r.e
	line, from, to := v.line, v.from, v.to
	width := func() float32 {
		if n := len(t.spans); n > 0 && t.spans[n-1].from+len(t.spans[n-1].Text) == len(v.text) {
			return t.spans[n-1].x + t.spans[n-1].Width
		}
		return e.xOf(v, len(v.text))
	}
	mark := func(a, b Pos, c color.Color, beyond bool) {
		if !a.Before(Pos{line, to}) && !(a == Pos{line, to} && beyond) || !(Pos{line, from}).Before(b) {
			return
		}
		x0 := v.indent
		var x1 float32
		if (Pos{line, from}).Before(a) {
			x0 = e.xOf(v, a.Byte-from)
		}
		switch {
		case b.Before(Pos{line, to}):
			x1 = e.xOf(v, b.Byte-from)
		default:
			x1 = width()
			// The end of a line that is selected shows as a little more.
			if beyond && v.k == len(e.grid.starts[line]) && b.Line > line {
				x1 += e.advance(' ')
			}
		}
		if x1 > x0 {
			r.marks.put(r.e.pad+x0, y, x1-x0, e.row, c)
		}
	}
	for i, m := range e.matchesIn(line) {
		c := alpha(kit.Col(kit.Mark), 0x90)
		if i == e.match {
			c = alpha(kit.Col(kit.Flag), 0xA0)
		}
		mark(m.from, m.to, c, false)
	}
	if e.anchor != e.caret && !(len(t.spans) > 0 && t.spans[0].Picture != nil) { // pictures have a frame
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

// collect lists what is drawn now.
func (r *renderer) collect() {
	r.objects = r.objects[:0]
	for _, m := range r.marks.list[:r.marks.n] {
		r.objects = append(r.objects, m)
	}
	for _, m := range r.lines.list[:r.lines.n] {
		r.objects = append(r.objects, m)
	}
	for _, i := range r.shown {
		r.objects = append(r.objects, i)
	}
	for _, t := range r.rows {
		if !t.used {
			continue
		}
		for i := range t.spans {
			if t.spans[i].Picture == nil {
				r.objects = append(r.objects, t.texts[i])
			}
		}
		if t.number != nil {
			r.objects = append(r.objects, t.number)
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
	r.hint.Place(r.e.pad, padY+ascent, size.Width-2*r.e.pad)
	if e.foot != nil {
		y := float64(e.grid.rows())*float64(e.row) + 2*padY - e.offset
		e.foot.Move(fyne.NewPos(r.e.pad, float32(math.Round(y))))
		e.foot.Resize(fyne.NewSize(size.Width-2*r.e.pad, e.footHeight))
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
		r.caret.Move(fyne.NewPos(float32(math.Round(float64(min(r.e.pad+x, e.Size().Width-2)))), float32(math.Round(y))+2))
		r.caret.Resize(fyne.NewSize(2, e.row-4))
	}
	canvas.Refresh(r.caret)
}
