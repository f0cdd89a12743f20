package compose

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"poplar/mail"
	"poplar/mail/message"
)

// An answer to a message that has a look carries the look of what it quotes, beside a text that says the same.
func TestAnswersKeepTheLookOfWhatTheyQuote(t *testing.T) {
	at := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	d := mail.Draft{
		From: mail.Address{Addr: "anna@example.org"}, To: []mail.Address{{Addr: "bo@example.org"}}, Subject: "Re: 你好", MessageID: "a@b", Date: at,
		Text: "Yes <& no>.\n\n  indented 您好", Quote: "One\nTwo", QuoteIntro: "On Monday Bo <bo@example.org> wrote:", Mark: mail.Answered,
	}
	read := func(d mail.Draft) (*mail.Message, string) {
		t.Helper()
		var b bytes.Buffer
		if err := Build(&b, d); err != nil {
			t.Fatal(err)
		}
		m, err := message.Open(mail.Bytes(b.Bytes()))
		if err != nil {
			t.Fatal(err)
		}
		return m, b.String()
	}
	plain, _ := read(d)
	if plain.HTML != "" {
		t.Error("a text alone has HTML")
	}
	d.QuoteHTML = `<p style="color: #123456">One</p><p>Two ` + strings.Repeat("long ", 400) + `</p>`
	for _, files := range [][]mail.Attachment{nil, {{Name: "a.txt", Raw: mail.Bytes("file")}}} {
		d.Attach = files
		m, raw := read(d)
		if strings.TrimRight(m.Text, "\n") != strings.TrimRight(plain.Text, "\n") {
			t.Errorf("the text is %q, without HTML %q", m.Text, plain.Text)
		}
		for _, want := range []string{"Yes &lt;&amp; no&gt;.", "  indented 您好", "Bo &lt;bo@example.org&gt; wrote:", "<blockquote", `<p style="color: #123456">One</p>`, "long long"} {
			if !strings.Contains(m.HTML, want) {
				t.Errorf("%q is missing in %s", want, m.HTML)
			}
		}
		if len(m.Parts) != len(files) {
			t.Errorf("%d attachments of %d", len(m.Parts), len(files))
		}
		for line := range strings.SplitSeq(raw, "\r\n") {
			if len(line) > 998 {
				t.Errorf("a line of %d octets", len(line))
			}
		}
	}
	d.Mark = mail.Forwarded
	if m, _ := read(d); strings.Contains(m.HTML, "<blockquote") || !strings.Contains(m.HTML, "#123456") {
		t.Errorf("a forward is %s", m.HTML)
	}
	d.Quote = "" // taken into the text: what it looked like is no more
	if m, _ := read(d); m.HTML != "" {
		t.Error("HTML without a quote")
	}
	d.Quote, d.QuoteHTML = "One", strings.Repeat("x", maxQuoteHTML+1)
	if m, _ := read(d); m.HTML != "" {
		t.Error("HTML without end")
	}
}
