package doctor

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"golang.org/x/net/publicsuffix"

	"poplar/mail"
	"poplar/mail/wire"
)

// service is what was seen of a port.
type service struct {
	open     bool
	tls      bool   // it wants TLS from the start
	upgrade  bool   // it offers STLS or STARTTLS
	speaks   string // "pop3", "smtp", "imap", "http", "other"; empty: it said nothing
	line     string // what it said first
	problem  error  // why it is not open
	verified bool   // TLS has verified its name
}

// looksAltogether bounds the looks at other ports and names of one step.
const looksAltogether = 20 * time.Second

// look finds out what answers on a port, without saying anything of the account.
func (e *examination) look(ctx context.Context, host string, port int) service {
	if e.budget.IsZero() {
		e.budget = time.Now().Add(looksAltogether)
	}
	if time.Now().After(e.budget) || ctx.Err() != nil {
		return service{}
	}
	for _, first := range []bool{port == 995 || port == 465 || port == 993 || port == 443, port != 995 && port != 465 && port != 993 && port != 443} {
		s, again := e.lookWith(ctx, host, port, first)
		if !again {
			return s
		}
	}
	return service{open: true}
}

// lookWith looks with TLS from the start or without; again says that the other may tell more.
func (e *examination) lookWith(ctx context.Context, host string, port int, encrypted bool) (s service, again bool) {
	limited, cancel := context.WithTimeout(ctx, 2*e.Look)
	defer cancel()
	server := mail.Server{Host: host, Port: port, Security: mail.NoTLS, CAFile: e.server.CAFile}
	if encrypted {
		server.Security = mail.TLS
	}
	o := wire.Options{Connect: e.Look, Idle: e.Look / 2, DialContext: e.options.DialContext, Sessions: nil}
	s = service{open: true, tls: encrypted, verified: encrypted}
	c, err := wire.Dial(limited, server, o)
	var w *wire.Error
	if errors.As(err, &w) && w.Cert != nil { // it is TLS all the same, and no password is sent here
		server.Pins = []string{w.Cert.SHA256}
		s.verified = false
		c, err = wire.Dial(limited, server, o)
	}
	if err != nil {
		if errors.As(err, &w) && w.Doing == Encrypt {
			return service{open: true}, w.Kind == mail.Protocol || w.Kind == mail.ServerTemporary || w.Kind == mail.Timeout
		}
		return service{problem: err}, false
	}
	defer c.Close() //nolint:errcheck // nothing was asked of it
	in := bufio.NewReader(c)
	line, err := in.ReadString('\n')
	s.line = strings.TrimSpace(line)
	s.speaks = spoken(s.line)
	switch {
	case s.line != "":
		s.upgrade = !encrypted && upgradable(c, in, s.speaks)
		return s, false
	case mail.ProblemOf(err).Kind == mail.Timeout && limited.Err() == nil && greets(c, in):
		s.speaks = "http"
		return s, false
	case err != nil && !encrypted:
		return service{open: true}, true
	}
	return s, false
}

// greets asks a server that says nothing by itself whether it is one of the web.
func greets(c net.Conn, in *bufio.Reader) bool {
	if _, err := c.Write([]byte("HEAD / HTTP/1.0\r\n\r\n")); err != nil {
		return false
	}
	line, _ := in.ReadString('\n')
	return spoken(strings.TrimSpace(line)) == "http"
}

// spoken recognises a protocol by the first line of a server.
func spoken(line string) string {
	switch {
	case strings.HasPrefix(line, "+OK"), strings.HasPrefix(line, "-ERR"):
		return "pop3"
	case strings.HasPrefix(line, "* OK"), strings.HasPrefix(line, "* BYE"), strings.HasPrefix(line, "* PREAUTH"):
		return "imap"
	case strings.HasPrefix(line, "HTTP/"), strings.HasPrefix(strings.ToLower(line), "<!doctype html"), strings.HasPrefix(strings.ToLower(line), "<html"):
		return "http"
	case len(line) > 3 && strings.Contains("245", line[:1]) && strings.Trim(line[:3], "0123456789") == "" && (line[3] == ' ' || line[3] == '-'):
		return "smtp"
	case line == "":
		return ""
	}
	return "other"
}

// upgradable asks a server that has greeted in the clear whether it can encrypt.
func upgradable(c net.Conn, in *bufio.Reader, speaks string) bool {
	ask, end := "CAPA\r\n", "."
	if speaks == "smtp" {
		ask, end = "EHLO [127.0.0.1]\r\n", "250 "
	} else if speaks != "pop3" {
		return false
	}
	if _, err := c.Write([]byte(ask)); err != nil {
		return false
	}
	for range 60 {
		line, err := in.ReadString('\n')
		line = strings.ToUpper(strings.TrimSpace(line))
		switch {
		case err != nil, strings.HasPrefix(line, "-ERR"), strings.HasPrefix(line, "5"):
			return false
		case line == "STLS", strings.HasSuffix(line, "STARTTLS") && strings.HasPrefix(line, "250"):
			return true
		case line == end, end == "250 " && strings.HasPrefix(line, end):
			return false
		}
	}
	return false
}

// port is a place where a server may be.
type port struct {
	number   int
	security mail.Security
}

// usual are the ports of a direction, best first.
func usual(d mail.Direction) []port {
	if d == mail.Incoming {
		return []port{{995, mail.TLS}, {110, mail.STARTTLS}}
	}
	return []port{{465, mail.TLS}, {587, mail.STARTTLS}}
}

func protocol(d mail.Direction) string {
	if d == mail.Incoming {
		return "pop3"
	}
	return "smtp"
}

// elsewhere looks for the server of a direction on the usual ports of a host, other than the one it stands at now. What it
// returns has been seen there, can encrypt, and is ready to be used.
func (e *examination) elsewhere(ctx context.Context, d mail.Direction, hosts ...string) (mail.Server, bool) {
	for _, host := range hosts {
		for _, p := range usual(d) {
			if host == "" || d == e.direction && host == e.server.Host && p.number == e.server.Port && p.security == e.server.Security {
				continue
			}
			s := e.look(ctx, host, p.number)
			if s.speaks == protocol(d) && (s.tls || s.upgrade) {
				return e.at(host, p.number, s), true
			}
		}
	}
	return mail.Server{}, false
}

// at is the account's server moved to another place, as it was seen there.
func (e *examination) at(host string, port int, s service) mail.Server {
	server := e.account.Incoming
	if e.direction == mail.Outgoing {
		server = e.account.Outgoing
	}
	if !strings.EqualFold(server.Host, host) {
		server.Pins, server.OtherHost, server.OtherPort = nil, "", 0
	}
	server.Host, server.Port, server.AllowPlaintext = host, port, false
	server.Security = mail.STARTTLS
	if s.tls {
		server.Security = mail.TLS
	}
	return server
}

// neighbours are names under which a provider's server of a direction often stands, given another of its names or the
// address's domain.
func (e *examination) neighbours() []string {
	var names []string
	add := func(name string) {
		for _, n := range names {
			if n == name {
				return
			}
		}
		if name != "" && !strings.EqualFold(name, e.server.Host) {
			names = append(names, name)
		}
	}
	if e.provider != nil {
		for _, s := range e.provider.Servers(e.direction) {
			add(s.Host)
		}
	}
	prefixes := []string{"pop.", "pop3.", "mail."}
	if e.direction == mail.Outgoing {
		prefixes = []string{"smtp.", "mail."}
	}
	for _, domain := range []string{organisation(e.server.Host), e.account.Address[strings.LastIndexByte(e.account.Address, '@')+1:]} {
		for _, p := range prefixes {
			if strings.Contains(domain, ".") {
				add(p + domain)
			}
		}
	}
	return names
}

// organisation is the part of a host name that somebody has registered.
func organisation(host string) string {
	if org, err := publicsuffix.EffectiveTLDPlusOne(strings.ToLower(strings.TrimSuffix(host, "."))); err == nil {
		return org
	}
	return host
}

// get asks a web server for its front page and returns the head of the answer, without following it anywhere.
func (e *examination) get(ctx context.Context, host string) (*http.Response, error) {
	ctx, cancel := context.WithTimeout(ctx, e.Look)
	defer cancel()
	t := &http.Transport{DisableKeepAlives: true, MaxResponseHeaderBytes: 16 << 10, DialContext: func(ctx context.Context, _, addr string) (net.Conn, error) { return e.dial(ctx, addr) }}
	defer t.CloseIdleConnections()
	r, err := http.NewRequestWithContext(ctx, http.MethodHead, "http://"+host+"/", nil)
	if err != nil {
		return nil, err
	}
	r.Header.Set("User-Agent", "Poplar")
	answer, err := t.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	_ = answer.Body.Close()
	return answer, nil
}

// captive reports whether the network answers in place of the servers: it knows a name that cannot exist, or sends
// everybody to a page of its own.
func (e *examination) captive(ctx context.Context) bool {
	if !e.Remote {
		limited, cancel := context.WithTimeout(ctx, e.Look)
		// RFC 6761: no name under "invalid" exists.
		_, err := e.Resolver.LookupNetIP(limited, "ip", fmt.Sprintf("poplar-%d.invalid.", e.Now().UnixNano()))
		cancel()
		if err == nil {
			return true
		}
	}
	answer, err := e.get(ctx, e.server.Host)
	if err != nil {
		return false
	}
	if answer.StatusCode == http.StatusNetworkAuthenticationRequired {
		return true
	}
	to, err := answer.Location()
	return err == nil && answer.StatusCode/100 == 3 && organisation(to.Hostname()) != organisation(e.server.Host)
}

// clock compares this computer's clock with that of a web server, and returns by how much it is off; false when nobody
// told the time, or it is about right.
func (e *examination) clock(ctx context.Context) (time.Duration, bool) {
	domain := e.account.Address[strings.LastIndexByte(e.account.Address, '@')+1:]
	for _, host := range []string{domain, e.server.Host} {
		if !strings.Contains(host, ".") {
			continue
		}
		answer, err := e.get(ctx, host)
		if err != nil {
			continue
		}
		told, err := http.ParseTime(answer.Header.Get("Date"))
		if err != nil {
			continue
		}
		off := e.Now().Sub(told)
		return off, off.Abs() > 24*time.Hour
	}
	return 0, false
}
