package outbox

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"poplar/mail"
	"poplar/mail/submit"
)

// Queue is where outgoing messages are kept. mail/store implements it.
type Queue interface {
	// Outbox returns all that is not sent, oldest first.
	Outbox(ctx context.Context) ([]mail.OutboxItem, error)
	// PutOutbox writes down how an item stands: state, recipients, due, tries, problem (by ID). It fails when the item
	// is no longer there.
	PutOutbox(ctx context.Context, o mail.OutboxItem) error
	// Sent is one transaction: to the Sent folder, row gone, Answers marked with Mark.
	Sent(ctx context.Context, o mail.OutboxItem) error
	Raw(ctx context.Context, id mail.MessageID) (mail.Raw, error)
}

// Sender submits raw to o.Pending(). It calls inFlight right before DATA and goes on only if that returns nil. What it
// returns is what submit.Send returns.
type Sender func(ctx context.Context, o mail.OutboxItem, raw mail.Raw, inFlight func(context.Context) error) (mail.Receipt, error)

// writeDown is how long the outcome of a submission may take to be stored once the context has ended.
const writeDown = 3 * time.Second

// ErrInHand is returned by Change while a message is being submitted.
var ErrInHand = errors.New("the message is being sent at this moment")

// ErrStopped is in the chain of a Sender's error, or of the receipt's problem, when the person has broken a submission
// off. A message that nobody has then is held.
var ErrStopped = errors.New("the person has stopped it")

// hands are the messages being submitted or changed in this process, so that two workers never submit the same one,
// and what could not be written down yet. Other processes are kept out by the store's lock.
var hands = struct {
	sync.Mutex
	busy    map[hand]struct{}
	unnoted map[hand]mail.OutboxItem
}{busy: map[hand]struct{}{}, unnoted: map[hand]mail.OutboxItem{}}

type hand struct {
	q  Queue
	id mail.MessageID
}

// take claims an item until release is called. Q's dynamic type must be comparable, as pointers are.
func take(q Queue, id mail.MessageID) (release func(), ok bool) {
	h := hand{q, id}
	hands.Lock()
	defer hands.Unlock()
	if _, busy := hands.busy[h]; busy {
		return nil, false
	}
	hands.busy[h] = struct{}{}
	return func() {
		hands.Lock()
		defer hands.Unlock()
		delete(hands.busy, h)
	}, true
}

// unnoted returns the outcome that could not be written down when it was known, as when the disk was full.
func unnoted(q Queue, id mail.MessageID) (mail.OutboxItem, bool) {
	hands.Lock()
	defer hands.Unlock()
	o, ok := hands.unnoted[hand{q, id}]
	return o, ok
}

// note writes down how o stands. What cannot be written down now is remembered, and tried again by the next Work.
func note(ctx context.Context, q Queue, o mail.OutboxItem) error {
	// It must be written down even if the program is ending.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), writeDown)
	defer cancel()
	var err error
	if o.State == mail.SentOK {
		err = q.Sent(ctx, o)
	} else {
		err = q.PutOutbox(ctx, o)
	}
	hands.Lock()
	defer hands.Unlock()
	if err == nil {
		delete(hands.unnoted, hand{q, o.ID})
		return nil
	}
	hands.unnoted[hand{q, o.ID}] = o
	return fmt.Errorf("what became of a message in the outbox could not be noted: %w", err)
}

// Recover is to be called once at start, before Work: what was in flight when the program ended is uncertain.
func Recover(ctx context.Context, q Queue) error {
	items, err := q.Outbox(ctx)
	if err != nil {
		return err
	}
	var errs []error
	for _, o := range items {
		if o, ok := recovered(o); ok {
			errs = append(errs, q.PutOutbox(ctx, o))
		}
	}
	return errors.Join(errs...)
}

// Change lets f change how an item stands, and writes it down, while nobody submits it: if somebody does, the error is
// ErrInHand. An error of f is returned and changes nothing.
func Change(ctx context.Context, q Queue, id mail.MessageID, f func(o *mail.OutboxItem) error) (mail.OutboxItem, error) {
	release, ok := take(q, id)
	if !ok {
		return mail.OutboxItem{}, ErrInHand
	}
	defer release()
	o, ok, err := find(ctx, q, id)
	if err == nil && !ok {
		err = fmt.Errorf("message %d is not in the outbox", id)
	}
	if err == nil {
		err = f(&o)
	}
	if err == nil {
		err = q.PutOutbox(ctx, o)
	}
	return o, err
}

// Settle ends the matter of a message on the person's word: one that was perhaps sent has arrived, or those who were
// refused do without. It goes where sent messages go. The error says so when somebody still waits for it or nobody has it.
func Settle(ctx context.Context, q Queue, id mail.MessageID) (mail.OutboxItem, error) {
	release, ok := take(q, id)
	if !ok {
		return mail.OutboxItem{}, ErrInHand
	}
	defer release()
	o, ok, err := find(ctx, q, id)
	if err == nil && !ok {
		err = fmt.Errorf("message %d is not in the outbox", id)
	}
	if err == nil {
		o, err = settled(o)
	}
	if err == nil {
		err = q.Sent(ctx, o)
	}
	return o, err
}

// Wake makes messages due that wait for the line, since something has changed with it, and returns those.
func Wake(ctx context.Context, q Queue, now time.Time) ([]mail.OutboxItem, error) {
	items, err := q.Outbox(ctx)
	if err != nil {
		return nil, err
	}
	var woken []mail.OutboxItem
	var errs []error
	for _, o := range items {
		if !wakes(o) || !o.Due.After(now) {
			continue
		}
		o, err := Change(ctx, q, o.ID, func(o *mail.OutboxItem) error {
			if wakes(*o) && o.Due.After(now) {
				o.Due = now
			}
			return nil
		})
		if err == nil {
			woken = append(woken, o)
		} else if !errors.Is(err, ErrInHand) {
			errs = append(errs, err)
		}
	}
	return woken, errors.Join(errs...)
}

func find(ctx context.Context, q Queue, id mail.MessageID) (mail.OutboxItem, bool, error) {
	items, err := q.Outbox(ctx)
	if err != nil {
		return mail.OutboxItem{}, false, err
	}
	i := slices.IndexFunc(items, func(o mail.OutboxItem) bool { return o.ID == id })
	if i < 0 {
		return mail.OutboxItem{}, false, nil
	}
	return items[i], true, nil
}

// Work submits what is due at now among the items that only lets through (nil: all), oldest first, and returns when the
// next of them is due (zero: none waits), and every item whose state has changed, as it stands now. Items of one
// account whose server or login fails are not tried one after the other: they wait with the first.
//
// The error is the queue's, never a server's; what could be done is done. It may run several times at once, even for the
// same items.
func Work(ctx context.Context, q Queue, send Sender, now time.Time, only func(mail.OutboxItem) bool) (next time.Time, changed []mail.OutboxItem, err error) {
	items, err := q.Outbox(ctx)
	if err != nil {
		return time.Time{}, nil, err
	}
	w := worker{q: q, send: send, now: now, shut: map[mail.AccountID]mail.OutboxItem{}}
	var errs []error
	for _, o := range items {
		if only != nil && !only(o) {
			continue
		}
		if ctx.Err() != nil {
			next = now // whoever comes back has this one and others to do
			break
		}
		yes, at := due(o, now)
		if yes || o.State == mail.InFlight {
			if at, err = w.item(ctx, o.ID); err != nil {
				errs = append(errs, err)
			}
		}
		if !at.IsZero() && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	return next, w.changed, errors.Join(errs...)
}

type worker struct {
	q       Queue
	send    Sender
	now     time.Time
	shut    map[mail.AccountID]mail.OutboxItem // the item that found an account's server failing
	changed []mail.OutboxItem
}

// pause is when to look again at an item that another has in hand, or that cannot be read or noted.
const pause = time.Minute

// item does what there is to do about one item, and returns when to come back to it; zero: not before it changes.
func (w *worker) item(ctx context.Context, id mail.MessageID) (at time.Time, err error) {
	release, ok := take(w.q, id)
	if !ok {
		return w.now.Add(pause), nil
	}
	defer release()
	// Only now does it stand still: somebody may have had it in hand since it was listed.
	o, ok, err := find(ctx, w.q, id)
	if err != nil || !ok {
		return time.Time{}, err
	}
	if known, ok := unnoted(w.q, id); ok && o.State == mail.InFlight {
		if err := note(ctx, w.q, known); err != nil {
			return w.now.Add(pause), err
		}
		w.changed = append(w.changed, known)
		o = known
	}
	for {
		yes, at := due(o, w.now)
		if !yes || ctx.Err() != nil {
			return at, nil
		}
		next := done
		if first, ok := w.shut[o.Account]; ok {
			o = held(o, first)
			err = w.q.PutOutbox(ctx, o)
		} else {
			o, next, err = w.submit(ctx, o)
		}
		if err != nil {
			if _, still, e := find(context.WithoutCancel(ctx), w.q, id); e == nil && !still {
				return time.Time{}, nil // the person took it back
			}
			return w.now.Add(pause), err
		}
		w.changed = append(w.changed, o)
		if next == shut {
			w.shut[o.Account] = o
		}
		if next != again {
			_, at := due(o, w.now)
			return at, nil
		}
	}
}

// submit is one transaction and the record of it.
func (w *worker) submit(ctx context.Context, o mail.OutboxItem) (mail.OutboxItem, verdict, error) {
	if len(o.Pending()) == 0 {
		o.State = submit.Fold(o.Recipients)
		if len(o.Recipients) == 0 {
			o.State, o.Problem = mail.Failed, &mail.Problem{Kind: mail.RecipientRefused, Doing: "recipient", Said: "the message has no recipient"}
		}
		return o, done, note(ctx, w.q, o)
	}
	raw, err := w.q.Raw(ctx, o.ID)
	if err != nil {
		return o, done, fmt.Errorf("a message in the outbox cannot be read: %w", err)
	}
	defer raw.Close() //nolint:errcheck // it was only read
	var u outcome
	u.receipt, u.err = w.send(ctx, o, raw, func(ctx context.Context) error {
		if err := w.q.PutOutbox(ctx, begun(o, w.now)); err != nil {
			return fmt.Errorf("the message was not sent because that could not be noted: %w", err)
		}
		u.flown = true
		return nil
	})
	u.stopped = ctx.Err() != nil
	o, next := after(o, u, w.now)
	return o, next, note(ctx, w.q, o)
}
