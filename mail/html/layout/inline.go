package layout

import (
	"math"
	"strings"
	"unicode"

	"github.com/go-text/typesetting/bidi"
	"golang.org/x/net/html/atom"

	"poplar/mail/html"
)

type segKind uint8

const (
	wordSeg segKind = iota
	spaceSeg
	tabSeg
	openSeg  // an inline box begins
	closeSeg // and ends
	atomicSeg
	lineSeg // a forced break
	floatSeg
	bulletSeg // the mark of a list item in its first line
	wbrSeg    // a place to break without anything to see
)

// seg is the smallest thing a line is made of.
type seg struct {
	kind  segKind
	brk   bool // a line may break after it
	hang  bool // a space that vanishes at the end of a line
	level uint8
	wide  bool // ends in a character that justified text may widen after
	box   *box // its own box for open, close, atomic and float; the box of its style for text
	sh    *Shaped
	w     float64
	raw   string // the author's letters where text-transform changed them
}

// inlineContent are the children of a block container, cut into segs. It does not depend on the width.
type inlineContent struct {
	segs   []seg
	lines  bool // there is something that makes a line box
	floats bool
	wraps  bool // some text may wrap
	bidi   bool
	rtl    bool // the paragraph's base direction
}

// collector gathers the text of inline children, white space processed, before it is cut.
type collector struct {
	b     *builder
	in    *inlineContent
	root  *box
	items []item
	text  []rune
	raw   []rune // text before its case was changed; nil while it is the same
	space bool   // the last character is a space that would swallow another
	depth int
	caps  bool // the next letter starts a word
	odd   bool // some character needs bidi
}

// item is a stretch of text of one style, or something else that stands in the text.
type item struct {
	kind       segKind
	box        *box
	in         *html.Style // of what an atomic box stands in
	start, end int         // runes of text
}

// inline makes the inline content of a block container, or nil where there is none.
func (b *builder) inline(p *box, nodes []*html.Node) *inlineContent {
	c := &collector{b: b, in: &inlineContent{}, root: p, space: true, caps: true}
	if p.inside {
		c.marker(p)
	}
	c.nodes(p, nodes)
	if len(c.items) == 0 {
		return nil
	}
	b.runes += len(c.text)
	c.cut()
	if len(c.in.segs) == 0 {
		return nil
	}
	return c.in
}

func (c *collector) nodes(p *box, nodes []*html.Node) {
	for _, n := range nodes {
		if c.b.full() {
			return
		}
		if n.IsText() {
			if n.Text != "" {
				c.addText(c.b.new(textBox, n, n.Style, p.depth+1), n.Text)
			}
			continue
		}
		c.node(p, n)
	}
}

// marker puts a list item's mark into its first line, where the style wants it there.
func (c *collector) marker(p *box) {
	if p.bar != "" {
		c.addText(c.b.new(textBox, nil, p.st, p.depth+1), p.bar)
		c.space = true
		return
	}
	c.push(item{kind: bulletSeg, box: p})
}

func (c *collector) node(p *box, n *html.Node) {
	st := n.Style
	switch {
	case st.Display == html.None:
	case n.Tag == atom.Br:
		c.push(item{kind: lineSeg, box: c.b.new(breakBox, n, st, p.depth+1)})
		c.space = true
	case n.Tag == atom.Wbr:
		c.push(item{kind: wbrSeg, box: c.b.new(wbrBox, n, st, p.depth+1)})
	case st.Float != html.NoKeyword:
		m := *n
		m.Style = html.Blockified(st)
		if k := c.b.build(&m, p.depth+1); k != nil {
			k.st = floatStyle(m.Style, st.Float)
			k.level = false
			c.in.floats = true
			c.push(item{kind: floatSeg, box: k})
		}
	case n.Picture != nil || n.Tag == atom.Img:
		if k := c.b.build(n, p.depth+1); k != nil {
			c.atomic(p, k)
		}
	case tablePart(st.Display):
		t := c.b.wrapTable(p, []*html.Node{n}, html.InlineTable)
		c.atomic(p, t)
	case st.Display == html.Inline || st.Display == html.Contents:
		k := c.b.new(inlineBox, n, st, p.depth+1)
		if st.UnicodeBidi != html.Normal || st.Direction == html.RTL {
			c.odd = true
		}
		c.depth++
		c.push(item{kind: openSeg, box: k})
		c.nodes(k, n.Children)
		c.push(item{kind: closeSeg, box: k})
		c.depth--
	default:
		if k := c.b.build(n, p.depth+1); k != nil {
			c.atomic(p, k)
		}
	}
}

func floatStyle(st *html.Style, side html.Keyword) *html.Style {
	s := *st
	s.Float = side
	return &s
}

func (c *collector) atomic(p, k *box) {
	k.level = true
	c.push(item{kind: atomicSeg, box: k, in: p.st})
	c.space, c.caps = false, true
}

func (c *collector) push(it item) {
	it.start = len(c.text)
	switch it.kind {
	case atomicSeg:
		c.text = append(c.text, 0xFFFC)
	case lineSeg:
		c.text = append(c.text, '\n')
	case wbrSeg:
		c.text = append(c.text, 0x200B)
	case openSeg, closeSeg:
		if r := bidiControl(it.box.st, it.kind == openSeg); r != 0 {
			c.text = append(c.text, r)
		}
	}
	it.end = len(c.text)
	c.items = append(c.items, it)
}

// addText appends text with its white space processed (CSS Text 3, section 4.1.1) and its case transformed.
func (c *collector) addText(k *box, s string) {
	st := k.st
	keep := st.White == html.Pre || st.White == html.PreWrap || st.White == html.BreakSpaces
	lines := keep || st.White == html.PreLine
	if strings.IndexByte(s, 0) >= 0 {
		s = strings.ReplaceAll(s, "\x00", "\uFFFD")
	}
	start := len(c.text)
	flush := func() {
		if len(c.text) > start {
			c.items = append(c.items, item{kind: wordSeg, box: k, start: start, end: len(c.text)})
			start = len(c.text)
		}
	}
	left := maxRunes - c.b.runes
	for i, r := range s {
		if len(c.text) >= left {
			c.b.cut = true
			c.b.runes = maxRunes
			break
		}
		if i&0xFFF == 0 {
			c.b.l.tick()
		}
		switch r {
		case ' ', '\t', '\n', '\r', '\f':
			if r == '\r' && lines && i+1 < len(s) && s[i+1] == '\n' {
				continue
			}
			if lines && (r == '\n' || r == '\r') {
				if st.White == html.PreLine {
					c.dropSpace(start)
				}
				flush()
				c.push(item{kind: lineSeg, box: k})
				start = len(c.text)
				c.space, c.caps = true, true
				continue
			}
			if keep {
				if r != '\t' {
					r = ' '
				}
				c.text = append(c.text, r)
				c.space, c.caps = false, true
				continue
			}
			if !c.space {
				c.text = append(c.text, ' ')
			}
			c.space, c.caps = true, true
			continue
		}
		if r >= 0x590 && !c.odd {
			c.odd = needsBidi(r)
		}
		c.space = false
		r0 := r
		switch st.Transform {
		case html.Uppercase:
			if r == 'ß' {
				c.text = append(c.text, 'S')
				r = 'S'
			} else {
				r = unicode.ToUpper(r)
			}
		case html.Lowercase:
			r = unicode.ToLower(r)
		case html.Capitalize:
			if c.caps && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
				r = unicode.ToTitle(r)
			}
		case html.FullWidth:
			if r > ' ' && r < 0x7F {
				r += 0xFEE0
			}
		}
		if unicode.IsLetter(r0) || unicode.IsDigit(r0) || r0 == '\'' || r0 == 0x2019 {
			c.caps = false
		} else {
			c.caps = true
		}
		c.text = append(c.text, r)
		if r != r0 || c.raw != nil {
			for len(c.raw) < len(c.text)-1 {
				c.raw = append(c.raw, c.text[len(c.raw)])
			}
			c.raw = append(c.raw, r0)
		}
	}
	flush()
}

// dropSpace takes the blank before a kept line break off the text.
func (c *collector) dropSpace(start int) {
	if n := len(c.text); n > start && c.text[n-1] == ' ' {
		c.text = c.text[:n-1]
	}
}

func needsBidi(r rune) bool {
	return r >= 0x590 && r <= 0x8FF || r >= 0xFB1D && r <= 0xFDFF || r >= 0xFE70 && r <= 0xFEFC || r >= 0x10800 && r <= 0x10FFF ||
		r >= 0x1E800 && r <= 0x1EFFF || r == 0x200F || r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069
}

// cut divides the collected items into segs and shapes the words.
func (c *collector) cut() {
	in := c.in
	rtl := c.root.st.Direction == html.RTL
	var levels []uint8
	if c.odd || rtl || c.root.st.UnicodeBidi == html.Override {
		levels = c.levels(rtl)
		in.bidi, in.rtl = true, rtl
	}
	brk := c.b.l.breaker.find(c.b.l, c.text)
	segs := make([]seg, 0, len(c.items)+len(c.text)/5)
	for i := range c.items {
		it := &c.items[i]
		c.b.l.tick()
		switch it.kind {
		case wordSeg:
			segs = c.cutText(segs, it, brk, levels)
			continue
		case atomicSeg:
			in.lines, in.wraps = true, true
		case openSeg, closeSeg:
			if hasEdge(it.box.st) {
				in.lines = true
			}
		case lineSeg:
			in.lines = true
		case bulletSeg:
			in.lines = true
			size := math.Floor((math.Floor(c.b.l.metricsOf(it.box.st).ascent*2/3) + 1) / 2)
			segs = append(segs, seg{kind: bulletSeg, box: it.box, w: size + 1 + float64(it.box.st.Size)})
			continue
		}
		s := seg{kind: it.kind, box: it.box, brk: it.kind == wbrSeg || it.kind == atomicSeg && brk[it.end] && wrapsText(it.in)}
		if levels != nil && it.start < len(levels) {
			s.level = levels[it.start]
		} else if rtl {
			s.level = 1
		}
		// A line may break before a picture too, unless text that does not wrap is around it.
		if it.kind == atomicSeg && brk[it.start] && it.start > 0 && wrapsText(it.in) {
			markBreak(segs)
		}
		segs = append(segs, s)
	}
	in.segs = segs
	c.b.segs += len(segs)
}

// bidiControl is the character that stands for the start or end of an inline box in the bidi algorithm, or 0 (CSS
// Writing Modes 3, section 2.4.2).
func bidiControl(st *html.Style, open bool) rune {
	rtl := st.Direction == html.RTL
	switch st.UnicodeBidi {
	case html.Embed:
		return pick(open, pick(rtl, '\u202B', '\u202A'), '\u202C')
	case html.Override:
		return pick(open, pick(rtl, '\u202E', '\u202D'), '\u202C')
	case html.Isolate:
		return pick(open, pick(rtl, '\u2067', '\u2066'), '\u2069')
	case html.Plaintext:
		return pick(open, '\u2068', '\u2069')
	}
	return 0
}

func pick[T any](yes bool, a, b T) T {
	if yes {
		return a
	}
	return b
}

// maxParagraph is how many runes the bidi algorithm is given at once; longer text is divided at a blank.
const maxParagraph = 2000

// levels resolves the bidi levels of the collected text.
func (c *collector) levels(rtl bool) []uint8 {
	out := make([]uint8, len(c.text)+1)
	base := pick(rtl, uint8(1), 0)
	for i := range out {
		out[i] = base
	}
	if c.root.st.UnicodeBidi == html.Override {
		return out // every letter goes the way of the box
	}
	dir := pick(rtl, bidi.RightToLeft, bidi.LeftToRight)
	for from := 0; from < len(c.text); {
		c.b.l.work(200)
		to := min(from+maxParagraph, len(c.text))
		if to < len(c.text) {
			for k := to; k > from+maxParagraph/2; k-- {
				if c.text[k-1] == ' ' || c.text[k-1] == '\n' {
					to = k
					break
				}
			}
		}
		if c.b.l.late {
			break
		}
		// The mark in front makes the box's own direction the paragraph's.
		text := append([]rune{pick(rtl, '\u200F', '\u200E')}, c.text[from:to]...)
		runs := c.b.l.bidi.Segment(text, dir)
		for i := range runs.NumRuns() {
			r := runs.Run(i)
			for k := max(r.Start, 1); k < r.End && from+k <= to; k++ {
				out[from+k-1] = uint8(r.Level)
			}
		}
		from = to
	}
	return out
}

// markBreak allows a break after the last seg that takes space.
func markBreak(segs []seg) {
	for i := len(segs) - 1; i >= 0; i-- {
		switch segs[i].kind {
		case wordSeg, spaceSeg, tabSeg, atomicSeg:
			segs[i].brk = true
			return
		case openSeg, floatSeg, closeSeg:
			continue
		default:
			return
		}
	}
}

func wrapsText(st *html.Style) bool { return st.White != html.NoWrap && st.White != html.Pre }

// hasEdge reports whether an inline box has a margin, border or padding at its sides, so that it makes a line even
// when empty.
func hasEdge(st *html.Style) bool {
	for _, side := range []html.Side{html.SideLeft, html.SideRight} {
		if st.Padding[side].Px != 0 || st.Padding[side].Pct != 0 || st.Margin[side].Px != 0 || st.Margin[side].Pct != 0 || borderWidth(st, side) > 0 {
			return true
		}
	}
	return false
}

func borderWidth(st *html.Style, s html.Side) float64 {
	b := &st.Border[s]
	if !b.Visible() {
		return 0
	}
	return float64(b.Width)
}

// cutText appends the segs of one stretch of text.
func (c *collector) cutText(segs []seg, it *item, brk []bool, levels []uint8) []seg {
	l := c.b.l
	st := it.box.st
	wraps := wrapsText(st)
	if wraps {
		c.in.wraps = true
	}
	set := l.setOf(st)
	flags := uint8(0)
	if !st.Kern {
		flags |= flagNoKern
	}
	if l.o.Subpixel {
		flags |= flagSubpixel
	}
	size, spacing := st.Size, st.LetterSpacing
	keepSpace := st.White == html.Pre || st.White == html.PreWrap || st.White == html.BreakSpaces
	text := c.text
	for i := it.start; i < it.end; {
		l.tick()
		if c.b.segs+len(segs) > maxSegs || l.late {
			c.b.cut = true
			break
		}
		r := text[i]
		level := uint8(0)
		if levels != nil {
			level = levels[i]
		}
		f := flags
		if level&1 == 1 {
			f |= flagRTL
		}
		if r == '\t' {
			segs = append(segs, seg{kind: tabSeg, box: it.box, brk: wraps, level: level})
			c.in.lines = true
			i++
			continue
		}
		if r == ' ' {
			j := i + 1
			for keepSpace && j < it.end && text[j] == ' ' && j-i < 64 {
				j++
			}
			sh := l.sh.shape(set, size, spacing, f, spaces[:j-i])
			s := seg{
				kind: spaceSeg, box: it.box, sh: sh, w: float64(sh.Width) + float64(st.WordSpacing)*float64(j-i),
				brk: wraps && brk[j] || wraps && j < len(text) && text[j] != ' ' && text[j] != '\n', hang: wraps || !keepSpace, level: level,
			}
			if keepSpace {
				c.in.lines = true
				if st.White == html.Pre {
					s.hang = false
				}
			}
			segs = append(segs, s)
			i = j
			continue
		}
		j := i + 1
		for j < it.end && text[j] != ' ' && text[j] != '\t' && j-i < longPiece && (levels == nil || levels[j] == level) {
			if brk[j] && wraps && (st.WordBreak != html.KeepAll || !isWide(text[j-1]) || unicode.IsPunct(text[j-1])) {
				break
			}
			if st.WordBreak == html.BreakAll && wraps && !joins(text[j]) {
				break
			}
			j++
		}
		c.in.lines = true
		if i > it.start && level&1 == 0 && meets(text[i-1], r) {
			f |= flagTrim
		}
		seg := c.word(it.box, set, size, spacing, f, text[i:j], level,
			wraps && (j < it.end && text[j] != ' ' && (brk[j] || st.WordBreak == html.BreakAll) || j == it.end && brk[j] && j < len(text) && text[j] != ' ' && text[j] != '\n'))
		if st.Transform != html.Normal && j <= len(c.raw) {
			seg.raw = string(c.raw[i:j])
		}
		segs = append(segs, seg)
		i = j
	}
	return segs
}

// longPiece is how many runes of a word make one seg: words that long are addresses and worse.
const longPiece = 200

const spaces = "                                                                "

func (c *collector) word(k *box, set *fontSet, size, spacing float32, flags uint8, text []rune, level uint8, brk bool) seg {
	l := c.b.l
	l.work(len(text) / 2) // long words, and marks upon marks, take long to shape
	var sh *Shaped
	if k.st.SmallCaps {
		sh = l.sh.smallCaps(set, size, spacing, flags, text)
	} else {
		sh = l.sh.shape(set, size, spacing, flags, l.word(text))
	}
	return seg{kind: wordSeg, box: k, sh: sh, w: float64(sh.Width), brk: brk, level: level, wide: isWide(text[len(text)-1])}
}
