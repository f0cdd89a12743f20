package engine

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"poplar/mail"
	"poplar/mail/delivery"
)

// Real conversations of a mailing list come out as two other programs see them, by the way that mail takes here.
func TestConversations(t *testing.T) {
	dir := os.Getenv("POPLAR_SHARED")
	for up := "."; dir == "" && len(up) < 40; up = filepath.Join("..", up) {
		if _, err := os.Stat(filepath.Join(up, "shared", "data")); err == nil {
			dir = filepath.Join(up, "shared")
		}
	}
	dir = filepath.Join(dir, "data", "mail", "threads")
	data, err := os.ReadFile(filepath.Join(dir, "threads.json"))
	if err != nil {
		t.Skip("the real conversations are not on this machine")
	}
	var sets map[string]struct {
		Threads int        `json:"threads_unionfind"`
		Agreed  [][]string `json:"agreed_threads"`
	}
	if err := json.Unmarshal(data, &sets); err != nil {
		t.Fatal(err)
	}
	for name, set := range sets {
		b := newBench(t, nil, nil)
		files, err := filepath.Glob(filepath.Join(dir, name, "*"))
		if err != nil {
			t.Fatal(err)
		}
		var batch []mail.Arrival
		for _, f := range files {
			raw, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			batch = append(batch, delivery.Read(mail.Bytes(raw), b.account, b.o.Now()))
		}
		if _, err := b.store.Add(t.Context(), b.account.ID, batch); err != nil {
			t.Fatal(err)
		}
		thread, threads := map[string]int64{}, map[int64]bool{}
		for _, s := range b.list(mail.Query{Role: mail.Inbox}) {
			thread[s.MessageID] = s.Thread
			threads[s.Thread] = true
		}
		if len(threads) != set.Threads {
			t.Errorf("%s: %d conversations, want %d", name, len(threads), set.Threads)
		}
		for _, l := range set.Agreed {
			for _, id := range l[1:] {
				if thread[id] == 0 || thread[id] != thread[l[0]] {
					t.Errorf("%s: %s and %s are apart", name, id, l[0])
				}
			}
		}
	}
}
