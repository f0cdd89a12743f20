package reader

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"poplar/gui/kit"
)

// noteKind is one thing that can stand between the head of a message and its body. They stand in this order.
type noteKind int

// The kinds of notes. Bars ask to be dealt with, so only the first of them is seen at a time; the others are quiet and
// all there.
const (
	noteWarning  noteKind = iota // bar: the sender may not be who it says
	noteRest                     // bar: only the first lines are here
	notePictures                 // bar: pictures from the internet are held back
	noteReceipt                  // bar: the sender wants to know that it was read
	noteCut                      // line: it is longer than what is shown
	noteRemarks                  // lines: how it is protected, what is damaged
	noteCard                     // a delivery report, or what became of a message
	noteEvent                    // invitations
	noteKinds
)

// bars are the kinds of which only the first is seen.
var bars = [noteKinds]bool{noteWarning: true, noteRest: true, notePictures: true, noteReceipt: true}

// notes is the stack of notes of a message.
type notes struct {
	widget.BaseWidget
	slots [noteKinds]fyne.CanvasObject
	box   *fyne.Container
	// changed is called when the stack has become higher or lower.
	changed func()
}

const (
	noteGap = 10
	noteTop = 12 // above the first
)

func newNotes(changed func()) *notes {
	n := &notes{box: &fyne.Container{Layout: &kit.Column{Gap: noteGap}}, changed: changed}
	n.ExtendBaseWidget(n)
	return n
}

// set puts a note into its place; nil takes it away.
func (n *notes) set(k noteKind, o fyne.CanvasObject) {
	if n.slots[k] == nil && o == nil {
		return
	}
	n.slots[k] = o
	n.arrange()
}

// clear takes all notes away.
func (n *notes) clear() {
	n.slots = [noteKinds]fyne.CanvasObject{}
	n.arrange()
}

func (n *notes) arrange() {
	n.box.Objects = nil
	bar := false
	for k, o := range n.slots {
		if o == nil || bars[k] && bar {
			continue
		}
		bar = bar || bars[k]
		n.box.Objects = append(n.box.Objects, o)
	}
	n.box.Refresh()
	if n.changed != nil {
		n.changed()
	}
}

// shows reports whether a note is seen.
func (n *notes) shows(k noteKind) bool {
	for _, o := range n.box.Objects {
		if o == n.slots[k] {
			return n.slots[k] != nil
		}
	}
	return false
}

// Height is what the notes need at a width.
func (n *notes) Height(width float32) float32 {
	h := kit.HeightFor(n.box, width)
	if h > 0 {
		h += noteTop
	}
	return h
}

// CreateRenderer implements fyne.Widget.
func (n *notes) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(&fyne.Container{Layout: kit.Inset{Top: noteTop}, Objects: []fyne.CanvasObject{n.box}})
}
