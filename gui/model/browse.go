package model

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// DiskEntry is a file or folder as a chooser lists it.
type DiskEntry struct {
	Name   string
	Path   string
	Folder bool
	Size   int64
}

// ListFolder lists a folder: folders first, then files, by name; hidden ones and what is neither are left out. It reads
// the disk.
func ListFolder(dir string) ([]DiskEntry, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var list []DiskEntry
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") {
			continue
		}
		path := filepath.Join(dir, e.Name())
		info, err := os.Stat(path) // what a link leads to
		if err != nil || !info.IsDir() && !info.Mode().IsRegular() {
			continue
		}
		list = append(list, DiskEntry{Name: e.Name(), Path: path, Folder: info.IsDir(), Size: info.Size()})
	}
	slices.SortFunc(list, func(a, b DiskEntry) int {
		switch {
		case a.Folder && !b.Folder:
			return -1
		case b.Folder && !a.Folder:
			return 1
		}
		return cmp.Or(strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), strings.Compare(a.Name, b.Name))
	})
	return list, nil
}
