package source

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"

	"poplar/gui/kit"
	"poplar/gui/model"
	"poplar/mail"
)

// Box is the part of the engine that the window needs.
type Box interface {
	Raw(ctx context.Context, id mail.MessageID) (mail.Raw, error)
	Structure(ctx context.Context, id mail.MessageID) (mail.Structure, error)
	NodeBytes(ctx context.Context, id mail.MessageID, path string, w io.Writer) error
}

// Options say whom the window calls back. OnSave and OnSavePart ask for a place over the window w and write there.
type Options struct {
	OnSave     func(w fyne.Window)
	OnSavePart func(w fyne.Window, n mail.Node)
	OnClosed   func()
}

// The tabs.
const (
	TabRaw = iota
	TabHeaders
	TabStructure
)

const (
	// pieceSize is how much of a message is read at a time: the first piece is on the screen while the others come.
	pieceSize = 1 << 20
	// mostShown is how much of a message is shown as it stands; the rest can be saved.
	mostShown = 64 << 20
	pad       = 16
)

// Window shows one message.
type Window struct {
	Window fyne.Window

	loop   kit.Loop
	box    Box
	id     mail.MessageID
	o      Options
	ctx    context.Context //nolint:containedctx // it lasts as long as the window
	cancel context.CancelFunc

	tabs   *kit.Tabs
	raw    *text
	header *headers
	tree   *structure
	pages  []fyne.CanvasObject
	find   *finder
	state  *kit.Line
	part   *kit.Button // saves the chosen part
	jump   *kit.Button // shows it as it stands
}

// New returns the window for a message. Show brings it up.
func New(app fyne.App, loop kit.Loop, box Box, id mail.MessageID, subject string, o Options) *Window {
	if strings.TrimSpace(subject) == "" {
		subject = kit.T("(no subject)")
	}
	w := &Window{Window: app.NewWindow(kit.T("Source: %s", subject) + " – Poplar"), loop: loop, box: box, id: id, o: o}
	w.ctx, w.cancel = context.WithCancel(context.Background())
	w.Window.SetPadded(false)
	w.Window.Resize(fyne.NewSize(960, 680))
	w.raw = newText(loop)
	w.header = newHeaders(loop, w.copyMenu)
	w.tree = newStructure(w.chosen)
	w.pages = []fyne.CanvasObject{w.raw, w.header.page, w.tree.page}
	w.state = kit.NewLine(kit.T("Reading…"), 12, false, kit.Text2).Shrink().Align(fyne.TextAlignTrailing)
	w.find = newFinder(func(s string) { w.searched().find(s) }, func(by int) { w.searched().next(by) }, func() { w.focus() })
	w.raw.search, w.header.raw.search = w.find.found, w.find.found
	w.part = kit.NewButton(kit.T("Save part…"), "dl", kit.Plain, func() {
		if n := w.tree.selected(); n != nil {
			o.OnSavePart(w.Window, *n)
		}
	})
	w.jump = kit.NewButton(kit.T("Show where it stands"), "", kit.Plain, w.show)
	w.part.Disable()
	w.jump.Disable()
	w.tabs = kit.NewTabs(pad, w.choose, kit.T("As it stands"), kit.T("Header"), kit.T("Structure"))
	foot := kit.NewFoot(pad, []fyne.CanvasObject{kit.NewButton(kit.T("Save as .eml…"), "dl", kit.Plain, func() { o.OnSave(w.Window) }), w.part, w.jump},
		[]fyne.CanvasObject{kit.NewButton(kit.T("Close"), "", kit.Plain, w.Window.Close)})
	content := container.NewBorder(container.New(strip{}, w.tabs, w.state, w.find), foot, nil, nil, container.NewStack(w.pages...))
	kit.SetContent(w.Window, container.New(kit.Pile{}, kit.NewFill(kit.Surface, 0), content))
	w.Window.SetOnClosed(func() {
		w.cancel()
		w.raw.cancel()
		w.header.raw.cancel()
		if o.OnClosed != nil {
			o.OnClosed()
		}
	})
	w.keys()
	w.choose(TabRaw)
	w.read()
	w.readStructure()
	return w
}

// Show brings the window up, or to the front.
func (w *Window) Show() {
	w.Window.Show()
	w.Window.RequestFocus()
	w.focus()
}

// Choose chooses a tab.
func (w *Window) Choose(tab int) { w.tabs.Choose(tab) }

func (w *Window) keys() {
	c := w.Window.Canvas()
	add := func(k fyne.KeyName, m fyne.KeyModifier, do func()) {
		c.AddShortcut(&desktop.CustomShortcut{KeyName: k, Modifier: m}, func(fyne.Shortcut) { do() })
	}
	ctrl := fyne.KeyModifierShortcutDefault
	add(fyne.KeyF, ctrl, w.find.open)
	add(fyne.KeyG, ctrl, func() { w.searched().next(1) })
	add(fyne.KeyG, ctrl|fyne.KeyModifierShift, func() { w.searched().next(-1) })
	add(fyne.KeyS, ctrl, func() { w.o.OnSave(w.Window) })
	add(fyne.KeyW, ctrl, w.Window.Close)
	add(fyne.KeyU, ctrl, w.Window.Close)
	for i, k := range []fyne.KeyName{fyne.Key1, fyne.Key2, fyne.Key3} {
		add(k, ctrl, func() { w.tabs.Choose(i) })
	}
	c.SetOnTypedKey(func(k *fyne.KeyEvent) {
		switch k.Name {
		case fyne.KeyEscape:
			if c.Overlays().Top() == nil {
				w.Window.Close()
			}
		case fyne.KeyF3:
			if kit.Modifiers()&fyne.KeyModifierShift != 0 {
				w.searched().next(-1)
			} else {
				w.searched().next(1)
			}
		}
	})
}

func (w *Window) choose(tab int) {
	for i, p := range w.pages {
		if i == tab {
			p.Show()
		} else {
			p.Hide()
		}
	}
	show(w.find, tab != TabStructure)
	show(w.part, tab == TabStructure)
	show(w.jump, tab == TabStructure)
	switch s := w.find.text(); {
	case s == "" || tab == TabStructure:
	case tab == TabHeaders && !w.header.raw.Visible():
		w.find.count.SetText("") // nothing is searched before the person asks
	default:
		w.searched().find(s)
	}
	w.Window.Content().Refresh()
}

// searched is the text that is searched: of the header, as it stands.
func (w *Window) searched() *text {
	if w.tabs.Chosen() == TabHeaders {
		w.header.stand(true)
		return w.header.raw
	}
	return w.raw
}

func (w *Window) focus() {
	if w.tabs.Chosen() == TabRaw {
		w.Window.Canvas().Focus(w.raw)
	} else {
		w.Window.Canvas().Unfocus()
	}
}

// read brings the message in, piece by piece: the first is on the screen while the others come.
func (w *Window) read() {
	kit.Go(w.ctx, w.loop, w.pieces, func(said string, err error) {
		if err != nil {
			w.fail(err)
			return
		}
		w.state.SetText(said)
	})
}

// pieces reads the message away from the UI thread and returns what is to be said of its size.
func (w *Window) pieces(ctx context.Context) (said string, err error) {
	raw, err := w.box.Raw(ctx, w.id)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, raw.Close()) }()
	size := raw.Size()
	end := min(size, mostShown)
	for at := int64(0); at < end; {
		if err := ctx.Err(); err != nil {
			return "", err
		}
		b := make([]byte, min(pieceSize, end-at))
		n, err := raw.ReadAt(b, at)
		if n < len(b) {
			return "", errors.Join(errors.New("the message ends before its end"), err)
		}
		at += int64(n)
		w.loop(func() {
			if ctx.Err() == nil {
				w.raw.add(b)
			}
		})
	}
	if end < size {
		return kit.T("%s, of which the first %s are shown", kit.Size(size), kit.Size(end)), nil
	}
	return kit.Size(size), nil
}

func (w *Window) readStructure() {
	kit.Go(w.ctx, w.loop, func(ctx context.Context) (mail.Structure, error) { return w.box.Structure(ctx, w.id) }, func(s mail.Structure, err error) {
		if err != nil {
			w.fail(err)
			return
		}
		w.header.set(s.Header)
		w.tree.set(s)
	})
}

func (w *Window) fail(err error) {
	told := model.TellError(err, kit.T)
	said := told.What
	if told.Said != "" {
		said = fmt.Sprintf("%s: %s", said, told.Said)
	}
	w.state.Set(said, false, kit.Err)
}

// chosen follows the choice of a part.
func (w *Window) chosen(n *mail.Node) {
	enable(w.part, n != nil && !strings.HasPrefix(n.Type, "multipart/"))
	enable(w.jump, n != nil && n.Offset >= 0 && n.Offset < int64(len(w.raw.octets.Bytes())))
}

// show goes to the chosen part as it stands in the message.
func (w *Window) show() {
	n := w.tree.selected()
	if n == nil || n.Offset < 0 {
		return
	}
	w.tabs.Choose(TabRaw)
	at := int(n.Offset)
	w.raw.anchor, w.raw.caret = at, min(at+int(n.Raw), len(w.raw.octets.Bytes()))
	w.raw.scrollTo(float64(w.raw.octets.RowAt(at)) * rowHigh)
	w.focus()
}

// Saved tells that something was written, or why it was not.
func (w *Window) Saved(name string, err error) {
	if err != nil {
		w.state.Set(kit.T("%s was not saved: %s", name, err), false, kit.Err)
		return
	}
	w.state.Set(kit.T("%s saved", name), false, kit.Text2)
}

func (w *Window) copyMenu(s string, at fyne.Position) {
	kit.PopUp(fyne.NewMenu("", fyne.NewMenuItem(kit.T("Copy"), func() { fyne.CurrentApp().Clipboard().SetContent(s) })), w.Window.Canvas(), at)
}

func show(o fyne.CanvasObject, visible bool) {
	switch {
	case visible && !o.Visible():
		o.Show()
	case !visible && o.Visible():
		o.Hide()
	}
}

func enable(w fyne.Disableable, on bool) {
	if on {
		w.Enable()
	} else {
		w.Disable()
	}
}

// strip lays out the tabs with what is said and the search at their right.
type strip struct{}

// Layout implements fyne.Layout.
func (strip) Layout(o []fyne.CanvasObject, s fyne.Size) {
	o[0].Resize(s)
	right := s.Width - pad
	if o[2].Visible() {
		w := min(o[2].MinSize().Width, s.Width/2)
		right -= w
		o[2].Move(fyne.NewPos(right, 5))
		o[2].Resize(fyne.NewSize(w, kit.ControlHeight))
		right -= 16
	}
	left := o[0].MinSize().Width
	o[1].(*kit.Line).Place(left, 25, max(right-left, 0))
}

// MinSize implements fyne.Layout.
func (strip) MinSize(o []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(o[0].MinSize().Width+160, o[0].MinSize().Height)
}
