package setup

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"

	"poplar/gui/kit"
	"poplar/gui/model"
	"poplar/mail"
)

// address is the page with one field.
func (g *Guide) address() fyne.CanvasObject {
	g.First.SetText(g.form.Address)
	next := kit.NewButton(kit.T("Continue"), "", kit.Filled, g.Continue)
	if !g.first {
		buttons := []fyne.CanvasObject{next}
		if g.onCancel != nil {
			buttons = []fyne.CanvasObject{kit.NewButton(kit.T("Cancel"), "", kit.Plain, g.onCancel), next}
		}
		more := []fyne.CanvasObject{kit.NewButton(kit.T("Set up by hand"), "", kit.Link, g.ByHand)}
		return guidePage(kit.NewPara(kit.T("Add your mail account"), 20, true, kit.Text),
			kit.NewPara(kit.T("Poplar looks up the servers of your address."), 13, false, kit.Text2),
			container.New(&kit.Column{Gap: 20}, g.First, kit.Flush(kit.NewButton(kit.T("Take over from another program…"), "dl", kit.Link, g.TakeOver))), kit.NewFoot(32, more, buttons))
	}
	icon := canvas.NewImageFromResource(kit.Picture("poplar-256.png"))
	icon.FillMode = canvas.ImageFillContain
	icon.SetMinSize(fyne.NewSquareSize(82))
	demo := kit.NewButton(kit.T("Look at the demo mailbox"), "eye", kit.Link, g.demo)
	g.notice = container.New(&kit.Column{Gap: 8})
	parts := []fyne.CanvasObject{
		container.New(middle{}, icon),
		container.New(kit.Inset{Top: 14}, kit.NewPara(kit.T("Welcome to Poplar"), 24, true, kit.Text).Align(fyne.TextAlignCenter)),
		kit.NewPara(kit.T("Add your first mail account. Poplar looks up the servers."), 14, false, kit.Text2).Align(fyne.TextAlignCenter),
		container.New(kit.Inset{Top: 14}, kit.NewRow(8, 0, g.First, container.New(tall{38}, next))),
		container.New(middle{}, container.New(kit.Spread{Gap: 8}, kit.NewGlyph("lock", 14, kit.Text3),
			kit.NewLine(kit.T("Passwords stay in your system keyring. No telemetry, no middleman."), 12, false, kit.Text3))),
		container.New(kit.Inset{Top: 16}, kit.NewRule()),
		container.New(kit.Inset{Top: 6}, container.New(middle{}, container.New(kit.Spread{Gap: 8},
			kit.NewButton(kit.T("Take over from another program…"), "dl", kit.Link, g.TakeOver), demo,
			kit.NewButton(kit.T("Set up by hand"), "", kit.Link, g.ByHand)))),
		g.notice,
	}
	return container.NewVScroll(container.New(&centred{width: 440}, container.New(&kit.Column{Gap: 8}, parts...)))
}

// tall gives its object a height of its own.
type tall struct{ height float32 }

// Layout implements fyne.Layout.
func (t tall) Layout(o []fyne.CanvasObject, s fyne.Size) {
	o[0].Resize(fyne.NewSize(s.Width, t.height))
}

// MinSize implements fyne.Layout.
func (t tall) MinSize(o []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(o[0].MinSize().Width, t.height)
}

// demo opens the sample mailbox in a Poplar of its own.
func (g *Guide) demo() {
	kit.Do(g.ctx, g.loop, func(context.Context) error { return g.p.Demo() }, func(err error) {
		if err != nil {
			g.say(kit.NewBar(kit.ToneErr, kit.T("The demo does not start"), err.Error()))
		}
	})
}

// say shows a bar on the page.
func (g *Guide) say(b *kit.Bar) {
	g.notice.RemoveAll()
	g.notice.Add(b)
	g.root.Refresh()
}

// TakeOver shows the accounts of other mail programs.
func (g *Guide) TakeOver() {
	w := NewTakeOverWindow(fyne.CurrentApp(), g.p, g.loop, Options{OnSaved: func(a mail.Account) {
		if g.o.OnSaved != nil && g.ctx.Err() == nil {
			g.o.OnSaved(a)
		}
	}})
	w.Show()
}

func (g *Guide) who() fyne.CanvasObject {
	g.Address.SetText(g.form.Address)
	form := kit.NewForm(96)
	form.Add(kit.T("Your name"), g.Name).Add(kit.T("Mail address"), g.Address)
	g.signedIn = container.New(&kit.Column{Gap: 8})
	g.Password.Enable()
	form.Add(kit.T("Password"), g.Password).AddWide(g.signedIn, 6, 108)
	byHand := kit.NewButton(kit.T("Set up by hand"), "", kit.Link, g.ByHand)
	next := kit.NewButton(kit.T("Find servers"), "", kit.Filled, g.Continue)
	g.catch = container.New(&kit.Column{Gap: 8})
	g.tell()
	return guidePage(kit.NewPara(kit.T("Add your mail account"), 20, true, kit.Text),
		kit.NewPara(kit.T("Poplar looks up the servers. Your password is sent nowhere yet."), 13, false, kit.Text2),
		container.New(&kit.Column{Gap: 20}, form, g.catch),
		kit.NewFoot(32, []fyne.CanvasObject{byHand}, []fyne.CanvasObject{kit.NewButton(kit.T("Back"), "", kit.Plain, g.Back), next}))
}

// signInShown shows what stands in place of, or beside, the password where the provider's own page can be used.
func (g *Guide) signInShown() {
	if g.signedIn == nil || g.page != guideWho {
		return
	}
	g.signedIn.RemoveAll()
	a := g.search.Answer()
	switch {
	case g.form.Tokens != "":
		g.signedIn.Add(container.New(kit.Spread{Gap: 8}, kit.NewGlyph("check", 16, kit.OK), kit.NewLine(kit.T("Signed in on the provider's page"), 13, false, kit.Text)))
	case a != nil && (a.OAuthOnly || a.CanOAuth):
		g.signedIn.Add(container.New(kit.Spread{Gap: 8}, kit.NewButton(kit.T("Sign in on the provider's page…"), "", kit.Plain, g.SignIn)))
	}
	if g.form.Tokens != "" || a != nil && a.OAuthOnly {
		g.Password.Disable()
		g.Password.SetWrong("")
	} else {
		g.Password.Enable()
	}
}

// SignIn opens the window for signing in on the provider's page.
func (g *Guide) SignIn() {
	preset := 0
	if a := g.search.Answer(); a != nil {
		preset = model.PresetFor(a.Incoming.Host, a.Provider)
	}
	NewSignInWindow(fyne.CurrentApp(), g.p, g.loop, g.form, preset, func() {
		g.form.In.Password = ""
		g.Password.SetText("")
		if g.page == guideTest {
			g.retest()
			return
		}
		g.signInShown()
		g.root.Refresh()
	}).Show()
}

// Continue goes on: from the address to the name and password, from there to the servers.
func (g *Guide) Continue() {
	g.asked = true
	g.tidy()
	g.check()
	field := g.Address
	if g.page == guideAddress {
		field = g.First
	}
	if field.Wrong() != "" {
		g.focus(field.Entry)
		return
	}
	if g.page == guideAddress {
		g.look()
		g.turn(guideWho)
		if g.form.Name == "" {
			g.focus(g.Name.Entry)
		} else {
			g.focus(g.Password.Entry)
		}
		return
	}
	if g.form.In.Password == "" && g.form.Tokens == "" {
		wrong := kit.T("Type the password.")
		if a := g.search.Answer(); a != nil && a.OAuthOnly {
			wrong = kit.T("Sign in on the provider's page first.")
		}
		g.Password.SetWrong(wrong)
		g.root.Refresh()
		g.focus(g.Password.Entry)
		return
	}
	if g.byName {
		g.turn(guideOffice)
		return
	}
	if g.search != nil && g.search.Worth() {
		g.search = nil // things may have changed since
	}
	g.look()
	g.turn(guideServers)
}
