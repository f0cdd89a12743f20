package gui

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"poplar/gui/kit"
)

// toastTime is how long an undo bar stands.
const toastTime = 8 * time.Second

// toastAct is a button of a bar.
type toastAct struct {
	label string
	do    func()
}

// toaster shows one dark bar at the foot of the window at a time: what was done, and how to take it back.
type toaster struct {
	layer func() *kit.Layer
	left  func() float32 // where the part of the window begins that the bar is centred in
	loop  kit.Loop
	bar   *toast
	stop  func()
}

func newToaster(loop kit.Loop, layer func() *kit.Layer, left func() float32) *toaster {
	return &toaster{layer: layer, left: left, loop: loop, stop: func() {}}
}

// show replaces the bar that stands. It goes by itself after d; 0 means it stays until hide.
func (t *toaster) show(text string, d time.Duration, acts ...toastAct) {
	t.hide()
	t.bar = newToast(text, acts, t.hide)
	t.place()
	t.layer().Show(t.bar)
	if d > 0 {
		t.stop = kit.After(t.loop, d, t.hide)
	}
}

// say changes the text of the bar that stands.
func (t *toaster) say(text string) {
	if t.bar != nil {
		t.bar.line.SetText(text)
	}
}

// place puts the bar where the window's size wants it.
func (t *toaster) place() {
	if t.bar == nil {
		return
	}
	m, s, left := t.bar.MinSize(), t.layer().Size(), t.left()
	width := min(max(m.Width, 280), s.Width-24)
	x := left + (s.Width-left-width)/2
	t.bar.Resize(fyne.NewSize(width, m.Height))
	t.bar.Move(fyne.NewPos(float32(int(max(x, 12))), s.Height-m.Height-22))
}

func (t *toaster) hide() {
	t.stop()
	if t.bar != nil {
		t.layer().Hide(t.bar)
		t.bar = nil
	}
}

// toast is the bar.
type toast struct {
	widget.BaseWidget
	ground *kit.Fill
	line   *kit.Line
	acts   []*toastButton
}

func newToast(text string, acts []toastAct, done func()) *toast {
	t := &toast{ground: kit.NewFill(kit.Toast, 8).Lift(18, 6), line: kit.NewLine(text, 13, false, kit.ToastText)}
	for _, a := range acts {
		t.acts = append(t.acts, newToastButton(a.label, func() { done(); a.do() }))
	}
	t.ExtendBaseWidget(t)
	return t
}

// MinSize implements fyne.CanvasObject.
func (t *toast) MinSize() fyne.Size {
	w := 16 + t.line.Width() + 30
	for _, a := range t.acts {
		w += a.MinSize().Width
	}
	return fyne.NewSize(w, 40)
}

// MouseIn implements desktop.Hoverable: what lies under the bar is not under the mouse.
func (t *toast) MouseIn(*desktop.MouseEvent) {}

// MouseMoved implements desktop.Hoverable.
func (t *toast) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (t *toast) MouseOut() {}

// Tapped implements fyne.Tappable: a click beside the buttons does nothing.
func (t *toast) Tapped(*fyne.PointEvent) {}

// CreateRenderer implements fyne.Widget.
func (t *toast) CreateRenderer() fyne.WidgetRenderer { return &toastRenderer{t} }

type toastRenderer struct{ toast *toast }

func (r *toastRenderer) Layout(s fyne.Size) {
	t := r.toast
	t.ground.Resize(s)
	x := s.Width
	for i := len(t.acts) - 1; i >= 0; i-- {
		w := t.acts[i].MinSize().Width
		x -= w
		t.acts[i].Move(fyne.NewPos(x, 0))
		t.acts[i].Resize(fyne.NewSize(w, s.Height))
	}
	t.line.Place(16, 25, x-20)
}

func (r *toastRenderer) MinSize() fyne.Size { return r.toast.MinSize() }
func (r *toastRenderer) Destroy()           {}
func (r *toastRenderer) Refresh() {
	for _, o := range r.Objects() {
		o.Refresh()
	}
}

func (r *toastRenderer) Objects() []fyne.CanvasObject {
	out := []fyne.CanvasObject{r.toast.ground, r.toast.line}
	for _, a := range r.toast.acts {
		out = append(out, a)
	}
	return out
}

// toastButton is a word of the bar that can be pressed.
type toastButton struct {
	widget.BaseWidget
	line *kit.Line
	rule *canvas.Rectangle // under the word while the mouse is over it
	tap  func()
}

func newToastButton(label string, tap func()) *toastButton {
	b := &toastButton{line: kit.NewLine(label, 13, true, kit.ToastAct), rule: canvas.NewRectangle(kit.Col(kit.None)), tap: tap}
	b.ExtendBaseWidget(b)
	return b
}

// Tapped implements fyne.Tappable.
func (b *toastButton) Tapped(*fyne.PointEvent) { b.tap() }

// Cursor implements desktop.Cursorable.
func (b *toastButton) Cursor() desktop.Cursor { return desktop.PointerCursor }

// MouseIn implements desktop.Hoverable.
func (b *toastButton) MouseIn(*desktop.MouseEvent) {
	b.rule.FillColor = kit.Col(kit.ToastAct)
	b.Refresh()
}

// MouseMoved implements desktop.Hoverable.
func (b *toastButton) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (b *toastButton) MouseOut() { b.rule.FillColor = kit.Col(kit.None); b.Refresh() }

// MinSize implements fyne.CanvasObject.
func (b *toastButton) MinSize() fyne.Size { return fyne.NewSize(b.line.Width()+30, 40) }

// CreateRenderer implements fyne.Widget.
func (b *toastButton) CreateRenderer() fyne.WidgetRenderer { return &toastButtonRenderer{b} }

type toastButtonRenderer struct{ button *toastButton }

func (r *toastButtonRenderer) Layout(s fyne.Size) {
	b := r.button
	b.line.Place(15, 25, s.Width-30)
	b.rule.Move(fyne.NewPos(15, 28))
	b.rule.Resize(fyne.NewSize(s.Width-30, 1))
}
func (r *toastButtonRenderer) MinSize() fyne.Size { return r.button.MinSize() }
func (r *toastButtonRenderer) Destroy()           {}
func (r *toastButtonRenderer) Refresh() {
	r.button.line.Refresh()
	r.button.rule.Refresh()
}

func (r *toastButtonRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.button.rule, r.button.line}
}
