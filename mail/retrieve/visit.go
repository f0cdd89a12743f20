package retrieve

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"strconv"
	"time"

	"poplar/mail"
	"poplar/mail/pop3"
)

// Fetched is a message and the row that records it as stored. Raw is valid until Store returns.
type Fetched struct {
	Raw     mail.Raw
	Row     mail.LedgerRow // State is mail.Stored
	Arrival mail.Arrival   // what Visit.Read made of Raw
}

// Ledger is where it is remembered what lies on the servers. mail/store implements it.
type Ledger interface {
	// Ledger returns all rows of an account.
	Ledger(ctx context.Context, a mail.AccountID) ([]mail.LedgerRow, error)
	// PutLedger adds or replaces rows by (Account, UIDL, Dup), in one transaction.
	PutLedger(ctx context.Context, rows ...mail.LedgerRow) error
	// ForgetLedger removes rows by their key.
	ForgetLedger(ctx context.Context, rows ...mail.LedgerRow) error
	// RenumberLedger replaces old's row by now, in one transaction.
	RenumberLedger(ctx context.Context, old, now mail.LedgerRow) error
}

// Visit is one visit to a mailbox.
type Visit struct {
	Account mail.Account
	// Connect returns a session that is logged in. It may be called again when the server ends one early.
	Connect func(ctx context.Context) (*pop3.Client, error)
	Ledger  Ledger
	// Read, if set, reads what the store will want to know out of each message: of a small one as it comes, while earlier
	// ones are being stored, of a large one just before it is stored, while the next one comes.
	Read func(mail.Raw) mail.Arrival
	// Store returns after COMMIT of the messages together with their ledger rows.
	Store func(ctx context.Context, batch []Fetched) error
	// Spool is a folder for messages too large for memory; empty means the system's.
	Spool string
	// Progress, if set, is told how many messages of how many have come, and their octets. It must not block.
	Progress func(done, total int, bytes int64)
	// Remember, if set, is given what is worth knowing of the server at the next visit.
	Remember func(pop3.Known)
	// Gist, if set, tells in one word what the account's ledger holds: a word that changes when rows come, go or change
	// size, and that is empty while a row is not simply stored, or gone, or the person has a wish for one. With it,
	// Settled is what an earlier visit gave to Settle.
	Gist    func(ctx context.Context) (string, error)
	Settled Settled
	Settle  func(Settled)
	// Since, if set, is the day of which on mail comes before older one.
	Since time.Time
	Now   func() time.Time // nil: time.Now
	Log   *slog.Logger     // nil: none
}

// The bounds of one visit.
const (
	// maxSessions bounds how often the server is called: a provider that shows 250 messages at a time has given a
	// quarter of a million by then.
	maxSessions = 1000
	// maxIdle bounds the sessions in a row that achieve nothing.
	maxIdle = 2
	// maxBlame is how often the link may end inside one message, in sessions that achieve nothing else, before that
	// message is passed over for this visit.
	maxBlame = 2
)

// lockWaits are the pauses before a mailbox is tried again that our own broken session may still hold locked.
var lockWaits = []time.Duration{250 * time.Millisecond, time.Second, 4 * time.Second}

// Run makes a visit. Whatever it has stored stays stored, whatever goes wrong later; Problem says what that was.
func Run(ctx context.Context, v Visit) mail.VisitReport {
	v = v.complete()
	start := time.Now()
	r := run{Visit: v, report: mail.VisitReport{Account: v.Account.ID}, blame: map[string]int{}}
	sweep(v.Spool, v.Account.ID)
	if err := r.sessions(ctx); err != nil {
		r.report.Problem = problem(ctx, err)
	}
	r.report.Took = time.Since(start)
	return r.report
}

// complete fills in what the caller left out.
func (v Visit) complete() Visit {
	if v.Now == nil {
		v.Now = time.Now
	}
	if v.Log == nil {
		v.Log = slog.New(slog.DiscardHandler)
	}
	if v.Progress == nil {
		v.Progress = func(int, int, int64) {}
	}
	if v.Remember == nil {
		v.Remember = func(pop3.Known) {}
	}
	if v.Spool == "" {
		v.Spool = os.TempDir()
	}
	return v
}

// problem words err. A context that has ended is the reason for whatever else failed.
func problem(ctx context.Context, err error) *mail.Problem {
	p := mail.ProblemOf(err)
	switch {
	case errors.Is(ctx.Err(), context.Canceled) && p.Kind != mail.Cancelled:
		return &mail.Problem{Kind: mail.Cancelled, Where: p.Where, Doing: p.Doing, Err: err}
	}
	return p
}

// run is a visit under way.
type run struct {
	Visit
	report   mail.VisitReport
	blame    map[string]int // by name: how often the link ended at that message
	windowed bool           // the server shows the mailbox piece by piece
	noHeads  bool           // the link ended at the first lines of a message: they are not asked for in this visit any more
	blunt    bool           // the link ended when TOP was asked for of a message that was refused
	serial   bool           // the server has fallen silent while commands were on their way: one at a time from now on
	trial    bool           // or it has hung up on every session, and nothing has shown yet that this helps
	server   pop3.Known     // what is known the server since the last session
	done     int            // messages that have come, for Progress
	octets   int64
	told     time.Time // when Progress was last told
}

// name is a message's name within this visit.
func name(it Item) string {
	if it.UIDL == "" {
		return "#" + strconv.Itoa(it.N)
	}
	return it.UIDL + "/" + strconv.Itoa(it.Dup)
}

// sessions calls at the server until nothing is left to do, as long as each call achieves something.
func (r *run) sessions(ctx context.Context) error {
	idle := 0
	for n := 1; ; n++ {
		s := &session{run: r, number: n}
		err := s.conduct(ctx, n > 1)
		r.Log.Debug("session", "account", r.Account.ID, "number", n, "listed", s.listed, "stored", s.stored, "deleted", s.deleted, "more", s.more, "error", err)
		if ctx.Err() != nil || err == nil && !s.more || err != nil && !s.broken {
			return err
		}
		if s.stored+s.deleted+s.recognised+s.refusedNow > 0 {
			idle, r.trial = 0, false
		} else if idle++; idle >= maxIdle {
			if r.trial || !s.piped {
				r.oneByOne(false)
				return err
			}
			r.oneByOne(true)
			idle--
		}
		if n == maxSessions {
			return err
		}
		if d := s.delay; d > 0 {
			// The server says how long to stay away; the next visit goes on.
			if err == nil {
				return nil
			}
			p := *mail.ProblemOf(err)
			p.Again = max(p.Again, d)
			return &p
		}
	}
}

// oneByOne begins the trial whether a server that hangs up bears commands one at a time, or ends it: it did not help, and
// is not to be remembered.
func (r *run) oneByOne(begins bool) {
	if begins || r.trial {
		r.trial, r.serial, r.server.Serial = begins, begins, begins
		r.Remember(r.server)
	}
}

// connect opens a session. After one that broke off, the mailbox may still be locked by it for a moment.
func (r *run) connect(ctx context.Context, after bool) (*pop3.Client, error) {
	for i := 0; ; i++ {
		c, err := r.Connect(ctx)
		if err == nil {
			if r.serial {
				c.Distrust()
			}
			return c, nil
		}
		if !after || i == len(lockWaits) || mail.ProblemOf(err).Kind != mail.MailboxInUse {
			return nil, err
		}
		t := time.NewTimer(lockWaits[i])
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
			return nil, ctx.Err()
		}
	}
}

// refuse notes for the report that the server would not give a message.
func (r *run) refuse(it Item, said string) (first bool) {
	for i := range r.report.Refused {
		if r.report.Refused[i].UIDL == it.UIDL && r.report.Refused[i].Dup == it.Dup && it.UIDL != "" {
			r.report.Refused[i].Said = said
			return false
		}
	}
	r.report.Refused = append(r.report.Refused, mail.RefusedMessage{UIDL: it.UIDL, Dup: it.Dup, Said: said})
	return true
}

// refused says whether the server would not give a message earlier in this visit.
func (r *run) refused(it Item) bool {
	for _, m := range r.report.Refused {
		if m.UIDL == it.UIDL && m.Dup == it.Dup && it.UIDL != "" {
			return true
		}
	}
	return false
}

// progress tells Progress, at most some times a second unless now.
func (r *run) progress(total int, now bool) {
	if t := time.Now(); now || t.Sub(r.told) >= 100*time.Millisecond {
		r.told = t
		r.Progress(r.done, max(total, r.done), r.octets)
	}
}
