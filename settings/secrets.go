package settings

import (
	"context"
	"slices"

	"poplar/mail"
)

// StoreSecrets puts the given passwords of an account away: into the keyring, or with remember false into memory
// only, and then what the keyring held is removed. The error of the keyring does not keep the password from being
// held in memory, so the account works until Poplar ends.
func (k *Keyring) StoreSecrets(ctx context.Context, a mail.Account, secrets map[mail.Direction]string, remember bool) error {
	var first error
	for d, secret := range secrets {
		if a.SecretOf(d) != d {
			continue
		}
		if !remember {
			// Best effort: an absent keyring holds nothing that could be removed.
			_ = k.Delete(ctx, a.ID, d)
			k.Hold(a.ID, d, secret)
			continue
		}
		if err := k.Set(ctx, a.ID, d, secret); err != nil {
			k.Hold(a.ID, d, secret)
			if first == nil {
				first = err
			}
		}
	}
	return first
}

// Secret returns the password that serves an account's direction.
func (k *Keyring) Secret(ctx context.Context, a mail.Account, d mail.Direction) (string, error) {
	return k.Get(ctx, a.ID, a.SecretOf(d))
}

// Keep stores a secret that changed by itself, such as a token that was renewed: where it was kept before.
func (k *Keyring) Keep(ctx context.Context, a mail.Account, d mail.Direction, secret string) error {
	return k.StoreSecrets(ctx, a, map[mail.Direction]string{d: secret}, !a.AskPassword)
}

// Forget removes all secrets of an account. The first error is returned, the others are tried all the same.
func (k *Keyring) Forget(ctx context.Context, a mail.Account) error {
	return k.forget(ctx, a.ID, append(a.OwnSecrets(), mail.SecretKinds...))
}

// Prune removes the secrets of what an account had before and has no longer: its identities' own servers.
func (k *Keyring) Prune(ctx context.Context, before, now mail.Account) error {
	kept := now.OwnSecrets()
	gone := slices.DeleteFunc(before.OwnSecrets(), func(d mail.Direction) bool { return slices.Contains(kept, d) })
	err := k.forget(ctx, now.ID, gone)
	if now.AskPassword {
		return nil // an absent keyring holds nothing that could be removed
	}
	return err
}

func (k *Keyring) forget(ctx context.Context, id mail.AccountID, list []mail.Direction) error {
	var first error
	for _, d := range list {
		if err := k.Delete(ctx, id, d); err != nil && first == nil {
			first = err
		}
	}
	return first
}
