package mail

import "time"

// Found is a pair of servers that may serve an address, and what a person should know before the first log-in.
type Found struct {
	Source   string // where the answer came from: "table", "autoconfig", "ispdb", "srv", "mx", "guess" or "typed"
	Provider string // the provider's name, or empty
	// Incoming and Outgoing have the first of Users filled in; a side that was not found has no Host.
	Incoming, Outgoing Server
	Users              []string // user names to try, in order; at most two
	Verified           bool     // the servers answered with a greeting and a certificate of their name
	Insecure           bool     // the answer itself came unprotected
	Note               string   // an English sentence, or empty
	HelpEN, HelpZH     string   // the provider's own way to a password, in our words
	HelpURL            string
	NeedsCode          bool // an app password or authorisation code in place of the web password
	// Wanted is which of them, where the table has it: "code", "app-password", or "mail-password" for a second password
	// of the mailbox; else empty.
	Wanted             string
	CopiesEN, CopiesZH string // what is peculiar about the messages on the server, in our words; may be empty
	OAuthOnly, NoPOP   bool
	CanOAuth           bool          // signing in on the provider's page is another way
	MinInterval        time.Duration // how often the provider lets one check; 0: not known
	Problem            *Problem      // why the servers could not be verified; nil when they were, or were not tried
}

// Names are names of servers that a person was told. Each list has the one to try first, and perhaps a second, for
// instance inside and outside of a company; a port may follow: "mail.example.com:1995".
type Names struct{ Incoming, Outgoing []string }
