package mail

import (
	"slices"
	"sync"
)

// Event is something that happened. Events carry ids, not contents: a listener asks the engine for what it shows.
type Event struct {
	What     What
	Account  AccountID
	Folder   FolderID
	Messages []MessageID
	Status   *AccountStatus // with VisitProgress and VisitEnded
	Outbox   *OutboxItem    // with OutboxChanged
	Problem  *Problem       // with Trouble
	Done     int64          // with SendProgress: octets that have left
	Total    int64          // and those there are
	// Lost says that events were dropped before this one: the listener reloads everything.
	Lost bool
}

// What names an event.
type What int

// The events. The store tells the first four after COMMIT, the engine the others.
const (
	Arrived What = iota + 1
	Changed      // flags or folder
	Removed
	Counted // folders or their counts
	VisitProgress
	VisitEnded
	OutboxChanged
	Trouble
	SendProgress // of one outgoing message; merged like VisitProgress
)

// hubCapacity bounds what a slow listener can hold up: beyond it the oldest are dropped and Lost is set.
const hubCapacity = 1024

// Hub hands events to its listeners. Publish never blocks; progress of the same account is merged.
type Hub struct {
	mu        sync.Mutex
	listeners map[*Listener]struct{}
}

// Listener receives events from a Hub.
type Listener struct {
	hub  *Hub
	mu   sync.Mutex
	wake chan struct{}
	held []Event
	lost bool
}

// NewHub returns a Hub without listeners.
func NewHub() *Hub { return &Hub{listeners: map[*Listener]struct{}{}} }

// Listen adds a listener. It must be closed when it is no longer read.
func (h *Hub) Listen() *Listener {
	l := &Listener{hub: h, wake: make(chan struct{}, 1)}
	h.mu.Lock()
	h.listeners[l] = struct{}{}
	h.mu.Unlock()
	return l
}

// Publish hands e to every listener. A nil Hub swallows it.
func (h *Hub) Publish(e Event) {
	if h == nil {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for l := range h.listeners {
		l.put(e)
	}
}

func (l *Listener) put(e Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if e.What == VisitProgress {
		for i := range l.held {
			if l.held[i].What == VisitProgress && l.held[i].Account == e.Account {
				l.held[i] = e
				return
			}
		}
	}
	if e.What == SendProgress {
		for i := range l.held {
			if l.held[i].What == SendProgress && slices.Equal(l.held[i].Messages, e.Messages) {
				l.held[i] = e
				return
			}
		}
	}
	if len(l.held) >= hubCapacity {
		l.held = l.held[1:]
		l.lost = true
	}
	l.held = append(l.held, e)
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// Wake is readable when there is something to Take.
func (l *Listener) Wake() <-chan struct{} { return l.wake }

// Take returns what has happened since the last Take, oldest first.
func (l *Listener) Take() []Event {
	l.mu.Lock()
	defer l.mu.Unlock()
	events := l.held
	l.held = nil
	if l.lost && len(events) > 0 {
		events[0].Lost = true
		l.lost = false
	}
	return events
}

// Close takes the listener off its Hub.
func (l *Listener) Close() {
	l.hub.mu.Lock()
	delete(l.hub.listeners, l)
	l.hub.mu.Unlock()
}
