package html

import (
	"math"
	"strings"
)

// media is an @media condition: a list of queries of which one must hold, within that of an outer rule.
type media struct {
	queries []mediaQuery
	outer   *media
	dark    bool // asks for prefers-color-scheme: dark
}

type mediaQuery struct {
	never, not bool
	tests      []mediaTest
}

// mediaTest is one feature in brackets.
type mediaTest struct {
	feature string
	op      string // ">", "<", "=" with an equal sign where the bound counts
	px      float64
	word    string
	known   bool
	value   bool // of a test that does not depend on the view
}

func parseMedia(src string) *media {
	m := &media{}
	for _, part := range splitOn(tokens(src), tComma) {
		if len(m.queries) >= 32 {
			break
		}
		m.queries = append(m.queries, m.query(part))
	}
	return m
}

func (m *media) query(ts []token) mediaQuery {
	var q mediaQuery
	for i := 0; i < len(ts); i++ {
		t := ts[i]
		switch {
		case t.kind == tSpace:
		case t.kind == tIdent:
			switch strings.ToLower(t.s) {
			case "and", "only":
			case "not":
				q.not = !q.not
			case "or":
				// (a) or (b): two queries
				rest := m.query(ts[i+1:])
				m.queries = append(m.queries, rest)
				return q
			case "screen", "all":
			default:
				q.never = true // print, tv and what was made up to fool some program
			}
		case t.kind == tOpen && t.s == "(":
			depth, j := 1, i+1
			for j < len(ts) && depth > 0 {
				switch ts[j].kind {
				case tOpen, tFunction:
					depth++
				case tClose:
					depth--
				}
				j++
			}
			inner := trimSpace(ts[i+1 : max(j-1, i+1)])
			q.tests = append(q.tests, m.test(inner)...)
			i = j - 1
		default:
			q.never = true
		}
		if len(q.tests) > 16 {
			q.never = true
			return q
		}
	}
	return q
}

// test reads what stands in brackets: "max-width: 600px", "width <= 600px", "400px < width < 600px".
func (m *media) test(ts []token) []mediaTest {
	var ops []string
	var parts [][]token
	start := 0
	for i := 0; i < len(ts); i++ {
		t := ts[i]
		op := ""
		switch {
		case t.kind == tColon:
			op = ":"
		case t.kind == tDelim && (t.s == "<" || t.s == ">" || t.s == "="):
			op = t.s
			if i+1 < len(ts) && ts[i+1].kind == tDelim && ts[i+1].s == "=" {
				op += "="
			}
		}
		if op != "" {
			parts = append(parts, trimSpace(ts[start:i]))
			ops = append(ops, op)
			if len(op) == 2 {
				i++
			}
			start = i + 1
		}
	}
	parts = append(parts, trimSpace(ts[start:]))
	flip := map[string]string{"<": ">", ">": "<", "<=": ">=", ">=": "<=", "=": "="}
	switch {
	case len(ops) == 0:
		return []mediaTest{m.feature(ident(parts[0]), "", nil)}
	case len(ops) == 1 && ops[0] == ":":
		return []mediaTest{m.feature(ident(parts[0]), ":", parts[1])}
	case len(ops) == 1 && ident(parts[0]) != "":
		return []mediaTest{m.feature(ident(parts[0]), ops[0], parts[1])}
	case len(ops) == 1:
		return []mediaTest{m.feature(ident(parts[1]), flip[ops[0]], parts[0])}
	case len(ops) == 2:
		return []mediaTest{m.feature(ident(parts[1]), flip[ops[0]], parts[0]), m.feature(ident(parts[1]), ops[1], parts[2])}
	}
	return []mediaTest{{known: true}}
}

func (m *media) feature(name, op string, v []token) mediaTest {
	t := mediaTest{feature: name, op: op}
	always := func(b bool) mediaTest { return mediaTest{known: true, value: b} }
	if op == ":" {
		t.op = "="
		if rest, ok := strings.CutPrefix(name, "min-"); ok {
			t.feature, t.op = rest, ">="
		} else if rest, ok := strings.CutPrefix(name, "max-"); ok {
			t.feature, t.op = rest, "<="
		}
	}
	t.feature = strings.TrimPrefix(t.feature, "device-")
	switch t.feature {
	case "width", "height":
		if op == "" {
			return always(true)
		}
		l, ok := parseLength(v, true)
		if !ok {
			return always(false)
		}
		t.px = float64(l.px) + float64(l.em+l.rem)*16
		return t
	case "prefers-color-scheme":
		t.word = ident(v)
		m.dark = m.dark || t.word == "dark"
		return t
	case "orientation":
		return always(ident(v) == "landscape")
	case "color", "hover", "any-hover", "pointer", "any-pointer":
		return always(op == "" || ident(v) != "none" && ident(v) != "coarse")
	case "prefers-reduced-motion", "scripting", "update", "grid", "monochrome", "inverted-colors", "forced-colors":
		return always(ident(v) == "reduce" || ident(v) == "none" && t.feature != "monochrome")
	case "-webkit-min-device-pixel-ratio", "-webkit-device-pixel-ratio", "resolution", "-webkit-max-device-pixel-ratio":
		if len(v) != 1 {
			return always(op == "")
		}
		n := v[0].n
		if v[0].s == "dpi" {
			n /= 96
		}
		if strings.Contains(name, "max") || t.op == "<=" {
			return always(n >= 1)
		}
		return always(n <= 1)
	}
	return always(false)
}

// holds evaluates the condition and narrows the widths for which the answer stays the same.
func (m *media) holds(v *Viewport, from, until *float64) bool {
	for ; m != nil; m = m.outer {
		ok := false
		for i := range m.queries {
			if m.queries[i].holds(v, from, until) {
				ok = true
			}
		}
		if !ok && len(m.queries) > 0 {
			return false
		}
	}
	return true
}

func (q *mediaQuery) holds(v *Viewport, from, until *float64) bool {
	ok := !q.never
	for i := range q.tests {
		if !q.tests[i].holds(v, from, until) {
			ok = false
		}
	}
	return ok != q.not
}

func (t *mediaTest) holds(v *Viewport, from, until *float64) bool {
	switch t.feature {
	case "width":
		// The widths just at and just above the bound are the places where the answer turns.
		at, above := t.px, math.Nextafter(t.px, math.Inf(1))
		edge := above
		if t.op == ">=" || t.op == "<" {
			edge = at
		}
		if t.op == "=" {
			narrow(v.Width, at, from, until)
		}
		narrow(v.Width, edge, from, until)
		return compare(v.Width, t.op, t.px)
	case "height":
		h := v.Height
		if h == 0 {
			h = v.Width
		}
		return compare(h, t.op, t.px)
	case "prefers-color-scheme":
		return (t.word == "dark") == v.Dark && t.word != "no-preference"
	}
	return t.value
}

// narrow keeps w on its side of edge.
func narrow(w, edge float64, from, until *float64) {
	if w >= edge {
		*from = max(*from, edge)
	} else {
		*until = min(*until, edge)
	}
}

func compare(a float64, op string, b float64) bool {
	switch op {
	case ">=":
		return a >= b
	case "<=":
		return a <= b
	case ">":
		return a > b
	case "<":
		return a < b
	}
	return a == b
}
