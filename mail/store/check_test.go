package store

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"poplar/mail"
)

// Each invariant is broken behind the store's back, and Check must say so.
func TestCheckFindsWhatIsWrong(t *testing.T) {
	for _, c := range []struct{ name, broken, says string }{
		{"count", "UPDATE folder SET total = total + 1 WHERE role = 'inbox'", "counts 4/"},
		{"unread", "UPDATE message SET flags = flags | 1 WHERE id = 1", "instead of 3/2"},
		{"account of a message", "UPDATE message SET account = 2 WHERE id = 1", "is of account 2 in a folder of 1"},
		{"missing role", "UPDATE folder SET role = '' WHERE role = 'junk' AND account = 1", "0 folders of the role junk"},
		{"unknown role", "UPDATE folder SET role = 'spam' WHERE role = 'junk' AND account = 1", "unknown role spam"},
		{"folder of another account", "UPDATE folder SET parent = 8 WHERE role = '' AND account = 1", "another account"},
		{"folder inside itself", "UPDATE folder SET parent = id WHERE role = ''", "lies inside itself"},
		{"lost octets", "DELETE FROM chunk WHERE place = 1 << 20", "message 1 has 0 octets in 0 pieces"},
		{"wrong octets", "UPDATE chunk SET data = CAST(data || x'00' AS BLOB) WHERE place = 2 << 20", "message 2 has"},
		{"misplaced octets", "UPDATE chunk SET place = place + 1 WHERE place = 3 << 20", "message 3 has"},
		{"orphan octets", "INSERT INTO chunk(place, data) VALUES (99 << 20, x'00')", "octets of message 99, which is gone"},
		{"not in the index", "DELETE FROM search WHERE rowid = 1", "message 1 is neither in the full-text index"},
		{"not waiting", "DELETE FROM unindexed WHERE message = 3", "message 3 is neither in the full-text index"},
		{"both", "INSERT INTO unindexed(message) VALUES (1)", "is in the full-text index and waits for it"},
		{"orphan in the index", "INSERT INTO search(rowid, body) VALUES (99, 'x')", "knows message 99"},
		{"broken index", "DELETE FROM search_data WHERE id > 100", "the database is damaged: full-text index"},
		{"orphan thread", "INSERT INTO mention(hash, thread) VALUES (1, 99)", "thread 99 is remembered"},
		{"outbox without row", "DELETE FROM recipient; DELETE FROM outbox", "is not in the outbox"},
		{"outbox elsewhere", "UPDATE message SET folder = 1 WHERE id = 4; UPDATE folder SET total = 4 WHERE id = 1; UPDATE folder SET total = 0 WHERE id = 3", "is in the outbox but lies in folder 1"},
		{"addresses", "UPDATE message SET sender = 'Marta' WHERE id = 1", "addresses that cannot be read"},
		{"problem", "UPDATE outbox SET problem = '{'", "outbox problem that cannot be read"},
		{"ids", "UPDATE sqlite_sequence SET seq = 2 WHERE name = 'message'", "an id that was never given"},
		{"ledger", "PRAGMA foreign_keys = OFF; UPDATE ledger SET message = 99; PRAGMA foreign_keys = ON", "a row of ledger"},
		{"recipient", "PRAGMA foreign_keys = OFF; UPDATE recipient SET message = 99; PRAGMA foreign_keys = ON", "a row of recipient"},
		{"waiting text", "PRAGMA foreign_keys = OFF; UPDATE unindexed SET message = 99 WHERE message = 3; PRAGMA foreign_keys = ON", "a row of unindexed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			ctx := context.Background()
			s, err := Open(ctx, t.TempDir(), Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer func() {
				if err := s.Close(); err != nil {
					t.Error(err)
				}
			}()
			for _, a := range []mail.AccountID{home, work} {
				if err := s.EnsureAccount(ctx, a); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := s.CreateFolder(ctx, home, 0, "Own"); err != nil {
				t.Fatal(err)
			}
			add(t, s, retrieved(1, "One", "words"), letter(2, "Two", "words"))
			if err := s.Flush(ctx); err != nil {
				t.Fatal(err)
			}
			add(t, s, letter(3, "Three", "words"))
			enqueue(t, s, 4, 0, 0)
			checkStore(t, s)
			breakStore(t, s, c.broken)
			wrong, err := s.Check(ctx)
			if err != nil || !strings.Contains(strings.Join(wrong, "\n"), c.says) {
				t.Errorf("want %q, got %q (%v)", c.says, wrong, err)
			}
			for _, w := range wrong {
				if strings.Contains(w, "%!") {
					t.Errorf("badly worded: %s", w)
				}
			}
		})
	}
}

// TestCheckAfterMerging: what one connection remembers of the full-text index is no damage when another has merged it
// since.
func TestCheckAfterMerging(t *testing.T) {
	s := newStore(t)
	for n := range 40 {
		add(t, s, retrieved(n, fmt.Sprint("Letter ", n), "needle"))
		if err := s.Flush(context.Background()); err != nil {
			t.Fatal(err)
		}
		checkStore(t, s)
	}
}
