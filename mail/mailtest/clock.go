package mailtest

import (
	"sync"
	"time"
)

// Clock is a time that moves only by hand.
type Clock struct {
	mu     sync.Mutex
	now    time.Time
	alarms []alarm
}

type alarm struct {
	at time.Time
	ch chan time.Time
}

// NewClock returns a clock that shows start.
func NewClock(start time.Time) *Clock { return &Clock{now: start} }

// Now returns what the clock shows.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Advance moves the clock on by d and rings the alarms that are then due.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	left := c.alarms[:0]
	for _, a := range c.alarms {
		if a.at.After(c.now) {
			left = append(left, a)
		} else {
			a.ch <- c.now
		}
	}
	c.alarms = left
}

// After is time.After on this clock.
func (c *Clock) After(d time.Duration) <-chan time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	a := alarm{c.now.Add(d), make(chan time.Time, 1)}
	if d <= 0 {
		a.ch <- c.now
	} else {
		c.alarms = append(c.alarms, a)
	}
	return a.ch
}
