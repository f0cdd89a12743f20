package compose

import (
	"html"
	"strings"

	"poplar/mail"
)

// maxQuoteHTML is how long the HTML of a quote may be; with a longer one the message has its text alone.
const maxQuoteHTML = 1 << 20

// What stands around the HTML of a message, and what its typed text begins with where that was plain.
const (
	htmlHead  = "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"></head><body>\n"
	htmlFoot  = "</body></html>\n"
	plainHead = "<div style=\"white-space:pre-wrap\">"
)

// styled reports whether d has an HTML form beside its text: where it quotes a message that has one.
func styled(d mail.Draft) bool {
	return d.Quote != "" && d.QuoteHTML != "" && len(d.QuoteHTML) <= maxQuoteHTML
}

// htmlBody is the HTML form of d: what was typed, and the quote with its look beneath, or for a forward under its
// header block.
func htmlBody(d mail.Draft) string {
	var b strings.Builder
	b.WriteString(htmlHead)
	typed := func(s string) {
		if s = strings.Trim(normal(s), "\n"); s != "" {
			b.WriteString(plainHead + html.EscapeString(s) + "</div>\n")
		}
	}
	typed(d.Text)
	b.WriteString("<br>\n")
	typed(d.QuoteIntro)
	b.WriteString(quotedHTML(d))
	b.WriteString(htmlFoot)
	return b.String()
}

// bodyPart is the body of d: its text, or text and HTML as alternatives (RFC 2046 section 5.1.4). flowing lets long
// lines of the text be broken.
func bodyPart(d mail.Draft, flowing bool) part {
	body := d.Body()
	text := textPart(body, flowing && worthFlowing(normal(body)))
	switch {
	case d.Rich != nil:
		return several("multipart/alternative;", nil, []part{text, richPart(d)})
	case styled(d):
		return several("multipart/alternative;", nil, []part{text, htmlPart(htmlBody(d))})
	}
	return text
}
