package editor

import (
	"fmt"
	"net/url"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"poplar/gui/kit"
	"poplar/mail"
)

// Bar is the row of buttons that give an editor's text its looks. All of them have keys as well.
type Bar struct {
	widget.BaseWidget
	e       *Editor
	ask     func(q *kit.Ask, first fyne.Focusable)
	picture func()

	bold, italic, underline, bullets, numbers, quote, link, colour *kit.IconButton
	row                                                            *fyne.Container
}

// NewBar returns the buttons of an editor. ask shows a question, picture lets the person choose a picture; without it
// there is no button for that.
func NewBar(e *Editor, ask func(q *kit.Ask, first fyne.Focusable), picture func()) *Bar {
	b := &Bar{e: e, ask: ask, picture: picture}
	button := func(icon, hint string, k fyne.KeyName, shift bool, do func()) *kit.IconButton {
		if k != "" {
			hint = kit.T("%s (%s)", hint, keyText(k, shift))
		}
		return kit.NewIconButton(icon, hint, func() {
			do()
			kit.Focus(e)
		})
	}
	b.bold = button("bold", kit.T("Bold"), fyne.KeyB, false, e.Bold)
	b.italic = button("italic", kit.T("Italic"), fyne.KeyI, false, e.Italic)
	b.underline = button("underline", kit.T("Underline"), fyne.KeyU, false, e.Underline)
	b.colour = kit.NewIconButton("palette", kit.T("%s (%s)", kit.T("Text colour"), keyText(fyne.KeyC, true)), b.chooseColour)
	b.bullets = button("list", kit.T("List"), fyne.Key8, true, func() { e.List(mail.Bullet) })
	b.numbers = button("numbers", kit.T("Numbered list"), fyne.Key7, true, func() { e.List(mail.Number) })
	b.quote = button("quote", kit.T("Quotation"), fyne.Key9, true, e.ToggleQuote)
	b.link = kit.NewIconButton("link", kit.T("%s (%s)", kit.T("Link…"), keyText(fyne.KeyK, false)), b.askLink)
	rule := func() fyne.CanvasObject { return container.New(upright{}, kit.NewFill(kit.Sep, 0)) }
	objects := []fyne.CanvasObject{b.bold, b.italic, b.underline, b.colour, rule(), b.bullets, b.numbers, b.quote, rule(), b.link}
	if picture != nil {
		objects = append(objects, kit.NewIconButton("image", kit.T("%s (%s)", kit.T("Picture…"), keyText(fyne.KeyP, true)), picture))
	}
	objects = append(objects, rule(), button("clear", kit.T("Without formatting"), fyne.KeyBackslash, false, e.ClearLooks))
	b.row = container.New(kit.Spread{Gap: 2}, objects...)
	e.OnLooks = b.show
	e.onBar = b.key
	b.ExtendBaseWidget(b)
	b.show()
	return b
}

// Narrow makes the buttons smaller, without lines between their groups, for a box that is not as wide as a window. It
// returns b.
func (b *Bar) Narrow() *Bar {
	var kept []fyne.CanvasObject
	for _, o := range b.row.Objects {
		if i, ok := o.(*kit.IconButton); ok {
			kept = append(kept, i.Sized(28, 17))
		}
	}
	b.row.Objects = kept
	return b
}

// keyText is how a key of the bar is written.
func keyText(k fyne.KeyName, shift bool) string {
	m := fyne.KeyModifierShortcutDefault
	if shift {
		m |= fyne.KeyModifierShift
	}
	return kit.KeyText(&desktop.CustomShortcut{KeyName: k, Modifier: m})
}

// CreateRenderer implements fyne.Widget.
func (b *Bar) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(b.row) }

// show has the buttons say what the selection looks like.
func (b *Bar) show() {
	l := b.e.Looks()
	b.bold.SetOn(l.Bold)
	b.italic.SetOn(l.Italic)
	b.underline.SetOn(l.Underline)
	b.colour.SetOn(l.Colour != "")
	b.bullets.SetOn(l.Kind == mail.Bullet)
	b.numbers.SetOn(l.Kind == mail.Number)
	b.quote.SetOn(l.Quoted)
	b.link.SetOn(l.Link != "")
}

// key is what the editor asks for keys that need the bar.
func (b *Bar) key(k fyne.KeyName, shift bool) bool {
	switch {
	case k == fyne.KeyK && !shift:
		b.askLink()
	case k == fyne.KeyC && shift:
		b.chooseColour()
	case k == fyne.KeyP && shift && b.picture != nil:
		b.picture()
	default:
		return false
	}
	return true
}

// colour is one that can be chosen: on white and on black it can be read.
type colour struct{ name, value string }

func colours() []colour {
	return []colour{
		{kit.T("Automatic"), ""},
		{kit.T("Red"), "#b3261e"},
		{kit.T("Orange"), "#c25700"},
		{kit.T("Brown"), "#854d00"},
		{kit.T("Green"), "#17693f"},
		{kit.T("Teal"), "#0b7285"},
		{kit.T("Blue"), "#0b629e"},
		{kit.T("Violet"), "#6b3fa0"},
		{kit.T("Pink"), "#a23b5a"},
		{kit.T("Grey"), "#5c6760"},
	}
}

// chooseColour opens the menu of colours.
func (b *Bar) chooseColour() {
	c := fyne.CurrentApp().Driver().CanvasForObject(b.e)
	if c == nil {
		return
	}
	now := b.e.Looks().Colour
	var items []*fyne.MenuItem
	for _, k := range colours() {
		i := fyne.NewMenuItem(k.name, func() {
			b.e.Colour(k.value)
			kit.Focus(b.e)
		})
		i.Checked, i.Icon = now == k.value, swatch(k.value)
		items = append(items, i)
	}
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(b.colour)
	kit.Focus(b.e)
	kit.PopUp(fyne.NewMenu("", items...), c, at.AddXY(0, -2-float32(len(items))*28-14))
}

// swatch is a disc of a colour as it looks here.
func swatch(value string) fyne.Resource {
	c := kit.Col(kit.Text)
	if value != "" {
		c = Ink(value)
	}
	r, g, b, _ := c.RGBA()
	name := fmt.Sprintf("swatch-%02X%02X%02X.svg", r>>8, g>>8, b>>8)
	return fyne.NewStaticResource(name, []byte(fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 20">`+
		`<path d="M10 3a7 7 0 0 0 0 14a7 7 0 0 0 0-14Z" fill="#%02X%02X%02X"/></svg>`, r>>8, g>>8, b>>8)))
}

// askLink asks where the selection leads.
func (b *Bar) askLink() {
	e := b.e
	old := e.SelectLink()
	first, last := e.chosen()
	several := first != last
	words := kit.NewField(e.Selected(), "", nil)
	to := kit.NewField(old, "https://", nil)
	form := kit.NewForm(70)
	if !several {
		form.Add(kit.T("Words"), words)
	}
	form.Add(kit.T("Address"), to)
	q := &kit.Ask{Title: kit.T("Link"), Content: form, Width: 480, OnCancelled: func() {}}
	var left []kit.AskChoice
	if old != "" {
		left = append(left, kit.AskChoice{Label: kit.T("Remove link"), Left: true, Kind: kit.Link, Do: func() bool {
			e.Link("", "")
			return true
		}})
	}
	apply := func() bool {
		address := Address(to.Text())
		if address == "" {
			to.SetWrong(kit.T("This is no address of a page or of a person."))
			q.Grow()
			return false
		}
		text := ""
		if !several {
			text = strings.TrimSpace(words.Text())
			if text == "" && e.Selected() == "" {
				text = strings.TrimPrefix(strings.TrimSpace(to.Text()), "mailto:")
			}
		}
		e.Link(text, address)
		return true
	}
	q.Choices = append(left, kit.AskChoice{Label: kit.T("Cancel")},
		kit.AskChoice{Label: kit.T("Apply"), Kind: kit.Filled, Do: apply})
	enter := func(string) {
		if apply() {
			q.Close()
		}
	}
	words.Entry.OnSubmitted, to.Entry.OnSubmitted = enter, enter
	start := to.Entry
	if !several && e.Selected() == "" {
		start = words.Entry
	}
	b.ask(q, start)
}

// Address is the link that a person means: with https:// before the name of a site, and mailto: before an address; "" where
// it is none that a letter may hold.
func Address(s string) string {
	s = strings.TrimSpace(s)
	scheme, _, ok := strings.Cut(s, ":")
	known := strings.EqualFold(scheme, "http") || strings.EqualFold(scheme, "https") || strings.EqualFold(scheme, "mailto")
	switch {
	case ok && known:
	case strings.Contains(s, "@") && !strings.Contains(s, "/"):
		s = "mailto:" + s
	case strings.Contains(s, "."):
		s = "https://" + s
	default:
		return ""
	}
	s = mail.CleanLink(s)
	if u, err := url.Parse(s); err != nil || u.Scheme != "mailto" && u.Hostname() == "" {
		return ""
	}
	return s
}

// upright is the layout of a line between groups of buttons.
type upright struct{}

// Layout implements fyne.Layout.
func (upright) Layout(o []fyne.CanvasObject, s fyne.Size) {
	o[0].Move(fyne.NewPos(5, (s.Height-18)/2))
	o[0].Resize(fyne.NewSize(1, 18))
}

// MinSize implements fyne.Layout.
func (upright) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(11, 32) }
