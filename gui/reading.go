package gui

import (
	"context"
	"io"
	"strings"

	"fyne.io/fyne/v2"

	"poplar/gui/kit"
	"poplar/gui/model"
	"poplar/gui/source"
	"poplar/mail"
	"poplar/settings"
)

// buildReading joins what the reader tells of messages to the engine.
func (w *window) buildReading() {
	r := w.reader
	r.Reading = w.p
	r.Known = w.knownHosts
	r.OnShow = w.showMessage
	r.OnAgain = w.sendAgain
	r.OnContact = w.correctContact
	r.SetMono(w.prefs.Mono)
}

// knownHosts are the domains of the person's own addresses.
func (w *window) knownHosts() []string {
	var out []string
	for _, a := range w.accounts {
		if at := strings.LastIndexByte(a.Address, '@'); at > 0 {
			out = append(out, a.Address[at+1:])
		}
	}
	return out
}

// showMessage leads to a message wherever it is: its folder is listed, and it is read.
func (w *window) showMessage(id mail.MessageID) {
	kit.Go(w.ctx, w.loop, func(ctx context.Context) (mail.Summary, error) { return w.p.Summary(ctx, id) }, func(s mail.Summary, err error) {
		if err != nil {
			w.fail(err)
			return
		}
		e, ok := w.folders.Entry(model.FolderKey(s.Folder))
		if !ok {
			name := w.names[s.Folder]
			e = model.Entry{Kind: model.FolderEntry, Key: model.FolderKey(s.Folder), Title: name.Title, Own: name.Own, Query: mail.Query{Folder: s.Folder}, Account: s.Account, Folder: name.Folder}
		}
		w.open(e)
		w.list.Choose(id)
		w.forth()
	})
}

// sendAgain opens a message anew for a recipient that it did not reach, with the address ready to be corrected.
func (w *window) sendAgain(sent mail.MessageID, failed, corrected string) {
	kit.Go(w.ctx, w.loop, func(ctx context.Context) (mail.Draft, error) { return w.p.SendAgain(ctx, sent, corrected) }, func(d mail.Draft, err error) {
		notice := kit.T("This message did not reach %s. Correct the address and send it again.", failed)
		if corrected != failed {
			notice = kit.T("This message did not reach %s. It goes to %s now: check the address before you send it.", failed, corrected)
		}
		w.composeFor(d, notice, corrected, err)
	})
}

// showSource opens the window that shows the message that is read as it stands.
func (w *window) showSource(tab int) {
	ids := w.list.Selected()
	if len(ids) != 1 {
		return
	}
	s, _ := w.list.Summary(ids[0])
	w.sourceOf(ids[0], s.Subject, tab)
}

func (w *window) sourceOf(id mail.MessageID, subject string, tab int) {
	mark := w.markNow()
	var v *source.Window
	v = source.New(w.app, w.loop, w.p, id, subject, source.Options{
		OnSave: func(over fyne.Window) { w.saveMessage(over, id, subject, mark, v.Saved) },
		OnSavePart: func(over fyne.Window, n mail.Node) {
			w.saveOver(over, model.NodeName(n), func(ctx context.Context, to io.Writer) error { return w.p.NodeBytes(ctx, id, n.Path, to) }, mark, v.Saved)
		},
	})
	w.source = v
	v.Choose(tab)
	v.Show()
}

// saveEML asks for a place for the message that is read, and writes it there octet for octet.
func (w *window) saveEML() {
	ids := w.list.Selected()
	if len(ids) != 1 {
		return
	}
	s, _ := w.list.Summary(ids[0])
	w.saveMessage(w.win, ids[0], s.Subject, w.markNow(), w.saved)
}

func (w *window) saveMessage(over fyne.Window, id mail.MessageID, subject string, mark webMark, then func(string, error)) {
	w.wholeFirst(over, []mail.MessageID{id}, func() { w.saveOver(over, model.MessageFileName(subject), w.writeMessage(id), mark, then) })
}

// writeMessage writes a message octet for octet.
func (w *window) writeMessage(id mail.MessageID) func(context.Context, io.Writer) error {
	return func(ctx context.Context, to io.Writer) error {
		raw, err := w.p.Raw(ctx, id)
		if err != nil {
			return err
		}
		defer raw.Close() //nolint:errcheck // nothing was written to it
		_, err = io.Copy(to, mail.Reader(raw))
		return err
	}
}

// sourceItems are the lines of menus about the message as it stands.
func (w *window) sourceItems(one bool) []*fyne.MenuItem {
	return []*fyne.MenuItem{
		item(kit.T("Message source"), shortcut(fyne.KeyU, 0), one, func() { w.showSource(source.TabRaw) }),
		item(kit.T("Save as .eml…"), nil, one, w.saveEML),
	}
}

// monoItem switches letters of one width on and off.
func (w *window) monoItem() *fyne.MenuItem {
	mono := item(kit.T("Letters of one width"), nil, true, func() {
		w.reader.SetMono(!w.reader.Mono())
		w.update(func(p *settings.Preferences) { p.Mono = w.reader.Mono() })
	})
	mono.Checked = w.reader.Mono()
	return mono
}

// charsetItem is the menu of character sets that the message that is read can be read in.
func (w *window) charsetItem() *fyne.MenuItem {
	m := w.reader.Message()
	it := item(kit.T("Character set"), nil, m != nil, nil)
	if m == nil {
		return it
	}
	id := w.reader.ID()
	choose := func(charset string) func() {
		return func() {
			kit.Do(w.ctx, w.loop, func(ctx context.Context) error { return w.p.SetCharset(ctx, id, charset) }, func(err error) {
				if err != nil {
					w.fail(err)
					return
				}
				if w.reader.ID() == id {
					w.reader.Again()
				}
			})
		}
	}
	own := item(kit.T("As the message says"), nil, true, choose(""))
	own.Checked = !m.Forced
	items := []*fyne.MenuItem{own, fyne.NewMenuItemSeparator()}
	for _, c := range model.Charsets(kit.Language(), kit.T) {
		if c.First {
			items = append(items, fyne.NewMenuItemSeparator())
		}
		line := item(c.Title, nil, true, choose(c.Name))
		line.Checked = m.Forced && strings.EqualFold(m.Charset, c.Name)
		items = append(items, line)
	}
	it.ChildMenu = fyne.NewMenu("", items...)
	return it
}
