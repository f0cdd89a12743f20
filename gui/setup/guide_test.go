package setup

import (
	"testing"

	"fyne.io/fyne/v2"

	"poplar/gui/kit"
	"poplar/gui/model"
	"poplar/mail"
)

func TestGuideLeadsToAnAccount(t *testing.T) {
	b := start(t)
	b.e.findings = findings(nil)
	var told mail.Account
	w := b.app.NewWindow("")
	defer w.Close()
	g := NewFirstStart(w, b.e, b.q.Loop, Options{OnSaved: func(a mail.Account) { told = a }})
	defer g.Close()
	kit.SetContent(w, g.Content())
	defer kit.Forget(w)
	g.Continue()
	if g.Page() != guideAddress || g.First.Wrong() == "" {
		t.Fatal("goes on without an address")
	}
	begin(g, "anna@birch.example")
	if g.Page() != guideWho || g.Address.Text() != "anna@birch.example" || w.Canvas().Focused() != fyne.Focusable(g.Name.Entry) {
		t.Fatal("the address does not lead to name and password")
	}
	fill(g.Name, "Anna")
	g.Continue()
	if g.Page() != guideWho || g.Password.Wrong() == "" {
		t.Fatal("goes on without a password")
	}
	fill(&g.Password.Field, "secret")
	g.Key(&fyne.KeyEvent{Name: fyne.KeyReturn})
	b.until("looked up", func() bool { return g.search.Ended })
	if g.Page() != guideOffice {
		t.Fatalf("nobody knows the servers, and page %d is shown", g.Page())
	}
	fill(g.asks.fields[model.FieldInHost], "pop.birch.example")
	g.Key(&fyne.KeyEvent{Name: fyne.KeyReturn})
	b.until("asked", func() bool { return g.search.Ended })
	if g.Page() != guideServers || g.in.host.Text() != "pop.birch.example" || g.out.host.Text() != "pop.birch.example" {
		t.Fatalf("page %d, servers %q and %q", g.Page(), g.in.host.Text(), g.out.host.Text())
	}
	fill(g.in.host, "mail.birch.example")
	g.in.security.OnChanged(1)
	if g.in.port.Text() != "110" {
		t.Errorf("port %s", g.in.port.Text())
	}
	g.Key(&fyne.KeyEvent{Name: fyne.KeyEscape})
	g.turn(guideServers)
	if g.in.host.Text() != "mail.birch.example" {
		t.Error("going back loses what was typed")
	}
	g.Test()
	b.until("tested", func() bool { return g.finish.Visible() })
	g.Finish()
	b.until("told", func() bool { return told.ID == "new1" })
	a := b.e.saved[0]
	if a.Name != "Anna" || a.Incoming.Host != "mail.birch.example" || a.Incoming.Security != mail.STARTTLS || a.Incoming.User != "anna@birch.example" || b.e.secrets[0][mail.Incoming] != "secret" {
		t.Errorf("saved %+v", a)
	}
}

func TestGuideTellsWhatFailed(t *testing.T) {
	b := start(t)
	b.e.locked = true
	b.e.findings = findings(&mail.Problem{Kind: mail.LoginRefused, Said: "-ERR no"})
	w := b.app.NewWindow("")
	defer w.Close()
	g := NewFirstStart(w, b.e, b.q.Loop, Options{})
	defer g.Close()
	kit.SetContent(w, g.Content())
	defer kit.Forget(w)
	w.Resize(fyne.NewSize(1000, 700))
	who(g, "anna@birch.example")
	b.until("looked up", func() bool { return g.search.Ended })
	fill(g.asks.fields[model.FieldInHost], "mail.birch.example")
	g.Named()
	b.until("asked", func() bool { return g.search.Ended })
	g.Test()
	b.until("told", func() bool { return len(g.advice.Objects) > 0 })
	if g.finish.Visible() || !g.anyway.Visible() {
		t.Error("it says that everything is fine")
	}
	g.Finish() // "Save anyway"
	b.until("the keyring says no", func() bool { return g.Notice() != nil })
	g.Notice().Do(0)
	b.until("saved", func() bool { return len(b.e.saved) == 2 })
	if !b.e.saved[1].AskPassword || b.e.saved[1].ID != "new1" {
		t.Errorf("saved %+v", b.e.saved[1])
	}
	b.tap(g.Content(), "Enter another password…")
	if g.Page() != guideWho || w.Canvas().Focused() != fyne.Focusable(g.Password.Entry) {
		t.Error("the button does not lead to the password")
	}
}

func TestByHandTakesAlongWhatIsTyped(t *testing.T) {
	b := start(t)
	var got mail.Account
	w := b.app.NewWindow("")
	defer w.Close()
	var typed model.Secrets
	g := NewFirstStart(w, b.e, b.q.Loop, Options{OnByHand: func(a mail.Account, s model.Secrets) { got, typed = a, s }})
	defer g.Close()
	begin(g, "anna@birch.example")
	fill(&g.Password.Field, "secret")
	g.ByHand()
	if got.Address != "anna@birch.example" || got.Incoming.Host != "pop.birch.example" || typed[mail.Incoming] != "secret" {
		t.Errorf("got %+v with %d passwords", got, len(typed))
	}
	hand := b.account(&got, Options{Typed: typed})
	if hand.in.secret.Text() != "secret" {
		t.Error("the password must be typed again")
	}
}
