package engine

import (
	"context"
	"time"

	"poplar/mail"
	"poplar/mail/outbox"
	"poplar/mail/submit"
)

// sender is the worker of one outgoing server.
type sender struct {
	kick chan struct{} // capacity 1
}

// serverKey names the outgoing server an account sends through.
func serverKey(a mail.Account) string {
	s := a.SMTP()
	return s.User + "@" + s.Addr()
}

// startSender starts the worker of acc's outgoing server where there is none yet. e.mu is held.
func (e *Engine) startSender(acc *account) {
	key := serverKey(acc.get())
	if e.senders[key] != nil {
		return
	}
	s := &sender{kick: make(chan struct{}, 1)}
	s.kick <- struct{}{}
	e.senders[key] = s
	e.spawn("send "+key, func(ctx context.Context) { e.keepSending(ctx, key, s) })
}

// kickSenders wakes the workers of all outgoing servers, and starts those that settings have made necessary.
func (e *Engine) kickSenders() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.running {
		return
	}
	for _, acc := range e.accounts {
		e.startSender(acc)
	}
	for _, s := range e.senders {
		select {
		case s.kick <- struct{}{}:
		default:
		}
	}
}

// keepSending submits what is due on one outgoing server, until ctx ends.
func (e *Engine) keepSending(ctx context.Context, key string, s *sender) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.kick:
		case <-timer.C:
		}
		next, _, err := e.workOutbox(ctx, e.o.Now(), func(o mail.OutboxItem) bool {
			acc, err := e.find(o.Account)
			return err == nil && serverKey(acc.get()) == key
		})
		nap := longestNap
		if err != nil && ctx.Err() == nil {
			e.log.Error("the outbox cannot be worked on", "error", err)
			e.hub.Publish(mail.Event{What: mail.Trouble, Problem: mail.ProblemOf(err)})
		} else if !next.IsZero() {
			nap = min(nap, next.Sub(e.o.Now()))
		}
		timer.Reset(max(nap, 10*time.Millisecond))
	}
}

// workOutbox submits what is due at now among the messages that only accepts, and tells the Hub what became of them.
func (e *Engine) workOutbox(ctx context.Context, now time.Time, only func(mail.OutboxItem) bool) (time.Time, []mail.OutboxItem, error) {
	next, changed, err := outbox.Work(ctx, e.store, e.submit, now, only)
	for _, o := range changed {
		e.hub.Publish(mail.Event{What: mail.OutboxChanged, Account: o.Account, Messages: []mail.MessageID{o.ID}, Outbox: &o})
	}
	return next, changed, err
}

// submit is one submission of o over its account's outgoing server.
func (e *Engine) submit(ctx context.Context, o mail.OutboxItem, raw mail.Raw, inFlight func(context.Context) error) (mail.Receipt, error) {
	acc, err := e.find(o.Account)
	if err != nil {
		return mail.Receipt{}, &mail.Problem{Kind: mail.Unknown, Doing: "send", Err: err}
	}
	a := acc.get()
	server := a.SMTP()
	var secret string
	if server.Auth != mail.AuthNone {
		if secret, err = e.secret(ctx, acc, a, mail.Outgoing); err != nil {
			return mail.Receipt{}, err
		}
	}
	return submit.Send(ctx, server, secret, e.wire(acc), submit.Message{From: o.From, To: o.Pending(), Raw: raw}, inFlight)
}
