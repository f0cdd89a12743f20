package retrieve

import (
	"strconv"
	"strings"

	"poplar/mail"
)

// The beginnings of the UIDL of rows for messages that the server would not give and has no unique-id for. What follows is
// the digest of their beginning, or, where TOP does not tell that either, their announced size.
const (
	refusedKey      = "refused:"
	refusedSizedKey = "refused-size:"
)

// unnamed are the messages without a UIDL that the server would not give, as the ledger has them and as this session
// meets them again.
type unnamed struct {
	rows  map[string][]mail.LedgerRow // by UIDL, ordered by Dup
	met   map[string]int              // how many of a UIDL have been met in this session
	given map[string]bool             // a message that would have had this UIDL has been retrieved, or is here
	came  []mail.LedgerRow            // rows of messages that have been retrieved after all
}

// remember reads the rows out of the ledger.
func (u *unnamed) remember(ledger []mail.LedgerRow) {
	u.rows, u.met, u.given = map[string][]mail.LedgerRow{}, map[string]int{}, map[string]bool{}
	for _, row := range ledger {
		if row.State == mail.Refused && (strings.HasPrefix(row.UIDL, refusedKey) || strings.HasPrefix(row.UIDL, refusedSizedKey)) {
			u.rows[row.UIDL] = append(u.rows[row.UIDL], row)
		}
	}
}

// meet returns the row of the next message that would have this UIDL; a new one has no State.
func (u *unnamed) meet(uidl string) mail.LedgerRow {
	n := u.met[uidl]
	u.met[uidl]++
	if rows := u.rows[uidl]; n < len(rows) {
		return rows[n]
	}
	next := 0
	for _, row := range u.rows[uidl] {
		next = max(next, row.Dup+1)
	}
	return mail.LedgerRow{UIDL: uidl, Dup: next + n - len(u.rows[uidl])}
}

// give notes that the server has given a message, or that it is here.
func (u *unnamed) give(it Item, sum string) {
	if it.UIDL != "" {
		return
	}
	if it.Row.State == mail.Refused {
		u.came = append(u.came, it.Row)
	}
	sum, _, _ = strings.Cut(sum, ":")
	u.given[refusedKey+sum], u.given[sizedKey(it)] = true, true
}

// past returns the rows of messages that were refused once and are not any more.
func (u *unnamed) past() []mail.LedgerRow {
	rows := u.came
	for uidl, all := range u.rows {
		if u.given[uidl] {
			rows = append(rows, all[min(u.met[uidl], len(all)):]...)
		}
	}
	return rows
}

func sizedKey(it Item) string { return refusedSizedKey + strconv.FormatInt(it.Size, 10) }

// again looks whether a message without a UIDL, of which TOP gave g, was refused earlier: then it is asked for after all
// others, or the person has said what is to become of it. It returns false where it need not be asked for.
func (s *session) again(it *Item, g glimpse) bool {
	uidl := refusedKey + g.sum
	if s.unnamed.met[uidl] >= len(s.unnamed.rows[uidl]) {
		return true
	}
	it.Row, it.Known = s.unnamed.meet(uidl), true
	switch {
	case it.Row.Wish == mail.WishLeave:
		return false
	case it.Row.Wish == mail.WishDelete && it.Row.Size == it.Size:
		s.doomed = append(s.doomed, *it)
		return false
	case it.Row.Wish == mail.WishDelete:
		it.Row.Wish = mail.NoWish // it is not quite the one
	}
	return true
}

// refusedOnce is a message without a UIDL that was refused in this session.
type refusedOnce struct {
	item Item
	row  int // its place among the refusals
}

// nameless gives the refused messages without a UIDL rows to be remembered by, now that TOP has told what it can. What the
// person wants of one that only its size tells is done now: the server has just refused it again, so it is the one.
func (r *reader) nameless() {
	drop := map[int]bool{}
	for _, m := range r.once {
		row := &r.refusals[m.row]
		if row.UIDL == "" {
			sum, _, _ := strings.Cut(row.Header, ":")
			uidl := refusedKey + sum
			if sum == "" {
				uidl = sizedKey(m.item)
			}
			if sum == "" && m.item.Size <= 0 {
				r.refuse(m.item, row.Said)
				drop[m.row] = true // nothing to remember it by
				continue
			}
			old := r.unnamed.meet(uidl)
			row.UIDL, row.Dup, row.Wish = uidl, old.Dup, old.Wish
			if !old.First.IsZero() {
				row.First = old.First
			}
		}
		it := m.item
		it.UIDL, it.Dup, it.Row, it.Known = row.UIDL, row.Dup, *row, true
		switch row.Wish {
		case mail.WishDelete:
			r.doomed = append(r.doomed, it)
			drop[m.row] = true
		case mail.WishLeave:
		default:
			if r.refuse(it, row.Said) {
				r.refusedNow++
			}
		}
	}
	kept := r.refusals[:0]
	for i, row := range r.refusals {
		if !drop[i] {
			kept = append(kept, row)
		}
	}
	r.refusals = kept
}
