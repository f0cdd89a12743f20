package model

import (
	"net/url"
	"strings"

	"poplar/mail"
)

// FillFromMailto takes recipients, subject and text of a mailto: link (RFC 6068) into a draft. Fields that a link must
// not set (Bcc among them, which a page could use to watch) are left out.
func FillFromMailto(d *mail.Draft, u *url.URL) {
	add := func(to *[]mail.Address, list string) {
		for _, a := range strings.Split(list, ",") {
			if a = strings.TrimSpace(a); a != "" {
				*to = append(*to, mail.Address{Addr: a})
			}
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
