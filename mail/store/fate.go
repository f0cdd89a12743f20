package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"poplar/mail"
)

// reportWindow is how long after a message was sent a report may come that names no Message-ID. Servers give up after
// five days, and some report late.
const reportWindow = 10 * 24 * time.Hour

// The ranks of fates: a report of a lower rank than what is known changes nothing, as reports overtake each other.
var fateRanks = []mail.FateState{mail.FateAccepted, mail.FateDelayed, mail.FateDelivered, mail.FateFailed}

// fateColumn is the worst fate of a message's recipients as its row keeps it.
const fateColumn = `UPDATE message SET fate = (SELECT coalesce(max(CASE state WHEN 'failed' THEN 2 WHEN 'delayed' THEN 1 ELSE 0 END), 0)
	FROM fate WHERE message = +?1) WHERE id = +?1`

// The row of a delivery report keeps in the same column what the report says: reportBase and its rank.
const reportBase = 2

var reportRanks = []mail.FateState{"", mail.FateDelivered, mail.FateDelayed, mail.FateFailed}

// worst is the reverse of the column: the worst fate of a sent message's recipients, or what a report says.
func worst(n int) (fate, report mail.FateState) {
	switch {
	case n == 1:
		return mail.FateDelayed, ""
	case n == 2:
		return mail.FateFailed, ""
	case n > reportBase && n < reportBase+len(reportRanks):
		return "", reportRanks[n-reportBase]
	}
	return "", ""
}

// Fates returns what became of a sent message, per recipient, in the order it was sent to them; Why is left empty.
func (s *Store) Fates(ctx context.Context, id mail.MessageID) ([]mail.Fate, error) {
	var all []mail.Fate
	err := s.read(ctx, "read what became of the message", func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, "SELECT "+fateColumns+" FROM fate WHERE message = +? ORDER BY seq", int64(id))
		if err != nil {
			return err
		}
		return eachRow(rows, func(scan func(...any) error) error {
			f, err := scanFate(scan)
			all = append(all, f)
			return err
		})
	})
	return all, err
}

const fateColumns = "addr, state, status, said, remote, moved, at, coalesce(report, 0)"

func scanFate(scan func(...any) error) (mail.Fate, error) {
	var f mail.Fate
	var at sql.NullInt64
	err := scan(&f.Addr, &f.State, &f.Status, &f.Said, &f.RemoteMTA, &f.NewAddress, &at, &f.Report)
	f.At = fromNano(at)
	return f, err
}

// SentOf returns the sent message that a delivery report is about; 0 where it is not here, or the message is no report.
func (s *Store) SentOf(ctx context.Context, report mail.MessageID) (mail.MessageID, error) {
	var about mail.MessageID
	var original string
	var account mail.AccountID
	err := s.read(ctx, "find the message that a report is about", func(tx *sql.Tx) error {
		err := tx.QueryRowContext(ctx, `SELECT coalesce(r.about, 0), r.original, a.id FROM report r JOIN message m ON m.id = r.message
			JOIN account a ON a.num = m.account WHERE r.message = +?`, int64(report)).Scan(&about, &original, &account)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		return err
	})
	if err != nil || about != 0 || original == "" {
		return about, err
	}
	// It may have been imported after its report.
	ids, err := s.Find(ctx, account, original)
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	return ids[0], nil
}

// settleFates keeps what the outgoing server said of each recipient when a message leaves the outbox as sent.
func (t *tx) settleFates(o mail.OutboxItem) error {
	list := make([]mail.Fate, len(o.Recipients))
	for i, r := range o.Recipients {
		list[i] = mail.Fate{Addr: r.Addr, State: mail.FateAccepted, Status: r.Status, Said: r.Said, NewAddress: r.Offered(), At: t.s.now()}
		if r.State == mail.Failed {
			list[i].State = mail.FateFailed
		}
	}
	// A report may have been quicker than the last recipient.
	heard, err := t.fates(o.ID)
	if err != nil {
		return err
	}
	for i := range list {
		if j := slices.IndexFunc(heard, func(h mail.Fate) bool { return strings.EqualFold(h.Addr, list[i].Addr) }); j >= 0 {
			list[i] = heard[j]
			heard = slices.Delete(heard, j, j+1)
		}
	}
	return t.putFates(o.ID, append(list, heard...))
}

func (t *tx) fates(id mail.MessageID) ([]mail.Fate, error) {
	var list []mail.Fate
	err := t.each("SELECT "+fateColumns+" FROM fate WHERE message = +? ORDER BY seq", []any{int64(id)}, func(scan func(...any) error) error {
		f, err := scanFate(scan)
		list = append(list, f)
		return err
	})
	return list, err
}

func (t *tx) putFates(id mail.MessageID, list []mail.Fate) error {
	if _, err := t.exec("DELETE FROM fate WHERE message = +?", int64(id)); err != nil {
		return err
	}
	for i, f := range list {
		report := any(nil)
		if f.Report != 0 {
			report = int64(f.Report)
		}
		_, err := t.exec("INSERT INTO fate(message, seq, addr, key, state, status, said, remote, moved, at, report) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
			int64(id), i, f.Addr, strings.ToLower(f.Addr), string(f.State), f.Status, f.Said, f.RemoteMTA, f.NewAddress, unixNano(f.At), report)
		if err != nil {
			return err
		}
	}
	_, err := t.exec(fateColumn, int64(id))
	return err
}

// connect writes down what a new message has to do with others: a delivery report with the message it is about, a piece
// with its whole.
func (t *tx) connect(id mail.MessageID, to place, a *mail.Arrival, date time.Time) error {
	if p := a.Piece; p != nil && a.Summary.Whole == 0 {
		_, err := t.exec("INSERT INTO piece(message, key, number, total) VALUES (?, ?, ?, ?)", int64(id), mentionKey(p.ID), p.Number, p.Total)
		if err != nil {
			return err
		}
	}
	if len(a.Bounce) == 0 {
		return nil
	}
	about, err := t.reported(to.num, a, date)
	if err != nil {
		return err
	}
	rank := 0
	for _, b := range a.Bounce {
		rank = max(rank, slices.Index(reportRanks, fateOf(b)))
	}
	if rank > 0 {
		if _, err := t.exec("UPDATE message SET fate = ? WHERE id = +?", reportBase+rank, int64(id)); err != nil {
			return err
		}
	}
	column := any(nil)
	if about != 0 {
		column = int64(about)
	}
	if _, err := t.exec("INSERT INTO report(message, about, original) VALUES (?, ?, ?)", int64(id), column, a.BounceOf); err != nil || about == 0 {
		return err
	}
	return t.hear(about, id, a.Bounce, date)
}

// reconnect is connect for a message that was here in part.
func (t *tx) reconnect(id mail.MessageID, p place, a *mail.Arrival) error {
	for _, query := range []string{
		"DELETE FROM report WHERE message = +?", "DELETE FROM piece WHERE message = +?", fmt.Sprintf("UPDATE message SET fate = 0 WHERE id = +? AND fate > %d", reportBase),
	} {
		if _, err := t.exec(query, int64(id)); err != nil {
			return err
		}
	}
	date := a.Summary.Date
	if date.IsZero() {
		date = t.s.now()
	}
	return t.connect(id, p, a, date)
}

// reported finds the message of the same account that a report is about: by the Message-IDs that it names, else by its
// recipients, the time, and the subject where the report tells it.
func (t *tx) reported(num int64, a *mail.Arrival, date time.Time) (mail.MessageID, error) {
	ids := append([]string{a.BounceOf}, a.References...)
	ids = append(ids, a.InReplyTo...)
	for _, id := range ids[:min(len(ids), 20)] {
		if id == "" {
			continue
		}
		found, err := t.sent(`SELECT m.id, m.subject FROM mention n CROSS JOIN message m ON m.thread = n.thread JOIN folder f ON f.id = m.folder
			WHERE n.hash = +?2 AND m.message_id = +?3 AND m.account = +?1 AND f.role <> 'drafts' AND m.uidl IS NULL ORDER BY m.id LIMIT 1`, "", num, mentionKey(id), id)
		if err != nil || found != 0 {
			return found, err
		}
	}
	if a.BounceOf != "" {
		return 0, nil // it tells, and it is not here
	}
	subject, _ := plainSubject(a.BounceSubject)
	from, to := date.Add(-reportWindow), date.Add(clockGrace)
	for _, b := range a.Bounce[:min(len(a.Bounce), 10)] {
		key := strings.ToLower(b.Recipient)
		if key == "" {
			continue
		}
		found, err := t.sent(`SELECT m.id, m.subject FROM fate x CROSS JOIN message m ON m.id = x.message
			WHERE x.key = +?2 AND x.at BETWEEN +?3 AND +?4 AND m.account = +?1 ORDER BY x.at DESC LIMIT 20`, subject, num, key, from.UnixNano(), to.UnixNano())
		if err != nil || found != 0 {
			return found, err
		}
		// Sent with another program, or before fates were kept.
		found, err = t.sent(`SELECT m.id, m.subject FROM folder f CROSS JOIN message m ON m.folder = f.id WHERE f.account = +?1 AND f.role = 'sent'
			AND m.date BETWEEN +?3 AND +?4 AND (instr(lower(m.recipients), +?2) OR instr(lower(m.copies), +?2)) ORDER BY m.date DESC LIMIT 20`,
			subject, num, `"`+key+`"`, from.Unix(), to.Unix())
		if err != nil || found != 0 {
			return found, err
		}
	}
	return 0, nil
}

// sent returns the first message of a query whose subject is the one that is looked for; "" is any.
func (t *tx) sent(query, subject string, args ...any) (mail.MessageID, error) {
	var found mail.MessageID
	err := t.each(query, args, func(scan func(...any) error) error {
		var id mail.MessageID
		var s string
		if err := scan(&id, &s); err != nil {
			return err
		}
		if plain, _ := plainSubject(s); subject == "" || plain == subject {
			found = id
			return errEnough
		}
		return nil
	})
	return found, err
}

// hear takes over what a report says of a sent message's recipients.
func (t *tx) hear(about, report mail.MessageID, said []mail.Bounced, date time.Time) error {
	list, err := t.fates(about)
	if err != nil {
		return err
	}
	for _, b := range said {
		f := mail.Fate{Addr: b.Recipient, State: fateOf(b), Status: b.Status, Said: b.Diagnostic, RemoteMTA: b.RemoteMTA, NewAddress: b.NewAddress, At: date, Report: report}
		if f.State == "" {
			continue
		}
		i := slices.IndexFunc(list, func(h mail.Fate) bool { return strings.EqualFold(h.Addr, b.Recipient) })
		if i < 0 && len(list) == 1 && len(said) == 1 {
			named, err := t.sentTo(about, b.Recipient)
			if err != nil {
				return err
			}
			if !named {
				i = 0 // it was forwarded: the report names where to
			}
		}
		switch {
		case i < 0:
			list = append(list, f)
		case slices.Index(fateRanks, f.State) >= slices.Index(fateRanks, list[i].State):
			f.Addr = list[i].Addr
			list[i] = f
		}
	}
	if err := t.putFates(about, list); err != nil {
		return err
	}
	all, err := t.held([]mail.MessageID{about})
	if err != nil || len(all) == 0 {
		return err
	}
	p, err := t.folder(all[0].folder)
	if err != nil {
		return err
	}
	t.tell(mail.Changed, p, about)
	return nil
}

// sentTo says whether a message names an address among its recipients. Of one that was sent with another program no fates
// are kept but those that reports tell.
func (t *tx) sentTo(id mail.MessageID, addr string) (bool, error) {
	var named bool
	err := t.each("SELECT instr(lower(recipients), +?2) OR instr(lower(copies), +?2) FROM message WHERE id = +?1",
		[]any{int64(id), `"` + strings.ToLower(addr) + `"`}, func(scan func(...any) error) error { return scan(&named) })
	return named, err
}

// fateOf is what one recipient's entry of a report means; "" where it means nothing.
func fateOf(b mail.Bounced) mail.FateState {
	switch b.Action {
	case "failed":
		return mail.FateFailed
	case "delayed":
		return mail.FateDelayed
	case "delivered", "relayed", "expanded":
		return mail.FateDelivered
	}
	switch {
	case strings.HasPrefix(b.Status, "5"):
		return mail.FateFailed
	case strings.HasPrefix(b.Status, "4"):
		return mail.FateDelayed
	case strings.HasPrefix(b.Status, "2"):
		return mail.FateDelivered
	}
	return ""
}

// disconnect drops what a message that goes has to do with others. What its reports said stays.
func (t *tx) disconnect(id mail.MessageID) error {
	for _, query := range []string{
		"DELETE FROM fate WHERE message = +?", "DELETE FROM report WHERE message = +?", "DELETE FROM piece WHERE message = +?",
		"UPDATE fate SET report = NULL WHERE report = +?", "UPDATE report SET about = NULL WHERE about = +?",
	} {
		if _, err := t.exec(query, int64(id)); err != nil {
			return err
		}
	}
	return nil
}

// Pieces returns the messages that are pieces of the same whole as the given one, by their numbers, the first that came
// of each; total is how many there are to be, 0 where none has told yet.
func (s *Store) Pieces(ctx context.Context, id mail.MessageID) (pieces map[int]mail.MessageID, total int, err error) {
	pieces = map[int]mail.MessageID{}
	err = s.read(ctx, "find the pieces of the message", func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT o.message, o.number, o.total FROM piece p CROSS JOIN piece o ON o.key = p.key
			JOIN message m ON m.id = p.message JOIN message n ON n.id = o.message
			WHERE p.message = +? AND n.account = m.account ORDER BY o.message LIMIT 5000`, int64(id))
		if err != nil {
			return err
		}
		return eachRow(rows, func(scan func(...any) error) error {
			var m mail.MessageID
			var n, of int
			if err := scan(&m, &n, &of); err != nil {
				return err
			}
			if _, twice := pieces[n]; !twice {
				pieces[n] = m
			}
			total = max(total, of)
			return nil
		})
	})
	return pieces, total, err
}

// Charset returns the character set that a person reads a message in; "" for what the message says.
func (s *Store) Charset(ctx context.Context, id mail.MessageID) (string, error) {
	var name string
	err := s.read(ctx, "read the message", func(tx *sql.Tx) error {
		return gone(tx.QueryRowContext(ctx, "SELECT charset FROM message WHERE id = +?", int64(id)).Scan(&name))
	})
	return name, err
}

// SetCharset keeps the character set that a person reads a message in.
func (s *Store) SetCharset(ctx context.Context, id mail.MessageID, name string) error {
	return s.write(ctx, "keep the character set", func(t *tx) error {
		_, err := t.exec("UPDATE message SET charset = ? WHERE id = +?", name, int64(id))
		return err
	})
}

// Signatures returns what SetSignatures kept of a message, or nil.
func (s *Store) Signatures(ctx context.Context, id mail.MessageID) ([]byte, error) {
	var kept sql.NullString
	err := s.read(ctx, "read the message", func(tx *sql.Tx) error {
		return gone(tx.QueryRowContext(ctx, "SELECT signatures FROM message WHERE id = +?", int64(id)).Scan(&kept))
	})
	if !kept.Valid {
		return nil, err
	}
	return []byte(kept.String), err
}

// SetSignatures keeps what became of checking a message's signatures, in a form of the caller's.
func (s *Store) SetSignatures(ctx context.Context, id mail.MessageID, kept []byte) error {
	return s.write(ctx, "keep what the signatures are worth", func(t *tx) error {
		_, err := t.exec("UPDATE message SET signatures = ? WHERE id = +?", string(kept), int64(id))
		return err
	})
}

// gone says that a message is gone rather than that there is no row.
func gone(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return ErrNoMessage
	}
	return err
}
