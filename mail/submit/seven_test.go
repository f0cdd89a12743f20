package submit_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"poplar/mail"
	"poplar/mail/mailtest"
	"poplar/mail/submit"
	"poplar/mail/wire"
)

// crlf is s with the line ends of mail.
func crlf(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }

// inner is a message as it lies in a store: octets over 127 in its header, its text and its file.
const inner = `From: "Jörg (Büro)" <joerg@example.test>, 李四 <li@example.test>
To: Zoë Müller <zoe@example.test> (die Ärztin)
Subject: Re: =?utf-8?q?Gr=C3=BC=C3=9Fe?= schöne Grüße aus Köln, und das ist ein langer Betreff mit vielen Wörtern äöü
Received: from mail.example.test (Überall)
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="in ner"
Content-Transfer-Encoding: 8bit

Nobody reads thiß.
--in ner
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

Grüße aus Köln, a line that is so long that it has to be broken softly = so to say. And a blank at the end: 
.
From here
--in ner
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

你好，这是一封中文邮件。
--in ner
Content-Type: application/json; name="größe.json"
Content-Disposition: attachment; filename="Die Größe der Äpfel und noch einiges mehr, was in keine Zeile passt.json"; size=20
Content-Transfer-Encoding: 8bit

{"Größe": "12 m²"}
--in ner
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

Gr=C3=BC=C3=9Fe, schöne=
 =E2=82=AC
--in ner
Content-Type: application/octet-stream
Content-Transfer-Encoding: base64

AAEC
--in ner--
Nor thät.
`

const plain = "From: a@example.test\nSubject: all in ASCII\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\nGr=C3=BC=C3=9Fe\n"

// wide are messages that need 8BITMIME, by what is special about them.
var wide = map[string]string{
	"by itself": inner,
	"forwarded": "From: a@example.test\nSubject: Fwd\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=out\nContent-Transfer-Encoding: 8bit\n\n" +
		"--out\nContent-Type: text/plain\n\nsee there\n--out\nContent-Type: message/rfc822\nContent-Disposition: attachment; filename=x.eml\nContent-Transfer-Encoding: 8bit\n\n" + inner + "\n--out--\n",
	"signed": "From: a@example.test\nMIME-Version: 1.0\nContent-Type: multipart/signed; boundary=sig; micalg=pgp-sha256; protocol=\"application/pgp-signature\"\n\n" +
		"--sig\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\nunterschrieben für dich\n--sig\nContent-Type: application/pgp-signature\n\nxxxx\n--sig--\n",
	"without MIME":        "From: a@example.test\nSubject: Grüße\n\nschöne Grüße, von niemandem erklärt\n",
	"no empty line":       "From: a@example.test\nContent-Type: text/plain; charset=utf-8\nschöne Grüße, von niemandem erklärt\n",
	"in GB 18030":         "From: \xd5\xc5\xc8\xfd <a@example.test>\nSubject: \xc4\xe3\xba\xc3 \xca\xc0\xbd\xe7\nMIME-Version: 1.0\nContent-Type: text/plain; charset=gb18030\nContent-Transfer-Encoding: 8bit\n\n\xc4\xe3\xba\xc3\xa3\xac\xca\xc0\xbd\xe7\n",
	"not ended":           "From: a@example.test\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=out\n\n--out\nContent-Type: multipart/alternative; boundary=in\n\n--in\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\nßßß\n--out\nContent-Type: text/plain; charset=utf-8\n\nüüü",
	"empty parts":         "From: a@example.test\nSubject: ö\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=out\n\n--out\n\n--out\nContent-Type: text/plain\n--out\nContent-Type: text/plain; charset=utf-8\n\nü\n--out--",
	"binary":              "From: a@example.test\nMIME-Version: 1.0\nContent-Type: image/png; name=\"ä b.png\"\nContent-Transfer-Encoding: binary\n\n\xff\x00\xfe\n",
	"a folded odd header": "From: Anna\n Müller <a@example.test>\nSubject: eins\n zwei\n dreißig\n\nx\n",
}

// names are what others read in the headers of what leaves. What they read in what was sent differs.
var names = map[string][]string{
	"forwarded":           {"Re: Grüße schöne Grüße aus Köln, und das ist ein langer Betreff mit vielen Wörtern äöü", "Jörg (Büro)", "李四", "Zoë Müller"},
	"in GB 18030":         {"你好 世界", "张三"},
	"a folded odd header": {"Anna Müller", "eins zwei dreißig"},
}

// toSeven sends a message to a server without 8BITMIME and returns what it took.
func toSeven(t *testing.T, o mailtest.SMTPOptions, raw string) string {
	t.Helper()
	o.Without = append(o.Without, "8BITMIME", "SMTPUTF8")
	s := start(t, o)
	m := message(bert)
	m.Raw = mail.Bytes(raw)
	var told int64
	m.Progress = func(n int64) { told = n }
	if r, err := send(t, s, m); err != nil || r.State != mail.SentOK {
		t.Fatalf("%+v, %v", r, err)
	}
	if told != int64(len(raw)) {
		t.Errorf("of %d octets %d were told to have left", len(raw), told)
	}
	got := s.Messages()[0]
	if ended := strings.TrimSuffix(string(got.Raw), "\r\n"); got.Options.Size < int64(len(ended)) || got.Options.Size > int64(len(got.Raw)) || got.Options.Body == "8BITMIME" {
		t.Errorf("announced with %+v, %d octets came", got.Options, len(got.Raw))
	}
	return string(got.Raw)
}

func TestSevenBit(t *testing.T) {
	each(t, "", func(t *testing.T, o mailtest.SMTPOptions) {
		for name, raw := range wide {
			t.Run(name, func(t *testing.T) {
				got := toSeven(t, o, crlf(raw))
				if strings.IndexFunc(got, func(r rune) bool { return r >= 0x80 || r == 0 }) >= 0 {
					t.Errorf("octets over 127 left:\n%s", got)
				}
				for line := range strings.SplitSeq(got, "\r\n") {
					if len(line) > 120 {
						t.Errorf("a line of %d octets: %s", len(line), line)
					}
				}
			})
		}
	})
}

// The octets are kept where they can be: all of them where the server takes them or none is over 127, else those of
// every part that has none.
func TestSevenBitKeeps(t *testing.T) {
	s := start(t, mailtest.SMTPOptions{})
	m := message(bert)
	m.Raw = mail.Bytes(crlf(wide["forwarded"]))
	if _, err := send(t, s, m); err != nil {
		t.Fatal(err)
	}
	if got := s.Messages()[0]; !bytes.Equal(got.Raw, []byte(crlf(wide["forwarded"]))) || got.Options.Body != "8BITMIME" {
		t.Errorf("a server with 8BITMIME got %+v\n%s", got.Options, got.Raw)
	}
	if got := toSeven(t, mailtest.SMTPOptions{}, crlf(plain)); got != crlf(plain) {
		t.Errorf("a message of ASCII came as\n%s", got)
	}
	got := toSeven(t, mailtest.SMTPOptions{}, crlf(wide["forwarded"]))
	for _, kept := range []string{
		"--out\nContent-Type: text/plain\n\nsee there\n--out\n",
		"--in ner\nContent-Type: application/octet-stream\nContent-Transfer-Encoding: base64\n\nAAEC\n--in ner--\n",
		"Content-Type: message/rfc822\nContent-Disposition: attachment; filename=x.eml\nContent-Transfer-Encoding: 7bit\n\n",
	} {
		if !strings.Contains(got, crlf(kept)) {
			t.Errorf("missing %q in\n%s", kept, got)
		}
	}
}

// What leaves is what SIZE is compared with.
func TestSevenBitTooLarge(t *testing.T) {
	raw := "From: a@example.test\r\n\r\n" + strings.Repeat("ä ö ü ß\r\n", 1000)
	s := start(t, mailtest.SMTPOptions{Without: []string{"8BITMIME"}, MaxSize: int64(len(raw)) + 100})
	m := message(bert)
	m.Raw = mail.Bytes(raw)
	r, err := send(t, s, m)
	if err == nil || r.State != mail.Failed || r.Problem.Kind != mail.TooLarge || len(lines(s, "MAIL")) > 0 {
		t.Errorf("%+v, %v, %v", r, err, lines(s))
	}
}

// Two over one connection: the second's envelope leaves behind the first's end.
func TestSevenBitInARow(t *testing.T) {
	s := start(t, mailtest.SMTPOptions{Without: []string{"8BITMIME"}})
	first, second := message(bert), message(cleo)
	first.ID, first.Raw = 1, mail.Bytes(crlf(wide["without MIME"]))
	second.ID, second.Raw = 2, mail.Bytes(crlf(wide["signed"]))
	first.Next = func(context.Context) (submit.Message, bool) { return second, true }
	x, err := submit.Open(t.Context(), s.to, "", wire.Options{Idle: 30 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range []submit.Message{first, second} {
		if r, err := x.Send(t.Context(), m, quietly); err != nil || r.State != mail.SentOK {
			t.Fatalf("%+v, %v", r, err)
		}
	}
	if err := x.Close(); err != nil {
		t.Error(err)
	}
	for _, got := range s.Messages() {
		if slices.ContainsFunc(got.Raw, func(c byte) bool { return c >= 0x80 }) || got.Options.Size != int64(len(got.Raw)) {
			t.Errorf("%+v\n%s", got.Options, got.Raw)
		}
	}
}

const sevenReader = `
import sys, json, email, email.policy, hashlib, re
def plain(s): return re.sub(r"\s+", " ", str(s or "")).strip()
def see(raw):
    m = email.message_from_bytes(raw, policy=email.policy.default)
    parts, names = [], []
    for p in m.walk():
        seen = [p.get_content_type(), p.get_filename()]
        names.append(plain(p["subject"]))
        for name in ("from", "to"):
            for h in p.get_all(name, []):
                for a in h.addresses:
                    names.append(plain(a.display_name))
                    seen.append(a.addr_spec)
        if not p.is_multipart():
            octets = p.get_payload(decode=True)
            if p.get_content_type() != "image/png":
                octets = octets.rstrip()
            seen.append(hashlib.sha256(octets).hexdigest())
        parts.append(seen)
    return [parts, names]
for line in sys.stdin:
    print(json.dumps([see(bytes.fromhex(x)) for x in json.loads(line)]), flush=True)
`

const sevenGMime = `
import sys, json, hashlib, re, gi
gi.require_version("GMime", "3.0")
from gi.repository import GMime
GMime.init()
def plain(s): return re.sub(r"\s+", " ", s or "").strip()
def message(m, out, names):
    names.append(plain(m.get_subject()))
    for kind in (GMime.AddressType.FROM, GMime.AddressType.TO):
        l = m.get_addresses(kind)
        for i in range(l.length()):
            names.append(plain(l.get_address(i).get_name()))
            out.append(l.get_address(i).get_addr())
    part(m.get_mime_part(), out, names)
def part(p, out, names):
    if isinstance(p, GMime.MessagePart):
        message(p.get_message(), out, names)
    elif isinstance(p, GMime.Multipart):
        for i in range(p.get_count()):
            part(p.get_part(i), out, names)
    elif p is not None and p.get_content() is not None:
        mem = GMime.StreamMem.new()
        p.get_content().write_to_stream(mem)
        octets = bytes(mem.get_byte_array())
        if p.get_content_type().get_mime_type() != "image/png":
            octets = octets.rstrip()
        out.append([p.get_content_type().get_mime_type(), p.get_filename(), hashlib.sha256(octets).hexdigest()])
def see(raw):
    out, names = [], []
    message(GMime.Parser.new_with_stream(GMime.StreamMem.new_with_buffer(raw)).construct_message(None), out, names)
    return [out, names]
for line in sys.stdin:
    print(json.dumps([see(bytes.fromhex(x)) for x in json.loads(line)]), flush=True)
`

// Readers that are not ours see the same in what was sent and in what left.
func TestSevenBitIsReadBackByOthers(t *testing.T) {
	for _, c := range []struct{ name, needs, script string }{
		{"Python", "import email", sevenReader},
		{"GMime", "import gi; gi.require_version('GMime', '3.0')", sevenGMime},
	} {
		t.Run(c.name, func(t *testing.T) {
			i := slices.IndexFunc([]string{"/usr/bin/python3", "python3"}, func(p string) bool {
				return exec.CommandContext(t.Context(), p, "-c", c.needs).Run() == nil
			})
			if i < 0 {
				t.Skip("it is not installed")
			}
			for name, raw := range wide {
				if name == "no empty line" || name == "not ended" && c.name == "GMime" {
					continue // they see no text in it, or not the same way each time
				}
				raw = crlf(raw)
				in, err := json.Marshal([2]string{fmt.Sprintf("%x", raw), fmt.Sprintf("%x", toSeven(t, mailtest.SMTPOptions{}, raw))})
				if err != nil {
					t.Fatal(err)
				}
				cmd := exec.CommandContext(t.Context(), []string{"/usr/bin/python3", "python3"}[i], "-c", c.script)
				cmd.Stdin = bytes.NewReader(append(in, '\n'))
				said, err := cmd.CombinedOutput()
				if err != nil {
					t.Fatalf("%s: %v\n%s", name, err, said)
				}
				var seen [2][2]any
				if err := json.Unmarshal(said, &seen); err != nil {
					t.Fatal(err)
				}
				if before, after := fmt.Sprint(seen[0][0]), fmt.Sprint(seen[1][0]); before != after {
					t.Errorf("%s: before\n%s\nafter\n%s", name, before, after)
				}
				for _, say := range names[name] {
					if after := fmt.Sprint(seen[1][1]); !strings.Contains(after, say) {
						t.Errorf("%s: no %q in %s", name, say, after)
					}
				}
			}
		})
	}
}
