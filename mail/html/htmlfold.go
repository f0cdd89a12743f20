package html

import (
	"strings"
	"unicode"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

const (
	// foldText is how much text a quote of HTML has at least that can be folded.
	foldText = 120
	// introText is how long what introduces it may be.
	introText = 400
	// maxLooked bounds the elements that are looked at for the head of an earlier message.
	maxLooked = 4000
)

// htmlFold is a quote that was found in HTML.
type htmlFold struct {
	first  *html.Node   // where it begins
	intro  []*html.Node // what introduces it: out of sight with a quote that is folded at first
	nodes  []*html.Node // that are in it; none is within another
	rest   bool         // it reaches to the end of the message
	own    bool         // something of the author's stands before it
	follow bool         // and after it
}

// folder finds the quotes of a parsed message that can be folded, and its signature.
type folder struct {
	d      *Doc
	found  []*htmlFold
	of     map[*html.Node]*htmlFold
	looked int
	own    bool        // something of the author's has been passed
	behind []*htmlFold // quotes after which nothing of the author's has been found yet
}

// fold finds quotes and signatures.
func (d *Doc) fold() {
	f := &folder{d: d, of: map[*html.Node]*htmlFold{}}
	d.folded, d.signed = map[*html.Node]int{}, map[*html.Node]bool{}
	f.find(d.root)
	f.weigh(d.root)
	for _, q := range f.found {
		closed := q.own && !q.follow
		if q.rest && !q.own {
			continue // nothing but an earlier message: there is nothing to hide it from
		}
		d.Folds = append(d.Folds, Fold{Closed: closed})
		nodes := q.nodes
		if closed {
			nodes = append(append([]*html.Node{}, q.intro...), nodes...)
		}
		for _, n := range nodes {
			d.folded[n] = len(d.Folds)
		}
		d.Links = append(d.Links, Link{Fold: len(d.Folds)})
		d.Folds[len(d.Folds)-1].link = len(d.Links)
	}
}

// find looks for quotes, outermost first.
func (f *folder) find(n *html.Node) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if len(f.found) >= maxFolds {
			return
		}
		if c.Type != html.ElementNode || unseen[c.DataAtom] || f.of[c] != nil {
			continue
		}
		switch {
		case f.signature(c):
			f.d.signed[c] = true
			continue
		case f.quote(c):
			continue
		}
		f.find(c)
	}
}

// quote takes c as a quote, or as the place where an earlier message begins.
func (f *folder) quote(c *html.Node) bool {
	class, id := attr(c, "class"), attr(c, "id")
	switch {
	case c.DataAtom == atom.Blockquote, has(class, "gmail_quote", "yahoo_quoted", "protonmail_quote", "tutanota_quote", "zmail_extra", "history-quote-wrapper", "qmbox"),
		strings.Contains(id, "yahoo_quoted"), id == "isReplyContent", id == "isForwardContent":
		if f.looked++; f.looked > maxLooked {
			return false
		}
		lines := firstLines(c)
		if _, passed := headAt(lines); passed || id == "isForwardContent" {
			return true // it was passed on to be read
		}
		if len([]rune(strings.Join(lines, ""))) < foldText && len(lines) < foldLines {
			return true
		}
		q := &htmlFold{nodes: []*html.Node{c}, intro: introOf(c)}
		if c.DataAtom == atom.Blockquote && len(q.intro) == 0 && !strings.EqualFold(attr(c, "type"), "cite") && !has(class, "gmail_quote", "tutanota_quote") {
			if head, _ := headAt(lines); !head {
				return false // a quotation of the author's
			}
		}
		f.add(q)
		return true
	case id == "divRplyFwdMsg", id == "appendonsend", id == "zwchr", id == "reply-intro", id == "mail-editor-reference-message-container":
		return f.toEnd(c)
	}
	switch c.DataAtom {
	case atom.Div, atom.P, atom.Span, atom.Font, atom.Hr:
		if f.looked++; f.looked > maxLooked {
			return false
		}
		start := c
		if c.DataAtom == atom.Hr {
			if start = nextSeen(c); start == nil || start.Type != html.ElementNode {
				return false
			}
		}
		lines := firstLines(start)
		head, passed := headAt(lines)
		if !head && len(lines) > 0 && (labelOf(lines[0]) == 'f' || ruled(lines[0])) {
			// The head may be elements of their own, one after the other.
			head, passed = headAt(following(start))
		}
		if passed {
			f.looked = maxLooked // what was passed on is there to be read
		} else if head {
			return f.toEnd(c)
		}
	}
	return false
}

// toEnd folds from c to the end of the message. It is false where c stands in a table: who knows what that holds.
func (f *folder) toEnd(c *html.Node) bool {
	q := &htmlFold{rest: true}
	for n := c; n != nil && n.DataAtom != atom.Body; n = n.Parent {
		switch n.DataAtom {
		case atom.Td, atom.Th, atom.Tr, atom.Table, atom.Li:
			if n != c {
				return false
			}
		}
		s := n
		if n != c {
			s = n.NextSibling
		}
		for ; s != nil; s = s.NextSibling {
			q.nodes = append(q.nodes, s)
		}
	}
	f.add(q)
	return true
}

func (f *folder) add(q *htmlFold) {
	q.first = q.nodes[0]
	if len(q.intro) > 0 {
		q.first = q.intro[0]
	}
	f.found = append(f.found, q)
	for _, n := range q.nodes {
		f.of[n] = q
	}
	for _, n := range q.intro {
		f.of[n] = q
	}
}

// weigh finds what of the author's stands before and after each quote.
func (f *folder) weigh(n *html.Node) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		q := f.of[c]
		switch {
		case q != nil && q.first == c:
			q.own = f.own
			f.behind = append(f.behind, q)
		case q != nil:
		case c.Type == html.TextNode:
			if strings.TrimFunc(c.Data, blankRune) != "" {
				f.wrote()
			}
		case c.Type == html.ElementNode && !unseen[c.DataAtom] && !f.d.signed[c]:
			if c.DataAtom == atom.Img && attr(c, "width") != "1" && attr(c, "height") != "1" {
				f.wrote()
			}
			f.weigh(c)
		}
	}
}

// wrote takes note of something of the author's.
func (f *folder) wrote() {
	f.own = true
	for _, q := range f.behind {
		q.follow = true
	}
	f.behind = f.behind[:0]
}

// signature says whether c is the author's signature.
func (f *folder) signature(c *html.Node) bool {
	class, id := attr(c, "class"), attr(c, "id")
	return c.Data == "sign" || has(class, "gmail_signature", "moz-signature", "moz-txt-sig", "AppleMailSignature", "protonmail_signature_block", "tutanota-signature", "zmail_signature") ||
		id == "Signature" || id == "ms-outlook-mobile-signature" || id == "AppleMailSignature" || strings.HasPrefix(id, "ntes-pcmac-signature") ||
		attr(c, "data-smartmail") == "gmail_signature" || attr(c, "name") == "x_signature"
}

// has says whether one of names is among the classes.
func has(class string, names ...string) bool {
	for c := range strings.FieldsSeq(class) {
		for _, n := range names {
			if c == n || strings.TrimPrefix(c, "x_") == n { // Outlook puts x_ before what it quotes
				return true
			}
		}
	}
	return false
}

func blankRune(r rune) bool { return unicode.IsSpace(r) || r == '\u200b' || r == '\ufeff' }

// nextSeen is the sibling after n that is more than blanks.
func nextSeen(n *html.Node) *html.Node {
	for n = n.NextSibling; n != nil && empty(n); n = n.NextSibling {
	}
	return n
}

func empty(n *html.Node) bool {
	return n.Type == html.TextNode && strings.TrimFunc(n.Data, blankRune) == "" || n.Type == html.CommentNode || n.DataAtom == atom.Br
}

// introOf are the nodes before a quote that introduce it ("On … Marta wrote:"), in their order; nil where there are none.
func introOf(n *html.Node) []*html.Node {
	var out []*html.Node
	text := ""
	for p := n.PrevSibling; p != nil; p = p.PrevSibling {
		if empty(p) {
			if text != "" && p.DataAtom == atom.Br {
				break
			}
			if text == "" {
				out = append(out, p)
			}
			continue
		}
		inline := p.Type == html.TextNode || p.Type == html.ElementNode && !blocks[p.DataAtom]
		if text != "" && !inline {
			break
		}
		s := p.Data
		if p.Type == html.ElementNode {
			s = textOf(p, introText+1)
		}
		if text = s + text; len(text) > introText || !introduces(text) {
			return nil
		}
		out = append(out, p)
		if !inline {
			break
		}
	}
	if text == "" {
		return nil
	}
	for i, j := 0, len(out)-1; i < j; i, j = i+1, j-1 {
		out[i], out[j] = out[j], out[i]
	}
	return out
}

// firstLines are the first lines of what stands in n.
func firstLines(n *html.Node) []string {
	var l liner
	l.walk(n)
	return l.lines()
}

// following are the first lines of n and of what comes after it beside it.
func following(n *html.Node) []string {
	var l liner
	for ; n != nil && !l.full(); n = n.NextSibling {
		l.walk(n)
	}
	return l.lines()
}

// liner takes the first lines out of elements.
type liner struct {
	done  []string
	line  strings.Builder
	steps int
}

func (l *liner) full() bool { return len(l.done) >= headLines || l.steps > 600 }

func (l *liner) end() {
	if s := strings.Join(strings.FieldsFunc(l.line.String(), blankRune), " "); s != "" {
		l.done = append(l.done, s)
	}
	l.line.Reset()
}

func (l *liner) lines() []string {
	l.end()
	return l.done
}

func (l *liner) walk(n *html.Node) {
	if l.steps++; l.full() {
		return
	}
	switch {
	case n.Type == html.TextNode:
		if room := 2000 - l.line.Len(); room > 0 {
			l.line.WriteString(n.Data[:min(len(n.Data), room)])
		}
	case n.Type != html.ElementNode || unseen[n.DataAtom]:
	case n.DataAtom == atom.Br:
		l.end()
	default:
		block := blocks[n.DataAtom]
		if block {
			l.end()
		}
		for c := n.FirstChild; c != nil && !l.full(); c = c.NextSibling {
			l.walk(c)
		}
		if block {
			l.end()
		}
	}
}
