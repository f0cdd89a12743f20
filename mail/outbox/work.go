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

// Wake makes messages due that wait for something, since that has changed, and returns those.
func Wake(ctx context.Context, q Queue, now time.Time, what Waits) ([]mail.OutboxItem, error) {
	items, err := q.Outbox(ctx)
	if err != nil {
		return nil, err
	}
	var woken []mail.OutboxItem
	var errs []error
	for _, o := range items {
		if !wakes(o, what) || !o.Due.After(now) {
			continue
		}
		o, err := Change(ctx, q, o.ID, func(o *mail.OutboxItem) error {
			if wakes(*o, what) && o.Due.After(now) {
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

// Round says how Work goes over the outbox. The zero value submits all that is due, one message after the other.
type Round struct {
	// Only lets an item through; nil: all.
	Only func(mail.OutboxItem) bool
	// Lane names the server that an item leaves by, and the login there; nil: each account has its own. When those fail,
	// the other items of the lane are not tried one after the other: they wait with the first.
	Lane func(mail.OutboxItem) string
	// Follow, if set, is told before each submission how to begin the one after it early. next marks the item that
	// follows in the lane as in flight and returns it, with its octets and the function for its own submission; false
	// where none does. It may be called once, by the Sender, while that is at work. What it has returned is the next item
	// that the Sender is given, unless the round ends: then the item stands again as it stood before.
	Follow func(next func(ctx context.Context) (mail.OutboxItem, mail.Raw, bool))
}

// Work submits what is due at now among the items that r lets through, oldest first, and returns when the next of them
// is due (zero: none waits), and every item whose state has changed, as it stands now.
//
// The error is the queue's, never a server's; what could be done is done. It may run several times at once, even for the
// same items.
func Work(ctx context.Context, q Queue, send Sender, now time.Time, r Round) (next time.Time, changed []mail.OutboxItem, err error) {
	items, err := q.Outbox(ctx)
	if err != nil {
		return time.Time{}, nil, err
	}
	if r.Lane == nil {
		r.Lane = func(o mail.OutboxItem) string { return string(o.Account) }
	}
	w := worker{q: q, send: send, now: now, round: r, shut: map[string]mail.OutboxItem{}}
	var errs []error
	for i, o := range items {
		if r.Only != nil && !r.Only(o) {
			continue
		}
		if ctx.Err() != nil {
			next = now // whoever comes back has this one and others to do
			break
		}
		yes, at := due(o, now)
		if yes || o.State == mail.InFlight {
			w.rest = items[i+1:]
			if at, err = w.item(ctx, o.ID); err != nil {
				errs = append(errs, err)
			}
		}
		if !at.IsZero() && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	if w.early != nil {
		next = now
		errs = append(errs, w.putBack(ctx))
	}
	return next, w.changed, errors.Join(errs...)
}

type worker struct {
	q       Queue
	send    Sender
	now     time.Time
	round   Round
	rest    []mail.OutboxItem          // what comes after the item in hand
	shut    map[string]mail.OutboxItem // the item that found a lane's server failing
	early   *begunEarly
	changed []mail.OutboxItem
}

// begunEarly is an item that is in flight before its turn, as it stood before that.
type begunEarly struct {
	item    mail.OutboxItem
	raw     mail.Raw
	release func()
}

// putBack lets an item stand as before that was begun early and did not come to its turn: nobody has it.
func (w *worker) putBack(ctx context.Context) error {
	early := w.early
	w.early = nil
	defer early.release()
	_ = early.raw.Close() // it was only read
	return note(ctx, w.q, early.item)
}

// follower begins the item that follows o in its lane, if one does.
func (w *worker) follower(ctx context.Context, o mail.OutboxItem) (mail.OutboxItem, mail.Raw, bool) {
	if w.early != nil {
		return mail.OutboxItem{}, nil, false
	}
	lane := w.round.Lane(o)
	for _, f := range w.rest {
		if w.round.Only != nil && !w.round.Only(f) || w.round.Lane(f) != lane {
			continue
		}
		if yes, _ := due(f, w.now); !yes {
			continue
		}
		release, ok := take(w.q, f.ID)
		if !ok {
			return mail.OutboxItem{}, nil, false
		}
		raw, f, ok := w.begin(ctx, f.ID)
		if !ok {
			release()
			return mail.OutboxItem{}, nil, false
		}
		w.early = &begunEarly{f, raw, release}
		return f, raw, true
	}
	return mail.OutboxItem{}, nil, false
}

// begin marks an item as in flight that this worker has in hand.
func (w *worker) begin(ctx context.Context, id mail.MessageID) (mail.Raw, mail.OutboxItem, bool) {
	o, ok, err := find(ctx, w.q, id)
	if yes, _ := due(o, w.now); err != nil || !ok || !yes || len(o.Pending()) == 0 {
		return nil, o, false
	}
	raw, err := w.q.Raw(ctx, id)
	if err != nil {
		return nil, o, false
	}
	if err := w.q.PutOutbox(ctx, begun(o, w.now)); err != nil {
		_ = raw.Close() // it was only read
		return nil, o, false
	}
	return raw, o, true
}

// pause is when to look again at an item that another has in hand, or that cannot be read or noted.
const pause = time.Minute

// item does what there is to do about one item, and returns when to come back to it; zero: not before it changes.
func (w *worker) item(ctx context.Context, id mail.MessageID) (at time.Time, err error) {
	var o mail.OutboxItem
	early := w.early
	if early != nil && early.item.ID == id {
		w.early, o = nil, early.item
		defer early.release()
	} else {
		early = nil
		release, ok := take(w.q, id)
		if !ok {
			return w.now.Add(pause), nil
		}
		defer release()
		// Only now does it stand still: somebody may have had it in hand since it was listed.
		if o, ok, err = find(ctx, w.q, id); err != nil || !ok {
			return time.Time{}, err
		}
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
		if early == nil && (!yes || ctx.Err() != nil) {
			return at, nil
		}
		next := done
		if first, ok := w.shut[w.round.Lane(o)]; ok {
			if early != nil {
				_ = early.raw.Close() // it was only read
			}
			o = held(o, first)
			err = w.q.PutOutbox(ctx, o)
		} else {
			o, next, err = w.submit(ctx, o, early)
		}
		early = nil
		if err != nil {
			if _, still, e := find(context.WithoutCancel(ctx), w.q, id); e == nil && !still {
				return time.Time{}, nil // the person took it back
			}
			return w.now.Add(pause), err
		}
		w.changed = append(w.changed, o)
		if next == shut {
			w.shut[w.round.Lane(o)] = o
		}
		if next != again {
			_, at := due(o, w.now)
			return at, nil
		}
	}
}

// submit is one transaction and the record of it. early is set where o was begun before its turn.
func (w *worker) submit(ctx context.Context, o mail.OutboxItem, early *begunEarly) (mail.OutboxItem, verdict, error) {
	if len(o.Pending()) == 0 {
		o.State = submit.Fold(o.Recipients)
		if len(o.Recipients) == 0 {
			o.State, o.Problem = mail.Failed, &mail.Problem{Kind: mail.RecipientRefused, Doing: "recipient", Said: "the message has no recipient"}
		}
		return o, done, note(ctx, w.q, o)
	}
	var raw mail.Raw
	var err error
	if early != nil {
		raw = early.raw
	} else if raw, err = w.q.Raw(ctx, o.ID); err != nil {
		return o, done, fmt.Errorf("a message in the outbox cannot be read: %w", err)
	}
	defer raw.Close() //nolint:errcheck // it was only read
	if w.round.Follow != nil {
		w.round.Follow(func(ctx context.Context) (mail.OutboxItem, mail.Raw, bool) { return w.follower(ctx, o) })
	}
	var u outcome
	u.receipt, u.err = w.send(ctx, o, raw, func(ctx context.Context) error {
		if early == nil { // else it is noted already
			if err := w.q.PutOutbox(ctx, begun(o, w.now)); err != nil {
				return fmt.Errorf("the message was not sent because that could not be noted: %w", err)
			}
		}
		u.flown = true
		return nil
	})
	u.stopped = ctx.Err() != nil
	o, next := after(o, u, w.now)
	return o, next, note(ctx, w.q, o)
}
