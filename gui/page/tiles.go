package page

import (
	"context"
	"image"
	"image/color"
	"math"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"

	"poplar/gui/kit"
	"poplar/mail/html/paint"
)

// tileHeight is the height of a tile in device pixels.
const tileHeight = 256

// tile is a stripe of the message.
type tile struct {
	img   *canvas.Image
	ready bool
	asked bool
}

// scroller is the container.Scroll around a Page.
type scroller struct {
	scroll *container.Scroll
}

// Follow ties the Page to the Scroll it stands in, at any depth: visible tiles are painted as it scrolls, and keys
// scroll it. What the Scroll's OnScrolled did before still happens.
func (p *Page) Follow(s *container.Scroll) {
	p.scroll.scroll = s
	before := s.OnScrolled
	s.OnScrolled = func(at fyne.Position) {
		if before != nil {
			before(at)
		}
		p.Update()
	}
}

// Update finds what is visible now and has it painted. It need be called only where the Scroll around the Page has
// changed its height.
func (p *Page) Update() {
	if s := p.scroll.scroll; s != nil {
		d := fyne.CurrentApp().Driver()
		y := d.AbsolutePositionForObject(p).Y - d.AbsolutePositionForObject(s).Y
		p.SetViewport(-y, -y+s.Size().Height)
		return
	}
	if p.bottom <= p.top {
		p.SetViewport(0, min(p.Size().Height, 2000))
		return
	}
	p.paint()
}

// SetViewport says which part of the Page is visible, from its own top, for owners that do not use Follow.
func (p *Page) SetViewport(top, bottom float32) {
	p.top, p.bottom = top, bottom
	p.paint()
}

// stripe is the height of a tile in units.
func (p *Page) stripe() float32 { return tileHeight / p.pixelScale() }

// wanted are the tiles that should exist: the visible ones and as much again on both sides.
func (p *Page) wanted() (first, last int) {
	if p.page == nil {
		return 0, -1
	}
	view := max(p.bottom-p.top, 200)
	h := p.stripe()
	first = max(0, int((p.top-view/2)/h))
	last = min(int((p.bottom+view)/h), int(math.Ceil(float64(p.contentHeight()/h)))-1)
	// However high the viewport claims to be, there is a bound to the memory of tiles.
	last = min(last, first+48)
	return first, last
}

func (p *Page) dropTiles() {
	if p.tileCancel != nil {
		p.tileCancel()
		p.tileCancel = nil
	}
	for _, t := range p.tiles {
		t.asked, t.ready = false, false
	}
}

// paint asks for the tiles that are wanted and not there, the visible ones first, and lets go of the others.
func (p *Page) paint() {
	first, last := p.wanted()
	if s := p.pixelScale(); s != p.tileScale {
		p.tileScale = s
		p.dropTiles()
	}
	changed := false
	for n := range p.tiles {
		if n < first || n > last {
			delete(p.tiles, n)
			changed = true
		}
	}
	var missing []int
	for n := first; n <= last; n++ {
		t := p.tiles[n]
		if t == nil {
			t = &tile{img: &canvas.Image{FillMode: canvas.ImageFillStretch, ScaleMode: canvas.ImageScaleFastest}}
			p.tiles[n] = t
			changed = true
		}
		if !t.ready && !t.asked {
			missing = append(missing, n)
			t.asked = true
		}
	}
	if len(missing) > 0 {
		p.ask(missing)
	}
	p.place()
	if changed || p.ringed || p.over() > 0 || p.anyMarks() {
		p.BaseWidget.Refresh()
	}
}

type painted struct {
	n   int
	img *image.RGBA
}

// ask paints tiles one after the other, those in sight first, each shown as soon as it is there.
func (p *Page) ask(list []int) {
	h := p.stripe()
	mid := int((p.top + p.bottom) / 2 / h)
	sorted := append([]int(nil), list...)
	for i := 1; i < len(sorted); i++ {
		for j := i; j > 0 && distance(sorted[j], mid) < distance(sorted[j-1], mid); j-- {
			sorted[j], sorted[j-1] = sorted[j-1], sorted[j]
		}
	}
	if p.tileCancel == nil {
		ctx, cancel := context.WithCancel(context.Background())
		p.tileCtx, p.tileCancel = ctx, cancel
	}
	ctx := p.tileCtx
	page, painter := p.page, p.painter
	scale := float64(p.pixelScale() * p.scale)
	width := int(math.Ceil(float64(p.laidAt * p.pixelScale())))
	left := int(math.Round(float64(p.left * p.pixelScale())))
	c := p.colours
	f, _ := fonts()
	o := paint.Options{Scale: scale, Held: [3]color.NRGBA{nrgba(c.HeldBack), nrgba(c.HeldLine), nrgba(c.HeldInk)}, Fonts: f}
	loop := p.o.Loop
	end := int(math.Ceil(float64(p.contentHeight() * p.pixelScale())))
	for len(sorted) > 0 {
		// A few tiles per errand: the screen fills at once, what lies beyond follows.
		n := min(len(sorted), 4)
		batch := sorted[:n]
		sorted = sorted[n:]
		kit.Go(ctx, loop, func(ctx context.Context) ([]painted, error) {
			var out []painted
			for _, n := range batch {
				img, err := painter.Tile(ctx, page, image.Rect(left, n*tileHeight, left+width, min((n+1)*tileHeight, end)), o)
				if err != nil {
					return out, err
				}
				img.Rect = img.Rect.Sub(img.Rect.Min) // Fyne draws pictures that begin at the origin only
				out = append(out, painted{n, img})
			}
			return out, nil
		}, func(done []painted, err error) {
			if p.page != page {
				return
			}
			for _, d := range done {
				if t := p.tiles[d.n]; t != nil {
					t.img.Image = d.img
					t.ready = true
					t.img.Refresh()
				}
			}
			if err != nil && p.o.OnError != nil {
				p.o.OnError(err)
			}
			p.BaseWidget.Refresh()
		})
	}
}

func distance(a, b int) int {
	if a < b {
		return b - a
	}
	return a - b
}

// place gives tiles and marks their places.
func (p *Page) place() {
	h := p.stripe()
	w := float32(math.Ceil(float64(p.laidAt*p.pixelScale()))) / p.pixelScale()
	for n, t := range p.tiles {
		t.img.Move(fyne.NewPos(0, float32(n)*h))
		t.img.Resize(fyne.NewSize(w, max(0, min(h, p.contentHeight()-float32(n)*h))))
	}
	p.placeMarks()
}

// renderer draws a Page.
type renderer struct {
	p    *Page
	ring *canvas.Rectangle // around what is visible, while keys go here
	rail *canvas.Rectangle // how far it is scrolled sideways
}

// CreateRenderer implements fyne.Widget.
func (p *Page) CreateRenderer() fyne.WidgetRenderer {
	return &renderer{p, &canvas.Rectangle{FillColor: color.Transparent, StrokeWidth: 2, CornerRadius: 4}, &canvas.Rectangle{}}
}

// placeRing puts the ring around what is visible of the Page.
func (r *renderer) placeRing() {
	top := max(r.p.top, 0)
	r.ring.StrokeColor = kit.Col(kit.Accent)
	r.ring.Move(fyne.NewPos(0, top))
	r.ring.Resize(fyne.NewSize(r.p.Size().Width, max(min(r.p.bottom, r.p.Size().Height)-top, 0)))
}

func (r *renderer) Destroy() { r.p.stop(); r.p.dropTiles() }

func (r *renderer) Layout(fyne.Size) { r.p.place() }

func (r *renderer) MinSize() fyne.Size { return r.p.MinSize() }

func (r *renderer) Objects() []fyne.CanvasObject {
	out := make([]fyne.CanvasObject, 0, len(r.p.tiles)+len(r.p.marks))
	for _, t := range r.p.tiles {
		if t.img.Image != nil {
			out = append(out, t.img)
		}
	}
	for _, m := range r.p.marks {
		out = append(out, m)
	}
	if r.p.placeRail(r.rail) {
		out = append(out, r.rail)
	}
	if r.p.ringed {
		out = append(out, r.ring)
	}
	return out
}

func (r *renderer) Refresh() {
	r.p.place()
	r.placeRing()
	canvas.Refresh(r.p)
}
