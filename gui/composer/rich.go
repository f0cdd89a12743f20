package composer

import (
	"context"
	"errors"
	"path/filepath"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"poplar/gui/kit"
	"poplar/gui/model"
	"poplar/mail"
)

// switchLooks turns the message into one with looks, or into plain text, after a question where something would be lost.
func (w *Window) switchLooks() {
	if w.sending || w.Question() != nil {
		return
	}
	if w.c.Rich == nil {
		w.c.MakeRich(w.from.account())
		w.body.showMode()
		w.lookedOver()
		return
	}
	plain := func(attach bool) func() bool {
		return func() bool {
			w.c.MakePlain(attach)
			w.body.showMode()
			w.lookedOver()
			if attach {
				w.filesChanged()
			}
			return true
		}
	}
	looks, pictures := w.c.Lost()
	if !looks && len(pictures) == 0 {
		plain(false)()
		return
	}
	q := &kit.Ask{
		Title: kit.T("Turn this message into plain text?"), OnCancelled: func() {},
		Text:    kit.T("Bold, italics and colours go. Lists, quotations and the addresses of links stay as text."),
		Choices: []kit.AskChoice{{Label: kit.T("Cancel")}},
	}
	if len(pictures) > 0 {
		q.Text += " " + kit.N(len(pictures), "%d picture stands in the text.", "%d pictures stand in the text.")
		q.Choices = append(q.Choices, kit.AskChoice{Label: kit.T("Leave the pictures out"), Do: plain(false)},
			kit.AskChoice{Label: kit.T("Attach the pictures"), Kind: kit.Filled, Do: plain(true)})
		q.Width = 520
	} else {
		q.Choices = append(q.Choices, kit.AskChoice{Label: kit.T("Plain text"), Kind: kit.Filled, Do: plain(false)})
	}
	w.ask(q)
}

// lookedOver follows a change of the mode.
func (w *Window) lookedOver() {
	w.showLooks()
	w.page.Refresh()
	w.changed()
	kit.Focus(w.body.text)
}

// showLooks has the button say which mode it is.
func (w *Window) showLooks() {
	on := w.c.Rich != nil
	w.looks.SetOn(on)
	hint := kit.T("With formatting")
	if on {
		hint = kit.T("Plain text")
	}
	w.looks.SetIcon("format", kit.T("%s (%s)", hint, kit.KeyText(&desktop.CustomShortcut{KeyName: fyne.KeyF, Modifier: looksKeys})))
	w.body.bar.Hidden = !on
}

// takeQuote makes the quoted original a part of the text; where that has looks, with those it has.
func (w *Window) takeQuote() {
	if w.c.Rich == nil || w.taking {
		w.c.TakeQuote()
		w.body.taken()
		return
	}
	w.taking = true
	d := w.c.Draft()
	kit.Go(w.ctx, w.loop, func(ctx context.Context) (*mail.Rich, error) { return w.p.RichQuote(ctx, d) }, func(r *mail.Rich, err error) {
		w.taking = false
		switch {
		case w.c.Quote == "":
			return // it went meanwhile
		case err != nil || r == nil || w.c.Rich == nil: // its words are there
			w.c.TakeQuote()
		default:
			w.c.TakeQuoteAs(*r)
		}
		w.body.taken()
	})
}

// looksKeys are the keys that go with F to switch the mode.
const looksKeys = fyne.KeyModifierShortcutDefault | fyne.KeyModifierShift

// choosePicture lets the person choose pictures that are to stand in the text.
func (w *Window) choosePicture() {
	if w.sending || w.Question() != nil || w.c.Rich == nil {
		return
	}
	newPictureChooser(w).show()
}

// takePictures puts the pictures among files into the text, where it may have looks. It returns the other files.
func (w *Window) takePictures(paths []string) []string {
	if w.c.Rich == nil {
		return paths
	}
	var pictures, others []string
	for _, p := range paths {
		if model.IsPicture(p) {
			pictures = append(pictures, p)
		} else {
			others = append(others, p)
		}
	}
	w.putPictures(pictures)
	return others
}

// putPictures reads pictures and puts them where the caret is, one after the other; those that are large are asked about.
func (w *Window) putPictures(paths []string) {
	if len(paths) == 0 {
		return
	}
	next := func() { w.loop(func() { w.putPictures(paths[1:]) }) }
	kit.Go(w.ctx, w.loop, func(context.Context) (model.LoadedPicture, error) {
		return model.LoadPicture(paths[0], model.TextPicture)
	}, func(p model.LoadedPicture, err error) {
		name := filepath.Base(paths[0])
		switch {
		case errors.Is(err, model.ErrNoPicture):
			w.tell(kit.NewBar(kit.ToneWarn, "", kit.T("%s is no picture that mail programs show, or too large for one: PNG, JPEG, GIF and WebP may stand in a text.", name)))
			next()
		case err != nil:
			t := model.TellError(err, kit.T)
			w.tell(kit.NewBar(kit.ToneErr, t.What, t.Advice))
			next()
		case p.Small != nil && w.Question() == nil:
			w.askSmaller(name, p, next)
		case p.Full != nil:
			w.putPicture(p.Full)
			next()
		default:
			w.putPicture(p.Small)
			next()
		}
	})
}

// askSmaller asks whether a large picture goes along smaller.
func (w *Window) askSmaller(name string, p model.LoadedPicture, then func()) {
	take := func(p *mail.Picture) func() bool {
		return func() bool {
			w.loop(func() { w.putPicture(p); then() })
			return true
		}
	}
	q := &kit.Ask{Title: kit.T("Put the picture in smaller?"), Width: 480, OnCancelled: then}
	q.Choices = []kit.AskChoice{{Label: kit.T("Cancel"), Do: func() bool { then(); return true }}}
	if p.Full != nil {
		q.Text = kit.T("%s has %d × %d pixels and %s.", name, p.Wide, p.High, kit.Size(int64(len(p.Full.Data))))
		q.Choices = append(q.Choices, kit.AskChoice{Label: kit.T("As it is"), Do: take(p.Full)})
	} else {
		q.Text = kit.T("%s has %d × %d pixels, too many for a letter.", name, p.Wide, p.High)
	}
	q.Choices = append(q.Choices, kit.AskChoice{Label: kit.T("Smaller, %s", kit.Size(int64(len(p.Small.Data)))), Kind: kit.Filled, Do: take(p.Small)})
	w.ask(q)
}

func (w *Window) putPicture(p *mail.Picture) {
	w.body.text.Picture(p)
	w.sumUp()
	kit.Focus(w.body.text)
}

// paths are the files that were dropped.
func paths(uris []fyne.URI) []string {
	var list []string
	for _, u := range uris {
		list = append(list, u.Path())
	}
	return list
}

// dropped takes files that were let go over the window: pictures into the text where they lie over it, others as
// attachments.
func (w *Window) dropped(at fyne.Position, uris []fyne.URI) {
	list := paths(uris)
	text := w.body.text
	top := fyne.CurrentApp().Driver().AbsolutePositionForObject(text)
	if at.Y >= top.Y && at.Y < top.Y+text.Size().Height {
		list = w.takePictures(list)
	}
	w.Attach(list)
}

// ownWords is the text without the signature, to be kept as a quick text.
func ownWords(s string) string {
	s, _, _ = strings.Cut("\n"+s, "\n-- \n")
	return strings.Trim(s, "\n")
}
