package kit

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// Typing is Fyne's entry without a box of its own, for fields that draw one, or none. Keys and shortcuts that are not
// about text go on to the window.
type Typing struct {
	widget.Entry
	OnKey      func(*fyne.KeyEvent) bool // before the entry has the key; true: it is done with
	OnShortcut func(fyne.Shortcut) bool  // before the entry has the shortcut; true: it is done with
	OnRune     func(rune) bool           // before the entry has the letter; true: it is done with
	OnFocus    func(focused bool)        // the keyboard came or went
	KeepTab    bool                      // Tab is typed rather than moving on
}

// NewTyping returns a single-line Typing.
func NewTyping() *Typing {
	t := &Typing{}
	t.ExtendBaseWidget(t)
	return t
}

// AcceptsTab implements fyne.Tabbable. Shift and Tab always move on.
func (t *Typing) AcceptsTab() bool { return t.KeepTab && Modifiers()&fyne.KeyModifierShift == 0 }

// TypedKey implements fyne.Focusable.
func (t *Typing) TypedKey(k *fyne.KeyEvent) {
	if t.OnKey != nil && t.OnKey(k) {
		return
	}
	switch {
	case k.Name == fyne.KeyEscape || len(k.Name) > 1 && k.Name[0] == 'F' && strings.Trim(string(k.Name[1:]), "0123456789") == "":
		passKey(t, k)
		return
	case (k.Name == fyne.KeyReturn || k.Name == fyne.KeyEnter) && !t.MultiLine && t.OnSubmitted == nil:
		passKey(t, k)
		return
	}
	t.Entry.TypedKey(k)
}

// TypedRune implements fyne.Focusable.
func (t *Typing) TypedRune(r rune) {
	if t.OnRune != nil && t.OnRune(r) {
		return
	}
	t.Entry.TypedRune(r)
}

// TypedShortcut implements fyne.Shortcutable.
func (t *Typing) TypedShortcut(s fyne.Shortcut) {
	if t.OnShortcut != nil && t.OnShortcut(s) {
		return
	}
	if c, ok := s.(*desktop.CustomShortcut); ok {
		switch c.KeyName {
		case fyne.KeyLeft, fyne.KeyRight, fyne.KeyBackspace, fyne.KeyDelete:
		default:
			passShortcut(t, s)
			return
		}
	}
	t.Entry.TypedShortcut(s)
}

// FocusGained implements fyne.Focusable.
func (t *Typing) FocusGained() {
	t.Entry.FocusGained()
	if t.OnFocus != nil {
		t.OnFocus(true)
	}
}

// FocusLost implements fyne.Focusable.
func (t *Typing) FocusLost() {
	t.Entry.FocusLost()
	if t.OnFocus != nil {
		t.OnFocus(false)
	}
}

// CreateRenderer implements fyne.Widget.
func (t *Typing) CreateRenderer() fyne.WidgetRenderer {
	if t.Password && t.ActionItem == nil {
		t.ActionItem = &canvas.Rectangle{} // else the entry would add an eye of its own
	}
	r := &typingRenderer{t.Entry.CreateRenderer()}
	r.bare()
	return r
}

// typingRenderer takes the box off the entry.
type typingRenderer struct{ fyne.WidgetRenderer }

func (r *typingRenderer) bare() {
	for _, o := range r.Objects() {
		if b, ok := o.(*canvas.Rectangle); ok {
			b.FillColor, b.StrokeColor = Col(None), Col(None)
		}
	}
}

// Refresh implements fyne.WidgetRenderer.
func (r *typingRenderer) Refresh() {
	r.WidgetRenderer.Refresh()
	r.bare()
}

// Field is a box for one line of text. Beneath it stands a sentence when what is in it is wrong, or a hint.
type Field struct {
	widget.BaseWidget
	Entry     *Typing
	OnChanged func(string)
	OnLeft    func() // the keyboard went elsewhere: the time to check what was typed

	wrong, hint string
	height      float32
	box         float32 // width of the box; 0: all there is
	aside       string  // right of the box
	asideHint   bool
	trail       fyne.CanvasObject // at the right end inside the box
	focused     bool
	setting     bool
}

// NewField returns a Field.
func NewField(text, placeholder string, changed func(string)) *Field {
	f := &Field{}
	f.start(text, placeholder, changed)
	f.ExtendBaseWidget(f)
	return f
}

func (f *Field) start(text, placeholder string, changed func(string)) {
	f.Entry, f.OnChanged, f.height = NewTyping(), changed, ControlHeight
	f.Entry.Text, f.Entry.PlaceHolder = text, placeholder
	f.Entry.OnChanged = func(s string) {
		if f.OnChanged != nil && !f.setting {
			f.OnChanged(s)
		}
	}
	f.Entry.OnFocus = func(on bool) {
		f.focused = on
		f.Refresh()
		if !on && f.OnLeft != nil {
			f.OnLeft()
		}
	}
}

// Tall makes the box higher. It returns f.
func (f *Field) Tall(height float32) *Field {
	f.height = height
	return f
}

// Narrow makes the box that wide; aside stands right of it. Sentences beneath have the whole width. It returns f.
func (f *Field) Narrow(width float32, aside string) *Field {
	f.box, f.aside = width, aside
	return f
}

// SetAside puts a hint right of a narrow box.
func (f *Field) SetAside(s string) {
	if s != f.aside {
		f.aside, f.asideHint = s, true
		f.Refresh()
	}
}

// NewArea returns a Field of several lines, height high, for a text that is not long.
func NewArea(text, placeholder string, height float32, changed func(string)) *Field {
	f := &Field{}
	f.start(text, placeholder, changed)
	f.height = height
	f.Entry.MultiLine, f.Entry.Wrapping = true, fyne.TextWrapWord
	f.ExtendBaseWidget(f)
	return f
}

// Text is what stands in the field.
func (f *Field) Text() string { return f.Entry.Text }

// SetText changes what stands in the field, without OnChanged.
func (f *Field) SetText(s string) {
	if s == f.Entry.Text {
		return
	}
	f.setting = true
	f.Entry.SetText(s)
	f.setting = false
}

// SetWrong shows a sentence about what is wrong, with a red ring; an empty one takes both away.
func (f *Field) SetWrong(sentence string) {
	if sentence != f.wrong {
		f.wrong = sentence
		f.Refresh()
	}
}

// Wrong is the sentence of SetWrong.
func (f *Field) Wrong() string { return f.wrong }

// SetHint shows a sentence beneath the field while nothing is wrong.
func (f *Field) SetHint(sentence string) {
	if sentence != f.hint {
		f.hint = sentence
		f.Refresh()
	}
}

// SetPlaceHolder changes what stands in the empty field.
func (f *Field) SetPlaceHolder(s string) { f.Entry.SetPlaceHolder(s) }

// Enable lets the field be typed in.
func (f *Field) Enable() { f.Entry.Enable(); f.Refresh() }

// Disable shows the field as not to be typed in.
func (f *Field) Disable() { f.Entry.Disable(); f.Refresh() }

// Disabled reports whether the field is disabled. Fyne's walk of the keyboard asks the entry.
func (f *Field) Disabled() bool { return f.Entry.Disabled() }

// Height is what the field needs at a width: more where a sentence stands beneath it.
func (f *Field) Height(width float32) float32 {
	if note := f.note(); note != "" {
		return f.height + 4 + float32(len(wrapNote(note, width)))*17
	}
	return f.height
}

func wrapNote(s string, width float32) []string {
	return wrap(s, width, func(s string) float32 { return TextWidth(s, 12, false) })
}

func (f *Field) note() string {
	if f.wrong != "" {
		return f.wrong
	}
	return f.hint
}

// MinSize implements fyne.CanvasObject.
func (f *Field) MinSize() fyne.Size {
	f.ExtendBaseWidget(f)
	w := float32(48)
	if f.box > 0 {
		w = f.box
		if f.aside != "" {
			w += 10 + TextWidth(f.aside, 13, false)
		}
	}
	return fyne.NewSize(w, f.Height(max(f.Size().Width, w)))
}

// CreateRenderer implements fyne.Widget.
func (f *Field) CreateRenderer() fyne.WidgetRenderer { return f.draw(f) }

// draw makes the renderer of self, which is f or what f is part of.
func (f *Field) draw(self fyne.CanvasObject) fyne.WidgetRenderer {
	box := &canvas.Rectangle{CornerRadius: 6}
	sign := &canvas.Image{FillMode: canvas.ImageFillContain}
	note := NewPara("", 12, false, Text3)
	aside := NewLine("", 13, false, Text)
	d := &drawing{of: self, objects: []fyne.CanvasObject{box, f.Entry, sign, note, aside}, min: f.MinSize}
	if f.trail != nil {
		d.objects = append(d.objects, f.trail)
	}
	d.paint = func() {
		fill, line, width := Input, Border, float32(1)
		switch {
		case f.Disabled():
			fill, line = Footer, Sep
		case f.wrong != "":
			line, width = Err, 2
		case f.focused:
			line, width = Accent, 2
		}
		box.FillColor, box.StrokeColor, box.StrokeWidth = Col(fill), Col(line), width
		sign.Resource = Icon("warn", Text2)
		sign.Hidden = f.wrong == "" || f.trail != nil || f.Disabled() || f.box > 0 && f.box < 120
		c := Text3
		if f.wrong != "" {
			c = Err
		}
		note.text, note.colour, note.broken = f.note(), c, nil
		if f.asideHint {
			aside.size, aside.colour = 12, Text3
		}
		aside.SetText(f.aside)
	}
	d.place = func(s fyne.Size) {
		width := s.Width
		if f.box > 0 {
			width = min(width, f.box)
		}
		box.Resize(fyne.NewSize(width, f.height))
		aside.Place(width+10, ceil(f.height/2)+5, s.Width-width-10)
		right := float32(4)
		if !sign.Hidden {
			right = 28
		}
		if f.trail != nil {
			m := f.trail.MinSize()
			f.trail.Resize(m)
			f.trail.Move(fyne.NewPos(width-m.Width-4, (f.height-m.Height)/2))
			right = m.Width + 4
		}
		sign.Move(fyne.NewPos(width-25, (f.height-16)/2))
		sign.Resize(fyne.NewSquareSize(16))
		if f.Entry.MultiLine {
			f.Entry.Move(fyne.NewPos(4, 1))
			f.Entry.Resize(fyne.NewSize(max(width-6, 0), f.height-2))
		} else {
			f.Entry.Move(fyne.NewPos(4, ceil((f.height-ControlHeight)/2)))
			f.Entry.Resize(fyne.NewSize(max(width-4-right, 0), ControlHeight))
		}
		note.Move(fyne.NewPos(0, f.height+4))
		note.Resize(fyne.NewSize(s.Width, max(s.Height-f.height-4, 0)))
	}
	d.paint()
	return d
}
