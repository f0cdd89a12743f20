package message

import (
	"bytes"
	"sort"
	"strconv"
	"strings"
)

// parameters is a value with parameters: Content-Type, Content-Disposition (RFC 2045 section 5.1, RFC 2231).
type parameters struct {
	value string // lower case
	list  []parameter
}

type parameter struct {
	key      string // lower case, without * and section
	raw      []byte
	section  int  // RFC 2231 continuation; -1: none
	extended bool // RFC 2231 percent encoding
}

// parseParameters reads "value; key=value; key*0*=…" and tolerates what real mail has of it.
func parseParameters(s []byte) parameters {
	var p parameters
	i := bytes.IndexByte(s, ';')
	head := s
	if i >= 0 {
		head = s[:i]
	}
	// QUIRK: comments and blanks in the value; a parameter that follows without semicolon.
	value := bytes.TrimSpace(stripComments(head))
	if j := bytes.IndexByte(value, '='); j > 0 && bytes.IndexByte(value[:j], '/') < 0 && !bytes.ContainsAny(value[:j], " \t") {
		// QUIRK: the value lacks, the parameters begin at once.
		value, i = nil, 0
	}
	if j := bytes.IndexAny(value, " \t"); j > 0 && !bytes.Contains(value, []byte("/ ")) && !bytes.Contains(value, []byte(" /")) {
		if bytes.IndexByte(value[j:], '=') > 0 {
			i = bytes.Index(s, value[j:])
		}
		value = value[:j]
	}
	value = bytes.Trim(value, "\"'")
	if bytes.ContainsAny(value, " \t\r\n\v\f") || !isASCII(value) {
		value = []byte(strings.Join(strings.Fields(string(value)), ""))
	}
	p.value = known(value)
	if i < 0 {
		return p
	}
	rest := s[i:]
	for len(rest) > 0 && len(p.list) < 1000 {
		rest = bytes.TrimLeft(rest, "; \t\r\n,")
		if len(rest) > 0 && rest[0] == '(' {
			rest = rest[commentLen(rest):]
			continue
		}
		eq := bytes.IndexAny(rest, "=;")
		if eq < 0 {
			break
		}
		if rest[eq] == ';' {
			rest = rest[eq+1:]
			continue
		}
		key := strings.ToLower(string(bytes.TrimSpace(rest[:eq])))
		rest = bytes.TrimLeft(rest[eq+1:], " \t\r\n")
		var val []byte
		val, rest = cutParameterValue(rest)
		p.add(key, val)
	}
	return p
}

// known is value in lower case; the types that nearly all parts have take no memory.
func known(value []byte) string {
	switch string(value) {
	case "text/plain":
		return "text/plain"
	case "text/html":
		return "text/html"
	case "multipart/mixed":
		return "multipart/mixed"
	case "multipart/alternative":
		return "multipart/alternative"
	case "attachment":
		return "attachment"
	case "inline":
		return "inline"
	}
	return strings.ToLower(string(value))
}

// cutParameterValue reads a quoted string or token.
func cutParameterValue(s []byte) (val, rest []byte) {
	if len(s) > 0 && s[0] == '"' {
		// The common case: nothing is to be taken out.
		if end := bytes.IndexAny(s[1:], "\"\\"); end >= 0 && s[1+end] == '"' {
			if t := bytes.TrimLeft(s[2+end:], " \t\r\n"); len(t) == 0 || t[0] == ';' && s[end] != '=' {
				return s[1 : 1+end], s[2+end:]
			}
		}
		var out []byte
		for i := 1; i < len(s); i++ {
			switch s[i] {
			case '\\':
				// QUIRK: Windows paths: a backslash before an ordinary character is kept.
				if i+1 < len(s) && (s[i+1] == '"' || s[i+1] == '\\') {
					i++
				}
				out = append(out, s[i])
			case '"':
				rest = s[i+1:]
				// QUIRK: the quote of the value before was not closed: this one opens the value of another parameter.
				if j := nextParameter(out); j >= 0 {
					if k := bytes.Index(s[1:i], out[j:]); k >= 0 {
						return out[:j], s[1+k:]
					}
				}
				// QUIRK: quotes inside the quotes: the value goes on when neither a semicolon nor the end follows.
				if t := bytes.TrimLeft(rest, " \t\r\n"); len(t) > 0 && t[0] != ';' && t[0] != '(' && t[0] != ',' {
					if j := bytes.IndexByte(rest, ';'); j < 0 && bytes.IndexByte(rest, '=') < 0 && bytes.HasSuffix(bytes.TrimSpace(rest), []byte{'"'}) {
						return append(out, s[i:len(bytes.TrimRight(s, " \t"))-1]...), nil
					}
				}
				return out, rest
			default:
				out = append(out, s[i])
			}
		}
		// QUIRK: a quote that is never closed: the value ends at a semicolon, or at the end.
		if j := bytes.IndexByte(s, ';'); j > 0 {
			return s[1:j], s[j:]
		}
		return out, nil
	}
	if bytes.HasPrefix(s, []byte("3D\"")) {
		s = s[2:] // QUIRK: the header went through quoted-printable
		return cutParameterValue(s)
	}
	// QUIRK: an encoded word, unquoted, may hold semicolons and blanks.
	i := 0
	for i < len(s) && s[i] != ';' {
		if _, n := cutEncodedWord(s[i:]); n > 0 {
			i += n
			continue
		}
		i++
	}
	val = bytes.TrimSpace(s[:i])
	if len(val) > 4 && bytes.HasPrefix(val, []byte(`\"`)) && bytes.HasSuffix(val, []byte(`\"`)) {
		val = val[2 : len(val)-2] // QUIRK: the quotes are themselves escaped
	}
	if j := bytes.IndexByte(val, '('); j > 0 && val[j-1] == ' ' && val[len(val)-1] == ')' {
		val = bytes.TrimSpace(val[:j])
	}
	return val, s[i:]
}

// nextParameter finds where in the text between two quotes another parameter begins, whose name ends it (`a.txt; size=3;
// creation-date=`); -1: nowhere.
func nextParameter(s []byte) int {
	name := bytes.TrimRight(s, " \t\r\n")
	if !bytes.HasSuffix(name, []byte{'='}) {
		return -1
	}
	i := bytes.LastIndexByte(name, ';')
	if i < 0 {
		return -1
	}
	for _, known := range []string{"filename", "name", "size", "creation-date", "modification-date", "read-date", "charset", "boundary", "format", "type", "x-unix-mode", "x-mac-type", "x-mac-creator"} {
		if key := bytes.TrimSpace(name[i+1 : len(name)-1]); strings.EqualFold(string(bytes.TrimRight(key, "*0123456789")), known) {
			// Those before it belong to it as well.
			for {
				j := bytes.LastIndexByte(name[:i], ';')
				if j < 0 || bytes.IndexByte(name[j:i], '=') < 0 {
					return i
				}
				i = j
			}
		}
	}
	return -1
}

func (p *parameters) add(key string, val []byte) {
	q := parameter{raw: val, section: -1}
	if strings.HasSuffix(key, "*") {
		q.extended = true
		key = key[:len(key)-1]
	}
	if i := strings.LastIndexByte(key, '*'); i >= 0 {
		if n, err := strconv.Atoi(key[i+1:]); err == nil && n >= 0 && n < 10000 {
			q.section = n
			key = key[:i]
		}
	}
	q.key = key
	p.list = append(p.list, q)
}

// get returns a parameter's plain value, without charset decoding.
func (p *parameters) get(key string) string {
	for _, q := range p.list {
		if q.key == key && q.section < 0 {
			if q.extended {
				return p.text(key)
			}
			return string(q.raw)
		}
	}
	return p.text(key)
}

// text returns a parameter as text: RFC 2231 sections joined and decoded, encoded words decoded, raw 8-bit read by
// detection. The extended form wins over the plain one (RFC 5987 section 4.2).
func (p *parameters) text(key string) string {
	var plainValue []byte
	havePlain := false
	var parts []parameter
	for _, q := range p.list {
		switch {
		case q.key != key:
		case q.section < 0 && !q.extended:
			if !havePlain {
				plainValue, havePlain = q.raw, true
			}
		default:
			parts = append(parts, q)
		}
	}
	if len(parts) == 0 {
		if !havePlain {
			return ""
		}
		return strings.TrimSpace(decodeWords(plainValue))
	}
	sort.SliceStable(parts, func(i, j int) bool { return parts[i].section < parts[j].section })
	var charset string
	var data []byte
	anyExtended := false
	for i, q := range parts {
		if i > 0 && q.section == parts[i-1].section {
			continue // QUIRK: a section given twice
		}
		raw := q.raw
		if q.extended {
			if !anyExtended {
				if a := bytes.IndexByte(raw, '\''); a >= 0 {
					if b := bytes.IndexByte(raw[a+1:], '\''); b >= 0 {
						charset = string(raw[:a])
						raw = raw[a+1+b+1:]
					}
				}
			}
			anyExtended = true
			data = percent(data, raw)
			continue
		}
		data = append(data, raw...)
	}
	if !anyExtended {
		// QUIRK: encoded words cut into continuations.
		return strings.TrimSpace(decodeWords(data))
	}
	if bytes.Contains(data, []byte("=?")) && plain(data) {
		return strings.TrimSpace(decodeWords(data))
	}
	text, _ := decodeText(data, charset)
	return strings.TrimSpace(clean(text))
}

func percent(dst, s []byte) []byte {
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) && unhex(s[i+1]) >= 0 && unhex(s[i+2]) >= 0 {
			dst = append(dst, byte(unhex(s[i+1])<<4|unhex(s[i+2])))
			i += 2
			continue
		}
		dst = append(dst, s[i])
	}
	return dst
}

// commentLimit bounds a comment. It also bounds the time that unclosed brackets take.
const commentLimit = 1000

// commentLen is the length of the comment that s starts with; 1 when it is not closed.
func commentLen(s []byte) int {
	depth := 0
	for i := 0; i < min(len(s), commentLimit); i++ {
		switch s[i] {
		case '\\':
			i++
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return 1
}

// stripComments removes (comments) outside of quotes.
func stripComments(s []byte) []byte {
	if bytes.IndexByte(s, '(') < 0 {
		return s
	}
	var out []byte
	for i := 0; i < len(s); i++ {
		if s[i] == '(' {
			if n := commentLen(s[i:]); n > 1 {
				i += n - 1
				out = append(out, ' ')
				continue
			}
		}
		out = append(out, s[i])
	}
	return out
}
