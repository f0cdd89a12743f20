package paint

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"math"

	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/font/opentype/tables"
	"github.com/srwiley/oksvg"
	"github.com/srwiley/rasterx"
	xdraw "golang.org/x/image/draw"
)

// maxEmoji is the largest side of a glyph in colour, in pixels.
const maxEmoji = 512

// colourGlyph draws a glyph that has a picture, layers or a drawing in colour, or returns nil where it has none.
func (p *Painter) colourGlyph(o *outliner, key glyphKey, scale float32) *glyph {
	gid := font.GID(key.id)
	if key.size > maxEmoji || key.size < 1 {
		return nil
	}
	if c, ok := o.face.GlyphDataColor(gid); ok {
		if layers, ok := c.Paint.(tables.PaintColrLayersResolved); ok {
			if g := p.layered(o, key, scale, layers); g != nil {
				return g
			}
		}
	}
	if b, ok := o.face.GlyphDataBitmap(gid); ok && (b.Format == font.PNG || b.Format == font.JPG) {
		return o.bitmap(gid, b, key, scale)
	}
	if s, ok := o.face.GlyphDataSVG(gid); ok {
		return drawing(s, key)
	}
	return nil
}

// layered draws the layers of a COLR glyph one upon the other.
func (p *Painter) layered(o *outliner, key glyphKey, scale float32, layers tables.PaintColrLayersResolved) *glyph {
	pal := o.face.CPAL
	if len(pal) == 0 || len(layers) == 0 || len(layers) > 64 {
		return nil
	}
	side := int(key.size * 1.6)
	base := int(key.size * 1.2)
	img := image.NewRGBA(image.Rect(0, 0, side, side))
	for _, l := range layers {
		out, ok := o.face.GlyphDataOutline(font.GID(l.GlyphID))
		if !ok {
			continue
		}
		k := key
		k.style = 0
		m := p.fillOutline(out.Segments, k, scale)
		c := color.NRGBA{A: 255}
		if int(l.PaletteIndex) < len(pal[0]) {
			r := pal[0][l.PaletteIndex]
			c = color.NRGBA{r.Red, r.Green, r.Blue, r.Alpha}
		}
		blendMask(img, m.mask, m.w, m.h, m.x, base+m.y, c, 1)
	}
	return &glyph{picture: img, y: -base}
}

// bitmap scales a picture of the font to the size asked for.
func (o *outliner) bitmap(gid font.GID, b font.GlyphBitmap, key glyphKey, scale float32) *glyph {
	cfg, _, err := image.DecodeConfig(bytes.NewReader(b.Data))
	if err != nil || cfg.Width > 1024 || cfg.Height > 1024 {
		return nil
	}
	src, _, err := image.Decode(bytes.NewReader(b.Data))
	if err != nil {
		return nil
	}
	x, y, w, h := float32(0), -key.size*0.93, key.size*1.17, key.size*1.17
	if e, ok := o.face.GlyphExtents(gid); ok && e.Width > 0 && e.Height != 0 {
		x, y = e.XBearing*scale, -e.YBearing*scale
		w, h = e.Width*scale, float32(math.Abs(float64(e.Height)))*scale
	}
	if w < 1 || h < 1 || w > 2*maxEmoji || h > 2*maxEmoji {
		return nil
	}
	img := image.NewRGBA(image.Rect(0, 0, int(w+0.5), int(h+0.5)))
	xdraw.BiLinear.Scale(img, img.Rect, src, src.Bounds(), draw.Src, nil)
	return &glyph{picture: img, x: int(math.Round(float64(x))), y: int(math.Round(float64(y)))}
}

// drawing draws the SVG of a glyph. The fonts it comes from are the system's or Poplar's own; a message cannot bring
// any.
func drawing(s font.GlyphSVG, key glyphKey) (g *glyph) {
	defer func() {
		if recover() != nil {
			g = nil // the SVG reader gives up on some drawings
		}
	}()
	icon, err := oksvg.ReadIconStream(bytes.NewReader(s.Source), oksvg.IgnoreErrorMode)
	if err != nil || icon.ViewBox.W <= 0 {
		return nil
	}
	// The top of the view box lies on the baseline and its width is one em: what is drawn stands above it.
	em := float64(key.size)
	icon.ViewBox.Y -= icon.ViewBox.H
	icon.ViewBox.H *= 2
	icon.SetTarget(0, 0, em, 2*em)
	img := image.NewRGBA(image.Rect(0, 0, int(math.Ceil(em*1.1)), int(math.Ceil(em*1.4))))
	icon.Draw(rasterx.NewDasher(img.Rect.Dx(), img.Rect.Dy(), rasterx.NewScannerGV(img.Rect.Dx(), img.Rect.Dy(), img, img.Bounds())), 1)
	return &glyph{picture: img, y: -int(math.Round(em))}
}
