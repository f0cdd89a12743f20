package engine

import (
	"context"
	"errors"
	"time"

	"poplar/mail"
	"poplar/mail/pop3"
)

// pause is what a server has asked for by LOGIN-DELAY in its own words. It is kept, for the next process may begin before it is
// over.
type pause struct {
	Until time.Time     `json:"until"`
	For   time.Duration `json:"for"` // as the server said; no wait is longer, whatever the clock has done since
}

// pauseKey is where the store keeps it.
func pauseKey(a mail.Account) string { return "pause/" + string(a.ID) }

// keepPause remembers the pause that the server has asked for in the visit that has just ended. A guess at how long it may be is
// not kept: an explicit visit may find out.
func (e *Engine) keepPause(ctx context.Context, a mail.Account, r mail.VisitReport, now time.Time) {
	var p *pop3.Error
	if r.Problem == nil || r.Problem.Kind != mail.LoginDelay || !errors.As(r.Problem.Err, &p) || !p.Stated {
		return
	}
	e.keep(ctx, a, pauseKey(a), pause{Until: now.Add(p.Again), For: p.Again})
}

// recallPause looks up, once, whether the server asked an earlier process to stay away until later than now.
func (e *Engine) recallPause(ctx context.Context, acc *account, a mail.Account, now time.Time) {
	acc.mu.Lock()
	done := acc.recalled
	acc.recalled = true
	acc.mu.Unlock()
	if done {
		return
	}
	var p pause
	e.recall(ctx, a, pauseKey(a), &p)
	if left := min(p.Until.Sub(now), p.For); left > 0 {
		acc.mu.Lock()
		acc.notUntil = now.Add(left)
		acc.mu.Unlock()
	}
}
