package autoconfig

import (
	"net"
	"strings"
	"unicode"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
)

// AddressError says why an address cannot be looked up.
type AddressError struct {
	Address string
	Reason  string // one of the sentences below, without full stop, for the window to translate
}

// Error implements error.
func (e *AddressError) Error() string { return e.Reason }

// The reasons of an AddressError.
const (
	ReasonEmpty    = "Enter your mail address"
	ReasonNoAt     = "The @ is missing: an address looks like name@example.com"
	ReasonNoLocal  = "The part before the @ is missing: an address looks like name@example.com"
	ReasonNoDomain = "The part after the @ is missing: an address looks like name@example.com"
	ReasonLocal    = "The part before the @ has a character that cannot stand there"
	ReasonShort    = "The part after the @ needs an ending, such as .com or .cn"
	ReasonDomain   = "The part after the @ is no domain name"
	ReasonNumber   = "The part after the @ is a numeric address: set up this account by hand"
)

// Reasons are all reasons of an AddressError.
var Reasons = []string{ReasonEmpty, ReasonNoAt, ReasonNoLocal, ReasonNoDomain, ReasonLocal, ReasonShort, ReasonDomain, ReasonNumber}

// address is a mail address whose domain is as DNS spells it: lower case, punycode, no final dot.
type address struct{ local, domain string }

func (a address) String() string { return a.local + "@" + a.domain }

// shown returns the domain as a person writes it.
func (a address) shown() string {
	if u, err := idna.Display.ToUnicode(a.domain); err == nil {
		return u
	}
	return a.domain
}

// user returns the user name of a form.
func (a address) user(form string) string {
	if form == UserLocal {
		return a.local
	}
	return a.String()
}

func (a address) users(forms []string) []string {
	names := make([]string, 0, maxUsers)
	for _, form := range forms {
		if len(names) < maxUsers {
			names = append(names, a.user(form))
		}
	}
	return names
}

// parseAddress reads an address as it is typed: with blanks around it, in any case, with the full-width ＠ and 。 of a
// Chinese keyboard. Errors are *AddressError.
func parseAddress(typed string) (address, error) {
	refuse := func(reason string) (address, error) { return address{}, &AddressError{Address: typed, Reason: reason} }
	s := strings.ReplaceAll(strings.TrimSpace(typed), "＠", "@")
	if s == "" {
		return refuse(ReasonEmpty)
	}
	at := strings.LastIndexByte(s, '@')
	if at < 0 {
		return refuse(ReasonNoAt)
	}
	local, domain := s[:at], s[at+1:]
	switch {
	case local == "":
		return refuse(ReasonNoLocal)
	case len(local) > 64 || strings.ContainsFunc(local, forbidden):
		return refuse(ReasonLocal)
	case strings.Trim(domain, ".。") == "":
		return refuse(ReasonNoDomain)
	case strings.HasPrefix(domain, "[") || net.ParseIP(strings.Trim(domain, ".")) != nil:
		return refuse(ReasonNumber)
	}
	ascii, ok := hostName(domain)
	if !ok {
		return refuse(ReasonDomain)
	}
	if !strings.Contains(ascii, ".") {
		return refuse(ReasonShort)
	}
	return address{local: local, domain: ascii}, nil
}

// forbidden reports what no mailbox name has that a person types. Quoted names of RFC 5321 exist on paper only.
func forbidden(r rune) bool {
	return unicode.IsSpace(r) || unicode.IsControl(r) || r == unicode.ReplacementChar || strings.ContainsRune(`@<>()[]",;:\`, r)
}

// maxTyped bounds a domain as it is typed, in octets: 253 as DNS spells it may be more in Unicode.
const maxTyped = 1000

// hostName returns a host or domain name as DNS spells it, false when it is none.
func hostName(s string) (string, bool) {
	if len(s) > maxTyped {
		return "", false // idna takes its time with what is long
	}
	ascii, err := idna.Lookup.ToASCII(strings.ToLower(strings.TrimSpace(s)))
	ascii = strings.TrimSuffix(ascii, ".")
	if err != nil || ascii == "" || len(ascii) > 253 {
		return "", false
	}
	for label := range strings.SplitSeq(ascii, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' || strings.ContainsFunc(label, notInLabel) {
			return "", false
		}
	}
	return ascii, true
}

func notInLabel(r rune) bool {
	return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' && r != '_'
}

// organisation returns the part of a host name that somebody has registered ("example.co.uk").
func organisation(host string) string {
	if org, err := publicsuffix.EffectiveTLDPlusOne(host); err == nil {
		return org
	}
	return host
}
