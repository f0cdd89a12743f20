package engine

import (
	"errors"
	"testing"

	"poplar/mail"
	"poplar/mail/mailtest"
)

// A message that the server refuses is told of with its words, its size and what TOP says; it can be asked for again,
// left alone, or deleted there.
func TestRefused(t *testing.T) {
	refuse := true
	b := newBench(t, mailtest.On("RETR 2", func(turn *mailtest.Turn) {
		if refuse {
			turn.Refuse("", "this message is damaged")
		}
	}), nil)
	for i := range 3 {
		b.box.Add(mailtest.Sample(i, 900))
	}
	visit := func() mail.VisitReport {
		t.Helper()
		reports, err := b.Receive(t.Context())
		if err != nil || reports[0].Problem != nil {
			t.Fatal(err, reports)
		}
		return reports[0]
	}
	refused := func() []mail.RefusedMessage {
		t.Helper()
		list, err := b.Refused(t.Context(), "a1")
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	if r := visit(); r.Retrieved != 2 || len(r.Refused) != 1 {
		t.Fatalf("%+v", r)
	}
	list := refused()
	if len(list) != 1 || list[0].Said != "this message is damaged" || list[0].Size < 800 || list[0].Tried.IsZero() ||
		list[0].Heading.Subject != "Message number 1" || len(list[0].Heading.From) != 1 || list[0].Heading.Date.IsZero() {
		t.Fatalf("%+v", list)
	}
	key := list[0].Key()

	asked := b.pop.Count("RETR")
	if r := visit(); len(r.Refused) != 1 || b.pop.Count("RETR") != asked+1 {
		t.Errorf("it is not asked for again: %+v", r)
	}
	if err := b.Leave(t.Context(), "a1", key); err != nil {
		t.Fatal(err)
	}
	asked = b.pop.Count("RETR")
	if visit(); b.pop.Count("RETR") != asked || len(refused()) != 1 || refused()[0].Wish != mail.WishLeave {
		t.Errorf("what is left is asked for, or forgotten: %+v", refused())
	}
	if err := b.Retry(t.Context(), "a1", key); err != nil {
		t.Fatal(err)
	}
	refuse = false
	if r := visit(); r.Retrieved != 1 || len(refused()) != 0 {
		t.Errorf("it did not come: %+v", r)
	}
}

func TestRefusedIsDeletedOnTheServer(t *testing.T) {
	b := newBench(t, mailtest.On("RETR 2", mailtest.Refuse("", "no")), nil)
	for i := range 3 {
		b.box.Add(mailtest.Sample(i, 900))
	}
	if _, err := b.Receive(t.Context()); err != nil {
		t.Fatal(err)
	}
	list, err := b.Refused(t.Context(), "a1")
	if err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	if err := b.DeleteOnServer(t.Context(), "a1", list[0].Key()); err != nil {
		t.Fatal(err)
	}
	reports, err := b.Receive(t.Context())
	if err = errors.Join(err, problemOf(reports)); err != nil || reports[0].Deleted != 1 || b.box.Len() != 2 {
		t.Errorf("%+v, %d left: %v", reports, b.box.Len(), err)
	}
	if list, err := b.Refused(t.Context(), "a1"); err != nil || len(list) != 0 {
		t.Errorf("still refused: %+v %v", list, err)
	}
}

func problemOf(reports []mail.VisitReport) error {
	for _, r := range reports {
		if r.Problem != nil {
			return r.Problem
		}
	}
	return nil
}
