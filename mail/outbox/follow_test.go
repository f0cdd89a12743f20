package outbox

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"poplar/mail"
	"poplar/mail/mailtest"
	"poplar/mail/submit"
	"poplar/mail/wire"
)

// train sends all messages of a round over one session, each envelope behind the message before, as long as the session
// lasts; then over another.
type train struct {
	p    *post
	dial dialer
	x    *submit.Session
	next func(ctx context.Context) (mail.OutboxItem, mail.Raw, bool)
	used bool
}

func (c *train) message(o mail.OutboxItem, raw mail.Raw) submit.Message {
	return submit.Message{ID: int64(o.ID), From: o.From, To: o.Pending(), Raw: raw, Next: func(ctx context.Context) (submit.Message, bool) {
		o, raw, ok := c.next(ctx)
		if !ok {
			return submit.Message{}, false
		}
		return c.message(o, raw), true
	}}
}

func (c *train) send(ctx context.Context, o mail.OutboxItem, raw mail.Raw, inFlight func(context.Context) error) (mail.Receipt, error) {
	for {
		if c.x == nil || !c.x.Usable() {
			c.close()
			x, err := submit.Open(ctx, c.p.to, c.p.secret, wire.Options{DialContext: c.dial, Idle: 30 * time.Second})
			c.dial = nil // the next connection is a good one
			if err != nil {
				return mail.Receipt{State: mail.Deferred}, err
			}
			c.x, c.used = x, false
		}
		r, err := c.x.Send(ctx, c.message(o, raw), inFlight)
		if again := c.used && r.State == mail.Deferred && !c.x.Usable(); !again {
			c.used = true
			return r, err
		}
	}
}

func (c *train) close() {
	if c.x != nil {
		_ = c.x.Close()
	}
	c.x = nil
}

func (c *train) round() Round {
	return Round{Follow: func(next func(ctx context.Context) (mail.OutboxItem, mail.Raw, bool)) { c.next = next }}
}

// The link breaks after each octet of a dialogue in which three messages follow each other closely: no message is
// accepted twice, none is lost, and none is uncertain whose end had not left.
func TestTrainCutAtEveryByte(t *testing.T) {
	p := openPost(t, mailtest.SMTPOptions{})
	id := mail.MessageID(0)
	run := func(what string, dial dialer) (states string) {
		q := queue(item(id+1, anna, cleo, bert), item(id+2, bert), item(id+3, anna))
		c := &train{p: p, dial: dial}
		if _, _, err := Work(t.Context(), q, c.send, start, c.round()); err != nil {
			t.Fatal(err)
		}
		c.close()
		for _, o := range q.items {
			if o.State == mail.InFlight {
				t.Errorf("%s: message %d is left in flight", what, o.ID)
			}
		}
		q = settle(t, q, p.sender(nil))
		for n := id + 1; n <= id+3; n++ {
			o, waits := q.items[n]
			if at := slices.IndexFunc(q.sent, func(o mail.OutboxItem) bool { return o.ID == n }); at >= 0 && !waits {
				o = q.sent[at]
			}
			states += " " + string(o.State)
			for _, r := range o.Recipients {
				switch got := p.got(n)[r.Addr]; {
				case got > 1:
					t.Errorf("%s: %s got message %d %d times", what, r.Addr, n, got)
				case got == 0 && r.State != mail.Uncertain && r.Addr != cleo, got == 1 && r.State == mail.Failed:
					t.Errorf("%s: message %d is %s for %s, who got it %d times", what, n, r.State, r.Addr, got)
				}
			}
		}
		id += 3
		return states
	}
	var meter meter
	if got := run("undisturbed", meter.dial); got != " failed sent sent" {
		t.Fatalf("undisturbed:%s", got)
	}
	if !strings.Contains(meter.said(), "\r\n.\r\nMAIL FROM:") {
		t.Fatalf("the messages do not follow closely: %q", meter.said())
	}
	out, in := meter.total()
	seen := map[string]int{}
	for at := 1; at < out; at += 2 {
		got := run(fmt.Sprintf("client cut off after writing %d octets", at), mailtest.Dialer(mailtest.Faults{CutWrite: int64(at)}))
		seen[got]++
		// Where the end of no message is on its way nothing is uncertain.
		if tail := meter.said()[:at]; strings.HasSuffix(tail, ">\r\nDATA\r\n") && strings.Contains(got, "uncertain") {
			t.Errorf("cut off before 354, after %d octets:%s", at, got)
		}
		seen[run(fmt.Sprintf("link broken after %d octets to the server", at), broken(t, at, -1))]++
	}
	for at := 1; at < in; at += 2 {
		seen[run(fmt.Sprintf("client cut off after reading %d octets", at), mailtest.Dialer(mailtest.Faults{CutRead: int64(at)}))]++
	}
	t.Logf("%d octets out, %d in; %v", out, in, seen)
	if len(seen) < 4 {
		t.Errorf("the cuts did not reach all states: %v", slices.Collect(maps.Keys(seen)))
	}
}

// The round ends while a message has been begun before its turn: it stands as it stood, and is sent another time.
func TestBegunEarlyAndPutBack(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	q := queue(item(1, bert), item(2, bert), item(3, bert))
	var next func(context.Context) (mail.OutboxItem, mail.Raw, bool)
	sent := 0
	again, changed, err := Work(ctx, q, func(c context.Context, o mail.OutboxItem, raw mail.Raw, f func(context.Context) error) (mail.Receipt, error) {
		if o, _, ok := next(c); !ok || o.ID != 2 || q.items[2].State != mail.InFlight {
			t.Errorf("begun early: %+v", o)
		}
		if _, _, ok := next(c); ok {
			t.Error("two are begun early")
		}
		if _, err := Change(c, q, 2, func(*mail.OutboxItem) error { return nil }); err == nil {
			t.Error("it was changed meanwhile")
		}
		sent++
		r, err := everybody(c, o, raw, f)
		cancel()
		return r, err
	}, start, Round{Follow: func(f func(context.Context) (mail.OutboxItem, mail.Raw, bool)) { next = f }})
	if err != nil || sent != 1 || len(changed) != 1 || !again.Equal(start) {
		t.Fatalf("%d sent, %+v, %v", sent, changed, err)
	}
	if o := q.items[2]; o.State != mail.Queued || o.Tries != 0 {
		t.Errorf("%+v", o)
	}
	work(t, q, everybody, start)
	if len(q.items) != 0 || len(q.sent) != 3 {
		t.Errorf("%+v", q.items)
	}
}

// Only what leaves by the same server is begun early, and what fails there holds up nobody else.
func TestLanes(t *testing.T) {
	q := queue(item(1, bert), item(2, anna), item(3, bert))
	var next func(context.Context) (mail.OutboxItem, mail.Raw, bool)
	down := &mail.Problem{Kind: mail.LoginRefused, Doing: "log in"}
	var tried []mail.MessageID
	_, _, err := Work(t.Context(), q, func(c context.Context, o mail.OutboxItem, raw mail.Raw, f func(context.Context) error) (mail.Receipt, error) {
		tried = append(tried, o.ID)
		if o.ID == 1 {
			if o, _, ok := next(c); !ok || o.ID != 3 {
				t.Errorf("begun early: %d", o.ID)
			}
			return mail.Receipt{State: mail.Deferred, Problem: down}, down
		}
		return everybody(c, o, raw, f)
	}, start, Round{
		Lane:   func(o mail.OutboxItem) string { return o.Recipients[0].Addr },
		Follow: func(f func(context.Context) (mail.OutboxItem, mail.Raw, bool)) { next = f },
	})
	if err != nil || !slices.Equal(tried, []mail.MessageID{1, 2}) {
		t.Errorf("tried %v, %v", tried, err)
	}
	if o := q.items[3]; o.State != mail.Queued || o.Problem != down || !o.Due.Equal(q.items[1].Due) || len(q.sent) != 1 {
		t.Errorf("%+v", o)
	}
}
