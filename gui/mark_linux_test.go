package gui

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

func TestFilesSayWhereTheyCameFrom(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.pdf")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Setxattr(path, "user.test", []byte("x"), 0); errors.Is(err, syscall.ENOTSUP) {
		t.Skip("this file system has no extended attributes")
	}
	webMark{messageID: "1@x", from: "a@x"}.mark(path)
	got := make([]byte, 100)
	n, err := syscall.Getxattr(path, "user.xdg.origin.url", got)
	if err != nil || string(got[:n]) != "mid:1@x" {
		t.Errorf("%q, %v", got[:max(n, 0)], err)
	}
}
