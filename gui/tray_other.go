//go:build !(linux || freebsd || openbsd || netbsd)

package gui

// trayThere reports whether the system has a tray: Windows and macOS always have.
func trayThere() bool { return true }
