package submit

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"slices"

	"github.com/emersion/go-smtp"

	"poplar/mail"
	"poplar/mail/wire"
)

// window is how many commands are sent in one flight. Their replies, some sixty octets each, fit into what the
// network holds for us while we write (RFC 2920 section 3.1).
const window = 100

// smallSize is up to how many octets a message leaves together with its envelope: about what a connection takes at
// once. Of more than that it would be a pity if every recipient was refused.
const smallSize = 64 << 10

// transaction is one message on its way.
type transaction struct {
	x    *Session
	m    Message
	b    *book
	from string
	to   []string // as the server is told them, "" for one that is left out
}

// small returns the message where it may leave in one flight with its envelope: the server knows CHUNKING (RFC 3030)
// and PIPELINING, and the message needs no change. It is whole lines then.
func (t *transaction) small() ([]byte, bool) {
	x, size := t.x, t.m.Raw.Size()
	if !x.offered("PIPELINING") || !x.offered("CHUNKING") || x.noChunks || size > smallSize || t.b.open()+2 > window {
		return nil, false
	}
	text, err := io.ReadAll(mail.Reader(t.m.Raw))
	if err != nil || int64(len(text)) != size || bytes.Count(text, []byte("\n")) != bytes.Count(text, []byte("\r\n")) {
		return nil, false
	}
	if !bytes.HasSuffix(text, []byte("\r\n")) {
		text = append(text, "\r\n"...)
	}
	return text, true
}

// commands are MAIL and RCPT as go-smtp's client says them, and whose each is: -1 for the sender.
func (t *transaction) commands() (say []func() error, whose []int) {
	x, n := t.x, t.m.Notices
	mailing, receipt := &smtp.MailOptions{Size: t.m.Raw.Size(), UTF8: !ascii(t.from)}, (*smtp.RcptOptions)(nil)
	if n != (mail.Notices{}) {
		receipt = &smtp.RcptOptions{Notify: []smtp.DSNNotify{smtp.DSNNotifyFailure}}
		if n.Delivered {
			receipt.Notify = append(receipt.Notify, smtp.DSNNotifySuccess)
		}
		if n.Delayed {
			receipt.Notify = append(receipt.Notify, smtp.DSNNotifyDelayed)
		}
		mailing.Return = smtp.DSNReturnHeaders
		if n.Whole {
			mailing.Return = smtp.DSNReturnFull
		}
	}
	for _, addr := range t.to {
		mailing.UTF8 = mailing.UTF8 || !ascii(addr)
	}
	say, whose = append(say, func() error { return x.client.Mail(t.from, mailing) }), append(whose, -1)
	for i, addr := range t.to {
		if addr != "" {
			say, whose = append(say, func() error { return x.client.Rcpt(addr, receipt) }), append(whose, i)
		}
	}
	return say, whose
}

// note takes down the reply to MAIL (who -1) or to a recipient's RCPT. An error concerns the whole message.
func (t *transaction) note(who int, r reply) *Error {
	said := wire.Redact(r.said(), t.x.secret)
	switch {
	case r.code/100 == 2 && who >= 0:
		t.b.taken++
		to := &t.b.list[who]
		to.Code, to.Status, to.Said = r.code, r.status(), said
	case r.code/100 == 2:
	case who < 0:
		return refusal(r, t.x.server.Addr(), stepSender, t.x.secret)
	case r.code/100 != 5, r.code == 552 && t.b.taken > 0 && r.status() != "5.2.2":
		// RFC 5321 section 4.5.3.1.10: servers say 552 where they ought to say 452, too many recipients.
		t.b.set(who, mail.Deferred, r.code, r.status(), said)
	default:
		t.b.set(who, mail.Failed, r.code, r.status(), said)
	}
	return nil
}

// atOnce sends envelope and message in one flight: MAIL, RCPT and one BDAT, a single round trip.
func (t *transaction) atOnce(ctx context.Context, text []byte, inFlight func(context.Context) error) (mail.Receipt, error) {
	x, b := t.x, t.b
	if err := inFlight(ctx); err != nil {
		return b.stop(mail.Deferred, err), err
	}
	say, whose := t.commands()
	x.busy = true
	x.link.cork()
	for _, f := range say {
		if err := f(); err != nil {
			e := x.fail(err, stepSender)
			_ = x.link.fail(e)
			return b.stop(mail.Deferred, e), e
		}
	}
	x.link.chunk(text)
	replies, err := x.link.uncork(1)
	if err == nil {
		var last reply
		x.link.conn.SetIdle(max(afterDot, x.o.Idle))
		if last, err = x.link.next(); err == nil {
			replies = append(replies, last)
		}
		x.link.conn.SetIdle(x.idle())
	}
	var broke *Error
	if err != nil {
		broke = x.fail(err, stepSend)
	}
	if err != nil && !x.link.dot {
		more, _ := x.link.lastWords(len(whose) + 1)
		replies = append(replies, more...)
	}
	var sender *Error
	for i, r := range replies[:min(len(replies), len(whose))] {
		if sender = t.note(whose[i], r); sender != nil {
			break // what was said of the recipients follows from that
		}
	}
	if t.m.Progress != nil && err == nil {
		t.m.Progress(t.m.Raw.Size())
	}
	switch {
	case sender != nil:
		return b.stop(verdict(sender), sender), sender
	case err != nil && x.link.dot && b.open() > 0:
		return b.stop(mail.Uncertain, broke), broke
	case err != nil:
		e := broke
		if n := len(replies); n > 0 && replies[n-1].code/100 >= 4 {
			e = refusal(replies[n-1], x.server.Addr(), stepSend, x.secret)
		}
		return b.stop(verdict(e), e), e
	case b.open() == 0:
		e := x.refused(b)
		return b.stop(mail.Failed, e), e
	}
	last := replies[len(replies)-1]
	if slices.Contains([]int{500, 501, 502, 504}, last.code) && x.Usable() {
		// QUIRK: CHUNKING is offered by something before the server and unknown to the server itself.
		x.noChunks = true
		if err := x.reset(); err != nil {
			return b.stop(mail.Deferred, err), err
		}
		b.taken = 0
		return t.byData(ctx, func(context.Context) error { return nil })
	}
	return t.settle(last)
}

// byData says MAIL and RCPT in as few flights as the server allows, DATA in the last of them, and sends the message
// when it is asked for.
func (t *transaction) byData(ctx context.Context, inFlight func(context.Context) error) (mail.Receipt, error) {
	x, b := t.x, t.b
	x.busy = true
	together := x.offered("PIPELINING")
	say, whose := t.commands()
	step := 1
	if together {
		step = window
	}
	var goAhead *reply
	for start := 0; start < len(say); start += step {
		end := min(start+step, len(say))
		replies, err := x.flight(say[start:end], together && end == len(say))
		if n := end - start; len(replies) > n {
			goAhead = &replies[n]
			replies = replies[:n]
		}
		for i, r := range replies {
			if e := t.note(whose[start+i], r); e != nil {
				t.giveUp(goAhead)
				return b.stop(verdict(e), e), e
			}
		}
		if err != nil {
			return b.stop(verdict(err), err), err
		}
		if last := replies[len(replies)-1]; last.code == 421 {
			e := refusal(last, x.server.Addr(), stepRecipient, x.secret)
			return b.stop(verdict(e), e), e
		}
	}
	if b.open() == 0 {
		t.giveUp(goAhead)
		e := x.refused(b)
		return b.stop(mail.Failed, e), e
	}
	if err := inFlight(ctx); err != nil {
		if goAhead != nil && goAhead.code == 354 {
			// The server waits for the message: only breaking off tells it that there is none.
			t.breakOff()
		}
		return b.stop(mail.Deferred, err), err
	}
	if goAhead == nil {
		r, err := x.link.exchange("DATA")
		if err != nil {
			e := broken(err, x.server.Addr(), stepSend)
			return b.stop(verdict(e), e), e
		}
		goAhead = &r
	}
	if goAhead.code != 354 {
		e := refusal(*goAhead, x.server.Addr(), stepSend, x.secret)
		return b.stop(verdict(e), e), e
	}
	return t.data()
}

// giveUp ends a transaction that nobody accepted: a server that waits for the message all the same gets an empty one
// for nobody (RFC 2920 section 3.1).
func (t *transaction) giveUp(goAhead *reply) {
	if goAhead != nil && goAhead.code == 354 {
		_, _ = t.x.link.exchange(".") // a failure shows at the next use
	}
	_ = t.x.reset()
}

func (t *transaction) breakOff() {
	_ = t.x.link.fail(net.ErrClosed)
	_ = t.x.link.conn.Close()
}

// flight has the client say commands, all at once where there are several or DATA goes with them, and returns the
// replies that came.
func (x *Session) flight(commands []func() error, data bool) ([]reply, error) {
	if len(commands) == 1 && !data {
		err := commands[0]()
		var no *smtp.SMTPError
		if err != nil && !errors.As(err, &no) {
			return nil, x.fail(err, stepRecipient)
		}
		return []reply{x.link.said}, nil
	}
	x.link.cork()
	for _, say := range commands {
		if err := say(); err != nil {
			return nil, x.fail(err, stepRecipient)
		}
	}
	if data {
		x.link.add("DATA")
	}
	replies, err := x.link.uncork(0)
	if err != nil {
		return replies, broken(err, x.server.Addr(), stepRecipient)
	}
	return replies, nil
}

// data sends the message after the go-ahead and reads the verdict.
func (t *transaction) data() (mail.Receipt, error) {
	x, b, raw := t.x, t.b, t.m.Raw
	x.link.data, x.link.dot, x.link.sent = true, false, 0
	out := bufio.NewWriterSize(x.link, piece)
	w := textproto.NewWriter(out).DotWriter()
	n, err := io.Copy(w, &counting{Reader: mail.Reader(raw), tell: t.m.Progress})
	if err == nil && n != raw.Size() {
		err = io.ErrUnexpectedEOF
	}
	if err != nil && x.link.err == nil {
		// The message could not be read. Only breaking off tells the server that this is not its end.
		t.breakOff()
		err = fmt.Errorf("the message cannot be read: %w", err)
		return b.stop(mail.Deferred, err), err
	}
	var answer reply
	if err == nil {
		if err = w.Close(); err == nil {
			x.link.conn.SetIdle(max(afterDot, x.o.Idle))
			answer, err = x.link.next()
			x.link.conn.SetIdle(x.idle())
		}
	}
	switch {
	case !x.link.dot:
		e := x.cutShort(err)
		return b.stop(verdict(e), e), e
	case err != nil:
		e := x.fail(err, stepSend)
		return b.stop(mail.Uncertain, e), e
	}
	return t.settle(answer)
}

// settle writes down the verdict on a message that has been sent whole, which concerns everybody who was accepted.
func (t *transaction) settle(r reply) (mail.Receipt, error) {
	x, b := t.x, t.b
	switch {
	case r.code/100 == 2:
		x.busy = false
		for i := range b.list {
			if !b.done[i] {
				b.list[i].State, b.done[i] = mail.SentOK, true
			}
		}
		return mail.Receipt{State: Fold(b.list), Recipients: b.list, Said: wire.Redact(r.said(), x.secret), Problem: x.partly(b)}, nil
	case r.code/100 >= 4:
		x.busy = false
		e := refusal(r, x.server.Addr(), stepSend, x.secret)
		return b.stop(verdict(e), e), e
	}
	// Neither yes nor no.
	e := x.fail(x.link.fail(x.link.protocol(r.said())), stepSend)
	return b.stop(mail.Uncertain, e), e
}

// counting tells how much of a message has been read for sending.
type counting struct {
	io.Reader
	tell func(int64)
	n    int64
}

func (c *counting) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	if c.n += int64(n); c.tell != nil && n > 0 {
		c.tell(c.n)
	}
	return n, err
}
