package outbox

import (
	"context"
	"sync"
	"testing"

	"poplar/mail"
)

func TestCancelledIsNoTry(t *testing.T) {
	for _, fly := range []bool{false, true} {
		ctx, cancel := context.WithCancel(t.Context())
		q := queue(item(1, bert), item(2, bert))
		next, changed, err := Work(ctx, q, func(ctx context.Context, o mail.OutboxItem, _ mail.Raw, f func(context.Context) error) (mail.Receipt, error) {
			if fly {
				if err := f(ctx); err != nil {
					return mail.Receipt{}, err
				}
			}
			cancel()
			return mail.Receipt{State: mail.Deferred, Problem: &mail.Problem{Kind: mail.Cancelled, Doing: "send"}}, ctx.Err()
		}, start, Round{})
		if err != nil || len(changed) != 1 || !next.Equal(start) {
			t.Errorf("%v, %+v, %v", next, changed, err)
		}
		if o := q.items[1]; o.State != mail.Queued || o.Tries != 0 || !o.Due.Equal(start) {
			t.Errorf("%+v", o)
		}
		if _, changed := work(t, q, everybody, start); len(changed) != 2 {
			t.Errorf("%+v", changed)
		}
	}
}

// The program is told to end while the server's yes is on its way: the yes is written down all the same.
func TestOutcomeIsNotedAfterCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	q := queue(item(1, bert))
	_, changed, err := Work(ctx, q, func(c context.Context, o mail.OutboxItem, raw mail.Raw, f func(context.Context) error) (mail.Receipt, error) {
		r, err := everybody(c, o, raw, f)
		cancel()
		return r, err
	}, start, Round{})
	if err != nil || len(q.sent) != 1 || len(changed) != 1 {
		t.Errorf("%v, %+v", err, changed)
	}
}

func TestTakenBackWhileConnecting(t *testing.T) {
	q := queue(item(1, bert))
	next, changed := work(t, q, func(ctx context.Context, o mail.OutboxItem, raw mail.Raw, f func(context.Context) error) (mail.Receipt, error) {
		q.mu.Lock()
		delete(q.items, 1)
		q.mu.Unlock()
		r, err := everybody(ctx, o, raw, f)
		if err == nil {
			t.Error("sent all the same")
		}
		return r, err
	}, start)
	if !next.IsZero() || len(changed) != 0 {
		t.Errorf("%v, %+v", next, changed)
	}
}

func TestRecover(t *testing.T) {
	a, b := item(1, bert, cleo, anna), item(2, bert)
	a.State = mail.InFlight
	a.Recipients[1].State, a.Recipients[2].State = mail.Failed, mail.SentOK
	q := queue(a, b)
	if err := Recover(t.Context(), q); err != nil {
		t.Fatal(err)
	}
	if o := q.items[1]; states(o) != "uncertain bert:uncertain cleo:failed anna:sent" || o.Problem == nil {
		t.Errorf("%s, %+v", states(o), o)
	}
	if o := q.items[2]; states(o) != "queued bert:queued" {
		t.Errorf("%s", states(o))
	}
}

// While one worker is connecting, another that sees the same queue leaves the message alone.
func TestTwoWorkers(t *testing.T) {
	q := queue(item(1, bert), item(2, bert))
	entered, leave := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		first := sync.OnceFunc(func() { close(entered); <-leave })
		work(t, q, func(ctx context.Context, o mail.OutboxItem, raw mail.Raw, f func(context.Context) error) (mail.Receipt, error) {
			first()
			return everybody(ctx, o, raw, f)
		}, start)
	})
	<-entered
	next, changed := work(t, q, everybody, start)
	if len(changed) != 1 || changed[0].ID != 2 || !next.After(start) {
		t.Errorf("%v, %+v", next, changed)
	}
	close(leave)
	wg.Wait()
	if len(q.sent) != 2 || len(q.items) != 0 {
		t.Errorf("%+v, %+v", q.sent, q.items)
	}
}

// Several workers at once, with overlapping views of the queue, send each message once.
func TestManyWorkers(t *testing.T) {
	var items []mail.OutboxItem
	for i := range 50 {
		items = append(items, item(mail.MessageID(i+1), bert))
	}
	q := queue(items...)
	var mu sync.Mutex
	sent := map[mail.MessageID]int{}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			_, _, err := Work(t.Context(), q, func(ctx context.Context, o mail.OutboxItem, raw mail.Raw, f func(context.Context) error) (mail.Receipt, error) {
				mu.Lock()
				sent[o.ID]++
				mu.Unlock()
				return everybody(ctx, o, raw, f)
			}, start, Round{})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for id, n := range sent {
		if n != 1 {
			t.Errorf("message %d was sent %d times", id, n)
		}
	}
	if len(q.sent) != 50 {
		t.Errorf("%d were sent", len(q.sent))
	}
}
