package model

import (
	"fmt"
	"testing"
)

func TestSeen(t *testing.T) {
	zh := map[string]string{
		"%s messages": "%s 封邮件", "no %s": "不支持 %s", "messages up to %s": "单封上限 %s", "it is for %s, not for %s": "证书属于 %s，而不是 %s",
		"its issuer is not known to this computer": "签发者不为本机所知", "; ": "；", "%s.": "%s。",
		"certificate of %s by %s valid until %s": "%s 的证书由 %s 签发，有效期至 %s",
	}
	chinese := func(s string, args ...any) string {
		if w := zh[s]; w != "" {
			s = w
		}
		return english(s, args...)
	}
	for _, c := range []struct{ said, en, zh string }{
		{"1 message, 310.0 MB, UIDL, no TOP", "1 message, 310.0 MB, UIDL, no TOP", "1 封邮件, 310.0 MB, UIDL, 不支持 TOP"},
		{"AUTH PLAIN, messages up to 50.0 MB", "AUTH PLAIN, messages up to 50.0 MB", "AUTH PLAIN, 单封上限 50.0 MB"},
		{"TLS 1.3, certificate of x.org by R3, Inc. valid until 2027-03-14", "TLS 1.3, certificate of x.org by R3, Inc. valid until 2027-03-14", "TLS 1.3, x.org 的证书由 R3, Inc. 签发，有效期至 2027-03-14"},
		{"192.0.2.25", "192.0.2.25", "192.0.2.25"},
	} {
		if got := Seen(c.said, english); got != c.en {
			t.Errorf("English: %q", got)
		}
		if got := Seen(c.said, chinese); got != c.zh {
			t.Errorf("Chinese: %q, want %q", got, c.zh)
		}
	}
	why := "it is for a.org, b.org, not for c.org; its issuer is not known to this computer"
	if got, want := WhyUntrusted(why, english), "It is for a.org, b.org, not for c.org; its issuer is not known to this computer."; got != want {
		t.Error(got)
	}
	if got, want := WhyUntrusted(why, chinese), "证书属于 a.org, b.org，而不是 c.org；签发者不为本机所知。"; got != want {
		t.Error(got)
	}
	if got := WhyUntrusted("", fmt.Sprintf); got != "" {
		t.Error(got)
	}
}
