//go:build !linux && !windows && !darwin

package gui

// mark does nothing: this system has no way to say where a file came from.
func (webMark) mark(string) {}
