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
	"sync"

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
	// seven is the message as it leaves where the server does not take octets over 127 and it has some; else nil.
	seven *sevenBit
}

// convert sees to it that the message has no octets over 127 for a server that does not take them (RFC 6152 section 3).
func (t *transaction) convert() error {
	if t.x.offered("8BITMIME") {
		return nil
	}
	odd, err := eightBit(t.m.Raw)
	if err == nil && odd {
		t.seven, err = toSevenBit(t.m.Raw)
	}
	if err != nil {
		return unreadable(err)
	}
	return nil
}

func unreadable(err error) error { return fmt.Errorf("the message cannot be read: %w", err) }

// size is how many octets leave.
func (t *transaction) size() int64 {
	if t.seven != nil {
		return t.seven.size
	}
	return t.m.Raw.Size()
}

// reader reads what leaves.
func (t *transaction) reader() io.Reader {
	if t.seven != nil {
		return t.seven.reader()
	}
	return mail.Reader(t.m.Raw)
}

// gone tells Progress that n octets of what leaves have been given to the network.
func (t *transaction) gone(n int64) {
	if t.m.Progress == nil {
		return
	}
	if t.seven != nil {
		n = int64(float64(n) / float64(max(t.seven.size, 1)) * float64(t.m.Raw.Size()))
	}
	t.m.Progress(n)
}

// small returns the message where it may leave in one flight with its envelope: the server knows CHUNKING (RFC 3030)
// and PIPELINING, and the message needs no change. It is whole lines then.
func (t *transaction) small() ([]byte, bool) {
	x, size := t.x, t.size()
	if !x.offered("PIPELINING") || !x.offered("CHUNKING") || knowsNoChunks(x.server) || size > smallSize || t.b.open()+2 > window {
		return nil, false
	}
	text, err := io.ReadAll(t.reader())
	if err != nil || int64(len(text)) != size || bytes.Count(text, []byte("\n")) != bytes.Count(text, []byte("\r\n")) {
		return nil, false
	}
	if !bytes.HasSuffix(text, []byte("\r\n")) {
		text = append(text, "\r\n"...)
	}
	return text, true
}

// unchunked are the servers, by host and port, that offer CHUNKING and do not know it, for as long as the process lives.
var unchunked sync.Map

func knowsNoChunks(s mail.Server) bool {
	_, known := unchunked.Load(s.Addr())
	return known
}

// commands are MAIL and RCPT as go-smtp's client says them, and whose each is: -1 for the sender.
func (t *transaction) commands() (say []func() error, whose []int) {
	x, n := t.x, t.m.Notices
	mailing, receipt := &smtp.MailOptions{Size: t.size(), UTF8: !ascii(t.from)}, (*smtp.RcptOptions)(nil)
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
	if n := len(whose); sender == nil && b.open() > 0 && len(replies) > n && slices.Contains([]int{500, 501, 502, 504}, replies[n].code) {
		// QUIRK: CHUNKING is offered by something before the server and unknown to the server itself, which now takes the
		// lines of the message for commands: what it says to them answers nothing.
		unchunked.Store(x.server.Addr(), true)
		x.unchunked = true
		t.breakOff()
		e := refusal(replies[n], x.server.Addr(), stepSend, x.secret)
		e.Kind = mail.ServerTemporary
		return b.stop(mail.Deferred, e), e
	}
	if err == nil {
		t.gone(t.size())
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
	return t.settle(replies[len(replies)-1])
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
		last := together && end == len(say)
		if last {
			if err := inFlight(ctx); err != nil {
				return b.stop(mail.Deferred, err), err
			}
		}
		replies, err := x.flight(say[start:end], last)
		if n := end - start; len(replies) > n {
			goAhead = &replies[n]
			replies = replies[:n]
		}
		if r, err, ended := t.heard(whose[start:], replies, goAhead, err); ended {
			return r, err
		}
	}
	if b.open() == 0 {
		return t.nobody(goAhead)
	}
	if !together {
		if err := inFlight(ctx); err != nil {
			return b.stop(mail.Deferred, err), err
		}
		r, err := x.link.exchange("DATA")
		if err != nil {
			e := broken(err, x.server.Addr(), stepSend)
			return b.stop(verdict(e), e), e
		}
		goAhead = &r
	}
	return t.goOn(ctx, goAhead)
}

// resume goes on with a message whose envelope and DATA have left already.
func (t *transaction) resume(ctx context.Context) (mail.Receipt, error) {
	x := t.x
	x.busy = true
	_, whose := t.commands()
	var goAhead *reply
	var replies []reply
	var err error
	for range len(whose) + 1 {
		var r reply
		if r, err = x.link.next(); err != nil {
			x.lost = len(replies) == 0 && broken(err, x.server.Addr(), stepRecipient).Kind == mail.Timeout
			break
		}
		replies = append(replies, r)
	}
	if len(replies) > len(whose) {
		goAhead = &replies[len(whose)]
		replies = replies[:len(whose)]
	}
	var broke error
	if err != nil {
		broke = broken(err, x.server.Addr(), stepRecipient)
	}
	if r, err, ended := t.heard(whose, replies, goAhead, broke); ended {
		return r, err
	}
	if t.b.open() == 0 {
		return t.nobody(goAhead)
	}
	return t.goOn(ctx, goAhead)
}

// heard takes down the replies to a flight of MAIL and RCPT; err is why some did not come. With ended the transaction is
// over.
func (t *transaction) heard(whose []int, replies []reply, goAhead *reply, err error) (r mail.Receipt, _ error, ended bool) {
	for i, r := range replies {
		if e := t.note(whose[i], r); e != nil {
			t.giveUp(goAhead)
			return t.b.stop(verdict(e), e), e, true
		}
	}
	if err != nil {
		return t.b.stop(verdict(err), err), err, true
	}
	if last := replies[len(replies)-1]; last.code == 421 {
		e := refusal(last, t.x.server.Addr(), stepRecipient, t.x.secret)
		return t.b.stop(verdict(e), e), e, true
	}
	return mail.Receipt{}, nil, false
}

// nobody ends a transaction of which no recipient was accepted.
func (t *transaction) nobody(goAhead *reply) (mail.Receipt, error) {
	t.giveUp(goAhead)
	e := t.x.refused(t.b)
	return t.b.stop(mail.Failed, e), e
}

// goOn sends the message if the answer to DATA is that it may.
func (t *transaction) goOn(ctx context.Context, goAhead *reply) (mail.Receipt, error) {
	if goAhead.code != 354 {
		e := refusal(*goAhead, t.x.server.Addr(), stepSend, t.x.secret)
		return t.b.stop(verdict(e), e), e
	}
	return t.data(ctx)
}

// follow has the envelope of the message after this one leave behind this one's end, where the server allows that and
// wants nothing else first.
func (t *transaction) follow(ctx context.Context) error {
	x := t.x
	if t.m.Next == nil || !x.offered("PIPELINING") || slices.ContainsFunc(t.b.list, func(r mail.Recipient) bool { return r.State == mail.Deferred }) {
		return nil // some recipients of this one are perhaps to be tried again at once
	}
	m, ok := t.m.Next(ctx)
	if !ok {
		return nil
	}
	n := &transaction{x: x, m: m, b: newBook(m)}
	var err error
	if n.from, n.to, err = x.envelope(m, n.b); err == nil {
		err = n.convert()
	}
	if err == nil {
		err = x.fits(n.size())
	}
	if err != nil || n.b.open() != len(m.To) || len(m.To)+2 > window {
		return nil //nolint:nilerr // Send tells it when the turn of that message comes
	}
	say, _ := n.commands()
	if err := x.link.behind(say, "DATA"); err != nil {
		return x.link.fail(err)
	}
	x.ahead = n
	return nil
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
func (t *transaction) data(ctx context.Context) (mail.Receipt, error) {
	x, b := t.x, t.b
	x.link.data, x.link.dot, x.link.sent = true, false, 0
	out := bufio.NewWriterSize(x.link, piece)
	w := textproto.NewWriter(out).DotWriter()
	n, err := io.Copy(w, &counting{Reader: t.reader(), tell: t.gone})
	if err == nil && n != t.size() {
		err = io.ErrUnexpectedEOF
	}
	if err != nil && x.link.err == nil {
		// The message could not be read. Only breaking off tells the server that this is not its end.
		t.breakOff()
		err = unreadable(err)
		return b.stop(mail.Deferred, err), err
	}
	if err == nil {
		err = t.follow(ctx)
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
	if c.n += int64(n); n > 0 {
		c.tell(c.n)
	}
	return n, err
}
