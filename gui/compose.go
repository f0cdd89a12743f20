package gui

import (
	"context"
	"time"

	"poplar/gui/composer"
	"poplar/gui/kit"
	"poplar/mail"
)

// savingTime is how long leaving waits for open drafts to be saved.
const savingTime = 4 * time.Second

// compose opens a draft in a window of its own.
func (w *window) compose(d mail.Draft, err error) { w.composeWith(d, "", err) }

func (w *window) composeWith(d mail.Draft, notice string, err error) {
	w.composeFor(d, notice, "", err)
}

// composeFor opens a draft with one of its addresses ready to be corrected, where one is named.
func (w *window) composeFor(d mail.Draft, notice, correct string, err error) {
	if err != nil {
		w.fail(err)
		return
	}
	if d.PassedOn { // it is asked for anew, where there is still something to go on
		if d.Answers != 0 {
			w.redirect(d.Answers, d.To...)
		}
		return
	}
	var c *composer.Window
	c = composer.New(w.app, w.p, w.loop, d, composer.Options{
		Notice:       notice,
		Correct:      correct,
		OnQuickTexts: w.showQuickTexts,
		OnClosed:     func() { delete(w.composers, c) },
	})
	w.composers[c] = true
	c.Show()
}

// leave ends Poplar, once what is being written is saved and what was deleted on a server is gone there.
func (w *window) leave() {
	w.remember()
	open := len(w.composers) + len(w.servers.boxes) + w.deciding
	if w.outbox.Busy() {
		open++
	}
	if open == 0 || w.leavingNow {
		w.end()
		return
	}
	w.leavingNow = true
	done := func() {
		if open--; open == 0 {
			w.end()
		}
	}
	w.decided = done
	w.outbox.WhenDone(done)
	for c := range w.composers {
		c.Save(func(bool) { done() })
	}
	for _, b := range w.servers.boxes {
		b.Finish(done)
	}
	kit.After(w.loop, savingTime, w.end)
}

// decide does what the person has said of a message that is to leave. Poplar does not end before that is done: taken back
// it must not leave at the next start.
func decide[T any](w *window, work func(context.Context) (T, error), then func(T, error)) {
	waited := !w.leavingNow
	if waited {
		w.deciding++
	}
	kit.Go(context.WithoutCancel(w.ctx), w.loop, work, func(v T, err error) {
		if w.ctx.Err() == nil {
			then(v, err)
		}
		if !waited {
			return
		}
		if w.deciding--; w.decided != nil {
			w.decided()
		}
	})
}

func (w *window) end() {
	w.list.Close()
	w.reader.Close()
	w.quit()
}
