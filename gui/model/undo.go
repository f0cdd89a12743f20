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

// Remember notes where messages are, before they are moved. Those whose summaries are known are not asked for;
// those that are gone are left out.
func Remember(ctx context.Context, box Mailbox, ids []mail.MessageID, known map[mail.MessageID]mail.FolderID) (Undo, error) {
	u := Undo{from: map[mail.FolderID][]mail.MessageID{}}
	var ask []mail.MessageID
	for _, id := range ids {
		if f, ok := known[id]; ok {
			u.from[f] = append(u.from[f], id)
			u.n++
		} else {
			ask = append(ask, id)
		}
	}
	if len(ask) == 0 {
		return u, nil
	}
	placed, err := box.Placed(ctx, ask)
	for f, some := range placed {
		u.from[f] = append(u.from[f], some...)
		u.n += len(some)
	}
	return u, err
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
