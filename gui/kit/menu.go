package kit

import (
	"runtime"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// Measures of menus.
const (
	menuRow   = 28
	menuSep   = 11
	menuPad   = 6  // over the first and under the last line
	menuInset = 5  // from the edge to the plate of a line
	menuText  = 15 // from the edge to the words
	menuGap   = 28 // between words and keys
	menuTick  = 21 // of the column of ticks, in a menu that has any
	menuLeast = 180
)

// Menu is a menu that is open over a window: it has the keyboard, and a click beside it takes it away.
type Menu struct {
	widget.BaseWidget
	canvas fyne.Canvas
	panels []*menuPanel // the menu, and what is open of the menus under it
	before fyne.Focusable
}

// PopUp opens a menu at a place of the window, or as near as there is room.
func PopUp(m *fyne.Menu, c fyne.Canvas, at fyne.Position) *Menu {
	menu := &Menu{canvas: c, before: c.Focused()}
	menu.ExtendBaseWidget(menu)
	menu.open(m, at, at)
	c.Overlays().Add(menu)
	menu.Resize(c.Size())
	c.Focus(menu)
	return menu
}

// open adds a panel with its upper left corner at a place; where there is no room to the right it ends at left.
func (m *Menu) open(of *fyne.Menu, at, left fyne.Position) {
	p := newMenuPanel(m, of)
	size, room := p.MinSize(), m.canvas.Size()
	size.Height = min(size.Height, room.Height-12)
	if at.X+size.Width > room.Width-6 {
		if left != at {
			at.X = left.X - size.Width
		} else {
			at.X = room.Width - size.Width - 6
		}
	}
	p.Move(fyne.NewPos(max(6, at.X), max(6, min(at.Y, room.Height-size.Height-6))))
	p.Resize(size)
	m.panels = append(m.panels, p)
	m.Refresh()
}

// Hide takes the menu away.
func (m *Menu) Hide() {
	if len(m.panels) == 0 {
		return
	}
	m.panels = nil
	m.canvas.Overlays().Remove(m)
	if m.before != nil {
		m.canvas.Focus(m.before)
	}
}

// close takes away the panels beyond the nth.
func (m *Menu) close(n int) {
	if len(m.panels) > n {
		m.panels = m.panels[:n]
		m.Refresh()
	}
}

// do does what a line stands for.
func (m *Menu) do(i *fyne.MenuItem) {
	if i.Disabled || i.IsSeparator || i.ChildMenu != nil {
		return
	}
	m.Hide()
	if i.Action != nil {
		i.Action()
	}
}

// Tapped implements fyne.Tappable.
func (m *Menu) Tapped(*fyne.PointEvent) { m.Hide() }

// TappedSecondary implements fyne.SecondaryTappable.
func (m *Menu) TappedSecondary(*fyne.PointEvent) { m.Hide() }

// MouseIn implements desktop.Hoverable: nothing under the menu is under the mouse.
func (m *Menu) MouseIn(*desktop.MouseEvent) {}

// MouseMoved implements desktop.Hoverable.
func (m *Menu) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (m *Menu) MouseOut() {}

// FocusGained implements fyne.Focusable.
func (m *Menu) FocusGained() {}

// FocusLost implements fyne.Focusable.
func (m *Menu) FocusLost() {}

// TypedRune implements fyne.Focusable.
func (m *Menu) TypedRune(rune) {}

// TypedKey implements fyne.Focusable.
func (m *Menu) TypedKey(k *fyne.KeyEvent) {
	if len(m.panels) == 0 {
		return
	}
	p := m.panels[len(m.panels)-1]
	switch k.Name {
	case fyne.KeyDown:
		p.step(1)
	case fyne.KeyUp:
		p.step(-1)
	case fyne.KeyHome:
		p.chosen = -1
		p.step(1)
	case fyne.KeyEnd:
		p.chosen = -1
		p.step(-1)
	case fyne.KeyRight:
		if i := p.item(); i != nil && i.ChildMenu != nil {
			p.child(p.chosen)
			m.panels[len(m.panels)-1].step(1)
		}
	case fyne.KeyLeft:
		if len(m.panels) > 1 {
			m.close(len(m.panels) - 1)
		}
	case fyne.KeyReturn, fyne.KeyEnter, fyne.KeySpace:
		if i := p.item(); i != nil {
			if i.ChildMenu != nil {
				m.TypedKey(&fyne.KeyEvent{Name: fyne.KeyRight})
				return
			}
			m.do(i)
		}
	case fyne.KeyEscape:
		if len(m.panels) > 1 {
			m.close(len(m.panels) - 1)
			return
		}
		m.Hide()
	case fyne.KeyF10:
		m.Hide()
	}
}

// CreateRenderer implements fyne.Widget.
func (m *Menu) CreateRenderer() fyne.WidgetRenderer { return &menuRenderer{m} }

type menuRenderer struct{ menu *Menu }

func (r *menuRenderer) Layout(fyne.Size)   {}
func (r *menuRenderer) MinSize() fyne.Size { return fyne.Size{} }
func (r *menuRenderer) Destroy()           {}
func (r *menuRenderer) Refresh()           { canvas.Refresh(r.menu) }
func (r *menuRenderer) Objects() []fyne.CanvasObject {
	var out []fyne.CanvasObject
	for _, p := range r.menu.panels {
		out = append(out, p.shade, p)
	}
	return out
}

// menuPanel is the list of lines of one menu. The mouse wheel moves it where the window is too low for all of it.
type menuPanel struct {
	widget.BaseWidget
	menu   *Menu
	items  []*fyne.MenuItem
	shade  *Fill // ground and shadow, which must not be clipped to the panel
	rows   []*menuLine
	chosen int
	offset float32
}

func newMenuPanel(m *Menu, of *fyne.Menu) *menuPanel {
	p := &menuPanel{menu: m, chosen: -1, shade: NewFill(MenuFill, 8).Outline(Sep, 1).Lift(24, 8)}
	for i, it := range of.Items {
		// A menu put together from parts may end in a separator, or have two.
		last := len(p.items) - 1
		if it.IsSeparator && (last < 0 || p.items[last].IsSeparator || i == len(of.Items)-1) {
			continue
		}
		p.items = append(p.items, it)
		p.rows = append(p.rows, newMenuLine(it))
	}
	p.ExtendBaseWidget(p)
	return p
}

func (p *menuPanel) item() *fyne.MenuItem {
	if p.chosen < 0 || p.chosen >= len(p.items) {
		return nil
	}
	return p.items[p.chosen]
}

func menuHeight(i *fyne.MenuItem) float32 {
	if i.IsSeparator {
		return menuSep
	}
	return menuRow
}

func (p *menuPanel) full() float32 {
	h := float32(2 * menuPad)
	for _, i := range p.items {
		h += menuHeight(i)
	}
	return h
}

// top is where a line begins.
func (p *menuPanel) top(n int) float32 {
	y := menuPad - p.offset
	for _, i := range p.items[:n] {
		y += menuHeight(i)
	}
	return y
}

func (p *menuPanel) at(y float32) int {
	for n := range p.items {
		if t := p.top(n); y >= t && y < t+menuHeight(p.items[n]) {
			return n
		}
	}
	return -1
}

func (p *menuPanel) choose(n int) {
	if n == p.chosen {
		return
	}
	p.chosen = n
	if i := p.item(); i != nil {
		t := p.top(n)
		if t < 0 {
			p.offset += t
		} else if over := t + menuRow - p.Size().Height; over > 0 {
			p.offset += over
		}
	}
	p.Refresh()
}

// step chooses the next line that can be chosen, round the end; where none is chosen, the first or the last.
func (p *menuPanel) step(by int) {
	n := p.chosen
	if n < 0 && by < 0 {
		n = 0
	}
	for range p.items {
		n = (n + by + len(p.items)) % len(p.items)
		if i := p.items[n]; !i.IsSeparator && !i.Disabled {
			p.choose(n)
			return
		}
	}
}

func (p *menuPanel) depth() int {
	for n, o := range p.menu.panels {
		if o == p {
			return n
		}
	}
	return -1
}

// child opens the menu under a line, beside it.
func (p *menuPanel) child(n int) {
	i := p.items[n]
	if i.ChildMenu == nil || i.Disabled || len(i.ChildMenu.Items) == 0 {
		return
	}
	pos := p.Position().AddXY(0, p.top(n)-menuPad)
	p.menu.open(i.ChildMenu, pos.AddXY(p.Size().Width-4, 0), pos.AddXY(4, 0))
}

// MouseIn implements desktop.Hoverable.
func (p *menuPanel) MouseIn(e *desktop.MouseEvent) { p.MouseMoved(e) }

// MouseMoved implements desktop.Hoverable.
func (p *menuPanel) MouseMoved(e *desktop.MouseEvent) {
	n := p.at(e.Position.Y)
	if n >= 0 && (p.items[n].IsSeparator || p.items[n].Disabled) {
		n = -1
	}
	d := p.depth()
	if n == p.chosen || n < 0 && len(p.menu.panels) > d+1 {
		return
	}
	p.menu.close(d + 1)
	p.choose(n)
	if n >= 0 {
		p.child(n)
	}
}

// MouseOut implements desktop.Hoverable.
func (p *menuPanel) MouseOut() {
	if d := p.depth(); d >= 0 && len(p.menu.panels) == d+1 {
		p.choose(-1)
	}
}

// Tapped implements fyne.Tappable.
func (p *menuPanel) Tapped(e *fyne.PointEvent) {
	if n := p.at(e.Position.Y); n >= 0 {
		p.menu.do(p.items[n])
	}
}

// Scrolled implements fyne.Scrollable.
func (p *menuPanel) Scrolled(e *fyne.ScrollEvent) {
	p.offset = max(0, min(p.offset-e.Scrolled.DY*2, p.full()-p.Size().Height))
	p.Refresh()
}

// lead is the width of the columns of ticks and of pictures.
func (p *menuPanel) lead() float32 {
	tick, icon := float32(0), float32(0)
	for _, r := range p.rows {
		if r.item.Checked {
			tick = menuTick
		}
		if r.icon != nil {
			icon = menuTick + 2
		}
	}
	return tick + icon
}

// MinSize implements fyne.CanvasObject.
func (p *menuPanel) MinSize() fyne.Size {
	words, keys := float32(0), float32(0)
	for _, r := range p.rows {
		words = max(words, r.label.Width())
		keys = max(keys, r.key.Width())
		if r.item.ChildMenu != nil {
			keys = max(keys, 12)
		}
	}
	w := words + 2*menuText + p.lead()
	if keys > 0 {
		w += keys + menuGap
	}
	return fyne.NewSize(max(w, menuLeast), p.full())
}

// CreateRenderer implements fyne.Widget.
func (p *menuPanel) CreateRenderer() fyne.WidgetRenderer {
	r := &panelRenderer{panel: p, plate: NewFill(Sel, 6), bar: NewScrollBar(nil)}
	for _, row := range p.rows {
		r.objects = append(r.objects, row.label, row.key, row.rule, row.more, row.tick)
		if row.icon != nil {
			r.objects = append(r.objects, row.icon)
		}
	}
	r.objects = append([]fyne.CanvasObject{r.plate}, append(r.objects, r.bar)...)
	return r
}

type panelRenderer struct {
	panel   *menuPanel
	plate   *Fill
	bar     *ScrollBar
	objects []fyne.CanvasObject
}

func (r *panelRenderer) Layout(s fyne.Size) {
	p := r.panel
	p.shade.Move(p.Position())
	p.shade.Resize(s)
	r.plate.Hidden = p.item() == nil
	lead := p.lead()
	for n, row := range p.rows {
		y := p.top(n)
		if n == p.chosen {
			r.plate.Move(fyne.NewPos(menuInset, y))
			r.plate.Resize(fyne.NewSize(s.Width-2*menuInset, menuRow))
		}
		row.place(y, s.Width, lead, n == p.chosen)
	}
	r.bar.Set(float64(p.full()), float64(s.Height), float64(p.offset))
	r.bar.Move(fyne.NewPos(s.Width-ScrollBarWidth, 4))
	r.bar.Resize(fyne.NewSize(ScrollBarWidth, s.Height-8))
}

func (r *panelRenderer) MinSize() fyne.Size           { return r.panel.MinSize() }
func (r *panelRenderer) Destroy()                     {}
func (r *panelRenderer) Objects() []fyne.CanvasObject { return r.objects }
func (r *panelRenderer) Refresh() {
	r.Layout(r.panel.Size())
	canvas.Refresh(r.panel)
}

// menuLine is what one line of a menu is drawn with.
type menuLine struct {
	item       *fyne.MenuItem
	label, key *Line
	rule       *Fill
	more, tick *Glyph
	icon       *canvas.Image // before the words, or nil
}

func newMenuLine(i *fyne.MenuItem) *menuLine {
	l := &menuLine{item: i, label: NewLine("", 13, false, Text), key: NewLine("", 12, false, Text3), rule: NewFill(Sep, 0), more: NewGlyph("right", 12, Text3)}
	l.tick = NewGlyph("check", 13, AccentText)
	l.tick.Hidden = !i.Checked
	l.rule.Hidden = !i.IsSeparator
	l.more.Hidden = i.ChildMenu == nil
	if i.IsSeparator {
		l.label.Hidden, l.key.Hidden = true, true
		return l
	}
	l.label.SetText(i.Label)
	l.key.SetText(KeyText(i.Shortcut))
	if i.Icon != nil {
		l.icon = canvas.NewImageFromResource(i.Icon)
		l.icon.FillMode = canvas.ImageFillContain
	}
	return l
}

func (l *menuLine) place(y, width, lead float32, chosen bool) {
	c, k := Text, Text3
	switch {
	case l.item.Disabled:
		c, k = Disabled, Disabled
	case chosen:
		c, k = SelText, Text2
	}
	l.label.SetColour(c)
	l.key.SetColour(k)
	l.more.Set("right", k)
	w := l.key.Width()
	l.label.Place(menuText+lead, y+19, width-2*menuText-lead)
	l.tick.Place(menuText, y+7)
	if l.icon != nil {
		l.icon.Move(fyne.NewPos(menuText+lead-menuTick-2, y+6))
		l.icon.Resize(fyne.NewSquareSize(16))
	}
	l.key.Place(width-menuText-w, y+19, w)
	l.rule.Move(fyne.NewPos(menuText-2, y+menuSep/2))
	l.rule.Resize(fyne.NewSize(width-2*menuText+4, 1))
	l.more.Place(width-menuText-12, y+8)
}

// KeyText is a shortcut as menus show it: "Ctrl+Shift+R", on macOS "⇧⌘R".
func KeyText(s fyne.Shortcut) string {
	k, ok := s.(fyne.KeyboardShortcut)
	if !ok {
		return ""
	}
	names := []struct {
		mod       fyne.KeyModifier
		word, mac string
	}{
		{fyne.KeyModifierControl, "Ctrl+", "⌃"},
		{fyne.KeyModifierAlt, "Alt+", "⌥"},
		{fyne.KeyModifierShift, "Shift+", "⇧"},
		{fyne.KeyModifierSuper, "Super+", "⌘"},
	}
	var b strings.Builder
	for _, n := range names {
		switch {
		case k.Mod()&n.mod == 0:
		case runtime.GOOS == "darwin":
			b.WriteString(n.mac)
		default:
			b.WriteString(n.word)
		}
	}
	switch k.Key() {
	case fyne.KeyDelete:
		b.WriteString("Del")
	default:
		b.WriteString(string(k.Key()))
	}
	return b.String()
}
