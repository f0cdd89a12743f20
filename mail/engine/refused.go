package engine

import (
	"context"

	"poplar/mail"
)

// Refused lists the messages that an account's server would not give when they were last asked for: with the server's
// words, and with sender, subject and date where TOP tells them.
func (e *Engine) Refused(ctx context.Context, account mail.AccountID) ([]mail.RefusedMessage, error) {
	return e.store.Refused(ctx, account)
}

// Retry asks for messages again, now. (Without it they are asked for again at each visit, after all others, unless
// they are to be left.)
func (e *Engine) Retry(ctx context.Context, account mail.AccountID, keys ...mail.LedgerKey) error {
	return e.wish(ctx, account, mail.NoWish, true, keys)
}

// Leave leaves messages on the server: one that was refused is not asked for any more, one that is here is not deleted
// there by the account's policy. Retry takes it back.
func (e *Engine) Leave(ctx context.Context, account mail.AccountID, keys ...mail.LedgerKey) error {
	return e.wish(ctx, account, mail.WishLeave, false, keys)
}

// DeleteOnServer deletes messages on the server, at a visit that begins now. What was never retrieved is lost then.
func (e *Engine) DeleteOnServer(ctx context.Context, account mail.AccountID, keys ...mail.LedgerKey) error {
	return e.wish(ctx, account, mail.WishDelete, true, keys)
}

// wish notes what the person wants and, if it is to be done now, has the account visited.
func (e *Engine) wish(ctx context.Context, account mail.AccountID, w mail.Wish, now bool, keys []mail.LedgerKey) error {
	if err := e.store.SetWish(ctx, account, w, keys...); err != nil {
		return err
	}
	if now {
		e.CheckNow(account)
	}
	return nil
}
