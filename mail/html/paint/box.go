package paint

import (
	"image"
	"image/color"
	"math"

	"poplar/mail/html"
	"poplar/mail/html/layout"
)

// box draws shadow, background and border of a box.
func (c *canvas) box(it *layout.Item) {
	st := it.Style
	r := rect{it.X, it.Y, it.X + it.W, it.Y + it.H}
	rad := layout.Radii(st, it.W, it.H)
	for i := range rad {
		// Corners at an open side belong to another line.
		if it.Open&(1<<html.SideLeft) != 0 && (i == 0 || i == 3) || it.Open&(1<<html.SideRight) != 0 && (i == 1 || i == 2) {
			rad[i] = [2]float64{}
		}
	}
	for i := len(st.Shadows) - 1; i >= 0; i-- {
		c.shadow(&st.Shadows[i], r, rad, it.Alpha)
	}
	c.background(it, r, rad)
	c.border(it, r, rad)
	if o := &st.OutlineBorder; o.Visible() {
		w := float64(o.Width)
		c.frame(rect{r.x0 - w, r.y0 - w, r.x1 + w, r.y1 + w}, [4]float64{w, w, w, w}, o, it.Alpha)
	}
}

// widths are the border widths that are drawn, in CSS pixels.
func widths(it *layout.Item) [4]float64 {
	var w [4]float64
	for i := range w {
		b := &it.Style.Border[i]
		if b.Visible() && it.Open&(1<<i) == 0 && it.Open&layout.NoBorder == 0 {
			w[i] = float64(b.Width)
		}
	}
	return w
}

// background draws the colour and the pictures behind a box.
func (c *canvas) background(it *layout.Item, r rect, rad [4][2]float64) {
	st := it.Style
	if st.Background.A == 0 && len(st.Layers) == 0 {
		return
	}
	bw := widths(it)
	clip := r
	clipRad := rad
	clipBox := html.BorderBox
	if n := len(st.Layers); n > 0 {
		clipBox = st.Layers[n-1].ClipBox
	}
	switch clipBox {
	case html.PaddingBox:
		clip = r.inset(bw[0], bw[1], bw[2], bw[3])
		clipRad = shrink(rad, bw)
	case html.ContentBox:
		p := padding(st, it.Base)
		for i := range p {
			p[i] += bw[i]
		}
		clip = r.inset(p[0], p[1], p[2], p[3])
		clipRad = shrink(rad, p)
	}
	if st.Background.A > 0 {
		if clipRad == ([4][2]float64{}) {
			fill(c.dst, c.snap(clip), st.Background, it.Alpha)
		} else if c.roundPath(clip, clipRad, c.dst.Rect, false) {
			c.fillPath(st.Background, it.Alpha)
		}
	}
	if len(st.Layers) == 0 {
		return
	}
	whole := c.dst
	area := c.snap(clip).Intersect(c.dst.Rect)
	if area.Empty() {
		return
	}
	round := clipRad != ([4][2]float64{})
	if round {
		c.dst = image.NewRGBA(area)
	} else {
		c.dst = whole.SubImage(area).(*image.RGBA)
	}
	for i := len(st.Layers) - 1; i >= 0; i-- {
		ly := &st.Layers[i]
		origin := r.inset(bw[0], bw[1], bw[2], bw[3])
		switch ly.Origin {
		case html.BorderBox:
			origin = r
		case html.ContentBox:
			p := padding(st, it.Base)
			origin = origin.inset(p[0], p[1], p[2], p[3])
		}
		c.layer(ly, origin, clip, it.Alpha)
	}
	layer := c.dst
	c.dst = whole
	if round && c.roundPath(clip, clipRad, area, false) {
		m := c.pathMask()
		mask := &image.Alpha{Pix: m.Pix, Stride: m.Stride, Rect: c.area}
		blendMasked(c.dst, layer.SubImage(c.area).(*image.RGBA), mask, 1)
	}
}

func padding(st *html.Style, base float64) [4]float64 {
	var p [4]float64
	for i := range p {
		p[i] = max(0, st.Padding[i].Of(base))
	}
	return p
}

// shrink makes outer radii inner ones.
func shrink(rad [4][2]float64, w [4]float64) [4][2]float64 {
	hor := [4]float64{w[3], w[1], w[1], w[3]}
	ver := [4]float64{w[0], w[0], w[2], w[2]}
	for i := range rad {
		rad[i][0], rad[i][1] = max(0, rad[i][0]-hor[i]), max(0, rad[i][1]-ver[i])
		if rad[i][0] == 0 || rad[i][1] == 0 {
			rad[i] = [2]float64{}
		}
	}
	return rad
}

// border draws the four sides of a border.
func (c *canvas) border(it *layout.Item, r rect, rad [4][2]float64) {
	st := it.Style
	w := widths(it)
	if w == ([4]float64{}) {
		return
	}
	for i := range w {
		// A border is never thinner than a device pixel, and is a whole number of them.
		if w[i] > 0 {
			w[i] = max(1, float64(int(w[i]*c.scale))) / c.scale
		}
	}
	same := true
	for i := 1; i < 4; i++ {
		if (w[i] > 0) != (w[0] > 0) || st.Border[i].Style != st.Border[0].Style || st.Border[i].Colour != st.Border[0].Colour {
			same = false
		}
	}
	if rad != ([4][2]float64{}) {
		c.roundBorder(it, r, rad, w, same)
		return
	}
	if same && st.Border[0].Style == html.Solid {
		c.frame(r, w, &st.Border[0], it.Alpha)
		return
	}
	c.straightBorder(it, r, w)
}

// frame fills the ring between a rectangle and its inset by w.
func (c *canvas) frame(r rect, w [4]float64, b *html.Border, alpha float32) {
	o, in := c.snap(r), c.snap(r.inset(w[0], w[1], w[2], w[3]))
	fill(c.dst, image.Rect(o.Min.X, o.Min.Y, o.Max.X, in.Min.Y), b.Colour, alpha)
	fill(c.dst, image.Rect(o.Min.X, in.Max.Y, o.Max.X, o.Max.Y), b.Colour, alpha)
	fill(c.dst, image.Rect(o.Min.X, in.Min.Y, in.Min.X, in.Max.Y), b.Colour, alpha)
	fill(c.dst, image.Rect(in.Max.X, in.Min.Y, o.Max.X, in.Max.Y), b.Colour, alpha)
}

// sideColour shades inset and outset borders.
func sideColour(b *html.Border, side int) color.NRGBA {
	light := side == int(html.SideBottom) || side == int(html.SideRight)
	switch {
	case b.Style != html.Inset && b.Style != html.Outset:
		return b.Colour
	case light == (b.Style == html.Inset):
		return lighter(b.Colour)
	}
	return darker(b.Colour)
}

// sidePart is the part of a frame between two rectangles that belongs to a side, mitred where it meets the others.
func sidePart(o, in image.Rectangle, side int) [4][2]float64 {
	x0, y0, x1, y1 := float64(o.Min.X), float64(o.Min.Y), float64(o.Max.X), float64(o.Max.Y)
	a0, b0, a1, b1 := float64(in.Min.X), float64(in.Min.Y), float64(in.Max.X), float64(in.Max.Y)
	switch html.Side(side) {
	case html.SideTop:
		return [4][2]float64{{x0, y0}, {x1, y0}, {a1, b0}, {a0, b0}}
	case html.SideRight:
		return [4][2]float64{{x1, y0}, {x1, y1}, {a1, b1}, {a1, b0}}
	case html.SideBottom:
		return [4][2]float64{{x0, y1}, {a0, b1}, {a1, b1}, {x1, y1}}
	}
	return [4][2]float64{{x0, y0}, {a0, b0}, {a0, b1}, {x0, y1}}
}

// straightBorder draws sides that differ, with mitred corners where two meet.
func (c *canvas) straightBorder(it *layout.Item, r rect, w [4]float64) {
	o, in := c.snap(r), c.snap(r.inset(w[0], w[1], w[2], w[3]))
	st := it.Style
	rects := [4]image.Rectangle{
		image.Rect(o.Min.X, o.Min.Y, o.Max.X, in.Min.Y), image.Rect(in.Max.X, o.Min.Y, o.Max.X, o.Max.Y),
		image.Rect(o.Min.X, in.Max.Y, o.Max.X, o.Max.Y), image.Rect(o.Min.X, o.Min.Y, in.Min.X, o.Max.Y),
	}
	// band draws the part of a side from one share of its width to another.
	band := func(side int, from, to float64, col color.NRGBA) {
		inset := func(share float64) image.Rectangle {
			return c.snap(r.inset(w[0]*share, w[1]*share, w[2]*share, w[3]*share))
		}
		if q := sidePart(inset(from), inset(to), side); c.begin(rects[side].Inset(-1)) {
			c.polygon(q[0], q[1], q[2], q[3])
			c.fillPath(col, it.Alpha)
		}
	}
	for i := range w {
		if w[i] <= 0 {
			continue
		}
		b := &st.Border[i]
		col := sideColour(b, i)
		device := w[i] * c.scale
		prev, next := (i+3)%4, (i+1)%4
		switch {
		case b.Style == html.Dashed || b.Style == html.Dotted:
			c.stroke(rects[i], i == int(html.SideTop) || i == int(html.SideBottom), b.Style, col, it.Alpha)
		case b.Style == html.Double && device >= 3:
			third := math.Floor((device+2)/3) / device
			band(i, 0, third, col)
			band(i, 1-third, 1, col)
		case (b.Style == html.Groove || b.Style == html.Ridge) && device >= 2:
			outer, inner := *b, *b
			outer.Style, inner.Style = html.Inset, html.Outset
			if b.Style == html.Ridge {
				outer.Style, inner.Style = html.Outset, html.Inset
			}
			half := math.Floor(device/2) / device
			band(i, 0, half, sideColour(&outer, i))
			band(i, half, 1, sideColour(&inner, i))
		case w[prev] <= 0 && w[next] <= 0:
			fill(c.dst, rects[i], col, it.Alpha)
		default:
			band(i, 0, 1, col)
		}
	}
}

// roundBorder draws a border with round corners.
func (c *canvas) roundBorder(it *layout.Item, r rect, rad [4][2]float64, w [4]float64, same bool) {
	st := it.Style
	inner := r.inset(w[0], w[1], w[2], w[3])
	ring := func() {
		c.addRound(r, rad, false)
		c.addRound(inner, shrink(rad, w), true)
	}
	if same {
		if c.begin(c.snap(r).Inset(-1)) {
			ring()
			c.fillPath(sideColour(&st.Border[0], 0), it.Alpha)
		}
		return
	}
	// Sides that differ: the ring is drawn once per side through that side's part of the box.
	o, in := c.device(r), c.device(inner)
	cx, cy := (o.x0+o.x1)/2, (o.y0+o.y1)/2
	parts := [4][][2]float64{
		{{o.x0, o.y0}, {o.x1, o.y0}, {in.x1, in.y0}, {cx, cy}, {in.x0, in.y0}},
		{{o.x1, o.y0}, {o.x1, o.y1}, {in.x1, in.y1}, {cx, cy}, {in.x1, in.y0}},
		{{o.x1, o.y1}, {o.x0, o.y1}, {in.x0, in.y1}, {cx, cy}, {in.x1, in.y1}},
		{{o.x0, o.y1}, {o.x0, o.y0}, {in.x0, in.y0}, {cx, cy}, {in.x0, in.y1}},
	}
	area := c.snap(r).Inset(-1).Intersect(c.dst.Rect)
	for i := range w {
		if w[i] <= 0 || !c.begin(area) {
			continue
		}
		ring()
		m := c.pathMask()
		layer := image.NewRGBA(c.area)
		blendMask(layer, m.Pix, c.area.Dx(), c.area.Dy(), c.area.Min.X, c.area.Min.Y, sideColour(&st.Border[i], i), it.Alpha)
		c.begin(area)
		c.polygon(parts[i]...)
		pm := c.pathMask()
		blendMasked(c.dst, layer, &image.Alpha{Pix: pm.Pix, Stride: pm.Stride, Rect: c.area}, 1)
	}
}

// shadow draws a box-shadow outside of the box.
func (c *canvas) shadow(s *html.Shadow, r rect, rad [4][2]float64, alpha float32) {
	if s.Inset || s.Colour.A == 0 {
		return
	}
	sp := float64(s.Spread)
	q := rect{r.x0 + float64(s.X) - sp, r.y0 + float64(s.Y) - sp, r.x1 + float64(s.X) + sp, r.y1 + float64(s.Y) + sp}
	if q.x1 <= q.x0 || q.y1 <= q.y0 {
		return
	}
	blur := min(max(float64(s.Blur), 0), 100)
	grow := int(blur*c.scale) + 2
	area := c.snap(q).Inset(-grow).Intersect(c.dst.Rect)
	if area.Empty() {
		return
	}
	radius := int(blur*c.scale/2 + 0.5)
	// The blur reaches beyond the tile: a wider part of the shape is drawn.
	wide := area.Inset(-grow)
	if wide.Dx()*wide.Dy() > 1<<23 {
		return
	}
	whole := c.dst
	c.dst = &image.RGBA{Rect: wide}
	ok := c.begin(wide)
	if ok {
		for i := range rad {
			if rad[i] != ([2]float64{}) {
				rad[i][0], rad[i][1] = max(0, rad[i][0]+sp), max(0, rad[i][1]+sp)
			}
		}
		c.addRound(q, rad, false)
	}
	c.dst = whole
	if !ok {
		return
	}
	m := append([]uint8(nil), c.pathMask().Pix...)
	w, h := wide.Dx(), wide.Dy()
	for range 3 {
		blurMask(m, w, h, radius/2+radius%2)
	}
	// Nothing is drawn beneath the box itself.
	hole := c.snap(r)
	for y := max(hole.Min.Y, wide.Min.Y); y < min(hole.Max.Y, wide.Max.Y); y++ {
		a, b := max(hole.Min.X, wide.Min.X)-wide.Min.X, min(hole.Max.X, wide.Max.X)-wide.Min.X
		if b > a {
			clear(m[(y-wide.Min.Y)*w+a : (y-wide.Min.Y)*w+b])
		}
	}
	blendMask(c.dst, m, w, h, wide.Min.X, wide.Min.Y, s.Colour, alpha)
}

// blurMask averages a mask over boxes of 2r+1, along both axes.
func blurMask(m []uint8, w, h, r int) {
	if r <= 0 {
		return
	}
	line := make([]uint8, max(w, h))
	run := func(at func(i int) *uint8, n int) {
		sum := 0
		for i := -r; i < n+r; i++ {
			if i+r < n && i+r >= 0 {
				sum += int(*at(i + r))
			}
			if i-r-1 >= 0 && i-r-1 < n {
				sum -= int(*at(i - r - 1))
			}
			if i >= 0 && i < n {
				line[i] = uint8(sum / (2*r + 1))
			}
		}
		for i := range n {
			*at(i) = line[i]
		}
	}
	for y := range h {
		run(func(i int) *uint8 { return &m[y*w+i] }, w)
	}
	for x := range w {
		run(func(i int) *uint8 { return &m[i*w+x] }, h)
	}
}
