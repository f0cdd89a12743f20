package message

import (
	"bytes"
	"strings"
	"time"

	"poplar/mail"
)

const (
	snippetRunes = 200
	// indexLimit bounds the decoded text of one message that goes into the index.
	indexLimit = 256 << 10
)

// Scanned is what a list and the index need of a message.
type Scanned struct {
	Subject     string
	From        []mail.Address
	To          []mail.Address
	Cc          []mail.Address
	Date        time.Time // zero where there is none
	MessageID   string
	InReplyTo   []string
	References  []string
	Snippet     string // the first words of the text, one line
	IndexText   string // the text and the attachments' names
	Attachments int    // leaves that a person would call attachments
	// Bounce is what a delivery report says; nil for other messages. Original is the Message-ID of the message it is
	// about, "" where it does not tell.
	Bounce          []mail.Bounced
	Original        string
	OriginalSubject string
	Piece           *mail.Piece // one of several messages that make a whole; nil for others
}

// Scan reads what a list shows, as fast as may be.
func Scan(raw mail.Raw) Scanned {
	t := walk(raw)
	t.limit = indexLimit
	return t.scan()
}

func (t *tree) scan() Scanned {
	s := t.envelope()
	t.quick = !t.mayReport()
	b := t.readBody(false)
	s.Snippet = snippet(b.text)
	s.IndexText = b.text
	var names []string
	for _, a := range t.attachments() {
		if a.name != "" {
			names = append(names, a.name)
		}
		if a.counts() {
			s.Attachments++
		}
	}
	if len(names) > 0 {
		s.IndexText += "\n" + strings.Join(names, "\n")
	}
	r := t.bounce(func() string { return b.text })
	s.Bounce, s.Original, s.OriginalSubject = r.list, r.original, r.subject
	s.Piece = t.piece()
	return s
}

// envelope reads the header's fields, once.
func (t *tree) envelope() Scanned {
	if t.read {
		return t.head
	}
	t.read = true
	h := &t.root.header
	s := &t.head
	s.Subject = strings.TrimSpace(decodeWords(h.best("subject")))
	s.From = addressField(h, "from")
	s.To = addressField(h, "to")
	s.Cc = addressField(h, "cc")
	s.Date, _ = t.date()
	if ids := messageIDs(h.best("message-id")); len(ids) > 0 {
		s.MessageID = ids[0]
	}
	s.InReplyTo = messageIDs(h.best("in-reply-to"))
	switch refs := h.all("references"); len(refs) {
	case 0:
	case 1:
		s.References = messageIDs(refs[0])
	default:
		s.References = messageIDs(bytes.Join(refs, []byte{' '}))
	}
	return *s
}

// date reads Date; where it is missing or unreadable, the time of the newest trace field.
func (t *tree) date() (time.Time, bool) {
	h := &t.root.header
	for _, name := range []string{"date", "resent-date", "delivery-date"} {
		for _, v := range h.all(name) {
			if d, ok := parseDate(v); ok {
				return d, true
			}
		}
	}
	t.add(dateOdd)
	for _, v := range h.all("received") {
		if i := bytes.LastIndexByte(v, ';'); i >= 0 {
			if d, ok := parseDate(v[i+1:]); ok {
				return d, false
			}
		}
	}
	return time.Time{}, false
}

func addressField(h *header, name string) []mail.Address {
	var list []mail.Address
	for i := range h.fields {
		if !h.fields[i].is(name) {
			continue
		}
		one := parseAddresses(h.text(unfold(h.fields[i].value)))
		if list == nil {
			list = one
		} else {
			list = append(list, one...)
		}
	}
	return list
}
