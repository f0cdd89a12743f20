package doctor

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"poplar/mail"
	"poplar/mail/autoconfig"
	"poplar/mail/wire"
)

// explain finds out what stands behind a step that failed, by what is known and by looking at what else answers.
func (e *examination) explain(ctx context.Context, step string, p *mail.Problem, err error) *mail.Verdict {
	var v *mail.Verdict
	var proxy *wire.ProxyError
	switch {
	case errors.As(err, &proxy):
		v = &mail.Verdict{Reason: mail.ProxyFails, Other: proxy.Proxy, Fixes: []mail.Fix{{Do: mail.EditProxy}}}
	case p.Kind == mail.Cancelled:
		return &mail.Verdict{Reason: mail.Unclear}
	case step == Resolve:
		v = e.explainName(ctx, p)
	case step == Connect:
		v = e.explainConnection(ctx, p)
	case step == Encrypt:
		v = e.explainEncryption(ctx, p)
	case step == Greeting:
		v = e.explainGreeting(ctx, p)
	case step == LogIn:
		v = e.explainLogin(p)
	default:
		v = e.explainRefusal(step, p)
	}
	if v.Reason == "" {
		v.Reason = mail.Unclear
	}
	for i := range v.Fixes {
		if v.Fixes[i].Direction == "" {
			v.Fixes[i].Direction = e.direction
		}
	}
	return v
}

// use is the fix that takes a server as it is.
func use(s mail.Server) mail.Fix { return mail.Fix{Do: mail.UseServer, Server: s} }

func (e *examination) explainName(ctx context.Context, p *mail.Problem) *mail.Verdict {
	// A name that is known to exist is not missing because it is misspelt.
	if (p.Kind == mail.Offline || autoconfig.ByServer(e.server.Host) != nil) && !e.anythingElse(ctx) {
		return &mail.Verdict{Reason: mail.NoNetwork, Fixes: []mail.Fix{{Do: mail.RunAgain}}}
	}
	if e.noPOP() {
		return &mail.Verdict{Reason: mail.NoPOPThere}
	}
	find := []mail.Fix{{Do: mail.FindAgain}, {Do: mail.EditServer}}
	for _, name := range e.alike() {
		if s, ok := e.elsewhere(ctx, e.direction, name); ok {
			return &mail.Verdict{Reason: mail.Misspelt, Other: name, Fixes: append([]mail.Fix{use(s)}, find...)}
		}
	}
	if s, ok := e.elsewhere(ctx, e.direction, e.neighbours()...); ok {
		return &mail.Verdict{Reason: mail.NoSuchName, Fixes: append([]mail.Fix{use(s)}, find...)}
	}
	return &mail.Verdict{Reason: mail.NoSuchName, Fixes: find}
}

// anythingElse reports whether other names can be looked up, so that the network cannot be the reason.
func (e *examination) anythingElse(ctx context.Context) bool {
	other := e.account.Outgoing.Host
	if e.direction == mail.Outgoing {
		other = e.account.Incoming.Host
	}
	for _, name := range []string{e.account.Address[strings.LastIndexByte(e.account.Address, '@')+1:], other} {
		if name == "" || strings.EqualFold(name, e.server.Host) || e.Remote {
			continue
		}
		if _, err := e.Resolver.LookupNetIP(ctx, "ip", name); err == nil {
			return true
		}
	}
	return false
}

func (e *examination) noPOP() bool {
	return e.direction == mail.Incoming && e.provider != nil && e.provider.NoPOP
}

// alike are the names of mail servers that differ from the given one by a slip of the finger.
func (e *examination) alike() []string {
	var names []string
	for _, n := range append(e.neighbours(), autoconfig.Hosts(e.direction)...) {
		if d := distance(n, strings.ToLower(e.server.Host)); d > 0 && d <= 2 {
			names = append(names, n)
		}
	}
	return names[:min(len(names), 3)]
}

// distance is how many letters have to be put in, left out or changed to make b of a.
func distance(a, b string) int {
	if d := len(a) - len(b); d > 2 || d < -2 {
		return 3
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		corner := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			change := corner
			if a[i-1] != b[j-1] {
				change++
			}
			corner = row[j]
			row[j] = min(change, row[j]+1, row[j-1]+1)
		}
	}
	return row[len(b)]
}

func (e *examination) explainConnection(ctx context.Context, p *mail.Problem) *mail.Verdict {
	sixOnly := &mail.Verdict{Reason: mail.IPv6Only, Fixes: []mail.Fix{{Do: mail.RunAgain}, {Do: mail.EditServer}}}
	if p.Kind == mail.Offline && e.onlySix && e.anythingElse(ctx) {
		return sixOnly
	}
	if p.Kind == mail.Offline {
		return &mail.Verdict{Reason: mail.NoNetwork, Fixes: []mail.Fix{{Do: mail.RunAgain}}}
	}
	host := e.server.Host
	if s, ok := e.elsewhere(ctx, e.direction, host); ok {
		v := &mail.Verdict{Reason: mail.WrongPort, Other: strconv.Itoa(s.Port), Fixes: []mail.Fix{use(s), {Do: mail.EditServer}}}
		if e.direction == mail.Outgoing && e.server.Port == 25 {
			v.Reason = mail.Port25Blocked
		}
		return v
	}
	if e.noPOP() {
		return &mail.Verdict{Reason: mail.NoPOPThere}
	}
	if v := e.swapped(ctx); v != nil {
		return v
	}
	next := []mail.Fix{{Do: mail.FindAgain}, {Do: mail.EditServer}}
	with := func(r mail.Reason) *mail.Verdict {
		v := &mail.Verdict{Reason: r, Fixes: next}
		if s, ok := e.elsewhere(ctx, e.direction, e.neighbours()...); ok {
			v.Fixes = append([]mail.Fix{use(s)}, next...)
		}
		return v
	}
	there, confused := mail.Outgoing, mail.SMTPThere
	if e.direction == mail.Outgoing {
		there, confused = mail.Incoming, mail.POPThere
	}
	if e.speaksAt(ctx, there, host) {
		return with(confused)
	}
	if e.look(ctx, host, 993).speaks == "imap" {
		return with(mail.IMAPServer)
	}
	if _, err := e.get(ctx, host); err == nil || e.look(ctx, host, 443).open {
		return with(mail.WebServer)
	}
	if strings.Contains(p.Said, "refused") {
		return with(mail.PortClosed)
	}
	if e.onlySix {
		return sixOnly
	}
	return with(mail.PortSilent)
}

// swapped finds that the two servers stand in each other's place; nil when not.
func (e *examination) swapped(ctx context.Context) *mail.Verdict {
	other, there := e.account.SMTP(), mail.Outgoing
	if e.direction == mail.Outgoing {
		other, there = e.account.POP3(), mail.Incoming
	}
	if e.look(ctx, other.Host, other.Port).speaks != protocol(e.direction) && !e.speaksAt(ctx, e.direction, other.Host) {
		return nil
	}
	if e.look(ctx, e.server.Host, e.server.Port).speaks != protocol(there) && !e.speaksAt(ctx, there, e.server.Host) {
		return nil
	}
	return &mail.Verdict{Reason: mail.Swapped, Fixes: []mail.Fix{{Do: mail.SwapServers}, {Do: mail.EditServer}}}
}

// speaksAt reports whether one of the usual ports of a direction speaks its protocol.
func (e *examination) speaksAt(ctx context.Context, d mail.Direction, host string) bool {
	for _, p := range usual(d) {
		if e.look(ctx, host, p.number).speaks == protocol(d) {
			return true
		}
	}
	return false
}

// other explains that something else than the server speaks on its port.
func (e *examination) other(ctx context.Context, speaks string) *mail.Verdict {
	v := &mail.Verdict{Fixes: []mail.Fix{{Do: mail.EditServer}}}
	there := mail.Outgoing
	if e.direction == mail.Outgoing {
		there = mail.Incoming
	}
	switch speaks {
	case protocol(there):
		second := e.account.SMTP()
		if e.direction == mail.Outgoing {
			second = e.account.POP3()
		}
		if e.look(ctx, second.Host, second.Port).speaks == protocol(e.direction) {
			v.Reason, v.Fixes = mail.Swapped, []mail.Fix{{Do: mail.SwapServers}, {Do: mail.EditServer}}
			return v
		}
		v.Reason = mail.SMTPThere
		if speaks == "pop3" {
			v.Reason = mail.POPThere
		}
	case "imap":
		v.Reason = mail.IMAPServer
	case "http":
		if e.captive(ctx) {
			return &mail.Verdict{Reason: mail.CaptivePortal, Fixes: []mail.Fix{{Do: mail.OpenBrowser}, {Do: mail.RunAgain}}}
		}
		v.Reason = mail.WebServer
	default:
		v.Reason = mail.NoMailServer
	}
	if s, ok := e.elsewhere(ctx, e.direction, append([]string{e.server.Host}, e.neighbours()...)...); ok {
		v.Fixes = append([]mail.Fix{use(s)}, v.Fixes...)
	}
	return v
}

func (e *examination) explainGreeting(ctx context.Context, p *mail.Problem) *mail.Verdict {
	switch p.Kind {
	case mail.Protocol, mail.Timeout, mail.ServerTemporary, mail.Unknown:
	default:
		return e.explainRefusal(Greeting, p)
	}
	if p.Kind == mail.ServerTemporary && !strings.Contains(p.Said, "closed the connection") {
		return e.explainRefusal(Greeting, p)
	}
	s := e.look(ctx, e.server.Host, e.server.Port)
	if !s.tls && s.speaks == "" && e.server.Security != mail.TLS {
		if t, _ := e.lookWith(ctx, e.server.Host, e.server.Port, true); t.tls {
			s = t
		}
	}
	switch {
	case s.tls && e.server.Security != mail.TLS && s.speaks == protocol(e.direction):
		return &mail.Verdict{Reason: mail.TLSFromStart, Fixes: []mail.Fix{use(e.at(e.server.Host, e.server.Port, s)), {Do: mail.EditServer}}}
	case s.speaks != "" && s.speaks != protocol(e.direction):
		return e.other(ctx, s.speaks)
	case s.speaks == "" && e.captive(ctx):
		return &mail.Verdict{Reason: mail.CaptivePortal, Fixes: []mail.Fix{{Do: mail.OpenBrowser}, {Do: mail.RunAgain}}}
	case p.Kind == mail.Timeout:
		v := &mail.Verdict{Reason: mail.Silent, Fixes: []mail.Fix{{Do: mail.RunAgain}}}
		if s, ok := e.elsewhere(ctx, e.direction, e.server.Host); ok {
			v.Fixes = append([]mail.Fix{use(s)}, v.Fixes...)
		}
		return v
	case strings.Contains(p.Said, "closed the connection"), p.Said == "":
		return &mail.Verdict{Reason: mail.HungUp, Fixes: []mail.Fix{{Do: mail.RunAgain}}}
	}
	return &mail.Verdict{Reason: mail.NoMailServer, Fixes: []mail.Fix{{Do: mail.EditServer}}}
}

// explainRefusal explains by the server's own words.
func (e *examination) explainRefusal(step string, p *mail.Problem) *mail.Verdict {
	v := &mail.Verdict{Reason: p.Reason()}
	if v.Reason == "" && p.Kind == mail.ServerTemporary {
		v.Reason = mail.ServerTrouble
	}
	if strings.Contains(p.Said, "closed the connection") {
		v.Reason = mail.HungUp
	}
	if p.Kind == mail.Timeout {
		v.Reason = mail.Silent
	}
	v.Fixes = e.fixes(v.Reason)
	if step == Sender && v.Reason == mail.Policy {
		v.Reason = mail.SenderNotYours
	}
	return v
}
