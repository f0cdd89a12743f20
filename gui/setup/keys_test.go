package setup

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"poplar/gui/kit"
	"poplar/gui/model"
	"poplar/mail"
	"poplar/settings"
)

// wrongPort is a test that fails at a port, with a button that mends it.
func wrongPort(a mail.Account) []mail.Finding {
	better := a.Incoming
	better.Port = 995
	p := &mail.Problem{Kind: mail.Unreachable, Said: "refused"}
	return []mail.Finding{{Direction: mail.Incoming, Step: "connect", Problem: p, Verdict: &mail.Verdict{
		Reason: mail.WrongPort, Other: "995", Fixes: []mail.Fix{{Do: mail.UseServer, Direction: mail.Incoming, Server: better}, {Do: mail.EditServer, Direction: mail.Incoming}},
	}}}
}

// Enter does what is likeliest to help, in the guide and in the doctor's window.
func TestEnterPressesWhatHelps(t *testing.T) {
	b := start(t)
	enter := &fyne.KeyEvent{Name: fyne.KeyReturn}
	g := b.guide(Options{}, func(context.Context, string, func(mail.Found)) ([]mail.Found, error) {
		return []mail.Found{found("srv", "pop.birch.example", "smtp.birch.example")}, nil
	})
	who(g, "anna@birch.example")
	b.until("found", func() bool { return g.search.Ended && g.Page() == guideServers })
	b.e.findings = wrongPort(g.form.Account())
	g.Test()
	b.until("tested", func() bool { return g.anyway.Visible() })
	b.e.mu.Lock()
	b.e.findings = findings(nil)
	b.e.mu.Unlock()
	g.Key(enter)
	b.until("mended", func() bool { return len(b.e.tests) == 2 && g.finish.Visible() })

	a := account()
	a.Incoming.Port = 1
	b.e.stored = model.Secrets{mail.Incoming: "stored"}
	b.e.findings = wrongPort(a)
	w := b.account(&a, Options{})
	w.Test()
	defer w.doctor.Window.Close()
	key := w.doctor.Window.Canvas().OnTypedKey()
	key(enter) // there is nothing to press yet
	b.until("told", func() bool { return len(w.doctor.side.Objects) > 0 && !w.doctor.d.Ended.IsZero() })
	w.doctor.conversation()
	key(enter) // what it would press is out of sight
	if len(b.e.tests) != 3 {
		t.Errorf("%d tests", len(b.e.tests))
	}
	w.doctor.conversation()
	key(enter)
	b.until("mended", func() bool { return len(b.e.tests) == 4 && !w.doctor.d.Ended.IsZero() })
	if got := b.e.tests[3].Incoming.Port; got != 995 {
		t.Errorf("tested at port %d", got)
	}
}

// Going back gives the keyboard to the field that was left.
func TestBackGivesTheKeyboardBack(t *testing.T) {
	b := start(t)
	w := b.app.NewWindow("")
	defer w.Close()
	b.e.find = func(context.Context, string, func(mail.Found)) ([]mail.Found, error) {
		return []mail.Found{found("srv", "pop.birch.example", "smtp.birch.example")}, nil
	}
	g := NewFirstStart(w, b.e, b.q.Loop, Options{})
	defer g.Close()
	kit.SetContent(w, g.Content())
	defer kit.Forget(w)
	who(g, "anna@birch.example")
	b.until("found", func() bool { return g.search.Ended && g.Page() == guideServers })
	for _, want := range []fyne.Focusable{g.Password.Entry, g.First.Entry} {
		g.Key(&fyne.KeyEvent{Name: fyne.KeyEscape})
		if got := w.Canvas().Focused(); got != want {
			t.Errorf("on page %d the keyboard goes to %v", g.Page(), got)
		}
	}
	if g.First.Text() != "anna@birch.example" || g.Password.Text() != "secret" {
		t.Errorf("%q and %q are left", g.First.Text(), g.Password.Text())
	}
}

// The conversation stands in place of the advice; who then asks about a step sees the advice again.
func TestConversationTakesTheAdvicesPlace(t *testing.T) {
	b := start(t)
	a := account()
	b.e.stored = model.Secrets{mail.Incoming: "stored"}
	b.e.findings = findings(nil)
	w := b.account(&a, Options{})
	w.Test()
	defer w.doctor.Window.Close()
	b.until("tested", func() bool { return !w.doctor.Diagnosis().Ended.IsZero() })
	w.doctor.conversation()
	if w.doctor.told.Visible() || !w.doctor.log.Visible() {
		t.Error("the two lie over each other")
	}
	w.doctor.steps.rows[0].Tapped(nil)
	if !w.doctor.told.Visible() || w.doctor.log.Visible() || w.doctor.talk.Label() != kit.T("Show conversation with server") {
		t.Error("the advice is not seen")
	}
}

// A test says what it waits for; when that takes long it says so, and it can be stopped.
func TestSlowServerIsTold(t *testing.T) {
	b := start(t)
	var after []func()
	g := b.guide(Options{}, func(context.Context, string, func(mail.Found)) ([]mail.Found, error) {
		return []mail.Found{found("srv", "pop.birch.example", "smtp.birch.example")}, nil
	})
	who(g, "anna@birch.example")
	b.until("found", func() bool { return g.search.Ended && g.Page() == guideServers })
	g.later = func(d time.Duration, f func()) func() {
		if d == patience {
			after = append(after, f)
		}
		return func() {}
	}
	b.e.findings = findings(nil)
	g.Test()
	if said := seen(g.Content()); !strings.Contains(said, "Looking up the server's name…") || strings.Contains(said, "takes its time") {
		t.Errorf("it says\n%s", said)
	}
	if len(after) != 1 {
		t.Fatalf("%d waits", len(after))
	}
	after[0]()
	if said := seen(g.Content()); !strings.Contains(said, "The server takes its time.") {
		t.Errorf("when it takes long it says\n%s", said)
	}
	g.Back()
	if g.Page() != guideServers {
		t.Errorf("page %d", g.Page())
	}
	b.q.Run()
	if g.Page() != guideServers || slices.Contains(b.e.letters, true) {
		t.Error("what was stopped goes on")
	}
}

// Servers without encryption work, and it is said what that means.
func TestReadyWithoutEncryptionWarns(t *testing.T) {
	for _, security := range []mail.Security{mail.TLS, mail.NoTLS} {
		b := start(t)
		f := found("autoconfig", "pop.birch.example", "smtp.birch.example")
		f.Outgoing.Security = security
		g := b.guide(Options{}, func(context.Context, string, func(mail.Found)) ([]mail.Found, error) { return []mail.Found{f}, nil })
		b.e.findings = findings(nil)
		who(g, "anna@birch.example")
		b.until("found", func() bool { return g.search.Ended && g.Page() == guideServers })
		g.Test()
		if security == mail.NoTLS {
			b.tap(g.win.Canvas().Overlays().Top(), "Test anyway")
		}
		b.until("tested", func() bool { return g.finish.Visible() })
		if said := seen(g.Content()); strings.Contains(said, "Not everything is encrypted") != (security == mail.NoTLS) {
			t.Errorf("%s: it says\n%s", security, said)
		}
	}
}

// A pasted address with a name fills both fields; a slip is pointed out and mended; an address that has an account is
// told of.
func TestAddressIsUnderstood(t *testing.T) {
	b := start(t)
	asked := func() []string { return slices.Clone(b.e.looked) }
	g := b.guide(Options{}, func(context.Context, string, func(mail.Found)) ([]mail.Found, error) {
		return nil, &mail.Problem{Kind: mail.NoSuchHost}
	})
	begin(g, "Anna Lindqvist <Anna@BIRCH.example>")
	if g.Page() != guideWho || g.Name.Text() != "Anna Lindqvist" || g.Address.Text() != "Anna@birch.example" {
		t.Fatalf("page %d: %q %q", g.Page(), g.Name.Text(), g.Address.Text())
	}
	if said := seen(g.catch); !strings.Contains(said, "There is an account with this address already") {
		t.Errorf("of the account that is there it says\n%s", said)
	}
	b.until("looked", func() bool { return g.search.Ended })
	fill(g.Address, "anna@gamil.com")
	said := seen(g.catch)
	if !strings.Contains(said, "Did you mean anna@gmail.com?") || strings.Contains(said, "already") {
		t.Errorf("of the slip it says\n%s", said)
	}
	b.until("looked again", func() bool { return g.search.Ended })
	g.catch.Objects[0].(*kit.Bar).Do(0)
	if g.Address.Text() != "anna@gmail.com" || strings.Contains(seen(g.catch), "Did you mean") {
		t.Errorf("%q after\n%s", g.Address.Text(), seen(g.catch))
	}
	b.until("looked for what was meant", func() bool { return g.search.Ended })
	if got := asked(); !slices.Equal(got, []string{"Anna@birch.example", "anna@gamil.com", "anna@gmail.com"}) {
		t.Errorf("asked for %q", got)
	}
}

// shut is why the keyring gives nothing.
func (e *engine) shut() error {
	if e.absent {
		return settings.ErrAbsent
	}
	return settings.ErrLocked
}

// Without a keyring the doctor goes as far as it can; one that was shut is not knocked at again. Neither speaks of
// another password where there was none.
func TestDoctorWithoutAKeyring(t *testing.T) {
	for _, absent := range []bool{false, true} {
		b := start(t)
		b.e.absent = absent
		kind, reason := mail.KeyringLocked, mail.KeyringShut
		if absent {
			kind, reason = mail.KeyringAbsent, mail.KeyringMissing
		}
		a := account()
		b.e.findings = []mail.Finding{
			{Direction: mail.Incoming, Step: "greeting", OK: true},
			{Direction: mail.Incoming, Step: "log in", Problem: &mail.Problem{Kind: kind}, Verdict: &mail.Verdict{Reason: reason, Fixes: []mail.Fix{{Do: mail.TypePassword}}}},
		}
		w := b.account(&a, Options{})
		w.Test()
		b.until("told", func() bool { return !w.doctor.Diagnosis().Ended.IsZero() })
		if n := len(b.e.tests); (n == 1) != absent {
			t.Errorf("absent %v: %d tests", absent, n)
		}
		if said := seen(w.doctor.side); !strings.Contains(said, "Enter password…") {
			t.Errorf("absent %v: it says\n%s", absent, said)
		}
		w.doctor.Window.Close()
	}
}

// Enter is the main button of the account's window, in whatever field it is pressed.
func TestEnterSavesAnAccount(t *testing.T) {
	b := start(t)
	a := account()
	w := b.account(&a, Options{})
	enter := &fyne.KeyEvent{Name: fyne.KeyReturn}
	fill(w.in.host, "two words")
	w.Window.Canvas().Focus(w.in.host.Entry)
	w.in.host.Entry.TypedKey(enter)
	if w.closed || w.in.host.Wrong() == "" || len(b.e.saved) > 0 {
		t.Fatal("what is wrong was saved")
	}
	fill(w.in.host, "pop.birch.example")
	w.in.host.Entry.TypedKey(enter)
	b.until("saved", func() bool { return w.closed })
	if got := b.e.saved[0].Incoming.Host; got != "pop.birch.example" {
		t.Errorf("saved %q", got)
	}
}
