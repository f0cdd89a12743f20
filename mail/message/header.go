package message

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	// headerLimit bounds how much of one header is kept; headerScan how far its end is looked for.
	headerLimit = 4 << 20
	headerScan  = 16 << 20
	// fieldLimit bounds one field's raw value.
	fieldLimit = 1 << 20
	fieldCount = 10_000
	allFields  = 200_000
)

// field is one header field as it stands in the message.
type field struct {
	name  []byte
	value []byte // raw, with its folds, without the last line end
}

// header is the fields of one part, in their order.
type header struct {
	fields []field
	// hint is the charset of the message's text: what 8-bit bytes in its header are most likely in.
	hint *codec
}

// bounds says whether a line of dashes is the boundary that the header itself names.
func (h *header) bounds(line []byte) bool {
	for i := len(h.fields) - 1; i >= 0; i-- {
		if h.fields[i].is("content-type") {
			p := parseParameters(unfold(h.fields[i].value))
			b := p.get("boundary")
			return b != "" && string(bytes.TrimRight(line[2:], " \t")) == b
		}
	}
	return false
}

// text makes a raw value UTF-8. QUIRK: 8-bit bytes or ISO-2022 escapes that no encoded word wraps. It comes before
// any other reading, since such bytes may look like the signs that a value is cut at.
func (h *header) text(v []byte) []byte {
	if plain(v) {
		return v
	}
	escape := bytes.IndexByte(v, 0x1b) >= 0
	if !escape && utf8.Valid(v) {
		return v
	}
	if h.hint != nil {
		if s, ok := h.hint.decode(v); ok {
			return []byte(s)
		}
	}
	if escape && isASCII(v) {
		s, _ := decodeISO2022(v)
		return []byte(s)
	}
	s, _ := detect(v).decode(v)
	return []byte(s)
}

// is compares a field name, ignoring the case of ASCII letters. name is given in lower case.
func (f field) is(name string) bool {
	if len(f.name) != len(name) {
		return false
	}
	for i, c := range f.name {
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != name[i] {
			return false
		}
	}
	return true
}

// find returns the first field of that name, unfolded, and whether there is one.
func (h *header) find(name string) ([]byte, bool) {
	for i := range h.fields {
		if h.fields[i].is(name) {
			return h.text(unfold(h.fields[i].value)), true
		}
	}
	return nil, false
}

// best returns the first field of that name with a value; an empty one when that is all there is.
// QUIRK: duplicated fields, of which the first is empty.
func (h *header) best(name string) []byte {
	for i := range h.fields {
		if h.fields[i].is(name) {
			if v := unfold(h.fields[i].value); len(v) > 0 {
				return h.text(v)
			}
		}
	}
	return nil
}

// all returns every field of that name, unfolded.
func (h *header) all(name string) [][]byte {
	var out [][]byte
	for i := range h.fields {
		if h.fields[i].is(name) {
			out = append(out, h.text(unfold(h.fields[i].value)))
		}
	}
	return out
}

// unfold removes line ends (RFC 5322 section 2.2.3) and the blanks around the value. Without folds nothing is copied.
func unfold(v []byte) []byte {
	v = bytes.TrimSpace(v)
	folded := false
	for _, c := range v {
		if c <= '\r' && (c == '\n' || c == '\r' || c == 0) {
			folded = true
			break
		}
	}
	if !folded {
		return v
	}
	out := make([]byte, 0, len(v))
	for i := 0; i < len(v); i++ {
		switch c := v[i]; c {
		case '\n', '\r':
			// QUIRK: a fold that lost its blank (bare CR, or a line recovered after a break) still parts words.
			if i+1 < len(v) && v[i+1] != ' ' && v[i+1] != '\t' && v[i+1] != '\n' && v[i+1] != '\r' {
				out = append(out, ' ')
			} else if i+1 < len(v) && v[i+1] == '\t' {
				out = append(out, ' ') // a tab after a line end is a fold, nothing to see
				i++
			}
		case 0: // QUIRK: NUL bytes in a header
		default:
			out = append(out, c)
		}
	}
	return out
}

// isFieldName says whether name could name a header field: printable ASCII without colon and blanks.
func isFieldName(name []byte) bool {
	if len(name) == 0 || len(name) > 256 {
		return false
	}
	for _, c := range name {
		if c <= ' ' || c >= 0x7f {
			return false
		}
	}
	return true
}

// splitField cuts a header line at its colon; ok is false when it is none.
func splitField(line []byte) (name, value []byte, ok bool) {
	i := bytes.IndexByte(line, ':')
	if i <= 0 {
		return nil, nil, false
	}
	// QUIRK: blanks before the colon.
	name = bytes.TrimRight(line[:i], " \t")
	return name, line[i+1:], isFieldName(name)
}

// parseHeader reads the fields at off. boundary says whether a line is a boundary of an enclosing multipart, which
// ends a header that lost its empty line. It returns where the body starts.
func (w *window) parseHeader(off int64, root bool, boundary func(line []byte) bool, p *problems) (h header, body int64) {
	for n := 8 << 10; ; n *= 4 {
		n = min(n, headerScan)
		block := w.at(off, n)
		if h.fields == nil {
			h.fields = w.room(root)
		}
		if len(block) > n {
			block = block[:n]
		}
		final := off+int64(len(block)) >= w.size || n == headerScan
		end, done := splitHeader(block, final, root, boundary, &h, p)
		if !done && !final {
			h.fields = h.fields[:0]
			continue
		}
		if end == headerScan {
			p.add(headerCut)
		}
		if w.own != nil {
			// The window moves on: the fields get memory of their own.
			w.keep(&h, p)
		}
		// All headers together have a limit too: what many parts say at length is left out.
		if w.fields += len(h.fields); w.fields > allFields && !root {
			h.fields = h.fields[:min(len(h.fields), 20)]
		}
		w.took(h.fields)
		h.fields = slices.Clip(h.fields)
		return h, off + int64(end)
	}
}

// keep copies the fields out of the window. What is too long for the room that is left is cut, so that it does not hide those
// behind it.
func (w *window) keep(h *header, p *problems) {
	const short = 4 << 10
	left := max(headerLimit-w.kept, 1024)
	size := 0
	for i := range h.fields {
		f := &h.fields[i]
		if n := len(f.name) + len(f.value); n > left || n > short && n > left/2 {
			f.value = f.value[:min(len(f.value), max(left/2-len(f.name), 0))]
			if len(f.name) > left {
				f.name = nil
			}
			p.add(headerCut)
		}
		size += len(f.name) + len(f.value)
		left -= len(f.name) + len(f.value)
	}
	kept := make([]byte, 0, size)
	for i := range h.fields {
		f := &h.fields[i]
		from, mid := len(kept), len(kept)+len(f.name)
		kept = append(append(kept, f.name...), f.value...)
		f.name, f.value = kept[from:mid:mid], kept[mid:len(kept):len(kept)]
	}
	w.kept += size
}

// room is memory for the fields of a header. Those of a message share pieces of it.
func (w *window) room(root bool) []field {
	const piece = 40
	least := 8
	if root {
		least = 24
	}
	if cap(w.fieldRoom) < least {
		w.fieldRoom = make([]field, 0, piece)
	}
	return w.fieldRoom
}

// took says how much of the room a header needed.
func (w *window) took(used []field) {
	if n := len(used); n > 0 && n <= cap(w.fieldRoom) && &used[0] == &w.fieldRoom[:1][0] {
		w.fieldRoom = w.fieldRoom[n:n:cap(w.fieldRoom)]
	}
}

// splitHeader cuts block into fields and returns where the header ends. done is false when the block ends before the
// header does; with final set there is nothing after the block.
func splitHeader(block []byte, final, root bool, boundary func(line []byte) bool, h *header, p *problems) (end int, done bool) {
	last := 0     // where the last field's value starts
	lost := false // the last line was no field: what is folded under it goes with it
	for i := 0; i < len(block); {
		line, next := cutLine(block, i)
		if next == len(block) && !final {
			return i, false
		}
		if len(line) == 0 {
			return next, true
		}
		if len(line) > 2 && line[0] == '-' && line[1] == '-' && (boundary != nil && boundary(line) || h.bounds(line)) {
			// QUIRK: the first boundary follows the header without an empty line.
			p.add(headerNoEnd)
			return i, true
		}
		if line[0] == ' ' || line[0] == '\t' {
			if n := len(h.fields); lost {
				p.add(headerLine)
			} else if n > 0 {
				if i+len(line)-last <= fieldLimit {
					// The fold stays in: value and line lie next to each other.
					h.fields[n-1].value = block[last : i+len(line)]
				} else {
					p.add(headerCut)
				}
			} else if name, value, ok := splitField(bytes.TrimLeft(line, " \t")); ok {
				// QUIRK: the very first line is indented.
				h.fields = append(h.fields, field{name, value})
				last = i + len(line) - len(value)
			}
			i = next
			continue
		}
		if n := len(h.fields); n > 0 && isParameter(line) && holdsParameters(h.fields[n-1].name) && i+len(line)-last <= fieldLimit {
			// QUIRK: a parameter in a line of its own that lost the blank of its fold.
			h.fields[n-1].value = block[last : i+len(line)]
			i = next
			continue
		}
		name, value, ok := splitField(line)
		lost = false
		switch {
		case ok && len(h.fields) < 3 && len(name) == 4 && isSeparator(value):
			// QUIRK: an mbox separator that was made a From field; it may stand under another line that was put in front.
		case ok && len(h.fields) < fieldCount:
			last = i + len(line) - len(value)
			h.fields = append(h.fields, field{name, value[:min(len(value), fieldLimit)]})
		case ok:
			p.add(headerCut)
		case i == 0 && (bytes.HasPrefix(line, []byte("From ")) || bytes.HasPrefix(line, []byte(">From "))):
			// QUIRK: an mbox separator in front.
		case root && len(h.fields) > 0 && meantAsField(line):
			// QUIRK: a field whose name has blanks in it, or that has no name, though none follow it.
			p.add(headerLine)
			last, lost = next, true
		default:
			on, sure := recovers(block[next:], root && len(h.fields) > 0)
			if !sure && !final {
				return i, false
			}
			if !on {
				if len(h.fields) > 0 || !root {
					p.add(headerNoEnd)
				}
				return i, true
			}
			// QUIRK: a line that is no field, amid fields: it is left out, the others are kept.
			p.add(headerLine)
			last, lost = next, true
		}
		i = next
	}
	return len(block), final
}

// isParameter says whether a line begins with a parameter of Content-Type or Content-Disposition.
func isParameter(line []byte) bool {
	i := bytes.IndexByte(line, '=')
	if i < 4 || i > 20 || i+1 >= len(line) {
		return false
	}
	switch strings.TrimRight(strings.ToLower(string(bytes.TrimRight(line[:i], " \t"))), "*0123456789") {
	case "boundary", "charset", "name", "filename", "format", "delsp", "type", "size", "creation-date", "modification-date", "report-type", "protocol", "micalg", "method":
		return true
	}
	return false
}

func holdsParameters(name []byte) bool {
	return len(name) > 11 && (name[0] == 'C' || name[0] == 'c') && (strings.EqualFold(string(name), "content-type") || strings.EqualFold(string(name), "content-disposition"))
}

// isSeparator says whether a From field is "ada@x  Mon May  6 09:30:00 2024".
func isSeparator(v []byte) bool {
	w := bytes.Fields(v)
	return len(w) == 6 && bytes.IndexByte(w[0], '@') > 0 && len(w[1]) == 3 && monthOf(strings.ToLower(string(w[2]))) > 0 && bytes.Count(w[4], []byte{':'}) == 2 && len(w[5]) == 4
}

// meantAsField says whether a line that is no field was meant as one: its first word is a name of several words joined by
// hyphens, like X-Mailer, or the name before its colon lacks.
func meantAsField(line []byte) bool {
	colon := bytes.IndexByte(line, ':')
	if colon <= 0 {
		return colon == 0
	}
	blank := bytes.IndexAny(line[:colon], " \t")
	if blank <= 0 {
		return false
	}
	hyphen := bytes.IndexByte(line[:blank], '-')
	return hyphen > 0 && hyphen < blank-1 && isFieldName(line[:blank]) && wellKnown(line[:blank])
}

// recovers says whether a header goes on after a malformed line: one of the next lines before the empty one is a
// field. sure is false when rest ends before that is known.
func recovers(rest []byte, root bool) (on, sure bool) {
	for range 20 {
		if len(rest) == 0 {
			return false, false
		}
		line, next := cutLine(rest, 0)
		if len(line) == 0 || !root && bytes.HasPrefix(line, []byte("--")) {
			return false, true
		}
		if line[0] != ' ' && line[0] != '\t' {
			if name, _, ok := splitField(line); ok && (root || wellKnown(name)) {
				return true, true
			}
		}
		rest = rest[next:]
	}
	return false, true
}

// wellKnown says whether name is a field that real mail has, rather than a word of a text that a colon follows.
func wellKnown(name []byte) bool {
	switch n := strings.ToLower(string(name)); n {
	case "from", "to", "cc", "subject", "date", "message-id", "mime-version", "received", "sender", "reply-to", "return-path", "references", "in-reply-to":
		return true
	default:
		return strings.HasPrefix(n, "content-") || strings.HasPrefix(n, "x-")
	}
}

// cutLine returns the line of b at i without its line end, and where the next starts.
func cutLine(b []byte, i int) (line []byte, next int) {
	j := bytes.IndexByte(b[i:], '\n')
	if j < 0 {
		return bytes.TrimSuffix(b[i:], []byte{'\r'}), len(b)
	}
	next = i + j + 1
	line = b[i : i+j]
	// QUIRK: CR CR LF line ends.
	for len(line) > 0 && line[len(line)-1] == '\r' {
		line = line[:len(line)-1]
	}
	return line, next
}
