package gui

import (
	"errors"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"poplar/gui/kit"
	"poplar/mail"
)

func TestWhyPoplarCannotStartIsSaidInAWindow(t *testing.T) {
	a := test.NewTempApp(t)
	a.Settings().SetTheme(kit.NewTheme())
	defer kit.SetLanguage("en")
	for _, c := range []struct {
		language     string
		err          error
		what, detail string
	}{
		{"en", &mail.Problem{Kind: mail.StoreNewer, Where: "/home/anna/mail", Err: errors.New("its form is 9")}, "This mail was written by a newer Poplar. Update this one", "/home/anna/mail"},
		{"zh", &mail.Problem{Kind: mail.StoreInUse}, "另一个 Poplar 正在使用这些邮件。请先将其关闭", ""},
		{"en", &mail.Problem{Kind: mail.NotWritable, Where: "/ro"}, "Let Poplar write to this folder, then start it again.", "/ro"},
		{"en", errors.New("the settings cannot be read: permission denied"), "the settings cannot be read: permission denied", ""},
	} {
		kit.SetLanguage(c.language)
		what, detail := sorryWords(c.err)
		if !strings.Contains(what, c.what) || !strings.Contains(detail, c.detail) {
			t.Errorf("%v: %q, %q", c.err, what, detail)
		}
		win := newSorry(a, c.err)
		closed := false
		win.SetOnClosed(func() { closed = true; kit.Forget(win) })
		win.Canvas().OnTypedKey()(&fyne.KeyEvent{Name: fyne.KeyReturn})
		if !closed {
			t.Errorf("%v: Enter does not close the window", c.err)
		}
	}
}

func TestSettingsThatWereSetAsideAreNamed(t *testing.T) {
	if got := settingsLost("/x/settings.json.damaged-1"); !strings.Contains(got, "/x/settings.json.damaged-1") {
		t.Error(got)
	}
}
