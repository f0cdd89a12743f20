package setup

import (
	"context"
	"reflect"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"poplar/gui/kit"
	"poplar/gui/model"
	"poplar/mail"
)

// nobody is a search that finds nothing.
func nobody(context.Context, string, func(mail.Found)) ([]mail.Found, error) {
	return nil, &mail.Problem{Kind: mail.NoSuchHost, Where: "corp.example"}
}

func TestOrganisationIsAskedForInsideAndOutside(t *testing.T) {
	b := start(t)
	b.e.findings = findings(nil)
	g := b.guide(Options{}, nobody)
	who(g, "anna@corp.example")
	b.until("asks for names", func() bool { return g.Page() == guideOffice })
	b.shows(g, "Your organisation's servers", "Nobody publishes the servers of corp.example.", "Inside", "Outside")
	g.Named()
	in := g.asks.fields[model.FieldInHost]
	if g.Page() != guideOffice || in.Wrong() == "" || g.win.Canvas().Focused() != fyne.Focusable(in.Entry) {
		t.Fatalf("goes on without a name, or says nothing: %q", in.Wrong())
	}
	fill(in, "in corp")
	if in.Wrong() != "This is no server name." {
		t.Errorf("a bad name: %q", in.Wrong())
	}
	fill(in, "in.corp.example")
	fill(g.asks.fields[model.FieldInOther], "mail.corp.example:1995")
	if g.asks.fields[model.FieldOutHost].Visible() {
		t.Error("names for sending are asked for though they are the same")
	}
	g.Key(&fyne.KeyEvent{Name: fyne.KeyReturn})
	b.until("asked", func() bool { return g.search.Ended })
	want := mail.Names{Incoming: []string{"in.corp.example", "mail.corp.example:1995"}, Outgoing: []string{"in.corp.example", "mail.corp.example:1995"}}
	if !reflect.DeepEqual(b.e.named, []mail.Names{want}) {
		t.Errorf("asked %+v", b.e.named)
	}
	b.shows(g, "Servers found", "The names are those you were told. Both servers answer.", "or mail.corp.example")

	g.Back()
	if g.Page() != guideOffice || g.asks.fields[model.FieldInHost].Text() != "in.corp.example" || g.asks.fields[model.FieldInOther].Text() != "mail.corp.example:1995" {
		t.Fatal("going back loses the names")
	}
	g.Back()
	if g.Page() != guideWho || g.Password.Text() != "secret" {
		t.Fatal("going back once more loses the password, or leads elsewhere")
	}
	g.Continue()
	if g.Page() != guideOffice || len(b.e.looked) != 1 {
		t.Fatal("the names were typed, and something else is looked for")
	}
	g.Named()
	b.until("asked again", func() bool { return g.search.Ended })
	g.Test()
	b.until("tested", func() bool { return g.finish.Visible() })
	if a := b.e.tests[0]; a.Incoming.Host != "in.corp.example" || a.Incoming.OtherHost == "" || a.Outgoing.OtherHost == "" || a.Incoming.User != "anna@corp.example" {
		t.Errorf("tested %+v", a)
	}
}

func TestOrganisationWithNamesOfItsOwnForSending(t *testing.T) {
	b := start(t)
	var got mail.Account
	g := b.guide(Options{OnByHand: func(a mail.Account, _ model.Secrets) { got = a }}, nobody)
	who(g, "anna@corp.example")
	b.until("asks for names", func() bool { return g.Page() == guideOffice })
	fill(g.asks.fields[model.FieldInHost], "in.corp.example")
	for _, o := range test.LaidOutObjects(g.Content()) {
		if c, ok := o.(*kit.Check); ok && c.Label() == "The same names" {
			test.Tap(c)
		}
	}
	out := g.asks.fields[model.FieldOutHost]
	g.Named()
	if !out.Visible() || out.Wrong() == "" || g.Page() != guideOffice {
		t.Fatal("goes on without a server for sending")
	}
	fill(out, "out.corp.example")
	fill(g.asks.fields[model.FieldOutOther], "smtp.corp.example")
	b.e.unheard = &mail.Problem{Kind: mail.Offline}
	g.Named()
	b.until("asked", func() bool { return g.search.Ended })
	b.shows(g, "The computer is offline", "in.corp.example", "out.corp.example")
	b.e.mu.Lock()
	b.e.unheard = nil
	b.e.mu.Unlock()
	g.found.bars.Objects[0].(*kit.Bar).Do(0)
	b.until("asked again", func() bool { return g.search.Ended })
	if len(b.e.named) != 2 || len(b.e.looked) != 1 {
		t.Errorf("asked %d times for names, looked %d times", len(b.e.named), len(b.e.looked))
	}
	g.Back()
	g.ByHand()
	if got.Incoming.Host != "in.corp.example" || got.Outgoing.Host != "out.corp.example" || got.Outgoing.OtherHost != "smtp.corp.example" {
		t.Errorf("by hand: %+v, %+v", got.Incoming, got.Outgoing)
	}
	g.Back()
	fill(g.Address, "anna@birch.example") // another address has servers of its own
	g.Continue()
	if g.Page() != guideServers {
		t.Error("the names of one organisation are taken for another")
	}
	b.until("looked again", func() bool { return len(b.e.looked) == 2 })
}

func TestNamesCanBeTypedWithoutANetwork(t *testing.T) {
	b := start(t)
	g := b.guide(Options{}, func(context.Context, string, func(mail.Found)) ([]mail.Found, error) {
		return nil, &mail.Problem{Kind: mail.Offline}
	})
	who(g, "anna@corp.example")
	b.until("ended", func() bool { return g.search.Ended })
	g.found.bars.Objects[0].(*kit.Bar).Do(1)
	b.shows(g, "Whoever runs the mail of corp.example can tell you these names.")
	fill(g.asks.fields[model.FieldInOther], "mail.corp.example")
	g.Named()
	b.until("asked", func() bool { return g.search.Ended })
	b.shows(g, "mail.corp.example", "Both servers answer.")
}

func TestLookingAgainForWhatIsPublished(t *testing.T) {
	b := start(t)
	g := b.guide(Options{}, nobody)
	who(g, "anna@birch.example")
	b.until("asks for names", func() bool { return g.Page() == guideOffice })
	b.e.mu.Lock()
	b.e.find = func(context.Context, string, func(mail.Found)) ([]mail.Found, error) {
		return []mail.Found{found("srv", "pop.birch.example", "smtp.birch.example")}, nil
	}
	b.e.mu.Unlock()
	b.tap(g.Content(), "Look again")
	b.until("found", func() bool { return g.search.Ended })
	b.shows(g, "Servers found", "pop.birch.example")
}
