package kit

import (
	"os"
	"path/filepath"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/storage"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"
)

// pressed gives a key to what has the keyboard, else to the window, as a driver does.
func pressed(c fyne.Canvas, name fyne.KeyName) {
	k := &fyne.KeyEvent{Name: name}
	if f := c.Focused(); f != nil {
		f.TypedKey(k)
	} else if f := c.OnTypedKey(); f != nil {
		f(k)
	}
}

func within[T any](o fyne.CanvasObject) (found []T) {
	if x, ok := o.(T); ok {
		found = append(found, x)
	}
	switch o := o.(type) {
	case *fyne.Container:
		for _, p := range o.Objects {
			found = append(found, within[T](p)...)
		}
	case *container.Split:
		found = append(within[T](o.Leading), within[T](o.Trailing)...)
	case *container.Scroll:
		found = append(found, within[T](o.Content)...)
	}
	return found
}

func TestFileDialogs(t *testing.T) {
	test.NewTempApp(t)
	SetLanguage("en")
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.txt"), []byte("a"), 0o600); err != nil {
		t.Fatal(err)
	}
	w := test.NewTempWindow(t, widget.NewLabel(""))
	w.Resize(fyne.NewSize(1000, 800))
	c := w.Canvas()
	var before []fyne.KeyName
	c.SetOnTypedKey(func(k *fyne.KeyEvent) { before = append(before, k.Name) })
	answers := 0
	var saved fyne.URI
	show := func(d *dialog.FileDialog) fyne.CanvasObject {
		t.Helper()
		place, err := storage.ListerForURI(storage.NewFileURI(dir))
		if err != nil {
			t.Fatal(err)
		}
		d.SetLocation(place)
		ShowFiles(d, w, "Heading", "Do it", fyne.NewSize(700, 500))
		content := contentOf(c.Overlays().Top())
		if content == nil {
			t.Fatal("no dialog is there")
		}
		return content
	}
	save := func() fyne.CanvasObject {
		t.Helper()
		d := dialog.NewFileSave(func(to fyne.URIWriteCloser, err error) {
			if answers++; err == nil && to != nil {
				saved = to.URI()
				_ = to.Close()
			}
		}, w)
		d.SetFileName("letter.eml")
		return show(d)
	}
	gone := func(how string) {
		t.Helper()
		if c.Overlays().Top() != nil || answers != 1 {
			t.Errorf("Escape %s: open %v, answered %d times", how, c.Overlays().Top() != nil, answers)
		}
		answers = 0
	}

	save()
	if _, ok := c.Focused().(*fileName); !ok {
		t.Errorf("%T has the keyboard", c.Focused())
	}
	pressed(c, fyne.KeyEscape)
	gone("in the name")

	grids := within[*widget.GridWrap](save())
	if len(grids) != 1 {
		t.Fatalf("%d lists of files", len(grids))
	}
	c.Focus(grids[0])
	grids[0].Select(1) // as a click does
	if name := within[*fileName](contentOf(c.Overlays().Top()))[0]; name.Text != "a.txt" {
		t.Errorf("a file was clicked, and the name is %q", name.Text)
	}
	pressed(c, fyne.KeyEscape)
	gone("after a click on a file")

	show(dialog.NewFolderOpen(func(fyne.ListableURI, error) { answers++ }, w))
	pressed(c, fyne.KeyA)
	pressed(c, fyne.KeyEscape)
	gone("in a dialog without a name")
	if len(before) > 0 {
		t.Errorf("the window behind heard %v", before)
	}
	pressed(c, fyne.KeyEscape)
	if len(before) != 1 {
		t.Error("the window's own keys did not come back")
	}

	name := within[*fileName](save())[0]
	name.SetText("other.eml")
	name.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if saved == nil || saved.Name() != "other.eml" {
		t.Errorf("saved under %v", saved)
	}
}
