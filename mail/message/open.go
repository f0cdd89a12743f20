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
func Open(raw mail.Raw) (*mail.Message, error) { return OpenAs(raw, "") }

// OpenAs is Open with the character set that a person chose for the texts of the message and for what stands in its
// header without a charset of its own; "" for what the message says. One that nobody knows is as good as none.
func OpenAs(raw mail.Raw, charset string) (*mail.Message, error) { return open(raw, charset, 0) }

// glance is how far Glance looks.
const glance = 2 << 20

// Glance is OpenAs that looks at the beginning of a long message only, so that something can be shown at once: what it
// tells is true, but parts may lack, which Glanced says, and the last is taken to reach to the end of the message.
func Glance(raw mail.Raw, charset string) (*mail.Message, error) { return open(raw, charset, glance) }

func open(raw mail.Raw, charset string, until int64) (*mail.Message, error) {
	t := walkTo(raw, until)
	if t.forced = codecOf(charset); t.forced != nil {
		t.root.header.hint = t.forced
	}
	m := t.heading()
	b := t.readBody(true)
	m.Charset, m.Forced = t.charset, t.forced != nil
	m.Text, m.HTML, m.Flowed, m.TextMade = b.text, b.html, b.flowed, b.made
	shown := cidSet(m.HTML)
	for i, a := range t.attachments() {
		m.Parts = append(m.Parts, mail.Part{
			Index: i, Name: a.safeName(t), Type: a.mediaType, Size: t.size(&a),
			ContentID: a.contentID, Inline: a.contentID != "" && shown[a.contentID], External: t.external(&a),
		})
	}
	r := t.bounce(func() string { return m.Text })
	m.Bounce, m.BounceOf = r.list, r.original
	for i := range m.Bounce {
		m.Bounce[i].Why = Why(m.Bounce[i])
	}
	m.Invitations = t.invitations()
	m.Protection = t.protection(m.Text)
	m.Piece = t.piece()
	m.Problems = t.list
	m.Glanced = t.win.left
	if t.win.err != nil {
		return m, &ReadError{t.win.err}
	}
	return m, nil
}

// Head reads the header of a message alone, whatever its size: its fields and what they say.
func Head(raw mail.Raw) (*mail.Message, error) {
	t := newTree(raw)
	m := t.heading()
	if t.win.err != nil {
		return m, &ReadError{t.win.err}
	}
	return m, nil
}

// heading reads what the header says.
func (t *tree) heading() *mail.Message {
	h := &t.root.header
	e := t.envelope()
	m := &mail.Message{
		Subject: e.Subject, From: e.From, To: e.To, Cc: e.Cc, Date: e.Date,
		MessageID: e.MessageID, InReplyTo: e.InReplyTo, References: e.References,
		Sender: addressField(h, "sender"), Bcc: addressField(h, "bcc"), ReplyTo: addressField(h, "reply-to"),
		Header: make([]mail.Field, 0, len(h.fields)),
	}
	for _, f := range h.fields {
		m.Header = append(m.Header, mail.Field{Name: string(f.name), Value: decodeWords(h.text(unfold(f.value)))})
	}
	return m
}

// PartReader reads the bytes of Parts[index] as Open lists them: transfer decoding undone, nothing else changed,
// never the whole in memory.
func PartReader(raw mail.Raw, index int) (io.ReadCloser, error) {
	return PlacesOf(raw).Reader(raw, index)
}

// Places are where the parts of a message lie, so that several can be read and it is walked once. They hold neither
// its octets nor its texts, and serve several goroutines.
type Places struct {
	all  []attachment
	sure int // how many of them are known for certain
	left bool
	err  error // the message could not be read to its end
}

// PlacesOf finds the parts of a message.
func PlacesOf(raw mail.Raw) *Places { return placesTo(raw, 0) }

// FirstPlacesOf finds the parts that lie in the beginning of a long message.
func FirstPlacesOf(raw mail.Raw) *Places { return placesTo(raw, glance) }

func placesTo(raw mail.Raw, until int64) *Places {
	t := walkTo(raw, until)
	for _, b := range t.bodyBlocks() {
		// Files coded inside the text are parts too.
		t.join(b.plain)
	}
	p := &Places{all: t.attachments(), left: t.win.left, err: t.win.err}
	if p.sure = len(p.all); p.left {
		p.sure = max(0, p.sure-1) // who knows where the last one ends
	}
	for i := range p.all {
		a := &p.all[i]
		a.leaf = &part{body: a.leaf.body, end: a.leaf.end, encoding: a.leaf.encoding, ctype: parameters{value: a.leaf.ctype.value}}
	}
	return p
}

// Knows says whether Reader can read Parts[index]: of the first places not all are known.
func (p *Places) Knows(index int) bool { return !p.left || index < p.sure }

// Err is the error for which the message could not be read to its end: there may be more places than are known.
func (p *Places) Err() error { return p.err }

// Reader reads the bytes of Parts[index] of the message that the places are of.
func (p *Places) Reader(raw mail.Raw, index int) (io.ReadCloser, error) {
	if index >= p.sure && p.err != nil {
		return nil, &ReadError{p.err}
	}
	if index < 0 || index >= p.sure {
		return nil, fmt.Errorf("the message has no part %d", index)
	}
	t := &tree{raw: lineFeeds(raw)}
	return io.NopCloser(t.open(&p.all[index])), nil
}

// protection says how a message is signed or encrypted.
func (t *tree) protection(text string) mail.Protection {
	p := t.root
	for len(p.kids) == 1 {
		p = p.kids[0] // QUIRK: a mailing list wrapped it
	}
	switch p.ctype.value {
	case "multipart/encrypted":
		return mail.EncryptedPGP
	case "multipart/signed":
		if strings.Contains(strings.ToLower(p.ctype.get("protocol")), "pgp") {
			return mail.SignedPGP
		}
		return mail.SignedSMIME
	case "application/pkcs7-mime", "application/x-pkcs7-mime":
		p.describe()
		if strings.EqualFold(p.ctype.get("smime-type"), "signed-data") || strings.HasSuffix(strings.ToLower(p.name), ".p7s") {
			return mail.SignedSMIME
		}
		return mail.EncryptedSMIME
	}
	switch {
	case strings.Contains(text, "-----BEGIN PGP MESSAGE-----"):
		return mail.EncryptedPGP
	case strings.Contains(text, "-----BEGIN PGP SIGNED MESSAGE-----"):
		return mail.SignedPGP
	}
	return ""
}
