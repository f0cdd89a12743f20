package engine

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"poplar/mail"
	"poplar/mail/mailtest"
	"poplar/mail/oauth"
	"poplar/mail/wire"
)

// browse is a person in a browser who signs in on the provider's page and lets it return.
func browse(t *testing.T, page, user, password string) error {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return err
	}
	c := &http.Client{Jar: jar, Transport: &http.Transport{DisableKeepAlives: true}}
	form, err := c.Get(page)
	if err != nil {
		return err
	}
	body, err := io.ReadAll(form.Body)
	_ = form.Body.Close()
	if err != nil {
		return err
	}
	id := regexp.MustCompile(`name="id" value="([^"]+)"`).FindSubmatch(body)
	if id == nil {
		return fmt.Errorf("no form at %s: %s", form.Request.URL, body)
	}
	done, err := c.PostForm(form.Request.URL.Scheme+"://"+form.Request.URL.Host+"/login/username", url.Values{"id": {string(id[1])}, "username": {user}, "password": {password}})
	if err != nil {
		return err
	}
	defer done.Body.Close()
	if host := done.Request.URL.Hostname(); host != "127.0.0.1" {
		said, _ := io.ReadAll(done.Body)
		t.Logf("the browser ended at %s: %s", done.Request.URL, said)
	}
	return nil
}

// Against a real identity provider (zitadel/oidc), a real Dovecot whose oauth2 passdb asks it, and an SMTP server that does:
// sign in, retrieve and send with the token, renew it, and explain that it was withdrawn.
func TestRealSignIn(t *testing.T) {
	const address = "anna@birch.test"
	idp := mailtest.StartIdP(t, map[string]string{address: "web password"})
	dovecot := mailtest.StartDovecot(t, mailtest.DovecotOptions{Users: map[string]string{address: "other"}, IdP: idp})
	ca := mailtest.NewCA()
	file, err := ca.File(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	smtp := mailtest.StartSMTP(t, mailtest.SMTPOptions{
		TLS: ca.ServerTLS(), RequireTLS: true, RequireAuth: true, Users: map[string]string{address: "other"},
		SASL: []string{wire.XOAuth2, wire.OAuthBearer}, Believe: idp.Believes,
	})
	var mu sync.Mutex // of what is kept
	kept := ""
	e, err := Open(t.Context(), Options{
		Dir: filepath.Join(t.TempDir(), "data"),
		Secret: func(_ context.Context, _ mail.Account, d mail.Direction) (string, error) {
			if d != mail.Tokens {
				t.Errorf("asked for the secret %q", d)
			}
			mu.Lock()
			defer mu.Unlock()
			return kept, nil
		},
		Keep: func(_ context.Context, _ mail.Account, _ mail.Direction, s string) error {
			mu.Lock()
			defer mu.Unlock()
			kept = s
			return nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	a := mail.DefaultAccount()
	a.ID, a.Address = "a1", address
	a.Incoming, a.Outgoing = dovecot.Server(address, mail.TLS), smtp.Server(address)
	a.Outgoing.CAFile = file
	o := idp.OAuth()
	a.OAuth = &o
	signIn := func() oauth.Token {
		t.Helper()
		ended := make(chan error, 1)
		text, err := e.SignIn(t.Context(), a, "", false, func(page string) error {
			go func() { ended <- browse(t, page, address, "web password") }()
			return nil
		}, nil, [3]string{"Poplar", "Done", "Failed"})
		if err != nil {
			t.Fatal(err)
		}
		if err := <-ended; err != nil {
			t.Fatal(err)
		}
		kept = text
		token, err := oauth.Decode(text)
		if err != nil || token.Access == "" || token.Refresh == "" || token.Until.IsZero() {
			t.Fatalf("signed in with %+v, %v", token, err)
		}
		return token
	}
	visit := func() *mail.Problem {
		t.Helper()
		reports, err := e.Receive(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return reports[0].Problem
	}
	sent := 0
	send := func() *mail.Problem {
		t.Helper()
		sent++
		id, err := e.SendRaw(t.Context(), a.ID, letterTo(sent, "jonas@weber.example"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := e.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		list, err := e.Outbox(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range list {
			if o.ID == id {
				return o.Problem
			}
		}
		return nil
	}
	for _, way := range []mail.Auth{mail.AuthXOAuth2, mail.AuthOAuthBearer} {
		a.Incoming.Auth, a.Outgoing.Auth = way, way
		if err := e.SetAccounts(t.Context(), []mail.Account{a}); err != nil {
			t.Fatal(err)
		}
		signIn()
		if p := visit(); p != nil {
			t.Fatalf("%s: %v", way, p)
		}
		if p := send(); p != nil {
			t.Fatalf("%s, sending: %v", way, p)
		}
	}
	if list := smtp.Messages(); len(list) != 2 || list[0].User != address || list[1].User != address {
		t.Errorf("the server for sending has %d messages", len(list))
	}
	// A token that has run out is renewed without anybody noticing; the provider hands out a new refresh token, which is kept.
	token := signIn()
	stale := token
	stale.Access, stale.Until = "", token.Until.AddDate(-1, 0, 0)
	kept = stale.Encode()
	if p := visit(); p != nil {
		t.Fatalf("after its end: %v", p)
	}
	if now, err := oauth.Decode(kept); err != nil || now.Refresh == token.Refresh || now.Refresh == "" {
		t.Errorf("the new refresh token is not kept: %v", err)
	}
	// The same while a visit and a message are on their way at once: it is renewed once, and serves both.
	again, err := oauth.Decode(kept)
	if err != nil {
		t.Fatal(err)
	}
	again.Access, again.Until = "", again.Until.AddDate(-1, 0, 0)
	kept = again.Encode()
	e.tokens.Clear()
	both := make(chan *mail.Problem)
	go func() {
		reports, err := e.Receive(t.Context())
		if err != nil {
			both <- mail.ProblemOf(err)
			return
		}
		both <- reports[0].Problem
	}()
	if p := send(); p != nil {
		t.Errorf("sending meanwhile: %v", p)
	}
	if p := <-both; p != nil {
		t.Errorf("visiting meanwhile: %v", p)
	}
	// The used one is of no use any more: that is what a withdrawn permission looks like.
	kept = stale.Encode()
	e.tokens.Clear()
	if p := visit(); p == nil || p.Reason() != mail.SignInAgain || !strings.Contains(p.Said, "invalid") {
		t.Errorf("withdrawn: %+v", p)
	}
	if p := send(); p == nil || p.Reason() != mail.SignInAgain {
		t.Errorf("withdrawn, sending: %+v", p)
	}
	// A token that a mail server does not believe is dropped, and a fresh one is got at once.
	fresh := signIn()
	fresh.Access = "made-up"
	kept = fresh.Encode()
	if p := visit(); p != nil {
		t.Errorf("a token that was made up: %v", p)
	}
	fresh = signIn()
	fresh.Access = "made-up"
	kept = fresh.Encode()
	was := len(smtp.Messages())
	if p := send(); p != nil {
		t.Errorf("a token that was made up, sending: %v", p)
	}
	if n := len(smtp.Messages()); n <= was {
		t.Errorf("%d messages, then %d", was, n)
	}
}

// The same by a code that is typed on another device.
func TestRealSignInByCode(t *testing.T) {
	const address = "anna@birch.test"
	idp := mailtest.StartIdP(t, map[string]string{address: "web password"})
	e, err := Open(t.Context(), Options{Dir: filepath.Join(t.TempDir(), "data")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	a := mail.DefaultAccount()
	a.Address, a.Incoming.User = address, address
	o := idp.OAuth()
	o.ClientID = "poplar-device"
	a.OAuth = &o
	text, err := e.SignIn(t.Context(), a, "secret", true, nil, func(page, code string) {
		jar, err := cookiejar.New(nil)
		if err != nil {
			t.Error(err)
			return
		}
		c := &http.Client{Jar: jar, Transport: &http.Transport{DisableKeepAlives: true}}
		r, err := c.PostForm(idp.URL+"device/login", url.Values{"user_code": {code}, "username": {address}, "password": {"web password"}})
		if err != nil {
			t.Error(err)
			return
		}
		_ = r.Body.Close()
		for _, cookie := range r.Cookies() { // it is meant for https, which this provider does without
			cookie.Secure = false
			jar.SetCookies(r.Request.URL, []*http.Cookie{cookie})
		}
		if r, err = c.Get(idp.URL + "device/confirm?action=allowed"); err != nil {
			t.Error(err)
			return
		}
		said, _ := io.ReadAll(r.Body)
		_ = r.Body.Close()
		if r.StatusCode != http.StatusOK {
			t.Errorf("at %s: %s %s", page, r.Status, said)
		}
	}, [3]string{})
	// This provider's store gives such clients no refresh token: it has come to the end when that is what is said.
	if p := mail.ProblemOf(err); text != "" || p == nil || !strings.Contains(p.Said, "no lasting permission") {
		t.Errorf("signed in with %q, %v", text, err)
	}
}
