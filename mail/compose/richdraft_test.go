package compose

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"mime"
	"mime/multipart"
	netmail "net/mail"
	"reflect"
	"strings"
	"testing"

	"poplar/mail"
	"poplar/mail/message"
)

func richDraft(r *rand.Rand, dir string) mail.Draft {
	d := randomDraft(r, dir)
	text := randomRich(r)
	d.Rich, d.Text = &text, text.Text()
	return d
}

func TestRichDraftsComeBackExactly(t *testing.T) {
	r := random(t)
	for i := range 200 {
		d := richDraft(r, t.TempDir())
		if i%3 == 0 {
			d.Mark = mail.Forwarded
		}
		sameDraft(t, d, reopenDraft(t, draftBytes(t, d)))
		if t.Failed() {
			return
		}
	}
}

// Text that HTML cannot give back is kept beside it.
func TestWhatHTMLCannotHoldIsKept(t *testing.T) {
	text := mail.Rich{Blocks: []mail.Block{{Text: "a\fb"}, {Text: mail.PictureMark, Runs: []mail.Run{{From: 0, To: 3, Style: mail.Style{Picture: picture(1)}}}}}}
	d := finished()
	d.Rich = &text
	if got := reopenDraft(t, draftBytes(t, d)); got.Rich == nil || got.Text != "ab\n["+picture(1).Name+"]" || !reflect.DeepEqual(got.Rich.Pictures(), text.Pictures()) {
		t.Errorf("it came back as %+v", got.Rich)
	}
	// More lines than are read of HTML.
	long := mail.RichText(strings.Repeat("a line\n", maxRichBlocks+10))
	long.Blocks = append(long.Blocks, text.Blocks[1])
	d.Rich = &long
	if got := reopenDraft(t, draftBytes(t, d)); got.Rich == nil || !reflect.DeepEqual(*got.Rich, long) {
		t.Errorf("%d lines came back as %d", len(long.Blocks), len(got.Rich.Blocks))
	}
	d.Rich = &text
	odd := picture(2)
	odd.ID = `a"<b> c` // of a draft that was changed by hand: no Content-ID can hold it
	text.Blocks[1].Runs[0].Picture = odd
	if got := reopenDraft(t, draftBytes(t, d)); got.Rich == nil || !reflect.DeepEqual(got.Rich.Pictures(), text.Pictures()) {
		t.Errorf("it came back as %+v", got.Rich)
	}
}

// shape writes the structure of a message, as "mixed(alternative(text/plain text/html) image/png)".
func shape(t *testing.T, contentType string, body io.Reader) string {
	t.Helper()
	kind, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(kind, "multipart/") {
		return kind
	}
	var parts []string
	mr := multipart.NewReader(body, params["boundary"])
	for {
		p, err := mr.NextRawPart()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		parts = append(parts, shape(t, p.Header.Get("Content-Type"), p))
	}
	return strings.TrimPrefix(kind, "multipart/") + "(" + strings.Join(parts, " ") + ")"
}

func TestShapeOfRichMessages(t *testing.T) {
	words := mail.Block{}
	words.Join([]mail.Segment{{Text: "Hello ", Style: mail.Style{Bold: true}}, {Text: "您好"}})
	pic := mail.Block{}
	pic.Join([]mail.Segment{{Text: mail.PictureMark + mail.PictureMark, Style: mail.Style{Picture: picture(1)}}})
	for _, c := range []struct {
		name   string
		blocks []mail.Block
		files  []mail.Attachment
		want   string
	}{
		{"words", []mail.Block{words}, nil, "alternative(text/plain text/html)"},
		{"a picture twice", []mail.Block{words, pic}, nil, "alternative(text/plain related(text/html image/png))"},
		{"a file", []mail.Block{words}, []mail.Attachment{{Name: "a.txt", Raw: mail.Bytes("x")}}, "mixed(alternative(text/plain text/html) text/plain)"},
		{"all", []mail.Block{pic}, []mail.Attachment{{Name: "a.pdf", Raw: mail.Bytes("x")}}, "mixed(alternative(text/plain related(text/html image/png)) application/pdf)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := finished()
			d.Rich, d.Attach = &mail.Rich{Blocks: c.blocks}, c.files
			raw := build(t, d)
			head, err := netmail.ReadMessage(bytes.NewReader(raw))
			if err != nil {
				t.Fatal(err)
			}
			if got := shape(t, head.Header.Get("Content-Type"), head.Body); got != c.want {
				t.Errorf("it is %s, not %s", got, c.want)
			}
			m := reopen(t, raw)
			counted := 0
			for _, p := range m.Parts {
				if p.Inline {
					counted++
					if p.ContentID != picture(1).ID || p.Name != "图 1 _a&b_.png" {
						t.Errorf("the picture came as %+v", p)
					}
				}
			}
			if want := strings.Count(c.want, "image/png"); counted != want || len(m.Parts) != want+len(c.files) {
				t.Errorf("%d pictures and %d parts", counted, len(m.Parts))
			}
			if got := strings.TrimSpace(m.Text); got != strings.TrimSpace(d.Rich.Text()) {
				t.Errorf("the text is %q, not %q", got, d.Rich.Text())
			}
		})
	}
}

// What was sent is taken up again with its looks: out of the outbox, and as a new message.
func TestRichIsTakenUpAgain(t *testing.T) {
	r := random(t)
	for range 100 {
		d := richDraft(r, t.TempDir())
		d.Quote = ""
		if d.Rich.Plain() {
			continue
		}
		raw := build(t, d)
		back := reopenDraft(t, raw)
		m := reopen(t, raw)
		again := Answer(mail.Account{ID: "a", Address: "a@b.c"}, m, raw, mail.EditAsNew, nil, "en", InMemory)
		for _, got := range []*mail.Rich{back.Rich, again.Rich} {
			if got == nil {
				t.Fatalf("%+v came back plain", d.Rich)
			}
			if !reflect.DeepEqual(renamed(*got), renamed(*d.Rich)) {
				t.Fatalf("%+v\ncame back as\n%+v", renamed(*d.Rich), renamed(*got))
			}
		}
		if len(back.Attach) != len(d.Attach) || len(again.Attach) != len(d.Attach) {
			t.Fatalf("%d and %d attachments of %d", len(back.Attach), len(again.Attach), len(d.Attach))
		}
	}
}

// renamed gives pictures the names that they have in order, for what is taken up again gets new ones.
func renamed(r mail.Rich) mail.Rich {
	as := map[string]*mail.Picture{}
	for i, p := range r.Pictures() {
		as[p.ID] = &mail.Picture{ID: fmt.Sprint(i), Width: p.Width, Height: p.Height, Data: p.Data}
	}
	for _, b := range r.Blocks {
		for i, run := range b.Runs {
			if run.Picture != nil {
				b.Runs[i].Picture = as[run.Picture.ID]
			}
		}
	}
	return r
}

// Answers of plain text stay so, though they have the look of what they quote.
func TestPlainStaysPlain(t *testing.T) {
	d := finished()
	d.Text, d.Quote, d.QuoteIntro, d.QuoteHTML = "Yes.", "One", "Bo wrote:", "<p><b>One</b></p>"
	for _, text := range []string{"Yes.", ""} {
		d.Text = text
		if back := reopenDraft(t, build(t, d)); back.Rich != nil {
			t.Errorf("%q came back with looks: %+v", text, back.Rich)
		}
	}
	r := mail.RichText("Yes.")
	d.Rich = &r
	m := reopen(t, build(t, d))
	if want := "<p style=\"margin:0\">Bo wrote:</p>\n" + quoteOpen + "<p><b>One</b></p></blockquote>"; !strings.Contains(m.HTML, want) {
		t.Errorf("the quote lost its look: %s", m.HTML)
	}
	if !strings.Contains(m.Text, "Yes.\n\nBo wrote:\n> One") {
		t.Errorf("the text is %q", m.Text)
	}
}

// Foreign mail edited as new keeps what a text with looks can hold, its style sheets' part too.
func TestForeignMailAsNew(t *testing.T) {
	raw := mail.Bytes(strings.ReplaceAll(`From: a@b.c
Subject: x
Content-Type: multipart/related; boundary=b

--b
Content-Type: text/html; charset=utf-8

<html><head><style>p.M{margin:0} .r{color:#b3261e;font-weight:bold} .h{display:none}</style></head><body><p class=M>one <span class=r>red</span></p><p class=M>two</p><p class=h>hidden</p><img src="cid:logo" width=40><img src="https://x.org/t.gif" alt="far"></body></html>
--b
Content-Type: image/png; name=logo.png
Content-ID: <logo>
Content-Disposition: inline
Content-Transfer-Encoding: base64

iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGP4z8DwHwAFAAH/iZk9HQAAAABJRU5ErkJggg==
--b--
`, "\n", "\r\n"))
	m, err := message.Open(raw)
	if err != nil {
		t.Fatal(err)
	}
	d := Answer(mail.Account{ID: "a", Address: "a@b.c"}, m, raw, mail.EditAsNew, nil, "en", InMemory)
	if d.Rich == nil || len(d.Attach) != 0 {
		t.Fatalf("got %+v", d)
	}
	if got, want := d.Rich.Text(), "one red\ntwo\n[logo.png]far"; got != want {
		t.Errorf("the text is %q, not %q", got, want)
	}
	if s := d.Rich.Blocks[0].StyleAt(5); !s.Bold || s.Colour != "#b3261e" {
		t.Errorf("the red word is %+v", s)
	}
	if p := d.Rich.Pictures(); len(p) != 1 || p[0].Width != 40 || p[0].Height != 40 || p[0].ID == "logo" {
		t.Errorf("the picture is %+v", p)
	}
}
