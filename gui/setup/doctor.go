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

// examine runs the doctor over a form. step is called on the loop after each finding, end after the last. With enough,
// which is called away from the loop, the test ends at a finding that it says yes to.
func examine(ctx context.Context, loop kit.Loop, p model.Poplar, form *model.Form, letter bool, enough func(mail.Finding) bool, step func(*model.Diagnosis), end func(*model.Diagnosis)) *model.Diagnosis {
	account, typed, stored := form.Account(), form.Secrets(), form.NeedsStored()
	d := &model.Diagnosis{Account: account, Started: time.Now()}
	kit.Do(ctx, loop, func(ctx context.Context) error {
		secrets := model.Secrets{}
		if stored {
			kept, err := p.Secrets(ctx, account)
			// Who has shut the keyring is not asked to open it once more. Without a keyring, and without a password, the
			// test goes as far as it can.
			if typed[mail.Incoming] == "" && model.KeyringRefused(err) && !model.KeyringMissing(err) {
				return err
			}
			for dir, s := range kept {
				secrets[dir] = s
			}
		}
		for dir, s := range typed {
			secrets[dir] = s
		}
		inner, stop := context.WithCancel(ctx)
		defer stop()
		var last error // where enough was said
		err := p.Test(inner, account, secrets, letter, func(f mail.Finding) {
			if last != nil {
				return
			}
			if enough != nil && enough(f) {
				last = f.Problem
				stop() // before anything else is tried
			}
			loop(func() {
				if ctx.Err() == nil && d.Ended.IsZero() {
					d.Findings = append(d.Findings, f)
					step(d)
				}
			})
		})
		if last != nil {
			return last
		}
		return err
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
	at, doing, why := d.Waiting(tr)
	for _, dir := range []mail.Direction{mail.Incoming, mail.Outgoing} {
		list := d.Direction(dir)
		running := d.Ended.IsZero() && dir == at
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
			l.add(&stepRow{list: l, index: -1, running: true, doing: doing, why: why})
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
	doing   string     // what is waited for, where it runs
	why     string     // a line about that
	sum     *model.Sum // in place of a finding
}

// Tapped implements fyne.Tappable.
func (r *stepRow) Tapped(*fyne.PointEvent) {
	if !r.running && r.sum == nil {
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
	title, detail, took := r.doing, r.why, ""
	switch {
	case r.running:
		icon, colour = "more", kit.Text2
	case r.sum != nil:
		title, detail, took = r.sum.Title, r.sum.Detail, r.sum.Took
	default:
		title, detail = model.StepTitle(r.finding, tr), model.StepDetail(r.finding, tr)
		took = model.Milliseconds(r.finding.Took, tr)
		switch {
		case bad:
			icon, colour = "x", kit.Err
		case r.finding.Verdict != nil:
			icon, colour = "info", kit.Info
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
	case r.row.sum != nil:
	case bad:
		ground, plate = kit.ErrBg, kit.Surface
	case r.row.finding.Verdict != nil && r.row.index != r.row.list.chosen:
		plate = kit.InfoBg
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

// remedies are what the buttons beside a finding do; those a window cannot do are nil and not drawn. What changes the form
// is done by change, which then tests again.
type remedies struct {
	change   func(x mail.Fix)
	password func(d mail.Direction)
	servers  func(d mail.Direction)
	proxy    func()
	find     func()
	trust    func(c mail.Certificate)
	signIn   func()
	seldom   func()
	page     func(address string)
	again    func()
}

// does returns what a fix does in a window; nil where it cannot.
func (r remedies) does(x mail.Fix, f mail.Finding) func() {
	with := func(do func(mail.Direction)) func() {
		if do == nil {
			return nil
		}
		return func() { do(x.Direction) }
	}
	switch x.Do {
	case mail.UseServer, mail.SwapServers, mail.AskLogin, mail.NoLoginNeeded, mail.DropAuthority:
		if r.change != nil {
			return func() { r.change(x) }
		}
	case mail.OwnLogin:
		if r.change != nil && r.password != nil {
			return func() { r.change(x); r.password(mail.Outgoing) }
		}
	case mail.TypePassword:
		return with(r.password)
	case mail.EditServer:
		return with(r.servers)
	case mail.EditProxy:
		return r.proxy
	case mail.FindAgain:
		return r.find
	case mail.TrustLeaf:
		if r.trust != nil && f.Problem != nil && f.Problem.Certificate != nil {
			return func() { r.trust(*f.Problem.Certificate) }
		}
	case mail.SignIn:
		return r.signIn
	case mail.CheckSeldom:
		return r.seldom
	case mail.OpenPage:
		if r.page != nil {
			return func() { r.page(x.Page) }
		}
	case mail.OpenBrowser:
		if r.page != nil {
			return func() { r.page("http://neverssl.com/") } // a page that every such network catches
		}
	case mail.RunAgain:
		return r.again
	}
	return nil
}

// advise makes the panel that tells of a finding: what, why, what to do, the server's own line, and the buttons that help;
// below it, what else it can be.
func advise(f mail.Finding, a mail.Account, r remedies) []fyne.CanvasObject {
	e := model.Explain(f, a, kit.Language(), tr)
	parts := []fyne.CanvasObject{kit.NewPara(e.What, 15, true, kit.Text)}
	if text := model.Sentences(tr, e.Why, e.Do); text != "" {
		parts = append(parts, kit.NewPara(text, 13, false, kit.Text))
	}
	if e.Said != "" {
		parts = append(parts, newPlate(kit.Input, e.Said))
	}
	var buttons []fyne.CanvasObject
	button := func(label string, do func()) {
		kind := kit.Plain
		if len(buttons) == 0 && e.Failed {
			kind = kit.Filled
		}
		buttons = append(buttons, kit.NewButton(label, "", kind, do))
	}
	ran := false
	for _, b := range e.Buttons {
		if do := r.does(b.Fix, f); do != nil && len(buttons) < 4 {
			button(b.Label, do)
			ran = ran || b.Fix.Do == mail.RunAgain
		}
	}
	if r.again != nil && !ran && e.Failed {
		button(kit.T("Run again"), r.again)
	}
	if len(buttons) > 0 {
		parts = append(parts, container.New(kit.Inset{Top: 4}, container.New(&flow{gap: 8}, buttons...)))
	}
	fill, icon, colour := kit.ErrBg, "warn", kit.Err
	switch {
	case !e.Failed && f.Verdict != nil:
		fill, icon, colour = kit.InfoBg, "info", kit.Info
	case !e.Failed:
		fill, icon, colour = kit.OKBg, "check", kit.OK
	}
	plate := newPanel(fill, icon, colour, parts...)
	if e.Failed && len(buttons) > 0 {
		plate.first = buttons[0].(*kit.Button)
	}
	all := []fyne.CanvasObject{plate}
	if e.Help != "" {
		bar := kit.NewBar(kit.ToneInfo, kit.T("How to do it there"), e.Help).Icon("key")
		if e.Page != "" && r.page != nil {
			bar.Act(kit.T("Show me"), func() { r.page(e.Page) })
		}
		all = append(all, bar)
	}
	if len(e.Also) > 0 {
		list := []fyne.CanvasObject{kit.NewPara(kit.T("What else it can be"), 13, true, kit.Text)}
		for _, s := range e.Also {
			list = append(list, kit.NewPara(kit.T("• %s.", s), 13, false, kit.Text2))
		}
		all = append(all, container.New(kit.Inset{Left: 4}, container.New(&kit.Column{Gap: 6}, list...)))
	}
	return all
}

// flow puts buttons beside each other, and into further rows where there is no room.
type flow struct {
	gap, width float32
}

func (l *flow) arrange(o []fyne.CanvasObject, width float32, place func(o fyne.CanvasObject, x, y float32, s fyne.Size)) float32 {
	x, y, high := float32(0), float32(0), float32(0)
	for _, b := range o {
		m := b.MinSize()
		if x > 0 && x+m.Width > width {
			x, y = 0, y+high+l.gap
		}
		place(b, x, y, m)
		x, high = x+m.Width+l.gap, max(high, m.Height)
	}
	return y + high
}

// Layout implements fyne.Layout.
func (l *flow) Layout(o []fyne.CanvasObject, s fyne.Size) {
	l.width = s.Width
	l.arrange(o, s.Width, func(o fyne.CanvasObject, x, y float32, s fyne.Size) {
		o.Move(fyne.NewPos(x, y))
		o.Resize(s)
	})
}

// Height is what the rows need at a width.
func (l *flow) Height(o []fyne.CanvasObject, width float32) float32 {
	return l.arrange(o, width, func(fyne.CanvasObject, float32, float32, fyne.Size) {})
}

// MinSize implements fyne.Layout.
func (l *flow) MinSize(o []fyne.CanvasObject) fyne.Size {
	wide := float32(0)
	for _, b := range o {
		wide = max(wide, b.MinSize().Width)
	}
	return fyne.NewSize(wide, l.Height(o, max(l.width, wide)))
}

// panel is a plate with an icon at the left of its paragraphs.
type panel struct {
	widget.BaseWidget
	fill   kit.Colour
	glyph  *kit.Glyph
	first  *kit.Button // what Enter presses; nil: nothing
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

// pressFirst presses the button that is likeliest to help, as Enter does.
func pressFirst(advice *fyne.Container) {
	for _, o := range advice.Objects {
		if p, ok := o.(*panel); ok && p.first != nil {
			p.first.OnTapped()
			return
		}
	}
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
