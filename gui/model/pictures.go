package model

import (
	"slices"
	"strings"
)

// ShowsPictures reports whether pictures from the network are always shown for a sender. The list holds addresses and,
// with an @ before them, domains; a domain stands for those below it too.
func ShowsPictures(list []string, addr string) bool {
	addr = strings.ToLower(strings.TrimSpace(addr))
	_, domain, ok := strings.Cut(addr, "@")
	if !ok || domain == "" {
		return false
	}
	return slices.ContainsFunc(list, func(l string) bool {
		if d, ok := strings.CutPrefix(l, "@"); ok {
			return domain == d || strings.HasSuffix(domain, "."+d)
		}
		return l == addr
	})
}

// AllowPictures returns the list with one more address or domain, in order, each once.
func AllowPictures(list []string, whom string) []string {
	list = append(slices.Clone(list), strings.ToLower(strings.TrimSpace(whom)))
	slices.Sort(list)
	return slices.Compact(list)
}

// everybodys are domains under which everybody can have an address: to trust one would be to trust everybody.
var everybodys = []string{
	"126.com", "139.com", "163.com", "189.cn", "aliyun.com", "aol.com", "foxmail.com", "free.fr", "gmail.com", "gmx.com", "gmx.de", "gmx.net",
	"googlemail.com", "hey.com", "hotmail.com", "icloud.com", "laposte.net", "libero.it", "live.com", "mail.com", "mail.ru", "me.com",
	"msn.com", "naver.com", "orange.fr", "outlook.com", "pm.me", "proton.me", "protonmail.com", "qq.com", "rediffmail.com", "sina.cn",
	"sina.com", "sohu.com", "t-online.de", "tutanota.com", "vip.163.com", "vip.qq.com", "web.de", "yahoo.co.jp", "yahoo.com", "yandex.ru",
	"yeah.net", "zoho.com",
}

// PictureChoices are what an address and its domain are called in the list; the domain is empty where everybody can
// have an address in it.
func PictureChoices(addr string) (sender, domain string) {
	addr = strings.ToLower(strings.TrimSpace(addr))
	name, host, ok := strings.Cut(addr, "@")
	if !ok || name == "" || !strings.Contains(host, ".") {
		return "", ""
	}
	if _, found := slices.BinarySearch(everybodys, host); found {
		return addr, ""
	}
	return addr, "@" + host
}
