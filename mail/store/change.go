package store

import (
	"context"
	"database/sql"

	"poplar/mail"
)

// held is a message as the changes need to know it.
type held struct {
	id      mail.MessageID
	folder  mail.FolderID
	flags   mail.Flags
	thread  int64
	queued  mail.SendState // its state in the outbox; empty where it is not there
	waiting bool           // for the full-text index
	backlog int64          // octets of its text that wait
	file    sql.NullString // of a large one
}

// held reads the messages of ids that exist, each once.
func (t *tx) held(ids []mail.MessageID) ([]held, error) {
	found := make([]held, 0, len(ids))
	seen := make(map[mail.MessageID]bool, len(ids))
	err := t.each(`SELECT m.id, m.folder, m.flags, m.thread, coalesce(o.state, ''), u.message IS NOT NULL, coalesce(octet_length(u.text), 0), m.file
		FROM json_each(+?) j CROSS JOIN message m ON m.id = j.value
		LEFT JOIN outbox o ON o.message = m.id LEFT JOIN unindexed u ON u.message = m.id`,
		[]any{idList(ids)}, func(scan func(...any) error) error {
			var h held
			if err := scan(&h.id, &h.folder, &h.flags, &h.thread, &h.queued, &h.waiting, &h.backlog, &h.file); err != nil {
				return err
			}
			if !seen[h.id] {
				seen[h.id] = true
				found = append(found, h)
			}
			return nil
		})
	return found, err
}

func unread(f mail.Flags) int {
	if f&mail.Seen == 0 {
		return 1
	}
	return 0
}

// Mark sets and clears flags. Ids of messages that are gone are passed over. The Hub hears Changed for those whose
// flags really changed.
func (s *Store) Mark(ctx context.Context, ids []mail.MessageID, set, clear mail.Flags) error {
	return s.write(ctx, "mark messages", func(t *tx) error { return t.mark(ids, set, clear) })
}

func (t *tx) mark(ids []mail.MessageID, set, clear mail.Flags) error {
	all, err := t.held(ids)
	if err != nil {
		return err
	}
	for _, h := range all {
		if err := t.ctx.Err(); err != nil { // of many: whoever quits does not wait for them
			return err
		}
		flags := h.flags&^clear | set
		if flags == h.flags {
			continue
		}
		p, err := t.folder(h.folder)
		if err != nil {
			return err
		}
		if _, err := t.exec("UPDATE message SET flags = ? WHERE id = +?", int64(flags), int64(h.id)); err != nil {
			return err
		}
		t.count(h.folder, 0, unread(flags)-unread(h.flags))
		t.tell(mail.Changed, p, h.id)
	}
	return nil
}

// Move puts messages into another folder, of whatever account. A waiting message that leaves its Outbox folder
// leaves the queue with it. Ids of messages that are gone are passed over. The error wraps ErrOutbox when the folder
// is an Outbox and ErrInFlight when one of the messages is being sent: then none is moved. The Hub hears Changed with
// the new folder.
func (s *Store) Move(ctx context.Context, ids []mail.MessageID, to mail.FolderID) error {
	return s.write(ctx, "move messages", func(t *tx) error {
		p, err := t.folder(to)
		if err != nil {
			return err
		}
		return t.move(ids, p)
	})
}

func (t *tx) move(ids []mail.MessageID, to place) error {
	all, err := t.held(ids)
	if err != nil {
		return err
	}
	for _, h := range all {
		if err := t.ctx.Err(); err != nil {
			return err
		}
		if h.folder == to.id {
			continue
		}
		switch {
		case to.role == mail.Outbox:
			return ErrOutbox
		case h.queued == mail.InFlight:
			return ErrInFlight
		case h.queued != "":
			if err := t.unqueue(h.id); err != nil {
				return err
			}
		}
		if err := t.place(h, to); err != nil {
			return err
		}
	}
	return nil
}

// place moves one message, whatever its state.
func (t *tx) place(h held, to place) error {
	_, err := t.exec("UPDATE message SET folder = ?, account = ? WHERE id = +?", int64(to.id), to.num, int64(h.id))
	if err != nil {
		return err
	}
	t.count(h.folder, -1, -unread(h.flags))
	t.count(to.id, 1, unread(h.flags))
	t.tell(mail.Changed, to, h.id)
	return nil
}

// Delete removes messages for good; their ledger rows get GoneHere, so that "until deleted here" applies. Messages
// that wait in the outbox leave it. Ids of messages that are gone are passed over. The error wraps ErrInFlight when
// one of them is being sent: then none is deleted.
func (s *Store) Delete(ctx context.Context, ids []mail.MessageID) error {
	return s.write(ctx, "delete messages", func(t *tx) error { return t.remove(ids, removal{byPerson: true}) })
}

// removal says what kind of removal it is.
type removal struct {
	byPerson bool // the ledger rows get GoneHere, and a message in flight is refused
	account  bool // the whole account goes: its counters and events are the caller's
}

func (t *tx) remove(ids []mail.MessageID, how removal) error {
	all, err := t.held(ids)
	if err != nil {
		return err
	}
	threads := map[int64]bool{}
	for _, h := range all {
		if err := t.ctx.Err(); err != nil {
			return err
		}
		if how.byPerson && h.queued == mail.InFlight {
			return ErrInFlight
		}
		if err := t.erase(h, how.byPerson); err != nil {
			return err
		}
		threads[h.thread] = true
		if how.account {
			continue
		}
		p, err := t.folder(h.folder)
		if err != nil {
			return err
		}
		t.count(h.folder, -1, -unread(h.flags))
		t.tell(mail.Removed, p, h.id)
	}
	for thread := range threads {
		if err := t.ctx.Err(); err != nil {
			return err
		}
		if err := t.forgetThread(thread); err != nil {
			return err
		}
	}
	return nil
}

// erase deletes every row of one message.
func (t *tx) erase(h held, goneHere bool) error {
	id := int64(h.id)
	if h.queued != "" {
		if err := t.unqueue(h.id); err != nil {
			return err
		}
	}
	if err := t.unindex(h); err != nil {
		return err
	}
	if _, err := t.exec("UPDATE ledger SET message = NULL, gone_here = max(gone_here, ?) WHERE message = +?", goneHere, id); err != nil {
		return err
	}
	if _, err := t.exec("UPDATE outbox SET answers = NULL WHERE answers = +?", id); err != nil {
		return err
	}
	if err := t.disconnect(h.id); err != nil {
		return err
	}
	t.drop(h.file)
	if _, err := t.exec("DELETE FROM chunk WHERE place BETWEEN ? AND ?", firstPlace(h.id), lastPlace(h.id)); err != nil {
		return err
	}
	_, err := t.exec("DELETE FROM message WHERE id = +?", id)
	return err
}
