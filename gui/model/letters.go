package model

import (
	"context"
	"strings"

	"poplar/mail"
)

// Letters is what may be done with a message besides answering it.
type Letters interface {
	// Redirect passes a message on to others as it is; it leaves after the undo time.
	Redirect(ctx context.Context, id mail.MessageID, to []mail.Address) (mail.MessageID, error)
	// AttachMessage is a message as an attachment of another.
	AttachMessage(ctx context.Context, id mail.MessageID) (mail.Attachment, error)
	// SizeLimit is the largest message that the server takes which sends for an address of an account; 0: not known.
	SizeLimit(ctx context.Context, a mail.AccountID, from string) (int64, error)
	// MailingList is what a message says of the mailing list it came by. It returns at once.
	MailingList(m *mail.Message) mail.MailingList
}

// QuoteOnly is an answer that quotes selected alone of its original; with nothing selected it is d. What is selected goes
// into the text: a quote that stays by itself is sent with the look of the whole original. Above it there is room to write.
func QuoteOnly(d mail.Draft, selected string) mail.Draft {
	selected = strings.TrimSpace(selected)
	was, below := d, ""
	if d.Quote == "" && d.Mark&mail.Answered != 0 { // where the signature stands below it, the quote is a part of the text
		if at := strings.Index(d.Text, "\n\n"+signatureMark); at >= 0 {
			below = d.Text[at:]
			d.QuoteIntro, d.Quote, _ = strings.Cut(strings.TrimLeft(d.Text[:at], "\n"), "\n")
		}
	}
	if selected == "" || d.Quote == "" {
		return was
	}
	if below != "" || d.Text == "" {
		d.Text = "\n\n"
	}
	d.Quote = selected
	d.Text = d.Body() + below
	d.Quote, d.QuoteIntro = "", ""
	return d
}
