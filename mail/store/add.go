package store

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"poplar/mail"
)

// maxBacklog is how many octets of text may wait for the full-text index before Add takes a share in the indexing.
const maxBacklog = 64 << 20

// Add stores a batch of messages in ONE transaction, which is on the disk when Add returns: octets, summary, thread,
// ledger row and counts, all or nothing. It returns their ids in the order of the batch.
//
// Each goes into the account's folder of its Role, or into Summary.Folder where that is set. A message whose ledger
// row says it is here already (same UIDL, same Body digest) is not stored again: its id is the stored one's.
// Full-text search finds a message when Index or Flush has taken it in. The Hub hears Arrived and Counted.
func (s *Store) Add(ctx context.Context, account mail.AccountID, batch []mail.Arrival) ([]mail.MessageID, error) {
	ids := make([]mail.MessageID, len(batch))
	err := s.writeLarge(ctx, "store messages", batch, func(t *tx, batch []mail.Arrival) error {
		num, err := t.account(account)
		if err != nil {
			return err
		}
		roles := map[mail.Role]place{}
		for i := range batch {
			if err := ctx.Err(); err != nil {
				return err
			}
			a := &batch[i]
			to, err := t.destination(num, a, roles)
			if err != nil {
				return err
			}
			if ids[i], err = t.refill(num, a); err != nil {
				return err
			}
			if ids[i] != 0 {
				continue
			}
			if ids[i], err = t.twin(num, a); err != nil {
				return err
			}
			if ids[i] != 0 {
				continue
			}
			if ids[i], err = t.add(to, a); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if s.backlog.Load() > maxBacklog {
		// The messages are safe: should this fail, the index catches up later.
		if _, err := s.Index(ctx, indexBatch); err != nil && ctx.Err() == nil {
			s.log.Warn("full-text index lags behind", "error", err)
		}
	}
	return ids, nil
}

// destination is the folder an arrival goes into.
func (t *tx) destination(num int64, a *mail.Arrival, roles map[mail.Role]place) (place, error) {
	if a.Summary.Folder != 0 {
		p, err := t.folder(a.Summary.Folder)
		switch {
		case err != nil:
			return p, err
		case p.num != num:
			return p, ErrNoFolder
		case p.role == mail.Outbox:
			return p, ErrOutbox
		}
		return p, nil
	}
	r := a.Role
	if r == "" {
		r = mail.Inbox
	}
	if r == mail.Outbox {
		return place{}, ErrOutbox
	}
	if p, ok := roles[r]; ok {
		return p, nil
	}
	p, err := t.role(num, r)
	if err == nil {
		roles[r] = p
	}
	return p, err
}

// twin returns the stored message that an arrival repeats by UIDL and digest, or 0. A server may give a used UIDL to
// another message, so the UIDL alone proves nothing.
func (t *tx) twin(num int64, a *mail.Arrival) (mail.MessageID, error) {
	l := a.Ledger
	if l == nil || l.Body == "" {
		return 0, nil
	}
	var id mail.MessageID
	err := t.row(`SELECT message FROM ledger WHERE account = +? AND uidl = +? AND dup = +? AND state = 'stored'
		AND body = +? AND message IS NOT NULL`, []any{num, []byte(l.UIDL), l.Dup, l.Body}, &id)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return id, err
}

// add stores one message and all that goes with it.
func (t *tx) add(to place, a *mail.Arrival) (mail.MessageID, error) {
	if a.Raw == nil {
		return 0, errors.New("a message without octets cannot be stored")
	}
	m := &a.Summary
	t.last++
	id := mail.MessageID(t.last)
	received := m.Received
	if received.IsZero() {
		received = t.s.now()
	}
	date := m.Date
	if date.IsZero() {
		date = received
	}
	st, err := t.strand(id, a, date.Unix())
	if err != nil {
		return 0, err
	}
	size, file, err := t.putRaw(id, a.Raw)
	if err != nil {
		return 0, err
	}
	uidl := any(nil)
	switch {
	case a.Ledger != nil:
		uidl = []byte(a.Ledger.UIDL)
	case m.UIDL != "":
		uidl = []byte(m.UIDL)
	}
	_, err = t.exec(`INSERT INTO message(id, account, folder, thread, date, received, size, flags, attachments, subject_key,
		loose, message_id, uidl, subject, sender, recipients, copies, snippet, whole, file, sum) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		int64(id), to.num, int64(to.id), st.thread, date.Unix(), unixNano(received), size, int64(m.Flags), m.Attachments, st.key,
		st.loose, strings.TrimSpace(m.MessageID), uidl, m.Subject, formatAddresses(m.From), formatAddresses(m.To), formatAddresses(m.Cc), m.Snippet, m.Whole, file, sumOf(a, file))
	if err != nil {
		return 0, err
	}
	if err := t.connect(id, to, a, date); err != nil {
		return 0, err
	}
	if err := t.await(id, a.IndexText); err != nil {
		return 0, err
	}
	if a.Ledger != nil {
		l := *a.Ledger
		l.Message = id
		if l.State == "" {
			l.State = mail.Stored
		}
		if err := t.putLedger(to.num, l); err != nil {
			return 0, err
		}
		if err := t.fulfil(to.num, l); err != nil {
			return 0, err
		}
	}
	t.count(to.id, 1, unread(m.Flags))
	t.tell(mail.Arrived, to, id)
	return id, nil
}

// Replace stores a in the place of message id, in one transaction: same folder, its flags kept and a's added, its
// ledger row (unless a brings one) and what answers it pointing to the new message. It returns the new id; the old
// one is gone for good. The error wraps ErrQueued for a message in the outbox. The Hub hears Removed and Arrived.
func (s *Store) Replace(ctx context.Context, id mail.MessageID, a mail.Arrival) (mail.MessageID, error) {
	var now mail.MessageID
	err := s.writeLarge(ctx, "save the message", []mail.Arrival{a}, func(t *tx, batch []mail.Arrival) error {
		a := batch[0]
		all, err := t.held([]mail.MessageID{id})
		if err != nil {
			return err
		}
		if len(all) == 0 {
			return ErrNoMessage
		}
		h := all[0]
		if h.queued != "" {
			return ErrQueued
		}
		to, err := t.folder(h.folder)
		if err != nil {
			return err
		}
		a.Summary.Flags |= h.flags
		if a.Summary.UIDL == "" {
			var uidl []byte
			if err := t.row("SELECT uidl FROM message WHERE id = +?", []any{int64(id)}, &uidl); err != nil {
				return err
			}
			a.Summary.UIDL = string(uidl)
		}
		if now, err = t.add(to, &a); err != nil {
			return err
		}
		for _, query := range []string{
			"UPDATE ledger SET message = ? WHERE message = +?",
			"UPDATE outbox SET answers = ? WHERE answers = +?",
		} {
			if _, err := t.exec(query, int64(now), int64(id)); err != nil {
				return err
			}
		}
		return t.remove([]mail.MessageID{id}, removal{})
	})
	return now, err
}
