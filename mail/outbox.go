package mail

import "time"

// SendState is where an outgoing message stands. Each step is committed before the next is taken.
type SendState string

// The states of an outgoing message.
const (
	Queued    SendState = "queued"    // waits until Due
	InFlight  SendState = "in-flight" // committed before DATA; found at start it becomes Uncertain
	SentOK    SendState = "sent"
	Deferred  SendState = "deferred"  // refused for now; tried again at Due
	Failed    SendState = "failed"    // refused for good, or for so long that Poplar gave up
	Uncertain SendState = "uncertain" // the answer to the final dot was lost: perhaps sent, never resent silently
)

// Recipient is one RCPT TO of an outgoing message and what the server said of it.
type Recipient struct {
	Addr   string
	State  SendState // Queued, SentOK, Deferred or Failed
	Code   int       // SMTP reply code, 0 before any
	Status string    // enhanced status code (RFC 3463), "" where none
	Said   string    // the server's own line
}

// OutboxItem is one message in the outbox. Its bytes are the message ID's in the store.
type OutboxItem struct {
	ID         MessageID
	Account    AccountID
	From       string // reverse-path
	Author     string // the address that it is written under, of its header; the store reads it from the message
	Recipients []Recipient
	Subject    string
	State      SendState
	Due        time.Time // when to try (again)
	Tries      int
	FirstTry   time.Time
	Problem    *Problem
	Answers    MessageID // original to be marked once sent
	Mark       Flags
	Size       int64
	Held       bool     // waits, whatever Due says, until the person lets it go
	Copy       FolderID // where the copy goes once it is sent; 0: the account's Sent folder
	Notices    Notices  // asked of the servers on the way
}

// Notices are the delivery reports that servers on a message's way are asked for (RFC 3461), where the first of them
// takes such wishes. The zero value asks for nothing, which brings a report of failure only.
type Notices struct {
	Delivered bool `json:"delivered,omitempty"` // a report when it has reached the mailbox
	Delayed   bool `json:"delayed,omitempty"`   // a report when it is held up
	Whole     bool `json:"whole,omitempty"`     // a report of failure brings the whole message back, not just its header
}

// Pending returns the recipients that still wait for a submission.
func (o OutboxItem) Pending() []string {
	var to []string
	for _, r := range o.Recipients {
		if r.State != SentOK && r.State != Failed {
			to = append(to, r.Addr)
		}
	}
	return to
}

// Receipt is what one submission achieved.
type Receipt struct {
	State      SendState // SentOK, Deferred, Failed or Uncertain, over all recipients of this submission
	Recipients []Recipient
	Said       string // answer to the final dot, or the line that ended it
	Problem    *Problem
}
