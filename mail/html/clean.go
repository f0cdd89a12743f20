package html

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/microcosm-cc/bluemonday"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// CleanOptions say what is kept when a message is written out as HTML again.
type CleanOptions struct {
	// Remote keeps the addresses of remote pictures. Trackers are never kept.
	Remote bool
	// Embed puts pictures that came with the message into the HTML itself; else they stay references to its parts.
	Embed bool
	// Alone leaves out pictures that are parts of the message and not embedded: what is written goes where they are not.
	Alone bool
	// Page makes a whole document that forbids everything but its own text, styles and pictures, for a browser; else
	// it is a fragment to be quoted in a reply.
	Page bool
	// Title and Head stand over the message in a Page: its subject, and lines of a name and what it says.
	Title string
	Head  [][2]string
	// Print has the browser ask for a printer as soon as the Page is there.
	Print bool
}

// Clean writes the message out as HTML without anything active: no script, no form, no style sheet, no frame. Its look
// is kept, as far as style attributes can carry it.
func (d *Doc) Clean(ctx context.Context, o CleanOptions) (string, error) {
	if d.plain {
		return d.cleanText(o), nil
	}
	w := &cleaner{o: o, d: d, ctx: ctx, until: maxClean}
	w.s = &styler{
		ctx: ctx, d: d, v: Viewport{Width: 700, Palette: Light}, ua: uaStandard(), on: map[*media]bool{},
		m: matcher{ctx: ctx, quirk: d.quirks, fuel: maxFuel, info: map[*html.Node]*elemInfo{}, until: soon(styleTime)},
	}
	w.node(d.root)
	if err := ctx.Err(); err != nil {
		return "", err
	}
	return o.wrap(policy().Sanitize(w.b.String()), d.Title), nil
}

// Quote returns the HTML of a message as it can stand in an answer to it: without anything active or remote, its look in
// style attributes. Pictures are left out, their words stay.
func Quote(ctx context.Context, src string) (string, error) {
	d, err := Read(ctx, src, Options{})
	if err != nil {
		return "", err
	}
	return d.Clean(ctx, CleanOptions{Alone: true})
}

// maxClean bounds what Clean writes.
const maxClean = 8 << 20

// pageStyle is the look of a Page where the message says nothing: a margin, letters without serifs, and what a printer
// needs to know.
const pageStyle = "body{margin:16px;font-family:sans-serif;font-size:16px;color:#000;background:#fff}" +
	"img{max-width:100%}pre{white-space:pre-wrap}" +
	".poplar-head{border-bottom:1px solid #999;margin:0 0 16px;padding:0 0 8px;font-size:13px;line-height:1.5}" +
	".poplar-head h1{font-size:20px;line-height:1.3;margin:0 0 8px}.poplar-head th{text-align:left;padding:0 12px 0 0;vertical-align:top;" +
	"font-weight:normal;color:#555;white-space:nowrap}.poplar-head td{padding:0}" +
	"@media print{body{margin:0}tr,img,blockquote{break-inside:avoid-page}}"

// printScript is the one script that may run in a Page, and only where it is to be printed.
const printScript = "window.onload=function(){window.print()}"

func (o CleanOptions) wrap(body, title string) string {
	if !o.Page {
		return body
	}
	pictures, scripts, run := "data:", "", ""
	if o.Remote {
		pictures += " https: http:"
	}
	if o.Print {
		sum := sha256.Sum256([]byte(printScript))
		scripts = "script-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; "
		run = "<script>" + printScript + "</script>"
	}
	if o.Title != "" {
		title = o.Title
	}
	var head strings.Builder
	if len(o.Head) > 0 {
		head.WriteString("<div class=\"poplar-head\"><h1>" + html.EscapeString(o.Title) + "</h1><table cellspacing=\"0\">")
		for _, l := range o.Head {
			head.WriteString("<tr><th>" + html.EscapeString(l[0]) + "</th><td>" + html.EscapeString(l[1]) + "</td></tr>")
		}
		head.WriteString("</table></div>\n")
	}
	return "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\">" +
		"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; " + scripts + "style-src 'unsafe-inline'; img-src " + pictures + "\">" +
		"<meta name=\"referrer\" content=\"no-referrer\"><title>" + html.EscapeString(title) + "</title><style>" + pageStyle + "</style>" + run +
		"</head><body>" + head.String() + body + "</body></html>\n"
}

func (d *Doc) cleanText(o CleanOptions) string {
	var b strings.Builder
	depth := 0
	for _, l := range d.lines {
		for depth < min(l.depth, maxBars) {
			b.WriteString("<blockquote style=\"margin:0 0 0 4px;padding-left:10px;border-left:2px solid #ccc\">")
			depth++
		}
		for depth > min(l.depth, maxBars) {
			b.WriteString("</blockquote>")
			depth--
		}
		b.WriteString("<div>")
		b.WriteString(html.EscapeString(l.text))
		if l.text == "" {
			b.WriteString("<br>")
		}
		b.WriteString("</div>\n")
	}
	for ; depth > 0; depth-- {
		b.WriteString("</blockquote>")
	}
	return o.wrap("<div style=\"white-space:pre-wrap\">"+b.String()+"</div>", "")
}

// cleaner writes elements with the style sheets' declarations put into their style attributes.
type cleaner struct {
	o     CleanOptions
	d     *Doc
	s     *styler
	ctx   context.Context
	b     strings.Builder
	until int
	ticks int
}

var voidElements = map[atom.Atom]bool{atom.Br: true, atom.Hr: true, atom.Img: true, atom.Wbr: true, atom.Col: true}

func (w *cleaner) node(n *html.Node) {
	if w.ticks++; w.ticks&0xFF == 0 && w.ctx.Err() != nil || w.b.Len() > w.until {
		return
	}
	switch n.Type {
	case html.TextNode:
		w.b.WriteString(html.EscapeString(n.Data))
		return
	case html.ElementNode:
	default:
		w.children(n)
		return
	}
	if never[n.DataAtom] || n.DataAtom == atom.Textarea || n.DataAtom == atom.Select {
		return
	}
	tag := n.Data
	style := w.styleOf(n)
	if strings.Contains(strings.ReplaceAll(style, " ", ""), "display:none") && hiddenBy(style) {
		return
	}
	switch n.DataAtom {
	case atom.Html, atom.Form:
		w.children(n)
		return
	case atom.Body:
		tag = "div"
		style = bodyColours(n) + style
	case atom.Xmp, atom.Listing, atom.Plaintext:
		tag = "pre"
	}
	if w.o.Alone && n.DataAtom == atom.Img && w.source(attr(n, "src")) == "" {
		w.b.WriteString(html.EscapeString(attr(n, "alt"))) // not the sign of a picture that is missing
		return
	}
	w.b.WriteByte('<')
	w.b.WriteString(tag)
	for _, a := range n.Attr {
		w.attr(n, a)
	}
	if style != "" {
		w.b.WriteString(` style="` + html.EscapeString(style) + `"`)
	}
	w.b.WriteByte('>')
	if voidElements[n.DataAtom] {
		return
	}
	w.children(n)
	w.b.WriteString("</" + tag + ">")
}

// bodyColours are the colours that a body's attributes set, as a <div> can have them.
func bodyColours(n *html.Node) string {
	out := ""
	for _, a := range [][2]string{{"bgcolor", "background-color"}, {"text", "color"}} {
		if c, ok := legacyColour(attr(n, a[0])); ok && attr(n, a[0]) != "" {
			out += fmt.Sprintf("%s:#%02x%02x%02x;", a[1], c.R, c.G, c.B)
		}
	}
	return out
}

// hiddenBy reports whether the last display declared is none.
func hiddenBy(style string) bool {
	last := ""
	p := declParser{}
	p.each(style, func(name string, v []token, _ bool) {
		if name == "display" {
			last = ident(v)
		}
	})
	return last == "none"
}

func (w *cleaner) children(n *html.Node) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		w.node(c)
	}
}

func (w *cleaner) attr(n *html.Node, a html.Attribute) {
	switch a.Key {
	case "style", "class", "id", "name":
		return
	case "src", "background":
		src := w.source(a.Val)
		if src == "" {
			return
		}
		a.Val = src
	case "href":
		t := Link{URL: a.Val}.Look()
		if t.Open == "" {
			return
		}
		a.Val = t.Open
	}
	if strings.HasPrefix(a.Key, "on") || a.Namespace != "" {
		return
	}
	w.b.WriteString(" " + a.Key + `="` + html.EscapeString(a.Val) + `"`)
	_ = n
}

// source is what becomes of a picture's address; "" where it is not kept.
func (w *cleaner) source(src string) string {
	p := w.d.pictures[src]
	switch {
	case p == nil || p.Tracker || p.Broken:
		return ""
	case p.Remote && w.o.Embed && p.Ready():
		// The person has seen it: it needs no network any more.
		return "data:" + p.Type + ";base64," + base64.StdEncoding.EncodeToString(p.Data)
	case p.Remote && !w.o.Remote:
		return ""
	case p.Remote:
		return p.Src
	case strings.HasPrefix(strings.ToLower(p.Src), "data:") && p.Ready(), w.o.Embed && p.Ready():
		return "data:" + p.Type + ";base64," + base64.StdEncoding.EncodeToString(p.Data)
	case strings.HasPrefix(strings.ToLower(p.Src), "cid:") && !w.o.Alone:
		return p.Src
	}
	return ""
}

// styleOf joins the declarations that apply to an element into one style attribute, weakest first.
func (w *cleaner) styleOf(n *html.Node) string {
	s := w.s
	s.found = s.found[:0]
	s.pseudo[0], s.pseudo[1] = s.pseudo[0][:0], s.pseudo[1][:0]
	s.gather(w.d.sheet, n, false)
	slices.SortStableFunc(s.found, func(a, b match) int {
		if a.spec != b.spec {
			return a.spec - b.spec
		}
		return a.r.order - b.r.order
	})
	var normal, important strings.Builder
	add := func(src string) {
		p := declParser{}
		for _, decl := range splitDecls(src) {
			ok := false
			p.each(decl, func(name string, v []token, imp bool) {
				ok = !hasURL(v) && !strings.HasPrefix(name, "--")
				if ok && imp {
					important.WriteString(strings.TrimSpace(importantMark.ReplaceAllString(decl, "")) + ";")
					ok = false
				}
			})
			if ok {
				normal.WriteString(strings.TrimSpace(decl) + ";")
			}
		}
	}
	for i := range s.found {
		if normal.Len() < 4000 {
			add(s.found[i].r.src)
		}
	}
	add(attr(n, "style"))
	return normal.String() + important.String()
}

var importantMark = regexp.MustCompile(`(?i)!\s*important`)

func hasURL(v []token) bool {
	for _, t := range v {
		if t.kind == tURL || t.kind == tFunction && (t.s == "expression" || t.s == "image-set" || t.s == "element" || t.s == "var" || t.s == "attr") {
			return true
		}
	}
	return false
}

// splitDecls divides the source of a rule's body at its semicolons.
func splitDecls(src string) []string {
	var out []string
	l := lexer{src: src}
	start, depth := 0, 0
	for len(out) < 200 {
		t := l.next()
		switch {
		case t.kind == tEOF:
			return append(out, src[start:])
		case t.kind == tOpen || t.kind == tFunction:
			depth++
		case t.kind == tClose && depth > 0:
			depth--
		case t.kind == tSemicolon && depth == 0:
			out = append(out, src[start:t.pos])
			start = l.i
		}
	}
	return out
}

// policy is what may be in clean HTML at all: the last word, whatever was written before.
var policy = sync.OnceValue(func() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("a", "abbr", "acronym", "address", "article", "aside", "b", "bdi", "bdo", "big", "blockquote", "br", "caption", "center", "cite",
		"code", "col", "colgroup", "dd", "del", "details", "dfn", "dir", "div", "dl", "dt", "em", "figcaption", "figure", "font", "footer", "h1",
		"h2", "h3", "h4", "h5", "h6", "header", "hr", "i", "img", "ins", "kbd", "li", "main", "mark", "menu", "nav", "ol", "p", "pre", "q", "rp", "rt",
		"ruby", "s", "samp", "section", "small", "span", "strike", "strong", "sub", "summary", "sup", "table", "tbody", "td", "tfoot", "th",
		"thead", "tr", "tt", "u", "ul", "var", "wbr")
	p.AllowNoAttrs().OnElements("a", "font", "img", "span", "div", "table", "td", "th", "tr", "col")
	p.AllowAttrs("align", "valign", "bgcolor", "color", "width", "height", "border", "cellpadding", "cellspacing", "colspan", "rowspan", "dir", "lang",
		"title", "size", "face", "nowrap", "start", "type", "value", "alt", "hspace", "vspace", "span", "bordercolor").Globally()
	p.AllowAttrs("href").OnElements("a")
	p.AllowAttrs("clear").OnElements("br")
	p.AllowAttrs("src").OnElements("img")
	p.AllowURLSchemes("http", "https", "mailto", "cid")
	p.AllowDataURIImages()
	p.RequireParseableURLs(true)
	p.AllowStyles(styleNames...).Globally()
	return p
})

var styleNames = []string{
	"background", "background-color", "border", "border-bottom", "border-bottom-color", "border-bottom-style", "border-bottom-width",
	"border-collapse", "border-color", "border-left", "border-left-color", "border-left-style", "border-left-width", "border-radius",
	"border-right", "border-right-color", "border-right-style", "border-right-width", "border-spacing", "border-style", "border-top",
	"border-top-color", "border-top-style", "border-top-width", "border-width", "box-sizing", "clear", "color", "direction", "display", "float",
	"font", "font-family", "font-size", "font-style", "font-variant", "font-weight", "height", "letter-spacing", "line-height", "list-style",
	"list-style-type", "margin", "margin-bottom", "margin-left", "margin-right", "margin-top", "max-height", "max-width", "min-height",
	"min-width", "overflow", "padding", "padding-bottom", "padding-left", "padding-right", "padding-top", "table-layout", "text-align",
	"text-decoration", "text-indent", "text-transform", "vertical-align", "visibility", "white-space", "width", "word-break", "word-spacing",
	"word-wrap",
}
