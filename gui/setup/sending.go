package setup

import (
	"poplar/gui/kit"
	"poplar/mail"
)

// sendingRows are what concerns everything that is sent from the account.
func (w *AccountWindow) sendingRows(f *kit.Form) {
	utc := kit.NewCheck(kit.T("Dates in world time, which does not tell where you are"), w.form.DateUTC, func(on bool) {
		w.form.DateUTC = on
		w.changed()
	})
	f.Head(kit.T("What is sent"))
	if w.form.Account().ID != "" {
		f.Add(kit.T("Copies go to"), w.copiesTo())
	}
	f.Add("", utc)
}

// copiesTo chooses the folder for copies of what was sent: Sent, or one of the person's own.
func (w *AccountWindow) copiesTo() *kit.Select {
	ids := []mail.FolderID{0}
	choose := kit.NewSelect([]string{kit.T("Sent")}, 0, nil)
	choose.OnChanged = func(i int) {
		w.form.SentFolder = ids[i]
		w.changed()
	}
	kit.Go(w.ctx, w.loop, w.p.Folders, func(list []mail.Folder, err error) {
		if err != nil {
			return // Sent alone can be chosen
		}
		names, chosen := []string{kit.T("Sent")}, 0
		for _, folder := range list {
			if folder.Account != w.form.Account().ID || folder.Role != "" && folder.Role != mail.Inbox && folder.Role != mail.Archive {
				continue
			}
			name := folder.Name
			if folder.Role != "" {
				name = kit.T(folder.Role.Title())
			}
			if folder.ID == w.form.SentFolder {
				chosen = len(names)
			}
			ids, names = append(ids, folder.ID), append(names, name)
		}
		choose.SetOptions(names, chosen)
	})
	return choose
}
