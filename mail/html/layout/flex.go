package layout

import (
	"math"
	"slices"

	"poplar/mail/html"
)

// flexItem is a child of a flex container while it is laid out. Main and cross are the container's directions.
type flexItem struct {
	box          *box
	f            *frag
	margin       sides
	basis        float64 // outer, of the border box along the main axis
	min, max     float64
	size         float64
	grow, shrink float64
	frozen       bool
	auto         [2]bool // margins along the main axis are auto
}

// flexLine is one line of items.
type flexLine struct {
	items []*flexItem
	cross float64
	base  float64
}

func isColumn(st *html.Style) bool {
	return st.FlexDir == html.ColumnDir || st.FlexDir == html.ColumnReverse
}

// flex lays out a flex container (CSS Flexible Box 1, section 9), as far as mail uses it.
func (l *engine) flex(b *box, c constraint) *frag {
	st := b.st
	edges := edgesOf(st, c.cbW)
	f := &frag{box: b, st: st, base: -1, last: -1}
	f.w = l.widthOf(b, c, edges)
	cw := max(0, f.w-edges.hor())
	ch := contentHeight(st, c, edges)
	if c.h >= 0 {
		ch = max(ch, c.h-edges.ver())
	}
	col := isColumn(st)
	gapMain, gapCross := st.GapX.Of(cw), st.GapY.Of(max(ch, 0))
	if col {
		gapMain, gapCross = gapCross, gapMain
	}
	room := cw
	if col {
		room = ch // -1: as high as the items
	}
	items := l.flexItems(b, cw, ch, col)
	lines := flexLines(items, room, gapMain, st.FlexWrap != html.NoWrap)
	for i := range lines {
		l.resolveFlex(&lines[i], room, gapMain)
		l.sizeFlexLine(b, &lines[i], cw, ch, col)
	}
	// A single line is as thick as the container.
	cross := ch
	if col {
		cross = cw
	}
	used := gapCross * float64(max(0, len(lines)-1))
	for i := range lines {
		used += lines[i].cross
	}
	if cross < 0 {
		cross = used
		if m := heightValue(st, st.MinHeight, c, edges); !col && m > cross {
			cross = m
		}
	}
	at := 0.0
	if free := cross - used; free > 0 && len(lines) > 0 {
		switch {
		case len(lines) == 1 && st.FlexWrap == html.NoWrap:
			lines[0].cross = cross
		case st.AlignContent == html.Normal || st.AlignContent == html.Stretch:
			for i := range lines {
				lines[i].cross += free / float64(len(lines))
			}
		default:
			first, between := spread(st.AlignContent, free, len(lines))
			at += first
			gapCross += between
		}
	}
	order := make([]int, len(lines))
	for i := range order {
		order[i] = i
	}
	if st.FlexWrap == html.WrapReverse {
		slices.Reverse(order)
	}
	main := 0.0
	for _, i := range order {
		main = max(main, l.placeFlexLine(b, f, &lines[i], edges, room, gapMain, at, col, cw, ch))
		at += lines[i].cross + gapCross
	}
	h := at - gapCross
	if len(lines) == 0 {
		h = 0
	}
	if col {
		h = main
	}
	h = max(h, 0)
	if v := contentHeight(st, c, edges); v >= 0 {
		h = v
	}
	f.h = clampSize(limitH(st, h, c, edges)) + edges.ver()
	if c.h >= 0 {
		f.h = max(f.h, c.h)
	}
	f.end.add(marginOf(st, c.cbW)[html.SideBottom], st.QuirkBottom)
	return f
}

// flexItems finds the base size of every item and its bounds.
func (l *engine) flexItems(b *box, cw, ch float64, col bool) []*flexItem {
	var out []*flexItem
	for _, k := range b.kids {
		l.tick()
		st := k.st
		it := &flexItem{box: k, margin: marginOf(st, cw), grow: float64(st.Grow), shrink: float64(st.Shrink)}
		e := edgesOf(st, cw)
		if col {
			l.columnItem(it, e, cw, ch)
		} else {
			l.rowItem(it, e, cw)
		}
		it.min = min(it.min, it.max)
		out = append(out, it)
	}
	slices.SortStableFunc(out, func(a, b *flexItem) int { return a.box.st.Order - b.box.st.Order })
	if d := b.st.FlexDir; d == html.RowReverse || d == html.ColumnReverse {
		slices.Reverse(out)
	}
	return out
}

func (l *engine) rowItem(it *flexItem, e sides, cw float64) {
	k, st := it.box, it.box.st
	it.auto = [2]bool{st.Margin[html.SideLeft].IsAuto(), st.Margin[html.SideRight].IsAuto()}
	lo, hi := l.contribution(k, e.hor())
	basis := st.Basis
	if basis.IsAuto() {
		basis = st.Width
	}
	switch basis.Unit {
	case html.Fixed:
		it.basis = l.specified(st, basis, cw, e.hor())
	case html.MinContent:
		it.basis = lo
	default:
		it.basis = hi
		if k.kind == replacedBox {
			w, _ := l.pictureSize(k, constraint{cbW: cw, cbH: -1, w: -1, h: -1}, e)
			it.basis = w + e.hor()
		}
	}
	it.max = math.Inf(1)
	if st.MaxWidth.Unit == html.Fixed {
		it.max = l.specified(st, st.MaxWidth, cw, e.hor())
	}
	if st.MinWidth.Unit == html.Fixed {
		it.min = l.specified(st, st.MinWidth, cw, e.hor())
	} else if !st.Clip {
		it.min = lo
		if st.Width.Unit == html.Fixed {
			it.min = min(lo, l.specified(st, st.Width, cw, e.hor()))
		}
	}
	it.min = max(it.min, e.hor())
}

func (l *engine) columnItem(it *flexItem, e sides, cw, ch float64) {
	k, st := it.box, it.box.st
	it.auto = [2]bool{st.Margin[html.SideTop].IsAuto(), st.Margin[html.SideBottom].IsAuto()}
	c := constraint{cbW: cw, cbH: ch, w: -1, h: -1}
	w := l.crossWidth(it, cw, e)
	c.w = w
	f := l.layout(k, c, &floatCtx{}, 0, 0)
	it.basis = f.h
	if v := heightValue(st, st.Basis, c, e); v >= 0 && !st.Basis.IsAuto() {
		it.basis = v + e.ver()
	}
	it.min, it.max = 0, math.Inf(1)
	if v := heightValue(st, st.MinHeight, c, e); v >= 0 {
		it.min = v + e.ver()
	} else if !st.Clip {
		it.min = min(f.h, it.basis)
	}
	if v := heightValue(st, st.MaxHeight, c, e); v >= 0 {
		it.max = v + e.ver()
	}
}

// crossWidth is the width of an item in a column.
func (l *engine) crossWidth(it *flexItem, cw float64, e sides) float64 {
	k, st := it.box, it.box.st
	avail := max(0, cw-it.margin.hor())
	if st.Width.Unit == html.Fixed {
		return l.limitW(k, l.specified(st, st.Width, cw, e.hor()), cw, e.hor())
	}
	if k.kind == replacedBox {
		w, _ := l.pictureSize(k, constraint{cbW: cw, cbH: -1, w: -1, h: -1}, e)
		return w + e.hor()
	}
	align := st.AlignSelf
	stretch := align == html.Stretch || align == html.NoKeyword
	if stretch && !st.Margin[html.SideLeft].IsAuto() && !st.Margin[html.SideRight].IsAuto() {
		return l.limitW(k, avail, cw, e.hor())
	}
	lo, hi := l.contribution(k, e.hor())
	return l.limitW(k, min(max(lo, avail), hi), cw, e.hor())
}

// flexLines divides items into lines.
func flexLines(items []*flexItem, room, gap float64, wrap bool) []flexLine {
	var lines []flexLine
	used := 0.0
	for _, it := range items {
		w := min(max(it.basis, it.min), it.max) + it.mainMargin(room)
		n := len(lines) - 1
		if n < 0 || wrap && room >= 0 && len(lines[n].items) > 0 && used+gap+w > room+slack {
			lines = append(lines, flexLine{base: -1})
			n++
			used = -gap
		}
		lines[n].items = append(lines[n].items, it)
		used += gap + w
	}
	return lines
}

func (it *flexItem) mainMargin(_ float64) float64 {
	if it.column() {
		return it.margin.ver()
	}
	return it.margin.hor()
}

func (it *flexItem) column() bool { return it.box.inColumn }

// resolveFlex grows or shrinks the items of a line (section 9.7).
func (l *engine) resolveFlex(ln *flexLine, room, gap float64) {
	sum := gap * float64(len(ln.items)-1)
	for _, it := range ln.items {
		it.size = min(max(it.basis, it.min), it.max)
		it.frozen = false
		sum += it.basis + it.mainMargin(room)
	}
	if room < 0 {
		return
	}
	growing := sum < room
	for range len(ln.items) + 1 {
		l.tick()
		free := room - gap*float64(len(ln.items)-1)
		factor, weighted := 0.0, 0.0
		for _, it := range ln.items {
			free -= it.mainMargin(room)
			if it.frozen {
				free -= it.size
				continue
			}
			free -= it.basis
			if growing {
				factor += it.grow
			} else {
				factor += it.shrink
				weighted += it.shrink * it.basis
			}
		}
		if factor == 0 || growing && free <= 0 || !growing && free >= 0 {
			break
		}
		if growing && factor < 1 {
			free *= factor
		}
		violation := 0.0
		for _, it := range ln.items {
			if it.frozen {
				continue
			}
			want := it.basis
			if growing {
				want += free * it.grow / factor
			} else if weighted > 0 {
				want += free * it.shrink * it.basis / weighted
			}
			it.size = min(max(want, it.min), it.max)
			violation += it.size - want
		}
		again := false
		for _, it := range ln.items {
			if it.frozen {
				continue
			}
			want := it.basis
			if growing {
				want += free * it.grow / factor
			} else if weighted > 0 {
				want += free * it.shrink * it.basis / weighted
			}
			if violation > 0 && it.size > want || violation < 0 && it.size < want {
				it.frozen, again = true, true
			}
		}
		if !again {
			break
		}
	}
}

// alignOfItem is an item's place across the line.
func alignOfItem(b *box, it *flexItem) html.Keyword {
	a := it.box.st.AlignSelf
	if a == html.NoKeyword {
		a = b.st.AlignItems
	}
	if a == html.Normal {
		a = html.Stretch
	}
	return a
}

// sizeFlexLine lays out the items of a line at their main sizes and finds its thickness.
func (l *engine) sizeFlexLine(b *box, ln *flexLine, cw, ch float64, col bool) {
	up, down := 0.0, 0.0
	for _, it := range ln.items {
		l.tick()
		e := edgesOf(it.box.st, cw)
		c := constraint{cbW: cw, cbH: ch, w: it.size, h: -1}
		if col {
			c.w = l.crossWidth(it, cw, e)
			if align := alignOfItem(b, it); align != html.Stretch && it.box.st.Width.IsAuto() && it.box.kind != replacedBox {
				lo, hi := l.contribution(it.box, e.hor())
				c.w = l.limitW(it.box, min(max(lo, cw-it.margin.hor()), hi), cw, e.hor())
			}
			c.h = it.size
		}
		it.f = l.layout(it.box, c, &floatCtx{}, 0, 0)
		if col {
			ln.cross = max(ln.cross, it.f.w+it.margin.hor())
			continue
		}
		ln.cross = max(ln.cross, it.f.h+it.margin.ver())
		if alignOfItem(b, it) == html.Baseline {
			base := it.baseline()
			up = max(up, base)
			down = max(down, it.f.h+it.margin.ver()-base)
		}
	}
	ln.base = up
	ln.cross = max(ln.cross, up+down)
}

func (it *flexItem) baseline() float64 {
	if it.f.base >= 0 {
		return it.margin[html.SideTop] + it.f.base
	}
	return it.margin[html.SideTop] + it.f.h
}

// spread turns free space into what stands before the first item and between any two.
func spread(k html.Keyword, free float64, n int) (first, between float64) {
	switch k {
	case html.Center:
		return free / 2, 0
	case html.FlexEnd:
		return free, 0
	case html.SpaceBetween:
		if n > 1 && free > 0 {
			return 0, free / float64(n-1)
		}
	case html.SpaceAround:
		if free > 0 {
			return free / float64(2*n), free / float64(n)
		}
		return free / 2, 0
	case html.SpaceEvenly:
		if free > 0 {
			return free / float64(n+1), free / float64(n+1)
		}
		return free / 2, 0
	}
	return 0, 0
}

// placeFlexLine positions the items of a line and returns how far they reach along the main axis.
func (l *engine) placeFlexLine(b *box, f *frag, ln *flexLine, edges sides, room, gap, at float64, col bool, cw, ch float64) float64 {
	used := gap * float64(len(ln.items)-1)
	autos := 0
	for _, it := range ln.items {
		used += it.size + it.mainMargin(room)
		for _, a := range it.auto {
			if a {
				autos++
			}
		}
	}
	free := room - used
	if room < 0 {
		free = 0
	}
	pos, between, share := 0.0, 0.0, 0.0
	if autos > 0 {
		share = max(0, free) / float64(autos)
	} else {
		just := b.st.JustifyItems
		if d := b.st.FlexDir; d == html.RowReverse || d == html.ColumnReverse {
			switch just {
			case html.Normal, html.FlexStart:
				just = html.FlexEnd
			case html.FlexEnd:
				just = html.FlexStart
			}
		}
		pos, between = spread(just, free, len(ln.items))
	}
	for _, it := range ln.items {
		m := it.margin
		if it.auto[0] {
			pos += share
		}
		align := alignOfItem(b, it)
		if !col {
			if align == html.Stretch && it.box.st.Height.IsAuto() && it.box.kind != replacedBox {
				want := ln.cross - m.ver()
				if want > it.f.h+slack {
					it.f = l.layout(it.box, constraint{cbW: cw, cbH: ch, w: it.size, h: want}, &floatCtx{}, 0, 0)
				}
			}
			y := at + m[html.SideTop]
			free := ln.cross - it.f.h - m.ver()
			switch align {
			case html.Center:
				y += free / 2
			case html.FlexEnd:
				y += free
			case html.Baseline:
				y = at + ln.base - it.baseline() + m[html.SideTop]
			}
			if it.box.st.Margin[html.SideTop].IsAuto() {
				y += max(0, free) / pick(it.box.st.Margin[html.SideBottom].IsAuto(), 2.0, 1.0)
			}
			it.f.x, it.f.y = edges[html.SideLeft]+pos+m[html.SideLeft], edges[html.SideTop]+y
			pos += it.size + m.hor()
		} else {
			x := at + m[html.SideLeft]
			free := ln.cross - it.f.w - m.hor()
			left, right := it.box.st.Margin[html.SideLeft].IsAuto(), it.box.st.Margin[html.SideRight].IsAuto()
			switch {
			case left && right:
				x += max(0, free/2)
			case left:
				x += max(0, free)
			case align == html.Center:
				x += free / 2
			case align == html.FlexEnd:
				x += free
			}
			it.f.x, it.f.y = edges[html.SideLeft]+x, edges[html.SideTop]+pos+m[html.SideTop]
			pos += it.size + m.ver()
		}
		if it.auto[1] {
			pos += share
		}
		pos += gap + between
		f.kids = append(f.kids, it.f)
		if it.f.base >= 0 && f.base < 0 {
			f.base = it.f.y + it.f.base
		}
		if it.f.last >= 0 {
			f.last = it.f.y + it.f.last
		}
	}
	return pos - gap - between
}

// flexWidths are the intrinsic widths of a flex container's contents.
func (l *engine) flexWidths(b *box) (float64, float64) {
	var lo, hi float64
	col, wrap := isColumn(b.st), b.st.FlexWrap != html.NoWrap
	gap := float64(b.st.GapX.Px)
	for i, k := range b.kids {
		a, c := l.outer(k)
		if col {
			lo, hi = max(lo, a), max(hi, c)
			continue
		}
		if i > 0 {
			hi += gap
			if !wrap {
				lo += gap
			}
		}
		hi += c
		if wrap {
			lo = max(lo, a)
		} else {
			lo += a
		}
	}
	return lo, hi
}
