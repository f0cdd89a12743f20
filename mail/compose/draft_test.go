package compose

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"poplar/mail"
	"poplar/mail/message"
)

func draftBytes(t *testing.T, d mail.Draft) mail.Bytes {
	t.Helper()
	var b bytes.Buffer
	if err := BuildDraft(&b, d); err != nil {
		t.Fatal(err)
	}
	wellFormed(t, b.Bytes())
	return b.Bytes()
}

// sameDraft compares all but ID, with times as instants and attachments by their bytes.
func sameDraft(t *testing.T, want, got mail.Draft) {
	t.Helper()
	if !want.Date.Equal(got.Date) {
		t.Errorf("date %v came back as %v", want.Date, got.Date)
	}
	if len(want.Attach) != len(got.Attach) {
		t.Fatalf("%d attachments of %d came back", len(got.Attach), len(want.Attach))
	}
	for i, a := range want.Attach {
		b := got.Attach[i]
		if a.Name != b.Name || a.Type != b.Type || a.Path != b.Path || a.Size != b.Size || (a.Raw == nil) != (b.Raw == nil) {
			t.Errorf("attachment %+v came back as %+v", a, b)
		}
		if a.Raw != nil && attachmentBytes(t, a) != attachmentBytes(t, b) {
			t.Errorf("bytes of %q changed", a.Name)
		}
	}
	want.Date, got.Date, want.Attach, got.Attach, want.ID, got.ID = time.Time{}, time.Time{}, nil, nil, 0, 0
	w, g := reflect.ValueOf(want), reflect.ValueOf(got)
	for i := range w.NumField() {
		if !reflect.DeepEqual(w.Field(i).Interface(), g.Field(i).Interface()) {
			t.Errorf("%s came back as\n%#v\nwant\n%#v", w.Type().Field(i).Name, g.Field(i), w.Field(i))
		}
	}
}

func reopenDraft(t *testing.T, raw mail.Raw) mail.Draft {
	t.Helper()
	d, err := ParseDraft(raw, InMemory)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestDraftComesBackExactly(t *testing.T) {
	file := filepath.Join(t.TempDir(), "b\xff.txt")
	for name, change := range map[string]func(*mail.Draft){
		"empty":           func(d *mail.Draft) { *d = mail.Draft{Account: "a1"} },
		"unfinished":      func(d *mail.Draft) { d.To = []mail.Address{{Addr: "mar"}, {Name: "x"}, {Addr: "a b@c"}}; d.Bcc = d.To },
		"blind copies":    func(d *mail.Draft) { d.Bcc = []mail.Address{{Name: "秘密", Addr: "b@example.org"}} },
		"blanks":          func(d *mail.Draft) { d.Text, d.Subject = "  a  \n\n b \t\n\n\n", "  two  blanks " },
		"carriage return": func(d *mail.Draft) { d.Text = "a\r\nb\rc" },
		"NUL":             func(d *mail.Draft) { d.Text, d.Quote = "a\x00b", "c\x00d" },
		"no line end":     func(d *mail.Draft) { d.Text = "你好" },
		"only line ends":  func(d *mail.Draft) { d.Text = "\n\n\n" },
		"quote":           func(d *mail.Draft) { d.Quote, d.QuoteIntro = "a\n> b\n>> c\n\n d\n>\n> \n", "On Monday, X wrote:" },
		"quote alone":     func(d *mail.Draft) { d.Text, d.Quote = "", ">" },
		"intro alone":     func(d *mail.Draft) { d.QuoteIntro = "On Monday, X wrote:" },
		"intro of lines":  func(d *mail.Draft) { d.Quote, d.QuoteIntro, d.Mark = "x\n> y", "---\nFrom: x\n", mail.Forwarded },
		"long lines":      func(d *mail.Draft) { d.Text = strings.Repeat("wort ", 400) + strings.Repeat("字", 1000) },
		"thread": func(d *mail.Draft) {
			d.InReplyTo, d.References, d.Answers, d.Mark = "a@x", []string{"b", "<c d>"}, 17, mail.Answered
		},
		"date":             func(d *mail.Draft) { d.Date = time.Date(2025, 1, 2, 3, 4, 5, 678, time.UTC) },
		"files by path":    func(d *mail.Draft) { d.Attach = []mail.Attachment{{Name: "b\xff.txt", Path: file, Size: 3}} },
		"file without any": func(d *mail.Draft) { d.Attach = []mail.Attachment{{Name: "lost"}} },
		"files": func(d *mail.Draft) {
			d.Attach = []mail.Attachment{
				{Name: "a.eml", Type: "message/rfc822", Raw: mail.Bytes("Subject: x\n\nLF\n"), Size: 15},
				{Path: "/x/y"},
				{Name: "空.bin", Type: "multipart/odd; x=y", Raw: mail.Bytes("")},
				{Name: "z", Raw: mail.Bytes(strings.Repeat("\x00\xff", 5000))},
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := finished()
			change(&d)
			sameDraft(t, d, reopenDraft(t, draftBytes(t, d)))
		})
	}
}

func TestRandomDraftsComeBackExactly(t *testing.T) {
	r := random(t)
	for range 200 {
		d := randomDraft(r, t.TempDir())
		d.Bcc = d.Cc
		if r.IntN(2) == 0 {
			d.Mark = mail.Forwarded
		}
		sameDraft(t, d, reopenDraft(t, draftBytes(t, d)))
		if t.Failed() {
			return
		}
	}
}

func TestDraftIsReadableMail(t *testing.T) {
	d := finished()
	d.Bcc = []mail.Address{{Addr: "b@example.org"}}
	d.QuoteIntro, d.Quote = "X wrote:", "old"
	m := reopen(t, draftBytes(t, d))
	if m.Subject != d.Subject || len(m.Bcc) != 1 || strings.TrimSpace(m.Text) != "Hi Marta\n\nX wrote:\n> old" {
		t.Errorf("got %+v", m)
	}
}

// A draft changed by another program keeps that program's text.
func TestDraftChangedElsewhere(t *testing.T) {
	d := finished()
	d.Quote = "old"
	raw := bytes.Replace(draftBytes(t, d), []byte("\r\n\r\nHi Marta"), []byte("\r\n\r\nHello dear Marta"), 1)
	got := reopenDraft(t, mail.Bytes(raw))
	if got.Text != "Hello dear Marta\n\n> old" || got.Quote != "" {
		t.Errorf("text %q, quote %q", got.Text, got.Quote)
	}
}

// A mail that came in must not be able to name files of this computer.
func TestReceivedMailIsNoDraft(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "id_rsa")
	if err := os.WriteFile(secret, []byte("key"), 0o600); err != nil {
		t.Fatal(err)
	}
	d := finished()
	d.Attach = []mail.Attachment{{Name: "photo.jpg", Path: secret}}
	for _, trace := range []string{"Received: from x by y", "Return-Path: <x@y>", "Delivered-To: me"} {
		for name, raw := range map[string]string{
			"above": trace + "\r\n" + string(draftBytes(t, d)),
			"below": strings.Replace(string(draftBytes(t, d)), "MIME-Version:", trace+"\r\nMIME-Version:", 1),
		} {
			got := reopenDraft(t, mail.Bytes(raw))
			if len(got.Attach) != 0 || got.Subject != d.Subject {
				t.Errorf("%s, %s: %+v", trace, name, got)
			}
		}
	}
}

func TestDraftFieldNeverLeaves(t *testing.T) {
	d := finished()
	d.Bcc = []mail.Address{{Addr: "secret@example.org"}}
	d.Answers, d.Mark = 4711, mail.Answered
	if got := string(build(t, d)); strings.Contains(got, "Poplar") || strings.Contains(got, "secret") {
		t.Errorf("built message says\n%s", got)
	}
	var b bytes.Buffer
	if err := Prepare(draftBytes(t, d), &b); err != nil {
		t.Fatal(err)
	}
	if got := b.String(); strings.Contains(got, "Poplar") || strings.Contains(got, "secret") {
		t.Errorf("prepared message says\n%s", got)
	}
}

// A message taken back out of the outbox is written on as a draft.
func TestBuiltMessageAsDraft(t *testing.T) {
	d := finished()
	d.Text = strings.Repeat("A long paragraph that is sent as flowed text. ", 6) + "\n\nEnd"
	d.InReplyTo, d.References = "a@x", []string{"a@x"}
	d.Attach = []mail.Attachment{{Name: "会议.txt", Raw: mail.Bytes("x")}}
	got := reopenDraft(t, build(t, d))
	if got.Text != strings.ReplaceAll(d.Text, ". \n", ".\n") {
		t.Errorf("text %q", got.Text)
	}
	if got.MessageID != d.MessageID || got.From != d.From || !reflect.DeepEqual(got.To, d.To) || got.InReplyTo != "a@x" {
		t.Errorf("got %+v", got)
	}
	if len(got.Attach) != 1 || got.Attach[0].Name != "会议.txt" || attachmentBytes(t, got.Attach[0]) != "x" {
		t.Errorf("attachments %+v", got.Attach)
	}
}

func TestDamagedDrafts(t *testing.T) {
	d := finished()
	d.Attach = []mail.Attachment{{Name: "a", Raw: mail.Bytes(strings.Repeat("x", 500))}}
	whole := draftBytes(t, d)
	for cut := range whole {
		if _, err := ParseDraft(whole[:cut], InMemory); err != nil && err.Error() == "" {
			t.Fatal("an error without words")
		}
	}
}

func FuzzParseDraft(f *testing.F) {
	var b bytes.Buffer
	if err := BuildDraft(&b, finished()); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add([]byte("X-Poplar-Draft: e30=\n\nbody"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		d, err := ParseDraft(mail.Bytes(raw), InMemory)
		if err != nil {
			return
		}
		var b bytes.Buffer
		if err := BuildDraft(&b, d); err != nil {
			return // a date no one can write
		}
		if again := reopenDraft(t, mail.Bytes(b.Bytes())); again.Text != d.Text || again.Quote != d.Quote {
			t.Errorf("%q, %q came back as %q, %q", d.Text, d.Quote, again.Text, again.Quote)
		}
	})
}

func FuzzBuild(f *testing.F) {
	f.Add("Hello", "你好 and more", "Lin", "a b.pdf")
	f.Add("=?UTF-8?Q?x?=", "From x\n.\n\x00 \r\n"+strings.Repeat("ab ", 50), `"`, "\r\nx")
	f.Fuzz(func(t *testing.T, subject, body, name, file string) {
		d := finished()
		d.Subject, d.Text, d.From.Name = subject, body, name
		d.Attach = []mail.Attachment{{Name: file, Raw: mail.Bytes(body)}}
		raw := build(t, d)
		m, err := message.Open(raw)
		if err != nil {
			t.Fatal(err)
		}
		if len(m.From) != 1 || m.From[0].Addr != d.From.Addr || len(m.Parts) != 1 || bytesOf(t, raw, 0) != body {
			t.Errorf("read back as %+v from\n%s", m, raw)
		}
	})
}
