package submit

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
)

// head is a header as the survey needs it.
type head struct {
	from, to int64 // with the empty line after it
	fields   []headField
	end      []byte // the empty line; nil where there is none
	message  bool   // of a message, not of a part
	changed  bool
	long     bool // too long to be looked at

	kind, boundary, charset, encoding string // in small letters but for the boundary
	version                           bool   // MIME-Version is there
}

type headField struct {
	name string // in small letters; "" of a line that is no field
	raw  []byte // with its line ends
}

// header reads a header; ended says that a delimiter or the end of the message came in it.
func (s *survey) header(message bool) (h *head, ended bool, err error) {
	h = &head{from: s.off, message: message}
	var starts []int64
	for {
		more, err := s.next()
		if err != nil {
			return nil, false, err
		}
		l := s.line
		if !more {
			s.hit, ended = -1, true
		} else {
			ended = s.delimiter()
		}
		h.to = l.from
		text := bytes.TrimRight(l.start, "\r\n")
		blank := more && !ended && len(text) == 0
		if blank {
			h.to = l.to
		}
		goesOn := len(text) > 0 && (text[0] == ' ' || text[0] == '\t')
		if !ended && !blank && (!goesOn || len(starts) == 0) {
			// What is no field begins the body, though no empty line stands before it; but for the first line of a mailbox file.
			if !goesOn && fieldNameOf(text) == "" && (len(starts) > 0 || !bytes.HasPrefix(text, []byte("From "))) {
				s.back, s.off = true, l.from
				return h, false, h.read(s.raw, starts, nil)
			}
			starts = append(starts, l.from)
		}
		if ended || blank {
			var end []byte
			if blank {
				end = bytes.Clone(l.start)
			}
			return h, ended, h.read(s.raw, starts, end)
		}
	}
}

// fieldNameOf is the name of the field that a line begins, in small letters, or "".
func fieldNameOf(line []byte) string {
	name, _, ok := bytes.Cut(line, []byte{':'})
	name = bytes.TrimRight(name, " \t")
	for _, c := range name {
		if c <= ' ' || c >= 0x7f {
			return ""
		}
	}
	if !ok {
		return ""
	}
	return strings.ToLower(string(name))
}

// read takes the fields in, which begin at starts, and encodes what has octets over 127.
func (h *head) read(raw io.ReaderAt, starts []int64, end []byte) error {
	h.end = end
	if h.to-h.from > longestHeader {
		h.long = true
		return nil
	}
	text := make([]byte, h.to-h.from)
	if n, err := raw.ReadAt(text, h.from); n < len(text) {
		return err
	}
	text = text[:len(text)-len(end)]
	for i, at := range starts {
		to := len(text)
		if i+1 < len(starts) {
			to = int(starts[i+1] - h.from)
		}
		f := headField{raw: text[at-h.from : to]}
		f.name = fieldNameOf(f.raw)
		h.fields = append(h.fields, f)
		value := f.value()
		switch f.name {
		case "mime-version":
			h.version = true
		case "content-type":
			if h.kind == "" {
				kind, params := parameters(value)
				h.kind = strings.ToLower(kind)
				for _, p := range params {
					switch strings.ToLower(p.name) {
					case "boundary":
						if ascii(p.value) {
							h.boundary = strings.TrimRight(p.value, " \t")
						}
					case "charset":
						h.charset = strings.ToLower(p.value)
					}
				}
			}
		case "content-transfer-encoding":
			if h.encoding == "" {
				word, _, _ := strings.Cut(strings.TrimSpace(value), " ")
				h.encoding = strings.ToLower(strings.Trim(word, `";`))
			}
		}
	}
	for i, f := range h.fields {
		if bytes.ContainsFunc(f.raw, func(r rune) bool { return r >= 0x80 || r == 0 }) {
			h.fields[i].raw = encodeField(f, h.charset)
			h.changed = true
		}
	}
	return nil
}

// value is what stands behind the colon, on one line.
func (f headField) value() string {
	_, v, _ := bytes.Cut(f.raw, []byte{':'})
	return strings.TrimSpace(strings.NewReplacer("\r", "", "\n", "").Replace(string(v)))
}

// composite reports whether the encoding is one that parts and messages can have (RFC 2045 section 6.4).
func (h *head) composite() bool {
	return slices.Contains([]string{"", "7bit", "8bit", "binary"}, h.encoding)
}

// relabel says 7bit where something else was said that is no encoding.
func (h *head) relabel() {
	if h.encoding == "8bit" || h.encoding == "binary" {
		h.encode("7bit")
	}
}

// encode writes down how the body is encoded.
func (h *head) encode(how string) {
	if h.long {
		return
	}
	h.changed = true
	field := headField{"content-transfer-encoding", []byte("Content-Transfer-Encoding: " + how + "\r\n")}
	at := slices.IndexFunc(h.fields, func(f headField) bool { return f.name == field.name })
	if at < 0 {
		h.fields = append(h.fields, field)
	} else {
		h.fields[at] = field
		rest := slices.DeleteFunc(h.fields[at+1:], func(f headField) bool { return f.name == field.name })
		h.fields = h.fields[:at+1+len(rest)]
	}
	if h.message && !h.version {
		h.fields = append(h.fields, headField{"mime-version", []byte("MIME-Version: 1.0\r\n")})
		h.version = true
	}
	if h.end == nil {
		h.end = []byte("\r\n")
	}
}

// stretch is the header as it leaves.
func (h *head) stretch() stretch {
	switch {
	case h.long:
		return stretch{from: h.from, to: h.to, how: marked}
	case !h.changed:
		return stretch{from: h.from, to: h.to}
	}
	var text []byte
	for _, f := range h.fields {
		text = append(text, f.raw...)
		if !bytes.HasSuffix(text, []byte("\n")) {
			text = append(text, "\r\n"...)
		}
	}
	return stretch{how: instead, text: append(text, h.end...)}
}

// encodeField writes a field with octets over 127 without them.
func encodeField(f headField, charset string) []byte {
	at := bytes.IndexByte(f.raw, ':')
	if f.name == "" || at < 0 {
		return question(bytes.Clone(f.raw))
	}
	value := f.value()
	if strings.IndexByte(value, 0) >= 0 {
		value = strings.ReplaceAll(value, "\x00", "")
	}
	charset = charsetOf(value, charset)
	w := &fieldWriter{charset: charset}
	w.b.WriteString(string(f.raw[:at]) + ": ")
	w.col = w.b.Len()
	switch f.name {
	case "from", "sender", "reply-to", "to", "cc", "bcc", "resent-from", "resent-sender", "resent-to", "resent-cc", "resent-reply-to",
		"disposition-notification-to", "return-receipt-to", "mail-followup-to", "mail-reply-to", "delivered-to", "errors-to":
		w.addresses(value)
	case "content-type", "content-disposition":
		w.parameters(value)
	default:
		w.text(value)
	}
	return append(w.b.Bytes(), "\r\n"...)
}

func question(p []byte) []byte {
	for i, c := range p {
		if c >= 0x80 || c == 0 {
			p[i] = '?'
		}
	}
	return p
}

// parameter is one of Content-Type's or Content-Disposition's.
type parameter struct {
	name, value string
	raw         string // as it stands, with what is around it
}

// parameters takes such a field apart. What is no parameter has a raw alone.
func parameters(value string) (first string, list []parameter) {
	var pieces []string
	quote, escape, begin := false, false, 0
	for i := range len(value) {
		switch c := value[i]; {
		case escape:
			escape = false
		case quote && c == '\\':
			escape = true
		case c == '"':
			quote = !quote
		case c == ';' && !quote:
			pieces, begin = append(pieces, value[begin:i]), i+1
		}
	}
	pieces = append(pieces, value[begin:])
	first, _, _ = strings.Cut(strings.TrimSpace(pieces[0]), " ")
	first, _, _ = strings.Cut(first, "(")
	for _, p := range pieces[1:] {
		one := parameter{raw: p}
		if name, v, ok := strings.Cut(p, "="); ok && ascii(name) {
			one.name, one.value = strings.TrimSpace(name), unquoted(strings.TrimSpace(v))
		}
		list = append(list, one)
	}
	return first, list
}

// unquoted is what a quoted-string says; anything else is what it is.
func unquoted(s string) string {
	if len(s) == 0 || s[0] != '"' {
		return s
	}
	var b strings.Builder
	for i := 1; i < len(s) && s[i] != '"'; i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// parameters writes parameters as RFC 2231 has them where they need it.
func (w *fieldWriter) parameters(value string) {
	_, list := parameters(value)
	first, _, _ := strings.Cut(value, ";")
	w.add(string(question([]byte(strings.TrimSpace(first)))))
	for _, p := range list {
		w.b.WriteByte(';')
		w.col++
		switch {
		case ascii(p.raw):
			w.add(strings.TrimSpace(p.raw))
		case p.name == "":
			w.add(string(question([]byte(strings.TrimSpace(p.raw)))))
		case strings.Contains(p.name, "*"):
			w.add(p.name + "=" + percent(p.value, func(c byte) bool { return c < 0x80 }))
		default:
			w.extended(p)
		}
	}
}

// extended writes one parameter in pieces that each fit on a line.
func (w *fieldWriter) extended(p parameter) {
	room := max(softLine-len(p.name)-len(w.charset)-10, 24)
	text := percent(p.value, func(c byte) bool {
		return c < 0x80 && (alphanumeric(c) || strings.IndexByte("!#$&+-.^_`{}|~", c) >= 0)
	})
	if len(text) <= room {
		w.add(p.name + "*=" + w.charset + "''" + text)
		return
	}
	for i := 0; text != ""; i++ {
		n := min(room, len(text))
		for k := 1; k <= 2 && n < len(text); k++ {
			if text[n-k] == '%' {
				n -= k
				break
			}
		}
		start := ""
		if i == 0 {
			start = w.charset + "''"
		} else {
			w.b.WriteByte(';')
		}
		w.add(fmt.Sprintf("%s*%d*=%s%s", p.name, i, start, text[:n]))
		text = text[n:]
	}
}

func percent(s string, plain func(byte) bool) string {
	var b strings.Builder
	for i := range len(s) {
		if plain(s[i]) {
			b.WriteByte(s[i])
		} else {
			fmt.Fprintf(&b, "%%%02X", s[i])
		}
	}
	return b.String()
}

func alphanumeric(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}
