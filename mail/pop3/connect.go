package pop3

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"strings"

	"poplar/mail"
	"poplar/mail/wire"
)

// connect opens a connection up to where login may begin. With trusting, capabilities remembered from an earlier
// visit stand in for asking; login then asks together with its own commands. A server that hangs up on CAPA, twice, is
// not asked.
func (c *Client) connect(ctx context.Context, trusting bool) error {
	err := c.reach(ctx, trusting)
	if err == nil || !c.unheard {
		return err
	}
	c.retrying = true
	defer func() { c.retrying = false }()
	// Links do break: only the second time it is CAPA that the server cannot bear.
	for _, c.known.NoCapa = range []bool{false, true} {
		if c.reach(ctx, trusting) == nil {
			return nil
		}
	}
	c.known.NoCapa = false
	return err
}

// reach is one try of connect.
func (c *Client) reach(ctx context.Context, trusting bool) error {
	if c.conn != nil {
		_ = c.conn.Close()
	}
	c.conn, c.spent, c.ahead, c.open, c.loggedIn, c.greeted, c.unheard = nil, nil, nil, nil, false, false, false
	c.caps, c.hasCapa, c.after = nil, false, nil
	cn, err := c.dial(ctx)
	if err != nil {
		return err
	}
	c.conn, c.r = cn, bufio.NewReaderSize(cn, readBuffer)
	if w, ok := cn.(*wire.Conn); ok && w.Server().Host != c.server.Host {
		c.known = Known{Addr: c.known.Addr} // the server's second name: what is known is of the first
	}
	if err := c.greet(); err != nil {
		return err
	}
	trusting = trusting && len(c.known.Before) > 0
	if c.server.Security == mail.STARTTLS {
		if err := c.encrypt(ctx, trusting); err != nil {
			return err
		}
	}
	if err := c.downgraded(); err != nil {
		return err
	}
	if trusting {
		c.caps, c.hasCapa = c.known.Before, true
		return nil
	}
	return c.offers(ctx)
}

// offers asks for the capabilities before the login.
func (c *Client) offers(ctx context.Context) error {
	if c.known.NoCapa {
		return nil
	}
	err := c.capa(ctx)
	c.unheard = err != nil && ctx.Err() == nil && mail.ProblemOf(err).Kind == mail.ServerTemporary
	return err
}

// greet reads the server's first line.
func (c *Client) greet() error {
	line, err := c.line(doingConnect)
	if err != nil {
		if c.known.Way != "" && mail.ProblemOf(err).Kind == mail.Protocol {
			// Not a wrong port: this one has worked before.
			return &Error{Kind: mail.ServerTemporary, Said: "the server closed the connection", Where: c.where(), Doing: doingConnect, Again: againTemp, Err: err}
		}
		return err
	}
	switch st, text := parseStatus(line); st {
	case statusOK:
		c.greeted, c.greeting, c.apop = true, printable(text), timestamp(text)
		return nil
	case statusErr:
		return c.spend(doingConnect, c.refusal(doingConnect, text))
	}
	return c.spend(doingConnect, c.breach(doingConnect, line, "the greeting is not that of a POP3 server"))
}

// encrypt sends STLS. There is no going on without it.
func (c *Client) encrypt(ctx context.Context, trusting bool) error {
	if !trusting {
		if err := c.offers(ctx); err != nil {
			return err
		}
		// A server without CAPA may still know STLS (RFC 2595 came first): asking is safe, for its refusal ends here.
		if c.hasCapa && !c.caps.Has("STLS") {
			return c.spend(doingEncrypt, c.stripped("the server does not offer STLS", ""))
		}
	}
	text, err := c.cmd(ctx, doingEncrypt, "STLS")
	if err != nil {
		if Refused(err) != nil {
			return c.spend(doingEncrypt, c.stripped("the server refuses STLS", printable(text)))
		}
		return err
	}
	if err := c.conn.StartTLS(ctx, c.r.Buffered()); err != nil {
		return c.spend(doingEncrypt, err)
	}
	c.r.Reset(c.conn)
	c.caps, c.hasCapa = nil, false
	return nil
}

// downgraded refuses a server whose TLS is older than at the last visit: somebody may be in between.
func (c *Client) downgraded() error {
	state, ok := c.conn.TLS()
	if !ok {
		return nil
	}
	if state.Version < c.known.TLS {
		e := c.noEncryption("encryption that is weaker than before")
		// In place of words of the server, which says nothing of it: this is what a person has to know.
		e.Said = "the server speaks " + tls.VersionName(state.Version) + " now and spoke " + tls.VersionName(c.known.TLS) +
			" at the last visit; somebody may be in between, so no password was sent"
		return c.spend(doingEncrypt, e)
	}
	c.known.TLS = state.Version
	return nil
}

// stripped is the error of a server that does not encrypt, in whatever words. If it did so at the last visit, that is what
// a person has to know.
func (c *Client) stripped(why, said string) *Error {
	e := c.noEncryption(why)
	e.Said = said
	if c.known.TLS != 0 {
		e.Said = strings.TrimPrefix(said+"; it did encrypt at the last visit, and somebody may be in between, so no password was sent", "; ")
	}
	return e
}

func (c *Client) noEncryption(why string) *Error {
	return &Error{Kind: mail.NoEncryption, Where: c.where(), Doing: doingEncrypt, Err: errors.New(why)}
}

// timestamp finds the challenge of an APOP greeting. Only a well-formed msg-id counts: a rogue server that may choose
// arbitrary octets can recover the password from a series of digests (CVE-2007-1558).
func timestamp(greeting string) string {
	start := strings.LastIndexByte(greeting, '<')
	if start < 0 {
		return ""
	}
	end := strings.IndexByte(greeting[start:], '>')
	if end < 0 {
		return ""
	}
	id := greeting[start : start+end+1]
	at := strings.IndexByte(id, '@')
	if at < 2 || at > len(id)-3 || at != strings.LastIndexByte(id, '@') {
		return ""
	}
	for i := range len(id) {
		if id[i] <= ' ' || id[i] >= 0x7f {
			return ""
		}
	}
	return id
}
