package compose

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"poplar/mail"
	"poplar/mail/message"
)

func TestAskedReceipt(t *testing.T) {
	for _, c := range []struct {
		name   string
		fields []string
		want   string // "": nobody is told
		odd    bool
	}{
		{"the sender", []string{"Disposition-Notification-To: Jonas <jonas@weber.example>"}, "jonas@weber.example", false},
		{"nobody asks", nil, "", false},
		{"somebody else", []string{"Disposition-Notification-To: tracker@spam.example"}, "tracker@spam.example", true},
		{"two", []string{"Disposition-Notification-To: jonas@weber.example, x@y.example"}, "jonas@weber.example, x@y.example", true},
		{"a list", []string{"Disposition-Notification-To: jonas@weber.example", "List-Id: <talk.example>"}, "", false},
		{"bulk", []string{"Disposition-Notification-To: jonas@weber.example", "Precedence: bulk"}, "", false},
		{"a program", []string{"Disposition-Notification-To: jonas@weber.example", "Auto-Submitted: auto-generated"}, "", false},
		{"oneself", []string{"Disposition-Notification-To: anna@birch.example"}, "", false},
		{"nonsense", []string{"Disposition-Notification-To: yes please"}, "", false},
	} {
		raw := eml(append(append([]string{"From: Jonas <jonas@weber.example>", "To: anna@birch.example", "Subject: x"}, c.fields...), "", "text", "")...)
		m, err := message.Open(raw)
		if err != nil {
			t.Fatal(err)
		}
		ask := AskedReceipt(m, []string{"Anna@birch.example"})
		var list []string
		for _, a := range ask.To {
			list = append(list, a.Addr)
		}
		if strings.Join(list, ", ") != c.want || ask.Strange != c.odd {
			t.Errorf("%s: %+v", c.name, ask)
		}
	}
}

func TestBuildReceipt(t *testing.T) {
	for _, lang := range []string{"en", "zh"} {
		r := Receipt{
			From: mail.Address{Name: "Anna", Addr: "anna@birch.example"}, To: []mail.Address{{Addr: "jonas@weber.example"}},
			MessageID: "r1@birch.example", Date: time.Date(2026, 11, 25, 10, 0, 0, 0, time.UTC), Lang: lang,
			OfSubject: "会议 and\r\nBcc: evil@x.example", OfMessageID: "orig@weber.example", OfDate: time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC),
			OfRecipient: "rfc822; anna@birch.example\r\nX-Evil: 1",
		}
		var b bytes.Buffer
		if err := BuildReceipt(&b, r); err != nil {
			t.Fatal(err)
		}
		wellFormed(t, b.Bytes())
		m, err := message.Open(mail.Bytes(b.Bytes()))
		if err != nil {
			t.Fatal(err)
		}
		raw := b.String()
		for _, want := range []string{
			"report-type=disposition-notification", "Final-Recipient: rfc822; anna@birch.example\r\n", "Original-Message-ID: <orig@weber.example>\r\n",
			"Disposition: manual-action/MDN-sent-manually; displayed\r\n", "Auto-Submitted: auto-replied\r\n", "In-Reply-To: <orig@weber.example>\r\n",
		} {
			if !strings.Contains(raw, want) {
				t.Errorf("%s: no %q in\n%s", lang, want, raw)
			}
		}
		for _, bad := range []string{"\r\nBcc:", "\r\nX-Evil:", "Reporting-UA", "User-Agent"} {
			if strings.Contains(raw, bad) {
				t.Errorf("%s: %q in\n%s", lang, bad, raw)
			}
		}
		if !strings.Contains(m.Text, "anna@birch.example") || strings.Contains(m.Text, "显示") != (lang == "zh") {
			t.Errorf("%s: text %q", lang, m.Text)
		}
	}
	if err := BuildReceipt(&bytes.Buffer{}, Receipt{}); err == nil {
		t.Error("a receipt for nobody was written")
	}
}
