package reader

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"poplar/gui/kit"
	"poplar/gui/model"
	"poplar/mail"
)

// Measures of the cards of attachments.
const (
	ticketWidth  = 212
	ticketHeight = 46
	ticketGap    = 10
)

// Attachments are the files that came with a message: a click opens one, the arrow saves it.
type Attachments struct {
	widget.BaseWidget
	OnOpen    func(mail.Part)
	OnSave    func(mail.Part)
	OnSaveAll func()

	tickets []*ticket
	saveAll *kit.Button
}

// NewAttachments returns an empty row.
func NewAttachments() *Attachments {
	a := &Attachments{}
	a.saveAll = kit.NewButton(kit.T("Save all…"), "dl", kit.Link, func() {
		if a.OnSaveAll != nil {
			a.OnSaveAll()
		}
	})
	a.saveAll.Hide()
	a.ExtendBaseWidget(a)
	return a
}

// Set shows the parts that are attachments.
func (a *Attachments) Set(parts []mail.Part) {
	a.tickets = nil
	for _, p := range parts {
		if p.Inline {
			continue
		}
		t := newTicket(p)
		t.open = func() {
			if a.OnOpen != nil {
				a.OnOpen(p)
			}
		}
		t.save = func() {
			if a.OnSave != nil {
				a.OnSave(p)
			}
		}
		t.button.OnTapped = t.save
		a.tickets = append(a.tickets, t)
	}
	show(a.saveAll, len(a.tickets) > 1)
	a.Refresh()
}

// Height is what the row needs at a width.
func (a *Attachments) Height(width float32) float32 {
	if len(a.tickets) == 0 {
		return 0
	}
	across := max(int((width+ticketGap)/(ticketWidth+ticketGap)), 1)
	down := (len(a.tickets) + across - 1) / across
	h := 14 + float32(down)*(ticketHeight+ticketGap)
	if a.saveAll.Visible() {
		h += 30
	}
	return h
}

// MinSize implements fyne.CanvasObject.
func (a *Attachments) MinSize() fyne.Size {
	return fyne.NewSize(ticketWidth, a.Height(max(a.Size().Width, ticketWidth)))
}

// CreateRenderer implements fyne.Widget.
func (a *Attachments) CreateRenderer() fyne.WidgetRenderer { return &attachRenderer{a} }

type attachRenderer struct{ row *Attachments }

func (r *attachRenderer) Layout(s fyne.Size) {
	across := max(int((s.Width+ticketGap)/(ticketWidth+ticketGap)), 1)
	y := float32(14)
	for i, t := range r.row.tickets {
		if i > 0 && i%across == 0 {
			y += ticketHeight + ticketGap
		}
		t.Move(fyne.NewPos(float32(i%across)*(ticketWidth+ticketGap), y))
		t.Resize(fyne.NewSize(min(ticketWidth, s.Width), ticketHeight))
	}
	r.row.saveAll.Move(fyne.NewPos(-8, y+ticketHeight+6))
	r.row.saveAll.Resize(r.row.saveAll.MinSize())
}

func (r *attachRenderer) MinSize() fyne.Size { return r.row.MinSize() }
func (r *attachRenderer) Destroy()           {}
func (r *attachRenderer) Refresh() {
	r.Layout(r.row.Size())
	for _, o := range r.Objects() {
		o.Refresh()
	}
	canvas.Refresh(r.row)
}

func (r *attachRenderer) Objects() []fyne.CanvasObject {
	out := []fyne.CanvasObject{r.row.saveAll}
	for _, t := range r.row.tickets {
		out = append(out, t)
	}
	return out
}

// ticket is the card of one attachment.
type ticket struct {
	widget.BaseWidget
	part       mail.Part
	open, save func()
	hovered    bool
	button     *kit.IconButton
}

func newTicket(p mail.Part) *ticket {
	t := &ticket{part: p, button: kit.NewIconButton("dl", kit.T("Save…"), nil).Sized(32, 16)}
	t.ExtendBaseWidget(t)
	return t
}

// Tapped implements fyne.Tappable.
func (t *ticket) Tapped(*fyne.PointEvent) { t.open() }

// Cursor implements desktop.Cursorable.
func (t *ticket) Cursor() desktop.Cursor { return desktop.PointerCursor }

// MouseIn implements desktop.Hoverable.
func (t *ticket) MouseIn(*desktop.MouseEvent) { t.hovered = true; t.Refresh() }

// MouseMoved implements desktop.Hoverable.
func (t *ticket) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (t *ticket) MouseOut() { t.hovered = false; t.Refresh() }

// CreateRenderer implements fyne.Widget.
func (t *ticket) CreateRenderer() fyne.WidgetRenderer {
	kind := model.FileKindOf(t.part.Name, t.part.Type)
	return &ticketRenderer{
		ticket: t, ground: kit.NewFill(kit.Surface, 8).Outline(kit.Sep, 1), icon: kit.NewGlyph(kind.Icon(), 20, kit.Text2),
		name: kit.NewLine(t.part.Name, 13, false, kit.Text).CutAt(kit.CutMiddle),
		kind: kit.NewLine(kindTitle(kind, t.part.Name)+" · "+kit.Size(t.part.Size), 11, false, kit.Text2),
	}
}

// kindTitle is what a kind of file is called.
func kindTitle(k model.FileKind, name string) string {
	switch k {
	case model.PictureFile:
		return kit.T("Picture")
	case model.TableFile:
		return kit.T("Table")
	case model.MessageFile:
		return kit.T("Message")
	case model.CalendarFile:
		return kit.T("Event")
	case model.PDFFile:
		return "PDF"
	}
	if ext := model.Extension(name); ext != "" {
		return ext
	}
	return kit.T("File")
}

type ticketRenderer struct {
	ticket     *ticket
	ground     *kit.Fill
	icon       *kit.Glyph
	name, kind *kit.Line
}

func (r *ticketRenderer) Layout(s fyne.Size) {
	t := r.ticket
	ground := kit.Surface
	if t.hovered {
		ground = kit.Hover
	}
	r.ground.Set(ground, kit.Sep)
	r.ground.Resize(s)
	r.icon.Place(12, 13)
	r.name.Place(43, 20, s.Width-43-42)
	r.kind.Place(43, 36, s.Width-43-42)
	t.button.Move(fyne.NewPos(s.Width-37, 7))
	t.button.Resize(fyne.NewSquareSize(32))
}

func (r *ticketRenderer) MinSize() fyne.Size { return fyne.NewSize(ticketWidth, ticketHeight) }
func (r *ticketRenderer) Destroy()           {}
func (r *ticketRenderer) Refresh() {
	r.Layout(r.ticket.Size())
	for _, o := range r.Objects() {
		o.Refresh()
	}
}

func (r *ticketRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.ground, r.icon, r.name, r.kind, r.ticket.button}
}
