package message

import (
	"fmt"
	"io"
	"strings"

	"poplar/mail"
)

// ReadError says that the bytes of a message could not be read to their end. What could be read is there.
type ReadError struct{ Err error }

// Error implements error.
func (e *ReadError) Error() string {
	return "the message could not be read to its end: " + e.Err.Error()
}

// Unwrap returns the cause.
func (e *ReadError) Unwrap() error { return e.Err }

// Open reads a message for a person. The result is usable even when there is an error, which is a *ReadError and
// tells of the disk, not of the message: a malformed message is no error, its oddities are in Problems.
func Open(raw mail.Raw) (*mail.Message, error) {
	t := walk(raw)
	m := &mail.Message{}
	h := &t.root.header
	e := t.envelope()
	m.Subject, m.From, m.To, m.Cc, m.Date = e.Subject, e.From, e.To, e.Cc, e.Date
	m.MessageID, m.InReplyTo, m.References = e.MessageID, e.InReplyTo, e.References
	m.Sender = addressField(h, "sender")
	m.Bcc = addressField(h, "bcc")
	m.ReplyTo = addressField(h, "reply-to")
	m.Header = make([]mail.Field, 0, len(h.fields))
	for _, f := range h.fields {
		m.Header = append(m.Header, mail.Field{Name: string(f.name), Value: decodeWords(unfold(f.value))})
	}
	b := t.readBody(true, textLimit)
	m.Text, m.HTML, m.Flowed = b.text, b.html, b.flowed
	for i, a := range t.attachments() {
		m.Parts = append(m.Parts, mail.Part{
			Index: i, Name: a.safeName(), Type: a.mediaType, Size: t.size(a),
			ContentID: a.contentID, Inline: a.inline(m.HTML),
		})
	}
	m.Bounce = t.bounce(func() string { return m.Text }).list
	m.Problems = t.list
	if t.win.err != nil {
		return m, &ReadError{t.win.err}
	}
	return m, nil
}

// PartReader reads the bytes of Parts[index] as Open lists them: transfer decoding undone, nothing else changed,
// never the whole in memory.
func PartReader(raw mail.Raw, index int) (io.ReadCloser, error) {
	t := walk(raw)
	all := t.attachments()
	if index < 0 || index >= len(all) {
		return nil, fmt.Errorf("the message has no part %d", index)
	}
	return io.NopCloser(t.open(all[index])), nil
}

// attachment is one of a message's Parts.
type attachment struct {
	leaf      *part
	name      string // as the message gives it
	mediaType string
	contentID string
}

// attachments lists the leaves that are not the body.
func (t *tree) attachments() []attachment {
	var all []attachment
	t.leaves(func(p *part) bool {
		if p.isBody() || p.multi() && p.end == p.body {
			return true
		}
		d := p.disposition()
		a := attachment{leaf: p, name: p.fileName(&d), mediaType: p.ctype.value}
		if ids := messageIDs(p.header.best("content-id")); len(ids) > 0 {
			a.contentID = ids[0]
		}
		all = append(all, a)
		return true
	})
	return all
}

func (a *attachment) safeName() string { return SafeName(a.name, a.mediaType) }

// inline says whether the HTML shows it.
func (a *attachment) inline(source string) bool {
	if a.contentID == "" || source == "" {
		return false
	}
	return strings.Contains(source, "cid:"+a.contentID)
}

// open reads an attachment's bytes.
func (t *tree) open(a attachment) io.Reader { return t.reader(a.leaf) }

// size counts an attachment's decoded octets.
func (t *tree) size(a attachment) int64 {
	n, _ := io.Copy(io.Discard, t.open(a))
	return n
}
