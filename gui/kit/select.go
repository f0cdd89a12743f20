package kit

import (
	"strings"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// Select is a box that shows one of several options, and all of them when it is pressed.
type Select struct {
	control
	OnChanged func(int)

	options []string
	chosen  int
}

// NewSelect returns a Select.
func NewSelect(options []string, chosen int, changed func(int)) *Select {
	s := &Select{options: options, chosen: chosen, OnChanged: changed}
	s.ExtendBaseWidget(s)
	return s
}

// Chosen is the number of the option shown.
func (s *Select) Chosen() int { return s.chosen }

// Choose shows an option, without OnChanged.
func (s *Select) Choose(i int) {
	if i != s.chosen && i >= 0 && i < len(s.options) {
		s.chosen = i
		s.Refresh()
	}
}

// Options are what can be chosen.
func (s *Select) Options() []string { return s.options }

// SetOptions changes the options and the one shown.
func (s *Select) SetOptions(options []string, chosen int) {
	s.options, s.chosen = options, chosen
	s.Refresh()
}

func (s *Select) pick(i int) {
	if i == s.chosen || i < 0 || i >= len(s.options) {
		return
	}
	s.Choose(i)
	if s.OnChanged != nil {
		s.OnChanged(i)
	}
}

// Tapped implements fyne.Tappable.
func (s *Select) Tapped(*fyne.PointEvent) {
	if s.Disabled() {
		return
	}
	s.focusQuietly(s)
	s.open()
}

func (s *Select) open() { ShowOptions(s, s.options, s.chosen, s.pick) }

// TypedKey implements fyne.Focusable: Space and Enter show the options, the arrows change at once.
func (s *Select) TypedKey(k *fyne.KeyEvent) {
	if s.Disabled() {
		return
	}
	switch k.Name {
	case fyne.KeySpace, fyne.KeyReturn, fyne.KeyEnter:
		s.open()
	case fyne.KeyDown:
		s.pick(s.chosen + 1)
	case fyne.KeyUp:
		s.pick(s.chosen - 1)
	default:
		passKey(s, k)
	}
}

// MinSize implements fyne.CanvasObject.
func (s *Select) MinSize() fyne.Size {
	s.ExtendBaseWidget(s)
	w := float32(0)
	for _, o := range s.options {
		w = max(w, TextWidth(o, 13, false))
	}
	return fyne.NewSize(min(w+44, 220), ControlHeight)
}

// CreateRenderer implements fyne.Widget.
func (s *Select) CreateRenderer() fyne.WidgetRenderer {
	box := &canvas.Rectangle{CornerRadius: 6}
	arrow := &canvas.Image{FillMode: canvas.ImageFillContain}
	line := NewLine("", 13, false, Text)
	d := &drawing{of: s, objects: []fyne.CanvasObject{box, line, arrow}, min: s.MinSize}
	d.paint = func() {
		fill, text, sign, width := Input, Text, Text2, float32(1)
		if s.hovered {
			fill, sign = Hover, Text
		}
		if s.ring {
			width = 2
		}
		if s.Disabled() {
			fill, text, sign = Footer, Disabled, Disabled
		}
		box.FillColor, box.StrokeColor, box.StrokeWidth = Col(fill), Col(s.outline(Border)), width
		arrow.Resource = Icon("down", sign)
		shown := ""
		if s.chosen >= 0 && s.chosen < len(s.options) {
			shown = s.options[s.chosen]
		}
		line.Set(shown, false, text)
	}
	d.place = func(size fyne.Size) {
		box.Resize(fyne.NewSize(size.Width, ControlHeight))
		line.Place(10, 20, size.Width-10-30)
		arrow.Move(fyne.NewPos(size.Width-25, 7))
		arrow.Resize(fyne.NewSquareSize(16))
	}
	d.paint()
	return d
}

const (
	optionHeight = 28
	optionsPad   = 5
	optionsMax   = 12 // that many are seen without scrolling
)

// ShowOptions shows options in a list under anchor, or over it where there is no room, and calls picked with the one
// that is chosen. The arrows move, Enter chooses, Escape and a click elsewhere leave everything as it is.
func ShowOptions(anchor fyne.CanvasObject, options []string, chosen int, picked func(int)) {
	c := canvasOf(anchor)
	if c == nil || len(options) == 0 {
		return
	}
	l := &optionList{options: options, chosen: chosen, at: max(chosen, 0)}
	w := anchor.Size().Width
	for i, o := range options {
		row := &optionRow{list: l, index: i}
		row.ExtendBaseWidget(row)
		l.rows = append(l.rows, row)
		w = max(w, TextWidth(o, 13, false)+2*optionsPad+48)
	}
	l.ExtendBaseWidget(l)
	h := float32(min(len(options), optionsMax))*optionHeight + 2*optionsPad
	size := fyne.NewSize(min(w, c.Size().Width-8), min(h, c.Size().Height-8))
	l.scroll = container.NewVScroll(l)
	box := container.NewStack(NewFill(MenuFill, 8).Outline(Sep, 1), container.New(Inset{optionsPad, optionsPad, optionsPad, optionsPad}, l.scroll))
	pop := widget.NewPopUp(box, c)
	l.close = func() {
		pop.Hide()
		if f, ok := anchor.(fyne.Focusable); ok {
			c.Focus(f)
		}
	}
	l.picked = picked
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(anchor)
	y := at.Y + min(anchor.Size().Height, ControlHeight) + 4
	if y+size.Height > c.Size().Height-4 {
		y = max(4, at.Y-size.Height-4)
	}
	pop.Resize(size)
	pop.ShowAtPosition(fyne.NewPos(max(4, min(at.X, c.Size().Width-size.Width-4)), y))
	pop.Resize(size)
	c.Focus(l)
	l.see()
}

// optionList is what is in the pop-up.
type optionList struct {
	widget.BaseWidget
	options    []string
	chosen, at int
	rows       []*optionRow
	scroll     *container.Scroll
	picked     func(int)
	close      func()
}

func (l *optionList) move(to int) {
	l.at = max(0, min(to, len(l.options)-1))
	l.Refresh()
	l.see()
}

// see scrolls to the row under the cursor.
func (l *optionList) see() {
	top, bottom := float32(l.at)*optionHeight, float32(l.at+1)*optionHeight
	off := l.scroll.Offset.Y
	switch {
	case top < off:
		off = top
	case bottom > off+l.scroll.Size().Height:
		off = bottom - l.scroll.Size().Height
	default:
		return
	}
	l.scroll.ScrollToOffset(fyne.NewPos(0, off))
}

func (l *optionList) pick(i int) {
	l.close()
	l.picked(i)
}

// FocusGained implements fyne.Focusable.
func (l *optionList) FocusGained() {}

// FocusLost implements fyne.Focusable.
func (l *optionList) FocusLost() {}

// TypedRune implements fyne.Focusable: a letter goes to the next option that begins with it.
func (l *optionList) TypedRune(r rune) {
	for n := 1; n <= len(l.options); n++ {
		i := (l.at + n) % len(l.options)
		if first, _ := utf8.DecodeRuneInString(l.options[i]); strings.EqualFold(string(first), string(r)) {
			l.move(i)
			return
		}
	}
}

// TypedKey implements fyne.Focusable.
func (l *optionList) TypedKey(k *fyne.KeyEvent) {
	switch k.Name {
	case fyne.KeyDown:
		l.move(l.at + 1)
	case fyne.KeyUp:
		l.move(l.at - 1)
	case fyne.KeyHome, fyne.KeyPageUp:
		l.move(0)
	case fyne.KeyEnd, fyne.KeyPageDown:
		l.move(len(l.options) - 1)
	case fyne.KeyReturn, fyne.KeyEnter, fyne.KeySpace:
		l.pick(l.at)
	case fyne.KeyEscape:
		l.close()
	}
}

// CreateRenderer implements fyne.Widget.
func (l *optionList) CreateRenderer() fyne.WidgetRenderer {
	d := &drawing{of: l, paint: func() {}}
	for _, r := range l.rows {
		d.objects = append(d.objects, r)
	}
	d.min = func() fyne.Size { return fyne.NewSize(60, float32(len(l.rows))*optionHeight) }
	d.place = func(s fyne.Size) {
		for i, r := range l.rows {
			r.Move(fyne.NewPos(0, float32(i)*optionHeight))
			r.Resize(fyne.NewSize(s.Width, optionHeight))
		}
	}
	return d
}

// optionRow is one option.
type optionRow struct {
	widget.BaseWidget
	list  *optionList
	index int
}

// Tapped implements fyne.Tappable.
func (r *optionRow) Tapped(*fyne.PointEvent) { r.list.pick(r.index) }

// MouseIn implements desktop.Hoverable.
func (r *optionRow) MouseIn(*desktop.MouseEvent) { r.list.at = r.index; r.list.Refresh() }

// MouseMoved implements desktop.Hoverable.
func (r *optionRow) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (r *optionRow) MouseOut() {}

// CreateRenderer implements fyne.Widget.
func (r *optionRow) CreateRenderer() fyne.WidgetRenderer {
	ground := &canvas.Rectangle{CornerRadius: 6}
	tick := &canvas.Image{FillMode: canvas.ImageFillContain}
	line := NewLine(r.list.options[r.index], 13, false, Text)
	d := &drawing{of: r, objects: []fyne.CanvasObject{ground, line, tick}, min: func() fyne.Size { return fyne.NewSize(60, optionHeight) }}
	d.paint = func() {
		fill, text := None, Text
		if r.index == r.list.at {
			fill, text = Sel, SelText
		}
		ground.FillColor = Col(fill)
		tick.Resource, tick.Hidden = Icon("check", AccentText), r.index != r.list.chosen
		line.Set(line.Text(), false, text)
	}
	d.place = func(s fyne.Size) {
		ground.Resize(s)
		line.Place(8, 19, s.Width-8-28)
		tick.Move(fyne.NewPos(s.Width-22, 6))
		tick.Resize(fyne.NewSquareSize(16))
	}
	d.paint()
	return d
}
