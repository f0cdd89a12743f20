//go:build !windows

package retrieve

import (
	"errors"
	"syscall"
)

// diskFull says whether a file could not be written for want of room.
func diskFull(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}
