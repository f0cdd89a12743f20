package mailtest

import "syscall"

func ownSession() *syscall.SysProcAttr { return nil }
