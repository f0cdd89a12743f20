package mailtest

import (
	"crypto/md5"
	"crypto/tls"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"poplar/mail/wire"
)

// POP3Options says what a POP3 server is like. The zero value listens on a free port of 127.0.0.1, in the clear, and
// knows everything but APOP.
type POP3Options struct {
	Addr        string
	TLS         *tls.Config // offers STLS; see CA.ServerTLS
	ImplicitTLS bool        // TLS from the start
	RequireTLS  bool        // no login before TLS
	// SASL are the mechanisms offered; nil: PLAIN, LOGIN, CRAM-MD5, XOAUTH2, OAUTHBEARER. An empty list offers none.
	SASL []string
	APOP bool // the greeting carries a timestamp
	// Without are commands that the server neither knows nor offers: "CAPA", "UIDL", "TOP", "STLS", "PIPELINING", "AUTH", "USER".
	Without []string
	Script  Script
}

// POP3 is a POP3 server (RFC 1939, 2449, 2595, 3206, 5034) for tests and the demo.
type POP3 struct {
	*host
	o POP3Options

	users sync.RWMutex // guards the two below
	names accounts
	boxes map[string]*Mailbox
}

// NewPOP3 starts a server. It must be closed.
func NewPOP3(o POP3Options) (*POP3, error) {
	if o.SASL == nil {
		o.SASL = []string{wire.Plain, wire.Login, wire.CramMD5, wire.XOAuth2, wire.OAuthBearer}
	}
	h, err := listen(o.Addr, o.TLS, o.ImplicitTLS, o.Script)
	if err != nil {
		return nil, err
	}
	p := &POP3{host: h, o: o, names: accounts{}, boxes: map[string]*Mailbox{}}
	h.serve(func(n int, l *link) {
		s := &pop3Session{server: p, link: l, n: n, counts: map[string]int{}, deleted: map[int]bool{}}
		s.run()
	})
	return p, nil
}

// AddUser makes a user with an empty mailbox. The password serves as a token, too.
func (p *POP3) AddUser(user, password string) *Mailbox {
	p.users.Lock()
	defer p.users.Unlock()
	b := &Mailbox{}
	p.names[user], p.boxes[user] = password, b
	return b
}

// SetPassword changes a user's password.
func (p *POP3) SetPassword(user, password string) {
	p.users.Lock()
	defer p.users.Unlock()
	p.names[user] = password
}

// Mailbox returns a user's mailbox, nil for an unknown user.
func (p *POP3) Mailbox(user string) *Mailbox {
	p.users.RLock()
	defer p.users.RUnlock()
	return p.boxes[user]
}

func (p *POP3) accounts() accounts {
	p.users.RLock()
	defer p.users.RUnlock()
	c := accounts{}
	for u, s := range p.names {
		c[u] = s
	}
	return c
}

func (p *POP3) lacks(command string) bool {
	return slices.ContainsFunc(p.o.Without, func(w string) bool { return strings.EqualFold(w, command) })
}

type pop3Session struct {
	server  *POP3
	link    *link
	n       int
	counts  map[string]int
	stamp   string // APOP
	try     string // of USER
	user    string
	box     *Mailbox
	list    []*Message
	deleted map[int]bool // ids
	quit    bool
}

func (s *pop3Session) run() {
	defer func() {
		if s.box != nil {
			s.box.leave()
		}
	}()
	greeting := "+OK Poplar's test server is ready"
	if s.server.o.APOP {
		s.stamp = fmt.Sprintf("<%d.%d@poplar.test>", s.n, time.Now().UnixNano())
		greeting += " " + s.stamp
	}
	if s.link.send(s.turn("GREETING", ""), strings.NewReader(greeting+"\r\n")) != nil {
		return
	}
	for !s.quit {
		line, err := s.link.readLine()
		if err != nil {
			return
		}
		s.server.note(Command{Session: s.n, User: s.user, Line: line, Ahead: s.link.ahead})
		name, arg, _ := strings.Cut(line, " ")
		name = strings.ToUpper(name)
		t := s.turn(name, arg)
		var reply io.Reader = strings.NewReader("")
		if !t.skip {
			reply, err = s.do(name, arg)
			if err != nil {
				return
			}
		}
		started := name == "STLS" && !t.skip && s.mayEncrypt()
		if s.link.send(t, reply) != nil {
			return
		}
		if started {
			if s.link.out.Flush() != nil || s.link.encrypt(s.server.tls) != nil {
				return
			}
			s.try = ""
		}
	}
}

func (s *pop3Session) turn(name, arg string) *Turn {
	s.counts[name]++
	t := &Turn{Session: s.n, User: s.user, Encrypted: s.link.tls, Name: name, Arg: arg, N: s.counts[name], Ahead: s.link.ahead, Mailbox: s.box, session: s}
	s.server.run(t)
	return t
}

func ok(format string, args ...any) (io.Reader, error) {
	return strings.NewReader("+OK " + fmt.Sprintf(format, args...) + "\r\n"), nil
}

func no(text string) (io.Reader, error) { return strings.NewReader("-ERR " + text + "\r\n"), nil }

func (s *pop3Session) mayEncrypt() bool {
	return s.server.tls != nil && !s.link.tls && !s.server.lacks("STLS") && s.user == ""
}

// do carries a command out and returns the right reply. An error ends the session.
func (s *pop3Session) do(name, arg string) (io.Reader, error) {
	if s.server.lacks(name) {
		return no("unknown command " + name)
	}
	switch name {
	case "CAPA":
		return strings.NewReader(multi("+OK capabilities follow", s.capabilities())), nil
	case "QUIT":
		s.quit = true
		if s.box != nil {
			s.box.commit(s.deleted)
		}
		return ok("goodbye")
	case "NOOP":
		if s.user == "" {
			return no("log in first")
		}
		return ok("nothing done")
	}
	if s.user == "" {
		return s.authorization(name, arg)
	}
	return s.transaction(name, strings.Fields(arg))
}

func (s *pop3Session) capabilities() []string {
	var list []string
	for _, c := range []string{"TOP", "UIDL", "RESP-CODES", "AUTH-RESP-CODE", "PIPELINING"} {
		if !s.server.lacks(c) {
			list = append(list, c)
		}
	}
	if s.mayEncrypt() {
		list = append(list, "STLS")
	}
	if s.user == "" && (s.link.tls || !s.server.o.RequireTLS) {
		if !s.server.lacks("USER") {
			list = append(list, "USER")
		}
		if m := s.server.o.SASL; len(m) > 0 && !s.server.lacks("AUTH") {
			list = append(list, "SASL "+strings.Join(m, " "))
		}
	}
	return append(list, "IMPLEMENTATION poplar-mailtest")
}

func (s *pop3Session) authorization(name, arg string) (io.Reader, error) {
	switch name {
	case "STLS":
		if !s.mayEncrypt() {
			return no("TLS is not available")
		}
		return ok("begin TLS")
	case "USER", "PASS", "APOP", "AUTH":
		if s.server.o.RequireTLS && !s.link.tls {
			return no("encryption is required before login")
		}
	}
	switch name {
	case "USER":
		s.try = arg
		return ok("and the password?")
	case "PASS":
		user := s.try
		s.try = ""
		if user == "" {
			return no("USER comes first")
		}
		if s.server.accounts().check(user, arg) != nil {
			return no("[AUTH] wrong user name or password")
		}
		return s.login(user)
	case "APOP":
		user, digest, _ := strings.Cut(arg, " ")
		secret, known := s.server.accounts()[user]
		sum := md5.Sum([]byte(s.stamp + secret))
		if s.stamp == "" || !known || !strings.EqualFold(digest, hex.EncodeToString(sum[:])) {
			return no("[AUTH] wrong user name or digest")
		}
		return s.login(user)
	case "AUTH":
		return s.auth(arg)
	}
	return no("unknown command " + name)
}

func (s *pop3Session) login(user string) (io.Reader, error) {
	box := s.server.Mailbox(user)
	list, free := box.enter()
	if !free {
		return no("[IN-USE] another session has the mailbox")
	}
	s.user, s.box, s.list = user, box, list
	return ok("%d messages", len(list))
}

func (s *pop3Session) auth(arg string) (io.Reader, error) {
	offered := s.server.o.SASL
	name, response, initial := strings.Cut(arg, " ")
	if name == "" {
		return strings.NewReader(multi("+OK", offered)), nil
	}
	name = strings.ToUpper(name)
	var user string
	server := s.server.accounts().server(name, nil, func(u string) { user = u })
	if server == nil || !slices.Contains(offered, name) {
		return no("that mechanism is not offered")
	}
	var in []byte
	if initial {
		var err error
		if in, err = decode(response); err != nil {
			return no("the response is no base64")
		}
	}
	for {
		challenge, done, err := server.Next(in)
		switch {
		case err != nil:
			return no("[AUTH] wrong user name or password")
		case done:
			return s.login(user)
		}
		t := s.turn("CHALLENGE", name)
		if err := s.link.send(t, strings.NewReader("+ "+base64.StdEncoding.EncodeToString(challenge)+"\r\n")); err != nil {
			return nil, err
		}
		line, err := s.link.readLine()
		if err != nil {
			return nil, err
		}
		s.server.note(Command{Session: s.n, Line: line})
		if t := s.turn("SASL", name); t.skip {
			return strings.NewReader(""), s.link.send(t, strings.NewReader(""))
		}
		if line == "*" {
			return no("authentication was given up")
		}
		if in, err = decode(line); err != nil {
			return no("the response is no base64")
		}
	}
}

func decode(s string) ([]byte, error) {
	if s == "=" || s == "" {
		return []byte{}, nil
	}
	return base64.StdEncoding.DecodeString(s)
}

// message finds the message a command names by its number; nil when it is not there.
func (s *pop3Session) message(args []string) *Message {
	if len(args) == 0 {
		return nil
	}
	n, err := strconv.Atoi(args[0])
	if err != nil || n < 1 || n > len(s.list) || s.deleted[s.list[n-1].id] {
		return nil
	}
	return s.list[n-1]
}

func (s *pop3Session) retr(args []string, lines int) io.Reader {
	m := s.message(args)
	if m == nil || !s.box.has(m) {
		r, _ := no("no such message")
		return r
	}
	// The end is ".CRLF" on a line of its own, whatever the message ends with.
	return io.MultiReader(strings.NewReader(fmt.Sprintf("+OK %d octets\r\n", m.size())), &ended{r: m.wire(lines)}, strings.NewReader(".\r\n"))
}

// ended adds the line end that a message lacks.
type ended struct {
	r    io.Reader
	last byte
	any  bool
	tail io.Reader
}

func (e *ended) Read(p []byte) (int, error) {
	if e.tail != nil {
		return e.tail.Read(p)
	}
	n, err := e.r.Read(p)
	if n > 0 {
		e.last, e.any = p[n-1], true
	}
	if err == io.EOF {
		end := ""
		if e.any && e.last != '\n' {
			end = "\r\n"
		}
		e.tail, err = strings.NewReader(end), nil
	}
	return n, err
}

func (s *pop3Session) transaction(name string, args []string) (io.Reader, error) {
	switch name {
	case "STAT":
		n, size := 0, int64(0)
		for _, m := range s.list {
			if !s.deleted[m.id] {
				n, size = n+1, size+m.size()
			}
		}
		return ok("%d %d", n, size)
	case "LIST":
		return s.listing(args, func(m *Message) string { return strconv.FormatInt(m.size(), 10) })
	case "UIDL":
		return s.listing(args, func(m *Message) string { return m.UIDL })
	case "RETR":
		return s.retr(args, -1), nil
	case "TOP":
		if len(args) < 2 {
			return no("TOP wants a message and a number of lines")
		}
		lines, err := strconv.Atoi(args[1])
		if err != nil || lines < 0 {
			return no("TOP wants a number of lines")
		}
		return s.retr(args, lines), nil
	case "DELE":
		m := s.message(args)
		if m == nil {
			return no("no such message")
		}
		s.deleted[m.id] = true
		return ok("message %s deleted", args[0])
	case "RSET":
		s.deleted = map[int]bool{}
		return ok("nothing is deleted")
	}
	return no("unknown command " + name)
}

func (s *pop3Session) listing(args []string, of func(*Message) string) (io.Reader, error) {
	if len(args) > 0 {
		m := s.message(args)
		if m == nil {
			return no("no such message")
		}
		return ok("%s %s", args[0], of(m))
	}
	var b strings.Builder
	b.WriteString("+OK\r\n")
	for i, m := range s.list {
		if !s.deleted[m.id] {
			fmt.Fprintf(&b, "%d %s\r\n", i+1, of(m))
		}
	}
	b.WriteString(".\r\n")
	return strings.NewReader(b.String()), nil
}
