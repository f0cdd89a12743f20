package engine

import (
	"context"
	"slices"
	"testing"

	"poplar/mail"
	"poplar/mail/mailtest"
)

// Each name a person writes under leaves by its own server, with its own password, and what fails at one server holds
// up nobody else.
func TestServersOfIdentities(t *testing.T) {
	b := newBench(t, nil, nil)
	own := mailtest.StartSMTP(t, mailtest.SMTPOptions{Users: map[string]string{"sales": "sales-pass", "anna": secret}, RequireAuth: true})
	open := mailtest.StartSMTP(t, mailtest.SMTPOptions{})
	via := mailtest.StartSMTP(t, mailtest.SMTPOptions{Users: map[string]string{"club": secret}, RequireAuth: true})
	server := func(s *mailtest.SMTP, user string) mail.Server {
		to := s.Server(user)
		to.AllowPlaintext = true
		return to
	}
	other := b.account
	other.ID, other.Address, other.Outgoing, other.SameAsIncoming = "a2", "club@birch.example", server(via, "club"), false
	a := b.account
	a.Identities = []mail.Identity{
		{Address: "sales@birch.example", Own: &mail.OwnServer{ID: "x1", Server: server(own, "sales"), OutgoingAuth: true}},
		{Address: "same@birch.example", Own: &mail.OwnServer{ID: "x2", Server: server(own, ""), OutgoingAuth: true, SameAsAccount: true}},
		{Address: "open@birch.example", Own: &mail.OwnServer{ID: "x3", Server: server(open, "nobody")}},
		{Address: "club@birch.example", Via: "a2"},
	}
	asked, password := map[mail.Direction]int{}, "sales-pass"
	b.o.Secret = func(_ context.Context, a mail.Account, d mail.Direction) (string, error) {
		asked[a.SecretOf(d)]++
		if a.SecretOf(d) == "outgoing-x1" {
			return password, nil
		}
		return secret, nil
	}
	if err := b.SetAccounts(t.Context(), []mail.Account{a, other}); err != nil {
		t.Fatal(err)
	}
	flush := func(from string) mail.OutboxItem {
		t.Helper()
		d, err := b.NewDraft(t.Context(), "a1")
		if err != nil {
			t.Fatal(err)
		}
		d.From, d.To, d.Subject = mail.Address{Addr: from}, []mail.Address{{Addr: "jonas@weber.example"}}, from
		id, err := b.Send(t.Context(), d)
		if err != nil {
			t.Fatal(err)
		}
		tried, err := b.Flush(t.Context(), id)
		if err != nil || len(tried) != 1 {
			t.Fatalf("%+v, %v", tried, err)
		}
		return tried[0]
	}
	for _, c := range []struct {
		from, user string
		server     *mailtest.SMTP
	}{
		{"anna@birch.example", "anna", b.smtp},
		{"SALES@birch.example", "sales", own},
		{"same@birch.example", "anna", own},
		{"open@birch.example", "", open},
		{"club@birch.example", "club", via},
	} {
		before := len(c.server.Messages())
		if o := flush(c.from); o.State != mail.SentOK {
			t.Errorf("%s: %s, %v", c.from, o.State, o.Problem)
		}
		got := c.server.Messages()
		if len(got) != before+1 || got[before].User != c.user || got[before].From != c.from {
			t.Errorf("%s: %+v", c.from, got[before:])
		}
	}
	if asked["outgoing-x1"] != 1 || asked["outgoing-x2"] != 0 || asked["outgoing-x3"] != 0 {
		t.Errorf("asked for %v", asked)
	}
	if n, err := b.SizeLimit(t.Context(), "a1", "sales@birch.example"); err != nil || n != 0 {
		t.Errorf("%d, %v", n, err)
	}

	// A wrong password for one server is told as that server's, and the other names go on.
	password = "wrong"
	o := flush("sales@birch.example")
	if o.State != mail.Deferred || o.Problem == nil || o.Problem.Kind != mail.LoginRefused || o.Problem.Where != a.Identities[0].Own.Addr() {
		t.Errorf("%s, %+v", o.State, o.Problem)
	}
	if o := flush("anna@birch.example"); o.State != mail.SentOK {
		t.Errorf("%s, %v", o.State, o.Problem)
	}

	// So is a password that is not there.
	b.o.Secret = func(context.Context, mail.Account, mail.Direction) (string, error) {
		return "", &mail.Problem{Kind: mail.PasswordMissing, Doing: "keyring"}
	}
	if o := flush("sales@birch.example"); o.Problem == nil || o.Problem.Kind != mail.PasswordMissing || o.Problem.Where != a.Identities[0].Own.Addr() {
		t.Errorf("%s, %+v", o.State, o.Problem)
	}

	// There is a worker for each server.
	b.Start()
	var keys []string
	b.mu.Lock()
	for key := range b.senders {
		keys = append(keys, key)
	}
	b.mu.Unlock()
	for _, s := range []mail.Server{server(own, "sales"), server(own, "anna"), server(open, ""), server(via, "club"), server(b.smtp, "anna")} {
		if key := s.User + "@" + s.Addr(); !slices.Contains(keys, key) {
			t.Errorf("no worker for %s: %v", key, keys)
		}
	}
}

// An identity's own server is tried by itself: the incoming one is left alone, and nothing is sent.
func TestOwnServerIsTried(t *testing.T) {
	b := newBench(t, nil, nil)
	own := mailtest.StartSMTP(t, mailtest.SMTPOptions{Users: map[string]string{"sales": "sales-pass"}, RequireAuth: true})
	server := own.Server("sales")
	server.AllowPlaintext = true
	i := mail.Identity{Address: "sales@birch.example", Own: &mail.OwnServer{ID: "x1", Server: server, OutgoingAuth: true}}
	for password, kind := range map[string]mail.Kind{"sales-pass": "", "wrong": mail.LoginRefused} {
		var steps []string
		err := b.TestSending(t.Context(), b.account.Through(i).As(i), func(d mail.Direction) (string, error) {
			if d != mail.Outgoing {
				t.Errorf("asked for the password %q", d)
			}
			return password, nil
		}, func(f mail.Finding) {
			if f.Direction != mail.Outgoing {
				t.Errorf("step %+v", f)
			}
			steps = append(steps, f.Step)
		})
		if (err == nil) != (kind == "") || err != nil && mail.ProblemOf(err).Kind != kind {
			t.Errorf("%q: %v", password, err)
		}
		last := "sender"
		if kind != "" {
			last = "log in"
		}
		if len(steps) == 0 || steps[len(steps)-1] != last {
			t.Errorf("%q: steps %q", password, steps)
		}
	}
	if len(own.Messages()) != 0 || len(b.pop.Commands()) != 0 || b.said(own, "MAIL FROM:<sales@birch.example>") != 1 {
		t.Errorf("%d messages, %d commands to the incoming server, %v", len(own.Messages()), len(b.pop.Commands()), own.Commands())
	}
}
