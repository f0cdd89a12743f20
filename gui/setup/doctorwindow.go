package setup

import (
	"context"
	"net/url"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"poplar/gui/kit"
	"poplar/gui/model"
	"poplar/mail"
)

// DoctorWindow shows a test of an account's settings step by step, what is wrong, and what helps.
type DoctorWindow struct {
	*frame
	account *AccountWindow
	form    *model.Form

	d          *model.Diagnosis
	run        context.CancelFunc
	title, sum *kit.Line
	steps      *stepList
	scroll     *container.Scroll
	side       *fyne.Container
	told       fyne.CanvasObject // the advice and what stands below it; the conversation takes its place
	again      *kit.Button
	talk       *kit.Button
	letter     *kit.Check
	log        *logView
}

func newDoctorWindow(w *AccountWindow) *DoctorWindow {
	d := &DoctorWindow{account: w, form: w.form}
	app := fyne.CurrentApp()
	d.frame = newFrame(app, w.loop, kit.T("Test settings"), fyne.NewSize(1060, 690), func() {
		if d.run != nil {
			d.run()
		}
		w.doctor = nil
	})
	d.title = kit.NewLine("", 20, true, kit.Text).Shrink()
	d.sum = kit.NewLine("", 13, false, kit.Text2).Shrink()
	d.again = kit.NewButton(kit.T("Run again"), "refresh", kit.Plain, d.Run)
	d.steps = newStepList(func(i int) {
		if d.log.Visible() {
			d.conversation() // who asks about a step wants to see the answer
		}
		d.explain(i)
	})
	d.scroll = container.NewVScroll(d.steps)
	d.side = container.New(&kit.Column{Gap: 16})
	d.log = newLogView(w.p.Trial, app)
	d.log.Hide()
	d.letter = kit.NewCheck(kit.T("Also send a test message to yourself"), false, nil)
	left := []fyne.CanvasObject{kit.NewButton(kit.T("Copy report"), "", kit.Plain, func() {
		if d.d != nil {
			app.Clipboard().SetContent(d.d.Report(tr))
		}
	})}
	d.talk = kit.NewButton(kit.T("Show conversation with server"), "", kit.Link, d.conversation)
	left = append(left, d.talk)
	foot := kit.NewFoot(28, left, []fyne.CanvasObject{kit.NewButton(kit.T("Close"), "", kit.Plain, d.Window.Close)})
	head := container.New(doctorHead{}, d.title, d.sum, d.again)
	under := container.New(kit.Inset{Left: 15, Top: 6, Right: 10, Bottom: 10}, d.letter)
	card := container.NewStack(kit.NewFill(kit.Surface, 8).Outline(kit.Sep, 1),
		container.New(kit.Inset{Left: 1, Top: 1, Right: 1, Bottom: 1}, container.NewBorder(nil, under, nil, nil, d.scroll)))
	safe := container.New(kit.Spread{Gap: 8}, kit.NewGlyph("lock", 14, kit.Text2),
		kit.NewLine(kit.T("The report contains no passwords and no message texts."), 12, false, kit.Text2))
	d.told = container.NewBorder(nil, safe, nil, nil, container.NewVScroll(d.side))
	body := container.New(doctorBody{}, card, container.NewStack(d.told, d.log))
	d.fill(container.NewBorder(head, foot, nil, nil, body))
	d.keys(func() {
		if d.told.Visible() && !d.d.Ended.IsZero() {
			pressFirst(d.side) // what is likeliest to help
		}
	}, d.Window.Close)
	return d
}

// Run tests, from the start.
func (d *DoctorWindow) Run() {
	if d.run != nil {
		d.run()
	}
	ctx, cancel := context.WithCancel(d.ctx)
	d.run = cancel
	d.again.Disable()
	d.side.RemoveAll()
	d.side.Refresh()
	d.d = examine(ctx, d.loop, d.account.p, d.form, d.letter.On(), nil, func(*model.Diagnosis) { d.show() }, func(diagnosis *model.Diagnosis) {
		d.again.Enable()
		d.show()
		d.explainFirst()
		d.account.tested(diagnosis)
		if d.log.Visible() {
			d.log.Load()
		}
	})
	d.show()
}

// Diagnosis is what is known so far.
func (d *DoctorWindow) Diagnosis() *model.Diagnosis { return d.d }

func (d *DoctorWindow) show() {
	d.title.SetText(kit.T("Checking %s", d.d.Account.Address))
	if d.d.Account.Address == "" {
		d.title.SetText(kit.T("Checking %s", d.d.Account.Incoming.Host))
	}
	d.sum.SetText(d.d.Summary(tr))
	d.steps.show(d.d)
	d.scroll.Refresh()
	d.scroll.ScrollToBottom() // the latest step, which is the one that failed if any did
}

// explainFirst shows what to do about the first failure, or else what is worth knowing.
func (d *DoctorWindow) explainFirst() {
	if d.d.Failure() != nil {
		for i, f := range d.d.Findings {
			if !f.OK {
				d.explain(i)
				return
			}
		}
	}
	if p := d.d.Problem(); p != nil {
		d.advice(advise(mail.Finding{Direction: mail.Incoming, Step: p.Doing, Problem: p}, d.d.Account, d.remedies())...)
		return
	}
	fine := []fyne.CanvasObject{newPanel(kit.OKBg, "check", kit.OK, kit.NewPara(kit.T("Both servers answer"), 15, true, kit.Text),
		kit.NewPara(kit.T("Poplar can receive and send with these settings."), 13, false, kit.Text))}
	if b := clearBar(d.d.Account); b != nil {
		fine = append(fine, b)
	}
	for _, f := range d.d.Findings {
		if f.Verdict != nil && len(fine) < 3 {
			fine = append(fine, advise(f, d.d.Account, d.remedies())...)
		}
	}
	d.advice(fine...)
}

// explain tells about one step.
func (d *DoctorWindow) explain(i int) {
	if i < 0 || i >= len(d.d.Findings) {
		return
	}
	d.steps.choose(i)
	d.advice(advise(d.d.Findings[i], d.d.Account, d.remedies())...)
}

func (d *DoctorWindow) advice(list ...fyne.CanvasObject) {
	d.side.RemoveAll()
	for _, o := range list {
		d.side.Add(o)
	}
	d.side.Refresh()
}

func (d *DoctorWindow) remedies() remedies {
	go2 := func(field model.Field) {
		d.account.Show()
		d.account.Focus(field)
	}
	pick := func(dir mail.Direction, in, out model.Field) model.Field {
		if dir == mail.Outgoing {
			return out
		}
		return in
	}
	return remedies{
		change: func(x mail.Fix) {
			again := d.form.Apply(x)
			d.account.shown()
			if again {
				d.Run()
			}
		},
		password: func(dir mail.Direction) {
			if dir == mail.Outgoing && !d.form.OwnOutgoing() {
				dir = mail.Incoming
			}
			go2(pick(dir, model.FieldInSecret, model.FieldOutSecret))
		},
		servers: func(dir mail.Direction) { go2(pick(dir, model.FieldInHost, model.FieldOutHost)) },
		proxy:   func() { go2(model.FieldProxy) },
		find:    func() { d.account.Show(); d.account.FindAgain() },
		signIn:  func() { d.account.Show(); d.account.SignIn() },
		seldom:  func() { go2(model.FieldMinutes) },
		page:    openPage,
		trust: func(c mail.Certificate) {
			AskTrust(d.Window, c, func(trusted bool) {
				if trusted {
					d.form.Trust(c)
					d.account.pinsShown()
					d.Run()
				}
			})
		},
	}
}

// openPage shows a page in the browser. Where that cannot be opened there is nothing to be told: the address stands beside.
func openPage(address string) {
	if u, err := url.Parse(address); err == nil && (u.Scheme == "https" || u.Scheme == "http") {
		_ = fyne.CurrentApp().OpenURL(u)
	}
}

// conversation shows or hides what was said to the servers.
func (d *DoctorWindow) conversation() {
	if d.log.Visible() {
		d.log.Hide()
		d.told.Show()
		d.talk.SetLabel(kit.T("Show conversation with server"))
	} else {
		d.log.Load()
		d.told.Hide()
		d.log.Show()
		d.talk.SetLabel(kit.T("Hide conversation with server"))
	}
	d.Window.Content().Refresh()
}

// doctorHead is the layout of the head: title, sentence, and the button at the right.
type doctorHead struct{}

// Layout implements fyne.Layout.
func (doctorHead) Layout(o []fyne.CanvasObject, s fyne.Size) {
	m := o[2].MinSize()
	o[2].Move(fyne.NewPos(s.Width-28-m.Width, 30))
	o[2].Resize(m)
	w := s.Width - 28 - m.Width - 28 - 16
	o[0].(*kit.Line).Place(28, 43, w)
	o[1].(*kit.Line).Place(28, 64, w)
}

// MinSize implements fyne.Layout.
func (doctorHead) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(360, 84) }

// doctorBody is the layout of steps and advice.
type doctorBody struct{}

// Layout implements fyne.Layout.
func (doctorBody) Layout(o []fyne.CanvasObject, s fyne.Size) {
	left := min(420, (s.Width-2*28)*0.45)
	o[0].Move(fyne.NewPos(28, 4))
	o[0].Resize(fyne.NewSize(left, s.Height-24))
	o[1].Move(fyne.NewPos(28+left+20, 4))
	o[1].Resize(fyne.NewSize(s.Width-2*28-left-20, s.Height-24))
}

// MinSize implements fyne.Layout.
func (doctorBody) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(620, 260) }
