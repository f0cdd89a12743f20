package composer

import (
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"

	"poplar/gui/kit"
	"poplar/gui/model"
	"poplar/mail"
)

// showMore opens the menu of what is wanted less often.
func (w *Window) showMore() {
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(w.more)
	kit.PopUp(fyne.NewMenu("", w.moreItems()...), w.Window.Canvas(), at.AddXY(w.more.Size().Width-220, w.more.Size().Height+2))
}

func (w *Window) moreItems() []*fyne.MenuItem {
	wish := w.c.Wishes()
	priority := func(label string, p mail.Priority) *fyne.MenuItem {
		i := fyne.NewMenuItem(label, func() {
			now := w.c.Wishes()
			now.Priority = p
			w.wish(now)
		})
		i.Checked = wish.Priority == p
		return i
	}
	urgency := fyne.NewMenuItem(kit.T("Priority"), nil)
	urgency.ChildMenu = fyne.NewMenu("", priority(kit.T("High"), mail.HighPriority), priority(kit.T("Usual"), ""), priority(kit.T("Low"), mail.LowPriority))
	receipt := fyne.NewMenuItem(kit.T("Ask for a receipt when it is read"), func() {
		now := w.c.Wishes()
		now.Receipt = !now.Receipt
		w.wish(now)
	})
	receipt.Checked = wish.Receipt
	report := fyne.NewMenuItem(kit.T("Ask the servers to report its delivery"), func() {
		now := w.c.Wishes()
		now.Report = !now.Report
		w.wish(now)
	})
	report.Checked = wish.Report
	quick := fyne.NewMenuItem(kit.T("Quick texts"), nil)
	quick.ChildMenu = fyne.NewMenu("", w.quickItems()...)
	looks := fyne.NewMenuItem(kit.T("With formatting"), w.switchLooks)
	looks.Shortcut = &desktop.CustomShortcut{KeyName: fyne.KeyF, Modifier: looksKeys}
	looks.Checked = w.c.Rich != nil
	return []*fyne.MenuItem{
		fyne.NewMenuItem(kit.T("Send later…"), w.sendLater),
		fyne.NewMenuItem(kit.T("Attach messages…"), w.attachMessages),
		urgency, receipt, report,
		fyne.NewMenuItem(kit.T("Answers go to another address…"), func() { w.reveal(model.AnswersTo, true) }),
		fyne.NewMenuItemSeparator(),
		quick, looks,
		fyne.NewMenuItem(kit.T("Find…"), w.body.find.open),
	}
}

// wish takes up what was wished.
func (w *Window) wish(now model.Wishes) {
	w.c.SetWishes(now)
	w.changed()
}

// sendLater asks for a time and queues the message for it.
func (w *Window) sendLater() {
	if w.sending || w.Question() != nil {
		return
	}
	w.commit(false)
	askLater(w.Window, w.now(), func(t time.Time) { w.loop(func() { w.sendAt(t) }) })
}

// quickItems are the quick texts, and what can be done with them.
func (w *Window) quickItems() []*fyne.MenuItem {
	var items []*fyne.MenuItem
	for _, q := range w.p.Preferences().QuickTexts {
		items = append(items, fyne.NewMenuItem(q.Name, func() {
			w.body.text.Insert(w.c.FillQuickText(q, w.now(), func(t time.Time) string { return t.Format(kit.T("2 January 2006")) }))
			kit.Focus(w.body.text)
		}))
	}
	if len(items) > 0 {
		items = append(items, fyne.NewMenuItemSeparator())
	}
	items = append(items, fyne.NewMenuItem(kit.T("Save as quick text…"), w.keepQuickText))
	if w.o.OnQuickTexts != nil {
		items = append(items, fyne.NewMenuItem(kit.T("Edit quick texts…"), w.o.OnQuickTexts))
	}
	return items
}

// keepQuickText asks for a name, and keeps what is selected, or the whole text, under it.
func (w *Window) keepQuickText() {
	text := w.body.text.Selected()
	if text == "" {
		text = ownWords(w.c.Words())
	}
	name := kit.NewField("", kit.T("Name"), nil)
	body := kit.NewArea(text, "", 160, nil)
	body.SetHint(kit.T("Filled in where it is used: %s", strings.Join(model.QuickFields, " ")))
	w.ask(&kit.Ask{
		Title: kit.T("Save as quick text"), Content: container.New(&kit.Column{Gap: 8}, name, body), Width: 520,
		Choices: []kit.AskChoice{{Label: kit.T("Cancel")}, {Label: kit.T("Save"), Kind: kit.Filled, Do: func() bool {
			n := strings.TrimSpace(name.Text())
			if n == "" {
				name.SetWrong(kit.T("A quick text needs a name."))
				w.question.Grow()
				return false
			}
			w.setQuickText(model.QuickText{Name: n, Text: body.Text()})
			return true
		}}},
	})
	w.Window.Canvas().Focus(name.Entry)
}

// setQuickText keeps a quick text in place of the one of its name.
func (w *Window) setQuickText(q model.QuickText) {
	p := w.p.Preferences()
	p.QuickTexts = model.PutQuickText(p.QuickTexts, q.Name, q)
	if err := w.p.SetPreferences(p); err != nil {
		t := model.TellError(err, kit.T)
		w.tell(kit.NewBar(kit.ToneErr, t.What, t.Advice))
	}
}
