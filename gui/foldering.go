package gui

import (
	"context"
	"strings"

	"poplar/gui/kit"
	"poplar/gui/model"
	"poplar/mail"
)

// nameFolder asks for the name of a folder.
func (w *window) nameFolder(title, name, button string, done func(string)) {
	field := kit.NewField(name, kit.T("Name"), nil)
	finish := func() bool {
		text := strings.TrimSpace(field.Text())
		if text == "" {
			field.SetWrong(kit.T("A folder needs a name."))
			return false
		}
		done(text)
		return true
	}
	field.OnChanged = func(string) { field.SetWrong("") }
	ask := &kit.Ask{
		Title: title, Content: field,
		Choices: []kit.AskChoice{{Label: kit.T("Cancel")}, {Label: button, Kind: kit.Filled, Do: finish}},
	}
	ask.Show(w.win, field.Entry)
}

// folderDone follows a change of the folders.
func (w *window) folderDone(err error) {
	if err != nil {
		w.fail(err)
	}
	w.readFolders()
}

// newFolder makes a folder under the line that is chosen: in its folder where that is the person's own, else at the
// top of its account.
func (w *window) newFolder(e model.Entry) {
	if len(w.accounts) == 0 {
		return
	}
	account, parent := e.Account, mail.FolderID(0)
	if account == "" {
		account = w.accounts[0].ID
	}
	if e.Kind == model.FolderEntry && e.Folder.Role == "" {
		parent = e.Folder.ID
	}
	title := kit.T("New folder")
	if parent != 0 {
		title = kit.T("New folder in %s", e.Folder.Name)
	}
	w.nameFolder(title, "", kit.T("Make folder"), func(name string) {
		kit.Go(w.ctx, w.loop, func(ctx context.Context) (mail.FolderID, error) {
			return w.p.CreateFolder(ctx, account, parent, name)
		}, func(_ mail.FolderID, err error) { w.folderDone(err) })
	})
}

func (w *window) renameFolder(f mail.Folder) {
	w.nameFolder(kit.T("Rename %s", f.Name), f.Name, kit.T("Rename"), func(name string) {
		kit.Do(w.ctx, w.loop, func(ctx context.Context) error { return w.p.RenameFolder(ctx, f.ID, name) }, w.folderDone)
	})
}

func (w *window) deleteFolder(f mail.Folder) {
	ask := &kit.Ask{
		Title: kit.T("Delete the folder %s?", f.Name), Text: kit.T("Its messages go to the trash, where they can still be found."),
		Choices: []kit.AskChoice{{Label: kit.T("Cancel")}, {Label: kit.T("Delete"), Kind: kit.Danger, Do: func() bool {
			kit.Do(w.ctx, w.loop, func(ctx context.Context) error { return w.p.DeleteFolder(ctx, f.ID) }, func(err error) {
				if err == nil && w.pane.Entry().Key == model.FolderKey(f.ID) {
					if e, ok := w.folders.Entry(model.KeyAll); ok {
						w.open(e)
					}
				}
				w.folderDone(err)
			})
			return true
		}}},
	}
	ask.Show(w.win, nil)
}

// emptyFolder deletes everything in the trash or in Junk.
func (w *window) emptyFolder(f mail.Folder) {
	var leaving []mail.MessageID
	if w.pane.Entry().Folder.ID == f.ID && !w.pane.Searching() {
		leaving = w.list.Selected()
	}
	w.forGood(f.Total, leaving, func(ctx context.Context) ([]mail.MessageID, error) {
		return w.p.IDs(ctx, mail.Query{Folder: f.ID})
	})
}
