package paint

import (
	"bytes"
	"image"
	"image/color"
	_ "image/gif" // decoders register themselves
	_ "image/jpeg"
	_ "image/png"
	"math"

	_ "golang.org/x/image/bmp"
	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp"

	"poplar/mail/html"
	"poplar/mail/html/layout"
)

// pictureCache keeps pictures at the sizes they are shown in.
type pictureCache struct {
	scaled map[pictureKey]*image.RGBA
	size   int
}

type pictureKey struct {
	p    *html.Picture
	w, h int
}

const (
	maxPictures = 16 << 20 // octets of scaled pictures kept
	maxPixels   = 40 << 20 // of a picture that is decoded at all
)

// scaledPicture returns p in w by h device pixels, or nil where it cannot be drawn.
func (p *Painter) scaledPicture(pic *html.Picture, w, h int) *image.RGBA {
	if !pic.Ready() || w <= 0 || h <= 0 || w*h > maxPixels || pic.W*pic.H > maxPixels {
		return nil
	}
	key := pictureKey{pic, w, h}
	if im, ok := p.pictures.scaled[key]; ok {
		return im
	}
	src, _, err := image.Decode(bytes.NewReader(pic.Data))
	var out *image.RGBA
	if err == nil && src.Bounds().Dx() > 0 && src.Bounds().Dy() > 0 {
		out = image.NewRGBA(image.Rect(0, 0, w, h))
		switch b := src.Bounds(); {
		case b.Dx() == w && b.Dy() == h:
			draw.Draw(out, out.Rect, src, b.Min, draw.Src)
		case b.Dx() <= w && b.Dy() <= h, b.Dx() > 6*w && b.Dy() > 6*h:
			// Larger than it is, or so much smaller that every pixel would take too long to weigh.
			draw.ApproxBiLinear.Scale(out, out.Rect, src, b, draw.Src, nil)
		default:
			draw.BiLinear.Scale(out, out.Rect, src, b, draw.Src, nil)
		}
	}
	if p.pictures.scaled == nil || p.pictures.size+w*h*4 > maxPictures {
		p.pictures.scaled = map[pictureKey]*image.RGBA{}
		p.pictures.size = 0
	}
	p.pictures.scaled[key] = out
	if out != nil {
		p.pictures.size += w * h * 4
	}
	return out
}

// picture draws an <img>.
func (c *canvas) picture(it *layout.Item) {
	r := c.snap(rect{it.X, it.Y, it.X + it.W, it.Y + it.H})
	if r.Intersect(c.dst.Rect).Empty() {
		return
	}
	pic := it.Picture
	whole := r
	if it.Style != nil && it.Style.Fit != html.Fill && pic.W > 0 && pic.H > 0 {
		fx, fy := float64(r.Dx())/float64(pic.W), float64(r.Dy())/float64(pic.H)
		var f float64
		switch it.Style.Fit {
		case html.Contain:
			f = min(fx, fy)
		case html.Cover:
			f = max(fx, fy)
		case html.ScaleDown:
			f = min(fx, fy, c.scale)
		default:
			f = c.scale
		}
		w, h := int(math.Round(float64(pic.W)*f)), int(math.Round(float64(pic.H)*f))
		x, y := r.Min.X+(r.Dx()-w)/2, r.Min.Y+(r.Dy()-h)/2
		whole = image.Rect(x, y, x+w, y+h)
	}
	im := c.p.scaledPicture(pic, whole.Dx(), whole.Dy())
	if im == nil {
		c.held(it)
		return
	}
	dst := c.dst.SubImage(r).(*image.RGBA)
	drawOver(dst, im, whole, it.Alpha)
}

// held draws the place of a picture that is not there: ground, outline, and its words.
func (c *canvas) held(it *layout.Item) {
	ground, line, ink := c.o.Held[0], c.o.Held[1], c.o.Held[2]
	if ground.A == 0 && line.A == 0 {
		ground, line, ink = color.NRGBA{0xF2, 0xF4, 0xF3, 255}, color.NRGBA{0xD0, 0xD6, 0xD2, 255}, color.NRGBA{0x5C, 0x67, 0x60, 255}
	}
	r := rect{it.X, it.Y, it.X + it.W, it.Y + it.H}
	fill(c.dst, c.snap(r), ground, it.Alpha)
	b := html.Border{Width: 1, Style: html.Solid, Colour: line}
	w := 1 / c.scale
	c.frame(r, [4]float64{w, w, w, w}, &b, it.Alpha)
	if c.o.Fonts == nil || it.Alt == "" || it.W < 20 || it.H < 12 {
		return
	}
	size := float32(min(12, it.H-2))
	s := c.o.Fonts.Line(c.ctx, it.Alt, size, it.W-8)
	if s == nil {
		return
	}
	whole := c.dst
	c.dst = whole.SubImage(c.snap(r).Intersect(whole.Rect)).(*image.RGBA)
	if !c.dst.Rect.Empty() {
		c.text(s, it.X+max(4, (it.W-float64(s.Width))/2), it.Y+it.H/2+float64(size)*0.36, ink, it.Alpha)
	}
	c.dst = whole
}

// layer draws one background picture or gradient over the area clip, placed in origin.
func (c *canvas) layer(ly *html.Layer, origin, clip rect, alpha float32) {
	if origin.w() <= 0 || origin.h() <= 0 {
		return
	}
	w, h := c.layerSize(ly, origin)
	if w < 0.5 || h < 0.5 {
		return
	}
	place := func(l html.Length, end bool, room, size float64) float64 {
		v := float64(l.Px) + float64(l.Pct)/100*(room-size)
		if end {
			v = room - size - v
		}
		return v
	}
	x := origin.x0 + place(ly.X, ly.FromEndX, origin.w(), w)
	y := origin.y0 + place(ly.Y, ly.FromEndY, origin.h(), h)
	if ly.RepeatX == html.Round && w > 0 {
		n := max(1, math.Round(origin.w()/w))
		w = origin.w() / n
	}
	if ly.RepeatY == html.Round && h > 0 {
		n := max(1, math.Round(origin.h()/h))
		h = origin.h() / n
	}
	pitchX, pitchY := w, h
	if ly.RepeatX == html.Space {
		x, pitchX = spaced(x, origin.x0, origin.w(), w)
	}
	if ly.RepeatY == html.Space {
		y, pitchY = spaced(y, origin.y0, origin.h(), h)
	}
	tile := c.snap(rect{x, y, x + w, y + h})
	if tile.Dx() <= 0 || tile.Dy() <= 0 {
		return
	}
	area := c.snap(clip).Intersect(c.dst.Rect)
	if ly.RepeatX == html.NoRepeat {
		area = area.Intersect(image.Rect(tile.Min.X, -far, tile.Max.X, far))
	}
	if ly.RepeatY == html.NoRepeat {
		area = area.Intersect(image.Rect(-far, tile.Min.Y, far, tile.Max.Y))
	}
	if area.Empty() {
		return
	}
	if ly.Gradient != nil {
		c.gradient(ly.Gradient, tile, area, alpha)
		return
	}
	im := c.p.scaledPicture(ly.Picture, tile.Dx(), tile.Dy())
	if im == nil {
		return
	}
	dst := c.dst.SubImage(area).(*image.RGBA)
	stepX, stepY := max(int(pitchX*c.scale+0.5), tile.Dx()), max(int(pitchY*c.scale+0.5), tile.Dy())
	x0 := tile.Min.X + floorDiv(area.Min.X-tile.Min.X, stepX)*stepX
	y0 := tile.Min.Y + floorDiv(area.Min.Y-tile.Min.Y, stepY)*stepY
	for ty := y0; ty < area.Max.Y; ty += stepY {
		if c.ctx.Err() != nil {
			return
		}
		for tx := x0; tx < area.Max.X; tx += stepX {
			drawOver(dst, im, image.Rect(tx, ty, tx+tile.Dx(), ty+tile.Dy()), alpha)
		}
	}
}

// spaced is where the first of pictures stands that are divided evenly over a room, and how far the next is from it.
// Where there is no room for two, the one keeps its place.
func spaced(at, from, room, size float64) (first, pitch float64) {
	n := math.Floor(room/size + 1e-6)
	if n < 2 {
		return at, far
	}
	return from, (room - size) / (n - 1)
}

func floorDiv(a, b int) int {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// layerSize is background-size in CSS pixels (CSS Backgrounds 3, 3.9).
func (c *canvas) layerSize(ly *html.Layer, origin rect) (float64, float64) {
	nw, nh := origin.w(), origin.h()
	if ly.Gradient == nil {
		if !ly.Picture.Ready() {
			return 0, 0
		}
		nw, nh = float64(ly.Picture.W), float64(ly.Picture.H)
	}
	switch ly.Size {
	case html.Cover, html.Contain:
		if ly.Gradient != nil {
			return origin.w(), origin.h()
		}
		fx, fy := origin.w()/nw, origin.h()/nh
		f := max(fx, fy)
		if ly.Size == html.Contain {
			f = min(fx, fy)
		}
		return nw * f, nh * f
	}
	w, h := -1.0, -1.0
	if ly.W.Unit == html.Fixed {
		w = ly.W.Of(origin.w())
	}
	if ly.H.Unit == html.Fixed {
		h = ly.H.Of(origin.h())
	}
	switch {
	case w < 0 && h < 0:
		return nw, nh
	case w < 0:
		if ly.Gradient != nil {
			return nw, h
		}
		return h * nw / nh, h
	case h < 0:
		if ly.Gradient != nil {
			return w, nh
		}
		return w, w * nh / nw
	}
	return w, h
}
