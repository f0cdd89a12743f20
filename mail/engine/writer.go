package engine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"poplar/mail"
	"poplar/mail/compose"
	"poplar/mail/delivery"
	"poplar/mail/message"
	"poplar/mail/outbox"
)

// ErrNoRecipient is returned for a message that goes to nobody.
var ErrNoRecipient = errors.New("the message has no recipient")

// NewDraft returns an empty draft of an account, with its signature.
func (e *Engine) NewDraft(_ context.Context, id mail.AccountID) (mail.Draft, error) {
	acc, err := e.find(id)
	if err != nil {
		return mail.Draft{}, err
	}
	return compose.New(acc.get()), nil
}

// Answer returns a draft that answers or forwards a message, from the account the message came to.
func (e *Engine) Answer(ctx context.Context, id mail.MessageID, mode mail.ReplyMode) (mail.Draft, error) {
	s, err := e.store.Summary(ctx, id)
	if err != nil {
		return mail.Draft{}, err
	}
	acc, err := e.find(s.Account)
	if err != nil {
		return mail.Draft{}, err
	}
	raw, err := e.store.Raw(ctx, id)
	if err != nil {
		return mail.Draft{}, err
	}
	defer raw.Close() //nolint:errcheck // nothing was written
	m, err := message.Open(raw)
	if m == nil {
		return mail.Draft{}, err
	}
	var self []string
	for _, other := range e.all(nil) {
		self = append(self, other.get().Addresses()...)
	}
	if mode == mail.EditAsNew && compose.IsDraft(m) {
		// What lies elsewhere may have been imported, and its fields could name files of this computer.
		if drafts, err := e.store.RoleFolder(ctx, s.Account, mail.Drafts); err == nil && s.Folder == drafts {
			return e.again(ctx, id)
		}
	}
	a := acc.get()
	k := keeper{dir: e.attachDir()}
	d := compose.Answer(a.As(compose.IdentityFor(a, m)), m, raw, mode, self, e.o.Language(), k.keep)
	if d.Mark != 0 {
		d.Answers = id
	}
	return d, k.err
}

// OpenDraft returns a stored draft for writing on. What a server delivered is no draft of ours, wherever it lies: its
// fields could name files of this computer.
func (e *Engine) OpenDraft(ctx context.Context, id mail.MessageID) (mail.Draft, error) {
	s, err := e.store.Summary(ctx, id)
	if err != nil {
		return mail.Draft{}, err
	}
	if s.UIDL != "" {
		return mail.Draft{}, fmt.Errorf("message %d is no draft of this computer", id)
	}
	raw, err := e.store.Raw(ctx, id)
	if err != nil {
		return mail.Draft{}, err
	}
	defer raw.Close() //nolint:errcheck // nothing was written
	k := keeper{dir: e.attachDir()}
	d, err := compose.ParseDraft(raw, k.keep)
	if err = errors.Join(k.err, err); err != nil {
		return mail.Draft{}, err
	}
	d.ID, d.Account = id, s.Account
	return d, e.setAside(&d)
}

// again is another draft with everything that is in a stored one, the files that it names too, and nothing that ties it to
// what the first answers.
func (e *Engine) again(ctx context.Context, id mail.MessageID) (mail.Draft, error) {
	d, err := e.OpenDraft(ctx, id)
	d.ID, d.MessageID, d.Date, d.SendAt = 0, "", time.Time{}, time.Time{}
	d.InReplyTo, d.References, d.Answers, d.Mark = "", nil, 0, 0
	return d, err
}

// SaveDraft stores d in Drafts in place of the draft d.ID names, and returns its id.
func (e *Engine) SaveDraft(ctx context.Context, d mail.Draft) (mail.MessageID, error) {
	acc, err := e.find(d.Account)
	if err != nil {
		return 0, err
	}
	if d.Date.IsZero() {
		d.Date = e.o.Now()
	}
	arrival, err := e.built(acc.get(), d, compose.BuildDraft)
	if err != nil {
		return 0, err
	}
	defer arrival.Raw.Close() //nolint:errcheck // the store has its own copy
	arrival.Role = mail.Drafts
	if d.ID != 0 {
		id, err := e.store.Replace(ctx, d.ID, arrival)
		e.kickIndex()
		if err == nil {
			return id, nil
		}
		if _, gone := e.store.Summary(ctx, d.ID); gone == nil {
			return 0, err
		}
		// The draft was deleted meanwhile: what is being written is kept all the same.
	}
	ids, err := e.store.Add(ctx, d.Account, []mail.Arrival{arrival})
	e.kickIndex()
	if err != nil {
		return 0, err
	}
	return ids[0], nil
}

// DiscardDraft deletes a stored draft.
func (e *Engine) DiscardDraft(ctx context.Context, id mail.MessageID) error {
	return e.store.Delete(ctx, []mail.MessageID{id})
}

// Send fixes d's Message-ID and Date, and moves it into the outbox in one transaction. It leaves after the undo time.
func (e *Engine) Send(ctx context.Context, d mail.Draft) (mail.MessageID, error) {
	acc, err := e.find(d.Account)
	if err != nil {
		return 0, err
	}
	to := compose.Recipients(d)
	if len(to) == 0 {
		return 0, ErrNoRecipient
	}
	if d.MessageID == "" {
		d.MessageID = compose.NewMessageID(d.From.Addr)
	}
	a := acc.get()
	if d.Date = e.o.Now(); d.SendAt.After(d.Date) {
		d.Date = d.SendAt // among others' mail it stands where it arrives
	}
	if a.DateUTC {
		d.Date = d.Date.UTC()
	}
	d.QuoteHTML = e.quoteHTML(ctx, d)
	arrival, err := e.built(a, d, compose.Build)
	if err != nil {
		return 0, err
	}
	defer arrival.Raw.Close() //nolint:errcheck // the store has its own copy
	item := mail.OutboxItem{
		Account: d.Account, From: d.From.Addr, Subject: d.Subject, Due: e.o.Now().Add(e.o.Undo()),
		Answers: d.Answers, Mark: d.Mark, Notices: d.Notices, Copy: a.SentFolder,
	}
	if d.SendAt.After(item.Due) {
		item.Due = d.SendAt
	}
	return e.enqueue(ctx, item, to, arrival, d.ID)
}

func (e *Engine) enqueue(ctx context.Context, o mail.OutboxItem, to []string, arrival mail.Arrival, draft mail.MessageID) (mail.MessageID, error) {
	o.State, o.Size = mail.Queued, arrival.Raw.Size()
	for _, addr := range to {
		o.Recipients = append(o.Recipients, mail.Recipient{Addr: addr, State: mail.Queued})
	}
	arrival.Role = mail.Outbox
	id, err := e.store.Enqueue(ctx, o, arrival, draft)
	e.kickIndex()
	if err != nil {
		return 0, err
	}
	o.ID = id
	e.tellOutbox(o)
	e.kickSenders()
	return id, nil
}

// SendRaw queues a finished RFC 5322 message as it stands (see compose.Prepare) to the recipients its header names.
func (e *Engine) SendRaw(ctx context.Context, id mail.AccountID, src mail.Raw) (mail.MessageID, error) {
	acc, err := e.find(id)
	if err != nil {
		return 0, err
	}
	a := acc.get()
	from, to, err := compose.FromRFC822(src)
	if err != nil {
		return 0, err
	}
	if from == "" {
		from = a.Address
	}
	if len(to) == 0 {
		return 0, ErrNoRecipient
	}
	raw, err := e.spooled(func(w io.Writer) error { return compose.Prepare(src, w) })
	if err != nil {
		return 0, err
	}
	defer raw.Close() //nolint:errcheck // the store has its own copy
	arrival := e.own(a, raw)
	item := mail.OutboxItem{Account: id, From: from, Subject: arrival.Summary.Subject, Due: e.o.Now(), Copy: a.SentFolder}
	return e.enqueue(ctx, item, to, arrival, 0)
}

// quoteHTML is the look of what d quotes, if that has one. Answers to mailing lists are text alone, as lists want it.
func (e *Engine) quoteHTML(ctx context.Context, d mail.Draft) string {
	if d.Quote == "" || d.Answers == 0 {
		return ""
	}
	m, err := e.Read(ctx, d.Answers)
	if err != nil || compose.ListPost(m) != "" {
		return ""
	}
	return message.QuoteHTML(ctx, m)
}

// built writes d with build and reads it back as the store wants it.
func (e *Engine) built(a mail.Account, d mail.Draft, build func(io.Writer, mail.Draft) error) (mail.Arrival, error) {
	raw, err := e.spooled(func(w io.Writer) error { return build(w, d) })
	if err != nil {
		return mail.Arrival{}, err
	}
	return e.own(a, raw), nil
}

// own is the arrival of a message that was written here.
func (e *Engine) own(a mail.Account, raw mail.Raw) mail.Arrival {
	arrival := delivery.Read(raw, a, e.o.Now())
	arrival.Summary.Flags |= mail.Seen
	return arrival
}

// Outbox returns what has not been sent, oldest first.
func (e *Engine) Outbox(ctx context.Context) ([]mail.OutboxItem, error) { return e.store.Outbox(ctx) }

// item returns one message of the outbox.
func (e *Engine) item(ctx context.Context, id mail.MessageID) (mail.OutboxItem, error) {
	items, err := e.store.Outbox(ctx)
	if err != nil {
		return mail.OutboxItem{}, err
	}
	for _, o := range items {
		if o.ID == id {
			return o, nil
		}
	}
	return mail.OutboxItem{}, fmt.Errorf("message %d is not in the outbox", id)
}

// SendNow makes a waiting message due at once, whatever its undo time or backoff, and though it is held or its
// account's sending is paused.
func (e *Engine) SendNow(ctx context.Context, id mail.MessageID) error {
	e.hurry(id)
	return e.change(ctx, id, func(o *mail.OutboxItem) error {
		if err := waits(*o); err != nil {
			return err
		}
		o.State, o.Due, o.Problem, o.Held = mail.Queued, e.o.Now(), nil, false
		return nil
	})
}

func waits(o mail.OutboxItem) error {
	if o.State != mail.Queued && o.State != mail.Deferred {
		return fmt.Errorf("message %d does not wait to be sent; it is %s", o.ID, o.State)
	}
	return nil
}

// hurry lets a message leave though its account's sending is paused.
func (e *Engine) hurry(id mail.MessageID) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.urgent[id] = true
}

// SendLater makes a waiting message due at a time.
func (e *Engine) SendLater(ctx context.Context, id mail.MessageID, at time.Time) error {
	return e.change(ctx, id, func(o *mail.OutboxItem) error {
		if err := waits(*o); err != nil {
			return err
		}
		o.State, o.Due, o.Held = mail.Queued, at, false
		return nil
	})
}

// HoldBack keeps a waiting message in the outbox, or lets it go again: then it leaves when it is due.
func (e *Engine) HoldBack(ctx context.Context, id mail.MessageID, held bool) error {
	return e.change(ctx, id, func(o *mail.OutboxItem) error {
		if err := waits(*o); err != nil {
			return err
		}
		o.Held = held
		return nil
	})
}

// Correct sends to another address in the place of a recipient who was refused, and to nobody else. The message, its
// Message-ID too, stays as it is.
func (e *Engine) Correct(ctx context.Context, id mail.MessageID, was, is string) error {
	list, err := compose.ParseAddresses(is)
	if err != nil {
		return err
	}
	if len(list) != 1 {
		return fmt.Errorf("%q is not one address", is)
	}
	e.hurry(id)
	return e.change(ctx, id, func(o *mail.OutboxItem) error {
		*o, err = outbox.Corrected(*o, was, list[0].Addr, e.o.Now())
		return err
	})
}

// Settle ends the matter of a message on the person's word: one that was perhaps sent has arrived, or those who were
// refused do without it. It goes to Sent.
func (e *Engine) Settle(ctx context.Context, id mail.MessageID) error {
	o, err := outbox.Settle(ctx, e.store, id)
	if err == nil {
		e.tellOutbox(o)
	}
	return err
}

// Resend submits a message again that was perhaps sent, or that failed. Recipients that have it are left out.
func (e *Engine) Resend(ctx context.Context, id mail.MessageID) error {
	e.hurry(id)
	return e.change(ctx, id, func(o *mail.OutboxItem) error {
		*o = outbox.Again(*o, e.o.Now())
		return nil
	})
}

// change lets f change how an outgoing message stands while nobody submits it, tells the Hub and wakes the senders.
func (e *Engine) change(ctx context.Context, id mail.MessageID, f func(*mail.OutboxItem) error) error {
	if _, err := e.item(ctx, id); err != nil {
		return err
	}
	o, err := outbox.Change(ctx, e.store, id, f)
	if err != nil {
		return err
	}
	e.tellOutbox(o)
	e.kickSenders()
	return nil
}

// Unsend takes a message that has not left back into Drafts, with all that only the outbox knows of it, as who gets a blind
// copy; those who have it already are left out. Of a message that was to go on as it is nothing is kept, since it is where it
// was: see mail.Draft.PassedOn. Where that is gone, it goes to Trash.
func (e *Engine) Unsend(ctx context.Context, id mail.MessageID) (mail.Draft, error) {
	o, err := e.item(ctx, id)
	if err != nil {
		return mail.Draft{}, err
	}
	if o.State == mail.InFlight {
		return mail.Draft{}, fmt.Errorf("message %d is being sent at this moment", id)
	}
	raw, err := e.store.Raw(ctx, id)
	if err != nil {
		return mail.Draft{}, err
	}
	resent := compose.Resent(raw)
	_ = raw.Close() // it was only read
	var d mail.Draft
	if resent {
		d, err = e.unpass(ctx, o)
	} else {
		d, err = e.unsend(ctx, o)
	}
	if err != nil {
		return mail.Draft{}, err
	}
	e.hub.Publish(mail.Event{What: mail.OutboxChanged, Account: o.Account, Messages: []mail.MessageID{id}})
	return d, nil
}

func (e *Engine) unsend(ctx context.Context, o mail.OutboxItem) (mail.Draft, error) {
	d, err := e.OpenDraft(ctx, o.ID)
	if err != nil {
		return mail.Draft{}, err
	}
	d.Answers, d.Mark, d.Notices = o.Answers, o.Mark, o.Notices
	more := d.Answers != 0 || d.Mark != 0 || d.Notices != (mail.Notices{})
	// Blind copies stand in the envelope only.
	named := map[string]bool{}
	for _, addr := range compose.Recipients(d) {
		named[strings.ToLower(addr)] = true
	}
	for _, r := range o.Recipients {
		if r.State != mail.SentOK && !named[strings.ToLower(r.Addr)] {
			d.Bcc, more = append(d.Bcc, mail.Address{Addr: r.Addr}), true
		}
		if r.State == mail.SentOK {
			for _, list := range []*[]mail.Address{&d.To, &d.Cc, &d.Bcc} {
				*list = slices.DeleteFunc(*list, func(a mail.Address) bool { return strings.EqualFold(a.Addr, r.Addr) })
			}
			more = true
		}
	}
	if !more {
		return d, e.store.Unqueue(ctx, o.ID) // to the octet as it was
	}
	acc, err := e.find(d.Account)
	if err != nil {
		return mail.Draft{}, err
	}
	arrival, err := e.built(acc.get(), d, compose.BuildDraft)
	if err != nil {
		return mail.Draft{}, err
	}
	defer arrival.Raw.Close() //nolint:errcheck // the store has its own copy
	d.ID, err = e.store.TakeBack(ctx, o.ID, arrival)
	e.kickIndex()
	return d, err
}

// unpass takes a message back that was to go on as it is.
func (e *Engine) unpass(ctx context.Context, o mail.OutboxItem) (mail.Draft, error) {
	d := mail.Draft{PassedOn: true, Account: o.Account, Answers: o.Answers}
	for _, r := range o.Recipients {
		if r.State != mail.SentOK {
			d.To = append(d.To, mail.Address{Addr: r.Addr})
		}
	}
	if o.Answers != 0 {
		return d, e.store.Delete(ctx, []mail.MessageID{o.ID})
	}
	trash, err := e.store.RoleFolder(ctx, o.Account, mail.Trash)
	if err != nil {
		return mail.Draft{}, err
	}
	return d, e.store.Move(ctx, []mail.MessageID{o.ID}, trash)
}

// Flush submits what waits in the outbox now, whatever the backoff says, or only the messages named. It returns what
// was tried, as it stands afterwards. Messages that were perhaps sent stay, and so do those that the person holds, and,
// unless they are named, those that are to leave later and those of accounts whose sending is paused.
func (e *Engine) Flush(ctx context.Context, ids ...mail.MessageID) ([]mail.OutboxItem, error) {
	items, err := e.store.Outbox(ctx)
	if err != nil {
		return nil, err
	}
	only := func(o mail.OutboxItem) bool { return slices.Contains(ids, o.ID) || len(ids) == 0 && !e.withheld(o) }
	now := e.o.Now()
	for _, o := range items {
		waits := o.State == mail.Queued || o.State == mail.Deferred
		if waits && !o.Held && only(o) && o.Due.After(now) && (len(ids) > 0 || !later(o, now)) {
			_, err := outbox.Change(ctx, e.store, o.ID, func(o *mail.OutboxItem) error {
				o.Due = now
				return nil
			})
			if err != nil && !errors.Is(err, outbox.ErrInHand) {
				return nil, err
			}
		}
	}
	_, changed, err := e.workOutbox(ctx, now, only)
	return changed, err
}

// later reports whether the person wants o to leave at a later time.
func later(o mail.OutboxItem, now time.Time) bool {
	return o.State == mail.Queued && o.Tries == 0 && o.Problem == nil && o.Due.Sub(now) > time.Minute
}

// inMemory is how large a message may grow in memory before it goes to a file.
const inMemory = 1 << 20

// spooled collects what write writes: in memory, or if it grows large in a file that Close removes.
func (e *Engine) spooled(write func(io.Writer) error) (mail.Raw, error) {
	s := &spooler{dir: e.spool()}
	if err := write(s); err != nil {
		return nil, errors.Join(err, s.discard())
	}
	if s.file == nil {
		return mail.Bytes(s.buf.Bytes()), nil
	}
	return &spoolFile{s.file, s.size}, nil
}

type spooler struct {
	dir  string
	buf  bytes.Buffer
	file *os.File
	size int64
}

func (s *spooler) Write(p []byte) (int, error) {
	s.size += int64(len(p))
	if s.file == nil && s.size <= inMemory {
		return s.buf.Write(p)
	}
	if s.file == nil {
		if err := os.MkdirAll(s.dir, 0o700); err != nil {
			return 0, err
		}
		f, err := os.CreateTemp(s.dir, "out-*")
		if err != nil {
			return 0, err
		}
		s.file = f
		if _, err := f.Write(s.buf.Bytes()); err != nil {
			return 0, err
		}
		s.buf.Reset()
	}
	return s.file.Write(p)
}

func (s *spooler) discard() error {
	if s.file == nil {
		return nil
	}
	return (&spoolFile{s.file, s.size}).Close()
}

type spoolFile struct {
	*os.File
	size int64
}

func (f *spoolFile) Size() int64 { return f.size }

// OwnFile implements mail.Spooled.
func (f *spoolFile) OwnFile() string { return f.Name() }

func (f *spoolFile) Close() error {
	return errors.Join(f.File.Close(), os.Remove(f.Name()))
}

// Sender is the addr-spec in the From field of a finished message, or "".
func (e *Engine) Sender(raw mail.Raw) (string, error) {
	from, _, err := compose.FromRFC822(raw)
	return from, err
}
