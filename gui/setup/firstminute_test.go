package setup

import (
	"context"
	"strings"
	"testing"

	"poplar/gui/model"
	"poplar/mail"
)

func (e *engine) SignIn(_ context.Context, s model.SignIn) (string, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.signIns = append(e.signIns, s)
	if e.signFails != nil {
		return "", e.signFails
	}
	if s.Device {
		s.Show("https://login.example/device", "ABCD-1234")
	}
	return `{"refresh":"r"}`, nil
}

func (e *engine) Foreign(context.Context) []mail.Foreign { return e.foreign }

func (e *engine) TakeOver(_ context.Context, f mail.Foreign, password bool) (mail.Account, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	a := f.Account
	e.made++
	a.ID = mail.AccountID("taken" + string(rune('0'+e.made)))
	e.taken, e.withSecret = append(e.taken, f), append(e.withSecret, password)
	return a, nil
}

// The button beside a finding changes the settings and tests again; the account window shows the change.
func TestDoctorsButtonMends(t *testing.T) {
	b := start(t)
	b.e.stored = model.Secrets{mail.Incoming: "stored"}
	a := account()
	better := a.Incoming
	better.Port, better.Security = 995, mail.TLS
	p := &mail.Problem{Kind: mail.Protocol, Said: "this port does not begin with TLS"}
	b.e.findings = []mail.Finding{{Direction: mail.Incoming, Step: "encrypt", Problem: p, Verdict: &mail.Verdict{
		Reason: mail.WrongPort, Host: a.Incoming.Host, Port: "1", Other: "995", Fixes: []mail.Fix{{Do: mail.UseServer, Direction: mail.Incoming, Server: better}, {Do: mail.EditServer, Direction: mail.Incoming}},
	}}}
	a.Incoming.Port, a.Incoming.Security = 1, mail.STARTTLS
	w := b.account(&a, Options{})
	w.Test()
	b.until("told", func() bool { return len(w.doctor.side.Objects) > 0 })
	said := seen(w.doctor.side)
	for _, s := range []string{"Port 1 is not the right one", "Use port 995.", "this port does not begin with TLS"} {
		if !strings.Contains(said, s) {
			t.Errorf("it does not say %q:\n%s", s, said)
		}
	}
	b.e.mu.Lock()
	b.e.findings = findings(nil)
	b.e.mu.Unlock()
	b.tap(w.doctor.side, "Use port 995 with TLS")
	b.until("mended", func() bool { return len(b.e.tests) == 2 && !w.doctor.Diagnosis().Ended.IsZero() })
	if got := b.e.tests[1].Incoming; got.Port != 995 || got.Security != mail.TLS || w.in.port.Text() != "995" {
		t.Errorf("tested with %+v, the field shows %q", got, w.in.port.Text())
	}
	if w.doctor.Diagnosis().Problem() != nil || !strings.Contains(w.doctor.Diagnosis().Report(tr), "Name found") {
		t.Error("still not well")
	}
	w.doctor.Window.Close()
}

// A provider that takes no password is signed in to on its own page, and both servers are logged in to with what that gives.
func TestGuideSignsIn(t *testing.T) {
	b := start(t)
	b.e.findings = findings(nil)
	var told mail.Account
	f := found("table", "outlook.office365.com", "smtp-mail.outlook.com")
	f.Provider, f.OAuthOnly, f.HelpEN = "Outlook.com", true, "Sign in."
	f.Incoming.Auth, f.Outgoing.Auth = mail.AuthXOAuth2, mail.AuthXOAuth2
	g := b.guide(Options{OnSaved: func(a mail.Account) { told = a }}, func(context.Context, string, func(mail.Found)) ([]mail.Found, error) {
		return []mail.Found{f}, nil
	})
	begin(g, "anna@birch.example")
	b.until("told", func() bool { return len(g.signedIn.Objects) == 1 })
	if !g.Password.Disabled() {
		t.Error("a password is asked for that nobody wants")
	}
	g.Continue()
	if g.Page() != guideWho {
		t.Fatal("goes on without a sign-in")
	}
	done := false
	w := NewSignInWindow(b.app, b.e, b.q.Loop, g.form, model.PresetFor(f.Incoming.Host, f.Provider), func() { done = true })
	w.Begin(false)
	if w.id.Wrong() == "" || len(b.e.signIns) > 0 {
		t.Error("it begins without a client id")
	}
	fill(w.id, "my-own-id")
	b.e.signFails = &mail.Problem{Kind: mail.LoginRefused, Doing: "log in", Said: "access_denied"}
	w.Begin(false)
	b.until("refused", func() bool { return len(b.e.signIns) == 1 && strings.Contains(seen(w.notice), "access_denied") })
	if said := seen(w.notice); strings.Contains(said, "password") || !strings.Contains(said, "sign in once more and agree.") {
		t.Errorf("refused on the provider's page it says\n%s", said)
	}
	b.e.mu.Lock()
	b.e.signFails = nil
	b.e.mu.Unlock()
	w.Begin(true)
	b.until("signed in", func() bool { return done })
	s := b.e.signIns[1]
	if s.Account.OAuth.ClientID != "my-own-id" || s.Account.OAuth.Provider != "microsoft" || !s.Device || s.Account.Incoming.User != "anna@birch.example" {
		t.Errorf("%+v", s)
	}
	g.Continue()
	b.until("found", func() bool { return g.Page() == guideServers && g.search.Ended })
	g.Test()
	b.until("tested", func() bool { return g.finish.Visible() })
	if got := b.e.with[0][mail.Tokens]; got != `{"refresh":"r"}` {
		t.Errorf("tested with %q", b.e.with[0])
	}
	b.shows(g, "Everything is ready", "Incoming mail works", "Outgoing mail works", "All messages stay on the server; your other devices still get them.")
	g.Finish()
	b.until("saved", func() bool { return told.ID != "" })
	a := b.e.saved[0]
	if a.OAuth == nil || a.Incoming.Auth != mail.AuthXOAuth2 || a.Outgoing.Auth != mail.AuthXOAuth2 || b.e.secrets[0][mail.Tokens] == "" || b.e.secrets[0][mail.Incoming] != "" {
		t.Errorf("saved %+v with %v", a, b.e.secrets[0])
	}
}

func TestTakeOver(t *testing.T) {
	b := start(t)
	mine := account()
	b.e.accounts = []mail.Account{mine}
	other, third := mine, mine
	other.ID, other.Address = "", "anna@alder.example"
	third.ID, third.Address = "", "anna@elm.example"
	b.e.foreign = []mail.Foreign{
		{Program: "Thunderbird", Account: mine},
		{Program: "Thunderbird", Account: other, Held: make([]mail.LedgerRow, 7)},
		{Program: "Sylpheed", Account: third, Readable: true, Left: "No server for sending is set there"},
	}
	var told []string
	w := NewTakeOverWindow(b.app, b.e, b.q.Loop, Options{OnSaved: func(a mail.Account) { told = append(told, a.Address) }})
	w.Show()
	b.until("found", func() bool { return len(w.list) > 0 })
	said := seen(w.rows)
	if len(w.list) != 2 || !strings.Contains(said, "7 messages were retrieved there") || !strings.Contains(said, "No server for sending is set there.") || strings.Contains(said, mine.Address) {
		t.Fatalf("%d accounts:\n%s", len(w.list), said)
	}
	if w.password[0] != nil || w.password[1] == nil || w.password[1].On() {
		t.Error("a password is copied without a question")
	}
	w.password[1].SetOn(true)
	w.wanted[0].SetOn(false)
	w.Take()
	b.until("taken", func() bool { return len(told) == 1 })
	if len(b.e.taken) != 1 || b.e.taken[0].Account.Address != "anna@elm.example" || !b.e.withSecret[0] {
		t.Errorf("%+v %v", b.e.taken, b.e.withSecret)
	}
}

// Where nothing is found there is nothing to take over, and nothing to cancel.
func TestNothingToTakeOver(t *testing.T) {
	b := start(t)
	w := NewTakeOverWindow(b.app, b.e, b.q.Loop, Options{})
	w.Show()
	defer w.Window.Close()
	b.until("said", func() bool { return strings.Contains(seen(w.rows), "No accounts were found.") })
	if w.take.Visible() || w.leave.Label() != "Close" {
		t.Errorf("it offers to take over: %v, and %q", w.take.Visible(), w.leave.Label())
	}
}

// Fields about the way to the servers are checked where they are typed, and stored.
func TestProxyAndSecondName(t *testing.T) {
	b := start(t)
	a := account()
	a.Proxy = "socks5://anna@proxy.birch.example:1080"
	w := b.account(&a, Options{})
	if p := w.form.Proxy; p.Kind != model.ProxySOCKS || p.Host != "proxy.birch.example:1080" || p.User != "anna" || w.form.Changed() {
		t.Fatalf("opened as %+v", p)
	}
	for _, c := range []struct {
		field model.Field
		text  string
		wrong bool
	}{
		{model.FieldProxy, "no proxy at all", true},
		{model.FieldProxy, "proxy:99999", true},
		{model.FieldProxy, "proxy.alder.example:8080", false},
		{model.FieldInOther, "two words", true},
		{model.FieldInOther, "mail.outer.example:x", true},
		{model.FieldInOther, "mail.outer.example:1995", false},
		{model.FieldOutOther, "smtp.outer.example", false},
	} {
		f := w.fields[c.field]
		fill(f, c.text)
		if (f.Wrong() != "") != c.wrong {
			t.Errorf("%s %q: %q", c.field, c.text, f.Wrong())
		}
	}
	w.Save(nil)
	b.until("saved", func() bool { return w.closed })
	got := b.e.saved[0]
	if got.Proxy != "socks5://anna@proxy.alder.example:8080" || got.Incoming.OtherHost != "mail.outer.example" || got.Incoming.OtherPort != 1995 || got.Outgoing.OtherHost != "smtp.outer.example" || got.Outgoing.OtherPort != 0 {
		t.Errorf("saved %+v", got)
	}
}

func TestFindAgainKeepsThePassword(t *testing.T) {
	b := start(t)
	a := account()
	b.e.find = func(context.Context, string, func(mail.Found)) ([]mail.Found, error) {
		return []mail.Found{found("srv", "pop.new.example", "smtp.new.example")}, nil
	}
	w := b.account(&a, Options{})
	fill(&w.in.secret.Field, "typed")
	w.FindAgain()
	b.until("found", func() bool { return w.Notice() != nil })
	if w.in.host.Text() != "pop.new.example" || w.form.In.Password != "typed" || w.Notice().Title() != "Servers found" {
		t.Errorf("%q, %q", w.in.host.Text(), w.Notice().Title())
	}
	b.e.find = func(context.Context, string, func(mail.Found)) ([]mail.Found, error) {
		return nil, &mail.Problem{Kind: mail.Offline}
	}
	w.FindAgain()
	b.until("told", func() bool { return w.Notice() != nil && w.Notice().Title() == "The computer is offline" })
	if w.in.host.Text() != "pop.new.example" {
		t.Error("the settings are gone")
	}
}
