package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// keptFor is how long a copy of the store from before a change of its form stays.
const keptFor = 30 * 24 * time.Hour

// copyName is where the copy of a store of an older form lies.
func copyName(dir string, form int) string {
	return filepath.Join(dir, fmt.Sprintf("%s.form%d", databaseName, form))
}

// keepCopy keeps the database as it is before its form changes, for the person who goes back to an older Poplar or meets
// a fault in the change. Nothing is changed when there is no room for it. Where the file system can, the copy shares the
// original's blocks and takes no time.
func (s *Store) keepCopy(ctx context.Context, form int) (err error) {
	// Into the database with all that is still in the write-ahead log.
	var busy, log, done int
	if err := s.conn.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &log, &done); err != nil {
		return err
	}
	if busy != 0 {
		return ErrInUse
	}
	name := copyName(s.dir, form)
	temp := name + ".part"
	from, err := os.Open(filepath.Join(s.dir, databaseName))
	if err != nil {
		return err
	}
	defer from.Close() //nolint:errcheck // only read
	to, err := os.OpenFile(temp, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(to, from)
	if err = errors.Join(err, to.Sync(), to.Close()); err == nil {
		err = os.Rename(temp, name)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("keep a copy of the mail store before its form changes: %w", err), os.Remove(temp))
	}
	s.log.Info("a copy of the mail store from before its form changes is kept", "file", name)
	return nil
}

// dropCopies removes copies that have been kept long enough, and what an interrupted copying left.
func (s *Store) dropCopies() {
	names, err := filepath.Glob(filepath.Join(s.dir, databaseName+".form*"))
	for _, name := range names {
		info, failed := os.Stat(name)
		if failed == nil && (filepath.Ext(name) == ".part" || s.now().Sub(info.ModTime()) > keptFor) {
			failed = os.Remove(name)
		}
		err = errors.Join(err, failed)
	}
	if err != nil {
		s.log.Warn("an old copy of the mail store was not removed", "error", err)
	}
}
