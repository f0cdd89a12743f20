package origin

import (
	"slices"
	"strings"
	"testing"

	"poplar/mail"
)

// message makes a message out of header lines, as message.Head would read it.
func message(lines ...string) *mail.Message {
	m := &mail.Message{}
	for _, l := range lines {
		name, value, _ := strings.Cut(l, ": ")
		m.Header = append(m.Header, mail.Field{Name: name, Value: value})
		var list []mail.Address
		for one := range strings.SplitSeq(value, ", ") {
			display, addr, ok := strings.Cut(one, " <")
			if !ok {
				display, addr = "", one
			}
			list = append(list, mail.Address{Name: display, Addr: strings.Trim(addr, "<>")})
		}
		switch name {
		case "From":
			m.From = append(m.From, list...)
		case "Reply-To":
			m.ReplyTo = list
		case "Sender":
			m.Sender = list
		}
	}
	return m
}

const (
	inside  = "Received: from mx.poplar.example by mail.poplar.example with LMTP id 1; Mon, 6 May 2024 09:30:01 +0200"
	outside = "Received: from desk by smtp.bank.example with ESMTPSA id 2; Mon, 6 May 2024 09:30:00 +0200"
)

func stampOf(s string) string { return "Authentication-Results: mx.poplar.example; " + s }

func TestJudge(t *testing.T) {
	servers := []Server{{ID: "mx.poplar.example", Methods: []string{"dkim", "dmarc", "spf"}}}
	pass := mail.Signature{Domain: "mail.bank.example", Result: mail.SignaturePass}
	fail := mail.Signature{Domain: "bank.example", Result: mail.SignatureFail}
	other := mail.Signature{Domain: "bulk.example", Result: mail.SignaturePass}
	const signature = "DKIM-Signature: v=1; d=bank.example"
	tests := []struct {
		name    string
		header  []string
		sigs    []mail.Signature
		checked bool
		trust   mail.Trust
		kinds   string // "!" marks a warning
		pending bool
	}{
		{"nothing known", []string{inside, "From: Bank <a@bank.example>"}, nil, false, mail.TrustUnknown, "", false},
		{"a signature waits", []string{inside, signature, "From: Bank <a@bank.example>"}, nil, false, mail.TrustUnknown, "", true},
		{"a signature fits", []string{inside, signature, "From: Bank <a@bank.example>"}, []mail.Signature{pass}, true, mail.TrustVerified, "signed", false},
		{"a signature of another", []string{inside, signature, "From: Bank <a@bank.example>"}, []mail.Signature{other}, true, mail.TrustUnknown, "signed-by-other", false},
		{"a signature is broken", []string{inside, signature, "From: Bank <a@bank.example>"}, []mail.Signature{fail, other}, true, mail.TrustWarning, "broken-signature! signed-by-other", false},
		{"one broken, one fits", []string{inside, signature, "From: Bank <a@bank.example>"}, []mail.Signature{fail, pass}, true, mail.TrustVerified, "signed", false},
		{"DMARC passed", []string{stampOf("dmarc=pass (p=reject) header.from=bank.example"), inside, signature, "From: Bank <a@bank.example>"}, nil, false, mail.TrustVerified, "vouched", false},
		{"DKIM passed", []string{inside, stampOf("dkim=pass header.d=bank.example header.s=a"), outside, "From: a@news.bank.example"}, nil, false, mail.TrustVerified, "vouched", false},
		{"SPF passed", []string{inside, stampOf("spf=pass smtp.mailfrom=bounce@bank.example"), "From: a@bank.example"}, nil, false, mail.TrustVerified, "vouched", false},
		{"SPF passed for another", []string{inside, stampOf("spf=pass smtp.mailfrom=evil.example"), "From: a@bank.example"}, nil, false, mail.TrustUnknown, "", false},
		{"DMARC failed", []string{inside, stampOf("spf=pass smtp.mailfrom=evil.example; dmarc=fail (p=NONE) header.from=bank.example"), "From: a@bank.example"}, nil, false, mail.TrustWarning, "fails!", false},
		{"DMARC failed, the signature fits", []string{inside, stampOf("dmarc=fail header.from=bank.example"), signature, "From: a@bank.example"}, []mail.Signature{pass}, true, mail.TrustVerified, "signed fails", false},
		{"DMARC passed though SPF failed", []string{inside, stampOf("spf=fail smtp.mailfrom=bank.example; dkim=pass header.d=bank.example; dmarc=pass header.from=bank.example"), "From: a@bank.example"}, nil, false, mail.TrustVerified, "vouched", false},
		{"a stamp brought along", []string{inside, outside, stampOf("dmarc=pass header.from=bank.example"), "From: a@bank.example"}, nil, false, mail.TrustUnknown, "", false},
		{"a stamp under the server's own", []string{inside, stampOf("dmarc=fail header.from=bank.example"), stampOf("dmarc=pass header.from=bank.example"), "From: a@bank.example"}, nil, false, mail.TrustWarning, "fails!", false},
		{"a signature's stamp under the server's own", []string{inside, stampOf("dkim=none; spf=none"), stampOf("dkim=pass header.d=bank.example"), "From: a@bank.example"}, nil, false, mail.TrustUnknown, "", false},
		{"a stamp of a stranger", []string{inside, "Authentication-Results: mx.evil.example; dmarc=pass header.from=bank.example", "From: a@bank.example"}, nil, false, mail.TrustUnknown, "", false},
		{"a name that is an address", []string{inside, "From: service@bank.example <x@evil.example>"}, nil, false, mail.TrustWarning, "name-holds-address!", false},
		{"a name that is an address of the same house", []string{inside, "From: service@bank.example <noreply@mail.bank.example>"}, nil, false, mail.TrustUnknown, "name-holds-address", false},
		{"a name that is its own address", []string{inside, "From: A@bank.example <a@bank.example>"}, nil, false, mail.TrustUnknown, "", false},
		{"mixed alphabets", []string{inside, "From: Pay <a@xn--pypal-4ve.com>"}, nil, false, mail.TrustWarning, "look-alike!", false},
		{"Chinese is no imitation", []string{inside, "From: a <a@例子.com>"}, nil, false, mail.TrustUnknown, "", false},
		{"two senders", []string{inside, "From: a@bank.example, b@evil.example"}, []mail.Signature{pass}, true, mail.TrustWarning, "several-senders!", false},
		{"two From fields", []string{inside, "From: a@bank.example", "From: b@bank.example"}, []mail.Signature{pass}, true, mail.TrustWarning, "several-senders!", false},
		{"answers go elsewhere", []string{inside, "From: a@bank.example", "Reply-To: x@evil.example"}, nil, false, mail.TrustUnknown, "reply-to", false},
		{"answers stay in the house", []string{inside, "From: a@bank.example", "Reply-To: x@help.bank.example"}, nil, false, mail.TrustUnknown, "", false},
		{"sent by another", []string{inside, "From: a@bank.example", "Sender: x@bulk.example"}, nil, false, mail.TrustUnknown, "sender", false},
		{"a list", []string{inside, "From: a@bank.example", "List-Id: Gardeners <g.lists.example>"}, nil, false, mail.TrustUnknown, "list", false},
		{"no sender", []string{inside, signature}, nil, false, mail.TrustUnknown, "", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := Judge(Asked{Message: message(tt.header...), Servers: servers, Incoming: "pop.poplar.example", Signatures: tt.sigs, Checked: tt.checked})
			var kinds []string
			for _, r := range o.Reasons {
				k := string(r.Kind)
				if r.Warning {
					k += "!"
				}
				kinds = append(kinds, k)
			}
			if got := strings.Join(kinds, " "); got != tt.kinds || o.Trust != tt.trust || o.Pending != tt.pending {
				t.Errorf("it is %s for %q, pending %v; want %s for %q, pending %v", o.Trust, got, o.Pending, tt.trust, tt.kinds, tt.pending)
			}
		})
	}
}

func TestLookalike(t *testing.T) {
	o := Judge(Asked{Message: message("From: Pay <a@xn--pypal-4ve.com>")})
	if r := o.Has(mail.OriginLookalike); r == nil || r.Address != "paypal.com" || r.Domain != "pаypal.com" {
		t.Errorf("it looks like %+v", r)
	}
}

func TestServers(t *testing.T) {
	many := func(n int, lines ...string) []*mail.Message {
		var all []*mail.Message
		for range n {
			all = append(all, message(append(lines, "From: a@bank.example")...))
		}
		return all
	}
	google := []string{"Received: by 2002:a05:6a00:1c8c:b0:6e8:1 with SMTP id x; Mon, 6 May 2024 09:30:01 -0700", "Received: from smtp.bank.example (smtp.bank.example. [192.0.2.1]) by mx.google.com with ESMTPS id y for <b@gmail.com>; Mon, 6 May 2024 09:30:01 -0700"}
	tests := []struct {
		name     string
		lately   []*mail.Message
		incoming string
		want     string
	}{
		{"none", nil, "pop.poplar.example", ""},
		{"the own organisation, few messages", many(2, stampOf("spf=none"), inside), "pop.poplar.example", "mx.poplar.example spf"},
		{"another organisation, few messages", many(2, "Authentication-Results: mx.hoster.example; spf=none", "Received: from x by mx.hoster.example"), "pop.poplar.example", ""},
		{"another organisation, many messages", many(20, "Authentication-Results: mx.hoster.example; spf=none; dkim=none", "Received: from x by mx.hoster.example"), "pop.poplar.example", "mx.hoster.example dkim spf"},
		{"one that never stamps, and a forgery", append(many(20, inside, outside), many(1, inside, stampOf("dmarc=pass header.from=bank.example"))...), "pop.poplar.example", ""},
		{"what comes from outside", many(20, inside, outside, stampOf("dmarc=pass header.from=bank.example")), "pop.poplar.example", ""},
		{"a method that it never checks", append(many(20, inside, stampOf("spf=pass")), many(1, inside, stampOf("dmarc=pass header.from=bank.example"))...), "pop.poplar.example", "mx.poplar.example spf"},
		{"Google", many(3, append(google, "Authentication-Results: mx.google.com; dkim=pass header.i=@bank.example; spf=pass; dmarc=pass")...), "pop.gmail.com", "mx.google.com dkim dmarc spf"},
		{"Microsoft leaves its name out", many(3, "Received: from a.prod.outlook.com by b.prod.outlook.com with HTTPS", "Authentication-Results: spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=bank.example; dkim=pass (signature was verified) header.d=bank.example;dmarc=pass action=none header.from=bank.example;compauth=pass reason=100", "Received: from x by y.mail.protection.outlook.com"), "outlook.office365.com", " compauth dkim dmarc spf"},
		{"leaving the name out elsewhere", many(20, inside, "Authentication-Results: spf=pass smtp.mailfrom=bank.example"), "pop.poplar.example", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, s := range Servers(tt.lately, tt.incoming) {
				got = append(got, s.ID+" "+strings.Join(s.Methods, " "))
			}
			if s := strings.Join(got, ", "); s != tt.want {
				t.Errorf("it learns %q, want %q", s, tt.want)
			}
		})
	}
}

func TestParseStamp(t *testing.T) {
	tests := []struct {
		in, server string
		want       []mail.AuthResult
	}{
		{"mx.poplar.example; none", "mx.poplar.example", nil},
		{"mx.poplar.example 1; spf=pass smtp.mailfrom=a@Bank.Example", "mx.poplar.example", []mail.AuthResult{{Method: "spf", Result: "pass", Domain: "bank.example"}}},
		{`MX.poplar.example (a (nested) "comment; dkim=pass"); dkim/1 = fail reason="body; hash" header.d=bank.example; dmarc=PASS header.from = bank.example`, "mx.poplar.example", []mail.AuthResult{{Method: "dkim", Result: "fail", Domain: "bank.example", Reason: "body; hash"}, {Method: "dmarc", Result: "pass", Domain: "bank.example"}}},
		{`mx.poplar.example; dkim=pass header.i=@bank.example header.b="a;b=c"`, "mx.poplar.example", []mail.AuthResult{{Method: "dkim", Result: "pass", Domain: "bank.example"}}},
		{"mx.poplar.example; dkim=fail (dkim=pass header.d=bank.example", "mx.poplar.example", []mail.AuthResult{{Method: "dkim", Result: "fail"}}},
		{"spf=pass smtp.mailfrom=bank.example", "", []mail.AuthResult{{Method: "spf", Result: "pass", Domain: "bank.example"}}},
		{"", "", nil},
		{";;;=;", "", []mail.AuthResult{{}}},
		{`"`, `"`, nil},
	}
	for _, tt := range tests {
		got := parseStamp(tt.in)
		if tt.in == `"` {
			continue // only that it ends
		}
		if got.server != tt.server || !slices.Equal(got.results, tt.want) {
			t.Errorf("%q is %+v", tt.in, got)
		}
	}
}

func FuzzJudge(f *testing.F) {
	f.Add("mx.poplar.example; dkim=pass (c) header.d=\"x\"", "a@b <c@d>", "from x by y (z)")
	f.Fuzz(func(_ *testing.T, stamp, from, received string) {
		m := message("Received: "+received, "Authentication-Results: "+stamp, "From: "+from, "DKIM-Signature: "+stamp)
		Judge(Asked{Message: m, Servers: Servers([]*mail.Message{m}, received), Incoming: received})
	})
}
