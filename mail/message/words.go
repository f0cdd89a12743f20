package message

import (
	"bytes"
	"encoding/base64"
	"slices"
	"strings"
	"unicode/utf8"
)

// encodedWord is one =?charset?encoding?text?= (RFC 2047).
type encodedWord struct {
	charset  string
	encoding byte // 'b' or 'q'
	text     []byte
}

// wordLimit bounds one encoded word. RFC 2047 allows 75 characters; some programs write a whole subject as one.
const wordLimit = 8 << 10

// cutEncodedWord reads the encoded word that s starts with and returns its length, 0 when there is none.
func cutEncodedWord(s []byte) (w encodedWord, n int) {
	if len(s) < 8 || s[0] != '=' || s[1] != '?' {
		return w, 0
	}
	i := bytes.IndexByte(s[2:], '?')
	if i < 0 || i > 60 {
		return w, 0
	}
	cs := bytes.TrimSpace(s[2 : 2+i])
	if j := bytes.IndexByte(cs, '*'); j >= 0 { // RFC 2231 section 5: a language
		cs = cs[:j]
	}
	if n := len(cs); n > 2 && cs[0] == cs[n-1] && (cs[0] == '"' || cs[0] == '\'') {
		cs = cs[1 : n-1] // QUIRK: the charset in quotes
	}
	if bytes.ContainsAny(cs, " \t=<>,;\"") {
		return w, 0
	}
	rest := s[2+i+1:]
	// QUIRK: blanks around the encoding letter.
	k := 0
	for k < len(rest) && (rest[k] == ' ' || rest[k] == '\t') {
		k++
	}
	if k+1 >= len(rest) || rest[k+1] != '?' {
		return w, 0
	}
	switch rest[k] {
	case 'b', 'B':
		w.encoding = 'b'
	case 'q', 'Q':
		w.encoding = 'q'
	default:
		return w, 0
	}
	start := 2 + i + 1 + k + 2
	end := bytes.Index(s[start:min(len(s), start+wordLimit)], []byte("?="))
	if end < 0 {
		return w, 0
	}
	w.charset, w.text = charsetName(cs), s[start:start+end]
	return w, start + end + 2
}

// charsetName is cs; the names in use most take no memory.
func charsetName(cs []byte) string {
	switch string(cs) {
	case "utf-8":
		return "utf-8"
	case "UTF-8":
		return "UTF-8"
	case "gb2312":
		return "gb2312"
	case "GB2312":
		return "GB2312"
	case "gbk":
		return "gbk"
	case "iso-8859-1":
		return "iso-8859-1"
	case "ISO-8859-1":
		return "ISO-8859-1"
	case "ISO-2022-JP":
		return "ISO-2022-JP"
	case "iso-2022-jp":
		return "iso-2022-jp"
	}
	return string(cs)
}

// qWord decodes the Q encoding. QUIRK: raw blanks and 8-bit bytes inside stay as they are.
func qWord(dst, text []byte) []byte {
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '_':
			dst = append(dst, ' ')
		case c == '=' && i+2 < len(text) && unhex(text[i+1]) >= 0 && unhex(text[i+2]) >= 0:
			dst = append(dst, byte(unhex(text[i+1])<<4|unhex(text[i+2])))
			i += 2
		default:
			dst = append(dst, c)
		}
	}
	return dst
}

func unhex(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	}
	return -1
}

// bWord decodes base64 leniently: what is no base64 (blanks, line ends) is passed over, padding may lack.
func bWord(dst, text []byte) []byte {
	clean := make([]byte, 0, len(text))
	for _, c := range text {
		if base64Value[c] < 64 {
			clean = append(clean, c)
		}
	}
	if len(clean)%4 == 1 {
		clean = clean[:len(clean)-1]
	}
	out := make([]byte, base64.RawStdEncoding.DecodedLen(len(clean)))
	n, _ := base64.RawStdEncoding.Decode(out, clean)
	return append(dst, out[:n]...)
}

// decodeWords turns an unstructured value or phrase into text: encoded words are decoded, raw 8-bit bytes read by
// detection, control characters become blanks.
func decodeWords(s []byte) string {
	if plain(s) && !bytes.Contains(s, []byte("=?")) {
		return string(s)
	}
	var out strings.Builder
	var run runOfWords
	start := 0 // of the literal text not yet written
	for i := 0; i < len(s); {
		if s[i] != '=' || i+1 >= len(s) || s[i+1] != '?' {
			i++
			continue
		}
		w, n := cutEncodedWord(s[i:])
		if n == 0 {
			i += 2
			continue
		}
		// Blanks between two encoded words are not text (RFC 2047 section 6.2).
		if between := s[start:i]; len(bytes.TrimSpace(between)) > 0 || !run.open {
			run.flush(&out)
			out.WriteString(decodeLiteral(between))
		}
		run.add(w, &out)
		i += n
		start = i
	}
	run.flush(&out)
	out.WriteString(decodeLiteral(s[start:]))
	return clean(out.String())
}

// runOfWords joins neighbouring encoded words of one charset before their bytes are read as characters.
// QUIRK: a multibyte character, or one base64 quantum, that is split across encoded words.
type runOfWords struct {
	open    bool
	charset string
	codec   *codec
	data    []byte
	pending []byte // base64 text that does not fill its last quantum
}

func (r *runOfWords) add(w encodedWord, out *strings.Builder) {
	c := codecOf(w.charset)
	if r.open && !strings.EqualFold(r.charset, w.charset) && (c == nil || c != r.codec) {
		r.flush(out)
	}
	r.open, r.charset, r.codec = true, w.charset, c
	if w.encoding == 'q' {
		r.settle()
		r.data = qWord(slices.Grow(r.data, len(w.text)), w.text)
		return
	}
	text := w.text
	if bytes.ContainsAny(text, " \t\r\n") {
		text = bytes.Join(bytes.Fields(text), nil) // QUIRK: line ends inside
	}
	if len(r.pending) > 0 {
		text = append(r.pending, text...)
		r.pending = nil
	}
	if n := len(text); n%4 != 0 && n > 0 && text[n-1] != '=' {
		keep := n - n%4
		r.pending = append([]byte(nil), text[keep:n]...)
		text = text[:keep]
	}
	r.data = bWord(r.data, text)
}

func (r *runOfWords) settle() {
	if len(r.pending) > 0 {
		r.data = bWord(r.data, r.pending)
		r.pending = nil
	}
}

func (r *runOfWords) flush(out *strings.Builder) {
	if !r.open {
		return
	}
	r.settle()
	text, _ := decodeText(r.data, r.charset)
	out.WriteString(text)
	*r = runOfWords{data: r.data[:0]}
}

// decodeLiteral reads header text outside encoded words.
func decodeLiteral(s []byte) string {
	if utf8.Valid(s) {
		return string(s)
	}
	text, _ := decodeText(s, "")
	return text
}

// plain says whether s is ASCII without control characters.
func plain(s []byte) bool {
	for _, c := range s {
		if c >= 0x7f || (c < ' ' && c != '\t') {
			return false
		}
	}
	return true
}

// clean makes header text fit for one line: control characters become blanks or vanish.
func clean(s string) string {
	ok := true
	for _, r := range s {
		if r < ' ' || r == 0x7f || r == '\u2028' || r == '\u2029' {
			ok = false
			break
		}
	}
	if ok {
		return s
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r == 0:
			return -1
		case r < ' ' || r == 0x7f || r == '\u2028' || r == '\u2029':
			return ' '
		}
		return r
	}, s)
}
