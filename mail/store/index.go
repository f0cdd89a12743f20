package store

import (
	"context"
	"strings"
	"time"

	"poplar/mail"
)

// Bounds of one indexing transaction: what waits for the writing connection meanwhile waits for part of a second.
const (
	indexBatch = 500
	indexBytes = 2 << 20
)

// searchPatience is how long a search helps the index along before it makes do with what is there.
const searchPatience = 250 * time.Millisecond

// maxIndexed bounds the text of one message that is indexed.
const maxIndexed = 8 << 20

// Index takes up to limit waiting messages into the full-text index, in one transaction of bounded size, and returns
// how many are still waiting. What waits is kept in the database, so nothing is forgotten when the program ends.
func (s *Store) Index(ctx context.Context, limit int) (left int, err error) {
	if s.waiting.Load() > 0 {
		err = s.write(ctx, "index messages", func(t *tx) error { return t.index(limit) })
	}
	return int(s.waiting.Load()), err
}

// Flush takes all waiting messages into the full-text index. Others may write in between.
func (s *Store) Flush(ctx context.Context) error {
	for {
		if left, err := s.Index(ctx, indexBatch); err != nil || left == 0 {
			return err
		}
	}
}

// Unindexed is the number of messages that full-text search does not find yet.
func (s *Store) Unindexed() int { return int(s.waiting.Load()) }

// catchUp is what a search does for the index before it looks into it. It must not fail the search: an index that
// lags is better than none, on a full disk for instance.
func (s *Store) catchUp(ctx context.Context) {
	if s.waiting.Load() == 0 {
		return
	}
	limited, cancel := context.WithTimeout(ctx, searchPatience)
	defer cancel()
	for limited.Err() == nil {
		left, err := s.Index(limited, 64)
		if err != nil && limited.Err() == nil {
			s.log.Warn("full-text index lags behind", "error", err)
		}
		if err != nil || left == 0 {
			return
		}
	}
}

// entry is a message on its way into the index.
type entry struct {
	id                                int64
	subject, sender, to, copies, text string
}

func (t *tx) index(limit int) error {
	var batch []entry
	size := 0
	// In the order of ids: an id smaller than one before it would make FTS5 write out what it has gathered.
	err := t.each(`SELECT u.message, m.subject, m.sender, m.recipients, m.copies, u.text
		FROM unindexed u JOIN message m ON m.id = u.message ORDER BY u.message LIMIT ?`, []any{limit},
		func(scan func(...any) error) error {
			if size > indexBytes {
				return errEnough
			}
			var e entry
			if err := scan(&e.id, &e.subject, &e.sender, &e.to, &e.copies, &e.text); err != nil {
				return err
			}
			size += len(e.text)
			batch = append(batch, e)
			return nil
		})
	if err != nil && err != errEnough {
		return err
	}
	for _, e := range batch {
		text := e.text
		if len(text) > maxIndexed {
			text = text[:maxIndexed]
		}
		_, err := t.exec("INSERT INTO search(rowid, subject, sender, recipients, body) VALUES (?, ?, ?, ?, ?)", e.id,
			splitWords(e.subject), splitWords(people(e.sender)), splitWords(people(e.to, e.copies)), splitWords(text))
		if err != nil {
			return err
		}
		if _, err := t.exec("DELETE FROM unindexed WHERE message = ?", e.id); err != nil {
			return err
		}
		t.waiting--
		t.backlog -= int64(len(e.text))
	}
	return nil
}

// people is the text of address columns, names and addresses.
func people(columns ...string) string {
	var b strings.Builder
	for _, c := range columns {
		for _, a := range parseAddresses(c) {
			writeAddress(&b, a)
		}
	}
	return b.String()
}

func writeAddress(b *strings.Builder, a mail.Address) {
	b.WriteString(a.Name)
	b.WriteByte('\n')
	b.WriteString(a.Addr)
	b.WriteByte('\n')
}
