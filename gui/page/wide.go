package page

import (
	"context"
	"math"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"poplar/gui/kit"
)

// Letters that are laid out for a fixed width do not always fit. A little too wide is made smaller as a whole; what is
// much too wide, or was made larger by the person, is scrolled sideways.

// leastFit is how much smaller a message is made so that it fits.
const leastFit = 0.62

// fit lays a message out that was too wide for v, at the width that it needs, if that is not too much. It returns the
// share of its size at which it fits.
func (s source) fit(ctx context.Context, r result, at arrangement) (result, float32, error) {
	need := r.page.ScrollWidth
	if !s.isHTML || !at.shrink || need <= at.v.Width+1 || need > at.v.Width/leastFit {
		return r, 1, nil
	}
	width := at.v.Width
	at.v.Width = math.Ceil(need)
	wide, err := arrange(ctx, s, result{r.doc, r.tree, r.box, nil}, at)
	return wide, float32(width / at.v.Width), err
}

// over is how much wider the message is than the widget, in units.
func (p *Page) over() float32 {
	if p.page == nil {
		return 0
	}
	return max(0, float32(math.Ceil(p.page.ScrollWidth*float64(p.scale)))-p.laidAt-1)
}

// slide scrolls sideways. It reports whether there is anything to the side.
func (p *Page) slide(by float32) bool {
	end := p.over()
	if end <= 0 {
		return false
	}
	left := min(max(p.left+by, 0), end)
	if left != p.left {
		p.left = left
		p.dropTiles()
		p.paint()
		p.BaseWidget.Refresh()
	}
	return true
}

const railHeight = 5

// placeRail shows at the foot of what is visible how far the message is scrolled sideways.
func (p *Page) placeRail(rail *canvas.Rectangle) bool {
	over := p.over()
	if over <= 0 {
		return false
	}
	width := p.Size().Width
	share := width / (width + over)
	rail.FillColor = veil(kit.Col(kit.Text3), 0x80)
	rail.CornerRadius = railHeight / 2
	rail.Move(fyne.NewPos(p.left*share, min(p.bottom, p.Size().Height)-railHeight-1))
	rail.Resize(fyne.NewSize(width*share, railHeight))
	return true
}
