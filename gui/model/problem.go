package model

import (
	"errors"
	"math"
	"net"
	"strings"
	"time"

	"poplar/mail"
	"poplar/settings"
)

// Translate words an English text in the person's language and puts args into it as fmt.Sprintf does. The window's
// translator is given in, so that this package stays free of the window.
type Translate func(text string, args ...any) string

// Remedy is what the button beside a Problem does. A page that cannot do it leaves the button out.
type Remedy string

// The remedies.
const (
	NoRemedy       Remedy = ""
	EnterPassword  Remedy = "enter-password"
	EditServers    Remedy = "edit-servers"
	ChooseSecurity Remedy = "choose-security"
	ShowCert       Remedy = "show-certificate"
	TryNow         Remedy = "try-now"
	RunDoctor      Remedy = "run-doctor"
	CheckLess      Remedy = "check-less"
	FixAddress     Remedy = "fix-address"
	EditMessage    Remedy = "edit-message"
	SignInAgain    Remedy = "sign-in"
)

// Told is a Problem in the person's language.
type Told struct {
	What   string // what happened, without full stop
	Advice string // what to do about it; may be empty
	Said   string // the server's own line, as it came; may be empty
	Remedy Remedy
	Button string // the remedy's label
}

// Line is What and Advice as one line of sentences.
func (t Told) Line(tr Translate) string {
	if t.Advice == "" {
		return tr("%s.", t.What)
	}
	return tr("%s. %s.", t.What, t.Advice)
}

// Tell words p. It names the server, port or time where the Problem has them, and falls back on the Problem's own
// general words. A nil Problem gives the zero Told.
func Tell(p *mail.Problem, tr Translate) Told {
	if p == nil {
		return Told{}
	}
	what, advice := p.Words()
	t := Told{What: tr(what), Advice: tr(advice), Said: strings.TrimSpace(p.Said)}
	host, port := split(p.Where)
	switch p.Kind {
	case mail.NoSuchHost:
		if host != "" {
			t.What = tr("No server named %s", host)
		}
		t.Remedy, t.Button = EditServers, tr("Edit servers…")
	case mail.Unreachable:
		if port != "" {
			t.What = tr("The server does not answer on port %s", port)
		}
		t.Remedy, t.Button = RunDoctor, tr("Test settings")
	case mail.Timeout:
		t.Remedy, t.Button = TryNow, tr("Try now")
	case mail.UntrustedCertificate:
		if p.Certificate != nil && p.Certificate.Reason != "" {
			t.Said = WhyUntrusted(p.Certificate.Reason, tr)
		}
		t.Remedy, t.Button = ShowCert, tr("Show certificate…")
	case mail.NoEncryption:
		t.Remedy, t.Button = ChooseSecurity, tr("Choose security…")
	case mail.LoginRefused, mail.NeedsAppPassword, mail.PasswordMissing:
		t.Remedy, t.Button = EnterPassword, tr("Enter password…")
	case mail.KeyringLocked, mail.KeyringAbsent:
		t.Remedy, t.Button = EnterPassword, tr("Type password…")
	case mail.MailboxInUse:
		if p.Again > 0 {
			t.Advice = tr("Next try in %s", span(p.Again, tr))
		}
		t.Remedy, t.Button = TryNow, tr("Try now")
	case mail.LoginDelay:
		if p.Again > 0 {
			t.Advice = tr("Next check in %s", span(p.Again, tr))
		}
		t.Remedy, t.Button = CheckLess, tr("Check less often…")
	case mail.Offline, mail.ServerTemporary:
		t.Remedy, t.Button = TryNow, tr("Try now")
	case mail.Protocol:
		t.Remedy, t.Button = EditServers, tr("Edit servers…")
	case mail.RecipientRefused:
		t.Remedy, t.Button = FixAddress, tr("Correct address…")
	case mail.TooLarge:
		t.Remedy, t.Button = EditMessage, tr("Edit message")
	case mail.DiskFull, mail.NotWritable, mail.StoreDamaged:
		if t.Said == "" {
			t.Said = p.Where
		}
	case mail.Unknown, mail.ServerPermanent, mail.Cancelled:
	}
	t.sharpen(p, tr)
	switch {
	case errors.Is(p.Err, settings.ErrDenied):
		t.What, t.Advice = tr("The keyring did not let Poplar in"), tr("Allow it there, or type the password for this session")
	case errors.Is(p.Err, settings.ErrTooLong):
		t.What, t.Advice = tr("The password is longer than this system's keyring takes"), tr("Type the password for this session")
		t.Remedy, t.Button = EnterPassword, tr("Type password…")
		return t
	}
	// An error nobody foresaw has no words but its own.
	if t.Said == "" && p.Err != nil && (p.Kind == mail.Unknown || p.Kind == mail.Protocol || p.Kind == mail.NotWritable || p.Kind == mail.StoreDamaged) {
		t.Said = p.Err.Error()
	}
	return t
}

// sharpen takes the words of what stands behind the server's line, where that is known more precisely than the kind.
func (t *Told) sharpen(p *mail.Problem, tr Translate) {
	r := p.Reason()
	switch r {
	case "", mail.WrongPassword, mail.NeedsCode, mail.InUse, mail.TooOften, mail.ServerTrouble, mail.Busy, mail.Unclear, mail.Policy, mail.MessageTooLarge, mail.NoStartTLS:
		return // the kind says as much, and perhaps when there will be another try
	}
	w, ok := r.Words()
	if !ok {
		return
	}
	v := &mail.Verdict{Reason: r, Name: tr("The provider")}
	v.Host, v.Port = split(p.Where)
	t.What, t.Advice = v.Fill(tr(w.What)), v.Fill(tr(w.Do))
	if r == mail.SignInAgain || r == mail.OAuthWanted {
		t.Remedy, t.Button = SignInAgain, tr("Sign in…")
	}
}

// TellError words any error: the Problem in it, or its own text.
func TellError(err error, tr Translate) Told { return Tell(mail.ProblemOf(err), tr) }

// KeyringRefused reports whether err says that the keyring would not take or give a password, so that "ask me each
// time" is the way out. A password that is merely not there is no refusal.
func KeyringRefused(err error) bool {
	var secret *settings.SecretError
	if errors.As(err, &secret) {
		return secret.Kind != mail.PasswordMissing
	}
	p := mail.ProblemOf(err)
	return p != nil && (p.Kind == mail.KeyringLocked || p.Kind == mail.KeyringAbsent)
}

// KeyringMissing reports whether err says that this system has no keyring at all.
func KeyringMissing(err error) bool {
	p := mail.ProblemOf(err)
	return p != nil && p.Kind == mail.KeyringAbsent
}

func split(where string) (host, port string) {
	h, p, err := net.SplitHostPort(where)
	if err != nil {
		return where, ""
	}
	return h, p
}

// span words a waiting time in whole minutes, or seconds below one and a half minutes.
func span(d time.Duration, tr Translate) string {
	if d < 90*time.Second {
		return count(int(math.Ceil(d.Seconds())), "%d second", "%d seconds", tr)
	}
	return count(int(math.Round(d.Minutes())), "%d minute", "%d minutes", tr)
}

// count picks the singular or the plural text for n.
func count(n int, one, many string, tr Translate) string {
	if n == 1 {
		return tr(one, n)
	}
	return tr(many, n)
}
