package reader

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"poplar/gui/kit"
	"poplar/mail"
)

// asker is a sender's wish, and what was answered.
type asker struct {
	mu     sync.Mutex
	ask    mail.ReceiptAsk
	fail   error
	answer []bool
}

func (a *asker) ReceiptAsked(context.Context, mail.MessageID) (mail.ReceiptAsk, error) {
	return a.ask, nil
}

func (a *asker) AnswerReceipt(_ context.Context, _ mail.MessageID, send bool) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.answer = append(a.answer, send)
	return a.fail
}

func (a *asker) answers() []bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.answer)
}

func TestReceiptIsAskedAboutAndNeverSentByItself(t *testing.T) {
	r, q := newReader(t, &box{})
	a := &asker{ask: mail.ReceiptAsk{To: []mail.Address{{Addr: "marta@example.pt"}}}}
	r.SetReceipts(a)
	r.Open(mail.Summary{ID: 1}, nil)
	if !q.Until(time.Minute, func() bool { return r.notes.slots[noteReceipt] != nil }) {
		t.Fatal("it is not asked")
	}
	bar := r.notes.slots[noteReceipt].(*kit.Bar)
	if got := bar.Acts(); !slices.Equal(got, []string{"Tell them", "Do not tell"}) {
		t.Errorf("acts %q", got)
	}
	if len(a.answers()) != 0 {
		t.Fatal("something was sent")
	}
	a.fail = errors.New("disk full")
	bar.Do(0)
	if !q.Until(time.Minute, func() bool { return len(a.answers()) == 1 && r.notes.slots[noteReceipt] != nil }) {
		t.Fatal("what went wrong is not asked again")
	}
	a.fail = nil
	r.notes.slots[noteReceipt].(*kit.Bar).Do(1)
	if !q.Until(time.Minute, func() bool {
		return slices.Equal(a.answers(), []bool{true, false}) && r.notes.slots[noteReceipt] == nil
	}) {
		t.Errorf("answered %v", a.answers())
	}
	// Somebody who did not write the message is named, and not telling is the likely answer.
	a.ask = mail.ReceiptAsk{To: []mail.Address{{Addr: "tracker@spam.example"}}, Strange: true}
	r.Open(mail.Summary{ID: 2}, nil)
	if !q.Until(time.Minute, func() bool { return r.notes.slots[noteReceipt] != nil }) {
		t.Fatal("it is not asked")
	}
	if got := r.notes.slots[noteReceipt].(*kit.Bar).Acts(); got[0] != "Do not tell" {
		t.Errorf("acts %q", got)
	}
}
