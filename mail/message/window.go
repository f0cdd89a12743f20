package message

import (
	"bytes"
	"errors"
	"io"

	"poplar/mail"
)

const (
	windowSize = 256 << 10
	// seam is kept when the window moves on, so that "\n--" is found across the edge.
	seam = 3
)

// window looks at a Raw piece by piece. A Raw in memory is looked at directly. Slices it returns are valid until the
// next call. After a read error everything beyond it counts as not there, and err is set.
type window struct {
	raw  mail.Raw
	size int64
	base int64
	buf  []byte
	own  []byte // backing of buf; nil where buf is the Raw's own memory
	err  error
	// until is where the search for boundaries ends, 0 at the message's end; left says that it came so far.
	until int64
	left  bool

	fieldRoom    []field // for the next header
	kept, fields int     // bytes and fields of the headers read so far
}

func newWindow(raw mail.Raw) *window {
	w := &window{raw: raw, size: raw.Size()}
	if b, ok := raw.(mail.Bytes); ok {
		w.buf = b
	}
	return w
}

// at returns the bytes from off on: at least n of them unless the message ends before, usually more.
func (w *window) at(off int64, n int) []byte {
	if off >= w.size {
		return nil
	}
	if off >= w.base {
		have := w.base + int64(len(w.buf)) - off
		if have >= int64(n) || (have > 0 && off+have == w.size) {
			return w.buf[off-w.base:]
		}
	}
	if w.err != nil {
		return nil
	}
	n = max(n, windowSize)
	if rest := w.size - off; int64(n) > rest {
		n = int(rest)
	}
	if cap(w.own) < n {
		w.own = make([]byte, n)
	}
	got, err := w.raw.ReadAt(w.own[:n], off)
	if got < n {
		// QUIRK: a Raw that is shorter than it says ends where it ends.
		if err != nil && !errors.Is(err, io.EOF) {
			w.err = err
		}
		w.size = off + int64(got)
	}
	w.base, w.buf = off, w.own[:got]
	return w.buf
}

// line returns the line at off without its line end (at most limit bytes of it), and where the next line starts.
func (w *window) line(off int64, limit int) (line []byte, next int64) {
	b := w.at(off, limit+2)
	i := bytes.IndexByte(b[:min(len(b), limit+2)], '\n')
	if i >= 0 {
		next = off + int64(i) + 1
		for i > 0 && b[i-1] == '\r' { // QUIRK: CR CR LF line ends
			i--
		}
		return b[:i], next
	}
	if len(b) <= limit {
		return bytes.TrimSuffix(b, []byte{'\r'}), off + int64(len(b))
	}
	return append([]byte(nil), b[:limit]...), w.afterLine(off + int64(limit))
}

// afterLine returns where the line after the one that holds off starts, or the message's end.
func (w *window) afterLine(off int64) int64 {
	for {
		if w.beyond(off) {
			return w.size
		}
		b := w.at(off, 1)
		if len(b) == 0 {
			return w.size
		}
		if i := bytes.IndexByte(b, '\n'); i >= 0 {
			return off + int64(i) + 1
		}
		off += int64(len(b))
	}
}

// beyond says whether off lies where a glance at the message does not reach.
func (w *window) beyond(off int64) bool {
	if w.until > 0 && off >= w.until && off < w.size {
		w.left = true
	}
	return w.left
}

var newlineDashes = []byte("\n--")

// dashes returns the start of the first line at or after off (itself the start of a line) that begins with "--", or
// the message's end.
func (w *window) dashes(off int64) int64 {
	if b := w.at(off, 2); len(b) >= 2 && b[0] == '-' && b[1] == '-' {
		return off
	}
	for {
		if w.beyond(off) {
			return w.size
		}
		b := w.at(off, seam)
		if len(b) < seam {
			return w.size
		}
		if i := bytes.Index(b, newlineDashes); i >= 0 {
			return off + int64(i) + 1
		}
		off += int64(len(b) - seam + 1)
	}
}

// copyOf returns the bytes of [off, end) at most limit of them. For a Raw in memory they are its own.
func (w *window) copyOf(off, end int64, limit int64) (b []byte, whole bool) {
	whole = end-off <= limit
	if !whole {
		end = off + limit
	}
	if end <= off {
		return nil, whole
	}
	b = w.at(off, int(end-off))
	if int64(len(b)) > end-off {
		b = b[:end-off]
	}
	if w.own != nil {
		b = append([]byte(nil), b...)
	}
	return b, whole
}
