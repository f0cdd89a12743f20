package model

import (
	"context"
	"time"

	"poplar/mail"
)

// Dispatch is what may be done about messages that are on their way out, beside Writer's.
type Dispatch interface {
	// SendLater makes a waiting message due at a time.
	SendLater(ctx context.Context, id mail.MessageID, at time.Time) error
	// HoldBack keeps a waiting message in the outbox until it is called with false; then it leaves when it is due.
	HoldBack(ctx context.Context, id mail.MessageID, held bool) error
	// Correct sends to another address in the place of a recipient who was refused, and to nobody else.
	Correct(ctx context.Context, id mail.MessageID, was, is string) error
	// Settle ends the matter of a message: one that was perhaps sent has arrived, or those who were refused do without.
	Settle(ctx context.Context, id mail.MessageID) error
	// StopSending breaks off the submission of a message; where that is in time it is held back. It returns at once.
	StopSending(id mail.MessageID)
	// PauseSending keeps the messages of the named accounts, or of all, in the outbox until it is called with false.
	PauseSending(ctx context.Context, paused bool, ids ...mail.AccountID) error
	PausedSending() []mail.AccountID
	// ReceiptAsked says who wants to be told that a message was read; nobody, once the person has decided.
	ReceiptAsked(ctx context.Context, id mail.MessageID) (mail.ReceiptAsk, error)
	// AnswerReceipt tells them, or with send false does not.
	AnswerReceipt(ctx context.Context, id mail.MessageID, send bool) error
	// TestSending tries the outgoing server of an account that need not be saved, or of one of its identities (see
	// mail.Account.Through), with the passwords given and those that are stored.
	TestSending(ctx context.Context, a mail.Account, secrets Secrets, report func(mail.Finding)) error
}

// LaterTimes are the times that are offered for sending later, each after now, earliest first, with their names.
func LaterTimes(now time.Time, tr Translate) []Later {
	day := func(days, hour int) time.Time {
		y, m, d := now.Date()
		return time.Date(y, m, d+days, hour, 0, 0, 0, now.Location())
	}
	var list []Later
	add := func(name string, at time.Time) {
		if at.Sub(now) > 30*time.Minute && (len(list) == 0 || at.After(list[len(list)-1].At)) {
			list = append(list, Later{name, at})
		}
	}
	add(tr("In one hour"), now.Add(time.Hour).Truncate(time.Minute))
	add(tr("This evening, 18:00"), day(0, 18))
	add(tr("Tomorrow morning, 8:00"), day(1, 8))
	add(tr("Monday morning, 8:00"), day((7-int(now.Weekday()))%7+1, 8))
	return list
}

// Later is a time for sending.
type Later struct {
	Name string
	At   time.Time
}

// laterForms are the ways in which a time may be typed.
var laterForms = []string{"2006-01-02 15:04", "2006-1-2 15:04", "2006/1/2 15:04", "2.1.2006 15:04", "2006年1月2日 15:04"}

// ParseLater reads a time that was typed, in the zone of now: a date with a time, or a time alone, which is today's or
// tomorrow's. It must be ahead of now.
func ParseLater(s string, now time.Time) (time.Time, bool) {
	for _, form := range laterForms {
		if t, err := time.ParseInLocation(form, s, now.Location()); err == nil {
			return t, t.After(now)
		}
	}
	t, err := time.ParseInLocation("15:04", s, now.Location())
	if err != nil {
		return time.Time{}, false
	}
	y, m, d := now.Date()
	t = time.Date(y, m, d, t.Hour(), t.Minute(), 0, 0, now.Location())
	if !t.After(now) {
		t = time.Date(y, m, d+1, t.Hour(), t.Minute(), 0, 0, now.Location())
	}
	return t, true
}
