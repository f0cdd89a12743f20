package engine

import (
	"context"
	"time"

	"poplar/mail"
	"poplar/mail/retrieve"
)

// startedKey is where it is kept that what an account's Start says has been done.
func startedKey(a mail.Account) string { return "started/" + string(a.ID) }

// starts reports whether an account's Start is still to be heeded.
func (e *Engine) starts(ctx context.Context, a mail.Account) bool {
	if a.Start == mail.StartAll {
		return false
	}
	done := false
	e.recall(ctx, a, startedKey(a), &done)
	return !done
}

// firstVisit makes a visit as long as an account's Start is to be heeded.
func (e *Engine) firstVisit(ctx context.Context, a mail.Account, v retrieve.Visit) mail.VisitReport {
	var report mail.VisitReport
	if a.Start == mail.StartNew {
		report = e.passOver(ctx, a, v)
	} else {
		v.Since = mail.StartSince(e.o.Now())
		report = retrieve.Run(ctx, v)
	}
	if report.Problem == nil {
		e.keep(ctx, a, startedKey(a), true)
	}
	return report
}

// passOver notes all that is on the server as left there. What has no unique-id cannot be told from what comes later,
// and comes as well at the next visit.
func (e *Engine) passOver(ctx context.Context, a mail.Account, v retrieve.Visit) mail.VisitReport {
	report := mail.VisitReport{Account: a.ID}
	start := time.Now()
	err := func() error {
		c, err := v.Connect(ctx)
		if err != nil {
			return err
		}
		defer func() { _ = c.Close() }()
		items, err := retrieve.Look(ctx, c, v)
		if err != nil {
			return err
		}
		var rows []mail.LedgerRow
		for _, it := range items {
			if it.UIDL == "" || it.Known {
				continue
			}
			row := it.Row
			row.State, row.Size = mail.Stored, it.Size
			rows = append(rows, row)
		}
		if err := e.Hold(ctx, a.ID, rows); err != nil {
			return err
		}
		report.Left, report.LoginDelay = len(items), c.LoginDelay()
		c.Leave(ctx)
		return nil
	}()
	report.Took = time.Since(start)
	if err != nil {
		report.Problem = mail.ProblemOf(err)
		if ctx.Err() != nil {
			report.Problem = &mail.Problem{Kind: mail.Cancelled, Where: report.Problem.Where, Doing: report.Problem.Doing, Err: err}
		}
	}
	return report
}
