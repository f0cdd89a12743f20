package retrieve_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"poplar/mail"
	"poplar/mail/mailtest"
)

// volume is a message of many lines, larger than limit.
func volume(n int) string {
	return fmt.Sprintf("From: Ann <ann@example.test>\r\nSubject: Volume %d\r\nMessage-ID: <v%d@example.test>\r\n\r\nBeginning of %d\r\n", n, n, n) +
		strings.Repeat("and so on, line after line after line\r\n", 2000)
}

const limit = 50000

// lines is what TOP gives of a message when n lines of its body are asked for.
func lines(raw string, n int) string {
	head, body, _ := strings.Cut(raw, "\r\n\r\n")
	all := strings.SplitAfter(body, "\r\n")
	return head + "\r\n\r\n" + strings.Join(all[:min(n, len(all))], "")
}

func limited(t *testing.T, keep mail.KeepMode, o mailtest.POP3Options, raw ...string) *mailbox {
	t.Helper()
	m := newMailbox(t, keep, o, raw...)
	m.visit.Account.MaxSize = limit
	return m
}

// wish sets a wish on the row of a message on the server, as the store would.
func (m *mailbox) wish(n int, w mail.Wish) {
	m.t.Helper()
	m.change(n, func(r *mail.LedgerRow) { r.Wish = w })
}

func (m *mailbox) change(n int, f func(*mail.LedgerRow)) {
	m.t.Helper()
	id := m.box.UIDLs()[n-1]
	m.store.mu.Lock()
	defer m.store.mu.Unlock()
	for k, r := range m.store.rows {
		if r.UIDL == id {
			f(&r)
			m.store.rows[k] = r
			return
		}
	}
	m.t.Fatalf("no row for message %d", n)
}

func (m *mailbox) partial() int {
	m.store.mu.Lock()
	defer m.store.mu.Unlock()
	n := 0
	for _, r := range m.store.rows {
		if r.Partial {
			n++
		}
	}
	return n
}

func TestFirstLinesOfWhatIsOverTheLimit(t *testing.T) {
	m := limited(t, mail.KeepNever, mailtest.POP3Options{}, letter(1), volume(1), letter(2))
	for visit := range 3 {
		if r := m.clean(); r.Skipped != 1 || r.Left != 1 || visit > 0 && r.Retrieved != 0 {
			t.Errorf("visit %d: %+v", visit, r)
		}
	}
	m.once(letter(1), letter(2), lines(volume(1), 300))
	if m.retrs() != 2 || m.server.Count("TOP") != 1 || m.partial() != 1 {
		t.Errorf("%d retrieved, %d TOP", m.retrs(), m.server.Count("TOP"))
	}
	ids := slices.Sorted(maps.Keys(m.store.messages))
	m.wish(1, mail.WishFetch) // the only one left
	if r := m.clean(); r.Retrieved != 1 || r.Skipped != 0 || r.Deleted != 1 || m.box.Len() != 0 {
		t.Errorf("fetching the rest: %+v", r)
	}
	m.once(letter(1), letter(2), volume(1))
	if now := slices.Sorted(maps.Keys(m.store.messages)); !slices.Equal(ids, now) || m.partial() != 0 {
		t.Errorf("messages %v became %v", ids, now)
	}
}

func TestTheRestComesWhenTheLimitIsLifted(t *testing.T) {
	m := limited(t, mail.KeepForever, mailtest.POP3Options{}, volume(1), volume(2))
	m.clean()
	m.change(2, func(r *mail.LedgerRow) { r.GoneHere, r.Message = true, 0 }) // thrown away: it does not come again
	m.visit.Account.MaxSize = 0
	if r := m.clean(); r.Retrieved != 1 || r.Skipped != 1 {
		t.Errorf("%+v", r)
	}
	m.once(volume(1), lines(volume(2), 300))
}

func TestHeadersFirst(t *testing.T) {
	m := newMailbox(t, mail.KeepForever, mailtest.POP3Options{}, letter(1), volume(1))
	m.visit.Account.HeadersFirst = true
	if r := m.clean(); r.Retrieved != 1 || r.Skipped != 1 {
		t.Errorf("%+v", r)
	}
	m.once(letter(1), lines(volume(1), 300))
}

func TestFirstLinesAreRecognisedAfterRenumbering(t *testing.T) {
	m := limited(t, mail.KeepForever, mailtest.POP3Options{}, volume(1), letter(1), volume(2))
	m.clean()
	m.box.Renumber(func(_ int, old string) string { return "new-" + old })
	if r := m.clean(); r.Retrieved != 0 || r.Renumbered != 3 {
		t.Errorf("%+v", r)
	}
	m.once(lines(volume(1), 300), letter(1), lines(volume(2), 300))
	m.visit.Account.MaxSize = 0
	m.clean()
	m.once(volume(1), letter(1), volume(2))
	if m.partial() != 0 {
		t.Error("still partial")
	}
}

func TestFirstLinesAreNotDeletedAfterRenumbering(t *testing.T) {
	m := limited(t, mail.KeepNever, mailtest.POP3Options{}, volume(1), letter(1), volume(2))
	m.clean()
	m.box.Renumber(func(_ int, old string) string { return "new-" + old })
	if r := m.clean(); r.Deleted != 0 || r.Left != 2 || m.partial() != 2 {
		t.Errorf("%+v", r)
	}
}

func TestTheRestIsNotThatOfAnotherMessage(t *testing.T) {
	m := limited(t, mail.KeepForever, mailtest.POP3Options{}, volume(1))
	m.clean()
	id := m.box.UIDLs()[0]
	m.wish(1, mail.WishFetch)
	m.box.Remove(id)
	m.box.Put(mailtest.Message{UIDL: id, Raw: []byte(volume(2))}) // of the same size
	m.clean()
	m.clean()
	m.once(lines(volume(1), 300), volume(2))
}

func TestFirstLinesSurviveABadListing(t *testing.T) {
	m := limited(t, mail.KeepNever, mailtest.POP3Options{}, volume(1), volume(2))
	m.clean()
	m.server.SetScript(mailtest.Empty())
	m.clean()
	m.server.SetScript(nil)
	for range 2 {
		if r := m.clean(); r.Skipped != 2 || r.Deleted != 0 {
			t.Errorf("%+v", r)
		}
	}
	m.once(lines(volume(1), 300), lines(volume(2), 300))
}

func TestFirstLinesWhoseIdGoesToAnotherMessage(t *testing.T) {
	for _, again := range []bool{false, true} {
		m := limited(t, mail.KeepForever, mailtest.POP3Options{}, volume(1))
		m.clean()
		id := m.box.UIDLs()[0]
		other := volume(2) + "which is longer\r\n"
		if again {
			m.wish(1, mail.WishFetch)
		}
		m.box.Remove(id)
		m.box.Put(mailtest.Message{UIDL: id, Raw: []byte(other)})
		m.clean()
		m.clean()
		m.once(lines(volume(1), 300), lines(other, 300))
	}
}

func TestTOPRefused(t *testing.T) {
	m := limited(t, mail.KeepForever, mailtest.POP3Options{}, letter(1), volume(1))
	m.server.SetScript(mailtest.On("TOP", mailtest.Refuse("", "no TOP today")))
	if r := m.clean(); r.Retrieved != 1 || r.Skipped != 1 || len(r.Refused) != 0 {
		t.Errorf("%+v", r)
	}
	m.once(letter(1))
	m.server.SetScript(nil)
	m.clean()
	m.once(letter(1), lines(volume(1), 300))
}

func TestWishes(t *testing.T) {
	t.Run("kept against the policy", func(t *testing.T) {
		m := newMailbox(t, mail.KeepForever, mailtest.POP3Options{}, letters(3)...)
		m.clean()
		m.wish(2, mail.WishLeave)
		m.visit.Account.Keep.Mode = mail.KeepNever
		if r := m.clean(); r.Deleted != 2 || r.Left != 1 || m.box.Len() != 1 {
			t.Errorf("%+v", r)
		}
	})
	t.Run("deleted against the policy", func(t *testing.T) {
		m := limited(t, mail.KeepForever, mailtest.POP3Options{}, letter(1), letter(2), volume(1))
		m.clean()
		m.wish(1, mail.WishDelete)
		m.wish(3, mail.WishDelete)
		if r := m.clean(); r.Deleted != 2 || r.Left != 1 {
			t.Errorf("%+v", r)
		}
		m.once(letter(1), letter(2), lines(volume(1), 300))
	})
	t.Run("deleted though it never came", func(t *testing.T) {
		m := newMailbox(t, mail.KeepForever, mailtest.POP3Options{}, letters(2)...)
		m.server.SetScript(mailtest.On("RETR 1", mailtest.Refuse("SYS/PERM", "damaged")))
		m.clean()
		m.wish(1, mail.WishDelete)
		// The first attempt fails: whoever changes their mind still has it.
		m.server.SetScript(mailtest.Scripts(mailtest.On("RETR 1", mailtest.Refuse("SYS/PERM", "damaged")), mailtest.On("QUIT", mailtest.CutBefore)))
		m.run()
		if m.store.states()[mail.Refused] != 1 {
			t.Errorf("rows %v", m.store.states())
		}
		m.server.SetScript(nil)
		if r := m.clean(); r.Deleted != 1 || m.box.Len() != 1 || m.store.states()[mail.Refused] != 0 {
			t.Errorf("%+v, rows %v", r, m.store.states())
		}
		m.once(letter(2))
	})
	t.Run("refused and left", func(t *testing.T) {
		m := newMailbox(t, mail.KeepForever, mailtest.POP3Options{}, letters(2)...)
		m.server.SetScript(mailtest.On("RETR 1", mailtest.Refuse("SYS/PERM", "damaged")))
		m.clean()
		m.wish(1, mail.WishLeave)
		before := m.retrs()
		if r := m.clean(); m.retrs() != before {
			t.Errorf("asked for again: %+v", r)
		}
	})
	t.Run("downloaded again", func(t *testing.T) {
		m := newMailbox(t, mail.KeepForever, mailtest.POP3Options{}, letters(2)...)
		m.clean()
		m.wish(2, mail.WishFetch)
		for visit := range 2 {
			if r := m.clean(); r.Retrieved != 1-visit {
				t.Errorf("visit %d: %+v", visit, r)
			}
		}
		m.once(letters(2)...)
	})
	t.Run("downloaded again after it was deleted here", func(t *testing.T) {
		m := newMailbox(t, mail.KeepForever, mailtest.POP3Options{}, letters(2)...)
		m.clean()
		m.change(2, func(r *mail.LedgerRow) {
			delete(m.store.messages, r.Message)
			r.Message, r.GoneHere, r.Wish = 0, true, mail.WishFetch
		})
		m.clean()
		m.clean()
		m.once(letters(2)...)
	})
}
