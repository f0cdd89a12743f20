package mail

import (
	"errors"
	"time"
)

// Kind is one word of the closed list of what can go wrong.
type Kind string

// The kinds. The list is closed: every error a person meets is one of these.
const (
	Offline              Kind = "offline"
	NoSuchHost           Kind = "no-such-host"
	Unreachable          Kind = "unreachable"
	Timeout              Kind = "timeout"
	UntrustedCertificate Kind = "untrusted-certificate"
	NoEncryption         Kind = "no-encryption"
	LoginRefused         Kind = "login-refused"
	NeedsAppPassword     Kind = "needs-app-password"
	MailboxInUse         Kind = "mailbox-in-use"
	LoginDelay           Kind = "login-delay"
	ServerTemporary      Kind = "server-temporary"
	ServerPermanent      Kind = "server-permanent"
	Protocol             Kind = "protocol"
	TooLarge             Kind = "too-large"
	RecipientRefused     Kind = "recipient-refused"
	DiskFull             Kind = "disk-full"
	NotWritable          Kind = "not-writable" // the disk, or the profile's folder
	StoreDamaged         Kind = "store-damaged"
	StoreNewer           Kind = "store-newer"  // of a form that only a newer Poplar knows
	StoreInUse           Kind = "store-in-use" // by another process
	KeyringLocked        Kind = "keyring-locked"
	KeyringAbsent        Kind = "keyring-absent"
	PasswordMissing      Kind = "password-missing"
	Cancelled            Kind = "cancelled"
	Unknown              Kind = "unknown"
)

// Kinds are all kinds.
var Kinds = []Kind{
	Offline, NoSuchHost, Unreachable, Timeout, UntrustedCertificate, NoEncryption, LoginRefused, NeedsAppPassword,
	MailboxInUse, LoginDelay, ServerTemporary, ServerPermanent, Protocol, TooLarge, RecipientRefused, DiskFull,
	NotWritable, StoreDamaged, StoreNewer, StoreInUse, KeyringLocked, KeyringAbsent, PasswordMissing, Cancelled, Unknown,
}

// Problem is a failure in a form that can be told to a person.
type Problem struct {
	Kind  Kind
	Where string        // the server as host:port, or a path
	Doing string        // what was being done, as a step name ("connect", "log in", "retrieve", …)
	Said  string        // the server's own line, without secrets
	Again time.Duration // when a retry makes sense; 0: at once or never, as the kind says
	// Certificate is set with UntrustedCertificate.
	Certificate *Certificate
	Err         error
}

// Error implements error with one English line: what happened, and the server's words.
func (p *Problem) Error() string {
	what, _ := p.Words()
	if p.Where != "" {
		what += " (" + p.Where + ")"
	}
	if p.Said != "" {
		what += ": " + p.Said
	} else if p.Err != nil && (p.Kind == Unknown || p.Kind == Protocol || p.Kind == NotWritable || p.Kind == StoreDamaged) {
		what += ": " + p.Err.Error()
	}
	return what
}

// Unwrap returns the cause.
func (p *Problem) Unwrap() error { return p.Err }

// Words returns what happened and what to do about it, in English sentences without full stop. The window uses
// them as keys of its translations.
func (p *Problem) Words() (what, advice string) {
	w, ok := words[p.Kind]
	if !ok {
		w = words[Unknown]
	}
	return w[0], w[1]
}

var words = map[Kind][2]string{
	Offline:              {"The computer is offline", "Poplar tries again when the line is back"},
	NoSuchHost:           {"No server of that name", "Check the spelling"},
	Unreachable:          {"The server does not answer", "A firewall or another port may be the reason"},
	Timeout:              {"The server fell silent", "Poplar tries again by itself"},
	UntrustedCertificate: {"The server's certificate cannot be verified", "Trust it only if you know this server"},
	NoEncryption:         {"The server offers no encryption", "Poplar sends no password in the clear"},
	LoginRefused:         {"The server does not accept this password", "Some providers want an app password"},
	NeedsAppPassword:     {"The provider wants an app password", "Create one in the webmail settings and enter it here"},
	MailboxInUse:         {"Another program is reading this mailbox", "Poplar tries again in a few minutes"},
	LoginDelay:           {"The provider limits how often one may check", "Check less often"},
	ServerTemporary:      {"The server cannot do this now", "Poplar tries again by itself"},
	ServerPermanent:      {"The server refuses this", "Its own words say why"},
	Protocol:             {"The server answered in a way Poplar does not understand", "Check server, port and encryption"},
	TooLarge:             {"The message is larger than the server takes", "Remove or shrink an attachment"},
	RecipientRefused:     {"A recipient was refused", "Correct the address"},
	DiskFull:             {"The disk is full; nothing was deleted on the server", "Free some space"},
	NotWritable:          {"The mail cannot be written to the disk; nothing was deleted on the server", "Is the disk read-only, or the folder protected? Poplar goes on as soon as it can write again"},
	StoreDamaged:         {"The mail store is damaged or cannot be read", "Run poplar verify and restore a backup"},
	StoreNewer:           {"This mail was written by a newer Poplar", "Update this one to open it; nothing was changed"},
	StoreInUse:           {"Another Poplar is using this mail", "Close it, then start Poplar again"},
	KeyringLocked:        {"The keyring is locked", "Unlock it, or type the password for this session"},
	KeyringAbsent:        {"This system has no keyring", "Type the password for this session, or install a keyring"},
	PasswordMissing:      {"No password is stored for this account", "Enter the password"},
	Cancelled:            {"Cancelled", "Nothing was lost"},
	Unknown:              {"Something unexpected happened", "The log says more"},
}

// problemer is what the errors of wire, pop3, submit, store and settings have in common.
type problemer interface{ Problem() *Problem }

// ProblemOf returns the Problem in err's chain: a *Problem itself, or what an error with a Problem method says. Any
// other error is Unknown; nil gives nil.
func ProblemOf(err error) *Problem {
	if err == nil {
		return nil
	}
	var p *Problem
	if errors.As(err, &p) {
		return p
	}
	var q problemer
	if errors.As(err, &q) {
		if p := q.Problem(); p != nil {
			return p
		}
	}
	return &Problem{Kind: Unknown, Err: err}
}

// Certificate is what a person needs to see before trusting a server by hand.
type Certificate struct {
	Host      string
	Subject   string
	Issuer    string
	NotBefore time.Time
	NotAfter  time.Time
	SHA256    string // lower-case hex of the leaf's DER
	Reason    string // why it is not trusted, in English
}
