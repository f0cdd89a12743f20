package engine

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"reflect"
	"slices"
	"time"

	"poplar/mail"
	"poplar/mail/outbox"
	"poplar/mail/pop3"
	"poplar/mail/submit"
)

const (
	// progressPause is the least time between two events about the same message on its way.
	progressPause = 200 * time.Millisecond
	// loginLasts is how long a server with "POP before SMTP" is taken to remember a login. They keep it for ten
	// minutes or more.
	loginLasts = 5 * time.Minute
)

// post keeps the connections to outgoing servers for one round over the outbox, so that several messages go over one.
type post struct {
	e     *Engine
	lines map[string]*postLine // by serverKey
	// next begins the message after the one in hand, see outbox.Round.
	next func(ctx context.Context) (mail.OutboxItem, mail.Raw, bool)
	// early are those that were begun so, which may be stopped though their turn has not come.
	early map[mail.MessageID]earlyStop
}

type earlyStop struct {
	ctx  context.Context
	done func()
}

func (p *post) follow(next func(ctx context.Context) (mail.OutboxItem, mail.Raw, bool)) {
	p.next = next
}

type postLine struct {
	server  mail.Server
	secret  string
	session *submit.Session
}

// close says goodbye to all servers.
func (p *post) close() {
	for key := range p.lines {
		p.drop(key)
	}
}

// endEarly ends what waits for the submission of those that were begun early and did not come to their turn.
func (p *post) endEarly() {
	for _, stop := range p.early {
		stop.done()
	}
}

// holdStopped holds those that the person has stopped and that wait again: their turn did not come, or they came back
// before it was seen. It returns them as they stand now. One that somebody has in hand is seen to at the end of that round.
func (e *Engine) holdStopped(ctx context.Context) (held []mail.OutboxItem) {
	ctx = context.WithoutCancel(ctx) // what the person has said counts though the program ends
	e.mu.Lock()
	ids := slices.Collect(maps.Keys(e.stops))
	e.mu.Unlock()
	for _, id := range ids {
		o, err := outbox.Change(ctx, e.store, id, func(o *mail.OutboxItem) error {
			if err := waits(*o); err != nil || o.Held {
				return cmp.Or(err, errHeld)
			}
			o.Held = true
			return nil
		})
		if errors.Is(err, outbox.ErrInHand) {
			continue
		}
		e.mu.Lock()
		delete(e.stops, id)
		e.mu.Unlock()
		if err == nil { // else it is gone, or perhaps sent
			held = append(held, o)
		}
	}
	return held
}

var errHeld = errors.New("it is held already")

func (p *post) drop(key string) {
	if l := p.lines[key]; l != nil {
		_ = l.session.Close() // what was sent is sent
		delete(p.lines, key)
	}
}

// submit is one submission of o over its account's outgoing server. A connection that other messages went over before
// may have been ended by the server meanwhile, which is no failure: another one is made.
func (p *post) submit(ctx context.Context, o mail.OutboxItem, raw mail.Raw, inFlight func(context.Context) error) (mail.Receipt, error) {
	acc, a, err := p.e.outgoing(o)
	if err != nil {
		return mail.Receipt{}, &mail.Problem{Kind: mail.Unknown, Doing: "send", Err: err}
	}
	life := ctx
	stop, begun := p.early[o.ID]
	if !begun {
		stop.ctx, stop.done = p.e.stoppable(ctx, o.ID)
	}
	delete(p.early, o.ID)
	ctx = stop.ctx
	defer stop.done()
	m := p.message(o, raw)
	key := serverKey(a)
	for {
		l, used, err := p.line(ctx, acc, a)
		if err != nil {
			return mail.Receipt{State: mail.Deferred}, ifStopped(ctx, err)
		}
		m.Next = nil
		if !p.e.alone(key) {
			m.Next = p.following(life)
		}
		r, err := l.session.Send(ctx, m, inFlight)
		l.session.Bind(life)
		if (used || l.session.Unchunked()) && r.State == mail.Deferred && !l.session.Usable() && ctx.Err() == nil && !anybody(r) {
			if l.session.Lost() {
				p.e.setAlone(key)
			}
			p.drop(key)
			continue
		}
		if r.State == mail.Deferred && context.Cause(ctx) == outbox.ErrStopped { //nolint:errorlint // the very value
			r.Problem = &mail.Problem{Kind: mail.Cancelled, Doing: "send", Err: outbox.ErrStopped}
		}
		return r, err
	}
}

func (p *post) message(o mail.OutboxItem, raw mail.Raw) submit.Message {
	return submit.Message{ID: int64(o.ID), From: o.From, To: o.Pending(), Raw: raw, Notices: o.Notices, Progress: p.e.progress(o)}
}

// following begins the next message while the end of the one in hand is on its way.
func (p *post) following(life context.Context) func(context.Context) (submit.Message, bool) {
	next := p.next
	if next == nil {
		return nil
	}
	return func(ctx context.Context) (submit.Message, bool) {
		o, raw, ok := next(ctx)
		if !ok {
			return submit.Message{}, false
		}
		var stop earlyStop
		stop.ctx, stop.done = p.e.stoppable(life, o.ID)
		p.early[o.ID] = stop
		return p.message(o, raw), true
	}
}

// anybody reports whether any recipient has the message.
func anybody(r mail.Receipt) bool {
	for _, to := range r.Recipients {
		if to.State == mail.SentOK {
			return true
		}
	}
	return false
}

// alone reports whether each message to a server waits for the answer to the one before, since the server has once lost
// what came behind the end of a message.
func (e *Engine) alone(key string) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.lonely[key]
}

func (e *Engine) setAlone(key string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.lonely[key] = true
}

func ifStopped(ctx context.Context, err error) error {
	if context.Cause(ctx) == outbox.ErrStopped { //nolint:errorlint // the very value
		return &mail.Problem{Kind: mail.Cancelled, Doing: "send", Err: outbox.ErrStopped}
	}
	return err
}

// line returns a connection to the outgoing server of a, which is acc as it sends, and whether it has been used before.
func (p *post) line(ctx context.Context, acc *account, a mail.Account) (*postLine, bool, error) {
	key, server := serverKey(a), a.SMTP()
	var secret string
	if server.Auth != mail.AuthNone {
		var err error
		if secret, err = p.e.secret(ctx, acc, a, mail.Outgoing); err != nil {
			// A person may have several servers to send through: which one is it?
			if problem := mail.ProblemOf(err); problem.Where == a.Address {
				at := *problem
				at.Where = server.Addr()
				err = &at
			}
			return nil, false, err
		}
	}
	if l := p.lines[key]; l != nil {
		if l.session.Usable() && l.secret == secret && reflect.DeepEqual(l.server, server) {
			return l, true, nil
		}
		p.drop(key)
	}
	if a.POPBeforeSMTP {
		if err := p.e.logInFirst(ctx, acc, a); err != nil {
			return nil, false, err
		}
	}
	session, err := logIn(ctx, p.e, acc, a, mail.Outgoing, secret, func(fresh string) (*submit.Session, error) {
		secret = fresh
		return submit.Open(ctx, server, fresh, p.e.wire(acc))
	})
	if err != nil {
		return nil, false, err
	}
	p.e.learnLimit(ctx, key, session.MaxSize())
	l := &postLine{server, secret, session}
	p.lines[key] = l
	return l, false, nil
}

// logInFirst logs in for mail, so that a server with "POP before SMTP" lets this computer send.
func (e *Engine) logInFirst(ctx context.Context, acc *account, a mail.Account) error {
	if e.loggedIn(acc) {
		return nil
	}
	secret, err := e.secret(ctx, acc, a, mail.Incoming)
	if err != nil {
		return err
	}
	// Two logins at a time would find the mailbox in use.
	if err := acc.enter(ctx); err != nil {
		return err
	}
	defer acc.leave()
	if e.loggedIn(acc) { // the visit that was under way has done it
		return nil
	}
	c, err := logIn(ctx, e, acc, a, mail.Incoming, secret, func(secret string) (*pop3.Client, error) {
		return pop3.Open(ctx, a.POP3(), secret, pop3.Options{Wire: e.wire(acc)})
	})
	if err != nil {
		return err
	}
	e.mu.Lock()
	e.logins[a.ID] = e.o.Now()
	e.mu.Unlock()
	_ = c.Quit(ctx) // the login is what counts
	return nil
}

// loggedIn reports whether there was a login to acc's mailbox just now, by a visit or for sending.
func (e *Engine) loggedIn(acc *account) bool {
	status := acc.snapshot()
	e.mu.Lock()
	last := e.logins[status.Account]
	e.mu.Unlock()
	if status.Last.Problem == nil && status.LastCheck.After(last) {
		last = status.LastCheck
	}
	since := e.o.Now().Sub(last)
	return !last.IsZero() && since >= 0 && since < loginLasts
}

// stoppable is ctx for the submission of one message, which StopSending ends. Done is to be called at its end.
func (e *Engine) stoppable(ctx context.Context, id mail.MessageID) (_ context.Context, done func()) {
	ctx, stop := context.WithCancelCause(ctx)
	e.mu.Lock()
	e.leaving[id] = stop
	e.mu.Unlock()
	return ctx, func() {
		e.mu.Lock()
		delete(e.leaving, id)
		e.mu.Unlock()
		stop(nil)
	}
}

// StopSending breaks off the submission of a message that is on its way. Where that is in time the message is held
// back; where its end has left already nobody knows, and it is perhaps sent. One that waits again by then is held as well.
func (e *Engine) StopSending(id mail.MessageID) {
	e.mu.Lock()
	e.stops[id] = true
	stop := e.leaving[id]
	e.mu.Unlock()
	if stop != nil {
		stop(outbox.ErrStopped) // the end of the round sees to it that it is held
		return
	}
	e.spawn("stop sending", func(ctx context.Context) {
		for _, o := range e.holdStopped(ctx) {
			e.tellOutbox(o)
		}
	})
}

// progress tells the Hub how much of o has left.
func (e *Engine) progress(o mail.OutboxItem) func(int64) {
	var last time.Time
	return func(sent int64) {
		if now := e.o.Now(); sent < o.Size && now.Sub(last) < progressPause {
			return
		} else {
			last = now
		}
		e.hub.Publish(mail.Event{What: mail.SendProgress, Account: o.Account, Messages: []mail.MessageID{o.ID}, Done: sent, Total: o.Size})
	}
}
