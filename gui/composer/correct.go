package composer

import (
	"strings"

	"fyne.io/fyne/v2"

	"poplar/gui/model"
)

// correct opens an address for typing, all of it chosen, where it stands among the recipients.
func (w *Window) correct(addr string) {
	for _, f := range model.RecipientFields {
		r := w.lines[f]
		for i, e := range r.list {
			if strings.EqualFold(e.Addr, addr) {
				w.reveal(f, true)
				r.edit(i)
				r.entry.TypedShortcut(&fyne.ShortcutSelectAll{})
				return
			}
		}
	}
}
