package oauth

import (
	"context"
	"net/http"

	"golang.org/x/oauth2"

	"poplar/mail"
)

// Code is what a person types on another device.
type Code struct {
	Page string // where
	User string // what
}

// Device has the person sign in on another device, or in a browser that cannot return to this computer: show is told the
// code and the page, and the provider is asked again and again until the person has done it, the code has run out, or
// ctx ends.
func Device(ctx context.Context, o mail.OAuth, secret string, show func(Code), c *http.Client) (Token, error) {
	wrong := Check(o)
	if wrong == "" && o.DeviceURL == "" {
		wrong = "This provider has no sign-in by code."
	}
	if wrong != "" {
		return Token{}, &Error{Kind: mail.LoginRefused, Where: hostOf(o.AuthURL), Said: wrong}
	}
	conf := config(o, secret)
	ctx = with(ctx, c)
	given, err := conf.DeviceAuth(ctx)
	if err != nil {
		return Token{}, explain(err, o.DeviceURL)
	}
	page := given.VerificationURIComplete
	if page == "" || !safe(page) {
		page = given.VerificationURI
	}
	if !safe(page) {
		return Token{}, &Error{Kind: mail.Protocol, Where: hostOf(o.DeviceURL), Said: "the provider names no page to open"}
	}
	show(Code{Page: page, User: given.UserCode})
	fresh, err := ask(conf, func(conf *oauth2.Config) (*oauth2.Token, error) { return conf.DeviceAccessToken(ctx, given) })
	if err != nil {
		return Token{}, explain(err, o.TokenURL)
	}
	return lasting(taken(fresh, Token{Secret: secret}), o)
}
