package submit_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"poplar/mail"
	"poplar/mail/mailtest"
	"poplar/mail/submit"
	"poplar/mail/wire"
)

// letter is message n, told from others by its number.
func letter(n int, to ...string) submit.Message {
	m := message(to...)
	m.ID, m.Raw = int64(n), mail.Bytes(fmt.Sprintf("Subject: %d\r\n\r\n.\r\n", n))
	return m
}

// The envelope of the next message leaves in one flight with the end of this one, and what becomes of either does not
// touch the other.
func TestNextEnvelopeBehindTheDot(t *testing.T) {
	nth, refuse := mailtest.Nth, mailtest.Refuse
	for _, c := range []struct {
		name   string
		script mailtest.Script
		states string // of the three messages
		usable bool
		taken  int
	}{
		{"all well", nil, "sent sent sent", true, 3},
		{"the first is refused", nth(1, "DOT", refuse("554 5.7.1", "spam")), "failed sent sent", true, 2},
		{"the first is deferred", nth(1, "DOT", refuse("451 4.7.1", "later")), "deferred sent sent", true, 2},
		{"421 at the first's end", nth(1, "DOT", refuse("421 4.3.2", "bye")), "deferred deferred deferred", false, 0},
		{"cut at the first's end", nth(1, "DOT", mailtest.CutUnanswered), "uncertain deferred deferred", false, 1},
		{"cut after the first's answer", nth(1, "DOT", mailtest.CutAfter), "sent deferred deferred", false, 1},
		{"rubbish at the first's end", nth(1, "DOT", mailtest.Say("what")), "uncertain deferred deferred", false, 1},
		{"the second's sender", nth(2, "MAIL", refuse("550 5.7.1", "not you")), "sent failed sent", true, 2},
		{"the second's recipient", nth(2, "RCPT", refuse("550 5.1.1", "nobody")), "sent failed sent", true, 2},
		{"the second's DATA", nth(2, "DATA", refuse("451 4.3.0", "later")), "sent deferred sent", true, 2},
		{"cut at the second's DATA", nth(2, "DATA", mailtest.CutBefore), "sent deferred deferred", false, 1},
		{"421 at the second's recipient", nth(2, "RCPT", refuse("421 4.3.2", "bye")), "sent deferred deferred", false, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := start(t, mailtest.SMTPOptions{Script: c.script})
			x, err := submit.Open(t.Context(), s.to, "", wire.Options{Idle: 30 * time.Second})
			if err != nil {
				t.Fatal(err)
			}
			var states []string
			flying := map[int64]bool{}
			for n := 1; n <= 3; n++ {
				m := letter(n, bert)
				m.Next = func(context.Context) (submit.Message, bool) {
					if n == 3 {
						return submit.Message{}, false
					}
					// All commands of the next come after this has been noted.
					if got := len(lines(s, "MAIL")); got != n {
						t.Errorf("message %d is begun after %d envelopes", n+1, got)
					}
					flying[int64(n+1)] = true
					return letter(n+1, bert), true
				}
				r, _ := x.Send(t.Context(), m, func(context.Context) error {
					flying[m.ID] = true
					return nil
				})
				states = append(states, string(r.State))
				if r.State != mail.Deferred && !flying[m.ID] {
					t.Errorf("message %d was not noted as in flight", n)
				}
			}
			if got := strings.Join(states, " "); got != c.states || x.Usable() != c.usable || len(s.Messages()) != c.taken {
				t.Errorf("%s, usable %v, %d taken", got, x.Usable(), len(s.Messages()))
			}
			if err := x.Close(); err != nil && c.usable {
				t.Error(err)
			}
			if c.name != "all well" {
				return
			}
			alone := 0
			for _, x := range s.Commands() {
				if strings.HasPrefix(x.Line, "MAIL") && !x.Ahead {
					alone++
				}
			}
			if alone > 2 { // the first, and the server may just have been quicker than we were
				t.Errorf("%d envelopes left alone", alone)
			}
		})
	}
}

// Of a message whose envelope is on its way, and which does not come then, nobody gets anything.
func TestNextThatDoesNotCome(t *testing.T) {
	for name, then := range map[string]func(*testing.T, *submit.Session){
		"closed": func(t *testing.T, x *submit.Session) { _ = x.Close() },
		"another": func(t *testing.T, x *submit.Session) {
			r, err := x.Send(t.Context(), letter(7, cleo), quietly)
			if err == nil || r.State != mail.Deferred || x.Usable() {
				t.Errorf("%v, %v", r, err)
			}
			_ = x.Close()
		},
		"unreadable": func(t *testing.T, x *submit.Session) {
			m := letter(2, cleo)
			m.Raw = halfRaw{mail.Bytes(text)}
			if r, err := x.Send(t.Context(), m, quietly); err == nil || r.State != mail.Deferred {
				t.Errorf("%v, %v", r, err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t, mailtest.SMTPOptions{})
			x, err := submit.Open(t.Context(), s.to, "", wire.Options{})
			if err != nil {
				t.Fatal(err)
			}
			m := letter(1, bert)
			m.Next = func(context.Context) (submit.Message, bool) { return letter(2, cleo), true }
			if r, err := x.Send(t.Context(), m, quietly); err != nil || r.State != mail.SentOK || !x.Usable() {
				t.Fatalf("%v, %v", r, err)
			}
			then(t, x)
			if got := s.Messages(); len(got) != 1 || !slices.Equal(got[0].To, []string{bert}) {
				t.Errorf("%+v", got)
			}
		})
	}
}

// Where the next one cannot go behind, it takes its turn as usual.
func TestNextInItsTurn(t *testing.T) {
	for name, c := range map[string]struct {
		o    mailtest.SMTPOptions
		next submit.Message
		ask  bool
		want string
	}{
		"without PIPELINING":             {mailtest.SMTPOptions{Without: []string{"PIPELINING"}}, letter(2, bert), false, "sent"},
		"small, with CHUNKING":           {mailtest.SMTPOptions{Chunking: true}, letter(2, bert), false, "sent"},
		"somebody is to come back":       {mailtest.SMTPOptions{Script: mailtest.Nth(2, "RCPT", mailtest.Refuse("452 4.5.3", "too many"))}, letter(2, bert), false, "sent"},
		"an address that cannot be told": {mailtest.SMTPOptions{Without: []string{"SMTPUTF8"}}, letter(2, "bärt@example.test"), true, "failed"},
		"too large":                      {mailtest.SMTPOptions{MaxSize: 60}, submit.Message{ID: 2, From: anna, To: []string{bert}, Raw: mail.Bytes(strings.Repeat("x\r\n", 30))}, true, "failed"},
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t, c.o)
			x, err := submit.Open(t.Context(), s.to, "", wire.Options{})
			if err != nil {
				t.Fatal(err)
			}
			m, asked := letter(1, bert, cleo), false
			m.Next = func(context.Context) (submit.Message, bool) {
				asked = true
				return c.next, true
			}
			if _, err := x.Send(t.Context(), m, quietly); err != nil || asked != c.ask {
				t.Fatalf("asked %v, %v", asked, err)
			}
			r, _ := x.Send(t.Context(), c.next, quietly)
			if string(r.State) != c.want || !x.Usable() {
				t.Errorf("%+v, %q", r, lines(s))
			}
			_ = x.Close()
		})
	}
}

// A server that loses what comes behind the end of a message is found out by its silence.
func TestLostEnvelope(t *testing.T) {
	release := make(chan struct{})
	defer close(release)
	s := start(t, mailtest.SMTPOptions{Script: mailtest.Nth(2, "MAIL", mailtest.Stall(release))})
	var silence mailtest.Silence
	x, err := submit.Open(t.Context(), s.to, "", wire.Options{DialContext: silence.DialContext})
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	m := letter(1, bert)
	m.Next = func(context.Context) (submit.Message, bool) { return letter(2, bert), true }
	if _, err := x.Send(t.Context(), m, quietly); err != nil || x.Lost() {
		t.Fatal(err)
	}
	silence.Fall()
	var e *submit.Error
	if r, err := x.Send(t.Context(), letter(2, bert), quietly); !errors.As(err, &e) || r.State != mail.Deferred || !x.Lost() || x.Usable() {
		t.Errorf("%v, %v, lost %v", r, err, x.Lost())
	}
}
