package engine

import (
	"context"
	"io"
	"time"

	"poplar/mail"
	"poplar/mail/compose"
	"poplar/mail/message"
)

// receiptKey is where the store remembers that the person has decided about a message's wish for a receipt. It goes by
// the Message-ID, so that the same message in two mailboxes is asked about once.
func receiptKey(messageID string) string { return "receipt " + messageID }

// ReceiptAsked says who wants to be told that a message was read. It is empty where nobody does, for mail in Junk, Sent,
// Drafts and the outbox, and once the person has decided.
func (e *Engine) ReceiptAsked(ctx context.Context, id mail.MessageID) (mail.ReceiptAsk, error) {
	ask, _, _, err := e.receipt(ctx, id)
	return ask, err
}

// receipt is ReceiptAsked, with the message and its account.
func (e *Engine) receipt(ctx context.Context, id mail.MessageID) (mail.ReceiptAsk, *mail.Message, mail.Account, error) {
	none := func(err error) (mail.ReceiptAsk, *mail.Message, mail.Account, error) {
		return mail.ReceiptAsk{}, nil, mail.Account{}, err
	}
	s, err := e.store.Summary(ctx, id)
	if err != nil {
		return none(err)
	}
	acc, err := e.find(s.Account)
	if err != nil {
		return none(nil) // of an account that is gone, nobody can answer
	}
	folders, err := e.store.Folders(ctx)
	if err != nil {
		return none(err)
	}
	for _, f := range folders {
		if f.ID == s.Folder && (f.Role == mail.Junk || f.Role == mail.Sent || f.Role == mail.Drafts || f.Role == mail.Outbox || f.Role == mail.Trash) {
			return none(nil)
		}
	}
	if known, err := e.store.Memory(ctx, receiptKey(s.MessageID)); err != nil || known != nil {
		return none(err)
	}
	raw, err := e.store.Raw(ctx, id)
	if err != nil {
		return none(err)
	}
	defer raw.Close() //nolint:errcheck // nothing was written
	m, err := message.Head(raw)
	if m == nil {
		return none(err)
	}
	self := []string{}
	for _, other := range e.all(nil) {
		self = append(self, other.get().Address)
	}
	return compose.AskedReceipt(m, self), m, acc.get(), nil
}

// AnswerReceipt sends the receipt that a message's sender asks for, or with send false does not; either way it is not
// asked again. The receipt goes through the outbox with the null reverse-path, so that no report comes of it.
func (e *Engine) AnswerReceipt(ctx context.Context, id mail.MessageID, send bool) error {
	ask, m, a, err := e.receipt(ctx, id)
	if err != nil || len(ask.To) == 0 {
		return err
	}
	if send {
		now, from := e.stamp(a), compose.IdentityFor(a, m).From()
		r := compose.Receipt{
			From: from, To: ask.To, MessageID: compose.NewMessageID(from.Addr), Date: now, Lang: e.o.Language(),
			OfSubject: m.Subject, OfMessageID: m.MessageID, OfDate: m.Date, OfRecipient: compose.OriginalRecipient(m),
		}
		raw, err := e.spooled(func(w io.Writer) error { return compose.BuildReceipt(w, r) })
		if err != nil {
			return err
		}
		defer raw.Close() //nolint:errcheck // the store has its own copy
		to := make([]string, len(ask.To))
		for i, t := range ask.To {
			to[i] = t.Addr
		}
		arrival := e.own(a, raw)
		if _, err := e.enqueue(ctx, mail.OutboxItem{Account: a.ID, Subject: arrival.Summary.Subject, Due: now}, to, arrival, 0); err != nil {
			return err
		}
	}
	return e.store.Remember(ctx, receiptKey(m.MessageID), []byte(e.o.Now().UTC().Format(time.RFC3339)))
}
