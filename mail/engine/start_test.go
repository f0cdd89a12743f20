package engine

import (
	"context"
	"path/filepath"
	"testing"

	"poplar/mail"
	"poplar/mail/mailtest"
)

// What is on the server when an account is new stays there if the person wants it so, whatever the policy; what comes
// later is retrieved, also where the first visit found nothing or failed.
func TestOnlyNewMail(t *testing.T) {
	for _, before := range []int{3, 0} {
		pop := mailtest.StartPOP3(t, mailtest.POP3Options{})
		box := pop.AddUser("anna", "secret")
		for i := range before {
			box.Add(mailtest.Sample(i+1, 400))
		}
		e := openWithSecret(t)
		a := mail.DefaultAccount()
		a.ID, a.Address, a.Incoming, a.Keep, a.Start = "a1", "anna@birch.test", pop.Server("anna"), mail.Keep{Mode: mail.KeepNever}, mail.StartNew
		a.Incoming.AllowPlaintext = true
		if err := e.SetAccounts(t.Context(), []mail.Account{a}); err != nil {
			t.Fatal(err)
		}
		visit := func() mail.VisitReport {
			t.Helper()
			reports, err := e.Receive(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return reports[0]
		}
		pop.SetScript(mailtest.On("UIDL", mailtest.CutBefore))
		if r := visit(); r.Problem == nil {
			t.Fatal("the first visit does not fail")
		}
		pop.SetScript(nil)
		if r := visit(); r.Problem != nil || r.Retrieved != 0 || r.Left != before {
			t.Fatalf("the first visit: %+v", r)
		}
		box.Add(mailtest.Sample(9, 400))
		if r := visit(); r.Problem != nil || r.Retrieved != 1 || r.Deleted != 1 {
			t.Errorf("the second visit: %+v", r)
		}
		if n := len(box.Messages()); n != before {
			t.Errorf("%d messages are on the server, want %d", n, before)
		}
	}
}

// The newest months come first once, and all the same everything comes.
func TestRecentFirst(t *testing.T) {
	pop := mailtest.StartPOP3(t, mailtest.POP3Options{})
	box := pop.AddUser("anna", "secret")
	for i := range 5 {
		box.Add(mailtest.Sample(i+1, 400))
	}
	e, err := Open(t.Context(), Options{
		Dir: filepath.Join(t.TempDir(), "data"), Secret: func(context.Context, mail.Account, mail.Direction) (string, error) { return "secret", nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	a := mail.DefaultAccount()
	a.ID, a.Address, a.Incoming, a.Start = "a1", "anna@birch.test", pop.Server("anna"), mail.StartRecent
	a.Incoming.AllowPlaintext = true
	if err := e.SetAccounts(t.Context(), []mail.Account{a}); err != nil {
		t.Fatal(err)
	}
	for visit, want := range []int{5, 2} {
		reports, err := e.Receive(t.Context())
		if err != nil || reports[0].Problem != nil || reports[0].Retrieved != want {
			t.Fatalf("visit %d: %+v %v", visit, reports, err)
		}
		if n := pop.Count("TOP"); n == 0 {
			t.Error("nobody asked for dates")
		}
		if visit == 0 {
			box.Add(mailtest.Sample(8, 400))
			box.Add(mailtest.Sample(9, 400))
		} else if n := pop.Count("TOP"); n > 3 {
			t.Errorf("dates are asked for again: %d times TOP", n)
		}
	}
}
