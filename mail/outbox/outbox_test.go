package outbox

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"poplar/mail"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	anna = "anna@example.test"
	bert = "bert@example.test"
	cleo = "cleo@example.test"
)

var start = time.Date(2025, 11, 4, 9, 0, 0, 0, time.UTC)

var errDisk = errors.New("disk full")

// memory is a Queue. A step that fails changes nothing.
type memory struct {
	mu    sync.Mutex
	items map[mail.MessageID]mail.OutboxItem
	sent  []mail.OutboxItem
	steps []string
	fail  func(step string) error // asked before each step
	later func(step string)       // called after each step
}

func queue(items ...mail.OutboxItem) *memory {
	q := &memory{items: map[mail.MessageID]mail.OutboxItem{}}
	for _, o := range items {
		q.items[o.ID] = o
	}
	return q
}

func item(id mail.MessageID, to ...string) mail.OutboxItem {
	o := mail.OutboxItem{ID: id, Account: "a", From: anna, State: mail.Queued, Due: start}
	for _, addr := range to {
		o.Recipients = append(o.Recipients, mail.Recipient{Addr: addr, State: mail.Queued})
	}
	return o
}

func (q *memory) step(ctx context.Context, name string, id mail.MessageID, do func() error) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	if q.fail != nil {
		if err := q.fail(name); err != nil {
			return err
		}
	}
	if _, ok := q.items[id]; !ok && id != 0 {
		return fmt.Errorf("no message %d", id)
	}
	if err := do(); err != nil {
		return err
	}
	q.steps = append(q.steps, name)
	if q.later != nil {
		q.later(name)
	}
	return nil
}

func copied(o mail.OutboxItem) mail.OutboxItem {
	o.Recipients = slices.Clone(o.Recipients)
	return o
}

func (q *memory) Outbox(ctx context.Context) (list []mail.OutboxItem, err error) {
	err = q.step(ctx, "list", 0, func() error {
		for _, id := range slices.Sorted(maps.Keys(q.items)) {
			list = append(list, copied(q.items[id]))
		}
		return nil
	})
	return list, err
}

func (q *memory) PutOutbox(ctx context.Context, o mail.OutboxItem) error {
	return q.step(ctx, string(o.State), o.ID, func() error {
		q.items[o.ID] = copied(o)
		return nil
	})
}

func (q *memory) Sent(ctx context.Context, o mail.OutboxItem) error {
	return q.step(ctx, "sent", o.ID, func() error {
		delete(q.items, o.ID)
		q.sent = append(q.sent, copied(o))
		return nil
	})
}

func (q *memory) Raw(ctx context.Context, id mail.MessageID) (mail.Raw, error) {
	err := q.step(ctx, "raw", id, func() error { return nil })
	return mail.Bytes(fmt.Sprintf("Subject: %d\r\n\r\nHello\r\n.\r\n", id)), err
}

// say answers every submission with these replies, in flight or not.
func say(fly bool, err error, list ...mail.Recipient) Sender {
	return func(ctx context.Context, o mail.OutboxItem, _ mail.Raw, inFlight func(context.Context) error) (mail.Receipt, error) {
		if fly {
			if err := inFlight(ctx); err != nil {
				return mail.Receipt{State: mail.Deferred, Problem: mail.ProblemOf(err)}, err
			}
		}
		r := mail.Receipt{Recipients: list, Problem: mail.ProblemOf(err)}
		for _, x := range list {
			r.State = x.State
		}
		return r, err
	}
}

func rcpt(addr string, state mail.SendState, code int) mail.Recipient {
	return mail.Recipient{Addr: addr, State: state, Code: code, Said: fmt.Sprint(code, " so it is")}
}

// everybody accepts all of o's pending recipients.
func everybody(ctx context.Context, o mail.OutboxItem, _ mail.Raw, inFlight func(context.Context) error) (mail.Receipt, error) {
	if err := inFlight(ctx); err != nil {
		return mail.Receipt{}, err
	}
	r := mail.Receipt{State: mail.SentOK}
	for _, addr := range o.Pending() {
		r.Recipients = append(r.Recipients, rcpt(addr, mail.SentOK, 250))
	}
	return r, nil
}

func work(t *testing.T, q *memory, send Sender, now time.Time) (time.Time, []mail.OutboxItem) {
	t.Helper()
	next, changed, err := Work(t.Context(), q, send, now, Round{})
	if err != nil {
		t.Fatal(err)
	}
	return next, changed
}

func states(o mail.OutboxItem) string {
	s := string(o.State)
	for _, r := range o.Recipients {
		s += " " + strings.TrimSuffix(r.Addr, "@example.test") + ":" + string(r.State)
	}
	return s
}

func TestBackoff(t *testing.T) {
	for tries, want := range map[int]time.Duration{0: time.Minute, 1: time.Minute, 2: 5 * time.Minute, 3: 15 * time.Minute, 4: time.Hour, 100: time.Hour} {
		if got := Backoff(tries); got != want {
			t.Errorf("after %d tries: %v", tries, got)
		}
	}
}

func TestSent(t *testing.T) {
	o := item(1, bert, cleo)
	o.Answers, o.Mark = 7, mail.Answered
	q := queue(o)
	next, changed := work(t, q, everybody, start)
	if !next.IsZero() || len(changed) != 1 || states(changed[0]) != "sent bert:sent cleo:sent" || changed[0].Problem != nil {
		t.Errorf("%v, %+v", next, changed)
	}
	if len(q.items) != 0 || len(q.sent) != 1 || q.sent[0].Answers != 7 || q.sent[0].Mark != mail.Answered {
		t.Errorf("%+v, %+v", q.items, q.sent)
	}
	if want := []string{"list", "list", "raw", "in-flight", "sent"}; !slices.Equal(q.steps, want) {
		t.Errorf("steps %q", q.steps)
	}
}

func TestNotYetDue(t *testing.T) {
	a, b, c := item(1, bert), item(2, bert), item(3, bert)
	a.Due, b.Due = start.Add(2*time.Hour), start.Add(time.Hour)
	c.State = mail.Uncertain
	q := queue(a, b, c)
	next, changed := work(t, q, everybody, start)
	if !next.Equal(b.Due) || len(changed) != 0 || len(q.sent) != 0 {
		t.Errorf("%v, %+v", next, changed)
	}
	if next, changed = work(t, q, everybody, start.Add(3*time.Hour)); !next.IsZero() || len(changed) != 2 || changed[0].ID != 1 {
		t.Errorf("%v, %+v", next, changed)
	}
}

func TestOnly(t *testing.T) {
	q := queue(item(1, bert), item(2, bert))
	_, changed, err := Work(t.Context(), q, everybody, start, Round{Only: func(o mail.OutboxItem) bool { return o.ID == 2 }})
	if err != nil || len(changed) != 1 || changed[0].ID != 2 || len(q.items) != 1 {
		t.Errorf("%+v, %v", changed, err)
	}
}

func TestWhatBecomesOfIt(t *testing.T) {
	problem := func(k mail.Kind, doing string) error { return &mail.Problem{Kind: k, Doing: doing, Said: "words"} }
	for _, c := range []struct {
		name string
		send Sender
		want string
		wait time.Duration // until the next try; 0: none
		kind mail.Kind
	}{
		{"one refused", say(true, problem(mail.RecipientRefused, "recipient"), rcpt(bert, mail.SentOK, 250), rcpt(cleo, mail.Failed, 550)), "failed bert:sent cleo:failed", 0, mail.RecipientRefused},
		{"all refused", say(false, problem(mail.RecipientRefused, "recipient"), rcpt(bert, mail.Failed, 550), rcpt(cleo, mail.Failed, 550)), "failed bert:failed cleo:failed", 0, mail.RecipientRefused},
		{"one greylisted", say(true, problem(mail.ServerTemporary, "recipient"), rcpt(bert, mail.SentOK, 250), rcpt(cleo, mail.Deferred, 450)), "deferred bert:sent cleo:deferred", time.Minute, mail.ServerTemporary},
		{"refused and greylisted", say(false, problem(mail.RecipientRefused, "recipient"), rcpt(bert, mail.Failed, 550), rcpt(cleo, mail.Deferred, 450)), "deferred bert:failed cleo:deferred", time.Minute, mail.RecipientRefused},
		{"spam", say(true, problem(mail.ServerPermanent, "send"), rcpt(bert, mail.Failed, 554), rcpt(cleo, mail.Failed, 554)), "failed bert:failed cleo:failed", 0, mail.ServerPermanent},
		{"answer lost", say(true, problem(mail.Timeout, "send"), rcpt(bert, mail.Uncertain, 0), rcpt(cleo, mail.Uncertain, 0)), "uncertain bert:uncertain cleo:uncertain", 0, mail.Timeout},
		{"answer lost, one refused before", say(true, problem(mail.Timeout, "send"), rcpt(bert, mail.Uncertain, 0), rcpt(cleo, mail.Failed, 550)), "uncertain bert:uncertain cleo:failed", 0, mail.Timeout},
		{"offline", say(false, problem(mail.Offline, "connect")), "deferred bert:deferred cleo:deferred", time.Minute, mail.Offline},
		{"no receipt after DATA", say(true, problem(mail.Unknown, "send")), "uncertain bert:uncertain cleo:uncertain", 0, mail.Unknown},
		{"wrong password", say(false, problem(mail.LoginRefused, "log in")), "deferred bert:deferred cleo:deferred", time.Hour, mail.LoginRefused},
		{"server names a time", say(false, &mail.Problem{Kind: mail.ServerTemporary, Doing: "sender", Again: 10 * time.Minute}), "deferred bert:deferred cleo:deferred", 10 * time.Minute, mail.ServerTemporary},
	} {
		t.Run(c.name, func(t *testing.T) {
			q := queue(item(1, bert, cleo))
			next, changed := work(t, q, c.send, start)
			o, kept := q.items[1]
			if !kept || len(q.sent) != 0 || len(changed) != 1 || states(changed[0]) != states(o) {
				t.Fatalf("kept %v, changed %+v", kept, changed)
			}
			counted := o.Tries == 1 && o.FirstTry.Equal(start)
			if states(o) != c.want || o.Problem == nil || o.Problem.Kind != c.kind || counted != (c.kind != mail.Offline) {
				t.Errorf("%s, %+v", states(o), o)
			}
			if c.wait == 0 != next.IsZero() || c.wait != 0 && !next.Equal(start.Add(c.wait)) || c.wait != 0 && !o.Due.Equal(next) {
				t.Errorf("next try %v", next.Sub(start))
			}
			for _, r := range o.Recipients {
				if r.State != mail.SentOK && r.Said == "" {
					t.Errorf("nobody knows why: %+v", r)
				}
			}
			// Whatever it is now, nobody who may have it gets it again by itself.
			asked := map[string]bool{}
			for now, n := start, 0; n < 300; n++ {
				now = now.Add(time.Hour)
				work(t, q, func(ctx context.Context, o mail.OutboxItem, raw mail.Raw, f func(context.Context) error) (mail.Receipt, error) {
					for _, addr := range o.Pending() {
						if asked[addr] {
							t.Errorf("%s is asked again", addr)
						}
						asked[addr] = true
					}
					return everybody(ctx, o, raw, f)
				}, now)
			}
			for _, r := range o.Recipients {
				if asked[r.Addr] != (r.State == mail.Deferred) {
					t.Errorf("%+v was asked: %v", r, asked[r.Addr])
				}
			}
		})
	}
}

func TestGivenUpAfterFiveDays(t *testing.T) {
	q := queue(item(1, bert, cleo))
	greylisted := func(ctx context.Context, o mail.OutboxItem, raw mail.Raw, f func(context.Context) error) (mail.Receipt, error) {
		send := say(true, &mail.Problem{Kind: mail.ServerTemporary, Doing: "recipient"}, rcpt(bert, mail.SentOK, 250), rcpt(cleo, mail.Deferred, 450))
		if o.Tries > 0 {
			send = say(false, &mail.Problem{Kind: mail.ServerTemporary, Doing: "recipient"}, mail.Recipient{Addr: cleo, State: mail.Deferred, Code: 450, Said: fmt.Sprint("450 try ", o.Tries)})
		}
		return send(ctx, o, raw, f)
	}
	var waits []time.Duration
	now := start
	for {
		next, _ := work(t, q, greylisted, now)
		if next.IsZero() {
			break
		}
		waits = append(waits, next.Sub(now))
		now = next
	}
	if want := []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, time.Hour}; !slices.Equal(waits[:5], want) || now.Sub(start) < 5*24*time.Hour || now.Sub(start) > 5*24*time.Hour+2*time.Hour {
		t.Errorf("waited %v, in all %v", waits[:5], now.Sub(start))
	}
	o := q.items[1]
	if states(o) != "failed bert:sent cleo:failed" || !strings.HasPrefix(o.Recipients[1].Said, "450 try 1") || o.Problem == nil {
		t.Errorf("%s, %+v", states(o), o)
	}
}

// A server that takes two recipients at a time gets them two at a time, at once.
func TestTooManyRecipients(t *testing.T) {
	q := queue(item(1, "r1", "r2", "r3", "r4", "r5"))
	var flights [][]string
	next, changed := work(t, q, func(ctx context.Context, o mail.OutboxItem, _ mail.Raw, f func(context.Context) error) (mail.Receipt, error) {
		r := mail.Receipt{State: mail.SentOK}
		to := o.Pending()
		flights = append(flights, to)
		for i, addr := range to {
			x := rcpt(addr, mail.SentOK, 250)
			if i >= 2 {
				x, r.State = rcpt(addr, mail.Deferred, 452), mail.Deferred
				r.Problem = &mail.Problem{Kind: mail.ServerTemporary, Doing: "recipient"}
			}
			r.Recipients = append(r.Recipients, x)
		}
		return r, f(ctx)
	}, start)
	if !next.IsZero() || len(flights) != 3 || len(q.sent) != 1 || q.sent[0].Tries != 1 {
		t.Errorf("%v, flights %q, sent %+v", next, flights, q.sent)
	}
	if len(changed) != 3 || changed[2].State != mail.SentOK {
		t.Errorf("changed %+v", changed)
	}
}

func TestServerThatFailsIsNotAskedAgainAndAgain(t *testing.T) {
	other := item(4, bert)
	other.Account = "b"
	q := queue(item(1, bert), item(2, bert), item(3, bert), other)
	asked := 0
	next, changed := work(t, q, func(ctx context.Context, o mail.OutboxItem, raw mail.Raw, f func(context.Context) error) (mail.Receipt, error) {
		if o.Account == "b" {
			return everybody(ctx, o, raw, f)
		}
		asked++
		return say(false, &mail.Problem{Kind: mail.Unreachable, Doing: "connect"})(ctx, o, raw, f)
	}, start)
	if asked != 1 || len(changed) != 4 || len(q.sent) != 1 || !next.Equal(start.Add(time.Minute)) {
		t.Errorf("asked %d times; next %v; %+v", asked, next, changed)
	}
	for id, tries := range map[mail.MessageID]int{1: 1, 2: 0, 3: 0} {
		if o := q.items[id]; o.Tries != tries || !o.Due.Equal(next) || o.Problem == nil {
			t.Errorf("%d: %+v", id, o)
		}
	}
	// A refusal of one message is no reason to hold the others.
	q = queue(item(1, bert), item(2, bert))
	asked = 0
	work(t, q, func(ctx context.Context, o mail.OutboxItem, raw mail.Raw, f func(context.Context) error) (mail.Receipt, error) {
		asked++
		return say(false, &mail.Problem{Kind: mail.ServerTemporary, Doing: "sender"})(ctx, o, raw, f)
	}, start)
	if asked != 2 {
		t.Errorf("asked %d times", asked)
	}
}

func TestDiskFull(t *testing.T) {
	t.Run("before DATA", func(t *testing.T) {
		q := queue(item(1, bert))
		q.fail = func(step string) error {
			if step == "in-flight" {
				return errDisk
			}
			return nil
		}
		reached := false
		_, changed, err := Work(t.Context(), q, func(ctx context.Context, o mail.OutboxItem, raw mail.Raw, f func(context.Context) error) (mail.Receipt, error) {
			r, err := everybody(ctx, o, raw, f)
			reached = err == nil
			return r, err
		}, start, Round{})
		if err != nil || reached || len(changed) != 1 || q.items[1].State != mail.Deferred {
			t.Errorf("sent %v; %+v, %v", reached, changed, err)
		}
	})
	t.Run("after the answer", func(t *testing.T) {
		q := queue(item(1, bert))
		full := true
		q.fail = func(step string) error {
			if step == "sent" && full {
				return errDisk
			}
			return nil
		}
		next, changed, err := Work(t.Context(), q, everybody, start, Round{})
		if !errors.Is(err, errDisk) || len(changed) != 0 || q.items[1].State != mail.InFlight || next.IsZero() {
			t.Fatalf("%v, %+v, %v", next, changed, err)
		}
		again := func(context.Context, mail.OutboxItem, mail.Raw, func(context.Context) error) (mail.Receipt, error) {
			t.Error("sent a second time")
			return mail.Receipt{}, nil
		}
		if _, _, err = Work(t.Context(), q, again, start.Add(time.Hour), Round{}); !errors.Is(err, errDisk) {
			t.Errorf("got %v", err)
		}
		full = false
		if _, changed := work(t, q, again, start.Add(2*time.Hour)); len(changed) != 1 || len(q.sent) != 1 || len(q.items) != 0 {
			t.Errorf("%+v, %+v", changed, q.items)
		}
	})
}

func TestUnreadableMessageHoldsNobodyUp(t *testing.T) {
	q := queue(item(1, bert), item(2, bert))
	n := 0
	q.fail = func(step string) error {
		if step == "raw" {
			if n++; n == 1 {
				return errDisk
			}
		}
		return nil
	}
	next, _, err := Work(t.Context(), q, everybody, start, Round{})
	if !errors.Is(err, errDisk) || len(q.sent) != 1 || len(q.items) != 1 || !next.After(start) {
		t.Errorf("%v, %v, %+v", next, err, q.items)
	}
}

func TestNobodyToSendTo(t *testing.T) {
	nobody := item(1)
	all := item(2, bert)
	all.Recipients[0].State = mail.SentOK
	refused := item(3, bert)
	refused.Recipients[0].State = mail.Failed
	q := queue(nobody, all, refused)
	work(t, q, func(context.Context, mail.OutboxItem, mail.Raw, func(context.Context) error) (mail.Receipt, error) {
		t.Error("there is nobody to send to")
		return mail.Receipt{}, nil
	}, start)
	if len(q.sent) != 1 || q.sent[0].ID != 2 || q.items[1].State != mail.Failed || q.items[3].State != mail.Failed {
		t.Errorf("%+v, %+v", q.items, q.sent)
	}
}

func TestAgain(t *testing.T) {
	o := item(1, bert, cleo, anna)
	o.State, o.Tries, o.FirstTry, o.Problem = mail.Uncertain, 7, start.Add(-24*time.Hour), &mail.Problem{}
	o.Recipients[0].State = mail.SentOK
	o.Recipients[1] = rcpt(cleo, mail.Failed, 550)
	o.Recipients[2].State = mail.Uncertain
	got := Again(o, start)
	if states(got) != "queued bert:sent cleo:queued anna:queued" || got.Tries != 0 || !got.FirstTry.IsZero() || got.Problem != nil || !got.Due.Equal(start) || got.Recipients[1].Said != "" {
		t.Errorf("%s, %+v", states(got), got)
	}
	if o.Recipients[1].State != mail.Failed {
		t.Error("the original was changed")
	}
}

func TestChange(t *testing.T) {
	q := queue(item(1, bert))
	work(t, q, func(ctx context.Context, o mail.OutboxItem, raw mail.Raw, f func(context.Context) error) (mail.Receipt, error) {
		if _, err := Change(ctx, q, 1, func(*mail.OutboxItem) error { return nil }); !errors.Is(err, ErrInHand) {
			t.Errorf("while it is sent: %v", err)
		}
		return say(false, &mail.Problem{Kind: mail.Offline, Doing: "connect"})(ctx, o, raw, f)
	}, start)
	got, err := Change(t.Context(), q, 1, func(o *mail.OutboxItem) error {
		*o = Again(*o, start)
		return nil
	})
	if err != nil || states(got) != "queued bert:queued" || states(q.items[1]) != states(got) {
		t.Errorf("%v, %s", err, states(got))
	}
	if _, err := Change(t.Context(), q, 1, func(o *mail.OutboxItem) error { o.State = mail.Failed; return errDisk }); !errors.Is(err, errDisk) || q.items[1].State != mail.Queued {
		t.Errorf("%v, %s", err, states(q.items[1]))
	}
	if _, err := Change(t.Context(), q, 9, func(*mail.OutboxItem) error { return nil }); err == nil {
		t.Error("changed what is not there")
	}
}
