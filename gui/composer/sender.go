package composer

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"poplar/gui/kit"
	"poplar/mail"
)

// sender shows in whose name the message goes out; where there are several accounts, a press shows them all.
type sender struct {
	widget.BaseWidget
	accounts []mail.Account
	chosen   int
	onChosen func(old, now mail.Account)

	hovered, quiet, ring bool
}

func newSender(accounts []mail.Account, now mail.AccountID, addr string, chosen func(old, now mail.Account)) *sender {
	s := &sender{accounts: accounts, onChosen: chosen, chosen: -1}
	for i, a := range accounts {
		if a.ID == now && (s.chosen < 0 || strings.EqualFold(a.Address, addr)) {
			s.chosen = i
		}
	}
	s.chosen = max(s.chosen, 0)
	s.ExtendBaseWidget(s)
	return s
}

// account is the account in whose name it goes out, under the identity that is chosen.
func (s *sender) account() mail.Account {
	if s.chosen < len(s.accounts) {
		return s.accounts[s.chosen]
	}
	return mail.Account{}
}

func (s *sender) several() bool { return len(s.accounts) > 1 }

func (s *sender) open() {
	if !s.several() {
		return
	}
	names := make([]string, len(s.accounts))
	for i, a := range s.accounts {
		names[i] = a.Address
		if a.Name != "" {
			names[i] = a.Name + " <" + a.Address + ">"
		}
	}
	kit.ShowOptions(s, names, s.chosen, s.pick)
}

func (s *sender) pick(i int) {
	if i == s.chosen || i < 0 || i >= len(s.accounts) {
		return
	}
	old := s.accounts[s.chosen]
	s.chosen = i
	s.Refresh()
	s.onChosen(old, s.accounts[i])
}

// Tapped implements fyne.Tappable.
func (s *sender) Tapped(*fyne.PointEvent) {
	if s.several() {
		s.quiet = true
		kit.Focus(s)
		s.quiet = false
		s.open()
	}
}

// MouseIn implements desktop.Hoverable.
func (s *sender) MouseIn(*desktop.MouseEvent) { s.hovered = s.several(); s.Refresh() }

// MouseMoved implements desktop.Hoverable.
func (s *sender) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (s *sender) MouseOut() { s.hovered = false; s.Refresh() }

// FocusGained implements fyne.Focusable.
func (s *sender) FocusGained() { s.ring = !s.quiet && s.several(); s.Refresh() }

// FocusLost implements fyne.Focusable.
func (s *sender) FocusLost() { s.ring = false; s.Refresh() }

// TypedRune implements fyne.Focusable.
func (s *sender) TypedRune(rune) {}

// TypedKey implements fyne.Focusable.
func (s *sender) TypedKey(k *fyne.KeyEvent) {
	switch k.Name {
	case fyne.KeySpace, fyne.KeyReturn, fyne.KeyEnter:
		s.open()
	case fyne.KeyDown:
		s.pick(s.chosen + 1)
	case fyne.KeyUp:
		s.pick(s.chosen - 1)
	default:
		kit.PassKey(s, k)
	}
}

// TypedShortcut implements fyne.Shortcutable.
func (s *sender) TypedShortcut(c fyne.Shortcut) { kit.PassShortcut(s, c) }

// CreateRenderer implements fyne.Widget.
func (s *sender) CreateRenderer() fyne.WidgetRenderer {
	r := &senderRenderer{
		s: s, ground: &canvas.Rectangle{CornerRadius: 6, StrokeWidth: 2},
		name: kit.NewLine("", 13, false, kit.Text), addr: kit.NewLine("", 13, false, kit.Text2).CutAt(kit.CutMiddle), arrow: kit.NewGlyph("down", 14, kit.Text2),
	}
	r.paint()
	return r
}

type senderRenderer struct {
	s          *sender
	ground     *canvas.Rectangle
	name, addr *kit.Line
	arrow      *kit.Glyph
}

func (r *senderRenderer) Destroy()           {}
func (r *senderRenderer) MinSize() fyne.Size { return fyne.NewSize(160, kit.ControlHeight) }

// Objects implements fyne.WidgetRenderer.
func (r *senderRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.ground, r.name, r.addr, r.arrow}
}

func (r *senderRenderer) paint() {
	fill, line := kit.None, kit.None
	if r.s.hovered {
		fill = kit.Hover
	}
	if r.s.ring {
		line = kit.Accent
	}
	r.ground.FillColor, r.ground.StrokeColor = kit.Col(fill), kit.Col(line)
	name, addr := "", ""
	if r.s.chosen < len(r.s.accounts) {
		a := r.s.accounts[r.s.chosen]
		name, addr = a.Name, "<"+a.Address+">"
		if name == "" {
			name, addr = a.Address, ""
		}
	}
	r.name.SetText(name)
	r.addr.SetText(addr)
	r.arrow.Hidden = !r.s.several()
}

// Layout implements fyne.WidgetRenderer.
func (r *senderRenderer) Layout(s fyne.Size) {
	n := min(r.name.Width(), s.Width*0.45)
	r.name.Place(6, 20, n)
	x := 6 + n + 5
	a := min(r.addr.Width(), s.Width-x-30)
	r.addr.Place(x, 20, a)
	r.arrow.Place(x+a+8, 8)
	r.ground.Resize(fyne.NewSize(min(x+a+30, s.Width), s.Height))
}

// Refresh implements fyne.WidgetRenderer.
func (r *senderRenderer) Refresh() {
	r.paint()
	r.Layout(r.s.Size())
	for _, o := range r.Objects() {
		o.Refresh()
	}
}
