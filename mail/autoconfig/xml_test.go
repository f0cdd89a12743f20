package autoconfig

import (
	"strings"
	"testing"
	"time"

	"poplar/mail"
)

var anna = address{"anna", "nordlicht.eu"}

// clientConfig wraps what stands in emailProvider.
func clientConfig(inner string) string {
	return `<clientConfig version="1.1"><emailProvider id="x">` + inner + `</emailProvider></clientConfig>`
}

// incoming is a POP3 server with further or other fields.
func incoming(host, port, socket, more string) string {
	return clientConfig(`<incomingServer type="pop3"><hostname>` + host + `</hostname><port>` + port + `</port><socketType>` + socket + `</socketType>` + more + `</incomingServer>`)
}

func TestParseConfig(t *testing.T) {
	c, err := parseConfig([]byte(published), anna)
	if err != nil {
		t.Fatal(err)
	}
	in, out := c.incoming[0], c.outgoing[0]
	if c.name != "Nordlicht Werke" || c.help != "https://help.nordlicht.eu/mail" || c.interval != 7*time.Minute || len(c.incoming) != 1 ||
		in.server.Addr() != "in.nordlicht.eu:995" || in.server.Security != mail.TLS || in.server.Auth != mail.AuthAuto || in.users[0] != "anna" ||
		out.server.Port != 587 || out.server.Security != mail.STARTTLS || out.users[0] != "anna@nordlicht.eu" {
		t.Errorf("%+v", c)
	}
}

func TestParseServer(t *testing.T) {
	login := func(ways ...string) string {
		s := ""
		for _, w := range ways {
			s += "<authentication>" + w + "</authentication>"
		}
		return s
	}
	for _, c := range []struct {
		name, xml string
		want      string // "user|host:port|security|auth", or "" when it is refused
	}{
		{"placeholders", incoming("pop.%EMAILDOMAIN%", "995", "SSL", "<username>%EMAILLOCALPART%.%EMAILDOMAIN%</username>"), "anna.nordlicht.eu|pop.nordlicht.eu:995|tls|auto"},
		{"a user name with an unknown placeholder", incoming("a.eu", "995", "SSL", "<username>%REALNAME%x</username>"), "|a.eu:995|tls|auto"},
		{"a user name with half a placeholder", incoming("a.eu", "995", "SSL", "<username>%EMAILADDRESS</username>"), "|a.eu:995|tls|auto"},
		{"a user name with a line end", incoming("a.eu", "995", "SSL", "<username>a&#10;DELE 1</username>"), "|a.eu:995|tls|auto"},
		{"blanks", incoming("\n A.eu ", " 995 ", " STARTTLS\n", ""), "|a.eu:995|starttls|auto"},
		{"no encryption", incoming("a.eu", "110", "plain", ""), "|a.eu:110|none|auto"},
		{"an IDN host", incoming("bücher.de", "995", "SSL", ""), "|xn--bcher-kva.de:995|tls|auto"},
		{"a numeric host", incoming("192.0.2.7", "995", "SSL", ""), "|192.0.2.7:995|tls|auto"},
		{"encrypted password", incoming("a.eu", "995", "SSL", login("password-encrypted")), "|a.eu:995|tls|auto"},
		{"token only", incoming("a.eu", "995", "SSL", login("OAuth2")), "|a.eu:995|tls|xoauth2"},
		{"token or password", incoming("a.eu", "995", "SSL", login("OAuth2", "password-cleartext")), "|a.eu:995|tls|auto"},
		{"Kerberos only", incoming("a.eu", "995", "SSL", login("GSSAPI", "NTLM")), ""},
		{"none is for sending only", incoming("a.eu", "995", "SSL", login("none")), ""},
		{"IMAP", strings.Replace(incoming("a.eu", "993", "SSL", ""), "pop3", "imap", 1), ""},
		{"no host", incoming("", "995", "SSL", ""), ""},
		{"no host at all", clientConfig(`<incomingServer type="pop3"><port>995</port><socketType>SSL</socketType></incomingServer>`), ""},
		{"a host with a path", incoming("a.eu/x", "995", "SSL", ""), ""},
		{"a host with a port", incoming("a.eu:995", "995", "SSL", ""), ""},
		{"a host with a blank", incoming("a b.eu", "995", "SSL", ""), ""},
		{"a host of an unknown placeholder", incoming("%SECRET%a.eu", "995", "SSL", ""), ""},
		{"a port that is none", incoming("a.eu", "pop3", "SSL", ""), ""},
		{"port 0", incoming("a.eu", "0", "SSL", ""), ""},
		{"a negative port", incoming("a.eu", "-995", "SSL", ""), ""},
		{"a port too large", incoming("a.eu", "65536", "SSL", ""), ""},
		{"an unknown encryption", incoming("a.eu", "995", "ROT13", ""), ""},
	} {
		got := ""
		if cfg, err := parseConfig([]byte(c.xml), anna); err == nil {
			e := cfg.incoming[0]
			got = strings.Join(e.users, ",") + "|" + e.server.Addr() + "|" + string(e.server.Security) + "|" + string(e.server.Auth)
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestParseOutgoingWithoutLogin(t *testing.T) {
	c, err := parseConfig([]byte(strings.Replace(published, "<username>%EMAILADDRESS%</username><authentication>password-cleartext<", "<authentication>client-IP-address<", 1)), anna)
	if err != nil || c.outgoing[0].server.Auth != mail.AuthNone {
		t.Fatalf("%v %+v", err, c)
	}
	a := c.answer(Autoconfig)
	f := newFinder(Options{}, anna, nil)
	cand := Candidate{Provider: a.provider}
	f.put(&cand.Outgoing, &cand, a.outgoing[0])
	if cand.Outgoing.User != "" || cand.Outgoing.Auth != mail.AuthNone {
		t.Errorf("%+v", cand.Outgoing)
	}
}

func TestHostileConfig(t *testing.T) {
	laughs := `<!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>`
	// In a configuration that is fine but for that.
	within := func(s string) string {
		return strings.Replace(incoming("a.eu", "995", "SSL", ""), "</emailProvider>", s+"</emailProvider>", 1)
	}
	if _, err := parseConfig([]byte(within("<x/>")), anna); err != nil {
		t.Fatal(err)
	}
	for name, s := range map[string]string{
		"a document type":          `<!DOCTYPE clientConfig>` + within(""),
		"nothing":                  "",
		"a web page":               "<!DOCTYPE html><html><head><title>404</title></head><body><br></body></html>",
		"a page without type":      "<html><body>Not here</body></html>",
		"JSON":                     `{"clientConfig": true}`,
		"a bomb of entities":       laughs + within("<x>&b;</x>"),
		"an outer entity":          `<!DOCTYPE c [<!ENTITY x SYSTEM "file:///etc/passwd">]>` + within("<x>&x;</x>"),
		"an unknown entity":        within("<x>&x;</x>"),
		"too deep":                 within(strings.Repeat("<a>", 100) + strings.Repeat("</a>", 100)),
		"too deep, unclosed":       strings.Repeat("<a>", 50000),
		"too many":                 within(strings.Repeat("<a/>", maxNodes)),
		"too long a text":          within("<x>" + strings.Repeat("a", maxText+1) + "</x>"),
		"too long":                 published + strings.Repeat(" ", maxConfig),
		"cut off":                  published[:len(published)-20],
		"two documents":            published[strings.Index(published, "<clientConfig"):] + "<clientConfig/>",
		"text after the end":       published + "hello",
		"crossed elements":         "<clientConfig><emailProvider></clientConfig></emailProvider>",
		"an unknown version":       strings.Replace(published, `version="1.1"`, `version="2"`, 1),
		"an unknown character set": strings.Replace(published, "UTF-8", "x-none", 1),
		"octets that are no UTF-8": strings.Replace(published, "Nordlicht", "\xff\xfe", 1),
		"NUL":                      strings.Replace(published, "Nordlicht", "a\x00b", 1),
	} {
		if c, err := parseConfig([]byte(s), anna); err == nil {
			t.Errorf("%s: accepted as %+v", name, c)
		}
	}
	// Other character sets are no attack.
	latin := strings.NewReplacer("UTF-8", "ISO-8859-1", "Nordlicht Werke", "N\xf6rdlicht").Replace(published)
	if c, err := parseConfig([]byte(latin), anna); err != nil || c.name != "Nördlicht" {
		t.Errorf("Latin-1: %v %+v", err, c)
	}
	// More servers than anybody has are cut off.
	many := strings.Repeat(strings.TrimSuffix(strings.TrimPrefix(incoming("a.eu", "995", "SSL", ""), clientConfigStart), clientConfigEnd), 50)
	if c, err := parseConfig([]byte(clientConfig(many)), anna); err != nil || len(c.incoming) != maxServers {
		t.Errorf("many servers: %v", err)
	}
	// A help page is https or none.
	for _, u := range []string{"javascript:alert(1)", "http://a.eu/", "file:///etc/passwd", "https://", "https://me:pw@a.eu/"} {
		c, err := parseConfig([]byte(strings.Replace(published, "https://help.nordlicht.eu/mail", u, 1)), anna)
		if err != nil || c.help != "" {
			t.Errorf("%s: %v, %q", u, err, c.help)
		}
	}
}

const (
	clientConfigStart = `<clientConfig version="1.1"><emailProvider id="x">`
	clientConfigEnd   = `</emailProvider></clientConfig>`
)

func FuzzParseConfig(f *testing.F) {
	f.Add([]byte(published), "anna", "nordlicht.eu")
	f.Add([]byte(incoming("%EMAILDOMAIN%", "110", "plain", "<username>%EMAILADDRESS%</username><authentication>OAuth2</authentication>")), "a%b", "x.cn")
	f.Add([]byte(`<?xml version="1.0" encoding="utf-16"?><clientConfig/>`), "a", "b.c")
	f.Add([]byte("<!DOCTYPE a><a/>"), "a", "b.c")
	f.Fuzz(func(t *testing.T, raw []byte, local, domain string) {
		at, err := parseAddress(local + "@" + domain)
		if err != nil {
			return
		}
		c, err := parseConfig(raw, at)
		if err != nil {
			return
		}
		if len(c.incoming) == 0 && (!c.imap || len(c.outgoing) == 0) || len(c.incoming) > maxServers || len(c.outgoing) > maxServers {
			t.Fatalf("%d and %d servers", len(c.incoming), len(c.outgoing))
		}
		for _, e := range append(c.incoming, c.outgoing...) {
			s := e.server
			if s.Host == "" || s.Port < 1 || s.Port > 65535 || s.AllowPlaintext || strings.ContainsAny(s.Host, " /@%\r\n") || len(e.users) > maxUsers {
				t.Fatalf("%+v %q", s, e.users)
			}
			for _, u := range e.users {
				if strings.ContainsAny(u, "\r\n\x00 ") || u == "" {
					t.Fatalf("user name %q", u)
				}
			}
		}
	})
}
