package engine

import (
	"testing"
	"time"

	"poplar/mail"
	"poplar/mail/store"
)

func TestWhatMessagesSayOfPeople(t *testing.T) {
	at := time.Date(2026, 11, 1, 9, 0, 0, 0, time.UTC)
	me, anna, bob := mail.Address{Name: "Me", Addr: "me@x.org"}, mail.Address{Name: "Anna", Addr: "anna@x.org"}, mail.Address{Name: "bob@x.org", Addr: "bob@x.org"}
	got := learnt([]store.Seen{
		{Role: mail.Inbox, Received: true, From: []mail.Address{anna}, To: []mail.Address{me, bob}, Date: at},
		{Role: mail.Sent, From: []mail.Address{me}, To: []mail.Address{{Name: "Anna typed", Addr: "ANNA@x.org"}, bob}, Date: at.AddDate(0, 0, 1)},
		{Role: "", From: []mail.Address{me}, To: []mail.Address{bob}, Date: at}, // imported
		{Role: mail.Junk, Received: true, From: []mail.Address{{Addr: "spam@x.org"}}, Date: at},
		{Role: mail.Drafts, From: []mail.Address{me}, To: []mail.Address{{Addr: "half@x"}}, Date: at},
		{Role: mail.Inbox, Received: true, From: []mail.Address{{Addr: "no-reply@x.org"}}, Date: at},
	}, map[string]bool{"me@x.org": true})
	if len(got) != 2 {
		t.Fatalf("learnt %+v", got)
	}
	if a := got[0]; a.Name != "Anna" || a.Sent != 1 || a.Received != 1 || !a.Last.Equal(at.AddDate(0, 0, 1)) {
		t.Errorf("Anna is %+v", a)
	}
	if b := got[1]; b.Name != "" || b.Sent != 2 || b.Received != 0 {
		t.Errorf("Bob is %+v", b)
	}
}

// What was learnt is suggested, without anybody having to wait for the book to be made, and what a person changes
// meanwhile is not lost.
func TestBookIsRenewedBehindTheScenes(t *testing.T) {
	b := newBench(t, nil, nil)
	ctx := t.Context()
	suggested := func(typed string) int {
		t.Helper()
		list, err := b.Suggest(ctx, typed, 8, nil)
		if err != nil {
			t.Fatal(err)
		}
		return len(list)
	}
	learnt := func() {
		t.Helper()
		if _, err := b.learn(ctx); err != nil {
			t.Fatal(err)
		}
		b.renewBook(ctx)
	}
	if suggested("jon") != 0 {
		t.Fatal("somebody is known")
	}
	b.queue(1, "jonas@weber.example")
	if suggested("jon") != 0 {
		t.Error("it was learnt at once")
	}
	learnt()
	was := b.learner.book
	if suggested("jon") != 1 || b.learner.book != was {
		t.Error("the book was made while somebody waited")
	}
	learnt()
	if b.learner.book != was {
		t.Error("the book was made for nothing")
	}
	if err := b.SavePerson(ctx, "", mail.Person{Address: mail.Address{Addr: "klara@weber.example"}}); err != nil {
		t.Fatal(err)
	}
	if suggested("kla") != 1 || suggested("jon") != 1 {
		t.Error("what was put in by hand is not suggested")
	}
}
