package submit

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"poplar/mail"
	"poplar/mail/wire"
)

// against runs a submission against a server that says all of this at once, whatever it is told, and hangs up.
func against(t *testing.T, said string) (mail.Receipt, error) {
	t.Helper()
	return talk(t, &puppet{rest: said, rude: true})
}

// dialogue is against with a server that waits for a line before each of its own replies.
func dialogue(t *testing.T, said string) (mail.Receipt, error) {
	t.Helper()
	return talk(t, &puppet{rest: said})
}

func talk(t *testing.T, p *puppet) (mail.Receipt, error) {
	t.Helper()
	o := wire.Options{DialContext: func(context.Context, string, string) (net.Conn, error) { return p, nil }}
	s := mail.Server{Host: "127.0.0.1", Port: 25, Security: mail.NoTLS, Auth: mail.AuthNone}
	m := Message{From: "a@x.test", To: []string{"b@x.test", "c@x.test"}, Raw: mail.Bytes("x\r\n")}
	return Send(t.Context(), s, "", o, m, func(context.Context) error { return nil })
}

func TestHostileServer(t *testing.T) {
	const hi = "220 x\r\n250-x\r\n250 PIPELINING\r\n"
	for name, said := range map[string]string{
		"endless line":          "220 " + strings.Repeat("x", 1<<20),
		"endless reply":         "220 x\r\n" + strings.Repeat("250-x\r\n", 100_000),
		"no code":               "hello\r\n",
		"code of two digits":    "22 x\r\n",
		"code out of range":     "920 x\r\n",
		"no blank after code":   "220x\r\n",
		"HTTP":                  "HTTP/1.1 400 Bad Request\r\n\r\n",
		"one reply too many":    hi + "250 a\r\n250 b\r\n250 c\r\n354 go\r\n250 never asked for\r\n",
		"answers beforehand":    hi + strings.Repeat("250 ok\r\n", 50),
		"everything beforehand": "220 x\r\n250 x\r\n250 a\r\n250 b\r\n250 c\r\n354 go\r\n250 taken\r\n221 bye\r\n",
		"nothing":               "",
		"NUL":                   "\x00\x00\x00\x00",
	} {
		t.Run(name, func(t *testing.T) {
			r, err := against(t, said)
			if err == nil || r.State != mail.Deferred || len(r.Recipients) != 2 {
				t.Errorf("%v, %v", r, err)
			}
			if kind := mail.ProblemOf(err).Kind; kind == mail.Unknown {
				t.Errorf("kind %s of %v", kind, err)
			}
		})
	}
}

func TestReply(t *testing.T) {
	for _, c := range []struct {
		lines        string
		status, said string
	}{
		{"250 2.1.5 Ok", "2.1.5", "250 2.1.5 Ok"},
		{"250", "", "250"},
		{"550-5.1.1 No\n550-5.1.1 such\n550 5.1.1 user", "5.1.1", "550 5.1.1 No such user"},
		{"550-No\n550\n550 user", "", "550 No user"},
		{"535 5.7.139 Authentication unsuccessful", "5.7.139", "535 5.7.139 Authentication unsuccessful"},
		{"550 1.2.3.4 is listed", "", "550 1.2.3.4 is listed"},
		{"550 5.1 short", "", "550 5.1 short"},
		{"550 5.. odd", "", "550 5.. odd"},
		{"550 3.1.1 odd", "", "550 3.1.1 odd"},
		{"550 a\x1b[2Jb\x00\xff", "", "550 a [2Jb ?"},
	} {
		r := reply{lines: strings.Split(c.lines, "\n")}
		if r.status() != c.status || r.said() != c.said {
			t.Errorf("%q: %q, %q", c.lines, r.status(), r.said())
		}
	}
}

func TestErrorHidesNoCause(t *testing.T) {
	_, err := Open(t.Context(), mail.Server{Host: "127.0.0.1", Port: 1, Security: mail.NoTLS}, "", wire.Options{})
	var e *Error
	var w *wire.Error
	if !errors.As(err, &e) || !errors.As(err, &w) || !e.Temporary() || !strings.Contains(err.Error(), "127.0.0.1:1: connect") {
		t.Errorf("got %v", err)
	}
}

// Whatever a server says, the submission ends, with a receipt for everybody, and nothing counts as sent that no reply
// to the final dot says.
func FuzzReplies(f *testing.F) {
	f.Add("220 x\r\n250-x\r\n250 PIPELINING\r\n250 a\r\n250 b\r\n250 c\r\n354 go\r\n250 taken\r\n")
	f.Add("220 x\r\n502 what\r\n250 x\r\n250 a\r\n550 b\r\n250 c\r\n354 go\r\n451 later\r\n")
	f.Add("220-a\r\n220 b\r\n250-SIZE 1\r\n250 AUTH=LOGIN\r\n")
	f.Fuzz(func(t *testing.T, said string) {
		r, err := dialogue(t, said)
		if len(r.Recipients) != 2 {
			t.Fatalf("%+v", r)
		}
		if (err == nil) != (r.Recipients[0].State == mail.SentOK || r.Recipients[1].State == mail.SentOK) {
			t.Errorf("%+v with %v", r, err)
		}
		for _, x := range r.Recipients {
			if x.State == mail.Queued {
				t.Errorf("nothing is said of %+v", x)
			}
		}
	})
}

// puppet is a connection whose far end says one reply for each line it is told; the lines of a message count as none.
type puppet struct {
	net.Conn
	rest string
	due  int
	said bool
	rude bool // says all at once
}

func (p *puppet) Read(b []byte) (int, error) {
	if !p.said {
		p.due, p.said = p.due+1, true // the greeting
	}
	if p.rude && p.rest != "" {
		n := copy(b, p.rest)
		p.rest = p.rest[n:]
		return n, nil
	}
	if p.due == 0 || p.rest == "" {
		return 0, io.EOF
	}
	line := p.rest
	if i := strings.IndexByte(line, '\n'); i >= 0 {
		line = line[:i+1]
	}
	n := copy(b, line)
	p.rest = p.rest[n:]
	if n == len(line) && (len(line) < 4 || line[3] != '-') {
		p.due--
	}
	return n, nil
}

func (p *puppet) Write(b []byte) (int, error) {
	for line := range strings.Lines(string(b)) {
		if line != "x\r\n" {
			p.due++
		}
	}
	return len(b), nil
}

func (p *puppet) Close() error                     { return nil }
func (p *puppet) LocalAddr() net.Addr              { return &net.TCPAddr{} }
func (p *puppet) RemoteAddr() net.Addr             { return &net.TCPAddr{} }
func (p *puppet) SetDeadline(time.Time) error      { return nil }
func (p *puppet) SetReadDeadline(time.Time) error  { return nil }
func (p *puppet) SetWriteDeadline(time.Time) error { return nil }
