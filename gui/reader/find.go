package reader

import (
	"fmt"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"poplar/gui/kit"
)

// findPause is how long typing rests before the message is searched.
const findPause = 120 * time.Millisecond

// findBar looks for words in the message that is shown. It lies over the message's upper right corner.
type findBar struct {
	widget.BaseWidget
	ground, box *kit.Fill
	entry       *kit.Typing
	count       *kit.Line
	up, down    *kit.IconButton
	cross       *kit.IconButton
	find        func(text string) (count, at int)
	step        func(by int) (count, at int)
	closed      func()
	loop        kit.Loop
	stop        func()
	asked       string
}

func newFindBar(loop kit.Loop, find func(string) (int, int), step func(int) (int, int), closed func()) *findBar {
	b := &findBar{
		ground: kit.NewFill(kit.Dialog, 8).Outline(kit.Sep, 1).Lift(18, 6), box: kit.NewFill(kit.Input, 6).Outline(kit.Border, 1),
		entry: kit.NewTyping(), count: kit.NewLine("", 12, false, kit.Text2).Align(fyne.TextAlignTrailing),
		find: find, step: step, closed: closed, loop: loop, stop: func() {},
	}
	b.up = kit.NewIconButton("up", kit.T("Previous"), func() { b.show(b.step(-1)) }).Sized(28, 16)
	b.down = kit.NewIconButton("down", kit.T("Next"), func() { b.show(b.step(1)) }).Sized(28, 16)
	b.cross = kit.NewIconButton("x", kit.T("Close"), b.close).Sized(28, 14)
	b.entry.OnChanged = func(string) {
		b.stop()
		b.stop = kit.After(b.loop, findPause, b.search)
	}
	b.entry.OnFocus = func(on bool) {
		if on {
			b.box.Set(kit.Input, kit.Accent)
		} else {
			b.box.Set(kit.Input, kit.Border)
		}
	}
	b.entry.OnKey = func(k *fyne.KeyEvent) bool {
		switch k.Name {
		case fyne.KeyEscape:
			b.close()
		case fyne.KeyReturn, fyne.KeyEnter, fyne.KeyF3:
			by := 1
			if kit.Modifiers()&fyne.KeyModifierShift != 0 {
				by = -1
			}
			b.next(by)
		case fyne.KeyUp:
			b.next(-1)
		case fyne.KeyDown:
			b.next(1)
		default:
			return false
		}
		return true
	}
	b.ExtendBaseWidget(b)
	b.Hide()
	return b
}

// search looks for what stands in the field.
func (b *findBar) search() {
	b.stop()
	b.asked = b.entry.Text
	b.show(b.find(b.entry.Text))
}

// next goes to another place; what was typed since is looked for first.
func (b *findBar) next(by int) {
	if b.asked != b.entry.Text {
		b.search()
		return
	}
	b.show(b.step(by))
}

// show tells how many places there are, and at which the message stands.
func (b *findBar) show(count, at int) {
	switch {
	case b.entry.Text == "":
		b.count.Set("", false, kit.Text2)
	case count == 0:
		b.count.Set(kit.T("not found"), false, kit.Err)
	default:
		b.count.Set(fmt.Sprintf("%d / %d", at+1, count), false, kit.Text2)
	}
	on := count > 0
	enable(b.up, on)
	enable(b.down, on)
}

// open shows the bar and gives it the keyboard, with a text to begin with where there is one. near is something that
// stands in the window already.
func (b *findBar) open(text string, near fyne.CanvasObject) {
	b.Show()
	if text != "" {
		b.entry.SetText(text)
	}
	b.search()
	kit.FocusNear(near, b.entry)
	b.entry.TypedShortcut(&fyne.ShortcutSelectAll{})
}

func (b *findBar) close() {
	if !b.Visible() {
		return
	}
	b.stop()
	b.asked = ""
	b.Hide()
	b.closed()
}

const (
	findWide = 330
	findHigh = 42
)

// MinSize implements fyne.CanvasObject.
func (b *findBar) MinSize() fyne.Size { return fyne.NewSize(220, findHigh) }

// Cursor implements desktop.Cursorable: what lies under the bar does not show through.
func (b *findBar) Cursor() desktop.Cursor { return desktop.DefaultCursor }

// MouseIn implements desktop.Hoverable.
func (b *findBar) MouseIn(*desktop.MouseEvent) {}

// MouseMoved implements desktop.Hoverable.
func (b *findBar) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (b *findBar) MouseOut() {}

// Tapped implements fyne.Tappable: a click on the bar is not one on the message.
func (b *findBar) Tapped(*fyne.PointEvent) {}

// CreateRenderer implements fyne.Widget.
func (b *findBar) CreateRenderer() fyne.WidgetRenderer { return &findRenderer{b} }

type findRenderer struct{ bar *findBar }

func (r *findRenderer) Layout(s fyne.Size) {
	b := r.bar
	b.ground.Resize(s)
	x := s.Width - 7 - 28
	for _, o := range []*kit.IconButton{b.cross, b.down, b.up} {
		o.Move(fyne.NewPos(x, 7))
		o.Resize(fyne.NewSquareSize(28))
		x -= 29
	}
	x += 26
	b.box.Move(fyne.NewPos(7, 6))
	b.box.Resize(fyne.NewSize(max(x-7, 0), 30))
	b.entry.Move(fyne.NewPos(9, 6))
	b.entry.Resize(fyne.NewSize(max(x-9-72, 0), 30))
	b.count.Place(max(x-76, 0), 25, 68)
}

func (r *findRenderer) MinSize() fyne.Size { return r.bar.MinSize() }
func (r *findRenderer) Destroy()           {}
func (r *findRenderer) Refresh() {
	for _, o := range r.Objects() {
		o.Refresh()
	}
}

func (r *findRenderer) Objects() []fyne.CanvasObject {
	b := r.bar
	return []fyne.CanvasObject{b.ground, b.box, b.entry, b.count, b.up, b.down, b.cross}
}
