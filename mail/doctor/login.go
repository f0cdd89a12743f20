package doctor

import (
	"slices"
	"strings"

	"poplar/mail"
	"poplar/mail/autoconfig"
	"poplar/mail/wire"
)

func (e *examination) explainLogin(p *mail.Problem) *mail.Verdict {
	v := &mail.Verdict{}
	switch p.Kind {
	case mail.KeyringLocked:
		v.Reason = mail.KeyringShut
	case mail.KeyringAbsent:
		v.Reason = mail.KeyringMissing
	case mail.PasswordMissing:
		v.Reason = mail.NoPassword
	case mail.NoEncryption:
		v.Reason = mail.LoginAfterTLS
	case mail.Timeout:
		v.Reason = mail.Silent
	default:
		v.Reason = p.Reason()
	}
	switch {
	case p.Said == wire.SaidNoLogin:
		v.Reason = mail.NoLogin
		if e.server.Security == mail.NoTLS && e.starttls {
			v.Reason = mail.LoginAfterTLS
		}
	case wire.OtherLogins(p.Said):
		v.Reason, v.Other = mail.NoSuchMechanism, p.Said
	case strings.Contains(p.Said, "closed the connection"):
		v.Reason = mail.HungUp
	case v.Reason == "" && p.Kind == mail.ServerTemporary:
		v.Reason = mail.ServerTrouble
	case v.Reason == "" && p.Kind == mail.Protocol:
		v.Reason = mail.NoSuchMechanism
		v.Other = seen(p)
	}
	if v.Reason == mail.WrongPassword || v.Reason == mail.UnknownUser {
		e.explainPassword(v)
	}
	if v.Reason == mail.OAuthWanted && e.server.Token() || v.Reason == mail.WrongPassword && e.server.Token() {
		v.Reason = mail.SignInAgain
	}
	v.Fixes = e.fixes(v.Reason)
	return v
}

// explainPassword finds out more where a server says no more than that user name or password is wrong.
func (e *examination) explainPassword(v *mail.Verdict) {
	if e.provider != nil && e.provider.OAuthOnly && !e.server.Token() {
		v.Reason = mail.OAuthWanted
		return
	}
	if other := e.otherUser(); other != "" && (v.Reason == mail.UnknownUser || e.formIsWrong()) {
		v.Reason, v.Other = mail.UserForm, other
		return
	}
	if v.Reason == mail.UnknownUser {
		return
	}
	code := looksLikeCode(e.secret)
	switch {
	case e.provider != nil && e.provider.NeedsCode && !code:
		v.Reason, v.Also = mail.NeedsCode, []mail.Reason{mail.POPOff}
	case oddlyTyped(e.secret):
		v.Reason, v.Also = mail.PasswordOdd, []mail.Reason{mail.WrongPassword, mail.LockedOut}
	case e.direction == mail.Outgoing && e.account.SameAsIncoming && e.twin != nil && e.twin.loggedIn:
		v.Reason, v.Also = mail.OutgoingPassword, []mail.Reason{mail.SMTPOff, mail.LockedOut}
	case e.provider != nil && e.provider.NeedsCode:
		v.Also = []mail.Reason{mail.NeedsCode, mail.POPOff, mail.LockedOut}
	default:
		v.Also = []mail.Reason{mail.LockedOut}
		if e.provider != nil && slices.ContainsFunc(e.provider.Auth, func(a string) bool { return a != autoconfig.AuthPassword }) {
			v.Also = []mail.Reason{mail.NeedsCode, mail.LockedOut}
		}
	}
}

// oddlyTyped reports what is seldom meant in a password: a blank at either end, and the full-width forms of letters.
func oddlyTyped(secret string) bool {
	return secret != strings.TrimSpace(secret) || strings.ContainsFunc(secret, func(r rune) bool { return r >= '！' && r <= '～' || r == '\u3000' })
}

// looksLikeCode recognises what providers make for mail programs: sixteen letters or digits, perhaps in groups of four.
func looksLikeCode(secret string) bool {
	s := strings.NewReplacer(" ", "", "-", "").Replace(secret)
	if len(s) != 16 {
		return false
	}
	return !strings.ContainsFunc(s, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9')
	})
}

// localPart and address of the account, which are the two forms of a user name.
func (e *examination) forms() (address, local string) {
	address = e.account.Address
	local, _, _ = strings.Cut(address, "@")
	return address, local
}

// otherUser is the user name in the other form; empty when the one in use is neither, or the provider knows only that.
func (e *examination) otherUser() string {
	address, local := e.forms()
	other := ""
	switch {
	case strings.EqualFold(e.server.User, address):
		other = local
	case strings.EqualFold(e.server.User, local):
		other = address
	}
	if other == "" || e.provider == nil || len(e.provider.Users) == 0 {
		return other
	}
	form := autoconfig.UserAddress
	if other == local {
		form = autoconfig.UserLocal
	}
	if !slices.Contains(e.provider.Users, form) {
		return ""
	}
	return other
}

// formIsWrong reports whether the provider is known not to take the user name in this form.
func (e *examination) formIsWrong() bool {
	if e.provider == nil || len(e.provider.Users) == 0 {
		return false
	}
	address, local := e.forms()
	switch {
	case strings.EqualFold(e.server.User, address):
		return !slices.Contains(e.provider.Users, autoconfig.UserAddress)
	case strings.EqualFold(e.server.User, local):
		return !slices.Contains(e.provider.Users, autoconfig.UserLocal)
	}
	return false
}

// own is the server of this direction as the account has it, changed by edit.
func (e *examination) own(edit func(s *mail.Server)) mail.Fix {
	s := e.account.Incoming
	if e.direction == mail.Outgoing {
		s = e.account.Outgoing
		if s.User == "" {
			s.User = e.server.User
		}
	}
	edit(&s)
	return use(s)
}

// fixes are what a button can do about a reason that the server's words gave, likeliest first.
func (e *examination) fixes(r mail.Reason) []mail.Fix {
	var list []mail.Fix
	add := func(do ...mail.Remedy) {
		for _, d := range do {
			f := mail.Fix{Do: d}
			if d == mail.OpenPage {
				if e.provider == nil || e.provider.HelpURL == "" {
					continue
				}
				f.Page = e.provider.HelpURL
			}
			list = append(list, f)
		}
	}
	user := func() {
		if other := e.otherUser(); other != "" {
			list = append(list, e.own(func(s *mail.Server) { s.User = other }))
		}
	}
	switch r {
	case mail.WrongPassword:
		add(mail.TypePassword)
		user()
		add(mail.OpenPage)
	case mail.OutgoingPassword:
		add(mail.OwnLogin)
		user()
		add(mail.OpenPage)
	case mail.UserForm:
		user()
		add(mail.EditServer)
	case mail.UnknownUser:
		add(mail.EditServer)
	case mail.NeedsCode, mail.PasswordOld, mail.PasswordOdd:
		add(mail.TypePassword, mail.OpenPage)
	case mail.NoPassword, mail.KeyringShut:
		add(mail.TypePassword)
	case mail.POPOff, mail.SMTPOff, mail.WebLogin, mail.LockedOut, mail.Suspended:
		add(mail.OpenPage, mail.RunAgain)
	case mail.OAuthWanted, mail.SignInAgain:
		add(mail.SignIn, mail.OpenPage)
	case mail.NoSuchMechanism:
		list = append(list, e.own(func(s *mail.Server) { s.Auth = mail.AuthAuto }))
	case mail.NoLogin:
		if e.direction == mail.Outgoing {
			add(mail.NoLoginNeeded)
		}
		add(mail.EditServer)
	case mail.LoginAfterTLS:
		list = append(list, e.own(func(s *mail.Server) {
			if s.Security == mail.NoTLS {
				s.Security, s.AllowPlaintext = mail.STARTTLS, false
			}
		}))
		add(mail.EditServer)
	case mail.LoginWanted, mail.RelayDenied:
		if e.server.Auth == mail.AuthNone {
			add(mail.AskLogin)
		} else {
			add(mail.EditServer)
		}
	case mail.TooOften:
		add(mail.CheckSeldom, mail.RunAgain)
	case mail.SenderNotYours, mail.SenderDomain:
		add(mail.EditServer)
	default:
		add(mail.RunAgain)
	}
	return list
}
