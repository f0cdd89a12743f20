package message

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
)

// base64Value maps a byte to its six bits; 64: padding, 65: not base64.
var base64Value = func() (t [256]byte) {
	for i := range t {
		t[i] = 65
	}
	for i, c := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") {
		t[c] = byte(i)
	}
	t['='] = 64
	return t
}()

// transferReader decodes a Content-Transfer-Encoding (RFC 2045 section 6) while it is read. Unknown ones are read as
// they are.
// size is how much there is to read, as far as it is known.
func transferReader(encoding string, r io.Reader, size int64) io.Reader {
	buffer := int(max(512, min(size, 32<<10)))
	switch encoding {
	case "base64":
		return &base64Reader{r: r, in: make([]byte, buffer)}
	case "quoted-printable":
		return &qpReader{r: bufio.NewReaderSize(r, buffer)}
	case "x-uuencode":
		return newUUReader(r)
	case "x-yenc":
		return newYencReader(r)
	}
	return r
}

// transferEncoding normalises the field's value.
func transferEncoding(v []byte) string {
	switch string(bytes.TrimSpace(v)) { // nearly all
	case "":
		return ""
	case "7bit":
		return "7bit"
	case "8bit":
		return "8bit"
	case "base64":
		return "base64"
	case "quoted-printable":
		return "quoted-printable"
	}
	s := strings.ToLower(string(bytes.TrimSpace(stripComments(v))))
	s = strings.Trim(s, "\"' \t;,")
	if i := strings.IndexAny(s, "; \t,"); i > 0 {
		s = s[:i]
	}
	switch s {
	case "base64", "base-64", "b", "64", "base_64":
		return "base64"
	case "quoted-printable", "quoted_printable", "quotedprintable", "qp", "quoted-printible", "quoted/printable", "q":
		return "quoted-printable"
	case "x-uuencode", "x-uue", "uuencode", "uue", "x-uu":
		return "x-uuencode"
	case "x-yenc", "yenc":
		return "x-yenc"
	}
	return s
}

// base64Reader decodes base64 and passes over whatever is not (RFC 2045 section 6.8).
// QUIRK: data goes on after padding when the next line is base64 too (pieces that were encoded one by one); else it
// ends there (a mailing list's footer put behind it). It also ends with an empty line that text follows.
type base64Reader struct {
	r      io.Reader
	in     []byte
	out    []byte // decoded, not yet read
	buf    []byte
	acc    uint32
	n      int // sextets in acc
	broken bool
	padded bool   // padding was seen: a line at a time is looked at before it is taken
	hold   []byte // that line
	began  bool   // something was decoded
	newLn  bool   // the last that was seen is a line end
	gap    bool   // padded stands for an empty line, not for padding
	below  bool   // the line of the padding is over
	ended  bool   // what follows is no base64
	err    error
}

func (d *base64Reader) Read(p []byte) (int, error) {
	for len(d.out) == 0 {
		if d.err != nil {
			return 0, d.err
		}
		n, err := d.r.Read(d.in)
		d.buf = d.decode(d.buf[:0], d.in[:n])
		d.out = d.buf
		if err != nil {
			if errors.Is(err, io.EOF) {
				d.buf = d.flush(d.buf)
				d.out = d.buf
			}
			d.err = err
		}
	}
	n := copy(p, d.out)
	d.out = d.out[n:]
	return n, nil
}

func (d *base64Reader) decode(dst, src []byte) []byte {
	if d.ended {
		return dst
	}
	acc, n := d.acc, d.n
	for i := 0; i < len(src); i++ {
		if d.padded {
			if src[i] != '\n' && len(d.hold) < 4096 {
				d.hold = append(d.hold, src[i])
				continue
			}
			if d.padded = !d.more(); d.padded {
				d.below = true
				continue
			}
			if d.ended {
				d.acc, d.n = 0, 0
				return dst
			}
			line := d.hold
			d.hold = nil
			d.newLn = false
			d.acc, d.n = acc, n
			dst = d.decode(dst, line)
			acc, n = d.acc, d.n
			d.newLn = true
			continue
		}
		if n == 0 {
			// The common case: whole quanta.
			dst = slices.Grow(dst, (len(src)-i)/4*3+3)
			at, out := len(dst), dst[:cap(dst)]
			for i+4 <= len(src) {
				q := src[i : i+4 : i+4]
				a, b, c, e := base64Value[q[0]], base64Value[q[1]], base64Value[q[2]], base64Value[q[3]]
				if a|b|c|e >= 64 {
					break
				}
				w := out[at : at+3 : at+3]
				w[0], w[1], w[2] = a<<2|b>>4, b<<4|c>>2, c<<6|e
				at += 3
				i += 4
			}
			if at > len(dst) {
				d.began, d.newLn = true, false
			}
			dst = out[:at]
			if i >= len(src) {
				break
			}
		}
		v := base64Value[src[i]]
		switch {
		case v < 64:
			d.newLn = false
			acc = acc<<6 | uint32(v)
			if n++; n == 4 {
				dst = append(dst, byte(acc>>16), byte(acc>>8), byte(acc))
				acc, n = 0, 0
			}
		case v == 64:
			if n > 0 {
				dst = partial(dst, acc, n)
				acc, n = 0, 0
			}
			d.padded, d.gap, d.below, d.hold = true, false, false, d.hold[:0]
		case src[i] == '\n':
			if d.newLn && d.began {
				d.padded, d.gap, d.hold = true, true, d.hold[:0]
			}
			d.newLn = true
		case src[i] > ' ':
			d.broken, d.newLn = true, false
		}
	}
	d.acc, d.n = acc, n
	return dst
}

// more looks at the line that follows padding: false when it is empty. Text ends the data.
func (d *base64Reader) more() bool {
	if sum := bytes.TrimSpace(d.hold); d.below && !d.gap && len(sum) == 5 && sum[0] == '=' && sum[4] != '=' {
		d.ended = true // QUIRK: the checksum of OpenPGP's armour
		return true
	}
	d.hold = bytes.TrimLeft(d.hold, " \t\r=") // the rest of the padding
	line := bytes.TrimRight(d.hold, " \t\r=")
	if len(line) == 0 {
		d.hold = d.hold[:0]
		return false
	}
	odd := 0
	for _, c := range line {
		switch {
		case base64Value[c] < 64:
		case c < ' ' || c == 0x7f:
			odd++ // nothing to read: no text
		default:
			d.ended = true
		}
	}
	if (len(bytes.TrimSpace(d.hold))-odd)%4 != 0 && !d.gap {
		d.ended = true
	}
	return true
}

// flush writes what a missing padding left behind.
func (d *base64Reader) flush(dst []byte) []byte {
	if d.padded && !d.ended && d.more() && !d.ended {
		d.padded = false
		line := d.hold
		d.hold = nil
		dst = d.decode(dst, line)
	}
	dst = partial(dst, d.acc, d.n)
	d.acc, d.n = 0, 0
	return dst
}

// partial writes the whole bytes of an unfinished quantum.
func partial(dst []byte, acc uint32, n int) []byte {
	switch n {
	case 2:
		return append(dst, byte(acc>>4))
	case 3:
		return append(dst, byte(acc>>10), byte(acc>>2))
	}
	return dst
}

// qpReader decodes quoted-printable line by line (RFC 2045 section 6.7).
type qpReader struct {
	r     *bufio.Reader
	carry []byte // the start of an escape at the end of a piece of a very long line
	line  []byte
	out   []byte
	err   error
}

func (d *qpReader) Read(p []byte) (int, error) {
	for len(d.out) == 0 {
		if d.err != nil {
			return 0, d.err
		}
		piece, err := d.r.ReadSlice('\n')
		d.line = append(append(d.line[:0], d.carry...), piece...)
		d.carry = d.carry[:0]
		if errors.Is(err, bufio.ErrBufferFull) {
			for cut := len(d.line) - 1; cut >= len(d.line)-2; cut-- {
				if d.line[cut] == '=' {
					d.carry = append(d.carry, d.line[cut:]...)
					d.line = d.line[:cut]
					break
				}
			}
			d.out = qpLine(d.line, false)
			continue
		}
		d.out = qpLine(d.line, true)
		d.err = err
	}
	n := copy(p, d.out)
	d.out = d.out[n:]
	return n, nil
}

// qpLine decodes one line in place. whole says that the line is not torn off at its end.
func qpLine(b []byte, whole bool) []byte {
	end := len(b)
	var eol []byte
	if whole {
		for end > 0 && (b[end-1] == '\n' || b[end-1] == '\r') {
			end--
		}
		eol = b[end:]
		// Blanks behind a soft break or an encoded blank are transport padding. QUIRK: at the end of other lines, where they ought to
		// be padding as well, they come from a sender that does not encode them: no server adds any today.
		if bare := bytes.TrimRight(b[:end], " \t"); bytes.HasSuffix(bare, []byte("=")) || bytes.HasSuffix(bare, []byte("=20")) || bytes.HasSuffix(bare, []byte("=09")) {
			end = len(bare)
		}
	}
	soft := false
	o := 0
	for i := 0; i < end; i++ {
		c := b[i]
		if c != '=' {
			b[o] = c
			o++
			continue
		}
		if i+2 < end && unhex(b[i+1]) >= 0 && unhex(b[i+2]) >= 0 {
			b[o] = byte(unhex(b[i+1])<<4 | unhex(b[i+2]))
			o++
			i += 2
			continue
		}
		if i == end-1 && whole {
			soft = true
			break
		}
		// QUIRK: "=" that is no escape is text.
		b[o] = c
		o++
	}
	if soft {
		return b[:o]
	}
	return append(b[:o], eol...)
}
