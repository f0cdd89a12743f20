package browse

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"poplar/gui/kit"
	"poplar/gui/model"
)

// folderView is what a line of the folder column shows.
type folderView struct {
	entry                         model.Entry
	chosen, hovered, rail, ringed bool
	dark                          bool
}

// folderLine draws one line of the folder column: a heading or a folder.
type folderLine struct {
	widget.BaseWidget
	view folderView
}

func newFolderLine() *folderLine {
	l := &folderLine{}
	l.ExtendBaseWidget(l)
	return l
}

func (l *folderLine) set(v folderView) {
	if v != l.view {
		l.view = v
		l.Refresh()
	}
}

// CreateRenderer implements fyne.Widget.
func (l *folderLine) CreateRenderer() fyne.WidgetRenderer {
	r := &folderLineRenderer{
		line: l, ground: kit.NewFill(kit.None, cardRadius), ring: kit.NewFill(kit.None, cardRadius).Outline(kit.None, 2),
		icon: kit.NewGlyph("folder", 17, kit.Text2), title: kit.NewLine("", 13, false, kit.Text),
		head: kit.NewLine("", 11, true, kit.Text2).CutAt(kit.CutMiddle), count: kit.NewLine("", 12, false, kit.Text2),
		fold: kit.NewGlyph("down", 12, kit.Text2), warn: kit.NewGlyph("warn", 15, kit.Warn),
		dot: &canvas.Circle{},
	}
	r.draw()
	return r
}

type folderLineRenderer struct {
	line               *folderLine
	ground, ring       *kit.Fill
	icon, fold, warn   *kit.Glyph
	title, head, count *kit.Line
	dot                *canvas.Circle
}

func (r *folderLineRenderer) draw() {
	v, s := r.line.view, r.line.Size()
	e := v.entry
	heading := e.Kind == model.HeadingEntry
	show(r.head, heading)
	show(r.title, !heading && !v.rail)
	show(r.icon, !heading)
	show(r.fold, !v.rail && e.Parent)
	show(r.warn, heading && e.Trouble)
	show(r.count, !heading && !v.rail && e.Count > 0)
	show(r.dot, v.rail && e.Unread && e.Count > 0)

	ground, ring := kit.None, kit.None
	if !heading {
		switch {
		case v.chosen:
			ground = kit.Sel
		case v.hovered:
			ground = kit.Hover
		}
	}
	if v.ringed {
		ring = kit.Accent
	}
	box, top := fyne.NewSize(s.Width-2*folderLeft-1, folderRow), float32(0)
	if heading { // its words stand at its foot
		box.Height = firstHead
		top = s.Height - firstHead
	}
	for _, f := range []*kit.Fill{r.ground, r.ring} {
		f.Move(fyne.NewPos(folderLeft, top))
		f.Resize(box)
	}
	r.ground.Set(ground, kit.None)
	r.ring.Set(kit.None, ring)

	icon := "down"
	if e.Closed {
		icon = "right"
	}
	r.fold.Set(icon, kit.Text2)
	if heading {
		base := s.Height - 8
		right := float32(12)
		if e.Parent {
			r.fold.Place(s.Width-29, base-10)
			right = 34
		}
		if e.Trouble {
			r.warn.Set("warn", kit.Warn)
			r.warn.Place(s.Width-54, base-12)
			right = 60
		}
		r.head.SetText(FolderTitle(e))
		r.head.Place(folderIcon, base, s.Width-folderIcon-right)
		return
	}
	indent := levelIndent * float32(e.Level)
	if v.rail {
		indent = -2.5
	}
	colour := kit.Text2
	if v.chosen {
		colour = kit.AccentText
	}
	r.icon.Set(e.Icon, colour)
	r.icon.Place(folderIcon+indent, 5.5)
	r.fold.Place(4+indent, 8)
	r.dot.FillColor = kit.Col(kit.Accent)
	r.dot.Move(fyne.NewPos(32, 4))
	r.dot.Resize(fyne.NewSquareSize(7))
	right := s.Width - 18
	if e.Count > 0 {
		count := kit.Text2
		if e.Unread {
			count = kit.AccentText
		}
		r.count.Set(kit.Count(e.Count), e.Unread, count)
		w := r.count.Width()
		r.count.Place(right-w, 18, w)
		right -= w + cardGap
	}
	titleColour := kit.Text
	if v.chosen {
		titleColour = kit.SelText
	}
	r.title.Set(FolderTitle(e), e.Unread || v.chosen, titleColour)
	r.title.Place(folderText+indent, 19, right-folderText-indent)
}

func (r *folderLineRenderer) Layout(fyne.Size)   { r.draw() }
func (r *folderLineRenderer) MinSize() fyne.Size { return fyne.Size{} }
func (r *folderLineRenderer) Destroy()           {}
func (r *folderLineRenderer) Refresh() {
	r.draw()
	for _, o := range r.Objects() {
		o.Refresh()
	}
}

func (r *folderLineRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.ground, r.icon, r.fold, r.title, r.head, r.count, r.warn, r.dot, r.ring}
}
