package compose

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"poplar/mail"
	"poplar/mail/message"
)

const listMail = "Received: from x\r\nFrom: Bo <bo@x.org>\r\nTo: list@lists.org, me+l@x.org\r\nReply-To: list@lists.org\r\nBcc: secret@x.org\r\n" +
	"Subject: Re: Plans / more\r\nMessage-ID: <1@x>\r\nList-Post: <mailto:list@lists.org?x=y>\r\n" +
	"List-Unsubscribe: <https://lists.org/u?a=b>, (by mail) <mailto:leave@lists.org?subject=out>\r\n" +
	"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\nX-Poplar-Draft: e30=\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nHello\nworld\n"

func opened(t *testing.T, src string) (*mail.Message, mail.Raw) {
	t.Helper()
	raw := mail.Bytes(src)
	m, err := message.Open(raw)
	if err != nil {
		t.Fatal(err)
	}
	return m, raw
}

var writer = mail.Account{ID: "a", Name: "Me", Address: "me@x.org", Signature: "Me", Identities: []mail.Identity{{Name: "Me on lists", Address: "me+l@x.org", Signature: "L"}}}

func TestMailingLists(t *testing.T) {
	m, raw := opened(t, listMail)
	if l := ListOf(m); l != (mail.MailingList{Post: "list@lists.org", LeaveByMail: "mailto:leave@lists.org?subject=out", LeaveByWeb: "https://lists.org/u?a=b", OneClick: true}) {
		t.Errorf("the list is %+v", l)
	}
	if d := Answer(writer, m, raw, mail.ReplyList, nil, "en", InMemory); len(d.To) != 1 || d.To[0].Addr != "list@lists.org" || len(d.Cc) != 0 {
		t.Errorf("a reply to the list goes to %v, %v", d.To, d.Cc)
	}
	if d := Answer(writer, m, raw, mail.ReplySender, nil, "en", InMemory); d.To[0].Addr != "bo@x.org" {
		t.Errorf("a reply to the author goes to %v", d.To)
	}
	closed, _ := opened(t, "List-Post: NO (closed)\r\nList-Unsubscribe: <http://plain.org/>\r\n\r\nx")
	if l := ListOf(closed); l != (mail.MailingList{}) {
		t.Errorf("a list that takes nothing is %+v", l)
	}
}

func TestEditAsNew(t *testing.T) {
	m, raw := opened(t, listMail)
	d := Answer(writer, m, raw, mail.EditAsNew, nil, "en", InMemory)
	if d.MessageID != "" || d.InReplyTo != "" || len(d.References) > 0 || d.Mark != 0 || d.Quote != "" {
		t.Errorf("something ties the new message to the old one: %+v", d)
	}
	if d.From.Addr != "me@x.org" || len(d.To) != 2 || d.Subject != "Re: Plans / more" || d.Text != "Hello\nworld" {
		t.Errorf("got %+v", d)
	}
}

func TestForwardAttached(t *testing.T) {
	m, raw := opened(t, listMail)
	d := Answer(writer, m, raw, mail.ForwardAttached, nil, "en", InMemory)
	if d.Subject != "Fwd: Plans / more" || d.Mark != mail.Forwarded || len(d.Attach) != 1 || d.Quote != "" {
		t.Fatalf("got %+v", d)
	}
	f := d.Attach[0]
	want := strings.NewReplacer("Bcc: secret@x.org\r\n", "", "X-Poplar-Draft: e30=\r\n", "").Replace(listMail)
	if f.Name != "Re- Plans - more.eml" || f.Type != "message/rfc822" || string(f.Raw.(mail.Bytes)) != want {
		t.Errorf("attached %q of type %s", f.Name, f.Type)
	}
}

func TestIdentityFor(t *testing.T) {
	m, raw := opened(t, listMail)
	i := IdentityFor(writer, m)
	if i.Address != "me+l@x.org" {
		t.Fatalf("answered as %+v", i)
	}
	d := Answer(writer.As(i), m, raw, mail.ReplyAll, writer.Addresses(), "en", InMemory)
	if d.From != (mail.Address{Name: "Me on lists", Addr: "me+l@x.org"}) || !strings.Contains(d.Text, "\nL\n") {
		t.Errorf("got %+v", d)
	}
	for _, a := range append(d.To, d.Cc...) {
		if strings.HasPrefix(a.Addr, "me") {
			t.Errorf("the person writes to themselves: %v", a)
		}
	}
	other, _ := opened(t, "To: else@x.org\r\n\r\nx")
	if i := IdentityFor(writer, other); i.Address != "me@x.org" {
		t.Errorf("answered as %+v", i)
	}
}

func TestSignatureBelow(t *testing.T) {
	m, raw := opened(t, listMail)
	a := writer
	a.SignatureBelow = true
	d := Answer(a, m, raw, mail.ReplySender, nil, "en", InMemory)
	if want := "\n\nBo wrote:\n> Hello\n> world\n\n-- \nMe"; d.Text != want || d.Quote != "" {
		t.Errorf("got %q", d.Text)
	}
}

func TestRedirect(t *testing.T) {
	var b bytes.Buffer
	at := time.Date(2026, 11, 25, 10, 0, 0, 0, time.UTC)
	if err := Redirect(mail.Bytes(listMail), &b, mail.Address{Name: "Mé", Addr: "me@x.org"}, []mail.Address{{Addr: "to@y.org"}}, at); err != nil {
		t.Fatal(err)
	}
	got := b.String()
	for _, want := range []string{"Resent-Date: Wed, 25 Nov 2026 10:00:00 +0000\r\n", "Resent-To: to@y.org\r\n", "Message-ID: <1@x>\r\n", "\r\n\r\nHello\r\nworld\r\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("it lacks %q:\n%s", want, got)
		}
	}
	if strings.Contains(got, "secret@x.org") || strings.Contains(got, "X-Poplar") || !strings.HasPrefix(got, "Resent-Date") {
		t.Errorf("got %s", got)
	}
	from, to, err := FromRFC822(mail.Bytes(got))
	if err != nil || from != "me@x.org" || len(to) != 1 || to[0] != "to@y.org" {
		t.Errorf("the envelope is %s, %v, %v", from, to, err)
	}
	if Redirect(mail.Bytes(listMail), &b, mail.Address{Addr: "me@x.org"}, nil, at) == nil {
		t.Error("it goes to nobody")
	}
}

func TestWishesStandInTheHeader(t *testing.T) {
	d := mail.Draft{
		Account: "a", From: mail.Address{Addr: "me@x.org"}, To: []mail.Address{{Addr: "to@y.org"}}, MessageID: "1@x", Date: time.Unix(0, 0).UTC(),
		AskReceipt: true, Priority: mail.HighPriority, SendAt: time.Unix(5, 0).UTC(), Notices: mail.Notices{Delivered: true},
	}
	var b bytes.Buffer
	if err := Build(&b, d); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Disposition-Notification-To: me@x.org\r\n", "Importance: high\r\n", "X-Priority: 1\r\n"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("it lacks %q", want)
		}
	}
	b.Reset()
	if err := BuildDraft(&b, d); err != nil {
		t.Fatal(err)
	}
	back, err := ParseDraft(mail.Bytes(b.Bytes()), InMemory)
	if err != nil || !back.AskReceipt || back.Priority != d.Priority || !back.SendAt.Equal(d.SendAt) || back.Notices != d.Notices {
		t.Errorf("reopened as %+v, %v", back, err)
	}
}

// A message that goes along whole tells nobody of blind copies, nor what only drafts hold.
func TestAttachedMessageKeepsSecrets(t *testing.T) {
	for in, want := range map[string]string{
		"Subject: x\r\nBcc: secret@x.org,\r\n other@x.org\r\nX-Poplar-Draft: e30=\r\nTo: a@x.org\r\n\r\nBcc: stays\r\n": "Subject: x\r\nTo: a@x.org\r\n\r\nBcc: stays\r\n",
		"From me Tue Nov 24\r\nbcc: secret@x.org\r\nSubject: x\r\n\r\nbody":                                             "Subject: x\r\n\r\nbody",
		"Resent-Bcc: secret@x.org\r\nSubject: x\r\n":                                                                    "Subject: x\r\n\r\n",
		"Subject: x\nTo: a@x.org\n\nbody\n":                                                                             "Subject: x\nTo: a@x.org\n\nbody\n",
		"no header at all":                                                                                              "no header at all",
	} {
		a, err := AttachMessage(&mail.Message{Subject: "x"}, mail.Bytes(in), InMemory)
		if err != nil || string(a.Raw.(mail.Bytes)) != want || a.Size != int64(len(want)) {
			t.Errorf("%q: %q, %d, %v", in, a.Raw, a.Size, err)
		}
	}
}
