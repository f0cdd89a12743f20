package compose

import (
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/html"
	el "golang.org/x/net/html/atom"

	"poplar/mail"
)

// Bounds of what is read.
const (
	maxRichSource = 4 << 20
	maxRichBlocks = 20000
	maxOpen       = 200   // elements within each other
	maxSide       = 10000 // of a picture, in pixels
)

// readRich reads HTML as a text with looks. What richHTML wrote comes back as it was. foreign is for what others wrote:
// headings become bold lines, cells of tables are parted by tabs, the room around paragraphs becomes empty lines, and
// what a Rich cannot hold goes. picture finds the picture of a Content-ID; one it does not know is its words. The source
// is read as a stream of tags, whatever its nesting, in one pass.
func readRich(src string, picture func(cid string) *mail.Picture, foreign bool) mail.Rich {
	if len(src) > maxRichSource {
		src = src[:maxRichSource]
	}
	r := richReader{picture: picture, foreign: foreign}
	z := html.NewTokenizer(strings.NewReader(src))
	for len(r.blocks) < maxRichBlocks {
		switch z.Next() {
		case html.ErrorToken:
			r.flush()
			return mail.Rich{Blocks: r.blocks}.Tidy()
		case html.TextToken:
			r.text(string(z.Text()))
		case html.StartTagToken, html.SelfClosingTagToken:
			r.start(z.Token())
		case html.EndTagToken:
			name, _ := z.TagName()
			r.end(el.Lookup(name))
		}
	}
	return mail.Rich{Blocks: r.blocks}.Tidy()
}

// richReader is where a reading stands.
type richReader struct {
	picture func(string) *mail.Picture
	foreign bool

	blocks []mail.Block
	open   []element
	now    []mail.Segment // of the block under way
	blank  *mail.Segment  // a blank that counts only if something follows it
	item   *mail.Block    // the item of a list that has no block yet
	gap    bool           // there was room below the last block
	// pictures are those met so far, each of one size.
	pictures map[string]*mail.Picture
}

// element is an open element and what holds within it.
type element struct {
	tag   el.Atom
	style mail.Style
	pre   bool // blanks and line ends stay
	skip  bool // nothing of it is read
	list  mail.BlockKind
	quote bool
	room  bool // there is room above and below it
}

// What elements are.
var (
	voids  = []el.Atom{el.Br, el.Hr, el.Img, el.Meta, el.Link, el.Input, el.Wbr, el.Col, el.Base, el.Area, el.Embed, el.Source, el.Track, el.Param}
	unread = []el.Atom{el.Script, el.Style, el.Title, el.Textarea, el.Iframe, el.Template, el.Select, el.Object, el.Svg, el.Math, el.Noscript, el.Noframes, el.Noembed, el.Xmp}
	blocky = []el.Atom{
		el.P, el.Div, el.H1, el.H2, el.H3, el.H4, el.H5, el.H6, el.Ul, el.Ol, el.Li, el.Blockquote, el.Pre, el.Table, el.Tr,
		el.Body, el.Center, el.Address, el.Article, el.Section, el.Header, el.Footer, el.Main, el.Nav, el.Aside, el.Dl, el.Dt,
		el.Dd, el.Figure, el.Figcaption, el.Form, el.Fieldset, el.Caption, el.Dir, el.Menu,
	}
	roomy    = []el.Atom{el.P, el.H1, el.H2, el.H3, el.H4, el.H5, el.H6, el.Pre}
	headings = roomy[1:7]
)

func (r *richReader) top() element {
	if n := len(r.open); n > 0 {
		return r.open[n-1]
	}
	return element{}
}

func (r *richReader) start(t html.Token) {
	tag := t.DataAtom
	if tag == el.Li {
		r.endItem()
	}
	if slices.Contains(blocky, tag) {
		if r.top().tag == el.P {
			r.end(el.P)
		}
		r.flush()
	}
	if r.top().skip {
		if tag != 0 && !slices.Contains(voids, tag) && len(r.open) < maxOpen && t.Type == html.StartTagToken {
			r.open = append(r.open, element{tag: tag, skip: true})
		}
		return
	}
	get := func(name string) string {
		for _, a := range t.Attr {
			if a.Key == name {
				return a.Val
			}
		}
		return ""
	}
	switch tag {
	case el.Br:
		r.line()
		return
	case el.Hr:
		r.flush()
		r.gap = true
		return
	case el.Img:
		r.image(get)
		return
	case el.Td, el.Th:
		if len(r.now) > 0 {
			r.put("\t")
		}
	}
	if tag == 0 || slices.Contains(voids, tag) || len(r.open) >= maxOpen {
		return
	}
	e := element{tag: tag, style: r.top().style, pre: r.top().pre, skip: slices.Contains(unread, tag)}
	e.take(tag, get)
	if e.skip && t.Type == html.SelfClosingTagToken {
		return
	}
	if r.foreign && e.style.Colour == "#000000" {
		e.style.Colour = "" // what the reader's program shows anyway
	}
	if e.room = r.foreign && e.room; e.room && len(r.blocks) > 0 {
		r.gap = true
	}
	r.open = append(r.open, e)
	if tag == el.Li {
		r.item = &mail.Block{Kind: r.list(), Level: max(r.depth()-1, 0)}
	}
}

// take notes what an element and its style attribute say.
func (e *element) take(tag el.Atom, get func(string) string) {
	e.room = slices.Contains(roomy, tag)
	switch tag {
	case el.B, el.Strong, el.Th:
		e.style.Bold = true
	case el.I, el.Em, el.Cite, el.Dfn, el.Var:
		e.style.Italic = true
	case el.U, el.Ins:
		e.style.Underline = true
	case el.A:
		if to := mail.CleanLink(get("href")); to != "" {
			e.style.Link, e.style.Colour = to, "" // links have a colour of their own
		}
	case el.Font:
		if c := readColour(get("color")); c != "" {
			e.style.Colour = c
		}
	case el.Ul, el.Dir, el.Menu:
		e.list = mail.Bullet
	case el.Ol:
		e.list = mail.Number
	case el.Blockquote:
		e.quote = true
	case el.Pre:
		e.pre = true
	}
	if slices.Contains(headings, tag) {
		e.style.Bold = true
	}
	for decl := range strings.SplitSeq(get("style"), ";") {
		name, value, _ := strings.Cut(decl, ":")
		e.declare(strings.ToLower(strings.TrimSpace(name)), strings.ToLower(strings.TrimSpace(value)))
	}
}

// declare notes one declaration of a style attribute.
func (e *element) declare(name, v string) {
	switch name {
	case "font-weight":
		n, err := strconv.Atoi(v)
		e.style.Bold = v == "bold" || v == "bolder" || err == nil && n >= 600
	case "font-style":
		e.style.Italic = v == "italic" || v == "oblique"
	case "text-decoration", "text-decoration-line":
		if strings.Contains(v, "underline") && e.tag != el.A {
			e.style.Underline = true
		}
	case "color":
		if c := readColour(v); c != "" {
			e.style.Colour = c
		}
	case "white-space":
		e.pre = strings.HasPrefix(v, "pre") && v != "pre-line"
	case "display":
		e.skip = e.skip || v == "none"
	case "margin":
		first, _, _ := strings.Cut(v, " ")
		e.room = e.room && !nothing(first)
	case "margin-top", "margin-bottom":
		e.room = e.room && !nothing(v)
	}
}

// nothing reports whether a length is none.
func nothing(v string) bool {
	n, err := strconv.ParseFloat(strings.TrimRight(v, "abcdefghijklmnopqrstuvwxyz%"), 64)
	return err == nil && n < 0.1
}

func (r *richReader) end(tag el.Atom) {
	at := len(r.open) - 1
	for at >= 0 && r.open[at].tag != tag {
		at--
	}
	if at < 0 || tag == 0 {
		if tag == el.P && !r.top().skip {
			r.flush()
		}
		return
	}
	for n := len(r.open) - 1; n >= at; n-- {
		e := r.open[n]
		if slices.Contains(blocky, e.tag) {
			r.flush()
			if e.room {
				r.gap = true
			}
		}
		if e.tag == el.Li || e.list != mail.Paragraph {
			r.item = nil
		}
		r.open = r.open[:n]
	}
}

// endItem ends the item of the innermost list that is open.
func (r *richReader) endItem() {
	for n := len(r.open) - 1; n >= 0 && r.open[n].list == mail.Paragraph; n-- {
		if r.open[n].tag == el.Li {
			r.end(el.Li)
			return
		}
	}
}

// list is the kind of the innermost list.
func (r *richReader) list() mail.BlockKind {
	for _, e := range slices.Backward(r.open) {
		if e.list != mail.Paragraph {
			return e.list
		}
	}
	return mail.Bullet
}

// depth is how many lists are open since the last quotation began.
func (r *richReader) depth() int {
	n := 0
	for _, e := range slices.Backward(r.open) {
		if e.quote {
			break
		}
		if e.list != mail.Paragraph {
			n++
		}
	}
	return n
}

func (r *richReader) text(s string) {
	e := r.top()
	if e.skip {
		return
	}
	if e.pre {
		s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
		for i, line := range strings.Split(s, "\n") {
			if i > 0 {
				r.line()
			}
			if line != "" {
				r.put(line)
			}
		}
		return
	}
	const blanks = " \t\n\r\f"
	for s != "" {
		n := strings.IndexAny(s, blanks)
		if n < 0 {
			n = len(s)
		}
		if n > 0 {
			r.put(s[:n])
		}
		rest := strings.TrimLeft(s[n:], blanks)
		if len(rest) < len(s)-n && len(r.now) > 0 && r.blank == nil {
			r.blank = &mail.Segment{Text: " ", Style: e.style}
		}
		s = rest
	}
}

// put adds text to the block under way.
func (r *richReader) put(s string) {
	if r.blank != nil {
		r.now = append(r.now, *r.blank)
		r.blank = nil
	}
	style := r.top().style
	r.now = append(r.now, mail.Segment{Text: strings.ReplaceAll(s, mail.PictureMark, ""), Style: style})
}

func (r *richReader) image(get func(string) string) {
	cid, ok := cutFold(strings.TrimSpace(get("src")), "cid:")
	if ok && r.picture != nil {
		if p := r.picture(cid); p != nil {
			p = r.sized(p, get)
			r.put("")
			r.now = append(r.now, mail.Segment{Text: mail.PictureMark, Style: mail.Style{Link: r.top().style.Link, Picture: p}})
			return
		}
	}
	if alt := strings.Join(strings.Fields(get("alt")), " "); alt != "" {
		r.put(alt)
	}
}

// sized is a picture as large as the HTML wants it.
func (r *richReader) sized(p *mail.Picture, get func(string) string) *mail.Picture {
	if before := r.pictures[p.ID]; before != nil {
		return before
	}
	width, _ := strconv.Atoi(get("width")) // what is no number says nothing
	height, _ := strconv.Atoi(get("height"))
	switch {
	case width > 0 && height <= 0:
		height = max(p.Height*width/max(p.Width, 1), 1)
	case height > 0 && width <= 0:
		width = max(p.Width*height/max(p.Height, 1), 1)
	}
	if width > 0 && height > 0 && width < maxSide && height < maxSide && (width != p.Width || height != p.Height) {
		other := *p
		other.Width, other.Height = width, height
		p = &other
	}
	if r.pictures == nil {
		r.pictures = map[string]*mail.Picture{}
	}
	r.pictures[p.ID] = p
	return p
}

// line ends a line, though it may be empty.
func (r *richReader) line() {
	if r.top().skip {
		return
	}
	if len(r.now) == 0 {
		r.now = append(r.now, mail.Segment{})
	}
	r.flush()
}

// flush ends the block under way, if there is one.
func (r *richReader) flush() {
	r.blank = nil
	if len(r.now) == 0 {
		return
	}
	b := mail.Block{}
	if r.item != nil {
		b, r.item = *r.item, nil
	}
	for _, e := range r.open {
		if e.quote {
			b.Quote++
		}
	}
	b.Join(r.now)
	r.now = nil
	if r.foreign && strings.Trim(b.Text, " \u00a0") == "" && b.Text != "" {
		b.Text, b.Runs = "", nil
	}
	if r.gap && len(r.blocks) > 0 {
		if last := r.blocks[len(r.blocks)-1]; last.Text != "" && b.Text != "" {
			r.blocks = append(r.blocks, mail.Block{Quote: min(last.Quote, b.Quote)})
		}
	}
	r.gap = false
	r.blocks = append(r.blocks, b)
}

// readColour reads a colour of a style attribute: three or six digits, or rgb(). Names, and anything else, are "": text
// that is to be black is text that has no colour of its own.
func readColour(v string) string {
	v = strings.ToLower(strings.TrimSpace(v))
	if digits, ok := strings.CutPrefix(v, "#"); ok {
		if strings.Trim(digits, "0123456789abcdef") != "" {
			return ""
		}
		switch len(digits) {
		case 3:
			return "#" + digits[:1] + digits[:1] + digits[1:2] + digits[1:2] + digits[2:] + digits[2:]
		case 6:
			return v
		}
		return ""
	}
	args, ok := strings.CutPrefix(v, "rgb(")
	if !ok {
		return colourNames[v]
	}
	out := "#"
	parts := strings.Split(strings.TrimSuffix(args, ")"), ",")
	for _, p := range parts {
		n, err := strconv.ParseUint(strings.TrimSpace(p), 10, 8)
		if err != nil {
			return ""
		}
		out += string(hexLower[n>>4]) + string(hexLower[n&15])
	}
	if len(parts) != 3 {
		return ""
	}
	return out
}

const hexLower = "0123456789abcdef"

// colourNames are the names of colours that mail programs write.
var colourNames = map[string]string{
	"red": "#ff0000", "green": "#008000", "blue": "#0000ff", "gray": "#808080", "grey": "#808080", "orange": "#ffa500", "purple": "#800080",
	"maroon": "#800000", "navy": "#000080", "teal": "#008080", "olive": "#808000", "brown": "#a52a2a", "silver": "#c0c0c0", "darkred": "#8b0000",
	"darkblue": "#00008b", "darkgreen": "#006400",
}

// RichQuote is the HTML of a quote (see message.QuoteHTML) as a text that can be edited, without empty lines around it.
func RichQuote(src string) mail.Rich {
	r := readRich(src, nil, true)
	empty := func(b mail.Block) bool { return b.Text == "" }
	for len(r.Blocks) > 1 && empty(r.Blocks[0]) {
		r.Blocks = r.Blocks[1:]
	}
	for len(r.Blocks) > 1 && empty(r.Blocks[len(r.Blocks)-1]) {
		r.Blocks = r.Blocks[:len(r.Blocks)-1]
	}
	return r.Tidy()
}
