package model

import (
	"bytes"
	"context"
	"sort"
	"strings"
	"unicode/utf8"
)

// Octets are the bytes of a message as a window shows them: rows of at most so many columns. It is used on one
// goroutine; Find may run beside it on the Bytes of a moment.
type Octets struct {
	data    []byte
	rows    []int // where each row begins
	columns int
}

// NewOctets returns Octets without any bytes, whose rows are at most so many columns wide.
func NewOctets(columns int) *Octets { return &Octets{columns: max(columns, 8)} }

// Add takes in the next bytes. They are not to be changed afterwards.
func (o *Octets) Add(piece []byte) {
	from := 0
	if n := len(o.rows); n > 0 { // the last row may go on, and half a character may have gone into the one before
		n = max(n-2, 0)
		from = o.rows[n]
		o.rows = o.rows[:n]
	}
	o.data = append(o.data, piece...)
	o.index(from)
}

func (o *Octets) index(from int) {
	for from < len(o.data) {
		o.rows = append(o.rows, from)
		_, from = o.rowEnd(from)
	}
}

// SetColumns breaks rows at another width.
func (o *Octets) SetColumns(n int) {
	if n = max(n, 8); n == o.columns {
		return
	}
	o.columns, o.rows = n, o.rows[:0]
	o.index(0)
}

// Columns is the width of a row.
func (o *Octets) Columns() int { return o.columns }

// Bytes are all bytes so far, to be read only.
func (o *Octets) Bytes() []byte { return o.data }

// Rows is the number of rows.
func (o *Octets) Rows() int { return len(o.rows) }

// rowEnd is where the row that begins at an offset ends, without its line end, and where the next begins.
func (o *Octets) rowEnd(from int) (end, next int) {
	line := o.data[from:]
	if i := bytes.IndexByte(line[:min(len(line), 4*o.columns+2)], '\n'); i >= 0 {
		line = line[:i+1]
		// No character has more columns than bytes, but for tabs.
		if i <= o.columns && bytes.IndexByte(line, '\t') < 0 {
			if end = from + i; i > 0 && line[i-1] == '\r' {
				end--
			}
			return end, from + i + 1
		}
	}
	column := 0
	for i := 0; i < len(line); {
		c := line[i]
		if c == '\n' {
			end = from + i
			if i > 0 && line[i-1] == '\r' {
				end--
			}
			return end, from + i + 1
		}
		if c >= ' ' && c < 0x7F && i < o.columns && column == i { // nothing but ASCII so far, and not at the edge
			i++
			column++
			continue
		}
		n, w := glyph(line[i:], column)
		if column+w > o.columns && i > 0 && c != '\r' {
			return from + i, from + i
		}
		i += n
		column += w
	}
	return from + len(line), from + len(line)
}

// glyph is how many bytes the next character has, and how many columns it takes when it stands at column.
func glyph(b []byte, column int) (n, width int) {
	switch c := b[0]; {
	case c == '\t':
		return 1, 8 - column%8
	case c == '\r' && (len(b) == 1 || b[1] == '\n'):
		return 1, 0
	case c < utf8.RuneSelf:
		return 1, 1
	}
	r, n := utf8.DecodeRune(b)
	if r >= 0x1100 && (r <= 0x115F || r >= 0x2E80 && r <= 0xA4CF || r >= 0xAC00 && r <= 0xD7A3 || r >= 0xF900 && r <= 0xFAFF ||
		r >= 0xFE30 && r <= 0xFE6F || r >= 0xFF00 && r <= 0xFF60 || r >= 0xFFE0 && r <= 0xFFE6 || r >= 0x1F300 && r <= 0x1FAFF || r >= 0x20000 && r <= 0x3FFFD) {
		return n, 2
	}
	return n, 1
}

// Row is a row's bytes without its line end, and where it begins.
func (o *Octets) Row(i int) (b []byte, from int) {
	from = o.rows[i]
	end, _ := o.rowEnd(from)
	return o.data[from:end], from
}

// RowAt is the row that holds an offset.
func (o *Octets) RowAt(offset int) int {
	return max(sort.SearchInts(o.rows, offset+1)-1, 0)
}

// Display is a row as it can be drawn: tabs as blanks, what is no text by a sign that stands for it.
func Display(b []byte) string {
	var s strings.Builder
	s.Grow(len(b))
	column := 0
	for i := 0; i < len(b); {
		n, w := glyph(b[i:], column)
		switch c := b[i]; {
		case c == '\t':
			s.WriteString(strings.Repeat(" ", w))
		case c == '\r' && w == 0:
		case c < ' ':
			s.WriteRune(0x2400 + rune(c))
		case c == 0x7F:
			s.WriteRune(0x2421)
		case n == 1 && c >= utf8.RuneSelf:
			s.WriteRune(utf8.RuneError)
		default:
			if r, _ := utf8.DecodeRune(b[i:]); r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069 || r == 0x200E || r == 0x200F || r >= 0x80 && r < 0xA0 {
				s.WriteRune(utf8.RuneError) // it would turn the row around, or has no picture
			} else {
				s.Write(b[i : i+n])
			}
		}
		i += n
		column += w
	}
	return s.String()
}

// Column is at which column an offset within a row stands.
func Column(row []byte, at int) int {
	column := 0
	for i := 0; i < min(at, len(row)); {
		n, w := glyph(row[i:], column)
		i += n
		column += w
	}
	return column
}

// OffsetAt is the offset within a row of the character nearest to a column.
func OffsetAt(row []byte, column float64) int {
	at := 0.0
	for i := 0; i < len(row); {
		n, w := glyph(row[i:], int(at))
		if column < at+float64(w)/2 {
			return i
		}
		i += n
		at += float64(w)
	}
	return len(row)
}

// mostFound bounds the places that Find tells.
const mostFound = 10_000

// FindOctets returns where text occurs in data, upper and lower case of ASCII being the same: at most 10,000 places.
func FindOctets(ctx context.Context, data []byte, text string) ([]int, error) {
	const window = 1 << 20
	want := toLower([]byte(text))
	if len(want) == 0 {
		return nil, nil
	}
	var found []int
	buf := make([]byte, 0, window+len(want))
	for from := 0; from < len(data); from += window {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		buf = append(buf[:0], data[from:min(from+window+len(want)-1, len(data))]...)
		toLower(buf)
		for at := 0; ; {
			i := bytes.Index(buf[at:], want)
			if i < 0 {
				break
			}
			found = append(found, from+at+i)
			if len(found) == mostFound {
				return found, nil
			}
			at += i + len(want)
			if at >= window { // the rest is the next window's
				break
			}
		}
	}
	return found, nil
}

// toLower turns ASCII letters small, in place.
func toLower(b []byte) []byte {
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return b
}

// CopyText is what goes to the clipboard of bytes: their text, with the line ends that a clipboard has.
func CopyText(b []byte) string {
	return strings.ReplaceAll(strings.ToValidUTF8(string(b), "\uFFFD"), "\r\n", "\n")
}
