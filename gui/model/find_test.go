package model

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"poplar/mail"
)

func order(s *Search) []string {
	var list []string
	for _, f := range s.Answers {
		list = append(list, f.Source)
	}
	return list
}

func TestAnswersAreOrderedByWhatMayBeReliedOn(t *testing.T) {
	s := &Search{Address: "anna@birch.example"}
	for _, f := range []mail.Found{
		{Source: "guess"}, {Source: "srv", Insecure: true, Verified: true}, {Source: "ispdb"}, {Source: "autoconfig", Insecure: true},
	} {
		s.Add(f)
	}
	if got := order(s); !slices.Equal(got, []string{"ispdb", "guess", "srv", "autoconfig"}) {
		t.Errorf("order %v", got)
	}
	s.Add(mail.Found{Source: "guess", Verified: true})
	if got := order(s); !slices.Equal(got, []string{"guess", "ispdb", "srv", "autoconfig"}) || s.Answer().Source != "guess" {
		t.Errorf("order %v, chosen %s", got, s.Answer().Source)
	}
	s.Pick(2)
	s.Add(mail.Found{Source: "table", Verified: true})
	if s.Answer().Source != "srv" || len(s.Answers) != MaxAnswers {
		t.Errorf("the person chose srv, and has %s of %d", s.Answer().Source, len(s.Answers))
	}
	s.End([]mail.Found{{Source: "srv"}, {Source: "table"}}, nil)
	if s.Answer().Source != "srv" || s.Worth() {
		t.Error("what was chosen is lost at the end")
	}
}

func TestFillLeavesWhatIsTyped(t *testing.T) {
	f := NewForm(mail.DefaultAccount())
	f.SetAddress("anna@birch.example")
	f.In.Password = "secret"
	f.SetHost(mail.Outgoing, "mine.example:2525")
	s := &Search{Address: f.Address}
	s.Add(mail.Found{
		Source: "table", Users: []string{"anna", "anna@birch.example"}, MinInterval: 48 * time.Hour,
		Incoming: mail.Server{Host: "pop.birch.example", Port: 110, Security: mail.STARTTLS, User: "anna", Auth: mail.AuthAPOP},
		Outgoing: mail.Server{Host: "smtp.birch.example", Port: 25, Security: mail.NoTLS, Auth: mail.AuthNone},
	})
	mine := Mine{Out: true}
	s.Fill(f, mine)
	a := f.Account()
	if a.Incoming.Addr() != "pop.birch.example:110" || a.Incoming.Auth != mail.AuthAPOP || a.Incoming.User != "anna" || f.In.Password != "secret" {
		t.Errorf("incoming %+v", a.Incoming)
	}
	if a.Outgoing.Addr() != "mine.example:2525" || !a.OutgoingAuth {
		t.Errorf("outgoing %+v", a.Outgoing)
	}
	if a.CheckMinutes != 1440 {
		t.Errorf("checks every %d minutes", a.CheckMinutes)
	}
	s.Fill(f, Mine{})
	if a := f.Account(); a.Outgoing.Addr() != "smtp.birch.example:25" || a.OutgoingAuth || a.Outgoing.AllowPlaintext {
		t.Errorf("outgoing %+v", a.Outgoing)
	}
	refused := &mail.Problem{Kind: mail.LoginRefused}
	if s.NextUser(f, mine, &mail.Problem{Kind: mail.NeedsAppPassword}) || s.NextUser(f, Mine{User: true}, refused) {
		t.Error("another user name for a password of the wrong kind, or in place of the person's own")
	}
	if !s.NextUser(f, mine, refused) || f.In.User != "anna@birch.example" || s.NextUser(f, mine, refused) {
		t.Error("the second user name is not tried exactly once")
	}
	if !s.FirstUser(f, mine, refused) || f.In.User != "anna" || s.NextUser(f, mine, refused) {
		t.Error("both were refused, and it goes on trying")
	}
	s.NewPassword()
	if !s.NextUser(f, mine, refused) {
		t.Error("with another password the second user name is not tried")
	}
	Mine{Out: true}.Clear(f)
	if f.In.Host != "" || f.Out.Host != "smtp.birch.example" || f.In.Password != "secret" || f.Minutes != "10" || f.In.User != f.Address {
		t.Errorf("cleared: %+v", f.In)
	}
}

// Between a Chinese name and a Chinese sentence stands no blank; a Latin name keeps it.
func TestCatchOfAChineseName(t *testing.T) {
	zh := map[string]string{
		"QQ Mail": "QQ 邮箱", "%s has no POP3": "%s 没有 POP3", "%s wants an authorisation code or app password": "%s 需要授权码或应用专用密码",
		"%s wants an authorisation code": "%s 需要授权码", "%s wants an app password": "%s 需要应用专用密码",
	}
	tr := func(s string, args ...any) string {
		if z := zh[s]; z != "" {
			s = z
		}
		return fmt.Sprintf(s, args...)
	}
	for _, c := range []struct {
		f    mail.Found
		want string
	}{
		{mail.Found{Provider: "QQ Mail", NeedsCode: true}, "QQ 邮箱需要授权码或应用专用密码"},
		{mail.Found{Provider: "QQ Mail", NeedsCode: true, Wanted: "code"}, "QQ 邮箱需要授权码"},
		{mail.Found{Provider: "Gmail", NeedsCode: true, Wanted: "app-password"}, "Gmail 需要应用专用密码"},
		{mail.Found{Provider: "QQ Mail", NoPOP: true}, "QQ 邮箱没有 POP3"},
		{mail.Found{Provider: "Gmail", NeedsCode: true}, "Gmail 需要授权码或应用专用密码"},
		{mail.Found{Provider: "网易", OAuthOnly: true}, "网易 takes no password from mail programs"},
	} {
		if got := CatchOf(&c.f, "zh", tr).Title; got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

func TestWhatIsSaidOfAnAnswer(t *testing.T) {
	for _, c := range []struct {
		f    mail.Found
		want string
	}{
		{mail.Found{Verified: true}, "Both servers answer."},
		{mail.Found{}, "They could not both be reached."},
		{mail.Found{Problem: &mail.Problem{Kind: mail.Timeout}}, "They could not both be reached."},
		{mail.Found{Problem: &mail.Problem{Kind: mail.UntrustedCertificate}}, "A certificate could not be verified."},
		{mail.Found{Problem: &mail.Problem{Kind: mail.NoEncryption}}, ""},
		{mail.Found{NoPOP: true}, ""},
	} {
		s := &Search{Ended: true}
		if got := s.Replied(c.f, plainTr); got != c.want {
			t.Errorf("%+v: %q, want %q", c.f, got, c.want)
		}
	}
	f := &mail.Found{CopiesEN: "Only recent mail.", CopiesZH: "只有近期邮件。"}
	if CopiesOf(nil, "zh") != "" || CopiesOf(f, "en") != f.CopiesEN || CopiesOf(f, "zh") != f.CopiesZH {
		t.Error("the words about copies are lost")
	}
}
