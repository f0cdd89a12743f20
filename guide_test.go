package main

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"poplar/mail"
	"poplar/mail/mailtest"
	"poplar/settings"
)

// resolveBy has the program, which the test binary stands in for, ask the name server of the test.
func resolveBy(server string) {
	if server == "" {
		return
	}
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", server)
	}}
}

// names is a name server: every name under pop. and smtp. is this computer, and SRV records tell the ports.
func names(t *testing.T, domain string, ports map[string]int) string {
	t.Helper()
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		buf := make([]byte, 1500)
		for {
			n, from, err := c.ReadFrom(buf)
			if err != nil {
				return
			}
			if reply, err := answer(buf[:n], domain, ports); err == nil {
				_, _ = c.WriteTo(reply, from)
			}
		}
	})
	t.Cleanup(func() { _ = c.Close(); wg.Wait() })
	return c.LocalAddr().String()
}

func answer(question []byte, domain string, ports map[string]int) ([]byte, error) {
	var m dnsmessage.Message
	if err := m.Unpack(question); err != nil || len(m.Questions) != 1 {
		return nil, errors.New("no question")
	}
	q := m.Questions[0]
	m.Response, m.RecursionAvailable, m.RCode, m.Additionals = true, true, dnsmessage.RCodeNameError, nil
	head := dnsmessage.ResourceHeader{Name: q.Name, Class: dnsmessage.ClassINET, TTL: 60}
	for host := range map[string]bool{"pop": true, "smtp": true} {
		if q.Name.String() != host+"."+domain+"." {
			continue
		}
		m.RCode = dnsmessage.RCodeSuccess
		if q.Type == dnsmessage.TypeA {
			m.Answers = append(m.Answers, dnsmessage.Resource{Header: head, Body: &dnsmessage.AResource{A: [4]byte{127, 0, 0, 1}}})
		}
	}
	for service, port := range ports {
		if q.Name.String() != "_"+service+"._tcp."+domain+"." || q.Type != dnsmessage.TypeSRV {
			continue
		}
		host := "pop."
		if service[0] == 's' {
			host = "smtp."
		}
		m.RCode = dnsmessage.RCodeSuccess
		m.Answers = append(m.Answers, dnsmessage.Resource{Header: head, Body: &dnsmessage.SRVResource{Port: uint16(port), Target: dnsmessage.MustNewName(host + domain + ".")}})
	}
	return m.Pack()
}

// door is a port behind which the server can be exchanged.
type door struct {
	net.Listener
	behind atomic.Value // string
}

func newDoor(t *testing.T, behind string) *door {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	d := &door{Listener: l}
	d.behind.Store(behind)
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			wg.Go(func() {
				defer c.Close()
				up, err := net.Dial("tcp", d.behind.Load().(string))
				if err != nil {
					return
				}
				defer up.Close()
				var both sync.WaitGroup
				both.Go(func() { _, _ = io.Copy(up, c); _ = up.(*net.TCPConn).CloseWrite() })
				_, _ = io.Copy(c, up)
				_ = c.Close()
				both.Wait()
			})
		}
	})
	t.Cleanup(func() { _ = l.Close(); wg.Wait() })
	return d
}

func (d *door) port() int { return d.Addr().(*net.TCPAddr).Port }

// TestGuide goes from an address to an account that works, in the real window: at once, and after a fault that the button
// beside the doctor's finding mends.
func TestGuide(t *testing.T) {
	if os.Getenv("POPLAR_TEST_DESK") == "" {
		t.Skip("needs a display and a keyring: run through .ci/desk, as make test does")
	}
	for _, broken := range []bool{false, true} {
		name := "at once"
		if broken {
			name = "mended by the doctor's button"
		}
		t.Run(name, func(t *testing.T) { guided(t, broken) })
	}
}

func guided(t *testing.T, broken bool) {
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	const domain, address = "birch.test", "anna@birch.test"
	ca := mailtest.NewCA()
	caFile, err := ca.File(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	later := mailtest.StartPOP3(t, mailtest.POP3Options{TLS: ca.ServerTLS("pop." + domain)})
	atOnce := mailtest.StartPOP3(t, mailtest.POP3Options{TLS: ca.ServerTLS("pop." + domain), ImplicitTLS: true})
	for _, s := range []*mailtest.POP3{later, atOnce} {
		s.AddUser(address, testSecret).Add(mailtest.Sample(1, 900))
	}
	smtp := mailtest.StartSMTP(t, mailtest.SMTPOptions{
		TLS: ca.ServerTLS("smtp." + domain), ImplicitTLS: true, RequireAuth: true, Users: map[string]string{address: testSecret},
	})
	pop := newDoor(t, atOnce.Addr())
	service := "pop3s"
	if broken { // what is found is right, and wrong a moment later
		service = "pop3"
		pop.behind.Store(later.Addr())
	}
	out := smtp.Server(address)
	dns := names(t, domain, map[string]int{service: pop.port(), "submissions": out.Port})

	d := &desk{t: t, ctx: ctx, profile: t.TempDir(), home: t.TempDir()}
	d.env = []string{"POPLAR_TEST_DNS=" + dns, "SSL_CERT_FILE=" + caFile, "ALL_PROXY=", "HTTPS_PROXY=", "all_proxy=", "https_proxy="}
	d.open()
	main := d.window("Poplar")
	d.xdotool("windowmove", main, "0", "0", "sleep", "1.5")
	d.picture("guide-1")
	d.xdotool("type", "--delay", "30", address)
	d.xdotool("sleep", "0.4", "key", "Return")
	d.until("the servers are found", func() bool { return smtp.Sessions() > 0 && later.Sessions()+atOnce.Sessions() > 0 })
	d.xdotool("sleep", "1.5")
	d.xdotool("type", "--delay", "30", "Anna Lindqvist")
	d.xdotool("key", "Tab", "sleep", "0.3", "key", "Tab", "sleep", "0.3")
	d.xdotool("type", "--delay", "30", testSecret)
	d.picture("guide-2")
	d.xdotool("sleep", "0.4", "key", "Return", "sleep", "1.5")
	d.picture("guide-3")
	accounts := func() []mail.Account {
		set, err := settings.Open(d.profile)
		if err != nil {
			return nil
		}
		return set.Accounts()
	}
	if broken {
		pop.behind.Store(atOnce.Addr())
		sessions := atOnce.Sessions()
		// The page may still be asking: what it has to be told once is told until it has been heard.
		d.until("the test begins", func() bool {
			d.xdotool("key", "Return", "sleep", "1")
			return atOnce.Sessions() > sessions
		})
		d.until("the test has looked at both servers", func() bool { return smtp.Count("AUTH") > 0 })
		d.xdotool("sleep", "2")
		d.picture("guide-4")
		d.until("the button mends it", func() bool {
			if atOnce.Count("STAT") > 0 {
				return true
			}
			d.xdotool("key", "Tab", "sleep", "0.4", "key", "space", "sleep", "2.5")
			return atOnce.Count("STAT") > 0
		})
	}
	d.until("the account is ready", func() bool {
		d.xdotool("key", "Return", "sleep", "1")
		d.picture("guide-5")
		return len(accounts()) == 1
	})
	server := atOnce
	d.until("its mail comes", func() bool { return server.Count("RETR") > 0 })
	d.xdotool("sleep", "1")
	d.picture("guide-6")
	d.quit()
	a := accounts()[0]
	if a.Name != "Anna Lindqvist" || a.Address != address || a.Incoming.Security != mail.TLS || a.Incoming.Port != pop.port() || a.Outgoing.Port != out.Port {
		t.Errorf("stored %+v", a)
	}
	if _, err := os.Stat(filepath.Join(d.profile, "settings.json")); err != nil {
		t.Error(err)
	}
	d.noSecretOf(address)
}
