package composer

import (
	"image/color"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"poplar/gui/kit"
	"poplar/gui/model"
)

// bodyTheme is the window's theme with the text size of message bodies.
type bodyTheme struct{ size float32 }

func current() fyne.Theme { return fyne.CurrentApp().Settings().Theme() }

// Color implements fyne.Theme.
func (bodyTheme) Color(n fyne.ThemeColorName, v fyne.ThemeVariant) color.Color {
	return current().Color(n, v)
}

// Font implements fyne.Theme.
func (bodyTheme) Font(s fyne.TextStyle) fyne.Resource { return current().Font(s) }

// Icon implements fyne.Theme.
func (bodyTheme) Icon(n fyne.ThemeIconName) fyne.Resource { return current().Icon(n) }

// Size implements fyne.Theme.
func (b bodyTheme) Size(n fyne.ThemeSizeName) float32 {
	if n == theme.SizeNameText {
		return b.size
	}
	return current().Size(n)
}

// body is what is written, with the quoted original as a card beneath it: the editor's cost grows with the square of
// its text, so nothing long goes into it.
type body struct {
	widget.BaseWidget
	c         *model.Composition
	onChanged func()

	text   *kit.Typing
	themed *container.ThemeOverride
	card   *quoteCard
	inner  *fyne.Container
	scroll *container.Scroll
}

func newBody(c *model.Composition, size int, changed func()) *body {
	b := &body{c: c, onChanged: changed, text: kit.NewWriting()}
	b.text.Text = c.Text
	b.text.OnChanged = func(s string) {
		c.Text = s
		b.inner.Refresh() // the text may need another line
		changed()
	}
	b.themed = container.NewThemeOverride(b.text, bodyTheme{float32(max(size, 12))})
	b.card = newQuoteCard(b)
	b.inner = container.New(bodyLayout{b}, newBlank(func() { b.focusEnd() }), b.themed, b.card)
	b.scroll = container.NewVScroll(b.inner)
	b.text.OnCursorChanged = b.follow
	b.ExtendBaseWidget(b)
	return b
}

// CreateRenderer implements fyne.Widget.
func (b *body) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(b.scroll) }

// SetText shows another text.
func (b *body) SetText(s string) {
	b.c.Text = s
	b.text.SetText(s)
	b.inner.Refresh()
}

// Reload shows the composition's text and quote as they are now.
func (b *body) Reload() {
	b.text.SetText(b.c.Text)
	b.card.load()
	b.inner.Refresh()
}

// drop lets go of what the window held: Fyne's theme override keeps its content for ever.
func (b *body) drop() {
	b.text.OnChanged, b.text.OnCursorChanged, b.text.OnFocus = nil, nil, nil
	b.text.OnKey, b.text.OnShortcut = nil, nil
	b.text.SetText("")
}

func (b *body) focusEnd() {
	kit.Focus(b.text)
	lines := strings.Count(b.text.Text, "\n")
	b.text.CursorRow, b.text.CursorColumn = lines+10000, 1<<20 // Fyne takes what is too far as the end
	b.text.Refresh()
}

// follow scrolls so that the cursor can be seen.
func (b *body) follow() {
	view := b.scroll.Size().Height
	if view <= 0 {
		return
	}
	y := b.text.CursorPosition().Y + bodyTop
	off := b.scroll.Offset.Y
	switch {
	case y-8 < off:
		off = max(y-8, 0)
	case y+28 > off+view:
		off = y + 28 - view
	default:
		return
	}
	b.scroll.ScrollToOffset(fyne.NewPos(0, off))
}

const (
	bodyTop = 10
	bodyPad = 14 // beside the editor, which has 6 of its own
)

type bodyLayout struct{ b *body }

func (l bodyLayout) heights(width float32) (text, card float32) {
	text = l.b.text.Height(width - 2*bodyPad)
	if l.b.card.Visible() {
		card = l.b.card.Height(width-2*linePad) + 20
		text = max(text, 120)
	}
	return text, card
}

// Layout implements fyne.Layout.
func (l bodyLayout) Layout(o []fyne.CanvasObject, s fyne.Size) {
	text, card := l.heights(s.Width)
	if card == 0 {
		text = max(text, s.Height-bodyTop-8)
	}
	o[0].Resize(s)
	o[1].Move(fyne.NewPos(bodyPad, bodyTop))
	o[1].Resize(fyne.NewSize(s.Width-2*bodyPad, text))
	o[2].Move(fyne.NewPos(linePad, bodyTop+text+8))
	o[2].Resize(fyne.NewSize(s.Width-2*linePad, max(card-20, 0)))
}

// MinSize implements fyne.Layout.
func (l bodyLayout) MinSize([]fyne.CanvasObject) fyne.Size {
	w := max(l.b.scroll.Size().Width, 300)
	text, card := l.heights(w)
	return fyne.NewSize(200, bodyTop+text+card+8)
}

// blank is the empty place beneath the text: a click there is meant for the text.
type blank struct {
	widget.BaseWidget
	tapped func()
}

func newBlank(tapped func()) *blank {
	b := &blank{tapped: tapped}
	b.ExtendBaseWidget(b)
	return b
}

// Tapped implements fyne.Tappable.
func (b *blank) Tapped(*fyne.PointEvent) { b.tapped() }

// CreateRenderer implements fyne.Widget.
func (b *blank) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(container.NewWithoutLayout())
}

// quoteCard is the quoted original, folded.
type quoteCard struct {
	widget.BaseWidget
	b     *body
	lines []string
	open  bool

	title  *kit.Line
	toggle *kit.Button
	take   *kit.Button
	drop   *kit.IconButton
	list   *widget.List
}

const (
	cardHeight  = 36
	quoteLine   = 19
	quoteHeight = 320 // of the opened quote, at most
	quoteWidth  = 110 // letters of a line; Chinese ones count twice
)

func newQuoteCard(b *body) *quoteCard {
	q := &quoteCard{b: b, title: kit.NewLine("", 13, false, kit.Text2)}
	q.toggle = kit.NewButton(kit.T("Show"), "", kit.Link, q.flip)
	q.take = kit.NewButton(kit.T("Quote all into text"), "", kit.Link, func() {
		b.c.TakeQuote()
		b.Reload()
		b.onChanged()
	})
	q.drop = kit.NewIconButton("x", kit.T("Leave the original out"), func() {
		b.c.DropQuote()
		b.Reload()
		b.onChanged()
	}).Sized(24, 14)
	q.list = widget.NewList(func() int { return len(q.lines) },
		func() fyne.CanvasObject { return kit.NewLine("", 12.5, false, kit.Text2).Shrink() },
		func(i widget.ListItemID, o fyne.CanvasObject) {
			if i < len(q.lines) {
				o.(*kit.Line).SetText(q.lines[i])
			}
		})
	q.list.HideSeparators = true
	q.list.Hide()
	q.ExtendBaseWidget(q)
	q.load()
	return q
}

// load shows what the composition has as its quote now.
func (q *quoteCard) load() {
	q.Hidden = q.b.c.Quote == ""
	q.lines = nil
	q.open = false
	q.show()
}

func (q *quoteCard) flip() {
	q.open = !q.open
	q.show()
	q.b.inner.Refresh()
	q.b.scroll.Refresh()
}

func (q *quoteCard) show() {
	q.title.SetText(kit.N(q.b.c.QuoteLines(), "%[2]s · %[1]d line", "%[2]s · %[1]d lines", q.b.c.QuoteTitle(kit.T)))
	if q.open {
		if q.lines == nil {
			q.lines = foldLines(q.b.c.Quote, quoteWidth)
		}
		q.toggle.SetLabel(kit.T("Hide"))
		q.list.Show()
	} else {
		q.toggle.SetLabel(kit.T("Show"))
		q.list.Hide()
	}
	if q.b.c.CanTakeQuote() {
		q.take.Show()
	} else {
		q.take.Hide()
	}
	q.Refresh()
}

// Height is what the card needs at a width.
func (q *quoteCard) Height(float32) float32 {
	if !q.open {
		return cardHeight
	}
	return cardHeight + min(float32(len(q.lines))*(quoteLine+4)+8, quoteHeight)
}

// MinSize implements fyne.CanvasObject.
func (q *quoteCard) MinSize() fyne.Size {
	q.ExtendBaseWidget(q)
	return fyne.NewSize(240, q.Height(0))
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
	return []fyne.CanvasObject{r.ground, r.glyph, r.q.title, r.q.toggle, r.q.take, r.q.drop, r.q.list}
}

// Layout implements fyne.WidgetRenderer.
func (r *quoteRenderer) Layout(s fyne.Size) {
	r.ground.Resize(s)
	r.glyph.Place(13, 11)
	x := s.Width - 8 - 24
	r.q.drop.Move(fyne.NewPos(x, 6))
	r.q.drop.Resize(fyne.NewSquareSize(24))
	for _, b := range []*kit.Button{r.q.take, r.q.toggle} {
		if !b.Visible() {
			continue
		}
		m := b.MinSize()
		x -= m.Width
		b.Move(fyne.NewPos(x, 3))
		b.Resize(m)
	}
	r.q.title.Place(39, 23, x-39-8)
	r.q.list.Move(fyne.NewPos(32, cardHeight))
	r.q.list.Resize(fyne.NewSize(s.Width-40, max(s.Height-cardHeight-6, 0)))
}

// Refresh implements fyne.WidgetRenderer.
func (r *quoteRenderer) Refresh() {
	r.Layout(r.q.Size())
	for _, o := range r.Objects() {
		o.Refresh()
	}
}

// foldLines breaks a text for showing it: lines of at most width letters, Chinese ones counting twice.
func foldLines(s string, width int) []string {
	var out []string
	for line := range strings.SplitSeq(strings.TrimRight(s, "\n"), "\n") {
		start, blank, n := 0, -1, 0
		for i, r := range line {
			if r == ' ' {
				blank = i
			}
			n++
			if r >= 0x1100 {
				n++
			}
			if n > width {
				cut := i
				if blank > start {
					cut = blank
				}
				out = append(out, line[start:cut])
				start = cut
				if blank == cut {
					start++
				}
				blank, n = -1, 0
				for range line[min(start, i):i] {
					n++
				}
			}
		}
		out = append(out, line[min(start, len(line)):])
	}
	return out
}
