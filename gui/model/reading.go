package model

import (
	"context"
	"io"

	"poplar/mail"
)

// Reading is what the reader asks of the engine beside Mailbox.Read: where a message comes from, how it is built, what
// became of it. Every method is safe for several goroutines and must be called away from the UI thread.
type Reading interface {
	// Origin is what is known of a message's sender without asking the network; it takes a few milliseconds. Where it
	// is Pending, CheckOrigin asks, which may take ten seconds, and remembers the answer. Offline it stays Pending.
	Origin(ctx context.Context, id mail.MessageID) (mail.Origin, error)
	CheckOrigin(ctx context.Context, id mail.MessageID) (mail.Origin, error)
	// SetCharset has Read take a message's text in another character set (one of mail.Charsets) from now on; "" takes
	// the message's own word again. It is remembered with the message.
	SetCharset(ctx context.Context, id mail.MessageID, charset string) error
	// Structure takes a message apart: its header as it stands and as it is read, and every part.
	Structure(ctx context.Context, id mail.MessageID) (mail.Structure, error)
	// NodeBytes writes the decoded bytes of the part at a path of Structure.
	NodeBytes(ctx context.Context, id mail.MessageID, path string, w io.Writer) error
	// Fates is what became of a sent message, per recipient, in the order they were sent to; empty for mail received.
	Fates(ctx context.Context, id mail.MessageID) ([]mail.Fate, error)
	// SentOf is the sent message that a delivery report is about, 0 where it is not here.
	SentOf(ctx context.Context, report mail.MessageID) (mail.MessageID, error)
	// SendAgain returns a new draft of a sent message that goes to one address alone: the corrected one.
	SendAgain(ctx context.Context, sent mail.MessageID, corrected string) (mail.Draft, error)
	// Inner opens a message that is attached to another, its Parts[index]; InnerPart writes Parts[part] of that one.
	Inner(ctx context.Context, id mail.MessageID, index int) (*mail.Message, error)
	InnerPart(ctx context.Context, id mail.MessageID, index, part int, w io.Writer) error
}
