package model

import (
	"bytes"
	"encoding/base64"
	"errors"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"poplar/mail"
)

// bolded is a block that is bold as a whole.
func bolded(s string) mail.Block {
	b := mail.Block{}
	b.Join([]mail.Segment{{Text: s, Style: mail.Style{Bold: true}}})
	return b
}

func pictured() mail.Block {
	b := mail.Block{}
	b.Join([]mail.Segment{{Text: mail.PictureMark, Style: mail.Style{Picture: mail.NewPicture("logo.png", "image/png", []byte("x"), 2, 2)}}})
	return b
}

func TestLooksComeAndGo(t *testing.T) {
	anna := mail.Account{ID: "a", Address: "a@x.org", Signature: "Anna", SignatureRich: &mail.Rich{Blocks: []mail.Block{bolded("Anna"), pictured()}}}
	c := NewComposition(mail.Draft{Text: "Hi\n> said\n\n-- \nAnna\n"})
	c.MakeRich(anna)
	if got := c.Words(); got != "Hi\n> said\n\n-- \nAnna\n[logo.png]\n" {
		t.Errorf("with looks it is %q", got)
	}
	d := c.Draft()
	if d.Rich == nil || d.Rich.Blocks[1].Quote != 1 || !d.Rich.Blocks[4].StyleAt(0).Bold || d.Text != d.Rich.Text() {
		t.Errorf("the draft is %+v", d)
	}
	if !c.Changed() {
		t.Error("looks are no change")
	}
	if looks, pictures := c.Lost(); !looks || len(pictures) != 1 {
		t.Errorf("lost would be %v, %d pictures", looks, len(pictures))
	}
	again := NewComposition(d)
	if again.Changed() || again.Rich == nil {
		t.Error("opened again it has changed")
	}
	c.MakePlain(true)
	if c.Text != "Hi\n> said\n\n-- \nAnna\n" || c.Rich != nil || len(c.Attach) != 1 || c.Attach[0].Name != "logo.png" || c.Attach[0].Size != 1 {
		t.Errorf("plain again it is %q with %+v", c.Text, c.Attach)
	}
	again.MakePlain(false)
	if len(again.Attach) != 0 || again.Draft().Rich != nil {
		t.Error("the pictures are attached though they were to go")
	}
	if looks, pictures := again.Lost(); looks || pictures != nil {
		t.Error("plain text has something to lose")
	}
}

func TestBeginningWithLooksIsNoChange(t *testing.T) {
	logo := mail.Account{ID: "a", Address: "a@x.org", SignatureRich: &mail.Rich{Blocks: []mail.Block{pictured()}}}
	c := NewComposition(mail.Draft{})
	c.StartRich(logo)
	if c.Changed() || c.Unsaved() || c.Words() != "\n\n-- \n[logo.png]\n" {
		t.Errorf("it begins as %q, changed: %v", c.Words(), c.Changed())
	}
}

func TestSetFromWithLooks(t *testing.T) {
	anna := mail.Account{ID: "a", Name: "Anna", Address: "a@x.org", Signature: "Anna", SignatureRich: &mail.Rich{Blocks: []mail.Block{{Text: "-- "}, bolded("Anna"), {}}}}
	office := mail.Account{ID: "b", Address: "b@x.org", Signature: "Office\nBirch"}
	none := mail.Account{ID: "c", Address: "c@x.org"}
	for _, c := range []struct {
		name, text string
		old, now   mail.Account
		want       string
	}{
		{"swapped", "Hi\n\n-- \nAnna\n", anna, office, "Hi\n\n-- \nOffice\nBirch\n"},
		{"taken away", "Hi\n\n-- \nAnna\n", anna, none, "Hi\n\n"},
		{"brought", "\n", none, anna, "\n\n-- \nAnna\n"},
		{"not pushed into a text", "Hi", none, anna, "Hi"},
		{"and back", "Hi\n\n-- \nOffice\nBirch", office, anna, "Hi\n\n-- \nAnna"},
		{"an edited one stays", "Hi\n-- \nAnna L.", anna, office, "Hi\n-- \nAnna L."},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := NewComposition(mail.Draft{Text: c.text})
			m.MakeRich(c.old)
			m.SetFrom(c.old, c.now)
			if got := m.Words(); got != c.want || m.Account != c.now.ID {
				t.Errorf("it is %q, not %q", got, c.want)
			}
			if c.now.ID == "a" && strings.Contains(c.want, "-- ") {
				n := len(strings.Split(strings.TrimRight(c.want, "\n"), "\n")) - 1
				if !m.Rich.Blocks[n].StyleAt(0).Bold {
					t.Error("the signature has lost its looks")
				}
			}
		})
	}
}

func TestTakeQuoteWithLooks(t *testing.T) {
	c := NewComposition(draft())
	c.MakeRich(mail.Account{})
	c.TakeQuote()
	if got, want := c.Words(), "\n\n-- \nAnna\n\nOn Friday Marta wrote:\n> first\n>> second\n>\n> last"; got != want || c.Quote != "" {
		t.Errorf("it is %q, not %q", got, want)
	}
}

func write(t *testing.T, name string, data []byte) string {
	t.Helper()
	p := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(p, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return p
}

// noise is a picture that no encoder makes small.
func noise(w, h int) *image.NRGBA {
	r := rand.New(rand.NewPCG(1, 1))
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for i := range img.Pix {
		img.Pix[i] = byte(r.Uint32())
		if i%4 == 3 {
			img.Pix[i] = 255
		}
	}
	return img
}

func TestLoadPicture(t *testing.T) {
	var small, large, photo, moving bytes.Buffer
	img := image.NewNRGBA(image.Rect(0, 0, 4, 2))
	img.Set(0, 0, color.NRGBA{R: 255, A: 255}) // red in the corner
	for _, err := range []error{
		png.Encode(&small, img), png.Encode(&large, noise(600, 400)), jpeg.Encode(&photo, noise(2000, 1000), nil),
		gif.Encode(&moving, noise(1700, 20), nil),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	p, err := LoadPicture(write(t, "小.png", small.Bytes()), TextPicture)
	if err != nil || p.Small != nil || p.Full == nil || p.Full.Name != "小.png" || p.Full.Type != "image/png" || p.Full.Width != 4 || !bytes.Equal(p.Full.Data, small.Bytes()) {
		t.Errorf("a small one is %+v, %v", p, err)
	}
	p, err = LoadPicture(write(t, "p.jpeg", photo.Bytes()), TextPicture)
	if err != nil || p.Full == nil || p.Small == nil || p.Wide != 2000 {
		t.Fatalf("a photograph is %+v, %v", p, err)
	}
	if p.Full.Width != 640 || p.Full.Height != 320 || p.Small.Width != 640 || p.Small.Name != "p.jpeg" {
		t.Errorf("it is shown %d x %d, the small one as %+v wide", p.Full.Width, p.Full.Height, p.Small.Width)
	}
	if c, _, err := image.DecodeConfig(bytes.NewReader(p.Small.Data)); err != nil || c.Width != 1600 || len(p.Small.Data) >= len(p.Full.Data) {
		t.Errorf("the small one has %d pixels, %v", c.Width, err)
	}
	if p, err = LoadPicture(write(t, "g.gif", moving.Bytes()), TextPicture); err != nil || p.Small != nil || p.Full == nil {
		t.Errorf("one that moves is %+v, %v", p, err)
	}
	for name, data := range map[string][]byte{"x.png": []byte("no picture"), "y.jpg": nil, "z.png": small.Bytes()[:20]} {
		if _, err := LoadPicture(write(t, name, data), TextPicture); !errors.Is(err, ErrNoPicture) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := LoadPicture(filepath.Join(t.TempDir(), "gone.png"), TextPicture); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("one that is not there: %v", err)
	}
}

// Photographs come upright, whatever way the camera was held.
func TestPhotographsAreUpright(t *testing.T) {
	img := image.NewNRGBA(image.Rect(0, 0, 40, 20))
	for y := range 20 {
		for x := range 40 {
			img.Set(x, y, color.White)
		}
	}
	for y := range 8 {
		for x := range 8 {
			img.Set(x, y, color.NRGBA{R: 255, A: 255})
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 100}); err != nil {
		t.Fatal(err)
	}
	// An APP1 segment with a TIFF header in Intel's order and the one entry.
	exif := func(turn byte) []byte {
		seg := append([]byte("Exif\x00\x00II*\x00\x08\x00\x00\x00\x01\x00\x12\x01\x03\x00\x01\x00\x00\x00"), turn, 0, 0, 0, 0, 0, 0, 0)
		out := append([]byte{0xFF, 0xD8, 0xFF, 0xE1, 0, byte(len(seg) + 2)}, seg...)
		return append(out, b.Bytes()[2:]...)
	}
	for turn, corner := range map[byte][2]int{1: {2, 2}, 2: {37, 2}, 3: {37, 17}, 4: {2, 17}, 5: {2, 2}, 6: {17, 2}, 7: {17, 37}, 8: {2, 37}} {
		p, err := LoadPicture(write(t, "p.jpg", exif(turn)), TextPicture)
		if err != nil {
			t.Fatal(err)
		}
		got, _, err := image.Decode(bytes.NewReader(p.Full.Data))
		if err != nil {
			t.Fatal(err)
		}
		w, h := 40, 20
		if turn >= 5 {
			w, h = h, w
		}
		if got.Bounds().Dx() != w || p.Full.Width != w || p.Full.Height != h {
			t.Errorf("%d: it is %v", turn, got.Bounds())
		}
		if r, g, _, _ := got.At(corner[0], corner[1]).RGBA(); r < 0xC000 || g > 0x6000 {
			t.Errorf("%d: the red corner is not at %v", turn, corner)
		}
		if _, g, _, _ := got.At(w-1-corner[0], h-1-corner[1]).RGBA(); g < 0xC000 {
			t.Errorf("%d: the corner opposite of %v is not white", turn, corner)
		}
	}
	for _, odd := range []string{"/9j/4Q==", "/9j/4QAIRXhpZgAA", "/9j/4QAWRXhpZgAASUkqAP////8AAAAA"} {
		data, _ := base64.StdEncoding.DecodeString(odd)
		if orientation(data) != 1 {
			t.Errorf("%q has an orientation", odd)
		}
	}
}
