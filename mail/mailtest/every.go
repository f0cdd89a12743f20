package mailtest

import (
	"context"
	"crypto/rand"
	"sync"
	"time"
)

// Every calls do again and again, d apart, until ctx ends; the function it returns waits for the last call to end.
func Every(ctx context.Context, d time.Duration, do func()) (wait func()) {
	var wg sync.WaitGroup
	wg.Go(func() {
		t := time.NewTicker(d)
		defer t.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-t.C:
				do()
			}
		}
	})
	return wg.Wait
}

// Secret returns a password that nobody else knows.
func Secret() string { return rand.Text() }
