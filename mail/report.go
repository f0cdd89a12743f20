package mail

import "time"

// VisitReport is what one visit to a mailbox achieved.
type VisitReport struct {
	Account   AccountID
	Retrieved int   // messages stored
	Bytes     int64 // octets of them
	Deleted   int   // deletions the server confirmed by its +OK to QUIT
	Left      int   // messages on the server after the visit
	Skipped   int   // over the size limit
	Refused   []RefusedMessage
	// Renumbered counts messages recognised by content after the server changed its unique-ids.
	Renumbered int
	// LoginDelay is the least time between two logins that the server states; 0 where it states none.
	LoginDelay time.Duration
	Took       time.Duration
	Problem    *Problem // nil when the visit went to its end
}

// RefusedMessage is one the server would not give. The report of a visit has UIDL and Said only.
type RefusedMessage struct {
	UIDL    string    `json:"uidl"`
	Dup     int       `json:"-"` // with UIDL its key in the ledger
	Said    string    `json:"said"`
	Size    int64     `json:"-"` // octets as announced; 0 where unknown
	First   time.Time `json:"-"` // when it was seen first
	Tried   time.Time `json:"-"` // when it was last asked for
	Heading Heading   `json:"-"` // what TOP told, where it works for this message
	Wish    Wish      `json:"-"` // WishLeave: not asked for any more; WishDelete: deleted at the next visit
}

// What stands for the server's words in RefusedMessage.Said where it gave none.
const (
	SaidBroken  = "the connection ends whenever this message is asked for"
	SaidEndless = "the message goes on far beyond its announced size"
	SaidNothing = "the server lists this message and sends nothing of it"
	SaidNo      = "the server refuses this message and gives no reason"
)

// Key is the message's key in the ledger.
func (r RefusedMessage) Key() LedgerKey { return LedgerKey{r.UIDL, r.Dup} }

// Finding is one step of the doctor.
type Finding struct {
	Direction Direction
	// Step is "resolve", "connect", "encrypt", "greeting", "capabilities", "log in", "mailbox" or "sender", and of the
	// message to oneself "send", "retrieve" or "delete".
	Step    string
	OK      bool
	Took    time.Duration
	Said    string // what was seen, or the server's own line
	Problem *Problem
	// Verdict is what stands behind a step that failed, or what a person should know of one that did not; or nil.
	Verdict *Verdict
	Box     *Mailbox // what the step "mailbox" found; or nil
}

// Mailbox is what there is on a server.
type Mailbox struct {
	Count  int   // messages
	Octets int64 // as STAT has it
	Recent int   // messages not older than StartSince says; -1 where that is not known
}

// AccountStatus is how an account does, for the status line and the list of accounts.
type AccountStatus struct {
	Account     AccountID
	Busy        bool // a visit is under way
	Done, Total int  // messages of the visit under way
	Bytes       int64
	LastCheck   time.Time // end of the last visit; zero before the first
	Last        VisitReport
	Next        time.Time // next planned visit; zero when none
	Open        bool      // its mailbox is open in a window: visits wait until that is closed
}
