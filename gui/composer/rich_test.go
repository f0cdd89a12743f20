package composer

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/storage"
	"fyne.io/fyne/v2/test"

	"poplar/mail"
)

func ctrl(k fyne.KeyName) fyne.Shortcut {
	return &desktop.CustomShortcut{KeyName: k, Modifier: fyne.KeyModifierShortcutDefault}
}

// pictureFile writes a picture of some pixels; a loud one has a large file.
func pictureFile(t *testing.T, name string, w, h int, loud bool) string {
	t.Helper()
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	r := rand.New(rand.NewPCG(1, 1))
	for i := range img.Pix {
		if img.Pix[i] = 255; loud && i%4 < 3 {
			img.Pix[i] = byte(r.Uint32())
		}
	}
	img.Set(0, 0, color.NRGBA{R: 255, A: 255})
	var b bytes.Buffer
	err := png.Encode(&b, img)
	if strings.HasSuffix(name, ".jpg") {
		b.Reset()
		err = jpeg.Encode(&b, img, &jpeg.Options{Quality: 100})
	}
	p := filepath.Join(t.TempDir(), name)
	if err == nil {
		err = os.WriteFile(p, b.Bytes(), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func (k *desk) pictures() int {
	if k.c.Rich == nil {
		return 0
	}
	return len(k.c.Rich.Pictures())
}

func TestLooksAreSwitchedOnAndOff(t *testing.T) {
	k := open(t, letter())
	if k.body.bar.Visible() || k.looks.On() {
		t.Fatal("a message begins with looks")
	}
	text := k.body.text
	text.ToEnd()
	test.Tap(k.looks)
	if !k.body.bar.Visible() || !k.looks.On() || !text.Rich() || k.c.Rich == nil {
		t.Fatal("the looks did not come")
	}
	text.SetCaretOffset(0)
	text.TypedShortcut(ctrl(fyne.KeyB))
	k.write(text, "Oh! ")
	if got := k.c.Draft(); got.Text != "Oh! Hello\n\n-- \nAnna" || got.Rich == nil || !got.Rich.Blocks[0].StyleAt(0).Bold {
		t.Errorf("the draft is %+v", got.Rich)
	}
	k.Save(nil)
	k.until("saved", func() bool { return !k.c.Unsaved() })

	test.Tap(k.looks)
	k.answer("Cancel")
	if k.c.Rich == nil {
		t.Fatal("cancelled, and yet the looks are gone")
	}
	test.Tap(k.looks)
	k.answer("Plain text")
	if k.c.Rich != nil || text.Rich() || text.Text() != "Oh! Hello\n\n-- \nAnna" || k.body.bar.Visible() {
		t.Errorf("plain it is %q", text.Text())
	}
	if d := k.c.Draft(); d.Rich != nil || d.Text != text.Text() {
		t.Errorf("the draft is %+v", d)
	}
	test.Tap(k.looks)
	test.Tap(k.looks) // nothing would be lost: nothing is asked
	if k.Question() != nil || k.c.Rich != nil {
		t.Error("it asks though nothing is lost")
	}
}

func TestADraftWithLooksComesUpSo(t *testing.T) {
	d := letter()
	b := mail.Block{Kind: mail.Bullet}
	b.Join([]mail.Segment{{Text: "bold", Style: mail.Style{Bold: true}}})
	d.ID, d.Rich = 7, &mail.Rich{Blocks: []mail.Block{b}}
	d.Text = d.Rich.Text()
	k := open(t, d)
	if !k.body.text.Rich() || !k.looks.On() || k.c.Changed() || !k.body.text.Looks().Bold {
		t.Errorf("it came up plain, or changed: %+v", k.body.text.Content())
	}
	k.body.text.Undo()
	if k.c.Changed() {
		t.Error("there is something to undo before anything was done")
	}
}

func TestPicturesInTheText(t *testing.T) {
	k := open(t, letter())
	small, large := pictureFile(t, "小.png", 40, 20, false), pictureFile(t, "photo.jpg", 640, 500, true)
	drop := func(y float32, paths ...string) {
		var uris []fyne.URI
		for _, p := range paths {
			uris = append(uris, storage.NewFileURI(p))
		}
		k.dropped(fyne.NewPos(300, y), uris)
	}
	middle := fyne.CurrentApp().Driver().AbsolutePositionForObject(k.body.text).Y + 20
	drop(middle, small)
	k.until("attached in a plain message", func() bool { return len(k.c.Attach) == 1 })

	test.Tap(k.looks)
	drop(5, pictureFile(t, "other.png", 20, 20, false))
	k.until("attached when dropped beside the text", func() bool { return len(k.c.Attach) == 2 })
	drop(middle, small, filepath.Join(filepath.Dir(small), "gone.txt"))
	k.until("put into the text", func() bool { return k.pictures() == 1 })
	if len(k.c.Attach) != 2 {
		t.Errorf("%d are attached", len(k.c.Attach))
	}

	k.putPictures([]string{large, small})
	k.until("asked", func() bool { return k.Question() != nil })
	if q := k.Question(); !strings.Contains(q.Text, "640 × 500") {
		t.Errorf("it asks %q", q.Text)
	}
	k.answer(k.Question().Choices[2].Label)
	k.until("both put in", func() bool { return k.pictures() == 3 })
	if p := k.c.Rich.Pictures(); p[1].Type != "image/jpeg" || p[1].Width > 640 {
		t.Errorf("the pictures are %+v", p[1].Name)
	}
	k.putPictures([]string{filepath.Join(t.TempDir(), "gone.png")})
	k.until("told", func() bool { return k.Notice() != nil })

	// The clipboard of a file manager.
	c := test.NewClipboard()
	c.SetContent("file://" + small)
	k.body.text.TypedShortcut(&fyne.ShortcutPaste{Clipboard: c})
	k.until("pasted into the text", func() bool { return k.pictures() == 4 })
	if size := k.c.MessageSize(); size < int64(len(k.c.Rich.Pictures()[1].Data)) {
		t.Errorf("the message is to have %d octets", size)
	}

	test.Tap(k.looks)
	k.answer("Attach the pictures")
	if len(k.c.Attach) != 6 || k.c.Rich != nil || strings.Contains(k.c.Text, mail.PictureMark) {
		t.Errorf("%d attachments, the text is %q", len(k.c.Attach), k.c.Text)
	}
}

func TestAnswersWithLooksTakeTheQuote(t *testing.T) {
	d := letter()
	d.Text, d.Quote, d.QuoteIntro, d.Mark = "", "One\n> two", "Marta wrote:", mail.Answered
	k := open(t, d)
	test.Tap(k.looks)
	if k.c.Quote == "" {
		t.Fatal("the quote is gone")
	}
	test.Tap(k.body.card.toggle)
	k.until("a part of the text", func() bool { return k.c.Quote == "" })
	if got := k.body.text.Content(); k.c.Quote != "" || got.Blocks[len(got.Blocks)-1].Quote != 2 || k.c.Words() != "\nMarta wrote:\n> One\n>> two" {
		t.Errorf("the text is %q", k.c.Words())
	}
}

func TestTheQuoteComesWithItsLooks(t *testing.T) {
	d := letter()
	d.Text, d.Quote, d.QuoteIntro, d.Mark = "", "One two", "Marta wrote:", mail.Answered
	k := open(t, d)
	one := mail.Block{}
	one.Join([]mail.Segment{{Text: "One "}, {Text: "two", Style: mail.Style{Bold: true}}})
	k.e.told(func() { k.e.quote = &mail.Rich{Blocks: []mail.Block{one}} })
	test.Tap(k.looks)
	test.Tap(k.body.card.toggle)
	k.until("a part of the text", func() bool { return k.c.Quote == "" })
	got := k.body.text.Content()
	if last := got.Blocks[len(got.Blocks)-1]; last.Quote != 1 || !last.StyleAt(5).Bold || k.c.Words() != "\nMarta wrote:\n> One two" {
		t.Errorf("the text is %+v", got)
	}
}

func TestSenderOfALookingMessage(t *testing.T) {
	k := open(t, letter())
	test.Tap(k.looks)
	k.from.pick(1)
	if got := k.c.Words(); got != "Hello\n\n-- \nA. L." || k.body.text.Text() != got {
		t.Errorf("the text is %q, shown %q", got, k.body.text.Text())
	}
	if items := k.moreItems(); !hasTick(items, "With formatting") {
		t.Error("the menu does not say that the message has looks")
	}
}

func hasTick(items []*fyne.MenuItem, label string) bool {
	for _, i := range items {
		if i.Label == label {
			return i.Checked
		}
	}
	return false
}
