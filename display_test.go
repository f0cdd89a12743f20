package main

import (
	"errors"
	"runtime"
	"testing"

	"poplar/cli"
)

// Without a display the window's start ends with a sentence, not with a crash.
func TestNoDisplay(t *testing.T) {
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		t.Skip("a display is always there")
	}
	t.Setenv("DISPLAY", "")
	if err := window(t.Context(), nil, cli.Begin{}); !errors.Is(err, errNoDisplay) {
		t.Errorf("it says %v", err)
	}
}
