package model

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"poplar/mail"
)

func jsonOf(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func draft() mail.Draft {
	return mail.Draft{
		Account: "a1", From: mail.Address{Name: "Anna", Addr: "anna@birch.example"},
		To: []mail.Address{{Name: "Marta", Addr: "marta@x.org"}}, Subject: "Re: Floor plan", Text: "\n\n-- \nAnna",
		Quote: "first\n> second\n\nlast\n", QuoteIntro: "On Friday Marta wrote:", Answers: 7, Mark: mail.Answered,
		References: []string{"a@b"},
	}
}

func TestCompositionKeepsTheDraft(t *testing.T) {
	d := draft()
	c := NewComposition(d)
	if got, want := jsonOf(t, c.Draft()), jsonOf(t, d); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if c.Changed() || c.Unsaved() {
		t.Error("changed without a touch")
	}
}

func TestUnsavedAndChanged(t *testing.T) {
	c := NewComposition(draft())
	c.Text = "Hello" + c.Text
	if !c.Changed() || !c.Unsaved() {
		t.Error("typing is no change")
	}
	d := c.Draft()
	c.Subject = "Typed while it was saved"
	c.Saved(d, 12)
	if !c.Unsaved() || c.ID() != 12 {
		t.Error("what was typed during the save counts as saved")
	}
	c.Saved(c.Draft(), 13)
	if c.Unsaved() || !c.Changed() {
		t.Error("after a save nothing is unsaved, and the message still differs from what was opened")
	}
	if b := c.Before(); b.ID != 13 || b.Text != draft().Text {
		t.Errorf("putting back %+v", b)
	}
	if c.Kept() {
		t.Error("it was not among the drafts before")
	}
	c.Attach = append(c.Attach, mail.Attachment{Name: "x", Size: 3, Raw: mail.Bytes("abc")})
	if !c.Unsaved() {
		t.Error("an attachment is no change")
	}
}

func TestTypedNonsenseSurvivesSaving(t *testing.T) {
	c := NewComposition(mail.Draft{})
	c.Recipients[To] = ParseEntered("bob, Anna <anna@x.org>, c@x.org")
	again := NewComposition(c.Draft())
	if got := again.Recipients[To]; len(got) != 3 || got[0].Addr != "bob" || got[0].Wrong == "" || got[1].Wrong != "" {
		t.Errorf("got %+v", got)
	}
}

func TestConcerns(t *testing.T) {
	base := func() *Composition {
		return NewComposition(mail.Draft{To: []mail.Address{{Addr: "a@x.org"}}, Subject: "Hi", Text: "Hello"})
	}
	for _, c := range []struct {
		name string
		do   func(c *Composition)
		want []ConcernKind
	}{
		{"none", func(*Composition) {}, nil},
		{"no recipient", func(c *Composition) { c.Recipients[To] = nil }, []ConcernKind{NoRecipient}},
		{"only bcc", func(c *Composition) { c.Recipients[Bcc], c.Recipients[To] = c.Recipients[To], nil }, nil},
		{"bad address", func(c *Composition) { c.Recipients[Cc] = ParseEntered("bob") }, []ConcernKind{BadAddress}},
		{"only a bad address", func(c *Composition) { c.Recipients[To] = ParseEntered("bob") }, []ConcernKind{BadAddress}},
		{"odd address", func(c *Composition) { c.Recipients[To] = ParseEntered("bob@intra") }, []ConcernKind{OddAddress}},
		{"no subject", func(c *Composition) { c.Subject = " " }, []ConcernKind{NoSubject}},
		{"empty", func(c *Composition) { c.Subject, c.Text = "", "\n\n-- \nAnna" }, []ConcernKind{NothingInside}},
		{"attached", func(c *Composition) { c.Text = "See the attached file." }, []ConcernKind{NoAttachment}},
		{"附件", func(c *Composition) { c.Text = "请看附件。" }, []ConcernKind{NoAttachment}},
		{"附近 is no attachment", func(c *Composition) { c.Text = "我就在附近" }, nil},
		{"unattached is no attachment", func(c *Composition) { c.Text = "We are unattached." }, nil},
		{"attached and there", func(c *Composition) {
			c.Text = "See the attached file."
			c.Attach = []mail.Attachment{{Name: "x"}}
		}, nil},
		{"attached in the quote", func(c *Composition) { c.Quote = "see attached"; c.Text = "Yes\n> see attached\n" }, nil},
		{"attached in the signature", func(c *Composition) { c.Text = "Yes\n-- \nattached to nothing" }, nil},
		{"attached in the subject", func(c *Composition) { c.Subject = "Plan attached" }, []ConcernKind{NoAttachment}},
		{"attached in the other's subject", func(c *Composition) { c.Subject = "Re: Plan attached" }, nil},
		{"order", func(c *Composition) {
			c.Recipients[To], c.Subject = ParseEntered("bob, x@y"), ""
		}, []ConcernKind{BadAddress, OddAddress, NoSubject}},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := base()
			c.do(m)
			var got []ConcernKind
			for _, x := range m.Concerns(english) {
				got = append(got, x.Kind)
				if x.What == "" {
					t.Errorf("%s has no words", x.Kind)
				}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestTakeQuote(t *testing.T) {
	c := NewComposition(draft())
	if c.QuoteLines() != 4 {
		t.Fatalf("%d lines", c.QuoteLines())
	}
	c.TakeQuote()
	if want := "\n\n-- \nAnna\n\nOn Friday Marta wrote:\n> first\n>> second\n>\n> last\n>"; c.Text != want {
		t.Errorf("text %q, want %q", c.Text, want)
	}
	if c.Quote != "" || c.QuoteIntro != "" {
		t.Error("the quote would go out twice")
	}
}

func TestSetFrom(t *testing.T) {
	old := mail.Account{ID: "a", Name: "Anna", Address: "a@x.org", Signature: "Anna\nBirch\n"}
	now := mail.Account{ID: "b", Name: "A.", Address: "b@x.org", Signature: "-- \nA.", ReplyTo: "office@x.org"}
	none := mail.Account{ID: "c", Address: "c@x.org"}
	for _, c := range []struct {
		name, text, quote string
		old, now          mail.Account
		want              string
	}{
		{"swapped", "Hi\n\n-- \nAnna\nBirch\n", "", old, now, "Hi\n\n-- \nA.\n"},
		{"above a quote", "Hi\n\nAnna\nBirch\n", "q", old, now, "Hi\n\nA.\n"},
		{"edited signature stays", "Hi\n\n-- \nAnna L", "", old, now, "Hi\n\n-- \nAnna L"},
		{"part of a line is no signature", "Hi Anna\nBirch and all", "", old, now, "Hi Anna\nBirch and all"},
		{"taken away", "Hi\n\n-- \nAnna\nBirch", "", old, none, "Hi\n\n"},
		{"brought", "", "", none, now, "\n\n-- \nA.\n"},
		{"brought above a quote", "\n", "q", none, now, "\n\nA.\n"},
		{"not pushed into a text", "Hi", "", none, now, "Hi"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := NewComposition(mail.Draft{Text: c.text, Quote: c.quote, ReplyTo: []mail.Address{{Addr: "old@x.org"}}})
			m.SetFrom(c.old, c.now)
			if m.Text != c.want || m.Account != c.now.ID || m.From.Addr != c.now.Address {
				t.Errorf("text %q from %v, want %q", m.Text, m.From, c.want)
			}
			if to := m.Draft().ReplyTo; len(to) != len(ParseEntered(c.now.ReplyTo)) {
				t.Errorf("answers would go to %v", to)
			}
		})
	}
}

func TestFiles(t *testing.T) {
	dir := t.TempDir()
	p := filepath.Join(dir, "计划.pdf")
	if err := os.WriteFile(p, []byte("12345"), 0o600); err != nil {
		t.Fatal(err)
	}
	files, refused := AddFiles([]string{p, dir, filepath.Join(dir, "gone")})
	if len(files) != 1 || files[0] != (mail.Attachment{Name: "计划.pdf", Path: p, Size: 5}) {
		t.Errorf("files %+v", files)
	}
	if !slices.Equal(refused, []string{filepath.Base(dir), "gone"}) {
		t.Errorf("refused %v", refused)
	}
	d := mail.Draft{Attach: append(files, mail.Attachment{Name: "part", Raw: mail.Bytes("x")})}
	if m, shut := Missing(d); m != nil || shut != nil {
		t.Errorf("missing %v", m)
	}
	if err := os.Remove(p); err != nil {
		t.Fatal(err)
	}
	if m, shut := Missing(d); !slices.Equal(m, []string{"计划.pdf"}) || shut != nil {
		t.Errorf("missing %v", m)
	}
}

// The window's title is of bounded length, and nothing in a subject turns it around.
func TestComposerTitle(t *testing.T) {
	tr := func(s string, _ ...any) string { return s }
	for subject, want := range map[string]string{
		"": "New message", " \u202e ": "New message", "Lunch\u202e\u200f today": "Lunch today", strings.Repeat("长", 5000): strings.Repeat("长", 120) + "…",
	} {
		c := &Composition{Subject: subject}
		if got := c.ComposerTitle(tr); got != want {
			t.Errorf("%.20q is titled %q", subject, got)
		}
	}
}
