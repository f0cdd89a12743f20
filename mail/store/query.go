package store

import (
	"context"
	"database/sql"
	"slices"
	"strconv"
	"strings"
	"time"

	"poplar/mail"
)

// maxBranches bounds how many folders or accounts are merged from their indexes; beyond it one sort does it.
const maxBranches = 60

// summaryColumns are what scanSummary reads, from message m and account a.
const summaryColumns = `m.id, m.folder, a.id, m.message_id, m.uidl, m.subject, m.sender, m.recipients, m.copies, m.date, m.received,
	m.size, m.flags, m.attachments, m.thread, m.snippet, m.whole, m.fate,
	EXISTS (SELECT 1 FROM ledger l WHERE l.message = m.id AND l.state <> 'deleted')`

func scanSummary(scan func(...any) error) (mail.Summary, error) {
	var m mail.Summary
	var uidl []byte
	var from, to, cc string
	var date int64
	var received sql.NullInt64
	var fate int
	err := scan(&m.ID, &m.Folder, &m.Account, &m.MessageID, &uidl, &m.Subject, &from, &to, &cc, &date, &received,
		&m.Size, &m.Flags, &m.Attachments, &m.Thread, &m.Snippet, &m.Whole, &fate, &m.OnServer)
	if err != nil {
		return m, err
	}
	m.UIDL = string(uidl)
	m.From, m.To, m.Cc = parseAddresses(from), parseAddresses(to), parseAddresses(cc)
	m.Date, m.Received = time.Unix(date, 0), fromNano(received)
	m.Fate, m.Report = worst(fate)
	return m, nil
}

// scope is where a query looks.
type scope struct {
	folders  []int64
	accounts []int64 // instead of folders, where the query names none and wants every message
	excluded []int64 // folders of accounts that do not count (Trash and Junk in a text search)
	count    count   // messages in all of them, by the counters
}

// scopeOf finds where q looks. The counters are of the same moment as what else tx reads.
func scopeOf(ctx context.Context, tx *sql.Tx, q mail.Query) (scope, error) {
	rows, err := tx.QueryContext(ctx, `SELECT f.id, f.account, a.id, f.role, f.total, f.unread
		FROM folder f JOIN account a ON a.num = f.account ORDER BY f.id`)
	if err != nil {
		return scope{}, err
	}
	var c scope
	narrow := q.Folder != 0 || q.Role != ""
	err = eachRow(rows, func(scan func(...any) error) error {
		var id, num int64
		var account mail.AccountID
		var role mail.Role
		var n count
		if err := scan(&id, &num, &account, &role, &n.total, &n.unread); err != nil {
			return err
		}
		switch {
		case q.Account != "" && q.Account != account, q.Folder != 0 && int64(q.Folder) != id, q.Role != "" && q.Role != role:
			return nil
		case !narrow && q.Text != "" && (role == mail.Trash || role == mail.Junk):
			c.excluded = append(c.excluded, id)
			return nil
		}
		c.folders = append(c.folders, id)
		if !slices.Contains(c.accounts, num) {
			c.accounts = append(c.accounts, num)
		}
		c.count.total += n.total
		c.count.unread += n.unread
		return nil
	})
	if narrow || q.Unread || q.Flagged {
		c.accounts = nil
	}
	return c, err
}

// selection is a statement that yields date and id of messages, without its ORDER BY.
type selection struct {
	text string
	args []any
}

// selectionOf builds the statement for q without its text. Each branch walks one index in order, and SQLite merges
// them.
func selectionOf(q mail.Query, c scope) selection {
	index, filter := "message_folder", ""
	if q.Unread {
		index, filter = "message_unread", " AND (flags & 1) = 0"
	}
	if q.Flagged {
		index, filter = "message_flagged", filter+" AND (flags & 8) <> 0"
	}
	const inFolders = " folder IN (SELECT value FROM json_each(+?))"
	if q.Thread != 0 {
		return selection{
			"SELECT date, id FROM message INDEXED BY message_thread WHERE thread = +? AND" + inFolders + filter,
			[]any{q.Thread, idList(c.folders)},
		}
	}
	keys, branch := c.folders, "SELECT date, id FROM message INDEXED BY "+index+" WHERE folder = +?"+filter
	var args []any
	if len(c.accounts) > 0 {
		keys, branch = c.accounts, "SELECT date, id FROM message INDEXED BY message_account WHERE account = +?"
		if len(c.excluded) > 0 {
			branch += " AND folder NOT IN (SELECT value FROM json_each(+?))"
			args = []any{idList(c.excluded)}
		}
	}
	if len(keys) > maxBranches {
		return selection{"SELECT date, id FROM message INDEXED BY " + index + " WHERE" + inFolders + filter, []any{idList(c.folders)}}
	}
	var s selection
	for i, k := range keys {
		if i > 0 {
			s.text += " UNION ALL "
		}
		s.text += branch
		s.args = append(append(s.args, k), args...)
	}
	return s
}

// direction is the ORDER BY of lists: by date, and by id where dates are equal.
func direction(oldest bool, prefix string) string {
	if oldest {
		return " ORDER BY " + prefix + "date, " + prefix + "id"
	}
	return " ORDER BY " + prefix + "date DESC, " + prefix + "id DESC"
}

// window clips Offset and Limit of a query to n messages.
func window(q mail.Query, n int) (from, to int) {
	from = min(max(q.Offset, 0), n)
	to = n
	if q.Limit > 0 && q.Limit < n-from {
		to = from + q.Limit
	}
	return from, to
}

// List returns the messages of a query, newest first (or oldest, as it says), from Offset on and Limit of them at most.
func (s *Store) List(ctx context.Context, q mail.Query) ([]mail.Summary, error) {
	if isSearch(&q) {
		ids, err := s.IDs(ctx, q)
		if err != nil {
			return nil, err
		}
		return s.Summaries(ctx, ids)
	}
	var list []mail.Summary
	err := s.read(ctx, "list messages", func(tx *sql.Tx) error {
		c, err := scopeOf(ctx, tx, q)
		if err != nil || len(c.folders) == 0 {
			return err
		}
		sel := selectionOf(q, c)
		limit, offset, oldest := q.Limit, max(q.Offset, 0), q.Oldest
		if limit <= 0 {
			limit = -1
		}
		// A page near the end is near the beginning of the reverse order, and SQLite steps over all that lies before a page.
		if n, known := counted(q, c); known && offset > n/2 {
			from, to := window(q, n)
			limit, offset, oldest = to-from, n-to, !oldest
			if limit == 0 {
				return nil
			}
		}
		rows, err := tx.QueryContext(ctx, "SELECT "+summaryColumns+" FROM ("+sel.text+direction(oldest, "")+` LIMIT +? OFFSET +?) p
			CROSS JOIN message m ON m.id = p.id CROSS JOIN account a ON a.num = m.account`+direction(q.Oldest, "p."),
			append(sel.args, limit, offset)...)
		if err != nil {
			return err
		}
		return eachRow(rows, func(scan func(...any) error) error {
			m, err := scanSummary(scan)
			list = append(list, m)
			return err
		})
	})
	return list, err
}

// isSearch reports whether q has a text to search for, and drops one that is only blanks.
func isSearch(q *mail.Query) bool {
	q.Text = strings.TrimSpace(q.Text)
	return q.Text != ""
}

// counted returns the number of messages of a query where the folders' counters know it.
func counted(q mail.Query, c scope) (n int, known bool) {
	switch {
	case q.Flagged || q.Thread != 0 || q.Text != "":
		return 0, false
	case q.Unread:
		return c.count.unread, true
	}
	return c.count.total, true
}

// Count returns how many messages a query has, whatever its Offset and Limit.
func (s *Store) Count(ctx context.Context, q mail.Query) (int, error) {
	if isSearch(&q) {
		q.Offset, q.Limit = 0, 0
		ids, err := s.IDs(ctx, q)
		return len(ids), err
	}
	n := 0
	err := s.read(ctx, "count messages", func(tx *sql.Tx) error {
		c, err := scopeOf(ctx, tx, q)
		if err != nil || len(c.folders) == 0 {
			return err
		}
		known := false
		if n, known = counted(q, c); known {
			return nil
		}
		sel := selectionOf(q, c)
		return tx.QueryRowContext(ctx, "SELECT count(*) FROM ("+sel.text+")", sel.args...).Scan(&n)
	})
	return n, err
}

// IDs returns the ids of a query's messages in its order: what a virtual list needs to know at once. Summaries then
// gives what is in view.
func (s *Store) IDs(ctx context.Context, q mail.Query) ([]mail.MessageID, error) {
	search := isSearch(&q)
	if search {
		s.catchUp(ctx)
	}
	var ids []mail.MessageID
	err := s.read(ctx, "list messages", func(tx *sql.Tx) error {
		c, err := scopeOf(ctx, tx, q)
		if err != nil || len(c.folders) == 0 {
			return err
		}
		sel := selectionOf(q, c)
		if search {
			m := matches{ctx: ctx, tx: tx}
			ids, err = m.list(q, c, sel)
			return err
		}
		limit := q.Limit
		if limit <= 0 {
			limit = -1
		}
		ids, err = packed(ctx, tx, "SELECT id FROM ("+sel.text+direction(q.Oldest, "")+" LIMIT +? OFFSET +?)",
			append(sel.args, limit, max(q.Offset, 0))...)
		return err
	})
	return ids, err
}

// packed reads a column of ids in one row: a hundred thousand rows one by one would cost five times as much.
func packed(ctx context.Context, tx *sql.Tx, query string, args ...any) ([]mail.MessageID, error) {
	rows, err := tx.QueryContext(ctx, "SELECT group_concat(id) FROM ("+query+")", args...)
	if err != nil {
		return nil, err
	}
	var ids []mail.MessageID
	err = eachRow(rows, func(scan func(...any) error) error {
		var list sql.RawBytes
		if err := scan(&list); err != nil || len(list) == 0 {
			return err
		}
		ids = make([]mail.MessageID, 0, len(list)/4)
		n := mail.MessageID(0)
		for _, c := range list {
			if c == ',' {
				ids = append(ids, n)
				n = 0
				continue
			}
			n = n*10 + mail.MessageID(c-'0')
		}
		ids = append(ids, n)
		return nil
	})
	return ids, err
}

// Placed sorts messages by the folders they are in; those that are gone are left out.
func (s *Store) Placed(ctx context.Context, ids []mail.MessageID) (map[mail.FolderID][]mail.MessageID, error) {
	out := map[mail.FolderID][]mail.MessageID{}
	err := s.read(ctx, "find messages", func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, "SELECT m.folder, m.id FROM json_each(+?) j CROSS JOIN message m ON m.id = j.value", idList(ids))
		if err != nil {
			return err
		}
		return eachRow(rows, func(scan func(...any) error) error {
			var f mail.FolderID
			var id mail.MessageID
			err := scan(&f, &id)
			out[f] = append(out[f], id)
			return err
		})
	})
	return out, err
}

// Summaries returns what a list shows of the given messages, in their order; those that are gone are left out.
func (s *Store) Summaries(ctx context.Context, ids []mail.MessageID) ([]mail.Summary, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	list := make([]mail.Summary, 0, len(ids))
	err := s.read(ctx, "list messages", func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, "SELECT "+summaryColumns+` FROM json_each(+?) j CROSS JOIN message m ON m.id = j.value
			CROSS JOIN account a ON a.num = m.account ORDER BY j.key`, idList(ids))
		if err != nil {
			return err
		}
		return eachRow(rows, func(scan func(...any) error) error {
			m, err := scanSummary(scan)
			list = append(list, m)
			return err
		})
	})
	return list, err
}

// Summary returns what a list shows of one message. The error wraps ErrNoMessage when it is gone.
func (s *Store) Summary(ctx context.Context, id mail.MessageID) (mail.Summary, error) {
	list, err := s.Summaries(ctx, []mail.MessageID{id})
	if err != nil {
		return mail.Summary{}, err
	}
	if len(list) == 0 {
		return mail.Summary{}, s.fail("find message "+strconv.FormatInt(int64(id), 10), ErrNoMessage)
	}
	return list[0], nil
}
