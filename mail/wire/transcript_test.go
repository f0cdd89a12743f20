package wire

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"poplar/mail"
)

func talking(t testing.TB, tr *Transcript) *Conn {
	t.Helper()
	near, far := net.Pipe()
	c, err := Dial(context.Background(), mail.Server{Host: "h", Port: 1}, Options{Transcript: tr, DialContext: func(context.Context, string, string) (net.Conn, error) { return near, nil }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = c.Close(), far.Close() })
	return c
}

func b64(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

func TestTranscript(t *testing.T) {
	tests := []struct {
		name string
		talk []string
		want []string
	}{
		{
			"USER and PASS",
			[]string{"C: USER anna", "S: +OK", "C: PASS hunter2 x\r\n", "S: -ERR no: PASS HUNTER2 X"},
			[]string{"C: USER anna", "S: +OK", "C: PASS •••", "S: -ERR no: PASS •••"},
		},
		{"APOP", []string{"C: apop anna 0123456789abcdef"}, []string{"C: apop anna •••"}},
		{
			"AUTH PLAIN at once",
			[]string{"C: AUTH PLAIN " + b64("\x00anna\x00hunter2"), "S: -ERR [AUTH] " + b64("\x00anna\x00hunter2") + " hunter2"},
			[]string{"C: AUTH PLAIN •••", "S: -ERR [AUTH] ••• •••"},
		},
		{
			"AUTH PLAIN in two steps",
			[]string{"C: AUTH PLAIN", "S: + ", "C: " + b64("\x00anna\x00hunter2"), "S: +OK hunter2", "C: STAT"},
			[]string{"C: AUTH PLAIN", "S: + ", "C: •••", "S: +OK •••", "C: STAT"},
		},
		{
			"AUTH LOGIN",
			[]string{"C: AUTH LOGIN", "S: 334 VXNlcm5hbWU6", "C: " + b64("anna"), "S: 334 UGFzc3dvcmQ6", "C: " + b64("hunter2"), "S: 535 anna, hunter2 is wrong", "C: QUIT"},
			[]string{"C: AUTH LOGIN", "S: 334 VXNlcm5hbWU6", "C: •••", "S: 334 UGFzc3dvcmQ6", "C: •••", "S: 535 anna, ••• is wrong", "C: QUIT"},
		},
		{"given up", []string{"C: AUTH CRAM-MD5", "S: + PDE+", "C: *", "S: -ERR"}, []string{"C: AUTH CRAM-MD5", "S: + PDE+", "C: *", "S: -ERR"}},
		{
			"one flight",
			[]string{"C: AUTH PLAIN " + b64("\x00anna\x00hunter2"), "C: STAT", "C: UIDL", "S: + ", "C: STAT", "S: +OK"},
			[]string{"C: AUTH PLAIN •••", "C: STAT", "C: UIDL", "S: + ", "C: •••", "S: +OK"},
		},
		{
			"replies to earlier commands come first",
			[]string{"C: CAPA", "C: AUTH LOGIN", "S: +OK", "S: + VXNlcm5hbWU6", "C: " + b64("anna"), "S: + UGFzc3dvcmQ6", "C: " + b64("hunter2")},
			[]string{"C: CAPA", "C: AUTH LOGIN", "S: +OK", "S: + VXNlcm5hbWU6", "C: •••", "S: + UGFzc3dvcmQ6", "C: •••"},
		},
		{
			"token",
			[]string{"C: AUTH XOAUTH2 " + b64("user=anna\x01auth=Bearer ya29.tok\x01\x01"), "S: 334 x", "C: ", "S: 535 bad token ya29.tok"},
			[]string{"C: AUTH XOAUTH2 •••", "S: 334 x", "C: •••", "S: 535 bad token •••"},
		},
		{"question for mechanisms", []string{"C: AUTH", "S: +OK", "S: PLAIN", "C: RETR 1"}, []string{"C: AUTH", "S: +OK", "S: PLAIN", "C: RETR 1"}},
		{"odd spacing", []string{"C:   pass   hunter2", "C: AUTH\tPLAIN\tQUJD"}, []string{"C: pass •••", "C: AUTH PLAIN •••"}},
		{"control characters", []string{"S: +OK \x00\x1b[2J\xff ü"}, []string{`S: +OK \x00\x1b[2J\xff ü`}},
	}
	for _, c := range tests {
		t.Run(c.name, func(t *testing.T) {
			tr := NewTranscript(100)
			conn := talking(t, tr)
			for _, l := range c.talk {
				if s, ok := strings.CutPrefix(l, "C: "); ok {
					conn.Sent(s)
				} else {
					conn.Received(strings.TrimPrefix(l, "S: "))
				}
			}
			if got := tr.Lines(); !slices.Equal(got, c.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
		})
	}
}

func TestHeard(t *testing.T) {
	near, far := net.Pipe()
	var heard []string
	o := Options{Heard: func(l string) { heard = append(heard, l) }, DialContext: func(context.Context, string, string) (net.Conn, error) { return near, nil }}
	c, err := Dial(context.Background(), mail.Server{Host: "h", Port: 1}, o)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _, _ = c.Close(), far.Close() }()
	c.Sent("EHLO x")
	c.Received("250-SIZE 10\r\n")
	c.Received("250 8BITMIME")
	if !slices.Equal(heard, []string{"250-SIZE 10", "250 8BITMIME"}) {
		t.Errorf("heard %q", heard)
	}
}

func TestTranscriptRing(t *testing.T) {
	tr := NewTranscript(3)
	c := talking(t, tr)
	var tee bytes.Buffer
	tr.Tee(&tee)
	for i := range 5 {
		c.Sent(fmt.Sprint("RETR ", i))
	}
	tr.Tee(nil)
	if got := tr.Lines(); !slices.Equal(got, []string{"C: RETR 2", "C: RETR 3", "C: RETR 4"}) {
		t.Errorf("ring: %q", got)
	}
	if tee.String() != "C: RETR 0\nC: RETR 1\nC: RETR 2\nC: RETR 3\nC: RETR 4\n" {
		t.Errorf("tee: %q", tee.String())
	}
	c.Received(strings.Repeat("é", 5000))
	if got := tr.Lines()[2]; utf8.RuneCountInString(got) != len("S: ")+lineLength+1 || !utf8.ValidString(got) {
		t.Errorf("a long line takes %d characters", utf8.RuneCountInString(got))
	}
	var none *Transcript
	none.Mask("x")
	none.Tee(io.Discard)
	if none.Lines() != nil {
		t.Error("a nil transcript holds lines")
	}
	talking(t, nil).Sent("NOOP")
}

func TestRedact(t *testing.T) {
	secret := "gE7!heim"
	for _, before := range []string{"", "a", "ab", "abc", "\x00anna\x00"} {
		for _, after := range []string{"", "z", "\x01\x01"} {
			line := "-ERR what is " + b64(before+secret+after) + "?"
			if got := Redact(line, secret); got != "-ERR what is •••?" {
				t.Errorf("%q between %q and %q: %q", secret, before, after, got)
			}
		}
	}
	tests := []struct {
		line    string
		secrets []string
		want    string
	}{
		{"say geheim, GEHEIM and geheimer", []string{"geheim"}, "say •••, ••• and •••er"},
		{"abcabc", []string{"abc", "abcabc"}, "•••"},
		{"nothing", nil, "nothing"},
		{"nothing", []string{""}, "nothing"},
		{"a b", []string{"b"}, "a •••"},
		{"token YQ== here", []string{"a"}, "token ••• here"},
	}
	for _, c := range tests {
		if got := Redact(c.line, c.secrets...); got != c.want {
			t.Errorf("Redact(%q, %q) = %q", c.line, c.secrets, got)
		}
	}
}

// FuzzTranscript lets a client log in by every way there is and a server quote what it was told, and looks for the
// secret in what is shown: as it is, in other capitals, and in whatever can be decoded.
func FuzzTranscript(f *testing.F) {
	f.Add("hunter2", "anna", "-ERR you said ", "!", uint8(0))
	f.Add("pässwörd 密码", "anna@example.test", "", "", uint8(3))
	f.Add("a b c", "x", "AUTH PLAIN ", "==", uint8(7))
	f.Add("STATSTAT", "STAT", "+ ", "\r\n", uint8(11))
	f.Add("ABCD", "u", strings.Repeat("x", 399), "", uint8(1))
	f.Fuzz(func(t *testing.T, secret, user, before, after string, way uint8) {
		trimmed := strings.TrimSpace(secret)
		if len(trimmed) < 4 || !utf8.ValidString(secret) || strings.ContainsAny(secret, "\x00\x01\r\n•…") || strings.ContainsAny(user, "\x00\x01\r\n") {
			t.Skip() // no password of a login, or one that our own signs would seem to show
		}
		tr := NewTranscript(50)
		c := talking(t, tr)
		plain := b64("\x00" + user + "\x00" + secret)
		bearer := b64("user=" + user + "\x01auth=Bearer " + secret + "\x01\x01")
		switch way % 6 {
		case 0:
			c.Sent("PASS " + secret)
		case 1:
			c.Sent("AUTH PLAIN " + plain)
		case 2:
			c.Sent("auth plain")
			c.Received("+ ")
			c.Sent(plain)
		case 3:
			c.Sent("AUTH LOGIN")
			c.Received("334 VXNlcm5hbWU6")
			c.Sent(b64(user))
			c.Received("334 UGFzc3dvcmQ6")
			c.Sent(b64(secret))
		case 4:
			c.Sent("AUTH XOAUTH2 " + bearer)
		case 5:
			tr.Mask(secret)
		}
		for _, echo := range []string{secret, strings.ToUpper(secret), b64(secret), plain, bearer, b64(before + secret + after), "AUTH PLAIN " + plain} {
			c.Received(before + echo + after)
		}
		// What the surroundings themselves show is not the transcript's doing.
		if holds(before+after+user, trimmed) || holds(printable(before+after+user), trimmed) || holds("AUTH PLAIN LOGIN XOAUTH2 PASS C: S: auth plain + 334 VXNlcm5hbWU6 UGFzc3dvcmQ6", trimmed) {
			t.Skip()
		}
		for _, line := range tr.Lines() {
			if holds(line, trimmed) {
				t.Fatalf("%q shows %q", line, secret)
			}
		}
	})
}

// holds looks for a secret in a line and in everything that base64 could mean in it.
func holds(line, secret string) bool {
	if strings.Contains(lower(line), lower(secret)) {
		return true
	}
	for i := 0; i < len(line); i++ {
		for j := i; j <= len(line); j++ {
			if j < len(line) && isBase64(line[j]) && line[j] != '=' {
				continue
			}
			for start := i; start < min(i+4, j); start++ {
				decoded, _ := base64.RawStdEncoding.DecodeString(line[start : start+(j-start)/4*4])
				if strings.Contains(string(decoded), secret) {
					return true
				}
			}
			i = j
			break
		}
	}
	return false
}
