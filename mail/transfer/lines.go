package transfer

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
)

// lineReader reads lines of any length in pieces, so that no line needs more memory than the buffer.
type lineReader struct {
	r     *bufio.Reader
	start bool // the next piece begins a line
}

func newLineReader(r io.Reader) *lineReader {
	return &lineReader{bufio.NewReaderSize(r, 64<<10), true}
}

// next returns the next piece, whether it begins a line, and whether it ends one. The line end is not part of it.
func (l *lineReader) next() (piece []byte, first, last bool, err error) {
	piece, err = l.r.ReadSlice('\n')
	first = l.start
	switch {
	case err == nil:
		piece = piece[:len(piece)-1]
		if n := len(piece); n > 0 && piece[n-1] == '\r' {
			piece = piece[:n-1]
		}
		last = true
	case errors.Is(err, bufio.ErrBufferFull):
		err = nil
		if n := len(piece); piece[n-1] == '\r' { // perhaps half a line end
			piece = piece[:n-1]
			_ = l.r.UnreadByte() // always possible after a read
		}
	case errors.Is(err, io.EOF) && len(piece) > 0:
		err, last = nil, true // a last line without its end
	}
	l.start = last
	return piece, first, last, err
}

// lineEnd is how a line ends in a file with LF lines. One whose own last octet is CR would lose it when read again.
func lineEnd(piece []byte) string {
	if n := len(piece); n > 0 && piece[n-1] == '\r' {
		return "\r\n"
	}
	return "\n"
}

// draftField is the header field in which Poplar keeps what a draft's other fields cannot hold, names of attached files
// among it. Read from somebody else's file it could have files of this computer sent away, so it is dropped.
const draftField = "x-poplar-draft:"

// letterWriter writes the lines of one message with CRLF ends, and without draftField in its header.
type letterWriter struct {
	w        io.Writer
	body     bool
	dropping bool
}

func (l *letterWriter) line(piece []byte, first, last bool) error {
	if first && !l.body {
		continued := len(piece) > 0 && (piece[0] == ' ' || piece[0] == '\t')
		switch {
		case len(piece) == 0:
			l.body, l.dropping = true, false
		case !continued:
			l.dropping = len(piece) >= len(draftField) && strings.EqualFold(string(piece[:len(draftField)]), draftField)
		}
	}
	if l.dropping {
		return nil
	}
	if _, err := l.w.Write(piece); err != nil || !last {
		return err
	}
	_, err := io.WriteString(l.w, "\r\n")
	return err
}

// copyLetter writes all of r as one message.
func copyLetter(w io.Writer, r io.Reader) error {
	in, out := newLineReader(r), &letterWriter{w: w}
	for {
		piece, first, last, err := in.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = out.line(piece, first, last)
		}
		if err != nil {
			return err
		}
	}
}

// looksLikeMail reports whether what a file begins with is a header: its first line is a field (RFC 5322, 2.2).
func looksLikeMail(head []byte) bool {
	head = bytes.TrimPrefix(head, []byte("\xef\xbb\xbf"))
	name, _, found := bytes.Cut(head, []byte(":"))
	if !found || len(name) == 0 || len(name) > 78 {
		return false
	}
	for _, c := range bytes.TrimRight(name, " \t") {
		if c <= ' ' || c >= 0x7f {
			return false
		}
	}
	line, _, _ := bytes.Cut(head, []byte("\n"))
	return len(line) > len(name)
}
