package gui

import (
	"bytes"
	"context"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"fyne.io/fyne/v2"

	"poplar/gui/kit"
	"poplar/gui/model"
	"poplar/gui/page"
	"poplar/gui/reader"
	"poplar/settings"
)

// buildView joins the way messages are shown to the preferences and the engine.
func (w *window) buildView() {
	r := w.reader
	r.SetPlain(w.prefs.PlainText)
	r.SetOriginal(w.prefs.Original)
	r.SetPictures(reader.Pictures{
		Fetch:  w.p.Pictures,
		Always: func(addr string) bool { return model.ShowsPictures(strings.Fields(w.prefs.PicturesFrom), addr) },
		OnAlways: func(whom string) {
			w.update(func(p *settings.Preferences) {
				p.PicturesFrom = strings.Join(model.AllowPictures(strings.Fields(p.PicturesFrom), whom), " ")
			})
		},
	})
	r.SetReceipts(w.p)
	r.OnPicture = w.savePicture
	r.OnMenu = func(items []*fyne.MenuItem) []*fyne.MenuItem {
		return append(items, fyne.NewMenuItemSeparator(),
			item(kit.T("Find in message…"), shortcut(fyne.KeyF, 0), true, w.findHere),
			item(kit.T("Open in browser"), nil, true, func() { w.showOutside(false) }),
			item(kit.T("Print…"), shortcut(fyne.KeyP, 0), true, func() { w.showOutside(true) }))
	}
}

// viewMenu is how the message that is read is shown.
func (w *window) viewMenu() *fyne.Menu {
	open := w.reader.Message() != nil
	plain := item(kit.T("Plain text"), nil, true, func() {
		w.reader.SetPlain(!w.reader.Plain())
		w.update(func(p *settings.Preferences) { p.PlainText = w.reader.Plain() })
	})
	plain.Checked = w.reader.Plain()
	original := item(kit.T("Original colours"), nil, true, func() {
		w.reader.SetOriginal(!w.reader.Original())
		w.update(func(p *settings.Preferences) { p.Original = w.reader.Original() })
	})
	original.Checked = w.reader.Original()
	items := []*fyne.MenuItem{
		item(kit.T("Find in message…"), shortcut(fyne.KeyF, 0), open, w.findHere),
		fyne.NewMenuItemSeparator(),
		item(kit.T("Larger"), shortcut(fyne.KeyPlus, 0), open, w.reader.ZoomIn),
		item(kit.T("Smaller"), shortcut(fyne.KeyMinus, 0), open, w.reader.ZoomOut),
		item(kit.T("Usual size"), shortcut(fyne.Key0, 0), open, w.reader.ZoomReset),
		fyne.NewMenuItemSeparator(),
		plain, w.monoItem(),
	}
	if kit.Dark() { // under a light theme nothing is changed
		items = append(items, original)
	}
	items = append(items,
		w.charsetItem(),
		fyne.NewMenuItemSeparator(),
		item(kit.T("Open in browser"), nil, open, func() { w.showOutside(false) }),
		item(kit.T("Print…"), shortcut(fyne.KeyP, 0), open, func() { w.showOutside(true) }))
	return fyne.NewMenu(kit.T("View"), items...)
}

// findHere looks for words in the message that is read, or where none is, in all mail.
func (w *window) findHere() {
	if !w.reader.Find() {
		w.find()
	}
}

// showOutside hands the message to the system's browser, without anything in it that runs or loads; print has the
// browser ask for a printer.
func (w *window) showOutside(print bool) {
	name := kit.T("Message")
	if m := w.reader.Message(); m != nil && m.Subject != "" {
		name = m.Subject
	}
	w.reader.Document(w.ctx, print, func(src string, err error) {
		if err != nil {
			w.fail(err)
			return
		}
		kit.Go(w.ctx, w.loop, func(context.Context) (string, error) { return w.opened.write(src) }, func(path string, err error) {
			if err == nil {
				err = w.app.OpenURL(fileURL(path))
			}
			if err != nil {
				w.folders.Say(w.loop, kit.T("%s cannot be opened: %s", name, err), true)
			}
		})
	})
}

// write puts a page into a folder of its own, and returns its path.
func (o *openFiles) write(src string) (string, error) {
	if o.dir == "" {
		return "", os.ErrNotExist
	}
	dir, err := os.MkdirTemp(o.dir, "")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "message.html")
	return path, os.WriteFile(path, []byte(src), 0o600)
}

// savePicture asks where a picture of the message goes, and writes it there.
func (w *window) savePicture(p *page.Picture) {
	data, mark := p.Data, w.markNow()
	w.saveAs(pictureName(p), func(_ context.Context, to io.Writer) error {
		_, err := io.Copy(to, bytes.NewReader(data))
		return err
	}, mark)
}

// pictureName is a name for a picture: that of its address, with the ending that its kind has.
func pictureName(p *page.Picture) string {
	name := "picture"
	if u, err := url.Parse(p.Src); err == nil && (p.Remote || u.Scheme == "") {
		name = strings.Map(func(r rune) rune {
			if r <= ' ' || r == 0x7F || strings.ContainsRune(`/\:*?"<>|`, r) {
				return '-'
			}
			return r
		}, strings.TrimSuffix(filepath.Base(filepath.FromSlash(u.Path)), filepath.Ext(u.Path)))
		if len(name) > 60 || strings.Trim(name, ".-") == "" {
			name = "picture"
		}
	}
	kind := strings.TrimPrefix(p.Type, "image/")
	if !slices.Contains([]string{"png", "jpeg", "gif", "webp", "bmp"}, kind) {
		kind = "png"
	}
	if kind == "jpeg" {
		kind = "jpg"
	}
	return name + "." + kind
}
