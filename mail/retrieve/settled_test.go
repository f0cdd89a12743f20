package retrieve_test

import (
	"slices"
	"testing"
	"time"

	"poplar/mail"
	"poplar/mail/mailtest"
)

// Where the server lists what it listed and nothing waits, a visit neither reads the ledger nor asks for more than STAT
// and UIDL. Whatever may make something due brings the comparison back.
func TestSettled(t *testing.T) {
	tests := []struct {
		name   string
		change func(m *mailbox)
		read   bool // the ledger is compared again
		retrs  int
	}{
		{"nothing new", func(*mailbox) {}, false, 0},
		{"a new message", func(m *mailbox) { m.box.Add([]byte(letter(9))) }, true, 1},
		{"one was deleted elsewhere", func(m *mailbox) { m.box.Remove(m.box.UIDLs()[1]) }, true, 0},
		{"one replaced by one of the same size", func(m *mailbox) { m.box.Remove(m.box.UIDLs()[1]); m.box.Add([]byte(letter(9))) }, true, 1},
		{"the policy deletes", func(m *mailbox) { m.visit.Account.Keep.Mode = mail.KeepNever }, true, 0},
		{"a message was deleted here", func(m *mailbox) {
			m.visit.Account.Keep.Mode = mail.KeepUntilDeleted
			m.row(func(r *mail.LedgerRow) { r.GoneHere = true })
		}, true, 0},
		{"a wish", func(m *mailbox) { m.row(func(r *mail.LedgerRow) { r.Wish = mail.WishFetch }) }, true, 1},
		{"a row is lost", func(m *mailbox) {
			for k := range m.store.rows {
				delete(m.store.rows, k)
				return
			}
		}, true, 1},
		{"a day has passed", func(m *mailbox) { m.clock.Advance(25 * time.Hour) }, true, 0},
		{"the clock was wrong then", func(m *mailbox) { m.clock.Advance(-25 * time.Hour) }, true, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := newMailbox(t, mail.KeepForever, mailtest.POP3Options{}, letters(4)...)
			m.clean()
			tt.change(m)
			m.store.read = 0
			retrs, before := m.retrs(), m.server.Count("LIST")
			m.clean()
			if read := m.store.read > 0; read != tt.read {
				t.Errorf("the ledger was read: %v", read)
			}
			if n := m.retrs() - retrs; n != tt.retrs {
				t.Errorf("%d messages were retrieved", n)
			}
			if !tt.read && m.server.Count("LIST") != before {
				t.Error("LIST was asked for")
			}
			if tt.name == "nothing new" {
				m.once(letters(4)...)
			}
		})
	}
}

// A visit that leaves something undone, or a server whose counts do not add up, settles nothing.
func TestUnsettled(t *testing.T) {
	for name, script := range map[string]mailtest.Script{
		"a message is refused":  mailtest.On("RETR 2", mailtest.Instead("-ERR no")),
		"STAT says nonsense":    mailtest.On("STAT", mailtest.Instead("+OK 4 77")),
		"STAT counts more":      mailtest.On("STAT", mailtest.Instead("+OK 9 100")),
		"UIDL is refused":       mailtest.On("UIDL", mailtest.Instead("-ERR no")),
		"the link ends at QUIT": mailtest.On("QUIT", mailtest.CutUnanswered),
	} {
		t.Run(name, func(t *testing.T) {
			m := newMailbox(t, mail.KeepForever, mailtest.POP3Options{Script: script}, letters(4)...)
			m.run()
			m.store.read = 0
			m.run()
			if again := m.store.read > 0; again != (name != "the link ends at QUIT") {
				t.Errorf("the ledger was read again: %v", again)
			}
		})
	}
}

// row changes the first row of the ledger behind the visit's back.
func (m *mailbox) row(change func(*mail.LedgerRow)) {
	m.store.mu.Lock()
	defer m.store.mu.Unlock()
	var keys []string
	for k := range m.store.rows {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	r := m.store.rows[keys[0]]
	change(&r)
	m.store.rows[keys[0]] = r
}
