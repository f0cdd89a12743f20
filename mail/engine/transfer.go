package engine

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"poplar/mail"
	"poplar/mail/delivery"
	"poplar/mail/transfer"
)

// Format is how mail lies in files: mbox, maildir or eml.
type Format = transfer.Format

// Imported messages are stored in batches of so many messages, or so many octets.
const (
	importBatch  = 200
	importOctets = 8 << 20
)

// looseFolder is where messages go whose place tells no folder.
const looseFolder = "Imported"

// Import stores the mail that lies in files into folders of an account: into the folder that is named (its path with
// slashes), or into folders named as the files are. A message that the account has already, octet for octet, is
// skipped, so that an import that was interrupted can be made again. What has been stored when an error or the end of
// ctx stops it stays. progress hears how far it is; it may be nil.
func (e *Engine) Import(ctx context.Context, id mail.AccountID, paths []string, folder string, progress func(mail.Transfer)) (mail.Transfer, error) {
	acc, err := e.find(id)
	if err != nil {
		return mail.Transfer{}, err
	}
	i := &importer{
		engine: e, ctx: ctx, account: acc.get(), progress: progress,
		into: strings.FieldsFunc(folder, func(c rune) bool { return c == '/' }), folders: map[string]mail.FolderID{},
	}
	defer e.kickIndex()
	for _, path := range paths {
		err := transfer.Read(ctx, path, i)
		if err == nil {
			err = i.store()
		}
		if err != nil {
			i.drop()
			return i.report, err
		}
	}
	return i.report, nil
}

// importer stores what transfer.Read finds.
type importer struct {
	engine   *Engine
	ctx      context.Context //nolint:containedctx // lives as long as one call of Import
	account  mail.Account
	into     []string
	folders  map[string]mail.FolderID
	report   mail.Transfer
	progress func(mail.Transfer)

	batch  []mail.Arrival
	octets int64
}

// Failed implements transfer.Taker.
func (i *importer) Failed(where string, err error) {
	i.report.Failed = append(i.report.Failed, mail.TransferFailure{Where: where, Why: err.Error()})
}

// Take implements transfer.Taker.
func (i *importer) Take(item transfer.Item) error {
	path := i.into
	if len(path) == 0 {
		path = item.Folder
	}
	folder, err := i.folder(path)
	if err != nil {
		return err
	}
	raw, err := i.engine.spooled(item.WriteTo)
	if err != nil {
		return err
	}
	now := item.Received
	if now.IsZero() {
		now = i.engine.o.Now()
	}
	a := delivery.Read(raw, i.account, now)
	a.Summary.Folder, a.Summary.Flags, a.Summary.Received = folder, item.Flags, now
	for _, b := range i.batch {
		// Its twin may be in this very batch: then the store has to know it first.
		if b.Summary.Size == a.Summary.Size && b.Summary.MessageID == a.Summary.MessageID {
			if err := i.store(); err != nil {
				return err
			}
			break
		}
	}
	here, err := i.engine.has(i.ctx, a)
	if err != nil {
		return err
	}
	if here {
		i.report.Skipped++
		return raw.Close()
	}
	i.batch, i.octets = append(i.batch, a), i.octets+raw.Size()
	if len(i.batch) >= importBatch || i.octets >= importOctets {
		return i.store()
	}
	return nil
}

// store commits the batch.
func (i *importer) store() error {
	if len(i.batch) == 0 {
		return nil
	}
	_, err := i.engine.store.Add(i.ctx, i.account.ID, i.batch)
	if err == nil {
		i.report.Done += len(i.batch)
		if i.progress != nil {
			i.progress(i.report)
		}
	}
	i.drop()
	return err
}

func (i *importer) drop() {
	for _, a := range i.batch {
		if err := a.Raw.Close(); err != nil {
			i.engine.log.Warn("a spooled message was not removed", "error", err)
		}
	}
	i.batch, i.octets = nil, 0
}

// roleNames are the names that other programs give to folders which Poplar has by role.
var roleNames = map[string]mail.Role{
	"inbox": mail.Inbox, "收件箱": mail.Inbox,
	"drafts": mail.Drafts, "draft": mail.Drafts, "草稿": mail.Drafts, "草稿箱": mail.Drafts,
	"sent": mail.Sent, "sent items": mail.Sent, "sent mail": mail.Sent, "sent messages": mail.Sent, "已发送": mail.Sent, "已发送邮件": mail.Sent,
	"archive": mail.Archive, "archives": mail.Archive, "归档": mail.Archive,
	"junk": mail.Junk, "spam": mail.Junk, "junk e-mail": mail.Junk, "junk email": mail.Junk, "垃圾邮件": mail.Junk,
	"trash": mail.Trash, "deleted items": mail.Trash, "deleted messages": mail.Trash, "已删除": mail.Trash, "已删除邮件": mail.Trash, "废纸篓": mail.Trash,
}

// folder returns the account's folder of a path, and makes what is missing.
func (i *importer) folder(path []string) (mail.FolderID, error) {
	if len(path) == 0 {
		path = []string{looseFolder}
	}
	key := strings.Join(path, "/")
	if id, ok := i.folders[key]; ok {
		return id, nil
	}
	all, err := i.engine.store.Folders(i.ctx)
	if err != nil {
		return 0, err
	}
	var at mail.FolderID
	for depth, name := range path {
		if name = strings.TrimSpace(name); name == "" {
			continue
		}
		role := roleNames[strings.ToLower(name)]
		if depth == 0 && role == "" && strings.EqualFold(name, mail.Outbox.Title()) {
			name += " (imported)" // what lies in the Outbox would be sent
		}
		n := slices.IndexFunc(all, func(f mail.Folder) bool {
			if f.Account != i.account.ID {
				return false
			}
			return (depth == 0 && role != "" && f.Role == role) || (f.Parent == at && strings.EqualFold(f.Name, name))
		})
		if n >= 0 {
			at = all[n].ID
			continue
		}
		if at, err = i.engine.store.CreateFolder(i.ctx, i.account.ID, at, name); err != nil {
			return 0, err
		}
	}
	i.folders[key] = at
	return at, nil
}

// has reports whether the account holds a message with the same octets.
func (e *Engine) has(ctx context.Context, a mail.Arrival) (bool, error) {
	s := a.Summary
	var like []mail.MessageID
	var err error
	if s.MessageID != "" {
		like, err = e.store.Find(ctx, s.Account, s.MessageID)
	} else {
		like, err = e.store.Like(ctx, s.Account, s.Date, s.Size)
	}
	if err != nil {
		return false, err
	}
	for _, id := range like {
		same, err := e.same(ctx, id, a.Raw)
		if same || err != nil {
			return same, err
		}
	}
	return false, nil
}

// same reports whether a stored message has the same octets as raw.
func (e *Engine) same(ctx context.Context, id mail.MessageID, raw mail.Raw) (bool, error) {
	stored, err := e.store.Raw(ctx, id)
	if err != nil {
		return false, err
	}
	defer stored.Close() //nolint:errcheck // only read
	if stored.Size() != raw.Size() {
		return false, nil
	}
	a, b := mail.Reader(stored), mail.Reader(raw)
	x, y := make([]byte, 64<<10), make([]byte, 64<<10)
	for {
		n, err := io.ReadFull(a, x)
		if _, err := io.ReadFull(b, y[:n]); err != nil && n > 0 {
			return false, err
		}
		if !bytes.Equal(x[:n], y[:n]) {
			return false, nil
		}
		switch err {
		case nil:
		case io.EOF, io.ErrUnexpectedEOF:
			return true, nil
		default:
			return false, err
		}
	}
}

// Export writes the messages of folders below dir, oldest first; without folders, those of all that hold any. Where
// several accounts take part, each has a directory of its own. What cannot be read is reported and passed over; the
// error is for what stops the export, as a full disk does.
func (e *Engine) Export(ctx context.Context, dir string, format Format, only []mail.FolderID, progress func(mail.Transfer)) (mail.Transfer, error) {
	var report mail.Transfer
	folders, err := e.store.Folders(ctx)
	if err != nil {
		return report, err
	}
	w, err := transfer.NewWriter(dir, format)
	if err != nil {
		return report, err
	}
	byID, accounts := map[mail.FolderID]mail.Folder{}, map[mail.AccountID]string{}
	var chosen []mail.Folder
	for _, f := range folders {
		byID[f.ID] = f
		if f.Total > 0 && (len(only) == 0 || slices.Contains(only, f.ID)) {
			chosen = append(chosen, f)
			accounts[f.Account] = string(f.Account)
		}
	}
	for _, acc := range e.all(nil) {
		if a := acc.get(); accounts[a.ID] != "" {
			accounts[a.ID] = a.Address
		}
	}
	for _, f := range chosen {
		path := []string{f.Name}
		for up, ok := byID[f.Parent]; ok && len(path) < 100; up, ok = byID[up.Parent] {
			path = append([]string{up.Name}, path...)
		}
		if len(accounts) > 1 {
			path = append([]string{accounts[f.Account]}, path...)
		}
		if err := w.Folder(path); err != nil {
			return report, err
		}
		if err := e.exportFolder(ctx, w, f.ID, filepath.Join(path...), &report, progress); err != nil {
			_ = w.Close() // the first error tells
			return report, err
		}
		if err := w.Close(); err != nil {
			return report, err
		}
	}
	return report, nil
}

func (e *Engine) exportFolder(ctx context.Context, w *transfer.Writer, id mail.FolderID, name string, report *mail.Transfer, progress func(mail.Transfer)) error {
	ids, err := e.store.IDs(ctx, mail.Query{Folder: id})
	if err != nil {
		return err
	}
	slices.Reverse(ids)
	for some := range slices.Chunk(ids, importBatch) {
		summaries, err := e.store.Summaries(ctx, some)
		if err != nil {
			return err
		}
		for _, s := range summaries {
			raw, err := e.store.Raw(ctx, s.ID)
			if err != nil {
				report.Failed = append(report.Failed, mail.TransferFailure{Where: fmt.Sprintf("%s, message %d", name, s.ID), Why: err.Error()})
				continue
			}
			err = w.Put(raw, s)
			_ = raw.Close() // only read
			if err != nil {
				return err
			}
			report.Done++
			if s.Whole != 0 {
				report.Partial++
			}
		}
		if progress != nil {
			progress(*report)
		}
	}
	return nil
}
