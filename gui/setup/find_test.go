package setup

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"poplar/gui/kit"
	"poplar/gui/model"
	"poplar/mail"
)

type finding = func(ctx context.Context, address string, report func(mail.Found)) ([]mail.Found, error)

func found(source, in, out string) mail.Found {
	return mail.Found{
		Source: source, Users: []string{"anna@birch.example"}, Verified: true,
		Incoming: mail.Server{Host: in, Port: 995, Security: mail.TLS, User: "anna@birch.example", Auth: mail.AuthAuto},
		Outgoing: mail.Server{Host: out, Port: 587, Security: mail.STARTTLS, User: "anna@birch.example", Auth: mail.AuthAuto},
	}
}

// guide is a Guide in a window whose search answers by find.
func (b *bench) guide(o Options, find finding) *Guide {
	b.Helper()
	b.e.find = find
	w := b.app.NewWindow("")
	g := NewFirstStart(w, b.e, b.q.Loop, o)
	kit.SetContent(w, g.Content())
	w.Resize(fyne.NewSize(900, 700))
	b.Cleanup(func() {
		g.Close()
		kit.Forget(w)
		w.Close()
	})
	return g
}

// begin fills the first page, which has the address alone, and goes on.
func begin(g *Guide, address string) {
	fill(g.First, address)
	g.Continue()
}

// who fills the first two pages and goes on.
func who(g *Guide, address string) {
	if g.Page() == guideAddress {
		begin(g, address)
	} else {
		fill(g.Address, address)
	}
	fill(&g.Password.Field, "secret")
	g.Continue()
}

// seen is all text that shows in o.
func seen(o fyne.CanvasObject) string {
	var b strings.Builder
	for _, x := range test.LaidOutObjects(o) {
		if !x.Visible() {
			continue
		}
		switch x := x.(type) {
		case *kit.Line:
			b.WriteString(x.Text() + "\n")
		case *kit.Para:
			b.WriteString(x.Text() + "\n")
		case *kit.Button:
			b.WriteString(x.Label() + "\n")
		}
	}
	return b.String()
}

func (b *bench) shows(g *Guide, texts ...string) {
	b.Helper()
	all := seen(g.Content())
	for _, s := range texts {
		if !strings.Contains(all, s) {
			b.Errorf("the page does not show %q:\n%s", s, all)
		}
	}
}

func TestServersFoundAtOnceAreShown(t *testing.T) {
	b := start(t)
	b.e.findings = findings(nil)
	slow := found("table", "pop.birch.example", "smtp.birch.example")
	slow.MinInterval = 14*time.Minute + time.Second
	other := found("ispdb", "mail.birch.example", "mail.birch.example")
	told := false
	g := b.guide(Options{OnSaved: func(mail.Account) { told = true }}, func(context.Context, string, func(mail.Found)) ([]mail.Found, error) {
		return []mail.Found{slow, other}, nil
	})
	who(g, "anna@birch.example")
	b.until("found", func() bool { return g.search.Ended })
	b.shows(g, "Servers found", "From Poplar's own list of providers. Both servers answer.", "pop.birch.example", "port 995", "STARTTLS", "Edit servers…")
	if g.found.fields.Visible() {
		t.Error("the fields show though all is found")
	}
	g.found.choice.OnChanged(1)
	b.shows(g, "mail.birch.example", "From Mozilla's database of providers.", "Check for new mail every 10 minutes")
	g.found.choice.OnChanged(0)
	b.shows(g, "Check for new mail every 15 minutes")
	b.tap(g.Content(), "Edit servers…")
	if !g.found.fields.Visible() || g.in.host.Text() != "pop.birch.example" || g.out.port.Text() != "587" {
		t.Error("the fields do not show what was found")
	}
	g.Test()
	b.until("tested", func() bool { return g.finish.Visible() })
	g.Finish()
	b.until("saved", func() bool { return told })
	if a := b.e.saved[0]; a.CheckMinutes != 15 || a.Incoming.Host != "pop.birch.example" || a.Outgoing.Security != mail.STARTTLS || !a.SameAsIncoming {
		t.Errorf("saved %+v", a)
	}
	if len(b.e.looked) != 1 {
		t.Errorf("looked %d times", len(b.e.looked))
	}
}

func TestServersWithoutEncryptionAreAskedAbout(t *testing.T) {
	b := start(t)
	b.e.findings = findings(nil)
	clear := found("autoconfig", "pop.birch.example", "smtp.birch.example")
	clear.Incoming.Port, clear.Incoming.Security = 110, mail.NoTLS
	g := b.guide(Options{}, func(context.Context, string, func(mail.Found)) ([]mail.Found, error) {
		return []mail.Found{clear}, nil
	})
	who(g, "anna@birch.example")
	b.until("found", func() bool { return g.search.Ended })
	question := func() fyne.CanvasObject {
		t.Helper()
		g.Test()
		top := g.win.Canvas().Overlays().Top()
		if top == nil || len(b.e.tests) > 0 {
			t.Fatalf("nothing is asked, and %d tests were begun", len(b.e.tests))
		}
		return top
	}
	question()
	g.win.Canvas().OnTypedKey()(&fyne.KeyEvent{Name: fyne.KeyReturn}) // back
	b.tap(question(), "Edit servers…")
	if !g.found.fields.Visible() {
		t.Error("the fields do not show")
	}
	b.tap(question(), "Test anyway")
	b.until("tested", func() bool { return g.finish.Visible() })
	if len(b.e.tests) != 1 || b.e.tests[0].Incoming.AllowPlaintext {
		t.Errorf("%+v", b.e.tests)
	}
}

func TestServersFoundLateDoNotHoldUp(t *testing.T) {
	b := start(t)
	answer := make(chan mail.Found)
	g := b.guide(Options{}, func(ctx context.Context, _ string, report func(mail.Found)) ([]mail.Found, error) {
		f := <-answer
		f.Verified = false
		report(f)
		f = <-answer
		return []mail.Found{f}, nil
	})
	var wait func()
	g.later = func(_ time.Duration, f func()) func() { wait = f; return func() {} }
	who(g, "anna@birch.example")
	b.q.Run()
	if strings.Contains(seen(g.Content()), "Looking for") || !g.found.test.Disabled() {
		t.Error("it speaks at once, or lets nothing be tested")
	}
	wait() // a while later
	b.shows(g, "Looking for the servers of birch.example…")
	f := found("autoconfig", "in.birch.example", "out.birch.example")
	answer <- f
	b.until("heard", func() bool { return len(g.search.Answers) == 1 })
	b.shows(g, "in.birch.example", "From the settings that birch.example itself publishes. Poplar is asking whether they answer…")
	if g.found.test.Disabled() {
		t.Error("what is known cannot be tested")
	}
	answer <- f
	b.until("found", func() bool { return g.search.Ended })
	b.shows(g, "Both servers answer.")
}

func TestWhatIsTypedMeanwhileStays(t *testing.T) {
	b := start(t)
	answer := make(chan mail.Found)
	g := b.guide(Options{}, func(ctx context.Context, _ string, report func(mail.Found)) ([]mail.Found, error) {
		return []mail.Found{<-answer}, nil
	})
	who(g, "anna@birch.example")
	g.in.host.Entry.SetText("mine.birch.example")
	g.found.user.Entry.SetText("me")
	f := found("table", "pop.birch.example", "smtp.birch.example")
	answer <- f
	b.until("found", func() bool { return g.search.Ended })
	if g.in.host.Text() != "mine.birch.example" || g.form.In.Host != "mine.birch.example" || g.form.In.User != "me" || !g.found.fields.Visible() {
		t.Errorf("typed, and now %q and %q", g.form.In.Host, g.form.In.User)
	}
	if g.out.host.Text() != "smtp.birch.example" {
		t.Errorf("the other server is %q", g.out.host.Text())
	}
}

func TestAnotherAddressDropsWhatWasFound(t *testing.T) {
	b := start(t)
	g := b.guide(Options{}, func(ctx context.Context, address string, report func(mail.Found)) ([]mail.Found, error) {
		_, domain, _ := strings.Cut(address, "@")
		if domain == "slow.example" {
			<-ctx.Done()
			return nil, &mail.Problem{Kind: mail.Cancelled}
		}
		return []mail.Found{found("table", "pop."+domain, "smtp."+domain)}, nil
	})
	fill(g.First, "anna@slow.example")
	who(g, "anna@birch.example")
	b.until("found", func() bool { return g.search.Ended })
	if g.form.In.Host != "pop.birch.example" {
		t.Fatalf("found %q", g.form.In.Host)
	}
	g.Key(&fyne.KeyEvent{Name: fyne.KeyEscape})
	g.Address.Entry.SetText("anna@alder.example")
	if g.form.In.Host != "" || g.form.In.Password != "secret" {
		t.Error("the servers of another address stay, or the password goes")
	}
	g.Continue()
	b.until("found", func() bool { return g.search.Ended })
	if g.form.In.Host != "pop.alder.example" {
		t.Errorf("found %q", g.form.In.Host)
	}
}

func TestOfflineKeepsWhatIsTyped(t *testing.T) {
	b := start(t)
	var answers []mail.Found
	g := b.guide(Options{}, func(context.Context, string, func(mail.Found)) ([]mail.Found, error) {
		return answers, &mail.Problem{Kind: mail.Offline}
	})
	who(g, "anna@birch.example")
	b.until("ended", func() bool { return g.search.Ended })
	b.shows(g, "The computer is offline")
	if g.in.host.Text() != "pop.birch.example" || g.form.In.Password != "secret" || g.found.test.Disabled() {
		t.Error("no guesses, or what was typed is gone")
	}
	f := found("table", "pop3.birch.example", "smtp.birch.example")
	f.Verified, f.Note = false, "From memory: it could not be checked without a connection"
	answers = []mail.Found{f}
	g.found.bars.Objects[0].(*kit.Bar).Do(0)
	b.until("looked again", func() bool { return g.search.Ended })
	b.shows(g, "The computer is offline", "From Poplar's own list of providers.")
	if g.form.In.Host != "pop3.birch.example" {
		t.Errorf("the table's server is not offered: %q", g.form.In.Host)
	}
}

func TestCatchIsToldBeforeThePassword(t *testing.T) {
	code := found("table", "pop.qq.com", "smtp.qq.com")
	code.Provider, code.NeedsCode, code.HelpEN, code.HelpZH, code.HelpURL = "QQ Mail", true, "Get a code.", "请生成授权码。", "https://help.example/code"
	token := code
	token.NeedsCode, token.OAuthOnly, token.HelpURL = false, true, "file:///etc/passwd"
	none := code
	none.NoPOP, none.Incoming = true, mail.Server{}
	for _, c := range []struct {
		name, language, title, text string
		f                           mail.Found
		acts                        []string
	}{
		{"code", "en", "QQ Mail wants an authorisation code or app password", "Get a code.", code, []string{"Show me"}},
		{"code", "zh", "QQ 邮箱需要授权码或应用专用密码", "请生成授权码。", code, []string{"查看方法"}},
		{"OAuth only", "en", "QQ Mail takes no password from mail programs", "Get a code.", token, nil},
		{"no POP3", "en", "QQ Mail has no POP3", "Get a code.", none, []string{"Show me"}},
	} {
		t.Run(c.name+" "+c.language, func(t *testing.T) {
			b := start(t)
			kit.SetLanguage(c.language)
			defer kit.SetLanguage("en")
			g := b.guide(Options{}, func(ctx context.Context, _ string, report func(mail.Found)) ([]mail.Found, error) {
				report(c.f)
				<-ctx.Done()
				return nil, ctx.Err()
			})
			begin(g, "anna@qq.com")
			b.until("told", func() bool { return len(g.catch.Objects) == 1 })
			bar := g.catch.Objects[0].(*kit.Bar)
			if bar.Title() != c.title || bar.Text() != c.text || !slices.Equal(bar.Acts(), c.acts) {
				t.Errorf("told %q, %q, %v", bar.Title(), bar.Text(), bar.Acts())
			}
			if len(b.e.tests) > 0 {
				t.Error("a password was tried")
			}
			g.Address.Entry.SetText("anna@birch.example")
			if strings.Contains(seen(g.catch), c.title) {
				t.Error("the catch of another provider stays")
			}
		})
	}
}

func TestCatchKnownLateIsToldBeforeTheTest(t *testing.T) {
	b := start(t)
	answer := make(chan mail.Found)
	g := b.guide(Options{}, func(context.Context, string, func(mail.Found)) ([]mail.Found, error) {
		return []mail.Found{<-answer}, nil
	})
	who(g, "anna@birch.example")
	f := found("mx", "pop.qq.com", "smtp.qq.com")
	f.Provider, f.NeedsCode = "Tencent", true
	answer <- f
	b.until("found", func() bool { return g.search.Ended })
	b.shows(g, "Tencent wants an authorisation code or app password")
}

func TestSecondUserNameIsTriedOnce(t *testing.T) {
	for _, c := range []struct {
		name   string
		refuse []string
		tried  []string
		saved  string
	}{
		{"second works", []string{"anna@birch.example"}, []string{"anna@birch.example", "anna"}, "anna"},
		{"both refused", []string{"anna@birch.example", "anna"}, []string{"anna@birch.example", "anna"}, "anna@birch.example"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := start(t)
			b.e.findings, b.e.refuse = findings(nil), map[string]bool{}
			for _, u := range c.refuse {
				b.e.refuse[u] = true
			}
			f := found("table", "pop.birch.example", "smtp.birch.example")
			f.Users = []string{"anna@birch.example", "anna"}
			g := b.guide(Options{}, func(context.Context, string, func(mail.Found)) ([]mail.Found, error) { return []mail.Found{f}, nil })
			who(g, "anna@birch.example")
			b.until("found", func() bool { return g.search.Ended })
			g.Test()
			b.until("tested", func() bool { return g.finish.Visible() || g.anyway.Visible() })
			if got := users(b.e); !slices.Equal(got, c.tried) {
				t.Errorf("tried %v", got)
			}
			if g.form.In.User != c.saved || g.finish.Visible() != (c.saved == "anna") {
				t.Errorf("now %q, ready %v", g.form.In.User, g.finish.Visible())
			}
			if c.saved == "anna" {
				return
			}
			b.shows(g, "Tried with the user names anna@birch.example and anna.")
			if text := seen(g.Content()); strings.Contains(text, "Try user name") || b.e.sending > 0 {
				t.Errorf("%d logins for sending with what was refused, or a name that was tried is offered:\n%s", b.e.sending, text)
			}
			g.retest() // the same password: not twice more
			b.until("tested again", func() bool { return g.anyway.Visible() })
			if got := users(b.e); len(got) != 3 {
				t.Errorf("tried %v", got)
			}
			g.turn(guideWho)
			fill(&g.Password.Field, "other")
			g.Continue()
			g.Test()
			b.until("tested again", func() bool { return g.anyway.Visible() })
			if got := users(b.e); len(got) != 5 || got[4] != "anna" {
				t.Errorf("another password, tried %v", got)
			}
		})
	}
}

func users(e *engine) []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	var list []string
	for _, a := range e.tests {
		list = append(list, a.Incoming.User)
	}
	return list
}

func TestTypedUserNameIsTheOnlyOneTried(t *testing.T) {
	b := start(t)
	b.e.findings, b.e.refuse = findings(nil), map[string]bool{"me": true}
	f := found("table", "pop.birch.example", "smtp.birch.example")
	f.Users = []string{"anna@birch.example", "anna"}
	g := b.guide(Options{}, func(context.Context, string, func(mail.Found)) ([]mail.Found, error) { return []mail.Found{f}, nil })
	who(g, "anna@birch.example")
	b.until("found", func() bool { return g.search.Ended })
	g.found.user.Entry.SetText("me")
	g.Test()
	b.until("tested", func() bool { return g.anyway.Visible() })
	if got := users(b.e); !slices.Equal(got, []string{"me"}) {
		t.Errorf("tried %v", got)
	}
}

func TestDifferentUserForSendingTakesTheSamePassword(t *testing.T) {
	b := start(t)
	b.e.findings = findings(nil)
	f := found("autoconfig", "pop.birch.example", "smtp.birch.example")
	f.Users, f.Incoming.User = []string{"anna"}, "anna"
	var typed model.Secrets
	g := b.guide(Options{OnByHand: func(_ mail.Account, s model.Secrets) { typed = s }},
		func(context.Context, string, func(mail.Found)) ([]mail.Found, error) { return []mail.Found{f}, nil })
	who(g, "anna@birch.example")
	b.until("found", func() bool { return g.search.Ended })
	g.Test()
	b.until("tested", func() bool { return g.finish.Visible() })
	if a := b.e.tests[0]; a.SameAsIncoming || a.Outgoing.User != "anna@birch.example" || b.e.with[0][mail.Outgoing] != "secret" {
		t.Errorf("tested %+v", a)
	}
	g.ByHand()
	if typed[mail.Incoming] != "secret" || typed[mail.Outgoing] != "secret" {
		t.Error("the password is lost")
	}
}
