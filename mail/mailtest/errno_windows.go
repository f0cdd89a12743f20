package mailtest

import "syscall"

// What Winsock says of a connection that nobody takes, or that is cut.
const (
	errnoRefused syscall.Errno = 10061
	errnoReset   syscall.Errno = 10054
)
