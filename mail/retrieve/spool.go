package retrieve

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"poplar/mail"
)

// spoolFrom is the size from which a message is spooled to a file instead of being held in memory.
const spoolFrom = 1 << 20

// pieceSize is about how much of a message comes in one Write.
const pieceSize = 128 << 10

// spool takes in one message: the first octets in memory, a large one in a file.
type spool struct {
	dir, name string // folder, and pattern of os.CreateTemp
	limit     int64  // more than this is not taken
	most      int    // so much is held in memory
	buf       []byte
	file      *os.File
	size      int64
	failed    bool // by this computer

	digester *digester // of a message in a file
}

var errEndless = errors.New(mail.SaidEndless)

// newSpool makes room for a message of the announced size.
func newSpool(dir, name string, announced int64) *spool {
	s := &spool{dir: dir, name: name, limit: 1 << 30, most: spoolFrom}
	if announced > 0 {
		if announced < 1<<60 {
			s.limit += 4 * announced
		}
		if announced < spoolFrom {
			// Announced sizes are commonly right, or short by what CRLF adds.
			s.buf = takeBuffer(int(announced + announced/32 + 64))
		} else {
			s.most = headLimit // it will go into a file anyhow
			s.buf = takeBuffer(headLimit + pieceSize)
		}
	}
	return s
}

// Write implements io.Writer.
func (s *spool) Write(p []byte) (int, error) {
	if s.size+int64(len(p)) > s.limit {
		return 0, errEndless
	}
	if s.file == nil {
		if len(s.buf)+len(p) <= s.most {
			s.buf = append(s.buf, p...)
			s.size += int64(len(p))
			return len(p), nil
		}
		return len(p), s.toFile(p)
	}
	n, err := s.file.Write(p)
	_, _ = s.digester.Write(p[:n])
	s.size += int64(n)
	s.failed = err != nil
	return n, err
}

// toFile goes over to a file with what has come so far and p, which together hold all that digests look at apart.
func (s *spool) toFile(p []byte) error {
	err := os.MkdirAll(s.dir, 0o700)
	var f *os.File
	if err == nil {
		f, err = os.CreateTemp(s.dir, s.name)
	}
	if err != nil {
		s.failed = true
		return err
	}
	s.file = f
	all := append(s.buf, p...)
	s.buf = nil
	if _, err := f.Write(all); err != nil {
		s.failed = true
		return err
	}
	s.size = int64(len(all))
	s.digester = newDigester(all)
	giveBuffer(all)
	return nil
}

// raw hands the message over. What holds it is released by Raw's Close.
func (s *spool) raw() mail.Raw {
	if s.file != nil {
		return &spooled{File: s.file, size: s.size, digests: s.digester.end(s.size)}
	}
	if cap(s.buf) > 2*len(s.buf)+4096 {
		kept := mail.Bytes(append([]byte(nil), s.buf...)) // announced far too large
		giveBuffer(s.buf)
		return kept
	}
	return mail.Bytes(s.buf)
}

// drop forgets a message that did not come to its end.
func (s *spool) drop() {
	giveBuffer(s.buf)
	s.buf = nil
	if s.file != nil {
		_ = (&spooled{File: s.file}).Close()
	}
}

// spooled is a message in a file that lives as long as it is open.
type spooled struct {
	*os.File
	size int64
	digests
}

// ReadAt implements io.ReaderAt within the message.
func (s *spooled) ReadAt(p []byte, off int64) (int, error) {
	if off >= s.size {
		return 0, io.EOF
	}
	return s.File.ReadAt(p, off)
}

// Size is the number of octets.
func (s *spooled) Size() int64 { return s.size }

// OwnFile implements mail.Spooled.
func (s *spooled) OwnFile() string { return s.File.Name() }

// Close removes the file.
func (s *spooled) Close() error {
	return errors.Join(s.File.Close(), os.Remove(s.File.Name()))
}

// spoolName is the pattern of the files of one account, so that another account's visit leaves them alone.
func spoolName(a mail.AccountID) string { return fmt.Sprintf("visit-%x-*.eml", string(a)) }

// sweep removes what a visit that was killed has left behind.
func sweep(dir string, a mail.AccountID) {
	old, _ := filepath.Glob(filepath.Join(dir, spoolName(a)))
	for _, f := range old {
		_ = os.Remove(f)
	}
}
