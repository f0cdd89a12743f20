package engine

import (
	"testing"

	"poplar/mail"
	"poplar/mail/mailtest"
)

// refusing are servers on which a message that they refuse is known again by different means.
var refusing = map[string]struct {
	without []string
	told    bool // TOP says what it is
	asks    bool // what is left is asked for all the same: only its refusal tells that it is the one
}{
	"UIDL":            {nil, true, false},
	"UIDL, no TOP":    {[]string{"TOP"}, false, false},
	"no UIDL":         {[]string{"UIDL"}, true, false},
	"no UIDL, no TOP": {[]string{"UIDL", "TOP"}, false, true},
}

// A message that the server refuses is told of with its words, its size and what TOP says; it can be asked for again,
// left alone, or deleted there.
func TestRefused(t *testing.T) {
	for name, server := range refusing {
		t.Run(name, func(t *testing.T) {
			refuse := true
			b := newBenchOn(t, mailtest.POP3Options{Without: server.without, Script: mailtest.On("RETR 2", func(turn *mailtest.Turn) {
				if refuse {
					turn.Refuse("", "this message is damaged")
				}
			})}, nil)
			for i := range 3 {
				b.box.Add(mailtest.Sample(i, 900+i))
			}
			if r := b.visited(); r.Retrieved != 2 || len(r.Refused) != 1 {
				t.Fatalf("%+v", r)
			}
			list := b.refused(1)
			told := list[0].Heading.Subject == "Message number 1" && len(list[0].Heading.From) == 1 && !list[0].Heading.Date.IsZero()
			if list[0].Said != "this message is damaged" || list[0].Size < 800 || list[0].First.IsZero() || list[0].Tried.IsZero() || told != server.told {
				t.Fatalf("%+v", list)
			}
			key, first := list[0].Key(), list[0].First

			asked := b.asked()
			if r := b.visited(); len(r.Refused) != 1 || b.asked() != asked+1 {
				t.Errorf("it is not asked for again: %+v", r)
			}
			if err := b.Leave(t.Context(), "a1", key); err != nil {
				t.Fatal(err)
			}
			asked = b.asked()
			if r := b.visited(); len(r.Refused) != 0 || b.asked() > asked != server.asks {
				t.Errorf("what is left is asked for, or reported: %+v", r)
			}
			if list := b.refused(1); list[0].Wish != mail.WishLeave || list[0].Key() != key || !list[0].First.Equal(first) {
				t.Errorf("%+v", list)
			}
			if err := b.Retry(t.Context(), "a1", key); err != nil {
				t.Fatal(err)
			}
			if r := b.visited(); len(r.Refused) != 1 {
				t.Errorf("it is not asked for again: %+v", r)
			}
			refuse = false
			b.visited()
			b.refused(0)
			if got := b.list(mail.Query{}); len(got) != 3 || b.box.Len() != 3 || b.pop.Count("DELE") != 0 {
				t.Errorf("%d are here, %d on the server", len(got), b.box.Len())
			}
		})
	}
}

func TestRefusedIsDeletedOnTheServer(t *testing.T) {
	for name, server := range refusing {
		t.Run(name, func(t *testing.T) {
			b := newBenchOn(t, mailtest.POP3Options{Without: server.without, Script: mailtest.On("RETR 2", mailtest.Refuse("", "no"))}, nil)
			for i := range 3 {
				b.box.Add(mailtest.Sample(i, 900)) // all of one size
			}
			b.visited()
			if err := b.DeleteOnServer(t.Context(), "a1", b.refused(1)[0].Key()); err != nil {
				t.Fatal(err)
			}
			refused := b.box.Messages()[1].Raw
			if r := b.visited(); r.Deleted != 1 || b.box.Len() != 2 || len(r.Refused) != 0 {
				t.Errorf("%+v, %d left", r, b.box.Len())
			}
			for _, m := range b.box.Messages() {
				if string(m.Raw) == string(refused) {
					t.Error("another one is gone")
				}
			}
			b.refused(0)
		})
	}
}

// Two that are refused, alike in all that can be told: each is told of, and the wish for one is not the other's.
func TestRefusedTwins(t *testing.T) {
	for name, server := range refusing {
		t.Run(name, func(t *testing.T) {
			b := newBenchOn(t, mailtest.POP3Options{Without: server.without, Script: mailtest.Scripts(
				mailtest.On("RETR 1", mailtest.Refuse("", "no")), mailtest.On("RETR 2", mailtest.Refuse("", "no")))}, nil)
			for range 2 {
				b.box.Add(mailtest.Sample(0, 900))
			}
			b.box.Add(mailtest.Sample(1, 2000))
			for range 2 {
				if r := b.visited(); len(r.Refused) != 2 {
					t.Errorf("%+v", r)
				}
			}
			if err := b.DeleteOnServer(t.Context(), "a1", b.refused(2)[1].Key()); err != nil {
				t.Fatal(err)
			}
			if r := b.visited(); r.Deleted != 1 || b.box.Len() != 2 || len(r.Refused) != 1 {
				t.Errorf("%+v, %d left", r, b.box.Len())
			}
			b.refused(1)
		})
	}
}

// asked is how often the server was asked for its second message.
func (b *bench) asked() int {
	n := 0
	for _, c := range b.pop.Commands() {
		if c.Line == "RETR 2" {
			n++
		}
	}
	return n
}

// visited makes a visit that must go to its end.
func (b *bench) visited() mail.VisitReport {
	b.t.Helper()
	r := b.receive()
	if r.Problem != nil {
		b.t.Fatal(r.Problem)
	}
	return r
}

// refused returns what is listed as refused, which must be so many.
func (b *bench) refused(n int) []mail.RefusedMessage {
	b.t.Helper()
	list, err := b.Refused(b.t.Context(), "a1")
	if err != nil || len(list) != n {
		b.t.Fatalf("%d are refused, not %d: %+v (%v)", len(list), n, list, err)
	}
	return list
}
