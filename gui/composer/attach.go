package composer

import (
	"context"
	"path/filepath"
	"strings"

	"fyne.io/fyne/v2"

	"poplar/gui/kit"
	"poplar/gui/model"
	"poplar/mail"
)

// attach lets the person choose files.
func (w *Window) attach() {
	if w.sending || w.Question() != nil {
		return
	}
	newChooser(w).show()
}

// Attach adds files of the disk.
func (w *Window) Attach(paths []string) {
	if len(paths) == 0 {
		return
	}
	type result struct {
		files            []mail.Attachment
		folders, refused []string
	}
	kit.Go(w.ctx, w.loop, func(context.Context) (result, error) {
		folders, others := model.Folders(paths)
		files, refused := model.AddFiles(others)
		return result{files, folders, refused}, nil
	}, func(r result, _ error) {
		w.c.Attach = append(w.c.Attach, r.files...)
		if len(r.folders) > 0 && w.Question() == nil {
			w.askZip(r.folders)
		}
		if len(r.refused) > 0 {
			w.tell(kit.NewBar(kit.ToneWarn, "", kit.T("Not attached, for it is no file that can be read: %s", strings.Join(r.refused, ", "))))
		}
		w.filesChanged()
	})
}

func (w *Window) removeFile(i int) {
	w.c.Attach = append(append([]mail.Attachment{}, w.c.Attach[:i]...), w.c.Attach[i+1:]...)
	w.filesChanged()
}

// askZip asks whether to pack folders, and attaches them packed.
func (w *Window) askZip(folders []string) {
	var names []string
	for _, f := range folders {
		names = append(names, filepath.Base(f))
	}
	title := kit.T("Attach the folder as a zip file?")
	if len(folders) > 1 {
		title = kit.T("Attach the folders as zip files?")
	}
	w.ask(&kit.Ask{
		Title: title, Text: strings.Join(names, ", "),
		Choices: []kit.AskChoice{{Label: kit.T("Cancel")}, {Label: kit.T("Zip and attach"), Kind: kit.Filled, Do: func() bool {
			w.loop(func() { w.zip(folders) })
			return true
		}}},
	})
}

func (w *Window) zip(folders []string) {
	kit.Go(w.ctx, w.loop, func(context.Context) ([]string, error) {
		var zips []string
		for _, f := range folders {
			z, err := model.ZipFolder(f)
			if err != nil {
				return zips, err
			}
			zips = append(zips, z)
		}
		return zips, nil
	}, func(zips []string, err error) {
		if err != nil {
			t := model.TellError(err, kit.T)
			w.tell(kit.NewBar(kit.ToneErr, t.What, t.Advice))
		}
		w.Attach(zips)
	})
}

// pasted takes files off the clipboard. It reports whether there were any.
func (w *Window) pasted(s fyne.Shortcut) bool {
	p, ok := s.(*fyne.ShortcutPaste)
	if !ok {
		return false
	}
	files := model.PastedFiles(p.Clipboard.Content())
	w.Attach(w.takePictures(files))
	return len(files) > 0
}

func (w *Window) filesChanged() {
	w.files.Set(w.c.Attach)
	w.sumUp()
	w.page.Refresh()
	w.changed()
	w.askLimit()
}

// askLimit asks how large a message the server takes, as far as that is known.
func (w *Window) askLimit() {
	account, from := w.c.Account, w.c.From.Addr
	kit.Go(w.ctx, w.loop, func(ctx context.Context) (int64, error) { return w.p.SizeLimit(ctx, account, from) }, func(limit int64, err error) {
		if err == nil {
			w.limit = limit
			w.sumUp()
		}
	})
}

func (w *Window) sumUp() {
	if n := len(w.c.Attach); n > 0 {
		text, colour := kit.N(n, "%d attachment, %s", "%d attachments, %s", kit.Size(w.c.AttachedSize())), kit.Text2
		if large := w.c.TooLarge(w.limit, kit.T, kit.Size); large != "" {
			text, colour = large, kit.Warn
		}
		w.sum.SetText(text)
		w.sum.SetColour(colour)
	} else {
		w.sum.SetText("")
	}
}
