package page

import (
	"image/color"
	"math"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"

	"poplar/mail/html/layout"
)

// tapCount tells double and triple clicks from single ones.
type tapCount struct {
	at    time.Time
	pos   fyne.Position
	count int
}

// point turns a place in the widget into CSS pixels of the page.
func (p *Page) point(at fyne.Position) (float64, float64) {
	return float64((at.X + p.left) / p.scale), float64(at.Y / p.scale)
}

// linkAt is the number of the link under a place, or -1.
func (p *Page) linkAt(at fyne.Position) int {
	if p.page == nil {
		return -1
	}
	x, y := p.point(at)
	return p.page.LinkAt(x, y) - 1
}

// MouseDown implements desktop.Mouseable: it begins a selection.
func (p *Page) MouseDown(e *desktop.MouseEvent) {
	if c := fyne.CurrentApp().Driver().CanvasForObject(p); c != nil {
		p.pressed = true
		c.Focus(p)
		p.pressed = false
		if p.ringed { // it was reached by Tab before
			p.ringed = false
			p.BaseWidget.Refresh()
		}
	}
	if e.Button != desktop.MouseButtonPrimary || p.page == nil {
		return
	}
	x, y := p.point(e.Position)
	pos, _ := p.page.At(x, y)
	now := time.Now()
	near := math.Abs(float64(e.Position.X-p.lastTap.pos.X)) < 5 && math.Abs(float64(e.Position.Y-p.lastTap.pos.Y)) < 5
	if near && now.Sub(p.lastTap.at) < fyne.CurrentApp().Driver().DoubleTapDelay() {
		p.lastTap.count++
	} else {
		p.lastTap.count = 1
	}
	p.lastTap.at, p.lastTap.pos = now, e.Position
	switch {
	case e.Modifier&fyne.KeyModifierShift != 0 && p.selected:
		p.caret = pos
	case p.lastTap.count == 2:
		p.anchor, p.caret = p.page.WordAt(pos)
		p.selected = true
	case p.lastTap.count >= 3:
		p.anchor, p.caret = p.page.LineAt(pos)
		p.selected = true
	default:
		p.anchor, p.caret = pos, pos
		p.selected = false
	}
	p.selecting = true
	p.showMarks()
}

// MouseUp implements desktop.Mouseable: a click that selected nothing opens the link under it.
func (p *Page) MouseUp(e *desktop.MouseEvent) {
	if !p.selecting {
		return
	}
	p.selecting = false
	if e.Button != desktop.MouseButtonPrimary || p.selected || p.lastTap.count > 1 {
		return
	}
	if n := p.linkAt(e.Position); n >= 0 {
		p.follows(p.doc.Links[n])
	}
}

// Dragged implements fyne.Draggable: the selection follows the mouse.
func (p *Page) Dragged(e *fyne.DragEvent) { p.extend(e.Position) }

// DragEnd implements fyne.Draggable.
func (p *Page) DragEnd() { p.selecting = false }

func (p *Page) extend(at fyne.Position) {
	if !p.selecting || p.page == nil {
		return
	}
	x, y := p.point(at)
	pos, _ := p.page.At(x, y)
	if pos == p.caret {
		return
	}
	p.caret = pos
	p.selected = p.caret != p.anchor
	p.showMarks()
	p.follow(at.Y)
}

// follow scrolls while the mouse drags beyond what is visible.
func (p *Page) follow(y float32) {
	s := p.scroll.scroll
	if s == nil {
		return
	}
	switch {
	case y < p.top:
		p.scrollBy(max(y-p.top, -60))
	case y > p.bottom:
		p.scrollBy(min(y-p.bottom, 60))
	}
}

// MouseIn implements desktop.Hoverable.
func (p *Page) MouseIn(e *desktop.MouseEvent) { p.MouseMoved(e) }

// MouseMoved implements desktop.Hoverable: it tells which link is under the mouse.
func (p *Page) MouseMoved(e *desktop.MouseEvent) {
	if p.page == nil {
		return
	}
	x, y := p.point(e.Position)
	n := p.page.LinkAt(x, y) - 1
	p.hover(n)
	p.cursor = desktop.DefaultCursor
	switch {
	case n >= 0:
		p.cursor = desktop.PointerCursor
	case p.page.TextAt(x, y):
		p.cursor = desktop.TextCursor
	}
}

// MouseOut implements desktop.Hoverable.
func (p *Page) MouseOut() {
	p.hover(-1)
	p.cursor = desktop.DefaultCursor
}

func (p *Page) hover(n int) {
	if n == p.hovered {
		return
	}
	p.hovered = n
	if p.o.OnHover == nil {
		return
	}
	if n < 0 || p.doc == nil || p.doc.Links[n].Fold > 0 {
		p.o.OnHover(nil)
		return
	}
	p.o.OnHover(&p.doc.Links[n])
}

// Cursor implements desktop.Cursorable: a hand over links, a bar over text.
func (p *Page) Cursor() desktop.Cursor { return p.cursor }

// Selected is the text of the selection; empty where there is none.
func (p *Page) Selected() string {
	if !p.selected || p.page == nil {
		return ""
	}
	return p.page.Slice(p.anchor, p.caret)
}

// SelectAll selects the whole message.
func (p *Page) SelectAll() {
	if p.page == nil || len(p.page.Words) == 0 {
		return
	}
	p.anchor, p.caret, p.selected = p.page.Start(), p.page.End(), true
	p.showMarks()
}

// Deselect takes the selection away.
func (p *Page) Deselect() {
	p.selected = false
	p.showMarks()
}

// Copy puts the selection on the clipboard. It reports whether there was one.
func (p *Page) Copy() bool {
	s := p.Selected()
	if s == "" {
		return false
	}
	fyne.CurrentApp().Clipboard().SetContent(s)
	return true
}

func (p *Page) showMarks() {
	p.placeMarks()
	p.BaseWidget.Refresh()
}

func (p *Page) anyMarks() bool { return p.selected || len(p.matches) > 0 }

// placeMarks lays rectangles over what is selected and found, as far as it is visible.
func (p *Page) placeMarks() {
	p.marks = p.marks[:0]
	if p.page == nil {
		return
	}
	if p.selected {
		p.addMarks(p.page.Rects(p.anchor, p.caret), p.colours.Selection)
	}
	for i, m := range p.matches {
		c := p.colours.Mark
		if i == p.match {
			c = p.colours.MarkNow
		}
		if w := &p.page.Words[m.From.Word]; !p.inSight(w.Y, w.H) {
			continue
		}
		p.addMarks(p.page.Rects(m.From, m.To), c)
	}
}

func (p *Page) inSight(y, h float64) bool {
	view := max(p.bottom-p.top, 200)
	return float32(y+h)*p.scale >= p.top-view && float32(y)*p.scale <= p.bottom+view
}

func (p *Page) addMarks(rects []layout.Rect, c color.Color) {
	for _, r := range rects {
		if !p.inSight(r.Y, r.H) {
			continue
		}
		from, to := max(float32(r.X)*p.scale-p.left, 0), min(float32(r.X+r.W)*p.scale-p.left, p.laidAt)
		if from >= to {
			continue
		}
		m := canvas.NewRectangle(c)
		m.Move(fyne.NewPos(from, float32(r.Y)*p.scale))
		m.Resize(fyne.NewSize(to-from, float32(r.H)*p.scale))
		p.marks = append(p.marks, m)
	}
}

// spot is what lies under a place.
func (p *Page) spot(at fyne.Position) Spot {
	var s Spot
	if p.page == nil {
		return s
	}
	if n := p.linkAt(at); n >= 0 && n < len(p.doc.Links) && p.doc.Links[n].Fold == 0 {
		s.Link = &p.doc.Links[n]
	}
	x, y := p.point(at)
	s.Picture = p.page.PictureAt(x, y)
	return s
}
