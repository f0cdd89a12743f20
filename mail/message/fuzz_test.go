package message

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"testing"
	"unicode/utf8"

	"poplar/mail"
)

// seed adds the samples of our own.
func seed(f *testing.F) {
	f.Helper()
	files, _ := filepath.Glob("testdata/quirks/*.eml")
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
}

// FuzzMessage reads whole messages: in memory and through a window alike, parts with the size they claim, text that
// is text.
func FuzzMessage(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := Open(mail.Bytes(b))
		if err != nil {
			t.Fatal(err)
		}
		w, err := Open(slow{b})
		if err != nil {
			t.Fatal(err)
		}
		if m.Text != w.Text || m.HTML != w.HTML || m.Subject != w.Subject || len(m.Parts) != len(w.Parts) || len(m.Bounce) != len(w.Bounce) {
			t.Errorf("in memory and through a window it reads differently:\n%+v\n%+v", m, w)
		}
		for _, s := range []string{m.Text, m.HTML, m.Subject} {
			if !utf8.ValidString(s) {
				t.Errorf("%q is not UTF-8", s)
			}
		}
		for i, p := range m.Parts {
			if i >= 5 {
				break
			}
			r, err := PartReader(mail.Bytes(b), p.Index)
			if err != nil {
				t.Fatal(err)
			}
			if n, _ := io.Copy(io.Discard, r); n != p.Size {
				t.Errorf("part %d has %d bytes and says %d", i, n, p.Size)
			}
			if p.Name == "" || p.Name != SafeName(p.Name, p.Type) {
				t.Errorf("the name %q is not safe", p.Name)
			}
		}
		s := Scan(mail.Bytes(b))
		if s.Subject != m.Subject || len(s.From) != len(m.From) || s.MessageID != m.MessageID {
			t.Errorf("Scan and Open read differently: %+v, %+v", s, m)
		}
		Report(mail.Bytes(b))
		st, err := Structure(mail.Bytes(b))
		if err != nil || st.Size != int64(len(b)) {
			t.Errorf("the structure is of %d bytes, %v", st.Size, err)
		}
		for i, n := range append([]mail.Node{st.Root}, st.Root.Parts...) {
			if i >= 5 {
				break
			}
			r, err := NodeReader(mail.Bytes(b), n.Path)
			if err != nil {
				t.Fatal(err)
			}
			if k, _ := io.Copy(io.Discard, r); k != n.Size {
				t.Errorf("part %q has %d bytes and says %d", n.Path, k, n.Size)
			}
		}
		if m, err := OpenAs(mail.Bytes(b), "gb18030"); err != nil || !utf8.ValidString(m.Text) {
			t.Errorf("in another character set it is %q, %v", m.Text, err)
		}
		if whole, err := Join([]mail.Raw{mail.Bytes(b)}); err == nil {
			if _, err := Open(whole); err != nil {
				t.Error(err)
			}
		}
	})
}

func FuzzHeader(f *testing.F) {
	f.Add([]byte("Subject: a\r\n b\r\nno field\r\nTo : x\r\n\r\nbody"))
	f.Add([]byte("=?utf-8?B?5LiA?= =?utf-8?Q?_x?= =?gb2312*zh?B?1rvNvA==?="))
	f.Add([]byte("text/plain; charset*0*=gb2312''%D6%D0; charset*1=x; name=\"a\\\"b"))
	f.Fuzz(func(t *testing.T, b []byte) {
		var h header
		var p problems
		if end, _ := splitHeader(b, true, true, nil, &h, &p); end < 0 || end > len(b) {
			t.Errorf("the header ends at %d of %d", end, len(b))
		}
		for _, fld := range h.fields {
			if !bytes.Contains(b, fld.name) || !bytes.Contains(b, fld.value) {
				t.Errorf("%q is not in the header", fld)
			}
		}
		if s := decodeWords(h.text(b)); !utf8.ValidString(s) || bytes.ContainsAny([]byte(s), "\r\n\x00") {
			t.Errorf("%q is no line of text", s)
		}
		q := parseParameters(b)
		q.text("name")
		q.get("charset")
		messageIDs(b)
		NormalSubject(string(b))
	})
}

func FuzzDate(f *testing.F) {
	for _, s := range []string{"Mon, 6 May 2024 09:30:00 +0200 (CEST)", "2024-05-06T09:30:00Z", "06-May-24 9:30 PM EST", "1:2:3:4 -- (("} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if d, ok := parseDate(b); ok && (d.Year() < 0 || d.Year() > 10000) {
			t.Errorf("%q is in the year %d", b, d.Year())
		}
	})
}

func FuzzAddress(f *testing.F) {
	for _, s := range []string{`Ada <ada@poplar.example>, "B, o" <bo@x>`, "g: a@b, <c@d>;;", "<@a,@b:c@d> (x (y)) <<e@f", "=?utf-8?Q?a,b?= <c@d>", "Ada Poplar <ada@poplar.example>", "\"Poplar, Ada\" <ada@poplar.example>", "ada@poplar.example"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) == 0 {
			return
		}
		if a, ok := plainAddress(b); ok {
			p := &addressParser{s: b, lastSemicolon: -1}
			if p.run(); len(p.list) != 1 || p.list[0] != a {
				t.Errorf("the short way reads %q, the long one %q", a, p.list)
			}
		}
		for _, a := range parseAddresses(b) {
			if a.Name == "" && a.Addr == "" {
				t.Error("an address of nothing")
			}
			if !utf8.ValidString(a.Name) || !utf8.ValidString(a.Addr) || bytes.ContainsAny([]byte(a.Name+a.Addr), "\r\n\x00") {
				t.Errorf("%q is no line of text", a)
			}
		}
	})
}

func FuzzCharset(f *testing.F) {
	names := make([]string, 0, len(codecs)+1)
	for n := range codecs {
		names = append(names, n)
	}
	f.Add("iso-2022-jp", []byte("\x1b$B$3$s\x1b(B \x1b(I1\x1b$(D0!\x0e\x0f"))
	f.Add("utf-7", []byte("+AGE-b+-+////"))
	f.Add("hz", []byte("~{VPND~}~~~\n"))
	f.Add("", []byte("\xd6\xd0\xce\xc4"))
	f.Add("utf-16", []byte("\xff\xfea\x00"))
	f.Fuzz(func(t *testing.T, name string, b []byte) {
		if s, _ := decodeText(b, name); !utf8.ValidString(s) {
			t.Errorf("%q in %q is not UTF-8: %q", b, name, s)
		}
		if len(b) > 0 {
			n := names[int(b[0])%len(names)]
			if s, _ := decodeText(b, n); !utf8.ValidString(s) {
				t.Errorf("%q in %q is not UTF-8: %q", b, n, s)
			}
		}
	})
}

func FuzzTNEF(f *testing.F) {
	f.Add(tnefSample())
	f.Fuzz(func(t *testing.T, b []byte) {
		w, _ := readTNEF(bytes.NewReader(b))
		for _, file := range w.files {
			if file.start < 0 || file.length < 0 {
				t.Errorf("%+v", file)
			}
		}
		if len(w.files) > 2*tnefFiles {
			t.Errorf("%d files", len(w.files))
		}
		if s, _ := rtfText(string(decompressRTF(b))); len(s) > 2*rtfLimit {
			t.Errorf("%d bytes of text", len(s))
		}
		if s, _ := rtfText(string(b)); len(s) > 2*rtfLimit {
			t.Errorf("%d bytes of text", len(s))
		}
		parseCalendar(string(b))
	})
}
