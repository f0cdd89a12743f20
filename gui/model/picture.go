package model

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	_ "image/gif" // what pictures of a letter may be
	"image/jpeg"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp" // what pictures of a letter may be

	"poplar/mail"
)

// PictureEndings are those of files that can stand within a text.
var PictureEndings = []string{".png", ".jpg", ".jpeg", ".gif", ".webp"}

// IsPicture reports whether a file can stand within a text, by its name.
func IsPicture(path string) bool {
	return slices.Contains(PictureEndings, strings.ToLower(filepath.Ext(path)))
}

// PictureSize bounds how large pictures are shown and kept, in pixels.
type PictureSize struct {
	Width, Height int // as it is shown, unless it is smaller
	Side          int // of what is worth keeping; larger ones are offered smaller
	Octets        int // the same for the size of the file
}

// The sizes of pictures in a text and in a signature.
var (
	TextPicture      = PictureSize{640, 400, 1600, 512 << 10}
	SignaturePicture = PictureSize{320, 120, 640, 64 << 10}
)

const (
	mostRead   = 64 << 20 // of a file
	mostPixels = 60 << 20
	jpegGood   = 92
	jpegSmall  = 82
)

// ErrNoPicture says that a file is none that mail programs show.
var ErrNoPicture = errors.New("no PNG, JPEG, GIF or WebP picture")

// LoadedPicture is a picture read from a file.
type LoadedPicture struct {
	Full  *mail.Picture // as it is in the file, upright; nil where it is too large for a letter
	Small *mail.Picture // the same with fewer pixels; nil where the other one is not large
	Wide  int           // pixels in the file
	High  int
}

// LoadPicture reads a picture, to be put into a text. It reads the disk and may take a second.
func LoadPicture(path string, size PictureSize) (LoadedPicture, error) {
	f, err := os.Open(path) //nolint:gosec // the person chose it
	if err != nil {
		return LoadedPicture{}, err
	}
	defer f.Close() //nolint:errcheck // it was only read
	data, err := io.ReadAll(io.LimitReader(f, mostRead+1))
	if err != nil {
		return LoadedPicture{}, err
	}
	c, kind, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil || len(data) > mostRead || c.Width < 1 || c.Height < 1 || c.Width*c.Height > mostPixels {
		return LoadedPicture{}, fmt.Errorf("%s: %w", filepath.Base(path), ErrNoPicture)
	}
	name, turn := filepath.Base(path), 1
	if kind == "jpeg" {
		turn = orientation(data)
	}
	out := LoadedPicture{Wide: c.Width, High: c.Height}
	large := len(data) > size.Octets || max(c.Width, c.Height) > size.Side
	if large && kind == "gif" && len(data) <= mail.MaxPicture {
		large = false // it may move; one smaller would not
	}
	if turn == 1 && len(data) <= mail.MaxPicture {
		out.Full = size.shown(name, "image/"+kind, data, c.Width, c.Height)
	}
	if turn == 1 && !large {
		return out, nil
	}
	img, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return LoadedPicture{}, fmt.Errorf("%s: %w", name, ErrNoPicture)
	}
	img = upright(img, turn)
	b := img.Bounds()
	out.Wide, out.High = b.Dx(), b.Dy()
	if turn != 1 {
		// Not every mail program knows how a photograph was held.
		if again, err := encodeJPEG(img, jpegGood); err == nil && len(again) <= mail.MaxPicture {
			out.Full = size.shown(name, "image/jpeg", again, b.Dx(), b.Dy())
		}
	}
	if large {
		out.Small = size.smaller(name, img, kind == "png" || kind == "webp" || kind == "gif")
	}
	if out.Full != nil && out.Small != nil && len(out.Small.Data) >= len(out.Full.Data)*3/4 {
		out.Small = nil
	}
	if out.Full == nil && out.Small == nil {
		return LoadedPicture{}, fmt.Errorf("%s: %w", name, ErrNoPicture)
	}
	return out, nil
}

// shown is a picture as large as it is to be shown.
func (s PictureSize) shown(name, mediaType string, data []byte, w, h int) *mail.Picture {
	by := min(1, float64(s.Width)/float64(w), float64(s.Height)/float64(h))
	return mail.NewPicture(name, mediaType, data, max(int(float64(w)*by+0.5), 1), max(int(float64(h)*by+0.5), 1))
}

// smaller is a picture with fewer pixels. What may have a ground that is seen through stays PNG unless it has none.
func (s PictureSize) smaller(name string, img image.Image, drawn bool) *mail.Picture {
	b := img.Bounds()
	by := min(1, float64(s.Side)/float64(max(b.Dx(), b.Dy())))
	w, h := max(int(float64(b.Dx())*by), 1), max(int(float64(b.Dy())*by), 1)
	small := image.NewNRGBA(image.Rect(0, 0, w, h))
	draw.CatmullRom.Scale(small, small.Bounds(), img, b, draw.Src, nil)
	data, err := encodeJPEG(small, jpegSmall)
	kind, ending := "image/jpeg", ".jpg"
	if drawn {
		var p bytes.Buffer
		if png.Encode(&p, small) == nil && (!small.Opaque() || err != nil || p.Len() < len(data)) {
			data, err, kind, ending = p.Bytes(), nil, "image/png", ".png"
		}
	}
	if err != nil || len(data) > mail.MaxPicture {
		return nil
	}
	if own := strings.ToLower(filepath.Ext(name)); own != ending && (own != ".jpeg" || ending != ".jpg") {
		name = strings.TrimSuffix(name, filepath.Ext(name)) + ending
	}
	return s.shown(name, kind, data, w, h)
}

func encodeJPEG(img image.Image, quality int) ([]byte, error) {
	var b bytes.Buffer
	err := jpeg.Encode(&b, img, &jpeg.Options{Quality: quality})
	return b.Bytes(), err
}

// upright turns a picture as the orientation of its Exif says.
func upright(img image.Image, turn int) image.Image {
	if turn < 2 || turn > 8 {
		return img
	}
	b := img.Bounds()
	w, h := b.Dx(), b.Dy()
	if turn >= 5 {
		w, h = h, w
	}
	out := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			var sx, sy int // in the picture as it is stored
			switch turn {
			case 2:
				sx, sy = w-1-x, y
			case 3:
				sx, sy = w-1-x, h-1-y
			case 4:
				sx, sy = x, h-1-y
			case 5:
				sx, sy = y, x
			case 6:
				sx, sy = y, w-1-x
			case 7:
				sx, sy = h-1-y, w-1-x
			case 8:
				sx, sy = h-1-y, x
			}
			out.Set(x, y, img.At(b.Min.X+sx, b.Min.Y+sy))
		}
	}
	return out
}

// orientation reads how a JPEG picture was held (Exif tag 0x0112): 1 to 8, 1 being upright.
func orientation(data []byte) int {
	for at := 2; at+4 <= len(data) && data[at] == 0xFF; {
		marker, n := data[at+1], int(binary.BigEndian.Uint16(data[at+2:]))
		if marker == 0xDA || n < 2 || at+2+n > len(data) {
			break
		}
		if seg := data[at+4 : at+2+n]; marker == 0xE1 && bytes.HasPrefix(seg, []byte("Exif\x00\x00")) {
			return exifOrientation(seg[6:])
		}
		at += 2 + n
	}
	return 1
}

func exifOrientation(tiff []byte) int {
	if len(tiff) < 8 {
		return 1
	}
	var order binary.ByteOrder = binary.BigEndian
	if string(tiff[:2]) == "II" {
		order = binary.LittleEndian
	}
	at := int(order.Uint32(tiff[4:]))
	if at < 8 || at+2 > len(tiff) {
		return 1
	}
	for i := range int(order.Uint16(tiff[at:])) {
		entry := at + 2 + 12*i
		if entry+12 > len(tiff) {
			break
		}
		if order.Uint16(tiff[entry:]) == 0x0112 {
			if v := int(order.Uint16(tiff[entry+8:])); v >= 1 && v <= 8 {
				return v
			}
		}
	}
	return 1
}
