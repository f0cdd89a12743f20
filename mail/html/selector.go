package html

import (
	"strings"
)

// selector is one complex selector: compounds with what joins each to the one before it.
type selector struct {
	parts  []selPart
	spec   int  // specificity: ids, classes, types in steps of 1,000,000, 1,000 and 1
	pseudo byte // 'b' ::before, 'a' ::after, 0 none
}

// selPart is a compound selector and the combinator to its left: ' ', '>', '+', '~', 0 for the first.
type selPart struct {
	comb byte
	c    compound
}

type compound struct {
	tag     string
	id      string
	classes []string
	attrs   []attrSel
	tests   []pseudoSel
}

type attrSel struct {
	name, value string
	op          byte // 0: is there; '=', '~', '|', '^', '$', '*'
	fold        bool
}

type pseudoSel struct {
	kind string
	a, b int // an+b
	subs []selector
}

const maxCompounds = 24

// parseSelectors reads a selector list. Selectors that are not understood are left out, as the rest of mail's style
// sheets should not suffer from them.
func parseSelectors(src string, quirk bool) []selector {
	var out []selector
	for _, part := range splitOn(tokens(src), tComma) {
		if s, ok := parseSelector(part, quirk, 0); ok {
			out = append(out, s)
		}
		if len(out) >= 1000 {
			break
		}
	}
	return out
}

func parseSelector(ts []token, quirk bool, depth int) (selector, bool) {
	var s selector
	comb := byte(0)
	for i := 0; i < len(ts); {
		t := ts[i]
		switch {
		case t.kind == tSpace:
			if comb == 0 && len(s.parts) > 0 {
				comb = ' '
			}
			i++
			continue
		case t.kind == tDelim && (t.s == ">" || t.s == "+" || t.s == "~"):
			if len(s.parts) == 0 {
				return s, false
			}
			comb = t.s[0]
			i++
			continue
		}
		if s.pseudo != 0 || len(s.parts) >= maxCompounds {
			return s, false
		}
		c, n, pseudo, ok := parseCompound(ts[i:], quirk, depth)
		if !ok || n == 0 {
			return s, false
		}
		s.pseudo = pseudo
		if len(s.parts) > 0 && comb == 0 {
			return s, false
		}
		s.parts = append(s.parts, selPart{comb, c})
		s.spec += c.specificity()
		if pseudo != 0 {
			s.spec++
		}
		comb = 0
		i += n
	}
	return s, len(s.parts) > 0 && (comb == 0 || comb == ' ')
}

func (c *compound) specificity() int {
	n := len(c.classes) + len(c.attrs)
	extra := 0
	for _, p := range c.tests {
		switch p.kind {
		case "not", "is":
			best := 0
			for i := range p.subs {
				best = max(best, p.subs[i].spec)
			}
			extra += best
		case "where":
		default:
			n++
		}
	}
	s := extra + n*1000
	if c.id != "" {
		s += 1_000_000
	}
	if c.tag != "" {
		s++
	}
	return s
}

// parseCompound reads one compound selector and returns how many tokens it took.
func parseCompound(ts []token, quirk bool, depth int) (c compound, n int, pseudo byte, ok bool) {
	fold := func(s string) string {
		if quirk {
			return strings.ToLower(s)
		}
		return s
	}
	for n < len(ts) {
		t := ts[n]
		switch {
		case t.kind == tIdent && n == 0:
			c.tag = strings.ToLower(t.s)
			n++
			// "v\:shape" is one name, "svg|a" two.
			if n+1 < len(ts) && ts[n].kind == tDelim && ts[n].s == "|" && ts[n+1].kind == tIdent {
				c.tag = strings.ToLower(ts[n+1].s)
				n += 2
			}
		case t.kind == tDelim && t.s == "*" && n == 0:
			n++
		case t.kind == tHash:
			if c.id != "" && c.id != fold(t.s) {
				c.tests = append(c.tests, pseudoSel{kind: "never"})
			}
			c.id = fold(t.s)
			n++
		case t.kind == tDelim && t.s == "." && n+1 < len(ts) && (ts[n+1].kind == tIdent || ts[n+1].kind == tFunction):
			c.classes = append(c.classes, fold(ts[n+1].s))
			n += 2
		case t.kind == tOpen && t.s == "[":
			a, used, good := parseAttrSel(ts[n:])
			if !good {
				return c, n, 0, false
			}
			c.attrs = append(c.attrs, a)
			n += used
		case t.kind == tColon:
			used, pe, good := parsePseudo(&c, ts[n:], quirk, depth)
			if !good {
				return c, n, 0, false
			}
			n += used
			if pe != 0 {
				return c, n, pe, true
			}
		default:
			return c, n, 0, t.kind == tSpace || t.kind == tDelim && (t.s == ">" || t.s == "+" || t.s == "~")
		}
		if len(c.classes)+len(c.attrs)+len(c.tests) > maxCompounds {
			return c, n, 0, false
		}
	}
	return c, n, 0, true
}

func parseAttrSel(ts []token) (a attrSel, used int, ok bool) {
	end := 0
	for end < len(ts) && ts[end].kind != tClose {
		end++
	}
	if end >= len(ts) {
		return a, 0, false
	}
	in := trimSpace(ts[1:end])
	if len(in) == 0 || in[0].kind != tIdent {
		return a, 0, false
	}
	a.name = strings.ToLower(in[0].s)
	in = trimSpace(in[1:])
	if len(in) == 0 {
		return a, end + 1, true
	}
	if in[0].kind != tDelim {
		return a, 0, false
	}
	a.op = in[0].s[0]
	in = in[1:]
	if a.op != '=' {
		if len(in) == 0 || in[0].kind != tDelim || in[0].s != "=" || strings.IndexByte("~|^$*", a.op) < 0 {
			return a, 0, false
		}
		in = in[1:]
	}
	in = trimSpace(in)
	if len(in) == 0 {
		return a, 0, false
	}
	switch in[0].kind {
	case tIdent, tString:
		a.value = in[0].s
	case tHash:
		a.value = "#" + in[0].s
	default:
		return a, 0, false
	}
	for _, t := range in[1:] {
		if t.kind == tIdent && strings.EqualFold(t.s, "i") {
			a.fold = true
		}
	}
	switch a.name {
	case "type", "align", "valign", "dir", "lang", "method", "rel", "shape", "nowrap", "bgcolor", "color", "face":
		a.fold = true // attributes whose values HTML compares without case
	}
	return a, end + 1, true
}

// parsePseudo reads a pseudo-class or pseudo-element.
func parsePseudo(c *compound, ts []token, quirk bool, depth int) (used int, pe byte, ok bool) {
	i := 1
	double := i < len(ts) && ts[i].kind == tColon
	if double {
		i++
	}
	if i >= len(ts) || depth > 4 {
		return 0, 0, false
	}
	t := ts[i]
	name := strings.ToLower(t.s)
	if t.kind == tIdent {
		switch name {
		case "before":
			return i + 1, 'b', true
		case "after":
			return i + 1, 'a', true
		}
		if double {
			return 0, 0, false
		}
		switch name {
		case "first-child":
			c.tests = append(c.tests, pseudoSel{kind: "nth-child", b: 1})
		case "last-child":
			c.tests = append(c.tests, pseudoSel{kind: "nth-last-child", b: 1})
		case "first-of-type":
			c.tests = append(c.tests, pseudoSel{kind: "nth-of-type", b: 1})
		case "last-of-type":
			c.tests = append(c.tests, pseudoSel{kind: "nth-last-of-type", b: 1})
		case "only-child":
			c.tests = append(c.tests, pseudoSel{kind: "nth-child", b: 1}, pseudoSel{kind: "nth-last-child", b: 1})
		case "only-of-type":
			c.tests = append(c.tests, pseudoSel{kind: "nth-of-type", b: 1}, pseudoSel{kind: "nth-last-of-type", b: 1})
		case "root", "link", "any-link", "empty", "-webkit-any-link":
			c.tests = append(c.tests, pseudoSel{kind: name})
		default:
			return 0, 0, false // :hover, :visited and the like are never so
		}
		return i + 1, 0, true
	}
	if t.kind != tFunction {
		return 0, 0, false
	}
	j, level := i+1, 1
	for j < len(ts) && level > 0 {
		switch ts[j].kind {
		case tOpen, tFunction:
			level++
		case tClose:
			level--
		}
		j++
	}
	if level > 0 {
		return 0, 0, false
	}
	args := trimSpace(ts[i+1 : j-1])
	p := pseudoSel{kind: name}
	switch name {
	case "nth-child", "nth-last-child", "nth-of-type", "nth-last-of-type":
		p.a, p.b, ok = parseNth(args)
		if !ok {
			return 0, 0, false
		}
	case "not", "is", "where", "matches", "-webkit-any":
		if name != "not" && name != "where" {
			p.kind = "is"
		}
		for _, part := range splitOn(args, tComma) {
			s, good := parseSelector(part, quirk, depth+1)
			if good && s.pseudo == 0 {
				p.subs = append(p.subs, s)
			} else if name == "not" {
				return 0, 0, false
			}
		}
	case "lang":
		p.subs = nil
		if len(args) == 1 {
			c.attrs = append(c.attrs, attrSel{name: "lang", value: args[0].s, op: '|', fold: true})
			return j, 0, true
		}
		return 0, 0, false
	default:
		return 0, 0, false
	}
	c.tests = append(c.tests, p)
	return j, 0, true
}

// parseNth reads an+b.
func parseNth(ts []token) (a, b int, ok bool) {
	var s strings.Builder
	for _, t := range ts {
		switch t.kind {
		case tNumber:
			if t.n >= 0 && s.Len() > 0 {
				last := s.String()[s.Len()-1]
				if last != '+' && last != '-' {
					s.WriteByte('+')
				}
			}
			s.WriteString(itoa(int(t.n)))
		case tDimension:
			s.WriteString(itoa(int(t.n)))
			s.WriteString(t.s)
		case tIdent:
			s.WriteString(strings.ToLower(t.s))
		case tDelim:
			s.WriteString(t.s)
		}
	}
	switch v := s.String(); v {
	case "odd":
		return 2, 1, true
	case "even":
		return 2, 0, true
	default:
		i := strings.IndexByte(v, 'n')
		if i < 0 {
			n, ok := atoi(v)
			return 0, n, ok
		}
		switch head := v[:i]; head {
		case "", "+":
			a = 1
		case "-":
			a = -1
		default:
			if a, ok = atoi(head); !ok {
				return 0, 0, false
			}
		}
		if rest := v[i+1:]; rest != "" {
			if b, ok = atoi(strings.TrimPrefix(rest, "+")); !ok {
				return 0, 0, false
			}
		}
		return a, b, true
	}
}
