package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// iconSide is the side of an IconButton.
const iconSide = 32

// IconButton is a button that is one icon; its words show when the mouse rests on it.
type IconButton struct {
	widget.DisableableWidget
	OnTapped func()

	icon   string
	hint   string
	size   float32 // of the icon
	side   float32 // of the button
	ground Colour
	on     bool
	away   func() // takes the hover label away
	pressState
}

// NewIconButton returns an IconButton of 32 x 32. hint is what the hover label says.
func NewIconButton(icon, hint string, tap func()) *IconButton {
	b := &IconButton{icon: icon, hint: hint, size: 18, side: iconSide, ground: None, OnTapped: tap, away: func() {}}
	b.ExtendBaseWidget(b)
	return b
}

// Sized sets the side of the button and of its icon, for tight places. It returns b.
func (b *IconButton) Sized(side, icon float32) *IconButton {
	b.side, b.size = side, icon
	return b
}

// Hint is what the hover label says.
func (b *IconButton) Hint() string { return b.hint }

// SetIcon changes icon and hover label.
func (b *IconButton) SetIcon(icon, hint string) {
	if icon != b.icon || hint != b.hint {
		b.icon, b.hint = icon, hint
		b.Refresh()
	}
}

// SetOn shows that what the button stands for is switched on.
func (b *IconButton) SetOn(on bool) {
	if on != b.on {
		b.on = on
		b.Refresh()
	}
}

// On reports whether the button shows as switched on.
func (b *IconButton) On() bool { return b.on }

// Tapped implements fyne.Tappable.
func (b *IconButton) Tapped(*fyne.PointEvent) { b.press() }

func (b *IconButton) press() {
	b.away()
	if !b.Disabled() && b.OnTapped != nil {
		b.OnTapped()
	}
}

// MouseIn implements desktop.Hoverable.
func (b *IconButton) MouseIn(*desktop.MouseEvent) {
	b.hovered = true
	b.away()
	b.away = Hint(b, b.hint)
	b.Refresh()
}

// MouseMoved implements desktop.Hoverable.
func (b *IconButton) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (b *IconButton) MouseOut() {
	b.hovered, b.down = false, false
	b.away()
	b.Refresh()
}

// MouseDown implements desktop.Mouseable.
func (b *IconButton) MouseDown(*desktop.MouseEvent) { b.down = true; b.away(); b.Refresh() }

// MouseUp implements desktop.Mouseable.
func (b *IconButton) MouseUp(*desktop.MouseEvent) { b.down = false; b.Refresh() }

// FocusGained implements fyne.Focusable.
func (b *IconButton) FocusGained() { b.focused = true; b.Refresh() }

// FocusLost implements fyne.Focusable.
func (b *IconButton) FocusLost() { b.focused = false; b.Refresh() }

// TypedRune implements fyne.Focusable.
func (b *IconButton) TypedRune(rune) {}

// TypedKey implements fyne.Focusable.
func (b *IconButton) TypedKey(k *fyne.KeyEvent) {
	switch k.Name {
	case fyne.KeySpace, fyne.KeyReturn, fyne.KeyEnter:
		b.press()
	default:
		PassKey(b, k)
	}
}

// MinSize implements fyne.CanvasObject.
func (b *IconButton) MinSize() fyne.Size {
	b.ExtendBaseWidget(b)
	return fyne.NewSquareSize(b.side)
}

// CreateRenderer implements fyne.Widget.
func (b *IconButton) CreateRenderer() fyne.WidgetRenderer {
	r := &iconButtonRenderer{
		button: b, ground: &canvas.Rectangle{CornerRadius: 6},
		icon: &canvas.Image{FillMode: canvas.ImageFillContain},
	}
	r.paint()
	return r
}

type iconButtonRenderer struct {
	button *IconButton
	ground *canvas.Rectangle
	icon   *canvas.Image
}

func (r *iconButtonRenderer) paint() {
	b := r.button
	ground, icon := b.ground, Text2
	switch {
	case b.Disabled():
		icon = Disabled
	case b.on:
		ground, icon = Sel, AccentText
	case b.down:
		ground, icon = Press, Text
	case b.hovered:
		ground, icon = Hover, Text
	}
	r.ground.FillColor = Col(ground)
	r.ground.StrokeColor, r.ground.StrokeWidth = Col(None), 0
	if b.focused && !b.Disabled() {
		r.ground.StrokeColor, r.ground.StrokeWidth = Col(Accent), 2
	}
	r.icon.Resource = Icon(b.icon, icon)
}

func (r *iconButtonRenderer) Layout(s fyne.Size) {
	r.ground.Resize(s)
	r.icon.Move(fyne.NewPos((s.Width-r.button.size)/2, (s.Height-r.button.size)/2))
	r.icon.Resize(fyne.NewSquareSize(r.button.size))
}

func (r *iconButtonRenderer) MinSize() fyne.Size { return r.button.MinSize() }

func (r *iconButtonRenderer) Refresh() {
	r.paint()
	canvas.Refresh(r.button)
	r.icon.Refresh()
}

func (r *iconButtonRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.ground, r.icon}
}

func (r *iconButtonRenderer) Destroy() {}
