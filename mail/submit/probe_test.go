package submit_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"poplar/mail"
	"poplar/mail/mailtest"
	"poplar/mail/submit"
	"poplar/mail/wire"
)

func TestProbe(t *testing.T) {
	ca := mailtest.NewCA()
	file, err := ca.File(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	good := mailtest.SMTPOptions{TLS: ca.ServerTLS(), RequireTLS: true, Users: users, RequireAuth: true}
	with := func(o mailtest.SMTPOptions, script mailtest.Script) mailtest.SMTPOptions {
		o.Script = script
		return o
	}
	for _, c := range []struct {
		name   string
		o      mailtest.SMTPOptions
		change func(*mail.Server)
		steps  string
		kind   mail.Kind
	}{
		{"STARTTLS", good, nil, "resolve connect greeting encrypt log in sender", ""},
		{"TLS", mailtest.SMTPOptions{TLS: ca.ServerTLS(), ImplicitTLS: true, Users: users}, nil, "resolve connect encrypt greeting log in sender", ""},
		{"no login", mailtest.SMTPOptions{}, func(s *mail.Server) { s.Auth = mail.AuthNone }, "resolve connect greeting sender", ""},
		{"wrong password", with(good, mailtest.On("AUTH", mailtest.Refuse("535 5.7.8", "no"))), nil, "resolve connect greeting encrypt log in!", mail.LoginRefused},
		{"sender refused", with(good, mailtest.On("MAIL", mailtest.Refuse("550 5.7.1", "not yours"))), nil, "resolve connect greeting encrypt log in sender!", mail.ServerPermanent},
		{"greeting refused", with(good, mailtest.On("GREETING", mailtest.Refuse("554 5.3.2", "no service"))), nil, "resolve connect greeting!", mail.ServerPermanent},
		{"no STARTTLS", mailtest.SMTPOptions{Users: users}, func(s *mail.Server) { s.Security = mail.STARTTLS }, "resolve connect greeting encrypt!", mail.NoEncryption},
		{"nobody there", good, func(s *mail.Server) { s.Port = 1 }, "resolve connect!", mail.Unreachable},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := start(t, c.o)
			to := s.Server("anna")
			to.CAFile = file
			if c.change != nil {
				c.change(&to)
			}
			var steps []string
			note := func(step string, took time.Duration, said string, err error) {
				if took < 0 || took > time.Minute {
					t.Errorf("%s took %v", step, took)
				}
				if err == nil && said == "" {
					t.Errorf("%s says nothing", step)
				}
				if err != nil {
					step += "!"
				}
				steps = append(steps, step)
			}
			o := wire.Options{Step: func(step string, took time.Duration, saw string) { note(step, took, saw, nil) }}
			err := submit.Probe(t.Context(), to, users["anna"], o, anna, note)
			if got := strings.Join(steps, " "); got != c.steps {
				t.Errorf("steps %q, want %q", got, c.steps)
			}
			if (err == nil) != (c.kind == "") || err != nil && mail.ProblemOf(err).Kind != c.kind {
				t.Errorf("error %v", err)
			}
			if got := lines(s, "RCPT", "DATA"); len(got) != 0 {
				t.Errorf("said %q", got)
			}
		})
	}
}

// The same with a server that thousands of providers run.
func TestPostfix(t *testing.T) {
	d := mailtest.StartDovecot(t, mailtest.DovecotOptions{})
	p := mailtest.StartPostfix(t, d)
	for _, security := range []mail.Security{mail.STARTTLS, mail.TLS} {
		for _, auth := range []mail.Auth{mail.AuthAuto, mail.AuthPlain, mail.AuthLogin, mail.AuthCramMD5} {
			t.Run(fmt.Sprint(security, " ", auth), func(t *testing.T) {
				to := p.Server("anna", security)
				to.Auth = auth
				subject := fmt.Sprintf("%s %s %d", security, auth, time.Now().UnixNano())
				m := submit.Message{From: anna, To: []string{anna, "nobody@" + mailtest.Domain, bert}, Raw: mail.Bytes("Subject: " + subject + "\r\n\r\n.\r\n..\r\nGrüße\r\n")}
				log := wire.NewTranscript(100)
				r, err := submit.Send(t.Context(), to, "secret", wire.Options{Transcript: log}, m, quietly)
				if err != nil || states(r) != anna+" sent, nobody@"+mailtest.Domain+" failed 5.1.1, "+bert+" sent" || r.State != mail.Failed {
					t.Fatalf("%+v, %v\n%s", r, err, strings.Join(log.Lines(), "\n"))
				}
				if x := r.Recipients[1]; x.Code != 550 || !strings.HasPrefix(x.Said, "550 5.1.1 ") {
					t.Errorf("refused with %+v", x)
				}
				for _, user := range []string{"anna", "bert"} {
					if !arrives(t, d, user, subject, "\n.\n..\nGrüße\n") {
						t.Errorf("%s did not get it as it was", user)
					}
				}
			})
		}
	}
	to := p.Server("anna", mail.STARTTLS)
	r, err := submit.Send(t.Context(), to, "wrong", wire.Options{}, message(bert), quietly)
	if mail.ProblemOf(err).Kind != mail.LoginRefused || r.State != mail.Deferred {
		t.Errorf("wrong password: %v, %v", r.State, err)
	}
	log := wire.NewTranscript(1000)
	x, err := submit.Open(t.Context(), to, "secret", wire.Options{Transcript: log})
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	large := message(bert)
	large.Raw = mail.Bytes("Subject: large\r\n\r\n" + strings.Repeat(".0123456789\r\n", 20_000))
	large.Notices = mail.Notices{Delivered: true}
	if r, err := x.Send(t.Context(), large, quietly); err != nil || r.State != mail.SentOK {
		t.Errorf("%v, %v", r, err)
	}
	if r, err := x.Send(t.Context(), message(bert), quietly); err != nil || r.State != mail.SentOK {
		t.Errorf("%v, %v", r, err)
	}
	if said := strings.Join(log.Lines(), "\n"); !strings.Contains(said, "C: DATA") || !strings.Contains(said, "C: BDAT") || !strings.Contains(said, "NOTIFY=FAILURE,SUCCESS") {
		t.Errorf("neither way was taken, or no report asked for:\n%s", said)
	}
	// An envelope behind the end of another message is what RFC 2920 allows, and no pipelining that is to be refused.
	train := func(n int) submit.Message {
		m := letter(n, bert, "nobody@"+mailtest.Domain)
		m.Raw = mail.Bytes(fmt.Sprintf("Subject: train %d %d\r\n\r\n%s", n, time.Now().UnixNano(), strings.Repeat(".0123456789\r\n", 10_000)))
		return m
	}
	next := train(1)
	for n := 1; n <= 4; n++ {
		m := next
		m.Next = func(context.Context) (submit.Message, bool) {
			next = train(n + 1)
			return next, n < 4
		}
		if r, err := x.Send(t.Context(), m, quietly); err != nil || states(r) != bert+" sent, nobody@"+mailtest.Domain+" failed 5.1.1" || !x.Usable() {
			t.Errorf("%d: %+v, %v", n, r, err)
		}
	}
	if said := strings.Join(log.Lines(), "\n"); strings.Count(said, "C: .\n") < 4 || !strings.Contains(said, "C: .\nC: MAIL") {
		t.Errorf("the messages did not follow closely:\n%s", said)
	}
	if x.MaxSize() == 0 {
		t.Error("no SIZE")
	}
	for range 3 {
		if r, err := x.Send(t.Context(), message("nobody@"+mailtest.Domain), quietly); err == nil || r.State != mail.Failed {
			t.Errorf("%v, %v", r, err)
		}
		if r, err := x.Send(t.Context(), message(bert), quietly); err != nil || r.State != mail.SentOK {
			t.Errorf("%v, %v", r, err)
		}
	}
}

// arrives waits until the user has a message with that subject and says whether its body ends as it should.
func arrives(t *testing.T, d *mailtest.Dovecot, user, subject, end string) bool {
	t.Helper()
	for limit := time.Now().Add(time.Minute); time.Now().Before(limit); {
		list, err := d.Messages(user)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
		if i := slices.IndexFunc(list, func(m []byte) bool { return strings.Contains(string(m), "Subject: "+subject) }); i >= 0 {
			return strings.HasSuffix(strings.ReplaceAll(string(list[i]), "\r\n", "\n"), end)
		}
		time.Sleep(20 * time.Millisecond) // Postfix delivers in its own time
	}
	return false
}
