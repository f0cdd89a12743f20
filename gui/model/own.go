package model

import (
	"crypto/rand"
	"strings"

	"poplar/mail"
)

// OwnServerFields are the fields of a Form that count for an identity's own server.
var OwnServerFields = []Field{FieldOutHost, FieldOutPort, FieldOutUser, FieldOutSecret}

// NewOwnServerForm opens the own server of an identity of a for editing, of which only the outgoing side counts; nil is a
// new one, for an address. Same then stands for the account's user name and password.
func NewOwnServerForm(a mail.Account, o *mail.OwnServer, address string) *Form {
	a.Outgoing, a.OutgoingAuth, a.SameAsIncoming, a.OAuth = mail.Server{Security: mail.TLS}, false, true, nil
	if o != nil {
		a.Outgoing, a.OutgoingAuth, a.SameAsIncoming, a.OAuth = o.Server, o.OutgoingAuth, o.SameAsAccount, o.OAuth
	}
	f := NewForm(a)
	f.own = true
	if o == nil {
		// Not in what was opened, so that a password is asked for.
		f.OutgoingAuth, f.Same, f.Out.User = true, false, address
		if _, domain, ok := strings.Cut(address, "@"); ok && goodHost(domain) {
			f.Out.Host = "smtp." + domain
		}
	}
	return f
}

// OwnServer is the identity's own server as it stands in a form of NewOwnServerForm; was is the one that it was opened
// with.
func (f *Form) OwnServer(was *mail.OwnServer) mail.OwnServer {
	o := mail.OwnServer{Server: *f.server(mail.Outgoing), OutgoingAuth: f.OutgoingAuth, SameAsAccount: f.OutgoingAuth && f.Same}
	switch {
	case !f.OwnOutgoing():
		o.User = ""
	case f.SignsIn(mail.Outgoing):
		o.OAuth = f.OAuth
	}
	if was != nil {
		o.ID = was.ID
	} else {
		o.ID = strings.ToLower(rand.Text()[:10])
	}
	return o
}

// OwnSecret is what was given just now to log in to the own server with: a password, or tokens; empty leaves what is stored.
func (f *Form) OwnSecret() string {
	switch {
	case !f.OwnOutgoing():
		return ""
	case f.SignsIn(mail.Outgoing):
		return f.Tokens
	}
	return f.Out.Password
}

// ServerWords names a server and how it is reached: "mail.example.com:465 · TLS".
func ServerWords(s mail.Server, tr Translate) string {
	how := tr("no encryption")
	switch s.Security {
	case mail.TLS, "":
		how = "TLS"
	case mail.STARTTLS:
		how = "STARTTLS"
	case mail.NoTLS:
	}
	return tr("%s · %s", s.Addr(), how)
}
