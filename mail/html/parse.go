package html

import (
	"context"
	"io"
	"strings"
	"time"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

const (
	// maxSource is how much source is looked at; what follows is not shown. Mail that large is never written by hand.
	maxSource = 16 << 20
	// parseTime bounds one parse. x/net/html is linear on ordinary source, but misnested formatting can make it slow.
	parseTime = Pace * 900 * time.Millisecond
	// maxReopened bounds the elements that misnested formatting may make the parser create (it opens every
	// unclosed <b>, <font>, … again in every block).
	maxReopened = 300_000
)

// formatting are the elements the HTML standard keeps in its list of active formatting elements.
var formatting = map[atom.Atom]bool{
	atom.A: true, atom.B: true, atom.Big: true, atom.Code: true, atom.Em: true, atom.Font: true, atom.I: true,
	atom.Nobr: true, atom.S: true, atom.Small: true, atom.Strike: true, atom.Strong: true, atom.Tt: true, atom.U: true,
}

// parse builds the tree of src. It always returns a tree: where the source is nested deeper than the parser accepts, or
// would cost too much, the tree is a flat one of paragraphs and links. The only error is ctx's.
func parse(ctx context.Context, src string) (root *html.Node, flat bool, err error) {
	if len(src) > maxSource {
		src = src[:maxSource]
	}
	if affordable(ctx, src) {
		r := &source{ctx: ctx, s: src, until: time.Now().Add(parseTime)}
		root, perr := html.ParseWithOptions(r, html.ParseOptionEnableScripting(false))
		if perr == nil {
			return root, false, nil
		}
		if err := ctx.Err(); err != nil {
			return nil, false, err
		}
	}
	root, err = flatten(ctx, src)
	return root, true, err
}

// source feeds the parser in small steps, so that a cancelled context or a parse that takes too long ends it.
type source struct {
	ctx   context.Context
	s     string
	until time.Time
}

func (r *source) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	if r.s == "" || time.Now().After(r.until) {
		return 0, io.EOF
	}
	n := copy(p[:min(len(p), 16<<10)], r.s)
	r.s = r.s[n:]
	return n, nil
}

// affordable estimates, from the tokens alone, how many elements the parser would reopen.
func affordable(ctx context.Context, src string) bool {
	if strings.Count(src, "<") < 1000 {
		return true
	}
	open := map[atom.Atom]int{}
	total, cost := 0, 0
	z := html.NewTokenizer(strings.NewReader(src))
	for n := 0; ; n++ {
		if n&0x3FF == 0 && ctx.Err() != nil {
			return false
		}
		switch z.Next() {
		case html.ErrorToken:
			return true
		case html.StartTagToken:
			name, _ := z.TagName()
			a := atom.Lookup(name)
			if formatting[a] {
				open[a]++
				total++
			} else if total > 8 {
				cost += total
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			a := atom.Lookup(name)
			if open[a] > 0 {
				open[a]--
				total--
			} else if total > 8 {
				cost += total
			}
		}
		if cost > maxReopened {
			return false
		}
	}
}

// blocks are the elements that stand on lines of their own.
var blocks = map[atom.Atom]bool{
	atom.Address: true, atom.Article: true, atom.Aside: true, atom.Blockquote: true, atom.Body: true, atom.Caption: true,
	atom.Center: true, atom.Dd: true, atom.Details: true, atom.Dir: true, atom.Div: true, atom.Dl: true, atom.Dt: true,
	atom.Fieldset: true, atom.Figcaption: true, atom.Figure: true, atom.Footer: true, atom.Form: true, atom.H1: true,
	atom.H2: true, atom.H3: true, atom.H4: true, atom.H5: true, atom.H6: true, atom.Header: true, atom.Hr: true,
	atom.Html: true, atom.Legend: true, atom.Li: true, atom.Listing: true, atom.Main: true, atom.Menu: true,
	atom.Nav: true, atom.Ol: true, atom.P: true, atom.Plaintext: true, atom.Pre: true, atom.Section: true,
	atom.Summary: true, atom.Table: true, atom.Tbody: true, atom.Td: true, atom.Tfoot: true, atom.Th: true,
	atom.Thead: true, atom.Tr: true, atom.Ul: true, atom.Xmp: true,
}

// unseen are the elements whose contents are never shown.
var unseen = map[atom.Atom]bool{
	atom.Applet: true, atom.Area: true, atom.Base: true, atom.Canvas: true, atom.Datalist: true,
	atom.Frame: true, atom.Frameset: true, atom.Head: true, atom.Iframe: true, atom.Link: true,
	atom.Meta: true, atom.Noembed: true, atom.Noframes: true, atom.Param: true, atom.Script: true,
	atom.Source: true, atom.Style: true, atom.Svg: true, atom.Math: true, atom.Template: true, atom.Textarea: true, atom.Title: true,
	atom.Track: true,
}

// flatten reads src by its tokens only, into a tree that is never deeper than a link in a paragraph.
func flatten(ctx context.Context, src string) (*html.Node, error) {
	root := &html.Node{Type: html.DocumentNode}
	top := element(root, atom.Html)
	body := element(top, atom.Body)
	var para, link *html.Node
	skip := atom.Atom(0)
	z := html.NewTokenizer(strings.NewReader(src))
	for n := 0; ; n++ {
		if n%1024 == 0 {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
		}
		switch tt := z.Next(); tt {
		case html.ErrorToken:
			return root, nil
		case html.TextToken:
			if skip != 0 {
				continue
			}
			text := string(z.Text())
			if para == nil {
				if strings.TrimSpace(text) == "" {
					continue
				}
				para = element(body, atom.Div)
			}
			in := para
			if link != nil {
				in = link
			}
			in.AppendChild(&html.Node{Type: html.TextNode, Data: text})
		case html.StartTagToken, html.SelfClosingTagToken, html.EndTagToken:
			name, more := z.TagName()
			a := atom.Lookup(name)
			switch {
			case rawText[a]:
				if tt == html.StartTagToken {
					skip = a
				} else if skip == a {
					skip = 0
				}
			case skip != 0:
			case a == atom.A:
				link = nil
				if tt == html.EndTagToken {
					continue
				}
				for more {
					var k, v []byte
					k, v, more = z.TagAttr()
					if string(k) == "href" {
						if para == nil {
							para = element(body, atom.Div)
						}
						link = element(para, atom.A)
						link.Attr = []html.Attribute{{Key: "href", Val: string(v)}}
					}
				}
			case a == atom.Br && para != nil:
				element(para, atom.Br)
			case blocks[a]:
				para, link = nil, nil
			}
		}
	}
}

// rawText are the unseen elements whose end tag is sure to be found by their name alone.
var rawText = map[atom.Atom]bool{
	atom.Script: true, atom.Style: true, atom.Title: true, atom.Textarea: true, atom.Iframe: true, atom.Noembed: true,
	atom.Noframes: true,
}

func element(parent *html.Node, a atom.Atom) *html.Node {
	n := &html.Node{Type: html.ElementNode, DataAtom: a, Data: a.String()}
	parent.AppendChild(n)
	return n
}

// attr returns an attribute's value, or "".
func attr(n *html.Node, key string) string {
	for i := range n.Attr {
		if n.Attr[i].Key == key && n.Attr[i].Namespace == "" {
			return n.Attr[i].Val
		}
	}
	return ""
}

// hasAttr reports whether an attribute is there, even if empty.
func hasAttr(n *html.Node, key string) bool {
	for i := range n.Attr {
		if n.Attr[i].Key == key && n.Attr[i].Namespace == "" {
			return true
		}
	}
	return false
}
