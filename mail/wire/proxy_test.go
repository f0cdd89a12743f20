package wire

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"poplar/mail"
)

// listenFor accepts connections on a free port and hands each to serve.
func listenFor(t *testing.T, serve func(c net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			wg.Go(func() { defer c.Close(); serve(c) })
		}
	})
	t.Cleanup(func() { _ = l.Close(); wg.Wait() })
	return l.Addr().String()
}

// greeter is a mail server that says who is asking.
func greeter(t *testing.T) string {
	return listenFor(t, func(c net.Conn) { _, _ = io.WriteString(c, "+OK here\r\n") })
}

func splice(a, b net.Conn) {
	var wg sync.WaitGroup
	wg.Go(func() { _, _ = io.Copy(a, b); _ = a.Close() })
	_, _ = io.Copy(b, a)
	_ = b.Close()
	wg.Wait()
}

// httpProxy is a CONNECT proxy; every name leads to target.
func httpProxy(t *testing.T, target, user, password string, asked *[]string) string {
	var mu sync.Mutex
	return listenFor(t, func(c net.Conn) {
		in := bufio.NewReader(c)
		r, err := http.ReadRequest(in)
		if err != nil {
			return
		}
		mu.Lock()
		*asked = append(*asked, r.Method+" "+r.Host)
		mu.Unlock()
		r.Header.Set("Authorization", r.Header.Get("Proxy-Authorization"))
		if u, p, _ := r.BasicAuth(); u != user || p != password {
			_, _ = io.WriteString(c, "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
			return
		}
		up, err := net.Dial("tcp", target)
		if err != nil {
			_, _ = io.WriteString(c, "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
			return
		}
		_, _ = io.WriteString(c, "HTTP/1.1 200 Connection established\r\n\r\n")
		splice(c, up)
	})
}

// socksProxy is a SOCKS5 proxy (RFC 1928, 1929); every name leads to target.
func socksProxy(t *testing.T, target, user, password string, asked *[]string) string {
	var mu sync.Mutex
	return listenFor(t, func(c net.Conn) {
		in := bufio.NewReader(c)
		field := func() []byte {
			n, _ := in.ReadByte()
			b := make([]byte, n)
			_, _ = io.ReadFull(in, b)
			return b
		}
		_, _ = in.ReadByte()
		methods := field()
		want := byte(0)
		if user != "" {
			want = 2
		}
		if !strings.Contains(string(methods), string(rune(want))) {
			_, _ = c.Write([]byte{5, 0xff})
			return
		}
		_, _ = c.Write([]byte{5, want})
		if want == 2 {
			_, _ = in.ReadByte()
			u, p := field(), field()
			if string(u) != user || string(p) != password {
				_, _ = c.Write([]byte{1, 1})
				return
			}
			_, _ = c.Write([]byte{1, 0})
		}
		head := make([]byte, 4)
		_, _ = io.ReadFull(in, head)
		var host string
		switch head[3] {
		case 3:
			host = string(field())
		case 1:
			b := make([]byte, 4)
			_, _ = io.ReadFull(in, b)
			host = net.IP(b).String()
		}
		port := make([]byte, 2)
		_, _ = io.ReadFull(in, port)
		mu.Lock()
		*asked = append(*asked, "SOCKS "+net.JoinHostPort(host, strconv.Itoa(int(binary.BigEndian.Uint16(port)))))
		mu.Unlock()
		up, err := net.Dial("tcp", target)
		if err != nil {
			_, _ = c.Write([]byte{5, 5, 0, 1, 0, 0, 0, 0, 0, 0})
			return
		}
		_, _ = c.Write([]byte{5, 0, 0, 1, 0, 0, 0, 0, 0, 0})
		splice(c, up)
	})
}

func TestProxies(t *testing.T) {
	there := greeter(t)
	var asked []string
	plain, locked := httpProxy(t, there, "", "", &asked), httpProxy(t, there, "anna", "s3cret", &asked)
	socks, socksLocked := socksProxy(t, there, "", "", &asked), socksProxy(t, there, "anna", "s3cret", &asked)
	for _, c := range []struct {
		name, through string
		secret        string
		want, said    string
	}{
		{"CONNECT", "http://" + plain, "", "CONNECT mail.example.test:995", ""},
		{"CONNECT with a password", "http://anna@" + locked, "s3cret", "CONNECT mail.example.test:995", ""},
		{"CONNECT with a wrong one", "http://anna@" + locked, "other", "CONNECT mail.example.test:995", "407"},
		{"SOCKS5", "socks5://" + socks, "", "SOCKS mail.example.test:995", ""},
		{"SOCKS5 with a password", "socks5h://anna@" + socksLocked, "s3cret", "SOCKS mail.example.test:995", ""},
		{"SOCKS5 with a wrong one", "socks5://anna@" + socksLocked, "other", "", "authentication failed"},
		{"nobody there", "http://127.0.0.1:1", "", "", "the proxy 127.0.0.1:1"},
		{"no proxy but a mail server", "http://" + there, "", "", "does not answer as an HTTP proxy"},
	} {
		t.Run(c.name, func(t *testing.T) {
			asked = nil
			dial, err := Dialer(c.through, func(context.Context) (string, error) { return c.secret, nil }, nil)
			if err != nil {
				t.Fatal(err)
			}
			conn, err := Dial(t.Context(), mail.Server{Host: "mail.example.test", Port: 995, Security: mail.NoTLS}, Options{DialContext: dial, Connect: 20 * time.Second, Idle: 20 * time.Second})
			if c.want != "" && (len(asked) != 1 || asked[0] != c.want) {
				t.Errorf("the proxy was asked for %q, want %q", asked, c.want)
			}
			if c.said != "" {
				var proxy *ProxyError
				if !errors.As(err, &proxy) || !strings.Contains(err.Error(), c.said) || strings.Contains(err.Error(), "s3cret") {
					t.Fatalf("%v", err)
				}
				if mail.ProblemOf(err).Kind != mail.Unreachable {
					t.Errorf("kind %s", mail.ProblemOf(err).Kind)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			line, err := bufio.NewReader(conn).ReadString('\n')
			if err != nil || line != "+OK here\r\n" {
				t.Errorf("%q, %v", line, err)
			}
		})
	}
}

func TestProxyOfTheEnvironment(t *testing.T) {
	there := greeter(t)
	var asked []string
	socks, connect := socksProxy(t, there, "", "", &asked), httpProxy(t, there, "", "", &asked)
	direct := func(_ context.Context, network, addr string) (net.Conn, error) {
		if strings.HasPrefix(addr, "127.") {
			return net.Dial(network, addr)
		}
		asked = append(asked, "direct "+addr)
		return net.Dial(network, there)
	}
	for _, c := range []struct {
		env  map[string]string
		host string
		want string
	}{
		{nil, "pop.example.test:995", "direct"},
		{map[string]string{"HTTPS_PROXY": "http://" + connect}, "pop.example.test:995", "CONNECT"},
		{map[string]string{"https_proxy": connect}, "pop.example.test:995", "CONNECT"},
		{map[string]string{"ALL_PROXY": "socks5://" + socks, "HTTPS_PROXY": "http://" + connect}, "pop.example.test:995", "SOCKS"},
		{map[string]string{"all_proxy": "socks5://" + socks, "NO_PROXY": "example.test"}, "pop.example.test:995", "direct"},
		{map[string]string{"ALL_PROXY": "socks5://" + socks, "no_proxy": "pop.example.test:110"}, "pop.example.test:995", "SOCKS"},
		{map[string]string{"ALL_PROXY": "socks5://" + socks, "no_proxy": "*"}, "pop.example.test:995", "direct"},
	} {
		asked = nil
		conn, err := environment(func(k string) string { return c.env[k] }, direct)(t.Context(), "tcp", c.host)
		if err != nil {
			t.Errorf("%v: %v", c.env, err)
			continue
		}
		_ = conn.Close()
		if len(asked) != 1 || !strings.HasPrefix(asked[0], c.want+" ") {
			t.Errorf("%v: %q, want %s", c.env, asked, c.want)
		}
	}
}

func TestParseProxy(t *testing.T) {
	for in, want := range map[string]string{
		"socks5://proxy": "socks5://proxy:1080", "http://proxy.example": "http://proxy.example:8080", "https://u@[::1]:44/": "https://u@[::1]:44",
		"proxy:8080": "", "": "", "ftp://x": "", "http://": "", "http://a/b": "",
	} {
		u, err := ParseProxy(in)
		if got := ""; want == "" && err == nil || want != "" && (err != nil || u.String() != want) {
			if u != nil {
				got = u.String()
			}
			t.Errorf("%q: %q, %v", in, got, err)
		}
	}
}

// A server with two names is reached by the one that answers, and next time that one is tried first.
func TestSecondName(t *testing.T) {
	there := greeter(t)
	var tried []string
	inner := false
	o := Options{Reached: &Reached{}, Connect: 20 * time.Second, Idle: 20 * time.Second, DialContext: func(_ context.Context, _, addr string) (net.Conn, error) {
		tried = append(tried, addr)
		if strings.HasPrefix(addr, "mail.inner") != inner {
			return nil, &net.DNSError{Err: "no such host", Name: addr, IsNotFound: true}
		}
		return net.Dial("tcp", there)
	}}
	s := mail.Server{Host: "mail.inner.invalid", Port: 110, OtherHost: "mail.outer.invalid", OtherPort: 1110, Security: mail.NoTLS}
	dial := func(want ...string) {
		t.Helper()
		tried = nil
		c, err := Dial(t.Context(), s, o)
		if err != nil {
			t.Fatal(err)
		}
		if c.Server().Addr() != want[len(want)-1] || strings.Join(tried, " ") != strings.Join(want, " ") {
			t.Errorf("tried %q and reached %s, want %q", tried, c.Server().Addr(), want)
		}
		_ = c.Close()
	}
	dial("mail.inner.invalid:110", "mail.outer.invalid:1110")
	dial("mail.outer.invalid:1110")
	inner = true
	dial("mail.outer.invalid:1110", "mail.inner.invalid:110")
	dial("mail.inner.invalid:110")
	s.OtherHost = "mail.inner.invalid2"
	inner = false
	if _, err := Dial(t.Context(), mail.Server{Host: "mail.inner.invalid", OtherHost: "mail.inner.invalid", Port: 1, Security: mail.NoTLS}, o); mail.ProblemOf(err).Kind != mail.NoSuchHost {
		t.Errorf("neither is there: %v", err)
	}
}
