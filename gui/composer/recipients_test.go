package composer

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"poplar/gui/kit"
	"poplar/gui/model"
	"poplar/mail"
)

func TestAddressesBecomeChips(t *testing.T) {
	k := open(t, mail.Draft{Account: "a"})
	line := k.lines[model.To]
	e := line.Entry()
	if k.Window.Window.Canvas().Focused() != fyne.Focusable(e) {
		t.Error("a new message does not begin at its recipients")
	}
	k.write(e, "marta@x.org,")
	k.write(e, "陈思远 <chen＠x.cn>；")
	k.write(e, `"Weber, Jonas" <j@x.org>`)
	k.key(e, fyne.KeyReturn)
	k.write(e, "bob")
	e.FocusLost() // Tab
	want := []string{"marta@x.org", "陈思远 <chen@x.cn>", `"Weber, Jonas" <j@x.org>`, "bob"}
	if !slices.Equal(k.to(), want) {
		t.Fatalf("got %q, want %q", k.to(), want)
	}
	if len(line.chips) != 4 || e.Text != "" {
		t.Errorf("%d chips, %q still in the field", len(line.chips), e.Text)
	}
	e.FocusGained()
	k.write(e, "MARTA@x.org,")
	if len(k.to()) != 4 {
		t.Error("an address is there twice")
	}

	k.key(e, fyne.KeyBackspace)
	if len(k.to()) != 4 || !line.chips[3].Selected() {
		t.Fatal("the first Backspace only selects")
	}
	k.key(e, fyne.KeyBackspace)
	if !slices.Equal(k.to(), want[:3]) {
		t.Errorf("after Backspace: %q", k.to())
	}
	k.key(e, fyne.KeyLeft)
	k.key(e, fyne.KeyLeft)
	k.key(e, fyne.KeyDelete)
	if !slices.Equal(k.to(), []string{want[0], want[2]}) {
		t.Errorf("after Delete: %q", k.to())
	}
	k.key(e, fyne.KeyLeft)
	k.write(e, "k")
	if line.selected >= 0 || e.Text != "k" {
		t.Error("typing goes to the field, not to the selected chip")
	}
	e.SetText("")
	test.DoubleTap(line.chips[1])
	if e.Text != want[2] || len(k.to()) != 1 {
		t.Errorf("a double click gives %q to edit", e.Text)
	}
}

func TestSuggestions(t *testing.T) {
	k := open(t, mail.Draft{Account: "a"})
	person := func(name, addr string) mail.Suggestion {
		return mail.Suggestion{Person: mail.Person{Address: mail.Address{Name: name, Addr: addr}}}
	}
	team := mail.PeopleGroup{Name: "Kernel team", Members: []mail.Address{{Name: "Ann", Addr: "ann@x.org"}, {Addr: "bo@x.org"}}}
	k.e.told(func() {
		k.e.people = []mail.Suggestion{person("Klara", "klara@x.org"), person("Klaus", "klaus@x.org"), {Person: mail.Person{Address: mail.Address{Name: "Kernel team"}}, Group: &team}}
	})
	line := k.lines[model.To]
	e := line.Entry()
	open := func(s string) {
		t.Helper()
		k.write(e, s)
		k.until("suggestions for "+s, func() bool { return line.plate.Open() && line.plate.typed == s })
	}
	open("kl")
	if len(line.plate.list) != 2 || line.plate.chosen != 0 || !e.AcceptsTab() {
		t.Fatalf("%d suggestions, %d chosen", len(line.plate.list), line.plate.chosen)
	}
	k.key(e, fyne.KeyDown)
	k.key(e, fyne.KeyReturn)
	if !slices.Equal(k.to(), []string{"Klaus <klaus@x.org>"}) || e.Text != "" || line.plate.Open() || e.AcceptsTab() {
		t.Fatalf("to %q, typed %q", k.to(), e.Text)
	}
	open("kl")
	if len(line.plate.list) != 1 {
		t.Error("who is there already is suggested")
	}
	k.key(e, fyne.KeyEscape)
	if line.plate.Open() || e.Text != "kl" {
		t.Error("Escape does not close the suggestions, or takes what was typed")
	}
	e.SetText("")
	open("kernel")
	k.key(e, fyne.KeyTab)
	if want := []string{"Klaus <klaus@x.org>", "Ann <ann@x.org>", "bo@x.org"}; !slices.Equal(k.to(), want) {
		t.Errorf("a group gives %q", k.to())
	}
	// A click on a suggestion takes the keyboard away before it is heard.
	open("kla")
	line.plate.MouseIn(&desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(20, 20)}})
	e.FocusLost()
	line.plate.Tapped(&fyne.PointEvent{Position: fyne.NewPos(20, 20)})
	if got := k.to(); len(got) != 4 || got[3] != "Klara <klara@x.org>" {
		t.Errorf("a click gives %q", got)
	}
	// What is an address by itself is taken as it stands.
	k.e.told(func() { k.e.people = append(k.e.people, person("", "kim@x.organic")) })
	k.write(e, "kim@x.org")
	k.until("the suggestion", func() bool { return line.plate.Open() && line.plate.typed == "kim@x.org" })
	k.key(e, fyne.KeyReturn)
	if got := k.to(); got[len(got)-1] != "kim@x.org" {
		t.Errorf("Enter takes %q", got)
	}
}

func TestPastedListsBecomeChips(t *testing.T) {
	k := open(t, mail.Draft{Account: "a"})
	e := k.lines[model.To].Entry()
	c := test.NewClipboard()
	c.SetContent("Marta <marta@x.org>; jonas@x.org\nbob")
	e.TypedShortcut(&fyne.ShortcutPaste{Clipboard: c})
	if want := []string{"Marta <marta@x.org>", "jonas@x.org", "bob"}; !slices.Equal(k.to(), want) {
		t.Errorf("got %q", k.to())
	}
	c.SetContent("klara")
	e.TypedShortcut(&fyne.ShortcutPaste{Clipboard: c})
	if e.Text != "klara" || len(k.to()) != 3 {
		t.Errorf("a word is not a list, yet %q and %q", e.Text, k.to())
	}
	e.SetText("")
	k.key(e, fyne.KeyLeft)
	k.key(e, fyne.KeyLeft)
	e.TypedShortcut(&fyne.ShortcutCopy{Clipboard: c})
	if c.Content() != "jonas@x.org" {
		t.Errorf("copied %q", c.Content())
	}
}

func TestCcComesWhenItIsWantedOrUsed(t *testing.T) {
	k := open(t, letter())
	if k.lines[model.Cc].Visible() || k.lines[model.Bcc].Visible() {
		t.Error("empty lines are shown")
	}
	test.Tap(k.cc)
	if !k.lines[model.Cc].Visible() || k.cc.Visible() || k.Window.Window.Canvas().Focused() != fyne.Focusable(k.lines[model.Cc].Entry()) {
		t.Error("Cc did not come, or has not the keyboard")
	}
	d := letter()
	d.Bcc = []mail.Address{{Addr: "b@x.org"}}
	if k := open(t, d); !k.lines[model.Bcc].Visible() {
		t.Error("a blind copy is hidden from its sender")
	}
}

// Many recipients take five rows, which are scrolled: subject and text stay in sight, and so does what is typed.
func TestManyRecipientsAreScrolled(t *testing.T) {
	k := open(t, letter())
	line := k.lines[model.To]
	before := line.Size().Height
	kit.Focus(line.entry)
	var pasted strings.Builder
	for i := range 150 {
		fmt.Fprintf(&pasted, "王小明 <p%d＠example.cn>；", i)
	}
	c := test.NewClipboard()
	c.SetContent(pasted.String())
	line.entry.TypedShortcut(&fyne.ShortcutPaste{Clipboard: c})
	k.until("taken", func() bool { return len(k.c.Recipients[model.To]) >= 150 })
	if h := line.Size().Height; h > before+4*chipStep {
		t.Errorf("the line is %v high", h)
	}
	seen := func() (first, last, n int) {
		first = -1
		for i, c := range line.chips {
			if !c.Visible() {
				continue
			}
			if p := c.Position(); p.Y < 0 || p.Y+c.Size().Height > line.Size().Height {
				t.Errorf("chip %d stands at %v", i, p)
			}
			if first < 0 {
				first = i
			}
			last, n = i, n+1
		}
		return first, last, n
	}
	entry := func() bool { return line.entry.Position().X >= 0 && line.entry.Position().Y < line.Size().Height }
	if _, last, n := seen(); last != len(line.chips)-1 || n > 60 || !entry() {
		t.Errorf("%d chips are seen up to %d of %d, the entry %v", n, last, len(line.chips), entry())
	}
	line.Scrolled(&fyne.ScrollEvent{Scrolled: fyne.Delta{DY: 10}})
	if _, last, _ := seen(); last == len(line.chips)-1 || entry() || !kit.Focused(line.entry) {
		t.Errorf("scrolled up the last seen is %d, the entry %v", last, entry())
	}
	line.entry.TypedRune('x')
	if !entry() {
		t.Error("what is typed is not seen")
	}
	line.entry.SetText("")
	for range len(line.chips) {
		line.entry.TypedKey(&fyne.KeyEvent{Name: fyne.KeyLeft})
	}
	if first, _, _ := seen(); first != 0 || line.selected != 0 {
		t.Errorf("at the start %d is seen first, %d is chosen", first, line.selected)
	}
	if y := fyne.CurrentApp().Driver().AbsolutePositionForObject(k.subject).Y; y+40 > k.Window.Window.Canvas().Size().Height {
		t.Errorf("the subject stands at %v", y)
	}
}
