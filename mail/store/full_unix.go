//go:build unix

package store

import (
	"errors"
	"syscall"
)

// isFull reports whether the system refused to write for want of room: no space, or over the quota.
func isFull(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}
