package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
)

// Choice is a set of radio buttons of which one is on. The buttons are laid out by whoever uses them.
type Choice struct {
	OnChanged func(int)

	radios []*Radio
	chosen int
}

// NewChoice returns a Choice with a radio button for each label.
func NewChoice(chosen int, changed func(int), labels ...string) *Choice {
	c := &Choice{chosen: chosen, OnChanged: changed}
	for i, l := range labels {
		r := &Radio{choice: c, index: i, label: l}
		r.ExtendBaseWidget(r)
		c.radios = append(c.radios, r)
	}
	return c
}

// Radio is the button of that number.
func (c *Choice) Radio(i int) *Radio { return c.radios[i] }

// Chosen is the number of the button that is on.
func (c *Choice) Chosen() int { return c.chosen }

// Choose turns a button on, without OnChanged.
func (c *Choice) Choose(i int) {
	if i == c.chosen || i < 0 || i >= len(c.radios) {
		return
	}
	old := c.chosen
	c.chosen = i
	if old >= 0 && old < len(c.radios) {
		c.radios[old].Refresh()
	}
	c.radios[i].Refresh()
}

// SetEnabled enables or disables all buttons.
func (c *Choice) SetEnabled(on bool) {
	for _, r := range c.radios {
		if on {
			r.Enable()
		} else {
			r.Disable()
		}
	}
}

func (c *Choice) pick(i int) {
	if i == c.chosen {
		return
	}
	c.Choose(i)
	if c.OnChanged != nil {
		c.OnChanged(i)
	}
}

// Radio is one button of a Choice.
type Radio struct {
	control

	choice *Choice
	index  int
	label  string
}

// On reports whether it is the chosen one.
func (r *Radio) On() bool { return r.choice.chosen == r.index }

// Label is what stands beside it.
func (r *Radio) Label() string { return r.label }

// Tapped implements fyne.Tappable.
func (r *Radio) Tapped(*fyne.PointEvent) {
	if r.Disabled() {
		return
	}
	r.focusQuietly(r)
	r.choice.pick(r.index)
}

// TypedKey implements fyne.Focusable: Space chooses, the arrows go to the next button and choose it.
func (r *Radio) TypedKey(k *fyne.KeyEvent) {
	if r.Disabled() {
		return
	}
	step := 0
	switch k.Name {
	case fyne.KeySpace:
		r.choice.pick(r.index)
		return
	case fyne.KeyDown, fyne.KeyRight:
		step = 1
	case fyne.KeyUp, fyne.KeyLeft:
		step = -1
	default:
		passKey(r, k)
		return
	}
	if i := r.index + step; i >= 0 && i < len(r.choice.radios) {
		r.choice.pick(i)
		Focus(r.choice.radios[i])
	}
}

// MinSize implements fyne.CanvasObject.
func (r *Radio) MinSize() fyne.Size {
	r.ExtendBaseWidget(r)
	return markedSize(r.label)
}

// CreateRenderer implements fyne.Widget.
func (r *Radio) CreateRenderer() fyne.WidgetRenderer {
	ring := &canvas.Rectangle{CornerRadius: 12, StrokeWidth: 2}
	circle, dot := &canvas.Circle{}, &canvas.Circle{}
	line := NewLine(r.label, 13, false, Text)
	d := &drawing{of: r, objects: []fyne.CanvasObject{ring, circle, dot, line}, min: r.MinSize}
	d.paint = func() {
		fill, stroke, width, text, centre := Input, r.outline(Border), float32(1), Text, OnAccent
		if r.hovered && !r.On() && !r.Disabled() {
			fill = Hover
		}
		if r.On() {
			fill, stroke, width = Accent, Accent, 0
		}
		if r.Disabled() {
			text, fill = Disabled, Footer
			if r.On() {
				fill, centre = Disabled, Surface
			}
		}
		circle.FillColor, circle.StrokeColor, circle.StrokeWidth = Col(fill), Col(stroke), width
		dot.FillColor, dot.Hidden = Col(centre), !r.On()
		ring.FillColor, ring.StrokeColor = Col(None), Col(None)
		if r.ring && !r.Disabled() {
			ring.StrokeColor = Col(Accent)
		}
		line.Set(r.label, false, text)
	}
	d.place = func(s fyne.Size) {
		y := ceil((s.Height - markSide) / 2)
		circle.Move(fyne.NewPos(0, y))
		circle.Resize(fyne.NewSquareSize(markSide))
		dot.Move(fyne.NewPos(5, y+5))
		dot.Resize(fyne.NewSquareSize(6))
		ring.Move(fyne.NewPos(-4, y-4))
		ring.Resize(fyne.NewSquareSize(markSide + 8))
		line.Place(markSide+markGap, y+13, s.Width-markSide-markGap)
	}
	d.paint()
	return d
}
