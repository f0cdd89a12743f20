package layout

import (
	"math"

	"poplar/mail/html"
)

// table lays out a table: columns, then cells, then rows.
func (l *engine) table(b *box, c constraint) *frag {
	t := l.grid(b)
	w := l.tableWidth(b, t, c)
	edges := l.tableEdges(b, t, c.cbW)
	g := &frag{box: b, st: b.st, w: w, base: -1, last: -1}
	sizes := l.columnSizes(t, w, edges.hor())
	// Where each column begins, from the left edge of the border box.
	at := make([]float64, len(sizes)+1)
	x := edges[html.SideLeft] + t.spX
	for i, s := range sizes {
		at[i] = x
		x += s + t.spX
	}
	at[len(sizes)] = x
	rtl := b.st.Direction == html.RTL
	heights := l.rowHeights(b, t, c, at, edges)
	l.placeRows(b, t, g, heights, at, edges, rtl)
	if len(t.captions) == 0 {
		g.end.add(marginOf(b.st, c.cbW)[html.SideBottom], b.st.QuirkBottom)
		return g
	}
	return l.withCaptions(b, t, g, c)
}

// withCaptions puts captions above and below the grid.
func (l *engine) withCaptions(b *box, t *table, g *frag, c constraint) *frag {
	f := &frag{box: b, st: b.st, w: g.w, bare: true, base: -1, last: -1}
	y := 0.0
	put := func(bottom bool) {
		for _, k := range t.captions {
			if k.st.CaptionBottom != bottom {
				continue
			}
			m := marginOf(k.st, g.w)
			kf := l.layout(k, constraint{cbW: g.w, cbH: -1, w: max(0, g.w-m.hor()), h: -1}, nil, 0, 0)
			kf.x, kf.y = m[html.SideLeft], y+m[html.SideTop]
			f.kids = append(f.kids, kf)
			y += kf.h + m.ver()
		}
	}
	put(false)
	g.y = y
	f.kids = append(f.kids, g)
	if g.base >= 0 {
		f.base, f.last = y+g.base, y+g.last
	}
	y += g.h
	put(true)
	f.h = y
	f.end.add(marginOf(b.st, c.cbW)[html.SideBottom], b.st.QuirkBottom)
	return f
}

// rowHeights lays out the cells and finds the heights of the rows.
func (l *engine) rowHeights(b *box, t *table, c constraint, at []float64, edges sides) []float64 {
	n := len(t.rows)
	heights := make([]float64, n)
	auto := make([]bool, n)
	up, down := make([]float64, n), make([]float64, n) // of cells that stand on the row's baseline
	var tall []*tableCell
	for i := range t.rows {
		r := &t.rows[i]
		auto[i] = true
		if r.box != nil && r.box.st.Height.Unit == html.Fixed && !r.box.st.Height.HasPct() {
			heights[i] = float64(max(0, r.box.st.Height.Px))
			auto[i] = false
		}
		for _, k := range r.cells {
			l.tick()
			l.layoutCell(t, k, at)
			if k.box.st.Height.Unit == html.Fixed && k.rowSpan == 1 {
				auto[i] = false
			}
			if k.rowSpan > 1 {
				tall = append(tall, k)
				if k.baseline() {
					up[i] = max(up[i], k.base)
				}
				continue
			}
			if k.baseline() {
				up[i] = max(up[i], k.base)
				down[i] = max(down[i], k.f.h-k.base)
			}
			heights[i] = max(heights[i], k.f.h)
		}
		if up[i] > 0 || down[i] > 0 {
			heights[i] = max(heights[i], up[i]+down[i])
		}
	}
	// Cells over several rows: what is missing is shared out, to rows without a height of their own first.
	for _, k := range tall {
		l.work(1 + k.rowSpan/8)
		if l.late {
			break
		}
		have := t.spY * float64(k.rowSpan-1)
		autos, sum := 0, 0.0
		for i := k.row; i < k.row+k.rowSpan; i++ {
			have += heights[i]
			if auto[i] {
				autos++
				sum += heights[i]
			}
		}
		more := k.f.h - have
		if more <= 0 {
			continue
		}
		total := have - t.spY*float64(k.rowSpan-1)
		for i := k.row; i < k.row+k.rowSpan; i++ {
			switch {
			case autos > 0 && !auto[i]:
			case autos > 0 && sum > 0:
				heights[i] += more * heights[i] / sum
			case autos > 0:
				heights[i] += more / float64(autos)
			case total > 0:
				heights[i] += more * heights[i] / total
			default:
				heights[i] += more / float64(k.rowSpan)
			}
		}
	}
	l.stretchRows(b, t, c, heights, auto, edges)
	for i := range t.rows {
		for _, k := range t.rows[i].cells {
			if k.baseline() {
				k.f.dy = max(0, up[i]-k.base)
			}
		}
	}
	return heights
}

// stretchRows shares out what the table's own height has beyond its rows.
func (l *engine) stretchRows(b *box, t *table, c constraint, heights []float64, auto []bool, edges sides) {
	want := -1.0
	if v := b.st.Height; v.Unit == html.Fixed && !(v.HasPct() && c.cbH < 0) {
		want = v.Of(c.cbH)
		if !b.st.BorderSizing {
			want += edges.ver()
		}
	}
	if m := heightValue(b.st, b.st.MinHeight, c, edges); m >= 0 {
		want = max(want, m+edges.ver())
	}
	if c.h >= 0 {
		want = max(want, c.h)
	}
	sum := edges.ver() + t.spY*float64(len(heights)+1)
	n, grow := 0, 0.0
	for i, h := range heights {
		sum += h
		if auto[i] {
			n++
			grow += h
		}
	}
	more := min(want, huge) - sum
	if more <= 0 || len(heights) == 0 {
		return
	}
	all := n == 0
	if all {
		n = len(heights)
		for _, h := range heights {
			grow += h
		}
	}
	for i := range heights {
		if !all && !auto[i] {
			continue
		}
		if grow > 0 {
			heights[i] += more * heights[i] / grow
		} else {
			heights[i] += more / float64(n)
		}
	}
}

// baseline reports whether a cell is aligned by its first line with the others of its row.
func (k *tableCell) baseline() bool {
	switch k.box.st.VAlign {
	case html.Top, html.Middle, html.Bottom:
		return false
	}
	return true
}

// layoutCell lays out one cell at the width of its columns.
func (l *engine) layoutCell(t *table, k *tableCell, at []float64) {
	w := at[k.col+k.colSpan] - at[k.col] - t.spX
	c := constraint{cbW: w, cbH: -1, w: w, h: -1}
	if t.collapse {
		k.box.edge = &k.border
	}
	f := l.layout(k.box, c, nil, 0, 0)
	st := k.box.st
	e := t.cellEdges(k, w)
	k.own = f.h
	if st.Height.Unit == html.Fixed && !st.Height.HasPct() {
		h := float64(max(0, st.Height.Px))
		if !st.BorderSizing && !l.tree.Quirks {
			h += e.ver()
		}
		f.h = max(f.h, h)
	}
	k.f = f
	f.cell = k
	k.base = f.base
	if k.base < 0 {
		// Without a line the lower edge of the contents stands on the baseline.
		k.base = f.h - e[html.SideBottom]
	}
}

// placeRows positions rows and cells and sets the table's height.
func (l *engine) placeRows(b *box, t *table, g *frag, heights, at []float64, edges sides, rtl bool) {
	y := edges[html.SideTop]
	if len(heights) > 0 {
		y += t.spY
	}
	tops := make([]float64, len(heights)+1)
	for i, h := range heights {
		tops[i] = y
		y += h + t.spY
	}
	tops[len(heights)] = y
	h := y + edges[html.SideBottom]
	g.h = clampSize(max(h, tableHeight(b, edges)))
	width := at[len(at)-1] + edges[html.SideRight]
	for i := range t.rows {
		for _, k := range t.rows[i].cells {
			l.tick()
			f := k.f
			full := tops[k.row+k.rowSpan] - tops[k.row] - t.spY
			free := full - k.own
			switch k.box.st.VAlign {
			case html.Middle:
				f.dy = free / 2
			case html.Bottom:
				f.dy = free
			case html.Top:
				f.dy = 0
			}
			if free < 0 {
				f.dy = 0
			}
			f.h = full
			f.x, f.y = at[k.col], tops[k.row]
			if rtl {
				f.x = width - at[k.col] - f.w
			}
			f.under = l.underCell(t, k)
			f.bare = b.st.HideEmpty && !t.collapse && k.box.inl == nil && len(k.box.kids) == 0
			g.kids = append(g.kids, f)
			if f.base >= 0 && (g.base < 0 || i == 0) && k.row == 0 && (g.base < 0 || k.baseline()) {
				g.base = f.y + f.dy + f.base
			}
			if f.last >= 0 {
				g.last = f.y + f.dy + f.last
			}
		}
	}
	if t.collapse {
		g.borders = t.edges.draw(tops, at, rtl, width)
		g.edged = true
	}
}

// tableHeight is the height a table without rows asks for.
func tableHeight(b *box, edges sides) float64 {
	v := b.st.Height
	if v.Unit != html.Fixed || v.HasPct() {
		return 0
	}
	h := float64(v.Px)
	if !b.st.BorderSizing {
		h += edges.ver()
	}
	return math.Min(h, huge)
}

// underCell are the backgrounds beneath a cell: of its column, its row group and its row (CSS 2.1, 17.5.1).
func (l *engine) underCell(t *table, k *tableCell) []*html.Style {
	var out []*html.Style
	add := func(st *html.Style) {
		if st == nil || st.Background.A == 0 && len(st.Layers) == 0 || st.Visibility != html.Visible {
			return
		}
		if l.grounds == nil {
			l.grounds = map[*html.Style]*html.Style{}
		}
		g := l.grounds[st]
		if g == nil {
			g = html.Ground(st)
			l.grounds[st] = g
		}
		out = append(out, g)
	}
	add(t.cols[k.col].group)
	add(t.cols[k.col].st)
	r := &t.rows[k.row]
	if gb := t.groups[r.group].box; gb != nil {
		add(gb.st)
	}
	if r.box != nil {
		add(r.box.st)
	}
	return out
}
