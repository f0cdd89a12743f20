package kit

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
)

// Layer is a sheet over a window's content for what floats: hover labels, suggestions, the undo bar. Fyne's own
// overlays take the keyboard away from what lies under them; a Layer does not.
type Layer struct {
	sheet  *fyne.Container
	canvas fyne.Canvas
	hint   fyne.CanvasObject
}

// layers finds the Layer of a window. It is used on the loop's thread alone.
var layers = map[fyne.Canvas]*Layer{}

// SetContent gives a window its content with a Layer over it, which lasts until Forget.
func SetContent(w fyne.Window, content fyne.CanvasObject) *Layer {
	l := &Layer{sheet: container.NewWithoutLayout(), canvas: w.Canvas()}
	w.SetPadded(false)
	w.SetContent(container.NewStack(content, l.sheet))
	layers[w.Canvas()] = l
	return l
}

// Forget drops the Layer of a window that is closed.
func Forget(w fyne.Window) { delete(layers, w.Canvas()) }

// LayerOf returns the Layer of the window that o is shown in, or nil.
func LayerOf(o fyne.CanvasObject) *Layer {
	c := fyne.CurrentApp().Driver().CanvasForObject(o)
	if c == nil {
		return nil
	}
	return layers[c]
}

// Show puts o on the sheet; its owner moves and resizes it, in the window's coordinates. Showing it again brings it
// to the top.
func (l *Layer) Show(o fyne.CanvasObject) {
	l.sheet.Remove(o)
	l.sheet.Add(o)
	canvas.Refresh(l.sheet) // adding alone draws nothing
}

// Hide takes o off the sheet.
func (l *Layer) Hide(o fyne.CanvasObject) {
	l.sheet.Remove(o)
	canvas.Refresh(l.sheet)
}

// Size is the size of the sheet, which is the window's content's.
func (l *Layer) Size() fyne.Size { return l.canvas.Size() }

// hoverDelay is how long the mouse rests on an icon before its label shows.
const hoverDelay = 600 * time.Millisecond

// Hint shows a label under o, which is under the mouse, after a while; away takes it away, or stops it from coming.
func Hint(o fyne.CanvasObject, text string) (away func()) {
	if background == nil || text == "" {
		return func() {}
	}
	var shown *Layer
	stop := After(background, hoverDelay, func() {
		l := LayerOf(o)
		if l == nil {
			return
		}
		shown = l
		l.label(o, text)
	})
	return func() {
		stop()
		if shown != nil && shown.hint != nil {
			shown.Hide(shown.hint)
			shown.hint = nil
		}
	}
}

// label draws the small dark plate under o, or over it where there is no room.
func (l *Layer) label(o fyne.CanvasObject, text string) {
	if l.hint != nil {
		l.Hide(l.hint)
	}
	line := NewLine(text, 12, false, ToastText)
	plate := canvas.NewRectangle(Col(Toast))
	plate.CornerRadius = 6
	width, height := line.Width()+16, float32(26)
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(o)
	x := at.X + (o.Size().Width-width)/2
	x = ceil(max(4, min(x, l.Size().Width-width-4)))
	y := at.Y + o.Size().Height + 4
	if y+height > l.Size().Height {
		y = at.Y - height - 4
	}
	box := container.NewWithoutLayout(plate, line)
	box.Move(fyne.NewPos(x, y))
	box.Resize(fyne.NewSize(width, height))
	plate.Resize(box.Size())
	line.Place(8, 17, width-16)
	l.hint = box
	l.Show(box)
}
