package store

import (
	"errors"
	"io/fs"
	"syscall"
)

// The codes of winerror.h for a full disk, and one that is read-only.
const (
	writeProtect   syscall.Errno = 19
	handleDiskFull syscall.Errno = 39
	diskFull       syscall.Errno = 112
)

// isFull reports whether the system refused to write for want of room.
func isFull(err error) bool {
	return errors.Is(err, handleDiskFull) || errors.Is(err, diskFull)
}

// isReadOnly reports whether the system refused to write because nothing may be written there.
func isReadOnly(err error) bool {
	return errors.Is(err, fs.ErrPermission) || errors.Is(err, writeProtect)
}
