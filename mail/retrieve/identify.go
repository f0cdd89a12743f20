package retrieve

import (
	"bytes"
	"context"
	"strings"
	"time"

	"poplar/mail"
	"poplar/mail/pop3"
)

// pool holds the rows that may belong to another message than their UIDL says: those on no listing any more, and those
// whose message has yet to be compared.
type pool struct {
	rows  []mail.LedgerRow
	taken []bool
	byTop map[string][]int // by digest of the beginning
	all   map[string][]int // by Body
	at    map[key]int
}

func (p *pool) add(row mail.LedgerRow) {
	if p.at == nil {
		p.byTop, p.all, p.at = map[string][]int{}, map[string][]int{}, map[key]int{}
	}
	i := len(p.rows)
	p.rows, p.taken = append(p.rows, row), append(p.taken, false)
	p.at[keyOf(row)] = i
	if sum, _, ok := strings.Cut(row.Header, ":"); ok {
		p.byTop[sum] = append(p.byTop[sum], i)
	}
	if row.Body != "" {
		p.all[row.Body] = append(p.all[row.Body], i)
	}
}

// move gives row i another key.
func (p *pool) move(i int, now mail.LedgerRow) {
	delete(p.at, keyOf(p.rows[i]))
	p.rows[i] = now
	p.at[keyOf(now)] = i
}

// find returns the place of a row, -1 where it is not in the pool.
func (p *pool) find(row mail.LedgerRow) int {
	if i, ok := p.at[keyOf(row)]; ok {
		return i
	}
	return -1
}

// first returns the first of places that is not taken and fits.
func (p *pool) first(places []int, fits func(mail.LedgerRow) bool) int {
	for _, i := range places {
		if !p.taken[i] && fits(p.rows[i]) {
			return i
		}
	}
	return -1
}

// identify finds out by content what UIDLs do not tell: whether a known one stands for another message now, and which
// messages are old ones under a new UIDL or without any. TOP serves where there is one; what it cannot settle is
// retrieved and compared.
func (s *session) identify(ctx context.Context) error {
	renumbered := s.acts.renumbered()
	idle := len(s.acts.Verify)+len(s.acts.Nameless) == 0 && !renumbered
	if idle && len(s.acts.Heads) == 0 {
		return nil
	}
	for _, rows := range [][]mail.LedgerRow{s.acts.Missing, s.acts.Gone} {
		for _, row := range rows {
			if !idle || row.Partial {
				s.pool.add(row)
			}
		}
	}
	if idle {
		return nil
	}
	ask := append([]Item(nil), s.acts.Verify...)
	var strange []Item // to be found in the pool
	if len(s.ledger) > 0 {
		strange = append(strange, s.acts.Nameless...)
	}
	kept := s.acts.Fetch
	if renumbered {
		kept = nil
		for _, it := range s.acts.Fetch {
			if it.Known {
				kept = append(kept, it)
			} else {
				strange = append(strange, it)
			}
		}
	}
	if len(s.ledger) == 0 {
		kept = append(kept, s.acts.Nameless...)
	}
	seen, err := s.glimpses(ctx, append(ask, strange...))
	if err != nil {
		return s.lost(err)
	}
	for _, it := range s.acts.Verify {
		g, ok := seen[it.N]
		switch {
		case ok && g.looksLike(it.Row), !ok && it.Row.State == mail.Doomed && it.Size > 0 && it.Size == it.Row.Size:
			s.same(it)
		case ok && it.Row.Header != "":
			if it, err = s.moveAside(ctx, it); err != nil {
				return err
			}
			strange = append(strange, it)
		default:
			s.pool.add(it.Row)
			kept = append(kept, it) // compared when it arrives
		}
	}
	doubtful := s.doubtful(strange, seen)
	for _, it := range strange {
		g, ok := seen[it.N]
		i := -1
		if ok && !doubtful[g.sum] {
			i = s.pool.first(s.pool.byTop[g.sum], func(row mail.LedgerRow) bool { return g.is(row, it.Size) })
		}
		if i < 0 {
			if !ok || it.UIDL != "" || s.again(&it, g) {
				kept = append(kept, it)
			}
			continue
		}
		s.give(it, g.sum)
		if err := s.recognise(ctx, it, i); err != nil {
			return err
		}
	}
	s.acts.Fetch = kept
	s.limit()
	order(s.acts.Fetch)
	return nil
}

// doubtful are the beginnings that more messages have than there are rows with it: which of them is which, only the whole
// message tells.
func (s *session) doubtful(strange []Item, seen map[int]glimpse) map[string]bool {
	here := map[string]int{}
	for _, it := range strange {
		g, ok := seen[it.N]
		if ok && s.pool.first(s.pool.byTop[g.sum], func(row mail.LedgerRow) bool { return g.is(row, it.Size) }) >= 0 {
			here[g.sum]++
		}
	}
	doubtful := map[string]bool{}
	for sum, n := range here {
		free := 0
		for _, i := range s.pool.byTop[sum] {
			if !s.pool.taken[i] {
				free++
			}
		}
		doubtful[sum] = n > free
	}
	return doubtful
}

// limit leaves messages without UIDL on the server that are over the size limit. Without a UIDL there is no row to
// remember that by.
func (s *session) limit() {
	most := s.Account.Limit()
	if most <= 0 {
		return
	}
	kept := s.acts.Fetch[:0]
	for _, it := range s.acts.Fetch {
		if it.UIDL == "" && it.Size > most {
			s.acts.Skip = append(s.acts.Skip, it)
		} else {
			kept = append(kept, it)
		}
	}
	s.acts.Fetch = kept
}

// glimpses asks for the beginnings of messages. A server without TOP gives none.
func (s *session) glimpses(ctx context.Context, items []Item) (map[int]glimpse, error) {
	seen := map[int]glimpse{}
	if !s.topped || len(items) == 0 {
		return seen, nil
	}
	reqs := make([]pop3.Request, len(items))
	for i, it := range items {
		reqs[i] = pop3.Request{N: it.N, Lines: topLines, Size: it.Size}
	}
	var head bytes.Buffer
	err := s.c.Fetch(ctx, reqs, func(i int, b *pop3.Body, err error) error {
		if err != nil {
			return nil // refused: it is retrieved instead
		}
		head.Reset()
		if _, err := b.WriteTo(&limited{to: &head, left: headLimit}); err != nil {
			return err
		}
		sum, n := top(head.Bytes())
		seen[items[i].N] = glimpse{sum: sum, header: int64(n)}
		return nil
	})
	return seen, err
}

// limited keeps the first octets and swallows the rest: some servers send the whole message in answer to TOP.
type limited struct {
	to   *bytes.Buffer
	left int
}

func (l *limited) Write(p []byte) (int, error) {
	n := min(len(p), l.left)
	l.to.Write(p[:n])
	l.left -= n
	return len(p), nil
}

// same is a listed message that has proved to be the one its row stands for.
func (s *session) same(it Item) {
	settled := it.Row.State == mail.Stored && (it.Size == 0 || it.Size == it.Row.Size)
	if it.Size > 0 {
		it.Row.Size = it.Size
	}
	if s.due(it) {
		s.doomed = append(s.doomed, it)
		return
	}
	if settled {
		return // the row says so already
	}
	it.Row.State, it.Row.Listed = mail.Stored, s.Now()
	s.puts = append(s.puts, it.Row)
}

// moveAside gives the row of a UIDL that now stands for another message a key of its own, under which it waits in case
// its message turns up elsewhere. The returned item is a new message.
func (s *session) moveAside(ctx context.Context, it Item) (Item, error) {
	now := it.Row
	now.Account = s.Account.ID
	now.UIDL, now.Dup = movedKey+now.UIDL, s.free(movedKey+now.UIDL)
	old := it.Row
	old.Account = s.Account.ID
	if err := s.Ledger.RenumberLedger(ctx, old, now); err != nil {
		return it, err
	}
	if i := s.pool.find(it.Row); i >= 0 {
		s.pool.move(i, now)
	} else {
		s.pool.add(now)
	}
	s.acts.Missing = append(s.acts.Missing, now)
	return fresh(it, s.Now()), nil
}

// fresh is it as a message that is not known.
func fresh(it Item, now time.Time) Item {
	it.Row = mail.LedgerRow{UIDL: it.UIDL, Dup: it.Dup, Size: it.Size, First: now}
	it.Known = false
	return it
}

// recognise notes that a listed message is the one of row i in the pool. A row whose message has another UIDL now gets
// that one.
func (s *session) recognise(ctx context.Context, it Item, i int) error {
	old := s.pool.rows[i]
	now := old
	if it.Size > 0 {
		now.Size = it.Size
	}
	if it.UIDL != "" {
		now.UIDL, now.Dup, now.Listed = it.UIDL, it.Dup, s.Now()
		now.Account, old.Account = s.Account.ID, s.Account.ID
		if now.State == mail.Deleted {
			now.State = mail.Stored // it had only been missing
			if now.Partial {
				now.State = mail.Skipped
			}
		}
		if err := s.Ledger.RenumberLedger(ctx, old, now); err != nil {
			return err
		}
		if !strings.HasPrefix(old.UIDL, contentKey) {
			s.report.Renumbered++
		}
	}
	s.pool.taken[i] = true
	s.recognised++
	it.Row, it.Known = now, true
	if s.due(it) {
		s.doomed = append(s.doomed, it)
	} else if now.Partial {
		return nil
	} else if now.State != mail.Stored || now.Size != old.Size && it.UIDL == "" {
		now.State, now.Listed = mail.Stored, s.Now()
		s.puts = append(s.puts, now)
	}
	return nil
}

// free returns a Dup that no row of this UIDL has.
func (s *session) free(uidl string) int {
	if s.dups == nil {
		s.dups = map[string]int{}
		for _, row := range s.ledger {
			s.dups[row.UIDL] = max(s.dups[row.UIDL], row.Dup+1)
		}
	}
	n := s.dups[uidl]
	s.dups[uidl]++
	return n
}
