package people

import (
	"strings"

	"poplar/mail"
)

// machines are what the part before the @ begins with where nobody reads what is sent there.
var machines = []string{
	"noreply", "no-reply", "no_reply", "donotreply", "do-not-reply", "do_not_reply", "mailer-daemon", "postmaster", "bounce",
	"notification", "notifications", "newsletter", "unsubscribe", "automailer", "auto-reply",
}

// Worth reports whether an address is one that a person may want to write to.
func Worth(a mail.Address) bool {
	local, domain, ok := strings.Cut(strings.ToLower(a.Addr), "@")
	if !ok || local == "" || domain == "" || len(a.Addr) > 254 || strings.ContainsAny(a.Addr, " \t\r\n<>,;") {
		return false
	}
	for _, m := range machines {
		if strings.HasPrefix(local, m) {
			return false
		}
	}
	// Return paths and reply tokens: long, and mostly digits.
	digits := 0
	for _, r := range local {
		if r >= '0' && r <= '9' {
			digits++
		}
	}
	return len(local) < 40 || digits < 12
}

// BetterName chooses between the name that is known of an address and one that was just seen: a person's own way of
// writing their name, rather than what somebody's address book made of it.
func BetterName(known, seen, addr string) string {
	seen = strings.TrimSpace(strings.Trim(strings.TrimSpace(seen), `'"`))
	if seen == "" || strings.EqualFold(seen, addr) || strings.Contains(seen, "@") || len(seen) > 120 {
		return known
	}
	return seen
}
