package model

import (
	"regexp"
	"strings"
)

// phrases are what Poplar itself says of what it saw at a server, as the engine writes it: a pattern and the text that
// is translated, which takes the pattern's parts.
var phrases = []struct {
	pattern *regexp.Regexp
	text    string
}{
	{regexp.MustCompile(`\b(\d+) messages?\b`), "%s messages"},
	{regexp.MustCompile(`\bmessages up to ([\d.]+ [KMGT]?B)\b`), "messages up to %s"},
	{regexp.MustCompile(`\bmessages of any size\b`), "messages of any size"},
	{regexp.MustCompile(`\bno (AUTH|SIZE|UIDL|TOP|PIPELINING)\b`), "no %s"},
	{regexp.MustCompile(`\bcertificate of (.+?) by (.+?) valid until (\d{4}-\d\d-\d\d)`), "certificate of %s by %s valid until %s"},
	{regexp.MustCompile(`\b(IPv[46]) (\S+) in (\d+) ms`), "%s %s in %s ms"},
	{regexp.MustCompile(`\b(IPv[46]) (\S+) does not answer`), "%s %s does not answer"},
	{regexp.MustCompile(`, (\d+) certificates\b`), ", %s certificates"},
	{regexp.MustCompile(`, new since (\d{4}-\d\d-\d\d)`), ", new since %s"},
	{regexp.MustCompile(`\bnothing of interest\b`), "nothing of interest"},
	{regexp.MustCompile(`\bno CAPA\b`), "no CAPA"},
	{regexp.MustCompile(`\bQUIT was answered with \+OK`), "QUIT was answered with +OK"},
	{regexp.MustCompile(`\bno greeting came; the port may expect TLS from the start`), "no greeting came; the port may expect TLS from the start"},
	{regexp.MustCompile(`\bthis port expects TLS from the start`), "this port expects TLS from the start"},
	{regexp.MustCompile(`\bthis port does not begin with TLS\b`), "this port does not begin with TLS"},
	{regexp.MustCompile(`\bthe connection was refused\b`), "the connection was refused"},
	{regexp.MustCompile(`\bno answer within (\S+)`), "no answer within %s"},
	{regexp.MustCompile(`\bthe server closed the connection\b`), "the server closed the connection"},
	{regexp.MustCompile(`\bit expired on (\d+ \w+ \d{4})`), "it expired on %s"},
	{regexp.MustCompile(`\bit is not valid before (\d+ \w+ \d{4})`), "it is not valid before %s"},
	{regexp.MustCompile(`\bit is for (.+?), not for ([^;\s]+)`), "it is for %s, not for %s"},
	{regexp.MustCompile(`\bit is signed by itself\b`), "it is signed by itself"},
	{regexp.MustCompile(`\bits issuer is not known to this computer\b`), "its issuer is not known to this computer"},
	{regexp.MustCompile(`\bthe server leaves out the issuer's certificate\b`), "the server leaves out the issuer's certificate"},
	{regexp.MustCompile(`\bthe certificate of its issuer, (.+?), expired on (\d+ \w+ \d{4})`), "the certificate of its issuer, %s, expired on %s"},
	{regexp.MustCompile(`\bit is signed with (\S+), which can be forged`), "it is signed with %s, which can be forged"},
	{regexp.MustCompile(`\bit is not the one you chose to trust\b`), "it is not the one you chose to trust"},
}

// Seen words in the person's language what the engine reports to have seen. What a server itself said must not be
// given to it.
func Seen(said string, tr Translate) string {
	for _, p := range phrases {
		if tr(p.text) == p.text {
			continue // English: it stays as the engine wrote it, "1 message" too
		}
		said = p.pattern.ReplaceAllStringFunc(said, func(found string) string {
			var args []any
			for _, part := range p.pattern.FindStringSubmatch(found)[1:] {
				args = append(args, part)
			}
			return tr(p.text, args...)
		})
	}
	return said
}

// WhyUntrusted words as a sentence why a certificate is not trusted.
func WhyUntrusted(reason string, tr Translate) string {
	if reason == "" {
		return ""
	}
	s := strings.ReplaceAll(Seen(reason, tr), "; ", tr("; "))
	if s[0] >= 'a' && s[0] <= 'z' {
		s = string(s[0]-'a'+'A') + s[1:]
	}
	return tr("%s.", s)
}
