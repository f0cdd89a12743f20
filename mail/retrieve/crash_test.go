package retrieve_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"poplar/mail"
	"poplar/mail/mailtest"
)

// story is a mailbox and what happens to it between visits.
type story struct {
	name    string
	options mailtest.POP3Options
	script  mailtest.Script
	fill    func(*mailtest.Mailbox)
	between func(m *mailbox, visit int)
	want    []string
	limit   int64
}

func stories() []story {
	shuffle := func(m *mailbox, visit int) {
		if visit == 1 {
			ids := m.box.UIDLs()
			m.box.Renumber(func(i int, _ string) string { return ids[(i+1)%len(ids)] })
			m.box.Add([]byte(letter(5)))
		}
	}
	noTOP := mailtest.POP3Options{Without: []string{"TOP"}}
	noUIDL := mailtest.POP3Options{Without: []string{"UIDL"}}
	return []story{
		{name: "plain"},
		{name: "new mail comes", between: func(m *mailbox, visit int) { m.box.Add([]byte(letter(10 + visit))) }, want: append(letters(4), letter(11), letter(12))},
		{name: "renumbered", between: renumber(1)},
		{name: "renumbered, no TOP", options: noTOP, between: renumber(1)},
		{name: "shuffled", fill: sized(4), between: shuffle, want: append(sizedLetters(4), letter(5))},
		{name: "shuffled, no TOP", options: noTOP, fill: sized(4), between: shuffle, want: append(sizedLetters(4), letter(5))},
		{name: "no UIDL", options: noUIDL},
		{name: "UIDL comes", script: mailtest.InSession(1, mailtest.On("UIDL", mailtest.Refuse("", "unknown")))},
		{name: "one id for all", fill: func(b *mailtest.Mailbox) {
			for _, l := range sizedLetters(4) {
				b.Put(mailtest.Message{Raw: []byte(l), UIDL: "same"})
			}
		}, want: sizedLetters(4)},
		{name: "too large, until the limit is lifted", limit: limit, fill: volumes, between: func(m *mailbox, visit int) {
			if visit == 2 {
				m.visit.Account.MaxSize = 0
			}
		}, want: []string{letter(1), volume(1), letter(2), volume(2)}},
		{name: "too large, and renumbered before the limit is lifted", limit: limit, fill: volumes, between: func(m *mailbox, visit int) {
			renumber(1)(m, visit)
			if visit == 2 {
				m.visit.Account.MaxSize = 0
			}
		}, want: []string{letter(1), volume(1), letter(2), volume(2)}},
	}
}

func volumes(b *mailtest.Mailbox) {
	for _, raw := range []string{letter(1), volume(1), letter(2), volume(2)} {
		b.Add([]byte(raw))
	}
}

func (s story) open(t *testing.T, keep mail.KeepMode, script mailtest.Script) *mailbox {
	m := newMailbox(t, keep, s.options)
	m.visit.Account.MaxSize = s.limit
	if s.fill != nil {
		s.fill(m.box)
	} else {
		for _, l := range letters(4) {
			m.box.Add([]byte(l))
		}
	}
	m.server.SetScript(mailtest.Scripts(s.script, script, m.guard()))
	return m
}

// guard checks at each DELE that the message is committed and its row doomed.
func (m *mailbox) guard() mailtest.Script {
	return mailtest.On("DELE", func(turn *mailtest.Turn) {
		var n int
		_, _ = fmt.Sscan(turn.Arg, &n)
		all := turn.Mailbox.Messages()
		if n < 1 || n > len(all) {
			return
		}
		if m.store.contents()[string(all[n-1].Raw)] == 0 {
			m.t.Errorf("DELE %d is sent although the message is not stored", n)
		}
		if m.store.states()[mail.Doomed] == 0 {
			m.t.Errorf("DELE %d is sent although no row is doomed", n)
		}
	})
}

func (s story) check(m *mailbox, keep mail.KeepMode) {
	m.t.Helper()
	want := s.want
	if want == nil {
		want = letters(4)
	}
	m.once(want...)
	if keep == mail.KeepNever && m.box.Len() != 0 {
		m.t.Errorf("%d messages are left on the server", m.box.Len())
	}
	if keep == mail.KeepForever && m.box.Len() != len(want) {
		m.t.Errorf("%d messages are left on the server, not %d", m.box.Len(), len(want))
	}
	m.store.mu.Lock()
	defer m.store.mu.Unlock()
	for _, r := range m.store.rows {
		if r.State == mail.Doomed {
			m.t.Errorf("the row %q is still doomed", r.UIDL)
		}
		if r.Message == 0 {
			m.t.Errorf("the row %q has no message", r.UIDL)
		}
	}
}

// Killed before and after every COMMIT of three visits, then left alone: each message is there exactly once.
func TestKilledAtEveryCommit(t *testing.T) {
	for _, s := range stories() {
		for _, keep := range []mail.KeepMode{mail.KeepForever, mail.KeepNever} {
			t.Run(s.name+", "+string(keep), func(t *testing.T) {
				t.Parallel()
				for step := 1; ; step++ {
					died := false
					for _, after := range []bool{false, true} {
						m := s.open(t, keep, nil)
						m.store.dies, m.store.after = step, after
						for visit := 1; visit <= 4; visit++ {
							m.run()
							if m.store.steps >= step {
								died = true
								m.store.dies = 0 // the next process finds what was committed
							}
							if visit <= 2 && s.between != nil {
								s.between(m, visit)
							}
						}
						m.clean()
						s.check(m, keep)
						if t.Failed() {
							t.Fatalf("killed at commit %d, after it %v: %v", step, after, m.store.events)
						}
						_ = m.server.Close()
					}
					if !died {
						return
					}
				}
			})
		}
	}
}

// The link is cut at every command of three visits: before it is carried out, after that, and inside the answer.
func TestCutAtEveryCommand(t *testing.T) {
	cuts := map[string]func(*mailtest.Turn){"before": mailtest.CutBefore, "unanswered": mailtest.CutUnanswered, "late": mailtest.CutAt(-2)}
	for _, s := range stories() {
		for _, keep := range []mail.KeepMode{mail.KeepForever, mail.KeepNever} {
			for kind, cut := range cuts {
				t.Run(strings.Join([]string{s.name, string(keep), kind}, ", "), func(t *testing.T) {
					t.Parallel()
					for at := 1; ; at++ {
						var mu sync.Mutex
						n := 0
						m := s.open(t, keep, func(turn *mailtest.Turn) {
							mu.Lock()
							defer mu.Unlock()
							if n++; n == at {
								cut(turn)
							}
						})
						for visit := 1; visit <= 3; visit++ {
							m.run()
							if visit <= 2 && s.between != nil {
								s.between(m, visit)
							}
						}
						m.server.SetScript(nil)
						m.clean()
						s.check(m, keep)
						if t.Failed() {
							t.Fatalf("cut at command %d: %q", at, m.server.Lines(0))
						}
						_ = m.server.Close()
						mu.Lock()
						over := n < at
						mu.Unlock()
						if over {
							return
						}
					}
				})
			}
		}
	}
}

// Many mailboxes to which several things happen at once.
func TestRandomTrouble(t *testing.T) {
	for seed := range uint64(200) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(seed, 1))
			all := stories()
			s := all[r.IntN(len(all))]
			keep := []mail.KeepMode{mail.KeepForever, mail.KeepNever}[r.IntN(2)]
			var mu sync.Mutex
			trouble, r2 := true, rand.New(rand.NewPCG(seed, 2))
			m := s.open(t, keep, func(turn *mailtest.Turn) {
				mu.Lock()
				defer mu.Unlock()
				if !trouble || r2.IntN(25) > 0 {
					return
				}
				switch r2.IntN(6) {
				case 0:
					turn.CutBefore()
				case 1:
					turn.CutUnanswered()
				case 2:
					turn.CutAt(r2.IntN(400))
				case 3:
					turn.CutAt(-1 - r2.IntN(5))
				case 4:
					if turn.Name == "RETR" || turn.Name == "DELE" || turn.Name == "TOP" {
						turn.Refuse("SYS/TEMP", "trouble")
					}
				case 5:
					if turn.Name == "UIDL" || turn.Name == "LIST" {
						mailtest.FirstLines(r2.IntN(3))(turn)
					}
				}
			})
			for visit := 1; visit <= 6; visit++ {
				m.store.mu.Lock()
				m.store.dies = 0
				if r.IntN(3) == 0 {
					m.store.dies, m.store.after = m.store.steps+1+r.IntN(4), r.IntN(2) == 0
				}
				m.store.mu.Unlock()
				m.run()
				if visit <= 2 && s.between != nil {
					s.between(m, visit)
				}
			}
			mu.Lock()
			trouble = false
			mu.Unlock()
			m.store.dies = 0
			m.clean()
			m.clean()
			s.check(m, keep)
		})
	}
}
