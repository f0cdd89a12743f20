package autoconfig

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/net/dns/dnsmessage"

	"poplar/mail"
	"poplar/mail/mailtest"
	"poplar/mail/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// internet is a small one on the loopback: DNS, web servers and mail servers. What it does not have does not exist.
type internet struct {
	t      *testing.T
	ca     *mailtest.CA
	caFile string

	dns   map[string][]dnsmessage.ResourceBody // by "TYPE name."
	mail  map[string]string                    // host:port as it is called, and where it is
	sites map[string]http.HandlerFunc          // by "https://host" or "http://host"

	mu    sync.Mutex
	asked []string // questions to DNS and the web, in order

	once          sync.Once
	udp           net.PacketConn
	secure, plain *httptest.Server
}

func newInternet(t *testing.T) *internet {
	t.Helper()
	n := &internet{
		t: t, ca: mailtest.NewCA(), dns: map[string][]dnsmessage.ResourceBody{}, mail: map[string]string{},
		sites: map[string]http.HandlerFunc{},
	}
	n.publish("https://ispdb.test", "/nothing", "")
	var err error
	if n.caFile, err = n.ca.File(t.TempDir()); err != nil {
		t.Fatal(err)
	}
	if n.udp, err = net.ListenPacket("udp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	return n
}

// start opens the internet, which is not changed from then on.
func (n *internet) start() {
	done := make(chan struct{})
	go func() {
		defer close(done)
		n.answerDNS()
	}()
	n.plain = httptest.NewServer(n.site("http"))
	n.secure = httptest.NewUnstartedServer(n.site("https"))
	n.secure.TLS = &tls.Config{GetCertificate: func(h *tls.ClientHelloInfo) (*tls.Certificate, error) {
		c := n.ca.Issue(mailtest.Leaf{Hosts: []string{h.ServerName}})
		return &c, nil
	}}
	n.secure.StartTLS()
	n.t.Cleanup(func() {
		n.udp.Close()
		n.plain.Close()
		n.secure.Close()
		<-done
	})
}

func (n *internet) note(what string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.asked = append(n.asked, what)
}

func (n *internet) questions() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return strings.Join(n.asked, "\n")
}

func (n *internet) answerDNS() {
	buf := make([]byte, 1500)
	for {
		size, from, err := n.udp.ReadFrom(buf)
		if err != nil {
			return
		}
		var m dnsmessage.Message
		if m.Unpack(buf[:size]) != nil || len(m.Questions) != 1 {
			continue
		}
		q := m.Questions[0]
		key := strings.TrimPrefix(q.Type.String(), "Type") + " " + strings.ToLower(q.Name.String())
		n.note(key)
		m.Response, m.RecursionAvailable, m.Additionals = true, true, nil
		bodies := n.dns[key]
		known := len(bodies) > 0
		for k := range n.dns {
			known = known || strings.HasSuffix(k, " "+strings.ToLower(q.Name.String()))
		}
		if !known {
			m.RCode = dnsmessage.RCodeNameError
		}
		for _, b := range bodies {
			m.Answers = append(m.Answers, dnsmessage.Resource{Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class, TTL: 60}, Body: b})
		}
		if out, err := m.Pack(); err == nil {
			_, _ = n.udp.WriteTo(out, from)
		}
	}
}

func (n *internet) mx(domain string, hosts ...string) {
	for i, h := range hosts {
		key := "MX " + domain + "."
		n.dns[key] = append(n.dns[key], &dnsmessage.MXResource{Pref: uint16(10 * (i + 1)), MX: dnsmessage.MustNewName(h + ".")})
	}
}

func (n *internet) srv(service, domain, target string, port uint16) {
	key := "SRV _" + service + "._tcp." + domain + "."
	n.dns[key] = append(n.dns[key], &dnsmessage.SRVResource{Priority: 10, Port: port, Target: dnsmessage.MustNewName(target)})
}

func (n *internet) host(names ...string) {
	for _, name := range names {
		n.dns["A "+name+"."] = []dnsmessage.ResourceBody{&dnsmessage.AResource{A: [4]byte{127, 0, 0, 1}}}
	}
}

func (n *internet) site(scheme string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n.note(scheme + "://" + r.Host + r.URL.RequestURI())
		h := n.sites[scheme+"://"+r.Host]
		if h == nil {
			http.NotFound(w, r)
			return
		}
		h(w, r)
	})
}

// publish has a site answer one path.
func (n *internet) publish(site, path, body string) {
	n.sites[site] = func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != path {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write([]byte(body))
	}
}

// pop3 puts a POP3 server at each of the addresses, TLS from the start on port 995.
func (n *internet) pop3(addrs ...string) *mailtest.POP3 {
	host, port, _ := net.SplitHostPort(addrs[0])
	s := mailtest.StartPOP3(n.t, mailtest.POP3Options{TLS: n.ca.ServerTLS(host), ImplicitTLS: port == "995"})
	for _, a := range addrs {
		n.mail[a] = s.Addr()
	}
	return s
}

func (n *internet) smtp(addrs ...string) *mailtest.SMTP {
	host, port, _ := net.SplitHostPort(addrs[0])
	s := mailtest.StartSMTP(n.t, mailtest.SMTPOptions{TLS: n.ca.ServerTLS(host), ImplicitTLS: port == "465"})
	for _, a := range addrs {
		n.mail[a] = s.Addr()
	}
	return s
}

func (n *internet) options() Options {
	n.once.Do(n.start)
	var d net.Dialer
	resolver := &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return d.DialContext(ctx, "udp", n.udp.LocalAddr().String())
	}}
	web := &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{RootCAs: pool(n.t, n.ca)}, DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
		host, port, _ := net.SplitHostPort(addr)
		secure, plain := n.sites["https://"+host] != nil, n.sites["http://"+host] != nil
		switch {
		case port == "443" && secure:
			return d.DialContext(ctx, network, n.secure.Listener.Addr().String())
		case port == "80" && plain:
			return d.DialContext(ctx, network, n.plain.Listener.Addr().String())
		}
		return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
	}}
	jar, err := cookiejar.New(nil)
	if err != nil {
		n.t.Fatal(err)
	}
	return Options{
		Resolver: resolver, HTTP: &http.Client{Transport: web, Jar: jar}, CAFile: n.caFile, ISPDB: "https://ispdb.test/v1.1/", Each: 30 * time.Second, Overall: 2 * time.Minute,
		Wire: wire.Options{DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			where, ok := n.mail[addr]
			if !ok {
				return nil, &net.OpError{Op: "dial", Net: network, Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
			}
			return d.DialContext(ctx, network, where)
		}},
	}
}

func pool(t *testing.T, ca *mailtest.CA) *x509.CertPool {
	t.Helper()
	p := x509.NewCertPool()
	if !p.AppendCertsFromPEM(ca.PEM()) {
		t.Fatal("no authority")
	}
	return p
}

// find calls Find and checks what holds for every search: the last report of each source is what was returned, and
// nothing but harmless commands was sent.
func (n *internet) find(address string) ([]Candidate, error) {
	n.t.Helper()
	var reports []Candidate
	found, err := Find(n.t.Context(), address, n.options(), func(c Candidate) { reports = append(reports, c) })
	for _, c := range found {
		if len(c.Users) > 2 {
			n.t.Errorf("%s: more than two user names: %q", c.Source, c.Users)
		}
		told := false
		for _, r := range reports {
			told = told || r.Source == c.Source && r.Incoming.Addr() == c.Incoming.Addr() && r.Verified == c.Verified
		}
		if !told {
			n.t.Errorf("%s %s was returned and not reported", c.Source, c.Incoming.Addr())
		}
	}
	return found, err
}

// offline is a network that is not there: every name ends in err. It counts the questions to DNS.
func offline(err error) (Options, *atomic.Int32) {
	u := unplugged{err, new(atomic.Int32)}
	dial := func(context.Context, string, string) (net.Conn, error) { return nil, err }
	return Options{Resolver: u, HTTP: &http.Client{Transport: &http.Transport{DialContext: dial}}, Wire: wire.Options{DialContext: dial}}, u.asked
}

type unplugged struct {
	err   error
	asked *atomic.Int32
}

func (u unplugged) LookupMX(context.Context, string) ([]*net.MX, error) {
	u.asked.Add(1)
	return nil, u.err
}

func (u unplugged) LookupSRV(context.Context, string, string, string) (string, []*net.SRV, error) {
	u.asked.Add(1)
	return "", nil, u.err
}

func (u unplugged) LookupHost(context.Context, string) ([]string, error) {
	u.asked.Add(1)
	return nil, u.err
}

func kindOf(err error) mail.Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Problem().Kind
	}
	return ""
}

// show is a candidate in one line.
func show(c Candidate) string {
	s := string(c.Source)
	if c.Provider != nil && c.Provider.ID != "" {
		s += "(" + c.Provider.ID + ")"
	}
	for _, m := range []mail.Server{c.Incoming, c.Outgoing} {
		if m.Host == "" {
			s += " -"
			continue
		}
		s += " " + m.User + "|" + m.Addr() + "|" + string(m.Security)
	}
	if c.Verified {
		s += " verified"
	}
	if c.Insecure {
		s += " insecure"
	}
	return s
}

func showAll(list []Candidate) string {
	lines := make([]string, len(list))
	for i, c := range list {
		lines[i] = show(c)
	}
	return strings.Join(lines, "\n")
}
