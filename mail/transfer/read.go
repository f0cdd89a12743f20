package transfer

import (
	"bufio"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"

	"poplar/mail"
)

// Read finds the mail in path and tells t of it: a message (.eml), an mbox file, a Maildir (with the folders inside it,
// as Maildir++ or as directories), a directory of messages (MH), or a directory of any of these, as Thunderbird, Claws
// Mail and Poplar's export leave them. Files in a directory that are no mail are passed over; a path that holds no mail
// at all is an error, as is what t.Take returns and the end of ctx.
func Read(ctx context.Context, path string, t Taker) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	r := &reader{ctx: ctx, t: t}
	if !info.IsDir() {
		is, err := r.file(path, nil, true)
		if err == nil && !is {
			err = fmt.Errorf("%s is neither a message nor an mbox file", path)
		}
		return err
	}
	if err := r.dir(path, nil, base(path)); err != nil {
		return err
	}
	if !r.found {
		return fmt.Errorf("there is no mail in %s", path)
	}
	return nil
}

type reader struct {
	ctx   context.Context
	t     Taker
	found bool
}

// base is the last element of a path, also of "." and "..".
func base(path string) string {
	if full, err := filepath.Abs(path); err == nil {
		path = full
	}
	return filepath.Base(path)
}

// folderName is the folder that a file or directory name stands for.
func folderName(name string) string {
	for _, ext := range []string{".sbd", ".mbox", ".mbx"} {
		if cut := len(name) - len(ext); cut > 0 && strings.EqualFold(name[cut:], ext) {
			return name[:cut]
		}
	}
	return name
}

// dir reads a directory. Messages that lie right in the one that was asked for are of the folder own.
func (r *reader) dir(path string, folder []string, own string) error {
	here := folder
	if len(here) == 0 {
		here = []string{own}
	}
	if isMaildir(path) {
		r.found = true
		if err := r.maildir(path, here); err != nil {
			return err
		}
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return err
	}
	for _, e := range entries {
		name, at := e.Name(), filepath.Join(path, e.Name())
		info, err := os.Stat(at) // a link to a file is that file; one to a directory could lead in a circle
		switch {
		case err != nil:
		case info.IsDir() && e.Type()&fs.ModeSymlink == 0:
			if isMaildir(path) && slices.Contains([]string{"cur", "new", "tmp"}, name) {
				continue
			}
			below := append(slices.Clip(folder), folderName(name))
			if strings.HasPrefix(name, ".") {
				if !isMaildir(at) {
					continue
				}
				below = append(slices.Clip(folder), plusName(name)...) // Maildir++
			}
			err = r.dir(at, below, own)
		case info.Mode().IsRegular() && !strings.HasPrefix(name, "."):
			_, err = r.file(at, folder, false)
		}
		if errors.As(err, new(takeError)) {
			return err
		}
		if err != nil {
			r.t.Failed(at, err)
		}
	}
	return nil
}

// takeError is what ended the reading by the taker's wish.
type takeError struct{ error }

func (e takeError) Unwrap() error { return e.error }

// Take implements Taker for the readers of files: it marks errors as the taker's, and heeds the context.
func (r *reader) Take(i Item) error {
	r.found = true
	if err := r.ctx.Err(); err != nil {
		return takeError{err}
	}
	if err := r.t.Take(i); err != nil {
		return takeError{err}
	}
	return nil
}

// Failed implements Taker.
func (r *reader) Failed(where string, err error) { r.t.Failed(where, err) }

var number = regexp.MustCompile(`^\d+$`)

// file reads one file if it is mail. Asked for by name, it need not look like it by its name.
func (r *reader) file(path string, folder []string, asked bool) (is bool, err error) {
	f, err := os.Open(path)
	if err != nil {
		r.t.Failed(path, err)
		return false, nil
	}
	defer f.Close() //nolint:errcheck // only read
	in := bufio.NewReaderSize(f, 64<<10)
	head, err := in.Peek(1 << 10)
	if err != nil && !errors.Is(err, io.EOF) {
		r.t.Failed(path, err)
		return false, nil
	}
	name := filepath.Base(path)
	if isSeparator(firstLine(head)) {
		return true, readMbox(in, path, append(slices.Clip(folder), folderName(name)), r)
	}
	ext := strings.ToLower(filepath.Ext(name))
	isNamed := ext == ".eml" || ext == ".emlx" || number.MatchString(name)
	if len(head) == 0 || !looksLikeMail(head) || (!asked && !isNamed) {
		if isNamed && len(head) > 0 {
			r.t.Failed(path, errors.New("this is no message: it does not begin with a header field"))
			return true, nil
		}
		return false, nil
	}
	info, err := f.Stat()
	if err != nil {
		return true, err
	}
	if folder == nil && !asked {
		folder = []string{base(filepath.Dir(path))}
	}
	return true, r.Take(Item{
		Where: path, Folder: folder, Received: info.ModTime(),
		WriteTo: func(w io.Writer) error { return copyLetter(w, in) },
	})
}

func firstLine(head []byte) []byte {
	for i, c := range head {
		if c == '\n' {
			return head[:i]
		}
	}
	return head
}

func isMaildir(path string) bool {
	for _, sub := range []string{"cur", "new"} {
		if info, err := os.Stat(filepath.Join(path, sub)); err != nil || !info.IsDir() {
			return false
		}
	}
	return true
}

// maildir reads the messages of one Maildir.
func (r *reader) maildir(path string, folder []string) error {
	for _, sub := range []string{"cur", "new"} {
		entries, err := os.ReadDir(filepath.Join(path, sub))
		if err != nil {
			r.t.Failed(filepath.Join(path, sub), err)
			continue
		}
		for _, e := range entries {
			if strings.HasPrefix(e.Name(), ".") || !e.Type().IsRegular() {
				continue
			}
			if err := r.maildirFile(filepath.Join(path, sub, e.Name()), folder); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *reader) maildirFile(path string, folder []string) error {
	flags, trashed := maildirFlags(filepath.Base(path))
	if trashed {
		return nil
	}
	f, err := os.Open(path)
	if err != nil {
		r.t.Failed(path, err)
		return nil
	}
	defer f.Close() //nolint:errcheck // only read
	// A file's name begins with the second of its delivery.
	var received time.Time
	if s, _, ok := strings.Cut(filepath.Base(path), "."); ok {
		if n, err := strconv.ParseInt(s, 10, 64); err == nil && n > 0 {
			received = time.Unix(n, 0)
		}
	}
	return r.Take(Item{
		Where: path, Folder: folder, Flags: flags, Received: received,
		WriteTo: func(w io.Writer) error { return copyLetter(w, f) },
	})
}

// maildirLetters are the flags of a Maildir file's name.
var maildirLetters = []struct {
	letter string
	flag   mail.Flags
}{{"F", mail.Flagged}, {"P", mail.Forwarded}, {"R", mail.Answered}, {"S", mail.Seen}}

func maildirFlags(name string) (f mail.Flags, trashed bool) {
	_, info, found := strings.Cut(name, ":2,")
	if !found {
		_, info, _ = strings.Cut(name, ";2,") // where file names have no colon
	}
	for _, l := range maildirLetters {
		if strings.Contains(info, l.letter) {
			f |= l.flag
		}
	}
	return f, strings.Contains(info, "T")
}

// plusName is the path of a Maildir++ folder: ".Work.2026" is 2026 in Work; other letters are in modified UTF-7
// (RFC 3501, 5.1.3).
func plusName(name string) []string {
	parts := strings.FieldsFunc(name, func(c rune) bool { return c == '.' })
	for i, p := range parts {
		parts[i] = decodeUTF7(p)
	}
	return parts
}

func decodeUTF7(s string) string {
	var b strings.Builder
	for s != "" {
		plain, rest, found := strings.Cut(s, "&")
		b.WriteString(plain)
		if !found {
			break
		}
		code, after, closed := strings.Cut(rest, "-")
		octets, err := base64.RawStdEncoding.DecodeString(strings.ReplaceAll(code, ",", "/"))
		switch {
		case closed && code == "":
			b.WriteByte('&')
		case !closed || err != nil || len(octets)%2 != 0:
			b.WriteString("&" + rest) // not encoded at all
			return b.String()
		default:
			units := make([]uint16, len(octets)/2)
			for i := range units {
				units[i] = uint16(octets[2*i])<<8 | uint16(octets[2*i+1])
			}
			b.WriteString(string(utf16.Decode(units)))
		}
		s = after
	}
	return b.String()
}
