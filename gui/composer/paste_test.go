package composer

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
)

// GNOME's file manager puts the places of files on the clipboard as plain text: whether they are meant or their names is asked.
func TestPlacesOfFilesArePasted(t *testing.T) {
	file := filepath.Join(t.TempDir(), "plan.txt")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	k := open(t, letter())
	paste := func(text string) {
		c := test.NewClipboard()
		c.SetContent(text)
		k.body.text.TypedShortcut(&fyne.ShortcutPaste{Clipboard: c})
	}
	paste(file)
	k.until("asked", func() bool { return k.Question() != nil })
	if k.Question().Title != "Attach this file?" || k.Question().Text != "plan.txt" {
		t.Errorf("asked %q about %q", k.Question().Title, k.Question().Text)
	}
	k.answer("Add as attachment")
	k.until("attached", func() bool { return len(k.c.Attach) == 1 && k.Notice() != nil })
	if strings.Contains(k.body.text.Text(), "plan.txt") || k.Notice().Text() != "Attached, but nothing is in it: plan.txt" {
		t.Errorf("told %q", k.Notice().Text())
	}
	// The same once more, as a file: it is there already.
	k.Attach([]string{file})
	k.until("told", func() bool { return k.Notice().Text() == "Attached already: plan.txt" })
	if len(k.c.Attach) != 1 {
		t.Errorf("attached %d times", len(k.c.Attach))
	}
	paste(file)
	k.until("asked again", func() bool { return k.Question() != nil })
	k.answer("Paste as text")
	k.until("pasted", func() bool { return strings.Contains(k.body.text.Text(), file) })
	// What is not there is text.
	paste(file + "x")
	k.until("pasted without a question", func() bool { return strings.Contains(k.body.text.Text(), file+"x") })
	if k.Question() != nil || len(k.c.Attach) != 1 {
		t.Error("asked about what is not there")
	}
}

// What is pasted into the subject is one line of bounded length, and that is told: a field of ten thousand letters could not be written in.
func TestPastedIntoTheSubject(t *testing.T) {
	k := open(t, letter())
	k.subject.SetText("Re: ")
	k.subject.CursorColumn = 4
	paste := func(text string) {
		c := test.NewClipboard()
		c.SetContent(text)
		k.subject.TypedShortcut(&fyne.ShortcutPaste{Clipboard: c})
	}
	paste("two\r\nlines\tand a \x1b[0m bell\x07 ")
	if got := k.c.Subject; got != "Re: two lines and a [0m bell" && got != "Re: two lines and a  [0m bell" || k.Notice() != nil {
		t.Errorf("the subject is %q", got)
	}
	paste(strings.Repeat("长", 10000))
	if n := len([]rune(k.c.Subject)); n != 998 || k.Notice() == nil || !strings.Contains(k.Notice().Text(), "998") {
		t.Errorf("the subject has %d letters", n)
	}
	// The same of a message that begins so, as by a mail link.
	d := letter()
	d.Subject = strings.Repeat("长", 10000)
	k = open(t, d)
	if n := len([]rune(k.subject.Text)); n != 998 || k.subject.Text != k.c.Subject || k.Notice() == nil || k.c.Changed() {
		t.Errorf("it begins with a subject of %d letters, changed %v", n, k.c.Changed())
	}
}
