package store

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"poplar/mail"
)

// At a power cut the end of what was written last is missing or garbled. Whatever was synced by then, which is what
// had been acknowledged, must be there, and nothing must be half there.
func TestPowerCut(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	ctx := context.Background()
	files := func() (database, log []byte) {
		t.Helper()
		database, err := os.ReadFile(filepath.Join(dir, databaseName))
		if err != nil {
			t.Fatal(err)
		}
		log, err = os.ReadFile(filepath.Join(dir, databaseName+"-wal"))
		if err != nil {
			t.Fatal(err)
		}
		return database, log
	}
	start, _ := files()
	type commit struct{ logged, messages, unread, indexed int }
	var commits []commit
	var ids []mail.MessageID
	var now commit
	done := func() {
		_, log := files()
		now.logged = len(log)
		commits = append(commits, now)
	}
	done()
	for n := range 12 {
		batch := []mail.Arrival{retrieved(2*n, fmt.Sprint("Letter ", n), "words"), retrieved(2*n+1, fmt.Sprint("Re: Letter ", n), "words")}
		ids = append(ids, add(t, s, batch...)...)
		now.messages, now.unread = now.messages+2, now.unread+2
		done()
		if err := s.Mark(ctx, ids[2*n:2*n+1], mail.Seen, 0); err != nil {
			t.Fatal(err)
		}
		now.unread--
		done()
		if n%3 == 2 {
			if err := s.Flush(ctx); err != nil {
				t.Fatal(err)
			}
			now.indexed = now.messages
			done()
		}
	}
	database, log := files()
	if string(database) != string(start) {
		t.Fatal("a checkpoint has moved the log into the database: the test would cut nothing")
	}
	rng := rand.New(rand.NewPCG(1, 4))
	for round := range 40 {
		cut := commits[0].logged + rng.IntN(len(log)-commits[0].logged)
		if round < len(commits) {
			cut = commits[round].logged // exactly after a commit
		}
		torn := append([]byte(nil), log[:cut]...)
		garbled := rng.IntN(2) == 0
		if garbled { // sectors that were allocated but never written
			torn = append(torn, make([]byte, rng.IntN(3*4096))...)
			for i := range torn[cut:] {
				torn[cut+i] = byte(rng.Uint32())
			}
		}
		var want commit
		for _, c := range commits {
			if c.logged <= cut {
				want = c
			}
		}
		after := t.TempDir()
		if err := os.WriteFile(filepath.Join(after, databaseName), database, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(after, databaseName+"-wal"), torn, 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := Open(ctx, after, Options{})
		if err != nil {
			t.Fatalf("cut at %d of %d, garbled %v: %v", cut, len(log), garbled, err)
		}
		checkStore(t, s)
		messages, err := s.Count(ctx, mail.Query{})
		if err != nil {
			t.Fatal(err)
		}
		unread, err := s.Count(ctx, mail.Query{Unread: true})
		if err != nil {
			t.Fatal(err)
		}
		got := commit{want.logged, messages, unread, messages - s.Unindexed()}
		rows, err := s.Ledger(ctx, home)
		if err != nil || got != want || len(rows) != messages {
			t.Errorf("cut at %d of %d, garbled %v: got %+v with %d ledger rows (%v), want %+v", cut, len(log), garbled, got, len(rows), err, want)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
