package reader

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"poplar/gui/kit"
	"poplar/gui/model"
)

// mostRemarks is how many remarks are shown before the person asks for the others.
const mostRemarks = 3

// newRemarks are quiet lines under each other; nil where there are none. grown is called when more of them show.
func newRemarks(list []model.Remark, grown func()) fyne.CanvasObject {
	if len(list) == 0 {
		return nil
	}
	box := &fyne.Container{Layout: &kit.Column{Gap: 4}}
	add := func(some []model.Remark) {
		for _, m := range some {
			box.Objects = append(box.Objects, newRemark(m))
		}
	}
	if len(list) <= mostRemarks+1 {
		add(list)
		return box
	}
	add(list[:mostRemarks])
	rest := list[mostRemarks:]
	more := kit.NewButton(kit.N(len(rest), "%d more remark", "%d more remarks"), "", kit.Link, nil)
	more.OnTapped = func() {
		box.Objects = box.Objects[:mostRemarks]
		add(rest)
		box.Refresh()
		grown()
	}
	box.Objects = append(box.Objects, &fyne.Container{Layout: kit.Spread{}, Objects: []fyne.CanvasObject{more}})
	return box
}

// remark is an icon and a sentence.
type remark struct {
	widget.BaseWidget
	icon *kit.Glyph
	text *kit.Para
}

const remarkLead = 22

func newRemark(m model.Remark) *remark {
	colour := kit.Text2
	if m.Warn {
		colour = kit.Warn
	}
	r := &remark{icon: kit.NewGlyph(m.Icon, 14, colour), text: kit.NewPara(m.Text, 12, false, kit.Text2)}
	r.ExtendBaseWidget(r)
	return r
}

// Height is what the remark needs at a width.
func (r *remark) Height(width float32) float32 { return r.text.Height(max(width-remarkLead, 60)) }

// CreateRenderer implements fyne.Widget.
func (r *remark) CreateRenderer() fyne.WidgetRenderer { return &remarkRenderer{r} }

type remarkRenderer struct{ remark *remark }

func (r *remarkRenderer) Layout(s fyne.Size) {
	r.remark.icon.Place(0, 2)
	r.remark.text.Move(fyne.NewPos(remarkLead, 0))
	r.remark.text.Resize(fyne.NewSize(max(s.Width-remarkLead, 60), s.Height))
}
func (r *remarkRenderer) MinSize() fyne.Size { return fyne.NewSize(120, 18) }
func (r *remarkRenderer) Destroy()           {}
func (r *remarkRenderer) Refresh() {
	r.remark.icon.Refresh()
	r.remark.text.Refresh()
}

func (r *remarkRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.remark.icon, r.remark.text}
}
