package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"sync"

	"poplar/mail"
)

// chunkSize is the size of every piece of a message but its last.
const chunkSize = 256 << 10

// chunkBits is the room for a message's pieces in chunk.place: up to 256 GiB.
const chunkBits = 20

func firstPlace(id mail.MessageID) int64 { return int64(id) << chunkBits }
func lastPlace(id mail.MessageID) int64  { return int64(id)<<chunkBits | (1<<chunkBits - 1) }

// putRaw writes the octets of a message in pieces, unless it is in a file already, and returns how many there are, and
// the file's name.
func (t *tx) putRaw(id mail.MessageID, raw mail.Raw) (size int64, file sql.NullString, err error) {
	size = raw.Size()
	if f, ok := raw.(*inFile); ok {
		t.named = append(t.named, f.name)
		return size, sql.NullString{String: f.name, Valid: true}, nil
	}
	return size, file, t.putChunks(id, raw, size)
}

func (t *tx) putChunks(id mail.MessageID, raw mail.Raw, size int64) error {
	if size < 0 || size>>chunkBits > chunkSize-1 {
		return fmt.Errorf("a message of %d octets cannot be stored", size)
	}
	whole, inMemory := raw.(mail.Bytes)
	for off, place := int64(0), firstPlace(id); off < size; off, place = off+chunkSize, place+1 {
		if err := t.ctx.Err(); err != nil {
			return err
		}
		n := min(size-off, chunkSize)
		piece := t.s.buf
		if inMemory {
			piece = whole[off : off+n]
		} else {
			if piece == nil {
				piece = make([]byte, chunkSize)
				t.s.buf = piece
			}
			piece = piece[:n]
			if read, err := raw.ReadAt(piece, off); int64(read) < n {
				return shortRead(err)
			}
		}
		if _, err := t.exec("INSERT INTO chunk(place, data) VALUES (?, ?)", place, piece); err != nil {
			return err
		}
	}
	return nil
}

// Raw opens the octets of a message as they were stored. They are read piece by piece when asked for, without any
// long transaction, so a Raw may be held for as long as one likes: moving and marking do not touch it; after the
// message is deleted, or was refilled, ReadAt gives an error that wraps ErrNoMessage, or the octets as they were, after
// Close of the store ErrClosed.
func (s *Store) Raw(ctx context.Context, id mail.MessageID) (mail.Raw, error) {
	var size int64
	var file sql.NullString
	err := s.read(ctx, "open the message", func(tx *sql.Tx) error {
		return noMessage(tx.QueryRowContext(ctx, "SELECT size, file FROM message WHERE id = +?", int64(id)).Scan(&size, &file))
	})
	switch {
	case err != nil:
		return nil, err
	case file.Valid:
		return &fileRaw{s: s, id: id, name: file.String, size: size}, nil
	}
	return &raw{s: s, id: id, number: -1, size: size}, nil
}

func noMessage(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return ErrNoMessage
	}
	return err
}

// raw is a message in the store.
type raw struct {
	s    *Store
	id   mail.MessageID
	size int64

	mu     sync.Mutex
	number int64  // of the piece in data; -1: none
	data   []byte // never written to once it is here, so readers may copy from it without the lock
}

// Size implements mail.Raw.
func (r *raw) Size() int64 { return r.size }

// Close lets go of the piece in memory. A closed Raw can still be read.
func (r *raw) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.number, r.data = -1, nil
	return nil
}

// ReadAt implements io.ReaderAt.
func (r *raw) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 {
		return 0, errors.New("read before the beginning of the message")
	}
	done := 0
	for done < len(p) && off < r.size {
		data, err := r.piece(off / chunkSize)
		if err != nil {
			return done, r.s.fail("read the message", err)
		}
		n := copy(p[done:], data[off%chunkSize:])
		done += n
		off += int64(n)
	}
	if done < len(p) {
		return done, io.EOF
	}
	return done, nil
}

// piece returns one piece, keeping the last one at hand for readers that take small steps.
func (r *raw) piece(number int64) ([]byte, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if number == r.number {
		return r.data, nil
	}
	if r.s.closed.Load() {
		return nil, ErrClosed
	}
	var data []byte
	err := r.s.pool.QueryRowContext(context.Background(), "SELECT data FROM chunk WHERE place = +?", firstPlace(r.id)+number).Scan(&data)
	if err := r.s.closedOr(context.Background(), noMessage(err)); err != nil {
		return nil, err
	}
	if want := min(r.size-number*chunkSize, chunkSize); int64(len(data)) != want {
		var size int64
		err := r.s.pool.QueryRowContext(context.Background(), "SELECT size FROM message WHERE id = +?", int64(r.id)).Scan(&size)
		if err == nil && size != r.size {
			return nil, ErrNoMessage // it has got other octets since it was opened
		}
		return nil, &Error{
			Kind: mail.StoreDamaged, Doing: "read the message", Path: r.s.dir,
			Err: fmt.Errorf("piece %d of message %d has %d octets instead of %d", number, r.id, len(data), want),
		}
	}
	r.number, r.data = number, data
	return data, nil
}
