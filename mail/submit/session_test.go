package submit_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"poplar/mail"
	"poplar/mail/mailtest"
	"poplar/mail/submit"
	"poplar/mail/wire"
)

func TestSession(t *testing.T) {
	s := start(t, mailtest.SMTPOptions{Users: users, RequireAuth: true, MaxSize: 1000, Script: mailtest.Scripts(
		mailtest.On("RCPT bad@example.test", mailtest.Refuse("550 5.1.1", "no")),
		mailtest.Nth(2, "DOT", mailtest.Refuse("451 4.3.0", "later")),
		mailtest.Nth(3, "DATA", mailtest.Refuse("451 4.3.0", "later")),
	)})
	x, err := submit.Open(t.Context(), s.to, users["anna"], wire.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if x.MaxSize() != 1000 {
		t.Errorf("size %d", x.MaxSize())
	}
	for i, want := range []string{
		bert + " sent", "bad@example.test failed 5.1.1", bert + " deferred 4.3.0", bert + " deferred 4.3.0", bert + " sent", bert + " failed", bert + " sent",
	} {
		m := message(bert)
		switch i {
		case 1:
			m.To = []string{"bad@example.test"}
		case 5:
			m.Raw = mail.Bytes(strings.Repeat("x", 2000))
		}
		r, _ := x.Send(t.Context(), m, quietly)
		if states(r) != want || !x.Usable() {
			t.Errorf("message %d: %s, want %s", i, states(r), want)
		}
	}
	if err := x.Close(); err != nil {
		t.Error(err)
	}
	if n := len(s.Messages()); n != 3 || len(lines(s, "EHLO")) != 1 || len(lines(s, "AUTH")) != 1 || len(lines(s, "QUIT")) != 1 {
		t.Errorf("%d messages; %q", n, lines(s))
	}
	if r, err := x.Send(t.Context(), message(bert), quietly); err == nil || r.State != mail.Deferred {
		t.Errorf("after Close: %v, %v", r, err)
	}
}

func TestSessionEndsWith421(t *testing.T) {
	s := start(t, mailtest.SMTPOptions{Script: mailtest.Nth(2, "MAIL", mailtest.Refuse("421 4.3.2", "bye"))})
	x, err := submit.Open(t.Context(), s.to, "", wire.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	if _, err := x.Send(t.Context(), message(bert), quietly); err != nil || !x.Usable() {
		t.Fatal(err)
	}
	r, err := x.Send(t.Context(), message(bert), quietly)
	if err == nil || r.State != mail.Deferred || x.Usable() {
		t.Errorf("%v, %v, usable %v", r, err, x.Usable())
	}
}

// What decides whether a message may be sent again: had its final dot left?
func TestCutLinks(t *testing.T) {
	on := mailtest.On
	for _, c := range []struct {
		name   string
		script mailtest.Script
		state  mail.SendState
		taken  int
	}{
		{"greeting", on("GREETING", mailtest.CutBefore), mail.Deferred, 0},
		{"EHLO", on("EHLO", mailtest.CutBefore), mail.Deferred, 0},
		{"MAIL unanswered", on("MAIL", mailtest.CutUnanswered), mail.Deferred, 0},
		{"RCPT half answered", on("RCPT", mailtest.CutAt(5)), mail.Deferred, 0},
		{"DATA", on("DATA", mailtest.CutBefore), mail.Deferred, 0},
		{"dot not carried out", on("DOT", mailtest.CutBefore), mail.Uncertain, 0},
		{"dot unanswered", on("DOT", mailtest.CutUnanswered), mail.Uncertain, 1},
		{"dot answered half", on("DOT", mailtest.CutAt(9)), mail.Uncertain, 1},
		{"dot answered with rubbish", on("DOT", mailtest.Say("OK")), mail.Uncertain, 1},
		{"dot answered with a question", on("DOT", mailtest.Say("354 more")), mail.Uncertain, 1},
		{"after the answer", on("DOT", mailtest.CutAfter), mail.SentOK, 1},
		{"QUIT", on("QUIT", mailtest.CutBefore), mail.SentOK, 1},
	} {
		each(t, c.name, func(t *testing.T, o mailtest.SMTPOptions) {
			if o.Chunking {
				switch c.name {
				case "DATA":
					t.Skip("there is none")
				case "MAIL unanswered", "RCPT half answered":
					c.state = mail.Uncertain // the message was on its way already
				}
			}
			o.Script = c.script
			s := start(t, o)
			flying := 0
			r, err := submit.Send(t.Context(), s.to, "", wire.Options{Idle: 30 * time.Second}, message(bert, cleo), func(context.Context) error {
				flying++
				return nil
			})
			if r.State != c.state || len(s.Messages()) != c.taken || (err == nil) != (c.state == mail.SentOK) {
				t.Errorf("%s (%v), %d taken", r.State, err, len(s.Messages()))
			}
			for _, x := range r.Recipients {
				if x.State != c.state {
					t.Errorf("recipient %+v", x)
				}
			}
			if c.taken > 0 && flying != 1 {
				t.Errorf("noted as in flight %d times", flying)
			}
		})
	}
}

// While the message is on its way the link breaks: nobody has it, and that is certain.
func TestCutInTheMessage(t *testing.T) {
	body := mail.Bytes("Subject: x\r\n\r\n" + strings.Repeat("0123456789\r\n", 1<<19))
	s := start(t, mailtest.SMTPOptions{Script: mailtest.On("DATA", mailtest.CutBody(1000))})
	r, err := send(t, s, submit.Message{From: anna, To: []string{bert}, Raw: body})
	if r.State != mail.Deferred || err == nil || len(s.Messages()) != 0 {
		t.Errorf("%s, %v", r.State, err)
	}
}

// A server that has heard enough says why and hangs up; its words are not lost in the noise of the broken link.
func TestRefusalInTheMiddleOfTheMessage(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	heard := make(chan struct{})
	defer wg.Wait()
	defer close(heard)
	defer l.Close()
	wg.Go(func() {
		c, err := l.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		in := bufio.NewReader(c)
		for _, say := range []string{"220 x", "250 x", "250 ok", "250 ok", "354 go"} {
			_, _ = io.WriteString(c, say+"\r\n")
			_, _ = in.ReadString('\n')
		}
		_, _ = io.WriteString(c, "552 5.3.4 enough\r\n") // and reads no more
		<-heard
	})
	addr := l.Addr().(*net.TCPAddr)
	to := mail.Server{Host: "127.0.0.1", Port: addr.Port, Security: mail.NoTLS, Auth: mail.AuthNone}
	body := mail.Bytes("Subject: x\r\n\r\n" + strings.Repeat("0123456789\r\n", 1<<21))
	r, err := submit.Send(t.Context(), to, "", wire.Options{Idle: 3 * time.Second}, submit.Message{From: anna, To: []string{bert}, Raw: body}, quietly)
	if states(r) != bert+" failed 5.3.4" || mail.ProblemOf(err).Kind != mail.TooLarge {
		t.Errorf("%s, %v", states(r), err)
	}
}

func TestSilence(t *testing.T) {
	release := make(chan struct{})
	defer close(release)
	s := start(t, mailtest.SMTPOptions{Script: mailtest.On("RCPT", mailtest.Stall(release))})
	r, err := submit.Send(t.Context(), s.to, "", wire.Options{Idle: 50 * time.Millisecond}, message(bert), quietly)
	if mail.ProblemOf(err).Kind != mail.Timeout || r.State != mail.Deferred {
		t.Errorf("%v, %v", r.State, err)
	}
}

// The answer to the final dot may take longer than any other (RFC 5321, section 4.5.3.2.6).
func TestPatienceAfterTheDot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		var wg sync.WaitGroup
		defer wg.Wait()
		wg.Go(func() {
			defer far.Close()
			in := bufio.NewReader(far)
			for _, say := range []string{"220 x", "250 x", "250 ok", "250 ok", "354 go", "250 taken"} {
				_, _ = io.WriteString(far, say+"\r\n")
				for line, last := "", say == "354 go"; ; {
					var err error
					if line, err = in.ReadString('\n'); err != nil || !last || line == ".\r\n" {
						break
					}
				}
				if say == "354 go" {
					time.Sleep(8 * time.Minute)
				}
			}
		})
		to := mail.Server{Host: "127.0.0.1", Port: 25, Security: mail.NoTLS, Auth: mail.AuthNone}
		dial := func(context.Context, string, string) (net.Conn, error) { return near, nil }
		r, err := submit.Send(t.Context(), to, "", wire.Options{Idle: time.Minute, DialContext: dial}, message(bert), quietly)
		if err != nil || r.State != mail.SentOK {
			t.Errorf("%v, %v", r.State, err)
		}
	})
}

func TestCancel(t *testing.T) {
	for _, c := range []struct {
		command string
		state   mail.SendState
	}{{"GREETING", mail.Deferred}, {"EHLO", mail.Deferred}, {"RCPT", mail.Deferred}, {"DATA", mail.Deferred}, {"DOT", mail.Uncertain}} {
		t.Run(c.command, func(t *testing.T) {
			release, ctx := make(chan struct{}), t.Context()
			defer close(release)
			ctx, cancel := context.WithCancel(ctx)
			s := start(t, mailtest.SMTPOptions{Script: mailtest.On(c.command, func(turn *mailtest.Turn) {
				turn.Stall(release)
				cancel()
			})})
			r, err := submit.Send(ctx, s.to, "", wire.Options{}, message(bert), quietly)
			if p := mail.ProblemOf(err); p.Kind != mail.Cancelled || r.State != c.state || r.Problem.Kind != mail.Cancelled {
				t.Errorf("%v, %v", r.State, err)
			}
			if c.state == mail.Uncertain {
				if _, err := s.Wait(t.Context(), 1); err != nil { // it was, and only the answer is missing
					t.Error(err)
				}
			}
		})
	}
}
