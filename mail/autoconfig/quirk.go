package autoconfig

import (
	"slices"
	"strings"
)

// Quirk is a peculiarity of a provider that a program or a person should know of.
type Quirk string

// The quirks.
const (
	PartListing          Quirk = "part-listing"            // a session lists only part of the mailbox
	OnceOnly             Quirk = "once-only"               // after QUIT a retrieved message is not listed again
	RecentUser           Quirk = "recent-user"             // "recent:" before the user name lists the last 30 days
	DeletesInWebmail     Quirk = "deletes-in-webmail"      // DELE deletes in the webmail as well
	WebDecidesDeletion   Quirk = "web-decides-deletion"    // a setting there says what DELE does
	InboxOnly            Quirk = "inbox-only"              // other folders cannot be retrieved
	TwoCodes             Quirk = "two-codes"               // at most two authorisation codes
	CodeEndsWithPassword Quirk = "code-ends-with-password" // a change of password revokes the codes
	RecentOnly           Quirk = "recent-only"             // may be set to list only recent mail
	KnownBrowser         Quirk = "known-browser"           // no app password from a browser that is new
	OwnCertificate       Quirk = "own-certificate"         // the certificate is signed by itself
)

// Words returns a sentence or two on the quirk for a person, in English and Chinese.
func (q Quirk) Words() (en, zh string) {
	w := table().Quirks[q]
	return w.EN, w.ZH
}

// Help says in a few sentences what to do before the first try: HelpEN and HelpZH, and what the quirks add to that.
func (p *Provider) Help() (en, zh string) {
	return p.words(p.HelpEN, p.HelpZH, TwoCodes, CodeEndsWithPassword, KnownBrowser, OwnCertificate)
}

// Copies says what is peculiar about the messages on the provider's server; empty where nothing is.
func (p *Provider) Copies() (en, zh string) {
	return p.words("", "", RecentOnly, PartListing, OnceOnly, DeletesInWebmail, WebDecidesDeletion, InboxOnly)
}

// words joins the words of those of the quirks that the provider has to others.
func (p *Provider) words(en, zh string, quirks ...Quirk) (allEN, allZH string) {
	listEN, listZH := []string{en}, []string{zh}
	for _, q := range quirks {
		if slices.Contains(p.Quirks, q) {
			en, zh := q.Words()
			listEN, listZH = append(listEN, en), append(listZH, zh)
		}
	}
	return strings.TrimSpace(strings.Join(listEN, " ")), strings.Join(listZH, "")
}
