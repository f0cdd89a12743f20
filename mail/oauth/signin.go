package oauth

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"html"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"golang.org/x/oauth2"

	"poplar/mail"
)

// Words are what the page says that the browser shows at the end.
type Words struct{ Title, Done, Failed string }

// SignIn has the person sign in in the browser, which open is to show a page, and waits for the browser's return to this
// computer. Secret is the client's, or empty; user is the mail address, which the provider's page may fill in. It ends
// with ctx.
//
// The server for the return listens on 127.0.0.1 only, at a free port, and ends with the first answer that has the right
// state; what others send there is refused. It is run on the calling goroutine.
func SignIn(ctx context.Context, o mail.OAuth, secret, user string, open func(page string) error, w Words, c *http.Client) (Token, error) {
	if wrong := Check(o); wrong != "" {
		return Token{}, &Error{Kind: mail.LoginRefused, Where: hostOf(o.AuthURL), Said: wrong}
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return Token{}, &Error{Kind: mail.Unknown, Where: "127.0.0.1", Err: err}
	}
	conf := config(o, secret)
	conf.RedirectURL = redirect(o, l.Addr().(*net.TCPAddr).Port)
	verifier, state := oauth2.GenerateVerifier(), rand.Text()
	options := []oauth2.AuthCodeOption{oauth2.AccessTypeOffline, oauth2.S256ChallengeOption(verifier), oauth2.SetAuthURLParam("prompt", "consent")}
	if user != "" {
		options = append(options, oauth2.SetAuthURLParam("login_hint", user))
	}
	back := &comeback{state: state, words: w}
	server := &http.Server{Handler: back, ReadHeaderTimeout: 10 * time.Second, MaxHeaderBytes: 64 << 10}
	back.end = func() {
		limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		_ = server.Shutdown(limited)
	}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stop()
	if err := open(conf.AuthCodeURL(state, options...)); err != nil {
		_ = l.Close()
		return Token{}, &Error{Kind: mail.Unknown, Where: hostOf(o.AuthURL), Said: "the browser cannot be opened", Err: err}
	}
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return Token{}, &Error{Kind: mail.Unknown, Where: "127.0.0.1", Err: err}
	}
	code, refused := back.answer()
	switch {
	case refused != nil:
		refused.Where = hostOf(o.AuthURL)
		return Token{}, refused
	case code == "":
		kind := mail.Cancelled
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			kind = mail.Timeout
		}
		return Token{}, &Error{Kind: kind, Where: hostOf(o.AuthURL), Err: ctx.Err()}
	}
	fresh, err := ask(conf, func(conf *oauth2.Config) (*oauth2.Token, error) {
		return conf.Exchange(with(ctx, c), code, oauth2.VerifierOption(verifier))
	})
	if err != nil {
		return Token{}, explain(err, o.TokenURL)
	}
	return lasting(taken(fresh, Token{Secret: secret}), o)
}

// lasting refuses a token that cannot be renewed: it would be of use for an hour only.
func lasting(t Token, o mail.OAuth) (Token, error) {
	if t.Refresh == "" && !t.Until.IsZero() {
		return t, &Error{Kind: mail.LoginRefused, Where: hostOf(o.TokenURL), Said: "the provider hands out no lasting permission; perhaps a scope such as offline_access is missing"}
	}
	return t, nil
}

// redirect is where the browser returns to. Microsoft lets programs choose the port for the name localhost only, everybody else
// follows RFC 8252, section 7.3, and takes the address.
func redirect(o mail.OAuth, port int) string {
	host := "127.0.0.1"
	if strings.Contains(hostOf(o.AuthURL), "microsoftonline.") {
		host = "localhost"
	}
	return fmt.Sprintf("http://%s:%d/", host, port)
}

// comeback serves the browser's return.
type comeback struct {
	state string
	words Words
	end   func()

	mu   sync.Mutex
	came bool // a page that is loaded twice comes twice
	code string
	fail *Error
}

func (b *comeback) answer() (string, *Error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.code, b.fail
}

// ServeHTTP takes the one request that has the right state.
func (b *comeback) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	out.Header().Set("Content-Type", "text/html; charset=utf-8")
	out.Header().Set("Cache-Control", "no-store")
	out.Header().Set("Referrer-Policy", "no-referrer")
	out.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
	if r.Method != http.MethodGet || r.URL.Path != "/" || subtle.ConstantTimeCompare([]byte(q.Get("state")), []byte(b.state)) != 1 {
		out.WriteHeader(http.StatusNotFound)
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	text := b.words.Done
	if b.came {
		return
	}
	b.came = true
	if code := q.Get("error"); code != "" {
		b.fail = &Error{Kind: mail.LoginRefused, Code: printable(code), Said: printable(q.Get("error_description"))}
		text = b.words.Failed
	} else {
		b.code = q.Get("code")
	}
	_, _ = fmt.Fprintf(out, `<!doctype html><title>%[1]s</title><body style="font:16px sans-serif;margin:15vh auto;max-width:30em;text-align:center"><h1 style="font-size:22px">%[1]s</h1><p>%[2]s`,
		html.EscapeString(b.words.Title), html.EscapeString(text))
	context.AfterFunc(r.Context(), b.end) // when the answer has left
}

func printable(s string) string {
	return firstLine(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, s))
}
