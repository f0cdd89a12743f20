package retrieve

import (
	"context"
	"sync"
	"time"

	"poplar/mail"
)

// The bounds of what waits between reading and storing.
const (
	// waitOctets bounds the messages that have been read and are not yet committed.
	waitOctets = 2 << 20
	// spoolWeight is what a message in a file counts there: seven may wait while another is being read, and four are
	// stored together.
	spoolWeight = 1 << 18

	// A batch is one transaction. It ends with so many messages or octets, or when it has gathered for so long: the
	// first one early, so that something can be read soon.
	batchMessages = 512
	batchOctets   = 1 << 20
	gatherFirst   = 20 * time.Millisecond
	gather        = 150 * time.Millisecond
)

// arrival is a message that has been read.
type arrival struct {
	item Item
	raw  mail.Raw
	read mail.Arrival // what Visit.Read made of it
}

func (a arrival) weight() int64 {
	if b, ok := a.raw.(mail.Bytes); ok {
		return int64(cap(b))
	}
	return spoolWeight
}

// release lets go of the octets.
func (a arrival) release() {
	_ = a.raw.Close()
	if b, ok := a.raw.(mail.Bytes); ok {
		giveBuffer(b)
	}
}

// queue hands messages from the goroutine that reads to the one that stores.
type queue struct {
	mu      sync.Mutex
	waiting []arrival
	octets  int64 // of what waits and of the batch that is being stored
	closed  bool
	err     error         // why storing has stopped
	wake    chan struct{} // something was put, or the queue closed
	room    chan struct{} // something was stored, or storing stopped
}

func newQueue() *queue {
	return &queue{wake: make(chan struct{}, 1), room: make(chan struct{}, 1)}
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// put waits for room and adds a message, which belongs to the queue then. The error is why storing has stopped, or
// ctx's.
func (q *queue) put(ctx context.Context, a arrival) error {
	w := a.weight()
	for {
		q.mu.Lock()
		if q.err != nil {
			q.mu.Unlock()
			a.release()
			return q.err
		}
		if q.octets == 0 || q.octets+w <= waitOctets {
			q.waiting = append(q.waiting, a)
			q.octets += w
			q.mu.Unlock()
			signal(q.wake)
			return nil
		}
		q.mu.Unlock()
		select {
		case <-q.room:
		case <-ctx.Done():
			a.release()
			return ctx.Err()
		}
	}
}

// close says that nothing more will be put.
func (q *queue) close() {
	q.mu.Lock()
	q.closed = true
	q.mu.Unlock()
	signal(q.wake)
}

// take waits for a batch: what has gathered when it is full, when wait has passed since its first message was seen, or
// when nothing more will come. It returns nil at the end.
func (q *queue) take(wait time.Duration) []arrival {
	var timer <-chan time.Time
	for {
		q.mu.Lock()
		n, full := q.batch()
		if full || q.closed {
			b := q.cut(n)
			q.mu.Unlock()
			return b
		}
		q.mu.Unlock()
		if n > 0 && timer == nil {
			t := time.NewTimer(wait)
			defer t.Stop()
			timer = t.C
		}
		select {
		case <-q.wake:
		case <-timer:
			q.mu.Lock()
			n, _ := q.batch()
			b := q.cut(n)
			q.mu.Unlock()
			return b
		}
	}
}

// batch is how many of the waiting messages make the next batch, and whether that is as many as it may have.
func (q *queue) batch() (n int, full bool) {
	var octets int64
	for _, a := range q.waiting {
		if n == batchMessages || octets >= batchOctets {
			return n, true
		}
		octets += a.weight()
		n++
	}
	return n, n == batchMessages || octets >= batchOctets
}

func (q *queue) cut(n int) []arrival {
	b := q.waiting[:n:n]
	q.waiting = q.waiting[n:]
	if n == 0 {
		return nil
	}
	return b
}

// done releases a batch that has been dealt with.
func (q *queue) done(b []arrival) {
	var octets int64
	for _, a := range b {
		octets += a.weight()
		a.release()
	}
	q.mu.Lock()
	q.octets -= octets
	clear(b) // the array behind it lives on in waiting
	q.mu.Unlock()
	signal(q.room)
}

// stop ends storing because of err and releases what waits.
func (q *queue) stop(err error) {
	q.mu.Lock()
	q.err = err
	rest := q.waiting
	q.waiting = nil
	q.mu.Unlock()
	for _, a := range rest {
		a.release()
	}
	signal(q.room)
}
