package submit

import (
	"bytes"
	"io"
	"mime/quotedprintable"
	"testing"

	"poplar/mail"
)

// Whatever the message is, what leaves has no octet over 127, the size that was announced, and nothing to convert left.
func FuzzSevenBit(f *testing.F) {
	for _, s := range []string{
		"Subject: \xff\r\n\r\n\xe4\r\n",
		"From: \"a\\\" \xe4\" <\xe4@b>, (c(\xfc)d) e@\xfc.example, g: \xf6;\r\nContent-Type: multipart/mixed; boundary=a; x=\"\xff\"; y*=\xfe\r\n\r\n--a\r\n\r\n\xe4\r\n--a--",
		"Content-Type: message/rfc822\r\n\r\n\xe4\r\n\r\n",
		" \xff\n\n\x00\xff", "--\xff", "A: \x80", "\xc3\x9f\r\n\xe4",
		"Content-Type: multipart/x; boundary=\"a\"\nContent-Transfer-Encoding: quoted-printable\n\n--a\n--a\n\xff--a--\n",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		s, err := toSevenBit(mail.Bytes(raw))
		if err != nil {
			t.Fatal(err)
		}
		out, err := io.ReadAll(s.reader())
		if err != nil || int64(len(out)) != s.size {
			t.Fatalf("%d octets of %d, %v", len(out), s.size, err)
		}
		if odd, err := eightBit(mail.Bytes(out)); odd || err != nil {
			t.Fatalf("%q is not ASCII, %v", out, err)
		}
		again, err := toSevenBit(mail.Bytes(out))
		if err != nil {
			t.Fatal(err)
		}
		twice, err := io.ReadAll(again.reader())
		if err != nil || len(again.list) > len(s.list) && bytes.Count(out, []byte{0}) == 0 && !bytes.Equal(twice, out) {
			t.Fatalf("%q became %q, %v", out, twice, err)
		}
	})
}

// Text comes back as it was, with the line ends of mail.
func FuzzQuotedPrintable(f *testing.F) {
	f.Add([]byte("a \xe4=\t\r\nb\rc\r\n.\r\n ."))
	f.Fuzz(func(t *testing.T, text []byte) {
		text = bytes.ReplaceAll(bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")), []byte("\n"), []byte("\r\n"))
		out, err := io.ReadAll(newRecoder(bytes.NewReader(text), quoted))
		if err != nil {
			t.Fatal(err)
		}
		for line := range bytes.SplitSeq(out, []byte("\r\n")) {
			if len(line) > softLine {
				t.Fatalf("a line of %d octets", len(line))
			}
		}
		back, err := io.ReadAll(quotedprintable.NewReader(bytes.NewReader(out)))
		if err != nil || !bytes.Equal(back, text) {
			t.Fatalf("%q became %q and %q, %v", text, out, back, err)
		}
	})
}
