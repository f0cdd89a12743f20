// Package engine is the front door of Poplar's library. It owns the store, every goroutine that works in the
// background, the timetable of visits and the outbox, and tells what happens through one Hub. The window and the
// command line are two faces of the same Engine.
package engine

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"poplar/mail"
	"poplar/mail/message"
	"poplar/mail/outbox"
	"poplar/mail/retrieve"
	"poplar/mail/store"
	"poplar/mail/wire"
)

// shutdownLimit bounds how long Close waits for the messages in hand.
const shutdownLimit = 5 * time.Second

// parallelVisits bounds how many accounts are visited at the same time.
const parallelVisits = 8

// transcriptLines is how much of the conversation with its servers is remembered for each account.
const transcriptLines = 400

// Options are what an Engine needs from outside. Dir and Secret are required.
type Options struct {
	// Dir is the folder of the store.
	Dir string
	// Secret returns the password of an account's direction; it may block on the keyring.
	Secret func(ctx context.Context, a mail.Account, d mail.Direction) (string, error)
	// Keep stores a secret that has changed by itself: a token that was renewed. Nil: it is forgotten.
	Keep func(ctx context.Context, a mail.Account, d mail.Direction, secret string) error
	// Undo is how long a message sent from the window waits in the outbox.
	Undo func() time.Duration
	// Language is "en" or "zh", for the words above a quoted original.
	Language func() string
	// Wait is how long to wait for another Poplar to leave the profile.
	Wait time.Duration
	// Trace receives the conversations with the servers, without secrets.
	Trace io.Writer
	// Dial replaces the network's dialler in tests.
	Dial func(ctx context.Context, network, addr string) (net.Conn, error)
	// LookupTXT asks the DNS for the keys of signatures; nil: they are never asked for.
	LookupTXT func(ctx context.Context, name string) ([]string, error)
	Log       *slog.Logger
	Now       func() time.Time
}

// Engine is the open engine of one profile.
type Engine struct {
	o      Options
	hub    *mail.Hub
	store  *store.Store
	places places
	log    *slog.Logger

	ctx    context.Context // ends with Close
	cancel context.CancelFunc
	tasks  sync.WaitGroup
	slots  chan struct{} // one token for each visit under way

	sessions tls.ClientSessionCache
	reached  wire.Reached
	renewing sync.Map                        // by account: a channel that holds who renews its token
	tokens   sync.Map                        // access tokens by their refresh tokens
	trial    atomic.Pointer[wire.Transcript] // of the last test

	mu        sync.Mutex
	running   bool // background work has been started
	accounts  map[mail.AccountID]*account
	order     []mail.AccountID
	senders   map[string]*sender
	stopped   map[mail.AccountID]bool                    // sending is paused
	urgent    map[mail.MessageID]bool                    // leave although it is
	leaving   map[mail.MessageID]context.CancelCauseFunc // being submitted
	stops     map[mail.MessageID]bool                    // the person has stopped them, and that is not written down yet
	lonely    map[string]bool                            // servers that get each message by itself, by serverKey
	logins    map[mail.AccountID]time.Time               // for their own sake, before sending
	tick      chan struct{}                              // wakes the timetable
	raised    chan string
	unindexed chan struct{} // wakes the indexing worker
	learner   *learner
}

// Open opens the store and settles what a crash may have left; nothing runs in the background before Start. Errors
// have a Problem; a profile that another Poplar uses is store.ErrInUse.
func Open(ctx context.Context, o Options) (*Engine, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Undo == nil {
		o.Undo = func() time.Duration { return 0 }
	}
	if o.Language == nil {
		o.Language = func() string { return "en" }
	}
	message.Prefer(o.Language())
	hub := mail.NewHub()
	s, err := store.Open(ctx, o.Dir, store.Options{Hub: hub, Now: o.Now, Log: o.Log, Wait: o.Wait, Text: indexText, Digest: retrieve.Digest})
	if err != nil {
		return nil, err
	}
	if err := outbox.Recover(ctx, s); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	e := &Engine{
		o: o, hub: hub, store: s, log: o.Log,
		slots:     make(chan struct{}, parallelVisits),
		sessions:  tls.NewLRUClientSessionCache(64),
		accounts:  map[mail.AccountID]*account{},
		senders:   map[string]*sender{},
		stopped:   map[mail.AccountID]bool{},
		urgent:    map[mail.MessageID]bool{},
		leaving:   map[mail.MessageID]context.CancelCauseFunc{},
		stops:     map[mail.MessageID]bool{},
		lonely:    map[string]bool{},
		logins:    map[mail.AccountID]time.Time{},
		tick:      make(chan struct{}, 1),
		raised:    make(chan string, 8),
		unindexed: make(chan struct{}, 1),
		learner:   newLearner(),
	}
	if err := e.recallPaused(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	e.ctx, e.cancel = context.WithCancel(context.Background())
	e.sweepSpool()
	return e, nil
}

// sweepSpool removes what a process that was killed has left of messages on their way. Nobody else is at work here: the
// store is locked.
func (e *Engine) sweepSpool() {
	files, err := os.ReadDir(e.spool())
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	for _, f := range files {
		err = errors.Join(err, os.Remove(filepath.Join(e.spool(), f.Name())))
	}
	if err != nil {
		e.log.Warn("left-overs of messages on their way stay", "error", err)
	}
}

// SetAccounts tells the engine which accounts there are now. New ones get their folders; the work of those that are
// gone ends, their mail stays until Forget. What waits in the outbox for a person to mend a login is tried again.
func (e *Engine) SetAccounts(ctx context.Context, accounts []mail.Account) error {
	if err := e.setAccounts(ctx, accounts); err != nil {
		return err
	}
	e.mu.Lock()
	running := e.running
	e.mu.Unlock()
	if running {
		e.wakeOutbox(ctx, outbox.ForLogin)
		e.kickSenders()
	}
	return nil
}

func (e *Engine) setAccounts(ctx context.Context, accounts []mail.Account) error {
	for _, a := range accounts {
		if err := e.store.EnsureAccount(ctx, a.ID); err != nil {
			return err
		}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.order = e.order[:0]
	for _, a := range accounts {
		e.order = append(e.order, a.ID)
		if have := e.accounts[a.ID]; have != nil {
			if have.set(a, e.o.Now()) {
				for _, key := range []string{knownKey(a), pauseKey(a)} {
					if err := e.store.Remember(ctx, key, nil); err != nil {
						return err
					}
				}
			}
			continue
		}
		e.accounts[a.ID] = newAccount(e, a)
		if e.running {
			e.startAccount(e.accounts[a.ID])
		}
	}
	for id, acc := range e.accounts {
		if !slices.Contains(e.order, id) {
			acc.stop()
			delete(e.accounts, id)
		}
	}
	e.wakeTimetable()
	return nil
}

// Forget removes an account's mail, folders, ledger and outbox from the store.
func (e *Engine) Forget(ctx context.Context, id mail.AccountID) error {
	e.mu.Lock()
	acc := e.accounts[id]
	delete(e.accounts, id)
	e.order = slices.DeleteFunc(e.order, func(a mail.AccountID) bool { return a == id })
	e.mu.Unlock()
	if acc != nil {
		acc.stop()
		if err := acc.enter(ctx); err != nil {
			return err
		}
		defer acc.leave()
	}
	return e.store.RemoveAccount(ctx, id)
}

// Start begins the background work: the timetable, a worker for each account, and one for each outgoing server.
func (e *Engine) Start() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.running {
		return
	}
	e.running = true
	for _, id := range e.order {
		e.startAccount(e.accounts[id])
	}
	e.spawn("timetable", e.keepTimetable)
	e.spawn("index", e.keepIndexing)
	e.spawn("address book", e.keepLearning)
	e.spawn("attachments of drafts", e.sweepAttached)
}

// Close ends the background work, waiting a moment for the messages in hand, and closes the store.
func (e *Engine) Close() error {
	e.cancel()
	done := make(chan struct{})
	go func() { e.tasks.Wait(); close(done) }()
	select {
	case <-done:
	case <-time.After(shutdownLimit):
		e.log.Warn("some work did not end in time")
	}
	return e.store.Close()
}

// spawn runs fn in the background until it returns. A panic is logged and told as Trouble; it ends that task only.
func (e *Engine) spawn(name string, fn func(ctx context.Context)) {
	e.tasks.Go(func() {
		defer func() {
			if r := recover(); r != nil {
				e.log.Error("a task failed", "task", name, "panic", fmt.Sprint(r), "stack", string(debug.Stack()))
				e.hub.Publish(mail.Event{What: mail.Trouble, Problem: &mail.Problem{
					Kind: mail.Unknown, Doing: name, Err: fmt.Errorf("internal fault: %v", r),
				}})
			}
		}()
		fn(e.ctx)
	})
}

// find returns an account's record.
func (e *Engine) find(id mail.AccountID) (*account, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if acc := e.accounts[id]; acc != nil {
		return acc, nil
	}
	return nil, fmt.Errorf("there is no account %q", id)
}

// all returns the accounts in their order, or those named.
func (e *Engine) all(ids []mail.AccountID) []*account {
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(ids) == 0 {
		ids = e.order
	}
	var list []*account
	for _, id := range ids {
		if acc := e.accounts[id]; acc != nil {
			list = append(list, acc)
		}
	}
	return list
}

func (e *Engine) wire(acc *account) wire.Options {
	a := acc.get()
	return e.circumstances(a, acc.transcript, func(d mail.Direction) (string, error) { return e.o.Secret(e.ctx, a, d) })
}

// secret asks for a password, with the error always a Problem. The transcript of acc learns what to mask.
func (e *Engine) secret(ctx context.Context, acc *account, a mail.Account, d mail.Direction) (string, error) {
	s, err := e.credential(ctx, a, d, func(d mail.Direction) (string, error) { return e.o.Secret(ctx, a, d) })
	if err != nil {
		p := *mail.ProblemOf(err)
		if p.Where == "" {
			p.Where = a.Address
		}
		return "", &p
	}
	acc.transcript.Mask(s)
	return s, nil
}

// spool is the folder for messages that are too large for memory.
func (e *Engine) spool() string { return filepath.Join(e.o.Dir, "spool") }

// Listen subscribes to what happens. The listener must be closed.
func (e *Engine) Listen() *mail.Listener { return e.hub.Listen() }

// Check returns what is wrong with the store; nothing when all is well.
func (e *Engine) Check(ctx context.Context) ([]string, error) { return e.store.Check(ctx) }
