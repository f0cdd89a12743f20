package setup

import (
	"context"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"poplar/gui/kit"
	"poplar/gui/model"
	"poplar/mail"
)

// The pages of the Guide.
const (
	guideAddress = iota
	guideWho
	guideOffice // where nobody publishes the servers
	guideServers
	guideTest
)

// Guide leads from a mail address to an account that works: who, which servers, does it work. Going back keeps everything.
type Guide struct {
	p     model.Poplar
	loop  kit.Loop
	o     Options
	win   fyne.Window // for questions
	first bool        // it greets, and cannot be cancelled
	// later calls f after a while, unless stop comes first.
	later func(d time.Duration, f func()) (stop func())

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
	names   model.Office    // what the person was told of the servers
	asks    *officePage     // the page that asks for that
	byName  bool            // the servers are those of names
	clear   bool            // the person knows that they do not encrypt
	starts  *kit.Choice     // of the mail that is on the server already
	start   mail.Start
	started bool // the person chose

	First         *kit.Field // the address, alone on the first page
	Name, Address *kit.Field
	Password      *kit.Secret
	signedIn      *fyne.Container // in place of the password
	in, out       *guideSide      // on the page of the servers
	steps         *stepList
	gauge         *gauge // how far the test is
	late          bool   // the server takes its time, and that was said
	patience      func() // ends the wait for saying so
	advice        *fyne.Container
	title, sum    *kit.Para
	finish, stop  *kit.Button
	anyway, more  *kit.Button
	write         *kit.Button // a message to oneself
	letter        bool        // the next test sends one
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
	g.later = func(d time.Duration, f func()) func() { return kit.After(loop, d, f) }
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
			g.tidy()
			g.check()
			g.look()
			g.tell()
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
		case guideOffice:
			g.Named()
		case guideServers:
			g.Test()
		case guideTest:
			if g.finish.Visible() {
				g.Finish()
			} else {
				pressFirst(g.advice) // what is likeliest to help
			}
		}
	case fyne.KeyEscape:
		if g.page != guideAddress {
			g.Back()
		} else if g.onCancel != nil {
			g.onCancel()
		}
	}
}

// Back goes to the page before; everything that was typed is kept.
func (g *Guide) Back() {
	page := g.page - 1
	if page == guideOffice && !g.byName {
		page = guideWho
	}
	g.turn(page)
	switch page { // the keyboard is where it was
	case guideAddress:
		g.focus(g.First.Entry)
	case guideWho:
		if g.Password.Disabled() {
			g.focus(g.Name.Entry)
		} else {
			g.focus(g.Password.Entry)
		}
	case guideOffice:
		g.focus(g.asks.fields[model.FieldInHost].Entry)
	}
}

func (g *Guide) turn(page int) {
	if g.run != nil {
		g.run()
		g.run = nil
	}
	if g.patience != nil {
		g.patience()
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
	case guideOffice:
		o = g.office()
	case guideServers:
		o = g.servers()
	default:
		o = g.testing()
	}
	g.root.RemoveAll()
	g.root.Add(o)
	g.root.Refresh()
}

// tidy shows the address, and the name that was pasted with it, as they were understood.
func (g *Guide) tidy() {
	g.First.SetText(g.form.Address)
	g.Address.SetText(g.form.Address)
	g.Name.SetText(g.form.Name)
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
	if g.page == guideOffice {
		g.names.Put(g.form)
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
	if host := g.unencrypted(); host != "" && !g.clear {
		g.askClear(host)
		return
	}
	g.stopLooking() // the person has chosen: nothing changes any more
	g.turn(guideTest)
	g.retest()
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
	account.Start = g.start
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
		bar := kit.NewBar(kit.ToneErr, t.What, model.Sentences(tr, t.Advice))
		if model.KeyringRefused(err) {
			if a.ID != "" {
				password := g.form.In.Password
				g.form.Stored(a)
				g.form.In.Password = password
			}
			bar = keyringBar(g.win, err, kit.T("The settings are saved, the password is not."), nil, func() {
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
