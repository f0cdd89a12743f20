package doctor

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"poplar/mail"
	"poplar/mail/wire"
)

// What people know from ping: below slow nobody notices, above it they do.
const slow = 150 * time.Millisecond

// reach looks the server's name up and connects to one address of each family, so that a family that is broken shows.
// It returns the connection that is to be used, or nil where the connection itself is to find its way: through a proxy,
// or because a second name is there to be tried.
func (e *examination) reach(ctx context.Context) (net.Conn, error) {
	if e.Remote {
		return nil, nil
	}
	conn, err := e.reachName(ctx, e.server.Host, e.server.Port, "")
	if err == nil || e.server.OtherHost == "" || ctx.Err() != nil {
		if err == nil {
			e.server.OtherHost = ""
		}
		return conn, err
	}
	other := e.server
	other.Host, other.OtherHost, other.OtherPort = e.server.OtherHost, "", 0
	if e.server.OtherPort != 0 {
		other.Port = e.server.OtherPort
	}
	conn, second := e.reachName(ctx, other.Host, other.Port, e.server.Host)
	if second != nil {
		return nil, err
	}
	e.server = other
	return conn, nil
}

// reachName is reach for one name; first is the name that could not be reached before, if this is the second.
func (e *examination) reachName(ctx context.Context, host string, port int, first string) (net.Conn, error) {
	start := time.Now()
	where := net.JoinHostPort(host, strconv.Itoa(port))
	limit, cancel := context.WithTimeout(ctx, e.connectLimit())
	defer cancel()
	addrs, err := e.lookUp(limit, host)
	if err != nil {
		p := wire.Wrap(err, where, Resolve)
		if p.Kind == mail.Timeout {
			p.Kind = mail.Offline // the name server did not answer
		}
		return nil, p
	}
	var v *mail.Verdict
	if first != "" {
		v = &mail.Verdict{Reason: mail.SecondHost, Host: first, Other: host}
	}
	resolved := time.Since(start)
	names := make([]string, len(addrs))
	e.onlySix = true
	for i, a := range addrs {
		names[i] = a.String()
		e.onlySix = e.onlySix && a.Is6()
	}
	var chosen net.Conn
	var said []string
	dead := map[bool][]string{} // by family, as below
	var fastest time.Duration
	var failure error
	broken, works := map[bool]bool{}, map[bool]bool{} // by whether it is IPv6
	began := time.Now()
	list := inTurn(addrs)
	each := e.familyLimit(len(list))
	for _, a := range list {
		six := a.Is6()
		if works[six] {
			continue // one that answers speaks for its family
		}
		family := "IPv4"
		if six {
			family = "IPv6"
		}
		began := time.Now()
		one, stop := context.WithTimeout(limit, each)
		c, err := e.dial(one, net.JoinHostPort(a.String(), strconv.Itoa(port)))
		stop()
		took := time.Since(began)
		if err != nil {
			broken[six] = true
			if failure == nil || !six {
				failure = err
			}
			said, dead[six] = append(said, fmt.Sprintf("%s %s does not answer", family, a)), append(dead[six], a.String())
			continue
		}
		works[six] = true
		said = append(said, fmt.Sprintf("%s %s in %d ms", family, a, took.Milliseconds()))
		if chosen == nil {
			chosen, fastest = c, took
			continue
		}
		fastest = min(fastest, took)
		_ = c.Close()
	}
	if chosen == nil {
		e.took(Resolve, resolved, strings.Join(names, ", "), v)
		if ctx.Err() != nil {
			return nil, &wire.Error{Kind: mail.Cancelled, Where: where, Doing: Connect, Err: ctx.Err()}
		}
		p := wire.Wrap(failure, where, Connect)
		if p.Kind == mail.Timeout {
			p.Kind, p.Said = mail.Unreachable, "no answer within "+each.String()
		}
		return nil, p
	}
	e.took(Resolve, resolved, strings.Join(names, ", "), v)
	v = nil
	switch {
	case broken[true] && !works[true] && works[false] && hasIPv6():
		v = &mail.Verdict{Reason: mail.IPv6Broken}
	case broken[false] && works[false]:
		v = &mail.Verdict{Reason: mail.AddressDead, Other: strings.Join(dead[false], ", ")}
	case broken[true] && works[true]:
		v = &mail.Verdict{Reason: mail.AddressDead, Other: strings.Join(dead[true], ", ")}
	case fastest > slow:
		v = &mail.Verdict{Reason: mail.SlowLine, Other: strconv.FormatInt(fastest.Milliseconds(), 10)}
	}
	e.took(Connect, time.Since(began), strings.Join(said, ", "), v)
	return chosen, nil
}

// hasIPv6 reports whether this computer thinks that it can use IPv6: without that, Poplar loses no time with it.
var hasIPv6 = func() bool {
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		return true
	}
	for _, a := range addrs {
		if n, ok := a.(*net.IPNet); ok && n.IP.To4() == nil && n.IP.IsGlobalUnicast() && !n.IP.IsPrivate() {
			return true
		}
	}
	return false
}

func (e *examination) connectLimit() time.Duration {
	if e.options.Connect > 0 {
		return e.options.Connect
	}
	return wire.DefaultConnect
}

// familyLimit bounds one of n addresses, so that one that swallows packets leaves time for the others.
func (e *examination) familyLimit(n int) time.Duration {
	return min(e.connectLimit()/time.Duration(max(n, 1)), 8*time.Second)
}

func (e *examination) dial(ctx context.Context, addr string) (net.Conn, error) {
	if e.options.DialContext != nil {
		return e.options.DialContext(ctx, "tcp", addr)
	}
	return new(net.Dialer).DialContext(ctx, "tcp", addr)
}

func (e *examination) lookUp(ctx context.Context, host string) ([]netip.Addr, error) {
	if a, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil {
		return []netip.Addr{a.Unmap()}, nil
	}
	list, err := e.Resolver.LookupNetIP(ctx, "ip", host)
	for i := range list {
		list[i] = list[i].Unmap()
	}
	if err == nil && len(list) == 0 {
		err = &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
	}
	return list, err
}

// perFamily is how many addresses of a family are tried, one after the other, before it counts as broken.
const perFamily = 2

// inTurn picks the first addresses of each family, IPv6 first as the system would.
func inTurn(list []netip.Addr) []netip.Addr {
	var six, four []netip.Addr
	for _, a := range list {
		switch {
		case a.Is4() && len(four) < perFamily:
			four = append(four, a)
		case a.Is6() && len(six) < perFamily:
			six = append(six, a)
		}
	}
	return append(six, four...)
}
