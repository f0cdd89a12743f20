package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync"

	"poplar/mail"
)

// fileRaw is a large message.
type fileRaw struct {
	s    *Store
	id   mail.MessageID
	name string
	size int64

	mu   sync.RWMutex
	file *os.File // nil while nobody reads
}

// Size implements mail.Raw.
func (r *fileRaw) Size() int64 { return r.size }

// Close lets go of the file. A closed Raw can still be read.
func (r *fileRaw) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	f := r.file
	r.file = nil
	if f == nil {
		return nil
	}
	return f.Close()
}

// ReadAt implements io.ReaderAt.
func (r *fileRaw) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 {
		return 0, errors.New("read before the beginning of the message")
	}
	if r.s.closed.Load() {
		return 0, r.s.fail("read the message", ErrClosed)
	}
	if off >= r.size {
		if len(p) == 0 {
			return 0, nil
		}
		return 0, io.EOF
	}
	part := p[:min(int64(len(p)), r.size-off)]
	n, err := r.read(part, off)
	switch {
	case n == len(p):
		return n, nil
	case n == len(part):
		return n, io.EOF
	case err == nil || errors.Is(err, io.EOF):
		err = r.s.brokenFile(r.id, "has fewer octets than it should")
	}
	return n, r.s.fail("read the message", err)
}

// read reads from the file, which is opened where it is not.
func (r *fileRaw) read(p []byte, off int64) (int, error) {
	r.mu.RLock()
	if r.file != nil {
		defer r.mu.RUnlock()
		return r.file.ReadAt(p, off)
	}
	r.mu.RUnlock()
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.file == nil {
		if err := r.open(); err != nil {
			return 0, err
		}
	}
	return r.file.ReadAt(p, off)
}

// open opens the file. One that is not there belonged to a message that is gone by now, or has other octets.
func (r *fileRaw) open() error {
	f, err := openShared(r.s.files.path(r.name))
	if err == nil {
		r.file = f
		return nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	var now sql.NullString
	err = r.s.pool.QueryRowContext(context.Background(), "SELECT file FROM message WHERE id = +?", int64(r.id)).Scan(&now)
	switch err = r.s.closedOr(context.Background(), noMessage(err)); {
	case err != nil:
		return err
	case now.String != r.name:
		return ErrNoMessage
	}
	return r.s.brokenFile(r.id, "is missing")
}

// brokenFile is the error of a message whose file is not what it should be.
func (s *Store) brokenFile(id mail.MessageID, what string) *Error {
	return &Error{Kind: mail.StoreDamaged, Doing: "read the message", Path: s.files.dir, Err: fmt.Errorf("the file of message %d %s", id, what)}
}
