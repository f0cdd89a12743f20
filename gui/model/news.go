package model

import (
	"context"

	"poplar/mail"
)

// News is what a visit brought that a person wants to be told of.
type News struct {
	Count int            // unread messages in the inbox
	First []mail.Summary // of them, the newest three at most
}

// newsShown is how many messages a notification names.
const newsShown = 3

// newsLooked bounds how many of many arrivals are looked at one by one.
const newsLooked = 200

// NewsOf looks at what arrived: what is unread and in an inbox. Of very many only the last are looked at and the
// others taken for the like.
func NewsOf(ctx context.Context, box interface {
	Folders(ctx context.Context) ([]mail.Folder, error)
	Summary(ctx context.Context, id mail.MessageID) (mail.Summary, error)
}, ids []mail.MessageID,
) (News, error) {
	var n News
	folders, err := box.Folders(ctx)
	if err != nil {
		return n, err
	}
	inbox := map[mail.FolderID]bool{}
	for _, f := range folders {
		inbox[f.ID] = f.Role == mail.Inbox
	}
	if len(ids) > newsLooked {
		n.Count = len(ids) - newsLooked
		ids = ids[len(ids)-newsLooked:]
	}
	for i := len(ids) - 1; i >= 0; i-- {
		s, err := box.Summary(ctx, ids[i])
		if err != nil { // gone again
			continue
		}
		if !inbox[s.Folder] || s.Flags&mail.Seen != 0 {
			continue
		}
		n.Count++
		if len(n.First) < newsShown {
			n.First = append(n.First, s)
		}
	}
	if len(n.First) == 0 {
		n.Count = 0
	}
	return n, nil
}
