package kit

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"io/fs"
	"math"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
	"github.com/fyne-io/oksvg"
	"github.com/srwiley/rasterx"

	"poplar/assets"
)

func TestIconsTakeTheColourOfTheTheme(t *testing.T) {
	app(t)
	SetTheme("light")
	light := Icon("trash", Text2)
	SetTheme("dark")
	dark := Icon("trash", Text2)
	defer SetTheme("system")
	if !bytes.Contains(light.Content(), []byte("#505B54")) || !bytes.Contains(dark.Content(), []byte("#AEB8B2")) {
		t.Errorf("light %s, dark %s", light.Content(), dark.Content())
	}
	if light.Name() == dark.Name() {
		t.Error("both have one name, so Fyne shows one for the other")
	}
	if Icon("trash", Text2) != dark {
		t.Error("the same icon is made twice")
	}
}

func TestThemeChoiceGoesBeforeTheSystem(t *testing.T) {
	app(t)
	th := NewTheme()
	defer SetTheme("system")
	for choice, want := range map[string]Colour{"light": Surface, "dark": Surface} {
		SetTheme(choice)
		got := th.Color(theme.ColorNameBackground, theme.VariantLight)
		if got != value(want, choice == "dark") {
			t.Errorf("%s: background is %v", choice, got)
		}
	}
	SetTheme("system")
	if th.Color(theme.ColorNameBackground, theme.VariantDark) != value(Surface, true) {
		t.Error("the system's variant is not followed")
	}
	SystemTheme(false)
	defer SystemTheme(true)
	if th.Color(theme.ColorNameBackground, theme.VariantDark) != value(Surface, false) {
		t.Error("a silent system is taken to be dark")
	}
}

func TestEveryTranslationFileIsRead(t *testing.T) {
	dir := assets.Translations("zh")
	names, _ := fs.Glob(dir, "*.json")
	if len(names) == 0 {
		t.Fatal("no translations are embedded")
	}
	for _, n := range names {
		src, err := fs.ReadFile(dir, n)
		if err != nil {
			t.Fatal(err)
		}
		var words map[string]string
		if err := json.Unmarshal(src, &words); err != nil {
			t.Errorf("%s: %v", n, err)
		}
		for k, v := range words {
			if strings.Count(k, "%") != strings.Count(v, "%") {
				t.Errorf("%s: %q and %q take different arguments", n, k, v)
			}
		}
	}
}

func TestWords(t *testing.T) {
	defer SetLanguage("en")
	SetLanguage("zh")
	if got := N(1, "%d byte", "%d bytes"); got != "1 字节" {
		t.Errorf("one in Chinese: %q", got)
	}
	if T("Today") != "今天" || T("no such text") != "no such text" {
		t.Error("Chinese")
	}
	SetLanguage("en")
	if N(1, "%d byte", "%d bytes") != "1 byte" || N(2, "%d byte", "%d bytes") != "2 bytes" || T("Today") != "Today" {
		t.Error("English")
	}
	for n, want := range map[int]string{999: "999 bytes", 1284: "1,284 bytes", 12500: "12,500 bytes", 1234567: "1,234,567 bytes"} {
		if got := N(n, "%d byte", "%d bytes"); got != want {
			t.Errorf("%d: %q", n, got)
		}
	}
	t.Setenv("LANG", "zh_CN.UTF-8")
	t.Setenv("LC_ALL", "")
	t.Setenv("LC_MESSAGES", "")
	if SetLanguage("system"); Language() != "zh" {
		t.Error("a Chinese system gives", Language())
	}
}

func TestDates(t *testing.T) {
	defer SetLanguage("en")
	zone := time.FixedZone("", 3600)
	now := time.Date(2026, 11, 22, 14, 32, 0, 0, zone)
	for _, c := range []struct {
		t                    time.Time
		en, zh, fullEn, full string
	}{
		{time.Date(2026, 11, 22, 14, 28, 0, 0, zone), "14:28", "14:28", "Today, 14:28", "今天 14:28"},
		{time.Date(2026, 11, 21, 23, 10, 0, 0, time.UTC), "00:10", "00:10", "Today, 00:10", "今天 00:10"},
		{time.Date(2026, 11, 21, 9, 5, 0, 0, zone), "Sat", "周六", "Yesterday, 09:05", "昨天 09:05"},
		{time.Date(2026, 11, 16, 9, 5, 0, 0, zone), "Mon", "周一", "Mon 16 Nov, 09:05", "11月16日周一 09:05"},
		{time.Date(2026, 11, 15, 9, 5, 0, 0, zone), "15 Nov", "11月15日", "Sun 15 Nov, 09:05", "11月15日周日 09:05"},
		{time.Date(2024, 2, 29, 9, 5, 0, 0, zone), "29 Feb 2024", "2024年2月29日", "29 February 2024, 09:05", "2024年2月29日 09:05"},
		{time.Date(2026, 11, 24, 9, 5, 0, 0, zone), "24 Nov", "11月24日", "Tue 24 Nov, 09:05", "11月24日周二 09:05"},
	} {
		SetLanguage("en")
		if Date(c.t, now) != c.en || FullDate(c.t, now) != c.fullEn {
			t.Errorf("%v: %q, %q", c.t, Date(c.t, now), FullDate(c.t, now))
		}
		SetLanguage("zh")
		if Date(c.t, now) != c.zh || FullDate(c.t, now) != c.full {
			t.Errorf("%v: %q, %q", c.t, Date(c.t, now), FullDate(c.t, now))
		}
	}
}

func TestSizes(t *testing.T) {
	for n, want := range map[int64]string{
		0: "0 bytes", 1: "1 byte", 1023: "1,023 bytes", 1024: "1 KB", 655360: "640 KB", 1887437: "1.8 MB",
		26214400: "25 MB", 1048575: "1.0 MB", 5 << 30: "5.0 GB",
	} {
		if got := Size(n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}

func TestGoTellsTheLoopOnceAndNothingAfterCancel(t *testing.T) {
	q := NewQueue()
	got := make(chan struct{}, 1)
	Go(context.Background(), q.Loop, func(context.Context) (int, error) { panic("oh") }, func(_ int, err error) {
		if err == nil || !strings.Contains(err.Error(), "oh") {
			t.Errorf("a panic came back as %v", err)
		}
		got <- struct{}{}
	})
	if !q.Until(time.Minute, func() bool { return len(got) == 1 }) {
		t.Fatal("then was not called")
	}
	ctx, cancel := context.WithCancel(context.Background())
	called, came := false, false
	loop := func(f func()) { q.Loop(func() { f(); came = true }) }
	Do(ctx, loop, func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }, func(error) { called = true })
	cancel()
	if !q.Until(time.Minute, func() bool { return came }) || called {
		t.Error("then was called after cancel")
	}
	late, end := context.WithTimeout(context.Background(), time.Nanosecond)
	defer end()
	var said error
	Do(late, q.Loop, func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }, func(err error) { said = err })
	if !q.Until(time.Minute, func() bool { return errors.Is(said, context.DeadlineExceeded) }) {
		t.Error("a deadline that passed was not told")
	}
}

func TestAfterCanBeStoppedUntilItRan(t *testing.T) {
	q := NewQueue()
	ran := 0
	stop := After(q.Loop, 0, func() { ran++ })
	q.Until(time.Minute, func() bool { return ran == 1 })
	stop()
	stop = After(q.Loop, 0, func() { ran++ })
	for len(q.wake) == 0 { // it has fired, but the loop has not come to it
		time.Sleep(time.Millisecond)
	}
	stop()
	q.Run()
	if ran != 1 {
		t.Errorf("ran %d times", ran)
	}
}

func TestButtonsAreWorkedByMouseAndKeyboard(t *testing.T) {
	app(t)
	n := 0
	b := NewButton("Send", "send", Filled, func() { n++ })
	ib := NewIconButton("trash", "Delete", func() { n += 10 })
	w := test.NewTempWindow(t, nil)
	w.SetContent(b)
	test.Tap(b)
	b.TypedKey(&fyne.KeyEvent{Name: fyne.KeySpace})
	b.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	test.Tap(ib)
	ib.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if n != 23 {
		t.Errorf("pressed %d", n)
	}
	b.Disable()
	ib.Disable()
	test.Tap(b)
	test.Tap(ib)
	if n != 23 {
		t.Error("a disabled button works")
	}
	if got := b.MinSize().Height; got != 30 {
		t.Errorf("height %v", got)
	}
}

func TestHoverLabelWaitsAndGoes(t *testing.T) {
	app(t)
	q := NewQueue()
	Start(q.Loop)
	defer func() { background = nil }()
	b := NewIconButton("trash", "Delete", nil)
	w := test.NewTempWindow(t, nil)
	l := SetContent(w, b)
	defer Forget(w)
	w.Resize(fyne.NewSize(200, 100))
	b.MouseIn(nil)
	if len(l.sheet.Objects) != 0 {
		t.Error("the label is there at once")
	}
	if !q.Until(time.Minute, func() bool { return len(l.sheet.Objects) == 1 }) {
		t.Fatal("no label came")
	}
	b.MouseOut()
	if len(l.sheet.Objects) != 0 {
		t.Error("the label stays")
	}
}

func TestEveryIconIsOutlined(t *testing.T) {
	names, err := filepath.Glob("../../assets/icons/ui/*.svg")
	if err != nil || len(names) < 50 {
		t.Fatalf("%d icons, %v", len(names), err)
	}
	for _, n := range names {
		n = strings.TrimSuffix(filepath.Base(n), ".svg")
		path, err := outline(assets.Icon(n), 1.6)
		if err != nil || len(path) < 20 || strings.Contains(path, "NaN") {
			t.Errorf("%s: %v, %q", n, err, path)
		}
	}
}

func TestAStrokeBecomesTheShapeItCovers(t *testing.T) {
	svg := []byte(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 20"><path d="M4 4H16V16" fill="none" stroke="#000000" stroke-width="2"/></svg>`)
	path, err := outline(svg, 2)
	if err != nil {
		t.Fatal(err)
	}
	src := fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 20"><path d="%s" fill="#000000"/></svg>`, path)
	icon, err := oksvg.ReadIconStream(strings.NewReader(src))
	if err != nil {
		t.Fatal(err)
	}
	for _, size := range []int{20, 80} {
		img := image.NewRGBA(image.Rect(0, 0, size, size))
		icon.SetTarget(0, 0, float64(size), float64(size))
		icon.Draw(rasterx.NewDasher(size, size, rasterx.NewScannerGV(size, size, img, img.Bounds())), 1)
		covered := 0.0
		for i := 3; i < len(img.Pix); i += 4 {
			covered += float64(img.Pix[i]) / 255
		}
		covered *= 400 / float64(size*size)
		// Two arms of 12 x 2, less the corner they share, with a rounded corner and two round ends.
		if want := 12*2.0*2 - 1 - (1 - math.Pi/4) + math.Pi - 1 + 1; math.Abs(covered-want) > 1 {
			t.Errorf("at %d: %.2f square units are covered, want about %.2f", size, covered, want)
		}
	}
}
