package remote

import (
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"poplar/gui/kit"
	"poplar/mail"
)

// fixed gives an object a width.
type fixed struct{ width float32 }

// Layout implements fyne.Layout.
func (f fixed) Layout(o []fyne.CanvasObject, s fyne.Size) { o[0].Resize(s) }

// MinSize implements fyne.Layout.
func (f fixed) MinSize(o []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(f.width, o[0].MinSize().Height)
}

// band gives its objects all of it, and a height.
type band struct{ height float32 }

// Layout implements fyne.Layout.
func (b band) Layout(o []fyne.CanvasObject, s fyne.Size) { fill{}.Layout(o, s) }

// MinSize implements fyne.Layout.
func (b band) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(200, b.height) }

// fill gives its objects all of it.
type fill struct{}

// Layout implements fyne.Layout.
func (fill) Layout(o []fyne.CanvasObject, s fyne.Size) {
	for _, x := range o {
		x.Move(fyne.Position{})
		x.Resize(s)
	}
}

// MinSize implements fyne.Layout.
func (fill) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(200, 90) }

// preview is the beginning of a message.
type preview struct {
	widget.BaseWidget
	subject *kit.Line
	from    *kit.Line
	text    *kit.Para
	scroll  *container.Scroll
	close   *kit.IconButton
}

const (
	previewHeight = 190
	previewText   = 4000 // characters: enough to know what it is
)

func newPreview(away func()) *preview {
	p := &preview{
		subject: kit.NewLine("", 13, true, kit.Text).Shrink(), from: kit.NewLine("", 12, false, kit.Text2).Shrink(),
		text: kit.NewPara("", 13, false, kit.Text), close: kit.NewIconButton("x", kit.T("Close"), away).Sized(24, 15),
	}
	p.scroll = container.NewVScroll(container.New(kit.Inset{Left: pad, Right: pad, Bottom: 12}, p.text))
	p.ExtendBaseWidget(p)
	return p
}

func (p *preview) wait() {
	p.subject.SetText(kit.T("Asking the server…"))
	p.from.SetText("")
	p.text.SetText("")
}

func (p *preview) set(m *mail.Message, now time.Time) {
	p.subject.SetText(subjectOr(m.Subject))
	var from []string
	for _, a := range m.From {
		from = append(from, strings.TrimSpace(a.Name+" <"+a.Addr+">"))
	}
	p.from.SetText(strings.Join(append(from, kit.FullDate(m.Date, now)), " · "))
	text := []rune(strings.TrimSpace(m.Text))
	if len(text) > previewText {
		text = append(text[:previewText], '…')
	}
	p.text.SetText(string(text))
	p.scroll.ScrollToTop()
	p.scroll.Content.Refresh()
	p.scroll.Refresh()
}

func subjectOr(s string) string {
	if strings.TrimSpace(s) == "" {
		return kit.T("(no subject)")
	}
	return s
}

// CreateRenderer implements fyne.Widget.
func (p *preview) CreateRenderer() fyne.WidgetRenderer {
	head := container.New(previewHead{p}, p.subject, p.from, p.close)
	return widget.NewSimpleRenderer(container.New(fill{}, kit.NewFill(kit.List, 0), container.NewBorder(
		container.New(&kit.Column{}, kit.NewRule(), head), nil, nil, nil, p.scroll)))
}

// MinSize implements fyne.CanvasObject.
func (p *preview) MinSize() fyne.Size { return fyne.NewSize(200, previewHeight) }

// Height is the same at any width.
func (p *preview) Height(float32) float32 { return previewHeight }

type previewHead struct{ p *preview }

// Layout implements fyne.Layout.
func (l previewHead) Layout(_ []fyne.CanvasObject, s fyne.Size) {
	l.p.subject.Place(pad, 20, s.Width-2*pad-32)
	l.p.from.Place(pad, 38, s.Width-2*pad-32)
	l.p.close.Move(fyne.NewPos(s.Width-pad-24, 6))
	l.p.close.Resize(fyne.NewSquareSize(24))
}

// MinSize implements fyne.Layout.
func (previewHead) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(200, 50) }
