package mail

import (
	"regexp"
	"strings"
)

// Why says in fixed English words why a recipient's server, or one's own, refused r: a clause for the end of a
// sentence, without full stop, that a window translates. Empty where nothing is known.
func (r Recipient) Why() string {
	s := heardSMTP("recipient", r.Code, r.Status, r.Said)
	if s.clause != "" {
		return s.clause
	}
	return clauses[s.is]
}

// WhyWords are all that Why may say, for translations.
func WhyWords() []string {
	seen := map[string]bool{}
	for _, w := range clauses {
		seen[w] = true
	}
	for _, s := range serversWords {
		if s.clause != "" {
			seen[s.clause] = true
		}
	}
	list := make([]string, 0, len(seen))
	for w := range seen {
		list = append(list, w)
	}
	return list
}

// named finds an address in angle brackets, or bare, in a server's words.
var named = regexp.MustCompile(`<([^<>\s@]+@[^<>\s@]+)>|\b([A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,})\b`)

// Offered is the address that the server names in the place of r's (RFC 5321 section 3.4): the one it forwards to (251)
// or the one to write to (551). Empty where it names none.
func (r Recipient) Offered() string {
	if r.Code != 251 && r.Code != 551 {
		return ""
	}
	for _, m := range named.FindAllStringSubmatch(r.Said, -1) {
		if addr := m[1] + m[2]; !strings.EqualFold(addr, r.Addr) {
			return addr
		}
	}
	return ""
}
