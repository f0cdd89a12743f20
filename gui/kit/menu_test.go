package kit

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"
)

func TestMenu(t *testing.T) {
	app(t)
	w := test.NewTempWindow(t, NewButton("x", "", Plain, nil))
	w.Resize(fyne.NewSize(600, 300))
	did := ""
	item := func(label string) *fyne.MenuItem { return fyne.NewMenuItem(label, func() { did += label }) }
	off := item("off")
	off.Disabled = true
	more := item("more")
	more.ChildMenu = fyne.NewMenu("", item("inner"), item("last"))
	many := func() *fyne.Menu {
		return fyne.NewMenu("", fyne.NewMenuItemSeparator(), item("first"), off, fyne.NewMenuItemSeparator(), fyne.NewMenuItemSeparator(), more, item("end"), fyne.NewMenuItemSeparator())
	}
	key := func(m *Menu, keys ...fyne.KeyName) {
		for _, k := range keys {
			m.TypedKey(&fyne.KeyEvent{Name: k})
		}
	}
	open := func() bool { return w.Canvas().Overlays().Top() != nil }

	m := PopUp(many(), w.Canvas(), fyne.NewPos(580, 290))
	if n := len(m.panels[0].items); n != 5 {
		t.Errorf("%d lines: separators at the ends or doubled stay", n)
	}
	if p, s := m.panels[0].Position(), m.panels[0].Size(); p.X+s.Width > 600 || p.Y+s.Height > 300 {
		t.Errorf("the menu at %v, %v leaves the window", p, s)
	}
	if w.Canvas().Focused() != fyne.Focusable(m) {
		t.Error("the menu has not got the keyboard")
	}
	key(m, fyne.KeyDown, fyne.KeyReturn)
	if did != "first" || open() {
		t.Errorf("did %q, open %v", did, open())
	}

	m = PopUp(many(), w.Canvas(), fyne.NewPos(10, 10))
	key(m, fyne.KeyDown, fyne.KeyDown, fyne.KeyRight, fyne.KeyDown, fyne.KeyReturn)
	if did != "firstlast" || open() {
		t.Errorf("the menu within: %q", did)
	}

	m = PopUp(many(), w.Canvas(), fyne.NewPos(10, 10))
	key(m, fyne.KeyEnd, fyne.KeyUp, fyne.KeyRight, fyne.KeyLeft, fyne.KeyEscape)
	if did != "firstlast" || open() {
		t.Error("Escape does not leave it")
	}

	m = PopUp(many(), w.Canvas(), fyne.NewPos(10, 10))
	for _, c := range []struct {
		name fyne.KeyName
		want string
	}{{fyne.KeyUp, "end"}, {fyne.KeyDown, "first"}, {fyne.KeyUp, "end"}} { // round the end
		key(m, c.name)
		if i := m.panels[0].item(); i == nil || i.Label != c.want {
			t.Errorf("%s: %v is chosen, not %s", c.name, i, c.want)
		}
	}
	key(m, fyne.KeyEscape)

	m = PopUp(many(), w.Canvas(), fyne.NewPos(10, 10))
	p := m.panels[0]
	at := func(n int) *desktop.MouseEvent {
		e := &desktop.MouseEvent{}
		e.Position = fyne.NewPos(40, p.top(n)+5)
		return e
	}
	p.MouseMoved(at(1))
	if p.chosen != -1 {
		t.Error("a disabled line can be chosen")
	}
	p.MouseMoved(at(3))
	if len(m.panels) != 2 {
		t.Fatal("the mouse does not open the menu within")
	}
	p.MouseMoved(at(4))
	if len(m.panels) != 1 {
		t.Error("the menu within stays")
	}
	p.Tapped(&fyne.PointEvent{Position: at(1).Position})
	p.Tapped(&fyne.PointEvent{Position: at(3).Position})
	if !open() {
		t.Error("a click on what does nothing closes the menu")
	}
	p.Tapped(&fyne.PointEvent{Position: at(4).Position})
	if did != "firstlastend" || open() {
		t.Errorf("by the mouse: %q", did)
	}

	m = PopUp(many(), w.Canvas(), fyne.NewPos(10, 10))
	m.Tapped(&fyne.PointEvent{})
	if open() {
		t.Error("a click beside it leaves it open")
	}
}

func TestALongMenuScrolls(t *testing.T) {
	app(t)
	w := test.NewTempWindow(t, NewButton("x", "", Plain, nil))
	w.Resize(fyne.NewSize(400, 200))
	long := fyne.NewMenu("")
	for range 40 {
		long.Items = append(long.Items, fyne.NewMenuItem("folder", nil))
	}
	m := PopUp(long, w.Canvas(), fyne.NewPos(10, 10))
	p := m.panels[0]
	if p.Size().Height > 200 {
		t.Errorf("%v high", p.Size().Height)
	}
	for range 40 {
		m.TypedKey(&fyne.KeyEvent{Name: fyne.KeyDown})
	}
	if top := p.top(39); top+menuRow > p.Size().Height {
		t.Errorf("the chosen line is at %v, out of sight", top)
	}
	p.Scrolled(&fyne.ScrollEvent{Scrolled: fyne.Delta{DY: 1e6}})
	if p.offset != 0 {
		t.Error("the wheel does not lead back")
	}
}

func TestKeyTexts(t *testing.T) {
	for want, s := range map[string]fyne.Shortcut{
		"Ctrl+Shift+R": &desktop.CustomShortcut{KeyName: fyne.KeyR, Modifier: fyne.KeyModifierControl | fyne.KeyModifierShift},
		"Del":          &desktop.CustomShortcut{KeyName: fyne.KeyDelete},
		"Alt+M":        &desktop.CustomShortcut{KeyName: fyne.KeyM, Modifier: fyne.KeyModifierAlt},
		"":             nil,
	} {
		if got := KeyText(s); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestInitials(t *testing.T) {
	for _, c := range [][3]string{
		{"Marta Oliveira", "m@x", "MO"},
		{"陈思远", "c@x", "陈"},
		{"jonas", "j@x", "J"},
		{"", "anna.lindqvist@gmail.com", "A"},
		{"  ", "", "?"},
		{"\"Ward, A.\" (x)", "", "WX"},
	} {
		if got := Initials(c[0], c[1]); got != c[2] {
			t.Errorf("%q: %q, want %q", c[0], got, c[2])
		}
	}
}

func TestScrollBarReachesBothEnds(t *testing.T) {
	app(t)
	var at float64
	b := NewScrollBar(nil)
	b.OnScroll = func(o float64) { at = o; b.Set(7_000_000, 600, o) }
	b.Resize(fyne.NewSize(12, 600))
	b.Set(7_000_000, 600, 0)
	if _, long := b.thumb(); long < shortestThumb {
		t.Errorf("the thumb is %v long", long)
	}
	drag := func(y float32) {
		e := &fyne.DragEvent{}
		e.Position = fyne.NewPos(6, y)
		b.Dragged(e)
	}
	down := &desktop.MouseEvent{}
	down.Position = fyne.NewPos(6, 4)
	b.MouseDown(down)
	drag(10_000)
	if at != 7_000_000-600 {
		t.Errorf("the end is at %v", at)
	}
	drag(-50)
	if at != 0 {
		t.Errorf("the top is at %v", at)
	}
}

func TestBreakKeepsEveryLetter(t *testing.T) {
	app(t)
	text := "I moved the stairs as we discussed. 附件是昨天会议的纪要，请看第三部分的待办事项"
	lines := Break(text, 12, false, 150, 2)
	if len(lines) != 2 || strings.ReplaceAll(strings.Join(lines, " "), " ", "") != strings.ReplaceAll(text, " ", "") {
		t.Errorf("%q", lines)
	}
	if got := TextWidth(lines[0], 12, false); got > 151 {
		t.Errorf("the first line is %v wide", got)
	}
	if one := Break(text, 12, false, 150, 1); len(one) != 1 || one[0] != text {
		t.Errorf("%q", one)
	}
}

func TestMenusTickWhatIsOn(t *testing.T) {
	plainItem, on := fyne.NewMenuItem("Off", nil), fyne.NewMenuItem("On", nil)
	without := newMenuPanel(&Menu{}, fyne.NewMenu("", plainItem))
	on.Checked = true
	with := newMenuPanel(&Menu{}, fyne.NewMenu("", plainItem, on))
	if without.lead() != 0 || with.lead() != menuTick || with.rows[0].tick.Visible() || !with.rows[1].tick.Visible() {
		t.Errorf("columns of %v and %v", without.lead(), with.lead())
	}
}
