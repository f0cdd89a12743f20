package gui

import (
	"context"
	"time"

	"poplar/gui/model"
	"poplar/mail"
)

// What the fake knows of messages on their way out: nothing.

func (f *fake) SendLater(context.Context, mail.MessageID, time.Time) error    { return nil }
func (f *fake) HoldBack(context.Context, mail.MessageID, bool) error          { return nil }
func (f *fake) Correct(context.Context, mail.MessageID, string, string) error { return nil }
func (f *fake) Settle(context.Context, mail.MessageID) error                  { return nil }
func (f *fake) StopSending(mail.MessageID)                                    {}
func (f *fake) PauseSending(context.Context, bool, ...mail.AccountID) error   { return nil }
func (f *fake) PausedSending() []mail.AccountID                               { return nil }
func (f *fake) ReceiptAsked(context.Context, mail.MessageID) (mail.ReceiptAsk, error) {
	return mail.ReceiptAsk{}, nil
}
func (f *fake) AnswerReceipt(context.Context, mail.MessageID, bool) error { return nil }

func (f *fake) TestSending(context.Context, mail.Account, model.Secrets, func(mail.Finding)) error {
	return nil
}
