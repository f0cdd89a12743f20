package mailtest_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
	"go.uber.org/goleak"

	"poplar/mail"
	. "poplar/mail/mailtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// talk is a bare client: what it sends and gets is what is on the wire.
type talk struct {
	t    *testing.T
	conn net.Conn
	in   *bufio.Reader
}

func dial(t *testing.T, addr string) *talk {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	_ = c.SetDeadline(time.Now().Add(time.Minute))
	t.Cleanup(func() { _ = c.Close() })
	return &talk{t, c, bufio.NewReader(c)}
}

func (k *talk) send(s string) {
	k.t.Helper()
	if _, err := io.WriteString(k.conn, s); err != nil {
		k.t.Fatal(err)
	}
}

func (k *talk) line() string {
	s, err := k.in.ReadString('\n')
	if err != nil {
		return s + "<" + reason(err) + ">"
	}
	return strings.TrimRight(s, "\r\n")
}

func reason(err error) string {
	if errors.Is(err, io.EOF) || strings.Contains(err.Error(), "reset") {
		return "cut"
	}
	return err.Error()
}

// ask sends a line and returns the first line of the reply.
func (k *talk) ask(s string) string {
	k.t.Helper()
	k.send(s + "\r\n")
	return k.line()
}

// rest reads to the final dot.
func (k *talk) rest() (lines []string) {
	for {
		l := k.line()
		if l == "." {
			return lines
		}
		lines = append(lines, l)
		if strings.HasSuffix(l, ">") && strings.Contains(l, "<cut") {
			return lines
		}
	}
}

func (k *talk) login(user, password string) string {
	k.t.Helper()
	k.ask("USER " + user)
	return k.ask("PASS " + password)
}

func (k *talk) want(got, prefix string) {
	k.t.Helper()
	if !strings.HasPrefix(got, prefix) {
		k.t.Fatalf("got %q, want %q…", got, prefix)
	}
}

func TestPOP3Session(t *testing.T) {
	p := StartPOP3(t, POP3Options{})
	box := p.AddUser("anna", "secret word")
	first := box.Add([]byte("Subject: one\r\n\r\n.dot\r\n..\r\nlast"))
	box.Add(Sample(2, 2000))
	k := dial(t, p.Addr())
	k.want(k.line(), "+OK")
	k.want(k.ask("STAT"), "-ERR")
	k.want(k.login("anna", "wrong"), "-ERR [AUTH]")
	k.want(k.login("anna", "secret word"), "+OK")
	k.want(k.ask("UIDL 1"), "+OK 1 "+first)
	k.want(k.ask("LIST"), "+OK")
	if got := k.rest(); len(got) != 2 || got[0] != "1 30" {
		t.Fatalf("LIST: %q", got)
	}
	k.want(k.ask("RETR 1"), "+OK")
	if got := k.rest(); !slices.Equal(got, []string{"Subject: one", "", "..dot", "...", "last"}) {
		t.Fatalf("RETR: %q", got)
	}
	k.want(k.ask("TOP 1 1"), "+OK")
	if got := k.rest(); !slices.Equal(got, []string{"Subject: one", "", "..dot"}) {
		t.Fatalf("TOP: %q", got)
	}
	k.want(k.ask("DELE 1"), "+OK")
	k.want(k.ask("RETR 1"), "-ERR")
	k.want(k.ask("STAT"), "+OK 1 ")
	k.want(k.ask("RSET"), "+OK")
	k.want(k.ask("DELE 2"), "+OK")
	if box.Len() != 2 {
		t.Fatal("a deletion took effect before QUIT")
	}
	k.want(k.ask("QUIT"), "+OK")
	k.want(k.line(), "<cut>")
	if got := box.UIDLs(); !slices.Equal(got, []string{first}) {
		t.Fatalf("after QUIT: %q", got)
	}
	if p.Count("RETR") != 2 || p.Sessions() != 1 || p.Lines(1)[2] != "PASS wrong" {
		t.Fatalf("record: %v", p.Commands())
	}
}

func TestPOP3Pipelining(t *testing.T) {
	p := StartPOP3(t, POP3Options{})
	box := p.AddUser("anna", "secret")
	for i := range 50 {
		box.Add(Sample(i, 3000))
	}
	k := dial(t, p.Addr())
	k.line()
	k.login("anna", "secret")
	var all strings.Builder
	for i := range 50 {
		fmt.Fprintf(&all, "RETR %d\r\n", i+1)
	}
	k.send(all.String())
	for i := range 50 {
		k.want(k.line(), "+OK")
		if l := k.rest(); l[len(l)-1] != fmt.Sprintf("End of message %d.", i) {
			t.Fatalf("message %d ends with %q", i, l[len(l)-1])
		}
	}
	ahead := slices.ContainsFunc(p.Commands(), func(c Command) bool { return c.Ahead })
	if !ahead {
		t.Error("the record does not show that commands came ahead")
	}
}

func TestPOP3Login(t *testing.T) {
	ca := NewCA()
	p := StartPOP3(t, POP3Options{TLS: ca.ServerTLS(), RequireTLS: true, APOP: true, Without: []string{"TOP"}})
	p.AddUser("anna", "secret")
	k := dial(t, p.Addr())
	k.want(k.line(), "+OK")
	k.want(k.ask("CAPA"), "+OK")
	if got := strings.Join(k.rest(), ","); !strings.Contains(got, "STLS") || strings.Contains(got, "SASL") || strings.Contains(got, "TOP") {
		t.Fatalf("CAPA before TLS: %s", got)
	}
	k.want(k.ask("USER anna"), "-ERR")
	k.want(k.ask("STLS"), "+OK")
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(ca.PEM())
	k.conn = tls.Client(k.conn, &tls.Config{RootCAs: roots, ServerName: "localhost"})
	k.in = bufio.NewReader(k.conn)
	k.want(k.ask("CAPA"), "+OK")
	if got := strings.Join(k.rest(), ","); strings.Contains(got, "STLS") || !strings.Contains(got, "SASL PLAIN LOGIN CRAM-MD5") {
		t.Fatalf("CAPA after TLS: %s", got)
	}
	k.want(k.ask("AUTH LOGIN"), "+ VXNlcm5hbWU6")
	k.want(k.ask("YW5uYQ=="), "+ UGFzc3dvcmQ6")
	k.want(k.ask("d3Jvbmc="), "-ERR [AUTH]")
	k.want(k.ask("AUTH PLAIN"), "+ ")
	k.want(k.ask("*"), "-ERR")
	k.want(k.ask("AUTH XOAUTH2 dXNlcj1hbm5hAWF1dGg9QmVhcmVyIG5vcGUBAQ=="), "+ ey")
	k.want(k.ask(""), "-ERR [AUTH]")
	k.want(k.ask("AUTH PLAIN AGFubmEAc2VjcmV0"), "+OK")
}

func TestScript(t *testing.T) {
	release := make(chan struct{})
	close(release)
	tests := []struct {
		name   string
		script Script
		talk   []string // command, then what the reply begins with
		left   int      // messages afterwards
	}{
		{"refuse", On("RETR 2", Refuse("SYS/TEMP", "later")), []string{"RETR 2", "-ERR [SYS/TEMP] later", "RETR 1", "+OK"}, 3},
		{"once", Once("NOOP", Refuse("", "no")), []string{"NOOP", "-ERR no", "NOOP", "+OK"}, 3},
		{"cut before", On("STAT", CutBefore), []string{"STAT", "<cut>"}, 3},
		{"cut in the reply", On("STAT", CutAt(4)), []string{"STAT", "+OK <cut>"}, 3},
		{"cut at the dot", On("UIDL", func(t *Turn) { t.CutAt(-3) }), []string{"UIDL", "+OK", "", "1 ", "", "2 ", "", "3 ", "", "<cut>"}, 3},
		{"cut after", On("NOOP", CutAfter), []string{"NOOP", "+OK", "", "<cut>"}, 3},
		{"cut at QUIT before", On("QUIT", CutBefore), []string{"DELE 1", "+OK", "QUIT", "<cut>"}, 3},
		{"cut at QUIT after", On("QUIT", CutUnanswered), []string{"DELE 1", "+OK", "QUIT", "<cut>"}, 2},
		{"empty", Empty(), []string{"STAT", "+OK 0 0", "UIDL", "+OK", "", "."}, 3},
		{"first lines", On("UIDL", FirstLines(1)), []string{"UIDL", "+OK", "", "1 ", "", "."}, 3},
		{"another session", InSession(2, Empty()), []string{"STAT", "+OK 3"}, 3},
		{"lying CAPA", On("CAPA", Capa("X-LIE")), []string{"CAPA", "+OK", "", "X-LIE", "", "."}, 3},
		{"stall", On("NOOP", Stall(release)), []string{"NOOP", "+OK"}, 3},
		{"trickle", On("NOOP", Trickle(1, time.Microsecond)), []string{"NOOP", "+OK nothing done"}, 3},
		{"hang up", HangUpAfter(1), []string{"RETR 1", "+OK", "", "Received", "RETR 2", "…"}, 3},
		{"whole body", WholeBody(), []string{"TOP 1 0", "+OK"}, 3},
		{"instead", On("DELE", Instead("+ERR odd")), []string{"DELE 1", "+ERR odd", "QUIT", "+OK"}, 3},
		{"say", On("DELE", Say("+OK but odd")), []string{"DELE 1", "+OK but odd", "QUIT", "+OK"}, 2},
	}
	for _, c := range tests {
		t.Run(c.name, func(t *testing.T) {
			p := StartPOP3(t, POP3Options{})
			box := p.AddUser("anna", "secret")
			for i := range 3 {
				box.Add(Sample(i, 500))
			}
			k := dial(t, p.Addr())
			k.line()
			k.login("anna", "secret")
			p.SetScript(c.script)
			for i := 0; i < len(c.talk); i += 2 {
				switch {
				case c.talk[i+1] == "…":
					k.rest() // the end of the message before
					k.want(k.ask(c.talk[i]), "<cut>")
				case c.talk[i] == "":
					k.want(k.line(), c.talk[i+1])
				default:
					k.want(k.ask(c.talk[i]), c.talk[i+1])
				}
			}
			if box.Len() != c.left {
				t.Errorf("%d messages are left, want %d", box.Len(), c.left)
			}
		})
	}
}

func TestMailboxChanges(t *testing.T) {
	p := StartPOP3(t, POP3Options{})
	box := p.AddUser("anna", "secret")
	one := box.Add(Sample(1, 500))
	box.Put(Message{UIDL: "same", Raw: Sample(2, 500), Announced: 2 << 30})
	box.Put(Message{UIDL: "same", Wire: []byte("bare\nline"), Announced: 7})
	box.Exclusive(true)
	k := dial(t, p.Addr())
	k.line()
	k.login("anna", "secret")
	k.want(k.ask("LIST 2"), "+OK 2 2147483648")
	k.want(k.ask("RETR 3"), "+OK 7")
	if got := k.rest(); !slices.Equal(got, []string{"bare", "line"}) {
		t.Errorf("wire form: %q", got)
	}
	other := dial(t, p.Addr())
	other.line()
	other.want(other.login("anna", "secret"), "-ERR [IN-USE]")
	box.Add(Sample(4, 500))
	box.Remove(one)
	box.Renumber(func(i int, old string) string { return fmt.Sprint("new", i) })
	k.want(k.ask("STAT"), "+OK 3 ")
	k.want(k.ask("RETR 1"), "-ERR")
	k.want(k.ask("DELE 2"), "+OK")
	k.want(k.ask("QUIT"), "+OK")
	k.line()
	if got := box.UIDLs(); !slices.Equal(got, []string{"new1", "new2"}) {
		t.Errorf("left: %q", got)
	}
	box.Limit(1)
	k = dial(t, p.Addr())
	k.line()
	for !strings.HasPrefix(k.login("anna", "secret"), "+OK") {
		// The server may not have seen the end of the other session yet.
	}
	k.want(k.ask("STAT"), "+OK 1 ")
}

func TestPOP3Stream(t *testing.T) {
	p := StartPOP3(t, POP3Options{})
	box := p.AddUser("anna", "secret")
	box.Put(Message{Announced: 2 << 30, Open: func() io.Reader { return io.LimitReader(&endless{}, 1<<20) }})
	k := dial(t, p.Addr())
	k.line()
	k.login("anna", "secret")
	k.want(k.ask("RETR 1"), "+OK 2147483648")
	if got := len(k.rest()); got != 1<<20/8 {
		t.Errorf("%d lines", got)
	}
}

// endless is the same line for ever.
type endless struct{ at int }

func (e *endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = "abcdef\r\n"[e.at%8]
		e.at++
	}
	return len(p), nil
}

const letter = "Subject: greetings\r\n\r\n.dot\r\nlast line\r\n"

func sendLetter(t *testing.T, s *SMTP, c *tls.Config, to ...string) error {
	t.Helper()
	raw, err := net.Dial("tcp", s.Addr())
	if err != nil {
		t.Fatal(err)
	}
	_ = raw.SetDeadline(time.Now().Add(time.Minute))
	defer raw.Close()
	client := smtp.NewClient(raw)
	if c != nil {
		if client, err = smtp.NewClientStartTLS(raw, c); err != nil {
			return err
		}
	}
	if ok, _ := client.Extension("AUTH"); ok {
		if err := client.Auth(sasl.NewPlainClient("", "anna", "secret")); err != nil {
			return err
		}
	}
	if err := client.SendMail("anna@example.test", to, strings.NewReader(letter)); err != nil {
		return err
	}
	return client.Quit()
}

func TestSMTPDelivers(t *testing.T) {
	ca := NewCA()
	box := &Mailbox{}
	s := StartSMTP(t, SMTPOptions{
		TLS: ca.ServerTLS(), RequireTLS: true, RequireAuth: true, Users: map[string]string{"anna": "secret"}, MaxSize: 1 << 20,
		Deliver: func(to string) *Mailbox {
			if to == "bert@example.test" {
				return box
			}
			return nil
		},
	})
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(ca.PEM())
	config := &tls.Config{RootCAs: roots, ServerName: "localhost"}
	if err := sendLetter(t, s, nil, "bert@example.test"); code(err) != 530 {
		t.Errorf("without login: %v", err)
	}
	if err := sendLetter(t, s, config, "bert@example.test", "carl@example.test"); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	list, err := s.Wait(ctx, 1)
	if err != nil {
		t.Fatal(err)
	}
	a := list[0]
	if string(a.Raw) != letter || a.User != "anna" || !a.Encrypted || !slices.Equal(a.To, []string{"bert@example.test", "carl@example.test"}) {
		t.Errorf("accepted: %+v", a)
	}
	got := box.Messages()
	if len(got) != 1 || !strings.HasPrefix(string(got[0].Raw), "Return-Path: <anna@example.test>\r\nReceived: ") || !strings.HasSuffix(string(got[0].Raw), letter) {
		t.Errorf("%d delivered, or with other contents", len(got))
	}
}

func code(err error) int {
	var e *smtp.SMTPError
	if errors.As(err, &e) {
		return e.Code
	}
	return 0
}

func TestSMTPFaults(t *testing.T) {
	long := strings.Repeat("x", 1200)
	tests := []struct {
		name     string
		script   Script
		options  SMTPOptions
		code     int // of the error; 0: no reply, -1: none
		accepted int
	}{
		{"none", nil, SMTPOptions{}, -1, 1},
		{"greeting", On("GREETING", Say("554 go away")), SMTPOptions{}, 554, 0},
		{"no EHLO", On("EHLO", Refuse("502 5.5.1", "what?")), SMTPOptions{}, -1, 1},
		{"MAIL", On("MAIL", Refuse("451 4.3.0", "later")), SMTPOptions{}, 451, 0},
		{"another sender", On("MAIL bert@example.test", Refuse("451 4.3.0", "later")), SMTPOptions{}, -1, 1},
		{"RCPT", On("RCPT bert@example.test", Refuse("550 5.1.1", "nobody")), SMTPOptions{}, 550, 0},
		{"DATA", On("DATA", Refuse("421 4.3.2", "shutting down")), SMTPOptions{}, 421, 0},
		{"DOT", On("DOT", Refuse("554 5.7.1", "spam")), SMTPOptions{}, 554, 0},
		{"cut in the body", On("DATA", CutBody(10)), SMTPOptions{}, 0, 0},
		{"cut before the dot counts", On("DOT", CutBefore), SMTPOptions{}, 0, 0},
		{"cut after the dot", On("DOT", CutUnanswered), SMTPOptions{}, 0, 1},
		{"wrong password", nil, SMTPOptions{Users: map[string]string{"anna": "other"}}, 535, 0},
		{"too large", nil, SMTPOptions{MaxSize: 20}, 552, 0},
		{"line too long", nil, SMTPOptions{MaxLine: 10}, 554, 0},
	}
	for _, c := range tests {
		t.Run(c.name, func(t *testing.T) {
			s := StartSMTP(t, c.options)
			s.SetScript(c.script)
			err := sendLetter(t, s, nil, "bert@example.test")
			if (err == nil) != (c.code < 0) || err != nil && code(err) != c.code {
				t.Errorf("got %v, want code %d", err, c.code)
			}
			if got := len(s.Messages()); got != c.accepted {
				t.Errorf("%d messages accepted, want %d", got, c.accepted)
			}
		})
	}
	t.Run("long lines pass", func(t *testing.T) {
		s := StartSMTP(t, SMTPOptions{})
		k := dial(t, s.Addr())
		k.line()
		for _, l := range []string{"HELO x", "MAIL FROM:<a@example.test>", "RCPT TO:<b@example.test>", "DATA"} {
			k.ask(l)
		}
		body := strings.Repeat(long, 50) + "\r\n..\r\n"
		k.send(body + ".\r\n")
		k.want(k.line(), "250")
		if got := string(s.Messages()[0].Raw); got != strings.Repeat(long, 50)+"\r\n.\r\n" {
			t.Errorf("%d octets arrived", len(got))
		}
	})
}

func TestSMTPKeywords(t *testing.T) {
	s := StartSMTP(t, SMTPOptions{TLS: NewCA().ServerTLS(), RequireTLS: true, Users: map[string]string{"a": "b"}, Without: []string{"SIZE"}})
	k := dial(t, s.Addr())
	k.line()
	k.send("EHLO x\r\n")
	r := textproto.NewReader(k.in)
	_, text, err := r.ReadResponse(250)
	if err != nil {
		t.Fatal(err)
	}
	words := strings.Split(text, "\n")
	if !slices.Contains(words, "STARTTLS") || slices.Contains(words, "SIZE") || strings.Contains(text, "AUTH") || strings.Contains(text, "CHUNKING") {
		t.Errorf("EHLO: %q", words)
	}
	k.want(k.ask("AUTH PLAIN AGEAYg=="), "538")
}

func TestCloseFreesStalledSessions(t *testing.T) {
	p, err := NewPOP3(POP3Options{Script: On("GREETING", Stall(nil))})
	if err != nil {
		t.Fatal(err)
	}
	k := dial(t, p.Addr())
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	k.want(k.line(), "<cut>")
}

func TestFaulty(t *testing.T) {
	near, far := net.Pipe()
	go func() {
		_, _ = far.Write([]byte("0123456789"))
		_ = far.Close()
	}()
	f := NewFaulty(near, Faults{ReadSize: 3, CutRead: 7})
	p := make([]byte, 10)
	var got []string
	for {
		n, err := f.Read(p)
		if err != nil {
			if !errors.Is(err, io.EOF) {
				t.Errorf("the cut is %v", err)
			}
			break
		}
		got = append(got, string(p[:n]))
	}
	if !slices.Equal(got, []string{"012", "345", "6"}) {
		t.Errorf("pieces: %q", got)
	}

	near, silent := net.Pipe()
	defer silent.Close()
	f = NewFaulty(near, Faults{StallRead: StallAtOnce})
	_ = f.SetReadDeadline(time.Now().Add(time.Millisecond))
	var timeout net.Error
	if _, err := f.Read(p); !errors.As(err, &timeout) || !timeout.Timeout() {
		t.Errorf("a stalled read with a deadline: %v", err)
	}
	_ = f.SetReadDeadline(time.Time{})
	failed := make(chan error)
	go func() {
		_, err := f.Read(p)
		failed <- err
	}()
	_ = f.Close()
	if err := <-failed; err == nil {
		t.Error("Close does not free a stalled read")
	}
}

func TestClock(t *testing.T) {
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	c := NewClock(start)
	alarm := c.After(time.Minute)
	c.Advance(59 * time.Second)
	select {
	case <-alarm:
		t.Fatal("the alarm rings early")
	default:
	}
	c.Advance(time.Second)
	if got := <-alarm; !got.Equal(start.Add(time.Minute)) || !c.Now().Equal(got) {
		t.Errorf("the alarm rings at %v", got)
	}
}

// The private servers must work as a whole: a message handed to Postfix is in Dovecot's POP3 mailbox.
func TestPrivateServers(t *testing.T) {
	d := StartDovecot(t, DovecotOptions{})
	p := StartPostfix(t, d)
	if err := d.Put("bert", bytes.ReplaceAll(Sample(1, 900), []byte("\r\n"), []byte("\n"))); err != nil {
		t.Fatal(err)
	}
	have, err := d.Messages("bert")
	if err != nil || len(have) != 1 || !bytes.Equal(have[0], Sample(1, 900)) {
		t.Fatalf("Maildir: %d messages, %v", len(have), err)
	}
	server := p.Server("anna", mail.STARTTLS)
	c, err := smtp.Dial(server.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if ok, params := c.Extension("AUTH"); !ok {
		t.Errorf("AUTH: %q", params)
	}
	if err := c.Auth(sasl.NewPlainClient("", "anna", "secret")); err != nil {
		t.Fatal(err)
	}
	if err := c.Mail("anna@"+Domain, nil); err != nil {
		t.Fatal(err)
	}
	if err := c.Rcpt("nobody@"+Domain, nil); code(err) != 550 {
		t.Errorf("an unknown recipient: %v", err)
	}
	if err := c.Reset(); err != nil {
		t.Fatal(err)
	}
	if err := c.SendMail("anna@"+Domain, []string{"bert@" + Domain}, strings.NewReader(letter)); err != nil {
		t.Fatal(err)
	}
	k := dial(t, d.Server("bert", mail.NoTLS).Addr())
	k.want(k.line(), "+OK")
	k.want(k.login("bert", "secret"), "+OK")
	for limit := time.Now().Add(time.Minute); ; {
		k = dial(t, d.Server("bert", mail.NoTLS).Addr())
		k.line()
		k.want(k.login("bert", "secret"), "+OK")
		if strings.HasPrefix(k.ask("STAT"), "+OK 2 ") {
			return
		}
		if time.Now().After(limit) {
			t.Fatal("the message does not arrive")
		}
		k.ask("QUIT")
	}
}
