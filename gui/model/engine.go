// Package model holds what the window shows and may do. It is plain Go: no Fyne, no network, no database. The
// interfaces here are what the window needs from the rest of Poplar; main joins them to the engine and the settings.
package model

import (
	"context"
	"io"

	"poplar/mail"
	"poplar/settings"
)

// Mailbox is the reading side of the engine. Every method is safe for several goroutines, takes part of a second at
// most on a large store, and must be called away from the UI thread.
type Mailbox interface {
	Folders(ctx context.Context) ([]mail.Folder, error)
	List(ctx context.Context, q mail.Query) ([]mail.Summary, error)
	Count(ctx context.Context, q mail.Query) (int, error)
	// IDs returns the messages that q asks for, in order.
	IDs(ctx context.Context, q mail.Query) ([]mail.MessageID, error)
	// Placed sorts messages by the folders they are in; those that are gone are left out.
	Placed(ctx context.Context, ids []mail.MessageID) (map[mail.FolderID][]mail.MessageID, error)
	Summary(ctx context.Context, id mail.MessageID) (mail.Summary, error)
	// Glance reads the beginning of a long message, whose rest Read reads.
	Glance(ctx context.Context, id mail.MessageID) (*mail.Message, error)
	Read(ctx context.Context, id mail.MessageID) (*mail.Message, error)
	// Part writes the decoded bytes of Message.Parts[index].
	Part(ctx context.Context, id mail.MessageID, index int, w io.Writer) error
	Raw(ctx context.Context, id mail.MessageID) (mail.Raw, error)

	Mark(ctx context.Context, ids []mail.MessageID, set, clear mail.Flags) error
	Move(ctx context.Context, ids []mail.MessageID, to mail.FolderID) error
	// MoveToRole moves each message to its own account's folder of that role (Archive, Junk, Trash, Inbox).
	MoveToRole(ctx context.Context, ids []mail.MessageID, r mail.Role) error
	// Delete removes messages for good.
	Delete(ctx context.Context, ids []mail.MessageID) error
	CreateFolder(ctx context.Context, a mail.AccountID, parent mail.FolderID, name string) (mail.FolderID, error)
	RenameFolder(ctx context.Context, id mail.FolderID, name string) error
	DeleteFolder(ctx context.Context, id mail.FolderID) error

	// Listen subscribes to what happens. The listener must be closed.
	Listen() *mail.Listener
}

// Visits is the retrieving side of the engine. Its methods return at once.
type Visits interface {
	// CheckNow visits the named accounts, or all.
	CheckNow(ids ...mail.AccountID)
	// CancelVisit ends the visit under way; what was stored stays.
	CancelVisit(id mail.AccountID)
	Status() []mail.AccountStatus
	// Transcript is the account's last conversations with its servers, without secrets.
	Transcript(id mail.AccountID) []string
}

// Writer is the sending side of the engine.
type Writer interface {
	NewDraft(ctx context.Context, a mail.AccountID) (mail.Draft, error)
	// RichQuote is what d quotes as a text with looks that can be edited; nil where the original has none.
	RichQuote(ctx context.Context, d mail.Draft) (*mail.Rich, error)
	Answer(ctx context.Context, id mail.MessageID, mode mail.ReplyMode) (mail.Draft, error)
	OpenDraft(ctx context.Context, id mail.MessageID) (mail.Draft, error)
	// SaveDraft stores d in Drafts, in place of what d.ID named, and returns its id.
	SaveDraft(ctx context.Context, d mail.Draft) (mail.MessageID, error)
	DiscardDraft(ctx context.Context, id mail.MessageID) error
	// Send queues d; it leaves after the undo time of the preferences.
	Send(ctx context.Context, d mail.Draft) (mail.MessageID, error)
	Outbox(ctx context.Context) ([]mail.OutboxItem, error)
	SendNow(ctx context.Context, id mail.MessageID) error
	// Resend submits again a message that was perhaps sent, or that failed.
	Resend(ctx context.Context, id mail.MessageID) error
	// Unsend takes a waiting message back into Drafts.
	Unsend(ctx context.Context, id mail.MessageID) (mail.Draft, error)
}

// Secrets are passwords typed but not (yet) stored, by direction.
type Secrets map[mail.Direction]string

// Accounts is the settings side: accounts, passwords and preferences.
type Accounts interface {
	Accounts() []mail.Account
	// SaveAccount stores a (a new one gets its ID) and its passwords: in the keyring, or with remember false in
	// memory only. A password that is not in secrets stays as it is. The account is stored even if the keyring
	// refuses; the error is then the keyring's.
	SaveAccount(ctx context.Context, a mail.Account, secrets Secrets, remember bool) (mail.Account, error)
	RemoveAccount(ctx context.Context, id mail.AccountID) error
	// Secrets returns the stored passwords of an account, for a test before saving; the error is typed.
	Secrets(ctx context.Context, a mail.Account) (Secrets, error)
	Preferences() settings.Preferences
	SetPreferences(p settings.Preferences) error
	// Aside is where a settings file that was damaged lies now, or empty.
	Aside() string
}

// Pictures fetches what messages show from the network, and only what the person has asked for.
type Pictures interface {
	// Pictures fetches pictures by their addresses, telling each when it is there; calls of got do not overlap. It
	// returns how many could not be had, and must be called away from the UI thread.
	Pictures(ctx context.Context, addresses []string, got func(address string, data []byte)) (missing int)
}

// Poplar is everything the window needs.
type Poplar interface {
	AddressBook
	Letters
	Mailbox
	Reading
	Servers
	Visits
	Writer
	Accounts
	FirstMinute
	Pictures
	Dispatch
}
