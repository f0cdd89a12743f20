package mailtest

import "syscall"

func ownGroup() *syscall.SysProcAttr { return nil }
