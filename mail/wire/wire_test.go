package wire_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"poplar/mail"
	"poplar/mail/mailtest"
	"poplar/mail/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// piped dials a pipe and returns both ends.
func piped(t *testing.T, ctx context.Context, o wire.Options) (*wire.Conn, net.Conn) {
	t.Helper()
	near, far := net.Pipe()
	o.DialContext = func(context.Context, string, string) (net.Conn, error) { return near, nil }
	c, err := wire.Dial(ctx, mail.Server{Host: "mail.example.test", Port: 110, Security: mail.NoTLS}, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = c.Close(), far.Close() })
	return c, far
}

func kind(err error) mail.Kind {
	if err == nil {
		return ""
	}
	return mail.ProblemOf(err).Kind
}

func TestIdleLimitHolds(t *testing.T) {
	for name, deadline := range map[string]time.Duration{"none set": -1, "cleared": 0, "far away": time.Hour} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, _ := piped(t, t.Context(), wire.Options{Idle: 40 * time.Second})
				switch deadline {
				case 0:
					_ = c.SetDeadline(time.Time{})
				case time.Hour:
					_ = c.SetDeadline(time.Now().Add(deadline))
				}
				start := time.Now()
				_, err := c.Read(make([]byte, 1))
				if kind(err) != mail.Timeout || time.Since(start) != 40*time.Second {
					t.Errorf("read: %v after %v", err, time.Since(start))
				}
				start = time.Now()
				_, err = c.Write([]byte("hello"))
				var timeout net.Error
				if !errors.As(err, &timeout) || !timeout.Timeout() || time.Since(start) != 40*time.Second {
					t.Errorf("write: %v after %v", err, time.Since(start))
				}
			})
		})
	}
}

func TestIdleLimitCanBeShortenedAndChanged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := piped(t, t.Context(), wire.Options{Idle: time.Minute})
		start := time.Now()
		_ = c.SetReadDeadline(time.Now().Add(5 * time.Second))
		if _, err := c.Read(make([]byte, 1)); kind(err) != mail.Timeout || time.Since(start) != 5*time.Second {
			t.Errorf("the caller's own deadline: %v after %v", err, time.Since(start))
		}
		_ = c.SetReadDeadline(time.Time{})
		c.SetIdle(10 * time.Minute)
		start = time.Now()
		time.AfterFunc(time.Minute, func() { _ = c.SetReadDeadline(time.Now()) })
		if _, err := c.Read(make([]byte, 1)); err == nil || time.Since(start) != time.Minute {
			t.Errorf("a deadline set during a read: %v after %v", err, time.Since(start))
		}
		_ = c.SetReadDeadline(time.Time{})
		start = time.Now()
		if _, err := c.Read(make([]byte, 1)); err == nil || time.Since(start) != 10*time.Minute {
			t.Errorf("the longer limit: %v after %v", err, time.Since(start))
		}
	})
}

func TestSlowIsNotSilent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, far := piped(t, t.Context(), wire.Options{Idle: time.Minute})
		go func() {
			for range 100 {
				time.Sleep(50 * time.Second)
				_, _ = far.Write([]byte("x"))
			}
			_ = far.Close()
		}()
		all, err := io.ReadAll(c)
		if err != nil || len(all) != 100 {
			t.Errorf("read %d octets: %v", len(all), err)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		c, far := piped(t, t.Context(), wire.Options{Idle: time.Minute})
		got := make(chan int)
		go func() {
			n, p := 0, make([]byte, 64<<10)
			for n < 1<<20 {
				time.Sleep(50 * time.Second)
				m, err := far.Read(p)
				if err != nil {
					break
				}
				n += m
			}
			got <- n
		}()
		// One write, as of an attachment, takes much longer than the limit for a piece of it.
		n, err := c.Write(make([]byte, 1<<20))
		if err != nil || n != 1<<20 || <-got != n {
			t.Errorf("wrote %d octets: %v", n, err)
		}
	})
}

func TestContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		c, far := piped(t, ctx, wire.Options{})
		failed := make(chan error)
		go func() {
			_, err := c.Read(make([]byte, 1))
			failed <- err
		}()
		synctest.Wait()
		start := time.Now()
		cancel()
		if err := <-failed; kind(err) != mail.Cancelled || !errors.Is(err, context.Canceled) {
			t.Errorf("a pending read: %v", err)
		}
		_ = c.SetDeadline(time.Now().Add(time.Hour)) // must not bring it back to life
		if _, err := c.Write([]byte("x")); kind(err) != mail.Cancelled {
			t.Errorf("a later write: %v", err)
		}
		if time.Since(start) != 0 {
			t.Errorf("it took %v", time.Since(start))
		}
		c.SetContext(t.Context())
		go func() { _, _ = io.WriteString(far, "+OK\r\n") }()
		if n, err := c.Read(make([]byte, 10)); n != 5 || err != nil {
			t.Errorf("with another context: %d, %v", n, err)
		}
		limited, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		c.SetContext(limited)
		if _, err := c.Read(make([]byte, 1)); kind(err) != mail.Timeout || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a context's own deadline: %v", err)
		}
	})
}

func TestCancelledDial(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	block := func(ctx context.Context, _, _ string) (net.Conn, error) {
		cancel()
		<-ctx.Done()
		return nil, ctx.Err()
	}
	_, err := wire.Dial(ctx, mail.Server{Host: "h", Port: 1}, wire.Options{DialContext: block})
	if kind(err) != mail.Cancelled {
		t.Errorf("got %v", err)
	}
}

func TestDialLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := mail.Server{Host: "192.0.2.1", Port: 995, Security: mail.TLS}
		vanish := func(ctx context.Context, _, _ string) (net.Conn, error) { <-ctx.Done(); return nil, ctx.Err() }
		start := time.Now()
		_, err := wire.Dial(t.Context(), s, wire.Options{Connect: 7 * time.Second, DialContext: vanish})
		if kind(err) != mail.Unreachable || time.Since(start) != 7*time.Second {
			t.Errorf("connect: %v after %v", err, time.Since(start))
		}
		near, far := net.Pipe()
		defer far.Close()
		go func() { _, _ = io.Copy(io.Discard, far) }()
		start = time.Now()
		_, err = wire.Dial(t.Context(), s, wire.Options{Connect: 7 * time.Second, DialContext: func(context.Context, string, string) (net.Conn, error) { return near, nil }})
		if p := mail.ProblemOf(err); p.Kind != mail.Timeout || p.Doing != "encrypt" || time.Since(start) != 7*time.Second {
			t.Errorf("handshake: %v after %v", err, time.Since(start))
		}
	})
}

func TestFailuresOfDial(t *testing.T) {
	fails := func(err error) func(context.Context, string, string) (net.Conn, error) {
		return func(context.Context, string, string) (net.Conn, error) { return nil, err }
	}
	sys := func(e syscall.Errno) error {
		return &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", e)}
	}
	tests := []struct {
		name  string
		host  string
		port  int
		err   error
		kind  mail.Kind
		doing string
	}{
		{"no such name", "pop.nowhere.invalid", 995, &net.DNSError{Err: "no such host", Name: "pop.nowhere.invalid", IsNotFound: true}, mail.NoSuchHost, "resolve"},
		{"no name server", "pop.poplar.app", 995, &net.DNSError{Err: "server misbehaving", Name: "pop.poplar.app", IsTemporary: true}, mail.Offline, "resolve"},
		{"name server times out", "pop.poplar.app", 995, &net.DNSError{Err: "i/o timeout", Name: "pop.poplar.app", IsTimeout: true}, mail.Offline, "resolve"},
		{"no line", "192.0.2.1", 995, sys(wire.ErrnoNetUnreach), mail.Offline, "connect"},
		{"refused", "192.0.2.1", 995, sys(wire.ErrnoRefused), mail.Unreachable, "connect"},
		{"system's own time-out", "192.0.2.1", 995, sys(wire.ErrnoTimedOut), mail.Unreachable, "connect"},
		{"no name", " ", 995, nil, mail.NoSuchHost, "resolve"},
		{"no port", "mail.example.test", 0, nil, mail.Protocol, "connect"},
	}
	for _, c := range tests {
		t.Run(c.name, func(t *testing.T) {
			_, err := wire.Dial(t.Context(), mail.Server{Host: c.host, Port: c.port}, wire.Options{DialContext: fails(c.err)})
			p := mail.ProblemOf(err)
			if p == nil || p.Kind != c.kind || p.Doing != c.doing {
				t.Errorf("got %v (%+v)", err, p)
			}
		})
	}
}

func TestInternationalHost(t *testing.T) {
	var dialled string
	_, _ = wire.Dial(t.Context(), mail.Server{Host: "邮件.中国.", Port: 995}, wire.Options{DialContext: func(_ context.Context, _, addr string) (net.Conn, error) {
		dialled = addr
		return nil, errors.New("no")
	}})
	if dialled != "xn--5nq051n.xn--fiqs8s:995" {
		t.Errorf("dialled %q", dialled)
	}
}

func TestHangUp(t *testing.T) {
	p := mailtest.StartPOP3(t, mailtest.POP3Options{Script: mailtest.On("GREETING", mailtest.CutAfter)})
	c, err := wire.Dial(t.Context(), p.Server("anna"), wire.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if all, err := io.ReadAll(c); err != nil || len(all) == 0 {
		t.Errorf("the end of the stream is an error: %v", err)
	}
	e := wire.Wrap(io.EOF, "h:1", "log in")
	if e.Kind != mail.ServerTemporary || e.Error() != "h:1: log in: the server closed the connection" {
		t.Errorf("wrapped: %v", e)
	}
	inner := &wire.Error{Kind: mail.Timeout, Where: "h:1", Doing: "read"}
	if e := wire.Wrap(fmt.Errorf("RETR: %w", inner), "", "retrieve"); e.Doing != "retrieve" || e.Kind != mail.Timeout || inner.Doing != "read" {
		t.Errorf("wrapped again: %+v", e)
	}
	if wire.Wrap(nil, "", "") != nil {
		t.Error("nil is wrapped")
	}
}

// tlsServer answers TLS handshakes at a port of its own.
func tlsServer(t *testing.T, config *tls.Config) mail.Server {
	t.Helper()
	p := mailtest.StartPOP3(t, mailtest.POP3Options{TLS: config, ImplicitTLS: true})
	s := p.Server("anna")
	s.Host = "localhost"
	return s
}

func TestCertificates(t *testing.T) {
	ca, other := mailtest.NewCA(), mailtest.NewCA()
	file, err := ca.File(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	empty := filepath.Join(t.TempDir(), "empty.pem")
	if err := os.WriteFile(empty, []byte("nothing"), 0o600); err != nil {
		t.Fatal(err)
	}
	good := ca.ServerTLS()
	config := func(l mailtest.Leaf) *tls.Config { return &tls.Config{Certificates: []tls.Certificate{ca.Issue(l)}} }
	yesterday := time.Now().AddDate(0, 0, -1)
	expired := config(mailtest.Leaf{From: yesterday.AddDate(0, 0, -1), To: yesterday})
	tests := []struct {
		name   string
		server *tls.Config
		ca     string
		pins   []string
		kind   mail.Kind
		reason []string // parts of it
	}{
		{"own authority", good, file, nil, "", nil},
		{"unknown authority", good, "", nil, mail.UntrustedCertificate, []string{"issuer is not known"}},
		{"another authority", other.ServerTLS(), file, nil, mail.UntrustedCertificate, []string{"issuer is not known"}},
		{"another host", ca.ServerTLS("mail.example.test"), file, nil, mail.UntrustedCertificate, []string{"it is for mail.example.test, not for localhost"}},
		{"expired", expired, file, nil, mail.UntrustedCertificate, []string{"it expired on " + yesterday.UTC().Format("2 January 2006")}},
		{"not yet valid", config(mailtest.Leaf{From: time.Now().AddDate(0, 0, 2)}), file, nil, mail.UntrustedCertificate, []string{"not valid before"}},
		{"signed by itself", config(mailtest.Leaf{SelfSigned: true}), file, nil, mail.UntrustedCertificate, []string{"signed by itself"}},
		{"everything at once", expired, "", nil, mail.UntrustedCertificate, []string{"it expired", "issuer is not known"}},
		{"pinned", good, "", []string{mailtest.Fingerprint(good)}, "", nil},
		{"pinned in capitals with colons", good, "", []string{colons(mailtest.Fingerprint(good))}, "", nil},
		{"pinned although expired", expired, "", []string{mailtest.Fingerprint(expired)}, "", nil},
		{"another one pinned", good, "", []string{mailtest.Fingerprint(expired)}, mail.UntrustedCertificate, []string{"not the one you chose to trust"}},
		{"no such CA file", good, file + ".missing", nil, mail.Unknown, nil},
		{"no CA in the file", good, empty, nil, mail.Unknown, nil},
		{"TLS 1.1", &tls.Config{Certificates: good.Certificates, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}, file, nil, mail.Protocol, nil},
		{"TLS 1.2", &tls.Config{Certificates: good.Certificates, MaxVersion: tls.VersionTLS12}, file, nil, "", nil},
	}
	for _, c := range tests {
		t.Run(c.name, func(t *testing.T) {
			s := tlsServer(t, c.server)
			s.CAFile, s.Pins = c.ca, c.pins
			conn, err := wire.Dial(t.Context(), s, wire.Options{})
			if kind(err) != c.kind {
				t.Fatalf("got %v, want kind %q", err, c.kind)
			}
			if err == nil {
				if !conn.Encrypted() {
					t.Error("not encrypted")
				}
				_ = conn.Close()
				return
			}
			p := mail.ProblemOf(err)
			if p.Doing != "encrypt" || p.Where != s.Addr() {
				t.Errorf("doing %q at %q", p.Doing, p.Where)
			}
			if c.kind != mail.UntrustedCertificate {
				return
			}
			if p.Certificate == nil {
				t.Fatal("no certificate to show")
			}
			for _, r := range c.reason {
				if !strings.Contains(p.Certificate.Reason, r) {
					t.Errorf("reason %q lacks %q", p.Certificate.Reason, r)
				}
			}
			cert := p.Certificate
			if cert.Host != "localhost" || cert.SHA256 != mailtest.Fingerprint(c.server) || cert.Issuer == "" || cert.Subject == "" || !cert.NotAfter.After(cert.NotBefore) {
				t.Errorf("certificate: %+v", cert)
			}
			if !strings.Contains(err.Error(), cert.Reason) {
				t.Errorf("the error does not say why: %v", err)
			}
		})
	}
}

func colons(hex string) string {
	var b strings.Builder
	for i := 0; i < len(hex); i += 2 {
		if i > 0 {
			b.WriteByte(':')
		}
		b.WriteString(strings.ToUpper(hex[i : i+2]))
	}
	return b.String()
}

func TestSteps(t *testing.T) {
	ca := mailtest.NewCA()
	s := tlsServer(t, ca.ServerTLS())
	s.Pins = nil
	var err error
	if s.CAFile, err = ca.File(t.TempDir()); err != nil {
		t.Fatal(err)
	}
	var steps []string
	c, err := wire.Dial(t.Context(), s, wire.Options{Step: func(name string, _ time.Duration, saw string) { steps = append(steps, name+": "+saw) }})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if len(steps) != 3 || !strings.HasPrefix(steps[0], "resolve: ") || !strings.HasPrefix(steps[1], "connect: ") ||
		!strings.HasPrefix(steps[2], "encrypt: TLS 1.3, ") || !strings.Contains(steps[2], "localhost by Poplar test authority valid until 20") {
		t.Errorf("steps: %q", steps)
	}
}

func TestWrongPort(t *testing.T) {
	plain := mailtest.StartPOP3(t, mailtest.POP3Options{})
	s := plain.Server("anna")
	s.Security = mail.TLS
	_, err := wire.Dial(t.Context(), s, wire.Options{})
	p := mail.ProblemOf(err)
	if p.Kind != mail.Protocol || p.Doing != "encrypt" || !strings.Contains(p.Said, "does not begin with TLS") || !strings.Contains(p.Said, "+OK Poplar's test server") {
		t.Errorf("TLS to a port without: %v", err)
	}

	encrypted := tlsServer(t, mailtest.NewCA().ServerTLS())
	encrypted.Security = mail.NoTLS
	c, err := wire.Dial(t.Context(), encrypted, wire.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	_, _ = io.WriteString(c, "CAPA\r\n")
	_, err = c.Read(make([]byte, 100))
	if p := mail.ProblemOf(err); p.Kind != mail.ServerTemporary || !strings.Contains(p.Said, "may expect TLS from the start") || !errors.Is(err, io.EOF) {
		t.Errorf("plaintext to a TLS port that hangs up: %v", err)
	}
	c, far := piped(t, t.Context(), wire.Options{})
	go func() { _, _ = far.Write([]byte{0x15, 3, 1, 0, 2, 2, 10}) }() // a TLS alert, as OpenSSL sends it
	_, err = c.Read(make([]byte, 100))
	if p := mail.ProblemOf(err); p.Kind != mail.Protocol || !strings.Contains(p.Said, "expects TLS from the start") {
		t.Errorf("plaintext to a TLS port that answers: %v", err)
	}
	synctest.Test(t, func(t *testing.T) {
		c, _ := piped(t, t.Context(), wire.Options{})
		_, err := c.Read(make([]byte, 1))
		if p := mail.ProblemOf(err); p.Kind != mail.Timeout || !strings.Contains(p.Said, "may expect TLS") {
			t.Errorf("a silent port: %v", err)
		}
	})
}

// upgrade connects in the clear, asks for STLS, and hands over what came beyond the go-ahead.
func upgrade(t *testing.T, s mail.Server) (*wire.Conn, error) {
	t.Helper()
	c, err := wire.Dial(t.Context(), s, wire.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	line := func() {
		t.Helper()
		for p := make([]byte, 1); p[0] != '\n'; {
			if _, err := c.Read(p); err != nil {
				t.Fatal(err)
			}
		}
	}
	line()
	_, _ = io.WriteString(c, "STLS\r\n")
	line()
	return c, c.StartTLS(t.Context(), 0)
}

func TestStartTLS(t *testing.T) {
	ca := mailtest.NewCA()
	config := ca.ServerTLS()
	p := mailtest.StartPOP3(t, mailtest.POP3Options{TLS: config})
	s := p.Server("anna")
	s.Pins = []string{mailtest.Fingerprint(config)}
	c, err := upgrade(t, s)
	if err != nil {
		t.Fatal(err)
	}
	if state, ok := c.TLS(); !ok || !c.Encrypted() || state.Version < tls.VersionTLS12 {
		t.Error("not encrypted")
	}
	_, _ = io.WriteString(c, "NOOP\r\n")
	answer := make([]byte, 4)
	if _, err := io.ReadFull(c, answer); err != nil || string(answer) != "-ERR" {
		t.Errorf("after the handshake: %q, %v", answer, err)
	}
	if err := c.StartTLS(t.Context(), 0); err == nil {
		t.Error("encrypted twice")
	}

	s.Pins = nil
	if _, err := upgrade(t, s); kind(err) != mail.UntrustedCertificate {
		t.Errorf("untrusted: %v", err)
	}
}

func TestResponseInjection(t *testing.T) {
	config := mailtest.NewCA().ServerTLS()
	p := mailtest.StartPOP3(t, mailtest.POP3Options{TLS: config, Script: mailtest.On("STLS", mailtest.Say("+OK\r\n+OK injected\r\n"))})
	s := p.Server("anna")
	s.Pins = []string{mailtest.Fingerprint(config)}
	c, err := upgrade(t, s) // the injected line still lies in the socket
	e := mail.ProblemOf(err)
	if e == nil || e.Kind != mail.Protocol || !strings.Contains(e.Said, "response injection") || c.Encrypted() {
		t.Errorf("in the socket: %v", err)
	}
	if n, err := c.Read(make([]byte, 10)); err == nil {
		t.Errorf("the connection can still be read: %d octets", n)
	}

	c, far := piped(t, t.Context(), wire.Options{})
	failed := make(chan error, 1)
	go func() { failed <- c.StartTLS(t.Context(), 14) }() // or in the caller's buffer
	if sent, _ := io.ReadAll(far); len(sent) > 0 {
		t.Errorf("%d octets were sent nevertheless", len(sent))
	}
	if e := mail.ProblemOf(<-failed); e == nil || e.Kind != mail.Protocol || !strings.Contains(e.Said, "response injection") {
		t.Errorf("in the buffer: %v", e)
	}
}

func TestResumption(t *testing.T) {
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		t.Run(tls.VersionName(version), func(t *testing.T) {
			config := mailtest.NewCA().ServerTLS()
			config.MaxVersion = version
			s := tlsServer(t, config)
			s.Pins = []string{mailtest.Fingerprint(config)}
			o := wire.Options{Sessions: tls.NewLRUClientSessionCache(8)}
			// Another server of the same name must not take the first one's tickets away.
			other := tlsServer(t, config)
			other.Pins = s.Pins
			resumed := func(s mail.Server) bool {
				c, err := wire.Dial(t.Context(), s, o)
				if err != nil {
					t.Fatal(err)
				}
				defer c.Close()
				_, _ = c.Read(make([]byte, 10)) // TLS 1.3's ticket comes before the greeting
				state, _ := c.TLS()
				return state.DidResume
			}
			if resumed(s) || resumed(other) {
				t.Error("resumed out of nothing")
			}
			if !resumed(s) || !resumed(other) {
				t.Error("not resumed")
			}
			// Trust that is withdrawn counts for a resumed session, too.
			s.Pins = nil
			if _, err := wire.Dial(t.Context(), s, o); kind(err) != mail.UntrustedCertificate {
				t.Errorf("resumed without trust: %v", err)
			}
		})
	}
}

func TestCutHandshake(t *testing.T) {
	s := tlsServer(t, mailtest.NewCA().ServerTLS())
	_, err := wire.Dial(t.Context(), s, wire.Options{DialContext: mailtest.Dialer(mailtest.Faults{CutRead: 5})})
	if p := mail.ProblemOf(err); p.Kind != mail.ServerTemporary || p.Doing != "encrypt" {
		t.Errorf("got %v", err)
	}
}
