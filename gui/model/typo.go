package model

import (
	"slices"
	"strings"
)

// knownDomains are domains that so many people have their mail at that what differs by a letter is likelier a slip than
// another domain.
var knownDomains = []string{
	"gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "hotmail.co.uk", "live.com", "msn.com", "yahoo.com", "yahoo.co.uk",
	"yahoo.fr", "yahoo.de", "ymail.com", "icloud.com", "me.com", "mac.com", "aol.com", "proton.me", "protonmail.com", "fastmail.com",
	"zoho.com", "gmx.de", "gmx.net", "gmx.at", "web.de", "t-online.de", "freenet.de", "orange.fr", "free.fr", "laposte.net", "wanadoo.fr",
	"libero.it", "mail.ru", "yandex.ru", "yandex.com", "comcast.net", "verizon.net", "btinternet.com", "naver.com", "mail.com", "email.com",
	"qq.com", "vip.qq.com", "foxmail.com", "163.com", "vip.163.com", "126.com", "yeah.net", "sina.com", "sina.cn", "sohu.com", "139.com",
	"189.cn", "21cn.com", "aliyun.com", "tom.com", "outlook.cn", "live.cn", "hotmail.fr", "hotmail.de", "outlook.de", "outlook.fr",
}

// wrongEnds are what slips make of the ends of domains; none of them exists.
var wrongEnds = map[string]string{
	"con": "com", "cmo": "com", "ocm": "com", "comm": "com", "coom": "com", "vom": "com", "xom": "com", "cpm": "com", "con.": "com",
	"com.com": "com", "nte": "net", "ner": "net", "nett": "net", "met": "net", "ogr": "org", "orgg": "org", "rog": "org",
	"cnn": "cn", "cm.cn": "com.cn", "con.cn": "com.cn", "cokm": "com",
}

// Meant is the address that was probably meant where one has a slip in its domain; empty where nothing looks wrong.
func Meant(addr string) string {
	at := strings.LastIndexByte(addr, '@')
	if at <= 0 {
		return ""
	}
	user, domain := addr[:at], strings.ToLower(addr[at+1:])
	if slices.Contains(knownDomains, domain) {
		return ""
	}
	for _, known := range knownDomains {
		if slip(domain, known) {
			return user + "@" + known
		}
	}
	name, end, _ := strings.Cut(domain, ".")
	if right := wrongEnds[end]; right != "" && name != "" {
		return user + "@" + name + "." + right
	}
	if dot := strings.LastIndexByte(domain, '.'); dot > 0 {
		if right := wrongEnds[domain[dot+1:]]; right != "" {
			return user + "@" + domain[:dot+1] + right
		}
	}
	return ""
}

// slip reports whether a domain is a known one with one slip of the keyboard in it. Short names have too many real
// neighbours: of them only the end may differ.
func slip(typed, known string) bool {
	name, end, _ := strings.Cut(typed, ".")
	right, rightEnd, _ := strings.Cut(known, ".")
	if name == right {
		// Another country's end is another domain.
		return end != rightEnd && (wrongEnds[end] == rightEnd || end == "co" && rightEnd == "com" && len(name) > 3 || end == "cm" && rightEnd == "com")
	}
	if end != rightEnd && wrongEnds[end] != rightEnd || len(right) < 4 {
		return false
	}
	return oneSlip(name, right)
}

// oneSlip reports whether two words differ by one letter more, less, or another, or by two that changed places.
func oneSlip(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	switch len(b) - len(a) {
	case 0:
		if i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:] {
			return true
		}
		return i < len(a) && a[i+1:] == b[i+1:]
	case 1:
		return a[i:] == b[i+1:]
	}
	return false
}
