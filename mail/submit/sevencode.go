package submit

import (
	"bufio"
	"encoding/base64"
	"io"
)

const upperHex = "0123456789ABCDEF"

// recoder reads a stretch in another encoding.
type recoder struct {
	in   *bufio.Reader
	how  manner
	out  []byte // made and not read
	col  int
	err  error
	last byte   // the octet before, in base
	left []byte // of base64: octets that do not make three yet
}

func newRecoder(r io.Reader, how manner) *recoder {
	return &recoder{in: bufio.NewReaderSize(r, piece), how: how}
}

// Read implements io.Reader.
func (c *recoder) Read(p []byte) (int, error) {
	for len(c.out) == 0 {
		if c.err != nil {
			return 0, c.err
		}
		c.fill()
	}
	n := copy(p, c.out)
	c.out = c.out[n:]
	return n, nil
}

// fill makes some more.
func (c *recoder) fill() {
	c.out = c.out[:0]
	var buf [8 << 10]byte
	var n int
	for len(c.out) < len(buf) && c.err == nil {
		switch c.how {
		case quoted:
			c.line()
			continue
		case escaped:
			c.escape()
			continue
		}
		n, c.err = c.in.Read(buf[:])
		c.octets(buf[:n])
		if c.err == io.EOF { //nolint:errorlint // as readers return it
			c.flush()
		}
	}
}

// octets takes octets where lines mean nothing, or only their ends do.
func (c *recoder) octets(p []byte) {
	for _, b := range p {
		switch c.how {
		case marked:
			if b >= 0x80 || b == 0 {
				b = '?'
			}
			c.out = append(c.out, b)
		case dropped:
			if b < 0x80 && b != 0 {
				c.out = append(c.out, b)
			}
		default:
			if c.how == base && b == '\n' && c.last != '\r' {
				c.triple('\r')
			}
			c.triple(b)
			c.last = b
		}
	}
}

func (c *recoder) triple(b byte) {
	if c.left = append(c.left, b); len(c.left) == 3 {
		c.flush()
	}
}

// flush writes what is left as four letters of base64, in lines of 76.
func (c *recoder) flush() {
	if len(c.left) == 0 {
		return
	}
	if c.col == softLine {
		c.out, c.col = append(c.out, "\r\n"...), 0
	}
	c.out = base64.StdEncoding.AppendEncode(c.out, c.left)
	c.left, c.col = c.left[:0], c.col+4
}

// line takes one octet, or a line end, of text as quoted-printable.
func (c *recoder) line() {
	b, err := c.in.ReadByte()
	if err != nil {
		c.err = err
		return
	}
	next, _ := c.in.Peek(2)
	ends := len(next) == 0 || next[0] == '\n' || len(next) == 2 && next[0] == '\r' && next[1] == '\n'
	switch {
	case b == '\n':
		c.newLine()
	case b == '\r' && len(next) > 0 && next[0] == '\n':
		_, _ = c.in.Discard(1) // it was peeked at
		c.newLine()
	case b == '=' || b >= 0x7f || b < ' ' && b != '\t', (b == ' ' || b == '\t') && ends, b == '.' && c.col == 0 && ends:
		c.soft(3, ends)
		c.out = append(c.out, '=', upperHex[b>>4], upperHex[b&15])
	default:
		c.soft(1, ends)
		c.out = append(c.out, b)
	}
}

func (c *recoder) newLine() {
	c.out, c.col = append(c.out, "\r\n"...), 0
}

// soft breaks the line softly if n octets more do not fit. The last of a line may stand in column 76.
func (c *recoder) soft(n int, last bool) {
	if c.col+n > softLine-1 && (!last || c.col+n > softLine) {
		c.out, c.col = append(c.out, "=\r\n"...), 0
	}
	c.col += n
}

// escape takes one octet, or one that is encoded already, of quoted-printable with octets over 127.
func (c *recoder) escape() {
	b, err := c.in.ReadByte()
	if err != nil {
		c.err = err
		return
	}
	switch {
	case b == '\n':
		c.out, c.col = append(c.out, b), 0
	case b >= 0x80 || b == 0:
		c.soft(3, false)
		c.out = append(c.out, '=', upperHex[b>>4], upperHex[b&15])
	default:
		c.out = append(c.out, b)
		c.col++
	}
}
