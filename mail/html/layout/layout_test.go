package layout

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goitalic"
	"golang.org/x/image/font/gofont/gomono"
	"golang.org/x/image/font/gofont/goregular"

	"poplar/mail/html"
)

var update = flag.Bool("update", false, "write the goldens anew")

// testFonts are the same faces on every machine.
func testFonts(t testing.TB) *Fonts {
	t.Helper()
	f, err := NewFonts(FontOptions{Base: [][]byte{goregular.TTF, gobold.TTF, goitalic.TTF, gomono.TTF}, BaseOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func lay(t testing.TB, f *Fonts, src string, width float64) *Page {
	t.Helper()
	p, err := layOut(context.Background(), f, src, width)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func layOut(ctx context.Context, f *Fonts, src string, width float64) (*Page, error) {
	d, err := html.Read(ctx, src, html.Options{})
	if err != nil {
		return nil, err
	}
	tree, err := d.Style(ctx, html.Viewport{Width: width})
	if err != nil {
		return nil, err
	}
	b, err := Build(ctx, tree, f, Options{Width: width})
	if err != nil {
		return nil, err
	}
	return b.Layout(ctx, Options{Width: width})
}

// The goldens in testdata are the display lists of the .html files beside them.
func TestGoldens(t *testing.T) {
	f := testFonts(t)
	files, err := filepath.Glob("testdata/*.html")
	if err != nil || len(files) < 8 {
		t.Fatalf("%d samples, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			src, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			p := lay(t, f, string(src), 500)
			var got bytes.Buffer
			if err := p.Dump(&got); err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&got, "---\n%s\n", p.Text)
			golden := strings.TrimSuffix(file, ".html") + ".golden"
			if *update {
				if err := os.WriteFile(golden, got.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got.String() != string(want) {
				t.Errorf("the display list differs from %s:\n%s", golden, firstDifference(got.String(), string(want)))
			}
		})
	}
}

func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := 0; i < len(g) && i < len(w); i++ {
		if g[i] != w[i] {
			return fmt.Sprintf("line %d\ngot  %s\nwant %s", i+1, g[i], w[i])
		}
	}
	return fmt.Sprintf("%d lines, want %d", len(g), len(w))
}

// filled returns the rectangle of the nth box with a background of this colour.
func filled(t *testing.T, p *Page, colour string, n int) (x, y, w, h float64) {
	t.Helper()
	for _, it := range p.Items {
		if it.Op == OpBox && hex(it.Style.Background) == colour {
			if n == 0 {
				return it.X, it.Y, it.W, it.H
			}
			n--
		}
	}
	t.Fatalf("no box of %s", colour)
	return 0, 0, 0, 0
}

func TestBoxes(t *testing.T) {
	f := testFonts(t)
	const red = "background:#ff0000"
	for _, c := range []struct {
		name, body string
		x, y, w, h float64
	}{
		{"auto width", `<div style="` + red + `;height:10px">`, 0, 0, 400, 10},
		{"centred", `<div style="` + red + `;height:10px;width:100px;margin:0 auto">`, 150, 0, 100, 10},
		{"padding and border add up", `<div style="` + red + `;height:10px;width:100px;padding:5px;border:1px solid">`, 0, 0, 112, 22},
		{"border-box", `<div style="` + red + `;height:30px;width:100px;padding:5px;border:1px solid;box-sizing:border-box">`, 0, 0, 100, 30},
		{"max-width", `<div style="` + red + `;height:10px;width:100%;max-width:300px">`, 0, 0, 300, 10},
		{"margins collapse", `<div style="height:10px;margin-bottom:20px"></div><div style="` + red + `;height:10px;margin-top:30px">`, 0, 40, 400, 10},
		{"negative margins", `<div style="height:10px;margin-bottom:20px"></div><div style="` + red + `;height:10px;margin-top:-5px">`, 0, 25, 400, 10},
		{"through an empty block", `<div style="height:10px"></div><div style="margin:20px 0"></div><div style="` + red + `;height:10px;margin-top:5px">`, 0, 30, 400, 10},
		{"with the first child", `<div style="height:10px"></div><div style="` + red + `"><div style="margin-top:15px;height:10px">`, 0, 25, 400, 10},
		{"float", `<div style="float:left;width:50px;height:50px"></div><div style="float:left;` + red + `;width:60px;height:10px">`, 50, 0, 60, 10},
		{"float that wraps", `<div style="float:left;width:350px;height:50px"></div><div style="float:left;` + red + `;width:60px;height:10px">`, 0, 50, 60, 10},
		{"right float", `<div style="float:right;` + red + `;width:60px;height:10px">`, 340, 0, 60, 10},
		{"clear", `<div style="float:left;width:50px;height:50px"></div><div style="clear:both;` + red + `;height:10px">`, 0, 50, 400, 10},
		{"beside a float", `<div style="float:left;width:50px;height:50px"></div><div style="overflow:hidden;` + red + `;height:10px">`, 50, 0, 350, 10},
		{"percentages", `<div style="width:200px"><div style="` + red + `;width:50%;height:10px;margin-left:10%">`, 20, 0, 100, 10},
		{"table cell of a share", `<table width=100% cellspacing=0 cellpadding=0><tr><td width=25%></td><td style="` + red + `;height:10px">`, 100, 0, 300, 10},
		{"table cell in pixels", `<table width=100% cellspacing=0 cellpadding=0><tr><td width=120 style="` + red + `;height:10px"></td><td>x`, 0, 0, 120, 18},
		{"table shrinks to fit", `<table cellspacing=3 cellpadding=0><tr><td style="` + red + `"><div style="width:70px;height:10px">`, 3, 3, 70, 10},
		{"colspan", `<table cellspacing=0 cellpadding=0><tr><td><div style="width:70px;height:10px"></div><td><div style="width:30px;height:10px"></div></tr><tr><td colspan=2 style="` + red + `;height:10px">`, 0, 10, 100, 10},
		{"rowspan", `<table cellspacing=0 cellpadding=0><tr><td rowspan=2 style="` + red + `">a<td><div style="width:5px;height:30px"></div></tr><tr><td><div style="width:5px;height:40px">`, 0, 0, 8.92, 70},
		{"centred table", `<table align=center cellspacing=0 cellpadding=0><tr><td style="` + red + `"><div style="width:100px;height:10px">`, 150, 0, 100, 10},
		{"block in <center>", `<center><table cellspacing=0 cellpadding=0><tr><td style="` + red + `"><div style="width:100px;height:10px">`, 150, 0, 100, 10},
		{"vertical align", `<table cellspacing=0 cellpadding=0><tr><td height=100 valign=bottom><div style="` + red + `;width:10px;height:10px">`, 0, 90, 10, 10},
		{"flex grows", `<div style="display:flex"><div style="width:100px"></div><div style="flex:1;` + red + `;height:10px">`, 100, 0, 300, 10},
		{"flex shrinks", `<div style="display:flex"><div style="width:300px;min-width:0"></div><div style="width:300px;` + red + `;height:10px">`, 200, 0, 200, 10},
		{"flex centre", `<div style="display:flex;justify-content:center;align-items:center;height:50px"><div style="width:100px;` + red + `;height:10px">`, 150, 20, 100, 10},
		{"flex wraps", `<div style="display:flex;flex-wrap:wrap"><div style="width:300px;height:20px"></div><div style="width:200px;` + red + `;height:10px">`, 0, 20, 200, 10},
		{"inline-blocks side by side", `<div style="font-size:0"><div style="display:inline-block;width:50%;height:10px"></div><div style="display:inline-block;width:50%;` + red + `;height:10px">`, 200, 0, 200, 10},
		{"enormous", `<div style="width:1e12px;height:1e12px;` + red + `">`, 0, 0, 4_000_000, 4_000_000},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := lay(t, f, `<!DOCTYPE html><body style="margin:0">`+c.body, 400)
			x, y, w, h := filled(t, p, "#ff0000", 0)
			for _, d := range []float64{x - c.x, y - c.y, w - c.w, h - c.h} {
				if d > 0.1 || d < -0.1 {
					t.Fatalf("got %g,%g %gx%g, want %g,%g %gx%g", x, y, w, h, c.x, c.y, c.w, c.h)
				}
			}
		})
	}
}

// lines returns the page's text line by line, as it was broken.
func lines(p *Page) []string {
	var out []string
	y := -1.0
	for _, w := range p.Words {
		if w.Shaped == nil {
			continue
		}
		if w.Base != y {
			out = append(out, "")
			y = w.Base
		}
		out[len(out)-1] += w.Shaped.Text
	}
	for i := range out {
		out[i] = strings.TrimSpace(out[i])
	}
	return out
}

func TestLineBreaking(t *testing.T) {
	f := testFonts(t)
	for _, c := range []struct {
		name, body string
		width      float64
		want       string
	}{
		{"at blanks", "aaaa bbbb cccc", 90, "aaaa bbbb|cccc"},
		{"a word that fits nowhere", "aaaaaaaaaaaaaaaaaa bb", 80, "aaaaaaaaaaaaaaaaaa|bb"},
		{"which may be broken", `<span style="overflow-wrap:break-word">aaaaaaaaaaaaaaaaaa`, 80, "aaaaaaaa|aaaaaaaa|aa"},
		{"after hyphens", "aaaa-bbbb-cccc", 90, "aaaa-|bbbb-cccc"},
		{"not in numbers", "xxxx -1234", 60, "xxxx|-1234"},
		{"nowrap", `<span style="white-space:nowrap">aaaa bbbb cccc`, 80, "aaaa bbbb cccc"},
		{"pre", "<pre>aaaa bbbb cccc\ndd</pre>", 80, "aaaa bbbb cccc|dd"},
		{"br", "aa<br>bb", 80, "aa|bb"},
		{"wbr", "aaaaaaaa<wbr>bbbb", 80, "aaaaaaaa|bbbb"},
		{"no-break space", "aaaa&nbsp;bbbb cc", 80, "aaaa\u00a0bbbb|cc"},
		{"Chinese, closing marks stay", "汉字汉字汉。汉字", 50, "汉字汉字|汉。汉字"},
		{"small kana stay", "ああああっゃあ", 50, "あああ|あっゃあ"},
		{"break-all", `<span style="word-break:break-all">aaaa bbbb`, 40, "aaaa|bbbb"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := lay(t, f, fmt.Sprintf(`<!DOCTYPE html><body style="margin:0;font:16px monospace;width:%gpx">%s`, c.width, c.body), 600)
			if got := strings.Join(lines(p), "|"); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

// Wide marks that meet share the space between them; the advances are those of tofu here, which is wide enough only
// where the font has the characters, so the rule itself is tested.
func TestWideMarks(t *testing.T) {
	for _, c := range []struct {
		text string
		i    int
		want int
	}{
		{"好」。", 1, trimEnd},
		{"好。“", 1, trimNothing},
		{"好。”", 1, trimEnd},
		{"，「", 1, trimStart},
		{"好「", 1, trimNothing},
		{"（（", 1, trimStart},
		{"（（", 0, trimNothing},
		{"）（", 0, trimNothing},
		{"）（", 1, trimStart},
		{"ab", 0, trimNothing},
	} {
		if got := trim([]rune(c.text), c.i, false); got != c.want {
			t.Errorf("%s, %d: %d, want %d", c.text, c.i, got, c.want)
		}
	}
	if !meets('，', '「') || meets('好', '「') || meets('，', '好') {
		t.Error("meets")
	}
}

func TestClearingBreak(t *testing.T) {
	f := testFonts(t)
	p := lay(t, f, `<!DOCTYPE html><body style="margin:0"><img align=left width=50 height=90>a<br clear=all>b`, 400)
	if y := p.Words[len(p.Words)-1].Y; y < 90 {
		t.Errorf("the text after the break stands at %g", y)
	}
}

func TestRelativePosition(t *testing.T) {
	f := testFonts(t)
	p := lay(t, f, `<!DOCTYPE html><body style="margin:0"><div style="position:relative;top:7px;left:5px;height:10px;background:#ff0000"></div><div style="height:10px;background:#00ff00">`, 400)
	if x, y, _, _ := filled(t, p, "#ff0000", 0); x != 5 || y != 7 {
		t.Errorf("moved to %g,%g", x, y)
	}
	if _, y, _, _ := filled(t, p, "#00ff00", 0); y != 10 {
		t.Errorf("what follows moved to %g", y)
	}
}

func TestBidi(t *testing.T) {
	f := testFonts(t)
	p := lay(t, f, `<!DOCTYPE html><p>abc שלום עולם def`, 600)
	if !strings.HasPrefix(p.Text, "abc שלום עולם def") {
		t.Errorf("text %q", p.Text)
	}
	x := map[string]float64{}
	for _, w := range p.Words {
		if w.Shaped != nil {
			x[w.Shaped.Text] = w.X
		}
	}
	if !(x["abc"] < x["עולם"] && x["עולם"] < x["שלום"] && x["שלום"] < x["def"]) {
		t.Errorf("places %v", x)
	}
	p = lay(t, f, `<!DOCTYPE html><p dir=rtl style="margin:0">abc`, 600)
	if w := p.Words[0]; w.X < 500 {
		t.Errorf("a right-to-left paragraph begins at %g", w.X)
	}
}

func TestFindAndSelect(t *testing.T) {
	f := testFonts(t)
	p := lay(t, f, `<!DOCTYPE html><p>One <b>two</b> three.<p>Four&nbsp;five<table><tr><td>six<td>seven</table>`, 600)
	if p.Text != "One two three.\n\nFour\u00a0five\n\nsix\tseven" {
		t.Errorf("text %q", p.Text)
	}
	for query, want := range map[string]int{"two three": 1, "ONE": 1, "four five": 1, "six seven": 1, "x": 1, "": 0, "zero": 0, "e": 6} {
		if got := len(p.Find(query)); got != want {
			t.Errorf("%q: found %d, want %d", query, got, want)
		}
	}
	m := p.Find("wo thr")[0]
	if got := p.Slice(m.From, m.To); got != "wo thr" {
		t.Errorf("found %q", got)
	}
	if r := p.Rects(m.From, m.To); len(r) != 1 || r[0].W < 20 {
		t.Errorf("rectangles %v", r)
	}
	if got := p.Slice(p.Start(), p.End()); got != strings.ReplaceAll(p.Text, "\u00a0", " ") {
		t.Errorf("everything is %q", got)
	}
	pos, _ := p.At(0, 0)
	if a, b := p.WordAt(pos); p.Slice(a, b) != "One" {
		t.Errorf("first word %q", p.Slice(a, b))
	}
}

// hostile are messages made to hurt.
func hostile() map[string]string {
	word := strings.Repeat("x", 5<<20)
	var text strings.Builder
	for i := 0; text.Len() < 20<<20; i++ {
		fmt.Fprintf(&text, "word%d ", i*7919%100003)
	}
	var rules strings.Builder
	for i := range 20_000 {
		fmt.Fprintf(&rules, "div div > p:nth-child(%d) span, .x%d td{color:red;margin:%dpx}\n", i%7, i, i%9)
	}
	cells := strings.Repeat("<tr>"+strings.Repeat("<td>cell", 20), 5000)
	return map[string]string{
		"100,000 nested elements":  strings.Repeat("<div>", 100_000) + "seen",
		"20 MB of text":            text.String(),
		"a 5 MB word":              word,
		"a 5 MB word that breaks":  `<table><tr><td style="overflow-wrap:anywhere;word-break:break-all">` + word,
		"5,000 x 20 cells":         "<table border=1>" + cells,
		"5,000 x 20 joined cells":  `<table border=1 style="border-collapse:collapse">` + cells,
		"5,000 tables":             strings.Repeat("<table><tr>"+strings.Repeat("<td>c", 20)+"</table>", 5000),
		"400 nested tables":        strings.Repeat("<table><tr><td>", 400) + "seen",
		"120 tables in shares":     strings.Repeat("<table width=100% height=100%><tr><td width=50%>a<td>", 120) + "seen",
		"65,534 columns spanned":   "<table>" + strings.Repeat("<tr>"+strings.Repeat("<td colspan=65534 rowspan=65534>x", 20), 3000),
		"20,000 rules":             "<style>" + rules.String() + "</style>" + strings.Repeat("<div><div><p><span>x</span></p></div></div>", 3000),
		"selectors that look far":  "<style>" + strings.Repeat(":not(:not(:not(a b c d e f)))>*+*~*{color:red}", 3000) + "</style>" + strings.Repeat("<p>x", 20_000),
		"5,000 floats":             strings.Repeat(`<div style="float:left;width:37px;height:20px">f</div><img style="float:right" width=30 height=7>text `, 2500),
		"nested flex columns":      strings.Repeat(`<div style="display:flex;flex-direction:column"><div>`, 200) + "seen",
		"nested inline-blocks":     strings.Repeat(`<div style="display:inline-block">a`, 400) + "seen",
		"1e12 px":                  `<div style="width:1e12px;height:1e12px;margin:1e12px;padding:9e99px;font-size:1e12px;border:1e12px solid">x</div>seen`,
		"negative everything":      `<div style="margin:-1e12px;letter-spacing:-1e9px;text-indent:-1e9px;width:-1px">abc</div>seen`,
		"NULs":                     strings.Repeat("a\x00<\x00b>\x00", 100_000) + "seen",
		"misnested":                strings.Repeat("<b><p><i></b><table><a></p></i><td>", 20_000) + "seen",
		"an unclosed style":        "seen<style>" + strings.Repeat("{[(\\\"'/*", 100_000),
		"calc in calc":             `<div style="width:` + strings.Repeat("calc(", 100_000) + `">seen`,
		"properties in a circle":   "<style>:root{--a:var(--b) var(--b);--b:var(--a) var(--a)}p{margin:var(--a)}</style><p>seen",
		"directions":               strings.Repeat("\u202eabc \u05d0\u05d1 ", 50_000),
		"marks upon marks":         strings.Repeat("a"+strings.Repeat("\u0301", 1000)+" ", 300),
		"list items":               "<ol>" + strings.Repeat("<li>x", 100_000),
		"spans with borders":       strings.Repeat(`<span style="border:1px solid">x</span> `, 50_000),
		"quotes in quotes of text": strings.Repeat("<blockquote>", 450) + strings.Repeat("word ", 100_000),
	}
}

// few are enough under the race detector, which makes everything many times slower: layout has one goroutine.
var few = map[string]bool{"5,000 floats": true, "nested flex columns": true, "400 nested tables": true, "1e12 px": true}

// Each shows something, within its memory, and never fails. How long it takes is for the benchmarks.
func TestHostileMessages(t *testing.T) {
	f := testFonts(t)
	for name, src := range hostile() {
		if html.Pace > 1 && !few[name] {
			continue
		}
		t.Run(name, func(t *testing.T) {
			runtime.GC()
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			p := lay(t, f, src, 700)
			runtime.GC()
			runtime.ReadMemStats(&after)
			if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 150<<20 {
				t.Errorf("keeps %d MB", grown>>20)
			}
			if strings.HasSuffix(src, "seen") && !strings.Contains(p.Text, "seen") || len(p.Words) == 0 {
				t.Errorf("nothing is shown: %d words of %d octets", len(p.Words), len(p.Text))
			}
			runtime.KeepAlive(p)
		})
	}
}

func TestCancel(t *testing.T) {
	f := testFonts(t)
	for name, src := range hostile() {
		if html.Pace > 1 && !few[name] {
			continue
		}
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(context.Background())
			var cancelled time.Time
			stop := time.AfterFunc(40*time.Millisecond, func() { cancelled = time.Now(); cancel() })
			defer cancel()
			_, err := layOut(ctx, f, src, 700)
			if stop.Stop() {
				return // it was done before
			}
			if err != nil && !errors.Is(err, context.Canceled) {
				t.Fatal(err)
			}
			if late := time.Since(cancelled); late > 5*time.Second { // far above what it takes: this finds a loop that never looks

				t.Errorf("ended %v after it was cancelled", late)
			}
		})
	}
}

func TestLayoutCanBeRepeated(t *testing.T) {
	f := testFonts(t)
	ctx := context.Background()
	src := `<table width=100%><tr><td>one two three four five six<td><img width=40 height=30 align=left>seven eight nine ten</table><div style="display:flex"><div style="flex:1">a<p>b</div><div>c</div></div>` +
		`<p style="overflow-wrap:anywhere">averyveryverylongwordthatmustbebroken`
	d, err := html.Read(ctx, src, html.Options{})
	if err != nil {
		t.Fatal(err)
	}
	tree, err := d.Style(ctx, html.Viewport{Width: 300})
	if err != nil {
		t.Fatal(err)
	}
	b, err := Build(ctx, tree, f, Options{Width: 300})
	if err != nil {
		t.Fatal(err)
	}
	dump := func(w float64) string {
		p, err := b.Layout(ctx, Options{Width: w})
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		if err := p.Dump(&out); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	first := dump(300)
	dump(120)
	dump(900)
	if again := dump(300); again != first {
		t.Errorf("the same width gives another layout: %s", firstDifference(again, first))
	}
}

func FuzzLayout(f *testing.F) {
	for _, s := range []string{
		"<table><tr><td colspan=3 rowspan=2>a<td>b<tr><td>c</table>", "<ul><li>a<ol start=5><li>b</ul><p style='float:left;clear:both'>x<img align=right>y",
		"<div style='display:flex;flex-wrap:wrap'><p style='flex:1 1 50%'>a</p>b</div><pre>\t x</pre>", "<p dir=rtl>אב<bdo dir=ltr>ג</bdo>12</p>中文<b>。</b>",
		"<span style='display:inline-table;border-collapse:collapse'><b>x", "<a><table><caption>c<tr>x<td></a>",
	} {
		f.Add(s, uint16(300))
	}
	fonts := testFonts(f)
	f.Fuzz(func(t *testing.T, src string, width uint16) {
		if len(src) > 4000 {
			return
		}
		p, err := layOut(context.Background(), fonts, src, float64(width%2000))
		if err != nil {
			t.Fatal(err)
		}
		if p.Height < 0 || p.Height > 2*huge || p.Height != p.Height {
			t.Errorf("height %v", p.Height)
		}
		last := int32(0)
		for _, w := range p.Words {
			if w.Start < last || w.End < w.Start || int(w.End) > len(p.Text) {
				t.Fatalf("word %d-%d after %d of %d", w.Start, w.End, last, len(p.Text))
			}
			last = w.End
		}
		p.Find("a")
		pos, _ := p.At(50, 20)
		p.WordAt(pos)
		p.Rects(p.Start(), p.End())
		p.Boxes()
	})
}

func BenchmarkNewsletter(b *testing.B) {
	f := testFonts(b)
	src, err := os.ReadFile("testdata/newsletter.html")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		lay(b, f, string(src), 700)
	}
}

func BenchmarkResize(b *testing.B) {
	f := testFonts(b)
	src, err := os.ReadFile("testdata/newsletter.html")
	if err != nil {
		b.Fatal(err)
	}
	ctx := context.Background()
	d, _ := html.Read(ctx, string(src), html.Options{})
	tree, _ := d.Style(ctx, html.Viewport{Width: 700})
	box, err := Build(ctx, tree, f, Options{Width: 700})
	if err != nil {
		b.Fatal(err)
	}
	w := 500.0
	for b.Loop() {
		if w++; w > 800 {
			w = 500
		}
		if _, err := box.Layout(ctx, Options{Width: w}); err != nil {
			b.Fatal(err)
		}
	}
}

// Where the time is up before anything stands, the text alone is shown.
func TestNoTimeAtAll(t *testing.T) {
	f := testFonts(t)
	ctx := context.Background()
	d, err := html.Read(ctx, "<table>"+strings.Repeat("<tr><td>one<td><p>two</p>three", 3000)+"</table>", html.Options{})
	if err != nil {
		t.Fatal(err)
	}
	tree, err := d.Style(ctx, html.Viewport{Width: 500})
	if err != nil {
		t.Fatal(err)
	}
	b, err := Build(ctx, tree, f, Options{Width: 500})
	if err != nil {
		t.Fatal(err)
	}
	b.cut = true
	b.root.kids, b.root.inl = nil, nil // as when building them took all the time
	p, err := b.Layout(ctx, Options{Width: 500})
	if err != nil || !p.Cut || !strings.HasPrefix(p.Text, "one") || !strings.Contains(p.Text, "two") {
		t.Errorf("%v, cut %v, %.60q", err, p.Cut, p.Text)
	}
}
