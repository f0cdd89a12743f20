package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	"poplar/mail"
	"poplar/mail/outbox"
)

// sender is the worker of one outgoing server.
type sender struct {
	kick chan struct{} // capacity 1
}

// serverKey names the outgoing server an account sends through, and the login there.
func serverKey(a mail.Account) string {
	s := a.SMTP()
	return s.User + "@" + s.Addr()
}

// startSenders starts the workers of acc's outgoing server, and of its identities' own ones, where there are none yet.
// e.mu is held.
func (e *Engine) startSenders(acc *account) {
	a := acc.get()
	e.startSender(serverKey(a))
	for _, i := range a.Identities {
		e.startSender(serverKey(a.Through(i)))
	}
}

// startSender starts the worker of one outgoing server. e.mu is held.
func (e *Engine) startSender(key string) {
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
		e.startSenders(acc)
	}
	for _, s := range e.senders {
		select {
		case s.kick <- struct{}{}:
		default:
		}
	}
}

// keepSending submits what is due on one outgoing server, until ctx ends. A change of the computer's addresses means
// that what waits for the line need not wait any longer.
func (e *Engine) keepSending(ctx context.Context, key string, s *sender) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	was := line()
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.kick:
		case <-timer.C:
		}
		if is := line(); is != was {
			was = is
			e.wakeOutbox(ctx, outbox.ForLine)
		}
		next, _, err := e.workOutbox(ctx, e.o.Now(), func(o mail.OutboxItem) bool {
			return e.lane(o) == key && !e.withheld(o)
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

// lane is the outgoing server that o leaves by; empty where its account is gone.
func (e *Engine) lane(o mail.OutboxItem) string {
	_, a, err := e.outgoing(o)
	if err != nil {
		return ""
	}
	return serverKey(a)
}

// line is how the computer is connected: the addresses it has.
func line() string {
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		return ""
	}
	var list []string
	for _, a := range addrs {
		if n, ok := a.(*net.IPNet); ok && n.IP.IsGlobalUnicast() {
			list = append(list, n.String())
		}
	}
	slices.Sort(list)
	return strings.Join(list, " ")
}

// wakeOutbox makes messages due that wait for something that has changed.
func (e *Engine) wakeOutbox(ctx context.Context, what outbox.Waits) {
	woken, err := outbox.Wake(ctx, e.store, e.o.Now(), what)
	if err != nil && ctx.Err() == nil {
		e.log.Error("the outbox cannot be woken", "error", err)
	}
	for _, o := range woken {
		e.tellOutbox(o)
	}
}

// tellOutbox tells the Hub how a message of the outbox stands.
func (e *Engine) tellOutbox(o mail.OutboxItem) {
	e.hub.Publish(mail.Event{What: mail.OutboxChanged, Account: o.Account, Messages: []mail.MessageID{o.ID}, Outbox: &o})
}

// workOutbox submits what is due at now among the messages that only accepts, over as few connections as there are
// servers, and tells the Hub what became of them.
func (e *Engine) workOutbox(ctx context.Context, now time.Time, only func(mail.OutboxItem) bool) (time.Time, []mail.OutboxItem, error) {
	p := &post{e: e, lines: map[string]*postLine{}, early: map[mail.MessageID]earlyStop{}}
	defer p.close()
	next, changed, err := outbox.Work(ctx, e.store, p.submit, now, outbox.Round{Only: only, Lane: e.lane, Follow: p.follow})
	p.endEarly()
	held := e.holdStopped(ctx)
	for _, o := range held {
		changed = slices.DeleteFunc(changed, func(c mail.OutboxItem) bool { return c.ID == o.ID })
	}
	changed = append(changed, held...)
	for _, o := range changed {
		e.mu.Lock()
		delete(e.urgent, o.ID)
		e.mu.Unlock()
		e.tellOutbox(o)
	}
	return next, changed, err
}

// pausedKey is where the store remembers whose sending is paused.
const pausedKey = "sending-paused"

// recallPaused reads whose sending is paused.
func (e *Engine) recallPaused(ctx context.Context) error {
	value, err := e.store.Memory(ctx, pausedKey)
	if err != nil || value == nil {
		return err
	}
	var ids []mail.AccountID
	if err := json.Unmarshal(value, &ids); err != nil {
		return fmt.Errorf("whose sending is paused cannot be read: %w", err)
	}
	for _, id := range ids {
		e.stopped[id] = true
	}
	return nil
}

// PauseSending keeps the messages of the named accounts, or of all, in the outbox until it is called with false. It is
// remembered. A single message still leaves by SendNow.
func (e *Engine) PauseSending(ctx context.Context, paused bool, ids ...mail.AccountID) error {
	e.mu.Lock()
	if len(ids) == 0 {
		ids = slices.Clone(e.order)
	}
	for _, id := range ids {
		if paused {
			e.stopped[id] = true
		} else {
			delete(e.stopped, id)
		}
	}
	e.mu.Unlock()
	value, err := json.Marshal(e.PausedSending())
	if err != nil {
		return err
	}
	err = e.store.Remember(ctx, pausedKey, value)
	e.hub.Publish(mail.Event{What: mail.OutboxChanged})
	if !paused {
		e.kickSenders()
	}
	return err
}

// PausedSending are the accounts whose sending is paused.
func (e *Engine) PausedSending() []mail.AccountID {
	e.mu.Lock()
	defer e.mu.Unlock()
	ids := []mail.AccountID{}
	for _, id := range e.order {
		if e.stopped[id] {
			ids = append(ids, id)
		}
	}
	return ids
}

// withheld reports whether o waits because its account's sending is paused.
func (e *Engine) withheld(o mail.OutboxItem) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.stopped[o.Account] && !e.urgent[o.ID]
}
