package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
)

// markSide is the side of a check's box and a radio's circle.
const (
	markSide   = 16
	markGap    = 9 // between mark and words
	markHeight = 24
)

// Check is a box with a tick and words beside it.
type Check struct {
	control
	OnChanged func(bool)

	label string
	on    bool
}

// NewCheck returns a Check.
func NewCheck(label string, on bool, changed func(bool)) *Check {
	c := &Check{label: label, on: on, OnChanged: changed}
	c.ExtendBaseWidget(c)
	return c
}

// On reports whether it is ticked.
func (c *Check) On() bool { return c.on }

// Label is what stands beside the box.
func (c *Check) Label() string { return c.label }

// SetOn ticks it or not, without OnChanged.
func (c *Check) SetOn(on bool) {
	if on != c.on {
		c.on = on
		c.Refresh()
	}
}

func (c *Check) flip() {
	if c.Disabled() {
		return
	}
	c.on = !c.on
	c.Refresh()
	if c.OnChanged != nil {
		c.OnChanged(c.on)
	}
}

// Tapped implements fyne.Tappable.
func (c *Check) Tapped(*fyne.PointEvent) {
	if !c.Disabled() {
		c.focusQuietly(c)
	}
	c.flip()
}

// TypedKey implements fyne.Focusable.
func (c *Check) TypedKey(k *fyne.KeyEvent) {
	if k.Name == fyne.KeySpace {
		c.flip()
		return
	}
	passKey(c, k)
}

// MinSize implements fyne.CanvasObject.
func (c *Check) MinSize() fyne.Size {
	c.ExtendBaseWidget(c)
	return markedSize(c.label)
}

func markedSize(label string) fyne.Size {
	if label == "" {
		return fyne.NewSize(markSide, markHeight)
	}
	return fyne.NewSize(markSide+markGap+TextWidth(label, 13, false), markHeight)
}

// CreateRenderer implements fyne.Widget.
func (c *Check) CreateRenderer() fyne.WidgetRenderer {
	ring := &canvas.Rectangle{CornerRadius: 6, StrokeWidth: 2}
	box := &canvas.Rectangle{CornerRadius: 4}
	tick := &canvas.Image{FillMode: canvas.ImageFillContain}
	line := NewLine(c.label, 13, false, Text)
	d := &drawing{of: c, objects: []fyne.CanvasObject{ring, box, tick, line}, min: c.MinSize}
	d.paint = func() {
		fill, stroke, width := Input, c.outline(Border), float32(1)
		if c.hovered && !c.on && !c.Disabled() {
			fill = Hover
		}
		text := Text
		if c.on {
			fill, stroke, width = Accent, Accent, 0
		}
		tick.Resource = Icon("check", OnAccent)
		if c.Disabled() {
			text, fill = Disabled, Footer
			if c.on {
				fill = Disabled
				tick.Resource = Icon("check", Surface)
			}
		}
		box.FillColor, box.StrokeColor, box.StrokeWidth = Col(fill), Col(stroke), width
		ring.FillColor, ring.StrokeColor = Col(None), Col(None)
		if c.ring && !c.Disabled() {
			ring.StrokeColor = Col(Accent)
		}
		tick.Hidden = !c.on
		line.Set(c.label, false, text)
	}
	d.place = func(s fyne.Size) {
		y := ceil((s.Height - markSide) / 2)
		box.Move(fyne.NewPos(0, y))
		box.Resize(fyne.NewSquareSize(markSide))
		ring.Move(fyne.NewPos(-4, y-4))
		ring.Resize(fyne.NewSquareSize(markSide + 8))
		tick.Move(fyne.NewPos(1, y+1))
		tick.Resize(fyne.NewSquareSize(markSide - 2))
		line.Place(markSide+markGap, y+13, s.Width-markSide-markGap)
	}
	d.paint()
	return d
}
