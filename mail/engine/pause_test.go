package engine

import (
	"testing"
	"time"

	"poplar/mail"
	"poplar/mail/mailtest"
)

// A pause that the server has stated holds for the next process, too, and no longer than it was to be, whatever the clock
// does. Where the server only says that it is too soon, an explicit visit finds out.
func TestStatedPauseOutlivesTheProcess(t *testing.T) {
	for _, c := range []struct {
		name, words string
		later       time.Duration // by the clock, in the next process
		left        time.Duration // of the pause then; 0: the server is asked
	}{
		{"stated", "wait 900 seconds", time.Minute, 14 * time.Minute},
		{"over", "wait 900 seconds", 15 * time.Minute, 0},
		{"the clock was set back", "wait 900 seconds", -24 * time.Hour, 15 * time.Minute},
		{"not stated", "too soon", time.Minute, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t, mailtest.Once("AUTH", mailtest.Refuse("LOGIN-DELAY", c.words)), nil)
			b.box.Add(mailtest.Sample(1, 900))
			clock := mailtest.NewClock(time.Now())
			b.o.Now = clock.Now
			if r, err := b.Receive(t.Context()); err != nil || r[0].Problem == nil || r[0].Problem.Kind != mail.LoginDelay {
				t.Fatalf("%+v %v", r, err)
			}
			if err := b.Close(); err != nil {
				t.Fatal(err)
			}
			b.open(b.o.Dir)
			clock.Advance(c.later)
			b.o.Now = clock.Now
			if err := b.SetAccounts(t.Context(), []mail.Account{b.account}); err != nil {
				t.Fatal(err)
			}
			r, err := b.Receive(t.Context())
			switch p := r[0].Problem; {
			case err != nil:
				t.Fatal(err)
			case c.left == 0 && (p != nil || r[0].Retrieved != 1):
				t.Errorf("%+v", r)
			case c.left > 0 && (p == nil || p.Kind != mail.LoginDelay || p.Again != c.left || b.pop.Count("AUTH") != 1):
				t.Errorf("%+v after %d logins", p, b.pop.Count("AUTH"))
			}
			// Who changes where to log in is not kept from it.
			b.account.Incoming.User = "nobody"
			if err := b.SetAccounts(t.Context(), []mail.Account{b.account}); err != nil {
				t.Fatal(err)
			}
			if r, err := b.Receive(t.Context()); err != nil || r[0].Problem == nil || r[0].Problem.Kind != mail.LoginRefused {
				t.Errorf("with another name: %+v %v", r, err)
			}
		})
	}
}
