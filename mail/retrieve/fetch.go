package retrieve

import (
	"context"
	"errors"
	"strings"

	"poplar/mail"
	"poplar/mail/pop3"
)

// open opens a session and reads the ledger meanwhile: that of a large mailbox takes as long as a turn to the server. It
// is not read yet where nothing may have changed since the last visit.
func (s *session) open(ctx context.Context, after bool) error {
	read := make(chan error, 1)
	go func() {
		var err error
		if s.last = s.before(ctx); s.last.Listing == "" {
			s.ledger, err = s.Ledger.Ledger(ctx, s.Account.ID)
		}
		read <- err
	}()
	c, err := s.connect(ctx, after)
	failed := <-read
	if err != nil {
		return err
	}
	if failed != nil {
		_ = c.Close()
		return failed
	}
	s.c = c
	return nil
}

// fetch retrieves what is to be retrieved and has it stored. The messages are read here and stored by one other
// goroutine, which has ended when fetch returns: the line stays full while a batch is being committed, and a slow
// server does not keep what it has sent from being stored.
func (s *session) fetch(ctx context.Context) error {
	items, err := s.wants(ctx)
	if err != nil {
		return s.lost(err)
	}
	if items.len() == 0 {
		return nil
	}
	reading, stop := context.WithCancel(ctx)
	defer stop()
	r := reader{session: s, q: newQueue(), start: s.done, total: s.done + items.len()}
	d := deliverer{session: s, q: r.q}
	stored := make(chan error, 1)
	go func() {
		err := d.run(ctx)
		if err != nil {
			stop() // do not wait for a slow server when nothing can be stored any more
		}
		stored <- err
	}()
	err = r.read(reading, items)
	if err == nil && len(r.later) > 0 {
		items.shorten(r.later)
		r.last, r.later = true, nil
		err = r.read(reading, items)
	}
	if err == nil {
		err = r.describe(reading)
	}
	r.q.close()
	failed := <-stored
	r.nameless()
	s.progress(r.total, true)
	if perr := s.put(ctx, r.refusals); failed == nil && ctx.Err() == nil {
		failed = perr
	}
	switch {
	case failed != nil:
		return failed
	case err != nil && !r.local:
		return s.lost(err)
	}
	return err
}

// reader takes messages from the server.
type reader struct {
	*session
	q        *queue
	start    int // done before this session
	total    int
	last     bool // a temporary refusal counts now
	later    []Item
	refusals []mail.LedgerRow
	strange  []strange // of those, the ones refused for the first time
	once     []refusedOnce
	local    bool // the error is this computer's, not the connection's
}

// read asks for items and queues what comes.
func (r *reader) read(ctx context.Context, items wants) error {
	reqs := make([]pop3.Request, items.len())
	for i := range reqs {
		it := items.at(i)
		reqs[i] = pop3.Request{N: it.N, Lines: pop3.Whole, Size: it.Size}
		if it.Head {
			reqs[i].Lines, reqs[i].Size = headLines, min(it.Size, headOctets)
		}
	}
	answered := 0
	err := r.c.Fetch(ctx, reqs, func(i int, b *pop3.Body, err error) error {
		if err != nil {
			answered++
			r.notGiven(items.at(i), pop3.Refused(err))
			return nil
		}
		if err := r.message(ctx, items.at(i), b); err != nil {
			return err
		}
		answered++
		return nil
	})
	if err != nil && !r.local && ctx.Err() == nil && answered < items.len() {
		it := items.at(answered)
		r.blame[name(it)]++
		if r.done == r.start && r.blame[name(it)] >= maxBlame {
			r.giveUp(it, mail.SaidBroken)
		}
	}
	return err
}

// message reads one message and queues it.
func (r *reader) message(ctx context.Context, it Item, b *pop3.Body) error {
	if it.Head {
		return r.head(ctx, it, b)
	}
	sp := newSpool(r.Spool, spoolName(r.Account.ID), it.Size)
	before := r.octets
	_, err := b.WriteTo(counted{sp, r, b})
	if err != nil {
		r.octets = before
		sp.drop()
		switch {
		case errors.Is(err, errEndless):
			r.giveUp(it, mail.SaidEndless)
		case sp.failed:
			r.local = true
			err = r.unwritten(err)
		}
		return err
	}
	if b.Octets() == 0 && it.Size > int64(len("\r\n")) {
		// Stored, it would count as the message, and the policy might delete that one.
		sp.drop()
		if r.last {
			r.giveUp(it, mail.SaidNothing)
		} else {
			r.later = append(r.later, it)
		}
		return nil
	}
	r.done++
	r.progress(r.total, false)
	a := arrival{item: it, raw: sp.raw()}
	if _, large := a.raw.(*spooled); !large && r.Read != nil {
		a.read = r.Read(a.raw)
	}
	if err := r.q.put(ctx, a); err != nil {
		r.local = true
		return err
	}
	return nil
}

// unwritten is the error of a message that this computer could not write down while it came.
func (r *reader) unwritten(err error) error {
	p := &mail.Problem{Kind: mail.NotWritable, Where: r.Spool, Doing: "retrieve", Err: err}
	if diskFull(err) {
		p.Kind = mail.DiskFull
	}
	return p
}

// counted tells of progress within a message.
type counted struct {
	*spool
	r *reader
	b *pop3.Body
}

func (c counted) Write(p []byte) (int, error) {
	n, err := c.spool.Write(p)
	c.r.octets += int64(n)
	if c.b.Octets() > spoolFrom {
		c.r.progress(c.r.total, false)
	}
	return n, err
}

// notGiven notes a refusal. One for the moment is tried again at the end of the session, and counts only then.
func (r *reader) notGiven(it Item, e *pop3.Error) {
	if it.Head {
		return // it stays on the server, as without TOP
	}
	if e.Temporary() && !r.last {
		r.later = append(r.later, it)
		return
	}
	said := e.Said
	if e.Code != "" {
		said = strings.TrimSpace("[" + e.Code + "] " + said)
	}
	if said == "" {
		said = mail.SaidNo
	}
	r.giveUp(it, said)
}

// giveUp passes over a message for this visit. The next one tries it again.
func (r *reader) giveUp(it Item, said string) {
	if it.Head {
		r.noHeads = true
		return
	}
	if it.UIDL != "" && r.refuse(it, said) {
		r.refusedNow++
	}
	switch it.Row.State {
	case "", mail.Skipped, mail.Refused:
	default:
		return // it was to be compared with what is stored here; that is kept in mind as it is
	}
	row := it.Row
	if it.UIDL == "" {
		r.once = append(r.once, refusedOnce{it, len(r.refusals)})
	}
	if row.Partial && row.State == mail.Deleted {
		row.State = mail.Skipped
	}
	row.State, row.Said, row.Size, row.Listed = mail.Refused, said, it.Size, r.Now()
	if row.First.IsZero() {
		row.First = row.Listed
	}
	if it.Row.State != mail.Refused {
		r.strange = append(r.strange, strange{n: it.N, row: len(r.refusals)})
	}
	r.refusals = append(r.refusals, row)
}

// deliverer has messages stored.
type deliverer struct {
	*session
	q *queue
}

// run stores batch after batch until the queue is closed.
func (d *deliverer) run(ctx context.Context) error {
	wait := gatherFirst
	for {
		b := d.q.take(wait)
		if b == nil {
			return nil
		}
		wait = gather
		err := d.store(ctx, b)
		d.q.done(b)
		if err != nil {
			d.q.stop(err)
			return err
		}
	}
}

// store compares a batch with what may be here already and stores the rest.
func (d *deliverer) store(ctx context.Context, batch []arrival) error {
	fetched := make([]Fetched, 0, len(batch))
	items := make([]Item, 0, len(batch))
	var octets int64
	heads := 0
	for _, a := range batch {
		it := a.item
		if it.Head {
			row, ok, err := d.headRow(ctx, it, a.raw)
			if err != nil {
				return err
			}
			if ok {
				fetched = append(fetched, Fetched{Raw: a.raw, Row: row, Arrival: a.read})
				heads++
			}
			continue
		}
		if s, large := a.raw.(*spooled); large && d.Read != nil {
			a.read = d.Read(s) // not before: the line would fall idle meanwhile
		}
		sum := digestsOf(a.raw)
		d.give(it, sum.header)
		if replaces(it) && sum.are(it.Row) {
			it.Row = d.row(it, sum)
			it.Row.Message = a.item.Row.Message
			fetched = append(fetched, Fetched{Raw: a.raw, Row: it.Row, Arrival: a.read})
			items = append(items, it)
			octets += a.raw.Size()
			continue
		}
		if replaces(it) {
			// Another message stands there by now.
			var err error
			if it, err = d.moveAside(ctx, it); err != nil {
				return err
			}
		}
		if it.Known && stored(it.Row) {
			i := d.pool.find(it.Row)
			switch {
			case i < 0 || d.pool.taken[i]:
				it = fresh(it, d.Now()) // its row has gone with another message
			case it.Row.Body == sum.body || it.Row.Body == "" && it.Row.Header == sum.header:
				d.pool.taken[i] = true
				d.same(it)
				d.recognised++
				continue
			default:
				var err error
				if it, err = d.moveAside(ctx, it); err != nil {
					return err
				}
			}
		}
		if i := d.pool.first(d.pool.all[sum.body], func(mail.LedgerRow) bool { return true }); i >= 0 {
			if err := d.recognise(ctx, it, i); err != nil {
				return err
			}
			continue
		}
		it.Row = d.row(it, sum)
		fetched = append(fetched, Fetched{Raw: a.raw, Row: it.Row, Arrival: a.read})
		items = append(items, it)
		octets += a.raw.Size()
	}
	if len(fetched) == 0 {
		return nil
	}
	if err := d.Store(ctx, fetched); err != nil {
		return err
	}
	d.stored += len(fetched)
	d.report.Retrieved += len(fetched) - heads
	d.report.Bytes += octets
	for _, it := range items {
		if d.due(it) {
			d.doomed = append(d.doomed, it)
		}
	}
	return nil
}

// stored says whether the row stands for a message that is or was here.
func stored(row mail.LedgerRow) bool {
	return row.State == mail.Stored || row.State == mail.Doomed || row.State == mail.Deleted
}

// row is the ledger's row of a message about to be stored.
func (d *deliverer) row(it Item, sum digests) mail.LedgerRow {
	now := d.Now()
	row := mail.LedgerRow{
		Account: d.Account.ID, UIDL: it.UIDL, Dup: it.Dup, State: mail.Stored, Size: it.Size,
		First: it.Row.First, Listed: now, Header: sum.header, Body: sum.body, Wish: it.Row.Wish,
	}
	if row.UIDL == "" {
		row.UIDL = contentKey + sum.body
		row.Dup = d.free(row.UIDL)
	}
	if row.First.IsZero() {
		row.First = now
	}
	return row
}
