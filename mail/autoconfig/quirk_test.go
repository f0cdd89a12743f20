package autoconfig

import (
	"strings"
	"testing"
)

// What is peculiar about a provider is told before the first try, or beside the choice of what stays on its server.
func TestQuirksAreTold(t *testing.T) {
	for _, c := range []struct {
		domain           string
		help, copies     string
		helpZH, copiesZH string
	}{
		{"163.com", "at most two authorisation codes", "", "最多同时有两个授权码", ""},
		{"qq.com", "makes all authorisation codes invalid", "only recent mail", "授权码都会失效", "最近 30 天"},
		{"gmail.com", "app password", "shows only part of a large mailbox", "应用专用密码", "多次连接"},
		{"outlook.com", "signs in", "disappears from the webmail", "登录授权", "网页邮箱中也会消失"},
		{"yahoo.com", "a browser that you have used for a few days only", "", "浏览器", ""},
		{"posteo.de", "whole address", "", "完整的邮箱地址", ""},
	} {
		p := Lookup(c.domain)
		en, zh := p.Help()
		if !strings.HasPrefix(en, p.HelpEN) || !strings.HasPrefix(zh, p.HelpZH) || !strings.Contains(en, c.help) || !strings.Contains(zh, c.helpZH) {
			t.Errorf("%s: the help is %q, %q", c.domain, en, zh)
		}
		en, zh = p.Copies()
		if !strings.Contains(en, c.copies) || !strings.Contains(zh, c.copiesZH) || c.copies == "" && en+zh != "" {
			t.Errorf("%s: of the copies it says %q, %q", c.domain, en, zh)
		}
	}
	// recent: is a setting of the account, and explained there.
	for _, p := range table().list {
		help, _ := p.Help()
		copies, _ := p.Copies()
		for _, q := range p.Quirks {
			if en, _ := q.Words(); q != RecentUser && !strings.Contains(help+copies, en) {
				t.Errorf("%s: %s is told nowhere", p.ID, q)
			}
		}
	}
}
