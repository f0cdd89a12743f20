package composer

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"poplar/gui/editor"
	"poplar/gui/kit"
	"poplar/gui/model"
	"poplar/mail"
)

// body is what is written, with the quoted original as a folded card beneath it, and the bar that searches it.
type body struct {
	widget.BaseWidget
	c         *model.Composition
	onChanged func()

	text *editor.Editor
	bar  *editor.Bar // of a text with looks
	card *quoteCard
	find *findBar
	page *fyne.Container
	// onTake is asked to make the quote a part of the text.
	onTake func()
}

func newBody(loop kit.Loop, c *model.Composition, size int, changed, take func(), ask func(*kit.Ask, fyne.Focusable), picture func()) *body {
	b := &body{c: c, onChanged: changed, onTake: take, text: editor.New(loop, c.Text, float32(max(size, 12)))}
	if c.Rich != nil {
		b.text.Become(*c.Rich, false)
	}
	b.bar = editor.NewBar(b.text, ask, picture)
	b.text.OnChanged = func() {
		if b.text.Rich() {
			r := b.text.Content()
			c.Rich = &r
		} else {
			c.Text = b.text.Text()
		}
		changed()
	}
	b.text.Hint = kit.T("Write your message here")
	b.card = newQuoteCard(b)
	b.find = newFindBar(b)
	b.text.OnFind = b.find.open
	b.page = container.New(bodyLayout{b}, b.find, b.text)
	b.ExtendBaseWidget(b)
	b.putCard()
	return b
}

// CreateRenderer implements fyne.Widget.
func (b *body) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(b.page) }

// Reload shows the composition's text and quote as they are now.
func (b *body) Reload() {
	text := b.text.OnChanged
	b.text.OnChanged = nil // the composition has it
	if b.c.Rich != nil {
		b.text.SetContent(*b.c.Rich)
	} else {
		b.text.SetText(b.c.Text)
	}
	b.text.OnChanged = text
	b.card.load()
	b.putCard()
}

// taken shows the text after the quote has become a part of it.
func (b *body) taken() {
	at := b.text.CaretOffset()
	b.Reload()
	b.text.SetCaretOffset(at)
	kit.Focus(b.text)
	b.onChanged()
}

// showMode shows the composition's text after it got its looks, or lost them.
func (b *body) showMode() {
	text := b.text.OnChanged
	b.text.OnChanged = nil // the composition has it
	if b.c.Rich != nil {
		b.text.Become(*b.c.Rich, false)
	} else {
		b.text.Become(mail.RichText(b.c.Text), true)
	}
	b.text.OnChanged = text
}

func (b *body) putCard() {
	if b.c.Quote == "" {
		b.text.SetFoot(nil, 0)
		return
	}
	b.text.SetFoot(b.card, cardHeight)
}

// drop lets go of what the window held.
func (b *body) drop() { b.text.Close() }

const findHeight = 44

type bodyLayout struct{ b *body }

// Layout implements fyne.Layout.
func (l bodyLayout) Layout(o []fyne.CanvasObject, s fyne.Size) {
	top := float32(0)
	if l.b.find.Visible() {
		top = findHeight
		o[0].Resize(fyne.NewSize(s.Width, findHeight))
	}
	o[1].Move(fyne.NewPos(0, top))
	o[1].Resize(fyne.NewSize(s.Width, max(s.Height-top, 0)))
}

// MinSize implements fyne.Layout.
func (l bodyLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(200, 80) }

// quoteCard is the quoted original, folded. Opened, it becomes lines of the text that can be edited like all others.
type quoteCard struct {
	widget.BaseWidget
	b      *body
	title  *kit.Line
	toggle *kit.Button
	drop   *kit.IconButton
}

const cardHeight = 36

func newQuoteCard(b *body) *quoteCard {
	q := &quoteCard{b: b, title: kit.NewLine("", 13, false, kit.Text2)}
	q.toggle = kit.NewButton(kit.T("Show and edit"), "", kit.Link, b.onTake)
	q.drop = kit.NewIconButton("x", kit.T("Leave the original out"), func() {
		b.c.DropQuote()
		b.Reload()
		b.onChanged()
	}).Sized(24, 14)
	q.ExtendBaseWidget(q)
	q.load()
	return q
}

// load shows what the composition has as its quote now.
func (q *quoteCard) load() {
	q.Hidden = q.b.c.Quote == ""
	q.title.SetText(kit.N(q.b.c.QuoteLines(), "%[2]s · %[1]d line", "%[2]s · %[1]d lines", q.b.c.QuoteTitle(kit.T)))
	q.Refresh()
}

// MinSize implements fyne.CanvasObject.
func (q *quoteCard) MinSize() fyne.Size {
	q.ExtendBaseWidget(q)
	return fyne.NewSize(240, cardHeight)
}

// CreateRenderer implements fyne.Widget.
func (q *quoteCard) CreateRenderer() fyne.WidgetRenderer {
	return &quoteRenderer{q: q, ground: kit.NewFill(kit.Footer, 8).Outline(kit.Sep, 1), glyph: kit.NewGlyph("quote", 14, kit.Text2)}
}

type quoteRenderer struct {
	q      *quoteCard
	ground *kit.Fill
	glyph  *kit.Glyph
}

func (r *quoteRenderer) Destroy()           {}
func (r *quoteRenderer) MinSize() fyne.Size { return r.q.MinSize() }

// Objects implements fyne.WidgetRenderer.
func (r *quoteRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.ground, r.glyph, r.q.title, r.q.toggle, r.q.drop}
}

// Layout implements fyne.WidgetRenderer.
func (r *quoteRenderer) Layout(s fyne.Size) {
	r.ground.Resize(s)
	r.glyph.Place(13, 11)
	x := s.Width - 8 - 24
	r.q.drop.Move(fyne.NewPos(x, 6))
	r.q.drop.Resize(fyne.NewSquareSize(24))
	m := r.q.toggle.MinSize()
	x -= m.Width
	r.q.toggle.Move(fyne.NewPos(x, 3))
	r.q.toggle.Resize(m)
	r.q.title.Place(39, 23, x-39-8)
}

// Refresh implements fyne.WidgetRenderer.
func (r *quoteRenderer) Refresh() {
	r.Layout(r.q.Size())
	for _, o := range r.Objects() {
		o.Refresh()
	}
}
