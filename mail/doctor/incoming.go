package doctor

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"poplar/mail"
	"poplar/mail/pop3"
)

// incoming tries the POP3 server.
func (e *examination) incoming(ctx context.Context) error {
	raw, err := e.reach(ctx)
	if err != nil {
		return e.failed(ctx, mail.ProblemOf(err).Doing, err)
	}
	c, err := pop3.Dial(ctx, e.server, e.wire(raw))
	if err != nil {
		return e.failed(ctx, e.broken(err, e.server), err)
	}
	defer func() { _ = c.Close() }()
	e.ok(Greeting, c.Greeting(), nil)
	e.ok(Capabilities, offersOf(c.Capabilities()), nil)
	if e.locked != nil {
		return e.failed(ctx, LogIn, e.locked)
	}
	if err := c.Login(ctx, e.secret); err != nil {
		return e.failed(ctx, LogIn, err)
	}
	e.loggedIn = true
	e.ok(LogIn, wayOf(c.Known().Way), nil)
	said, box, v, err := look(ctx, c, e.Now())
	if err != nil {
		return e.failed(ctx, Mailbox, err)
	}
	e.box = box
	e.ok(Mailbox, said, v)
	e.box = nil
	c.Leave(ctx)
	return nil
}

// offersOf names what a server says that it can do, as far as it matters.
func offersOf(list pop3.Capabilities) string {
	if len(list) == 0 {
		return "no CAPA"
	}
	var said []string
	for _, name := range []string{"STLS", "USER", "UIDL", "TOP", "PIPELINING", "RESP-CODES"} {
		if list.Has(name) {
			said = append(said, name)
		}
	}
	if sasl := list.SASL(); len(sasl) > 0 {
		said = append(said, "SASL "+strings.Join(sasl, " "))
	}
	if d := list.LoginDelay(); d > 0 {
		said = append(said, "LOGIN-DELAY "+d.String())
	}
	if len(said) == 0 {
		return "nothing of interest"
	}
	return strings.Join(said, ", ")
}

// broken finds the step at which a connection broke. The protocols call everything up to the login "connect"; what
// has been reported tells how far it really came.
func (e *examination) broken(err error, s mail.Server) string {
	p := mail.ProblemOf(err)
	switch p.Doing {
	case Resolve, Encrypt, LogIn:
		return p.Doing
	}
	switch {
	case e.last == "" && p.Kind == mail.NoSuchHost:
		return Resolve
	case e.last == "" || e.last == Resolve:
		return Connect
	case e.last == Connect && s.Security == mail.TLS:
		return Encrypt
	}
	return Greeting
}

func wayOf(way string) string {
	if way == "USER" {
		return "USER and PASS"
	}
	return way
}

// look opens the mailbox and tries what Poplar needs of it: unique-ids, and TOP for the headers of a large message.
func look(ctx context.Context, c *pop3.Client, now time.Time) (string, *mail.Mailbox, *mail.Verdict, error) {
	count, total, err := c.Stat(ctx)
	if err != nil {
		return "", nil, nil, err
	}
	box := &mail.Mailbox{Count: count, Octets: total, Recent: -1}
	uidl, top := c.Capabilities().Has("UIDL"), c.Capabilities().Has("TOP")
	if count > 0 {
		// What a server says of itself is not always true, and here it can be seen.
		if uidl, err = knows(c.UIDLOne(ctx, 1)); err != nil {
			return "", nil, nil, err
		}
		if top, err = knows(c.Top(ctx, 1, 0, io.Discard)); err != nil {
			return "", nil, nil, err
		}
		if top {
			ns := make([]int, count)
			for i := range ns {
				ns[i] = i + 1
			}
			at, err := c.FirstSince(ctx, ns, mail.StartSince(now))
			if err != nil {
				return "", nil, nil, err
			}
			box.Recent = count - at
		}
	}
	messages := "1 message"
	if count != 1 {
		messages = fmt.Sprintf("%d messages", count)
	}
	said := []string{messages, octets(total)}
	for _, f := range []struct {
		name string
		has  bool
	}{{"UIDL", uidl}, {"TOP", top}, {"PIPELINING", c.Pipelining()}} {
		if f.has {
			said = append(said, f.name)
		} else {
			said = append(said, "no "+f.name)
		}
	}
	var v *mail.Verdict
	switch {
	case !uidl && count > 0:
		v = &mail.Verdict{Reason: mail.NoUniqueIDs}
	case !top && count > 0:
		v = &mail.Verdict{Reason: mail.NoHeaders}
	}
	return strings.Join(said, ", "), box, v, nil
}

// knows tells a refusal, which means that the server has no such command, from a failure.
func knows[T any](_ T, err error) (bool, error) {
	if err != nil && pop3.Refused(err) == nil {
		return false, err
	}
	return err == nil, nil
}

// octets writes a size as the window does: units are of 1024.
func octets(n int64) string {
	if n < 1024 {
		return fmt.Sprintf("%d B", n)
	}
	units := []string{"KB", "MB", "GB", "TB"}
	f, u := float64(n)/1024, 0
	for f >= 1023.5 && u < len(units)-1 {
		f /= 1024
		u++
	}
	if f < 9.95 && u > 0 {
		return fmt.Sprintf("%.1f %s", f, units[u])
	}
	return fmt.Sprintf("%.0f %s", f, units[u])
}
