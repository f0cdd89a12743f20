package remote

import (
	"context"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"poplar/gui/kit"
	"poplar/gui/model"
	"poplar/mail"
)

// RefusedWindow lists the messages that an account's server would not give, and what can be done about each.
type RefusedWindow struct {
	Window fyne.Window

	p      model.Servers
	loop   kit.Loop
	a      mail.Account
	o      Options
	ctx    context.Context //nolint:containedctx // it lasts exactly as long as the window
	cancel context.CancelFunc
	list   []mail.RefusedMessage
	rows   *fyne.Container
	notice *fyne.Container
	body   *fyne.Container
	all    *kit.Button
}

// NewRefused returns the window of what an account's server refuses.
func NewRefused(app fyne.App, p model.Servers, loop kit.Loop, a mail.Account, o Options) *RefusedWindow {
	if o.Now == nil {
		o.Now = time.Now
	}
	w := &RefusedWindow{Window: app.NewWindow(kit.T("Messages the server refuses")), p: p, loop: loop, a: a, o: o}
	w.ctx, w.cancel = context.WithCancel(context.Background())
	w.Window.SetPadded(false)
	w.Window.Resize(fyne.NewSize(760, 440))
	w.rows = container.New(&kit.Column{})
	w.notice = container.New(&kit.Column{Pad: fyne.NewSize(pad, 0)})
	head := container.New(&kit.Column{Gap: 4, Pad: fyne.NewSize(pad, 18)},
		kit.NewPara(kit.T("%s does not give these messages", a.Incoming.Host), 15, true, kit.Text),
		kit.NewPara(kit.T("All others have come. Poplar asks again at each check, after all others. Often the webmail can open them."), 12, false, kit.Text2))
	w.all = kit.NewButton(kit.T("Try all again"), "refresh", kit.Plain, func() {
		w.do(func(ctx context.Context) error { return p.Retry(ctx, a.ID, keys(w.list)...) })
	})
	foot := kit.NewFoot(pad, []fyne.CanvasObject{w.all}, []fyne.CanvasObject{kit.NewButton(kit.T("Close"), "", kit.Plain, w.Window.Close)})
	w.body = container.NewBorder(head, container.New(&kit.Column{}, w.notice, foot), nil, nil, container.NewVScroll(w.rows))
	kit.SetContent(w.Window, container.NewStack(kit.NewFill(kit.Surface, 0), w.body))
	w.Window.SetOnClosed(func() {
		w.cancel()
		kit.Forget(w.Window)
		if o.OnClosed != nil {
			o.OnClosed()
		}
	})
	w.Window.Canvas().SetOnTypedKey(func(k *fyne.KeyEvent) {
		if k.Name == fyne.KeyEscape && w.Window.Canvas().Overlays().Top() == nil {
			w.Window.Close()
		}
	})
	return w
}

func keys(list []mail.RefusedMessage) []mail.LedgerKey {
	ks := make([]mail.LedgerKey, len(list))
	for i, m := range list {
		ks[i] = m.Key()
	}
	return ks
}

// Show brings the window up.
func (w *RefusedWindow) Show() {
	w.Window.Show()
	w.Window.RequestFocus()
	w.Reload()
}

// Reload reads the list again.
func (w *RefusedWindow) Reload() {
	kit.Go(w.ctx, w.loop, func(ctx context.Context) ([]mail.RefusedMessage, error) { return w.p.Refused(ctx, w.a.ID) }, func(list []mail.RefusedMessage, err error) {
		if w.ctx.Err() != nil {
			return
		}
		if err != nil {
			w.fail(err)
			return
		}
		w.list = list
		w.show()
	})
}

// Rows is what stands in each row, for tests.
func (w *RefusedWindow) Rows() [][]string {
	var all [][]string
	for _, o := range w.rows.Objects {
		if r, ok := o.(*refusedRow); ok {
			all = append(all, []string{r.title.Text(), r.second.Text(), r.said.Text()})
		}
	}
	return all
}

func (w *RefusedWindow) show() {
	w.rows.RemoveAll()
	for _, m := range w.list {
		w.rows.Add(newRefusedRow(w, m))
	}
	if len(w.list) == 0 {
		w.rows.Add(container.New(kit.Inset{Left: pad, Top: 30, Right: pad}, kit.NewPara(kit.T("The server gives every message."), 13, false, kit.Text2)))
		w.all.Disable()
	} else {
		w.all.Enable()
	}
	w.rows.Refresh()
	w.body.Refresh()
}

func (w *RefusedWindow) fail(err error) {
	t := model.TellError(err, kit.T)
	bar := kit.NewBar(kit.ToneErr, t.What, t.Advice)
	if t.Said != "" {
		bar.Code(t.Said)
	}
	bar.OnClosed = func() { w.notice.RemoveAll(); w.body.Refresh() }
	w.notice.RemoveAll()
	w.notice.Add(bar)
	w.body.Refresh()
}

func (w *RefusedWindow) do(work func(context.Context) error) {
	kit.Do(w.ctx, w.loop, work, func(err error) {
		switch {
		case w.ctx.Err() != nil:
		case err != nil:
			w.fail(err)
		default:
			w.Reload()
		}
	})
}

// Retry asks for a message again, now.
func (w *RefusedWindow) Retry(m mail.RefusedMessage) {
	w.do(func(ctx context.Context) error { return w.p.Retry(ctx, w.a.ID, m.Key()) })
}

// Leave has a message not asked for any more.
func (w *RefusedWindow) Leave(m mail.RefusedMessage) {
	w.do(func(ctx context.Context) error { return w.p.Leave(ctx, w.a.ID, m.Key()) })
}

// Delete asks whether to delete a message on the server, and has it done.
func (w *RefusedWindow) Delete(m mail.RefusedMessage) {
	ask := &kit.Ask{
		Title: kit.T("Delete this message from the server?"),
		Text:  kit.T("It was never fetched: it is nowhere else, and will be lost."),
		Choices: []kit.AskChoice{
			{Label: kit.T("Delete from the server"), Left: true, Kind: kit.Danger, Do: func() bool {
				w.do(func(ctx context.Context) error { return w.p.DeleteOnServer(ctx, w.a.ID, m.Key()) })
				return true
			}},
			{Label: kit.T("Keep it"), Kind: kit.Filled},
		},
		OnCancelled: func() {},
	}
	ask.Show(w.Window, nil)
}

// saidOf is what the server said of a message, or what stands for it where it said nothing.
func saidOf(m mail.RefusedMessage) string {
	switch m.Said {
	case mail.SaidBroken:
		return kit.T("the connection ends whenever this message is asked for")
	case mail.SaidEndless:
		return kit.T("the message goes on far beyond its announced size")
	case mail.SaidNothing:
		return kit.T("the server lists this message and sends nothing of it")
	case mail.SaidNo:
		return kit.T("the server refuses this message and gives no reason")
	}
	return m.Said
}

const refusedHeight = 76

// refusedRow is one message that the server refuses.
type refusedRow struct {
	widget.BaseWidget
	glyph               *kit.Glyph
	title, second, said *kit.Line
	buttons             []*kit.Button
	rule                fyne.CanvasObject
}

func newRefusedRow(w *RefusedWindow, m mail.RefusedMessage) *refusedRow {
	r := &refusedRow{glyph: kit.NewGlyph("warn", 16, kit.Warn), rule: kit.NewRule()}
	title := m.Heading.Subject
	if m.Heading.IsZero() {
		title = kit.T("The server tells no sender and subject")
	}
	var parts []string
	if len(m.Heading.From) > 0 {
		parts = append(parts, m.Heading.From[0].Display())
	}
	if !m.Heading.Date.IsZero() {
		parts = append(parts, kit.FullDate(m.Heading.Date, w.o.Now()))
	}
	if m.Size > 0 {
		parts = append(parts, kit.Size(m.Size))
	}
	state := kit.T("tried %s", kit.FullDate(m.Tried, w.o.Now()))
	switch m.Wish {
	case mail.WishLeave:
		state = kit.T("is not asked for any more")
	case mail.WishDelete:
		state = kit.T("is deleted there at the next check")
	case mail.NoWish, mail.WishFetch:
	}
	parts = append(parts, state)
	r.title = kit.NewLine(subjectOr(title), 13, true, kit.Text).Shrink()
	r.second = kit.NewLine(strings.Join(parts, " · "), 12, false, kit.Text2).Shrink()
	r.said = kit.NewLine(kit.T("“%s”", saidOf(m)), 12, false, kit.Warn).Shrink()
	r.buttons = append(r.buttons, kit.NewButton(kit.T("Try again"), "", kit.Plain, func() { w.Retry(m) }))
	if m.Wish == mail.NoWish || m.Wish == mail.WishFetch {
		r.buttons = append(r.buttons, kit.NewButton(kit.T("Leave it there"), "", kit.Plain, func() { w.Leave(m) }))
	}
	if m.Wish != mail.WishDelete {
		r.buttons = append(r.buttons, kit.NewButton(kit.T("Delete…"), "", kit.Danger, func() { w.Delete(m) }))
	}
	r.ExtendBaseWidget(r)
	return r
}

// CreateRenderer implements fyne.Widget.
func (r *refusedRow) CreateRenderer() fyne.WidgetRenderer {
	objects := []fyne.CanvasObject{r.glyph, r.title, r.second, r.said, r.rule}
	for _, b := range r.buttons {
		objects = append(objects, b)
	}
	return widget.NewSimpleRenderer(container.New(refusedLayout{r}, objects...))
}

// Height is the same at any width.
func (r *refusedRow) Height(float32) float32 { return refusedHeight }

type refusedLayout struct{ r *refusedRow }

// Layout implements fyne.Layout.
func (l refusedLayout) Layout(_ []fyne.CanvasObject, s fyne.Size) {
	r := l.r
	x := s.Width - pad
	for i := len(r.buttons) - 1; i >= 0; i-- {
		m := r.buttons[i].MinSize()
		x -= m.Width
		r.buttons[i].Move(fyne.NewPos(x, 22))
		r.buttons[i].Resize(m)
		x -= 8
	}
	r.glyph.Place(pad, 14)
	left := float32(pad + 28)
	room := max(x-left-8, 60)
	r.title.Place(left, 26, room)
	r.second.Place(left, 44, room)
	r.said.Place(left, 62, room)
	r.rule.Move(fyne.NewPos(left, s.Height-1))
	r.rule.Resize(fyne.NewSize(max(s.Width-left-pad, 0), 1))
}

// MinSize implements fyne.Layout.
func (refusedLayout) MinSize([]fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(400, refusedHeight)
}
