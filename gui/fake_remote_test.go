package gui

import (
	"context"
	"errors"

	"poplar/gui/model"
	"poplar/mail"
)

func (f *fake) Copies(_ context.Context, ids []mail.MessageID) ([]mail.Copy, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var copies []mail.Copy
	for _, id := range ids {
		for _, s := range f.rows {
			if s.ID == id && (s.OnServer || s.Whole > 0) {
				copies = append(copies, mail.Copy{Message: id, Account: s.Account, OnServer: s.OnServer, Partial: s.Whole > 0, Size: s.Whole})
			}
		}
	}
	return copies, nil
}

func (f *fake) Want(_ context.Context, ids []mail.MessageID, w mail.Wish) error {
	f.mu.Lock()
	for i := range f.rows {
		for _, id := range ids {
			if f.rows[i].ID == id && w == mail.WishFetch {
				f.rows[i].Whole = 0
			}
		}
	}
	f.mu.Unlock()
	f.note("want %v %s", ids, w)
	f.hub.Publish(mail.Event{What: mail.Changed, Account: "a", Messages: ids})
	return nil
}

func (f *fake) Removals(context.Context, mail.AccountID, mail.Keep) (int, error) { return 0, nil }

func (f *fake) Refused(context.Context, mail.AccountID) ([]mail.RefusedMessage, error) {
	return nil, nil
}

func (f *fake) Retry(context.Context, mail.AccountID, ...mail.LedgerKey) error { return nil }

func (f *fake) Leave(context.Context, mail.AccountID, ...mail.LedgerKey) error { return nil }

func (f *fake) DeleteOnServer(context.Context, mail.AccountID, ...mail.LedgerKey) error { return nil }

func (f *fake) Remote(context.Context, mail.AccountID) (model.Remote, error) {
	return nil, errors.New("there is no server")
}
