package model

import (
	"net"
	"net/url"
	"strconv"
	"strings"

	"poplar/mail"
)

// The ways to reach the servers, as ProxyForm.Kind.
const (
	ProxyEnvironment = "" // as the environment says
	ProxyDirect      = mail.ProxyNone
	ProxySOCKS       = "socks5"
	ProxyHTTP        = "http"
	ProxyHTTPS       = "https"
)

// ProxyForm is the proxy of an account as a person is editing it.
type ProxyForm struct {
	Kind     string
	Host     string // with a port or without
	User     string
	Password string // typed now; empty leaves the stored one as it is
}

func newProxyForm(address string) ProxyForm {
	if address == ProxyEnvironment || address == ProxyDirect {
		return ProxyForm{Kind: address}
	}
	u, err := url.Parse(address)
	if err != nil {
		return ProxyForm{Kind: ProxyHTTP, Host: address}
	}
	return ProxyForm{Kind: u.Scheme, Host: u.Host, User: u.User.Username()}
}

// Named reports whether a proxy of one's own is chosen.
func (p ProxyForm) Named() bool { return p.Kind != ProxyEnvironment && p.Kind != ProxyDirect }

func (p ProxyForm) address() string {
	if !p.Named() {
		return p.Kind
	}
	u := url.URL{Scheme: p.Kind, Host: strings.TrimSpace(p.Host)}
	if user := strings.TrimSpace(p.User); user != "" {
		u.User = url.User(user)
	}
	return u.String()
}

func (p ProxyForm) check() string {
	if !p.Named() {
		return ""
	}
	host := strings.TrimSpace(p.Host)
	if host == "" {
		return "Type the proxy's name, like proxy.example.com:8080."
	}
	return checkOther(host)
}

// checkOther says what is wrong with a name that may have a port behind it.
func checkOther(text string) string {
	text = strings.TrimSpace(text)
	if text == "" {
		return ""
	}
	host, port := text, ""
	if h, p, err := net.SplitHostPort(text); err == nil {
		host, port = h, p
	}
	if wrong := checkHost(host); wrong != "" {
		return wrong
	}
	return checkPort(port)
}

func splitOther(text string) (host string, port int) {
	text = strings.TrimSpace(text)
	if h, p, err := net.SplitHostPort(text); err == nil {
		n, _ := strconv.Atoi(p)
		return h, n
	}
	return text, 0
}

// SignsIn reports whether a server is logged in to with what a sign-in on the provider's page gave.
func (f *Form) SignsIn(d mail.Direction) bool { return f.OAuth != nil && f.token(d) }

// token reports whether a token is chosen to log in with.
func (f *Form) token(d mail.Direction) bool {
	a := f.Side(d).Auth
	return a == mail.AuthXOAuth2 || a == mail.AuthOAuthBearer
}

// SignInUser is whom the provider's page may offer to sign in as.
func (f *Form) SignInUser() string {
	user := f.In.User
	if f.own {
		user = f.Out.User
	}
	if user == "" {
		return f.Address
	}
	return user
}

// SignedIn takes what a sign-in came to: from now on both servers are logged in to with it, or the own one of an identity.
func (f *Form) SignedIn(o mail.OAuth, tokens string) {
	f.OAuth, f.Tokens = &o, tokens
	if f.own {
		if f.Out.Auth != mail.AuthOAuthBearer {
			f.Out.Auth = mail.AuthXOAuth2
		}
		f.Same, f.OutgoingAuth = false, true
		return
	}
	for _, s := range []*Side{&f.In, &f.Out} {
		if s.Auth != mail.AuthOAuthBearer {
			s.Auth = mail.AuthXOAuth2
		}
	}
	f.Same, f.OutgoingAuth = true, true
	if f.In.User == "" {
		f.In.User = f.Address
	}
}

// Apply does what the button of a Fix does, as far as it changes the form; it reports whether it did.
func (f *Form) Apply(x mail.Fix) bool {
	switch x.Do {
	case mail.UseServer:
		f.take(x.Direction, x.Server)
	case mail.SwapServers:
		in, out := f.In, f.Out
		f.In.Host, f.In.Port, f.In.Security, f.In.Other, f.In.portEdited = out.Host, out.Port, out.Security, out.Other, out.portEdited
		f.Out.Host, f.Out.Port, f.Out.Security, f.Out.Other, f.Out.portEdited = in.Host, in.Port, in.Security, in.Other, in.portEdited
		for d, s := range map[mail.Direction]*Side{mail.Incoming: &f.In, mail.Outgoing: &f.Out} {
			s.portEdited = s.Port != strconv.Itoa(mail.DefaultPort(d, s.Security))
		}
	case mail.AskLogin:
		f.OutgoingAuth, f.Same = true, true
	case mail.NoLoginNeeded:
		f.OutgoingAuth = false
	case mail.OwnLogin:
		f.OutgoingAuth, f.Same = true, false
		if f.Out.User == "" {
			f.Out.User = f.In.User
		}
		return false // the password has to be typed
	case mail.DropAuthority:
		f.CAFile = ""
	default:
		return false
	}
	return true
}

// take puts a server into the form; what is typed as password stays.
func (f *Form) take(d mail.Direction, s mail.Server) {
	side := f.Side(d)
	user, password := side.User, side.Password
	*side = newSide(d, s)
	side.Password = password
	if side.User == "" {
		side.User = user
	}
	if d == mail.Outgoing && f.OutgoingAuth && f.Same && s.User != "" && s.User != f.In.User {
		f.Same = false
		if side.Password == "" {
			side.Password = f.In.Password
		}
	}
}
