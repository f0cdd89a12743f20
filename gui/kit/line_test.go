package kit

import (
	"image/color"
	"os"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
)

func TestMain(m *testing.M) {
	os.Setenv("LANG", "en_US.UTF-8")
	os.Exit(m.Run())
}

func app(t *testing.T) fyne.App {
	t.Helper()
	a := test.NewTempApp(t)
	a.Settings().SetTheme(NewTheme())
	return a
}

// shown is what a Line draws, joined.
func shown(l *Line) string {
	var b strings.Builder
	for _, o := range test.WidgetRenderer(l).Objects() {
		if t, ok := o.(*canvas.Text); ok {
			b.WriteString(t.Text)
		}
	}
	return b.String()
}

func TestLineCutsWhatDoesNotFit(t *testing.T) {
	app(t)
	for _, text := range []string{
		"The kitchen gains 40 cm and the door to the garden can now open fully",
		"附件是今天设计评审的会议纪要。大家一致同意采用第二版平面图，厨房增加 40 厘米",
		strings.Repeat("W", 3000),
		"e\u0301" + strings.Repeat("e\u0301", 80),
	} {
		for _, width := range []float32{0, 5, 40, 100, 201.5, 260} {
			l := NewLine(text, 12, false, Text)
			l.Place(0, 20, width)
			got := shown(l)
			if !strings.HasSuffix(got, "…") {
				t.Errorf("%.20q in %v: %q does not end in an ellipsis", text, width, got)
			}
			if width >= 40 && measure(got, 12, false, nil) > width {
				t.Errorf("%.20q in %v: %q needs %v", text, width, got, measure(got, 12, false, nil))
			}
			kept := strings.TrimSuffix(got, "…")
			more := []rune(strings.TrimPrefix(clean(text), kept))
			if len(more) < 3 {
				continue
			}
			if w := measure(kept+string(more[:3])+"…", 12, false, nil); width >= 40 && w <= width {
				t.Errorf("%.20q in %v: %q leaves room for three letters more", text, width, got)
			}
		}
	}
}

func TestLineKeepsWhatFits(t *testing.T) {
	app(t)
	l := NewLine("New 写邮件", 13, true, Text)
	l.Place(0, 20, l.Width())
	if got := shown(l); got != "New 写邮件" {
		t.Errorf("a line as wide as its text shows %q", got)
	}
}

func TestLineCutsAddressesInTheMiddle(t *testing.T) {
	app(t)
	l := NewLine("a.very.long.mailbox.name@a-long-domain.example.org", 13, false, Text).CutAt(CutMiddle)
	l.Place(0, 20, 180)
	got := shown(l)
	if !strings.HasPrefix(got, "a.very") || !strings.HasSuffix(got, "ple.org") || !strings.Contains(got, "…") {
		t.Errorf("cut to %q", got)
	}
}

func TestLineDropsWhatWouldDeceive(t *testing.T) {
	app(t)
	l := NewLine("invoice\u202Efdp.exe\r\nBcc:\x00\tx", 13, false, Text)
	if got := l.Text(); got != "invoicefdp.exe  Bcc: x" {
		t.Errorf("text is %q", got)
	}
}

func TestHanStandsOnTheBaselineOfLatin(t *testing.T) {
	app(t)
	for _, size := range []float32{11, 12, 13, 15, 20} {
		l := NewLine("H田", size, false, Text)
		l.Resize(fyne.NewSize(100, 40))
		if feet := []int{lastInk(t, l, 0), lastInk(t, l, 1)}; feet[1]-feet[0] < 0 || feet[1]-feet[0] > 2 {
			t.Errorf("size %v: H ends in row %d, 田 in row %d", size, feet[0], feet[1])
		}
	}
}

// lastInk is the last row with ink of the nth text of l.
func lastInk(t *testing.T, l *Line, n int) int {
	t.Helper()
	for i, o := range test.WidgetRenderer(l).Objects() {
		o.(*canvas.Text).Color = color.White
		if i == n {
			o.(*canvas.Text).Color = color.Black
		}
	}
	w := test.NewTempWindow(t, nil)
	w.SetPadded(false)
	w.SetContent(l)
	w.Resize(fyne.NewSize(100, 40))
	for i, o := range test.WidgetRenderer(l).Objects() {
		o.(*canvas.Text).Color = color.White
		if i == n {
			o.(*canvas.Text).Color = color.Black
		}
	}
	img := w.Canvas().Capture()
	for y := img.Bounds().Max.Y - 1; y >= 0; y-- {
		for x := range img.Bounds().Max.X {
			if r, _, _, _ := img.At(x, y).RGBA(); r < 0x6000 {
				return y
			}
		}
	}
	return -1
}

func TestBoldHanComesFromTheSystem(t *testing.T) {
	app(t)
	if _, err := readHan(true); err != nil {
		t.Skip("no bold Chinese font here: ", err)
	}
	q := NewQueue()
	Start(q.Loop)
	defer func() { background = nil }()
	l := NewLine("会议 Minutes", 13, true, Text)
	l.Place(0, 20, 200)
	face := func() fyne.Resource { return test.WidgetRenderer(l).Objects()[0].(*canvas.Text).FontSource }
	_ = face()
	if !q.Until(time.Minute, func() bool { return face() != nil }) {
		t.Fatal("the bold face was never given to the line that waited for it")
	}
	if latin := test.WidgetRenderer(l).Objects()[1].(*canvas.Text).FontSource; latin != nil {
		t.Error("Latin is drawn from the Chinese font")
	}
	if w := measure("会议", 13, true, face()); w < 25 || w > 27 {
		t.Errorf("two ideographs of size 13 are %v wide", w)
	}
}

func TestMarksCoverTheWords(t *testing.T) {
	for _, c := range []struct {
		text  string
		words []string
		want  string
	}{
		{"Floor plan, second", []string{"plan", "floor"}, "[Floor] [plan], second"},
		{"平面图第二版", []string{"第二"}, "平面图[第二]版"},
		{"planplan", []string{"plan", "lanp"}, "[planplan]"},
		{"nothing", []string{"x", ""}, "nothing"},
		{"İplan", []string{"plan"}, "İ[plan]"},
	} {
		var b strings.Builder
		for _, p := range pieces(c.text, markSpans(c.text, c.words)) {
			if p.marked {
				p.text = "[" + p.text + "]"
			}
			b.WriteString(p.text)
		}
		if b.String() != c.want {
			t.Errorf("%q: got %s, want %s", c.words, b.String(), c.want)
		}
	}
}
