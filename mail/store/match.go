package store

import (
	"context"
	"database/sql"

	"poplar/mail"
)

// fewMatches is up to how many matches of a search are looked up one by one; more of them are found by walking the
// list in its order and asking of each message whether it matches.
const fewMatches = 1500

// blockBits is the size of the pieces in which matches are asked for, in bits of the message id.
const blockBits = 12

// matches knows which messages a search finds, piece by piece as they are asked for: the newest of many matches lie
// close together, and most need never be looked at.
type matches struct {
	ctx        context.Context
	tx         *sql.Tx
	expression string
	blocks     map[mail.MessageID][]uint64
	complete   bool // blocks has them all
}

// list returns the ids of a search: those of the full-text index, narrowed and ordered as the query says.
func (m *matches) list(q mail.Query, c scope, sel selection) ([]mail.MessageID, error) {
	var ok, prefix bool
	if m.expression, prefix, ok = matchExpression(q.Text); !ok {
		return nil, nil
	}
	const search = "SELECT rowid AS id FROM search WHERE search MATCH +?"
	found, err := packed(m.ctx, m.tx, search+" LIMIT +?", m.expression, fewMatches+1)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	if len(found) <= fewMatches {
		all, err := packed(m.ctx, m.tx, `SELECT m.id FROM json_each(+?1) j CROSS JOIN message m ON m.id = j.value
			WHERE m.folder IN (SELECT value FROM json_each(+?2)) AND (+?3 = 0 OR (m.flags & 1) = 0)
			AND (+?4 = 0 OR (m.flags & 8) <> 0) AND (+?5 = 0 OR m.thread = +?5)`+direction(q.Oldest, "m."),
			idList(found), idList(c.folders), q.Unread, q.Flagged, q.Thread)
		from, to := window(q, len(all))
		return all[from:to], err
	}
	m.blocks = map[mail.MessageID][]uint64{}
	if prefix || q.Limit <= 0 {
		// All are wanted; or FTS5 would gather all words that begin so for every piece anew.
		if found, err = packed(m.ctx, m.tx, search, m.expression); err != nil {
			return nil, err
		}
		m.put(found)
		m.complete = true
	}
	return m.walk(q, sel)
}

// walk goes through the list without its text until the page is full.
func (m *matches) walk(q mail.Query, sel selection) ([]mail.MessageID, error) {
	rows, err := m.tx.QueryContext(m.ctx, "SELECT id FROM ("+sel.text+direction(q.Oldest, "")+")", sel.args...)
	if err != nil {
		return nil, err
	}
	var page []mail.MessageID
	skip := max(q.Offset, 0)
	err = eachRow(rows, func(scan func(...any) error) error {
		var id mail.MessageID
		if err := scan(&id); err != nil {
			return err
		}
		if ok, err := m.has(id); err != nil || !ok {
			return err
		}
		if skip > 0 {
			skip--
			return nil
		}
		page = append(page, id)
		if q.Limit > 0 && len(page) == q.Limit {
			return errEnough
		}
		return nil
	})
	return page, err
}

// has reports whether a message matches.
func (m *matches) has(id mail.MessageID) (bool, error) {
	block, known := m.blocks[id>>blockBits]
	if !known && !m.complete {
		first := id >> blockBits << blockBits
		found, err := packed(m.ctx, m.tx, "SELECT rowid AS id FROM search WHERE search MATCH +? AND rowid BETWEEN +? AND +?",
			m.expression, int64(first), int64(first+1<<blockBits-1))
		if err != nil {
			return false, err
		}
		m.blocks[id>>blockBits] = make([]uint64, 1<<blockBits/64)
		m.put(found)
		block = m.blocks[id>>blockBits]
	}
	i := id & (1<<blockBits - 1)
	return block != nil && block[i/64]&(1<<(i%64)) != 0, nil
}

func (m *matches) put(ids []mail.MessageID) {
	for _, id := range ids {
		block := m.blocks[id>>blockBits]
		if block == nil {
			block = make([]uint64, 1<<blockBits/64)
			m.blocks[id>>blockBits] = block
		}
		i := id & (1<<blockBits - 1)
		block[i/64] |= 1 << (i % 64)
	}
}
