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
	// OtherHost is a second name of the same server, for instance outside a company, tried where Host cannot be reached.
	// The certificate has to be for the name that is used. OtherPort is its port; 0: Port.
	OtherHost string `json:"other_host,omitempty"`
	OtherPort int    `json:"other_port,omitempty"`
	// CAFile is a PEM file of further certificate authorities, trusted for this server only.
	CAFile string `json:"ca_file,omitempty"`
	// Pins are SHA-256 fingerprints (lower-case hex) of leaf certificates the person chose to trust for Host and OtherHost
	// alone.
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
	KeepUntilDeleted KeepMode = "until-deleted" // until it lies in Trash here, or is gone
	KeepUntilTrash   KeepMode = "until-trash"   // until it is gone here: deleted for good, or Trash emptied
	KeepNever        KeepMode = "never"
	KeepNewest       KeepMode = "newest" // the newest so many messages
	KeepSize         KeepMode = "mb"     // as many of the newest messages as are no larger together
)

// Keep is an account's policy for the server's copies. The zero value keeps them for ever.
type Keep struct {
	Mode KeepMode `json:"mode,omitempty"`
	Days int      `json:"days,omitempty"` // with KeepDays: counted from the first time the message was seen here
	// Count is how many messages KeepNewest leaves on the server.
	Count int `json:"count,omitempty"`
	// Megabytes is what KeepSize leaves on the server at most, in units of 2^20 octets.
	Megabytes int `json:"megabytes,omitempty"`
}

// ParseKeep reads "forever", "days:N", "until-deleted", "until-trash", "never", "newest:N" or "mb:N".
func ParseKeep(s string) (Keep, error) {
	switch KeepMode(s) {
	case "", KeepForever:
		return Keep{Mode: KeepForever}, nil
	case KeepUntilDeleted, KeepUntilTrash, KeepNever:
		return Keep{Mode: KeepMode(s)}, nil
	}
	mode, number, _ := strings.Cut(s, ":")
	if n, err := strconv.Atoi(number); err == nil && n > 0 {
		switch KeepMode(mode) {
		case KeepDays:
			return Keep{Mode: KeepDays, Days: n}, nil
		case KeepNewest:
			return Keep{Mode: KeepNewest, Count: n}, nil
		case KeepSize:
			return Keep{Mode: KeepSize, Megabytes: n}, nil
		}
	}
	return Keep{}, fmt.Errorf("%q is no keep policy: use forever, days:N, until-deleted, until-trash, never, newest:N or mb:N", s)
}

// String returns the form that ParseKeep reads.
func (k Keep) String() string {
	switch k.Mode {
	case KeepDays:
		return "days:" + strconv.Itoa(k.Days)
	case KeepNewest:
		return "newest:" + strconv.Itoa(k.Count)
	case KeepSize:
		return "mb:" + strconv.Itoa(k.Megabytes)
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
	// DateUTC writes the date of what is sent in UTC, so that it does not tell where on earth the person is.
	DateUTC bool `json:"date_utc,omitempty"`
	// SentFolder is where copies of sent messages go; 0: the account's Sent folder.
	SentFolder FolderID `json:"sent_folder,omitempty"`
	// ArchiveFolder is where archiving moves messages; 0: the account's Archive folder.
	ArchiveFolder FolderID `json:"archive_folder,omitempty"`
	// SameAsIncoming is "use same settings as incoming server": the incoming user and password serve for both.
	SameAsIncoming bool `json:"same_as_incoming"`

	Keep         Keep `json:"keep"`
	CheckAtStart bool `json:"check_at_start"`
	CheckMinutes int  `json:"check_minutes"` // 0: only by hand
	// MaxSize is in octets; 0: no limit. Of larger messages only the header and the first lines come.
	MaxSize int64 `json:"max_size,omitempty"`
	// HeadersFirst has only the header and the first lines of every message come that is not small.
	HeadersFirst bool `json:"headers_first,omitempty"`
	// Recent is Gmail's "recent:" mode, see POP3.
	Recent bool `json:"recent,omitempty"`
	// Start is what comes first of the mail that lies on the server when the account is new.
	Start       Start `json:"start,omitempty"`
	AskPassword bool  `json:"ask_password,omitempty"`

	// Proxy is how both servers are reached: "" as the environment says (ALL_PROXY, HTTPS_PROXY, NO_PROXY), ProxyNone, or
	// socks5://[user@]host:port, http://[user@]host:port, https://[user@]host:port. Its password is in the keyring.
	Proxy string `json:"proxy,omitempty"`
	// OAuth is how to sign in on the provider's web page, for servers with AuthXOAuth2 or AuthOAuthBearer; or nil.
	OAuth *OAuth `json:"oauth,omitempty"`

	// AuthServer is the name (authserv-id, RFC 8601) under which the account's own server says what it found out about
	// senders, where it cannot be learnt from the mail; it is trusted.
	AuthServer string `json:"auth_server,omitempty"`

	ReplyTo   string `json:"reply_to,omitempty"`
	Signature string `json:"signature,omitempty"`
	// SignatureRich is the signature with its looks, as an Identity's.
	SignatureRich *Rich `json:"signature_rich,omitempty"`
	// SignatureBelow puts the signature below the quoted original rather than above it.
	SignatureBelow bool `json:"signature_below,omitempty"`
	// Identities are further names and addresses to write under.
	Identities []Identity `json:"identities,omitempty"`

	own Direction // of the password for Outgoing, where that is an identity's own server: see Through
}

// Start is what a new account retrieves of the mail that is on its server already.
type Start string

// The starts.
const (
	StartAll    Start = ""       // everything, small and new messages first
	StartRecent Start = "recent" // the last three months before anything else
	StartNew    Start = "new"    // nothing: what is there stays there, unless the person asks for it
)

// StartSince is the day from which on mail counts as recent for StartRecent.
func StartSince(now time.Time) time.Time { return now.AddDate(0, -3, 0) }

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

// smallMessage is what comes whole even under HeadersFirst, in octets: its header and first lines would be as much.
const smallMessage = 16 << 10

// Limit is the size in octets from which on only the header and the first lines of a message come; 0: none.
func (a Account) Limit() int64 {
	if a.HeadersFirst && (a.MaxSize <= 0 || a.MaxSize > smallMessage) {
		return smallMessage
	}
	return max(a.MaxSize, 0)
}

// recentPrefix before the user's name asks Gmail for the mail of the last 30 days, whoever has retrieved it already.
const recentPrefix = "recent:"

// IsGmail says whether a server is one of Gmail's, which hides what any program has retrieved once.
func IsGmail(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	return host == "pop.gmail.com" || host == "pop.googlemail.com"
}

// POP3 returns the incoming server with the user that really serves: under Recent, at Gmail, with "recent:" before it.
func (a Account) POP3() Server {
	s := a.Incoming
	if a.Recent && IsGmail(s.Host) && !strings.HasPrefix(s.User, recentPrefix) {
		s.User = recentPrefix + s.User
	}
	return s
}

// SMTP returns the outgoing server with the user and mechanism that really serve: the incoming user under
// SameAsIncoming, AuthNone where no authentication is required.
func (a Account) SMTP() Server {
	s := a.Outgoing
	switch {
	case !a.OutgoingAuth:
		s.Auth, s.User = AuthNone, ""
	case a.SameAsIncoming:
		s.User = strings.TrimPrefix(a.Incoming.User, recentPrefix)
	}
	return s
}

// ProxyNone as Account.Proxy goes to the servers without a proxy, whatever the environment says.
const ProxyNone = "none"

// OAuth is where and as which program a person signs in on a provider's web page (RFC 6749, 7636, 8252, 8628). The tokens, and
// the client's secret where a provider hands one out, are in the keyring.
type OAuth struct {
	Provider  string   `json:"provider,omitempty"` // "google", "microsoft", or what the person calls it
	ClientID  string   `json:"client_id"`
	AuthURL   string   `json:"auth_url"`
	TokenURL  string   `json:"token_url"`
	DeviceURL string   `json:"device_url,omitempty"` // empty: the device flow is not offered
	Scopes    []string `json:"scopes"`
}

// Token says whether the server is logged in to with a token in place of a password.
func (s Server) Token() bool { return s.Auth == AuthXOAuth2 || s.Auth == AuthOAuthBearer }

// Direction is one of an account's two servers, or what else has a secret of its own.
type Direction string

// The directions; their names are part of keyring entries. The last two are no servers: the proxy's password, and the
// tokens of OAuth as JSON.
const (
	Incoming Direction = "incoming"
	Outgoing Direction = "outgoing"
	ProxyWay Direction = "proxy"
	Tokens   Direction = "tokens"
)

// ownPrefix begins the directions of the passwords for identities' own servers.
const ownPrefix Direction = "outgoing-"

// SecretKinds are all directions that a keyring entry may have.
var SecretKinds = []Direction{Incoming, Outgoing, ProxyWay, Tokens}

// SecretOf says which direction's password serves for d: the incoming one for both under SameAsIncoming, that of an
// identity's own server under Through.
func (a Account) SecretOf(d Direction) Direction {
	switch {
	case d == Outgoing && a.own != "":
		return a.own
	case d == Outgoing && a.SameAsIncoming:
		return Incoming
	}
	return d
}

// TokensOf says under which direction the tokens are kept that d's server is logged in to with: the account's, or under
// Through those of an identity's own server.
func (a Account) TokensOf(d Direction) Direction {
	if d == Outgoing && a.own != "" {
		return a.own
	}
	return Tokens
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
