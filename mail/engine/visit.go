package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"time"

	"poplar/mail"
	"poplar/mail/autoconfig"
	"poplar/mail/pop3"
	"poplar/mail/retrieve"
)

// Receive makes one visit to each named account, or to all, and returns when all have ended. LOGIN-DELAY as stated
// by a server is respected, nothing else of the timetable.
func (e *Engine) Receive(ctx context.Context, ids ...mail.AccountID) ([]mail.VisitReport, error) {
	for _, id := range ids {
		if _, err := e.find(id); err != nil {
			return nil, err
		}
	}
	accounts := e.all(ids)
	reports := make([]mail.VisitReport, len(accounts))
	done := make(chan struct{}, len(accounts))
	for i, acc := range accounts {
		e.spawn("receive "+string(acc.a.ID), func(life context.Context) {
			defer func() { done <- struct{}{} }()
			e.slots <- struct{}{}
			defer func() { <-e.slots }()
			ctx, cancel := context.WithCancel(ctx)
			defer cancel()
			defer context.AfterFunc(life, cancel)()
			reports[i] = e.visit(ctx, acc)
		})
	}
	for range accounts {
		<-done
	}
	return reports, nil
}

// visit makes one visit to acc's mailbox, keeps its status, and tells the Hub.
func (e *Engine) visit(ctx context.Context, acc *account) mail.VisitReport {
	if acc.isOpen() {
		a := acc.get()
		return mail.VisitReport{Account: a.ID, Problem: &mail.Problem{
			Kind: mail.MailboxInUse, Where: a.Incoming.Addr(), Doing: "log in", Said: "the mailbox is open in a window",
		}}
	}
	if err := acc.enter(ctx); err != nil {
		return mail.VisitReport{Account: acc.get().ID, Problem: &mail.Problem{Kind: mail.Cancelled, Err: err}}
	}
	defer acc.leave()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	a := acc.begin(cancel)
	select {
	case <-acc.gone:
		cancel()
	default:
	}
	started := e.o.Now()
	e.publishStatus(mail.VisitProgress, acc)

	var report mail.VisitReport
	e.recallPause(ctx, acc, a, started)
	if wait := acc.wait(started); wait > 0 {
		report = mail.VisitReport{Account: a.ID, Problem: &mail.Problem{
			Kind: mail.LoginDelay, Where: a.Incoming.Addr(), Doing: "log in", Again: wait,
			Said: fmt.Sprintf("the server asked for a pause; %s are left of it", wait.Round(time.Second)),
		}}
	} else {
		report = e.retrieve(ctx, acc, a)
	}
	report.Took = e.o.Now().Sub(started)

	acc.end(e.o.Now(), report, e.least(a))
	e.keepPause(ctx, a, report, e.o.Now())
	e.kickIndex() // not before: indexing would keep the visit from storing
	e.publishStatus(mail.VisitEnded, acc)
	if report.Problem != nil {
		e.log.Warn("visit failed", "account", a.ID, "kind", report.Problem.Kind, "said", report.Problem.Said)
	} else {
		e.log.Info("visit", "account", a.ID, "retrieved", report.Retrieved, "deleted", report.Deleted, "left", report.Left)
	}
	return report
}

func (e *Engine) retrieve(ctx context.Context, acc *account, a mail.Account) mail.VisitReport {
	fail := func(err error) mail.VisitReport {
		return mail.VisitReport{Account: a.ID, Problem: mail.ProblemOf(err)}
	}
	secret, err := e.secret(ctx, acc, a, mail.Incoming)
	if err != nil {
		if ctx.Err() != nil && !errors.Is(err, context.DeadlineExceeded) {
			return fail(&mail.Problem{Kind: mail.Cancelled, Err: ctx.Err()})
		}
		return fail(err)
	}
	v := e.visitTo(ctx, acc, a, secret)
	if e.starts(ctx, a) {
		return e.firstVisit(ctx, a, v)
	}
	return retrieve.Run(ctx, v)
}

// visitTo is a visit to acc's mailbox with the settings a, to be made.
func (e *Engine) visitTo(ctx context.Context, acc *account, a mail.Account, secret string) retrieve.Visit {
	known := e.known(ctx, a)
	var settled retrieve.Settled
	e.recall(ctx, a, settledKey(a), &settled)
	return retrieve.Visit{
		Gist:    func(ctx context.Context) (string, error) { return e.store.LedgerGist(ctx, a.ID) },
		Settled: settled,
		Settle: func(now retrieve.Settled) {
			// Not at each visit, for the time that it is good for: only what is needed is written.
			if last := settled; now.Listing != last.Listing || now.Ledger != last.Ledger || now.Octets != last.Octets || now.Until.Sub(last.Until) > time.Hour {
				e.keep(ctx, a, settledKey(a), now)
			}
		},
		Account: a,
		Connect: func(ctx context.Context) (*pop3.Client, error) {
			return logIn(ctx, e, acc, a, mail.Incoming, secret, func(secret string) (*pop3.Client, error) {
				return pop3.Open(ctx, a.POP3(), secret, pop3.Options{Wire: e.wire(acc), Known: known, Ahead: true})
			})
		},
		Remember: func(now pop3.Known) {
			if !reflect.DeepEqual(now, known) {
				known = now
				e.remember(ctx, a, now)
			}
		},
		Ledger: e.store,
		Read:   func(raw mail.Raw) mail.Arrival { return e.read(raw, a) },
		Store:  func(ctx context.Context, batch []retrieve.Fetched) error { return e.deliver(ctx, a, batch) },
		Spool:  e.spool(),
		Progress: func(done, total int, bytes int64) {
			acc.mu.Lock()
			acc.status.Done, acc.status.Total, acc.status.Bytes = done, total, bytes
			acc.mu.Unlock()
			e.publishStatus(mail.VisitProgress, acc)
		},
		Now: e.o.Now,
		Log: e.log,
	}
}

// deliver stores a batch: messages, index, threads, counts and ledger rows in one transaction.
func (e *Engine) deliver(ctx context.Context, a mail.Account, batch []retrieve.Fetched) error {
	arrivals := make([]mail.Arrival, len(batch))
	for i := range batch {
		arrivals[i] = batch[i].Arrival
		arrivals[i].Ledger = &batch[i].Row
		arrivals[i].Summary.UIDL = batch[i].Row.UIDL
		arrivals[i].Summary.OnServer = true
		if batch[i].Row.Partial {
			arrivals[i].Summary.Whole = batch[i].Row.Size
		}
	}
	_, err := e.store.Add(ctx, a.ID, arrivals)
	return err
}

func (acc *account) begin(cancel context.CancelFunc) mail.Account {
	acc.mu.Lock()
	defer acc.mu.Unlock()
	acc.cancel = cancel
	acc.status.Busy, acc.status.Done, acc.status.Total, acc.status.Bytes = true, 0, 0, 0
	return acc.a
}

// wait is how much is left of the pause that the server asked for.
func (acc *account) wait(now time.Time) time.Duration {
	acc.mu.Lock()
	defer acc.mu.Unlock()
	return acc.notUntil.Sub(now)
}

// least is the shortest time between two checks that an account's provider is known to allow. It matters to the
// timetable only.
func (e *Engine) least(a mail.Account) time.Duration {
	e.mu.Lock()
	running := e.running
	e.mu.Unlock()
	if running {
		if p := autoconfig.ByServer(a.Incoming.Host); p != nil {
			return p.MinInterval
		}
	}
	return 0
}

// end notes how a visit ended. least is what the provider is known to allow; what the server states may be longer.
func (acc *account) end(now time.Time, r mail.VisitReport, least time.Duration) {
	acc.mu.Lock()
	defer acc.mu.Unlock()
	acc.least = max(least, r.LoginDelay)
	acc.cancel = nil
	acc.status.Busy = false
	acc.status.LastCheck, acc.status.Last = now, r
	acc.notUntil = time.Time{}
	if r.Problem == nil {
		acc.failures = 0
	} else {
		acc.failures++
		if r.Problem.Kind == mail.LoginDelay {
			acc.notUntil = now.Add(r.Problem.Again)
		}
	}
	acc.status.Next = next(acc.a, now, acc.failures, r.Problem, acc.least)
	acc.paused = acc.a.CheckMinutes > 0 && acc.status.Next.IsZero()
}

func (e *Engine) publishStatus(what mail.What, acc *account) {
	s := acc.snapshot()
	e.hub.Publish(mail.Event{What: what, Account: s.Account, Status: &s})
}

// knownKey is where the store keeps what is known of an account's server.
func knownKey(a mail.Account) string { return "pop3/" + string(a.ID) }

// settledKey is where it keeps what the last visit found that left nothing to be done.
func settledKey(a mail.Account) string { return "settled/" + string(a.ID) }

// known returns what the last visit learnt of the account's server. It is a hint that saves turns: whatever is wrong
// with it, the visit goes on without.
func (e *Engine) known(ctx context.Context, a mail.Account) pop3.Known {
	var k pop3.Known
	e.recall(ctx, a, knownKey(a), &k)
	return k
}

func (e *Engine) remember(ctx context.Context, a mail.Account, k pop3.Known) {
	e.keep(ctx, a, knownKey(a), k)
}

// recall reads what was kept under key into what, which stays as it is where that is lost.
func (e *Engine) recall(ctx context.Context, a mail.Account, key string, what any) {
	data, err := e.store.Memory(ctx, key)
	if err == nil && data != nil {
		err = json.Unmarshal(data, what)
	}
	if err != nil {
		e.log.Warn("what was known of the server is lost", "account", a.ID, "error", err)
	}
}

func (e *Engine) keep(ctx context.Context, a mail.Account, key string, what any) {
	data, err := json.Marshal(what)
	if err == nil {
		err = e.store.Remember(ctx, key, data)
	}
	if err != nil {
		e.log.Warn("what was learnt of the server is not kept", "account", a.ID, "error", err)
	}
}
