package kit

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"
)

// leftOf is where the words of a button begin.
func leftOf(b *Button) float32 {
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(b).X
	for _, o := range test.WidgetRenderer(b).Objects() {
		if l, ok := o.(*Line); ok && l.text != "" {
			return at + l.Position().X
		}
	}
	return -1
}

// The words of a link line up with the left edge, whichever button of the foot is the first that shows.
func TestLinksLineUp(t *testing.T) {
	hidden, link := NewButton("Save anyway", "", Link, nil), NewButton("Show details", "", Link, nil)
	plain := NewButton("Close", "", Plain, nil)
	flush := NewButton("More", "", Link, nil)
	hidden.Hide()
	show(t, container.New(&Column{}, NewFoot(32, []fyne.CanvasObject{hidden, link}, []fyne.CanvasObject{plain}),
		container.New(Inset{Left: 32}, Flush(flush))))
	for _, b := range []*Button{link, flush} {
		if x := leftOf(b); x < 31 || x > 33 {
			t.Errorf("%q begins at %v, want 32", b.label, x)
		}
	}
	alone := NewButton("Close", "", Link, nil)
	show(t, NewFoot(32, []fyne.CanvasObject{hidden}, []fyne.CanvasObject{alone}))
	if x := alone.Position().X + alone.Size().Width; x != 480-32 {
		t.Errorf("a button at the right ends at %v", x)
	}
}

// A hint beside a narrow field has the look of a hint, also where it is known only after the field is drawn.
func TestHintBesideAField(t *testing.T) {
	early, late := NewField("", "", nil).Narrow(72, ""), NewField("", "", nil).Narrow(72, "")
	early.SetAside("default for TLS")
	show(t, container.New(&Column{}, early, late))
	late.SetAside("default for TLS")
	look := func(f *Field) (*canvas.Text, bool) {
		for _, o := range renderer(f) {
			if l, ok := o.(*Line); ok {
				for _, x := range renderer(l) {
					if text, ok := x.(*canvas.Text); ok && text.Text != "" {
						return text, true
					}
				}
			}
		}
		return nil, false
	}
	for name, f := range map[string]*Field{"early": early, "late": late} {
		text, ok := look(f)
		if !ok || text.TextSize != 12 || text.Color != Col(Text3) {
			t.Errorf("%s: %+v", name, text)
		}
	}
}
