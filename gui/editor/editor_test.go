package editor

import (
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"poplar/gui/kit"
)

// desk is an editor in a window of a test.
type desk struct {
	*testing.T
	*Editor
	q    *kit.Queue
	held fyne.KeyModifier
	told int
}

func open(t *testing.T, text string) *desk {
	t.Helper()
	app := test.NewTempApp(t)
	app.Settings().SetTheme(kit.NewTheme())
	kit.SetLanguage("en")
	d := &desk{T: t, q: kit.NewQueue()}
	d.Editor = New(d.q.Loop, text, 14)
	d.Editor.modifiers = func() fyne.KeyModifier { return d.held }
	d.OnChanged = func() { d.told++ }
	w := test.NewTempWindow(t, d.Editor)
	w.SetPadded(false)
	w.Resize(fyne.NewSize(400, 300))
	w.Canvas().Focus(d.Editor)
	t.Cleanup(d.Close)
	return d
}

func (d *desk) keys(names ...fyne.KeyName) {
	for _, n := range names {
		d.TypedKey(&fyne.KeyEvent{Name: n})
	}
}

func (d *desk) short(k fyne.KeyName, m fyne.KeyModifier) {
	d.TypedShortcut(&desktop.CustomShortcut{KeyName: k, Modifier: m})
}

func (d *desk) write(s string) {
	for _, r := range s {
		d.TypedRune(r)
	}
}

// shown is what is drawn, row by row from the top, each with the blank below it.
func (d *desk) shown() []string {
	var rows []string
	at := map[float32]int{}
	for _, o := range test.WidgetRenderer(d.Editor).Objects() {
		if t, ok := o.(*canvas.Text); ok {
			y := t.Position().Y
			i, ok := at[y]
			if !ok {
				i = len(rows)
				at[y] = i
				rows = append(rows, "")
			}
			rows[i] += t.Text
		}
	}
	return rows
}

func TestTypingAndMoving(t *testing.T) {
	d := open(t, "")
	d.write("Hello 世界")
	d.keys(fyne.KeyReturn)
	d.write("second")
	d.keys(fyne.KeyTab, fyne.KeyBackspace)
	if d.Text() != "Hello 世界\nsecond" || d.told == 0 {
		t.Fatalf("text %q, told %d times", d.Text(), d.told)
	}
	d.keys(fyne.KeyUp, fyne.KeyHome, fyne.KeyRight, fyne.KeyDelete)
	if d.Text() != "Hllo 世界\nsecond" {
		t.Errorf("text %q", d.Text())
	}
	d.keys(fyne.KeyEnd)
	d.held = fyne.KeyModifierShift
	d.keys(fyne.KeyLeft, fyne.KeyLeft)
	if d.Selected() != "世界" {
		t.Errorf("selected %q", d.Selected())
	}
	d.held = 0
	d.write("x")
	if d.Text() != "Hllo x\nsecond" {
		t.Errorf("typing over a selection gives %q", d.Text())
	}
	d.TypedShortcut(&fyne.ShortcutUndo{})
	if d.Text() != "Hllo 世界\nsecond" {
		t.Errorf("undone it is %q", d.Text())
	}
	d.TypedShortcut(&fyne.ShortcutRedo{})
	if d.Text() != "Hllo x\nsecond" {
		t.Errorf("done again it is %q", d.Text())
	}
	d.short(fyne.KeyEnd, fyne.KeyModifierShortcutDefault)
	d.short(fyne.KeyBackspace, wordKey())
	if d.Text() != "Hllo x\n" {
		t.Errorf("without its last word it is %q", d.Text())
	}
	d.short(fyne.KeyHome, fyne.KeyModifierShortcutDefault|fyne.KeyModifierShift)
	if d.Selected() != "Hllo x\n" {
		t.Errorf("selected to the start: %q", d.Selected())
	}
	d.keys(fyne.KeyLeft)
	if d.Selected() != "" || d.CaretOffset() != 0 {
		t.Error("an arrow key goes to the selection's end it points to")
	}
	d.short(fyne.KeyRight, wordKey())
	if d.CaretOffset() != 4 {
		t.Errorf("the end of the first word is at %d", d.CaretOffset())
	}
}

func TestUpAndDownKeepTheColumn(t *testing.T) {
	d := open(t, "a long first line\n\nanother long line")
	d.SetCaretOffset(10)
	d.keys(fyne.KeyDown, fyne.KeyDown)
	if line := d.CaretOffset() - len("a long first line\n\n"); line < 8 || line > 12 {
		t.Errorf("the caret is at %d of the third line", line)
	}
	d.keys(fyne.KeyDown)
	if d.caret != d.buf.End() {
		t.Error("Down in the last row does not go to the end")
	}
	d.keys(fyne.KeyUp, fyne.KeyUp, fyne.KeyUp)
	if d.CaretOffset() != 0 {
		t.Error("Up in the first row does not go to the start")
	}
}

func TestHomeAndEndKeepToTheRow(t *testing.T) {
	d := open(t, strings.Repeat("word ", 40))
	if d.grid.rows() < 3 {
		t.Fatalf("%d rows", d.grid.rows())
	}
	d.keys(fyne.KeyDown, fyne.KeyEnd)
	_, row := d.where(d.caret, d.upper)
	if row != 1 {
		t.Errorf("End went to row %d", row)
	}
	end := d.CaretOffset()
	d.keys(fyne.KeyHome)
	if _, row := d.where(d.caret, d.upper); row != 1 || d.CaretOffset() >= end {
		t.Errorf("Home went to row %d", row)
	}
}

func TestOnlyWhatIsSeenIsDrawn(t *testing.T) {
	d := open(t, strings.Repeat("> a quoted line\n", 10000))
	if n := len(test.WidgetRenderer(d.Editor).Objects()); n > 40 {
		t.Fatalf("%d objects are drawn", n)
	}
	d.keys(fyne.KeyPageDown, fyne.KeyPageDown)
	if d.offset <= 0 {
		t.Error("the text did not scroll with the caret")
	}
	d.short(fyne.KeyEnd, fyne.KeyModifierShortcutDefault)
	d.write("the end")
	rows := d.shown()
	found := false
	for _, r := range rows {
		found = found || r == "the end"
	}
	if !found {
		t.Errorf("what was typed cannot be seen: %q", rows)
	}
	d.Scrolled(&fyne.ScrollEvent{Scrolled: fyne.Delta{DY: 1e9}})
	if d.offset != 0 {
		t.Errorf("scrolled to %v", d.offset)
	}
}

func (d *desk) click(x, y float32, m fyne.KeyModifier) {
	e := &desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(x, y)}, Button: desktop.MouseButtonPrimary, Modifier: m}
	d.MouseDown(e)
	d.MouseUp(e)
}

func TestMouse(t *testing.T) {
	d := open(t, "one two three\nnext line\n中文，字符")
	x := func(s string) float32 { return padX + d.xOf(row{text: s}, len(s)) }
	row := func(n int) float32 { return padY + (float32(n)+0.5)*d.row }
	d.click(x("one t")+1, row(0), 0)
	if d.CaretOffset() != 5 {
		t.Fatalf("a click puts the caret at %d", d.CaretOffset())
	}
	d.click(x("one t")+1, row(0), 0)
	if d.Selected() != "two" {
		t.Errorf("a double click takes %q", d.Selected())
	}
	d.click(x("one t")+1, row(0), 0)
	if d.Selected() != "one two three\n" {
		t.Errorf("a triple click takes %q", d.Selected())
	}
	d.taps.at = time.Time{} // time passes
	d.click(x("ne"), row(1), 0)
	d.click(x("中文"), row(2), fyne.KeyModifierShift)
	if d.Selected() != "xt line\n中文" {
		t.Errorf("a click with Shift takes %q", d.Selected())
	}
	d.taps.at = time.Time{}
	d.MouseDown(&desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(padX, row(0))}, Button: desktop.MouseButtonPrimary})
	d.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(x("one"), row(0))}})
	d.DragEnd()
	if d.Selected() != "one" {
		t.Errorf("dragging takes %q", d.Selected())
	}
	d.click(5, 290, 0) // below the text
	if d.caret != d.buf.End() {
		t.Error("a click below the text does not go to its end")
	}
}

func TestClipboard(t *testing.T) {
	d := open(t, "one two")
	c := test.NewClipboard()
	d.SelectAll()
	d.TypedShortcut(&fyne.ShortcutCut{Clipboard: c})
	if d.Text() != "" || c.Content() != "one two" {
		t.Fatalf("text %q, clipboard %q", d.Text(), c.Content())
	}
	c.SetContent("a\r\nb\r\n")
	d.TypedShortcut(&fyne.ShortcutPaste{Clipboard: c})
	if d.Text() != "a\nb\n" {
		t.Errorf("pasted %q", d.Text())
	}
	d.TypedShortcut(&fyne.ShortcutUndo{})
	d.TypedShortcut(&fyne.ShortcutUndo{})
	if d.Text() != "one two" {
		t.Errorf("undone it is %q", d.Text())
	}
}

func TestQuotedLines(t *testing.T) {
	d := open(t, "> "+strings.Repeat("word ", 30)+"\n> and on\n\nown")
	d.short(fyne.KeyR, fyne.KeyModifierShortcutDefault)
	for i := range 3 {
		if l := d.buf.Line(i); !strings.HasPrefix(l, "> ") || columns(l) > rewrapWidth {
			t.Errorf("line %d is %q", i, l)
		}
	}
	d.ToEnd()
	d.QuoteSelection()
	if !strings.HasSuffix(d.Text(), "\n> own") {
		t.Errorf("marked as a quotation it is %q", d.Text())
	}
	d.Undo()
	d.Undo()
	if d.buf.Len() != 4 {
		t.Errorf("undone it is %q", d.Text())
	}
}

func TestShortcutsOfTheWindowGoOn(t *testing.T) {
	d := open(t, "x")
	for _, k := range []fyne.KeyName{fyne.KeyReturn, fyne.KeyS, fyne.KeyW} {
		if d.custom(&desktop.CustomShortcut{KeyName: k, Modifier: fyne.KeyModifierShortcutDefault}) {
			t.Errorf("Ctrl and %s are kept from the window", k)
		}
	}
}

// A tab stands at its stop, and the caret behind it.
func TestTabs(t *testing.T) {
	d := open(t, "a\tb\n\t\tc")
	stop := tabLetters * d.advance(' ')
	if x := d.xOf(row{text: "a\tb"}, 2); x != stop {
		t.Errorf("behind a tab is %v, not %v", x, stop)
	}
	if x := d.xOf(row{text: "\t\tc"}, 1); x != stop {
		t.Errorf("between two tabs is %v, not %v", x, stop)
	}
	if p, _ := d.hit(1, 2*stop+1); p.Byte != 2 {
		t.Errorf("the place behind two tabs is %v", p)
	}
}

func TestWhatCannotBeSeenKeepsItsOctets(t *testing.T) {
	const s = "a\u202Eb\u200Ec\x07d"
	if got := shown(s); len(got) != len(s) || got != "a   b   c d" {
		t.Errorf("shown as %q", got)
	}
}

// Where the text is resized, what was at the top stays near it.
func TestResizeKeepsThePlace(t *testing.T) {
	d := open(t, strings.Repeat(strings.Repeat("word ", 60)+"\n", 200))
	d.scrollTo(float64(d.row) * 500)
	before, _ := d.topLine()
	d.Resize(fyne.NewSize(700, 300))
	after, _ := d.topLine()
	if after < before-1 || after > before+1 {
		t.Errorf("line %d was at the top, now %d is", before, after)
	}
}
