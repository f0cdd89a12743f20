package html

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/atom"
)

const (
	plainLineHeight = 22.0 / 14
	monoLineHeight  = 20.0 / 13
	maxBars         = 8 // quotes deeper than this are drawn as deep as this
	// foldLines is how long a quote is at least that can be folded.
	foldLines = 4
	// maxFolds bounds the quotes of one text that can be folded.
	maxFolds = 1000
)

// Fold is a quote that can be put out of sight.
type Fold struct {
	Lines  int  // how many lines it has, of plain text
	Closed bool // it is folded at first: the earlier text under an answer
	from   int  // its first line
	until  int  // the line after its last
	link   int  // 1 + index into Doc.Links
}

// Folding is what styling needs to know of folds.
type Folding struct {
	// Toggled says which of the Doc's Folds are not as they are at first. It may be shorter than these.
	Toggled []bool
	// Open says that nothing is folded at first: what was passed on is there to be read.
	Open bool
	// Show and Hide are the words of the button in the place of a fold.
	Show, Hide string
}

// closed reports whether the fold of that number is out of sight.
func (f *Folding) closed(i int, first bool) bool {
	return (first && !f.Open) != (i < len(f.Toggled) && f.Toggled[i])
}

// findFolds finds the quotes that are long enough to be folded. What stands under an answer is folded at first, with
// the line that introduces it: a quote that nothing but a signature follows, and something of the author's precedes.
func findFolds(lines []plainLine) []Fold {
	var out []Fold
	own, passed := false, false
	for i := 0; i < len(lines) && len(out) < maxFolds; {
		if lines[i].depth == 0 {
			if own && !passed {
				head, forwarded := headLine(lines, i)
				if passed = forwarded; head && !forwarded && ownBefore(lines, i) {
					// An earlier message without quote marks, to the end.
					return append(out, Fold{Closed: true, from: i, until: len(lines), Lines: len(lines) - i})
				}
			}
			own = own || strings.TrimSpace(lines[i].text) != ""
			i++
			continue
		}
		from, until := i, i
		for i < len(lines) && (lines[i].depth > 0 || strings.TrimSpace(lines[i].text) == "") {
			if lines[i].depth > 0 {
				until = i + 1
			}
			i++
		}
		if until-from < foldLines {
			continue
		}
		f := Fold{from: from, until: until}
		if intro := introduction(lines, from); own && ownBefore(lines, intro) && onlySignature(lines[until:]) {
			f.Closed, f.from = true, intro
		}
		f.Lines = f.until - f.from
		out = append(out, f)
	}
	return out
}

// headLine says whether an earlier message begins with the line at i, and whether it is one that is passed on.
func headLine(lines []plainLine, i int) (head, forwarded bool) {
	text := lines[i].text
	if labelOf(text) != 'f' {
		if earlier, passed := divides(text); !earlier && !passed && !ruled(text) {
			return false, false
		}
	}
	var first []string
	for _, l := range lines[i:min(len(lines), i+headLines)] {
		if l.depth > 0 {
			break
		}
		first = append(first, l.text)
	}
	return headAt(first)
}

// introduction is where the words over a quote begin ("On … Marta wrote:"): at most three lines that end in a colon.
func introduction(lines []plainLine, at int) int {
	end := at
	for end > 0 && at-end < 1 && strings.TrimSpace(lines[end-1].text) == "" {
		end--
	}
	if end == 0 {
		return at
	}
	last, _ := utf8.DecodeLastRuneInString(strings.TrimRight(lines[end-1].text, " "))
	if last != ':' && last != '：' {
		return at
	}
	from := end - 1
	for from > 0 && end-from < 3 && lines[from-1].depth == 0 && strings.TrimSpace(lines[from-1].text) != "" {
		from--
	}
	if from > 0 && lines[from-1].depth == 0 && strings.TrimSpace(lines[from-1].text) != "" {
		return at // a paragraph of the author's
	}
	return from
}

func ownBefore(lines []plainLine, at int) bool {
	for _, l := range lines[:at] {
		if l.depth == 0 && !l.sig && strings.TrimSpace(l.text) != "" {
			return true
		}
	}
	return false
}

// onlySignature says whether nothing but a signature, or what a mailing list puts beneath, is in lines.
func onlySignature(lines []plainLine) bool {
	for _, l := range lines {
		if l.depth == 0 && strings.HasPrefix(l.text, "____________________") && ruled(l.text) {
			return true
		}
		if !l.sig && strings.TrimSpace(l.text) != "" {
			return false
		}
	}
	return true
}

// plainStyles are the styles of a plain text.
type plainStyles struct {
	block, quiet         *Style
	text, quietText      *Style
	link                 *Style
	quotes, inner, words [maxBars + 1]*Style // by depth: the quote, a line in it, its words
	pill, pillWords      *Style
}

func (d *Doc) plainStyles(v Viewport) *plainStyles {
	size := v.TextSize
	if size == 0 {
		size = 14
	}
	base := initial(v)
	base.Size = size
	base.LineHeight = LineHeight{Number: true, V: plainLineHeight}
	if v.Mono {
		base.Family = []string{"monospace"}
		base.Size = size - 1
		base.LineHeight.V = monoLineHeight
	}
	base.White = PreWrap
	base.OverflowWrap = Anywhere
	base.TabSize = 8
	coloured := func(c Colour) Inherited {
		in := base
		in.Colour = c
		return in
	}
	block := func(in Inherited) *Style {
		st := blank(in)
		st.Display = Block
		return st
	}
	link := coloured(v.Palette.Link)
	link.Pointer = true
	link.Decorations = []Decoration{{Under: true, Style: Solid, Colour: v.Palette.Link}}
	quiet := coloured(v.Palette.Quiet)
	s := &plainStyles{
		block: block(base), quiet: block(quiet), text: blank(base), quietText: blank(quiet), link: blank(link),
	}
	for depth := 1; depth <= maxBars; depth++ {
		c, bar := v.Palette.Levels[(depth-1)%len(v.Palette.Levels)], v.Palette.Line
		if c.A == 0 {
			c = v.Palette.Quiet
		} else {
			bar = c
		}
		in := coloured(c)
		q := block(in)
		q.Border[SideLeft] = Border{Width: 2, Style: Solid, Colour: bar}
		q.Padding[SideLeft] = Px(12)
		q.Margin[SideTop], q.Margin[SideBottom] = Px(4), Px(4)
		s.quotes[depth], s.inner[depth], s.words[depth] = q, block(in), blank(in)
	}
	small := quiet
	small.Family, small.Size, small.Pointer = defaultFamily, 12, true
	small.LineHeight = LineHeight{Number: true, V: 1.5}
	small.White = NoWrap
	pill := blank(small)
	pill.Display = InlineBlock
	pill.Background = v.Palette.Pill
	pill.Padding = [4]Length{Px(1), Px(10), Px(1), Px(10)}
	for i := range pill.Radius {
		pill.Radius[i] = Corner{Px(6), Px(6)}
	}
	s.pill, s.pillWords = pill, blank(small)
	return s
}

// plainTree styles a text Doc.
func (d *Doc) plainTree(v Viewport) *Tree {
	t := &Tree{Plain: true, Dark: v.Dark, Cut: d.cut, mono: v.Mono}
	s := d.plainStyles(v)
	body := *s.block
	body.MaxWidth = Px(720)
	root := &Node{Tag: atom.Html, Style: s.block}
	top := &Node{Tag: atom.Body, Style: &body}
	root.Children = []*Node{top}
	stack := []*Node{top}
	next := 0 // fold
	for i := 0; i < len(d.lines); i++ {
		if v.Folding != nil && next < len(d.Folds) && d.Folds[next].from == i {
			f := &d.Folds[next]
			closed := v.Folding.closed(next, f.Closed)
			next++
			stack = stack[:1]
			top.Children = append(top.Children, s.button(f, v.Folding, closed))
			if closed {
				i = f.until - 1
				continue
			}
		}
		line := &d.lines[i]
		depth := min(line.depth, maxBars)
		for len(stack)-1 > depth {
			stack = stack[:len(stack)-1]
		}
		for len(stack)-1 < depth {
			q := &Node{Tag: atom.Blockquote, Style: s.quotes[len(stack)]}
			in := stack[len(stack)-1]
			in.Children = append(in.Children, q)
			stack = append(stack, q)
		}
		in := stack[len(stack)-1]
		in.Children = append(in.Children, s.line(line, depth))
	}
	t.Root = root
	t.Canvas = v.Palette.Back
	return t
}

// line is one line of the text.
func (s *plainStyles) line(l *plainLine, depth int) *Node {
	st, text := s.block, s.text
	switch {
	case depth > 0:
		st, text = s.inner[depth], s.words[depth]
	case l.sig:
		st, text = s.quiet, s.quietText
	}
	n := &Node{Tag: atom.Div, Style: st}
	at := 0
	for _, k := range l.links {
		if k.start > at {
			n.Children = append(n.Children, &Node{Text: l.text[at:k.start], Style: text})
		}
		a := &Node{Tag: atom.A, Style: s.link, Link: k.link}
		a.Children = []*Node{{Text: l.text[k.start:k.end], Style: s.link, Link: k.link}}
		n.Children = append(n.Children, a)
		at = k.end
	}
	if rest := l.text[at:]; rest != "" {
		n.Children = append(n.Children, &Node{Text: rest, Style: text})
	} else if at == 0 {
		n.Children = append(n.Children, &Node{Tag: atom.Br, Style: text})
	}
	return n
}

// button is what shows or hides a fold.
func (s *plainStyles) button(f *Fold, o *Folding, closed bool) *Node {
	words := o.Hide
	if closed {
		words = o.Show
	}
	pill := &Node{Tag: atom.Span, Style: s.pill, Link: f.link}
	pill.Children = []*Node{{Text: words, Style: s.pillWords, Link: f.link}}
	return &Node{Tag: atom.Div, Style: s.block, Children: []*Node{pill}}
}
