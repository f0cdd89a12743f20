package composer

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
)

func TestAttachments(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "计划.pdf")
	if err := os.WriteFile(path, make([]byte, 2048), 0o600); err != nil {
		t.Fatal(err)
	}
	k := open(t, letter())
	k.Attach([]string{path, filepath.Join(dir, "nothing"), dir})
	k.until("attached", func() bool { return len(k.c.Attach) == 1 && k.Question() != nil })
	k.answer("Cancel")
	if k.sum.Text() != "1 attachment, 2 KB" || k.files.Hidden {
		t.Errorf("the foot says %q", k.sum.Text())
	}
	if n := k.Notice(); n == nil || !strings.Contains(n.Text(), "nothing") {
		t.Error("a file was left out without a word")
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	k.Send()
	k.until("told", func() bool { n := k.Notice(); return n != nil && strings.Contains(n.Text(), "计划.pdf is no longer") })
	if len(k.e.sent) > 0 {
		t.Fatal("sent without its attachment")
	}
	k.files.onRemove(0)
	if len(k.c.Attach) != 0 || !k.files.Hidden || k.sum.Text() != "" {
		t.Error("the attachment is still there")
	}
	k.Send()
	k.until("sent", func() bool { return k.closed })
}

func TestSeveralFilesAreChosen(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"b.txt", "A.pdf", "c.txt", ".hidden", "sub/inner.txt"} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	k := open(t, letter())
	lastFolder = dir
	c := newChooser(k.Window)
	c.show()
	names := func() (list []string) {
		for _, e := range c.list {
			list = append(list, e.Name)
		}
		return list
	}
	k.until("the folder is shown", func() bool { return slices.Equal(names(), []string{"sub", "A.pdf", "b.txt", "c.txt"}) })
	if !c.ask.Button(2).Disabled() {
		t.Error("nothing is chosen, and it can be attached")
	}
	c.rows.Select(3)
	c.rows.Select(1)
	c.rows.Select(2)
	c.rows.Select(2)
	if l := c.ask.Button(2).Label(); l != "Attach 2 files" {
		t.Errorf("the button says %q", l)
	}
	k.Send()
	if len(k.e.sent) > 0 {
		t.Fatal("it was sent from under the question")
	}
	k.answer("Attach 2 files")
	k.until("attached", func() bool { return len(k.c.Attach) == 2 })
	if k.c.Attach[0].Name != "A.pdf" || k.c.Attach[1].Name != "c.txt" {
		t.Errorf("attached %+v", k.c.Attach)
	}
	c = newChooser(k.Window)
	c.show()
	k.until("the folder is shown again", func() bool { return len(c.list) == 4 })
	c.rows.Select(0)
	k.until("the folder within is shown", func() bool { return slices.Equal(names(), []string{"inner.txt"}) && c.dir == filepath.Join(dir, "sub") })
}

func TestFoldersFilesOnTheClipboardAndLargeOnes(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "photos")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "a.bin"), make([]byte, 3000), 0o600); err != nil {
		t.Fatal(err)
	}
	k := open(t, letter())
	k.e.told(func() { k.e.limit = 4000 })
	k.Attach([]string{dir})
	k.until("asked", func() bool { return k.Question() != nil })
	if title := k.Question().Title; title != "Attach the folder as a zip file?" {
		t.Errorf("the question is %q", title)
	}
	k.answer("Zip and attach")
	k.until("attached", func() bool { return len(k.c.Attach) == 1 })
	zipped := k.c.Attach[0]
	defer os.RemoveAll(filepath.Dir(zipped.Path))
	if zipped.Name != "photos.zip" {
		t.Errorf("attached %q", zipped.Name)
	}
	c := test.NewClipboard()
	c.SetContent("file://" + filepath.ToSlash(filepath.Join(dir, "a.bin")))
	k.body.text.TypedShortcut(&fyne.ShortcutPaste{Clipboard: c})
	k.until("the pasted file is attached, and too much", func() bool {
		return len(k.c.Attach) == 2 && strings.Contains(k.sum.Text(), "the server takes 4 KB")
	})
	if strings.Contains(k.body.text.Text(), "file:") {
		t.Error("its address was typed as well")
	}
	k.Send()
	if q := k.Question(); q == nil || !strings.Contains(q.Text, "the server takes 4 KB") {
		t.Errorf("asked %+v", q)
	}
}
