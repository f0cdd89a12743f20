package message

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"poplar/mail"
)

// counting counts the octets that are read of a Raw.
type counting struct {
	mail.Raw
	read int64
}

func (c *counting) ReadAt(p []byte, off int64) (int, error) {
	n, err := c.Raw.ReadAt(p, off)
	c.read += int64(n)
	return n, err
}

const glanceHead = "From: Ada <ada@poplar.example>\r\nSubject: Pictures\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>Look.</p>\r\n"

func TestGlance(t *testing.T) {
	file := func(name, typ string) string {
		return "--b\r\nContent-Type: " + typ + "; name=" + name + "\r\nContent-Transfer-Encoding: base64\r\n\r\n"
	}
	line := strings.Repeat("QUJD", 19) + "\r\n"
	raw := &counting{Raw: huge{glanceHead + file("a.gif", "image/gif") + "R0lG\r\n" + file("film.zip", "application/zip"), line, file("last.txt", "application/pdf") + "QUJD\r\n--b--\r\n", 400_000}}
	m, err := Glance(raw, "")
	if err != nil || !m.Glanced || m.Subject != "Pictures" || strings.TrimSpace(m.HTML) != "<p>Look.</p>" || len(m.Parts) != 2 || m.Parts[1].Name != "film.zip" {
		t.Fatalf("a glance shows %+v, %v", m, err)
	}
	if size := int64(400_000 * 57); m.Parts[1].Size < size || m.Parts[1].Size > size+1000 {
		t.Errorf("the long part is reckoned to have %d octets", m.Parts[1].Size)
	}
	if raw.read > 2*glance {
		t.Errorf("a glance reads %d octets", raw.read)
	}
	raw.read = 0
	m, err = Open(raw)
	if err != nil || m.Glanced || len(m.Parts) != 3 || m.Parts[1].Size != 400_000*57 {
		t.Fatalf("the whole is %+v, %v", m.Parts, err)
	}
	if raw.read > raw.Size()+2<<20 {
		t.Errorf("%d octets are read of %d", raw.read, raw.Size())
	}

	raw.read = 0
	first := FirstPlacesOf(raw)
	if !first.Knows(0) || first.Knows(1) || raw.read > 2*glance {
		t.Errorf("after %d octets the first part is known: %v, the second: %v", raw.read, first.Knows(0), first.Knows(1))
	}
	if _, err := first.Reader(raw, 1); err == nil {
		t.Error("a part is read of which the end is not known")
	}
	all := PlacesOf(raw)
	for i, want := range []string{"GIF", "", "ABC"} {
		for _, p := range []*Places{first, all} {
			if !p.Knows(i) {
				continue
			}
			r, err := p.Reader(raw, i)
			if err != nil {
				t.Fatal(err)
			}
			if b, _ := io.ReadAll(r); want != "" && string(b) != want {
				t.Errorf("part %d is %q", i, b)
			}
		}
	}
	if _, err := all.Reader(raw, 3); err == nil {
		t.Error("there is a fourth part")
	}

	short := mail.Bytes(glanceHead + file("a.gif", "image/gif") + "R0lG\r\n--b--\r\n")
	if m, err := Glance(short, ""); err != nil || m.Glanced || len(m.Parts) != 1 {
		t.Errorf("of a short one a glance shows all: %+v, %v", m, err)
	}
}

func TestPlacesTorn(t *testing.T) {
	broken := errors.New("the disk is broken")
	p := PlacesOf(torn{mail.Bytes(strings.Repeat(glanceHead, 10)), broken})
	if _, err := p.Reader(nil, 5); !errors.Is(err, broken) || !errors.Is(p.Err(), broken) {
		t.Errorf("it says %v", err)
	}
}

// torn is a Raw that cannot be read.
type torn struct {
	mail.Raw
	err error
}

func (t torn) ReadAt([]byte, int64) (int, error) { return 0, t.err }

// What is reckoned of base64 is what it decodes to.
func TestBase64Size(t *testing.T) {
	wrap := func(n, width int, eol string) string {
		var b strings.Builder
		for s := base64.StdEncoding.EncodeToString(bytes.Repeat([]byte("x"), n)); s != ""; {
			k := min(width, len(s))
			b.WriteString(s[:k] + eol)
			s = s[k:]
		}
		return b.String()
	}
	const n = 300_000
	tests := []struct {
		name  string
		coded string
		exact bool
	}{
		{"lines of 76", wrap(n, 76, "\r\n"), true},
		{"one octet more", wrap(n+1, 76, "\r\n"), true},
		{"two octets more", wrap(n+2, 76, "\r\n"), true},
		{"lines of 60 with LF", wrap(n, 60, "\n"), true},
		{"a last line that is whole", wrap(57*6000, 76, "\r\n"), true},
		{"empty lines behind", wrap(n, 76, "\r\n") + "\r\n\r\n", true},
		{"one line", wrap(n, 1<<30, "\r\n"), false},
		{"odd lines", wrap(n, 75, "\r\n"), false},
		{"two lengths", wrap(150_000, 76, "\r\n") + wrap(150_000, 64, "\r\n"), false},
		{"a footer", wrap(n, 76, "\r\n") + "-- \r\nA list\r\n", true},
	}
	for _, tt := range tests {
		m, err := Open(mail.Bytes(fmt.Sprintf("Content-Type: application/zip\r\nContent-Transfer-Encoding: base64\r\n\r\n%s", tt.coded)))
		if err != nil || len(m.Parts) != 1 {
			t.Fatal(err)
		}
		r, err := PartReader(mail.Bytes("Content-Type: application/zip\r\nContent-Transfer-Encoding: base64\r\n\r\n"+tt.coded), 0)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.Copy(io.Discard, r)
		if err != nil {
			t.Fatal(err)
		}
		size := m.Parts[0].Size
		if tt.exact && size != got || size < got*98/100 || size > got*102/100 {
			t.Errorf("%s: %d are reckoned, there are %d", tt.name, size, got)
		}
	}
	m, _ := Open(mail.Bytes("Content-Type: application/x\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" + strings.Repeat("=41=42C\r\n", 100_000)))
	if size := m.Parts[0].Size; size < 490_000 || size > 510_000 || !slices.Contains([]string{"application/x"}, m.Parts[0].Type) {
		t.Errorf("of quoted-printable %d are reckoned", size)
	}
}

// A field longer than all that is kept of a header does not hide those behind it.
func TestFieldTooLong(t *testing.T) {
	const name = "Bo Birch <bo.birch@poplar.example>,"
	for what, line := range map[string]string{"folded": name + "\r\n ", "in one line": name + " "} {
		raw := huge{"From: Ada <ada@poplar.example>\r\nTo: ", line, "cy@poplar.example\r\nSubject: Spring\r\nMessage-ID: <m@poplar.example>\r\n\r\nHello.\r\n", 6 << 20 / int64(len(line))}
		whole := make([]byte, raw.Size())
		if _, err := raw.ReadAt(whole, 0); err != nil {
			t.Fatal(err)
		}
		for where, raw := range map[string]mail.Raw{"through a window": raw, "in memory": mail.Bytes(whole)} {
			s := Scan(raw)
			if s.Subject != "Spring" || s.MessageID != "m@poplar.example" || s.Snippet != "Hello." || len(s.To) != addressLimit {
				t.Errorf("%s, %s: the list shows %q, %q, %q, %d addresses", what, where, s.Subject, s.MessageID, s.Snippet, len(s.To))
			}
			m, err := Glance(raw, "")
			if err != nil || m.Subject != "Spring" || strings.TrimSpace(m.Text) != "Hello." {
				t.Errorf("%s, %s: a glance shows %q, %q, %v", what, where, m.Subject, m.Text, err)
			}
		}
	}
}
