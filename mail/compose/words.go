package compose

import (
	"encoding/base64"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"poplar/mail"
)

const (
	// softLine is the length at which header lines are folded (RFC 2047 section 2: 76 with an encoded word in them).
	softLine = 76
	// wordLimit is the length of an encoded word (RFC 2047 section 2).
	wordLimit = 75
	// rawLimit is how long a word may be that is written as it is; longer ones are encoded, which lets them be folded.
	rawLimit = 70
)

// clean makes s fit for a header field: valid UTF-8, one line, no control characters, no blanks around it. This is
// what makes header injection impossible: everything that is written to a header has passed here or through a check
// that is stricter still.
func clean(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, s)
	return strings.TrimSpace(s)
}

// fold writes one header field out of tokens that must not be broken, parted by single blanks.
func fold(b *strings.Builder, name string, tokens ...string) {
	b.WriteString(name)
	b.WriteByte(':')
	col := len(name) + 1
	for i, t := range tokens {
		if i > 0 && col+1+len(t) > softLine {
			b.WriteString("\r\n")
			col = 0
		}
		b.WriteByte(' ')
		b.WriteString(t)
		col += 1 + len(t)
	}
	b.WriteString("\r\n")
}

// text returns the tokens of an unstructured field (RFC 5322 section 2.2.1). Words before the first that needs
// encoding stay readable, so that "Re:" is seen by filters that know no encoded words.
func text(name, value string) []string {
	value = clean(value)
	if value == "" {
		return nil
	}
	words := strings.Split(value, " ")
	n := 0
	for n < len(words) && plainWord(words[n]) {
		n++
	}
	if n == len(words) {
		return words
	}
	room := wordLimit
	if n == 0 {
		room = softLine - len(name) - 2
	}
	return append(words[:n:n], encode(strings.Join(words[n:], " "), room, false)...)
}

// plainWord says whether a word may stand in a header as it is.
func plainWord(w string) bool {
	return w != "" && len(w) <= rawLimit && printable(w) && !strings.Contains(w, "=?") && !strings.Contains(w, " ")
}

// printable says whether s is ASCII without control characters.
func printable(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// phrase returns the tokens of a display name (RFC 5322 section 3.2.5).
func phrase(name string) []string {
	name = clean(name)
	words := strings.Split(name, " ")
	atoms := true
	for _, w := range words {
		atoms = atoms && plainWord(w) && atom(w)
	}
	switch {
	case name == "":
		return nil
	case atoms:
		return words
	case printable(name) && len(name) < rawLimit-2 && !strings.Contains(name, "=?"):
		return []string{quote(name)}
	}
	return encode(name, wordLimit-len("Reply-To: "), true)
}

// quote writes a quoted-string (RFC 5322 section 3.2.4) of printable ASCII.
func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

// atom says whether s is an atom (RFC 5322 section 3.2.3).
func atom(s string) bool {
	for i := range len(s) {
		if !atext(s[i]) {
			return false
		}
	}
	return s != ""
}

func atext(c byte) bool {
	return alphanumeric(c) || strings.IndexByte("!#$%&'*+-/=?^_`{|}~", c) >= 0
}

func alphanumeric(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// encode writes s as encoded words (RFC 2047 section 2) of at most 75 octets, the first of at most room, each holding
// whole characters. In a phrase fewer characters may stand as they are (section 5, rule 3).
func encode(s string, room int, inPhrase bool) []string {
	b := func(part string) int { return (len(part) + 2) / 3 * 4 }
	q := func(part string) int { return qLen(part, inPhrase) }
	useQ := q(s) <= b(s)
	var words []string
	for first := true; first || s != ""; first = false {
		n, threes := prefix(s, room, b)
		if n < len(s) {
			n = threes // QUIRK: GMime drops the words that follow one with "=" at its end, so only the last has it
		}
		if useQ || n == 0 && s != "" {
			n, _ = prefix(s, room, q)
			words = append(words, "=?UTF-8?Q?"+qEncode(s[:n], inPhrase)+"?=")
		} else {
			words = append(words, "=?UTF-8?B?"+base64.StdEncoding.EncodeToString([]byte(s[:n]))+"?=")
		}
		s, room = s[n:], wordLimit
	}
	return words
}

// prefix returns how much of s, in whole characters and one at least, fits into an encoded word of room octets, and how
// much of it where the octets must come in threes; 0: nothing.
func prefix(s string, room int, length func(part string) int) (all, threes int) {
	const frame = len("=?UTF-8?B??=")
	for i, r := range s {
		end := i + utf8.RuneLen(r)
		if i > 0 && frame+length(s[:end]) > room {
			break
		}
		all = end
		if end%3 == 0 {
			threes = end
		}
	}
	return all, threes
}

func qPlain(c byte, inPhrase bool) bool {
	if inPhrase {
		return alphanumeric(c) || strings.IndexByte("!*+-/", c) >= 0
	}
	return c > ' ' && c < 0x7f && c != '=' && c != '?' && c != '_'
}

// qLen is the length of s in the "Q" encoding.
func qLen(s string, inPhrase bool) int {
	n := 0
	for i := range len(s) {
		if s[i] == ' ' || qPlain(s[i], inPhrase) {
			n++
		} else {
			n += 3
		}
	}
	return n
}

const hexDigits = "0123456789ABCDEF"

func qEncode(s string, inPhrase bool) string {
	var b strings.Builder
	for i := range len(s) {
		switch c := s[i]; {
		case c == ' ':
			b.WriteByte('_')
		case qPlain(c, inPhrase):
			b.WriteByte(c)
		default:
			b.WriteByte('=')
			b.WriteByte(hexDigits[c>>4])
			b.WriteByte(hexDigits[c&15])
		}
	}
	return b.String()
}

// mailboxes returns the tokens of an address list (RFC 5322 section 3.4).
func mailboxes(list []mail.Address) ([]string, error) {
	var tokens []string
	for i, a := range list {
		addr, err := wireAddr(a.Addr)
		if err != nil {
			return nil, err
		}
		name := phrase(a.Name)
		if len(name) > 0 {
			addr = "<" + addr + ">"
		}
		if i < len(list)-1 {
			addr += ","
		}
		tokens = append(append(tokens, name...), addr)
	}
	return tokens, nil
}

// fileName returns the tokens of a file name parameter: with extended true by RFC 2231 (Content-Disposition), else by
// RFC 2047 inside quotes, which no standard knows but every reader understands that lacks RFC 2231 (Content-Type).
func fileName(param, name string, extended bool) []string {
	name = clean(name)
	if printable(name) && len(name) <= 200 && !strings.Contains(name, "=?") {
		return []string{param + "=" + quote(name)}
	}
	if !extended {
		// QUIRK: GMime decodes first and then ends the name at a quotation mark.
		name = strings.NewReplacer(`"`, "'", `\`, "_").Replace(name)
		words := encode(name, wordLimit-len(param)-4, true)
		words[0] = param + `="` + words[0]
		words[len(words)-1] += `"`
		return words
	}
	// RFC 2231 section 4.1: in pieces of a line each, numbered where there are several.
	const room = 50
	pieces := []string{""}
	for _, r := range name {
		p := percent(string(r))
		if last := &pieces[len(pieces)-1]; len(*last)+len(p) <= room {
			*last += p
		} else {
			pieces = append(pieces, p)
		}
	}
	if len(pieces) == 1 {
		return []string{param + "*=UTF-8''" + pieces[0]}
	}
	tokens := make([]string, len(pieces))
	for i, p := range pieces {
		if i == 0 {
			p = "UTF-8''" + p
		}
		tokens[i] = param + "*" + strconv.Itoa(i) + "*=" + p
		if i < len(pieces)-1 {
			tokens[i] += ";"
		}
	}
	return tokens
}

// percent encodes all but attribute characters (RFC 2231 section 7).
func percent(s string) string {
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; alphanumeric(c) || c == '-' || c == '.' || c == '_' || c == '~' {
			b.WriteByte(c)
		} else {
			b.WriteByte('%')
			b.WriteByte(hexDigits[c>>4])
			b.WriteByte(hexDigits[c&15])
		}
	}
	return b.String()
}
