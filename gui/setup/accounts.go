package setup

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"poplar/gui/kit"
	"poplar/gui/model"
	"poplar/mail"
)

// AccountsWindow lists the accounts: to add, to edit, to remove.
type AccountsWindow struct {
	*frame
	app    fyne.App
	p      model.Poplar
	o      Options
	list   *fyne.Container
	notice *fyne.Container
}

// NewAccountsWindow returns the window of the accounts.
func NewAccountsWindow(app fyne.App, p model.Poplar, loop kit.Loop, o Options) *AccountsWindow {
	w := &AccountsWindow{app: app, p: p, o: o}
	w.frame = newFrame(app, loop, kit.T("Accounts"), fyne.NewSize(600, 460), o.OnClosed)
	w.list = container.New(&kit.Column{Pad: fyne.NewSize(16, 0)})
	w.notice = container.New(&kit.Column{Pad: fyne.NewSize(pagePad, 0)})
	foot := kit.NewFoot(pagePad, []fyne.CanvasObject{kit.NewButton(kit.T("Add account…"), "plus", kit.Plain, w.Add)},
		[]fyne.CanvasObject{kit.NewButton(kit.T("Close"), "", kit.Plain, w.Window.Close)})
	head := container.New(kit.Inset{Left: pagePad, Top: 20, Right: pagePad, Bottom: 12}, kit.NewLine(kit.T("Accounts"), 20, true, kit.Text))
	w.fill(container.NewBorder(head, container.New(&kit.Column{}, w.notice, foot), nil, nil, container.NewVScroll(w.list)))
	w.Window.Canvas().SetOnTypedKey(func(k *fyne.KeyEvent) {
		if k.Name == fyne.KeyEscape && w.Window.Canvas().Overlays().Top() == nil {
			w.Window.Close()
		}
	})
	w.Reload()
	return w
}

// Reload shows the accounts as they are now.
func (w *AccountsWindow) Reload() {
	status := map[mail.AccountID]mail.AccountStatus{}
	for _, s := range w.p.Status() {
		status[s.Account] = s
	}
	w.list.RemoveAll()
	for i, a := range w.p.Accounts() {
		if i > 0 {
			w.list.Add(container.New(kit.Inset{Left: 60, Right: 8}, kit.NewRule()))
		}
		w.list.Add(w.row(a, status[a.ID]))
	}
	if len(w.list.Objects) == 0 {
		w.list.Add(container.New(kit.Inset{Left: 8, Top: 8}, kit.NewPara(kit.T("No account yet."), 13, false, kit.Text2)))
	}
	w.list.Refresh()
}

// Add opens the way to a further account.
func (w *AccountsWindow) Add() {
	NewGuideWindow(w.app, w.p, w.loop, Options{OnSaved: w.saved, OnByHand: func(a mail.Account, typed model.Secrets) { w.open(a, typed) }}).Show()
}

func (w *AccountsWindow) saved(a mail.Account) {
	if w.ctx.Err() == nil {
		w.Reload()
	}
	if w.o.OnSaved != nil {
		w.o.OnSaved(a)
	}
}

func (w *AccountsWindow) open(a mail.Account, typed model.Secrets) {
	if w.o.OnChosen != nil && a.ID != "" && len(typed) == 0 {
		w.o.OnChosen(a)
		return
	}
	NewAccountWindow(w.app, w.p, w.loop, &a, Options{OnSaved: w.saved, Typed: typed}).Show()
}

// row is one account.
func (w *AccountsWindow) row(a mail.Account, s mail.AccountStatus) fyne.CanvasObject {
	second := a.Incoming.Host
	if a.Label != "" {
		second = a.Address
	}
	colour := kit.Text2
	switch {
	case s.Last.Problem != nil:
		second, colour = model.Tell(s.Last.Problem, tr).What, kit.Warn
	case !s.LastCheck.IsZero():
		second = kit.T("%s · checked %s", second, s.LastCheck.Format("15:04"))
	}
	r := &accountRow{
		avatar: kit.NewAvatar(a.Name, a.Address, 36),
		title:  kit.NewLine(a.Title(), 13, true, kit.Text).CutAt(kit.CutMiddle).Shrink(),
		second: kit.NewLine(second, 12, false, colour).Shrink(),
		edit:   kit.NewButton(kit.T("Edit…"), "", kit.Plain, func() { w.open(a, nil) }),
		remove: kit.NewIconButton("trash", kit.T("Remove account…"), func() { w.Remove(a) }),
	}
	r.ExtendBaseWidget(r)
	return r
}

// Remove asks whether to remove an account, saying what goes with it, and does so.
func (w *AccountsWindow) Remove(a mail.Account) {
	AskRemove(w.Window, w.p, w.loop, w.ctx, a, func(err error) {
		if err != nil {
			t := model.TellError(err, tr)
			bar := kit.NewBar(kit.ToneErr, t.What, model.Sentences(tr, t.Advice))
			if t.Said != "" {
				bar.Code(t.Said)
			}
			bar.OnClosed = func() { w.notice.RemoveAll(); w.Window.Content().Refresh() }
			w.notice.RemoveAll()
			w.notice.Add(bar)
			w.Window.Content().Refresh()
			return
		}
		w.Reload()
		if w.o.OnRemove != nil {
			w.o.OnRemove(a.ID)
		}
	})
}

// AskRemove asks over parent whether to remove an account, saying what goes with it. done is called once it is removed,
// or could not be; not where the person keeps it.
func AskRemove(parent fyne.Window, p model.Poplar, loop kit.Loop, ctx context.Context, a mail.Account, done func(error)) {
	type held struct{ messages, waiting int }
	kit.Go(ctx, loop, func(ctx context.Context) (held, error) {
		var h held
		folders, err := p.Folders(ctx)
		if err != nil {
			return h, err
		}
		for _, f := range folders {
			switch {
			case f.Account != a.ID:
			case f.Role == mail.Outbox:
				h.waiting += f.Total
			default:
				h.messages += f.Total
			}
		}
		return h, nil
	}, func(h held, err error) {
		if err != nil {
			done(err)
			return
		}
		text := kit.N(h.messages, "Poplar deletes the %d message it keeps of this account on this computer, with its folders and its password.",
			"Poplar deletes the %d messages it keeps of this account on this computer, with its folders and its password.")
		if h.messages == 0 {
			text = kit.T("Poplar keeps no messages of this account on this computer.")
		}
		if h.waiting > 0 {
			text += "\n" + kit.N(h.waiting, "%d message that waits to be sent is deleted too.", "%d messages that wait to be sent are deleted too.")
		}
		text += "\n" + kit.T("What is still on the server stays there.")
		var q *kit.Ask
		q = &kit.Ask{
			Title: kit.T("Remove the account %s?", a.Title()), Text: text,
			Choices: []kit.AskChoice{
				{Label: kit.T("Remove account and its mail"), Left: true, Kind: kit.Danger, Do: func() bool {
					q.Button(0).Disable()
					kit.Do(ctx, loop, func(ctx context.Context) error { return p.RemoveAccount(ctx, a.ID) }, func(err error) {
						q.Close()
						done(err)
					})
					return false
				}},
				{Label: kit.T("Keep it"), Kind: kit.Filled},
			},
			OnCancelled: func() {},
		}
		q.Show(parent, nil)
	})
}

// accountRow is the widget of one account.
type accountRow struct {
	widget.BaseWidget
	avatar        fyne.CanvasObject
	title, second *kit.Line
	edit          *kit.Button
	remove        *kit.IconButton
}

const accountRowHeight = 60

// CreateRenderer implements fyne.Widget.
func (r *accountRow) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(container.New(accountRowLayout{r}, r.avatar, r.title, r.second, r.edit, r.remove))
}

type accountRowLayout struct{ r *accountRow }

// Layout implements fyne.Layout.
func (l accountRowLayout) Layout(_ []fyne.CanvasObject, s fyne.Size) {
	l.r.avatar.Move(fyne.NewPos(8, 12))
	l.r.avatar.Resize(fyne.NewSquareSize(36))
	m := l.r.edit.MinSize()
	x := s.Width - 8 - 32
	l.r.remove.Move(fyne.NewPos(x, 14))
	l.r.remove.Resize(fyne.NewSquareSize(32))
	x -= 8 + m.Width
	l.r.edit.Move(fyne.NewPos(x, 15))
	l.r.edit.Resize(m)
	l.r.title.Place(60, 27, x-60-12)
	l.r.second.Place(60, 44, x-60-12)
}

// MinSize implements fyne.Layout.
func (l accountRowLayout) MinSize([]fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(300, accountRowHeight)
}
