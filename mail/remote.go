package mail

import "time"

// Copy is what is known of the server's copy of one message that is here.
type Copy struct {
	Message  MessageID
	Account  AccountID
	OnServer bool      // as far as the last visit knows
	Next     bool      // the next visit deletes it there
	Until    time.Time // when the policy will have it deleted there; zero where that is no matter of time
	Wish     Wish
	Partial  bool  // only its header and first lines are here
	Size     int64 // octets on the server
}

// RemoteMessage is one message of a mailbox as its server lists it now, with what is known of it here.
type RemoteMessage struct {
	N       int // number in the session that lists it
	UIDL    string
	Size    int64       // octets as announced; 0 where unknown
	State   LedgerState // empty for one that has not been seen before
	Message MessageID   // here; 0 where it is not, or no longer
	Partial bool        // only its header and first lines are here
	Next    bool        // the next visit deletes it on the server
	Until   time.Time   // when the policy will have it deleted; zero where that is no matter of time
	Wish    Wish
	Said    string  // the server's words, where it refused it
	Known   bool    // Heading is known, as far as it can be
	Heading Heading // sender, subject, date
	Deleted bool    // marked as deleted in this session
}
