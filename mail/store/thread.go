package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"time"

	"poplar/mail"
)

// maxMentions bounds how many Message-IDs of one message count: the first, where the thread began, and the last ones.
const maxMentions = 100

// subjectWindow is how far apart two messages may lie that only their subject ties together.
const subjectWindow = 30 * 24 * time.Hour

// clockGrace is how far the clocks of two correspondents may be apart.
const clockGrace = time.Hour

// subjectCandidates bounds how many messages of the same subject are looked at.
const subjectCandidates = 20

// strand is where a message belongs among the others.
type strand struct {
	thread int64
	key    any // subject_key; nil where the subject means nothing
	loose  bool
}

// mentionKey is a Message-ID as the mention table knows it.
func mentionKey(id string) int64 {
	sum := sha256.Sum256([]byte(id))
	return int64(binary.BigEndian.Uint64(sum[:8]))
}

// mentions returns the keys of the Message-IDs a has, answers and refers to, each once.
func mentions(a *mail.Arrival) []int64 {
	var keys []int64
	add := func(id string) {
		if id = strings.TrimSpace(id); id == "" || len(keys) == maxMentions {
			return
		}
		if k := mentionKey(id); !slices.Contains(keys, k) {
			keys = append(keys, k)
		}
	}
	add(a.Summary.MessageID)
	for i, id := range a.InReplyTo {
		if i < 10 {
			add(id)
		}
	}
	if len(a.References) > 0 {
		add(a.References[0])
		for i := len(a.References) - 1; i > 0; i-- {
			add(a.References[i])
		}
	}
	return keys
}

// strand finds the thread of a message that is about to get the given id, and joins the threads it shows to be one:
// those of any Message-ID it mentions, and, for a reply that mentions none, that of its subject.
func (t *tx) strand(id mail.MessageID, a *mail.Arrival, date int64) (strand, error) {
	keys := mentions(a)
	var roots []int64
	var fresh []int64
	for _, k := range keys {
		var root int64
		err := t.row("SELECT thread FROM mention WHERE hash = +?", []any{k}, &root)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			fresh = append(fresh, k)
		case err != nil:
			return strand{}, err
		case !slices.Contains(roots, root):
			roots = append(roots, root)
		}
	}
	plain, reply := plainSubject(a.Summary.Subject)
	st := strand{loose: reply && len(a.InReplyTo) == 0 && len(a.References) == 0}
	if telling(plain) {
		key := mentionKey(plain)
		st.key = key
		more, err := t.sameSubject(key, a, date, st.loose)
		if err != nil {
			return strand{}, err
		}
		for _, r := range more {
			if !slices.Contains(roots, r) {
				roots = append(roots, r)
			}
		}
	}
	if len(roots) == 0 {
		roots = []int64{int64(id)}
	}
	st.thread = slices.Min(roots)
	for _, r := range roots {
		if r == st.thread {
			continue
		}
		if err := t.joinThreads(r, st.thread); err != nil {
			return strand{}, err
		}
	}
	for _, k := range fresh {
		if _, err := t.exec("INSERT INTO mention(hash, thread) VALUES (?, ?)", k, st.thread); err != nil {
			return strand{}, err
		}
	}
	return st, nil
}

// written is a message as the search by subject sees it.
type written struct {
	thread   int64
	date     int64
	from, to map[string]bool
}

// sameSubject finds the threads that only their subject ties to a message: for a loose reply that of the message it
// most likely answers, and for any message those of loose replies that came in before it.
func (t *tx) sameSubject(key int64, a *mail.Arrival, date int64, loose bool) ([]int64, error) {
	me := written{date: date, from: parties(a.Summary.From), to: parties(a.Summary.To, a.Summary.Cc)}
	var found []int64
	if loose {
		before, ok, err := t.answered(key, me)
		if err != nil {
			return nil, err
		}
		if ok {
			found = append(found, before.thread)
		}
	}
	after, err := t.written(ofSubject+"BETWEEN +? AND +? ORDER BY date LIMIT +?", key, 1,
		date-int64(clockGrace/time.Second), date+int64(subjectWindow/time.Second), subjectCandidates)
	if err != nil {
		return nil, err
	}
	for _, w := range after {
		if !talk(me, w) {
			continue
		}
		// There may be a message that it answers more likely than this one.
		nearer, ok, err := t.answered(key, w)
		if err != nil {
			return nil, err
		}
		if !ok || nearer.date <= date {
			found = append(found, w.thread)
		}
	}
	return found, nil
}

// ofSubject selects messages of a subject, loose replies or others, by a condition on their date.
const ofSubject = `SELECT thread, date, sender, recipients, copies FROM message INDEXED BY message_subject
	WHERE subject_key = +? AND loose = +? AND date `

// answered finds the message a loose reply most likely answers: the last one before it, of the same subject, between
// the same people.
func (t *tx) answered(key int64, reply written) (last written, ok bool, err error) {
	for loose := range 2 {
		before, err := t.written(ofSubject+"BETWEEN +? AND +? ORDER BY date DESC LIMIT +?", key, loose,
			reply.date-int64(subjectWindow/time.Second), reply.date+int64(clockGrace/time.Second), subjectCandidates)
		if err != nil {
			return last, false, err
		}
		for _, w := range before {
			if talk(reply, w) {
				if !ok || w.date > last.date {
					last, ok = w, true
				}
				break
			}
		}
	}
	return last, ok, nil
}

func (t *tx) written(query string, args ...any) ([]written, error) {
	var all []written
	err := t.each(query, args, func(scan func(...any) error) error {
		var w written
		var sender, recipients, copies string
		err := scan(&w.thread, &w.date, &sender, &recipients, &copies)
		w.from, w.to = parties(parseAddresses(sender)), parties(parseAddresses(recipients), parseAddresses(copies))
		all = append(all, w)
		return err
	})
	return all, err
}

// parties are the addr-specs of lists, in lower case.
func parties(lists ...[]mail.Address) map[string]bool {
	set := map[string]bool{}
	for _, l := range lists {
		for _, a := range l {
			set[strings.ToLower(a.Addr)] = true
		}
	}
	delete(set, "")
	return set
}

// talk reports whether two messages pass between the same people: each was sent to the writer of the other.
func talk(a, b written) bool { return meet(a.from, b.to) && meet(b.from, a.to) }

func meet(a, b map[string]bool) bool {
	for k := range a {
		if b[k] {
			return true
		}
	}
	return false
}

// joinThreads makes thread old a part of thread now.
func (t *tx) joinThreads(old, now int64) error {
	if _, err := t.exec("UPDATE mention SET thread = ? WHERE thread = +?", now, old); err != nil {
		return err
	}
	var moved []held
	err := t.each("SELECT id, folder FROM message WHERE thread = +?", []any{old}, func(scan func(...any) error) error {
		var h held
		err := scan(&h.id, &h.folder)
		moved = append(moved, h)
		return err
	})
	if err != nil || len(moved) == 0 {
		return err
	}
	if _, err := t.exec("UPDATE message SET thread = ? WHERE thread = +?", now, old); err != nil {
		return err
	}
	for _, h := range moved {
		p, err := t.folder(h.folder)
		if err != nil {
			return err
		}
		t.tell(mail.Changed, p, h.id)
	}
	return nil
}

// forgetThread drops what is known of a thread without messages.
func (t *tx) forgetThread(thread int64) error {
	_, err := t.exec("DELETE FROM mention WHERE thread = +?1 AND NOT EXISTS (SELECT 1 FROM message WHERE thread = +?1)", thread)
	return err
}

// Find returns the messages that bear a Message-ID (without brackets), oldest arrival first. An empty account means any.
func (s *Store) Find(ctx context.Context, account mail.AccountID, messageID string) ([]mail.MessageID, error) {
	return s.matching(ctx, `SELECT m.id FROM mention n CROSS JOIN message m ON m.thread = n.thread
		JOIN account a ON a.num = m.account
		WHERE n.hash = +?1 AND m.message_id = +?2 AND (?3 = '' OR a.id = +?3) ORDER BY m.id`,
		mentionKey(messageID), messageID, string(account))
}

// Like returns an account's messages of a date and a size in octets: what a message without a Message-ID may be a copy
// of.
func (s *Store) Like(ctx context.Context, account mail.AccountID, date time.Time, size int64) ([]mail.MessageID, error) {
	return s.matching(ctx, `SELECT m.id FROM account a JOIN message m ON m.account = a.num
		WHERE a.id = +?1 AND m.date = +?2 AND m.size = +?3 ORDER BY m.id`, string(account), date.Unix(), size)
}

// matching returns the messages whose ids a query yields.
func (s *Store) matching(ctx context.Context, query string, args ...any) ([]mail.MessageID, error) {
	var ids []mail.MessageID
	err := s.read(ctx, "find a message", func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, query, args...)
		if err != nil {
			return err
		}
		return eachRow(rows, func(scan func(...any) error) error {
			var id mail.MessageID
			err := scan(&id)
			ids = append(ids, id)
			return err
		})
	})
	return ids, err
}
