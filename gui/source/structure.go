package source

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"poplar/gui/kit"
	"poplar/mail"
)

// columns are the widths of the columns after the first, which takes the rest: characters, coding, size.
var columns = []float32{150, 150, 90}

const (
	partHigh   = 30
	partIndent = 18
	deepest    = 24 // deeper parts are not moved further to the right
)

// structure is the tree of the parts of a message.
type structure struct {
	page   *fyne.Container
	list   *widget.List
	rows   []partLine
	chosen int // -1: none
	pick   func(*mail.Node)
	note   *kit.Line
}

type partLine struct {
	node  *mail.Node
	depth int
}

func newStructure(pick func(*mail.Node)) *structure {
	s := &structure{chosen: -1, pick: pick}
	s.list = widget.NewList(func() int { return len(s.rows) }, func() fyne.CanvasObject { return newPartRow() }, func(i widget.ListItemID, o fyne.CanvasObject) {
		o.(*partRow).set(s.rows[i], i == s.chosen)
	})
	s.list.HideSeparators = true
	s.list.OnSelected = func(i widget.ListItemID) {
		s.chosen = i
		s.list.Refresh()
		s.pick(s.rows[i].node)
	}
	s.note = kit.NewLine("", 12, false, kit.Text2)
	head := newPartRow()
	head.head()
	s.page = container.NewBorder(container.New(&kit.Column{Pad: fyne.NewSize(0, 0)}, head, kit.NewRule()),
		container.New(kit.Inset{Left: pad, Bottom: 6}, s.note), nil, nil, s.list)
	return s
}

func (s *structure) set(m mail.Structure) {
	s.rows, s.chosen = nil, -1
	s.add(&m.Root, 0)
	if m.Cut {
		s.note.SetText(kit.T("The message has more parts than are listed."))
	}
	s.list.UnselectAll()
	s.list.Refresh()
	s.pick(nil)
}

func (s *structure) add(n *mail.Node, depth int) {
	s.rows = append(s.rows, partLine{n, depth})
	for i := range n.Parts {
		s.add(&n.Parts[i], depth+1)
	}
}

// selected is the chosen part, or nil.
func (s *structure) selected() *mail.Node {
	if s.chosen < 0 || s.chosen >= len(s.rows) {
		return nil
	}
	return s.rows[s.chosen].node
}

// partRow is one part: its type and name, characters, coding and size.
type partRow struct {
	widget.BaseWidget
	icon   *kit.Glyph
	title  *kit.Line
	name   *kit.Line
	cells  []*kit.Line
	depth  int
	bare   bool // the names of the columns
	chosen bool
}

func newPartRow() *partRow {
	r := &partRow{icon: kit.NewGlyph("doc", 15, kit.Text2), title: kit.NewLine("", 13, false, kit.Text), name: kit.NewLine("", 13, false, kit.Text2)}
	for range columns {
		r.cells = append(r.cells, kit.NewLine("", 12, false, kit.Text2))
	}
	r.cells[len(columns)-1].Align(fyne.TextAlignTrailing)
	r.ExtendBaseWidget(r)
	return r
}

// head makes the row the names of the columns.
func (r *partRow) head() {
	r.bare = true
	r.icon.Hide()
	r.title.Set(kit.T("Part"), true, kit.Text2)
	for i, s := range []string{kit.T("Characters"), kit.T("Coding"), kit.T("Size")} {
		r.cells[i].Set(s, true, kit.Text2)
	}
}

func partIcon(mediaType string) string {
	switch {
	case strings.HasPrefix(mediaType, "multipart/"):
		return "folder"
	case strings.HasPrefix(mediaType, "message/"):
		return "mail"
	case strings.HasPrefix(mediaType, "image/"):
		return "image"
	case mediaType == "application/pdf":
		return "pdf"
	case mediaType == "text/calendar":
		return "cal"
	case strings.HasPrefix(mediaType, "text/"):
		return "doc"
	}
	return "clip"
}

func (r *partRow) set(p partLine, chosen bool) {
	n := p.node
	colour := kit.Text
	second := kit.Text2
	if chosen {
		colour, second = kit.SelText, kit.SelText
	}
	r.depth, r.chosen = min(p.depth, deepest), chosen
	r.icon.Set(partIcon(n.Type), second)
	r.title.Set(n.Type, false, colour)
	name := n.Name
	if n.Disposition != "" {
		name = strings.TrimSpace(name + "  " + n.Disposition)
	}
	r.name.Set(name, false, second)
	size := n.Size
	r.cells[0].Set(n.Charset, false, second)
	r.cells[1].Set(n.Encoding, false, second)
	r.cells[2].Set(kit.Size(size), false, second)
	r.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (r *partRow) CreateRenderer() fyne.WidgetRenderer {
	return &partRowRenderer{r, kit.NewFill(kit.None, 6)}
}

type partRowRenderer struct {
	row    *partRow
	ground *kit.Fill
}

func (p *partRowRenderer) Layout(s fyne.Size) {
	r := p.row
	fill := kit.None
	if r.chosen {
		fill = kit.Sel
	}
	p.ground.Set(fill, kit.None)
	p.ground.Move(fyne.NewPos(8, 0))
	p.ground.Resize(fyne.NewSize(max(s.Width-16, 0), s.Height))
	right := s.Width - pad - 4
	for i := len(columns) - 1; i >= 0; i-- {
		right -= columns[i]
		r.cells[i].Place(right, 19, columns[i]-8)
	}
	x := float32(pad) + 4 + float32(r.depth)*partIndent
	if !r.bare {
		r.icon.Place(x, 7)
		x += 24
	}
	room := max(right-x-8, 20)
	w := min(r.title.Width(), room)
	r.title.Place(x, 20, w)
	r.name.Place(x+w+10, 20, max(room-w-10, 0))
	show(r.name, room-w-10 > 24)
}

func (p *partRowRenderer) MinSize() fyne.Size { return fyne.NewSize(420, partHigh) }
func (p *partRowRenderer) Destroy()           {}
func (p *partRowRenderer) Refresh() {
	p.Layout(p.row.Size())
	for _, o := range p.Objects() {
		o.Refresh()
	}
}

func (p *partRowRenderer) Objects() []fyne.CanvasObject {
	r := p.row
	out := []fyne.CanvasObject{p.ground, r.icon, r.title, r.name}
	for _, c := range r.cells {
		out = append(out, c)
	}
	return out
}
