//go:build !windows

package wire

import "syscall"

const (
	errnoReset       = syscall.ECONNRESET
	errnoAborted     = syscall.ECONNABORTED
	errnoPipe        = syscall.EPIPE
	errnoRefused     = syscall.ECONNREFUSED
	errnoTimedOut    = syscall.ETIMEDOUT
	errnoNetDown     = syscall.ENETDOWN
	errnoNetUnreach  = syscall.ENETUNREACH
	errnoHostUnreach = syscall.EHOSTUNREACH
)
