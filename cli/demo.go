package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"poplar/assets"
	"poplar/mail"
	"poplar/mail/mailtest"
	"poplar/settings"
)

type demoVerb struct{}

// demoPace is the time between two new messages.
const demoPace = 6 * time.Second

// demoLimit is how many new messages a demo that is left open receives.
const demoLimit = 24

// demoPeople are the demo's accounts.
var demoPeople = []struct{ user, name, address, signature string }{
	{"anna", "Anna Lindqvist", "anna@birch.example", "Anna Lindqvist · Birch & Co"},
	{"lin", "林华", "linhua@yangshu.example", "林华"},
}

// Run opens the window on a throw-away profile, with servers of its own.
func (demoVerb) Run(r *run) (err error) {
	dir, err := os.MkdirTemp("", "poplar-demo-*")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	servers, err := startDemoServers(dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, servers.close()) }()

	k := &settings.Keyring{MemoryOnly: true}
	o := SessionOptions{Profile: dir, Keyring: k, Undo: true, Log: r.log}
	if r.flags.Verbose {
		o.Trace = r.world.Stderr
	}
	s, err := OpenSession(r.ctx, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if err := servers.addAccounts(r.ctx, s, k); err != nil {
		return err
	}

	ctx, cancel := context.WithCancel(r.ctx)
	events := s.Engine.Listen()
	defer events.Close()
	tell := mailtest.Every(ctx, 200*time.Millisecond, func() { r.tellDemo(ctx, s, events) })
	feed := mailtest.Every(ctx, demoPace, func() {
		if err := servers.feed(); err != nil {
			r.log.Error("no new mail", "error", err)
		}
		s.Engine.CheckNow() // also brings back what was sent
	})
	defer func() { cancel(); tell(); feed() }()
	return r.window(s, Begin{})
}

// tellDemo prints what happens in the demo, for those who watch it from a script.
func (r *run) tellDemo(ctx context.Context, s *Session, events *mail.Listener) {
	for _, e := range events.Take() {
		switch e.What {
		case mail.Arrived:
			fmt.Fprintf(r.world.Stdout, "arrived %d\n", len(e.Messages))
		case mail.Changed:
			for _, id := range e.Messages {
				if m, err := s.Engine.Summary(ctx, id); err == nil && m.Flags&mail.Seen != 0 {
					fmt.Fprintf(r.world.Stdout, "read %d\n", id)
				}
			}
		}
	}
}

// demoServers are a POP3 and an SMTP server on the loopback, whose mail never leaves this process.
type demoServers struct {
	pop    *mailtest.POP3
	smtp   *mailtest.SMTP
	caFile string
	secret string
	fed    int // messages delivered by feed
}

func startDemoServers(dir string) (*demoServers, error) {
	ca := mailtest.NewCA()
	d := &demoServers{secret: mailtest.Secret()}
	var err error
	if d.caFile, err = ca.File(dir); err != nil {
		return nil, err
	}
	if d.pop, err = mailtest.NewPOP3(mailtest.POP3Options{TLS: ca.ServerTLS(), ImplicitTLS: true}); err != nil {
		return nil, err
	}
	users := map[string]string{}
	for _, p := range demoPeople {
		d.pop.AddUser(p.user, d.secret)
		users[p.user] = d.secret
	}
	d.smtp, err = mailtest.NewSMTP(mailtest.SMTPOptions{
		TLS: ca.ServerTLS(), RequireTLS: true, RequireAuth: true, Users: users, Accepted: d.comeBack,
	})
	if err != nil {
		return nil, errors.Join(err, d.pop.Close())
	}
	first, err := assets.DemoMailbox("first", time.Now())
	if err != nil {
		return nil, errors.Join(err, d.close())
	}
	for _, m := range first {
		d.pop.Mailbox(m.Who).Add(m.Raw)
	}
	return d, nil
}

// comeBack puts a message that was sent into the mailboxes of the demo's people it is for, else into its sender's.
func (d *demoServers) comeBack(a mailtest.Accepted) {
	trace := fmt.Sprintf("Return-Path: <%s>\r\nReceived: from poplar by demo.example with ESMTPSA; %s\r\n", a.From, time.Now().Format(time.RFC1123Z))
	raw := append([]byte(trace), a.Raw...)
	to := map[string]bool{}
	for _, addr := range a.To {
		who := a.User
		for _, p := range demoPeople {
			if strings.EqualFold(p.address, addr) {
				who = p.user
			}
		}
		to[who] = true
	}
	for who := range to {
		d.pop.Mailbox(who).Add(raw)
	}
}

// feed delivers the next new message, dated now. When the set is through it begins again, up to demoLimit messages.
func (d *demoServers) feed() error {
	if d.fed == demoLimit {
		return nil
	}
	later, err := assets.DemoMailbox("later", time.Now())
	if err != nil {
		return err
	}
	next := later[d.fed%len(later)]
	d.fed++
	own := fmt.Sprintf("\r\nMessage-ID: <%d.", d.fed)
	d.pop.Mailbox(next.Who).Add(bytes.Replace(next.Raw, []byte("\r\nMessage-ID: <"), []byte(own), 1))
	return nil
}

func (d *demoServers) addAccounts(ctx context.Context, s *Session, k *settings.Keyring) error {
	for _, p := range demoPeople {
		a := mail.DefaultAccount()
		a.Name, a.Address, a.Signature = p.name, p.address, p.signature
		a.Incoming, a.Outgoing = d.pop.Server(p.user), d.smtp.Server(p.user)
		a.Incoming.CAFile, a.Outgoing.CAFile = d.caFile, d.caFile
		a.CheckMinutes = 1
		a, err := s.Settings.PutAccount(a)
		if err != nil {
			return err
		}
		k.Hold(a.ID, mail.Incoming, d.secret)
	}
	return s.Engine.SetAccounts(ctx, s.Settings.Accounts())
}

func (d *demoServers) close() error { return errors.Join(d.smtp.Close(), d.pop.Close()) }
