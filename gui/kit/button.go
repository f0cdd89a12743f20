package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// Kind says how much a Button asks to be pressed.
type Kind int

// The kinds of buttons. A view has at most one that is Filled.
const (
	Plain  Kind = iota
	Filled      // the one main thing to do
	Link        // bold words without a ground
	Danger      // something is lost by it
	Flat        // words without a ground until the mouse is over them: the strip
)

// ControlHeight is the height of buttons and fields.
const ControlHeight = 30

const buttonGap = 8 // between icon and words

// measures returns the room at both sides of a button's contents, and the side of its icon.
func (b *Button) measures() (pad, icon float32) {
	switch b.kind {
	case Flat:
		return 10, 18
	case Link:
		return 8, 16
	}
	return 12, 16
}

// Button is a button of words, with an icon before them if it has one. Tab reaches it; Enter and Space press it.
type Button struct {
	widget.DisableableWidget
	OnTapped func()

	label string
	icon  string
	kind  Kind
	pressState
}

// pressState is what the mouse and the keyboard do to a button.
type pressState struct{ hovered, focused, down bool }

// NewButton returns a Button. icon is a name for Icon, or empty.
func NewButton(label, icon string, kind Kind, tap func()) *Button {
	b := &Button{label: label, icon: icon, kind: kind, OnTapped: tap}
	b.ExtendBaseWidget(b)
	return b
}

// Label is what the button says.
func (b *Button) Label() string { return b.label }

// SetLabel changes what the button says.
func (b *Button) SetLabel(s string) {
	if s != b.label {
		b.label = s
		b.Refresh()
	}
}

// SetKind changes how the button looks.
func (b *Button) SetKind(k Kind) {
	if k != b.kind {
		b.kind = k
		b.Refresh()
	}
}

// Tapped implements fyne.Tappable.
func (b *Button) Tapped(*fyne.PointEvent) { b.press() }

func (b *Button) press() {
	if !b.Disabled() && b.OnTapped != nil {
		b.OnTapped()
	}
}

// Cursor implements desktop.Cursorable.
func (b *Button) Cursor() desktop.Cursor { return desktop.DefaultCursor }

// MouseIn implements desktop.Hoverable.
func (b *Button) MouseIn(*desktop.MouseEvent) { b.hovered = true; b.Refresh() }

// MouseMoved implements desktop.Hoverable.
func (b *Button) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (b *Button) MouseOut() { b.hovered, b.down = false, false; b.Refresh() }

// MouseDown implements desktop.Mouseable.
func (b *Button) MouseDown(*desktop.MouseEvent) { b.down = true; b.Refresh() }

// MouseUp implements desktop.Mouseable.
func (b *Button) MouseUp(*desktop.MouseEvent) { b.down = false; b.Refresh() }

// FocusGained implements fyne.Focusable.
func (b *Button) FocusGained() { b.focused = true; b.Refresh() }

// FocusLost implements fyne.Focusable.
func (b *Button) FocusLost() { b.focused = false; b.Refresh() }

// TypedRune implements fyne.Focusable.
func (b *Button) TypedRune(rune) {}

// TypedKey implements fyne.Focusable.
func (b *Button) TypedKey(k *fyne.KeyEvent) {
	switch k.Name {
	case fyne.KeySpace, fyne.KeyReturn, fyne.KeyEnter:
		b.press()
	default:
		PassKey(b, k)
	}
}

func (b *Button) bold() bool { return b.kind == Filled || b.kind == Link }

// MinSize implements fyne.CanvasObject.
func (b *Button) MinSize() fyne.Size {
	b.ExtendBaseWidget(b)
	pad, icon := b.measures()
	w := 2 * pad
	if b.label != "" {
		w += TextWidth(b.label, 13, b.bold())
	}
	if b.icon != "" {
		w += icon
		if b.label != "" {
			w += buttonGap
		}
	}
	return fyne.NewSize(w, ControlHeight)
}

// CreateRenderer implements fyne.Widget.
func (b *Button) CreateRenderer() fyne.WidgetRenderer {
	r := &buttonRenderer{
		button: b, ground: &canvas.Rectangle{CornerRadius: 6}, ring: &canvas.Rectangle{StrokeWidth: 2},
		icon: &canvas.Image{FillMode: canvas.ImageFillContain}, line: NewLine(b.label, 13, b.bold(), Text),
	}
	r.paint()
	return r
}

type buttonRenderer struct {
	button       *Button
	ground, ring *canvas.Rectangle
	icon         *canvas.Image
	line         *Line
}

// colours returns ground, text and icon for the state of the moment.
func (b *Button) colours() (ground, text, icon Colour) {
	switch b.kind {
	case Filled:
		ground, text, icon = Accent, OnAccent, OnAccent
		if b.hovered {
			ground = AccentHover
		}
	case Link:
		ground, text, icon = None, AccentText, AccentText
	case Flat:
		ground, text, icon = None, Text, Text2
		if b.hovered {
			ground, icon = Hover, Text
		}
	case Danger:
		ground, text, icon = ButtonFill, Err, Err
	default:
		ground, text, icon = ButtonFill, Text, Text2
	}
	if b.kind == Plain || b.kind == Danger {
		if b.hovered {
			ground = Press
		}
	}
	if b.down && b.kind != Filled && b.kind != Link {
		ground = Press
	}
	if b.Disabled() {
		text, icon = Disabled, Disabled
		if ground != None {
			ground = ButtonFill
		}
		if b.kind == Flat {
			ground = None
		}
	}
	return ground, text, icon
}

func (r *buttonRenderer) paint() {
	b := r.button
	ground, text, icon := b.colours()
	r.ground.FillColor = Col(ground)
	r.ring.FillColor = Col(None)
	r.ring.StrokeColor = Col(Accent)
	r.ring.Hidden = !b.focused || b.Disabled()
	r.line.Set(b.label, b.bold(), text)
	r.icon.Hidden = b.icon == ""
	if b.icon != "" {
		r.icon.Resource = Icon(b.icon, icon)
	}
}

func (r *buttonRenderer) Layout(s fyne.Size) {
	b := r.button
	r.ground.Resize(s)
	// The ring of a filled button stands off by 2; the others have it inside.
	if b.kind == Filled {
		r.ring.CornerRadius = 9
		r.ring.Move(fyne.NewPos(-4, -4))
		r.ring.Resize(fyne.NewSize(s.Width+8, s.Height+8))
	} else {
		r.ring.CornerRadius = 6
		r.ring.Move(fyne.NewPos(0, 0))
		r.ring.Resize(s)
	}
	text := float32(0)
	if b.label != "" {
		text = r.line.Width()
	}
	pad, icon := b.measures()
	lead := float32(0)
	if b.icon != "" {
		lead = icon
		if b.label != "" {
			lead += buttonGap
		}
	}
	text = min(text, max(s.Width-2*pad-lead, 0))
	x := ceil((s.Width - lead - text) / 2)
	r.icon.Move(fyne.NewPos(x, ceil((s.Height-icon)/2)))
	r.icon.Resize(fyne.NewSquareSize(icon))
	r.line.Place(x+lead, ceil(s.Height/2)+5, text)
}

func (r *buttonRenderer) MinSize() fyne.Size { return r.button.MinSize() }

func (r *buttonRenderer) Refresh() {
	r.paint()
	r.Layout(r.button.Size())
	r.line.Refresh()
	canvas.Refresh(r.button)
	r.icon.Refresh()
}

func (r *buttonRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.ground, r.ring, r.icon, r.line}
}

func (r *buttonRenderer) Destroy() {}
