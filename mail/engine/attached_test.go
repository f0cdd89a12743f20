package engine

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"io"
	"os"
	"path/filepath"
	"runtime"
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

// mountain writes a message with an attachment of n octets.
func mountain(w io.Writer, n int64) error {
	out := bufio.NewWriterSize(w, 64<<10)
	_, _ = out.WriteString("From: jonas@weber.example\r\nTo: anna@birch.example\r\nBcc: hidden@weber.example\r\nSubject: mountain\r\n" +
		"Message-ID: <mountain@weber.example>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n" +
		"Content-Type: text/plain\r\n\r\nHere.\r\n--x\r\nContent-Type: application/octet-stream; name=\"large.bin\"\r\n" +
		"Content-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename=\"large.bin\"\r\n\r\n")
	line := base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{7}, 57)) + "\r\n"
	for ; n > 0; n -= 57 {
		_, _ = out.WriteString(line)
	}
	_, _ = out.WriteString("--x--\r\n")
	return out.Flush()
}

// allocated is how much memory f asks for in all.
func allocated(f func()) int64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return int64(after.TotalAlloc - before.TotalAlloc)
}

// A large message goes along by the block, however it does: what that asks for in all is far less than the message.
func TestLargeMessageIsForwardedByTheBlock(t *testing.T) {
	b := newBench(t, nil, nil)
	ctx := t.Context()
	const size = 32 << 20
	raw, err := b.spooled(func(w io.Writer) error { return mountain(w, size) })
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	arrival := b.own(b.account, raw)
	arrival.Role = mail.Inbox
	ids, err := b.store.Add(ctx, b.account.ID, []mail.Arrival{arrival})
	if err != nil {
		t.Fatal(err)
	}
	var d mail.Draft
	for _, c := range []struct {
		what string
		do   func() ([]mail.Attachment, error)
		size int64
	}{
		{"forwarded", func() ([]mail.Attachment, error) {
			var err error
			d, err = b.Answer(ctx, ids[0], mail.ForwardInline)
			return d.Attach, err
		}, size},
		{"edited as new", func() ([]mail.Attachment, error) {
			d, err := b.Answer(ctx, ids[0], mail.EditAsNew)
			return d.Attach, err
		}, size},
		{"forwarded whole", func() ([]mail.Attachment, error) {
			d, err := b.Answer(ctx, ids[0], mail.ForwardAttached)
			return d.Attach, err
		}, raw.Size() - int64(len("Bcc: hidden@weber.example\r\n"))},
		{"attached", func() ([]mail.Attachment, error) {
			a, err := b.AttachMessage(ctx, ids[0])
			return []mail.Attachment{a}, err
		}, raw.Size() - int64(len("Bcc: hidden@weber.example\r\n"))},
		{"opened as a draft", func() ([]mail.Attachment, error) { d, err := b.OpenDraft(ctx, ids[0]); return d.Attach, err }, size},
	} {
		var got []mail.Attachment
		asked := allocated(func() { got, err = c.do() })
		if err != nil || len(got) != 1 || got[0].Path == "" || got[0].Raw != nil || got[0].Size < c.size || got[0].Size > c.size+57 {
			t.Errorf("%s: %+v, %v", c.what, got, err)
			continue
		}
		if info, err := os.Stat(got[0].Path); err != nil || info.Size() != got[0].Size {
			t.Errorf("%s: %v", c.what, err)
		}
		t.Logf("%s: %d KB asked for", c.what, asked>>10)
		if asked > size/4 {
			t.Errorf("%s: %d octets of memory for a message of %d", c.what, asked, raw.Size())
		}
	}
	// Saving it again and again writes the text alone.
	d.To = []mail.Address{{Addr: "klara@weber.example"}}
	for range 2 {
		if d.ID, err = b.SaveDraft(ctx, d); err != nil {
			t.Fatal(err)
		}
		if s, err := b.Summary(ctx, d.ID); err != nil || s.Size > 8<<10 {
			t.Errorf("the draft has %d octets, %v", s.Size, err)
		}
	}
	if asked := allocated(func() { _, err = b.Send(ctx, d) }); err != nil || asked > size/4 {
		t.Errorf("sending it: %d octets of memory, %v", asked, err)
	}
}

// A part for which the disk has no room is not left out silently.
func TestAttachmentThatCannotBeKept(t *testing.T) {
	b := newBench(t, nil, nil)
	ctx := t.Context()
	raw, err := b.spooled(func(w io.Writer) error { return mountain(w, 1<<20) })
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	arrival := b.own(b.account, raw)
	arrival.Role = mail.Inbox
	ids, err := b.store.Add(ctx, b.account.ID, []mail.Arrival{arrival})
	if err == nil {
		err = os.WriteFile(b.attachDir(), nil, 0o600) // where a folder should be
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, mode := range []mail.ReplyMode{mail.ForwardInline, mail.ForwardAttached, mail.EditAsNew} {
		if _, err := b.Answer(ctx, ids[0], mode); err == nil || !strings.Contains(err.Error(), "large.bin") && !strings.Contains(err.Error(), "mountain") {
			t.Errorf("%v: %v", mode, err)
		}
	}
}
