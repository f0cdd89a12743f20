package reader

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"poplar/gui/kit"
)

// Command is a button of the strip.
type Command int

// The commands, in the order of the strip.
const (
	Reply Command = iota
	ReplyAll
	Forward
	Archive
	Delete
	Junk
	Move
	Flag
	Menu
	Back // in a narrow window: from the message to the list
)

// StripHeight is the height of the strip, the same as over the other columns.
const StripHeight = 48

// Strip is the row of buttons over a message.
type Strip struct {
	widget.BaseWidget
	// OnCommand asks for something to be done; at is where a menu may open.
	OnCommand func(c Command, at fyne.Position)

	back  *kit.IconButton
	words [3]*kit.Button
	short [3]*kit.IconButton
	icons [5]*kit.IconButton
	menu  *kit.IconButton
	brief bool
	rule  *canvas.Rectangle
}

// NewStrip returns the strip, with nothing to press but the menu.
func NewStrip() *Strip {
	s := &Strip{rule: canvas.NewRectangle(kit.Col(kit.Sep))}
	labels := [...]struct{ icon, text string }{
		{"reply", kit.T("Reply")},
		{"replyall", kit.T("Reply all")},
		{"forward", kit.T("Forward")},
		{"archive", kit.T("Archive")},
		{"trash", kit.T("Delete")},
		{"junk", kit.T("Junk")},
		{"move", kit.T("Move to…")},
		{"flag", kit.T("Flag")},
		{"menu", kit.T("Menu")},
		{"", kit.T("Back")},
	}
	for i, l := range labels[:3] {
		c := Command(i)
		s.words[i] = kit.NewButton(l.text, l.icon, kit.Flat, func() { s.tell(c, s.words[c]) })
		s.short[i] = kit.NewIconButton(l.icon, l.text, func() { s.tell(c, s.short[c]) })
	}
	for i, l := range labels[3:8] {
		c := Archive + Command(i)
		s.icons[i] = kit.NewIconButton(l.icon, l.text, func() { s.tell(c, s.icons[i]) })
	}
	s.menu = kit.NewIconButton("menu", kit.T("Menu"), func() { s.tell(Menu, s.menu) })
	s.back = kit.NewIconButton("back", kit.T("Back"), func() { s.tell(Back, s.back) })
	s.back.Hide()
	s.ExtendBaseWidget(s)
	return s
}

func (s *Strip) tell(c Command, from fyne.CanvasObject) {
	if s.OnCommand == nil {
		return
	}
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(from)
	s.OnCommand(c, at.AddXY(0, from.Size().Height+2))
}

// MenuPlace is where the menu opens when it is asked for by a key.
func (s *Strip) MenuPlace() fyne.Position {
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(s.menu)
	return at.AddXY(0, s.menu.Size().Height+2)
}

// MovePlace is where the list of folders opens when it is asked for by a key.
func (s *Strip) MovePlace() fyne.Position {
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(s.icons[Move-Archive])
	return at.AddXY(0, s.menu.Size().Height+2)
}

// SetFor says what can be done: with one message everything, with several all but answering, with none nothing.
func (s *Strip) SetFor(messages int, flagged bool) {
	for i := range s.words {
		enable(s.words[i], messages == 1)
		enable(s.short[i], messages == 1)
	}
	for _, b := range s.icons {
		enable(b, messages > 0)
	}
	s.icons[Flag-Archive].SetOn(messages > 0 && flagged)
}

func enable(w fyne.Disableable, on bool) {
	if on == w.Disabled() {
		if on {
			w.Enable()
		} else {
			w.Disable()
		}
	}
}

// SetBrief takes the words off the answering buttons.
func (s *Strip) SetBrief(brief bool) {
	if brief != s.brief {
		s.brief = brief
		s.Refresh()
	}
}

// SetBack shows the button that leads back to the list.
func (s *Strip) SetBack(on bool) {
	if on != s.back.Visible() {
		if on {
			s.back.Show()
		} else {
			s.back.Hide()
		}
		s.Refresh()
	}
}

// MinSize implements fyne.CanvasObject.
func (s *Strip) MinSize() fyne.Size { return fyne.NewSize(340, StripHeight) }

// CreateRenderer implements fyne.Widget.
func (s *Strip) CreateRenderer() fyne.WidgetRenderer { return &stripRenderer{s} }

type stripRenderer struct{ strip *Strip }

func (r *stripRenderer) Layout(size fyne.Size) {
	s := r.strip
	x := float32(11)
	if s.back.Visible() {
		s.back.Move(fyne.NewPos(8, 8))
		s.back.Resize(fyne.NewSquareSize(32))
		x = 44
	}
	for i := range s.words {
		show(s.words[i], !s.brief)
		show(s.short[i], s.brief)
		if s.brief {
			s.short[i].Move(fyne.NewPos(x, 8))
			s.short[i].Resize(fyne.NewSquareSize(32))
			x += 34
			continue
		}
		m := s.words[i].MinSize()
		s.words[i].Move(fyne.NewPos(x, 9))
		s.words[i].Resize(m)
		x += m.Width + 4
	}
	x = size.Width - 10 - 32
	s.menu.Move(fyne.NewPos(x, 8))
	s.menu.Resize(fyne.NewSquareSize(32))
	x -= 7
	s.rule.Move(fyne.NewPos(x, 14))
	s.rule.Resize(fyne.NewSize(1, 20))
	x -= 38
	for i := len(s.icons) - 1; i >= 0; i-- {
		s.icons[i].Move(fyne.NewPos(x, 8))
		s.icons[i].Resize(fyne.NewSquareSize(32))
		x -= 34
	}
}

func (r *stripRenderer) MinSize() fyne.Size { return r.strip.MinSize() }
func (r *stripRenderer) Destroy()           {}
func (r *stripRenderer) Refresh() {
	r.strip.rule.FillColor = kit.Col(kit.Sep)
	r.Layout(r.strip.Size())
	for _, o := range r.Objects() {
		o.Refresh()
	}
}

func (r *stripRenderer) Objects() []fyne.CanvasObject {
	s := r.strip
	out := []fyne.CanvasObject{s.back, s.rule}
	for i := range s.words {
		out = append(out, s.words[i], s.short[i])
	}
	for _, b := range s.icons {
		out = append(out, b)
	}
	return append(out, s.menu)
}

func show(o fyne.CanvasObject, visible bool) {
	if visible != o.Visible() {
		if visible {
			o.Show()
		} else {
			o.Hide()
		}
	}
}
