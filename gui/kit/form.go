package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"
)

// Form is a column of labelled controls: the labels right-aligned in a column of their own, the controls beside them.
type Form struct {
	widget.BaseWidget
	label float32 // width of the labels' column; 0: no labels
	rows  []*formRow
}

type formRow struct {
	label  *Line
	object fyne.CanvasObject
	indent float32
	gap    float32 // above
	wide   bool    // over both columns
}

const (
	formGap     = 10 // between rows
	formColumns = 12 // between label and control
)

// NewForm returns an empty Form whose labels have that much room.
func NewForm(label float32) *Form {
	f := &Form{label: label}
	f.ExtendBaseWidget(f)
	return f
}

// Add adds a labelled control. An empty label leaves its place empty.
func (f *Form) Add(label string, o fyne.CanvasObject) *Form {
	f.rows = append(f.rows, &formRow{label: NewLine(label, 13, false, Text2).Align(fyne.TextAlignTrailing), object: o, gap: formGap})
	return f
}

// AddWide adds an object over both columns, gap below the row before it and indent from the left.
func (f *Form) AddWide(o fyne.CanvasObject, gap, indent float32) *Form {
	f.rows = append(f.rows, &formRow{object: o, wide: true, gap: gap, indent: indent})
	return f
}

// Head adds the head of a section.
func (f *Form) Head(title string) *Form {
	gap := float32(24)
	if len(f.rows) == 0 {
		gap = 0
	}
	return f.AddWide(NewLine(title, 13, true, Text), gap, 0)
}

// Clear takes all rows out.
func (f *Form) Clear() { f.rows = nil }

// columns returns the widths of the labels' column and of the controls' at a width.
func (f *Form) columns(width float32) (label, control float32) {
	if f.label == 0 {
		return 0, width
	}
	label = f.label
	return label, width - label - formColumns
}

func (f *Form) arrange(width float32, place func(r *formRow, x, y, w, h float32)) float32 {
	label, control := f.columns(width)
	y := float32(0)
	for i, r := range f.rows {
		if !r.object.Visible() {
			continue
		}
		if i > 0 {
			y += r.gap
		}
		x, w := label+formColumns, control
		switch {
		case r.wide:
			x, w = r.indent, width-r.indent
		case f.label == 0:
			x = 0
		}
		h := HeightFor(r.object, w)
		place(r, x, y, w, h)
		y += h
	}
	return y
}

// Height is what the Form needs at a width.
func (f *Form) Height(width float32) float32 {
	return f.arrange(width, func(*formRow, float32, float32, float32, float32) {})
}

// MinSize implements fyne.CanvasObject.
func (f *Form) MinSize() fyne.Size {
	f.ExtendBaseWidget(f)
	w := float32(0)
	for _, r := range f.rows {
		if !r.object.Visible() {
			continue
		}
		m := r.object.MinSize().Width + r.indent
		if !r.wide && f.label > 0 {
			m += f.label + formColumns
		}
		w = max(w, m)
	}
	return fyne.NewSize(w, f.Height(max(w, f.Size().Width)))
}

// CreateRenderer implements fyne.Widget.
func (f *Form) CreateRenderer() fyne.WidgetRenderer {
	d := &drawing{of: f, min: f.MinSize}
	d.paint = func() {
		d.objects = d.objects[:0]
		for _, r := range f.rows {
			if r.label != nil {
				d.objects = append(d.objects, r.label)
			}
			d.objects = append(d.objects, r.object)
		}
	}
	d.paint()
	d.place = func(s fyne.Size) {
		label, _ := f.columns(s.Width)
		for _, r := range f.rows {
			if r.label != nil {
				r.label.Hidden = !r.object.Visible()
			}
		}
		f.arrange(s.Width, func(r *formRow, x, y, w, h float32) {
			r.object.Move(fyne.NewPos(x, y))
			r.object.Resize(fyne.NewSize(w, h))
			if r.label != nil {
				r.label.Place(0, y+20, label)
			}
		})
	}
	return d
}

// footHeight is the height of a dialog's foot.
const footHeight = 54

// NewFoot returns the foot of a dialog: left and right buttons on a strip of their own colour under a line.
func NewFoot(pad float32, left, right []fyne.CanvasObject) fyne.CanvasObject {
	f := &foot{buttons: append(append([]fyne.CanvasObject{}, left...), right...), spread: Spread{Gap: 8, Right: len(right), Pad: pad}}
	f.ExtendBaseWidget(f)
	return f
}

type foot struct {
	widget.BaseWidget
	buttons []fyne.CanvasObject
	spread  Spread
}

// CreateRenderer implements fyne.Widget.
func (f *foot) CreateRenderer() fyne.WidgetRenderer {
	ground, line := &canvas.Rectangle{}, &canvas.Rectangle{}
	d := &drawing{of: f, objects: append([]fyne.CanvasObject{ground, line}, f.buttons...)}
	d.min = func() fyne.Size { return fyne.NewSize(f.spread.MinSize(f.buttons).Width, footHeight) }
	d.paint = func() { ground.FillColor, line.FillColor = Col(Footer), Col(Sep) }
	d.place = func(s fyne.Size) {
		ground.Resize(s)
		line.Resize(fyne.NewSize(s.Width, 1))
		f.spread.Layout(f.buttons, s)
		// Words without a ground line up with what stands above them.
		for _, o := range f.buttons[:max(len(f.buttons)-f.spread.Right, 0)] {
			if !o.Visible() {
				continue
			}
			if b, ok := o.(*Button); ok && b.kind == Link {
				b.Move(b.Position().SubtractXY(buttonGap, 0))
			}
			break
		}
	}
	d.paint()
	return d
}

// Flush puts a Link at the left of its place, its words in line with what stands above and below them.
func Flush(b *Button) fyne.CanvasObject {
	return container.New(Inset{Left: -buttonGap}, container.New(Spread{}, b))
}

// NewRule returns a line of 1 px as high (or wide) as its place; in a Column it is 1 high.
func NewRule() fyne.CanvasObject {
	r := &rule{}
	r.ExtendBaseWidget(r)
	return r
}

type rule struct{ widget.BaseWidget }

// CreateRenderer implements fyne.Widget.
func (r *rule) CreateRenderer() fyne.WidgetRenderer {
	line := &canvas.Rectangle{}
	d := &drawing{of: r, objects: []fyne.CanvasObject{line}, min: func() fyne.Size { return fyne.NewSize(1, 1) }}
	d.paint = func() { line.FillColor = Col(Sep) }
	d.place = func(s fyne.Size) { line.Resize(s) }
	d.paint()
	return d
}
