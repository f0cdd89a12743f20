package message

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"poplar/mail"
)

const nestedMail = "From: Ada <ada@poplar.example>\r\nSubject: =?utf-8?B?5pil?=\r\n =?utf-8?B?5aSp?=\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=a\r\n\r\n" +
	"--a\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n" +
	"--b\r\nContent-Type: text/plain; charset=gb2312\r\nContent-Transfer-Encoding: base64\r\n\r\ntPrM7A==\r\n" +
	"--b\r\nContent-Type: text/html\r\n\r\n<p>x</p>\r\n--b--\r\n" +
	"--a\r\nContent-Type: image/png; name=\"../p.png\"\r\nContent-ID: <p@x>\r\nContent-Disposition: inline\r\nContent-Transfer-Encoding: base64\r\n\r\nUE5H\r\n" +
	"--a\r\nContent-Type: message/rfc822\r\n\r\nSubject: Inner\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n\r\nInner text\r\n--c\r\nContent-Type: application/zip\r\nContent-Transfer-Encoding: base64\r\n\r\nWklQ\r\n--c--\r\n\r\n" +
	"--a\r\nContent-Type: message/rfc822\r\n\r\nSubject: Plain\r\n\r\nPlain inside\r\n" +
	"--a--\r\n"

func TestStructure(t *testing.T) {
	raw := mail.Bytes(nestedMail)
	s, err := Structure(raw)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	var print func(n mail.Node, depth int)
	print = func(n mail.Node, depth int) {
		fmt.Fprintf(&b, "%s%q %s", strings.Repeat(" ", depth), n.Path, n.Type)
		for _, w := range []string{n.Charset, n.Encoding, n.Disposition, n.Name, n.ContentID} {
			if w != "" {
				b.WriteString(" " + w)
			}
		}
		r, err := NodeReader(raw, n.Path)
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		if err != nil || r.Close() != nil {
			t.Fatal(err)
		}
		if int64(len(data)) != n.Size {
			t.Errorf("%s has %d bytes and says %d", n.Path, len(data), n.Size)
		}
		if len(data) < 12 {
			fmt.Fprintf(&b, " %q", data)
		}
		fmt.Fprintf(&b, " #%d\n", n.Index)
		for _, k := range n.Parts {
			print(k, depth+1)
		}
	}
	print(s.Root, 0)
	want := `"" multipart/mixed #-1
 "1" multipart/alternative #-1
  "1.1" text/plain gb2312 base64 "\xb4\xfa\xcc\xec" #-1
  "1.2" text/html "<p>x</p>" #-1
 "2" image/png base64 inline ../p.png p@x "PNG" #0
 "3" message/rfc822 #1
  "3.TEXT" multipart/mixed #-1
   "3.1" text/plain "Inner text" #-1
   "3.2" application/zip base64 "ZIP" #-1
 "4" message/rfc822 #2
  "4.1" text/plain #-1
`
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
	if len(s.Header) != 4 || s.Header[1].Name != "Subject" || s.Header[1].Value != "春天" || s.Header[1].Raw != "=?utf-8?B?5pil?=\r\n =?utf-8?B?5aSp?=" {
		t.Errorf("the header is %+v", s.Header)
	}
	if int(s.Size) != len(raw) || !strings.HasPrefix(string(raw[s.Root.Parts[2].Offset:]), "Content-Type: message/rfc822") || !strings.HasPrefix(string(raw[s.Root.Parts[2].Parts[0].Offset:]), "Subject: Inner") {
		t.Errorf("the offsets are wrong")
	}
	if _, err := NodeReader(raw, "9"); err == nil {
		t.Error("part 9 exists")
	}
}

// The numbers of winmail.dat's files are those of Message.Parts, and their bytes are the same.
func TestStructureIndex(t *testing.T) {
	for _, raw := range []mail.Bytes{mail.Bytes(nestedMail), quirk(t, "tnef"), quirk(t, "text-uuencode"), quirk(t, "text-yenc")} {
		m, err := Open(raw)
		if err != nil {
			t.Fatal(err)
		}
		s, err := Structure(raw)
		if err != nil {
			t.Fatal(err)
		}
		found := map[int]mail.Node{}
		var look func(n mail.Node)
		look = func(n mail.Node) {
			if n.Index >= 0 {
				found[n.Index] = n
			}
			for _, k := range n.Parts {
				look(k)
			}
		}
		look(s.Root)
		if len(found) != len(m.Parts) {
			t.Errorf("%d of %d parts are in the structure", len(found), len(m.Parts))
		}
		for _, p := range m.Parts {
			n := found[p.Index]
			a, err := PartReader(raw, p.Index)
			if err != nil {
				t.Fatal(err)
			}
			b, err := NodeReader(raw, n.Path)
			if err != nil {
				t.Fatal(err)
			}
			x, _ := io.ReadAll(a)
			y, _ := io.ReadAll(b)
			if string(x) != string(y) || n.Size != p.Size || n.Type != p.Type {
				t.Errorf("part %d is %+v and %+v", p.Index, p, n)
			}
		}
	}
}

// A message in a message in a message … ends somewhere.
func TestStructureBounds(t *testing.T) {
	raw := mail.Bytes(strings.Repeat("Content-Type: message/rfc822\r\n\r\n", 10_000))
	s, err := Structure(raw)
	if err != nil {
		t.Fatal(err)
	}
	depth := 0
	for n := s.Root; len(n.Parts) > 0; n = n.Parts[0] {
		depth++
	}
	if depth != messageDepth {
		t.Errorf("it is %d deep", depth)
	}
	many := mail.Bytes("Content-Type: multipart/mixed; boundary=b\r\n\r\n" + strings.Repeat("--b\r\n\r\nx\r\n", 5000))
	if s, err = Structure(many); err != nil || !s.Cut || len(s.Root.Parts) > structureNodes {
		t.Errorf("%d parts are listed, cut %v, %v", len(s.Root.Parts), s.Cut, err)
	}
}

// A person may read a message in another character set than it says.
func TestOpenAs(t *testing.T) {
	raw := mail.Bytes("From: \xb0\xa1 <a@b.example>\r\nSubject: \xb4\xba\xcc\xec\r\nContent-Type: text/plain; charset=iso-8859-1\r\n\r\n\xb4\xba\xcc\xec\r\n")
	tests := []struct {
		charset, text, subject, label string
		forced                        bool
	}{
		{"", "´ºÌì\n", "´ºÌì", "windows-1252", false},
		{"gb18030", "春天\n", "春天", "gb18030", true},
		{"GB2312", "春天\n", "春天", "gb18030", true},
		{"big5", "景毞\n", "景毞", "big5", true},
		{"windows-1251", "ґєМм\n", "ґєМм", "windows-1251", true},
		{"no-such-thing", "´ºÌì\n", "´ºÌì", "windows-1252", false},
	}
	for _, tt := range tests {
		m, err := OpenAs(raw, tt.charset)
		if err != nil {
			t.Fatal(err)
		}
		if m.Text != tt.text || m.Subject != tt.subject || m.Charset != tt.label || m.Forced != tt.forced {
			t.Errorf("in %q: %q, subject %q, in %q, forced %v", tt.charset, m.Text, m.Subject, m.Charset, m.Forced)
		}
	}
}

// Every character set that a person may choose is known, by the very name that Open gives back.
func TestCharsets(t *testing.T) {
	for _, name := range mail.Charsets {
		c := codecOf(name)
		if c == nil || c.label(name) != name {
			t.Errorf("%s is known as %q", name, c.label(name))
		}
	}
}

func TestHead(t *testing.T) {
	m, err := Head(huge{"From: Ada <ada@poplar.example>\r\nReply-To: bo@poplar.example\r\nDKIM-Signature: v=1\r\n\r\n", "x", "", 1 << 40})
	if err != nil || len(m.From) != 1 || len(m.ReplyTo) != 1 || len(m.Header) != 3 || m.Header[2] != (mail.Field{Name: "DKIM-Signature", Value: "v=1"}) {
		t.Errorf("%+v, %v", m, err)
	}
}
