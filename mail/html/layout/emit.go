package layout

import (
	"math"
	"slices"

	"poplar/mail/html"
)

// emitter walks over fragments in the order of painting (CSS 2.1, appendix E) and fills a Page.
type emitter struct {
	l    *engine
	p    *Page
	keys []wordKeys // of p.Words
	// The next word belongs to another block, or to another table cell.
	apart, cell bool
	maxX        float64
}

// wordKeys say where a word stands in the source, which is the order it is read in, and what stands before it.
type wordKeys struct {
	seq         int32
	ord         int32
	apart, cell bool
	brk         bool // a line end that the author asked for
}

// env is what a fragment takes over from those around it.
type env struct {
	clip  int32
	alpha float32
	group int32
}

func (l *engine) page(b *Box) *Page {
	root := l.layout(b.root, constraint{cbW: l.o.Width, cbH: -1, w: -1, h: -1}, &floatCtx{}, 0, 0)
	p := &Page{Width: l.o.Width, Canvas: l.tree.Canvas, CanvasLayers: l.tree.CanvasLayers, Cut: b.cut || l.cut}
	m := marginOf(root.st, l.o.Width)
	root.x, root.y = m[html.SideLeft], m[html.SideTop]
	p.Height = math.Round(max(0, root.y+root.h+m[html.SideBottom]))
	p.Words = make([]Word, 0, b.segs)
	e := &emitter{l: l, p: p, keys: make([]wordKeys, 0, b.segs)}
	e.atomic(root, 0, 0, env{clip: -1, alpha: 1, group: -1})
	e.read()
	p.ScrollWidth = math.Ceil(e.maxX)
	for i := range p.Items {
		if it := &p.Items[i]; it.Op != OpRule && it.Clip < 0 && it.Y+it.H > p.Height && it.Y+it.H < huge {
			p.Height = math.Round(it.Y + it.H)
		}
	}
	p.index()
	return p
}

// atomic paints a fragment that is a world of its own: floats, inline-blocks, the root.
func (e *emitter) atomic(f *frag, x, y float64, v env) {
	x, y = f.at(x, y)
	v = e.enter(f, v)
	e.decorate(f, x, y, v)
	in := e.inside(f, x, y, v)
	y += f.dy
	e.blocks(f, x, y, in)
	e.floats(f, x, y, in)
	e.inlines(f, x, y, in)
}

// enter begins the group of a box that is drawn through.
func (e *emitter) enter(f *frag, v env) env {
	if f.st.Opacity < 1 && f.box.kind != rowBox && f.box.kind != groupBox {
		e.p.Groups = append(e.p.Groups, Group{Alpha: f.st.Opacity, Parent: v.group})
		v.group = int32(len(e.p.Groups) - 1)
	}
	return v
}

// at is where a fragment is drawn within a parent drawn at x, y: at its place, or beside it where position: relative says
// so.
func (f *frag) at(x, y float64) (float64, float64) {
	x, y = x+f.x, y+f.y
	if f.st.Position != html.Relative {
		return x, y
	}
	in := &f.st.Inset
	switch {
	case !in[html.SideLeft].IsAuto():
		x += in[html.SideLeft].Of(f.w)
	case !in[html.SideRight].IsAuto():
		x -= in[html.SideRight].Of(f.w)
	}
	switch {
	case !in[html.SideTop].IsAuto():
		y += float64(in[html.SideTop].Px)
	case !in[html.SideBottom].IsAuto():
		y -= float64(in[html.SideBottom].Px)
	}
	return x, y
}

// apart reports whether a fragment is painted as a world of its own.
func (f *frag) apart() bool { return f.floated || f.st.Opacity < 1 }

// inside applies the clip of overflow: hidden.
func (e *emitter) inside(f *frag, x, y float64, v env) env {
	if !f.st.Clip || f.box.kind == rowBox || f.box.kind == groupBox {
		return v
	}
	if f.clip == 0 {
		b := borderOf(f.st)
		c := Clip{
			X: x + b[html.SideLeft], Y: y + b[html.SideTop], W: max(0, f.w-b.hor()), H: max(0, f.h-b.ver()), Parent: v.clip,
			Radius: Radii(f.st, f.w, f.h),
		}
		for i := range c.Radius {
			bx, by := b[html.SideLeft], b[html.SideTop]
			if i == 1 || i == 2 {
				bx = b[html.SideRight]
			}
			if i >= 2 {
				by = b[html.SideBottom]
			}
			c.Radius[i] = [2]float64{max(0, c.Radius[i][0]-bx), max(0, c.Radius[i][1]-by)}
		}
		e.p.Clips = append(e.p.Clips, c)
		f.clip = int32(len(e.p.Clips))
	}
	v.clip = f.clip - 1
	return v
}

// Radii are the used corner radii of a border box, made smaller where they would overlap (CSS Backgrounds 3, 5.5).
func Radii(st *html.Style, w, h float64) [4][2]float64 {
	var r [4][2]float64
	some := false
	for i, c := range st.Radius {
		r[i] = [2]float64{max(0, c.X.Of(w)), max(0, c.Y.Of(h))}
		some = some || r[i][0] > 0 && r[i][1] > 0
	}
	if !some {
		return [4][2]float64{}
	}
	scale := 1.0
	shrink := func(sum, room float64) {
		if sum > room && sum > 0 {
			scale = min(scale, room/sum)
		}
	}
	shrink(r[0][0]+r[1][0], w)
	shrink(r[3][0]+r[2][0], w)
	shrink(r[0][1]+r[3][1], h)
	shrink(r[1][1]+r[2][1], h)
	for i := range r {
		r[i][0] *= scale
		r[i][1] *= scale
	}
	return r
}

// blocks paints the backgrounds of in-flow block boxes, in tree order.
func (e *emitter) blocks(f *frag, x, y float64, v env) {
	for _, k := range f.kids {
		e.l.tick()
		if k.apart() {
			continue
		}
		kx, ky := k.at(x, y)
		e.decorate(k, kx, ky, v)
		e.blocks(k, kx, ky+k.dy, e.inside(k, kx, ky, v))
	}
	for i := range f.borders {
		e.edge(&f.borders[i], x, y, v)
	}
}

// floats paints floats, each as a world of its own.
func (e *emitter) floats(f *frag, x, y float64, v env) {
	for _, k := range f.kids {
		if k.apart() {
			e.atomic(k, x, y, v)
			continue
		}
		if len(k.kids) > 0 {
			kx, ky := k.at(x, y)
			e.floats(k, kx, ky+k.dy, e.inside(k, kx, ky, v))
		}
	}
}

// inlines paints text and what stands in lines.
func (e *emitter) inlines(f *frag, x, y float64, v env) {
	if f.marker != nil {
		e.marker(f.marker, x, y, v)
	}
	if f.box.kind == replacedBox {
		e.picture(f, x, y, v)
	}
	if len(f.lines) > 0 {
		e.apart = true
		for i := range f.lines {
			e.line(&f.lines[i], x, y, v)
		}
		e.apart = true
	}
	if f.box.kind == cellBox {
		e.cell, e.apart = true, true
	}
	for _, k := range f.kids {
		e.l.tick()
		if k.apart() {
			continue
		}
		kx, ky := k.at(x, y)
		e.inlines(k, kx, ky+k.dy, e.inside(k, kx, ky, v))
	}
}

func (e *emitter) reach(x float64, v env) {
	if v.clip < 0 && x > e.maxX {
		e.maxX = x
	}
}

// decorate paints a box's background and border.
func (e *emitter) decorate(f *frag, x, y float64, v env) {
	st := f.st
	if f.w <= 0 && f.h <= 0 {
		return
	}
	add := func(st *html.Style, open uint8) {
		e.p.Items = append(e.p.Items, Item{
			Op: OpBox, X: x, Y: y, W: f.w, H: f.h, Style: st, Clip: v.clip, Alpha: v.alpha, Group: v.group, Base: f.w, Open: open,
		})
	}
	for _, g := range f.under {
		add(g, 0)
	}
	if st.Visibility != html.Visible || f.bare || !visibleBox(st) {
		return
	}
	e.reach(x+f.w, v)
	open := f.open
	if f.edged {
		open |= NoBorder
	}
	add(st, open)
}

func visibleBox(st *html.Style) bool {
	return paints(st) || len(st.Shadows) > 0 || st.OutlineBorder.Visible()
}

func (e *emitter) picture(f *frag, x, y float64, v env) {
	n := f.box.node
	if f.st.Visibility != html.Visible || n == nil {
		return
	}
	edges := edgesOf(f.st, f.w)
	b := borderOf(f.st)
	it := Item{
		X: x + edges[html.SideLeft], Y: y + edges[html.SideTop], W: max(0, f.w-edges.hor()), H: max(0, f.h-edges.ver()),
		Style: f.st, Picture: n.Picture, Alt: n.Alt, Clip: v.clip, Alpha: v.alpha, Group: v.group, Link: int32(n.Link), Op: OpPicture,
	}
	if !n.Picture.Ready() {
		it.Op = OpHeld
		if n.Picture != nil && n.Picture.Tracker || it.W < 3 || it.H < 3 {
			return
		}
	}
	if r := Radii(f.st, f.w, f.h); r != ([4][2]float64{}) {
		e.p.Clips = append(e.p.Clips, Clip{X: x + b[html.SideLeft], Y: y + b[html.SideTop], W: f.w - b.hor(), H: f.h - b.ver(), Radius: r, Parent: v.clip})
		it.Clip = int32(len(e.p.Clips) - 1)
	}
	e.reach(it.X+it.W, v)
	e.p.Items = append(e.p.Items, it)
}

func (e *emitter) marker(m *marker, x, y float64, v env) {
	if m.st.Visibility != html.Visible {
		return
	}
	if m.sh == nil {
		e.p.Items = append(e.p.Items, Item{
			Op: OpBullet, X: x + m.x, Y: y + m.y, W: m.w, H: m.h, Colour: m.st.Colour, List: m.shape, Style: m.st, Clip: v.clip, Alpha: v.alpha, Group: v.group,
		})
		return
	}
	e.word(Word{
		X: x + m.x, Y: y + m.y, W: m.w, H: m.h, Base: y + m.base, Shaped: m.sh, Style: m.st, Colour: m.st.Colour, Clip: v.clip, Alpha: v.alpha, Group: v.group,
	}, wordKeys{seq: m.seq})
}

// line paints one line box.
func (e *emitter) line(ln *line, x, y float64, v env) {
	e.l.tick()
	for i := range ln.parts {
		p := &ln.parts[i]
		st := p.box.st
		switch p.kind {
		case boxPart:
			if st.Visibility == html.Visible {
				it := Item{Op: OpBox, X: x + p.x, Y: y + p.y, W: max(0, p.w), H: p.h, Style: st, Clip: v.clip, Alpha: v.alpha * st.InlineAlpha, Group: v.group, Base: p.w}
				if !p.first {
					it.Open |= 1 << html.SideLeft
				}
				if !p.last {
					it.Open |= 1 << html.SideRight
				}
				e.reach(it.X+it.W, v)
				e.p.Items = append(e.p.Items, it)
			}
		case fragPart:
			e.atomic(p.frag, x, y, v)
		case bulletPart:
			m := e.l.metricsOf(st)
			up := math.Floor(m.ascent * 2 / 3)
			size := math.Floor((up + 1) / 2)
			e.p.Items = append(e.p.Items, Item{
				Op: OpBullet, X: x + p.x, Y: y + p.y - m.ascent + math.Floor(3*(m.ascent-up)/2), W: size, H: size, Colour: st.Colour,
				List: st.ListType, Style: st, Clip: v.clip, Alpha: v.alpha, Group: v.group,
			})
		case breakPart:
			m := e.l.metricsOf(st)
			e.keys = append(e.keys, wordKeys{seq: p.box.seq, ord: int32(p.ord), brk: true})
			e.p.Words = append(e.p.Words, Word{
				X: x + p.x, Y: y + p.y - m.ascent, H: m.ascent + m.descent, Base: y + p.y, Style: st, Clip: v.clip, Alpha: v.alpha, Group: v.group, Space: true,
			})
		case spacePart, textPart:
			if st.Visibility != html.Visible {
				continue
			}
			m := e.l.metricsOf(st)
			w := Word{
				X: x + p.x, Y: y + p.y - m.ascent, W: p.w, H: m.ascent + m.descent, Base: y + p.y, Shaped: p.sh, Style: st,
				Colour: st.Colour, Clip: v.clip, Alpha: v.alpha * st.InlineAlpha, Group: v.group, Space: p.kind == spacePart, Node: p.box.node, Raw: p.raw,
			}
			if p.box.node != nil {
				w.Link = int32(p.box.node.Link)
			}
			e.word(w, wordKeys{seq: p.box.seq, ord: int32(p.ord)})
		}
	}
}

// word appends a word and the items that draw it.
func (e *emitter) word(w Word, k wordKeys) {
	if !w.Space {
		k.apart, k.cell = e.apart, e.cell
		e.apart, e.cell = false, false
	}
	e.reach(w.X+w.W, env{clip: w.Clip})
	e.p.Words = append(e.p.Words, w)
	e.keys = append(e.keys, k)
	st := w.Style
	lines := func(through bool) {
		for i := range st.Decorations {
			if d := &st.Decorations[i]; d.Through == through {
				e.rule(&w, d)
			}
		}
	}
	lines(false)
	if !w.Space {
		e.draw(&w)
	}
	lines(true)
}

// draw appends the last word to the item that draws the words before it, or to a new one.
func (e *emitter) draw(w *Word) {
	p := e.p
	n := int32(len(p.Words) - 1)
	if k := len(p.Items) - 1; k >= 0 {
		it := &p.Items[k]
		if it.Op == OpText && it.Y == w.Y && it.H == w.H && it.Clip == w.Clip && it.Group == w.Group && int(it.To) == len(p.Drawn) {
			x0, x1 := min(it.X, w.X), max(it.X+it.W, w.X+w.W)
			it.X, it.W = x0, x1-x0
			p.Drawn = append(p.Drawn, n)
			it.To++
			return
		}
	}
	from := int32(len(p.Drawn))
	p.Drawn = append(p.Drawn, n)
	p.Items = append(p.Items, Item{
		Op: OpText, X: w.X, Y: w.Y, W: w.W, H: w.H, Style: w.Style, From: from, To: from + 1, Clip: w.Clip, Alpha: 1, Group: w.Group,
	})
}

// lead gives the mark of a block's beginning to the word that is read first, where lines run from right to left.
func (e *emitter) lead() {
	first := 0 // of the block's words
	for i := range e.keys {
		switch k, f := &e.keys[i], &e.keys[first]; {
		case k.apart:
			first = i
		case f.apart && before(*k, *f):
			k.apart, k.cell, f.apart, f.cell = true, f.cell, false, false
			first = i
		}
	}
}

// read brings the words into the order of the source and writes the page's text.
func (e *emitter) read() {
	p := e.p
	n := len(p.Words)
	order := make([]int, n)
	sorted := true
	for i := range order {
		order[i] = i
		if i > 0 && before(e.keys[i], e.keys[i-1]) {
			sorted = false
		}
	}
	if !sorted {
		e.lead()
		slices.SortStableFunc(order, func(a, b int) int {
			switch {
			case before(e.keys[a], e.keys[b]):
				return -1
			case before(e.keys[b], e.keys[a]):
				return 1
			}
			return 0
		})
		words, keys, place := make([]Word, n), make([]wordKeys, n), make([]int32, n)
		for to, from := range order {
			words[to], keys[to], place[from] = p.Words[from], e.keys[from], int32(to)
		}
		p.Words, e.keys = words, keys
		for i, w := range p.Drawn {
			p.Drawn[i] = place[w]
		}
	}
	t := textOf{}
	for i := range p.Words {
		if i&0xFFF == 0 {
			e.l.tick()
		}
		t.add(&p.Words[i], e.keys[i])
	}
	p.Text = string(t.b)
}

func before(a, b wordKeys) bool { return a.seq < b.seq || a.seq == b.seq && a.ord < b.ord }

// textOf writes the text of a page.
type textOf struct {
	b                 []byte
	lastY, lastBottom float64 // of what was written last, to know how far apart two texts stand
}

func (t *textOf) add(w *Word, k wordKeys) {
	if k.apart {
		t.separate(w, k.cell)
	}
	w.Start = int32(len(t.b))
	switch {
	case k.brk:
		t.b = append(t.b, '\n')
	case w.Shaped != nil:
		t.b = append(t.b, w.Shaped.Text...)
	case w.Space:
		t.b = append(t.b, '\t')
	}
	w.End = int32(len(t.b))
	if k.brk {
		return // a line of nothing else leaves a gap
	}
	t.lastY = w.Y
	t.lastBottom = max(w.Y+w.H, min(t.lastBottom, w.Y+2*w.H))
}

// separate writes what stands between the texts of two blocks: a tab between cells side by side, an empty line where a
// gap shows, else a new line.
func (t *textOf) separate(w *Word, cell bool) {
	gap := w.Y-t.lastBottom > w.H*0.7
	n := len(t.b)
	switch {
	case n == 0:
	case t.b[n-1] == '\n':
		if gap && n > 1 && t.b[n-2] != '\n' {
			t.b = append(t.b, '\n')
		}
	case w.Y < t.lastBottom-w.H/3 && w.Y > t.lastY-2*w.H:
		if cell {
			t.b = append(t.b, '\t')
		} else if t.b[n-1] != ' ' {
			t.b = append(t.b, ' ')
		}
	case gap:
		t.b = append(t.b, "\n\n"...)
	default:
		t.b = append(t.b, '\n')
	}
}

// rule draws one line of text-decoration along a word.
func (e *emitter) rule(w *Word, d *html.Decoration) {
	st := w.Style
	m := e.l.metricsOf(st)
	t := max(1, float64(st.Size)/10)
	if !d.Thickness.IsAuto() {
		t = max(1, d.Thickness.Of(float64(st.Size)))
	}
	add := func(y float64) {
		e.p.Items = append(e.p.Items, Item{
			Op: OpRule, X: w.X, Y: y, W: w.W, H: t, Style: st, Colour: d.Colour, Line: d.Style, Clip: w.Clip, Alpha: w.Alpha, Group: w.Group,
		})
	}
	if d.Under {
		add(w.Base + max(1, math.Ceil(t/2)))
	}
	if d.Over {
		add(w.Base - m.ascent)
	}
	if d.Through {
		add(w.Base - float64(m.face.xHeight*st.Size)/2 - t/2)
	}
}
