package compose

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"poplar/mail"
	"poplar/mail/message"
)

// draftField holds what the other fields of a draft cannot. It never leaves this computer: Build does not write it and
// Prepare drops it.
const (
	draftField     = "x-poplar-draft"
	draftFieldName = "X-Poplar-Draft"
	draftLine      = softLine - len(draftFieldName+": ")
)

// saved is the contents of draftField.
type saved struct {
	Account    mail.AccountID `json:"account,omitempty"`
	From       mail.Address   `json:"from"`
	To         []mail.Address `json:"to,omitempty"`
	Cc         []mail.Address `json:"cc,omitempty"`
	Bcc        []mail.Address `json:"bcc,omitempty"`
	ReplyTo    []mail.Address `json:"reply_to,omitempty"`
	Subject    string         `json:"subject,omitempty"`
	InReplyTo  string         `json:"in_reply_to,omitempty"`
	References []string       `json:"references,omitempty"`
	Answers    mail.MessageID `json:"answers,omitempty"`
	Mark       mail.Flags     `json:"mark,omitempty"`
	MessageID  string         `json:"message_id,omitempty"`
	Date       time.Time      `json:"date,omitzero"`
	QuoteIntro string         `json:"quote_intro,omitempty"`
	SendAt     time.Time      `json:"send_at,omitzero"`
	AskReceipt bool           `json:"ask_receipt,omitempty"`
	Notices    mail.Notices   `json:"notices,omitzero"`
	Priority   mail.Priority  `json:"priority,omitempty"`
	// TextSize and QuotedSize are octets at the start and end of the body.
	TextSize   int `json:"text_size"`
	QuotedSize int `json:"quoted_size,omitempty"`
	// Text and Quote are set only where the body cannot give them back as they are.
	Text   octets      `json:"text,omitempty"`
	Quote  octets      `json:"quote,omitempty"`
	Attach []savedFile `json:"attach,omitempty"`
	// Rich is how many blocks at the start of the HTML are what was typed; 0 in a draft of plain text.
	Rich     int            `json:"rich,omitempty"`
	Pictures []mail.Picture `json:"pictures,omitempty"` // of the HTML, in the order of their parts, which have the octets
	// RichText is set only where the HTML cannot give the text back as it is.
	RichText *mail.Rich `json:"rich_text,omitempty"`
}

type savedFile struct {
	Name octets `json:"name,omitempty"`
	Type string `json:"type,omitempty"`
	Path octets `json:"path,omitempty"`
	Size int64  `json:"size,omitempty"`
	// Part is the number of the part that holds the bytes, from 1; 0 for a file that is read where it lies.
	Part int `json:"part,omitempty"`
}

// octets is a string that need not be UTF-8, as file names are.
type octets string

func (o octets) MarshalJSON() ([]byte, error) {
	if utf8.ValidString(string(o)) {
		return json.Marshal(string(o))
	}
	return json.Marshal([][]byte{[]byte(o)})
}

func (o *octets) UnmarshalJSON(b []byte) error {
	var s string
	if json.Unmarshal(b, &s) == nil {
		*o = octets(s)
		return nil
	}
	var wrapped [][]byte
	if err := json.Unmarshal(b, &wrapped); err != nil {
		return err
	}
	for _, part := range wrapped {
		*o += octets(part)
	}
	return nil
}

// BuildDraft writes d, finished or not, so that ParseDraft gives it back (but for ID, which is the store's to know).
// The header and body can be read by any mail program. Attachments with bytes go along; files on disk are only named,
// so that saving a draft costs the same whatever is attached, and are read when the message is built for sending.
func BuildDraft(w io.Writer, d mail.Draft) error {
	var h strings.Builder
	if err := headers(&h, d, looseMailboxes); err != nil {
		return err
	}
	if tokens, _ := looseMailboxes(d.Bcc); len(tokens) > 0 { // it knows no errors
		fold(&h, "Bcc", tokens...)
	}
	typed := len(d.Text)
	body := textPart(d.Body(), false)
	if d.Rich != nil {
		tidy := d.Rich.Tidy()
		d.Rich, d.QuoteHTML = &tidy, ""
		d.Text = tidy.Text()
		typed, body = len(d.Text), bodyPart(d, false)
	}
	s := saved{
		Account: d.Account, From: d.From, To: d.To, Cc: d.Cc, Bcc: d.Bcc, ReplyTo: d.ReplyTo, Subject: d.Subject,
		InReplyTo: d.InReplyTo, References: d.References, Answers: d.Answers, Mark: d.Mark, MessageID: d.MessageID,
		Date: d.Date, QuoteIntro: d.QuoteIntro, TextSize: typed, QuotedSize: len(d.Quoted()),
		SendAt: d.SendAt, AskReceipt: d.AskReceipt, Notices: d.Notices, Priority: d.Priority,
	}
	if back := s.split(normal(d.Body())); d.Rich == nil && back.Text != d.Text || back.Quote != d.Quote {
		s.Text, s.Quote = octets(d.Text), octets(d.Quote)
	}
	s.addRich(d)
	var files []mail.Attachment
	for _, f := range d.Attach {
		e := savedFile{Name: octets(f.Name), Type: f.Type, Path: octets(f.Path), Size: f.Size}
		if f.Path == "" && f.Raw != nil {
			files = append(files, f)
			e.Part = len(files)
		}
		s.Attach = append(s.Attach, e)
	}
	facts, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("the draft cannot be saved: %w", err)
	}
	coded := base64.StdEncoding.EncodeToString(facts)
	var lines []string
	for len(coded) > draftLine {
		lines = append(lines, coded[:draftLine])
		coded = coded[draftLine:]
	}
	fold(&h, draftFieldName, append(lines, coded)...)
	return write(w, &h, body, files, func(f mail.Attachment) (part, error) {
		// Always base64, which alone gives back every octet.
		return filePart(f, typeOf(f), base64Encoding)
	})
}

// looseMailboxes is mailboxes for addresses that may be half typed.
func looseMailboxes(list []mail.Address) ([]string, error) {
	var tokens []string
	for _, a := range list {
		one, err := mailboxes([]mail.Address{a})
		if err != nil {
			words := clean(a.Name + " " + a.Addr)
			if words == "" {
				continue
			}
			one = encode(words, wordLimit-len("Reply-To: "), true)
		}
		if len(tokens) > 0 {
			tokens[len(tokens)-1] += ","
		}
		tokens = append(tokens, one...)
	}
	return tokens, nil
}

// split takes the body of a draft apart. A body that was changed by another program becomes Text as a whole.
func (s saved) split(body string) mail.Draft {
	d := mail.Draft{Text: body}
	start := len(body) - s.QuotedSize
	if s.TextSize < 0 || s.QuotedSize < 0 || s.TextSize > start {
		return d
	}
	whole := mail.Draft{Text: body[:s.TextSize], QuoteIntro: s.QuoteIntro, Mark: s.Mark}
	if s.QuotedSize > 0 {
		quoted := body[start:]
		if s.QuoteIntro != "" {
			quoted = strings.TrimPrefix(quoted, s.QuoteIntro+"\n")
		}
		if s.Mark&mail.Forwarded == 0 {
			ls := lines(quoted)
			for i, l := range ls {
				ls[i] = strings.TrimPrefix(strings.TrimPrefix(l, ">"), " ")
			}
			quoted = strings.Join(ls, "\n")
		}
		whole.Quote = quoted
	}
	if whole.Body() != body {
		return d
	}
	return whole
}

// ParseDraft opens a draft for writing on: one that BuildDraft wrote exactly as it was, any other message as near as a
// draft can come to it. Nothing in the result refers to raw. ID is not set. The parts of messages not written here are
// handed to keep.
//
// A draft names files to be attached, so only what was written here may be believed: in a message that has come through
// the mail, Poplar's own field is ignored.
func ParseDraft(raw mail.Raw, keep Keep) (mail.Draft, error) {
	fields, body, err := readHeader(mail.Reader(raw))
	if err == nil {
		if s, ok := savedFacts(fields); ok {
			return s.draft(fields, body)
		}
	}
	return foreignDraft(raw, keep)
}

// IsDraft reports whether a message has what BuildDraft writes. It says nothing of who wrote it.
func IsDraft(m *mail.Message) bool {
	return slices.ContainsFunc(m.Header, func(f mail.Field) bool { return strings.EqualFold(f.Name, draftFieldName) })
}

func savedFacts(fields []rawField) (saved, bool) {
	var s saved
	found := false
	for _, f := range fields {
		switch f.name {
		case "received", "return-path", "delivered-to", "x-original-to", "x-received", "arc-seal":
			return s, false
		case draftField:
			facts, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(f.value(), " ", ""))
			if found || err != nil || json.Unmarshal(facts, &s) != nil {
				return s, false
			}
			found = true
		}
	}
	return s, found
}

func (s saved) draft(fields []rawField, body io.Reader) (mail.Draft, error) {
	get := func(name string) string {
		for _, f := range fields {
			if f.name == name {
				return f.value()
			}
		}
		return ""
	}
	parts, err := leaves(get, body, 0)
	if err == nil && len(parts) == 0 {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return mail.Draft{}, fmt.Errorf("the draft cannot be read: %w", err)
	}
	d := s.split(strings.ReplaceAll(string(parts[0]), "\r\n", "\n"))
	if s.Text != "" || s.Quote != "" {
		d.Text, d.Quote = string(s.Text), string(s.Quote)
	}
	files := parts[1:]
	if s.Rich > 0 && len(files) > len(s.Pictures) {
		d.Rich = s.rich(string(files[0]), files[1:len(s.Pictures)+1])
		d.Text = d.Rich.Text()
		files = files[len(s.Pictures)+1:]
	}
	d.Account, d.From, d.To, d.Cc, d.Bcc, d.ReplyTo = s.Account, s.From, s.To, s.Cc, s.Bcc, s.ReplyTo
	d.Subject, d.InReplyTo, d.References, d.Answers, d.Mark = s.Subject, s.InReplyTo, s.References, s.Answers, s.Mark
	d.MessageID, d.Date, d.QuoteIntro = s.MessageID, s.Date, s.QuoteIntro
	d.SendAt, d.AskReceipt, d.Notices, d.Priority = s.SendAt, s.AskReceipt, s.Notices, s.Priority
	for _, f := range s.Attach {
		a := mail.Attachment{Name: string(f.Name), Type: f.Type, Path: string(f.Path), Size: f.Size}
		if f.Part > 0 && f.Part <= len(files) {
			a.Raw = mail.Bytes(files[f.Part-1])
		}
		d.Attach = append(d.Attach, a)
	}
	return d, nil
}

// leaves reads the leaves of the structure that BuildDraft writes, in their order: the text, the HTML of a draft that has
// one with its pictures, and the attachments.
func leaves(get func(string) string, body io.Reader, depth int) ([][]byte, error) {
	mediaType, params, err := mime.ParseMediaType(get("content-type"))
	if err != nil {
		return nil, err
	}
	if !strings.HasPrefix(mediaType, "multipart/") || depth > deepestDraft {
		enc := get("content-transfer-encoding")
		text, err := decode(body, enc)
		if depth == 0 && encoding(enc) != base64Encoding {
			// The last line end belongs to the message, not to the text.
			text = bytes.TrimSuffix(text, []byte("\r\n"))
		}
		return [][]byte{text}, err
	}
	var list [][]byte
	mr := multipart.NewReader(body, params["boundary"])
	for n := 0; ; n++ {
		p, err := mr.NextRawPart()
		if errors.Is(err, io.EOF) && n > 0 {
			return list, nil
		}
		if err != nil {
			return nil, errors.Join(err, io.ErrUnexpectedEOF)
		}
		inner, err := leaves(func(name string) string { return p.Header.Get(name) }, p, depth+1)
		if err != nil {
			return nil, err
		}
		list = append(list, inner...)
	}
}

// deepestDraft is how deep BuildDraft nests: mixed, alternative, related.
const deepestDraft = 3

func decode(r io.Reader, enc string) ([]byte, error) {
	switch encoding(strings.ToLower(enc)) {
	case quotedPrintable:
		r = quotedprintable.NewReader(r)
	case base64Encoding:
		r = base64.NewDecoder(base64.StdEncoding, r) // skips line ends
	}
	return io.ReadAll(r)
}

// foreignDraft makes a draft of any message: one another program saved, or one taken back out of the outbox.
func foreignDraft(raw mail.Raw, keep Keep) (mail.Draft, error) {
	m, err := message.Open(raw)
	if m == nil {
		return mail.Draft{}, err
	}
	d := mail.Draft{
		To: m.To, Cc: m.Cc, Bcc: m.Bcc, ReplyTo: m.ReplyTo, Subject: m.Subject, References: m.References,
		MessageID: m.MessageID, Date: m.Date, Text: bodyOf(m),
	}
	if len(m.From) > 0 {
		d.From = m.From[0]
	}
	if len(m.InReplyTo) > 0 {
		d.InReplyTo = m.InReplyTo[0]
	}
	d.Rich, d.Attach, err = taken(raw, m, keep)
	return d, err
}

// bodyOf is the text of an opened message in paragraphs, without blank lines around it.
func bodyOf(m *mail.Message) string {
	t := normal(m.Text)
	if m.Flowed {
		t = unflow(t)
	}
	return strings.TrimRight(strings.TrimLeft(t, "\n"), "\n ")
}

// taken is the text of m with its looks, where it has any, and its parts as carry takes them along; pictures stay where
// they are in the text.
func taken(raw mail.Raw, m *mail.Message, keep Keep) (*mail.Rich, []mail.Attachment, error) {
	r, inside := richOf(m, raw)
	files, err := carry(raw, m, inside, keep)
	return r, files, err
}

// Keep puts what r reads into an attachment, whose name and type are set: as Raw in memory (see InMemory), or into a file
// that Path names. It sets Size. R is of no use afterwards.
type Keep func(a *mail.Attachment, r io.Reader) error

// InMemory keeps an attachment in memory, however large it is.
func InMemory(a *mail.Attachment, r io.Reader) error {
	b, err := io.ReadAll(r)
	a.Raw, a.Size = mail.Bytes(b), int64(len(b))
	return err
}

// carry takes every part of m along as an attachment but for those left out. Parts that cannot be read or kept are left
// out and told.
func carry(raw mail.Raw, m *mail.Message, without map[int]bool, keep Keep) ([]mail.Attachment, error) {
	var out []mail.Attachment
	var errs []error
	places := message.PlacesOf(raw)
	for _, p := range m.Parts {
		if without[p.Index] {
			continue
		}
		a := mail.Attachment{Name: p.Name, Type: p.Type}
		r, err := places.Reader(raw, p.Index)
		if err == nil {
			err = errors.Join(keep(&a, r), r.Close())
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("the attachment “%s” cannot be read: %w", clean(p.Name), err))
			continue
		}
		out = append(out, a)
	}
	return out, errors.Join(errs...)
}

func partBytes(raw mail.Raw, index int) ([]byte, error) {
	r, err := message.PartReader(raw, index)
	if err != nil {
		return nil, err
	}
	b, err := io.ReadAll(r)
	return b, errors.Join(err, r.Close())
}
