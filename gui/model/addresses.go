package model

import (
	"mime"
	"net/netip"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"

	"poplar/mail"
)

// Entered is one recipient as typed: understood, or kept as it stands with the reason why it cannot be used.
type Entered struct {
	mail.Address
	// Wrong is an English sentence that says why mail cannot go there; empty when it can.
	Wrong string
	// Doubt is an English sentence about an address that may be meant but looks odd.
	Doubt string
	// Meant is the address that was probably meant; empty where there is no guess.
	Meant string
}

// The sentences of Wrong and Doubt.
const (
	WrongNoAt     = "An address needs an @."
	WrongNoUser   = "There is nothing before the @."
	WrongNoHost   = "There is nothing after the @."
	WrongHost     = "This is no domain name."
	WrongUser     = "The part before the @ has characters that cannot stand there."
	WrongLong     = "This address is too long."
	WrongNothing  = "This is no address."
	DoubtNoDomain = "The domain has no dot. Is it complete?"
	DoubtTypo     = "This looks like a slip of the keyboard."
)

// Text is the recipient as a person would type it; ParseEntered reads it back.
func (e Entered) Text() string {
	switch {
	case e.Addr == "":
		return e.Name
	case e.Name == "":
		return e.Addr
	case strings.ContainsAny(e.Name, `,;"<>@():\，；、`):
		return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(e.Name) + `" <` + e.Addr + ">"
	}
	return e.Name + " <" + e.Addr + ">"
}

// EnteredFrom checks addresses that come from a message rather than from the keyboard.
func EnteredFrom(addrs []mail.Address) []Entered {
	var list []Entered
	for _, a := range addrs {
		e := Entered{Address: a}
		e.check()
		list = append(list, e)
	}
	return list
}

// AddressesOf are the addresses of list that mail can go to.
func AddressesOf(list []Entered) []mail.Address {
	var addrs []mail.Address
	for _, e := range list {
		if e.Wrong == "" {
			addrs = append(addrs, e.Address)
		}
	}
	return addrs
}

// ParseEntered reads what a person typed or pasted: addresses with or without names, separated by commas, semicolons
// (full-width ones too), line ends or tabs; ＠ for @, mailto: links, groups and encoded words. Nothing is dropped:
// what is no address comes back with Wrong set.
func ParseEntered(s string) []Entered {
	pieces := splitList(fullWidth.Replace(s))
	var list []Entered
	for _, p := range joinNames(pieces) {
		list = append(list, parsePiece(p)...)
	}
	return list
}

// fullWidth turns the marks that an input method leaves behind into those of RFC 5322.
var fullWidth = strings.NewReplacer(
	"＠", "@", "＜", "<", "＞", ">", "〈", "<", "〉", ">", "《", "<", "》", ">", "\u3000", " ", "\u00a0", " ",
	"\u200b", "", "\ufeff", "", "\u200e", "", "\u200f", "", "\u202a", "", "\u202b", "", "\u202c", "", "\u202d", "", "\u202e", "",
)

// piece is one stretch of a list and the separator that ended it (0 at the end).
type piece struct {
	text string
	end  rune
}

// splitList cuts at separators that are outside quotes, comments and angle brackets.
func splitList(s string) []piece {
	var pieces []piece
	var b strings.Builder
	var quoted, escaped bool
	depth, angle := 0, false
	lastQuote, lastClose := strings.LastIndexByte(s, '"'), strings.LastIndexByte(s, ')')
	flush := func(end rune) {
		if t := strings.TrimSpace(b.String()); t != "" {
			pieces = append(pieces, piece{t, end})
		} else if len(pieces) > 0 && pieces[len(pieces)-1].end == ',' {
			pieces[len(pieces)-1].end = end
		}
		b.Reset()
	}
	for i, r := range s {
		switch {
		case escaped:
			escaped = false
		case quoted && r == '\\':
			escaped = true
		case r == '"' && (quoted || i < lastQuote): // a lone quote is a letter
			quoted = !quoted
		case quoted:
		case r == '(' && i < lastClose:
			depth++
		case r == ')' && depth > 0:
			depth--
		case depth > 0:
		case r == '<':
			angle = true
		case r == '>':
			angle = false
		case r == '\n' || r == '\r' || r == ';' || r == '；' || r == '\t':
			angle = false
			flush(';')
			continue
		case (r == ',' || r == '，' || r == '、') && !angle:
			flush(',')
			continue
		}
		b.WriteRune(r)
	}
	flush(0)
	return pieces
}

// joinNames mends `Lindqvist, Anna <anna@…>`, which some programs put on the clipboard without quotes. A word without
// @ before a comma belongs to the bracketed address after it where commas do not separate the list: it has semicolons,
// or there is no other address.
func joinNames(pieces []piece) []string {
	semicolons, addresses := false, 0
	for _, p := range pieces {
		semicolons = semicolons || p.end == ';'
		if strings.Contains(p.text, "@") {
			addresses++
		}
	}
	var out []string
	for i := 0; i < len(pieces); i++ {
		p := pieces[i]
		if i+1 < len(pieces) && p.end == ',' && !strings.ContainsAny(p.text, `@:"`) && (semicolons || addresses == 1) {
			next := pieces[i+1].text
			if at := strings.IndexByte(next, '<'); at > 0 && strings.Contains(next[at:], "@") {
				name := strings.TrimSpace(next[:at])
				out = append(out, `"`+strings.ReplaceAll(p.text+", "+name, `"`, "")+`" `+next[at:])
				i++
				continue
			}
		}
		out = append(out, p.text)
	}
	return out
}

func parsePiece(s string) []Entered {
	s = strings.TrimSpace(s)
	// The name of a group ("Friends: a@x, b@x;") goes; its members stay.
	if at := strings.IndexByte(s, ':'); at >= 0 && !strings.ContainsAny(s[:at], `@"<[`) && !strings.EqualFold(s[:at], "mailto") {
		s = strings.TrimSpace(s[at+1:])
		if s == "" {
			return nil
		}
	}
	if open := strings.LastIndexByte(s, '<'); open >= 0 {
		name, addr := s[:open], s[open+1:]
		if end := strings.IndexByte(addr, '>'); end >= 0 {
			addr = addr[:end]
		}
		if at := strings.LastIndexByte(addr, ':'); strings.HasPrefix(addr, "@") && at > 0 { // a source route of RFC 822
			addr = addr[at+1:]
		}
		return []Entered{entered(cleanName(name), cleanAddr(addr))}
	}
	name := ""
	if open := strings.IndexByte(s, '('); open > 0 && strings.HasSuffix(s, ")") && strings.Contains(s[:open], "@") {
		name, s = s[open+1:len(s)-1], strings.TrimSpace(s[:open])
	}
	words := strings.Fields(s)
	with := 0
	for _, w := range words {
		if strings.Contains(w, "@") {
			with++
		}
	}
	switch {
	case len(words) == 0:
		return nil
	case with == len(words) && len(words) > 1: // addresses with nothing but blanks between them
		var list []Entered
		for _, w := range words {
			list = append(list, entered("", cleanAddr(w)))
		}
		return list
	case with == 1 && len(words) > 1 && strings.Contains(words[len(words)-1], "@") && !strings.HasPrefix(words[len(words)-1], "@"):
		return []Entered{entered(cleanName(strings.Join(words[:len(words)-1], " ")), cleanAddr(words[len(words)-1]))}
	}
	return []Entered{entered(cleanName(name), cleanAddr(s))}
}

func entered(name, addr string) Entered {
	e := Entered{Address: mail.Address{Name: name, Addr: addr}}
	if e.Name == e.Addr {
		e.Name = ""
	}
	e.check()
	return e
}

// check says what is wrong, doubtful or probably meant.
func (e *Entered) check() {
	e.Wrong, e.Doubt = checkAddr(e.Addr)
	if e.Wrong == "" && e.Doubt == "" {
		if e.Meant = Meant(e.Addr); e.Meant != "" {
			e.Doubt = DoubtTypo
		}
	}
}

var words = mime.WordDecoder{}

func cleanName(s string) string {
	s = strings.TrimSpace(s)
	if len(s) > 1 && s[0] == '"' && s[len(s)-1] == '"' {
		s = s[1 : len(s)-1]
		var b strings.Builder
		escaped := false
		for _, r := range s {
			if r == '\\' && !escaped {
				escaped = true
				continue
			}
			escaped = false
			b.WriteRune(r)
		}
		s = b.String()
	}
	if strings.Contains(s, "=?") {
		if d, err := words.DecodeHeader(s); err == nil {
			s = d
		}
	}
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, s)
	return strings.Trim(strings.TrimSpace(s), "'“”‘’")
}

func cleanAddr(s string) string {
	s = strings.TrimSpace(s)
	if len(s) > 7 && strings.EqualFold(s[:7], "mailto:") {
		s, _, _ = strings.Cut(s[7:], "?")
	}
	s = strings.Trim(s, "'“”‘’")
	if at := strings.LastIndexByte(s, '@'); at >= 0 {
		host := strings.NewReplacer("。", ".", "．", ".").Replace(s[at+1:])
		host = strings.TrimRight(host, ".,;:!?")
		s = strings.TrimSpace(s[:at]) + "@" + strings.TrimSpace(host)
	}
	return s
}

// checkAddr says what is wrong or doubtful about an addr-spec, in the limits of RFC 5321 4.5.3.1.
func checkAddr(addr string) (wrong, doubt string) {
	at := strings.LastIndexByte(addr, '@')
	switch {
	case strings.TrimSpace(addr) == "":
		return WrongNothing, ""
	case at < 0:
		return WrongNoAt, ""
	case at == 0:
		return WrongNoUser, ""
	case at == len(addr)-1:
		return WrongNoHost, ""
	case len(addr) > 254 || at > 64:
		return WrongLong, ""
	case !utf8.ValidString(addr) || !goodUser(addr[:at]):
		return WrongUser, ""
	}
	host := addr[at+1:]
	if strings.HasPrefix(host, "[") && strings.HasSuffix(host, "]") {
		if _, err := netip.ParseAddr(strings.TrimPrefix(host[1:len(host)-1], "IPv6:")); err != nil {
			return WrongHost, ""
		}
		return "", ""
	}
	if !goodHost(host) {
		return WrongHost, ""
	}
	if !strings.Contains(host, ".") && !strings.EqualFold(host, "localhost") {
		return "", DoubtNoDomain
	}
	return "", ""
}

func goodUser(s string) bool {
	if len(s) > 1 && s[0] == '"' && s[len(s)-1] == '"' {
		return !strings.ContainsAny(s, "\r\n")
	}
	for _, r := range s {
		if unicode.IsSpace(r) || unicode.IsControl(r) || strings.ContainsRune(`()<>@,;:"\[]`, r) {
			return false
		}
	}
	return true
}

// goodHost reports whether s is a host name, international ones included.
func goodHost(s string) bool {
	ascii, err := idna.Lookup.ToASCII(s)
	if err != nil {
		return false
	}
	if ascii == "" || len(ascii) > 253 {
		return false
	}
	for _, label := range strings.Split(ascii, ".") {
		if label == "" || len(label) > 63 || strings.HasPrefix(label, "-") || strings.HasSuffix(label, "-") {
			return false
		}
		for _, r := range label {
			if (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '_' {
				return false
			}
		}
	}
	return true
}
