package setup

import (
	"poplar/gui/kit"
)

// sendingRows are what concerns everything that is sent from the account.
func (w *AccountWindow) sendingRows(f *kit.Form) {
	utc := kit.NewCheck(kit.T("Dates in world time, which does not tell where you are"), w.form.DateUTC, func(on bool) {
		w.form.DateUTC = on
		w.changed()
	})
	f.Head(kit.T("What is sent"))
	f.Add("", utc)
}
