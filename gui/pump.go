package gui

import (
	"context"
	"time"

	"poplar/gui/kit"
	"poplar/mail"
)

// pumpPause is how long the pump rests between two handfuls of events: a visit that brings thousands of messages
// redraws the window some times a second, not once for each.
const pumpPause = 80 * time.Millisecond

// pump is the one goroutine through which the window hears of the world: what the engine tells, further starts of
// Poplar, and links. Handle is called with a handful of events at a time, on the loop; the next comes when it is dealt with.
type pump struct {
	events *mail.Listener
	raised <-chan string
	links  <-chan string // clicked elsewhere, where the system hands them over
	loop   kit.Loop
	handle func([]mail.Event)
	raise  func(mailto string)
	ended  func() // on the loop, when the program is told to end
}

// start lets the pump run until ctx ends.
func (p pump) start(ctx context.Context) { go p.run(ctx) }

func (p pump) run(ctx context.Context) {
	defer p.events.Close()
	defer p.loop(p.ended)
	rest := time.NewTimer(0)
	defer rest.Stop()
	<-rest.C
	wake := p.events.Wake()
	for {
		select {
		case <-ctx.Done():
			return
		case link, open := <-p.raised:
			if !open {
				p.raised = nil
				continue
			}
			p.loop(func() { p.raise(link) })
		case link := <-p.links:
			p.loop(func() { p.raise(link) })
		case <-rest.C:
			wake = p.events.Wake()
		case <-wake:
			if !p.hand(ctx, p.events.Take()) {
				return
			}
			wake = nil // until the rest is over
			rest.Reset(pumpPause)
		}
	}
}

// hand waits until the window has dealt with events; false when ctx ended before.
func (p pump) hand(ctx context.Context, events []mail.Event) bool {
	if len(events) == 0 {
		return true
	}
	done := make(chan struct{})
	p.loop(func() {
		defer close(done)
		if ctx.Err() == nil {
			p.handle(events)
		}
	})
	select {
	case <-ctx.Done():
		return false
	case <-done:
		return true
	}
}
