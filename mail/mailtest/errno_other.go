//go:build !windows

package mailtest

import "syscall"

// What the system says of a connection that nobody takes, or that is cut.
const (
	errnoRefused = syscall.ECONNREFUSED
	errnoReset   = syscall.ECONNRESET
)
