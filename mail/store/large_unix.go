//go:build unix

package store

import (
	"errors"
	"os"
	"syscall"
)

// syncDir brings the names in a folder to the disk. Some file systems, of networks mostly, cannot and say so; there is
// nothing more that could be done there.
func syncDir(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	err = dir.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.ENOTSUP) {
		err = nil
	}
	return errors.Join(err, dir.Close())
}

// openShared opens a file for reading; it can be removed meanwhile.
func openShared(path string) (*os.File, error) { return os.Open(path) }
