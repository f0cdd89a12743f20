package mailtest

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"time"

	"poplar/mail"
)

// maxRecord bounds what a server remembers of its commands, because the demo's servers run for hours.
const maxRecord = 100_000

// Command is one line a client sent.
type Command struct {
	Session int
	User    string // who was logged in
	Line    string // as it came, secrets included, without line end
	Ahead   bool   // it was there before the reply to the one before it had been sent: the client pipelines
}

// host is what both servers have in common: the listener, the connections, the script and the record.
type host struct {
	listener net.Listener
	tls      *tls.Config
	implicit bool
	done     chan struct{}
	wg       sync.WaitGroup

	mu       sync.Mutex
	script   Script
	record   []Command
	sessions int
	open     map[net.Conn]struct{}
	closed   bool
}

func listen(addr string, config *tls.Config, implicit bool, script Script) (*host, error) {
	if implicit && config == nil {
		return nil, errors.New("TLS from the start needs a certificate")
	}
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", addr)
	if err != nil {
		return nil, err
	}
	return &host{listener: l, tls: config, implicit: implicit, script: script, done: make(chan struct{}), open: map[net.Conn]struct{}{}}, nil
}

// serve accepts until the host is closed.
func (h *host) serve(session func(n int, l *link)) {
	h.wg.Go(func() {
		for {
			raw, err := h.listener.Accept()
			if err != nil {
				return
			}
			n, ok := h.enter(raw)
			if !ok {
				_ = raw.Close()
				return
			}
			h.wg.Go(func() {
				defer h.leave(raw)
				l := newLink(raw, h.done)
				if h.implicit && l.encrypt(h.tls) != nil {
					return
				}
				session(n, l)
				_ = l.out.Flush()
				_ = l.conn.Close()
			})
		}
	})
}

func (h *host) enter(raw net.Conn) (int, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return 0, false
	}
	h.open[raw] = struct{}{}
	h.sessions++
	return h.sessions, true
}

func (h *host) leave(raw net.Conn) {
	_ = raw.Close()
	h.mu.Lock()
	delete(h.open, raw)
	h.mu.Unlock()
}

// Close ends the server and its connections and waits for them.
func (h *host) Close() error {
	h.mu.Lock()
	if h.closed {
		h.mu.Unlock()
		return nil
	}
	h.closed = true
	close(h.done)
	for c := range h.open {
		_ = c.Close()
	}
	h.mu.Unlock()
	err := h.listener.Close()
	h.wg.Wait()
	return err
}

// Drop breaks all connections that are open now, as a failing network does.
func (h *host) Drop() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for c := range h.open {
		_ = c.Close()
	}
}

// Addr is host:port of the listener.
func (h *host) Addr() string { return h.listener.Addr().String() }

// Server returns the settings of a client of this server: encrypted as well as it can be.
func (h *host) Server(user string) mail.Server {
	a := h.listener.Addr().(*net.TCPAddr)
	s := mail.Server{Host: a.IP.String(), Port: a.Port, User: user, Auth: mail.AuthAuto, Security: mail.NoTLS, AllowPlaintext: true}
	switch {
	case h.implicit:
		s.Security, s.AllowPlaintext = mail.TLS, false
	case h.tls != nil:
		s.Security, s.AllowPlaintext = mail.STARTTLS, false
	}
	return s
}

// SetScript replaces the script from the next command on.
func (h *host) SetScript(s Script) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.script = s
}

// Commands returns what clients have sent, in order.
func (h *host) Commands() []Command {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]Command(nil), h.record...)
}

// Lines returns the command lines of one session, or of all for 0.
func (h *host) Lines(session int) []string {
	var lines []string
	for _, c := range h.Commands() {
		if session == 0 || c.Session == session {
			lines = append(lines, c.Line)
		}
	}
	return lines
}

// Count is how many command lines since the server began have this name.
func (h *host) Count(name string) int {
	n := 0
	for _, c := range h.Commands() {
		verb, _, _ := strings.Cut(c.Line, " ")
		if strings.EqualFold(verb, name) {
			n++
		}
	}
	return n
}

// Sessions is the number of connections accepted so far.
func (h *host) Sessions() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.sessions
}

func (h *host) note(c Command) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.record) >= maxRecord {
		h.record = append(h.record[:0], h.record[maxRecord/2:]...)
	}
	h.record = append(h.record, c)
}

func (h *host) run(t *Turn) {
	h.mu.Lock()
	s := h.script
	h.mu.Unlock()
	if s != nil {
		s(t)
	}
}

// link is a server's end of one connection.
type link struct {
	raw  net.Conn
	conn net.Conn
	in   *bufio.Reader
	out  *bufio.Writer
	done <-chan struct{}
	tls  bool
	// ahead: the line read last lay ready when the reply before it was still in the buffer.
	ahead bool
}

func newLink(raw net.Conn, done <-chan struct{}) *link {
	l := &link{raw: raw, done: done}
	l.use(raw)
	return l
}

func (l *link) use(c net.Conn) {
	l.conn, l.in, l.out = c, bufio.NewReaderSize(c, 16<<10), bufio.NewWriterSize(c, 32<<10)
}

func (l *link) encrypt(config *tls.Config) error {
	t := tls.Server(l.raw, config)
	if err := t.HandshakeContext(context.Background()); err != nil {
		return err
	}
	l.use(t)
	l.tls = true
	return nil
}

// maxLine bounds a command line.
const maxLine = 64 << 10

// readLine returns the next line without its end. Replies wait in the buffer while more commands are there already.
func (l *link) readLine() (string, error) {
	l.ahead = l.in.Buffered() > 0
	if !l.ahead {
		if err := l.out.Flush(); err != nil {
			return "", err
		}
	}
	var line []byte
	for {
		part, err := l.in.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case err == nil:
			return strings.TrimRight(string(line), "\r\n"), nil
		case !errors.Is(err, bufio.ErrBufferFull):
			return "", err
		case len(line) > maxLine:
			return "", errors.New("line too long")
		}
	}
}

var errCut = errors.New("the script cuts the link")

// send gives the reply as the turn wants it. After an error the session ends.
func (l *link) send(t *Turn, right io.Reader) error {
	for _, s := range t.stalls {
		if err := l.out.Flush(); err != nil {
			return err
		}
		select {
		case <-s:
		case <-l.done:
			return net.ErrClosed
		}
	}
	if t.cut == cutBefore || t.cut == cutUnanswered {
		return l.cutOff()
	}
	reply, err := t.answer(right)
	if err != nil {
		return err
	}
	if t.piece > 0 {
		err = l.trickle(t, reply)
	} else {
		_, err = io.Copy(l.out, reply)
	}
	if err == nil && (t.cut == cutAt || t.cut == cutAfter) {
		return l.cutOff()
	}
	return err
}

// cutOff sends what was said before and breaks the link without TLS's goodbye.
func (l *link) cutOff() error {
	_ = l.out.Flush()
	_ = l.raw.Close()
	return errCut
}

func (l *link) trickle(t *Turn, reply io.Reader) error {
	pause := time.NewTimer(0)
	defer pause.Stop()
	for {
		_, err := io.CopyN(l.out, reply, int64(t.piece))
		if ferr := l.out.Flush(); ferr != nil {
			return ferr
		}
		if err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
		pause.Reset(t.every)
		select {
		case <-pause.C:
		case <-l.done:
			return net.ErrClosed
		}
	}
}
