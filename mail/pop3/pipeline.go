package pop3

import (
	"context"
	"strconv"
)

// The window of a series: how much may be asked for before it is answered.
const (
	// windowText bounds the unanswered commands themselves. It is far below what the operating systems buffer for a
	// connection, so sending never waits for a server that is itself waiting for us to read: one goroutine serves
	// both directions without a deadlock.
	windowText = 16 << 10
	// windowOctets bounds the messages asked for, by their announced sizes. What the server has sent and we have not
	// read waits in the kernel's buffers and at the server, not in our memory; the bound keeps a cancelled visit
	// from having asked for the whole mailbox.
	windowOctets = 16 << 20
	// refillText is how much room the window must have before more commands are sent: one packet, not one command.
	refillText = 2 << 10
	// sizeUnknown is what a message counts in the window when nobody has said how large it is.
	sizeUnknown = 16 << 10
)

// Whole as Request.Lines asks for all of a message (RETR).
const Whole = -1

// Request is one message asked for in a series.
type Request struct {
	N     int
	Lines int   // TOP with so many lines of the body; Whole for RETR
	Size  int64 // octets as announced, 0 where unknown
}

func (r Request) append(p []byte) []byte {
	if r.Lines == Whole {
		return strconv.AppendInt(append(p, "RETR "...), int64(r.N), 10)
	}
	p = strconv.AppendInt(append(p, "TOP "...), int64(r.N), 10)
	return strconv.AppendInt(append(p, ' '), int64(r.Lines), 10)
}

func (r Request) octets() int64 {
	switch {
	case r.Size <= 0:
		return sizeUnknown
	case r.Lines != Whole:
		return min(r.Size, sizeUnknown)
	}
	return r.Size
}

// Fetch asks for many messages, as far ahead as the server allows, and calls each for every answer, in the order of
// reqs: with the text, or with the *Error by which the server refused this one. What each leaves unread is skipped.
//
// Fetch ends early with an error when the connection fails, when the server breaks the protocol, or when each returns
// an error; the answers that are still on their way make the session useless for anything but Close then. The number
// of calls tells which request was not answered.
func (c *Client) Fetch(ctx context.Context, reqs []Request, each func(i int, b *Body, err error) error) error {
	s := series{
		n: len(reqs), command: func(i int, p []byte) []byte { return reqs[i].append(p) },
		octets: func(i int) int64 { return reqs[i].octets() }, doing: doingFetch,
	}
	return s.run(ctx, c, func(i int) error {
		_, err := c.reply(doingFetch)
		if err != nil {
			if Refused(err) == nil {
				return err
			}
			return each(i, nil, err)
		}
		size := reqs[i].Size
		if reqs[i].Lines != Whole {
			size = 0
		}
		b := c.body(doingFetch, size)
		if err := each(i, b, nil); err != nil {
			return err
		}
		return c.skip()
	})
}

// Delete marks many messages as deleted and calls each for every answer, in the order of ns: with nil, or with the
// *Error by which the server refused. They are gone when QUIT is answered by +OK. Errors are as with Fetch.
func (c *Client) Delete(ctx context.Context, ns []int, each func(i int, err error) error) error {
	s := series{
		n:       len(ns),
		command: func(i int, p []byte) []byte { return strconv.AppendInt(append(p, "DELE "...), int64(ns[i]), 10) },
		octets:  func(int) int64 { return 0 }, doing: doingDelete,
	}
	return s.run(ctx, c, func(i int) error {
		_, err := c.reply(doingDelete)
		if err != nil && Refused(err) == nil {
			return err
		}
		return each(i, err)
	})
}

// series is a run of commands of one kind.
type series struct {
	n       int
	command func(i int, p []byte) []byte // appends command i without its line end
	octets  func(i int) int64            // what its answer counts in the window
	doing   string

	sent, read  int
	text        int   // octets of unanswered commands
	outstanding int64 // octets of unanswered messages
	lengths     []int // of the unanswered commands, oldest first
}

func (s *series) run(ctx context.Context, c *Client, read func(i int) error) error {
	if s.n == 0 {
		return nil
	}
	if err := c.begin(ctx, s.doing); err != nil {
		return err
	}
	if err := c.drain(); err != nil {
		return err
	}
	if err := c.quiet(s.doing); err != nil {
		return err
	}
	for s.read < s.n {
		if err := s.fill(c); err != nil {
			return err
		}
		i := s.read
		if err := read(i); err != nil {
			if c.spent == nil && s.sent > s.read+1 || c.open != nil {
				_ = c.spend(s.doing, err)
			}
			return err
		}
		s.text -= s.lengths[0]
		s.lengths = s.lengths[1:]
		s.outstanding -= s.octets(i)
		s.read++
	}
	return nil
}

// fill sends as many commands as the window allows.
func (s *series) fill(c *Client) error {
	waiting := s.sent - s.read
	if s.sent == s.n || waiting > 0 && (!c.Pipelining() || windowText-s.text < refillText) {
		return nil
	}
	out := c.out[:0]
	for s.sent < s.n {
		// Two at least are under way, however large, or the line would fall idle between them.
		if waiting > 0 && !c.Pipelining() || waiting > 1 && s.outstanding+s.octets(s.sent) > windowOctets {
			break
		}
		start := len(out)
		out = s.command(s.sent, out)
		c.conn.Sent(string(out[start:]))
		out = append(out, crlf...)
		length := len(out) - start
		s.lengths = append(s.lengths, length)
		s.text += length
		s.outstanding += s.octets(s.sent)
		s.sent++
		waiting++
		if s.text+32 > windowText {
			break
		}
	}
	c.out = out[:0]
	if len(out) == 0 {
		return nil
	}
	return c.write(s.doing, out)
}
