package cli

import (
	"errors"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"strings"

	"poplar/mail"
	"poplar/mail/engine"
	"poplar/mail/html"
	"poplar/mail/html/layout"
	"poplar/mail/html/paint"
)

type renderVerb struct {
	File   string  `arg:"" help:"An .html or .eml file."`
	Width  int     `default:"700" help:"Width in pixels."`
	Out    string  `required:"" placeholder:"PNG" help:"Where the picture goes."`
	Scale  float64 `default:"1" help:"Device pixels per pixel."`
	Dark   bool    `help:"Draw as in the dark window."`
	Fonts  string  `placeholder:"DIR" help:"Use the Noto and DejaVu fonts found there and no others."`
	Images string  `default:"none" placeholder:"DIR" help:"Folder of pictures that the file names by path; none: parts of the message only."`
	Words  bool    `help:"Print where each word stands."`
}

type renderedJSON struct {
	Width    int      `json:"width"`
	Height   int      `json:"height"`
	MsLayout float64  `json:"ms_layout"`
	MsPaint  float64  `json:"ms_paint"`
	Remote   int      `json:"remote"`
	Trackers int      `json:"trackers"`
	Words    [][5]any `json:"words,omitempty"` // text, x, y, w, h
}

// Run draws a body with the engine of the window.
func (v *renderVerb) Run(r *run) error {
	if v.Width < 1 || v.Width > 10_000 || v.Scale <= 0 || v.Scale > 8 {
		return usagef("--width is 1 to 10000, --scale more than 0 and at most 8")
	}
	src, err := v.source()
	if err != nil {
		return err
	}
	fonts, err := layout.NewFonts(layout.FontOptions{Dir: v.Fonts})
	if err != nil {
		return err
	}
	p, err := paint.Render(r.ctx, src, paint.RenderOptions{Width: v.Width, Scale: v.Scale, Viewport: html.Viewport{Dark: v.Dark}, Fonts: fonts})
	if err != nil {
		return err
	}
	f, err := os.Create(v.Out)
	if err != nil {
		return err
	}
	if err := errors.Join(png.Encode(f, p.Image), f.Close()); err != nil {
		return err
	}
	size := p.Image.Bounds()
	out := renderedJSON{
		Width: size.Dx(), Height: size.Dy(), Remote: p.Doc.Remote, Trackers: p.Doc.Trackers,
		MsLayout: p.Layout.Seconds() * 1000, MsPaint: p.Paint.Seconds() * 1000,
	}
	if v.Words {
		for _, w := range p.Page.Boxes() {
			out.Words = append(out.Words, [5]any{w.Text, w.X, w.Y, w.W, w.H})
		}
	}
	return r.emit(out, "%s: %d x %d, layout %.1f ms, painting %.1f ms", v.Out, out.Width, out.Height, out.MsLayout, out.MsPaint)
}

// source reads the file: a message where its name says so, else HTML.
func (v *renderVerb) source() (paint.Source, error) {
	read := html.Options{}
	if v.Images != "none" {
		dir, err := os.OpenRoot(v.Images) // names in the file cannot lead out of the folder
		if err != nil {
			return paint.Source{}, err
		}
		read.Picture = func(src string) []byte {
			data, err := dir.ReadFile(filepath.Clean(src))
			if err != nil { // the folder of the pictures itself
				data, err = dir.ReadFile(filepath.Base(src))
			}
			if err != nil {
				return nil
			}
			return data
		}
	}
	if !strings.EqualFold(filepath.Ext(v.File), ".eml") {
		data, err := os.ReadFile(v.File)
		return paint.Source{HTML: string(data), Read: read}, err
	}
	raw, err := openRaw(v.File)
	if err != nil {
		return paint.Source{}, err
	}
	m, err := engine.ReadFile(raw)
	if err != nil {
		return paint.Source{}, errors.Join(err, raw.Close())
	}
	read.CID = func(id string) ([]byte, string) { return part(raw, m, id) }
	return paint.Source{HTML: m.HTML, Text: m.Text, Flowed: m.Flowed, Read: read}, nil
}

// part returns the bytes and type of the part with a Content-ID.
func part(raw mail.Raw, m *mail.Message, id string) ([]byte, string) {
	for _, p := range m.Parts {
		if p.ContentID != id {
			continue
		}
		r, err := engine.PartOf(raw, p.Index)
		if err != nil {
			return nil, ""
		}
		data, err := io.ReadAll(r)
		if errors.Join(err, r.Close()) != nil {
			return nil, ""
		}
		return data, p.Type
	}
	return nil, ""
}
