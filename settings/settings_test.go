package settings

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"

	"poplar/mail"
)

func open(t *testing.T, dir string) *Settings {
	t.Helper()
	s, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestAccountsSurviveReopening(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	a := mail.DefaultAccount()
	a.Name, a.Address, a.Signature = "林华", "lin@poplar.example", "林华\n-- two lines"
	a.Incoming.Host, a.Incoming.Pins = "pop.poplar.example", []string{"ab12"}
	a.Keep = mail.Keep{Mode: mail.KeepDays, Days: 30}
	a, err := s.PutAccount(a)
	if err != nil || a.ID == "" {
		t.Fatalf("PutAccount: %v, id %q", err, a.ID)
	}
	b, err := s.PutAccount(mail.Account{Address: "second@poplar.example"})
	if err != nil || b.ID == a.ID {
		t.Fatalf("second account: %v, id %q", err, b.ID)
	}
	if err := s.RemoveAccount(b.ID); err != nil {
		t.Fatal(err)
	}
	c, err := s.PutAccount(mail.Account{Address: "third@poplar.example"})
	if err != nil || c.ID == b.ID {
		t.Fatalf("an id was used twice: %q (%v)", c.ID, err)
	}
	p := DefaultPreferences()
	p.Theme = "dark"
	if err := s.SetPreferences(p); err != nil {
		t.Fatal(err)
	}

	again := open(t, dir)
	if got, err := again.Account(a.ID); err != nil || !reflect.DeepEqual(got, a) {
		t.Errorf("account after reopening: %+v (%v)\nwant %+v", got, err, a)
	}
	if !reflect.DeepEqual(again.Preferences(), p) {
		t.Errorf("preferences after reopening: %+v", again.Preferences())
	}
	if _, err := again.Account(b.ID); !errors.Is(err, ErrNoAccount) {
		t.Errorf("removed account: %v", err)
	}
	if err := again.RemoveAccount("a99"); !errors.Is(err, ErrNoAccount) {
		t.Errorf("removing what is not there: %v", err)
	}
}

func TestUnknownKeysAreKept(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, FileName)
	before := `{"version": 3, "future": {"x": 12345678901234567890}, "preferences": {"theme": "dark", "shiny": true},
	  "accounts": [{"id": "a1", "address": "a@b.example", "label": "Work", "colour": "red", "incoming": {"host": "h", "port": 995, "proxy": "socks"}}]}`
	if err := os.WriteFile(file, []byte(before), 0o600); err != nil {
		t.Fatal(err)
	}
	s := open(t, dir)
	a, err := s.Account("a1")
	if err != nil {
		t.Fatal(err)
	}
	a.Label, a.Incoming.Port = "", 110
	if _, err := s.PutAccount(a); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"version": 3`, `12345678901234567890`, `"shiny": true`, `"colour": "red"`, `"proxy": "socks"`, `"port": 110`} {
		if !strings.Contains(string(data), want) {
			t.Errorf("%s is gone from the file:\n%s", want, data)
		}
	}
	if strings.Contains(string(data), "Work") {
		t.Errorf("a label that was emptied is still there:\n%s", data)
	}
}

func TestDamagedFileIsSetAside(t *testing.T) {
	for name, contents := range map[string]string{
		"cut short": `{"version": 1, "accounts": [`, "not json": "hello", "empty": "", "no version": "{}",
		"tail": `{"version": 1}{}`, "null": "null", "two of one id": `{"version":1,"accounts":[{"id":"a1"},{"id":"a1"}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, FileName), []byte(contents), 0o600); err != nil {
				t.Fatal(err)
			}
			s := open(t, dir)
			if !reflect.DeepEqual(s.Preferences(), DefaultPreferences()) || len(s.Accounts()) != 0 {
				t.Error("no defaults")
			}
			aside, _ := filepath.Glob(filepath.Join(dir, FileName+".damaged-2*"))
			if len(aside) != 1 || !strings.Contains(s.Notice(), aside[0]) || s.Aside() != aside[0] {
				t.Fatalf("set aside: %v, notice %q", aside, s.Notice())
			}
			if kept, _ := os.ReadFile(aside[0]); string(kept) != contents {
				t.Errorf("contents set aside: %q", kept)
			}
			if _, err := s.PutAccount(mail.Account{Address: "x@y.example"}); err != nil {
				t.Error(err)
			}
			if n := open(t, dir); len(n.Accounts()) != 1 || n.Notice() != "" || n.Aside() != "" {
				t.Error("not usable afterwards")
			}
		})
	}
}

func TestWritersDoNotLoseEachOthersAccounts(t *testing.T) {
	dir := t.TempDir()
	var wg sync.WaitGroup
	for range 8 {
		s := open(t, dir)
		wg.Go(func() {
			if _, err := s.PutAccount(mail.Account{Address: "x@y.example"}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := len(open(t, dir).Accounts()); n != 8 {
		t.Errorf("%d accounts of 8 are there", n)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*.new-*")); len(left) != 0 {
		t.Errorf("temporary files left: %v", left)
	}
}

func TestWriteFailureChangesNothing(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	if _, err := s.PutAccount(mail.Account{Address: "x@y.example"}); err != nil {
		t.Fatal(err)
	}
	// A folder in the way of the file makes every write fail, for root too.
	file := filepath.Join(dir, FileName)
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(file, "in the way"), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := s.PutAccount(mail.Account{Address: "z@y.example"}); err == nil {
		t.Fatal("a write that cannot succeed did")
	}
	if len(s.Accounts()) != 1 {
		t.Error("a failed write changed the accounts")
	}
}

func TestNoSecretFieldInFile(t *testing.T) {
	data, err := json.Marshal(mail.DefaultAccount())
	if err != nil {
		t.Fatal(err)
	}
	var fields map[string]any
	if err := json.Unmarshal(data, &fields); err != nil {
		t.Fatal(err)
	}
	for key := range fields {
		if strings.Contains(key, "secret") || key == "password" {
			t.Errorf("the account's file form has a field %q", key)
		}
	}
}

// TestProfilesKeepTheirPasswordsApart: the first accounts of two profiles are two entries of the one keyring.
func TestProfilesKeepTheirPasswordsApart(t *testing.T) {
	seen := map[mail.AccountID]bool{}
	for range 3 {
		s, err := Open(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			a, err := s.PutAccount(mail.Account{Address: "anna@birch.example"})
			if err != nil || seen[a.ID] || a.ID == "" {
				t.Errorf("account %q was given before: %v", a.ID, err)
			}
			seen[a.ID] = true
		}
	}
}
