package compose

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"poplar/mail"
)

// pythonReader reads paths on its standard input and says what Python's email package sees in each message. The name
// in Content-Type is read as programs read it that know RFC 2047 only.
const pythonReader = `
import sys, json, email, email.policy, email.header, hashlib
for path in sys.stdin:
    with open(path.rstrip("\n"), "rb") as f:
        raw = f.read()
    m = email.message_from_bytes(raw, policy=email.policy.default)
    old = email.message_from_bytes(raw, policy=email.policy.compat32)
    def addrs(name):
        return [[a.display_name, a.addr_spec] for h in m.get_all(name, []) for a in h.addresses]
    body = m.get_body(("plain",))
    page = m.get_body(("html",))
    files = []
    pictures = [[p["content-id"], p.get_filename(), hashlib.sha256(p.get_payload(decode=True)).hexdigest()]
        for p in m.walk() if p.get_content_disposition() == "inline"]
    for new, part in zip(m.walk(), old.walk()):
        if part.get_content_disposition() == "attachment":
            name = email.header.make_header(email.header.decode_header(part.get_param("name").replace("\\\"", "\"").replace("\\\\", "\\")))
            files.append([new.get_filename(), str(name), hashlib.sha256(part.get_payload(decode=True)).hexdigest()])
    print(json.dumps({"subject": str(m["subject"]), "from": addrs("from"), "to": addrs("to"), "cc": addrs("cc"),
        "text": body.get_content(), "flowed": body["content-type"].params.get("format") == "flowed", "files": files,
        "html": page.get_content() if page else "", "pictures": pictures,
        "defects": [str(d) for p in m.walk() for d in p.defects]}), flush=True)
`

// gmimeReader says the same of what GMime sees.
const gmimeReader = `
import sys, json, hashlib, gi
gi.require_version("GMime", "3.0")
from gi.repository import GMime
GMime.init()
def octets(part):
    mem = GMime.StreamMem.new()
    part.get_content().write_to_stream(mem)
    return bytes(mem.get_byte_array())
def addrs(m, kind):
    l = m.get_addresses(kind)
    return [[l.get_address(i).get_name() or "", l.get_address(i).get_addr()] for i in range(l.length())]
for path in sys.stdin:
    m = GMime.Parser.new_with_stream(GMime.StreamFile.open(path.rstrip("\n"), "r")).construct_message(None)
    seen = {"text": "", "flowed": False, "html": "", "files": [], "pictures": [], "defects": []}
    def part(parent, p):
        if not isinstance(p, GMime.Part):
            return
        how, kind = p.get_disposition(), p.get_content_type()
        if how == "attachment":
            seen["files"].append([p.get_filename(), kind.get_parameter("name"), hashlib.sha256(octets(p)).hexdigest()])
        elif how == "inline":
            seen["pictures"].append(["<" + p.get_content_id() + ">", p.get_filename(), hashlib.sha256(octets(p)).hexdigest()])
        elif kind.get_mime_type() == "text/html":
            seen["html"] = octets(p).decode(kind.get_parameter("charset"))
        else:
            seen["text"], seen["flowed"] = octets(p).decode(kind.get_parameter("charset")), kind.get_parameter("format") == "flowed"
    m.foreach(part)
    seen.update({"subject": m.get_subject() or "", "from": addrs(m, GMime.AddressType.FROM), "to": addrs(m, GMime.AddressType.TO), "cc": addrs(m, GMime.AddressType.CC)})
    print(json.dumps(seen), flush=True)
`

type otherSees struct {
	Subject      string
	From, To, Cc [][2]string
	Text         string
	Flowed       bool
	Files        [][3]string
	HTML         string
	Pictures     [][3]string
	Defects      []string
}

// Whatever is written is read back the same by readers that are not ours.
func TestBuiltIsReadBackByOthers(t *testing.T) {
	for _, c := range []struct {
		name, needs, script string
		// blanks: between the encoded words of a name (not of a subject) it leaves the blank it should drop.
		blanks bool
	}{
		{"Python", "import email", pythonReader, true},
		{"GMime", "import gi; gi.require_version('GMime', '3.0')", gmimeReader, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			for _, python := range []string{"/usr/bin/python3", "python3"} { // the system's own is the one that knows GMime
				if exec.CommandContext(t.Context(), python, "-c", c.needs).Run() == nil {
					readBack(t, python, c.script, c.blanks)
					return
				}
			}
			t.Skip("it is not installed")
		})
	}
}

// readBack has a script read what is built.
func readBack(t *testing.T, python, script string, blanks bool) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), python, "-c", script)
	cmd.Stderr = os.Stderr
	cmd.Env = append(os.Environ(), "PYTHONUTF8=1")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	r, dir := random(t), t.TempDir()
	replies := bufio.NewReader(out)
	for i := range 150 {
		d := randomDraft(r, dir)
		if i%3 == 0 {
			d = richDraft(r, dir)
		}
		raw := build(t, d)
		path := filepath.Join(dir, fmt.Sprintf("%d.eml", i))
		if err := os.WriteFile(path, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := fmt.Fprintln(in, path); err != nil {
			t.Fatal(err)
		}
		line, err := replies.ReadBytes('\n')
		if err != nil {
			t.Fatalf("the reader gave up on\n%s", raw)
		}
		var got otherSees
		if err := json.Unmarshal(line, &got); err != nil {
			t.Fatal(err)
		}
		if squeeze(got.Subject) != squeeze(d.Subject) {
			t.Errorf("subject %q came back as %q", squeeze(d.Subject), got.Subject)
		}
		for _, l := range []struct {
			name string
			want []mail.Address
			got  [][2]string
		}{{"From", []mail.Address{d.From}, got.From}, {"To", d.To, got.To}, {"Cc", d.Cc, got.Cc}} {
			if len(l.want) != len(l.got) {
				t.Fatalf("%s: %q came back as %q in\n%s", l.name, l.want, l.got, raw)
			}
			for j, a := range l.want {
				want, got := squeeze(a.Name), squeeze(l.got[j][0])
				if blanks && len(phrase(a.Name)) > 1 {
					want, got = strings.ReplaceAll(want, " ", ""), strings.ReplaceAll(got, " ", "")
				}
				if want != got || a.Addr != l.got[j][1] {
					t.Errorf("%s: %q came back as %q", l.name, a, l.got[j])
				}
			}
		}
		sameText(t, d.Body(), &mail.Message{Text: normal(got.Text), Flowed: got.Flowed})
		if len(got.Files) != len(d.Attach) {
			t.Fatalf("%d attachments of %d came back", len(got.Files), len(d.Attach))
		}
		for j, a := range d.Attach {
			sum := sha256.Sum256([]byte(attachmentBytes(t, a)))
			f, plain := got.Files[j], strings.NewReplacer(`"`, "'", `\`, "_") // a name by RFC 2047 has these instead
			if squeeze(f[0]) != squeeze(a.Name) || squeeze(plain.Replace(f[1])) != squeeze(plain.Replace(a.Name)) || f[2] != hex.EncodeToString(sum[:]) {
				t.Errorf("attachment %q came back as %q", a.Name, f)
			}
		}
		page, pictures := "", []*mail.Picture{}
		if d.Rich != nil {
			page, pictures = richBody(d, *d.Rich), d.Rich.Pictures()
		}
		if normal(got.HTML) != page || len(got.Pictures) != len(pictures) {
			t.Errorf("HTML %q with %d pictures came back as %q with %d", page, len(pictures), got.HTML, len(got.Pictures))
		}
		for j, p := range pictures[:min(len(pictures), len(got.Pictures))] {
			sum := sha256.Sum256(p.Data)
			if f := got.Pictures[j]; f[0] != "<"+p.ID+">" || squeeze(f[1]) != squeeze(p.Name) || f[2] != hex.EncodeToString(sum[:]) {
				t.Errorf("picture %+v came back as %q", p, f)
			}
		}
		if len(got.Defects) > 0 {
			t.Errorf("defects: %q", got.Defects)
		}
		if t.Failed() {
			t.Fatalf("the message was\n%.4000s", raw)
		}
	}
	if err := in.Close(); err != nil {
		t.Error(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
}
