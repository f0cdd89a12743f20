package compose

import (
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"poplar/mail"
)

// Receipt is a notice that a message was shown to the person (RFC 8098), who has agreed to its being sent.
type Receipt struct {
	From      mail.Address // whose mailbox the message came to
	To        []mail.Address
	MessageID string // of the notice itself
	Date      time.Time
	Lang      string // "en" or "zh", for the words
	// Of is the message that was shown: what stands in it.
	OfSubject, OfMessageID string
	OfDate                 time.Time
	// OfRecipient is the field Original-Recipient of the message, if it has one.
	OfRecipient string
}

// AskedReceipt reads from a message's fields whether its sender wants to be told that it was read. self are the
// person's own addresses. Mail of lists and of programs, and one's own, is not answered.
func AskedReceipt(m *mail.Message, self []string) mail.ReceiptAsk {
	wish := fieldOf(m, "Disposition-Notification-To")
	precedence := strings.ToLower(strings.TrimSpace(fieldOf(m, "Precedence")))
	auto := strings.ToLower(strings.TrimSpace(fieldOf(m, "Auto-Submitted")))
	if wish == "" || precedence == "bulk" || precedence == "list" || precedence == "junk" || auto != "" && auto != "no" || fieldOf(m, "List-Id") != "" {
		return mail.ReceiptAsk{}
	}
	to, err := ParseAddresses(wish)
	if err != nil || len(to) == 0 || len(to) > 5 {
		return mail.ReceiptAsk{}
	}
	own := func(a mail.Address) bool {
		return slices.ContainsFunc(self, func(s string) bool { return strings.EqualFold(s, a.Addr) })
	}
	if slices.ContainsFunc(to, own) || slices.ContainsFunc(m.From, own) {
		return mail.ReceiptAsk{}
	}
	strange := len(to) > 1
	for _, a := range to {
		strange = strange || !slices.ContainsFunc(m.From, func(f mail.Address) bool { return strings.EqualFold(f.Addr, a.Addr) })
	}
	return mail.ReceiptAsk{To: to, Strange: strange}
}

// OriginalRecipient is the field of that name, which a notice gives back.
func OriginalRecipient(m *mail.Message) string { return fieldOf(m, "Original-Recipient") }

func fieldOf(m *mail.Message, name string) string {
	for _, f := range m.Header {
		if strings.EqualFold(f.Name, name) {
			return f.Value
		}
	}
	return ""
}

// BuildReceipt writes the notice: a text for people, and the report for programs. It is to be sent with the null
// reverse-path (RFC 8098 section 3). It says nothing of the program or the computer.
func BuildReceipt(w io.Writer, r Receipt) error {
	if r.MessageID == "" || r.Date.IsZero() || len(r.To) == 0 {
		return errors.New("a receipt needs a Message-ID, a date and somebody to go to")
	}
	r.OfSubject = clean(r.OfSubject)
	subject, words := "Read: "+r.OfSubject, "Your message\n\n    Subject: "+r.OfSubject+"\n    Sent: "+sentOn(r.OfDate)+"\n\nwas shown to "+r.From.Addr+". This does not say that it was read or understood.\n"
	if r.Lang == "zh" {
		subject, words = "已读："+r.OfSubject, "您的邮件\n\n    主题："+r.OfSubject+"\n    发送时间："+sentOn(r.OfDate)+"\n\n已显示给 "+r.From.Addr+"。这并不表示邮件已被阅读或理解。\n"
	}
	var h strings.Builder
	d := mail.Draft{From: r.From, To: r.To, Subject: subject, MessageID: r.MessageID, Date: r.Date, InReplyTo: r.OfMessageID, References: []string{r.OfMessageID}}
	if err := headers(&h, d, mailboxes); err != nil {
		return err
	}
	fold(&h, "Auto-Submitted", "auto-replied") // RFC 3834, so that no program answers
	boundary := newBoundary()
	fold(&h, "Content-Type", "multipart/report;", "report-type=disposition-notification;", `boundary="`+boundary+`"`)
	text := textPart(words, false)
	var report strings.Builder
	if of := clean(r.OfRecipient); of != "" && printable(of) && len(of) < 500 {
		report.WriteString("Original-Recipient: " + of + "\r\n")
	}
	report.WriteString("Final-Recipient: rfc822; " + clean(r.From.Addr) + "\r\n")
	if ids := messageIDs(r.OfMessageID); len(ids) > 0 {
		report.WriteString("Original-Message-ID: " + ids[0] + "\r\n")
	}
	report.WriteString("Disposition: manual-action/MDN-sent-manually; displayed\r\n")
	if _, err := io.WriteString(w, h.String()+"\r\n--"+boundary+"\r\n"+text.fields+"\r\n"); err != nil {
		return err
	}
	if err := text.body(w); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\r\n--"+boundary+"\r\nContent-Type: message/disposition-notification\r\n\r\n"+report.String()+"\r\n--"+boundary+"--\r\n")
	return err
}

func sentOn(t time.Time) string {
	if t.IsZero() {
		return "?"
	}
	return t.Format("2006-01-02 15:04 -0700")
}
