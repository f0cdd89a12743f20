package compose

import (
	"slices"
	"strings"
	"testing"

	"poplar/mail"
)

var me = mail.Account{ID: "a1", Name: "Lin Wei", Address: "lin@example.test"}

func eml(lines ...string) mail.Bytes { return mail.Bytes(strings.Join(lines, "\r\n")) }

func answer(t *testing.T, raw mail.Bytes, mode mail.ReplyMode, lang string) mail.Draft {
	t.Helper()
	return Answer(me, reopen(t, raw), raw, mode, []string{"Lin.Wei@work.test"}, lang, InMemory)
}

func addrs(list []mail.Address) string {
	var out []string
	for _, a := range list {
		out = append(out, a.Addr)
	}
	return strings.Join(out, " ")
}

func TestNew(t *testing.T) {
	a := me
	if d := New(a); d.Text != "" || d.From.Addr != me.Address || d.Account != "a1" {
		t.Errorf("got %+v", d)
	}
	a.Signature, a.ReplyTo = "Lin\r\nPhone 1\n\n", "Office <office@example.test>"
	if d := New(a); d.Text != "\n\n-- \nLin\nPhone 1" || addrs(d.ReplyTo) != "office@example.test" {
		t.Errorf("got %+v", d)
	}
}

func TestAnswerRecipients(t *testing.T) {
	for _, c := range []struct {
		name   string
		head   []string
		mode   mail.ReplyMode
		to, cc string
	}{
		{"reply", []string{"From: m@x.org", "To: lin@example.test, b@x.org", "Cc: c@x.org"}, mail.ReplySender, "m@x.org", ""},
		{"reply to all", []string{"From: m@x.org", "To: LIN@example.test, b@x.org", "Cc: lin.wei@work.test, c@x.org, B@x.org, m@x.org"}, mail.ReplyAll, "m@x.org b@x.org", "c@x.org"},
		{"Reply-To", []string{"From: m@x.org", "Reply-To: n@x.org, o@x.org", "To: lin@example.test"}, mail.ReplySender, "n@x.org o@x.org", ""},
		{"to oneself", []string{"From: lin@example.test", "To: lin@example.test"}, mail.ReplyAll, "lin@example.test", ""},
		{"own mail, reply", []string{"From: lin@example.test", "To: m@x.org", "Cc: c@x.org"}, mail.ReplySender, "m@x.org", ""},
		{"own mail, reply to all", []string{"From: lin@example.test", "To: m@x.org", "Cc: c@x.org, lin.wei@work.test"}, mail.ReplyAll, "m@x.org", "c@x.org"},
		{"own mail with only Cc", []string{"From: lin@example.test", "Cc: c@x.org"}, mail.ReplyAll, "c@x.org", ""},
		{"list that takes Reply-To", []string{"From: m@x.org", "Reply-To: Club <club@l.org>", "To: club@l.org", "List-Post: <mailto:club@l.org>"}, mail.ReplySender, "m@x.org", ""},
		{"the same, to all", []string{"From: m@x.org", "Reply-To: club@l.org", "To: lin@example.test", "List-Post: <mailto:Club@l.org?subject=x>"}, mail.ReplyAll, "m@x.org", "club@l.org"},
		{"Mail-Followup-To", []string{"From: m@x.org", "To: club@l.org", "Cc: c@x.org", "Mail-Followup-To: club@l.org, lin@example.test"}, mail.ReplyAll, "club@l.org", ""},
		{"Mail-Followup-To is not for a reply", []string{"From: m@x.org", "To: club@l.org", "Mail-Followup-To: club@l.org"}, mail.ReplySender, "m@x.org", ""},
		{"Mail-Reply-To", []string{"From: m@x.org", "Reply-To: club@l.org", "Mail-Reply-To: me@x.org"}, mail.ReplySender, "me@x.org", ""},
		{"no From", []string{"Sender: s@x.org", "To: lin@example.test"}, mail.ReplySender, "s@x.org", ""},
		{"nobody", []string{"Subject: x"}, mail.ReplyAll, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := answer(t, eml(append(c.head, "", "text", "")...), c.mode, "en")
			if addrs(d.To) != c.to || addrs(d.Cc) != c.cc || len(d.Bcc) != 0 {
				t.Errorf("to %q cc %q, want %q and %q", addrs(d.To), addrs(d.Cc), c.to, c.cc)
			}
		})
	}
}

func TestAnswerSubject(t *testing.T) {
	for in, want := range map[string]string{
		"Plan": "Plan", "Re: Plan": "Plan", "RE: re: Re[2]: Plan": "Plan", "Fwd: Re: Plan": "Plan", "答复：回复: 计划": "计划",
		"AW: Plan": "Plan", "Re:Plan": "Plan", "": "", "Re: ": "", "Reason: x": "Reason: x", "Ref: 2025/17": "Ref: 2025/17",
		"[club] Re: Plan": "[club] Re: Plan", "re-think: x": "re-think: x",
	} {
		raw := eml("From: m@x.org", "Subject: "+in, "", "text", "")
		if got := answer(t, raw, mail.ReplySender, "en").Subject; got != "Re: "+want {
			t.Errorf("%q is answered as %q", in, got)
		}
		if got := answer(t, raw, mail.ForwardInline, "zh").Subject; got != "Fwd: "+want {
			t.Errorf("%q is forwarded as %q", in, got)
		}
	}
}

func TestReplyQuotes(t *testing.T) {
	raw := eml("From: Marta Silva <m@x.org>", "Subject: Plan", "Date: Tue, 4 Nov 2025 09:05:00 +0100", "Message-ID: <3@x>",
		"References: <1@x> <2@x>", "Content-Type: text/plain; charset=utf-8; format=flowed", "",
		"A long line that goes ", "on here.", "", "> older", "-- ", "Marta", "")
	for lang, intro := range map[string]string{
		"en": "On 4 November 2025 at 09:05, Marta Silva wrote:", "zh": "2025年11月4日 09:05，Marta Silva 写道：",
		"zh-CN": "2025年11月4日 09:05，Marta Silva 写道：", "de": "On 4 November 2025 at 09:05, Marta Silva wrote:",
	} {
		d := answer(t, raw, mail.ReplySender, lang)
		if want := intro + "\n> A long line that goes on here.\n>\n>> older"; d.Body() != want {
			t.Errorf("%s: got\n%s\nwant\n%s", lang, d.Body(), want)
		}
		if d.InReplyTo != "3@x" || !slices.Equal(d.References, []string{"1@x", "2@x", "3@x"}) || d.Mark != mail.Answered {
			t.Errorf("thread: %+v", d)
		}
	}
}

func TestReplySignature(t *testing.T) {
	a, raw := me, eml("From: m@x.org", "", "text", "")
	a.Signature = "Lin"
	d := Answer(a, reopen(t, raw), raw, mail.ReplySender, nil, "en", InMemory)
	if d.Body() != "\n\nLin\n\nm@x.org wrote:\n> text" {
		t.Errorf("got %q", d.Body())
	}
}

func TestOnlyASignatureIsDropped(t *testing.T) {
	for in, want := range map[string]string{
		"a\n-- \nb":                            "a",
		"a\n-- \nb\n> quote below":             "a\n-- \nb\n> quote below",
		"a\n--\nb":                             "a\n--\nb",
		"a\n-- \n" + strings.Repeat("l\n", 30): "a\n-- \n" + strings.Repeat("l\n", 30),
		"-- \nonly":                            "",
	} {
		if got := withoutSignature(in); got != want {
			t.Errorf("%q became %q", in, got)
		}
	}
}

func TestReferencesStayBounded(t *testing.T) {
	m := &mail.Message{MessageID: "last@x"}
	for i := range 200 {
		m.References = append(m.References, strings.Repeat("r", i+1))
	}
	got := references(m)
	if len(got) != maxReferences || got[0] != "r" || got[len(got)-1] != "last@x" || got[len(got)-2] != strings.Repeat("r", 200) {
		t.Errorf("%d: %.200q", len(got), got)
	}
	if got := references(&mail.Message{InReplyTo: []string{"p@x"}, MessageID: "c@x"}); !slices.Equal(got, []string{"p@x", "c@x"}) {
		t.Errorf("without References: %q", got)
	}
}

func TestForward(t *testing.T) {
	raw := eml("From: =?UTF-8?B?5byg5LiJ?= <z@x.cn>", "To: Lin <lin@example.test>, b@x.org", "Cc: c@x.org", "Subject: Plan",
		"Date: Tue, 4 Nov 2025 09:05:00 +0100", "Message-ID: <3@x>", "MIME-Version: 1.0",
		`Content-Type: multipart/mixed; boundary=b`, "", "--b", "Content-Type: text/plain; charset=utf-8", "", "See attached.", "", "-- ", "Z",
		"--b", `Content-Type: application/pdf; name="p.pdf"`, "Content-Transfer-Encoding: base64", "Content-Disposition: attachment", "", "AAEC",
		"--b", "Content-Type: image/png", "Content-ID: <pic>", "Content-Transfer-Encoding: base64", "", "/w==", "--b--", "")
	d := answer(t, raw, mail.ForwardInline, "en")
	want := "---------- Forwarded message ----------\nFrom: 张三 <z@x.cn>\nDate: Tue, 4 November 2025 09:05 +0100\nSubject: Plan\n" +
		"To: Lin <lin@example.test>, b@x.org\nCc: c@x.org\n\nSee attached.\n\n-- \nZ"
	if d.Body() != want {
		t.Errorf("got\n%s", d.Body())
	}
	if len(d.To)+len(d.Cc) != 0 || d.InReplyTo != "" || d.Mark != mail.Forwarded || !slices.Equal(d.References, []string{"3@x"}) {
		t.Errorf("got %+v", d)
	}
	if len(d.Attach) != 2 || d.Attach[0].Name != "p.pdf" || d.Attach[0].Type != "application/pdf" || d.Attach[0].Size != 3 ||
		attachmentBytes(t, d.Attach[0]) != "\x00\x01\x02" || attachmentBytes(t, d.Attach[1]) != "\xff" {
		t.Errorf("attachments %+v", d.Attach)
	}
	zh := answer(t, raw, mail.ForwardInline, "zh")
	if !strings.HasPrefix(zh.Body(), "---------- 转发的邮件 ----------\n发件人：张三 <z@x.cn>\n日期：2025年11月4日 09:05 +0100\n主题：Plan\n收件人：") {
		t.Errorf("got\n%s", zh.Body())
	}
	empty := answer(t, eml("From: z@x.cn", "Subject: Plan", "", ""), mail.ForwardInline, "en")
	if !strings.Contains(empty.Body(), "Forwarded message") || !strings.Contains(empty.Body(), "Subject: Plan") {
		t.Errorf("a message without text is forwarded as %q", empty.Body())
	}
}

// An answer to anything can be built, and what is quoted cannot change its shape.
func TestAnswersToStrangeMailAreBuilt(t *testing.T) {
	for _, raw := range []mail.Bytes{
		nil, mail.Bytes("\x00\xff"), eml("From: \"x\ny\" <a@b>", "Subject: =?UTF-8?B?DQpCY2M6IHhAeQ==?=", "", "\x00"),
		eml("From: a@b", "Message-ID: <a b>", "References: <"+strings.Repeat("x", 5000)+"> junk", "", "--=_x", "."),
	} {
		for _, mode := range []mail.ReplyMode{mail.ReplySender, mail.ReplyAll, mail.ForwardInline} {
			d := answer(t, raw, mode, "zh")
			d.MessageID, d.Date, d.To = "x@y", when, []mail.Address{{Addr: "m@x.org"}}
			if m := reopen(t, build(t, d)); len(m.Bcc) != 0 {
				t.Errorf("injected %v", m.Bcc)
			}
		}
	}
}

// A subject without end is not carried on.
func TestAnswerToAnEndlessSubject(t *testing.T) {
	m := &mail.Message{Subject: "Re: Re: " + strings.Repeat("长", 10000), From: []mail.Address{{Addr: "a@x.org"}}}
	d := Answer(mail.Account{}, m, mail.Bytes(""), mail.ReplySender, nil, "en", InMemory)
	if n := len([]rune(d.Subject)); n != len("Re: ")+longestSubject+1 || !strings.HasSuffix(d.Subject, "长…") {
		t.Errorf("the answer's subject has %d letters", n)
	}
}
