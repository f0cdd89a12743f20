package message

import (
	"bytes"
	stdhtml "html"
	"io"
	"strings"

	"poplar/mail/html"
)

// textLimit bounds the decoded bytes of one text body that are read.
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
	d := p.disposition()
	return d.value != "attachment" && p.fileName(&d) == ""
}

func (p *part) disposition() parameters {
	v := p.header.best("content-disposition")
	if v == nil {
		return parameters{}
	}
	return parseParameters(v)
}

// fileName returns the name as the message gives it, decoded, unsafe.
func (p *part) fileName(d *parameters) string {
	if n := d.text("filename"); n != "" {
		return n
	}
	return p.ctype.text("name")
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
}

// readBody decodes the body that a reader is to see. Without wantHTML the HTML is read only where no text stands
// beside it.
func (t *tree) readBody(wantHTML bool, limit int64) body {
	blocks := t.root.blocks()
	if len(blocks) == 0 {
		// QUIRK: the only text of a message is marked as attachment, or is of another text type.
		t.leaves(func(p *part) bool {
			switch {
			case p.ctype.value == "text/html":
				blocks = []block{{html: []*part{p}}}
			case strings.HasPrefix(p.ctype.value, "text/") && p.ctype.value != "text/calendar":
				blocks = []block{{plain: []*part{p}}}
			}
			return len(blocks) == 0
		})
	}
	anyHTML := false
	for _, b := range blocks {
		anyHTML = anyHTML || len(b.html) > 0
	}
	var out body
	var text, source strings.Builder
	for i, b := range blocks {
		var plain string
		if len(b.plain) > 0 {
			for _, p := range b.plain {
				plain += t.text(p, limit)
			}
			if i == 0 {
				out.flowed = strings.EqualFold(b.plain[0].ctype.get("format"), "flowed")
			} else if out.flowed != strings.EqualFold(b.plain[0].ctype.get("format"), "flowed") {
				out.flowed = false
			}
		}
		var src string
		if len(b.html) > 0 && (wantHTML || strings.TrimSpace(plain) == "") {
			for _, p := range b.html {
				src += t.text(p, limit)
			}
		}
		if strings.TrimSpace(plain) == "" && src != "" {
			plain = html.Text(src)
		}
		if text.Len() > 0 && plain != "" && !strings.HasSuffix(text.String(), "\n") {
			text.WriteByte('\n')
		}
		text.WriteString(plain)
		if wantHTML && anyHTML {
			if len(b.html) > 0 {
				source.WriteString(src)
			} else if strings.TrimSpace(plain) != "" {
				source.WriteString(`<div style="white-space:pre-wrap">` + stdhtml.EscapeString(plain) + "</div>\n")
			}
		}
	}
	out.text, out.html = text.String(), source.String()
	return out
}

// text decodes a text leaf: transfer encoding, charset, LF line ends.
func (t *tree) text(p *part, limit int64) string {
	data := t.decoded(p, limit)
	charset := p.ctype.get("charset")
	if p.ctype.value == "text/html" {
		if c := codecOf(charset); c == nil || (c == cASCII && !isASCII(data)) {
			if m := metaCharset(data); m != "" && codecOf(m) != nil {
				charset = m
			}
		}
	}
	s, f := decodeText(data, charset, false)
	switch f {
	case fitsUnknown:
		t.add(charsetUnknown)
	case fitsPartly:
		t.add(charsetWrong)
	}
	if strings.IndexByte(s, '\r') >= 0 {
		s = lineEnds.Replace(s)
	}
	if strings.IndexByte(s, 0) >= 0 {
		s = strings.ReplaceAll(s, "\x00", "")
	}
	return s
}

var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// decoded returns a leaf's bytes, transfer decoding undone, at most limit of them.
func (t *tree) decoded(p *part, limit int64) []byte {
	size := p.end - p.body
	if p.encoding != "base64" && p.encoding != "quoted-printable" && !strings.HasPrefix(p.encoding, "x-") {
		b, whole := t.win.copyOf(p.body, p.end, limit)
		if !whole {
			t.add(textCut)
		}
		return b
	}
	if raw, whole := t.win.copyOf(p.body, p.end, 2*limit); whole {
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
	out, _ := io.ReadAll(io.LimitReader(t.reader(p), limit+1))
	if size > 2*limit {
		t.add(textCut)
	}
	return cut(out, limit, &t.problems)
}

func cut(b []byte, limit int64, p *problems) []byte {
	if int64(len(b)) <= limit {
		return b
	}
	p.add(textCut)
	return b[:limit]
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
