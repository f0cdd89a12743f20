package retrieve

import (
	"context"
	"strings"
	"time"

	"poplar/mail"
	"poplar/mail/pop3"
)

// Look lists a mailbox over a session that is open, for a person to look at: what is there, with sizes, and what the
// ledger knows of it, in the order of the server. It changes nothing.
func Look(ctx context.Context, c *pop3.Client, v Visit) ([]Item, error) {
	s, err := v.session(ctx, c)
	if err != nil {
		return nil, err
	}
	listing, _, err := s.list(ctx)
	if err != nil {
		return nil, err
	}
	sized := len(listing) == 0
	for _, e := range listing {
		sized = sized || e.Size > 0
	}
	if !sized {
		sizes, err := s.sizes(ctx)
		if err != nil {
			return nil, err
		}
		for i := range listing {
			listing[i].Size = sizes[listing[i].N]
		}
	}
	return Pair(listing, s.ledger), nil
}

// Take retrieves chosen messages over a session that is open, whatever the size limit says and whether they are here
// or not, and has them stored. It deletes nothing on the server, and leaves the session open.
func Take(ctx context.Context, c *pop3.Client, v Visit, items []Item) mail.VisitReport {
	start := time.Now()
	s, err := v.session(ctx, c)
	if err == nil {
		err = s.take(ctx, items)
	}
	if err != nil {
		s.report.Problem = problem(ctx, err)
	}
	s.report.Took = time.Since(start)
	return s.report
}

// session is one that somebody else has opened and will end.
func (v Visit) session(ctx context.Context, c *pop3.Client) (*session, error) {
	r := &run{Visit: v.complete(), report: mail.VisitReport{Account: v.Account.ID}, blame: map[string]int{}}
	s := &session{run: r, number: 1, c: c}
	var err error
	s.ledger, err = v.Ledger.Ledger(ctx, v.Account.ID)
	s.remember(s.ledger)
	return s, err
}

func (s *session) take(ctx context.Context, items []Item) error {
	now := make(map[key]mail.LedgerRow, len(s.ledger))
	for _, row := range s.ledger {
		now[keyOf(row)] = row
		if strings.HasPrefix(row.UIDL, contentKey) {
			s.pool.add(row) // stored without a UIDL: recognised by what it is
		}
	}
	for _, it := range items {
		row, ok := now[key{it.UIDL, it.Dup}]
		if it.UIDL == "" || !ok {
			it.Row, it.Known = mail.LedgerRow{UIDL: it.UIDL, Dup: it.Dup, Size: it.Size, First: s.Now()}, false
		} else {
			it.Row, it.Known = row, true
			it.Row.Wish = mail.WishFetch // whatever it was
		}
		it.Head = false
		s.acts.Fetch = append(s.acts.Fetch, it)
	}
	order(s.acts.Fetch)
	if err := s.fetch(ctx); err != nil {
		return err
	}
	return s.put(ctx, s.puts)
}
