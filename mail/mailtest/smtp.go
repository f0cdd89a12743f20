package mailtest

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"poplar/mail/wire"
)

// SMTPOptions says what an SMTP server is like. The zero value listens on a free port of 127.0.0.1, in the clear,
// and takes everything from everybody.
type SMTPOptions struct {
	Addr        string
	TLS         *tls.Config // offers STARTTLS; see CA.ServerTLS
	ImplicitTLS bool        // TLS from the start
	RequireTLS  bool        // AUTH is neither offered nor taken before TLS
	RequireAuth bool        // MAIL is refused with 530 before login
	Users       map[string]string
	// Believe, if set, is asked whether a token of XOAUTH2 or OAUTHBEARER is the user's.
	Believe func(user, token string) bool
	SASL    []string // mechanisms offered; nil: PLAIN, LOGIN, CRAM-MD5, XOAUTH2, OAUTHBEARER where there are Users, else none
	MaxSize int64    // announced by SIZE and enforced; 0: no limit
	MaxLine int      // octets of a line of a message, CRLF included (RFC 5321: 1000); longer ones are refused; 0: no limit
	// Without are keywords that are left out of the reply to EHLO: "8BITMIME", "SIZE", "SMTPUTF8", "AUTH", "STARTTLS", "PIPELINING".
	Without []string
	// Chunking offers CHUNKING (RFC 3030). The message of a BDAT is the turn "DOT", like that of a DATA.
	Chunking bool
	// DSN offers DSN (RFC 3461).
	DSN    bool
	Script Script
	// Deliver, if set, says where a copy for a recipient goes; nil: nowhere. POP3.Mailbox of the same process serves
	// for mail that comes back.
	Deliver func(recipient string) *Mailbox
	// Accepted, if set, is called after each message taken.
	Accepted func(Accepted)
}

// Accepted is one message an SMTP server has taken.
type Accepted struct {
	Session   int
	User      string // who was logged in
	Encrypted bool
	From      string
	To        []string // the recipients that were not refused
	Options   smtp.MailOptions
	Raw       []byte // as sent, dots unstuffed
}

// SMTP is an SMTP server for tests and the demo: go-smtp's server, behind a front that reads each line, keeps the
// record and lets a Script change every reply. The front also does TLS, so that scripts reach encrypted sessions.
type SMTP struct {
	*host
	o       SMTPOptions
	backend *smtp.Server
	pipes   *pipeListener

	taken   sync.Mutex // guards the two below
	list    []Accepted
	changed chan struct{}
}

// NewSMTP starts a server. It must be closed.
func NewSMTP(o SMTPOptions) (*SMTP, error) {
	if o.SASL == nil && o.Users != nil {
		o.SASL = []string{wire.Plain, wire.Login, wire.CramMD5, wire.XOAuth2, wire.OAuthBearer}
	}
	h, err := listen(o.Addr, o.TLS, o.ImplicitTLS, o.Script)
	if err != nil {
		return nil, err
	}
	s := &SMTP{host: h, o: o, pipes: &pipeListener{conns: make(chan net.Conn), done: h.done}, changed: make(chan struct{})}
	s.backend = smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) {
		return &smtpSession{server: s, front: c.Conn().(*pipeConn).front}, nil
	}))
	s.backend.Domain = "poplar.test"
	s.backend.AllowInsecureAuth = true // the front has checked
	s.backend.EnableSMTPUTF8 = true
	s.backend.EnableDSN = o.DSN
	s.backend.MaxMessageBytes = o.MaxSize
	s.backend.MaxLineLength = 0                     // the front sees to that: go-smtp would stop reading
	s.backend.ErrorLog = log.New(io.Discard, "", 0) // broken links are what this server is for
	h.wg.Go(func() { _ = s.backend.Serve(s.pipes) })
	h.serve(func(n int, l *link) {
		f := &front{server: s, link: l, n: n, counts: map[string]int{}}
		defer f.hangUp()
		f.run()
	})
	return s, nil
}

// Close ends the server and its connections and waits for them.
func (s *SMTP) Close() error {
	_ = s.backend.Close()
	return s.host.Close()
}

// Messages returns what was taken so far, in order.
func (s *SMTP) Messages() []Accepted {
	s.taken.Lock()
	defer s.taken.Unlock()
	return slices.Clone(s.list)
}

// Wait returns the first n messages as soon as they are there.
func (s *SMTP) Wait(ctx context.Context, n int) ([]Accepted, error) {
	for {
		s.taken.Lock()
		list, changed := slices.Clone(s.list), s.changed
		s.taken.Unlock()
		if len(list) >= n {
			return list[:n], nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return list, ctx.Err()
		}
	}
}

func (s *SMTP) accept(a Accepted) {
	s.taken.Lock()
	s.list = append(s.list, a)
	close(s.changed)
	s.changed = make(chan struct{})
	s.taken.Unlock()
	if s.o.Deliver != nil {
		for _, to := range a.To {
			if b := s.o.Deliver(to); b != nil {
				trace := fmt.Sprintf("Return-Path: <%s>\r\nReceived: from client by poplar.test with ESMTP for <%s>; %s\r\n", a.From, to, time.Now().Format(time.RFC1123Z))
				b.Add(append([]byte(trace), a.Raw...))
			}
		}
	}
	if s.o.Accepted != nil {
		s.o.Accepted(a)
	}
}

// smtpSession is go-smtp's view of a session.
type smtpSession struct {
	server *SMTP
	front  *front
	mail   Accepted
}

func (s *smtpSession) Reset()        { s.mail = Accepted{} }
func (s *smtpSession) Logout() error { return nil }

func (s *smtpSession) AuthMechanisms() []string { return s.server.o.SASL }

func (s *smtpSession) Auth(name string) (sasl.Server, error) {
	server := accounts(s.server.o.Users).server(name, s.server.o.Believe, func(user string) { s.front.user = user })
	if server == nil || !slices.Contains(s.server.o.SASL, name) {
		return nil, smtp.ErrAuthUnknownMechanism
	}
	return refusing{server}, nil
}

// refusing turns a failed login into the reply of RFC 4954.
type refusing struct{ sasl.Server }

func (r refusing) Next(in []byte) ([]byte, bool, error) {
	challenge, done, err := r.Server.Next(in)
	if err != nil {
		err = smtp.ErrAuthFailed
	}
	return challenge, done, err
}

func (s *smtpSession) Mail(from string, o *smtp.MailOptions) error {
	if s.server.o.RequireAuth && s.front.user == "" {
		return &smtp.SMTPError{Code: 530, EnhancedCode: smtp.EnhancedCode{5, 7, 0}, Message: "Authentication required"}
	}
	s.mail = Accepted{Session: s.front.n, User: s.front.user, Encrypted: s.front.link.tls, From: from, Options: *o}
	return nil
}

func (s *smtpSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.mail.To = append(s.mail.To, to)
	return nil
}

func (s *smtpSession) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if s.front.discard {
		return errors.New("the script refuses the message")
	}
	s.mail.Raw = raw
	s.server.accept(s.mail)
	return nil
}

// pipeListener hands the front's pipes to go-smtp.
type pipeListener struct {
	conns chan net.Conn
	done  <-chan struct{}
}

func (p *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

func (p *pipeListener) Close() error   { return nil }
func (p *pipeListener) Addr() net.Addr { return &net.UnixAddr{Name: "pipe"} }

// pipeConn is go-smtp's end of a pipe; it knows whose.
type pipeConn struct {
	net.Conn
	front *front
}

// front is the server's end of one client connection. Go-smtp works on the pipe behind it, one step at a time, so
// that user and discard need no lock.
type front struct {
	server *SMTP
	link   *link
	n      int
	counts map[string]int
	user   string
	// discard says that the message under way is not to be taken. It is set before the message's last octets are
	// passed on and not touched afterwards: go-smtp may still look at it when a connection has broken.
	discard bool

	pipe    net.Conn
	replies *bufio.Reader
}

// dial opens a fresh pipe, as at the start and after STARTTLS, which begins the session anew.
func (f *front) dial() (greeting []byte, err error) {
	f.hangUp()
	near, far := net.Pipe()
	select {
	case f.server.pipes.conns <- &pipeConn{far, f}:
	case <-f.link.done:
		_ = near.Close()
		return nil, net.ErrClosed
	}
	f.pipe, f.replies = near, bufio.NewReader(near)
	return f.reply()
}

func (f *front) hangUp() {
	if f.pipe != nil {
		_ = f.pipe.Close()
	}
}

// reply reads one reply of go-smtp, all its lines.
func (f *front) reply() ([]byte, error) {
	var all []byte
	for {
		line, err := f.replies.ReadBytes('\n')
		all = append(all, line...)
		if err != nil {
			return all, err
		}
		if len(line) < 4 || line[3] != '-' {
			return all, nil
		}
	}
}

func (f *front) ask(line string) ([]byte, error) {
	if _, err := io.WriteString(f.pipe, line+"\r\n"); err != nil {
		return nil, err
	}
	return f.reply()
}

func (f *front) turn(name, arg string) *Turn {
	f.counts[name]++
	t := &Turn{Session: f.n, User: f.user, Encrypted: f.link.tls, Name: name, Arg: arg, N: f.counts[name], smtp: true}
	f.server.run(t)
	return t
}

func (f *front) run() {
	greeting, err := f.dial()
	if err != nil || f.link.send(f.turn("GREETING", ""), bytes.NewReader(greeting)) != nil {
		return
	}
	for {
		line, err := f.link.readLine()
		if err != nil {
			return
		}
		f.server.note(Command{Session: f.n, User: f.user, Line: line, Ahead: f.link.ahead})
		name, arg, _ := strings.Cut(line, " ")
		name = strings.ToUpper(name)
		t := f.turn(name, address(name, arg))
		if err := f.step(t, name, arg, line); err != nil || name == "QUIT" && !t.skip {
			return
		}
	}
}

// address cuts the address out of MAIL FROM:<…> and RCPT TO:<…>.
func address(name, arg string) string {
	if name != "MAIL" && name != "RCPT" {
		return arg
	}
	_, arg, _ = strings.Cut(arg, "<")
	arg, _, _ = strings.Cut(arg, ">")
	return arg
}

// step carries one command out and replies. An error ends the session.
func (f *front) step(t *Turn, name, arg, line string) error {
	if t.skip {
		return f.link.send(t, strings.NewReader(""))
	}
	switch name {
	case "BDAT":
		if !f.server.o.Chunking {
			return f.link.send(t, strings.NewReader("502 5.5.1 CHUNKING is not offered\r\n"))
		}
		return f.chunk(t, arg, line)
	case "STARTTLS":
		return f.startTLS(t)
	case "AUTH":
		if f.server.o.RequireTLS && !f.link.tls {
			return f.link.send(t, strings.NewReader("538 5.7.11 Encryption required for authentication\r\n"))
		}
	}
	reply, err := f.ask(line)
	if err != nil {
		return err
	}
	switch {
	case name == "EHLO" && bytes.HasPrefix(reply, []byte("250")):
		reply = f.keywords(reply)
	case name == "AUTH":
		return f.auth(t, reply)
	case name == "DATA" && bytes.HasPrefix(reply, []byte("354")):
		if t.cut == cutBody {
			t.cut = noCut
			if err := f.link.send(t, bytes.NewReader(reply)); err != nil {
				return err
			}
			_ = f.link.out.Flush()
			_, _ = io.CopyN(io.Discard, f.link.in, int64(t.cutAt))
			return f.link.cutOff()
		}
		if err := f.link.send(t, bytes.NewReader(reply)); err != nil {
			return err
		}
		return f.data()
	}
	return f.link.send(t, bytes.NewReader(reply))
}

func (f *front) startTLS(t *Turn) error {
	if f.server.tls == nil || f.link.tls || f.server.without("STARTTLS") {
		return f.link.send(t, strings.NewReader("502 5.5.1 TLS is not available\r\n"))
	}
	if err := f.link.send(t, strings.NewReader("220 2.0.0 Ready to start TLS\r\n")); err != nil {
		return err
	}
	if err := f.link.out.Flush(); err != nil {
		return err
	}
	if err := f.link.encrypt(f.server.tls); err != nil {
		return err
	}
	f.user = ""
	_, err := f.dial()
	return err
}

func (s *SMTP) without(keyword string) bool {
	return slices.ContainsFunc(s.o.Without, func(w string) bool { return strings.EqualFold(w, keyword) })
}

// keywords makes go-smtp's list of extensions that of this server.
func (f *front) keywords(reply []byte) []byte {
	var lines []string
	for i, l := range strings.Split(strings.TrimRight(string(reply), "\r\n"), "\r\n") {
		l = l[4:]
		word, _, _ := strings.Cut(l, " ")
		switch {
		case i == 0:
		case f.server.without(word), word == "CHUNKING" && !f.server.o.Chunking, word == "LIMITS":
			continue
		case word == "AUTH" && f.server.o.RequireTLS && !f.link.tls:
			continue
		}
		lines = append(lines, l)
	}
	if f.server.tls != nil && !f.link.tls && !f.server.without("STARTTLS") {
		lines = append(lines, "STARTTLS")
	}
	var b bytes.Buffer
	for i, l := range lines {
		sep := "-"
		if i == len(lines)-1 {
			sep = " "
		}
		b.WriteString("250" + sep + l + "\r\n")
	}
	return b.Bytes()
}

// auth carries the responses to and fro. The turn is about the last reply.
func (f *front) auth(t *Turn, reply []byte) error {
	for bytes.HasPrefix(reply, []byte("334")) {
		if _, err := f.link.out.Write(reply); err != nil {
			return err
		}
		line, err := f.link.readLine()
		if err != nil {
			return err
		}
		f.server.note(Command{Session: f.n, Line: line})
		if s := f.turn("SASL", ""); s.skip {
			_, _ = f.ask("*")
			return f.link.send(s, strings.NewReader(""))
		}
		if reply, err = f.ask(line); err != nil {
			return err
		}
	}
	return f.link.send(t, bytes.NewReader(reply))
}

// chunk passes the octets of a BDAT on to go-smtp and answers.
func (f *front) chunk(t *Turn, arg, line string) error {
	size, last, _ := strings.Cut(arg, " ")
	n, err := strconv.ParseUint(size, 10, 24)
	if err != nil {
		return f.link.send(t, strings.NewReader("501 5.5.4 What size?\r\n"))
	}
	text := make([]byte, n)
	if t.cut == cutBody {
		_, _ = io.CopyN(io.Discard, f.link.in, int64(t.cutAt))
		return f.link.cutOff()
	}
	if _, err := io.ReadFull(f.link.in, text); err != nil {
		return err
	}
	if last != "" {
		if t = f.turn("DOT", ""); t.cut == cutBefore {
			return f.link.cutOff() // go-smtp never sees the message
		}
	}
	f.discard = t.skip
	// Go-smtp may refuse a chunk before it reads it.
	written := make(chan error, 1)
	go func() {
		_, err := f.pipe.Write(append([]byte(line+"\r\n"), text...))
		written <- err
	}()
	reply, err := f.reply()
	if err = errors.Join(err, <-written); err != nil {
		return err
	}
	return f.link.send(t, bytes.NewReader(reply))
}

// data passes a message on to go-smtp and answers its final dot.
func (f *front) data() error {
	if err := f.link.out.Flush(); err != nil {
		return err
	}
	to := bufio.NewWriterSize(f.pipe, 32<<10)
	length, long, last := 0, false, byte(0) // octets of this line so far; one was too long; the octet before this part
	for fresh := true; ; {
		part, err := f.link.in.ReadSlice('\n')
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return err
		}
		if fresh && string(part) == ".\r\n" {
			break
		}
		if _, err := to.Write(part); err != nil {
			return err
		}
		length += len(part)
		long = long || f.server.o.MaxLine > 0 && length > f.server.o.MaxLine
		if n := len(part); n > 1 {
			last = part[n-2]
		}
		fresh = err == nil && last == '\r'
		if err == nil {
			length = 0
		}
		last = part[len(part)-1]
	}
	t := f.turn("DOT", "")
	if long && !t.skip {
		t.Refuse("554 5.6.0", "a line of the message is too long")
	}
	if t.cut == cutBefore {
		return f.link.cutOff() // go-smtp never sees the dot
	}
	f.discard = t.skip
	if _, err := to.WriteString(".\r\n"); err != nil {
		return err
	}
	if err := to.Flush(); err != nil {
		return err
	}
	reply, err := f.reply()
	if err != nil {
		return err
	}
	return f.link.send(t, bytes.NewReader(reply))
}
