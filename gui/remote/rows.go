package remote

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"poplar/gui/kit"
	"poplar/gui/model"
	"poplar/mail"
)

const (
	rowHeight = 30
	rowPitch  = rowHeight + 4 // the list leaves a gap
)

// columns are the places of a row's parts at a width.
type columns struct{ check, from, fromW, subject, subjectW, date, size, state, stateW float32 }

func columnsAt(width float32) columns {
	c := columns{check: pad + 12, from: pad + 38}
	c.stateW = 190
	if width < 860 {
		c.stateW = 130
	}
	c.state = width - pad - c.stateW
	c.size = c.state - 24 - 66
	c.date = c.size - 16 - 96
	left := c.date - 16 - c.from
	c.fromW = min(left*0.32, 220)
	c.subject = c.from + c.fromW + 16
	c.subjectW = max(c.date-16-c.subject, 40)
	return c
}

const (
	dateW = 96
	sizeW = 66
)

// rows are the messages of the mailbox.
type rows struct {
	widget.BaseWidget
	w      *Window
	list   *widget.List
	anchor int // row of the last click on a box, for Shift
}

func newRows(w *Window) *rows {
	r := &rows{w: w}
	r.list = widget.NewList(func() int { return w.list.Len() }, func() fyne.CanvasObject { return newRow(r) },
		func(i widget.ListItemID, o fyne.CanvasObject) { o.(*row).set(i) })
	r.list.HideSeparators = true
	r.ExtendBaseWidget(r)
	return r
}

// unknown are the messages in sight whose headers are not known.
func (r *rows) unknown(most int) []int {
	if r.w.list.Len() == 0 {
		return nil
	}
	top := int(r.list.GetScrollOffset() / rowPitch)
	var ns []int
	for i := max(top, 0); i < min(top+int(r.Size().Height/rowPitch)+2, r.w.list.Len()) && len(ns) < most; i++ {
		if m := r.w.list.Row(i); !m.Known {
			ns = append(ns, m.N)
		}
	}
	return ns
}

// CreateRenderer implements fyne.Widget.
func (r *rows) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(container.New(kit.Inset{Top: 6, Bottom: 6}, container.New(fill{}, r.list)))
}

// Refresh implements fyne.CanvasObject.
func (r *rows) Refresh() {
	r.list.Refresh()
	r.BaseWidget.Refresh()
}

// TypedKey moves through the list.
func (r *rows) TypedKey(k *fyne.KeyEvent) {
	l := r.w.list
	at := l.Find(r.w.current)
	var to int
	switch k.Name {
	case fyne.KeyDown:
		to = at + 1
	case fyne.KeyUp:
		to = max(at-1, 0)
	case fyne.KeyHome:
		to = 0
	case fyne.KeyEnd:
		to = l.Len() - 1
	case fyne.KeySpace:
		if at >= 0 {
			n := l.Row(at).N
			l.Choose(n, !l.Is(n))
			r.w.show()
		}
		return
	case fyne.KeyReturn, fyne.KeyEnter:
		r.w.Look()
		return
	default:
		return
	}
	if to >= 0 && to < l.Len() && to != at {
		r.list.ScrollTo(to)
		r.w.peek(l.Row(to).N)
	}
}

// choose ticks a row's box or not; with Shift all rows from the last one on.
func (r *rows) choose(i int, on bool) {
	from, to := i, i
	if kit.Modifiers()&fyne.KeyModifierShift != 0 {
		from, to = min(r.anchor, i), max(r.anchor, i)
	}
	for k := from; k <= to && k < r.w.list.Len(); k++ {
		r.w.list.Choose(r.w.list.Row(k).N, on)
	}
	r.anchor = i
	r.w.show()
}

// row is one message.
type row struct {
	widget.BaseWidget
	rows    *rows
	i       int
	m       mail.RemoteMessage
	hovered bool
	ground  *kit.Fill
	check   *kit.Check
	parts   [5]*kit.Line // sender, subject, date, size, state
	bars    [2]*kit.Fill // in place of sender and subject while they are not known
}

func newRow(r *rows) *row {
	o := &row{rows: r, ground: kit.NewFill("", 6), bars: [2]*kit.Fill{kit.NewFill(kit.Pill, 4), kit.NewFill(kit.Pill, 4)}}
	o.check = kit.NewCheck("", false, func(on bool) { r.choose(o.i, on) })
	for i := range o.parts {
		size := float32(13)
		if i >= 2 {
			size = 12
		}
		o.parts[i] = kit.NewLine("", size, false, kit.Text).Shrink()
	}
	o.parts[3].Align(fyne.TextAlignTrailing)
	o.ExtendBaseWidget(o)
	return o
}

// toneColours are the colours of states.
var toneColours = map[model.RemoteTone]kit.Colour{
	model.RemotePlain: kit.Text2, model.RemoteNew: kit.AccentText, model.RemoteLeft: kit.Warn, model.RemoteBad: kit.Err,
}

func (o *row) set(i int) {
	if i >= o.rows.w.list.Len() {
		return
	}
	o.i, o.m = i, o.rows.w.list.Row(i)
	m := o.m
	now := o.rows.w.o.Now()
	on := o.rows.w.list.Is(m.N)
	o.check.SetOn(on)
	main, second := kit.Text, kit.Text2
	if m.Deleted {
		main, second = kit.Disabled, kit.Disabled
	}
	from := model.RemoteSender(m)
	if from == "" {
		from = kit.T("(no sender)")
	}
	state, tone := model.RemoteWords(m, now, kit.T, kit.N)
	o.parts[0].Set(from, false, main)
	o.parts[1].Set(subjectOr(m.Heading.Subject), false, main)
	o.parts[2].Set(stamp(m.Heading.Date, now), false, second)
	size := ""
	if m.Size > 0 {
		size = kit.Size(m.Size)
	}
	o.parts[3].Set(size, false, second)
	o.parts[4].Set(state, false, toneColours[tone])
	blank := m.Known && m.Heading.IsZero() // the server tells nothing of it
	if blank {
		o.parts[0].Set("", false, main)
		o.parts[1].Set(kit.T("The server tells no sender and subject"), false, kit.Text3)
	}
	for k := range o.bars {
		o.bars[k].Hidden = m.Known
		o.parts[k].Hidden = !m.Known
	}
	o.paint()
	o.Refresh()
}

func (o *row) paint() {
	ground := kit.Colour("")
	switch {
	case o.rows.w.list.Is(o.m.N):
		ground = kit.Sel
	case o.rows.w.current == o.m.N:
		ground = kit.SelOff
	case o.hovered:
		ground = kit.Hover
	}
	o.ground.Hidden = ground == ""
	if ground != "" {
		o.ground.Set(ground, "")
	}
}

// stamp is a date by month and day, with the year where it is not this one.
func stamp(t, now time.Time) string {
	if t.IsZero() {
		return ""
	}
	t = t.In(now.Location())
	if t.Year() != now.Year() {
		return t.Format("2006-01-02")
	}
	return t.Format("01-02 15:04")
}

// Tapped looks inside.
func (o *row) Tapped(*fyne.PointEvent) { o.rows.w.peek(o.m.N) }

// MouseIn implements desktop.Hoverable.
func (o *row) MouseIn(*desktop.MouseEvent) { o.hovered = true; o.paint(); o.Refresh() }

// MouseMoved implements desktop.Hoverable.
func (o *row) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (o *row) MouseOut() { o.hovered = false; o.paint(); o.Refresh() }

// CreateRenderer implements fyne.Widget.
func (o *row) CreateRenderer() fyne.WidgetRenderer { return &rowRenderer{o} }

type rowRenderer struct{ o *row }

// Layout implements fyne.WidgetRenderer.
func (r *rowRenderer) Layout(s fyne.Size) {
	o, c := r.o, columnsAt(s.Width)
	o.ground.Move(fyne.NewPos(pad, 0))
	o.ground.Resize(fyne.NewSize(s.Width-2*pad, s.Height))
	o.check.Move(fyne.NewPos(c.check, 3))
	o.check.Resize(fyne.NewSquareSize(24))
	const base = 20
	o.parts[0].Place(c.from, base, c.fromW)
	o.parts[1].Place(c.subject, base, c.subjectW)
	o.parts[2].Place(c.date, base, dateW)
	o.parts[3].Place(c.size, base, sizeW)
	o.parts[4].Place(c.state, base, c.stateW-8)
	o.bars[0].Move(fyne.NewPos(c.from, 11))
	o.bars[0].Resize(fyne.NewSize(c.fromW*0.6, 8))
	o.bars[1].Move(fyne.NewPos(c.subject, 11))
	o.bars[1].Resize(fyne.NewSize(c.subjectW*0.5, 8))
}

// MinSize implements fyne.WidgetRenderer.
func (r *rowRenderer) MinSize() fyne.Size { return fyne.NewSize(200, rowHeight) }

// Destroy implements fyne.WidgetRenderer.
func (r *rowRenderer) Destroy() {}

// Refresh implements fyne.WidgetRenderer.
func (r *rowRenderer) Refresh() {
	r.Layout(r.o.Size())
	for _, x := range r.Objects() {
		x.Refresh()
	}
}

// Objects implements fyne.WidgetRenderer.
func (r *rowRenderer) Objects() []fyne.CanvasObject {
	o := r.o
	all := []fyne.CanvasObject{o.ground, o.check, o.bars[0], o.bars[1]}
	for _, p := range o.parts {
		all = append(all, p)
	}
	return all
}

// columnHeads name the columns; a click sorts.
type columnHeads struct {
	widget.BaseWidget
	w     *Window
	all   *kit.Check
	parts [5]*kit.Line
	arrow *kit.Glyph
}

// columnOrder is what the heads sort by.
var columnOrder = [5]model.RemoteColumn{model.RemoteFrom, model.RemoteSubject, model.RemoteDate, model.RemoteSize, model.RemoteState}

func newColumnHeads(w *Window) *columnHeads {
	h := &columnHeads{w: w, arrow: kit.NewGlyph("down", 12, kit.Text2)}
	h.all = kit.NewCheck("", false, func(on bool) { w.list.ChooseAll(on); w.show() })
	for i, t := range []string{kit.T("From"), kit.T("Subject"), kit.T("Date"), kit.T("Size"), kit.T("State")} {
		h.parts[i] = kit.NewLine(t, 12, false, kit.Text2)
	}
	h.parts[3].Align(fyne.TextAlignTrailing)
	h.ExtendBaseWidget(h)
	return h
}

// Tapped sorts by the column that was clicked.
func (h *columnHeads) Tapped(e *fyne.PointEvent) {
	c, x := columnsAt(h.Size().Width), e.Position.X
	starts := [5]float32{c.from, c.subject, c.date, c.size, c.state}
	for i := len(starts) - 1; i >= 0; i-- {
		if x >= starts[i]-8 {
			h.w.list.Sort(columnOrder[i])
			h.w.show()
			return
		}
	}
}

// Cursor implements desktop.Cursorable.
func (h *columnHeads) Cursor() desktop.Cursor { return desktop.PointerCursor }

// Height is the same at any width.
func (h *columnHeads) Height(float32) float32 { return 28 }

// CreateRenderer implements fyne.Widget.
func (h *columnHeads) CreateRenderer() fyne.WidgetRenderer { return &headsRenderer{h} }

type headsRenderer struct{ h *columnHeads }

// Layout implements fyne.WidgetRenderer.
func (r *headsRenderer) Layout(s fyne.Size) {
	h, c := r.h, columnsAt(s.Width)
	h.all.Move(fyne.NewPos(c.check, 2))
	h.all.Resize(fyne.NewSquareSize(24))
	xs := [5]float32{c.from, c.subject, c.date, c.size, c.state}
	ws := [5]float32{c.fromW, c.subjectW, dateW, sizeW, c.stateW - 8}
	for i, p := range h.parts {
		on := columnOrder[i] == h.w.list.Column
		colour := kit.Text2
		if on {
			colour = kit.Text
		}
		p.Set(p.Text(), on, colour)
		p.Place(xs[i], 18, ws[i])
		if !on {
			continue
		}
		icon := "down"
		if h.w.list.Up {
			icon = "up"
		}
		h.arrow.Set(icon, kit.Text2)
		x := xs[i] + p.Width() + 4
		if i == 3 {
			x = xs[i] + sizeW + 3
		}
		h.arrow.Place(x, 8)
	}
}

// MinSize implements fyne.WidgetRenderer.
func (r *headsRenderer) MinSize() fyne.Size { return fyne.NewSize(200, 28) }

// Destroy implements fyne.WidgetRenderer.
func (r *headsRenderer) Destroy() {}

// Refresh implements fyne.WidgetRenderer.
func (r *headsRenderer) Refresh() {
	ns, _, _ := r.h.w.list.Chosen()
	r.h.all.SetOn(len(ns) > 0 && len(ns) == r.h.w.list.Len())
	r.Layout(r.h.Size())
	for _, o := range r.Objects() {
		o.Refresh()
	}
}

// Objects implements fyne.WidgetRenderer.
func (r *headsRenderer) Objects() []fyne.CanvasObject {
	all := []fyne.CanvasObject{r.h.all, r.h.arrow}
	for _, p := range r.h.parts {
		all = append(all, p)
	}
	return all
}
