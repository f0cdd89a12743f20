package pop3

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"strconv"
	"strings"
	"time"

	"poplar/mail"
	"poplar/mail/wire"
)

// The steps of a session, as errors name them.
const (
	doingConnect = "connect"
	doingEncrypt = "encrypt"
	doingLogin   = "log in"
	doingList    = "list"
	doingFetch   = "retrieve"
	doingDelete  = "delete"
	doingQuit    = "quit"
)

// readBuffer is the size of the connection's read buffer: large enough that a series of small messages costs few
// reads.
const readBuffer = 128 << 10

// Options say how to reach a server and what is known of it.
type Options struct {
	Wire wire.Options
	// Known is what the last visit learnt (Client.Known); it saves turns and is verified.
	Known Known
	// Ahead lets STAT, UIDL and, where nothing is known of the server, LIST travel with the login. The first calls
	// of Stat, UIDL and List then find their answers on the way.
	Ahead bool
}

// conn is what a Client needs of a *wire.Conn.
type conn interface {
	net.Conn
	SetContext(ctx context.Context)
	StartTLS(ctx context.Context, buffered int) error
	Encrypted() bool
	TLS() (tls.ConnectionState, bool)
	Sent(line string)
	Received(line string)
}

// Client is one session with a POP3 server.
type Client struct {
	server mail.Server
	opts   Options
	dial   func(ctx context.Context) (conn, error)

	conn     conn
	r        *bufio.Reader
	out      []byte
	retrying bool // connecting once more because of CAPA
	unheard  bool // the server hung up on the last CAPA before login
	greeted  bool // the server's first line has come on this connection
	greeting string
	apop     string // the greeting's timestamp, empty where there is none
	caps     Capabilities
	hasCapa  bool         // the server answered CAPA
	before   Capabilities // just before login, asked for and not only remembered
	after    Capabilities
	loggedIn bool
	ahead    []string // commands sent early whose answers have not been read
	open     *Body    // a multi-line answer that is not read to its end
	spent    error
	known    Known
	sent     time.Time     // when the login began
	turn     time.Duration // how long its first answer took
	count    int           // messages, by the last STAT
}

// Dial connects, reads the greeting, asks for the capabilities and, for mail.STARTTLS, encrypts. The server is not
// logged in to. Errors are *wire.Error or *Error.
func Dial(ctx context.Context, s mail.Server, o wire.Options) (*Client, error) {
	c := newClient(s, Options{Wire: o})
	if err := c.connect(ctx, false); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

// Open dials and logs in with the fewest turns that what is known of the server allows. Errors are *wire.Error or
// *Error.
func Open(ctx context.Context, s mail.Server, secret string, o Options) (*Client, error) {
	c := newClient(s, o)
	err := c.connect(ctx, true)
	if err == nil {
		err = c.Login(ctx, secret)
	}
	if err != nil {
		_ = c.Close()
		return nil, err
	}
	return c, nil
}

func newClient(s mail.Server, o Options) *Client {
	c := &Client{server: s, opts: o, known: o.Known}
	if addr := s.Addr() + " " + string(s.Security); c.known.Addr != addr {
		c.known = Known{Addr: addr}
	}
	c.dial = func(ctx context.Context) (conn, error) {
		w := o.Wire
		if c.retrying {
			w.Step = nil // its steps have been told
		}
		return wire.Dial(ctx, s, w)
	}
	return c
}

func (c *Client) where() string { return c.server.Addr() }

// Greeting is the server's first line without "+OK".
func (c *Client) Greeting() string { return c.greeting }

// Capabilities are what the server offered last; nil where it does not know CAPA.
func (c *Client) Capabilities() Capabilities { return c.caps }

// Encrypted says whether TLS is on.
func (c *Client) Encrypted() bool { return c.conn != nil && c.conn.Encrypted() }

// TLS returns the state of the encryption, and false without one.
func (c *Client) TLS() (tls.ConnectionState, bool) {
	if c.conn == nil {
		return tls.ConnectionState{}, false
	}
	return c.conn.TLS()
}

// LoginDelay is the least time between two logins that the server states; 0 where it states none.
func (c *Client) LoginDelay() time.Duration { return c.caps.LoginDelay() }

// Pipelining says whether commands may be sent before earlier ones are answered.
func (c *Client) Pipelining() bool { return c.caps.Has("PIPELINING") && !c.known.Serial }

// Known is what is worth remembering of the server for the next visit.
func (c *Client) Known() Known {
	k := c.known
	if len(c.before) > 0 {
		k.Before = c.before
	}
	if len(c.after) > 0 {
		k.After = c.after
	}
	return k
}

// Distrust notes that the server loses commands although it offers PIPELINING. Known carries it to the next session.
func (c *Client) Distrust() { c.known.Serial = true }

// spend makes the first error the answer to every further command.
func (c *Client) spend(doing string, err error) error {
	if c.spent == nil {
		c.spent = c.lost(doing, err)
	}
	return c.spent
}

// line reads one status line.
func (c *Client) line(doing string) (string, error) {
	if c.spent != nil {
		return "", c.spent
	}
	b, err := readLine(c.r)
	if err != nil {
		return "", c.spend(doing, err)
	}
	if !c.sent.IsZero() {
		c.turn, c.sent = time.Since(c.sent), time.Time{}
	}
	s := string(b)
	c.conn.Received(s)
	return s, nil
}

// reply reads a command's status line: its text on +OK, an *Error on -ERR (the session goes on), and on anything else
// an *Error that ends the session.
func (c *Client) reply(doing string) (string, error) {
	st, text, err := c.status(doing)
	if err != nil {
		return "", err
	}
	switch st {
	case statusOK:
		return text, nil
	case statusErr:
		return text, c.refusal(doing, text)
	}
	return "", c.spend(doing, c.breach(doing, text, "this is not a POP3 reply"))
}

func (c *Client) status(doing string) (status, string, error) {
	line, err := c.line(doing)
	if err != nil {
		return 0, "", err
	}
	st, text := parseStatus(line)
	return st, text, nil
}

// begin makes the connection ready for a command under ctx: what is left of earlier answers is read, and a server
// that spoke unasked is caught.
func (c *Client) begin(ctx context.Context, doing string) error {
	if c.spent != nil {
		return c.spent
	}
	c.conn.SetContext(ctx)
	return c.skip()
}

// quiet checks, with nothing outstanding, that the server has not said anything yet: an answer without a command means
// that answers and commands no longer match, and the next +OK could be that of another command.
func (c *Client) quiet(doing string) error {
	if c.r.Buffered() == 0 {
		return nil
	}
	line, err := c.line(doing)
	if err != nil {
		return err
	}
	if st, text := parseStatus(line); st == statusErr {
		// Commonly "-ERR autologout" just before the server hangs up.
		return c.spend(doing, &Error{Kind: mail.ServerTemporary, Said: printable(text), Where: c.where(), Doing: doing, Again: againTemp, Err: errors.New("the server ends the session")})
	}
	return c.spend(doing, c.breach(doing, line, "the server spoke unasked"))
}

// skip reads the rest of a multi-line answer that the caller did not want.
func (c *Client) skip() error {
	if c.open == nil {
		return nil
	}
	b := c.open
	c.open = nil
	_, err := b.WriteTo(io.Discard)
	return err
}

// drain reads the answers to commands that were sent ahead and that nobody wants after all.
func (c *Client) drain() error {
	for len(c.ahead) > 0 && c.spent == nil {
		sent := c.ahead[0]
		c.ahead = c.ahead[1:]
		if _, err := c.reply(doingList); err == nil && multiLine(sent) {
			_ = c.lines(doingList, func([]byte) error { return nil })
		}
	}
	return c.spent
}

// write sends whole commands.
func (c *Client) write(doing string, p []byte) error {
	if _, err := c.conn.Write(p); err != nil {
		return c.spend(doing, err)
	}
	return nil
}

// cmd sends one command and reads its status line. A command that was sent ahead is only read.
func (c *Client) cmd(ctx context.Context, doing, line string) (string, error) {
	if err := c.begin(ctx, doing); err != nil {
		return "", err
	}
	for len(c.ahead) > 0 {
		sent := c.ahead[0]
		c.ahead = c.ahead[1:]
		text, err := c.reply(doing)
		if sent == line || c.spent != nil {
			return text, err
		}
		if err == nil && multiLine(sent) {
			if _, err := c.body(doing, 0).WriteTo(io.Discard); err != nil {
				return "", err
			}
			c.open = nil
		}
	}
	if strings.ContainsAny(line, "\r\n\x00") {
		return "", &Error{Kind: mail.Protocol, Where: c.where(), Doing: doing, Err: errors.New("a line end inside a command is not sent")}
	}
	if err := c.quiet(doing); err != nil {
		return "", err
	}
	c.conn.Sent(line)
	if err := c.write(doing, append(append(c.out[:0], line...), crlf...)); err != nil {
		return "", err
	}
	return c.reply(doing)
}

func multiLine(line string) bool { return line == "CAPA" || line == "UIDL" || line == "LIST" }

// body is the multi-line answer whose status line has just been read.
func (c *Client) body(doing string, announced int64) *Body {
	c.open = &Body{c: c, doing: doing, size: announced, bol: true}
	return c.open
}

// capa asks for the capabilities. A server that does not know CAPA has none; that is no error.
func (c *Client) capa(ctx context.Context) error {
	_, err := c.cmd(ctx, doingConnect, "CAPA")
	return c.readCapa(err)
}

func (c *Client) readCapa(err error) error {
	if err != nil {
		if Refused(err) == nil {
			return err
		}
		c.caps, c.hasCapa = nil, false
		return nil
	}
	var caps Capabilities
	err = c.lines(doingConnect, func(line []byte) error {
		if len(caps) >= 1000 {
			return errors.New("more than 1000 capabilities")
		}
		if len(line) > 0 {
			caps = append(caps, printable(string(line)))
		}
		return nil
	})
	if err != nil {
		return err
	}
	c.caps, c.hasCapa = caps, true
	return nil
}

// lines reads a multi-line answer of short lines, dots unstuffed. An error of each ends the session.
func (c *Client) lines(doing string, each func(line []byte) error) error {
	for {
		line, err := readLine(c.r)
		if err != nil {
			return c.spend(doing, err)
		}
		if len(line) > 0 && line[0] == '.' {
			if len(line) == 1 {
				return nil
			}
			line = line[1:]
		}
		if err := each(line); err != nil {
			return c.spend(doing, &Error{Kind: mail.Protocol, Where: c.where(), Doing: doing, Err: err})
		}
	}
}

// Capa asks for the capabilities again. It returns nil, nil where the server does not know CAPA.
func (c *Client) Capa(ctx context.Context) (Capabilities, error) {
	err := c.capa(ctx)
	return c.caps, err
}

// Stat returns the number of messages and their octets. Servers without a usable octet count give 0.
func (c *Client) Stat(ctx context.Context) (count int, octets int64, err error) {
	text, err := c.cmd(ctx, doingList, "STAT")
	if err != nil {
		return 0, 0, err
	}
	first, rest := number([]byte(text))
	if first < 0 {
		return 0, 0, c.unclear(text)
	}
	second, _ := number(rest)
	c.count = int(min(first, maxEntries))
	return c.count, max(second, 0), nil
}

// Noop does nothing but keep the session alive.
func (c *Client) Noop(ctx context.Context) error {
	_, err := c.cmd(ctx, doingConnect, "NOOP")
	return err
}

// Rset takes back the deletions of this session.
func (c *Client) Rset(ctx context.Context) error {
	_, err := c.cmd(ctx, doingDelete, "RSET")
	return err
}

// Dele marks message n as deleted; it is gone when QUIT is answered by +OK.
func (c *Client) Dele(ctx context.Context, n int) error {
	_, err := c.cmd(ctx, doingDelete, "DELE "+strconv.Itoa(n))
	return err
}

// Retr copies message n to w, dots unstuffed, every line ended by CRLF, and returns its octets. An *Error that Refused
// knows is the server's refusal of this message; an error of w leaves the session usable.
func (c *Client) Retr(ctx context.Context, n int, w io.Writer) (int64, error) {
	return c.text(ctx, "RETR "+strconv.Itoa(n), w)
}

// Top copies the header of message n and the first lines of its body to w, as Retr does. Some servers send the whole
// message.
func (c *Client) Top(ctx context.Context, n, lines int, w io.Writer) (int64, error) {
	return c.text(ctx, "TOP "+strconv.Itoa(n)+" "+strconv.Itoa(lines), w)
}

func (c *Client) text(ctx context.Context, line string, w io.Writer) (int64, error) {
	if _, err := c.cmd(ctx, doingFetch, line); err != nil {
		return 0, err
	}
	b := c.body(doingFetch, 0)
	octets, err := b.WriteTo(w)
	if b.done {
		c.open = nil
	}
	return octets, err
}

// Quit ends the session, upon which the server carries out the deletions. nil means that it answered +OK, and only
// then may they be counted. The connection is closed in any case.
func (c *Client) Quit(ctx context.Context) error {
	_, err := c.cmd(ctx, doingQuit, "QUIT")
	_ = c.Close()
	return err
}

// leaveWait is how long Leave waits for the answer to QUIT: on a near server long enough to see the session end, so
// that a next one finds the mailbox free. A far one's answer would come too late, and is not waited for at all.
const leaveWait = 25 * time.Millisecond

// Leave says QUIT and closes without insisting on the answer: for a session that has deleted nothing, whose end nothing
// depends on.
func (c *Client) Leave(ctx context.Context) {
	if c.begin(ctx, doingQuit) == nil && c.drain() == nil && c.quiet(doingQuit) == nil {
		c.conn.Sent("QUIT")
		if c.write(doingQuit, []byte("QUIT\r\n")) == nil && c.turn < leaveWait && c.conn.SetReadDeadline(time.Now().Add(leaveWait)) == nil {
			_, _ = c.line(doingQuit)
		}
	}
	_ = c.Close()
}

// Close drops the connection without QUIT: the server carries out no deletion.
func (c *Client) Close() error {
	if c.conn == nil {
		return nil
	}
	err := c.conn.Close()
	if c.spent == nil {
		c.spent = &Error{Kind: mail.Unknown, Where: c.where(), Doing: doingQuit, Err: net.ErrClosed}
	}
	c.conn = nil
	return err
}
