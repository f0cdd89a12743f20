package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"go/build"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"poplar/mail"
)

// fails checks that err is an *Error of the kind that wraps cause.
func fails(t *testing.T, err, cause error, kind mail.Kind) {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) {
		t.Fatalf("got %v (%T), want an *Error", err, err)
	}
	if cause != nil && !errors.Is(err, cause) {
		t.Errorf("got %v, want %v", err, cause)
	}
	if p := mail.ProblemOf(err); p.Kind != kind {
		t.Errorf("got problem %q, want %q (%v)", p.Kind, kind, err)
	}
}

func TestOneProcessAtATime(t *testing.T) {
	dir := t.TempDir()
	first := openStore(t, dir)
	_, err := Open(context.Background(), dir, Options{})
	fails(t, err, ErrInUse, mail.StoreInUse)
	if !strings.Contains(err.Error(), "another Poplar is using this profile") {
		t.Errorf("the error does not say it plainly: %v", err)
	}
	_, err = Open(context.Background(), dir, Options{Wait: time.Millisecond})
	fails(t, err, ErrInUse, mail.StoreInUse)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = Open(ctx, dir, Options{Wait: time.Hour})
	fails(t, err, context.Canceled, mail.Cancelled)

	opened := make(chan error, 1)
	go func() {
		second, err := Open(context.Background(), dir, Options{Wait: time.Minute})
		if err == nil {
			err = second.Close()
		}
		opened <- err
	}()
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-opened; err != nil {
		t.Errorf("the second process was not let in: %v", err)
	}
}

func TestFilesAreTheOwnersAlone(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("permissions are those of the folder")
	}
	s := newStore(t)
	add(t, s, letter(1, "One", "text"))
	for _, name := range []string{databaseName, databaseName + "-wal", databaseName + "-shm", lockName} {
		info, err := os.Stat(filepath.Join(s.dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s can be read by others: %v", name, info.Mode())
		}
	}
}

func TestFolderNamesWithMeaningToSQLite(t *testing.T) {
	name := "a b?mode=memory#100%25 邮件"
	if runtime.GOOS == "windows" {
		name = "a b;mode=memory#100%25 邮件" // no file is named with a question mark there
	}
	s := openStore(t, filepath.Join(t.TempDir(), name))
	add(t, s, letter(1, "One", "text"))
	if _, err := os.Stat(filepath.Join(s.dir, databaseName)); err != nil {
		t.Error(err)
	}
}

func TestConnectionSettings(t *testing.T) {
	s := newStore(t)
	for _, p := range []struct{ name, writer, reader string }{
		{"page_size", "16384", "16384"},
		{"auto_vacuum", "2", "2"},
		{"journal_mode", "wal", "wal"},
		{"synchronous", "2", ""},
		{"foreign_keys", "1", "1"},
		{"query_only", "0", "1"},
		{"busy_timeout", "10000", "10000"},
		{"application_id", "1349480556", ""},
	} {
		var got string
		if err := s.conn.QueryRowContext(context.Background(), "PRAGMA "+p.name).Scan(&got); err != nil || got != p.writer {
			t.Errorf("writer: %s = %s, want %s (%v)", p.name, got, p.writer, err)
		}
		if err := s.pool.QueryRow("PRAGMA " + p.name).Scan(&got); err != nil || p.reader != "" && got != p.reader {
			t.Errorf("reader: %s = %s, want %s (%v)", p.name, got, p.reader, err)
		}
	}
}

func TestRefusedFilesStayAsTheyAre(t *testing.T) {
	foreign := func(statements string) func(t *testing.T, path string) {
		return func(t *testing.T, path string) {
			db, err := sql.Open("sqlite3", path)
			if err != nil {
				t.Fatal(err)
			}
			defer func() {
				if err := db.Close(); err != nil {
					t.Error(err)
				}
			}()
			if _, err := db.Exec(statements); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, c := range []struct {
		name  string
		make  func(t *testing.T, path string)
		cause error
		says  string
	}{
		{"newer form", foreign(fmt.Sprintf("CREATE TABLE t(x); PRAGMA application_id = %d; PRAGMA user_version = 999", applicationID)), ErrNewer, "newer Poplar"},
		{"another program's database", foreign("CREATE TABLE t(x); INSERT INTO t VALUES (1)"), ErrNotAStore, "not a Poplar mail store"},
		{"another program's id", foreign("PRAGMA application_id = 77"), ErrNotAStore, "not a Poplar mail store"},
		{"no database at all", func(t *testing.T, path string) {
			if err := os.WriteFile(path, bytes.Repeat([]byte("This is no database. "), 1000), 0o600); err != nil {
				t.Fatal(err)
			}
		}, nil, "not a database"},
		{"overwritten beginning", func(t *testing.T, path string) {
			s := openStore(t, filepath.Dir(path))
			add(t, s, letter(1, "One", "text"))
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			f, err := os.OpenFile(path, os.O_RDWR, 0)
			if err != nil {
				t.Fatal(err)
			}
			_, err = f.WriteAt(make([]byte, 1024), 0)
			if err := errors.Join(err, f.Close()); err != nil {
				t.Fatal(err)
			}
		}, nil, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, databaseName)
			c.make(t, path)
			before, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			for range 2 { // refused again, too: nothing was set up meanwhile
				_, err := Open(context.Background(), dir, Options{})
				kind := mail.StoreDamaged
				if errors.Is(c.cause, ErrNewer) {
					kind = mail.StoreNewer
				}
				fails(t, err, c.cause, kind)
				if !strings.Contains(err.Error(), c.says) {
					t.Errorf("the error does not say %q: %v", c.says, err)
				}
			}
			after, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(before, after) {
				t.Error("the file was changed")
			}
		})
	}
}

// A page in the middle goes bad: what can be read stays readable, what cannot says so, and Check finds it.
func TestDamagedPages(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	a := newAuthor(5)
	var ids []mail.MessageID
	for n := range 50 {
		ids = append(ids, add(t, s, a.message(n, 20000, 2000))...)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, databaseName)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for page := len(data) / 4096 / 2; page < len(data)/4096; page++ {
		for i := range 4096 {
			data[page*4096+i] = byte(i * 31)
		}
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	s, err = Open(context.Background(), dir, Options{})
	if err != nil {
		fails(t, err, nil, mail.StoreDamaged)
		return
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	wrong, err := s.Check(context.Background())
	if err != nil || len(wrong) == 0 {
		t.Errorf("check found nothing (%v)", err)
	}
	damaged := 0
	for _, id := range ids {
		raw, err := s.Raw(context.Background(), id)
		if err == nil {
			_, err = raw.ReadAt(make([]byte, raw.Size()), 0)
		}
		if err != nil {
			damaged++
			if !errors.Is(err, ErrNoMessage) {
				fails(t, err, nil, mail.StoreDamaged)
			}
		}
	}
	if damaged == 0 {
		t.Error("no message was damaged: the test damages nothing")
	}
}

func TestClosedStore(t *testing.T) {
	s := newStore(t)
	ids := add(t, s, letter(1, "One", "text"))
	raw, err := s.Raw(context.Background(), ids[0])
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	_, err = s.List(context.Background(), mail.Query{})
	fails(t, err, ErrClosed, mail.Unknown)
	_, err = s.Add(context.Background(), home, []mail.Arrival{letter(2, "Two", "")})
	fails(t, err, ErrClosed, mail.Unknown)
	_, err = raw.ReadAt(make([]byte, 5), 0)
	fails(t, err, ErrClosed, mail.Unknown)
}

func TestMemory(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	ctx := context.Background()
	for _, value := range [][]byte{[]byte("one"), {}, {0, 255}} {
		if err := s.Remember(ctx, "key", value); err != nil {
			t.Fatal(err)
		}
		if got, err := s.Memory(ctx, "key"); err != nil || got == nil || !bytes.Equal(got, value) {
			t.Errorf("got %v, want %v (%v)", got, value, err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = openStore(t, dir)
	if got, err := s.Memory(ctx, "key"); err != nil || !bytes.Equal(got, []byte{0, 255}) {
		t.Errorf("after reopening: %v, %v", got, err)
	}
	if err := s.Remember(ctx, "key", nil); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"key", "never heard of"} {
		if got, err := s.Memory(ctx, key); err != nil || got != nil {
			t.Errorf("%s: %v, %v", key, got, err)
		}
	}
}

// Without the tag the compiler must refuse; compiling SQLite a second time to see it would take a minute.
func TestForgottenTagDoesNotCompile(t *testing.T) {
	forgotten := build.Default
	forgotten.BuildTags = nil
	const file = "needs_build_tag_sqlite_fts5.go"
	if match, err := forgotten.MatchFile(".", file); err != nil || !match {
		t.Errorf("%s is not compiled without the tag (%v)", file, err)
	}
	forgotten.BuildTags = []string{"sqlite_fts5"}
	if match, err := forgotten.MatchFile(".", file); err != nil || match {
		t.Errorf("%s is compiled with the tag (%v)", file, err)
	}
}
