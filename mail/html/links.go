package html

import (
	"net"
	"net/url"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
)

// Link is one place a message points to.
type Link struct {
	URL  string // as the author wrote it, trimmed
	Text string // what the reader sees
	Fold int    // 1 + index into Doc.Folds of what a click folds or unfolds; it leads nowhere then
}

// Doubt is a reason to ask before a link is opened.
type Doubt string

// The doubts.
const (
	OtherSite    Doubt = "other-site"    // the text names another site, or another mailbox, than the target
	AddressHost  Doubt = "ip-address"    // the host is a number
	MixedScripts Doubt = "mixed-scripts" // the host's name imitates another by letters of several alphabets
	UserInfo     Doubt = "user-info"     // a name stands before the host, as if it were the host
	BidiControls Doubt = "bidi-controls" // characters turn part of the address around
)

// Target is what is known of the place a link points to.
type Target struct {
	// Open is the address to hand to the system; empty where the link must do nothing (javascript:, data:, file: and
	// all others but http, https and mailto).
	Open string
	// Host is the true host as people read it, or the mailbox of a mailto link.
	Host   string
	Doubts []Doubt
}

// Shown is the link's target as it is told before a click: with its true host, and no characters that turn text around
// or hide.
func (l Link) Shown() string {
	t := l.Look()
	s := t.Open
	if u, err := url.Parse(s); s != "" && err == nil && u.Host != "" {
		host := t.Host
		if p := u.Port(); p != "" {
			host += ":" + p
		}
		rest := strings.TrimPrefix(u.EscapedPath(), "/")
		if plain, err := url.PathUnescape(rest); err == nil {
			rest = plain // Chinese words rather than their octets
		}
		s = u.Scheme + "://" + host + "/" + rest
		if u.RawQuery != "" {
			s += "?" + u.RawQuery
		}
	}
	if s == "" {
		s = l.URL
	}
	const most = 300
	s = strings.Map(func(r rune) rune {
		if turnsText(r) || !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, s)
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "…"
	}
	return s
}

// Look says where a link really leads and whether that is suspicious.
func (l Link) Look() Target {
	raw := strings.TrimSpace(l.URL)
	if strings.HasPrefix(raw, "//") {
		raw = "https:" + raw
	}
	u, err := url.Parse(strings.ReplaceAll(raw, " ", "%20"))
	if err != nil {
		return Target{}
	}
	var t Target
	switch strings.ToLower(u.Scheme) {
	case "mailto":
		return l.mailbox(u)
	case "http", "https":
		if u.Host == "" {
			return Target{}
		}
	default:
		return Target{}
	}
	t.Open = u.String()
	ascii := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	if a, err := idna.ToASCII(ascii); err == nil {
		ascii = a
	}
	t.Host = ascii
	if name, err := idna.ToUnicode(ascii); err == nil {
		t.Host = name
		if imitates(name) {
			t.Doubts = append(t.Doubts, MixedScripts)
			t.Host = ascii // the form that cannot deceive
		}
	}
	if isNumber(ascii) {
		t.Doubts = append(t.Doubts, AddressHost)
	}
	if u.User != nil {
		t.Doubts = append(t.Doubts, UserInfo)
	}
	decoded, err := url.PathUnescape(raw)
	if strings.ContainsFunc(raw, turnsText) || err == nil && strings.ContainsFunc(decoded, turnsText) || strings.ContainsFunc(l.Text, turnsText) {
		t.Doubts = append(t.Doubts, BidiControls)
	}
	if said := siteIn(l.Text); said != "" && said != siteOf(ascii) {
		t.Doubts = append(t.Doubts, OtherSite)
	}
	return t
}

func (l Link) mailbox(u *url.URL) Target {
	addr := u.Opaque
	if a, err := url.PathUnescape(addr); err == nil {
		addr = a
	}
	if addr == "" || strings.ContainsAny(addr, "\r\n") {
		return Target{}
	}
	t := Target{Open: u.String(), Host: addr}
	text := strings.ToLower(strings.TrimSpace(l.Text))
	if i := strings.IndexByte(text, '@'); i > 0 && !strings.ContainsAny(text, " <>") && !strings.Contains(strings.ToLower(addr), text) {
		t.Doubts = append(t.Doubts, OtherSite)
	}
	if strings.ContainsFunc(addr, turnsText) {
		t.Doubts = append(t.Doubts, BidiControls)
	}
	return t
}

func turnsText(r rune) bool {
	return r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069 || r == 0x200E || r == 0x200F || r == 0x061C
}

// isNumber reports whether a host is an address rather than a name, in any of the forms that browsers take.
func isNumber(host string) bool {
	if net.ParseIP(host) != nil {
		return true
	}
	parts := strings.Split(host, ".")
	for _, p := range parts {
		if _, err := strconv.ParseUint(p, 0, 64); err != nil {
			return false
		}
	}
	return len(parts) <= 4
}

// siteOf is the part of a host that one owner has: example.co.uk of www.example.co.uk.
func siteOf(host string) string {
	if s, err := publicsuffix.EffectiveTLDPlusOne(host); err == nil {
		return s
	}
	return host
}

// siteIn returns the site that a link's text names, or "" where it names none.
func siteIn(text string) string {
	s := strings.ToLower(strings.TrimSpace(text))
	plain := strings.HasPrefix(s, "www.") // or a scheme: then it is an address, whatever it ends in
	if i := strings.Index(s, "://"); i >= 0 && i <= 5 {
		s, plain = s[i+3:], true
	}
	if i := strings.IndexAny(s, "/?# \t\n\u00a0"); i >= 0 {
		if s[i] != '/' && s[i] != '?' && s[i] != '#' {
			return "" // more words than an address has
		}
		s = s[:i]
	}
	if i := strings.LastIndexByte(s, '@'); i >= 0 {
		s = s[i+1:]
	}
	if i := strings.LastIndexByte(s, ':'); i >= 0 {
		s = s[:i]
	}
	s = strings.Trim(s, ".")
	ascii, err := idna.ToASCII(s)
	if err != nil || !strings.Contains(ascii, ".") || strings.ContainsAny(ascii, " ,()!'\"") {
		return ""
	}
	if suffix, icann := publicsuffix.PublicSuffix(ascii); !icann && !plain || suffix == ascii {
		return ""
	}
	return siteOf(ascii)
}

// scripts that may stand in one name, beside those that stand alone.
var scriptTables = []struct {
	name  string
	table *unicode.RangeTable
}{
	{"Latin", unicode.Latin},
	{"Cyrillic", unicode.Cyrillic},
	{"Greek", unicode.Greek},
	{"Armenian", unicode.Armenian},
	{"Hebrew", unicode.Hebrew},
	{"Arabic", unicode.Arabic},
	{"Han", unicode.Han},
	{"Kana", unicode.Hiragana},
	{"Kana", unicode.Katakana},
	{"Hangul", unicode.Hangul},
	{"Thai", unicode.Thai},
	{"Devanagari", unicode.Devanagari},
	{"Georgian", unicode.Georgian},
	{"Cherokee", unicode.Cherokee},
}

// latinLike are Cyrillic and Greek letters that look like Latin ones.
const latinLike = "асеорхуѕіјԁԛԝһьӏкмнтвгпиᴦαοινκτυχρ"

// imitates reports whether a label of a host mixes alphabets, or consists of letters that all look like Latin ones.
func imitates(host string) bool {
	for label := range strings.SplitSeq(host, ".") {
		seen := map[string]bool{}
		lookalike, letters := 0, 0
		for _, r := range label {
			if !unicode.IsLetter(r) {
				continue
			}
			letters++
			if r > 0x7F && strings.ContainsRune(latinLike, r) {
				lookalike++
			}
			for _, s := range scriptTables {
				if unicode.Is(s.table, r) {
					seen[s.name] = true
					break
				}
			}
		}
		if letters > 0 && lookalike == letters {
			return true
		}
		if seen["Han"] || seen["Kana"] || seen["Hangul"] {
			// East Asian names take Latin letters in.
			delete(seen, "Latin")
			delete(seen, "Kana")
			delete(seen, "Han")
			delete(seen, "Hangul")
			if len(seen) > 0 {
				return true
			}
			continue
		}
		if len(seen) > 1 {
			return true
		}
	}
	return false
}
