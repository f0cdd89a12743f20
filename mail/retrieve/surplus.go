package retrieve

import (
	"cmp"
	"slices"
	"time"

	"poplar/mail"
)

// place is what a policy by number or size looks at.
type place struct {
	n     int       // message number
	first time.Time // first seen
	size  int64
	goes  bool // it may be deleted once it is stored
}

func (p *planner) placeOf(it Item) place {
	at := place{n: it.N, first: it.Row.First, size: it.Size, goes: it.Row.Wish == mail.NoWish && !it.Row.Partial}
	if at.size == 0 {
		at.size = it.Row.Size
	}
	if !it.Known {
		at.first = p.now
	}
	return at
}

// surplus finds what is beyond the policy's number or size, and has what is stored of it deleted. Old are the messages
// that were seen first; those of one listing have the order of the server.
func (p *planner) surplus() {
	if p.places == nil {
		return
	}
	newest := slices.Clone(p.places)
	slices.SortStableFunc(newest, func(a, b place) int {
		return cmp.Or(b.first.Compare(a.first), cmp.Compare(b.n, a.n))
	})
	p.a.Surplus = map[int]bool{}
	switch {
	case p.keep.Mode == mail.KeepNewest && p.keep.Count > 0:
		for _, at := range newest[min(p.keep.Count, len(newest)):] {
			p.a.Surplus[at.n] = at.goes
		}
	case p.keep.Mode == mail.KeepSize && p.keep.Megabytes > 0:
		most, all := int64(p.keep.Megabytes)<<20, int64(0)
		for _, at := range newest {
			all += at.size
		}
		for _, at := range slices.Backward(newest) {
			if all <= most {
				break
			}
			if at.goes {
				p.a.Surplus[at.n] = true
				all -= at.size
			}
		}
	}
	for _, it := range p.held {
		if p.a.Surplus[it.N] {
			p.remove(it)
		}
	}
}

// Removals counts the messages that a policy would delete on the server at the next visit, as far as the ledger knows
// what lies there.
func Removals(ledger []mail.LedgerRow, keep mail.Keep, now time.Time) int {
	var rows []mail.LedgerRow
	for _, row := range ledger {
		switch row.State {
		case mail.Doomed:
			row.State = mail.Stored
		case mail.Deleted:
			continue
		}
		rows = append(rows, row)
	}
	// The numbers that the server gives are not known; what was seen first is listed first.
	slices.SortStableFunc(rows, func(a, b mail.LedgerRow) int {
		return cmp.Or(a.First.Compare(b.First), cmp.Compare(a.Message, b.Message))
	})
	listing := make([]Listed, len(rows))
	for i, row := range rows {
		listing[i] = Listed{N: i + 1, UIDL: row.UIDL, Size: row.Size}
	}
	return len(Plan(listing, rows, keep, 0, now).Delete)
}

// Until says what becomes of a message's copy on the server under a policy: whether the next visit deletes it, else
// when one will, where that is a matter of time.
func Until(row mail.LedgerRow, keep mail.Keep, now time.Time) (next bool, at time.Time) {
	if row.State != mail.Stored && row.State != mail.Doomed || row.Partial {
		return row.Wish == mail.WishDelete, time.Time{}
	}
	if due(row, keep, now) {
		return true, time.Time{}
	}
	if row.Wish == mail.WishLeave {
		return false, time.Time{}
	}
	at, _ = until(row, keep)
	return false, at
}
