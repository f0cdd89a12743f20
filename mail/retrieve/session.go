package retrieve

import (
	"context"
	"slices"
	"strings"
	"time"

	"poplar/mail"
	"poplar/mail/pop3"
)

// session is one login at the server.
type session struct {
	*run
	number int
	c      *pop3.Client
	ledger []mail.LedgerRow // as it stood before the session; not read where last says that nothing has changed
	last   Settled          // what the last visit found, if the ledger is still the same
	found  Settled          // what this one finds
	acts   Actions
	pool   pool           // rows that may come back under another UIDL
	dups   map[string]int // the next free Dup by UIDL, filled by free
	unnamed
	topped bool // TOP works here

	puts   []mail.LedgerRow // rows to be written at the end
	headed map[key]bool     // rows of messages whose first lines have come
	doomed []Item           // to be deleted on the server

	listed     int
	stored     int // messages
	deleted    int // confirmed
	recognised int // renumbered, or known again by their content
	refusedNow int // refused for the first time in this visit

	unread bool // the ledger could not be read
	broken bool // the link ended, or the server lost its thread: another session may do better
	piped  bool // while more than one command at a time was sent
	more   bool // the server seems to show only part of the mailbox at a time
	delay  time.Duration
}

// conduct carries out one session. after says that another one of this visit came before it.
func (s *session) conduct(ctx context.Context, after bool) error {
	if err := s.open(ctx, after); err != nil {
		return err
	}
	defer func() { _ = s.c.Close() }()
	defer func() {
		s.server, s.piped = s.c.Known(), s.broken && s.piped
		s.Remember(s.server)
	}()
	s.delay = s.c.LoginDelay()
	s.report.LoginDelay = max(s.report.LoginDelay, s.delay)
	caps := s.c.Capabilities()
	s.topped = caps == nil || caps.Has("TOP")

	listing, count, err := s.list(ctx)
	switch {
	case s.unread:
		return err
	case err != nil:
		return s.lost(err)
	}
	s.listed = len(listing)
	s.report.Left, s.report.Skipped = s.listed, 0
	if err := s.identify(ctx); err != nil {
		return err
	}
	s.report.Skipped = len(s.acts.Skip)
	fresh := len(s.acts.Fetch) + len(s.acts.Heads)
	if err := s.fetch(ctx); err != nil {
		return err
	}
	s.more = s.partial(count, fresh)
	if err := s.finish(ctx); err != nil {
		return err
	}
	s.settle(ctx, s.stored == fresh)
	return nil
}

// lost says that the session has failed by the connection, if that is what it was: then another may do better.
func (s *session) lost(err error) error {
	if pop3.Refused(err) == nil {
		s.broken, s.piped = true, s.c.Pipelining()
		if mail.ProblemOf(err).Kind == mail.Timeout && s.c.Pipelining() {
			s.serial = true
		}
	}
	return err
}

// list asks what is there, and plans. Sizes are asked for only when a decision needs them.
func (s *session) list(ctx context.Context) (listing []Listed, count int, err error) {
	count, octets, err := s.c.Stat(ctx)
	if err != nil {
		if pop3.Refused(err) == nil {
			return nil, 0, err
		}
		count = -1
	}
	ids, err := s.c.UIDL(ctx)
	named := err == nil
	if e := pop3.Refused(err); err != nil && (e == nil || e.Temporary()) {
		return nil, 0, err
	}
	listing = make([]Listed, 0, len(ids))
	for _, id := range ids {
		listing = append(listing, Listed{N: id.N, UIDL: id.UIDL})
	}
	if s.unchanged(ids, count, octets) {
		return listing, count, nil
	}
	if s.last.Listing != "" {
		if s.ledger, err = s.Ledger.Ledger(ctx, s.Account.ID); err != nil {
			s.unread = true
			return nil, 0, err
		}
	}
	sized := false
	if !named || count > len(listing) {
		// No UIDL here, or its listing is short of what STAT counts: LIST says which messages there are.
		if listing, err = s.fill(ctx, listing, named, count); err != nil {
			return nil, 0, err
		}
		sized = true
	}
	listing = distinct(listing)
	s.remember(s.ledger)
	plan := func() {
		s.acts = Plan(listing, s.ledger, s.Account.Keep, s.Account.Limit(), s.Now())
	}
	plan()
	sum := s.acts.Octets
	// A UIDL may have been given to another message. Nothing but STAT tells, as long as none is new.
	if !sized && (s.acts.Sizes || octets != s.acts.Octets) && len(listing) > 0 {
		sizes, err := s.sizes(ctx)
		if err != nil {
			return nil, 0, err
		}
		sum = 0
		for i := range listing {
			listing[i].Size = sizes[listing[i].N]
			sum += listing[i].Size
		}
		plan()
	}
	if named && !sized && !s.acts.Repeated && count == len(ids) && sum == octets && s.settles() {
		s.found = Settled{Listing: listingOf(ids), Count: count, Octets: octets}
	}
	return listing, count, nil
}

// sizes asks LIST. A server that refuses has no sizes to give.
func (s *session) sizes(ctx context.Context) (map[int]int64, error) {
	list, err := s.c.List(ctx)
	if err != nil && pop3.Refused(err) == nil {
		return nil, err
	}
	sizes := make(map[int]int64, len(list))
	for _, e := range list {
		if _, twice := sizes[e.N]; !twice {
			sizes[e.N] = e.Octets
		}
	}
	return sizes, nil
}

// fill completes a listing that lacks messages by those of LIST, without UIDL, or where LIST is refused by STAT's
// count. A listing by UIDL that is short is asked for once more first.
func (s *session) fill(ctx context.Context, listing []Listed, named bool, count int) ([]Listed, error) {
	sizes, err := s.sizes(ctx)
	if err != nil {
		return nil, err
	}
	if named && len(sizes) > len(listing) {
		ids, err := s.c.UIDL(ctx)
		if err != nil && pop3.Refused(err) == nil {
			return nil, err
		}
		if len(ids) > len(listing) {
			listing = listing[:0]
			for _, id := range ids {
				listing = append(listing, Listed{N: id.N, UIDL: id.UIDL})
			}
		}
	}
	if !named && len(sizes) == 0 {
		for n := 1; n <= count; n++ {
			sizes[n] = 0
		}
	}
	for i := range listing {
		listing[i].Size = sizes[listing[i].N]
		delete(sizes, listing[i].N)
	}
	start := len(listing)
	for n, size := range sizes {
		listing = append(listing, Listed{N: n, Size: size})
	}
	slices.SortFunc(listing[start:], func(a, b Listed) int { return a.N - b.N })
	return listing, nil
}

// distinct keeps the first entry of each message number.
func distinct(listing []Listed) []Listed {
	seen := make(map[int]struct{}, len(listing))
	return slices.DeleteFunc(listing, func(e Listed) bool {
		_, twice := seen[e.N]
		seen[e.N] = struct{}{}
		return twice
	})
}

// windows are the numbers of messages that servers are known to show at a time.
var windows = []int{250, 256, 500, 512, 1000, 1024}

// partial says whether the server seems to show the mailbox piece by piece, so that another session would find more:
// it counts more than it lists; it hides what was retrieved (all listed was new though much is known); the number of
// messages listed is one that servers are known to stop at; or this session was itself called for more and got it.
func (s *session) partial(count, fresh int) bool {
	if s.stored == 0 {
		return false
	}
	switch {
	case s.windowed, count > s.listed, strings.Contains(strings.ToLower(s.c.Greeting()), "gpop"),
		fresh == s.listed && (len(s.acts.Missing) > 0 || slices.Contains(windows, s.listed)):
		s.windowed = true
		return true
	}
	return false
}

// finish writes what has changed in the ledger, deletes on the server, and takes leave.
func (s *session) finish(ctx context.Context) error {
	now := s.Now()
	s.acts.Forget = append(s.acts.Forget, s.past()...)
	for _, row := range s.acts.Missing {
		if i := s.pool.find(row); i >= 0 && s.pool.taken[i] {
			continue
		}
		if row.State == mail.Doomed {
			row.Body = "" // the server has carried out our deletion
		}
		row.State, row.Listed = mail.Deleted, now
		s.puts = append(s.puts, row)
	}
	for _, row := range s.acts.Put {
		if !s.headed[keyOf(row)] {
			s.puts = append(s.puts, row)
		}
	}
	if err := s.condemn(ctx); err != nil {
		return err
	}
	if err := s.put(ctx, s.puts); err != nil {
		return err
	}
	if len(s.acts.Forget) > 0 {
		if err := s.Ledger.ForgetLedger(ctx, s.acts.Forget...); err != nil {
			return err
		}
	}
	switch {
	case len(s.doomed) > 0:
		return s.remove(ctx)
	case s.more:
		if err := s.c.Quit(ctx); err != nil {
			return s.lost(err)
		}
	default:
		s.c.Leave(ctx)
	}
	return nil
}

func (s *session) put(ctx context.Context, rows []mail.LedgerRow) error {
	if len(rows) == 0 {
		return nil
	}
	for i := range rows {
		rows[i].Account = s.Account.ID
	}
	return s.Ledger.PutLedger(ctx, rows...)
}

// condemn collects what the policy wants deleted now and marks the rows as doomed, to be committed before DELE is sent.
func (s *session) condemn(ctx context.Context) error {
	s.doomed = append(s.doomed, s.acts.Delete...)
	if len(s.doomed) == 0 {
		return nil
	}
	if s.stored+s.recognised > 0 {
		// Rows were written since the ledger was read: only the store knows their messages.
		ledger, err := s.Ledger.Ledger(ctx, s.Account.ID)
		if err != nil {
			return err
		}
		current := make(map[key]mail.LedgerRow, len(ledger))
		for _, row := range ledger {
			current[keyOf(row)] = row
		}
		for i := range s.doomed {
			if row, ok := current[keyOf(s.doomed[i].Row)]; ok {
				row.Size = s.doomed[i].Row.Size
				s.doomed[i].Row = row
			}
		}
	}
	for i := range s.doomed {
		row := s.doomed[i].Row
		if !stored(row) || row.Partial {
			continue // it is not here: should the deletion fail, it is as it was
		}
		row.State, row.Listed = mail.Doomed, s.Now()
		s.puts = append(s.puts, row)
	}
	return nil
}

// remove deletes on the server. Only QUIT's +OK makes it true; until then the rows stay doomed.
func (s *session) remove(ctx context.Context) error {
	ns := make([]int, len(s.doomed))
	for i := range s.doomed {
		ns[i] = s.doomed[i].N
	}
	var after, forget []mail.LedgerRow
	err := s.c.Delete(ctx, ns, func(i int, err error) error {
		row := s.doomed[i].Row
		row.Account, row.Listed = s.Account.ID, s.Now()
		absent := !stored(row)
		switch {
		case err != nil:
			s.Log.Warn("the server does not delete a message", "account", s.Account.ID, "said", err)
			if absent || row.Partial {
				return nil
			}
			row.State = mail.Stored
		case absent && !row.Partial:
			s.deleted++
			forget = append(forget, row)
			return nil
		default:
			row.State = mail.Deleted
			// Nothing of it is to be recognised again but under its own UIDL.
			row.Body = ""
			s.deleted++
		}
		after = append(after, row)
		return nil
	})
	if err != nil {
		s.deleted = 0
		return s.lost(err)
	}
	if err := s.c.Quit(ctx); err != nil {
		s.deleted = 0
		return s.lost(err)
	}
	s.report.Deleted += s.deleted
	s.report.Left -= s.deleted
	if err := s.put(ctx, after); err != nil || len(forget) == 0 {
		return err
	}
	return s.Ledger.ForgetLedger(ctx, forget...)
}

// key is a row's key within an account.
type key struct {
	uidl string
	dup  int
}

func keyOf(row mail.LedgerRow) key { return key{row.UIDL, row.Dup} }
