package setup

import (
	"context"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"poplar/gui/kit"
	"poplar/gui/model"
	"poplar/mail"
)

// provider signs everybody in.
type provider struct {
	tester
	asked model.SignIn
}

func (p *provider) SignIn(_ context.Context, s model.SignIn) (string, error) {
	p.asked = s
	return `{"refresh":"own"}`, nil
}

// The own server of a name is signed in to on its provider's page, and the account's sign-in stays what it was.
func TestOwnServerSignsIn(t *testing.T) {
	app := test.NewTempApp(t)
	app.Settings().SetTheme(kit.NewTheme())
	kit.SetLanguage("en")
	p, q := &provider{}, kit.NewQueue()
	account := mail.DefaultAccount()
	account.ID, account.Address, account.Incoming.User = "a", "a@x.org", "a"
	account.OAuth = &mail.OAuth{Provider: "microsoft", ClientID: "the account's"}
	w := &AccountWindow{p: p, form: model.NewForm(account)}
	w.frame = newFrame(app, q.Loop, "", fyne.NewSize(400, 300), nil)
	defer w.Window.Close()
	x := w.newThrough(mail.Identity{}, func() string { return "sales@gmail.com" })
	x.choice.Choose(2)
	x.chosen(2)
	win := x.window
	win.fields[model.FieldOutHost].OnChanged("smtp.gmail.com")
	choose := func(a mail.Auth) {
		i := indexOf(win.loginChoices, a)
		win.login.Choose(i)
		win.form.Out.Auth = a
		win.shown()
	}
	choose(mail.AuthXOAuth2)
	if win.secret.Visible() || !win.signIn.Visible() || win.signedIn.Text() != "Sign in on the provider's page first." {
		t.Errorf("a password field %v, %q", win.secret.Visible(), win.signedIn.Text())
	}
	win.Apply()
	if x.server != nil {
		t.Fatal("taken without a sign-in")
	}
	sign := NewSignInWindow(app, p, q.Loop, win.form, model.PresetFor(win.form.Out.Host, "sales@gmail.com"), win.shown)
	if sign.id.Text() != "" || sign.chosen != model.PresetGoogle {
		t.Errorf("it begins with %q of %d", sign.id.Text(), sign.chosen)
	}
	fill(sign.id, "my own")
	sign.Begin(false)
	if !q.Until(5*time.Minute, func() bool { return sign.finished }) {
		t.Fatal("not signed in")
	}
	if s := p.asked.Account; s.Incoming.User != "sales@gmail.com" || s.OAuth.ClientID != "my own" {
		t.Errorf("asked for %q with %+v", s.Incoming.User, s.OAuth)
	}
	if win.signedIn.Text() != "Signed in on the provider's page" {
		t.Errorf("it says %q", win.signedIn.Text())
	}
	win.Test()
	if !q.Until(5*time.Minute, func() bool { return !win.findings.Ended.IsZero() }) {
		t.Fatal("the test does not end")
	}
	if a := p.account; a.OAuth == nil || a.OAuth.ClientID != "my own" || !a.SMTP().Token() || p.secrets[a.TokensOf(mail.Outgoing)] != `{"refresh":"own"}` {
		t.Errorf("tried with %+v", a.OAuth)
	}
	win.Apply()
	o := x.own()
	if o == nil || o.OAuth == nil || o.OAuth.Provider != "google" || o.SameAsAccount || o.User != "sales@gmail.com" {
		t.Fatalf("taken: %+v", o)
	}
	x.keep()
	w.form.Identities = []mail.Identity{{Address: "sales@gmail.com", Own: o}}
	if got := w.form.Secrets(); got[o.Direction()] != `{"refresh":"own"}` || got[mail.Tokens] != "" || w.form.Account().OAuth.ClientID != "the account's" {
		t.Errorf("kept under %d directions", len(got))
	}

	// Opened again there is nothing to be done; a password in its place must be typed.
	x.typed = nil
	x.edit()
	win = x.window
	if win.signedIn.Text() != "Signed in on the provider's page" || win.form.Check(model.FieldOutSecret) != "" {
		t.Errorf("opened again it says %q", win.signedIn.Text())
	}
	choose(mail.AuthPlain)
	if !win.secret.Visible() || win.signIn.Visible() || win.form.Check(model.FieldOutSecret) == "" {
		t.Error("no password is asked for")
	}
	fill(&win.secret.Field, "typed")
	win.Apply()
	if o := x.own(); o.OAuth != nil || x.typed[o.Direction()] != "typed" {
		t.Errorf("taken: %+v", o)
	}
}
