package message

import (
	"bytes"
	"encoding/base64"
	"strings"
	"unicode/utf16"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

// decodeISO2022 reads the whole ISO-2022 family of mail: -JP, -JP-1, -JP-2, -JP-EXT and Microsoft's and Apple's
// variants of it, -KR (RFC 1557) and the GB 2312 plane of -CN (RFC 1922). x/text has only plain ISO-2022-JP. Each
// designated set is read through the EUC form of the same set.
func decodeISO2022(b []byte) (string, bool) {
	const (
		ascii = iota
		kana
		jis
		jis212
		gb
		ksc
		latin
	)
	var out strings.Builder
	out.Grow(len(b))
	ok := true
	g0, g1, g2 := ascii, kana, ascii // QUIRK: half-width kana by SO and SI, with no designation
	shifted := false
	decode := func(set int, run []byte) {
		if len(run) == 0 {
			return
		}
		var enc encoding.Encoding
		euc := make([]byte, 0, len(run)*2)
		switch set {
		case ascii:
			for i := 0; i < len(run); i++ {
				if run[i] >= 0x80 {
					// QUIRK: Shift_JIS half-width kana or UTF-8 in the ASCII part.
					s, _ := detect(run).decode(run)
					out.WriteString(s)
					return
				}
			}
			out.Write(run)
			return
		case latin:
			for _, c := range run {
				out.WriteRune(rune(c | 0x80))
			}
			return
		case kana:
			for _, c := range run {
				if c &= 0x7f; c > 0x20 && c < 0x60 {
					out.WriteRune(0xFF61 + rune(c) - 0x21)
				} else {
					out.WriteByte(c)
				}
			}
			return
		case jis:
			enc = japanese.EUCJP
		case jis212:
			enc = japanese.EUCJP
		case gb:
			enc = simplifiedchinese.GBK
		case ksc:
			enc = korean.EUCKR
		}
		for i := 0; i < len(run); i++ {
			c := run[i] & 0x7f
			if c <= 0x20 || c == 0x7f || i+1 >= len(run) || run[i+1]&0x7f <= 0x20 {
				// QUIRK: a control character or blank between double-byte characters.
				if c > 0x20 {
					ok = false
					c = '?'
				}
				euc = append(euc, c)
				continue
			}
			if set == jis212 {
				euc = append(euc, 0x8f)
			}
			euc = append(euc, c|0x80, run[i+1]|0x80)
			i++
		}
		s, err := enc.NewDecoder().Bytes(euc)
		if err != nil || bytes.Contains(s, []byte("\uFFFD")) {
			ok = false
		}
		out.Write(s)
	}
	start := 0
	current := func() int {
		if shifted {
			return g1
		}
		return g0
	}
	for i := 0; i < len(b); {
		switch c := b[i]; {
		case c == 0x0e || c == 0x0f: // SO, SI
			decode(current(), b[start:i])
			shifted = c == 0x0e
			i++
			start = i
		case c == '\n' && (shifted || g0 != ascii):
			// A line starts in ASCII again.
			decode(current(), b[start:i])
			shifted = false
			g0 = ascii
			start = i
			i++
		case c == 0x1b:
			n, set, which := 0, 0, 0
			rest := b[i+1:]
			for _, e := range escapes {
				if bytes.HasPrefix(rest, []byte(e.seq)) {
					n, set, which = 1+len(e.seq), e.set, e.g
					break
				}
			}
			if n == 0 {
				if len(rest) > 1 && rest[0] == 'N' && g2 != ascii { // single shift
					decode(current(), b[start:i])
					decode(g2, rest[1:2])
					i += 3
					start = i
					continue
				}
				i++
				continue
			}
			decode(current(), b[start:i])
			switch which {
			case 0:
				g0 = set
			case 1:
				g1 = set
			case 2:
				g2 = set
			}
			i += n
			start = i
		default:
			i++
		}
	}
	decode(current(), b[start:])
	return out.String(), ok
}

// escapes are the designations of ISO-2022-JP, -KR and -CN; set as numbered in decodeISO2022, g the element.
var escapes = []struct {
	seq string
	set int
	g   int
}{
	{"(B", 0, 0},
	{"(J", 0, 0},
	{"(H", 0, 0},
	{"(I", 1, 0},
	{"$@", 2, 0},
	{"$B", 2, 0},
	{"&@\x1b$B", 2, 0},
	{"$(@", 2, 0},
	{"$(B", 2, 0},
	{"$(D", 3, 0},
	{"$(O", 2, 0},
	{"$(Q", 2, 0},
	{"$A", 4, 0},
	{"$(A", 4, 0},
	{"$(C", 5, 0},
	{"$)C", 5, 1},
	{"$)A", 4, 1},
	{".A", 6, 2},
}

// decodeUTF7 reads UTF-7 (RFC 2152), also where an encoded run is not closed.
func decodeUTF7(b []byte) (string, bool) {
	var out strings.Builder
	ok := true
	for i := 0; i < len(b); {
		c := b[i]
		if c != '+' {
			if c >= 0x80 {
				ok = false
				out.WriteRune('\uFFFD')
			} else {
				out.WriteByte(c)
			}
			i++
			continue
		}
		i++
		if i < len(b) && b[i] == '-' {
			out.WriteByte('+')
			i++
			continue
		}
		j := i
		for j < len(b) && base64Value[b[j]] < 64 {
			j++
		}
		if j == i {
			out.WriteByte('+')
			continue
		}
		run := b[i:j]
		if len(run)%4 == 1 {
			run = run[:len(run)-1]
		}
		raw := make([]byte, base64.RawStdEncoding.DecodedLen(len(run)))
		n, _ := base64.RawStdEncoding.Decode(raw, run)
		units := make([]uint16, 0, n/2)
		for k := 0; k+1 < n; k += 2 {
			units = append(units, uint16(raw[k])<<8|uint16(raw[k+1]))
		}
		out.WriteString(string(utf16.Decode(units)))
		i = j
		if i < len(b) && b[i] == '-' {
			i++
		}
	}
	return out.String(), ok
}

// decodeHZ reads HZ-GB-2312 (RFC 1843); a line end closes a GB run that was left open.
func decodeHZ(b []byte) (string, bool) {
	var out strings.Builder
	ok := true
	for i := 0; i < len(b); {
		j := bytes.IndexByte(b[i:], '~')
		if j < 0 {
			s, fine := cGBK.decode(b[i:])
			out.WriteString(s)
			return out.String(), ok && fine
		}
		s, fine := cGBK.decode(b[i : i+j])
		out.WriteString(s)
		ok = ok && fine
		i += j
		switch {
		case i+1 >= len(b):
			out.WriteByte('~')
			i++
		case b[i+1] == '~':
			out.WriteByte('~')
			i += 2
		case b[i+1] == '\n':
			i += 2
		case b[i+1] == '{':
			i += 2
			var gbk []byte
			for i < len(b) && b[i] != '\n' && !(b[i] == '~' && i+1 < len(b) && b[i+1] == '}') {
				if b[i] <= ' ' || i+1 >= len(b) || b[i+1] <= ' ' {
					gbk = append(gbk, b[i])
					i++
					continue
				}
				gbk = append(gbk, b[i]|0x80, b[i+1]|0x80)
				i += 2
			}
			if i < len(b) && b[i] == '~' {
				i += 2
			}
			s, fine := cGBK.decode(gbk)
			out.WriteString(s)
			ok = ok && fine
		default:
			out.WriteByte('~')
			i++
		}
	}
	return out.String(), ok
}

// decodeUTF16 reads UTF-16; a byte order mark wins over def, and so does what the zero bytes tell.
func decodeUTF16(def unicode.Endianness) func([]byte) (string, bool) {
	return func(b []byte) (string, bool) {
		order := def
		switch {
		case bytes.HasPrefix(b, []byte{0xFE, 0xFF}):
			order, b = unicode.BigEndian, b[2:]
		case bytes.HasPrefix(b, []byte{0xFF, 0xFE}):
			order, b = unicode.LittleEndian, b[2:]
		case len(b) >= 4:
			// QUIRK: the other byte order, told by where the zeros of ASCII text lie.
			even, odd := 0, 0
			for i := 0; i+1 < len(b) && i < 400; i += 2 {
				if b[i] == 0 {
					even++
				}
				if b[i+1] == 0 {
					odd++
				}
			}
			n := min(len(b), 400) / 2
			switch {
			case even == 0 && odd == 0 && isLatinText(b):
				// QUIRK: "UTF-16" that is ASCII.
				return string(b), false
			case odd > even*3 && odd > n/4:
				order = unicode.LittleEndian
			case even > odd*3 && even > n/4:
				order = unicode.BigEndian
			default:
				order = likelyOrder(b[:2*n], def)
			}
		}
		ok := len(b)%2 == 0
		units := make([]uint16, 0, len(b)/2)
		for i := 0; i+1 < len(b); i += 2 {
			if order == unicode.LittleEndian {
				units = append(units, uint16(b[i+1])<<8|uint16(b[i]))
			} else {
				units = append(units, uint16(b[i])<<8|uint16(b[i+1]))
			}
		}
		return string(utf16.Decode(units)), ok
	}
}

// isLatinText says whether b is ASCII made of words.
func isLatinText(b []byte) bool {
	n := 0
	for _, c := range b {
		if c >= 0x80 {
			return false
		}
		if c|0x20 >= 'a' && c|0x20 <= 'z' || c == ' ' || c == '\n' || c == '\r' {
			n++
		}
	}
	return n*4 >= len(b)*3
}

// likelyOrder tells the byte order of UTF-16 text that is not ASCII by the rows its characters are in; def where that
// is not plain.
func likelyOrder(b []byte, def unicode.Endianness) unicode.Endianness {
	likely := func(high, low byte) int {
		switch {
		case high >= 0x4e && high <= 0x9f, high >= 0xac && high <= 0xd7, high == 0x30, high == 0xff, high == 0 && (low >= 0x20 || low == '\r' || low == '\n' || low == '\t'), high == 0x04, high == 0x03, high == 0x05, high == 0x06:
			return 1
		}
		return 0
	}
	big, little := 0, 0
	for i := 0; i+1 < len(b); i += 2 {
		big += likely(b[i], b[i+1])
		little += likely(b[i+1], b[i])
	}
	switch {
	case little*2 > big*3:
		return unicode.LittleEndian
	case big*2 > little*3:
		return unicode.BigEndian
	}
	return def
}
