package setup

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"poplar/gui/kit"
	"poplar/gui/model"
	"poplar/mail"
	"poplar/settings"
)

// book is the settings side of Poplar with two accounts.
type book struct{ model.Poplar }

func (book) Accounts() []mail.Account {
	return []mail.Account{{ID: "a", Name: "Anna", Address: "a@x.org"}, {ID: "b", Address: "b@y.org", Outgoing: mail.Server{Host: "smtp.y.org"}}}
}
func (book) Preferences() settings.Preferences { return settings.DefaultPreferences() }

func TestIdentitiesGoIntoTheAccount(t *testing.T) {
	app := test.NewTempApp(t)
	app.Settings().SetTheme(kit.NewTheme())
	kit.SetLanguage("en")
	a := book{}.Accounts()[0]
	a.Identities = []mail.Identity{{Name: "Sales", Address: "sales@x.org", Via: "b"}}
	w := &AccountWindow{p: book{}, form: model.NewForm(a)}
	w.frame = newFrame(app, kit.NewQueue().Loop, "", fyne.NewSize(400, 300), nil)
	if at, c := w.outgoingServers(a.Identities[0]); at != 1 || len(c.ids) != 2 || len(c.names) != 3 || c.ids[1] != "b" || c.names[1] != "smtp.y.org (b@y.org)" {
		t.Errorf("servers %d of %+v", at, c)
	}
	if got := w.form.Account().Identities; len(got) != 1 || got[0] != a.Identities[0] {
		t.Errorf("the account has %+v", got)
	}
	w.form.Identities = nil
	if w.form.Account().Identities != nil || a.Identities == nil || !w.form.Changed() {
		t.Error("a removed identity stays, or the account given was changed")
	}
	w.Window.Close()
}
