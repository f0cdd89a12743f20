package source

import (
	"context"
	"image/color"
	"math"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"poplar/gui/kit"
	"poplar/gui/model"
)

// Measures of the text of a message as it stands.
const (
	textSize = 12
	rowHigh  = 17
	textPad  = 16
	widest   = 160 // columns of a row at most
)

var monospace = fyne.TextStyle{Monospace: true}

// text shows the bytes of a message, however many, row by row: only what is visible is drawn. It scrolls itself, can be
// selected with the mouse, copied and searched.
type text struct {
	widget.BaseWidget
	loop   kit.Loop
	octets *model.Octets
	offset float64 // of the first pixel that is seen
	bar    *kit.ScrollBar

	anchor, caret int // bytes of the selection
	selecting     bool
	focused       bool

	found  []int // places of what was searched for
	length int   // bytes of it
	at     int   // the place that is shown, -1 none
	cancel context.CancelFunc
	query  string
	search func(count, at int) // is told what was found
}

var (
	_ fyne.Focusable     = (*text)(nil)
	_ fyne.Shortcutable  = (*text)(nil)
	_ fyne.Draggable     = (*text)(nil)
	_ fyne.Scrollable    = (*text)(nil)
	_ desktop.Mouseable  = (*text)(nil)
	_ desktop.Cursorable = (*text)(nil)
)

func newText(loop kit.Loop) *text {
	t := &text{loop: loop, octets: model.NewOctets(widest), at: -1, cancel: func() {}, search: func(int, int) {}}
	t.bar = kit.NewScrollBar(func(offset float64) { t.scrollTo(offset) })
	t.ExtendBaseWidget(t)
	return t
}

// charWidth is the width of a letter.
func charWidth() float32 {
	const sample = "MMMMMMMMMMMMMMMMMMMM"
	return fyne.MeasureText(sample, textSize, monospace).Width / float32(len(sample))
}

// add takes in more of the message.
func (t *text) add(piece []byte) {
	t.octets.Add(piece)
	t.Refresh()
}

// set replaces the text.
func (t *text) set(s string) {
	columns := t.octets.Columns()
	t.octets = model.NewOctets(columns)
	t.octets.Add([]byte(s))
	t.anchor, t.caret, t.offset = 0, 0, 0
	if t.query != "" {
		t.find(t.query)
	}
	t.Refresh()
}

// Resize breaks the rows anew where the width has changed.
func (t *text) Resize(s fyne.Size) {
	if s.Width != t.Size().Width {
		top := 0
		if n := t.octets.Rows(); n > 0 {
			_, top = t.octets.Row(min(int(t.offset/rowHigh), n-1))
		}
		t.octets.SetColumns(min(int((s.Width-textPad-kit.ScrollBarWidth-4)/charWidth()), widest))
		if t.octets.Rows() > 0 && t.offset > 0 {
			t.offset = float64(t.octets.RowAt(top)) * rowHigh
		}
	}
	t.BaseWidget.Resize(s)
	t.scrollTo(t.offset)
}

func (t *text) total() float64 { return float64(t.octets.Rows())*rowHigh + 2*8 }

func (t *text) scrollTo(offset float64) {
	// Whole rows only: nothing would cut off what stands out above.
	last := math.Ceil((t.total() - float64(t.Size().Height)) / rowHigh)
	t.offset = math.Max(0, math.Min(math.Round(offset/rowHigh), last)) * rowHigh
	t.Refresh()
}

// Scrolled implements fyne.Scrollable.
func (t *text) Scrolled(e *fyne.ScrollEvent) { t.scrollTo(t.offset - float64(e.Scrolled.DY)*3) }

// goTo shows an offset, a little below the top.
func (t *text) goTo(at int) {
	if t.octets.Rows() == 0 {
		return
	}
	y := float64(t.octets.RowAt(at)) * rowHigh
	if y < t.offset || y > t.offset+float64(t.Size().Height)-2*rowHigh {
		t.scrollTo(y - 4*rowHigh)
	}
	t.Refresh()
}

// find looks for a text away from the UI thread and goes to the first place at or below what is seen.
func (t *text) find(s string) {
	t.cancel()
	ctx, cancel := context.WithCancel(context.Background())
	t.cancel, t.query = cancel, s
	data := t.octets.Bytes()
	kit.Go(ctx, t.loop, func(ctx context.Context) ([]int, error) { return model.FindOctets(ctx, data, s) }, func(found []int, err error) {
		if err != nil {
			return
		}
		t.found, t.length, t.at = found, len(s), -1
		if len(found) > 0 {
			first := 0
			if n := t.octets.Rows(); n > 0 {
				_, first = t.octets.Row(min(int(t.offset/rowHigh), n-1))
			}
			t.at = 0
			for i, at := range found {
				if at >= first {
					t.at = i
					break
				}
			}
			t.goTo(found[t.at])
		}
		t.search(len(found), t.at)
		t.Refresh()
	})
}

// next goes to another place that was found, round the end.
func (t *text) next(by int) {
	if n := len(t.found); n > 0 {
		t.at = ((t.at+by)%n + n) % n
		t.goTo(t.found[t.at])
		t.search(n, t.at)
	}
}

// place is the offset of the byte at a point.
func (t *text) place(p fyne.Position) int {
	n := t.octets.Rows()
	if n == 0 {
		return 0
	}
	row := int((t.offset + float64(p.Y) - 8) / rowHigh)
	row = max(min(row, n-1), 0)
	b, from := t.octets.Row(row)
	return from + model.OffsetAt(b, float64((p.X-textPad)/charWidth()))
}

// MouseDown implements desktop.Mouseable: it begins a selection.
func (t *text) MouseDown(e *desktop.MouseEvent) {
	kit.Focus(t)
	if e.Button != desktop.MouseButtonPrimary {
		return
	}
	t.caret = t.place(e.Position)
	if e.Modifier&fyne.KeyModifierShift == 0 {
		t.anchor = t.caret
	}
	t.selecting = true
	t.Refresh()
}

// MouseUp implements desktop.Mouseable.
func (t *text) MouseUp(*desktop.MouseEvent) { t.selecting = false }

// Dragged implements fyne.Draggable: the selection follows the mouse, and the text the selection.
func (t *text) Dragged(e *fyne.DragEvent) {
	if !t.selecting {
		return
	}
	switch {
	case e.Position.Y < 0:
		t.scrollTo(t.offset - 2*rowHigh)
	case e.Position.Y > t.Size().Height:
		t.scrollTo(t.offset + 2*rowHigh)
	}
	t.caret = t.place(e.Position)
	t.Refresh()
}

// DragEnd implements fyne.Draggable.
func (t *text) DragEnd() { t.selecting = false }

// TappedSecondary implements fyne.SecondaryTappable.
func (t *text) TappedSecondary(e *fyne.PointEvent) {
	from, to := t.selection()
	c := fyne.CurrentApp().Driver().CanvasForObject(t)
	copies := fyne.NewMenuItem(kit.T("Copy"), t.copy)
	copies.Disabled = from == to
	kit.PopUp(fyne.NewMenu("", copies, fyne.NewMenuItem(kit.T("Select all"), t.selectAll)), c, e.AbsolutePosition)
}

func (t *text) selection() (from, to int) { return min(t.anchor, t.caret), max(t.anchor, t.caret) }

func (t *text) selectAll() {
	t.anchor, t.caret = 0, len(t.octets.Bytes())
	t.Refresh()
}

// mostCopied bounds what goes to the clipboard: systems choke on more.
const mostCopied = 16 << 20

func (t *text) copy() {
	from, to := t.selection()
	if from < to {
		fyne.CurrentApp().Clipboard().SetContent(model.CopyText(t.octets.Bytes()[from:min(to, from+mostCopied)]))
	}
}

// Cursor implements desktop.Cursorable.
func (t *text) Cursor() desktop.Cursor { return desktop.TextCursor }

// FocusGained implements fyne.Focusable.
func (t *text) FocusGained() { t.focused = true; t.Refresh() }

// FocusLost implements fyne.Focusable.
func (t *text) FocusLost() { t.focused = false; t.Refresh() }

// TypedRune implements fyne.Focusable.
func (t *text) TypedRune(r rune) {
	if r == ' ' {
		t.scrollTo(t.offset + t.screen())
	}
}

func (t *text) screen() float64 { return math.Max(float64(t.Size().Height)-2*rowHigh, rowHigh) }

// TypedKey implements fyne.Focusable.
func (t *text) TypedKey(k *fyne.KeyEvent) {
	switch k.Name {
	case fyne.KeyUp:
		t.scrollTo(t.offset - rowHigh)
	case fyne.KeyDown:
		t.scrollTo(t.offset + rowHigh)
	case fyne.KeyPageUp:
		t.scrollTo(t.offset - t.screen())
	case fyne.KeyPageDown:
		t.scrollTo(t.offset + t.screen())
	case fyne.KeyHome:
		t.scrollTo(0)
	case fyne.KeyEnd:
		t.scrollTo(t.total())
	default:
		kit.PassKey(t, k)
	}
}

// TypedShortcut implements fyne.Shortcutable.
func (t *text) TypedShortcut(s fyne.Shortcut) {
	switch s.(type) {
	case *fyne.ShortcutCopy:
		t.copy()
	case *fyne.ShortcutSelectAll:
		t.selectAll()
	default:
		if c, ok := fyne.CurrentApp().Driver().CanvasForObject(t).(fyne.Shortcutable); ok {
			c.TypedShortcut(s)
		}
	}
}

// MinSize implements fyne.CanvasObject.
func (t *text) MinSize() fyne.Size { return fyne.NewSize(200, 120) }

// CreateRenderer implements fyne.Widget.
func (t *text) CreateRenderer() fyne.WidgetRenderer {
	return &textRenderer{text: t, ring: kit.NewFill(kit.None, 0)}
}

type textRenderer struct {
	text  *text
	lines []*canvas.Text
	marks []*canvas.Rectangle
	ring  *kit.Fill
}

func (r *textRenderer) Destroy()           {}
func (r *textRenderer) MinSize() fyne.Size { return r.text.MinSize() }

// Layout implements fyne.WidgetRenderer.
func (r *textRenderer) Layout(s fyne.Size) {
	t := r.text
	t.bar.Move(fyne.NewPos(s.Width-kit.ScrollBarWidth, 0))
	t.bar.Resize(fyne.NewSize(kit.ScrollBarWidth, s.Height))
	t.bar.Set(t.total(), float64(s.Height), t.offset)
	stroke := kit.None
	if t.focused {
		stroke = kit.Sep
	}
	r.ring.Outline(stroke, 1).Refresh()
	r.ring.Resize(s)
	first := int(t.offset / rowHigh)
	last := min(first+int((float64(s.Height)-8)/rowHigh), t.octets.Rows()) - 1
	n, m := 0, 0
	from, to := t.selection()
	char := charWidth()
	mark := func(row []byte, start, a, b int, y float32, c color.Color) {
		a, b = max(a-start, 0), min(b-start, len(row))
		if a >= b {
			return
		}
		x0, x1 := model.Column(row, a), model.Column(row, b)
		if m == len(r.marks) {
			r.marks = append(r.marks, canvas.NewRectangle(color.Transparent))
		}
		k := r.marks[m]
		k.FillColor, k.Hidden = c, false
		k.Move(fyne.NewPos(textPad+float32(x0)*char, y))
		k.Resize(fyne.NewSize(float32(x1-x0)*char, rowHigh))
		m++
	}
	at := t.firstFound(first)
	for i := first; i <= last; i++ {
		row, start := t.octets.Row(i)
		y := float32(float64(i)*rowHigh-t.offset) + 8
		for ; at < len(t.found) && t.found[at] < start+len(row)+2; at++ {
			c := kit.Col(kit.Mark)
			if at == t.at {
				c = veil(kit.Col(kit.Flag))
			}
			mark(row, start, t.found[at], t.found[at]+t.length, y, c)
			if t.found[at]+t.length > start+len(row)+2 {
				break // it goes on in the next row
			}
		}
		if from < to {
			mark(row, start, from, to, y, veil(kit.Col(kit.Accent)))
		}
		if n == len(r.lines) {
			r.lines = append(r.lines, &canvas.Text{TextSize: textSize, TextStyle: monospace})
		}
		l := r.lines[n]
		l.Text, l.Color, l.Hidden = model.Display(row), kit.Col(kit.Text), false
		l.Move(fyne.NewPos(textPad, y))
		l.Resize(fyne.NewSize(s.Width, rowHigh))
		n++
	}
	for _, l := range r.lines[n:] {
		l.Hidden = true
	}
	for _, k := range r.marks[m:] {
		k.Hidden = true
	}
}

// firstFound is the first place that was found which may reach into a row.
func (t *text) firstFound(row int) int {
	if len(t.found) == 0 || row >= t.octets.Rows() {
		return 0
	}
	_, from := t.octets.Row(row)
	lo, hi := 0, len(t.found)
	for lo < hi {
		if mid := (lo + hi) / 2; t.found[mid]+t.length <= from {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}

func veil(c color.Color) color.Color {
	n := color.NRGBAModel.Convert(c).(color.NRGBA)
	n.A = 0x60
	return n
}

// Refresh implements fyne.WidgetRenderer.
func (r *textRenderer) Refresh() {
	r.Layout(r.text.Size())
	for _, o := range r.Objects() {
		o.Refresh()
	}
	canvas.Refresh(r.text)
}

// Objects implements fyne.WidgetRenderer.
func (r *textRenderer) Objects() []fyne.CanvasObject {
	out := make([]fyne.CanvasObject, 0, len(r.lines)+len(r.marks)+2)
	for _, k := range r.marks {
		out = append(out, k)
	}
	for _, l := range r.lines {
		out = append(out, l)
	}
	return append(out, r.ring, r.text.bar)
}
