package autoconfig

import (
	"context"
	"strings"
	"testing"

	"poplar/mail"
	"poplar/mail/mailtest"
)

func TestNamed(t *testing.T) {
	for _, c := range []struct {
		name    string
		in, out []string
		world   func(n *internet)
		want    string // host:port/security [other:port] for both sides
		sure    bool
		kind    mail.Kind // of the problem
	}{
		{
			"inside answers",
			[]string{"in.corp.example", "out.corp.example"},
			[]string{"in.corp.example", "out.corp.example"},
			func(n *internet) { n.pop3("in.corp.example:995"); n.smtp("in.corp.example:465") },
			"in.corp.example:995/tls out.corp.example:0, in.corp.example:465/tls out.corp.example:0", true, "",
		},
		{
			"only outside answers, and begins in the clear",
			[]string{"in.corp.example", "out.corp.example"},
			[]string{"in.corp.example", "out.corp.example"},
			func(n *internet) { n.pop3("out.corp.example:110"); n.smtp("out.corp.example:587") },
			"in.corp.example:110/starttls out.corp.example:0, in.corp.example:587/starttls out.corp.example:0", true, "",
		},
		{
			"ports of their own",
			[]string{"in.corp.example:1995", "out.corp.example:2995"},
			[]string{"in.corp.example:1587", "out.corp.example"},
			func(n *internet) { n.pop3("out.corp.example:2995"); n.smtp("in.corp.example:1587") },
			"in.corp.example:1995/starttls out.corp.example:2995, in.corp.example:1587/starttls out.corp.example:587", true, "",
		},
		{
			"one name",
			[]string{"mail.corp.example"},
			[]string{"mail.corp.example"},
			func(n *internet) { n.pop3("mail.corp.example:995"); n.smtp("mail.corp.example:465") },
			"mail.corp.example:995/tls, mail.corp.example:465/tls", true, "",
		},
		{
			"nobody answers",
			[]string{"in.corp.example", "out.corp.example"},
			[]string{"in.corp.example"},
			func(*internet) {},
			"in.corp.example:995/tls out.corp.example:0, in.corp.example:465/tls", false, mail.Unreachable,
		},
		{
			"a certificate of their own",
			[]string{"in.corp.example"},
			[]string{"in.corp.example"},
			func(n *internet) {
				own := mailtest.StartPOP3(n.t, mailtest.POP3Options{TLS: mailtest.NewCA().ServerTLS("in.corp.example")})
				n.mail["in.corp.example:110"] = own.Addr()
				n.smtp("in.corp.example:465")
			},
			"in.corp.example:110/starttls, in.corp.example:465/tls", false, mail.UntrustedCertificate,
		},
		{"no names", nil, nil, func(*internet) {}, ":0/, :0/", false, mail.NoSuchHost},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := newInternet(t)
			c.world(n)
			got, err := Named(context.Background(), "anna@corp.example", mail.Names{Incoming: c.in, Outgoing: c.out}, n.options())
			if err != nil {
				t.Fatal(err)
			}
			var sides []string
			for _, s := range []mail.Server{got.Incoming, got.Outgoing} {
				text := s.Addr() + "/" + string(s.Security)
				if s.OtherHost != "" {
					text += " " + mail.Server{Host: s.OtherHost, Port: s.OtherPort}.Addr()
				}
				sides = append(sides, text)
			}
			if text := strings.Join(sides, ", "); text != c.want || got.Verified != c.sure || got.Source != Typed {
				t.Errorf("got  %s, verified %v\nwant %s", text, got.Verified, c.want)
			}
			if got.Problem == nil != (c.kind == "") || got.Problem != nil && got.Problem.Kind != c.kind {
				t.Errorf("problem %v, want %q", got.Problem, c.kind)
			}
			if len(got.Users) != 2 || got.Users[0] != "anna@corp.example" || got.Users[1] != "anna" {
				t.Errorf("user names %v", got.Users)
			}
		})
	}
}

func TestNamedErrors(t *testing.T) {
	if _, err := Named(context.Background(), "anna", mail.Names{}, Options{}); err == nil {
		t.Error("no address, no error")
	}
	names := mail.Names{Incoming: []string{"in.corp.example"}, Outgoing: []string{"in.corp.example"}}
	n := newInternet(t)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if c, err := Named(ctx, "anna@corp.example", names, n.options()); kindOf(err) != mail.Cancelled || c.Incoming.Host != "in.corp.example" {
		t.Errorf("cancelled: %v, %+v", err, c)
	}
}
