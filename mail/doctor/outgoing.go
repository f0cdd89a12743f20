package doctor

import (
	"context"
	"strconv"
	"strings"
	"time"

	"poplar/mail"
	"poplar/mail/submit"
)

// outgoing tries the SMTP server.
func (e *examination) outgoing(ctx context.Context) error {
	raw, err := e.reach(ctx)
	if err != nil {
		return e.failed(ctx, mail.ProblemOf(err).Doing, err)
	}
	s, from := e.server, e.account.Address
	if e.locked != nil {
		// As far as it goes without a password.
		s.Auth, from = mail.AuthNone, ""
	}
	var first error
	var heard []string
	o := e.wire(raw)
	o.Heard = func(line string) { heard = append(heard, line) }
	err = submit.Probe(ctx, s, e.secret, o, from, func(step string, took time.Duration, said string, err error) {
		// What is offered before STARTTLS counts only where there is no STARTTLS.
		if step == Encrypt || step == Greeting {
			e.offers(heard)
		}
		if err != nil {
			if first == nil {
				first = e.failed(ctx, step, err)
			}
			return
		}
		heard = nil
		var v *mail.Verdict
		if step == Encrypt {
			said, v = e.certificate(said)
		}
		e.loggedIn = e.loggedIn || step == LogIn
		e.took(step, took, said, v)
		if e.offered != "" && (step == Encrypt || step == Greeting && s.Security != mail.STARTTLS) {
			e.took(Capabilities, 0, e.offered, nil)
		}
	})
	switch {
	case first != nil:
		return first
	case err != nil:
		return e.failed(ctx, e.broken(err, s), err)
	case e.locked != nil:
		return e.failed(ctx, LogIn, e.locked)
	}
	return nil
}

// offers tells of a reply to EHLO what matters to a person: how to log in, encryption, and how large a message may be.
func (e *examination) offers(lines []string) {
	auth, size, greeted := "no AUTH", "no SIZE", false
	for _, l := range lines {
		text, ok := strings.CutPrefix(l, "250")
		if !ok || len(text) < 2 {
			continue
		}
		greeted = true
		word, rest, _ := strings.Cut(strings.TrimSpace(text[1:]), " ")
		switch strings.ToUpper(word) {
		case "AUTH":
			auth = "AUTH " + strings.ToUpper(rest)
		case "STARTTLS":
			e.starttls = true
		case "SIZE":
			size = "messages of any size"
			if n, err := strconv.ParseInt(strings.TrimSpace(rest), 10, 64); err == nil && n > 0 {
				size = "messages up to " + octets(n)
			}
		}
	}
	if greeted {
		e.offered = auth + ", " + size
	}
}
