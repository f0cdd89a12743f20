package setup

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"poplar/gui/kit"
	"poplar/gui/model"
	"poplar/mail"
)

// AskTrust shows a certificate that could not be verified, over w, and asks whether to trust it for its host alone. done
// is called with the answer; Enter and Escape mean no.
func AskTrust(w fyne.Window, c mail.Certificate, done func(trusted bool)) {
	rows := kit.NewForm(100)
	row := func(label, text string) {
		if text != "" {
			rows.Add(label, container.New(kit.Inset{Top: 6}, kit.NewLine(text, 13, false, kit.Text).CutAt(kit.CutMiddle).Shrink()))
		}
	}
	row(kit.T("Issued to"), c.Subject)
	row(kit.T("Issued by"), c.Issuer)
	row(kit.T("Valid"), kit.T("%s to %s", c.NotBefore.Format("2006-01-02"), c.NotAfter.Format("2006-01-02")))
	print := fingerprint(c.SHA256)
	if half := len(print) / 2; half > 10 {
		row("SHA-256", print[:half])
		row("", print[half+1:])
	} else {
		row("SHA-256", print)
	}
	text := kit.T("Poplar cannot verify that this is the real %s. If you trust it, this one certificate is accepted for this server, and for no other. Somebody between you and the server could show you a certificate of their own: compare the fingerprint with what your provider tells you.", c.Host)
	parts := []fyne.CanvasObject{}
	if c.Reason != "" {
		parts = append(parts, kit.NewBar(kit.ToneWarn, "", model.WhyUntrusted(c.Reason, tr)))
	}
	parts = append(parts, rows)
	q := &kit.Ask{
		Title: kit.T("Trust the certificate of %s?", c.Host), Text: text, Width: 600,
		Content: container.New(&kit.Column{Gap: 6}, parts...),
		Choices: []kit.AskChoice{
			{Label: kit.T("Trust this certificate for %s", c.Host), Left: true, Kind: kit.Danger, Do: func() bool { done(true); return true }},
			{Label: kit.T("Do not trust"), Kind: kit.Filled, Do: func() bool { done(false); return true }},
		},
		OnCancelled: func() { done(false) },
	}
	q.Show(w, nil)
}

// PasswordQuestion is the question for a password.
type PasswordQuestion struct {
	ask      *kit.Ask
	win      fyne.Window
	Secret   *kit.Secret
	Remember *kit.Check
	notice   *fyne.Container
	p        model.Poplar
	loop     kit.Loop
	ctx      context.Context // it lasts as long as the question
	cancel   context.CancelFunc
	account  mail.Account
	d        mail.Direction
	done     func(saved bool)
}

// AskPassword asks, over w, for the password of one of an account's servers, and stores it: in the keyring, or where
// the person wants to be asked each time, until Poplar ends. why is what made the question necessary, or nil. done is
// called with false where the person gave none. It must be called on the loop.
func AskPassword(w fyne.Window, p model.Poplar, loop kit.Loop, a mail.Account, d mail.Direction, why *mail.Problem, done func(saved bool)) *PasswordQuestion {
	d = a.SecretOf(d)
	q := &PasswordQuestion{win: w, p: p, loop: loop, account: a, d: d, done: done, notice: container.New(&kit.Column{Gap: 8})}
	q.ctx, q.cancel = context.WithCancel(context.Background())
	server := a.ServerOf(d)
	title := kit.T("Password for %s", a.Title())
	if d != mail.Incoming {
		title = kit.T("Password for sending with %s", a.Title())
		for _, i := range a.Identities {
			if i.Own != nil && i.Own.Direction() == d {
				title = kit.T("Password for sending with %s", i.Address)
			}
		}
	}
	text := ""
	if why != nil {
		t := model.Tell(why, tr)
		text = t.Line(tr)
		if t.Said != "" {
			q.notice.Add(newPlate(kit.Footer, t.Said))
		}
		if model.KeyringMissing(why) {
			q.notice.Add(kit.NewBar(kit.ToneInfo, "", kit.T("It is kept in memory until Poplar ends.")).Icon("key").Act(kit.T("How to get one"), func() { TellKeyring(w) }))
		}
	}
	q.Secret = kit.NewSecret("", func(string) { q.Secret.SetWrong("") })
	q.Remember = kit.NewCheck(kit.T("Remember the password in the keyring"), !a.AskPassword && (why == nil || !model.KeyringRefused(why)), nil)
	form := kit.NewForm(100)
	form.Add(kit.T("Server"), container.New(kit.Inset{Top: 6}, kit.NewLine(server.Host, 13, false, kit.Text).CutAt(kit.CutMiddle).Shrink()))
	form.Add(kit.T("User name"), container.New(kit.Inset{Top: 6}, kit.NewLine(server.User, 13, false, kit.Text).CutAt(kit.CutMiddle).Shrink()))
	form.Add(kit.T("Password"), q.Secret).AddWide(q.Remember, 8, 112)
	q.ask = &kit.Ask{
		Title: title, Text: text, Width: 500, Content: container.New(&kit.Column{Gap: 12}, q.notice, form),
		Choices: []kit.AskChoice{
			{Label: kit.T("Cancel"), Do: func() bool { q.end(false); return true }},
			{Label: kit.T("Continue"), Kind: kit.Filled, Do: func() bool { q.store(); return false }},
		},
	}
	q.ask.Show(w, q.Secret.Entry)
	return q
}

func (q *PasswordQuestion) end(saved bool) {
	q.cancel()
	if q.done != nil {
		q.done(saved)
	}
}

// Open reports whether the question waits for its answer.
func (q *PasswordQuestion) Open() bool { return q.ask.Open() }

// Notice is what the question says about the keyring, or nil.
func (q *PasswordQuestion) Notice() *kit.Bar {
	for _, o := range q.notice.Objects {
		if b, ok := o.(*kit.Bar); ok {
			return b
		}
	}
	return nil
}

// store takes what was typed.
func (q *PasswordQuestion) store() {
	secret := q.Secret.Text()
	if secret == "" {
		q.Secret.SetWrong(kit.T("Type the password."))
		q.ask.Grow()
		return
	}
	a, remember := q.account, q.Remember.On()
	a.AskPassword = !remember
	ok := q.ask.Button(1)
	ok.Disable()
	kit.Go(q.ctx, q.loop, func(ctx context.Context) (mail.Account, error) {
		return q.p.SaveAccount(ctx, a, model.Secrets{q.d: secret}, remember)
	}, func(_ mail.Account, err error) {
		ok.Enable()
		if err == nil {
			q.ask.Close()
			q.end(true)
			return
		}
		t := model.TellError(err, tr)
		bar := kit.NewBar(kit.ToneErr, t.What, model.Sentences(tr, t.Advice))
		if model.KeyringRefused(err) {
			bar = keyringBar(q.win, err, kit.T("The password is not stored."), nil, func() { q.Remember.SetOn(false); q.store() })
		}
		q.notice.RemoveAll()
		q.notice.Add(bar)
		q.ask.Grow()
	})
}
