package engine

import (
	"os"
	"testing"
	"time"

	"poplar/mail"
	"poplar/mail/mailtest"
)

// A message too large for memory goes through a file beside the store, which nobody has made before, and which is gone
// afterwards.
func TestLargeMessage(t *testing.T) {
	b := newBench(t, nil, nil)
	b.box.Add(mailtest.Sample(1, 3<<20))
	reports, err := b.Receive(t.Context())
	if err != nil || reports[0].Problem != nil || reports[0].Retrieved != 1 {
		t.Fatalf("%+v %v", reports, err)
	}
	if list := b.list(mail.Query{}); len(list) != 1 || list[0].Size < 3<<20 {
		t.Errorf("stored: %+v", list)
	}
	if left, err := os.ReadDir(b.spool()); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

// What the server states and what the provider is known for both bound the timetable, and the next check is told.
func TestPausesBetweenVisits(t *testing.T) {
	b := newBench(t, mailtest.On("CAPA", mailtest.Capa("UIDL", "TOP", "USER", "PIPELINING", "LOGIN-DELAY 2700")), nil)
	b.account.CheckMinutes = 5
	if err := b.SetAccounts(t.Context(), []mail.Account{b.account}); err != nil {
		t.Fatal(err)
	}
	b.Start()
	b.CheckNow()
	e := b.until("a visit", ended)
	if got := e.Status.Next.Sub(e.Status.LastCheck); got != 45*time.Minute || e.Status.Last.Problem != nil {
		t.Errorf("the next visit is after %s: %+v", got, e.Status.Last.Problem)
	}
	if got := b.least(mail.Account{Incoming: mail.Server{Host: "pop3.web.de"}}); got != 15*time.Minute {
		t.Errorf("WEB.DE allows a check every %s", got)
	}
}
