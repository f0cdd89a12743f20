package editor

import (
	"math"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"poplar/gui/kit"
	"poplar/mail"
)

// Cursor implements desktop.Cursorable.
func (e *Editor) Cursor() desktop.Cursor { return desktop.TextCursor }

// at is the place in the text under a place of the widget.
func (e *Editor) at(p fyne.Position) (Pos, bool) {
	row := int(math.Floor((float64(p.Y) + e.offset - padY) / float64(e.row)))
	switch {
	case row < 0:
		return Pos{}, false
	case row >= e.grid.rows():
		return e.buf.End(), false
	}
	return e.hit(row, p.X-e.pad)
}

// MouseDown implements desktop.Mouseable: a click puts the caret, a second takes the word, a third the line.
func (e *Editor) MouseDown(m *desktop.MouseEvent) {
	kit.Focus(e)
	e.lay()
	p, upper := e.at(m.Position)
	if m.Button != desktop.MouseButtonPrimary {
		from, to := ordered(e.anchor, e.caret)
		if p.Before(from) || to.Before(p) { // a click beside the selection means that place
			e.place(p, false)
		}
		return
	}
	now := time.Now()
	near := math.Abs(float64(m.Position.X-e.taps.pos.X)) < 5 && math.Abs(float64(m.Position.Y-e.taps.pos.Y)) < 5
	if near && now.Sub(e.taps.at) < fyne.CurrentApp().Driver().DoubleTapDelay() {
		e.taps.count++
	} else {
		e.taps.count = 1
	}
	e.taps.at, e.taps.pos = now, m.Position
	e.dragging, e.mouse = true, m.Position
	switch {
	case m.Modifier&fyne.KeyModifierShift != 0:
		e.place(p, true)
		e.taps.count = 1
	case e.taps.count == 2:
		from, to := wordAt(e.buf.Line(p.Line), p.Byte)
		e.span(Pos{p.Line, from}, Pos{p.Line, to})
	case e.taps.count >= 3:
		to := Pos{p.Line + 1, 0}
		if p.Line+1 >= e.buf.Len() {
			to = e.buf.End()
		}
		e.span(Pos{Line: p.Line}, to)
	default:
		e.place(p, false)
		e.upper = upper
		e.redraw()
	}
}

// span selects what several clicks took.
func (e *Editor) span(from, to Pos) {
	e.taps.from, e.taps.to = from, to
	e.anchor, e.caret = from, to
	e.goal, e.upper, e.upcoming = -1, false, nil
	e.buf.Split()
	e.told()
	e.light()
	e.redraw()
}

// MouseUp implements desktop.Mouseable.
func (e *Editor) MouseUp(*desktop.MouseEvent) {
	e.dragging = false
	e.stopDragging()
}

// Dragged implements fyne.Draggable: the selection follows the mouse, and scrolls where it leaves what is seen.
func (e *Editor) Dragged(d *fyne.DragEvent) {
	if !e.dragging {
		return
	}
	e.mouse = d.Position
	e.follow()
	if e.beyond() != 0 && e.stopDrag == nil {
		e.keepDragging()
	}
}

// DragEnd implements fyne.Draggable.
func (e *Editor) DragEnd() {
	e.dragging = false
	e.stopDragging()
}

// follow takes the selection to the mouse.
func (e *Editor) follow() {
	p, upper := e.at(e.mouse)
	switch {
	case e.taps.count == 2:
		from, to := wordAt(e.buf.Line(p.Line), p.Byte)
		e.stretch(Pos{p.Line, from}, Pos{p.Line, to})
		return
	case e.taps.count >= 3:
		to := Pos{p.Line + 1, 0}
		if p.Line+1 >= e.buf.Len() {
			to = e.buf.End()
		}
		e.stretch(Pos{Line: p.Line}, to)
		return
	}
	e.caret, e.upper, e.goal = p, upper, -1
	e.told()
	e.light()
	e.redraw()
}

// stretch takes a selection of whole words or lines on to those under the mouse.
func (e *Editor) stretch(from, to Pos) {
	if from.Before(e.taps.from) {
		e.anchor, e.caret = e.taps.to, from
	} else {
		e.anchor, e.caret = e.taps.from, to
		if to.Before(e.taps.to) {
			e.caret = e.taps.to
		}
	}
	e.redraw()
}

// beyond is how far the mouse is above or below what is seen.
func (e *Editor) beyond() float32 {
	switch h := e.Size().Height; {
	case e.mouse.Y < 0:
		return e.mouse.Y
	case e.mouse.Y > h:
		return e.mouse.Y - h
	}
	return 0
}

// dragPause is the time between two steps of scrolling while the mouse is held beyond the edge.
const dragPause = 40 * time.Millisecond

func (e *Editor) keepDragging() {
	e.stopDrag = kit.After(e.loop, dragPause, func() {
		e.stopDrag = nil
		by := e.beyond()
		if by == 0 || !e.dragging || e.closed {
			return
		}
		e.scrollTo(e.offset + float64(max(min(by, 60), -60)))
		e.follow()
		e.keepDragging()
	})
}

func (e *Editor) stopDragging() {
	if e.stopDrag != nil {
		e.stopDrag()
		e.stopDrag = nil
	}
}

// TappedSecondary implements fyne.SecondaryTappable: it shows the menu.
func (e *Editor) TappedSecondary(at *fyne.PointEvent) {
	c := fyne.CurrentApp().Driver().CanvasForObject(e)
	if c == nil {
		return
	}
	kit.PopUp(fyne.NewMenu("", e.Menu()...), c, at.AbsolutePosition)
}

// Menu is the menu of the right mouse button.
func (e *Editor) Menu() []*fyne.MenuItem {
	main := fyne.KeyModifierShortcutDefault
	item := func(label string, k fyne.KeyName, m fyne.KeyModifier, on bool, do func()) *fyne.MenuItem {
		i := fyne.NewMenuItem(label, do)
		if k != "" {
			i.Shortcut = &desktop.CustomShortcut{KeyName: k, Modifier: m}
		}
		i.Disabled = !on
		return i
	}
	chosen := e.anchor != e.caret
	items := []*fyne.MenuItem{
		item(kit.T("Undo"), fyne.KeyZ, main, e.buf.CanUndo(), e.Undo),
		item(kit.T("Redo"), fyne.KeyY, main, e.buf.CanRedo(), e.Redo),
		fyne.NewMenuItemSeparator(),
		item(kit.T("Cut"), fyne.KeyX, main, chosen, e.Cut),
		item(kit.T("Copy"), fyne.KeyC, main, chosen, e.Copy),
		item(kit.T("Paste"), fyne.KeyV, main, fyne.CurrentApp().Clipboard().Content() != "", e.Paste),
		item(kit.T("Paste as quotation"), "", 0, fyne.CurrentApp().Clipboard().Content() != "", e.PasteQuoted),
		item(kit.T("Select all"), fyne.KeyA, main, true, e.SelectAll),
		fyne.NewMenuItemSeparator(),
		item(kit.T("Find…"), fyne.KeyF, main, e.OnFind != nil, func() { e.OnFind() }),
		item(kit.T("Rewrap lines"), fyne.KeyR, main, !e.rich, e.RewrapSelection),
		item(kit.T("Mark as quotation"), "", 0, true, e.ToggleQuote),
	}
	if e.OnMenu != nil {
		items = e.OnMenu(items)
	}
	return items
}

// PasteQuoted puts what is on the clipboard in the place of the selection, with the mark of a quotation before each line.
func (e *Editor) PasteQuoted() {
	s := tidy(fyne.CurrentApp().Clipboard().Content())
	if e.rich {
		e.insertQuoted(s)
		return
	}
	s = Quote(s)
	if from, _ := ordered(e.anchor, e.caret); from.Byte > 0 {
		s = "\n" + s
	}
	e.Insert(s + "\n")
}

// insertQuoted puts a text with looks in as quoted lines of their own.
func (e *Editor) insertQuoted(s string) {
	like := e.buf.Block(e.caret.Line)
	like.Kind, like.Level = mail.Paragraph, 0
	after := like
	after.Join(nil)
	like.Quote++
	piece := append(plainLines(strings.TrimRight(s, "\n"), like), after)
	if from, _ := ordered(e.anchor, e.caret); from.Byte > 0 {
		piece = append([]mail.Block{{}}, piece...)
	}
	e.caret = e.buf.put(e.anchor, e.caret, piece, e.caret, single)
	e.anchor, e.upcoming = e.caret, nil
	e.buf.Split()
	e.edited()
}
