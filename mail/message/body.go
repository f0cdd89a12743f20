package message

import (
	"bytes"
	stdhtml "html"
	"io"
	"strings"
	"unicode/utf8"

	"poplar/mail"
	"poplar/mail/html"
)

// textLimit bounds the text of one message that is read.
const textLimit = 8 << 20

// isText says whether p is a text/plain or text/html leaf.
func (p *part) isText() bool {
	return p.ctype.value == "text/plain" || p.ctype.value == "text/html"
}

// isBody says whether p is a body rather than an attachment: text, not marked as attachment and without file name.
func (p *part) isBody() bool {
	if !p.isText() || len(p.kids) > 0 {
		return false
	}
	p.describe()
	return p.disposition != "attachment" && p.name == ""
}

// describe reads the disposition, and the file name as the message gives it: decoded, unsafe.
func (p *part) describe() {
	if p.described {
		return
	}
	p.described = true
	if v := p.header.best("content-disposition"); v != nil {
		d := parseParameters(v)
		p.disposition, p.name = d.value, d.text("filename")
	}
	if p.name == "" {
		p.name = p.ctype.text("name")
	}
	if p.name == "" && p.disposition == "attachment" {
		// QUIRK: the name is in the wrong parameter.
		d := parseParameters(p.header.best("content-disposition"))
		p.name = d.text("name")
	}
}

// block is a piece of the body that is shown in one of two forms.
type block struct{ plain, html []*part }

// blocks finds the body: what a reader is to see, in order. Of alternatives both forms are kept.
func (p *part) blocks() []block {
	if len(p.kids) == 0 {
		switch {
		case !p.isBody():
			return nil
		case p.ctype.value == "text/html":
			return []block{{html: []*part{p}}}
		}
		return []block{{plain: []*part{p}}}
	}
	var all []block
	for i, k := range p.kids {
		if p.ctype.value == "multipart/signed" && i > 0 {
			break // the others are signatures
		}
		all = append(all, k.blocks()...)
	}
	if p.ctype.value != "multipart/alternative" || len(all) < 2 {
		return all
	}
	var one block
	for _, b := range all {
		one.plain = append(one.plain, b.plain...)
		one.html = append(one.html, b.html...)
	}
	if len(one.plain) > 1 && len(one.html) > 0 {
		one.plain = one.plain[:1] // QUIRK: several plain alternatives
	}
	return []block{one}
}

// body is the readable content of a message.
type body struct {
	text   string
	html   string
	flowed bool
	made   bool // of invitations
}

// bodyBlocks finds the body, or what comes closest to one.
func (t *tree) bodyBlocks() []block {
	blocks := t.root.blocks()
	if len(blocks) > 0 {
		return blocks
	}
	// QUIRK: the only text of a message is marked as attachment, or is of another text type.
	t.leaves(func(p *part) bool {
		switch {
		case p.ctype.value == "text/html":
			blocks = []block{{html: []*part{p}}}
		case strings.HasPrefix(p.ctype.value, "text/") && p.ctype.value != "text/calendar", p.multi() && (p.boundary == "" || p == t.root):
			blocks = []block{{plain: []*part{p}}}
		}
		return len(blocks) == 0
	})
	return blocks
}

// readBody decodes the body that a reader is to see. Without wantHTML the HTML is read only where no text stands
// beside it.
func (t *tree) readBody(wantHTML bool) body {
	blocks := t.bodyBlocks()
	anyHTML := false
	for _, b := range blocks {
		anyHTML = anyHTML || len(b.html) > 0
	}
	var out body
	var text, source strings.Builder
	for i, b := range blocks {
		if len(b.plain) > 0 {
			flowed := strings.EqualFold(b.plain[0].ctype.get("format"), "flowed")
			out.flowed = flowed && (i == 0 || out.flowed)
		}
		plain, src := t.join(b.plain), ""
		if len(b.html) > 0 && (wantHTML || strings.TrimSpace(plain) == "") {
			src = t.join(b.html)
		}
		if strings.TrimSpace(plain) == "" && src != "" {
			plain = t.wordsOf(src)
		}
		if len(blocks) == 1 {
			out.text = plain // as it is: most messages have one text
		} else {
			if text.Len() > 0 && plain != "" && !strings.HasSuffix(text.String(), "\n") {
				text.WriteByte('\n')
			}
			text.WriteString(plain)
		}
		if wantHTML && anyHTML {
			if len(b.html) > 0 {
				source.WriteString(src)
			} else if strings.TrimSpace(plain) != "" {
				source.WriteString(`<div style="white-space:pre-wrap">` + stdhtml.EscapeString(plain) + "</div>\n")
			}
		}
	}
	if len(blocks) != 1 {
		out.text = text.String()
	}
	out.html = source.String()
	if strings.TrimSpace(out.text) == "" {
		t.otherBody(&out)
	}
	return out
}

// wordsOf is the text of HTML: for the index the words alone, as that is faster, but not of what may be a report, in which
// lines and cells tell.
func (t *tree) wordsOf(src string) string {
	if t.quick {
		return html.Words(src)
	}
	return html.Text(src)
}

// join puts text leaves together.
func (t *tree) join(list []*part) string {
	if len(list) == 1 {
		return t.text(list[0])
	}
	var b strings.Builder
	for _, p := range list {
		b.WriteString(t.text(p))
	}
	return b.String()
}

// otherBody looks for words in a message that has no text: in winmail.dat, in the first piece of a message sent in
// several, in an invitation.
func (t *tree) otherBody(out *body) {
	t.leaves(func(p *part) bool {
		switch p.ctype.value {
		case "message/partial":
			t.add(onePiece)
			if p.ctype.get("number") == "1" {
				inner := walk(section{t.raw, p.body, p.end - p.body})
				inner.limit, inner.forced = t.limit, t.forced
				*out = inner.readBody(true)
			}
		case "application/ms-tnef", "application/vnd.ms-tnef":
			w := t.tnef(p)
			if w == nil {
				break
			}
			out.text, out.html = w.text, w.html
			if out.html == "" && w.rtf != "" {
				if s, isHTML := rtfText(w.rtf); isHTML {
					out.html = s
				} else if out.text == "" {
					out.text = s
				}
			}
			if strings.TrimSpace(out.text) == "" {
				out.text = html.Text(out.html)
			}
		case "text/calendar":
			for _, v := range t.invitations() {
				out.text += calendarText(v)
				out.made = true
			}
		}
		return strings.TrimSpace(out.text) == ""
	})
}

// section is a piece of a Raw, as a Raw.
type section struct {
	raw  mail.Raw
	off  int64
	size int64
}

// ReadAt implements io.ReaderAt.
func (s section) ReadAt(p []byte, off int64) (int, error) {
	return io.NewSectionReader(s.raw, s.off, s.size).ReadAt(p, off)
}

// Close does nothing: the Raw is not the section's own.
func (s section) Close() error { return nil }

// Size is the number of octets.
func (s section) Size() int64 { return s.size }

// text decodes a text leaf once: transfer encoding, charset, LF line ends, files coded in it taken out.
func (t *tree) text(p *part) string {
	if p.textRead {
		return p.plain
	}
	p.textRead = true
	data := t.decoded(p, t.limit-t.textUsed)
	if p.ctype.value == "text/plain" {
		if p.files = embeddedFiles(data); len(p.files) > 0 {
			data = without(data, p.files)
		}
	}
	p.plain = t.readable(p, data)
	t.textUsed += int64(len(p.plain))
	if strings.EqualFold(p.ctype.get("format"), "flowed") && strings.EqualFold(p.ctype.get("delsp"), "yes") {
		p.plain = joinDelSp(p.plain)
	}
	return p.plain
}

// readable reads the bytes of a text leaf as characters.
func (t *tree) readable(p *part, data []byte) string {
	charset := p.ctype.get("charset")
	if p.ctype.value == "text/html" {
		// QUIRK: the charset is named in the HTML only.
		if c := codecOf(charset); c == nil || (c == cASCII && !isASCII(data)) {
			if m := metaCharset(data); m != "" && codecOf(m) != nil {
				charset = m
			}
		}
	}
	var s string
	f, c := fits, t.forced
	if c != nil {
		charset = c.name
		s, _ = c.decode(data)
	} else {
		s, f, c = decodeNamed(data, charset)
	}
	if t.charset == "" {
		t.charset = c.label(charset)
	}
	switch f {
	case fitsUnknown:
		t.add(charsetUnknown)
	case fitsPartly:
		t.add(charsetWrong)
	}
	s = onlyLineFeeds(s)
	if strings.IndexByte(s, 0) >= 0 {
		s = strings.ReplaceAll(s, "\x00", "")
	}
	return s
}

// onlyLineFeeds is s with LF for each CRLF and each CR alone.
func onlyLineFeeds(s string) string {
	i := strings.IndexByte(s, '\r')
	if i < 0 {
		return s
	}
	var out strings.Builder
	out.Grow(len(s))
	for ; i >= 0; i = strings.IndexByte(s, '\r') {
		out.WriteString(s[:i])
		if s = s[i+1:]; s == "" || s[0] != '\n' {
			out.WriteByte('\n')
		}
	}
	out.WriteString(s)
	return out.String()
}

// joinDelSp joins the soft breaks of format=flowed text with DelSp=yes (RFC 3676 section 4.1), whose last blank is no
// part of it. What is left reads the same with and without DelSp.
func joinDelSp(s string) string {
	var out strings.Builder
	depth, soft := 0, false
	for line := range strings.SplitSeq(s, "\n") {
		d := 0
		for d < len(line) && line[d] == '>' {
			d++
		}
		content := line[d:]
		if soft && d == depth && line != "-- " {
			content = strings.TrimPrefix(content, " ")
		} else {
			if out.Len() > 0 {
				out.WriteByte('\n')
			}
			out.WriteString(line[:d])
		}
		soft = strings.HasSuffix(content, " ") && content != "-- "
		if soft {
			content = content[:len(content)-1]
		}
		out.WriteString(content)
		depth = d
	}
	return out.String()
}

// decoded returns a leaf's bytes, transfer decoding undone, at most limit of them.
func (t *tree) decoded(p *part, limit int64) []byte {
	if limit = min(limit, p.end-p.body); limit <= 0 {
		if p.end > p.body {
			t.add(textCut)
		}
		return nil
	}
	if p.encoding != "base64" && p.encoding != "quoted-printable" && !strings.HasPrefix(p.encoding, "x-") {
		b, all := t.win.copyOf(p.body, p.end, limit)
		if !all {
			t.add(textCut)
			b = whole(b)
		}
		return b
	}
	if raw, all := t.win.copyOf(p.body, p.end, 2*limit); all && p.encoding[0] != 'x' {
		// In one piece: no reader in between.
		switch p.encoding {
		case "base64":
			var d base64Reader
			out := d.flush(d.decode(make([]byte, 0, len(raw)/4*3+3), raw))
			if d.broken {
				t.add(base64Broken)
			}
			return cut(out, limit, &t.problems)
		case "quoted-printable":
			out := make([]byte, 0, len(raw))
			for i := 0; i < len(raw); {
				j := bytes.IndexByte(raw[i:], '\n')
				if j < 0 {
					j = len(raw) - i - 1
				}
				n := len(out)
				out = append(out, raw[i:i+j+1]...)
				out = out[:n+len(qpLine(out[n:], true))]
				i += j + 1
			}
			return cut(out, limit, &t.problems)
		}
	}
	// What is coded may be long and yet hold little: soft breaks, blanks between base64.
	coded := min(p.end-p.body, 4*limit)
	if coded < p.end-p.body {
		t.add(textCut)
	}
	out, _ := io.ReadAll(io.LimitReader(transferReader(p.encoding, io.NewSectionReader(t.raw, p.body, coded), coded), limit+1))
	return cut(out, limit, &t.problems)
}

func cut(b []byte, limit int64, p *problems) []byte {
	if int64(len(b)) <= limit {
		return b
	}
	p.add(textCut)
	return whole(b[:limit])
}

// whole takes the beginning of a UTF-8 character off the end of text that was cut.
func whole(b []byte) []byte {
	for n := 1; n <= 3 && n <= len(b); n++ {
		if c := b[len(b)-n]; c >= 0xc0 {
			if !utf8.FullRune(b[len(b)-n:]) {
				return b[:len(b)-n]
			}
			break
		}
	}
	return b
}

// metaCharset finds the charset that HTML names for itself.
func metaCharset(b []byte) string {
	head := bytes.ToLower(b[:min(len(b), 4096)])
	for from := 0; ; {
		i := bytes.Index(head[from:], []byte("charset"))
		if i < 0 {
			return ""
		}
		from += i + len("charset")
		v := bytes.TrimLeft(head[from:], " \t\r\n")
		if len(v) == 0 || v[0] != '=' {
			continue
		}
		v = bytes.TrimLeft(v[1:], " \t\r\n\"'")
		if j := bytes.IndexAny(v, "\"' \t\r\n/>;"); j > 0 {
			return string(v[:j])
		}
	}
}
