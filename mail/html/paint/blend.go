package paint

import (
	"image"
	"image/color"
)

// premul returns a colour's premultiplied components with a further opacity.
func premul(c color.NRGBA, alpha float32) (r, g, b, a uint32) {
	a = uint32(float32(c.A)*alpha + 0.5)
	return uint32(c.R) * a / 255, uint32(c.G) * a / 255, uint32(c.B) * a / 255, a
}

// fill lays a colour over a rectangle.
func fill(dst *image.RGBA, r image.Rectangle, c color.NRGBA, alpha float32) {
	r = r.Intersect(dst.Rect)
	cr, cg, cb, ca := premul(c, alpha)
	if r.Empty() || ca == 0 {
		return
	}
	n := r.Dx() * 4
	first := dst.Pix[dst.PixOffset(r.Min.X, r.Min.Y):][:n]
	if ca == 255 {
		for i := 0; i < n; i += 4 {
			first[i], first[i+1], first[i+2], first[i+3] = uint8(cr), uint8(cg), uint8(cb), 255
		}
		for y := r.Min.Y + 1; y < r.Max.Y; y++ {
			copy(dst.Pix[dst.PixOffset(r.Min.X, y):][:n], first)
		}
		return
	}
	inv := 255 - ca
	for y := r.Min.Y; y < r.Max.Y; y++ {
		row := dst.Pix[dst.PixOffset(r.Min.X, y):][:n]
		for i := 0; i < n; i += 4 {
			row[i] = uint8(cr + div255(uint32(row[i])*inv))
			row[i+1] = uint8(cg + div255(uint32(row[i+1])*inv))
			row[i+2] = uint8(cb + div255(uint32(row[i+2])*inv))
			row[i+3] = uint8(ca + div255(uint32(row[i+3])*inv))
		}
	}
}

func div255(v uint32) uint32 { return (v + 128 + (v+128)>>8) >> 8 }

// blendMask lays a colour over dst through a coverage mask of w by h octets whose corner is at x, y.
func blendMask(dst *image.RGBA, mask []uint8, w, h, x, y int, c color.NRGBA, alpha float32) {
	r := image.Rect(x, y, x+w, y+h).Intersect(dst.Rect)
	cr, cg, cb, ca := premul(c, alpha)
	if r.Empty() || ca == 0 {
		return
	}
	for yy := r.Min.Y; yy < r.Max.Y; yy++ {
		m := mask[(yy-y)*w+r.Min.X-x:][:r.Dx()]
		row := dst.Pix[dst.PixOffset(r.Min.X, yy):][:len(m)*4]
		for i, cov := range m {
			if cov == 0 {
				continue
			}
			k := uint32(cov)
			if k == 255 && ca == 255 {
				p := row[i*4 : i*4+4 : i*4+4]
				p[0], p[1], p[2], p[3] = uint8(cr), uint8(cg), uint8(cb), 255
				continue
			}
			inv := 255 - div255(ca*k)
			p := row[i*4 : i*4+4 : i*4+4]
			p[0] = uint8(div255(cr*k) + div255(uint32(p[0])*inv))
			p[1] = uint8(div255(cg*k) + div255(uint32(p[1])*inv))
			p[2] = uint8(div255(cb*k) + div255(uint32(p[2])*inv))
			p[3] = uint8(255 - inv + div255(uint32(p[3])*inv))
		}
	}
}

// blendMasked lays src over dst with an opacity, through a mask of the same rectangle as src where there is one.
func blendMasked(dst, src *image.RGBA, mask *image.Alpha, alpha float32) {
	whole := uint32(alpha*255 + 0.5)
	r := src.Rect.Intersect(dst.Rect)
	for y := r.Min.Y; y < r.Max.Y; y++ {
		s := src.Pix[src.PixOffset(r.Min.X, y):][:r.Dx()*4]
		d := dst.Pix[dst.PixOffset(r.Min.X, y):][:r.Dx()*4]
		for i := 0; i < len(s); i += 4 {
			if s[i+3] == 0 {
				continue
			}
			k := whole
			if mask != nil {
				k = div255(whole * uint32(mask.Pix[mask.PixOffset(r.Min.X+i/4, y)]))
			}
			switch {
			case k == 0:
				continue
			case k == 255 && s[i+3] == 255:
				copy(d[i:i+4], s[i:i+4])
				continue
			}
			inv := 255 - div255(uint32(s[i+3])*k)
			for q := range 4 {
				d[i+q] = uint8(min(255, div255(uint32(s[i+q])*k)+div255(uint32(d[i+q])*inv)))
			}
		}
	}
}
