package compose

import (
	"html"
	"io"
	"strings"

	"poplar/mail"
)

// maxQuoteHTML is how long the HTML of a quote may be; with a longer one the message has its text alone.
const maxQuoteHTML = 1 << 20

// styled reports whether d has an HTML form beside its text: where it quotes a message that has one.
func styled(d mail.Draft) bool {
	return d.Quote != "" && d.QuoteHTML != "" && len(d.QuoteHTML) <= maxQuoteHTML
}

// htmlBody is the HTML form of d: what was typed, and the quote with its look beneath, or for a forward under its
// header block.
func htmlBody(d mail.Draft) string {
	var b strings.Builder
	b.WriteString("<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"></head><body>\n")
	typed := func(s string) {
		if s = strings.Trim(normal(s), "\n"); s != "" {
			b.WriteString("<div style=\"white-space:pre-wrap\">" + html.EscapeString(s) + "</div>\n")
		}
	}
	typed(d.Text)
	b.WriteString("<br>\n")
	typed(d.QuoteIntro)
	if d.Mark&mail.Forwarded != 0 {
		b.WriteString("<br>\n<div>" + d.QuoteHTML + "</div>\n")
	} else {
		b.WriteString("<blockquote type=\"cite\" style=\"margin:0 0 0 .8ex;border-left:2px solid #ccc;padding-left:1ex\">" + d.QuoteHTML + "</blockquote>\n")
	}
	b.WriteString("</body></html>\n")
	return b.String()
}

// bodyPart is the body of d: its text, or text and HTML as alternatives (RFC 2046 section 5.1.4).
func bodyPart(d mail.Draft) part {
	body := d.Body()
	text := textPart(body, worthFlowing(normal(body)))
	if !styled(d) {
		return text
	}
	boundary := newBoundary()
	var h strings.Builder
	fold(&h, "Content-Type", "multipart/alternative;", `boundary="`+boundary+`"`)
	return part{fields: h.String(), body: func(w io.Writer) error {
		for _, p := range []part{text, htmlPart(htmlBody(d))} {
			if _, err := io.WriteString(w, "--"+boundary+"\r\n"+p.fields+"\r\n"); err != nil {
				return err
			}
			if err := p.body(w); err != nil {
				return err
			}
			if _, err := io.WriteString(w, "\r\n"); err != nil {
				return err
			}
		}
		_, err := io.WriteString(w, "--"+boundary+"--")
		return err
	}}
}
