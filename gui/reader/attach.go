package reader

import (
	"context"
	"image"

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

// Attachments are the files that came with a message: a click opens one, the arrow saves it, the right mouse button has
// more.
type Attachments struct {
	widget.BaseWidget
	OnOpen    func(mail.Part)
	OnSave    func(mail.Part)
	OnMenu    func(p mail.Part, at fyne.Position)
	OnSaveAll func()

	// OnHeight tells that the row became higher.
	OnHeight func()

	rest    []mail.Part // that have no card yet
	tickets []*ticket
	saveAll *kit.Button
	more    *kit.Button
}

// mostTickets is how many cards are made at a time: a message may have thousands of parts.
const mostTickets = 60

// NewAttachments returns an empty row.
func NewAttachments() *Attachments {
	a := &Attachments{}
	a.saveAll = kit.NewButton(kit.T("Save all…"), "dl", kit.Link, func() {
		if a.OnSaveAll != nil {
			a.OnSaveAll()
		}
	})
	a.saveAll.Hide()
	a.more = kit.NewButton("", "", kit.Link, func() {
		a.add()
		a.Refresh()
		if a.OnHeight != nil {
			a.OnHeight()
		}
	})
	a.more.Hide()
	a.ExtendBaseWidget(a)
	return a
}

// Set shows the parts that are attachments.
func (a *Attachments) Set(parts []mail.Part) {
	a.tickets, a.rest = nil, nil
	for _, p := range parts {
		if !p.Inline {
			a.rest = append(a.rest, p)
		}
	}
	a.add()
	show(a.saveAll, len(a.tickets) > 1)
	a.Refresh()
}

// add makes cards for the next of the parts.
func (a *Attachments) add() {
	n := min(len(a.rest), mostTickets)
	for _, p := range a.rest[:n] {
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
		t.menu = func(at fyne.Position) {
			if a.OnMenu != nil {
				a.OnMenu(p, at)
			}
		}
		t.button.OnTapped = t.save
		a.tickets = append(a.tickets, t)
	}
	a.rest = a.rest[n:]
	a.more.SetLabel(kit.N(len(a.rest), "%d more attachment", "%d more attachments"))
	show(a.more, len(a.rest) > 0)
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
	if a.more.Visible() {
		h += 30
	}
	return h
}

// thumbs are how many pictures are read to be shown small, and how large they may be.
const (
	mostThumbs   = 24
	largestThumb = 12 << 20
)

// load reads the pictures among the attachments to show them small, one after the other.
func (a *Attachments) load(ctx context.Context, loop kit.Loop, read func(ctx context.Context, p mail.Part) ([]byte, error)) {
	var list []*ticket
	for _, t := range a.tickets {
		if isPicture(t.part) && t.part.Size <= largestThumb && len(list) < mostThumbs {
			list = append(list, t)
		}
	}
	var next func()
	next = func() {
		if len(list) == 0 {
			return
		}
		t := list[0]
		list = list[1:]
		kit.Go(ctx, loop, func(ctx context.Context) (image.Image, error) {
			data, err := read(ctx, t.part)
			if err != nil {
				return nil, err
			}
			img, _, err := decode(ctx, data, image.Pt(4*ticketHeight, 2*ticketHeight))
			return img, err
		}, func(img image.Image, err error) {
			if err == nil { // else the icon stays
				t.thumb = img
				t.Refresh()
			}
			next()
		})
	}
	next()
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
	y += ticketHeight + 6
	for _, b := range []*kit.Button{r.row.more, r.row.saveAll} {
		b.Move(fyne.NewPos(-8, y))
		b.Resize(b.MinSize())
		if b.Visible() {
			y += 30
		}
	}
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
	out := []fyne.CanvasObject{r.row.saveAll, r.row.more}
	for _, t := range r.row.tickets {
		out = append(out, t)
	}
	return out
}

// ticket is the card of one attachment. Tab reaches it; Enter opens it.
type ticket struct {
	widget.BaseWidget
	part       mail.Part
	open, save func()
	menu       func(at fyne.Position)
	hovered    bool
	focused    bool
	button     *kit.IconButton
	thumb      image.Image // of a picture, once it is there
}

func newTicket(p mail.Part) *ticket {
	t := &ticket{part: p, button: kit.NewIconButton("dl", kit.T("Save…"), nil).Sized(32, 16)}
	t.ExtendBaseWidget(t)
	return t
}

// Tapped implements fyne.Tappable.
func (t *ticket) Tapped(*fyne.PointEvent) { t.open() }

// TappedSecondary implements fyne.SecondaryTappable.
func (t *ticket) TappedSecondary(e *fyne.PointEvent) { t.menu(e.AbsolutePosition) }

// FocusGained implements fyne.Focusable.
func (t *ticket) FocusGained() { t.focused = true; t.Refresh() }

// FocusLost implements fyne.Focusable.
func (t *ticket) FocusLost() { t.focused = false; t.Refresh() }

// TypedRune implements fyne.Focusable.
func (t *ticket) TypedRune(rune) {}

// TypedKey implements fyne.Focusable.
func (t *ticket) TypedKey(k *fyne.KeyEvent) {
	switch k.Name {
	case fyne.KeySpace, fyne.KeyReturn, fyne.KeyEnter:
		t.open()
	case desktop.KeyMenu:
		at := fyne.CurrentApp().Driver().AbsolutePositionForObject(t)
		t.menu(at.AddXY(0, ticketHeight+2))
	default:
		kit.PassKey(t, k)
	}
}

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
	icon, colour := kind.Icon(), kit.Text2
	about := kindTitle(kind, t.part.Name) + " · " + kit.Size(t.part.Size)
	if x := t.part.External; x != nil {
		about = kit.T("kept elsewhere: %s", x.Where)
	} else if d, _, _ := model.FileDanger(t.part.Name); d != model.Harmless {
		icon, colour = "warn", kit.Warn
	}
	return &ticketRenderer{
		ticket: t, ground: kit.NewFill(kit.Surface, 8).Outline(kit.Sep, 1), icon: kit.NewGlyph(icon, 20, colour),
		name: kit.NewLine(t.part.Name, 13, false, kit.Text).CutAt(kit.CutMiddle), kind: kit.NewLine(about, 11, false, kit.Text2),
		thumb: &canvas.Image{FillMode: canvas.ImageFillCover, ScaleMode: canvas.ImageScaleSmooth, CornerRadius: 4},
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
	thumb      *canvas.Image
}

func (r *ticketRenderer) Layout(s fyne.Size) {
	t := r.ticket
	ground := kit.Surface
	if t.hovered {
		ground = kit.Hover
	}
	stroke, width := kit.Sep, float32(1)
	if t.focused {
		stroke, width = kit.Accent, 2
	}
	r.ground.Set(ground, kit.None)
	r.ground.Outline(stroke, width).Refresh()
	r.ground.Resize(s)
	r.icon.Place(12, 13)
	show(r.icon, t.thumb == nil)
	show(r.thumb, t.thumb != nil)
	if t.thumb != nil {
		r.thumb.Image = t.thumb
		r.thumb.Move(fyne.NewPos(6, 6))
		r.thumb.Resize(fyne.NewSize(31, ticketHeight-12))
	}
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
	return []fyne.CanvasObject{r.ground, r.icon, r.thumb, r.name, r.kind, r.ticket.button}
}
