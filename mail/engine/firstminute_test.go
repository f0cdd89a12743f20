package engine

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"poplar/mail"
	"poplar/mail/mailtest"
)

// What another program has retrieved does not come once more, and stays on the server whatever the policy.
func TestHold(t *testing.T) {
	pop := mailtest.StartPOP3(t, mailtest.POP3Options{})
	box := pop.AddUser("anna", "secret")
	for i := range 3 {
		box.Add(mailtest.Sample(i+1, 400))
	}
	var rows []mail.LedgerRow
	for _, m := range box.Messages()[:2] {
		rows = append(rows, mail.LedgerRow{UIDL: m.UIDL, State: mail.Stored, First: time.Unix(1_700_000_000, 0)})
	}
	e, err := Open(t.Context(), Options{
		Dir: filepath.Join(t.TempDir(), "data"), Secret: func(context.Context, mail.Account, mail.Direction) (string, error) { return "secret", nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if list, err := e.Check(context.Background()); err != nil || len(list) > 0 {
			t.Errorf("the store: %q, %v", list, err)
		}
		_ = e.Close()
	})
	a := mail.DefaultAccount()
	a.ID, a.Address, a.Incoming, a.Keep = "a1", "anna@birch.test", pop.Server("anna"), mail.Keep{Mode: mail.KeepNever}
	a.Incoming.AllowPlaintext = true
	if err := e.SetAccounts(t.Context(), []mail.Account{a}); err != nil {
		t.Fatal(err)
	}
	if err := e.Hold(t.Context(), "a1", rows); err != nil {
		t.Fatal(err)
	}
	for visit, want := range []int{1, 0} {
		reports, err := e.Receive(t.Context())
		if err != nil || reports[0].Problem != nil || reports[0].Retrieved != want {
			t.Fatalf("visit %d: %+v %v", visit, reports, err)
		}
	}
	if n := len(box.Messages()); n != 2 {
		t.Errorf("%d messages are on the server, want the two that were retrieved elsewhere", n)
	}
}
