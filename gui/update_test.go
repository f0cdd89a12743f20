package gui

import (
	"context"
	"errors"
	"testing"

	"poplar/gui/kit"
)

// TestLookForNewer: the person is told of a newer version when they want to be, once a day at most, and never of a
// question that failed.
func TestLookForNewer(t *testing.T) {
	for _, c := range []struct {
		name  string
		wants bool
		asked int64 // when it was asked last
		found string
		fails error
		asks  bool
		says  string
	}{
		{"not wanted", false, 0, "0.2.0", nil, false, ""},
		{"newer", true, 0, "0.2.0", nil, true, "Poplar 0.2.0 is there."},
		{"none", true, 0, "", nil, true, ""},
		{"no network", true, 0, "", errors.New("no network"), true, ""},
		{"asked an hour ago", true, noon.Unix() - 3600, "0.2.0", nil, false, ""},
		{"asked yesterday", true, noon.Unix() - 90000, "0.2.0", nil, true, "Poplar 0.2.0 is there."},
		{"the clock was wrong", true, noon.Unix() + 90000, "0.2.0", nil, true, "Poplar 0.2.0 is there."},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStage(t, func(f *fake) { f.prefs.Updates, f.prefs.UpdatesAsked = c.wants, c.asked })
			asked := make(chan struct{}, 9)
			s.w.o.Newer = func(context.Context) (string, string, error) {
				asked <- struct{}{}
				return c.found, "https://poplar.app/get", c.fails
			}
			s.w.lookForNewer()
			// What was begun has ended when what is begun after it has.
			done := false
			kit.Do(s.w.ctx, s.w.loop, func(context.Context) error { return nil }, func(error) { done = true })
			s.until("the answer", func() bool {
				return done && (!c.asks || len(asked) == 1) && (c.says == "" || s.toastText() != "")
			})
			if got := s.toastText(); got != c.says || (len(asked) == 1) != c.asks {
				t.Errorf("asked %d times, says %q", len(asked), got)
			}
			if c.asks && s.f.Preferences().UpdatesAsked != noon.Unix() {
				t.Errorf("asked at %d", s.f.Preferences().UpdatesAsked)
			}
		})
	}
}
