package gui

import (
	"context"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"poplar/gui/browse"
	"poplar/gui/kit"
	"poplar/gui/model"
	"poplar/mail"
)

// handle follows what has happened.
func (w *window) handle(events []mail.Event) {
	var list, folders, status, flags bool
	for _, e := range events {
		if e.Lost {
			list, folders, status = true, true, true
		}
		switch e.What {
		case mail.Arrived:
			list, folders = true, true
			w.arrivals[e.Account] = append(w.arrivals[e.Account], e.Messages...)
		case mail.Removed:
			list, folders = true, true
			w.list.Gone(e.Messages)
		case mail.Changed:
			flags, folders = true, true
			w.reader.Changed(e.Messages)
		case mail.Counted:
			folders = true
		case mail.VisitProgress:
			status = true
		case mail.VisitEnded:
			status = true
			w.notify(e)
			w.visited(e)
		case mail.SendProgress:
			if w.cols.waiting && len(e.Messages) == 1 {
				w.outbox.Progress(e.Messages[0], e.Done)
			}
		case mail.OutboxChanged:
			folders = true
			w.outboxChanged(e.Outbox)
			if w.cols.waiting {
				w.outbox.Reload()
			}
		case mail.Trouble:
			status = true
			w.trouble(e)
		}
	}
	if day := w.now().YearDay(); day != w.day { // the heads count from today
		w.day = day
		list = true
	}
	// In a list of unread messages, one that is read stays until something else happens: it is being read.
	if list || flags && !w.list.Query().Unread {
		w.list.Reload()
	}
	if folders {
		w.readFolders()
	}
	if status {
		w.showFolders()
	}
}

// trouble tells of what went wrong in the background: in the status line, but for losses.
func (w *window) trouble(e mail.Event) {
	p := e.Problem
	if p == nil || p.Kind == mail.Cancelled {
		return
	}
	if p.Kind == mail.DiskFull || p.Kind == mail.NotWritable || p.Kind == mail.StoreDamaged {
		w.fail(p)
		return
	}
	if e.Outbox != nil || e.Account == "" {
		w.fail(p)
	}
}

// undoLimit is the longest time that a message is counted down for; one that leaves later says when.
const undoLimit = 2 * time.Minute

// outboxChanged counts down until a message leaves, for as long as it can be taken back.
func (w *window) outboxChanged(o *mail.OutboxItem) {
	if o == nil {
		return
	}
	switch o.State {
	case mail.Queued:
		switch wait := o.Due.Sub(w.now()); {
		case o.Held:
			w.settle(o.ID)
		case o.Tries == 0 && wait > undoLimit:
			w.settle(o.ID)
			w.toast.show(kit.T("Message leaves at %s", kit.FullDate(o.Due.Local(), w.now().Local())), toastTime,
				toastAct{kit.T("Undo"), func() { w.unsend(o.ID) }})
		case o.Tries == 0 && wait > 0 && w.leaving != o.ID:
			w.leaving = o.ID
			w.toast.show(leavesIn(o.Due.Sub(w.now())), 0,
				toastAct{kit.T("Send now"), func() { w.sendNow(o.ID) }}, toastAct{kit.T("Undo"), func() { w.unsend(o.ID) }})
			w.countDown(*o)
		}
	case mail.Uncertain: // the server's fault or not: what counts is that the person decides
		w.settle(o.ID)
		w.folders.Say(w.loop, kit.T("Perhaps sent: the line broke before the server answered."), true)
	case mail.Failed:
		w.settle(o.ID)
		if o.Problem != nil {
			w.folders.Say(w.loop, model.Tell(o.Problem, kit.T).What, true)
		}
	case mail.SentOK:
		w.settle(o.ID)
		w.folders.Say(w.loop, kit.T("Sent: %s", o.Subject), false)
	case mail.InFlight, mail.Deferred:
		w.settle(o.ID)
	}
}

// settle takes the bar of a message away that is no longer waiting.
func (w *window) settle(id mail.MessageID) {
	if w.leaving == id {
		w.leaving = 0
		w.toast.hide()
	}
}

func leavesIn(d time.Duration) string {
	return kit.N(max(int((d+time.Second-1)/time.Second), 0), "Message leaves in %d second", "Message leaves in %d seconds")
}

func (w *window) countDown(o mail.OutboxItem) {
	kit.After(w.loop, time.Second, func() {
		if w.leaving != o.ID || w.ctx.Err() != nil {
			return
		}
		left := o.Due.Sub(w.now())
		if left <= 0 {
			w.settle(o.ID)
			return
		}
		w.toast.say(leavesIn(left))
		w.countDown(o)
	})
}

func (w *window) sendNow(id mail.MessageID) {
	w.leaving = 0
	decide(w, func(ctx context.Context) (struct{}, error) { return struct{}{}, w.p.SendNow(ctx, id) }, func(_ struct{}, err error) {
		if err != nil {
			w.fail(err)
		}
	})
}

func (w *window) unsend(id mail.MessageID) {
	w.leaving = 0
	decide(w, func(ctx context.Context) (mail.Draft, error) { return w.p.Unsend(ctx, id) }, func(d mail.Draft, err error) {
		if !w.leavingNow { // else it is in Drafts
			w.compose(d, err)
		}
	})
}

// notify tells the desktop of a visit that brought mail to an inbox.
func (w *window) notify(e mail.Event) {
	ids := w.arrivals[e.Account]
	delete(w.arrivals, e.Account)
	if len(ids) == 0 || !w.prefs.Notify {
		return
	}
	kit.Go(w.ctx, w.loop, func(ctx context.Context) (model.News, error) { return model.NewsOf(ctx, w.p, ids) }, func(n model.News, err error) {
		if err != nil || n.Count == 0 {
			return
		}
		var lines []string
		for i := range n.First {
			s := &n.First[i]
			subject := s.Subject
			if subject == "" {
				subject = kit.T("(no subject)")
			}
			lines = append(lines, browse.Names(s.From)+" — "+subject)
		}
		if rest := n.Count - len(n.First); rest > 0 {
			lines = append(lines, kit.N(rest, "and %d more", "and %d more"))
		}
		w.app.SendNotification(fyne.NewNotification(kit.N(n.Count, "%d new message", "%d new messages"), strings.Join(lines, "\n")))
	})
}
