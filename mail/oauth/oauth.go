package oauth

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/oauth2"

	"poplar/mail"
	"poplar/mail/wire"
)

// Token is what a sign-in came to. It is a secret: it belongs into the keyring, and nowhere else.
type Token struct {
	Access  string    `json:"access,omitempty"`
	Refresh string    `json:"refresh,omitempty"`
	Until   time.Time `json:"until,omitzero"` // when Access runs out; zero: not told
	// Secret is the client's secret where the provider hands one out. Google does so for programs on a desk, too.
	Secret string `json:"secret,omitempty"`
}

// Encode returns the token as text for the keyring.
func (t Token) Encode() string {
	data, _ := json.Marshal(t) // strings and a time can be encoded
	return string(data)
}

// Decode reads what Encode wrote.
func Decode(text string) (Token, error) {
	var t Token
	if err := json.Unmarshal([]byte(text), &t); err != nil {
		return t, errors.New("what the keyring has is no token")
	}
	return t, nil
}

// early is how long before its end a token is renewed, so that it does not run out in the middle of a visit.
const early = 2 * time.Minute

// Fresh reports whether Access can still be used.
func (t Token) Fresh(now time.Time) bool {
	return t.Access != "" && (t.Until.IsZero() || now.Add(early).Before(t.Until))
}

// Error is why a sign-in or the renewal of a token came to nothing.
type Error struct {
	Kind  mail.Kind
	Where string // the host that was asked
	Code  string // the provider's word (RFC 6749, section 5.2): "invalid_grant", "access_denied", …
	Said  string // its sentence
	Err   error
}

// Error implements error.
func (e *Error) Error() string {
	if said := e.said(); said != "" {
		return e.Where + ": " + said
	}
	what, _ := (&mail.Problem{Kind: e.Kind}).Words()
	return e.Where + ": " + what
}

func (e *Error) said() string {
	if e.Code != "" && e.Said != "" {
		return e.Code + ": " + e.Said
	}
	return e.Code + e.Said
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Problem tells the failure in the shared words.
func (e *Error) Problem() *mail.Problem {
	return &mail.Problem{Kind: e.Kind, Where: e.Where, Doing: "log in", Said: e.said(), Err: e}
}

func config(o mail.OAuth, secret string) *oauth2.Config {
	return &oauth2.Config{
		ClientID: o.ClientID, ClientSecret: secret, Scopes: o.Scopes,
		Endpoint: oauth2.Endpoint{AuthURL: o.AuthURL, TokenURL: o.TokenURL, DeviceAuthURL: o.DeviceURL, AuthStyle: oauth2.AuthStyleInParams},
	}
}

// ask asks for a token. Most providers take the client's id and secret among the parameters; one that says that it does not
// know the client so is asked again in the other manner (RFC 6749, section 2.3.1).
func ask(conf *oauth2.Config, do func(conf *oauth2.Config) (*oauth2.Token, error)) (*oauth2.Token, error) {
	t, err := do(conf)
	var said *oauth2.RetrieveError
	if errors.As(err, &said) && said.ErrorCode == "invalid_client" && conf.ClientSecret != "" {
		other := *conf
		other.Endpoint.AuthStyle = oauth2.AuthStyleInHeader
		return do(&other)
	}
	return t, err
}

// Check says what is wrong with settings of OAuth, in an English sentence; empty when nothing is. Pages have to be https, but
// for this computer.
func Check(o mail.OAuth) string {
	if strings.TrimSpace(o.ClientID) == "" {
		return "Type the client id."
	}
	for _, page := range []string{o.AuthURL, o.TokenURL} {
		if !safe(page) {
			return "The pages to sign in have to begin with https://."
		}
	}
	if o.DeviceURL != "" && !safe(o.DeviceURL) {
		return "The pages to sign in have to begin with https://."
	}
	return ""
}

func safe(page string) bool {
	u, err := url.Parse(page)
	if err != nil || u.Hostname() == "" {
		return false
	}
	return u.Scheme == "https" || u.Scheme == "http" && (u.Hostname() == "127.0.0.1" || u.Hostname() == "localhost" || u.Hostname() == "::1")
}

// Client returns the HTTP client for a provider, over connections that dial makes; nil: the network's own.
func Client(dial wire.DialFunc) *http.Client {
	return &http.Client{
		Timeout:       30 * time.Second,
		Transport:     &http.Transport{DialContext: dial, DisableKeepAlives: true, ForceAttemptHTTP2: dial == nil},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

func with(ctx context.Context, c *http.Client) context.Context {
	if c == nil {
		c = Client(nil)
	}
	return context.WithValue(ctx, oauth2.HTTPClient, c)
}

// Refresh renews a token. Where the provider hands out no new refresh token, the old one stays. An *Error of the kind
// mail.LoginRefused says that the person has to sign in again.
func Refresh(ctx context.Context, o mail.OAuth, t Token, c *http.Client) (Token, error) {
	if t.Refresh == "" {
		return t, &Error{Kind: mail.LoginRefused, Where: hostOf(o.TokenURL), Code: "invalid_grant", Said: "the token has run out and cannot be renewed"}
	}
	if wrong := Check(o); wrong != "" {
		return t, &Error{Kind: mail.LoginRefused, Where: hostOf(o.TokenURL), Said: wrong}
	}
	fresh, err := ask(config(o, t.Secret), func(conf *oauth2.Config) (*oauth2.Token, error) {
		return conf.TokenSource(with(ctx, c), &oauth2.Token{RefreshToken: t.Refresh, Expiry: time.Unix(1, 0)}).Token()
	})
	if err != nil {
		return t, explain(err, o.TokenURL)
	}
	return taken(fresh, t), nil
}

func taken(fresh *oauth2.Token, was Token) Token {
	t := Token{Access: fresh.AccessToken, Refresh: fresh.RefreshToken, Until: fresh.Expiry, Secret: was.Secret}
	if t.Refresh == "" {
		t.Refresh = was.Refresh
	}
	return t
}

func hostOf(page string) string {
	u, err := url.Parse(page)
	if err != nil {
		return page
	}
	return u.Host
}

// explain makes an *Error of what the library or the network says.
func explain(err error, page string) *Error {
	var own *Error
	if errors.As(err, &own) {
		return own
	}
	e := &Error{Where: hostOf(page), Err: err}
	var said *oauth2.RetrieveError
	switch {
	case errors.As(err, &said):
		e.Kind, e.Code, e.Said = mail.LoginRefused, said.ErrorCode, firstLine(said.ErrorDescription)
		if said.ErrorCode == "" {
			e.Kind = mail.ServerTemporary
			if said.Response != nil {
				e.Said = said.Response.Status
			}
		}
	default:
		w := wire.Wrap(err, e.Where, "log in")
		e.Kind, e.Said = w.Kind, w.Said
		if e.Kind == mail.Unknown {
			e.Kind, e.Said = mail.Protocol, "the answer cannot be understood"
		}
	}
	return e
}

// firstLine cuts what Microsoft adds: trace ids and times on lines of their own.
func firstLine(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	s = strings.TrimSpace(s)
	if r := []rune(s); len(r) > 300 {
		s = string(r[:300]) + "…"
	}
	return s
}
