package message

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strconv"
	"strings"
)

// lineDecoder reads text lines and gives the bytes that decode makes of each.
type lineDecoder struct {
	r      *bufio.Reader
	decode func(dst, line []byte) (out []byte, done bool)
	buf    []byte
	out    []byte
	err    error
}

func (d *lineDecoder) Read(p []byte) (int, error) {
	for len(d.out) == 0 {
		if d.err != nil {
			return 0, d.err
		}
		line, err := d.r.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) {
			err = nil
		}
		var done bool
		d.buf, done = d.decode(d.buf[:0], bytes.TrimRight(line, "\r\n"))
		d.out = d.buf
		if d.err = err; done {
			d.err = io.EOF
		}
	}
	n := copy(p, d.out)
	d.out = d.out[n:]
	return n, nil
}

// newUUReader decodes the first uuencoded file (POSIX uuencode) in r.
func newUUReader(r io.Reader) io.Reader {
	begun := false
	return &lineDecoder{r: bufio.NewReaderSize(r, 16<<10), decode: func(dst, line []byte) ([]byte, bool) {
		if !begun {
			_, begun = uuBegin(line)
			return dst, false
		}
		if bytes.Equal(line, []byte("end")) {
			return dst, true
		}
		return uuLine(dst, line), false
	}}
}

// uuBegin reads "begin 644 name".
func uuBegin(line []byte) (name string, ok bool) {
	rest, ok := bytes.CutPrefix(line, []byte("begin "))
	if !ok {
		return "", false
	}
	mode, file, ok := bytes.Cut(rest, []byte{' '})
	if !ok || len(mode) < 3 || len(mode) > 4 || len(bytes.TrimSpace(file)) == 0 {
		return "", false
	}
	for _, c := range mode {
		if c < '0' || c > '7' {
			return "", false
		}
	}
	return strings.TrimSpace(decodeLiteral(file)), true
}

func uuLine(dst, line []byte) []byte {
	if len(line) == 0 {
		return dst
	}
	n := int(line[0]-' ') & 0x3f
	line = line[1:]
	at := func(i int) byte {
		if i < len(line) {
			return (line[i] - ' ') & 0x3f
		}
		return 0 // QUIRK: blanks cut off at the line's end
	}
	for i := 0; n > 0; i += 4 {
		a, b, c, d := at(i), at(i+1), at(i+2), at(i+3)
		for _, v := range [3]byte{a<<2 | b>>4, b<<4 | c>>2, c<<6 | d} {
			if n > 0 {
				dst = append(dst, v)
				n--
			}
		}
	}
	return dst
}

// newYencReader decodes the first yEnc file in r.
func newYencReader(r io.Reader) io.Reader {
	begun := false
	return &lineDecoder{r: bufio.NewReaderSize(r, 16<<10), decode: func(dst, line []byte) ([]byte, bool) {
		switch {
		case !begun:
			_, begun = yencBegin(line)
			return dst, false
		case bytes.HasPrefix(line, []byte("=yend")):
			return dst, true
		case bytes.HasPrefix(line, []byte("=ypart ")):
			return dst, false
		}
		return yencLine(dst, line), false
	}}
}

// yencBegin reads "=ybegin line=128 size=123456 name=mybinary.dat".
func yencBegin(line []byte) (name string, ok bool) {
	rest, ok := bytes.CutPrefix(line, []byte("=ybegin "))
	if !ok {
		return "", false
	}
	i := bytes.Index(rest, []byte("name="))
	j := bytes.Index(rest, []byte("size="))
	if i < 0 || j < 0 || j > i {
		return "", false
	}
	size, _, _ := bytes.Cut(rest[j+5:], []byte{' '})
	if _, err := strconv.ParseInt(string(size), 10, 64); err != nil {
		return "", false
	}
	return strings.TrimSpace(decodeLiteral(rest[i+5:])), true
}

func yencLine(dst, line []byte) []byte {
	for i := 0; i < len(line); i++ {
		c := line[i]
		if c == '=' && i+1 < len(line) {
			i++
			c = line[i] - 64
		}
		dst = append(dst, c-42)
	}
	return dst
}
