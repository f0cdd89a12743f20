package gui

import (
	"context"
	"io"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"poplar/gui/kit"
	"poplar/gui/model"
	"poplar/gui/reader"
	"poplar/mail"
)

// innerBox is a message that is attached to another, as a reader wants it.
type innerBox struct {
	p     model.Reading
	id    mail.MessageID
	index int
}

// Glance implements reader.Box.
func (b innerBox) Glance(ctx context.Context, id mail.MessageID) (*mail.Message, error) {
	return b.Read(ctx, id)
}

// Read implements reader.Box.
func (b innerBox) Read(ctx context.Context, _ mail.MessageID) (*mail.Message, error) {
	return b.p.Inner(ctx, b.id, b.index)
}

// Part implements reader.Box.
func (b innerBox) Part(ctx context.Context, _ mail.MessageID, index int, w io.Writer) error {
	return b.p.InnerPart(ctx, b.id, b.index, index, w)
}

// isMessage reports whether an attachment is a message.
func isMessage(p mail.Part) bool {
	return p.External == nil && (p.Type == "message/rfc822" || p.Type == "message/global" || strings.HasSuffix(strings.ToLower(p.Name), ".eml"))
}

// openInner shows an attached message in a window of its own. Its files can be looked at and saved.
func (w *window) openInner(part mail.Part) {
	box := innerBox{w.p, w.reader.ID(), part.Index}
	win := w.app.NewWindow(part.Name + " – Poplar")
	win.SetPadded(false)
	win.Resize(fyne.NewSize(760, 640))
	r := reader.New(w.loop, box, w.now, func(addr string) bool { return w.self[strings.ToLower(addr)] })
	r.Strip.Hide()
	r.SetBodySize(w.prefs.BodySize)
	r.SetPlain(w.prefs.PlainText)
	r.SetMono(w.prefs.Mono)
	r.SetOriginal(w.prefs.Original)
	r.SetPictures(reader.Pictures{Fetch: w.p.Pictures}) // never without being asked: nothing confirms who wrote it
	r.OnLink = w.follow
	r.OnCopy = func(text string, at fyne.Position) {
		kit.PopUp(fyne.NewMenu("", item(kit.T("Copy"), nil, true, func() { w.app.Clipboard().SetContent(text) })), win.Canvas(), at)
	}
	save := func(p mail.Part) {
		w.saveOver(win, p.Name, func(ctx context.Context, to io.Writer) error { return box.Part(ctx, 0, p.Index, to) }, w.innerMark(r), w.saved)
	}
	r.Attachments.OnSave = save
	r.Attachments.OnOpen = func(p mail.Part) {
		if !reader.CanPreview(p) {
			save(p)
			return
		}
		reader.NewPreview(w.app, w.loop, box, 0, p, reader.PreviewOptions{OnOpen: func() { save(p) }, OnSave: func() { save(p) }, OnLink: w.follow}).Show()
	}
	r.Attachments.OnSaveAll = func() { w.savePartsOf(win, box, 0, r.Message(), w.innerMark(r)) }
	kit.SetContent(win, r)
	leave := func() {
		r.Close()
		win.Close()
	}
	win.SetCloseIntercept(leave)
	win.Canvas().SetOnTypedKey(func(k *fyne.KeyEvent) {
		switch k.Name {
		case fyne.KeyEscape:
			leave()
		case fyne.KeySpace, fyne.KeyPageDown:
			r.Page(true)
		case fyne.KeyPageUp:
			r.Page(false)
		}
	})
	win.Canvas().AddShortcut(&desktop.CustomShortcut{KeyName: fyne.KeyW, Modifier: fyne.KeyModifierShortcutDefault}, func(fyne.Shortcut) { leave() })
	r.Open(mail.Summary{ID: 1}, nil)
	w.inner = r
	win.Show()
}

// innerMark is where the files of an attached message come from.
func (w *window) innerMark(r *reader.Reader) webMark {
	if m := r.Message(); m != nil {
		return markOf(m)
	}
	return webMark{}
}
