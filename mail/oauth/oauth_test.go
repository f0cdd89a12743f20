package oauth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"poplar/mail"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// provider is an authorisation server that a test can bend.
type provider struct {
	*httptest.Server
	t *testing.T

	mu        sync.Mutex
	challenge string
	redirect  string
	form      url.Values // of the last question for a token
	refuse    string     // an error code to refuse tokens with
	pending   int        // how often the device flow is not done yet
	rotate    bool
	lasting   bool
}

func start(t *testing.T) (*provider, mail.OAuth) {
	p := &provider{t: t, lasting: true}
	mux := http.NewServeMux()
	mux.HandleFunc("/token", p.token)
	mux.HandleFunc("/device", func(w http.ResponseWriter, _ *http.Request) {
		reply(w, 200, map[string]any{"device_code": "dev", "user_code": "ABCD-EFGH", "verification_uri": p.URL + "/type", "expires_in": 60, "interval": 1})
	})
	p.Server = httptest.NewServer(mux)
	t.Cleanup(p.Close)
	return p, mail.OAuth{ClientID: "own-id", AuthURL: p.URL + "/auth", TokenURL: p.URL + "/token", DeviceURL: p.URL + "/device", Scopes: []string{"mail", "offline_access"}}
}

func reply(w http.ResponseWriter, status int, body map[string]any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

func (p *provider) token(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	_ = r.ParseForm()
	p.form = r.PostForm
	switch {
	case p.refuse != "":
		reply(w, 400, map[string]any{"error": p.refuse, "error_description": "Token has been expired or revoked.\nTrace ID: 1"})
	case p.pending > 0:
		p.pending--
		reply(w, 400, map[string]any{"error": "authorization_pending"})
	default:
		body := map[string]any{"access_token": "access-1", "token_type": "Bearer", "expires_in": 3600}
		if p.rotate || p.lasting && r.PostForm.Get("grant_type") != "refresh_token" {
			body["refresh_token"] = "refresh-1"
		}
		reply(w, 200, body)
	}
}

// browser is a person who agrees, or not: it goes where the page would send it.
func (p *provider) browser(t *testing.T, query func(state string) url.Values) func(string) error {
	return func(page string) error {
		u, err := url.Parse(page)
		if err != nil {
			return err
		}
		q := u.Query()
		p.mu.Lock()
		p.challenge, p.redirect = q.Get("code_challenge"), q.Get("redirect_uri")
		p.mu.Unlock()
		if q.Get("client_id") != "own-id" || q.Get("code_challenge_method") != "S256" || q.Get("login_hint") != "anna@birch.test" || q.Get("scope") != "mail offline_access" {
			t.Errorf("the page is %s", page)
		}
		go func() {
			// A stranger's attempt comes first, and is of no use.
			if r, err := http.Get(q.Get("redirect_uri") + "?state=wrong&code=evil"); err == nil {
				_ = r.Body.Close()
				if r.StatusCode != http.StatusNotFound {
					t.Errorf("a wrong state is answered by %s", r.Status)
				}
			}
			r, err := http.Get(q.Get("redirect_uri") + "?" + query(q.Get("state")).Encode())
			if err != nil {
				t.Errorf("the return: %v", err)
				return
			}
			body, _ := io.ReadAll(r.Body)
			_ = r.Body.Close()
			http.DefaultClient.CloseIdleConnections()
			if !strings.Contains(string(body), "<h1") {
				t.Errorf("the browser shows %q", body)
			}
		}()
		return nil
	}
}

var words = Words{Title: "Poplar", Done: "You can close this page.", Failed: "It came to nothing."}

func TestSignIn(t *testing.T) {
	p, o := start(t)
	token, err := SignIn(t.Context(), o, "shh", "anna@birch.test", p.browser(t, func(state string) url.Values { return url.Values{"state": {state}, "code": {"good"}} }), words, nil)
	if err != nil {
		t.Fatal(err)
	}
	if token.Access != "access-1" || token.Refresh != "refresh-1" || token.Secret != "shh" || time.Until(token.Until) < 50*time.Minute {
		t.Errorf("%+v", token)
	}
	if p.form.Get("code") != "good" || p.form.Get("code_verifier") == "" || p.form.Get("client_secret") != "shh" || !strings.HasPrefix(p.redirect, "http://127.0.0.1:") {
		t.Errorf("asked for the token with %v, to come back to %s", p.form, p.redirect)
	}
	back, err := Decode(token.Encode())
	if err != nil || back.Refresh != token.Refresh || !back.Until.Equal(token.Until) {
		t.Errorf("from the keyring comes %+v, %v", back, err)
	}
	if !token.Fresh(time.Now()) || token.Fresh(time.Now().Add(time.Hour)) {
		t.Error("it is fresh for an hour")
	}
}

func TestSignInFails(t *testing.T) {
	for _, c := range []struct {
		name  string
		bend  func(p *provider, o *mail.OAuth)
		query func(state string) url.Values
		kind  mail.Kind
		said  string
	}{
		{"the person says no", nil, func(s string) url.Values {
			return url.Values{"state": {s}, "error": {"access_denied"}, "error_description": {"The user <b>denied</b> access"}}
		}, mail.LoginRefused, "access_denied"},
		{"the provider refuses the code", func(p *provider, _ *mail.OAuth) { p.refuse = "invalid_client" }, nil, mail.LoginRefused, "invalid_client: Token has been"},
		{"nothing that lasts", func(p *provider, _ *mail.OAuth) { p.lasting = false }, nil, mail.LoginRefused, "offline_access"},
		{"no client id", func(_ *provider, o *mail.OAuth) { o.ClientID = " " }, nil, mail.LoginRefused, "client id"},
		{"a page in the clear", func(_ *provider, o *mail.OAuth) { o.AuthURL = "http://accounts.example.com/" }, nil, mail.LoginRefused, "https"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, o := start(t)
			if c.bend != nil {
				c.bend(p, &o)
			}
			if c.query == nil {
				c.query = func(s string) url.Values { return url.Values{"state": {s}, "code": {"good"}} }
			}
			_, err := SignIn(t.Context(), o, "", "anna@birch.test", p.browser(t, c.query), words, nil)
			problem := mail.ProblemOf(err)
			if problem == nil || problem.Kind != c.kind || !strings.Contains(problem.Said, c.said) {
				t.Errorf("%+v", problem)
			}
		})
	}
}

func TestSignInCancelled(t *testing.T) {
	_, o := start(t)
	ctx, cancel := context.WithCancel(t.Context())
	_, err := SignIn(ctx, o, "", "", func(string) error { cancel(); return nil }, words, nil)
	if mail.ProblemOf(err).Kind != mail.Cancelled {
		t.Errorf("%v", err)
	}
	_, err = SignIn(t.Context(), o, "", "", func(string) error { return errors.New("no browser") }, words, nil)
	if mail.ProblemOf(err) == nil || !strings.Contains(fmt.Sprint(err), "browser") {
		t.Errorf("without a browser: %v", err)
	}
}

func TestDevice(t *testing.T) {
	p, o := start(t)
	p.pending = 1
	var shown Code
	token, err := Device(t.Context(), o, "", func(c Code) { shown = c }, nil)
	if err != nil || token.Refresh != "refresh-1" || shown.User != "ABCD-EFGH" || shown.Page != p.URL+"/type" {
		t.Errorf("%+v, %+v, %v", token, shown, err)
	}
	p.refuse = "expired_token"
	if _, err := Device(t.Context(), o, "", func(Code) {}, nil); mail.ProblemOf(err) == nil || mail.ProblemOf(err).Kind != mail.LoginRefused {
		t.Errorf("a code that ran out: %v", err)
	}
	o.DeviceURL = ""
	if _, err := Device(t.Context(), o, "", func(Code) {}, nil); err == nil {
		t.Error("a provider without it gives a token")
	}
}

func TestRefresh(t *testing.T) {
	p, o := start(t)
	was := Token{Access: "old", Refresh: "keep", Secret: "shh", Until: time.Now().Add(-time.Hour)}
	now, err := Refresh(t.Context(), o, was, nil)
	if err != nil || now.Access != "access-1" || now.Refresh != "keep" || now.Secret != "shh" || p.form.Get("refresh_token") != "keep" {
		t.Errorf("%+v, %v", now, err)
	}
	p.rotate = true
	if now, err = Refresh(t.Context(), o, was, nil); err != nil || now.Refresh != "refresh-1" {
		t.Errorf("a new refresh token: %+v, %v", now, err)
	}
	p.refuse = "invalid_grant"
	_, err = Refresh(t.Context(), o, was, nil)
	problem := mail.ProblemOf(err)
	if problem.Kind != mail.LoginRefused || problem.Reason() != mail.SignInAgain || strings.Contains(problem.Said, "Trace") {
		t.Errorf("withdrawn: %+v, %s", problem, problem.Reason())
	}
	p.Close()
	if _, err = Refresh(t.Context(), o, was, nil); mail.ProblemOf(err).Kind != mail.Unreachable {
		t.Errorf("nobody there: %v", err)
	}
	if _, err = Refresh(t.Context(), o, Token{}, nil); mail.ProblemOf(err).Reason() != mail.SignInAgain {
		t.Errorf("nothing to renew: %v", err)
	}
}
