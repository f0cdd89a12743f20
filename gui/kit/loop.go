package kit

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"fyne.io/fyne/v2"
)

// Loop hands a function to the thread that draws. It may be called from any goroutine and does not wait.
type Loop func(func())

// Main is the application's Loop. Nothing else in Poplar calls fyne.Do.
func Main(f func()) { fyne.Do(f) }

// Go runs work on a goroutine of its own and then, on the loop, then with its result. Where ctx was cancelled by
// then, then is not called: whoever cancelled does not want to hear of it any more. A deadline that passed is told.
// A panic in work becomes an error.
func Go[T any](ctx context.Context, loop Loop, work func(context.Context) (T, error), then func(T, error)) {
	go func() {
		v, err := guarded(ctx, work)
		loop(func() {
			if errors.Is(ctx.Err(), context.Canceled) {
				return
			}
			then(v, err)
		})
	}()
}

func guarded[T any](ctx context.Context, work func(context.Context) (T, error)) (v T, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("Poplar made a mistake: %v", r)
		}
	}()
	return work(ctx)
}

// Do is Go for work that has no result but its error.
func Do(ctx context.Context, loop Loop, work func(context.Context) error, then func(error)) {
	Go(ctx, loop, func(ctx context.Context) (struct{}, error) { return struct{}{}, work(ctx) },
		func(_ struct{}, err error) { then(err) })
}

// After runs f on the loop once d has passed, unless stop is called (on the loop) before.
func After(loop Loop, d time.Duration, f func()) (stop func()) {
	stopped := false // read and written on the loop alone
	t := time.AfterFunc(d, func() {
		loop(func() {
			if !stopped {
				stopped = true
				f()
			}
		})
	})
	return func() {
		stopped = true
		t.Stop()
	}
}

// Queue is a Loop for tests: what is handed to it waits until the test's own goroutine runs it.
type Queue struct {
	mu   sync.Mutex
	held []func()
	wake chan struct{}
}

// NewQueue returns an empty Queue.
func NewQueue() *Queue { return &Queue{wake: make(chan struct{}, 1)} }

// Loop is the Queue's Loop.
func (q *Queue) Loop(f func()) {
	q.mu.Lock()
	q.held = append(q.held, f)
	q.mu.Unlock()
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// Run runs what is waiting and returns how much that was.
func (q *Queue) Run() int {
	q.mu.Lock()
	held := q.held
	q.held = nil
	q.mu.Unlock()
	for _, f := range held {
		f()
	}
	return len(held)
}

// Until runs what comes in until done is true. It reports whether that was so before limit passed.
func (q *Queue) Until(limit time.Duration, done func() bool) bool {
	late := time.NewTimer(limit)
	defer late.Stop()
	for {
		q.Run()
		if done() {
			return true
		}
		select {
		case <-q.wake:
		case <-late.C:
			return done()
		}
	}
}
