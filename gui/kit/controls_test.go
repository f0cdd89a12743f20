package kit

import (
	"image/color"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"
)

// show puts o into a window of a test.
func show(t *testing.T, o fyne.CanvasObject) fyne.Canvas {
	t.Helper()
	app := test.NewTempApp(t)
	SetLanguage("en")
	SetTheme("light")
	t.Cleanup(func() { SetTheme("system") })
	w := app.NewWindow("")
	t.Cleanup(w.Close)
	w.SetPadded(false)
	w.SetContent(container.New(&Column{}, o))
	w.Resize(fyne.NewSize(480, 400))
	return w.Canvas()
}

func press(o fyne.Focusable, keys ...fyne.KeyName) {
	for _, k := range keys {
		o.TypedKey(&fyne.KeyEvent{Name: k})
	}
}

func renderer(o fyne.Widget) []fyne.CanvasObject { return test.WidgetRenderer(o).Objects() }

func fillOf(o fyne.CanvasObject) color.Color { return o.(*canvas.Rectangle).FillColor }

func TestFieldTellsWhatIsWrong(t *testing.T) {
	var typed string
	left := 0
	f := NewField("", "", func(s string) { typed = s })
	f.OnLeft = func() { left++ }
	c := show(t, f)
	rest := f.MinSize().Height
	c.Focus(f.Entry)
	f.Entry.TypedRune('x')
	if typed != "x" {
		t.Errorf("typed %q", typed)
	}
	box := renderer(f)[0].(*canvas.Rectangle)
	if box.StrokeColor != Col(Accent) || box.StrokeWidth != 2 {
		t.Error("a field with the keyboard has no ring")
	}
	f.SetWrong("This name does not exist.")
	if box.StrokeColor != Col(Err) {
		t.Error("a wrong field has no red ring")
	}
	if f.MinSize().Height <= rest {
		t.Error("there is no room for the sentence")
	}
	narrow := f.Height(60)
	if narrow <= f.Height(400) {
		t.Error("a sentence that is broken needs more room")
	}
	f.SetWrong("")
	if f.MinSize().Height != rest {
		t.Error("the room for the sentence stays")
	}
	c.Unfocus()
	if left != 1 {
		t.Errorf("left %d times", left)
	}
	typed = ""
	f.SetText("by program")
	if typed != "" || f.Text() != "by program" {
		t.Error("SetText is no typing")
	}
	f.Disable()
	if !f.Disabled() || box.FillColor != Col(Footer) {
		t.Error("a disabled field looks like one to type in")
	}
}

func TestSecretHidesUntilAsked(t *testing.T) {
	var typed string
	s := NewSecret("", func(v string) { typed = v })
	show(t, s)
	s.Entry.TypedRune('p')
	if typed != "p" || s.Shown() || !s.Entry.Password {
		t.Errorf("typed %q, shown %v", typed, s.Shown())
	}
	test.Tap(s.eye)
	if !s.Shown() || s.eye.Hint() != "Hide password" {
		t.Error("the eye does not show it")
	}
	test.Tap(s.eye)
	if s.Shown() {
		t.Error("the eye does not hide it again")
	}
}

func TestCheck(t *testing.T) {
	var got []bool
	c := NewCheck("On", false, func(on bool) { got = append(got, on) })
	cv := show(t, c)
	cv.Focus(c)
	ring := renderer(c)[0].(*canvas.Rectangle)
	if ring.StrokeColor != Col(Accent) {
		t.Error("the keyboard shows no ring")
	}
	press(c, fyne.KeySpace)
	cv.Unfocus()
	test.Tap(c)
	if cv.Focused() != fyne.Focusable(c) || ring.StrokeColor == Col(Accent) {
		t.Error("the mouse gives the keyboard, without the ring")
	}
	c.SetOn(true)
	c.Disable()
	test.Tap(c)
	press(c, fyne.KeySpace)
	if !slices.Equal(got, []bool{true, false}) || !c.On() {
		t.Errorf("told %v, on %v", got, c.On())
	}
}

func TestChoice(t *testing.T) {
	var got []int
	c := NewChoice(0, func(i int) { got = append(got, i) }, "a", "b", "c")
	cv := show(t, container.NewVBox(c.Radio(0), c.Radio(1), c.Radio(2)))
	test.Tap(c.Radio(2))
	test.Tap(c.Radio(2))
	press(c.Radio(2), fyne.KeyUp)
	if cv.Focused() != fyne.Focusable(c.Radio(1)) {
		t.Error("the arrow does not take the keyboard along")
	}
	press(c.Radio(1), fyne.KeyUp, fyne.KeyDown)
	press(c.Radio(0), fyne.KeyUp) // nothing above
	c.Choose(2)
	if !slices.Equal(got, []int{2, 1, 0, 2}) || c.Chosen() != 2 || !c.Radio(2).On() || c.Radio(0).On() {
		t.Errorf("told %v, chosen %d", got, c.Chosen())
	}
}

func TestSwitch(t *testing.T) {
	var got []bool
	s := NewSwitch(true, func(on bool) { got = append(got, on) })
	show(t, s)
	test.Tap(s)
	press(s, fyne.KeySpace)
	s.Disable()
	test.Tap(s)
	if !slices.Equal(got, []bool{false, true}) {
		t.Errorf("told %v", got)
	}
}

func TestSelect(t *testing.T) {
	var got []int
	s := NewSelect([]string{"TLS", "STARTTLS", "None"}, 0, func(i int) { got = append(got, i) })
	cv := show(t, s)
	press(s, fyne.KeyDown, fyne.KeyUp, fyne.KeyUp)
	if !slices.Equal(got, []int{1, 0}) {
		t.Errorf("the arrows told %v", got)
	}
	got = nil
	test.Tap(s)
	list, ok := cv.Focused().(*optionList)
	if !ok {
		t.Fatalf("the options have not the keyboard: %T", cv.Focused())
	}
	press(list, fyne.KeyDown, fyne.KeyDown, fyne.KeyDown, fyne.KeyReturn)
	if !slices.Equal(got, []int{2}) || s.Chosen() != 2 {
		t.Errorf("Enter told %v", got)
	}
	if cv.Overlays().Top() != nil || cv.Focused() != fyne.Focusable(s) {
		t.Error("the options stay, or the keyboard does not come back")
	}
	press(s, fyne.KeySpace)
	press(cv.Focused(), fyne.KeyUp, fyne.KeyEscape)
	if s.Chosen() != 2 || cv.Overlays().Top() != nil {
		t.Error("Escape changes something, or nothing")
	}
	press(s, fyne.KeySpace)
	cv.Focused().TypedRune('s')
	press(cv.Focused(), fyne.KeyReturn)
	if s.Chosen() != 1 {
		t.Errorf("a letter chose %d", s.Chosen())
	}
	press(s, fyne.KeySpace)
	test.Tap(cv.Focused().(*optionList).rows[0])
	if s.Chosen() != 0 {
		t.Error("a click does not choose")
	}
	s.Disable()
	test.Tap(s)
	if cv.Overlays().Top() != nil {
		t.Error("a disabled one opens")
	}
}

func TestTabsAndSegments(t *testing.T) {
	var got []int
	tabs := NewTabs(24, func(i int) { got = append(got, i) }, "Servers", "Identity", "Log")
	show(t, tabs)
	test.Tap(tabs.cells[2])
	press(tabs, fyne.KeyLeft, fyne.KeyHome, fyne.KeyLeft, fyne.KeyEnd)
	if !slices.Equal(got, []int{2, 1, 0, 2}) {
		t.Errorf("tabs told %v", got)
	}
	got = nil
	s := NewSegments(1, func(i int) { got = append(got, i) }, "System", "Light", "Dark")
	show(t, s)
	test.TapAt(s, fyne.NewPos(8, 10))
	press(s, fyne.KeyRight, fyne.KeyRight, fyne.KeyRight)
	if !slices.Equal(got, []int{0, 1, 2}) {
		t.Errorf("segments told %v", got)
	}
}

// Where the acts would leave the text a narrow column they stand below it, and the bar is lower for that.
func TestBarsActsGoBelowALongText(t *testing.T) {
	test.NewTempApp(t)
	long := "The settings are saved, the password is not. Poplar can keep it until it ends, and ask again next time."
	b := NewBar(ToneWarn, "This system has no keyring", long).Act("Keep for this session", nil).Act("How to get one", nil)
	for width, below := range map[float32]bool{420: true, 900: false} {
		b.Resize(fyne.NewSize(width, b.Height(width)))
		test.WidgetRenderer(b).Layout(b.Size())
		if y := b.acts[0].Position().Y; (y > b.Size().Height/2) != below {
			t.Errorf("at %v the acts stand at %v of %v", width, y, b.Size().Height)
		}
		for _, a := range b.acts {
			if end := a.Position().AddXY(a.Size().Width, a.Size().Height); end.X > width || end.Y > b.Size().Height {
				t.Errorf("at %v an act ends at %v of %v", width, end, b.Size())
			}
		}
	}
	short := NewBar(ToneInfo, "", "Offline").Act("Try now", nil)
	short.Resize(fyne.NewSize(260, short.Height(260)))
	if short.Height(260) > 40 {
		t.Error("a short text needs no second row")
	}
}

func TestBar(t *testing.T) {
	done := 0
	b := NewBar(ToneErr, "Log in refused", "The server does not accept this password.").Act("Repair…", func() { done++ }).Code("-ERR [AUTH]")
	show(t, b)
	test.Tap(b.acts[0])
	press(b.acts[0], fyne.KeyReturn)
	if done != 2 || b.Text() == "" || !slices.Equal(b.Acts(), []string{"Repair…"}) {
		t.Errorf("done %d, acts %v", done, b.Acts())
	}
	if b.Height(200) <= b.Height(460) {
		t.Error("a narrow bar is not higher")
	}
	b.Set(ToneOK, "", "Fine")
	if len(b.Acts()) != 0 || fillOf(renderer(b)[0]) != Col(OKBg) {
		t.Error("a bar that is about something else keeps its acts or its colour")
	}
}

func TestControlsFollowTheTheme(t *testing.T) {
	c, f, b := NewCheck("x", true, nil), NewField("", "", nil), NewBar(ToneWarn, "", "x")
	show(t, container.New(&Column{}, c, f, b))
	light := []color.Color{fillOf(renderer(c)[1]), fillOf(renderer(f)[0]), fillOf(renderer(b)[0])}
	SetTheme("dark")
	for _, o := range []fyne.CanvasObject{c, f, b} { // as the application does after a change of its theme
		o.Refresh()
	}
	for i, o := range []color.Color{fillOf(renderer(c)[1]), fillOf(renderer(f)[0]), fillOf(renderer(b)[0])} {
		if o == light[i] {
			t.Errorf("%d stays light", i)
		}
	}
}

func TestAskAnswersByKeyboard(t *testing.T) {
	for _, c := range []struct {
		key  fyne.KeyName
		want string
	}{{fyne.KeyReturn, "save"}, {fyne.KeyEscape, "cancelled"}} {
		cv := show(t, NewRule())
		mine := 0
		cv.SetOnTypedKey(func(*fyne.KeyEvent) { mine++ })
		var got string
		a := &Ask{Title: "Save?", Text: "It is not sent.", OnCancelled: func() { got = "cancelled" }, Choices: []AskChoice{
			{Label: "Discard", Left: true, Do: func() bool { got = "discard"; return true }},
			{Label: "Save", Kind: Filled, Do: func() bool { got = "save"; return true }},
		}}
		a.Show(fyne.CurrentApp().Driver().AllWindows()[len(fyne.CurrentApp().Driver().AllWindows())-1], nil)
		if cv.Overlays().Top() == nil || !a.Open() {
			t.Fatal("nothing is asked")
		}
		cv.OnTypedKey()(&fyne.KeyEvent{Name: c.key})
		if got != c.want || a.Open() || cv.Overlays().Top() != nil {
			t.Errorf("%s gave %q", c.key, got)
		}
		if cv.OnTypedKey()(&fyne.KeyEvent{Name: c.key}); mine != 1 {
			t.Error("the window's own keys do not come back")
		}
	}
}

func TestTypingHandsOnWhatIsNotText(t *testing.T) {
	e := NewTyping()
	cv := show(t, e)
	var keys []string
	cv.SetOnTypedKey(func(k *fyne.KeyEvent) { keys = append(keys, string(k.Name)) })
	e.TypedRune('x')
	press(e, fyne.KeyEscape, fyne.KeyF5, fyne.KeyReturn, fyne.KeyF, fyne.KeyLeft)
	if got := strings.Join(keys, " "); got != "Escape F5 Return" {
		t.Errorf("the window got %q", got)
	}
	took := false
	e.OnShortcut = func(s fyne.Shortcut) bool {
		_, took = s.(*desktop.CustomShortcut)
		return took
	}
	e.TypedShortcut(&desktop.CustomShortcut{KeyName: fyne.KeyReturn, Modifier: fyne.KeyModifierControl})
	if !took || e.Text != "x" {
		t.Errorf("took %v, text %q", took, e.Text)
	}
}

func TestWrap(t *testing.T) {
	letters := func(s string) float32 { // Chinese counts twice
		n := float32(0)
		for _, r := range s {
			n++
			if isHan(r) {
				n++
			}
		}
		return n
	}
	for _, c := range []struct {
		name, in string
		width    float32
		want     []string
	}{
		{"fits", "one two", 10, []string{"one two"}},
		{"at blanks", "one two three", 8, []string{"one two", "three"}},
		{"own lines", "one\n\ntwo", 10, []string{"one", "", "two"}},
		{"long word", "abcdefghij k", 4, []string{"abcd", "efgh", "ij k"}},
		{"Chinese anywhere", "一二三四五", 4, []string{"一二", "三四", "五"}},
		{"no mark at the start of a line", "一二，三四。", 6, []string{"一二，", "三四。"}},
		{"mixed", "收取 POP3 邮件", 8, []string{"收取", "POP3 邮", "件"}},
		{"nothing", "", 4, []string{""}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := wrap(c.in, c.width, letters); !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestFormMakesRoom(t *testing.T) {
	f := NewForm(100)
	a, b := NewField("", "", nil), NewField("", "", nil)
	f.Head("Servers").Add("Server", a).Add("Port", b)
	show(t, f)
	before, y := f.Height(400), b.Position().Y
	a.SetWrong("This name does not exist.")
	f.Refresh()
	if f.Height(400) <= before || b.Position().Y <= y {
		t.Error("what is beneath does not move down")
	}
	a.Hide()
	f.Refresh()
	if f.Height(400) >= before {
		t.Error("a hidden row takes room")
	}
}
