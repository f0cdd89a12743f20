package engine

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"poplar/mail"
)

// What is large of a message that is forwarded lies in a file that the draft names: saving it again costs the text alone,
// it is opened as it was by another program's run, sent whole, and the file goes once no draft names it.
func TestLargeAttachmentIsWrittenOnce(t *testing.T) {
	b := newBench(t, nil, nil)
	ctx := t.Context()
	big := strings.Repeat("0123456789abcdef", 8<<10)
	b.box.Add([]byte("From: jonas@weber.example\r\nTo: anna@birch.example\r\nSubject: plan\r\nMessage-ID: <1@weber.example>\r\nMIME-Version: 1.0\r\n" +
		"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\nHere.\r\n--x\r\nContent-Type: text/plain; name=\"large.txt\"\r\n" +
		"Content-Disposition: attachment; filename=\"large.txt\"\r\n\r\n" + big + "\r\n--x\r\nContent-Type: text/plain; name=\"small.txt\"\r\n" +
		"Content-Disposition: attachment; filename=\"small.txt\"\r\n\r\nsmall\r\n--x--\r\n"))
	if _, err := b.Receive(ctx); err != nil {
		t.Fatal(err)
	}
	d, err := b.Answer(ctx, b.list(mail.Query{Role: mail.Inbox})[0].ID, mail.ForwardInline)
	if err != nil || len(d.Attach) != 2 || d.Attach[0].Path == "" || d.Attach[0].Raw != nil || d.Attach[1].Path != "" {
		t.Fatalf("%+v, %v", d.Attach, err)
	}
	kept := d.Attach[0].Path
	d.To = []mail.Address{{Addr: "klara@weber.example"}}
	for _, text := range []string{"one", "two"} {
		d.Text = text
		if d.ID, err = b.SaveDraft(ctx, d); err != nil {
			t.Fatal(err)
		}
	}
	s, err := b.Summary(ctx, d.ID)
	if err != nil || s.Size > 20<<10 {
		t.Errorf("the draft has %d octets, %v", s.Size, err)
	}
	// Another run of the program finds it.
	dir := b.o.Dir
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	b.open(dir)
	d, err = b.OpenDraft(ctx, d.ID)
	if err != nil || d.Attach[0].Path != kept || d.Attach[0].Name != "large.txt" || string(d.Attach[1].Raw.(mail.Bytes)) != "small" {
		t.Fatalf("%+v, %v", d.Attach, err)
	}
	// Another one like it has the same files.
	like, err := b.Answer(ctx, d.ID, mail.EditAsNew)
	if err != nil || like.ID != 0 || like.Answers != 0 || like.Text != "two" || len(like.Attach) != 2 || like.Attach[0].Path != kept {
		t.Errorf("%+v, %v", like, err)
	}
	old := time.Now().Add(-48 * time.Hour)
	if err := os.Chtimes(kept, old, old); err != nil {
		t.Fatal(err)
	}
	b.sweepAttached(ctx)
	if _, err := os.Stat(kept); err != nil {
		t.Errorf("a file that a draft names was removed: %v", err)
	}
	if _, err := b.Send(ctx, d); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Flush(ctx); err != nil {
		t.Fatal(err)
	}
	if got := b.smtp.Messages(); len(got) != 1 || !bytes.Contains(got[0].Raw, []byte("filename=large.txt")) && !bytes.Contains(got[0].Raw, []byte(`filename="large.txt"`)) || len(got[0].Raw) < len(big) ||
		bytes.Contains(got[0].Raw, []byte(filepath.Base(kept))) {
		t.Errorf("%d messages", len(got))
	}
	b.sweepAttached(ctx)
	if left, err := os.ReadDir(b.attachDir()); err != nil || len(left) != 0 {
		t.Errorf("%d files stay, %v", len(left), err)
	}
	whole, err := b.AttachMessage(ctx, b.list(mail.Query{Role: mail.Inbox})[0].ID)
	if err != nil || whole.Path == "" || whole.Name == "" || whole.Type != "message/rfc822" {
		t.Errorf("%+v, %v", whole, err)
	}
}
