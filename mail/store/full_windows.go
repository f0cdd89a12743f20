package store

import (
	"errors"
	"syscall"
)

// The codes of winerror.h for a full disk.
const (
	handleDiskFull syscall.Errno = 39
	diskFull       syscall.Errno = 112
)

// isFull reports whether the system refused to write for want of room.
func isFull(err error) bool {
	return errors.Is(err, handleDiskFull) || errors.Is(err, diskFull)
}
