package message

import (
	"bytes"
	"slices"
	"strings"

	"poplar/mail"
)

// addressLimit bounds how many addresses of one field are read, addressBytes how much of it.
const (
	addressLimit = 10_000
	addressBytes = 512 << 10
)

// addressParser reads an address list (RFC 5322 sections 3.4 and 4.4) without ever giving up: whatever stands between
// two commas becomes at most one address.
type addressParser struct {
	s    []byte
	i    int
	list []mail.Address

	phrase   []byte   // display name so far, quotes removed
	bare     []byte   // the same with its quotes and without blanks: an addr-spec when no <> follows
	words    [][]byte // bare, word by word
	comment  []byte
	angle    []byte
	hasAngle bool
	after    []byte // words after the address: the name of the next one, when brackets follow
	hasAt    bool   // bare holds an "@"
	space    bool   // blanks stand before what comes next

	lastSemicolon int // where the last one of the field is
	names         int // how many at the end of list are words before a comma that hold no address
}

// parseAddresses reads a field of addresses.
func parseAddresses(s []byte) []mail.Address {
	if len(s) == 0 {
		return nil
	}
	s = s[:min(len(s), addressBytes)]
	if a, ok := plainAddress(s); ok {
		return []mail.Address{a}
	}
	p := &addressParser{s: s, lastSemicolon: bytes.LastIndexByte(s, ';')}
	p.run()
	return p.list
}

// plainAddress reads the forms that nearly all fields have: an addr-spec, or a name and an addr-spec in brackets. The name
// may be an encoded word, or stand in quotes.
func plainAddress(s []byte) (a mail.Address, ok bool) {
	addr, name := s, []byte(nil)
	if n := len(s); s[n-1] == '>' {
		i := bytes.IndexByte(s, '<')
		if i < 0 {
			return a, false
		}
		addr, name = s[i+1:n-1], bytes.TrimRight(s[:i], " ")
	}
	at := -1
	for i, c := range addr {
		switch {
		case c == '@' && at < 0:
			at = i
		case c <= ' ' || c >= 0x7f || bytes.IndexByte(specials, c) >= 0:
			return a, false
		}
	}
	if at <= 0 || at == len(addr)-1 || bytes.HasPrefix(addr, []byte("=?")) {
		return a, false
	}
	quoted := len(name) > 2 && name[0] == '"' && name[len(name)-1] == '"'
	if quoted {
		name = name[1 : len(name)-1]
	}
	blank := true
	for i := 0; i < len(name); i++ {
		switch c := name[i]; {
		case c == '=':
			w, n := cutEncodedWord(name[i:])
			if n == 0 || quoted || i > 0 || n != len(name) || w.charset == "" {
				return a, false
			}
			i += n - 1
			blank = false
		case c == ' ':
			if blank {
				return a, false // more than one
			}
			blank = true
		case c < ' ' || c >= 0x7f || c == '"' || c == '\\' || !quoted && c != '.' && bytes.IndexByte(specials, c) >= 0:
			return a, false
		default:
			blank = false
		}
	}
	if len(name) > 0 {
		a.Name = unquote(strings.TrimSpace(decodeWords(name)))
	}
	a.Addr = string(addr)
	return a, true
}

// specials are what gives a meaning to more than the character itself (RFC 5322 section 3.2.3).
var specials = []byte("()<>[]:;@\\,\"")

func (p *addressParser) run() {
	for p.i < len(p.s) && len(p.list) < addressLimit {
		switch c := p.s[p.i]; c {
		case ' ', '\t', '\r', '\n':
			p.space = true
			p.i++
		case ',':
			n, name := len(p.list), !p.hasAngle && !p.hasAt && len(p.words) > 0 && p.names < 3
			p.finish()
			if name && len(p.list) == n+1 {
				p.names++
			} else {
				p.names = 0
			}
			p.i++
		case ';':
			// The end of a group. QUIRK: a list parted by semicolons.
			p.finish()
			p.names = 0
			p.i++
		case ':':
			p.colon()
		case '"':
			p.quoted()
		case '(':
			p.readComment()
		case '<':
			p.readAngle()
		case '>':
			p.i++ // QUIRK: a bracket too many
		default:
			p.atom()
		}
	}
	p.finish()
}

// colon starts a group (RFC 5322 section 3.4), or belongs to a name that ought to have been quoted.
func (p *addressParser) colon() {
	p.i++
	isGroup := !p.hasAngle && len(p.words) > 0 && !p.hasAt && p.lastSemicolon >= p.i
	if isGroup || len(p.bare) == 6 && strings.EqualFold(string(p.bare), "mailto") {
		p.reset()
		p.names = 0
		return
	}
	p.word([]byte{':'}, []byte{':'})
}

func (p *addressParser) word(text, raw []byte) {
	if p.hasAngle {
		// QUIRK: words after the address.
		if len(p.phrase) > 0 {
			if len(p.after) > 0 && p.space {
				p.after = append(p.after, ' ')
			}
			p.after = append(p.after, text...)
			p.space = false
			return
		}
	}
	if p.space && len(p.phrase) > 0 {
		p.phrase = append(p.phrase, ' ')
	}
	if p.space && len(p.words) > 0 {
		// Obsolete blanks around the dots and the "@" of an addr-spec (RFC 5322 section 4.4).
		last := p.words[len(p.words)-1]
		if raw[0] == '.' || raw[0] == '@' || last[len(last)-1] == '.' && bytes.IndexByte(last, '@') >= 0 || last[len(last)-1] == '@' {
			p.space = false
		}
	}
	if p.space || len(p.words) == 0 {
		p.words = append(p.words, nil)
	}
	p.space = false
	p.phrase = append(p.phrase, text...)
	p.bare = append(p.bare, raw...)
	p.hasAt = p.hasAt || bytes.IndexByte(raw, '@') >= 0
	w := &p.words[len(p.words)-1]
	*w = append(*w, raw...)
}

func (p *addressParser) quoted() {
	var text []byte
	i := p.i + 1
	for i < len(p.s) && p.s[i] != '"' {
		if p.s[i] == '\\' && i+1 < len(p.s) {
			i++
		}
		text = append(text, p.s[i])
		i++
	}
	if i >= len(p.s) {
		// QUIRK: a quote that is never closed: it is left out.
		p.i++
		return
	}
	raw := p.s[p.i : i+1]
	p.i = i + 1
	p.word(text, raw)
}

func (p *addressParser) readComment() {
	n := commentLen(p.s[p.i:])
	if n == 1 {
		p.i++ // QUIRK: a comment that is never closed: the bracket is left out
		return
	}
	text := unescape(p.s[p.i+1 : p.i+n-1])
	p.i += n
	p.space = true
	if len(p.comment) > 0 {
		p.comment = append(p.comment, ' ')
	}
	p.comment = append(p.comment, bytes.TrimSpace(text)...)
}

func unescape(s []byte) []byte {
	if bytes.IndexByte(s, '\\') < 0 {
		return s
	}
	var out []byte
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
		}
		out = append(out, s[i])
	}
	return out
}

// readAngle reads <addr-spec>, with an obsolete route before it.
func (p *addressParser) readAngle() {
	i := p.i + 1
	for i < len(p.s) && (p.s[i] == '<' || p.s[i] == ' ') { // QUIRK: <<a@b>>
		i++
	}
	start, inQuote := i, false
	for i < len(p.s) {
		c := p.s[i]
		if c == '"' {
			inQuote = !inQuote
		}
		if c == '\\' && inQuote {
			i++
		} else if !inQuote && (c == '>' || c == '<') {
			break
		}
		i++
	}
	if i >= len(p.s) || p.s[i] == '<' {
		// QUIRK: the closing bracket is missing: the address ends at a comma or blank.
		i = start
		for i < len(p.s) && p.s[i] != ',' && p.s[i] != ';' && p.s[i] != '>' {
			i++
		}
	}
	inner := p.s[start:min(i, len(p.s))]
	p.i = min(i+1, len(p.s))
	if i < len(p.s) && (p.s[i] == ',' || p.s[i] == ';') {
		p.i = i
	}
	if p.hasAngle && bytes.IndexByte(p.angle, '@') >= 0 {
		// QUIRK: two addresses with nothing between them.
		if bytes.IndexByte(inner, '@') < 0 {
			return
		}
		next := p.after
		p.finish()
		p.phrase = next
	} else if p.hasAngle && len(p.angle) > 0 {
		// QUIRK: a name in brackets before the address.
		if len(p.phrase) == 0 {
			p.phrase = append(p.phrase, p.angle...)
		}
	}
	p.hasAngle = true
	p.angle = append([]byte(nil), addrSpec(inner)...)
	p.space = true
}

// addrSpec takes blanks, comments and the obsolete route (RFC 5322 section 4.4) off an address.
func addrSpec(s []byte) []byte {
	if bytes.Contains(s, []byte("=?")) {
		s = []byte(decodeWords(s))
	}
	if bytes.IndexByte(s, '"') < 0 {
		s = stripComments(s)
	}
	if len(s) > 0 && s[0] == '@' {
		if i := bytes.IndexByte(s, ':'); i > 0 {
			s = s[i+1:]
		}
	}
	if len(s) > 7 && strings.EqualFold(string(s[:7]), "mailto:") {
		s = s[7:]
	}
	out := make([]byte, 0, len(s))
	inQuote, blank, at := false, false, false
	for _, c := range s {
		if c == '"' {
			inQuote = !inQuote
		}
		if !inQuote && (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
			blank = true
			continue
		}
		if blank && at && c != '.' && c != '@' {
			// QUIRK: words behind an address, in the same brackets.
			if last := out[len(out)-1]; last != '.' && last != '@' {
				break
			}
		}
		blank = false
		at = at || c == '@' && !inQuote
		out = append(out, c)
	}
	return out
}

func (p *addressParser) atom() {
	i := p.i
	for i < len(p.s) {
		c := p.s[i]
		if c == '=' {
			// An encoded word is one atom, whatever stands in it.
			if _, n := cutEncodedWord(p.s[i:]); n > 0 {
				i += n
				continue
			}
		}
		if c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == ',' || c == ';' || c == ':' || c == '"' || c == '(' || c == '<' || c == '>' {
			break
		}
		if c == '\\' && i+1 < len(p.s) {
			i++
		}
		i++
	}
	i = min(i, len(p.s))
	raw := p.s[p.i:i]
	p.i = i
	p.word(raw, raw)
}

func (p *addressParser) reset() {
	p.phrase, p.bare, p.words, p.comment, p.angle, p.after = nil, nil, nil, nil, nil, nil
	p.hasAngle, p.hasAt, p.space = false, false, false
}

func (p *addressParser) finish() {
	defer p.reset()
	var a mail.Address
	comment := strings.TrimSpace(decodeWords(p.comment))
	switch {
	case p.hasAngle:
		a.Addr = addrText(p.angle)
		a.Name = unquote(strings.TrimSpace(decodeWords(p.phrase)))
		if a.Name == "" {
			a.Name = comment
		}
		if strings.EqualFold(a.Name, a.Addr) && bytes.IndexByte(p.bare, '"') < 0 {
			a.Name = "" // QUIRK: the address twice
		}
		if p.names > 0 && strings.Contains(a.Addr, "@") && len(a.Name) < 1000 {
			// QUIRK: a comma in a name that is not quoted.
			for i := len(p.list) - 1; p.names > 0; i, p.names = i-1, p.names-1 {
				before := p.list[i].Name
				if before == "" {
					before = p.list[i].Addr
				}
				a.Name = strings.TrimSuffix(before+", "+a.Name, ", ")
				p.list = p.list[:i]
			}
		}
		if a.Addr == "" && strings.Contains(a.Name, "@") && !strings.ContainsAny(a.Name, " ") {
			// QUIRK: the address before empty brackets.
			a.Addr, a.Name = a.Name, ""
		}
	case len(p.words) == 0:
		return
	default:
		a = p.withoutAngle(comment)
	}
	if a.Addr == "" && a.Name == "" {
		return
	}
	p.list = append(p.list, a)
}

// unquote takes quotes off a name. QUIRK: they were put inside the encoded word.
func unquote(s string) string {
	if len(s) > 2 && s[0] == '"' && s[len(s)-1] == '"' {
		return strings.TrimSpace(s[1 : len(s)-1])
	}
	return s
}

// withoutAngle reads an address that has no brackets.
func (p *addressParser) withoutAngle(comment string) mail.Address {
	if word := bytes.Contains(p.phrase, []byte("=?")); word || !p.hasAt {
		text := strings.TrimSpace(decodeWords(p.phrase))
		if word && strings.Contains(text, "@") && !strings.Contains(text, "=?") {
			// QUIRK: name and address together in one encoded word.
			if list := parseAddresses([]byte(text)); len(list) == 1 {
				return list[0]
			}
		}
		if !p.hasAt {
			if word || len(p.words) > 1 {
				return mail.Address{Name: text}
			}
			return mail.Address{Name: comment, Addr: text}
		}
	}
	if len(p.words) > 1 {
		// QUIRK: a name before a bare address.
		for i, w := range p.words {
			at := bytes.IndexByte(w, '@')
			if at <= 0 || at == len(w)-1 {
				continue
			}
			var name []byte
			for j, v := range p.words {
				if j != i {
					name = append(append(name, v...), ' ')
				}
			}
			return mail.Address{Name: strings.TrimSpace(decodeWords(bytes.ReplaceAll(name, []byte{'"'}, nil))), Addr: addrText(addrSpec(w))}
		}
	}
	if a := addrText(addrSpec(p.bare)); strings.EqualFold(a, comment) {
		return mail.Address{Addr: a} // QUIRK: the address twice
	} else {
		return mail.Address{Name: comment, Addr: a}
	}
}

// addrText is an addr-spec as text (RFC 6532 lets it be UTF-8).
func addrText(s []byte) string {
	return strings.TrimSpace(clean(decodeLiteral(s)))
}

// isToken says whether s is ASCII without blanks and controls.
func isToken(s []byte) bool {
	for _, c := range s {
		if c <= ' ' || c >= 0x7f {
			return false
		}
	}
	return true
}

// messageIDs returns the identifiers of Message-ID, In-Reply-To or References, without brackets, each once.
func messageIDs(s []byte) []string {
	var ids []string
	var seen map[string]bool // of what is more than a few
	add := func(id []byte) {
		if !isToken(id) {
			id = bytes.ToValidUTF8(bytes.Join(bytes.Fields(id), nil), []byte("\uFFFD"))
		}
		t := string(id)
		if t == "" || len(t) > 998 || len(ids) >= 1000 || seen[t] || len(ids) < 8 && slices.Contains(ids, t) {
			return
		}
		if ids = append(ids, t); len(ids) >= 8 {
			if seen == nil {
				seen = map[string]bool{}
				for _, have := range ids {
					seen[have] = true
				}
			}
			seen[t] = true
		}
	}
	rest := s
	for {
		i := bytes.IndexByte(rest, '<')
		if i < 0 {
			break
		}
		rest = rest[i+1:]
		j := bytes.IndexAny(rest, "<>")
		if j < 0 {
			add(rest)
			return ids
		}
		add(rest[:j])
		rest = rest[j:]
	}
	if len(ids) == 0 {
		// QUIRK: identifiers without brackets.
		words := bytes.Fields(stripComments(s))
		for _, w := range words[:min(len(words), 1000)] {
			if w = bytes.Trim(w, "<>,;\""); bytes.IndexByte(w, '@') > 0 || len(words) == 1 {
				add(w)
			}
		}
	}
	return ids
}
