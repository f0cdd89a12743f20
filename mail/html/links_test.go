package html

import (
	"slices"
	"testing"
)

func TestWhereLinksLead(t *testing.T) {
	for _, c := range []struct {
		name, url, text, open, shown string
		doubts                       []Doubt
	}{
		{"ordinary", "https://www.shop.com/a?b=c", "Shop", "https://www.shop.com/a?b=c", "https://www.shop.com/a?b=c", nil},
		{"its own name", "https://www.shop.com/a", "shop.com", "https://www.shop.com/a", "https://www.shop.com/a", nil},
		{"another name", "https://evil.com/", "www.bank.com", "https://evil.com/", "https://evil.com/", []Doubt{OtherSite}},
		{"another address, of no known ending", "https://evil.com/", "https://bank.example/login", "https://evil.com/", "https://evil.com/", []Doubt{OtherSite}},
		{"words with a dot", "https://a.com/", "Version 1.2", "https://a.com/", "https://a.com/", nil},
		{"a number", "http://192.168.1.1/x", "x", "http://192.168.1.1/x", "http://192.168.1.1/x", []Doubt{AddressHost}},
		{"a number in disguise", "http://0x7f.1/", "x", "http://0x7f.1/", "http://0x7f.1/", []Doubt{AddressHost}},
		{"letters of another alphabet", "https://аррӏе.com/x", "apple", "https://%D0%B0%D1%80%D1%80%D3%8F%D0%B5.com/x", "https://xn--80ak6aa92e.com/x", []Doubt{MixedScripts}},
		{"Chinese", "https://例子.中国/路径", "去", "https://%E4%BE%8B%E5%AD%90.%E4%B8%AD%E5%9B%BD/%E8%B7%AF%E5%BE%84", "https://例子.中国/路径", nil},
		{"a name before the host", "https://paypal.com@evil.com/", "x", "https://paypal.com@evil.com/", "https://evil.com/", []Doubt{UserInfo}},
		{"turned around", "https://a.com/\u202egpj.exe", "x", "https://a.com/%E2%80%AEgpj.exe", "https://a.com/gpj.exe", []Doubt{BidiControls}},
		{"mail", "mailto:a@b.com?subject=x", "a@b.com", "mailto:a@b.com?subject=x", "mailto:a@b.com?subject=x", nil},
		{"mail to another", "mailto:evil@b.com", "good@b.com", "mailto:evil@b.com", "mailto:evil@b.com", []Doubt{OtherSite}},
		{"script", "javascript:alert(1)", "x", "", "javascript:alert(1)", nil},
		{"file", "file:///etc/passwd", "x", "", "file:///etc/passwd", nil},
		{"data", "data:text/html,x", "x", "", "data:text/html,x", nil},
		{"nothing", "", "x", "", "", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := Link{URL: c.url, Text: c.text}
			got := l.Look()
			if got.Open != c.open || !slices.Equal(got.Doubts, c.doubts) {
				t.Errorf("leads to %q with doubts %q, want %q with %q", got.Open, got.Doubts, c.open, c.doubts)
			}
			if s := l.Shown(); s != c.shown {
				t.Errorf("shown as %q, want %q", s, c.shown)
			}
		})
	}
}
