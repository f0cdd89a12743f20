package gui

import (
	"context"
	"testing"
	"time"

	"poplar/gui/kit"
	"poplar/mail"
)

func TestThePumpHandsOverByTheHandful(t *testing.T) {
	hub, q := mail.NewHub(), kit.NewQueue()
	raised := make(chan string)
	var handfuls [][]mail.Event
	var links []string
	ended := false
	ctx, cancel := context.WithCancel(context.Background())
	pump{
		events: hub.Listen(), raised: raised, loop: q.Loop,
		handle: func(e []mail.Event) { handfuls = append(handfuls, e) },
		raise:  func(link string) { links = append(links, link) },
		ended:  func() { ended = true },
	}.start(ctx)
	hub.Publish(mail.Event{What: mail.Arrived})
	if !q.Until(time.Minute, func() bool { return len(handfuls) == 1 }) {
		t.Fatal("nothing came")
	}
	for range 500 {
		hub.Publish(mail.Event{What: mail.Changed})
	}
	total := func() int {
		n := 0
		for _, h := range handfuls {
			n += len(h)
		}
		return n
	}
	if !q.Until(time.Minute, func() bool { return total() == 501 }) {
		t.Fatalf("%d events came", total())
	}
	if len(handfuls) > 3 {
		t.Errorf("in %d handfuls", len(handfuls))
	}
	raised <- "mailto:x@y.z"
	if !q.Until(time.Minute, func() bool { return len(links) == 1 }) || links[0] != "mailto:x@y.z" {
		t.Errorf("%q", links)
	}
	cancel()
	if !q.Until(time.Minute, func() bool { return ended }) {
		t.Error("the end is not told")
	}
}
