package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"

	"poplar/mail"
)

// elsewhere is a Raw that is not in memory, such as a spooled file.
type elsewhere struct {
	io.ReaderAt
	size int64
}

func (e elsewhere) Size() int64  { return e.size }
func (e elsewhere) Close() error { return nil }

func TestOctetsComeBackAsTheyWere(t *testing.T) {
	s := newStore(t)
	rng := rand.New(rand.NewPCG(1, 1))
	for _, size := range []int{0, 1, 100, chunkSize - 1, chunkSize, chunkSize + 1, 2 * chunkSize, 5*chunkSize + 77} {
		for _, spooled := range []bool{false, true} {
			t.Run(fmt.Sprintf("%d octets, spooled %v", size, spooled), func(t *testing.T) {
				data := make([]byte, size)
				for i := range data {
					data[i] = byte(rng.Uint32())
				}
				a := letter(1, "One", "text")
				a.Raw = mail.Bytes(data)
				if spooled {
					a.Raw = elsewhere{bytes.NewReader(data), int64(size)}
				}
				id := add(t, s, a)[0]
				raw, err := s.Raw(context.Background(), id)
				if err != nil {
					t.Fatal(err)
				}
				if raw.Size() != int64(size) || summary(t, s, id).Size != int64(size) {
					t.Errorf("size %d, summary %d", raw.Size(), summary(t, s, id).Size)
				}
				if err := iotest.TestReader(mail.Reader(raw), data); err != nil && size < 1000 {
					t.Error(err)
				}
				got, err := io.ReadAll(mail.Reader(raw))
				if err != nil || sha256.Sum256(got) != sha256.Sum256(data) {
					t.Errorf("other octets came back (%v)", err)
				}
				for range 50 { // anywhere, any length, across pieces and past the end
					off, n := rng.IntN(size+2), rng.IntN(2*chunkSize)
					p := make([]byte, n)
					read, err := raw.ReadAt(p, int64(off))
					want := data[min(off, size):min(off+n, size)]
					if !bytes.Equal(p[:read], want) || (read < n) != errors.Is(err, io.EOF) {
						t.Fatalf("ReadAt(%d, %d) = %d, %v", n, off, read, err)
					}
				}
				if err := raw.Close(); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

func TestSummaryComesBackAsItWas(t *testing.T) {
	hub := mail.NewHub()
	s := newStore(t, Options{Hub: hub})
	a := retrieved(1, "Grüße \"<&>\" 你好\u2028", "text")
	a.Ledger.UIDL = "odd \x00\xff\r\n unique-id"
	a.Summary.From = []mail.Address{{Name: `O'Brien, "Pat" \ <x>`, Addr: "pat@example.org"}, {Addr: "two@example.org"}}
	a.Summary.Cc = []mail.Address{{Name: "=", Addr: ""}}
	a.Summary.Flags = mail.Flagged | mail.Seen
	a.Summary.Attachments = 3
	a.Summary.Received = epoch
	id := add(t, s, a)[0]
	got := summary(t, s, id)
	want := a.Summary
	want.ID, want.Account, want.Folder, want.Size, want.Thread = id, home, folder(t, s, home, mail.Inbox), a.Raw.Size(), got.Thread
	want.UIDL, want.OnServer = a.Ledger.UIDL, true
	if !got.Date.Equal(want.Date) || !got.Received.Equal(want.Received) {
		t.Errorf("dates %v and %v", got.Date, got.Received)
	}
	got.Date, got.Received = want.Date, want.Received
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestAddIsAllOrNothing(t *testing.T) {
	hub := mail.NewHub()
	s := newStore(t, Options{Hub: hub})
	ctx := context.Background()
	listener := hub.Listen()
	defer listener.Close()
	cause := errors.New("the spool is gone")
	broken := retrieved(2, "Broken", "")
	cancelled, cancel := context.WithCancel(ctx)
	outbox := retrieved(2, "Out", "")
	outbox.Role = mail.Outbox
	nowhere := retrieved(2, "Nowhere", "")
	nowhere.Summary.Folder = 4711
	foreign := retrieved(2, "Foreign", "")
	foreign.Summary.Folder = folder(t, s, work, mail.Inbox)
	for _, c := range []struct {
		name    string
		ctx     context.Context
		account mail.AccountID
		raw     mail.Raw
		arrival mail.Arrival
		cause   error
		kind    mail.Kind
	}{
		{"raw fails", ctx, home, elsewhere{readerAt(func([]byte, int64) (int, error) { return 0, cause }), 5}, broken, cause, mail.Unknown},
		{"raw is shorter than it says", ctx, home, elsewhere{strings.NewReader("abc"), 5}, broken, io.ErrUnexpectedEOF, mail.Unknown},
		{"no raw", ctx, home, nil, broken, nil, mail.Unknown},
		{"cancelled in the middle", cancelled, home, elsewhere{readerAt(func(p []byte, _ int64) (int, error) { cancel(); return len(p), nil }), 5}, broken, context.Canceled, mail.Cancelled},
		{"unknown account", ctx, "nobody", mail.Bytes("x"), broken, ErrNoAccount, mail.Unknown},
		{"outbox", ctx, home, mail.Bytes("x"), outbox, ErrOutbox, mail.Unknown},
		{"unknown folder", ctx, home, mail.Bytes("x"), nowhere, ErrNoFolder, mail.Unknown},
		{"another account's folder", ctx, home, mail.Bytes("x"), foreign, ErrNoFolder, mail.Unknown},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.arrival.Raw = c.raw
			_, err := s.Add(c.ctx, c.account, []mail.Arrival{retrieved(1, "One", "text"), c.arrival, retrieved(3, "Three", "text")})
			fails(t, err, c.cause, c.kind)
			if n, err := s.Count(ctx, mail.Query{}); err != nil || n != 0 {
				t.Errorf("%d messages were stored (%v)", n, err)
			}
			if rows, err := s.Ledger(ctx, home); err != nil || len(rows) != 0 {
				t.Errorf("the ledger has %v (%v)", rows, err)
			}
			if events := listener.Take(); len(events) > 0 {
				t.Errorf("the hub heard %+v", events)
			}
		})
	}
	if ids := add(t, s, retrieved(1, "One", "text")); ids[0] == 0 {
		t.Error("the store is of no use any more")
	}
}

type readerAt func(p []byte, off int64) (int, error)

func (r readerAt) ReadAt(p []byte, off int64) (int, error) { return r(p, off) }

func TestArrivalIsTold(t *testing.T) {
	hub := mail.NewHub()
	s := newStore(t, Options{Hub: hub})
	listener := hub.Listen()
	defer listener.Close()
	junk := letter(2, "Junk", "")
	junk.Role = mail.Junk
	ids := add(t, s, letter(1, "One", ""), junk, letter(3, "Three", ""))
	inbox, junkFolder := folder(t, s, home, mail.Inbox), folder(t, s, home, mail.Junk)
	want := []mail.Event{
		{What: mail.Arrived, Account: home, Folder: inbox, Messages: []mail.MessageID{ids[0], ids[2]}},
		{What: mail.Arrived, Account: home, Folder: junkFolder, Messages: ids[1:2]},
		{What: mail.Counted, Account: home, Folder: inbox},
		{What: mail.Counted, Account: home, Folder: junkFolder},
	}
	if got := listener.Take(); !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestSameMessageIsStoredOnce(t *testing.T) {
	s := newStore(t)
	ctx := context.Background()
	first := add(t, s, retrieved(1, "One", ""), retrieved(1, "One", ""))
	again := add(t, s, retrieved(1, "One", ""), retrieved(2, "Two", ""))
	if first[0] != first[1] || again[0] != first[0] || again[1] == first[0] {
		t.Errorf("got %v and %v", first, again)
	}
	// The server gives a used unique-id to another message.
	other := retrieved(1, "Another", "")
	other.Ledger.Body = "other"
	unknown := retrieved(1, "Unknown", "")
	unknown.Ledger.Body = ""
	ids := add(t, s, other, unknown)
	if n, err := s.Count(ctx, mail.Query{}); err != nil || n != 4 {
		t.Errorf("%d messages (%v): one was lost", n, err)
	}
	rows, err := s.Ledger(ctx, home)
	if err != nil || len(rows) != 2 || rows[0].Message != ids[1] {
		t.Errorf("ledger %+v (%v)", rows, err)
	}
	// Deleted here and wanted again.
	if err := s.Delete(ctx, []mail.MessageID{again[1]}); err != nil {
		t.Fatal(err)
	}
	if ids := add(t, s, retrieved(2, "Two", "")); ids[0] <= again[1] {
		t.Errorf("id %d was given twice", ids[0])
	}
}

func TestReplace(t *testing.T) {
	hub := mail.NewHub()
	s := newStore(t, Options{Hub: hub})
	ctx := context.Background()
	draft := retrieved(1, "Draft", "first words")
	draft.Role = mail.Drafts
	draft.Summary.Flags = mail.Flagged
	old := add(t, s, draft)[0]
	raw, err := s.Raw(ctx, old)
	if err != nil {
		t.Fatal(err)
	}
	listener := hub.Listen()
	defer listener.Close()
	next := letter(2, "Draft", "second thoughts")
	next.Summary.Flags = mail.Seen
	now, err := s.Replace(ctx, old, next)
	if err != nil {
		t.Fatal(err)
	}
	m := summary(t, s, now)
	if m.Folder != folder(t, s, home, mail.Drafts) || m.Flags != mail.Flagged|mail.Seen || m.Snippet != "second thoughts" || m.UIDL != "uid-1" || !m.OnServer {
		t.Errorf("%+v", m)
	}
	if got := list(t, s, mail.Query{}); !reflect.DeepEqual(got, []mail.MessageID{now}) {
		t.Errorf("list %v", got)
	}
	_, err = raw.ReadAt(make([]byte, 1), 0)
	fails(t, err, ErrNoMessage, mail.Unknown)
	if rows, err := s.Ledger(ctx, home); err != nil || rows[0].Message != now || rows[0].GoneHere {
		t.Errorf("ledger %+v (%v)", rows, err)
	}
	events := listener.Take()
	if len(events) != 3 || events[0].What != mail.Arrived || events[1].What != mail.Removed || events[2].What != mail.Counted {
		t.Errorf("events %+v", events)
	}
	_, err = s.Replace(ctx, old, next)
	fails(t, err, ErrNoMessage, mail.Unknown)
}

func TestRawOutlivesEverythingButDeletion(t *testing.T) {
	s := newStore(t)
	ctx := context.Background()
	a := letter(1, "One", "")
	a.Raw = mail.Bytes(bytes.Repeat([]byte("0123456789abcdef"), chunkSize/8)) // two pieces
	ids := add(t, s, a)
	raw, err := s.Raw(ctx, ids[0])
	if err != nil {
		t.Fatal(err)
	}
	read := func(off int64) error {
		p := make([]byte, 16)
		if _, err := raw.ReadAt(p, off); err != nil {
			return err
		}
		if string(p) != "0123456789abcdef" {
			t.Errorf("at %d: %q", off, p)
		}
		return nil
	}
	steps := []func() error{
		func() error { return s.Move(ctx, ids, folder(t, s, home, mail.Archive)) },
		func() error { return s.Move(ctx, ids, folder(t, s, work, mail.Inbox)) },
		func() error { return s.Mark(ctx, ids, mail.Seen, 0) },
		func() error { return s.Flush(ctx) },
		raw.Close,
	}
	for i, step := range steps {
		if err := step(); err != nil {
			t.Fatal(i, err)
		}
		if err := errors.Join(read(0), read(chunkSize), read(chunkSize-16)); err != nil {
			t.Errorf("after step %d: %v", i, err)
		}
	}
	// A writer at work does not hold up readers.
	s.turn <- struct{}{}
	if err := read(chunkSize); err != nil {
		t.Error(err)
	}
	<-s.turn
	if err := s.Delete(ctx, ids); err != nil {
		t.Fatal(err)
	}
	fails(t, read(0), ErrNoMessage, mail.Unknown)
	_, err = s.Raw(ctx, ids[0])
	fails(t, err, ErrNoMessage, mail.Unknown)
	_, err = s.Summary(ctx, ids[0])
	fails(t, err, ErrNoMessage, mail.Unknown)
	if _, err := raw.ReadAt(nil, -1); err == nil {
		t.Error("a negative place was read")
	}
}
