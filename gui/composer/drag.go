package composer

import (
	"fyne.io/fyne/v2"

	"poplar/gui/kit"
	"poplar/gui/model"
)

// carried is an address that is being dragged from one line to another.
type carried struct {
	ghost *kit.Chip // under the mouse
	layer *kit.Layer
	to    *recipients // the line it is over; nil: none that takes it
	field model.RecipientField
}

// carry lets the chips of a line be dragged to the others.
func (w *Window) carry(from model.RecipientField) {
	line := w.lines[from]
	line.onDragged = func(e model.Entered, at fyne.Position) { w.dragged(from, e, at) }
	line.onDropped = func(i int) { w.droppedOn(from, i) }
	line.remake()
}

// dragged follows the mouse with an address. The lines that are hidden as long as they are empty are there to be
// dropped on.
func (w *Window) dragged(from model.RecipientField, e model.Entered, at fyne.Position) {
	if w.sending {
		return
	}
	if w.carried == nil {
		ghost := kit.NewChip(e.Display(), "").Person(e.Name, e.Addr)
		ghost.SetSelected(true)
		ghost.Resize(ghost.MinSize())
		w.carried = &carried{ghost: ghost, layer: kit.LayerOf(w.lines[from])}
		for _, f := range model.RecipientFields {
			w.lines[f].Show()
		}
		w.page.Refresh()
	}
	c := w.carried
	c.ghost.Move(at.AddXY(8, 4))
	if c.layer != nil {
		c.layer.Show(c.ghost)
	}
	over, field := (*recipients)(nil), model.RecipientField("")
	for _, f := range model.RecipientFields {
		line := w.lines[f]
		top := fyne.CurrentApp().Driver().AbsolutePositionForObject(line)
		if f != from && line.Visible() && at.Y >= top.Y && at.Y < top.Y+line.Size().Height {
			over, field = line, f
		}
	}
	if over == c.to {
		return
	}
	if c.to != nil {
		c.to.lit.Set(kit.None, kit.None)
	}
	if over != nil {
		over.lit.Set(kit.Sel, kit.None)
	}
	c.to, c.field = over, field
}

// droppedOn puts the address that was dragged, the number i of its line, into the line it was dropped on.
func (w *Window) droppedOn(from model.RecipientField, i int) {
	c := w.carried
	if c == nil {
		return
	}
	w.carried = nil
	if c.layer != nil {
		c.layer.Hide(c.ghost)
	}
	if c.to != nil {
		c.to.lit.Set(kit.None, kit.None)
		if line := w.lines[from]; i >= 0 && i < len(line.list) {
			e := line.list[i]
			line.remove(i)
			c.to.add([]model.Entered{e})
		}
	}
	w.reveal(model.Cc, false)
	w.reveal(model.Bcc, false)
}
