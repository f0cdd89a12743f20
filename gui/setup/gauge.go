package setup

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"poplar/gui/kit"
)

// gauge is a thin line that shows how much is done.
type gauge struct {
	widget.BaseWidget
	track, done *kit.Fill
	box         *fyne.Container
	share       float32
}

const (
	gaugeHeight = 3
	gaugeRoom   = 16 // below it
)

func newGauge() *gauge {
	g := &gauge{track: kit.NewFill(kit.Pill, 1.5), done: kit.NewFill(kit.Accent, 1.5)}
	g.box = container.New(gaugeLayout{g}, g.track, g.done)
	g.ExtendBaseWidget(g)
	return g
}

func (g *gauge) set(share float32) {
	g.share = share
	g.box.Refresh() // lays out anew
}

// CreateRenderer implements fyne.Widget.
func (g *gauge) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(g.box)
}

// gaugeLayout puts the line under the column of the page.
type gaugeLayout struct{ g *gauge }

// Layout implements fyne.Layout.
func (l gaugeLayout) Layout(_ []fyne.CanvasObject, s fyne.Size) {
	w := min(512, s.Width-64)
	at := fyne.NewPos(float32(int((s.Width-w)/2)), 0)
	l.g.track.Move(at)
	l.g.track.Resize(fyne.NewSize(w, gaugeHeight))
	l.g.done.Move(at)
	l.g.done.Resize(fyne.NewSize(w*l.g.share, gaugeHeight))
}

// MinSize implements fyne.Layout.
func (gaugeLayout) MinSize([]fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(120, gaugeHeight+gaugeRoom)
}
