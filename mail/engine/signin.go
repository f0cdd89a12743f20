package engine

import (
	"context"
	"net"
	"time"

	"poplar/mail"
	"poplar/mail/oauth"
	"poplar/mail/wire"
)

// circumstances are those of an account's connections: through its proxy, to whichever of a server's two names answers.
// Secret gives the proxy's password, which is asked for only where there is one.
func (e *Engine) circumstances(a mail.Account, t *wire.Transcript, secret func(mail.Direction) (string, error)) wire.Options {
	o := wire.Options{Transcript: t, Sessions: e.sessions, Reached: &e.reached, DialContext: e.o.Dial}
	if a.Proxy == mail.ProxyNone || a.Proxy == "" && e.o.Dial != nil {
		return o
	}
	dial, err := wire.Dialer(a.Proxy, func(context.Context) (string, error) {
		s, err := secret(mail.ProxyWay)
		t.Mask(s)
		return s, err
	}, e.o.Dial)
	if err != nil {
		dial = func(context.Context, string, string) (net.Conn, error) {
			return nil, &wire.ProxyError{Proxy: "of the account", Err: err}
		}
	}
	o.DialContext = dial
	return o
}

// credential is what a server is logged in to with: the password, or where the account signs in on the provider's page,
// an access token, renewed if it has run out. Secret gives what the keyring has.
func (e *Engine) credential(ctx context.Context, a mail.Account, d mail.Direction, secret func(mail.Direction) (string, error)) (string, error) {
	s := a.Incoming
	if d == mail.Outgoing {
		s = a.SMTP()
	}
	if !s.Token() || a.OAuth == nil || d != mail.Incoming && d != mail.Outgoing {
		return secret(d)
	}
	// One at a time: of two that renew with the same token a provider refuses the second, as if it were withdrawn.
	turn, _ := e.renewing.LoadOrStore(a.ID, make(chan struct{}, 1))
	select {
	case turn.(chan struct{}) <- struct{}{}:
		defer func() { <-turn.(chan struct{}) }()
	case <-ctx.Done():
		return "", ctx.Err()
	}
	tokens := a.TokensOf(d)
	kept, err := secret(tokens)
	if err != nil {
		return "", err
	}
	t, err := oauth.Decode(kept)
	if err != nil {
		return "", &mail.Problem{Kind: mail.PasswordMissing, Where: a.Address, Doing: "log in", Err: err}
	}
	now := e.o.Now()
	if known, ok := e.tokens.Load(t.Refresh); ok && known.(oauth.Token).Fresh(now) {
		return known.(oauth.Token).Access, nil
	}
	if t.Fresh(now) {
		return t.Access, nil
	}
	fresh, err := oauth.Refresh(ctx, *a.OAuth, t, oauth.Client(e.circumstances(a, nil, secret).DialContext))
	if err != nil {
		return "", err
	}
	e.tokens.Store(fresh.Refresh, fresh)
	if fresh.Refresh != t.Refresh && e.o.Keep != nil {
		// The old one may be of no use any more. Without it the person would have to sign in again.
		if err := e.o.Keep(ctx, a, tokens, fresh.Encode()); err != nil {
			e.log.Warn("a renewed token is not kept", "account", a.ID, "error", err)
			e.tokens.Store(t.Refresh, fresh)
		}
	}
	return fresh.Access, nil
}

// logIn opens a session with a server of an account. Where an access token is refused, because it was withdrawn before its
// time, that is dropped, and a fresh one is tried once.
func logIn[T any](ctx context.Context, e *Engine, acc *account, a mail.Account, d mail.Direction, secret string, open func(secret string) (T, error)) (T, error) {
	session, err := open(secret)
	if err == nil || !e.distrust(ctx, a, d, mail.ProblemOf(err)) {
		return session, err
	}
	fresh, renewed := e.secret(ctx, acc, a, d)
	switch {
	case renewed != nil:
		return session, renewed
	case fresh == secret:
		return session, err
	}
	return open(fresh)
}

// distrust forgets the access token of an account whose server has refused it with p. It reports whether there is one to
// forget. Dovecot calls it a temporary failure when the provider tells it that a token is of no use.
func (e *Engine) distrust(ctx context.Context, a mail.Account, d mail.Direction, p *mail.Problem) bool {
	s := a.Incoming
	if d != mail.Incoming {
		s = a.SMTP()
	}
	if a.OAuth == nil || !s.Token() || p == nil || p.Kind != mail.LoginRefused && (p.Kind != mail.ServerTemporary || p.Doing != "log in") {
		return false
	}
	tokens := a.TokensOf(d)
	kept, err := e.o.Secret(ctx, a, tokens)
	if err != nil {
		return false
	}
	t, err := oauth.Decode(kept)
	if err != nil {
		return false
	}
	e.tokens.Delete(t.Refresh)
	if t.Access != "" && e.o.Keep != nil {
		t.Access, t.Until = "", time.Time{}
		_ = e.o.Keep(ctx, a, tokens, t.Encode()) // who comes next meets the same refusal, and says so
	}
	return true
}

// SignIn has the person sign in on the provider's page, for an account that need not be saved. Secret is the client's own,
// or empty. With device the person is told a code and a page; without, open shows the page in the browser. It returns what
// is to be kept as the secret of mail.Tokens, or for an identity's own server as the secret of its direction.
func (e *Engine) SignIn(ctx context.Context, a mail.Account, secret string, device bool, open func(page string) error, show func(page, code string), w [3]string) (string, error) {
	if a.OAuth == nil {
		return "", &mail.Problem{Kind: mail.LoginRefused, Where: a.Address, Doing: "log in", Said: "Type the client id."}
	}
	client := oauth.Client(e.circumstances(a, nil, func(d mail.Direction) (string, error) { return e.o.Secret(ctx, a, d) }).DialContext)
	var t oauth.Token
	var err error
	if device {
		t, err = oauth.Device(ctx, *a.OAuth, secret, func(c oauth.Code) { show(c.Page, c.User) }, client)
	} else {
		t, err = oauth.SignIn(ctx, *a.OAuth, secret, a.Incoming.User, open, oauth.Words{Title: w[0], Done: w[1], Failed: w[2]}, client)
	}
	if err != nil {
		return "", err
	}
	return t.Encode(), nil
}
