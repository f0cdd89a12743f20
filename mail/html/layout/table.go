package layout

import (
	"poplar/mail/html"
)

// table is the grid of a table box. It does not depend on the width.
type table struct {
	cols     []column
	rows     []tableRow
	groups   []rowGroup
	captions []*box
	cells    []*tableCell
	collapse bool
	fixed    bool
	spX, spY float64
	edges    *edgeGrid // of collapsed borders
	minW     float64   // intrinsic widths of the border box
	maxW     float64
	sized    bool
}

// column is what is known of one column's width.
type column struct {
	min, max    float64
	pct         float64 // percent; 0: none
	constrained bool    // some cell says a width in pixels
	edges       float64 // of cells, which come on top of the share where widths are fixed
	own         bool    // some cell begins and ends here, or a <col> says a width
	st          *html.Style
	group       *html.Style
}

type tableRow struct {
	box   *box // nil where anonymous space
	group int
	cells []*tableCell
}

type rowGroup struct {
	box         *box // nil: rows without a group
	first, last int  // rows from first up to, but not including, last
}

// tableCell is a cell with its place in the grid.
type tableCell struct {
	box              *box
	row, col         int
	rowSpan, colSpan int
	border           sides // collapsed: halves of the borders around it
	f                *frag
	base             float64
	own              float64 // height of the contents with the cell's edges
}

// maxSpanned is how many columns of spanning cells have a say in column widths, in one layout.
const maxSpanned = 300_000

// grid makes the grid of a table (CSS 2.1, 17.5 and the HTML table model).
func (l *engine) grid(b *box) *table {
	if b.table != nil {
		return b.table
	}
	t := &table{collapse: b.st.Collapse, spX: float64(b.st.SpacingX), spY: float64(b.st.SpacingY)}
	if t.collapse {
		t.spX, t.spY = 0, 0
	}
	t.fixed = b.st.FixedTable && !b.st.Width.IsAuto()
	var head, body, foot []*box
	cols := 0
	for _, k := range b.kids {
		switch {
		case k.kind == captionBox:
			t.captions = append(t.captions, k)
		case k.kind == columnBox:
			cols = t.addColumns(k, cols)
		case k.kind == groupBox && k.st.Display == html.HeaderGroup && len(head) == 0:
			head = append(head, k)
		case k.kind == groupBox && k.st.Display == html.FooterGroup && len(foot) == 0:
			foot = append(foot, k)
		default:
			body = append(body, k)
		}
	}
	for _, list := range [3][]*box{head, body, foot} {
		for i := 0; i < len(list); {
			if k := list[i]; k.kind == groupBox {
				l.addRows(t, k, k.kids)
				i++
				continue
			}
			j := i
			for j < len(list) && list[j].kind != groupBox {
				j++
			}
			l.addRows(t, nil, list[i:j])
			i = j
		}
	}
	if t.collapse {
		l.collapseBorders(b, t)
	}
	l.columnWidths(b, t)
	b.table = t
	return t
}

// addColumns takes the widths of <col> and <colgroup>.
func (t *table) addColumns(k *box, at int) int {
	add := func(c *box, group *html.Style) {
		n := 1
		if c.node != nil {
			n = max(1, c.node.ColSpan)
		}
		for range n {
			if at >= maxColumns {
				return
			}
			t.need(at + 1)
			q := &t.cols[at]
			q.st, q.group = c.st, group
			if w := c.st.Width; w.Unit == html.Fixed {
				if w.Pct > 0 {
					q.pct = float64(w.Pct)
				} else if w.Px > 0 {
					q.max, q.constrained = float64(w.Px), true
				}
				q.own = true
			}
			at++
		}
	}
	if len(k.kids) > 0 {
		for _, c := range k.kids {
			add(c, k.st)
		}
		return at
	}
	add(k, nil)
	return at
}

func (t *table) need(n int) {
	for len(t.cols) < n {
		t.cols = append(t.cols, column{})
	}
}

// addRows places the cells of a group's rows.
func (l *engine) addRows(t *table, group *box, rows []*box) {
	first := len(t.rows)
	g := len(t.groups)
	var busy []int // per column, rows still covered by a cell from above
	var open []*tableCell
	for _, r := range rows {
		if r.kind != rowBox {
			continue
		}
		l.tick()
		t.rows = append(t.rows, tableRow{box: r, group: g})
		ri := len(t.rows) - 1
		col := 0
		for _, k := range r.kids {
			if l.late {
				break
			}
			for col < len(busy) && busy[col] > 0 {
				col++
			}
			c := &tableCell{box: k, row: ri, col: col, rowSpan: 1, colSpan: 1}
			if n := k.node; n != nil {
				c.colSpan = max(1, n.ColSpan)
				c.rowSpan = n.RowSpan
				if n.RowSpan == 0 && n.ColSpan == 0 {
					c.rowSpan = 1
				}
			}
			if col >= maxColumns {
				// More columns than the engine knows: the row goes on below.
				t.rows = append(t.rows, tableRow{box: r, group: g})
				ri = len(t.rows) - 1
				col, c.row, c.col = 0, ri, 0
				clear(busy)
			}
			c.colSpan = min(c.colSpan, maxColumns-col)
			if c.rowSpan == 0 {
				c.rowSpan = 65534
			}
			for len(busy) < col+c.colSpan {
				busy = append(busy, 0)
			}
			if c.rowSpan > 1 {
				open = append(open, c)
				for i := col; i < col+c.colSpan; i++ {
					busy[i] = max(busy[i], c.rowSpan)
				}
			}
			l.work(c.colSpan / 8)
			t.cells = append(t.cells, c)
			t.rows[ri].cells = append(t.rows[ri].cells, c)
			col += c.colSpan
			t.need(col)
		}
		for i := range busy {
			if busy[i] > 0 {
				busy[i]--
			}
		}
	}
	// No cell reaches beyond its group.
	for _, c := range open {
		c.rowSpan = min(c.rowSpan, len(t.rows)-c.row)
	}
	t.groups = append(t.groups, rowGroup{group, first, len(t.rows)})
}

// outerCell is a cell's border box edges: its own, or halves of collapsed borders.
func (t *table) cellEdges(c *tableCell, base float64) sides {
	p := paddingOf(c.box.st, base)
	bd := borderOf(c.box.st)
	if t.collapse {
		bd = c.border
	}
	for i := range p {
		p[i] += bd[i]
	}
	return p
}

// columnWidths gathers what cells ask of columns: first those of one column, then spanning ones.
func (l *engine) columnWidths(b *box, t *table) {
	var spanning []*tableCell
	for _, c := range t.cells {
		l.tick()
		if t.fixed && c.row > 0 {
			continue
		}
		if c.colSpan > 1 {
			spanning = append(spanning, c)
			continue
		}
		q := &t.cols[c.col]
		lo, hi, pct, fixed := l.cellWidths(t, c)
		q.own = true
		q.min = max(q.min, lo)
		switch {
		case q.constrained && !fixed:
			q.max = max(q.max, lo)
		case fixed && !q.constrained:
			// A width in pixels outweighs what is merely wide.
			q.max, q.constrained = max(q.min, hi), true
		default:
			q.max = max(q.max, hi)
		}
		q.pct = max(q.pct, pct)
	}
	for i := range t.cols {
		q := &t.cols[i]
		q.max = max(q.max, q.min)
	}
	// Narrow spans first, so that wide ones find their columns known.
	if len(spanning) > 0 {
		bySpan := map[int][]*tableCell{}
		widest := 0
		for _, c := range spanning {
			bySpan[c.colSpan] = append(bySpan[c.colSpan], c)
			widest = max(widest, c.colSpan)
		}
		for n := 2; n <= widest; n++ {
			for _, c := range bySpan[n] {
				l.spanWidths(t, c)
			}
		}
	}
	// Percentages beyond 100 count for nothing.
	total := 0.0
	for i := range t.cols {
		q := &t.cols[i]
		q.pct = max(0, min(q.pct, 100-total))
		total += q.pct
	}
	_ = b
}

// cellWidths is what one cell asks for: least and greatest width of its border box, a share of the table, and whether
// it says a width in pixels.
func (l *engine) cellWidths(t *table, c *tableCell) (lo, hi, pct float64, fixed bool) {
	st := c.box.st
	edges := t.cellEdges(c, 0).hor()
	lo, hi = l.intrinsic(c.box)
	lo, hi = lo+edges, hi+edges
	size := func(v html.Length) float64 {
		w := max(0, float64(v.Px))
		if !st.BorderSizing {
			w += edges
		}
		return max(w, edges)
	}
	if st.MinWidth.Unit == html.Fixed && st.MinWidth.Pct == 0 {
		lo = max(lo, size(st.MinWidth))
	}
	switch {
	case st.Width.HasPct():
		pct = float64(st.Width.Pct)
		if t.fixed && !st.BorderSizing {
			t.cols[c.col].edges = max(t.cols[c.col].edges, edges) // which come on top of the share
		}
	case st.Width.Unit == html.Fixed && st.Width.Px >= 0 && !(st.Width.Px == 0 && l.tree.Quirks):
		hi = size(st.Width)
		fixed = true
		if t.fixed {
			lo = hi
		}
	}
	if st.MaxWidth.Unit == html.Fixed && st.MaxWidth.Pct == 0 {
		hi = min(hi, size(st.MaxWidth))
	}
	hi = max(hi, lo)
	return lo, hi, pct, fixed
}

// spanWidths distributes what a spanning cell asks for over its columns.
func (l *engine) spanWidths(t *table, c *tableCell) {
	cols := t.cols[c.col : c.col+c.colSpan]
	if l.spanned += len(cols); l.spanned > maxSpanned {
		return // a table that nobody made by hand: further spans have no say in the widths
	}
	l.work(len(cols) / 4)
	l.tick()
	lo, hi, pct, fixed := l.cellWidths(t, c)
	gaps := t.spX * float64(len(cols)-1)
	lo, hi = max(0, lo-gaps), max(0, hi-gaps)
	share, others, rest := 0.0, 0, 0.0
	for i := range cols {
		if cols[i].pct > 0 {
			share += cols[i].pct
		} else {
			others++
			rest += cols[i].max
		}
	}
	if pct > share && others > 0 {
		for i := range cols {
			if q := &cols[i]; q.pct == 0 {
				if rest > 0 {
					q.pct = (pct - share) * q.max / rest
				} else {
					q.pct = (pct - share) / float64(others)
				}
			}
		}
	}
	if t.fixed {
		// Fixed layout divides a spanning cell evenly.
		for i := range cols {
			q := &cols[i]
			if !q.constrained && q.pct == 0 && fixed {
				q.min, q.max, q.constrained = hi/float64(len(cols)), hi/float64(len(cols)), true
			}
		}
		return
	}
	mins := distribute(cols, lo, fixed)
	maxs := distribute(cols, hi, fixed)
	for i := range cols {
		q := &cols[i]
		q.min = max(q.min, mins[i])
		q.max = max(q.max, q.min, maxs[i])
		if fixed && !q.own && q.pct == 0 {
			q.constrained = true
		}
	}
}

// distribute divides a width over columns (CSS Tables 3, 3.9.3): they grow from their least widths to their
// shares, then to widths in pixels, then to their greatest widths, and beyond.
func distribute(cols []column, target float64, constrained bool) []float64 {
	n := len(cols)
	out := make([]float64, n)
	share := make([]float64, n)
	var sum, up [4]float64 // of the guesses: least, shares, pixels, greatest
	var autos, fixed, pcts int
	var autoMax, fixedMax, pctSum float64
	for i := range cols {
		q := &cols[i]
		switch {
		case q.pct > 0:
			pcts++
			pctSum += q.pct
			share[i] = max(q.min, target*q.pct/100)
			sum[0] += q.min
			for g := 1; g < 4; g++ {
				sum[g] += share[i]
			}
			up[1] += share[i] - q.min
		case q.constrained:
			fixed++
			fixedMax += q.max
			sum[0] += q.min
			sum[1] += q.min
			sum[2] += q.max
			sum[3] += q.max
			up[2] += q.max - q.min
		default:
			autos++
			autoMax += q.max
			for g := range 3 {
				sum[g] += q.min
			}
			sum[3] += q.max
			up[3] += q.max - q.min
		}
	}
	target = max(target, sum[0])
	guess := 4
	for g := range 4 {
		if sum[g] >= target-1e-6 {
			guess = g
			break
		}
	}
	part := func(have, of, room float64, count int) float64 {
		if of > 0 {
			return room * have / of
		}
		return room / float64(count)
	}
	for i := range cols {
		q := &cols[i]
		switch {
		case q.pct > 0:
			switch guess {
			case 0:
				out[i] = q.min
			case 1:
				out[i] = q.min + part(share[i]-q.min, up[1], target-sum[0], pcts)
			default:
				out[i] = share[i]
				if guess == 4 && autos == 0 && (fixed == 0 || !constrained) {
					out[i] += part(q.pct, pctSum, target-sum[3], pcts)
				}
			}
		case q.constrained:
			switch guess {
			case 0, 1:
				out[i] = q.min
			case 2:
				out[i] = q.min + part(q.max-q.min, up[2], target-sum[1], fixed)
			default:
				out[i] = q.max
				if guess == 4 && autos == 0 && (constrained || pcts == 0) {
					out[i] += part(q.max, fixedMax, target-sum[3], fixed)
				}
			}
		default:
			switch guess {
			case 0, 1, 2:
				out[i] = q.min
			case 3:
				out[i] = q.min + part(q.max-q.min, up[3], target-sum[2], autos)
			default:
				out[i] = q.max + part(q.max, autoMax, target-sum[3], autos)
			}
		}
	}
	return out
}

// tableEdges are border and padding of the table itself; with collapsed borders half of the outermost ones.
func (l *engine) tableEdges(b *box, t *table, cbW float64) sides {
	if t.collapse {
		return t.edges.outer
	}
	return edgesOf(b.st, cbW)
}

// tableWidths are the intrinsic widths of a table's border box.
func (l *engine) tableWidths(b *box) (float64, float64) {
	t := l.grid(b)
	if t.sized {
		return t.minW, t.maxW
	}
	var lo, hi, pct, other, fromShare float64
	for i := range t.cols {
		q := &t.cols[i]
		if t.fixed && q.constrained {
			lo += q.max
		} else {
			lo += q.min
		}
		hi += q.max
		if q.pct > 0 {
			pct += q.pct
			fromShare = max(fromShare, q.max*100/q.pct)
		} else {
			other += q.max
		}
	}
	if pct > 0 && !b.st.Width.HasPct() {
		switch {
		case pct >= 99.99 && other > 0:
			hi = huge
		case other > 0:
			hi = max(hi, other*100/(100-pct))
		}
		hi = max(hi, fromShare)
	}
	extra := l.tableEdges(b, t, 0).hor() + t.spX*float64(len(t.cols)+1)
	if len(t.cols) == 0 {
		extra = l.tableEdges(b, t, 0).hor()
	}
	lo, hi = lo+extra, min(hi+extra, huge)
	for _, c := range t.captions {
		a, _ := l.outer(c)
		lo = max(lo, a)
	}
	t.minW, t.maxW, t.sized = lo, max(lo, hi), true
	return t.minW, t.maxW
}

// tableWidth is the used width of a table's border box.
func (l *engine) tableWidth(b *box, t *table, c constraint) float64 {
	lo, hi := l.tableWidths(b)
	if c.w >= 0 {
		return max(c.w, lo)
	}
	st := b.st
	edges := l.tableEdges(b, t, c.cbW).hor()
	var w float64
	switch st.Width.Unit {
	case html.Fixed:
		w = l.specified(st, st.Width, c.cbW, edges)
	case html.MinContent:
		w = lo
	case html.MaxContent:
		w = hi
	default:
		w = min(max(c.cbW-marginOf(st, c.cbW).hor(), lo), hi)
	}
	if st.MaxWidth.Unit == html.Fixed {
		w = min(w, l.specified(st, st.MaxWidth, c.cbW, edges))
	}
	if st.MinWidth.Unit == html.Fixed {
		w = max(w, l.specified(st, st.MinWidth, c.cbW, edges))
	}
	return clampSize(max(w, lo))
}

// columnSizes are the used widths of the columns in a table whose border box is w wide.
func (l *engine) columnSizes(t *table, w, edges float64) []float64 {
	room := max(0, w-edges-t.spX*float64(len(t.cols)+1))
	if !t.fixed {
		return distribute(t.cols, room, true)
	}
	out := make([]float64, len(t.cols))
	rest := room
	autos := 0
	var used, shares float64
	for i := range t.cols {
		q := &t.cols[i]
		switch {
		case q.pct > 0:
			out[i] = room*q.pct/100 + q.edges
			shares += out[i]
		case q.constrained:
			out[i] = q.max
		default:
			autos++
		}
		rest -= out[i]
		used += out[i]
	}
	for i := range t.cols {
		q := &t.cols[i]
		switch {
		case autos > 0 && q.pct == 0 && !q.constrained:
			out[i] = max(0, rest) / float64(autos)
		case q.pct > 0 && rest < 0:
			// Shares and the edges on top of them are too much together.
			out[i] = max(0, out[i]+rest*out[i]/shares)
		case autos == 0 && used > 0 && rest > 0:
			out[i] += rest * out[i] / used
		}
	}
	return out
}
