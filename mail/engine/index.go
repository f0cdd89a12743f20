package engine

import (
	"context"
	"time"

	"poplar/mail"
	"poplar/mail/delivery"
	"poplar/mail/message"
)

// indexBatch is how many messages go into the full-text index in one transaction: few enough that others need not wait.
const indexBatch = 100

// read reads what the store will want to know of a message that has come. Where no worker is waiting to take it into
// the full-text index, its text is not carried along: whoever indexes it later reads it again.
func (e *Engine) read(raw mail.Raw, a mail.Account) mail.Arrival {
	arrival := delivery.Read(raw, a, e.o.Now())
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.running {
		arrival.IndexText = ""
	}
	return arrival
}

// indexText is what the full-text index takes in of a message, beside subject and addresses. A message that cannot be
// read has none.
func indexText(raw mail.Raw) (text string) {
	defer func() { _ = recover() }() // as in delivery: a fault in reading must not stop the index for ever
	return message.Scan(raw).IndexText
}

// kickIndex wakes the workers that take new messages into the full-text index and into the address book.
func (e *Engine) kickIndex() {
	e.learner.wake()
	select {
	case e.unindexed <- struct{}{}:
	default:
	}
}

// keepIndexing takes new messages into the full-text index, a few at a time, behind the visits that bring them.
func (e *Engine) keepIndexing(ctx context.Context) {
	for {
		left, err := e.store.Index(ctx, indexBatch)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			e.log.Error("new messages cannot be indexed", "error", err)
			e.hub.Publish(mail.Event{What: mail.Trouble, Problem: mail.ProblemOf(err)})
			select { // a full disk, say: what waits is kept in the store
			case <-ctx.Done():
				return
			case <-time.After(time.Minute):
			}
			continue
		case left > 0:
			continue
		}
		e.tidy(ctx)
		select {
		case <-ctx.Done():
			return
		case <-e.unindexed:
		}
	}
}

// tidy gives the room that deleted messages have left back to the system, as long as no visit wants to store anything.
func (e *Engine) tidy(ctx context.Context) {
	for len(e.slots) == 0 {
		more, err := e.store.Tidy(ctx)
		if err != nil && ctx.Err() == nil {
			e.log.Warn("room in the store is not given back", "error", err)
		}
		if err != nil || !more {
			return
		}
	}
}

// searchable makes sure that a search finds everything that a list shows.
func (e *Engine) searchable(ctx context.Context, q mail.Query) error {
	if q.Text == "" || e.store.Unindexed() == 0 {
		return nil
	}
	return e.store.Flush(ctx)
}
