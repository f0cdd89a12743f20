package mail

import "time"

// FateState is what is known of one recipient of a message that was sent.
type FateState string

// The fates of a recipient.
const (
	FateAccepted  FateState = "accepted"  // the outgoing server took it; nothing else was heard
	FateDelivered FateState = "delivered" // a report says that it was delivered, or handed on where no reports come from
	FateDelayed   FateState = "delayed"   // a report says that it waits; the server goes on trying
	FateFailed    FateState = "failed"    // refused, or reported as undeliverable
)

// Fate is what became of a sent message for one recipient.
type Fate struct {
	Addr  string
	State FateState
	// Why is the reason of a failure or delay in fixed English words, the end of the sentence "could not be delivered: …";
	// a window translates them. Empty where there is none.
	Why        string
	Status     string // RFC 3463, "" where none
	Said       string // the server's own line
	RemoteMTA  string
	NewAddress string    // the address that the server gave in its place (251, 551), or ""
	At         time.Time // when it was heard
	Report     MessageID // the delivery report that says so; 0 for what the outgoing server itself said, or when it is gone
}
