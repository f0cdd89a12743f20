package reader

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"poplar/gui/kit"
	"poplar/gui/model"
	"poplar/mail"
)

// mostEvents is how many invitations of one message have a card.
const mostEvents = 4

// eventDates words the times of invitations.
type eventDates struct{ now time.Time }

func (d eventDates) Day(t time.Time) string   { return kit.Day(t, d.now) }
func (d eventDates) Clock(t time.Time) string { return t.Format("15:04") }

// newEvents is a card for each invitation, one below the other; nil where there is none.
func newEvents(list []mail.Invitation, now time.Time, menu func(string, fyne.Position)) fyne.CanvasObject {
	if len(list) == 0 {
		return nil
	}
	box := &fyne.Container{Layout: &kit.Column{Gap: noteGap}}
	for _, v := range list[:min(len(list), mostEvents)] {
		box.Objects = append(box.Objects, newEventCard(model.EventOf(v, eventDates{now}, kit.T), menu))
	}
	if n := len(list) - mostEvents; n > 0 {
		box.Objects = append(box.Objects, kit.NewPara(kit.N(n, "and %d more event", "and %d more events"), 12, false, kit.Text2))
	}
	return box
}

// eventCard is one invitation: who, when, where.
type eventCard struct {
	widget.BaseWidget
	event  model.Event
	head   *kit.Line
	title  *kit.Para
	fields []*field
}

const (
	eventHead = 44 // height of the head with a title of one line
	// longestAbout is how much of a description is shown: an invitation is a summary, the rest is in the message.
	longestAbout = 600
)

func newEventCard(e model.Event, menu func(string, fyne.Position)) *eventCard {
	c := &eventCard{event: e, head: kit.NewLine(e.Head, 12, false, kit.Text2), title: kit.NewPara(e.Title, 15, true, kit.Text)}
	add := func(label, value string) {
		if value != "" {
			c.fields = append(c.fields, newField(label, value, menu))
		}
	}
	when := e.When
	if e.Again != "" {
		when = kit.T("%s (%s)", when, e.Again)
	}
	about := []rune(e.About)
	if len(about) > longestAbout {
		about = append(about[:longestAbout], '…')
	}
	add(kit.T("Time"), when)
	add(kit.T("Where"), e.Where)
	add(kit.T("Organiser"), e.Host)
	add(kit.T("Invited"), e.Who)
	add(kit.T("About"), string(about))
	c.ExtendBaseWidget(c)
	return c
}

func (c *eventCard) headHeight(width float32) float32 {
	return eventHead - 22 + c.title.Height(max(width-cardLead-cardPad, 60)) + 8
}

// Height is what the card needs at a width.
func (c *eventCard) Height(width float32) float32 {
	h := c.headHeight(width) + 20
	for _, f := range c.fields {
		h += f.Height(width-2*cardPad) + 3
	}
	return h
}

// MinSize implements fyne.CanvasObject.
func (c *eventCard) MinSize() fyne.Size {
	return fyne.NewSize(240, c.Height(max(c.Size().Width, 240)))
}

// CreateRenderer implements fyne.Widget.
func (c *eventCard) CreateRenderer() fyne.WidgetRenderer {
	r := &eventRenderer{
		card: c, frame: kit.NewFill(kit.Surface, cardRounded).Outline(kit.Sep, 1), icon: kit.NewGlyph("cal", 20, kit.Info),
		head: &canvas.Rectangle{TopLeftCornerRadius: cardRounded, TopRightCornerRadius: cardRounded},
	}
	if c.event.Gone {
		r.icon.Set("x", kit.Err)
	}
	r.paint()
	return r
}

type eventRenderer struct {
	card  *eventCard
	frame *kit.Fill
	head  *canvas.Rectangle
	icon  *kit.Glyph
}

func (r *eventRenderer) paint() {
	r.head.FillColor = kit.Col(kit.InfoBg)
	if r.card.event.Gone {
		r.head.FillColor = kit.Col(kit.ErrBg)
	}
}

func (r *eventRenderer) Layout(s fyne.Size) {
	c := r.card
	r.frame.Resize(s)
	head := c.headHeight(s.Width)
	r.head.Move(fyne.NewPos(1, 1))
	r.head.Resize(fyne.NewSize(s.Width-2, head-1))
	w := max(s.Width-cardLead-cardPad, 60)
	r.icon.Place(20, 13)
	c.head.Place(cardLead, 21, w)
	c.title.Move(fyne.NewPos(cardLead, 25))
	c.title.Resize(fyne.NewSize(w, c.title.Height(w)))
	y := head + 10
	for _, f := range c.fields {
		h := f.Height(s.Width - 2*cardPad)
		f.Move(fyne.NewPos(cardPad, y))
		f.Resize(fyne.NewSize(s.Width-2*cardPad, h))
		y += h + 3
	}
}

func (r *eventRenderer) MinSize() fyne.Size { return r.card.MinSize() }
func (r *eventRenderer) Destroy()           {}
func (r *eventRenderer) Refresh() {
	r.paint()
	r.Layout(r.card.Size())
	for _, o := range r.Objects() {
		o.Refresh()
	}
	canvas.Refresh(r.card)
}

func (r *eventRenderer) Objects() []fyne.CanvasObject {
	out := []fyne.CanvasObject{r.frame, r.head, r.icon, r.card.head, r.card.title}
	for _, f := range r.card.fields {
		out = append(out, f)
	}
	return out
}
