// Package delivery decides what becomes of a message on its way into the store: what the list shows of it, what the
// index finds, which conversation it belongs to, and whether it reports on a message sent before.
package delivery

import (
	"slices"
	"time"

	"poplar/mail"
	"poplar/mail/message"
)

// clockSkew is how far in the future a Date may lie before it is taken for nonsense.
const clockSkew = 48 * time.Hour

// oldest is the first moment that a mail may claim to be from: there was no RFC 822 before.
var oldest = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)

// Read reads what the store needs of a message that arrived for account a at now. It never fails: a message that
// cannot be read at all is stored with an empty summary, its bytes untouched.
func Read(raw mail.Raw, a mail.Account, now time.Time) (arrival mail.Arrival) {
	arrival = mail.Arrival{
		Raw:     raw,
		Summary: mail.Summary{Account: a.ID, Date: now, Received: now, Size: raw.Size()},
		Role:    mail.Inbox,
	}
	// The last line of defence: a fault in reading must neither lose the message nor stop the visit for ever.
	defer func() { _ = recover() }()
	s := message.Scan(raw)
	sum := &arrival.Summary
	sum.MessageID = s.MessageID
	sum.Subject = s.Subject
	sum.From, sum.To, sum.Cc = s.From, s.To, s.Cc
	sum.Snippet = s.Snippet
	sum.Attachments = s.Attachments
	if plausible(s.Date, now) {
		sum.Date = s.Date
	}
	arrival.InReplyTo, arrival.References = s.InReplyTo, s.References
	arrival.IndexText = s.IndexText
	arrival.Bounce, arrival.BounceOf, arrival.BounceSubject = s.Bounce, s.Original, s.OriginalSubject
	arrival.Piece = s.Piece
	if s.Original != "" && !slices.Contains(arrival.References, s.Original) {
		arrival.References = append(arrival.References, s.Original)
	}
	return arrival
}

// plausible says whether a date can be when the message was written.
func plausible(t, now time.Time) bool {
	return !t.IsZero() && !t.Before(oldest) && !t.After(now.Add(clockSkew))
}
