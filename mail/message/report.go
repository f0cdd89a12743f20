package message

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"strings"

	"poplar/mail"
	"poplar/mail/html"
)

// Reported is what Poplar sees in a message, in the form that `poplar parse` prints.
type Reported struct {
	Subject     string               `json:"subject"`
	From        [][2]string          `json:"from"`
	To          [][2]string          `json:"to"`
	Cc          [][2]string          `json:"cc"`
	Date        *int64               `json:"date"`
	MessageID   string               `json:"message_id"`
	Text        string               `json:"text"`
	HTML        string               `json:"html"`
	HasHTML     bool                 `json:"has_html"`
	Attachments []ReportedAttachment `json:"attachments"`
	Bounce      []mail.Bounced       `json:"bounce"`
	Problems    []string             `json:"problems"`
}

// ReportedAttachment is one leaf that is no body. Its name is the message's own, not made safe.
type ReportedAttachment struct {
	Name   string `json:"name"`
	Type   string `json:"type"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// Report reads a message as `poplar parse` prints it: the leaves as they are, the first text and the first HTML body.
func Report(raw mail.Raw) Reported {
	t := walk(raw)
	e := t.envelope()
	r := Reported{Subject: e.Subject, From: pairs(e.From), To: pairs(e.To), Cc: pairs(e.Cc), MessageID: e.MessageID, Attachments: []ReportedAttachment{}}
	if !e.Date.IsZero() {
		d := e.Date.Unix()
		r.Date = &d
	}
	plain, rich, preambles := false, false, 0
	t.leaves(func(p *part) bool {
		switch {
		case p.multi():
			// A multipart without parts: its preamble is all there is.
			if !plain && r.Text == "" && preambles < 3 {
				r.Text = t.wholeText(p)
				preambles++
			}
		case !p.isBody():
			p.describe()
			a := ReportedAttachment{Name: p.name, Type: p.ctype.value}
			if strings.IndexByte(p.name, '\\') >= 0 {
				a.Name = p.strictName()
			}
			sum := sha256.New()
			a.Size, _ = io.Copy(sum, t.reader(p))
			a.SHA256 = hex.EncodeToString(sum.Sum(nil))
			r.Attachments = append(r.Attachments, a)
		case p.ctype.value == "text/html":
			if !rich {
				r.HTML = t.wholeText(p)
			}
			rich, r.HasHTML = true, true
		default:
			if !plain {
				r.Text = t.wholeText(p)
			}
			plain = true
		}
		return true
	})
	if !plain && r.HTML != "" {
		r.Text = html.Text(r.HTML)
	}
	r.Bounce = t.bounce(func() string { return t.readBody(false).text }).list
	r.Problems = append([]string{}, t.list...)
	return r
}

// strictName is the file name by the letter of RFC 2045, where a backslash only says that the next character is meant as it is:
// other parsers agree on that. What a person sees is the last part of a path instead.
func (p *part) strictName() string {
	for _, from := range [][2]string{{"content-disposition", "filename"}, {"content-type", "name"}, {"content-disposition", "name"}} {
		v := p.header.best(from[0])
		plain := make([]byte, 0, len(v))
		quoted := false
		for i := 0; i < len(v); i++ {
			switch {
			case v[i] == '"':
				quoted = !quoted
			case quoted && v[i] == '\\' && i+1 < len(v):
				if i++; v[i] == '"' || v[i] == '\\' {
					plain = append(plain, '\\')
				}
			}
			plain = append(plain, v[i])
		}
		d := parseParameters(plain)
		if name := d.text(from[1]); name != "" {
			return name
		}
	}
	return p.name
}

// wholeText decodes a text leaf as it is, files coded in it included.
func (t *tree) wholeText(p *part) string {
	return t.readable(p, t.decoded(p, t.limit))
}

func pairs(list []mail.Address) [][2]string {
	out := make([][2]string, 0, len(list))
	for _, a := range list {
		out = append(out, [2]string{a.Name, a.Addr})
	}
	return out
}
