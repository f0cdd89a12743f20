package model

import (
	"testing"

	"poplar/mail"
)

func TestWaitingNamesWhatIsNext(t *testing.T) {
	said := func(steps ...string) []mail.Finding {
		var list []mail.Finding
		for _, s := range steps {
			dir := mail.Incoming
			if s[0] == '>' {
				dir, s = mail.Outgoing, s[1:]
			}
			ok := s[0] != '!'
			if !ok {
				s = s[1:]
			}
			list = append(list, mail.Finding{Direction: dir, Step: s, OK: ok})
		}
		return list
	}
	for _, c := range []struct {
		name     string
		in, out  mail.Security
		findings []mail.Finding
		dir      mail.Direction
		title    string
	}{
		{"at the start", mail.TLS, mail.TLS, nil, mail.Incoming, "Looking up the server's name…"},
		{"found", mail.TLS, mail.TLS, said("resolve"), mail.Incoming, "Connecting…"},
		{"connected", mail.TLS, mail.TLS, said("resolve", "connect"), mail.Incoming, "Encrypting the connection…"},
		{"connected in the clear", mail.NoTLS, mail.TLS, said("resolve", "connect"), mail.Incoming, "Waiting for the greeting…"},
		{"encrypted", mail.TLS, mail.TLS, said("connect", "encrypt"), mail.Incoming, "Waiting for the greeting…"},
		{"able", mail.TLS, mail.TLS, said("greeting", "capabilities"), mail.Incoming, "Logging in…"},
		{"logged in", mail.TLS, mail.TLS, said("log in"), mail.Incoming, "Opening the mailbox…"},
		{"the first side is done", mail.TLS, mail.TLS, said("mailbox"), mail.Outgoing, "Looking up the server's name…"},
		{"the first side failed", mail.TLS, mail.TLS, said("!greeting"), mail.Outgoing, "Looking up the server's name…"},
		{"greeted, STARTTLS to come", mail.TLS, mail.STARTTLS, said("mailbox", ">connect", ">greeting"), mail.Outgoing, "Encrypting the connection…"},
		{"greeted under TLS", mail.TLS, mail.TLS, said("mailbox", ">encrypt", ">greeting"), mail.Outgoing, "Asking what the server can do…"},
		{"able to send", mail.TLS, mail.TLS, said("mailbox", ">capabilities"), mail.Outgoing, "Logging in…"},
		{"may send", mail.TLS, mail.TLS, said("mailbox", ">log in"), mail.Outgoing, "Trying the sender's address…"},
		{"a letter follows", mail.TLS, mail.TLS, said("mailbox", ">sender"), mail.Outgoing, "Sending a message to yourself…"},
		{"the letter is on its way", mail.TLS, mail.TLS, said("mailbox", ">sender", ">send"), mail.Incoming, "Waiting for it to arrive…"},
		{"the letter is here", mail.TLS, mail.TLS, said("mailbox", ">sender", ">send", "retrieve"), mail.Incoming, "Deleting it again…"},
	} {
		a := mail.DefaultAccount()
		a.Incoming.Security, a.Outgoing.Security = c.in, c.out
		d := &Diagnosis{Account: a, Findings: c.findings}
		if dir, title, detail := d.Waiting(plainTr); dir != c.dir || title != c.title || detail == "" {
			t.Errorf("%s: %s %q %q, want %s %q", c.name, dir, title, detail, c.dir, c.title)
		}
	}
}

func TestShareGrows(t *testing.T) {
	d := &Diagnosis{Account: mail.DefaultAccount()}
	last := float32(-1)
	for _, f := range []mail.Finding{
		{Direction: mail.Incoming, Step: "resolve", OK: true},
		{Direction: mail.Incoming, Step: "connect"},
		{Direction: mail.Outgoing, Step: "resolve", OK: true},
		{Direction: mail.Outgoing, Step: "connect", OK: true},
	} {
		if s := d.Share(); s <= last || s >= 1 {
			t.Errorf("%d steps are %v after %v", len(d.Findings), s, last)
		} else {
			last = s
		}
		d.Findings = append(d.Findings, f)
	}
}

func TestSumsSayHowLargeAMessageMayBe(t *testing.T) {
	zh := map[string]string{"messages up to %s": "单封上限 %s", "Log in accepted, %s": "身份验证通过，%s", "no %s": "不支持 %s"}
	for _, c := range []struct {
		offers string
		login  bool
		en, zh string
	}{
		{"AUTH PLAIN, messages up to 50.0 MB", true, "Log in accepted, messages up to 50.0 MB", "身份验证通过，单封上限 50.0 MB"},
		{"AUTH PLAIN, no SIZE", true, "Log in accepted", "Log in accepted"},
		{"no AUTH, messages up to 50.0 MB", false, "Messages up to 50.0 MB", "单封上限 50.0 MB"},
		{"no AUTH, no SIZE", false, "", ""},
	} {
		d := &Diagnosis{Account: mail.DefaultAccount(), Findings: []mail.Finding{
			{Direction: mail.Incoming, Step: "mailbox", OK: true, Said: "12 messages, 18 KB, UIDL, TOP"},
			{Direction: mail.Outgoing, Step: "capabilities", OK: true, Said: c.offers},
		}}
		if c.login {
			d.Findings = append(d.Findings, mail.Finding{Direction: mail.Outgoing, Step: "log in", OK: true})
		}
		if got := d.Sums(plainTr)[1].Detail; got != c.en {
			t.Errorf("%s: %q, want %q", c.offers, got, c.en)
		}
		tr := func(s string, args ...any) string {
			if z := zh[s]; z != "" {
				s = z
			}
			return plainTr(s, args...)
		}
		if got := d.Sums(tr)[1].Detail; got != c.zh {
			t.Errorf("%s: %q, want %q", c.offers, got, c.zh)
		}
	}
}
