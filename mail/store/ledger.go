package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"poplar/mail"
)

// Ledger returns what is remembered of an account's mailbox on its server, ordered by UIDL. An account without a
// ledger has none; that is no error.
func (s *Store) Ledger(ctx context.Context, a mail.AccountID) ([]mail.LedgerRow, error) {
	var all []mail.LedgerRow
	err := s.read(ctx, "read the ledger", func(tx *sql.Tx) error {
		var n int
		const rest = " FROM ledger WHERE account = (SELECT num FROM account WHERE id = +?)"
		if err := tx.QueryRowContext(ctx, "SELECT count(*)"+rest, string(a)).Scan(&n); err != nil || n == 0 {
			return err
		}
		all = make([]mail.LedgerRow, 0, n)
		trashed, err := inTrash(ctx, tx, a)
		if err != nil {
			return err
		}
		rows, err := tx.QueryContext(ctx, "SELECT uidl, dup, state, coalesce(message, 0), size, first, listed, header, body, said, gone_here, heading, wish, partial"+
			rest+" ORDER BY uidl, dup", string(a))
		if err != nil {
			return err
		}
		return eachRow(rows, func(scan func(...any) error) error {
			l := mail.LedgerRow{Account: a}
			var uidl, heading sql.RawBytes
			var first, listed sql.NullInt64
			if err := scan(&uidl, &l.Dup, &l.State, &l.Message, &l.Size, &first, &listed, &l.Header, &l.Body, &l.Said, &l.GoneHere, &heading, &l.Wish, &l.Partial); err != nil {
				return err
			}
			l.Heading = parseHeading(heading)
			l.UIDL, l.First, l.Listed = string(uidl), fromNano(first), fromNano(listed)
			l.Trashed = trashed[l.Message]
			all = append(all, l)
			return nil
		})
	})
	return all, err
}

// LedgerGist tells in one word what the ledger of an account holds: a word that changes when rows come, go or change
// size. It is empty while there is a row that is neither stored nor deleted, or one that the person has a wish for, and
// where there are none.
func (s *Store) LedgerGist(ctx context.Context, a mail.AccountID) (string, error) {
	var gist string
	err := s.read(ctx, "read the ledger", func(tx *sql.Tx) error {
		var stored, deleted, open, octets int64
		err := tx.QueryRowContext(ctx, `SELECT count(CASE state WHEN 'stored' THEN 1 END), count(CASE state WHEN 'deleted' THEN 1 END),
			count(CASE WHEN state NOT IN ('stored', 'deleted') OR wish <> '' OR partial THEN 1 END), coalesce(sum(CASE state WHEN 'stored' THEN size END), 0)
			FROM ledger WHERE account = (SELECT num FROM account WHERE id = +?)`, string(a)).Scan(&stored, &deleted, &open, &octets)
		if err == nil && open == 0 && stored+deleted > 0 {
			gist = fmt.Sprintf("%d stored, %d octets, %d deleted", stored, octets, deleted)
		}
		return err
	})
	return gist, err
}

// inTrash returns the account's messages that lie in its Trash.
func inTrash(ctx context.Context, tx *sql.Tx, a mail.AccountID) (map[mail.MessageID]bool, error) {
	rows, err := tx.QueryContext(ctx, `SELECT m.id FROM folder f CROSS JOIN message m ON m.folder = f.id
		WHERE f.account = (SELECT num FROM account WHERE id = +?) AND f.role = 'trash'`, string(a))
	if err != nil {
		return nil, err
	}
	ids := map[mail.MessageID]bool{}
	return ids, eachRow(rows, func(scan func(...any) error) error {
		var id mail.MessageID
		err := scan(&id)
		ids[id] = true
		return err
	})
}

// LedgerOf returns what is remembered of the server's copies of messages. A message that never lay on a server has
// none.
func (s *Store) LedgerOf(ctx context.Context, ids []mail.MessageID) ([]mail.LedgerRow, error) {
	var all []mail.LedgerRow
	err := s.read(ctx, "read the ledger", func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT a.id, l.uidl, l.dup, l.state, l.message, l.size, l.first, l.listed, l.header, l.body, l.wish, l.partial,
			f.role = 'trash' FROM json_each(+?) j CROSS JOIN ledger l ON l.message = j.value CROSS JOIN account a ON a.num = l.account
			CROSS JOIN message m ON m.id = l.message CROSS JOIN folder f ON f.id = m.folder ORDER BY j.key`, idList(ids))
		if err != nil {
			return err
		}
		return eachRow(rows, func(scan func(...any) error) error {
			var l mail.LedgerRow
			var uidl sql.RawBytes
			var first, listed sql.NullInt64
			if err := scan(&l.Account, &uidl, &l.Dup, &l.State, &l.Message, &l.Size, &first, &listed, &l.Header, &l.Body, &l.Wish, &l.Partial, &l.Trashed); err != nil {
				return err
			}
			l.UIDL, l.First, l.Listed = string(uidl), fromNano(first), fromNano(listed)
			all = append(all, l)
			return nil
		})
	})
	return all, err
}

// PutLedger writes rows by (Account, UIDL, Dup), all of them in one transaction.
func (s *Store) PutLedger(ctx context.Context, rows ...mail.LedgerRow) error {
	return s.write(ctx, "write the ledger", func(t *tx) error {
		return t.ledgerRows(rows, t.putLedger)
	})
}

// ForgetLedger removes rows by (Account, UIDL, Dup), all of them in one transaction. Rows that are not there are no error.
func (s *Store) ForgetLedger(ctx context.Context, rows ...mail.LedgerRow) error {
	return s.write(ctx, "write the ledger", func(t *tx) error {
		return t.ledgerRows(rows, t.forgetLedger)
	})
}

// RenumberLedger puts now in the place of old, in one transaction: the server calls the same message by another
// unique-id. Where now names no message it keeps old's, and with it what the person has done to it meanwhile.
func (s *Store) RenumberLedger(ctx context.Context, old, now mail.LedgerRow) error {
	return s.write(ctx, "write the ledger", func(t *tx) error {
		from, err := t.account(old.Account)
		if err != nil {
			return err
		}
		to, err := t.account(now.Account)
		if err != nil {
			return err
		}
		var message mail.MessageID
		var gone bool
		var wish string
		err = t.row("SELECT coalesce(message, 0), gone_here, wish FROM ledger WHERE account = +? AND uidl = +? AND dup = +?",
			[]any{from, []byte(old.UIDL), old.Dup}, &message, &gone, &wish)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		if now.Message == 0 || now.Message == old.Message {
			now.Message, now.GoneHere = message, now.GoneHere || gone
		}
		if err := t.forgetLedger(from, old); err != nil {
			return err
		}
		if err := t.putLedger(to, now); err != nil {
			return err
		}
		if err := t.wish(to, mail.Wish(wish), now.Key()); err != nil {
			return err
		}
		_, err = t.exec("UPDATE message SET uidl = ? WHERE id = +?", []byte(now.UIDL), int64(now.Message))
		return err
	})
}

// ledgerRows calls f for each row with the number of its account.
func (t *tx) ledgerRows(rows []mail.LedgerRow, f func(num int64, l mail.LedgerRow) error) error {
	nums := map[mail.AccountID]int64{}
	for _, l := range rows {
		num, ok := nums[l.Account]
		if !ok {
			var err error
			if num, err = t.account(l.Account); err != nil {
				return err
			}
			nums[l.Account] = num
		}
		if err := f(num, l); err != nil {
			return err
		}
	}
	return nil
}

// putLedger writes one row. The caller may have read the ledger a while ago: where the message it names is no longer
// here, what was noted when that one was deleted or replaced stays.
func (t *tx) putLedger(num int64, l mail.LedgerRow) error {
	message := any(nil)
	if l.Message != 0 {
		message = int64(l.Message)
	}
	_, err := t.exec(`INSERT INTO ledger(account, uidl, dup, state, message, size, first, listed, header, body, said, gone_here, heading, partial)
		VALUES (?1, ?2, ?3, ?4, (SELECT id FROM message WHERE id = +?5), ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
		ON CONFLICT DO UPDATE SET state = excluded.state, size = excluded.size, first = excluded.first,
		listed = excluded.listed, header = excluded.header, body = excluded.body, said = excluded.said, partial = excluded.partial,
		heading = CASE excluded.heading WHEN '' THEN heading ELSE excluded.heading END,
		message = CASE WHEN ?5 IS NOT NULL THEN coalesce(excluded.message, message) END,
		gone_here = CASE WHEN ?5 IS NOT NULL AND excluded.message IS NULL THEN max(gone_here, excluded.gone_here) ELSE excluded.gone_here END`,
		num, []byte(l.UIDL), l.Dup, string(l.State), message, l.Size, unixNano(l.First), unixNano(l.Listed), l.Header, l.Body, l.Said, l.GoneHere, formatHeading(l.Heading), l.Partial)
	return err
}

func (t *tx) forgetLedger(num int64, l mail.LedgerRow) error {
	_, err := t.exec("DELETE FROM ledger WHERE account = +? AND uidl = +? AND dup = +?", num, []byte(l.UIDL), l.Dup)
	return err
}

// SetWish notes what the person wants done with messages on the server. Keys without a row are no error.
func (s *Store) SetWish(ctx context.Context, a mail.AccountID, w mail.Wish, keys ...mail.LedgerKey) error {
	return s.write(ctx, "write the ledger", func(t *tx) error {
		num, err := t.account(a)
		if err != nil {
			return err
		}
		for _, k := range keys {
			if err := t.wish(num, w, k); err != nil {
				return err
			}
		}
		return nil
	})
}

func (t *tx) wish(num int64, w mail.Wish, k mail.LedgerKey) error {
	_, err := t.exec("UPDATE ledger SET wish = ? WHERE account = +? AND uidl = +? AND dup = +?", string(w), num, []byte(k.UIDL), k.Dup)
	return err
}

// Refused lists the messages that an account's server would not give, the largest first.
func (s *Store) Refused(ctx context.Context, a mail.AccountID) ([]mail.RefusedMessage, error) {
	var all []mail.RefusedMessage
	err := s.read(ctx, "read the ledger", func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT uidl, dup, size, said, first, listed, heading, wish FROM ledger
			WHERE account = (SELECT num FROM account WHERE id = +?) AND state = 'refused' ORDER BY size DESC, uidl, dup`, string(a))
		if err != nil {
			return err
		}
		return eachRow(rows, func(scan func(...any) error) error {
			var r mail.RefusedMessage
			var uidl, heading sql.RawBytes
			var first, listed sql.NullInt64
			if err := scan(&uidl, &r.Dup, &r.Size, &r.Said, &first, &listed, &heading, &r.Wish); err != nil {
				return err
			}
			r.UIDL, r.First, r.Tried, r.Heading = string(uidl), fromNano(first), fromNano(listed), parseHeading(heading)
			all = append(all, r)
			return nil
		})
	})
	return all, err
}

// formatHeading is h for its column: empty where nothing is known.
func formatHeading(h mail.Heading) string {
	if h.IsZero() {
		return ""
	}
	data, err := json.Marshal(h)
	if err != nil {
		return "" // a year beyond 9999
	}
	return string(data)
}

func parseHeading(column []byte) mail.Heading {
	var h mail.Heading
	if len(column) > 0 && json.Unmarshal(column, &h) != nil {
		return mail.Heading{}
	}
	return h
}
