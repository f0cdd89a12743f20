package model

import (
	"encoding/pem"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"poplar/mail"
)

func account() mail.Account {
	a := mail.DefaultAccount()
	a.ID, a.Name, a.Address = "a1", "Anna", "anna@birch.example"
	a.Incoming.Host, a.Incoming.User = "mail.birch.example", "anna@birch.example"
	a.Outgoing = mail.Server{Host: "smtp.birch.example", Port: 587, Security: mail.STARTTLS, Auth: mail.AuthAuto}
	return a
}

// What is opened and saved without a touch comes out the same.
func TestFormKeepsWhatItWasGiven(t *testing.T) {
	full := account()
	full.Label, full.ReplyTo, full.Signature = "Work", "office@birch.example", "Anna\nBirch & Co"
	full.Keep = mail.Keep{Mode: mail.KeepDays, Days: 45}
	full.CheckMinutes, full.MaxSize, full.AskPassword = 0, 25<<20, true
	full.Incoming.Port, full.Incoming.Pins = 1995, []string{"aa", "bb"}
	full.Incoming.CAFile, full.Outgoing.CAFile = "/in.pem", "/out.pem"
	full.Outgoing.Auth, full.SameAsIncoming, full.Outgoing.User = mail.AuthLogin, false, "anna"
	plain := account()
	plain.Incoming.Security, plain.Incoming.Port, plain.Incoming.AllowPlaintext = mail.NoTLS, 110, true
	for _, a := range []mail.Account{account(), full, plain} {
		f := NewForm(a)
		got := f.Account()
		if gs, ws := jsonOf(t, got), jsonOf(t, a); gs != ws {
			t.Errorf("got  %s\nwant %s", gs, ws)
		}
		if f.Changed() {
			t.Errorf("%s: changed without a touch", a.Incoming.Addr())
		}
		if w := f.Wrong(); w != nil {
			t.Errorf("wrong: %v", w)
		}
	}
}

func TestPortFollowsSecurity(t *testing.T) {
	for _, c := range []struct {
		name string
		do   func(f *Form)
		in   string
		out  string
	}{
		{"as opened", func(*Form) {}, "995", "465"},
		{"follows", func(f *Form) {
			f.SetSecurity(mail.Incoming, mail.STARTTLS)
			f.SetSecurity(mail.Outgoing, mail.STARTTLS)
		}, "110", "587"},
		{"follows twice", func(f *Form) { f.SetSecurity(mail.Outgoing, mail.NoTLS); f.SetSecurity(mail.Outgoing, mail.TLS) }, "995", "465"},
		{"own port stays", func(f *Form) { f.SetPort(mail.Incoming, "1995"); f.SetSecurity(mail.Incoming, mail.NoTLS) }, "1995", "465"},
		{"emptied follows again", func(f *Form) {
			f.SetPort(mail.Incoming, "1995")
			f.SetPort(mail.Incoming, "")
			f.SetSecurity(mail.Incoming, mail.NoTLS)
		}, "110", "465"},
		{"the usual one typed follows again", func(f *Form) {
			f.SetPort(mail.Outgoing, "25")
			f.SetPort(mail.Outgoing, "465")
			f.SetSecurity(mail.Outgoing, mail.STARTTLS)
		}, "995", "587"},
		{"host with port", func(f *Form) { f.SetHost(mail.Incoming, " pop.x.org:1110 "); f.SetSecurity(mail.Incoming, mail.NoTLS) }, "1110", "465"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := NewForm(mail.DefaultAccount())
			c.do(f)
			if f.In.Port != c.in || f.Out.Port != c.out {
				t.Errorf("ports %s and %s, want %s and %s", f.In.Port, f.Out.Port, c.in, c.out)
			}
		})
	}
	f := NewForm(mail.DefaultAccount())
	f.SetPort(mail.Incoming, "")
	if got := f.Account().Incoming.Port; got != 995 {
		t.Errorf("an empty port became %d", got)
	}
}

func TestFormCheck(t *testing.T) {
	for _, c := range []struct {
		name  string
		do    func(f *Form)
		wrong []Field
	}{
		{"fine", func(*Form) {}, nil},
		{"no host", func(f *Form) { f.SetHost(mail.Incoming, "") }, []Field{FieldInHost}},
		{"address as host", func(f *Form) { f.SetHost(mail.Outgoing, "anna@x.org") }, []Field{FieldOutHost}},
		{"blank in host", func(f *Form) { f.SetHost(mail.Outgoing, "smtp x.org") }, []Field{FieldOutHost}},
		{"IPv6 host", func(f *Form) { f.SetHost(mail.Outgoing, "2001:db8::25") }, nil},
		{"link as host", func(f *Form) { f.SetHost(mail.Incoming, "https://pop.x.org/") }, nil},
		{"port", func(f *Form) { f.SetPort(mail.Incoming, "99999"); f.SetPort(mail.Outgoing, "x") }, []Field{FieldInPort, FieldOutPort}},
		{"user", func(f *Form) { f.In.User = " " }, []Field{FieldInUser}},
		{"own user", func(f *Form) { f.Same = false }, []Field{FieldOutUser, FieldOutSecret}},
		{"no authentication", func(f *Form) { f.Same, f.OutgoingAuth = false, false }, nil},
		{"days", func(f *Form) { f.Keep, f.Days = mail.KeepDays, "0" }, []Field{FieldDays}},
		{"days not used", func(f *Form) { f.Days = "x" }, nil},
		{"minutes", func(f *Form) { f.Minutes = "ten" }, []Field{FieldMinutes}},
		{"size", func(f *Form) { f.Limited, f.Megs = true, "-1" }, []Field{FieldSize}},
		{"size with comma", func(f *Form) { f.Limited, f.Megs = true, "1,5" }, nil},
		{"address", func(f *Form) { f.SetAddress("anna") }, []Field{FieldAddress}},
		{"reply to", func(f *Form) { f.ReplyTo = "office" }, []Field{FieldReplyTo}},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := NewForm(account())
			c.do(f)
			if got := f.Wrong(); !slices.Equal(got, c.wrong) {
				t.Errorf("wrong: %v, want %v", got, c.wrong)
			}
		})
	}
	fresh := NewForm(mail.DefaultAccount())
	if got := fresh.Check(FieldInSecret); got == "" {
		t.Error("a new account may be saved without a password")
	}
	fresh.Remember = false
	if got := fresh.Check(FieldInSecret); got != "" {
		t.Errorf("asked each time, yet: %s", got)
	}
}

func TestAddressCarriesUserAndServers(t *testing.T) {
	f := NewForm(mail.DefaultAccount())
	f.SetAddress("ann")
	f.SetAddress("anna＠birch.example")
	f.Suggest()
	a := f.Account()
	if a.Incoming.Host != "pop.birch.example" || a.Outgoing.Host != "smtp.birch.example" || a.Incoming.User != "anna@birch.example" {
		t.Errorf("suggested %+v", a)
	}
	f.SetHost(mail.Incoming, "mail.birch.example")
	f.In.User = "anna"
	f.SetAddress("anna.l@birch.example")
	f.Suggest()
	if f.In.Host != "mail.birch.example" || f.In.User != "anna" {
		t.Errorf("what the person typed was overwritten: %+v", f.In)
	}
}

func TestTrustIsForOneHost(t *testing.T) {
	f := NewForm(account())
	f.Trust(mail.Certificate{Host: "MAIL.birch.example", SHA256: "ab"})
	a := f.Account()
	if !slices.Equal(a.Incoming.Pins, []string{"ab"}) || a.Outgoing.Pins != nil {
		t.Errorf("pins %v and %v", a.Incoming.Pins, a.Outgoing.Pins)
	}
	if !f.Changed() {
		t.Error("trust is no change to save")
	}
	f.SetHost(mail.Incoming, "other.example")
	if got := f.Account().Incoming.Pins; got != nil {
		t.Errorf("another host has the pins %v", got)
	}
	f.Trust(mail.Certificate{Host: "other.example", SHA256: "cd"})
	if got := f.Account().Incoming.Pins; !slices.Equal(got, []string{"cd"}) {
		t.Errorf("the new host has the pins %v", got)
	}
	f.Distrust("cd")
	if got := f.Pins(); len(got) != 0 {
		t.Errorf("still trusted: %v", got)
	}
}

func TestSecrets(t *testing.T) {
	f := NewForm(account())
	if !f.NeedsStored() {
		t.Error("a test without typed password needs the stored one")
	}
	f.In.Password, f.Out.Password = "in", "out"
	if s := f.Secrets(); len(s) != 1 || s[mail.Incoming] != "in" {
		t.Errorf("with same settings: %d secrets", len(s))
	}
	f.Same = false
	if s := f.Secrets(); s[mail.Outgoing] != "out" {
		t.Error("the outgoing server's own password is lost")
	}
}

func TestClear(t *testing.T) {
	f := NewForm(account())
	if f.Clear(mail.Incoming) != "" {
		t.Error("TLS is not in the clear")
	}
	f.SetSecurity(mail.Incoming, mail.NoTLS)
	refused := f.Clear(mail.Incoming)
	f.In.Plain = true
	if allowed := f.Clear(mail.Incoming); refused == "" || allowed == "" || allowed == refused {
		t.Errorf("refused %q, allowed %q", refused, allowed)
	}
	if !f.Account().Incoming.AllowPlaintext {
		t.Error("the permission is not in the account")
	}
	f.SetSecurity(mail.Incoming, mail.TLS)
	f.SetSecurity(mail.Incoming, mail.NoTLS)
	if f.In.Plain {
		t.Error("the permission outlived the choice of TLS")
	}
}

func TestCheckCA(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, src []byte) string {
		p := filepath.Join(dir, name)
		if err := os.WriteFile(p, src, 0o600); err != nil {
			t.Fatal(err)
		}
		return p
	}
	good := write("ca.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: []byte("x")}))
	key := write("key.pem", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte("x")}))
	for path, want := range map[string]bool{"": true, good: true, key: false, write("x", []byte("hello")): false, dir: false, dir + "/none": false} {
		if got := CheckCA(path); (got == "") != want {
			t.Errorf("%s: %q", filepath.Base(path), got)
		}
	}
}

func TestDiagnosis(t *testing.T) {
	cert := &mail.Certificate{Host: "smtp.birch.example", SHA256: "ab"}
	d := &Diagnosis{Account: account(), Started: time.Date(2026, 11, 22, 14, 31, 0, 0, time.UTC), Findings: []mail.Finding{
		{Direction: mail.Incoming, Step: "resolve", OK: true, Took: 18 * time.Millisecond, Said: "192.0.2.25"},
		{Direction: mail.Incoming, Step: "log in", OK: true, Took: 132 * time.Millisecond},
		{
			Direction: mail.Outgoing, Step: "encrypt", Took: 1500 * time.Millisecond, Said: "x509: unknown authority",
			Problem: &mail.Problem{Kind: mail.UntrustedCertificate, Where: "smtp.birch.example:587", Certificate: cert},
		},
	}}
	if got := d.Summary(english); got != "This takes a few seconds." {
		t.Errorf("while running: %q", got)
	}
	d.Ended, d.Err = d.Started.Add(2*time.Second), d.Findings[2].Problem
	if got := d.Summary(english); got != "Incoming mail works. Outgoing mail: certificate not trusted." {
		t.Errorf("summary %q", got)
	}
	if p := d.Problem(); p == nil || p.Certificate != cert {
		t.Errorf("problem %v", p)
	}
	want := `Poplar tested anna@birch.example on 2026-11-22 14:31:00 +0000

Incoming · mail.birch.example:995
✓ Name found, 18 ms: 192.0.2.25
✓ Logged in, 132 ms

Outgoing · smtp.birch.example:587
✗ Certificate not trusted, 1.5 s: x509: unknown authority
  The server's certificate cannot be verified. Trust it only if you know this server.
`
	if got := d.Report(english); got != want {
		t.Errorf("report:\n%s\nwant:\n%s", got, want)
	}
	if d.Took(mail.Incoming) != 150*time.Millisecond {
		t.Errorf("took %v", d.Took(mail.Incoming))
	}
	fine := &Diagnosis{Findings: d.Findings[:2], Ended: d.Ended}
	if got := fine.Summary(english); got != "Both servers answer." || fine.Problem() != nil {
		t.Errorf("all fine, yet %q, %v", got, fine.Problem())
	}
}
