package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// GripWidth is how wide the place is that the mouse can catch; the line in it is 1 px.
const GripWidth = 5

// Grip is the line between two panes that can be dragged. The panes keep pixels, not shares: OnDrag tells how far the
// mouse went to the right since the last time.
type Grip struct {
	widget.BaseWidget
	OnDrag func(dx float32)
	OnEnd  func()
}

// NewGrip returns a Grip.
func NewGrip(drag func(dx float32), end func()) *Grip {
	g := &Grip{OnDrag: drag, OnEnd: end}
	g.ExtendBaseWidget(g)
	return g
}

// Cursor implements desktop.Cursorable.
func (g *Grip) Cursor() desktop.Cursor { return desktop.HResizeCursor }

// Dragged implements fyne.Draggable.
func (g *Grip) Dragged(e *fyne.DragEvent) {
	if g.OnDrag != nil {
		g.OnDrag(e.Dragged.DX)
	}
}

// DragEnd implements fyne.Draggable.
func (g *Grip) DragEnd() {
	if g.OnEnd != nil {
		g.OnEnd()
	}
}

// MinSize implements fyne.CanvasObject.
func (g *Grip) MinSize() fyne.Size { return fyne.NewSize(GripWidth, 0) }

// CreateRenderer implements fyne.Widget.
func (g *Grip) CreateRenderer() fyne.WidgetRenderer {
	return &gripRenderer{grip: g, line: canvas.NewRectangle(Col(Sep))}
}

type gripRenderer struct {
	grip *Grip
	line *canvas.Rectangle
}

func (r *gripRenderer) Layout(s fyne.Size) {
	r.line.Move(fyne.NewPos((GripWidth-1)/2, 0))
	r.line.Resize(fyne.NewSize(1, s.Height))
}

func (r *gripRenderer) MinSize() fyne.Size { return r.grip.MinSize() }
func (r *gripRenderer) Refresh() {
	r.line.FillColor = Col(Sep)
	canvas.Refresh(r.grip)
}
func (r *gripRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.line} }
func (r *gripRenderer) Destroy()                     {}
