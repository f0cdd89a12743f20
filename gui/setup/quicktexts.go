package setup

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"poplar/gui/kit"
	"poplar/gui/model"
)

// QuickTextsWindow is the window in which quick texts are written and changed.
type QuickTextsWindow struct {
	*frame
	p      model.Poplar
	list   []model.QuickText
	column *fyne.Container
	notice *fyne.Container
	ask    *kit.Ask
	// name and text are the fields of a text that is edited.
	name, text *kit.Field
}

// NewQuickTextsWindow returns the window of the quick texts.
func NewQuickTextsWindow(app fyne.App, p model.Poplar, loop kit.Loop, o Options) *QuickTextsWindow {
	w := &QuickTextsWindow{p: p, list: p.Preferences().QuickTexts}
	w.frame = newFrame(app, loop, kit.T("Quick texts"), fyne.NewSize(560, 460), o.OnClosed)
	w.column = container.New(&kit.Column{Gap: 2, Pad: fyne.NewSize(pagePad, 20)})
	w.notice = container.New(&kit.Column{Pad: fyne.NewSize(pagePad, 0)})
	foot := kit.NewFoot(pagePad, []fyne.CanvasObject{kit.NewButton(kit.T("New quick text…"), "plus", kit.Plain, func() { w.edit(model.QuickText{}) })},
		[]fyne.CanvasObject{kit.NewButton(kit.T("Close"), "", kit.Plain, func() { w.Window.Close() })})
	w.fill(container.NewBorder(nil, container.New(&kit.Column{}, w.notice, foot), nil, nil, container.NewVScroll(w.column)))
	w.Window.Canvas().SetOnTypedKey(func(k *fyne.KeyEvent) {
		if k.Name == fyne.KeyEscape && w.Window.Canvas().Overlays().Top() == nil {
			w.Window.Close()
		}
	})
	w.show()
	return w
}

// show lists the texts.
func (w *QuickTextsWindow) show() {
	w.column.RemoveAll()
	w.column.Add(container.New(kit.Inset{Bottom: 6}, kit.NewLine(kit.T("Quick texts"), 20, true, kit.Text)))
	w.column.Add(container.New(kit.Inset{Bottom: 10}, kit.NewPara(kit.T("They stand in the menu of a message that is written. Words in braces are filled in there: %s.", strings.Join(model.QuickFields, " ")), 12, false, kit.Text2)))
	if len(w.list) == 0 {
		w.column.Add(container.New(kit.Inset{Top: 20}, kit.NewPara(kit.T("There is none yet."), 13, false, kit.Text2)))
	}
	for _, q := range w.list {
		text := container.New(&kit.Column{Gap: 2}, kit.NewLine(q.Name, 13, true, kit.Text).Shrink(),
			kit.NewLine(strings.Join(strings.Fields(q.Text), " "), 12, false, kit.Text2).Shrink())
		remove := kit.NewIconButton("trash", kit.T("Delete"), func() { w.remove(q) }).Sized(28, 15)
		row := kit.NewRow(4, 0, text, kit.NewButton(kit.T("Edit…"), "", kit.Link, func() { w.edit(q) }), remove)
		w.column.Add(container.New(kit.Inset{Top: 4, Bottom: 6}, row))
		w.column.Add(kit.NewRule())
	}
	w.column.Refresh()
	w.Window.Content().Refresh()
}

// edit asks for the parts of a text; one without a name is new.
func (w *QuickTextsWindow) edit(q model.QuickText) {
	name := kit.NewField(q.Name, "", nil)
	text := kit.NewArea(q.Text, "", 150, nil)
	var add *kit.Button
	add = kit.NewButton(kit.T("Insert a field"), "down", kit.Link, func() {
		var items []*fyne.MenuItem
		for _, f := range model.QuickFields {
			items = append(items, fyne.NewMenuItem(kit.T("%[1]s – %[2]s", f, fieldMeaning(f)), func() { insert(text, f) }))
		}
		at := fyne.CurrentApp().Driver().AbsolutePositionForObject(add)
		kit.PopUp(fyne.NewMenu("", items...), w.Window.Canvas(), at.AddXY(0, add.Size().Height))
	})
	form := kit.NewForm(70).Add(kit.T("Name"), name).Add(kit.T("Text"), text).Add("", kit.Flush(add))
	w.name, w.text = name, text
	title := kit.T("Quick text")
	if q.Name == "" {
		title = kit.T("New quick text")
	}
	w.ask = &kit.Ask{Title: title, Content: form, Width: 520, OnCancelled: func() {}}
	w.ask.Choices = []kit.AskChoice{{Label: kit.T("Cancel")}, {Label: kit.T("Save"), Kind: kit.Filled, Do: func() bool {
		now := model.QuickText{Name: strings.TrimSpace(name.Text()), Text: strings.TrimRight(text.Text(), "\n ")}
		name.SetWrong("")
		text.SetWrong("")
		switch {
		case now.Name == "":
			name.SetWrong(kit.T("A quick text needs a name."))
		case strings.TrimSpace(now.Text) == "":
			text.SetWrong(kit.T("Type the text."))
		case now.Name != q.Name && w.has(now.Name):
			name.SetWrong(kit.T("There is one of this name already."))
		default:
			w.keep(q.Name, now)
			return true
		}
		w.ask.Grow()
		return false
	}}}
	w.ask.Show(w.Window, name.Entry)
}

// fieldMeaning is what stands in the place of a field.
func fieldMeaning(field string) string {
	switch field {
	case "{name}":
		return kit.T("the recipient's name")
	case "{first}":
		return kit.T("the first word of it")
	case "{address}":
		return kit.T("the recipient's address")
	case "{me}":
		return kit.T("your name")
	case "{subject}":
		return kit.T("the subject")
	case "{date}":
		return kit.T("today's date")
	case "{time}":
		return kit.T("the time")
	}
	return ""
}

// insert puts s where the caret is.
func insert(f *kit.Field, s string) {
	kit.Focus(f.Entry)
	for _, c := range s {
		f.Entry.TypedRune(c)
	}
}

func (w *QuickTextsWindow) has(name string) bool {
	for _, q := range w.list {
		if q.Name == name {
			return true
		}
	}
	return false
}

func (w *QuickTextsWindow) remove(q model.QuickText) {
	w.ask = &kit.Ask{
		Title: kit.T("Delete “%s”?", q.Name), OnCancelled: func() {},
		Choices: []kit.AskChoice{
			{Label: kit.T("Delete"), Left: true, Kind: kit.Danger, Do: func() bool { w.keep(q.Name, model.QuickText{Name: q.Name}); return true }},
			{Label: kit.T("Keep it"), Kind: kit.Filled},
		},
	}
	w.ask.Show(w.Window, nil)
}

// keep stores q in the place of the text named was.
func (w *QuickTextsWindow) keep(was string, q model.QuickText) {
	kit.Go(w.ctx, w.loop, func(context.Context) ([]model.QuickText, error) {
		p := w.p.Preferences() // other windows may have changed it
		p.QuickTexts = model.PutQuickText(p.QuickTexts, was, q)
		return p.QuickTexts, w.p.SetPreferences(p)
	}, func(list []model.QuickText, err error) {
		w.notice.RemoveAll()
		if err != nil {
			bar := kit.NewBar(kit.ToneErr, kit.T("The quick text could not be stored."), model.TellError(err, tr).What)
			w.notice.Add(bar)
			w.notice.Add(container.New(kit.Inset{Top: 12}))
			list = w.list
		}
		w.list = list
		w.show()
	})
}
