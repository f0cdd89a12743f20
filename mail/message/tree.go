package message

import (
	"bytes"
	"io"
	"strings"

	"poplar/mail"
)

const (
	// partLimit bounds how many parts of a message are told apart, depthLimit how deeply they may nest. What lies
	// beyond stays together in one part.
	partLimit  = 10_000
	depthLimit = 1000
)

// part is one entity of a message (RFC 2045): where it lies and what its header says of it.
type part struct {
	header header
	start  int64 // of the header
	body   int64
	end    int64 // of the body, without the line end that belongs to the boundary
	parent *part
	kids   []*part
	depth  int

	ctype    parameters
	encoding string
	boundary string
	closed   bool // the closing boundary was seen

	described   bool // what Content-Disposition and the names say:
	disposition string
	name        string

	textRead  bool // a text leaf that has been decoded:
	plain     string
	files     []embedded // coded in it
	tnef      *winmail
	tnefTried bool
}

// tree is a message taken apart.
type tree struct {
	raw   mail.Raw
	win   *window
	root  *part
	count int
	// limit bounds the text that is read, textUsed is how much has been.
	limit, textUsed int64
	quick           bool // of HTML the words are enough
	read            bool // head has been read
	head            Scanned
	forced          *codec // the character set that a person chose; nil: what the message says
	charset         string // what the first text was read in
	evened, even    string // the text that evenText was made of last, and what came of it
	signs           *signs // of a delivery report in the header, once they have been looked for
	levels
	problems
}

// newTree reads the header of a message.
func newTree(raw mail.Raw) *tree {
	raw = lineFeeds(raw)
	t := &tree{raw: raw, win: newWindow(raw), limit: textLimit}
	start := int64(0)
	if bytes.HasPrefix(t.win.at(0, 3), []byte("\xEF\xBB\xBF")) {
		start = 3 // QUIRK: an editor put a byte order mark in front
	}
	t.root = t.entity(start, nil)
	if len(t.root.header.fields) == 0 {
		t.add(noHeader)
		if head := t.win.at(t.root.body, 512); bytes.IndexByte(head[:min(len(head), 512)], 0) >= 0 {
			t.root.ctype.value = "application/octet-stream" // QUIRK: no mail at all
		}
	}
	return t
}

// walk takes a message apart. It reads it once, front to end, and holds headers only.
func walk(raw mail.Raw) *tree { return walkTo(raw, 0) }

// walkTo is walk that looks for parts no further than a place; 0: to the end. The part that reaches there is taken to
// reach to the end of the message.
func walkTo(raw mail.Raw, until int64) *tree {
	t := newTree(raw)
	if until > 0 {
		t.win.until = max(until, t.root.body+1)
	}
	t.run(t.root, t.win.size)
	t.rescue()
	t.leaves(func(p *part) bool {
		if !p.isText() {
			return true
		}
		if c := codecOf(p.ctype.get("charset")); c != nil && !c.utf8 && c != cASCII {
			t.root.header.hint = c
		}
		return false
	})
	if t.win.err != nil {
		t.add(readFailed)
	}
	return t
}

// lineFeeds gives a message whose lines end in CR alone line feeds. QUIRK: files of the old Macintosh.
func lineFeeds(raw mail.Raw) mail.Raw {
	b, inMemory := raw.(mail.Bytes)
	head := b[:min(len(b), 4<<10)]
	if !inMemory {
		head = make([]byte, min(raw.Size(), 4<<10))
		n, _ := raw.ReadAt(head, 0)
		head = head[:n]
	}
	if i := bytes.IndexByte(head, '\r'); i < 0 || i == len(head)-1 || bytes.IndexByte(head, '\n') >= 0 {
		return raw
	}
	if inMemory {
		return mail.Bytes(bytes.ReplaceAll(b, []byte{'\r'}, []byte{'\n'}))
	}
	return carriageReturns{raw}
}

// carriageReturns is a Raw whose lines end in CR, read as if they ended in LF.
type carriageReturns struct{ mail.Raw }

// ReadAt implements io.ReaderAt.
func (c carriageReturns) ReadAt(p []byte, off int64) (int, error) {
	n, err := c.Raw.ReadAt(p, off)
	for i, b := range p[:n] {
		if b == '\r' {
			p[i] = '\n'
		}
	}
	return n, err
}

// entity reads the header at off.
func (t *tree) entity(off int64, parent *part) *part {
	p := &part{start: off, parent: parent}
	var isBoundary func([]byte) bool
	if parent != nil {
		p.depth = parent.depth + 1
		isBoundary = func(line []byte) bool {
			q, _ := t.levels.match(line)
			return q != nil
		}
	}
	p.header, p.body = t.win.parseHeader(off, parent == nil, isBoundary, &t.problems)
	p.end = p.body
	t.count++
	p.read()
	return p
}

// read fills in what the header says of the part.
func (p *part) read() {
	if v := p.header.best("content-type"); v != nil {
		p.ctype = parseParameters(v)
	}
	typ, sub, ok := strings.Cut(p.ctype.value, "/")
	if !ok || typ == "" || sub == "" {
		// RFC 2045 section 5.2, RFC 2046 section 5.1.5. QUIRK: a media type without subtype is text.
		p.ctype.value = "text/plain"
		switch {
		case typ == "multipart" && p.ctype.get("boundary") != "":
			p.ctype.value = "multipart/mixed"
		case p.parent != nil && p.parent.ctype.value == "multipart/digest" && typ == "":
			p.ctype.value = "message/rfc822"
		}
	}
	p.encoding = transferEncoding(p.header.best("content-transfer-encoding"))
	if p.multi() {
		p.boundary = strings.TrimRight(p.ctype.get("boundary"), " \t")
	}
}

func (p *part) multi() bool { return strings.HasPrefix(p.ctype.value, "multipart/") }

// levels are the multiparts that a boundary line may belong to: the one we are in and those around it.
type levels struct {
	open *part              // innermost
	by   map[string][]*part // boundary -> the open multiparts of that boundary, outermost first
	// firsts counts the first bytes of the open boundaries: most lines of dashes are told by it.
	firsts [256]uint16
}

func (l *levels) push(p *part) {
	l.open = p
	if l.by == nil {
		l.by = map[string][]*part{}
	}
	l.by[p.boundary] = append(l.by[p.boundary], p)
	l.firsts[p.boundary[0]]++
}

func (l *levels) pop() *part {
	p := l.open
	l.firsts[p.boundary[0]]--
	if same := l.by[p.boundary]; len(same) > 1 {
		l.by[p.boundary] = same[:len(same)-1]
	} else {
		delete(l.by, p.boundary)
	}
	l.open = p.parent
	return p
}

// match says whose boundary a line of dashes is, and whether it closes it.
// QUIRK: nested multiparts with the same boundary: it belongs to the innermost.
func (l *levels) match(line []byte) (q *part, closing bool) {
	line = bytes.TrimRight(line[2:], " \t\r")
	if same := l.by[string(line)]; len(same) > 0 {
		return same[len(same)-1], false
	}
	if rest, ok := bytes.CutSuffix(line, []byte("--")); ok {
		if same := l.by[string(rest)]; len(same) > 0 {
			return same[len(same)-1], true
		}
	}
	// QUIRK: a closing boundary with something behind it.
	if bytes.Contains(line, []byte("--")) {
		q = l.open
		for n := 0; q != nil && n < 8; n++ {
			if rest, ok := bytes.CutPrefix(line, []byte(q.boundary)); ok && len(rest) > 2 && rest[0] == '-' && rest[1] == '-' && !boundaryByte(rest[2]) {
				return q, true
			}
			q = q.parent
		}
	}
	return nil, false
}

// boundaryByte says whether c may stand in a boundary (RFC 2046 section 5.1.1), blanks aside.
func boundaryByte(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || strings.IndexByte("'()+_,-./:=?", c) >= 0
}

// run takes the multipart top apart, whose body may reach to limit at most.
func (t *tree) run(top *part, limit int64) {
	top.end = limit
	if !t.enter(top) {
		return
	}
	var (
		pos  = top.body // start of a line
		leaf *part      // the part whose body we are in; nil in a preamble or epilogue
		full bool       // no more parts are told apart
	)
	for pos < limit && len(t.levels.by) > 0 {
		at := t.win.dashes(pos)
		if at >= limit {
			break
		}
		if b := t.win.at(at, 3); len(b) >= 3 && t.levels.firsts[b[2]] == 0 {
			pos = t.win.afterLine(at)
			continue
		}
		line, next := t.win.line(at, 1024)
		q, closing := t.levels.match(line)
		if q == nil || full && !closing {
			pos = next
			continue
		}
		end := t.beforeLine(at)
		if leaf != nil {
			leaf.end = max(leaf.body, end)
			if leaf.end == leaf.body && len(leaf.header.fields) == 0 && leaf.ctype.value == "text/plain" {
				// QUIRK: a boundary line that is there twice: what is between is no part.
				leaf.parent.kids = leaf.parent.kids[:len(leaf.parent.kids)-1]
			}
			leaf = nil
		}
		for t.levels.open != q {
			p := t.levels.pop()
			p.end = max(p.body, end)
		}
		pos = next
		if closing {
			q.closed = true
			q.end = max(q.body, end)
			// QUIRK: after the outermost closing boundary the same one may open again.
			if q != top {
				t.levels.pop()
			}
			continue
		}
		if t.count >= partLimit {
			t.add(tooManyParts)
			full = true
			leaf = &part{start: at, body: at, end: limit, parent: q, depth: q.depth + 1}
			leaf.ctype.value = "application/octet-stream"
			q.kids = append(q.kids, leaf)
			continue
		}
		p := t.entity(next, q)
		q.kids = append(q.kids, p)
		pos = p.body
		if !t.enter(p) {
			leaf = p
		}
	}
	if leaf != nil {
		leaf.end = max(leaf.body, t.tornEnd(leaf, limit))
	}
	for t.levels.open != nil && t.levels.open != top.parent {
		p := t.levels.pop()
		if p.closed {
			continue
		}
		p.end = max(p.body, limit)
		if len(p.kids) > 0 {
			t.add(unclosed)
		}
	}
}

// tornEnd is where the last part of a message ends that was cut off: before a last line that is the beginning of a
// boundary (QUIRK), else at limit.
func (t *tree) tornEnd(leaf *part, limit int64) int64 {
	if limit != t.win.size || t.win.left || limit-leaf.body < 8 {
		return limit
	}
	from := max(leaf.body, limit-200)
	tail, _ := t.win.copyOf(from, limit, 200)
	i := bytes.LastIndexByte(tail, '\n')
	line := tail[i+1:]
	if i < 0 || len(line) < 6 || !bytes.HasPrefix(line, []byte("--")) {
		return limit
	}
	for q := t.levels.open; q != nil; q = q.parent {
		if q.boundary != "" && len(line)-2 <= len(q.boundary)+1 && strings.HasPrefix(q.boundary+"-", string(line[2:])) {
			return t.beforeLine(from + int64(i) + 1)
		}
	}
	return limit
}

// enter makes p the innermost multipart; false when p is a leaf, or cannot be taken apart.
func (t *tree) enter(p *part) bool {
	if !p.multi() {
		return false
	}
	if p.depth >= depthLimit {
		t.add(tooDeep)
		return false
	}
	if p.boundary == "" {
		p.boundary = t.guessBoundary(p)
	}
	if p.boundary == "" {
		return false
	}
	t.levels.push(p)
	return true
}

// rescue takes apart again what has no parts because its boundary is another than it says.
// QUIRK: a boundary that was rewritten on the way.
func (t *tree) rescue() {
	var lost []*part
	find := func(in *part) {
		in.leaves(func(p *part) bool {
			if p.multi() && p.boundary != "" && p.end > p.body && p.depth < depthLimit && len(lost) < 100 {
				lost = append(lost, p)
			}
			return true
		})
	}
	find(t.root)
	room := 4*t.win.size + 64<<20 // octets that are walked again
	for i := 0; i < len(lost); i++ {
		p := lost[i]
		if room -= p.end - p.body; room < 0 {
			return
		}
		if b := t.guessBoundary(p); b != "" {
			p.boundary = b
			p.closed = false
			t.levels = levels{}
			t.run(p, p.end)
			if len(p.kids) > 0 {
				find(p) // what is in it may be lost as well
			}
		}
	}
}

// beforeLine returns where the line end lies that a boundary at off takes with it.
func (t *tree) beforeLine(off int64) int64 {
	if off == 0 {
		return 0
	}
	lo := max(0, off-2)
	var b [2]byte
	n, _ := t.raw.ReadAt(b[:off-lo], lo)
	if n == 2 && b[0] == '\r' && b[1] == '\n' {
		return off - 2
	}
	return off - 1
}

// guessBoundary looks for the boundary of a multipart that names none.
// QUIRK: the first line that starts with "--" and is followed by a header field is taken for one.
func (t *tree) guessBoundary(p *part) string {
	pos := p.body
	for range 50 {
		at := t.win.dashes(pos)
		if at >= t.win.size || at > p.body+(1<<20) || p.end > p.body && at >= p.end {
			break
		}
		line, next := t.win.line(at, 200)
		if len(line) > 2 && len(line) < 100 {
			b := string(bytes.TrimRight(line[2:], " \t"))
			follow, _ := t.win.line(next, 1024)
			if name, _, ok := splitField(follow); ok && strings.HasPrefix(strings.ToLower(string(name)), "content-") {
				t.add(boundaryGuess)
				return b
			}
		}
		pos = next
	}
	t.add(boundaryNone)
	return ""
}

// leaves calls f for every leaf, in the order of the message, until f returns false.
func (t *tree) leaves(f func(*part) bool) { t.root.leaves(f) }

func (p *part) leaves(f func(*part) bool) bool {
	if len(p.kids) == 0 {
		return f(p)
	}
	for _, k := range p.kids {
		if !k.leaves(f) {
			return false
		}
	}
	return true
}

// reader reads a leaf's bytes, transfer decoding undone.
func (t *tree) reader(p *part) io.Reader {
	enc := p.encoding
	if p.multi() {
		enc = ""
	}
	return transferReader(enc, io.NewSectionReader(t.raw, p.body, p.end-p.body), p.end-p.body)
}
