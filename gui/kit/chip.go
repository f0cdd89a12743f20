package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// chipHeight is the height of a chip.
const chipHeight = 24

// Chip is a small pill that stands for an address, a word to search for, or the like.
type Chip struct {
	widget.BaseWidget
	OnTapped  func()
	OnDouble  func()
	OnRemoved func() // where set, the chip has a cross
	// OnDragged, where set, lets the chip be dragged: it is told where the mouse is in the window, and OnDropped when the
	// button is let go.
	OnDragged func(at fyne.Position)
	OnDropped func()

	text, hint string
	avatar     fyne.CanvasObject
	wrong      bool
	selected   bool
	hovered    bool
	away       func()
}

// NewChip returns a Chip. hint is what its hover label says.
func NewChip(text, hint string) *Chip {
	c := &Chip{text: text, hint: hint, away: func() {}}
	c.ExtendBaseWidget(c)
	return c
}

// Person gives the chip the round letters of an address. It returns c.
func (c *Chip) Person(name, addr string) *Chip {
	c.avatar = NewAvatar(name, addr, 18)
	return c
}

// Wrong shows that what the chip stands for cannot be used. It returns c.
func (c *Chip) Wrong() *Chip {
	c.wrong = true
	return c
}

// Text is what the chip says.
func (c *Chip) Text() string { return c.text }

// SetSelected shows the chip as the one that the next key is for.
func (c *Chip) SetSelected(on bool) {
	if on != c.selected {
		c.selected = on
		c.Refresh()
	}
}

// Selected reports whether SetSelected is on.
func (c *Chip) Selected() bool { return c.selected }

// Tapped implements fyne.Tappable.
func (c *Chip) Tapped(*fyne.PointEvent) {
	c.away()
	if c.OnTapped != nil {
		c.OnTapped()
	}
}

// DoubleTapped implements fyne.DoubleTappable.
func (c *Chip) DoubleTapped(*fyne.PointEvent) {
	if c.OnDouble != nil {
		c.OnDouble()
	}
}

// Dragged implements fyne.Draggable.
func (c *Chip) Dragged(e *fyne.DragEvent) {
	c.away()
	if c.OnDragged != nil {
		c.OnDragged(e.AbsolutePosition)
	}
}

// DragEnd implements fyne.Draggable.
func (c *Chip) DragEnd() {
	if c.OnDropped != nil {
		c.OnDropped()
	}
}

// MouseIn implements desktop.Hoverable.
func (c *Chip) MouseIn(*desktop.MouseEvent) {
	c.hovered = true
	c.away()
	c.away = Hint(c, c.hint)
	c.Refresh()
}

// MouseMoved implements desktop.Hoverable.
func (c *Chip) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (c *Chip) MouseOut() {
	c.hovered = false
	c.away()
	c.Refresh()
}

// lead is the room before the text.
func (c *Chip) lead() float32 {
	if c.avatar != nil || c.wrong {
		return 27
	}
	return 10
}

// MinSize implements fyne.CanvasObject.
func (c *Chip) MinSize() fyne.Size {
	c.ExtendBaseWidget(c)
	w := c.lead() + TextWidth(c.text, 12, false) + 9
	if c.OnRemoved != nil {
		w += 16
	}
	return fyne.NewSize(min(w, 320), chipHeight)
}

// CreateRenderer implements fyne.Widget.
func (c *Chip) CreateRenderer() fyne.WidgetRenderer {
	pill := &canvas.Rectangle{CornerRadius: chipHeight / 2}
	sign := &canvas.Image{FillMode: canvas.ImageFillContain}
	line := NewLine(c.text, 12, false, Text).CutAt(CutMiddle)
	d := &drawing{of: c, objects: []fyne.CanvasObject{pill, line, sign}, min: c.MinSize}
	var cross *IconButton
	if c.avatar != nil {
		d.objects = append(d.objects, c.avatar)
	}
	if c.OnRemoved != nil {
		cross = NewIconButton("x", T("Remove"), c.OnRemoved).Sized(18, 12)
		d.objects = append(d.objects, cross)
	}
	d.paint = func() {
		fill, text := Pill, Text
		switch {
		case c.selected && c.wrong:
			fill, text = Err, Surface
		case c.selected:
			fill, text = Accent, OnAccent
		case c.wrong:
			fill, text = ErrBg, Err
		case c.hovered:
			fill = Press
		}
		pill.FillColor = Col(fill)
		line.Set(c.text, false, text)
		sign.Resource, sign.Hidden = Icon("warn", text), !c.wrong
	}
	d.place = func(s fyne.Size) {
		pill.Resize(fyne.NewSize(s.Width, chipHeight))
		right := float32(9)
		if cross != nil {
			right = 24
			cross.Move(fyne.NewPos(s.Width-22, 3))
			cross.Resize(fyne.NewSquareSize(18))
		}
		line.Place(c.lead(), 16, s.Width-c.lead()-right)
		sign.Move(fyne.NewPos(8, 5))
		sign.Resize(fyne.NewSquareSize(14))
		if c.avatar != nil {
			c.avatar.Move(fyne.NewPos(3, 3))
			c.avatar.Resize(fyne.NewSquareSize(18))
		}
	}
	d.paint()
	return d
}
