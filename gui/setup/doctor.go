package setup

import (
	"context"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"poplar/gui/kit"
	"poplar/gui/model"
	"poplar/mail"
)

// examine runs the doctor over a form. step is called on the loop after each finding, end after the last.
func examine(ctx context.Context, loop kit.Loop, p model.Poplar, form *model.Form, letter bool, step func(*model.Diagnosis), end func(*model.Diagnosis)) *model.Diagnosis {
	account, typed, stored := form.Account(), form.Secrets(), form.NeedsStored()
	d := &model.Diagnosis{Account: account, Started: time.Now()}
	kit.Do(ctx, loop, func(ctx context.Context) error {
		secrets := model.Secrets{}
		if stored {
			kept, err := p.Secrets(ctx, account)
			if err != nil && typed[mail.Incoming] == "" {
				return err
			}
			for dir, s := range kept {
				secrets[dir] = s
			}
		}
		for dir, s := range typed {
			secrets[dir] = s
		}
		return p.Test(ctx, account, secrets, letter, func(f mail.Finding) {
			loop(func() {
				if ctx.Err() == nil && d.Ended.IsZero() {
					d.Findings = append(d.Findings, f)
					step(d)
				}
			})
		})
	}, func(err error) {
		d.Ended, d.Err = time.Now(), err
		end(d)
	})
	return d
}

// stepList shows the steps of a diagnosis; a tap chooses one.
type stepList struct {
	widget.BaseWidget
	chosen   int
	onChosen func(i int)
	box      *fyne.Container
	rows     []*stepRow
}

func newStepList(chosen func(int)) *stepList {
	l := &stepList{chosen: -1, onChosen: chosen, box: container.New(&kit.Column{Pad: fyne.NewSize(6, 10)})}
	l.ExtendBaseWidget(l)
	return l
}

// CreateRenderer implements fyne.Widget.
func (l *stepList) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(l.box) }

// Height is what the list needs at a width.
func (l *stepList) Height(width float32) float32 { return kit.HeightFor(l.box, width) }

// show draws d anew.
func (l *stepList) show(d *model.Diagnosis) {
	l.box.RemoveAll()
	l.rows = nil
	for _, dir := range []mail.Direction{mail.Incoming, mail.Outgoing} {
		list := d.Direction(dir)
		running := d.Ended.IsZero() && (dir == mail.Incoming) == (len(d.Direction(mail.Outgoing)) == 0)
		if len(list) == 0 && !running {
			continue
		}
		if len(l.box.Objects) > 0 {
			l.box.Add(container.New(kit.Inset{Left: 10, Right: 10, Top: 4, Bottom: 6}, kit.NewRule()))
		}
		head := kit.NewLine(model.SideTitle(d.Account, dir, tr), 12, true, kit.Text2).CutAt(kit.CutMiddle).Shrink()
		l.box.Add(container.New(kit.Inset{Left: 10, Right: 10, Top: 3, Bottom: 4}, head))
		for i, f := range d.Findings {
			if f.Direction == dir {
				l.add(&stepRow{list: l, index: i, finding: f})
			}
		}
		if running {
			l.add(&stepRow{list: l, index: -1, running: true})
		}
	}
	l.Refresh()
}

func (l *stepList) add(r *stepRow) {
	r.ExtendBaseWidget(r)
	l.rows = append(l.rows, r)
	l.box.Add(r)
}

func (l *stepList) choose(i int) {
	l.chosen = i
	for _, r := range l.rows {
		r.Refresh()
	}
}

const stepHeight = 52

// stepRow is one step.
type stepRow struct {
	widget.BaseWidget
	list    *stepList
	index   int
	finding mail.Finding
	running bool
}

// Tapped implements fyne.Tappable.
func (r *stepRow) Tapped(*fyne.PointEvent) {
	if !r.running {
		r.list.choose(r.index)
		r.list.onChosen(r.index)
	}
}

// CreateRenderer implements fyne.Widget.
func (r *stepRow) CreateRenderer() fyne.WidgetRenderer {
	ground := kit.NewFill(kit.None, 6)
	circle := canvas.NewCircle(kit.Col(kit.None))
	bad := !r.running && !r.finding.OK
	icon, colour := "check", kit.OK
	title, detail, took := kit.T("Working…"), kit.T("Waits for the server"), ""
	switch {
	case r.running:
		icon, colour = "more", kit.Text2
	default:
		title, detail = model.StepTitle(r.finding, tr), model.StepDetail(r.finding, tr)
		took = model.Milliseconds(r.finding.Took, tr)
		if bad {
			icon, colour = "x", kit.Err
		}
	}
	glyph := kit.NewGlyph(icon, 14, colour)
	first, second := kit.NewLine(title, 13, bad, kit.Text), kit.NewLine(detail, 12, false, kit.Text2)
	time := kit.NewLine(took, 12, false, kit.Text2)
	return &stepRenderer{row: r, ground: ground, circle: circle, glyph: glyph, title: first, detail: second, took: time}
}

type stepRenderer struct {
	row                 *stepRow
	ground              *kit.Fill
	circle              *canvas.Circle
	glyph               *kit.Glyph
	title, detail, took *kit.Line
}

func (r *stepRenderer) Destroy()           {}
func (r *stepRenderer) MinSize() fyne.Size { return fyne.NewSize(220, stepHeight) }

// Objects implements fyne.WidgetRenderer.
func (r *stepRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.ground, r.circle, r.glyph, r.title, r.detail, r.took}
}

// Layout implements fyne.WidgetRenderer.
func (r *stepRenderer) Layout(s fyne.Size) {
	r.paint()
	r.ground.Resize(s)
	r.circle.Move(fyne.NewPos(10, 8))
	r.circle.Resize(fyne.NewSquareSize(22))
	r.glyph.Place(14, 12)
	w := r.took.Width()
	r.took.Place(s.Width-w-10, 24, w)
	r.title.Place(44, 24, s.Width-44-w-20)
	r.detail.Place(44, 40, s.Width-54)
}

func (r *stepRenderer) paint() {
	bad := !r.row.running && !r.row.finding.OK
	ground, plate := kit.None, kit.OKBg
	switch {
	case r.row.running:
		plate = kit.Pill
	case bad:
		ground, plate = kit.ErrBg, kit.Surface
	case r.row.index == r.row.list.chosen:
		ground = kit.SelOff
	}
	r.ground.Set(ground, kit.None)
	r.circle.FillColor = kit.Col(plate)
}

// Refresh implements fyne.WidgetRenderer.
func (r *stepRenderer) Refresh() {
	r.Layout(r.row.Size())
	for _, o := range r.Objects() {
		o.Refresh()
	}
}

// remedies are what the buttons beside a problem do; those a window cannot do are nil and not drawn.
type remedies struct {
	password func(d mail.Direction)
	servers  func(d mail.Direction)
	security func(d mail.Direction)
	trust    func(c mail.Certificate)
	again    func()
}

// advise makes the panel that tells a problem: what, why, the server's own line, and the button that helps.
func advise(p *mail.Problem, dir mail.Direction, r remedies) fyne.CanvasObject {
	t := model.Tell(p, tr)
	parts := []fyne.CanvasObject{kit.NewPara(t.What, 15, true, kit.Text)}
	if t.Advice != "" {
		parts = append(parts, kit.NewPara(kit.T("%s.", t.Advice), 13, false, kit.Text))
	}
	if t.Said != "" {
		parts = append(parts, newPlate(kit.Input, t.Said))
	}
	var buttons []fyne.CanvasObject
	button := func(label string, do func()) {
		kind := kit.Plain
		if len(buttons) == 0 {
			kind = kit.Filled
		}
		buttons = append(buttons, kit.NewButton(label, "", kind, do))
	}
	switch t.Remedy {
	case model.EnterPassword:
		if r.password != nil {
			button(kit.T("Enter another password…"), func() { r.password(dir) })
		}
	case model.EditServers, model.RunDoctor:
		if r.servers != nil {
			button(kit.T("Edit servers…"), func() { r.servers(dir) })
		}
	case model.ChooseSecurity:
		if r.security != nil {
			button(t.Button, func() { r.security(dir) })
		}
	case model.ShowCert:
		if r.trust != nil && p.Certificate != nil {
			button(t.Button, func() { r.trust(*p.Certificate) })
		}
	case model.TryNow, model.CheckLess, model.FixAddress, model.EditMessage, model.NoRemedy:
	}
	if r.again != nil {
		button(kit.T("Run again"), r.again)
	}
	if len(buttons) > 0 {
		parts = append(parts, container.New(kit.Inset{Top: 4}, container.New(kit.Spread{Gap: 8}, buttons...)))
	}
	return newPanel(kit.ErrBg, "warn", kit.Err, parts...)
}

// panel is a plate with an icon at the left of its paragraphs.
type panel struct {
	widget.BaseWidget
	fill   kit.Colour
	glyph  *kit.Glyph
	column *kit.Column
	body   *fyne.Container
}

const panelLead = 48

func newPanel(fill kit.Colour, icon string, colour kit.Colour, parts ...fyne.CanvasObject) *panel {
	p := &panel{fill: fill, glyph: kit.NewGlyph(icon, 20, colour), column: &kit.Column{Gap: 8}}
	p.body = container.New(p.column, parts...)
	p.ExtendBaseWidget(p)
	return p
}

// Height is what it needs at a width.
func (p *panel) Height(width float32) float32 {
	h := float32(-8)
	for _, o := range p.body.Objects {
		h += kit.HeightFor(o, width-panelLead-16) + 8
	}
	return h + 32
}

// CreateRenderer implements fyne.Widget.
func (p *panel) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(container.New(panelLayout{p}, kit.NewFill(p.fill, 8), p.glyph, p.body))
}

type panelLayout struct{ p *panel }

// Layout implements fyne.Layout.
func (l panelLayout) Layout(o []fyne.CanvasObject, s fyne.Size) {
	o[0].Resize(s)
	l.p.glyph.Place(17, 16)
	o[2].Move(fyne.NewPos(panelLead, 16))
	o[2].Resize(fyne.NewSize(s.Width-panelLead-16, s.Height-32))
}

// MinSize implements fyne.Layout.
func (l panelLayout) MinSize([]fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(260, l.p.Height(max(l.p.Size().Width, 260)))
}

// plate shows a server's own line.
type plate struct {
	widget.BaseWidget
	fill kit.Colour
	text *kit.Para
}

func newPlate(fill kit.Colour, text string) *plate {
	p := &plate{fill: fill, text: kit.NewPara(text, 12, false, kit.Text2)}
	p.ExtendBaseWidget(p)
	return p
}

// Height is what it needs at a width.
func (p *plate) Height(width float32) float32 { return p.text.Height(width-20) + 14 }

// CreateRenderer implements fyne.Widget.
func (p *plate) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(container.NewStack(kit.NewFill(p.fill, 6), container.New(kit.Inset{Left: 10, Top: 7, Right: 10, Bottom: 7}, p.text)))
}

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
	again      *kit.Button
	talk       *kit.Button
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
	d.steps = newStepList(d.explain)
	d.scroll = container.NewVScroll(d.steps)
	d.side = container.New(&kit.Column{Gap: 16})
	d.log = newLogView(func() []string { return w.p.Transcript(w.form.Account().ID) }, app)
	d.log.Hide()
	left := []fyne.CanvasObject{kit.NewButton(kit.T("Copy report"), "", kit.Plain, func() {
		if d.d != nil {
			app.Clipboard().SetContent(d.d.Report(tr))
		}
	})}
	if !w.form.New() {
		d.talk = kit.NewButton(kit.T("Show conversation with server"), "", kit.Link, d.conversation)
		left = append(left, d.talk)
	}
	foot := kit.NewFoot(28, left, []fyne.CanvasObject{kit.NewButton(kit.T("Close"), "", kit.Plain, d.Window.Close)})
	head := container.New(doctorHead{}, d.title, d.sum, d.again)
	card := container.NewStack(kit.NewFill(kit.Surface, 8).Outline(kit.Sep, 1), container.New(kit.Inset{Left: 1, Top: 1, Right: 1, Bottom: 1}, d.scroll))
	safe := container.New(kit.Spread{Gap: 8}, kit.NewGlyph("lock", 14, kit.Text2),
		kit.NewLine(kit.T("The report contains no passwords and no message texts."), 12, false, kit.Text2))
	right := container.NewBorder(nil, safe, nil, nil, container.NewVScroll(d.side))
	body := container.New(doctorBody{}, card, container.NewStack(right, d.log))
	d.fill(container.NewBorder(head, foot, nil, nil, body))
	d.Window.Canvas().SetOnTypedKey(func(k *fyne.KeyEvent) {
		if k.Name == fyne.KeyEscape && d.Window.Canvas().Overlays().Top() == nil {
			d.Window.Close()
		}
	})
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
	d.d = examine(ctx, d.loop, d.account.p, d.form, false, func(*model.Diagnosis) { d.show() }, func(diagnosis *model.Diagnosis) {
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

// explainFirst shows what to do about the first failure.
func (d *DoctorWindow) explainFirst() {
	if p := d.d.Problem(); p != nil {
		dir := mail.Incoming
		if f := d.d.Failure(); f != nil {
			dir = f.Direction
		}
		d.advice(advise(p, dir, d.remedies()))
		return
	}
	d.advice(newPanel(kit.OKBg, "check", kit.OK, kit.NewPara(kit.T("Both servers answer"), 15, true, kit.Text),
		kit.NewPara(kit.T("Poplar can receive and send with these settings."), 13, false, kit.Text)))
}

// explain tells about one step.
func (d *DoctorWindow) explain(i int) {
	if i < 0 || i >= len(d.d.Findings) {
		return
	}
	f := d.d.Findings[i]
	if !f.OK {
		p := f.Problem
		if p == nil {
			p = &mail.Problem{Kind: mail.Unknown, Said: f.Said}
		}
		d.advice(advise(p, f.Direction, d.remedies()))
		return
	}
	parts := []fyne.CanvasObject{kit.NewPara(model.StepTitle(f, tr), 15, true, kit.Text)}
	if f.Said != "" {
		parts = append(parts, newPlate(kit.Input, model.StepDetail(f, tr)))
	}
	d.advice(newPanel(kit.OKBg, "check", kit.OK, parts...))
}

func (d *DoctorWindow) advice(o fyne.CanvasObject) {
	d.side.RemoveAll()
	d.side.Add(o)
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
		password: func(dir mail.Direction) {
			if dir == mail.Outgoing && !d.form.OwnOutgoing() {
				dir = mail.Incoming
			}
			go2(pick(dir, model.FieldInSecret, model.FieldOutSecret))
		},
		servers:  func(dir mail.Direction) { go2(pick(dir, model.FieldInHost, model.FieldOutHost)) },
		security: func(dir mail.Direction) { go2(pick(dir, model.FieldInPort, model.FieldOutPort)) },
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

// conversation shows or hides what was said to the servers.
func (d *DoctorWindow) conversation() {
	right := d.log.Visible()
	if right {
		d.log.Hide()
		d.talk.SetLabel(kit.T("Show conversation with server"))
	} else {
		d.log.Load()
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
