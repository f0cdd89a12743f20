//go:build !windows

package mailtest

import "syscall"

// ownSession takes a server out of the terminal's group. It is a session because Postfix insists on leading one.
func ownSession() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }
