package engine

import (
	"context"
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
	for i := range d.Attach {
		if err := e.setFileAside(&d.Attach[i]); err != nil {
			return err
		}
	}
	return nil
}

func (e *Engine) setFileAside(a *mail.Attachment) error {
	if a.Path != "" || a.Name == "" || a.Raw == nil || a.Raw.Size() < largeAttached {
		return nil
	}
	if err := os.MkdirAll(e.attachDir(), 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(e.attachDir(), "part-*")
	if err != nil {
		return err
	}
	_, err = io.Copy(f, mail.Reader(a.Raw))
	if err == nil {
		// The draft that names it will be on the disk, and so must this be.
		err = f.Sync()
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return fmt.Errorf("the attachment “%s” cannot be kept: %w", a.Name, err)
	}
	a.Path, a.Raw = f.Name(), nil
	return nil
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
	for _, s := range append(list, thrown...) {
		if s.UIDL != "" {
			continue // a server has delivered it
		}
		raw, err := e.store.Raw(ctx, s.ID)
		if err != nil {
			return nil, err
		}
		d, err := compose.ParseDraft(raw)
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
