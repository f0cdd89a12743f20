package paint

import (
	"image"
	"image/color"
	"image/draw"
	"math"

	"poplar/mail/html"
)

// begin starts a path that is filled within area.
func (c *canvas) begin(area image.Rectangle) bool {
	c.area = area.Intersect(c.dst.Rect)
	if c.area.Empty() {
		return false
	}
	c.p.ras.Reset(c.area.Dx(), c.area.Dy())
	c.p.ras.DrawOp = draw.Src
	return true
}

// at turns device pixels into coordinates of the path's area, kept near enough for the rasteriser's arithmetic.
func (c *canvas) at(x, y float64) (float32, float32) {
	const margin = 4096
	x = min(max(x-float64(c.area.Min.X), -margin), float64(c.area.Dx())+margin)
	y = min(max(y-float64(c.area.Min.Y), -margin), float64(c.area.Dy())+margin)
	return float32(x), float32(y)
}

func (c *canvas) moveTo(x, y float64) { c.p.ras.MoveTo(c.at(x, y)) }
func (c *canvas) lineTo(x, y float64) { c.p.ras.LineTo(c.at(x, y)) }

func (c *canvas) polygon(pts ...[2]float64) {
	for i, p := range pts {
		if i == 0 {
			c.moveTo(p[0], p[1])
		} else {
			c.lineTo(p[0], p[1])
		}
	}
	c.p.ras.ClosePath()
}

// fillPath fills the path with a colour.
func (c *canvas) fillPath(col color.NRGBA, alpha float32) {
	n := c.area.Dx() * c.area.Dy()
	if n == 0 {
		return
	}
	m := c.pathMask()
	blendMask(c.dst, m.Pix, c.area.Dx(), c.area.Dy(), c.area.Min.X, c.area.Min.Y, col, alpha)
}

// pathMask is the coverage of the path over its area. It is valid until the next path.
func (c *canvas) pathMask() *image.Alpha {
	n := c.area.Dx() * c.area.Dy()
	if cap(c.p.mask) < n {
		c.p.mask = make([]uint8, n)
	}
	m := &image.Alpha{Pix: c.p.mask[:n], Stride: c.area.Dx(), Rect: image.Rect(0, 0, c.area.Dx(), c.area.Dy())}
	c.p.ras.Draw(m, m.Rect, image.Opaque, image.Point{})
	return m
}

// device turns a rectangle in CSS pixels into snapped device pixels.
func (c *canvas) device(r rect) rect {
	s := c.snap(r)
	return rect{float64(s.Min.X), float64(s.Min.Y), float64(s.Max.X), float64(s.Max.Y)}
}

// roundPath starts a path with one rectangle with round corners; radii are in CSS pixels.
func (c *canvas) roundPath(r rect, rad [4][2]float64, area image.Rectangle, hole bool) bool {
	if !c.begin(area.Intersect(c.snap(r).Inset(-1))) {
		return false
	}
	c.addRound(r, rad, hole)
	return true
}

// addRound adds a rectangle with round corners to the path, the other way round if it is a hole.
func (c *canvas) addRound(r rect, rad [4][2]float64, hole bool) {
	d := c.device(r)
	for i := range rad {
		rad[i][0] *= c.scale
		rad[i][1] *= c.scale
	}
	c.addDevice(d, rad, hole)
}

// kappa is how far the control points of a Bézier curve lie for a quarter of a circle.
const kappa = 0.5522847498

func (c *canvas) addDevice(d rect, rad [4][2]float64, hole bool) {
	type pt = [2]float64
	tl, tr, br, bl := rad[0], rad[1], rad[2], rad[3]
	// Points clockwise from the end of the top left corner; each corner is a curve between two of them.
	p := [8]pt{
		{d.x0 + tl[0], d.y0},
		{d.x1 - tr[0], d.y0},
		{d.x1, d.y0 + tr[1]},
		{d.x1, d.y1 - br[1]},
		{d.x1 - br[0], d.y1},
		{d.x0 + bl[0], d.y1},
		{d.x0, d.y1 - bl[1]},
		{d.x0, d.y0 + tl[1]},
	}
	corner := [4]pt{{d.x1, d.y0}, {d.x1, d.y1}, {d.x0, d.y1}, {d.x0, d.y0}}
	curve := func(a, b, k pt) {
		if a == b || a == k || b == k {
			c.lineTo(b[0], b[1])
			return
		}
		x1, y1 := c.at(a[0]+(k[0]-a[0])*kappa, a[1]+(k[1]-a[1])*kappa)
		x2, y2 := c.at(b[0]+(k[0]-b[0])*kappa, b[1]+(k[1]-b[1])*kappa)
		x3, y3 := c.at(b[0], b[1])
		c.p.ras.CubeTo(x1, y1, x2, y2, x3, y3)
	}
	c.moveTo(p[0][0], p[0][1])
	if !hole {
		for i := range 4 {
			c.lineTo(p[2*i+1][0], p[2*i+1][1])
			curve(p[2*i+1], p[(2*i+2)%8], corner[i])
		}
	} else {
		for i := 3; i >= 0; i-- {
			curve(p[(2*i+2)%8], p[2*i+1], corner[i])
			c.lineTo(p[2*i][0], p[2*i][1])
		}
	}
	c.p.ras.ClosePath()
}

// stroke fills a straight line, whose rectangle is in device pixels, in a border style.
func (c *canvas) stroke(r image.Rectangle, horizontal bool, style html.Keyword, col color.NRGBA, alpha float32) {
	w, n := r.Dy(), r.Dx()
	if !horizontal {
		w, n = n, w
	}
	if w <= 0 || n <= 0 {
		return
	}
	part := func(a, b, from, to int) image.Rectangle {
		if horizontal {
			return image.Rect(r.Min.X+a, r.Min.Y+from, r.Min.X+b, r.Min.Y+to)
		}
		return image.Rect(r.Min.X+from, r.Min.Y+a, r.Min.X+to, r.Min.Y+b)
	}
	switch style {
	case html.Double:
		if w < 3 {
			fill(c.dst, r, col, alpha)
			return
		}
		third := (w + 2) / 3
		fill(c.dst, part(0, n, 0, third), col, alpha)
		fill(c.dst, part(0, n, w-third, w), col, alpha)
	case html.Dashed, html.Dotted:
		c.dashes(r, horizontal, style == html.Dotted, w, n, col, alpha)
	case html.Groove, html.Ridge:
		half := w / 2
		a, b := darker(col), lighter(col)
		if style == html.Ridge {
			a, b = b, a
		}
		fill(c.dst, part(0, n, 0, half), a, alpha)
		fill(c.dst, part(0, n, half, w), b, alpha)
	default:
		fill(c.dst, r, col, alpha)
	}
}

// dashes divides a line so that it begins and ends with a dash.
func (c *canvas) dashes(r image.Rectangle, horizontal, dots bool, w, n int, col color.NRGBA, alpha float32) {
	dash, gap := 2*float64(w), float64(w)
	if w < 3 {
		dash, gap = 3*float64(w), 2*float64(w)
	}
	if dots {
		dash, gap = float64(w), float64(w)
	}
	// As many as come nearest to the gap that the style has.
	if count := math.Floor((float64(n) + gap) / (dash + gap)); count >= 2 {
		wide, close := (float64(n)-count*dash)/(count-1), (float64(n)-(count+1)*dash)/count
		if close > 0 && gap-close < wide-gap {
			wide = close
		}
		gap = wide
	}
	// A line longer than the tile is drawn only where it shows.
	lo, hi := r.Min.X, r.Max.X
	a, b := c.dst.Rect.Min.X, c.dst.Rect.Max.X
	if !horizontal {
		lo, hi, a, b = r.Min.Y, r.Max.Y, c.dst.Rect.Min.Y, c.dst.Rect.Max.Y
	}
	first := 0.0
	if a > lo {
		first = math.Floor(float64(a-lo)/(dash+gap)) * (dash + gap)
	}
	for x := first; x < float64(n) && lo+int(x) < b; x += dash + gap {
		s, e := lo+int(x+0.5), min(lo+int(x+dash+0.5), hi)
		q := image.Rect(s, r.Min.Y, e, r.Max.Y)
		if !horizontal {
			q = image.Rect(r.Min.X, s, r.Max.X, e)
		}
		if dots && w >= 3 {
			d := rect{float64(q.Min.X), float64(q.Min.Y), float64(q.Max.X), float64(q.Max.Y)}
			rad := [4][2]float64{}
			for i := range rad {
				rad[i] = [2]float64{d.w() / 2, d.h() / 2}
			}
			if c.begin(q) {
				c.addDevice(d, rad, false)
				c.fillPath(col, alpha)
			}
			continue
		}
		fill(c.dst, q, col, alpha)
	}
}

// darker and lighter are the two sides of a carved border, a third of full brightness away from its colour.
func darker(c color.NRGBA) color.NRGBA {
	v := max(c.R, c.G, c.B)
	if v == 0 {
		return color.NRGBA{0x54, 0x54, 0x54, c.A}
	}
	return brightness(c, max(0, float64(v)-84)/float64(v))
}

func lighter(c color.NRGBA) color.NRGBA {
	v := max(c.R, c.G, c.B)
	switch {
	case v == 0:
		return color.NRGBA{0xA8, 0xA8, 0xA8, c.A}
	case v > 0xE0:
		return c
	}
	return brightness(c, min(255, float64(v)+84)/float64(v))
}

func brightness(c color.NRGBA, f float64) color.NRGBA {
	ch := func(v uint8) uint8 { return uint8(min(255, float64(v)*f+0.5)) }
	return color.NRGBA{ch(c.R), ch(c.G), ch(c.B), c.A}
}
