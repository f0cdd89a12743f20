package engine

import (
	"strings"
	"testing"

	"poplar/mail"
	"poplar/mail/mailtest"
)

// A receipt leaves by the server of the identity that was written to, though its reverse-path names nobody.
func TestReceiptGoesThroughItsIdentity(t *testing.T) {
	b := newBench(t, nil, nil)
	ctx := t.Context()
	own := mailtest.StartSMTP(t, mailtest.SMTPOptions{})
	server := own.Server("")
	server.AllowPlaintext = true
	a := b.account
	a.Identities = []mail.Identity{{Name: "Sales", Address: "sales@birch.example", Own: &mail.OwnServer{ID: "x1", Server: server}}}
	if err := b.SetAccounts(ctx, []mail.Account{a}); err != nil {
		t.Fatal(err)
	}
	for _, to := range []string{"sales@birch.example", "anna@birch.example"} {
		b.box.Add([]byte("From: jonas@weber.example\r\nTo: " + to + "\r\nSubject: x\r\nMessage-ID: <" + to + ">\r\n" +
			"Disposition-Notification-To: jonas@weber.example\r\n\r\nHello\r\n"))
	}
	if _, err := b.Receive(ctx); err != nil {
		t.Fatal(err)
	}
	for _, s := range b.list(mail.Query{Role: mail.Inbox}) {
		if err := b.AnswerReceipt(ctx, s.ID, true); err != nil {
			t.Fatal(err)
		}
	}
	if tried, err := b.Flush(ctx); err != nil || len(tried) != 2 {
		t.Fatalf("%+v, %v", tried, err)
	}
	for from, s := range map[string]*mailtest.SMTP{"sales@birch.example": own, "anna@birch.example": b.smtp} {
		if got := s.Messages(); len(got) != 1 || got[0].From != "" || !strings.Contains(string(got[0].Raw), from+">") {
			t.Errorf("%s: %+v", from, got)
		}
	}
}

// A receipt is sent when the person says so, once, and never otherwise.
func TestReceiptIsSentOnlyOnAWord(t *testing.T) {
	b := newBench(t, nil, nil)
	ctx := t.Context()
	ask := func(n string) mail.MessageID {
		b.box.Add([]byte("From: Jonas <jonas@weber.example>\r\nTo: anna@birch.example\r\nSubject: Read me " + n + "\r\nMessage-ID: <ask" + n + "@weber.example>\r\n" +
			"Disposition-Notification-To: jonas@weber.example\r\nDate: Wed, 25 Nov 2026 10:00:00 +0000\r\n\r\nHello\r\n"))
		if _, err := b.Receive(ctx); err != nil {
			t.Fatal(err)
		}
		for _, s := range b.list(mail.Query{Role: mail.Inbox}) {
			if s.MessageID == "ask"+n+"@weber.example" {
				return s.ID
			}
		}
		t.Fatal("it has not come")
		return 0
	}
	first, second := ask("1"), ask("2")
	if _, err := b.Read(ctx, first); err != nil { // opening it says nothing to anybody
		t.Fatal(err)
	}
	if out, err := b.Outbox(ctx); err != nil || len(out) != 0 {
		t.Fatalf("something waits to be sent: %+v, %v", out, err)
	}
	for _, id := range []mail.MessageID{first, second} {
		if got, err := b.ReceiptAsked(ctx, id); err != nil || len(got.To) != 1 || got.To[0].Addr != "jonas@weber.example" || got.Strange {
			t.Errorf("%+v, %v", got, err)
		}
	}
	for range 2 { // twice, as of an impatient click
		if err := b.AnswerReceipt(ctx, first, true); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.AnswerReceipt(ctx, second, false); err != nil {
		t.Fatal(err)
	}
	if err := b.AnswerReceipt(ctx, second, true); err != nil {
		t.Fatal(err)
	}
	if tried, err := b.Flush(ctx); err != nil || len(tried) != 1 || tried[0].State != mail.SentOK {
		t.Fatalf("%+v, %v", tried, err)
	}
	got := b.smtp.Messages()
	if len(got) != 1 || got[0].From != "" || got[0].To[0] != "jonas@weber.example" || !strings.Contains(string(got[0].Raw), "Original-Message-ID: <ask1@weber.example>") {
		t.Errorf("%+v", got)
	}
	for _, id := range []mail.MessageID{first, second} {
		if again, err := b.ReceiptAsked(ctx, id); err != nil || len(again.To) != 0 {
			t.Errorf("asked again: %+v, %v", again, err)
		}
	}
	// Whoever sends junk learns nothing.
	third := ask("3")
	if err := b.MoveToRole(ctx, []mail.MessageID{third}, mail.Junk); err != nil {
		t.Fatal(err)
	}
	if got, err := b.ReceiptAsked(ctx, third); err != nil || len(got.To) != 0 {
		t.Errorf("%+v, %v", got, err)
	}
}
