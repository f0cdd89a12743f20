package reader

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"poplar/gui/kit"
	"poplar/gui/model"
	"poplar/mail"
)

// Measures of the card about a delivery.
const (
	cardPad     = 18
	cardLead    = 52 // where text begins, after the icon
	cardRow     = 39 // a recipient without a sentence
	cardFoot    = 54
	cardRounded = 8
	// mostRows is how many recipients a card names; the others are counted.
	mostRows = 50
)

// deliveryActs are what a card can ask for; those that are nil have no button.
type deliveryActs struct {
	show    func()                      // the sent message
	again   func(row model.DeliveryRow) // with another address
	contact func(row model.DeliveryRow) // the address book
}

// deliveryCard says what became of a message, recipient by recipient.
type deliveryCard struct {
	widget.BaseWidget
	d     model.Delivery
	now   time.Time
	acts  deliveryActs
	title *kit.Para
	text  *kit.Para
	rows  []*deliveryRow
	rest  *kit.Line // "and 12 more"
	foot  []*kit.Button
	link  *kit.Button // at the right of the foot
}

// tone has the colours of a state.
type tone struct {
	ground, colour kit.Colour
	icon           string
}

func toneOf(s mail.FateState) tone {
	switch s {
	case mail.FateFailed:
		return tone{kit.ErrBg, kit.Err, "x"}
	case mail.FateDelayed:
		return tone{kit.WarnBg, kit.Warn, "clock"}
	}
	return tone{kit.OKBg, kit.OK, "check"}
}

func newDeliveryCard(d model.Delivery, now time.Time, acts deliveryActs) *deliveryCard {
	c := &deliveryCard{d: d, now: now, acts: acts, title: kit.NewPara(d.Title, 15, true, kit.Text), text: kit.NewPara(d.Text, 13, false, kit.Text2)}
	for _, r := range d.Rows[:min(len(d.Rows), mostRows)] {
		c.rows = append(c.rows, newDeliveryRow(r, now, acts))
	}
	if n := len(d.Rows) - mostRows; n > 0 {
		c.rest = kit.NewLine(kit.N(n, "and %d more recipient", "and %d more recipients"), 12, false, kit.Text2)
	}
	if failed := d.Failed(); len(failed) > 0 && acts.again != nil {
		c.foot = append(c.foot, kit.NewButton(kit.T("Correct the address and send again"), "", kit.Filled, func() { acts.again(failed[0]) }))
		if acts.contact != nil {
			c.link = kit.NewButton(kit.T("Correct the contact"), "", kit.Link, func() { acts.contact(failed[0]) })
		}
	}
	if acts.show != nil {
		c.foot = append(c.foot, kit.NewButton(kit.T("Show the sent message"), "", kit.Plain, acts.show))
	}
	c.ExtendBaseWidget(c)
	return c
}

func (c *deliveryCard) headHeight(width float32) float32 {
	w := max(width-cardLead-cardPad, 60)
	h := c.title.Height(w)
	if c.d.Text != "" {
		h += c.text.Height(w) + 1
	}
	return h + 28
}

// footHeight is the height of the row of buttons, which stand one below the other where the card is narrow.
func (c *deliveryCard) footHeight(width float32) float32 {
	if len(c.foot) == 0 {
		return 0
	}
	need := float32(2*cardPad - 8)
	for _, b := range c.foot {
		need += b.MinSize().Width + 8
	}
	if need > width {
		return cardFoot + 38*float32(len(c.foot)-1)
	}
	return cardFoot
}

// Height is what the card needs at a width.
func (c *deliveryCard) Height(width float32) float32 {
	h := c.headHeight(width) + c.footHeight(width) + 12
	for _, r := range c.rows {
		h += r.Height(width - 2*cardPad)
	}
	if c.rest != nil {
		h += 28
	}
	return h
}

// MinSize implements fyne.CanvasObject.
func (c *deliveryCard) MinSize() fyne.Size {
	return fyne.NewSize(240, c.Height(max(c.Size().Width, 240)))
}

// CreateRenderer implements fyne.Widget.
func (c *deliveryCard) CreateRenderer() fyne.WidgetRenderer {
	r := &deliveryRenderer{
		card: c, frame: kit.NewFill(kit.Surface, cardRounded).Outline(kit.Sep, 1),
		head: &canvas.Rectangle{TopLeftCornerRadius: cardRounded, TopRightCornerRadius: cardRounded},
		foot: &canvas.Rectangle{BottomLeftCornerRadius: cardRounded, BottomRightCornerRadius: cardRounded},
		rule: kit.NewRule(),
	}
	t := toneOf(c.d.State)
	icon := "warn"
	if c.d.State != mail.FateFailed {
		icon = t.icon
	}
	r.icon = kit.NewGlyph(icon, 20, t.colour)
	r.paint()
	return r
}

type deliveryRenderer struct {
	card       *deliveryCard
	frame      *kit.Fill
	head, foot *canvas.Rectangle
	rule       fyne.CanvasObject
	icon       *kit.Glyph
}

func (r *deliveryRenderer) paint() {
	r.head.FillColor = kit.Col(toneOf(r.card.d.State).ground)
	r.foot.FillColor = kit.Col(kit.Footer)
}

func (r *deliveryRenderer) Layout(s fyne.Size) {
	c := r.card
	r.frame.Resize(s)
	head := c.headHeight(s.Width)
	r.head.Move(fyne.NewPos(1, 1))
	r.head.Resize(fyne.NewSize(s.Width-2, head-1))
	w := max(s.Width-cardLead-cardPad, 60)
	r.icon.Place(20, 14)
	c.title.Move(fyne.NewPos(cardLead, 14))
	th := c.title.Height(w)
	c.title.Resize(fyne.NewSize(w, th))
	c.text.Move(fyne.NewPos(cardLead, 15+th))
	c.text.Resize(fyne.NewSize(w, c.text.Height(w)))
	y := head + 6
	for i, row := range c.rows {
		h := row.Height(s.Width - 2*cardPad)
		row.last = i == len(c.rows)-1
		row.Move(fyne.NewPos(cardPad, y))
		row.Resize(fyne.NewSize(s.Width-2*cardPad, h))
		y += h
	}
	if c.rest != nil {
		c.rest.Place(cardLead, y+18, w)
	}
	fh := c.footHeight(s.Width)
	r.foot.Hidden = fh == 0
	r.rule.Move(fyne.NewPos(1, s.Height-fh))
	r.rule.Resize(fyne.NewSize(s.Width-2, 1))
	show(r.rule, fh > 0)
	r.foot.Move(fyne.NewPos(1, s.Height-fh+1))
	r.foot.Resize(fyne.NewSize(s.Width-2, max(fh-2, 0)))
	x, by := float32(cardPad), s.Height-fh+12
	for _, b := range c.foot {
		m := b.MinSize()
		b.Move(fyne.NewPos(x, by))
		b.Resize(fyne.NewSize(min(m.Width, s.Width-2*cardPad), m.Height))
		if fh > cardFoot {
			by += 38
		} else {
			x += m.Width + 8
		}
	}
	if c.link != nil {
		m := c.link.MinSize()
		show(c.link, fh == cardFoot && s.Width-cardPad-m.Width > x)
		c.link.Move(fyne.NewPos(s.Width-8-m.Width, s.Height-fh+12))
		c.link.Resize(m)
	}
}

func (r *deliveryRenderer) MinSize() fyne.Size { return r.card.MinSize() }
func (r *deliveryRenderer) Destroy()           {}
func (r *deliveryRenderer) Refresh() {
	r.paint()
	r.Layout(r.card.Size())
	for _, o := range r.Objects() {
		o.Refresh()
	}
	canvas.Refresh(r.card)
}

func (r *deliveryRenderer) Objects() []fyne.CanvasObject {
	c := r.card
	out := []fyne.CanvasObject{r.frame, r.head, r.foot, r.rule, r.icon, c.title, c.text}
	for _, row := range c.rows {
		out = append(out, row)
	}
	if c.rest != nil {
		out = append(out, c.rest)
	}
	for _, b := range c.foot {
		out = append(out, b)
	}
	if c.link != nil {
		out = append(out, c.link)
	}
	return out
}

// deliveryRow is one recipient of a card.
type deliveryRow struct {
	widget.BaseWidget
	row        model.DeliveryRow
	last       bool
	name, addr *kit.Line
	state      *kit.Line // at the right: "accepted 14:58"
	sentence   *kit.Para
	suggestion *suggestion
}

// fateWord says a state in a word or two.
func fateWord(s mail.FateState) string {
	switch s {
	case mail.FateFailed:
		return kit.T("failed")
	case mail.FateDelayed:
		return kit.T("delayed")
	case mail.FateDelivered:
		return kit.T("delivered")
	}
	return kit.T("delivered to the server")
}

func newDeliveryRow(d model.DeliveryRow, now time.Time, acts deliveryActs) *deliveryRow {
	r := &deliveryRow{row: d}
	bold := d.State == mail.FateFailed || d.State == mail.FateDelayed
	if d.Name == "" {
		r.name = kit.NewLine(d.Addr, 13, bold, kit.Text).CutAt(kit.CutMiddle)
		r.addr = kit.NewLine("", 13, false, kit.Text2)
	} else {
		r.name = kit.NewLine(d.Name, 13, bold, kit.Text)
		r.addr = kit.NewLine(d.Addr, 13, false, kit.Text2).CutAt(kit.CutMiddle)
	}
	word := fateWord(d.State)
	if !d.At.IsZero() {
		word += " " + kit.Date(d.At, now)
	}
	r.state = kit.NewLine(word, 12, false, kit.Text2)
	r.sentence = kit.NewPara(d.Sentence, 12, false, kit.Text2)
	if d.Suggestion != "" && acts.again != nil {
		text := kit.T("Did you mean %s?", d.Suggestion)
		if d.FromServer {
			text = kit.T("The server names a new address: %s", d.Suggestion)
		}
		r.suggestion = newSuggestion(text, func() { acts.again(d) })
	}
	r.ExtendBaseWidget(r)
	return r
}

const rowLead = cardLead - cardPad + 1 // where a row's text begins in it

// Height is what the row needs at a width.
func (r *deliveryRow) Height(width float32) float32 {
	if r.row.Sentence == "" && r.suggestion == nil {
		return cardRow
	}
	h := 36 + r.sentence.Height(max(width-rowLead, 60))
	if r.suggestion != nil {
		h += 20
	}
	return h
}

// CreateRenderer implements fyne.Widget.
func (r *deliveryRow) CreateRenderer() fyne.WidgetRenderer {
	t := toneOf(r.row.State)
	p := &deliveryRowRenderer{row: r, circle: &canvas.Circle{}, icon: kit.NewGlyph(t.icon, 13, t.colour), rule: kit.NewRule()}
	p.paint()
	return p
}

type deliveryRowRenderer struct {
	row    *deliveryRow
	circle *canvas.Circle
	icon   *kit.Glyph
	rule   fyne.CanvasObject
}

func (p *deliveryRowRenderer) paint() { p.circle.FillColor = kit.Col(toneOf(p.row.row.State).ground) }

func (p *deliveryRowRenderer) Layout(s fyne.Size) {
	r := p.row
	middle := float32(cardRow) / 2
	if r.row.Sentence != "" {
		middle = min(s.Height/2, 28)
	}
	p.circle.Move(fyne.NewPos(0, middle-12))
	p.circle.Resize(fyne.NewSquareSize(24))
	p.icon.Place(5.5, middle-6.5)
	right := s.Width - r.state.Width()
	r.state.Place(right, 24, r.state.Width())
	room := max(right-rowLead-12, 40)
	w := min(r.name.Width(), room)
	r.name.Place(rowLead, 24, w)
	show(r.addr, room-w-6 > 40 && r.row.Name != "")
	r.addr.Place(rowLead+w+6, 24, max(room-w-6, 0))
	h := r.sentence.Height(max(s.Width-rowLead, 60))
	r.sentence.Move(fyne.NewPos(rowLead, 28))
	r.sentence.Resize(fyne.NewSize(max(s.Width-rowLead, 60), h))
	if r.suggestion != nil {
		r.suggestion.Move(fyne.NewPos(rowLead, 28+h))
		r.suggestion.Resize(fyne.NewSize(min(r.suggestion.MinSize().Width, max(s.Width-rowLead, 60)), 20))
	}
	show(p.rule, !r.last)
	p.rule.Move(fyne.NewPos(0, s.Height-1))
	p.rule.Resize(fyne.NewSize(s.Width, 1))
}

func (p *deliveryRowRenderer) MinSize() fyne.Size { return fyne.NewSize(200, cardRow) }
func (p *deliveryRowRenderer) Destroy()           {}
func (p *deliveryRowRenderer) Refresh() {
	p.paint()
	p.Layout(p.row.Size())
	for _, o := range p.Objects() {
		o.Refresh()
	}
}

func (p *deliveryRowRenderer) Objects() []fyne.CanvasObject {
	r := p.row
	out := []fyne.CanvasObject{p.circle, p.icon, r.name, r.addr, r.state, r.sentence, p.rule}
	if r.suggestion != nil {
		out = append(out, r.suggestion)
	}
	return out
}

// suggestion is a line of link colour that does something. Tab reaches it.
type suggestion struct {
	widget.BaseWidget
	line    *kit.Line
	do      func()
	focused bool
}

func newSuggestion(text string, do func()) *suggestion {
	l := &suggestion{line: kit.NewLine(text, 12, true, kit.LinkText).CutAt(kit.CutMiddle), do: do}
	l.ExtendBaseWidget(l)
	return l
}

// Tapped implements fyne.Tappable.
func (l *suggestion) Tapped(*fyne.PointEvent) { l.do() }

// Cursor implements desktop.Cursorable.
func (l *suggestion) Cursor() desktop.Cursor { return desktop.PointerCursor }

// FocusGained implements fyne.Focusable.
func (l *suggestion) FocusGained() { l.focused = true; l.Refresh() }

// FocusLost implements fyne.Focusable.
func (l *suggestion) FocusLost() { l.focused = false; l.Refresh() }

// TypedRune implements fyne.Focusable.
func (l *suggestion) TypedRune(rune) {}

// TypedKey implements fyne.Focusable.
func (l *suggestion) TypedKey(k *fyne.KeyEvent) {
	switch k.Name {
	case fyne.KeySpace, fyne.KeyReturn, fyne.KeyEnter:
		l.do()
	default:
		kit.PassKey(l, k)
	}
}

// MinSize implements fyne.CanvasObject.
func (l *suggestion) MinSize() fyne.Size {
	l.ExtendBaseWidget(l)
	return fyne.NewSize(l.line.Width(), 20)
}

// CreateRenderer implements fyne.Widget.
func (l *suggestion) CreateRenderer() fyne.WidgetRenderer {
	return &suggestionRenderer{l, kit.NewFill(kit.None, 4)}
}

type suggestionRenderer struct {
	link *suggestion
	ring *kit.Fill
}

func (r *suggestionRenderer) Layout(s fyne.Size) {
	stroke := kit.None
	if r.link.focused {
		stroke = kit.Accent
	}
	r.ring.Outline(stroke, 2).Refresh()
	r.ring.Move(fyne.NewPos(-4, 0))
	r.ring.Resize(fyne.NewSize(s.Width+8, s.Height))
	r.link.line.Place(0, 14, s.Width)
}
func (r *suggestionRenderer) MinSize() fyne.Size { return r.link.MinSize() }
func (r *suggestionRenderer) Destroy()           {}
func (r *suggestionRenderer) Refresh() {
	r.Layout(r.link.Size())
	r.link.line.Refresh()
}

func (r *suggestionRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.ring, r.link.line}
}
