package submit

import (
	"bufio"
	"bytes"
	"io"
	"strings"

	"poplar/mail"
)

// eightBit reports whether raw has an octet over 127.
func eightBit(raw mail.Raw) (bool, error) {
	buf := make([]byte, piece)
	r := mail.Reader(raw)
	for {
		n, err := r.Read(buf)
		for _, c := range buf[:n] {
			if c >= 0x80 {
				return true, nil
			}
		}
		if err == io.EOF {
			return false, nil
		}
		if err != nil {
			return false, err
		}
	}
}

// manner is what happens to a stretch of a message on its way to a server without 8BITMIME.
type manner int

const (
	kept    manner = iota
	instead        // others stand there
	quoted         // lines, as quoted-printable
	base           // lines, as base64
	octets         // octets, as base64
	escaped        // quoted-printable that has octets over 127 all the same: those are encoded
	dropped        // base64 with such octets, which are no part of it (RFC 2045 section 6.8)
	marked         // nobody reads it: "?" for each such octet
)

// stretch is octets of a message, from from to before to.
type stretch struct {
	from, to int64
	how      manner
	text     []byte // of instead
}

// sevenBit is a message with octets over 127 as it leaves for a server that does not take them (RFC 6152 section 3):
// text and files that have some are quoted-printable or base64, inside of multiparts and of messages in messages too, and
// header fields that have some hold encoded words (RFC 2047) or extended parameters (RFC 2231). Everything else stays as it is.
type sevenBit struct {
	raw  mail.Raw
	list []stretch
	size int64
}

// toSevenBit plans it, in one pass over raw, and finds its size in a second one.
func toSevenBit(raw mail.Raw) (*sevenBit, error) {
	s := &survey{raw: raw, in: bufio.NewReaderSize(mail.Reader(raw), piece)}
	if err := s.entity(true); err != nil {
		return nil, err
	}
	out := &sevenBit{raw: raw, list: s.out}
	n, err := io.Copy(io.Discard, out.reader())
	out.size = n
	return out, err
}

// reader reads the message as it is to leave.
func (m *sevenBit) reader() io.Reader {
	list := make([]io.Reader, len(m.list))
	for i, p := range m.list {
		if p.how == instead {
			list[i] = bytes.NewReader(p.text)
			continue
		}
		list[i] = io.NewSectionReader(m.raw, p.from, p.to-p.from)
		if p.how != kept {
			list[i] = newRecoder(list[i], p.how)
		}
	}
	return io.MultiReader(list...)
}

// deepest is how many multiparts and messages may stand in each other; what is deeper is encoded whole.
const deepest = 100

// longestHeader bounds a header that is taken into memory; of a longer one octets over 127 become "?".
const longestHeader = 4 << 20

// survey goes through a message and decides what happens to each stretch of it.
type survey struct {
	raw  mail.Raw
	in   *bufio.Reader
	off  int64 // where the next line begins
	out  []stretch
	line line // the one read last
	back bool // it is to be read again

	around []string // the boundaries of the multiparts that it is in
	hit    int      // the one whose delimiter ended the last entity; -1: the end of the message
	closed bool     // that delimiter was the last of its multipart
	depth  int
}

// line is a line of the message.
type line struct {
	from, to int64
	end      int64  // octets of its line end: 0, 1 or 2
	start    []byte // the line, or what it begins with, until the next is read
	long     bool   // start is not all of it
	odd      int    // octets over 127
	nul      bool
}

// next reads a line; false at the end of the message.
func (s *survey) next() (bool, error) {
	if s.back {
		s.back, s.off = false, s.line.to
		return true, nil
	}
	l := line{from: s.off}
	var last byte
	for {
		part, err := s.in.ReadSlice('\n')
		switch {
		case s.off == l.from && err == bufio.ErrBufferFull: //nolint:errorlint // bufio's own value
			l.start, l.long = bytes.Clone(part[:1024]), true
		case s.off == l.from:
			l.start = part
		}
		s.off += int64(len(part))
		for _, c := range part {
			if c >= 0x80 {
				l.odd++
			}
			l.nul = l.nul || c == 0
		}
		if err == bufio.ErrBufferFull { //nolint:errorlint // bufio's own value
			last = part[len(part)-1]
			continue
		}
		if err != nil && err != io.EOF {
			return false, err
		}
		if bytes.HasSuffix(part, []byte("\n")) {
			l.end = 1
			if len(part) > 1 {
				last = part[len(part)-2]
			}
			if last == '\r' {
				l.end = 2
			}
		}
		l.to = s.off
		s.line = l
		return l.to > l.from, nil
	}
}

// delimiter reports whether the line is a delimiter of a multipart around, and notes which.
func (s *survey) delimiter() bool {
	if s.line.long || !bytes.HasPrefix(s.line.start, []byte("--")) {
		return false
	}
	text := strings.TrimRight(string(s.line.start[2:]), " \t\r\n")
	for i := len(s.around) - 1; i >= 0; i-- {
		rest, ok := strings.CutPrefix(text, s.around[i])
		if ok && (rest == "" || rest == "--") {
			s.hit, s.closed = i, rest == "--"
			return true
		}
	}
	return false
}

func (s *survey) add(from, to int64, how manner) {
	if from >= to {
		return
	}
	if n := len(s.out); n > 0 && how == kept && s.out[n-1].how == kept && s.out[n-1].to == from {
		s.out[n-1].to = to
		return
	}
	s.out = append(s.out, stretch{from: from, to: to, how: how})
}

// stats are what lines hold.
type stats struct {
	from, to int64 // to: without the line end that belongs to the delimiter
	odd      int
	nul      bool
}

// until reads to the next delimiter or the end of the message.
func (s *survey) until() (stats, error) {
	t := stats{from: s.off, to: s.off}
	var end int64 // of the last line
	for {
		more, err := s.next()
		if err != nil {
			return t, err
		}
		if !more {
			s.hit = -1
			return t, nil
		}
		if s.delimiter() {
			t.to = max(t.from, t.to-end)
			return t, nil
		}
		t.to, end = s.line.to, s.line.end
		t.odd += s.line.odd
		t.nul = t.nul || s.line.nul
	}
}

// entity goes through a header and what it is of, up to the delimiter that ends it, or to the end of the message.
func (s *survey) entity(message bool) error {
	s.depth++
	defer func() { s.depth-- }()
	h, ended, err := s.header(message)
	if err != nil {
		return err
	}
	place := len(s.out)
	s.out = append(s.out, stretch{}) // the header's, which hangs on what follows
	if ended {
		s.add(h.to, s.off, kept)
	} else {
		switch {
		case s.depth >= deepest:
			err = s.leaf(h)
		case h.composite() && strings.HasPrefix(h.kind, "multipart/") && h.boundary != "":
			h.relabel()
			err = s.multipart(h.boundary)
		case h.composite() && (h.kind == "message/rfc822" || h.kind == "message/news"):
			h.relabel()
			err = s.entity(true)
		default:
			err = s.leaf(h)
		}
	}
	s.out[place] = h.stretch()
	return err
}

// multipart goes through the parts and what stands around them.
func (s *survey) multipart(boundary string) error {
	level := len(s.around)
	s.around = append(s.around, boundary)
	err := s.aside()
	for err == nil && s.hit == level && !s.closed {
		err = s.entity(false)
	}
	s.around = s.around[:level]
	if err != nil || s.hit != level {
		return err
	}
	return s.aside()
}

// aside goes over what stands before the first or after the last part.
func (s *survey) aside() error {
	t, err := s.until()
	if err != nil {
		return err
	}
	how := kept
	if t.odd > 0 || t.nul {
		how = marked
	}
	s.add(t.from, t.to, how)
	s.add(t.to, s.off, kept)
	return nil
}

// leaf goes over a body that holds no others, and says in h how it is encoded.
func (s *survey) leaf(h *head) error {
	t, err := s.until()
	if err != nil {
		return err
	}
	how := kept
	text := h.kind == "" || !h.composite() || strings.HasPrefix(h.kind, "text/") || strings.HasPrefix(h.kind, "multipart/") || strings.HasPrefix(h.kind, "message/")
	switch {
	case t.odd == 0 && !t.nul:
		h.relabel()
	case h.encoding == "quoted-printable":
		how = escaped
	case h.encoding == "base64":
		how = dropped
	case text && int64(t.odd) <= (t.to-t.from)/6:
		how = quoted
		h.encode("quoted-printable")
	case text:
		how = base
		h.encode("base64")
	default:
		how = octets
		h.encode("base64")
	}
	s.add(t.from, t.to, how)
	if (how == base || how == octets) && s.hit < 0 {
		s.out = append(s.out, stretch{how: instead, text: []byte("\r\n")})
	}
	s.add(t.to, s.off, kept)
	return nil
}
