package gui

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"poplar/gui/kit"
	"poplar/gui/model"
)

// What is open already comes to the front when it is asked for again; closed, it is opened anew.
func TestOneSetupWindowOfEach(t *testing.T) {
	s := newStage(t, nil)
	w := s.w
	windows := func() int { return len(fyne.CurrentApp().Driver().AllWindows()) }
	a := w.accounts[0]
	for _, c := range []struct {
		name string
		show func()
		win  func() fyne.Window
	}{
		{"accounts", w.showAccounts, func() fyne.Window { return w.setups.accounts.Window }},
		{"preferences", w.showPreferences, func() fyne.Window { return w.setups.preferences.Window }},
		{"quick texts", w.showQuickTexts, func() fyne.Window { return w.setups.quick.Window }},
		{"account", func() { w.editAccount(&a, "") }, func() fyne.Window { return w.setups.account[a.ID].Window }},
		{"account at a field", func() { w.editAccount(&a, model.FieldInHost) }, func() fyne.Window { return w.setups.account[a.ID].Window }},
	} {
		before := windows()
		for range 2 {
			c.show()
			c.show()
			if n := windows() - before; n != 1 {
				t.Errorf("%s: %d windows", c.name, n)
			}
			c.win().Close()
			if n := windows() - before; n != 0 {
				t.Errorf("%s: %d windows after it was closed", c.name, n)
			}
		}
	}
}

// The list of accounts that is open shows what has changed, whoever changed it.
func TestOpenAccountsFollow(t *testing.T) {
	s := newStage(t, nil)
	s.w.showAccounts()
	defer s.w.setups.accounts.Window.Close()
	gone := s.w.accounts[len(s.w.accounts)-1].Title()
	listed := func() bool {
		for _, o := range test.LaidOutObjects(s.w.setups.accounts.Window.Content()) {
			if l, ok := o.(*kit.Line); ok && l.Text() == gone {
				return true
			}
		}
		return false
	}
	if !listed() {
		t.Fatalf("%s is not listed", gone)
	}
	s.f.mu.Lock()
	s.f.accounts = s.f.accounts[:len(s.f.accounts)-1]
	s.f.mu.Unlock()
	s.w.accountsChanged()
	if listed() {
		t.Errorf("%s is listed still", gone)
	}
}
