package reader

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"poplar/gui/kit"
)

// notice is an icon, a line and a hint in the middle of the reader.
type notice struct {
	widget.BaseWidget
	icon *kit.Glyph
	bold *kit.Line
	hint *kit.Line
}

func newNotice() *notice {
	n := &notice{
		icon: kit.NewGlyph("mail", 28, kit.Text3), bold: kit.NewLine("", 13, false, kit.Text2).Align(fyne.TextAlignCenter),
		hint: kit.NewLine("", 12, false, kit.Text2).Align(fyne.TextAlignCenter),
	}
	n.ExtendBaseWidget(n)
	return n
}

func (n *notice) set(icon, bold, hint string) {
	n.icon.Set(icon, kit.Text3)
	n.bold.Set(bold, hint != "", kit.Text2)
	n.hint.SetText(hint)
}

// CreateRenderer implements fyne.Widget.
func (n *notice) CreateRenderer() fyne.WidgetRenderer { return &noticeRenderer{n} }

type noticeRenderer struct{ notice *notice }

func (r *noticeRenderer) Layout(s fyne.Size) {
	n := r.notice
	y := float32(int(s.Height * 0.36))
	n.icon.Place(float32(int(s.Width/2))-14, y)
	n.bold.Place(16, y+54, s.Width-32)
	n.hint.Place(16, y+74, s.Width-32)
}

func (r *noticeRenderer) MinSize() fyne.Size { return fyne.Size{} }
func (r *noticeRenderer) Destroy()           {}
func (r *noticeRenderer) Refresh() {
	for _, o := range r.Objects() {
		o.Refresh()
	}
}

func (r *noticeRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.notice.icon, r.notice.bold, r.notice.hint}
}

// severalView stands in the reader while several messages are chosen: how many, and what can be done with all.
type severalView struct {
	widget.BaseWidget
	icon    *kit.Glyph
	line    *kit.Line
	hint    *kit.Line
	buttons []*kit.Button
}

func newSeveralView(do func(Command)) *severalView {
	v := &severalView{
		icon: kit.NewGlyph("list", 28, kit.Text3),
		line: kit.NewLine("", 15, true, kit.Text).Align(fyne.TextAlignCenter),
		hint: kit.NewLine(kit.T("Esc leads back to one."), 12, false, kit.Text2).Align(fyne.TextAlignCenter),
	}
	for _, b := range []struct {
		icon, text string
		command    Command
	}{{"archive", kit.T("Archive"), Archive}, {"trash", kit.T("Delete"), Delete}, {"junk", kit.T("Junk"), Junk}, {"flag", kit.T("Flag"), Flag}} {
		v.buttons = append(v.buttons, kit.NewButton(b.text, b.icon, kit.Plain, func() { do(b.command) }))
	}
	v.ExtendBaseWidget(v)
	return v
}

func (v *severalView) set(n int) {
	v.line.SetText(kit.N(n, "%d message selected", "%d messages selected"))
}

// CreateRenderer implements fyne.Widget.
func (v *severalView) CreateRenderer() fyne.WidgetRenderer { return &severalRenderer{v} }

type severalRenderer struct{ view *severalView }

func (r *severalRenderer) Layout(s fyne.Size) {
	v := r.view
	y := float32(int(s.Height * 0.3))
	v.icon.Place(float32(int(s.Width/2))-14, y)
	v.line.Place(16, y+58, s.Width-32)
	v.hint.Place(16, y+80, s.Width-32)
	wide := float32(8 * (len(v.buttons) - 1))
	for _, b := range v.buttons {
		wide += b.MinSize().Width
	}
	x := float32(int((s.Width - wide) / 2))
	for _, b := range v.buttons {
		b.Move(fyne.NewPos(x, y+104))
		b.Resize(b.MinSize())
		x += b.MinSize().Width + 8
	}
}

func (r *severalRenderer) MinSize() fyne.Size { return fyne.Size{} }
func (r *severalRenderer) Destroy()           {}
func (r *severalRenderer) Refresh() {
	for _, o := range r.Objects() {
		o.Refresh()
	}
}

func (r *severalRenderer) Objects() []fyne.CanvasObject {
	out := []fyne.CanvasObject{r.view.icon, r.view.line, r.view.hint}
	for _, b := range r.view.buttons {
		out = append(out, b)
	}
	return out
}

// plate is a small box with a line of text, for where a link leads.
type plate struct {
	widget.BaseWidget
	line *kit.Line
}

func newPlate() *plate {
	p := &plate{line: kit.NewLine("", 12, false, kit.Text2).CutAt(kit.CutMiddle)}
	p.ExtendBaseWidget(p)
	p.Hide()
	return p
}

func (p *plate) set(text string) {
	p.line.SetText(text)
	show(p, text != "")
}

func (p *plate) width() float32 { return p.line.Width() + 16 }

// CreateRenderer implements fyne.Widget.
func (p *plate) CreateRenderer() fyne.WidgetRenderer {
	return &plateRenderer{p, kit.NewFill(kit.Footer, 6).Outline(kit.Sep, 1)}
}

type plateRenderer struct {
	plate  *plate
	ground *kit.Fill
}

func (r *plateRenderer) Layout(s fyne.Size) {
	r.ground.Resize(s)
	r.plate.line.Place(8, 16, s.Width-16)
}
func (r *plateRenderer) MinSize() fyne.Size { return fyne.Size{} }
func (r *plateRenderer) Destroy()           {}
func (r *plateRenderer) Refresh() {
	r.ground.Refresh()
	r.plate.line.Refresh()
}

func (r *plateRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.ground, r.plate.line}
}
