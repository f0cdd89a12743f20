package gui

import (
	"poplar/gui/kit"
	"poplar/gui/model"
	"poplar/gui/setup"
	"poplar/mail"
	"poplar/settings"
)

// setupWindows are those windows of the set-up of which one is enough. They are nil or missing while they are closed.
type setupWindows struct {
	accounts    *setup.AccountsWindow
	account     map[mail.AccountID]*setup.AccountWindow
	preferences *setup.PreferencesWindow
	quick       *setup.QuickTextsWindow
}

// editAccount opens the window of an account, or brings it to the front, at a field that needs a hand where one is
// named.
func (w *window) editAccount(a *mail.Account, focus model.Field) {
	open := w.setups.account[a.ID]
	if open == nil {
		w.editAccountWith(a, nil, focus)
		return
	}
	open.Show()
	open.Focus(focus)
}

// editAccountWith opens the window of an account with passwords that were typed already.
func (w *window) editAccountWith(a *mail.Account, typed model.Secrets, focus model.Field) {
	var open *setup.AccountWindow
	id := a.ID
	open = setup.NewAccountWindow(w.app, w.p, w.loop, a, setup.Options{
		Focus: focus, Typed: typed,
		OnSaved:  func(mail.Account) { w.accountsChanged() },
		OnRemove: func(mail.AccountID) { w.accountsChanged() },
		OnClosed: func() {
			if w.setups.account[id] == open {
				delete(w.setups.account, id)
			}
		},
	})
	if id != "" {
		if w.setups.account == nil {
			w.setups.account = map[mail.AccountID]*setup.AccountWindow{}
		}
		w.setups.account[id] = open
	}
	open.Show()
}

// addAccount opens the way to a further account.
func (w *window) addAccount() {
	setup.NewGuideWindow(w.app, w.p, w.loop, setup.Options{
		OnSaved:  func(a mail.Account) { w.accountsChanged(); w.p.CheckNow(a.ID) },
		OnByHand: func(a mail.Account, typed model.Secrets) { w.editAccountWith(&a, typed, "") },
	}).Show()
}

// showAccounts opens the list of accounts, or brings it to the front.
func (w *window) showAccounts() {
	if w.setups.accounts == nil {
		w.setups.accounts = setup.NewAccountsWindow(w.app, w.p, w.loop, setup.Options{
			OnSaved:  func(mail.Account) { w.accountsChanged() },
			OnRemove: func(mail.AccountID) { w.accountsChanged() },
			OnChosen: func(a mail.Account) { w.editAccount(&a, "") },
			OnClosed: func() { w.setups.accounts = nil },
		})
	}
	w.setups.accounts.Show()
}

// repair does what helps an account whose last visit failed: asks for the password, tries again, or opens its
// settings.
func (w *window) repair(id mail.AccountID) {
	a, ok := w.account(id)
	if !ok {
		return
	}
	var problem *mail.Problem
	for _, s := range w.p.Status() {
		if s.Account == id {
			problem = s.Last.Problem
		}
	}
	if problem == nil {
		w.p.CheckNow(id)
		return
	}
	switch model.Tell(problem, kit.T).Remedy {
	case model.EnterPassword:
		if a.Incoming.Token() { // it has none: one signs in on the provider's page
			w.editAccount(&a, "")
			return
		}
		setup.AskPassword(w.win, w.p, w.loop, a, mail.Incoming, problem, func(saved bool) {
			if saved {
				w.p.CheckNow(id)
			}
		})
	case model.TryNow:
		w.p.CheckNow(id)
	default:
		w.editAccount(&a, "")
	}
}

// askSendingPassword asks for the password of the server that a message in the outbox leaves by, and sends it then.
func (w *window) askSendingPassword(o mail.OutboxItem) {
	a, d, ok := model.SendingLogin(w.accounts, o)
	if !ok {
		return
	}
	if a.ServerOf(d).Token() {
		w.editAccount(&a, "")
		return
	}
	setup.AskPassword(w.win, w.p, w.loop, a, d, o.Problem, func(saved bool) {
		if saved {
			w.accountsChanged()
			w.sendNow(o.ID)
		}
	})
}

// showPreferences opens the preferences, or brings them to the front; every change takes effect at once.
func (w *window) showPreferences() {
	if w.setups.preferences == nil {
		w.setups.preferences = setup.NewPreferencesWindow(w.app, w.p, w.loop, setup.Options{
			OnPrefs: w.prefsChanged, OnQuickTexts: w.showQuickTexts, Updates: w.o.Newer != nil, Desktop: w.o.Desktop,
			OnAskAgain: func() { w.update(func(p *settings.Preferences) { p.PicturesFrom = "" }) },
			OnClosed:   func() { w.setups.preferences = nil },
		})
	}
	w.setups.preferences.Show()
}

// showQuickTexts opens the window of the quick texts, or brings it to the front.
func (w *window) showQuickTexts() {
	if w.setups.quick == nil {
		w.setups.quick = setup.NewQuickTextsWindow(w.app, w.p, w.loop, setup.Options{OnClosed: func() { w.setups.quick = nil }})
	}
	w.setups.quick.Show()
}

// prefsChanged follows a change of the preferences, which the window of the preferences stores.
func (w *window) prefsChanged(p model.Preferences) {
	p.Window, p.UpdatesAsked = w.prefs.Window, w.prefs.UpdatesAsked
	p.PlainText, p.Original, p.PicturesFrom = w.prefs.PlainText, w.prefs.Original, w.prefs.PicturesFrom
	updates := p.Updates != w.prefs.Updates
	language := kit.Language()
	bodies := p.BodySize != w.prefs.BodySize
	theme := p.Theme != w.prefs.Theme
	w.prefs = p
	if updates {
		w.lookForNewer()
	}
	if theme {
		kit.SetTheme(p.Theme)
	}
	kit.SetLanguage(p.Language)
	if kit.Language() != w.language || language != kit.Language() {
		w.language = kit.Language()
		w.build()
		w.menuBar()
		if w.tray != nil {
			w.tray.update()
		}
		return
	}
	w.pane.SetPreview(p.PreviewLines)
	if bodies {
		w.reader.SetBodySize(p.BodySize)
	}
}
