package gui

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"poplar/gui/page"
	"poplar/mail"
)

func (f *fake) Pictures(_ context.Context, addresses []string, _ func(string, []byte)) int {
	f.note("pictures %d", len(addresses))
	return len(addresses)
}

// A sender whose pictures the person always wants is remembered, and forgotten on a word.
func TestWhosePicturesAreShownIsRemembered(t *testing.T) {
	s := newStage(t, func(f *fake) {
		f.knows.messages = map[mail.MessageID]*mail.Message{}
		for _, r := range f.rows {
			f.knows.messages[r.ID] = &mail.Message{Subject: r.Subject, From: r.From, Text: "x", HTML: `<img src="https://cdn.example/a.png">`}
		}
	})
	s.w.list.First()
	s.until("the message is there", func() bool { return s.w.reader.Message() != nil })
	fetched := func() int { return strings.Count(s.f.done(), "pictures 1") }
	if fetched() != 0 {
		t.Fatal("pictures are fetched unasked")
	}
	s.w.reader.Always("@example.pt")
	s.until("they are fetched, and it is stored", func() bool {
		return fetched() == 1 && s.f.Preferences().PicturesFrom == "@example.pt"
	})
	s.w.list.Step(1)
	s.until("those of another message of the same sender come by themselves", func() bool { return fetched() == 2 })
	p := s.f.Preferences()
	p.PicturesFrom = "" // as the window of the preferences has it, which was opened before
	s.w.prefsChanged(p)
	if s.w.prefs.PicturesFrom != "@example.pt" {
		t.Errorf("an older window takes %q away", s.w.prefs.PicturesFrom)
	}
}

func TestMessagesGoToTheBrowserAsFiles(t *testing.T) {
	o := openFiles{dir: t.TempDir()}
	path, err := o.write("<p>x")
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(path)
	if err != nil || string(got) != "<p>x" || filepath.Ext(path) != ".html" {
		t.Errorf("%s holds %q, %v", path, got, err)
	}
	if _, err := (&openFiles{}).write("x"); err == nil {
		t.Error("a file without a place")
	}
}

func TestPictureNames(t *testing.T) {
	for _, c := range []struct{ src, kind, want string }{
		{"https://a.example/x/Logo.PNG?u=1", "image/png", "Logo.png"},
		{"https://a.example/x/photo.jpeg", "image/webp", "photo.webp"},
		{"https://a.example/", "image/jpeg", "picture.jpg"},
		{"https://a.example/%2e%2e%2fetc%2fpasswd", "image/gif", "passwd.gif"},
		{"https://a.example/a:b*c.png", "image/png", "a-b-c.png"},
		{"cid:logo@x", "image/gif", "picture.gif"},
		{"data:image/png;base64,AAAA", "image/png", "picture.png"},
		{"https://a.example/x.exe", "application/x-odd", "x.png"},
	} {
		p := &page.Picture{Src: c.src, Type: c.kind, Remote: strings.HasPrefix(c.src, "http")}
		if got := pictureName(p); got != c.want {
			t.Errorf("%s: %q, want %q", c.src, got, c.want)
		}
	}
}
