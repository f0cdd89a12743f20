package engine

import (
	"context"
	"os"

	"poplar/mail"
	"poplar/mail/transfer"
)

// Foreign returns the accounts that other mail programs of this computer have, without passwords.
func (e *Engine) Foreign(ctx context.Context) []mail.Foreign {
	home, err := os.UserHomeDir()
	if err != nil {
		return nil
	}
	return transfer.Settings(ctx, transfer.UsualPlaces(home, os.Getenv))
}

// Readable returns the passwords that stand readable in the file of another program's account.
func (e *Engine) Readable(f mail.Foreign) map[mail.Direction]string { return transfer.Readable(f) }

// Hold notes what another program has retrieved, so that it does not come once more. It lies on the server and not here,
// so no policy deletes it there. The account need not be known yet: this is best done before its first visit.
func (e *Engine) Hold(ctx context.Context, id mail.AccountID, rows []mail.LedgerRow) error {
	if len(rows) == 0 {
		return nil
	}
	held := make([]mail.LedgerRow, len(rows))
	keys := make([]mail.LedgerKey, len(rows))
	for i, r := range rows {
		r.Account, r.Message = id, 0
		held[i], keys[i] = r, r.Key()
	}
	if err := e.store.EnsureAccount(ctx, id); err != nil {
		return err
	}
	if err := e.store.PutLedger(ctx, held...); err != nil {
		return err
	}
	return e.store.SetWish(ctx, id, mail.WishLeave, keys...)
}
