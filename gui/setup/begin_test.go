package setup

import (
	"context"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2/test"

	"poplar/gui/kit"
	"poplar/mail"
)

func TestWhichMailFirst(t *testing.T) {
	for _, c := range []struct {
		name   string
		box    *mail.Mailbox
		choose int // -1: nothing
		shows  []string
		want   mail.Start
	}{
		{"old and new", &mail.Mailbox{Count: 1204, Octets: 310 << 20, Recent: 186}, -1, []string{"Which mail first?", "All 1,204 messages (310 MB)", "The last three months first (186 messages, the rest in the background)"}, mail.StartRecent},
		{"all of it", &mail.Mailbox{Count: 1204, Octets: 1, Recent: 186}, 0, nil, mail.StartAll},
		{"none of it", &mail.Mailbox{Count: 1204, Octets: 1, Recent: 186}, 2, nil, mail.StartNew},
		{"all is new", &mail.Mailbox{Count: 3, Octets: 3 << 20, Recent: 3}, -1, []string{"All 3 messages (3.0 MB)"}, mail.StartAll},
		{"dates unknown", &mail.Mailbox{Count: 3, Octets: 3 << 20, Recent: -1}, 1, nil, mail.StartNew},
		{"empty", &mail.Mailbox{}, -1, nil, mail.StartAll},
		{"not looked at", nil, -1, nil, mail.StartAll},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := start(t)
			b.e.findings = findings(nil)
			for i := range b.e.findings {
				if b.e.findings[i].Direction == mail.Incoming {
					b.e.findings[i].Box = c.box
				}
			}
			told := false
			g := b.guide(Options{OnSaved: func(mail.Account) { told = true }}, func(context.Context, string, func(mail.Found)) ([]mail.Found, error) {
				return []mail.Found{found("table", "pop.birch.example", "smtp.birch.example")}, nil
			})
			who(g, "anna@birch.example")
			b.until("found", func() bool { return g.search.Ended })
			g.Test()
			b.until("tested", func() bool { return g.finish.Visible() })
			text := strings.Split(seen(g.Content()), "\n")
			for _, o := range test.LaidOutObjects(g.Content()) {
				if r, ok := o.(*kit.Radio); ok {
					text = append(text, r.Label())
				}
			}
			for _, s := range c.shows {
				if !slices.Contains(text, s) {
					t.Errorf("the page lacks %q: %q", s, text)
				}
			}
			if asks := c.box != nil && c.box.Count > 0; (g.starts != nil) != asks {
				t.Fatalf("it asks: %v", g.starts != nil)
			}
			if c.choose >= 0 {
				test.Tap(g.starts.Radio(c.choose))
			}
			b.tap(g.Content(), "Send a test message to yourself")
			if !g.card.Visible() {
				t.Error("the steps of the test are not shown")
			}
			b.until("tested with a message", func() bool { return g.finish.Visible() })
			b.shows(g, "The test message was sent, retrieved and deleted again.")
			if got := b.e.letters; !slices.Equal(got, []bool{false, true}) || !g.steps.Visible() {
				t.Errorf("tests with a message: %v", got)
			}
			g.Finish()
			b.until("saved", func() bool { return told })
			if got := b.e.saved[0].Start; got != c.want {
				t.Errorf("begins with %q, want %q", got, c.want)
			}
		})
	}
}
