package html

import (
	"context"
	"net/url"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

const (
	maxText      = 16 << 20 // octets of text that Text returns at most
	maxQuote     = 16       // "> " marks before a line at most
	longestLink  = 100      // a longer target (a tracking address) is left out of the text
	longestCell  = 120      // a row of shorter cells is written on one line
	longestTable = 12       // cells of such a row
)

// Text returns the readable plain text of HTML source: LF lines without trailing blanks, one empty line at most
// between paragraphs, lists with their marks, rows of data tables on one line, quotes behind "> ", links with their
// target where it says more than the text. What a reader would not see is left out. It never fails: source of any
// kind gives some text, at most 16 MB.
func Text(src string) string {
	root, _, err := parse(context.Background(), src)
	if err != nil {
		return ""
	}
	w := &textWriter{unseen: hiddenNames(root)}
	w.children(root)
	return strings.TrimRight(string(w.b), "\n")
}

// textWriter writes text with the white space of HTML collapsed. Breaks and spaces are held until text follows.
type textWriter struct {
	b      []byte
	prefix []string // before each line: quotes and indents
	mark   string   // stands in the place of the last prefix on the next line: a list item's mark
	breaks int      // 1: new line, 2: empty line before it
	space  bool
	pre    int
	quotes int             // of the line before
	began  bool            // something is on the current line
	oneRow int             // in a cell of a table row that is written on one line
	unseen map[string]bool // ".class" and "#id" that style sheets hide
}

func (w *textWriter) full() bool { return len(w.b) > maxText }

func (w *textWriter) block(n int) {
	if w.oneRow > 0 {
		w.space = true
		return
	}
	if w.breaks < n {
		w.breaks = n
	}
}

func (w *textWriter) begin() {
	quotes := 0
	for _, p := range w.prefix {
		if p == "> " {
			quotes++
		}
	}
	if w.breaks > 0 && len(w.b) > 0 {
		w.b = append(w.b, '\n')
		if w.breaks > 1 {
			// The empty line belongs to the quote that both its neighbours are in.
			w.b = append(w.b, strings.TrimSuffix(strings.Repeat("> ", min(quotes, w.quotes)), " ")...)
			w.b = append(w.b, '\n')
		}
		w.began = false
	}
	w.breaks = 0
	if !w.began {
		for i, p := range w.prefix {
			if i == len(w.prefix)-1 && w.mark != "" {
				p, w.mark = w.mark, ""
			}
			w.b = append(w.b, p...)
		}
		w.began, w.space, w.quotes = true, false, quotes
	}
	if w.space {
		w.b = append(w.b, ' ')
		w.space = false
	}
}

func (w *textWriter) newline() {
	if w.oneRow > 0 {
		w.space = true
		return
	}
	if w.breaks > 0 {
		w.breaks = 2
		return
	}
	w.breaks = 1
	w.space = false
}

func (w *textWriter) text(s string) {
	if w.pre > 0 && w.oneRow == 0 {
		for i, line := range strings.Split(strings.ReplaceAll(s, "\r\n", "\n"), "\n") {
			if i > 0 {
				w.begin()
				w.b = append(w.b, '\n')
				w.began = false
			}
			if line != "" {
				w.begin()
				w.b = append(w.b, strings.Map(visible, line)...)
			}
		}
		return
	}
	start := -1
	for i, r := range s {
		if r == ' ' || r == '\n' || r == '\t' || r == '\r' || r == '\f' {
			if start >= 0 {
				w.word(s[start:i])
				start = -1
			}
			w.space = true
		} else if start < 0 {
			start = i
		}
	}
	if start >= 0 {
		w.word(s[start:])
	}
}

func (w *textWriter) word(s string) {
	s = strings.Map(visible, s)
	if s == "" {
		return
	}
	if strings.Trim(s, " ") == "" {
		w.space = w.space || w.began
		return
	}
	w.begin()
	w.b = append(w.b, s...)
}

// visible drops what has no picture: control characters, soft hyphens, zero-width and bidi marks (which preview text
// is padded with); a no-break space becomes a space.
func visible(r rune) rune {
	switch {
	case r == 0xA0 || r == 0x2007 || r == 0x202F || r == '\t':
		return ' '
	case r == 0xAD || r == 0x34F || r == 0x200B || r == 0x200C || r == 0xFEFF || r == 0x2060 || r >= 0x202A && r <= 0x202E ||
		r >= 0x2066 && r <= 0x2069 || r == 0x200E || r == 0x200F:
		return -1
	case unicode.IsControl(r):
		return -1
	}
	return r
}

func (w *textWriter) children(n *html.Node) {
	for c := n.FirstChild; c != nil && !w.full(); c = c.NextSibling {
		switch c.Type {
		case html.TextNode:
			w.text(c.Data)
		case html.ElementNode:
			w.element(c)
		case html.DocumentNode:
			w.children(c)
		}
	}
}

func (w *textWriter) element(n *html.Node) {
	a := n.DataAtom
	if unseen[a] || hidden(n) || w.hides(n) {
		return
	}
	switch a {
	case atom.Br:
		w.newline()
	case atom.Hr:
		w.block(1)
		w.word("----------")
		w.block(1)
	case atom.Img:
		if alt := strings.TrimSpace(attr(n, "alt")); alt != "" && !tinyImage(n) {
			w.text(" " + alt + " ")
		}
	case atom.Input, atom.Select, atom.Button:
		if v := attr(n, "value"); v != "" && attr(n, "type") != "hidden" {
			w.text(v)
		}
		w.children(n)
	case atom.A:
		w.link(n)
	case atom.Q:
		w.text("“")
		w.children(n)
		w.text("”")
	case atom.Pre, atom.Listing, atom.Xmp, atom.Plaintext:
		w.block(2)
		w.pre++
		w.children(n)
		w.pre--
		w.block(2)
	case atom.P, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Dl, atom.Figure:
		w.block(2)
		w.children(n)
		w.block(2)
	case atom.Blockquote:
		w.nested(n, "> ", 2)
	case atom.Dd:
		w.nested(n, "    ", 1)
	case atom.Ul, atom.Ol, atom.Menu, atom.Dir:
		w.list(n)
	case atom.Li:
		w.item(n, "• ")
	case atom.Table:
		w.block(1)
		w.children(n)
		w.block(1)
	case atom.Tr:
		w.row(n)
	default:
		if blocks[a] {
			w.block(1)
			w.children(n)
			w.block(1)
			return
		}
		w.children(n)
	}
}

func (w *textWriter) nested(n *html.Node, prefix string, breaks int) {
	w.block(breaks)
	if len(w.prefix) < maxQuote && w.oneRow == 0 {
		w.prefix = append(w.prefix, prefix)
		defer func() { w.prefix = w.prefix[:len(w.prefix)-1] }()
	}
	w.children(n)
	w.block(breaks)
}

func (w *textWriter) list(n *html.Node) {
	inner := n.Parent != nil && n.Parent.DataAtom == atom.Li
	gap := 2
	if inner {
		gap = 1
	}
	w.block(gap)
	number := 1
	if s, err := strconv.Atoi(attr(n, "start")); err == nil {
		number = s
	}
	for c := n.FirstChild; c != nil && !w.full(); c = c.NextSibling {
		if c.Type == html.ElementNode && c.DataAtom == atom.Li && !hidden(c) {
			mark := "• "
			if n.DataAtom == atom.Ol {
				if v, err := strconv.Atoi(attr(c, "value")); err == nil {
					number = v
				}
				mark = strconv.Itoa(number) + ". "
				number++
			}
			w.item(c, mark)
		} else if c.Type == html.ElementNode {
			w.element(c)
		} else if c.Type == html.TextNode {
			w.text(c.Data)
		}
	}
	w.block(gap)
}

func (w *textWriter) item(n *html.Node, mark string) {
	w.block(1)
	if len(w.prefix) < maxQuote && w.oneRow == 0 {
		w.prefix = append(w.prefix, strings.Repeat(" ", len([]rune(mark))))
		w.mark = mark
		w.children(n)
		w.prefix = w.prefix[:len(w.prefix)-1]
		w.mark = ""
	} else {
		w.children(n)
	}
	w.block(1)
}

// row writes a table row: on one line where all its cells are short and hold no blocks, else cell under cell.
func (w *textWriter) row(n *html.Node) {
	w.block(1)
	defer w.block(1)
	var cells []*html.Node
	short := true
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type == html.ElementNode && (c.DataAtom == atom.Td || c.DataAtom == atom.Th) && !hidden(c) {
			cells = append(cells, c)
			if left := longestCell; short && (!shortInline(c, &left) || len(cells) > longestTable) {
				short = false
			}
		}
	}
	if !short || len(cells) < 2 {
		for _, c := range cells {
			w.block(1)
			w.children(c)
			w.block(1)
		}
		return
	}
	first := true
	for _, c := range cells {
		inner := &textWriter{oneRow: 1, unseen: w.unseen}
		inner.children(c)
		s := string(inner.b)
		if s == "" {
			continue
		}
		if !first {
			w.space = true
			w.text(" | ")
		}
		first = false
		w.word(s)
	}
}

// shortInline reports whether n's text is short and has no blocks but paragraphs; left is what may still come.
func shortInline(n *html.Node, left *int) bool {
	paragraphs := 0
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		switch c.Type {
		case html.TextNode:
			*left -= len([]rune(strings.TrimSpace(c.Data)))
		case html.ElementNode:
			if hidden(c) {
				continue
			}
			if c.DataAtom == atom.P || c.DataAtom == atom.Div {
				paragraphs++
			} else if blocks[c.DataAtom] || c.DataAtom == atom.Br && c.NextSibling != nil {
				return false
			}
			if paragraphs > 1 || !shortInline(c, left) {
				return false
			}
		}
		if *left < 0 {
			return false
		}
	}
	return true
}

// link writes a link's text, and its target where that is short and not what the text says already.
func (w *textWriter) link(n *html.Node) {
	before := len(w.b)
	w.children(n)
	if len(w.b) == before {
		return
	}
	href := strings.TrimSpace(attr(n, "href"))
	if len(href) == 0 || len(href) > longestLink {
		return
	}
	u, err := url.Parse(href)
	if err != nil {
		return
	}
	text := strings.ToLower(string(w.b[before:]))
	switch strings.ToLower(u.Scheme) {
	case "mailto":
		addr := strings.ToLower(u.Opaque)
		if addr == "" || strings.Contains(text, addr) {
			return
		}
		w.word(" <" + u.Opaque + ">")
	case "http", "https":
		if u.Host == "" || strings.Contains(text, strings.TrimSuffix(strings.ToLower(u.Host+u.Path), "/")) {
			return
		}
		w.word(" <" + href + ">")
	}
}

// hidden reports whether an element's own attributes take it out of sight, as senders do with preview text and
// with what only Outlook shall see.
func hidden(n *html.Node) bool {
	if hasAttr(n, "hidden") {
		return true
	}
	style := attr(n, "style")
	if style == "" {
		return false
	}
	style = strings.ToLower(strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, style))
	return strings.Contains(style, "display:none") || strings.Contains(style, "visibility:hidden") ||
		strings.Contains(style, "mso-hide:all") || hasZero(style, "max-height:0") && strings.Contains(style, "overflow:hidden") ||
		hasZero(style, "font-size:0") && leaf(n)
}

// leaf reports whether n holds text only: templates set the size of a cell to 0 and that of its contents anew.
func leaf(n *html.Node) bool {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type == html.ElementNode {
			return false
		}
	}
	return true
}

// hasZero reports whether style has a declaration whose value is zero, not 0.5em or the like.
func hasZero(style, decl string) bool {
	_, rest, ok := strings.Cut(style, decl)
	if !ok {
		return false
	}
	rest = strings.TrimLeft(rest, "0")
	return rest == "" || strings.IndexByte(";p!%er", rest[0]) >= 0
}

func tinyImage(n *html.Node) bool {
	w, werr := strconv.Atoi(attr(n, "width"))
	h, herr := strconv.Atoi(attr(n, "height"))
	return werr == nil && w <= 2 || herr == nil && h <= 2
}

// hides reports whether a style sheet takes an element out of sight.
func (w *textWriter) hides(n *html.Node) bool {
	if len(w.unseen) == 0 {
		return false
	}
	if id := attr(n, "id"); id != "" && w.unseen["#"+id] {
		return true
	}
	for _, c := range strings.Fields(attr(n, "class")) {
		if w.unseen["."+c] {
			return true
		}
	}
	return false
}

// hiddenNames are the classes and ids that style sheets hide at every width. Only the simplest rules are looked at:
// they are how templates hide their preview text.
func hiddenNames(root *html.Node) map[string]bool {
	var out map[string]bool
	budget := 256 << 10
	var walk func(n *html.Node)
	walk = func(n *html.Node) {
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			if c.DataAtom != atom.Style {
				walk(c)
				continue
			}
			if c.FirstChild == nil {
				continue
			}
			src := c.FirstChild.Data
			if budget -= len(src); budget < 0 || !strings.Contains(src, "none") {
				continue
			}
			s := newSheet(context.Background(), false)
			s.parse(src, nil)
			for _, r := range s.rules {
				if name := r.hiddenName(); name != "" {
					if out == nil {
						out = map[string]bool{}
					}
					out[name] = true
				}
			}
		}
	}
	walk(root)
	return out
}

// hiddenName is the one class or id that a rule hides, or "".
func (r *rule) hiddenName() string {
	if r.media != nil || len(r.sel.parts) != 1 || r.sel.pseudo != 0 {
		return ""
	}
	none := false
	for i := range r.decls {
		if d := &r.decls[i]; d.p == pDisplay && d.wide == wideNone {
			none = Display(d.n) == None
		}
	}
	c := &r.sel.parts[0].c
	switch {
	case !none || len(c.attrs)+len(c.tests) > 0:
	case c.id != "" && len(c.classes) == 0:
		return "#" + c.id
	case c.id == "" && len(c.classes) == 1:
		return "." + c.classes[0]
	}
	return ""
}
