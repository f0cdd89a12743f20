package message

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"poplar/mail"
)

const (
	// structureNodes bounds the parts that Structure lists, messageDepth how deeply it looks into messages inside.
	structureNodes = 2000
	messageDepth   = 10
	// sourceFields and sourceField bound the header that it shows.
	sourceFields = 2000
	sourceField  = 64 << 10
)

// Structure takes a message apart for a person who wants to see how it is built: every part, those of messages inside
// it and the files in a winmail.dat too. The error is a *ReadError; what could be read is there.
func Structure(raw mail.Raw) (mail.Structure, error) {
	b := builder{}
	t := walk(raw)
	s := mail.Structure{Size: raw.Size(), Root: b.message(t, "", 0, 0)}
	for i, f := range t.root.header.fields {
		if i == sourceFields {
			b.cut = true
			break
		}
		v := f.value[:min(len(f.value), sourceField)]
		s.Header = append(s.Header, mail.SourceField{
			Name: string(f.name), Value: decodeWords(t.root.header.text(unfold(v))),
			Raw: strings.ToValidUTF8(strings.TrimSuffix(strings.TrimPrefix(string(v), " "), "\r"), "\uFFFD"),
		})
	}
	s.Cut = b.cut
	if t.win.err != nil {
		return s, &ReadError{t.win.err}
	}
	return s, nil
}

// NodeReader reads the bytes of the part at a path of Structure, transfer decoding undone; of a part with parts, as it
// stands.
func NodeReader(raw mail.Raw, path string) (io.ReadCloser, error) {
	b := builder{want: &path}
	b.message(walk(raw), "", 0, 0)
	if b.found == nil {
		return nil, fmt.Errorf("the message has no part %q", path)
	}
	return io.NopCloser(b.found()), nil
}

// builder makes the nodes of a message, and finds one.
type builder struct {
	n     int
	cut   bool
	want  *string // the path that is looked for; nil: none
	found func() io.Reader
}

func (b *builder) node(path string, read func() io.Reader) bool {
	if b.n++; b.n > structureNodes {
		b.cut = true
		return false
	}
	if b.want != nil && *b.want == path && b.found == nil {
		b.found = read
	}
	return true
}

// message makes the node of a whole message, which starts at offset of the raw one.
func (b *builder) message(t *tree, path string, offset int64, depth int) mail.Node {
	for _, k := range t.bodyBlocks() {
		t.join(k.plain) // files coded inside the text are parts too
	}
	at := map[*part][]int{}
	files := t.attachments()
	for i := range files {
		at[files[i].leaf] = append(at[files[i].leaf], i)
	}
	var build func(p *part, path string) mail.Node
	build = func(p *part, path string) mail.Node {
		p.describe()
		n := mail.Node{
			Path: path, Type: p.ctype.value, Charset: p.ctype.get("charset"), Encoding: p.encoding, Disposition: p.disposition, Name: p.name,
			Raw: p.end - p.body, Offset: offset + p.start, Index: -1,
		}
		if ids := messageIDs(p.header.best("content-id")); len(ids) > 0 {
			n.ContentID = ids[0]
		}
		if !b.node(path, func() io.Reader { return t.reader(p) }) {
			return n
		}
		for i, k := range p.kids {
			if b.cut {
				break
			}
			n.Parts = append(n.Parts, build(k, below(path, i+1)))
		}
		if len(p.kids) > 0 {
			n.Size = n.Raw
			return n
		}
		n.Size = t.decodedSize(p)
		for _, i := range at[p] {
			a := &files[i]
			if !a.inner {
				if depth == 0 {
					n.Index = i
				}
				continue
			}
			in := mail.Node{Path: below(path, len(n.Parts)+1), Type: a.mediaType, Encoding: a.coding, Name: a.name, ContentID: a.contentID, Size: t.size(a), Offset: -1, Index: -1}
			in.Raw = in.Size
			if depth == 0 {
				in.Index = i
			}
			if b.node(in.Path, func() io.Reader { return t.open(a) }) {
				n.Parts = append(n.Parts, in)
			}
		}
		plain := p.encoding == "" || strings.HasSuffix(p.encoding, "bit") || p.encoding == "binary"
		if (n.Type == "message/rfc822" || n.Type == "message/global") && plain && depth < messageDepth && !b.cut {
			inner := walk(section{t.raw, p.body, p.end - p.body})
			at := path + ".TEXT" // RFC 3501 has no number for it
			if !inner.root.multi() {
				at = below(path, 1)
			}
			n.Parts = append(n.Parts, b.message(inner, at, offset+p.body, depth+1))
		}
		return n
	}
	return build(t.root, path)
}

// below is the path of the i-th part of the one at path.
func below(path string, i int) string {
	path = strings.TrimSuffix(path, ".TEXT")
	if path == "" {
		return strconv.Itoa(i)
	}
	return path + "." + strconv.Itoa(i)
}
