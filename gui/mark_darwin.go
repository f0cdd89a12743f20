package gui

import (
	"fmt"
	"time"

	"golang.org/x/sys/unix"
)

// mark puts a file into quarantine: macOS asks before it opens what came from the internet. A file system without
// extended attributes keeps the file without.
func (m webMark) mark(path string) {
	value := fmt.Sprintf("0083;%08x;Poplar;", time.Now().Unix())
	_ = unix.Setxattr(path, "com.apple.quarantine", []byte(value), 0) // best effort, as said above
}
