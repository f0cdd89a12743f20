package kit

import (
	"reflect"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/widget"
)

// ShowFiles shows one of Fyne's dialogs for files or folders over w, in Poplar's language. title and confirm are its
// heading and the label of the button that does it. Escape closes it, which Fyne's own does not. Where the system
// brings a dialog of its own, that is shown.
func ShowFiles(d *dialog.FileDialog, w fyne.Window, title, confirm string, size fyne.Size) {
	d.SetTitleText(title)
	d.SetConfirmText(confirm)
	d.SetDismissText(T("Cancel"))
	c := w.Canvas()
	below, keys := c.Overlays().Top(), c.OnTypedKey()
	d.SetOnClosed(func() { c.SetOnTypedKey(keys) })
	d.Show() // before Resize: Fyne 2.8 has nothing to size until then
	d.Resize(size)
	over := c.Overlays().Top()
	if over == nil || over == below {
		return
	}
	escape := func(k *fyne.KeyEvent) {
		if k.Name == fyne.KeyEscape && c.Overlays().Top() == over {
			d.Dismiss()
		}
	}
	c.SetOnTypedKey(escape)
	freeKeys(c, contentOf(over), escape)
}

// contentOf is what a pop-up shows that lies over a window. Fyne wraps it in a widget whose type is not exported, only
// its field; to make that widget's renderer again would take the pop-up out of the middle.
func contentOf(over fyne.CanvasObject) fyne.CanvasObject {
	v := reflect.Indirect(reflect.ValueOf(over))
	if v.Kind() != reflect.Struct {
		return nil
	}
	if f := v.FieldByName("Content"); f.IsValid() && f.CanInterface() {
		if pop, ok := f.Interface().(*widget.PopUp); ok {
			return pop.Content
		}
	}
	return nil
}

// freeKeys has escape hear of the keys also after a click into the dialog: what has the keyboard takes all of them.
func freeKeys(c fyne.Canvas, o fyne.CanvasObject, escape func(*fyne.KeyEvent)) {
	let := func(selected func(int)) func(int) {
		return func(i int) {
			if selected != nil {
				selected(i)
			}
			c.Unfocus()
		}
	}
	switch o := o.(type) {
	case *fyne.Container:
		for _, p := range o.Objects {
			freeKeys(c, p, escape)
		}
	case *container.Split:
		freeKeys(c, o.Leading, escape)
		freeKeys(c, o.Trailing, escape)
	case *container.Scroll:
		if e, ok := o.Content.(*widget.Entry); ok {
			n := newFileName(e, escape)
			o.Content = n
			o.Refresh()
			c.Focus(n)
			return
		}
		freeKeys(c, o.Content, escape)
	case *widget.GridWrap:
		o.OnSelected = let(o.OnSelected)
	case *widget.List:
		o.OnSelected = let(o.OnSelected)
	}
}

// fileName stands where the dialog has its field for a name, and says the same.
type fileName struct {
	widget.Entry
	escape func(*fyne.KeyEvent)
}

func newFileName(e *widget.Entry, escape func(*fyne.KeyEvent)) *fileName {
	n := &fileName{escape: escape}
	n.ExtendBaseWidget(n)
	n.PlaceHolder, n.OnSubmitted = e.PlaceHolder, e.OnSubmitted
	n.SetText(e.Text)
	n.OnChanged = e.SetText
	changed := e.OnChanged
	e.OnChanged = func(s string) { // also when a file is clicked
		if changed != nil {
			changed(s)
		}
		if n.Text != s {
			n.SetText(s)
		}
	}
	return n
}

// TypedKey implements fyne.Focusable.
func (n *fileName) TypedKey(k *fyne.KeyEvent) {
	if k.Name == fyne.KeyEscape {
		n.escape(k)
		return
	}
	n.Entry.TypedKey(k)
}
