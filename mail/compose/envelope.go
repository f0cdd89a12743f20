package compose

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"poplar/mail"
)

// Recipients returns the addr-specs of To, Cc and Bcc in that order, each once. Letter case makes no difference: a
// copy too many is worse than one mailbox that tells "Bob" from "bob".
func Recipients(d mail.Draft) []string {
	var to []string
	seen := map[string]bool{}
	for _, list := range [][]mail.Address{d.To, d.Cc, d.Bcc} {
		for _, a := range list {
			if key := strings.ToLower(a.Addr); a.Addr != "" && !seen[key] {
				seen[key] = true
				to = append(to, a.Addr)
			}
		}
	}
	return to
}

// NewMessageID returns a fresh Message-ID without brackets. It tells nothing but the domain of addr, no host name and
// no time.
func NewMessageID(addr string) string {
	var id [20]byte
	_, _ = rand.Read(id[:]) // never fails (crypto/rand)
	domain := "poplar.invalid"
	if i := strings.LastIndexByte(addr, '@'); i >= 0 && validDomain(addr[i+1:]) {
		if d, err := asciiDomain(addr[i+1:]); err == nil {
			domain = d
		}
	}
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(id[:])) + "@" + domain
}

// headerLimit bounds the header of a finished message.
const headerLimit = 4 << 20

var errHeaderTooLong = fmt.Errorf("the header of the message is longer than %d octets", headerLimit)

// rawField is one header field with its line ends, as it stands.
type rawField struct {
	name string // lower case
	raw  []byte
}

// value is the field's body, unfolded.
func (f rawField) value() string {
	_, v, _ := bytes.Cut(f.raw, []byte{':'})
	v = bytes.ReplaceAll(bytes.ReplaceAll(v, []byte("\r"), nil), []byte("\n"), nil)
	return string(bytes.TrimSpace(v))
}

// readHeader reads the header up to and including the empty line after it, and returns a reader for the rest. A line
// "From " of a mailbox file before it is dropped.
func readHeader(r io.Reader) ([]rawField, *bufio.Reader, error) {
	br := bufio.NewReaderSize(r, 64<<10)
	var fields []rawField
	size := 0
	for {
		line, err := readLine(br, headerLimit-size)
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, nil, err
		}
		size += len(line)
		text := bytes.TrimRight(line, "\r\n")
		switch {
		case len(text) == 0:
			return fields, br, nil
		case (text[0] == ' ' || text[0] == '\t') && len(fields) > 0:
			f := &fields[len(fields)-1]
			f.raw = append(f.raw, line...)
		case len(fields) == 0 && bytes.HasPrefix(text, []byte("From ")):
		default:
			name, _, ok := bytes.Cut(text, []byte{':'})
			name = bytes.TrimRight(name, " \t")
			if !ok || !fieldName(name) {
				return nil, nil, fmt.Errorf("this is no mail message: the line “%s” of its header is no field", clip(text))
			}
			fields = append(fields, rawField{strings.ToLower(string(name)), bytes.Clone(line)})
		}
		if err != nil {
			return fields, br, nil
		}
	}
}

func readLine(br *bufio.Reader, limit int) ([]byte, error) {
	var line []byte
	for {
		part, err := br.ReadSlice('\n')
		line = append(line, part...)
		if len(line) > limit {
			return nil, errHeaderTooLong
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, err
		}
	}
}

func fieldName(name []byte) bool {
	for _, c := range name {
		if c <= ' ' || c >= 0x7f {
			return false
		}
	}
	return len(name) > 0
}

func clip(s []byte) string {
	if len(s) > 60 {
		s = s[:60]
	}
	return clean(string(s))
}

// FromRFC822 takes the envelope out of a finished message's header (RFC 5322 section 3.6): from Sender or else the
// first From, the recipients from To, Cc and Bcc, each once. Where the message is resent (section 3.6.6) the newest
// block of Resent- fields counts instead. What the header lacks comes back empty; an address that cannot be read is an
// error.
func FromRFC822(raw mail.Raw) (from string, rcpts []string, err error) {
	fields, _, err := readHeader(mail.Reader(raw))
	if err != nil {
		return "", nil, err
	}
	prefix := ""
	for i, f := range fields {
		if strings.HasPrefix(f.name, "resent-") {
			prefix = "resent-"
			fields = resentBlock(fields[i:])
			break
		}
	}
	lists := map[string][]mail.Address{}
	var errs []error
	for _, f := range fields {
		name, ok := strings.CutPrefix(f.name, prefix)
		if !ok {
			continue
		}
		switch name {
		case "from", "sender", "to", "cc", "bcc":
			list, err := parseList(f.value(), false)
			lists[name] = append(lists[name], list...)
			if err != nil {
				errs = append(errs, err)
			}
		}
	}
	if err := errors.Join(errs...); err != nil {
		return "", nil, err
	}
	for _, name := range []string{"sender", "from"} {
		if l := lists[name]; len(l) > 0 {
			from = l[0].Addr
			break
		}
	}
	return from, Recipients(mail.Draft{To: lists["to"], Cc: lists["cc"], Bcc: lists["bcc"]}), nil
}

// resentBlock is the first block of Resent- fields: it ends before a field that it has already, or at another field.
func resentBlock(fields []rawField) []rawField {
	seen := map[string]bool{}
	for i, f := range fields {
		if !strings.HasPrefix(f.name, "resent-") || seen[f.name] {
			return fields[:i]
		}
		seen[f.name] = true
	}
	return fields
}

// Prepare writes a finished message as it is to be submitted: every LF becomes CRLF, a missing final line end is
// added, Bcc and Poplar's draft field go, a missing Date or Message-ID comes at the end of the header. Every other
// byte stays as it is.
func Prepare(raw mail.Raw, w io.Writer) error {
	fields, body, err := readHeader(mail.Reader(raw))
	if err != nil {
		return err
	}
	if len(fields) == 0 {
		return errors.New("this is no mail message: it has no header")
	}
	out := &crlfWriter{w: bufio.NewWriterSize(w, 64<<10)}
	have := map[string]bool{}
	domain := ""
	for _, f := range fields {
		have[f.name] = true
		switch f.name {
		case "bcc", "resent-bcc", draftField:
			continue
		case "from":
			if list, _ := parseList(f.value(), false); len(list) > 0 && domain == "" {
				domain = list[0].Addr
			}
		}
		if _, err := out.Write(f.raw); err != nil {
			return err
		}
		if err := out.endLine(); err != nil {
			return err
		}
	}
	var added strings.Builder
	if !have["date"] {
		fold(&added, "Date", time.Now().Format(dateLayout))
	}
	if !have["message-id"] {
		fold(&added, "Message-ID", "<"+NewMessageID(domain)+">")
	}
	added.WriteString("\r\n")
	if _, err := io.WriteString(out, added.String()); err != nil {
		return err
	}
	if _, err := io.Copy(out, body); err != nil {
		return err
	}
	if err := out.endLine(); err != nil {
		return err
	}
	return out.w.Flush()
}

// dateLayout is the Date field of RFC 5322 section 3.3.
const dateLayout = "Mon, 02 Jan 2006 15:04:05 -0700"

// crlfWriter turns a line end of LF into CRLF and leaves everything else alone.
type crlfWriter struct {
	w    *bufio.Writer
	last byte
	any  bool
}

func (c *crlfWriter) Write(p []byte) (int, error) {
	written := 0
	for written < len(p) {
		part := p[written:]
		i := bytes.IndexByte(part, '\n')
		if i < 0 {
			i = len(part)
		}
		if i > 0 {
			n, err := c.w.Write(part[:i])
			written += n
			if err != nil {
				return written, err
			}
			c.last, c.any = part[i-1], true
		}
		if i < len(part) {
			end := "\r\n"
			if c.last == '\r' {
				end = "\n"
			}
			if _, err := c.w.WriteString(end); err != nil {
				return written, err
			}
			written++
			c.last, c.any = '\n', true
		}
	}
	return written, nil
}

// endLine ends a last line that was not ended.
func (c *crlfWriter) endLine() error {
	if !c.any || c.last == '\n' {
		return nil
	}
	_, err := c.Write([]byte{'\n'})
	return err
}
