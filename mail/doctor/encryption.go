package doctor

import (
	"context"
	"fmt"
	"strings"
	"time"

	"poplar/mail"
	"poplar/mail/autoconfig"
)

func (e *examination) explainEncryption(ctx context.Context, p *mail.Problem) *mail.Verdict {
	if p.Certificate != nil {
		return e.explainCertificate(ctx, p.Certificate)
	}
	switch {
	case p.Kind == mail.Unknown && e.server.CAFile != "":
		return &mail.Verdict{Reason: mail.BadAuthority, Fixes: []mail.Fix{{Do: mail.DropAuthority}}}
	case strings.Contains(p.Said, "response injection"):
		return e.withTLS(ctx, mail.Injection)
	case strings.Contains(p.Said, "versions of TLS before"), p.Kind == mail.NoEncryption && strings.Contains(fmt.Sprint(p.Err), "at the last visit"):
		return &mail.Verdict{Reason: mail.OldTLS, Fixes: []mail.Fix{{Do: mail.RunAgain}}}
	case e.server.Security == mail.STARTTLS && (p.Kind == mail.NoEncryption || p.Kind == mail.ServerPermanent || p.Kind == mail.ServerTemporary && p.Reason() == mail.NoStartTLS):
		return e.withTLS(ctx, mail.NoStartTLS)
	}
	if e.server.Security != mail.TLS {
		if e.captive(ctx) {
			return captivated()
		}
		return e.withTLS(ctx, mail.HandshakeFail)
	}
	// What does the port say to somebody who does not begin with TLS?
	s, _ := e.lookWith(ctx, e.server.Host, e.server.Port, false)
	if s.speaks == "" && strings.Contains(p.Said, `the server says "`) {
		_, line, _ := strings.Cut(p.Said, `the server says "`)
		s.speaks = spoken(line)
	}
	switch {
	case s.speaks == protocol(e.direction) && s.upgrade:
		v := &mail.Verdict{Reason: mail.StartTLSPort, Fixes: []mail.Fix{use(e.at(e.server.Host, e.server.Port, s))}}
		if t, ok := e.elsewhere(ctx, e.direction, e.server.Host); ok {
			v.Fixes = append(v.Fixes, use(t))
		}
		return v
	case s.speaks == protocol(e.direction):
		return e.withTLS(ctx, mail.NoStartTLS)
	case s.speaks != "":
		return e.other(ctx, s.speaks)
	case e.captive(ctx):
		return captivated()
	}
	if e.speaksHTTP(ctx) {
		return e.other(ctx, "http")
	}
	if p.Kind == mail.Timeout {
		return e.withTLS(ctx, mail.Silent)
	}
	return e.withTLS(ctx, mail.HandshakeFail)
}

func captivated() *mail.Verdict {
	return &mail.Verdict{Reason: mail.CaptivePortal, Fixes: []mail.Fix{{Do: mail.OpenBrowser}, {Do: mail.RunAgain}}}
}

// speaksHTTP asks the port whether a web server is behind it.
func (e *examination) speaksHTTP(ctx context.Context) bool {
	_, err := e.get(ctx, e.server.Addr())
	return err == nil
}

// withTLS is a verdict whose first fix is another port of the server where encryption works, if there is one.
func (e *examination) withTLS(ctx context.Context, r mail.Reason) *mail.Verdict {
	v := &mail.Verdict{Reason: r, Fixes: []mail.Fix{{Do: mail.EditServer}}}
	if s, ok := e.elsewhere(ctx, e.direction, append([]string{e.server.Host}, e.neighbours()...)...); ok {
		v.Fixes = append([]mail.Fix{use(s)}, v.Fixes...)
	}
	return v
}

// interceptors are the issuers of certificates that virus scanners and proxies make on the fly, by a word of their name.
var interceptors = []struct{ word, name string }{
	{"avast", "Avast"},
	{"avg ", "AVG"},
	{"kaspersky", "Kaspersky"},
	{"eset ssl", "ESET"},
	{"eset,", "ESET"},
	{"bitdefender", "Bitdefender"},
	{"norton", "Norton"},
	{"symantec web", "Symantec"},
	{"mcafee", "McAfee"},
	{"dr.web", "Dr.Web"},
	{"sophos", "Sophos"},
	{"zscaler", "Zscaler"},
	{"fortinet", "Fortinet"},
	{"fortigate", "FortiGate"},
	{"palo alto", "Palo Alto Networks"},
	{"blue coat", "Blue Coat"},
	{"check point", "Check Point"},
	{"netskope", "Netskope"},
	{"cisco umbrella", "Cisco Umbrella"},
	{"forcepoint", "Forcepoint"},
	{"websense", "Forcepoint"},
	{"barracuda", "Barracuda"},
	{"sonicwall", "SonicWall"},
	{"watchguard", "WatchGuard"},
	{"untangle", "Untangle"},
	{"adguard", "AdGuard"},
	{"g data", "G DATA"},
	{"f-secure", "F-Secure"},
	{"trend micro", "Trend Micro"},
	{"panda", "Panda"},
	{"360安全", "360"},
	{"qihoo", "360"},
	{"huorong", "火绒"},
	{"sangfor", "深信服"},
	{"深信服", "深信服"},
	{"fiddler", "Fiddler"},
	{"mitmproxy", "mitmproxy"},
	{"charles proxy", "Charles"},
	{"burp", "Burp Suite"},
	{"squid", "Squid"},
	{"mail shield", "Avast Mail Shield"},
}

// interceptor names the program that made a certificate by its issuer; empty for an issuer of the usual kind.
func interceptor(issuer string) string {
	low := strings.ToLower(issuer)
	for _, i := range interceptors {
		if strings.Contains(low, i.word) {
			return i.name
		}
	}
	return ""
}

func (e *examination) explainCertificate(ctx context.Context, c *mail.Certificate) *mail.Verdict {
	trust := mail.Fix{Do: mail.TrustLeaf}
	has := func(words string) bool { return strings.Contains(c.Reason, words) }
	if name := interceptor(c.Issuer); name != "" {
		return &mail.Verdict{Reason: mail.Intercepted, Other: name, Fixes: []mail.Fix{{Do: mail.RunAgain}, trust}}
	}
	if has("it is for ") && e.captive(ctx) {
		return captivated()
	}
	foreign := autoconfig.ByServer(e.server.Host) != nil && !public(c.Issuer)
	switch {
	case foreign && !has("leaves out") && (has("its issuer is not known") || has("signed by itself")):
		// The great providers have certificates of authorities that everybody knows: somebody else shows this one.
		return &mail.Verdict{Reason: mail.Intercepted, Other: c.Issuer, Fixes: []mail.Fix{{Do: mail.RunAgain}, trust}}
	case has("you chose to trust"):
		return &mail.Verdict{Reason: mail.CertChanged, Other: c.Issuer, Fixes: []mail.Fix{trust}}
	case has(", which can be forged"):
		_, way, _ := strings.Cut(c.Reason, "it is signed with ")
		way, _, _ = strings.Cut(way, ",")
		return &mail.Verdict{Reason: mail.CertWeak, Other: way, Fixes: []mail.Fix{{Do: mail.RunAgain}, trust}}
	case has("the certificate of its issuer, "):
		return &mail.Verdict{Reason: mail.ChainExpired, Other: c.Issuer, Fixes: []mail.Fix{{Do: mail.RunAgain}, trust}, Also: []mail.Reason{mail.ClockWrong}}
	case has("leaves out the issuer's certificate"):
		return &mail.Verdict{Reason: mail.ChainBroken, Other: c.Issuer, Fixes: []mail.Fix{{Do: mail.RunAgain}, trust}}
	case has("signed by itself"):
		return &mail.Verdict{Reason: mail.CertSelf, Fixes: []mail.Fix{trust}}
	case has("its issuer is not known"):
		return &mail.Verdict{Reason: mail.CertIssuer, Other: c.Issuer, Fixes: []mail.Fix{trust, {Do: mail.EditServer}}}
	case has("it is for "):
		return e.explainNames(ctx, c)
	}
	if off, wrong := e.clock(ctx); wrong {
		return &mail.Verdict{Reason: mail.ClockWrong, Other: days(off), Fixes: []mail.Fix{{Do: mail.RunAgain}}}
	}
	switch now := e.Now(); {
	case now.Before(c.NotBefore):
		return &mail.Verdict{Reason: mail.CertEarly, Fixes: []mail.Fix{{Do: mail.RunAgain}}, Also: []mail.Reason{mail.ClockWrong}}
	case now.After(c.NotAfter):
		return &mail.Verdict{Reason: mail.CertExpired, Fixes: []mail.Fix{{Do: mail.RunAgain}, trust}}
	}
	return &mail.Verdict{Reason: mail.CertIssuer, Other: c.Issuer, Fixes: []mail.Fix{trust}}
}

// public reports whether an issuer is one of those whose certificates the providers in the table have. A computer
// without the system's file of authorities does not know them either.
func public(issuer string) bool {
	for _, name := range []string{"Google Trust", "GTS", "DigiCert", "GlobalSign", "Let's Encrypt", "ISRG", "Sectigo", "GeoTrust", "RapidSSL", "TrustAsia", "Amazon", "Entrust", "Microsoft", "Telekom", "Certum", "Actalis", "Yandex"} {
		if strings.Contains(issuer, name) {
			return true
		}
	}
	return false
}

// days words a difference of clocks, in a form that needs no language.
func days(d time.Duration) string { return fmt.Sprintf("%.0f d", d.Abs().Hours()/24) }

// explainNames looks whether the server can be reached under a name that its certificate is for.
func (e *examination) explainNames(ctx context.Context, c *mail.Certificate) *mail.Verdict {
	_, names, _ := strings.Cut(c.Reason, "it is for ")
	names, _, _ = strings.Cut(names, ", not for ")
	v := &mail.Verdict{Reason: mail.CertName, Other: names, Fixes: []mail.Fix{{Do: mail.EditServer}, {Do: mail.TrustLeaf}}}
	list := strings.Split(names, ", ")
	if len(list) > 3 {
		v.Other = strings.Join(list[:3], ", ") + ", …"
	}
	for _, name := range list {
		if strings.HasPrefix(name, "*.") { // the same first part may do in that domain
			first, _, _ := strings.Cut(e.server.Host, ".")
			name = first + name[1:]
		}
		if !strings.Contains(name, ".") || strings.EqualFold(name, e.server.Host) {
			continue
		}
		if s := e.look(ctx, name, e.server.Port); s.speaks == protocol(e.direction) && (s.verified || s.upgrade) {
			v.Fixes = append([]mail.Fix{use(e.at(name, e.server.Port, s))}, v.Fixes...)
			break
		}
	}
	return v
}
