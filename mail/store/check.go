package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"poplar/mail"
)

// invariant is a statement that yields one line of text for everything that is wrong.
type invariant struct{ name, query string }

// invariants is what always holds between transactions.
var invariants = []invariant{
	{"folder counts", `SELECT 'folder ' || f.id || ' (' || f.name || ') counts ' || f.total || '/' || f.unread || ' instead of ' || ifnull(c.total, 0) || '/' || ifnull(c.unread, 0)
		FROM folder f LEFT JOIN (SELECT folder, count(*) AS total, sum((flags & 1) = 0) AS unread FROM message GROUP BY folder) c ON c.folder = f.id
		WHERE f.total <> ifnull(c.total, 0) OR f.unread <> ifnull(c.unread, 0)`},
	{"message account", `SELECT 'message ' || m.id || ' is of account ' || m.account || ' in a folder of ' || f.account
		FROM message m JOIN folder f ON f.id = m.folder WHERE f.account <> m.account`},
	{"roles", `SELECT 'account ' || a.id || ' has ' || count(f.id) || ' folders of the role ' || r.value
		FROM account a CROSS JOIN json_each(+?) r LEFT JOIN folder f ON f.account = a.num AND f.role = r.value
		GROUP BY a.num, r.value HAVING count(f.id) <> 1`},
	{"unknown roles", `SELECT 'folder ' || id || ' has the unknown role ' || role FROM folder WHERE role <> '' AND role NOT IN (SELECT value FROM json_each(+?))`},
	{"folder tree", `SELECT 'folder ' || f.id || ' lies in a folder of another account' FROM folder f JOIN folder p ON p.id = f.parent WHERE p.account <> f.account`},
	{"folder loops", `WITH RECURSIVE top(id) AS (SELECT id FROM folder WHERE parent IS NULL UNION SELECT f.id FROM folder f JOIN top t ON f.parent = t.id)
		SELECT 'folder ' || id || ' lies inside itself' FROM folder WHERE id NOT IN (SELECT id FROM top)`},
	{"chunks", `SELECT 'message ' || id || ' has ' || octets || ' octets in ' || pieces || ' pieces instead of ' || size FROM (
		SELECT m.id, m.size, ifnull(sum(length(c.data)), 0) AS octets, count(c.place) AS pieces, ifnull(max(c.place & 0xFFFFF) + 1, 0) AS past,
			ifnull(sum(length(c.data) <> 262144), 0) AS short
		FROM message m LEFT JOIN chunk c ON c.place BETWEEN m.id << 20 AND (m.id << 20) + 0xFFFFF WHERE m.file IS NULL GROUP BY m.id)
		WHERE octets <> size OR pieces <> (size + 262143) / 262144 OR past <> pieces OR short > 1`},
	{"orphan chunks", `SELECT 'octets of message ' || (place >> 20) || ', which is gone' FROM chunk
		WHERE NOT EXISTS (SELECT 1 FROM message WHERE id = place >> 20) GROUP BY place >> 20`},
	{"octets twice", `SELECT 'message ' || id || ' is in the file ' || file || ' and in the database' FROM message
		WHERE file IS NOT NULL AND EXISTS (SELECT 1 FROM chunk WHERE place BETWEEN id << 20 AND (id << 20) + 0xFFFFF)`},
	{"unsearchable", `SELECT 'message ' || id || ' is neither in the full-text index nor waiting for it' FROM message
		WHERE id NOT IN (SELECT id FROM search_docsize) AND id NOT IN (SELECT message FROM unindexed)`},
	{"indexed twice", `SELECT 'message ' || message || ' is in the full-text index and waits for it' FROM unindexed WHERE message IN (SELECT id FROM search_docsize)`},
	{"orphan index", `SELECT 'the full-text index knows message ' || id || ', which is gone' FROM search_docsize WHERE id NOT IN (SELECT id FROM message)`},
	{"orphan threads", `SELECT 'thread ' || thread || ' is remembered but has no message' FROM mention WHERE thread NOT IN (SELECT thread FROM message) GROUP BY thread`},
	{"outbox folders", `SELECT 'message ' || m.id || ' lies in an Outbox folder but is not in the outbox' FROM message m JOIN folder f ON f.id = m.folder
		WHERE f.role = 'outbox' AND m.id NOT IN (SELECT message FROM outbox)`},
	{"outbox rows", `SELECT 'message ' || o.message || ' is in the outbox but lies in folder ' || f.id FROM outbox o JOIN message m ON m.id = o.message
		JOIN folder f ON f.id = m.folder WHERE f.role <> 'outbox' OR o.account <> m.account`},
	{"addresses", `SELECT 'message ' || id || ' has addresses that cannot be read' FROM message WHERE NOT (json_valid(sender) AND json_valid(recipients) AND json_valid(copies))`},
	{"problems", `SELECT 'message ' || message || ' has an outbox problem that cannot be read' FROM outbox WHERE problem IS NOT NULL AND NOT json_valid(problem)`},
	{"given ids", `SELECT 'message ' || id || ' has an id that was never given' FROM message WHERE id > (SELECT seq FROM sqlite_sequence WHERE name = 'message')`},
}

// Check examines the whole store and returns what is wrong, one plain sentence each; nothing means that all is well.
// It reads everything, so it takes seconds on a large store. SQLite's own checks come first: they cover the pages, the
// full-text index, and every foreign key (ledger, outbox, recipients and waiting texts that point to messages which
// are gone). Damage that stops the examination is itself an answer; the error is for what says nothing of the store.
func (s *Store) Check(ctx context.Context) ([]string, error) {
	var wrong []string
	err := s.read(ctx, "check the mail store", func(tx *sql.Tx) error {
		examine := func(name, query string, args []any, line func(scan func(...any) error) (string, error)) error {
			rows, err := tx.QueryContext(ctx, query, args...)
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			err = eachRow(rows, func(scan func(...any) error) error {
				text, err := line(scan)
				if err == nil && text != "" && len(wrong) < maxFindings {
					wrong = append(wrong, text)
				}
				return err
			})
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			return nil
		}
		// SQLite's check of the full-text index goes by what this connection last knew of its segments, and speaks of
		// corruption when another one has merged them since. A search makes it look again.
		var none int64
		err := tx.QueryRowContext(ctx, "SELECT rowid FROM search WHERE search MATCH 'a' AND rowid < 0").Scan(&none)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return fmt.Errorf("full-text index: %w", err)
		}
		err = examine("pages", "PRAGMA integrity_check", nil, func(scan func(...any) error) (string, error) {
			var text string
			err := scan(&text)
			if text == "ok" {
				return "", err
			}
			return "database: " + text, err
		})
		if err != nil {
			return err
		}
		err = examine("keys", "PRAGMA foreign_key_check", nil, func(scan func(...any) error) (string, error) {
			var table, parent string
			var row sql.NullInt64
			var key int
			err := scan(&table, &row, &parent, &key)
			return fmt.Sprintf("a row of %s (%d) points to a row of %s that is gone", table, row.Int64, parent), err
		})
		if err != nil {
			return err
		}
		for _, i := range invariants {
			var args []any
			if strings.Contains(i.query, "?") {
				args = []any{roleList()}
			}
			err := examine(i.name, i.query, args, func(scan func(...any) error) (text string, err error) {
				err = scan(&text)
				return text, err
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if e := (*Error)(nil); errors.As(err, &e) && e.Kind == mail.StoreDamaged {
		return append(wrong, "the database is damaged: "+e.Err.Error()), nil
	}
	if err != nil {
		return wrong, err
	}
	files, err := s.checkFiles(ctx)
	wrong = append(wrong, files...)
	return wrong[:min(len(wrong), maxFindings)], err
}

// maxFindings bounds what Check says of a store in which everything is wrong.
const maxFindings = 1000

// roleList is mail.Roles as a parameter.
func roleList() string {
	b, err := json.Marshal(mail.Roles)
	if err != nil {
		return "[]" // strings always marshal
	}
	return string(b)
}
