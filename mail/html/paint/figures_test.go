package paint

import (
	"context"
	"image"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/gomono"
	"golang.org/x/image/font/gofont/goregular"

	"poplar/mail/html"
	"poplar/mail/html/layout"
)

// BenchmarkSamples tells what it takes to open the samples (reading, layout and the first screen), to lay them out again
// for another width, and to paint one tile.
func BenchmarkSamples(b *testing.B) {
	f, err := layout.NewFonts(layout.FontOptions{Base: [][]byte{goregular.TTF, gobold.TTF, gomono.TTF}})
	if err != nil {
		b.Fatal(err)
	}
	files, _ := filepath.Glob(filepath.Join(shared(b, "data/html"), "*.html"))
	var samples []string
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			b.Fatal(err)
		}
		f.Preload(context.Background(), string(raw))
		samples = append(samples, string(raw))
	}
	ctx := context.Background()
	p := New()
	var open, again, tiles []float64
	for b.Loop() {
		for _, src := range samples {
			start := time.Now()
			d, err := html.Read(ctx, src, html.Options{})
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
			if _, err := p.Tile(ctx, page, image.Rect(0, 0, 700, 800), Options{Fonts: f}); err != nil {
				b.Fatal(err)
			}
			open = append(open, time.Since(start).Seconds()*1000)
			start = time.Now()
			v := html.Viewport{Width: 640}
			if !tree.Fits(v) {
				if tree, err = d.Style(ctx, v); err != nil {
					b.Fatal(err)
				}
				if box, err = layout.Build(ctx, tree, f, layout.Options{Width: 640}); err != nil {
					b.Fatal(err)
				}
			}
			if _, err := box.Layout(ctx, layout.Options{Width: 640}); err != nil {
				b.Fatal(err)
			}
			again = append(again, time.Since(start).Seconds()*1000)
			for y := 0; y < int(page.Height); y += 256 {
				start = time.Now()
				if _, err := p.Tile(ctx, page, image.Rect(0, y, 700, y+256), Options{Fonts: f}); err != nil {
					b.Fatal(err)
				}
				tiles = append(tiles, time.Since(start).Seconds()*1000)
			}
		}
	}
	for _, m := range []struct {
		name string
		ms   []float64
	}{{"open", open}, {"again", again}, {"tile", tiles}} {
		slices.Sort(m.ms)
		b.ReportMetric(m.ms[len(m.ms)/2], m.name+"-ms/median")
		b.ReportMetric(m.ms[len(m.ms)*95/100], m.name+"-ms/p95")
		b.ReportMetric(m.ms[len(m.ms)-1], m.name+"-ms/longest")
	}
	b.ReportMetric(0, "ns/op")
}
