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

// The pages of the Guide.
const (
	guideAddress = iota
	guideWho
	guideServers
	guideTest
)

// Guide leads from a mail address to an account that works: who, which servers, does it work. Back keeps everything.
type Guide struct {
	p     model.Poplar
	loop  kit.Loop
	o     Options
	win   fyne.Window // for questions
	first bool        // it greets, and cannot be cancelled

	ctx    context.Context // it lasts as long as the Guide
	cancel context.CancelFunc
	run    context.CancelFunc

	form  *model.Form
	page  int
	root  *fyne.Container
	d     *model.Diagnosis
	asked bool

	search  *model.Search // of the address as it is now; nil: not begun
	endLook context.CancelFunc
	mine    model.Mine
	catch   *fyne.Container // on the first page
	told    string          // what that says of the provider
	found   *foundPage      // on the page of the servers

	First         *kit.Field // the address, alone on the first page
	Name, Address *kit.Field
	Password      *kit.Secret
	signedIn      *fyne.Container // in place of the password
	in, out       *guideSide      // on the page of the servers
	steps         *stepList
	advice        *fyne.Container
	title, sum    *kit.Para
	finish, stop  *kit.Button
	anyway, more  *kit.Button
	card          *fyne.Container
	notice        *fyne.Container
	finishing     bool
	onCancel      func()
}

// NewFirstStart returns the page that the main window shows while there is no account. o.OnSaved is called with the
// account once it works, o.OnByHand where the person wants the account window instead.
func NewFirstStart(w fyne.Window, p model.Poplar, loop kit.Loop, o Options) *Guide {
	return newGuide(w, p, loop, o, true, nil)
}

// GuideWindow is the Guide in a window of its own, for further accounts.
type GuideWindow struct {
	*frame
	*Guide
}

// NewGuideWindow returns the window that adds a further account.
func NewGuideWindow(app fyne.App, p model.Poplar, loop kit.Loop, o Options) *GuideWindow {
	g := &GuideWindow{}
	g.frame = newFrame(app, loop, kit.T("Add account"), fyne.NewSize(576, 620), func() {
		g.Guide.Close()
		if o.OnClosed != nil {
			o.OnClosed()
		}
	})
	saved, byHand := o.OnSaved, o.OnByHand
	o.OnSaved = func(a mail.Account) {
		if saved != nil {
			saved(a)
		}
		g.Window.Close()
	}
	o.OnByHand = func(a mail.Account, typed model.Secrets) {
		g.Window.Close()
		if byHand != nil {
			byHand(a, typed)
			return
		}
		NewAccountWindow(app, p, loop, &a, Options{OnSaved: saved, Typed: typed}).Show()
	}
	g.Guide = newGuide(g.Window, p, loop, o, false, func() { g.Window.Close() })
	g.fill(g.Content())
	g.Window.Canvas().SetOnTypedKey(g.Key)
	g.Window.Canvas().Focus(g.First.Entry)
	return g
}

// Show brings the window up.
func (g *GuideWindow) Show() { g.frame.Show() }

func newGuide(w fyne.Window, p model.Poplar, loop kit.Loop, o Options, first bool, cancelled func()) *Guide {
	g := &Guide{p: p, loop: loop, o: o, win: w, first: first, form: model.NewForm(mail.DefaultAccount()), onCancel: cancelled}
	g.ctx, g.cancel = context.WithCancel(context.Background())
	g.First = kit.NewField("", kit.T("Mail address"), func(t string) {
		g.form.SetAddress(t)
		g.forget()
		if g.First.Wrong() != "" {
			g.check()
		}
	})
	if first {
		g.First.Tall(38)
	}
	g.Name = kit.NewField("", "", func(t string) { g.form.Name = t })
	g.Address = kit.NewField("", "", func(t string) {
		g.form.SetAddress(t)
		g.forget()
		if g.Address.Wrong() != "" {
			g.check()
		}
	})
	left := func() {
		if g.form.Address != "" {
			g.asked = true
			g.check()
			g.look()
		}
	}
	g.First.OnLeft, g.Address.OnLeft = left, left
	g.Password = kit.NewSecret("", func(t string) {
		g.form.In.Password = t
		g.Password.SetWrong("")
		g.search.NewPassword()
	})
	if !first {
		g.Password.SetHint(kit.T("Kept in this computer's keyring, never in a file."))
	}
	g.root = container.NewStack()
	g.turn(guideAddress)
	return g
}

// Content is what the window shows.
func (g *Guide) Content() fyne.CanvasObject { return g.root }

// Form is what is known of the account.
func (g *Guide) Form() *model.Form { return g.form }

// Close ends what the Guide has begun.
func (g *Guide) Close() { g.cancel() }

// Key takes the keys that no field has a use for.
func (g *Guide) Key(k *fyne.KeyEvent) {
	switch k.Name {
	case fyne.KeyReturn, fyne.KeyEnter:
		switch g.page {
		case guideAddress, guideWho:
			g.Continue()
		case guideServers:
			g.Test()
		case guideTest:
			if g.finish.Visible() {
				g.Finish()
			}
		}
	case fyne.KeyEscape:
		if g.page != guideAddress {
			g.turn(g.page - 1)
		} else if g.onCancel != nil {
			g.onCancel()
		}
	}
}

func (g *Guide) turn(page int) {
	if g.run != nil {
		g.run()
		g.run = nil
	}
	g.page = page
	if g.found != nil {
		g.found.close()
		g.found = nil
	}
	var o fyne.CanvasObject
	switch page {
	case guideAddress:
		o = g.address()
	case guideWho:
		o = g.who()
	case guideServers:
		o = g.servers()
	default:
		o = g.testing()
	}
	g.root.RemoveAll()
	g.root.Add(o)
	g.root.Refresh()
}

func (g *Guide) check() {
	wrong := g.form.Check(model.FieldAddress)
	if wrong != "" {
		wrong = kit.T(wrong)
	}
	g.Address.SetWrong(wrong)
	g.First.SetWrong(wrong)
	g.root.Refresh()
}

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
			container.New(&kit.Column{Gap: 20}, g.First, container.New(kit.Spread{Gap: 8}, kit.NewButton(kit.T("Take over from another program…"), "dl", kit.Link, g.TakeOver))), kit.NewFoot(32, more, buttons))
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
	return container.NewVScroll(container.New(&centred{width: 560}, container.New(&kit.Column{Gap: 8}, parts...)))
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
	g.catch = container.New(&kit.Column{})
	g.tell()
	return guidePage(kit.NewPara(kit.T("Add your mail account"), 20, true, kit.Text),
		kit.NewPara(kit.T("Poplar looks up the servers. Your password is sent nowhere yet."), 13, false, kit.Text2),
		container.New(&kit.Column{Gap: 20}, form, g.catch),
		kit.NewFoot(32, []fyne.CanvasObject{byHand}, []fyne.CanvasObject{kit.NewButton(kit.T("Back"), "", kit.Plain, func() { g.turn(guideAddress) }), next}))
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
	if g.search != nil && g.search.Worth() {
		g.search = nil // things may have changed since
	}
	g.look()
	g.turn(guideServers)
}

func (g *Guide) focus(o fyne.Focusable) {
	if g.win != nil {
		g.win.Canvas().Focus(o)
	}
}

// ByHand hands what is known so far to the account window.
func (g *Guide) ByHand() {
	if a := g.search.Answer(); a == nil || !a.NoPOP {
		g.form.Suggest()
	}
	g.stopLooking()
	if g.o.OnByHand != nil {
		g.o.OnByHand(g.form.Account(), g.secrets())
	}
}

// secrets are what was typed for the servers: one password serves both.
func (g *Guide) secrets() model.Secrets {
	if g.form.OwnOutgoing() {
		g.form.Out.Password = g.form.In.Password
	}
	return g.form.Secrets()
}

// Test goes on from the servers to their test.
func (g *Guide) Test() {
	if g.found.waits() {
		return
	}
	in, out := g.in.check(), g.out.check()
	if !in || !out {
		g.found.edit()
		return
	}
	if g.form.Check(model.FieldDays) != "" {
		return
	}
	g.stopLooking() // the person has chosen: nothing changes any more
	g.turn(guideTest)
	g.retest()
}

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
	g.finish = kit.NewButton(kit.T("Finish and check mail"), "", kit.Filled, g.Finish)
	g.finish.Hide()
	g.anyway.Hide()
	g.more.Hide()
	return guidePage(g.title, g.sum, container.New(&kit.Column{Gap: 14}, g.notice, g.advice, g.card),
		kit.NewFoot(32, []fyne.CanvasObject{g.anyway, g.more}, []fyne.CanvasObject{g.stop, g.finish}))
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
	g.advice.RemoveAll()
	g.anyway.Hide()
	g.more.Hide()
	g.finish.Hide()
	g.title.SetText(kit.T("Testing the settings"))
	g.stop.SetLabel(kit.T("Stop"))
	g.steps.Show()
	show := func(d *model.Diagnosis) {
		g.steps.show(d)
		g.sum.SetText(d.Summary(tr))
		g.root.Refresh()
	}
	g.secrets()
	g.d = examine(ctx, g.loop, g.p, g.form, false, show, func(d *model.Diagnosis) {
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
			g.ready(false)
			return
		}
		if dir == mail.Incoming && g.search.FirstUser(g.form, g.mine, p) {
			g.notice.RemoveAll()
			g.notice.Add(kit.NewBar(kit.ToneInfo, "", kit.T("Tried with the user names %s and %s.", g.form.In.User, d.Account.Incoming.User)))
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
	show(g.d)
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
	g.advice.Add(kit.NewBar(kit.ToneInfo, "", model.KeepSentence(g.form.Account().Keep, tr)))
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
		find:     func() { g.search = nil; g.mine = model.Mine{}; g.look(); g.turn(guideServers) },
		signIn:   g.SignIn,
		page:     g.browse,
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

func (g *Guide) toServers(d mail.Direction) {
	g.turn(guideServers)
	g.found.edit()
	s := g.in
	if d == mail.Outgoing {
		s = g.out
	}
	g.focus(s.host.Entry)
}

// Finish stores the account.
func (g *Guide) Finish() {
	if g.finishing {
		return
	}
	g.finishing = true
	account, secrets, remember := g.form.Account(), g.secrets(), g.form.Remember
	kit.Go(g.ctx, g.loop, func(ctx context.Context) (mail.Account, error) {
		return g.p.SaveAccount(ctx, account, secrets, remember)
	}, func(a mail.Account, err error) {
		g.finishing = false
		if err == nil {
			g.form.Stored(a)
			if g.o.OnSaved != nil {
				g.o.OnSaved(a)
			}
			return
		}
		t := model.TellError(err, tr)
		bar := kit.NewBar(kit.ToneErr, t.What, t.Advice)
		if model.KeyringRefused(err) {
			if a.ID != "" {
				password := g.form.In.Password
				g.form.Stored(a)
				g.form.In.Password = password
			}
			bar = kit.NewBar(kit.ToneWarn, t.What, kit.T("The settings are saved, the password is not. Poplar can ask for it each time instead.")).Icon("key")
			bar.Act(kit.T("Ask me each time"), func() {
				g.notice.RemoveAll()
				g.form.Remember = false
				g.Finish()
			})
		}
		g.notice.RemoveAll()
		g.notice.Add(bar)
		g.root.Refresh()
	})
}

// Page is the number of the page that is shown: who, servers, test.
func (g *Guide) Page() int { return g.page }

// Notice is what the last page says about the keyring, or nil.
func (g *Guide) Notice() *kit.Bar {
	if g.notice == nil || len(g.notice.Objects) == 0 {
		return nil
	}
	return g.notice.Objects[0].(*kit.Bar)
}

// guidePage is a page of the Guide: head, sentence, content, foot.
func guidePage(title, sentence, content, foot fyne.CanvasObject) fyne.CanvasObject {
	column := container.New(&kit.Column{Gap: 6}, title, sentence, container.New(kit.Inset{Top: 14, Bottom: 20}, content))
	return container.NewBorder(nil, foot, nil, nil, container.NewVScroll(container.New(&centred{width: 512, top: 26}, column)))
}

// centred puts its object into the middle, at most width wide; top is its distance from above, 0: somewhat above the
// middle of the page.
type centred struct {
	width, top float32
	last       fyne.Size
}

// Layout implements fyne.Layout.
func (c *centred) Layout(o []fyne.CanvasObject, s fyne.Size) {
	c.last = s
	w := min(c.width, s.Width-64)
	h := kit.HeightFor(o[0], w)
	y := c.top
	if y == 0 {
		y = max(24, (s.Height-h)*0.38)
	}
	o[0].Move(fyne.NewPos(float32(int((s.Width-w)/2)), float32(int(y))))
	o[0].Resize(fyne.NewSize(w, h))
}

// MinSize implements fyne.Layout.
func (c *centred) MinSize(o []fyne.CanvasObject) fyne.Size {
	w := c.width
	if c.last.Width > 0 {
		w = min(w, c.last.Width-64)
	}
	return fyne.NewSize(340, kit.HeightFor(o[0], w)+max(c.top, 24)+16)
}

// middle keeps an object at its own width, in the middle.
type middle struct{}

// Layout implements fyne.Layout.
func (middle) Layout(o []fyne.CanvasObject, s fyne.Size) {
	m := o[0].MinSize()
	o[0].Move(fyne.NewPos(float32(int((s.Width-m.Width)/2)), 0))
	o[0].Resize(m)
}

// MinSize implements fyne.Layout.
func (middle) MinSize(o []fyne.CanvasObject) fyne.Size { return o[0].MinSize() }
