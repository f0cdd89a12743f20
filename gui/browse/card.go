package browse

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"poplar/gui/kit"
	"poplar/mail"
)

// Measures of a card, in pixels from its own left edge and top.
const (
	cardDot    = 9  // left edge of the dot
	cardText   = 24 // left edge of the texts
	cardRight  = 12 // from the texts to the right edge
	cardMark   = 13 // side of flag, clip and arrow
	cardGap    = 8
	cardRadius = 6
	quickSide  = 32 // a quick action
)

// cardHeight is the height of a card by lines of preview.
func cardHeight(preview int) float32 {
	switch {
	case preview <= 0:
		return 52
	case preview == 1:
		return 70
	}
	return 87
}

// quick are the icons that stand over the date under the mouse.
var quick = [...]struct {
	icon   string
	action Action
}{{"archive", Archive}, {"trash", Delete}, {"flag", Flag}}

// cardView is what a card shows.
type cardView struct {
	name, subject, preview, date string
	pill                         string
	fate                         mail.FateState // of a sent message that did not reach everybody, or what a delivery report says
	fated                        string         // the words for it
	unread, flagged, answered    bool
	forwarded, clip              bool
	selected, listFocused        bool
	hovered, cursor              bool
	waiting                      bool // not here yet
	rule                         bool // a line under it
	lines                        int  // of preview
	quick                        int  // the quick action under the mouse, or -1
	dark                         bool // only so that a change of theme is a change
}

// card draws one message of the list. The list tells it what to show; it takes no events itself.
type card struct {
	widget.BaseWidget
	view  cardView
	marks []string
}

func newCard() *card {
	c := &card{view: cardView{quick: -1}}
	c.ExtendBaseWidget(c)
	return c
}

func (c *card) show(v cardView, marks []string) {
	v.dark = kit.Dark()
	if v != c.view || !same(marks, c.marks) {
		c.view, c.marks = v, marks
		c.Refresh()
	}
}

func same(a, b []string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// MinSize implements fyne.CanvasObject: the list gives it its size.
func (c *card) MinSize() fyne.Size { return fyne.Size{} }

// CreateRenderer implements fyne.Widget.
func (c *card) CreateRenderer() fyne.WidgetRenderer {
	r := &cardRenderer{
		card: c, ground: kit.NewFill(kit.None, cardRadius), ring: kit.NewFill(kit.None, cardRadius).Outline(kit.None, 2),
		dot: &canvas.Circle{}, rule: canvas.NewRectangle(kit.Col(kit.Sep)),
		name: kit.NewLine("", 13, false, kit.Text), subject: kit.NewLine("", 13, false, kit.Text2),
		date: kit.NewLine("", 11, false, kit.Text3), pill: kit.NewLine("", 11, false, kit.Text2),
		pillGround: kit.NewFill(kit.Pill, 8), plate: kit.NewFill(kit.Hover, cardRadius),
		flag: kit.NewGlyph("flag", cardMark, kit.Flag), clip: kit.NewGlyph("clip", cardMark, kit.Text2),
		answered: kit.NewGlyph("reply", cardMark, kit.Text2), fated: kit.NewLine("", 11, false, kit.Err), fate: kit.NewGlyph("warn", cardMark, kit.Err),
		bars: [2]*kit.Fill{kit.NewFill(kit.Pill, 5), kit.NewFill(kit.Pill, 4)},
	}
	for i := range r.preview {
		r.preview[i] = kit.NewLine("", 12, false, kit.Text2)
	}
	r.objects = []fyne.CanvasObject{r.rule, r.ground, r.dot, r.name, r.subject}
	for _, l := range r.preview {
		r.objects = append(r.objects, l)
	}
	r.objects = append(r.objects, r.bars[0], r.bars[1], r.pillGround, r.pill, r.date, r.flag, r.clip, r.answered, r.fated, r.fate, r.plate)
	for i, q := range quick {
		r.quickGround[i] = kit.NewFill(kit.None, cardRadius)
		r.quick[i] = kit.NewGlyph(q.icon, 17, kit.Text2)
		r.objects = append(r.objects, r.quickGround[i], r.quick[i])
	}
	r.objects = append(r.objects, r.ring)
	r.draw()
	return r
}

type cardRenderer struct {
	card                      *card
	ground, ring              *kit.Fill
	dot                       *canvas.Circle
	rule                      *canvas.Rectangle
	name, subject, date, pill *kit.Line
	preview                   [2]*kit.Line
	pillGround, plate         *kit.Fill
	flag, clip, answered      *kit.Glyph
	fate                      *kit.Glyph
	fated                     *kit.Line
	quick                     [len(quick)]*kit.Glyph
	quickGround               [len(quick)]*kit.Fill
	bars                      [2]*kit.Fill
	objects                   []fyne.CanvasObject
}

func (r *cardRenderer) Destroy()                     {}
func (r *cardRenderer) MinSize() fyne.Size           { return fyne.Size{} }
func (r *cardRenderer) Objects() []fyne.CanvasObject { return r.objects }
func (r *cardRenderer) Layout(fyne.Size)             { r.draw() }
func (r *cardRenderer) Refresh() {
	r.draw()
	canvas.Refresh(r.card)
}

func show(o fyne.CanvasObject, visible bool) {
	if visible != o.Visible() {
		if visible {
			o.Show()
		} else {
			o.Hide()
		}
	}
}

// draw places everything for the width of the moment. Line 1 is filled from the right: date, pill, flag, clip, arrow;
// the name has what is left.
func (r *cardRenderer) draw() {
	v, size := r.card.view, r.card.Size()
	right := size.Width - cardRight
	width := right - cardText

	ground, ring := kit.None, kit.None
	switch {
	case v.selected && v.listFocused:
		ground = kit.Sel
	case v.selected:
		ground = kit.SelOff
	case v.hovered:
		ground = kit.Hover
	}
	if v.cursor {
		ring = kit.Accent
	}
	r.ground.Set(ground, kit.None)
	r.ground.Resize(size)
	r.ring.Set(kit.None, ring)
	r.ring.Resize(size)
	show(r.rule, v.rule)
	r.rule.FillColor = kit.Col(kit.Sep)
	r.rule.Move(fyne.NewPos(cardText, size.Height))
	r.rule.Resize(fyne.NewSize(max(width, 0), 1))

	here := !v.waiting
	show(r.dot, here && v.unread)
	r.dot.FillColor = kit.Col(kit.Accent)
	r.dot.Move(fyne.NewPos(cardDot, 12))
	r.dot.Resize(fyne.NewSquareSize(8))
	for i, b := range r.bars {
		show(b, v.waiting)
		b.Move(fyne.NewPos(cardText, 12+18*float32(i)))
	}
	r.bars[0].Resize(fyne.NewSize(width*0.4, 10))
	r.bars[1].Resize(fyne.NewSize(width*0.75, 8))

	x := r.firstLine(right, here)
	nameColour := kit.Text
	if v.selected && v.listFocused {
		nameColour = kit.SelText
	}
	r.name.Set(v.name, v.unread, nameColour)
	r.name.Place(cardText, 21, x-cardText)
	subject := kit.Text2
	if v.unread {
		subject = nameColour
	}
	r.subject.Set(v.subject, v.unread, subject)
	r.subject.SetMarks(r.card.marks)
	r.name.SetMarks(r.card.marks)
	r.subject.Place(cardText, 39, width-r.fateMark(right, here))
	lines := kit.Break(v.preview, 12, false, width, v.lines)
	for i, l := range r.preview {
		text := ""
		if i < v.lines && i < len(lines) {
			text = lines[i]
		}
		l.SetText(text)
		l.SetMarks(r.card.marks)
		l.Place(cardText, 57+18*float32(i), width)
		show(l, here && text != "")
	}
	show(r.name, here)
	show(r.subject, here)
	r.quickActions(size)
}

// fateMark places what became of a message at the right of line 2, as a sign and, where there is room, in words, and
// returns its width.
func (r *cardRenderer) fateMark(right float32, here bool) float32 {
	icon, colour := "warn", kit.Err
	switch r.card.view.fate {
	case mail.FateDelayed:
		icon, colour = "clock", kit.Warn
	case mail.FateDelivered:
		icon, colour = "check", kit.OK
	}
	on := r.card.view.fate == mail.FateFailed || r.card.view.fate == mail.FateDelayed || r.card.view.fate == mail.FateDelivered
	show(r.fate, here && on)
	r.fated.Set(r.card.view.fated, false, colour)
	w := r.fated.Width()
	said := on && r.card.view.fated != "" && w < (right-cardText)/2
	show(r.fated, here && said)
	if !on {
		return 0
	}
	r.fate.Set(icon, colour)
	taken := float32(cardMark)
	if said {
		r.fated.Place(right-w, 39, w)
		taken += w + 4
	}
	r.fate.Place(right-taken, 28)
	return taken + cardGap
}

// firstLine places what stands at the right of line 1 and returns where the name must end.
func (r *cardRenderer) firstLine(right float32, here bool) float32 {
	v := r.card.view
	dateColour := kit.Text3
	switch {
	case v.selected:
		dateColour = kit.Text2
	case v.unread:
		dateColour = kit.AccentText
	}
	r.date.Set(v.date, v.unread, dateColour)
	x := right
	w := r.date.Width()
	x -= w
	r.date.Place(x, 20, w)
	show(r.date, here && v.date != "")

	hasPill := here && v.pill != ""
	show(r.pill, hasPill)
	show(r.pillGround, hasPill)
	if hasPill {
		r.pill.SetText(v.pill)
		w := min(r.pill.Width(), 110)
		x -= cardGap + w + 12
		r.pillGround.Move(fyne.NewPos(x, 8))
		r.pillGround.Resize(fyne.NewSize(w+12, 16))
		r.pill.Place(x+6, 20, w)
	}
	for _, m := range []struct {
		glyph *kit.Glyph
		shown bool
	}{{r.flag, v.flagged}, {r.clip, v.clip}, {r.answered, v.answered || v.forwarded}} {
		show(m.glyph, here && m.shown)
		if m.shown {
			x -= cardGap + cardMark
			m.glyph.Place(x, 9.5)
		}
	}
	icon := "reply"
	if v.forwarded && !v.answered {
		icon = "forward"
	}
	r.answered.Set(icon, kit.Text2)
	r.clip.Set("clip", kit.Text2)
	r.flag.Set("flag", kit.Flag)
	return x - cardGap
}

func (r *cardRenderer) quickActions(size fyne.Size) {
	v := r.card.view
	on := v.hovered && !v.waiting
	show(r.plate, on)
	plate := kit.Hover
	switch {
	case v.selected && v.listFocused:
		plate = kit.Sel
	case v.selected:
		plate = kit.SelOff
	}
	r.plate.Set(plate, kit.None)
	left := quickLeft(size.Width)
	r.plate.Move(fyne.NewPos(left-6, 1))
	r.plate.Resize(fyne.NewSize(size.Width-left+6-2, quickTop+quickSide+4))
	for i := range quick {
		g, under := r.quick[i], r.quickGround[i]
		show(g, on)
		show(under, on)
		colour, ground := kit.Text2, kit.None
		if v.quick == i {
			colour, ground = kit.Text, kit.Press
		}
		icon := quick[i].icon
		if icon == "flag" && v.flagged {
			colour = kit.Flag
		}
		g.Set(icon, colour)
		under.Set(ground, kit.None)
		x := left + quickSide*float32(i)
		under.Move(fyne.NewPos(x, quickTop))
		under.Resize(fyne.NewSquareSize(quickSide))
		g.Place(x+(quickSide-17)/2, quickTop+(quickSide-17)/2)
	}
}

// quickTop is where the quick actions begin, from the card's top.
const quickTop = 9

// quickLeft is where they begin, from the card's left.
func quickLeft(width float32) float32 { return width - 6 - quickSide*float32(len(quick)) }

// quickAt returns which quick action is at a place of the card, or -1.
func quickAt(width float32, p fyne.Position) int {
	left := quickLeft(width)
	if p.Y < quickTop || p.Y >= quickTop+quickSide || p.X < left {
		return -1
	}
	if i := int((p.X - left) / quickSide); i < len(quick) {
		return i
	}
	return -1
}
