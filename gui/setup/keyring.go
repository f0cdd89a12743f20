package setup

import (
	"fyne.io/fyne/v2"

	"poplar/gui/kit"
	"poplar/gui/model"
)

// keyringBar tells that the keyring did not take a password, and what can be done: try again where it is locked, get
// one where there is none, and in either case go on with the password in memory. kept says what has become of the rest.
func keyringBar(w fyne.Window, err error, kept string, again, session func()) *kit.Bar {
	t := model.TellError(err, tr)
	if model.KeyringMissing(err) {
		bar := kit.NewBar(kit.ToneWarn, t.What, kit.T("%s Poplar can keep it until it ends, and ask again next time.", kept)).Icon("key")
		return bar.Act(kit.T("Keep for this session"), session).Act(kit.T("How to get one"), func() { TellKeyring(w) })
	}
	bar := kit.NewBar(kit.ToneWarn, t.What, kit.T("%s Poplar can ask for it each time instead.", kept)).Icon("key")
	if again != nil {
		bar.Act(kit.T("Try again"), again)
	}
	return bar.Act(kit.T("Ask me each time"), session)
}

// TellKeyring explains, over w, what a keyring is and how to get one.
func TellKeyring(w fyne.Window) {
	q := &kit.Ask{
		Title: kit.T("How to get a keyring"), Width: 520,
		Text:        kit.T("Poplar keeps passwords in the keyring of the desktop and nowhere else. On Linux that is GNOME Keyring, KWallet or KeePassXC. Install the package gnome-keyring or kwalletmanager, log out and in again, then tick “Remember the password in the keyring”. Until then passwords are kept in memory, and Poplar asks for them each time it starts."),
		Choices:     []kit.AskChoice{{Label: kit.T("Close"), Kind: kit.Filled}},
		OnCancelled: func() {},
	}
	q.Show(w, nil)
}
