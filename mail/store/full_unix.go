//go:build unix

package store

import (
	"errors"
	"io/fs"
	"syscall"
)

// isFull reports whether the system refused to write for want of room: no space, or over the quota.
func isFull(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}

// isReadOnly reports whether the system refused to write because nothing may be written there.
func isReadOnly(err error) bool {
	return errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS)
}
