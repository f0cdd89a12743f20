package store

import (
	"context"
	"strings"
	"testing"

	"poplar/mail"
)

// fillUp adds messages until the store refuses, and checks that the refusal is clear and complete, that reading goes
// on, and that writing does as soon as room gives more room. big is what cannot be stored before.
func fillUp(t *testing.T, s *Store, big []mail.Arrival, room func()) {
	t.Helper()
	ctx := context.Background()
	kept := add(t, s, letter(1, "Kept", "kept words"))
	err := s.Flush(ctx)
	n := 1
	for ; err == nil; n++ {
		if n > 5000 {
			t.Fatal("the disk is never full")
		}
		a := letter(n+1, "Filler", "filler words")
		a.Raw = mail.Bytes(strings.Repeat("x", 100_000))
		_, err = s.Add(ctx, home, []mail.Arrival{a})
	}
	fails(t, err, nil, mail.DiskFull)
	stored := n - 1
	if got, err := s.Count(ctx, mail.Query{}); err != nil || got != stored {
		t.Errorf("%d messages (%v), %d were acknowledged", got, err, stored)
	}
	_, err = s.Add(ctx, home, append([]mail.Arrival{letter(9001, "Before", "")}, big...))
	fails(t, err, nil, mail.DiskFull)
	if left := largeFiles(t, s.dir); len(left) != 0 {
		t.Errorf("files of messages that were refused: %q", left)
	}
	if got := list(t, s, mail.Query{Text: "kept"}); len(got) != 1 || got[0] != kept[0] {
		t.Errorf("search finds %v", got)
	}
	raw, err := s.Raw(ctx, kept[0])
	if err != nil {
		t.Fatal(err)
	}
	if _, err := raw.ReadAt(make([]byte, 10), 0); err != nil {
		t.Error(err)
	}
	room()
	add(t, s, big...)
	if err := s.Flush(ctx); err != nil {
		t.Error(err)
	}
	if got, err := s.Count(ctx, mail.Query{}); err != nil || got != stored+len(big) {
		t.Errorf("%d messages (%v), want %d", got, err, stored+len(big))
	}
}

// bigOnes are n messages of so many octets.
func bigOnes(n, octets int) []mail.Arrival {
	big := make([]mail.Arrival, n)
	for i := range big {
		big[i] = letter(9100+i, "Big", "")
		big[i].Raw = mail.Bytes(strings.Repeat("x", octets))
	}
	return big
}

func TestDatabaseAtItsLimit(t *testing.T) {
	s := newStore(t)
	breakStore(t, s, "PRAGMA max_page_count = 2000")
	fillUp(t, s, bigOnes(50, 1_000_000), func() { breakStore(t, s, "PRAGMA max_page_count = 100000") })
}

// A store that cannot be written any more, as on a disk that the system has made read-only: the refusal is clear and
// complete, reading and searching go on, and so does writing when it can.
func TestReadOnlyWhileOpen(t *testing.T) {
	ctx := context.Background()
	s := newStore(t)
	kept := add(t, s, retrieved(1, "Kept", "kept words"), large(2))
	if err := s.Flush(ctx); err != nil {
		t.Fatal(err)
	}
	breakStore(t, s, "PRAGMA query_only = ON")
	for name, err := range map[string]error{
		"add": func() error {
			_, err := s.Add(ctx, home, []mail.Arrival{retrieved(3, "Three", ""), large(4)})
			return err
		}(),
		"ledger": s.PutLedger(ctx, mail.LedgerRow{Account: home, UIDL: "uid-1", State: mail.Doomed}),
		"delete": s.Delete(ctx, kept),
		"mark":   s.Mark(ctx, kept, mail.Seen, 0),
	} {
		fails(t, err, nil, mail.NotWritable)
		if err == nil {
			t.Errorf("%s: it was written", name)
		}
	}
	if got := list(t, s, mail.Query{Text: "kept"}); len(got) != 1 || len(list(t, s, mail.Query{})) != 2 || len(octets(t, s, kept[1])) != largeFrom+3 || len(largeFiles(t, s.dir)) != 1 {
		t.Errorf("search finds %v; files %q", got, largeFiles(t, s.dir))
	}
	if row := ledger(t, s, home)["uid-10"]; row.State != mail.Stored {
		t.Errorf("%+v", row)
	}
	breakStore(t, s, "PRAGMA query_only = OFF")
	add(t, s, retrieved(3, "Three", ""), large(4))
}
