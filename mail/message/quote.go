package message

import (
	"context"

	"poplar/mail"
	"poplar/mail/html"
)

// QuoteHTML is the HTML of a message as it can stand in an answer to it: without anything that runs, without addresses
// that would be asked, its look in style attributes. It is empty where the message has no HTML, or none that can be read.
func QuoteHTML(ctx context.Context, m *mail.Message) string {
	if m.HTML == "" {
		return ""
	}
	s, err := html.Quote(ctx, m.HTML)
	if err != nil {
		return ""
	}
	return s
}
