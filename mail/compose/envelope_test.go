package compose

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"poplar/mail"
)

func prepare(t *testing.T, raw string) string {
	t.Helper()
	var b bytes.Buffer
	if err := Prepare(mail.Bytes(raw), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestPrepare(t *testing.T) {
	const ids = "Date: x\r\nMessage-ID: <1@x>\r\n"
	for _, c := range []struct{ name, in, out string }{
		{"as it should be", ids + "\r\nbody\r\n", ids + "\r\nbody\r\n"},
		{"LF", "Date: x\nMessage-ID: <1@x>\n\na\n\n.\nb\n", ids + "\r\na\r\n\r\n.\r\nb\r\n"},
		{"mixed", ids + "\na\r\nb\nc\r\n", ids + "\r\na\r\nb\r\nc\r\n"},
		{"no final line end", ids + "\r\na", ids + "\r\na\r\n"},
		{"bare CR stays", ids + "\r\na\rb\r\n", ids + "\r\na\rb\r\n"},
		{"odd bytes stay", ids + "\r\n \xff\x00\t \r\n", ids + "\r\n \xff\x00\t \r\n"},
		{"header only", ids, ids + "\r\n"},
		{"header without line end", "Date: x\r\nMessage-ID: <1@x>", ids + "\r\n"},
		{"Bcc", "bcc: a@x,\n b@x\nDate: x\nBCC : c@x\nMessage-ID: <1@x>\n\nBcc: stays\n", ids + "\r\nBcc: stays\r\n"},
		{"folding stays", "Date: x\nSubject:  a \n\t b\nMessage-ID: <1@x>\n\n", "Date: x\r\nSubject:  a \r\n\t b\r\nMessage-ID: <1@x>\r\n\r\n"},
		{"line of a mailbox file", "From x Mon Jan  1 00:00:00 2025\n" + ids + "\r\nx\r\n", ids + "\r\nx\r\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := prepare(t, c.in); got != c.out {
				t.Errorf("got\n%q\nwant\n%q", got, c.out)
			}
		})
	}
}

func TestPrepareAddsWhatIsMissing(t *testing.T) {
	got := prepare(t, "From: Bob <bob@例子.测试>\nSubject: x\n\nbody")
	m := reopen(t, mail.Bytes(got))
	if !strings.HasSuffix(m.MessageID, "@xn--fsqu00a.xn--0zwm56d") || time.Since(m.Date).Abs() > time.Hour {
		t.Errorf("got\n%s", got)
	}
	if !strings.HasPrefix(got, "From: Bob <bob@例子.测试>\r\nSubject: x\r\nDate: ") || !strings.HasSuffix(got, ">\r\n\r\nbody\r\n") {
		t.Errorf("got\n%s", got)
	}
}

func TestPrepareRefusesWhatIsNoMail(t *testing.T) {
	for _, in := range []string{"", "\n\nbody", "hello world\n\nx", "\x7fELF\x00", ": x\n\n", strings.Repeat("a", headerLimit+1)} {
		var b bytes.Buffer
		if err := Prepare(mail.Bytes(in), &b); err == nil {
			t.Errorf("%.20q was taken for mail", in)
		}
	}
}

func TestFromRFC822(t *testing.T) {
	for _, c := range []struct{ name, in, from, to string }{
		{"plain", "From: Bob <b@x.org>\nTo: a@x.org, C <c@x.org>\nCc: a@X.org\nBcc: d@x.org\n\n", "b@x.org", "a@x.org c@x.org d@x.org"},
		{"Sender", "From: a@x.org, b@x.org\nSender: s@x.org\nTo: c@x.org\n\n", "s@x.org", "c@x.org"},
		{"folded, quoted, encoded", "From: =?UTF-8?Q?a=2C_b?= <b@x.org>\nTo: \"x, y\"\n <c@x.org>,\n\td@x.org (com, ment)\n\n", "b@x.org", "c@x.org d@x.org"},
		{"group", "From: b@x.org\nTo: Team: a@x.org, c@x.org;, d@x.org\nCc: undisclosed-recipients:;\n\n", "b@x.org", "a@x.org c@x.org d@x.org"},
		{"full-width comma in a name", "From: b@x.org\nTo: 张、三，四 <a@x.org>\n\n", "b@x.org", "a@x.org"},
		{"two fields", "From: b@x.org\nTo: a@x.org\nTo: c@x.org\n\n", "b@x.org", "a@x.org c@x.org"},
		{"resent", "Resent-From: r@x.org\nResent-To: n@x.org\nResent-To: old@x.org\nFrom: b@x.org\nTo: a@x.org\n\n", "r@x.org", "n@x.org"},
		{"nobody", "Subject: x\n\nTo: a@x.org\n", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			from, to, err := FromRFC822(mail.Bytes(c.in))
			if err != nil || from != c.from || strings.Join(to, " ") != c.to {
				t.Errorf("got %q %q %v", from, to, err)
			}
		})
	}
	if _, _, err := FromRFC822(mail.Bytes("From: b@x.org\nTo: a@x.org, bob\n\n")); err == nil || !strings.Contains(err.Error(), "“bob”") {
		t.Errorf("a recipient that cannot be read: %v", err)
	}
}

func FuzzPrepare(f *testing.F) {
	f.Add([]byte("From: a@b\nBcc: c@d\n\nbody\r\n.\rx"))
	f.Add([]byte("Date: x\r\n y\r\n\r\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		var b bytes.Buffer
		if err := Prepare(mail.Bytes(raw), &b); err != nil {
			return
		}
		out := b.Bytes()
		if !bytes.HasSuffix(out, []byte("\n")) || bytes.Contains(bytes.ReplaceAll(out, []byte("\r\n"), nil), []byte("\n")) {
			t.Errorf("line ends of %q", out)
		}
		fields, _, err := readHeader(bytes.NewReader(out))
		if err != nil {
			t.Fatalf("%q: %v", out, err)
		}
		for _, name := range []string{"date", "message-id"} {
			if !slices.ContainsFunc(fields, func(f rawField) bool { return f.name == name }) {
				t.Errorf("no %s in %q", name, out)
			}
		}
		var again bytes.Buffer
		if err := Prepare(mail.Bytes(out), &again); err != nil || !bytes.Equal(again.Bytes(), out) {
			t.Errorf("prepared twice: %q and %q (%v)", out, again.Bytes(), err)
		}
	})
}
