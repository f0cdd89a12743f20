package engine

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"poplar/mail"
	"poplar/mail/mailtest"
)

// letter is message n, to one recipient.
func letterTo(n int, to string) mail.Raw {
	return mail.Bytes(fmt.Sprintf("From: anna@birch.example\r\nTo: %s\r\nSubject: letter %d\r\nMessage-ID: <%d@birch.example>\r\nDate: Wed, 25 Nov 2026 10:00:00 +0000\r\n\r\nHello\r\n", to, n, n))
}

func (b *bench) queue(n int, to string) mail.MessageID {
	b.t.Helper()
	id, err := b.SendRaw(b.t.Context(), "a1", letterTo(n, to))
	if err != nil {
		b.t.Fatal(err)
	}
	return id
}

func (b *bench) said(s interface{ Commands() []mailtest.Command }, word string) (n int) {
	for _, c := range s.Commands() {
		if strings.HasPrefix(c.Line, word) {
			n++
		}
	}
	return n
}

func TestSeveralMessagesOverOneConnection(t *testing.T) {
	for _, c := range []struct {
		name        string
		script      mailtest.Script
		connections int
	}{
		{"one", nil, 1},
		// A server may take only so many messages over one connection, and say so or not. That is no failure.
		{"421 at the fourth", mailtest.InSession(1, mailtest.Nth(4, "MAIL", mailtest.Refuse("421 4.7.0", "too many messages in this connection"))), 2},
		{"cut at the fourth", mailtest.InSession(1, mailtest.Nth(4, "MAIL", mailtest.CutBefore)), 2},
		{"one at a time", func(turn *mailtest.Turn) {
			if turn.Name == "DOT" {
				turn.CutAfter()
			}
		}, 10},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t, nil, c.script)
			for n := range 10 {
				b.queue(n, "jonas@weber.example")
			}
			tried, err := b.Flush(t.Context())
			if err != nil || len(tried) != 10 {
				t.Fatalf("%d tried, %v", len(tried), err)
			}
			for _, o := range tried {
				if o.State != mail.SentOK {
					t.Errorf("%s: %s, %v", o.Subject, o.State, o.Problem)
				}
			}
			got := b.smtp.Messages()
			for n, m := range got {
				if !strings.Contains(string(m.Raw), fmt.Sprintf("Subject: letter %d\r\n", n)) {
					t.Errorf("message %d is out of order", n)
				}
			}
			if len(got) != 10 || b.said(b.smtp, "EHLO") != c.connections {
				t.Errorf("%d messages over %d connections", len(got), b.said(b.smtp, "EHLO"))
			}
		})
	}
}

func TestSendLaterHoldAndPause(t *testing.T) {
	b := newBench(t, nil, nil)
	ctx := t.Context()
	flush := func(want int, ids ...mail.MessageID) {
		t.Helper()
		if _, err := b.Flush(ctx, ids...); err != nil {
			t.Fatal(err)
		}
		if n := len(b.smtp.Messages()); n != want {
			t.Errorf("the server has %d messages, want %d", n, want)
		}
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	d, err := b.NewDraft(ctx, "a1")
	must(err)
	d.To, d.Subject = []mail.Address{{Addr: "jonas@weber.example"}}, "later"
	d.SendAt = time.Now().Add(24 * time.Hour)
	later, err := b.Send(ctx, d)
	must(err)
	if out, err := b.Outbox(ctx); err != nil || !out[0].Due.Equal(d.SendAt) {
		t.Errorf("due at %v, %v", out[0].Due, err)
	}
	flush(0) // "now" is about what the backoff says, not about what the person said
	must(b.SendLater(ctx, later, time.Now().Add(48*time.Hour)))
	flush(0)

	held := b.queue(1, "jonas@weber.example")
	must(b.HoldBack(ctx, held, true))
	flush(0)
	flush(0, held)
	must(b.HoldBack(ctx, held, false))
	flush(1)

	must(b.PauseSending(ctx, true))
	third := b.queue(2, "jonas@weber.example")
	flush(1)
	if paused := b.PausedSending(); !slices.Equal(paused, []mail.AccountID{"a1"}) {
		t.Errorf("paused: %v", paused)
	}
	must(b.SendNow(ctx, later)) // one message leaves all the same
	flush(2)
	must(b.PauseSending(ctx, false, "a1"))
	flush(3)
	if out, err := b.Outbox(ctx); err != nil || len(out) != 0 {
		t.Errorf("%+v, %v", out, err)
	}
	if err := b.HoldBack(ctx, third, true); err == nil {
		t.Error("a message that is sent was held")
	}
}

func TestPauseIsRemembered(t *testing.T) {
	b := newBench(t, nil, nil)
	if err := b.PauseSending(t.Context(), true, "a1"); err != nil {
		t.Fatal(err)
	}
	dir := b.o.Dir
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	b.open(dir)
	b.queue(1, "jonas@weber.example")
	if tried, err := b.Flush(t.Context()); err != nil || len(tried) != 0 || len(b.PausedSending()) != 1 {
		t.Errorf("%+v, %v, paused %v", tried, err, b.PausedSending())
	}
}

// The seed dialogue: Jones and Brown have it, Green is refused, corrected and sent to alone; the message stays the same.
func TestRefusedIsCorrectedAndSentToAlone(t *testing.T) {
	b := newBench(t, nil, mailtest.On("RCPT green@weber.example", mailtest.Refuse("550 5.1.1", "No such user here")))
	ctx := t.Context()
	own, err := b.CreateFolder(ctx, "a1", 0, "Clients")
	if err != nil {
		t.Fatal(err)
	}
	b.account.SentFolder = own
	if err := b.SetAccounts(ctx, []mail.Account{b.account}); err != nil {
		t.Fatal(err)
	}
	id := b.queue(1, "jones@weber.example, green@weber.example, brown@weber.example")
	tried, err := b.Flush(ctx)
	if err != nil || len(tried) != 1 || tried[0].State != mail.Failed {
		t.Fatalf("%+v, %v", tried, err)
	}
	for _, bad := range []string{"", "two@x.example, three@x.example", "jones@weber.example"} {
		if err := b.Correct(ctx, id, "green@weber.example", bad); err == nil {
			t.Errorf("corrected to %q", bad)
		}
	}
	if err := b.Correct(ctx, id, "green@weber.example", "greene@weber.example"); err != nil {
		t.Fatal(err)
	}
	if tried, err = b.Flush(ctx); err != nil || len(tried) != 1 || tried[0].State != mail.SentOK {
		t.Fatalf("%+v, %v", tried, err)
	}
	got := b.smtp.Messages()
	if len(got) != 2 || !slices.Equal(got[0].To, []string{"jones@weber.example", "brown@weber.example"}) || !slices.Equal(got[1].To, []string{"greene@weber.example"}) ||
		string(got[0].Raw) != string(got[1].Raw) {
		t.Errorf("%+v", got)
	}
	s, err := b.Summary(ctx, id)
	if err != nil || s.Folder != own {
		t.Errorf("the copy lies in folder %d, %v", s.Folder, err)
	}
	fates, err := b.Fates(ctx, id)
	if err != nil || len(fates) != 3 || fates[1].Addr != "greene@weber.example" || fates[0].Said == "" {
		t.Errorf("%+v, %v", fates, err)
	}
}

func TestPerhapsSentMayBeSettled(t *testing.T) {
	b := newBench(t, nil, mailtest.On("DOT", mailtest.CutUnanswered))
	id := b.queue(1, "jonas@weber.example")
	if tried, err := b.Flush(t.Context()); err != nil || tried[0].State != mail.Uncertain {
		t.Fatalf("%+v, %v", tried, err)
	}
	if err := b.Settle(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if out, err := b.Outbox(t.Context()); err != nil || len(out) != 0 || len(b.list(mail.Query{Role: mail.Sent})) != 1 || len(b.smtp.Messages()) != 1 {
		t.Errorf("%+v, %v", out, err)
	}
}

func TestPOPBeforeSMTP(t *testing.T) {
	var b *bench
	b = newBench(t, nil, func(turn *mailtest.Turn) {
		if turn.Name == "RCPT" && b.said(b.pop, "QUIT") == 0 {
			turn.Refuse("550 5.7.1", "relaying denied; check your mail first")
		}
	})
	b.account.POPBeforeSMTP, b.account.OutgoingAuth = true, false
	if err := b.SetAccounts(t.Context(), []mail.Account{b.account}); err != nil {
		t.Fatal(err)
	}
	for n := range 2 {
		b.queue(n, "jonas@weber.example")
		if tried, err := b.Flush(t.Context()); err != nil || len(tried) != 1 || tried[0].State != mail.SentOK {
			t.Fatalf("%+v, %v", tried, err)
		}
	}
	if n := b.said(b.pop, "QUIT"); n != 1 {
		t.Errorf("%d logins for mail; the second message needs none", n)
	}
}

// What is on its way can be stopped while the server waits for it: nobody has it, and it is held.
func TestStopSending(t *testing.T) {
	release := make(chan struct{})
	defer close(release)
	reached := make(chan struct{})
	b := newBench(t, nil, mailtest.Once("DATA", func(turn *mailtest.Turn) {
		close(reached)
		turn.Stall(release)
	}))
	id := b.queue(1, "jonas@weber.example")
	done := make(chan []mail.OutboxItem, 1)
	go func() {
		tried, _ := b.Flush(context.WithoutCancel(t.Context()))
		done <- tried
	}()
	<-reached
	b.StopSending(id)
	tried := <-done
	if len(tried) != 1 || !tried[0].Held || tried[0].State != mail.Queued || len(b.smtp.Messages()) != 0 {
		t.Errorf("%+v", tried)
	}
	if err := b.SendNow(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if tried, err := b.Flush(t.Context()); err != nil || len(tried) != 1 || tried[0].State != mail.SentOK {
		t.Errorf("%+v, %v", tried, err)
	}
}

// What is stopped while its envelope is on its way behind another's end is held, though the round ends before its turn.
func TestStopBeforeItsTurn(t *testing.T) {
	ctx, end := context.WithCancel(t.Context())
	defer end()
	var b *bench
	var ids []mail.MessageID
	b = newBench(t, nil, mailtest.Once("DOT", func(turn *mailtest.Turn) {
		b.StopSending(ids[1])
		end()
		turn.CutUnanswered()
	}))
	for n := range 3 {
		ids = append(ids, b.queue(n, "jonas@weber.example"))
	}
	tried, err := b.Flush(ctx)
	if err != nil || len(tried) != 2 {
		t.Errorf("%+v, %v", tried, err)
	}
	out, err := b.Outbox(t.Context())
	if err != nil || len(out) != 3 || out[1].State != mail.Queued || !out[1].Held || out[1].Tries != 0 || out[2].Held {
		t.Fatalf("%+v, %v", out, err)
	}
	if _, err := b.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if out, err := b.Outbox(t.Context()); err != nil || len(out) != 2 || out[0].State != mail.Uncertain || !out[1].Held {
		t.Errorf("%+v, %v", out, err)
	}
}

func TestProgressOfALargeMessage(t *testing.T) {
	b := newBench(t, nil, nil)
	raw := mail.Bytes("From: anna@birch.example\r\nTo: jonas@weber.example\r\nSubject: large\r\n\r\n" + strings.Repeat("0123456789abcdef\r\n", 1<<16))
	id, err := b.SendRaw(t.Context(), "a1", raw)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	e := b.until("progress", func(e mail.Event) bool { return e.What == mail.SendProgress })
	if e.Total == 0 || e.Done > e.Total || len(e.Messages) != 1 || e.Messages[0] != id {
		t.Errorf("%+v", e)
	}
}

// The date stands where the message arrives, in world time if the person does not want to tell where they are.
func TestDateOfWhatIsSent(t *testing.T) {
	b := newBench(t, nil, nil)
	b.account.DateUTC = true
	if err := b.SetAccounts(t.Context(), []mail.Account{b.account}); err != nil {
		t.Fatal(err)
	}
	d, err := b.NewDraft(t.Context(), "a1")
	if err != nil {
		t.Fatal(err)
	}
	d.To = []mail.Address{{Addr: "jonas@weber.example"}}
	d.SendAt = time.Date(2099, 12, 24, 18, 0, 0, 0, time.FixedZone("CST", 8*3600))
	id, err := b.Send(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := b.Raw(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	text := make([]byte, raw.Size())
	if _, err := raw.ReadAt(text, 0); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), "Date: Thu, 24 Dec 2099 10:00:00 +0000\r\n") {
		t.Errorf("%s", text)
	}
}

// What is passed on bears the date of that in world time, too.
func TestDateOfWhatIsRedirected(t *testing.T) {
	was := time.Local
	time.Local = time.FixedZone("CST", 8*3600)
	defer func() { time.Local = was }()
	for _, utc := range []bool{true, false} {
		b := newBench(t, nil, nil)
		b.account.DateUTC = utc
		if err := b.SetAccounts(t.Context(), []mail.Account{b.account}); err != nil {
			t.Fatal(err)
		}
		b.box.Add([]byte("From: jonas@weber.example\r\nTo: anna@birch.example\r\nSubject: x\r\n\r\nHello\r\n"))
		if _, err := b.Receive(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := b.Redirect(t.Context(), b.list(mail.Query{Role: mail.Inbox})[0].ID, []mail.Address{{Addr: "klara@weber.example"}}); err != nil {
			t.Fatal(err)
		}
		if _, err := b.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		head, _, _ := strings.Cut(string(b.smtp.Messages()[0].Raw), "\r\n\r\n")
		_, date, _ := strings.Cut(head, "Resent-Date: ")
		date, _, _ = strings.Cut(date, "\r\n")
		if strings.HasSuffix(date, "+0000") != utc || strings.HasSuffix(date, "+0800") == utc {
			t.Errorf("UTC %v: %q", utc, date)
		}
	}
}

// A connection that breaks before a message has left, and no other to be had: it waits, and nobody is asked whether it
// has arrived.
func TestBrokenBeforeTheMessageIsNotPerhapsSent(t *testing.T) {
	for _, chunking := range []bool{false, true} {
		b := newBench(t, nil, nil)
		b.smtp = mailtest.StartSMTP(t, mailtest.SMTPOptions{
			Chunking: chunking, Users: map[string]string{"anna": secret}, Script: mailtest.Nth(1, "DOT", mailtest.CutAfter),
		})
		b.account.Outgoing = b.smtp.Server("anna")
		b.account.Outgoing.AllowPlaintext = true
		dials := 0
		b.o.Dial = func(ctx context.Context, network, addr string) (net.Conn, error) {
			if dials++; dials > 1 {
				return nil, errors.New("no way there")
			}
			return new(net.Dialer).DialContext(ctx, network, addr)
		}
		if err := b.SetAccounts(t.Context(), []mail.Account{b.account}); err != nil {
			t.Fatal(err)
		}
		for n := range 2 {
			b.queue(n, "jonas@weber.example")
		}
		tried, err := b.Flush(t.Context())
		if err != nil || len(tried) != 2 || tried[0].State != mail.SentOK || tried[1].State != mail.Deferred || dials != 2 {
			t.Errorf("chunking %v: %+v, %v, %d connections", chunking, tried, err, dials)
		}
	}
}
