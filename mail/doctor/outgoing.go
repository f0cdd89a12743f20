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
func (e *examination) outgoing(ctx context.Context, a mail.Account) error {
	s, from := a.SMTP(), a.Address
	if e.locked != nil {
		// As far as it goes without a password.
		s.Auth, from = mail.AuthNone, ""
	}
	var first error
	var heard []string
	o := e.wire()
	o.Heard = func(line string) { heard = append(heard, line) }
	err := submit.Probe(ctx, s, e.secret, o, from, func(step string, took time.Duration, said string, err error) {
		if err == nil {
			// What is offered before STARTTLS does not count.
			if step == Encrypt || step == Greeting && s.Security != mail.STARTTLS {
				if offered := offers(heard); offered != "" {
					said += "; " + offered
				}
			}
			heard = nil
			e.took(step, took, said)
		} else if first == nil {
			first = e.failed(step, err)
		}
	})
	switch {
	case first != nil:
		return first
	case err != nil:
		return e.failed(e.broken(err, s), err)
	case e.locked != nil:
		return e.failed(LogIn, e.locked)
	}
	return nil
}

// offers tells of a reply to EHLO what matters to a person: how to log in and how large a message may be. It is empty
// where there is no such reply among the lines.
func offers(lines []string) string {
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
		case "SIZE":
			size = "messages of any size"
			if n, err := strconv.ParseInt(strings.TrimSpace(rest), 10, 64); err == nil && n > 0 {
				size = "messages up to " + octets(n)
			}
		}
	}
	if !greeted {
		return ""
	}
	return auth + ", " + size
}
