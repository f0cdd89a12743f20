package engine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"poplar/mail"
	"poplar/mail/compose"
)

// largeAttached is from how many octets on what goes along with a draft lies in a file of its own. The draft then only
// names it, so that saving the draft every few seconds costs the same whatever is attached.
const largeAttached = 64 << 10

// attachDir is the folder of those files.
func (e *Engine) attachDir() string { return filepath.Join(e.o.Dir, "attached") }

// setAside puts what is large of a draft's attachments in memory into files, once.
func (e *Engine) setAside(d *mail.Draft) error {
	k := keeper{dir: e.attachDir()}
	for i := range d.Attach {
		if a := &d.Attach[i]; a.Path == "" && a.Raw != nil && a.Raw.Size() >= largeAttached {
			if err := k.keep(a, mail.Reader(a.Raw)); err != nil {
				return err
			}
		}
	}
	return nil
}

// keeper keeps attachments where they belong: small ones in memory, others in files of their own in dir, by the block, so
// that a large message costs no memory.
type keeper struct {
	dir string
	err error // why one could not be kept that could be read
}

// keep is a compose.Keep.
func (k *keeper) keep(a *mail.Attachment, r io.Reader) error {
	head, err := io.ReadAll(io.LimitReader(r, largeAttached))
	if err != nil {
		return err
	}
	if len(head) < largeAttached {
		return compose.InMemory(a, bytes.NewReader(head))
	}
	src := &source{r: io.MultiReader(bytes.NewReader(head), r)}
	path, size, err := k.write(src)
	if err == nil {
		if a.Name == "" { // or it would have that of the file
			a.Name = "attachment"
		}
		a.Path, a.Raw, a.Size = path, nil, size
		return nil
	}
	if src.err == nil {
		err = fmt.Errorf("the attachment “%s” cannot be kept: %w", a.Name, err)
		k.err = errors.Join(k.err, err)
	}
	return err
}

// write writes a file that is on the disk for good when it returns, as the draft will be that names it.
func (k *keeper) write(r io.Reader) (path string, size int64, err error) {
	if err := os.MkdirAll(k.dir, 0o700); err != nil {
		return "", 0, err
	}
	f, err := os.CreateTemp(k.dir, "part-*")
	if err != nil {
		return "", 0, err
	}
	if size, err = io.Copy(f, r); err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		_ = os.Remove(f.Name()) // it is not whole
		return "", 0, err
	}
	return f.Name(), size, nil
}

// source remembers an error of what it reads, to tell it from one of where that is written.
type source struct {
	r   io.Reader
	err error
}

func (s *source) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		s.err = err
	}
	return n, err
}

// staysAttached is how long a file of setAside stays in any case: a message that is being written may need it.
const staysAttached = 24 * time.Hour

// sweepAttached removes the files of setAside that no draft names any more, wherever drafts may lie.
func (e *Engine) sweepAttached(ctx context.Context) {
	before := time.Now().Add(-staysAttached)
	files, err := os.ReadDir(e.attachDir())
	if err != nil || len(files) == 0 {
		return // there is nothing to remove
	}
	named, err := e.attachedInDrafts(ctx)
	if err != nil {
		if ctx.Err() == nil {
			e.log.Warn("what drafts hold is not known; nothing is removed", "error", err)
		}
		return
	}
	for _, f := range files {
		path := filepath.Join(e.attachDir(), f.Name())
		if info, err := f.Info(); err != nil || named[path] || !info.ModTime().Before(before) {
			continue
		}
		if err := os.Remove(path); err != nil {
			e.log.Warn("an attachment that no draft names stays", "error", err)
		}
	}
}

// attachedInDrafts are the paths that drafts name, thrown away or not.
func (e *Engine) attachedInDrafts(ctx context.Context) (map[string]bool, error) {
	list, err := e.store.List(ctx, mail.Query{Role: mail.Drafts})
	if err != nil {
		return nil, err
	}
	thrown, err := e.store.List(ctx, mail.Query{Role: mail.Trash})
	if err != nil {
		return nil, err
	}
	named := map[string]bool{}
	noted := func(*mail.Attachment, io.Reader) error { return nil } // its octets are not wanted
	for _, s := range append(list, thrown...) {
		if s.UIDL != "" {
			continue // a server has delivered it
		}
		raw, err := e.store.Raw(ctx, s.ID)
		if err != nil {
			return nil, err
		}
		d, err := compose.ParseDraft(raw, noted)
		_ = raw.Close() // it was only read
		if err != nil {
			return nil, err
		}
		for _, a := range d.Attach {
			named[a.Path] = true
		}
	}
	return named, nil
}
