package wire

import (
	"crypto/hmac"
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/emersion/go-sasl"

	"poplar/mail"
)

// The SASL mechanisms that Poplar speaks.
const (
	Plain       = "PLAIN"       // RFC 4616
	Login       = "LOGIN"       // draft-murchison-sasl-login
	CramMD5     = "CRAM-MD5"    // RFC 2195
	XOAuth2     = "XOAUTH2"     // as Google and Microsoft publish it
	OAuthBearer = "OAUTHBEARER" // RFC 7628
)

var mechanisms = map[mail.Auth]string{
	mail.AuthPlain: Plain, mail.AuthLogin: Login, mail.AuthCramMD5: CramMD5,
	mail.AuthXOAuth2: XOAuth2, mail.AuthOAuthBearer: OAuthBearer,
}

// Mechanisms returns the SASL mechanisms to try, best first, out of those a server offers. Under mail.AuthAuto that is
// PLAIN, LOGIN, CRAM-MD5 over TLS and CRAM-MD5 first without; tokens are used only where the account asks for them. A
// mechanism that shows the password is left out of an unencrypted connection unless allowPlaintext; when nothing else is left the
// error's Kind is mail.NoEncryption.
func Mechanisms(want mail.Auth, offered []string, encrypted, allowPlaintext bool) ([]string, error) {
	var order []string
	switch want {
	case mail.AuthNone:
		return nil, nil
	case "", mail.AuthAuto:
		order = []string{Plain, Login, CramMD5}
		if !encrypted {
			order = []string{CramMD5, Plain, Login}
		}
	default:
		m, ok := mechanisms[want]
		if !ok {
			return nil, &Error{Kind: mail.Protocol, Doing: loggingIn, Said: fmt.Sprintf("%q is not a SASL mechanism", want)}
		}
		order = []string{m}
	}
	var usable []string
	open := false
	for _, m := range order {
		if !slices.ContainsFunc(offered, func(o string) bool { return strings.EqualFold(o, m) }) {
			continue
		}
		if m != CramMD5 && !encrypted && !allowPlaintext {
			open = true
			continue
		}
		usable = append(usable, m)
	}
	switch {
	case len(usable) > 0:
		return usable, nil
	case open:
		return nil, &Error{Kind: mail.NoEncryption, Doing: loggingIn, Said: "the connection is not encrypted and the password would be readable on the way"}
	case len(offered) == 0:
		return nil, &Error{Kind: mail.ServerPermanent, Doing: loggingIn, Said: SaidNoLogin}
	}
	return nil, &Error{
		Kind: mail.ServerPermanent, Doing: loggingIn,
		Said: fmt.Sprintf(saidOthers+"%s; the account wants %s", strings.Join(offered, ", "), strings.Join(order, " or ")),
	}
}

const (
	loggingIn = "log in"
	// SaidNoLogin is what is seen of a server that offers no login at all.
	SaidNoLogin = "the server offers no way to log in"
	saidOthers  = "the server offers "
)

// OtherLogins reports whether an error's Said tells that a server offers ways to log in, but not the one that is wanted.
func OtherLogins(said string) bool { return said != SaidNoLogin && strings.HasPrefix(said, saidOthers) }

// SASL returns the client's side of a mechanism for s.User and secret, which is a password or a token.
func SASL(mechanism string, s mail.Server, secret string) (sasl.Client, error) {
	if strings.ContainsRune(s.User, 0) || strings.ContainsRune(secret, 0) {
		return nil, &Error{Kind: mail.LoginRefused, Where: s.Addr(), Doing: loggingIn, Said: "a user name or password cannot hold a NUL character"}
	}
	switch strings.ToUpper(mechanism) {
	case Plain:
		return sasl.NewPlainClient("", s.User, secret), nil
	case Login:
		return &login{answers: []string{s.User, secret}}, nil
	case CramMD5:
		return &cramMD5{s.User, secret}, nil
	case XOAuth2:
		start := "user=" + s.User + "\x01auth=Bearer " + secret + "\x01\x01"
		return &bearer{mechanism: XOAuth2, start: []byte(start), end: []byte{}}, nil
	case OAuthBearer:
		_, start, err := sasl.NewOAuthBearerClient(&sasl.OAuthBearerOptions{Username: s.User, Token: secret, Host: s.Host, Port: s.Port}).Start()
		return &bearer{mechanism: OAuthBearer, start: start, end: []byte{1}}, err
	}
	return nil, &Error{Kind: mail.Protocol, Where: s.Addr(), Doing: loggingIn, Said: fmt.Sprintf("the mechanism %q is not known", mechanism)}
}

// login answers the first question with the user name and the second with the password, whatever their wording:
// servers ask "Username:", "User Name", "334 VXNlcm5hbWU6" in many spellings, and go-sasl knows only one of them.
type login struct{ answers []string }

func (l *login) Start() (string, []byte, error) { return Login, nil, nil }

func (l *login) Next([]byte) ([]byte, error) {
	if len(l.answers) == 0 {
		return nil, sasl.ErrUnexpectedServerChallenge
	}
	answer := l.answers[0]
	l.answers = l.answers[1:]
	return []byte(answer), nil
}

type cramMD5 struct{ user, secret string }

func (c *cramMD5) Start() (string, []byte, error) { return CramMD5, nil, nil }

func (c *cramMD5) Next(challenge []byte) ([]byte, error) {
	if c.secret == "" && c.user == "" || len(challenge) == 0 {
		return nil, sasl.ErrUnexpectedServerChallenge
	}
	mac := hmac.New(md5.New, []byte(c.secret))
	mac.Write(challenge)
	answer := c.user + " " + hex.EncodeToString(mac.Sum(nil))
	c.user, c.secret = "", "" // one challenge only
	return []byte(answer), nil
}

// bearer sends a token. A challenge after it is the reason of a refusal as JSON; it must be answered by end before
// the server says its real no.
type bearer struct {
	mechanism string
	start     []byte
	end       []byte
	ended     bool
}

func (b *bearer) Start() (string, []byte, error) { return b.mechanism, b.start, nil }

func (b *bearer) Next([]byte) ([]byte, error) {
	if b.ended {
		return nil, sasl.ErrUnexpectedServerChallenge
	}
	b.ended = true
	return b.end, nil
}
