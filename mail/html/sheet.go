package html

import (
	"context"
	"strings"
)

// Limits on style sheets. What lies beyond is ignored.
const (
	maxRules     = 12_000
	maxSheet     = 1 << 20 // octets of all sheets of a message
	maxSelectors = 40_000
	maxNesting   = 16
)

// rule is a selector with its declarations.
type rule struct {
	sel       selector
	decls     []decl
	media     *media // nil: always
	order     int
	important bool   // some declaration is
	src       string // the declarations as written
}

// sheet is a message's style sheets, ready for matching.
type sheet struct {
	rules    []*rule
	byID     map[string][]*rule
	byClass  map[string][]*rule
	byTag    map[string][]*rule
	rest     []*rule
	vars     map[string][]token
	dark     bool // there are rules for prefers-color-scheme: dark
	before   bool // some rule makes ::before or ::after
	quirk    bool
	ctx      context.Context
	selCount int
}

func newSheet(ctx context.Context, quirk bool) *sheet {
	return &sheet{
		byID: map[string][]*rule{}, byClass: map[string][]*rule{}, byTag: map[string][]*rule{}, vars: map[string][]token{},
		quirk: quirk, ctx: ctx,
	}
}

// parse adds the rules of src.
func (s *sheet) parse(src string, m *media) {
	src = strings.TrimSpace(src)
	src = strings.ReplaceAll(src, "\x00", "\uFFFD")
	s.scanVars(src)
	s.block(src, m, 0)
}

// scanVars collects custom properties that are set for the whole message.
func (s *sheet) scanVars(src string) {
	if !strings.Contains(src, "--") || !strings.Contains(src, "var(") {
		return
	}
	for i := 0; i < len(src) && len(s.vars) < 500; {
		open := strings.IndexByte(src[i:], '{')
		if open < 0 {
			return
		}
		open += i
		end := strings.IndexByte(src[open:], '}')
		if end < 0 {
			return
		}
		end += open
		head := strings.TrimSpace(src[max(i, strings.LastIndexAny(src[:open], "{};/")+1):open])
		body := src[open+1 : end]
		if head == ":root" || head == "html" || head == "body" || head == "*" {
			d := declParser{}
			d.each(body, func(name string, v []token, _ bool) {
				if strings.HasPrefix(name, "--") {
					if _, ok := s.vars[name]; !ok {
						s.vars[name] = append([]token(nil), v...)
					}
				}
			})
		}
		i = open + 1
	}
}

// block parses rules one after the other.
func (s *sheet) block(src string, m *media, depth int) {
	for i := 0; i < len(src); {
		if len(s.rules) >= maxRules || s.selCount >= maxSelectors || len(s.rules)&63 == 0 && s.ctx.Err() != nil {
			return
		}
		i = skipBlank(src, i)
		if i >= len(src) {
			return
		}
		if src[i] == '}' {
			i++
			continue
		}
		stop := preludeEnd(src, i)
		prelude := src[i:stop]
		if stop >= len(src) || src[stop] == ';' {
			i = stop + 1
			continue
		}
		end := blockEnd(src, stop)
		body := src[stop+1 : end]
		i = min(end+1, len(src))
		if prelude == "" {
			continue
		}
		if prelude[0] == '@' {
			s.atRule(prelude, body, m, depth)
			continue
		}
		s.rule(prelude, body, m)
	}
}

// skipBlank passes over white space, comments and the marks of HTML comments.
func skipBlank(src string, i int) int {
	for i < len(src) {
		switch {
		case isCSSSpace(src[i]) || src[i] == ';':
			i++
		case strings.HasPrefix(src[i:], "/*"):
			end := strings.Index(src[i+2:], "*/")
			if end < 0 {
				return len(src)
			}
			i += end + 4
		case strings.HasPrefix(src[i:], "<!--"):
			i += 4
		case strings.HasPrefix(src[i:], "-->"):
			i += 3
		default:
			return i
		}
	}
	return i
}

// preludeEnd is where what stands before a block ends: at its brace, or at a semicolon after an at-rule.
func preludeEnd(src string, i int) int {
	at := src[i] == '@'
	for ; i < len(src); i++ {
		switch src[i] {
		case '{':
			return i
		case ';':
			if at {
				return i
			}
		case '"', '\'':
			i = stringEnd(src, i)
		case '/':
			if strings.HasPrefix(src[i:], "/*") {
				end := strings.Index(src[i+2:], "*/")
				if end < 0 {
					return len(src)
				}
				i += end + 3
			}
		case '\\':
			i++
		}
	}
	return len(src)
}

func stringEnd(src string, i int) int {
	q := src[i]
	for i++; i < len(src); i++ {
		switch src[i] {
		case q, '\n':
			return i
		case '\\':
			i++
		}
	}
	return len(src)
}

// blockEnd is where the block that opens at i closes.
func blockEnd(src string, i int) int {
	depth := 0
	for ; i < len(src); i++ {
		switch src[i] {
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return i
			}
		case '"', '\'':
			i = stringEnd(src, i)
		case '\\':
			i++
		case '/':
			if strings.HasPrefix(src[i:], "/*") {
				end := strings.Index(src[i+2:], "*/")
				if end < 0 {
					return len(src)
				}
				i += end + 3
			}
		}
	}
	return len(src)
}

func (s *sheet) atRule(prelude, body string, m *media, depth int) {
	if depth > maxNesting {
		return
	}
	name, rest := cutName(prelude)
	switch name {
	case "media":
		q := parseMedia(rest)
		q.outer = m
		if q.dark && strings.Contains(body, "{") {
			s.dark = true
		}
		s.block(body, q, depth+1)
	case "supports":
		if supports(rest, 0) {
			s.block(body, m, depth+1)
		}
	case "layer", "scope", "-moz-document":
		if name == "layer" {
			s.block(body, m, depth+1)
		}
	}
}

func cutName(prelude string) (name, rest string) {
	i := 1
	for i < len(prelude) && isName(prelude[i]) {
		i++
	}
	return strings.ToLower(prelude[1:i]), prelude[i:]
}

// supports evaluates an @supports condition as far as mail uses it.
func supports(cond string, depth int) bool {
	cond = strings.TrimSpace(cond)
	lower := strings.ToLower(cond)
	if depth > 8 {
		return false
	}
	if strings.HasPrefix(lower, "not ") || strings.HasPrefix(lower, "not(") {
		return !supports(cond[3:], depth+1)
	}
	if i := topLevel(lower, " or "); i >= 0 {
		return supports(cond[:i], depth+1) || supports(cond[i+4:], depth+1)
	}
	if i := topLevel(lower, " and "); i >= 0 {
		return supports(cond[:i], depth+1) && supports(cond[i+5:], depth+1)
	}
	if !strings.HasPrefix(cond, "(") || !strings.HasSuffix(cond, ")") {
		return false
	}
	inner := strings.TrimSpace(cond[1 : len(cond)-1])
	if strings.HasPrefix(inner, "(") || strings.HasPrefix(strings.ToLower(inner), "not") {
		return supports(inner, depth+1)
	}
	d := declParser{}
	return len(d.parseDecls(inner)) > 0
}

// topLevel is where sep stands outside of brackets, or -1.
func topLevel(s, sep string) int {
	depth := 0
	for i := range len(s) {
		switch s[i] {
		case '(':
			depth++
		case ')':
			depth--
		}
		if depth == 0 && strings.HasPrefix(s[i:], sep) {
			return i
		}
	}
	return -1
}

func (s *sheet) rule(prelude, body string, m *media) {
	sels := parseSelectors(prelude, s.quirk)
	if len(sels) == 0 {
		return
	}
	d := declParser{quirk: s.quirk, vars: s.vars}
	// Rules nested in the body are not known in mail; their braces end what can be read.
	if i := strings.IndexByte(body, '{'); i >= 0 {
		body = body[:strings.LastIndexByte(body[:i], ';')+1]
	}
	decls := d.parseDecls(body)
	if len(decls) == 0 {
		return
	}
	imp := false
	for i := range decls {
		imp = imp || decls[i].imp
	}
	for _, sel := range sels {
		s.selCount++
		r := &rule{sel: sel, decls: decls, media: m, order: len(s.rules), important: imp, src: body}
		s.rules = append(s.rules, r)
		s.before = s.before || sel.pseudo != 0
		last := sel.parts[len(sel.parts)-1].c
		switch {
		case last.id != "":
			s.byID[last.id] = append(s.byID[last.id], r)
		case len(last.classes) > 0:
			s.byClass[last.classes[0]] = append(s.byClass[last.classes[0]], r)
		case last.tag != "":
			s.byTag[last.tag] = append(s.byTag[last.tag], r)
		default:
			s.rest = append(s.rest, r)
		}
	}
}
