package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"

	"poplar/mail"
)

// largeRow is a large message as its row has it.
type largeRow struct {
	id   mail.MessageID
	size int64
	sum  string // its digest, where that is known
}

// largeRows returns the large messages of the store by their files.
func (s *Store) largeRows(ctx context.Context) (map[string]largeRow, error) {
	all := map[string]largeRow{}
	err := s.read(ctx, "check the mail store", func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, "SELECT file, id, size, sum FROM message WHERE file IS NOT NULL")
		if err != nil {
			return err
		}
		return eachRow(rows, func(scan func(...any) error) error {
			var name string
			var r largeRow
			err := scan(&name, &r.id, &r.size, &r.sum)
			all[name] = r
			return err
		})
	})
	return all, err
}

// checkFiles is the part of Check that looks at the large messages: each has its file, of the right size and, where that
// is known, with the right digest; and there is no file that nobody needs. Others may be storing and deleting meanwhile.
func (s *Store) checkFiles(ctx context.Context) ([]string, error) {
	rows, err := s.largeRows(ctx)
	if err != nil {
		return nil, err
	}
	names, err := s.files.list()
	if err != nil {
		return nil, s.fail("check the mail store", err)
	}
	suspects := map[string]string{}
	for _, name := range names {
		if _, ok := rows[name]; !ok {
			suspects[name] = fmt.Sprintf("the file %s in %s belongs to no message", name, largeName)
		}
	}
	for name, r := range rows {
		if err := ctx.Err(); err != nil {
			return nil, s.fail("check the mail store", err)
		}
		if what := s.examineFile(name, r); what != "" {
			suspects[name] = fmt.Sprintf("the file %s of message %d %s", name, r.id, what)
		}
	}
	if len(suspects) == 0 {
		return nil, nil
	}
	// What has come or gone since the rows were read is all right.
	now, err := s.largeRows(ctx)
	if err != nil {
		return nil, err
	}
	var wrong []string
	for name, what := range suspects {
		_, before := rows[name]
		if _, ok := now[name]; ok == before && (ok || s.files.idle(name) && s.files.there(name)) {
			wrong = append(wrong, what)
		}
	}
	slices.Sort(wrong)
	return wrong, nil
}

// examineFile says what is wrong with the file of a message, "" for nothing.
func (s *Store) examineFile(name string, r largeRow) string {
	info, err := os.Stat(s.files.path(name))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "is missing"
	case err != nil:
		return "cannot be looked at: " + err.Error()
	case info.Size() != r.size:
		return fmt.Sprintf("has %d octets instead of %d", info.Size(), r.size)
	case s.digest == nil || r.sum == "":
		return ""
	}
	raw := &fileRaw{s: s, id: r.id, name: name, size: r.size}
	sum, err := s.digest(raw)
	if err = errors.Join(err, raw.Close()); err != nil {
		return "cannot be read: " + err.Error()
	}
	if sum != r.sum {
		return "has other octets than were retrieved"
	}
	return ""
}

// idle says that a file is neither coming nor going, nor kept for a copy of the store.
func (f *files) idle(name string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return !f.coming[name] && !f.going[name] && !f.kept[name]
}

func (f *files) there(name string) bool {
	_, err := os.Lstat(f.path(name))
	return err == nil
}
