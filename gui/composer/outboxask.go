package composer

import (
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"poplar/gui/kit"
	"poplar/gui/model"
	"poplar/mail"
)

// askLater asks when a message is to leave: one of the usual times, or one that is typed.
func askLater(w fyne.Window, now time.Time, then func(time.Time)) {
	q := &kit.Ask{Title: kit.T("Send later")}
	column := container.New(&kit.Column{Gap: 6})
	for _, l := range model.LaterTimes(now, kit.T) {
		column.Add(kit.NewButton(l.Name, "clock", kit.Plain, func() {
			q.Close()
			then(l.At)
		}))
	}
	field := kit.NewField(now.Add(24*time.Hour).Truncate(time.Hour).Format("2006-01-02 15:04"), "", nil)
	column.Add(field)
	q.Content = column
	send := func() bool {
		at, ok := model.ParseLater(strings.TrimSpace(field.Text()), now)
		if !ok {
			field.SetWrong(kit.T("A time to come, as in 2026-12-24 18:00 or 18:00"))
			q.Grow()
			return false
		}
		then(at)
		return true
	}
	q.Choices = []kit.AskChoice{{Label: kit.T("Cancel")}, {Label: kit.T("Send at this time"), Kind: kit.Filled, Do: send}}
	field.Entry.OnSubmitted = func(string) {
		if send() {
			q.Close()
		}
	}
	q.Show(w, field.Entry)
}

// askAddress asks for the right address in the place of one that was refused.
func askAddress(w fyne.Window, was, is string, then func(string)) {
	field := kit.NewField(is, "", nil)
	q := &kit.Ask{
		Title:   kit.T("Correct address"),
		Text:    kit.T("The message goes to this address in place of %s, and to nobody else.", was),
		Content: field,
	}
	send := func() bool {
		to := strings.TrimSpace(field.Text())
		if !strings.Contains(to, "@") && !strings.Contains(to, "＠") || strings.EqualFold(to, was) {
			field.SetWrong(kit.T("Another address is needed here"))
			q.Grow()
			return false
		}
		then(to)
		return true
	}
	q.Choices = []kit.AskChoice{{Label: kit.T("Cancel")}, {Label: kit.T("Send"), Kind: kit.Filled, Do: send}}
	field.Entry.OnSubmitted = func(string) {
		if send() {
			q.Close()
		}
	}
	q.Show(w, field.Entry)
}

// tellDetails shows how each recipient of a message stands, with the server's own lines.
func tellDetails(w fyne.Window, subject string, o mail.OutboxItem, v model.OutboxView) {
	column := container.New(&kit.Column{Gap: 4})
	for _, r := range model.Report(o, v, kit.T) {
		column.Add(kit.NewPara(r.Addr, 13, true, kit.Text))
		column.Add(kit.NewPara(r.Sentence, 13, false, kit.Text2))
		if r.Said != "" {
			column.Add(kit.NewPara(r.Said, 12, false, kit.Text3))
		}
	}
	if tries := model.Tries(o, v, kit.T); tries != "" {
		column.Add(kit.NewPara(tries, 12, false, kit.Text3))
	}
	q := &kit.Ask{Title: subject, Content: column, Width: 520, Choices: []kit.AskChoice{{Label: kit.T("Close"), Kind: kit.Filled}}}
	q.Show(w, nil)
}
