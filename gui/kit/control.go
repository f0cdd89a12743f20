package kit

import (
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
	if cv == nil {
		return
	}
	if cv.Focused() == o {
		if c.ring { // it came by the keyboard, or with the window; now the mouse is used
			c.ring = false
			c.Refresh()
		}
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

// FocusNear gives o the keyboard in the window in which near is: o itself may have been shown just now, and no window
// knows of it before it is drawn.
func FocusNear(near fyne.CanvasObject, o fyne.Focusable) {
	if c := canvasOf(near); c != nil {
		c.Focus(o)
	}
}

// Focused reports whether o has the keyboard.
func Focused(o fyne.Focusable) bool {
	c := canvasOf(o.(fyne.CanvasObject))
	return c != nil && c.Focused() == o
}
