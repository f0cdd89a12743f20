package mail

import "strings"

// Identity is a name and address that a person writes under, besides the account's own.
type Identity struct {
	Name      string `json:"name"`
	Address   string `json:"address"`
	ReplyTo   string `json:"reply_to,omitempty"`
	Signature string `json:"signature,omitempty"`
	// Via is the account whose outgoing server sends for this identity; empty: the account it belongs to.
	Via AccountID `json:"via,omitempty"`
}

// From is the identity's mailbox for the From field.
func (i Identity) From() Address { return Address{Name: i.Name, Addr: i.Address} }

// Main is the account's own identity.
func (a Account) Main() Identity {
	return Identity{Name: a.Name, Address: a.Address, ReplyTo: a.ReplyTo, Signature: a.Signature}
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

// As is the account writing under an identity: its name, address, Reply-To and signature are the identity's.
func (a Account) As(i Identity) Account {
	a.Name, a.Address, a.ReplyTo, a.Signature = i.Name, i.Address, i.ReplyTo, i.Signature
	return a
}
