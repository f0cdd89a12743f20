package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

const (
	tabsHeight = 40
	tabGap     = 22
)

// Tabs is a strip of names of which one is chosen. It shows no pages: OnChosen tells which one is wanted.
type Tabs struct {
	control
	OnChosen func(int)

	names  []string
	chosen int
	pad    float32
	over   int // under the mouse, -1 none
	cells  []*tab
}

// NewTabs returns a strip; pad is the room before the first name.
func NewTabs(pad float32, chosen func(int), names ...string) *Tabs {
	t := &Tabs{names: names, OnChosen: chosen, pad: pad, over: -1}
	for i, n := range names {
		c := &tab{tabs: t, index: i, line: NewLine(n, 13, false, Text2)}
		c.ExtendBaseWidget(c)
		t.cells = append(t.cells, c)
	}
	t.ExtendBaseWidget(t)
	return t
}

// Chosen is the number of the chosen name.
func (t *Tabs) Chosen() int { return t.chosen }

// Choose chooses a name and tells OnChosen.
func (t *Tabs) Choose(i int) {
	if i < 0 || i >= len(t.names) || i == t.chosen {
		return
	}
	t.chosen = i
	t.Refresh()
	if t.OnChosen != nil {
		t.OnChosen(i)
	}
}

// TypedKey implements fyne.Focusable.
func (t *Tabs) TypedKey(k *fyne.KeyEvent) {
	switch k.Name {
	case fyne.KeyLeft:
		t.Choose(t.chosen - 1)
	case fyne.KeyRight:
		t.Choose(t.chosen + 1)
	case fyne.KeyHome:
		t.Choose(0)
	case fyne.KeyEnd:
		t.Choose(len(t.names) - 1)
	default:
		passKey(t, k)
	}
}

// MinSize implements fyne.CanvasObject.
func (t *Tabs) MinSize() fyne.Size {
	t.ExtendBaseWidget(t)
	w := 2 * t.pad
	for i, n := range t.names {
		if i > 0 {
			w += tabGap
		}
		w += TextWidth(n, 13, true)
	}
	return fyne.NewSize(w, tabsHeight)
}

// CreateRenderer implements fyne.Widget.
func (t *Tabs) CreateRenderer() fyne.WidgetRenderer {
	rule, bar := &canvas.Rectangle{}, &canvas.Rectangle{CornerRadius: 1}
	ring := &canvas.Rectangle{CornerRadius: 6, StrokeWidth: 2}
	d := &drawing{of: t, objects: []fyne.CanvasObject{rule, bar, ring}, min: t.MinSize}
	for _, c := range t.cells {
		d.objects = append(d.objects, c)
	}
	d.paint = func() {
		rule.FillColor, bar.FillColor = Col(Sep), Col(Accent)
		ring.FillColor, ring.StrokeColor = Col(None), Col(None)
		if t.ring {
			ring.StrokeColor = Col(Accent)
		}
		for i, c := range t.cells {
			colour := Text2
			switch i {
			case t.chosen:
				colour = AccentText
			case t.over:
				colour = Text
			}
			c.line.Set(t.names[i], i == t.chosen, colour)
		}
	}
	d.place = func(s fyne.Size) {
		rule.Move(fyne.NewPos(0, s.Height-1))
		rule.Resize(fyne.NewSize(s.Width, 1))
		x := t.pad
		for i, n := range t.names {
			w := TextWidth(n, 13, true)
			t.cells[i].Move(fyne.NewPos(x-8, 0))
			t.cells[i].Resize(fyne.NewSize(w+16, s.Height))
			if i == t.chosen {
				w = t.cells[i].line.Width()
				bar.Move(fyne.NewPos(x, s.Height-2))
				bar.Resize(fyne.NewSize(w, 2))
				ring.Move(fyne.NewPos(x-8, 6))
				ring.Resize(fyne.NewSize(w+16, s.Height-12))
				w = TextWidth(n, 13, true)
			}
			x += w + tabGap
		}
	}
	d.paint()
	return d
}

// tab is the place of one name, for the mouse.
type tab struct {
	widget.BaseWidget
	tabs  *Tabs
	index int
	line  *Line
}

// Tapped implements fyne.Tappable.
func (c *tab) Tapped(*fyne.PointEvent) {
	c.tabs.focusQuietly(c.tabs)
	c.tabs.Choose(c.index)
}

// MouseIn implements desktop.Hoverable.
func (c *tab) MouseIn(*desktop.MouseEvent) { c.tabs.over = c.index; c.tabs.Refresh() }

// MouseMoved implements desktop.Hoverable.
func (c *tab) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (c *tab) MouseOut() { c.tabs.over = -1; c.tabs.Refresh() }

// CreateRenderer implements fyne.Widget.
func (c *tab) CreateRenderer() fyne.WidgetRenderer {
	d := &drawing{of: c, objects: []fyne.CanvasObject{c.line}, min: func() fyne.Size { return fyne.Size{} }, paint: func() {}}
	d.place = func(s fyne.Size) { c.line.Place(8, 25, s.Width-8) }
	return d
}

// Segments are a few words side by side on one plate, of which one is chosen.
type Segments struct {
	control
	OnChosen func(int)

	names  []string
	chosen int
}

// NewSegments returns Segments.
func NewSegments(chosen int, pick func(int), names ...string) *Segments {
	s := &Segments{names: names, chosen: chosen, OnChosen: pick}
	s.ExtendBaseWidget(s)
	return s
}

// Chosen is the number of the chosen word.
func (s *Segments) Chosen() int { return s.chosen }

// Choose chooses a word and tells OnChosen.
func (s *Segments) Choose(i int) {
	if i < 0 || i >= len(s.names) || i == s.chosen {
		return
	}
	s.chosen = i
	s.Refresh()
	if s.OnChosen != nil {
		s.OnChosen(i)
	}
}

func (s *Segments) width(i int) float32 { return TextWidth(s.names[i], 13, true) + 24 }

// Tapped implements fyne.Tappable.
func (s *Segments) Tapped(e *fyne.PointEvent) {
	s.focusQuietly(s)
	x := float32(2)
	for i := range s.names {
		x += s.width(i)
		if e.Position.X < x {
			s.Choose(i)
			return
		}
	}
}

// TypedKey implements fyne.Focusable.
func (s *Segments) TypedKey(k *fyne.KeyEvent) {
	switch k.Name {
	case fyne.KeyLeft:
		s.Choose(s.chosen - 1)
	case fyne.KeyRight:
		s.Choose(s.chosen + 1)
	default:
		passKey(s, k)
	}
}

// MinSize implements fyne.CanvasObject.
func (s *Segments) MinSize() fyne.Size {
	s.ExtendBaseWidget(s)
	w := float32(4)
	for i := range s.names {
		w += s.width(i)
	}
	return fyne.NewSize(w, ControlHeight)
}

// CreateRenderer implements fyne.Widget.
func (s *Segments) CreateRenderer() fyne.WidgetRenderer {
	plate, card := &canvas.Rectangle{CornerRadius: 6}, &canvas.Rectangle{CornerRadius: 5}
	d := &drawing{of: s, objects: []fyne.CanvasObject{plate, card}, min: s.MinSize}
	var lines []*Line
	for _, n := range s.names {
		l := NewLine(n, 13, false, Text2).Align(fyne.TextAlignCenter)
		lines = append(lines, l)
		d.objects = append(d.objects, l)
	}
	d.paint = func() {
		plate.FillColor, card.FillColor = Col(ButtonFill), Col(Surface)
		plate.StrokeWidth, plate.StrokeColor = 0, Col(None)
		if s.ring {
			plate.StrokeWidth, plate.StrokeColor = 2, Col(Accent)
		}
		for i, l := range lines {
			c := Text2
			if i == s.chosen {
				c = AccentText
			}
			l.Set(s.names[i], i == s.chosen, c)
		}
	}
	d.place = func(size fyne.Size) {
		plate.Resize(fyne.NewSize(size.Width, ControlHeight))
		x := float32(2)
		for i, l := range lines {
			w := s.width(i)
			l.Place(x, 20, w)
			if i == s.chosen {
				card.Move(fyne.NewPos(x, 2))
				card.Resize(fyne.NewSize(w, ControlHeight-4))
			}
			x += w
		}
	}
	d.paint()
	return d
}
