package engine

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"poplar/mail"
	"poplar/mail/mailtest"
)

// volume is a message of n KB.
func volume(i, n int) []byte {
	return []byte(fmt.Sprintf("From: Ann <ann@example.test>\r\nSubject: Volume %d\r\nMessage-ID: <v%d@example.test>\r\nDate: Sun, 1 Mar 2026 12:00:00 +0000\r\n\r\nBeginning\r\n", i, i) +
		strings.Repeat(strings.Repeat("x", 62)+"\r\n", 16*n) + "elephant\r\n")
}

func (b *bench) receive() mail.VisitReport {
	b.t.Helper()
	r, err := b.Receive(b.t.Context(), b.account.ID)
	if err != nil || len(r) != 1 {
		b.t.Fatal(r, err)
	}
	return r[0]
}

func (b *bench) change(f func(*mail.Account)) {
	b.t.Helper()
	f(&b.account)
	if err := b.SetAccounts(b.t.Context(), []mail.Account{b.account}); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) copyOf(id mail.MessageID) mail.Copy {
	b.t.Helper()
	c, err := b.Copies(b.t.Context(), []mail.MessageID{id})
	if err != nil || len(c) != 1 {
		b.t.Fatal(c, err)
	}
	return c[0]
}

func TestFetchTheRest(t *testing.T) {
	b := newBench(t, nil, nil)
	b.change(func(a *mail.Account) { a.MaxSize = 50_000 })
	big := volume(1, 100)
	b.box.Add(big)
	if r := b.receive(); r.Problem != nil || r.Skipped != 1 {
		t.Fatalf("%+v", r)
	}
	list := b.list(mail.Query{Role: mail.Inbox})
	if len(list) != 1 || list[0].Whole != int64(len(big)) || !list[0].OnServer || list[0].Subject != "Volume 1" {
		t.Fatalf("%+v", list)
	}
	if m, err := b.Read(t.Context(), list[0].ID); err != nil || !strings.HasPrefix(m.Text, "Beginning") || strings.Contains(m.Text, "elephant") {
		t.Errorf("%v", err)
	}
	if c := b.copyOf(list[0].ID); !c.Partial || !c.OnServer || c.Size != int64(len(big)) {
		t.Errorf("%+v", c)
	}
	b.Start()
	if err := b.Mark(t.Context(), []mail.MessageID{list[0].ID}, mail.Flagged, 0); err != nil {
		t.Fatal(err)
	}
	if err := b.Want(t.Context(), []mail.MessageID{list[0].ID}, mail.WishFetch); err != nil {
		t.Fatal(err)
	}
	b.until("the rest", func(e mail.Event) bool { return ended(e) && e.Status.Last.Retrieved == 1 })
	now := b.list(mail.Query{Role: mail.Inbox})
	if len(now) != 1 || now[0].ID != list[0].ID || now[0].Whole != 0 || now[0].Size != int64(len(big)) || now[0].Flags != mail.Flagged {
		t.Errorf("%+v", now)
	}
	if found := b.list(mail.Query{Text: "elephant"}); len(found) != 1 {
		t.Errorf("a search finds %d", len(found))
	}
	if c := b.copyOf(list[0].ID); c.Partial || c.Wish != mail.NoWish {
		t.Errorf("%+v", c)
	}
}

func TestPolicyIsAnnouncedAndWishesCount(t *testing.T) {
	b := newBench(t, nil, nil)
	for i := range 4 {
		b.box.Add(mailtest.Sample(i, 900))
	}
	b.receive()
	list := b.list(mail.Query{Role: mail.Inbox})
	if err := b.Want(t.Context(), []mail.MessageID{list[0].ID}, mail.WishLeave); err != nil {
		t.Fatal(err)
	}
	for keep, want := range map[string]int{"forever": 0, "never": 3, "newest:1": 2, "days:1": 0, "until-deleted": 0} {
		k, _ := mail.ParseKeep(keep)
		// What is kept by hand is the newest, so newest:1 may take all others.
		if n, err := b.Removals(t.Context(), "a1", k); err != nil || n != want && keep != "newest:1" || keep == "newest:1" && n < want {
			t.Errorf("%s: %d, %v", keep, n, err)
		}
	}
	b.change(func(a *mail.Account) { a.Keep = mail.Keep{Mode: mail.KeepDays, Days: 30} })
	if c := b.copyOf(list[1].ID); c.Next || c.Until.IsZero() || !c.OnServer {
		t.Errorf("%+v", c)
	}
	b.change(func(a *mail.Account) { a.Keep = mail.Keep{Mode: mail.KeepUntilDeleted} })
	if err := b.MoveToRole(t.Context(), []mail.MessageID{list[1].ID}, mail.Trash); err != nil {
		t.Fatal(err)
	}
	if c := b.copyOf(list[1].ID); !c.Next {
		t.Errorf("in Trash: %+v", c)
	}
	if r := b.receive(); r.Deleted != 1 || b.box.Len() != 3 {
		t.Errorf("%+v", r)
	}
	if c := b.copyOf(list[1].ID); c.OnServer {
		t.Errorf("after it was deleted: %+v", c)
	}
	b.change(func(a *mail.Account) { a.Keep = mail.Keep{Mode: mail.KeepNever} })
	if r := b.receive(); r.Deleted != 2 || b.box.Len() != 1 {
		t.Errorf("%+v", r)
	}
}

func TestRemote(t *testing.T) {
	ctx := t.Context()
	b := newBench(t, nil, nil)
	for i := range 5 {
		b.box.Add(mailtest.Sample(i, 900))
	}
	b.receive()
	b.box.Add(volume(7, 60))
	b.box.Add(volume(8, 1))
	b.Start()
	r, err := b.OpenRemote(ctx, "a1")
	if err != nil {
		t.Fatal(err)
	}
	list, err := r.List(ctx)
	if err != nil || len(list) != 7 || list[0].N != 7 || list[0].State != "" || list[6].State != mail.Stored || list[6].Message == 0 {
		t.Fatalf("%+v, %v", list, err)
	}
	if st := b.Status()[0]; !st.Open {
		t.Error("the status does not say that the mailbox is open")
	}
	// A visit is told so, and made afterwards.
	if rep := b.receive(); rep.Problem == nil || rep.Problem.Kind != mail.MailboxInUse || !strings.Contains(rep.Problem.Said, "open in a window") {
		t.Errorf("%+v", rep)
	}
	heads, err := r.Headings(ctx, []int{7, 1, 6})
	if err != nil || heads[0].Heading.Subject != "Volume 8" || heads[1].Heading.Subject == "" || !heads[2].Known {
		t.Errorf("%+v, %v", heads, err)
	}
	if b.pop.Count("TOP") != 2 {
		t.Errorf("%d TOP for two headers: what is here needs none", b.pop.Count("TOP"))
	}
	if m, err := r.Preview(ctx, 6); err != nil || m.Subject != "Volume 7" || !strings.HasPrefix(m.Text, "Beginning") {
		t.Errorf("%+v, %v", m, err)
	}
	if n, err := r.Delete(ctx, []int{1, 2, 6}); err != nil || n != 3 {
		t.Fatal(n, err)
	}
	if list, _ = r.List(ctx); !list[6].Deleted || list[0].Deleted {
		t.Errorf("%+v", list)
	}
	if err := r.Undo(ctx); err != nil {
		t.Fatal(err)
	}
	if list, _ = r.List(ctx); slices.ContainsFunc(list, func(m mail.RemoteMessage) bool { return m.Deleted }) {
		t.Errorf("%+v", list)
	}
	if rows, err := b.store.Ledger(ctx, "a1"); err != nil || slices.ContainsFunc(rows, func(r mail.LedgerRow) bool { return r.State != mail.Stored || r.Wish != mail.NoWish }) {
		t.Errorf("the ledger after undoing: %+v, %v", rows, err)
	}
	rep, list, err := r.Fetch(ctx, []int{7}, nil)
	if err != nil || rep.Retrieved != 1 || list[0].State != mail.Stored || list[0].Message == 0 || len(b.list(mail.Query{Role: mail.Inbox})) != 6 {
		t.Fatalf("%+v %+v %v", rep, list[0], err)
	}
	if n, err := r.Delete(ctx, []int{2, 6}); err != nil || n != 2 {
		t.Fatal(n, err)
	}
	if b.box.Len() != 7 {
		t.Errorf("%d left before it is closed", b.box.Len())
	}
	if err := r.Close(ctx); err != nil {
		t.Fatal(err)
	}
	if b.box.Len() != 5 {
		t.Errorf("%d left", b.box.Len())
	}
	if err := r.Close(ctx); err != nil {
		t.Errorf("closed twice: %v", err)
	}
	if _, err := r.List(ctx); err == nil {
		t.Error("a closed mailbox is listed")
	}
	b.until("the visit that was due", func(e mail.Event) bool { return ended(e) && e.Status.Last.Left == 5 })
	if st := b.Status()[0]; st.Open || st.Last.Problem != nil || st.Last.Left != 5 {
		t.Errorf("%+v", st)
	}
	if got := len(b.list(mail.Query{Role: mail.Inbox})); got != 6 {
		t.Errorf("%d in the inbox", got)
	}
}

func TestRemoteWhoseQuitIsLost(t *testing.T) {
	ctx := t.Context()
	b := newBench(t, nil, nil)
	for i := range 3 {
		b.box.Add(mailtest.Sample(i, 900))
	}
	b.receive()
	b.box.Add(mailtest.Sample(3, 900))
	r, err := b.OpenRemote(ctx, "a1")
	if err != nil {
		t.Fatal(err)
	}
	if n, err := r.Delete(ctx, []int{1, 4}); err != nil || n != 2 {
		t.Fatal(n, err)
	}
	b.pop.SetScript(mailtest.On("QUIT", mailtest.CutBefore))
	if err := r.Close(ctx); err == nil || b.box.Len() != 4 {
		t.Fatal(err, b.box.Len())
	}
	b.pop.SetScript(nil)
	if rep := b.receive(); rep.Deleted != 2 || b.box.Len() != 2 || rep.Retrieved != 0 {
		t.Errorf("%+v", rep)
	}
	if got := len(b.list(mail.Query{Role: mail.Inbox})); got != 3 {
		t.Errorf("%d in the inbox", got)
	}
}

func TestRemoteThatBreaksOff(t *testing.T) {
	ctx := t.Context()
	b := newBench(t, nil, nil)
	for i := range 3 {
		b.box.Add(mailtest.Sample(i, 900))
	}
	b.receive()
	r, err := b.OpenRemote(ctx, "a1")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Delete(ctx, []int{2}); err != nil {
		t.Fatal(err)
	}
	b.pop.SetScript(mailtest.On("RSET", mailtest.CutBefore))
	if err := r.Undo(ctx); err == nil {
		t.Fatal("the link is cut, and nobody says so")
	}
	b.pop.SetScript(nil)
	if _, err := r.List(ctx); err == nil {
		t.Error("it is still open")
	}
	if rep := b.receive(); rep.Problem != nil || rep.Deleted != 0 || b.box.Len() != 3 {
		t.Errorf("%+v", rep)
	}
}

func TestRemoteWithoutTOP(t *testing.T) {
	ctx := t.Context()
	b := newBench(t, nil, nil)
	b.pop = mailtest.StartPOP3(t, mailtest.POP3Options{Without: []string{"TOP"}})
	b.box = b.pop.AddUser("anna", secret)
	b.change(func(a *mail.Account) { a.Incoming = b.pop.Server("anna"); a.Incoming.AllowPlaintext = true })
	b.box.Add(mailtest.Sample(0, 900))
	b.receive()
	b.box.Add(volume(1, 1))
	r, err := b.OpenRemote(ctx, "a1")
	if err != nil {
		t.Fatal(err)
	}
	heads, err := r.Headings(ctx, []int{1, 2})
	if err != nil || heads[0].Heading.Subject == "" || !heads[1].Known || heads[1].Heading.Subject != "" || heads[1].Size == 0 {
		t.Errorf("%+v, %v", heads, err)
	}
	if m, err := r.Preview(ctx, 1); err != nil || m == nil {
		t.Errorf("what is here can be looked at: %v", err)
	}
	if _, err := r.Preview(ctx, 2); err == nil || mail.ProblemOf(err).Kind != mail.ServerPermanent {
		t.Errorf("%v", err)
	}
	if rep, _, err := r.Fetch(ctx, []int{2}, nil); err != nil || rep.Retrieved != 1 {
		t.Errorf("%+v, %v", rep, err)
	}
	if err := r.Close(ctx); err != nil {
		t.Error(err)
	}
}

func TestRemoteThatNobodyUses(t *testing.T) {
	for _, tt := range []struct {
		unused, silent time.Duration
		pending        bool
		noop, end      bool
	}{
		{0, 0, false, false, false},
		{30 * time.Second, 30 * time.Second, false, false, false},
		{50 * time.Second, 50 * time.Second, false, true, false},
		{100 * time.Second, 10 * time.Second, false, false, false},
		{121 * time.Second, 10 * time.Second, false, false, true},
		{121 * time.Second, 10 * time.Second, true, false, false},
		{9 * time.Minute, 10 * time.Second, true, false, true},
	} {
		if noop, end := idle(tt.unused, tt.silent, tt.pending); noop != tt.noop || end != tt.end {
			t.Errorf("%+v: %v %v", tt, noop, end)
		}
	}
	b := newBench(t, nil, nil)
	b.box.Add(mailtest.Sample(0, 900))
	r, err := b.OpenRemote(t.Context(), "a1")
	if err != nil {
		t.Fatal(err)
	}
	r.look(time.Now().Add(time.Minute))
	if b.pop.Count("NOOP") != 1 {
		t.Errorf("%d NOOP", b.pop.Count("NOOP"))
	}
	r.look(time.Now().Add(3 * time.Minute))
	if _, err := r.List(t.Context()); err == nil || b.Status()[0].Open {
		t.Error("it is open for ever")
	}
	if rep := b.receive(); rep.Retrieved != 1 || rep.Problem != nil {
		t.Errorf("%+v", rep)
	}
}

// A slow account delays no other.
func TestSlowAccountDelaysNoOther(t *testing.T) {
	release := make(chan struct{})
	b := newBench(t, nil, nil)
	slow := mailtest.StartPOP3(t, mailtest.POP3Options{Script: mailtest.On("USER", func(*mailtest.Turn) { <-release })})
	defer close(release)
	slow.AddUser("anna", secret)
	second := b.account
	second.ID, second.Incoming = "a2", slow.Server("anna")
	second.Incoming.AllowPlaintext = true
	second.Incoming.Auth = mail.AuthUserPass
	if err := b.SetAccounts(t.Context(), []mail.Account{second, b.account}); err != nil {
		t.Fatal(err)
	}
	b.box.Add(mailtest.Sample(0, 900))
	b.Start()
	b.CheckNow()
	e := b.until("the quick account's visit", func(e mail.Event) bool { return e.What == mail.VisitEnded && e.Account == "a1" })
	if e.Status.Last.Retrieved != 1 {
		t.Errorf("%+v", e.Status)
	}
	for _, st := range b.Status() {
		if st.Account == "a2" && !st.Busy {
			t.Error("the slow account is not being visited")
		}
	}
	b.CancelVisit("a2")
	b.until("the slow account's end", func(e mail.Event) bool { return e.What == mail.VisitEnded && e.Account == "a2" })
}

// Mail appears in the list while the visit still runs.
func TestMailAppearsWhileTheVisitRuns(t *testing.T) {
	release := make(chan struct{})
	over := sync.OnceFunc(func() { close(release) })
	defer over()
	b := newBench(t, nil, nil)
	b.pop = mailtest.StartPOP3(t, mailtest.POP3Options{
		Without: []string{"PIPELINING"}, // else the server keeps its answers back until it has seen all commands
		Script:  mailtest.On("RETR 1", func(*mailtest.Turn) { <-release }),
	})
	b.box = b.pop.AddUser("anna", secret)
	b.change(func(a *mail.Account) { a.Incoming = b.pop.Server("anna"); a.Incoming.AllowPlaintext = true })
	b.box.Add(volume(1, 300)) // large: it comes last
	for i := range 3 {
		b.box.Add(mailtest.Sample(i, 900))
	}
	b.Start()
	b.CheckNow()
	b.until("the small ones", func(e mail.Event) bool { return e.What == mail.Arrived })
	for len(b.list(mail.Query{Role: mail.Inbox})) < 3 {
		b.until("more", func(e mail.Event) bool { return e.What == mail.Arrived || e.What == mail.Counted })
	}
	if !b.Status()[0].Busy {
		t.Error("the visit is over already")
	}
	over()
	b.until("the end", ended)
}
