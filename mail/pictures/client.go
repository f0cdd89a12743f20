package pictures

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"image"
	_ "image/gif" // decoders register themselves
	_ "image/jpeg"
	_ "image/png"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	_ "golang.org/x/image/bmp"
	_ "golang.org/x/image/webp"
)

// The limits of one picture.
const (
	MaxBytes     = 10 << 20 // octets
	maxPixels    = 40 << 20
	maxSide      = 30_000
	maxRedirects = 5
	limit        = 20 * time.Second // from the first look-up to the last octet
	connectLimit = 8 * time.Second
)

// Why a picture is not there.
var (
	// ErrForbidden is an address that is never asked: no web address, not a public one, another port than 80 and 443.
	ErrForbidden = errors.New("the address is not a public one")
	// ErrTooLarge is a picture over the limits of octets or pixels.
	ErrTooLarge = errors.New("the picture is too large")
	// ErrNoPicture is an answer that is no picture, or none that can be drawn.
	ErrNoPicture = errors.New("the server sent no picture")
)

// agent is the name that every copy of Poplar gives, with no version and no system.
const agent = "Mozilla/5.0"

// Client fetches the pictures of one message. It keeps connections between them; Close ends those.
type Client struct {
	transport *http.Transport
}

// New returns a client. It does nothing before it is asked.
func New() *Client {
	return newClient((&net.Dialer{Timeout: connectLimit, KeepAlive: -1, Control: guard}).DialContext, nil)
}

// newClient is New over other connections and other authorities, which tests have and nobody else.
func newClient(dial func(ctx context.Context, network, address string) (net.Conn, error), trust *tls.Config) *Client {
	return &Client{&http.Transport{
		// No proxy: behind one, nobody could tell where a name leads.
		Proxy:                  nil,
		DialContext:            dial,
		TLSClientConfig:        trust,
		TLSHandshakeTimeout:    connectLimit,
		ResponseHeaderTimeout:  limit,
		MaxResponseHeaderBytes: 64 << 10,
		DisableCompression:     true,
		ForceAttemptHTTP2:      true,
		MaxConnsPerHost:        4,
		IdleConnTimeout:        limit,
	}}
}

// Close ends the connections that are kept.
func (c *Client) Close() { c.transport.CloseIdleConnections() }

// Get fetches one picture, by https wherever the server speaks it. What it returns can be decoded and is within the
// limits. It is safe for several goroutines.
func (c *Client) Get(ctx context.Context, address string) ([]byte, error) {
	u, err := web(address)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	if u.Scheme == "http" && u.Port() == "" {
		safe := *u
		safe.Scheme = "https"
		data, err := c.follow(ctx, &safe)
		// A server that has no https, or none that can be trusted, is asked the way the author wrote it.
		if !unanswered(err) || ctx.Err() != nil {
			return data, err
		}
	}
	return c.follow(ctx, u)
}

// noAnswer is a failure before the server answered.
type noAnswer struct{ err error }

func (e *noAnswer) Error() string { return e.err.Error() }
func (e *noAnswer) Unwrap() error { return e.err }

func unanswered(err error) bool {
	var e *noAnswer
	return errors.As(err, &e)
}

// web reads an address and refuses all that is not plain web.
func web(address string) (*url.URL, error) {
	address = strings.TrimSpace(address)
	if strings.HasPrefix(address, "//") {
		address = "https:" + address
	}
	u, err := url.Parse(strings.ReplaceAll(address, " ", "%20"))
	if err != nil {
		return nil, fmt.Errorf("the address of a picture cannot be read: %w", ErrForbidden)
	}
	return u, check(u)
}

// check refuses an address before it is resolved, and takes out of it what is nobody's business.
func check(u *url.URL) error {
	if u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" {
		return fmt.Errorf("pictures come by https and http only: %w", ErrForbidden)
	}
	if p := u.Port(); p != "" && p != "443" && p != "80" {
		return fmt.Errorf("pictures are not fetched from port %s: %w", p, ErrForbidden)
	}
	if ip, err := netip.ParseAddr(u.Hostname()); err == nil && !public(ip) || err != nil && number(u.Hostname()) {
		return fmt.Errorf("pictures are not fetched from %s: %w", u.Hostname(), ErrForbidden)
	}
	u.User, u.Fragment, u.RawFragment = nil, "", ""
	return nil
}

// number reports whether a host is an address in one of the old forms (127.1, 0x7f000001) that some resolvers read.
func number(host string) bool {
	host = strings.TrimSuffix(host, ".")
	last := strings.ToLower(host[strings.LastIndexByte(host, '.')+1:])
	if digits, ok := strings.CutPrefix(last, "0x"); ok {
		return strings.Trim(digits, "0123456789abcdef") == ""
	}
	return strings.Trim(last, "0123456789") == ""
}

// follow asks for a picture and follows redirects, each looked at like the first address.
func (c *Client) follow(ctx context.Context, u *url.URL) ([]byte, error) {
	for hop := 0; ; hop++ {
		data, next, err := c.ask(ctx, u)
		if n := (*noAnswer)(nil); hop > 0 && errors.As(err, &n) {
			err = n.err // a server has answered: there is no other way to ask
		}
		if err != nil || next == "" {
			return data, err
		}
		if hop == maxRedirects {
			return nil, fmt.Errorf("%s leads on and on: %w", u.Host, ErrNoPicture)
		}
		to, err := u.Parse(next)
		if err != nil {
			return nil, fmt.Errorf("%s leads to an address that cannot be read: %w", u.Host, ErrForbidden)
		}
		if u.Scheme == "https" && to.Scheme == "http" && to.Port() == "" {
			to.Scheme = "https" // what has begun encrypted stays so
		}
		if err := check(to); err != nil {
			return nil, err
		}
		u = to
	}
}

// ask sends one request. It returns the picture, or where the server says that it is.
func (c *Client) ask(ctx context.Context, u *url.URL) (data []byte, next string, err error) {
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), http.NoBody)
	if err != nil {
		return nil, "", err
	}
	q.Header.Set("User-Agent", agent)
	q.Header.Set("Accept", "image/webp,image/png,image/jpeg,image/gif,image/bmp")
	// The transport, not a client: it knows no cookies, no referrer and no redirects of its own.
	r, err := c.transport.RoundTrip(q)
	if err != nil {
		if errors.Is(err, ErrForbidden) {
			return nil, "", err
		}
		return nil, "", &noAnswer{err}
	}
	defer r.Body.Close() //nolint:errcheck // it was only read
	switch {
	case r.StatusCode >= 300 && r.StatusCode < 400 && r.Header.Get("Location") != "":
		return nil, r.Header.Get("Location"), nil
	case r.StatusCode != http.StatusOK:
		return nil, "", fmt.Errorf("%s answers %d: %w", u.Host, r.StatusCode, ErrNoPicture)
	case r.ContentLength > MaxBytes:
		return nil, "", ErrTooLarge
	}
	data, err = io.ReadAll(io.LimitReader(r.Body, MaxBytes+1))
	switch {
	case err != nil:
		return nil, "", err
	case len(data) > MaxBytes:
		return nil, "", ErrTooLarge
	}
	return data, "", drawable(data)
}

// drawable refuses what no decoder here takes, and what would need too much memory.
func drawable(data []byte) error {
	cfg, _, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNoPicture, err)
	}
	if cfg.Width <= 0 || cfg.Height <= 0 || cfg.Width > maxSide || cfg.Height > maxSide || cfg.Width*cfg.Height > maxPixels {
		return ErrTooLarge
	}
	return nil
}
