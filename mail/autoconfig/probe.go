package autoconfig

import (
	"bufio"
	"context"
	"errors"
	"strings"

	"poplar/mail"
	"poplar/mail/wire"
)

// maxReply bounds the lines of one reply of an SMTP server.
const maxReply = 100

// probe connects to s as far as a server can be known without a password: it has greeted as one of its kind, and TLS
// has verified its name. It returns s as it was confirmed: a server listed without encryption is confirmed with
// STARTTLS or not at all. Errors are *wire.Error.
func (f *finder) probe(ctx context.Context, d mail.Direction, s mail.Server) (mail.Server, error) {
	select {
	case f.slots <- struct{}{}:
		defer func() { <-f.slots }()
	case <-ctx.Done():
		return s, wire.Wrap(context.Cause(ctx), s.Addr(), "connect")
	}
	ctx, cancel := context.WithTimeout(ctx, f.o.Each)
	defer cancel()
	if s.Security == mail.NoTLS {
		s.Security = mail.STARTTLS
	}
	err := f.converse(ctx, d, s)
	f.note(err)
	return s, err
}

func (f *finder) converse(ctx context.Context, d mail.Direction, s mail.Server) error {
	o := f.o.Wire
	o.Step, o.Heard = nil, nil // several probes at once would mix up what they are told
	o.Connect, o.Idle = shorter(o.Connect, f.o.Each), shorter(o.Idle, f.o.Each)
	c, err := wire.Dial(ctx, s, o)
	if err != nil {
		return err
	}
	t := &talk{conn: c, r: bufio.NewReader(c), where: s.Addr()}
	if d == mail.Incoming {
		err = t.pop3(ctx, s.Security == mail.STARTTLS)
	} else {
		err = t.smtp(ctx, s.Security == mail.STARTTLS)
	}
	if err == nil {
		// A server that does not hear the goodbye will notice by itself.
		_ = t.send("QUIT")
	}
	_ = c.Close()
	return err
}

// talk is a conversation with a server in lines.
type talk struct {
	conn  *wire.Conn
	r     *bufio.Reader
	where string
}

func (t *talk) fail(kind mail.Kind, doing, said string) error {
	return &wire.Error{Kind: kind, Where: t.where, Doing: doing, Said: said}
}

func (t *talk) send(line string) error {
	t.conn.Sent(line)
	_, err := t.conn.Write([]byte(line + "\r\n"))
	return err
}

// line reads one line, which may not be longer than the reader's buffer.
func (t *talk) line(doing string) (string, error) {
	raw, err := t.r.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		return "", t.fail(mail.Protocol, doing, "the server does not speak in lines")
	}
	if err != nil {
		return "", wire.Wrap(err, t.where, doing)
	}
	line := strings.TrimRight(string(raw), "\r\n")
	t.conn.Received(line)
	return line, nil
}

const greeting = "greeting"

func (t *talk) pop3(ctx context.Context, upgrade bool) error {
	line, err := t.line(greeting)
	if err != nil {
		return err
	}
	switch {
	case strings.HasPrefix(line, "-ERR"):
		return t.fail(mail.ServerTemporary, greeting, printable(line))
	case !strings.HasPrefix(line, "+OK"):
		return t.fail(mail.Protocol, greeting, "this is no POP3 server: "+printable(line))
	case !upgrade:
		return nil
	}
	if err := t.send("STLS"); err != nil {
		return wire.Wrap(err, t.where, "encrypt")
	}
	if line, err = t.line("encrypt"); err != nil {
		return err
	}
	if !strings.HasPrefix(line, "+OK") {
		return t.fail(mail.NoEncryption, "encrypt", printable(line))
	}
	return t.encrypt(ctx)
}

func (t *talk) smtp(ctx context.Context, upgrade bool) error {
	reply, err := t.reply(greeting)
	if err != nil {
		return err
	}
	switch {
	case strings.HasPrefix(reply[0], "220"):
	case strings.HasPrefix(reply[0], "421"), strings.HasPrefix(reply[0], "554"):
		return t.fail(mail.ServerTemporary, greeting, printable(reply[0]))
	default:
		return t.fail(mail.Protocol, greeting, "this is no SMTP server: "+printable(reply[0]))
	}
	if !upgrade {
		return nil
	}
	for _, step := range []struct{ command, code string }{{"EHLO [127.0.0.1]", "250"}, {"STARTTLS", "220"}} {
		if err := t.send(step.command); err != nil {
			return wire.Wrap(err, t.where, "encrypt")
		}
		if reply, err = t.reply("encrypt"); err != nil {
			return err
		}
		if !strings.HasPrefix(reply[0], step.code) {
			return t.fail(mail.NoEncryption, "encrypt", printable(reply[0]))
		}
	}
	return t.encrypt(ctx)
}

// encrypt follows the server's go-ahead. The verification of the name is wire's.
func (t *talk) encrypt(ctx context.Context) error {
	if err := t.conn.StartTLS(ctx, t.r.Buffered()); err != nil {
		return err
	}
	t.r.Reset(t.conn)
	return nil
}

// reply reads an SMTP reply of one or more lines (RFC 5321, section 4.2.1).
func (t *talk) reply(doing string) ([]string, error) {
	var lines []string
	for len(lines) < maxReply {
		line, err := t.line(doing)
		if err != nil {
			return nil, err
		}
		lines = append(lines, line)
		if len(line) < 4 || line[3] != '-' {
			return lines, nil
		}
	}
	return nil, t.fail(mail.Protocol, doing, "the server's reply has no end")
}

// printable is the beginning of a server's line, for a person.
func printable(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "?"))
	if r := []rune(s); len(r) > 200 {
		return string(r[:200])
	}
	return s
}
