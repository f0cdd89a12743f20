package reader

import (
	"context"
	"strings"

	"poplar/gui/kit"
	"poplar/mail"
)

// Receipts knows whose sender wants to be told that a message was read.
type Receipts interface {
	ReceiptAsked(ctx context.Context, id mail.MessageID) (mail.ReceiptAsk, error)
	// AnswerReceipt tells the sender, or with send false does not; it is not asked again.
	AnswerReceipt(ctx context.Context, id mail.MessageID, send bool) error
}

// SetReceipts says whom to ask about receipts; nil: nobody, and nothing is shown.
func (r *Reader) SetReceipts(a Receipts) { r.receipts = a }

// askReceipt asks whether the sender may know that the message was read, where it wants to. Nothing is sent unless the
// person says so.
func (r *Reader) askReceipt() {
	r.notes.set(noteReceipt, nil)
	if r.receipts == nil {
		return
	}
	id, from := r.id, r.receipts
	kit.Go(r.ctx, r.loop, func(ctx context.Context) (mail.ReceiptAsk, error) { return from.ReceiptAsked(ctx, id) }, func(ask mail.ReceiptAsk, err error) {
		if err != nil || len(ask.To) == 0 || r.id != id { // a question that cannot be put is no reason to disturb
			return
		}
		r.notes.set(noteReceipt, r.receiptBar(ask))
	})
}

func (r *Reader) receiptBar(ask mail.ReceiptAsk) *kit.Bar {
	text := kit.T("The sender wants to know when you have read this message.")
	if ask.Strange {
		var to []string
		for _, a := range ask.To {
			to = append(to, a.Addr)
		}
		text = kit.T("A notice that you have read this message is asked for by %s, who did not write it.", strings.Join(to, ", "))
	}
	bar := kit.NewBar(kit.ToneInfo, "", text)
	answer := func(send bool) func() {
		return func() {
			id, to := r.id, r.receipts
			r.notes.set(noteReceipt, nil)
			kit.Do(context.Background(), r.loop, func(ctx context.Context) error { return to.AnswerReceipt(ctx, id, send) }, func(err error) {
				if err != nil && r.id == id {
					r.notes.set(noteReceipt, r.receiptBar(ask))
				}
			})
		}
	}
	if ask.Strange {
		return bar.Act(kit.T("Do not tell"), answer(false)).Act(kit.T("Tell them"), answer(true))
	}
	return bar.Act(kit.T("Tell them"), answer(true)).Act(kit.T("Do not tell"), answer(false))
}
