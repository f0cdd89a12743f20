package html

import (
	"context"
	"slices"
	"strings"
	"unsafe"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// styler computes styles for one viewport.
type styler struct {
	ctx    context.Context
	d      *Doc
	v      Viewport
	ua     *sheet
	m      matcher
	h      hinter
	root   float32 // font size of the root
	from   float64 // widths for which the result holds
	until  float64
	found  []match
	pseudo [2][]match
	cache  map[string]*Style
	key    []byte
	inline map[string][]decl
	fams   map[string][]string
	on     map[*media]bool
}

// match is a rule that applies.
type match struct {
	r    *rule
	spec int
	ua   bool
}

// maxFuel bounds how many compound selectors are compared for one message.
const maxFuel = 12_000_000

func (s *styler) holds(m *media) bool {
	if m == nil {
		return true
	}
	ok, known := s.on[m]
	if !known {
		ok = m.holds(&s.v, &s.from, &s.until)
		s.on[m] = ok
	}
	return ok
}

// collect fills s.found and s.pseudo with the rules that match n, weakest first.
func (s *styler) collect(n *html.Node) {
	s.found = s.found[:0]
	s.pseudo[0], s.pseudo[1] = s.pseudo[0][:0], s.pseudo[1][:0]
	s.gather(s.ua, n, true)
	s.gather(s.d.sheet, n, false)
	order := func(a, b match) int {
		switch {
		case a.ua != b.ua:
			if a.ua {
				return -1
			}
			return 1
		case a.spec != b.spec:
			return a.spec - b.spec
		}
		return a.r.order - b.r.order
	}
	slices.SortFunc(s.found, order)
	slices.SortFunc(s.pseudo[0], order)
	slices.SortFunc(s.pseudo[1], order)
}

func (s *styler) gather(sh *sheet, n *html.Node, ua bool) {
	try := func(list []*rule) {
		for _, r := range list {
			if s.m.fuel < 0 {
				return
			}
			if !s.holds(r.media) || !s.m.matches(&r.sel, n) {
				continue
			}
			x := match{r, r.sel.spec, ua}
			switch r.sel.pseudo {
			case 'b':
				s.pseudo[0] = append(s.pseudo[0], x)
			case 'a':
				s.pseudo[1] = append(s.pseudo[1], x)
			default:
				s.found = append(s.found, x)
			}
		}
	}
	quirk := s.m.quirk
	s.m.quirk = quirk && !ua
	if len(sh.byID) > 0 || len(sh.byClass) > 0 {
		e := s.m.of(n)
		if e.id != "" {
			try(sh.byID[e.id])
		}
		for i, c := range e.classes {
			if !slices.Contains(e.classes[:i], c) {
				try(sh.byClass[c])
			}
		}
	}
	try(sh.byTag[n.Data])
	try(sh.rest)
	s.m.quirk = quirk
}

// styleOf computes the style of an element within parent.
func (s *styler) styleOf(n *html.Node, parent *Style, table *html.Node) *Style {
	s.collect(n)
	hints := s.h.of(n, table)
	inlineSrc := attr(n, "style")
	key := s.keyOf(n, parent, hints, inlineSrc, table)
	if st := s.cache[string(key)]; st != nil {
		return st
	}
	stored := string(key)
	var inline []decl
	if inlineSrc != "" {
		inline = s.inlineDecls(inlineSrc)
	}
	c := computer{s: s, parent: parent, node: n}
	c.st = *blank(parent.Inherited)
	c.begin()
	// Font properties come first, since other lengths depend on them.
	c.pass(s.found, hints, inline, true)
	c.monoSize()
	c.pass(s.found, hints, inline, false)
	c.finish()
	st := new(Style)
	*st = c.st
	if len(s.cache) < 20_000 {
		s.cache[stored] = st
	}
	return st
}

// keyOf names everything a style depends on.
func (s *styler) keyOf(n *html.Node, parent *Style, hints []decl, inline string, table *html.Node) []byte {
	k := s.key[:0]
	ptr := func(p unsafe.Pointer) {
		v := uintptr(p)
		for range 8 {
			k = append(k, byte(v))
			v >>= 8
		}
	}
	ptr(unsafe.Pointer(parent))
	k = append(k, n.Data...)
	k = append(k, 0)
	for i := range s.found {
		ptr(unsafe.Pointer(s.found[i].r))
	}
	k = append(k, 1)
	k = append(k, inline...)
	if len(hints) > 0 {
		if table != nil {
			ptr(unsafe.Pointer(table))
		}
		for _, a := range n.Attr {
			switch a.Key {
			case "style", "class", "id", "href", "src", "alt", "title":
				continue
			}
			k = append(k, 2)
			k = append(k, a.Key...)
			k = append(k, '=')
			k = append(k, a.Val...)
		}
	}
	if l := attr(n, "lang"); l != "" {
		k = append(append(k, 3), l...)
	}
	if n.DataAtom == atom.A && hasAttr(n, "href") {
		k = append(k, 4)
	}
	s.key = k
	return k
}

func (s *styler) inlineDecls(src string) []decl {
	if d, ok := s.inline[src]; ok {
		return d
	}
	p := declParser{quirk: s.d.sheet.quirk, vars: s.d.sheet.vars}
	d := p.parseDecls(src)
	if len(s.inline) < 20_000 {
		s.inline[src] = d
	}
	return d
}

// pseudoStyle computes ::before (0) or ::after (1) of an element, or nil where it makes no box.
func (s *styler) pseudoStyle(which int, parent *Style) *Style {
	list := s.pseudo[which]
	if len(list) == 0 {
		return nil
	}
	c := computer{s: s, parent: parent}
	c.st = *blank(parent.Inherited)
	c.begin()
	c.pass(list, nil, nil, true)
	c.monoSize()
	c.pass(list, nil, nil, false)
	c.finish()
	if !c.st.hasContent || c.st.Display == None {
		return nil
	}
	st := new(Style)
	*st = c.st
	return st
}

// pass applies declarations in the order of the cascade: the defaults, hints, rules, the style attribute, and then
// those marked important.
func (c *computer) pass(found []match, hints, inline []decl, fonts bool) {
	apply := func(ds []decl, imp bool) {
		for i := range ds {
			if d := &ds[i]; d.imp == imp && (d.p <= pFontLast || d.p == pAll) == fonts {
				c.apply(d)
			}
		}
	}
	i := 0
	for ; i < len(found) && found[i].ua; i++ {
		apply(found[i].r.decls, false)
	}
	apply(hints, false)
	important := false
	for k := i; k < len(found); k++ {
		apply(found[k].r.decls, false)
		important = important || found[k].r.important
	}
	apply(inline, false)
	if important {
		for k := i; k < len(found); k++ {
			if found[k].r.important {
				apply(found[k].r.decls, true)
			}
		}
	}
	apply(inline, true)
}

// family makes equal lists one, so that layout can tell them by their first element.
func (s *styler) family(names []string) []string {
	key := strings.Join(names, "\x00")
	if f, ok := s.fams[key]; ok {
		return f
	}
	s.fams[key] = names
	return names
}
