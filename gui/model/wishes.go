package model

import (
	"strings"
	"time"

	"poplar/mail"
	"poplar/settings"
)

// Wishes are what a message asks of those it goes through and to.
type Wishes struct {
	Priority mail.Priority
	Receipt  bool // a notice once it was read
	Report   bool // reports of the servers on the way
	SendAt   time.Time
}

// Wishes are those of the message as it stands.
func (c *Composition) Wishes() Wishes {
	return Wishes{c.draft.Priority, c.draft.AskReceipt, c.draft.Notices.Delivered, c.draft.SendAt}
}

// SetWishes changes them.
func (c *Composition) SetWishes(w Wishes) {
	c.draft.Priority, c.draft.AskReceipt, c.draft.SendAt = w.Priority, w.Receipt, w.SendAt
	c.draft.Notices.Delivered, c.draft.Notices.Delayed = w.Report, w.Report
}

// Senders are the names a person can write under: each account under each of its identities.
func Senders(accounts []mail.Account) []mail.Account {
	var list []mail.Account
	for _, a := range accounts {
		for _, i := range a.Names() {
			list = append(list, a.As(i))
		}
	}
	return list
}

// QuickText is a text that is written again and again.
type QuickText = settings.QuickText

// QuickFields are the words in braces that FillQuickText knows.
var QuickFields = []string{"{name}", "{first}", "{address}", "{me}", "{subject}", "{date}", "{time}"}

// FillQuickText puts what they stand for in the place of {name}, {first} (the first recipient's name, and the first word
// of it), {address}, {me}, {subject}, {date} and {time}. Other braces stay.
func (c *Composition) FillQuickText(t QuickText, now time.Time, date func(time.Time) string) string {
	var to Entered
	if list := c.Recipients[To]; len(list) > 0 {
		to = list[0]
	}
	first := to.Name
	if family, given, ok := strings.Cut(first, ", "); ok && family != "" {
		first = given
	}
	first, _, _ = strings.Cut(first, " ")
	name := to.Name
	if name == "" {
		name, _, _ = strings.Cut(to.Addr, "@")
		first = name
	}
	return strings.NewReplacer("{name}", name, "{first}", first, "{address}", to.Addr, "{me}", c.From.Name, "{subject}", c.Subject,
		"{date}", date(now), "{time}", now.Format("15:04")).Replace(t.Text)
}

// PutQuickText returns list with q in the place of the quick text named was, and of any other of its own name; one that is
// new stands last. One without a text is left out.
func PutQuickText(list []QuickText, was string, q QuickText) []QuickText {
	var out []QuickText
	placed := q.Text == ""
	for _, old := range list {
		switch {
		case old.Name == was && !placed:
			out, placed = append(out, q), true
		case old.Name != was && old.Name != q.Name:
			out = append(out, old)
		}
	}
	if !placed {
		out = append(out, q)
	}
	return out
}
