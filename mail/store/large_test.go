package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mattn/go-sqlite3"

	"poplar/mail"
)

// spoolFile is a message in a file of its own.
type spoolFile struct {
	*os.File
	size int64
}

func (f spoolFile) Size() int64     { return f.size }
func (f spoolFile) OwnFile() string { return f.Name() }
func (f spoolFile) Close() error    { return errors.Join(f.File.Close(), os.Remove(f.Name())) }

// spooledIn spools a message into a folder.
func spooledIn(dir, text string) (mail.Raw, error) {
	f, err := os.CreateTemp(dir, "spool-*")
	if err != nil {
		return nil, err
	}
	_, err = f.WriteString(text)
	return spoolFile{f, int64(len(text))}, err
}

// large is a letter of more than largeFrom octets, which differ from those of another n.
func large(n int) mail.Arrival {
	a := retrieved(n, "Large", "words")
	a.Raw = mail.Bytes(strings.Repeat(string(rune('a'+n)), largeFrom+1+n))
	a.Ledger.Size, a.Ledger.Body = a.Raw.Size(), digest(a.Raw.(mail.Bytes))
	return a
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// digestRaw is what Options.Digest is in these tests.
func digestRaw(raw mail.Raw) (string, error) {
	b, err := io.ReadAll(mail.Reader(raw))
	return digest(b), err
}

// largeFiles returns what lies in a store's folder of large messages.
func largeFiles(t testing.TB, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(dir, largeName))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.Name()
	}
	return names
}

func octets(t testing.TB, s *Store, id mail.MessageID) []byte {
	t.Helper()
	raw, err := s.Raw(context.Background(), id)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(mail.Reader(raw))
	if err = errors.Join(err, raw.Close()); err != nil {
		t.Fatal(err)
	}
	return b
}

// A message in a file of its own is not copied; whatever keeps the file from being taken over, it is stored.
func TestSpooledFileIsTakenOver(t *testing.T) {
	text := strings.Repeat("0123456789", largeFrom/9)
	for _, c := range []struct {
		name   string
		change func(f spoolFile) mail.Raw
		taken  bool
	}{
		{"as it is", func(f spoolFile) mail.Raw { return f }, true},
		{"a file that is gone", func(f spoolFile) mail.Raw { return elsewhereFile{f, f.Name() + ".gone"} }, false},
		{"a file with more in it", func(f spoolFile) mail.Raw {
			if _, err := f.WriteString("more"); err != nil {
				t.Fatal(err)
			}
			return f
		}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStore(t)
			spooled, err := spooledIn(s.dir, text)
			if err != nil {
				t.Fatal(err)
			}
			f := spooled.(spoolFile)
			before, err := f.Stat()
			if err != nil {
				t.Fatal(err)
			}
			a := letter(1, "Large", "words")
			a.Raw = c.change(f)
			id := add(t, s, a)[0]
			if _, err := f.ReadAt(make([]byte, 10), 0); err != nil {
				t.Errorf("the caller's own: %v", err)
			}
			if err := f.Close(); err != nil {
				t.Error(err)
			}
			names := largeFiles(t, s.dir)
			if len(names) != 1 {
				t.Fatalf("files: %q", names)
			}
			now, err := os.Stat(filepath.Join(s.dir, largeName, names[0]))
			if err != nil || os.SameFile(before, now) != c.taken || runtime.GOOS != "windows" && now.Mode().Perm()&0o077 != 0 {
				t.Errorf("the same file: %v, mode %v (%v)", os.SameFile(before, now), now.Mode(), err)
			}
			if got := octets(t, s, id); string(got) != text || summary(t, s, id).Size != int64(len(text)) {
				t.Errorf("%d octets instead of %d", len(got), len(text))
			}
		})
	}
}

// elsewhereFile names another file than its own.
type elsewhereFile struct {
	spoolFile
	name string
}

func (e elsewhereFile) OwnFile() string { return e.name }

// After every change there is one file for each large message, and no other.
func TestOneFileForEachLargeMessage(t *testing.T) {
	ctx := context.Background()
	s := newStore(t, Options{Digest: digestRaw})
	broken := letter(9, "Broken", "")
	broken.Raw = elsewhere{strings.NewReader("abc"), largeFrom + 5}
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	var ids []mail.MessageID
	for _, step := range []struct {
		name string
		do   func()
		want int
	}{
		{"two", func() { ids = add(t, s, large(1), letter(2, "Small", ""), large(3)) }, 2},
		{"one that is here already", func() {
			if again := add(t, s, large(1)); again[0] != ids[0] {
				t.Errorf("stored as %d, not %d", again[0], ids[0])
			}
		}, 2},
		{"a batch of which one cannot be read", func() {
			_, err := s.Add(ctx, home, []mail.Arrival{large(4), broken})
			fails(t, err, io.ErrUnexpectedEOF, mail.Unknown)
		}, 2},
		{"an account that is not there", func() {
			_, err := s.Add(ctx, "nobody", []mail.Arrival{large(4)})
			fails(t, err, ErrNoAccount, mail.Unknown)
		}, 2},
		{"cancelled", func() {
			_, err := s.Add(cancelled, home, []mail.Arrival{large(4)})
			fails(t, err, context.Canceled, mail.Cancelled)
		}, 2},
		{"got anew, larger", func() {
			a := large(1)
			a.Raw = mail.Bytes(strings.Repeat("A", largeFrom+100))
			a.Ledger.Message, a.Ledger.Body = ids[0], digest(a.Raw.(mail.Bytes))
			add(t, s, a)
			if got := octets(t, s, ids[0]); !bytes.Equal(got, a.Raw.(mail.Bytes)) {
				t.Errorf("%d octets", len(got))
			}
		}, 2},
		{"got anew, small", func() {
			a := retrieved(1, "Large", "words")
			a.Ledger.Message = ids[0]
			add(t, s, a)
			if got := octets(t, s, ids[0]); !bytes.Equal(got, a.Raw.(mail.Bytes)) {
				t.Errorf("%d octets", len(got))
			}
		}, 1},
		{"replaced", func() {
			var err error
			ids[2], err = s.Replace(ctx, ids[2], large(5))
			must(err)
			if got := octets(t, s, ids[2]); !bytes.Equal(got, large(5).Raw.(mail.Bytes)) {
				t.Errorf("%d octets", len(got))
			}
		}, 1},
		{"replaced, gone", func() {
			_, err := s.Replace(ctx, 1000, large(5))
			fails(t, err, ErrNoMessage, mail.Unknown)
		}, 1},
		{"sent", func() {
			o, a := outgoing(1, 0)
			a.Raw = large(6).Raw
			id, err := s.Enqueue(ctx, o, a, ids[2])
			must(err)
			o.ID = id
			must(s.Sent(ctx, o))
		}, 1},
		{"moved, marked, indexed", func() {
			must(s.Move(ctx, ids, folder(t, s, work, mail.Archive)))
			must(s.Mark(ctx, ids, mail.Seen, 0))
			must(s.Flush(ctx))
		}, 1},
		{"deleted", func() {
			ids = add(t, s, large(7), large(8))
			must(s.Delete(ctx, ids[:1]))
		}, 2},
		{"account removed", func() {
			_, err := s.Add(ctx, work, []mail.Arrival{large(1)})
			must(err)
			must(s.RemoveAccount(ctx, home))
		}, 1},
	} {
		step.do()
		if left := largeFiles(t, s.dir); len(left) != step.want {
			t.Errorf("%s: %d files instead of %d: %q", step.name, len(left), step.want, left)
		}
		if len(s.files.coming)+len(s.files.going) != 0 {
			t.Errorf("%s: on their way are still %v and %v", step.name, s.files.coming, s.files.going)
		}
		checkStore(t, s)
	}
}

// What a process leaves that dies before its COMMIT is removed at the next start, and nothing else is.
func TestFilesOfNobodyGoAtTheStart(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	id := add(t, s, large(1))[0]
	mark := s.files.mark
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	orphan, foreign, other := mark+"-0123.eml", "00000000-0123.eml", "readme.txt"
	for _, name := range []string{orphan, foreign, other} {
		if err := os.WriteFile(filepath.Join(dir, largeName, name), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s = openStore(t, dir)
	if got := octets(t, s, id); !bytes.Equal(got, large(1).Raw.(mail.Bytes)) {
		t.Errorf("%d octets", len(got))
	}
	left := largeFiles(t, dir)
	if len(left) != 3 || slices.Contains(left, orphan) || !slices.Contains(left, foreign) || !slices.Contains(left, other) {
		t.Errorf("left: %q", left)
	}
}

// The moment between the file and the COMMIT of the row that names it: a process that ends there leaves nothing.
func TestDeathBetweenFileAndRow(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	kept := add(t, s, large(1))[0]
	s.turn <- struct{}{} // nobody can begin a transaction
	done := make(chan error, 1)
	go func() {
		_, err := s.Add(context.Background(), home, []mail.Arrival{large(2)})
		done <- err
	}()
	for len(largeFiles(t, dir)) < 2 {
		runtime.Gosched()
	}
	checkStore(t, s) // which knows that it is on its way
	after := t.TempDir()
	if err := os.CopyFS(after, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	<-s.turn
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	again := openStore(t, after)
	if got := octets(t, again, kept); !bytes.Equal(got, large(1).Raw.(mail.Bytes)) {
		t.Errorf("%d octets", len(got))
	}
	if left := largeFiles(t, after); len(left) != 1 {
		t.Errorf("left: %q", left)
	}
	if n := len(ledger(t, again, home)); n != 1 {
		t.Errorf("%d rows in the ledger", n)
	}
}

// A copy of the store that is kept from before a change of its form can be put back: the large messages it names stay
// until it goes, whatever happens to them in the store.
func TestFilesOfACopyStay(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	now := time.Now()
	open := func() *Store {
		t.Helper()
		s, err := Open(ctx, dir, Options{Now: func() time.Time { return now }})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	closed := func(s *Store) {
		t.Helper()
		checkStore(t, s)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	s := open()
	if err := s.EnsureAccount(ctx, home); err != nil {
		t.Fatal(err)
	}
	ids := add(t, s, large(1), large(2))
	closed(s)
	old, err := os.ReadFile(filepath.Join(dir, databaseName))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(copyName(dir, firstWithFiles), old, 0o600); err != nil {
		t.Fatal(err)
	}

	s = open()
	later := add(t, s, large(3))
	if err := s.Delete(ctx, []mail.MessageID{ids[0], later[0]}); err != nil {
		t.Fatal(err)
	}
	if left := largeFiles(t, dir); len(left) != 2 {
		t.Errorf("after the deletion: %q", left)
	}
	closed(s)
	s = open()
	if left := largeFiles(t, dir); len(left) != 2 {
		t.Errorf("after a start: %q", left)
	}
	closed(s)

	// Put back, it is whole.
	back := t.TempDir()
	if err := os.CopyFS(back, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(copyName(back, firstWithFiles), filepath.Join(back, databaseName)); err != nil {
		t.Fatal(err)
	}
	s = openStore(t, back)
	for i, id := range ids {
		if got := octets(t, s, id); !bytes.Equal(got, large(i+1).Raw.(mail.Bytes)) {
			t.Errorf("put back: message %d has %d octets", id, len(got))
		}
	}

	// A copy that cannot be read keeps everything.
	if err := os.WriteFile(copyName(dir, firstWithFiles), []byte("no database at all, but as long as the head of one, which has a hundred octets: xxxxxxxxxxxxxxxxxxxx"), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err = Open(ctx, dir, Options{Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	if left := largeFiles(t, dir); len(left) != 2 {
		t.Errorf("beside a copy that cannot be read: %q", left)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	now = now.Add(keptFor + time.Hour)
	s = open()
	if left := largeFiles(t, dir); len(left) != 1 {
		t.Errorf("without the copy: %q", left)
	}
	closed(s)
}

func TestCheckLooksAtTheFiles(t *testing.T) {
	for _, c := range []struct {
		name, says string
		spoil      func(t *testing.T, s *Store, file string)
	}{
		{"missing", "of message 1 is missing", func(t *testing.T, _ *Store, file string) {
			if err := os.Remove(file); err != nil {
				t.Fatal(err)
			}
		}},
		{"cut", "octets instead of", func(t *testing.T, _ *Store, file string) {
			if err := os.Truncate(file, 1000); err != nil {
				t.Fatal(err)
			}
		}},
		{"changed", "has other octets than were retrieved", func(t *testing.T, _ *Store, file string) {
			f, err := os.OpenFile(file, os.O_WRONLY, 0)
			if err != nil {
				t.Fatal(err)
			}
			if _, err = f.WriteAt([]byte("!"), 1000); errors.Join(err, f.Close()) != nil {
				t.Fatal(err)
			}
		}},
		{"one too many", "belongs to no message", func(t *testing.T, s *Store, _ string) {
			if err := os.WriteFile(s.files.path(s.files.mark+"-1.eml"), nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}},
		{"twice", "and in the database", func(t *testing.T, s *Store, _ string) {
			breakStore(t, s, "INSERT INTO chunk(place, data) VALUES (1 << 20, x'00')")
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			s, err := Open(t.Context(), dir, Options{Digest: digestRaw})
			if err != nil {
				t.Fatal(err)
			}
			defer func() {
				if err := s.Close(); err != nil {
					t.Error(err)
				}
			}()
			if err := s.EnsureAccount(t.Context(), home); err != nil {
				t.Fatal(err)
			}
			add(t, s, large(1))
			checkStore(t, s)
			c.spoil(t, s, filepath.Join(dir, largeName, largeFiles(t, dir)[0]))
			wrong, err := s.Check(t.Context())
			if err != nil || len(wrong) != 1 || !strings.Contains(wrong[0], c.says) {
				t.Errorf("want %q, got %q (%v)", c.says, wrong, err)
			}
		})
	}
}

func TestLargeRaw(t *testing.T) {
	ctx := context.Background()
	s := newStore(t)
	ids := add(t, s, large(1), large(2))
	held, err := s.Raw(ctx, ids[0])
	if err != nil {
		t.Fatal(err)
	}
	closed, err := s.Raw(ctx, ids[0])
	if err != nil {
		t.Fatal(err)
	}
	size := held.Size()
	p := make([]byte, 10)
	for _, c := range []struct {
		off  int64
		n    int
		want error
	}{{0, 10, nil}, {size - 10, 10, nil}, {size - 4, 4, io.EOF}, {size, 0, io.EOF}, {size + 7, 0, io.EOF}} {
		if n, err := held.ReadAt(p, c.off); n != c.n || !errors.Is(err, c.want) {
			t.Errorf("at %d: %d, %v", c.off, n, err)
		}
	}
	if _, err := held.ReadAt(p, -1); err == nil {
		t.Error("a negative place was read")
	}
	if _, err := closed.ReadAt(p, 0); err != nil {
		t.Error(err)
	}
	for range 2 {
		if err := closed.Close(); err != nil {
			t.Error(err)
		}
	}
	if _, err := closed.ReadAt(p, 0); err != nil {
		t.Errorf("closed, it cannot be read: %v", err)
	}
	if err := closed.Close(); err != nil {
		t.Error(err)
	}
	if err := s.Delete(ctx, ids[:1]); err != nil {
		t.Fatal(err)
	}
	if n, err := held.ReadAt(p, 0); err != nil || string(p[:n]) != "bbbbbbbbbb" {
		t.Errorf("what was open reads %q (%v)", p[:n], err)
	}
	if err := held.Close(); err != nil {
		t.Error(err)
	}
	_, err = closed.ReadAt(p, 0)
	fails(t, err, ErrNoMessage, mail.Unknown)

	other, err := s.Raw(ctx, ids[1])
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(s.dir, largeName, largeFiles(t, s.dir)[0])
	if err := os.Rename(path, path+".away"); err != nil {
		t.Fatal(err)
	}
	_, err = other.ReadAt(p, 0)
	fails(t, err, nil, mail.StoreDamaged)
	if err := os.WriteFile(path, []byte("short"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = other.ReadAt(p, 100)
	fails(t, err, nil, mail.StoreDamaged)
	if err := errors.Join(other.Close(), os.Rename(path+".away", path)); err != nil {
		t.Fatal(err)
	}
	// Got anew: what was not open yet is gone.
	a := large(2)
	a.Raw = mail.Bytes(strings.Repeat("!", largeFrom+50))
	a.Ledger.Message = ids[1]
	add(t, s, a)
	_, err = other.ReadAt(p, 0)
	fails(t, err, ErrNoMessage, mail.Unknown)
	last, err := s.Raw(ctx, ids[1])
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	_, err = last.ReadAt(p, 0)
	fails(t, err, ErrClosed, mail.Unknown)
}

// Of a COMMIT that failed nobody knows what the disk has, so the files it would have named wait for the next start.
func TestFilesOutliveAFailedCommit(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	hook := func(f func() int) {
		t.Helper()
		if err := s.conn.Raw(func(c any) error { c.(*sqlite3.SQLiteConn).RegisterCommitHook(f); return nil }); err != nil {
			t.Fatal(err)
		}
	}
	hook(func() int { return 1 })
	if _, err := s.Add(t.Context(), home, []mail.Arrival{large(1)}); err == nil {
		t.Fatal("the COMMIT did not fail")
	}
	hook(nil)
	if left := largeFiles(t, dir); len(left) != 1 {
		t.Errorf("files after the failure: %q", left)
	}
	checkStore(t, s)
	id := add(t, s, large(2))[0]
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = openStore(t, dir)
	if left := largeFiles(t, dir); len(left) != 1 {
		t.Errorf("files after a new start: %q", left)
	}
	if got := octets(t, s, id); !bytes.Equal(got, large(2).Raw.(mail.Bytes)) {
		t.Errorf("%d octets", len(got))
	}
	checkStore(t, s)
}
