package mail

import (
	"io"
	"time"
)

// MessageID is a message's row in the local store. It is never reused.
type MessageID int64

// Address is a mailbox of RFC 5322: an optional display name and an addr-spec.
type Address struct {
	Name string `json:"name"`
	Addr string `json:"addr"`
}

// Display returns the name where there is one, else the addr-spec.
func (a Address) Display() string {
	if a.Name != "" {
		return a.Name
	}
	return a.Addr
}

// Flags are the states of a message.
type Flags uint32

// The flags; their bit values are stored, so they never change.
const (
	Seen Flags = 1 << iota
	Answered
	Forwarded
	Flagged
)

// Names returns the set flags as words ("seen", "answered", …), in a fixed order.
func (f Flags) Names() []string {
	names := []string{}
	for i, n := range []string{"seen", "answered", "forwarded", "flagged"} {
		if f&(1<<i) != 0 {
			names = append(names, n)
		}
	}
	return names
}

// Summary is what a list shows of a message.
type Summary struct {
	ID        MessageID
	Folder    FolderID
	Account   AccountID
	MessageID string // Message-ID without its angle brackets
	UIDL      string // unique-id on the server it came from, or empty
	Subject   string
	From      []Address
	To        []Address
	Cc        []Address
	Date      time.Time // the Date field, or where it is missing or absurd the time of arrival
	Received  time.Time // when it was stored here
	Size      int64     // octets of the raw message, CRLF lines
	Flags     Flags
	// Attachments counts the leaves that a person would call attachments (inline pictures with a cid are not).
	Attachments int
	Thread      int64 // messages of one conversation share it
	Snippet     string
	OnServer    bool // the server still holds a copy, as far as the last visit knows
	// Whole is how many octets the message has on the server where only its header and first lines are here; 0
	// where all of it is.
	Whole int64
	// Fate is the worst that delivery reports say of a sent message's recipients: FateFailed, FateDelayed, or "".
	Fate FateState
	// Report is what a delivery report says, the worst of its recipients' fates; "" for other messages.
	Report FateState
}

// Arrival is one message on its way into the store: its bytes and what delivery read out of them.
type Arrival struct {
	Raw        Raw
	Summary    Summary // Folder, ID and Thread are the store's to fill
	InReplyTo  []string
	References []string // Message-IDs without brackets, oldest first
	IndexText  string   // what full-text search finds beside subject and addresses
	Role       Role     // the folder it belongs in; empty means Inbox
	// Bounce is what a delivery report says, per recipient; nil for other messages. The report's References then end
	// with the Message-ID of the message it is about, where it tells.
	Bounce []Bounced
	// BounceOf is the Message-ID of the message that a delivery report is about, BounceSubject its subject; "" where the
	// report does not tell.
	BounceOf      string
	BounceSubject string
	// Piece says that it is one of several messages that make a whole; nil for others.
	Piece *Piece
	// Ledger is the row that records it as retrieved; nil for messages that came another way (drafts, sent copies).
	Ledger *LedgerRow
}

// Raw is the bytes of a message, CRLF lines, dots unstuffed. It can be read any number of times, at any place, by
// several goroutines. Close releases what it holds.
type Raw interface {
	io.ReaderAt
	io.Closer
	Size() int64
}

// Spooled is a Raw in a file that was written for it alone, and that nobody writes to any more. A store can give the file
// a name of its own instead of copying it; Close removes the one it had.
type Spooled interface {
	Raw
	OwnFile() string // its path; all of its octets are the message's
}

// Bytes is a Raw in memory.
type Bytes []byte

// ReadAt implements io.ReaderAt.
func (b Bytes) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 || off >= int64(len(b)) {
		return 0, io.EOF
	}
	n := copy(p, b[off:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// Close does nothing.
func (b Bytes) Close() error { return nil }

// Size is the number of octets.
func (b Bytes) Size() int64 { return int64(len(b)) }

// Reader returns a reader over all of raw.
func Reader(raw Raw) *io.SectionReader { return io.NewSectionReader(raw, 0, raw.Size()) }

// Message is a message opened for reading.
type Message struct {
	Subject   string
	From      []Address
	Sender    []Address
	To        []Address
	Cc        []Address
	Bcc       []Address
	ReplyTo   []Address
	Date      time.Time // zero where there is none
	MessageID string
	InReplyTo []string
	// References are Message-IDs without brackets, oldest first.
	References []string
	Header     []Field // every field, decoded, in the order of the message
	Text       string  // decoded text/plain body, or the text of the HTML where there is none
	Flowed     bool    // Text is format=flowed (RFC 3676)
	TextMade   bool    // Text was made of Invitations, in English: the message has no other
	HTML       string  // decoded source of the HTML body, if any
	Parts      []Part  // attachments and inline parts, in the order of the message
	Bounce     []Bounced
	// BounceOf is the Message-ID of the message that a delivery report is about, where it tells.
	BounceOf    string
	Invitations []Invitation // events of a text/calendar part
	Protection  Protection   // how it is signed or encrypted; empty where it is not
	Problems    []string     // what was odd about it, in plain words
	// Charset is what the first text was read in (a name of the Encoding Standard); Forced says that a person chose it.
	Charset string
	Forced  bool
	Piece   *Piece // it is one of several that make a whole; nil for others
	// Glanced says that only the beginning of a long message has been looked at: parts may lack.
	Glanced bool
}

// Protection is how a message is signed or encrypted. It says what the message is, not that a signature was verified.
type Protection string

// The kinds of protection.
const (
	SignedPGP      Protection = "signed-pgp" // RFC 3156, or inline
	EncryptedPGP   Protection = "encrypted-pgp"
	SignedSMIME    Protection = "signed-smime" // RFC 8551
	EncryptedSMIME Protection = "encrypted-smime"
)

// Invitation is one event of a calendar part (RFC 5545).
type Invitation struct {
	Method      string // of the calendar: REQUEST, REPLY, CANCEL, PUBLISH, …
	UID         string
	Summary     string
	Description string
	Location    string
	Organizer   Address
	Attendees   []Address
	Start       time.Time // zero where unknown
	End         time.Time
	AllDay      bool
	Status      string // CONFIRMED, TENTATIVE, CANCELLED
	Repeats     string // the RRULE as it stands
}

// Field is one header field, unfolded and decoded.
type Field struct{ Name, Value string }

// Part is a leaf of a message that is not its body.
type Part struct {
	Index     int    // its number among Parts, the handle for reading its bytes
	Name      string // a safe file name: no path, no control or bidi characters, never empty
	Type      string // media type, lower case, no parameters
	Size      int64  // decoded octets; of a part beyond a quarter of a mebibyte reckoned from the coded ones
	ContentID string // without brackets
	Inline    bool   // shown inside the body (a cid picture), not in the row of attachments
	// External says where the part is kept when it is not in the message; nil for others. Its bytes are the note alone.
	External *External
}

// Bounced is one recipient of a delivery report (RFC 3464).
type Bounced struct {
	Recipient  string `json:"recipient"`
	Action     string `json:"action"`
	Status     string `json:"status"`
	Diagnostic string `json:"diagnostic"`
	RemoteMTA  string `json:"remote_mta"`
	// Why is the reason in fixed English words, the end of the sentence "could not be delivered: …"; a window translates
	// them. Empty where it was delivered, and before a message is opened.
	Why string `json:"-"`
	// NewAddress is the address that the server gave in place of the recipient's (251, 551), or "".
	NewAddress string `json:"-"`
}
