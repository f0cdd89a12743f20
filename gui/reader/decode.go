package reader

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	_ "image/gif" // the formats that are previewed
	_ "image/jpeg"
	_ "image/png"
	"strings"
	"unicode/utf8"

	_ "golang.org/x/image/bmp"
	"golang.org/x/image/draw"
	_ "golang.org/x/image/tiff"
	_ "golang.org/x/image/webp"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"poplar/gui/model"
	"poplar/mail"
)

// What is looked at before anyone asks for it, and what is decoded at all.
const (
	largestPicture = 32 << 20 // octets
	largestText    = 4 << 20
	mostPixels     = 64 << 20 // of a decoded picture
)

// CanPreview reports whether Poplar itself can show an attachment: a picture or a plain text of a bearable size.
func CanPreview(p mail.Part) bool {
	return isPicture(p) && p.Size <= largestPicture || isText(p) && p.Size <= largestText
}

func isPicture(p mail.Part) bool {
	if d, _, _ := model.FileDanger(p.Name); d != model.Harmless || p.External != nil {
		return false
	}
	switch p.Type {
	case "image/png", "image/jpeg", "image/jpg", "image/pjpeg", "image/gif", "image/webp", "image/bmp", "image/x-ms-bmp", "image/tiff":
		return true
	case "application/octet-stream":
		switch model.Extension(p.Name) {
		case "PNG", "JPG", "JPEG", "GIF", "WEBP", "BMP", "TIF", "TIFF":
			return true
		}
	}
	return false
}

func isText(p mail.Part) bool {
	if d, _, _ := model.FileDanger(p.Name); d != model.Harmless || p.External != nil {
		return false
	}
	switch p.Type {
	case "text/plain", "text/csv", "text/markdown", "text/x-patch", "text/x-diff", "text/rfc822-headers", "message/delivery-status", "application/json":
		return true
	}
	switch model.Extension(p.Name) {
	case "TXT", "LOG", "MD", "CSV", "TSV", "JSON", "YAML", "YML", "TOML", "INI", "CONF", "PATCH", "DIFF", "TEX":
		return true
	}
	return false
}

var errTooLarge = errors.New("the picture is too large to be shown")

// decode reads a picture and makes it no larger than the box given, keeping its shape. It returns also the size it has.
func decode(ctx context.Context, data []byte, box image.Point) (img image.Image, size image.Point, err error) {
	defer func() { // a decoder may fail on what a stranger sends
		if r := recover(); r != nil {
			err = fmt.Errorf("the picture is damaged: %v", r)
		}
	}()
	c, _, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return nil, size, err
	}
	size = image.Pt(c.Width, c.Height)
	if c.Width <= 0 || c.Height <= 0 || int64(c.Width)*int64(c.Height) > mostPixels {
		return nil, size, errTooLarge
	}
	src, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, size, err
	}
	if ctx.Err() != nil {
		return nil, size, ctx.Err()
	}
	if size.X <= box.X && size.Y <= box.Y {
		return src, size, nil
	}
	share := min(float64(box.X)/float64(size.X), float64(box.Y)/float64(size.Y))
	small := image.NewRGBA(image.Rect(0, 0, max(int(float64(size.X)*share), 1), max(int(float64(size.Y)*share), 1)))
	draw.ApproxBiLinear.Scale(small, small.Bounds(), src, src.Bounds(), draw.Src, nil)
	return small, size, nil
}

// plainText makes text of the octets of a file that does not say which characters it uses.
func plainText(b []byte) string {
	switch {
	case bytes.HasPrefix(b, []byte{0xFF, 0xFE}), bytes.HasPrefix(b, []byte{0xFE, 0xFF}):
		if s, err := unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder().Bytes(b); err == nil {
			return string(s)
		}
	case utf8.Valid(b):
		return strings.TrimPrefix(string(b), "\uFEFF")
	}
	if s, err := simplifiedchinese.GB18030.NewDecoder().Bytes(b); err == nil && !bytes.ContainsRune(s, utf8.RuneError) && mostlyHan(s) {
		return string(s)
	}
	s, err := charmap.Windows1252.NewDecoder().Bytes(b)
	if err != nil {
		return strings.ToValidUTF8(string(b), "\uFFFD")
	}
	return string(s)
}

// mostlyHan reports whether what is not ASCII is mostly Chinese: western text read as GB18030 gives rare characters.
func mostlyHan(s []byte) bool {
	common, other := 0, 0
	for _, r := range string(s) {
		switch {
		case r < 0x80:
		case r >= 0x4E00 && r <= 0x9FA5, r >= 0x3000 && r <= 0x303F, r >= 0xFF00 && r <= 0xFFEF, r >= 0x2010 && r <= 0x2030:
			common++
		default:
			other++
		}
	}
	return common > 4*other
}
