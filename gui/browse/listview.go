package browse

import (
	"math"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"poplar/gui/kit"
	"poplar/gui/model"
	"poplar/mail"
)

// view says what the card of a row shows.
func (l *List) view(row int) cardView {
	s, ok := l.pages.At(row)
	v := cardView{quick: -1, lines: l.preview}
	if !ok {
		v.waiting = true
		return v
	}
	v.name, v.subject, v.preview = l.People(&s), s.Subject, s.Snippet
	if v.name == "" {
		v.name = kit.T("(no sender)")
	}
	if v.subject == "" {
		v.subject = kit.T("(no subject)")
	}
	v.date = kit.Date(s.Date, l.now())
	if l.Pill != nil {
		v.pill = l.Pill(&s)
	}
	v.unread, v.flagged = s.Flags&mail.Seen == 0, s.Flags&mail.Flagged != 0
	v.answered, v.forwarded = s.Flags&mail.Answered != 0, s.Flags&mail.Forwarded != 0
	v.clip = s.Attachments > 0
	v.fate, v.fated = fateOf(&s)
	v.selected, v.listFocused = l.sel.Has(s.ID), l.focused
	v.hovered = row == l.hover
	if v.hovered {
		v.quick = l.hoverAt
	}
	at := l.sel.Cursor().ID
	v.cursor = l.focused && l.ringed && (at == s.ID || at == 0 && row == 0) && !(l.sel.Len() == 1 && v.selected)
	_, headNext := l.pages.Head(row + 1)
	next, _ := l.pages.At(row + 1)
	v.rule = row+1 < l.pages.Total && !headNext && !v.selected && !v.hovered && !l.sel.Has(next.ID) && row+1 != l.hover
	return v
}

// arrange draws what is seen.
func (l *List) arrange() {
	size := l.Size()
	if size.Height <= 0 || size.Width <= 0 {
		return
	}
	l.offset = l.clamp(l.offset)
	l.point()
	h := l.heights()
	count := l.visible() + 1
	for len(l.cards) < count {
		l.cards = append(l.cards, newCard())
	}
	width := size.Width - listLeft - listRight
	first, _ := l.top()
	last := min(first+l.visible(), l.pages.Total-1)
	used := map[int]bool{}
	heads := 0
	for row := first; row <= last; row++ {
		slot := row % count
		used[slot] = true
		c := l.cards[slot]
		y := l.pages.Top(row, h) - l.offset
		if group, ok := l.pages.Head(row); ok {
			l.head(heads, group, float32(y)-headHeight, width)
			heads++
		}
		if y >= float64(size.Height) {
			show(c, false)
			continue
		}
		c.Move(fyne.NewPos(listLeft, float32(math.Round(y))))
		c.Resize(fyne.NewSize(width, float32(h.Row)))
		v := l.view(row)
		if v.waiting && !l.slow {
			show(c, false)
			continue
		}
		c.show(v, l.marks)
		show(c, true)
	}
	for i, c := range l.cards {
		if i >= count || !used[i] {
			show(c, false)
		}
	}
	for i, line := range l.heads {
		show(line, i < heads)
	}
	l.bar.Set(l.pages.Height(h), float64(size.Height), l.offset)
	l.bar.Move(fyne.NewPos(size.Width-kit.ScrollBarWidth, 0))
	l.bar.Resize(fyne.NewSize(kit.ScrollBarWidth, size.Height))
	canvas.Refresh(l)
	if l.pages.Total > 0 {
		l.fetch(first, last)
	}
}

func (l *List) head(i int, g model.Group, y, width float32) {
	if i >= len(l.heads) {
		l.heads = append(l.heads, kit.NewLine("", 11, true, kit.Text2))
	}
	l.heads[i].SetText(groupTitle(g))
	l.heads[i].Place(listLeft+cardText, float32(math.Round(float64(y)))+18, width-cardText)
}

// MinSize implements fyne.CanvasObject.
func (l *List) MinSize() fyne.Size { return fyne.NewSize(200, 100) }

// CreateRenderer implements fyne.Widget.
func (l *List) CreateRenderer() fyne.WidgetRenderer { return &listRenderer{l} }

type listRenderer struct{ list *List }

func (r *listRenderer) Destroy()           {}
func (r *listRenderer) MinSize() fyne.Size { return r.list.MinSize() }
func (r *listRenderer) Layout(fyne.Size)   { r.list.arrange() }
func (r *listRenderer) Refresh() {
	r.list.arrange()
	for _, o := range r.Objects() {
		o.Refresh()
	}
}

func (r *listRenderer) Objects() []fyne.CanvasObject {
	l := r.list
	out := make([]fyne.CanvasObject, 0, len(l.cards)+len(l.heads)+1)
	for _, c := range l.cards {
		out = append(out, c)
	}
	for _, h := range l.heads {
		out = append(out, h)
	}
	return append(out, l.bar)
}
