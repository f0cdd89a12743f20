package pop3

import (
	"context"
	"crypto/md5" // APOP is MD5 (RFC 1939, section 7)
	"encoding/base64"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"time"

	"poplar/mail"
	"poplar/mail/wire"
)

// The ways to log in that are not SASL mechanisms.
const (
	wayUser = "USER"
	wayAPOP = "APOP"
)

const (
	// maxRefusals bounds how many ways are tried when the server refuses without saying that the password is wrong:
	// some lock an account after three failures.
	maxRefusals = 2
	// maxRedials bounds how often a server may hang up during login.
	maxRedials = 4
	// maxAuthLine is how long an AUTH command with an initial response may be (RFC 5034, section 4).
	maxAuthLine = 255
	// maxRounds bounds a SASL exchange.
	maxRounds = 10
)

// Login logs in as the server's User with the way that Auth names, or with the best one on offer. Where a server
// breaks on one way, the next is tried; the password never goes over an unencrypted connection unless AllowPlaintext
// says so. Errors are *wire.Error or *Error.
func (c *Client) Login(ctx context.Context, secret string) error {
	if strings.ContainsAny(c.server.User, "\r\n\x00") || strings.ContainsAny(secret, "\r\n\x00") {
		return &Error{Kind: mail.LoginRefused, Where: c.where(), Doing: doingLogin, Err: errors.New("a line end in user name or password is not sent")}
	}
	if c.spent != nil {
		return c.spent
	}
	trusting := len(c.before) == 0 && len(c.known.Before) > 0 && c.hasCapa && slices.Equal(c.caps, c.known.Before)
	err := c.login(ctx, secret)
	if err != nil && trusting && !final(err) && ctx.Err() == nil {
		// What was remembered may be out of date: ask, and try once more.
		if cerr := c.connect(ctx, false); cerr != nil {
			return err
		}
		err = c.login(ctx, secret)
	}
	return err
}

func (c *Client) login(ctx context.Context, secret string) error {
	ways, err := c.ways()
	if err != nil {
		return err
	}
	var first error
	var hung []string // the ways on which the server hung up when they came in one flight with more
	refusals, redials, cut := 0, 0, false
	for i := 0; i < len(ways); {
		if c.spent != nil {
			if redials++; redials > maxRedials {
				return first
			}
			if err := c.connect(ctx, false); err != nil {
				return errors.Join(first, err)
			}
		}
		way, late, serial := ways[i], c.known.Late, c.known.Serial
		in, err := c.try(ctx, way, secret)
		if err == nil {
			c.known.Way = way
			if c.known.Serial {
				c.known.Broken = slices.DeleteFunc(c.known.Broken, func(b string) bool { return slices.Contains(hung, b) })
			}
			c.known.Broken = slices.DeleteFunc(c.known.Broken, func(b string) bool { return b == way })
			return nil
		}
		if first == nil || final(err) {
			first = err
		}
		switch {
		case ctx.Err() != nil:
			return first
		case c.known.Late && !late:
			first = nil
			continue // it did not look at the password: the same way once more, step by step
		case c.known.Serial && !serial:
			first = nil
			continue // it lost part of the flight
		case final(err):
			return first
		case in:
			// Logged in, but what travelled with the login was not answered: PIPELINING is not what the server says.
			if c.known.Serial {
				return first
			}
			if timedOut(err) || cut {
				c.Distrust()
			}
			cut = true
			continue
		case Refused(err) != nil:
			if refusals++; refusals >= maxRefusals || way == c.known.Way {
				return first
			}
		case timedOut(err):
			return first
		default:
			// The server hung up, or broke the protocol.
			flight := c.Pipelining()
			if !slices.Contains(c.known.Broken, way) {
				c.known.Broken = append(c.known.Broken, way)
			}
			switch {
			case flight:
				if hung = append(hung, way); len(hung) == 2 {
					// Perhaps it is not the ways that it cannot bear, but that commands come early.
					c.Distrust()
					i = slices.Index(ways, hung[0])
					continue
				}
				if len(ways) == 1 {
					continue
				}
			case len(hung) == 2 && way == hung[0]:
				c.known.Serial = false // it was the way
				i = slices.Index(ways, hung[1]) + 1
				hung = nil
				continue
			}
		}
		i++
	}
	return first
}

// final says that another way to log in, or another connection now, will not help.
func final(err error) bool {
	e := Refused(err)
	return e != nil && (e.Code == CodeAuth || e.Kind != mail.LoginRefused && e.Kind != mail.Protocol)
}

// ways lists the ways to log in, best first.
func (c *Client) ways() ([]string, error) {
	s, encrypted := c.server, c.conn.Encrypted()
	clear := encrypted || s.AllowPlaintext
	offered := c.caps.SASL()
	var ways []string
	switch s.Auth {
	case mail.AuthUserPass:
		if !clear {
			return nil, c.clearText()
		}
		return []string{wayUser}, nil
	case mail.AuthAPOP:
		if c.apop == "" {
			return nil, &Error{Kind: mail.Protocol, Said: c.greeting, Where: c.where(), Doing: doingLogin, Err: errors.New("the server does not offer APOP")}
		}
		return []string{wayAPOP}, nil
	case mail.AuthAuto, "":
		sasl, err := wire.Mechanisms(mail.AuthAuto, offered, encrypted, s.AllowPlaintext)
		if err != nil {
			sasl = nil // USER or APOP may still do
		}
		ways = c.order(sasl, encrypted, clear)
		if len(ways) == 0 {
			return nil, c.clearText()
		}
	default:
		if len(offered) == 0 {
			// No CAPA, or one that does not tell: the person knows better.
			offered = []string{strings.ToUpper(string(s.Auth))}
		}
		var err error
		if ways, err = wire.Mechanisms(s.Auth, offered, encrypted, s.AllowPlaintext); err != nil {
			return nil, c.spendNot(err)
		}
	}
	if sound := slices.DeleteFunc(slices.Clone(ways), func(w string) bool { return slices.Contains(c.known.Broken, w) }); len(sound) > 0 {
		ways = sound
	}
	if i := slices.Index(ways, c.known.Way); i > 0 {
		ways = append([]string{c.known.Way}, slices.Delete(ways, i, i+1)...)
	}
	return ways, nil
}

// order puts POP3's own ways among the SASL mechanisms. Over TLS one that needs a single turn comes first; without, one
// that does not show the password.
func (c *Client) order(sasl []string, encrypted, clear bool) []string {
	user := clear && (!c.hasCapa || c.caps.Has("USER") || len(sasl) == 0)
	var ways []string
	if encrypted {
		if slices.Contains(sasl, wire.Plain) {
			ways = append(ways, wire.Plain)
		}
		if user {
			ways = append(ways, wayUser)
		}
	} else {
		for _, m := range sasl {
			if m == wire.CramMD5 {
				ways = append(ways, m)
			}
		}
		if c.apop != "" {
			ways = append(ways, wayAPOP)
		}
		if user {
			ways = append(ways, wayUser)
		}
	}
	for _, m := range sasl {
		if !slices.Contains(ways, m) {
			ways = append(ways, m)
		}
	}
	if encrypted && c.apop != "" {
		ways = append(ways, wayAPOP)
	}
	return ways
}

func (c *Client) clearText() *Error {
	e := c.noEncryption("only ways to log in that show the password are offered, and the connection is not encrypted")
	e.Doing = doingLogin
	return e
}

// spendNot gives an error of wire that is no connection's error its place in this session.
func (c *Client) spendNot(err error) error {
	p := *mail.ProblemOf(err)
	return &Error{Kind: p.Kind, Said: p.Said, Where: c.where(), Doing: doingLogin, Err: err}
}

// try logs in by one way. in says that the login itself succeeded, even if what came after it failed.
func (c *Client) try(ctx context.Context, way, secret string) (in bool, err error) {
	if err := c.begin(ctx, doingLogin); err != nil {
		return false, err
	}
	if c.hasCapa && len(c.after) == 0 && !slices.Equal(c.caps, c.known.Before) {
		c.before = c.caps
	}
	ex := exchange{c: c}
	switch way {
	case wayUser:
		ex.lines = []string{"USER " + c.server.User, "PASS " + secret}
	case wayAPOP:
		sum := md5.Sum([]byte(c.apop + secret))
		ex.lines = []string{"APOP " + c.server.User + " " + hex.EncodeToString(sum[:])}
	default:
		if err := ex.start(way, secret); err != nil {
			return false, &Error{Kind: mail.LoginRefused, Where: c.where(), Doing: doingLogin, Err: err}
		}
	}
	pipelining, first := c.Pipelining(), c.known.Way == ""
	c.sent = time.Now()
	var extra []string
	if pipelining {
		extra = []string{"CAPA"}
		if c.opts.Ahead {
			extra = append(extra, "STAT", "UIDL")
			if first {
				extra = append(extra, "LIST")
			}
		}
	}
	if pipelining && ex.oneTurn() {
		err = ex.flight(extra)
	} else {
		err = ex.turns(extra)
	}
	if err != nil {
		return false, err
	}
	c.loggedIn = true
	// What is offered may change with the login; where nothing can be added to the flight, ask only if it matters.
	if pipelining || !c.caps.Has("UIDL") || !c.caps.Has("TOP") {
		if c.hasCapa {
			if err := c.capa(ctx); err != nil {
				return true, err
			}
			c.after = c.caps
		}
	}
	return true, nil
}

func (c *Client) send(lines []string) error {
	out := c.out[:0]
	for _, l := range lines {
		c.conn.Sent(l)
		out = append(append(out, l...), crlf...)
	}
	err := c.write(doingLogin, out)
	clear(out) // it held the password
	return err
}

// exchange is one attempt to log in.
type exchange struct {
	c      *Client
	lines  []string // the commands, each answered by one status line
	client saslClient
	name   string
	ir     []byte // sent with AUTH, or as the first answer where it does not fit there
	sentIR bool
}

type saslClient interface {
	Next(challenge []byte) ([]byte, error)
}

// start prepares AUTH.
func (ex *exchange) start(mechanism, secret string) error {
	client, err := wire.SASL(mechanism, ex.c.server, secret)
	if err != nil {
		return err
	}
	name, ir, err := client.Start()
	if err != nil {
		return err
	}
	ex.client, ex.name, ex.ir = client, name, ir
	line := "AUTH " + name
	if ir != nil {
		with := line + " " + encode(ir)
		if len(ir) == 0 {
			with = line + " ="
		}
		if len(with)+len(crlf) <= maxAuthLine && !ex.c.known.Late {
			line, ex.sentIR = with, true
		}
	}
	ex.lines = []string{line}
	return nil
}

func encode(b []byte) string { return base64.StdEncoding.EncodeToString(b) }

// oneTurn says whether the exchange needs no answer before all of it can be sent.
func (ex *exchange) oneTurn() bool { return ex.client == nil || ex.sentIR }

// flight sends the login and what follows it at once, and reads the login's answers.
func (ex *exchange) flight(extra []string) error {
	c := ex.c
	if err := c.send(append(slices.Clone(ex.lines), extra...)); err != nil {
		return err
	}
	c.ahead = append(c.ahead, extra...)
	var err error
	for i := range ex.lines {
		st, text, e := c.status(doingLogin)
		if e == nil && st == statusContinue && len(c.ahead) > 0 {
			// The server wants more than the initial response, and takes the next command for it: that one's answer
			// is the end of the exchange.
			c.known.Late = c.known.Late || ex.sentIR && text == ""
			c.ahead = c.ahead[1:]
			st, text, e = c.status(doingLogin)
		}
		if e != nil {
			if err == nil {
				err = e
			}
			if i > 0 && timedOut(e) {
				c.Distrust() // it has answered a part and waits for what it has been sent
			}
			return err
		}
		if st == statusErr {
			if err == nil {
				err = c.refusal(doingLogin, text)
			}
		} else if st != statusOK {
			return c.spend(doingLogin, c.breach(doingLogin, text, "this is not a POP3 reply"))
		}
	}
	if err != nil {
		_ = c.drain()
	}
	return err
}

// turns sends the login step by step. What follows it travels with its last step.
func (ex *exchange) turns(extra []string) error {
	c := ex.c
	if ex.client == nil {
		for _, line := range ex.lines {
			if err := c.send([]string{line}); err != nil {
				return err
			}
			if _, err := c.reply(doingLogin); err != nil {
				return err
			}
		}
		return nil
	}
	if err := c.send(ex.lines); err != nil {
		return err
	}
	answered := ex.sentIR || ex.ir == nil
	for round := 1; round <= maxRounds; round++ {
		st, text, err := c.status(doingLogin)
		switch {
		case err != nil:
			return err
		case st == statusOK:
			return nil
		case st == statusErr:
			err := c.refusal(doingLogin, text)
			_ = c.drain()
			return err
		case st != statusContinue:
			return c.spend(doingLogin, c.breach(doingLogin, text, "this is not a POP3 reply"))
		}
		if len(c.ahead) > 0 {
			// The server wants more than the mechanism has, and takes the next command for it.
			c.ahead = c.ahead[1:]
			continue
		}
		var response []byte
		if round == 1 && ex.sentIR && text == "" {
			c.known.Late = true
			answered = false
		}
		if answered {
			challenge, err := base64.StdEncoding.DecodeString(strings.TrimSpace(text))
			if err == nil {
				response, err = ex.client.Next(challenge)
			}
			if err != nil {
				return ex.cancel()
			}
		} else {
			response, answered = ex.ir, true
		}
		lines := []string{encode(response)}
		if round == ex.rounds() {
			lines = append(lines, extra...)
			c.ahead = append(c.ahead, extra...)
		}
		if err := c.send(lines); err != nil {
			return err
		}
	}
	return c.spend(doingLogin, c.breach(doingLogin, "", "the exchange does not end"))
}

// rounds is how many responses the mechanism takes after AUTH.
func (ex *exchange) rounds() int {
	if ex.name == wire.Login {
		return 2
	}
	return 1
}

// cancel ends an exchange that the client cannot go on with (RFC 5034, section 4).
func (ex *exchange) cancel() error {
	c := ex.c
	if err := c.send([]string{"*"}); err != nil {
		return err
	}
	_, err := c.reply(doingLogin)
	if e := Refused(err); e != nil && e.Code == "" {
		return &Error{Kind: mail.LoginRefused, Said: e.Said, Where: c.where(), Doing: doingLogin}
	}
	if err == nil {
		err = c.spend(doingLogin, c.breach(doingLogin, "", "a cancelled exchange was answered by +OK"))
	}
	return err
}
