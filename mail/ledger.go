package mail

import "time"

// LedgerState is what is known of one message on a POP3 server. docs/pop3.md draws the states.
type LedgerState string

// The states of a ledger row.
const (
	// Stored: the message is in the local store, committed, in the same transaction as this row.
	Stored LedgerState = "stored"
	// Skipped: left on the server because it is over the size limit; with Partial its first lines are here.
	Skipped LedgerState = "skipped"
	// Refused: the server would not give it; Said has its words. It is tried again at each visit.
	Refused LedgerState = "refused"
	// Doomed: DELE was sent and no +OK to QUIT has been seen: it may or may not be gone.
	Doomed LedgerState = "doomed"
	// Deleted: not on the server any more: QUIT was answered +OK after its DELE, or a listing lacked it. The row stays
	// until the UIDL can no longer come back; listed again, the message is recognised and not stored twice.
	Deleted LedgerState = "deleted"
)

// LedgerRow is one message of one mailbox as Poplar remembers it. (Account, UIDL, Dup) is its key. Rows are not
// forgotten because one listing lacks them.
type LedgerRow struct {
	Account AccountID
	UIDL    string // unique-id as the server gave it, any octets; for servers without UIDL a "sha256:" digest
	Dup     int    // 0, or 1, 2… where one listing repeats a UIDL
	State   LedgerState
	Message MessageID // its row in the store; 0 where none (or no longer)
	Size    int64     // octets as LIST announced them
	First   time.Time // first seen, the start of "delete after N days"
	Listed  time.Time // last change of being listed or not; not refreshed at each visit while nothing changes
	// Header is a digest of the stable part of the header: it recognises a message again after the server has
	// renumbered. Empty where unknown.
	Header string
	// Body is the SHA-256 (hex) of the whole message without its volatile trace fields. Empty where unknown, and once
	// Poplar has deleted the message on the server: under another UIDL it would be a new one.
	Body string
	Said string // the server's words of refusal
	// GoneHere: the local copy was deleted by the person, so "until deleted here" applies.
	GoneHere bool
	// Partial: of Message only the header and the first lines are here. The policy never deletes such a message.
	Partial bool
	// Trashed: Message lies in Trash. Ledger gives it; PutLedger passes it over.
	Trashed bool
	// Heading is what TOP told of a message that is not here. PutLedger keeps the one known where this is zero.
	Heading Heading
	// Wish is what the person wants done with this message. Ledger gives it; only SetWish changes it.
	Wish Wish
}

// LedgerKey names a row within its account.
type LedgerKey struct {
	UIDL string
	Dup  int
}

// Key returns the row's key.
func (r LedgerRow) Key() LedgerKey { return LedgerKey{r.UIDL, r.Dup} }

// Wish is what the person wants done with one message on the server, whatever the account's policy says.
type Wish string

// The wishes.
const (
	NoWish     Wish = ""       // the policy decides
	WishFetch  Wish = "fetch"  // retrieve it at the next visit, over the size limit or not, here already or not
	WishLeave  Wish = "leave"  // leave it where it is: do not delete it, and do not ask again for one that was refused
	WishDelete Wish = "delete" // delete it on the server at the next visit, even if it never came here
)

// Heading is what the header of a message tells of it.
type Heading struct {
	Subject string    `json:"subject,omitempty"`
	From    []Address `json:"from,omitempty"`
	Date    time.Time `json:"date,omitzero"`
}

// IsZero says whether nothing is known.
func (h Heading) IsZero() bool { return h.Subject == "" && len(h.From) == 0 && h.Date.IsZero() }
