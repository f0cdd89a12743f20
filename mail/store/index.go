package store

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"sync"
	"time"

	"poplar/mail"
)

// Bounds of one indexing transaction: what waits for the writing connection meanwhile waits for part of a second.
const (
	indexBatch = 500
	indexBytes = 2 << 20
)

// searchPatience is how long a search helps the index along before it makes do with what is there. Tests have more of it.
var searchPatience = 250 * time.Millisecond

// maxIndexed bounds the text of one message that is indexed.
const maxIndexed = 8 << 20

// maxTexts bounds the texts in memory, in octets.
const maxTexts = 8 << 20

// texts holds waiting texts that are not in the database, so that most need not be read out of their messages again.
type texts struct {
	mu   sync.Mutex
	held map[mail.MessageID]string
	size int
}

// waitingText is the text of a message that has just been stored.
type waitingText struct {
	id   mail.MessageID
	text string
}

func (t *texts) put(list []waitingText) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.held == nil {
		t.held = map[mail.MessageID]string{}
	}
	for _, w := range list {
		if t.size+len(w.text) <= maxTexts {
			t.held[w.id] = w.text
			t.size += len(w.text)
		}
	}
}

func (t *texts) take(id mail.MessageID) (string, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	text, ok := t.held[id]
	if ok {
		delete(t.held, id)
		t.size -= len(text)
	}
	return text, ok
}

// await notes that a message waits for the full-text index.
func (t *tx) await(id mail.MessageID, text string) error {
	column := any(nil)
	if t.s.text == nil {
		column = text
		t.backlog += int64(len(text))
	} else if text != "" {
		t.texts = append(t.texts, waitingText{id, text})
	}
	t.waiting++
	_, err := t.exec("INSERT INTO unindexed(message, text) VALUES (?, ?)", int64(id), column)
	return err
}

// Index takes up to limit waiting messages into the full-text index, in one transaction of bounded size, and returns
// how many are still waiting. What waits is kept in the database, so nothing is forgotten when the program ends.
func (s *Store) Index(ctx context.Context, limit int) (left int, err error) {
	_, err = s.indexSome(ctx, limit)
	return int(s.waiting.Load()), err
}

// indexSome returns how many messages it looked at; 0 means that there is nothing to do.
func (s *Store) indexSome(ctx context.Context, limit int) (done int, err error) {
	const doing = "index messages"
	if s.waiting.Load() == 0 {
		return 0, nil
	}
	select {
	case s.indexing <- struct{}{}:
	case <-ctx.Done():
		return 0, s.fail(doing, ctx.Err())
	}
	defer func() { <-s.indexing }()
	var batch []entry
	err = s.read(ctx, doing, func(tx *sql.Tx) error {
		batch, err = entries(ctx, tx, limit)
		return err
	})
	if err != nil || len(batch) == 0 {
		return 0, err
	}
	// Everything that takes thought happens before the writing connection is asked for.
	for i := range batch {
		if err := s.prepare(ctx, &batch[i]); err != nil {
			return 0, s.fail(doing, err)
		}
	}
	return len(batch), s.write(ctx, doing, func(t *tx) error { return t.index(batch) })
}

// Flush takes all waiting messages into the full-text index. Others may write in between.
func (s *Store) Flush(ctx context.Context) error {
	for {
		if done, err := s.indexSome(ctx, indexBatch); err != nil || done == 0 {
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
		done, err := s.indexSome(limited, 64)
		if err != nil && limited.Err() == nil {
			s.log.Warn("full-text index lags behind", "error", err)
		}
		if err != nil || done == 0 {
			return
		}
	}
}

// entry is a message on its way into the index.
type entry struct {
	id                  mail.MessageID
	subject, sender, to string
	text                sql.NullString
	backlog             int64
	size                int64 // of the message when its text was read
}

// entries reads waiting messages in the order of their ids: FTS5 writes out what it has gathered when an id comes that
// is smaller than the one before.
func entries(ctx context.Context, tx *sql.Tx, limit int) ([]entry, error) {
	rows, err := tx.QueryContext(ctx, `SELECT u.message, m.subject, m.sender, m.recipients, m.copies, m.size, u.text
		FROM unindexed u JOIN message m ON m.id = u.message ORDER BY u.message LIMIT +?`, limit)
	if err != nil {
		return nil, err
	}
	var batch []entry
	var octets int64
	err = eachRow(rows, func(scan func(...any) error) error {
		if octets > indexBytes {
			return errEnough
		}
		var e entry
		var to, copies string
		if err := scan(&e.id, &e.subject, &e.sender, &to, &copies, &e.size, &e.text); err != nil {
			return err
		}
		e.sender, e.to = people(e.sender), people(to, copies)
		e.backlog = int64(len(e.text.String))
		octets += min(e.size, maxIndexed)
		batch = append(batch, e)
		return nil
	})
	return batch, err
}

// prepare finds the text of an entry and splits all of it into words. A message that is deleted meanwhile is no error.
func (s *Store) prepare(ctx context.Context, e *entry) error {
	if text, ok := s.texts.take(e.id); ok {
		e.text.String = text
	} else if !e.text.Valid && s.text != nil {
		raw, err := s.Raw(ctx, e.id)
		switch {
		case errors.Is(err, ErrNoMessage):
			return nil
		case err != nil:
			return err
		}
		e.text.String = s.text(raw)
		if err := raw.Close(); err != nil {
			return err
		}
	}
	if len(e.text.String) > maxIndexed {
		e.text.String = e.text.String[:maxIndexed]
	}
	e.subject, e.sender, e.to, e.text.String = splitWords(e.subject), splitWords(e.sender), splitWords(e.to), splitWords(e.text.String)
	return nil
}

// index takes a batch in. Messages that were deleted or replaced since it was read do not wait any more; those that
// got other octets wait on.
func (t *tx) index(batch []entry) error {
	for _, e := range batch {
		n, err := t.exec("DELETE FROM unindexed WHERE message = +? AND +? = (SELECT size FROM message m WHERE m.id = unindexed.message)", int64(e.id), e.size)
		if err != nil {
			return err
		}
		if n == 0 {
			continue
		}
		_, err = t.exec("INSERT INTO search(rowid, subject, sender, recipients, body) VALUES (?, ?, ?, ?, ?)",
			int64(e.id), e.subject, e.sender, e.to, e.text.String)
		if err != nil {
			return err
		}
		t.waiting--
		t.backlog -= e.backlog
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
