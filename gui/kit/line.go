package kit

import (
	"math"
	"strings"
	"unicode"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// Cut says where a Line that is too long loses letters.
type Cut int

// The ways to cut.
const (
	CutEnd    Cut = iota
	CutMiddle     // addresses: both ends matter
)

// lineRunes bounds what one Line looks at: no window is wide enough for more.
const lineRunes = 600

// Line is one line of text. Where it does not fit it ends in "…". Chinese stands on the same baseline as Latin and is
// truly bold.
type Line struct {
	widget.BaseWidget
	text   string
	size   float32
	bold   bool
	colour Colour
	cut    Cut
	align  fyne.TextAlign
	marks  []string
	shrink bool
}

// NewLine returns a Line. size is the text size in pixels at scale 1.
func NewLine(text string, size float32, bold bool, c Colour) *Line {
	l := &Line{text: clean(text), size: size, bold: bold, colour: c}
	l.ExtendBaseWidget(l)
	return l
}

// clean makes one line of text out of anything: control characters and those that turn the direction around would
// let a stranger's subject draw over what stands beside it.
func clean(s string) string {
	if len(s) > 8*lineRunes {
		s = strings.ToValidUTF8(s[:8*lineRunes], "")
	}
	n := 0
	return strings.Map(func(r rune) rune {
		n++
		switch {
		case n > lineRunes:
			return -1
		case r == '\t' || r == '\n' || r == '\r':
			return ' '
		case unicode.IsControl(r), r >= 0x202A && r <= 0x202E, r >= 0x2066 && r <= 0x2069, r == 0x200E, r == 0x200F, r == 0xFEFF:
			return -1
		}
		return r
	}, s)
}

// Text is the whole text, also where only a part is shown.
func (l *Line) Text() string { return l.text }

// SetText changes the text.
func (l *Line) SetText(s string) {
	if s = clean(s); s != l.text {
		l.text = s
		l.again()
	}
}

// SetColour changes the colour.
func (l *Line) SetColour(c Colour) {
	if c != l.colour {
		l.colour = c
		l.again()
	}
}

// SetBold changes the weight.
func (l *Line) SetBold(b bool) {
	if b != l.bold {
		l.bold = b
		l.again()
	}
}

// Set changes text, weight and colour at once, drawing once.
func (l *Line) Set(text string, bold bool, c Colour) {
	text = clean(text)
	if text == l.text && bold == l.bold && c == l.colour {
		return
	}
	l.text, l.bold, l.colour = text, bold, c
	l.again()
}

// SetMarks puts the search colour behind every occurrence of the words, whatever their case.
func (l *Line) SetMarks(words []string) {
	if len(words) == 0 && len(l.marks) == 0 {
		return
	}
	l.marks = words
	l.again()
}

// CutAt says where the text is cut when it does not fit. It returns l.
func (l *Line) CutAt(c Cut) *Line {
	l.cut = c
	return l
}

// Align says where the text stands in a Line that is wider. It returns l.
func (l *Line) Align(a fyne.TextAlign) *Line {
	l.align = a
	return l
}

// Shrink lets the Line be narrower than its text in Fyne's layouts: its MinSize has no width. It returns l.
func (l *Line) Shrink() *Line {
	l.shrink = true
	return l
}

// Place puts the Line with its left edge at x and its baseline at baseline, width wide.
func (l *Line) Place(x, baseline, width float32) {
	h, asc := metrics(l.size, l.bold)
	l.Resize(fyne.NewSize(max(width, 0), h))
	l.Move(fyne.NewPos(x, baseline-asc))
}

// Width is what the whole text needs.
func (l *Line) Width() float32 { return ceil(measure(l.text, l.size, l.bold, l.source())) }

// MinSize implements fyne.CanvasObject: the whole text, or no width after Shrink.
func (l *Line) MinSize() fyne.Size {
	l.ExtendBaseWidget(l)
	h, _ := metrics(l.size, l.bold)
	if l.shrink {
		return fyne.NewSize(0, h)
	}
	return fyne.NewSize(l.Width(), h)
}

// TextWidth is what a text needs on one Line.
func TextWidth(text string, size float32, bold bool) float32 {
	return ceil(measure(clean(text), size, bold, faceOf(bold).face))
}

func (l *Line) again() {
	if l.Size().IsZero() && l.Position().IsZero() { // not laid out yet: its layout draws it
		return
	}
	l.Refresh()
}

func (l *Line) source() fyne.Resource {
	if strings.IndexFunc(l.text, isHan) < 0 {
		return nil
	}
	return faceOf(l.bold).want(l)
}

func ceil(f float32) float32 { return float32(math.Ceil(float64(f))) }

// metrics returns the height of a line and how far its baseline is below its top, in whole pixels.
func metrics(size float32, bold bool) (height, ascent float32) {
	s, asc := fyne.CurrentApp().Driver().RenderedTextSize("x", size, fyne.TextStyle{Bold: bold}, nil)
	return ceil(s.Height), ceil(asc)
}

// run is a piece of a line from one font.
type run struct {
	text string
	han  bool
}

func runs(s string) []run {
	var out []run
	start, han := 0, false
	for i, r := range s {
		if h := isHan(r); i == 0 {
			han = h
		} else if h != han {
			out = append(out, run{s[start:i], han})
			start, han = i, h
		}
	}
	if start < len(s) {
		out = append(out, run{s[start:], han})
	}
	return out
}

func measureRun(r run, size float32, bold bool, face fyne.Resource) (width, ascent float32) {
	return measureStyled(r, size, fyne.TextStyle{Bold: bold}, face)
}

func measureStyled(r run, size float32, style fyne.TextStyle, face fyne.Resource) (width, ascent float32) {
	if r.han && face != nil {
		s, asc := fyne.CurrentApp().Driver().RenderedTextSize(r.text, size, style, face)
		return s.Width, asc
	}
	s, asc := fyne.CurrentApp().Driver().RenderedTextSize(r.text, size, style, nil)
	if r.han {
		asc = ascentOfHan(size, asc)
	}
	return s.Width, asc
}

func measure(s string, size float32, bold bool, face fyne.Resource) float32 {
	var w float32
	for _, r := range runs(s) {
		rw, _ := measureRun(r, size, bold, face)
		w += rw
	}
	return w
}

const ellipsis = "…"

// fit returns s, or as much of it as there is room for, with an ellipsis.
func (l *Line) fit(width float32, face fyne.Resource) string {
	need := func(s string) float32 { return measure(s, l.size, l.bold, face) }
	whole := need(l.text)
	// Half a pixel more than there is room for is rounding, not a reason to cut.
	if whole <= width+0.5 || l.text == "" {
		return l.text
	}
	rs := []rune(l.text)
	cut := func(n int) string {
		if l.cut == CutMiddle {
			head := (n + 1) / 2
			return string(rs[:head]) + ellipsis + string(rs[len(rs)-(n-head):])
		}
		for n > 0 && (unicode.Is(unicode.Mn, rs[n]) || rs[n] == 0x200D || rs[n] == 0xFE0F) {
			n--
		}
		return strings.TrimRight(string(rs[:n]), " ") + ellipsis
	}
	fits := func(n int) bool { return need(cut(n)) <= width }
	// A guess by average width is mostly right within a few letters, and measuring is what costs: so the search starts
	// there, widening until it has the place between its ends.
	lo, hi := 0, len(rs) // cut(lo) is taken to fit, cut(hi) does not
	at := max(1, min(int(float32(len(rs))*width/whole), len(rs)-1))
	for step := 2; lo < at && at < hi; step *= 2 {
		if fits(at) {
			lo = at
			at += step
		} else {
			hi = at
			at -= step
		}
		if lo > 0 && hi < len(rs) {
			break
		}
	}
	for hi-lo > 1 {
		if mid := (lo + hi) / 2; fits(mid) {
			lo = mid
		} else {
			hi = mid
		}
	}
	return cut(lo)
}

// CreateRenderer implements fyne.Widget.
func (l *Line) CreateRenderer() fyne.WidgetRenderer {
	return &lineRenderer{line: l}
}

type lineRenderer struct {
	line    *Line
	texts   []*canvas.Text
	marks   []*canvas.Rectangle
	objects []fyne.CanvasObject
	size    fyne.Size
}

func (r *lineRenderer) Destroy()                     {}
func (r *lineRenderer) MinSize() fyne.Size           { return r.line.MinSize() }
func (r *lineRenderer) Objects() []fyne.CanvasObject { return r.objects }

func (r *lineRenderer) Layout(size fyne.Size) {
	if size == r.size && r.texts != nil {
		return
	}
	r.size = size
	r.draw()
}

func (r *lineRenderer) Refresh() {
	r.size = r.line.Size()
	r.draw()
}

func (r *lineRenderer) draw() {
	l := r.line
	face := l.source()
	shown := l.fit(r.size.Width, face)
	spans := markSpans(shown, l.marks)
	height, asc := metrics(l.size, l.bold)
	base := float32(math.Floor(float64(r.size.Height-height)/2)) + asc

	x := float32(0)
	if l.align != fyne.TextAlignLeading {
		x = r.size.Width - measure(shown, l.size, l.bold, face)
		if l.align == fyne.TextAlignCenter {
			x /= 2
		}
		x = float32(math.Round(float64(max(x, 0))))
	}
	nt, nm := 0, 0
	for _, p := range pieces(shown, spans) {
		for _, rn := range runs(p.text) {
			w, a := measureRun(rn, l.size, l.bold, face)
			t := r.text(nt)
			nt++
			t.Text, t.TextSize, t.TextStyle.Bold = rn.text, l.size, l.bold
			t.Color = Col(l.colour)
			t.FontSource = nil
			if rn.han && face != nil {
				t.FontSource = face
			}
			if p.marked {
				t.Color = Col(MarkText)
				m := r.mark(nm)
				nm++
				m.FillColor = Col(Mark)
				m.Move(fyne.NewPos(x-1, base-asc))
				m.Resize(fyne.NewSize(w+2, height))
			}
			// Fyne puts the baseline of a run at the ceiling of its font's ascent.
			t.Move(fyne.NewPos(x, base-ceil(a)))
			t.Resize(fyne.NewSize(w, height))
			x += w
		}
	}
	r.texts, r.marks = r.texts[:nt], r.marks[:nm]
	r.objects = r.objects[:0]
	for _, m := range r.marks {
		r.objects = append(r.objects, m)
	}
	for _, t := range r.texts {
		r.objects = append(r.objects, t)
	}
	canvas.Refresh(l)
}

func (r *lineRenderer) text(i int) *canvas.Text {
	if i >= len(r.texts) {
		r.texts = append(r.texts, &canvas.Text{})
	}
	return r.texts[i]
}

func (r *lineRenderer) mark(i int) *canvas.Rectangle {
	if i >= len(r.marks) {
		r.marks = append(r.marks, &canvas.Rectangle{CornerRadius: 2})
	}
	return r.marks[i]
}

// Break breaks a text into at most n lines of a width; what is left over stands in the last one, for a Line to cut.
func Break(text string, size float32, bold bool, width float32, n int) []string {
	text = clean(text)
	if n <= 1 {
		return []string{text}
	}
	lines := wrap(text, width, func(s string) float32 { return measure(s, size, bold, faceOf(bold).face) })
	if len(lines) <= n {
		return lines
	}
	rest := text
	for _, l := range lines[:n-1] {
		rest = strings.TrimLeft(strings.TrimPrefix(rest, l), " ")
	}
	return append(lines[:n-1:n-1], rest)
}
