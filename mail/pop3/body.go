package pop3

import (
	"bytes"
	"io"
)

// Body is the text of one multi-line reply on its way in: a message, or its top. It ends at the terminator, never by
// an octet count. Whatever is not read is skipped when the next reply is due.
type Body struct {
	c     *Client
	doing string
	size  int64 // as announced, 0 where unknown; only a tie-breaker, see dot
	done  bool
	err   error

	octets int64 // given out, CRLF line ends
	bol    bool  // at the beginning of a line
	cr     bool  // the last octet was CR
	bare   bool  // the last line ended in a bare LF
	crlf   bool  // some line has ended in CRLF
	held   bool  // a lone dot that may have been the terminator has been passed
}

var crlf = []byte("\r\n")

// WriteTo copies the message to w with its dots unstuffed and every line ended by CRLF, and returns the octets
// written. An error of w is returned as it is, and the Client stays usable; any other is the connection's.
func (b *Body) WriteTo(w io.Writer) (int64, error) {
	start := b.octets
	for !b.done {
		if err := b.step(w); err != nil {
			return b.octets - start, err
		}
	}
	return b.octets - start, b.err
}

// Octets is how much has been read so far.
func (b *Body) Octets() int64 { return b.octets }

// fail ends the body with a connection's error.
func (b *Body) fail(err error) error {
	b.done = true
	b.err = b.c.spend(b.doing, err)
	return b.err
}

// step handles what the buffer holds.
func (b *Body) step(w io.Writer) error {
	r := b.c.r
	if _, err := r.Peek(1); err != nil {
		return b.broken(err)
	}
	chunk, _ := r.Peek(r.Buffered())
	if b.held {
		b.held = false
		if err := b.put(w, []byte(".\r\n")); err != nil {
			return err
		}
		b.crlf, b.bare = true, false
	}
	if b.bol && chunk[0] == '.' {
		stop, err := b.dot()
		if stop || err != nil {
			return err
		}
		chunk, _ = r.Peek(r.Buffered())
		if len(chunk) == 0 {
			return nil
		}
	}
	n, run := b.plain(chunk)
	var werr error
	if run > 0 {
		werr = b.put(w, chunk[:run])
	}
	if n > run && werr == nil {
		werr = b.put(w, crlf)
	}
	if _, err := r.Discard(n); err != nil {
		return b.broken(err)
	}
	return werr
}

// plain finds how far chunk can be given out as it stands: run octets, after which n-run octets of a bare LF are to
// be replaced by CRLF. It stops before a line that begins with a dot.
func (b *Body) plain(chunk []byte) (n, run int) {
	for pos := 0; ; {
		b.bol = false
		i := bytes.IndexByte(chunk[pos:], '\n')
		if i < 0 {
			b.cr = chunk[len(chunk)-1] == '\r'
			return len(chunk), len(chunk)
		}
		end := pos + i
		b.bol = true
		if cr := end > 0 && chunk[end-1] == '\r' || end == 0 && b.cr; !cr {
			b.bare, b.cr = true, false
			return end + 1, end
		}
		b.bare, b.crlf, b.cr = false, true, false
		pos = end + 1
		if pos == len(chunk) || chunk[pos] == '.' {
			return pos, pos
		}
	}
}

// dot handles a line that begins with a dot: it is the terminator, or the dot is taken off. stop says that there is
// nothing to give out yet.
func (b *Body) dot() (stop bool, err error) {
	r := b.c.r
	line, err := r.Peek(2)
	if err != nil {
		return false, b.broken(err)
	}
	ends := line[1] == '\n'
	if line[1] == '\r' {
		if line, err = r.Peek(3); err != nil {
			return false, b.broken(err)
		}
		ends = line[2] == '\n'
	}
	if !ends {
		b.bol = false
		_, err = r.Discard(1)
		return false, err
	}
	size := len(line)
	if b.bare && b.crlf && b.octets < b.size {
		// The message mixes line ends: this dot may be text behind a bare LF that the server did not take for a line
		// end and so did not stuff. Believing it would let a sender end the message early and write the server's
		// next replies himself. The announced size, otherwise never trusted, decides.
		b.held = true
	} else {
		b.done = true
	}
	_, err = r.Discard(size)
	return true, err
}

// broken handles a read error. Silence after a lone dot that was passed over means that it was the terminator.
func (b *Body) broken(err error) error {
	if b.held && timedOut(err) {
		b.done = true
		_ = b.c.spend(b.doing, err)
		return nil
	}
	return b.fail(err)
}

func (b *Body) put(w io.Writer, p []byte) error {
	n, err := w.Write(p)
	b.octets += int64(n)
	return err
}
