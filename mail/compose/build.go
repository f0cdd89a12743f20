package compose

import (
	"bufio"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"mime"
	"os"
	"path/filepath"
	"strings"

	"poplar/mail"
)

// Build writes d as a message to be submitted. MessageID, Date and From must be set. Bcc is not written, nor anything
// else that only drafts hold. Attachments are read while they are written; one that cannot be read is an error that
// names it, and w then holds part of a message that must not be used.
func Build(w io.Writer, d mail.Draft) error {
	switch {
	case d.MessageID == "":
		return errors.New("a message needs a Message-ID before it can be sent")
	case d.Date.IsZero():
		return errors.New("a message needs a date before it can be sent")
	}
	var h strings.Builder
	if err := headers(&h, d, mailboxes); err != nil {
		return err
	}
	return write(w, &h, bodyPart(d, true), d.Attach, attachmentPart)
}

// headers writes what a message and a draft have in common. list writes an address list: strictly or not.
func headers(h *strings.Builder, d mail.Draft, list func([]mail.Address) ([]string, error)) error {
	if !d.Date.IsZero() {
		fold(h, "Date", d.Date.Format(dateLayout))
	}
	var receipt []mail.Address
	if d.AskReceipt {
		receipt = []mail.Address{{Addr: d.From.Addr}} // RFC 8098 section 2.1
	}
	for _, f := range []struct {
		name string
		list []mail.Address
	}{{"From", []mail.Address{d.From}}, {"Reply-To", d.ReplyTo}, {"To", d.To}, {"Cc", d.Cc}, {"Disposition-Notification-To", receipt}} {
		tokens, err := list(f.list)
		if err != nil {
			return err
		}
		if len(tokens) > 0 {
			fold(h, f.name, tokens...)
		}
	}
	if len(d.To)+len(d.Cc) == 0 && len(d.Bcc) > 0 {
		fold(h, "To", "undisclosed-recipients:;") // RFC 5322 section 3.4: an empty group
	}
	fold(h, "Subject", text("Subject", d.Subject)...)
	if ids := messageIDs(d.MessageID); len(ids) > 0 {
		fold(h, "Message-ID", ids[0])
	}
	if ids := messageIDs(d.InReplyTo); len(ids) > 0 {
		fold(h, "In-Reply-To", ids...)
	}
	if ids := messageIDs(d.References...); len(ids) > 0 {
		fold(h, "References", ids...)
	}
	switch d.Priority { // RFC 2156 section 5.3.4, and what is more widely understood
	case mail.HighPriority:
		fold(h, "Importance", "high")
		fold(h, "X-Priority", "1")
	case mail.LowPriority:
		fold(h, "Importance", "low")
		fold(h, "X-Priority", "5")
	}
	fold(h, "MIME-Version", "1.0")
	return nil
}

// messageIDs returns ids in brackets. An id that no header can hold, since it is empty, too long, or holds blanks,
// control characters or brackets, is left out.
func messageIDs(ids ...string) []string {
	var out []string
	for _, id := range ids {
		if id != "" && len(id) <= 900 && printable(id) && !strings.ContainsAny(id, " <>") {
			out = append(out, "<"+id+">")
		}
	}
	return out
}

// part is one leaf of the message: its fields and its body. The body ends without the CRLF that belongs to what
// follows it.
type part struct {
	fields string
	body   func(w io.Writer) error
	wide   bool // has octets over 127 as they are
}

// write writes a message of one text and its attachments.
func write(w io.Writer, h *strings.Builder, body part, files []mail.Attachment, leaf func(mail.Attachment) (part, error)) error {
	out := bufio.NewWriterSize(w, 64<<10)
	if len(files) == 0 {
		if _, err := out.WriteString(h.String() + body.fields + "\r\n"); err != nil {
			return err
		}
		if err := body.body(out); err != nil {
			return err
		}
		if _, err := out.WriteString("\r\n"); err != nil {
			return err
		}
		return out.Flush()
	}
	parts := []part{body}
	wide := false
	for _, f := range files {
		p, err := leaf(f)
		if err != nil {
			return err
		}
		parts = append(parts, p)
		wide = wide || p.wide
	}
	boundary := newBoundary()
	fold(h, "Content-Type", "multipart/mixed;", `boundary="`+boundary+`"`)
	if wide {
		fold(h, "Content-Transfer-Encoding", string(eightBit)) // RFC 2045 section 6.4
	}
	if _, err := out.WriteString(h.String()); err != nil {
		return err
	}
	for _, p := range parts {
		if _, err := out.WriteString("\r\n--" + boundary + "\r\n" + p.fields + "\r\n"); err != nil {
			return err
		}
		if err := p.body(out); err != nil {
			return err
		}
	}
	if _, err := out.WriteString("\r\n--" + boundary + "--\r\n"); err != nil {
		return err
	}
	return out.Flush()
}

// newBoundary returns a line no part can hold by chance. "=_" cannot occur in quoted-printable (RFC 2045 section 6.7).
func newBoundary() string {
	var b [15]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand)
	return "=_" + hex.EncodeToString(b[:])
}

// textPart is the text/plain body.
func textPart(body string, flowed bool) part {
	body = normal(body)
	tokens := []string{"text/plain;", "charset=utf-8"}
	if flowed {
		body = flow(body)
		tokens = []string{"text/plain;", "charset=utf-8;", "format=flowed"}
	}
	return encoded(body, tokens)
}

// htmlPart is the text/html form of a body.
func htmlPart(src string) part {
	return encoded(normal(src), []string{"text/html;", "charset=utf-8"})
}

// encoded is a text of a type that tokens name, in the transfer encoding that suits it.
func encoded(body string, tokens []string) part {
	enc := chooseEncoding(body)
	var h strings.Builder
	fold(&h, "Content-Type", tokens...)
	fold(&h, "Content-Transfer-Encoding", string(enc))
	return part{fields: h.String(), body: func(w io.Writer) error {
		switch enc {
		case quotedPrintable:
			_, err := io.WriteString(w, qpEncode(body))
			return err
		case base64Encoding:
			return writeBase64(w, strings.NewReader(strings.ReplaceAll(body, "\n", "\r\n")))
		}
		_, err := io.WriteString(w, strings.ReplaceAll(body, "\n", "\r\n"))
		return err
	}}
}

// writeBase64 streams r as base64 in lines of 76 (RFC 2045 section 6.8).
func writeBase64(w io.Writer, r io.Reader) error {
	enc := base64.NewEncoder(base64.StdEncoding, &lineBreaker{w: w})
	if _, err := io.Copy(enc, r); err != nil {
		return err
	}
	return enc.Close()
}

type lineBreaker struct {
	w   io.Writer
	col int
}

func (l *lineBreaker) Write(p []byte) (int, error) {
	written := 0
	for written < len(p) {
		if l.col == softLine {
			if _, err := io.WriteString(l.w, "\r\n"); err != nil {
				return written, err
			}
			l.col = 0
		}
		n, err := l.w.Write(p[written:min(len(p), written+softLine-l.col)])
		written += n
		l.col += n
		if err != nil {
			return written, err
		}
	}
	return written, nil
}

// open returns the attachment's bytes.
func open(f mail.Attachment) (io.ReadCloser, error) {
	if f.Path == "" {
		if f.Raw == nil {
			return nil, fmt.Errorf("the attachment “%s” has no contents", nameOf(f))
		}
		return io.NopCloser(mail.Reader(f.Raw)), nil
	}
	info, err := os.Stat(f.Path)
	if err != nil {
		return nil, fmt.Errorf("the attachment “%s” cannot be read: %w", nameOf(f), err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("the attachment “%s” is no file", nameOf(f))
	}
	file, err := os.Open(f.Path)
	if err != nil {
		return nil, fmt.Errorf("the attachment “%s” cannot be read: %w", nameOf(f), err)
	}
	return file, nil
}

func nameOf(f mail.Attachment) string {
	if n := clean(f.Name); n != "" {
		return n
	}
	if f.Path != "" {
		return clean(filepath.Base(f.Path))
	}
	return "attachment"
}

// attachmentPart is a file as it goes with a message.
func attachmentPart(f mail.Attachment) (part, error) {
	mediaType := typeOf(f)
	enc := base64Encoding
	if mediaType == "message/rfc822" {
		// RFC 2046 section 5.2.1: a message in a message must not be encoded.
		var err error
		if enc, err = surveyMessage(f); err != nil {
			return part{}, err
		}
		if enc == base64Encoding {
			mediaType = "application/octet-stream"
		}
	}
	return filePart(f, mediaType, enc)
}

func filePart(f mail.Attachment, mediaType string, enc encoding) (part, error) {
	r, err := open(f) // found out now rather than in the middle of the message
	if err != nil {
		return part{}, err
	}
	if err := r.Close(); err != nil {
		return part{}, err
	}
	name := nameOf(f)
	var h strings.Builder
	fold(&h, "Content-Type", append([]string{mediaType + ";"}, fileName("name", name, false)...)...)
	fold(&h, "Content-Disposition", append([]string{"attachment;"}, fileName("filename", name, true)...)...)
	fold(&h, "Content-Transfer-Encoding", string(enc))
	return part{fields: h.String(), wide: enc == eightBit, body: func(w io.Writer) error {
		r, err := open(f)
		if err != nil {
			return err
		}
		defer r.Close() //nolint:errcheck // it was only read
		if enc == base64Encoding {
			err = writeBase64(w, r)
		} else {
			c := &crlfWriter{w: bufio.NewWriter(w)}
			if _, err = io.Copy(c, r); err == nil {
				err = c.w.Flush()
			}
		}
		if err != nil {
			return fmt.Errorf("the attachment “%s” cannot be read: %w", name, err)
		}
		return nil
	}}, nil
}

// surveyMessage reads a message/rfc822 attachment once and says how it can be carried: as it is, or, where lines are
// too long or octets not allowed, only as a file.
func surveyMessage(f mail.Attachment) (encoding, error) {
	r, err := open(f)
	if err != nil {
		return "", err
	}
	defer r.Close() //nolint:errcheck // it was only read
	enc := sevenBit
	buf := make([]byte, 64<<10)
	line, last := 0, byte(0)
	for {
		n, err := r.Read(buf)
		for _, c := range buf[:n] {
			line++
			switch {
			case c == 0 || last == '\r' && c != '\n' || line > hardLine+2:
				return base64Encoding, nil
			case c == '\n':
				line = 0
			case c > 0x7f:
				enc = eightBit
			}
			last = c
		}
		if err == io.EOF {
			if last == '\r' {
				return base64Encoding, nil
			}
			return enc, nil
		}
		if err != nil {
			return "", fmt.Errorf("the attachment “%s” cannot be read: %w", nameOf(f), err)
		}
	}
}

// types are media types that must not depend on what the system thinks of a file's ending.
var types = map[string]string{
	".txt": "text/plain", ".csv": "text/csv", ".htm": "text/html", ".html": "text/html", ".ics": "text/calendar",
	".vcf": "text/vcard", ".md": "text/markdown", ".pdf": "application/pdf", ".zip": "application/zip",
	".7z": "application/x-7z-compressed", ".rar": "application/vnd.rar", ".gz": "application/gzip",
	".doc": "application/msword", ".xls": "application/vnd.ms-excel", ".ppt": "application/vnd.ms-powerpoint",
	".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
	".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
	".odt":  "application/vnd.oasis.opendocument.text", ".ods": "application/vnd.oasis.opendocument.spreadsheet",
	".json": "application/json", ".xml": "application/xml", ".jpg": "image/jpeg", ".jpeg": "image/jpeg",
	".png": "image/png", ".gif": "image/gif", ".webp": "image/webp", ".svg": "image/svg+xml", ".heic": "image/heic",
	".mp3": "audio/mpeg", ".m4a": "audio/mp4", ".wav": "audio/wav", ".mp4": "video/mp4", ".mov": "video/quicktime",
	".eml": "message/rfc822",
}

// typeOf returns an attachment's media type without parameters: what it says, or by its name. Types that say how a
// message is built are not for files.
func typeOf(f mail.Attachment) string {
	const unknown = "application/octet-stream"
	t := f.Type
	if t == "" {
		ext := strings.ToLower(filepath.Ext(nameOf(f)))
		if t = types[ext]; t == "" {
			t = mime.TypeByExtension(ext)
		}
	}
	t, _, _ = strings.Cut(t, ";")
	t = strings.ToLower(strings.TrimSpace(t))
	major, minor, ok := strings.Cut(t, "/")
	if !ok || !token(major) || !token(minor) || len(t) > rawLimit || major == "multipart" ||
		major == "message" && minor != "rfc822" {
		return unknown
	}
	return t
}

// token: RFC 2045 section 5.1.
func token(s string) bool {
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c >= 0x7f || strings.IndexByte(`()<>@,;:\"/[]?=`, c) >= 0 {
			return false
		}
	}
	return s != ""
}
