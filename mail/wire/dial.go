package wire

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http/httptrace"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/idna"

	"poplar/mail"
)

const (
	resolving  = "resolve"
	connecting = "connect"
	encrypting = "encrypt"
)

// The limits where Options has none.
const (
	DefaultConnect = 30 * time.Second
	DefaultIdle    = time.Minute
)

// Options are the circumstances of a connection. The zero value works.
type Options struct {
	Connect    time.Duration          // limit for resolve, connect and handshake together; 0: DefaultConnect
	Idle       time.Duration          // limit for each read and write; 0: DefaultIdle
	Transcript *Transcript            // nil: none
	Sessions   tls.ClientSessionCache // for resumption, may be shared by all connections; nil: none
	// DialContext makes the network connection; nil: net.Dialer, which tries IPv6 and IPv4 side by side.
	DialContext func(ctx context.Context, network, addr string) (net.Conn, error)
	// Step, if set, is told of each step as it succeeds: "resolve", "connect", "encrypt", how long it took and what
	// was seen. A step that fails is named by the error's Doing.
	Step func(name string, took time.Duration, saw string)
	// Secured, if set, is told the state of each encryption as it stands.
	Secured func(state tls.ConnectionState)
	// Reached, if set, remembers which of a server's two names answered; it is shared by all connections.
	Reached *Reached
	// Heard, if set, is told each line of the server that goes into the transcript, without line end and as it came.
	Heard func(line string)
}

func (o Options) filled() Options {
	if o.Connect <= 0 {
		o.Connect = DefaultConnect
	}
	if o.Idle <= 0 {
		o.Idle = DefaultIdle
	}
	if o.DialContext == nil {
		o.DialContext = new(net.Dialer).DialContext
	}
	if o.Step == nil {
		o.Step = func(string, time.Duration, string) {}
	}
	return o
}

// Dial connects to s, and for mail.TLS encrypts at once. Where s has a second name, the one that answered last is tried
// first, and then the other. The connection is bound to ctx beyond Dial (see SetContext). Errors are [*Error]s.
func Dial(ctx context.Context, s mail.Server, o Options) (*Conn, error) {
	o = o.filled()
	names := o.Reached.order(s)
	var first error
	for i, name := range names {
		limit := o
		if i < len(names)-1 {
			limit.Connect = min(o.Connect, oneOfTwo)
		}
		c, err := dialOne(ctx, name, limit)
		if err == nil {
			c.o = o
			o.Reached.note(s, name)
			return c, nil
		}
		if first == nil || away(first) && !away(err) {
			first = err
		}
		if ctx.Err() != nil || !away(err) && i > 0 {
			break
		}
	}
	return nil, first
}

func dialOne(ctx context.Context, s mail.Server, o Options) (*Conn, error) {
	host, err := hostOf(s)
	if err != nil {
		return nil, err
	}
	limited, cancel := context.WithTimeout(ctx, o.Connect)
	defer cancel()
	raw, err := dial(limited, host, s, o)
	if err != nil {
		if ctx.Err() != nil {
			return nil, &Error{Kind: kindOf(ctx), Where: s.Addr(), Doing: connecting, Err: ctx.Err()}
		}
		return nil, err
	}
	c := &Conn{server: s, o: o, guard: newGuard(ctx, raw, o.Idle)}
	c.fresh.Store(true)
	if s.Security == mail.TLS {
		if err := c.encrypt(ctx, limited, false); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// kindOf is what the end of a context means to a person.
func kindOf(ctx context.Context) mail.Kind {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return mail.Timeout
	}
	return mail.Cancelled
}

// hostOf checks the address and returns the host as DNS spells it.
func hostOf(s mail.Server) (string, error) {
	host := strings.TrimSuffix(strings.TrimSpace(s.Host), ".")
	if host == "" {
		return "", &Error{Kind: mail.NoSuchHost, Doing: resolving, Said: "no server name is given"}
	}
	if s.Port < 1 || s.Port > 65535 {
		return "", &Error{Kind: mail.Protocol, Where: s.Addr(), Doing: connecting, Said: fmt.Sprintf("%d is no port number", s.Port)}
	}
	if net.ParseIP(host) != nil {
		return host, nil
	}
	ascii, err := idna.Lookup.ToASCII(host)
	if err != nil {
		// Names with "_" and the like do exist in the wild; DNS has the last word.
		return host, nil
	}
	return ascii, nil
}

// dial resolves and connects, and tells the steps.
func dial(ctx context.Context, host string, s mail.Server, o Options) (net.Conn, error) {
	start := time.Now()
	resolved := start
	if net.ParseIP(host) != nil {
		o.Step(resolving, 0, host)
	} else {
		ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{DNSDone: func(d httptrace.DNSDoneInfo) {
			if d.Err == nil {
				resolved = time.Now()
				o.Step(resolving, resolved.Sub(start), addresses(d.Addrs))
			}
		}})
	}
	raw, err := o.DialContext(ctx, "tcp", net.JoinHostPort(host, strconv.Itoa(s.Port)))
	if err == nil {
		o.Step(connecting, time.Since(resolved), raw.RemoteAddr().String())
		return raw, nil
	}
	e := Wrap(err, s.Addr(), connecting)
	var dns *net.DNSError
	switch {
	case errors.As(err, &dns):
		e.Doing = resolving
	case e.Kind == mail.Timeout:
		// Packets that vanish mean a firewall or a wrong port rather than a server that fell silent.
		e.Kind, e.Said = mail.Unreachable, fmt.Sprintf("no answer within %s", o.Connect)
	}
	return nil, e
}

func addresses(list []net.IPAddr) string {
	s := make([]string, len(list))
	for i, a := range list {
		s[i] = a.String()
	}
	return strings.Join(s, ", ")
}
