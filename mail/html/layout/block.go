package layout

import (
	"math"

	"golang.org/x/net/html/atom"

	"poplar/mail/html"
)

// constraint is what a box is laid out in.
type constraint struct {
	cbW float64 // width of the containing block
	cbH float64 // its height, -1 where that is not known yet
	w   float64 // width of the border box where it is given; -1: by the box itself
	h   float64 // least height of the border box where that is given (cells, flex items); -1
}

// frag is a laid-out box. Its place is relative to its parent's border box.
type frag struct {
	box        *box
	st         *html.Style
	x, y, w, h float64
	kids       []*frag
	lines      []line
	base       float64 // first baseline below the top; -1: none
	last       float64 // last baseline; -1: none
	end        strut   // margins that meet at the bottom edge
	floated    bool
	marker     *marker
	borders    []edge // of a table with collapsed borders
	cell       *tableCell
	clip       int32         // 1 + index into Page.Clips
	bare       bool          // its background and border are not drawn
	edged      bool          // its border is drawn by borders
	under      []*html.Style // backgrounds beneath it
	dy         float64       // how far the contents are moved down
	open       uint8
}

// strut are margins that meet, of which the largest positive and the lowest negative one count (CSS 2.1, 8.3.1).
type strut struct {
	pos, neg float64
	quirky   float64 // largest positive margin that the author did not ask for
}

func (s *strut) add(m float64, quirky bool) {
	switch {
	case m < 0:
		s.neg = min(s.neg, m)
	case quirky:
		s.quirky = max(s.quirky, m)
	default:
		s.pos = max(s.pos, m)
	}
}

func (s *strut) join(o strut) {
	s.pos, s.neg, s.quirky = max(s.pos, o.pos), min(s.neg, o.neg), max(s.quirky, o.quirky)
}

func (s strut) sum() float64 { return max(s.pos, s.quirky) + s.neg }

// firm is the sum without margins that the author did not ask for.
func (s strut) firm() float64 { return s.pos + s.neg }

// sides are the four edges of one kind, in pixels.
type sides [4]float64

func (s sides) hor() float64 { return s[html.SideLeft] + s[html.SideRight] }
func (s sides) ver() float64 { return s[html.SideTop] + s[html.SideBottom] }

func borderOf(st *html.Style) sides {
	var s sides
	for i := range s {
		s[i] = borderWidth(st, html.Side(i))
	}
	return s
}

func paddingOf(st *html.Style, cbW float64) sides {
	var s sides
	for i := range s {
		s[i] = max(0, clampSize(st.Padding[i].Of(cbW)))
	}
	return s
}

func marginOf(st *html.Style, cbW float64) sides {
	var s sides
	for i := range s {
		s[i] = clampSize(st.Margin[i].Of(cbW))
	}
	return s
}

// edgesOf is border plus padding.
func edgesOf(st *html.Style, cbW float64) sides {
	b, p := borderOf(st), paddingOf(st, cbW)
	for i := range b {
		b[i] += p[i]
	}
	return b
}

// layout lays out a box. fl are the floats around it and ox, oy the place of its border box among them; boxes that keep
// floats to themselves take neither.
func (l *engine) layout(b *box, c constraint, fl *floatCtx, ox, oy float64) *frag {
	l.tick()
	if b.formsContext() {
		for i := range b.cache {
			if k := &b.cache[i]; k.f != nil && k.c == c {
				f := *k.f
				return &f
			}
		}
		f := l.layoutAlone(b, c)
		keep := *f
		b.cache[2], b.cache[1] = b.cache[1], b.cache[0]
		b.cache[0] = cached{c, &keep}
		return f
	}
	return l.block(b, c, fl, ox, oy)
}

func (l *engine) layoutAlone(b *box, c constraint) *frag {
	switch b.kind {
	case replacedBox:
		return l.replaced(b, c)
	case tableBox:
		return l.table(b, c)
	case flexBox:
		return l.flex(b, c)
	}
	return l.block(b, c, &floatCtx{}, 0, 0)
}

// borderWidthOf is the used width of the border box of a block-level box.
func (l *engine) widthOf(b *box, c constraint, edges sides) float64 {
	if c.w >= 0 {
		return c.w
	}
	st := b.st
	m := marginOf(st, c.cbW)
	avail := max(0, c.cbW-m.hor())
	var w float64
	switch {
	case st.Width.Unit == html.Fixed:
		w = l.specified(st, st.Width, c.cbW, edges.hor())
	case st.Width.Unit == html.MinContent:
		w, _ = l.contribution(b, edges.hor())
	case st.Width.Unit == html.MaxContent:
		_, w = l.contribution(b, edges.hor())
	case st.Width.Unit == html.FitContent, b.level, st.Float != html.NoKeyword, b.kind == cellBox:
		lo, hi := l.contribution(b, edges.hor())
		w = min(max(lo, avail), hi)
	default:
		w = avail
	}
	return l.limitW(b, w, c.cbW, edges.hor())
}

// specified turns a width property into the width of the border box.
func (l *engine) specified(st *html.Style, v html.Length, base, edges float64) float64 {
	w := clampSize(max(0, v.Of(base)))
	if !st.BorderSizing {
		w += edges
	}
	return max(w, edges)
}

// limitW applies min-width and max-width.
func (l *engine) limitW(b *box, w, base, edges float64) float64 {
	st := b.st
	switch st.MaxWidth.Unit {
	case html.Fixed:
		w = min(w, l.specified(st, st.MaxWidth, base, edges))
	case html.MinContent:
		lo, _ := l.contribution(b, edges)
		w = min(w, lo)
	case html.MaxContent:
		_, hi := l.contribution(b, edges)
		w = min(w, hi)
	}
	switch st.MinWidth.Unit {
	case html.Fixed:
		w = max(w, l.specified(st, st.MinWidth, base, edges))
	case html.MinContent:
		lo, _ := l.contribution(b, edges)
		w = max(w, lo)
	case html.MaxContent:
		_, hi := l.contribution(b, edges)
		w = max(w, hi)
	}
	return max(w, edges)
}

// contentHeight returns the height property as a content height, -1 where it is auto.
func contentHeight(st *html.Style, c constraint, edges sides) float64 {
	return heightValue(st, st.Height, c, edges)
}

func heightValue(st *html.Style, v html.Length, c constraint, edges sides) float64 {
	if v.Unit != html.Fixed || v.HasPct() && c.cbH < 0 {
		return -1
	}
	h := clampSize(v.Of(c.cbH))
	if st.BorderSizing {
		h -= edges.ver()
	}
	return max(0, h)
}

// limitH applies min-height and max-height to a content height.
func limitH(st *html.Style, h float64, c constraint, edges sides) float64 {
	if m := heightValue(st, st.MaxHeight, c, edges); m >= 0 {
		h = min(h, m)
	}
	if m := heightValue(st, st.MinHeight, c, edges); m >= 0 {
		h = max(h, m)
	}
	return h
}

// block lays out a block container.
func (l *engine) block(b *box, c constraint, fl *floatCtx, ox, oy float64) *frag {
	st := b.st
	edges := edgesOf(st, c.cbW)
	if b.edge != nil {
		edges = paddingOf(st, c.cbW)
		for i := range edges {
			edges[i] += b.edge[i]
		}
	}
	f := &frag{box: b, st: st, base: -1, last: -1, edged: b.edge != nil}
	f.w = l.widthOf(b, c, edges)
	own := b.formsContext()
	if own {
		fl = &floatCtx{}
		ox, oy = 0, 0
	}
	if l.late {
		f.h = edges.ver()
		return f
	}
	cw := max(0, f.w-edges.hor())
	fixed := contentHeight(st, c, edges)
	inCell := -1.0
	if b.kind == cellBox {
		// The height of a cell is a minimum, which its table applies; children take their shares of it.
		inCell, fixed = fixed, -1
	}
	if fixed >= 0 {
		fixed = limitH(st, fixed, c, edges)
	}
	inner := max(fixed, inCell)
	if c.h >= 0 && b.kind != cellBox {
		inner = max(0, c.h-edges.ver())
	}
	var h float64
	var pending strut
	moved := true
	if b.inl != nil {
		h = l.lines(b, f, cw, edges, fl, ox, oy)
	} else {
		h, pending, moved = l.flow(b, f, cw, inner, edges, fl, ox, oy, own)
	}
	through := !own && l.collapsesThrough(b)
	keepsEnd := own || edges[html.SideBottom] > 0 || fixed >= 0 || !moved && !through
	if keepsEnd && moved {
		if b.kind == cellBox && l.tree.Quirks {
			h += max(0, pending.firm())
		} else {
			h += pending.sum()
		}
		pending = strut{}
	}
	if own {
		h = max(h, fl.clear(html.Both)-edges[html.SideTop])
	}
	h = max(0, h)
	if fixed >= 0 {
		h = fixed
	}
	if min := limitH(st, h, c, edges); min != h && b.kind != cellBox {
		if min > h && !keepsEnd {
			// The margins of the last child stay inside a box that is higher than its contents.
			pending = strut{}
		}
		h = min
	}
	f.h = clampSize(h) + edges.ver()
	if c.h >= 0 {
		f.h = max(f.h, c.h)
	}
	f.end = pending
	m := marginOf(st, c.cbW)
	if through {
		f.end.join(l.topStrut(b, c.cbW))
	}
	f.end.add(m[html.SideBottom], st.QuirkBottom)
	if st.Display == html.ListItem {
		l.mark(b, f, edges)
	}
	return f
}

// flow lays out block-level children one below the other. It returns the height they take, the margins that are still
// open at the end, and whether anything but collapsing boxes was seen.
func (l *engine) flow(b *box, f *frag, cw, cbH float64, edges sides, fl *floatCtx, ox, oy float64, own bool) (float64, strut, bool) {
	top := edges[html.SideTop]
	y := top
	var pending strut
	// At the top the first child's margins are those of this box already, unless something is between.
	open := !own && top == 0
	quirkyTop := l.tree.Quirks && (b.kind == cellBox || b.node != nil && b.node.Tag == atom.Body)
	moved := false
	for _, k := range b.kids {
		l.tick()
		kc := constraint{cbW: cw, cbH: cbH, w: -1, h: -1}
		m := marginOf(k.st, cw)
		through := l.collapsesThrough(k)
		s := l.topStrut(k, cw)
		offset := func(t strut) float64 {
			if open {
				return 0
			}
			if quirkyTop && !moved {
				return t.firm()
			}
			return t.sum()
		}
		if through {
			pending.join(s)
			kf := l.layout(k, kc, fl, ox+edges[html.SideLeft]+m[html.SideLeft], oy+y+offset(pending))
			kf.x, kf.y = edges[html.SideLeft]+l.shift(b, k, kf, cw, m), y+offset(pending)
			f.kids = append(f.kids, kf)
			if k.st.Clear != html.NoKeyword {
				if cl := fl.clear(k.st.Clear) - oy; cl > y+offset(pending) {
					y, pending, open, moved = cl, strut{}, false, true
					kf.y = y
				}
			}
			continue
		}
		pending.join(s)
		at := y + offset(pending)
		if k.st.Clear != html.NoKeyword {
			at = max(at, fl.clear(k.st.Clear)-oy)
		}
		var kf *frag
		if k.formsContext() {
			kf = l.beside(b, k, kc, fl, ox+edges[html.SideLeft], oy, cw, &at, m, edges[html.SideLeft])
		} else {
			// The place of an auto-margin child is known before its contents are, since its width is.
			kx := edges[html.SideLeft] + l.shiftBefore(b, k, kc, cw, m)
			kf = l.layout(k, kc, fl, ox+kx, oy+at)
			kf.x = kx
		}
		kf.y = at
		f.kids = append(f.kids, kf)
		if kf.base >= 0 && f.base < 0 {
			f.base = kf.y + kf.base
		}
		if kf.last >= 0 {
			f.last = kf.y + kf.last
		}
		y = at + kf.h
		pending = kf.end
		open, moved = false, true
		fl.forget(oy + y + pending.neg)
	}
	if open {
		return 0, pending, moved
	}
	return y - top, pending, moved
}

// shiftBefore is the left offset of a child whose width does not depend on its contents.
func (l *engine) shiftBefore(b, k *box, kc constraint, cw float64, m sides) float64 {
	st := k.st
	if st.Width.IsAuto() && st.MaxWidth.IsAuto() {
		return m[html.SideLeft]
	}
	w := l.widthOf(k, kc, edgesOf(st, cw))
	return l.shift(b, k, &frag{w: w}, cw, m)
}

// shift is the left offset of a laid-out child: its margin, auto margins, or what align and <center> ask for.
func (l *engine) shift(b, k *box, kf *frag, cw float64, m sides) float64 {
	st := k.st
	free := cw - kf.w - m.hor()
	left, right := st.Margin[html.SideLeft].IsAuto(), st.Margin[html.SideRight].IsAuto()
	switch {
	case left && right:
		return max(0, free/2)
	case left:
		return max(0, free)
	case right:
		return m[html.SideLeft]
	}
	if free > 0 && k.node != nil {
		switch b.st.BlockAlign {
		case html.Center:
			return m[html.SideLeft] + free/2
		case html.Right:
			return m[html.SideLeft] + free
		}
	}
	if b.st.Direction == html.RTL && b.st.BlockAlign != html.Left {
		return m[html.SideLeft] + free
	}
	return m[html.SideLeft]
}

// beside lays out a child that keeps floats out: next to them where it fits, else below.
func (l *engine) beside(b, k *box, kc constraint, fl *floatCtx, ox, oy, cw float64, at *float64, m sides, left float64) *frag {
	for {
		l.tick()
		a, e := fl.edges(oy+*at, 1, ox, ox+cw)
		if a <= ox && e >= ox+cw {
			kf := l.layout(k, kc, nil, 0, 0)
			a2, e2 := fl.edges(oy+*at, kf.h, ox, ox+cw)
			if a2 <= ox && e2 >= ox+cw {
				kf.x = left + l.shift(b, k, kf, cw, m)
				return kf
			}
			a, e = a2, e2
		}
		nc := kc
		nc.cbW = max(0, e-a)
		room := nc.cbW
		if !k.st.Width.IsAuto() || k.kind == tableBox {
			nc.cbW = kc.cbW
			if k.kind == tableBox && k.st.Width.IsAuto() {
				nc.cbW = room
			}
		}
		kf := l.layout(k, nc, nil, 0, 0)
		a, e = fl.edges(oy+*at, max(kf.h, 1), ox, ox+cw)
		ml := m[html.SideLeft]
		if kf.w+max(0, m[html.SideRight]) <= e-a+1.0/64 || a <= ox && e >= ox+cw {
			x := max(a-ox, ml)
			if k.st.Margin[html.SideLeft].IsAuto() && k.st.Margin[html.SideRight].IsAuto() || b.st.BlockAlign == html.Center {
				x = a - ox + max(0, (e-a-kf.w)/2)
			} else if k.st.Margin[html.SideLeft].IsAuto() || b.st.BlockAlign == html.Right {
				x = a - ox + max(0, e-a-kf.w)
			}
			kf.x = left + x
			return kf
		}
		n := fl.next(oy + *at)
		if n <= oy+*at {
			kf.x = left + ml
			return kf
		}
		*at = n - oy
	}
}

// collapsesThrough reports whether a box has no height at all, so that its top and bottom margins meet.
func (l *engine) collapsesThrough(b *box) bool {
	if b.collapsed == 0 {
		b.collapsed = 1
		if l.through(b) {
			b.collapsed = 2
		}
	}
	return b.collapsed == 2
}

func (l *engine) through(b *box) bool {
	st := b.st
	if b.kind != blockBox || b.formsContext() || st.Display == html.ListItem && (b.bar != "" || st.ListType != html.NoMarker) && b.inl == nil && len(b.kids) == 0 {
		return false
	}
	if st.Height.Unit == html.Fixed && (st.Height.Px != 0 || st.Height.Pct != 0) || st.MinHeight.Px > 0 {
		return false
	}
	if borderWidth(st, html.SideTop) > 0 || borderWidth(st, html.SideBottom) > 0 {
		return false
	}
	if p := st.Padding; p[html.SideTop].Px > 0 || p[html.SideBottom].Px > 0 || p[html.SideTop].Pct > 0 || p[html.SideBottom].Pct > 0 {
		return false
	}
	if b.inl != nil {
		return !b.inl.lines
	}
	for _, k := range b.kids {
		if !l.collapsesThrough(k) {
			return false
		}
	}
	return true
}

// topStrut are all margins that meet at the top edge of a box: its own, and those of its first children.
func (l *engine) topStrut(b *box, cbW float64) strut {
	if b.topKnown {
		return b.top
	}
	st := b.st
	m := marginOf(st, cbW)
	var s strut
	s.add(m[html.SideTop], st.QuirkTop)
	if b.kind == blockBox && !b.formsContext() && b.inl == nil && edgesOf(st, cbW)[html.SideTop] == 0 &&
		!(l.tree.Quirks && b.node != nil && b.node.Tag == atom.Body) {
		for _, k := range b.kids {
			s.join(l.topStrut(k, cbW))
			if !l.collapsesThrough(k) {
				break
			}
		}
	}
	if l.collapsesThrough(b) {
		s.add(m[html.SideBottom], st.QuirkBottom)
	}
	b.top, b.topKnown = s, !hasPctMargin(st)
	return s
}

func hasPctMargin(st *html.Style) bool {
	return st.Margin[html.SideTop].Pct != 0 || st.Margin[html.SideBottom].Pct != 0
}

// marker is what stands before a list item.
type marker struct {
	x, y, w, h float64 // of the bullet, or of the text's box
	base       float64
	sh         *Shaped
	st         *html.Style
	shape      html.ListType
	seq        int32
}

// mark places a list item's marker beside its first line.
func (l *engine) mark(b *box, f *frag, edges sides) {
	st := b.st
	if st.ListType == html.NoMarker || st.ListPos == html.Inside {
		return
	}
	m := l.metricsOf(st)
	base := f.base
	if base < 0 {
		a, _ := leaded(m.ascent, m.descent, l.lineHeight(st))
		base = edges[html.SideTop] + a
		if f.h < base {
			f.h = edges.ver() + l.lineHeight(st)
		}
	}
	mk := &marker{st: st, shape: st.ListType, base: base, seq: b.seq}
	if b.bar == "" {
		up := math.Floor(m.ascent * 2 / 3)
		size := math.Floor((up + 1) / 2)
		mk.w, mk.h = size, size
		mk.y = base - m.ascent + math.Floor(3*(m.ascent-up)/2)
		mk.x = edges[html.SideLeft] - up - 8 + 1
		if st.Direction == html.RTL {
			mk.x = f.w - edges[html.SideRight] + up + 7 - size
		}
	} else {
		mk.sh = l.sh.shape(l.setOf(st), st.Size, 0, l.flags(), b.bar)
		mk.w, mk.h, mk.y = float64(mk.sh.Width), m.ascent+m.descent, base-m.ascent
		mk.x = edges[html.SideLeft] - mk.w
		if st.Direction == html.RTL {
			mk.x = f.w - edges[html.SideRight]
		}
	}
	f.marker = mk
}

func (l *engine) flags() uint8 {
	if l.o.Subpixel {
		return flagSubpixel
	}
	return 0
}
