package gui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"poplar/gui/kit"
	"poplar/gui/source"
	"poplar/mail"
)

// shortcut is a key with the system's main modifier: Ctrl, or Command on macOS.
func shortcut(key fyne.KeyName, more fyne.KeyModifier) *desktop.CustomShortcut {
	return &desktop.CustomShortcut{KeyName: key, Modifier: fyne.KeyModifierShortcutDefault | more}
}

// plain is a key alone, as a menu shows it.
func plain(key fyne.KeyName, with fyne.KeyModifier) *desktop.CustomShortcut {
	return &desktop.CustomShortcut{KeyName: key, Modifier: with}
}

// shortcuts registers what works wherever the keyboard is in the window.
func (w *window) shortcuts() {
	add := func(s fyne.Shortcut, do func()) {
		w.win.Canvas().AddShortcut(s, func(fyne.Shortcut) {
			if w.guide == nil {
				do()
			}
		})
	}
	add(shortcut(fyne.KeyN, 0), w.write)
	add(shortcut(fyne.KeyR, 0), func() { w.answer(mail.ReplySender) })
	add(shortcut(fyne.KeyR, fyne.KeyModifierShift), func() { w.answer(mail.ReplyAll) })
	add(shortcut(fyne.KeyL, 0), func() { w.answer(mail.ForwardInline) })
	add(shortcut(fyne.KeyF, 0), w.findHere)
	add(shortcut(fyne.KeyP, 0), func() { w.showOutside(true) })
	for _, key := range []fyne.KeyName{fyne.KeyPlus, fyne.KeyEqual} {
		add(shortcut(key, 0), func() { w.reader.ZoomIn() })
		add(shortcut(key, fyne.KeyModifierShift), func() { w.reader.ZoomIn() })
	}
	add(shortcut(fyne.KeyMinus, 0), func() { w.reader.ZoomOut() })
	add(shortcut(fyne.Key0, 0), func() { w.reader.ZoomReset() })
	add(shortcut(fyne.KeyK, 0), func() { w.find() })
	add(shortcut(fyne.KeyU, 0), func() { w.showSource(source.TabRaw) })
	add(shortcut(fyne.KeyB, fyne.KeyModifierShift), w.showPeople)
	add(shortcut(fyne.KeyComma, 0), w.showPreferences)
	add(shortcut(fyne.KeyQ, 0), w.leave)
	add(shortcut(fyne.KeyW, 0), w.close)
	add(plain(fyne.KeyM, fyne.KeyModifierAlt), func() { w.mainMenu(w.reader.Strip.MenuPlace()) })
	add(&fyne.ShortcutUndo{}, w.takeBack)
	add(&fyne.ShortcutSelectAll{}, func() { w.list.SelectAll() })
}

// find leads to the search field.
func (w *window) find() {
	if w.cols.reading {
		w.back()
	}
	w.pane.Search.Type()
}

// key does what a key alone asks for, where no field has a use for it.
func (w *window) key(k *fyne.KeyEvent) {
	ids := w.list.Selected()
	switch k.Name {
	case fyne.KeyF5, fyne.KeyF9:
		w.p.CheckNow()
	case fyne.KeyF3:
		by := 1
		if kit.Modifiers()&fyne.KeyModifierShift != 0 {
			by = -1
		}
		if !w.reader.FindNext(by) {
			w.findHere()
		}
	case fyne.KeyF6:
		w.nextPane()
	case fyne.KeyF10, desktop.KeyMenu:
		w.mainMenu(w.reader.Strip.MenuPlace())
	case fyne.KeyDelete, fyne.KeyBackspace:
		w.remove(ids)
	case fyne.KeyR:
		if kit.Modifiers()&fyne.KeyModifierShift != 0 {
			w.answer(mail.ReplyAll)
		} else {
			w.answer(mail.ReplySender)
		}
	case fyne.KeyF:
		w.answer(mail.ForwardInline)
	case fyne.KeyA:
		w.moveToRole(ids, mail.Archive)
	case fyne.KeyJ:
		w.junk(ids)
	case fyne.KeyS:
		w.flag(ids)
	case fyne.KeyM:
		w.seen(ids)
	case fyne.KeyV:
		if len(ids) > 0 {
			w.moveMenu(w.reader.Strip.MovePlace())
		}
	case fyne.KeySpace:
		if !w.reader.Page(kit.Modifiers()&fyne.KeyModifierShift == 0) {
			w.list.Step(1)
		}
	case fyne.KeyDown, fyne.KeyUp, fyne.KeyHome, fyne.KeyEnd:
		kit.Focus(w.list)
		w.list.TypedKey(k)
	case fyne.KeyPageDown:
		w.reader.Page(true)
	case fyne.KeyPageUp:
		w.reader.Page(false)
	case fyne.KeyEscape:
		switch {
		case w.cols.reading:
			w.back()
		case w.pane.Searching():
			w.pane.Search.Clear()
		}
	}
}

// nextPane leads the keyboard from column to column.
func (w *window) nextPane() {
	if w.win.Canvas().Focused() == fyne.Focusable(w.list) {
		w.folders.Focus()
		return
	}
	w.list.First()
}
