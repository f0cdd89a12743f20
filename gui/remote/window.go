package remote

import (
	"context"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"poplar/gui/kit"
	"poplar/gui/model"
	"poplar/mail"
)

const (
	pad       = 20
	pageHeads = 60 // headers that are asked for at a time: a second's work for a slow server
)

// Options say whom a window of this package calls back, always on the loop. All are optional.
type Options struct {
	OnClosed func()
	Now      func() time.Time // nil: time.Now
}

// Window is the window onto an account's mailbox on its server.
type Window struct {
	Window fyne.Window

	p      model.Servers
	loop   kit.Loop
	a      mail.Account
	o      Options
	ctx    context.Context //nolint:containedctx // it lasts exactly as long as the window
	cancel context.CancelFunc

	box     model.Remote // nil while it is not open
	list    *model.RemoteList
	current int // number of the message that is looked at; 0: none
	busy    string
	closing bool

	rows    *rows
	heads   *columnHeads
	fetch   *kit.Button
	look    *kit.Button
	remove  *kit.Button
	undo    *kit.Button
	filter  *kit.Field
	again   *kit.IconButton
	total   *kit.Line
	chosen  *kit.Line
	bar     *fyne.Container
	empty   *kit.Para
	preview *preview
	body    *fyne.Container
}

// New returns the window onto an account's mailbox. Show brings it up and opens the mailbox.
func New(app fyne.App, p model.Servers, loop kit.Loop, a mail.Account, o Options) *Window {
	if o.Now == nil {
		o.Now = time.Now
	}
	w := &Window{Window: app.NewWindow(kit.T("Mail on the server")), p: p, loop: loop, a: a, o: o, list: model.NewRemoteList()}
	w.ctx, w.cancel = context.WithCancel(context.Background())
	w.Window.SetPadded(false)
	w.Window.Resize(fyne.NewSize(1060, 640))
	w.build()
	w.Window.SetCloseIntercept(w.Close)
	w.Window.SetOnClosed(func() {
		w.cancel()
		kit.Forget(w.Window)
		if w.o.OnClosed != nil {
			w.o.OnClosed()
		}
	})
	w.Window.Canvas().SetOnTypedKey(w.key)
	return w
}

func (w *Window) build() {
	w.fetch = kit.NewButton(kit.T("Fetch chosen"), "dl", kit.Filled, w.Fetch)
	w.look = kit.NewButton(kit.T("Look inside"), "eye", kit.Plain, w.Look)
	w.remove = kit.NewButton(kit.T("Delete from the server…"), "trash", kit.Danger, w.Delete)
	w.filter = kit.NewField("", kit.T("Filter"), func(s string) { w.list.Filter(s); w.show() })
	w.again = kit.NewIconButton("refresh", kit.T("List again"), w.Reopen)
	find := container.New(fixed{240}, w.filter)
	strip := container.New(band{48}, kit.NewFill(kit.Footer, 0), container.New(kit.Spread{Gap: 8, Right: 2, Pad: pad}, w.fetch, w.look, w.remove, find, w.again))

	w.total = kit.NewLine("", 12, false, kit.Text2)
	title := container.New(band{40}, container.New(kit.Spread{Gap: 10, Right: 1, Pad: pad},
		kit.NewLine(w.a.Incoming.Host, 15, true, kit.Text), kit.NewLine(w.a.Address, 12, false, kit.Text2), w.total))
	w.heads = newColumnHeads(w)
	w.bar = container.New(&kit.Column{Pad: fyne.NewSize(pad, 0)})
	w.rows = newRows(w)
	w.empty = kit.NewPara("", 13, false, kit.Text2).Align(fyne.TextAlignCenter)
	w.preview = newPreview(func() { w.peek(0) })
	w.preview.Hide()
	w.chosen = kit.NewLine("", 13, false, kit.Text2)
	w.undo = kit.NewButton(kit.T("Undo deleting"), "undo", kit.Plain, w.Undo)
	w.undo.Hide()
	info := kit.NewLine(kit.T("What is deleted here no other device can fetch. Until this window closes it can be undone."), 12, false, kit.Text2)
	foot := kit.NewFoot(pad, []fyne.CanvasObject{w.chosen, w.undo}, []fyne.CanvasObject{info, kit.NewButton(kit.T("Close"), "", kit.Plain, w.Close)})

	middle := container.New(kit.Pile{}, container.New(kit.Inset{Left: pad, Top: 90, Right: pad}, w.empty), w.rows)
	w.body = container.NewBorder(container.New(&kit.Column{}, strip, kit.NewRule(), title, w.bar, w.heads, kit.NewRule()),
		container.New(&kit.Column{}, w.preview, foot), nil, nil, container.New(fill{}, middle.Objects...))
	kit.SetContent(w.Window, container.NewStack(kit.NewFill(kit.Surface, 0), w.body))
	w.show()
}

// Show brings the window up, and opens the mailbox if it is not.
func (w *Window) Show() {
	w.Window.Show()
	w.Window.RequestFocus()
	if w.box == nil && w.busy == "" {
		w.open()
	}
}

// List is what is shown, for tests.
func (w *Window) List() *model.RemoteList { return w.list }

// Account is whose mailbox it is.
func (w *Window) Account() mail.AccountID { return w.a.ID }

// work does something away from the UI thread, one thing at a time, and says so meanwhile.
func work[T any](w *Window, busy string, do func(context.Context) (T, error), then func(T, error)) {
	w.busy = busy
	w.show()
	kit.Go(w.ctx, w.loop, do, func(v T, err error) {
		w.busy = ""
		if w.ctx.Err() == nil {
			then(v, err)
			w.show()
		}
	})
}

func (w *Window) open() {
	type opened struct {
		box  model.Remote
		list []mail.RemoteMessage
	}
	w.notify(nil)
	work(w, kit.T("Asking the server…"), func(ctx context.Context) (opened, error) {
		box, err := w.p.Remote(ctx, w.a.ID)
		if err != nil {
			return opened{}, err
		}
		list, err := box.List(ctx)
		if err != nil || ctx.Err() != nil {
			return opened{}, firstOf(box.Close(context.WithoutCancel(ctx)), err)
		}
		return opened{box, list}, nil
	}, func(o opened, err error) {
		if err != nil {
			w.fail(err)
			return
		}
		w.box = o.box
		w.list.Set(o.list)
		w.read()
	})
}

func firstOf(a, b error) error {
	if b != nil {
		return b
	}
	return a
}

// read asks for the headers that are not known, a page at a time: first what is in sight, then the rest, the newest
// first. It gives way to whatever the person does.
func (w *Window) read() {
	if w.box == nil || w.ctx.Err() != nil {
		return
	}
	ns := w.rows.unknown(pageHeads)
	if len(ns) == 0 {
		ns = w.list.Unknown(pageHeads)
	}
	if len(ns) == 0 {
		return
	}
	box := w.box
	kit.Go(w.ctx, w.loop, func(ctx context.Context) ([]mail.RemoteMessage, error) { return box.Headings(ctx, ns) }, func(list []mail.RemoteMessage, err error) {
		if w.ctx.Err() != nil || w.box != box {
			return
		}
		if err != nil {
			w.lost(err)
			return
		}
		w.list.Update(list)
		w.show()
		w.read()
	})
}

// fail tells what did not work.
func (w *Window) fail(err error) {
	t := model.TellError(err, kit.T)
	bar := kit.NewBar(kit.ToneErr, t.What, t.Advice)
	if t.Said != "" {
		bar.Code(t.Said)
	}
	if w.box == nil {
		bar.Act(kit.T("Try again"), w.Reopen)
	}
	w.notify(bar)
}

// lost tells that the session has ended. What was marked as deleted is not.
func (w *Window) lost(err error) {
	if w.closing {
		return
	}
	switch mail.ProblemOf(err).Kind {
	case mail.ServerPermanent, mail.Cancelled, mail.DiskFull, mail.NotWritable, mail.StoreDamaged:
		w.fail(err) // it is no fault of the session's
		return
	}
	w.box = nil
	bar := kit.NewBar(kit.ToneInfo, kit.T("The connection to the server has ended."),
		kit.T("Poplar holds a mailbox only while you work in it, so that other programs can use it.")).Act(kit.T("List again"), w.Reopen)
	w.notify(bar)
}

// notify shows a bar over the list, or takes it away.
func (w *Window) notify(b *kit.Bar) {
	w.bar.RemoveAll()
	if b != nil {
		b.OnClosed = func() { w.notify(nil) }
		w.bar.Add(b)
		w.bar.Add(container.New(kit.Inset{Top: 6}))
	}
	w.body.Refresh()
}

// Notice is the bar over the list, or nil.
func (w *Window) Notice() *kit.Bar {
	if len(w.bar.Objects) == 0 {
		return nil
	}
	return w.bar.Objects[0].(*kit.Bar)
}

// show brings everything up to the state of things.
func (w *Window) show() {
	ns, octets, _ := w.list.Chosen()
	able := func(b *kit.Button, on bool) {
		if on && w.box != nil && w.busy == "" {
			b.Enable()
		} else {
			b.Disable()
		}
	}
	able(w.fetch, len(ns) > 0)
	able(w.remove, len(ns) > 0)
	able(w.look, w.current != 0 || len(ns) == 1)
	deleted := w.list.Deleted()
	able(w.undo, true)
	w.undo.Hidden = deleted == 0
	switch {
	case w.busy != "":
		w.chosen.SetText(w.busy)
	case len(ns) > 0:
		w.chosen.SetText(kit.N(len(ns), "%d chosen, %s", "%d chosen, %s", kit.Size(octets)))
	case deleted > 0:
		w.chosen.SetText(kit.N(deleted, "%d will be deleted on closing", "%d will be deleted on closing"))
	default:
		w.chosen.SetText("")
	}
	n, all := w.list.Total()
	w.total.SetText(kit.N(n, "%d message, %s", "%d messages, %s", kit.Size(all)))
	w.total.Hidden = w.box == nil && n == 0
	text := ""
	switch {
	case w.list.Len() > 0:
	case n > 0:
		text = kit.T("Nothing found.")
	case w.box != nil:
		text = kit.T("There is no mail on the server.")
	case w.busy != "":
		text = w.busy
	}
	w.empty.SetText(text)
	w.heads.Refresh()
	w.rows.Refresh()
	w.body.Refresh()
}

// key is for keys that no part of the window has taken.
func (w *Window) key(k *fyne.KeyEvent) {
	switch k.Name {
	case fyne.KeyEscape:
		if w.preview.Visible() {
			w.peek(0)
		} else {
			w.Close()
		}
	case fyne.KeyF5:
		w.Reopen()
	case fyne.KeyDelete:
		w.Delete()
	default:
		w.rows.TypedKey(k)
	}
}

// Fetch retrieves what is chosen.
func (w *Window) Fetch() {
	ns, _, _ := w.list.Chosen()
	if len(ns) == 0 || w.box == nil || w.busy != "" {
		return
	}
	type fetched struct {
		report mail.VisitReport
		list   []mail.RemoteMessage
	}
	box := w.box
	progress := func(done, total int, octets int64) {
		w.loop(func() {
			if w.busy != "" {
				w.busy = kit.T("Fetching %d of %d, %s so far", min(done+1, total), total, kit.Size(octets))
				w.chosen.SetText(w.busy)
			}
		})
	}
	work(w, kit.T("Fetching…"), func(ctx context.Context) (fetched, error) {
		report, list, err := box.Fetch(ctx, ns, progress)
		return fetched{report, list}, err
	}, func(f fetched, err error) {
		if len(f.list) > 0 {
			w.list.Set(f.list)
		}
		if err != nil {
			w.lost(err)
			return
		}
		w.list.ChooseAll(false)
		text := kit.N(f.report.Retrieved, "%d message fetched.", "%d messages fetched.")
		tone := kit.ToneOK
		if refused := len(f.report.Refused); refused > 0 {
			tone = kit.ToneWarn
			text += " " + kit.N(refused, "The server refuses %d: “%s”", "The server refuses %d: “%s”", f.report.Refused[0].Said)
		}
		w.notify(kit.NewBar(tone, "", text))
		w.read()
	})
}

// Delete asks, and marks what is chosen as deleted.
func (w *Window) Delete() {
	ns, octets, nowhere := w.list.Chosen()
	if len(ns) == 0 || w.box == nil || w.busy != "" {
		return
	}
	text := kit.T("They are %s. Until this window closes it can be undone.", kit.Size(octets))
	if nowhere > 0 {
		text = kit.N(nowhere, "%d of them is nowhere but on the server and will be lost.", "%d of them are nowhere but on the server and will be lost.") + "\n" + text
	}
	ask := &kit.Ask{
		Title: kit.N(len(ns), "Delete %d message from the server?", "Delete %d messages from the server?"), Text: text,
		Choices: []kit.AskChoice{
			{Label: kit.T("Delete from the server"), Left: true, Kind: kit.Danger, Do: func() bool { w.delete(ns); return true }},
			{Label: kit.T("Keep them"), Kind: kit.Filled},
		},
		OnCancelled: func() {},
	}
	ask.Show(w.Window, nil)
}

func (w *Window) delete(ns []int) {
	box := w.box
	if box == nil {
		return
	}
	work(w, kit.T("Deleting…"), func(ctx context.Context) ([]mail.RemoteMessage, error) {
		if _, err := box.Delete(ctx, ns); err != nil {
			return nil, err
		}
		return box.List(ctx)
	}, w.changed)
}

// changed takes the mailbox after something was done to it.
func (w *Window) changed(list []mail.RemoteMessage, err error) {
	if err != nil {
		w.lost(err)
		return
	}
	w.list.ChooseAll(false)
	w.list.Set(list)
}

// Undo brings back what was marked as deleted.
func (w *Window) Undo() {
	box := w.box
	if box == nil || w.busy != "" {
		return
	}
	work(w, kit.T("Undoing…"), func(ctx context.Context) ([]mail.RemoteMessage, error) {
		if err := box.Undo(ctx); err != nil {
			return nil, err
		}
		return box.List(ctx)
	}, w.changed)
}

// Look shows the beginning of the message that is looked at, or chosen.
func (w *Window) Look() {
	n := w.current
	if ns, _, _ := w.list.Chosen(); n == 0 && len(ns) == 1 {
		n = ns[0]
	}
	if n != 0 {
		w.peek(n)
	}
}

// peek shows the beginning of message n under the list; 0 takes it away.
func (w *Window) peek(n int) {
	w.current = n
	if n == 0 || w.box == nil {
		w.preview.Hide()
		w.show()
		return
	}
	box := w.box
	w.preview.wait()
	w.preview.Show()
	w.show()
	kit.Go(w.ctx, w.loop, func(ctx context.Context) (*mail.Message, error) { return box.Preview(ctx, n) }, func(m *mail.Message, err error) {
		if w.ctx.Err() != nil || w.current != n {
			return
		}
		if err != nil {
			w.preview.Hide()
			w.body.Refresh()
			w.lost(err)
			return
		}
		w.preview.set(m, w.o.Now())
		w.body.Refresh()
	})
}

// Preview is the text of the preview, for tests; empty where none is shown.
func (w *Window) Preview() string {
	if !w.preview.Visible() {
		return ""
	}
	return w.preview.text.Text()
}

// Reopen closes the mailbox and opens it again.
func (w *Window) Reopen() {
	if w.busy != "" {
		return
	}
	w.peek(0)
	box := w.box
	w.box = nil
	if box == nil {
		w.open()
		return
	}
	work(w, kit.T("Asking the server…"), func(ctx context.Context) (struct{}, error) {
		return struct{}{}, box.Close(ctx)
	}, func(_ struct{}, err error) {
		if err != nil {
			w.fail(err)
			return
		}
		w.open()
	})
}

// Close ends the session, upon which the server deletes what was marked, and closes the window.
func (w *Window) Close() {
	if w.closing {
		return
	}
	w.closing = true
	box := w.box
	w.box = nil
	if box == nil {
		w.Window.Close()
		return
	}
	w.Window.Hide()
	kit.Do(context.WithoutCancel(w.ctx), w.loop, box.Close, func(err error) {
		if err == nil || w.list.Deleted() == 0 {
			w.Window.Close()
			return
		}
		// Whether they are gone nobody knows: the next visit sees to it.
		w.closing = false
		w.Window.Show()
		w.fail(err)
	})
}

// Finish ends the session before the program ends, so that what was marked is deleted; then is called in any case.
func (w *Window) Finish(then func()) {
	box := w.box
	if w.closing || box == nil || w.list.Deleted() == 0 {
		then()
		return
	}
	w.closing, w.box = true, nil
	kit.Do(context.WithoutCancel(w.ctx), w.loop, box.Close, func(error) { then() }) // the next visit makes up for a failure
}
