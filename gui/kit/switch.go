package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
)

const (
	switchWidth  = 34
	switchHeight = 20
)

// Switch is something that is on or off and takes effect at once.
type Switch struct {
	control
	OnChanged func(bool)

	on bool
}

// NewSwitch returns a Switch.
func NewSwitch(on bool, changed func(bool)) *Switch {
	s := &Switch{on: on, OnChanged: changed}
	s.ExtendBaseWidget(s)
	return s
}

// On reports whether it is on.
func (s *Switch) On() bool { return s.on }

// SetOn turns it on or off, without OnChanged.
func (s *Switch) SetOn(on bool) {
	if on != s.on {
		s.on = on
		s.Refresh()
	}
}

func (s *Switch) flip() {
	if s.Disabled() {
		return
	}
	s.on = !s.on
	s.Refresh()
	if s.OnChanged != nil {
		s.OnChanged(s.on)
	}
}

// Tapped implements fyne.Tappable.
func (s *Switch) Tapped(*fyne.PointEvent) {
	if !s.Disabled() {
		s.focusQuietly(s)
	}
	s.flip()
}

// TypedKey implements fyne.Focusable.
func (s *Switch) TypedKey(k *fyne.KeyEvent) {
	if k.Name == fyne.KeySpace {
		s.flip()
		return
	}
	passKey(s, k)
}

// MinSize implements fyne.CanvasObject.
func (s *Switch) MinSize() fyne.Size {
	s.ExtendBaseWidget(s)
	return fyne.NewSize(switchWidth, switchHeight)
}

// CreateRenderer implements fyne.Widget.
func (s *Switch) CreateRenderer() fyne.WidgetRenderer {
	ring := &canvas.Rectangle{CornerRadius: 14, StrokeWidth: 2}
	pill := &canvas.Rectangle{CornerRadius: switchHeight / 2}
	knob := &canvas.Circle{}
	d := &drawing{of: s, objects: []fyne.CanvasObject{ring, pill, knob}, min: s.MinSize}
	d.paint = func() {
		fill := Border
		if s.on {
			fill = Accent
		}
		if s.Disabled() {
			fill = SelOff
		}
		pill.FillColor, knob.FillColor = Col(fill), Col(onAvatar)
		ring.FillColor, ring.StrokeColor = Col(None), Col(None)
		if s.ring && !s.Disabled() {
			ring.StrokeColor = Col(Accent)
		}
	}
	d.place = func(size fyne.Size) {
		y := (size.Height - switchHeight) / 2
		pill.Move(fyne.NewPos(0, y))
		pill.Resize(fyne.NewSize(switchWidth, switchHeight))
		ring.Move(fyne.NewPos(-4, y-4))
		ring.Resize(fyne.NewSize(switchWidth+8, switchHeight+8))
		x := float32(3)
		if s.on {
			x = switchWidth - switchHeight + 3
		}
		knob.Move(fyne.NewPos(x, y+3))
		knob.Resize(fyne.NewSquareSize(switchHeight - 6))
	}
	d.paint()
	return d
}
