package message

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"poplar/mail"
)

// pieceLimit bounds of how many pieces a message may be put together.
const pieceLimit = 1000

// piece reads which piece of a message this is (RFC 2046 section 5.2.2); nil when it is none.
func (t *tree) piece() *mail.Piece {
	p := &t.root.ctype
	if p.value != "message/partial" {
		return nil
	}
	id := strings.Trim(p.get("id"), "<> ")
	number, err := strconv.Atoi(p.get("number"))
	if err != nil || id == "" || number < 1 || number > pieceLimit {
		return nil
	}
	total, err := strconv.Atoi(p.get("total"))
	if err != nil || total < number || total > pieceLimit {
		total = 0
	}
	return &mail.Piece{ID: id, Number: number, Total: total}
}

// PieceOf reads from its header which piece of a whole a message is; nil when it is none.
func PieceOf(raw mail.Raw) *mail.Piece { return newTree(raw).piece() }

// Join puts the pieces of a message together, given in their order: nothing is copied but the header. Closing the whole
// closes them.
func Join(pieces []mail.Raw) (mail.Raw, error) {
	var w joined
	for i, raw := range pieces {
		t := newTree(raw)
		p := t.piece()
		if p == nil || p.Number != i+1 {
			return nil, fmt.Errorf("message %d of %d is no such piece", i+1, len(pieces))
		}
		start := t.root.body
		if i == 0 {
			inner := newTree(section{t.raw, start, t.win.size - start})
			w.add(mail.Bytes(joinedHeader(&t.root.header, &inner.root.header)))
			start += inner.root.body
		}
		w.add(section{t.raw, start, t.win.size - start})
	}
	w.pieces = pieces
	return &w, nil
}

// joinedHeader is the header of the whole (RFC 2046 section 5.2.2.1): the first piece's own, but for what speaks of the
// contents, and that from inside it.
func joinedHeader(outer, inner *header) []byte {
	var b bytes.Buffer
	write := func(h *header, contents bool) {
		for _, f := range h.fields {
			name := strings.ToLower(string(f.name))
			of := strings.HasPrefix(name, "content-") || slices.Contains([]string{"subject", "message-id", "encrypted", "mime-version"}, name)
			if of == contents {
				b.Write(f.name)
				b.WriteByte(':')
				b.Write(bytes.TrimRight(f.value, "\r\n"))
				b.WriteString("\r\n")
			}
		}
	}
	write(outer, false)
	write(inner, true)
	b.WriteString("\r\n")
	return b.Bytes()
}

// joined is several Raws one after the other.
type joined struct {
	parts  []mail.Raw
	starts []int64
	size   int64
	pieces []mail.Raw
}

func (w *joined) add(r mail.Raw) {
	w.parts = append(w.parts, r)
	w.starts = append(w.starts, w.size)
	w.size += r.Size()
}

// Size is the number of octets.
func (w *joined) Size() int64 { return w.size }

// ReadAt implements io.ReaderAt.
func (w *joined) ReadAt(p []byte, off int64) (int, error) {
	i, found := slices.BinarySearch(w.starts, off)
	if !found {
		i--
	}
	n := 0
	for ; i >= 0 && i < len(w.parts) && n < len(p); i++ {
		in := off + int64(n) - w.starts[i]
		if in >= w.parts[i].Size() {
			continue
		}
		want := p[n:min(int64(len(p)), int64(n)+w.parts[i].Size()-in)]
		got, err := w.parts[i].ReadAt(want, in)
		n += got
		if got < len(want) {
			if err == nil || errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return n, err
		}
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// Close closes the pieces.
func (w *joined) Close() error {
	var err error
	for _, p := range w.pieces {
		err = errors.Join(err, p.Close())
	}
	return err
}

// external reads where a part is kept that is not in the message (RFC 2046 section 5.2.3, RFC 2017); nil for others.
func (t *tree) external(a *attachment) *mail.External {
	if a.mediaType != "message/external-body" || a.inner {
		return nil
	}
	c := &a.leaf.ctype
	e := &mail.External{Access: strings.ToLower(c.get("access-type")), Expires: c.get("expiration"), Name: c.text("name")}
	e.Size, _ = strconv.ParseInt(c.get("size"), 10, 64)
	e.Size = max(0, e.Size)
	switch e.Access {
	case "url":
		// The URL may be cut into pieces by blanks (RFC 2017).
		e.Where = strings.Join(strings.Fields(c.get("url")), "")
	case "mail-server":
		e.Where = c.text("server")
		if s := c.text("subject"); s != "" {
			e.Where += " (" + s + ")"
		}
	default:
		for _, piece := range []string{c.text("site"), c.text("directory"), e.Name} {
			if piece != "" {
				if e.Where != "" && !strings.HasSuffix(e.Where, "/") {
					e.Where += "/"
				}
				e.Where += piece
			}
		}
	}
	head, _ := t.win.copyOf(a.leaf.body, a.leaf.end, 16<<10)
	var h header
	splitHeader(head, true, false, nil, &h, nil)
	if v := h.best("content-type"); v != nil {
		inner := parseParameters(v)
		e.Type = inner.value
		if e.Name == "" {
			e.Name = inner.text("name")
		}
	}
	if v := h.best("content-disposition"); v != nil && e.Name == "" {
		d := parseParameters(v)
		e.Name = d.text("filename")
	}
	return e
}
