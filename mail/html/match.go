package html

import (
	"context"
	"strings"
	"time"

	"golang.org/x/net/html"
)

// matcher tells which selectors match; fuel and until bound the work.
type matcher struct {
	quirk bool
	fuel  int
	until time.Time
	ctx   context.Context
	info  map[*html.Node]*elemInfo
}

// elemInfo is what matching an element needs over and over.
type elemInfo struct {
	id      string
	classes []string
	// places among siblings, from 1; 0 not counted yet
	nth, nthLast, nthType, nthLastType int
}

func (m *matcher) of(n *html.Node) *elemInfo {
	if e := m.info[n]; e != nil {
		return e
	}
	e := &elemInfo{id: attr(n, "id")}
	cl := attr(n, "class")
	if m.quirk {
		e.id, cl = strings.ToLower(e.id), strings.ToLower(cl)
	}
	if cl != "" {
		e.classes = strings.Fields(cl)
	}
	m.info[n] = e
	return e
}

// matches reports whether a selector (its pseudo-element aside) matches n.
func (m *matcher) matches(s *selector, n *html.Node) bool {
	return m.from(s, len(s.parts)-1, n)
}

func (m *matcher) from(s *selector, i int, n *html.Node) bool {
	if m.fuel--; m.fuel&0xFFF == 0 && (time.Now().After(m.until) || m.ctx.Err() != nil) {
		m.fuel = -1
	}
	if m.fuel < 0 || !m.compound(&s.parts[i].c, n) {
		return false
	}
	if i == 0 {
		return true
	}
	switch s.parts[i].comb {
	case '>':
		p := n.Parent
		return p != nil && p.Type == html.ElementNode && m.from(s, i-1, p)
	case ' ':
		for p := n.Parent; p != nil && p.Type == html.ElementNode; p = p.Parent {
			if m.from(s, i-1, p) {
				return true
			}
			if m.fuel < 0 {
				return false
			}
		}
	case '+':
		p := prevElement(n)
		return p != nil && m.from(s, i-1, p)
	case '~':
		for p := prevElement(n); p != nil && m.fuel > 0; p = prevElement(p) {
			if m.from(s, i-1, p) {
				return true
			}
		}
	}
	return false
}

func prevElement(n *html.Node) *html.Node {
	for p := n.PrevSibling; p != nil; p = p.PrevSibling {
		if p.Type == html.ElementNode {
			return p
		}
	}
	return nil
}

func (m *matcher) compound(c *compound, n *html.Node) bool {
	if c.tag != "" && c.tag != n.Data {
		return false
	}
	if c.id != "" || len(c.classes) > 0 {
		e := m.of(n)
		if c.id != "" && c.id != e.id {
			return false
		}
		for _, want := range c.classes {
			found := false
			for _, have := range e.classes {
				if have == want {
					found = true
					break
				}
			}
			if !found {
				return false
			}
		}
	}
	for i := range c.attrs {
		if !c.attrs[i].matches(n) {
			return false
		}
	}
	for i := range c.tests {
		if !m.pseudo(&c.tests[i], n) {
			return false
		}
	}
	return true
}

func (a *attrSel) matches(n *html.Node) bool {
	if !hasAttr(n, a.name) {
		return false
	}
	if a.op == 0 {
		return true
	}
	have, want := attr(n, a.name), a.value
	if a.fold {
		have, want = strings.ToLower(have), strings.ToLower(want)
	}
	switch a.op {
	case '=':
		return have == want
	case '^':
		return want != "" && strings.HasPrefix(have, want)
	case '$':
		return want != "" && strings.HasSuffix(have, want)
	case '*':
		return want != "" && strings.Contains(have, want)
	case '|':
		return have == want || strings.HasPrefix(have, want+"-")
	case '~':
		for _, w := range strings.Fields(have) {
			if w == want {
				return true
			}
		}
	}
	return false
}

func (m *matcher) pseudo(p *pseudoSel, n *html.Node) bool {
	switch p.kind {
	case "root":
		return n.Parent != nil && n.Parent.Type == html.DocumentNode
	case "link", "any-link", "-webkit-any-link":
		return n.Data == "a" && hasAttr(n, "href")
	case "empty":
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			if c.Type == html.ElementNode || c.Type == html.TextNode && c.Data != "" {
				return false
			}
		}
		return true
	case "not":
		for i := range p.subs {
			if m.matches(&p.subs[i], n) {
				return false
			}
		}
		return true
	case "is", "where":
		for i := range p.subs {
			if m.matches(&p.subs[i], n) {
				return true
			}
		}
		return false
	case "nth-child", "nth-last-child", "nth-of-type", "nth-last-of-type":
		return nthMatches(m.place(p.kind, n), p.a, p.b)
	}
	return false
}

func nthMatches(i, a, b int) bool {
	if i == 0 {
		return false
	}
	if a == 0 {
		return i == b
	}
	return (i-b)%a == 0 && (i-b)/a >= 0
}

// place is an element's place among its siblings. All siblings are counted at once.
func (m *matcher) place(kind string, n *html.Node) int {
	e := m.of(n)
	if e.nth == 0 && n.Parent != nil {
		total := 0
		types := map[string]int{}
		for c := n.Parent.FirstChild; c != nil; c = c.NextSibling {
			if c.Type == html.ElementNode {
				total++
				types[c.Data]++
				i := m.of(c)
				i.nth, i.nthType = total, types[c.Data]
			}
			m.fuel--
		}
		for c := n.Parent.FirstChild; c != nil; c = c.NextSibling {
			if c.Type == html.ElementNode {
				i := m.of(c)
				i.nthLast, i.nthLastType = total-i.nth+1, types[c.Data]-i.nthType+1
			}
		}
	}
	switch kind {
	case "nth-last-child":
		return e.nthLast
	case "nth-of-type":
		return e.nthType
	case "nth-last-of-type":
		return e.nthLastType
	}
	return e.nth
}
