package layout

import (
	"poplar/mail/html"
)

// intrinsic returns the least and the greatest width the contents of a box ask for (CSS Sizing 3), without its own
// edges and whatever its width property says.
func (l *engine) intrinsic(b *box) (float64, float64) {
	if b.sized {
		return b.min, b.max
	}
	l.tick()
	var lo, hi float64
	switch {
	case b.kind == replacedBox:
		lo, hi = l.pictureWidths(b)
	case b.kind == tableBox:
		lo, hi = l.tableWidths(b)
	case b.kind == flexBox:
		lo, hi = l.flexWidths(b)
	case b.inl != nil:
		lo, hi = l.inlineWidths(b)
	default:
		for _, k := range b.kids {
			a, c := l.outer(k)
			lo, hi = max(lo, a), max(hi, c)
		}
	}
	b.min, b.max, b.sized = min(lo, huge), min(max(hi, lo), huge), true
	return b.min, b.max
}

// contribution is intrinsic with the box's own edges.
func (l *engine) contribution(b *box, edges float64) (float64, float64) {
	lo, hi := l.intrinsic(b)
	if b.kind == tableBox || b.kind == replacedBox {
		return max(lo, edges), max(hi, edges)
	}
	return lo + edges, hi + edges
}

// outer returns what a box contributes to its container's intrinsic widths: the margin box, with the box's own width
// properties counted as far as they do not depend on the container.
func (l *engine) outer(b *box) (float64, float64) {
	st := b.st
	m := marginOf(st, 0).hor()
	lo, hi := l.border(b)
	return max(0, lo+m), max(0, hi+m)
}

// border is outer without margins.
func (l *engine) border(b *box) (float64, float64) {
	st := b.st
	edges := edgesOf(st, 0).hor()
	var lo, hi float64
	switch {
	case st.Width.Unit == html.Fixed && st.Width.Pct == 0 && b.kind != tableBox:
		lo = l.specified(st, st.Width, 0, edges)
		hi = lo
	case st.Width.Unit == html.Fixed && st.Width.Pct == 0:
		w := l.specified(st, st.Width, 0, edges)
		lo, _ = l.contribution(b, edges)
		lo, hi = max(lo, w), max(lo, w)
	default:
		lo, hi = l.contribution(b, edges)
		switch st.Width.Unit {
		case html.MinContent:
			hi = lo
		case html.MaxContent:
			lo = hi
		}
	}
	if b.kind == replacedBox && (st.Width.HasPct() || st.MaxWidth.HasPct()) {
		// A picture that is a share of its container can shrink to nothing (CSS Sizing 3, 5.2.2).
		lo = edges
	}
	if st.MaxWidth.Unit == html.Fixed && st.MaxWidth.Pct == 0 {
		v := l.specified(st, st.MaxWidth, 0, edges)
		lo, hi = min(lo, v), min(hi, v)
	}
	if st.MinWidth.Unit == html.Fixed && st.MinWidth.Pct == 0 {
		v := l.specified(st, st.MinWidth, 0, edges)
		lo, hi = max(lo, v), max(hi, v)
	}
	return lo, hi
}

// inlineWidths measures lines broken everywhere and nowhere.
func (l *engine) inlineWidths(b *box) (float64, float64) {
	ln := &liner{l: l, b: b, in: b.inl, fl: &floatCtx{}, cw: 0}
	segs := b.inl.segs
	indent := float64(b.st.Indent.Px)
	var lo, hi float64
	word, cur := indent, indent // widths since the last break, and of the line
	trail := 0.0                // blanks at its end
	floats := 0.0
	some := false
	end := func(forced bool) {
		lo = max(lo, word)
		word = 0
		if forced {
			hi = max(hi, cur+floats)
			cur, trail, floats, some = 0, 0, 0, false
		}
	}
	for j := range segs {
		l.tick()
		s := &segs[j]
		switch s.kind {
		case lineSeg:
			end(true)
		case wbrSeg:
			end(false)
		case floatSeg:
			a, c := l.outer(s.box)
			lo = max(lo, a)
			floats += c
		case spaceSeg:
			if !some && s.collapsible() {
				continue
			}
			some = some || !s.collapsible()
			if s.brk {
				end(false)
				trail += s.w
				if !s.hang {
					cur, trail = cur+trail, 0
				}
				continue
			}
			if s.hang {
				// It vanishes if the line ends here.
				trail += s.w
				continue
			}
			word += trail + s.w
			cur, trail = cur+trail+s.w, 0
		case openSeg, closeSeg:
			if w := ln.edge(s.box.st, edgeSide(s.kind)); w != 0 {
				word += w
				cur, trail = cur+trail+w, 0
			}
		case atomicSeg:
			some = true
			a, c := l.outer(s.box)
			if j > 0 && trail > 0 && !wrapsAround(b, segs, j) {
				word += trail
			}
			word += a
			cur, trail = cur+trail+c, 0
			if s.brk {
				end(false)
			}
		default:
			some = true
			w := ln.width(s, cur)
			if trail > 0 && word > 0 {
				word += trail
			}
			cur, trail = cur+trail+w, 0
			if s.kind == wordSeg && (s.box.st.OverflowWrap == html.Anywhere || s.box.st.WordBreak == html.BreakWord) && wrapsText(s.box.st) {
				at := caretsOf(s.sh)
				for i := 1; i < len(at); i++ {
					lo = max(lo, float64(at[i]-at[i-1]))
				}
			} else {
				word += w
			}
			if s.brk {
				end(false)
			}
		}
	}
	end(true)
	return max(0, lo), max(0, hi)
}

func edgeSide(k segKind) html.Side {
	if k == openSeg {
		return html.SideLeft
	}
	return html.SideRight
}

func wrapsAround(b *box, segs []seg, j int) bool {
	for i := j - 1; i >= 0; i-- {
		if segs[i].kind == spaceSeg {
			return segs[i].brk
		}
	}
	return wrapsText(b.st)
}
