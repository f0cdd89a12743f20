package settings

import (
	"errors"
	"strings"
	"testing"

	"github.com/zalando/go-keyring"

	"poplar/mail"
)

// short is a keyring whose entries are as short as those of Windows.
type short map[string]string

func (s short) Get(_, user string) (string, error) {
	v, ok := s[user]
	if !ok {
		return "", keyring.ErrNotFound
	}
	return v, nil
}

func (s short) Set(_, user, secret string) error {
	if len(secret) > 2500 {
		return keyring.ErrSetDataTooBig
	}
	s[user] = secret
	return nil
}

func (s short) Delete(_, user string) error {
	if _, ok := s[user]; !ok {
		return keyring.ErrNotFound
	}
	delete(s, user)
	return nil
}

func TestLongSecretsAreSplit(t *testing.T) {
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nope")
	s := short{}
	k := &Keyring{own: s}
	long := strings.Repeat("eyJ0eXAiOiJKV1QiLCJub25jZSI6", 300) // 8,400 octets, as Microsoft's are
	for _, secret := range []string{"short", long, "密码" + strings.Repeat("码", 2000), long[:2600], "short again", "\x01poplar-parts:x"} {
		if err := k.Set(t.Context(), "a1", mail.Tokens, secret); err != nil {
			t.Fatal(err)
		}
		if got, err := k.Get(t.Context(), "a1", mail.Tokens); err != nil || got != secret {
			t.Errorf("%d octets in, %d out, %v", len(secret), len(got), err)
		}
		want := 1
		if len(secret) > partSize || strings.HasPrefix(secret, split) {
			want = 1 + k.store().count("a1/tokens")
		}
		if len(s) != want {
			t.Errorf("%d entries for %d octets, want %d", len(s), len(secret), want)
		}
	}
	if err := k.Set(t.Context(), "a1", mail.Tokens, long); err != nil {
		t.Fatal(err)
	}
	if err := k.Forget(t.Context(), mail.Account{ID: "a1"}); err != nil || len(s) != 0 {
		t.Errorf("left behind: %d entries, %v", len(s), err)
	}
	if _, err := k.Get(t.Context(), "a1", mail.Tokens); !errors.Is(err, ErrNotFound) {
		t.Errorf("after that: %v", err)
	}
}

// The password of an identity's own server goes with the identity, and all of them with the account.
func TestPasswordsOfIdentitiesGoWithThem(t *testing.T) {
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nope")
	s := short{}
	k := &Keyring{own: s}
	own := func(id string) mail.Identity {
		return mail.Identity{Own: &mail.OwnServer{ID: id, OutgoingAuth: true}}
	}
	a := mail.Account{ID: "a1", SameAsIncoming: true, Identities: []mail.Identity{own("x"), {}, own("y")}}
	secrets := map[mail.Direction]string{mail.Incoming: "in"}
	for _, d := range a.OwnSecrets() {
		secrets[d] = string(d)
	}
	if err := k.StoreSecrets(t.Context(), a, secrets, true); err != nil || len(s) != 3 {
		t.Fatalf("%d entries, %v", len(s), err)
	}
	if got, err := k.Secret(t.Context(), a.Through(a.Identities[2]), mail.Outgoing); err != nil || got != "outgoing-y" {
		t.Errorf("the password is %q, %v", got, err)
	}
	if got, err := k.Secret(t.Context(), a.Through(a.Identities[1]), mail.Outgoing); err != nil || got != "in" {
		t.Errorf("the account's password is %q, %v", got, err)
	}
	now := a
	now.Identities = a.Identities[1:]
	if err := k.Prune(t.Context(), a, now); err != nil || len(s) != 2 {
		t.Errorf("%d entries, %v", len(s), err)
	}
	if err := k.Forget(t.Context(), now); err != nil || len(s) != 0 {
		t.Errorf("%d entries, %v", len(s), err)
	}
}
