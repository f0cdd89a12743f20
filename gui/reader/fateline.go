package reader

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"poplar/gui/kit"
	"poplar/gui/model"
	"poplar/mail"
)

// newFateLine says what became of a message that was sent: one line that unfolds where all is well, a card where it
// is not.
func newFateLine(d model.Delivery, now time.Time, acts deliveryActs, grown func()) fyne.CanvasObject {
	if d.State == mail.FateFailed || d.State == mail.FateDelayed {
		return newDeliveryCard(d, now, acts)
	}
	rows := &fyne.Container{Layout: &kit.Column{}}
	for _, r := range d.Rows[:min(len(d.Rows), mostRows)] {
		row := newDeliveryRow(r, now, acts)
		row.last = true
		rows.Objects = append(rows.Objects, row)
	}
	rows.Hide()
	var f *fold
	f = newFold(func() {
		show(rows, !rows.Visible())
		f.set(f.line.Text(), rows.Visible())
		grown()
	})
	f.lead("check", kit.OK)
	f.set(d.Title, false)
	return container.New(&kit.Column{Gap: 4}, f, rows)
}

// code is text as a machine wrote it, on a plate. The right mouse button copies it.
type code struct {
	widget.BaseWidget
	text *kit.Para
	menu func(string, fyne.Position)
}

func newCode(text string, menu func(string, fyne.Position)) *code {
	c := &code{text: kit.NewPara(text, 12, false, kit.Text2), menu: menu}
	c.ExtendBaseWidget(c)
	return c
}

// TappedSecondary implements fyne.SecondaryTappable.
func (c *code) TappedSecondary(e *fyne.PointEvent) {
	if c.menu != nil {
		c.menu(c.text.Text(), e.AbsolutePosition)
	}
}

const codePad = 12

// Height is what the plate needs at a width.
func (c *code) Height(width float32) float32 {
	return c.text.Height(max(width-2*codePad-8, 60)) + 2*codePad
}

// CreateRenderer implements fyne.Widget.
func (c *code) CreateRenderer() fyne.WidgetRenderer {
	return &codeRenderer{c, kit.NewFill(kit.Hover, 8)}
}

type codeRenderer struct {
	code  *code
	plate *kit.Fill
}

func (r *codeRenderer) Layout(s fyne.Size) {
	r.plate.Resize(s)
	r.code.text.Move(fyne.NewPos(codePad+4, codePad))
	r.code.text.Resize(fyne.NewSize(max(s.Width-2*codePad-8, 60), max(s.Height-2*codePad, 0)))
}
func (r *codeRenderer) MinSize() fyne.Size { return fyne.NewSize(120, 2*codePad) }
func (r *codeRenderer) Destroy()           {}
func (r *codeRenderer) Refresh() {
	r.Layout(r.code.Size())
	r.plate.Refresh()
	r.code.text.Refresh()
}

func (r *codeRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.plate, r.code.text}
}
