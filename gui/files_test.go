package gui

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/storage"
	"fyne.io/fyne/v2/test"

	"poplar/gui/kit"
	"poplar/mail"
)

func TestSavingAttachmentsNeverOverwrites(t *testing.T) {
	s := newStage(t, nil)
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.txt"), []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	m, _ := s.f.Read(t.Context(), 20)
	n, err := saveAll(t.Context(), s.f, 20, m.Parts, dir, markOf(m))
	if err != nil || n != 2 {
		t.Fatal(n, err)
	}
	for name, want := range map[string]string{"a.txt": "mine", "a (2).txt": "part 0", "a (3).txt": "part 1"} {
		if got, _ := os.ReadFile(filepath.Join(dir, name)); string(got) != want {
			t.Errorf("%s holds %q", name, got)
		}
	}
	o := openFiles{dir: dir}
	path, err := o.put(t.Context(), s.f, 20, m.Parts[0], markOf(m))
	if err != nil {
		t.Fatal(err)
	}
	if info, _ := os.Stat(path); info.Mode().Perm() != 0o400 || filepath.Base(path) != "a.txt" {
		t.Errorf("%s, %v", path, info.Mode())
	}
	discard(dir)
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Error("opened attachments stay behind")
	}
}

func TestWhatIsAProgramInsideIsNotOpened(t *testing.T) {
	s := newStage(t, func(f *fake) { f.part = "\x7fELF\x02\x01" })
	dir := t.TempDir()
	o := openFiles{dir: dir}
	_, err := o.put(t.Context(), s.f, 20, mail.Part{Name: "photo.jpg", Type: "image/jpeg"}, webMark{})
	var program *isProgram
	if !errors.As(err, &program) || program.what != "a program" {
		t.Errorf("%v", err)
	}
	_ = filepath.WalkDir(dir, func(path string, d os.DirEntry, _ error) error {
		if !d.IsDir() {
			t.Errorf("%s stays", path)
		}
		return nil
	})
}

func TestDangerousAttachmentsAreAskedAbout(t *testing.T) {
	for _, c := range []struct{ name, title, text string }{
		{"setup.exe", "setup.exe is a Windows program", "saves such files"},
		{"invoice.pdf.js", "invoice.pdf.js is a script", "looks like that of a document"},
		{"bill.xlsm", "Open bill.xlsm?", "a document with macros"},
		{"bill.pdf.zip", "Open bill.pdf.zip?", "an archive, though"},
	} {
		s := newStage(t, nil)
		s.w.openPart(mail.Part{Name: c.name, Type: "application/octet-stream"})
		top := s.w.win.Canvas().Overlays().Top()
		if top == nil {
			t.Errorf("%s is opened without a question", c.name)
			continue
		}
		words := strings.Join(texts(top), " ")
		if !strings.Contains(words, c.title) || !strings.Contains(words, c.text) {
			t.Errorf("%s: the question says %q", c.name, words)
		}
	}
}

// texts are the words that stand in Lines under an object.
func texts(o fyne.CanvasObject) []string {
	var out []string
	walk(o, func(o fyne.CanvasObject) {
		switch o := o.(type) {
		case *kit.Para:
			out = append(out, o.Text())
		case *kit.Button:
			out = append(out, o.Label())
		}
	})
	return out
}

func TestThePlaceToSaveIsRemembered(t *testing.T) {
	s := newStage(t, nil)
	dir := t.TempDir()
	s.w.keepFolder(dir)
	s.until("it is stored", func() bool { return s.f.Preferences().Window.SaveFolder == dir })
	var got string
	s.w.startIn(place(func(l fyne.ListableURI) { got = l.Path() }))
	if got != storage.NewFileURI(dir).Path() {
		t.Errorf("it begins in %s", got)
	}
	if err := os.Remove(dir); err != nil {
		t.Fatal(err)
	}
	s.w.startIn(place(func(l fyne.ListableURI) { got = l.Path() }))
	if got == dir {
		t.Error("it begins in a folder that is gone")
	}
}

type place func(fyne.ListableURI)

func (p place) SetLocation(l fyne.ListableURI) { p(l) }

func TestTheHashOfAnAttachmentIsCopied(t *testing.T) {
	s := newStage(t, nil)
	s.w.copyHash(mail.Part{Name: "a.txt", Index: 1})
	sum := sha256.Sum256([]byte("part 1"))
	s.until("it is on the clipboard", func() bool { return s.w.app.Clipboard().Content() == hex.EncodeToString(sum[:]) })
}

func TestMarksHoldNoLinesOfTheirOwn(t *testing.T) {
	m := markOf(&mail.Message{MessageID: "a b/c@x\r\nZoneId=0", Subject: strings.Repeat("长", 400), From: []mail.Address{{Addr: "a@b\n"}}})
	if m.url() != "mid:a%20b%2Fc@xZoneId=0" || m.from != "a@b" || len(m.subject) > 500 {
		t.Errorf("%+v, %s", m, m.url())
	}
	if got := (webMark{}).url(); got != "mid:unknown" {
		t.Error(got)
	}
}

// walk visits an object and everything that is drawn inside it.
func walk(o fyne.CanvasObject, visit func(fyne.CanvasObject)) {
	visit(o)
	switch o := o.(type) {
	case *fyne.Container:
		for _, c := range o.Objects {
			walk(c, visit)
		}
	case fyne.Widget:
		for _, c := range test.WidgetRenderer(o).Objects() {
			walk(c, visit)
		}
	}
}

// While a long message is read, what is saved of it is all of it.
func TestAllPartsOfAMessageThatWasGlancedAt(t *testing.T) {
	f := &fake{}
	f.rows = []mail.Summary{{ID: 7}}
	parts, err := allParts(t.Context(), f, 7, &mail.Message{Glanced: true, Parts: []mail.Part{{Name: "a.txt"}}})
	if err != nil || len(parts) != 2 {
		t.Errorf("%v, %v", parts, err)
	}
	if parts, err = allParts(t.Context(), f, 7, &mail.Message{Parts: []mail.Part{{Name: "a.txt"}}}); err != nil || len(parts) != 1 {
		t.Errorf("%v, %v", parts, err)
	}
	if _, err = allParts(t.Context(), f, 8, &mail.Message{Glanced: true}); err == nil {
		t.Error("a message that is gone has parts")
	}
}
