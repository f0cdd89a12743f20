package layout

import (
	"poplar/mail/html"
)

// spot is how a seg stands on its line: how far above the baseline, or in which group.
type spot struct {
	shift float64
	group int
}

// position gives every seg of a measured line its place from x on and appends the parts that are drawn. tail is where
// the blanks at the end begin, extra what justified text adds to each gap.
func (ln *liner) position(cur *line, segs []seg, order []int, tail int, x, extra float64) {
	ln.drawn = ln.drawn[:0]
	for i := range ln.carried {
		o := &ln.carried[i]
		ln.drawBox(cur, o.box, spot{o.shift, o.group}, x, false)
	}
	p := placer{ln: ln, cur: cur, segs: segs, tail: tail, x: x, extra: extra, lead: true}
	if order == nil {
		for j := range segs {
			p.put(j)
		}
	} else {
		for _, j := range order {
			p.put(j)
		}
	}
	for _, i := range ln.drawn {
		if i >= 0 {
			q := &cur.parts[i]
			q.w = p.x - q.x
		}
	}
}

// baseOf is the baseline of what stands at sp, from the top of the container.
func (ln *liner) baseOf(cur *line, sp spot) float64 {
	y := cur.base - sp.shift
	if sp.group > 0 {
		y += ln.groups[sp.group-1].shift
	}
	return y
}

// drawBox begins the background of an inline box; its width is set when the box or the line ends.
func (ln *liner) drawBox(cur *line, b *box, sp spot, x float64, first bool) {
	if !paints(b.st) {
		ln.drawn = append(ln.drawn, -1)
		return
	}
	m := ln.l.metricsOf(b.st)
	e := edgesOf(b.st, ln.cw)
	ln.drawn = append(ln.drawn, len(cur.parts))
	cur.parts = append(cur.parts, part{
		kind: boxPart, box: b, x: x, y: ln.baseOf(cur, sp) - m.ascent - e[html.SideTop], h: m.ascent + m.descent + e.ver(), first: first,
	})
}

// placer walks over a line from left to right.
type placer struct {
	ln       *liner
	cur      *line
	segs     []seg
	tail     int
	x, extra float64
	lead     bool // nothing but blanks so far
}

func (p *placer) put(j int) {
	ln, cur := p.ln, p.cur
	s := &p.segs[j]
	sp := ln.spots[j]
	switch s.kind {
	case openSeg:
		ml := s.box.st.Margin[html.SideLeft].Of(ln.cw)
		p.x += ml
		ln.drawBox(cur, s.box, sp, p.x, true)
		p.x += ln.edge(s.box.st, html.SideLeft) - ml
	case closeSeg:
		mr := s.box.st.Margin[html.SideRight].Of(ln.cw)
		p.x += ln.edge(s.box.st, html.SideRight) - mr
		if n := len(ln.drawn); n > 0 {
			if i := ln.drawn[n-1]; i >= 0 {
				q := &cur.parts[i]
				q.w, q.last = p.x-q.x, true
			}
			ln.drawn = ln.drawn[:n-1]
		}
		p.x += mr
	case wordSeg:
		p.lead = false
		cur.parts = append(cur.parts, part{kind: textPart, box: s.box, x: p.x, y: ln.baseOf(cur, sp), w: s.w, sh: s.sh, raw: s.raw, ord: ln.from + j})
		p.x += s.w
		if s.wide && j < p.tail-1 {
			p.x += p.extra
		}
	case tabSeg:
		w := ln.width(s, p.x-ln.cx)
		cur.parts = append(cur.parts, part{kind: spacePart, box: s.box, x: p.x, y: ln.baseOf(cur, sp), w: w, ord: ln.from + j})
		p.x += w
		p.lead = false
	case spaceSeg:
		if p.lead && s.collapsible() {
			return
		}
		w := s.w + p.extra
		if j >= p.tail {
			w = 0
		}
		cur.parts = append(cur.parts, part{kind: spacePart, box: s.box, x: p.x, y: ln.baseOf(cur, sp), w: w, sh: s.sh, ord: ln.from + j})
		p.x += w
	case atomicSeg:
		p.lead = false
		f := *ln.atomicFrag(s.box)
		m := marginOf(s.box.st, ln.cw)
		f.x, f.y = p.x+m[html.SideLeft], ln.baseOf(cur, sp)+m[html.SideTop]
		cur.parts = append(cur.parts, part{kind: fragPart, box: s.box, frag: &f, x: f.x, y: f.y, w: f.w, h: f.h})
		p.x += f.w + m.hor()
	case bulletSeg:
		p.lead = false
		cur.parts = append(cur.parts, part{kind: bulletPart, box: s.box, x: p.x, y: ln.baseOf(cur, sp), w: s.w})
		p.x += s.w
	case lineSeg:
		cur.parts = append(cur.parts, part{kind: breakPart, box: s.box, x: p.x, y: ln.baseOf(cur, sp), ord: ln.from + j})
	}
}

// paints reports whether an inline box has a background or border.
func paints(st *html.Style) bool {
	if st.Background.A > 0 || len(st.Layers) > 0 {
		return true
	}
	for i := range st.Border {
		if borderWidth(st, html.Side(i)) > 0 {
			return true
		}
	}
	return false
}
