package paint

import (
	"context"
	"fmt"
	"image"
	"image/color"
	"math"
	"runtime/debug"
	"sync"

	"golang.org/x/image/vector"

	"poplar/mail/html"
	"poplar/mail/html/layout"
)

// Painter draws tiles. It keeps glyphs and scaled pictures between tiles; one per process or per view will do. It may
// be used by several goroutines, one of which paints at a time.
type Painter struct {
	mu       sync.Mutex
	glyphs   map[glyphKey]*glyph
	ink      int // octets of kept glyphs
	faces    map[*layout.Face]*outliner
	pictures pictureCache
	ras      vector.Rasterizer
	mask     []uint8
}

// New makes a Painter.
func New() *Painter {
	return &Painter{glyphs: map[glyphKey]*glyph{}, faces: map[*layout.Face]*outliner{}}
}

// Options say how a tile is drawn.
type Options struct {
	// Scale is device pixels per CSS pixel: the density of the screen times the zoom. 0 means 1.
	Scale float64
	// Held are the colours of places where a picture is held back: ground, outline and words.
	Held [3]color.NRGBA
	// Fonts draw those words; nil leaves them out.
	Fonts *layout.Fonts
}

// canvas is a tile being drawn. dst's rectangle is in device pixels of the page.
type canvas struct {
	p     *Painter
	page  *layout.Page
	dst   *image.RGBA
	scale float64
	o     Options
	ctx   context.Context
	area  image.Rectangle // of the path being built
	group int32           // whose items are drawn now
	under []*image.RGBA   // what lies beneath open groups
}

// Tile draws the part r of a page, in device pixels from its top left corner. The picture has the rectangle r. The
// error is ctx's, or says that painting failed.
func (p *Painter) Tile(ctx context.Context, page *layout.Page, r image.Rectangle, o Options) (img *image.RGBA, err error) {
	if o.Scale <= 0 {
		o.Scale = 1
	}
	if r.Dx() > 1<<14 || r.Dy() > 1<<15 || r.Dx()*r.Dy() > 1<<27 {
		return nil, fmt.Errorf("a tile of %d by %d pixels is too large", r.Dx(), r.Dy())
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	defer func() {
		if x := recover(); x != nil {
			img, err = nil, fmt.Errorf("the message could not be painted: %v\n%s", x, debug.Stack())
		}
	}()
	c := &canvas{p: p, page: page, dst: image.NewRGBA(r), scale: o.Scale, o: o, ctx: ctx, group: -1}
	if page.Canvas.A > 0 {
		fill(c.dst, r, page.Canvas, 1)
	}
	c.layers(page.CanvasLayers, 0, 0, page.Width, page.Height, 1)
	n := 0
	page.Band(float64(r.Min.Y)/o.Scale, float64(r.Max.Y)/o.Scale, func(i int) {
		n++
		if n&63 == 0 && ctx.Err() != nil {
			return
		}
		it := &page.Items[i]
		if it.Group != c.group {
			c.enterGroup(it.Group)
		}
		c.item(it)
	})
	c.enterGroup(-1)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return c.dst, nil
}

// maxGroups bounds how many groups lie within each other; deeper ones are drawn without.
const maxGroups = 8

// enterGroup ends the groups that g is not in, and begins those it is.
func (c *canvas) enterGroup(g int32) {
	up := map[int32]bool{-1: true}
	var chain []int32
	for p := g; p >= 0; p = c.page.Groups[p].Parent {
		up[p] = true
		chain = append(chain, p)
	}
	for !up[c.group] {
		q := &c.page.Groups[c.group]
		if n := len(c.under); n > 0 && c.depthOf(c.group) <= maxGroups {
			layer := c.dst
			c.dst, c.under = c.under[n-1], c.under[:n-1]
			blendMasked(c.dst, layer, nil, q.Alpha)
		}
		c.group = q.Parent
	}
	for i := len(chain) - 1; i >= 0; i-- {
		if c.depthOf(chain[i]) <= c.depthOf(c.group) {
			continue
		}
		c.group = chain[i]
		if c.depthOf(c.group) <= maxGroups {
			q := &c.page.Groups[c.group]
			c.under = append(c.under, c.dst)
			c.dst = image.NewRGBA(c.snap(rect{q.X, q.Y, q.X + q.W, q.Y + q.H}).Intersect(c.dst.Rect))
		}
	}
}

func (c *canvas) depthOf(g int32) int {
	n := 0
	for ; g >= 0 && n < 1000; g = c.page.Groups[g].Parent {
		n++
	}
	return n
}

// layers draws backgrounds of the whole view.
func (c *canvas) layers(ls []html.Layer, x, y, w, h float64, alpha float32) {
	for i := len(ls) - 1; i >= 0; i-- {
		c.layer(&ls[i], rect{x, y, x + w, y + h}, rect{x, y, x + w, y + h}, alpha)
	}
}

// rect is a rectangle in CSS pixels.
type rect struct{ x0, y0, x1, y1 float64 }

func (r rect) w() float64 { return r.x1 - r.x0 }
func (r rect) h() float64 { return r.y1 - r.y0 }

func (r rect) inset(t, ri, b, l float64) rect {
	q := rect{r.x0 + l, r.y0 + t, r.x1 - ri, r.y1 - b}
	q.x1, q.y1 = max(q.x0, q.x1), max(q.y0, q.y1)
	return q
}

// snap returns the device pixels of a rectangle: its edges go to the nearest pixel.
func (c *canvas) snap(r rect) image.Rectangle {
	return image.Rect(c.px(r.x0), c.px(r.y0), c.px(r.x1), c.px(r.y1))
}

const far = 1 << 28

func (c *canvas) px(v float64) int {
	return int(math.Floor(min(max(v*c.scale, -far), far) + 0.5))
}

// item draws one item.
func (c *canvas) item(it *layout.Item) {
	clip, round := c.clipOf(it.Clip)
	if clip.Empty() {
		return
	}
	if !round {
		whole := c.dst
		c.dst = whole.SubImage(clip).(*image.RGBA)
		if !c.dst.Rect.Empty() {
			c.draw(it)
		}
		c.dst = whole
		return
	}
	// Round corners: the item is drawn apart and laid on through a mask of the corners.
	area := clip.Intersect(c.reach(it))
	if area.Empty() {
		return
	}
	whole := c.dst
	c.dst = image.NewRGBA(area)
	c.draw(it)
	layer := c.dst
	c.dst = whole
	mask := c.clipMask(it.Clip, area)
	blendMasked(c.dst, layer, mask, 1)
}

// reach is the device rectangle an item may touch.
func (c *canvas) reach(it *layout.Item) image.Rectangle {
	grow := 4.0
	if it.Op == layout.OpText {
		grow += it.H
	}
	if it.Style != nil {
		for _, s := range it.Style.Shadows {
			grow = max(grow, 4+float64(s.Blur)*2+math.Abs(float64(s.X))+math.Abs(float64(s.Y))+math.Abs(float64(s.Spread)))
		}
	}
	return c.snap(rect{it.X - grow, it.Y - grow, it.X + it.W + grow, it.Y + it.H + grow})
}

// clipOf returns the rectangle of a clip and those around it, and whether any has round corners.
func (c *canvas) clipOf(i int32) (image.Rectangle, bool) {
	r, round := c.dst.Rect, false
	for n := 0; i >= 0 && n < 600; n++ {
		cl := &c.page.Clips[i]
		r = r.Intersect(c.snap(rect{cl.X, cl.Y, cl.X + cl.W, cl.Y + cl.H}))
		round = round || cl.Radius != [4][2]float64{}
		i = cl.Parent
	}
	return r, round
}

// clipMask draws the coverage of round clips over area.
func (c *canvas) clipMask(i int32, area image.Rectangle) *image.Alpha {
	var mask *image.Alpha
	for n := 0; i >= 0 && n < 600; n++ {
		cl := &c.page.Clips[i]
		if cl.Radius != [4][2]float64{} {
			m := image.NewAlpha(area)
			c.roundPath(rect{cl.X, cl.Y, cl.X + cl.W, cl.Y + cl.H}, cl.Radius, area, false)
			c.p.ras.Draw(m, area, image.Opaque, image.Point{})
			if mask == nil {
				mask = m
			} else {
				for k := range mask.Pix {
					mask.Pix[k] = uint8(uint32(mask.Pix[k]) * uint32(m.Pix[k]) / 255)
				}
			}
		}
		i = cl.Parent
	}
	return mask
}

func (c *canvas) draw(it *layout.Item) {
	switch it.Op {
	case layout.OpBox:
		c.box(it)
	case layout.OpText:
		for _, n := range c.page.Drawn[it.From:it.To] {
			w := &c.page.Words[n]
			if x := w.X * c.scale; x < float64(c.dst.Rect.Max.X)+w.H*2 && (w.X+w.W+w.H)*c.scale > float64(c.dst.Rect.Min.X) {
				c.text(w.Shaped, w.X, w.Base, w.Colour, w.Alpha)
			}
		}
	case layout.OpPicture:
		c.picture(it)
	case layout.OpHeld:
		c.held(it)
	case layout.OpBullet:
		c.bullet(it)
	case layout.OpRule:
		c.rule(it)
	case layout.OpEdge:
		c.stroke(c.snapLine(it), it.Across, it.Line, it.Colour, it.Alpha)
	}
}

func (c *canvas) bullet(it *layout.Item) {
	r := rect{it.X, it.Y, it.X + it.W, it.Y + it.H}
	switch it.List {
	case html.Square:
		fill(c.dst, c.snap(r), it.Colour, it.Alpha)
	case html.Circle:
		rad := [4][2]float64{}
		for i := range rad {
			rad[i] = [2]float64{it.W / 2, it.H / 2}
		}
		c.roundPath(r, rad, c.dst.Rect, false)
		inner := r.inset(1, 1, 1, 1)
		for i := range rad {
			rad[i] = [2]float64{inner.w() / 2, inner.h() / 2}
		}
		c.addRound(inner, rad, true)
		c.fillPath(it.Colour, it.Alpha)
	default:
		rad := [4][2]float64{}
		for i := range rad {
			rad[i] = [2]float64{it.W / 2, it.H / 2}
		}
		c.roundPath(r, rad, c.dst.Rect, false)
		c.fillPath(it.Colour, it.Alpha)
	}
}

// rule draws a line along text, or a piece of a table's border.
func (c *canvas) rule(it *layout.Item) {
	x0, x1 := c.px(it.X), c.px(it.X+it.W)
	y := int(math.Floor(it.Y*c.scale + 0.5))
	t := max(1, int(math.Floor(it.H*c.scale+0.5)))
	c.stroke(image.Rect(x0, y, x1, y+t), true, it.Line, it.Colour, it.Alpha)
}

// snapLine is the device rectangle of a border piece, never thinner than a pixel.
func (c *canvas) snapLine(it *layout.Item) image.Rectangle {
	r := c.snap(rect{it.X, it.Y, it.X + it.W, it.Y + it.H})
	if it.Across {
		r.Max.Y = r.Min.Y + max(1, int(it.H*c.scale+0.5))
	} else {
		r.Max.X = r.Min.X + max(1, int(it.W*c.scale+0.5))
	}
	return r
}
