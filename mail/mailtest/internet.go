package mailtest

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"sync"
)

// Internet is a network of names, addresses and ports inside a test. What stands at a port is a server of this process;
// a port of a known host where nothing stands refuses connections. It serves as resolver and as dialler.
type Internet struct {
	mu    sync.Mutex
	names map[string][]netip.Addr
	hosts map[netip.Addr]string
	at    map[string]string // "name:port" to the address that really listens; "" swallows everything
	dead  map[netip.Addr]bool
	lies  netip.Addr // what every unknown name leads to
	off   bool
	last  byte
	asked []string
}

// NewInternet returns a network without hosts.
func NewInternet() *Internet {
	return &Internet{names: map[string][]netip.Addr{}, hosts: map[netip.Addr]string{}, at: map[string]string{}, dead: map[netip.Addr]bool{}}
}

// Host makes a name known. Without addresses it gets one of its own.
func (n *Internet) Host(name string, addrs ...string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(addrs) == 0 {
		n.last++
		addrs = []string{fmt.Sprintf("192.0.2.%d", n.last)}
	}
	for _, a := range addrs {
		ip := netip.MustParseAddr(a)
		n.names[name] = append(n.names[name], ip)
		n.hosts[ip] = name
	}
}

// Serve puts the server that listens at really onto a port of a name, which is made known.
func (n *Internet) Serve(name string, port int, really string) {
	if _, err := n.LookupNetIP(context.Background(), "ip", name); err != nil || n.known(name) == nil {
		n.Host(name)
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.at[name+":"+strconv.Itoa(port)] = really
}

func (n *Internet) known(name string) []netip.Addr {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.names[name]
}

// Swallow has what is sent to a port of a name vanish.
func (n *Internet) Swallow(name string, port int) { n.Serve(name, port, "") }

// Kill has what is sent to one address vanish, whatever its name.
func (n *Internet) Kill(addr string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.dead[netip.MustParseAddr(addr)] = true
}

// Unplug takes the network away.
func (n *Internet) Unplug() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.off = true
}

// Capture has every unknown name lead to a host, as a network does that wants a login on its own page.
func (n *Internet) Capture(name string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.lies = n.names[name][0]
}

// Asked are the names and addresses that connections were asked for, in order.
func (n *Internet) Asked() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return append([]string(nil), n.asked...)
}

// LookupNetIP is the resolver.
func (n *Internet) LookupNetIP(_ context.Context, _, host string) ([]netip.Addr, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	switch list := n.names[host]; {
	case n.off:
		return nil, &net.DNSError{Err: "no network", Name: host, IsTemporary: true}
	case len(list) > 0:
		return append([]netip.Addr(nil), list...), nil
	case n.lies.IsValid():
		return []netip.Addr{n.lies}, nil
	}
	return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
}

// Dial is the dialler, for names and for addresses.
func (n *Internet) Dial(ctx context.Context, network, addr string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, err
	}
	ip, err := netip.ParseAddr(host)
	if err != nil {
		list, err := n.LookupNetIP(ctx, "ip", host)
		if err != nil {
			return nil, err
		}
		ip = list[len(list)-1]
	}
	n.mu.Lock()
	n.asked = append(n.asked, addr)
	really, stands := n.at[n.hosts[ip]+":"+port]
	dead := n.dead[ip]
	n.mu.Unlock()
	switch {
	case dead || stands && really == "":
		<-ctx.Done()
		return nil, &net.OpError{Op: "dial", Net: network, Err: ctx.Err()}
	case !stands:
		return nil, &net.OpError{Op: "dial", Net: network, Err: errnoRefused}
	}
	return new(net.Dialer).DialContext(ctx, "tcp", really)
}

// TalkerOptions say what a server that is none for mail says.
type TalkerOptions struct {
	TLS   *tls.Config // TLS from the start
	First string      // said at once; empty: nothing
	Reply string      // said to the first line that comes; empty: nothing, and the connection stays open
}

// StartTalker starts a server that says a fixed text, such as one for IMAP or the web. It returns its address.
func StartTalker(tb TB, o TalkerOptions) string {
	tb.Helper()
	h, err := listen("", o.TLS, o.TLS != nil, nil)
	must(tb, err)
	h.serve(func(_ int, l *link) {
		if _, err := io.WriteString(l.out, o.First); err != nil || l.out.Flush() != nil {
			return
		}
		in := bufio.NewReader(l.conn)
		if _, err := in.ReadString('\n'); err != nil {
			return
		}
		if _, err := io.WriteString(l.out, o.Reply); err != nil || l.out.Flush() != nil || o.Reply != "" {
			return
		}
		_, _ = io.Copy(io.Discard, in)
	})
	tb.Cleanup(func() { _ = h.Close() })
	return h.Addr()
}
