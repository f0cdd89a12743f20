package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"
)

// Ask is a question that has to be answered before anything else in its window: for what would be lost otherwise,
// and for what only the person knows.
type Ask struct {
	Title   string
	Text    string
	Content fyne.CanvasObject // between text and buttons, or nil
	// Choices are the buttons from left to right; the last is the likely one. Enter presses it.
	Choices []AskChoice
	// OnCancelled is called for Escape. nil: Escape presses the first choice.
	OnCancelled func()
	Width       float32 // 0: 440

	pop     *widget.PopUp
	canvas  fyne.Canvas
	before  func(*fyne.KeyEvent)
	buttons []*Button
	body    *fyne.Container
}

// AskChoice is one answer. Do that returns false keeps the question open.
type AskChoice struct {
	Label string
	Kind  Kind
	Left  bool // at the left end of the row of buttons
	Do    func() bool
}

// Show puts the question over w. first has the keyboard then; nil: nothing has, so that Enter and Escape answer.
func (a *Ask) Show(w fyne.Window, first fyne.Focusable) {
	width := a.Width
	if width == 0 {
		width = 440
	}
	a.canvas = w.Canvas()
	width = min(width, a.canvas.Size().Width-24)
	var left, right []fyne.CanvasObject
	for _, c := range a.Choices {
		b := NewButton(c.Label, "", c.Kind, func() { a.answer(c) })
		a.buttons = append(a.buttons, b)
		if c.Left {
			left = append(left, b)
		} else {
			right = append(right, b)
		}
	}
	parts := []fyne.CanvasObject{NewPara(a.Title, 15, true, Text)}
	if a.Text != "" {
		parts = append(parts, NewPara(a.Text, 13, false, Text2))
	}
	if a.Content != nil {
		parts = append(parts, a.Content)
	}
	column := &Column{Gap: 10, Pad: fyne.NewSize(24, 22), last: width}
	a.body = container.New(column, parts...)
	page := container.NewBorder(nil, NewFoot(24, left, right), nil, nil, a.body)
	a.pop = widget.NewModalPopUp(page, a.canvas)
	height := func() float32 { return min(column.MinSize(parts).Height+footHeight, a.canvas.Size().Height-24) }
	a.before = a.canvas.OnTypedKey()
	a.canvas.SetOnTypedKey(a.key)
	a.pop.Resize(fyne.NewSize(width, height()))
	a.pop.Show()
	a.pop.Resize(fyne.NewSize(width, height()))
	if first != nil {
		a.canvas.Focus(first)
	} else {
		a.canvas.Unfocus()
	}
}

// Grow gives the question the height that its content needs now.
func (a *Ask) Grow() {
	if a.pop != nil {
		w := a.pop.Content.Size().Width
		a.pop.Resize(fyne.NewSize(w, min(a.body.MinSize().Height+footHeight, a.canvas.Size().Height-24)))
	}
}

// Button is the button of a choice, to be disabled or renamed while something is under way.
func (a *Ask) Button(i int) *Button { return a.buttons[i] }

func (a *Ask) answer(c AskChoice) {
	if c.Do == nil || c.Do() {
		a.Close()
	}
}

func (a *Ask) key(k *fyne.KeyEvent) {
	switch k.Name {
	case fyne.KeyEscape:
		if a.OnCancelled != nil {
			a.Close()
			a.OnCancelled()
			return
		}
		a.buttons[0].press()
	case fyne.KeyReturn, fyne.KeyEnter:
		a.buttons[len(a.buttons)-1].press()
	}
}

// Close takes the question away without an answer.
func (a *Ask) Close() {
	if a.pop == nil {
		return
	}
	a.pop.Hide()
	a.pop = nil
	a.canvas.SetOnTypedKey(a.before)
}

// Open reports whether the question waits for its answer.
func (a *Ask) Open() bool { return a.pop != nil }
