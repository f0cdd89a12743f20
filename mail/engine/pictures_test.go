package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"testing"
)

func TestFetch(t *testing.T) {
	e := &Engine{log: slog.New(slog.DiscardHandler)}
	var addresses []string
	for i := range 600 {
		addresses = append(addresses, fmt.Sprint("https://a.example/", i))
	}
	var now, most, inGot atomic.Int32
	get := func(_ context.Context, address string) ([]byte, error) {
		n := now.Add(1)
		defer now.Add(-1)
		for old := most.Load(); n > old && !most.CompareAndSwap(old, n); old = most.Load() {
		}
		switch address {
		case addresses[3]:
			return nil, errors.New("not there")
		case addresses[4]:
			panic("a decoder")
		}
		return make([]byte, 10), nil
	}
	seen := map[string]bool{}
	missing := e.fetch(t.Context(), get, addresses, func(a string, data []byte) {
		if inGot.Add(1) != 1 || len(data) != 10 || seen[a] {
			t.Errorf("%s: told twice, or two at once", a)
		}
		seen[a] = true
		inGot.Add(-1)
	})
	if len(seen) != picturesMost-2 || missing != 102 {
		t.Errorf("%d pictures, %d missing", len(seen), missing)
	}
	if most.Load() > picturesAtOnce {
		t.Errorf("%d at once", most.Load())
	}

	large := func(context.Context, string) ([]byte, error) { return make([]byte, 20<<20), nil }
	n := 0
	if missing := e.fetch(t.Context(), large, addresses[:5], func(string, []byte) { n++ }); n != 2 || missing != 3 {
		t.Errorf("%d large pictures, %d missing", n, missing)
	}

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if missing := e.fetch(ctx, get, addresses[:9], func(string, []byte) { t.Error("told after the end") }); missing != 9 {
		t.Errorf("%d missing", missing)
	}
	if missing := e.fetch(t.Context(), get, nil, nil); missing != 0 {
		t.Errorf("%d of none missing", missing)
	}
}
