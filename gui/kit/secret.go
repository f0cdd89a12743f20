package kit

import "fyne.io/fyne/v2"

// Secret is a Field for a password: shown as dots, until the eye at its end is pressed.
type Secret struct {
	Field
	eye *IconButton
}

// NewSecret returns an empty Secret.
func NewSecret(placeholder string, changed func(string)) *Secret {
	s := &Secret{}
	s.start("", placeholder, changed)
	s.Entry.Password = true
	s.eye = NewIconButton("eye", T("Show password"), s.toggle).Sized(24, 16)
	s.trail = s.eye
	s.ExtendBaseWidget(s)
	return s
}

func (s *Secret) toggle() {
	s.Entry.Password = !s.Entry.Password
	s.eye.SetOn(!s.Entry.Password)
	hint := T("Show password")
	if !s.Entry.Password {
		hint = T("Hide password")
	}
	s.eye.SetIcon("eye", hint)
	s.Entry.Refresh()
}

// Shown reports whether the password can be read.
func (s *Secret) Shown() bool { return !s.Entry.Password }

// Disable shows the field as not to be typed in, its eye too.
func (s *Secret) Disable() { s.eye.Disable(); s.Field.Disable() }

// Enable lets the field be typed in.
func (s *Secret) Enable() { s.eye.Enable(); s.Field.Enable() }

// CreateRenderer implements fyne.Widget.
func (s *Secret) CreateRenderer() fyne.WidgetRenderer { return s.draw(s) }
