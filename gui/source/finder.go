package source

import (
	"fmt"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"poplar/gui/kit"
)

// finder is the field that looks for words, with how many there are and the way to the next.
type finder struct {
	widget.BaseWidget
	field    *kit.Field
	count    *kit.Line
	up, down *kit.IconButton
}

func newFinder(find func(string), next func(by int), left func()) *finder {
	f := &finder{count: kit.NewLine("", 12, false, kit.Text2).Align(fyne.TextAlignTrailing)}
	f.field = kit.NewField("", kit.T("Find"), find)
	f.up = kit.NewIconButton("up", kit.T("Previous"), func() { next(-1) }).Sized(30, 16)
	f.down = kit.NewIconButton("down", kit.T("Next"), func() { next(1) }).Sized(30, 16)
	f.up.Disable()
	f.down.Disable()
	f.field.Entry.OnKey = func(k *fyne.KeyEvent) bool {
		switch k.Name {
		case fyne.KeyReturn, fyne.KeyEnter:
			if kit.Modifiers()&fyne.KeyModifierShift != 0 {
				next(-1)
			} else {
				next(1)
			}
		case fyne.KeyEscape:
			f.field.Entry.SetText("")
			left()
		default:
			return false
		}
		return true
	}
	f.ExtendBaseWidget(f)
	return f
}

func (f *finder) text() string { return f.field.Entry.Text }

// open gives the field the keyboard.
func (f *finder) open() {
	kit.Focus(f.field.Entry)
	f.field.Entry.TypedShortcut(&fyne.ShortcutSelectAll{})
}

// found tells how many places there are, and at which one stands.
func (f *finder) found(count, at int) {
	switch {
	case f.text() == "":
		f.count.Set("", false, kit.Text2)
	case count == 0:
		f.count.Set(kit.T("not found"), false, kit.Err)
	default:
		f.count.Set(fmt.Sprintf("%d / %d", at+1, count), false, kit.Text2)
	}
	enable(f.up, count > 0)
	enable(f.down, count > 0)
}

// MinSize implements fyne.CanvasObject.
func (f *finder) MinSize() fyne.Size {
	f.ExtendBaseWidget(f)
	return fyne.NewSize(380, kit.ControlHeight)
}

// CreateRenderer implements fyne.Widget.
func (f *finder) CreateRenderer() fyne.WidgetRenderer { return &finderRenderer{f} }

type finderRenderer struct{ f *finder }

func (r *finderRenderer) Layout(s fyne.Size) {
	f := r.f
	right := s.Width
	for _, b := range []*kit.IconButton{f.down, f.up} {
		right -= 30
		b.Move(fyne.NewPos(right, 0))
		b.Resize(fyne.NewSquareSize(30))
	}
	w := max(min(right-96, 220), 60)
	f.field.Move(fyne.NewPos(right-8-w, 0))
	f.field.Resize(fyne.NewSize(w, kit.ControlHeight))
	f.count.Place(0, 20, max(right-w-18, 0))
}
func (r *finderRenderer) MinSize() fyne.Size { return r.f.MinSize() }
func (r *finderRenderer) Destroy()           {}
func (r *finderRenderer) Refresh() {
	r.Layout(r.f.Size())
	for _, o := range r.Objects() {
		o.Refresh()
	}
}

func (r *finderRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.f.count, r.f.field, r.f.up, r.f.down}
}
