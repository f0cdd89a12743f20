//go:build !darwin

package gui

// systemLinks is nil: elsewhere than on macOS a link comes as an argument, from a second start.
func systemLinks() <-chan string { return nil }
