package browse

import (
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"poplar/gui/kit"
)

// typingPause is how long typing rests before the search starts.
const typingPause = 200 * time.Millisecond

// SearchBox is the field over the list.
type SearchBox struct {
	widget.BaseWidget
	// OnSearch asks for a search; an empty text ends it.
	OnSearch func(text string)
	// OnDone tells that the keyboard should go to what was found.
	OnDone func()

	entry   *kit.Typing
	clear   *kit.IconButton
	loop    kit.Loop
	focused bool
	asked   string
	stop    func()
}

// NewSearchBox returns an empty SearchBox.
func NewSearchBox(loop kit.Loop) *SearchBox {
	b := &SearchBox{entry: kit.NewTyping(), loop: loop, stop: func() {}}
	b.clear = kit.NewIconButton("x", kit.T("End the search"), b.Clear).Sized(24, 14)
	b.clear.Hide()
	b.entry.OnChanged = func(string) {
		b.stop()
		b.stop = kit.After(b.loop, typingPause, b.search)
		b.Refresh()
	}
	b.entry.OnFocus = func(on bool) {
		b.focused = on
		b.Refresh()
	}
	b.entry.OnKey = func(k *fyne.KeyEvent) bool {
		switch k.Name {
		case fyne.KeyEscape:
			if b.entry.Text == "" {
				b.done()
			}
			b.Clear()
		case fyne.KeyReturn, fyne.KeyEnter, fyne.KeyDown:
			b.search()
			b.done()
		default:
			return false
		}
		return true
	}
	b.ExtendBaseWidget(b)
	return b
}

func (b *SearchBox) done() {
	if b.OnDone != nil {
		b.OnDone()
	}
}

// search asks for what stands in the field, once.
func (b *SearchBox) search() {
	b.stop()
	text := strings.TrimSpace(b.entry.Text)
	if text == b.asked {
		return
	}
	b.asked = text
	if b.OnSearch != nil {
		b.OnSearch(text)
	}
}

// Clear empties the field and ends the search.
func (b *SearchBox) Clear() {
	b.entry.SetText("")
	b.search()
	b.Refresh()
}

// Reset empties the field without a word: something else is listed now.
func (b *SearchBox) Reset() {
	b.asked = ""
	if b.entry.Text != "" {
		b.entry.SetText("")
	}
	b.stop()
	b.Refresh()
}

// Text is what is searched for.
func (b *SearchBox) Text() string { return b.asked }

// Type gives the field the keyboard, all of its text chosen.
func (b *SearchBox) Type() {
	kit.Focus(b.entry)
	b.entry.TypedShortcut(&fyne.ShortcutSelectAll{})
}

// MinSize implements fyne.CanvasObject.
func (b *SearchBox) MinSize() fyne.Size { return fyne.NewSize(120, kit.ControlHeight) }

// CreateRenderer implements fyne.Widget.
func (b *SearchBox) CreateRenderer() fyne.WidgetRenderer {
	r := &searchRenderer{
		box: b, ground: kit.NewFill(kit.Input, 6).Outline(kit.Sep, 1),
		ring: kit.NewFill(kit.Input, 6).Outline(kit.Accent, 2),
		icon: kit.NewGlyph("search", 16, kit.Text2), empty: kit.NewLine(kit.T("Search all mail"), 13, false, kit.Text3), hint: kit.NewLine("Ctrl+K", 11, false, kit.Text3),
	}
	r.draw()
	return r
}

type searchRenderer struct {
	box          *SearchBox
	ground, ring *kit.Fill
	icon         *kit.Glyph
	empty, hint  *kit.Line // empty stands in the place of the entry's own placeholder, which sets Chinese too low
}

func (r *searchRenderer) draw() {
	b, s := r.box, r.box.Size()
	show(r.ground, !b.focused)
	show(r.ring, b.focused)
	typed := b.entry.Text != ""
	show(b.clear, typed)
	show(r.empty, !typed)
	r.empty.Place(34, 20, s.Width-34-56)
	show(r.hint, !typed && !b.focused && s.Width > 220)
	r.ground.Resize(s)
	r.ring.Resize(s)
	r.icon.Place(10, (s.Height-16)/2)
	w := r.hint.Width()
	r.hint.Place(s.Width-10-w, 19, w)
	b.clear.Move(fyne.NewPos(s.Width-28, (s.Height-24)/2))
	b.clear.Resize(fyne.NewSquareSize(24))
	b.entry.Move(fyne.NewPos(28, 0))
	b.entry.Resize(fyne.NewSize(max(s.Width-28-30, 0), s.Height))
}

func (r *searchRenderer) Layout(fyne.Size)   { r.draw() }
func (r *searchRenderer) MinSize() fyne.Size { return r.box.MinSize() }
func (r *searchRenderer) Destroy()           {}
func (r *searchRenderer) Refresh() {
	r.draw()
	for _, o := range r.Objects() {
		o.Refresh()
	}
	canvas.Refresh(r.box)
}

func (r *searchRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.ground, r.ring, r.icon, r.empty, r.box.entry, r.hint, r.box.clear}
}
