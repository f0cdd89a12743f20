package message

import (
	"bytes"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"

	"poplar/mail"
)

func TestScan(t *testing.T) {
	raw := mail.Bytes("From: Ada <ada@poplar.example>\r\nTo: Bo <bo@poplar.example>\r\nCc: cy@poplar.example\r\nSubject: Re: Lunch\r\nDate: Mon, 6 May 2024 09:30:00 +0200\r\nMessage-ID: <m2@x>\r\nIn-Reply-To: <m1@x>\r\nReferences: <m0@x>\r\n <m1@x>\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" +
		"--b\r\nContent-Type: multipart/related; boundary=r\r\n\r\n--r\r\nContent-Type: text/html\r\n\r\n<p>Yes,   at one.</p><img src=\"cid:p@x\"><blockquote>Lunch?</blockquote>\r\n--r\r\nContent-Type: image/gif\r\nContent-ID: <p@x>\r\nContent-Transfer-Encoding: base64\r\n\r\nR0lG\r\n--r--\r\n--b\r\nContent-Type: application/pdf; name=menu.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\nAAAA\r\n--b--\r\n")
	s := Scan(raw)
	if s.Subject != "Re: Lunch" || s.MessageID != "m2@x" || !reflect.DeepEqual(s.InReplyTo, []string{"m1@x"}) || !reflect.DeepEqual(s.References, []string{"m0@x", "m1@x"}) {
		t.Errorf("%+v", s)
	}
	if !reflect.DeepEqual(s.Cc, []mail.Address{{Addr: "cy@poplar.example"}}) || s.Date.Unix() != 1714980600 {
		t.Errorf("%+v", s)
	}
	if s.Snippet != "Yes, at one." {
		t.Errorf("the snippet is %q", s.Snippet)
	}
	if s.Attachments != 1 {
		t.Errorf("%d attachments", s.Attachments)
	}
	if !strings.Contains(s.IndexText, "menu.pdf") || !strings.Contains(s.IndexText, "at one") {
		t.Errorf("the index gets %q", s.IndexText)
	}
	m, err := Open(raw)
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Parts) != 2 || !m.Parts[0].Inline || m.Parts[0].ContentID != "p@x" || m.Parts[1].Inline {
		t.Errorf("%+v", m.Parts)
	}
}

func TestSnippet(t *testing.T) {
	tests := []struct{ in, want string }{
		{"> quoted\n\nMy answer\n", "My answer"},
		{"> only\n> quotes\n", "> only > quotes"},
		{"", ""},
		{"a\u200bb\tc", "ab c"},
		{strings.Repeat("很", 500), strings.Repeat("很", snippetRunes)},
		{"Fine with me.\n\n-----Original Message-----\nFrom: Ada\nSent: Monday\n\nLunch?", "Fine with me."},
		{"-----Original Message-----\nFrom: Ada <ada@x>\nSent: Monday\nTo: Bo\nSubject: Plan\n\nLunch at one?", "Lunch at one?"},
		{"From: Ada <ada@x>\n\nSent: Monday\n\nTo: Bo\n\nSubject: Plan\n\n\nLunch at one?", "Lunch at one?"},
		{"From: Ada <ada@x> Sent: Monday To: Bo Subject: Plan\nLunch at one?", "Lunch at one?"},
		{"________________________________\n*Von:* Ada\n*Gesendet:* Montag\n*An:* Bo\n\nMittag?", "Mittag?"},
		{"好的。\n\n发件人：张三\n发送时间：2024年5月6日\n收件人：李四\n主题：午饭\n\n一点？", "好的。"},
		{"------------------ 原始邮件 ------------------\n发件人: \"张三\" <a@x>;\n发送时间: 2024年5月6日\n收件人: 李四\n主题: 午饭\n\n一点吃饭？", "一点吃饭？"},
		{"On Mon, 6 May 2024 at 09:30, Ada\n<ada@x> wrote:\n> Lunch?\n\nYes, at one.", "Yes, at one."},
		{"Yes.\nOn Mon, 6 May 2024 at 09:30, Ada <ada@x> wrote:\nLunch?", "Yes."},
		{"在 2024-05-06 09:30:00，\"张三\" <a@x> 写道：\n一点吃饭？", "一点吃饭？"},
		{"Am 6. Mai 2024 um 09:30 schrieb Ada <ada@x>:\n> Mittag?\nJa.", "Ja."},
		{"---------- Forwarded message ---------\nFrom: Ada <ada@x>\nDate: Mon, 6 May 2024\nSubject: Plan\nTo: Bo <bo@x>\n\n\nLunch at one?", "Lunch at one?"},
		{"Begin forwarded message:\n\nFrom: Ada\nSubject: Plan\nDate: Monday\n\n", "Begin forwarded message: From: Ada Subject: Plan Date: Monday"},
		{"From: the cook\nThe menu of today is long.", "From: the cook The menu of today is long."},
		{"On 5 May we met. Ada said:\nlet us go", "On 5 May we met. Ada said: let us go"},
		{"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nSigned words.\n", "Signed words."},
		{"---\nA rule alone.", "--- A rule alone."},
		{"Data:\nDate: today\nAll is well", "Data: Date: today All is well"},
	}
	for _, tt := range tests {
		if got := snippet(tt.in); got != tt.want {
			t.Errorf("snippet(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

// broken is a Raw whose disk fails.
type broken struct {
	mail.Bytes
	at int64
}

var errDisk = errors.New("the disk is gone")

func (b broken) ReadAt(p []byte, off int64) (int, error) {
	if off+int64(len(p)) > b.at {
		n := 0
		if off < b.at {
			n = copy(p, b.Bytes[off:b.at])
		}
		return n, errDisk
	}
	return b.Bytes.ReadAt(p, off)
}

func TestReadError(t *testing.T) {
	raw := append([]byte("From: Ada <ada@poplar.example>\r\nSubject: Half\r\n\r\nBeginning.\r\n"), bytes.Repeat([]byte("x"), 1<<20)...)
	m, err := Open(broken{raw, 300 << 10})
	var re *ReadError
	if !errors.As(err, &re) || !errors.Is(err, errDisk) {
		t.Errorf("the error is %v", err)
	}
	if m == nil || m.Subject != "Half" || !strings.HasPrefix(m.Text, "Beginning.") {
		t.Errorf("what could be read is %+v", m)
	}
}

// A boundary is found wherever the window's edge falls.
func TestWindowEdge(t *testing.T) {
	const head = "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n"
	for shift := -12; shift <= 12; shift++ {
		raw := head + strings.Repeat("x", 2*windowSize+shift-len(head)) + "\r\n--b\r\nContent-Type: image/gif; name=a.gif\r\n\r\nGIF\r\n--b--\r\n"
		m, err := Open(slow{[]byte(raw)})
		if err != nil || len(m.Parts) != 1 || m.Parts[0].Size != 3 || len(m.Text) != 2*windowSize+shift-len(head) {
			t.Errorf("at %d: %d parts, text of %d, %v", shift, len(m.Parts), len(m.Text), err)
		}
	}
}

func TestPartReaderOutOfRange(t *testing.T) {
	for _, i := range []int{-1, 0, 7} {
		if _, err := PartReader(mail.Bytes("Subject: x\r\n\r\ntext\r\n"), i); err == nil {
			t.Errorf("part %d exists", i)
		}
	}
}

// Transfer decoding gives the same bytes however the data comes in.
func TestTransferPieces(t *testing.T) {
	long := strings.Repeat("caf=C3=A9 ", 10_000) + "=\r\nend =3D"
	tests := []struct{ encoding, in, want string }{
		{"base64", "SGVs\r\nbG8gd29y\r\nbGQ=\r\n", "Hello world"},
		{"base64", "SGVsbG8=\r\nIHdv\r\ncmxk", "Hello world"},
		{"base64", "SA==\r\nZQ==\r\nbA==\r\nbG8=\r\n", "Hello"},
		{"base64", "SA==\r\n=ZQ==\r\n", "He"},
		{"base64", "SGVsbG8=\r\n-- \r\na footer\r\n", "Hello"},
		{"base64", "SGVsbG8=\r\na footer.txt\r\n", "Hello"},
		{"base64", "SGVsbG8gd29ybGQ", "Hello world"},
		{"base64", "S", ""},
		{"base64", "", ""},
		{"base64", "====", ""},
		{"quoted-printable", "a=\r\nb=20 \r\nc=3d=zz=\r\n", "ab \r\nc==zz"},
		{"quoted-printable", long, strings.Repeat("café ", 10_000) + "end ="},
		{"x-uuencode", "junk\r\nbegin 644 a\r\n#0V%T\r\n`\r\nend\r\nmore", "Cat"},
		{"x-yenc", "=ybegin line=128 size=3 name=a\r\n=ypart begin=1\r\nm=\x6b\r\n=yend\r\nmore", "C\x01"},
		{"8bit", "as it is\r\n", "as it is\r\n"},
	}
	for _, tt := range tests {
		for name, wrap := range map[string]func(io.Reader) io.Reader{"whole": func(r io.Reader) io.Reader { return r }, "bytes": iotest.OneByteReader, "halves": iotest.HalfReader, "data with error": iotest.DataErrReader} {
			got, err := io.ReadAll(transferReader(tt.encoding, wrap(strings.NewReader(tt.in)), int64(len(tt.in))))
			if err != nil || string(got) != tt.want {
				t.Errorf("%s of %.40q in %s: %.60q, %v", tt.encoding, tt.in, name, got, err)
			}
		}
		if tt.encoding == "base64" || tt.encoding == "quoted-printable" {
			raw := mail.Bytes("Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: " + tt.encoding + "\r\n\r\n" + tt.in)
			if got := Report(raw).Text; got != strings.ReplaceAll(tt.want, "\r\n", "\n") {
				t.Errorf("as text, %.40q is %.60q", tt.in, got)
			}
		}
	}
}

// The language of the person decides what could be read in several ways.
func TestPrefer(t *testing.T) {
	defer Prefer("")
	b := []byte("\xb0\xa1\xb0\xa1") // 啊啊 in GB 2312, 가가 in EUC-KR
	Prefer("zh-CN")
	if c := detect(b); c != cGBK {
		t.Errorf("in Chinese it is %s", c.name)
	}
	Prefer("ko")
	if c := detect(b); c != cEUCKR {
		t.Errorf("in Korean it is %s", c.name)
	}
}

// A message that is nothing but an invitation has its words; they are told from an author's own.
func TestTextOfAnInvitation(t *testing.T) {
	const event = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:Lunch\r\nDTSTART;VALUE=DATE:20261205\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
	m, _ := Open(mail.Bytes("Subject: x\r\nContent-Type: text/calendar\r\n\r\n" + event))
	if !m.TextMade || !strings.HasPrefix(m.Text, "Lunch\n") {
		t.Errorf("%v, %q", m.TextMade, m.Text)
	}
	m, _ = Open(mail.Bytes("Subject: x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nCome.\r\n--b\r\nContent-Type: text/calendar\r\n\r\n" + event + "--b--\r\n"))
	if m.TextMade || strings.TrimSpace(m.Text) != "Come." || len(m.Invitations) != 1 {
		t.Errorf("%v, %q", m.TextMade, m.Text)
	}
}

// What `poplar parse` calls a file is what the message says by the letter; what is saved is named by the end of its path.
func TestBackslashes(t *testing.T) {
	for _, tt := range []struct{ header, reported, shown string }{
		{`Content-Disposition: attachment; filename="C:\TEMP\plan.png"`, "C:TEMPplan.png", "plan.png"},
		{`Content-Disposition: attachment; filename="C:\\TEMP\\plan.png"`, `C:\TEMP\plan.png`, "plan.png"},
		{`Content-Disposition: attachment; filename="a \"big\" plan.png"`, `a "big" plan.png`, "a _big_ plan.png"},
		{`Content-Type: image/png; name="TEMP\plan.png"`, "TEMPplan.png", "plan.png"},
		{`Content-Disposition: attachment; filename=C:\TEMP\plan.png`, `C:\TEMP\plan.png`, "plan.png"},
	} {
		kind := "Content-Type: image/png\r\n"
		if strings.HasPrefix(tt.header, "Content-Type") {
			kind = ""
		}
		raw := mail.Bytes("From: ada@poplar.example\r\n" + kind + tt.header + "\r\n\r\nx\r\n")
		r := Report(raw)
		m, err := Open(raw)
		if err != nil || len(r.Attachments) != 1 || len(m.Parts) != 1 {
			t.Fatalf("%s: %+v, %+v, %v", tt.header, r.Attachments, m.Parts, err)
		}
		if r.Attachments[0].Name != tt.reported || m.Parts[0].Name != tt.shown {
			t.Errorf("%s: reported as %q, shown as %q", tt.header, r.Attachments[0].Name, m.Parts[0].Name)
		}
	}
}
