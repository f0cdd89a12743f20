package outbox

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"poplar/mail"
	"poplar/mail/submit"
)

const (
	// patience is how long a message that is refused for now is tried (RFC 5321 section 4.5.4.1 asks for four or five days).
	patience = 5 * 24 * time.Hour
	// byHand is the least delay after a failure that only a person can mend. Trying a wrong password more often would
	// lock the account.
	byHand = time.Hour
	// lineCheck is how often a computer without a line tries again; it costs nobody anything.
	lineCheck = time.Minute
)

// Backoff is how long to wait after so many failed tries: 1, 5, 15 minutes, then an hour each time.
func Backoff(tries int) time.Duration {
	switch {
	case tries <= 1:
		return time.Minute
	case tries == 2:
		return 5 * time.Minute
	case tries == 3:
		return 15 * time.Minute
	}
	return time.Hour
}

// due says whether o is to be submitted now, and if not, when; the zero time where a person has to decide first or it
// is under way.
func due(o mail.OutboxItem, now time.Time) (yes bool, at time.Time) {
	if o.State != mail.Queued && o.State != mail.Deferred || o.Held {
		return false, time.Time{}
	}
	if o.Due.After(now) {
		return false, o.Due
	}
	return true, now
}

// begun is o as it is written down before DATA.
func begun(o mail.OutboxItem, now time.Time) mail.OutboxItem {
	o = counted(o, now)
	o.State = mail.InFlight
	return o
}

// counted is o with one try more.
func counted(o mail.OutboxItem, now time.Time) mail.OutboxItem {
	o.Tries++
	if o.FirstTry.IsZero() {
		o.FirstTry = now
	}
	return o
}

// outcome is what is known after a submission.
type outcome struct {
	receipt mail.Receipt
	err     error
	flown   bool // it had been marked in flight
	stopped bool // the caller's context has ended
}

// problem is why it did not go well.
func (u outcome) problem() *mail.Problem {
	if u.receipt.Problem != nil {
		return u.receipt.Problem
	}
	return mail.ProblemOf(u.err)
}

// state is the receipt's. Where there is none nobody knows whether a server has a message that was in flight.
func (u outcome) state() mail.SendState {
	switch {
	case u.receipt.State != "":
		return u.receipt.State
	case u.flown:
		return mail.Uncertain
	}
	return mail.Deferred
}

// verdict is what comes next.
type verdict int

const (
	done  verdict = iota // the next message
	again                // the same message at once: the server takes only so many recipients at a time
	shut                 // no other message of this account: its server or login fails
)

// after is how o, as it was before, stands at now after a submission.
func after(o mail.OutboxItem, u outcome, now time.Time) (mail.OutboxItem, verdict) {
	p, before := u.problem(), o.Problem
	o.Recipients = slices.Clone(o.Recipients)
	progress, crowded := u.note(o.Recipients, p)
	state := submit.Fold(o.Recipients)
	o.Problem = p
	switch {
	case state == mail.Deferred && (errors.Is(u.err, ErrStopped) || p != nil && errors.Is(p.Err, ErrStopped)):
		o.State, o.Due, o.Held, o.Problem = mail.Queued, now, true, nil
		return o, done
	case state == mail.Deferred && u.stopped:
		// Nobody's failure: it waits as before.
		o.State, o.Due, o.Problem = mail.Queued, now, before
		return o, shut
	case state == mail.Deferred && progress && crowded:
		o.State, o.Due = mail.Queued, now
		return o, again
	case state == mail.Deferred && p != nil && p.Kind == mail.Offline:
		// No try is counted: a computer may be without a line for weeks. Whoever watches the line wakes it earlier.
		o.State, o.Due = mail.Deferred, now.Add(lineCheck)
		return o, shut
	}
	o = counted(o, now)
	o.State = state
	if state == mail.SentOK {
		o.Problem = nil
	}
	if state != mail.Deferred {
		return o, done
	}
	if now.Sub(o.FirstTry) >= patience {
		for i := range o.Recipients {
			if o.Recipients[i].State == mail.Deferred {
				o.Recipients[i].State = mail.Failed
			}
		}
		o.State = mail.Failed
		return o, done
	}
	wait := Backoff(o.Tries)
	next := done
	if p != nil {
		wait = max(wait, p.Again)
		if waitsForPerson(p.Kind) {
			wait = max(wait, byHand)
		}
		// Before the sender was named it was not about this message.
		if p.Doing != "sender" && p.Doing != "recipient" && p.Doing != "send" {
			next = shut
		}
	}
	o.Due = now.Add(wait)
	return o, next
}

// note writes the outcome into the recipients that were waiting. It says whether any has the message now, and whether
// any was turned away because they were too many at a time (RFC 5321 section 4.5.3.1.10).
func (u outcome) note(list []mail.Recipient, p *mail.Problem) (progress, crowded bool) {
	said := ""
	if p != nil {
		if said = p.Said; said == "" {
			said, _ = p.Words()
		}
	}
	told := map[string]mail.Recipient{}
	for _, r := range u.receipt.Recipients {
		told[r.Addr] = r
	}
	for i := range list {
		r := &list[i]
		if r.State == mail.SentOK || r.State == mail.Failed {
			continue
		}
		switch t, ok := told[r.Addr]; {
		case ok && t.State != mail.Queued:
			*r = t
		case len(told) > 0 && u.state() == mail.SentOK:
			r.State = mail.Deferred // the server was not asked about them
		default:
			*r = mail.Recipient{Addr: r.Addr, State: u.state(), Said: said}
		}
		progress = progress || r.State == mail.SentOK
		crowded = crowded || r.State == mail.Deferred && (r.Code == 452 || r.Code == 552)
	}
	return progress, crowded
}

// waitsForPerson: kinds that do not go away by themselves.
func waitsForPerson(k mail.Kind) bool {
	switch k {
	case mail.LoginRefused, mail.NeedsAppPassword, mail.PasswordMissing, mail.UntrustedCertificate, mail.NoEncryption:
		return true
	}
	return false
}

// held is o when its server cannot be reached or lets nobody in: no try is counted, it waits as long as the message that
// found out.
func held(o, first mail.OutboxItem) mail.OutboxItem {
	o.Due, o.Problem = first.Due, first.Problem
	return o
}

// recovered is o as a crash has left it: in flight means that nobody knows whether the server has it.
func recovered(o mail.OutboxItem) (mail.OutboxItem, bool) {
	if o.State != mail.InFlight {
		return o, false
	}
	p := &mail.Problem{Kind: mail.Unknown, Doing: "send", Said: "Poplar ended before the server's answer came"}
	o.Recipients = slices.Clone(o.Recipients)
	for i := range o.Recipients {
		if r := &o.Recipients[i]; r.State != mail.SentOK && r.State != mail.Failed {
			r.State, r.Code, r.Status, r.Said = mail.Uncertain, 0, "", p.Said
		}
	}
	o.State, o.Problem = mail.Uncertain, p
	return o, true
}

// Again is o as the person has it submitted again, due at now: a message that was perhaps sent, that failed, or that
// waits. Recipients who have it are left out; the count of tries begins anew.
func Again(o mail.OutboxItem, now time.Time) mail.OutboxItem {
	o.Recipients = slices.Clone(o.Recipients)
	for i := range o.Recipients {
		if r := &o.Recipients[i]; r.State != mail.SentOK {
			*r = mail.Recipient{Addr: r.Addr, State: mail.Queued}
		}
	}
	o.State, o.Due, o.Tries, o.FirstTry, o.Problem, o.Held = mail.Queued, now, 0, time.Time{}, nil, false
	return o
}

// Corrected is o with another address in the place of a recipient who was refused, due at now. Those who have it are
// left alone, and so are the others who were refused. The error says why that cannot be.
func Corrected(o mail.OutboxItem, was, is string, now time.Time) (mail.OutboxItem, error) {
	if o.State == mail.Uncertain || o.State == mail.InFlight {
		return o, fmt.Errorf("nobody knows whether the message has been sent, so that it cannot be sent to %s alone", is)
	}
	o.Recipients = slices.Clone(o.Recipients)
	at := slices.IndexFunc(o.Recipients, func(r mail.Recipient) bool { return r.Addr == was })
	if at < 0 || o.Recipients[at].State == mail.SentOK {
		return o, fmt.Errorf("%s is not among those who were refused", was)
	}
	for i, r := range o.Recipients {
		if i != at && strings.EqualFold(r.Addr, is) {
			return o, fmt.Errorf("the message goes to %s already", is)
		}
	}
	o.Recipients[at] = mail.Recipient{Addr: is, State: mail.Queued}
	o.State, o.Due, o.Tries, o.FirstTry, o.Problem, o.Held = mail.Queued, now, 0, time.Time{}, nil, false
	return o, nil
}

// Waits is what a message in the outbox may wait for.
type Waits int

// What there is to wait for.
const (
	ForLine  Waits = iota // the network, which seems to be there again
	ForLogin              // a person who mends the account's settings or password, which they have
)

// wakes reports whether o waits for nothing but what.
func wakes(o mail.OutboxItem, what Waits) bool {
	if o.State != mail.Queued && o.State != mail.Deferred || o.Held || o.Problem == nil {
		return false
	}
	switch o.Problem.Kind {
	case mail.Offline, mail.NoSuchHost, mail.Unreachable, mail.Timeout:
		return true // a server whose name was mended may be there, too
	case mail.KeyringLocked, mail.KeyringAbsent:
		return what == ForLogin
	}
	return what == ForLogin && waitsForPerson(o.Problem.Kind)
}

// settled is o as the person says it is: what was perhaps sent has arrived, and those who were refused do without.
func settled(o mail.OutboxItem) (mail.OutboxItem, error) {
	o.Recipients = slices.Clone(o.Recipients)
	has := false
	for i := range o.Recipients {
		r := &o.Recipients[i]
		switch r.State {
		case mail.SentOK:
			has = true
		case mail.Uncertain:
			has, r.State, r.Said = true, mail.SentOK, ""
		case mail.Failed:
		default:
			return o, fmt.Errorf("the message still waits for %s", r.Addr)
		}
	}
	if !has {
		return o, errors.New("nobody has the message")
	}
	o.State, o.Problem = mail.SentOK, nil
	return o, nil
}
