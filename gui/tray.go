package gui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"poplar/gui/kit"
	"poplar/gui/model"
)

// tray is the icon in the system's tray: it shows whether there is unread mail, and keeps Poplar at hand while its
// window is closed.
type tray struct {
	w     *window
	app   desktop.App
	menu  *fyne.Menu
	count *fyne.MenuItem
	icon  string
}

// newTray puts the icon into the tray, or returns nil where the system has none.
func newTray(w *window) *tray {
	app, ok := w.app.(desktop.App)
	if !ok || !trayThere() {
		return nil
	}
	t := &tray{w: w, app: app}
	t.count = fyne.NewMenuItem("", nil)
	t.count.Disabled = true
	t.menu = fyne.NewMenu("Poplar")
	t.update()
	app.SetSystemTrayMenu(t.menu)
	app.SetSystemTrayWindow(w.win)
	return t
}

// update shows the number of unread messages.
func (t *tray) update() {
	n := t.w.unread()
	label := kit.T("No unread mail")
	if n > 0 {
		label = kit.N(n, "%d unread", "%d unread")
	}
	if f := model.FootOf(t.w.accounts, t.w.p.Status(), 0); !f.Checked.IsZero() {
		label += " · " + kit.T("checked %s", f.Checked.In(t.w.now().Location()).Format("15:04"))
	}
	changed := label != t.count.Label || len(t.menu.Items) == 0 || t.menu.Items[2].Label != kit.T("Open Poplar")
	t.count.Label = label
	if changed {
		quit := fyne.NewMenuItem(kit.T("Quit Poplar"), t.w.leave)
		quit.IsQuit = true
		t.menu.Items = []*fyne.MenuItem{
			t.count, fyne.NewMenuItemSeparator(),
			fyne.NewMenuItem(kit.T("Open Poplar"), t.w.raise),
			fyne.NewMenuItem(kit.T("New message"), t.w.write),
			fyne.NewMenuItem(kit.T("Check mail"), func() { t.w.p.CheckNow() }),
			fyne.NewMenuItemSeparator(), quit,
		}
		t.menu.Refresh()
	}
	icon := "tray-black"
	if kit.Dark() {
		icon = "tray-white"
	}
	if n > 0 {
		icon += "-unread"
	}
	if icon != t.icon {
		t.icon = icon
		t.app.SetSystemTrayIcon(kit.Picture(icon + "-44.png"))
	}
}
