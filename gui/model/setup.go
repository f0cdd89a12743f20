package model

import (
	"encoding/pem"
	"errors"
	"net"
	"net/netip"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"poplar/mail"
	"poplar/settings"
)

// Preferences are the person's choices that belong to no account.
type Preferences = settings.Preferences

// Field names one field of the account form.
type Field string

// The fields that can be wrong.
const (
	FieldAddress   Field = "address"
	FieldReplyTo   Field = "reply-to"
	FieldInHost    Field = "incoming host"
	FieldInPort    Field = "incoming port"
	FieldInUser    Field = "incoming user"
	FieldInSecret  Field = "incoming password"
	FieldOutHost   Field = "outgoing host"
	FieldOutPort   Field = "outgoing port"
	FieldOutUser   Field = "outgoing user"
	FieldOutSecret Field = "outgoing password"
	FieldDays      Field = "days"
	FieldMinutes   Field = "minutes"
	FieldSize      Field = "size"
	FieldCA        Field = "certificate authority"
	FieldInOther   Field = "second incoming host"
	FieldOutOther  Field = "second outgoing host"
	FieldProxy     Field = "proxy"
)

// Fields are all of them, in the order in which a person meets them.
var Fields = []Field{
	FieldInHost, FieldInPort, FieldInOther, FieldInUser, FieldInSecret, FieldDays, FieldOutHost, FieldOutPort, FieldOutOther, FieldOutUser,
	FieldOutSecret, FieldProxy, FieldCA, FieldAddress, FieldReplyTo, FieldMinutes, FieldSize,
}

// megabyte is what the size limit counts in, as sizes are shown.
const megabyte = 1 << 20

// Side is one server of the form, as typed.
type Side struct {
	Host, Port, User string
	Other            string // a second name of the server, perhaps with a port: "mail.example.com:1995"
	Password         string // typed now; empty leaves the stored one as it is
	Security         mail.Security
	Auth             mail.Auth
	Plain            bool // the password may go unencrypted
	portEdited       bool
}

// Form is an account as a person is editing it: texts as typed, and what they lead to. It does no I/O but for CheckCA.
type Form struct {
	Name, Address, Label, ReplyTo, Signature string

	DateUTC        bool // dates of what is sent are written in UTC
	POPFirst       bool // "POP before SMTP"
	SentFolder     mail.FolderID
	ArchiveFolder  mail.FolderID
	SignatureRich  *mail.Rich // Signature with its looks; nil: it has none
	SignatureBelow bool       // the signature stands below a quoted original
	Identities     []mail.Identity

	In, Out      Side
	OutgoingAuth bool
	Same         bool // the outgoing server takes user name and password of the incoming one

	Keep     mail.KeepMode
	Days     string
	Count    string // of messages, with mail.KeepNewest
	Room     string // in megabytes, with mail.KeepSize
	AtStart  bool
	Periodic bool // check every Minutes
	Minutes  string
	// HeadersFirst: of every message that is not small only the header and the first lines come.
	HeadersFirst bool
	Recent       bool // Gmail's recent mode

	Limited bool // leave messages over Megabytes on the server
	Megs    string
	CAFile  string
	Proxy   ProxyForm
	OAuth   *mail.OAuth // how to sign in on the provider's page; nil: not set up
	// Own are the passwords typed for identities' own servers.
	Own      Secrets
	Tokens   string // what a sign-in came to just now; empty leaves the stored one as it is
	Remember bool   // keep passwords in the keyring; else they are asked for each time

	opened, base mail.Account // as given; and with certificates trusted since
	own          bool         // it is the own server of an identity: see NewOwnServerForm
}

// NewForm opens a for editing. An account without ID is a new one.
func NewForm(a mail.Account) *Form {
	f := &Form{
		Name: a.Name, Address: a.Address, Label: a.Label, ReplyTo: a.ReplyTo, Signature: a.Signature,
		DateUTC: a.DateUTC, POPFirst: a.POPBeforeSMTP, SentFolder: a.SentFolder, ArchiveFolder: a.ArchiveFolder,
		SignatureRich: a.SignatureRich, SignatureBelow: a.SignatureBelow, Identities: slices.Clone(a.Identities),
		In: newSide(mail.Incoming, a.Incoming), Out: newSide(mail.Outgoing, a.Outgoing),
		OutgoingAuth: a.OutgoingAuth, Same: a.SameAsIncoming,
		Keep: a.Keep.Mode, Days: "30", AtStart: a.CheckAtStart, Periodic: a.CheckMinutes > 0, Minutes: "10",
		Limited: a.MaxSize > 0, Megs: "20", CAFile: a.Incoming.CAFile, Remember: !a.AskPassword, opened: a, base: a,
	}
	if f.Keep == "" {
		f.Keep = mail.KeepForever
	}
	f.Count, f.Room, f.HeadersFirst, f.Recent = "500", "100", a.HeadersFirst, a.Recent
	for n, text := range map[int]*string{a.Keep.Days: &f.Days, a.Keep.Count: &f.Count, a.Keep.Megabytes: &f.Room} {
		if n > 0 {
			*text = strconv.Itoa(n)
		}
	}
	if f.Periodic {
		f.Minutes = strconv.Itoa(a.CheckMinutes)
	}
	if f.Limited {
		f.Megs = strconv.FormatFloat(float64(a.MaxSize)/megabyte, 'f', -1, 64)
	}
	if f.CAFile == "" {
		f.CAFile = a.Outgoing.CAFile
	}
	f.Proxy = newProxyForm(a.Proxy)
	f.OAuth = a.OAuth
	return f
}

func newSide(d mail.Direction, s mail.Server) Side {
	side := Side{Host: s.Host, User: s.User, Security: s.Security, Auth: s.Auth, Plain: s.AllowPlaintext, Other: s.OtherHost}
	if s.OtherPort != 0 && s.OtherHost != "" {
		side.Other = net.JoinHostPort(s.OtherHost, strconv.Itoa(s.OtherPort))
	}
	if side.Security == "" {
		side.Security = mail.TLS
	}
	if side.Auth == "" {
		side.Auth = mail.AuthAuto
	}
	if s.Port == 0 {
		s.Port = mail.DefaultPort(d, side.Security)
	}
	side.Port = strconv.Itoa(s.Port)
	side.portEdited = s.Port != mail.DefaultPort(d, side.Security)
	return side
}

// New reports whether the account does not exist yet.
func (f *Form) New() bool { return f.base.ID == "" }

// Side returns the form's half for d.
func (f *Form) Side(d mail.Direction) *Side {
	if d == mail.Outgoing {
		return &f.Out
	}
	return &f.In
}

// SetSecurity changes a server's encryption; the port goes along unless the person gave one of their own.
func (f *Form) SetSecurity(d mail.Direction, s mail.Security) {
	side := f.Side(d)
	side.Security = s
	if !side.portEdited {
		side.Port = strconv.Itoa(mail.DefaultPort(d, s))
	}
	if s != mail.NoTLS {
		side.Plain = false
	}
}

// SetPort takes a port as typed. Emptying it, or typing the usual one, lets it follow the encryption again.
func (f *Form) SetPort(d mail.Direction, text string) {
	side := f.Side(d)
	side.Port = strings.TrimSpace(text)
	side.portEdited = side.Port != "" && side.Port != strconv.Itoa(mail.DefaultPort(d, side.Security))
}

// SetHost takes a server's name as typed. From "pop.example.com:995" or a web address the name (and port) is taken.
func (f *Form) SetHost(d mail.Direction, text string) {
	host := strings.TrimSpace(text)
	if _, rest, ok := strings.Cut(host, "://"); ok {
		host = rest
	}
	host = strings.TrimRight(host, "/")
	if _, err := netip.ParseAddr(host); err != nil {
		if name, port, ok := strings.Cut(host, ":"); ok {
			if n, err := strconv.Atoi(port); err == nil && n > 0 && n < 65536 {
				host = name
				f.SetPort(d, port)
			}
		}
	}
	f.Side(d).Host = host
}

// SetAddress takes the mail address as typed; user names that were the address so far go along. A name that was pasted
// with it is taken where there is none.
func (f *Form) SetAddress(text string) {
	old := f.Address
	name, address := OwnAddress(text)
	f.Address = address
	if f.Name == "" {
		f.Name = name
	}
	for _, s := range []*Side{&f.In, &f.Out} {
		if s.User == old {
			s.User = f.Address
		}
	}
}

// Suggest fills in servers that an address of this domain often has, where the person has given none. They are only
// a start: nobody has asked those servers yet.
func (f *Form) Suggest() {
	_, domain, ok := strings.Cut(f.Address, "@")
	if !ok || !goodHost(domain) {
		return
	}
	if f.In.Host == "" {
		f.In.Host = "pop." + domain
	}
	if f.Out.Host == "" {
		f.Out.Host = "smtp." + domain
	}
	if f.In.User == "" {
		f.In.User = f.Address
	}
}

// DefaultPort reports the port of the registry for a side, for the hint beside the field, and whether it is in use.
func (f *Form) DefaultPort(d mail.Direction) (port int, inUse bool) {
	s := f.Side(d)
	p := mail.DefaultPort(d, s.Security)
	return p, s.Port == "" || s.Port == strconv.Itoa(p)
}

// OwnOutgoing reports whether the outgoing server has a user name and password of its own.
func (f *Form) OwnOutgoing() bool { return f.OutgoingAuth && !f.Same }

// Check says what is wrong with a field, as an English sentence; empty when nothing is.
func (f *Form) Check(field Field) string {
	switch field {
	case FieldAddress:
		wrong, _ := checkAddr(f.Address)
		if f.Address == "" {
			return "Type your mail address."
		}
		return wrong
	case FieldReplyTo:
		for _, e := range ParseEntered(f.ReplyTo) {
			if e.Wrong != "" {
				return e.Wrong
			}
		}
	case FieldInHost:
		return checkHost(f.In.Host)
	case FieldOutHost:
		return checkHost(f.Out.Host)
	case FieldInPort:
		return checkPort(f.In.Port)
	case FieldOutPort:
		return checkPort(f.Out.Port)
	case FieldInUser:
		if strings.TrimSpace(f.In.User) == "" {
			return "Type the user name. Often it is the mail address."
		}
	case FieldOutUser:
		if f.OwnOutgoing() && strings.TrimSpace(f.Out.User) == "" {
			return "Type the user name. Often it is the mail address."
		}
	case FieldInSecret:
		if f.SignsIn(mail.Incoming) {
			if f.New() && f.Tokens == "" {
				return "Sign in on the provider's page first."
			}
			return ""
		}
		if f.New() && f.Remember && f.In.Password == "" {
			return "Type the password, or choose to be asked each time."
		}
	case FieldOutSecret:
		had := !f.New() && f.base.OutgoingAuth && !f.base.SameAsIncoming
		if f.own {
			token := f.token(mail.Outgoing)
			had = had && f.base.Outgoing.Token() == token && (!token || f.base.OAuth != nil)
			if f.OwnOutgoing() && token && !had && f.Tokens == "" {
				return "Sign in on the provider's page first."
			}
		}
		if f.OwnOutgoing() && !f.SignsIn(mail.Outgoing) && !had && f.Remember && f.Out.Password == "" {
			return "Type the password, or choose to be asked each time."
		}
	case FieldDays:
		switch {
		case f.Keep == mail.KeepDays && !within(f.Days, 1, 3650):
			return "A number of days from 1 to 3650."
		case f.Keep == mail.KeepNewest && !within(f.Count, 1, 1_000_000):
			return "A number of messages, at least 1."
		case f.Keep == mail.KeepSize && !within(f.Room, 1, 1_000_000):
			return "A number of megabytes, at least 1."
		}
	case FieldMinutes:
		if f.Periodic && !within(f.Minutes, 1, 1440) {
			return "A number of minutes from 1 to 1440."
		}
	case FieldSize:
		if _, ok := f.maxSize(); f.Limited && !ok {
			return "A size in megabytes, at least 0.01."
		}
	case FieldInOther:
		return checkOther(f.In.Other)
	case FieldOutOther:
		return checkOther(f.Out.Other)
	case FieldProxy:
		return f.Proxy.check()
	case FieldCA:
	}
	return ""
}

// Wrong lists the fields that must be mended before the account can be used.
func (f *Form) Wrong() []Field {
	var wrong []Field
	for _, field := range Fields {
		if f.Check(field) != "" {
			wrong = append(wrong, field)
		}
	}
	return wrong
}

// Clear says in an English sentence that a side would send its password unencrypted, or cannot log in at all because
// it may not; empty when all is well.
func (f *Form) Clear(d mail.Direction) string {
	s := f.Side(d)
	switch {
	case s.Security != mail.NoTLS || d == mail.Outgoing && !f.OutgoingAuth:
		return ""
	case s.Plain:
		return "Anyone on the way can read this password."
	}
	return "Without encryption Poplar sends no password that others could read."
}

// Account is what the form stands for. It is only as good as Wrong says.
func (f *Form) Account() mail.Account {
	a := f.base
	a.Name, a.Address, a.Label = strings.TrimSpace(f.Name), f.Address, strings.TrimSpace(f.Label)
	a.ReplyTo, a.Signature = strings.TrimSpace(f.ReplyTo), strings.TrimRight(f.Signature, " \t\r\n")
	a.DateUTC, a.POPBeforeSMTP, a.SentFolder = f.DateUTC, f.POPFirst && !f.OutgoingAuth, f.SentFolder
	a.ArchiveFolder = f.ArchiveFolder
	a.SignatureRich = f.SignatureRich
	a.SignatureBelow, a.Identities = f.SignatureBelow, slices.Clone(f.Identities)
	a.Incoming = f.In.server(mail.Incoming, f.base.Incoming)
	a.Outgoing = f.Out.server(mail.Outgoing, f.base.Outgoing)
	a.OutgoingAuth, a.SameAsIncoming = f.OutgoingAuth, f.Same
	ca := strings.TrimSpace(f.CAFile)
	if ca != f.base.Incoming.CAFile || ca == "" {
		a.Outgoing.CAFile = ca
	}
	a.Incoming.CAFile = ca
	a.Keep = f.policy()
	a.HeadersFirst = f.HeadersFirst
	a.Recent = f.Recent && mail.IsGmail(a.Incoming.Host)
	a.CheckAtStart, a.CheckMinutes = f.AtStart, 0
	if f.Periodic {
		a.CheckMinutes, _ = strconv.Atoi(strings.TrimSpace(f.Minutes))
	}
	a.MaxSize = 0
	if f.Limited {
		a.MaxSize, _ = f.maxSize()
	}
	a.AskPassword = !f.Remember
	a.Proxy, a.OAuth = f.Proxy.address(), f.OAuth
	return a
}

// Secrets are the passwords typed into the form.
func (f *Form) Secrets() Secrets {
	s := Secrets{}
	if f.In.Password != "" {
		s[mail.Incoming] = f.In.Password
	}
	if f.OwnOutgoing() && f.Out.Password != "" {
		s[mail.Outgoing] = f.Out.Password
	}
	for _, d := range f.Account().OwnSecrets() {
		if secret := f.Own[d]; secret != "" {
			s[d] = secret
		}
	}
	if f.Tokens != "" {
		s[mail.Tokens] = f.Tokens
	}
	if f.Proxy.Password != "" {
		s[mail.ProxyWay] = f.Proxy.Password
	}
	return s
}

// Type puts passwords into the form as if they had been typed there.
func (f *Form) Type(s Secrets) {
	for d, secret := range s {
		switch d {
		case mail.Tokens:
			f.Tokens = secret
		case mail.ProxyWay:
			f.Proxy.Password = secret
		default:
			f.Side(d).Password = secret
		}
	}
}

// NeedsStored reports whether a test of the form needs passwords that are in the keyring only.
func (f *Form) NeedsStored() bool {
	return !f.New() && (f.In.Password == "" || f.OwnOutgoing() && f.Out.Password == "" || f.SignsIn(mail.Incoming) && f.Tokens == "")
}

// Changed reports whether anything differs from what was opened.
func (f *Form) Changed() bool {
	return !reflect.DeepEqual(f, NewForm(f.opened))
}

// Stored records that the account was stored as a, which has its ID now.
func (f *Form) Stored(a mail.Account) {
	f.base, f.opened = a, a
	f.In.Password, f.Out.Password, f.Tokens, f.Proxy.Password, f.Own = "", "", "", "", nil
}

// Trust pins a certificate for the servers that bear its host.
func (f *Form) Trust(c mail.Certificate) {
	for _, p := range []struct{ typed, base *mail.Server }{{f.server(mail.Incoming), &f.base.Incoming}, {f.server(mail.Outgoing), &f.base.Outgoing}} {
		if !strings.EqualFold(p.typed.Host, c.Host) && !strings.EqualFold(p.typed.OtherHost, c.Host) {
			continue
		}
		if !strings.EqualFold(p.base.Host, p.typed.Host) {
			p.base.Host, p.base.Pins = p.typed.Host, nil
		}
		if !slices.Contains(p.base.Pins, c.SHA256) {
			p.base.Pins = append(slices.Clone(p.base.Pins), c.SHA256)
		}
	}
}

// Pins are the certificates trusted by hand for the servers as they are typed now.
func (f *Form) Pins() []string {
	a := f.Account()
	pins := slices.Concat(a.Incoming.Pins, a.Outgoing.Pins)
	slices.Sort(pins)
	return slices.Compact(pins)
}

// Distrust takes a certificate off both servers.
func (f *Form) Distrust(pin string) {
	for _, s := range []*mail.Server{&f.base.Incoming, &f.base.Outgoing} {
		s.Pins = slices.DeleteFunc(slices.Clone(s.Pins), func(p string) bool { return p == pin })
	}
}

func (f *Form) server(d mail.Direction) *mail.Server {
	base := f.base.Incoming
	if d == mail.Outgoing {
		base = f.base.Outgoing
	}
	s := f.Side(d).server(d, base)
	return &s
}

func (side Side) server(d mail.Direction, base mail.Server) mail.Server {
	out := base
	if !strings.EqualFold(base.Host, side.Host) {
		out.Pins = nil // trust was given to that host alone
	}
	out.Host, out.User, out.Security, out.Auth = side.Host, strings.TrimSpace(side.User), side.Security, side.Auth
	out.OtherHost, out.OtherPort = splitOther(side.Other)
	out.AllowPlaintext = side.Plain && side.Security == mail.NoTLS
	out.Port = mail.DefaultPort(d, side.Security)
	if n, err := strconv.Atoi(side.Port); err == nil {
		out.Port = n
	}
	return out
}

func (f *Form) maxSize() (int64, bool) {
	n, err := strconv.ParseFloat(strings.ReplaceAll(strings.TrimSpace(f.Megs), ",", "."), 64)
	if err != nil || n < 0.01 || n > 1e6 {
		return 0, false
	}
	return int64(n * megabyte), true
}

func within(text string, low, high int) bool {
	n, err := strconv.Atoi(strings.TrimSpace(text))
	return err == nil && n >= low && n <= high
}

func checkHost(host string) string {
	if host == "" {
		return "Type the server's name, like mail.example.com."
	}
	if strings.Contains(host, "@") {
		return "This is an address. A server's name has no @."
	}
	if _, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil {
		return ""
	}
	if !goodHost(host) {
		return "This is no server name."
	}
	return ""
}

func checkPort(port string) string {
	if port != "" && !within(port, 1, 65535) {
		return "A port is a number from 1 to 65535."
	}
	return ""
}

// CheckCA reads a file of certificate authorities and says what is wrong with it, as an English sentence; empty when it
// can be used or no file is named. It reads the disk, so it is called away from the UI thread.
func CheckCA(path string) string {
	path = strings.TrimSpace(path)
	if path == "" {
		return ""
	}
	src, err := os.ReadFile(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return "There is no such file."
	case err != nil:
		return "This file cannot be read."
	}
	for block, rest := pem.Decode(src); block != nil; block, rest = pem.Decode(rest) {
		if block.Type == "CERTIFICATE" {
			return ""
		}
	}
	return "This file holds no certificate in PEM form."
}
