package composer

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"poplar/gui/kit"
)

// findBar searches the text that is written. It stands over it while it is open.
type findBar struct {
	widget.BaseWidget
	b     *body
	field *kit.Field
	count *kit.Line
	page  *fyne.Container
}

func newFindBar(b *body) *findBar {
	f := &findBar{b: b, count: kit.NewLine("", 12, false, kit.Text2)}
	f.field = kit.NewField("", kit.T("Find in this message"), func(s string) { f.say(b.text.Find(s)) })
	f.field.Entry.OnKey = func(k *fyne.KeyEvent) bool {
		switch k.Name {
		case fyne.KeyEscape:
			f.close()
		case fyne.KeyReturn, fyne.KeyEnter, fyne.KeyDown:
			step := 1
			if k.Name != fyne.KeyDown && kit.Modifiers()&fyne.KeyModifierShift != 0 {
				step = -1
			}
			f.say(b.text.FindNext(step))
		case fyne.KeyUp:
			f.say(b.text.FindNext(-1))
		default:
			return false
		}
		return true
	}
	row := kit.NewRow(8, 0, f.field, f.count,
		kit.NewIconButton("up", kit.T("Previous place"), func() { f.say(b.text.FindNext(-1)) }),
		kit.NewIconButton("down", kit.T("Next place"), func() { f.say(b.text.FindNext(1)) }),
		kit.NewIconButton("x", kit.T("Close"), f.close))
	f.page = container.New(kit.Inset{Left: linePad, Top: 7, Right: linePad - 8, Bottom: 7}, row)
	f.Hidden = true
	f.ExtendBaseWidget(f)
	return f
}

// CreateRenderer implements fyne.Widget.
func (f *findBar) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(container.New(kit.Pile{}, kit.NewFill(kit.Footer, 0), f.page))
}

func (f *findBar) open() {
	if s := f.b.text.Selected(); s != "" && len(s) < 80 && !strings.Contains(s, "\n") {
		f.field.SetText(s)
	}
	f.Show()
	f.b.page.Refresh()
	// Fyne does not know yet which window the bar is in: it was not drawn before.
	if c := fyne.CurrentApp().Driver().CanvasForObject(f.b.text); c != nil {
		c.Focus(f.field.Entry)
	}
	f.field.Entry.TypedShortcut(&fyne.ShortcutSelectAll{})
	f.say(f.b.text.Find(f.field.Text()))
}

func (f *findBar) close() {
	f.b.text.Find("")
	f.Hide()
	f.b.page.Refresh()
	kit.Focus(f.b.text)
}

// say tells how many places were found, and which one is shown.
func (f *findBar) say(count, at int) {
	switch {
	case f.field.Text() == "":
		f.count.SetText("")
	case count == 0:
		f.count.SetText(kit.T("Nothing found"))
	default:
		f.count.SetText(kit.T("%d of %d", at+1, count))
	}
	f.page.Refresh()
}
