package store

import (
	"errors"

	"poplar/mail"
)

// refill puts the octets of an arrival into the place of the message that its ledger row names: of that one only the
// first lines were here, or the person wants it anew. Id, folder, thread, flags and time of arrival stay. It returns 0
// where the row names none, or one that is gone. The Hub hears Changed.
func (t *tx) refill(num int64, a *mail.Arrival) (mail.MessageID, error) {
	if a.Ledger == nil || a.Ledger.Message == 0 {
		return 0, nil
	}
	if a.Raw == nil {
		return 0, errors.New("a message without octets cannot be stored")
	}
	all, err := t.held([]mail.MessageID{a.Ledger.Message})
	if err != nil || len(all) == 0 {
		return 0, err
	}
	h, m := all[0], &a.Summary
	p, err := t.folder(h.folder)
	if err != nil {
		return 0, err
	}
	id := int64(h.id)
	if _, err := t.exec("DELETE FROM chunk WHERE place BETWEEN ? AND ?", firstPlace(h.id), lastPlace(h.id)); err != nil {
		return 0, err
	}
	t.drop(h.file)
	size, file, err := t.putRaw(h.id, a.Raw)
	if err != nil {
		return 0, err
	}
	_, err = t.exec(`UPDATE message SET size = ?, attachments = ?, message_id = ?, subject = ?, sender = ?, recipients = ?, copies = ?,
		snippet = ?, whole = ?, file = ?, sum = ?, signatures = NULL WHERE id = +?`, size, m.Attachments, m.MessageID, m.Subject, formatAddresses(m.From), formatAddresses(m.To),
		formatAddresses(m.Cc), m.Snippet, m.Whole, file, sumOf(a, file), id)
	if err != nil {
		return 0, err
	}
	if err := t.reconnect(h.id, p, a); err != nil {
		return 0, err
	}
	if err := t.unindex(h); err != nil {
		return 0, err
	}
	if err := t.await(h.id, a.IndexText); err != nil {
		return 0, err
	}
	l := *a.Ledger
	if err := t.putLedger(num, l); err != nil {
		return 0, err
	}
	if err := t.fulfil(num, l); err != nil {
		return 0, err
	}
	t.tell(mail.Changed, p, h.id)
	return h.id, nil
}

// unindex takes a message out of the full-text index, or off those that wait for it.
func (t *tx) unindex(h held) error {
	if !h.waiting {
		_, err := t.exec("DELETE FROM search WHERE rowid = +?", int64(h.id))
		return err
	}
	t.waiting--
	t.backlog -= h.backlog
	t.s.texts.take(h.id)
	_, err := t.exec("DELETE FROM unindexed WHERE message = +?", int64(h.id))
	return err
}

// fulfil takes the wish off a message that the person wanted fetched, now that it is here.
func (t *tx) fulfil(num int64, l mail.LedgerRow) error {
	if l.Wish != mail.WishFetch || l.Partial {
		return nil
	}
	_, err := t.exec("UPDATE ledger SET wish = '' WHERE account = +? AND uidl = +? AND dup = +? AND wish = 'fetch'", num, []byte(l.UIDL), l.Dup)
	return err
}
