package editor

import (
	"runtime"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"poplar/gui/kit"
	"poplar/mail"
)

// FocusGained implements fyne.Focusable.
func (e *Editor) FocusGained() {
	e.focused = true
	e.light()
	e.redraw()
}

// FocusLost implements fyne.Focusable.
func (e *Editor) FocusLost() {
	e.focused = false
	e.stopBlinking()
	e.redraw()
}

// Focused reports whether the editor has the keyboard.
func (e *Editor) Focused() bool { return e.focused }

// AcceptsTab implements fyne.Tabbable: Tab is typed, Shift and Tab moves on. In a list they move items.
func (e *Editor) AcceptsTab() bool {
	return !e.shift() || e.rich && e.buf.Block(e.caret.Line).Level > 0
}

func (e *Editor) shift() bool { return e.modifiers()&fyne.KeyModifierShift != 0 }

// TypedRune implements fyne.Focusable. What an input method gives comes this way too, once it is chosen.
func (e *Editor) TypedRune(r rune) { e.typed(string(r)) }

func (e *Editor) typed(s string) {
	if s == "\n" && e.rich {
		e.enter()
		return
	}
	k := typing
	if s == "\n" {
		k = single
	}
	from, _ := ordered(e.anchor, e.caret)
	e.caret = e.buf.put(e.anchor, e.caret, e.buf.dressed(s, from, e.styleNow()), e.caret, k)
	e.anchor, e.upcoming = e.caret, nil
	e.edited()
}

// TypedKey implements fyne.Focusable.
func (e *Editor) TypedKey(k *fyne.KeyEvent) {
	if e.OnKey != nil && e.OnKey(k) {
		return
	}
	e.lay()
	extend := e.shift()
	switch k.Name {
	case fyne.KeyReturn, fyne.KeyEnter:
		e.typed("\n")
	case fyne.KeyTab:
		by := 1
		if extend {
			by = -1
		}
		if !e.Indent(by) {
			e.typed("\t")
		}
	case fyne.KeyBackspace:
		if !e.unindent() {
			e.erase(e.prev(e.caret), erasing)
		}
	case fyne.KeyDelete:
		e.erase(e.next(e.caret), erasingFwd)
	case fyne.KeyLeft:
		if from, _ := ordered(e.anchor, e.caret); !extend && e.anchor != e.caret {
			e.place(from, false)
		} else {
			e.place(e.prev(e.caret), extend)
		}
	case fyne.KeyRight:
		if _, to := ordered(e.anchor, e.caret); !extend && e.anchor != e.caret {
			e.place(to, false)
		} else {
			e.place(e.next(e.caret), extend)
		}
	case fyne.KeyUp:
		e.vertical(-1, extend)
	case fyne.KeyDown:
		e.vertical(1, extend)
	case fyne.KeyPageUp:
		e.vertical(-e.page(), extend)
	case fyne.KeyPageDown:
		e.vertical(e.page(), extend)
	case fyne.KeyHome:
		e.rowStart(extend)
	case fyne.KeyEnd:
		e.rowEnd(extend)
	default:
		kit.PassKey(e, k)
	}
}

// page is how many rows a page key moves.
func (e *Editor) page() int { return max(int(e.Size().Height/e.row)-1, 1) }

func (e *Editor) prev(p Pos) Pos {
	switch {
	case p.Byte > 0:
		return Pos{p.Line, prevCluster(e.buf.Line(p.Line), p.Byte)}
	case p.Line > 0:
		return Pos{p.Line - 1, len(e.buf.Line(p.Line - 1))}
	}
	return p
}

func (e *Editor) next(p Pos) Pos {
	switch {
	case p.Byte < len(e.buf.Line(p.Line)):
		return Pos{p.Line, nextCluster(e.buf.Line(p.Line), p.Byte)}
	case p.Line+1 < e.buf.Len():
		return Pos{p.Line + 1, 0}
	}
	return p
}

func (e *Editor) prevWord(p Pos) Pos {
	if p.Byte == 0 {
		return e.prev(p)
	}
	return Pos{p.Line, prevWord(e.buf.Line(p.Line), p.Byte)}
}

func (e *Editor) nextWord(p Pos) Pos {
	if p.Byte == len(e.buf.Line(p.Line)) {
		return e.next(p)
	}
	return Pos{p.Line, nextWord(e.buf.Line(p.Line), p.Byte)}
}

// erase removes the selection, or what stands between the caret and to.
func (e *Editor) erase(to Pos, k kind) {
	before := e.caret
	switch {
	case e.anchor != e.caret:
		e.caret = e.buf.Replace(e.anchor, e.caret, "", before)
		e.buf.Split()
	case to == e.caret:
		return
	default:
		e.caret = e.buf.replace(e.caret, to, "", before, k)
	}
	e.anchor, e.upcoming = e.caret, nil
	e.edited()
}

// vertical moves by rows; the caret keeps to the column it came from.
func (e *Editor) vertical(by int, extend bool) {
	x, row := e.where(e.caret, e.upper)
	if e.goal >= 0 {
		x = e.goal
	}
	to := row + by
	if by < 0 {
		to = e.highest(row) + by // a picture is passed at once
	}
	switch {
	case to < 0 && row == 0:
		e.place(Pos{}, extend)
		return
	case to >= e.grid.rows() && row == e.grid.rows()-1:
		e.place(e.buf.End(), extend)
		return
	}
	to = max(0, min(to, e.grid.rows()-1))
	p, upper := e.hit(to, x)
	e.caret = p
	if !extend {
		e.anchor = p
	}
	e.upper, e.goal = upper, x
	e.moved()
}

// rowStart goes to the start of the row.
func (e *Editor) rowStart(extend bool) {
	line, k := e.grid.at(e.grid.row(e.caret, e.upper))
	from, _ := e.grid.span(e.buf, line, k)
	e.place(Pos{line, from}, extend)
}

// rowEnd goes to the end of the row.
func (e *Editor) rowEnd(extend bool) {
	line, k := e.grid.at(e.grid.row(e.caret, e.upper))
	_, to := e.grid.span(e.buf, line, k)
	e.place(Pos{line, to}, extend)
	if k < len(e.grid.starts[line]) {
		e.upper = true
		e.reveal()
		e.redraw()
	}
}

// wordKey is the modifier that makes the arrow keys jump by words.
func wordKey() fyne.KeyModifier {
	if runtime.GOOS == "darwin" {
		return fyne.KeyModifierAlt
	}
	return fyne.KeyModifierControl
}

// TypedShortcut implements fyne.Shortcutable.
func (e *Editor) TypedShortcut(s fyne.Shortcut) {
	if e.OnShortcut != nil && e.OnShortcut(s) {
		return
	}
	e.lay()
	switch s := s.(type) {
	case *fyne.ShortcutUndo:
		e.Undo()
	case *fyne.ShortcutRedo:
		e.Redo()
	case *fyne.ShortcutCopy:
		e.copyTo(s.Clipboard)
	case *fyne.ShortcutCut:
		e.cutTo(s.Clipboard)
	case *fyne.ShortcutPaste:
		e.paste(s.Clipboard)
	case *fyne.ShortcutSelectAll:
		e.SelectAll()
	case *desktop.CustomShortcut:
		if !e.custom(s) {
			kit.PassShortcut(e, s)
		}
	default:
		kit.PassShortcut(e, s)
	}
}

func (e *Editor) custom(s *desktop.CustomShortcut) bool {
	extend := s.Modifier&fyne.KeyModifierShift != 0
	main := fyne.KeyModifierShortcutDefault
	switch m := s.Modifier &^ fyne.KeyModifierShift; {
	case m == wordKey() && e.wordMove(s.KeyName, extend):
	case m == main && s.KeyName == fyne.KeyHome, m == main && runtime.GOOS == "darwin" && s.KeyName == fyne.KeyUp:
		e.place(Pos{}, extend)
	case m == main && s.KeyName == fyne.KeyEnd, m == main && runtime.GOOS == "darwin" && s.KeyName == fyne.KeyDown:
		e.place(e.buf.End(), extend)
	case m == main && runtime.GOOS == "darwin" && s.KeyName == fyne.KeyLeft:
		e.rowStart(extend)
	case m == main && runtime.GOOS == "darwin" && s.KeyName == fyne.KeyRight:
		e.rowEnd(extend)
	case m == main && s.KeyName == fyne.KeyZ && extend:
		e.Redo()
	case m == main && s.KeyName == fyne.KeyR && !extend:
		e.RewrapSelection()
	case e.rich && e.looksKey(s.KeyName, m, extend):
	case m == main && s.KeyName == fyne.KeyF && !extend && e.OnFind != nil:
		e.OnFind()
	case m == main && s.KeyName == fyne.KeyUp:
		e.scrollTo(e.offset - float64(e.row))
	case m == main && s.KeyName == fyne.KeyDown:
		e.scrollTo(e.offset + float64(e.row))
	default:
		return false
	}
	return true
}

// looksKey is what keys do to the looks of the text.
func (e *Editor) looksKey(k fyne.KeyName, m fyne.KeyModifier, shift bool) bool {
	if m != fyne.KeyModifierShortcutDefault {
		return false
	}
	switch {
	case k == fyne.KeyB && !shift:
		e.Bold()
	case k == fyne.KeyI && !shift:
		e.Italic()
	case k == fyne.KeyU && !shift:
		e.Underline()
	case k == fyne.KeyBackslash && !shift:
		e.ClearLooks()
	case k == fyne.Key7 && shift:
		e.List(mail.Number)
	case k == fyne.Key8 && shift:
		e.List(mail.Bullet)
	case k == fyne.Key9 && shift:
		e.ToggleQuote()
	default:
		return e.onBar != nil && e.onBar(k, shift)
	}
	return true
}

// wordMove is what the arrow keys and the erasing keys do with the modifier for words.
func (e *Editor) wordMove(k fyne.KeyName, extend bool) bool {
	switch k {
	case fyne.KeyLeft:
		e.place(e.prevWord(e.caret), extend)
	case fyne.KeyRight:
		e.place(e.nextWord(e.caret), extend)
	case fyne.KeyBackspace:
		e.erase(e.prevWord(e.caret), single)
	case fyne.KeyDelete:
		e.erase(e.nextWord(e.caret), single)
	default:
		return false
	}
	return true
}

// Copy puts the selection on the clipboard.
func (e *Editor) Copy() { e.copyTo(fyne.CurrentApp().Clipboard()) }

// Cut moves the selection to the clipboard.
func (e *Editor) Cut() { e.cutTo(fyne.CurrentApp().Clipboard()) }

// Paste puts what is on the clipboard in the place of the selection.
func (e *Editor) Paste() { e.paste(fyne.CurrentApp().Clipboard()) }

func (e *Editor) copyTo(c fyne.Clipboard) {
	if s := e.clip(); s != "" {
		c.SetContent(s)
	}
}

func (e *Editor) cutTo(c fyne.Clipboard) {
	if s := e.clip(); s != "" {
		c.SetContent(s)
		e.erase(e.caret, single)
	}
}
