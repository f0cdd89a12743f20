package store

import (
	"context"
	"fmt"
	"testing"
	"time"

	"poplar/mail"
)

const home = mail.AccountID("home")

// newStore opens a store in a folder of its own and checks its invariants when the test is over.
func newStore(t testing.TB, o ...Options) *Store {
	t.Helper()
	return openStore(t, t.TempDir(), o...)
}

func openStore(t testing.TB, dir string, o ...Options) *Store {
	t.Helper()
	var opts Options
	if len(o) > 0 {
		opts = o[0]
	}
	s, err := Open(context.Background(), dir, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if !s.closed.Load() {
			checkStore(t, s)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := s.EnsureAccount(context.Background(), home); err != nil {
		t.Fatal(err)
	}
	return s
}

func checkStore(t testing.TB, s *Store) {
	t.Helper()
	wrong, err := s.Check(context.Background())
	if err != nil {
		t.Errorf("check: %v", err)
	}
	for _, w := range wrong {
		t.Errorf("check: %s", w)
	}
}

var epoch = time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)

// letter is a message of n minutes after epoch.
func letter(n int, subject, text string) mail.Arrival {
	raw := fmt.Sprintf("Message-ID: <%d@example.org>\r\nSubject: %s\r\n\r\n%s\r\n", n, subject, text)
	return mail.Arrival{
		Raw: mail.Bytes(raw),
		Summary: mail.Summary{
			MessageID: fmt.Sprintf("%d@example.org", n), Subject: subject,
			From: []mail.Address{{Name: "Marta Lind", Addr: "marta@example.org"}},
			To:   []mail.Address{{Name: "陈伟", Addr: "wei@example.net"}},
			Date: epoch.Add(time.Duration(n) * time.Minute), Snippet: text,
		},
		IndexText: text,
	}
}

func add(t testing.TB, s *Store, batch ...mail.Arrival) []mail.MessageID {
	t.Helper()
	ids, err := s.Add(context.Background(), home, batch)
	if err != nil {
		t.Fatal(err)
	}
	return ids
}

func TestAddListRaw(t *testing.T) {
	s := newStore(t)
	ctx := context.Background()
	ids := add(t, s, letter(1, "One", "first words"), letter(3, "Three", "third 北京大学 words"), letter(2, "Two", "second"))
	list, err := s.List(ctx, mail.Query{})
	if err != nil {
		t.Fatal(err)
	}
	if len(list) != 3 || list[0].ID != ids[1] || list[2].ID != ids[0] {
		t.Fatalf("%+v", list)
	}
	for _, text := range []string{"third", "北京", "京大学", "from:marta", "to:陈", "thi", `"third 北京"`, "subject:three"} {
		list, err = s.List(ctx, mail.Query{Text: text})
		if err != nil {
			t.Fatal(err)
		}
		if len(list) == 0 || (list[0].ID != ids[1]) {
			t.Errorf("%s: %+v", text, list)
		}
	}
}
