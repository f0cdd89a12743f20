package paint

import (
	"image"
	"image/color"
	"math"

	"poplar/mail/html"
)

// gradient fills area with a gradient whose box is tile, both in device pixels; the box repeats.
func (c *canvas) gradient(g *html.Gradient, tile, area image.Rectangle, alpha float32) {
	w, h := float64(tile.Dx()), float64(tile.Dy())
	var dx, dy, length, rx, ry float64
	mx, my := w/2, h/2
	if !g.Radial {
		dx, dy = direction(g, w, h)
		length = math.Abs(w*dx) + math.Abs(h*dy)
	} else {
		// It reaches to the farthest corner; an ellipse has the ratio of the distances to the farthest sides.
		mx, my = g.X.Of(w/c.scale)*c.scale, g.Y.Of(h/c.scale)*c.scale
		rx, ry = max(mx, w-mx), max(my, h-my)
		length = math.Hypot(rx, ry)
		if !g.Circle {
			rx, ry = rx*math.Sqrt2, ry*math.Sqrt2
			length = rx
		}
	}
	if length <= 0 {
		return
	}
	ramp, lo, hi := makeRamp(g, length/c.scale)
	at := func(x, y float64) color.NRGBA {
		x, y = x-mx, y-my
		var t float64
		switch {
		case !g.Radial:
			t = (x*dx+y*dy)/length + 0.5
		case g.Circle:
			t = math.Hypot(x, y) / length
		default:
			t = math.Hypot(x/max(rx, 1), y/max(ry, 1))
		}
		t = (t - lo) / (hi - lo)
		if g.Repeating {
			t -= math.Floor(t)
		}
		return ramp[int(min(max(t, 0), 1)*float64(len(ramp)-1)+0.5)]
	}
	for y := area.Min.Y; y < area.Max.Y; y++ {
		if c.ctx.Err() != nil {
			return
		}
		ty := float64(y-tile.Min.Y-floorDiv(y-tile.Min.Y, tile.Dy())*tile.Dy()) + 0.5
		for x := area.Min.X; x < area.Max.X; x++ {
			tx := float64(x-tile.Min.X-floorDiv(x-tile.Min.X, tile.Dx())*tile.Dx()) + 0.5
			put(c.dst, x, y, at(tx, ty), alpha)
		}
	}
}

// direction is the unit vector of a linear gradient over a box (CSS Images 3, 3.1).
func direction(g *html.Gradient, w, h float64) (float64, float64) {
	if g.CornerX == 0 && g.CornerY == 0 {
		s, c := math.Sincos(g.Angle * math.Pi / 180)
		return s, -c
	}
	if g.CornerX == 0 || g.CornerY == 0 {
		return float64(g.CornerX), float64(g.CornerY)
	}
	// The line's normal through the middle meets the two other corners.
	dx, dy := float64(g.CornerX)*h, float64(g.CornerY)*w
	n := math.Hypot(dx, dy)
	return dx / n, dy / n
}

// makeRamp is the gradient's colours in 1024 steps between lo and hi, which are shares of the gradient line: all of it, or
// of a repeating one the part that repeats. length is that of the line in CSS pixels.
func makeRamp(g *html.Gradient, length float64) (ramp []color.NRGBA, lo, hi float64) {
	n := len(g.Stops)
	pos := make([]float64, n)
	for i, s := range g.Stops {
		pos[i] = math.NaN()
		if s.Pos.Unit == html.Fixed {
			pos[i] = float64(s.Pos.Pct)/100 + float64(s.Pos.Px)/length
		}
	}
	if math.IsNaN(pos[0]) {
		pos[0] = 0
	}
	if math.IsNaN(pos[n-1]) {
		pos[n-1] = 1
	}
	for i := 1; i < n; i++ {
		if !math.IsNaN(pos[i]) {
			pos[i] = max(pos[i], lastKnown(pos, i))
			continue
		}
		j := i
		for math.IsNaN(pos[j]) {
			j++
		}
		step := (max(pos[j], pos[i-1]) - pos[i-1]) / float64(j-i+1)
		pos[i] = pos[i-1] + step
	}
	lo, hi = 0, 1
	if g.Repeating && pos[n-1] > pos[0] {
		lo, hi = pos[0], pos[n-1]
	}
	ramp = make([]color.NRGBA, 1024)
	k := 0
	for i := range ramp {
		t := lo + (hi-lo)*float64(i)/float64(len(ramp)-1)
		for k < n-1 && t >= pos[k+1] {
			k++
		}
		switch {
		case t <= pos[0] || n == 1:
			ramp[i] = g.Stops[0].Colour
		case k == n-1:
			ramp[i] = g.Stops[n-1].Colour
		default:
			f := (t - pos[k]) / max(pos[k+1]-pos[k], 1e-9)
			ramp[i] = mix(g.Stops[k].Colour, g.Stops[k+1].Colour, f)
		}
	}
	return ramp, lo, hi
}

func lastKnown(pos []float64, i int) float64 { return pos[i-1] }

// mix goes from a to b in premultiplied colours.
func mix(a, b color.NRGBA, f float64) color.NRGBA {
	fa, fb := float64(a.A)*(1-f), float64(b.A)*f
	al := fa + fb
	if al <= 0 {
		return color.NRGBA{}
	}
	ch := func(x, y uint8) uint8 { return uint8((float64(x)*fa+float64(y)*fb)/al + 0.5) }
	return color.NRGBA{ch(a.R, b.R), ch(a.G, b.G), ch(a.B, b.B), uint8(al + 0.5)}
}

func put(dst *image.RGBA, x, y int, col color.NRGBA, alpha float32) {
	r, g, b, a := premul(col, alpha)
	p := dst.Pix[dst.PixOffset(x, y):][:4:4]
	if a == 255 {
		p[0], p[1], p[2], p[3] = uint8(r), uint8(g), uint8(b), 255
		return
	}
	inv := 255 - a
	p[0] = uint8(r + div255(uint32(p[0])*inv))
	p[1] = uint8(g + div255(uint32(p[1])*inv))
	p[2] = uint8(b + div255(uint32(p[2])*inv))
	p[3] = uint8(a + div255(uint32(p[3])*inv))
}
