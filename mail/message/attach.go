package message

import (
	"bytes"
	"io"
	"strings"
)

// attachment is one of a message's Parts: a leaf, or a file inside one (TNEF, uuencode, yEnc).
type attachment struct {
	leaf      *part
	name      string // as the message gives it
	mediaType string
	contentID string

	inner  bool   // a file inside the leaf:
	skip   int64  // where it starts in the leaf's decoded bytes
	length int64  // how many; -1: to the end
	coding string // how it is coded there: "", "x-uuencode", "x-yenc"
}

// attachments lists what is not the body, in the order of the message. A winmail.dat gives its place to the files
// in it; one that cannot be read stays.
func (t *tree) attachments() []attachment {
	var all []attachment
	t.leaves(func(p *part) bool {
		if len(all) >= partLimit {
			t.add(tooManyParts)
			return false
		}
		if p.isBody() {
			for _, f := range p.files {
				all = append(all, attachment{leaf: p, name: f.name, mediaType: typeByName(f.name), inner: true, skip: f.start, length: f.end - f.start, coding: f.coding})
			}
			return true
		}
		if p.multi() && (p.boundary == "" || p == t.root) && p.depth < depthLimit {
			return true // its text is the body
		}
		p.describe()
		a := attachment{leaf: p, name: p.name, mediaType: p.ctype.value}
		if ids := messageIDs(p.header.best("content-id")); len(ids) > 0 {
			a.contentID = ids[0]
		}
		if a.isTNEF() {
			if w := t.tnef(p); w != nil && len(w.files) > 0 {
				for _, f := range w.files {
					all = append(all, attachment{leaf: p, name: f.name, mediaType: f.mediaType, contentID: f.contentID, inner: true, skip: f.start, length: f.length})
				}
				return true
			} else if w != nil && w.empty() {
				// Nothing but properties of Outlook: nothing to a person.
				return true
			}
		}
		if p.ctype.value == "message/external-body" {
			t.add(externalBody)
		}
		all = append(all, a)
		return true
	})
	return all
}

func (a *attachment) isTNEF() bool {
	return a.mediaType == "application/ms-tnef" || a.mediaType == "application/vnd.ms-tnef" || strings.EqualFold(a.name, "winmail.dat")
}

// safeName is the name to save it under.
func (a *attachment) safeName(t *tree) string {
	name := a.name
	if name == "" && !a.inner && (a.mediaType == "message/rfc822" || a.mediaType == "message/global") {
		// A message is called by its subject.
		head, _ := t.win.copyOf(a.leaf.body, a.leaf.end, 16<<10)
		if a.leaf.encoding == "" || strings.HasSuffix(a.leaf.encoding, "bit") {
			var h header
			splitHeader(head, true, true, nil, &h, nil)
			if s := strings.TrimSpace(decodeWords(h.best("subject"))); s != "" {
				name = s + ".eml"
			}
		}
	}
	return SafeName(name, a.mediaType)
}

// open reads an attachment's bytes.
func (t *tree) open(a *attachment) io.Reader {
	r := t.reader(a.leaf)
	if !a.inner {
		return r
	}
	if _, err := io.CopyN(io.Discard, r, a.skip); err != nil {
		return bytes.NewReader(nil)
	}
	if a.length >= 0 {
		r = io.LimitReader(r, a.length)
	}
	return transferReader(a.coding, r, a.length)
}

// size counts an attachment's decoded octets.
func (t *tree) size(a *attachment) int64 {
	if !a.inner {
		return t.decodedSize(a.leaf)
	}
	if a.coding == "" && a.length >= 0 {
		return a.length
	}
	n, _ := io.Copy(io.Discard, t.open(a))
	return n
}

// countLimit is how many coded octets are decoded to know how many they are.
const countLimit = 256 << 10

// decodedSize counts a leaf's decoded octets; those of a long one are reckoned. Of base64 in lines of one length, which
// nearly all is, that is exact.
func (t *tree) decodedSize(p *part) int64 {
	size := p.end - p.body
	if p.multi() {
		return size
	}
	switch p.encoding {
	case "base64", "quoted-printable", "x-uuencode", "x-yenc":
	default:
		return size
	}
	if size <= countLimit {
		n, _ := io.Copy(io.Discard, t.reader(p))
		return n
	}
	if p.encoding == "base64" {
		if n, ok := t.base64Size(p); ok {
			return n
		}
	}
	n, _ := io.Copy(io.Discard, transferReader(p.encoding, io.NewSectionReader(t.raw, p.body, countLimit), countLimit))
	return int64(float64(n) / countLimit * float64(size))
}

// base64Size reckons how many octets base64 holds from the length of its lines; false where they are not of one.
func (t *tree) base64Size(p *part) (n int64, ok bool) {
	head := make([]byte, 4096)
	got, _ := t.raw.ReadAt(head, p.body)
	head = head[:got]
	line, next := cutLine(head, 0)
	if len(line) == 0 || len(line)%4 != 0 || next == len(head) {
		return 0, false
	}
	for i := next; i+next <= len(head); i += next {
		if l, after := cutLine(head, i); len(l) != len(line) || after != i+next {
			return 0, false
		}
	}
	// What is not a whole line is at the end.
	size := p.end - p.body
	whole := max(0, size/int64(next)-1)
	tail := make([]byte, size-whole*int64(next))
	if got, _ := t.raw.ReadAt(tail, p.body+whole*int64(next)); got < len(tail) || whole > 0 && base64Value[tail[0]] >= 64 {
		return 0, false
	}
	if whole > 0 {
		var before [1]byte // the line before ended where it should
		if _, err := t.raw.ReadAt(before[:], p.body+whole*int64(next)-1); err != nil || before[0] != '\n' {
			return 0, false
		}
	}
	var d base64Reader
	return whole*int64(len(line)/4*3) + int64(len(d.flush(d.decode(nil, tail)))), true
}

// counts says whether a person would call it an attachment: no picture of the HTML, no signature, no report.
func (a *attachment) counts() bool {
	parent := ""
	if a.leaf.parent != nil && !a.inner {
		parent = a.leaf.parent.ctype.value
	}
	switch {
	case a.contentID != "" && strings.HasPrefix(a.mediaType, "image/") && parent == "multipart/related":
		return false
	case parent == "multipart/signed" && a.name == "" || strings.HasSuffix(a.mediaType, "-signature"):
		return false
	case (parent == "multipart/report" || parent == "multipart/alternative") && a.name == "":
		return false
	}
	return true
}

// cidSet lists the Content-IDs that HTML source refers to.
func cidSet(source string) map[string]bool {
	set := map[string]bool{}
	for {
		i := strings.Index(source, "cid:")
		if i < 0 {
			return set
		}
		source = source[i+4:]
		end := strings.IndexAny(source, "\"'<> )\\\t\r\n")
		if end < 0 {
			end = len(source)
		}
		if end < 998 && len(set) < partLimit {
			id := source[:end]
			set[id] = true
			if strings.ContainsAny(id, "%&") {
				set[strings.ReplaceAll(string(percent(nil, []byte(id))), "&amp;", "&")] = true
			}
		}
		source = source[end:]
	}
}

// typeByName guesses a media type for a file that tells none.
func typeByName(name string) string {
	low := strings.ToLower(name)
	i := strings.LastIndexByte(low, '.')
	if i < 0 {
		return "application/octet-stream"
	}
	for t, ext := range extensions {
		if ext == low[i:] && !strings.Contains(t, "x-") && t != "image/jpg" && t != "image/pjpeg" && !strings.HasPrefix(t, "message/") && t != "application/ms-tnef" {
			if best, ok := typesByExtension[ext]; ok {
				return best
			}
			return t
		}
	}
	return "application/octet-stream"
}

// typesByExtension settles extensions that several types have.
var typesByExtension = map[string]string{".txt": "text/plain", ".xml": "application/xml", ".asc": "application/pgp-signature", ".vcf": "text/vcard", ".p7m": "application/pkcs7-mime", ".p7s": "application/pkcs7-signature", ".zip": "application/zip"}

// embedded is a file that stands coded inside a text.
type embedded struct {
	name       string
	coding     string
	start, end int64 // in the decoded bytes of the text's part
}

// embeddedFiles finds the uuencoded and yEnc files in a text. Each has a first line of its form, data that fits it and
// a last line.
func embeddedFiles(b []byte) []embedded {
	if !bytes.Contains(b, []byte("begin ")) && !bytes.Contains(b, []byte("=ybegin ")) {
		return nil
	}
	var files []embedded
	for i := 0; i < len(b) && len(files) < 1000; {
		line, next := cutLine(b, i)
		var f embedded
		var ok bool
		var last []byte
		if len(line) > 6 && line[0] == 'b' {
			f.name, ok = uuBegin(line)
			f.coding, last = "x-uuencode", []byte("end")
			if first, _ := cutLine(b, min(next, len(b))); ok && len(first) > 0 {
				n := int(first[0]-' ') & 0x3f
				ok = first[0] >= ' ' && first[0] <= '`' && len(first) <= 1+(n+2)/3*4+3
			}
		} else if len(line) > 8 && line[0] == '=' {
			f.name, ok = yencBegin(line)
			f.coding, last = "x-yenc", []byte("=yend")
		}
		if !ok {
			i = next
			continue
		}
		f.start = int64(i)
		found := false
		for j := next; j < len(b) && !found; {
			line, after := cutLine(b, j)
			if f.coding == "x-yenc" && bytes.HasPrefix(line, last) || bytes.Equal(line, last) {
				f.end, found = int64(after), true
			}
			j = after
		}
		if !found {
			// No end: no file after it has one either.
			return files
		}
		files = append(files, f)
		i = int(f.end)
	}
	return files
}

// without returns b without the files in it.
func without(b []byte, files []embedded) []byte {
	if len(files) == 0 {
		return b
	}
	var out []byte
	at := int64(0)
	for _, f := range files {
		out = append(out, b[at:f.start]...)
		at = f.end
	}
	return append(out, b[at:]...)
}
