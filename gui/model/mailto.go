package model

import (
	"net/url"
	"strings"

	"poplar/mail"
)

// FillFromMailto takes the recipients, subject, text and In-Reply-To of a mailto: link (RFC 6068) into a draft, where the
// person sees them before anything is sent; blind copies too. Everything else a link might set, files above all, is left
// out.
func FillFromMailto(d *mail.Draft, u *url.URL) {
	add := func(to *[]mail.Address, list string) {
		for _, e := range ParseEntered(list) {
			*to = append(*to, e.Address)
		}
	}
	if to, err := url.PathUnescape(u.Opaque); err == nil {
		add(&d.To, to)
	}
	// A plus is a plus in a mailto: link, not a blank.
	fields, err := url.ParseQuery(strings.ReplaceAll(u.RawQuery, "+", "%2B"))
	if err != nil {
		return
	}
	for name, values := range fields {
		for _, v := range values {
			switch strings.ToLower(name) {
			case "to":
				add(&d.To, v)
			case "cc":
				add(&d.Cc, v)
			case "bcc":
				add(&d.Bcc, v)
			case "in-reply-to":
				if id := strings.Trim(oneLine(v), "<>"); id != "" && len(id) < 500 && !strings.ContainsAny(id, " <>") {
					d.InReplyTo = id
				}
			case "subject":
				d.Subject = oneLine(v)
			case "body":
				d.Text = strings.ReplaceAll(v, "\r\n", "\n") + d.Text
			}
		}
	}
}

func oneLine(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r == '\r' || r == '\n' {
			return ' '
		}
		return r
	}, s))
}
