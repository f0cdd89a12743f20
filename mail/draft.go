package mail

import "time"

// Draft is a message being written.
type Draft struct {
	ID      MessageID // its row in Drafts; 0 before the first save
	Account AccountID
	From    Address
	To      []Address
	Cc      []Address
	Bcc     []Address
	ReplyTo []Address
	Subject string
	Text    string // plain text, LF lines, as typed (quote and signature included)
	// Quote is the original's text that goes under Text with "> " before each line; empty when there is none or when
	// it has been taken into Text.
	Quote string
	// QuoteIntro is the line above Quote ("On … Marta wrote:").
	QuoteIntro string
	// InReplyTo and References are Message-IDs without brackets.
	InReplyTo  string
	References []string
	// Answers is the message this one replies to or forwards; once sent it is marked with Mark.
	Answers MessageID
	Mark    Flags // Answered or Forwarded
	// MessageID and Date are fixed when it is built for sending; empty before.
	MessageID string
	Date      time.Time
	Attach    []Attachment
}

// Attachment is a file that goes with a draft: either a file on disk or bytes in memory (a forwarded part).
type Attachment struct {
	Name string
	Type string // media type; empty means by the name
	Path string // read when the message is built
	Raw  Raw    // used when Path is empty
	Size int64
}

// ReplyMode says how an answer is made.
type ReplyMode int

// The ways to answer.
const (
	ReplySender ReplyMode = iota
	ReplyAll
	ForwardInline
)
