package engine

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
	"time"

	"poplar/mail"
	"poplar/mail/message"
)

// looking is a text with looks and a picture.
func looking() mail.Rich {
	b := mail.Block{Kind: mail.Bullet}
	b.Join([]mail.Segment{{Text: "你好 "}, {Text: "bold", Style: mail.Style{Bold: true, Link: "https://example.org/"}}})
	p := mail.Block{}
	// A picture of one pixel.
	gif := []byte("GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;")
	p.Join([]mail.Segment{{Text: mail.PictureMark, Style: mail.Style{Picture: mail.NewPicture("图.gif", "image/gif", gif, 1, 1)}}})
	return mail.Rich{Blocks: []mail.Block{b, p, {Text: "end  "}}}
}

func TestLooksOutliveDraftsAndUndoing(t *testing.T) {
	b := newBench(t, nil, nil)
	b.undo = time.Hour
	b.Start()
	d, err := b.NewDraft(t.Context(), "a1")
	if err != nil {
		t.Fatal(err)
	}
	r := looking()
	d.To, d.Subject, d.Rich, d.Text = []mail.Address{{Addr: "jonas@weber.example"}}, "Looks", &r, r.Text()
	if d.ID, err = b.SaveDraft(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	back, err := b.OpenDraft(t.Context(), d.ID)
	if err != nil || !reflect.DeepEqual(back.Rich, d.Rich) || len(back.Attach) != 0 {
		t.Fatalf("the draft comes back as %+v (%v)", back.Rich, err)
	}
	if list := b.list(mail.Query{Role: mail.Drafts}); len(list) != 1 || list[0].Attachments != 0 || !strings.Contains(list[0].Snippet, "你好") {
		t.Errorf("the list has %+v", list)
	}
	id, err := b.Send(t.Context(), back)
	if err != nil {
		t.Fatal(err)
	}
	m, err := b.Read(t.Context(), id)
	if err != nil || !strings.Contains(m.HTML, `<a href="https://example.org/"><b>bold</b></a>`) || len(m.Parts) != 1 || !m.Parts[0].Inline {
		t.Errorf("what waits is %q, %+v (%v)", m.HTML, m.Parts, err)
	}
	if back, err = b.Unsend(t.Context(), id); err != nil || back.Rich == nil || back.Rich.Text() != r.Text() || len(back.Attach) != 0 {
		t.Fatalf("taken back it is %+v (%v)", back.Rich, err)
	}
	if p := back.Rich.Pictures(); len(p) != 1 || !bytes.Equal(p[0].Data, r.Pictures()[0].Data) || !back.Rich.Blocks[0].StyleAt(8).Bold {
		t.Errorf("taken back it is %+v", back.Rich)
	}
}

func TestQuotesThatCanBeEditedKeepTheirLook(t *testing.T) {
	b := newBench(t, nil, nil)
	b.box.Add([]byte("From: bo@example.org\r\nTo: anna@birch.example\r\nSubject: Hi\r\nContent-Type: text/html\r\n\r\n<p>One <b>two</b></p><ul><li>three</ul>\r\n"))
	b.box.Add([]byte("From: bo@example.org\r\nTo: anna@birch.example\r\nSubject: Plain\r\n\r\nOne two\r\n"))
	b.box.Add([]byte("From: bo@example.org\r\nTo: anna@birch.example\r\nSubject: Plain\r\nContent-Type: text/html\r\n\r\n<p>One two</p>\r\n"))
	b.Start()
	b.CheckNow()
	b.until("a visit", ended)
	for _, s := range b.list(mail.Query{Role: mail.Inbox}) {
		d, err := b.Answer(t.Context(), s.ID, mail.ReplySender)
		if err != nil {
			t.Fatal(err)
		}
		r, err := b.RichQuote(t.Context(), d)
		if err != nil || (r == nil) != (s.Subject == "Plain") {
			t.Fatalf("%s: %+v, %v", s.Subject, r, err)
		}
		if r != nil && (r.Text() != "One two\n\n* three" || !r.Blocks[0].StyleAt(5).Bold) {
			t.Errorf("the quote is %+v", r)
		}
		if r != nil {
			// Sent, the look stands below what was typed.
			text := mail.RichText("Yes.")
			d.Rich = &text
			id, err := b.Send(t.Context(), d)
			if err != nil {
				t.Fatal(err)
			}
			m, err := b.Read(t.Context(), id)
			if err != nil || !strings.Contains(m.HTML, "Yes.") || !strings.Contains(m.HTML, "One <b>two</b>") || message.QuoteHTML(t.Context(), m) == "" {
				t.Errorf("sent is %q (%v)", m.HTML, err)
			}
		}
	}
}
