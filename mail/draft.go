package mail

import (
	"strings"
	"time"
)

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
	// Rich is what was typed, with its looks; nil in a message of plain text. Text then counts for nothing: Rich.Text is
	// the message's plain form.
	Rich *Rich
	// Quote is the original's text that goes under Text with "> " before each line (without them in a forward: Mark has
	// Forwarded); empty when there is none or when it has been taken into Text (see Quoted).
	Quote string
	// QuoteIntro is the line above Quote ("On … Marta wrote:").
	QuoteIntro string
	// QuoteHTML is the look of what Quote quotes, as clean HTML that needs nothing else; the message then has an HTML form
	// beside its text. It counts for nothing when Quote is empty, and drafts do not keep it: it is found again by Answers.
	QuoteHTML string
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
	// SendAt is when it is to leave, once it is sent; zero: after the undo time.
	SendAt time.Time
	// AskReceipt asks those who read it for a notice (RFC 8098, Disposition-Notification-To).
	AskReceipt bool
	// Notices are the reports asked of the servers on the way.
	Notices Notices
	// Priority is how urgent the sender says it is.
	Priority Priority
	// PassedOn says that this is no draft, but what was taken back of a message that was to go on to others as it is
	// (Resent-To): To are those, Answers is the message, 0 where it is gone. Nothing is kept of it.
	PassedOn bool
}

// Priority is how urgent a message is, as its sender sees it.
type Priority string

// The priorities; the empty one is the usual.
const (
	HighPriority Priority = "high"
	LowPriority  Priority = "low"
)

// Quoted is Quote as it stands in the message: with ">" before each line of an answer (RFC 3676 section 4.5: no blank
// between quote marks), as it is under the header block of a forward. It is empty, and QuoteIntro counts for nothing,
// when Quote is empty.
func (d Draft) Quoted() string {
	if d.Quote == "" {
		return ""
	}
	var b strings.Builder
	b.Grow(len(d.QuoteIntro) + len(d.Quote) + len(d.Quote)/16 + 2)
	if d.QuoteIntro != "" {
		b.WriteString(d.QuoteIntro)
		b.WriteByte('\n')
	}
	if d.Mark&Forwarded != 0 {
		b.WriteString(d.Quote)
		return b.String()
	}
	for line := range strings.SplitSeq(d.Quote, "\n") {
		b.WriteByte('>')
		if line != "" && line[0] != '>' {
			b.WriteByte(' ')
		}
		b.WriteString(line)
		b.WriteByte('\n')
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// Body is the whole text of the message: Text (or that of Rich), an empty line, Quoted.
func (d Draft) Body() string {
	quoted := d.Quoted()
	if d.Rich != nil {
		d.Text = d.Rich.Text()
	}
	switch {
	case quoted == "" || d.Text == "":
		return d.Text + quoted
	case strings.HasSuffix(d.Text, "\n\n"):
		return d.Text + quoted
	case strings.HasSuffix(d.Text, "\n"):
		return d.Text + "\n" + quoted
	}
	return d.Text + "\n\n" + quoted
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
	ReplyList       // to the mailing list alone (RFC 2369, List-Post)
	ForwardAttached // the message goes along whole, as an attachment
	EditAsNew       // a new message with everything that is in this one
)

// MailingList is what a message says of the mailing list it came by; all empty where it came by none.
type MailingList struct {
	Post        string // the address that posts to it (RFC 2369)
	LeaveByMail string // a mailto: URL
	LeaveByWeb  string // an https: URL
	OneClick    bool   // LeaveByWeb takes a POST, and nothing more (RFC 8058)
}
