package mail

import (
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"
)

// AccountID names an account for as long as it exists. It is part of file, keyring and database keys, so it is short
// ASCII and is never reused.
type AccountID string

// Security says how a connection is encrypted.
type Security string

// The ways a connection may be encrypted.
const (
	TLS      Security = "tls"      // TLS from the first byte (RFC 8314)
	STARTTLS Security = "starttls" // STLS (RFC 2595) or STARTTLS (RFC 3207), never falling back to plaintext
	NoTLS    Security = "none"
)

// Auth names how to log in. Auto takes the safest mechanism that the server offers.
type Auth string

// The ways to log in.
const (
	AuthAuto        Auth = "auto"
	AuthPlain       Auth = "plain"
	AuthLogin       Auth = "login"
	AuthCramMD5     Auth = "cram-md5"
	AuthAPOP        Auth = "apop"
	AuthUserPass    Auth = "userpass"
	AuthXOAuth2     Auth = "xoauth2"
	AuthOAuthBearer Auth = "oauthbearer"
	AuthNone        Auth = "none" // SMTP only: the server does not require authentication
)

// Server is one side of an account: where to connect and as whom. It never holds a secret.
type Server struct {
	Host     string   `json:"host"`
	Port     int      `json:"port"`
	Security Security `json:"security"`
	User     string   `json:"user,omitempty"`
	Auth     Auth     `json:"auth,omitempty"` // empty means AuthAuto
	// AllowPlaintext permits sending the password over an unencrypted connection. Without it Poplar refuses.
	AllowPlaintext bool `json:"allow_plaintext,omitempty"`
	// CAFile is a PEM file of further certificate authorities, trusted for this server only.
	CAFile string `json:"ca_file,omitempty"`
	// Pins are SHA-256 fingerprints (lower-case hex) of leaf certificates the person chose to trust for Host alone.
	Pins []string `json:"pins,omitempty"`
}

// Addr returns host:port as net.Dial takes it.
func (s Server) Addr() string { return net.JoinHostPort(s.Host, strconv.Itoa(s.Port)) }

// KeepMode says what becomes of the server's copy once a message is stored here.
type KeepMode string

// The keep policies.
const (
	KeepForever      KeepMode = "forever"
	KeepDays         KeepMode = "days"
	KeepUntilDeleted KeepMode = "until-deleted"
	KeepNever        KeepMode = "never"
)

// Keep is an account's policy for the server's copies. The zero value keeps them for ever.
type Keep struct {
	Mode KeepMode `json:"mode,omitempty"`
	Days int      `json:"days,omitempty"` // with KeepDays: counted from the first time the message was seen here
}

// ParseKeep reads "forever", "days:N", "until-deleted" or "never".
func ParseKeep(s string) (Keep, error) {
	switch KeepMode(s) {
	case "", KeepForever:
		return Keep{Mode: KeepForever}, nil
	case KeepUntilDeleted, KeepNever:
		return Keep{Mode: KeepMode(s)}, nil
	}
	if n, ok := strings.CutPrefix(s, "days:"); ok {
		if d, err := strconv.Atoi(n); err == nil && d > 0 {
			return Keep{Mode: KeepDays, Days: d}, nil
		}
	}
	return Keep{}, fmt.Errorf("%q is no keep policy: use forever, days:N, until-deleted or never", s)
}

// String returns the form that ParseKeep reads.
func (k Keep) String() string {
	switch k.Mode {
	case KeepDays:
		return "days:" + strconv.Itoa(k.Days)
	case "":
		return string(KeepForever)
	}
	return string(k.Mode)
}

// Account is everything Poplar knows of one mailbox, but for its secrets, which live in the keyring.
type Account struct {
	ID      AccountID `json:"id"`
	Name    string    `json:"name"`    // the person's own name, as it stands in From
	Address string    `json:"address"` // addr-spec (RFC 5322)
	Label   string    `json:"label,omitempty"`

	Incoming Server `json:"incoming"`
	Outgoing Server `json:"outgoing"`
	// OutgoingAuth is "server requires authentication".
	OutgoingAuth bool `json:"outgoing_auth"`
	// POPBeforeSMTP is for servers that let a computer send once it has logged in for its mail: Poplar does so first.
	POPBeforeSMTP bool `json:"pop_before_smtp,omitempty"`
	// SentFolder is where copies of sent messages go; 0: the account's Sent folder.
	SentFolder FolderID `json:"sent_folder,omitempty"`
	// SameAsIncoming is "use same settings as incoming server": the incoming user and password serve for both.
	SameAsIncoming bool `json:"same_as_incoming"`

	Keep         Keep  `json:"keep"`
	CheckAtStart bool  `json:"check_at_start"`
	CheckMinutes int   `json:"check_minutes"`      // 0: only by hand
	MaxSize      int64 `json:"max_size,omitempty"` // octets; 0: no limit. Larger messages stay on the server
	AskPassword  bool  `json:"ask_password,omitempty"`

	ReplyTo   string `json:"reply_to,omitempty"`
	Signature string `json:"signature,omitempty"`
}

// DefaultAccount returns what a new account starts with: copies stay on the server, a check every ten minutes.
func DefaultAccount() Account {
	return Account{
		Incoming: Server{Port: 995, Security: TLS, Auth: AuthAuto}, Outgoing: Server{Port: 465, Security: TLS, Auth: AuthAuto},
		OutgoingAuth: true, SameAsIncoming: true, Keep: Keep{Mode: KeepForever}, CheckAtStart: true, CheckMinutes: 10,
	}
}

// Title is what the window calls the account.
func (a Account) Title() string {
	if a.Label != "" {
		return a.Label
	}
	return a.Address
}

// From is the account's mailbox for the From field.
func (a Account) From() Address { return Address{Name: a.Name, Addr: a.Address} }

// Interval is the time between two checks; 0 means only by hand.
func (a Account) Interval() time.Duration { return time.Duration(a.CheckMinutes) * time.Minute }

// SMTP returns the outgoing server with the user and mechanism that really serve: the incoming user under
// SameAsIncoming, AuthNone where no authentication is required.
func (a Account) SMTP() Server {
	s := a.Outgoing
	switch {
	case !a.OutgoingAuth:
		s.Auth, s.User = AuthNone, ""
	case a.SameAsIncoming:
		s.User = a.Incoming.User
	}
	return s
}

// Direction is one of an account's two servers.
type Direction string

// The two directions; their names are part of keyring entries.
const (
	Incoming Direction = "incoming"
	Outgoing Direction = "outgoing"
)

// SecretOf says which direction's password serves for d: the incoming one for both under SameAsIncoming.
func (a Account) SecretOf(d Direction) Direction {
	if d == Outgoing && a.SameAsIncoming {
		return Incoming
	}
	return d
}

// DefaultPort returns the registered port of a direction and security (RFC 8314, 1939, 6409).
func DefaultPort(d Direction, s Security) int {
	switch {
	case d == Incoming && s == TLS:
		return 995
	case d == Incoming:
		return 110
	case s == TLS:
		return 465
	case s == STARTTLS:
		return 587
	}
	return 25
}
