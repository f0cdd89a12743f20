package origin

import (
	"net/netip"
	"slices"
	"strings"

	"golang.org/x/net/publicsuffix"

	"poplar/mail"
)

// stamp is one Authentication-Results field (RFC 8601).
type stamp struct {
	server  string // authserv-id, lower case; "" where the field names none
	results []mail.AuthResult
}

// maxResults bounds the results that are read of one message.
const maxResults = 50

// parseStamp reads an Authentication-Results field. Comments say nothing that counts and are left out.
func parseStamp(v string) stamp {
	var s stamp
	for i, piece := range splitOutside(dropComments(v), ';') {
		words := fields(piece)
		if i == 0 && len(words) > 0 && !strings.Contains(words[0], "=") {
			s.server = strings.ToLower(strings.TrimSuffix(words[0], "."))
			continue
		}
		if len(words) == 0 || len(s.results) >= maxResults {
			continue
		}
		method, result, ok := strings.Cut(words[0], "=")
		if !ok {
			continue // "none": nothing was checked
		}
		method, _, _ = strings.Cut(method, "/") // a version
		r := mail.AuthResult{Method: strings.ToLower(method), Result: strings.ToLower(result)}
		domains := map[string]string{}
		for _, w := range words[1:] {
			name, value, ok := strings.Cut(w, "=")
			if !ok {
				continue
			}
			if name = strings.ToLower(name); name == "reason" {
				r.Reason = value
			} else if _, twice := domains[name]; !twice {
				domains[name] = strings.ToLower(strings.Trim(value[strings.LastIndexByte(value, '@')+1:], "<>."))
			}
		}
		for _, name := range properties[r.Method] {
			if r.Domain = domains[name]; r.Domain != "" {
				break
			}
		}
		s.results = append(s.results, r)
	}
	return s
}

// properties name the domain that a result is about, by method.
var properties = map[string][]string{
	"dkim": {"header.d", "header.i"}, "spf": {"smtp.mailfrom", "smtp.mail"}, "dmarc": {"header.from"},
}

// dropComments removes (comments) outside of quotes; one that is never closed takes the rest with it.
func dropComments(s string) string {
	var b strings.Builder
	depth, quoted := 0, false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\' && (quoted || depth > 0) && i+1 < len(s):
			if depth == 0 {
				b.WriteString(s[i : i+2])
			}
			i++
		case c == '"' && depth == 0:
			quoted = !quoted
			b.WriteByte(c)
		case c == '(' && !quoted:
			depth++
		case c == ')' && !quoted && depth > 0:
			if depth--; depth == 0 {
				b.WriteByte(' ')
			}
		case depth == 0:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// splitOutside cuts s at sep where it is not in quotes.
func splitOutside(s string, sep byte) []string {
	var out []string
	quoted, from := false, 0
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && quoted:
			i++
		case s[i] == '"':
			quoted = !quoted
		case s[i] == sep && !quoted:
			out = append(out, s[from:i])
			from = i + 1
		}
	}
	return append(out, s[from:])
}

// fields are the words of s, quoted values with their quotes taken off, blanks around "=" left out.
func fields(s string) []string {
	var out []string
	var b strings.Builder
	quoted, glue := false, false
	flush := func() {
		if b.Len() > 0 {
			out = append(out, b.String())
			b.Reset()
		}
	}
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case quoted && c == '\\' && i+1 < len(s):
			i++
			b.WriteByte(s[i])
		case c == '"':
			quoted = !quoted
		case !quoted && (c == ' ' || c == '\t'):
			rest := strings.TrimLeft(s[i:], " \t")
			if glue = glue || strings.HasPrefix(rest, "="); !glue {
				flush()
			}
			i = len(s) - len(rest) - 1
		default:
			glue = c == '=' && !quoted
			b.WriteByte(c)
		}
	}
	flush()
	return out
}

// stamps returns the Authentication-Results fields that a server of the person's own can have written: those that stand
// above every Received field of another organisation. What a message brought along lies further down.
func stamps(header []mail.Field, home []string) []stamp {
	var list []stamp
	first := true
	for _, f := range header {
		switch {
		case strings.EqualFold(f.Name, "Received"):
			by := receivedBy(f.Value)
			switch {
			case isInside(by, home):
			case first:
				// The topmost server is the one that the mailbox belongs to, whatever its name.
				home = append(slices.Clone(home), organisation(by))
			default:
				return list
			}
			first = false
		case strings.EqualFold(f.Name, "Authentication-Results") && len(list) < 20:
			list = append(list, parseStamp(f.Value))
		}
	}
	return list
}

// isInside says whether a host is of one of the organisations, or a name that says nothing (localhost, an address).
func isInside(host string, orgs []string) bool {
	if !strings.Contains(host, ".") || strings.Contains(host, ":") {
		return true
	}
	_, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil || slices.Contains(orgs, organisation(host))
}

// receivedBy is the host that wrote a Received field, lower case, "" where it names none.
func receivedBy(v string) string {
	words := strings.Fields(dropComments(v))
	for i, w := range words {
		if strings.EqualFold(w, "by") && i+1 < len(words) {
			return strings.ToLower(strings.Trim(words[i+1], ";,."))
		}
	}
	return ""
}

// organisation is the domain that a name is registered under (DMARC's organisational domain); the name itself where
// that cannot be told. Domains of one owner that are used as one count as one.
func organisation(host string) string {
	host = strings.ToLower(strings.Trim(host, ". "))
	org, err := publicsuffix.EffectiveTLDPlusOne(host)
	if err != nil {
		return host
	}
	return org
}

// families are mail services whose servers have names under several domains. They count as one for where a stamp may
// come from, never for whom a message is from.
var families = [][]string{
	{"gmail.com", "google.com", "googlemail.com"},
	{"outlook.com", "office365.com", "hotmail.com", "live.com", "microsoft.com", "office.com"},
	{"yahoo.com", "yahoodns.net", "aol.com", "ymail.com"},
	{"qq.com", "foxmail.com", "exmail.qq.com"},
	{"163.com", "126.com", "yeah.net", "netease.com", "126.net"},
	{"gmx.net", "gmx.com", "web.de", "mail.com", "kundenserver.de", "ionos.com", "ui-dns.com"},
	{"icloud.com", "me.com", "mac.com", "apple.com"},
	{"mail.ru", "bk.ru", "list.ru", "inbox.ru"},
	{"yandex.ru", "yandex.net", "yandex.com", "ya.ru"},
	{"zoho.com", "zoho.eu", "zohomail.com"},
	{"fastmail.com", "messagingengine.com"},
}

// family are the organisations that a host's mailbox may be served by.
func family(host string) []string {
	org := organisation(host)
	for _, f := range families {
		if slices.Contains(f, org) {
			return f
		}
	}
	return []string{org}
}
