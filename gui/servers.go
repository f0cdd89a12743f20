package gui

import (
	"context"

	"fyne.io/fyne/v2"

	"poplar/gui/kit"
	"poplar/gui/model"
	"poplar/gui/remote"
	"poplar/mail"
)

// serverWindows are the windows onto what lies on the servers, one of each kind for an account.
type serverWindows struct {
	boxes   map[mail.AccountID]*remote.Window
	refused map[mail.AccountID]*remote.RefusedWindow
}

// buildServers joins what the reader tells of copies on the servers to the engine.
func (w *window) buildServers() {
	w.reader.Copy = w.copyOf
	w.reader.CopyWords = func(c mail.Copy) string { return model.CopyWords(c, w.now(), kit.Day, kit.T) }
	w.reader.OnRest = func(id mail.MessageID) { w.want([]mail.MessageID{id}, mail.WishFetch) }
}

// copyOf finds out what is on the server of a message. It is called away from the UI thread.
func (w *window) copyOf(ctx context.Context, id mail.MessageID) (mail.Copy, error) {
	copies, err := w.p.Copies(ctx, []mail.MessageID{id})
	if err != nil {
		return mail.Copy{}, err
	}
	if len(copies) > 0 {
		return copies[0], nil
	}
	s, err := w.p.Summary(ctx, id)
	if err != nil || s.Whole == 0 {
		return mail.Copy{}, err
	}
	return mail.Copy{Message: id, Account: s.Account, Partial: true, Size: s.Whole}, nil
}

// want notes what is to be done with the copies of messages on their servers.
func (w *window) want(ids []mail.MessageID, wish mail.Wish) {
	kit.Do(w.ctx, w.loop, func(ctx context.Context) error { return w.p.Want(ctx, ids, wish) }, func(err error) {
		if err != nil {
			w.fail(err)
			return
		}
		w.reader.Changed(ids)
		switch wish {
		case mail.WishLeave:
			w.folders.Say(w.loop, kit.N(len(ids), "%d message stays on the server", "%d messages stay on the server"), false)
		case mail.NoWish:
			w.folders.Say(w.loop, kit.T("The account's rule applies again"), false)
		case mail.WishFetch, mail.WishDelete:
		}
	})
}

// wholeFirst does what is to be done with messages that go on, or are written to a file, and asks before where only the
// first lines of some are here: to fetch the rest first, or to make do with what there is.
func (w *window) wholeFirst(over fyne.Window, ids []mail.MessageID, then func()) {
	var partial, there []mail.MessageID
	for _, id := range ids {
		if s, ok := w.list.Summary(id); ok && s.Whole != 0 {
			partial = append(partial, id)
			if s.OnServer {
				there = append(there, id)
			}
		}
	}
	if len(partial) == 0 {
		then()
		return
	}
	title := kit.T("Only the first lines of this message are here")
	if len(ids) > 1 {
		title = kit.N(len(partial), "Of %d of these messages only the first lines are here", "Of %d of these messages only the first lines are here")
	}
	ask := &kit.Ask{
		Title:   title,
		Text:    kit.T("The rest is no longer on the server."),
		Choices: []kit.AskChoice{{Label: kit.T("Cancel")}, {Label: kit.T("Go on without the rest"), Do: func() bool { then(); return true }}},
	}
	if len(there) > 0 {
		ask.Text = kit.T("The rest is still on the server. Once it is here, do the same again.")
		ask.Choices = append(ask.Choices, kit.AskChoice{
			Label: kit.T("Fetch the rest"), Kind: kit.Filled, Do: func() bool { w.want(there, mail.WishFetch); return true },
		})
	}
	ask.Show(over, nil)
}

// deleteThere asks, and has messages deleted on their servers at once; they stay here.
func (w *window) deleteThere(ids []mail.MessageID) {
	ask := &kit.Ask{
		Title: kit.N(len(ids), "Delete %d message from the server?", "Delete %d messages from the server?"),
		Text:  kit.T("They stay on this computer. No other device can fetch them any more."),
		Choices: []kit.AskChoice{
			{Label: kit.T("Delete from the server"), Left: true, Kind: kit.Danger, Do: func() bool { w.want(ids, mail.WishDelete); return true }},
			{Label: kit.T("Keep them"), Kind: kit.Filled},
		},
		OnCancelled: func() {},
	}
	for _, id := range ids {
		if s, ok := w.list.Summary(id); ok && s.Whole != 0 {
			ask.Text = kit.T("Of some of them only the first lines are on this computer: the rest will be lost.")
		}
	}
	ask.Show(w.win, nil)
}

// copyItem is the menu of what can be done with the copies of messages on their servers.
func (w *window) copyItem(ids []mail.MessageID) *fyne.MenuItem {
	var there []mail.MessageID
	for _, id := range ids {
		if s, ok := w.list.Summary(id); ok && s.OnServer {
			there = append(there, id)
		}
	}
	on := len(there) > 0
	keep := item(kit.T("Keep on the server"), nil, on, func() { w.want(there, mail.WishLeave) })
	if len(ids) == 1 {
		if c := w.reader.ServerCopy(); c.Message == ids[0] && c.Wish == mail.WishLeave {
			keep = item(kit.T("Let the account's rule decide"), nil, on, func() { w.want(there, mail.NoWish) })
		}
	}
	m := item(kit.T("On the server"), nil, on, nil)
	m.ChildMenu = fyne.NewMenu("",
		item(kit.T("Delete from the server now…"), nil, on, func() { w.deleteThere(there) }),
		keep,
		item(kit.T("Download again"), nil, on, func() { w.want(there, mail.WishFetch) }))
	return m
}

// serverItem leads to the mailboxes on the servers.
func (w *window) serverItem() *fyne.MenuItem {
	m := item(kit.T("Mail on the server…"), nil, len(w.accounts) > 0, nil)
	if len(w.accounts) == 1 {
		m.Action = func() { w.showRemote(w.accounts[0]) }
		return m
	}
	var items []*fyne.MenuItem
	for _, a := range w.accounts {
		items = append(items, item(a.Title(), nil, true, func() { w.showRemote(a) }))
	}
	m.ChildMenu = fyne.NewMenu("", items...)
	return m
}

// showRemote opens the window onto an account's mailbox on its server.
func (w *window) showRemote(a mail.Account) {
	if have := w.servers.boxes[a.ID]; have != nil {
		have.Show()
		return
	}
	if w.servers.boxes == nil {
		w.servers.boxes = map[mail.AccountID]*remote.Window{}
	}
	box := remote.New(w.app, w.p, w.loop, a, remote.Options{Now: w.now, OnClosed: func() {
		delete(w.servers.boxes, a.ID)
		w.reader.Changed(nil)
	}})
	w.servers.boxes[a.ID] = box
	box.Show()
}

// refusedItem leads to what an account's server refuses; nil where it refuses nothing.
func (w *window) refusedItem(a mail.Account) *fyne.MenuItem {
	n := 0
	for _, s := range w.p.Status() {
		if s.Account == a.ID {
			n = len(s.Last.Refused)
		}
	}
	if n == 0 {
		return nil
	}
	return item(kit.N(n, "%d message the server refuses…", "%d messages the server refuses…"), nil, true, func() { w.showRefused(a) })
}

// showRefused opens the window of what an account's server refuses.
func (w *window) showRefused(a mail.Account) {
	if have := w.servers.refused[a.ID]; have != nil {
		have.Show()
		return
	}
	if w.servers.refused == nil {
		w.servers.refused = map[mail.AccountID]*remote.RefusedWindow{}
	}
	r := remote.NewRefused(w.app, w.p, w.loop, a, remote.Options{Now: w.now, OnClosed: func() { delete(w.servers.refused, a.ID) }})
	w.servers.refused[a.ID] = r
	r.Show()
}

// visited follows the end of a visit: what is on the server may have changed.
func (w *window) visited(e mail.Event) {
	if r := w.servers.refused[e.Account]; r != nil {
		r.Reload()
	}
	w.reader.Changed(nil)
	w.tellRenumbered(e)
}

// tellRenumbered says in one line that the server has given its messages new names.
func (w *window) tellRenumbered(e mail.Event) {
	if e.Status == nil || e.Status.Last.Renumbered == 0 {
		return
	}
	n := e.Status.Last.Renumbered
	w.folders.Say(w.loop, kit.N(n, "The server renumbered %d message; nothing came twice", "The server renumbered %d messages; nothing came twice"), false)
}
