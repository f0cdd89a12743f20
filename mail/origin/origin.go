package origin

import (
	"slices"
	"strings"

	"poplar/mail"
)

// Asked is what the verdict on a message rests on.
type Asked struct {
	// Message is the message; its header and its addresses are enough (message.Head).
	Message *mail.Message
	// Servers are those whose word counts (see Servers), Incoming is the account's incoming host.
	Servers  []Server
	Incoming string
	// Signatures are what Verify found; Checked says that it was asked.
	Signatures []mail.Signature
	Checked    bool
}

// Judge says how far the sender of a message can be believed, and why. It looks at nothing but what it is given.
func Judge(a Asked) mail.Origin {
	m := a.Message
	o := mail.Origin{Trust: mail.TrustUnknown, Signatures: a.Signatures}
	o.Server, o.Results = trusted(m.Header, a.Servers, a.Incoming)
	say := func(r mail.OriginReason) { o.Reasons = append(o.Reasons, r) }

	from := senders(m.From)
	several := count(m.Header, "From") > 1 || apart(from)
	domain := ""
	if len(from) > 0 {
		domain = from[0]
		o.Domain = shown(domain)
	}
	if several {
		say(mail.OriginReason{Kind: mail.OriginSeveral, Warning: true})
	}
	if domain != "" && !several {
		proof(&o, domain, say)
	}
	names(m, from, say)
	if v := field(m.Header, "List-Id"); v != "" {
		say(mail.OriginReason{Kind: mail.OriginList, Domain: listDomain(v)})
	}

	proven := o.Has(mail.OriginSigned) != nil || o.Has(mail.OriginVouched) != nil
	switch {
	case slices.ContainsFunc(o.Reasons, func(r mail.OriginReason) bool { return r.Warning }):
		o.Trust = mail.TrustWarning
	case proven:
		o.Trust = mail.TrustVerified
	}
	// What the own server vouches for need not be asked of the network again.
	o.Pending = !a.Checked && domain != "" && !proven && hasField(m.Header, signatureField)
	return o
}

// proof says what signatures and the own server's results mean for From's domain.
func proof(o *mail.Origin, domain string, say func(mail.OriginReason)) {
	signed, broken, other := "", "", ""
	for _, s := range o.Signatures {
		switch {
		case s.Result == mail.SignaturePass && inLine(s.Domain, domain):
			signed = s.Domain
		case s.Result == mail.SignaturePass && other == "":
			other = s.Domain
		case s.Result == mail.SignatureFail && inLine(s.Domain, domain):
			broken = s.Domain
		}
	}
	vouched, fails, spoilt := false, false, false
	for _, r := range o.Results {
		line := inLine(r.Domain, domain)
		switch {
		case r.Method == "dmarc" && (line || r.Domain == ""):
			vouched = vouched || r.Result == "pass"
			fails = fails || r.Result == "fail"
		case r.Method == "dkim" && line:
			vouched = vouched || r.Result == "pass"
			spoilt = spoilt || r.Result == "fail"
		case r.Method == "spf" && line:
			vouched = vouched || r.Result == "pass"
			fails = fails || r.Result == "fail" || r.Result == "hardfail"
		}
	}
	// DMARC's verdict is made of the others, and outweighs them.
	for _, r := range o.Results {
		if r.Method == "dmarc" && (inLine(r.Domain, domain) || r.Domain == "") && (r.Result == "pass" || r.Result == "fail") {
			vouched, fails = r.Result == "pass", r.Result == "fail"
			break
		}
	}
	if signed != "" {
		say(mail.OriginReason{Kind: mail.OriginSigned, Domain: shown(signed)})
	}
	switch {
	case vouched:
		say(mail.OriginReason{Kind: mail.OriginVouched, Domain: o.Domain, Server: o.Server})
	case fails:
		// A signature that fits proves more than a path that is unknown.
		say(mail.OriginReason{Kind: mail.OriginFails, Domain: o.Domain, Server: o.Server, Warning: signed == ""})
	}
	if signed == "" && !vouched && (broken != "" || spoilt) {
		if broken == "" {
			broken = domain
		}
		say(mail.OriginReason{Kind: mail.OriginBroken, Domain: shown(broken), Warning: true})
	}
	if signed == "" && other != "" {
		say(mail.OriginReason{Kind: mail.OriginSignedOther, Domain: shown(other)})
	}
}

// names says what is odd about the names in the header.
func names(m *mail.Message, from []string, say func(mail.OriginReason)) {
	for _, a := range m.From {
		other := claimed(a.Name)
		if other == "" || strings.EqualFold(other, a.Addr) {
			continue
		}
		say(mail.OriginReason{Kind: mail.OriginName, Address: other, Warning: !inLine(domainOf(other), domainOf(a.Addr))})
		break
	}
	for _, d := range from {
		if like, yes := lookalike(d); yes {
			say(mail.OriginReason{Kind: mail.OriginLookalike, Domain: shown(d), Address: like, Warning: true})
			break
		}
	}
	if len(from) == 0 {
		return
	}
	elsewhere := func(list []mail.Address) string {
		for _, a := range list {
			if d := domainOf(a.Addr); d != "" && !slices.ContainsFunc(from, func(f string) bool { return inLine(f, d) }) {
				return a.Addr
			}
		}
		return ""
	}
	if addr := elsewhere(m.ReplyTo); addr != "" {
		say(mail.OriginReason{Kind: mail.OriginReplyTo, Address: addr})
	}
	if addr := elsewhere(m.Sender); addr != "" {
		say(mail.OriginReason{Kind: mail.OriginSender, Address: addr})
	}
}

// apart says whether domains are of several organisations.
func apart(domains []string) bool {
	return len(domains) > 1 && slices.ContainsFunc(domains[1:], func(d string) bool { return !inLine(d, domains[0]) })
}

func count(header []mail.Field, name string) int {
	n := 0
	for _, f := range header {
		if strings.EqualFold(f.Name, name) {
			n++
		}
	}
	return n
}

func field(header []mail.Field, name string) string {
	for _, f := range header {
		if strings.EqualFold(f.Name, name) {
			return f.Value
		}
	}
	return ""
}

// listDomain is the list's name in a List-Id (RFC 2919).
func listDomain(v string) string {
	if i := strings.LastIndexByte(v, '<'); i >= 0 {
		v = v[i+1:]
	}
	return strings.Trim(v, "<> ")
}
