package outbox

import (
	"context"
	"slices"
	"testing"
	"time"

	"poplar/mail"
)

// What a person may do about a message.

func TestHeldStays(t *testing.T) {
	o := item(1, bert)
	o.Held = true
	q := queue(o, item(2, bert))
	next, changed := work(t, q, everybody, start.Add(time.Hour))
	if !next.IsZero() || len(changed) != 1 || changed[0].ID != 2 || states(q.items[1]) != "queued bert:queued" {
		t.Errorf("%v, %+v, %+v", next, changed, q.items)
	}
	if _, err := Change(t.Context(), q, 1, func(o *mail.OutboxItem) error { o.Held = false; return nil }); err != nil {
		t.Fatal(err)
	}
	if _, changed := work(t, q, everybody, start.Add(time.Hour)); len(changed) != 1 || len(q.sent) != 2 {
		t.Errorf("%+v", changed)
	}
}

// Stopped by the person before the end has left: held back, with no try counted and nobody asked to wait.
func TestStoppedIsHeld(t *testing.T) {
	q := queue(item(1, bert), item(2, cleo))
	stop := say(true, &mail.Problem{Kind: mail.Cancelled, Doing: "send", Err: ErrStopped})
	send := func(ctx context.Context, o mail.OutboxItem, raw mail.Raw, f func(context.Context) error) (mail.Receipt, error) {
		if o.ID == 1 {
			r, err := stop(ctx, o, raw, f)
			r.State = mail.Deferred
			return r, err
		}
		return everybody(ctx, o, raw, f)
	}
	_, changed := work(t, q, send, start)
	if o := q.items[1]; !o.Held || o.State != mail.Queued || o.Tries != 0 || o.Problem != nil || len(changed) != 2 || len(q.sent) != 1 {
		t.Errorf("%+v, changed %+v", o, changed)
	}
}

// Stopped by the person, and then the round ends: it is held all the same.
func TestStoppedAndEndedIsHeld(t *testing.T) {
	p := &mail.Problem{Kind: mail.Cancelled, Doing: "send", Err: ErrStopped}
	o, _ := after(item(1, bert), outcome{receipt: mail.Receipt{State: mail.Deferred, Problem: p}, flown: true, stopped: true}, start)
	if !o.Held || o.State != mail.Queued || o.Tries != 0 || o.Problem != nil {
		t.Errorf("%+v", o)
	}
}

func TestCorrected(t *testing.T) {
	o := item(1, anna, bert, cleo)
	o.State, o.Tries, o.FirstTry = mail.Failed, 3, start.Add(-time.Hour)
	o.Recipients[0].State, o.Recipients[1].State, o.Recipients[2].State = mail.SentOK, mail.Failed, mail.Failed
	o.Problem = &mail.Problem{Kind: mail.RecipientRefused}
	got, err := Corrected(o, bert, "bob@example.test", start)
	if err != nil || states(got) != "queued anna:sent bob:queued cleo:failed" || got.Tries != 0 || got.Problem != nil || !got.Due.Equal(start) {
		t.Errorf("%s, %+v, %v", states(got), got, err)
	}
	if to := got.Pending(); len(to) != 1 || to[0] != "bob@example.test" {
		t.Errorf("goes to %q", to)
	}
	if o.Recipients[1].Addr != bert {
		t.Error("the original was changed")
	}
	for _, c := range []struct{ was, is string }{{anna, "x@y.test"}, {"nobody@example.test", "x@y.test"}, {bert, anna}, {bert, "CLEO@example.test"}} {
		if got, err := Corrected(o, c.was, c.is, start); err == nil {
			t.Errorf("%s for %s: %s", c.is, c.was, states(got))
		}
	}
	o.State = mail.Uncertain
	if _, err := Corrected(o, bert, "x@y.test", start); err == nil {
		t.Error("a message that was perhaps sent was changed")
	}
}

func TestSettle(t *testing.T) {
	for _, c := range []struct {
		name   string
		states []mail.SendState
		want   string // "": refused
	}{
		{"perhaps sent, and it arrived", []mail.SendState{mail.Uncertain, mail.Uncertain}, "sent bert:sent cleo:sent"},
		{"one does without", []mail.SendState{mail.SentOK, mail.Failed}, "sent bert:sent cleo:failed"},
		{"nobody has it", []mail.SendState{mail.Failed, mail.Failed}, ""},
		{"one still waits", []mail.SendState{mail.SentOK, mail.Deferred}, ""},
	} {
		o := item(1, bert, cleo)
		o.State = mail.Failed
		for i, s := range c.states {
			o.Recipients[i].State = s
		}
		q := queue(o)
		got, err := Settle(t.Context(), q, 1)
		switch {
		case c.want == "" && (err == nil || len(q.sent) != 0 || len(q.items) != 1):
			t.Errorf("%s: %s, %v", c.name, states(got), err)
		case c.want != "" && (err != nil || len(q.sent) != 1 || states(q.sent[0]) != c.want || len(q.items) != 0):
			t.Errorf("%s: %v, %+v", c.name, err, q.sent)
		}
	}
	if _, err := Settle(t.Context(), queue(), 7); err == nil {
		t.Error("a message that is not there was settled")
	}
}

func TestWake(t *testing.T) {
	late := start.Add(time.Hour)
	waiting := func(id mail.MessageID, k mail.Kind) mail.OutboxItem {
		o := item(id, bert)
		o.State, o.Due, o.Problem = mail.Deferred, late, &mail.Problem{Kind: k}
		return o
	}
	for what, woken := range map[Waits][]mail.MessageID{ForLine: {1, 3}, ForLogin: {1, 3, 4, 6}} {
		held := waiting(5, mail.Offline)
		held.Held = true
		q := queue(waiting(1, mail.Offline), waiting(2, mail.ServerTemporary), waiting(3, mail.Unreachable), waiting(4, mail.LoginRefused), held, waiting(6, mail.KeyringLocked))
		got, err := Wake(t.Context(), q, start, what)
		if err != nil || !slices.EqualFunc(got, woken, func(o mail.OutboxItem, id mail.MessageID) bool { return o.ID == id }) {
			t.Errorf("%v: %+v, %v", what, got, err)
		}
		for id, o := range q.items {
			if want := slices.Contains(woken, id); o.Due.Equal(start) != want || !want && !o.Due.Equal(late) {
				t.Errorf("%v: message %d is due at %v", what, id, o.Due)
			}
		}
	}
}

// A computer that is without a line for weeks loses nothing, and does not give up.
func TestOfflineForWeeks(t *testing.T) {
	q := queue(item(1, bert))
	offline := say(false, &mail.Problem{Kind: mail.Offline, Doing: "connect"})
	now := start
	for range 40 {
		next, _ := work(t, q, offline, now)
		if got := next.Sub(now); got != time.Minute {
			t.Fatalf("next try after %v", got)
		}
		now = now.Add(24 * time.Hour)
	}
	if _, changed := work(t, q, everybody, now); len(q.sent) != 1 {
		t.Errorf("%+v", changed)
	}
}

// Messages of one account leave in the order in which they were written; one that is deferred by itself does not hold
// up the others.
func TestOrder(t *testing.T) {
	q := queue(item(3, bert), item(1, bert), item(2, cleo))
	var order []mail.MessageID
	send := func(ctx context.Context, o mail.OutboxItem, raw mail.Raw, f func(context.Context) error) (mail.Receipt, error) {
		order = append(order, o.ID)
		if o.ID == 2 {
			return say(false, &mail.Problem{Kind: mail.ServerTemporary, Doing: "recipient"}, rcpt(cleo, mail.Deferred, 450))(ctx, o, raw, f)
		}
		return everybody(ctx, o, raw, f)
	}
	work(t, q, send, start)
	if len(order) != 3 || order[0] != 1 || order[1] != 2 || order[2] != 3 || len(q.sent) != 2 {
		t.Errorf("%v, %d sent", order, len(q.sent))
	}
}
