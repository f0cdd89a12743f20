package layout

import (
	"math"
	"slices"

	"poplar/mail/html"
)

// place positions segs, of which the first is number i, as one line: its height and baseline by vertical-align, then x
// by text-align. last says that no other line follows.
func (ln *liner) place(i int, segs []seg, last bool, indent float64) {
	ln.from = i
	// Blanks at the end hang; they are kept only as something that can be selected.
	tail := len(segs)
	for tail > 0 {
		s := &segs[tail-1]
		if s.kind == spaceSeg && s.hang || s.kind == closeSeg || s.kind == openSeg && !hasEdge(s.box.st) || s.kind == floatSeg || s.kind == lineSeg || s.kind == wbrSeg {
			tail--
			continue
		}
		break
	}
	some, forced := false, false
	width, trailing := 0.0, 0.0
	gaps := 0
	lead := true
	for j := range segs {
		s := &segs[j]
		switch s.kind {
		case lineSeg:
			some, forced = true, true
		case wordSeg, tabSeg, atomicSeg, bulletSeg:
			some, lead = true, false
			width += ln.width(s, width)
			if s.wide && j < tail-1 {
				gaps++
			}
		case openSeg, closeSeg:
			width += ln.width(s, width)
			some = some || hasEdge(s.box.st)
		case spaceSeg:
			switch {
			case lead && s.collapsible():
			case j >= tail:
				trailing += s.w
			default:
				width += s.w
				gaps++
				some = some || !s.collapsible()
			}
		}
	}
	if !some {
		for j := range segs {
			ln.step(&segs[j])
		}
		return
	}
	ln.begin()
	cur := line{y: ln.cy + ln.y}
	order := ln.visual(segs)
	ln.measure(&cur, segs, tail)
	left, right := ln.fl.edges(ln.oy+ln.y, max(cur.h, 1), ln.ox, ln.ox+ln.cw)
	left -= ln.ox
	right -= ln.ox
	avail := right - left - indent
	x := left + indent
	extra := 0.0
	switch align := alignOf(ln.b.st, last || forced); {
	case align == html.Right:
		x += max(0, avail-width)
		if ln.b.st.Direction == html.RTL {
			x = left + avail - width
		}
	case align == html.Center:
		x += max(0, (avail-width)/2)
	case align == html.Justify && gaps > 0 && avail > width:
		extra = (avail - width) / float64(gaps)
	}
	ln.position(&cur, segs, order, tail, ln.cx+x, extra)
	ln.first = false
	if ln.f.base < 0 {
		ln.f.base = cur.base
	}
	ln.f.last = cur.base
	ln.f.lines = append(ln.f.lines, cur)
	ln.y += cur.h
	ln.fl.forget(ln.oy + ln.y)
}

// step keeps track of open inline boxes on a line that is not made.
func (ln *liner) step(s *seg) {
	switch s.kind {
	case openSeg:
		ln.open = append(ln.open, s.box)
	case closeSeg:
		if n := len(ln.open); n > 0 {
			ln.open = ln.open[:n-1]
		}
	}
}

func alignOf(st *html.Style, last bool) html.Keyword {
	switch st.Align {
	case html.Justify:
		if !last {
			return html.Justify
		}
	case html.Center, html.Right:
		return st.Align
	case html.End:
		if st.Direction == html.RTL {
			return html.Left
		}
		return html.Right
	case html.Left:
		return html.Left
	}
	if st.Direction == html.RTL {
		return html.Right
	}
	return html.Left
}

// visual returns the segs' numbers from left to right.
func (ln *liner) visual(segs []seg) []int {
	if !ln.in.bidi {
		return nil
	}
	order := make([]int, len(segs))
	lo, hi := uint8(255), uint8(0)
	for i := range segs {
		order[i] = i
		lo, hi = min(lo, segs[i].level|1), max(hi, segs[i].level)
	}
	for level := hi; level >= lo && level > 0; level-- {
		for i := 0; i < len(order); i++ {
			if segs[order[i]].level < level {
				continue
			}
			j := i
			for j < len(order) && segs[order[j]].level >= level {
				j++
			}
			slices.Reverse(order[i:j])
			i = j
		}
	}
	return order
}

// begin starts a line: the root inline box and those still open.
func (ln *liner) begin() {
	ln.stack = ln.stack[:0]
	ln.groups = ln.groups[:0]
	ln.push(nil)
	for _, b := range ln.open {
		ln.push(b)
	}
	ln.carried = append(ln.carried[:0], ln.stack[1:]...)
}

// push opens an inline box; nil is the root.
func (ln *liner) push(b *box) {
	l := ln.l
	st := ln.b.st
	if b != nil {
		st = b.st
	}
	m := l.metricsOf(st)
	o := openBox{box: b, asc: m.ascent, desc: m.descent, top: math.Inf(1), bot: math.Inf(-1)}
	if b != nil {
		p := &ln.stack[len(ln.stack)-1]
		o.group = p.group
		o.shift = p.shift + l.vshift(st, p, ln.styleOf(p), m.ascent, m.descent)
		if st.VAlign == html.Top || st.VAlign == html.Bottom {
			ln.groups = append(ln.groups, group{align: st.VAlign})
			o.group = len(ln.groups)
			o.shift = 0
		}
	}
	ln.stack = append(ln.stack, o)
	if !l.quirks || b != nil && hasEdge(st) {
		ln.strut(len(ln.stack) - 1)
	}
}

func (ln *liner) styleOf(o *openBox) *html.Style {
	if o.box == nil {
		return ln.b.st
	}
	return o.box.st
}

// strut lets an inline box's own line height count.
func (ln *liner) strut(i int) {
	o := &ln.stack[i]
	a, d := leaded(o.asc, o.desc, ln.l.lineHeight(ln.styleOf(o)))
	ln.extend(o, -o.shift-a, -o.shift+d)
}

// extend makes the line (or the group) reach from top to bottom, relative to the baseline, y downwards.
func (ln *liner) extend(o *openBox, top, bot float64) {
	if o.group > 0 {
		g := &ln.groups[o.group-1]
		if !g.set {
			g.top, g.bot, g.set = top, bot, true
		}
		g.top, g.bot = min(g.top, top), max(g.bot, bot)
		return
	}
	root := &ln.stack[0]
	root.top, root.bot = min(root.top, top), max(root.bot, bot)
}

// vshift is how far a box's baseline stands above its parent's (CSS 2.1, 10.8.1). asc and desc are the box's own.
func (l *engine) vshift(st *html.Style, p *openBox, ps *html.Style, asc, desc float64) float64 {
	switch st.VAlign {
	case html.Sub:
		return -math.Floor(float64(ps.Size)/5 + 1)
	case html.Super:
		return math.Floor(float64(ps.Size)/3 + 1)
	case html.Middle:
		return l.metricsOf(ps).xHeight/2 - (asc-desc)/2
	case html.TextTop:
		return p.asc - asc
	case html.TextBottom:
		return desc - p.desc
	case html.Normal:
		return st.VShift.Of(l.lineHeight(st))
	}
	return 0
}

// measure finds the line's height and baseline, and where each seg stands. tail is where blanks that vanish begin.
func (ln *liner) measure(cur *line, segs []seg, tail int) {
	l := ln.l
	lead := true
	ln.spots = ln.spots[:0]
	for j := range segs {
		s := &segs[j]
		if s.kind == openSeg {
			ln.open = append(ln.open, s.box)
			ln.push(s.box)
		}
		o := &ln.stack[len(ln.stack)-1]
		sp := spot{o.shift, o.group}
		switch s.kind {
		case closeSeg:
			ln.step(s)
			if n := len(ln.stack); n > 1 {
				ln.stack = ln.stack[:n-1]
			}
		case wordSeg, tabSeg, spaceSeg, bulletSeg:
			if s.kind == spaceSeg && s.collapsible() && (lead || j >= tail) {
				break
			}
			lead = false
			if l.quirks {
				ln.strut(len(ln.stack) - 1)
			}
			if s.kind == wordSeg && ln.styleOf(o).LineHeight.Normal {
				ln.fallbackHeight(o, s.sh)
			}
		case lineSeg:
			if l.quirks && math.IsInf(ln.stack[0].top, 1) {
				ln.strut(len(ln.stack) - 1)
			}
		case atomicSeg:
			lead = false
			sp = ln.atomicHeight(s)
		}
		ln.spots = append(ln.spots, sp)
	}
	root := &ln.stack[0]
	if math.IsInf(root.top, 1) {
		root.top, root.bot = 0, 0
	}
	// What is aligned to the line's own edges may make it higher, downwards for top, upwards for bottom.
	for i := range ln.groups {
		g := &ln.groups[i]
		if need := (g.bot - g.top) - (root.bot - root.top); g.set && need > 0 {
			if g.align == html.Bottom {
				root.top -= need
			} else {
				root.bot += need
			}
		}
	}
	for i := range ln.groups {
		g := &ln.groups[i]
		if g.align == html.Bottom {
			g.shift = root.bot - g.bot
		} else {
			g.shift = root.top - g.top
		}
	}
	cur.h = clampSize(root.bot - root.top)
	cur.base = cur.y - root.top
}

// fallbackHeight counts the measures of other faces than the primary one, as line-height: normal does.
func (ln *liner) fallbackHeight(o *openBox, sh *Shaped) {
	if len(sh.Runs) == 0 {
		return
	}
	primary := ln.l.metricsOf(ln.styleOf(o)).face
	for i := range sh.Runs {
		if f := sh.Runs[i].Face; f != primary {
			m := faceMetrics(f, sh.Size)
			a, d := leaded(m.ascent, m.descent, m.spacing)
			ln.extend(o, -o.shift-a, -o.shift+d)
		}
	}
}

// atomicBox is the margin box of an atomic box around the baseline of its parent: top, bottom.
func (ln *liner) atomicBox(s *seg, p *openBox) (float64, float64) {
	l := ln.l
	f := ln.atomicFrag(s.box)
	st := s.box.st
	m := marginOf(st, ln.cw)
	h := f.h + m.ver()
	asc := h
	if s.box.kind != replacedBox {
		if base := baselineOf(s.box, f); base >= 0 {
			asc = base + m[html.SideTop]
		}
	}
	ps := ln.styleOf(p)
	shift := 0.0
	switch st.VAlign {
	case html.Middle:
		shift = l.metricsOf(ps).xHeight/2 + h/2 - asc
		return -p.shift - shift - asc, -p.shift - shift - asc + h
	case html.TextTop:
		return -p.shift - p.asc, -p.shift - p.asc + h
	case html.TextBottom:
		return -p.shift + p.desc - h, -p.shift + p.desc
	case html.Sub:
		shift = -math.Floor(float64(ps.Size)/5 + 1)
	case html.Super:
		shift = math.Floor(float64(ps.Size)/3 + 1)
	case html.Normal:
		shift = st.VShift.Of(l.lineHeight(st))
	}
	top := -p.shift - shift - asc
	return top, top + h
}

// baselineOf is the baseline by which a box stands in a line, from its top; -1: its bottom margin edge.
func baselineOf(b *box, f *frag) float64 {
	switch b.kind {
	case tableBox, flexBox:
		return f.base
	}
	if b.st.Clip {
		return -1
	}
	return f.last
}

func (ln *liner) atomicHeight(s *seg) spot {
	p := &ln.stack[len(ln.stack)-1]
	st := s.box.st
	if st.VAlign == html.Top || st.VAlign == html.Bottom {
		f := ln.atomicFrag(s.box)
		h := f.h + marginOf(st, ln.cw).ver()
		ln.groups = append(ln.groups, group{align: st.VAlign, top: 0, bot: h, set: true})
		return spot{0, len(ln.groups)}
	}
	top, bot := ln.atomicBox(s, p)
	ln.extend(p, top, bot)
	return spot{-top, p.group}
}
