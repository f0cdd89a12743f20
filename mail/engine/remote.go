package engine

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"time"

	"poplar/mail"
	"poplar/mail/message"
	"poplar/mail/pop3"
	"poplar/mail/retrieve"
)

// How long a mailbox stays open that nobody works in. Messages marked as deleted keep it open for longer, since they
// can be brought back for as long as it is.
const (
	remoteIdle    = 2 * time.Minute
	remotePending = 8 * time.Minute
	// remoteAlive is how often the server is told that somebody is there. RFC 1939 lets it hang up after ten minutes;
	// some do after one.
	remoteAlive = 45 * time.Second
	remoteTick  = 15 * time.Second
)

const (
	previewLines  = 80
	previewOctets = 256 << 10
)

// errRemoteClosed says that a mailbox is not open any more.
var errRemoteClosed = errors.New("the mailbox is not open any more")

// Remote is a mailbox on its server, open for a person to work in: one session, which ends with Close, or by itself
// when it is not used. Meanwhile no visit is made to the account. Its methods may be called by several goroutines, away
// from the UI thread.
type Remote struct {
	e     *Engine
	acc   *account
	a     mail.Account
	visit retrieve.Visit
	ctx   context.Context //nolint:containedctx // it lasts as long as the session
	end   context.CancelFunc

	turn    chan struct{} // holds a token while somebody uses what follows
	c       *pop3.Client  // nil once it is closed
	topped  bool
	items   map[int]retrieve.Item
	list    []mail.RemoteMessage
	at      map[int]int // place in list by number
	pending map[int]mail.LedgerRow
	used    time.Time // by a person
	spoke   time.Time // with the server
	why     error     // why it was closed
}

// OpenRemote opens an account's mailbox on its server and lists it. A visit under way is waited for.
func (e *Engine) OpenRemote(ctx context.Context, id mail.AccountID) (*Remote, error) {
	acc, err := e.find(id)
	if err != nil {
		return nil, err
	}
	if err := acc.enter(ctx); err != nil {
		return nil, &mail.Problem{Kind: mail.Cancelled, Err: err}
	}
	r := &Remote{e: e, acc: acc, a: acc.get(), turn: make(chan struct{}, 1), pending: map[int]mail.LedgerRow{}}
	r.ctx, r.end = context.WithCancel(e.ctx)
	acc.setOpen(true, e.o.Now())
	e.publishStatus(mail.VisitProgress, acc)
	if err := r.open(ctx); err != nil {
		r.release()
		return nil, err
	}
	e.spawn("remote "+string(id), r.watch)
	return r, nil
}

func (r *Remote) open(ctx context.Context) error {
	if wait := r.acc.wait(r.e.o.Now()); wait > 0 {
		return &mail.Problem{Kind: mail.LoginDelay, Where: r.a.Incoming.Addr(), Doing: "log in", Again: wait}
	}
	secret, err := r.e.secret(ctx, r.acc, r.a, mail.Incoming)
	if err != nil {
		return err
	}
	r.visit = r.e.visitTo(ctx, r.acc, r.a, secret)
	r.visit.Progress = nil
	if r.c, err = r.visit.Connect(ctx); err != nil {
		return err
	}
	caps := r.c.Capabilities()
	r.topped = caps == nil || caps.Has("TOP")
	items, err := retrieve.Look(ctx, r.c, r.visit)
	if err != nil {
		_ = r.c.Close()
		return err
	}
	r.items, r.at = make(map[int]retrieve.Item, len(items)), make(map[int]int, len(items))
	for _, it := range items {
		r.items[it.N] = it
	}
	slices.Reverse(items) // servers list what came last at the end
	for i, it := range items {
		r.at[it.N] = i
		r.list = append(r.list, r.entry(it))
	}
	r.used, r.spoke = time.Now(), time.Now()
	return nil
}

// entry is what is told of a listed message.
func (r *Remote) entry(it retrieve.Item) mail.RemoteMessage {
	m := mail.RemoteMessage{
		N: it.N, UIDL: it.UIDL, Size: it.Size, State: it.Row.State, Message: it.Row.Message, Partial: it.Row.Partial,
		Wish: it.Row.Wish, Said: it.Row.Said, Heading: it.Row.Heading, Known: !it.Row.Heading.IsZero(),
	}
	if !it.Known {
		m.State = ""
	}
	if m.Size == 0 {
		m.Size = it.Row.Size
	}
	m.Next, m.Until = retrieve.Until(it.Row, r.a.Keep, r.e.o.Now())
	return m
}

// use waits for the turn to work in the session.
func (r *Remote) use(ctx context.Context, work func() error) error {
	select {
	case r.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-r.turn }()
	if r.c == nil {
		return r.closed()
	}
	err := work()
	r.used, r.spoke = time.Now(), time.Now()
	if err != nil && r.c != nil && pop3.Refused(err) == nil && r.c.Noop(r.ctx) != nil {
		r.drop(err) // the connection has ended
	}
	return err
}

func (r *Remote) closed() error {
	p := &mail.Problem{Kind: mail.Timeout, Where: r.a.Incoming.Addr(), Doing: "look at the mailbox", Err: errRemoteClosed}
	if r.why != nil {
		q := *mail.ProblemOf(r.why)
		p = &q
	}
	return p
}

// List returns the mailbox as it was listed when it was opened, the newest first as the server counts, with what has
// become known since.
func (r *Remote) List(ctx context.Context) ([]mail.RemoteMessage, error) {
	var list []mail.RemoteMessage
	err := r.use(ctx, func() error {
		list = slices.Clone(r.list)
		return nil
	})
	return list, err
}

// Headings finds out sender, subject and date of messages, out of the store where they are here and by TOP elsewhere,
// and returns what is known of them then. A server without TOP leaves them unknown.
func (r *Remote) Headings(ctx context.Context, ns []int) ([]mail.RemoteMessage, error) {
	var found []mail.RemoteMessage
	err := r.use(ctx, func() error {
		var ids []mail.MessageID
		var ask []pop3.Request
		of := map[mail.MessageID]int{}
		for _, n := range ns {
			i, ok := r.at[n]
			switch {
			case !ok || r.list[i].Known:
			case r.list[i].Message != 0:
				ids = append(ids, r.list[i].Message)
				of[r.list[i].Message] = i
			case r.topped && !r.list[i].Deleted:
				ask = append(ask, pop3.Request{N: n})
			default:
				r.list[i].Known = true
			}
		}
		if len(ids) > 0 {
			here, err := r.e.store.Summaries(ctx, ids)
			if err != nil {
				return err
			}
			for _, s := range here {
				i := of[s.ID]
				r.list[i].Known, r.list[i].Heading = true, mail.Heading{Subject: s.Subject, From: s.From, Date: s.Date}
			}
		}
		if len(ask) > 0 {
			if err := r.ask(ask); err != nil {
				return err
			}
		}
		for _, n := range ns {
			if i, ok := r.at[n]; ok {
				found = append(found, r.list[i])
			}
		}
		return nil
	})
	return found, err
}

// ask reads headers by TOP.
func (r *Remote) ask(reqs []pop3.Request) error {
	return r.c.Fetch(r.ctx, reqs, func(k int, b *pop3.Body, err error) error {
		i := r.at[reqs[k].N]
		r.list[i].Known = true
		if err != nil {
			return nil // refused: it stays unknown
		}
		var head bytes.Buffer
		if _, err := b.WriteTo(&beginning{to: &head, left: previewOctets}); err != nil {
			return err
		}
		s := message.Scan(mail.Bytes(head.Bytes()))
		r.list[i].Heading = mail.Heading{Subject: s.Subject, From: s.From, Date: s.Date}
		return nil
	})
}

// beginning keeps the first octets and swallows the rest: some servers send the whole message in answer to TOP.
type beginning struct {
	to   *bytes.Buffer
	left int
}

func (l *beginning) Write(p []byte) (int, error) {
	n := min(len(p), l.left)
	l.to.Write(p[:n])
	l.left -= n
	return len(p), nil
}

// Preview reads a message: the one that is here, or header and first lines by TOP. It marks nothing as read.
func (r *Remote) Preview(ctx context.Context, n int) (*mail.Message, error) {
	var m *mail.Message
	err := r.use(ctx, func() error {
		i, ok := r.at[n]
		if !ok {
			return errNoSuchNumber
		}
		if id := r.list[i].Message; id != 0 {
			var err error
			if m, err = r.e.Read(ctx, id); m != nil {
				return nil
			} else if err != nil && ctx.Err() != nil {
				return err
			}
		}
		if !r.topped {
			return &mail.Problem{Kind: mail.ServerPermanent, Where: r.a.Incoming.Addr(), Doing: "look at a message", Err: errors.New("the server has no TOP")}
		}
		var head bytes.Buffer
		if _, err := r.c.Top(r.ctx, n, previewLines, &beginning{to: &head, left: previewOctets}); err != nil {
			return err
		}
		var err error
		if m, err = message.Open(mail.Bytes(head.Bytes())); m != nil {
			return nil
		}
		return err
	})
	return m, err
}

var errNoSuchNumber = errors.New("there is no such message in the mailbox")

// Fetch retrieves messages, however large, and returns the mailbox as it is known then. What is here already takes the
// place of the copy here.
func (r *Remote) Fetch(ctx context.Context, ns []int, progress func(done, total int, octets int64)) (mail.VisitReport, []mail.RemoteMessage, error) {
	var report mail.VisitReport
	var list []mail.RemoteMessage
	err := r.use(ctx, func() error {
		var items []retrieve.Item
		for _, n := range ns {
			if i, ok := r.at[n]; ok && !r.list[i].Deleted {
				items = append(items, r.items[n])
			}
		}
		v := r.visit
		v.Progress = progress
		report = retrieve.Take(r.ctx, r.c, v, items)
		r.e.kickIndex()
		err := r.refresh(ctx)
		list = slices.Clone(r.list)
		if report.Problem != nil {
			return report.Problem
		}
		return err
	})
	return report, list, err
}

// refresh reads again what the ledger knows.
func (r *Remote) refresh(ctx context.Context) error {
	ledger, err := r.e.store.Ledger(ctx, r.a.ID)
	if err != nil {
		return err
	}
	listing := make([]retrieve.Listed, 0, len(r.items))
	for _, it := range r.items {
		e := it.Listed
		e.Dup = 0
		listing = append(listing, e)
	}
	slices.SortFunc(listing, func(a, b retrieve.Listed) int { return a.N - b.N })
	for _, it := range retrieve.Pair(listing, ledger) {
		old := r.list[r.at[it.N]]
		now := r.entry(it)
		if !now.Known {
			now.Known, now.Heading = old.Known, old.Heading
		}
		if now.Deleted = old.Deleted; now.Deleted {
			continue // its row says doomed meanwhile
		}
		r.items[it.N], r.list[r.at[it.N]] = it, now
	}
	return nil
}

// Delete marks messages as deleted: they are gone when the session ends, and until then Undo brings them back. It
// returns how many the server has marked.
func (r *Remote) Delete(ctx context.Context, ns []int) (int, error) {
	marked := 0
	err := r.use(ctx, func() error {
		var some []int
		var doomed []mail.LedgerRow
		for _, n := range ns {
			i, ok := r.at[n]
			if !ok || r.list[i].Deleted {
				continue
			}
			some = append(some, n)
			if row := r.items[n].Row; r.items[n].Known && row.State == mail.Stored {
				row.State = mail.Doomed
				doomed = append(doomed, row)
			}
		}
		if err := r.put(ctx, doomed); err != nil {
			return err
		}
		var refused error
		err := r.c.Delete(r.ctx, some, func(k int, err error) error {
			n := some[k]
			if err != nil {
				refused = err
				return nil
			}
			r.pending[n] = r.items[n].Row
			r.list[r.at[n]].Deleted = true
			marked++
			return nil
		})
		if err != nil {
			return err
		}
		return refused
	})
	return marked, err
}

func (r *Remote) put(ctx context.Context, rows []mail.LedgerRow) error {
	if len(rows) == 0 {
		return nil
	}
	for i := range rows {
		rows[i].Account = r.a.ID
	}
	return r.e.store.PutLedger(ctx, rows...)
}

// Undo brings back everything that was marked as deleted since the mailbox was opened.
func (r *Remote) Undo(ctx context.Context) error {
	return r.use(ctx, func() error {
		if err := r.c.Rset(r.ctx); err != nil {
			return err
		}
		var rows []mail.LedgerRow
		for n, row := range r.pending {
			r.list[r.at[n]].Deleted = false
			if row.State == mail.Stored {
				rows = append(rows, row)
			}
		}
		clear(r.pending)
		return r.put(ctx, rows)
	})
}

// Close ends the session, upon which the server deletes what was marked. Should that fail, the next visit sees to it.
func (r *Remote) Close(ctx context.Context) error {
	err := r.use(ctx, func() error { return r.leave(ctx) })
	if errors.Is(err, errRemoteClosed) {
		return nil
	}
	return err
}

// leave says goodbye. The turn is held.
func (r *Remote) leave(ctx context.Context) error {
	defer r.release()
	c := r.c
	r.c = nil
	if len(r.pending) == 0 {
		c.Leave(r.ctx)
		return nil
	}
	ctx = context.WithoutCancel(ctx)
	var here, absent []mail.LedgerRow
	var keys []mail.LedgerKey
	for n, row := range r.pending {
		row.Account, row.Listed = r.a.ID, r.e.o.Now()
		switch {
		case !r.items[n].Known:
			if row.UIDL == "" {
				continue
			}
			row.State, row.Size = mail.Skipped, r.items[n].Size
			if err := r.put(ctx, []mail.LedgerRow{row}); err != nil {
				return errors.Join(err, c.Close())
			}
			absent = append(absent, row)
		case row.State == mail.Stored || row.State == mail.Doomed || row.State == mail.Deleted || row.Partial:
			row.State, row.Body = mail.Deleted, ""
			here = append(here, row)
		default:
			absent = append(absent, row)
		}
		keys = append(keys, row.Key())
	}
	// Whether the server has deleted them is known only when it has said so.
	if err := r.e.store.SetWish(ctx, r.a.ID, mail.WishDelete, keys...); err != nil {
		return errors.Join(err, c.Close())
	}
	if err := c.Quit(r.ctx); err != nil {
		return err
	}
	if err := r.put(ctx, here); err != nil || len(absent) == 0 {
		return err
	}
	return r.e.store.ForgetLedger(ctx, absent...)
}

// drop closes a session that has broken. What was marked as deleted is not, and can be marked again.
func (r *Remote) drop(err error) {
	if r.c == nil {
		return
	}
	_ = r.c.Close()
	r.c, r.why = nil, err
	var rows []mail.LedgerRow
	for _, row := range r.pending {
		if row.State == mail.Stored {
			rows = append(rows, row)
		}
	}
	if err := r.put(context.WithoutCancel(r.ctx), rows); err != nil {
		r.e.log.Warn("the ledger keeps messages as doomed", "account", r.a.ID, "error", err)
	}
	r.release()
}

// release lets visits go on.
func (r *Remote) release() {
	r.end()
	missed := r.acc.setOpen(false, r.e.o.Now())
	r.acc.leave()
	r.e.publishStatus(mail.VisitProgress, r.acc)
	r.e.wakeTimetable()
	if missed {
		select {
		case r.acc.jobs <- struct{}{}:
		default:
		}
	}
}

// watch keeps the session alive while somebody works in it, and ends it afterwards.
func (r *Remote) watch(life context.Context) {
	t := time.NewTicker(remoteTick)
	defer t.Stop()
	for {
		select {
		case <-r.ctx.Done():
			if life.Err() == nil {
				return // closed
			}
			r.farewell()
			return
		case <-r.acc.gone:
			r.farewell()
			return
		case now := <-t.C:
			r.look(now)
		}
	}
}

// farewell closes the session when the program ends or the account goes: nobody has confirmed what is pending by
// closing the window, so it stays.
func (r *Remote) farewell() {
	r.turn <- struct{}{}
	defer func() { <-r.turn }()
	r.drop(errRemoteClosed)
}

// look does what is due in a session that may be idle.
func (r *Remote) look(now time.Time) {
	select {
	case r.turn <- struct{}{}:
	default:
		return // in use
	}
	defer func() { <-r.turn }()
	if r.c == nil {
		return
	}
	noop, end := idle(now.Sub(r.used), now.Sub(r.spoke), len(r.pending) > 0)
	switch {
	case end:
		if err := r.leave(r.ctx); err != nil {
			r.e.log.Warn("the mailbox did not close cleanly", "account", r.a.ID, "error", err)
		}
	case noop:
		r.spoke = now
		if err := r.c.Noop(r.ctx); err != nil {
			r.drop(err)
		}
	}
}

// idle says whether a session that has not been used and silent for so long is to be kept alive, or to be ended.
func idle(unused, silent time.Duration, pending bool) (noop, end bool) {
	limit := remoteIdle
	if pending {
		limit = remotePending
	}
	return silent >= remoteAlive, unused >= limit
}
