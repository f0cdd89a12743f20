package engine

import (
	"io"
	"strings"
	"testing"
	"time"

	"poplar/mail"
	"poplar/mail/message"
)

// An answer to a message with a look quotes it with its look; one to a mailing list is text alone.
func TestAnswersQuoteTheLook(t *testing.T) {
	b := newBench(t, nil, nil)
	b.undo = time.Hour
	raw := func(subject, more string) []byte {
		return []byte(strings.ReplaceAll("From: Bo <bo@example.org>\nTo: anna@birch.example\nSubject: "+subject+"\nDate: Wed, 25 Nov 2026 12:00:00 +0000\nMessage-ID: <"+subject+"@example.org>\n"+more+
			"MIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\n\n<style>b{color:#123456}</style><p>One <b>bold</b> word<script>bad()</script><img src=\"https://t.example/x.png\" alt=Logo></p>\n", "\n", "\r\n"))
	}
	b.box.Add(raw("look", ""))
	b.box.Add(raw("list", "List-Id: <l.example.org>\nList-Post: <mailto:l@example.org>\n"))
	b.Start()
	b.CheckNow()
	b.until("a visit", ended)
	for _, s := range b.list(mail.Query{Role: mail.Inbox}) {
		d, err := b.Answer(t.Context(), s.ID, mail.ReplySender)
		if err != nil {
			t.Fatal(err)
		}
		d.Text = "Mine\n"
		id, err := b.Send(t.Context(), d)
		if err != nil {
			t.Fatal(err)
		}
		stored, err := b.Raw(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		bytes, err := io.ReadAll(io.NewSectionReader(stored, 0, stored.Size()))
		if err != nil {
			t.Fatal(err)
		}
		m, err := message.Open(mail.Bytes(bytes))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(m.Text, "> One bold word") {
			t.Errorf("%s: the text is %q", s.Subject, m.Text)
		}
		styled := strings.Contains(m.HTML, "#123456") && strings.Contains(m.HTML, "Mine") && strings.Contains(m.HTML, "Logo")
		if styled != (s.Subject == "look") {
			t.Errorf("%s: the HTML is %q", s.Subject, m.HTML)
		}
		if strings.Contains(m.HTML, "bad()") || strings.Contains(m.HTML, "t.example") {
			t.Errorf("%s: something active is quoted: %s", s.Subject, m.HTML)
		}
	}
}
