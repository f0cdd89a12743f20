package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"poplar/mail"
)

const (
	// largeName is the folder of large messages, in the store's.
	largeName = "large"
	// largeFrom is the size above which a message gets a file of its own. Smaller ones are better off in the database:
	// many of them share one sync.
	largeFrom = 1 << 20
	// copyPiece is how much of a message that must be copied is held in memory.
	copyPiece = 256 << 10
)

// files are the large messages of a store, a file each. A file is written once, before the transaction that names it,
// and removed once, after the transaction that does not name it any more. What a process leaves that dies in between is
// named by no row, and is removed when the store is opened.
type files struct {
	dir  string
	mark string // how the names of this store's files begin

	mu     sync.Mutex
	made   bool            // dir is there
	coming map[string]bool // files whose transaction is under way
	kept   map[string]bool // files that a copy of the store from before a change of its form names
	going  map[string]bool // files that no row names any more and that are still there
}

// inFile is a message whose octets are in a file of the store's.
type inFile struct {
	mail.Raw
	name string
}

func (f *files) path(name string) string { return filepath.Join(f.dir, name) }

// writeLarge is write for a transaction that stores messages. The large ones among them are put into files before it
// begins, each synced with its name: f is given the batch with an inFile in the place of their Raw. Files that no row has
// come to name go when it is over.
func (s *Store) writeLarge(ctx context.Context, doing string, batch []mail.Arrival, f func(*tx, []mail.Arrival) error) error {
	if s.closed.Load() {
		return s.fail(doing, ErrClosed)
	}
	var names, named []string
	defer func() { s.settleFiles(names, named) }()
	batch = slices.Clone(batch)
	for i := range batch {
		raw := batch[i].Raw
		if raw == nil || raw.Size() <= largeFrom {
			continue
		}
		name, err := s.files.reserve()
		if err == nil {
			names = append(names, name)
			err = s.files.fill(ctx, name, raw)
		}
		if err != nil {
			return s.fail(doing, err)
		}
		batch[i].Raw = &inFile{raw, name}
	}
	if len(names) > 0 {
		if err := syncDir(s.files.dir); err != nil {
			return s.fail(doing, err)
		}
	}
	var t *tx
	err := s.write(ctx, doing, func(now *tx) error {
		t = now
		return f(t, batch)
	})
	switch {
	case err == nil:
		named = t.named
	case t != nil && t.doubtful:
		names = nil // a COMMIT that failed may yet be found in the log after a crash; what nobody names goes when the store is opened
	}
	return err
}

// settleFiles ends the time in which files are coming: those that are not named go again.
func (s *Store) settleFiles(names, named []string) {
	if len(names) == 0 {
		return
	}
	s.files.mu.Lock()
	for _, name := range names {
		delete(s.files.coming, name)
		if !slices.Contains(named, name) {
			s.files.going[name] = true
		}
	}
	s.files.mu.Unlock()
	s.removeFiles()
}

// reserve makes up a name that no file has had, and the folder where there is none.
func (f *files) reserve() (string, error) {
	var random [12]byte
	if _, err := rand.Read(random[:]); err != nil {
		return "", err
	}
	name := f.mark + "-" + hex.EncodeToString(random[:]) + ".eml"
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.made {
		if err := os.MkdirAll(f.dir, 0o700); err != nil {
			return "", err
		}
		if err := syncDir(filepath.Dir(f.dir)); err != nil {
			return "", err
		}
		f.made = true
	}
	f.coming[name] = true
	return name, nil
}

// fill makes the file of a name: by giving the name to the file in which the message lies already, else by copying.
func (f *files) fill(ctx context.Context, name string, raw mail.Raw) error {
	path := f.path(name)
	if own, ok := raw.(mail.Spooled); ok {
		info, err := os.Stat(own.OwnFile())
		if err == nil && info.Size() == raw.Size() && os.Link(own.OwnFile(), path) == nil {
			return syncFile(path)
		}
		// Copied on a file system without links, and from one other than the store's.
	}
	to, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	err = copyRaw(ctx, to, raw)
	if err == nil {
		err = to.Sync()
	}
	return errors.Join(err, to.Close())
}

// copyRaw writes all octets of raw.
func copyRaw(ctx context.Context, to io.Writer, raw mail.Raw) error {
	if whole, ok := raw.(mail.Bytes); ok {
		_, err := to.Write(whole)
		return err
	}
	size := raw.Size()
	piece := make([]byte, copyPiece)
	for off := int64(0); off < size; off += copyPiece {
		if err := ctx.Err(); err != nil {
			return err
		}
		n := min(size-off, copyPiece)
		if read, err := raw.ReadAt(piece[:n], off); int64(read) < n {
			return shortRead(err)
		}
		if _, err := to.Write(piece[:n]); err != nil {
			return err
		}
	}
	return nil
}

func shortRead(err error) error {
	if err == nil || errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return fmt.Errorf("read the message: %w", err)
}

// syncFile brings a file to the disk.
func syncFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0) // Windows syncs only what may be written
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// sumOf is the digest to be kept of a message that is in a file; "" where none is known.
func sumOf(a *mail.Arrival, file sql.NullString) string {
	if !file.Valid || a.Ledger == nil || a.Ledger.Partial {
		return ""
	}
	return a.Ledger.Body
}

// drop notes that a file is to go when the transaction has been committed.
func (t *tx) drop(file sql.NullString) {
	if file.Valid {
		t.dropped = append(t.dropped, file.String)
	}
}

// letGo takes over what a committed transaction has dropped.
func (f *files) letGo(names []string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, name := range names {
		if !f.kept[name] {
			f.going[name] = true
		}
	}
}

// removeFiles removes the files that no row names any more. One that cannot be removed yet, as Windows has it while
// somebody has it open, is tried again later.
func (s *Store) removeFiles() {
	s.files.mu.Lock()
	defer s.files.mu.Unlock()
	for name := range s.files.going {
		err := os.Remove(s.files.path(name))
		if err == nil || errors.Is(err, fs.ErrNotExist) {
			delete(s.files.going, name)
		} else {
			s.log.Debug("the file of a message that is gone stays for now", "file", name, "error", err)
		}
	}
}

// openFiles finds out which files are here, and removes those that no row of the store, or of a copy that is kept of it,
// names. Files with another mark are another store's: whoever puts a new one in the place of a broken one can still get
// at its large messages.
func (s *Store) openFiles(ctx context.Context) error {
	f := &s.files
	f.dir = filepath.Join(s.dir, largeName)
	f.coming, f.kept, f.going = map[string]bool{}, map[string]bool{}, map[string]bool{}
	if err := s.conn.QueryRowContext(ctx, "SELECT value FROM memory WHERE key = 'files'").Scan(&f.mark); err != nil {
		return fmt.Errorf("the mark of large messages: %w", err)
	}
	names, err := f.list()
	if err != nil || len(names) == 0 {
		return err
	}
	f.made = true
	held, err := namedFiles(ctx, s.conn)
	if err != nil {
		return err
	}
	if f.kept, err = s.copiesFiles(ctx); err != nil {
		s.log.Warn("the files of a copy of the mail store cannot be told; none is removed", "error", err)
		return nil
	}
	for _, name := range names {
		if !held[name] && !f.kept[name] {
			f.going[name] = true
		}
	}
	s.removeFiles()
	return nil
}

// list returns the names of this store's files.
func (f *files) list() ([]string, error) {
	dir, err := os.Open(f.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	all, err := dir.Readdirnames(-1)
	own := all[:0]
	for _, name := range all {
		if strings.HasPrefix(name, f.mark+"-") {
			own = append(own, name)
		}
	}
	return own, errors.Join(err, dir.Close())
}

// querier is a connection, a pool of them, or a transaction.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// namedFiles returns the files that a database names.
func namedFiles(ctx context.Context, q querier) (map[string]bool, error) {
	rows, err := q.QueryContext(ctx, "SELECT file FROM message WHERE file IS NOT NULL")
	if err != nil {
		return nil, err
	}
	named := map[string]bool{}
	return named, eachRow(rows, func(scan func(...any) error) error {
		var name string
		err := scan(&name)
		named[name] = true
		return err
	})
}

// copiesFiles returns the files that the copies name which are kept from before changes of the store's form.
func (s *Store) copiesFiles(ctx context.Context) (map[string]bool, error) {
	all := map[string]bool{}
	names, err := filepath.Glob(filepath.Join(s.dir, databaseName+".form*"))
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		var form int
		if _, err := fmt.Sscanf(filepath.Base(name), databaseName+".form%d", &form); err != nil || name != copyName(s.dir, form) || form < firstWithFiles {
			continue
		}
		db := sql.OpenDB(connector{dsn: dsn(name) + "&immutable=1", pragmas: []string{"query_only = ON"}})
		named, err := namedFiles(ctx, db)
		if err = errors.Join(err, db.Close()); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		for n := range named {
			all[n] = true
		}
	}
	return all, nil
}

// firstWithFiles is the first form of the store that has messages in files.
const firstWithFiles = 3
