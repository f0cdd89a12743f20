package submit_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"poplar/mail"
	"poplar/mail/mailtest"
	"poplar/mail/submit"
	"poplar/mail/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	anna = "anna@example.test"
	bert = "bert@example.test"
	cleo = "cleo@example.test"
	text = "Subject: x\r\n\r\nHello\r\n.\r\n..two\r\n.\r\nend\r\n"
)

var users = map[string]string{"anna": "s3cret-Pass"}

func message(to ...string) submit.Message {
	return submit.Message{From: anna, To: to, Raw: mail.Bytes(text)}
}

func quietly(context.Context) error { return nil }

// target is a server and how to reach it: with a login where it has users.
type target struct {
	*mailtest.SMTP
	to mail.Server
}

func start(t *testing.T, o mailtest.SMTPOptions) target {
	t.Helper()
	s := mailtest.StartSMTP(t, o)
	to := s.Server("anna")
	if o.Users == nil {
		to.Auth, to.User = mail.AuthNone, ""
	}
	return target{s, to}
}

func send(t *testing.T, s target, m submit.Message) (mail.Receipt, error) {
	t.Helper()
	return submit.Send(t.Context(), s.to, users["anna"], wire.Options{Idle: 30 * time.Second}, m, quietly)
}

// each runs f against a server of each way a message may take.
func each(t *testing.T, name string, f func(*testing.T, mailtest.SMTPOptions)) {
	t.Run(name+"/one by one", func(t *testing.T) { f(t, mailtest.SMTPOptions{Without: []string{"PIPELINING"}}) })
	t.Run(name+"/pipelined", func(t *testing.T) { f(t, mailtest.SMTPOptions{}) })
	t.Run(name+"/at once", func(t *testing.T) { f(t, mailtest.SMTPOptions{Chunking: true}) })
}

// lines are the commands a server got that begin with one of the words; all of them without a word.
func lines(s target, words ...string) []string {
	var out []string
	for _, c := range s.Commands() {
		if len(words) == 0 || slices.ContainsFunc(words, func(w string) bool { return strings.HasPrefix(c.Line, w) }) {
			out = append(out, c.Line)
		}
	}
	return out
}

// states lists who got what, as "anna sent, bert failed 550 5.1.1".
func states(r mail.Receipt) string {
	var out []string
	for _, x := range r.Recipients {
		s := x.Addr + " " + string(x.State)
		if x.State != mail.SentOK && x.Status != "" {
			s += " " + x.Status
		}
		out = append(out, s)
	}
	return strings.Join(out, ", ")
}

func TestSend(t *testing.T) {
	ca := mailtest.NewCA()
	file, err := ca.File(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		o    mailtest.SMTPOptions
		auth mail.Auth
	}{
		{"in the clear, nobody asked", mailtest.SMTPOptions{}, mail.AuthNone},
		{"STARTTLS", mailtest.SMTPOptions{TLS: ca.ServerTLS(), RequireTLS: true, RequireAuth: true, Users: users}, mail.AuthAuto},
		{"TLS", mailtest.SMTPOptions{TLS: ca.ServerTLS(), ImplicitTLS: true, RequireAuth: true, Users: users}, mail.AuthAuto},
		{"PLAIN", mailtest.SMTPOptions{RequireAuth: true, Users: users}, mail.AuthPlain},
		{"LOGIN", mailtest.SMTPOptions{RequireAuth: true, Users: users}, mail.AuthLogin},
		{"CRAM-MD5", mailtest.SMTPOptions{RequireAuth: true, Users: users}, mail.AuthCramMD5},
		{"XOAUTH2", mailtest.SMTPOptions{RequireAuth: true, Users: users}, mail.AuthXOAuth2},
		{"OAUTHBEARER", mailtest.SMTPOptions{RequireAuth: true, Users: users}, mail.AuthOAuthBearer},
		{"without extensions", mailtest.SMTPOptions{Without: []string{"PIPELINING", "8BITMIME", "SIZE", "SMTPUTF8"}}, mail.AuthNone},
		{"HELO only", mailtest.SMTPOptions{Script: mailtest.On("EHLO", mailtest.Refuse("502", "what?"))}, mail.AuthNone},
		{"keywords in small letters", mailtest.SMTPOptions{TLS: ca.ServerTLS(), Users: users, RequireAuth: true, RequireTLS: true, Script: mailtest.On("EHLO", func(t *mailtest.Turn) {
			t.Edit(bytes.ToLower)
		})}, mail.AuthAuto},
		{"AUTH=", mailtest.SMTPOptions{Users: users, RequireAuth: true, Script: mailtest.On("EHLO", func(t *mailtest.Turn) {
			t.Edit(func(b []byte) []byte { return bytes.Replace(b, []byte("AUTH "), []byte("AUTH="), 1) })
		})}, mail.AuthAuto},
		{"replies without text", mailtest.SMTPOptions{Script: func(t *mailtest.Turn) {
			if t.Name == "MAIL" || t.Name == "RCPT" || t.Name == "DOT" {
				t.Edit(func(b []byte) []byte { return append(b[:3:3], "\r\n"...) })
			}
		}}, mail.AuthNone},
		{"slow replies in pieces", mailtest.SMTPOptions{Script: func(t *mailtest.Turn) { t.Trickle(1, 0) }}, mail.AuthNone},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := start(t, c.o)
			to := s.Server("anna")
			to.Auth, to.CAFile = c.auth, file
			log := wire.NewTranscript(1000)
			r, err := submit.Send(t.Context(), to, users["anna"], wire.Options{Transcript: log}, message(bert, cleo), quietly)
			if err != nil || r.State != mail.SentOK || states(r) != bert+" sent, "+cleo+" sent" || r.Problem != nil {
				t.Fatalf("%+v, %v\n%s", r, err, strings.Join(log.Lines(), "\n"))
			}
			got := s.Messages()
			if len(got) != 1 || string(got[0].Raw) != text || got[0].From != anna || !slices.Equal(got[0].To, []string{bert, cleo}) {
				t.Errorf("the server took %+v", got)
			}
			if got[0].Encrypted != (c.o.TLS != nil) || (got[0].User == "anna") != (c.auth != mail.AuthNone) {
				t.Errorf("encrypted %v, user %q", got[0].Encrypted, got[0].User)
			}
			if all := strings.Join(log.Lines(), "\n"); strings.Contains(all, users["anna"]) || !strings.Contains(all, "C: RCPT TO:<"+cleo+">") || !strings.Contains(all, "C: .") {
				t.Errorf("transcript:\n%s", all)
			}
			if last := lines(s); last[len(last)-1] != "QUIT" {
				t.Errorf("no QUIT in %q", last)
			}
		})
	}
}

func TestNothingIsToldAboutTheComputer(t *testing.T) {
	s := start(t, mailtest.SMTPOptions{})
	if _, err := send(t, s, message(bert)); err != nil {
		t.Fatal(err)
	}
	if got := lines(s, "EHLO", "HELO"); !slices.Equal(got, []string{"EHLO [127.0.0.1]"}) {
		t.Errorf("greeted with %q", got)
	}
}

// How many round trips a message takes, and that it is noted as in flight before its first octet leaves.
func TestFlights(t *testing.T) {
	for _, c := range []struct {
		name  string
		o     mailtest.SMTPOptions
		noted []string // what the server has been told when it is noted
		alone []string // commands that were sent alone
	}{
		{"CHUNKING", mailtest.SMTPOptions{Chunking: true}, nil, []string{"MAIL"}},
		{"PIPELINING", mailtest.SMTPOptions{}, nil, []string{"MAIL"}},
		{"neither", mailtest.SMTPOptions{Without: []string{"PIPELINING"}}, []string{"MAIL", "RCPT", "RCPT"}, []string{"MAIL", "RCPT", "RCPT", "DATA"}},
		{"CHUNKING without PIPELINING", mailtest.SMTPOptions{Chunking: true, Without: []string{"PIPELINING"}}, []string{"MAIL", "RCPT", "RCPT"}, []string{"MAIL", "RCPT", "RCPT", "DATA"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := start(t, c.o)
			words := func(list []string) (out []string) {
				for _, l := range list {
					word, _, _ := strings.Cut(l, " ")
					out = append(out, word)
				}
				return out
			}
			noted := false
			inFlight := func(context.Context) error {
				noted = true
				if got := words(lines(s, "MAIL", "RCPT", "DATA", "BDAT")); !slices.Equal(got, c.noted) || len(s.Messages()) != 0 {
					t.Errorf("in flight is noted after %q", got)
				}
				return nil
			}
			r, err := submit.Send(t.Context(), s.to, "", wire.Options{}, message(bert, cleo), inFlight)
			if err != nil || !noted || r.State != mail.SentOK || string(s.Messages()[0].Raw) != text {
				t.Fatalf("%v, %v", r, err)
			}
			var alone []string
			for _, x := range s.Commands() {
				if word := words([]string{x.Line})[0]; !x.Ahead && word != "EHLO" && word != "QUIT" {
					alone = append(alone, word)
				}
			}
			if !slices.Equal(alone, c.alone) {
				t.Errorf("sent alone: %q", alone)
			}
		})
	}
}

// A message that is large, or has to be changed on the way, goes by DATA.
func TestChunkingOnlyWhereItHelps(t *testing.T) {
	for name, c := range map[string]struct{ sent, got, command string }{
		"small":       {"x\r\n\r\n.\r\n", "x\r\n\r\n.\r\n", "BDAT 8 LAST"},
		"no line end": {"x\r\n\r\ny", "x\r\n\r\ny\r\n", "BDAT 8 LAST"},
		"bare LF":     {"x\n\ny\n", "x\r\n\r\ny\r\n", "DATA"},
		"large":       {strings.Repeat("0123456789\r\n", 9000), strings.Repeat("0123456789\r\n", 9000), "DATA"},
	} {
		s := start(t, mailtest.SMTPOptions{Chunking: true})
		m := message(bert)
		m.Raw = mail.Bytes(c.sent)
		r, err := send(t, s, m)
		if err != nil || r.State != mail.SentOK || string(s.Messages()[0].Raw) != c.got {
			t.Errorf("%s: %v, %v", name, r, err)
		}
		if got := lines(s, "DATA", "BDAT"); !slices.Equal(got, []string{c.command}) {
			t.Errorf("%s: said %q", name, got)
		}
	}
}

func TestDeliveryReports(t *testing.T) {
	m := message(bert)
	m.Notices = mail.Notices{Delivered: true, Delayed: true}
	s := start(t, mailtest.SMTPOptions{DSN: true})
	if _, err := send(t, s, m); err != nil || !strings.HasSuffix(lines(s, "MAIL")[0], " RET=HDRS") || !strings.HasSuffix(lines(s, "RCPT")[0], " NOTIFY=FAILURE,SUCCESS,DELAY") {
		t.Errorf("%v, %q", err, lines(s))
	}
	m.Notices = mail.Notices{Whole: true}
	s = start(t, mailtest.SMTPOptions{DSN: true})
	if _, err := send(t, s, m); err != nil || !strings.HasSuffix(lines(s, "MAIL")[0], " RET=FULL") || !strings.HasSuffix(lines(s, "RCPT")[0], " NOTIFY=FAILURE") {
		t.Errorf("%v, %q", err, lines(s))
	}
	s = start(t, mailtest.SMTPOptions{})
	if _, err := send(t, s, m); err != nil || strings.Contains(strings.Join(lines(s), " "), "NOTIFY") {
		t.Errorf("%v, %q", err, lines(s))
	}
}

func TestManyRecipients(t *testing.T) {
	for _, without := range [][]string{nil, {"PIPELINING"}} {
		s := start(t, mailtest.SMTPOptions{Without: without, Script: mailtest.On("RCPT r333@example.test", mailtest.Refuse("550 5.1.1", "no such user"))})
		var to []string
		for i := range 500 {
			to = append(to, "r"+string(rune('0'+i/100))+string(rune('0'+i/10%10))+string(rune('0'+i%10))+"@example.test")
		}
		r, err := send(t, s, message(to...))
		if err != nil || r.State != mail.Failed || len(s.Messages()) != 1 || len(s.Messages()[0].To) != 499 {
			t.Fatalf("%v %v", r.State, err)
		}
		for i, x := range r.Recipients {
			if x.Addr != to[i] || (x.State == mail.SentOK) != (i != 333) {
				t.Errorf("recipient %d: %+v", i, x)
			}
		}
	}
}

func TestRefusals(t *testing.T) {
	on, refuse := mailtest.On, mailtest.Refuse
	for _, c := range []struct {
		name   string
		script mailtest.Script
		states string // of bert, cleo
		state  mail.SendState
		kind   mail.Kind // of the receipt's problem; "": none
		said   string
		taken  int
	}{
		{"one recipient", on("RCPT "+cleo, refuse("550 5.1.1", "no such user")), bert + " sent, " + cleo + " failed 5.1.1", mail.Failed, mail.RecipientRefused, "550 5.1.1 no such user", 1},
		{"one for now", on("RCPT "+cleo, refuse("450 4.2.0", "greylisted")), bert + " sent, " + cleo + " deferred 4.2.0", mail.Deferred, mail.ServerTemporary, "450 4.2.0 greylisted", 1},
		{"one for good and one for now", mailtest.Scripts(on("RCPT "+bert, refuse("451 4.3.0", "later")), on("RCPT "+cleo, refuse("553 5.1.3", "bad"))), bert + " deferred 4.3.0, " + cleo + " failed 5.1.3", mail.Deferred, mail.RecipientRefused, "553 5.1.3 bad", 0},
		{"all recipients", on("RCPT", refuse("550 5.1.1", "no such user")), bert + " failed 5.1.1, " + cleo + " failed 5.1.1", mail.Failed, mail.RecipientRefused, "550 5.1.1 no such user", 0},
		{"forwarding offered", on("RCPT "+cleo, refuse("551 5.1.6", "try <c@example.org>")), bert + " sent, " + cleo + " failed 5.1.6", mail.Failed, mail.RecipientRefused, "551 5.1.6 try <c@example.org>", 1},
		{"will forward", on("RCPT "+cleo, mailtest.Say("251 2.1.5 will forward")), bert + " sent, " + cleo + " sent", mail.SentOK, "", "", 1},
		{"too many recipients", on("RCPT "+cleo, refuse("452 4.5.3", "too many")), bert + " sent, " + cleo + " deferred 4.5.3", mail.Deferred, mail.ServerTemporary, "452 4.5.3 too many", 1},
		{"too many recipients, as some say it", on("RCPT "+cleo, refuse("552", "too many recipients")), bert + " sent, " + cleo + " deferred", mail.Deferred, mail.ServerTemporary, "552 too many recipients", 1},
		{"a full mailbox", on("RCPT "+cleo, refuse("552 5.2.2", "over quota")), bert + " sent, " + cleo + " failed 5.2.2", mail.Failed, mail.RecipientRefused, "552 5.2.2 over quota", 1},
		{"sender", on("MAIL", refuse("550 5.7.1", "not you")), bert + " failed 5.7.1, " + cleo + " failed 5.7.1", mail.Failed, mail.ServerPermanent, "550 5.7.1 not you", 0},
		{"sender for now", on("MAIL", refuse("451 4.3.2", "busy")), bert + " deferred 4.3.2, " + cleo + " deferred 4.3.2", mail.Deferred, mail.ServerTemporary, "451 4.3.2 busy", 0},
		{"login wanted", on("MAIL", refuse("530 5.7.0", "Authentication required")), bert + " failed 5.7.0, " + cleo + " failed 5.7.0", mail.Failed, mail.ServerPermanent, "530 5.7.0 Authentication required", 0},
		{"encryption wanted", on("MAIL", refuse("530 5.7.0", "Must issue a STARTTLS command first")), bert + " failed 5.7.0, " + cleo + " failed 5.7.0", mail.Failed, mail.NoEncryption, "530 5.7.0 Must issue a STARTTLS command first", 0},
		{"DATA", on("DATA", refuse("554 5.5.1", "no valid recipients")), bert + " failed 5.5.1, " + cleo + " failed 5.5.1", mail.Failed, mail.ServerPermanent, "554 5.5.1 no valid recipients", 0},
		{"message", on("DOT", refuse("554 5.7.1", "spam")), bert + " failed 5.7.1, " + cleo + " failed 5.7.1", mail.Failed, mail.ServerPermanent, "554 5.7.1 spam", 0},
		{"message for now", on("DOT", refuse("451 4.7.1", "come back")), bert + " deferred 4.7.1, " + cleo + " deferred 4.7.1", mail.Deferred, mail.ServerTemporary, "451 4.7.1 come back", 0},
		{"too large", on("DOT", refuse("552 5.3.4", "too big")), bert + " failed 5.3.4, " + cleo + " failed 5.3.4", mail.Failed, mail.TooLarge, "552 5.3.4 too big", 0},
		{"too large, told at MAIL", on("MAIL", refuse("552", "too big")), bert + " failed, " + cleo + " failed", mail.Failed, mail.TooLarge, "552 too big", 0},
		{"words on several lines", on("DOT", mailtest.Instead("554-5.7.1 We do not\r\n554-5.7.1 like it,\r\n554 5.7.1 see https://x.test/")), bert + " failed 5.7.1, " + cleo + " failed 5.7.1", mail.Failed, mail.ServerPermanent, "554 5.7.1 We do not like it, see https://x.test/", 0},
		{"closing", on("RCPT "+bert, refuse("421 4.3.2", "shutting down")), bert + " deferred 4.3.2, " + cleo + " sent", mail.Deferred, mail.ServerTemporary, "421 4.3.2 shutting down", 1},
		{"accepted with another 2yz", on("DOT", mailtest.Say("251 fine")), bert + " sent, " + cleo + " sent", mail.SentOK, "", "", 1},
	} {
		each(t, c.name, func(t *testing.T, o mailtest.SMTPOptions) {
			if o.Chunking && c.name == "DATA" {
				t.Skip("there is none")
			}
			if len(o.Without) > 0 && c.name == "closing" {
				t.Skip("nobody else is asked then")
			}
			o.Script = c.script
			s := start(t, o)
			r, err := send(t, s, message(bert, cleo))
			if states(r) != c.states || r.State != c.state {
				t.Errorf("%s: %s", r.State, states(r))
			}
			if n := len(s.Messages()); n != c.taken {
				t.Errorf("the server took %d messages", n)
			}
			if (err == nil) != (c.taken == 1) {
				t.Errorf("error %v", err)
			}
			if c.kind == "" {
				if r.Problem != nil {
					t.Errorf("problem %v", r.Problem)
				}
				return
			}
			if r.Problem == nil || r.Problem.Kind != c.kind || r.Problem.Said != c.said || r.Problem.Where != s.to.Addr() {
				t.Errorf("problem %+v", r.Problem)
			}
			if err != nil && mail.ProblemOf(err).Kind != c.kind {
				t.Errorf("error %v", err)
			}
		})
	}
}

func TestLoginRefusals(t *testing.T) {
	refuse := func(reply string) mailtest.Script { return mailtest.On("AUTH", mailtest.Instead(reply)) }
	for _, c := range []struct {
		name   string
		script mailtest.Script
		kind   mail.Kind
	}{
		{"wrong password", refuse("535 5.7.8 Error: authentication failed"), mail.LoginRefused},
		{"no status", refuse("535 no"), mail.LoginRefused},
		{"550 at AUTH", refuse("550 User has no permission"), mail.LoginRefused},
		{"app password by status", refuse("534 5.7.9 Please log in with your web browser"), mail.NeedsAppPassword},
		{"app password by words", refuse("535-5.7.8 Application-specific\r\n535 5.7.8 password required"), mail.NeedsAppPassword},
		{"authorization code", refuse("535 Login Fail. Please enter your authorization code to login."), mail.NeedsAppPassword},
		{"授权码", refuse("535 请使用授权码登录"), mail.NeedsAppPassword},
		{"not now", refuse("454 4.7.0 Temporary authentication failure"), mail.ServerTemporary},
		{"too many tries", refuse("421 4.7.0 Try again later"), mail.ServerTemporary},
		{"encryption", refuse("538 5.7.11 Encryption required"), mail.NoEncryption},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := start(t, mailtest.SMTPOptions{Users: users, SASL: []string{"PLAIN", "LOGIN"}, Script: c.script})
			r, err := send(t, s, message(bert))
			var e *submit.Error
			if !errors.As(err, &e) || e.Kind != c.kind || e.Doing != "log in" || r.State != mail.Deferred || states(r) != strings.TrimSpace(bert+" deferred "+e.Status) {
				t.Errorf("%v (%+v), %s", err, e, states(r))
			}
			if got := lines(s, "AUTH"); len(got) != 1 {
				t.Errorf("the password was tried %d times: %q", len(got), got)
			}
			if len(lines(s, "MAIL")) != 0 {
				t.Error("went on without login")
			}
		})
	}
}

func TestLoginFallsBack(t *testing.T) {
	for _, c := range []struct {
		name   string
		script mailtest.Script
		want   []string
	}{
		{"mechanism unknown after all", mailtest.On("AUTH CRAM-MD5", mailtest.Refuse("504 5.5.4", "unrecognized")), []string{"AUTH CRAM-MD5", "AUTH PLAIN "}},
		{"challenge is rubbish", mailtest.On("AUTH CRAM-MD5", mailtest.Instead("334 !Rubbish!")), []string{"AUTH CRAM-MD5", "AUTH PLAIN "}},
		{"CRAM-MD5 never works", mailtest.On("AUTH CRAM-MD5", mailtest.Refuse("535 5.7.8", "failed")), []string{"AUTH CRAM-MD5", "AUTH PLAIN "}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := start(t, mailtest.SMTPOptions{Users: users, SASL: []string{"PLAIN", "CRAM-MD5"}, RequireAuth: true, Script: c.script})
			r, err := send(t, s, message(bert))
			if err != nil || r.State != mail.SentOK {
				t.Fatalf("%v, %v", r, err)
			}
			got := lines(s, "AUTH")
			if len(got) != 2 || got[0] != c.want[0] || !strings.HasPrefix(got[1], c.want[1]) {
				t.Errorf("tried %q", got)
			}
		})
	}
}

func TestNoWayToLogIn(t *testing.T) {
	s := start(t, mailtest.SMTPOptions{})
	to := s.Server("anna")
	_, err := submit.Send(t.Context(), to, "x", wire.Options{}, message(bert), quietly)
	if mail.ProblemOf(err).Kind != mail.ServerPermanent || len(s.Messages()) != 0 {
		t.Errorf("got %v", err)
	}
	s = start(t, mailtest.SMTPOptions{Users: users, SASL: []string{"PLAIN"}})
	to = s.Server("anna")
	to.AllowPlaintext = false
	_, err = submit.Send(t.Context(), to, users["anna"], wire.Options{}, message(bert), quietly)
	if mail.ProblemOf(err).Kind != mail.NoEncryption || len(lines(s, "AUTH")) != 0 {
		t.Errorf("a password in the clear: %v, %q", err, lines(s, "AUTH"))
	}
}

func TestEncryptionIsNeverGivenUp(t *testing.T) {
	ca := mailtest.NewCA()
	file, err := ca.File(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		o    mailtest.SMTPOptions
		kind mail.Kind
	}{
		{"not offered", mailtest.SMTPOptions{TLS: ca.ServerTLS(), Without: []string{"STARTTLS"}, Users: users}, mail.NoEncryption},
		{"HELO only", mailtest.SMTPOptions{TLS: ca.ServerTLS(), Users: users, Script: mailtest.On("EHLO", mailtest.Refuse("502", "no"))}, mail.NoEncryption},
		{"refused for now", mailtest.SMTPOptions{TLS: ca.ServerTLS(), Users: users, Script: mailtest.On("STARTTLS", mailtest.Refuse("454", "TLS not available"))}, mail.ServerTemporary},
		{"refused", mailtest.SMTPOptions{TLS: ca.ServerTLS(), Users: users, Script: mailtest.On("STARTTLS", mailtest.Refuse("502", "no"))}, mail.ServerPermanent},
		{"words put in before", mailtest.SMTPOptions{TLS: ca.ServerTLS(), Users: users, Script: mailtest.On("STARTTLS", mailtest.Instead("220 go\r\n235 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n250 Accepted"))}, mail.Protocol},
		{"words put in before a refusal", mailtest.SMTPOptions{TLS: ca.ServerTLS(), Users: users, Script: mailtest.On("STARTTLS", mailtest.Instead("454 currently unavailable\r\n235 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n250 Accepted"))}, mail.ServerTemporary},
		{"unknown authority", mailtest.SMTPOptions{TLS: mailtest.NewCA().ServerTLS(), Users: users}, mail.UntrustedCertificate},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := start(t, c.o)
			to := s.Server("anna")
			to.Security, to.CAFile = mail.STARTTLS, file
			r, err := submit.Send(t.Context(), to, users["anna"], wire.Options{}, message(bert), quietly)
			if mail.ProblemOf(err).Kind != c.kind || r.State != mail.Deferred {
				t.Errorf("%s, %v", r.State, err)
			}
			if got := lines(s, "AUTH", "MAIL", "RCPT", "DATA"); len(got) != 0 {
				t.Errorf("said %q", got)
			}
		})
	}
}

func TestSize(t *testing.T) {
	s := start(t, mailtest.SMTPOptions{MaxSize: 30})
	r, err := send(t, s, message(bert))
	if p := mail.ProblemOf(err); p.Kind != mail.TooLarge || r.State != mail.Failed || len(lines(s, "MAIL")) != 0 {
		t.Errorf("%v, %v, said %q", r, err, lines(s, "MAIL"))
	}
	s = start(t, mailtest.SMTPOptions{MaxSize: 3000})
	if _, err := send(t, s, message(bert)); err != nil || !strings.HasSuffix(lines(s, "MAIL")[0], fmt.Sprint(" SIZE=", len(text))) {
		t.Errorf("%v, said %q", err, lines(s, "MAIL"))
	}
}

func TestAddressesBeyondASCII(t *testing.T) {
	m := submit.Message{From: "jörg@example.test", To: []string{"用户@例子.测试", "bob@straße.test"}, Raw: mail.Bytes(text)}
	s := start(t, mailtest.SMTPOptions{})
	if r, err := send(t, s, m); err != nil || r.State != mail.SentOK || !strings.Contains(lines(s, "MAIL")[0], "SMTPUTF8") {
		t.Errorf("%v, %v, %q", r, err, lines(s, "MAIL"))
	}
	if got := lines(s, "RCPT"); !slices.Equal(got, []string{"RCPT TO:<用户@xn--fsqu00a.xn--0zwm56d>", "RCPT TO:<bob@xn--strae-oqa.test>"}) {
		t.Errorf("said %q", got)
	}

	s = start(t, mailtest.SMTPOptions{Without: []string{"SMTPUTF8"}})
	m.From = anna
	r, err := send(t, s, m)
	if err != nil || states(r) != "用户@例子.测试 failed, bob@straße.test sent" || !strings.Contains(r.Problem.Said, "SMTPUTF8") {
		t.Errorf("%v, %s", err, states(r))
	}
	m.From = "jörg@example.test"
	if r, err := send(t, s, m); r.State != mail.Failed || mail.ProblemOf(err).Kind != mail.ServerPermanent || !strings.Contains(err.Error(), "SMTPUTF8") {
		t.Errorf("%v, %v", r, err)
	}
	if n := len(s.Messages()); n != 1 {
		t.Errorf("%d messages were taken", n)
	}
}

func TestCommandInjection(t *testing.T) {
	for _, evil := range []string{
		"x@y>\r\nRCPT TO:<victim@example.test", "x@y\r\nDATA", "x@y\nRSET", "x@y\rRSET", "x@y\x00", "x@y> NOTIFY=NEVER", "a b@y", "<x@y>", `"x@y`, "x@y\u0085", "",
	} {
		s := start(t, mailtest.SMTPOptions{})
		r, err := send(t, s, message(evil, bert))
		if err != nil || r.Recipients[0].State != mail.Failed || r.Recipients[1].State != mail.SentOK {
			t.Errorf("%q: %v, %v", evil, r, err)
		}
		if got := s.Messages(); len(got) != 1 || !slices.Equal(got[0].To, []string{bert}) {
			t.Errorf("%q: the server took %+v", evil, got)
		}
		if evil == "" {
			continue // the null path is a sender
		}
		m := message(bert)
		m.From = evil
		if r, err := send(t, s, m); err == nil || r.State != mail.Failed || len(s.Messages()) != 1 {
			t.Errorf("sender %q: %v, %v", evil, r, err)
		}
	}
	s := start(t, mailtest.SMTPOptions{})
	m := message(`"a b>c"@example.test`)
	m.From = ""
	if _, err := send(t, s, m); err != nil || lines(s, "MAIL")[0][:12] != "MAIL FROM:<>" {
		t.Errorf("%v, %q", err, lines(s))
	}
}

func TestBodyArrivesAsItIs(t *testing.T) {
	long := strings.Repeat("0123456789.\r\n..\r\n.\r\n", 20_000)
	for name, body := range map[string]string{
		"dots": ".\r\n..\r\n...\r\n.a\r\n\r\n.\r\n", "one dot": ".\r\n", "dot at the start": ".x\r\n", "long": long, "8bit": "\xff\xfe ü 汉\r\n",
		"dot at the end of a chunk": strings.Repeat("x", 4094) + "\r\n.\r\n" + strings.Repeat("y", 32<<10-3) + "\r\n.\r\n",
		"bare CR":                   "a\rb\r\n", "blanks": " \t \r\n \r\n\r\n\r\n",
	} {
		each(t, name, func(t *testing.T, o mailtest.SMTPOptions) {
			s := start(t, o)
			m := message(bert)
			m.Raw = mail.Bytes("Subject: x\r\n\r\n" + body)
			if _, err := send(t, s, m); err != nil {
				t.Fatal(err)
			}
			if got := s.Messages()[0].Raw; !bytes.Equal(got, m.Raw.(mail.Bytes)) {
				t.Errorf("%d octets arrived of %d", len(got), m.Raw.Size())
			}
		})
	}
}

func TestNotInFlightNotSent(t *testing.T) {
	each(t, "disk full", func(t *testing.T, o mailtest.SMTPOptions) {
		s := start(t, o)
		disk := errors.New("disk full")
		r, err := submit.Send(t.Context(), s.to, "", wire.Options{}, message(bert), func(context.Context) error { return disk })
		if !errors.Is(err, disk) || r.State != mail.Deferred || len(s.Messages()) != 0 {
			t.Errorf("%v, %v, %q", r, err, lines(s))
		}
	})
}

type halfRaw struct{ mail.Bytes }

func (h halfRaw) ReadAt(p []byte, off int64) (int, error) {
	if off >= 20 {
		return 0, io.ErrNoProgress
	}
	return h.Bytes[:20].ReadAt(p, off)
}

func TestUnreadableMessageIsNotEnded(t *testing.T) {
	for name, raw := range map[string]mail.Raw{"error": halfRaw{mail.Bytes(text)}, "short": shortRaw{mail.Bytes(text)}} {
		s := start(t, mailtest.SMTPOptions{})
		m := message(bert)
		m.Raw = raw
		r, err := send(t, s, m)
		if err == nil || r.State != mail.Deferred || len(s.Messages()) != 0 {
			t.Errorf("%s: %v, %v", name, r, err)
		}
	}
}

type shortRaw struct{ mail.Bytes }

func (s shortRaw) ReadAt(p []byte, off int64) (int, error) { return s.Bytes[:30].ReadAt(p, off) }
