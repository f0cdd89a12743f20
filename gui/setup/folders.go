package setup

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"poplar/gui/kit"
	"poplar/mail"
)

// foldersPage makes the tab of the account's folders: where things go, and what is where.
func (w *AccountWindow) foldersPage() fyne.CanvasObject {
	f := kit.NewForm(150)
	line := func(text string) fyne.CanvasObject {
		return container.New(kit.Inset{Top: 6}, kit.NewLine(text, 13, false, kit.Text))
	}
	sent := w.folderChoice(mail.Sent, &w.form.SentFolder, mail.Inbox, mail.Archive)
	archive := w.folderChoice(mail.Archive, &w.form.ArchiveFolder)
	f.Head(kit.T("Where messages go"))
	f.Add(kit.T("New mail"), line(kit.T("Inbox; All inboxes shows it with that of your other accounts")))
	f.Add(kit.T("Copies of what you send"), sent.Select)
	f.Add(kit.T("What you archive"), archive.Select)
	f.Add(kit.T("Drafts"), line(kit.T("Drafts; opened there, they are written on")))
	f.Add(kit.T("Junk mail"), line(kit.T("Junk; it is not searched")))
	f.Add(kit.T("What you delete"), line(kit.T("Trash; it stays there until you delete it for good")))
	w.where = []*folderChoice{sent, archive}
	f.AddWide(kit.NewPara(kit.T("All of these are on this computer: a POP3 server has one mailbox and no folders. The tab Servers says what stays there."), 12, false, kit.Text3), 12, 162)
	f.Head(kit.T("What is where"))
	w.counts = kit.NewForm(150)
	f.AddWide(w.counts, 10, 0)
	kit.Go(w.ctx, w.loop, w.p.Folders, func(list []mail.Folder, err error) {
		if err != nil {
			return // the account's own can be chosen, and that is all
		}
		w.foldersKnown(list)
	})
	return container.New(&single{}, f)
}

// folderChoice chooses between the account's folder of a role and others.
type folderChoice struct {
	*kit.Select
	role mail.Role
	also []mail.Role // that may be chosen beside the person's own folders
	into *mail.FolderID
	ids  []mail.FolderID
}

func (w *AccountWindow) folderChoice(r mail.Role, into *mail.FolderID, also ...mail.Role) *folderChoice {
	c := &folderChoice{Select: kit.NewSelect([]string{kit.T(r.Title())}, 0, nil), role: r, also: also, into: into, ids: []mail.FolderID{0}}
	c.OnChanged = func(i int) {
		*c.into = c.ids[i]
		w.changed()
	}
	return c
}

// foldersKnown fills the tab with the account's folders.
func (w *AccountWindow) foldersKnown(list []mail.Folder) {
	id := w.form.Account().ID
	names, depth := map[mail.FolderID]string{}, map[mail.FolderID]string{}
	options := make([][]string, len(w.where))
	for i, c := range w.where {
		options[i], c.ids = []string{kit.T(c.role.Title())}, []mail.FolderID{0}
	}
	w.counts.Clear()
	for _, folder := range list {
		if folder.Account != id {
			continue
		}
		name := folder.Name
		if folder.Role != "" {
			name = kit.T(folder.Role.Title())
		}
		names[folder.ID], depth[folder.ID] = name, depth[folder.Parent]
		if folder.Parent != 0 && names[folder.Parent] != "" {
			depth[folder.ID] += names[folder.Parent] + " / "
		}
		for i, c := range w.where {
			if folder.Role == "" || slices.Contains(c.also, folder.Role) {
				c.ids, options[i] = append(c.ids, folder.ID), append(options[i], depth[folder.ID]+name)
			}
		}
		text := kit.N(folder.Total, "%d message", "%d messages")
		if folder.Unread > 0 {
			text = kit.T("%s · %s", text, kit.N(folder.Unread, "%d unread", "%d unread"))
		}
		w.counts.Add(depth[folder.ID]+name, container.New(kit.Inset{Top: 6}, kit.NewLine(text, 13, false, kit.Text)))
	}
	for i, c := range w.where {
		c.SetOptions(options[i], indexOf(c.ids, *c.into))
	}
	w.counts.Refresh()
	w.relayout()
}
