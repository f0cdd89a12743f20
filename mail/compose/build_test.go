package compose

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"mime"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"poplar/mail"
	"poplar/mail/message"
)

var seed = flag.Uint64("seed", 0, "seed of the random messages; 0 takes a new one")

func random(t *testing.T) *rand.Rand {
	t.Helper()
	s := *seed
	if s == 0 {
		s = rand.Uint64()
	}
	t.Logf("-seed %d", s)
	return rand.New(rand.NewPCG(s, 1))
}

var when = time.Date(2025, 11, 4, 14, 32, 7, 0, time.FixedZone("", 8*3600))

func finished() mail.Draft {
	return mail.Draft{
		From: mail.Address{Name: "Lin Wei 林薇", Addr: "lin@example.test"}, To: []mail.Address{{Name: "Marta", Addr: "marta@example.org"}},
		Subject: "Hello", Text: "Hi Marta", MessageID: "m1@example.test", Date: when,
	}
}

func build(t *testing.T, d mail.Draft) mail.Bytes {
	t.Helper()
	var b bytes.Buffer
	if err := Build(&b, d); err != nil {
		t.Fatal(err)
	}
	wellFormed(t, b.Bytes())
	return b.Bytes()
}

// wellFormed checks what every server may ask of a message: CRLF and nothing else at line ends, no line over 998
// octets, a header of ASCII with lines of at most 78 where they can be broken.
func wellFormed(t *testing.T, msg []byte) {
	t.Helper()
	rest := bytes.ReplaceAll(msg, []byte("\r\n"), nil)
	if bytes.ContainsAny(rest, "\r\n\x00") {
		t.Fatalf("bare CR or LF, or NUL, in:\n%q", msg)
	}
	if !bytes.HasSuffix(msg, []byte("\r\n")) {
		t.Fatal("the last line has no end")
	}
	header := true
	for i, line := range strings.Split(string(msg), "\r\n") {
		header = header && line != ""
		if len(line) > 998 {
			t.Fatalf("line %d has %d octets", i+1, len(line))
		}
		if header && (!printable(strings.ReplaceAll(line, "\t", "")) || strings.TrimSpace(line) == "") {
			t.Fatalf("header line %q", line)
		}
		if header && len(line) > 78 && strings.Contains(strings.TrimLeft(line, " "), " ") && !strings.Contains(line, `="`) {
			t.Fatalf("header line of %d octets that could be folded: %q", len(line), line)
		}
	}
}

func reopen(t *testing.T, raw mail.Bytes) *mail.Message {
	t.Helper()
	m, err := message.Open(raw)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func bytesOf(t *testing.T, raw mail.Raw, index int) string {
	t.Helper()
	b, err := partBytes(raw, index)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestBuildShape(t *testing.T) {
	d := finished()
	d.Cc = []mail.Address{{Name: "O'Neil, Pat", Addr: "pat@example.org"}, {Addr: "info@例子.测试"}}
	d.Bcc = []mail.Address{{Addr: "secret@example.org"}}
	d.InReplyTo, d.References = "b@x", []string{"a@x", "b@x"}
	got := string(build(t, d))
	want := "Date: Tue, 04 Nov 2025 14:32:07 +0800\r\n" +
		"From: =?UTF-8?B?TGluIFdlaSDmnpfoloc=?= <lin@example.test>\r\n" +
		"To: Marta <marta@example.org>\r\n" +
		"Cc: \"O'Neil, Pat\" <pat@example.org>, info@xn--fsqu00a.xn--0zwm56d\r\n" +
		"Subject: Hello\r\n" +
		"Message-ID: <m1@example.test>\r\n" +
		"In-Reply-To: <b@x>\r\n" +
		"References: <a@x> <b@x>\r\n" +
		"MIME-Version: 1.0\r\n" +
		"Content-Type: text/plain; charset=utf-8\r\n" +
		"Content-Transfer-Encoding: 7bit\r\n" +
		"\r\n" +
		"Hi Marta\r\n"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestEmptyFields(t *testing.T) {
	d := finished()
	d.Subject, d.From.Name, d.Text = " ", "\r\n", ""
	d.To = nil
	d.Bcc = []mail.Address{{Addr: "b@example.org"}}
	raw := string(build(t, d))
	for _, want := range []string{"\r\nSubject:\r\n", "\r\nFrom: lin@example.test\r\n", "\r\nTo: undisclosed-recipients:;\r\n"} {
		if !strings.Contains(raw, want) {
			t.Errorf("no %q in\n%s", want, raw)
		}
	}
}

func TestBuildRefuses(t *testing.T) {
	for name, change := range map[string]func(*mail.Draft){
		"no Message-ID":        func(d *mail.Draft) { d.MessageID = "" },
		"no date":              func(d *mail.Draft) { d.Date = time.Time{} },
		"no sender":            func(d *mail.Draft) { d.From = mail.Address{} },
		"recipient without @":  func(d *mail.Draft) { d.To[0].Addr = "marta" },
		"line end in address":  func(d *mail.Draft) { d.To[0].Addr = "marta@example.org\r\nBcc: x@y" },
		"bracket in address":   func(d *mail.Draft) { d.To[0].Addr = "marta@example.org>, <x@y" },
		"attachment that went": func(d *mail.Draft) { d.Attach = []mail.Attachment{{Path: filepath.Join(t.TempDir(), "gone")}} },
		"a folder":             func(d *mail.Draft) { d.Attach = []mail.Attachment{{Path: t.TempDir()}} },
		"no contents":          func(d *mail.Draft) { d.Attach = []mail.Attachment{{Name: "x"}} },
	} {
		t.Run(name, func(t *testing.T) {
			d := finished()
			change(&d)
			if err := Build(io.Discard, d); err == nil {
				t.Error("no error")
			}
		})
	}
}

func TestHeaderInjection(t *testing.T) {
	const evil = "x\r\nBcc: victim@example.org\r\n\r\nbody\n\nEvil: 1\rEvil: 2\u2028Evil: 3\u0085Evil: 4\x00"
	d := finished()
	d.Subject = evil
	d.From.Name, d.To[0].Name = evil, "plain "+evil
	d.InReplyTo, d.References = "a@x>\r\nEvil: 5", []string{"b@x\nEvil: 6", "ok@x", "<c@x"}
	d.Attach = []mail.Attachment{{Name: evil + ".txt", Type: "text/plain\r\nEvil: 7", Raw: mail.Bytes("1")}}
	raw := build(t, d)
	m := reopen(t, raw)
	for _, f := range m.Header {
		if f.Name == "Bcc" || f.Name == "Evil" {
			t.Errorf("injected: %s: %s", f.Name, f.Value)
		}
	}
	if n := regexp.MustCompile(`(?im)^(Evil|Bcc):`).FindAllString(string(raw), -1); n != nil {
		t.Errorf("injected lines: %q in\n%s", n, raw)
	}
	if !slices.Equal(m.References, []string{"ok@x"}) {
		t.Errorf("references: %q", m.References)
	}
}

func TestLongChineseSubjectIsFolded(t *testing.T) {
	d := finished()
	d.Subject = "Re: " + strings.Repeat("关于二〇二五年第四季度产品发布计划的若干意见，", 12)
	raw := build(t, d)
	head, _, _ := strings.Cut(string(raw), "\r\n\r\n")
	for _, line := range strings.Split(head, "\r\n") {
		if len(line) > 76 {
			t.Errorf("%d octets: %s", len(line), line)
		}
	}
	if !strings.Contains(head, "Subject: Re: =?UTF-8?B?") && !strings.Contains(head, "Subject: Re:\r\n =?UTF-8?B?") {
		t.Errorf("“Re:” is not readable: %s", head)
	}
	if got := reopen(t, raw).Subject; got != d.Subject {
		t.Errorf("subject came back as %q", got)
	}
}

func TestAttachmentNames(t *testing.T) {
	for name, want := range map[string][]string{
		"report.pdf":         {`; name="report.pdf"`, `; filename="report.pdf"`},
		`a"b\c;d=e.txt`:      {`filename="a\"b\\c;d=e.txt"`},
		"会议纪要.docx":          {`name="=?UTF-8?B?5Lya6K6u57qq6KaBLmRvY3g=?="`, `filename*=UTF-8''%E4%BC%9A%E8%AE%AE%E7%BA%AA%E8%A6%81.docx`},
		"=?UTF-8?Q?no?=.txt": {`filename*=UTF-8''%3D%3FUTF-8`},
		strings.Repeat("很长的文件名", 12) + ".pdf": {"filename*0*=UTF-8''", "filename*1*=", "name=\"=?UTF-8?B?"},
	} {
		d := finished()
		d.Attach = []mail.Attachment{{Name: name, Raw: mail.Bytes("data")}}
		raw := build(t, d)
		for _, w := range want {
			if !strings.Contains(string(raw), w) {
				t.Errorf("%q: %q is missing in\n%s", name, w, raw)
			}
		}
		m := reopen(t, raw)
		if strings.Contains(name, "=?") {
			continue // Poplar decodes this, for the sake of programs that encode twice
		}
		if len(m.Parts) != 1 || m.Parts[0].Name != message.SafeName(name, m.Parts[0].Type) {
			t.Errorf("%q came back as %+v", name, m.Parts)
		}
	}
}

func TestForwardedMessagePart(t *testing.T) {
	for _, c := range []struct{ name, raw, mediaType, encoding string }{
		{"ascii", "Subject: a\r\n\r\nb\r\n", "message/rfc822", "7bit"},
		{"utf-8", "Subject: a\r\n\r\nü\r\n", "message/rfc822", "8bit"},
		{"long line", "Subject: a\r\n\r\n" + strings.Repeat("x", 1200) + "\r\n", "application/octet-stream", "base64"},
		{"NUL", "Subject: a\r\n\r\n\x00\r\n", "application/octet-stream", "base64"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := finished()
			d.Attach = []mail.Attachment{{Name: "a.eml", Type: "message/rfc822", Raw: mail.Bytes(c.raw)}}
			var b bytes.Buffer
			if err := Build(&b, d); err != nil {
				t.Fatal(err)
			}
			for _, w := range []string{"Content-Type: " + c.mediaType, "Content-Transfer-Encoding: " + c.encoding} {
				if !strings.Contains(b.String(), w) {
					t.Errorf("no %q in\n%s", w, b.String())
				}
			}
			if got := bytesOf(t, mail.Bytes(b.Bytes()), 0); got != c.raw {
				t.Errorf("bytes came back as %q", got)
			}
		})
	}
}

func TestTextEncoding(t *testing.T) {
	long := strings.Repeat("lorem ipsum ", 30)
	for _, c := range []struct{ name, text, encoding, must string }{
		{"ascii", "a\nb", "7bit", "\r\n\r\na\r\nb\r\n"},
		{"mostly ascii", "Grüße aus Köln, wo die Sonne scheint und alle lachen", "quoted-printable", "Gr=C3=BC=C3=9Fe"},
		{"chinese", "你好，世界", "base64", "5L2g5aW977yM5LiW55WM"},
		{"from at the start of a line", "From here on\nfrom there", "quoted-printable", "=46rom here on\r\nfrom there"},
		{"from in flowed text", "From " + long, "7bit", "\r\n\r\n From lorem"},
		{"blank at the end of a line", "a ü \nb bbbbbbbbbbbbbbbbb", "quoted-printable", "a =C3=BC=20\r\nb"},
		{"lone dot", ".\nü aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "quoted-printable", "\r\n=2E\r\n"},
		{"very long word", strings.Repeat("x", 2000), "quoted-printable", "xxx=\r\nxxx"},
		{"flowed", long, "7bit", "format=flowed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := finished()
			d.Text = c.text
			raw := build(t, d)
			if !strings.Contains(string(raw), "Content-Transfer-Encoding: "+c.encoding+"\r\n") || !strings.Contains(string(raw), c.must) {
				t.Errorf("want %s and %q, got\n%s", c.encoding, c.must, raw)
			}
			sameText(t, c.text, reopen(t, raw))
		})
	}
}

// sameText checks that text has arrived: exactly, or where it was sent as format=flowed but for blanks at the ends of
// lines and after quote marks.
func sameText(t *testing.T, text string, m *mail.Message) {
	t.Helper()
	got, want := m.Text, normal(text)
	if m.Flowed {
		ends, marks := regexp.MustCompile(`(?m) +$`), regexp.MustCompile(`(?m)^>[> ]*`)
		tidy := func(s string) string {
			return marks.ReplaceAllStringFunc(ends.ReplaceAllString(s, ""), func(m string) string { return strings.ReplaceAll(m, " ", "") })
		}
		got, want = tidy(unflow(got)), tidy(want)
	}
	if strings.TrimRight(got, "\n") != strings.TrimRight(want, "\n") {
		t.Errorf("text came back as\n%q\nwant\n%q", got, want)
	}
}

func TestFlow(t *testing.T) {
	for _, c := range []struct{ name, in, out string }{
		{"short", "a\nb", "a\nb"},
		{"long", strings.Repeat("word ", 20) + "end", strings.Repeat("word ", 14) + "\n" + strings.Repeat("word ", 6) + "end"},
		{"signature", "a\n-- \nLin", "a\n-- \nLin"},
		{"blanks at the end", "a  \nb", "a\nb"},
		{"indented", "  code", "   code"},
		{"quote", "> a\n>> b\n>", "> a\n>> b\n>"},
		{"long quote", "> " + strings.Repeat("word ", 20), "> " + strings.Repeat("word ", 14) + "\n> " + strings.TrimSpace(strings.Repeat("word ", 6))},
		{"chinese has no blanks to break at", strings.Repeat("汉字", 50), strings.Repeat("汉字", 50)},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := flow(c.in)
			if got != c.out {
				t.Errorf("got\n%q\nwant\n%q", got, c.out)
			}
			if back := unflow(got); back != strings.ReplaceAll(strings.TrimRight(c.in, " "), "a  ", "a") {
				t.Errorf("comes back as %q", back)
			}
		})
	}
}

// A large attachment is streamed: what is allocated does not grow with it.
func TestBuildStreamsAttachments(t *testing.T) {
	const size = 100 << 20
	path := filepath.Join(t.TempDir(), "big.bin")
	if err := os.WriteFile(path, []byte("start"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, size); err != nil {
		t.Fatal(err)
	}
	d := finished()
	d.Attach = []mail.Attachment{{Path: path}}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	var n counter
	if err := Build(&n, d); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if got := after.TotalAlloc - before.TotalAlloc; got > 4<<20 {
		t.Errorf("%d MiB were allocated", got>>20)
	}
	if int64(n) < size/3*4 {
		t.Errorf("only %d octets were written", n)
	}
}

type counter int64

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}

var errDisk = errors.New("disk on fire")

type badRaw struct{ mail.Bytes }

func (badRaw) ReadAt([]byte, int64) (int, error) { return 0, errDisk }

func TestBuildTellsOfUnreadableAttachment(t *testing.T) {
	d := finished()
	d.Attach = []mail.Attachment{{Name: "x.bin", Raw: badRaw{mail.Bytes("abc")}}}
	if err := Build(io.Discard, d); !errors.Is(err, errDisk) || !strings.Contains(err.Error(), "x.bin") {
		t.Errorf("got %v", err)
	}
}

// randomText makes strings of many scripts, of awkward ASCII, and with wild set of control characters too.
func randomText(r *rand.Rand, longest int, wild bool) string {
	ranges := [][2]rune{{'a', 'z'}, {' ', '~'}, {' ', '~'}, {0xa0, 0x17f}, {0x4e00, 0x9fff}, {0x4e00, 0x9fff}, {0x3040, 0x30ff}, {0xac00, 0xd7a3}, {0x400, 0x4ff}, {0x5d0, 0x5ea}, {0x300, 0x36f}, {0x1f300, 0x1f64f}, {0xff00, 0xff60}}
	var b strings.Builder
	mix := r.IntN(len(ranges))
	for range r.IntN(longest + 1) {
		if r.IntN(6) == 0 {
			mix = r.IntN(len(ranges))
		}
		lo, hi := ranges[mix][0], ranges[mix][1]
		switch c := r.IntN(40); {
		case c < 5:
			b.WriteByte(' ')
		case c == 5:
			b.WriteString([]string{"=?", "?=", "=?UTF-8?Q?x?=", `"`, `\`, "<", ">", "()", ",", ";", "--", "%41", "''"}[r.IntN(13)])
		case c == 6 && wild:
			b.WriteString([]string{"\n", "\n", "\r\n", "\r", "\x00", "\t", "\x1b", "\u2028", "\n-- \n", "\nFrom ", "\n.", "\n> ", "\n>>"}[r.IntN(13)])
		default:
			b.WriteRune(lo + rune(r.IntN(int(hi-lo+1))))
		}
	}
	return b.String()
}

func randomDraft(r *rand.Rand, dir string) mail.Draft {
	d := finished()
	addr := func(i int) mail.Address {
		return mail.Address{Name: randomText(r, 60, r.IntN(4) == 0), Addr: fmt.Sprintf("user.%d+x@example.org", i)}
	}
	d.From = addr(0)
	d.Subject = randomText(r, 200, r.IntN(4) == 0)
	d.Text = randomText(r, 400, true)
	for i := range r.IntN(5) {
		d.To = append(d.To, addr(i+10))
		d.Cc = append(d.Cc, addr(i+20))
	}
	if r.IntN(2) == 0 {
		d.QuoteIntro, d.Quote = "Somebody wrote:", randomText(r, 300, true)
	}
	for i := range r.IntN(3) {
		data := make([]byte, r.IntN(5000))
		for j := range data {
			data[j] = byte(r.Uint32())
		}
		a := mail.Attachment{Name: strings.ReplaceAll(randomText(r, 60, false), "=?", "") + ".bin", Raw: mail.Bytes(data), Size: int64(len(data))}
		if r.IntN(2) == 0 {
			a.Path, a.Raw = filepath.Join(dir, fmt.Sprint("f", i, r.Uint32())), nil
			if err := os.WriteFile(a.Path, data, 0o600); err != nil {
				panic(err)
			}
		}
		d.Attach = append(d.Attach, a)
	}
	return d
}

// oneLine is what may become of a header value: control characters turn into blanks, those around it go.
func oneLine(s string) string { return clean(s) }

func attachmentBytes(t *testing.T, a mail.Attachment) string {
	t.Helper()
	r, err := open(a)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// Whatever is written is read back the same by Poplar.
func TestBuiltIsReadBack(t *testing.T) {
	r := random(t)
	for range 120 {
		d := randomDraft(r, t.TempDir())
		raw := build(t, d)
		m := reopen(t, raw)
		if squeeze(m.Subject) != squeeze(d.Subject) {
			t.Errorf("subject %q came back as %q\n%s", oneLine(d.Subject), m.Subject, raw)
		}
		for _, l := range []struct {
			name      string
			want, got []mail.Address
		}{{"From", []mail.Address{d.From}, m.From}, {"To", d.To, m.To}, {"Cc", d.Cc, m.Cc}} {
			if !slices.EqualFunc(l.want, l.got, func(a, b mail.Address) bool { return unquoted(a.Name) == unquoted(b.Name) && a.Addr == b.Addr }) {
				t.Errorf("%s %q came back as %q\n%s", l.name, l.want, l.got, raw)
			}
		}
		sameText(t, d.Body(), m)
		if len(m.Parts) != len(d.Attach) {
			t.Fatalf("%d attachments of %d came back\n%s", len(m.Parts), len(d.Attach), raw)
		}
		for i, a := range d.Attach {
			if want := message.SafeName(oneLine(a.Name), m.Parts[i].Type); squeeze(m.Parts[i].Name) != squeeze(want) {
				t.Errorf("name %q came back as %q\n%s", want, m.Parts[i].Name, raw)
			}
			if bytesOf(t, raw, i) != attachmentBytes(t, a) {
				t.Errorf("bytes of %q changed", a.Name)
			}
		}
		if t.Failed() {
			return
		}
	}
}

// unquoted is squeeze without quotes around it: Poplar drops those when it reads a name, since some programs add them.
func unquoted(s string) string { return strings.Trim(squeeze(s), "\"' ") }

// squeeze makes runs of blanks one, as readers of header fields do.
func squeeze(s string) string { return strings.Join(strings.Fields(oneLine(s)), " ") }

// Of several encoded words only the last may end with "=": some readers drop what follows. All are short enough, hold
// whole characters, and are what was written.
func TestEncodedWords(t *testing.T) {
	r := random(t)
	texts := []string{"", "ä", strings.Repeat("中文", 40), "a" + strings.Repeat("中", 40), strings.Repeat("é", 90), "x" + strings.Repeat("🏄", 30), strings.Repeat("aé中🏄", 20)}
	for range 200 {
		texts = append(texts, clean(randomText(r, 80, true)))
	}
	for _, s := range texts {
		for _, inPhrase := range []bool{false, true} {
			words := encode(s, 60, inPhrase)
			got := ""
			for i, w := range words {
				if len(w) > 75 || i == 0 && len(w) > 60 {
					t.Errorf("a word of %d octets: %s", len(w), w)
				}
				if i < len(words)-1 && strings.HasSuffix(w, "=?=") {
					t.Errorf("padding before the last word: %q", words)
				}
				part, err := new(mime.WordDecoder).Decode(w)
				if err != nil || !utf8.ValidString(part) {
					t.Errorf("%s: %v", w, err)
				}
				got += part
			}
			if got != s {
				t.Errorf("%q came back as %q", s, got)
			}
		}
	}
}
