package store

import (
	"context"
	"errors"
	"syscall"

	"github.com/mattn/go-sqlite3"

	"poplar/mail"
)

// What an *Error may wrap beside the causes of the system and of SQLite.
var (
	// ErrInUse: another process holds the profile and has not let go within Options.Wait.
	ErrInUse = errors.New("another Poplar is using this profile")
	// ErrClosed: the store was closed.
	ErrClosed = errors.New("the mail store is closed")
	// ErrNewer: the database has a schema this program does not know.
	ErrNewer = errors.New("the mail store was written by a newer Poplar; update this one to open it")
	// ErrNotAStore: the file is a database, but not one of Poplar's.
	ErrNotAStore = errors.New("the file is not a Poplar mail store; it was left as it is")
	// ErrNoMessage: no such message, or no longer.
	ErrNoMessage = errors.New("there is no such message; it may have been deleted")
	// ErrNoFolder: no such folder, or no longer.
	ErrNoFolder = errors.New("there is no such folder; it may have been deleted")
	// ErrNoAccount: EnsureAccount was not called for the account, or it was removed.
	ErrNoAccount = errors.New("the mail store has no such account")
	// ErrExists: a folder of that name is at that place already.
	ErrExists = errors.New("a folder of that name is already there")
	// ErrBadName: the name cannot be a folder's.
	ErrBadName = errors.New("a folder's name must be one to 200 characters long, without slashes or control characters")
	// ErrRole: folders with a role are neither renamed nor deleted.
	ErrRole = errors.New("this folder has a fixed purpose: it cannot be renamed or deleted")
	// ErrOutbox: only Enqueue puts messages into an Outbox folder.
	ErrOutbox = errors.New("messages enter the outbox only by being sent")
	// ErrInFlight: the message is being handed to the server at this moment.
	ErrInFlight = errors.New("the message is being sent at this moment")
	// ErrQueued: the message waits in the outbox and must be taken back first.
	ErrQueued = errors.New("the message waits in the outbox: take it back first")
)

// Error is the error of every method of this package: what was being done, and why it failed. Is and As reach the
// sentinels above, the context's error and SQLite's own.
type Error struct {
	Kind  mail.Kind
	Doing string // "store messages", "open the mail store", …
	Path  string // the store's folder
	Err   error
}

// Error implements error with one English line.
func (e *Error) Error() string { return "cannot " + e.Doing + ": " + e.Err.Error() }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Problem puts the failure in the words a person meets: disk-full, not-writable, store-damaged, store-newer,
// store-in-use, cancelled or unknown.
func (e *Error) Problem() *mail.Problem {
	return &mail.Problem{Kind: e.Kind, Where: e.Path, Doing: e.Doing, Err: e.Err}
}

// fail makes an *Error of err; one that is an *Error already stays as it is.
func (s *Store) fail(doing string, err error) error { return failure(doing, s.dir, err) }

func failure(doing, dir string, err error) error {
	if err == nil {
		return nil
	}
	var e *Error
	if errors.As(err, &e) {
		return err
	}
	return &Error{Kind: kindOf(err), Doing: doing, Path: dir, Err: err}
}

// kindOf sorts causes into mail's closed list.
func kindOf(err error) mail.Kind {
	var lite sqlite3.Error
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return mail.Cancelled
	case errors.Is(err, ErrNewer):
		return mail.StoreNewer
	case errors.Is(err, ErrInUse):
		return mail.StoreInUse
	case errors.Is(err, ErrNotAStore):
		return mail.StoreDamaged
	case errors.As(err, &lite):
		return sqliteKind(lite)
	case isFull(err):
		return mail.DiskFull
	case isReadOnly(err):
		return mail.NotWritable
	case errors.Is(err, syscall.EIO):
		return mail.StoreDamaged
	}
	return mail.Unknown
}

func sqliteKind(err sqlite3.Error) mail.Kind {
	switch {
	case err.SystemErrno != 0 && isFull(err.SystemErrno):
		return mail.DiskFull
	case err.SystemErrno != 0 && isReadOnly(err.SystemErrno):
		return mail.NotWritable
	}
	switch err.Code {
	case sqlite3.ErrFull:
		return mail.DiskFull
	case sqlite3.ErrInterrupt:
		return mail.Cancelled
	case sqlite3.ErrReadonly, sqlite3.ErrPerm:
		return mail.NotWritable
	case sqlite3.ErrCorrupt, sqlite3.ErrNotADB, sqlite3.ErrIoErr, sqlite3.ErrCantOpen, sqlite3.ErrFormat, sqlite3.ErrNoLFS, sqlite3.ErrProtocol:
		return mail.StoreDamaged
	}
	return mail.Unknown
}

// isTaken reports whether SQLite refused a row because its unique key is there already.
func isTaken(err error) bool {
	var lite sqlite3.Error
	return errors.As(err, &lite) && lite.ExtendedCode == sqlite3.ErrConstraintUnique
}
