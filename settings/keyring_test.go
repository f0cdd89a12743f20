package settings

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"runtime"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
	"github.com/zalando/go-keyring"

	"poplar/mail"
)

func TestKeyringErrorsAreDistinct(t *testing.T) {
	for _, c := range []struct {
		name string
		err  error
		want *SecretError
	}{
		{"not found", keyring.ErrNotFound, ErrNotFound},
		{"too long", keyring.ErrSetDataTooBig, ErrTooLong},
		{"no platform", keyring.ErrUnsupportedPlatform, ErrAbsent},
		{"no service", dbus.Error{Name: "org.freedesktop.DBus.Error.ServiceUnknown"}, ErrAbsent},
		{"locked item", dbus.Error{Name: "org.freedesktop.Secret.Error.IsLocked"}, ErrLocked},
		{"bus denies", dbus.Error{Name: "org.freedesktop.DBus.Error.AccessDenied"}, ErrDenied},
		{"prompt dismissed", errors.New("failed to unlock correct collection '/x'"), ErrLocked},
		{"macOS cancel", errors.New("user canceled the operation"), ErrDenied},
		{"no bus", errors.New("dial unix /nope: connect: no such file or directory"), ErrAbsent},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := classify(c.err)
			for _, e := range []*SecretError{ErrLocked, ErrAbsent, ErrDenied, ErrNotFound, ErrTooLong} {
				if errors.Is(got, e) != (e == c.want) {
					t.Errorf("errors.Is(%v, %v) is %v", got, e, e != c.want)
				}
			}
			if p := mail.ProblemOf(got); p.Kind != c.want.Kind {
				t.Errorf("kind %s, want %s", p.Kind, c.want.Kind)
			}
		})
	}
}

func TestSilentKeyringIsLockedNotForEver(t *testing.T) {
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nope")
	k := &Keyring{Limit: 10 * time.Millisecond}
	release := make(chan struct{})
	defer close(release)
	if _, err := k.call(t.Context(), func() (string, error) { <-release; return "", nil }); !errors.Is(err, ErrLocked) {
		t.Errorf("a prompt nobody answers: %v", err)
	}
	if _, err := k.call(t.Context(), func() (string, error) { t.Error("a second prompt was begun"); return "", nil }); !errors.Is(err, ErrLocked) {
		t.Errorf("while the first still waits: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := (&Keyring{}).call(ctx, func() (string, error) { <-release; return "", nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestMemoryOnly(t *testing.T) {
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		t.Skip("this system always has a keyring")
	}
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "")
	t.Setenv("XDG_RUNTIME_DIR", "")
	k := &Keyring{}
	a := mail.DefaultAccount()
	a.ID = "a1"
	secrets := map[mail.Direction]string{mail.Incoming: "in", mail.Outgoing: "out"}
	if err := k.StoreSecrets(t.Context(), a, secrets, true); !errors.Is(err, ErrAbsent) {
		t.Errorf("without a keyring: %v", err)
	}
	for d, want := range map[mail.Direction]string{mail.Incoming: "in", mail.Outgoing: "in"} {
		if got, err := k.Secret(t.Context(), a, d); err != nil || got != want {
			t.Errorf("%s: %q, %v; want %q from memory", d, got, err, want)
		}
	}
	if _, err := k.Secret(t.Context(), mail.Account{ID: "a2"}, mail.Incoming); !errors.Is(err, ErrAbsent) {
		t.Errorf("another account: %v", err)
	}
}

// TestRealKeyring runs against gnome-keyring on a private session bus; `make test` starts it so.
func TestRealKeyring(t *testing.T) {
	if os.Getenv("POPLAR_TEST_KEYRING") == "" {
		if _, err := exec.LookPath("gnome-keyring-daemon"); err != nil {
			t.Skip("gnome-keyring is not installed")
		}
		t.Skip("run through .ci/desk, as make test does")
	}
	k := &Keyring{Limit: 20 * time.Second}
	const id = mail.AccountID("test-a1")
	if _, err := k.Get(t.Context(), id, mail.Incoming); !errors.Is(err, ErrNotFound) {
		t.Fatalf("before any password: %v", err)
	}
	const secret = "pä$$ 密码 with spaces"
	if err := k.Set(t.Context(), id, mail.Incoming, secret); err != nil {
		t.Fatal(err)
	}
	if got, err := (&Keyring{}).Get(t.Context(), id, mail.Incoming); err != nil || got != secret {
		t.Fatalf("read back: %q, %v", got, err)
	}
	if _, err := k.Get(t.Context(), id, mail.Outgoing); !errors.Is(err, ErrNotFound) {
		t.Errorf("the other direction: %v", err)
	}
	if err := k.Delete(t.Context(), id, mail.Incoming); err != nil {
		t.Fatal(err)
	}
	if _, err := k.Get(t.Context(), id, mail.Incoming); !errors.Is(err, ErrNotFound) {
		t.Errorf("after deletion: %v", err)
	}
	if err := k.Delete(t.Context(), id, mail.Incoming); err != nil {
		t.Errorf("deleting twice: %v", err)
	}
}
