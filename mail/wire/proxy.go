package wire

import (
	"bufio"
	"cmp"
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"golang.org/x/net/http/httpproxy"
	"golang.org/x/net/proxy"

	"poplar/mail"
)

// DialFunc makes a network connection, as Options.DialContext does.
type DialFunc = func(ctx context.Context, network, addr string) (net.Conn, error)

// ProxyError says that a proxy does not let a connection through.
type ProxyError struct {
	Proxy string // host:port, without user name or password
	Err   error
}

// Error implements error.
func (e *ProxyError) Error() string { return "the proxy " + e.Proxy + ": " + e.Err.Error() }

// Unwrap returns the cause.
func (e *ProxyError) Unwrap() error { return e.Err }

// ErrProxyAddress is what ParseProxy says of text that is no proxy.
var ErrProxyAddress = errors.New("a proxy looks like socks5://host:1080 or http://host:8080")

// ParseProxy reads the address of a proxy: socks5 (or socks5h, which is the same here: names are always looked up by the
// proxy), http or https, with or without a user name. Without a port the usual one is taken.
func ParseProxy(text string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSpace(text))
	if err != nil || u.Hostname() == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" {
		return nil, ErrProxyAddress
	}
	port := map[string]string{"socks5": "1080", "socks5h": "1080", "http": "8080", "https": "443"}[u.Scheme]
	if port == "" {
		return nil, ErrProxyAddress
	}
	u.Path = ""
	if u.Port() == "" {
		u.Host = net.JoinHostPort(u.Hostname(), port)
	}
	return u, nil
}

// Dialer returns the function that makes an account's connections: straight with mail.ProxyNone, through the proxy that it
// names, or with "" through that of the environment. Password gives the proxy's password where its address has a user
// name and none. Direct connects without a proxy; nil: net.Dialer.
func Dialer(through string, password func(ctx context.Context) (string, error), direct DialFunc) (DialFunc, error) {
	if direct == nil {
		direct = new(net.Dialer).DialContext
	}
	switch through {
	case mail.ProxyNone:
		return direct, nil
	case "":
		return environment(os.Getenv, direct), nil
	}
	u, err := ParseProxy(through)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		return via(ctx, u, password, direct, network, addr)
	}, nil
}

// Proxied reports whether a connection to addr goes through a proxy, under what Dialer is given.
func Proxied(through, addr string) bool {
	if through != "" {
		return through != mail.ProxyNone
	}
	pick := fromEnvironment(os.Getenv)
	if pick == nil {
		return false
	}
	u, err := pick(&url.URL{Scheme: "https", Host: addr})
	return err != nil || u != nil
}

// fromEnvironment returns the function that picks the proxy for an address, nil where the environment names none.
func fromEnvironment(env func(string) string) func(*url.URL) (*url.URL, error) {
	either := func(name string) string { return cmp.Or(env(name), env(strings.ToLower(name))) }
	through := cmp.Or(either("ALL_PROXY"), either("HTTPS_PROXY"))
	if through == "" {
		return nil
	}
	return (&httpproxy.Config{HTTPSProxy: through, NoProxy: either("NO_PROXY")}).ProxyFunc()
}

// environment is the proxy that ALL_PROXY names, or else HTTPS_PROXY, but for the hosts in NO_PROXY.
func environment(env func(string) string, direct DialFunc) DialFunc {
	pick := fromEnvironment(env)
	if pick == nil {
		return direct
	}
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		u, err := pick(&url.URL{Scheme: "https", Host: addr})
		if err == nil && u == nil {
			return direct(ctx, network, addr)
		}
		if err == nil {
			u, err = ParseProxy(u.String())
		}
		if err != nil {
			return nil, &ProxyError{Proxy: "of the environment", Err: ErrProxyAddress}
		}
		return via(ctx, u, nil, direct, network, addr)
	}
}

func via(ctx context.Context, u *url.URL, password func(context.Context) (string, error), direct DialFunc, network, addr string) (net.Conn, error) {
	fail := func(err error) (net.Conn, error) {
		if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
			return nil, ctx.Err()
		}
		return nil, &ProxyError{Proxy: u.Host, Err: err}
	}
	user, secret := "", ""
	if u.User != nil {
		user = u.User.Username()
		secret, _ = u.User.Password()
		if secret == "" && password != nil {
			var err error
			if secret, err = password(ctx); err != nil {
				return fail(err)
			}
		}
	}
	if strings.HasPrefix(u.Scheme, "socks5") {
		var auth *proxy.Auth
		if user != "" {
			auth = &proxy.Auth{User: user, Password: secret}
		}
		d, err := proxy.SOCKS5("tcp", u.Host, auth, forward(direct))
		if err != nil {
			return fail(err)
		}
		c, err := d.(proxy.ContextDialer).DialContext(ctx, network, addr)
		if err != nil {
			return fail(err)
		}
		return c, nil
	}
	c, err := direct(ctx, "tcp", u.Host)
	if err != nil {
		return fail(err)
	}
	if u.Scheme == "https" {
		t := tls.Client(c, &tls.Config{ServerName: u.Hostname(), MinVersion: tls.VersionTLS12})
		if err := t.HandshakeContext(ctx); err != nil {
			_ = c.Close()
			return fail(err)
		}
		c = t
	}
	tunnel, err := tunnelled(ctx, c, addr, user, secret)
	if err != nil {
		_ = c.Close()
		return fail(err)
	}
	return tunnel, nil
}

// forward lets the SOCKS client make its connection to the proxy.
type forward DialFunc

// Dial implements proxy.Dialer.
func (f forward) Dial(network, addr string) (net.Conn, error) {
	return f(context.Background(), network, addr)
}

// DialContext implements proxy.ContextDialer.
func (f forward) DialContext(ctx context.Context, network, addr string) (net.Conn, error) {
	return f(ctx, network, addr)
}

// tunnelled asks an HTTP proxy for a connection to addr (RFC 9110, section 9.3.6).
func tunnelled(ctx context.Context, c net.Conn, addr, user, secret string) (net.Conn, error) {
	g := newGuard(ctx, c, DefaultConnect)
	r := &http.Request{Method: http.MethodConnect, URL: &url.URL{Opaque: addr}, Host: addr, Header: http.Header{}}
	if user != "" {
		r.Header.Set("Proxy-Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(user+":"+secret)))
	}
	if err := r.Write(g); err != nil {
		return nil, err
	}
	in := bufio.NewReader(g)
	answer, err := http.ReadResponse(in, r)
	if err != nil {
		return nil, fmt.Errorf("it does not answer as an HTTP proxy does: %w", err)
	}
	_ = answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("it answers %s", answer.Status)
	}
	g.bind(context.Background()) // what becomes of the connection is its owner's business
	if err := c.SetDeadline(time.Time{}); err != nil {
		return nil, err
	}
	if n := in.Buffered(); n > 0 {
		ahead, _ := in.Peek(n)
		return &begun{Conn: c, ahead: ahead}, nil
	}
	return c, nil
}

// begun is a connection of which the first octets have been read.
type begun struct {
	net.Conn
	ahead []byte
}

func (b *begun) Read(p []byte) (int, error) {
	if len(b.ahead) > 0 {
		n := copy(p, b.ahead)
		b.ahead = b.ahead[n:]
		return n, nil
	}
	return b.Conn.Read(p)
}
