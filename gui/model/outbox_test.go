package model

import (
	"context"
	"errors"
	"testing"
	"time"

	"poplar/mail"
)

func TestOutboxRow(t *testing.T) {
	now := time.Date(2026, 11, 22, 14, 32, 0, 0, time.UTC)
	to := func(r ...mail.Recipient) []mail.Recipient { return r }
	one := to(mail.Recipient{Addr: "klara@x.org", State: mail.Queued})
	clock := func(t, _ time.Time) string { return t.Format("15:04") }
	for _, c := range []struct {
		name string
		o    mail.OutboxItem
		want OutboxRow
	}{
		{
			"undo",
			mail.OutboxItem{Subject: "Sunday", State: mail.Queued, Due: now.Add(6100 * time.Millisecond), Recipients: one},
			OutboxRow{Subject: "Sunday", To: "to Klara", Sentence: "Leaves in 7 seconds", Acts: []OutboxAct{TakeBack, SendNow, Throw}},
		},
		{
			"one second",
			mail.OutboxItem{State: mail.Queued, Due: now.Add(time.Second), Recipients: one},
			OutboxRow{Subject: "(no subject)", To: "to Klara", Sentence: "Leaves in 1 second", Acts: []OutboxAct{TakeBack, SendNow, Throw}},
		},
		{
			"later",
			mail.OutboxItem{Subject: "s", State: mail.Queued, Due: now.Add(time.Hour), Recipients: one},
			OutboxRow{Subject: "s", To: "to Klara", Sentence: "Leaves at 15:32", Acts: []OutboxAct{TakeBack, SendNow, Throw}},
		},
		{
			"due",
			mail.OutboxItem{Subject: "s", State: mail.Queued, Due: now, Recipients: one},
			OutboxRow{Subject: "s", To: "to Klara", Sentence: "Waiting to be sent", Acts: []OutboxAct{SendNow, TakeBack, Throw}},
		},
		{
			"offline",
			mail.OutboxItem{Subject: "s", State: mail.Queued, Due: now, Recipients: one, Problem: &mail.Problem{Kind: mail.Offline}},
			OutboxRow{Subject: "s", To: "to Klara", Sentence: "Offline. It leaves when the line is back.", Acts: []OutboxAct{SendNow, TakeBack, Throw}},
		},
		{
			"sending",
			mail.OutboxItem{Subject: "s", State: mail.InFlight, Recipients: one},
			OutboxRow{Subject: "s", To: "to Klara", Tone: Sending, Sentence: "Sending"},
		},
		{
			"deferred",
			mail.OutboxItem{Subject: "s", State: mail.Deferred, Due: now.Add(20 * time.Minute), Recipients: one, Problem: &mail.Problem{Kind: mail.ServerTemporary, Said: "421 busy"}},
			OutboxRow{Subject: "s", To: "to Klara", Tone: Delayed, Sentence: "The server cannot do this now. Next try at 14:52.", Said: "421 busy", Acts: []OutboxAct{SendNow, TakeBack, Throw}},
		},
		{
			"refused for one",
			mail.OutboxItem{Subject: "s", State: mail.Failed, Recipients: to(
				mail.Recipient{Addr: "a@x.org", State: mail.SentOK}, mail.Recipient{Addr: "bob@x.org", State: mail.Failed, Said: "550 no such user."}, mail.Recipient{Addr: "c@x.org", State: mail.SentOK})},
			OutboxRow{Subject: "s", To: "to 3 people", Tone: Refused, Sentence: "bob@x.org was refused: 550 no such user. The other 2 have it.", Acts: []OutboxAct{TakeBack, SendAgain, Throw}},
		},
		{
			"refused for all",
			mail.OutboxItem{Subject: "s", State: mail.Failed, Recipients: to(
				mail.Recipient{Addr: "a@x.org", State: mail.Failed, Said: "550 no"}, mail.Recipient{Addr: "b@x.org", State: mail.Failed, Said: "550 no"}, mail.Recipient{Addr: "c@x.org", State: mail.Failed})},
			OutboxRow{Subject: "s", To: "to 3 people", Tone: Refused, Sentence: "a@x.org and 2 others were refused: 550 no.", Acts: []OutboxAct{TakeBack, SendAgain, Throw}},
		},
		{
			"too large",
			mail.OutboxItem{Subject: "s", State: mail.Failed, Recipients: one, Problem: &mail.Problem{Kind: mail.TooLarge}},
			OutboxRow{Subject: "s", To: "to Klara", Tone: Refused, Sentence: "The message is larger than the server takes. Remove or shrink an attachment.", Acts: []OutboxAct{TakeBack, SendAgain, Throw}},
		},
		{
			"perhaps",
			mail.OutboxItem{Subject: "s", State: mail.Uncertain, Recipients: one},
			OutboxRow{Subject: "s", To: "to Klara", Tone: Doubtful, Sentence: "Perhaps sent: the line broke before the server answered.", Acts: []OutboxAct{SendAgain, TakeBack, Throw}},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := Row(c.o, map[string]string{"klara@x.org": "Klara"}, now, clock, english)
			if g, w := jsonOf(t, got), jsonOf(t, c.want); g != w {
				t.Errorf("got  %s\nwant %s", g, w)
			}
		})
	}
}

type outbox struct{ items []mail.OutboxItem }

func (o outbox) Outbox(context.Context) ([]mail.OutboxItem, error) { return o.items, nil }
func (outbox) Summary(_ context.Context, id mail.MessageID) (mail.Summary, error) {
	if id == 2 {
		return mail.Summary{}, errors.New("gone meanwhile")
	}
	return mail.Summary{To: []mail.Address{{Name: "Klara", Addr: "Klara@x.org"}}}, nil
}

func TestLoadOutbox(t *testing.T) {
	items, names, err := LoadOutbox(t.Context(), outbox{[]mail.OutboxItem{{ID: 2}, {ID: 1}}})
	if err != nil || len(items) != 2 || items[0].ID != 1 || names["klara@x.org"] != "Klara" {
		t.Errorf("%v %v %v", items, names, err)
	}
}

// Mending the refused address must not send to the others again.
func TestRemaining(t *testing.T) {
	d := mail.Draft{To: []mail.Address{{Addr: "A@x.org"}, {Addr: "bob@x.org"}}, Cc: []mail.Address{{Addr: "c@x.org"}}}
	o := mail.OutboxItem{Recipients: []mail.Recipient{{Addr: "a@x.org", State: mail.SentOK}, {Addr: "bob@x.org", State: mail.Failed}, {Addr: "c@x.org", State: mail.SentOK}}}
	got, gone := Remaining(d, o)
	if gone != 2 || len(got.To) != 1 || got.To[0].Addr != "bob@x.org" || len(got.Cc) != 0 {
		t.Errorf("%d gone, left %+v", gone, got)
	}
	if len(d.To) != 2 || d.To[0].Addr != "A@x.org" {
		t.Error("the draft given in was changed")
	}
}
