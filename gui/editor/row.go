package editor

import (
	"math"
	"strings"

	"fyne.io/fyne/v2"

	"poplar/gui/kit"
	"poplar/mail"
)

// The room that looks take, in pixels at scale 1.
const (
	quoteStep     = 14  // a quotation's bar and the blank beside it
	listStep      = 24  // a level of a list
	pictureHeight = 400 // pictures are not shown higher
	pictureWidth  = 640 // nor wider
	pictureRoom   = 4   // above and below a picture
)

// indent is how far a line stands in.
func indent(b mail.Block) float32 {
	x := float32(b.Quote) * quoteStep
	if listed(b) {
		x += float32(b.Level+1) * listStep
	}
	return x
}

// row is what one row shows of a line.
type row struct {
	line, k  int
	from, to int // octets of the line
	text     string
	runs     []mail.Run // of text
	indent   float32
}

// rowAt is the row of a number.
func (e *Editor) rowAt(n int) row {
	line, k := e.grid.at(n)
	from, to := e.grid.span(e.buf, line, k)
	b := e.buf.Block(line)
	r := row{line: line, k: k, from: from, to: to, indent: indent(b)}
	if len(b.Runs) == 0 {
		r.text = b.Text[from:to]
		return r
	}
	part := cut(b, from, to)
	r.text, r.runs = part.Text, part.Runs
	return r
}

// span is a piece of a row with its place in it.
type span struct {
	kit.Piece
	mail.Style
	from int // octet of the row
	x    float32
}

func textStyle(s mail.Style) fyne.TextStyle { return fyne.TextStyle{Bold: s.Bold, Italic: s.Italic} }

// spans are the pieces of a row, tabs left out.
func (e *Editor) spans(r row) (list []span, width float32) {
	if len(r.runs) == 0 {
		return e.addSpans(nil, r.text, 0, r.indent, r.indent, mail.Style{})
	}
	width = r.indent
	at := 0
	for _, g := range (mail.Block{Text: r.text, Runs: r.runs}).Segments() {
		if g.Picture != nil {
			w, _ := e.shownSize(g.Picture, e.grid.width-r.indent)
			list = append(list, span{kit.Piece{Text: g.Text, Width: w}, g.Style, at, width})
			width += w
		} else {
			list, width = e.addSpans(list, g.Text, at, width, r.indent, g.Style)
		}
		at += len(g.Text)
	}
	return list, width
}

// addSpans adds the pieces of a text of one style that begins with the octet from of a row, at x; left is where the row
// begins.
func (e *Editor) addSpans(list []span, text string, from int, x, left float32, s mail.Style) ([]span, float32) {
	tab := tabLetters * e.advance(' ')
	for {
		part, rest, more := strings.Cut(text, "\t")
		at := from
		for _, p := range kit.Pieces(shown(part), e.size, textStyle(s)) {
			list = append(list, span{p, s, at, x})
			at += len(p.Text)
			x += p.Width
		}
		if !more {
			return list, x
		}
		from += len(part) + 1
		x = left + tabStop(x-left, tab)
		text = rest
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
func (e *Editor) xOf(r row, n int) float32 {
	list, width := e.spans(r)
	if n >= len(r.text) {
		return width
	}
	at, x := 0, r.indent // of what is passed
	for _, s := range list {
		if n < s.from {
			break
		}
		if n < s.from+len(s.Text) {
			if s.Picture != nil {
				return s.x
			}
			return s.x + s.Measure(n-s.from, e.size, textStyle(s.Style))
		}
		at, x = s.from+len(s.Text), s.x+s.Width
	}
	// In the tabs behind the last piece passed.
	tab := tabLetters * e.advance(' ')
	for ; at < n; at++ {
		x = r.indent + tabStop(x-r.indent, tab)
	}
	return x
}

// where is the place of the caret: from the left of the text, and its row.
func (e *Editor) where(p Pos, upper bool) (x float32, n int) {
	n = e.grid.row(p, upper)
	r := e.rowAt(n)
	return e.xOf(r, p.Byte-r.from), n
}

// hit is the place in a row that is nearest to x.
func (e *Editor) hit(n int, x float32) (p Pos, upper bool) {
	r := e.rowAt(e.lowest(n))
	var stops []int
	for at := 0; at < len(r.text); at = nextCluster(r.text, at) {
		stops = append(stops, at)
	}
	stops = append(stops, len(r.text))
	lo, hi := 0, len(stops)-1
	for hi-lo > 1 {
		if mid := (lo + hi) / 2; e.xOf(r, stops[mid]) <= x {
			lo = mid
		} else {
			hi = mid
		}
	}
	if hi > lo && x-e.xOf(r, stops[lo]) > e.xOf(r, stops[hi])-x {
		lo = hi
	}
	last := r.k == len(e.grid.starts[r.line])
	return Pos{r.line, r.from + stops[lo]}, !last && stops[lo] == len(r.text)
}

// A picture takes several rows: the mark stands in the lowest of them, those above are empty and begin where it does.

// lowest is the lowest row of the picture that takes the row n, or n itself.
func (e *Editor) lowest(n int) int {
	line, k := e.grid.at(n)
	starts := e.grid.starts[line]
	for k < len(starts) {
		from := 0
		if k > 0 {
			from = starts[k-1]
		}
		if starts[k] != from {
			break
		}
		k, n = k+1, n+1
	}
	return n
}

// highest is the highest row of the picture that takes the row n, or n itself.
func (e *Editor) highest(n int) int {
	line, k := e.grid.at(n)
	starts := e.grid.starts[line]
	start := func(k int) int {
		if k == 0 {
			return 0
		}
		return starts[k-1]
	}
	for k > 0 && start(k) == start(k-1) {
		k, n = k-1, n-1
	}
	return n
}

// face is what letters of a weight and slant take. Measuring is what costs, so it is done once for each.
type face struct {
	ascii  [128]float32
	wide   float32
	others map[rune]float32
}

// advance is the width of a letter without a style by itself.
func (e *Editor) advance(r rune) float32 { return e.advanceIn(mail.Style{}, r) }

func (e *Editor) advanceIn(s mail.Style, r rune) float32 {
	n := 0
	if s.Bold {
		n++
	}
	if s.Italic {
		n += 2
	}
	f := &e.faces[n]
	switch {
	case r < 128:
		if f.ascii[r] == 0 {
			f.ascii[r] = e.measure(string(r), s)
		}
		return f.ascii[r]
	case wide(r):
		if f.wide == 0 {
			f.wide = e.measure("中", s)
		}
		return f.wide
	}
	w, ok := f.others[r]
	if !ok {
		if f.others == nil {
			f.others = map[rune]float32{}
		}
		w = e.measure(string(r), s)
		f.others[r] = w
	}
	return w
}

func (e *Editor) measure(text string, s mail.Style) float32 {
	w := float32(0)
	for _, p := range kit.Pieces(text, e.size, textStyle(s)) {
		w += p.Width
	}
	return w
}

// wrapStyled is where the rows of a line with looks begin, see wrap: text between pictures is wrapped by itself.
func (e *Editor) wrapStyled(b *Buffer, line int) []int {
	l := b.Block(line)
	width := max(e.grid.width-indent(l), 40)
	tab := tabLetters * e.advance(' ')
	var starts []int
	at, run := 0, 0
	text := func(to int) {
		from := at
		for _, s := range wrapAt(l.Text[from:to], width, tab, func(i int, r rune) float32 {
			for run < len(l.Runs) && l.Runs[run].To <= from+i {
				run++
			}
			if run < len(l.Runs) && l.Runs[run].From <= from+i {
				return e.advanceIn(l.Runs[run].Style, r)
			}
			return e.advance(r)
		}) {
			starts = append(starts, from+s)
		}
		at = to
	}
	for _, r := range l.Runs {
		if r.Picture == nil {
			continue
		}
		if r.From > at {
			text(r.From)
		}
		for ; at < r.To; at += len(mail.PictureMark) {
			rows := e.pictureRows(r.Picture, width)
			if at == 0 {
				rows--
			}
			for range rows {
				starts = append(starts, at)
			}
		}
		if at < len(l.Text) && l.StyleAt(at).Picture == nil {
			starts = append(starts, at)
		}
	}
	if at < len(l.Text) {
		text(len(l.Text))
	}
	return starts
}

// shownSize is how large a picture is shown where there is so much room.
func (e *Editor) shownSize(p *mail.Picture, width float32) (w, h float32) {
	w, h = float32(max(p.Width, 1)), float32(max(p.Height, 1))
	by := min(1, max(min(width, pictureWidth), 40)/w, pictureHeight/h)
	return max(float32(math.Round(float64(w*by))), 1), max(float32(math.Round(float64(h*by))), 1)
}

func (e *Editor) pictureRows(p *mail.Picture, width float32) int {
	_, h := e.shownSize(p, width)
	return max(int(math.Ceil(float64((h+2*pictureRoom)/e.row))), 1)
}
