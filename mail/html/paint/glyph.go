package paint

import (
	"image"
	"image/color"
	"math"

	"github.com/go-text/typesetting/font"
	ot "github.com/go-text/typesetting/font/opentype"
	"golang.org/x/image/draw"

	"poplar/mail/html/layout"
)

type glyphKey struct {
	face  *layout.Face
	id    uint32
	size  float32 // device pixels per em
	sub   uint8   // quarters of a pixel to the right
	style uint8   // 1 bold, 2 slanted
}

// glyph is a drawn glyph: coverage, or a picture in colour.
type glyph struct {
	mask    []uint8
	w, h    int
	x, y    int // of its corner from the origin
	picture *image.RGBA
}

// maxInk is how many octets of glyphs are kept.
const maxInk = 12 << 20

// outliner gives the outlines of one face; it is not for several goroutines.
type outliner struct{ face *font.Face }

func (p *Painter) outline(f *layout.Face) *outliner {
	o := p.faces[f]
	if o == nil {
		o = &outliner{font.NewFace(f.Font())}
		p.faces[f] = o
	}
	return o
}

// text draws a shaped word with its baseline at y.
func (c *canvas) text(s *layout.Shaped, x, y float64, col color.NRGBA, alpha float32) {
	if s == nil || col.A == 0 {
		return
	}
	base := c.px(y)
	for i := range s.Runs {
		r := &s.Runs[i]
		size := s.Size
		if r.Size > 0 {
			size = r.Size
		}
		if size > 2000 {
			continue
		}
		key := glyphKey{face: r.Face, size: size * float32(c.scale)}
		if r.FakeBold {
			key.style |= 1
		}
		if r.FakeItalic {
			key.style |= 2
		}
		for k := range r.Glyphs {
			g := &r.Glyphs[k]
			gx := (x + float64(g.X)) * c.scale
			gy := base + int(math.Round(float64(g.Y)*c.scale))
			ix := int(math.Floor(gx))
			if c.scale == 1 {
				ix, key.sub = int(math.Floor(gx+0.5)), 0
			} else {
				q := int((gx-float64(ix))*4 + 0.5)
				ix += q / 4
				key.sub = uint8(q % 4)
			}
			key.id = g.ID
			im := c.p.glyph(key)
			if im.picture != nil {
				at := im.picture.Rect.Add(image.Pt(ix+im.x, gy+im.y))
				drawOver(c.dst, im.picture, at, alpha)
				continue
			}
			if im.w > 0 {
				blendMask(c.dst, im.mask, im.w, im.h, ix+im.x, gy+im.y, col, alpha)
			}
		}
	}
}

func drawOver(dst, src *image.RGBA, at image.Rectangle, alpha float32) {
	if alpha >= 1 {
		draw.Draw(dst, at, src, src.Rect.Min, draw.Over)
		return
	}
	moved := *src
	moved.Rect = at
	blendMasked(dst, &moved, nil, alpha)
}

func (p *Painter) glyph(key glyphKey) *glyph {
	if g := p.glyphs[key]; g != nil {
		return g
	}
	g := p.render(key)
	p.ink += len(g.mask) + 64
	if g.picture != nil {
		p.ink += len(g.picture.Pix)
	}
	if p.ink > maxInk {
		clear(p.glyphs)
		p.ink = 0
	}
	p.glyphs[key] = g
	return g
}

func (p *Painter) render(key glyphKey) *glyph {
	o := p.outline(key.face)
	scale := key.size / key.face.UnitsPerEm()
	if key.face.Colour() {
		if g := p.colourGlyph(o, key, scale); g != nil {
			return g
		}
	}
	out, ok := o.face.GlyphDataOutline(font.GID(key.id))
	if !ok || len(out.Segments) == 0 {
		return &glyph{}
	}
	return p.fillOutline(out.Segments, key, scale)
}

// fillOutline draws an outline as coverage.
func (p *Painter) fillOutline(segs []ot.Segment, key glyphKey, scale float32) *glyph {
	slant, bold := float32(0), float32(0)
	if key.style&2 != 0 {
		slant = 0.25
	}
	if key.style&1 != 0 {
		bold = max(key.size/24, 0.5)
	}
	dx := float32(key.sub) / 4
	pt := func(a ot.SegmentPoint) (float32, float32) {
		return a.X*scale + a.Y*scale*slant + dx, -a.Y * scale
	}
	x0, y0, x1, y1 := float32(math.MaxFloat32), float32(math.MaxFloat32), float32(-math.MaxFloat32), float32(-math.MaxFloat32)
	for i := range segs {
		for _, a := range segs[i].ArgsSlice() {
			x, y := pt(a)
			x0, y0, x1, y1 = min(x0, x), min(y0, y), max(x1, x), max(y1, y)
		}
	}
	x1 += bold
	ix, iy := int(math.Floor(float64(x0))), int(math.Floor(float64(y0)))
	w, h := int(math.Ceil(float64(x1)))-ix, int(math.Ceil(float64(y1)))-iy
	if w <= 0 || h <= 0 || w > 4096 || h > 4096 {
		return &glyph{}
	}
	g := &glyph{w: w, h: h, x: ix, y: iy, mask: make([]uint8, w*h)}
	dst := &image.Alpha{Pix: g.mask, Stride: w, Rect: image.Rect(0, 0, w, h)}
	passes := 1
	if bold > 0 {
		passes = 2
	}
	for pass := range passes {
		p.ras.Reset(w, h)
		ox, oy := -float32(ix)+float32(pass)*bold, -float32(iy)
		open := false
		for i := range segs {
			s := &segs[i]
			ax, ay := pt(s.Args[0])
			switch s.Op {
			case ot.SegmentOpMoveTo:
				if open {
					p.ras.ClosePath()
				}
				p.ras.MoveTo(ax+ox, ay+oy)
				open = true
			case ot.SegmentOpLineTo:
				p.ras.LineTo(ax+ox, ay+oy)
			case ot.SegmentOpQuadTo:
				bx, by := pt(s.Args[1])
				p.ras.QuadTo(ax+ox, ay+oy, bx+ox, by+oy)
			case ot.SegmentOpCubeTo:
				bx, by := pt(s.Args[1])
				cx, cy := pt(s.Args[2])
				p.ras.CubeTo(ax+ox, ay+oy, bx+ox, by+oy, cx+ox, cy+oy)
			}
		}
		if open {
			p.ras.ClosePath()
		}
		p.ras.Draw(dst, dst.Rect, image.Opaque, image.Point{})
	}
	return g
}
