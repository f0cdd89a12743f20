package engine

import (
	"context"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"poplar/mail"
	"poplar/mail/people"
	"poplar/mail/store"
)

const (
	// learnBatch is how many messages the address book learns from in one transaction.
	learnBatch = 500
	// renewEvery is after how many batches what has been learnt is suggested while there is more to learn.
	renewEvery = 20
)

// learner keeps what the address book needs between calls.
type learner struct {
	kick chan struct{} // capacity 1
	mu   sync.Mutex
	book *people.Book // nil: to be made anew
	// stale: something was learnt that the book does not know; edits counts what a person has done to it.
	stale bool
	edits int
}

func newLearner() *learner { return &learner{kick: make(chan struct{}, 1)} }

func (l *learner) wake() {
	select {
	case l.kick <- struct{}{}:
	default:
	}
}

func (l *learner) forget() {
	l.mu.Lock()
	l.book = nil
	l.edits++
	l.mu.Unlock()
}

// renewBook makes the address book anew where it is in use and something was learnt, so that who types next need not wait
// for that.
func (e *Engine) renewBook(ctx context.Context) {
	l := e.learner
	l.mu.Lock()
	needed, edits := l.stale && l.book != nil, l.edits
	l.stale = false
	l.mu.Unlock()
	if !needed {
		return
	}
	b, err := e.makeBook(ctx)
	l.mu.Lock()
	defer l.mu.Unlock()
	if err != nil || edits != l.edits {
		b = nil // whoever asks next has it made, or is told
	}
	l.book = b
}

// keepLearning has the address book learn from every message once, behind the visits that bring them. What was here
// before there was an address book is learnt from in the same way.
func (e *Engine) keepLearning(ctx context.Context) {
	for n := 1; ; n++ {
		more, err := e.learn(ctx)
		if !more || n%renewEvery == 0 {
			e.renewBook(ctx)
		}
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			e.log.Error("the address book cannot learn", "error", err)
		case more:
			continue
		}
		select {
		case <-ctx.Done():
			return
		case <-e.learner.kick:
		}
	}
}

// learn learns from the next messages. It reports whether there may be more.
func (e *Engine) learn(ctx context.Context) (more bool, err error) {
	seen, err := e.store.Unlearnt(ctx, learnBatch)
	if err != nil || len(seen) == 0 {
		return false, err
	}
	mine := map[string]bool{}
	for _, acc := range e.all(nil) {
		for _, a := range acc.get().Addresses() {
			mine[strings.ToLower(a)] = true
		}
	}
	if err := e.store.Learn(ctx, seen[len(seen)-1].ID, learnt(seen, mine)); err != nil {
		return false, err
	}
	e.learner.mu.Lock()
	e.learner.stale = true
	e.learner.mu.Unlock()
	return len(seen) == learnBatch, nil
}

// learnt is what messages say of people, each of them once.
func learnt(seen []store.Seen, mine map[string]bool) []mail.Person {
	var list []mail.Person
	at := map[string]int{}
	note := func(a mail.Address, when time.Time, sent bool) {
		key := strings.ToLower(a.Addr)
		if mine[key] || !people.Worth(a) {
			return
		}
		i, ok := at[key]
		if !ok {
			i = len(list)
			at[key] = i
			list = append(list, mail.Person{Address: mail.Address{Addr: a.Addr}})
		}
		p := &list[i]
		if !sent || p.Name == "" {
			p.Name = people.BetterName(p.Name, a.Name, a.Addr)
		}
		if sent {
			p.Sent++
		} else {
			p.Received++
		}
		if when.After(p.Last) {
			p.Last = when
		}
	}
	for _, m := range seen {
		own := !m.Received && len(m.From) > 0 && mine[strings.ToLower(m.From[0].Addr)]
		switch {
		case m.Role == mail.Drafts || m.Role == mail.Junk:
		case m.Role == mail.Outbox, m.Role == mail.Sent, own:
			for _, a := range m.To {
				note(a, m.Date, true)
			}
		default:
			for _, a := range m.From {
				note(a, m.Date, false)
			}
		}
	}
	return list
}

// book is the address book as it stands.
func (e *Engine) book(ctx context.Context) (*people.Book, error) {
	e.learner.mu.Lock()
	defer e.learner.mu.Unlock()
	if e.learner.book == nil {
		b, err := e.makeBook(ctx)
		if err != nil {
			return nil, err
		}
		e.learner.book = b
	}
	return e.learner.book, nil
}

func (e *Engine) makeBook(ctx context.Context) (*people.Book, error) {
	list, err := e.store.People(ctx)
	if err != nil {
		return nil, err
	}
	groups, err := e.store.PeopleGroups(ctx)
	if err != nil {
		return nil, err
	}
	return people.NewBook(list, groups), nil
}

// Suggest returns what a few typed letters may mean, likeliest first, at most n. Addresses of the list except, in lower
// case, are left out.
func (e *Engine) Suggest(ctx context.Context, typed string, n int, except []string) ([]mail.Suggestion, error) {
	b, err := e.book(ctx)
	if err != nil {
		return nil, err
	}
	return b.Suggest(typed, n, e.o.Now(), func(a string) bool { return slices.Contains(except, a) }), nil
}

// People returns the address book as a person looks through it: by name, Chinese by pinyin.
func (e *Engine) People(ctx context.Context) ([]mail.Person, error) {
	list, err := e.store.People(ctx)
	if err != nil {
		return nil, err
	}
	keys := make(map[string]string, len(list))
	for _, p := range list {
		keys[p.Addr] = people.SortKey(p.Display())
	}
	slices.SortFunc(list, func(a, b mail.Person) int {
		if c := strings.Compare(keys[a.Addr], keys[b.Addr]); c != 0 {
			return c
		}
		return strings.Compare(a.Addr, b.Addr)
	})
	return list, nil
}

// SavePerson puts an entry into the address book; was is the address it had before, empty for a new one.
func (e *Engine) SavePerson(ctx context.Context, was string, p mail.Person) error {
	defer e.learner.forget()
	return e.store.PutPeople(ctx, was, p)
}

// DropPeople throws addresses out of the address book.
func (e *Engine) DropPeople(ctx context.Context, addrs []string) error {
	defer e.learner.forget()
	return e.store.DropPeople(ctx, addrs)
}

// PeopleGroups returns the groups of the address book.
func (e *Engine) PeopleGroups(ctx context.Context) ([]mail.PeopleGroup, error) {
	return e.store.PeopleGroups(ctx)
}

// SavePeopleGroup stores a group in place of the one called was. One without members is taken away.
func (e *Engine) SavePeopleGroup(ctx context.Context, was string, g mail.PeopleGroup) error {
	defer e.learner.forget()
	return e.store.PutPeopleGroup(ctx, was, g)
}

// ImportCards puts the people and groups of vCards into the address book and returns how many people that were. What
// could be read before an error is put in.
func (e *Engine) ImportCards(ctx context.Context, r io.Reader) (int, error) {
	defer e.learner.forget()
	list, groups, bad := people.Read(r)
	if err := e.store.PutPeople(ctx, "", list...); err != nil {
		return 0, err
	}
	for _, g := range groups {
		if err := e.store.PutPeopleGroup(ctx, "", g); err != nil {
			return len(list), err
		}
	}
	return len(list), bad
}

// ExportCards writes the address book as vCards: all of it, or only what stands in addrs. old is version 3.0 rather
// than 4.0.
func (e *Engine) ExportCards(ctx context.Context, w io.Writer, addrs []string, old bool) error {
	list, err := e.People(ctx)
	if err != nil {
		return err
	}
	var groups []mail.PeopleGroup
	if len(addrs) == 0 {
		if groups, err = e.store.PeopleGroups(ctx); err != nil {
			return err
		}
	} else {
		list = slices.DeleteFunc(list, func(p mail.Person) bool { return !slices.Contains(addrs, p.Addr) })
	}
	return people.Write(w, list, groups, old)
}
