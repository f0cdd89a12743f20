package wire_test

import (
	"errors"
	"net"
	"slices"
	"strings"
	"testing"

	"github.com/emersion/go-smtp"

	"poplar/mail"
	"poplar/mail/mailtest"
	"poplar/mail/wire"
)

func TestMechanisms(t *testing.T) {
	all := []string{"plain", "LOGIN", "CRAM-MD5", "XOAUTH2", "OAUTHBEARER", "NTLM"}
	tests := []struct {
		name             string
		want             mail.Auth
		offered          []string
		encrypted, plain bool
		got              []string
		kind             mail.Kind
	}{
		{"auto over TLS", mail.AuthAuto, all, true, false, []string{"PLAIN", "LOGIN", "CRAM-MD5"}, ""},
		{"unset is auto", "", all, true, false, []string{"PLAIN", "LOGIN", "CRAM-MD5"}, ""},
		{"auto in the clear", mail.AuthAuto, all, false, false, []string{"CRAM-MD5"}, ""},
		{"auto in the clear, allowed", mail.AuthAuto, all, false, true, []string{"CRAM-MD5", "PLAIN", "LOGIN"}, ""},
		{"nothing but plaintext", mail.AuthAuto, []string{"PLAIN", "LOGIN"}, false, false, nil, mail.NoEncryption},
		{"tokens only when wanted", mail.AuthAuto, []string{"XOAUTH2"}, true, false, nil, mail.ServerPermanent},
		{"token", mail.AuthXOAuth2, all, true, false, []string{"XOAUTH2"}, ""},
		{"bearer", mail.AuthOAuthBearer, all, true, false, []string{"OAUTHBEARER"}, ""},
		{"token in the clear", mail.AuthXOAuth2, all, false, false, nil, mail.NoEncryption},
		{"wanted and not offered", mail.AuthCramMD5, []string{"PLAIN"}, true, false, nil, mail.ServerPermanent},
		{"nothing offered", mail.AuthAuto, nil, true, false, nil, mail.ServerPermanent},
		{"none needed", mail.AuthNone, all, true, false, nil, ""},
		{"no SASL", mail.AuthAPOP, all, true, false, nil, mail.Protocol},
	}
	for _, c := range tests {
		t.Run(c.name, func(t *testing.T) {
			got, err := wire.Mechanisms(c.want, c.offered, c.encrypted, c.plain)
			if !slices.Equal(got, c.got) || kind(err) != c.kind {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
}

func TestSASL(t *testing.T) {
	s := mailtest.StartSMTP(t, mailtest.SMTPOptions{Users: map[string]string{"anna": "pässword 密"}})
	for _, mechanism := range []string{wire.Plain, wire.Login, wire.CramMD5, wire.XOAuth2, wire.OAuthBearer} {
		for _, secret := range []string{"pässword 密", "wrong"} {
			t.Run(mechanism+" "+secret, func(t *testing.T) {
				raw, err := net.Dial("tcp", s.Addr())
				if err != nil {
					t.Fatal(err)
				}
				defer raw.Close()
				a, err := wire.SASL(strings.ToLower(mechanism), s.Server("anna"), secret)
				if err != nil {
					t.Fatal(err)
				}
				err = smtp.NewClient(raw).Auth(a)
				var refused *smtp.SMTPError
				if secret != "wrong" && err != nil || secret == "wrong" && (!errors.As(err, &refused) || refused.Code != 535) {
					t.Errorf("got %v", err)
				}
			})
		}
	}
	for _, bad := range []struct{ mechanism, user, secret string }{{"NTLM", "a", "b"}, {wire.Plain, "a\x00b", "c"}, {wire.Plain, "a", "b\x00c"}} {
		if _, err := wire.SASL(bad.mechanism, mail.Server{User: bad.user}, bad.secret); err == nil {
			t.Errorf("%+v is taken", bad)
		}
	}
	// A server that never stops asking must not be fed for ever.
	for _, mechanism := range []string{wire.Plain, wire.Login, wire.CramMD5, wire.XOAuth2, wire.OAuthBearer} {
		a, err := wire.SASL(mechanism, mail.Server{User: "anna"}, "secret")
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := a.Start(); err != nil {
			t.Fatal(err)
		}
		for range 3 {
			_, err = a.Next([]byte("more?"))
		}
		if err == nil {
			t.Errorf("%s answers every challenge", mechanism)
		}
	}
}
