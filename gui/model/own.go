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
	a.Outgoing, a.OutgoingAuth, a.SameAsIncoming = mail.Server{Security: mail.TLS}, false, true
	if o != nil {
		a.Outgoing, a.OutgoingAuth, a.SameAsIncoming = o.Server, o.OutgoingAuth, o.SameAsAccount
	}
	f := NewForm(a)
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
	if !f.OwnOutgoing() {
		o.User = ""
	}
	if was != nil {
		o.ID = was.ID
	} else {
		o.ID = strings.ToLower(rand.Text()[:10])
	}
	return o
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
