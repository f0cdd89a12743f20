package gui

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/storage"

	"poplar/gui/kit"
	"poplar/gui/model"
	"poplar/mail"
)

// openPart opens an attachment with the program the system has for it. What might run by that is only saved.
func (w *window) openPart(part mail.Part) {
	if model.Runs(part.Name) {
		ask := &kit.Ask{
			Title: kit.T("%s is a program", part.Name),
			Text:  kit.T("Opening it would run it. Poplar saves such files, but does not open them."),
			Choices: []kit.AskChoice{{Label: kit.T("Cancel")}, {Label: kit.T("Save…"), Do: func() bool {
				w.savePart(part)
				return true
			}}},
		}
		ask.Show(w.win, nil)
		return
	}
	id := w.reader.ID()
	kit.Go(w.ctx, w.loop, func(ctx context.Context) (string, error) { return w.opened.put(ctx, w.p, id, part) }, func(path string, err error) {
		if err == nil {
			err = w.app.OpenURL(fileURL(path))
		}
		if err != nil {
			w.folders.Say(w.loop, kit.T("%s cannot be opened: %s", part.Name, err), true)
		}
	})
}

func fileURL(path string) *url.URL {
	path = filepath.ToSlash(path)
	if runtime.GOOS == "windows" {
		path = "/" + path
	}
	return &url.URL{Scheme: "file", Path: path}
}

// openFiles are the attachments that were opened: files of a folder that only this person can read, and that goes
// with Poplar.
type openFiles struct{ dir string }

// put writes a part into a folder of its own. It is called away from the UI thread, one at a time for each message.
func (o *openFiles) put(ctx context.Context, p model.Mailbox, id mail.MessageID, part mail.Part) (path string, err error) {
	if o.dir == "" {
		return "", errors.New("there is no place for it")
	}
	dir, err := os.MkdirTemp(o.dir, "")
	if err != nil {
		return "", err
	}
	path = filepath.Join(dir, part.Name)
	// Read-only: what is changed in it would be lost, and the program should say so.
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o400)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return path, p.Part(ctx, id, part.Index, f)
}

// savePart asks where an attachment goes, and writes it there.
func (w *window) savePart(part mail.Part) {
	id := w.reader.ID()
	d := dialog.NewFileSave(func(to fyne.URIWriteCloser, err error) {
		if err != nil {
			w.folders.Say(w.loop, err.Error(), true)
		}
		if to == nil {
			return
		}
		kit.Do(w.ctx, w.loop, func(ctx context.Context) (err error) {
			defer func() { err = errors.Join(err, to.Close()) }()
			return w.p.Part(ctx, id, part.Index, to)
		}, func(err error) { w.saved(part.Name, err) })
	}, w.win)
	d.SetFileName(part.Name)
	w.startIn(d)
	d.Show() // before Resize: Fyne 2.8 has nothing to size until then
	d.Resize(w.dialogSize())
}

func (w *window) saved(name string, err error) {
	if err != nil {
		w.folders.Say(w.loop, kit.T("%s was not saved: %s", name, err), true)
		return
	}
	w.folders.Say(w.loop, kit.T("%s saved", name), false)
}

// saveParts asks for a folder, and writes every attachment into it, never over a file that is there.
func (w *window) saveParts() {
	id, m := w.reader.ID(), w.reader.Message()
	if m == nil {
		return
	}
	d := dialog.NewFolderOpen(func(to fyne.ListableURI, err error) {
		if err != nil {
			w.folders.Say(w.loop, err.Error(), true)
		}
		if to == nil {
			return
		}
		kit.Go(w.ctx, w.loop, func(ctx context.Context) (int, error) { return saveAll(ctx, w.p, id, m.Parts, to.Path()) }, func(n int, err error) {
			w.saved(kit.N(n, "%d file", "%d files"), err)
		})
	}, w.win)
	w.startIn(d)
	d.Show() // before Resize: Fyne 2.8 has nothing to size until then
	d.Resize(w.dialogSize())
}

func (w *window) dialogSize() fyne.Size {
	s := w.win.Canvas().Size()
	return fyne.NewSize(min(s.Width-48, 800), min(s.Height-48, 560))
}

// startIn begins a file dialog in the Downloads folder, where there is one.
func (w *window) startIn(d interface{ SetLocation(fyne.ListableURI) }) {
	home, err := os.UserHomeDir()
	if err != nil {
		return
	}
	for _, dir := range []string{filepath.Join(home, "Downloads"), filepath.Join(home, "下载"), home} {
		if l, err := storage.ListerForURI(storage.NewFileURI(dir)); err == nil {
			d.SetLocation(l)
			return
		}
	}
}

// saveAll writes the attachments into a folder and returns how many it wrote.
func saveAll(ctx context.Context, p model.Mailbox, id mail.MessageID, parts []mail.Part, dir string) (int, error) {
	n := 0
	for _, part := range parts {
		if part.Inline {
			continue
		}
		f, err := create(dir, part.Name)
		if err != nil {
			return n, err
		}
		err = p.Part(ctx, id, part.Index, f)
		if err = errors.Join(err, f.Close()); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// create makes a new file: "a.pdf", or where that is there "a (2).pdf" and so on.
func create(dir, name string) (io.WriteCloser, error) {
	ext := filepath.Ext(name)
	for i := 1; ; i++ {
		try := name
		if i > 1 {
			try = fmt.Sprintf("%s (%d)%s", name[:len(name)-len(ext)], i, ext)
		}
		f, err := os.OpenFile(filepath.Join(dir, try), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) //nolint:gosec // part names are safe: no path is in them
		if err == nil || !errors.Is(err, os.ErrExist) || i > 1000 {
			return f, err
		}
	}
}

// follow opens a link: mail links here, web pages in the browser. Anything else is not opened.
func (w *window) follow(link, doubtful string) {
	if doubtful == "" {
		w.openLink(link)
		return
	}
	ask := &kit.Ask{
		Title: kit.T("Open a page of %s?", doubtful),
		Text:  kit.T("The link is written so that it may look like another site. Open it only if you expect this one."),
		Choices: []kit.AskChoice{
			{Label: kit.T("Open"), Kind: kit.Danger, Do: func() bool { w.openLink(link); return true }},
			{Label: kit.T("Cancel"), Kind: kit.Filled},
		},
		OnCancelled: func() {},
	}
	ask.Show(w.win, nil)
}

func (w *window) openLink(link string) {
	u, err := url.Parse(link)
	if err != nil {
		return
	}
	switch strings.ToLower(u.Scheme) {
	case "mailto":
		w.mailto(link)
	case "http", "https":
		if err := w.app.OpenURL(u); err != nil {
			w.folders.Say(w.loop, kit.T("The browser cannot be opened: %s", err), true)
		}
	default:
		w.folders.Say(w.loop, kit.T("Poplar does not open links of this kind."), true)
	}
}
