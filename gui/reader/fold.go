package reader

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"poplar/gui/kit"
)

// fold is a line that unfolds more of it. Tab reaches it; Enter and Space unfold.
type fold struct {
	widget.BaseWidget
	icon    *kit.Glyph // before the line, or nil
	line    *kit.Line
	arrow   *kit.Glyph
	tap     func()
	focused bool
}

func newFold(tap func()) *fold {
	f := &fold{line: kit.NewLine("", 12, false, kit.Text2), arrow: kit.NewGlyph("down", 12, kit.Text2), tap: tap}
	f.ExtendBaseWidget(f)
	return f
}

// lead puts an icon before the line.
func (f *fold) lead(icon string, c kit.Colour) {
	if f.icon == nil {
		f.icon = kit.NewGlyph(icon, 13, c)
	}
	f.icon.Set(icon, c)
	if c == kit.Text3 { // what is hardly worth a look
		f.line.SetColour(kit.Text3)
	} else {
		f.line.SetColour(kit.Text2)
	}
}

func (f *fold) set(text string, open bool) {
	f.line.SetText(text)
	icon := "down"
	if open {
		icon = "up"
	}
	f.arrow.Set(icon, kit.Text2)
	f.Refresh()
}

// Tapped implements fyne.Tappable.
func (f *fold) Tapped(*fyne.PointEvent) { f.tap() }

// Cursor implements desktop.Cursorable.
func (f *fold) Cursor() desktop.Cursor { return desktop.PointerCursor }

// FocusGained implements fyne.Focusable.
func (f *fold) FocusGained() { f.focused = true; f.Refresh() }

// FocusLost implements fyne.Focusable.
func (f *fold) FocusLost() { f.focused = false; f.Refresh() }

// TypedRune implements fyne.Focusable.
func (f *fold) TypedRune(rune) {}

// TypedKey implements fyne.Focusable.
func (f *fold) TypedKey(k *fyne.KeyEvent) {
	switch k.Name {
	case fyne.KeySpace, fyne.KeyReturn, fyne.KeyEnter:
		f.tap()
	default:
		kit.PassKey(f, k)
	}
}

// CreateRenderer implements fyne.Widget.
func (f *fold) CreateRenderer() fyne.WidgetRenderer {
	return &foldRenderer{f, kit.NewFill(kit.None, 4)}
}

type foldRenderer struct {
	fold *fold
	ring *kit.Fill
}

func (r *foldRenderer) Layout(s fyne.Size) {
	f, x := r.fold, float32(0)
	if f.icon != nil {
		f.icon.Place(0, 2)
		x = 18
	}
	w := min(f.line.Width(), max(s.Width-x-18, 0))
	f.line.Place(x, 13, w)
	f.arrow.Place(x+w+5, 3)
	stroke := kit.None
	if f.focused {
		stroke = kit.Accent
	}
	r.ring.Outline(stroke, 2).Refresh()
	r.ring.Move(fyne.NewPos(-4, -1))
	r.ring.Resize(fyne.NewSize(x+w+25, s.Height+2))
}
func (r *foldRenderer) MinSize() fyne.Size { return fyne.NewSize(40, 18) }
func (r *foldRenderer) Destroy()           {}
func (r *foldRenderer) Refresh() {
	r.Layout(r.fold.Size())
	for _, o := range r.Objects() {
		o.Refresh()
	}
}

func (r *foldRenderer) Objects() []fyne.CanvasObject {
	out := []fyne.CanvasObject{r.ring, r.fold.line, r.fold.arrow}
	if r.fold.icon != nil {
		out = append(out, r.fold.icon)
	}
	return out
}
