package store

import (
	"bytes"
	"context"
	"io"
	"slices"
	"strings"
	"testing"

	"poplar/mail"
)

// lines is the beginning of a message that is whole octets long.
func lines(n int, text string, whole int64) mail.Arrival {
	a := retrieved(n, "Plans", text)
	a.Summary.Whole = whole
	a.Ledger.State, a.Ledger.Partial, a.Ledger.Body, a.Ledger.Size = mail.Skipped, true, "", whole
	return a
}

func TestTheWholeTakesThePlaceOfTheFirstLines(t *testing.T) {
	ctx := context.Background()
	for _, indexed := range []bool{false, true} {
		s := newStore(t)
		ids := add(t, s, lines(1, "beginning", 400_000), retrieved(2, "Other", "nothing"))
		if indexed {
			if err := s.Flush(ctx); err != nil {
				t.Fatal(err)
			}
		}
		before := summary(t, s, ids[0])
		if before.Whole != 400_000 || !before.OnServer {
			t.Errorf("the first lines: %+v", before)
		}
		if err := s.Mark(ctx, ids[:1], mail.Flagged|mail.Seen, 0); err != nil {
			t.Fatal(err)
		}
		if err := s.Move(ctx, ids[:1], folder(t, s, home, mail.Archive)); err != nil {
			t.Fatal(err)
		}
		row := ledger(t, s, home)["uid-10"]
		if !row.Partial || row.Message != ids[0] {
			t.Fatalf("%+v", row)
		}
		if err := s.SetWish(ctx, home, mail.WishFetch, row.Key()); err != nil {
			t.Fatal(err)
		}
		whole := retrieved(1, "Plans", "beginning and "+strings.Repeat("a long way to the elephant ", 12000))
		whole.Ledger.Message, whole.Ledger.Wish = ids[0], mail.WishFetch
		if now := add(t, s, whole); !slices.Equal(now, ids[:1]) {
			t.Errorf("stored as %v, not %v", now, ids[:1])
		}
		m := summary(t, s, ids[0])
		if m.Whole != 0 || m.Size != whole.Raw.Size() || m.Folder != folder(t, s, home, mail.Archive) || m.Flags != mail.Flagged|mail.Seen || m.Thread != before.Thread || !m.Received.Equal(before.Received) {
			t.Errorf("%+v", m)
		}
		if row := ledger(t, s, home)["uid-10"]; row.Partial || row.State != mail.Stored || row.Wish != mail.NoWish || row.Message != ids[0] {
			t.Errorf("%+v", row)
		}
		raw, err := s.Raw(ctx, ids[0])
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(mail.Reader(raw))
		if want, _ := whole.Raw.(mail.Bytes); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%d octets, %v", len(got), err)
		}
		if err := raw.Close(); err != nil {
			t.Error(err)
		}
		if err := s.Flush(ctx); err != nil {
			t.Fatal(err)
		}
		if found := list(t, s, mail.Query{Text: "elephant"}); !slices.Equal(found, ids[:1]) {
			t.Errorf("a search finds %v", found)
		}
	}
}

func TestTheWholeOfWhatIsGoneIsStoredAnew(t *testing.T) {
	ctx := context.Background()
	s := newStore(t)
	ids := add(t, s, lines(1, "beginning", 400_000))
	if err := s.Delete(ctx, ids); err != nil {
		t.Fatal(err)
	}
	if row := ledger(t, s, home)["uid-10"]; !row.GoneHere || row.Message != 0 {
		t.Errorf("%+v", row)
	}
	whole := retrieved(1, "Plans", "all of it")
	whole.Ledger.Message = ids[0]
	now := add(t, s, whole)
	if now[0] == ids[0] || len(list(t, s, mail.Query{})) != 1 {
		t.Errorf("stored as %v", now)
	}
	if row := ledger(t, s, home)["uid-10"]; row.GoneHere || row.Message != now[0] {
		t.Errorf("%+v", row)
	}
}

func TestLedgerOfMessages(t *testing.T) {
	ctx := context.Background()
	s := newStore(t)
	ids := add(t, s, retrieved(1, "One", "1"), letter(2, "Two", "2"), lines(3, "3", 99))
	if err := s.Move(ctx, ids[:1], folder(t, s, home, mail.Trash)); err != nil {
		t.Fatal(err)
	}
	rows, err := s.LedgerOf(ctx, []mail.MessageID{ids[2], ids[1], ids[0]})
	if err != nil || len(rows) != 2 {
		t.Fatalf("%+v, %v", rows, err)
	}
	if !rows[0].Partial || rows[0].Trashed || rows[0].Account != home || rows[1].Message != ids[0] || !rows[1].Trashed || rows[1].State != mail.Stored {
		t.Errorf("%+v", rows)
	}
	if row := ledger(t, s, home)["uid-10"]; !row.Trashed {
		t.Errorf("%+v", row)
	}
}
