package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// Row puts objects side by side on one line; one of them takes what room there is.
type Row struct {
	widget.BaseWidget
	gap     float32
	stretch int
	objects []fyne.CanvasObject
}

// NewRow returns a Row in which the object of the number stretch takes the room that the others leave.
func NewRow(gap float32, stretch int, objects ...fyne.CanvasObject) *Row {
	r := &Row{gap: gap, stretch: stretch, objects: objects}
	r.ExtendBaseWidget(r)
	return r
}

func (r *Row) arrange(width float32, place func(o fyne.CanvasObject, x, w float32)) {
	rest := width
	for i, o := range r.objects {
		if o.Visible() && i != r.stretch {
			rest -= o.MinSize().Width + r.gap
		}
	}
	x := float32(0)
	for i, o := range r.objects {
		if !o.Visible() {
			continue
		}
		w := o.MinSize().Width
		if i == r.stretch {
			w = max(rest, 0)
		}
		place(o, x, w)
		x += w + r.gap
	}
}

// Height is what the Row needs at a width.
func (r *Row) Height(width float32) float32 {
	h := float32(ControlHeight)
	r.arrange(width, func(o fyne.CanvasObject, _, w float32) { h = max(h, HeightFor(o, w)) })
	return h
}

// MinSize implements fyne.CanvasObject.
func (r *Row) MinSize() fyne.Size {
	r.ExtendBaseWidget(r)
	w := float32(-r.gap)
	for _, o := range r.objects {
		if o.Visible() {
			w += o.MinSize().Width + r.gap
		}
	}
	return fyne.NewSize(max(w, 0), r.Height(max(w, r.Size().Width)))
}

// CreateRenderer implements fyne.Widget.
func (r *Row) CreateRenderer() fyne.WidgetRenderer {
	d := &drawing{of: r, objects: r.objects, min: r.MinSize, paint: func() {}}
	d.place = func(s fyne.Size) {
		r.arrange(s.Width, func(o fyne.CanvasObject, x, w float32) {
			h := HeightFor(o, w)
			o.Move(fyne.NewPos(x, max(ceil((ControlHeight-h)/2), 0)))
			o.Resize(fyne.NewSize(w, h))
		})
	}
	return d
}

// HeightFor is the height o needs at a width: those that break lines are asked, and the layouts of this package ask
// for what they hold; the others have one height.
func HeightFor(o fyne.CanvasObject, width float32) float32 {
	if h, ok := o.(interface{ Height(float32) float32 }); ok {
		return h.Height(width)
	}
	if c, ok := o.(*fyne.Container); ok {
		if l, ok := c.Layout.(interface {
			Height(objects []fyne.CanvasObject, width float32) float32
		}); ok {
			return l.Height(c.Objects, width)
		}
	}
	return o.MinSize().Height
}

// Column puts objects below each other, each as wide as the column, with the heights they need at that width. It is a
// fyne.Layout.
type Column struct {
	Gap  float32
	Pad  fyne.Size // at left and right, top and bottom
	last float32   // width of the last layout
}

// Layout implements fyne.Layout.
func (c *Column) Layout(objects []fyne.CanvasObject, s fyne.Size) {
	c.last = s.Width
	w := s.Width - 2*c.Pad.Width
	y := c.Pad.Height
	for _, o := range objects {
		if !o.Visible() {
			continue
		}
		h := HeightFor(o, w)
		o.Move(fyne.NewPos(c.Pad.Width, y))
		o.Resize(fyne.NewSize(w, h))
		if h > 0 { // what is empty now makes no gap
			y += h + c.Gap
		}
	}
}

// MinSize implements fyne.Layout.
func (c *Column) MinSize(objects []fyne.CanvasObject) fyne.Size {
	w := float32(0)
	for _, o := range objects {
		if o.Visible() {
			w = max(w, o.MinSize().Width)
		}
	}
	w += 2 * c.Pad.Width
	return fyne.NewSize(w, c.Height(objects, max(w, c.last)))
}

// Height is what the objects need at a width.
func (c *Column) Height(objects []fyne.CanvasObject, width float32) float32 {
	h, n := 2*c.Pad.Height, 0
	for _, o := range objects {
		if o.Visible() {
			if need := HeightFor(o, width-2*c.Pad.Width); need > 0 {
				h += need
				n++
			}
		}
	}
	return h + float32(max(n-1, 0))*c.Gap
}

// Inset leaves room around its objects. It is a fyne.Layout.
type Inset struct {
	Left, Top, Right, Bottom float32
}

// Layout implements fyne.Layout.
func (i Inset) Layout(objects []fyne.CanvasObject, s fyne.Size) {
	for _, o := range objects {
		o.Move(fyne.NewPos(i.Left, i.Top))
		o.Resize(fyne.NewSize(max(s.Width-i.Left-i.Right, 0), max(s.Height-i.Top-i.Bottom, 0)))
	}
}

// MinSize implements fyne.Layout.
func (i Inset) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var m fyne.Size
	for _, o := range objects {
		m = m.Max(o.MinSize())
	}
	return m.AddWidthHeight(i.Left+i.Right, i.Top+i.Bottom)
}

// Height is what the object needs at a width.
func (i Inset) Height(objects []fyne.CanvasObject, width float32) float32 {
	h := float32(0)
	for _, o := range objects {
		h = max(h, HeightFor(o, width-i.Left-i.Right))
	}
	return h + i.Top + i.Bottom
}

// Pile puts objects on top of each other, all in the whole place: a plate and what lies on it. It is a fyne.Layout.
type Pile struct{}

// Layout implements fyne.Layout.
func (Pile) Layout(objects []fyne.CanvasObject, s fyne.Size) { Inset{}.Layout(objects, s) }

// MinSize implements fyne.Layout.
func (Pile) MinSize(objects []fyne.CanvasObject) fyne.Size { return Inset{}.MinSize(objects) }

// Height is what the objects need at a width.
func (Pile) Height(objects []fyne.CanvasObject, width float32) float32 {
	return Inset{}.Height(objects, width)
}

// Spread puts objects side by side at their own width, the last Right of them at the right end, all on the middle
// line. It is a fyne.Layout.
type Spread struct {
	Gap   float32
	Right int
	Pad   float32 // at both ends
}

// Layout implements fyne.Layout.
func (p Spread) Layout(objects []fyne.CanvasObject, s fyne.Size) {
	x := p.Pad
	left := max(len(objects)-p.Right, 0)
	right := s.Width - p.Pad
	put := func(o fyne.CanvasObject, x float32) {
		m := o.MinSize()
		o.Move(fyne.NewPos(x, ceil((s.Height-m.Height)/2)))
		o.Resize(m)
	}
	for i := len(objects) - 1; i >= left; i-- {
		if o := objects[i]; o.Visible() {
			right -= o.MinSize().Width
			put(o, right)
			right -= p.Gap
		}
	}
	for _, o := range objects[:left] {
		if o.Visible() {
			put(o, x)
			x += o.MinSize().Width + p.Gap
		}
	}
}

// MinSize implements fyne.Layout.
func (p Spread) MinSize(objects []fyne.CanvasObject) fyne.Size {
	w, h, n := 2*p.Pad, float32(0), 0
	for _, o := range objects {
		if o.Visible() {
			m := o.MinSize()
			w += m.Width
			h = max(h, m.Height)
			n++
		}
	}
	return fyne.NewSize(w+float32(max(n-1, 0))*p.Gap, h)
}
