package editor

import (
	"bytes"
	"context"
	"image"
	_ "image/gif"  // what pictures of a letter may be
	_ "image/jpeg" // the same
	_ "image/png"  // the same

	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp" // the same

	"poplar/gui/kit"
	"poplar/mail"
)

const (
	previewSide   = 1600     // no picture is shown larger, screens of high density counted in
	previewPixels = 40 << 20 // larger ones are not decoded
)

// preview is a picture to be drawn; nil where it has not been read yet, or cannot be.
func (e *Editor) preview(p *mail.Picture) image.Image {
	img, known := e.previews[p]
	if known || e.loop == nil {
		return img
	}
	if e.previews == nil {
		e.previews = map[*mail.Picture]image.Image{}
	}
	e.previews[p] = nil
	kit.Go(context.Background(), e.loop, func(context.Context) (image.Image, error) { return decode(p.Data) }, func(img image.Image, err error) {
		if err == nil && !e.closed { // else its place stays empty
			e.previews[p] = img
			e.redraw()
			e.Refresh()
		}
	})
	return nil
}

// decode reads a picture, smaller where it has more pixels than are shown.
func decode(data []byte) (image.Image, error) {
	c, _, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	if c.Width*c.Height > previewPixels {
		return nil, image.ErrFormat
	}
	img, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	size := img.Bounds().Size()
	side := max(size.X, size.Y)
	if side <= previewSide {
		return img, nil
	}
	small := image.NewNRGBA(image.Rect(0, 0, max(size.X*previewSide/side, 1), max(size.Y*previewSide/side, 1)))
	draw.ApproxBiLinear.Scale(small, small.Bounds(), img, img.Bounds(), draw.Src, nil)
	return small, nil
}
