package engine

import (
	"context"

	"poplar/mail"
	"poplar/mail/retrieve"
)

// Copies tells of the server's copies of messages, in the order of ids. A message that never lay on a server is left
// out.
func (e *Engine) Copies(ctx context.Context, ids []mail.MessageID) ([]mail.Copy, error) {
	rows, err := e.store.LedgerOf(ctx, ids)
	if err != nil {
		return nil, err
	}
	now := e.o.Now()
	copies := make([]mail.Copy, len(rows))
	for i, row := range rows {
		c := mail.Copy{
			Message: row.Message, Account: row.Account, Wish: row.Wish, Partial: row.Partial, Size: row.Size,
			OnServer: row.State != mail.Deleted,
		}
		if acc, err := e.find(row.Account); err == nil && c.OnServer {
			c.Next, c.Until = retrieve.Until(row, acc.get().Keep, now)
		}
		copies[i] = c
	}
	return copies, nil
}

// Want notes what the person wants done with the server's copies of messages, whatever the policy says. What is to be
// fetched or deleted there is so at a visit that begins now.
func (e *Engine) Want(ctx context.Context, ids []mail.MessageID, w mail.Wish) error {
	rows, err := e.store.LedgerOf(ctx, ids)
	if err != nil {
		return err
	}
	keys := map[mail.AccountID][]mail.LedgerKey{}
	var order []mail.AccountID
	for _, row := range rows {
		if keys[row.Account] == nil {
			order = append(order, row.Account)
		}
		keys[row.Account] = append(keys[row.Account], row.Key())
	}
	now := w == mail.WishFetch || w == mail.WishDelete
	for _, a := range order {
		if err := e.wish(ctx, a, w, now, keys[a]); err != nil {
			return err
		}
		e.publishStatusOf(a)
	}
	return nil
}

// Removals counts the messages that a policy would have deleted on an account's server at the next visit, as far as is
// known what lies there.
func (e *Engine) Removals(ctx context.Context, a mail.AccountID, keep mail.Keep) (int, error) {
	ledger, err := e.store.Ledger(ctx, a)
	if err != nil {
		return 0, err
	}
	return retrieve.Removals(ledger, keep, e.o.Now()), nil
}

// publishStatusOf tells that something about an account's mail on its server has changed.
func (e *Engine) publishStatusOf(a mail.AccountID) {
	if acc, err := e.find(a); err == nil {
		e.publishStatus(mail.VisitProgress, acc)
	}
}
