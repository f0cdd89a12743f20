package store

import (
	"context"
	"path/filepath"
	"syscall"
	"testing"

	"poplar/mail"
)

// tmpfs mounts a small file system of its own, where that is allowed.
func tmpfs(t *testing.T, size string) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size="+size); err != nil {
		t.Skipf("mounting is not allowed here: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Errorf("unmount: %v", err)
		}
	})
	return dir
}

func remount(t *testing.T, dir string, flags uintptr, data string) {
	t.Helper()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", syscall.MS_REMOUNT|flags, data); err != nil {
		t.Skipf("remounting is not allowed here: %v", err)
	}
}

func TestDiskFull(t *testing.T) {
	dir := tmpfs(t, "16m")
	fillUp(t, openStore(t, filepath.Join(dir, "store")), bigOnes(1, 50_000_000), func() { remount(t, dir, 0, "size=300m") })
}

func TestNoRoomForANewStore(t *testing.T) {
	dir := tmpfs(t, "64k")
	_, err := Open(context.Background(), filepath.Join(dir, "store"), Options{})
	fails(t, err, nil, mail.DiskFull)
}

func TestReadOnlyDisk(t *testing.T) {
	dir := tmpfs(t, "16m")
	s := openStore(t, filepath.Join(dir, "store"))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	remount(t, dir, syscall.MS_RDONLY, "")
	_, err := Open(context.Background(), filepath.Join(dir, "store"), Options{})
	fails(t, err, nil, mail.NotWritable)
	_, err = Open(context.Background(), filepath.Join(dir, "another"), Options{})
	fails(t, err, nil, mail.NotWritable)
	remount(t, dir, 0, "size=16m")
	add(t, openStore(t, filepath.Join(dir, "store")), letter(1, "One", "text"))
}
