package engine

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"poplar/mail"
	"poplar/mail/mailtest"
	"poplar/mail/store"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(victimRole); dir != "" {
		os.Exit(sendingVictim(dir))
	}
	if os.Getenv(killDir) != "" {
		os.Exit(visitAndDie())
	}
	goleak.VerifyTestMain(m)
}

const secret = "Zq7-correct-horse-9"

// bench is an engine with a POP3 and an SMTP server of its own.
type bench struct {
	*Engine
	t       *testing.T
	pop     *mailtest.POP3
	smtp    *mailtest.SMTP
	box     *mailtest.Mailbox
	account mail.Account
	undo    time.Duration
	seq     int
	events  *mail.Listener
}

func newBench(t *testing.T, pop mailtest.Script, smtp mailtest.Script) *bench {
	t.Helper()
	return newBenchOn(t, mailtest.POP3Options{Script: pop}, smtp)
}

func newBenchOn(t *testing.T, pop mailtest.POP3Options, smtp mailtest.Script) *bench {
	t.Helper()
	b := &bench{
		t:    t,
		pop:  mailtest.StartPOP3(t, pop),
		smtp: mailtest.StartSMTP(t, mailtest.SMTPOptions{Script: smtp, Users: map[string]string{"anna": secret}}),
	}
	b.box = b.pop.AddUser("anna", secret)
	b.account = mail.DefaultAccount()
	b.account.ID, b.account.Name, b.account.Address = "a1", "Anna Lindqvist", "anna@birch.example"
	b.account.Incoming, b.account.Outgoing = b.pop.Server("anna"), b.smtp.Server("anna")
	b.account.Incoming.AllowPlaintext, b.account.Outgoing.AllowPlaintext = true, true
	b.account.CheckAtStart, b.account.CheckMinutes = false, 0
	b.open(t.TempDir())
	return b
}

func (b *bench) open(dir string) {
	b.t.Helper()
	e, err := Open(b.t.Context(), Options{
		Dir:    dir,
		Secret: func(context.Context, mail.Account, mail.Direction) (string, error) { return secret, nil },
		Undo:   func() time.Duration { return b.undo },
	})
	if err != nil {
		b.t.Fatal(err)
	}
	b.Engine = e
	b.events = e.Listen()
	b.t.Cleanup(func() {
		if problems, err := e.Check(context.Background()); err == nil && len(problems) > 0 {
			b.t.Errorf("the store: %v", problems)
		}
		b.events.Close()
		if err := e.Close(); err != nil && !errors.Is(err, store.ErrClosed) {
			b.t.Error(err)
		}
	})
	if err := e.SetAccounts(b.t.Context(), []mail.Account{b.account}); err != nil {
		b.t.Fatal(err)
	}
}

// until waits for an event that is wanted.
func (b *bench) until(what string, wanted func(mail.Event) bool) mail.Event {
	b.t.Helper()
	limit := time.After(time.Minute)
	for {
		for _, e := range b.events.Take() {
			if wanted(e) {
				return e
			}
		}
		select {
		case <-b.events.Wake():
		case <-limit:
			b.t.Fatalf("it never came to: %s", what)
		}
	}
}

func ended(e mail.Event) bool { return e.What == mail.VisitEnded }

func (b *bench) list(q mail.Query) []mail.Summary {
	b.t.Helper()
	list, err := b.List(b.t.Context(), q)
	if err != nil {
		b.t.Fatal(err)
	}
	return list
}

func TestBackgroundRetrieval(t *testing.T) {
	b := newBench(t, nil, nil)
	for i := range 3 {
		b.box.Add(mailtest.Sample(i, 900))
	}
	b.Start()
	b.CheckNow()
	e := b.until("a visit", ended)
	if e.Status.Last.Retrieved != 3 || e.Status.Busy || e.Status.Last.Problem != nil {
		t.Fatalf("status %+v", e.Status)
	}
	list := b.list(mail.Query{Role: mail.Inbox})
	if len(list) != 3 || !list[0].OnServer || list[0].UIDL == "" {
		t.Fatalf("the inbox: %+v", list)
	}
	if found := b.list(mail.Query{Text: `"message number 2"`}); len(found) != 1 || found[0].Subject != "Message number 2" {
		t.Errorf("search: %+v", found)
	}
	m, err := b.Read(t.Context(), list[0].ID)
	if err != nil || m.Subject != "Message number 2" || !strings.Contains(m.Text, "End of message 2.") {
		t.Errorf("reading: %v %+v", err, m)
	}
	if len(b.Transcript("a1")) == 0 || strings.Contains(strings.Join(b.Transcript("a1"), "\n"), secret) {
		t.Errorf("transcript: %q", b.Transcript("a1"))
	}
	b.CheckNow("a1")
	if e := b.until("a second visit", ended); e.Status.Last.Retrieved != 0 || e.Status.Last.Left != 3 {
		t.Errorf("second visit: %+v", e.Status.Last)
	}
}

func TestCancelEndsAVisitThatHangs(t *testing.T) {
	release := make(chan struct{})
	stalled := make(chan struct{}, 1)
	b := newBench(t, func(turn *mailtest.Turn) {
		if turn.Name == "RETR" {
			select {
			case stalled <- struct{}{}:
			default:
			}
			turn.Stall(release)
		}
	}, nil)
	defer close(release)
	b.box.Add(mailtest.Sample(1, 900))
	b.Start()
	b.CheckNow()
	<-stalled
	b.CancelVisit("a1")
	e := b.until("the end of the visit", ended)
	if p := e.Status.Last.Problem; p == nil || p.Kind != mail.Cancelled {
		t.Errorf("problem %v", p)
	}
}

func TestCloseWithAVisitUnderWay(t *testing.T) {
	release := make(chan struct{})
	stalled := make(chan struct{}, 1)
	b := newBench(t, func(turn *mailtest.Turn) {
		if turn.Name == "RETR" {
			select {
			case stalled <- struct{}{}:
			default:
			}
			turn.Stall(release)
		}
	}, nil)
	defer close(release)
	b.box.Add(mailtest.Sample(1, 900))
	var said bytes.Buffer
	b.log = slog.New(slog.NewTextHandler(&said, nil))
	b.Start()
	b.CheckNow()
	<-stalled
	if err := b.Close(); err != nil {
		t.Error(err)
	}
	if strings.Contains(said.String(), "did not end in time") {
		t.Error("the visit did not end with the engine")
	}
}

func TestWriteSendAndComeBack(t *testing.T) {
	b := newBench(t, nil, nil)
	b.box.Add(mailtest.Sample(7, 900))
	b.Start()
	b.CheckNow()
	b.until("a visit", ended)
	original := b.list(mail.Query{Role: mail.Inbox})[0]
	d, err := b.Answer(t.Context(), original.ID, mail.ReplySender)
	if err != nil {
		t.Fatal(err)
	}
	d.Text = "你好，这是回复。\n"
	if d.ID, err = b.SaveDraft(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	d.Text += "第二行\n"
	again, err := b.SaveDraft(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	d.ID = again
	if drafts := b.list(mail.Query{Role: mail.Drafts}); len(drafts) != 1 {
		t.Fatalf("%d drafts after two saves", len(drafts))
	}
	opened, err := b.OpenDraft(t.Context(), d.ID)
	if err != nil || opened.Text != d.Text || opened.Subject != d.Subject || opened.InReplyTo != original.MessageID {
		t.Errorf("the draft opens as %+v (%v)", opened, err)
	}
	if _, err := b.Send(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	list, err := b.smtp.Wait(t.Context(), 1)
	if err != nil || list[0].From != "anna@birch.example" || len(list[0].To) != 1 {
		t.Fatalf("the server has %+v (%v)", list, err)
	}
	b.until("sent", func(e mail.Event) bool {
		return e.What == mail.OutboxChanged && e.Outbox != nil && e.Outbox.State == mail.SentOK
	})
	if n := len(b.list(mail.Query{Role: mail.Drafts})); n != 0 {
		t.Errorf("%d drafts are left", n)
	}
	sent := b.list(mail.Query{Role: mail.Sent})
	if len(sent) != 1 || sent[0].Flags&mail.Seen == 0 {
		t.Fatalf("Sent holds %+v", sent)
	}
	if sent[0].Thread != original.Thread {
		t.Error("the answer is not in the original's conversation")
	}
	if s, err := b.Summary(t.Context(), original.ID); err != nil || s.Flags&mail.Answered == 0 {
		t.Errorf("the original is not marked answered: %+v (%v)", s, err)
	}
	if out, err := b.Outbox(t.Context()); err != nil || len(out) != 0 {
		t.Errorf("outbox: %+v (%v)", out, err)
	}
}

func TestUndoTakesTheMessageBack(t *testing.T) {
	b := newBench(t, nil, nil)
	b.undo = time.Hour
	b.Start()
	d, err := b.NewDraft(t.Context(), "a1")
	if err != nil {
		t.Fatal(err)
	}
	d.To = []mail.Address{{Name: "Jonas", Addr: "jonas@weber.example"}}
	d.Bcc = []mail.Address{{Addr: "secretly@weber.example"}}
	d.Subject, d.Text = "Lunch", "Thursday?\n"
	if _, err := b.Send(t.Context(), mail.Draft{Account: "a1", From: d.From, Text: "x"}); !errors.Is(err, ErrNoRecipient) {
		t.Errorf("without recipient: %v", err)
	}
	id, err := b.Send(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	back, err := b.Unsend(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if back.Subject != "Lunch" || len(back.To) != 1 || len(back.Bcc) != 1 || back.Bcc[0].Addr != "secretly@weber.example" || strings.TrimSpace(back.Text) != "Thursday?" {
		t.Errorf("came back as %+v", back)
	}
	if out, err := b.Outbox(t.Context()); err != nil || len(out) != 0 || len(b.smtp.Messages()) != 0 {
		t.Errorf("outbox %v (%v), %d sent", out, err, len(b.smtp.Messages()))
	}
	id, err = b.Send(t.Context(), back)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.SendNow(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	list, err := b.smtp.Wait(t.Context(), 1)
	if err != nil || len(list[0].To) != 2 || strings.Contains(string(list[0].Raw), "secretly") {
		t.Errorf("sent %+v (%v)", list, err)
	}
}

func TestLostAnswerIsUncertainAndNeverResentByItself(t *testing.T) {
	var once bool
	b := newBench(t, nil, func(turn *mailtest.Turn) {
		if turn.Name == "DOT" && !once {
			once = true
			turn.CutUnanswered()
		}
	})
	raw := mail.Bytes("From: anna@birch.example\nTo: jonas@weber.example\nSubject: once\nMessage-ID: <once@birch.example>\nDate: Wed, 25 Nov 2026 10:00:00 +0000\n\nonce\n")
	id, err := b.SendRaw(t.Context(), "a1", raw)
	if err != nil {
		t.Fatal(err)
	}
	if tried, err := b.Flush(t.Context()); err != nil || len(tried) != 1 || tried[0].State != mail.Uncertain {
		t.Fatalf("the first try: %+v (%v)", tried, err)
	}
	if tried, err := b.Flush(t.Context()); err != nil || len(tried) != 0 {
		t.Errorf("it was tried again: %+v (%v)", tried, err)
	}
	if n := len(b.smtp.Messages()); n != 1 {
		t.Fatalf("the server has %d", n)
	}
	if err := b.Resend(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if tried, err := b.Flush(t.Context()); err != nil || len(tried) != 1 || tried[0].State != mail.SentOK {
		t.Errorf("after the person chose: %+v (%v)", tried, err)
	}
	if n := len(b.smtp.Messages()); n != 2 {
		t.Errorf("the server has %d", n)
	}
}

func TestMovingByRoleAndForgetting(t *testing.T) {
	b := newBench(t, nil, nil)
	for i := range 4 {
		b.box.Add(mailtest.Sample(i, 600))
	}
	if _, err := b.Receive(t.Context()); err != nil {
		t.Fatal(err)
	}
	list := b.list(mail.Query{Role: mail.Inbox})
	if err := b.MoveToRole(t.Context(), []mail.MessageID{list[0].ID, list[1].ID}, mail.Trash); err != nil {
		t.Fatal(err)
	}
	if n := len(b.list(mail.Query{Role: mail.Trash})); n != 2 {
		t.Errorf("%d in Trash", n)
	}
	if err := b.Delete(t.Context(), []mail.MessageID{list[0].ID}); err != nil {
		t.Fatal(err)
	}
	if r, err := b.Receive(t.Context()); err != nil || r[0].Retrieved != 0 {
		t.Errorf("a deleted message came again: %+v (%v)", r, err)
	}
	if err := b.Forget(t.Context(), "a1"); err != nil {
		t.Fatal(err)
	}
	if n := len(b.list(mail.Query{})); n != 0 {
		t.Errorf("%d messages after the account is gone", n)
	}
	if _, err := b.Receive(t.Context(), "a1"); err == nil {
		t.Error("an account that is gone was visited")
	}
}

func TestOneProfileOnePoplar(t *testing.T) {
	dir := t.TempDir()
	o := Options{Dir: dir, Secret: func(context.Context, mail.Account, mail.Direction) (string, error) { return "", nil }}
	e, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if Raise(t.Context(), dir, "") || Running(t.Context(), dir) {
		t.Error("nobody listens, and somebody answered")
	}
	if err := e.AcceptRaise(); err != nil {
		t.Fatal(err)
	}
	if second, err := Open(t.Context(), o); !errors.Is(err, store.ErrInUse) {
		t.Errorf("a second Poplar opened the profile: %v %v", second, err)
	}
	if !Running(t.Context(), dir) {
		t.Error("a start in the tray did not find the first")
	}
	select {
	case got := <-e.Raised():
		t.Errorf("a start in the tray raised the window with %q", got)
	default:
	}
	if !Raise(t.Context(), dir, "mailto:jonas@weber.example") {
		t.Error("the second start did not find the first")
	}
	if got := <-e.Raised(); got != "mailto:jonas@weber.example" {
		t.Errorf("raised with %q", got)
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	if Raise(t.Context(), dir, "") {
		t.Error("a closed Poplar answered")
	}
	if e, err = Open(t.Context(), o); err != nil {
		t.Fatalf("after the first has left: %v", err)
	}
	if err := e.Close(); err != nil {
		t.Error(err)
	}
}

func TestNextVisit(t *testing.T) {
	at := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	problem := func(k mail.Kind, again time.Duration) *mail.Problem { return &mail.Problem{Kind: k, Again: again} }
	for _, c := range []struct {
		name     string
		minutes  int
		failures int
		problem  *mail.Problem
		want     time.Duration // after at; negative: never by itself
		least    time.Duration // what server and provider allow
	}{
		{"all well", 10, 0, nil, 10 * time.Minute, 0},
		{"by hand only", 0, 0, nil, -1, 0},
		{"by hand only, failed", 0, 1, problem(mail.Timeout, 0), -1, 0},
		{"first failure", 10, 1, problem(mail.Unreachable, 0), time.Minute, 0},
		{"third failure", 10, 3, problem(mail.Offline, 0), 5 * time.Minute, 0},
		{"never later than the interval", 3, 9, problem(mail.Offline, 0), 3 * time.Minute, 0},
		{"the ninth is bounded", 120, 9, problem(mail.Timeout, 0), 30 * time.Minute, 0},
		{"the server says when", 10, 1, problem(mail.LoginDelay, 900*time.Second), 15 * time.Minute, 0},
		{"in use", 10, 1, problem(mail.MailboxInUse, 5*time.Minute), 5 * time.Minute, 0},
		{"a refused password is not tried again", 10, 1, problem(mail.LoginRefused, 0), -1, 0},
		{"a missing password waits for the person", 10, 1, problem(mail.PasswordMissing, 0), -1, 0},
		{"a strange certificate waits for the person", 10, 2, problem(mail.UntrustedCertificate, 0), -1, 0},
		{"the provider wants longer pauses", 1, 0, nil, 15 * time.Minute, 15 * time.Minute},
		{"and shorter ones than the person", 30, 0, nil, 30 * time.Minute, 15 * time.Minute},
		{"also after a session that broke off", 1, 1, problem(mail.Timeout, 0), 15 * time.Minute, 15 * time.Minute},
		{"and where another session has the mailbox", 10, 1, problem(mail.MailboxInUse, 3*time.Minute), 15 * time.Minute, 15 * time.Minute},
		{"but not where the server was not reached", 10, 1, problem(mail.Offline, 0), time.Minute, 15 * time.Minute},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := next(mail.Account{CheckMinutes: c.minutes}, at, c.failures, c.problem, c.least)
			want := at.Add(c.want)
			if c.want < 0 {
				want = time.Time{}
			}
			if !got.Equal(want) {
				t.Errorf("next visit %v, want %v", got, want)
			}
		})
	}
}

func TestLoginDelayIsRespectedByExplicitVisits(t *testing.T) {
	b := newBench(t, func(turn *mailtest.Turn) {
		if turn.Name == "PASS" || turn.Name == "AUTH" {
			turn.Refuse("LOGIN-DELAY", "wait")
		}
	}, nil)
	r, err := b.Receive(t.Context())
	if err != nil || r[0].Problem == nil || r[0].Problem.Kind != mail.LoginDelay || r[0].Problem.Again <= 0 {
		t.Fatalf("%+v (%v)", r, err)
	}
	sessions := b.pop.Sessions()
	r, err = b.Receive(t.Context())
	if err != nil || r[0].Problem == nil || r[0].Problem.Kind != mail.LoginDelay || b.pop.Sessions() != sessions {
		t.Errorf("the server was bothered again: %+v (%v)", r, err)
	}
}

func TestKeyringTroubleIsTheVisitsProblem(t *testing.T) {
	b := newBench(t, nil, nil)
	b.Engine.o.Secret = func(context.Context, mail.Account, mail.Direction) (string, error) {
		return "", &mail.Problem{Kind: mail.KeyringLocked}
	}
	r, err := b.Receive(t.Context())
	if err != nil || r[0].Problem == nil || r[0].Problem.Kind != mail.KeyringLocked || b.pop.Sessions() != 0 {
		t.Errorf("%+v (%v), %d connections", r, err, b.pop.Sessions())
	}
}

func TestLargeMessagesAreSpooled(t *testing.T) {
	b := newBench(t, nil, nil)
	body := strings.Repeat(strings.Repeat("x", 70)+"\n", 40000) // 2.8 MB
	raw := mail.Bytes("From: anna@birch.example\nTo: jonas@weber.example\nSubject: large\n\n" + body)
	if _, err := b.SendRaw(t.Context(), "a1", raw); err != nil {
		t.Fatal(err)
	}
	if tried, err := b.Flush(t.Context()); err != nil || len(tried) != 1 || tried[0].State != mail.SentOK {
		t.Fatalf("%+v (%v)", tried, err)
	}
	sent := b.smtp.Messages()[0].Raw
	_, got, _ := strings.Cut(string(sent), "\r\n\r\n")
	if got != strings.ReplaceAll(body, "\n", "\r\n") {
		t.Errorf("the body of %d octets has changed", len(got))
	}
	b.box.Add(sent)
	if r, err := b.Receive(t.Context()); err != nil || r[0].Retrieved != 1 {
		t.Fatalf("%+v (%v)", r, err)
	}
	back, err := b.Raw(t.Context(), b.list(mail.Query{Role: mail.Inbox})[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	defer back.Close()
	if data, err := io.ReadAll(mail.Reader(back)); err != nil || string(data) != string(sent) {
		t.Errorf("%d octets came back of %d (%v)", len(data), len(sent), err)
	}
}
