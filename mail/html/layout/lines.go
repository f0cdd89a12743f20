package layout

import (
	"math"
	"slices"

	"poplar/mail/html"
)

// line is one line box, relative to the border box of its container.
type line struct {
	y, h  float64
	base  float64 // of the baseline, from the top of the container
	parts []part
}

type partKind uint8

const (
	textPart partKind = iota
	spacePart
	boxPart // background and border of an inline box
	fragPart
	bulletPart
	breakPart // the end of a line that the author asked for
)

// part is something on a line.
type part struct {
	kind        partKind
	first, last bool // of an inline box's pieces
	box         *box
	x, y, w, h  float64 // y of text is its baseline
	sh          *Shaped
	frag        *frag
	raw         string
	ord         int // its place in the source, within its box
}

// openBox is an inline box whose end has not been seen yet.
type openBox struct {
	box   *box
	shift float64 // its baseline above the line's
	asc   float64 // of its font
	desc  float64
	top   float64 // of the line, kept in the root
	bot   float64
	group int // of boxes aligned to the line's top or bottom: index+1 in liner.groups
}

// group is a subtree of inline boxes aligned to the top or bottom of the line.
type group struct {
	top, bot float64
	align    html.Keyword
	set      bool
	shift    float64
}

// liner breaks inline content into lines.
type liner struct {
	l       *engine
	b       *box
	f       *frag
	in      *inlineContent
	fl      *floatCtx
	ox, oy  float64 // of the content box among the floats
	cx, cy  float64 // of the content box in the border box
	cw      float64
	y       float64 // top of the line, from the top of the content box
	open    []*box  // inline boxes open at the start of the line
	placed  int     // floats before this seg have their place
	first   bool
	stack   []openBox
	groups  []group
	carried []openBox // boxes open at the start of the line
	spots   []spot
	part    *seg  // the first part of a word that was divided at the end of the line
	copied  bool  // in is this layout's own
	from    int   // number of the line's first seg
	drawn   []int // parts that draw open boxes; -1 for those without a background
	frags   map[*box]*frag
}

// lines lays out the inline content of b and returns its height.
func (l *engine) lines(b *box, f *frag, cw float64, edges sides, fl *floatCtx, ox, oy float64) float64 {
	ln := &liner{
		l: l, b: b, f: f, in: b.inl, fl: fl, cw: cw, cx: edges[html.SideLeft], cy: edges[html.SideTop], first: true,
	}
	ln.ox, ln.oy = ox+ln.cx, oy+ln.cy
	segs := b.inl.segs
	for i := 0; i < len(segs); {
		l.tick()
		if l.late {
			break
		}
		i = ln.line(i)
		segs = ln.in.segs
	}
	return ln.y
}

// atomicFrag lays out a box that stands in a line.
func (ln *liner) atomicFrag(k *box) *frag {
	if f := ln.frags[k]; f != nil {
		return f
	}
	f := ln.l.layout(k, constraint{cbW: ln.cw, cbH: -1, w: -1, h: -1}, nil, 0, 0)
	if ln.frags == nil {
		ln.frags = map[*box]*frag{}
	}
	ln.frags[k] = f
	return f
}

// width of a seg on the line; x is where it begins, for tabs.
func (ln *liner) width(s *seg, x float64) float64 {
	switch s.kind {
	case atomicSeg:
		f := ln.atomicFrag(s.box)
		m := marginOf(s.box.st, ln.cw)
		return f.w + m.hor()
	case openSeg:
		return ln.edge(s.box.st, html.SideLeft)
	case closeSeg:
		return ln.edge(s.box.st, html.SideRight)
	case tabSeg:
		sp := ln.l.sh.shape(ln.l.setOf(s.box.st), s.box.st.Size, 0, ln.l.flags(), " ")
		step := float64(sp.Width) * float64(max(1, int(s.box.st.TabSize)))
		if step <= 0 {
			return 0
		}
		return step - math.Mod(x, step)
	}
	return s.w
}

func (ln *liner) edge(st *html.Style, side html.Side) float64 {
	w := borderWidth(st, side)
	if p := st.Padding[side]; p != html.Px(0) {
		w += max(0, p.Of(ln.cw))
	}
	if m := st.Margin[side]; m != html.Px(0) {
		w += m.Of(ln.cw)
	}
	return w
}

// collapsible reports whether a space vanishes at the start of a line.
func (s *seg) collapsible() bool {
	if s.kind != spaceSeg {
		return false
	}
	switch s.box.st.White {
	case html.Pre, html.PreWrap, html.BreakSpaces:
		return false
	}
	return true
}

// line makes one line from segs[i:] and returns where the next begins.
func (ln *liner) line(i int) int {
	l := ln.l
	strutH := l.lineHeight(ln.b.st)
	indent := 0.0
	if ln.first {
		indent = ln.b.st.Indent.Of(ln.cw)
	}
	for {
		left, right := ln.fl.edges(ln.oy+ln.y, strutH, ln.ox, ln.ox+ln.cw)
		avail := right - left - indent
		end, next, fits, empty := ln.fit(i, left, right, &avail, indent)
		if !fits && empty && (left > ln.ox || right < ln.ox+ln.cw) {
			// Nothing fits beside the floats: the line goes below the next of them.
			if n := ln.fl.next(ln.oy + ln.y); n > ln.oy+ln.y {
				ln.y = n - ln.oy
				continue
			}
		}
		segs := ln.in.segs[i:end]
		split := ln.part != nil
		if split {
			segs = append(slices.Clone(segs), *ln.part)
			ln.part = nil
		}
		ln.place(i, segs, end >= len(ln.in.segs) && !split, indent)
		ln.placeFloats(i, next)
		if n := len(segs); n > 0 && segs[n-1].kind == lineSeg {
			// <br clear=all>
			if below := ln.fl.clear(segs[n-1].box.st.Clear) - ln.oy; below > ln.y {
				ln.y = below
			}
		}
		if next <= i && !split {
			next = i + 1
		}
		return next
	}
}

// fit finds how many segs go on the line. empty says that what does not fit is the very first thing on it.
func (ln *liner) fit(i int, left, right float64, avail *float64, indent float64) (end, next int, fits, empty bool) {
	segs := ln.in.segs
	w, trail := 0.0, 0.0 // of the line, and of blanks at its end
	some := false        // something that takes space is on the line
	last := -1           // the line may end after this seg
	for j := i; j < len(segs); j++ {
		ln.l.tick()
		s := &segs[j]
		switch s.kind {
		case lineSeg:
			return j + 1, j + 1, true, false
		case floatSeg:
			if j >= ln.placed {
				if ln.floatFits(s.box, j, w+trail, some, left, right) {
					left, right = ln.fl.edges(ln.oy+ln.y, 1, ln.ox, ln.ox+ln.cw)
					*avail = right - left - indent
				}
			}
			continue
		case wbrSeg:
			if some {
				last = j
			}
			continue
		case spaceSeg:
			if !some && s.collapsible() {
				continue
			}
			sw := s.w
			if s.hang {
				trail += sw
			} else {
				w, trail = w+trail+sw, 0
			}
			some = some || !s.collapsible()
			if s.brk {
				last = j
			}
			if !s.hang && w > *avail+slack && last >= 0 && last < j {
				return ln.endAt(last)
			}
			continue
		}
		sw := ln.width(s, w+trail)
		if s.kind == openSeg || s.kind == closeSeg {
			if sw != 0 {
				w, trail = w+trail+sw, 0
			}
			if w > *avail+slack && last >= 0 && s.kind == closeSeg {
				return ln.endAt(last)
			}
			continue
		}
		if w+trail+sw > *avail+slack {
			if last >= 0 {
				return ln.endAt(last)
			}
			if !some && (left > ln.ox || right < ln.ox+ln.cw) {
				return j, j, false, true
			}
			if s.kind == wordSeg && breaksWords(s.box.st) {
				room := *avail - w - trail
				if ln.splitWord(j, room, some) {
					return j, j, true, false
				}
				if some {
					// Break before the word's first letter.
					return j, j, true, false
				}
			}
		}
		w, trail = w+trail+sw, 0
		some = true
		if s.brk {
			last = j
		}
	}
	return len(segs), len(segs), true, false
}

const slack = 1.0 / 64

// endAt ends the line after seg k and the ends of inline boxes that follow it.
func (ln *liner) endAt(k int) (int, int, bool, bool) {
	segs := ln.in.segs
	k++
	for k < len(segs) && segs[k].kind == closeSeg {
		k++
	}
	return k, k, true, false
}

// breaksWords reports whether a word that fits no line may be broken anywhere.
func breaksWords(st *html.Style) bool {
	return wrapsText(st) && (st.OverflowWrap != html.Normal || st.WordBreak == html.BreakWord)
}

// splitWord divides the word at seg j so that its first part fits room: it becomes ln.part, and the rest takes its
// place. It reports whether it did.
func (ln *liner) splitWord(j int, room float64, some bool) bool {
	s := &ln.in.segs[j]
	text := []rune(s.sh.Text)
	if len(text) < 2 {
		return false
	}
	// Glyph positions give the place; the parts are shaped anew.
	n := 0
	if s.sh.RTL {
		for n < len(text) && ln.widthOfRunes(s, text[:n+1]) <= room {
			n++
			ln.l.tick()
		}
	} else {
		at := caretsOf(s.sh)
		for n < len(text) && float64(at[n+1]) <= room+slack {
			n++
		}
	}
	for n > 0 && n < len(text) && joins(text[n]) {
		n--
	}
	if n == 0 {
		if some {
			return false
		}
		n = 1
		for n < len(text) && joins(text[n]) {
			n++
		}
	}
	if n >= len(text) {
		return false
	}
	a, b := *s, *s
	a.sh, b.sh = ln.l.reshape(s, text[:n]), ln.l.reshape(s, text[n:])
	a.w, b.w = float64(a.sh.Width), float64(b.sh.Width)
	if raw := []rune(s.raw); len(raw) == len(text) {
		a.raw, b.raw = string(raw[:n]), string(raw[n:])
	}
	a.wide = isWide(text[n-1])
	if !ln.copied {
		// A box's segs are shared by all its layouts: this one gets its own.
		in := *ln.in
		in.segs = slices.Clone(in.segs)
		ln.in, ln.copied = &in, true
	}
	ln.in.segs[j] = b
	ln.part = &a
	return true
}

func (ln *liner) widthOfRunes(s *seg, text []rune) float64 {
	return float64(ln.l.reshape(s, text).Width)
}

// reshape shapes a part of a word.
func (l *engine) reshape(s *seg, text []rune) *Shaped {
	st := s.box.st
	f := l.flags()
	if s.level&1 == 1 {
		f |= flagRTL
	}
	return l.sh.shape(l.setOf(st), st.Size, st.LetterSpacing, f, string(text))
}

// caretsOf returns where each rune of a left-to-right word begins, and where the word ends.
func caretsOf(s *Shaped) []float32 {
	at := make([]float32, s.Runes+1)
	for i := range at {
		at[i] = -1
	}
	at[s.Runes] = s.Width
	for _, r := range s.Runs {
		for _, g := range r.Glyphs {
			if c := int(g.Cluster); c < s.Runes && (at[c] < 0 || g.X < at[c]) {
				at[c] = g.X
			}
		}
	}
	if s.Runes > 0 && at[0] < 0 {
		at[0] = 0
	}
	// Runes within a ligature share its width.
	for i := 1; i < s.Runes; i++ {
		if at[i] >= 0 {
			continue
		}
		j := i
		for at[j] < 0 {
			j++
		}
		step := (at[j] - at[i-1]) / float32(j-i+1)
		for k := i; k < j; k++ {
			at[k] = at[k-1] + step
		}
	}
	return at
}

// floatFits places a float that is met on the line, if it may stand beside it.
func (ln *liner) floatFits(k *box, j int, used float64, some bool, left, right float64) bool {
	f := ln.atomicFrag(k)
	m := marginOf(k.st, ln.cw)
	if some && f.w+m.hor() > right-left-used+slack {
		return false
	}
	// Floats keep their order: one still waiting for its place holds back all after it.
	for q := ln.placed; q < j; q++ {
		if ln.in.segs[q].kind == floatSeg && ln.pendingFloat(q) {
			return false
		}
	}
	ln.setFloat(k, f, m, ln.y)
	ln.placed = j + 1
	return true
}

// pendingFloat reports whether the float at seg q has no place yet.
func (ln *liner) pendingFloat(q int) bool { return q >= ln.placed && ln.in.segs[q].kind == floatSeg }

func (ln *liner) setFloat(k *box, f *frag, m sides, y float64) {
	y = max(y, ln.fl.clear(k.st.Clear)-ln.oy)
	x, fy := ln.fl.place(ln.l, ln.oy+y, f.w+m.hor(), f.h+m.ver(), ln.ox, ln.ox+ln.cw, k.st.Float)
	g := *f
	g.floated = true
	g.x = x - ln.ox + ln.cx + m[html.SideLeft]
	g.y = fy - ln.oy + ln.cy + m[html.SideTop]
	ln.f.kids = append(ln.f.kids, &g)
}

// placeFloats places the floats of a finished line that did not fit beside it.
func (ln *liner) placeFloats(i, next int) {
	for j := max(i, ln.placed); j < next; j++ {
		s := &ln.in.segs[j]
		if s.kind == floatSeg {
			f := ln.atomicFrag(s.box)
			ln.setFloat(s.box, f, marginOf(s.box.st, ln.cw), ln.y)
		}
	}
	ln.placed = max(ln.placed, next)
}
