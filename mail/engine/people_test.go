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
