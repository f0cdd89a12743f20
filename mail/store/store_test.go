package store

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"go.uber.org/goleak"

	"poplar/mail"
)

func TestMain(m *testing.M) {
	searchPatience = time.Minute // what a test has stored it finds, however busy the machine is
	if role := os.Getenv(victimRole); role != "" {
		os.Exit(victim(role))
	}
	code := m.Run()
	if err := removeBig(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	if code == 0 {
		if err := goleak.Find(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

const home, work = mail.AccountID("home"), mail.AccountID("work")

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
	for _, a := range []mail.AccountID{home, work} {
		if err := s.EnsureAccount(context.Background(), a); err != nil {
			t.Fatal(err)
		}
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

// letter is a message that was written n minutes after epoch.
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

// retrieved is a letter that came by POP3.
func retrieved(n int, subject, text string) mail.Arrival {
	a := letter(n, subject, text)
	a.Ledger = &mail.LedgerRow{
		UIDL: fmt.Sprint("uid-", n), State: mail.Stored, Size: a.Raw.Size(), First: epoch, Listed: epoch,
		Header: fmt.Sprint("h", n), Body: fmt.Sprint("b", n),
	}
	return a
}

func add(t testing.TB, s *Store, batch ...mail.Arrival) []mail.MessageID {
	t.Helper()
	ids, err := s.Add(context.Background(), home, batch)
	if err != nil {
		t.Fatal(err)
	}
	return ids
}

func folder(t testing.TB, s *Store, a mail.AccountID, r mail.Role) mail.FolderID {
	t.Helper()
	id, err := s.RoleFolder(context.Background(), a, r)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func summary(t testing.TB, s *Store, id mail.MessageID) mail.Summary {
	t.Helper()
	m, err := s.Summary(context.Background(), id)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func list(t testing.TB, s *Store, q mail.Query) []mail.MessageID {
	t.Helper()
	l, err := s.List(context.Background(), q)
	if err != nil {
		t.Fatal(err)
	}
	ids := make([]mail.MessageID, len(l))
	for i, m := range l {
		ids[i] = m.ID
	}
	return ids
}

// breakStore runs a statement behind the store's back.
func breakStore(t testing.TB, s *Store, query string, args ...any) {
	t.Helper()
	s.turn <- struct{}{}
	defer func() { <-s.turn }()
	if _, err := s.conn.ExecContext(context.Background(), query, args...); err != nil {
		t.Fatal(err)
	}
}
