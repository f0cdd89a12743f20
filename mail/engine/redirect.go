package engine

import (
	"context"
	"io"
	"strconv"
	"strings"
	"time"

	"poplar/mail"
	"poplar/mail/compose"
	"poplar/mail/message"
)

// outgoing is the account whose server sends o, as it sends: its own, the one that the identity it is written under goes
// through, or its own with the identity's server in the place of its own. What has the null reverse-path, as a read receipt
// has, goes by the one in its header.
func (e *Engine) outgoing(o mail.OutboxItem) (*account, mail.Account, error) {
	acc, err := e.find(o.Account)
	if err != nil {
		return nil, mail.Account{}, err
	}
	a := acc.get()
	under := o.From
	if under == "" {
		under = o.Author
	}
	for _, i := range a.Identities {
		if !strings.EqualFold(i.Address, under) || i.Own == nil && i.Via == "" {
			continue
		}
		if i.Own != nil {
			return acc, a.Through(i), nil
		}
		if via, err := e.find(i.Via); err == nil {
			return via, via.get(), nil
		}
	}
	return acc, a, nil
}

// Redirect passes a message on to others as it is, in the name of the account it came to. It leaves after the undo time.
func (e *Engine) Redirect(ctx context.Context, id mail.MessageID, to []mail.Address) (mail.MessageID, error) {
	if len(to) == 0 {
		return 0, ErrNoRecipient
	}
	s, err := e.store.Summary(ctx, id)
	if err != nil {
		return 0, err
	}
	acc, err := e.find(s.Account)
	if err != nil {
		return 0, err
	}
	src, err := e.store.Raw(ctx, id)
	if err != nil {
		return 0, err
	}
	defer src.Close() //nolint:errcheck // nothing was written
	a := acc.get()
	m, err := message.Head(src)
	if m == nil {
		return 0, err
	}
	from := compose.IdentityFor(a, m).From()
	now := e.stamp(a)
	raw, err := e.spooled(func(w io.Writer) error { return compose.Redirect(src, w, from, to, now) })
	if err != nil {
		return 0, err
	}
	defer raw.Close() //nolint:errcheck // the store has its own copy
	item := mail.OutboxItem{
		Account: a.ID, From: from.Addr, Subject: s.Subject, Due: now.Add(e.o.Undo()), Answers: id, Mark: mail.Forwarded, Copy: a.SentFolder,
	}
	return e.enqueue(ctx, item, compose.Recipients(mail.Draft{To: to}), e.own(a, raw), 0)
}

// stamp is the time as it is written into what a sends: in world time if the person does not want to tell where they are.
func (e *Engine) stamp(a mail.Account) time.Time {
	if a.DateUTC {
		return e.o.Now().UTC()
	}
	return e.o.Now()
}

// AttachMessage is a stored message as an attachment of another.
func (e *Engine) AttachMessage(ctx context.Context, id mail.MessageID) (mail.Attachment, error) {
	raw, err := e.store.Raw(ctx, id)
	if err != nil {
		return mail.Attachment{}, err
	}
	defer raw.Close() //nolint:errcheck // nothing was written
	m, err := message.Head(raw)
	if m == nil {
		return mail.Attachment{}, err
	}
	k := keeper{dir: e.attachDir()}
	return compose.AttachMessage(m, raw, k.keep)
}

// MailingList is what a message says of the mailing list it came by.
func (e *Engine) MailingList(m *mail.Message) mail.MailingList { return compose.ListOf(m) }

// limitKey is where the store remembers the largest message that an outgoing server takes.
func limitKey(server string) string { return "smtp-size/" + server }

// learnLimit remembers what a server says of the largest message it takes; 0 is nothing.
func (e *Engine) learnLimit(ctx context.Context, server string, size int64) {
	was, err := e.store.Memory(ctx, limitKey(server))
	now := []byte(strconv.FormatInt(size, 10))
	if err == nil && (string(was) == string(now) || was == nil && size == 0) {
		return
	}
	if err := e.store.Remember(ctx, limitKey(server), now); err != nil {
		e.log.Warn("a server's limit cannot be remembered", "error", err)
	}
}

// SizeLimit is the largest message that the server takes which sends for an address of an account, as it said last; 0
// where it never said.
func (e *Engine) SizeLimit(ctx context.Context, id mail.AccountID, from string) (int64, error) {
	_, a, err := e.outgoing(mail.OutboxItem{Account: id, From: from})
	if err != nil {
		return 0, err
	}
	said, err := e.store.Memory(ctx, limitKey(serverKey(a)))
	if err != nil || said == nil {
		return 0, err
	}
	n, err := strconv.ParseInt(string(said), 10, 64)
	if err != nil {
		return 0, nil //nolint:nilerr // not a number: as if it had never said
	}
	return n, nil
}
