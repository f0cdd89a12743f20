package model

import (
	"archive/zip"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// largeMessage is what many servers refuse to take, or to deliver.
const largeMessage = 20 << 20

// MessageSize is about how many octets the message will have: what is attached grows by a third and its line ends.
func (c *Composition) MessageSize() int64 {
	size := int64(len(c.Text)+len(c.Quote)) + 2048
	if c.Rich != nil {
		size += 3 * int64(len(c.Words()))
		for _, p := range c.Rich.Pictures() {
			size += int64(len(p.Data))*4/3*78/76 + 512
		}
	}
	for _, a := range c.Attach {
		size += a.Size*4/3*78/76 + 512
	}
	return size
}

// TooLarge says in words what speaks against the message's size; limit is what its server takes, 0 where that is not
// known. It is empty where nothing does.
func (c *Composition) TooLarge(limit int64, tr Translate, size func(int64) string) string {
	switch n := c.MessageSize(); {
	case limit > 0 && n > limit:
		return tr("The message will have about %s; the server takes %s.", size(n), size(limit))
	case limit == 0 && n > largeMessage:
		return tr("The message will have about %s. Many servers refuse messages of that size.", size(n))
	}
	return ""
}

// PastedFiles are the files that a clipboard's text names: file: addresses, one a line, as file managers write them. It
// is nil where the text is anything else.
func PastedFiles(text string) []string {
	var list []string
	for line := range strings.SplitSeq(strings.TrimSpace(text), "\n") {
		line = strings.TrimSpace(line)
		if len(list) == 0 && (line == "copy" || line == "cut" || line == "x-special/nautilus-clipboard") {
			continue // what GNOME writes before them
		}
		u, err := url.Parse(line)
		if err != nil || u.Scheme != "file" || u.Host != "" && u.Host != "localhost" {
			return nil
		}
		path := filepath.FromSlash(u.Path)
		if runtime.GOOS == "windows" {
			path = strings.TrimPrefix(path, `\`)
		}
		list = append(list, path)
	}
	return list
}

// PastedPaths are what a clipboard's text names by its place on the disk, one a line, as GNOME's file manager writes it. It
// is nil where the text is anything else. It does not look whether they are there: see AllThere.
func PastedPaths(text string) []string {
	var list []string
	for line := range strings.SplitSeq(strings.TrimSpace(text), "\n") {
		line = strings.TrimSuffix(line, "\r")
		if !filepath.IsAbs(line) || len(list) == 100 {
			return nil
		}
		list = append(list, line)
	}
	return list
}

// AllThere reports whether all paths name a file or a folder. It reads the disk.
func AllThere(paths []string) bool {
	for _, p := range paths {
		if info, err := os.Stat(p); err != nil || !info.IsDir() && !info.Mode().IsRegular() {
			return false
		}
	}
	return true
}

// Folders are the folders among paths. It reads the disk.
func Folders(paths []string) (folders, others []string) {
	for _, p := range paths {
		if info, err := os.Stat(p); err == nil && info.IsDir() {
			folders = append(folders, p)
		} else {
			others = append(others, p)
		}
	}
	return folders, others
}

// ZipFolder packs a folder into a file of its name in a folder of its own under the system's temporary files, and returns
// its path. What is no file, such as a link, is left out.
func ZipFolder(folder string) (path string, err error) {
	dir, err := os.MkdirTemp("", "poplar-attach-*")
	if err != nil {
		return "", fmt.Errorf("the folder cannot be packed: %w", err)
	}
	path = filepath.Join(dir, filepath.Base(folder)+".zip")
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return "", fmt.Errorf("the folder cannot be packed: %w", err)
	}
	z := zip.NewWriter(f)
	err = filepath.WalkDir(folder, func(p string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		return pack(z, folder, p)
	})
	if closed := z.Close(); err == nil {
		err = closed
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		_ = os.RemoveAll(dir) // what is half done is of no use
		return "", fmt.Errorf("the folder cannot be packed: %w", err)
	}
	return path, nil
}

func pack(z *zip.Writer, folder, path string) error {
	rel, err := filepath.Rel(filepath.Dir(folder), path)
	if err != nil {
		return err
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	h, err := zip.FileInfoHeader(info)
	if err != nil {
		return err
	}
	h.Name, h.Method = filepath.ToSlash(rel), zip.Deflate
	w, err := z.CreateHeader(h)
	if err != nil {
		return err
	}
	f, err := os.Open(path) //nolint:gosec // the person chose the folder
	if err != nil {
		return err
	}
	defer f.Close() //nolint:errcheck // it was only read
	_, err = io.Copy(w, f)
	return err
}
