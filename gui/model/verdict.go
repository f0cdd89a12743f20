package model

import (
	"strconv"
	"strings"

	"poplar/mail"
)

// Explained is what the doctor says of a step, in the person's language.
type Explained struct {
	What, Why, Do string   // sentences without full stop; Why and Do may be empty
	Said          string   // the server's own line; may be empty
	Also          []string // what else it can be
	Help          string   // the provider's own way, in our words; may be empty
	Page          string   // of the provider, https; may be empty
	Buttons       []FixButton
	Failed        bool // else it is worth knowing only
}

// FixButton is a Fix with its label.
type FixButton struct {
	Label string
	Fix   mail.Fix
}

// Explain words a finding. language is "en" or "zh", for the provider's help. It never comes back empty for a step that
// failed: without a verdict the Problem's own words serve.
func Explain(f mail.Finding, a mail.Account, language string, tr Translate) Explained {
	e := Explained{Failed: !f.OK, Said: f.Said}
	p := f.Problem
	if p == nil && !f.OK {
		p = &mail.Problem{Kind: mail.Unknown, Doing: f.Step, Said: f.Said}
	}
	v := f.Verdict
	if v == nil && p != nil {
		v = &mail.Verdict{Reason: p.Reason(), Fixes: fixesOf(p, f.Direction)}
		switch p.Kind { // no server has said anything
		case mail.KeyringLocked:
			v.Reason = mail.KeyringShut
		case mail.KeyringAbsent:
			v.Reason = mail.KeyringMissing
		case mail.PasswordMissing:
			v.Reason = mail.NoPassword
		}
		v.Host, v.Port = split(p.Where)
	}
	if p != nil {
		t := Tell(p, tr)
		e.What, e.Do, e.Said = t.What, t.Advice, t.Said
	}
	// In lower case it is what Poplar saw; the server's own words stay as they came.
	if e.Said != "" && e.Said[0] >= 'a' && e.Said[0] <= 'z' || f.OK && f.Step != "greeting" {
		e.Said = Seen(e.Said, tr)
	}
	if v == nil {
		e.What, e.Said = StepTitle(f, tr), StepDetail(f, tr)
		return e
	}
	if v.Name != "" {
		named := *v
		named.Name = tr(v.Name)
		v = &named
	}
	if w, ok := v.Reason.Words(); ok && (v.Reason != mail.Unclear || p == nil) {
		fill := func(s string) string { return unspaced(v.Fill(s), v.Name) }
		e.What, e.Why, e.Do = fill(tr(w.What)), "", fill(tr(w.Do))
		if w.Why != "" {
			e.Why = fill(tr(w.Why))
		}
	}
	for _, r := range v.Also {
		if w, ok := r.Words(); ok && r != v.Reason {
			e.Also = append(e.Also, v.Fill(tr(w.What)))
		}
	}
	switch v.Reason {
	case mail.NeedsCode, mail.POPOff, mail.SMTPOff, mail.OAuthWanted, mail.WebLogin, mail.WrongPassword, mail.OutgoingPassword:
		e.Help = v.HelpEN
		if language == "zh" && v.HelpZH != "" {
			e.Help = v.HelpZH
		}
		e.Page = v.Page
	}
	for _, x := range v.Fixes {
		if label := FixLabel(x, a, v, tr); label != "" {
			e.Buttons = append(e.Buttons, FixButton{label, x})
		}
	}
	return e
}

// fixesOf are buttons for a problem that the doctor has not looked at.
func fixesOf(p *mail.Problem, d mail.Direction) []mail.Fix {
	do := mail.RunAgain
	switch p.Kind {
	case mail.LoginRefused, mail.NeedsAppPassword, mail.PasswordMissing, mail.KeyringLocked, mail.KeyringAbsent:
		do = mail.TypePassword
	case mail.UntrustedCertificate:
		do = mail.TrustLeaf
	case mail.NoSuchHost, mail.Protocol, mail.NoEncryption, mail.Unreachable:
		do = mail.EditServer
	}
	return []mail.Fix{{Do: do, Direction: d}}
}

// FixLabel words what a button does; empty for one that has no use here.
func FixLabel(x mail.Fix, a mail.Account, v *mail.Verdict, tr Translate) string {
	switch x.Do {
	case mail.UseServer:
		return useLabel(x, a, tr)
	case mail.SwapServers:
		return tr("Exchange the two servers")
	case mail.TypePassword:
		switch v.Reason {
		case mail.NeedsCode:
			return tr("Enter the code…")
		case mail.NoPassword, mail.KeyringShut, mail.KeyringMissing:
			return tr("Enter password…")
		}
		return tr("Enter another password…")
	case mail.OwnLogin:
		return tr("Enter another password…")
	case mail.TrustLeaf:
		return tr("Show certificate…")
	case mail.AskLogin:
		return tr("Log in for sending")
	case mail.NoLoginNeeded:
		return tr("Send without login")
	case mail.EditServer:
		return tr("Edit servers…")
	case mail.EditProxy:
		return tr("Edit proxy…")
	case mail.FindAgain:
		return tr("Find servers again")
	case mail.OpenPage:
		if x.Page == "" {
			return ""
		}
		return tr("Open the provider's help")
	case mail.OpenBrowser:
		return tr("Open a web page")
	case mail.SignIn:
		return tr("Sign in…")
	case mail.RunAgain:
		return tr("Run again")
	case mail.CheckSeldom:
		return tr("Check less often…")
	case mail.DropAuthority:
		return tr("Do without this file")
	}
	return ""
}

// useLabel says what is different about the server that is proposed.
func useLabel(x mail.Fix, a mail.Account, tr Translate) string {
	now := a.Incoming
	if x.Direction == mail.Outgoing {
		now = a.Outgoing
		if a.SameAsIncoming {
			now.User = a.Incoming.User
		}
	}
	s := x.Server
	switch {
	case !strings.EqualFold(s.Host, now.Host) && s.Host != "":
		return tr("Use %s", s.Host)
	case s.Port != now.Port && s.Security == mail.TLS:
		return tr("Use port %s with TLS", strconv.Itoa(s.Port))
	case s.Port != now.Port && s.Security == mail.STARTTLS:
		return tr("Use port %s with STARTTLS", strconv.Itoa(s.Port))
	case s.Security != now.Security && s.Security == mail.TLS:
		return tr("Use TLS from the start")
	case s.Security != now.Security && s.Security == mail.STARTTLS:
		return tr("Use STARTTLS")
	case s.User != "" && s.User != now.User:
		return tr("Try user name “%s”", s.User)
	case s.Auth != now.Auth:
		return tr("Log in automatically")
	}
	return tr("Use these settings")
}
