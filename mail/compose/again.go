package compose

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"poplar/mail"
)

// placed takes the quote into the text where the account wants its signature below it.
func placed(a mail.Account, d mail.Draft) mail.Draft {
	sig := signature(a)
	if !a.SignatureBelow || sig == "" || d.Quote == "" {
		return d
	}
	d.Text = "\n\n" + d.Quoted() + "\n\n-- \n" + sig
	d.Quote, d.QuoteIntro = "", ""
	return d
}

// asNew returns a draft with everything that is in m, to be sent anew: nothing ties it to m.
func asNew(a mail.Account, m *mail.Message, raw mail.Raw, keep Keep) mail.Draft {
	d := mail.Draft{
		Account: a.ID, From: a.From(), To: m.To, Cc: m.Cc, Bcc: m.Bcc, ReplyTo: replyTo(a), Subject: clean(m.Subject), Text: bodyOf(m),
	}
	d.Rich, d.Attach, _ = taken(raw, m, keep) // what cannot be read is missing in the composer's list, where the person sees it
	return d
}

// forwardAttached returns a draft that m goes along with as it is.
func forwardAttached(a mail.Account, m *mail.Message, raw mail.Raw, keep Keep) mail.Draft {
	d := New(a)
	d.Mark = mail.Forwarded
	d.Subject = "Fwd: " + bareSubject(m.Subject)
	d.References = references(m)
	if f, err := AttachMessage(m, raw, keep); err == nil {
		d.Attach = []mail.Attachment{f}
	}
	return d
}

// private are the fields that are nobody's business but the sender's.
var private = []string{"bcc", "resent-bcc", draftField}

// withoutPrivate reads a message without the fields that others must not see, as a draft or a copy may hold them. All else
// stays as it is, to the octet.
func withoutPrivate(raw mail.Raw) io.Reader {
	fields, body, err := readHeader(mail.Reader(raw))
	if err != nil || !slices.ContainsFunc(fields, func(f rawField) bool { return slices.Contains(private, f.name) }) {
		return mail.Reader(raw)
	}
	var kept []byte
	for _, f := range fields {
		if !slices.Contains(private, f.name) {
			kept = append(kept, f.raw...)
		}
	}
	return io.MultiReader(bytes.NewReader(append(kept, "\r\n"...)), body)
}

// AttachMessage is a message as an attachment, without what others must not see of it.
func AttachMessage(m *mail.Message, raw mail.Raw, keep Keep) (mail.Attachment, error) {
	name := clean(m.Subject)
	if rs := []rune(name); len(rs) > 60 {
		name = string(rs[:60])
	}
	name = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`/\:*?"<>|`, r) {
			return '-'
		}
		return r
	}, name)
	if name = strings.Trim(name, " ."); name == "" {
		name = "message"
	}
	a := mail.Attachment{Name: name + ".eml", Type: "message/rfc822"}
	err := keep(&a, withoutPrivate(raw))
	return a, err
}

// ListPost is the address that posts to the mailing list m came by (RFC 2369 section 3.4); empty where there is none, or
// where the list says that nobody may post.
func ListPost(m *mail.Message) string {
	for _, f := range m.Header {
		if !strings.EqualFold(f.Name, "List-Post") {
			continue
		}
		for _, u := range listURLs(f.Value) {
			addr, ok := cutFold(u, "mailto:")
			if !ok {
				continue
			}
			addr, _, _ = strings.Cut(addr, "?")
			if addr, why := checkAddr(addr); why == "" {
				return addr
			}
		}
	}
	return ""
}

// ListOf is what m says of the mailing list it came by.
func ListOf(m *mail.Message) mail.MailingList {
	l := mail.MailingList{Post: ListPost(m)}
	for _, f := range m.Header {
		switch {
		case strings.EqualFold(f.Name, "List-Unsubscribe"):
			for _, url := range listURLs(f.Value) {
				_, isMail := cutFold(url, "mailto:")
				_, isWeb := cutFold(url, "https://")
				switch {
				case isMail && l.LeaveByMail == "":
					l.LeaveByMail = url
				case isWeb && l.LeaveByWeb == "":
					l.LeaveByWeb = url
				}
			}
		case strings.EqualFold(f.Name, "List-Unsubscribe-Post"):
			l.OneClick = strings.EqualFold(strings.TrimSpace(f.Value), "List-Unsubscribe=One-Click")
		}
	}
	l.OneClick = l.OneClick && l.LeaveByWeb != ""
	return l
}

// listURLs are the URLs in angle brackets of a List- field; comments and words such as NO are left out.
func listURLs(s string) []string {
	var list []string
	for {
		_, rest, ok := strings.Cut(s, "<")
		if !ok {
			return list
		}
		url, after, ok := strings.Cut(rest, ">")
		if !ok {
			return list
		}
		url = strings.Join(strings.Fields(url), "")
		if url != "" && len(url) < 4096 {
			list = append(list, url)
		}
		s = after
	}
}

func cutFold(s, prefix string) (string, bool) {
	if len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix) {
		return s[len(prefix):], true
	}
	return s, false
}

// Redirect writes a message so that it goes on to others as it is, with a block of Resent- fields above it (RFC 5322
// section 3.6.6). Bcc and Poplar's own field go; of the rest no octet changes but line ends.
func Redirect(raw mail.Raw, w io.Writer, from mail.Address, to []mail.Address, now time.Time) error {
	if len(to) == 0 {
		return errors.New("a message needs somebody to go on to")
	}
	sender, err := mailboxes([]mail.Address{from})
	if err != nil {
		return err
	}
	rcpts, err := mailboxes(to)
	if err != nil {
		return err
	}
	var h strings.Builder
	fold(&h, "Resent-Date", now.Format(dateLayout))
	fold(&h, "Resent-From", sender...)
	fold(&h, "Resent-To", rcpts...)
	fold(&h, "Resent-Message-ID", "<"+NewMessageID(from.Addr)+">")
	fields, body, err := readHeader(mail.Reader(raw))
	if err != nil {
		return err
	}
	out := &crlfWriter{w: bufio.NewWriterSize(w, 64<<10)}
	if _, err := io.WriteString(out, h.String()); err != nil {
		return err
	}
	for _, f := range fields {
		if slices.Contains([]string{"bcc", "resent-bcc", draftField, "return-path"}, f.name) {
			continue
		}
		if _, err := out.Write(f.raw); err != nil {
			return err
		}
		if err := out.endLine(); err != nil {
			return err
		}
	}
	if _, err := io.WriteString(out, "\r\n"); err != nil {
		return err
	}
	if _, err := io.Copy(out, body); err != nil {
		return err
	}
	if err := out.endLine(); err != nil {
		return err
	}
	return out.w.Flush()
}

// Resent reports whether a message goes on to others as it is: whether Resent- fields stand at its head.
func Resent(raw mail.Raw) bool {
	head := make([]byte, 7)
	n, _ := raw.ReadAt(head, 0) // what cannot be read is told to whoever reads on
	return strings.EqualFold(string(head[:n]), "resent-")
}

// IdentityFor chooses the identity of an account that answers m: the one m was sent to, or written by; the account's own
// where none was.
func IdentityFor(a mail.Account, m *mail.Message) mail.Identity {
	names := a.Names()
	if len(names) == 1 {
		return names[0]
	}
	lists := [][]mail.Address{m.From, m.To, m.Cc, field(m, "Delivered-To"), field(m, "X-Original-To"), m.Bcc}
	for _, list := range lists {
		for _, x := range list {
			for _, n := range names {
				if strings.EqualFold(n.Address, x.Addr) {
					return n
				}
			}
		}
	}
	return names[0]
}
