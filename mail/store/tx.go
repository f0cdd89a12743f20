package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"sort"
	"strings"
	"time"

	"poplar/mail"
)

// tx is one write transaction: it collects what the folders' counts and the Hub must learn at its end.
type tx struct {
	s       *Store
	ctx     context.Context
	folders map[mail.FolderID]place
	counts  map[mail.FolderID]count
	events  []mail.Event
	told    map[topic]int // index in events
	last    int64         // highest message id given
	waiting int64         // change of Store.waiting
	backlog int64         // change of Store.backlog
	texts   []waitingText // that wait for the index in memory

	named   []string // files that rows have come to name
	dropped []string // files that rows do not name any more

	doubtful bool // COMMIT failed: only a new start shows what the disk has of it
}

// count is a change of a folder's counters.
type count struct{ total, unread int }

// topic is what one event is about.
type topic struct {
	what    mail.What
	account mail.AccountID
	folder  mail.FolderID
}

// place is a folder as transactions need to know it.
type place struct {
	id      mail.FolderID
	num     int64 // account.num
	account mail.AccountID
	role    mail.Role
}

// write runs f in one transaction on the writing connection. It returns after COMMIT, when the change is on the
// disk and the Hub has been told, or after ROLLBACK, when nothing has changed.
func (s *Store) write(ctx context.Context, doing string, f func(*tx) error) error {
	select {
	case s.turn <- struct{}{}:
	case <-ctx.Done():
		return s.fail(doing, ctx.Err())
	}
	dropped, err := s.inTurn(ctx, f)
	if err == nil && len(dropped) > 0 {
		s.files.letGo(dropped)
		s.removeFiles()
	}
	return s.fail(doing, err)
}

// inTurn is write for whoever has been given the turn, which it gives back. It returns the files that are to go now.
func (s *Store) inTurn(ctx context.Context, f func(*tx) error) (dropped []string, err error) {
	defer func() { <-s.turn }()
	t := &tx{
		s: s, ctx: ctx, folders: map[mail.FolderID]place{}, counts: map[mail.FolderID]count{}, told: map[topic]int{}, last: s.last,
	}
	err = t.run(f)
	return t.dropped, err
}

// run carries the transaction out.
func (t *tx) run(f func(*tx) error) (err error) {
	s, ctx := t.s, t.ctx
	if s.closed.Load() {
		return ErrClosed
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if _, err := t.exec("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	done := false
	defer func() {
		if !done { // also when f panics: the next transaction must find a connection that is fit for use
			_, undo := t.exec("ROLLBACK")
			err = errors.Join(err, ignoreNoTransaction(undo))
		}
	}()
	if err := f(t); err != nil {
		return err
	}
	if err := t.settle(); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if _, err := t.exec("COMMIT"); err != nil {
		t.doubtful = true
		return err
	}
	done = true
	s.last = t.last
	s.waiting.Add(t.waiting)
	s.backlog.Add(t.backlog)
	s.texts.put(t.texts)
	for _, e := range t.events {
		s.hub.Publish(e)
	}
	return nil
}

// ignoreNoTransaction drops the error of a ROLLBACK that finds nothing to roll back: after a full disk SQLite may
// have done so by itself.
func ignoreNoTransaction(err error) error {
	if err != nil && strings.Contains(err.Error(), "no transaction is active") {
		return nil
	}
	return err
}

// Parameters that are compared with a column are written +?: to a bare one SQLite may fit the plan, and then it
// prepares the statement anew whenever a value is bound, at many times the cost of running it. The same goes for LIMIT.

// prepared returns the statement for query, prepared once for the life of the store.
func (s *Store) prepared(query string) (*sql.Stmt, error) {
	if st, ok := s.stmt[query]; ok {
		return st, nil
	}
	st, err := s.conn.PrepareContext(context.Background(), query)
	if err != nil {
		return nil, err
	}
	s.stmt[query] = st
	return st, nil
}

// The statements of a transaction run under the background context: they are short, and an interrupted one would
// leave the decision between COMMIT and ROLLBACK to chance. Transactions look at tx.ctx between them.

// exec runs a statement and returns the number of rows it changed.
func (t *tx) exec(query string, args ...any) (int64, error) {
	st, err := t.s.prepared(query) //nolint:sqlclosecheck // kept for the life of the store
	if err != nil {
		return 0, err
	}
	r, err := st.ExecContext(context.Background(), args...)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

// row reads one row; sql.ErrNoRows when there is none.
func (t *tx) row(query string, args []any, dest ...any) error {
	st, err := t.s.prepared(query) //nolint:sqlclosecheck // kept for the life of the store
	if err != nil {
		return err
	}
	return st.QueryRowContext(context.Background(), args...).Scan(dest...)
}

// each calls f with a function that scans the row, for every row. f must not run statements of its own.
func (t *tx) each(query string, args []any, f func(scan func(...any) error) error) error {
	st, err := t.s.prepared(query) //nolint:sqlclosecheck // kept for the life of the store
	if err != nil {
		return err
	}
	rows, err := st.QueryContext(context.Background(), args...)
	if err != nil {
		return err
	}
	return eachRow(rows, f)
}

// errEnough, returned by a function that looks at rows, ends the walk without an error.
var errEnough = errors.New("enough")

func eachRow(rows *sql.Rows, f func(scan func(...any) error) error) error {
	for rows.Next() {
		if err := f(rows.Scan); errors.Is(err, errEnough) {
			return rows.Close()
		} else if err != nil {
			return errors.Join(err, rows.Close())
		}
	}
	if err := rows.Err(); err != nil {
		return errors.Join(err, rows.Close())
	}
	return rows.Close()
}

// account returns the number of an account.
func (t *tx) account(id mail.AccountID) (int64, error) {
	var num int64
	err := t.row("SELECT num FROM account WHERE id = +?", []any{string(id)}, &num)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, ErrNoAccount
	}
	return num, err
}

// folder returns what is known of a folder.
func (t *tx) folder(id mail.FolderID) (place, error) {
	if p, ok := t.folders[id]; ok {
		return p, nil
	}
	p := place{id: id}
	err := t.row("SELECT f.account, a.id, f.role FROM folder f JOIN account a ON a.num = f.account WHERE f.id = +?",
		[]any{int64(id)}, &p.num, &p.account, &p.role)
	if errors.Is(err, sql.ErrNoRows) {
		return p, ErrNoFolder
	}
	if err == nil {
		t.folders[id] = p
	}
	return p, err
}

// role returns an account's folder of a role.
func (t *tx) role(num int64, r mail.Role) (place, error) {
	var id mail.FolderID
	err := t.row("SELECT id FROM folder WHERE account = +? AND role = +? AND role <> ''", []any{num, string(r)}, &id)
	if errors.Is(err, sql.ErrNoRows) {
		return place{}, ErrNoFolder
	}
	if err != nil {
		return place{}, err
	}
	return t.folder(id)
}

// count notes a change of a folder's counters, to be written at the end of the transaction.
func (t *tx) count(f mail.FolderID, total, unread int) {
	c := t.counts[f]
	c.total += total
	c.unread += unread
	t.counts[f] = c
}

// tell notes what the Hub is to hear after COMMIT. Messages of the same kind, account and folder are told together.
func (t *tx) tell(what mail.What, p place, ids ...mail.MessageID) {
	about := topic{what, p.account, p.id}
	i, ok := t.told[about]
	if !ok {
		i = len(t.events)
		t.told[about] = i
		t.events = append(t.events, mail.Event{What: what, Account: p.account, Folder: p.id})
	}
	t.events[i].Messages = append(t.events[i].Messages, ids...)
}

// settle writes the folders' counters.
func (t *tx) settle() error {
	ids := make([]mail.FolderID, 0, len(t.counts))
	for id := range t.counts {
		ids = append(ids, id)
	}
	sort.Slice(ids, func(i, j int) bool { return ids[i] < ids[j] })
	for _, id := range ids {
		c := t.counts[id]
		if c == (count{}) {
			continue
		}
		p, err := t.folder(id)
		if err != nil {
			return err
		}
		if _, err := t.exec("UPDATE folder SET total = total + ?, unread = unread + ? WHERE id = +?", c.total, c.unread, int64(id)); err != nil {
			return err
		}
		t.tell(mail.Counted, p)
	}
	return nil
}

// read runs f in one read transaction: everything f sees is of one moment.
func (s *Store) read(ctx context.Context, doing string, f func(*sql.Tx) error) error {
	if s.closed.Load() {
		return s.fail(doing, ErrClosed)
	}
	tx, err := s.pool.BeginTx(ctx, nil)
	if err != nil {
		return s.fail(doing, s.closedOr(ctx, err))
	}
	err = f(tx)
	if e := tx.Rollback(); e != nil && !errors.Is(e, sql.ErrTxDone) {
		err = errors.Join(err, e)
	}
	return s.fail(doing, s.closedOr(ctx, err))
}

// closedOr prefers the plain reason to the driver's way of putting it.
func (s *Store) closedOr(ctx context.Context, err error) error {
	switch {
	case err == nil:
		return nil
	case s.closed.Load():
		return ErrClosed
	case ctx.Err() != nil:
		return ctx.Err()
	}
	return err
}

// idList is ids as JSON, the form in which a statement takes a list (json_each).
func idList[T ~int64](ids []T) string {
	b, err := json.Marshal(ids)
	if err != nil || len(ids) == 0 {
		return "[]"
	}
	return string(b)
}

// unixNano is t for a column of times: NULL for the zero time, and the nearest end for what nanoseconds in 64 bits
// cannot hold.
func unixNano(t time.Time) any {
	switch {
	case t.IsZero():
		return nil
	case t.Year() < 1678:
		return int64(-1 << 63)
	case t.Year() > 2261:
		return int64(1<<63 - 1)
	}
	return t.UnixNano()
}

// fromNano is the reverse of unixNano.
func fromNano(n sql.NullInt64) time.Time {
	if !n.Valid {
		return time.Time{}
	}
	return time.Unix(0, n.Int64)
}
