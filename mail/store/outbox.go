package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"poplar/mail"
)

// Enqueue puts a message that is to be sent into its account's Outbox folder together with its row in the outbox, and
// removes the draft it was made from (0: none), in one transaction. o.ID is ignored. The Hub hears Arrived, and
// Removed for the draft.
func (s *Store) Enqueue(ctx context.Context, o mail.OutboxItem, a mail.Arrival, draft mail.MessageID) (mail.MessageID, error) {
	var id mail.MessageID
	err := s.writeLarge(ctx, "put the message into the outbox", []mail.Arrival{a}, func(t *tx, batch []mail.Arrival) error {
		a := batch[0]
		num, err := t.account(o.Account)
		if err != nil {
			return err
		}
		to, err := t.role(num, mail.Outbox)
		if err != nil {
			return err
		}
		if id, err = t.add(to, &a); err != nil {
			return err
		}
		o.ID = id
		if o.State == "" {
			o.State = mail.Queued
		}
		if o.Subject == "" {
			o.Subject = a.Summary.Subject
		}
		if _, err := t.exec(`INSERT INTO outbox(message, account, sender, subject, state, tries, mark)
			VALUES (?, ?, ?, ?, 'queued', 0, 0)`, int64(id), num, o.From, o.Subject); err != nil {
			return err
		}
		if err := t.putOutbox(o); err != nil {
			return err
		}
		if draft == 0 {
			return nil
		}
		return t.remove([]mail.MessageID{draft}, removal{byPerson: true})
	})
	return id, err
}

// PutOutbox writes how an outgoing message stands: everything but ID, Account, Author and Size. The error wraps ErrNoMessage
// when it is not in the outbox any more.
func (s *Store) PutOutbox(ctx context.Context, o mail.OutboxItem) error {
	return s.write(ctx, "write down how the message stands", func(t *tx) error { return t.putOutbox(o) })
}

func (t *tx) putOutbox(o mail.OutboxItem) error {
	problem, err := formatProblem(o.Problem)
	if err != nil {
		return err
	}
	answers := any(nil)
	if o.Answers != 0 {
		answers = int64(o.Answers)
	}
	notices, err := json.Marshal(o.Notices)
	if err != nil {
		return err
	}
	n, err := t.exec(`UPDATE outbox SET sender = ?, subject = ?, state = ?, due = ?, tries = ?, first_try = ?, problem = ?,
		answers = (SELECT id FROM message WHERE id = +?), mark = ?, held = ?, copy = ?, notices = ? WHERE message = +?`,
		o.From, o.Subject, string(o.State), unixNano(o.Due), o.Tries, unixNano(o.FirstTry), problem, answers, int64(o.Mark), o.Held,
		int64(o.Copy), string(notices), int64(o.ID))
	if err != nil {
		return err
	}
	if n == 0 {
		return ErrNoMessage
	}
	if _, err := t.exec("DELETE FROM recipient WHERE message = +?", int64(o.ID)); err != nil {
		return err
	}
	for i, r := range o.Recipients {
		state := r.State
		if state == "" {
			state = mail.Queued
		}
		_, err := t.exec("INSERT INTO recipient(message, seq, addr, state, code, status, said) VALUES (?, ?, ?, ?, ?, ?, ?)",
			int64(o.ID), i, r.Addr, string(state), r.Code, r.Status, r.Said)
		if err != nil {
			return err
		}
	}
	return nil
}

// Outbox returns every message that is not sent yet, oldest first.
func (s *Store) Outbox(ctx context.Context) ([]mail.OutboxItem, error) {
	var items []mail.OutboxItem
	err := s.read(ctx, "read the outbox", func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT o.message, a.id, o.sender, o.subject, o.state, o.due, o.tries, o.first_try, o.problem,
			coalesce(o.answers, 0), o.mark, m.size, m.sender, o.held, o.copy, o.notices FROM outbox o JOIN account a ON a.num = o.account JOIN message m ON m.id = o.message
			ORDER BY o.message`)
		if err != nil {
			return err
		}
		err = eachRow(rows, func(scan func(...any) error) error {
			var o mail.OutboxItem
			var due, first sql.NullInt64
			var problem sql.NullString
			var notices, author string
			err := scan(&o.ID, &o.Account, &o.From, &o.Subject, &o.State, &due, &o.Tries, &first, &problem, &o.Answers, &o.Mark, &o.Size,
				&author, &o.Held, &o.Copy, &notices)
			if err == nil {
				err = json.Unmarshal([]byte(notices), &o.Notices)
			}
			if from := parseAddresses(author); len(from) > 0 {
				o.Author = from[0].Addr
			}
			o.Due, o.FirstTry, o.Problem = fromNano(due), fromNano(first), parseProblem(problem)
			items = append(items, o)
			return err
		})
		if err != nil || len(items) == 0 {
			return err
		}
		at := make(map[mail.MessageID]*mail.OutboxItem, len(items))
		for i := range items {
			at[items[i].ID] = &items[i]
		}
		rows, err = tx.QueryContext(ctx, "SELECT message, addr, state, code, status, said FROM recipient ORDER BY message, seq")
		if err != nil {
			return err
		}
		return eachRow(rows, func(scan func(...any) error) error {
			var id mail.MessageID
			var r mail.Recipient
			if err := scan(&id, &r.Addr, &r.State, &r.Code, &r.Status, &r.Said); err != nil {
				return err
			}
			if o := at[id]; o != nil {
				o.Recipients = append(o.Recipients, r)
			}
			return nil
		})
	})
	return items, err
}

// Sent is the end of a submission, in one transaction: the message goes to the folder its row names for the copy, or
// to its account's Sent folder, read; its row leaves the outbox, what the server said of each of o.Recipients is kept
// (see Fates), and the message the row says it answers is marked. The error wraps ErrNoMessage when it is not in the
// outbox. The Hub hears Changed.
func (s *Store) Sent(ctx context.Context, o mail.OutboxItem) error {
	return s.write(ctx, "move the message to Sent", func(t *tx) error {
		all, err := t.held([]mail.MessageID{o.ID})
		if err != nil {
			return err
		}
		if len(all) == 0 || all[0].queued == "" {
			return ErrNoMessage
		}
		var num int64
		var answers mail.MessageID
		var mark mail.Flags
		var copyTo mail.FolderID
		err = t.row("SELECT account, coalesce(answers, 0), mark, copy FROM outbox WHERE message = +?", []any{int64(o.ID)}, &num, &answers, &mark, &copyTo)
		if err != nil {
			return err
		}
		to, err := t.copyFolder(num, copyTo)
		if err != nil {
			return err
		}
		if err := t.settleFates(o); err != nil {
			return err
		}
		if err := t.unqueue(o.ID); err != nil {
			return err
		}
		if err := t.place(all[0], to); err != nil {
			return err
		}
		if err := t.mark([]mail.MessageID{o.ID}, mail.Seen, 0); err != nil {
			return err
		}
		return t.mark([]mail.MessageID{answers}, mark, 0)
	})
}

// copyFolder is where the copy of a sent message goes. A folder that is gone, or is no place for it, gives way to Sent.
func (t *tx) copyFolder(num int64, chosen mail.FolderID) (place, error) {
	if chosen != 0 {
		p, err := t.folder(chosen)
		if err == nil && p.role != mail.Outbox && p.role != mail.Drafts {
			return p, nil
		}
		if err != nil && !errors.Is(err, ErrNoFolder) {
			return place{}, err
		}
	}
	return t.role(num, mail.Sent)
}

// Unqueue takes a waiting message back: its row leaves the outbox and the message goes to Drafts. The error wraps
// ErrInFlight while it is being sent and ErrNoMessage when it is not in the outbox. The Hub hears Changed.
func (s *Store) Unqueue(ctx context.Context, id mail.MessageID) error {
	return s.write(ctx, "take the message back", func(t *tx) error {
		drafts, err := t.draftsOf(id)
		if err != nil {
			return err
		}
		return t.move([]mail.MessageID{id}, drafts)
	})
}

// TakeBack puts a draft into Drafts in the place of a message that waits in the outbox, in one transaction, and returns the
// draft's id. The error wraps ErrInFlight while the message is being sent and ErrNoMessage when it is not in the outbox.
// The Hub hears Removed and Arrived.
func (s *Store) TakeBack(ctx context.Context, id mail.MessageID, draft mail.Arrival) (mail.MessageID, error) {
	var now mail.MessageID
	err := s.writeLarge(ctx, "take the message back", []mail.Arrival{draft}, func(t *tx, batch []mail.Arrival) error {
		draft := batch[0]
		drafts, err := t.draftsOf(id)
		if err != nil {
			return err
		}
		if now, err = t.add(drafts, &draft); err != nil {
			return err
		}
		return t.remove([]mail.MessageID{id}, removal{byPerson: true})
	})
	return now, err
}

// draftsOf finds where a message that waits in the outbox goes when it is taken back. The error is ErrNoMessage when it is not
// there.
func (t *tx) draftsOf(id mail.MessageID) (place, error) {
	all, err := t.held([]mail.MessageID{id})
	if err != nil {
		return place{}, err
	}
	if len(all) == 0 || all[0].queued == "" {
		return place{}, ErrNoMessage
	}
	p, err := t.folder(all[0].folder)
	if err != nil {
		return place{}, err
	}
	return t.role(p.num, mail.Drafts)
}

// unqueue drops a message's row in the outbox.
func (t *tx) unqueue(id mail.MessageID) error {
	if _, err := t.exec("DELETE FROM recipient WHERE message = +?", int64(id)); err != nil {
		return err
	}
	_, err := t.exec("DELETE FROM outbox WHERE message = +?", int64(id))
	return err
}

// problemColumn is a Problem as the outbox keeps it.
type problemColumn struct {
	Kind  mail.Kind         `json:"kind"`
	Where string            `json:"where,omitempty"`
	Doing string            `json:"doing,omitempty"`
	Said  string            `json:"said,omitempty"`
	Again time.Duration     `json:"again,omitempty"`
	Cert  *mail.Certificate `json:"certificate,omitempty"`
	Err   string            `json:"error,omitempty"`
}

func formatProblem(p *mail.Problem) (any, error) {
	if p == nil {
		return nil, nil
	}
	c := problemColumn{Kind: p.Kind, Where: p.Where, Doing: p.Doing, Said: p.Said, Again: p.Again, Cert: p.Certificate}
	if p.Err != nil {
		c.Err = p.Err.Error()
	}
	b, err := json.Marshal(c)
	if err != nil {
		return nil, fmt.Errorf("write down the problem: %w", err)
	}
	return string(b), nil
}

func parseProblem(s sql.NullString) *mail.Problem {
	if !s.Valid {
		return nil
	}
	var c problemColumn
	if err := json.Unmarshal([]byte(s.String), &c); err != nil {
		return &mail.Problem{Kind: mail.Unknown, Err: err}
	}
	p := &mail.Problem{Kind: c.Kind, Where: c.Where, Doing: c.Doing, Said: c.Said, Again: c.Again, Certificate: c.Cert}
	if c.Err != "" {
		p.Err = errors.New(c.Err)
	}
	return p
}
