package model

import (
	"strings"

	"poplar/mail"
)

// Provenance is what is known of where a message comes from, as the window tells it.
type Provenance struct {
	Trust mail.Trust
	Line  string // one discreet line; empty where nothing need be said
	// Warning is the title of a bar over the message, Because what stands under it; empty where nothing warns.
	Warning, Because string
	// ReplyTo says that answers go elsewhere; empty where they do not. It is told also where it warns.
	ReplyTo string
	Details []Detail
}

// Detail is a line of the details: what it is about, and what is known of it.
type Detail struct{ Name, Value string }

// ProvenanceOf words the origin of a message.
func ProvenanceOf(o mail.Origin, tr Translate) Provenance {
	p := Provenance{Trust: o.Trust}
	switch {
	case o.Has(mail.OriginOwn) != nil:
	case o.Trust == mail.TrustVerified && o.Has(mail.OriginSigned) != nil:
		p.Line = tr("Confirmed by a signature of %s", o.Domain)
	case o.Trust == mail.TrustVerified:
		p.Line = tr("Confirmed for %s by your mail server", o.Domain)
	case o.Trust == mail.TrustWarning:
		p.Line = tr("Be careful with this sender")
	case o.Pending:
		p.Line = tr("The signature has not been checked yet")
	case o.Has(mail.OriginList) != nil:
		p.Line = tr("Came over the mailing list %s", o.Has(mail.OriginList).Domain)
	case o.Has(mail.OriginSignedOther) != nil:
		p.Line = tr("Sent through %s", o.Has(mail.OriginSignedOther).Domain)
	default:
		p.Line = tr("Nothing confirms the sender")
	}
	for _, r := range o.Reasons {
		title, text := warning(r, o, tr)
		if r.Kind == mail.OriginReplyTo {
			p.ReplyTo = tr("Answers go to %s", r.Address)
		}
		if !r.Warning || title == "" {
			continue
		}
		if p.Warning == "" {
			p.Warning = title
		}
		p.Because = joined(p.Because, text, tr)
	}
	p.Details = details(o, tr)
	return p
}

// warning words a reason: what stands on top where it warns, and the sentence under it.
func warning(r mail.OriginReason, o mail.Origin, tr Translate) (title, text string) {
	switch r.Kind {
	case mail.OriginFails:
		return tr("This message may not come from %s", o.Domain), tr("Your mail server %s says that %s does not stand behind it.", r.Server, r.Domain)
	case mail.OriginBroken:
		return tr("This message may not come from %s", o.Domain), tr("Its signature does not fit: it was changed on the way, or forged.")
	case mail.OriginName:
		return tr("The name is not the sender's address"), tr("The sender calls itself %s, but the message comes from %s.", r.Address, o.Domain)
	case mail.OriginLookalike:
		if r.Address != "" {
			return tr("The sender's address imitates another"), tr("%s looks like %s, but is another domain.", r.Domain, r.Address)
		}
		return tr("The sender's address may imitate another"), tr("%s mixes letters of several alphabets.", r.Domain)
	case mail.OriginSeveral:
		return tr("The message names several senders"), tr("Only one of them can be confirmed.")
	case mail.OriginReplyTo:
		return tr("Answers go to another address"), tr("If you reply, your answer goes to %s.", r.Address)
	case mail.OriginSender:
		return tr("Sent in the name of another"), tr("The message was sent by %s.", r.Address)
	}
	return "", ""
}

// resultWord words an outcome of RFC 8601.
func resultWord(s string, tr Translate) string {
	switch strings.ToLower(s) {
	case "pass":
		return tr("fits")
	case "fail", "hardfail":
		return tr("does not fit")
	case "softfail":
		return tr("probably does not fit")
	case "neutral", "none", "policy":
		return tr("says nothing")
	case "temperror":
		return tr("could not be checked now")
	case "permerror":
		return tr("cannot be checked")
	}
	return s
}

func details(o mail.Origin, tr Translate) []Detail {
	var out []Detail
	for _, r := range o.Reasons {
		switch r.Kind {
		case mail.OriginSender:
			out = append(out, Detail{tr("Sent by"), r.Address})
		case mail.OriginReplyTo:
			out = append(out, Detail{tr("Answers go to"), r.Address})
		case mail.OriginList:
			out = append(out, Detail{tr("Mailing list"), r.Domain})
		}
	}
	for _, s := range o.Signatures {
		v := tr("%s: %s", s.Domain, resultWord(string(s.Result), tr))
		if s.Said != "" {
			v += " (" + s.Said + ")"
		}
		out = append(out, Detail{tr("Signature"), v})
	}
	for _, r := range o.Results {
		v := strings.ToUpper(r.Method) + " " + resultWord(r.Result, tr)
		if r.Domain != "" {
			v = tr("%s: %s", v, r.Domain)
		}
		if r.Reason != "" {
			v += " (" + r.Reason + ")"
		}
		out = append(out, Detail{tr("Your server"), v})
	}
	if len(o.Signatures) == 0 && len(o.Results) == 0 {
		out = append(out, Detail{tr("Signature"), tr("none")})
	}
	return out
}
