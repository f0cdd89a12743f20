package engine

import (
	"context"
	"io"
	"slices"

	"poplar/mail"
	"poplar/mail/message"
)

// Folders returns all folders, an account's roles first.
func (e *Engine) Folders(ctx context.Context) ([]mail.Folder, error) { return e.store.Folders(ctx) }

// List returns the summaries that q asks for.
func (e *Engine) List(ctx context.Context, q mail.Query) ([]mail.Summary, error) {
	if err := e.searchable(ctx, q); err != nil {
		return nil, err
	}
	return e.store.List(ctx, q)
}

// Count is the number of messages that q, without its Offset and Limit, asks for.
func (e *Engine) Count(ctx context.Context, q mail.Query) (int, error) {
	if err := e.searchable(ctx, q); err != nil {
		return 0, err
	}
	return e.store.Count(ctx, q)
}

// IDs returns the messages that q asks for, in order.
func (e *Engine) IDs(ctx context.Context, q mail.Query) ([]mail.MessageID, error) {
	if err := e.searchable(ctx, q); err != nil {
		return nil, err
	}
	return e.store.IDs(ctx, q)
}

// Placed sorts messages by the folders they are in; those that are gone are left out.
func (e *Engine) Placed(ctx context.Context, ids []mail.MessageID) (map[mail.FolderID][]mail.MessageID, error) {
	return e.store.Placed(ctx, ids)
}

// Summary returns one message's summary.
func (e *Engine) Summary(ctx context.Context, id mail.MessageID) (mail.Summary, error) {
	return e.store.Summary(ctx, id)
}

// Raw returns a message's bytes. It must be closed.
func (e *Engine) Raw(ctx context.Context, id mail.MessageID) (mail.Raw, error) {
	return e.store.Raw(ctx, id)
}

// Mark sets and clears flags.
func (e *Engine) Mark(ctx context.Context, ids []mail.MessageID, set, unset mail.Flags) error {
	return e.store.Mark(ctx, ids, set, unset)
}

// Move puts messages into a folder.
func (e *Engine) Move(ctx context.Context, ids []mail.MessageID, to mail.FolderID) error {
	return e.store.Move(ctx, ids, to)
}

// MoveToRole moves each message to its own account's folder of that role.
func (e *Engine) MoveToRole(ctx context.Context, ids []mail.MessageID, r mail.Role) error {
	placed, err := e.store.Placed(ctx, ids)
	if err != nil {
		return err
	}
	folders, err := e.store.Folders(ctx)
	if err != nil {
		return err
	}
	byAccount := map[mail.AccountID][]mail.MessageID{}
	for _, f := range folders {
		if some := placed[f.ID]; len(some) > 0 {
			byAccount[f.Account] = append(byAccount[f.Account], some...)
		}
	}
	for account, some := range byAccount {
		to, err := e.folderFor(ctx, account, r)
		if err != nil {
			return err
		}
		if err := e.store.Move(ctx, some, to); err != nil {
			return err
		}
	}
	return nil
}

// folderFor is the folder of a role of an account, or what the person has chosen in its place as long as it is there.
func (e *Engine) folderFor(ctx context.Context, id mail.AccountID, r mail.Role) (mail.FolderID, error) {
	if acc, err := e.find(id); err == nil && r == mail.Archive {
		if chosen := acc.get().ArchiveFolder; chosen != 0 {
			list, err := e.store.Folders(ctx)
			if err != nil {
				return 0, err
			}
			if slices.ContainsFunc(list, func(f mail.Folder) bool { return f.ID == chosen && f.Account == id }) {
				return chosen, nil
			}
		}
	}
	return e.store.RoleFolder(ctx, id, r)
}

// Delete removes messages for good.
func (e *Engine) Delete(ctx context.Context, ids []mail.MessageID) error {
	return e.store.Delete(ctx, ids)
}

// CreateFolder makes a folder of the person's own.
func (e *Engine) CreateFolder(ctx context.Context, a mail.AccountID, parent mail.FolderID, name string) (mail.FolderID, error) {
	return e.store.CreateFolder(ctx, a, parent, name)
}

// RenameFolder renames a folder of the person's own.
func (e *Engine) RenameFolder(ctx context.Context, id mail.FolderID, name string) error {
	return e.store.RenameFolder(ctx, id, name)
}

// DeleteFolder removes a folder of the person's own; its messages go to Trash.
func (e *Engine) DeleteFolder(ctx context.Context, id mail.FolderID) error {
	return e.store.DeleteFolder(ctx, id)
}

// Report is what `poplar parse` prints of a message: an object for JSON. It never fails; what is odd stands in its
// problems.
func Report(raw mail.Raw) any { return message.Report(raw) }

// ReadFile opens a message that is in no store.
func ReadFile(raw mail.Raw) (*mail.Message, error) {
	m, err := message.Open(raw)
	if m == nil {
		return nil, err
	}
	return m, nil
}

// PartOf returns the decoded bytes of Parts[index] of a message that is in no store.
func PartOf(raw mail.Raw, index int) (io.ReadCloser, error) { return message.PartReader(raw, index) }
