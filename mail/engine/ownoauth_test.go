package engine

import (
	"context"
	"sync"
	"testing"
	"time"

	"poplar/mail"
	"poplar/mail/mailtest"
	"poplar/mail/oauth"
	"poplar/mail/wire"
)

// The own server of a name is signed in to at a real provider (zitadel/oidc), with tokens of its own: they are kept under the
// server's direction and renewed there, and those of the account are left alone.
func TestOwnServerSignsIn(t *testing.T) {
	const address = "sales@elm.test"
	idp := mailtest.StartIdP(t, map[string]string{address: "web password"})
	own := mailtest.StartSMTP(t, mailtest.SMTPOptions{
		RequireAuth: true, Users: map[string]string{address: "other"}, SASL: []string{wire.XOAuth2, wire.OAuthBearer}, Believe: idp.Believes,
	})
	b := newBench(t, nil, nil)
	server := own.Server(address)
	server.AllowPlaintext = true
	o := idp.OAuth()
	id := mail.Identity{Address: address, Own: &mail.OwnServer{ID: "x1", Server: server, OutgoingAuth: true, OAuth: &o}}
	kept := map[mail.Direction]string{mail.Incoming: secret}
	var mu sync.Mutex // of what is kept
	b.o.Secret = func(_ context.Context, a mail.Account, d mail.Direction) (string, error) {
		mu.Lock()
		defer mu.Unlock()
		if d == mail.Tokens {
			t.Error("asked for the account's tokens")
		}
		return kept[a.SecretOf(d)], nil
	}
	b.o.Keep = func(_ context.Context, a mail.Account, d mail.Direction, s string) error {
		mu.Lock()
		defer mu.Unlock()
		if a.ID != "a1" || a.SecretOf(d) != d {
			t.Errorf("kept as %s of %s", d, a.ID)
		}
		kept[d] = s
		return nil
	}
	ended := make(chan error, 1)
	tokens, err := b.SignIn(t.Context(), b.account.Through(id), "", false, func(page string) error {
		go func() { ended <- browse(t, page, address, "web password") }()
		return nil
	}, nil, [3]string{"Poplar", "Done", "Failed"})
	if err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	kept[id.Own.Direction()] = tokens
	send := func(from string) mail.OutboxItem {
		t.Helper()
		a := b.account
		a.Identities = []mail.Identity{id}
		if err := b.SetAccounts(t.Context(), []mail.Account{a}); err != nil {
			t.Fatal(err)
		}
		d, err := b.NewDraft(t.Context(), "a1")
		if err != nil {
			t.Fatal(err)
		}
		d.From, d.To, d.Subject = mail.Address{Addr: from}, []mail.Address{{Addr: "jonas@weber.example"}}, from
		n, err := b.Send(t.Context(), d)
		if err != nil {
			t.Fatal(err)
		}
		tried, err := b.Flush(t.Context(), n)
		if err != nil || len(tried) == 0 {
			t.Fatalf("%+v, %v", tried, err)
		}
		return tried[0]
	}
	for n, way := range []mail.Auth{mail.AuthXOAuth2, mail.AuthOAuthBearer} {
		id.Own.Auth = way
		if got := send(address); got.State != mail.SentOK || len(own.Messages()) != n+1 || own.Messages()[n].User != address {
			t.Errorf("%s: %s, %+v, %d messages", way, got.State, got.Problem, len(own.Messages()))
		}
	}
	// It has run out: a new one is got, and kept in the place of the old.
	token, err := oauth.Decode(tokens)
	if err != nil {
		t.Fatal(err)
	}
	stale := token
	stale.Access, stale.Until = "", token.Until.AddDate(-1, 0, 0)
	kept[id.Own.Direction()] = stale.Encode()
	if got := send(address); got.State != mail.SentOK {
		t.Errorf("after its end: %s, %+v", got.State, got.Problem)
	}
	fresh, err := oauth.Decode(kept[id.Own.Direction()])
	if err != nil || fresh.Refresh == token.Refresh || fresh.Refresh == "" {
		t.Errorf("the new refresh token is not kept: %v", err)
	}
	// One that the server does not believe is dropped, and the next one got at once.
	fresh.Access = "made-up"
	kept[id.Own.Direction()] = fresh.Encode()
	b.tokens.Clear()
	if got := send(address); got.State != mail.SentOK {
		t.Errorf("a token that was made up: %s, %+v", got.State, got.Problem)
	}
	// The used one stands for a permission that was withdrawn. It is this server that says so, and the account still sends.
	kept[id.Own.Direction()] = stale.Encode()
	b.tokens.Clear()
	got := send(address)
	if got.Problem == nil || got.Problem.Reason() != mail.SignInAgain {
		t.Errorf("withdrawn: %s, %+v", got.State, got.Problem)
	}
	if got := send("anna@birch.example"); got.State != mail.SentOK {
		t.Errorf("the account: %s, %+v", got.State, got.Problem)
	}
	if wait := got.Due.Sub(b.o.Now()); wait < 50*time.Minute {
		t.Errorf("tried again after %v by itself", wait)
	}
}
