package transfer

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"poplar/mail"
)

// Writer writes the messages of one folder after another below a directory.
type Writer struct {
	dir    string
	format Format
	folder string // the directory or file in hand
	file   *os.File
	buf    *bufio.Writer
	taken  map[string]bool
}

// NewWriter returns a Writer for a directory, which is made where it is not there. Nothing in it is overwritten.
func NewWriter(dir string, f Format) (*Writer, error) {
	switch f {
	case Mbox, Maildir, EML:
	default:
		return nil, fmt.Errorf("%q is no format Poplar writes; there are mbox, maildir and eml", f)
	}
	return &Writer{dir: dir, format: f, taken: map[string]bool{}}, os.MkdirAll(dir, 0o700)
}

// Folder begins a folder. Its path must not have been written before.
func (w *Writer) Folder(path []string) error {
	if err := w.Close(); err != nil {
		return err
	}
	at := w.dir
	for i, p := range path {
		if p = fileName(p); i == len(path)-1 && w.format == Mbox {
			p += ".mbox"
		} else if w.format == Mbox {
			p += ".sbd"
		}
		at = filepath.Join(at, p)
	}
	if w.taken[strings.ToLower(at)] { // names that differed only in what a file system cannot keep
		return w.Folder(append(path[:len(path)-1:len(path)-1], path[len(path)-1]+"_"))
	}
	if _, err := os.Lstat(at); err == nil {
		return fmt.Errorf("%s is there already; choose an empty folder", at)
	}
	w.taken[strings.ToLower(at)] = true
	w.folder = at
	switch w.format {
	case Mbox:
		if err := os.MkdirAll(filepath.Dir(at), 0o700); err != nil {
			return err
		}
		f, err := os.OpenFile(at, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if err != nil {
			return err
		}
		w.file, w.buf = f, bufio.NewWriterSize(f, 1<<20)
		return nil
	case Maildir:
		for _, sub := range []string{"cur", "new", "tmp"} {
			if err := os.MkdirAll(filepath.Join(at, sub), 0o700); err != nil {
				return err
			}
		}
		return nil
	}
	return os.MkdirAll(at, 0o700)
}

// Put writes one message into the folder in hand. It is on the disk when Close has returned without an error.
func (w *Writer) Put(raw mail.Raw, s mail.Summary) error {
	switch w.format {
	case Mbox:
		sender := ""
		if len(s.From) > 0 {
			sender = s.From[0].Addr
		}
		return mboxWriter{w.buf}.put(raw, sender, when(s))
	case Maildir:
		name := fmt.Sprintf("%d.P%d.poplar:2,", when(s).Unix(), s.ID)
		if os.PathSeparator == '\\' {
			name = strings.Replace(name, ":", ";", 1)
		}
		for _, l := range maildirLetters {
			if s.Flags&l.flag != 0 {
				name += l.letter
			}
		}
		tmp := filepath.Join(w.folder, "tmp", name)
		err := create(tmp, s.Date, func(f io.Writer) error { return withLF(f, raw) })
		if err != nil {
			return err
		}
		return os.Rename(tmp, filepath.Join(w.folder, "cur", name))
	}
	subject := fileName(s.Subject)
	name := fmt.Sprintf("%s %s (%d).eml", s.Date.UTC().Format("2006-01-02 1504"), subject, s.ID)
	return create(filepath.Join(w.folder, name), s.Date, func(f io.Writer) error {
		_, err := io.Copy(f, mail.Reader(raw))
		return err
	})
}

// Close ends the folder in hand and sees that it is on the disk.
func (w *Writer) Close() error {
	if w.file == nil {
		return nil
	}
	f := w.file
	w.file = nil
	return errors.Join(w.buf.Flush(), f.Sync(), f.Close())
}

func when(s mail.Summary) time.Time {
	if s.Received.IsZero() {
		return s.Date
	}
	return s.Received
}

// create writes a new file, with the message's date as its own.
func create(path string, date time.Time, write func(io.Writer) error) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	b := bufio.NewWriterSize(f, 64<<10)
	if err := errors.Join(write(b), b.Flush(), f.Sync(), f.Close()); err != nil {
		return errors.Join(err, os.Remove(path))
	}
	return os.Chtimes(path, date, date)
}

func withLF(w io.Writer, raw mail.Raw) error {
	in := newLineReader(mail.Reader(raw))
	for {
		piece, _, last, err := in.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			_, err = w.Write(piece)
		}
		if err == nil && last {
			_, err = io.WriteString(w, lineEnd(piece))
		}
		if err != nil {
			return err
		}
	}
}

// maxName is how long a file name made of a folder or a subject may be, in letters; with three octets each and what is
// added it stays below what file systems take.
const maxName = 60

// fileName makes a name of text: no separators, nothing that Windows forbids, not hidden, never empty.
func fileName(s string) string {
	var b []rune
	for _, c := range s {
		if c < ' ' || c == 0x7f || strings.ContainsRune(`/\:*?"<>|`, c) || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) {
			c = '_'
		}
		if b = append(b, c); len(b) == maxName {
			break
		}
	}
	name := strings.Trim(string(b), " .")
	if name == "" {
		return "_"
	}
	stem, _, _ := strings.Cut(strings.ToUpper(name), ".")
	switch {
	case stem == "CON", stem == "PRN", stem == "AUX", stem == "NUL",
		len(stem) == 4 && (strings.HasPrefix(stem, "COM") || strings.HasPrefix(stem, "LPT")) && stem[3] >= '0' && stem[3] <= '9':
		return "_" + name
	}
	return name
}
