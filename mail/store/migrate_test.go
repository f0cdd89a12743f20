package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"poplar/mail"
)

// filled is what is put into a store of each form, by the statements of its time.
const filled = `
INSERT INTO account(num, id) VALUES (1, 'home');
INSERT INTO folder(id, account, parent, name, role, total, unread) VALUES
	(1, 1, NULL, 'Inbox', 'inbox', 2, 2), (2, 1, NULL, 'Drafts', 'drafts', 0, 0), (3, 1, NULL, 'Outbox', 'outbox', 0, 0),
	(4, 1, NULL, 'Sent', 'sent', 0, 0), (5, 1, NULL, 'Archive', 'archive', 0, 0), (6, 1, NULL, 'Junk', 'junk', 0, 0), (7, 1, NULL, 'Trash', 'trash', 0, 0);
INSERT INTO message(id, account, folder, thread, date, received, size, flags, attachments, loose, message_id, uidl, subject, sender, recipients, copies, snippet) VALUES
	(1, 1, 1, 1, 1700000000, 1700000000000000000, 6, 0, 0, 0, '1@example.org', x'753031', 'One', '[["Marta Lind","marta@example.org"]]', '[]', '[]', 'one'),
	(2, 1, 1, 2, 1700000001, 1700000001000000000, 6, 0, 0, 0, '2@example.org', NULL, 'Two', '[]', '[]', '[]', 'two');
INSERT INTO chunk(place, data) VALUES (1 << 20, CAST('S: 1' || x'0d0a' AS BLOB)), (2 << 20, CAST('S: 2' || x'0d0a' AS BLOB));
INSERT INTO unindexed(message, text) VALUES (1, 'needle'), (2, NULL);`

// ofForm makes a store of an older form in a new folder.
func ofForm(t testing.TB, form int) string {
	t.Helper()
	dir := t.TempDir()
	db := sql.OpenDB(connector{dsn: dsn(filepath.Join(dir, databaseName)), pragmas: writerPragmas})
	defer db.Close()
	names, err := migrations()
	if err != nil {
		t.Fatal(err)
	}
	script := "BEGIN;"
	for _, name := range names[:form] {
		text, err := migrationFiles.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		script += string(text)
	}
	script += fmt.Sprintf("%s; PRAGMA application_id = %d; PRAGMA user_version = %d; COMMIT;", filled, applicationID, form)
	if _, err := db.Exec(script); err != nil {
		t.Fatal(err)
	}
	return dir
}

// known says what of a filled store is not there.
func known(ctx context.Context, s *Store) error {
	l, err := s.List(ctx, mail.Query{Role: mail.Inbox})
	if err != nil || len(l) < 2 { // a process that was killed may have stored more, and not come to tell
		return fmt.Errorf("%d messages are listed: %w", len(l), err)
	}
	if one := l[len(l)-1]; one.Subject != "One" || one.UIDL != "u01" || one.From[0].Name != "Marta Lind" {
		return fmt.Errorf("listed %+v", one)
	}
	raw, err := s.Raw(ctx, 1)
	if err != nil {
		return err
	}
	octets, err := io.ReadAll(mail.Reader(raw))
	if err != nil || !bytes.Equal(octets, []byte("S: 1\r\n")) {
		return fmt.Errorf("read %q: %w", octets, err)
	}
	found, err := s.List(ctx, mail.Query{Text: "needle"})
	if err != nil || len(found) != 1 {
		return fmt.Errorf("found %+v: %w", found, err)
	}
	wrong, err := s.Check(ctx)
	if err != nil || len(wrong) > 0 {
		return fmt.Errorf("wrong: %q: %w", wrong, err)
	}
	return nil
}

// TestEveryForm: a store of each form there was becomes one of today with all that is in it, and is kept as it was until
// it is clear that nobody wants it back.
func TestEveryForm(t *testing.T) {
	names, err := migrations()
	if err != nil {
		t.Fatal(err)
	}
	for form := 1; form < len(names); form++ {
		dir := ofForm(t, form)
		now := time.Now()
		reopen := func() *Store {
			s, err := Open(t.Context(), dir, Options{Now: func() time.Time { return now }})
			if err != nil {
				t.Fatalf("form %d: %v", form, err)
			}
			if err := known(t.Context(), s); err != nil {
				t.Errorf("form %d: %v", form, err)
			}
			return s
		}
		if err := reopen().Close(); err != nil {
			t.Error(err)
		}
		// The copy is a store of the old form, whole.
		db := sql.OpenDB(connector{dsn: dsn(copyName(dir, form)), pragmas: []string{"query_only = ON"}})
		var version, messages int
		if err := db.QueryRow("SELECT (SELECT user_version FROM pragma_user_version), (SELECT count(*) FROM message)").Scan(&version, &messages); err != nil || version != form || messages != 2 {
			t.Errorf("the copy is of form %d and has %d messages: %v", version, messages, err)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
		if err := os.WriteFile(copyName(dir, form)+".part", nil, 0o600); err != nil {
			t.Fatal(err)
		}
		now = now.Add(keptFor - time.Hour)
		if err := reopen().Close(); err != nil {
			t.Error(err)
		}
		if left, _ := filepath.Glob(filepath.Join(dir, databaseName+".form*")); len(left) != 1 {
			t.Errorf("beside the store lies %q", left)
		}
		now = now.Add(2 * time.Hour)
		if err := reopen().Close(); err != nil {
			t.Error(err)
		}
		if left, _ := filepath.Glob(filepath.Join(dir, databaseName+".form*")); len(left) != 0 {
			t.Errorf("still kept: %q", left)
		}
	}
}

// Reports of before say in their rows what they say.
func TestReportsOfOlderForms(t *testing.T) {
	dir := ofForm(t, 2)
	db := sql.OpenDB(connector{dsn: dsn(filepath.Join(dir, databaseName)), pragmas: writerPragmas})
	_, err := db.Exec(`INSERT INTO report(message, about, original) VALUES (1, NULL, 'x'), (2, NULL, 'y');
		INSERT INTO fate(message, seq, addr, key, state, status, said, remote, moved, report) VALUES (1, 0, 'a', 'a', 'delayed', '', '', '', '', 2)`)
	if err = errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	s := openStore(t, dir)
	for id, want := range map[mail.MessageID]mail.FateState{1: mail.FateFailed, 2: mail.FateDelayed} {
		if got, err := s.Summary(t.Context(), id); err != nil || got.Report != want || got.Fate != "" {
			t.Errorf("message %d: %q, %v", id, got.Report, err)
		}
	}
}

// TestNoRoomForTheCopy: where the copy cannot be kept, the store is left as it is.
func TestNoRoomForTheCopy(t *testing.T) {
	dir := ofForm(t, 1)
	if err := os.Mkdir(copyName(dir, 1)+".part", 0o700); err != nil { // cannot be written as a file
		t.Fatal(err)
	}
	if s, err := Open(t.Context(), dir, Options{}); err == nil {
		_ = s.Close()
		t.Fatal("the form was changed without a copy")
	}
	db := sql.OpenDB(connector{dsn: dsn(filepath.Join(dir, databaseName)), pragmas: []string{"query_only = ON"}})
	defer db.Close()
	var version int
	if err := db.QueryRow("PRAGMA user_version").Scan(&version); err != nil || version != 1 {
		t.Errorf("the store is of form %d now: %v", version, err)
	}
}

// TestKilledWhileTheFormChanges kills a process at random moments of opening an older store; the next one finds all.
func TestKilledWhileTheFormChanges(t *testing.T) {
	const rounds = 25
	rng := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 2))
	older := ofForm(t, 1)
	for range rounds {
		dir := t.TempDir()
		if err := os.CopyFS(dir, os.DirFS(older)); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), victimRole+"="+dir)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		timer := time.AfterFunc(time.Duration(rng.IntN(60_000))*time.Microsecond, func() { _ = cmd.Process.Kill() })
		said, _ := io.ReadAll(out)
		var exit *exec.ExitError
		if err := cmd.Wait(); !errors.As(err, &exit) || strings.Contains(string(said), "panic") {
			t.Fatalf("it ended with %v: %s", err, said)
		}
		timer.Stop()
		s, err := Open(t.Context(), dir, Options{Wait: time.Minute})
		if err != nil {
			t.Fatal(err)
		}
		if len(said) == 0 { // it had not come to changing anything of its own
			if err := known(t.Context(), s); err != nil {
				t.Error(err)
			}
		}
		checkStore(t, s)
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}
