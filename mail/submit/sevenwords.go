package submit

import (
	"bytes"
	"encoding/base64"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

const (
	// softLine is the length at which a field with encoded words is folded (RFC 2047 section 2).
	softLine = 76
	// unknownCharset is what an encoded word says that holds octets nobody knows the charset of (RFC 1428).
	unknownCharset = "unknown-8bit"
)

// charsetOf is the charset of a field that does not say it: UTF-8 where it is that, else the one of the text it stands
// above.
func charsetOf(value, text string) string {
	switch {
	case utf8.ValidString(value):
		return "utf-8"
	case text == "" || text == "us-ascii" || text == "utf-8" || len(text) > 40:
		return unknownCharset
	}
	for i := range len(text) {
		if c := text[i]; !alphanumeric(c) && strings.IndexByte("-_.+", c) < 0 {
			return unknownCharset
		}
	}
	return text
}

// fieldWriter writes a field, folded between what must not be broken.
type fieldWriter struct {
	b       bytes.Buffer
	col     int
	charset string
}

// add writes s after a blank, unless there is one, on a new line where this one is full.
func (w *fieldWriter) add(s string) {
	blank := bytes.HasSuffix(w.b.Bytes(), []byte(" "))
	switch {
	case blank && w.col+len(s) <= softLine, !blank && w.col+1+len(s) <= softLine:
		if !blank {
			w.put(" ")
		}
	case blank && bytes.HasSuffix(w.b.Bytes(), []byte(": ")) && !bytes.Contains(w.b.Bytes(), []byte("\n")) && w.col+len(s) <= 998:
		// The first word stays beside the name: some programs lose a first line that has nothing.
	default:
		if blank {
			w.b.Truncate(w.b.Len() - 1)
		}
		w.b.WriteString("\r\n ")
		w.col = 1
	}
	w.put(s)
}

func (w *fieldWriter) put(s string) {
	w.b.WriteString(s)
	w.col += len(s)
}

// words writes s as encoded words. Their first may have to fit beside what is there.
func (w *fieldWriter) words(s string) {
	for s != "" {
		room := 75
		if w.b.Len() < 40 && !bytes.Contains(w.b.Bytes(), []byte("\n")) {
			room = softLine - w.col
		}
		n := whole(s, (room-len(w.charset)-7)/4*3)
		w.add("=?" + w.charset + "?B?" + base64.StdEncoding.EncodeToString([]byte(s[:n])) + "?=")
		s = s[n:]
	}
}

// whole is how many octets of s, at most room but at least a character, hold whole characters: of UTF-8, else of a charset
// whose characters are one or two octets, as those of East Asia are.
func whole(s string, room int) int {
	n := 0
	for n < len(s) {
		_, size := utf8.DecodeRuneInString(s[n:])
		if size == 1 && s[n] >= 0x80 && n+1 < len(s) {
			size = 2
		}
		if n+size > room && n > 0 {
			break
		}
		n += size
	}
	return n
}

// text writes an unstructured field: runs of words with octets over 127 become encoded words.
func (w *fieldWriter) text(value string) {
	words := strings.FieldsFunc(value, func(r rune) bool { return r == ' ' || r == '\t' })
	for i := 0; i < len(words); {
		if ascii(words[i]) {
			w.add(words[i])
			i++
			continue
		}
		from := i
		for i < len(words) && !ascii(words[i]) {
			i++
		}
		run := strings.Join(words[from:i], " ")
		// The blank between two encoded words is not read.
		if from > 0 && encodedWord(words[from-1]) {
			run = " " + run
		}
		if i < len(words) && encodedWord(words[i]) {
			run += " "
		}
		w.words(run)
	}
}

func encodedWord(s string) bool { return strings.HasPrefix(s, "=?") && strings.HasSuffix(s, "?=") }

// addresses writes a list of addresses: names and comments with octets over 127 become encoded words, domains A-labels. An
// address that has some before its @ has no form without them: its words stand as the name of an empty group (RFC 6857
// section 3.1.8).
func (w *fieldWriter) addresses(value string) {
	for i, one := range split(value) {
		if i > 0 {
			w.put(",")
		}
		one = strings.TrimSpace(one)
		switch {
		case ascii(one):
			w.add(one)
		case !w.mailbox(one):
			w.words(strings.ToValidUTF8(one, "?"))
			w.add(":;")
		}
	}
}

// split parts a list at its commas.
func split(value string) []string {
	var list []string
	begin := 0
	for i := 0; i < len(value); {
		n := tokenLen(value[i:])
		if value[i] == ',' {
			list, begin = append(list, value[begin:i]), i+1
		}
		i += n
	}
	return append(list, value[begin:])
}

// tokenLen is the length of what s begins with: a quoted-string, a comment, an address in angles, or one octet.
func tokenLen(s string) int {
	end, depth := byte(0), 0
	switch s[0] {
	case '"':
		end = '"'
	case '(':
		end, depth = ')', 1
	case '<':
		end = '>'
	default:
		return 1
	}
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '\\' && end != '>':
			i++
		case depth > 0 && s[i] == '(':
			depth++
		case s[i] == end:
			if depth--; depth <= 0 {
				return i + 1
			}
		}
	}
	return 1 // it is not ended
}

// mailbox writes one with octets over 127; false, and nothing, if it cannot be written.
func (w *fieldWriter) mailbox(s string) bool {
	before, col := w.b.Len(), w.col
	phrase := ""
	flush := func() {
		if ascii(phrase) {
			if phrase = strings.TrimSpace(phrase); phrase != "" {
				w.add(phrase)
			}
		} else {
			w.name(phrase)
		}
		phrase = ""
	}
	bare := !strings.Contains(s, "<")
	for i := 0; i < len(s); {
		n := tokenLen(s[i:])
		t := s[i : i+n]
		i += n
		switch {
		case n > 1 && t[0] == '"' && !ascii(t):
			flush()
			w.words(unquoted(t))
		case n > 1 && t[0] == '(' && !ascii(t):
			flush()
			w.add("(")
			w.words(strings.NewReplacer(`\`, "", "(", " ", ")", " ").Replace(t[1 : n-1]))
			w.put(" )")
		case n > 1 && t[0] == '<':
			flush()
			addr, ok := asciiAddr(t[1 : n-1])
			if !ok {
				w.b.Truncate(before)
				w.col = col
				return false
			}
			w.add("<" + addr + ">")
		case t == ":", t == ";": // of a group
			flush()
			w.put(t)
		default:
			phrase += t
		}
	}
	if bare && strings.Contains(phrase, "@") {
		addr, ok := asciiAddr(strings.TrimSpace(phrase))
		if !ok {
			w.b.Truncate(before)
			w.col = col
			return false
		}
		phrase = addr
	}
	flush()
	return true
}

// name writes a phrase: its words with octets over 127, and those between them, as encoded words.
func (w *fieldWriter) name(phrase string) {
	words := strings.Fields(phrase)
	from, to := 0, len(words)
	for ascii(words[from]) && !encodedWord(words[from]) {
		from++
	}
	for ascii(words[to-1]) && !encodedWord(words[to-1]) {
		to--
	}
	for _, p := range words[:from] {
		w.add(p)
	}
	w.text(strings.Join(words[from:to], " "))
	for _, p := range words[to:] {
		w.add(p)
	}
}

// asciiAddr is an addr-spec with its domain as A-labels; false where it has octets over 127 before the @.
func asciiAddr(addr string) (string, bool) {
	at := strings.LastIndexByte(addr, '@')
	if at < 0 || !ascii(addr[:at]) {
		return "", false
	}
	if ascii(addr) {
		return addr, true
	}
	domain, err := idna.Lookup.ToASCII(addr[at+1:])
	return addr[:at+1] + domain, err == nil
}
