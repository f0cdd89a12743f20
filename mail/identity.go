package mail

import "strings"

// Identity is a name and address that a person writes under, besides the account's own.
type Identity struct {
	Name      string `json:"name"`
	Address   string `json:"address"`
	ReplyTo   string `json:"reply_to,omitempty"`
	Signature string `json:"signature,omitempty"`
	// SignatureRich is the signature with its looks, for messages that have such; Signature then is its plain form. nil:
	// the signature is text alone.
	SignatureRich *Rich `json:"signature_rich,omitempty"`
	// Via is the account whose outgoing server sends for this identity; empty: the account it belongs to.
	Via AccountID `json:"via,omitempty"`
	// Own is an outgoing server of the identity's own; nil: it has none. It goes before Via.
	Own *OwnServer `json:"own_server,omitempty"`
}

// OwnServer is the outgoing server of one identity.
type OwnServer struct {
	// ID is part of the name of the password's keyring entry: short ASCII, never reused.
	ID string `json:"id"`
	Server
	// OutgoingAuth is "server requires authentication".
	OutgoingAuth bool `json:"outgoing_auth"`
	// SameAsAccount logs in with the account's user name and password in place of own ones.
	SameAsAccount bool `json:"same_as_account,omitempty"`
	// OAuth is how to sign in on the page of this server's provider, where it has a login of its own that is a token; or nil.
	OAuth *OAuth `json:"oauth,omitempty"`
}

// Direction names the server's own password, or its own tokens.
func (o OwnServer) Direction() Direction { return ownPrefix + Direction(o.ID) }

// From is the identity's mailbox for the From field.
func (i Identity) From() Address { return Address{Name: i.Name, Addr: i.Address} }

// Main is the account's own identity.
func (a Account) Main() Identity {
	return Identity{Name: a.Name, Address: a.Address, ReplyTo: a.ReplyTo, Signature: a.Signature, SignatureRich: a.SignatureRich}
}

// Names are all identities of the account, its own first.
func (a Account) Names() []Identity { return append([]Identity{a.Main()}, a.Identities...) }

// Addresses are the addr-specs of all identities.
func (a Account) Addresses() []string {
	var list []string
	for _, i := range a.Names() {
		list = append(list, i.Address)
	}
	return list
}

// Identity returns the identity with an address; the account's own where there is none.
func (a Account) Identity(addr string) Identity {
	for _, i := range a.Names() {
		if strings.EqualFold(i.Address, addr) {
			return i
		}
	}
	return a.Main()
}

// Through is the account as it sends for one of its identities: with the identity's own server, where it has one. It is
// for connecting only and never stored.
func (a Account) Through(i Identity) Account {
	o := i.Own
	if o == nil {
		return a
	}
	was := a.SMTP()
	a.Outgoing = o.Server
	a.POPBeforeSMTP = false
	a.own = ""
	switch {
	case !o.OutgoingAuth:
		a.OutgoingAuth = false
	case o.SameAsAccount && was.Auth == AuthNone:
		// The account sends without a login: what it has is the one for retrieving.
		a.OutgoingAuth, a.SameAsIncoming = true, true
	case o.SameAsAccount:
		a.Outgoing.User = was.User
		if was.Token() {
			a.Outgoing.Auth = was.Auth // a token is no password
		}
	default:
		a.OutgoingAuth, a.SameAsIncoming, a.own = true, false, o.Direction()
		a.OAuth = o.OAuth
	}
	return a
}

// ServerOf is the server that a direction of SecretKinds or OwnSecrets logs in to.
func (a Account) ServerOf(d Direction) Server {
	for _, i := range a.Identities {
		if i.Own != nil && i.Own.Direction() == d {
			return i.Own.Server
		}
	}
	if d == Outgoing {
		return a.SMTP()
	}
	return a.Incoming
}

// OwnSecrets are the directions of the passwords and tokens that identities' own servers may have.
func (a Account) OwnSecrets() []Direction {
	var list []Direction
	for _, i := range a.Identities {
		if i.Own != nil {
			list = append(list, i.Own.Direction())
		}
	}
	return list
}

// As is the account writing under an identity: its name, address, Reply-To and signature are the identity's.
func (a Account) As(i Identity) Account {
	a.Name, a.Address, a.ReplyTo, a.Signature, a.SignatureRich = i.Name, i.Address, i.ReplyTo, i.Signature, i.SignatureRich
	return a
}
