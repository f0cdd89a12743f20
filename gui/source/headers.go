package source

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"poplar/gui/kit"
	"poplar/mail"
)

const (
	// mostFields is how many fields of a header are listed decoded, longestValue how much of each: laying out more
	// takes seconds. As it stands, the header is shown whole.
	mostFields   = 400
	longestValue = 6000
	nameWide     = 190
)

// headers shows the header of a message: decoded, field by field, or as it stands.
type headers struct {
	page   *fyne.Container
	choice *kit.Segments
	list   *fyne.Container
	scroll *container.Scroll
	raw    *text
	menu   func(string, fyne.Position)
}

func newHeaders(loop kit.Loop, menu func(string, fyne.Position)) *headers {
	h := &headers{raw: newText(loop), menu: menu}
	h.list = container.New(&kit.Column{Gap: 6, Pad: fyne.NewSize(pad, 4)})
	h.scroll = container.NewVScroll(h.list)
	h.choice = kit.NewSegments(0, func(i int) { h.stand(i == 1) }, kit.T("Decoded"), kit.T("As it stands"))
	h.raw.Hide()
	h.page = container.NewBorder(container.New(kit.Inset{Left: pad, Top: 10, Right: pad, Bottom: 8}, container.New(kit.Spread{}, h.choice)),
		nil, nil, nil, container.NewStack(h.scroll, h.raw))
	return h
}

// stand shows the header as it stands, or decoded.
func (h *headers) stand(raw bool) {
	i := 0
	if raw {
		i = 1
	}
	h.choice.Choose(i)
	show(h.raw, raw)
	show(h.scroll, !raw)
}

func (h *headers) set(fields []mail.SourceField) {
	h.list.RemoveAll()
	var all strings.Builder
	for i, f := range fields {
		all.WriteString(f.Name + ": " + f.Raw)
		if !strings.HasSuffix(f.Raw, "\n") {
			all.WriteString("\r\n")
		}
		if i < mostFields {
			h.list.Objects = append(h.list.Objects, newHeaderField(f, h.menu))
		}
	}
	if n := len(fields) - mostFields; n > 0 {
		h.list.Objects = append(h.list.Objects, kit.NewPara(kit.N(n, "and %d more field", "and %d more fields"), 12, false, kit.Text2))
	}
	h.raw.set(all.String())
	h.list.Refresh()
}

// headerField is one field, decoded. The right mouse button copies it.
type headerField struct {
	widget.BaseWidget
	name  *kit.Line
	value *kit.Para
	menu  func(string, fyne.Position)
}

func newHeaderField(f mail.SourceField, menu func(string, fyne.Position)) *headerField {
	v := f.Value
	if len(v) > longestValue {
		v = strings.ToValidUTF8(v[:longestValue], "") + "…"
	}
	h := &headerField{name: kit.NewLine(f.Name, 12, true, kit.Text2), value: kit.NewPara(v, 12, false, kit.Text), menu: menu}
	h.ExtendBaseWidget(h)
	return h
}

// TappedSecondary implements fyne.SecondaryTappable.
func (h *headerField) TappedSecondary(e *fyne.PointEvent) {
	h.menu(h.name.Text()+": "+h.value.Text(), e.AbsolutePosition)
}

// Height is what the field needs at a width.
func (h *headerField) Height(width float32) float32 {
	return max(h.value.Height(max(width-nameWide, 80)), 18)
}

// CreateRenderer implements fyne.Widget.
func (h *headerField) CreateRenderer() fyne.WidgetRenderer { return &headerFieldRenderer{h} }

type headerFieldRenderer struct{ h *headerField }

func (r *headerFieldRenderer) Layout(s fyne.Size) {
	r.h.name.Place(0, 13, nameWide-12)
	r.h.value.Move(fyne.NewPos(nameWide, 0))
	r.h.value.Resize(fyne.NewSize(max(s.Width-nameWide, 80), s.Height))
}
func (r *headerFieldRenderer) MinSize() fyne.Size { return fyne.NewSize(nameWide+80, 18) }
func (r *headerFieldRenderer) Destroy()           {}
func (r *headerFieldRenderer) Refresh() {
	r.h.name.Refresh()
	r.h.value.Refresh()
}

func (r *headerFieldRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.h.name, r.h.value}
}
