package page

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"poplar/gui/kit"
)

// lineStep is how far an arrow key scrolls, in units.
const lineStep = 44

// FocusGained implements fyne.Focusable. A ring shows it, unless the mouse brought the keyboard here.
func (p *Page) FocusGained() {
	p.focused, p.ringed = true, !p.pressed
	p.BaseWidget.Refresh()
}

// FocusLost implements fyne.Focusable.
func (p *Page) FocusLost() {
	p.focused, p.ringed = false, false
	p.BaseWidget.Refresh()
}

// Focused reports whether keys go to the Page.
func (p *Page) Focused() bool { return p.focused }

// TypedRune implements fyne.Focusable: the space bar turns a page, and with Shift back.
func (p *Page) TypedRune(r rune) {
	switch {
	case r != ' ':
	case kit.Modifiers()&fyne.KeyModifierShift != 0:
		p.scrollBy(-p.screen())
	default:
		p.scrollBy(p.screen())
	}
}

// TypedKey implements fyne.Focusable: arrows, page keys, Home and End scroll. Keys that mean nothing here go on to the
// window.
func (p *Page) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeyUp:
		p.scrollBy(-lineStep)
	case fyne.KeyDown:
		p.scrollBy(lineStep)
	case fyne.KeyLeft, fyne.KeyRight:
		by := float32(lineStep)
		if e.Name == fyne.KeyLeft {
			by = -by
		}
		if !p.slide(by) {
			kit.PassKey(p, e)
		}
	case fyne.KeyPageUp:
		p.scrollBy(-p.screen())
	case fyne.KeyPageDown:
		p.scrollBy(p.screen())
	case fyne.KeyHome:
		p.scrollBy(-1e9)
	case fyne.KeyEnd:
		p.scrollBy(1e9)
	case fyne.KeySpace: // TypedRune has it
	case fyne.KeyEscape:
		if !p.selected {
			kit.PassKey(p, e)
		}
		p.Deselect()
	default:
		kit.PassKey(p, e)
	}
}

// screen is how far a page key scrolls: what is visible, less two lines.
func (p *Page) screen() float32 { return max(p.bottom-p.top-lineStep, lineStep) }

func (p *Page) scrollBy(by float32) {
	s := p.scroll.scroll
	if s == nil {
		if p.o.OnScroll != nil {
			p.o.OnScroll(by)
		}
		return
	}
	end := max(0, s.Content.Size().Height-s.Size().Height)
	s.ScrollToOffset(fyne.NewPos(s.Offset.X, min(max(s.Offset.Y+by, 0), end)))
	if s.OnScrolled != nil { // which ScrollToOffset does not call
		s.OnScrolled(s.Offset)
	}
}

// reveal scrolls so that a height within the page is visible.
func (p *Page) reveal(y, h float32) {
	switch {
	case y < p.top+20:
		p.scrollBy(y - p.top - 60)
	case y+h > p.bottom-20:
		p.scrollBy(y + h - p.bottom + 60)
	}
}

// TypedShortcut implements fyne.Shortcutable: copy, select all, and zoom. What else there is goes on to the window.
func (p *Page) TypedShortcut(s fyne.Shortcut) {
	switch s := s.(type) {
	case *fyne.ShortcutCopy:
		p.Copy()
		return
	case *fyne.ShortcutSelectAll:
		p.SelectAll()
		return
	case *desktop.CustomShortcut:
		if p.ZoomKey(s) {
			return
		}
	}
	kit.PassShortcut(p, s)
}

// zoomSteps are the sizes that Ctrl + and Ctrl - go through.
var zoomSteps = []float32{0.5, 0.67, 0.8, 0.9, 1, 1.1, 1.25, 1.5, 1.75, 2, 2.5, 3, 4}

// ZoomIn shows the message one step larger.
func (p *Page) ZoomIn() {
	for _, z := range zoomSteps {
		if z > p.zoom+0.01 {
			p.SetZoom(z)
			return
		}
	}
}

// ZoomOut shows the message one step smaller.
func (p *Page) ZoomOut() {
	for i := len(zoomSteps) - 1; i >= 0; i-- {
		if zoomSteps[i] < p.zoom-0.01 {
			p.SetZoom(zoomSteps[i])
			return
		}
	}
}

// ZoomReset shows the message in the size that the person reads messages in.
func (p *Page) ZoomReset() { p.SetZoom(p.usual) }

// SetUsual sets the size that messages have until the person makes one larger or smaller; 1 is 100 %.
func (p *Page) SetUsual(z float32) {
	was := p.usual
	p.usual = min(max(z, 0.3), 5)
	if p.zoom == was {
		p.SetZoom(p.usual)
	}
}

// Scrolled implements fyne.Scrollable: the wheel scrolls what the Page stands in, and with Ctrl (Command on macOS) it
// makes the message larger or smaller.
func (p *Page) Scrolled(e *fyne.ScrollEvent) {
	if kit.Modifiers()&fyne.KeyModifierShortcutDefault == 0 {
		p.slide(-e.Scrolled.DX)
		if s := p.scroll.scroll; s != nil {
			s.Scrolled(e)
		}
		return
	}
	// A wheel gives tens of units a notch, a touch pad a few at a time: they add up to a step.
	p.wheel += e.Scrolled.DY
	for ; p.wheel >= wheelStep; p.wheel -= wheelStep {
		p.ZoomIn()
	}
	for ; p.wheel <= -wheelStep; p.wheel += wheelStep {
		p.ZoomOut()
	}
}

// wheelStep is how far the wheel turns for one step of zoom, in units of scrolling: a notch.
const wheelStep = 10

// ZoomKey handles Ctrl with +, - and 0. It reports whether the shortcut was one of them, so that a window may pass on
// its own.
func (p *Page) ZoomKey(s *desktop.CustomShortcut) bool {
	if s.Modifier&^fyne.KeyModifierShift != fyne.KeyModifierShortcutDefault {
		return false
	}
	switch s.KeyName {
	case fyne.KeyPlus, fyne.KeyEqual:
		p.ZoomIn()
	case fyne.KeyMinus:
		p.ZoomOut()
	case fyne.Key0:
		p.ZoomReset()
	default:
		return false
	}
	return true
}

// TappedSecondary implements fyne.SecondaryTappable: it shows the menu.
func (p *Page) TappedSecondary(e *fyne.PointEvent) {
	c := fyne.CurrentApp().Driver().CanvasForObject(p)
	items := p.menu(p.spot(e.Position))
	if c == nil || len(items) == 0 {
		return
	}
	kit.PopUp(fyne.NewMenu("", items...), c, e.AbsolutePosition)
}

func (p *Page) menu(at Spot) []*fyne.MenuItem {
	var items []*fyne.MenuItem
	if p.Selected() != "" {
		items = append(items, fyne.NewMenuItem(kit.T("Copy"), func() { p.Copy() }))
	}
	if p.page != nil && len(p.page.Words) > 0 {
		items = append(items, fyne.NewMenuItem(kit.T("Select all"), p.SelectAll))
	}
	if l := at.Link; l != nil {
		items = append(items, fyne.NewMenuItemSeparator())
		if p.o.OnLink != nil {
			items = append(items, fyne.NewMenuItem(kit.T("Open link"), func() { p.o.OnLink(*l) }))
		}
		items = append(items, fyne.NewMenuItem(kit.T("Copy link"), func() {
			fyne.CurrentApp().Clipboard().SetContent(l.URL)
		}))
	}
	if pic := at.Picture; pic.Ready() && p.o.OnSave != nil {
		items = append(items, fyne.NewMenuItemSeparator(), fyne.NewMenuItem(kit.T("Save picture…"), func() { p.o.OnSave(pic) }))
	}
	if p.o.OnMenu != nil {
		items = p.o.OnMenu(at, items)
	}
	return items
}
