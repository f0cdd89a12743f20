package store

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"poplar/mail"
)

// sendOut puts a letter to the addresses through the outbox.
func sendOut(t *testing.T, s *Store, n int, subject string, to ...string) mail.MessageID {
	t.Helper()
	a := letter(n, subject, "text")
	a.Summary.To = nil
	o := mail.OutboxItem{Account: home, From: "marta@example.org"}
	for _, addr := range to {
		a.Summary.To = append(a.Summary.To, mail.Address{Addr: addr})
		o.Recipients = append(o.Recipients, mail.Recipient{Addr: addr})
	}
	id, err := s.Enqueue(t.Context(), o, a, 0)
	if err != nil {
		t.Fatal(err)
	}
	o.ID = id
	for i := range o.Recipients {
		o.Recipients[i].State = mail.SentOK
		if strings.HasPrefix(o.Recipients[i].Addr, "nobody") {
			o.Recipients[i].State, o.Recipients[i].Status, o.Recipients[i].Said = mail.Failed, "5.1.1", "550 no such user"
		}
	}
	if err := s.Sent(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	return id
}

// reportOn is a delivery report that came n minutes after epoch.
func reportOn(n int, original, subject string, said ...mail.Bounced) mail.Arrival {
	a := retrieved(n, "failure notice", "sorry")
	a.Bounce, a.BounceOf, a.BounceSubject = said, original, subject
	if original != "" {
		a.References = append(a.References, original)
	}
	return a
}

func bounced(addr, action, status string) mail.Bounced {
	return mail.Bounced{Recipient: addr, Action: action, Status: status, Diagnostic: "smtp; " + status, Why: "the mailbox is full"}
}

func fates(t *testing.T, s *Store, id mail.MessageID) string {
	t.Helper()
	list, err := s.Fates(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	var words []string
	for _, f := range list {
		words = append(words, f.Addr+" "+string(f.State))
	}
	return strings.Join(words, ", ")
}

func TestFates(t *testing.T) {
	now := epoch.Add(time.Hour)
	const ada, bo = "ada@poplar.example", "Bo@poplar.example"
	tests := []struct {
		name    string
		to      []string
		reports []mail.Arrival
		want    string
		worst   mail.FateState
		linked  bool
	}{
		{"nothing heard", []string{ada, bo}, nil, ada + " accepted, " + bo + " accepted", "", false},
		{"refused at once", []string{ada, "nobody@poplar.example"}, nil, ada + " accepted, nobody@poplar.example failed", mail.FateFailed, false},
		{"by Message-ID", []string{ada, bo}, []mail.Arrival{reportOn(90, "1@example.org", "", bounced("bo@POPLAR.example", "failed", "5.2.2"))}, ada + " accepted, " + bo + " failed", mail.FateFailed, true},
		{"a delay is no failure", []string{ada}, []mail.Arrival{reportOn(90, "1@example.org", "", bounced(ada, "delayed", "4.4.1"))}, ada + " delayed", mail.FateDelayed, true},
		{"delayed, then delivered", []string{ada}, []mail.Arrival{reportOn(90, "1@example.org", "", bounced(ada, "delayed", "4.4.1")), reportOn(91, "1@example.org", "", bounced(ada, "delivered", "2.0.0"))}, ada + " delivered", "", true},
		{"failed, then a late word of delay", []string{ada}, []mail.Arrival{reportOn(90, "1@example.org", "", bounced(ada, "failed", "5.4.7")), reportOn(91, "1@example.org", "", bounced(ada, "delayed", "4.4.1"))}, ada + " failed", mail.FateFailed, true},
		{"by recipient and time", []string{ada, bo}, []mail.Arrival{reportOn(90, "", "", bounced(ada, "failed", "5.1.1"))}, ada + " failed, " + bo + " accepted", mail.FateFailed, true},
		{"by recipient, time and subject", []string{ada}, []mail.Arrival{reportOn(90, "", "Re: A long subject of its own", bounced(ada, "failed", "5.1.1"))}, ada + " failed", mail.FateFailed, true},
		{"another subject", []string{ada}, []mail.Arrival{reportOn(90, "", "Something else entirely", bounced(ada, "failed", "5.1.1"))}, ada + " accepted", "", false},
		{"another Message-ID", []string{ada}, []mail.Arrival{reportOn(90, "77@example.org", "", bounced(ada, "failed", "5.1.1"))}, ada + " accepted", "", false},
		{"long after", []string{ada}, []mail.Arrival{reportOn(60*24*30, "", "", bounced(ada, "failed", "5.1.1"))}, ada + " accepted", "", false},
		{"before it was sent", []string{ada}, []mail.Arrival{reportOn(-200, "", "", bounced(ada, "failed", "5.1.1"))}, ada + " accepted", "", false},
		{"forwarded", []string{ada}, []mail.Arrival{reportOn(90, "1@example.org", "", bounced("ada@elsewhere.example", "failed", "5.1.1"))}, ada + " failed", mail.FateFailed, true},
		{"forwarded, one of several", []string{ada, bo}, []mail.Arrival{reportOn(90, "1@example.org", "", bounced("ada@elsewhere.example", "failed", "5.1.1"))}, ada + " accepted, " + bo + " accepted, ada@elsewhere.example failed", mail.FateFailed, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newStore(t, Options{Now: func() time.Time { return now }})
			id := sendOut(t, s, 1, "A long subject of its own", tt.to...)
			ids := add(t, s, tt.reports...)
			if got := fates(t, s, id); got != tt.want {
				t.Errorf("the fates are %s, want %s", got, tt.want)
			}
			if got := summary(t, s, id).Fate; got != tt.worst {
				t.Errorf("the worst is %q, want %q", got, tt.worst)
			}
			for _, r := range ids {
				about, err := s.SentOf(t.Context(), r)
				if err != nil || (about == id) != tt.linked {
					t.Errorf("the report is about %d, %v", about, err)
				}
			}
			if len(ids) == 0 {
				return
			}
			// What a report said stays when it is deleted; nothing points to what is gone.
			if err := s.Delete(t.Context(), ids[:1]); err != nil {
				t.Fatal(err)
			}
			if got := fates(t, s, id); got != tt.want {
				t.Errorf("without the report the fates are %s", got)
			}
			if err := s.Delete(t.Context(), []mail.MessageID{id}); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// A report cannot speak of mail that another account sent, nor of mail received.
func TestForeignReport(t *testing.T) {
	s := newStore(t, Options{Now: func() time.Time { return epoch.Add(time.Hour) }})
	id := sendOut(t, s, 1, "Hello there", "ada@poplar.example")
	received := add(t, s, retrieved(2, "Received", "text"))[0]
	ids, err := s.Add(t.Context(), work, []mail.Arrival{reportOn(90, "1@example.org", "", bounced("ada@poplar.example", "failed", "5.1.1"))})
	if err != nil {
		t.Fatal(err)
	}
	ids = append(ids, add(t, s, reportOn(91, "2@example.org", "", bounced("wei@example.net", "failed", "5.1.1")))...)
	if got := fates(t, s, id) + fates(t, s, received); got != "ada@poplar.example accepted" {
		t.Errorf("the fates are %s", got)
	}
	if len(ids) != 2 {
		t.Error("the reports are not stored")
	}
}

// The sent copy may be imported later than its report.
func TestLateOriginal(t *testing.T) {
	s := newStore(t)
	report := add(t, s, reportOn(90, "1@example.org", "", bounced("wei@example.net", "failed", "5.1.1")))[0]
	if about, err := s.SentOf(t.Context(), report); err != nil || about != 0 {
		t.Errorf("it is about %d, %v", about, err)
	}
	a := letter(1, "Hello", "text")
	a.Role = mail.Sent
	id := add(t, s, a)[0]
	if about, err := s.SentOf(t.Context(), report); err != nil || about != id {
		t.Errorf("it is about %d, %v", about, err)
	}
	// A report on mail that was sent with another program is found by the recipient.
	second := add(t, s, reportOn(95, "", "", bounced("Wei@example.net", "failed", "5.1.1")))[0]
	if about, err := s.SentOf(t.Context(), second); err != nil || about != id || fates(t, s, id) != "Wei@example.net failed" {
		t.Errorf("it is about %d (%s), %v", about, fates(t, s, id), err)
	}
}

func TestPieces(t *testing.T) {
	s := newStore(t)
	piece := func(n int, id string, number, total int) mail.Arrival {
		a := retrieved(n, "piece", "text")
		a.Piece = &mail.Piece{ID: id, Number: number, Total: total}
		return a
	}
	ids := add(t, s, piece(1, "w@x", 2, 0), piece(2, "w@x", 3, 3), piece(3, "other", 1, 9), piece(4, "w@x", 2, 0))
	if _, err := s.Add(t.Context(), work, []mail.Arrival{piece(9, "w@x", 1, 3)}); err != nil {
		t.Fatal(err)
	}
	found, total, err := s.Pieces(t.Context(), ids[3])
	if err != nil || total != 3 || fmt.Sprint(found) != fmt.Sprint(map[int]mail.MessageID{2: ids[0], 3: ids[1]}) {
		t.Errorf("%v of %d, %v", found, total, err)
	}
	if found, _, err = s.Pieces(t.Context(), 999); err != nil || len(found) != 0 {
		t.Errorf("%v, %v", found, err)
	}
}

func TestLearnt(t *testing.T) {
	s := newStore(t)
	id := add(t, s, letter(1, "a", "b"))[0]
	ctx := context.Background()
	if err := s.SetCharset(ctx, id, "big5"); err != nil {
		t.Fatal(err)
	}
	if err := s.SetSignatures(ctx, id, []byte(`[]`)); err != nil {
		t.Fatal(err)
	}
	name, err := s.Charset(ctx, id)
	kept, err2 := s.Signatures(ctx, id)
	if name != "big5" || err != nil || string(kept) != "[]" || err2 != nil {
		t.Errorf("%q, %v, %q, %v", name, err, kept, err2)
	}
	if err := s.Delete(ctx, []mail.MessageID{id}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Charset(ctx, id); err == nil {
		t.Error("a message that is gone has a character set")
	}
}

// The row of a delivery report says what the report says.
func TestTheRowOfAReport(t *testing.T) {
	s := openStore(t, t.TempDir())
	for i, c := range []struct {
		said []mail.Bounced
		want mail.FateState
	}{
		{nil, ""},
		{[]mail.Bounced{bounced("a@x.example", "failed", "5.1.1")}, mail.FateFailed},
		{[]mail.Bounced{bounced("a@x.example", "delayed", "4.4.1")}, mail.FateDelayed},
		{[]mail.Bounced{bounced("a@x.example", "delivered", "2.0.0"), bounced("b@x.example", "delayed", "4.4.1")}, mail.FateDelayed},
		{[]mail.Bounced{bounced("a@x.example", "relayed", "2.0.0")}, mail.FateDelivered},
	} {
		ids := add(t, s, reportOn(i, "", "x", c.said...))
		got, err := s.Summary(t.Context(), ids[0])
		if err != nil || got.Report != c.want || got.Fate != "" {
			t.Errorf("%+v: %q, %q, %v", c.said, got.Report, got.Fate, err)
		}
	}
}

// Of a message that was sent with another program, each of two reports tells of its own recipient.
func TestReportsOnTwoOfAnImportedMessage(t *testing.T) {
	s := newStore(t)
	sent := letter(1, "Opening", "text")
	sent.Role, sent.Ledger = mail.Sent, nil
	sent.Summary.To = []mail.Address{{Addr: "ada@poplar.example"}}
	sent.Summary.Cc = []mail.Address{{Addr: "Bo@poplar.example"}}
	id := add(t, s, sent)[0]
	add(t, s, reportOn(90, "1@example.org", "", bounced("ada@poplar.example", "failed", "5.1.1")), reportOn(91, "1@example.org", "", bounced("bo@poplar.example", "delayed", "4.4.1")))
	if got := fates(t, s, id); got != "ada@poplar.example failed, bo@poplar.example delayed" {
		t.Errorf("the fates are %s", got)
	}
}
