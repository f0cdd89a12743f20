package submit

import (
	"context"
	"errors"
	"net/textproto"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/emersion/go-smtp"

	"poplar/mail"
	"poplar/mail/wire"
)

// ownName is what Poplar calls itself: an address literal (RFC 5321 section 4.1.3) that is the same on every computer,
// so that neither the machine's name nor its address in a private network reaches the recipients.
const ownName = "[127.0.0.1]"

const (
	// goodbye is how long Close waits for the answer to QUIT: on a near server long enough to see the session end, on a
	// far one a fraction of the turn that waiting would cost. Nothing hangs on the answer.
	goodbye = 25 * time.Millisecond
	// afterDot is how long the answer to the final dot may take (RFC 5321 section 4.5.3.2.6): the server may be checking
	// the message, and giving up on it early is how messages are sent twice.
	afterDot = 10 * time.Minute
)

// Session is a connection to a submission server, logged in. It is for one goroutine at a time.
type Session struct {
	server    mail.Server
	secret    string
	o         wire.Options
	link      *link
	client    *smtp.Client
	offers    map[string]string // EHLO keywords in capitals, and what follows them
	busy      bool              // a transaction has begun and must be reset before the next
	unchunked bool              // see Unchunked
	// ahead is the message whose envelope has left behind the end of the one before; its replies are still to be read.
	ahead *transaction
	lost  bool // see Lost
}

// Open connects to s, encrypts as s says, and logs in unless s.Auth is mail.AuthNone. The session is bound to ctx
// until Send binds it anew. Errors are *Errors; their Temporary says whether trying later may help.
func Open(ctx context.Context, s mail.Server, secret string, o wire.Options) (*Session, error) {
	return open(ctx, s, secret, o, func(string, time.Duration, string, error) {})
}

// open is Open that tells each step as it ends.
func open(ctx context.Context, s mail.Server, secret string, o wire.Options, report func(step string, took time.Duration, said string, err error)) (*Session, error) {
	start := time.Now()
	lap := func() time.Duration {
		t := time.Since(start)
		start = time.Now()
		return t
	}
	conn, err := wire.Dial(ctx, s, o)
	if err != nil {
		e := broken(err, s.Addr(), "connect")
		report(e.Doing, lap(), e.Said, e)
		return nil, e
	}
	x := &Session{server: s, secret: secret, o: o, link: newLink(conn)}
	lap()
	greeting, err := x.hello()
	report(stepGreeting, lap(), greeting, err)
	if err == nil && s.Security == mail.STARTTLS {
		var saw string
		saw, err = x.encrypt(ctx)
		report(stepEncrypt, lap(), saw, err)
	}
	if err == nil && s.Auth != mail.AuthNone {
		var said string
		said, err = x.login()
		report(stepLogin, lap(), said, err)
	}
	if err != nil {
		_ = conn.Close()
		return nil, err
	}
	return x, nil
}

// fail turns an error of go-smtp's client into ours. What the server said is taken from the link, which has it whole.
func (x *Session) fail(err error, step string) *Error {
	if x.link.err != nil {
		return broken(x.link.err, x.server.Addr(), step)
	}
	var no *smtp.SMTPError
	var odd textproto.ProtocolError
	if errors.As(err, &no) || errors.As(err, &odd) {
		return refusal(x.link.said, x.server.Addr(), step, x.secret)
	}
	return &Error{Kind: mail.Protocol, Where: x.server.Addr(), Doing: step, Err: err}
}

// hello reads the greeting, says EHLO, or HELO to a server that does not know it, and notes what is offered.
func (x *Session) hello() (greeting string, err error) {
	x.client = smtp.NewClient(x.link)
	x.link.hello = true
	defer func() { x.link.hello = false }()
	if err := x.client.Hello(ownName); err != nil {
		return x.link.said.said(), x.fail(err, stepGreeting)
	}
	x.offers = map[string]string{}
	for _, line := range x.link.said.lines[1:] {
		if len(line) < 5 {
			continue
		}
		word, rest, _ := strings.Cut(line[4:], " ")
		word = strings.ToUpper(word)
		// QUIRK: "AUTH=LOGIN PLAIN", which was a draft's form, stands beside or instead of "AUTH LOGIN PLAIN".
		if m, ok := strings.CutPrefix(word, "AUTH="); ok {
			word, rest = "AUTH", m+" "+rest
		}
		x.offers[word] = strings.TrimSpace(x.offers[word] + " " + rest)
	}
	return x.link.greeting, nil
}

// encrypt is STARTTLS. There is no way on without it.
func (x *Session) encrypt(ctx context.Context) (saw string, err error) {
	if _, ok := x.offers["STARTTLS"]; !ok {
		return "", &Error{Kind: mail.NoEncryption, Where: x.server.Addr(), Doing: stepEncrypt, Said: "the server does not offer STARTTLS"}
	}
	r, err := x.link.exchange("STARTTLS")
	if err != nil {
		return "", broken(err, x.server.Addr(), stepEncrypt)
	}
	if r.code != 220 {
		e := refusal(r, x.server.Addr(), stepEncrypt, x.secret)
		return e.Said, e
	}
	if err := x.link.conn.StartTLS(ctx, x.link.in.Buffered()); err != nil {
		return "", broken(err, x.server.Addr(), stepEncrypt)
	}
	x.link.encrypted()
	// What was offered in the clear is forgotten (RFC 3207 section 4.2).
	if _, err := x.hello(); err != nil {
		return "", err
	}
	state, _ := x.link.conn.TLS()
	return wire.Describe(state), nil
}

// login tries the mechanisms that the server offers and the account allows, best first. One that the server does not
// really know is passed over; so is CRAM-MD5 when it fails, since many servers offer it and cannot do it. A password
// refused otherwise is not tried again: some providers lock the account after a few attempts.
func (x *Session) login() (said string, err error) {
	offered := strings.Fields(x.offers["AUTH"])
	list, err := wire.Mechanisms(x.server.Auth, offered, x.link.conn.Encrypted(), x.server.AllowPlaintext)
	if err != nil {
		return "", broken(err, x.server.Addr(), stepLogin)
	}
	var worst *Error
	for i, m := range list {
		c, err := wire.SASL(m, x.server, x.secret)
		if err != nil {
			return "", broken(err, x.server.Addr(), stepLogin)
		}
		if err = x.client.Auth(c); err == nil {
			return wire.Redact(x.link.said.said(), x.secret), nil
		}
		e := x.fail(err, stepLogin)
		if worst == nil || e.Kind == mail.LoginRefused || e.Kind == mail.NeedsAppPassword {
			worst = e
		}
		unknown := slices.Contains([]int{500, 501, 502, 503, 504}, e.Code) || e.Code == 0
		if x.link.err != nil || e.Code == 421 || i == len(list)-1 || !unknown && (m != wire.CramMD5 || e.Code/100 == 4) {
			break
		}
	}
	return worst.Said, worst
}

// MaxSize is the largest message the server takes, in octets; 0 where it does not say (RFC 1870).
func (x *Session) MaxSize() int64 {
	n, err := strconv.ParseInt(strings.TrimSpace(x.offers["SIZE"]), 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// Bind binds the session to ctx, as Send does.
func (x *Session) Bind(ctx context.Context) { x.link.conn.SetContext(ctx) }

// Usable says whether another message may be sent: no when the connection has failed or the server is closing it.
func (x *Session) Usable() bool {
	return x.link.err == nil && !x.link.closing && (x.link.in.Buffered() == 0 || x.ahead != nil)
}

// Lost reports whether the server did not answer an envelope that had left behind the end of a message: it may have lost
// what came there. Nobody has that message.
func (x *Session) Lost() bool { return x.lost }

// Unchunked reports whether the server has offered CHUNKING and does not know it, so that the session had to be broken off.
// Nobody has the message; a new session sends it by DATA.
func (x *Session) Unchunked() bool { return x.unchunked }

// Close says QUIT, if there is anybody to say it to, and closes the connection. What was sent is not affected by its
// error.
func (x *Session) Close() error {
	if x.Usable() && x.ahead == nil {
		x.link.conn.SetIdle(goodbye)
		_, _ = x.link.exchange("QUIT")
	}
	return x.link.conn.Close()
}

// reset ends a transaction that came to nothing.
func (x *Session) reset() error {
	if !x.busy {
		return nil
	}
	x.busy = false
	r, err := x.link.exchange("RSET")
	if err != nil {
		return broken(err, x.server.Addr(), stepSender)
	}
	if r.code/100 != 2 {
		return refusal(r, x.server.Addr(), stepSender, x.secret)
	}
	return nil
}

// Probe tries everything a submission needs but sends nothing: it connects, greets, encrypts, logs in and names the
// sender. Each step is told to report as it ends: "greeting", "encrypt" (of STARTTLS; TLS from the start is one of
// wire's own steps, see wire.Options.Step), "log in" (unless s.Auth is mail.AuthNone) and "sender" (unless from is
// empty), how long it took, what the server said, and what went wrong. A connection that cannot be made is told as the
// step of wire at which it failed. Probe returns the first error, an *Error.
func Probe(ctx context.Context, s mail.Server, secret string, o wire.Options, from string, report func(step string, took time.Duration, said string, err error)) error {
	if tell := o.Step; tell != nil && s.Security == mail.STARTTLS {
		o.Step = func(step string, took time.Duration, saw string) {
			if step != stepEncrypt {
				tell(step, took, saw)
			}
		}
	}
	x, err := open(ctx, s, secret, o, report)
	if err != nil {
		return err
	}
	defer x.Close() //nolint:errcheck // nothing was sent
	if from == "" {
		return nil
	}
	start := time.Now()
	said, err := x.sender(from, 0)
	report(stepSender, time.Since(start), said, err)
	return err
}
