package compose

import (
	"errors"
	"fmt"
	"mime"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"

	"poplar/mail"
)

// EntryError says which entry of a list of addresses is wrong, and why.
type EntryError struct {
	Entry string // as it was written
	Why   Reason
}

// Reason is one of a closed list of what can be wrong with an address, as an English clause.
type Reason string

// The reasons.
const (
	NoAt       Reason = "it has no @"
	ManyAts    Reason = "it has more than one @"
	NoLocal    Reason = "nothing stands before the @"
	NoDomain   Reason = "nothing stands after the @"
	BadLocal   Reason = "a character before the @ is not allowed there"
	BadDomain  Reason = "what stands after the @ is no domain"
	TooLong    Reason = "it is too long"
	NotClosed  Reason = "its < has no >"
	EmptyAngle Reason = "there is no address between < and >"
)

// Error implements error.
func (e *EntryError) Error() string {
	return fmt.Sprintf("“%s” is no mail address: %s", e.Entry, e.Why)
}

// ParseAddresses reads addresses as people type and paste them: with and without names, parted by commas, semicolons,
// line ends, their full-width forms or 、, bare addresses also by blanks; with ＠ for @; names in quotes; groups; the
// fields of a message copied as they are. It returns every entry that is an address, and an error that joins an
// *EntryError for each one that is not.
func ParseAddresses(s string) ([]mail.Address, error) { return parseList(s, true) }

// parseList is ParseAddresses; with typed false only what RFC 5322 knows parts addresses, as befits a header field.
func parseList(s string, typed bool) ([]mail.Address, error) {
	var list []mail.Address
	var errs []error
	pieces := splitList(s, typed)
	for i := 0; i < len(pieces); i++ {
		p := pieces[i]
		// "Doe, John <john@x>; Roe, Jane <jane@x>": where semicolons or lines part the entries, a comma is part of a name.
		for i+1 < len(pieces) && p.end == ',' && pieces[i].manners && !hasAt(p.text) && strings.Contains(pieces[i+1].text, "<") {
			i++
			p.text, p.end = p.text+", "+pieces[i].text, pieces[i].end
		}
		found, err := parseEntry(p.text)
		list = append(list, found...)
		if err != nil {
			errs = append(errs, err)
		}
	}
	return list, errors.Join(errs...)
}

func hasAt(s string) bool { return strings.ContainsAny(s, "@＠") }

type piece struct {
	text    string
	end     rune // what ended it: ',', ';', '\n' or 0
	manners bool // the list it stands in is parted by semicolons or lines
}

// splitList cuts a list at its separators, outside quotes, comments and angle brackets.
func splitList(s string, typed bool) []piece {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.ReplaceAll(s, "\r\n", "\n")
	s = strings.ReplaceAll(s, "\r", "\n")
	var pieces []piece
	var b strings.Builder
	quoted, escaped, angle, comment, manners := false, false, false, 0, false
	end := func(r rune) {
		if t := strings.TrimSpace(b.String()); t != "" {
			pieces = append(pieces, piece{text: t, end: r})
			manners = manners || r == ';' || r == '\n'
		}
		b.Reset()
		quoted, escaped, angle, comment = false, false, false, 0
	}
	for i, r := range s {
		rest := s[i+utf8.RuneLen(r):]
		if typed {
			r = typedRune(r)
		}
		switch {
		case r < 0: // invisible
			continue
		case r == '\n' && rest != "" && strings.ContainsRune(" \t<", rune(rest[0])):
			b.WriteRune(' ') // a folded header line
			continue
		case r == '\n' && !typed:
			b.WriteRune(' ')
			continue
		case r == '\n':
			end('\n')
			continue
		case quoted:
			quoted = r != '"' || escaped
			escaped = r == '\\' && !escaped
		case r == '"':
			// A quote that nothing closes before the next line is a character like any other.
			line, _, _ := strings.Cut(rest, "\n")
			quoted = strings.Contains(line, `"`)
		case comment > 0 && r == ')':
			comment--
		case r == '(' && strings.Contains(rest, ")"):
			comment++
		case comment > 0:
		case r == '<':
			angle = strings.Contains(rest, ">") || strings.Contains(rest, "＞")
		case r == '>':
			angle = false
		case angle && r != ';':
		case r == ',' || r == ';':
			end(r)
			continue
		case typed && r == '、':
			end(',')
			continue
		}
		b.WriteRune(r)
	}
	end(0)
	for i := range pieces {
		pieces[i].manners = manners
	}
	return pieces
}

// typedRune gives the plain form of what an input method or a web page puts in the place of a separator; -1 for what
// cannot be seen.
func typedRune(r rune) rune {
	switch r {
	case '＠':
		return '@'
	case '，', '﹐', '､':
		return ','
	case '；', '﹔':
		return ';'
	case '＜', '〈', '《':
		return '<'
	case '＞', '〉', '》':
		return '>'
	case '\u2028', '\u2029', '\v', '\f':
		return '\n'
	case '\t', '\u00a0', '\u3000', '\u2007', '\u202f':
		return ' '
	case '\u200b', '\u200c', '\u2060', '\ufeff', '\u00ad',
		'\u200e', '\u200f', '\u202a', '\u202b', '\u202c', '\u202d', '\u202e', '\u2066', '\u2067', '\u2068', '\u2069':
		return -1
	}
	if r < ' ' && r != '\n' || r == 0x7f {
		return ' '
	}
	return r
}

// parseEntry reads one entry: a name and an address, or several bare addresses parted by blanks.
func parseEntry(entry string) ([]mail.Address, error) {
	s := groupless(entry)
	if s == "" {
		return nil, nil
	}
	if open := indexOutside(s, '<'); open >= 0 {
		name, inner, after := s[:open], s[open+1:], ""
		if end := indexOutside(inner, '>'); end >= 0 {
			inner, after = inner[:end], inner[end+1:]
		} else {
			return nil, &EntryError{entry, NotClosed}
		}
		if strings.TrimSpace(inner) == "" {
			return nil, &EntryError{entry, EmptyAngle}
		}
		if strings.TrimSpace(name) == "" {
			name = after
		}
		// The obsolete route of RFC 5322 section 4.4.
		if strings.HasPrefix(inner, "@") {
			if _, rest, ok := strings.Cut(inner, ":"); ok {
				inner = rest
			}
		}
		addr, why := checkAddr(bareAddr(inner))
		if why != "" {
			return nil, &EntryError{entry, why}
		}
		return []mail.Address{{Name: cleanName(name, addr), Addr: addr}}, nil
	}
	var list []mail.Address
	var errs []error
	var name []string
	for _, w := range fields(s) {
		if !hasAt(w) || strings.HasPrefix(w, "(") {
			name = append(name, w)
			continue
		}
		addr, why := checkAddr(bareAddr(w))
		if why != "" {
			errs = append(errs, &EntryError{w, why})
			name = nil
			continue
		}
		list = append(list, mail.Address{Name: cleanName(strings.Join(name, " "), addr), Addr: addr})
		name = nil
	}
	switch {
	case len(list) == 0 && len(errs) == 0:
		return nil, &EntryError{entry, NoAt}
	case len(name) > 0 && len(list) == 1 && list[0].Name == "" && len(errs) == 0:
		list[0].Name = cleanName(strings.Join(name, " "), list[0].Addr) // "john@x (John)"
	case len(name) > 0 && len(list) > 0:
		errs = append(errs, &EntryError{strings.Join(name, " "), NoAt})
	}
	return list, errors.Join(errs...)
}

// groupless drops what comes before an address and is none: a group's name, a field's name, "mailto:".
func groupless(s string) string {
	s = strings.TrimSpace(s)
	for {
		i := indexOutside(s, ':')
		if j := indexOutside(s, '：'); i < 0 || j >= 0 && j < i {
			i = j
		}
		at := indexOutside(s, '@')
		open := indexOutside(s, '<')
		if i < 0 || at >= 0 && at < i || open >= 0 && open < i {
			return s
		}
		_, size := utf8.DecodeRuneInString(s[i:])
		s = strings.TrimSpace(s[i+size:])
	}
}

// indexOutside is strings.IndexRune, but not inside a quoted-string.
func indexOutside(s string, want rune) int {
	quoted, escaped := false, false
	for i, r := range s {
		switch {
		case escaped:
			escaped = false
		case quoted && r == '\\':
			escaped = true
		case r == '"' && (quoted || strings.Contains(s[i+1:], `"`)):
			quoted = !quoted
		case !quoted && r == want:
			return i
		}
	}
	return -1
}

// fields is strings.Fields, but a quoted-string or comment holds together.
func fields(s string) []string {
	var out []string
	var b strings.Builder
	quoted, comment := false, 0
	for _, r := range s {
		switch {
		case r == '"':
			quoted = !quoted
		case quoted:
		case r == '(':
			comment++
		case r == ')' && comment > 0:
			comment--
		case unicode.IsSpace(r) && comment == 0:
			if b.Len() > 0 {
				out = append(out, b.String())
				b.Reset()
			}
			continue
		}
		b.WriteRune(r)
	}
	if b.Len() > 0 {
		out = append(out, b.String())
	}
	return out
}

// bareAddr takes off what pasted text leaves around an address.
func bareAddr(s string) string {
	s = strings.TrimSpace(s)
	if len(s) > 7 && strings.EqualFold(s[:7], "mailto:") {
		s = s[7:]
	}
	if !strings.HasPrefix(s, `"`) {
		s = strings.Trim(s, "'‘’“”(){}<>〈〉《》")
		if strings.HasPrefix(s, "[") { // not the domain's
			s = strings.Trim(s, "[]")
		}
	}
	s = strings.TrimRight(s, ".。!?！？:：'\"")
	at := strings.LastIndexAny(s, "@＠")
	if at < 0 {
		return s
	}
	// Full-width letters and dots of an input method left on.
	if local := narrow(s[:at]); !strings.HasPrefix(local, `"`) {
		s = local + s[at:]
	}
	at = strings.LastIndexAny(s, "@＠")
	_, size := utf8.DecodeRuneInString(s[at:])
	domain := strings.NewReplacer("。", ".", "｡", ".").Replace(narrow(s[at+size:]))
	return s[:at] + "@" + domain
}

// narrow turns full-width ASCII into ASCII.
func narrow(s string) string {
	return strings.Map(func(r rune) rune {
		if '！' <= r && r <= '～' {
			return r - '！' + '!'
		}
		return r
	}, s)
}

var decoder = mime.WordDecoder{}

// cleanName returns a display name without quotes, escapes and encoded words; "" where it says nothing but addr.
func cleanName(name, addr string) string {
	name = strings.TrimSpace(name)
	if strings.HasPrefix(name, "(") && strings.HasSuffix(name, ")") {
		name = name[1 : len(name)-1]
	}
	var b strings.Builder
	escaped := false
	for _, r := range name {
		switch {
		case escaped:
			escaped = false
			b.WriteRune(r)
		case r == '\\' && strings.Contains(name, `"`):
			escaped = true
		case r != '"':
			b.WriteRune(r)
		}
	}
	name = b.String()
	if strings.Contains(name, "=?") {
		if d, err := decoder.DecodeHeader(name); err == nil {
			name = d
		}
	}
	name = strings.Join(strings.Fields(clean(name)), " ")
	if n := len(name); n >= 2 && name[0] == '\'' && name[n-1] == '\'' {
		name = strings.TrimSpace(name[1 : n-1])
	}
	if strings.EqualFold(name, addr) {
		return ""
	}
	return name
}

// checkAddr says what is wrong with an addr-spec, or returns it. It is a little wider than RFC 5321: dots may stand
// where they like, since mailboxes like that exist.
func checkAddr(addr string) (string, Reason) {
	at := strings.LastIndexByte(addr, '@')
	switch {
	case at < 0:
		return "", NoAt
	case at == 0:
		return "", NoLocal
	case at == len(addr)-1:
		return "", NoDomain
	case len(addr) > 320 || !utf8.ValidString(addr):
		return "", TooLong
	}
	local, domain := addr[:at], addr[at+1:]
	if strings.HasPrefix(local, `"`) {
		if !quotedString(local) {
			return "", BadLocal
		}
	} else {
		if strings.Contains(local, "@") {
			return "", ManyAts
		}
		for _, r := range local {
			if r < utf8.RuneSelf && r != '.' && !atext(byte(r)) || unicode.IsControl(r) || unicode.IsSpace(r) {
				return "", BadLocal
			}
		}
	}
	if !validDomain(domain) {
		return "", BadDomain
	}
	return addr, ""
}

// quotedString says whether s is a quoted-string on one line.
func quotedString(s string) bool {
	if len(s) < 3 || s[len(s)-1] != '"' {
		return false
	}
	escaped := false
	for _, r := range s[1 : len(s)-1] {
		switch {
		case unicode.IsControl(r):
			return false
		case escaped:
			escaped = false
		case r == '\\':
			escaped = true
		case r == '"':
			return false
		}
	}
	return !escaped
}

func validDomain(d string) bool {
	if strings.HasPrefix(d, "[") && strings.HasSuffix(d, "]") {
		for i := range len(d) {
			if c := d[i]; !alphanumeric(c) && strings.IndexByte("[].:-", c) < 0 {
				return false
			}
		}
		return len(d) > 2
	}
	for label := range strings.SplitSeq(d, ".") {
		if label == "" || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for _, r := range label {
			if r < utf8.RuneSelf && !alphanumeric(byte(r)) && r != '-' && r != '_' || unicode.IsControl(r) || unicode.IsSpace(r) ||
				r >= utf8.RuneSelf && !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsDigit(r) {
				return false
			}
		}
	}
	_, err := asciiDomain(d)
	return err == nil
}

// asciiDomain is the form of a domain that every server knows (RFC 5890, A-labels).
func asciiDomain(d string) (string, error) {
	if ascii(d) {
		return d, nil
	}
	return idna.Lookup.ToASCII(d)
}

// wireAddr is an addr-spec as it goes into a header: checked, its domain in ASCII. Only a local part in other letters
// still needs SMTPUTF8 (RFC 6531) then.
func wireAddr(addr string) (string, error) {
	if _, why := checkAddr(addr); why != "" {
		return "", &EntryError{clean(addr), why}
	}
	at := strings.LastIndexByte(addr, '@')
	domain, err := asciiDomain(addr[at+1:])
	if err != nil {
		return "", &EntryError{clean(addr), BadDomain}
	}
	return addr[:at+1] + domain, nil
}
