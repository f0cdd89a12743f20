package gui

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"runtime"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/storage"

	"poplar/gui/kit"
	"poplar/gui/model"
	"poplar/gui/reader"
	"poplar/mail"
	"poplar/settings"
)

// openPart does what a click on an attachment asks for: pictures, texts and messages are shown here, others are opened by
// the program the system has for them.
func (w *window) openPart(part mail.Part) {
	switch {
	case reader.CanPreview(part):
		w.previewPart(part)
	case isMessage(part):
		w.openInner(part)
	default:
		w.openOutside(part)
	}
}

// openOutside opens an attachment with the program the system has for it. What might run by that is only saved, and
// what may hold something that runs is asked about.
func (w *window) openOutside(part mail.Part) {
	danger, what, disguised := model.FileDanger(part.Name)
	switch danger {
	case model.NeverRun:
		w.refuse(part, what, disguised)
	case model.AskFirst:
		text := kit.T("It is %s. What is in it may run or load something. Open it only if you expect it from this sender.", kit.T(what))
		if disguised {
			text = kit.T("It is %s, though its name looks like that of a document. Open it only if you expect it from this sender.", kit.T(what))
		}
		(&kit.Ask{
			Title: kit.T("Open %s?", part.Name), Text: text, OnCancelled: func() {},
			Choices: []kit.AskChoice{
				{Label: kit.T("Save…"), Left: true, Do: func() bool { w.savePart(part); return true }},
				{Label: kit.T("Open"), Kind: kit.Danger, Do: func() bool { w.launch(part); return true }},
				{Label: kit.T("Cancel"), Kind: kit.Filled},
			},
		}).Show(w.win, nil)
	default:
		w.launch(part)
	}
}

// refuse tells why a file is not opened.
func (w *window) refuse(part mail.Part, what string, disguised bool) {
	text := kit.T("Opening it would run it. Poplar saves such files, but does not open them.")
	if disguised {
		text = kit.T("Its name looks like that of a document, but opening it would run it. Poplar saves such files, but does not open them.")
	}
	(&kit.Ask{
		Title: kit.T("%s is %s", part.Name, kit.T(what)), Text: text,
		Choices: []kit.AskChoice{{Label: kit.T("Cancel")}, {Label: kit.T("Save…"), Do: func() bool {
			w.savePart(part)
			return true
		}}},
	}).Show(w.win, nil)
}

// isProgram says that a file is something the system could run, whatever its name.
type isProgram struct{ what string }

func (e *isProgram) Error() string { return "it is " + e.what }

func (w *window) launch(part mail.Part) {
	id, mark := w.reader.ID(), w.markNow()
	kit.Go(w.ctx, w.loop, func(ctx context.Context) (string, error) { return w.opened.put(ctx, w.p, id, part, mark) }, func(path string, err error) {
		var program *isProgram
		if errors.As(err, &program) {
			w.refuse(part, program.what, true)
			return
		}
		if err == nil {
			err = w.app.OpenURL(fileURL(path))
		}
		if err != nil {
			w.folders.Say(w.loop, kit.T("%s cannot be opened: %s", part.Name, err), true)
		}
	})
}

// markNow is where the files of the message that is read come from.
func (w *window) markNow() webMark {
	if m := w.reader.Message(); m != nil {
		return markOf(m)
	}
	return webMark{}
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

// headSize is how much of a file is looked at for what it is.
const headSize = 512

// put writes a part into a folder of its own. It is called away from the UI thread, one at a time for each message.
func (o *openFiles) put(ctx context.Context, p model.Mailbox, id mail.MessageID, part mail.Part, mark webMark) (path string, err error) {
	if o.dir == "" {
		return "", errors.New("there is no place for it")
	}
	dir, err := os.MkdirTemp(o.dir, "")
	if err != nil {
		return "", err
	}
	path = filepath.Join(dir, part.Name)
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return "", err
	}
	head := make([]byte, headSize)
	n := 0
	err = p.Part(ctx, id, part.Index, f)
	if err == nil {
		n, err = f.ReadAt(head, 0)
		if errors.Is(err, io.EOF) {
			err = nil
		}
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return "", err
	}
	if danger, what := model.ContentDanger(head[:n]); danger != model.Harmless {
		return "", errors.Join(&isProgram{what}, os.Remove(path))
	}
	mark.mark(path)
	// Read-only: what is changed in it would be lost, and the program should say so.
	return path, os.Chmod(path, 0o400) //nolint:gosec // the name is safe, and the folder is ours
}

// previewPart shows a picture or a text in a window of its own.
func (w *window) previewPart(part mail.Part) {
	id := w.reader.ID()
	w.preview = reader.NewPreview(w.app, w.loop, w.p, id, part, reader.PreviewOptions{
		OnOpen: func() { w.openOutside(part) }, OnSave: func() { w.savePart(part) }, OnLink: w.follow,
	})
	w.preview.Show()
}

// partMenu is the menu of an attachment.
func (w *window) partMenu(part mail.Part, at fyne.Position) {
	var items []*fyne.MenuItem
	if reader.CanPreview(part) || isMessage(part) {
		items = append(items, item(kit.T("Preview"), nil, true, func() { w.openPart(part) }))
	}
	danger, _, _ := model.FileDanger(part.Name)
	items = append(items,
		item(kit.T("Open"), nil, danger != model.NeverRun, func() { w.openOutside(part) }),
		item(kit.T("Save…"), nil, true, func() { w.savePart(part) }),
		item(kit.T("Save all…"), nil, true, w.saveParts),
		fyne.NewMenuItemSeparator(),
		item(kit.T("Copy SHA-256"), nil, true, func() { w.copyHash(part) }))
	w.popUp(fyne.NewMenu("", items...), at)
}

// copyHash puts the SHA-256 of an attachment's bytes on the clipboard.
func (w *window) copyHash(part mail.Part) {
	id := w.reader.ID()
	kit.Go(w.ctx, w.loop, func(ctx context.Context) (string, error) {
		h := sha256.New()
		if err := w.p.Part(ctx, id, part.Index, h); err != nil {
			return "", err
		}
		return hex.EncodeToString(h.Sum(nil)), nil
	}, func(sum string, err error) {
		if err != nil {
			w.fail(err)
			return
		}
		w.app.Clipboard().SetContent(sum)
		w.folders.Say(w.loop, kit.T("SHA-256 copied: %s…", sum[:12]), false)
	})
}

// savePart asks where an attachment goes, and writes it there.
func (w *window) savePart(part mail.Part) {
	id, mark := w.reader.ID(), w.markNow()
	w.saveAs(part.Name, func(ctx context.Context, to io.Writer) error { return w.p.Part(ctx, id, part.Index, to) }, mark)
}

// saveAs asks for a place under a name, and has write fill it.
func (w *window) saveAs(name string, write func(context.Context, io.Writer) error, mark webMark) {
	w.saveOver(w.win, name, write, mark, w.saved)
}

// saveOver is saveAs over any window; then is told how it went.
func (w *window) saveOver(over fyne.Window, name string, write func(context.Context, io.Writer) error, mark webMark, then func(string, error)) {
	d := dialog.NewFileSave(func(to fyne.URIWriteCloser, err error) {
		if err != nil {
			then(name, err)
		}
		if to == nil {
			return
		}
		w.keepFolder(filepath.Dir(to.URI().Path()))
		w.fillFile(to, name, write, mark, then)
	}, over)
	d.SetFileName(name)
	w.startIn(d)
	kit.ShowFiles(d, over, kit.T("Save a file"), kit.T("Save"), dialogSize(over))
}

// fillFile has write fill a file, and says where it came from.
func (w *window) fillFile(to fyne.URIWriteCloser, name string, write func(context.Context, io.Writer) error, mark webMark, then func(string, error)) {
	kit.Do(w.ctx, w.loop, func(ctx context.Context) error {
		err := errors.Join(write(ctx, to), to.Close())
		if err == nil {
			mark.mark(to.URI().Path())
		}
		return err
	}, func(err error) { then(name, err) })
}

func (w *window) saved(name string, err error) {
	if err != nil {
		w.folders.Say(w.loop, kit.T("%s was not saved: %s", name, err), true)
		return
	}
	w.folders.Say(w.loop, kit.T("%s saved", name), false)
}

// saveParts saves every attachment of the message that is read.
func (w *window) saveParts() {
	w.savePartsOf(w.win, w.p, w.reader.ID(), w.reader.Message(), w.markNow())
}

// savePartsOf asks for a folder, and writes every attachment into it, never over a file that is there.
func (w *window) savePartsOf(over fyne.Window, box reader.Box, id mail.MessageID, m *mail.Message, mark webMark) {
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
		w.keepFolder(to.Path())
		kit.Go(w.ctx, w.loop, func(ctx context.Context) (int, error) {
			parts, err := allParts(ctx, box, id, m)
			if err != nil {
				return 0, err
			}
			return saveAll(ctx, box, id, parts, to.Path(), mark)
		}, func(n int, err error) {
			w.saved(kit.N(n, "%d file", "%d files"), err)
		})
	}, over)
	w.startIn(d)
	kit.ShowFiles(d, over, kit.T("Save all attachments"), kit.T("Save here"), dialogSize(over))
}

// allParts are the parts of a message, also of one that has been glanced at only.
func allParts(ctx context.Context, box reader.Box, id mail.MessageID, m *mail.Message) ([]mail.Part, error) {
	if m.Glanced {
		whole, err := box.Read(ctx, id)
		if whole == nil {
			return nil, err
		}
		m = whole
	}
	return m.Parts, nil
}

func dialogSize(over fyne.Window) fyne.Size {
	s := over.Canvas().Size()
	return fyne.NewSize(min(s.Width-48, 800), min(s.Height-48, 560))
}

// keepFolder remembers where the person saves.
func (w *window) keepFolder(dir string) {
	if dir != w.prefs.Window.SaveFolder {
		w.update(func(p *settings.Preferences) { p.Window.SaveFolder = dir })
	}
}

// startIn begins a file dialog where the person saved last, else in the Downloads folder, where there is one.
func (w *window) startIn(d interface{ SetLocation(fyne.ListableURI) }) {
	var dirs []string
	if last := w.prefs.Window.SaveFolder; last != "" {
		dirs = append(dirs, last)
	}
	if home, err := os.UserHomeDir(); err == nil {
		dirs = append(dirs, filepath.Join(home, "Downloads"), filepath.Join(home, "下载"), home)
	}
	for _, dir := range dirs {
		if l, err := storage.ListerForURI(storage.NewFileURI(dir)); err == nil {
			d.SetLocation(l)
			return
		}
	}
}

// saveAll writes the attachments into a folder and returns how many it wrote.
func saveAll(ctx context.Context, p reader.Box, id mail.MessageID, parts []mail.Part, dir string, mark webMark) (int, error) {
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
		mark.mark(f.Name())
		n++
	}
	return n, nil
}

// create makes a new file: "a.pdf", or where that is there "a (2).pdf" and so on.
func create(dir, name string) (*os.File, error) {
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
