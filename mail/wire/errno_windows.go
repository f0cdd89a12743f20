package wire

import "syscall"

// The numbers of Winsock: package syscall's own ECONNREFUSED and so on are never returned by it.
const (
	errnoNetDown     syscall.Errno = 10050
	errnoNetUnreach  syscall.Errno = 10051
	errnoAborted     syscall.Errno = 10053
	errnoReset       syscall.Errno = 10054
	errnoPipe        syscall.Errno = 109
	errnoTimedOut    syscall.Errno = 10060
	errnoRefused     syscall.Errno = 10061
	errnoHostUnreach syscall.Errno = 10065
)
