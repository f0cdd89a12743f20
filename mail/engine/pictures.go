package engine

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"poplar/mail/pictures"
)

// The limits of one message's pictures.
const (
	picturesAtOnce = 6
	picturesMost   = 500
	picturesOctets = 48 << 20
	picturesLimit  = time.Minute
)

// Pictures fetches remote pictures of a message, which the person has asked for, several at a time. Each is told as soon
// as it is there; calls of got do not overlap and end before Pictures returns. It returns how many could not be had.
// Nothing is kept: no file, no cookie.
func (e *Engine) Pictures(ctx context.Context, addresses []string, got func(address string, data []byte)) (missing int) {
	c := pictures.New()
	defer c.Close()
	return e.fetch(ctx, c.Get, addresses, got)
}

func (e *Engine) fetch(ctx context.Context, get func(context.Context, string) ([]byte, error), addresses []string, got func(string, []byte)) (missing int) {
	ctx, cancel := context.WithTimeout(ctx, picturesLimit)
	defer cancel()
	if len(addresses) > picturesMost {
		missing = len(addresses) - picturesMost
		addresses = addresses[:picturesMost]
	}
	next := make(chan string)
	var (
		all   sync.WaitGroup
		mu    sync.Mutex
		total int
	)
	one := func(address string) {
		data, err := e.guarded(ctx, get, address)
		mu.Lock()
		defer mu.Unlock()
		if err != nil || total+len(data) > picturesOctets {
			missing++
			return
		}
		total += len(data)
		got(address, data)
	}
	for range min(picturesAtOnce, len(addresses)) {
		all.Go(func() {
			for address := range next {
				one(address)
			}
		})
	}
	for _, a := range addresses {
		next <- a // those that come after the end of ctx fail at once
	}
	close(next)
	all.Wait()
	return missing
}

// guarded is get, with a panic of a picture's decoder made an error.
func (e *Engine) guarded(ctx context.Context, get func(context.Context, string) ([]byte, error), address string) (data []byte, err error) {
	defer func() {
		if r := recover(); r != nil {
			e.log.Error("a picture could not be read", "panic", fmt.Sprint(r), "stack", string(debug.Stack()))
			err = fmt.Errorf("the picture could not be read: %v", r)
		}
	}()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return get(ctx, address)
}
