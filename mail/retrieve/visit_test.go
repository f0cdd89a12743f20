package retrieve_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"poplar/mail"
	"poplar/mail/mailtest"
	"poplar/mail/retrieve"
)

func TestDoomedMessagesAreDeletedAgainWithoutASecondRetrieval(t *testing.T) {
	m := newMailbox(t, mail.KeepNever, mailtest.POP3Options{}, letters(4)...)
	// Every QUIT of the first visit is lost before the server commits.
	m.server.SetScript(mailtest.On("QUIT", mailtest.CutBefore))
	r := m.run()
	if r.Problem == nil || r.Deleted != 0 || m.store.states()[mail.Doomed] != 4 {
		t.Fatalf("%+v, rows %v", r, m.store.states())
	}
	m.server.SetScript(nil)
	r = m.clean()
	if r.Deleted != 4 || r.Retrieved != 0 || m.box.Len() != 0 || m.retrs() != 4 || m.store.states()[mail.Deleted] != 4 {
		t.Errorf("%+v, %d retrieved, rows %v", r, m.retrs(), m.store.states())
	}
}

func TestDoomedRowWhoseIdHasGoneToAnotherMessage(t *testing.T) {
	for _, without := range [][]string{nil, {"TOP"}} {
		m := newMailbox(t, mail.KeepNever, mailtest.POP3Options{Without: without}, letters(4)...)
		ids := m.box.UIDLs()
		m.server.SetScript(mailtest.On("QUIT", mailtest.CutUnanswered)) // committed, but nobody says so
		m.run()
		m.server.SetScript(nil)
		m.store.mu.Lock()
		for k, r := range m.store.rows { // as if the second session of that visit had not been
			r.State = mail.Doomed
			m.store.rows[k] = r
		}
		m.store.mu.Unlock()
		other := letter(99)
		m.box.Put(mailtest.Message{UIDL: ids[0], Raw: []byte(other)})
		m.clean()
		m.once(append(letters(4), other)...)
		if m.box.Len() != 0 {
			t.Errorf("%d left", m.box.Len())
		}
	}
}

func TestServerThatDoesNotDelete(t *testing.T) {
	m := newMailbox(t, mail.KeepNever, mailtest.POP3Options{}, letters(4)...)
	m.server.SetScript(mailtest.On("QUIT", mailtest.Instead("+OK bye")))
	for range 3 {
		if r := m.run(); r.Deleted != 4 {
			t.Errorf("%+v", r)
		}
	}
	m.once(letters(4)...)
	if m.retrs() != 4 {
		t.Errorf("%d retrieved", m.retrs())
	}
}

func TestKeepDays(t *testing.T) {
	m := newMailbox(t, mail.KeepDays, mailtest.POP3Options{}, letters(2)...)
	m.visit.Account.Keep.Days = 3
	m.clean()
	m.clock.Advance(48 * time.Hour)
	m.box.Add([]byte(letter(3)))
	if r := m.clean(); r.Deleted != 0 || m.box.Len() != 3 {
		t.Errorf("after two days %+v", r)
	}
	m.clock.Advance(23 * time.Hour)
	if r := m.clean(); r.Deleted != 0 {
		t.Errorf("an hour early: %+v", r)
	}
	m.clock.Advance(time.Hour)
	if r := m.clean(); r.Deleted != 2 || m.box.Len() != 1 || r.Left != 1 {
		t.Errorf("after three days %+v", r)
	}
	m.once(letters(3)...)
}

func TestKeepUntilDeleted(t *testing.T) {
	m := newMailbox(t, mail.KeepUntilDeleted, mailtest.POP3Options{}, letters(3)...)
	m.clean()
	m.store.mu.Lock()
	for k, r := range m.store.rows {
		if r.UIDL == m.box.UIDLs()[1] {
			r.GoneHere = true
			m.store.rows[k] = r
		}
	}
	m.store.mu.Unlock()
	if r := m.clean(); r.Deleted != 1 || m.box.Len() != 2 || slices.Contains(m.box.UIDLs(), letter(2)) {
		t.Errorf("%+v", r)
	}
	if r := m.clean(); r.Deleted != 0 || r.Retrieved != 0 {
		t.Errorf("%+v", r)
	}
}

func TestPolicyChangedWhileDoomed(t *testing.T) {
	m := newMailbox(t, mail.KeepNever, mailtest.POP3Options{}, letters(2)...)
	m.server.SetScript(mailtest.On("QUIT", mailtest.CutBefore))
	m.run()
	m.server.SetScript(nil)
	m.visit.Account.Keep.Mode = mail.KeepForever
	if r := m.clean(); r.Deleted != 0 || m.box.Len() != 2 || m.store.states()[mail.Stored] != 2 {
		t.Errorf("%+v, rows %v", r, m.store.states())
	}
}

func TestNothingIsDeletedByItsIdAlone(t *testing.T) {
	// STAT agrees, so nothing but LIST can tell that the ids have changed places with the sizes.
	m := newMailbox(t, mail.KeepUntilDeleted, mailtest.POP3Options{}, sizedLetters(3)...)
	m.clean()
	ids := m.box.UIDLs()
	m.store.mu.Lock()
	for k, r := range m.store.rows {
		if r.UIDL == ids[0] {
			r.GoneHere = true
			m.store.rows[k] = r
		}
	}
	m.store.mu.Unlock()
	m.box.Renumber(func(i int, _ string) string { return ids[(i+1)%len(ids)] })
	if r := m.clean(); r.Deleted != 1 {
		t.Errorf("%+v", r)
	}
	for _, left := range m.box.Messages() {
		if string(left.Raw) == sizedLetters(3)[0] {
			t.Error("the message that was deleted here is still on the server")
		}
	}
	if m.box.Len() != 2 {
		t.Errorf("%d left", m.box.Len())
	}
}

func TestSizeLimit(t *testing.T) {
	big := "Subject: big\r\n\r\n" + strings.Repeat("b", 70000) + "\r\n"
	for _, without := range [][]string{{"TOP"}, {"UIDL"}} {
		m := newMailbox(t, mail.KeepNever, mailtest.POP3Options{Without: without}, letter(1), big, letter(2))
		m.visit.Account.MaxSize = 50000
		for range 2 {
			if r := m.clean(); r.Skipped != 1 || r.Left != 1 || m.box.Len() != 1 {
				t.Errorf("%+v", r)
			}
		}
		m.once(letter(1), letter(2))
		if m.retrs() != 2 {
			t.Errorf("%d retrieved", m.retrs())
		}
		m.visit.Account.MaxSize = 0
		if r := m.clean(); r.Skipped != 0 || r.Retrieved != 1 || m.box.Len() != 0 {
			t.Errorf("without a limit %+v", r)
		}
		m.once(letter(1), letter(2), big)
	}
}

func TestSmallAndNewFirst(t *testing.T) {
	big := "Subject: big\r\n\r\n" + strings.Repeat(strings.Repeat("b", 998)+"\r\n", 2000)
	m := newMailbox(t, mail.KeepForever, mailtest.POP3Options{}, big, letter(1), letter(2), big[:100_000], letter(3))
	m.clean()
	var order []string
	for _, l := range m.server.Lines(0) {
		if n, ok := strings.CutPrefix(l, "RETR "); ok {
			order = append(order, n)
		}
	}
	if !slices.Equal(order, []string{"5", "3", "2", "4", "1"}) {
		t.Errorf("asked for in the order %v", order)
	}
}

func TestMailAppearsWhileTheVisitRuns(t *testing.T) {
	release := make(chan struct{})
	m := newMailbox(t, mail.KeepForever, mailtest.POP3Options{Script: mailtest.On("RETR 1", mailtest.Stall(release))}, letters(3)...)
	appeared := make(chan struct{})
	var once sync.Once
	m.store.check = func(step string, s *store) error {
		if step == "store" {
			once.Do(func() { close(appeared) })
		}
		return nil
	}
	done := make(chan mail.VisitReport)
	go func() { done <- m.run() }()
	<-appeared // while message 1, the last asked for, is held back
	close(release)
	if r := <-done; r.Retrieved != 3 || r.Problem != nil {
		t.Errorf("%+v", r)
	}
}

func TestRefusedIsTriedAgainAtEachVisit(t *testing.T) {
	m := newMailbox(t, mail.KeepForever, mailtest.POP3Options{}, letters(3)...)
	m.server.SetScript(mailtest.On("RETR 2", mailtest.Refuse("SYS/PERM", "damaged")))
	for visit := range 2 {
		r := m.clean()
		if len(r.Refused) != 1 || r.Refused[0].UIDL != m.box.UIDLs()[1] || r.Refused[0].Said != "[SYS/PERM] damaged" || m.store.states()[mail.Refused] != 1 || r.Left != 3 {
			t.Errorf("visit %d: %+v, rows %v", visit, r, m.store.states())
		}
	}
	first := m.clock.Now()
	m.server.SetScript(nil)
	if r := m.clean(); r.Retrieved != 1 || len(r.Refused) != 0 || m.store.states()[mail.Stored] != 3 {
		t.Errorf("%+v", r)
	}
	m.once(letters(3)...)
	for _, row := range m.store.rows {
		if !row.First.Before(first) {
			t.Errorf("the first sight of %q was forgotten", row.UIDL)
		}
	}
}

// A disk that is full or read-only from some commit of a visit on: nothing more is deleted on the server, the visit says
// what is wrong, and the next one goes on.
func TestDiskThatTakesNoMore(t *testing.T) {
	for _, p := range []*mail.Problem{{Kind: mail.DiskFull, Err: syscall.ENOSPC}, {Kind: mail.NotWritable, Err: syscall.EROFS}} {
		for healthy := 0; ; healthy++ {
			m := newMailbox(t, mail.KeepNever, mailtest.POP3Options{Script: mailtest.On("RETR 1", mailtest.Trickle(1, time.Millisecond))}, letters(4)...)
			commits, deleted := 0, -1
			m.store.check = func(string, *store) error {
				if commits++; commits <= healthy {
					return nil
				}
				if deleted < 0 {
					deleted = m.server.Count("DELE")
				}
				return p
			}
			r := m.run()
			if commits <= healthy {
				if healthy < 3 || r.Problem != nil {
					t.Errorf("%s: %d commits: %+v", p.Kind, commits, r)
				}
				break
			}
			if r.Problem == nil || r.Problem.Kind != p.Kind {
				t.Errorf("%s after %d commits: %+v", p.Kind, healthy, r)
			}
			if m.server.Count("DELE") != deleted || deleted == 0 && m.box.Len() != 4 {
				t.Errorf("%s after %d commits: %d DELE before, %d after, %d messages left", p.Kind, healthy, deleted, m.server.Count("DELE"), m.box.Len())
			}
			m.store.check = nil
			m.clean()
			m.once(letters(4)...)
			if m.box.Len() != 0 {
				t.Errorf("%s after %d commits: %d left", p.Kind, healthy, m.box.Len())
			}
		}
	}
}

func TestFullDiskDoesNotWaitForASlowServer(t *testing.T) {
	never := make(chan struct{})
	m := newMailbox(t, mail.KeepForever, mailtest.POP3Options{Script: mailtest.On("RETR 1", mailtest.Stall(never))}, letters(3)...)
	m.idle = time.Hour
	m.store.check = func(string, *store) error { return &mail.Problem{Kind: mail.DiskFull} }
	if r := m.run(); r.Problem == nil || r.Problem.Kind != mail.DiskFull {
		t.Errorf("%+v", r)
	}
}

func TestSpoolThatCannotBeWritten(t *testing.T) {
	big := "Subject: big\r\n\r\n" + strings.Repeat(strings.Repeat("b", 998)+"\r\n", 3000)
	m := newMailbox(t, mail.KeepNever, mailtest.POP3Options{}, letter(1), big)
	spool := m.visit.Spool
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	m.visit.Spool = filepath.Join(file, "folder")
	r := m.run()
	if r.Problem == nil || r.Problem.Kind != mail.NotWritable || m.box.Len() != 2 || m.server.Count("DELE") != 0 {
		t.Errorf("%+v", r)
	}
	m.visit.Spool = spool
	m.clean()
	m.once(letter(1), big)
}

func TestWhatAKilledVisitSpooledIsSwept(t *testing.T) {
	m := newMailbox(t, mail.KeepForever, mailtest.POP3Options{})
	left := filepath.Join(m.visit.Spool, "visit-6131-123.eml") // "a1"
	other := filepath.Join(t.TempDir(), "visit-62-123.eml")
	for _, f := range []string{left, other} {
		if err := os.WriteFile(f, []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	m.clean()
	if _, err := os.Stat(left); err == nil {
		t.Error("the left-over is still there")
	}
	if _, err := os.Stat(other); err != nil {
		t.Error("another account's file is gone")
	}
}

func TestCancel(t *testing.T) {
	never := make(chan struct{})
	m := newMailbox(t, mail.KeepNever, mailtest.POP3Options{Script: mailtest.On("RETR 2", mailtest.Stall(never))}, letters(4)...)
	m.idle = time.Hour
	ctx, cancel := context.WithCancel(t.Context())
	m.store.check = func(string, *store) error { cancel(); return nil } // once 4 and 3 are being stored
	r := m.runWith(ctx)
	if r.Problem == nil || r.Problem.Kind != mail.Cancelled || m.server.Count("DELE") != 0 {
		t.Errorf("%+v", r)
	}
	m.server.SetScript(nil)
	m.store.check = nil
	m.clean()
	m.once(letters(4)...)
}

func TestSilenceWhilePipeliningIsTriedOnceWithoutIt(t *testing.T) {
	never := make(chan struct{})
	m := newMailbox(t, mail.KeepForever, mailtest.POP3Options{}, letters(6)...)
	// A server that forgets commands which arrive before it has answered.
	var silence mailtest.Silence
	m.server.SetScript(mailtest.InSession(1, mailtest.On("RETR 4", func(turn *mailtest.Turn) {
		silence.Fall()
		turn.Stall(never)
	})))
	m.dial = silence.DialContext
	r := m.clean()
	m.once(letters(6)...)
	if r.Retrieved != 6 || !m.known.Serial {
		t.Errorf("%+v, remembered %+v", r, m.known)
	}
	for _, c := range m.server.Commands() {
		if c.Session > 1 && c.Ahead && strings.HasPrefix(c.Line, "RETR") {
			t.Errorf("%s was sent ahead", c.Line)
		}
	}
}

// A server that hangs up on commands that come early is asked one by one in the end, and from then on; one that hangs up
// whatever comes is no such server.
func TestHangingUpOnWhatComesEarly(t *testing.T) {
	for _, always := range []bool{false, true} {
		m := newMailbox(t, mail.KeepNever, mailtest.POP3Options{}, letters(4)...)
		m.server.SetScript(mailtest.On("DELE", func(turn *mailtest.Turn) {
			if turn.Ahead || always {
				turn.CutBefore()
			}
		}))
		r := m.run()
		if r.Retrieved != 4 || (r.Problem != nil) != always || m.known.Serial == always || (m.box.Len() == 0) == always {
			t.Errorf("always %v: %+v, remembered %+v, %d left", always, r, m.known, m.box.Len())
		}
		m.once(letters(4)...)
		m.server.SetScript(nil)
		if m.clean(); m.box.Len() != 0 {
			t.Errorf("always %v: %d left", always, m.box.Len())
		}
	}
}

func TestServerThatShowsPartOfTheMailbox(t *testing.T) {
	m := newMailbox(t, mail.KeepNever, mailtest.POP3Options{}, letters(620)...)
	m.box.Limit(250)
	r := m.clean()
	if r.Retrieved != 620 || r.Deleted != 620 || m.box.Len() != 0 || r.Left != 0 {
		t.Errorf("%+v, %d left", r, m.box.Len())
	}
	m.once(letters(620)...)
}

func TestServerThatCountsMoreThanItLists(t *testing.T) {
	m := newMailbox(t, mail.KeepNever, mailtest.POP3Options{}, letters(7)...)
	m.server.SetScript(mailtest.Scripts(mailtest.On("UIDL", mailtest.FirstLines(2)), mailtest.On("LIST", mailtest.FirstLines(2))))
	if r := m.clean(); r.Retrieved != 7 || m.box.Len() != 0 {
		t.Errorf("%+v, %d left", r, m.box.Len())
	}
	m.once(letters(7)...)
}

func TestServerThatHidesWhatWasRetrieved(t *testing.T) {
	// As Gmail does: what has been retrieved is no longer listed, and 3 at most are.
	m := newMailbox(t, mail.KeepForever, mailtest.POP3Options{}, letters(10)...)
	m.server.SetScript(mailtest.Scripts(
		mailtest.On("GREETING", mailtest.Say("+OK Gpop ready for requests")),
		mailtest.On("QUIT", func(turn *mailtest.Turn) {
			for range 3 {
				if ids := turn.Mailbox.UIDLs(); len(ids) > 0 {
					turn.Mailbox.Remove(ids[0])
				}
			}
		}),
	))
	m.box.Limit(3)
	r := m.clean()
	if r.Retrieved != 10 {
		t.Errorf("%+v", r)
	}
	m.once(letters(10)...)
	// All of it is shown again, as "recent:" does.
	m.box.Limit(0)
	m.server.SetScript(nil)
	for _, row := range m.store.rows {
		m.box.Put(mailtest.Message{UIDL: row.UIDL, Raw: m.store.messages[row.Message].raw})
	}
	if r := m.clean(); r.Retrieved != 0 || r.Left != 10 || m.store.states()[mail.Stored] != 10 {
		t.Errorf("%+v, rows %v", r, m.store.states())
	}
}

func TestLoginDelayStopsFurtherSessions(t *testing.T) {
	m := newMailbox(t, mail.KeepForever, mailtest.POP3Options{}, letters(4)...)
	m.server.SetScript(mailtest.Scripts(
		mailtest.On("CAPA", mailtest.Capa("USER", "UIDL", "TOP", "LOGIN-DELAY 300")),
		mailtest.Once("RETR 2", mailtest.CutBefore),
	))
	r := m.run()
	if r.Problem == nil || r.Problem.Again < 5*time.Minute || m.server.Sessions() != 1 || r.Retrieved != 2 {
		t.Errorf("%+v, %d sessions", r, m.server.Sessions())
	}
	m.clean()
	m.once(letters(4)...)
}

func TestMailboxStillLockedByOurOwnBrokenSession(t *testing.T) {
	m := newMailbox(t, mail.KeepForever, mailtest.POP3Options{}, letters(4)...)
	m.server.SetScript(mailtest.Scripts(
		mailtest.Once("RETR 2", mailtest.CutBefore),
		mailtest.InSession(2, mailtest.On("AUTH", mailtest.Refuse("IN-USE", "locked"))),
	))
	if r := m.clean(); r.Retrieved != 4 {
		t.Errorf("%+v", r)
	}
}

func TestServerThatIsGone(t *testing.T) {
	m := newMailbox(t, mail.KeepForever, mailtest.POP3Options{})
	_ = m.server.Close()
	if r := m.run(); r.Problem == nil || r.Problem.Kind != mail.Unreachable {
		t.Errorf("%+v", r)
	}
}

func TestProgress(t *testing.T) {
	m := newMailbox(t, mail.KeepForever, mailtest.POP3Options{}, letters(30)...)
	var done, total int
	var octets int64
	m.visit.Progress = func(d, n int, b int64) {
		if d < done || b < octets {
			t.Errorf("progress went back from %d to %d", done, d)
		}
		done, total, octets = d, n, b
	}
	r := m.clean()
	if done != 30 || total != 30 || octets != r.Bytes {
		t.Errorf("%d of %d, %d octets; report %+v", done, total, octets, r)
	}
}

func TestNothingNewCostsNothing(t *testing.T) {
	m := newMailbox(t, mail.KeepForever, mailtest.POP3Options{}, letters(50)...)
	left := make(chan struct{}) // the answer to QUIT is not waited for
	m.server.SetScript(mailtest.On("QUIT", func(*mailtest.Turn) { left <- struct{}{} }))
	visit := func() {
		done := make(chan struct{})
		go func() { <-left; close(done) }()
		m.clean()
		<-done
	}
	visit()
	before, steps := len(m.server.Commands()), m.store.steps
	visit()
	var lines []string
	waits := 0
	for _, c := range m.server.Commands()[before:] {
		lines = append(lines, c.Line)
		if !c.Ahead {
			waits++
		}
	}
	if want := []string{"CAPA", "STAT", "UIDL", "QUIT"}; !slices.Equal(lines[2:], want) {
		t.Errorf("sent %q", lines)
	}
	if m.store.steps != steps {
		t.Errorf("%d transactions for nothing", m.store.steps-steps)
	}
}

// sink is a store that keeps digests only.
type sink struct {
	*store
	mu   sync.Mutex
	sums map[[32]byte]int
	most atomic.Uint64
}

func (s *sink) Store(ctx context.Context, batch []retrieve.Fetched) error {
	// What is in use, not what the collector has yet to take away: that depends on the machine.
	runtime.GC()
	var mem runtime.MemStats
	runtime.ReadMemStats(&mem)
	s.most.Store(max(s.most.Load(), mem.HeapAlloc))
	for _, f := range batch {
		h := sha256.New()
		if _, err := io.Copy(h, mail.Reader(f.Raw)); err != nil {
			return err
		}
		s.mu.Lock()
		s.sums[[32]byte(h.Sum(nil))]++
		s.mu.Unlock()
	}
	return s.commit("store", func() error {
		for _, f := range batch {
			s.rows[key(f.Row)] = f.Row
		}
		return nil
	})
}

func TestLargeMessagesAreNeverWholeInMemory(t *testing.T) {
	line := strings.Repeat("0123456789abcdef", 60) + "\r\n"
	head := "Subject: large\r\n\r\n"
	const lines = 60_000 // 58 MB each
	m := newMailbox(t, mail.KeepForever, mailtest.POP3Options{})
	for i := range 3 {
		m.box.Put(mailtest.Message{
			Announced: []int64{0, 100, 3 << 30}[i], Raw: []byte{},
			Open: func() io.Reader {
				readers := []io.Reader{strings.NewReader(fmt.Sprintf("X-N: %d\r\n", i) + head)}
				for range lines {
					readers = append(readers, strings.NewReader(line))
				}
				return io.MultiReader(readers...)
			},
		})
	}
	s := &sink{store: m.store, sums: map[[32]byte]int{}}
	m.visit.Ledger, m.visit.Store = s, s.Store
	r := retrieve.Run(t.Context(), m.visit)
	if r.Problem != nil || r.Retrieved != 3 {
		t.Fatalf("%+v", r)
	}
	for i := range 3 {
		h := sha256.New()
		_, _ = io.WriteString(h, fmt.Sprintf("X-N: %d\r\n", i)+head)
		for range lines {
			_, _ = io.WriteString(h, line)
		}
		if s.sums[[32]byte(h.Sum(nil))] != 1 {
			t.Errorf("message %d is not what was sent", i)
		}
	}
	// The server's own readers take some 15 MB here.
	if most := s.most.Load() >> 20; most > 45 {
		t.Errorf("%d MB of heap", most)
	}
}

func TestReportSaysWhatFailed(t *testing.T) {
	m := newMailbox(t, mail.KeepForever, mailtest.POP3Options{}, letters(2)...)
	broken := errors.New("no such table")
	m.store.check = func(string, *store) error { return broken }
	if r := m.run(); r.Problem == nil || !errors.Is(r.Problem, broken) {
		t.Errorf("%+v", r)
	}
}

func TestSeveralAccountsShareAStore(t *testing.T) {
	a := newMailbox(t, mail.KeepForever, mailtest.POP3Options{}, letters(3)...)
	b := newMailbox(t, mail.KeepForever, mailtest.POP3Options{}, letters(3)...)
	b.store, b.visit.Account.ID = a.store, "a2"
	a.clean()
	b.clean()
	a.clean()
	a.once(append(letters(3), letters(3)...)...)
}
