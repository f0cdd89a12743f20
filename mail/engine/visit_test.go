package engine

import (
	"os"
	"path/filepath"
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
	// What a process leaves that is killed is gone when the next one begins.
	for _, name := range []string{"visit-6131-1.eml", "visit-of-an-account-that-is-gone-1.eml", "out-123"} {
		if err := os.WriteFile(filepath.Join(b.spool(), name), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	b.open(b.o.Dir)
	if left, err := os.ReadDir(b.spool()); err != nil || len(left) != 0 {
		t.Errorf("left from before: %v %v", left, err)
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

// What deleted messages leave is given back when nobody is being visited.
func TestTidy(t *testing.T) {
	b := newBench(t, nil, nil)
	const n = 60
	for i := range n {
		b.box.Add(mailtest.Sample(i, 700<<10)) // not so large that it is a file, which goes at once
	}
	if reports, err := b.Receive(t.Context()); err != nil || reports[0].Retrieved != n {
		t.Fatal(reports, err)
	}
	var ids []mail.MessageID
	for _, s := range b.list(mail.Query{}) {
		ids = append(ids, s.ID)
	}
	if err := b.Delete(t.Context(), ids); err != nil {
		t.Fatal(err)
	}
	more := func() bool {
		t.Helper()
		more, err := b.store.Tidy(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return more
	}
	b.slots <- struct{}{}
	b.tidy(t.Context())
	if !more() {
		t.Fatal("it was tidied during a visit")
	}
	<-b.slots
	b.tidy(t.Context())
	if more() {
		t.Error("room is left to give back")
	}
	dir := b.o.Dir
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(filepath.Join(dir, "store.db")); err != nil || info.Size() > 32<<20 {
		t.Errorf("the store's file still has %d octets: %v", info.Size(), err)
	}
}

// An export tells of how many messages it has only the first lines.
func TestExportOfFirstLines(t *testing.T) {
	b := newBench(t, nil, nil)
	b.change(func(a *mail.Account) { a.MaxSize = 100 << 10 })
	b.box.Add(mailtest.Sample(1, 900))
	b.box.Add(volume(2, 300))
	b.visited()
	r, err := b.Export(t.Context(), filepath.Join(t.TempDir(), "out"), "eml", nil, nil)
	if err != nil || r.Done != 2 || r.Partial != 1 {
		t.Errorf("%+v %v", r, err)
	}
	if err := b.Want(t.Context(), []mail.MessageID{b.list(mail.Query{})[0].ID, b.list(mail.Query{})[1].ID}, mail.WishFetch); err != nil {
		t.Fatal(err)
	}
	b.visited()
	if r, err = b.Export(t.Context(), filepath.Join(t.TempDir(), "out"), "eml", nil, nil); err != nil || r.Done != 2 || r.Partial != 0 {
		t.Errorf("whole: %+v %v", r, err)
	}
}
