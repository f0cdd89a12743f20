package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// Tone says what a Bar is about.
type Tone int

// The tones of a Bar.
const (
	ToneInfo Tone = iota
	ToneWarn
	ToneErr
	ToneOK
)

// toned has ground, text colour and icon of each tone.
var toned = map[Tone]struct {
	ground, colour Colour
	icon           string
}{
	ToneInfo: {InfoBg, Info, "info"},
	ToneWarn: {WarnBg, Warn, "warn"},
	ToneErr:  {ErrBg, Err, "warn"},
	ToneOK:   {OKBg, OK, "check"},
}

// Bar is a notice in the page, never in the way: what is so, and at the right what can be done about it.
type Bar struct {
	widget.BaseWidget
	OnClosed func() // where set, the bar has a cross that hides it

	tone        Tone
	icon        string
	title, text string
	code        string
	acts        []*barAct
}

// NewBar returns a Bar. With a title that stands bold over the text; text alone is one line, or more where it is long.
func NewBar(tone Tone, title, text string) *Bar {
	b := &Bar{tone: tone, title: title, text: text}
	b.ExtendBaseWidget(b)
	return b
}

// Icon takes another icon than the tone's. It returns b.
func (b *Bar) Icon(name string) *Bar {
	b.icon = name
	return b
}

// Act adds a thing to do. It returns b.
func (b *Bar) Act(label string, do func()) *Bar {
	a := &barAct{bar: b, label: label, do: do}
	a.ExtendBaseWidget(a)
	b.acts = append(b.acts, a)
	return b
}

// Set changes what the bar is about and drops its acts.
func (b *Bar) Set(tone Tone, title, text string) {
	b.tone, b.title, b.text, b.code, b.acts, b.icon = tone, title, text, "", nil, ""
	b.Refresh()
}

// Code adds a line as a server said it, on a plate of its own. It returns b.
func (b *Bar) Code(line string) *Bar {
	b.code = line
	return b
}

// Title is the bold line.
func (b *Bar) Title() string { return b.title }

// Text is what stands under the title, or alone.
func (b *Bar) Text() string { return b.text }

// Acts are the labels of what can be done.
func (b *Bar) Acts() []string {
	var labels []string
	for _, a := range b.acts {
		labels = append(labels, a.label)
	}
	return labels
}

// Do does what the act of that number stands for.
func (b *Bar) Do(i int) { b.acts[i].press() }

const (
	barLead = 40 // before the text
	barPad  = 12

	actsHeight = 30 // of a row of acts below the text
)

func (b *Bar) right() float32 {
	w := float32(barPad)
	for _, a := range b.acts {
		w += a.MinSize().Width
	}
	if b.OnClosed != nil {
		w += 28
	}
	return w
}

// crowded reports whether the acts stand in a row of their own below the text: beside it they would leave it a column
// of single words.
func (b *Bar) crowded(width float32) bool {
	beside := width - barLead - b.right()
	if len(b.acts) == 0 || beside >= 260 {
		return false
	}
	title, text := b.parts()
	alone := max(width-barLead-b.edge(), 60)
	beside = max(beside, 60)
	return text.Height(beside) > text.Height(alone) || title != nil && title.Height(beside) > title.Height(alone)
}

// edge is the room at the right of a text that has no acts beside it.
func (b *Bar) edge() float32 {
	if b.OnClosed != nil {
		return barPad + 28
	}
	return barPad
}

// inner is the width of the text, and rows what the acts need below it.
func (b *Bar) inner(width float32) (inner, rows float32) {
	if b.crowded(width) {
		return max(width-barLead-b.edge(), 60), actsHeight
	}
	return max(width-barLead-b.right(), 60), 0
}

// parts are the title and the text with the sizes they have here.
func (b *Bar) parts() (title, text *Para) {
	if b.title == "" {
		return nil, NewPara(b.text, 13, false, Text)
	}
	return NewPara(b.title, 13, true, Text), NewPara(b.text, 12, false, Text2)
}

// Height is what the bar needs at a width.
func (b *Bar) Height(width float32) float32 {
	inner, rows := b.inner(width)
	title, text := b.parts()
	h := text.Height(inner) + rows
	if title != nil {
		h += title.Height(inner)
	}
	if b.code != "" {
		h += 8 + 16 + NewPara(b.code, 12, false, Text2).Height(max(width-barLead-barPad-20, 40))
	}
	return max(h+18, 36)
}

// MinSize implements fyne.CanvasObject.
func (b *Bar) MinSize() fyne.Size {
	b.ExtendBaseWidget(b)
	w := barLead + b.right() + 60
	return fyne.NewSize(w, b.Height(max(w, b.Size().Width)))
}

// CreateRenderer implements fyne.Widget.
func (b *Bar) CreateRenderer() fyne.WidgetRenderer {
	ground := &canvas.Rectangle{CornerRadius: 8}
	plate := &canvas.Rectangle{CornerRadius: 6}
	sign := &canvas.Image{FillMode: canvas.ImageFillContain}
	title, text, code := NewPara("", 13, true, Text), NewPara("", 13, false, Text), NewPara("", 12, false, Text2)
	cross := NewIconButton("x", T("Close"), func() {
		if b.OnClosed != nil {
			b.OnClosed()
		}
	}).Sized(24, 14)
	d := &drawing{of: b, min: b.MinSize}
	d.paint = func() {
		t := toned[b.tone]
		name := t.icon
		if b.icon != "" {
			name = b.icon
		}
		ground.FillColor, plate.FillColor = Col(t.ground), Col(Input)
		sign.Resource = Icon(name, t.colour)
		title.text, title.broken = b.title, nil
		text.text, text.size, text.colour, text.broken = b.text, 13, Text, nil
		if b.title != "" {
			text.size, text.colour = 12, Text2
		}
		code.text, code.broken = b.code, nil
		plate.Hidden, code.Hidden = b.code == "", b.code == ""
		title.Hidden, text.Hidden = b.title == "", b.text == ""
		cross.Hidden = b.OnClosed == nil
		d.objects = append(d.objects[:0], ground, sign, plate, title, text, code, cross)
		for _, a := range b.acts {
			d.objects = append(d.objects, a)
		}
	}
	d.place = func(s fyne.Size) {
		ground.Resize(s)
		inner, rows := b.inner(s.Width)
		th, xh := title.Height(inner), text.Height(inner)
		ch := float32(0)
		if b.code != "" {
			ch = 8 + 16 + code.Height(max(s.Width-barLead-barPad-20, 40))
		}
		y := ceil((s.Height - th - xh - ch - rows) / 2)
		first := y + (th+xh)/2
		if b.title != "" && xh > 20 || b.code != "" || rows > 0 {
			first = y + 9
		}
		sign.Move(fyne.NewPos(13, ceil(first-8)))
		sign.Resize(fyne.NewSquareSize(16))
		title.Move(fyne.NewPos(barLead, y))
		title.Resize(fyne.NewSize(inner, th))
		text.Move(fyne.NewPos(barLead, y+th))
		text.Resize(fyne.NewSize(inner, xh))
		if b.code != "" {
			plate.Move(fyne.NewPos(barLead, y+th+xh+8))
			plate.Resize(fyne.NewSize(s.Width-barLead-barPad, ch-8))
			code.Move(fyne.NewPos(barLead+10, y+th+xh+16))
			code.Resize(fyne.NewSize(max(s.Width-barLead-barPad-20, 40), ch-24))
		}
		x := s.Width - barPad
		if b.OnClosed != nil {
			cross.Move(fyne.NewPos(x-20, ceil(first-12)))
			cross.Resize(fyne.NewSquareSize(24))
			x -= 28
		}
		if rows > 0 {
			x = barLead - 8 // their words begin where the text does
			for _, a := range b.acts {
				m := a.MinSize()
				a.Move(fyne.NewPos(x, y+th+xh+ch+4))
				a.Resize(m)
				x += m.Width
			}
			return
		}
		for i := len(b.acts) - 1; i >= 0; i-- {
			m := b.acts[i].MinSize()
			x -= m.Width
			b.acts[i].Move(fyne.NewPos(x, ceil(first-13)))
			b.acts[i].Resize(m)
		}
	}
	d.paint()
	return d
}

// barAct is one thing to do: bold words in the bar's colour.
type barAct struct {
	control
	bar   *Bar
	label string
	do    func()
}

func (a *barAct) press() {
	if a.do != nil {
		a.do()
	}
}

// Tapped implements fyne.Tappable.
func (a *barAct) Tapped(*fyne.PointEvent) { a.press() }

// TypedKey implements fyne.Focusable.
func (a *barAct) TypedKey(k *fyne.KeyEvent) {
	switch k.Name {
	case fyne.KeySpace, fyne.KeyReturn, fyne.KeyEnter:
		a.press()
	default:
		passKey(a, k)
	}
}

// MinSize implements fyne.CanvasObject.
func (a *barAct) MinSize() fyne.Size {
	a.ExtendBaseWidget(a)
	return fyne.NewSize(TextWidth(a.label, 13, true)+16, 26)
}

// Cursor implements desktop.Cursorable.
func (a *barAct) Cursor() desktop.Cursor { return desktop.PointerCursor }

// CreateRenderer implements fyne.Widget.
func (a *barAct) CreateRenderer() fyne.WidgetRenderer {
	ring := &canvas.Rectangle{CornerRadius: 6, StrokeWidth: 2}
	line := NewLine(a.label, 13, true, Text)
	d := &drawing{of: a, objects: []fyne.CanvasObject{ring, line}, min: a.MinSize}
	d.paint = func() {
		colour := toned[a.bar.tone].colour
		if a.bar.tone == ToneInfo {
			colour = LinkText
		}
		ring.FillColor, ring.StrokeColor = Col(None), Col(None)
		if a.ring {
			ring.StrokeColor = Col(Accent)
		}
		line.Set(a.label, true, colour)
	}
	d.place = func(s fyne.Size) {
		ring.Resize(s)
		line.Place(8, 18, s.Width-8)
	}
	d.paint()
	return d
}
