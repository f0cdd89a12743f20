package submit

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"
	"unicode"

	"poplar/mail"
	"poplar/mail/wire"
)

const (
	// maxLine bounds a line of a reply: four times what RFC 5321 section 4.5.3.1.5 allows.
	maxLine = 2048
	// maxLines bounds a reply.
	maxLines = 200
	// piece is how much of a message is written at once.
	piece = 32 << 10
	// finalDot ends a message. The line end before it belongs to the message.
	finalDot = ".\r\n"
)

// reply is what a server said to one command.
type reply struct {
	code  int      // three digits
	lines []string // without line ends, as they came
}

// status is the enhanced status code (RFC 2034), or "".
func (r reply) status() string {
	if len(r.lines) == 0 || len(r.lines[0]) < 5 {
		return ""
	}
	word, _, _ := strings.Cut(r.lines[0][4:], " ")
	dots := 0
	for i := range len(word) {
		switch c := word[i]; {
		case c == '.':
			dots++
		case c < '0' || c > '9':
			return ""
		}
	}
	if dots != 2 || !strings.ContainsAny(word[:1], "245") || strings.Contains(word, "..") || strings.HasSuffix(word, ".") || len(word) > 9 {
		return ""
	}
	return word
}

// said is the reply on one line: its first line as it came, of the others their text.
func (r reply) said() string {
	if len(r.lines) == 0 {
		return ""
	}
	var b strings.Builder
	first := r.lines[0]
	if len(first) > 3 && first[3] == '-' {
		first = first[:3] + " " + first[4:]
	}
	b.WriteString(first)
	status := r.status()
	for _, l := range r.lines[1:] {
		if len(l) > 4 {
			b.WriteString(" " + strings.TrimSpace(strings.TrimPrefix(l[4:], status+" ")))
		}
	}
	s := strings.Map(func(c rune) rune {
		if unicode.IsControl(c) {
			return ' '
		}
		return c
	}, strings.ToValidUTF8(b.String(), "?"))
	if runes := []rune(s); len(runes) > 1000 {
		s = string(runes[:1000]) + "…"
	}
	return strings.TrimSpace(s)
}

// link is the net.Conn that go-smtp's client is given. It passes commands and replies on, a line at a time so that
// the client never holds octets beyond the reply it waits for, and besides:
//   - keeps the last reply as it came (the client takes it apart and forgets the line);
//   - tolerates what servers do and the client does not: keywords in small letters, replies of a bare code;
//   - keeps back the "*" by which the client would cancel an AUTH that the server has ended already;
//   - corked, answers each command itself with 250 and sends nothing, until uncork sends all commands in one flight and
//     returns the true replies, for go-smtp's client does not pipeline;
//   - knows in data mode whether the final dot has been given to the network.
//
// Deadlines are ignored: the wire.Conn has its own, and go-smtp's client would clear them.
type link struct {
	conn *wire.Conn
	in   *bufio.Reader
	out  []byte // written by the client and not sent

	ready    []byte // of a reply, for the client to read
	said     reply  // the last whole reply
	greeting string // the first reply on one line
	closing  bool   // the server has said 421 (RFC 5321 section 3.8)
	part     reply  // the reply of which some lines have come
	hello    bool   // the next reply is that to EHLO
	err      error  // the first failure of the connection, after which it is spent

	corked bool
	held   int // commands waiting under the cork

	tail []byte // a message that goes after the commands held back
	past []byte // commands that go behind the final dot
	data bool   // what is written is a message
	dot  bool   // the last octet of the message, or of its final dot, has been given to the network
	sent int64
}

var _ net.Conn = (*link)(nil)

func newLink(conn *wire.Conn) *link { return &link{conn: conn, in: bufio.NewReaderSize(conn, maxLine)} }

// Write implements io.Writer. It sends nothing before the client waits for a reply, but for a message, which is
// sent chunk by chunk.
func (l *link) Write(p []byte) (int, error) {
	if l.err != nil {
		return 0, l.err
	}
	if string(p) == "*\r\n" && l.said.code != 334 {
		l.ready = append(l.ready, "501 there is nothing to cancel\r\n"...)
		return len(p), nil
	}
	l.out = append(l.out, p...)
	if l.corked && bytes.HasSuffix(p, []byte("\n")) {
		l.held++
		l.ready = append(l.ready, "250 taken note\r\n"...)
	}
	if l.data && len(l.out) >= piece {
		// The end is kept back: it may be the final dot.
		if err := l.send(len(l.out) - len(finalDot)); err != nil {
			return 0, err
		}
	}
	return len(p), nil
}

// send writes the first n octets of out to the network.
func (l *link) send(n int) error {
	if n <= 0 {
		return nil
	}
	k, err := l.conn.Write(l.out[:n])
	l.sent += int64(k)
	l.out = append(l.out[:0], l.out[k:]...)
	if err != nil {
		return l.fail(err)
	}
	return nil
}

func (l *link) fail(err error) error {
	if l.err == nil {
		l.err = err
	}
	return l.err
}

// flush sends what the client has written. A server that has said more than it was asked is not spoken to any more:
// its next reply would be taken for the answer to something else.
func (l *link) flush() error {
	if l.in.Buffered() > 0 {
		return l.fail(l.protocol("the server spoke out of turn"))
	}
	if !l.data {
		for line := range bytes.Lines(l.out) {
			l.conn.Sent(string(line))
		}
		if l.tail == nil {
			return l.send(len(l.out))
		}
		return l.sendTail()
	}
	if !bytes.HasSuffix(l.out, []byte(finalDot)) {
		return l.fail(errors.New("the message was not ended"))
	}
	// The dot goes by itself, or before commands that follow it. Only once everything before it has been taken by the
	// network does the message count as perhaps sent; while the dot is not wholly there the server cannot have accepted it.
	if err := l.send(len(l.out) - len(finalDot)); err != nil {
		return err
	}
	l.conn.Sent(fmt.Sprintf("(a message of %d octets)", l.sent))
	l.conn.Sent(".")
	for line := range bytes.Lines(l.past) {
		l.conn.Sent(string(line))
	}
	n, err := l.conn.Write(append(l.out, l.past...))
	l.dot = n >= len(finalDot)
	l.out, l.past, l.data = l.out[:0], nil, false
	if err != nil {
		return l.fail(err)
	}
	return nil
}

// sendTail sends the commands and the message after them. The message's last octet goes alone: while that is not on
// its way, the server cannot have accepted it.
func (l *link) sendTail() error {
	text := l.tail
	l.tail = nil
	l.conn.Sent(fmt.Sprintf("(a message of %d octets)", len(text)))
	l.out = append(l.out, text[:len(text)-1]...)
	if err := l.send(len(l.out)); err != nil {
		return err
	}
	n, err := l.conn.Write(text[len(text)-1:])
	l.dot = n == 1
	if err != nil {
		return l.fail(err)
	}
	return nil
}

// Read implements io.Reader: at most one line of a reply.
func (l *link) Read(p []byte) (int, error) {
	if len(l.ready) == 0 {
		if l.corked {
			return 0, l.fail(errors.New("a reply was awaited before its command was sent"))
		}
		line, err := l.line()
		if err != nil {
			return 0, err
		}
		if len(line) == 3 {
			line += " " // RFC 5321 section 4.2: clients should take a code without text
		}
		if l.hello && len(line) > 4 {
			word, rest, _ := strings.Cut(line[4:], " ")
			line = strings.TrimRight(line[:4]+strings.ToUpper(word)+" "+rest, " ")
		}
		l.ready = append(l.ready, line+"\r\n"...)
	}
	n := copy(p, l.ready)
	l.ready = l.ready[n:]
	return n, nil
}

// line sends what is to be sent and reads one line of a reply, without its end.
func (l *link) line() (string, error) {
	if l.err != nil {
		return "", l.err
	}
	if len(l.out) > 0 {
		if err := l.flush(); err != nil {
			return "", err
		}
	}
	b, err := l.in.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		return "", l.fail(l.protocol("a line of the reply is too long"))
	}
	if err != nil {
		if err == io.EOF && len(b) > 0 {
			err = io.ErrUnexpectedEOF
		}
		return "", l.fail(err)
	}
	line := strings.TrimRight(string(b), "\r\n")
	l.conn.Received(line)
	if len(l.part.lines) == maxLines {
		return "", l.fail(l.protocol("the reply is too long"))
	}
	code, last, ok := parse(line)
	if !ok {
		l.said, l.part = reply{lines: append(l.part.lines, line)}, reply{}
		return "", l.fail(l.protocol(line))
	}
	l.part.code, l.part.lines = code, append(l.part.lines, line)
	if last {
		l.said, l.part = l.part, reply{}
		l.closing = l.closing || code == 421
		if l.greeting == "" {
			l.greeting = l.said.said()
		}
	}
	return line, nil
}

// parse reads the code of a reply's line, and whether it is the last of its reply.
func parse(line string) (code int, last, ok bool) {
	if len(line) < 3 || line[0] < '2' || line[0] > '5' {
		return 0, false, false
	}
	for i := range 3 {
		if line[i] < '0' || line[i] > '9' {
			return 0, false, false
		}
		code = code*10 + int(line[i]-'0')
	}
	if len(line) == 3 {
		return code, true, true
	}
	return code, line[3] != '-', line[3] == ' ' || line[3] == '-'
}

func (l *link) protocol(said string) *wire.Error {
	return &wire.Error{Kind: mail.Protocol, Where: l.conn.Server().Addr(), Doing: "read", Said: reply{lines: []string{said}}.said()}
}

// next reads one whole reply.
func (l *link) next() (reply, error) {
	for {
		_, err := l.line()
		if err != nil {
			return reply{}, err
		}
		if len(l.part.lines) == 0 {
			return l.said, nil
		}
	}
}

// exchange sends a command past the client, which must not be waiting for anything.
func (l *link) exchange(command string) (reply, error) {
	l.out = append(l.out, command+"\r\n"...)
	return l.next()
}

// cork begins to hold commands back.
func (l *link) cork() { l.corked, l.held = true, 0 }

// add holds back a command of ours with the client's.
func (l *link) add(command string) {
	l.out = append(l.out, command+"\r\n"...)
	l.held++
}

// behind has say give commands, which go behind the final dot of the message that is being written. Their replies are
// left to next.
func (l *link) behind(say []func() error, last string) error {
	text := l.out
	l.out, l.data = nil, false
	l.cork()
	var err error
	for _, f := range say {
		if err = f(); err != nil {
			break
		}
	}
	l.add(last)
	l.past, l.out, l.data, l.corked, l.ready = l.out, text, true, false, l.ready[:0]
	if err != nil {
		l.past = nil
	}
	return err
}

// chunk holds back a message with the commands, as the only chunk of it (RFC 3030). It must not be empty.
func (l *link) chunk(text []byte) {
	l.add(fmt.Sprintf("BDAT %d LAST", len(text)))
	l.tail, l.dot, l.sent = text, false, 0
}

// uncork sends the commands held back and returns their replies, in order, but for the last so many, which are left to
// next.
func (l *link) uncork(but int) ([]reply, error) {
	l.corked = false
	l.ready = l.ready[:0]
	replies := make([]reply, 0, l.held)
	for range l.held - but {
		r, err := l.next()
		if err != nil {
			return replies, err
		}
		replies = append(replies, r)
	}
	return replies, nil
}

// encrypted makes the link begin anew after TLS, with a greeting for the next client, since the server sends none.
func (l *link) encrypted() {
	l.in.Reset(l.conn)
	l.ready = append(l.ready[:0], "220 encrypted\r\n"...)
}

// Close implements io.Closer.
func (l *link) Close() error { return l.conn.Close() }

// LocalAddr implements net.Conn.
func (l *link) LocalAddr() net.Addr { return l.conn.LocalAddr() }

// RemoteAddr implements net.Conn.
func (l *link) RemoteAddr() net.Addr { return l.conn.RemoteAddr() }

// SetDeadline does nothing.
func (l *link) SetDeadline(time.Time) error { return nil }

// SetReadDeadline does nothing.
func (l *link) SetReadDeadline(time.Time) error { return nil }

// SetWriteDeadline does nothing.
func (l *link) SetWriteDeadline(time.Time) error { return nil }

// lastWords reads what came although the connection broke while we were writing: at most n replies, up to the first
// refusal, which is last.
func (l *link) lastWords(n int) (replies []reply, last *reply) {
	l.err, l.out, l.data, l.ready, l.tail, l.past = nil, nil, false, nil, nil, nil
	var err error
	for range n {
		var r reply
		if r, err = l.next(); err != nil {
			break
		}
		if replies = append(replies, r); r.code/100 >= 4 {
			last = &r
			break
		}
	}
	l.err = errors.Join(net.ErrClosed, err) // spent in any case
	return replies, last
}
