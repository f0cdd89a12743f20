package layout

import (
	"poplar/mail/html"
)

// edge is a piece of a collapsed border, relative to the table's border box.
type edge struct {
	x, y, w, h float64
	hor        bool
	border     html.Border
}

// edgeGrid are the borders between the cells of a table with collapsed borders: the winner of each edge.
type edgeGrid struct {
	rows, cols int
	hor        []winner // (rows+1) * cols
	ver        []winner // rows * (cols+1)
	outer      sides
}

// winner is the border that an edge gets, and how strong its owner is.
type winner struct {
	b    html.Border
	rank int8 // cell 5, row 4, row group 3, column 2, column group 1, table 0
	set  bool
}

// maxEdges bounds the grid; larger tables have separate borders.
const maxEdges = 400_000

func strength(k html.Keyword) int {
	switch k {
	case html.Double:
		return 8
	case html.Solid:
		return 7
	case html.Dashed:
		return 6
	case html.Dotted:
		return 5
	case html.Ridge:
		return 4
	case html.Outset:
		return 3
	case html.Groove:
		return 2
	case html.Inset:
		return 1
	}
	return 0
}

// offer lets a border compete for an edge (CSS 2.1, 17.6.2.1).
func (w *winner) offer(b html.Border, rank int8) {
	if b.Style == html.Normal || b.Style == html.NoKeyword {
		b.Width = 0
	}
	switch {
	case w.set && w.b.Style == html.Hidden:
	case b.Style == html.Hidden:
		*w = winner{html.Border{Style: html.Hidden}, rank, true}
	case !w.set || b.Width > w.b.Width || b.Width == w.b.Width && b.Width > 0 &&
		(strength(b.Style) > strength(w.b.Style) || strength(b.Style) == strength(w.b.Style) && rank > w.rank):
		*w = winner{b, rank, true}
	}
}

// collapseBorders finds every edge's border and each cell's share of them.
func (l *engine) collapseBorders(b *box, t *table) {
	rows, cols := len(t.rows), len(t.cols)
	g := &edgeGrid{rows: rows, cols: cols}
	t.edges = g
	if rows == 0 || cols == 0 {
		g.outer = borderOf(b.st)
		return
	}
	if (rows+1)*(cols+1) > maxEdges {
		t.collapse = false
		return
	}
	g.hor = make([]winner, (rows+1)*cols)
	g.ver = make([]winner, rows*(cols+1))
	box := func(st *html.Style, r0, r1, c0, c1 int, rank int8) {
		if st == nil {
			return
		}
		l.work((r1 - r0 + c1 - c0) / 8)
		l.tick()
		for c := c0; c < c1; c++ {
			g.hor[r0*cols+c].offer(st.Border[html.SideTop], rank)
			g.hor[r1*cols+c].offer(st.Border[html.SideBottom], rank)
		}
		for r := r0; r < r1; r++ {
			g.ver[r*(cols+1)+c0].offer(st.Border[html.SideLeft], rank)
			g.ver[r*(cols+1)+c1].offer(st.Border[html.SideRight], rank)
		}
	}
	for _, k := range t.cells {
		box(k.box.st, k.row, min(k.row+k.rowSpan, rows), k.col, k.col+k.colSpan, 5)
	}
	for i := range t.rows {
		if t.rows[i].box != nil {
			box(t.rows[i].box.st, i, i+1, 0, cols, 4)
		}
	}
	for _, gr := range t.groups {
		if gr.box != nil && gr.last > gr.first {
			box(gr.box.st, gr.first, gr.last, 0, cols, 3)
		}
	}
	for c := range t.cols {
		box(t.cols[c].st, 0, rows, c, c+1, 2)
		box(t.cols[c].group, 0, rows, c, c+1, 1)
	}
	box(b.st, 0, rows, 0, cols, 0)
	// Edges within a spanning cell are not drawn.
	for _, k := range t.cells {
		if l.late {
			break
		}
		for r := k.row; r < min(k.row+k.rowSpan, rows); r++ {
			for c := k.col + 1; c < k.col+k.colSpan; c++ {
				g.ver[r*(cols+1)+c] = winner{}
			}
		}
		for r := k.row + 1; r < k.row+k.rowSpan && r < rows; r++ {
			for c := k.col; c < k.col+k.colSpan; c++ {
				g.hor[r*cols+c] = winner{}
			}
		}
		l.work(k.colSpan * k.rowSpan / 16)
		l.tick()
	}
	for _, k := range t.cells {
		var w sides
		for c := k.col; c < k.col+k.colSpan; c++ {
			w[html.SideTop] = max(w[html.SideTop], float64(g.hor[k.row*cols+c].b.Width))
			w[html.SideBottom] = max(w[html.SideBottom], float64(g.hor[min(k.row+k.rowSpan, rows)*cols+c].b.Width))
		}
		for r := k.row; r < min(k.row+k.rowSpan, rows); r++ {
			w[html.SideLeft] = max(w[html.SideLeft], float64(g.ver[r*(cols+1)+k.col].b.Width))
			w[html.SideRight] = max(w[html.SideRight], float64(g.ver[r*(cols+1)+k.col+k.colSpan].b.Width))
		}
		for i := range w {
			k.border[i] = w[i] / 2
		}
	}
	for c := range cols {
		g.outer[html.SideTop] = max(g.outer[html.SideTop], float64(g.hor[c].b.Width)/2)
		g.outer[html.SideBottom] = max(g.outer[html.SideBottom], float64(g.hor[rows*cols+c].b.Width)/2)
	}
	for r := range rows {
		g.outer[html.SideLeft] = max(g.outer[html.SideLeft], float64(g.ver[r*(cols+1)].b.Width)/2)
		g.outer[html.SideRight] = max(g.outer[html.SideRight], float64(g.ver[r*(cols+1)+cols].b.Width)/2)
	}
}

// draw returns the pieces to draw, equal neighbours joined.
func (g *edgeGrid) draw(tops, at []float64, rtl bool, width float64) []edge {
	if len(g.hor) == 0 {
		return nil
	}
	var out []edge
	put := func(e edge) {
		if !e.border.Visible() {
			return
		}
		if rtl {
			e.x = width - e.x - e.w
		}
		if n := len(out); n > 0 && !rtl {
			p := &out[n-1]
			if p.border == e.border && p.hor == e.hor {
				if e.hor && p.y == e.y && e.x <= p.x+p.w+0.01 && e.x+e.w > p.x+p.w {
					p.w = e.x + e.w - p.x
					return
				}
				if !e.hor && p.x == e.x && e.y <= p.y+p.h+0.01 && e.y+e.h > p.y+p.h {
					p.h = e.y + e.h - p.y
					return
				}
			}
		}
		out = append(out, e)
	}
	half := func(w winner) float64 { return float64(w.b.Width) / 2 }
	for c := 0; c <= g.cols; c++ {
		for r := range g.rows {
			w := g.ver[r*(g.cols+1)+c]
			put(edge{x: at[c] - half(w), y: tops[r], w: 2 * half(w), h: tops[r+1] - tops[r], border: w.b})
		}
	}
	for r := 0; r <= g.rows; r++ {
		for c := range g.cols {
			w := g.hor[r*g.cols+c]
			// Horizontal edges cover the corners.
			a, b := 0.0, 0.0
			for _, rr := range [2]int{r - 1, r} {
				if rr >= 0 && rr < g.rows {
					a = max(a, half(g.ver[rr*(g.cols+1)+c]))
					b = max(b, half(g.ver[rr*(g.cols+1)+c+1]))
				}
			}
			put(edge{x: at[c] - a, y: tops[r] - half(w), w: at[c+1] - at[c] + a + b, h: 2 * half(w), hor: true, border: w.b})
		}
	}
	return out
}

// edge draws a piece of a collapsed border.
func (e *emitter) edge(b *edge, x, y float64, v env) {
	style := b.border.Style
	if style == html.Inset || style == html.Outset {
		style = html.Solid
	}
	e.p.Items = append(e.p.Items, Item{
		Op: OpEdge, X: x + b.x, Y: y + b.y, W: b.w, H: b.h, Colour: b.border.Colour, Line: style, Clip: v.clip, Alpha: v.alpha, Group: v.group,
		Across: b.hor,
	})
}
