package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"poplar/mail"
)

// octets are the raw messages of a profile with the folder each lies in.
func (p *program) octets() []string {
	p.t.Helper()
	var all []string
	for _, m := range p.ok("", "list", "--limit", "0") {
		raw := p.run("", "raw", fmt.Sprint(number(p.t, m, "id")))
		all = append(all, fmt.Sprint(m["folder"], m["flags"], raw.stdout))
	}
	slices.Sort(all)
	return all
}

// TestImportExport: mail of another program is taken in once, whatever is tried again, and what is exported in any
// format comes back the same.
func TestImportExport(t *testing.T) {
	nowhere := mail.Server{Host: "127.0.0.1", Port: 9, Security: mail.TLS, User: "wei"}
	p := newProgram(t)
	p.add("wei@pear.example", nowhere, nowhere, "Vt5-paper-lantern")
	dir := t.TempDir()
	put := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	one := "From: 王伟 <wei@pear.example>\nMessage-ID: <1@pear.example>\nDate: Mon, 2 Mar 2026 10:11:12 +0800\nSubject: One\n\nFrom the first.\n"
	two := "From: anna@birch.example\nDate: Mon, 2 Mar 2026 10:11:13 +0800\nSubject: no Message-ID\n\nHi\n"
	box := "From - Mon Mar  2 10:11:12 2026\nX-Mozilla-Status: 0001\n" + one + "\nFrom - Mon Mar  2 10:11:12 2026\n" + two + "\nFrom - Mon Mar  2 10:11:12 2026\n" + two + "\n"
	thunderbird := filepath.Dir(put("Mail/Inbox", box))
	put("Mail/工作.sbd/2026", "From - Mon Mar  2 10:11:12 2026\n"+strings.Replace(one, "<1@", "<2@", 1)+"\n")
	put("Mail/broken.eml", "\x00\x01")
	expect := func(r result, imported, skipped, failed, code int) {
		t.Helper()
		o := objects(t, r.stdout)
		if len(o) != 1 || number(t, o[0], "imported") != imported || number(t, o[0], "skipped") != skipped || len(o[0]["failed"].([]any)) != failed || r.code != code {
			t.Fatalf("exit %d\n%s%s", r.code, r.stdout, r.stderr)
		}
	}
	// What is there twice in the file is stored once.
	expect(p.run("", "--json", "import", thunderbird), 3, 1, 1, 1)
	expect(p.run("", "--json", "import", thunderbird), 0, 4, 1, 1)
	expect(p.run("", "--json", "import", put("new.eml", strings.Replace(one, "<1@", "<3@", 1)), "--folder", "Letters/Old"), 1, 0, 0, 0)
	if n := p.verify(); n != 4 {
		t.Errorf("%d messages are stored", n)
	}
	want := p.octets()
	if len(want) != 4 || !strings.HasPrefix(want[1], "Inbox[seen]X-Mozilla-Status: 0001\r\nFrom: 王伟") || !strings.HasPrefix(want[2], "Letters/Old[]") || !strings.HasPrefix(want[3], "工作/2026[]") {
		t.Errorf("stored: %q", want)
	}
	if found := p.ok("", "search", "王伟"); len(found) != 3 {
		t.Errorf("a search finds %d messages", len(found))
	}

	for _, format := range []string{"mbox", "maildir", "eml"} {
		out := filepath.Join(t.TempDir(), "out")
		r := p.ok("", "export", "--out", out, "--format", format)
		if len(r) != 1 || number(t, r[0], "exported") != 4 {
			t.Errorf("%s: %v", format, r)
		}
		other := newProgram(t)
		other.add("wei@pear.example", nowhere, nowhere, "Vt5-paper-lantern")
		expect(other.run("", "--json", "import", out), 4, 0, 0, 0)
		got := other.octets()
		expected := slices.Clone(want)
		if format == "eml" { // a single file tells no flags
			expected[1] = strings.Replace(want[1], "[seen]", "[]", 1)
		}
		if !slices.Equal(got, expected) {
			t.Errorf("%s: came back as %q", format, got)
		}
		other.verify()
		if r := p.run("", "export", "--out", out, "--format", format); r.code != 1 || !strings.Contains(r.stderr, "there already") {
			t.Errorf("%s: what was exported before is written over: exit %d, %s", format, r.code, r.stderr)
		}
	}
	one2 := filepath.Join(t.TempDir(), "one")
	if r := p.ok("", "export", "--out", one2, "--format", "eml", "--folder", "Letters/Old"); number(t, r[0], "exported") != 1 {
		t.Errorf("one folder: %v", r)
	}
	if r := p.run("", "import", filepath.Join(dir, "missing")); r.code != exitFail || !strings.Contains(r.stderr, "missing: no such file") {
		t.Errorf("a path that is not there: exit %d, %s", r.code, r.stderr)
	}
	for _, args := range [][]string{{"export", "--out", dir}, {"export", "--out", dir, "--format", "pst"}} {
		if r := p.run("", args...); r.code != exitUsage {
			t.Errorf("%v: exit %d, %s", args, r.code, r.stderr)
		}
	}
	if r := p.run("", "export", "--out", dir, "--format", "eml", "--folder", "Nowhere"); r.code != exitFail || !strings.Contains(r.stderr, "Nowhere") {
		t.Errorf("a folder that is not there: exit %d, %s", r.code, r.stderr)
	}
}
