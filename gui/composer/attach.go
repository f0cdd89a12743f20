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
		fresh, known := w.c.NewFiles(r.files)
		w.c.Attach = append(w.c.Attach, fresh...)
		if len(r.folders) > 0 && w.Question() == nil {
			w.askZip(r.folders)
		}
		var said, empty []string
		for _, f := range fresh {
			if f.Size == 0 {
				empty = append(empty, f.Name)
			}
		}
		if len(r.refused) > 0 {
			said = append(said, kit.T("Not attached, for it is no file that can be read: %s", strings.Join(r.refused, ", ")))
		}
		if len(known) > 0 {
			said = append(said, kit.T("Attached already: %s", strings.Join(known, ", ")))
		}
		if len(empty) > 0 {
			said = append(said, kit.T("Attached, but nothing is in it: %s", strings.Join(empty, ", ")))
		}
		if len(said) > 0 {
			w.tell(kit.NewBar(kit.ToneWarn, "", strings.Join(said, "\n")))
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
	if !ok || w.pasting {
		return false
	}
	text := p.Clipboard.Content()
	if files := model.PastedFiles(text); len(files) > 0 {
		w.Attach(w.takePictures(files))
		return true
	}
	paths := model.PastedPaths(text)
	if len(paths) == 0 || w.Question() != nil {
		return false
	}
	kit.Go(w.ctx, w.loop, func(context.Context) (bool, error) { return model.AllThere(paths), nil }, func(there bool, _ error) {
		if there {
			w.askPaths(p, paths)
		} else {
			w.pasteText(p)
		}
	})
	return true
}

// askPaths asks whether files that the clipboard names are meant, or their names.
func (w *Window) askPaths(p *fyne.ShortcutPaste, paths []string) {
	var names []string
	for _, path := range paths {
		names = append(names, filepath.Base(path))
	}
	title := kit.T("Attach this file?")
	if len(paths) > 1 {
		title = kit.T("Attach these files?")
	}
	w.ask(&kit.Ask{
		Title: title, Text: strings.Join(names, ", "),
		Choices: []kit.AskChoice{
			{Label: kit.T("Cancel")},
			{Label: kit.T("Paste as text"), Do: func() bool { w.loop(func() { w.pasteText(p) }); return true }},
			{Label: kit.T("Add as attachment"), Kind: kit.Filled, Do: func() bool { w.loop(func() { w.Attach(w.takePictures(paths)) }); return true }},
		},
	})
}

// pasteText pastes what the clipboard has as text, whatever it names.
func (w *Window) pasteText(p *fyne.ShortcutPaste) {
	w.pasting = true
	w.body.text.TypedShortcut(p)
	w.pasting = false
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

// onePiece is a clipboard with what is to be pasted in the place of what another has.
type onePiece string

// Content implements fyne.Clipboard.
func (o onePiece) Content() string { return string(o) }

// SetContent implements fyne.Clipboard.
func (onePiece) SetContent(string) {}

// pastedSubject pastes into the subject: on one line, and no more than a subject has.
func (w *Window) pastedSubject(s fyne.Shortcut) bool {
	p, ok := s.(*fyne.ShortcutPaste)
	if !ok {
		return false
	}
	room := model.SubjectMax - len([]rune(w.subject.Text)) + len([]rune(w.subject.SelectedText()))
	text, cut := model.SubjectLine(p.Clipboard.Content(), room)
	w.subject.Entry.TypedShortcut(&fyne.ShortcutPaste{Clipboard: onePiece(text)})
	if cut {
		w.tellCut()
	}
	return true
}

func (w *Window) tellCut() {
	w.tell(kit.NewBar(kit.ToneWarn, "", kit.T("A subject has %d letters at most; the rest was left out.", model.SubjectMax)))
}
