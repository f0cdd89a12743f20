package model

import (
	"strings"
	"testing"
	"time"

	"poplar/mail"
)

func TestQuickTexts(t *testing.T) {
	c := NewComposition(mail.Draft{From: mail.Address{Name: "Anna"}, Subject: "Plan", To: []mail.Address{{Name: "Weber, Jonas", Addr: "j@x.org"}}})
	at := time.Date(2026, 11, 25, 9, 5, 0, 0, time.UTC)
	got := c.FillQuickText(QuickText{Text: "Dear {first} ({name}), {subject} {date} {time} {other} {me} {address}"}, at, func(t time.Time) string { return t.Format("2.1.2006") })
	if want := "Dear Jonas (Weber, Jonas), Plan 25.11.2026 09:05 {other} Anna j@x.org"; got != want {
		t.Errorf("got %q", got)
	}
	c = NewComposition(mail.Draft{To: []mail.Address{{Addr: "marta@x.org"}}})
	if got := c.FillQuickText(QuickText{Text: "{first}"}, at, noDate); got != "marta" {
		t.Errorf("without a name it is %q", got)
	}
}

func noDate(time.Time) string { return "" }

func TestWishes(t *testing.T) {
	c := NewComposition(mail.Draft{})
	w := Wishes{Priority: mail.HighPriority, Receipt: true, Report: true, SendAt: time.Unix(9, 0)}
	c.SetWishes(w)
	d := c.Draft()
	if c.Wishes() != w || !c.Unsaved() || d.Priority != mail.HighPriority || !d.AskReceipt || !d.Notices.Delivered || !d.Notices.Delayed {
		t.Errorf("the draft is %+v", d)
	}
}

func TestSenders(t *testing.T) {
	got := Senders([]mail.Account{{ID: "a", Name: "A", Address: "a@x", Identities: []mail.Identity{{Name: "B", Address: "b@x", Signature: "s"}}}, {ID: "c", Address: "c@x"}})
	if len(got) != 3 || got[1].ID != "a" || got[1].Address != "b@x" || got[1].Signature != "s" || got[2].ID != "c" {
		t.Errorf("got %+v", got)
	}
}

func TestAnswersGoElsewhere(t *testing.T) {
	c := NewComposition(mail.Draft{To: []mail.Address{{Addr: "a@x.org"}}, Subject: "s", Text: "t", ReplyTo: []mail.Address{{Addr: "r@x.org"}}})
	if d := c.Draft(); len(d.ReplyTo) != 1 || c.Changed() {
		t.Errorf("answers go to %v", d.ReplyTo)
	}
	c.Recipients[AnswersTo] = ParseEntered("nobody")
	if list := c.Concerns(func(s string, _ ...any) string { return s }); len(list) != 1 || list[0].Field != AnswersTo || !list[0].Stop {
		t.Errorf("concerns %+v", list)
	}
}

func TestQuoteOnly(t *testing.T) {
	d := mail.Draft{Text: "\n\nAnna\n", Quote: "one\ntwo\nsecret", QuoteIntro: "Bo wrote:", Mark: mail.Answered}
	got := QuoteOnly(d, " one\ntwo\n")
	if want := "\n\nAnna\n\nBo wrote:\n> one\n> two"; got.Text != want || got.Quote != "" || got.QuoteIntro != "" {
		t.Errorf("got %q with the quote %q", got.Text, got.Quote)
	}
	if got := QuoteOnly(d, " "); got.Quote != d.Quote || got.Text != d.Text {
		t.Errorf("with nothing selected it is %+v", got)
	}
	d.Text = ""
	if got := QuoteOnly(d, "two"); got.Text != "\n\nBo wrote:\n> two" {
		t.Errorf("without a signature there is no room above it: %q", got.Text)
	}
	// The signature below the quote, which then is a part of the text.
	below := mail.Draft{Text: "\n\nBo wrote:\n> one\n> two\n> -- \n> Bo\n\n-- \nAnna\n", Mark: mail.Answered}
	if got := QuoteOnly(below, "two"); got.Text != "\n\nBo wrote:\n> two\n\n-- \nAnna\n" {
		t.Errorf("above a signature it is %q", got.Text)
	}
	if got := QuoteOnly(below, ""); got.Text != below.Text || got.Quote != "" || got.QuoteIntro != "" {
		t.Errorf("above a signature, with nothing selected, it is %+v", got)
	}
}

func TestPutQuickText(t *testing.T) {
	list := []QuickText{{Name: "a", Text: "1"}, {Name: "b", Text: "2"}, {Name: "c", Text: "3"}}
	for _, c := range []struct {
		was  string
		q    QuickText
		want string
	}{
		{"b", QuickText{Name: "b", Text: "x"}, "a=1 b=x c=3"},
		{"b", QuickText{Name: "c", Text: "x"}, "a=1 c=x"},
		{"c", QuickText{Name: "a", Text: "x"}, "b=2 a=x"},
		{"", QuickText{Name: "d", Text: "x"}, "a=1 b=2 c=3 d=x"},
		{"", QuickText{Name: "a", Text: "x"}, "b=2 c=3 a=x"},
		{"b", QuickText{Name: "b"}, "a=1 c=3"},
	} {
		var got []string
		for _, q := range PutQuickText(list, c.was, c.q) {
			got = append(got, q.Name+"="+q.Text)
		}
		if g := strings.Join(got, " "); g != c.want {
			t.Errorf("%s, %+v: %s, want %s", c.was, c.q, g, c.want)
		}
	}
}
