package gui

import (
	"runtime"
	"slices"
	"strings"

	"fyne.io/fyne/v2"

	"poplar/gui/browse"
	"poplar/gui/kit"
	"poplar/gui/model"
	"poplar/mail"
)

// item makes a line of a menu; key is nil where it has none.
func item(label string, key fyne.Shortcut, on bool, do func()) *fyne.MenuItem {
	m := fyne.NewMenuItem(label, do)
	m.Shortcut = key
	m.Disabled = !on
	return m
}

// menus are the window's menus: on macOS in the bar, elsewhere one after the other behind the button.
func (w *window) menus() []*fyne.Menu {
	ids := w.list.Selected()
	one, some := len(ids) == 1, len(ids) > 0
	message := fyne.NewMenu(kit.T("Message"),
		item(kit.T("New message"), shortcut(fyne.KeyN, 0), true, w.write),
		fyne.NewMenuItemSeparator(),
		item(kit.T("Reply"), shortcut(fyne.KeyR, 0), one, func() { w.answer(mail.ReplySender) }),
		item(kit.T("Reply all"), shortcut(fyne.KeyR, fyne.KeyModifierShift), one, func() { w.answer(mail.ReplyAll) }),
		item(kit.T("Forward"), shortcut(fyne.KeyL, 0), one, func() { w.answer(mail.ForwardInline) }),
		w.letterItem(ids),
		fyne.NewMenuItemSeparator(),
		w.seenItem(ids),
		item(kit.T("Flag"), plain(fyne.KeyS, 0), some, func() { w.flag(ids) }),
		item(kit.T("Archive"), plain(fyne.KeyA, 0), some, func() { w.moveToRole(ids, mail.Archive) }),
		w.junkItem(ids),
		item(kit.T("Delete"), plain(fyne.KeyDelete, 0), some, func() { w.remove(ids) }),
		w.copyItem(ids),
		fyne.NewMenuItemSeparator(),
	)
	message.Items = append(message.Items, w.sourceItems(one)...)
	box := fyne.NewMenu(kit.T("Mailbox"),
		item(kit.T("Check mail"), plain(fyne.KeyF5, 0), true, func() { w.p.CheckNow() }),
		item(kit.T("Search"), shortcut(fyne.KeyK, 0), true, w.find),
		item(kit.T("New folder…"), nil, true, func() { w.newFolder(w.pane.Entry()) }),
		w.serverItem(),
		fyne.NewMenuItemSeparator(),
		item(kit.T("Address book…"), shortcut(fyne.KeyB, fyne.KeyModifierShift), true, w.showPeople),
		item(kit.T("Accounts…"), nil, true, w.showAccounts),
		item(kit.T("Add account…"), nil, true, w.addAccount),
		item(kit.T("Preferences…"), shortcut(fyne.KeyComma, 0), true, w.showPreferences),
		item(kit.T("About Poplar"), nil, true, w.about),
	)
	return []*fyne.Menu{message, w.viewMenu(), box}
}

func (w *window) seenItem(ids []mail.MessageID) *fyne.MenuItem {
	label := kit.T("Mark as read")
	if len(ids) > 0 && w.allRead(ids) {
		label = kit.T("Mark as unread")
	}
	return item(label, plain(fyne.KeyM, 0), len(ids) > 0, func() { w.seen(ids) })
}

func (w *window) junkItem(ids []mail.MessageID) *fyne.MenuItem {
	label := kit.T("Junk")
	if w.here() == mail.Junk {
		label = kit.T("Not junk")
	}
	return item(label, plain(fyne.KeyJ, 0), len(ids) > 0, func() { w.junk(ids) })
}

// mainMenu opens everything the window can do.
func (w *window) mainMenu(at fyne.Position) {
	var items []*fyne.MenuItem
	for i, m := range w.menus() {
		if i == 1 { // how a message is shown: all of them below each other would be higher than the window
			view := fyne.NewMenuItem(m.Label, nil)
			view.ChildMenu = m
			items = append(items, view, fyne.NewMenuItemSeparator())
			continue
		}
		items = append(items, m.Items...)
		items = append(items, fyne.NewMenuItemSeparator())
	}
	items = append(items, item(kit.T("Quit"), shortcut(fyne.KeyQ, 0), true, w.leave))
	w.popUp(fyne.NewMenu("", items...), at)
}

// menuBar gives macOS its bar; elsewhere the menu is behind the button.
func (w *window) menuBar() {
	if runtime.GOOS == "darwin" {
		w.win.SetMainMenu(fyne.NewMainMenu(w.menus()...))
	}
}

// popUp opens a menu at a place of the window, or as near as it fits.
func (w *window) popUp(m *fyne.Menu, at fyne.Position) { kit.PopUp(m, w.win.Canvas(), at) }

// messageMenu is the menu of the chosen messages.
func (w *window) messageMenu(at fyne.Position) {
	ids := w.list.Selected()
	one := len(ids) == 1
	items := []*fyne.MenuItem{}
	if s, ok := w.list.Summary(first(ids)); ok && one && w.names[s.Folder].Folder.Role == mail.Drafts {
		items = append(items, item(kit.T("Edit"), nil, true, func() { w.editDraft(s.ID) }), fyne.NewMenuItemSeparator())
	}
	move := item(kit.T("Move to…"), nil, true, nil)
	move.ChildMenu = fyne.NewMenu("", w.moveItems(ids)...)
	items = append(items,
		item(kit.T("Reply"), shortcut(fyne.KeyR, 0), one, func() { w.answer(mail.ReplySender) }),
		item(kit.T("Reply all"), shortcut(fyne.KeyR, fyne.KeyModifierShift), one, func() { w.answer(mail.ReplyAll) }),
		item(kit.T("Forward"), shortcut(fyne.KeyL, 0), one, func() { w.answer(mail.ForwardInline) }),
		w.letterItem(ids),
		fyne.NewMenuItemSeparator(),
		w.seenItem(ids),
		item(kit.T("Flag"), plain(fyne.KeyS, 0), true, func() { w.flag(ids) }),
		fyne.NewMenuItemSeparator(),
		item(kit.T("Archive"), plain(fyne.KeyA, 0), true, func() { w.moveToRole(ids, mail.Archive) }),
		move, w.junkItem(ids),
		item(kit.T("Delete"), plain(fyne.KeyDelete, 0), true, func() { w.remove(ids) }),
		w.copyItem(ids),
		fyne.NewMenuItemSeparator(),
	)
	items = append(items, w.sourceItems(one)...)
	w.popUp(fyne.NewMenu("", items...), at)
}

func first(ids []mail.MessageID) mail.MessageID {
	if len(ids) == 0 {
		return 0
	}
	return ids[0]
}

// moveMenu asks where the chosen messages go.
func (w *window) moveMenu(at fyne.Position) {
	if items := w.moveItems(w.list.Selected()); len(items) > 0 {
		w.popUp(fyne.NewMenu("", items...), at)
	}
}

// moveItems are the folders messages can go to: those of the accounts they are of, with the accounts' names over them
// where there are several.
func (w *window) moveItems(ids []mail.MessageID) []*fyne.MenuItem {
	if len(ids) == 0 {
		return nil
	}
	of := map[mail.AccountID]bool{}
	for _, id := range ids {
		if s, ok := w.list.Summary(id); ok {
			of[s.Account] = true
		}
	}
	var items []*fyne.MenuItem
	for _, e := range model.Sidebar(w.accounts, w.all, nil, nil) {
		switch {
		case e.Account == "" || !of[e.Account]:
		case e.Kind == model.HeadingEntry:
			if len(of) > 1 {
				if len(items) > 0 {
					items = append(items, fyne.NewMenuItemSeparator())
				}
				items = append(items, item(e.Title, nil, false, nil))
			}
		case e.Folder.Role == mail.Outbox || e.Folder.Role == mail.Drafts:
		default:
			label := strings.Repeat("    ", e.Level) + browse.FolderTitle(e)
			f := e.Folder
			items = append(items, item(label, nil, f.ID != w.pane.Entry().Folder.ID, func() { w.moveTo(ids, f) }))
		}
	}
	return items
}

// folderMenu is the menu of a line of the folder column.
func (w *window) folderMenu(e model.Entry, at fyne.Position) {
	var items []*fyne.MenuItem
	f := e.Folder
	switch {
	case e.Kind == model.HeadingEntry && e.Account != "":
		a, ok := w.account(e.Account)
		if !ok {
			return
		}
		items = append(items,
			item(kit.T("Check this account"), nil, true, func() { w.p.CheckNow(a.ID) }),
			item(kit.T("Mail on the server…"), nil, true, func() { w.showRemote(a) }))
		if refused := w.refusedItem(a); refused != nil {
			items = append(items, refused)
		}
		items = append(items,
			item(kit.T("New folder…"), nil, true, func() { w.newFolder(e) }),
			fyne.NewMenuItemSeparator(),
			item(kit.T("Account settings…"), nil, true, func() { w.editAccount(&a, "") }))
	case e.Kind == model.FolderEntry:
		items = append(items, item(kit.T("Mark all as read"), nil, f.Unread > 0, func() { w.markAll(f) }))
		if f.Role == "" || f.Role == mail.Inbox {
			items = append(items, fyne.NewMenuItemSeparator(), item(kit.T("New folder…"), nil, true, func() { w.newFolder(e) }))
		}
		if f.Role == "" {
			items = append(items,
				item(kit.T("Rename…"), nil, true, func() { w.renameFolder(f) }),
				item(kit.T("Delete folder…"), nil, true, func() { w.deleteFolder(f) }))
		}
		if f.Role == mail.Trash || f.Role == mail.Junk {
			items = append(items, item(kit.T("Empty folder…"), nil, f.Total > 0, func() { w.emptyFolder(f) }))
		}
	default:
		return
	}
	w.popUp(fyne.NewMenu("", items...), at)
}

// statusMenu lists the accounts with what their last visit brought; a click checks one, or repairs it.
func (w *window) statusMenu(at fyne.Position) {
	var items []*fyne.MenuItem
	status := w.p.Status()
	for _, a := range w.accounts {
		i := slices.IndexFunc(status, func(s mail.AccountStatus) bool { return s.Account == a.ID })
		if i < 0 {
			status = append(status, mail.AccountStatus{Account: a.ID})
			i = len(status) - 1
		}
		label := a.Title() + " · " + browse.AccountWords(status[i], w.now())
		do := func() { w.p.CheckNow(a.ID) }
		if model.Troubled(status[i : i+1])[a.ID] {
			do = func() { w.repair(a.ID) }
		}
		items = append(items, item(label, nil, true, do))
		if refused := w.refusedItem(a); refused != nil {
			refused.Label = "    " + refused.Label
			items = append(items, refused)
		}
	}
	items = append(items, fyne.NewMenuItemSeparator(), item(kit.T("Preferences…"), shortcut(fyne.KeyComma, 0), true, w.showPreferences))
	w.popUp(fyne.NewMenu("", items...), at)
}

// copyMenu offers to copy a text.
func (w *window) copyMenu(text string, at fyne.Position) {
	w.popUp(fyne.NewMenu("", item(kit.T("Copy"), nil, true, func() { w.app.Clipboard().SetContent(text) })), at)
}
