package origin

import (
	"strings"

	"golang.org/x/net/idna"

	"poplar/mail"
	"poplar/mail/html"
)

// domainOf is the domain of an addr-spec, in ASCII and lower case; "" where it has none.
func domainOf(addr string) string {
	i := strings.LastIndexByte(addr, '@')
	if i < 0 {
		return ""
	}
	d := strings.ToLower(strings.Trim(addr[i+1:], " .>"))
	if a, err := idna.ToASCII(d); err == nil {
		return a
	}
	return d
}

// shown is a domain as a person reads it.
func shown(domain string) string {
	if u, err := idna.ToUnicode(domain); err == nil {
		return u
	}
	return domain
}

// inLine says whether two domains are of one organisation (DMARC's relaxed alignment).
func inLine(a, b string) bool { return a != "" && b != "" && organisation(a) == organisation(b) }

// latin are letters of other alphabets that look like Latin ones.
var latin = strings.NewReplacer(
	"а", "a", "с", "c", "е", "e", "о", "o", "р", "p", "х", "x", "у", "y", "ѕ", "s", "і", "i", "ј", "j", "ԁ", "d", "ԛ", "q", "ԝ", "w", "һ", "h",
	"ь", "b", "ӏ", "l", "к", "k", "м", "m", "н", "h", "т", "t", "в", "b", "г", "r", "п", "n", "и", "u", "ɡ", "g", "ı", "i", "ɩ", "i", "ɑ", "a", "ʏ", "y",
	"α", "a", "ο", "o", "ι", "i", "ν", "v", "κ", "k", "τ", "t", "υ", "u", "χ", "x", "ρ", "p", "ε", "e", "η", "n", "ω", "w", "ϲ", "c", "ϳ", "j", "ӓ", "a",
)

// lookalike says whether a domain is written so that it may be taken for another, and for which where that is plain.
func lookalike(domain string) (like string, yes bool) {
	name := shown(domain)
	if !html.Imitates(name) {
		return "", false
	}
	like = latin.Replace(name)
	for i := range len(like) {
		if like[i] >= 0x80 {
			return "", true
		}
	}
	return like, true
}

// claimed returns the address that a display name holds, "" where it holds none.
func claimed(name string) string {
	for w := range strings.FieldsFuncSeq(name, func(r rune) bool {
		return strings.ContainsRune(" \t<>()[]\"'“”‘’«»,;:|（）＜＞【】《》，；：", r)
	}) {
		w = strings.ReplaceAll(w, "＠", "@")
		local, domain, ok := strings.Cut(w, "@")
		domain = strings.Trim(domain, ".")
		if ok && local != "" && strings.Contains(domain, ".") && !strings.ContainsRune(domain, '@') {
			return local + "@" + domain
		}
	}
	return ""
}

// senders returns the domains of From, each once.
func senders(from []mail.Address) []string {
	var list []string
	seen := map[string]bool{}
	for _, a := range from {
		if d := domainOf(a.Addr); d != "" && !seen[d] {
			seen[d] = true
			list = append(list, d)
		}
	}
	return list
}
