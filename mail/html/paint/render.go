package paint

import (
	"context"
	"image"
	"math"
	"time"

	"poplar/mail/html"
	"poplar/mail/html/layout"
)

// Source is a body to be drawn: HTML where it is set, else text.
type Source struct {
	HTML   string
	Text   string
	Flowed bool // Text is format=flowed
	Read   html.Options
}

// RenderOptions say how a whole body is drawn into one picture.
type RenderOptions struct {
	Width    int     // CSS pixels
	Scale    float64 // device pixels per CSS pixel; 0 means 1
	Viewport html.Viewport
	Fonts    *layout.Fonts
	// MaxHeight cuts off the picture, in CSS pixels; 0 means 20,000.
	MaxHeight int
}

// Rendered is a body drawn into one picture.
type Rendered struct {
	Image  *image.RGBA
	Page   *layout.Page
	Doc    *html.Doc
	Layout time.Duration // parsing, styling and layout
	Paint  time.Duration
}

// Render reads, lays out and paints a body. It is what the window does piece by piece.
func Render(ctx context.Context, s Source, o RenderOptions) (*Rendered, error) {
	if o.Scale <= 0 {
		o.Scale = 1
	}
	if o.MaxHeight <= 0 {
		o.MaxHeight = 20_000
	}
	// Files of fonts are read once in a process; that is not part of drawing this body.
	o.Fonts.Preload(ctx, s.HTML+s.Text)
	start := time.Now()
	var doc *html.Doc
	if s.HTML != "" {
		d, err := html.Read(ctx, s.HTML, s.Read)
		if err != nil {
			return nil, err
		}
		doc = d
	} else {
		doc = html.ReadText(s.Text, s.Flowed)
	}
	v := o.Viewport
	if v.Dark && v.Palette == (html.Palette{}) {
		v.Palette = html.Dark
	}
	v.Width = float64(o.Width)
	tree, err := doc.Style(ctx, v)
	if err != nil {
		return nil, err
	}
	lo := layout.Options{Width: float64(o.Width), Subpixel: o.Scale != 1}
	box, err := layout.Build(ctx, tree, o.Fonts, lo)
	if err != nil {
		return nil, err
	}
	page, err := box.Layout(ctx, lo)
	if err != nil {
		return nil, err
	}
	laid := time.Now()
	h := int(math.Ceil(math.Min(page.Height, float64(o.MaxHeight)) * o.Scale))
	r := image.Rect(0, 0, int(math.Ceil(float64(o.Width)*o.Scale)), max(h, 1))
	img, err := New().Tile(ctx, page, r, Options{Scale: o.Scale, Fonts: o.Fonts})
	if err != nil {
		return nil, err
	}
	return &Rendered{Image: img, Page: page, Doc: doc, Layout: laid.Sub(start), Paint: time.Since(laid)}, nil
}
