package pop3

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"poplar/mail"
)

// canned is a connection whose server says what is given, whatever is sent.
type canned struct {
	net.Conn
	io.Reader
}

func (canned) Write(p []byte) (int, error)           { return len(p), nil }
func (c canned) Read(p []byte) (int, error)          { return c.Reader.Read(p) }
func (canned) Close() error                          { return nil }
func (canned) SetContext(context.Context)            {}
func (canned) StartTLS(context.Context, int) error   { return errors.New("no TLS") }
func (canned) Encrypted() bool                       { return false }
func (canned) TLS() (s tls.ConnectionState, ok bool) { return s, false }
func (canned) Sent(string)                           {}
func (canned) Received(string)                       {}

// hear returns a client that is logged in and hears r.
func hear(r io.Reader, buffer int) *Client {
	c := newClient(mail.Server{Host: "pop.example.test", Port: 110}, Options{})
	c.conn, c.r = canned{Reader: r}, bufio.NewReaderSize(r, buffer)
	return c
}

func FuzzReply(f *testing.F) {
	for _, s := range []string{"+OK", "+OK 2 320", "-ERR [IN-USE] no", "+ERR x", "+", "+ YQ==", "* OK", "", "+OK\tx", "-", "-ERR [", "-ERR []", "-ERR [a b] c", "+ok.", "\x00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, line string) {
		st, text := parseStatus(line)
		upper := strings.ToUpper(line)
		if st == statusOK && !strings.HasPrefix(upper, "+OK") {
			t.Errorf("%q is taken for success", line)
		}
		if st == statusErr {
			e := hear(strings.NewReader(""), 16).refusal(doingLogin, text)
			if p := e.Problem(); p.Kind == "" || strings.ContainsAny(p.Said, "\r\n\x00") || len(p.Said) > 500 {
				t.Errorf("problem %+v", p)
			}
			if Refused(e) == nil {
				t.Error("a refusal is not recognised as one")
			}
		}
		timestamp(line)
	})
}

func FuzzListing(f *testing.F) {
	for _, s := range []string{"1 a\r\n2 b\r\n", "1\r\n", " 1  a b \r\n", "18446744073709551616 x\r\n", "..\r\n.1 a\r\n", "1 \xff\x00\n", "0 x\r\n-1 y\r\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, body string) {
		reply := "+OK\r\n" + body + "\r\n.\r\n"
		ids, err := hear(strings.NewReader(reply), 64).UIDL(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		for _, id := range ids {
			if id.N < 1 || id.N > maxEntries || len(id.UIDL) > maxUIDL || strings.ContainsRune(id.UIDL, '\n') {
				t.Errorf("entry %+v", id)
			}
		}
		if n := strings.Count(reply, "\n"); len(ids) > n {
			t.Errorf("%d entries in %d lines", len(ids), n)
		}
		sizes, err := hear(strings.NewReader(reply), 64).List(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range sizes {
			if s.N < 1 || s.Octets < 0 {
				t.Errorf("entry %+v", s)
			}
		}
		if n, octets, err := hear(strings.NewReader("+OK "+body+"\r\n"), 64).Stat(context.Background()); err == nil && (n < 0 || octets < 0) {
			t.Errorf("STAT %d %d", n, octets)
		}
	})
}

// slowBody is the specification of Body, octet by octet, for messages without the doubtful dots.
func slowBody(wire []byte) (text []byte, rest []byte, whole bool) {
	for {
		i := bytes.IndexByte(wire, '\n')
		if i < 0 {
			return text, nil, false
		}
		line := bytes.TrimSuffix(wire[:i], []byte("\r"))
		wire = wire[i+1:]
		if len(line) == 1 && line[0] == '.' {
			return text, wire, true
		}
		if len(line) > 0 && line[0] == '.' {
			line = line[1:]
		}
		text = append(append(text, line...), "\r\n"...)
	}
}

func FuzzBody(f *testing.F) {
	for _, s := range []string{
		"a\r\n.\r\n", ".\r\n", "..\r\n.\r\n", "a\n.\n", "\r\n\n.\r\r\n.\r\n+OK", ".a\r\n.\r", "a\r\n", "", "\n", "\r", ".", "..", "a\r\n.b\n..\n.\r\n", "x\n.\r\ny\r\n.\r\n",
	} {
		f.Add([]byte(s), 16)
	}
	f.Fuzz(func(t *testing.T, wire []byte, buffer int) {
		want, rest, whole := slowBody(wire)
		for _, one := range []bool{false, true} {
			var r io.Reader = bytes.NewReader(wire)
			if one {
				r = iotest.OneByteReader(r)
			}
			c := hear(r, 16+max(buffer, 0)%4096)
			var got bytes.Buffer
			n, err := c.body(doingFetch, 0).WriteTo(&got)
			if n != int64(got.Len()) {
				t.Errorf("%d octets are told of %d", n, got.Len())
			}
			if whole != (err == nil) {
				t.Fatalf("whole %v, error %v", whole, err)
			}
			if !whole {
				continue
			}
			if !bytes.Equal(got.Bytes(), want) {
				t.Errorf("one octet at a time %v: got %q, want %q", one, got.Bytes(), want)
			}
			if left, _ := io.ReadAll(c.r); !bytes.Equal(left, rest) {
				t.Errorf("left over %q, want %q", left, rest)
			}
		}
		// With an announced size, too, nothing is invented: what comes out, dots aside, stands in what came in.
		c := hear(bytes.NewReader(wire), 64)
		var got bytes.Buffer
		if _, err := c.body(doingFetch, int64(len(wire))).WriteTo(&got); err == nil && got.Len() > 2*len(wire) {
			t.Errorf("%d octets became %d", len(wire), got.Len())
		}
	})
}

// silence is a server that has stopped talking.
type silence struct{}

func (silence) Read([]byte) (int, error) { return 0, timeout{} }

type timeout struct{}

func (timeout) Error() string   { return "i/o timeout" }
func (timeout) Timeout() bool   { return true }
func (timeout) Temporary() bool { return true }

func TestDoubtfulDot(t *testing.T) {
	const msg = "A: b\r\n\r\none\ntwo\n"
	want := "A: b\r\n\r\none\r\ntwo\r\n"
	tests := []struct {
		name, wire string
		announced  int64
		then       io.Reader
		want       string
		ok         bool
	}{
		{"size reached: the end", msg + ".\r\n+OK", int64(len(want)), silence{}, want, true},
		{"size counted with bare LF", msg + ".\r\n+OK", int64(len(msg)), silence{}, want, true},
		{"size unknown: the end", msg + ".\r\n+OK", 0, silence{}, want, true},
		{"size not reached, more follows: text", msg + ".\r\n+OK\r\nx\r\n.\r\n", 1000, silence{}, want + ".\r\n+OK\r\nx\r\n", true},
		{"size not reached, silence follows: the end", msg + ".\r\n", 1000, silence{}, want, true},
		{"size not reached, the link ends: no message", msg + ".\r\n", 1000, strings.NewReader(""), "", false},
		{"no CRLF but the last: the end", "A: b\n\none\n.\r\n", 1000, silence{}, "A: b\r\n\r\none\r\n", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got bytes.Buffer
			_, err := hear(io.MultiReader(strings.NewReader(tt.wire), tt.then), 64).body(doingFetch, tt.announced).WriteTo(&got)
			if (err == nil) != tt.ok || tt.ok && got.String() != tt.want {
				t.Errorf("got %q %v, want %q", got.String(), err, tt.want)
			}
		})
	}
}

func TestLoginDelayOfCapabilities(t *testing.T) {
	for line, want := range map[string]time.Duration{
		"LOGIN-DELAY 900": 15 * time.Minute, "login-delay 60 USER": time.Minute, "LOGIN-DELAY": 0, "LOGIN-DELAY x": 0, "LOGIN-DELAY -5": 0,
	} {
		if got := (Capabilities{line}).LoginDelay(); got != want {
			t.Errorf("%q gives %s, want %s", line, got, want)
		}
	}
}

func BenchmarkBody(b *testing.B) {
	line := strings.Repeat("x", 74) + "\r\n"
	for _, bb := range []struct{ name, wire string }{
		{"CRLF", strings.Repeat(line, 10_000) + ".\r\n"},
		{"dots", strings.Repeat(".."+line, 10_000) + ".\r\n"},
		{"LF", strings.Repeat(strings.Repeat("x", 74)+"\n", 10_000) + ".\r\n"},
	} {
		b.Run(bb.name, func(b *testing.B) {
			b.SetBytes(int64(len(bb.wire)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := hear(strings.NewReader(bb.wire), readBuffer).body(doingFetch, 0).WriteTo(io.Discard); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkUIDL(b *testing.B) {
	var s strings.Builder
	s.WriteString("+OK\r\n")
	for i := range 10_000 {
		s.WriteString(strings.Repeat("9", 1+i%4) + " 0001ab3455aa66bb\r\n")
	}
	s.WriteString(".\r\n")
	b.ReportAllocs()
	for b.Loop() {
		if ids, err := hear(strings.NewReader(s.String()), readBuffer).UIDL(context.Background()); err != nil || len(ids) != 10_000 {
			b.Fatal(err)
		}
	}
}
