// Package doctor tests an account's servers step by step, so that a person sees how far it goes and what stands in
// the way. It changes nothing on the servers: no message is retrieved, deleted or sent.
package doctor

import (
	"context"
	"errors"
	"time"

	"poplar/mail"
	"poplar/mail/wire"
)

// The steps, in the order in which they are taken. A step that an account does not have (no encryption, no login) is
// not reported.
const (
	Resolve  = "resolve"
	Connect  = "connect"
	Encrypt  = "encrypt"
	Greeting = "greeting"
	LogIn    = "log in"
	Mailbox  = "mailbox" // incoming only
	Sender   = "sender"  // outgoing only
)

// Test tries a's incoming server and then its outgoing one, and reports each step as it ends. A step that fails ends
// its direction; the other direction is tried all the same. Secret gives the password of a direction and is asked
// before connecting, for a keyring may take its time; its failure is that of the step "log in". Options gives the
// circumstances of the connections. Test returns nil when everything was fine, else the first problem; when ctx ends
// nothing further is tried.
func Test(ctx context.Context, a mail.Account, secret func(mail.Direction) (string, error), options func(mail.Direction) wire.Options, report func(mail.Finding)) error {
	var first error
	for _, d := range []mail.Direction{mail.Incoming, mail.Outgoing} {
		e := &examination{direction: d, options: options(d), report: report, began: time.Now()}
		e.needed = d == mail.Incoming || a.SMTP().Auth != mail.AuthNone
		if e.needed {
			e.secret, e.locked = secret(d)
			e.options.Transcript.Mask(e.secret)
			e.began = time.Now()
		}
		var err error
		if d == mail.Incoming {
			err = e.incoming(ctx, a.Incoming)
		} else {
			err = e.outgoing(ctx, a)
		}
		if first == nil {
			first = err
		}
		if ctx.Err() != nil {
			break
		}
	}
	return first
}

// examination is the test of one direction.
type examination struct {
	direction mail.Direction
	options   wire.Options
	report    func(mail.Finding)
	needed    bool   // a login is
	secret    string // only with needed
	locked    error  // why there is no secret
	began     time.Time
	last      string // the step that ended last
	connected bool   // a server has greeted
}

// ok reports a step that went well, which took the time since the one before.
func (e *examination) ok(step, said string) { e.took(step, time.Since(e.began), said) }

func (e *examination) took(step string, took time.Duration, said string) {
	e.last = step
	e.connected = e.connected || step == Greeting
	e.report(mail.Finding{Direction: e.direction, Step: step, OK: true, Took: took, Said: e.clean(said)})
	e.began = time.Now()
}

// failed reports the step that went wrong and returns its problem.
func (e *examination) failed(step string, err error) error {
	p := *mail.ProblemOf(err)
	p.Doing, p.Said = step, e.clean(p.Said)
	e.last = step
	e.report(mail.Finding{Direction: e.direction, Step: step, Took: time.Since(e.began), Said: e.clean(seen(&p)), Problem: &p})
	return &p
}

// seen is what there is to say of a failure: the server's words, what is wrong with its certificate, or the cause.
func seen(p *mail.Problem) string {
	switch {
	case p.Said != "":
		return p.Said
	case p.Certificate != nil:
		return p.Certificate.Reason
	}
	cause := p.Err
	for next := cause; next != nil; next = errors.Unwrap(next) {
		cause = next
	}
	if cause == nil {
		return ""
	}
	return cause.Error()
}

// clean takes the password out of a server's words: a finding may end in a mail to somebody who helps.
func (e *examination) clean(said string) string { return wire.Redact(said, e.secret) }

// wire returns the options under which the connection itself reports its steps.
func (e *examination) wire() wire.Options {
	o := e.options
	also := o.Step
	o.Step = func(name string, took time.Duration, saw string) {
		if also != nil {
			also(name, took, saw)
		}
		// A login that breaks dials again; that is not another step.
		if !e.connected {
			e.took(name, took, saw)
		}
	}
	return o
}
