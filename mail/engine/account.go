package engine

import (
	"context"
	"reflect"
	"sync"
	"time"

	"poplar/mail"
	"poplar/mail/wire"
)

// account is what the engine knows of one account while it runs.
type account struct {
	transcript *wire.Transcript
	jobs       chan struct{} // capacity 1: repeated "check now" merge
	gone       chan struct{}
	stopOnce   sync.Once
	visiting   chan struct{} // holds a token during a visit: background and explicit visits never overlap

	mu       sync.Mutex
	a        mail.Account
	status   mail.AccountStatus
	cancel   context.CancelFunc // of the visit under way
	failures int                // visits in a row that failed
	paused   bool               // no automatic visit before the person has acted
	notUntil time.Time          // the server asked not to come back before
	recalled bool               // what earlier processes were asked has been looked up
	least    time.Duration      // the shortest time between two visits by the timetable that server and provider allow
	stampers stampers           // who stamps its mail
	missed   bool               // a visit was due while the mailbox was open in a window
}

func newAccount(e *Engine, a mail.Account) *account {
	t := wire.NewTranscript(transcriptLines)
	if e.o.Trace != nil {
		t.Tee(e.o.Trace)
	}
	acc := &account{transcript: t, jobs: make(chan struct{}, 1), gone: make(chan struct{}), visiting: make(chan struct{}, 1), a: a}
	acc.status.Account = a.ID
	if a.CheckAtStart {
		acc.status.Next = e.o.Now()
	} else {
		acc.plan(e.o.Now())
	}
	return acc
}

// set takes over changed settings; whatever kept the account from being visited may be mended now. It reports whether
// what was known of the server is to be forgotten: the person has changed or confirmed where to log in.
func (acc *account) set(a mail.Account, now time.Time) bool {
	acc.mu.Lock()
	defer acc.mu.Unlock()
	was := acc.a
	acc.a = a
	forget := acc.paused || !reflect.DeepEqual(was.Incoming, a.Incoming)
	if forget {
		acc.notUntil = time.Time{}
	}
	if was.CheckMinutes != a.CheckMinutes || acc.paused {
		acc.paused, acc.failures = false, 0
		acc.status.Next = next(a, now, 0, nil, acc.least)
	}
	return forget
}

func (acc *account) get() mail.Account {
	acc.mu.Lock()
	defer acc.mu.Unlock()
	return acc.a
}

func (acc *account) stop() {
	acc.stopOnce.Do(func() { close(acc.gone) })
	acc.mu.Lock()
	defer acc.mu.Unlock()
	if acc.cancel != nil {
		acc.cancel()
	}
}

// enter waits until no other visit to the account is under way.
func (acc *account) enter(ctx context.Context) error {
	select {
	case acc.visiting <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (acc *account) leave() { <-acc.visiting }

// setOpen notes that the mailbox is open in a window, or no longer; then it reports whether a visit was due meanwhile.
func (acc *account) setOpen(open bool, now time.Time) (missed bool) {
	acc.mu.Lock()
	defer acc.mu.Unlock()
	missed = acc.missed
	acc.status.Open, acc.missed = open, false
	if !open && acc.status.Next.IsZero() && !acc.paused {
		acc.status.Next = next(acc.a, now, 0, nil, acc.least)
	}
	return missed
}

// isOpen reports whether the mailbox is open in a window, and notes that a visit would be due.
func (acc *account) isOpen() bool {
	acc.mu.Lock()
	defer acc.mu.Unlock()
	acc.missed = acc.missed || acc.status.Open
	return acc.status.Open
}

// plan sets the next automatic visit; acc.mu need not be held.
func (acc *account) plan(now time.Time) {
	acc.mu.Lock()
	defer acc.mu.Unlock()
	acc.status.Next = next(acc.a, now, 0, nil, acc.least)
}

// retryAfter are the pauses after 1, 2, 3… failed visits in a row.
var retryAfter = []time.Duration{time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 30 * time.Minute}

// next says when an account is to be visited again after a visit that ended at last with problem p, the failures-th
// in a row. Zero means not by itself: the account is checked by hand only, or a person has to act first. Logins follow
// each other no sooner than after least.
func next(a mail.Account, last time.Time, failures int, p *mail.Problem, least time.Duration) time.Time {
	if a.CheckMinutes <= 0 {
		return time.Time{}
	}
	if p == nil || failures == 0 {
		return last.Add(max(a.Interval(), least))
	}
	switch p.Kind {
	case mail.LoginRefused, mail.NeedsAppPassword, mail.PasswordMissing, mail.UntrustedCertificate, mail.NoEncryption:
		return time.Time{}
	}
	pause := min(retryAfter[min(failures, len(retryAfter))-1], max(a.Interval(), least))
	if p.Again > 0 {
		pause = max(p.Again, time.Second)
	}
	switch p.Kind {
	case mail.Offline, mail.NoSuchHost, mail.Unreachable:
		return last.Add(pause) // the server has not heard of us
	}
	return last.Add(max(pause, least))
}

// CheckNow visits the named accounts, or all, in the background.
func (e *Engine) CheckNow(ids ...mail.AccountID) {
	for _, acc := range e.all(ids) {
		select {
		case acc.jobs <- struct{}{}:
		default: // one is waiting already
		}
	}
	e.kickSenders()
}

// CancelVisit ends the visit under way; what was stored stays.
func (e *Engine) CancelVisit(id mail.AccountID) {
	if acc, err := e.find(id); err == nil {
		acc.mu.Lock()
		defer acc.mu.Unlock()
		if acc.cancel != nil {
			acc.cancel()
		}
	}
}

// Status tells how each account does, in the accounts' order.
func (e *Engine) Status() []mail.AccountStatus {
	accounts := e.all(nil)
	list := make([]mail.AccountStatus, len(accounts))
	for i, acc := range accounts {
		list[i] = acc.snapshot()
	}
	return list
}

func (acc *account) snapshot() mail.AccountStatus {
	acc.mu.Lock()
	defer acc.mu.Unlock()
	return acc.status
}

// Transcript is the account's last conversations with its servers, without secrets.
func (e *Engine) Transcript(id mail.AccountID) []string {
	acc, err := e.find(id)
	if err != nil {
		return nil
	}
	return acc.transcript.Lines()
}

// startAccount starts the worker that visits acc whenever a job comes. e.mu is held.
func (e *Engine) startAccount(acc *account) {
	e.startSenders(acc)
	e.spawn("retrieve "+string(acc.a.ID), func(ctx context.Context) {
		for {
			select {
			case <-ctx.Done():
				return
			case <-acc.gone:
				return
			case <-acc.jobs:
			}
			select {
			case <-ctx.Done():
				return
			case e.slots <- struct{}{}:
			}
			e.visit(ctx, acc)
			<-e.slots
			e.wakeTimetable()
		}
	})
}

// longestNap bounds the timetable's sleep. A computer that was asleep wakes with its timers late: the plan is
// compared with the clock on the wall at least this often.
const longestNap = 20 * time.Second

// keepTimetable sends each account its job when its time has come.
func (e *Engine) keepTimetable(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		case <-e.tick:
		}
		now := e.o.Now().Round(0) // the wall clock, not the monotonic one that stands still in sleep
		nap := longestNap
		for _, acc := range e.all(nil) {
			due, planned := acc.due(now)
			if due {
				select {
				case acc.jobs <- struct{}{}:
				default:
				}
				continue
			}
			if !planned.IsZero() {
				nap = min(nap, planned.Sub(now))
			}
		}
		timer.Reset(max(nap, 10*time.Millisecond))
	}
}

// due reports whether a visit should begin now, and else when it is planned.
func (acc *account) due(now time.Time) (bool, time.Time) {
	acc.mu.Lock()
	defer acc.mu.Unlock()
	at := acc.status.Next
	if acc.status.Busy || at.IsZero() {
		return false, time.Time{}
	}
	if at = at.Round(0); at.After(now) {
		return false, at
	}
	acc.status.Next = time.Time{} // planned anew when the visit ends
	return true, time.Time{}
}

func (e *Engine) wakeTimetable() {
	select {
	case e.tick <- struct{}{}:
	default:
	}
}
