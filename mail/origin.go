package mail

import "time"

// Trust is how far the sender that a message names can be believed.
type Trust string

// The levels of trust.
const (
	// TrustUnknown: nothing speaks for the sender, and nothing against. Most mail is like this; it is no warning.
	TrustUnknown Trust = "unknown"
	// TrustVerified: the domain of From vouches for the message, and nothing speaks against it.
	TrustVerified Trust = "verified"
	// TrustWarning: something that a person should know before believing the sender.
	TrustWarning Trust = "warning"
)

// OriginKind names one thing that is known about where a message comes from. A window has its words for each.
type OriginKind string

// What can be known. The first three speak for the sender, the next are neutral, the last ones warn.
const (
	// OriginSigned: a DKIM signature of From's domain (RFC 6376) fits the message; it was checked here. Domain signed.
	OriginSigned OriginKind = "signed"
	// OriginVouched: the account's own server confirmed From's domain (RFC 8601); Server is who says so.
	OriginVouched OriginKind = "vouched"
	// OriginOwn: the message was written here.
	OriginOwn OriginKind = "own"
	// OriginSignedOther: a valid signature, but of another domain than From's: a mailing list or a mailing service.
	OriginSignedOther OriginKind = "signed-by-other"
	// OriginReplyTo: answers go to another domain than the message says it comes from; Address is where.
	OriginReplyTo OriginKind = "reply-to"
	// OriginSender: Sender names another domain than From; Address is who sent it.
	OriginSender OriginKind = "sender"
	// OriginList: it came over a mailing list, which may break signatures; Domain is the list's.
	OriginList OriginKind = "list"
	// OriginFails: the account's own server says that From's domain does not stand behind the message. Server says so.
	OriginFails OriginKind = "fails"
	// OriginBroken: a signature of From's domain does not fit the message: it was changed on the way, or forged.
	OriginBroken OriginKind = "broken-signature"
	// OriginName: the display name of From holds another address, Address, than the message comes from.
	OriginName OriginKind = "name-holds-address"
	// OriginLookalike: From's domain is written with letters that look like others; Domain is as it is displayed,
	// Address the domain that it looks like, where there is one.
	OriginLookalike OriginKind = "look-alike"
	// OriginSeveral: From names several senders of different domains.
	OriginSeveral OriginKind = "several-senders"
)

// OriginReason is one thing that is known about where a message comes from.
type OriginReason struct {
	Kind    OriginKind `json:"kind"`
	Warning bool       `json:"warning,omitempty"`
	Domain  string     `json:"domain,omitempty"`
	Address string     `json:"address,omitempty"`
	Server  string     `json:"server,omitempty"` // the authserv-id that says so
}

// Signature is one DKIM signature (RFC 6376) of a message and what became of checking it.
type Signature struct {
	Domain   string          `json:"domain"`
	Selector string          `json:"selector,omitempty"`
	Result   SignatureResult `json:"result"`
	Said     string          `json:"said,omitempty"` // why it does not fit, for the details
}

// SignatureResult is the outcome of checking a signature, in the words of RFC 8601 section 2.7.1.
type SignatureResult string

// The outcomes of checking a signature.
const (
	SignaturePass SignatureResult = "pass"
	SignatureFail SignatureResult = "fail"      // the message does not fit the signature
	SignatureOdd  SignatureResult = "permerror" // it cannot be checked, today or later: no key, malformed, expired, too weak
	SignatureWait SignatureResult = "temperror" // it could not be checked now: no network, no answer
)

// AuthResult is one result that the account's own server wrote down (RFC 8601).
type AuthResult struct {
	Method string `json:"method"` // "dkim", "spf", "dmarc", "arc", …
	Result string `json:"result"` // "pass", "fail", "none", …
	Domain string `json:"domain,omitempty"`
	Reason string `json:"reason,omitempty"`
}

// Origin is what is known about where a message comes from.
type Origin struct {
	Trust   Trust          `json:"trust"`
	Domain  string         `json:"domain,omitempty"` // From's domain as a person reads it
	Reasons []OriginReason `json:"reasons,omitempty"`
	// Pending says that there are signatures which were not checked yet: Engine.CheckOrigin would ask the network.
	Pending    bool         `json:"pending,omitempty"`
	Signatures []Signature  `json:"signatures,omitempty"`
	Results    []AuthResult `json:"results,omitempty"` // what the account's own server says
	Server     string       `json:"server,omitempty"`  // its authserv-id
	Checked    time.Time    `json:"checked,omitzero"`  // when the signatures were checked
}

// Has returns the first reason of a kind, or nil.
func (o Origin) Has(k OriginKind) *OriginReason {
	for i := range o.Reasons {
		if o.Reasons[i].Kind == k {
			return &o.Reasons[i]
		}
	}
	return nil
}
