package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"testing"

	"poplar/mail"
)

// Everybody at once: several accounts store, the window lists, searches, marks and moves, a message is read all the
// while. What matters is what the race detector and the invariants say.
func TestEverybodyAtOnce(t *testing.T) {
	hub := mail.NewHub()
	s := newStore(t, Options{Hub: hub})
	ctx := context.Background()
	listener := hub.Listen()
	defer listener.Close()
	big := letter(1, "Big", "needle")
	big.Raw = mail.Bytes(make([]byte, 3*chunkSize))
	id := add(t, s, big)[0]
	raw, err := s.Raw(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	archive := folder(t, s, work, mail.Archive)
	const rounds = 25
	var group sync.WaitGroup
	run := func(name string, f func(n int) error) {
		group.Add(1)
		go func() {
			defer group.Done()
			for n := range rounds {
				if err := f(n); err != nil {
					t.Errorf("%s: %v", name, err)
					return
				}
			}
		}()
	}
	for _, a := range []mail.AccountID{home, work} {
		run("store", func(n int) error {
			batch := []mail.Arrival{retrieved(100+n, "Letter", "needle"), retrieved(200+n, "Re: Letter", "hay")}
			_, err := s.Add(ctx, a, batch)
			return err
		})
	}
	run("list", func(n int) error {
		l, err := s.List(ctx, mail.Query{Limit: 20})
		if err == nil && len(l) == 0 {
			err = errors.New("nothing is listed")
		}
		return err
	})
	run("search", func(n int) error {
		l, err := s.List(ctx, mail.Query{Text: "needle", Limit: 20})
		if err == nil && len(l) == 0 {
			err = errors.New("nothing is found")
		}
		return err
	})
	run("index", func(n int) error { _, err := s.Index(ctx, 3); return err })
	run("mark and move", func(n int) error {
		ids, err := s.IDs(ctx, mail.Query{Role: mail.Inbox, Limit: 3})
		if err != nil {
			return err
		}
		return errors.Join(s.Mark(ctx, ids, mail.Seen, 0), s.Move(ctx, ids, archive))
	})
	run("delete", func(n int) error {
		ids, err := s.IDs(ctx, mail.Query{Folder: archive, Limit: 1})
		if err != nil || len(ids) == 0 || ids[0] == id {
			return err
		}
		return s.Delete(ctx, ids)
	})
	for range 2 {
		run("read", func(n int) error {
			got, err := io.Copy(io.Discard, mail.Reader(raw))
			if err == nil && got != raw.Size() {
				err = fmt.Errorf("%d octets", got)
			}
			return err
		})
	}
	run("count", func(n int) error {
		_, err := s.Folders(ctx)
		return err
	})
	run("hub", func(n int) error { listener.Take(); return nil })
	group.Wait()
}

// A cancelled reader gives up at once and leaves the store in order.
func TestCancelledReads(t *testing.T) {
	s := newStore(t)
	ids := add(t, s, letter(1, "One", "needle"))
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := s.List(ctx, mail.Query{})
	fails(t, err, context.Canceled, mail.Cancelled)
	_, err = s.List(ctx, mail.Query{Text: "needle"})
	fails(t, err, context.Canceled, mail.Cancelled)
	_, err = s.Raw(ctx, ids[0])
	fails(t, err, context.Canceled, mail.Cancelled)
	fails(t, s.Mark(ctx, ids, mail.Seen, 0), context.Canceled, mail.Cancelled)
	// Waiting for one's turn can be cancelled, too.
	s.turn <- struct{}{}
	waiting, stop := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- s.Mark(waiting, ids, mail.Seen, 0) }()
	stop()
	fails(t, <-done, context.Canceled, mail.Cancelled)
	<-s.turn
	if got := list(t, s, mail.Query{Text: "needle"}); len(got) != 1 {
		t.Errorf("got %v", got)
	}
}

// A Raw that panics must not take the store with it.
func TestPanicInsideATransaction(t *testing.T) {
	s := newStore(t)
	func() {
		defer func() {
			if recover() == nil {
				t.Error("nothing panicked")
			}
		}()
		a := letter(1, "One", "")
		a.Raw = elsewhere{readerAt(func([]byte, int64) (int, error) { panic("no") }), 5}
		_, _ = s.Add(context.Background(), home, []mail.Arrival{letter(0, "Zero", ""), a})
	}()
	add(t, s, letter(2, "Two", ""))
	if n, err := s.Count(context.Background(), mail.Query{}); err != nil || n != 1 {
		t.Errorf("%d messages (%v)", n, err)
	}
}
