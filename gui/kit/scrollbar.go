package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// ScrollBarWidth is the width a ScrollBar takes; at rest it draws less.
const ScrollBarWidth = 12

// shortestThumb keeps the thumb of a very long list large enough to be caught.
const shortestThumb = 28

// ScrollBar is the bar at the right of a list that scrolls itself. It counts in float64: the pixels of a list of
// 100,000 rows are more than Fyne's float32 holds exactly.
type ScrollBar struct {
	widget.BaseWidget
	OnScroll func(offset float64)

	total, view, offset float64
	hovered, dragging   bool
	grip                float32 // where in the thumb a drag took hold
}

// NewScrollBar returns a bar without anything to scroll.
func NewScrollBar(scroll func(offset float64)) *ScrollBar {
	b := &ScrollBar{OnScroll: scroll}
	b.ExtendBaseWidget(b)
	return b
}

// Set tells the height of the content, of what is seen of it, and how far it is scrolled.
func (b *ScrollBar) Set(total, view, offset float64) {
	if total != b.total || view != b.view || offset != b.offset {
		b.total, b.view, b.offset = total, view, offset
		b.Refresh()
	}
}

// thumb returns top and height of the thumb.
func (b *ScrollBar) thumb() (top, height float32) {
	h := float64(b.Size().Height)
	if b.total <= b.view || h <= 0 {
		return 0, 0
	}
	long := max(h*b.view/b.total, shortestThumb)
	return float32((h - long) * b.offset / (b.total - b.view)), float32(long)
}

func (b *ScrollBar) to(top float32) {
	_, long := b.thumb()
	room := b.Size().Height - long
	if room <= 0 || b.OnScroll == nil {
		return
	}
	share := float64(max(0, min(top, room)) / room)
	b.OnScroll(share * (b.total - b.view))
}

// MouseDown implements desktop.Mouseable: beside the thumb it jumps there.
func (b *ScrollBar) MouseDown(e *desktop.MouseEvent) {
	top, long := b.thumb()
	if e.Position.Y < top || e.Position.Y > top+long {
		b.to(e.Position.Y - long/2)
		top, _ = b.thumb()
	}
	b.grip = e.Position.Y - top
}

// MouseUp implements desktop.Mouseable.
func (b *ScrollBar) MouseUp(*desktop.MouseEvent) {}

// Dragged implements fyne.Draggable.
func (b *ScrollBar) Dragged(e *fyne.DragEvent) {
	b.dragging = true
	b.to(e.Position.Y - b.grip)
}

// DragEnd implements fyne.Draggable.
func (b *ScrollBar) DragEnd() { b.dragging = false; b.Refresh() }

// MouseIn implements desktop.Hoverable.
func (b *ScrollBar) MouseIn(*desktop.MouseEvent) { b.hovered = true; b.Refresh() }

// MouseMoved implements desktop.Hoverable.
func (b *ScrollBar) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (b *ScrollBar) MouseOut() { b.hovered = false; b.Refresh() }

// MinSize implements fyne.CanvasObject.
func (b *ScrollBar) MinSize() fyne.Size { return fyne.NewSize(ScrollBarWidth, 0) }

// CreateRenderer implements fyne.Widget.
func (b *ScrollBar) CreateRenderer() fyne.WidgetRenderer {
	return &scrollBarRenderer{bar: b, thumb: &canvas.Rectangle{}}
}

type scrollBarRenderer struct {
	bar   *ScrollBar
	thumb *canvas.Rectangle
}

func (r *scrollBarRenderer) Layout(s fyne.Size) {
	top, long := r.bar.thumb()
	wide := float32(4)
	if r.bar.hovered || r.bar.dragging {
		wide = 8
	}
	r.thumb.CornerRadius = wide / 2
	r.thumb.FillColor = theme.Color(theme.ColorNameScrollBar)
	r.thumb.Hidden = long == 0
	r.thumb.Move(fyne.NewPos(s.Width-wide-2, top))
	r.thumb.Resize(fyne.NewSize(wide, long))
}

func (r *scrollBarRenderer) MinSize() fyne.Size { return r.bar.MinSize() }

func (r *scrollBarRenderer) Refresh() {
	r.Layout(r.bar.Size())
	canvas.Refresh(r.bar)
}

func (r *scrollBarRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.thumb} }
func (r *scrollBarRenderer) Destroy()                     {}
