package paint

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/gomono"
	"golang.org/x/image/font/gofont/goregular"

	"poplar/mail/html"
	"poplar/mail/html/layout"
)

func testFonts(t testing.TB) *layout.Fonts {
	t.Helper()
	f, err := layout.NewFonts(layout.FontOptions{Base: [][]byte{goregular.TTF, gobold.TTF, gomono.TTF}, BaseOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func draws(t testing.TB, f *layout.Fonts, body string, o RenderOptions) *Rendered {
	t.Helper()
	o.Fonts = f
	if o.Width == 0 {
		o.Width = 100
	}
	r, err := Render(context.Background(), Source{HTML: `<!DOCTYPE html><body style="margin:0">` + body}, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func dataURI(t testing.TB, img image.Image) string {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return "data:image/png;base64," + base64.StdEncoding.EncodeToString(b.Bytes())
}

func TestPixels(t *testing.T) {
	f := testFonts(t)
	half := image.NewNRGBA(image.Rect(0, 0, 2, 1))
	half.Set(0, 0, color.NRGBA{255, 0, 0, 255})
	half.Set(1, 0, color.NRGBA{0, 0, 255, 255})
	uri := dataURI(t, half)
	for _, c := range []struct {
		name, body string
		x, y       int
		want       color.RGBA
	}{
		{"background", `<div style="background:#123456;height:50px">`, 50, 25, color.RGBA{0x12, 0x34, 0x56, 255}},
		{"beyond it", `<div style="background:#123456;height:50px;width:50px">`, 60, 25, color.RGBA{255, 255, 255, 255}},
		{"alpha", `<div style="background:rgba(0,0,0,.5);height:50px">`, 50, 25, color.RGBA{127, 127, 127, 255}},
		{"border", `<div style="border:5px solid #00f;height:50px">`, 2, 25, color.RGBA{0, 0, 255, 255}},
		{"inside it", `<div style="border:5px solid #00f;height:50px">`, 6, 25, color.RGBA{255, 255, 255, 255}},
		{"round corner", `<div style="background:#f00;height:50px;border-radius:25px">`, 1, 1, color.RGBA{255, 255, 255, 255}},
		{"middle of a round box", `<div style="background:#f00;height:50px;border-radius:25px">`, 50, 1, color.RGBA{255, 0, 0, 255}},
		{"gradient start", `<div style="background:linear-gradient(90deg,#f00,#00f);height:50px">`, 0, 25, color.RGBA{254, 0, 1, 255}},
		{"gradient end", `<div style="background:linear-gradient(90deg,#f00,#00f);height:50px">`, 99, 25, color.RGBA{1, 0, 254, 255}},
		{"a repeating gradient repeats", `<div style="background:repeating-linear-gradient(90deg,#f00 0 10px,#00f 10px 20px);height:50px">`, 65, 25, color.RGBA{255, 0, 0, 255}},
		{"in every period", `<div style="background:repeating-linear-gradient(90deg,#f00 0 10px,#00f 10px 20px);height:50px">`, 75, 25, color.RGBA{0, 0, 255, 255}},
		{"spaced pictures leave room", `<div style="height:50px;background:url(` + uri + `) space;background-size:40px 50px">`, 50, 25, color.RGBA{255, 255, 255, 255}},
		{"and end at the edge", `<div style="height:50px;background:url(` + uri + `) space;background-size:40px 50px">`, 95, 25, color.RGBA{0, 0, 255, 255}},
		{"a double border is hollow", `<div style="border:9px double #00f;height:50px">`, 4, 25, color.RGBA{255, 255, 255, 255}},
		{"at its corners too", `<div style="border:9px double #00f;height:50px">`, 4, 4, color.RGBA{255, 255, 255, 255}},
		{"and has an outer line", `<div style="border:9px double #00f;height:50px">`, 1, 25, color.RGBA{0, 0, 255, 255}},
		{"picture", `<img width=100 height=50 src="` + uri + `">`, 10, 25, color.RGBA{255, 0, 0, 255}},
		{"its other half", `<img width=100 height=50 src="` + uri + `">`, 90, 25, color.RGBA{0, 0, 255, 255}},
		{"background picture repeats", `<div style="height:50px;background:url(` + uri + `)">`, 51, 40, color.RGBA{0, 0, 255, 255}},
		{"once only", `<div style="height:50px;background:url(` + uri + `) no-repeat">`, 51, 40, color.RGBA{255, 255, 255, 255}},
		{"cover", `<div style="height:50px;background:url(` + uri + `) center/cover">`, 90, 40, color.RGBA{0, 0, 255, 255}},
		{"clipped", `<div style="height:20px;overflow:hidden"><div style="height:50px;background:#f00"></div></div><p>`, 50, 22, color.RGBA{255, 255, 255, 255}},
		{"opacity is of the group", `<div style="opacity:.5;background:#f00;height:50px"><div style="background:#00f;height:50px">`, 50, 25, color.RGBA{127, 127, 255, 255}},
		{"dashes have gaps", `<div style="border-top:4px dashed #000;height:20px">`, 10, 2, color.RGBA{255, 255, 255, 255}},
		{"collapsed border", `<table style="border-collapse:collapse" cellpadding=0><tr><td style="border:4px solid #00f;width:30px;height:20px">`, 1, 10, color.RGBA{0, 0, 255, 255}},
		{"row behind its cells", `<table cellspacing=0 cellpadding=0><tr bgcolor=#00ff00><td width=50 height=50>`, 25, 25, color.RGBA{0, 255, 0, 255}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := draws(t, f, c.body, RenderOptions{})
			got := r.Image.RGBAAt(c.x, c.y)
			for _, d := range []int{int(got.R) - int(c.want.R), int(got.G) - int(c.want.G), int(got.B) - int(c.want.B)} {
				if d > 4 || d < -4 {
					t.Fatalf("pixel %d,%d is %v, want %v", c.x, c.y, got, c.want)
				}
			}
		})
	}
}

func TestTextLeavesInk(t *testing.T) {
	f := testFonts(t)
	ink := func(body string, o RenderOptions) int {
		n := 0
		for _, v := range draws(t, f, body, o).Image.Pix {
			n += 255 - int(v)
		}
		return n
	}
	thin, bold, large := ink("Poplar", RenderOptions{}), ink("<b>Poplar</b>", RenderOptions{}), ink("Poplar", RenderOptions{Scale: 2})
	if thin == 0 || bold <= thin || large < 3*thin {
		t.Errorf("regular %d, bold %d, twice as large %d", thin, bold, large)
	}
}

// Tiles put together are the same picture as one large tile.
func TestTilesFitTogether(t *testing.T) {
	f := testFonts(t)
	body := strings.Repeat(`<p style="border:1px dotted red;border-radius:6px;background:linear-gradient(red,blue)">Text <b>and</b> more</p>`, 12)
	r := draws(t, f, body, RenderOptions{Width: 300})
	p := New()
	for y := 0; y < r.Image.Rect.Dy(); y += 100 {
		rect := image.Rect(0, y, 300, min(y+100, r.Image.Rect.Dy()))
		tile, err := p.Tile(context.Background(), r.Page, rect, Options{})
		if err != nil {
			t.Fatal(err)
		}
		for yy := rect.Min.Y; yy < rect.Max.Y; yy++ {
			a, b := tile.Pix[tile.PixOffset(0, yy):][:1200], r.Image.Pix[r.Image.PixOffset(0, yy):][:1200]
			for i := range a {
				if d := int(a[i]) - int(b[i]); d > 3 || d < -3 {
					t.Fatalf("line %d, octet %d: %d, and %d in one piece", yy, i, a[i], b[i])
				}
			}
		}
	}
}

func TestBombsAreNotDecoded(t *testing.T) {
	f := testFonts(t)
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 10, 10))); err != nil {
		t.Fatal(err)
	}
	raw := b.Bytes()
	copy(raw[16:], []byte{0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30}) // says that it is 30,000 by 30,000
	r := draws(t, f, `<img src="data:image/png;base64,`+base64.StdEncoding.EncodeToString(raw)+`">seen`, RenderOptions{})
	if !strings.Contains(r.Page.Text, "seen") || !r.Doc.Pictures()[0].Broken {
		t.Errorf("text %q, picture %+v", r.Page.Text, r.Doc.Pictures()[0])
	}
}

func TestPaintingCanBeCancelled(t *testing.T) {
	f := testFonts(t)
	r := draws(t, f, strings.Repeat(`<div style="height:300px;background:linear-gradient(red,blue);box-shadow:0 0 50px red">x</div>`, 40), RenderOptions{Width: 800})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := New().Tile(ctx, r.Page, image.Rect(0, 0, 800, 8000), Options{}); err == nil {
		t.Error("a cancelled tile was painted")
	}
	if _, err := New().Tile(context.Background(), r.Page, image.Rect(0, 0, 1<<20, 1<<20), Options{}); err == nil {
		t.Error("a tile of 1,000 gigapixels was painted")
	}
}

// shared returns the folder of samples beside the project, or skips.
func shared(t testing.TB, path string) string {
	t.Helper()
	if dir := os.Getenv("POPLAR_SHARED"); dir != "" {
		return filepath.Join(dir, path)
	}
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		p := filepath.Join(dir, "..", "shared", path)
		if _, err := os.Stat(p); err == nil {
			return p
		}
	}
	t.Skip("the shared samples are not here")
	return ""
}

// Nothing a message says makes Poplar speak to the network: every address in all samples leads to a listener that
// nobody comes to.
func TestNoRequestIsMade(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	var came atomic.Int32
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			came.Add(1)
			_ = c.Close()
		}
	}()
	host := "http://" + l.Addr().String()
	f := testFonts(t)
	sources := []string{
		`<img src="H/a"><link rel=stylesheet href="H/b"><style>@import "H/c";@font-face{font-family:x;src:url(H/d)}p{background:url(H/e);font-family:x}</style><p>x</p>` +
			`<iframe src="H/f"></iframe><object data="H/g"></object><embed src="H/h"><video src="H/i" poster="H/j"></video><body background="H/k"><meta http-equiv=refresh content="0;url=H/l">` +
			`<base href="H/m/"><img src="n.png"><img srcset="H/o 2x"><script src="H/p"></script><svg><image href="H/q"/></svg><input type=image src="H/r"><form action="H/s"></form><ul style="list-style-image:url(H/t)"><li>x</ul>`,
	}
	for _, name := range []string{"data/mail/html/bluemonday_half.json", "data/mail/html/dompurify_half.json"} {
		raw, err := os.ReadFile(shared(t, name))
		if err != nil {
			t.Fatal(err)
		}
		var v any
		if err := json.Unmarshal(raw, &v); err != nil {
			t.Fatal(err)
		}
		sources = append(sources, stringsIn(v)...)
	}
	files, _ := filepath.Glob(filepath.Join(shared(t, "data/html"), "*.html"))
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		sources = append(sources, string(raw))
	}
	ctx := context.Background()
	p := New()
	for _, src := range sources {
		src = strings.NewReplacer("H/", host+"/", "https://", host+"/", "http://", host+"/").Replace(src)
		d, err := html.Read(ctx, src, html.Options{})
		if err != nil {
			t.Fatal(err)
		}
		tree, err := d.Style(ctx, html.Viewport{Width: 600})
		if err != nil {
			t.Fatal(err)
		}
		b, err := layout.Build(ctx, tree, f, layout.Options{Width: 600})
		if err != nil {
			t.Fatal(err)
		}
		page, err := b.Layout(ctx, layout.Options{Width: 600})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.Tile(ctx, page, image.Rect(0, 0, 600, 600), Options{}); err != nil {
			t.Fatal(err)
		}
		if _, err := d.Clean(ctx, html.CleanOptions{Page: true, Embed: true}); err != nil {
			t.Fatal(err)
		}
		_ = html.Text(src)
	}
	if n := came.Load(); n != 0 {
		t.Errorf("%d requests were made", n)
	}
	if len(sources) < 100 {
		t.Errorf("only %d messages", len(sources))
	}
}

func stringsIn(v any) []string {
	var out []string
	switch v := v.(type) {
	case string:
		if strings.Contains(v, "<") {
			out = append(out, v)
		}
	case []any:
		for _, x := range v {
			out = append(out, stringsIn(x)...)
		}
	case map[string]any:
		for _, x := range v {
			out = append(out, stringsIn(x)...)
		}
	}
	return out
}

// TestGallery draws every sample next to its reference into the folder POPLAR_GALLERY, for people to look at. Fonts come
// from POPLAR_FONTS, which the references were made with, else from the system.
func TestGallery(t *testing.T) {
	out := os.Getenv("POPLAR_GALLERY")
	if out == "" {
		t.Skip("POPLAR_GALLERY names no folder")
	}
	dir := shared(t, "data/html")
	o := layout.FontOptions{Dir: os.Getenv("POPLAR_FONTS"), Base: [][]byte{goregular.TTF, gobold.TTF, gomono.TTF}}
	f, err := layout.NewFonts(o)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.html"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%d samples, %v", len(files), err)
	}
	var index strings.Builder
	index.WriteString("<!DOCTYPE html><meta charset=utf-8><title>Gallery</title><style>body{font-family:sans-serif}img{border:1px solid #ccc;vertical-align:top;max-width:32%}</style>\n")
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimSuffix(filepath.Base(file), ".html")
		src := Source{HTML: string(raw), Read: html.Options{Picture: func(p string) []byte {
			b, err := os.ReadFile(filepath.Join(dir, filepath.Clean("/"+p)))
			if err != nil {
				return nil
			}
			return b
		}}}
		fmt.Fprintf(&index, "<h2>%s</h2>\n", name)
		if ref, err := os.ReadFile(filepath.Join(dir, "ref", name+".png")); err == nil {
			if err := os.WriteFile(filepath.Join(out, name+"-reference.png"), ref, 0o644); err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&index, "<img src=%q> ", name+"-reference.png")
		}
		for _, dark := range []bool{false, true} {
			r, err := Render(context.Background(), src, RenderOptions{Width: 700, Fonts: f, Viewport: html.Viewport{Dark: dark}})
			if err != nil {
				t.Fatal(err)
			}
			file := name + ".png"
			if dark {
				file = name + "-dark.png"
			}
			if err := writePNG(filepath.Join(out, file), r.Image); err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&index, "<img src=%q>\n", file)
		}
	}
	if err := os.WriteFile(filepath.Join(out, "index.html"), []byte(index.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

func writePNG(path string, img image.Image) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := png.Encode(f, img); err != nil {
		_ = f.Close()
		return err
	}
	return f.Close()
}

// BenchmarkScrolling paints one tile of a page that is already laid out.
func BenchmarkScrolling(b *testing.B) {
	f := testFonts(b)
	img := image.NewNRGBA(image.Rect(0, 0, 300, 200))
	draw.Draw(img, img.Rect, image.NewUniform(color.NRGBA{200, 30, 90, 255}), image.Point{}, draw.Src)
	body := strings.Repeat(`<div style="border:1px solid #ccc;border-radius:8px;padding:12px;background:#f7f9fc"><h3>Heading</h3><p>A paragraph of text that goes on for a while, as paragraphs in letters do, and then ends.</p><img width=150 height=100 src="`+dataURI(b, img)+`"></div>`, 20)
	r := draws(b, f, body, RenderOptions{Width: 700})
	p := New()
	y := 0
	for b.Loop() {
		y = (y + 64) % (r.Image.Rect.Dy() - 256)
		if _, err := p.Tile(context.Background(), r.Page, image.Rect(0, y, 700, y+256), Options{}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkOpening is reading, layout and the first screen of each sample.
func BenchmarkOpening(b *testing.B) {
	dir := shared(b, "data/html")
	f := testFonts(b)
	files, _ := filepath.Glob(filepath.Join(dir, "*.html"))
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(filepath.Base(file), func(b *testing.B) {
			ctx := context.Background()
			p := New()
			for b.Loop() {
				d, err := html.Read(ctx, string(raw), html.Options{})
				if err != nil {
					b.Fatal(err)
				}
				tree, err := d.Style(ctx, html.Viewport{Width: 700})
				if err != nil {
					b.Fatal(err)
				}
				box, err := layout.Build(ctx, tree, f, layout.Options{Width: 700})
				if err != nil {
					b.Fatal(err)
				}
				page, err := box.Layout(ctx, layout.Options{Width: 700})
				if err != nil {
					b.Fatal(err)
				}
				if _, err := p.Tile(ctx, page, image.Rect(0, 0, 700, 800), Options{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
