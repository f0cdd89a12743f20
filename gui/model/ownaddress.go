package model

import (
	"strings"
	"unicode"

	"poplar/mail"
)

// OwnAddress reads the address of one's own mailbox as it was typed or pasted: `Anna <anna@example.com>`, a mailto:
// link, the full-width letters and marks of a Chinese keyboard, blanks around the @, a domain in capitals. name is what
// came along with it; empty where nothing did. What is no address comes back as it stands, for Check to say so.
func OwnAddress(text string) (name, addr string) {
	s := strings.TrimSpace(fullWidth.Replace(strings.Map(narrow, text)))
	if strings.HasSuffix(s, ">") || len(s) > 7 && strings.EqualFold(s[:7], "mailto:") {
		if list := ParseEntered(s); len(list) == 1 && list[0].Wrong == "" {
			name, s = list[0].Name, list[0].Addr
		}
	}
	at := strings.LastIndexByte(s, '@')
	if at < 0 || strings.ContainsAny(s, "<>") {
		return name, s
	}
	domain := strings.ToLower(strings.TrimLeftFunc(s[at+1:], unicode.IsSpace))
	return name, strings.TrimRightFunc(s[:at], unicode.IsSpace) + "@" + strings.NewReplacer("。", ".", "｡", ".").Replace(domain)
}

// narrow turns the full-width forms of ASCII into ASCII.
func narrow(r rune) rune {
	if r >= '！' && r <= '～' {
		return r - '！' + '!'
	}
	return r
}

// Twice reports whether one of the accounts has this address.
func Twice(accounts []mail.Account, address string) bool {
	for _, a := range accounts {
		if address != "" && strings.EqualFold(a.Address, address) {
			return true
		}
	}
	return false
}
