//go:build !(linux || freebsd || openbsd || netbsd)

package gui

// trayThere reports whether the system has a tray: Windows and macOS always have.
func trayThere() bool { return true }

// themeKnown reports whether the system says if it is light or dark: Windows and macOS always do.
func themeKnown() bool { return true }
