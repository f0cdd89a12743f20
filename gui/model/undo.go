package model

import (
	"context"

	"poplar/mail"
)

// Undo takes back a move: where each message was.
type Undo struct {
	from map[mail.FolderID][]mail.MessageID
	n    int
}

// Len is how many messages it takes back.
func (u Undo) Len() int { return u.n }

// Remember notes where messages are, before they are moved. Those whose summaries are known are not asked for.
func Remember(ctx context.Context, box Mailbox, ids []mail.MessageID, known map[mail.MessageID]mail.FolderID) (Undo, error) {
	u := Undo{from: map[mail.FolderID][]mail.MessageID{}}
	for _, id := range ids {
		f, ok := known[id]
		if !ok {
			s, err := box.Summary(ctx, id)
			if err != nil {
				return u, err
			}
			f = s.Folder
		}
		u.from[f] = append(u.from[f], id)
		u.n++
	}
	return u, nil
}

// Take moves everything back.
func (u Undo) Take(ctx context.Context, box Mailbox) error {
	for f, ids := range u.from {
		if err := box.Move(ctx, ids, f); err != nil {
			return err
		}
	}
	return nil
}
