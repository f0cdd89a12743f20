package kit

import (
	"strings"
	"unicode"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// drawing is the renderer of the controls of this package: what they consist of, and how it is painted and placed.
type drawing struct {
	of      fyne.CanvasObject
	objects []fyne.CanvasObject
	min     func() fyne.Size
	paint   func() // colours and texts, for the state of the moment
	place   func(fyne.Size)
}

func (d *drawing) Destroy()                     {}
func (d *drawing) Objects() []fyne.CanvasObject { return d.objects }
func (d *drawing) MinSize() fyne.Size           { return d.min() }
func (d *drawing) Layout(s fyne.Size)           { d.place(s) }

// Refresh implements fyne.WidgetRenderer.
func (d *drawing) Refresh() {
	d.paint()
	d.place(d.of.Size())
	for _, o := range d.objects {
		o.Refresh() // a new theme reaches the inner widgets through here
	}
	canvas.Refresh(d.of)
}

// control is what the controls share that a mouse clicks and a keyboard presses. The ring of the focus shows only
// where it came by the keyboard.
type control struct {
	widget.DisableableWidget
	pressState
	quiet bool // the next focus comes from the mouse
	ring  bool
}

// MouseIn implements desktop.Hoverable.
func (c *control) MouseIn(*desktop.MouseEvent) { c.hovered = true; c.Refresh() }

// MouseMoved implements desktop.Hoverable.
func (c *control) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (c *control) MouseOut() { c.hovered = false; c.Refresh() }

// FocusGained implements fyne.Focusable.
func (c *control) FocusGained() {
	c.focused, c.ring = true, !c.quiet
	c.quiet = false
	c.Refresh()
}

// FocusLost implements fyne.Focusable.
func (c *control) FocusLost() { c.focused, c.ring = false, false; c.Refresh() }

// TypedRune implements fyne.Focusable.
func (c *control) TypedRune(rune) {}

// focusQuietly gives o the keyboard without showing the ring.
func (c *control) focusQuietly(o fyne.Focusable) {
	cv := canvasOf(o.(fyne.CanvasObject))
	if cv == nil || cv.Focused() == o {
		return
	}
	c.quiet = true
	cv.Focus(o)
	c.quiet = false
}

// outline is the colour of a control's line: the ring where it has the keyboard.
func (c *control) outline(rest Colour) Colour {
	switch {
	case c.Disabled():
		return Sep
	case c.ring:
		return Accent
	}
	return rest
}

func canvasOf(o fyne.CanvasObject) fyne.Canvas { return fyne.CurrentApp().Driver().CanvasForObject(o) }

// passKey hands a key that a control has no use for to the window: Escape and Enter reach a dialog so.
func passKey(o fyne.CanvasObject, k *fyne.KeyEvent) {
	if c := canvasOf(o); c != nil {
		if f := c.OnTypedKey(); f != nil {
			f(k)
		}
	}
}

// passShortcut hands a shortcut to the window. Fyne gives it to the focused widget alone.
func passShortcut(o fyne.CanvasObject, s fyne.Shortcut) {
	if c, ok := canvasOf(o).(fyne.Shortcutable); ok {
		c.TypedShortcut(s)
	}
}

// Focus gives o the keyboard, if it is in a window.
func Focus(o fyne.Focusable) {
	if c := canvasOf(o.(fyne.CanvasObject)); c != nil {
		c.Focus(o)
	}
}

// Focused reports whether o has the keyboard.
func Focused(o fyne.Focusable) bool {
	c := canvasOf(o.(fyne.CanvasObject))
	return c != nil && c.Focused() == o
}

// Para is a text of several lines, broken to its width. Its height follows the width it was given last.
type Para struct {
	widget.BaseWidget
	text   string
	size   float32
	bold   bool
	colour Colour
	align  fyne.TextAlign
	width  float32 // that lines was broken for
	broken []string
}

// NewPara returns a Para. size is the text size.
func NewPara(text string, size float32, bold bool, c Colour) *Para {
	p := &Para{text: text, size: size, bold: bold, colour: c}
	p.ExtendBaseWidget(p)
	return p
}

// Align says where the lines stand. It returns p.
func (p *Para) Align(a fyne.TextAlign) *Para {
	p.align = a
	return p
}

// Text is the whole text.
func (p *Para) Text() string { return p.text }

// SetText changes the text.
func (p *Para) SetText(s string) {
	if s != p.text {
		p.text, p.broken = s, nil
		p.Refresh()
	}
}

// SetColour changes the colour.
func (p *Para) SetColour(c Colour) {
	if c != p.colour {
		p.colour = c
		p.Refresh()
	}
}

// step is the distance of two baselines.
func (p *Para) step() float32 { return ceil(p.size * 1.42) }

// Height is what the text needs at a width.
func (p *Para) Height(width float32) float32 {
	if p.text == "" {
		return 0
	}
	return float32(len(p.lines(width))) * p.step()
}

func (p *Para) lines(width float32) []string {
	if p.broken == nil || width != p.width {
		p.width, p.broken = width, wrap(p.text, width, func(s string) float32 { return TextWidth(s, p.size, p.bold) })
	}
	return p.broken
}

// Resize implements fyne.CanvasObject.
func (p *Para) Resize(s fyne.Size) {
	if s == p.Size() {
		return
	}
	p.BaseWidget.Resize(s)
}

// MinSize implements fyne.CanvasObject: the height for the present width, and no width of its own.
func (p *Para) MinSize() fyne.Size {
	p.ExtendBaseWidget(p)
	w := p.Size().Width
	if w <= 0 {
		return fyne.NewSize(0, p.step())
	}
	return fyne.NewSize(0, p.Height(w))
}

// CreateRenderer implements fyne.Widget.
func (p *Para) CreateRenderer() fyne.WidgetRenderer {
	d := &drawing{of: p, min: p.MinSize}
	var lines []*Line
	d.place = func(s fyne.Size) {
		texts := p.lines(s.Width)
		if p.text == "" || s.Width <= 0 {
			texts = nil
		}
		d.objects = d.objects[:0]
		for i, t := range texts {
			if i == len(lines) {
				lines = append(lines, NewLine("", p.size, p.bold, p.colour).Align(p.align))
			}
			l := lines[i]
			l.Set(t, p.bold, p.colour)
			l.Place(0, float32(i)*p.step()+ceil(p.size*1.08), s.Width)
			d.objects = append(d.objects, l)
		}
	}
	d.paint = func() {}
	return d
}

// wrap breaks s into lines of at most width. Latin breaks at blanks, Chinese anywhere but before a closing mark; a word
// that is too long is broken where it must.
func wrap(s string, width float32, measure func(string) float32) []string {
	var out []string
	for _, hard := range strings.Split(s, "\n") {
		line := ""
		for _, word := range breaks(hard) {
			if line == "" || measure(strings.TrimRight(line+word, " ")) <= width {
				line += word
			} else {
				out = append(out, strings.TrimRight(line, " "))
				line = strings.TrimLeft(word, " ")
			}
			for measure(strings.TrimRight(line, " ")) > width {
				rs := []rune(line)
				n := len(rs) - 1
				for n > 1 && measure(string(rs[:n])) > width {
					n--
				}
				if n < 1 {
					break
				}
				out = append(out, string(rs[:n]))
				line = string(rs[n:])
			}
		}
		out = append(out, strings.TrimRight(line, " "))
	}
	return out
}

// breaks cuts a line after every place where it may be broken.
func breaks(s string) []string {
	var out []string
	start := 0
	rs := []rune(s)
	for i := 0; i+1 < len(rs); i++ {
		a, b := rs[i], rs[i+1]
		can := a == ' ' && b != ' ' || (isHan(a) || isHan(b)) && a != ' ' && b != ' '
		if unicode.In(b, unicode.Pe, unicode.Pf) || strings.ContainsRune("，。、；：！？”’…,.;:!?%", b) ||
			unicode.In(a, unicode.Ps, unicode.Pi) || strings.ContainsRune("“‘", a) {
			can = false
		}
		if can {
			out = append(out, string(rs[start:i+1]))
			start = i + 1
		}
	}
	return append(out, string(rs[start:]))
}

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
		if b, ok := f.buttons[0].(*Button); ok && b.kind == Link && len(f.buttons) > f.spread.Right {
			b.Move(b.Position().SubtractXY(buttonGap, 0))
		}
	}
	d.paint()
	return d
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
