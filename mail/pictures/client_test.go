package pictures

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"image"
	"image/png"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
)

func TestPublic(t *testing.T) {
	for addr, want := range map[string]bool{
		"8.8.8.8": true, "93.184.216.34": true, "2606:2800:220:1:248:1893:25c8:1946": true,
		"127.0.0.1": false, "127.9.9.9": false, "::1": false, "0.0.0.0": false, "::": false, "0.1.2.3": false,
		"10.1.2.3": false, "172.16.0.1": false, "172.31.255.255": false, "172.32.0.1": true, "192.168.1.1": false,
		"169.254.169.254": false, "fe80::1": false, "fe80::1%eth0": false, "fc00::1": false, "fd12::1": false, "fec0::1": false,
		"224.0.0.1": false, "239.1.1.1": false, "255.255.255.255": false, "ff02::1": false, "240.0.0.1": false,
		"100.64.0.1": false, "100.128.0.1": true, "198.18.0.1": false, "192.0.2.1": false, "203.0.113.9": false,
		"::ffff:127.0.0.1": false, "::ffff:10.0.0.1": false, "::ffff:8.8.8.8": true, "::127.0.0.1": false,
		"64:ff9b::7f00:1": false, "64:ff9b::808:808": true, "2002:7f00:1::": false, "2001:db8::1": false, "2001:0:1::": false,
	} {
		if got := public(netip.MustParseAddr(addr)); got != want {
			t.Errorf("%s: public is %v, want %v", addr, got, want)
		}
	}
}

// What New makes looks at the address that a name has led to. localhost is a name that leads inside.
func TestNamesCannotLeadInside(t *testing.T) {
	c := New()
	defer c.Close()
	for _, address := range []string{
		"http://localhost/a.png", "https://localhost/a.png", "http://127.0.0.1/a.png", "http://[::1]/a.png", "http://2130706433/a.png",
		"http://0x7f.1/a.png", "http://127.1./a.png", "http://[::ffff:127.0.0.1]/a.png", "http://10.0.0.1/a.png", "http://169.254.169.254/latest/meta-data",
		"http://93.184.216.34:8080/a.png", "https://93.184.216.34:22/", "ftp://93.184.216.34/a.png", "file:///etc/passwd", "gopher://x/", "http:///x",
		"javascript:alert(1)", "", "//localhost/a.png", "http://user:pass@localhost/",
	} {
		_, err := c.Get(t.Context(), address)
		if !errors.Is(err, ErrForbidden) {
			t.Errorf("%q: %v", address, err)
		}
	}
	if err := guard("tcp", "127.0.0.1:443", nil); !errors.Is(err, ErrForbidden) {
		t.Errorf("the guard lets loopback pass: %v", err)
	}
	if err := guard("tcp", "93.184.216.34:25", nil); !errors.Is(err, ErrForbidden) {
		t.Errorf("the guard lets port 25 pass: %v", err)
	}
	if err := guard("tcp", "93.184.216.34:443", nil); err != nil {
		t.Errorf("the guard stops a public address: %v", err)
	}
}

func picture(t testing.TB, w, h int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, w, h))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// web is a web of two servers, one per scheme, under any name: what tests reach in place of the world.
type webOf struct {
	mu    sync.Mutex
	asked []string
	heads []http.Header
}

func (w *webOf) note(r *http.Request) {
	w.mu.Lock()
	defer w.mu.Unlock()
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	w.asked = append(w.asked, scheme+"://"+r.Host+r.URL.String())
	w.heads = append(w.heads, r.Header.Clone())
}

// reach returns a client whose connections all end at these servers; secure nil means that nobody listens there.
func reach(t *testing.T, answer http.HandlerFunc, secure bool) (*Client, *webOf) {
	t.Helper()
	w := &webOf{}
	handler := http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.note(r)
		answer(rw, r)
	})
	plain := httptest.NewServer(handler)
	t.Cleanup(plain.Close)
	to := map[string]string{"80": plain.Listener.Addr().String()}
	roots := x509.NewCertPool()
	if secure {
		s := httptest.NewTLSServer(handler)
		t.Cleanup(s.Close)
		to["443"] = s.Listener.Addr().String()
		roots.AddCert(s.Certificate())
	}
	dial := func(ctx context.Context, network, address string) (net.Conn, error) {
		_, port, _ := net.SplitHostPort(address)
		if to[port] == "" {
			return nil, errors.New("nobody listens")
		}
		return (&net.Dialer{}).DialContext(ctx, network, to[port])
	}
	c := newClient(dial, &tls.Config{RootCAs: roots, ServerName: "example.com"})
	t.Cleanup(c.Close)
	return c, w
}

func TestGet(t *testing.T) {
	ok := picture(t, 20, 10)
	serve := func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "who", Value: "you"})
		w.Header().Set("ETag", `"you"`)
		switch p := r.URL.Path; {
		case p == "/page":
			fmt.Fprint(w, "<html>no picture</html>")
		case p == "/svg":
			fmt.Fprint(w, `<svg xmlns="http://www.w3.org/2000/svg"/>`)
		case p == "/missing":
			http.NotFound(w, r)
		case p == "/large":
			w.Header().Set("Content-Length", fmt.Sprint(MaxBytes+1))
			w.WriteHeader(http.StatusOK)
		case p == "/endless":
			w.Header().Set("Transfer-Encoding", "chunked")
			block := make([]byte, 1<<20)
			for i := 0; i < 12; i++ {
				if _, err := w.Write(block); err != nil {
					return
				}
			}
		case p == "/bomb":
			_, _ = w.Write([]byte("GIF89a\x60\xEA\x60\xEA\x00\x00\x00")) // claims 60,000 x 60,000 pixels
		case p == "/inside":
			http.Redirect(w, r, "http://127.0.0.1/secret.png", http.StatusFound)
		case p == "/port":
			http.Redirect(w, r, "http://pictures.example:8025/secret.png", http.StatusFound)
		case p == "/file":
			http.Redirect(w, r, "file:///etc/passwd", http.StatusFound)
		case p == "/down":
			http.Redirect(w, r, "http://other.example/x.png", http.StatusMovedPermanently)
		case p == "/relative":
			http.Redirect(w, r, "../x.png", http.StatusTemporaryRedirect)
		case strings.HasPrefix(p, "/round"):
			http.Redirect(w, r, p+"x", http.StatusFound)
		default:
			_, _ = w.Write(ok)
		}
	}
	for _, c := range []struct {
		name, address string
		insecure      bool
		want          error
		fails         bool // in any way
		asked         string
	}{
		{name: "https", address: "https://pictures.example/a.png", asked: "https://pictures.example/a.png"},
		{name: "http becomes https", address: "http://pictures.example/a.png?b=c", asked: "https://pictures.example/a.png?b=c"},
		{name: "http where there is no https", address: "http://pictures.example/a.png", insecure: true, asked: "http://pictures.example/a.png"},
		{name: "https stays https", address: "https://pictures.example/a.png", insecure: true, fails: true},
		{name: "neither name nor mark", address: "https://u:p@pictures.example/a.png#m", asked: "https://pictures.example/a.png"},
		{name: "no scheme", address: "//pictures.example/a b.png", asked: "https://pictures.example/a%20b.png"},
		{name: "a page", address: "https://pictures.example/page", want: ErrNoPicture, asked: "https://pictures.example/page"},
		{name: "SVG", address: "https://pictures.example/svg", want: ErrNoPicture, asked: "https://pictures.example/svg"},
		{name: "not there", address: "https://pictures.example/missing", want: ErrNoPicture, asked: "https://pictures.example/missing"},
		{name: "not there, and http is not tried", address: "http://pictures.example/missing", want: ErrNoPicture, asked: "https://pictures.example/missing"},
		{name: "too large", address: "https://pictures.example/large", want: ErrTooLarge, asked: "https://pictures.example/large"},
		{name: "endless", address: "https://pictures.example/endless", want: ErrTooLarge, asked: "https://pictures.example/endless"},
		{name: "too many pixels", address: "https://pictures.example/bomb", want: ErrTooLarge, asked: "https://pictures.example/bomb"},
		{name: "leads inside", address: "https://pictures.example/inside", want: ErrForbidden, asked: "https://pictures.example/inside"},
		{name: "leads to another port", address: "https://pictures.example/port", want: ErrForbidden, asked: "https://pictures.example/port"},
		{name: "leads to a file", address: "https://pictures.example/file", want: ErrForbidden, asked: "https://pictures.example/file"},
		{name: "leads to http", address: "https://pictures.example/down", asked: "https://pictures.example/down https://other.example/x.png"},
		{name: "leads beside", address: "https://pictures.example/relative", asked: "https://pictures.example/relative https://pictures.example/x.png"},
		{
			name: "leads round", address: "https://pictures.example/round", want: ErrNoPicture,
			asked: "https://pictures.example/round https://pictures.example/roundx https://pictures.example/roundxx https://pictures.example/roundxxx https://pictures.example/roundxxxx https://pictures.example/roundxxxxx",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			client, web := reach(t, serve, !c.insecure)
			data, err := client.Get(t.Context(), c.address)
			switch {
			case c.fails:
				if err == nil {
					t.Error("it comes all the same")
				}
			case c.want == nil && (err != nil || !bytes.Equal(data, ok)):
				t.Errorf("%d octets, %v", len(data), err)
			case c.want != nil && !errors.Is(err, c.want):
				t.Errorf("error %v, want %v", err, c.want)
			case c.want != nil && data != nil && err == nil:
				t.Error("data in spite of it")
			}
			if got := strings.Join(web.asked, " "); got != c.asked {
				t.Errorf("asked %s, want %s", got, c.asked)
			}
		})
	}
}

// Nothing that goes out tells who asks: no cookie though one was set, no referrer, the same name for everybody.
func TestRequestsTellNothing(t *testing.T) {
	ok := picture(t, 2, 2)
	client, web := reach(t, func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "who", Value: "you", Path: "/"})
		w.Header().Set("ETag", `"you"`)
		w.Header().Set("Last-Modified", "Mon, 02 Jan 2006 15:04:05 GMT")
		if strings.HasSuffix(r.URL.Path, "on") {
			http.Redirect(w, r, "/there", http.StatusFound)
			return
		}
		_, _ = w.Write(ok)
	}, true)
	for range 2 {
		if _, err := client.Get(t.Context(), "https://u:p@pictures.example/on"); err != nil {
			t.Fatal(err)
		}
	}
	if len(web.heads) != 4 {
		t.Fatalf("%d requests", len(web.heads))
	}
	for _, h := range web.heads {
		for name, values := range h {
			switch name {
			case "User-Agent":
				if values[0] != agent {
					t.Errorf("User-Agent %q", values)
				}
			case "Accept", "Accept-Encoding":
			default:
				t.Errorf("%s: %q goes out", name, values)
			}
		}
	}
}

func TestCancel(t *testing.T) {
	entered := make(chan struct{})
	client, _ := reach(t, func(_ http.ResponseWriter, r *http.Request) {
		close(entered)
		<-r.Context().Done()
	}, true)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() {
		_, err := client.Get(ctx, "http://pictures.example/a.png")
		done <- err
	}()
	<-entered
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}
