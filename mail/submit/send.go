package submit

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/emersion/go-smtp"
	"golang.org/x/net/idna"

	"poplar/mail"
	"poplar/mail/wire"
)

// Message is what is to be submitted.
type Message struct {
	ID   int64    // what tells it from others in a session, for Next
	From string   // reverse-path; empty for the null path
	To   []string // addr-specs
	Raw  mail.Raw // CRLF lines; a bare LF would be sent as CRLF; octets over 127 are encoded where the server takes none
	// Notices are asked for where the server takes such wishes (DSN).
	Notices mail.Notices
	// Progress, if set, is told now and then how many octets of Raw have been given to the network.
	Progress func(sent int64)
	// Next, if set, is asked when all of the message but its end has left, where the server allows it: for the message that
	// goes over the same session after this one. Its envelope then leaves in one flight with the end of this one (RFC 2920
	// section 3.1), so it must be noted as in flight before Next returns it with true. It ought to be the next that is given
	// to Send; anything else ends the session, and nobody has it.
	Next func(ctx context.Context) (Message, bool)
}

// Send submits m to s over a connection of its own: see Open and Session.Send.
func Send(ctx context.Context, s mail.Server, secret string, o wire.Options, m Message, inFlight func(ctx context.Context) error) (mail.Receipt, error) {
	for {
		x, err := Open(ctx, s, secret, o)
		if err != nil {
			return notSent(m, err), err
		}
		r, err := x.Send(ctx, m, inFlight)
		_ = x.Close() // the receipt is there; how the farewell went changes nothing
		if !x.Unchunked() {
			return r, err
		}
	}
}

// notSent is the receipt of a submission that did not come to the recipients: nobody has the message, all may later.
func notSent(m Message, err error) mail.Receipt {
	b := newBook(m)
	return b.stop(mail.Deferred, err)
}

// problemOf is mail.ProblemOf, and the end of a context is Cancelled or Timeout whoever reports it.
func problemOf(err error) *mail.Problem {
	p := mail.ProblemOf(err)
	if p != nil && p.Kind == mail.Unknown && (errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)) {
		return wire.Wrap(err, p.Where, stepSend).Problem()
	}
	return p
}

// book notes what is known of each recipient.
type book struct {
	list []mail.Recipient
	done []bool // the entry of the same place is final
	// taken counts the recipients that the server has accepted in this transaction.
	taken int
}

func newBook(m Message) *book {
	b := &book{list: make([]mail.Recipient, len(m.To)), done: make([]bool, len(m.To))}
	for i, addr := range m.To {
		b.list[i] = mail.Recipient{Addr: addr, State: mail.Queued}
	}
	return b
}

// set is the last word on recipient i.
func (b *book) set(i int, state mail.SendState, code int, status, said string) {
	b.list[i] = mail.Recipient{Addr: b.list[i].Addr, State: state, Code: code, Status: status, Said: said}
	b.done[i] = true
}

// open counts the recipients that nothing final is known of.
func (b *book) open() int {
	n := 0
	for _, done := range b.done {
		if !done {
			n++
		}
	}
	return n
}

// stop notes err of all that nothing final is known of and returns the receipt.
func (b *book) stop(state mail.SendState, err error) mail.Receipt {
	p := problemOf(err)
	said := p.Said
	if said == "" {
		said, _ = p.Words()
	}
	var e *Error
	if !errors.As(err, &e) {
		e = &Error{}
	}
	for i := range b.list {
		if !b.done[i] {
			b.set(i, state, e.Code, e.Status, said)
		}
	}
	if len(b.list) > 0 {
		state = Fold(b.list)
	}
	return mail.Receipt{State: state, Recipients: b.list, Said: said, Problem: p}
}

// Fold is the state of a message with these recipients: uncertain if any is, else deferred if any still waits, else
// failed if any was refused, else sent.
func Fold(list []mail.Recipient) mail.SendState {
	state := mail.SentOK
	for _, r := range list {
		switch {
		case r.State == mail.Uncertain:
			return mail.Uncertain
		case r.State == mail.Failed && state == mail.SentOK:
			state = mail.Failed
		case r.State != mail.SentOK && r.State != mail.Failed:
			state = mail.Deferred
		}
	}
	return state
}

// Send submits m in one transaction. Every recipient of m.To is in the receipt, with the server's words:
//
//   - SentOK: the server has taken the message for them;
//   - Failed: refused for good (5yz), others may have it;
//   - Deferred: refused for now (4yz), or nobody came to be asked, since the connection, the login or the sender failed:
//     they do not have the message;
//   - Uncertain: the whole message left, its final dot too, and the answer was lost or cannot be understood.
//
// inFlight is called before DATA, or BDAT, leaves: with PIPELINING before the flight that it is in, else when the server
// has accepted at least one recipient. Only if it returns nil is anything of the message sent. So what it commits is there
// before there is anything to be uncertain about. It is not called for a message that the Next of the one before has named.
//
// The error is nil when the server took the message for somebody. It is an *Error where the server or the connection
// is the reason, else that of inFlight or of reading m.Raw.
func (x *Session) Send(ctx context.Context, m Message, inFlight func(ctx context.Context) error) (mail.Receipt, error) {
	b := newBook(m)
	x.link.conn.SetContext(ctx)
	if ahead := x.ahead; ahead != nil && x.Usable() {
		x.ahead = nil
		if ahead.m.ID == m.ID {
			ahead.m, ahead.b = m, b
			return ahead.resume(ctx)
		}
		// The server waits for a message that does not come: only breaking off tells it so.
		ahead.breakOff()
	}
	if !x.Usable() {
		err := &Error{Kind: mail.ServerTemporary, Where: x.server.Addr(), Doing: stepSend, Said: "the connection is closed", Err: x.link.err}
		return b.stop(mail.Deferred, err), err
	}
	if err := x.reset(); err != nil {
		return b.stop(mail.Deferred, err), err
	}
	t := &transaction{x: x, m: m, b: b}
	from, to, err := x.envelope(m, b)
	if err != nil {
		return b.stop(mail.Failed, err), err
	}
	if err := t.convert(); err != nil {
		return b.stop(mail.Deferred, err), err
	}
	if err := x.fits(t.size()); err != nil {
		return b.stop(mail.Failed, err), err
	}
	t.from, t.to = from, to
	if b.open() == 0 {
		err := x.refused(b)
		return b.stop(mail.Failed, err), err
	}
	if text, ok := t.small(); ok {
		return t.atOnce(ctx, text, inFlight)
	}
	return t.byData(ctx, inFlight)
}

// verdict is what a refusal means for those whom it concerns.
func verdict(err error) mail.SendState {
	var e *Error
	if errors.As(err, &e) && e.Code/100 == 5 {
		return mail.Failed
	}
	return mail.Deferred
}

// fits refuses a message that is larger than the server said it takes (RFC 1870).
func (x *Session) fits(size int64) error {
	if limit := x.MaxSize(); limit > 0 && size > limit {
		return &Error{
			Kind: mail.TooLarge, Where: x.server.Addr(), Doing: stepSender,
			Said: fmt.Sprintf("the message has %d octets and the server takes %d", size, limit),
		}
	}
	return nil
}

// envelope checks the addresses and returns them as the server is told them. A recipient that cannot be told is
// noted in b and left out: to holds "" in its place.
func (x *Session) envelope(m Message, b *book) (from string, to []string, err error) {
	if m.From != "" {
		if from, err = path(m.From); err == nil && !ascii(from) && !x.offered("SMTPUTF8") {
			err = errNoUTF8
		}
		if err != nil {
			return "", nil, &Error{Kind: mail.ServerPermanent, Where: x.server.Addr(), Doing: stepSender, Said: "the sender " + err.Error(), Err: err}
		}
	}
	to = make([]string, len(m.To))
	for i, addr := range m.To {
		p, err := path(addr)
		if err == nil && !ascii(p) && !x.offered("SMTPUTF8") {
			err = errNoUTF8
		}
		if err != nil {
			b.set(i, mail.Failed, 0, "", "the address "+err.Error())
			continue
		}
		to[i] = p
	}
	return from, to, nil
}

var (
	errNoUTF8  = errors.New("has letters beyond ASCII before the @, which this server does not take (no SMTPUTF8)")
	errBadPath = errors.New("holds a character that no address may have")
)

// path is an addr-spec as a command takes it: without any character that could end the command or the address, its
// domain in ASCII (RFC 5890), which needs no SMTPUTF8.
func path(addr string) (string, error) {
	quoted, escaped := false, false
	for _, c := range addr {
		switch {
		case c < ' ' || c == 0x7f || c == '\ufffd' || c >= 0x80 && c < 0xa0:
			return "", errBadPath
		case escaped:
			escaped = false
		case quoted && c == '\\':
			escaped = true
		case c == '"':
			quoted = !quoted
		case !quoted && strings.ContainsRune(" <>", c):
			return "", errBadPath
		}
	}
	at := strings.LastIndexByte(addr, '@')
	if quoted || escaped || addr == "" {
		return "", errBadPath
	}
	if at < 0 || ascii(addr[at:]) {
		return addr, nil
	}
	domain, err := idna.Lookup.ToASCII(addr[at+1:])
	if err != nil {
		return "", errBadPath
	}
	return addr[:at+1] + domain, nil
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

func (x *Session) offered(keyword string) bool {
	_, ok := x.offers[keyword]
	return ok
}

// sender begins a transaction.
func (x *Session) sender(from string, size int64) (said string, err error) {
	x.busy = true
	if err := x.client.Mail(from, &smtp.MailOptions{Size: size, UTF8: !ascii(from)}); err != nil {
		e := x.fail(err, stepSender)
		return e.Said, e
	}
	return x.link.said.said(), nil
}

// refused is the error that speaks for the recipients who do not get the message: the first refusal for good, or else
// the first for now.
func (x *Session) refused(b *book) *Error {
	var worst *mail.Recipient
	for i := range b.list {
		r := &b.list[i]
		if r.State != mail.SentOK && (worst == nil || worst.State == mail.Deferred && r.State == mail.Failed) {
			worst = r
		}
	}
	e := &Error{Kind: mail.RecipientRefused, Where: x.server.Addr(), Doing: stepRecipient}
	switch {
	case worst == nil:
		e.Said = "there is no recipient"
		return e
	case worst.State == mail.Deferred:
		e.Kind = mail.ServerTemporary
	case worst.Code != 0:
		e.Kind = kindOf(stepRecipient, worst.Code, worst.Status, worst.Said)
	}
	e.Code, e.Status, e.Said = worst.Code, worst.Status, worst.Said
	return e
}

// cutShort is the error of a connection that broke before the final dot had left, so that nobody can have the message.
// A server that refuses in the middle often says why before it hangs up.
func (x *Session) cutShort(err error) *Error {
	e := x.fail(err, stepSend)
	if e.Kind == mail.Cancelled {
		return e
	}
	x.link.conn.SetIdle(time.Second)
	if _, last := x.link.lastWords(1); last != nil {
		return refusal(*last, x.server.Addr(), stepSend, x.secret)
	}
	return e
}

func (x *Session) idle() time.Duration {
	if x.o.Idle > 0 {
		return x.o.Idle
	}
	return wire.DefaultIdle
}

// partly is the problem of a message that some have and some do not; nil when all have it.
func (x *Session) partly(b *book) *mail.Problem {
	if Fold(b.list) == mail.SentOK {
		return nil
	}
	return x.refused(b).Problem()
}
