package setup

import (
	"context"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"poplar/gui/kit"
	"poplar/gui/model"
	"poplar/mail"
)

func (g *Guide) testing() fyne.CanvasObject {
	g.title = kit.NewPara(kit.T("Testing the settings"), 20, true, kit.Text)
	g.sum = kit.NewPara(kit.T("This takes a few seconds."), 13, false, kit.Text2)
	g.steps = newStepList(func(i int) {
		if i >= 0 && i < len(g.d.Findings) && g.d.Findings[i].Verdict != nil {
			g.advise(i)
		}
	})
	g.advice = container.New(&kit.Column{Gap: 12})
	g.notice = container.New(&kit.Column{Gap: 12})
	g.card = container.New(kit.Pile{}, kit.NewFill(kit.Surface, 8).Outline(kit.Sep, 1), g.steps)
	g.stop = kit.NewButton(kit.T("Stop"), "", kit.Plain, func() { g.turn(guideServers) })
	g.anyway = kit.NewButton(kit.T("Save anyway"), "", kit.Link, g.Finish)
	g.more = kit.NewButton(kit.T("Show details"), "", kit.Link, func() { g.ready(!g.steps.Visible()) })
	g.write = kit.NewButton(kit.T("Send a test message to yourself"), "", kit.Link, func() {
		g.letter = true
		g.retest()
	})
	g.finish = kit.NewButton(kit.T("Finish and check mail"), "", kit.Filled, g.Finish)
	g.finish.Hide()
	g.anyway.Hide()
	g.more.Hide()
	g.gauge = newGauge()
	foot := container.New(&kit.Column{}, g.gauge, kit.NewFoot(32, []fyne.CanvasObject{g.anyway, g.more}, []fyne.CanvasObject{g.stop, g.finish}))
	return guidePage(g.title, g.sum, container.New(&kit.Column{Gap: 14}, g.notice, g.advice, g.card), foot)
}

// advise tells of a step over the list of steps.
func (g *Guide) advise(i int) {
	g.advice.RemoveAll()
	for _, o := range advise(g.d.Findings[i], g.d.Account, g.remedies()) {
		g.advice.Add(o)
	}
	g.root.Refresh()
}

func (g *Guide) retest() {
	ctx, cancel := context.WithCancel(g.ctx)
	if g.run != nil {
		g.run()
	}
	g.run = cancel
	if g.win != nil {
		g.win.Canvas().Unfocus() // the button that was pressed goes away
	}
	g.advice.RemoveAll()
	g.notice.RemoveAll()
	g.anyway.Hide()
	g.more.Hide()
	g.finish.Hide()
	g.title.SetText(kit.T("Testing the settings"))
	g.stop.SetLabel(kit.T("Stop"))
	g.steps.Show()
	g.card.Show()
	g.late = false
	g.gauge.Show()
	show := func(d *model.Diagnosis) {
		g.steps.show(d)
		g.gauge.set(d.Share())
		g.sum.SetText(d.Summary(tr))
		if g.late && d.Ended.IsZero() {
			g.sum.SetText(kit.T("The server takes its time. You can wait, or stop and try again later."))
		}
		g.root.Refresh()
	}
	if g.patience != nil {
		g.patience()
	}
	g.secrets()
	if !g.started {
		g.start = mail.StartAll
	}
	letter := g.letter
	g.letter = false
	g.d = examine(ctx, g.loop, g.p, g.form, letter, refusedLogin, show, func(d *model.Diagnosis) {
		g.patience()
		g.gauge.Hide()
		p, dir := d.Problem(), mail.Incoming
		failed := d.Failure()
		if failed != nil {
			dir = failed.Direction
		}
		if dir == mail.Incoming && g.search.NextUser(g.form, g.mine, p) {
			g.retest()
			return
		}
		g.stop.SetLabel(kit.T("Back"))
		show(d)
		if p == nil {
			g.title.SetText(kit.T("Everything is ready"))
			g.finish.Show()
			g.ready(letter)
			return
		}
		if dir == mail.Incoming && g.search.FirstUser(g.form, g.mine, p) {
			g.notice.RemoveAll()
			g.notice.Add(kit.NewBar(kit.ToneInfo, "", kit.T("Tried with the user names %s and %s.", g.form.In.User, d.Account.Incoming.User)))
			if failed != nil {
				failed.Verdict = withoutUser(failed.Verdict, g.form.In.User)
			}
		}
		g.title.SetText(kit.T("Not yet"))
		f := mail.Finding{Direction: dir, Step: p.Doing, Problem: p}
		if failed != nil {
			f = *failed
		}
		for _, o := range advise(f, d.Account, g.remedies()) {
			g.advice.Add(o)
		}
		g.anyway.Show()
		show(d)
	})
	g.patience = g.later(patience, func() {
		g.late = true
		show(g.d)
	})
	show(g.d)
}

// refusedLogin reports whether a server has refused the user name or the password for incoming mail. Then no other is
// asked with the same: providers count failures of both servers, and lock mailboxes after a few.
func refusedLogin(f mail.Finding) bool {
	if f.OK || f.Direction != mail.Incoming || f.Problem == nil || f.Problem.Kind != mail.LoginRefused {
		return false
	}
	switch f.Problem.Reason() {
	case "", mail.WrongPassword, mail.UnknownUser:
		return true
	}
	return false
}

// withoutUser takes the offer to try a user name out of a verdict: it was tried.
func withoutUser(v *mail.Verdict, user string) *mail.Verdict {
	if v == nil {
		return nil
	}
	w := *v
	w.Fixes = slices.DeleteFunc(slices.Clone(v.Fixes), func(x mail.Fix) bool { return x.Do == mail.UseServer && x.Server.User == user })
	return &w
}

// ready sums up a test in which all was well; with details the steps are shown below.
func (g *Guide) ready(details bool) {
	g.sum.SetText(kit.T("The account %s can receive and send mail.", g.d.Account.Address))
	g.advice.RemoveAll()
	rows := []fyne.CanvasObject{}
	for _, r := range g.d.Sums(tr) {
		rows = append(rows, newSumRow(r))
	}
	g.advice.Add(container.New(kit.Pile{}, kit.NewFill(kit.Surface, 8).Outline(kit.Sep, 1), container.New(&kit.Column{Pad: fyne.NewSize(6, 8)}, rows...)))
	if slices.ContainsFunc(g.d.Findings, func(f mail.Finding) bool { return f.OK && f.Step == "delete" }) {
		g.advice.Add(kit.NewBar(kit.ToneOK, "", kit.T("The test message was sent, retrieved and deleted again.")))
	}
	if b := clearBar(g.d.Account); b != nil {
		g.advice.Add(b)
	}
	if o := g.begins(); o != nil {
		g.advice.Add(container.New(kit.Inset{Top: 4}, o))
	}
	g.advice.Add(kit.NewBar(kit.ToneInfo, "", model.KeepSentence(g.form.Account().Keep, tr)))
	g.advice.Add(kit.Flush(g.write))
	for _, f := range g.d.Findings {
		if f.Verdict != nil {
			for _, o := range advise(f, g.d.Account, g.remedies()) {
				g.advice.Add(o)
			}
		}
	}
	g.more.Show()
	if details {
		g.steps.Show()
		g.card.Show()
		g.more.SetLabel(kit.T("Hide details"))
	} else {
		g.steps.Hide()
		g.card.Hide()
		g.more.SetLabel(kit.T("Show details"))
	}
	g.root.Refresh()
}

// clearBar warns of servers that are not encrypted; nil where both are.
func clearBar(a mail.Account) *kit.Bar {
	if a.Incoming.Security != mail.NoTLS && a.Outgoing.Security != mail.NoTLS {
		return nil
	}
	return kit.NewBar(kit.ToneWarn, kit.T("Not everything is encrypted"), kit.T("Anybody on the way can read the messages. Ask the provider for servers with encryption."))
}

// unencrypted is a server that was found, that does not encrypt, and that would be logged in at; "" where there is none. What
// the person has typed is no news to them.
func (g *Guide) unencrypted() string {
	for _, d := range []mail.Direction{mail.Incoming, mail.Outgoing} {
		s := g.form.Side(d)
		if s.Security == mail.NoTLS && !*g.mine.Of(d) && (d == mail.Incoming || g.form.OutgoingAuth) {
			return s.Host
		}
	}
	return ""
}

// askClear asks before anything that has to do with the password goes to a server whose name TLS cannot verify: the answer to
// a challenge is not the password, but a weak one can be guessed from it.
func (g *Guide) askClear(host string) {
	q := &kit.Ask{
		Title: kit.T("%s does not encrypt", host), Width: 520,
		Text: kit.T("Anybody on the way can read the messages. The password itself is not sent there, but a weak one can be guessed from what is. Ask the provider for servers with encryption."),
		Choices: []kit.AskChoice{
			{Label: kit.T("Test anyway"), Left: true, Kind: kit.Danger, Do: func() bool {
				g.clear = true
				g.Test()
				return true
			}},
			{Label: kit.T("Edit servers…"), Do: func() bool { g.found.edit(); return true }},
			{Label: kit.T("Back"), Kind: kit.Filled},
		},
		OnCancelled: func() {},
	}
	q.Show(g.win, nil)
}

// newSumRow shows one side of the account in the look of a step.
func newSumRow(s model.Sum) fyne.CanvasObject {
	r := &stepRow{list: newStepList(func(int) {}), index: -1, finding: mail.Finding{OK: true}, sum: &s}
	r.ExtendBaseWidget(r)
	return r
}

func (g *Guide) remedies() remedies {
	return remedies{
		change: func(x mail.Fix) {
			if g.form.Apply(x) {
				g.retest()
			}
		},
		password: func(mail.Direction) { g.turn(guideWho); g.focus(g.Password.Entry) },
		servers:  func(d mail.Direction) { g.toServers(d) },
		find: func() {
			g.search, g.byName, g.clear, g.mine = nil, false, false, model.Mine{}
			g.look()
			g.turn(guideServers)
		},
		signIn: g.SignIn,
		page:   g.browse,
		trust: func(c mail.Certificate) {
			AskTrust(g.win, c, func(trusted bool) {
				if trusted {
					g.form.Trust(c)
					g.retest()
				}
			})
		},
		again: g.retest,
	}
}
