package retrieve_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"poplar/mail"
	"poplar/mail/mailtest"
	"poplar/mail/pop3"
	"poplar/mail/retrieve"
	"poplar/mail/wire"
)

const password = "open sesame"

// kept is a message in the store.
type kept struct {
	raw []byte
	row mail.LedgerRow
}

// store models mail/store: what a transaction wrote is there once it returns, all or nothing, and after the step at
// which it dies nothing is written any more.
type store struct {
	mu       sync.Mutex
	messages map[mail.MessageID]kept
	rows     map[string]mail.LedgerRow
	last     mail.MessageID

	read   int                               // how often the whole ledger was read
	steps  int                               // transactions so far
	dies   int                               // the step at which it dies; 0: it lives
	after  bool                              // it dies after that step's COMMIT, not before
	events []string                          // what was committed, in order
	check  func(step string, s *store) error // called before each COMMIT
}

func newStore() *store {
	return &store{messages: map[mail.MessageID]kept{}, rows: map[string]mail.LedgerRow{}}
}

var errDead = errors.New("the store is dead")

func key(r mail.LedgerRow) string { return fmt.Sprintf("%s\x00%s\x00%d", r.Account, r.UIDL, r.Dup) }

// commit carries out one transaction.
func (s *store) commit(step string, do func() error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.steps++
	if s.dies > 0 && (s.steps > s.dies || s.steps == s.dies && !s.after) {
		return errDead
	}
	if s.check != nil {
		if err := s.check(step, s); err != nil {
			return err
		}
	}
	if err := do(); err != nil {
		return err
	}
	s.events = append(s.events, step)
	if s.steps == s.dies {
		return errDead
	}
	return nil
}

// gist models LedgerGist of mail/store.
func (s *store) gist(context.Context) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n, octets := map[mail.LedgerState]int{}, int64(0)
	for _, r := range s.rows {
		if r.State != mail.Stored && r.State != mail.Deleted || r.Wish != mail.NoWish || r.Partial {
			return "", nil
		}
		n[r.State]++
		if r.State == mail.Stored {
			octets += r.Size
		}
	}
	return fmt.Sprint(n[mail.Stored], octets, n[mail.Deleted]), nil
}

func (s *store) Ledger(_ context.Context, a mail.AccountID) ([]mail.LedgerRow, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.read++
	var rows []mail.LedgerRow
	for _, r := range s.rows {
		if r.Account == a {
			rows = append(rows, r)
		}
	}
	slices.SortFunc(rows, func(a, b mail.LedgerRow) int { return bytes.Compare([]byte(key(a)), []byte(key(b))) })
	return rows, nil
}

func (s *store) PutLedger(_ context.Context, rows ...mail.LedgerRow) error {
	return s.commit("put", func() error {
		for _, r := range rows {
			if r.Account == "" || r.State == "" {
				return fmt.Errorf("a row without account or state: %+v", r)
			}
			s.rows[key(r)] = r
		}
		return nil
	})
}

func (s *store) ForgetLedger(_ context.Context, rows ...mail.LedgerRow) error {
	return s.commit("forget", func() error {
		for _, r := range rows {
			delete(s.rows, key(r))
		}
		return nil
	})
}

func (s *store) RenumberLedger(_ context.Context, old, now mail.LedgerRow) error {
	return s.commit("renumber", func() error {
		r, ok := s.rows[key(old)]
		if !ok {
			return fmt.Errorf("no row %q to renumber", old.UIDL)
		}
		if _, taken := s.rows[key(now)]; taken && key(old) != key(now) {
			return fmt.Errorf("the row %q would be lost", now.UIDL)
		}
		now.Message = r.Message
		delete(s.rows, key(old))
		s.rows[key(now)] = now
		return nil
	})
}

func (s *store) Store(_ context.Context, batch []retrieve.Fetched) error {
	read := make([][]byte, len(batch))
	for i, f := range batch {
		b, err := io.ReadAll(mail.Reader(f.Raw))
		if err != nil {
			return err
		}
		read[i] = b
	}
	return s.commit("store", func() error {
		for i, f := range batch {
			whole := f.Row.State == mail.Stored && f.Row.Body != "" && !f.Row.Partial
			lines := f.Row.State == mail.Skipped && f.Row.Body == "" && f.Row.Partial
			if !whole && !lines || f.Row.Account == "" || f.Row.UIDL == "" || f.Row.Header == "" || f.Row.First.IsZero() {
				return fmt.Errorf("row %+v", f.Row)
			}
			if f.Row.Message == 0 {
				s.last++
				f.Row.Message = s.last
			}
			if f.Row.Wish == mail.WishFetch {
				f.Row.Wish = mail.NoWish
			}
			s.messages[f.Row.Message] = kept{read[i], f.Row}
			s.rows[key(f.Row)] = f.Row
		}
		return nil
	})
}

// contents counts the stored messages by their octets.
func (s *store) contents() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := map[string]int{}
	for _, m := range s.messages {
		n[string(m.raw)]++
	}
	return n
}

// states counts the rows by state.
func (s *store) states() map[mail.LedgerState]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := map[mail.LedgerState]int{}
	for _, r := range s.rows {
		n[r.State]++
	}
	return n
}

// mailbox is a server with one mailbox, the store behind it, and an account that visits.
type mailbox struct {
	t      testing.TB
	server *mailtest.POP3
	box    *mailtest.Mailbox
	store  *store
	visit  retrieve.Visit
	known  pop3.Known
	clock  *mailtest.Clock
	idle   time.Duration
	dial   func(ctx context.Context, network, addr string) (net.Conn, error) // nil: the usual
}

func newMailbox(t testing.TB, keep mail.KeepMode, o mailtest.POP3Options, raw ...string) *mailbox {
	t.Helper()
	m := &mailbox{t: t, server: mailtest.StartPOP3(t, o), store: newStore(), idle: time.Minute}
	m.box = m.server.AddUser("u", password)
	for _, r := range raw {
		m.box.Add([]byte(r))
	}
	m.clock = mailtest.NewClock(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))
	m.visit = retrieve.Visit{
		Account: mail.Account{ID: "a1", Keep: mail.Keep{Mode: keep}, Incoming: m.server.Server("u")},
		Connect: m.connect, Spool: t.TempDir(), Now: m.clock.Now,
		Remember: func(k pop3.Known) { m.known = k },
		Gist:     func(ctx context.Context) (string, error) { return m.store.gist(ctx) },
		Settle:   func(f retrieve.Settled) { m.visit.Settled = f },
	}
	return m
}

func (m *mailbox) connect(ctx context.Context) (*pop3.Client, error) {
	return pop3.Open(ctx, m.visit.Account.Incoming, password, pop3.Options{Wire: wire.Options{Idle: m.idle, DialContext: m.dial}, Known: m.known, Ahead: true})
}

// run makes one visit.
func (m *mailbox) run() mail.VisitReport {
	m.t.Helper()
	return m.runWith(m.t.Context())
}

func (m *mailbox) runWith(ctx context.Context) mail.VisitReport {
	m.t.Helper()
	m.visit.Ledger, m.visit.Store = m.store, m.store.Store
	r := retrieve.Run(ctx, m.visit)
	if left, _ := os.ReadDir(m.visit.Spool); len(left) > 0 {
		m.t.Errorf("the spool still holds %d files", len(left))
	}
	m.clock.Advance(10 * time.Minute)
	return r
}

// clean makes a visit that must go to its end.
func (m *mailbox) clean() mail.VisitReport {
	m.t.Helper()
	r := m.run()
	if r.Problem != nil {
		m.t.Errorf("the visit failed: %v", r.Problem)
	}
	return r
}

// once checks that the store has each of want exactly as often as it stands there, and nothing else.
func (m *mailbox) once(want ...string) {
	m.t.Helper()
	n := map[string]int{}
	for _, w := range want {
		n[w]++
	}
	got := m.store.contents()
	for w, k := range n {
		if got[w] != k {
			m.t.Errorf("%.60q is stored %d times, not %d", w, got[w], k)
		}
		delete(got, w)
	}
	for w, k := range got {
		m.t.Errorf("%.60q is stored %d times and should not be", w, k)
	}
}

// retrs is how many messages were asked for since the server began.
func (m *mailbox) retrs() int { return m.server.Count("RETR") }

// letter is a message that differs from every other letter.
func letter(n int) string {
	return fmt.Sprintf("Received: from a by b; %d\r\nFrom: Ann <ann@example.test>\r\nSubject: Letter %d\r\nDate: Sun, 1 Mar 2026 12:00:%02d +0000\r\nMessage-ID: <%d@example.test>\r\n\r\nText of letter %d.\r\n.\r\nEnd\r\n", n, n, n%60, n, n)
}

func letters(n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = letter(i + 1)
	}
	return all
}
