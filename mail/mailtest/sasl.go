package mailtest

import (
	"crypto/hmac"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/emersion/go-sasl"

	"poplar/mail/wire"
)

// accounts are users and their passwords (or tokens).
type accounts map[string]string

var errLogin = errors.New("authentication failed")

func (a accounts) check(user, secret string) error {
	if want, ok := a[user]; !ok || want != secret {
		return errLogin
	}
	return nil
}

// server returns the server's side of a mechanism, nil for one it does not know. Ok is told who has logged in. Believe, if
// set, is asked about tokens in place of a.
func (a accounts) server(mechanism string, believe func(user, token string) bool, ok func(user string)) sasl.Server {
	done := func(user, secret string) error {
		switch {
		case believe != nil && (mechanism == wire.XOAuth2 || mechanism == wire.OAuthBearer):
			if !believe(user, secret) {
				return errLogin
			}
		default:
			if err := a.check(user, secret); err != nil {
				return err
			}
		}
		ok(user)
		return nil
	}
	switch mechanism {
	case wire.Plain:
		return sasl.NewPlainServer(func(_, user, secret string) error { return done(user, secret) })
	case wire.Login:
		return &loginServer{done: done}
	case wire.CramMD5:
		return &cramServer{secret: func(user string) string { return a[user] }, ok: ok}
	case wire.XOAuth2:
		return &xoauth2Server{done: done}
	case wire.OAuthBearer:
		return sasl.NewOAuthBearerServer(func(o sasl.OAuthBearerOptions) *sasl.OAuthBearerError {
			if done(o.Username, o.Token) != nil {
				return &sasl.OAuthBearerError{Status: "invalid_token", Schemes: "bearer"}
			}
			return nil
		})
	}
	return nil
}

type loginServer struct {
	step int
	user string
	done func(user, secret string) error
}

func (l *loginServer) Next(response []byte) ([]byte, bool, error) {
	if response == nil && l.step == 0 {
		return []byte("Username:"), false, nil
	}
	l.step++
	if l.step == 1 {
		l.user = string(response)
		return []byte("Password:"), false, nil
	}
	return nil, true, l.done(l.user, string(response))
}

type cramServer struct {
	challenge string
	secret    func(user string) string
	ok        func(user string)
}

func (c *cramServer) Next(response []byte) ([]byte, bool, error) {
	if c.challenge == "" {
		c.challenge = fmt.Sprintf("<%d@poplar.test>", time.Now().UnixNano())
		return []byte(c.challenge), false, nil
	}
	user, digest, _ := strings.Cut(string(response), " ")
	mac := hmac.New(md5.New, []byte(c.secret(user)))
	mac.Write([]byte(c.challenge))
	if c.secret(user) == "" || digest != hex.EncodeToString(mac.Sum(nil)) {
		return nil, true, errLogin
	}
	c.ok(user)
	return nil, true, nil
}

type xoauth2Server struct {
	failed bool
	done   func(user, secret string) error
}

func (x *xoauth2Server) Next(response []byte) ([]byte, bool, error) {
	if x.failed {
		return nil, true, errLogin
	}
	if response == nil {
		return []byte{}, false, nil
	}
	user, rest, _ := strings.Cut(strings.TrimPrefix(string(response), "user="), "\x01auth=Bearer ")
	if x.done(user, strings.TrimRight(rest, "\x01")) == nil {
		return nil, true, nil
	}
	// The client answers this with an empty line before it is refused.
	x.failed = true
	return []byte(`{"status":"401","schemes":"bearer","scope":"https://mail.poplar.test/"}`), false, nil
}
