package model

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"strconv"
	"strings"
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
			OutboxRow{Subject: "Sunday", To: "to Klara", Sentence: "Leaves in 7 seconds", Acts: []OutboxAct{TakeBack, SendNow, Delay, Hold, Throw}},
		},
		{
			"one second",
			mail.OutboxItem{State: mail.Queued, Due: now.Add(time.Second), Recipients: one},
			OutboxRow{Subject: "(no subject)", To: "to Klara", Sentence: "Leaves in 1 second", Acts: []OutboxAct{TakeBack, SendNow, Delay, Hold, Throw}},
		},
		{
			"later",
			mail.OutboxItem{Subject: "s", State: mail.Queued, Due: now.Add(time.Hour), Recipients: one},
			OutboxRow{Subject: "s", To: "to Klara", Sentence: "Leaves at 15:32", Acts: []OutboxAct{SendNow, TakeBack, Delay, Hold, Throw}},
		},
		{
			"due",
			mail.OutboxItem{Subject: "s", State: mail.Queued, Due: now, Recipients: one},
			OutboxRow{Subject: "s", To: "to Klara", Sentence: "Waiting to be sent", Acts: []OutboxAct{SendNow, TakeBack, Delay, Hold, Throw}},
		},
		{
			"held",
			mail.OutboxItem{Subject: "s", State: mail.Queued, Due: now, Recipients: one, Held: true},
			OutboxRow{Subject: "s", To: "to Klara", Sentence: "Held back until you release it", Acts: []OutboxAct{Release, TakeBack, Delay, Throw}},
		},
		{
			"paused",
			mail.OutboxItem{Account: "p", Subject: "s", State: mail.Queued, Due: now, Recipients: one},
			OutboxRow{Subject: "s", To: "to Klara", Sentence: "Sending is paused for this account", Acts: []OutboxAct{SendNow, TakeBack, Delay, Hold, Throw}},
		},
		{
			"offline",
			mail.OutboxItem{Subject: "s", State: mail.Deferred, Due: now.Add(time.Minute), Recipients: one, Problem: &mail.Problem{Kind: mail.Offline}},
			OutboxRow{Subject: "s", To: "to Klara", Sentence: "Offline. It leaves when the line is back.", Acts: []OutboxAct{SendNow, TakeBack, Delay, Hold, Throw}},
		},
		{
			"sending",
			mail.OutboxItem{Subject: "s", State: mail.InFlight, Recipients: one, Size: 1000},
			OutboxRow{Subject: "s", To: "to Klara", Tone: Sending, Sentence: "Sending · 500 of 1000", Acts: []OutboxAct{Stop}},
		},
		{
			"deferred",
			mail.OutboxItem{Subject: "s", State: mail.Deferred, Due: now.Add(20 * time.Minute), Recipients: one, Problem: &mail.Problem{Kind: mail.ServerTemporary, Said: "421 busy"}},
			OutboxRow{Subject: "s", To: "to Klara", Tone: Delayed, Sentence: "The server cannot do this now. Next try at 14:52.", Said: "421 busy", Acts: []OutboxAct{SendNow, TakeBack, Delay, Hold, Throw}},
		},
		{
			"greylisted",
			mail.OutboxItem{Subject: "s", State: mail.Deferred, Due: now.Add(time.Minute), Problem: &mail.Problem{Kind: mail.ServerTemporary, Said: "450 4.2.0 Greylisted"}, Recipients: to(
				mail.Recipient{Addr: "klara@x.org", State: mail.Deferred, Code: 450, Status: "4.2.0", Said: "450 4.2.0 Greylisted"})},
			OutboxRow{
				Subject: "s", To: "to Klara", Tone: Delayed, Said: "450 4.2.0 Greylisted", Acts: []OutboxAct{SendNow, TakeBack, Delay, Hold, Throw},
				Sentence: "Not yet: the recipient's server takes mail from a stranger at the second try only (greylisting). Next try at 14:33.",
			},
		},
		{
			"another address offered",
			mail.OutboxItem{Subject: "s", State: mail.Failed, Recipients: to(
				mail.Recipient{Addr: "klara@x.org", State: mail.Failed, Code: 551, Said: "551 User not local; please try <klara@y.org>"})},
			OutboxRow{
				Subject: "s", To: "to Klara", Tone: Refused, Sentence: "klara@x.org was refused: the mailbox has moved.", Refused: "klara@x.org", Offered: "klara@y.org",
				Acts: []OutboxAct{Redirect, Mend, TakeBack, SendAgain, Throw},
			},
		},
		{
			"the message itself",
			mail.OutboxItem{Subject: "s", State: mail.Failed, Problem: &mail.Problem{Kind: mail.ServerPermanent, Doing: "send", Said: "554 5.7.1 spam"}, Recipients: to(
				mail.Recipient{Addr: "klara@x.org", State: mail.Failed, Code: 554, Status: "5.7.1", Said: "554 5.7.1 spam"})},
			OutboxRow{
				Subject: "s", To: "to Klara", Tone: Refused, Sentence: "The server refuses this message: the server takes the message, or this line, for a source of spam.", Said: "554 5.7.1 spam",
				Acts: []OutboxAct{TakeBack, SendAgain, Throw},
			},
		},
		{
			"a wrong password",
			mail.OutboxItem{Subject: "s", State: mail.Deferred, Due: now.Add(time.Hour), Recipients: one, Problem: &mail.Problem{Kind: mail.LoginRefused, Where: "smtp.x.org:465", Doing: "log in", Said: "535 no"}},
			OutboxRow{Subject: "s", To: "to Klara", Tone: Delayed, Said: "535 no", Sentence: "smtp.x.org: The server does not accept this password. Next try at 15:32.", Acts: []OutboxAct{Password, SendNow, TakeBack, Delay, Hold, Throw}},
		},
		{
			"waits with another",
			mail.OutboxItem{Subject: "s", State: mail.Queued, Due: now.Add(time.Hour), Recipients: one, Problem: &mail.Problem{Kind: mail.ServerTemporary, Said: "421 busy"}},
			OutboxRow{Subject: "s", To: "to Klara", Tone: Delayed, Said: "421 busy", Sentence: "The server cannot do this now. Next try at 15:32.", Acts: []OutboxAct{SendNow, TakeBack, Delay, Hold, Throw}},
		},
		{
			"refused for one",
			mail.OutboxItem{Subject: "s", State: mail.Failed, Recipients: to(
				mail.Recipient{Addr: "a@x.org", State: mail.SentOK}, mail.Recipient{Addr: "bob@x.org", State: mail.Failed, Code: 550, Said: "550 no such user."}, mail.Recipient{Addr: "c@x.org", State: mail.SentOK})},
			OutboxRow{Subject: "s", To: "to 3 people", Tone: Refused, Sentence: "bob@x.org was refused: there is no such mailbox. The other 2 have it.", Refused: "bob@x.org", Acts: []OutboxAct{Mend, LetBe, TakeBack, SendAgain, Throw}},
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
			OutboxRow{Subject: "s", To: "to Klara", Tone: Doubtful, Sentence: "Perhaps sent: the line broke before the server answered.", Acts: []OutboxAct{SendAgain, Arrived, TakeBack, Throw}},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := Row(c.o, OutboxView{
				Names: map[string]string{"klara@x.org": "Klara"}, Paused: []mail.AccountID{"p"}, Now: now, Clock: clock,
				Size: func(n int64) string { return strconv.FormatInt(n, 10) },
			}, 500, english)
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

func TestOutboxReport(t *testing.T) {
	v := OutboxView{Now: time.Date(2026, 11, 22, 14, 32, 0, 0, time.UTC), Clock: func(t, _ time.Time) string { return t.Format("15:04") }}
	o := mail.OutboxItem{Tries: 2, FirstTry: v.Now.Add(-time.Hour), Recipients: []mail.Recipient{
		{Addr: "a@x.org", State: mail.SentOK, Code: 251, Said: "251 will forward to <a@y.org>"},
		{Addr: "b@x.org", State: mail.SentOK, Code: 250, Said: "250 ok"},
		{Addr: "c@x.org", State: mail.Failed, Code: 550, Status: "5.2.2", Said: "550 5.2.2 full"},
		{Addr: "d@x.org", State: mail.Deferred, Code: 451, Status: "4.3.0", Said: "451 4.3.0 later"},
		{Addr: "e@x.org", State: mail.Queued},
	}}
	var got []string
	for _, r := range Report(o, v, english) {
		got = append(got, r.Sentence)
	}
	want := "The server has taken it and sends it on to a@y.org. The server has taken it. Refused: the mailbox is full. Tried again later: the server has a fault. Not sent yet."
	if s := strings.Join(got, " "); s != want {
		t.Errorf("got  %s\nwant %s", s, want)
	}
	if s := Tries(o, v, english); s != "Tried 2 times since 13:32." {
		t.Errorf("got %q", s)
	}
}

func TestLater(t *testing.T) {
	at := func(s string) time.Time {
		t.Helper()
		v, err := time.ParseInLocation("2006-01-02 15:04", s, time.Local)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	sunday, monday, night := at("2026-11-22 10:00"), at("2026-11-23 07:00"), at("2026-11-22 23:30")
	for _, c := range []struct {
		now  time.Time
		want string
	}{
		{sunday, "22 11:00, 22 18:00, 23 08:00"},
		{monday, "23 08:00, 23 18:00, 24 08:00, 30 08:00"},
		{night, "23 00:30, 23 08:00"},
	} {
		var got []string
		for _, l := range LaterTimes(c.now, english) {
			got = append(got, l.At.Format("2 15:04"))
		}
		if s := strings.Join(got, ", "); s != c.want {
			t.Errorf("at %v: %s, want %s", c.now, s, c.want)
		}
	}
	for s, want := range map[string]string{
		"2026-11-23 08:15": "2026-11-23 08:15", "2026/11/23 8:15": "2026-11-23 08:15", "23.11.2026 8:15": "2026-11-23 08:15", "2026年11月23日 8:15": "2026-11-23 08:15",
		"12:30": "2026-11-22 12:30", "9:00": "2026-11-23 09:00", "2026-11-21 08:00": "", "soon": "", "": "", "25:00": "",
	} {
		got, ok := ParseLater(s, sunday)
		if ok != (want != "") || ok && !got.Equal(at(want)) {
			t.Errorf("%q: %v %v, want %s", s, got, ok, want)
		}
	}
}

// Why a server refuses has its words in Chinese.
func TestWhyIsTranslated(t *testing.T) {
	raw, err := os.ReadFile("../../assets/i18n/zh/outbox.json")
	if err != nil {
		t.Fatal(err)
	}
	zh := map[string]string{}
	if err := json.Unmarshal(raw, &zh); err != nil {
		t.Fatal(err)
	}
	for _, w := range mail.WhyWords() {
		if zh[w] == "" {
			t.Errorf("%q has no Chinese", w)
		}
	}
}

func TestSendingLogin(t *testing.T) {
	own := func(same bool) *mail.OwnServer {
		return &mail.OwnServer{ID: "x", OutgoingAuth: true, SameAsAccount: same, Server: mail.Server{Host: "smtp.own.org"}}
	}
	accounts := []mail.Account{
		{ID: "a", OutgoingAuth: true, SameAsIncoming: true, Identities: []mail.Identity{
			{Address: "own@x.org", Own: own(false)}, {Address: "same@x.org", Own: own(true)}, {Address: "via@x.org", Via: "b"}, {Address: "gone@x.org", Via: "c"},
		}},
		{ID: "b", OutgoingAuth: true},
	}
	for from, want := range map[string]string{
		"a@x.org": "a outgoing", "OWN@x.org": "a outgoing-x", "same@x.org": "a incoming", "via@x.org": "b outgoing", "gone@x.org": "a outgoing",
	} {
		a, d, ok := SendingLogin(accounts, mail.OutboxItem{Account: "a", From: from})
		if got := string(a.ID) + " " + string(d); !ok || got != want {
			t.Errorf("%s: %s, want %s", from, got, want)
		}
	}
	if _, _, ok := SendingLogin(accounts, mail.OutboxItem{Account: "z"}); ok {
		t.Error("an account that is gone")
	}
	if s := accounts[0].ServerOf("outgoing-x"); s.Host != "smtp.own.org" {
		t.Errorf("the server is %+v", s)
	}
}
