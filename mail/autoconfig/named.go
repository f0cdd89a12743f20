package autoconfig

import (
	"context"
	"net"
	"slices"
	"strconv"

	"poplar/mail"
)

// Named asks the servers whose names a person was told, for instance by whoever runs a company's mail: with TLS from the
// start and with STARTTLS, at the port that was given or at the usual ones. The first name of each side becomes Host,
// the second OtherHost, whichever of them answers; port and encryption are those of the one that did. One that answers
// with a certificate that cannot be verified counts for these two, and leaves the candidate unverified.
//
// No password is sent. The candidate comes with an error as well. Errors are *AddressError or *Error.
func Named(ctx context.Context, typed string, names mail.Names, o Options) (Candidate, error) {
	at, err := parseAddress(typed)
	if err != nil {
		return Candidate{}, err
	}
	f := newFinder(o, at, nil)
	limited, cancel := context.WithTimeout(ctx, f.o.Overall)
	defer cancel()
	c := Candidate{Source: Typed}
	directions := [2]mail.Direction{mail.Incoming, mail.Outgoing}
	var places [2]place
	together(limited, len(directions), func(ctx context.Context, i int) bool {
		places[i] = f.locate(ctx, directions[i], [2][]string{names.Incoming, names.Outgoing}[i])
		return false
	})
	f.put(&c.Incoming, &c, endpoint{server: places[0].server})
	f.put(&c.Outgoing, &c, endpoint{server: places[1].server})
	c.Verified = places[0].problem == nil && places[1].problem == nil
	for _, p := range places {
		if c.Problem == nil {
			c.Problem = p.problem
		}
	}
	switch {
	case ctx.Err() != nil:
		return c, &Error{Kind: mail.Cancelled, Domain: at.shown(), Err: ctx.Err()}
	case !c.Verified && f.unplugged():
		return c, &Error{Kind: mail.Offline, Domain: at.shown()}
	}
	return c, nil
}

// place is a server as its names and what answered there have it.
type place struct {
	server  mail.Server
	problem *mail.Problem // why none of the names could be confirmed
}

// locate finds out at which port, and with which encryption, one of the names answers.
func (f *finder) locate(ctx context.Context, d mail.Direction, names []string) place {
	var ends []mail.Server
	var given [2]int // the ports that were typed
	names = slices.Clone(names[:min(len(names), len(given))])
	for i, name := range names {
		host, port := splitName(name)
		names[i], given[i] = host, port
		for _, security := range []mail.Security{mail.TLS, mail.STARTTLS} {
			s := mail.Server{Host: host, Port: port, Security: security, Auth: mail.AuthAuto, CAFile: f.o.CAFile}
			if port == 0 {
				s.Port = mail.DefaultPort(d, security)
			}
			ends = append(ends, s)
		}
	}
	if len(ends) == 0 {
		return place{problem: &mail.Problem{Kind: mail.NoSuchHost, Doing: "find servers"}}
	}
	problems := make([]error, len(ends))
	together(ctx, len(ends), func(ctx context.Context, i int) bool {
		_, problems[i] = f.probe(ctx, d, ends[i])
		return problems[i] == nil
	})
	kind := func(err error) mail.Kind {
		if p := mail.ProblemOf(err); p != nil {
			return p.Kind
		}
		return ""
	}
	var out place
	best := slices.Index(problems, nil)
	if best < 0 {
		best = max(0, slices.IndexFunc(problems, func(err error) bool { return kind(err) == mail.UntrustedCertificate }))
		out.problem = mail.ProblemOf(problems[best])
	}
	out.server = ends[best]
	port := func(i int) int {
		if given[i] != 0 {
			return given[i]
		}
		return mail.DefaultPort(d, out.server.Security)
	}
	out.server.Host, out.server.Port = names[0], port(0)
	if len(names) > 1 && names[1] != "" {
		out.server.OtherHost = names[1]
		if p := port(1); p != out.server.Port {
			out.server.OtherPort = p
		}
	}
	return out
}

func splitName(name string) (host string, port int) {
	if h, p, err := net.SplitHostPort(name); err == nil {
		if n, err := strconv.Atoi(p); err == nil && n > 0 && n < 65536 {
			return h, n
		}
	}
	return name, 0
}
