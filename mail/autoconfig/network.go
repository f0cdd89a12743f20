package autoconfig

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"poplar/mail"
	"poplar/mail/wire"
)

// note remembers whether the network is there, by how a question or a probe ended.
func (f *finder) note(err error) {
	if err == nil {
		f.heard.Store(true)
		return
	}
	switch wire.Wrap(err, "", "").Kind {
	case mail.Offline:
		f.offline.Store(true)
	case mail.Timeout, mail.Cancelled, mail.Unreachable, mail.Unknown, mail.NoSuchHost:
		// Nobody need be there for these: a router without a line denies every name.
	default:
		f.heard.Store(true)
	}
}

// missing reports the failure of a name that is known to exist: the network is not there, or keeps names back.
func missing(err error) bool {
	return err != nil && wire.Wrap(err, "", "").Kind == mail.NoSuchHost
}

func (f *finder) resolver() Resolver {
	if f.o.Resolver != nil {
		return f.o.Resolver
	}
	return net.DefaultResolver
}

// exchangers returns the names of a domain's mail exchangers, best first.
func (f *finder) exchangers(ctx context.Context, domain string) []string {
	ctx, cancel := context.WithTimeout(ctx, f.o.Each)
	defer cancel()
	// The final dot keeps the system's search list out.
	records, err := f.resolver().LookupMX(ctx, domain+".")
	f.note(err)
	var hosts []string
	for _, r := range records {
		if host, ok := hostName(r.Host); ok && len(hosts) < maxServers {
			hosts = append(hosts, host)
		}
	}
	return hosts
}

// services are the SRV names of RFC 6186 and RFC 8314, implicit TLS first as the latter wants it. What is behind the
// others begins in the clear and is encrypted by STARTTLS.
var services = []struct {
	name      string
	direction mail.Direction
	security  mail.Security
}{
	{"pop3s", mail.Incoming, mail.TLS},
	{"pop3", mail.Incoming, mail.STARTTLS},
	{"submissions", mail.Outgoing, mail.TLS},
	{"submission", mail.Outgoing, mail.STARTTLS},
}

// published returns what a domain's SRV records name.
func (f *finder) published(ctx context.Context, at address) (incoming, outgoing []endpoint) {
	found := make([][]endpoint, len(services))
	together(ctx, len(services), func(ctx context.Context, i int) bool {
		ctx, cancel := context.WithTimeout(ctx, f.o.Each)
		defer cancel()
		_, records, err := f.resolver().LookupSRV(ctx, services[i].name, "tcp", at.domain+".")
		f.note(err)
		for _, r := range records {
			// A single dot says that there is no such service.
			host, ok := hostName(r.Target)
			if !ok || r.Port == 0 || len(found[i]) >= maxServers/2 {
				continue
			}
			s := mail.Server{Host: host, Port: int(r.Port), Security: services[i].security, Auth: mail.AuthAuto}
			if s.Port == 995 || s.Port == 465 {
				s.Security = mail.TLS // whatever name it was listed under
			}
			found[i] = append(found[i], endpoint{server: s, sure: true})
		}
		return false
	})
	for i, s := range services {
		if s.direction == mail.Incoming {
			incoming = append(incoming, found[i]...)
		} else {
			outgoing = append(outgoing, found[i]...)
		}
	}
	return incoming, outgoing
}

// usual returns the names that many domains give their servers, as far as they exist.
func (f *finder) usual(ctx context.Context, at address) (incoming, outgoing []endpoint) {
	names := []string{"pop", "pop3", "mail", "smtp"}
	exists := make([]bool, len(names))
	together(ctx, len(names), func(ctx context.Context, i int) bool {
		ctx, cancel := context.WithTimeout(ctx, f.o.Each)
		defer cancel()
		_, err := f.resolver().LookupHost(ctx, names[i]+"."+at.domain+".")
		f.note(err)
		exists[i] = err == nil
		return false
	})
	add := func(list []endpoint, security mail.Security, d mail.Direction, prefixes ...string) []endpoint {
		for _, p := range prefixes {
			if exists[slices.Index(names, p)] {
				s := mail.Server{Host: p + "." + at.domain, Port: mail.DefaultPort(d, security), Security: security, Auth: mail.AuthAuto}
				list = append(list, endpoint{server: s})
			}
		}
		return list
	}
	incoming = add(incoming, mail.TLS, mail.Incoming, "pop", "pop3", "mail")
	incoming = add(incoming, mail.STARTTLS, mail.Incoming, "pop", "pop3", "mail")
	outgoing = add(outgoing, mail.TLS, mail.Outgoing, "smtp", "mail")
	outgoing = add(outgoing, mail.STARTTLS, mail.Outgoing, "smtp", "mail")
	return incoming, outgoing
}

// maxRedirects bounds how far a question is sent on.
const maxRedirects = 3

// client returns the HTTP client: the caller's, if there is one, under the same rules.
func client(o Options) *http.Client {
	c := &http.Client{}
	if o.HTTP != nil {
		*c = *o.HTTP
	}
	c.Jar = nil
	c.CheckRedirect = func(r *http.Request, via []*http.Request) error {
		if len(via) > maxRedirects {
			return errors.New("the question was sent on too often")
		}
		if r.URL.Scheme != "https" && via[len(via)-1].URL.Scheme == "https" {
			return errors.New("the answer would come unencrypted")
		}
		return nil
	}
	if c.Transport == nil {
		t := &http.Transport{
			Proxy: http.ProxyFromEnvironment, DialContext: new(net.Dialer).DialContext, DisableKeepAlives: true,
			DisableCompression: true, MaxResponseHeaderBytes: 64 << 10, TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12},
		}
		if o.Wire.DialContext != nil {
			t.Proxy, t.DialContext = nil, o.Wire.DialContext
		}
		c.Transport = t
	}
	return c
}

// get returns the answer to a question, if it has the size of a configuration.
func (f *finder) get(ctx context.Context, from string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, f.o.Each)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, from, nil)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Accept", "application/xml, text/xml")
	r.Header.Set("User-Agent", "Poplar")
	answer, err := f.http.Do(r)
	f.note(err)
	if err != nil {
		return nil, err
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answers %s", r.URL.Host, answer.Status)
	}
	raw, err := io.ReadAll(io.LimitReader(answer.Body, maxConfig+1))
	if err != nil {
		return nil, err
	}
	return raw, nil
}

// ask asks several places side by side and returns the first configuration in their order, nil when there is none.
func (f *finder) ask(ctx context.Context, at address, places ...string) *config {
	found := make([]*config, len(places))
	together(ctx, len(places), func(ctx context.Context, i int) bool {
		raw, err := f.get(ctx, places[i])
		if err != nil {
			return false
		}
		found[i], err = parseConfig(raw, at)
		return err == nil
	})
	for _, c := range found {
		if c != nil {
			return c
		}
	}
	return nil
}

// places are where a domain publishes its configuration. The address is told over https only.
func places(at address, scheme string) []string {
	query := ""
	if scheme == "https" {
		query = "?emailaddress=" + url.QueryEscape(at.String())
	}
	return []string{
		scheme + "://autoconfig." + at.domain + "/mail/config-v1.1.xml" + query,
		scheme + "://" + at.domain + "/.well-known/autoconfig/mail/config-v1.1.xml",
	}
}

// database returns where Mozilla's database has a domain's configuration, "" when it is not to be asked.
func (f *finder) database(domain string) string {
	if f.o.ISPDB == NoISPDB {
		return ""
	}
	return strings.TrimSuffix(f.o.ISPDB, "/") + "/" + url.PathEscape(domain)
}
