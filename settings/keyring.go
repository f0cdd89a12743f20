package settings

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/godbus/dbus/v5"
	"github.com/zalando/go-keyring"

	"poplar/mail"
)

// Service is the name under which Poplar's passwords stand in the keyring.
const Service = "Poplar"

// keyringLimit is how long the keyring may take: long enough for a person to answer its unlock dialog.
const keyringLimit = 60 * time.Second

// SecretError says why the keyring did not give, or take, a password.
type SecretError struct {
	Kind mail.Kind
	Why  string
	Err  error
}

// Error implements error.
func (e *SecretError) Error() string { return e.Why }

// Unwrap returns the cause.
func (e *SecretError) Unwrap() error { return e.Err }

// Is compares by what happened, so that errors.Is(err, ErrLocked) holds whatever the cause.
func (e *SecretError) Is(target error) bool {
	t, ok := target.(*SecretError)
	return ok && t.Why == e.Why
}

// Problem tells it to a person.
func (e *SecretError) Problem() *mail.Problem {
	return &mail.Problem{Kind: e.Kind, Doing: "keyring", Err: e}
}

// What may be wrong with the keyring; compare with errors.Is.
var (
	ErrLocked   = &SecretError{Kind: mail.KeyringLocked, Why: "the keyring is locked"}
	ErrAbsent   = &SecretError{Kind: mail.KeyringAbsent, Why: "this system has no keyring that answers"}
	ErrDenied   = &SecretError{Kind: mail.KeyringLocked, Why: "the keyring did not let Poplar in"}
	ErrNotFound = &SecretError{Kind: mail.PasswordMissing, Why: "no password is stored for this account"}
	ErrTooLong  = &SecretError{Kind: mail.Unknown, Why: "the password is longer than this system's keyring takes"}
)

func because(what *SecretError, err error) error {
	return &SecretError{Kind: what.Kind, Why: what.Why, Err: err}
}

// Keyring keeps passwords: in the operating system's keyring, or for those the person wants to be asked for each
// time, in memory only. Its zero value is ready. It must not be used on the UI thread.
type Keyring struct {
	// Limit bounds each call of the system's keyring; 0 means one minute.
	Limit time.Duration
	// MemoryOnly never touches the system's keyring (the demo).
	MemoryOnly bool

	mu     sync.Mutex
	memory map[string]string
	busy   chan struct{} // holds one token while a call of the system's keyring is under way
	own    backend       // in place of the system's, in tests
}

func (k *Keyring) store() parts {
	if k.own != nil {
		return parts{k.own}
	}
	return parts{system{}}
}

func entry(a mail.AccountID, d mail.Direction) string { return string(a) + "/" + string(d) }

// Get returns a password; the error is one of the Err values above, or the context's.
func (k *Keyring) Get(ctx context.Context, a mail.AccountID, d mail.Direction) (string, error) {
	k.mu.Lock()
	secret, ok := k.memory[entry(a, d)]
	k.mu.Unlock()
	if ok {
		return secret, nil
	}
	if k.MemoryOnly {
		return "", because(ErrNotFound, nil)
	}
	return k.call(ctx, func() (string, error) { return k.store().read(entry(a, d)) })
}

// Set stores a password in the system's keyring.
func (k *Keyring) Set(ctx context.Context, a mail.AccountID, d mail.Direction, secret string) error {
	if k.MemoryOnly {
		k.Hold(a, d, secret)
		return nil
	}
	_, err := k.call(ctx, func() (string, error) { return "", k.store().write(entry(a, d), secret) })
	if err == nil {
		k.mu.Lock()
		delete(k.memory, entry(a, d))
		k.mu.Unlock()
	}
	return err
}

// Hold keeps a password in memory until Poplar ends.
func (k *Keyring) Hold(a mail.AccountID, d mail.Direction, secret string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.memory == nil {
		k.memory = map[string]string{}
	}
	k.memory[entry(a, d)] = secret
}

// Delete removes a password. One that is not there is no error.
func (k *Keyring) Delete(ctx context.Context, a mail.AccountID, d mail.Direction) error {
	k.mu.Lock()
	delete(k.memory, entry(a, d))
	k.mu.Unlock()
	if k.MemoryOnly {
		return nil
	}
	_, err := k.call(ctx, func() (string, error) { return "", k.store().remove(entry(a, d)) })
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}

// call runs one keyring call with a time limit. A prompt that nobody answers blocks the system's call for ever, so it
// runs beside us; until it ends no second one is begun, and callers learn that the keyring is locked.
func (k *Keyring) call(ctx context.Context, work func() (string, error)) (string, error) {
	if !haveSessionBus() {
		return "", because(ErrAbsent, nil)
	}
	limit := k.Limit
	if limit == 0 {
		limit = keyringLimit
	}
	timer := time.NewTimer(limit)
	defer timer.Stop()
	k.mu.Lock()
	if k.busy == nil {
		k.busy = make(chan struct{}, 1)
	}
	k.mu.Unlock()
	select {
	case k.busy <- struct{}{}:
	case <-ctx.Done():
		return "", ctx.Err()
	case <-timer.C:
		return "", because(ErrLocked, errors.New("an earlier request still waits for an answer"))
	}
	type result struct {
		secret string
		err    error
	}
	done := make(chan result, 1)
	go func() {
		defer func() { <-k.busy }()
		secret, err := work()
		done <- result{secret, err}
	}()
	select {
	case r := <-done:
		return r.secret, classify(r.err)
	case <-ctx.Done():
		return "", ctx.Err()
	case <-timer.C:
		return "", because(ErrLocked, errors.New("it waits for its unlock dialog"))
	}
}

// haveSessionBus reports whether the secret service can be reached at all. Without the check the D-Bus library would
// start a stray bus of its own.
func haveSessionBus() bool {
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		return true
	}
	if os.Getenv("DBUS_SESSION_BUS_ADDRESS") != "" {
		return true
	}
	run := os.Getenv("XDG_RUNTIME_DIR")
	if run == "" {
		return false
	}
	_, err := os.Stat(filepath.Join(run, "bus"))
	return err == nil
}

// classify turns what the keyring libraries say, mostly in strings, into the typed errors above.
func classify(err error) error {
	var bus dbus.Error
	switch {
	case err == nil:
		return nil
	case errors.Is(err, keyring.ErrNotFound):
		return because(ErrNotFound, err)
	case errors.Is(err, keyring.ErrSetDataTooBig):
		return because(ErrTooLong, err)
	case errors.Is(err, keyring.ErrUnsupportedPlatform):
		return because(ErrAbsent, err)
	case errors.As(err, &bus):
		switch {
		case strings.Contains(bus.Name, "IsLocked"):
			return because(ErrLocked, err)
		case strings.Contains(bus.Name, "AccessDenied"), strings.Contains(bus.Name, "AuthFailed"):
			return because(ErrDenied, err)
		}
		return because(ErrAbsent, err)
	}
	text := strings.ToLower(err.Error())
	switch {
	case strings.Contains(text, "failed to unlock"):
		return because(ErrLocked, err)
	case strings.Contains(text, "denied"), strings.Contains(text, "cancel"), strings.Contains(text, "exit status 36"):
		return because(ErrDenied, err)
	case strings.Contains(text, "exit status 51"), strings.Contains(text, "interaction is not allowed"):
		return because(ErrLocked, err)
	}
	return because(ErrAbsent, err)
}
