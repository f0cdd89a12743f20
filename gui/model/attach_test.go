package model

import (
	"archive/zip"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"poplar/mail"
)

func TestPastedPaths(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "a b.txt")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string][]string{
		file: {file}, file + "\n" + dir + "\n": {file, dir}, file + "\r\n": {file}, "see " + file: nil, "": nil, file + "\n\nMarta": nil, "a b.txt": nil,
	} {
		if got := PastedPaths(text); !slices.Equal(got, want) {
			t.Errorf("%q names %q", text, got)
		}
	}
	if PastedPaths(strings.Repeat(file+"\n", 101)) != nil || !AllThere([]string{file, dir}) || AllThere([]string{file, filepath.Join(dir, "gone")}) {
		t.Error("too many, or not all there")
	}
}

// The same file is attached once; what can be read no more is told from what is gone.
func TestNewFilesAndShutOnes(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a.txt")
	if err := os.WriteFile(file, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	files, _ := AddFiles([]string{file, file})
	c := &Composition{}
	fresh, known := c.NewFiles(files)
	if len(fresh) != 1 || !slices.Equal(known, []string{"a.txt"}) {
		t.Errorf("%d fresh, %q known", len(fresh), known)
	}
	c.Attach = append(fresh, mail.Attachment{Name: "part", Raw: mail.Bytes("x")})
	if fresh, known = c.NewFiles(files[:1]); len(fresh) != 0 || len(known) != 1 {
		t.Errorf("%d fresh, %q known", len(fresh), known)
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(file, 0o700); err != nil { // opens, but is no file any more
		t.Fatal(err)
	}
	if gone, shut := Missing(mail.Draft{Attach: c.Attach}); len(gone) != 0 || !slices.Equal(shut, []string{"a.txt"}) {
		t.Errorf("gone %q, shut %q", gone, shut)
	}
}

func TestPastedFiles(t *testing.T) {
	for text, want := range map[string][]string{
		"file:///home/a/Plan%20B.pdf\r\nfile:///x\r\n":  {"/home/a/Plan B.pdf", "/x"},
		"x-special/nautilus-clipboard\ncopy\nfile:///x": {"/x"},
		"file://localhost/x":                            {"/x"},
		"file://elsewhere/x":                            nil,
		"see file:///x":                                 nil,
		"file:///x and more\nwords":                     nil,
		"":                                              nil,
		"https://x.org":                                 nil,
	} {
		if got := PastedFiles(text); !slices.Equal(got, want) {
			t.Errorf("%q gives %q", text, got)
		}
	}
}

func TestTooLarge(t *testing.T) {
	words := func(s string, args ...any) string { return fmt.Sprintf(s, args...) }
	size := func(n int64) string { return fmt.Sprint(n>>20, " MB") }
	c := NewComposition(mail.Draft{Attach: []mail.Attachment{{Size: 12 << 20}}})
	for limit, want := range map[int64]string{
		10 << 20: "The message will have about 16 MB; the server takes 10 MB.", 20 << 20: "", 0: "",
	} {
		if got := c.TooLarge(limit, words, size); got != want {
			t.Errorf("with a limit of %d: %q", limit, got)
		}
	}
	c.Attach[0].Size = 30 << 20
	if got := c.TooLarge(0, words, size); got != "The message will have about 41 MB. Many servers refuse messages of that size." {
		t.Errorf("got %q", got)
	}
}

func TestZipFolder(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "计划")
	if err := os.MkdirAll(filepath.Join(folder, "sub"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"a.txt": "A", "sub/b.txt": "B"} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	folders, others := Folders([]string{folder, filepath.Join(folder, "a.txt")})
	if len(folders) != 1 || len(others) != 1 {
		t.Fatalf("folders %q, others %q", folders, others)
	}
	path, err := ZipFolder(folder)
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(filepath.Dir(path))
	z, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	var names []string
	for _, f := range z.File {
		names = append(names, f.Name)
	}
	if slices.Sort(names); !slices.Equal(names, []string{"计划/a.txt", "计划/sub/b.txt"}) || filepath.Base(path) != "计划.zip" {
		t.Errorf("%s holds %q", path, names)
	}
	if _, err := ZipFolder(filepath.Join(folder, "nowhere")); err == nil {
		t.Error("a folder that is not there was packed")
	}
}
