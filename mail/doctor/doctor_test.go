package doctor_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"poplar/mail"
	"poplar/mail/doctor"
	"poplar/mail/mailtest"
	"poplar/mail/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const password = "s3cret word"

// clinic is a pair of servers and an account that works with both.
type clinic struct {
	t       *testing.T
	ca      *mailtest.CA
	pop     *mailtest.POP3
	smtp    *mailtest.SMTP
	account mail.Account
	o       wire.Options
	secret  func(mail.Direction) (string, error)
}

func open(t *testing.T, p mailtest.POP3Options, s mailtest.SMTPOptions) *clinic {
	t.Helper()
	c := &clinic{t: t, ca: mailtest.NewCA(), o: wire.Options{Connect: time.Minute, Idle: time.Minute}}
	c.secret = func(mail.Direction) (string, error) { return password, nil }
	file, err := c.ca.File(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if p.TLS == nil {
		p.TLS, p.ImplicitTLS = c.ca.ServerTLS(), true
	}
	if s.TLS == nil {
		s.TLS = c.ca.ServerTLS()
	}
	if s.Users == nil {
		s.Users, s.RequireAuth, s.RequireTLS = map[string]string{"anna": password}, true, true
	}
	c.pop, c.smtp = mailtest.StartPOP3(t, p), mailtest.StartSMTP(t, s)
	box := c.pop.AddUser("anna", password)
	box.Add(mailtest.Sample(1, 2000))
	box.Add(mailtest.Sample(2, 2000))
	c.account = mail.DefaultAccount()
	c.account.Address = "anna@example.test"
	c.account.Incoming, c.account.Outgoing = c.pop.Server("anna"), c.smtp.Server("anna")
	c.account.Incoming.CAFile, c.account.Outgoing.CAFile = file, file
	return c
}

// test runs the doctor and returns its findings as lines of "direction step: ok" or "direction step: kind".
func (c *clinic) test(ctx context.Context) ([]string, []mail.Finding, error) {
	var lines []string
	var all []mail.Finding
	r := doctor.Test(ctx, c.account, doctor.Options{Secret: c.secret, Wire: func(mail.Direction) wire.Options { return c.o }, Look: 500 * time.Millisecond, Report: func(f mail.Finding) {
		c.t.Helper()
		said := "ok"
		if !f.OK {
			said = string(f.Problem.Kind)
			if f.Problem.Doing != f.Step {
				c.t.Errorf("the step is %q and its problem says %q", f.Step, f.Problem.Doing)
			}
		} else if f.Problem != nil {
			c.t.Errorf("%s is fine and has a problem", f.Step)
		}
		if f.Said == "" {
			c.t.Errorf("%s %s says nothing", f.Direction, f.Step)
		}
		if strings.Contains(f.Said, password) || f.Problem != nil && strings.Contains(fmt.Sprint(f.Problem.Said, f.Problem), password) {
			c.t.Errorf("%s %s shows the password: %q", f.Direction, f.Step, f.Said)
		}
		lines = append(lines, fmt.Sprintf("%s %s: %s", f.Direction, f.Step, said))
		all = append(all, f)
	}})
	return lines, all, r.First
}

func steps(direction, list string) []string {
	var lines []string
	for _, s := range strings.Split(list, ", ") {
		if !strings.Contains(s, ":") {
			s += ": ok"
		}
		lines = append(lines, direction+" "+s)
	}
	return lines
}

const (
	allIn  = "resolve, connect, encrypt, greeting, capabilities, log in, mailbox"
	allOut = "resolve, connect, greeting, encrypt, capabilities, log in, sender"
)

func TestHealthy(t *testing.T) {
	c := open(t, mailtest.POP3Options{}, mailtest.SMTPOptions{MaxSize: 10_000_000})
	lines, all, err := c.test(t.Context())
	if err != nil {
		t.Error(err)
	}
	want := append(steps("incoming", allIn), steps("outgoing", allOut)...)
	if strings.Join(lines, "\n") != strings.Join(want, "\n") {
		t.Fatalf("got\n%s\nwant\n%s", strings.Join(lines, "\n"), strings.Join(want, "\n"))
	}
	for i, part := range map[int]string{
		0: "127.0.0.1", 1: "127.0.0.1 in ", 2: "TLS 1.3, TLS_AES", 3: "Poplar's test server", 5: "PLAIN", 6: "2 messages, 4 KB, UIDL, TOP, PIPELINING",
		4: "SASL PLAIN LOGIN", 9: "poplar.test ESMTP Service Ready", 11: "AUTH PLAIN LOGIN CRAM-MD5 XOAUTH2 OAUTHBEARER, messages up to 9.5 MB", 12: "235", 13: "250",
	} {
		if !strings.Contains(all[i].Said, part) {
			t.Errorf("%s says %q, which lacks %q", lines[i], all[i].Said, part)
		}
	}
	if n := len(c.pop.Mailbox("anna").Messages()); n != 2 || c.pop.Count("RETR")+c.pop.Count("DELE")+c.smtp.Count("DATA") != 0 {
		t.Errorf("the doctor changed or fetched something: %q %q", c.pop.Lines(0), c.smtp.Lines(0))
	}
}

func TestTLSFromTheStart(t *testing.T) {
	c := open(t, mailtest.POP3Options{}, mailtest.SMTPOptions{ImplicitTLS: true})
	lines, all, err := c.test(t.Context())
	want := append(steps("incoming", allIn), steps("outgoing", "resolve, connect, encrypt, greeting, capabilities, log in, sender")...)
	if err != nil || strings.Join(lines, "\n") != strings.Join(want, "\n") {
		t.Fatalf("%v after\n%s", err, strings.Join(lines, "\n"))
	}
	if got := all[11].Said; !strings.HasSuffix(got, "AUTH PLAIN LOGIN CRAM-MD5 XOAUTH2 OAUTHBEARER, messages of any size") {
		t.Errorf("the greeting says %q", got)
	}
}

func TestFaults(t *testing.T) {
	closed := closedPort(t)
	tests := []struct {
		name  string
		pop   mailtest.POP3Options
		smtp  mailtest.SMTPOptions
		spoil func(c *clinic)
		in    string
		out   string
		said  string // somewhere in the failed steps
	}{
		{
			name: "wrong hosts", in: "resolve: no-such-host", out: "resolve: no-such-host",
			spoil: func(c *clinic) {
				c.account.Incoming.Host, c.account.Outgoing.Host = "pop.nowhere.invalid", "smtp.nowhere.invalid"
				c.o.DialContext = func(_ context.Context, _, addr string) (net.Conn, error) {
					host, _, _ := net.SplitHostPort(addr)
					return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
				}
			},
		},
		{
			name: "closed ports", in: "resolve, connect: unreachable", out: "resolve, connect: unreachable", said: "refused",
			spoil: func(c *clinic) { c.account.Incoming.Port, c.account.Outgoing.Port = closed, closed },
		},
		{
			name: "TLS on plain ports", pop: mailtest.POP3Options{TLS: &tls.Config{}}, in: "resolve, connect, encrypt: protocol", out: "resolve, connect, encrypt: protocol", said: "does not begin with TLS",
			spoil: func(c *clinic) { c.account.Incoming.Security, c.account.Outgoing.Security = mail.TLS, mail.TLS },
		},
		{
			name: "untrusted authority", in: "resolve, connect, encrypt: untrusted-certificate", out: "resolve, connect, greeting, encrypt: untrusted-certificate", said: "issuer is not known",
			spoil: func(c *clinic) { c.account.Incoming.CAFile, c.account.Outgoing.CAFile = "", "" },
		},
		{
			name: "wrong password", in: "resolve, connect, encrypt, greeting, capabilities, log in: login-refused", out: "resolve, connect, greeting, encrypt, capabilities, log in: login-refused", said: "wrong user name or password",
			spoil: func(c *clinic) { c.secret = func(mail.Direction) (string, error) { return "something else", nil } },
		},
		{
			name: "the server quotes the password",
			pop:  mailtest.POP3Options{SASL: []string{}, Script: mailtest.On("PASS", func(t *mailtest.Turn) { t.Refuse("AUTH", "no such password: "+t.Arg) })},
			in:   "resolve, connect, encrypt, greeting, capabilities, log in: login-refused", out: allOut, said: "no such password: •••",
		},
		{
			name: "keyring locked", in: "resolve, connect, encrypt, greeting, capabilities, log in: keyring-locked", out: "resolve, connect, greeting, encrypt, capabilities, log in: keyring-locked",
			spoil: func(c *clinic) {
				c.secret = func(mail.Direction) (string, error) {
					return "", &mail.Problem{Kind: mail.KeyringLocked, Err: errors.New("locked")}
				}
			},
		},
		{
			name: "silent servers", pop: mailtest.POP3Options{Script: mailtest.On("GREETING", mailtest.Stall(nil))}, smtp: mailtest.SMTPOptions{Script: mailtest.On("GREETING", mailtest.Stall(nil))},
			in: "resolve, connect, encrypt, greeting: timeout", out: "resolve, connect, greeting: timeout",
			spoil: func(c *clinic) { c.o.Idle = 4 * time.Second },
		},
		{
			name: "unfriendly greetings", pop: mailtest.POP3Options{Script: mailtest.On("GREETING", mailtest.Say("-ERR too many connections"))},
			smtp: mailtest.SMTPOptions{Script: mailtest.On("GREETING", mailtest.Say("554 5.3.2 go away"))},
			in:   "resolve, connect, encrypt, greeting: server-temporary", out: "resolve, connect, greeting: server-permanent", said: "too many connections",
		},
		{
			name: "no STARTTLS", pop: mailtest.POP3Options{TLS: &tls.Config{}, Without: []string{"STLS"}}, smtp: mailtest.SMTPOptions{Without: []string{"STARTTLS"}},
			in: "resolve, connect, encrypt: no-encryption", out: "resolve, connect, greeting, encrypt: no-encryption", said: "does not offer STLS",
		},
		{
			name: "no AUTH offered", smtp: mailtest.SMTPOptions{Without: []string{"AUTH"}},
			in: allIn, out: "resolve, connect, greeting, encrypt, capabilities, log in: server-permanent", said: "no way to log in",
		},
		{
			name: "MAIL FROM refused", smtp: mailtest.SMTPOptions{Script: mailtest.On("MAIL", mailtest.Refuse("553 5.7.1", "not your address"))},
			in: allIn, out: "resolve, connect, greeting, encrypt, capabilities, log in, sender: server-permanent", said: "not your address",
		},
		{
			name: "login needed after all", in: allIn, out: "resolve, connect, greeting, encrypt, capabilities, sender: server-permanent", said: "Authentication required",
			spoil: func(c *clinic) { c.account.OutgoingAuth = false },
		},
		{
			name: "mailbox in use", pop: mailtest.POP3Options{SASL: []string{}, Script: mailtest.On("PASS", mailtest.Refuse("IN-USE", "locked by another session"))},
			in: "resolve, connect, encrypt, greeting, capabilities, log in: mailbox-in-use", out: allOut, said: "locked by another session",
		},
		{
			name: "a lying CAPA", pop: mailtest.POP3Options{Script: mailtest.Scripts(mailtest.On("UIDL", mailtest.Refuse("", "unknown")), mailtest.On("TOP", mailtest.Refuse("", "unknown")))},
			in: allIn, out: allOut,
		},
		{
			name: "the mailbox cannot be opened", pop: mailtest.POP3Options{Script: mailtest.On("STAT", mailtest.Refuse("SYS/PERM", "index damaged"))},
			in: "resolve, connect, encrypt, greeting, capabilities, log in, mailbox: server-permanent", out: allOut, said: "index damaged",
		},
		{
			name: "cut in the login", pop: mailtest.POP3Options{Script: mailtest.On("AUTH", mailtest.CutBefore), Without: []string{"USER"}},
			in: "resolve, connect, encrypt, greeting, capabilities, log in: server-temporary", out: allOut, said: "closed the connection",
		},
	}
	for _, k := range tests {
		t.Run(k.name, func(t *testing.T) {
			c := open(t, k.pop, k.smtp)
			if k.pop.TLS != nil {
				c.account.Incoming.Security = mail.STARTTLS
			}
			if k.spoil != nil {
				k.spoil(c)
			}
			lines, all, err := c.test(t.Context())
			want := append(steps("incoming", k.in), steps("outgoing", k.out)...)
			if strings.Join(lines, "\n") != strings.Join(want, "\n") {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(lines, "\n"), strings.Join(want, "\n"))
			}
			var first error
			said := ""
			for _, f := range all {
				if f.OK {
					continue
				}
				said += f.Said + "\n"
				if first == nil {
					first = f.Problem
				}
			}
			if (err == nil) != (first == nil) || !errors.Is(err, first) {
				t.Errorf("returned %v, first problem %v", err, first)
			}
			if !strings.Contains(said, k.said) {
				t.Errorf("the failures say %q, which lacks %q", said, k.said)
			}
		})
	}
}

func TestLyingMailbox(t *testing.T) {
	c := open(t, mailtest.POP3Options{Script: mailtest.On("TOP", mailtest.Refuse("", "unknown"))}, mailtest.SMTPOptions{})
	_, all, err := c.test(t.Context())
	if err != nil || !strings.Contains(all[6].Said, "UIDL, no TOP") {
		t.Errorf("%q, %v", all[6].Said, err)
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	c := open(t, mailtest.POP3Options{Script: mailtest.On("STAT", func(*mailtest.Turn) { cancel() })}, mailtest.SMTPOptions{})
	lines, _, err := c.test(ctx)
	if mail.ProblemOf(err).Kind != mail.Cancelled || c.smtp.Sessions() != 0 {
		t.Errorf("%v after\n%s", err, strings.Join(lines, "\n"))
	}
}

// closedPort is a port at which nobody listens.
func closedPort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// The same on servers that many people have.
func TestRealServers(t *testing.T) {
	d := mailtest.StartDovecot(t, mailtest.DovecotOptions{Users: map[string]string{"anna": password}})
	p := mailtest.StartPostfix(t, d)
	if err := d.Put("anna", mailtest.Sample(1, 1000)); err != nil {
		t.Fatal(err)
	}
	for _, security := range []mail.Security{mail.TLS, mail.STARTTLS, mail.NoTLS} {
		for _, auth := range []mail.Auth{mail.AuthAuto, mail.AuthLogin, mail.AuthCramMD5} {
			c := &clinic{t: t, secret: func(mail.Direction) (string, error) { return password, nil }}
			c.account = mail.DefaultAccount()
			c.account.Address = "anna@" + mailtest.Domain
			c.account.Incoming, c.account.Outgoing = d.Server("anna", security), p.Server("anna", security)
			c.account.Incoming.Auth, c.account.Outgoing.Auth = auth, auth
			lines, all, err := c.test(t.Context())
			if err != nil {
				t.Errorf("%s, %s: %v after\n%s", security, auth, err, strings.Join(lines, "\n"))
			}
			for _, f := range all {
				t.Logf("%s %s %s: %s (%v)", security, auth, f.Step, f.Said, f.Took)
			}
		}
	}
}

// The message to oneself: it is sent, retrieved and deleted, and nothing else is touched.
func TestLetter(t *testing.T) {
	for _, k := range []struct {
		name    string
		deliver bool
		wait    time.Duration
		want    string
	}{
		{"it comes back", true, 5 * time.Minute, "outgoing send: ok\nincoming retrieve: ok\nincoming delete: ok"},
		{"it does not", false, 2 * time.Second, "outgoing send: ok\nincoming retrieve: timeout"},
	} {
		t.Run(k.name, func(t *testing.T) {
			c := open(t, mailtest.POP3Options{}, mailtest.SMTPOptions{Deliver: func(string) *mailtest.Mailbox { return nil }})
			box := c.pop.Mailbox("anna")
			if k.deliver {
				c = openWith(t, c, func(string) *mailtest.Mailbox { return box })
			}
			var lines []string
			r := doctor.Test(t.Context(), c.account, doctor.Options{
				Secret: c.secret, Wire: func(mail.Direction) wire.Options { return c.o }, Letter: true, Patience: k.wait,
				Report: func(f mail.Finding) {
					said := "ok"
					if !f.OK {
						said = string(f.Problem.Kind)
					}
					lines = append(lines, fmt.Sprintf("%s %s: %s", f.Direction, f.Step, said))
				},
			})
			if got := strings.Join(lines, "\n"); !strings.HasSuffix(got, k.want) || (r.First == nil) != k.deliver {
				t.Errorf("%v after\n%s", r.First, got)
			}
			if sent := c.smtp.Messages(); len(sent) != 1 || sent[0].To[0] != c.account.Address || !strings.Contains(string(sent[0].Raw), "Auto-Submitted:") {
				t.Errorf("sent %+v", sent)
			}
			if n := len(box.Messages()); n != 2 {
				t.Errorf("%d messages are on the server, want the two that were there before", n)
			}
			want := 1
			if !k.deliver {
				want = 0
			}
			if n := c.pop.Count("RETR"); n != want {
				t.Errorf("%d messages were retrieved, want %d", n, want)
			}
		})
	}
}

// openWith gives a clinic another outgoing server, whose mail goes where deliver says.
func openWith(t *testing.T, c *clinic, deliver func(string) *mailtest.Mailbox) *clinic {
	t.Helper()
	file := c.account.Outgoing.CAFile
	c.smtp = mailtest.StartSMTP(t, mailtest.SMTPOptions{
		TLS: c.ca.ServerTLS(), RequireAuth: true, RequireTLS: true, Users: map[string]string{"anna": password}, Deliver: deliver,
	})
	c.account.Outgoing = c.smtp.Server("anna")
	c.account.Outgoing.CAFile = file
	return c
}
