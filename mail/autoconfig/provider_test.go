package autoconfig

import (
	"encoding/json"
	"errors"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"poplar/mail"
	"poplar/mail/mailtest"
)

func TestLookup(t *testing.T) {
	for _, c := range []struct {
		domain, id, incoming, outgoing, users, auth string
		needsCode, oauthOnly, noPOP                 bool
	}{
		{"qq.com", "qq", "pop.qq.com:995", "smtp.qq.com:465", "address", "code", true, false, false},
		{"FOXMAIL.COM.", "qq", "pop.qq.com:995", "smtp.qq.com:465", "address", "code", true, false, false},
		{"163.com", "163", "pop.163.com:995", "smtp.163.com:465", "address", "code", true, false, false},
		{"126.com", "126", "pop.126.com:995", "smtp.126.com:465", "address", "code", true, false, false},
		{"sina.com", "sina", "pop.sina.com:995", "smtp.sina.com:465", "address local", "code password", false, false, false},
		{"aliyun.com", "aliyun", "pop3.aliyun.com:995", "smtp.aliyun.com:465", "address", "password app-password", false, false, false},
		{"exmail.qq.com", "exmail", "pop.exmail.qq.com:995", "smtp.exmail.qq.com:465", "address", "password code", false, false, false},
		{"gmail.com", "gmail", "pop.gmail.com:995", "smtp.gmail.com:465", "address", "app-password oauth2", true, false, false},
		{"hotmail.com", "outlook", "outlook.office365.com:995", "smtp-mail.outlook.com:587", "address", "oauth2", false, true, false},
		{"me.com", "icloud", "", "smtp.mail.me.com:587", "address", "app-password", true, false, true},
		{"proton.me", "proton", "", "127.0.0.1:1025", "address", "bridge-password", true, false, true},
		{"web.de", "webde", "pop3.web.de:995", "smtp.web.de:465", "local", "password", false, false, false},
		{"t-online.de", "t-online", "securepop.t-online.de:995", "securesmtp.t-online.de:465", "address", "mail-password", true, false, false},
	} {
		p := Lookup(c.domain)
		if p == nil {
			t.Errorf("%s is not in the table", c.domain)
			continue
		}
		addr := func(list []endpoint) string {
			if len(list) == 0 {
				return ""
			}
			return list[0].server.Addr()
		}
		if p.ID != c.id || addr(p.incoming) != c.incoming || addr(p.outgoing) != c.outgoing || strings.Join(p.Users, " ") != c.users ||
			strings.Join(p.Auth, " ") != c.auth || p.NeedsCode != c.needsCode || p.OAuthOnly != c.oauthOnly || p.NoPOP != c.noPOP {
			t.Errorf("%s: %+v", c.domain, p)
		}
	}
	for _, domain := range []string{"", "example.org", "mail.qq.com", "qq", "notqq.com", "qq.com.evil.example", "…"} {
		if p := Lookup(domain); p != nil {
			t.Errorf("%q is %s", domain, p.ID)
		}
	}
	if p := Lookup("web.de"); p.MinInterval != 15*time.Minute {
		t.Errorf("WEB.DE may be asked every %s", p.MinInterval)
	}
	p := Lookup("qq.com")
	p.Quirks[0], p.Users[0], p.Auth[0] = "", "", ""
	if q := Lookup("qq.com"); q.Quirks[0] == "" || q.Users[0] == "" || q.Auth[0] == "" {
		t.Error("a caller can change the table")
	}
	if p := Lookup("live.com"); p.incoming[0].server.Auth != mail.AuthXOAuth2 {
		t.Error("Outlook.com is offered with a password")
	}
}

func TestByExchanger(t *testing.T) {
	for host, want := range map[string]string{
		"aspmx.l.google.com": "gmail", "alt2.aspmx.l.google.com": "gmail", "nordlicht-eu.mail.protection.outlook.com": "office365",
		"hotmail-com.olc.protection.outlook.com": "outlook", "mxbiz2.qq.com": "exmail", "mx3.qq.com": "", "mxn.mxhichina.com": "aliyun-qiye",
		"mx1.qiye.aliyun.com": "aliyun-qiye", "qiye163mx01.mxmail.netease.com": "163-qiye", "163mx01.mxmail.netease.com": "",
		"in1-smtp.messagingengine.com": "fastmail", "mx01.mail.icloud.com": "icloud", "mail.protonmail.ch": "proton", "mx.zoho.eu": "",
		"mail.protection.outlook.com.evil.example": "", "evilmxhichina.com": "",
	} {
		got := ""
		if p := byExchanger(host); p != nil {
			got = p.ID
		}
		if got != want {
			t.Errorf("%s belongs to %q, want %q", host, got, want)
		}
	}
}

// The table is complete, in both languages, and says nothing twice.
func TestTableIsWhole(t *testing.T) {
	file, err := readTable(tableJSON)
	if err != nil {
		t.Fatal(err)
	}
	ids, domains := map[string]bool{}, map[string]string{}
	han := func(s string) bool {
		return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) })
	}
	ways := []string{AuthPassword, AuthCode, AuthApp, AuthMail, AuthBridge, AuthOAuth}
	for _, p := range file.list {
		if p.ID == "" || p.Name == "" || ids[p.ID] {
			t.Errorf("%q: no name, or there twice", p.ID)
		}
		ids[p.ID] = true
		if p.HelpEN == "" || !han(p.HelpZH) {
			t.Errorf("%s: help is missing in a language", p.ID)
		}
		if u, err := url.Parse(p.HelpURL); err != nil || p.HelpURL != "" && (u.Scheme != "https" || u.Host == "") {
			t.Errorf("%s: %q", p.ID, p.HelpURL)
		}
		if len(p.domains)+len(p.mx) == 0 && p.ID != "" {
			t.Errorf("%s cannot be found", p.ID)
		}
		for _, d := range p.domains {
			if name, ok := hostName(d); !ok || name != d || domains[d] != "" {
				t.Errorf("%s: domain %q is no name or belongs to %s, too", p.ID, d, domains[d])
			}
			domains[d] = p.ID
		}
		if len(p.outgoing) == 0 || p.NoPOP != (len(p.incoming) == 0) {
			t.Errorf("%s: servers are missing", p.ID)
		}
		for _, e := range slices.Concat(p.incoming, p.outgoing) {
			if e.server.Port == 0 || e.server.Host == "" || e.server.AllowPlaintext {
				t.Errorf("%s: %+v", p.ID, e.server)
			}
		}
		if len(p.Users) == 0 || len(p.Users) > maxUsers || slices.ContainsFunc(p.Users, func(u string) bool { return u != UserAddress && u != UserLocal }) {
			t.Errorf("%s: user names %q", p.ID, p.Users)
		}
		if len(p.Auth) == 0 || slices.ContainsFunc(p.Auth, func(a string) bool { return !slices.Contains(ways, a) }) {
			t.Errorf("%s: log-in %q", p.ID, p.Auth)
		}
		for _, q := range p.Quirks {
			if en, zh := q.Words(); en == "" || !han(zh) {
				t.Errorf("%s: quirk %q has no words", p.ID, q)
			}
		}
	}
}

// The table agrees with the facts that were gathered for it, and is not more certain than they are.
func TestTableAgainstFacts(t *testing.T) {
	raw, err := os.ReadFile(mailtest.Shared(t, "providers.json"))
	if err != nil {
		t.Fatal(err)
	}
	type server struct {
		Host, Security string
		Port           int
		Alt            []server
	}
	var facts struct {
		Providers []struct {
			ID       string
			Domains  []string
			POP3     *server
			SMTP     *server
			Username string
			Verified map[string]string
		}
	}
	if err := json.Unmarshal(raw, &facts); err != nil || len(facts.Providers) == 0 {
		t.Fatal(err)
	}
	for _, fact := range facts.Providers {
		p := byServerOf(fact.Domains, fact.SMTP.Host)
		if p == nil {
			t.Errorf("%s is missing", fact.ID)
			continue
		}
		for _, d := range fact.Domains {
			if q := Lookup(d); q == nil || q.ID != p.ID {
				t.Errorf("%s is not in the table", d)
			}
		}
		if want := map[string]string{"email": UserAddress, "localpart": UserLocal}[fact.Username]; p.Users[0] != want {
			t.Errorf("%s: user name %q, want %q", p.ID, p.Users[0], want)
		}
		for _, side := range []struct {
			fact  *server
			table []endpoint
			state string
		}{{fact.POP3, p.incoming, fact.Verified["pop3"]}, {fact.SMTP, p.outgoing, fact.Verified["smtp"]}} {
			if side.fact == nil {
				continue
			}
			for i, want := range append([]server{*side.fact}, side.fact.Alt...) {
				want.Security = strings.Replace(want.Security, "plain", "none", 1)
				j := slices.IndexFunc(side.table, func(e endpoint) bool {
					return e.server.Host == want.Host && e.server.Port == want.Port && string(e.server.Security) == want.Security
				})
				if j < 0 {
					t.Errorf("%s: %s:%d is missing", p.ID, want.Host, want.Port)
					continue
				}
				fromMemory := strings.HasPrefix(side.state, "recall") || strings.Contains(side.state, "port recall")
				if i == 0 && want.Port != 110 && want.Port != 25 {
					fromMemory = fromMemory || strings.Contains(side.state, "995 recall") || strings.Contains(side.state, "465 recall")
				}
				if fromMemory && side.table[j].sure {
					t.Errorf("%s: %s:%d is from memory", p.ID, want.Host, want.Port)
				}
			}
		}
		if p.AuthSure && (fact.Verified["auth"] == "" || strings.HasPrefix(fact.Verified["auth"], "recall")) && p.ID != "proton" {
			t.Errorf("%s: the way to log in is from memory", p.ID)
		}
	}
}

func byServerOf(domains []string, outgoing string) *Provider {
	if len(domains) > 0 {
		return Lookup(domains[0])
	}
	return find(func(p *Provider) bool {
		return slices.ContainsFunc(p.outgoing, func(e endpoint) bool { return e.server.Host == outgoing })
	})
}

func TestReadTableRefuses(t *testing.T) {
	for name, raw := range map[string]string{
		"no JSON":        `{`,
		"state":          `{"providers":[{"id":"x","incoming":["sure tls a.b 995"]}]}`,
		"security":       `{"providers":[{"id":"x","incoming":["verified ssl a.b 995"]}]}`,
		"port":           `{"providers":[{"id":"x","outgoing":["verified tls a.b 70000"]}]}`,
		"fields":         `{"providers":[{"id":"x","outgoing":["verified tls a.b"]}]}`,
		"exchanger":      `{"providers":[{"id":"x","mx":["a.b"]}]}`,
		"broken pattern": `{"providers":[{"id":"x","mx":["verified [a"]}]}`,
	} {
		if _, err := readTable([]byte(raw)); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestAddress(t *testing.T) {
	for typed, want := range map[string]string{
		"anna@example.org":        "anna@example.org",
		" Anna.B+x@EXAMPLE.org. ": "Anna.B+x@example.org",
		"anna＠qq。com":             "anna@qq.com",
		"anna@bücher.example":     "anna@xn--bcher-kva.example",
		"anna@XN--BCHER-KVA.de":   "anna@xn--bcher-kva.de",
		"张三@例子.中国":                "张三@xn--fsqu00a.xn--fiqs8s",
		"o'hara@example.co.uk":    "o'hara@example.co.uk",
		"":                        ReasonEmpty,
		" \t":                     ReasonEmpty,
		"anna":                    ReasonNoAt,
		"qq.com":                  ReasonNoAt,
		"@qq.com":                 ReasonNoLocal,
		"anna@":                   ReasonNoDomain,
		"anna@.":                  ReasonNoDomain,
		"anna@。":                  ReasonNoDomain,
		"anna@localhost":          ReasonShort,
		"anna@[192.0.2.1]":        ReasonNumber,
		"anna@192.0.2.1":          ReasonNumber,
		"anna b@qq.com":           ReasonLocal,
		"a@b@qq.com":              ReasonLocal,
		"Anna <anna@qq.com>":      ReasonLocal,
		"an\x00na@qq.com":         ReasonLocal,
		"anna@qq..com":            ReasonDomain,
		"anna@qq com":             ReasonDomain,
		"anna@-qq.com":            ReasonDomain,
		"anna@qq.com/x":           ReasonDomain,
		"anna@qq.com\r\nHost: x":  ReasonDomain,
		"anna@" + strings.Repeat("a", 64) + ".com":    ReasonDomain,
		"anna@" + strings.Repeat("abcd.", 60) + "com": ReasonDomain,
		"anna@" + strings.Repeat("邮", 1<<20) + ".com": ReasonDomain,
		strings.Repeat("a", 65) + "@qq.com":           ReasonLocal,
	} {
		at, err := parseAddress(typed)
		got := at.String()
		var refused *AddressError
		if errors.As(err, &refused) {
			got = refused.Reason
			if refused.Address != typed || !slices.Contains(Reasons, got) {
				t.Errorf("%q: %+v", typed, refused)
			}
		}
		if got != want {
			t.Errorf("%q is %q, want %q", typed, got, want)
		}
	}
	if _, err := Find(t.Context(), "anna", Options{}, nil); err == nil || err.Error() != ReasonNoAt {
		t.Error(err)
	}
}
