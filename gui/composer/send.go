package composer

import (
	"context"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"poplar/gui/kit"
	"poplar/gui/model"
	"poplar/mail"
)

// Send checks the message and queues it. What speaks against it is told, or asked where it is the person's to decide.
func (w *Window) Send() { w.sendAt(time.Time{}) }

// sendAt is Send for a time to come; zero is as soon as can be.
func (w *Window) sendAt(t time.Time) {
	if w.sending || w.question != nil && w.question.Open() {
		return
	}
	wish := w.c.Wishes()
	wish.SendAt = t
	w.c.SetWishes(wish)
	w.commit(false)
	w.tell(nil)
	var ask []string
	missing, slip := false, false
	for _, c := range w.c.Concerns(kit.T) {
		if c.Stop {
			w.reveal(c.Field, true)
			w.tell(kit.NewBar(kit.ToneErr, "", c.What))
			w.blamed = true
			return
		}
		ask = append(ask, c.What)
		missing = missing || c.Kind == model.NoAttachment
		slip = slip || c.Kind == model.OddAddress && c.Meant
	}
	if large := w.c.TooLarge(w.limit, kit.T, kit.Size); large != "" {
		ask = append(ask, large)
	}
	if len(ask) == 0 {
		w.submit()
		return
	}
	q := &kit.Ask{Title: kit.T("Send it like this?"), Text: strings.Join(ask, "\n"), OnCancelled: func() {}}
	if missing {
		q.Choices = append(q.Choices, kit.AskChoice{Label: kit.T("Attach…"), Left: true, Do: func() bool { w.loop(w.attach); return true }})
	}
	if slip {
		q.Choices = append(q.Choices, kit.AskChoice{Label: kit.T("Correct it"), Left: true, Do: func() bool { w.loop(w.correctSlips); return true }})
	}
	q.Choices = append(q.Choices, kit.AskChoice{Label: kit.T("Keep writing")},
		kit.AskChoice{Label: kit.T("Send anyway"), Kind: kit.Filled, Do: func() bool { w.loop(w.submit); return true }})
	w.ask(q)
}

// correctSlips puts the addresses that were probably meant in the place of those with a slip.
func (w *Window) correctSlips() {
	w.c.Correct()
	for f, line := range w.lines {
		line.list = w.c.Recipients[f]
		line.remake()
	}
	w.page.Refresh()
	w.changed()
}

// ask shows a question and gives the keyboard back to where it was.
func (w *Window) ask(q *kit.Ask) {
	w.question = q
	q.Show(w.Window, nil)
}

// askFirst is ask for a question with fields, unless there is one already: first has the keyboard.
func (w *Window) askFirst(q *kit.Ask, first fyne.Focusable) {
	if !w.sending && w.Question() == nil {
		w.question = q
		q.Show(w.Window, first)
	}
}

// submit hands the message to the outbox, after the saving that may be under way: it decides which draft goes away.
func (w *Window) submit() {
	if w.saving {
		w.waiting = append(w.waiting, func(bool) { w.submit() })
		return
	}
	w.busy(true)
	d := w.c.Draft()
	type result struct {
		id         mail.MessageID
		gone, shut []string
	}
	kit.Go(w.ctx, w.loop, func(ctx context.Context) (result, error) {
		if gone, shut := model.Missing(d); len(gone)+len(shut) > 0 {
			return result{gone: gone, shut: shut}, nil
		}
		id, err := w.p.Send(context.WithoutCancel(ctx), d)
		return result{id: id}, err
	}, func(r result, err error) {
		w.busy(false)
		switch {
		case len(r.gone) > 0:
			w.tell(kit.NewBar(kit.ToneErr, "", kit.T("%s is no longer where it was. Attach it again or remove it.", strings.Join(r.gone, ", "))))
		case len(r.shut) > 0:
			w.tell(kit.NewBar(kit.ToneErr, "", kit.T("%s cannot be read any more. Attach it again or remove it.", strings.Join(r.shut, ", "))))
		case err != nil:
			t := model.TellError(err, kit.T)
			bar := kit.NewBar(kit.ToneErr, t.What, t.Advice)
			if t.Said != "" {
				bar.Code(t.Said)
			}
			w.tell(bar)
		default:
			w.end()
			if w.o.OnSent != nil {
				w.o.OnSent(r.id)
			}
		}
	})
}

func (w *Window) busy(on bool) {
	w.sending = on
	if on {
		w.send.Disable()
	} else {
		w.send.Enable()
	}
}

// Close closes the window, after a question where something would be lost.
func (w *Window) Close() {
	if w.sending || w.Question() != nil {
		return
	}
	w.commit(false)
	if !w.c.Changed() {
		// What an earlier change had saved, and was taken back since, is no draft any more.
		if w.c.ID() != 0 && !w.c.Kept() {
			w.throw()
			return
		}
		w.end()
		return
	}
	first := kit.AskChoice{Label: kit.T("Delete"), Left: true, Kind: kit.Danger, Do: func() bool { w.throw(); return true }}
	if w.c.Kept() {
		first = kit.AskChoice{Label: kit.T("Discard changes"), Left: true, Kind: kit.Danger, Do: func() bool { w.putBack(); return true }}
	}
	w.ask(&kit.Ask{
		Title: kit.T("Save this message as a draft?"), Text: kit.T("It has not been sent."),
		Choices: []kit.AskChoice{first, {Label: kit.T("Keep writing")}, {Label: kit.T("Save draft"), Kind: kit.Filled, Do: func() bool {
			w.loop(func() {
				w.Save(func(ok bool) {
					if ok {
						w.end()
					}
				})
			})
			return true
		}}},
		OnCancelled: func() {},
	})
}

// discard asks whether to delete the draft.
func (w *Window) discard() {
	if w.sending || w.Question() != nil {
		return
	}
	w.commit(false)
	if !w.c.Changed() && w.c.ID() == 0 {
		w.end()
		return
	}
	w.ask(&kit.Ask{
		Title: kit.T("Delete this draft?"),
		Choices: []kit.AskChoice{
			{Label: kit.T("Delete"), Left: true, Kind: kit.Danger, Do: func() bool { w.throw(); return true }},
			{Label: kit.T("Keep writing"), Kind: kit.Filled},
		},
		OnCancelled: func() {},
	})
}

// throw deletes the draft and closes.
func (w *Window) throw() {
	if w.saving {
		w.waiting = append(w.waiting, func(bool) { w.throw() })
		return
	}
	id := w.c.ID()
	if id == 0 {
		w.end()
		return
	}
	w.finish(func(ctx context.Context) error { return w.p.DiscardDraft(ctx, id) })
}

// putBack gives Drafts the message as it was when the window came up, and closes.
func (w *Window) putBack() {
	if w.saving {
		w.waiting = append(w.waiting, func(bool) { w.putBack() })
		return
	}
	before := w.c.Before()
	w.finish(func(ctx context.Context) error {
		_, err := w.p.SaveDraft(ctx, before)
		return err
	})
}

// finish does the last thing before the window closes; it stays where that fails.
func (w *Window) finish(work func(context.Context) error) {
	w.busy(true)
	kit.Do(w.ctx, w.loop, work, func(err error) {
		w.busy(false)
		if err != nil {
			t := model.TellError(err, kit.T)
			w.tell(kit.NewBar(kit.ToneErr, t.What, t.Advice))
			return
		}
		w.end()
	})
}
