package html

import (
	"context"
	"math"
	"strings"
	"time"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// maxNodes bounds the styled tree; what lies beyond is cut off.
const maxNodes = 120_000

// styleTime is how long selectors are matched; elements after that have their own style only.
const styleTime = Pace * 400 * time.Millisecond

// Style computes the styled tree for a viewport.
func (d *Doc) Style(ctx context.Context, v Viewport) (tree *Tree, err error) {
	defer mend("styled", &err)
	if v.Palette == (Palette{}) {
		v.Palette = Light
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if d.plain {
		return d.plainTree(v), nil
	}
	t := &Tree{Quirks: d.quirks, LimitedQuirks: d.limited, Cut: d.cut}
	dark := v.Palette
	switch {
	case v.Dark && v.Original:
		v.Dark, v.Palette = false, Light
	case v.Dark && d.sheet.dark:
		t.Dark = true
	case v.Dark:
		t.TurnDark = true
		v.Dark, v.Palette = false, Light
	}
	ua := uaStandard()
	if d.quirks {
		ua = uaOld()
	}
	s := &styler{
		ctx: ctx, d: d, v: v, ua: ua, until: math.Inf(1), cache: map[string]*Style{}, inline: map[string][]decl{},
		fams: map[string][]string{}, on: map[*media]bool{},
		m: matcher{ctx: ctx, quirk: d.quirks, fuel: maxFuel, until: soon(styleTime), info: map[*html.Node]*elemInfo{}},
	}
	s.h.link = v.Palette.Link
	if d.linkColour.A > 0 {
		s.h.link = d.linkColour
	}
	base := blank(initial(v))
	s.root = base.Size
	b := &treeBuilder{s: s, left: maxNodes}
	for c := d.root.FirstChild; c != nil; c = c.NextSibling {
		if c.Type == html.ElementNode {
			t.Root = b.element(c, base, where{})
			break
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if t.Root == nil {
		t.Root = &Node{Tag: atom.Html, Style: base}
	}
	t.Cut = t.Cut || b.left <= 0
	t.from, t.until = s.from, s.until
	t.canvas(v)
	if t.TurnDark {
		t.turn(dark)
	}
	return t, nil
}

// canvas moves the background of the root or the body to the whole view (CSS Backgrounds 3, 2.11.2).
func (t *Tree) canvas(v Viewport) {
	t.Canvas = v.Palette.Back
	take := func(n *Node) bool {
		if n.Style.Background.A == 0 && len(n.Style.Layers) == 0 {
			return false
		}
		t.Canvas = over(t.Canvas, n.Style.Background)
		t.CanvasLayers = n.Style.Layers
		c := *n.Style
		c.Background, c.Layers = Colour{}, nil
		n.Style = &c
		return true
	}
	if take(t.Root) {
		return
	}
	for _, n := range t.Root.Children {
		if n.Tag == atom.Body {
			take(n)
			return
		}
	}
}

// over lays one colour over another.
func over(under, c Colour) Colour {
	if c.A == 255 || under.A == 0 {
		return c
	}
	a := int(c.A)
	ch := func(x, y uint8) uint8 { return uint8((int(x)*(255-a) + int(y)*a) / 255) }
	return Colour{R: ch(under.R, c.R), G: ch(under.G, c.G), B: ch(under.B, c.B), A: max(under.A, c.A)}
}

// signatureAlpha is how much a signature is seen.
const signatureAlpha = 0.72

// where is what an element takes over from its place in the tree, beside style.
type where struct {
	table *html.Node
	link  int
	count *int // of list items
	step  int
}

// treeBuilder turns parsed elements into styled nodes.
type treeBuilder struct {
	s     *styler
	left  int
	ticks int
	// buttons are there for these folds.
	buttons map[int]bool
	plain   *plainStyles
}

func (b *treeBuilder) element(n *html.Node, parent *Style, w where) *Node {
	if b.ticks++; b.ticks&0xFF == 0 && b.s.ctx.Err() != nil {
		b.left = 0
	}
	if b.left <= 0 || never[n.DataAtom] {
		return nil
	}
	b.left--
	st := b.s.styleOf(n, parent, w.table)
	if st.Display == None {
		return nil
	}
	if b.s.v.Folding != nil && b.s.d.signed[n] {
		dim := *st
		dim.Opacity *= signatureAlpha
		st = &dim
	}
	var before, after *Style
	if b.s.d.sheet.before || n.DataAtom == atom.Q {
		before, after = b.s.pseudoStyle(0, st), b.s.pseudoStyle(1, st)
	}
	if n.DataAtom == atom.Html {
		b.s.root = st.Size
	}
	out := &Node{Tag: n.DataAtom, Style: st, Link: w.link}
	if out.Tag == 0 {
		out.Tag = atom.Span
	}
	if l := b.s.d.links[n]; l > 0 {
		out.Link, w.link = l, l
	}
	switch n.DataAtom {
	case atom.Img:
		out.Picture, out.Alt = b.s.d.pictures[attr(n, "src")], attr(n, "alt")
		return out
	case atom.Br, atom.Wbr, atom.Hr, atom.Col:
		out.ColSpan = spanOf(n, "span")
		return out
	case atom.Input, atom.Select, atom.Textarea, atom.Progress, atom.Meter:
		return b.control(out, n)
	case atom.Table:
		w.table = n
	case atom.Td, atom.Th:
		out.ColSpan, out.RowSpan = spanOf(n, "colspan"), spanOf(n, "rowspan")
	case atom.Colgroup:
		out.ColSpan = spanOf(n, "span")
	case atom.Ol, atom.Ul, atom.Menu, atom.Dir:
		w.count, w.step = listStart(n)
	}
	if st.Display == ListItem {
		b.number(out, n, &w)
	}
	out.Children = b.pseudo(out.Children, before, w.link)
	b.children(out, n, st, w)
	out.Children = b.pseudo(out.Children, after, w.link)
	out.HasBlock = hasBlock(out)
	return out
}

func (b *treeBuilder) children(out *Node, n *html.Node, st *Style, w where) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if i := b.s.d.folded[c]; i > 0 && b.s.v.Folding != nil && b.folds(out, i-1) {
			continue
		}
		switch c.Type {
		case html.TextNode:
			if c.Data != "" && b.left > 0 {
				b.left--
				out.Children = append(out.Children, &Node{Text: c.Data, Style: st, Link: w.link})
			}
		case html.ElementNode:
			if k := b.element(c, st, w); k != nil {
				out.Children = append(out.Children, k)
			}
		}
	}
}

// folds puts the button of a fold where it begins, and says whether what is in it is out of sight.
func (b *treeBuilder) folds(out *Node, i int) bool {
	o := b.s.v.Folding
	closed := o.closed(i, b.s.d.Folds[i].Closed)
	if !b.buttons[i] {
		if b.buttons == nil {
			b.buttons, b.plain = map[int]bool{}, b.s.d.plainStyles(b.s.v)
		}
		b.buttons[i] = true
		out.Children = append(out.Children, b.plain.button(&b.s.d.Folds[i], o, closed))
	}
	return closed
}

func (b *treeBuilder) pseudo(kids []*Node, st *Style, link int) []*Node {
	if st == nil {
		return kids
	}
	box := &Node{Tag: atom.Span, Style: st, Link: link}
	if st.content != "" {
		box.Children = []*Node{{Text: st.content, Style: st, Link: link}}
	}
	return append(kids, box)
}

// hasBlock reports whether blocks stand within an inline element.
func hasBlock(n *Node) bool {
	if n.Style.Display != Inline && n.Style.Display != Contents {
		return false
	}
	for _, c := range n.Children {
		if !c.IsText() && (c.HasBlock || c.BlockLevel()) {
			return true
		}
	}
	return false
}

// BlockLevel reports whether a node stands on lines of its own within a block container.
func (n *Node) BlockLevel() bool {
	if n.IsText() || n.Style.Float != NoKeyword {
		return false // floats go with the text around them
	}
	switch n.Style.Display {
	case Block, ListItem, Table, Flex, FlowRoot, Row, RowGroup, HeaderGroup, FooterGroup, Cell, Caption:
		return true
	}
	return false
}

// never are elements whose contents are not for reading, whatever a style sheet says.
var never = map[atom.Atom]bool{
	atom.Head: true, atom.Script: true, atom.Style: true, atom.Link: true, atom.Meta: true, atom.Title: true, atom.Base: true,
	atom.Template: true, atom.Iframe: true, atom.Frame: true, atom.Frameset: true, atom.Noembed: true, atom.Noframes: true,
	atom.Svg: true, atom.Math: true, atom.Param: true, atom.Source: true, atom.Track: true, atom.Area: true,
	atom.Datalist: true, atom.Embed: true, atom.Applet: true, atom.Canvas: true,
}

func spanOf(n *html.Node, name string) int {
	v := strings.TrimSpace(attr(n, name))
	if v == "" {
		return 1
	}
	end := 0
	for end < len(v) && isDigit(v[end]) {
		end++
	}
	k, ok := atoi(v[:min(end, 7)])
	if !ok {
		return 1
	}
	if name == "rowspan" {
		return min(k, 65534) // 0 reaches to the end of the group
	}
	return min(max(k, 1), 1000)
}

func listStart(n *html.Node) (*int, int) {
	count, step := 0, 1
	if hasAttr(n, "reversed") {
		step = -1
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			if c.DataAtom == atom.Li {
				count++
			}
		}
		count++
	}
	if v, ok := atoi(attr(n, "start")); ok && n.DataAtom == atom.Ol {
		count = v - step
	}
	return &count, step
}

func (b *treeBuilder) number(out *Node, n *html.Node, w *where) {
	if w.count == nil {
		w.count, w.step = new(int), 1
	}
	*w.count += w.step
	if v, ok := atoi(attr(n, "value")); ok && n.DataAtom == atom.Li {
		*w.count = v
	}
	out.Ordinal = *w.count
}

// control shows a form element as a box with its value; it does nothing.
func (b *treeBuilder) control(out *Node, n *html.Node) *Node {
	out.Control = true
	text := attr(n, "value")
	switch {
	case n.DataAtom == atom.Select:
		text = ""
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			if c.DataAtom == atom.Option && (text == "" || hasAttr(c, "selected")) {
				text = strings.Join(strings.Fields(textOf(c, 200)), " ")
			}
		}
	case n.DataAtom == atom.Textarea:
		text = textOf(n, 4000)
	case strings.EqualFold(attr(n, "type"), "image"):
		out.Picture, out.Alt = b.s.d.pictures[attr(n, "src")], attr(n, "alt")
		return out
	case strings.EqualFold(attr(n, "type"), "checkbox"), strings.EqualFold(attr(n, "type"), "radio"):
		text = pick(hasAttr(n, "checked"), "☑", "☐")
	case strings.EqualFold(attr(n, "type"), "password"):
		text = ""
	case strings.EqualFold(attr(n, "type"), "submit") && text == "":
		text = "Submit"
	case text == "":
		text = attr(n, "placeholder")
	}
	if text == "" {
		text = "\u00A0\u00A0\u00A0\u00A0\u00A0\u00A0\u00A0\u00A0"
	}
	out.Children = []*Node{{Text: text, Style: out.Style, Link: out.Link}}
	return out
}

// initial is what the root inherits.
func initial(v Viewport) Inherited {
	size := v.TextSize
	if size == 0 {
		size = 16
	}
	wrap := Normal
	if v.BreakWords {
		wrap = BreakWord
	}
	return Inherited{
		OverflowWrap: wrap,
		Colour:       v.Palette.Text, Family: defaultFamily, Size: size, Weight: 400, LineHeight: LineHeight{Normal: true},
		Align: Start, Visibility: Visible, Direction: LTR, ListPos: Outside, TabSize: 8, Kern: true, InlineAlpha: 1,
	}
}

var defaultFamily = []string{"sans-serif"}

// blank is a style with nothing set but what it inherits.
func blank(in Inherited) *Style {
	return &Style{
		Inherited: in, Position: Static, Float: NoKeyword, Clear: NoKeyword, Opacity: 1, VAlign: Baseline, Shrink: 1,
		Padding: [4]Length{Px(0), Px(0), Px(0), Px(0)}, Margin: [4]Length{Px(0), Px(0), Px(0), Px(0)},
		AlignSelf: NoKeyword, UnicodeBidi: Normal, Fit: Fill, FlexDir: RowDir, FlexWrap: NoWrap,
	}
}

func soon(d time.Duration) time.Time { return time.Now().Add(d) }
