package settings

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gofrs/flock"

	"poplar/mail"
)

// FileName is the settings file's name in the configuration folder.
const FileName = "settings.json"

// Version is the version of the file's form that this Poplar writes.
const Version = 1

// ErrNoAccount is returned when an account is named that does not exist.
var ErrNoAccount = errors.New("there is no such account")

// Settings is the open settings file. Its methods may be called by several goroutines.
type Settings struct {
	mu     sync.Mutex
	paths  Paths
	file   string
	notice string // of a damaged file, and aside is where it lies now
	aside  string
	raw    map[string]any // the whole file as it was read, for keys Poplar does not know
	known  document
}

// document is the part of the file that Poplar knows.
type document struct {
	Version     int            `json:"version"`
	LastID      int            `json:"last_account"` // ids are never reused: keyring entries and mail may outlive an account
	Preferences Preferences    `json:"preferences"`
	Accounts    []mail.Account `json:"accounts"`
}

// Open reads the settings of a profile folder, or with "" those in the system's own folders. A file that cannot be
// understood is set aside under a dated name and defaults are used: Notice says so. An error means that the file
// exists and cannot be read, or cannot be set aside.
func Open(profile string) (*Settings, error) {
	paths, err := pathsOf(profile)
	if err != nil {
		return nil, fmt.Errorf("the profile folder is not usable: %w", err)
	}
	s := &Settings{paths: paths, file: filepath.Join(paths.Config, FileName)}
	data, err := os.ReadFile(s.file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		s.reset()
		return s, nil
	case err != nil:
		return nil, fmt.Errorf("the settings cannot be read: %w", err)
	}
	if err := s.read(data); err != nil {
		aside := s.file + ".damaged-" + time.Now().Format("2006-01-02T150405")
		if renamed := os.Rename(s.file, aside); renamed != nil {
			return nil, fmt.Errorf("the settings are damaged (%w) and cannot be set aside: %w", err, renamed)
		}
		s.reset()
		s.aside = aside
		s.notice = fmt.Sprintf("The settings file was damaged (%v). It was set aside as %s, and Poplar starts with defaults.", err, aside)
	}
	return s, nil
}

func (s *Settings) reset() {
	s.raw = map[string]any{}
	s.known = document{Version: Version, Preferences: DefaultPreferences()}
}

func (s *Settings) read(data []byte) error {
	raw, err := readObject(data)
	if err != nil {
		return err
	}
	known := document{Preferences: DefaultPreferences()}
	if err := json.Unmarshal(data, &known); err != nil {
		return err
	}
	if known.Version < 1 {
		return errors.New("it has no version")
	}
	seen := map[mail.AccountID]bool{}
	for _, a := range known.Accounts {
		if a.ID == "" || seen[a.ID] {
			return fmt.Errorf("account %q has no id of its own", a.Address)
		}
		seen[a.ID] = true
	}
	s.raw, s.known = raw, known
	return nil
}

// change applies edit to what the file holds now, which another Poplar may have written since, and stores the result;
// or it leaves everything as it was.
func (s *Settings) change(edit func(*document) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := os.MkdirAll(s.paths.Config, 0o700); err != nil {
		return fmt.Errorf("the settings folder cannot be made: %w", err)
	}
	lock := flock.New(s.file + ".lock")
	if err := lock.Lock(); err != nil {
		return fmt.Errorf("the settings cannot be locked: %w", err)
	}
	defer lock.Unlock() //nolint:errcheck // closing the file unlocks it in any case
	if data, err := os.ReadFile(s.file); err == nil {
		if err := s.read(data); err != nil {
			return fmt.Errorf("the settings file was changed from outside and is damaged: %w", err)
		}
	}
	next := s.known
	next.Version = max(next.Version, Version)
	next.Accounts = slices.Clone(s.known.Accounts)
	if err := edit(&next); err != nil {
		return err
	}
	return s.write(next)
}

// write stores next and makes it current.
func (s *Settings) write(next document) error {
	out, err := overlay(s.raw, next)
	if err != nil {
		return err
	}
	accounts := make([]any, len(next.Accounts))
	old, _ := s.raw["accounts"].([]any)
	for i, a := range next.Accounts {
		was := map[string]any{}
		for _, o := range old {
			if m, ok := o.(map[string]any); ok && m["id"] == string(a.ID) {
				was = m
			}
		}
		if accounts[i], err = overlay(was, a); err != nil {
			return err
		}
	}
	out["accounts"] = accounts
	data, err := json.MarshalIndent(out, "", "  ")
	if err != nil {
		return err
	}
	if err := writeFile(s.file, append(data, '\n')); err != nil {
		return err
	}
	s.raw, s.known = out, next
	return nil
}

// Accounts returns all accounts in their order.
func (s *Settings) Accounts() []mail.Account {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.known.Accounts)
}

// Account returns one account, or ErrNoAccount.
func (s *Settings) Account(id mail.AccountID) (mail.Account, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.known.Accounts {
		if a.ID == id {
			return a, nil
		}
	}
	return mail.Account{}, fmt.Errorf("%w: %s", ErrNoAccount, id)
}

// PutAccount adds an account (one without ID is given one) or replaces the one with its ID.
func (s *Settings) PutAccount(a mail.Account) (mail.Account, error) {
	err := s.change(func(d *document) error {
		if a.ID == "" {
			d.LastID++
			// The keyring knows accounts by their id alone, and all profiles share one keyring.
			a.ID = mail.AccountID(fmt.Sprintf("a%d-%s", d.LastID, strings.ToLower(rand.Text()[:10])))
			d.Accounts = append(d.Accounts, a)
			return nil
		}
		i := slices.IndexFunc(d.Accounts, func(b mail.Account) bool { return b.ID == a.ID })
		if i < 0 {
			return fmt.Errorf("%w: %s", ErrNoAccount, a.ID)
		}
		d.Accounts[i] = a
		return nil
	})
	return a, err
}

// RemoveAccount takes an account off the list. Its mail and its passwords are not the settings' to remove.
func (s *Settings) RemoveAccount(id mail.AccountID) error {
	return s.change(func(d *document) error {
		n := len(d.Accounts)
		d.Accounts = slices.DeleteFunc(d.Accounts, func(a mail.Account) bool { return a.ID == id })
		if len(d.Accounts) == n {
			return fmt.Errorf("%w: %s", ErrNoAccount, id)
		}
		return nil
	})
}

// Preferences returns the person's choices.
func (s *Settings) Preferences() Preferences {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.known.Preferences
}

// SetPreferences stores the person's choices.
func (s *Settings) SetPreferences(p Preferences) error {
	return s.change(func(d *document) error {
		d.Preferences = p
		return nil
	})
}

// DataDir is the store's folder.
func (s *Settings) DataDir() string { return s.paths.Data }

// LogDir is the folder of logs and crash reports.
func (s *Settings) LogDir() string { return s.paths.Logs }

// Aside is where a settings file that was damaged lies now, or empty.
func (s *Settings) Aside() string { return s.aside }

// Notice is what the person must be told about the settings file in English, or empty.
func (s *Settings) Notice() string { return s.notice }
