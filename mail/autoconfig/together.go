package autoconfig

import (
	"context"
	"errors"
	"sync"
)

// errBeaten is the cause with which an attempt ends that a better one has made needless.
var errBeaten = errors.New("a better answer was found")

// together makes n attempts side by side, best first, and returns when all have ended. An attempt that succeeds ends
// the contexts of those after it: they can no longer become the answer. A panic in one is the caller's.
//
// This is the one place of the room where goroutines start: n is bounded by the callers, and all are joined here.
func together(ctx context.Context, n int, attempt func(ctx context.Context, i int) bool) {
	contexts, ends := make([]context.Context, n), make([]context.CancelCauseFunc, n)
	for i := range n {
		contexts[i], ends[i] = context.WithCancelCause(ctx)
	}
	defer func() {
		for _, end := range ends {
			end(nil)
		}
	}()
	var wg sync.WaitGroup
	fell := make(chan any, n)
	for i := range n {
		wg.Add(1)
		go func() {
			defer wg.Done()
			defer func() {
				if r := recover(); r != nil {
					fell <- r
				}
			}()
			if !attempt(contexts[i], i) {
				return
			}
			for _, end := range ends[i+1:] {
				end(errBeaten)
			}
		}()
	}
	wg.Wait()
	select {
	case r := <-fell:
		panic(r)
	default:
	}
}
