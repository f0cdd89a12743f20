package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
)

// PassKey gives a key that a focused widget has no use for to the window, where F5 and the like are waiting.
func PassKey(o fyne.CanvasObject, k *fyne.KeyEvent) {
	passKey(o, k)
}

// PassShortcut gives a shortcut that a focused widget has no use for to the window: Fyne's Entry would swallow it.
func PassShortcut(o fyne.CanvasObject, s fyne.Shortcut) {
	passShortcut(o, s)
}

// Modifiers are the modifier keys held now.
func Modifiers() fyne.KeyModifier {
	if d, ok := fyne.CurrentApp().Driver().(desktop.Driver); ok {
		return d.CurrentKeyModifiers()
	}
	return 0
}
