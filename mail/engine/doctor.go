package engine

import (
	"context"
	"encoding/json"
	"time"

	"poplar/mail"
	"poplar/mail/doctor"
	"poplar/mail/wire"
)

// waitForVisit is how long a test waits for a visit under way to end: two logins at once lock each other out.
const waitForVisit = 5 * time.Second

// A person watches a test: it gives up sooner than a visit does.
const (
	testConnect = 20 * time.Second
	testIdle    = 15 * time.Second
)

// Test runs the doctor over an account that need not be saved. secret gives the passwords; each step is told to
// report as it ends; with letter a message is sent to oneself, retrieved and deleted. It returns nil when every step was
// fine, else the first problem.
func (e *Engine) Test(ctx context.Context, a mail.Account, secret func(mail.Direction) (string, error), letter bool, report func(mail.Finding)) error {
	return e.test(ctx, a, secret, doctor.Options{Report: report, Letter: letter})
}

// TestSending is Test for the outgoing server alone, which may be that of an identity: see mail.Account.Through.
func (e *Engine) TestSending(ctx context.Context, a mail.Account, secret func(mail.Direction) (string, error), report func(mail.Finding)) error {
	return e.test(ctx, a, secret, doctor.Options{Report: report, SendingOnly: true})
}

func (e *Engine) test(ctx context.Context, a mail.Account, secret func(mail.Direction) (string, error), o doctor.Options) error {
	o.Now, o.Before = e.o.Now, e.certificates(ctx)
	transcript := wire.NewTranscript(transcriptLines)
	if acc, err := e.find(a.ID); err == nil {
		transcript = acc.transcript
		limited, cancel := context.WithTimeout(ctx, waitForVisit)
		if acc.enter(limited) == nil {
			defer acc.leave()
		}
		cancel()
	}
	e.trial.Store(transcript)
	o.Secret = func(d mail.Direction) (string, error) { return e.credential(ctx, a, d, secret) }
	options := e.circumstances(a, transcript, secret)
	options.Connect, options.Idle = testConnect, testIdle
	o.Wire = func(mail.Direction) wire.Options { return options }
	o.Remote = e.o.Dial != nil || wire.Proxied(a.Proxy, a.Incoming.Addr()) || wire.Proxied(a.Proxy, a.Outgoing.Addr())
	result := doctor.Test(ctx, a, o)
	e.noteCertificates(ctx, o.Before, result.Seen)
	return result.First
}

// Trial is the conversation of the last test, for an account that is not saved yet, without secrets.
func (e *Engine) Trial() []string { return e.trial.Load().Lines() }

const certificatesKey = "doctor/certificates"

// certificates are what earlier tests have seen.
func (e *Engine) certificates(ctx context.Context) map[string]doctor.Seen {
	seen := map[string]doctor.Seen{}
	data, err := e.store.Memory(ctx, certificatesKey)
	if err == nil && data != nil {
		err = json.Unmarshal(data, &seen)
	}
	if err != nil {
		e.log.Warn("what was seen of certificates is lost", "error", err)
	}
	return seen
}

func (e *Engine) noteCertificates(ctx context.Context, before, now map[string]doctor.Seen) {
	changed := false
	for key, s := range now {
		if before[key].SHA256 != s.SHA256 {
			before[key], changed = s, true
		}
	}
	if !changed {
		return
	}
	data, err := json.Marshal(before)
	if err == nil {
		err = e.store.Remember(ctx, certificatesKey, data)
	}
	if err != nil {
		e.log.Warn("what was seen of certificates is not kept", "error", err)
	}
}
