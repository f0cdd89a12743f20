package model

import (
	"slices"
	"strings"
	"testing"
	"time"

	"poplar/mail"
)

const unknownBox = "the mailbox does not exist"

func TestReportOf(t *testing.T) {
	failed := mail.Bounced{Recipient: "bob@gmial.com", Action: "failed", Status: "5.1.2", Diagnostic: "550 no such domain", Why: "the address's domain does not exist or takes no mail"}
	sent := &Sent{Subject: "Opening", When: "today at 14:58", To: []mail.Address{{Name: "Priya", Addr: "priya@x.example"}, {Addr: "bob@gmial.com"}}}
	for _, c := range []struct {
		name                   string
		list                   []mail.Bounced
		sent                   *Sent
		fates                  []mail.Fate
		state                  mail.FateState
		title, text, row, hint string
		rows                   int
	}{
		{
			"one of one",
			[]mail.Bounced{{Recipient: "x@y.z", Action: "failed", Status: "5.1.1", Why: unknownBox}},
			nil, nil, mail.FateFailed,
			"Your message to x@y.z could not be delivered: the mailbox does not exist",
			"The message it is about is not here. Such reports come also when others use your address.", "The mailbox does not exist.", "", 1,
		},
		{
			"one of two, the other is known to be accepted",
			[]mail.Bounced{failed},
			sent,
			[]mail.Fate{{Addr: "priya@x.example", State: mail.FateAccepted}, {Addr: "bob@gmial.com", State: mail.FateFailed}},
			mail.FateFailed, "One of 2 people did not get your message", "You sent “Opening” today at 14:58.", "The address's domain does not exist or takes no mail.", "bob@gmail.com", 2,
		},
		{
			"all of two",
			[]mail.Bounced{failed, {Recipient: "c@d.e", Action: "failed"}},
			sent, nil, mail.FateFailed, "None of the 2 people got your message",
			"You sent “Opening” today at 14:58.", "The address's domain does not exist or takes no mail.", "bob@gmail.com", 2,
		},
		{
			"a new address",
			[]mail.Bounced{{Recipient: "x@y.z", Action: "failed", Status: "5.1.6", Why: "the recipient has another address now", NewAddress: "x@new.example"}},
			nil, nil, mail.FateFailed,
			"Your message to x@y.z could not be delivered: the recipient has another address now", "", "The recipient has another address now.", "x@new.example", 1,
		},
		{
			"delayed is no failure",
			[]mail.Bounced{{Recipient: "x@y.z", Action: "delayed", Status: "4.4.1", Why: "the recipient's server could not be reached in time"}},
			sent, nil, mail.FateDelayed,
			"Your message to x@y.z is still on its way", "The server goes on trying by itself; there is nothing to do.", "The recipient's server could not be reached in time.", "", 1,
		},
		{"delivered", []mail.Bounced{{Recipient: "x@y.z", Action: "relayed", Status: "2.0.0"}}, sent, nil, mail.FateDelivered, "Your message to x@y.z was delivered", "", "", "", 1},
		{"no reason", []mail.Bounced{{Recipient: "x@y.z", Action: "failed"}}, nil, nil, mail.FateFailed, "Your message to x@y.z could not be delivered: the recipient's server refused it", "", "The recipient's server refused it.", "", 1},
	} {
		d := ReportOf(&mail.Message{Bounce: c.list}, c.sent, c.fates, nil, english)
		if d.State != c.state || d.Title != c.title || !strings.Contains(d.Text, c.text) || len(d.Rows) != c.rows || d.Known != (c.sent != nil) {
			t.Errorf("%s: %+v", c.name, d)
			continue
		}
		if r := d.Rows[0]; r.Sentence != c.row || r.Suggestion != c.hint || r.FromServer != (c.list[0].NewAddress != "") {
			t.Errorf("%s: %+v", c.name, r)
		}
	}
	d := ReportOf(&mail.Message{Bounce: []mail.Bounced{failed}}, sent, []mail.Fate{{Addr: "PRIYA@x.example", State: mail.FateDelivered}}, nil, english)
	if d.Rows[1].Name != "Priya" || len(d.Failed()) != 1 || !slices.Contains(d.Rows[0].Said, "Diagnostic-Code: 550 no such domain") {
		t.Errorf("%+v", d.Rows)
	}
}

func TestTheOthersDomainIsSuggested(t *testing.T) {
	to := []mail.Address{{Addr: "bob@brich.example"}, {Addr: "priya@birch.example"}}
	d := FatesOf([]mail.Fate{{Addr: "bob@brich.example", State: mail.FateFailed, Status: "5.1.2"}}, to, nil, english)
	if got := d.Rows[0].Suggestion; got != "bob@birch.example" {
		t.Errorf("%q", got)
	}
}

func TestFatesOf(t *testing.T) {
	now := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	d := FatesOf([]mail.Fate{{Addr: "a@x", State: mail.FateAccepted, At: now}, {Addr: "b@x", State: mail.FateAccepted}}, nil, nil, english)
	if d.Title != "Handed to the server for 2 people" || d.State != mail.FateAccepted || !d.Rows[0].At.Equal(now) {
		t.Errorf("%+v", d)
	}
	d = FatesOf([]mail.Fate{{Addr: "a@x", State: mail.FateAccepted}, {Addr: "b@x", State: mail.FateFailed, Why: unknownBox, Said: "550 no"}}, nil, nil, english)
	if d.State != mail.FateFailed || d.Rows[0].Addr != "b@x" || d.Rows[0].Said[0] != "550 no" || d.Title != "One of 2 people did not get your message" {
		t.Errorf("%+v", d)
	}
	if d = FatesOf(nil, nil, nil, english); d.Title != "" || d.State != "" {
		t.Errorf("%+v", d)
	}
}

func TestMistypedDomains(t *testing.T) {
	for _, c := range []struct {
		host  string
		known []string
		want  string
	}{
		{"gmial.com", nil, "gmail.com"},
		{"GMAIL.CON", nil, "gmail.com"},
		{"exmaple.org", []string{"example.org"}, "example.org"},
		{"qqq.com", nil, "qq.com"},
		{"birch.example", nil, ""},
		{"gmail.com", nil, ""},
		{"", nil, ""},
		{strings.Repeat("a", 300) + ".com", nil, ""},
	} {
		if got := likely(c.host, c.known); got != c.want {
			t.Errorf("%.20q: %q", c.host, got)
		}
	}
}

func TestAutomaticAnswers(t *testing.T) {
	h := func(name, value string) *mail.Message {
		return &mail.Message{Header: []mail.Field{{Name: name, Value: value}}}
	}
	for _, c := range []struct {
		m    *mail.Message
		want bool
	}{
		{h("Auto-Submitted", "auto-replied (vacation)"), true},
		{h("auto-submitted", "auto-generated"), false},
		{h("Auto-Submitted", "no"), false},
		{h("X-Autoreply", "yes"), true},
		{h("Precedence", "auto_reply"), true},
		{h("Precedence", "bulk"), false},
		{&mail.Message{Subject: "自动回复：收到"}, true},
		{&mail.Message{Subject: "Automatic reply: Keys"}, true},
		{&mail.Message{Subject: "Re: automatic reply: how?"}, false},
		{&mail.Message{Subject: "Automatic reply: x", Bounce: []mail.Bounced{{}}}, false},
	} {
		if IsAutomatic(c.m) != c.want {
			t.Errorf("%+v", c.m)
		}
	}
}

func TestProvenanceOf(t *testing.T) {
	reason := func(k mail.OriginKind, warn bool) mail.OriginReason {
		return mail.OriginReason{Kind: k, Warning: warn, Domain: "other.example", Address: "a@b.example", Server: "mx.example"}
	}
	for _, c := range []struct {
		name                            string
		o                               mail.Origin
		line, warning, because, replyTo string
	}{
		{"nothing known", mail.Origin{Trust: mail.TrustUnknown}, "Nothing confirms the sender", "", "", ""},
		{"own", mail.Origin{Trust: mail.TrustUnknown, Reasons: []mail.OriginReason{{Kind: mail.OriginOwn}}}, "", "", "", ""},
		{"signed", mail.Origin{Trust: mail.TrustVerified, Domain: "x.example", Reasons: []mail.OriginReason{{Kind: mail.OriginSigned}}}, "Confirmed by a signature of x.example", "", "", ""},
		{"vouched for", mail.Origin{Trust: mail.TrustVerified, Domain: "x.example", Reasons: []mail.OriginReason{{Kind: mail.OriginVouched}}}, "Confirmed for x.example by your mail server", "", "", ""},
		{"not checked", mail.Origin{Trust: mail.TrustUnknown, Pending: true}, "The signature has not been checked yet", "", "", ""},
		{"list", mail.Origin{Trust: mail.TrustUnknown, Reasons: []mail.OriginReason{reason(mail.OriginList, false)}}, "Came over the mailing list other.example", "", "", ""},
		{"service", mail.Origin{Trust: mail.TrustUnknown, Reasons: []mail.OriginReason{reason(mail.OriginSignedOther, false)}}, "Sent through other.example", "", "", ""},
		{"answers elsewhere", mail.Origin{Trust: mail.TrustUnknown, Reasons: []mail.OriginReason{reason(mail.OriginReplyTo, false)}}, "Nothing confirms the sender", "", "", "Answers go to a@b.example"},
		{
			"several warnings",
			mail.Origin{Trust: mail.TrustWarning, Domain: "x.example", Reasons: []mail.OriginReason{reason(mail.OriginFails, true), reason(mail.OriginName, true)}},
			"Be careful with this sender", "This message may not come from x.example",
			"Your mail server mx.example says that other.example does not stand behind it. The sender calls itself a@b.example, but the message comes from x.example.", "",
		},
		{"look-alike", mail.Origin{Trust: mail.TrustWarning, Reasons: []mail.OriginReason{{Kind: mail.OriginLookalike, Warning: true, Domain: "pаypal.com", Address: "paypal.com"}}}, "Be careful with this sender", "The sender's address imitates another", "pаypal.com looks like paypal.com, but is another domain.", ""},
	} {
		p := ProvenanceOf(c.o, english)
		if p.Line != c.line || p.Warning != c.warning || p.Because != c.because || p.ReplyTo != c.replyTo || len(p.Details) == 0 {
			t.Errorf("%s: %+v", c.name, p)
		}
	}
	for _, k := range []mail.OriginKind{mail.OriginFails, mail.OriginBroken, mail.OriginName, mail.OriginLookalike, mail.OriginSeveral} {
		if p := ProvenanceOf(mail.Origin{Trust: mail.TrustWarning, Reasons: []mail.OriginReason{reason(k, true)}}, english); p.Warning == "" || p.Because == "" {
			t.Errorf("%s warns without words", k)
		}
	}
	p := ProvenanceOf(mail.Origin{
		Trust: mail.TrustUnknown, Server: "mx", Signatures: []mail.Signature{{Domain: "x", Result: mail.SignatureFail, Said: "body changed"}},
		Results: []mail.AuthResult{{Method: "dmarc", Result: "pass", Domain: "x"}, {Method: "spf", Result: "strange"}},
	}, english)
	want := []Detail{{"Signature", "x: does not fit (body changed)"}, {"Your server", "DMARC fits: x"}, {"Your server", "SPF strange"}}
	if !slices.Equal(p.Details, want) {
		t.Errorf("%+v", p.Details)
	}
}

type plainDates struct{}

func (plainDates) Day(t time.Time) string   { return t.Format("2 Jan") }
func (plainDates) Clock(t time.Time) string { return t.Format("15:04") }

func TestEventOf(t *testing.T) {
	at := func(day, hour int) time.Time { return time.Date(2026, 12, day, hour, 0, 0, 0, time.Local) }
	for _, c := range []struct {
		v                 mail.Invitation
		head, when, again string
		gone              bool
	}{
		{mail.Invitation{Method: "REQUEST", Start: at(4, 9), End: at(4, 10)}, "Invitation", "4 Dec, 09:00 to 10:00", "", false},
		{mail.Invitation{Method: "REQUEST", Status: "TENTATIVE", Start: at(4, 9)}, "Invitation, not fixed yet", "4 Dec, 09:00", "", false},
		{mail.Invitation{Method: "CANCEL", Start: at(4, 22), End: at(5, 2)}, "Cancelled", "4 Dec, 22:00 to 5 Dec, 02:00", "", true},
		{mail.Invitation{Status: "CANCELLED", Start: at(4, 0), End: at(5, 0), AllDay: true}, "Cancelled", "4 Dec, all day", "", true},
		{mail.Invitation{Method: "PUBLISH", Start: at(4, 0), End: at(7, 0), AllDay: true, Repeats: "FREQ=YEARLY"}, "Event", "4 Dec to 6 Dec, all day", "every year", false},
		{mail.Invitation{Method: "REPLY", Repeats: "INTERVAL=2;FREQ=WEEKLY;BYDAY=MO"}, "Answer to an invitation", "", "every 2 weeks", false},
		{mail.Invitation{Method: "COUNTER", Repeats: "nonsense"}, "Another time is proposed", "", "repeats", false},
	} {
		e := EventOf(c.v, plainDates{}, english)
		if e.Head != c.head || e.When != c.when || e.Again != c.again || e.Gone != c.gone || e.Title != "Untitled event" {
			t.Errorf("%+v: %+v", c.v, e)
		}
	}
	v := mail.Invitation{Summary: " Lunch ", Location: "Here\nthere", Organizer: mail.Address{Name: "Anna"}}
	for range 10 {
		v.Attendees = append(v.Attendees, mail.Address{Addr: "a@b"})
	}
	if e := EventOf(v, plainDates{}, english); e.Title != "Lunch" || e.Where != "Here there" || e.Host != "Anna" || !strings.HasSuffix(e.Who, "a@b and 2 more") {
		t.Errorf("%+v", e)
	}
}

func TestRemarksOf(t *testing.T) {
	m := &mail.Message{Protection: mail.EncryptedSMIME, Problems: []string{"The message has no header", "This is one piece of a message that was sent in several"}, Piece: &mail.Piece{Number: 2, Total: 3, Have: 2}}
	var got []string
	for _, r := range RemarksOf(m, english) {
		got = append(got, r.Icon+": "+r.Text)
	}
	want := []string{
		"lock: Encrypted with S/MIME. Poplar cannot open this yet; the encrypted part can be saved.",
		"info: Piece 2 of 3 of a message that was sent in pieces; 2 are here.", "warn: The message has no header.",
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	if r := RemarksOf(&mail.Message{}, english); r != nil {
		t.Errorf("an ordinary message has the remarks %v", r)
	}
}

func TestCharsetsForEachLanguage(t *testing.T) {
	for language, second := range map[string]string{"en": "windows-1252", "zh": "gb18030"} {
		list := Charsets(language, english)
		i := slices.IndexFunc(list, func(c Charset) bool { return c.First })
		if list[0].Name != "utf-8" || i < 1 || list[i].Name != second {
			t.Errorf("%s: %+v", language, list)
		}
		for _, name := range mail.Charsets {
			if !slices.ContainsFunc(list, func(c Charset) bool { return c.Name == name }) {
				t.Errorf("%s: %s cannot be chosen", language, name)
			}
		}
	}
}

func TestNamesToSaveUnder(t *testing.T) {
	for subject, want := range map[string]string{
		"Re: Plan / 2": "Re_ Plan _ 2.eml", "  ": "message.eml", "..": "message.eml", "会议纪要": "会议纪要.eml", "a\r\nb\u202ecod.exe": "abcod.exe.eml",
		strings.Repeat("长", 200): strings.Repeat("长", 40) + ".eml",
	} {
		if got := MessageFileName(subject); got != want {
			t.Errorf("%q: %q", subject, got)
		}
	}
	for _, c := range []struct {
		n    mail.Node
		want string
	}{
		{mail.Node{Name: "../../a b.pdf"}, "_.._a b.pdf"},
		{mail.Node{Path: "1.2", Type: "text/html"}, "part-1-2.html"},
		{mail.Node{Type: "application/x-odd"}, "part.bin"},
		{mail.Node{Name: "noext"}, "noext"},
	} {
		if got := NodeName(c.n); got != c.want {
			t.Errorf("%+v: %q", c.n, got)
		}
	}
}
