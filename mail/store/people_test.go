package store

import (
	"context"
	"slices"
	"strings"
	"testing"

	"poplar/mail"
)

func TestPeopleAreLearntOnce(t *testing.T) {
	s := newStore(t)
	ctx := context.Background()
	got := add(t, s, letter(1, "one", "x"), letter(2, "two", "x"))
	seen, err := s.Unlearnt(ctx, 10)
	if err != nil || len(seen) != 2 || seen[0].ID != got[0] || seen[0].Role != mail.Inbox || seen[0].From[0].Addr == "" {
		t.Fatalf("%+v, %v", seen, err)
	}
	anna := mail.Address{Name: "Anna", Addr: "Anna@x.org"}
	learn := func(list ...mail.Person) {
		t.Helper()
		if err := s.Learn(ctx, got[1], list); err != nil {
			t.Fatal(err)
		}
	}
	learn(mail.Person{Address: anna, Received: 2, Last: epoch})
	if seen, _ = s.Unlearnt(ctx, 10); len(seen) != 0 {
		t.Errorf("%d messages are learnt from twice", len(seen))
	}
	learn(mail.Person{Address: mail.Address{Name: "typed", Addr: "anna@x.org"}, Sent: 1, Last: epoch.AddDate(0, 0, -1)})
	one := func() mail.Person {
		t.Helper()
		list, err := s.People(ctx)
		if err != nil || len(list) != 1 {
			t.Fatalf("%+v, %v", list, err)
		}
		return list[0]
	}
	if p := one(); p.Name != "Anna" || p.Sent != 1 || p.Received != 2 || !p.Last.Equal(epoch) || p.Kept {
		t.Errorf("got %+v", p)
	}
	// By hand, under another address.
	if err := s.PutPeople(ctx, "anna@x.org", mail.Person{Address: mail.Address{Name: "Anna L.", Addr: "anna@new.org"}, Note: "n"}); err != nil {
		t.Fatal(err)
	}
	if p := one(); p.Addr != "anna@new.org" || p.Sent != 1 || !p.Kept || p.Note != "n" {
		t.Errorf("got %+v", p)
	}
	learn(mail.Person{Address: mail.Address{Name: "Somebody", Addr: "anna@new.org"}, Received: 1, Last: epoch})
	if p := one(); p.Name != "Anna L." {
		t.Errorf("the name put in by hand became %q", p.Name)
	}
	// Thrown out, heard from, written to.
	if err := s.DropPeople(ctx, []string{"ANNA@new.org"}); err != nil {
		t.Fatal(err)
	}
	learn(mail.Person{Address: mail.Address{Addr: "anna@new.org"}, Received: 1})
	if list, _ := s.People(ctx); len(list) != 0 {
		t.Errorf("who was thrown out is back: %+v", list)
	}
	learn(mail.Person{Address: mail.Address{Addr: "anna@new.org"}, Sent: 1})
	if p := one(); p.Sent != 1 {
		t.Errorf("got %+v", p)
	}
}

func TestBlindCopiesAreLearntWhileTheyAreKnown(t *testing.T) {
	s := newStore(t)
	ctx := context.Background()
	o := mail.OutboxItem{Account: home, From: "me@x.org", State: mail.Queued, Recipients: []mail.Recipient{
		{Addr: "bob@x.org", State: mail.Queued}, {Addr: "blind@x.org", State: mail.Queued},
	}}
	a := letter(1, "out", "x")
	a.Summary.To = []mail.Address{{Name: "Bob", Addr: "Bob@x.org"}}
	if _, err := s.Enqueue(ctx, o, a, 0); err != nil {
		t.Fatal(err)
	}
	seen, err := s.Unlearnt(ctx, 10)
	if err != nil || len(seen) != 1 || seen[0].Role != mail.Outbox {
		t.Fatalf("%+v, %v", seen, err)
	}
	var to []string
	for _, x := range seen[0].To {
		to = append(to, strings.ToLower(x.Addr))
	}
	if slices.Sort(to); !slices.Equal(to, []string{"blind@x.org", "bob@x.org"}) {
		t.Errorf("to %v", to)
	}
}

func TestPeopleGroups(t *testing.T) {
	s := newStore(t)
	ctx := context.Background()
	g := mail.PeopleGroup{Name: "Team", Members: []mail.Address{{Name: `A "B"`, Addr: "a@x.org"}, {Addr: "b@x.org"}}}
	put := func(was string, g mail.PeopleGroup) {
		t.Helper()
		if err := s.PutPeopleGroup(ctx, was, g); err != nil {
			t.Fatal(err)
		}
	}
	put("", g)
	list, err := s.PeopleGroups(ctx)
	if err != nil || len(list) != 1 || !slices.Equal(list[0].Members, g.Members) {
		t.Fatalf("%+v, %v", list, err)
	}
	g.Name = "Crew"
	put("team", g)
	if list, _ = s.PeopleGroups(ctx); len(list) != 1 || list[0].Name != "Crew" {
		t.Errorf("renamed: %+v", list)
	}
	put("Crew", mail.PeopleGroup{})
	if list, _ = s.PeopleGroups(ctx); len(list) != 0 {
		t.Errorf("taken away: %+v", list)
	}
}
