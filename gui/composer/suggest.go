package composer

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"poplar/gui/kit"
	"poplar/mail"
)

// suggest asks the address book.
func (w *Window) suggest(typed string, except []string, then func([]mail.Suggestion)) {
	kit.Go(w.ctx, w.loop, func(ctx context.Context) ([]mail.Suggestion, error) {
		return w.p.Suggest(ctx, typed, suggestMost, except)
	}, func(list []mail.Suggestion, err error) {
		if err != nil {
			list = nil // writing goes on without suggestions
		}
		then(list)
	})
}

const (
	suggestMost  = 6
	suggestRow   = 38
	suggestPad   = 5
	suggestWidth = 332
)

// suggestions are the people that what is typed may mean, on a plate under it. It lies on the window's layer, so the
// keyboard stays with the field.
type suggestions struct {
	widget.BaseWidget
	typed   string
	list    []mail.Suggestion
	chosen  int // -1: none
	hovered bool
	layer   *kit.Layer
	onTaken func(mail.Suggestion)
}

func newSuggestions(taken func(mail.Suggestion)) *suggestions {
	s := &suggestions{chosen: -1, onTaken: taken}
	s.ExtendBaseWidget(s)
	return s
}

// Open reports whether the plate is shown.
func (s *suggestions) Open() bool { return s.layer != nil }

// show opens the plate under o, or closes it where there is nothing to suggest.
func (s *suggestions) show(o fyne.CanvasObject, typed string, list []mail.Suggestion, chosen int) {
	layer := kit.LayerOf(o)
	if len(list) == 0 || layer == nil {
		s.hide()
		return
	}
	s.typed, s.list, s.chosen, s.layer = typed, list, chosen, layer
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(o)
	width := min(suggestWidth, layer.Size().Width-16)
	x := max(8, min(at.X-8, layer.Size().Width-width-8))
	s.Move(fyne.NewPos(x, at.Y+o.Size().Height+1))
	s.Resize(fyne.NewSize(width, float32(len(list))*suggestRow+2*suggestPad))
	layer.Show(s)
	s.Refresh()
}

func (s *suggestions) hide() {
	if s.layer != nil {
		s.layer.Hide(s)
		s.layer = nil
	}
	s.list, s.chosen, s.hovered = nil, -1, false
}

// step moves the choice.
func (s *suggestions) step(by int) {
	n := len(s.list)
	if n == 0 {
		return
	}
	if s.chosen < 0 && by < 0 {
		s.chosen = 0
	}
	s.chosen = ((s.chosen+by)%n + n) % n
	s.Refresh()
}

// take takes the choice. It reports whether there was one.
func (s *suggestions) take() bool {
	if s.layer == nil || s.chosen < 0 || s.chosen >= len(s.list) {
		return false
	}
	chosen := s.list[s.chosen]
	s.hide()
	s.onTaken(chosen)
	return true
}

func (s *suggestions) at(y float32) int {
	i := int((y - suggestPad) / suggestRow)
	if y < suggestPad || i >= len(s.list) {
		return -1
	}
	return i
}

// MouseIn implements desktop.Hoverable.
func (s *suggestions) MouseIn(e *desktop.MouseEvent) { s.MouseMoved(e) }

// MouseMoved implements desktop.Hoverable.
func (s *suggestions) MouseMoved(e *desktop.MouseEvent) {
	s.hovered = true
	if i := s.at(e.Position.Y); i >= 0 && i != s.chosen {
		s.chosen = i
		s.Refresh()
	}
}

// MouseOut implements desktop.Hoverable.
func (s *suggestions) MouseOut() { s.hovered = false }

// Tapped implements fyne.Tappable.
func (s *suggestions) Tapped(e *fyne.PointEvent) {
	s.chosen = s.at(e.Position.Y)
	s.take()
}

// CreateRenderer implements fyne.Widget.
func (s *suggestions) CreateRenderer() fyne.WidgetRenderer {
	return &suggestRenderer{
		s: s, plate: kit.NewFill(kit.MenuFill, 8).Outline(kit.Sep, 1).Lift(24, 8), mark: kit.NewFill(kit.Sel, 6),
	}
}

type suggestLine struct {
	avatar           fyne.CanvasObject
	start, rest, low *kit.Line
}

type suggestRenderer struct {
	s           *suggestions
	plate, mark *kit.Fill
	objects     []fyne.CanvasObject
}

func (r *suggestRenderer) Destroy()                     {}
func (r *suggestRenderer) MinSize() fyne.Size           { return fyne.NewSize(suggestWidth, suggestRow) }
func (r *suggestRenderer) Objects() []fyne.CanvasObject { return r.objects }

// Layout implements fyne.WidgetRenderer.
func (r *suggestRenderer) Layout(size fyne.Size) {
	s := r.s
	r.plate.Resize(size)
	r.mark.Hidden = s.chosen < 0
	r.mark.Move(fyne.NewPos(suggestPad, suggestPad+float32(s.chosen)*suggestRow))
	r.mark.Resize(fyne.NewSize(size.Width-2*suggestPad, suggestRow))
	r.objects = append(r.objects[:0], r.plate, r.mark)
	for i, x := range s.list {
		row := newSuggestLine(x, s.typed, i == s.chosen)
		y := suggestPad + float32(i)*suggestRow
		row.avatar.Move(fyne.NewPos(15, y+6))
		row.avatar.Resize(fyne.NewSquareSize(26))
		room := size.Width - 51 - 14
		w := min(row.start.Width(), room)
		row.start.Place(51, y+16, w)
		row.rest.Place(51+w, y+16, room-w)
		row.low.Place(51, y+31, room)
		r.objects = append(r.objects, row.avatar, row.start, row.rest, row.low)
	}
}

// newSuggestLine is the row of one suggestion: the letters that were typed are bold where the name begins with them.
func newSuggestLine(x mail.Suggestion, typed string, chosen bool) *suggestLine {
	name, low := x.Display(), x.Addr
	if x.Name == "" {
		low = ""
	}
	avatar := kit.NewAvatar(x.Name, x.Addr, 26)
	if x.Group != nil {
		name = x.Group.Name
		var all []string
		for _, m := range x.Group.Members {
			all = append(all, m.Display())
		}
		low = kit.N(len(all), "%d person: %s", "%d people: %s", strings.Join(all, ", "))
		avatar = kit.NewAvatar(name, name, 26)
	}
	top, second := kit.Text, kit.Text2
	if chosen {
		top, second = kit.SelText, kit.SelText
	}
	bold := 0
	if n := len(typed); n <= len(name) && strings.EqualFold(name[:n], typed) {
		bold = n
	}
	return &suggestLine{
		avatar: avatar, start: kit.NewLine(name[:bold], 13, true, top), rest: kit.NewLine(name[bold:], 13, false, top),
		low: kit.NewLine(low, 11, false, second).CutAt(kit.CutMiddle),
	}
}

// Refresh implements fyne.WidgetRenderer.
func (r *suggestRenderer) Refresh() {
	r.Layout(r.s.Size())
	canvas.Refresh(r.s)
}
