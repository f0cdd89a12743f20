package html

import (
	"context"
	"fmt"
	"runtime/debug"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/text/unicode/bidi"
)

// Options say what a Doc may take from outside its source.
type Options struct {
	// CID returns a part of the message by its Content-ID without brackets, and its media type.
	CID func(id string) ([]byte, string)
	// Picture returns the contents of an http or https address, or of a name that is no address at all. nil holds all
	// such pictures back; a nil result holds back that one.
	Picture func(src string) []byte
}

// Doc is a message body ready to be styled and laid out. It is not changed after it was read, so that several
// goroutines may use it.
type Doc struct {
	Title    string
	Links    []Link
	Remote   int    // pictures that lie on the network, loaded or not, trackers not counted
	Held     int    // of these, how many are held back
	Trackers int    // pictures that tell the sender that the mail was read; they are never loaded
	Flat     bool   // the source could not be parsed as it stands; its text is shown
	Folds    []Fold // quotes that can be folded, in the order of the text
	// Pictures are all pictures the message refers to, by their source as it is written.
	pictures   map[string]*Picture
	order      []*Picture
	plain      bool
	cut        bool
	lines      []plainLine
	root       *html.Node
	sheet      *sheet
	links      map[*html.Node]int
	quirks     bool
	folded     map[*html.Node]int  // 1 + index into Folds of the quote that a node belongs to
	signed     map[*html.Node]bool // signatures
	linkColour Colour              // of the body's link attribute; no alpha: none
	limited    bool
}

// Pictures are all pictures the message refers to, in the order of the source.
func (d *Doc) Pictures() []*Picture { return d.order }

// OwnDark reports whether the author made colours for dark views.
func (d *Doc) OwnDark() bool { return d.sheet != nil && d.sheet.dark }

// Read parses src. The error is ctx's, or says that the engine failed, which is a fault of Poplar's and worth a report:
// source of any kind gives a Doc.
func Read(ctx context.Context, src string, o Options) (doc *Doc, err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	defer mend("read", &err)
	d := &Doc{links: map[*html.Node]int{}, pictures: map[string]*Picture{}, cut: len(src) > maxSource}
	if !utf8.ValidString(src) {
		src = strings.ToValidUTF8(src, "\uFFFD")
	}
	root, flat, err := parse(ctx, src)
	if err != nil {
		return nil, err
	}
	d.root, d.Flat = root, flat
	d.mode()
	d.sheet = newSheet(ctx, d.quirks)
	r := &reader{ctx: ctx, d: d, o: o}
	r.walk(root)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	r.count()
	d.fold()
	return d, nil
}

// mode finds which rules the document type asks for (HTML standard, 13.2.6.4.1).
func (d *Doc) mode() {
	for c := d.root.FirstChild; c != nil; c = c.NextSibling {
		if c.Type != html.DoctypeNode {
			continue
		}
		public, system, hasSystem := "", "", false
		for _, a := range c.Attr {
			switch a.Key {
			case "public":
				public = strings.ToLower(a.Val)
			case "system":
				system, hasSystem = strings.ToLower(a.Val), true
			}
		}
		strict := strings.HasPrefix(public, "-//w3c//dtd xhtml 1.0 transitional//") || strings.HasPrefix(public, "-//w3c//dtd xhtml 1.0 frameset//")
		html4 := strings.HasPrefix(public, "-//w3c//dtd html 4.01 transitional//") || strings.HasPrefix(public, "-//w3c//dtd html 4.01 frameset//")
		switch {
		case !strings.EqualFold(c.Data, "html"):
			d.quirks = true
		case strict, html4 && hasSystem:
			d.limited = true
		case html4:
			d.quirks = true
		case oldDoctype(public), system == "http://www.ibm.com/data/dtd/v11/ibmxhtml1-transitional.dtd":
			d.quirks = true
		}
		return
	}
	d.quirks = true
}

// oldDoctype reports whether a public identifier is one of those before HTML 4.01.
func oldDoctype(public string) bool {
	if public == "html" || public == "-/w3c/dtd html 4.0 transitional/en" || public == "-//w3o//dtd w3 html strict 3.0//en//" {
		return true
	}
	for _, p := range []string{
		"+//silmaril//dtd html pro", "-//as//dtd html 3.0", "-//advasoft ltd//", "-//ietf//", "-//metrius//", "-//microsoft//",
		"-//netscape comm. corp.//", "-//o'reilly and associates//", "-//sq//", "-//softquad//", "-//softquad software//",
		"-//spyglass//", "-//sun microsystems corp.//", "-//w3c//dtd html 3", "-//w3c//dtd html 4.0 ", "-//w3c//dtd html experimental",
		"-//w3c//dtd w3 html", "-//w3o//", "-//webtechs//",
	} {
		if strings.HasPrefix(public, p) {
			return true
		}
	}
	return false
}

// reader collects style sheets, links and pictures from a parsed document.
type reader struct {
	ctx    context.Context
	d      *Doc
	o      Options
	styles int // octets of style sheets so far
	ticks  int
}

func (r *reader) walk(n *html.Node) {
	if r.ticks++; r.ticks&0x1FF == 0 && r.ctx.Err() != nil {
		return
	}
	if n.Type == html.ElementNode {
		switch n.DataAtom {
		case atom.Style:
			r.style(n)
			return
		case atom.Title:
			if r.d.Title == "" {
				r.d.Title = strings.Join(strings.Fields(textOf(n, 300)), " ")
			}
			return
		case atom.Script, atom.Template, atom.Textarea:
			return
		case atom.A:
			r.link(n)
		case atom.Body:
			if c, ok := legacyColour(attr(n, "link")); ok {
				r.d.linkColour = c
			}
		case atom.Img, atom.Input:
			if src := attr(n, "src"); src != "" && (n.DataAtom == atom.Img || strings.EqualFold(attr(n, "type"), "image")) {
				r.picture(src, n)
			}
		}
		if strings.EqualFold(attr(n, "dir"), "auto") {
			setAttr(n, "dir", pick(startsRTL(n), "rtl", "ltr"))
		}
		if b := attr(n, "background"); b != "" {
			r.picture(b, nil)
		}
		if st := attr(n, "style"); strings.Contains(st, "(") {
			r.urls(st)
		}
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		r.walk(c)
	}
}

func setAttr(n *html.Node, name, value string) {
	for i := range n.Attr {
		if n.Attr[i].Key == name {
			n.Attr[i].Val = value
		}
	}
}

// startsRTL reports whether the first letter within n is one that is written from right to left: dir=auto.
func startsRTL(n *html.Node) bool {
	for _, c := range textOf(n, 2000) {
		switch p, _ := bidi.LookupRune(c); p.Class() {
		case bidi.L:
			return false
		case bidi.R, bidi.AL:
			return true
		}
	}
	return false
}

func (r *reader) style(n *html.Node) {
	switch t := strings.ToLower(strings.TrimSpace(attr(n, "type"))); t {
	case "", "text/css":
	default:
		return
	}
	var b strings.Builder
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
	}
	src := b.String()
	if r.styles += len(src); r.styles > maxSheet {
		return
	}
	var m *media
	if q := strings.TrimSpace(attr(n, "media")); q != "" {
		m = parseMedia(q)
		r.d.sheet.dark = r.d.sheet.dark || m.dark
	}
	r.d.sheet.parse(src, m)
	r.urls(src)
}

// urls finds the pictures that a piece of CSS refers to.
func (r *reader) urls(css string) {
	for i := 0; ; {
		j := strings.Index(css[i:], "(")
		if j < 0 {
			return
		}
		i += j + 1
		if i < 4 || !strings.EqualFold(css[i-4:i-1], "url") {
			continue
		}
		l := lexer{src: css, i: i - 4}
		t := l.next()
		if t.kind == tURL && t.s != "" && !fontFile(t.s) {
			r.picture(t.s, nil)
		}
		i = max(i, l.i)
	}
}

// fontFile reports whether an address is a font's; fonts are never loaded and are no pictures.
func fontFile(s string) bool {
	s = strings.ToLower(s)
	if i := strings.IndexAny(s, "?#"); i >= 0 {
		s = s[:i]
	}
	for _, ext := range []string{".woff", ".woff2", ".ttf", ".otf", ".eot", ".css", ".svg"} {
		if strings.HasSuffix(s, ext) && ext != ".svg" {
			return true
		}
	}
	return strings.HasPrefix(s, "#") || strings.Contains(s, "fonts.g")
}

func (r *reader) link(n *html.Node) {
	if !hasAttr(n, "href") || len(r.d.Links) >= maxLinks {
		return
	}
	href := strings.Map(func(c rune) rune {
		if c == '\n' || c == '\r' || c == '\t' {
			return -1
		}
		return c
	}, strings.TrimSpace(attr(n, "href")))
	if href == "" || href[0] == '#' || len(href) > 64<<10 {
		return
	}
	r.d.Links = append(r.d.Links, Link{URL: href, Text: strings.Join(strings.Fields(textOf(n, 500)), " ")})
	r.d.links[n] = len(r.d.Links)
}

// maxLinks bounds the links of a message; those beyond cannot be clicked.
const maxLinks = 20_000

// textOf is the text within n, up to some length.
func textOf(n *html.Node, limit int) string {
	var b strings.Builder
	var walk func(n *html.Node)
	walk = func(n *html.Node) {
		for c := n.FirstChild; c != nil && b.Len() < limit; c = c.NextSibling {
			switch {
			case c.Type == html.TextNode:
				b.WriteString(c.Data[:min(len(c.Data), limit)])
			case c.Type == html.ElementNode && !unseen[c.DataAtom]:
				walk(c)
				if blocks[c.DataAtom] {
					b.WriteByte(' ')
				}
			}
		}
	}
	walk(n)
	return strings.ToValidUTF8(b.String(), "")
}

// mend turns a panic into an error.
func mend(doing string, err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("the message could not be %s: %v\n%s", doing, r, debug.Stack())
	}
}
