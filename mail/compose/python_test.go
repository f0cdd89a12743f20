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

type pythonSees struct {
	Subject      string
	From, To, Cc [][2]string
	Text         string
	Flowed       bool
	Files        [][3]string
	HTML         string
	Pictures     [][3]string
	Defects      []string
}

// Whatever is written is read back the same by a reader that is not ours.
func TestBuiltIsReadBackByPython(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("python3 is not installed")
	}
	cmd := exec.CommandContext(t.Context(), python, "-c", pythonReader)
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
			t.Fatalf("Python gave up on\n%s", raw)
		}
		var got pythonSees
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
				if len(phrase(a.Name)) > 1 {
					// QUIRK: between the encoded words of a name (not of a subject) Python leaves the blank it should drop.
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
			if f := got.Files[j]; squeeze(f[0]) != squeeze(a.Name) || squeeze(f[1]) != squeeze(a.Name) || f[2] != hex.EncodeToString(sum[:]) {
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
