package setup

import (
	"context"
	"errors"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"poplar/gui/kit"
	"poplar/gui/model"
	"poplar/mail"
)

// tester tries a server as it is told to.
type tester struct {
	book
	account mail.Account
	secrets model.Secrets
	err     error
}

func (s *tester) TestSending(_ context.Context, a mail.Account, secrets model.Secrets, report func(mail.Finding)) error {
	s.account, s.secrets = a, secrets
	report(mail.Finding{Direction: mail.Outgoing, Step: "connect", OK: s.err == nil, Problem: mail.ProblemOf(s.err)})
	return s.err
}

func TestOwnServerOfAnIdentity(t *testing.T) {
	app := test.NewTempApp(t)
	app.Settings().SetTheme(kit.NewTheme())
	kit.SetLanguage("en")
	p, q := &tester{}, kit.NewQueue()
	account := mail.DefaultAccount()
	account.ID, account.Address, account.Incoming.User = "a", "a@x.org", "a"
	w := &AccountWindow{p: p, form: model.NewForm(account)}
	w.frame = newFrame(app, q.Loop, "", fyne.NewSize(400, 300), nil)
	defer w.Window.Close()

	address := "sales@x.org"
	x := w.newThrough(mail.Identity{}, func() string { return address })
	if x.own() != nil || x.via() != "" || x.row.Visible() {
		t.Error("a new identity does not go through its account's server")
	}
	x.choice.Choose(2)
	x.chosen(2)
	win := x.window
	if win == nil {
		t.Fatal("no window")
	}
	done := func() {
		t.Helper()
		if !q.Until(5*time.Minute, func() bool { return !win.findings.Ended.IsZero() }) {
			t.Fatal("the test does not end")
		}
	}
	// What is missing or wrong is told, and nothing is taken.
	win.fields[model.FieldOutPort].OnChanged("99999")
	win.Apply()
	if x.server != nil || win.fields[model.FieldOutPort].Wrong() == "" || win.secret.Wrong() == "" {
		t.Errorf("wrong fields were taken: %+v", x.server)
	}
	win.fields[model.FieldOutPort].OnChanged("2525")
	win.fields[model.FieldOutHost].OnChanged("mail.x.org")
	win.secret.OnChanged("hidden")
	p.err = &mail.Problem{Kind: mail.Unreachable, Where: "mail.x.org:2525", Doing: "connect", Err: errors.New("refused")}
	win.Test()
	done()
	if !win.result.Visible() || win.result.Title() == "" || len(win.steps.rows) != 1 {
		t.Errorf("the failure is not told: %q", win.result.Title())
	}
	if s := p.account.SMTP(); s.Host != "mail.x.org" || s.Port != 2525 || s.User != "sales@x.org" || p.account.Address != "sales@x.org" ||
		p.secrets[p.account.SecretOf(mail.Outgoing)] != "hidden" {
		t.Errorf("tried %+v with %v", s, p.account.SecretOf(mail.Outgoing))
	}
	p.err = nil
	win.Test()
	done()
	if win.result.Title() != "The server answers" {
		t.Errorf("the result is %q", win.result.Title())
	}
	win.Apply()
	o := x.own()
	if x.window != nil || o == nil || o.Host != "mail.x.org" || !o.OutgoingAuth || o.ID == "" || x.words.Text() != "mail.x.org:2525 · TLS" {
		t.Fatalf("taken: %+v, %q", o, x.words.Text())
	}
	if len(w.form.Secrets()) != 0 {
		t.Error("the password is the account's before the identity is")
	}
	x.keep()
	w.form.Identities = []mail.Identity{{Address: address, Own: o}}
	if got := w.form.Secrets(); got[o.Direction()] != "hidden" || !w.form.Changed() {
		t.Errorf("the password is lost: %d", len(got))
	}
	w.form.Identities = nil
	if len(w.form.Secrets()) != 0 {
		t.Error("the password of an identity that is gone would be stored")
	}

	// One that is opened again keeps its id, and asks for no password; another login takes it off.
	x.edit()
	x.window.same.Choose(0)
	x.window.form.Same = true
	x.window.shown()
	x.window.Apply()
	if n := x.own(); n.ID != o.ID || !n.SameAsAccount || n.User != "" {
		t.Errorf("changed: %+v", n)
	}
	// The window that is closed without a server leaves the choice as it was.
	y := w.newThrough(mail.Identity{Via: "b"}, func() string { return "" })
	y.choice.Choose(2)
	y.chosen(2)
	y.window.Window.Close()
	if y.via() != "b" || y.own() != nil {
		t.Errorf("via %q, %+v", y.via(), y.own())
	}
	// With the account's window it goes, too.
	x.edit()
	w.cancel()
	if !q.Until(5*time.Minute, func() bool { return x.window == nil }) {
		t.Error("the window stays without its account's")
	}
}
