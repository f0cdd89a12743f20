package browse

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"poplar/gui/kit"
	"poplar/gui/model"
	"poplar/mail"
)

// doubleClick is how near two clicks on a row must be to open it. Fyne's own double click would hold up every single
// one.
const doubleClick = 400 * time.Millisecond

// rowAt returns the row whose card is under a place of the list.
func (l *List) rowAt(p fyne.Position) (row int, within fyne.Position, ok bool) {
	h := l.heights()
	y := l.offset + float64(p.Y)
	row = l.pages.RowAt(y, h)
	top := l.pages.Top(row, h)
	if l.pages.Total == 0 || y < top || y >= top+h.Row {
		return -1, within, false
	}
	return row, fyne.NewPos(p.X-listLeft, float32(y-top)), true
}

// MouseIn implements desktop.Hoverable.
func (l *List) MouseIn(e *desktop.MouseEvent) { l.MouseMoved(e) }

// MouseMoved implements desktop.Hoverable.
func (l *List) MouseMoved(e *desktop.MouseEvent) {
	at := e.Position
	l.mouse = &at
	row, action := l.hover, l.hoverAt
	if l.point(); row != l.hover || action != l.hoverAt {
		l.arrange()
	}
}

// MouseOut implements desktop.Hoverable.
func (l *List) MouseOut() {
	l.mouse = nil
	l.arrange()
}

// point finds what is under the mouse, which rests while the list moves under it.
func (l *List) point() {
	l.hover, l.hoverAt = -1, -1
	if l.mouse == nil {
		return
	}
	if row, in, ok := l.rowAt(*l.mouse); ok {
		l.hover, l.hoverAt = row, quickAt(l.Size().Width-listLeft-listRight, in)
	}
}

// MouseDown implements desktop.Mouseable.
func (l *List) MouseDown(e *desktop.MouseEvent) {
	l.quiet = true
	kit.Focus(l)
	l.quiet, l.ringed, l.goal = false, false, -1
	row, in, ok := l.rowAt(e.Position)
	if !ok {
		return
	}
	s, ok := l.pages.At(row)
	if !ok {
		return
	}
	p := model.Place{ID: s.ID, Row: row}
	switch {
	case e.Button == desktop.MouseButtonSecondary:
		if !l.sel.Has(s.ID) {
			l.sel.Only(p)
			l.changed()
		}
		if l.OnMenu != nil {
			l.OnMenu(e.AbsolutePosition)
		}
	case e.Button != desktop.MouseButtonPrimary:
	case quickAt(l.Size().Width-listLeft-listRight, in) >= 0:
		l.act(quick[quickAt(l.Size().Width-listLeft-listRight, in)].action, []mail.MessageID{s.ID})
	case e.Modifier&(fyne.KeyModifierControl|fyne.KeyModifierSuper) != 0:
		l.sel.Toggle(p)
		l.changed()
	case e.Modifier&fyne.KeyModifierShift != 0:
		l.rangeTo(p)
	default:
		twice := l.lastClick.id == s.ID && time.Since(l.lastClick.at) < doubleClick
		l.lastClick.id, l.lastClick.at = s.ID, time.Now()
		if twice {
			l.lastClick.id = 0
			l.act(OpenIt, []mail.MessageID{s.ID})
			return
		}
		if l.sel.Len() != 1 || !l.sel.Has(s.ID) {
			l.sel.Only(p)
			l.changed()
		}
		l.act(Clicked, []mail.MessageID{s.ID})
	}
}

// MouseUp implements desktop.Mouseable.
func (l *List) MouseUp(*desktop.MouseEvent) {}

func (l *List) act(a Action, ids []mail.MessageID) {
	if l.OnAct != nil && len(ids) > 0 {
		l.OnAct(a, ids)
	}
}

// FocusGained implements fyne.Focusable.
func (l *List) FocusGained() {
	l.focused, l.ringed = true, !l.quiet
	l.arrange()
}

// FocusLost implements fyne.Focusable.
func (l *List) FocusLost() { l.focused, l.ringed = false, false; l.arrange() }

// TypedRune implements fyne.Focusable.
func (l *List) TypedRune(rune) {}

// TypedKey implements fyne.Focusable.
func (l *List) TypedKey(k *fyne.KeyEvent) {
	if row, ok := l.target(k.Name); ok {
		l.goTo(row, kit.Modifiers())
		return
	}
	switch k.Name {
	case desktop.KeyMenu, fyne.KeyF10:
		if c := l.sel.Cursor(); menuKey(k) && l.sel.Has(c.ID) && l.OnMenu != nil {
			l.reveal(c.Row)
			at := fyne.CurrentApp().Driver().AbsolutePositionForObject(l)
			l.OnMenu(at.AddXY(listLeft+cardText, float32(l.pages.Top(c.Row, l.heights())-l.offset)+cardHeight(l.preview)/2))
			return
		}
		kit.PassKey(l, k)
	case fyne.KeyReturn, fyne.KeyEnter:
		l.act(OpenIt, l.sel.IDs())
	case fyne.KeyDelete, fyne.KeyBackspace:
		l.act(Delete, l.sel.IDs())
	case fyne.KeyEscape:
		if c := l.sel.Cursor(); l.sel.Len() > 1 {
			l.sel.Only(c)
			l.changed()
			return
		}
		kit.PassKey(l, k)
	default:
		kit.PassKey(l, k)
	}
}

// target is the row a key leads to.
func (l *List) target(key fyne.KeyName) (int, bool) {
	if l.pages.Total == 0 {
		return 0, false
	}
	at := l.sel.Cursor().Row
	if l.sel.Cursor().ID == 0 {
		at = -1
	}
	page := max(int(l.Size().Height/cardHeight(l.preview))-1, 1)
	switch key {
	case fyne.KeyUp:
		at = max(at, 1) - 1
	case fyne.KeyDown:
		at++
	case fyne.KeyPageUp:
		at -= page
	case fyne.KeyPageDown:
		at = max(at, 0) + page
	case fyne.KeyHome:
		at = 0
	case fyne.KeyEnd:
		at = l.pages.Total - 1
	default:
		return 0, false
	}
	return max(0, min(at, l.pages.Total-1)), true
}

// goTo leads the keyboard to a row: chosen alone, or with Shift up to it; with Ctrl without choosing.
func (l *List) goTo(row int, with fyne.KeyModifier) {
	s, ok := l.pages.At(row)
	if !ok {
		l.goal, l.goalWith = row, with // once it is fetched
		l.reveal(row)
		return
	}
	l.goal = -1
	p := model.Place{ID: s.ID, Row: row}
	l.ringed = true
	l.reveal(row)
	switch {
	case with&fyne.KeyModifierShift != 0:
		l.rangeTo(p)
	case with&(fyne.KeyModifierControl|fyne.KeyModifierSuper) != 0:
		l.sel.MoveCursor(p)
		l.arrange()
	default:
		l.sel.Only(p)
		l.changed()
	}
}

// TypedShortcut implements fyne.Shortcutable.
func (l *List) TypedShortcut(s fyne.Shortcut) {
	if _, all := s.(*fyne.ShortcutSelectAll); all {
		l.SelectAll()
		return
	}
	c, ok := s.(*desktop.CustomShortcut)
	if !ok {
		kit.PassShortcut(l, s)
		return
	}
	if row, ok := l.target(c.KeyName); ok && c.Modifier&fyne.KeyModifierAlt == 0 {
		l.goTo(row, c.Modifier)
		return
	}
	if cur := l.sel.Cursor(); c.KeyName == fyne.KeySpace && cur.ID != 0 {
		l.sel.Toggle(cur)
		l.changed()
		return
	}
	kit.PassShortcut(l, s)
}

// First chooses the first message if none is chosen, and gives the list the keyboard.
func (l *List) First() {
	kit.Focus(l)
	if l.sel.Len() == 0 && l.pages.Total > 0 {
		l.goTo(0, 0)
	}
}

// Step chooses the message n below (above where it is negative) the one that is read.
func (l *List) Step(n int) {
	if l.pages.Total > 0 {
		l.goTo(max(0, min(l.sel.Cursor().Row+n, l.pages.Total-1)), 0)
	}
}

// menuKey reports whether a key asks for the menu of what is chosen: the menu key, or F10 with Shift.
func menuKey(k *fyne.KeyEvent) bool {
	return k.Name == desktop.KeyMenu || k.Name == fyne.KeyF10 && kit.Modifiers()&fyne.KeyModifierShift != 0
}
