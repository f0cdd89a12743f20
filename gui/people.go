package gui

import (
	"poplar/gui/people"
	"poplar/mail"
)

// showPeople opens the address book, or brings it to the front.
func (w *window) showPeople() {
	if w.people == nil {
		w.people = people.New(w.app, w.p, w.loop, people.Options{
			OnWrite: func(to []mail.Address) {
				w.writeWith(func(d *mail.Draft) { d.To = to })
			},
			OnClosed: func() { w.people = nil },
		})
	}
	w.people.Show()
}
