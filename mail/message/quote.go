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

// CleanHTML is the HTML of a message without anything that runs, its style sheets put into style attributes; pictures that
// came with the message are referred to by their Content-ID. It is empty where the message has none, or none that can be
// read.
func CleanHTML(ctx context.Context, m *mail.Message) string {
	if m.HTML == "" {
		return ""
	}
	d, err := html.Read(ctx, m.HTML, html.Options{})
	if err != nil {
		return ""
	}
	s, err := d.Clean(ctx, html.CleanOptions{})
	if err != nil {
		return ""
	}
	return s
}
