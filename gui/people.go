package gui

import (
	"poplar/gui/people"
	"poplar/mail"
)

// showPeople opens the address book, or brings it to the front.
func (w *window) showPeople() {
	if w.book == nil {
		w.book = people.New(w.app, w.p, w.loop, people.Options{
			OnWrite: func(to []mail.Address) {
				w.writeWith(func(d *mail.Draft) { d.To = to })
			},
			OnClosed: func() { w.book = nil },
		})
	}
	w.book.Show()
}

// correctContact shows the entry of an address that failed in the address book.
func (w *window) correctContact(addr string) {
	w.showPeople()
	w.book.Find(addr)
}
