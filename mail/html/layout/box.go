package layout

import (
	"strings"

	"golang.org/x/net/html/atom"

	"poplar/mail/html"
)

type kind uint8

const (
	blockBox kind = iota
	inlineBox
	textBox
	replacedBox // a picture
	breakBox    // <br>
	wbrBox
	tableBox
	groupBox // row group
	rowBox
	cellBox
	columnBox
	captionBox
	flexBox
)

// box is a box of the box tree. The tree does not depend on the width, and keeps what was measured.
type box struct {
	kind     kind
	node     *html.Node // nil where anonymous
	st       *html.Style
	kids     []*box
	inl      *inlineContent // contents, where the children are inline
	level    bool           // inline-level: inline-block, inline-table, picture in a line
	bar      string         // marker text of a list item
	inside   bool           // which stands in its first line
	inColumn bool           // a child of a flex container that stands upright
	alone    bool           // keeps its floats and margins to itself whatever its style says
	depth    int32
	seq      int32 // its place in the source

	min, max  float64 // intrinsic widths of the content box
	sized     bool
	collapsed int8 // 0 unknown, 1 no, 2 the box collapses through
	table     *table
	edge      *sides // of a cell with collapsed borders: what it has of them
	top       strut  // margins that meet at the box's top edge
	topKnown  bool
	cache     [3]cached // the last layouts of a box that keeps to itself
}

// cached is one layout of a box.
type cached struct {
	c constraint
	f *frag
}

// Limits of what is laid out. What lies beyond is cut off, and the Page says so.
const (
	maxBoxes   = 120_000
	maxSegs    = 180_000 // words, blanks, single Chinese characters
	maxRunes   = 1_000_000
	maxColumns = 1000
	huge       = 4_000_000 // CSS pixels: no box is larger
)

// builder makes boxes out of nodes.
type builder struct {
	l     *engine
	boxes int
	runes int
	segs  int
	cut   bool
}

func (b *builder) new(k kind, n *html.Node, st *html.Style, depth int32) *box {
	b.boxes++
	b.l.tick()
	return &box{kind: k, node: n, st: st, depth: depth, seq: int32(b.boxes)}
}

// full reports whether no more boxes may be made.
func (b *builder) full() bool {
	if b.boxes >= maxBoxes || b.runes >= maxRunes || b.segs >= maxSegs || b.l.late {
		b.cut = true
		return true
	}
	return false
}

func anonymous(st *html.Style, d html.Display) *html.Style {
	a := html.Anonymous(st)
	a.Display = d
	return a
}

// build makes the box of a node that is not inline text, with all that is in it; nil where nothing is shown.
func (b *builder) build(n *html.Node, depth int32) *box {
	st := n.Style
	if st.Display == html.None || b.full() {
		return nil
	}
	if n.Picture != nil || n.Tag == atom.Img {
		p := b.new(replacedBox, n, st, depth)
		p.level = isInlineLevel(st)
		return p
	}
	k := blockBox
	switch st.Display {
	case html.Table, html.InlineTable:
		k = tableBox
	case html.RowGroup, html.HeaderGroup, html.FooterGroup:
		k = groupBox
	case html.Row:
		k = rowBox
	case html.Cell:
		k = cellBox
	case html.Caption:
		k = captionBox
	case html.Column, html.ColumnGroup:
		k = columnBox
	case html.Flex, html.InlineFlex:
		k = flexBox
	}
	p := b.new(k, n, st, depth)
	p.level = isInlineLevel(st)
	switch k {
	case tableBox, groupBox, rowBox:
		b.tableKids(p, n.Children)
	case columnBox:
		if st.Display == html.ColumnGroup {
			for _, c := range n.Children {
				if c.Style.Display == html.Column {
					p.kids = append(p.kids, b.new(columnBox, c, c.Style, depth+1))
				}
			}
		}
	case flexBox:
		b.flexKids(p, n.Children)
	default:
		if st.Display == html.ListItem {
			p.bar = markerText(st, n.Ordinal)
			p.inside = st.ListPos == html.Inside && st.ListType != html.NoMarker
		}
		b.flowKids(p, n.Children)
	}
	return p
}

func isInlineLevel(st *html.Style) bool {
	if st.Float != html.NoKeyword {
		return false
	}
	switch st.Display {
	case html.Inline, html.InlineBlock, html.InlineTable, html.InlineFlex:
		return true
	}
	return false
}

func isBlockLevel(n *html.Node) bool { return n.BlockLevel() }

// flowKids fills a block container: with lines where all children are inline, else with blocks, runs of inline
// children in blocks of their own.
func (b *builder) flowKids(p *box, nodes []*html.Node) {
	nodes = b.unwrap(flat(nodes), p.st.BlockAlign)
	blocks := false
	for _, n := range nodes {
		if n.Style.Display != html.None && isBlockLevel(n) {
			blocks = true
			break
		}
	}
	if !blocks {
		if in := b.inline(p, nodes); in != nil {
			p.inl = in
		}
		return
	}
	var run []*html.Node
	flush := func() {
		if len(run) == 0 {
			return
		}
		if someInline(run) {
			a := b.new(blockBox, nil, anonymous(p.st, html.Block), p.depth+1)
			a.inside, a.bar, p.inside = p.inside, p.bar, false
			a.inl = b.inline(a, run)
			if a.inl != nil {
				p.kids = append(p.kids, a)
			}
		}
		run = nil
	}
	for i := 0; i < len(nodes) && !b.full(); i++ {
		n := nodes[i]
		switch {
		case n.Style.Display == html.None && !n.IsText():
		case isBlockLevel(n):
			flush()
			if tablePart(n.Style.Display) {
				j := i
				for j < len(nodes) && (tablePart(nodes[j].Style.Display) || blankText(nodes[j])) && !(nodes[j].IsText() && !blankText(nodes[j])) {
					j++
				}
				p.kids = append(p.kids, b.wrapTable(p, nodes[i:j], html.Table))
				i = j - 1
				continue
			}
			if k := b.build(n, p.depth+1); k != nil {
				p.kids = append(p.kids, k)
			}
		default:
			run = append(run, n)
		}
	}
	flush()
}

// unwrap takes blocks out of the inline boxes they stand in: the inline box is split around them (CSS 2.1, 9.2.1.1).
func (b *builder) unwrap(nodes []*html.Node, align html.Keyword) []*html.Node {
	some := false
	for _, n := range nodes {
		if n.HasBlock {
			some = true
			break
		}
	}
	if !some {
		return nodes
	}
	var out []*html.Node
	for _, n := range nodes {
		if !n.HasBlock || b.full() {
			out = append(out, n)
			continue
		}
		var run []*html.Node
		flush := func() {
			if len(run) > 0 && (someInline(run) || len(out) == 0 || !isBlockLevel(out[len(out)-1])) {
				b.boxes++
				m := *n
				m.Children, m.HasBlock = run, false
				out = append(out, &m)
			}
			run = nil
		}
		for _, c := range b.unwrap(flat(n.Children), n.Style.BlockAlign) {
			if isBlockLevel(c) {
				flush()
				if n.Style.BlockAlign != align {
					// Blocks are aligned by what is around them, which is the inline box.
					b.boxes++
					c = &html.Node{Tag: atom.Div, Style: anonymous(n.Style, html.Block), Children: []*html.Node{c}}
				}
				out = append(out, c)
			} else {
				run = append(run, c)
			}
		}
		flush()
	}
	return out
}

// flat replaces display: contents by its children.
func flat(nodes []*html.Node) []*html.Node {
	for i, n := range nodes {
		if !n.IsText() && n.Style.Display == html.Contents {
			out := append([]*html.Node{}, nodes[:i]...)
			for _, m := range nodes[i:] {
				if !m.IsText() && m.Style.Display == html.Contents {
					out = append(out, flat(m.Children)...)
				} else {
					out = append(out, m)
				}
			}
			return out
		}
	}
	return nodes
}

func tablePart(d html.Display) bool {
	switch d {
	case html.Row, html.RowGroup, html.HeaderGroup, html.FooterGroup, html.Cell, html.Caption, html.Column, html.ColumnGroup:
		return true
	}
	return false
}

// blankText reports whether a node is white space that may vanish.
func blankText(n *html.Node) bool {
	if !n.IsText() {
		return false
	}
	switch n.Style.White {
	case html.Pre, html.PreWrap, html.BreakSpaces:
		return false
	case html.PreLine:
		return strings.Trim(n.Text, " \t\r\f") == ""
	}
	return strings.Trim(n.Text, " \t\r\n\f") == ""
}

// someInline reports whether inline nodes make a line or a float.
func someInline(nodes []*html.Node) bool {
	for _, n := range nodes {
		if !blankText(n) && (n.IsText() || n.Style.Display != html.None) {
			return true
		}
	}
	return false
}

// wrapTable makes the anonymous table around stray parts of one.
func (b *builder) wrapTable(p *box, nodes []*html.Node, d html.Display) *box {
	t := b.new(tableBox, nil, anonymous(p.st, d), p.depth+1)
	t.level = d == html.InlineTable
	b.tableKids(t, nodes)
	return t
}

// tableKids fills a table, row group or row, adding the boxes that CSS 2.1 section 17.2.1 says are missing.
func (b *builder) tableKids(p *box, nodes []*html.Node) {
	nodes = flat(nodes)
	var want func(d html.Display) bool
	switch p.kind {
	case tableBox:
		want = func(d html.Display) bool { return tablePart(d) && d != html.Cell }
	case groupBox:
		want = func(d html.Display) bool { return d == html.Row }
	default:
		want = func(d html.Display) bool { return d == html.Cell }
	}
	var stray []*html.Node
	flush := func() {
		if len(stray) > 0 {
			p.kids = append(p.kids, b.wrapStray(p, stray))
		}
		stray = nil
	}
	for _, n := range nodes {
		if b.full() {
			return
		}
		if !n.IsText() && n.Style.Display == html.None {
			continue
		}
		if !n.IsText() && n.Picture == nil && n.Tag != atom.Img && want(n.Style.Display) && (n.Style.Float == html.NoKeyword) {
			flush()
			if k := b.build(n, p.depth+1); k != nil {
				p.kids = append(p.kids, k)
			}
			continue
		}
		if blankText(n) {
			continue // between parts of a table white space makes no box, not even beside what is no part of it
		}
		stray = append(stray, n)
	}
	flush()
}

func (b *builder) wrapStray(p *box, nodes []*html.Node) *box {
	if p.kind == rowBox {
		c := b.new(cellBox, nil, anonymous(p.st, html.Cell), p.depth+1)
		b.flowKids(c, nodes)
		return c
	}
	r := b.new(rowBox, nil, anonymous(p.st, html.Row), p.depth+1)
	b.tableKids(r, nodes)
	return r
}

// flexKids makes every child of a flex container a block.
func (b *builder) flexKids(p *box, nodes []*html.Node) {
	nodes = flat(nodes)
	var run []*html.Node
	flush := func() {
		if someInline(run) {
			a := b.new(blockBox, nil, anonymous(p.st, html.Block), p.depth+1)
			a.inl = b.inline(a, run)
			if a.inl != nil {
				p.kids = append(p.kids, a)
			}
		}
		run = nil
	}
	for _, n := range nodes {
		if n.IsText() {
			run = append(run, n)
			continue
		}
		flush()
		if n.Style.Display == html.None {
			continue
		}
		m := *n
		m.Style = html.Blockified(n.Style)
		if tablePart(m.Style.Display) {
			p.kids = append(p.kids, b.wrapTable(p, []*html.Node{n}, html.Table))
			continue
		}
		if k := b.build(&m, p.depth+1); k != nil {
			p.kids = append(p.kids, k)
		}
	}
	flush()
	for _, k := range p.kids {
		k.inColumn = isColumn(p.st)
		k.alone = true
	}
}

// formsContext reports whether a box keeps its floats and margins to itself.
func (b *box) formsContext() bool {
	switch b.kind {
	case tableBox, cellBox, captionBox, flexBox, replacedBox:
		return true
	}
	if b.depth == 0 || b.alone || b.level || b.st.Float != html.NoKeyword || b.st.Clip {
		return true
	}
	switch b.st.Display {
	case html.FlowRoot, html.InlineBlock:
		return true
	}
	return false
}
