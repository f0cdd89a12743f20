// Package doctor tests an account's servers step by step, finds out what stands behind a step that fails, and says what
// would help. It changes nothing on the servers: no message is retrieved, deleted or sent, but for the one message to
// oneself that a person may ask for.
package doctor

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"poplar/mail"
	"poplar/mail/autoconfig"
	"poplar/mail/wire"
)

// The steps, in the order in which they are taken. A step that an account does not have (no encryption, no login) is
// not reported.
const (
	Resolve      = "resolve"
	Connect      = "connect"
	Encrypt      = "encrypt"
	Greeting     = "greeting"
	Capabilities = "capabilities"
	LogIn        = "log in"
	Mailbox      = "mailbox" // incoming only
	Sender       = "sender"  // outgoing only

	// The message to oneself.
	Send     = "send"
	Retrieve = "retrieve"
	Delete   = "delete"
)

// Resolver is the part of *net.Resolver that is used.
type Resolver interface {
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error)
}

// Options are the circumstances of a test. Secret and Report are required.
type Options struct {
	// Secret gives the password of a direction. It is asked before connecting, for a keyring may take its time; its
	// failure is that of the step "log in".
	Secret func(mail.Direction) (string, error)
	// Wire gives the circumstances of the connections; nil: the usual ones.
	Wire func(mail.Direction) wire.Options
	// Report is told each step as it ends.
	Report func(mail.Finding)
	// Resolver looks up names; nil: net.DefaultResolver. With Remote it is not used.
	Resolver Resolver
	// Remote: names are looked up by a proxy, so that nothing can be said of them here.
	Remote bool
	// Now is the clock; nil: time.Now.
	Now func() time.Time
	// Before is what was seen of certificates in earlier tests, by host and port.
	Before map[string]Seen
	// Letter has a message sent to oneself, retrieved and deleted, when both servers are fine.
	Letter bool
	// Patience bounds the wait for that message; 0: a minute.
	Patience time.Duration
	// SendingOnly leaves the incoming server alone.
	SendingOnly bool
	// Look bounds each look at another port or name; 0: three seconds.
	Look time.Duration
}

// Seen is what is remembered of a server's certificate.
type Seen struct {
	SHA256 string    `json:"sha256"`
	Issuer string    `json:"issuer"`
	At     time.Time `json:"at"`
}

func (o Options) filled() Options {
	if o.Wire == nil {
		o.Wire = func(mail.Direction) wire.Options { return wire.Options{} }
	}
	if o.Resolver == nil {
		o.Resolver = net.DefaultResolver
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Patience <= 0 {
		o.Patience = time.Minute
	}
	if o.Look <= 0 {
		o.Look = 3 * time.Second
	}
	return o
}

// Result is what a test came to.
type Result struct {
	// First is the first problem; nil when every step was fine.
	First error
	// Seen is what is to be remembered of the certificates.
	Seen map[string]Seen
}

// Test tries a's incoming server (unless SendingOnly) and then its outgoing one, and reports each step as it ends. A step that fails ends
// its direction; the other direction is tried all the same. When ctx ends nothing further is tried.
func Test(ctx context.Context, a mail.Account, o Options) Result {
	o = o.filled()
	r := Result{Seen: map[string]Seen{}}
	var sides [2]*examination
	for i, d := range []mail.Direction{mail.Incoming, mail.Outgoing} {
		if d == mail.Incoming && o.SendingOnly {
			continue
		}
		e := &examination{Options: o, account: a, direction: d, server: a.POP3(), seen: r.Seen, began: time.Now()}
		if d == mail.Outgoing {
			e.server = a.SMTP()
			e.twin = sides[0]
		}
		e.options = o.Wire(d)
		e.provider = providerOf(a, e.server)
		e.needed = d == mail.Incoming || e.server.Auth != mail.AuthNone
		if e.needed {
			e.secret, e.locked = o.Secret(d)
			e.options.Transcript.Mask(e.secret)
			e.began = time.Now()
		}
		sides[i] = e
		var err error
		if d == mail.Incoming {
			err = e.incoming(ctx)
		} else {
			err = e.outgoing(ctx)
		}
		if r.First == nil {
			r.First = err
		}
		if ctx.Err() != nil {
			return r
		}
	}
	if r.First == nil && o.Letter && !o.SendingOnly {
		r.First = letter(ctx, sides[0], sides[1])
	}
	return r
}

// providerOf is what the table knows of who runs the server, or else the address.
func providerOf(a mail.Account, s mail.Server) *autoconfig.Provider {
	// What listens on this computer may be anybody's bridge or tunnel.
	here := s.Host == "localhost"
	if ip, err := netip.ParseAddr(s.Host); err == nil {
		here = ip.IsLoopback()
	}
	if p := autoconfig.ByServer(s.Host); p != nil && !here {
		return p
	}
	return autoconfig.Lookup(a.Address[strings.LastIndexByte(a.Address, '@')+1:])
}

// examination is the test of one direction.
type examination struct {
	Options
	account   mail.Account
	direction mail.Direction
	server    mail.Server
	options   wire.Options
	provider  *autoconfig.Provider // nil: not known
	twin      *examination         // of the outgoing side: the incoming one
	needed    bool                 // a login is
	secret    string               // only with needed
	locked    error                // why there is no secret
	began     time.Time
	last      string // the step that ended last
	box       *mail.Mailbox
	onlySix   bool // the name that was tried last has IPv6 addresses alone
	connected bool // a server has greeted
	loggedIn  bool
	offered   string // the reply to EHLO, in short
	starttls  bool   // it was offered
	state     *tls.ConnectionState
	seen      map[string]Seen
	budget    time.Time // looks at other ports and names end here
}

// ok reports a step that went well, which took the time since the one before.
func (e *examination) ok(step, said string, v *mail.Verdict) {
	e.took(step, time.Since(e.began), said, v)
}

func (e *examination) took(step string, took time.Duration, said string, v *mail.Verdict) {
	e.last = step
	e.connected = e.connected || step == Greeting
	if v != nil {
		e.fill(v)
	}
	e.Report(mail.Finding{Direction: e.direction, Step: step, OK: true, Took: took, Said: e.clean(said), Verdict: v, Box: e.box})
	e.began = time.Now()
}

// failed reports the step that went wrong, with what stands behind it, and returns its problem.
func (e *examination) failed(ctx context.Context, step string, err error) error {
	took := time.Since(e.began)
	p := *mail.ProblemOf(err)
	p.Doing, p.Said = step, e.clean(p.Said)
	e.last = step
	var v *mail.Verdict
	if ctx.Err() == nil {
		v = e.explain(ctx, step, &p, err)
		e.fill(v)
	}
	e.Report(mail.Finding{Direction: e.direction, Step: step, Took: took, Said: e.clean(seen(&p)), Problem: &p, Verdict: v})
	return &p
}

// fill completes what a verdict's words mention.
func (e *examination) fill(v *mail.Verdict) {
	if v.Host == "" {
		v.Host = e.server.Host
	}
	if v.Port == "" {
		v.Port = strconv.Itoa(e.server.Port)
	}
	if v.User == "" {
		v.User = e.server.User
	}
	if e.provider != nil {
		if v.Name == "" {
			v.Name = e.provider.Name
		}
		v.Page = e.provider.HelpURL
		v.HelpEN, v.HelpZH = e.provider.Help()
	}
	v.Other = e.clean(v.Other)
}

// seen is what there is to say of a failure: the server's words, what is wrong with its certificate, or the cause.
func seen(p *mail.Problem) string {
	switch {
	case p.Said != "":
		return p.Said
	case p.Certificate != nil:
		return p.Certificate.Reason
	}
	cause := p.Err
	for next := cause; next != nil; next = errors.Unwrap(next) {
		cause = next
	}
	if cause == nil {
		return ""
	}
	return cause.Error()
}

// clean takes the password out of a server's words: a finding may end in a mail to somebody who helps.
func (e *examination) clean(said string) string { return wire.Redact(said, e.secret) }

// wire returns the options under which the connection itself reports its steps. Raw, if set, is a connection that
// stands already, for the first dialling.
func (e *examination) wire(raw net.Conn) wire.Options {
	o := e.options
	also, secured := o.Step, o.Secured
	o.Secured = func(state tls.ConnectionState) {
		if secured != nil {
			secured(state)
		}
		e.state = &state
	}
	told := raw != nil // resolve and connect are
	if raw != nil {
		dial := o.DialContext
		if dial == nil {
			dial = new(net.Dialer).DialContext
		}
		o.DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
			if raw != nil {
				c := raw
				raw = nil
				return c, nil
			}
			return dial(ctx, network, addr)
		}
	}
	o.Step = func(name string, took time.Duration, saw string) {
		if also != nil {
			also(name, took, saw)
		}
		// A login that breaks dials again; that is not another step.
		if e.connected || told && name != Encrypt {
			return
		}
		var v *mail.Verdict
		if name == Encrypt {
			saw, v = e.certificate(saw)
		}
		e.took(name, took, saw, v)
	}
	return o
}

// quiet are the options without steps.
func (e *examination) quiet() wire.Options {
	o := e.options
	o.Step, o.Secured, o.Heard = nil, nil, nil
	return o
}

// certificate says what is to be known of a certificate that was trusted: whether it changed since the last test, and
// whether it is really the server's own.
func (e *examination) certificate(saw string) (string, *mail.Verdict) {
	if e.state == nil || len(e.state.PeerCertificates) == 0 {
		return saw, nil
	}
	leaf := wire.Certificate(e.state.PeerCertificates[0])
	now := Seen{SHA256: leaf.SHA256, Issuer: leaf.Issuer, At: e.Now()}
	key := e.server.Addr()
	e.seen[key] = now
	if n := len(e.state.PeerCertificates); n > 1 {
		saw += fmt.Sprintf(", %d certificates", n)
	}
	if name := interceptor(leaf.Issuer); name != "" {
		return saw, &mail.Verdict{Reason: mail.Intercepted, Other: name}
	}
	was, ok := e.Before[key]
	if !ok || was.SHA256 == now.SHA256 {
		return saw, nil
	}
	saw += ", new since " + was.At.Format(time.DateOnly)
	if was.Issuer != now.Issuer {
		return saw, &mail.Verdict{Reason: mail.NewIssuer, Name: was.Issuer, Other: now.Issuer}
	}
	return saw, nil
}
