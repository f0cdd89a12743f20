package gui

import "syscall"

// mark notes on a file where it came from, by the extended attributes that freedesktop.org lists. A file system that
// knows none keeps the file without.
func (m webMark) mark(path string) {
	set := func(name, value string) {
		if value != "" {
			_ = syscall.Setxattr(path, name, []byte(value), 0) // best effort, as said above
		}
	}
	set("user.xdg.origin.url", m.url())
	set("user.xdg.origin.email.message-id", m.messageID)
	set("user.xdg.origin.email.from", m.from)
	set("user.xdg.origin.email.subject", m.subject)
}
