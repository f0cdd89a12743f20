package setup

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"poplar/gui/kit"
	"poplar/gui/model"
	"poplar/mail"
)

// guideSide is one server in the Guide: name, port and encryption.
type guideSide struct {
	g        *Guide
	d        mail.Direction
	host     *kit.Field
	port     *kit.Field
	security *kit.Select
	other    *kit.Field // its second name, for instance outside a company
}

func (g *Guide) side(d mail.Direction) *guideSide {
	side := g.form.Side(d)
	s := &guideSide{g: g, d: d}
	mine := g.mine.Of(d)
	s.host = kit.NewField(side.Host, "", func(t string) {
		*mine = true
		g.form.SetHost(d, t)
		s.port.SetText(side.Port)
		if s.host.Wrong() != "" {
			s.check()
		}
		g.found.ready()
	})
	s.host.OnLeft = func() {
		s.host.SetText(side.Host)
		if *mine {
			s.check()
		}
	}
	s.port = kit.NewField(side.Port, "", func(t string) {
		*mine = true
		g.form.SetPort(d, t)
		if s.port.Wrong() != "" {
			s.check()
		}
	}).Narrow(64, "")
	s.port.OnLeft = func() {
		if *mine {
			s.check()
		}
	}
	s.security = kit.NewSelect(securityNames(), indexOf(securities, side.Security), func(i int) {
		*mine = true
		g.form.SetSecurity(d, securities[i])
		s.port.SetText(side.Port)
	})
	s.other = kit.NewField(side.Other, kit.T("Only where it differs, e.g. outside the company"), func(t string) {
		*mine = true
		side.Other = strings.TrimSpace(t)
		if s.other.Wrong() != "" {
			s.check()
		}
	})
	s.other.OnLeft = func() { s.check() }
	return s
}

// show brings the fields up to what the form has.
func (s *guideSide) show() {
	side := s.g.form.Side(s.d)
	if *s.g.mine.Of(s.d) {
		return
	}
	s.host.SetText(side.Host)
	s.port.SetText(side.Port)
	s.security.Choose(indexOf(securities, side.Security))
	if side.Host != "" {
		s.check()
	}
}

func (s *guideSide) check() bool {
	host, port, other := model.FieldInHost, model.FieldInPort, model.FieldInOther
	if s.d == mail.Outgoing {
		host, port, other = model.FieldOutHost, model.FieldOutPort, model.FieldOutOther
	}
	say := func(f *kit.Field, wrong string) {
		if wrong != "" {
			wrong = kit.T(wrong)
		}
		f.SetWrong(wrong)
	}
	say(s.host, s.g.form.Check(host))
	say(s.port, s.g.form.Check(port))
	say(s.other, s.g.form.Check(other))
	s.g.root.Refresh()
	return s.host.Wrong() == "" && s.port.Wrong() == "" && s.other.Wrong() == ""
}

// foundPage is the Guide's page of the servers: what was found and where, to be corrected where it is wrong, and what
// becomes of the messages there.
type foundPage struct {
	g               *Guide
	title, sentence *kit.Para
	bars, card      *fyne.Container
	fields          *kit.Form
	user            *kit.Field
	others          *kit.Form
	choice          *kit.Select
	every           *fyne.Container
	copies          *kit.Para // what is peculiar there about the messages on the server
	left, test      *kit.Button
	editing         bool // the fields are shown in place of the card
	slow            bool // it is time to say that something is going on
	close           func()
}

func (g *Guide) servers() fyne.CanvasObject {
	p := &foundPage{g: g, bars: container.New(&kit.Column{Gap: 8}), card: container.NewStack(), every: container.NewStack()}
	g.found = p
	p.title, p.sentence = kit.NewPara("", 20, true, kit.Text), kit.NewPara("", 13, false, kit.Text2)
	p.close = g.later(quiet, func() { p.slow = true; p.show() })
	g.in, g.out = g.side(mail.Incoming), g.side(mail.Outgoing)
	p.user = kit.NewField(g.form.In.User, "", func(t string) {
		g.mine.User, g.form.In.User = true, t
		p.user.SetWrong("")
	})
	p.fields = kit.NewForm(96)
	add := func(title string, s *guideSide) {
		p.fields.Add(title, s.host)
		p.fields.Add(kit.T("Port"), kit.NewRow(12, 1, s.port, s.security)).Add(kit.T("Second name"), s.other)
	}
	add(kit.T("Incoming"), g.in)
	p.fields.Add(kit.T("User name"), p.user)
	add(kit.T("Outgoing"), g.out)
	p.choice = kit.NewSelect(nil, 0, func(i int) {
		g.mine = model.Mine{} // what is chosen on purpose goes before what was typed
		g.search.Pick(i)
		g.search.Fill(g.form, g.mine)
		p.show()
	})
	p.others = kit.NewForm(96)
	p.others.Add(kit.T("Answers"), p.choice)

	content := container.New(&kit.Column{Gap: 14}, p.bars, p.card, p.fields, p.others, container.New(kit.Inset{Top: 2}, p.rest()))
	p.left = kit.NewButton(kit.T("Edit servers…"), "", kit.Link, func() {
		if p.editing {
			g.ByHand()
			return
		}
		p.edit()
		g.focus(g.in.host.Entry)
	})
	p.test = kit.NewButton(kit.T("Test settings"), "", kit.Filled, g.Test)
	page := guidePage(p.title, p.sentence, content, kit.NewFoot(32, []fyne.CanvasObject{p.left}, []fyne.CanvasObject{
		kit.NewButton(kit.T("Back"), "", kit.Plain, g.Back), p.test,
	}))
	p.show()
	return page
}

// rest is what one decides about the messages on the server.
func (p *foundPage) rest() fyne.CanvasObject {
	g := p.g
	rest := kit.NewForm(0)
	rest.Head(kit.T("Messages on the server"))
	modes := []mail.KeepMode{mail.KeepForever, mail.KeepDays, mail.KeepUntilDeleted, mail.KeepNever}
	keep := kit.NewChoice(indexOf(modes, g.form.Keep), func(i int) { g.form.Keep = modes[i] },
		kit.T("Leave them there (good with a phone or a second computer)"), kit.T("Leave for"), kit.T("Leave until I delete them in Poplar"), kit.T("Remove after retrieving"))
	var days *kit.Field
	days = kit.NewField(g.form.Days, "", func(t string) {
		g.form.Days, g.form.Keep = t, mail.KeepDays
		keep.Choose(1)
		days.SetWrong("")
	}).Narrow(52, kit.T("days"))
	days.OnLeft = func() {
		if wrong := g.form.Check(model.FieldDays); wrong != "" {
			days.SetWrong(kit.T(wrong))
		}
	}
	rest.AddWide(keep.Radio(0), 10, 0).AddWide(kit.NewRow(8, 1, keep.Radio(1), days), 3, 0).AddWide(keep.Radio(2), 3, 0).AddWide(keep.Radio(3), 6, 0)
	p.copies = kit.NewPara("", 12, false, kit.Text3)
	return rest.AddWide(p.copies, 6, 0).AddWide(p.every, 18, 0)
}

// edit shows the fields in place of the card.
func (p *foundPage) edit() {
	if !p.editing {
		p.editing = true
		p.show()
	}
}

// waits reports whether there is nothing to test yet.
func (p *foundPage) waits() bool {
	s := p.g.search
	return s != nil && !s.Ended && (p.g.form.In.Host == "" || p.g.form.Out.Host == "")
}

func (p *foundPage) ready() {
	if p == nil {
		return
	}
	if p.waits() {
		p.test.Disable()
	} else {
		p.test.Enable()
	}
}

// show brings the page up to what is known.
func (p *foundPage) show() {
	g, s := p.g, p.g.search
	a := s.Answer()
	for _, f := range []*kit.Field{g.in.host, g.in.port, p.user, g.out.host, g.out.port} {
		p.editing = p.editing || kit.Focused(f.Entry) // a field does not go away under one's hands
	}
	p.editing = p.editing || g.mine != model.Mine{}
	p.say(a)
	g.in.show()
	g.out.show()
	if !g.mine.User {
		p.user.SetText(g.form.In.User)
	}
	p.bars.RemoveAll()
	for _, b := range p.notices(a) {
		p.bars.Add(b)
	}
	shown(len(p.bars.Objects) > 0, p.bars)
	card := a != nil && !p.editing
	p.card.RemoveAll()
	if card {
		p.card.Add(p.servers())
		p.left.SetLabel(kit.T("Edit servers…"))
	} else {
		p.left.SetLabel(kit.T("Edit everything…"))
	}
	shown(card, p.card)
	shown(!card, p.fields)
	shown(s != nil && len(s.Answers) > 1, p.others)
	if s != nil {
		var names []string
		for _, f := range s.Answers {
			names = append(names, s.Short(f, tr))
		}
		p.choice.SetOptions(names, s.Chosen)
	}
	text := model.CopiesOf(a, kit.Language())
	p.copies.SetText(text)
	shown(text != "", p.copies)
	p.every.RemoveAll()
	p.every.Add(kit.NewCheck(kit.T("Check for new mail every %s minutes", g.form.Minutes), g.form.Periodic, func(on bool) { g.form.Periodic = on }))
	p.ready()
	g.root.Refresh()
}

func shown(on bool, o fyne.CanvasObject) {
	if on {
		o.Show()
	} else {
		o.Hide()
	}
}

// say words title and sentence.
func (p *foundPage) say(a *mail.Found) {
	s := p.g.search
	title, sentence := kit.T("Your servers"), ""
	switch {
	case a != nil:
		title, sentence = kit.T("Servers found"), s.Where(*a, tr)
		if s.Offline() {
			break
		}
		if replied := s.Replied(*a, tr); replied != "" {
			sentence = kit.T("%s %s", sentence, replied)
		}
	case s != nil && !s.Ended && p.slow:
		sentence = kit.T("Looking for the servers of %s…", s.Domain())
	case s == nil || s.Ended:
		sentence = kit.T("Guessed from your address. Correct them if your provider says otherwise.")
	}
	p.title.SetText(title)
	p.sentence.SetText(sentence)
}

// notices are the bars over the servers.
func (p *foundPage) notices(a *mail.Found) []fyne.CanvasObject {
	s := p.g.search
	var bars []fyne.CanvasObject
	if s != nil && s.Ended && s.Err != nil {
		problem := mail.ProblemOf(s.Err)
		switch {
		case problem.Kind == mail.Offline:
			bars = append(bars, kit.NewBar(kit.ToneWarn, kit.T("The computer is offline"),
				kit.T("The servers could not be asked. What you typed is kept.")).Act(kit.T("Look again"), p.again))
			if a == nil {
				bars[0].(*kit.Bar).Act(kit.T("Name the servers…"), p.g.askNames)
			}
		case problem.Kind == mail.NoSuchHost:
			bars = append(bars, kit.NewBar(kit.ToneWarn, kit.T("Nobody knows the servers of %s", s.Domain()),
				kit.T("Look at the spelling of the address, or ask your provider for their names.")).Act(kit.T("Look again"), p.again).Act(kit.T("Name the servers…"), p.g.askNames))
		case problem.Kind == mail.Unknown && problem.Err != nil:
			bars = append(bars, kit.NewBar(kit.ToneWarn, "", kit.T("%s.", kit.T(problem.Err.Error()))))
		case problem.Kind != mail.Cancelled:
			bars = append(bars, kit.NewBar(kit.ToneWarn, "", model.Tell(problem, tr).Line(tr)).Act(kit.T("Look again"), p.again))
		}
	}
	if c := p.g.catchBar(); c != nil && c.Title() != p.g.told { // it became known after the first page
		bars = append(bars, c)
	}
	if a != nil && a.Note != "" && !s.Offline() {
		tone := kit.ToneInfo
		if a.Insecure || a.NoPOP || a.Incoming.Security == mail.NoTLS || a.Incoming.Host == "" || a.Outgoing.Host == "" {
			tone = kit.ToneWarn
		}
		bars = append(bars, kit.NewBar(tone, "", kit.T("%s.", kit.T(a.Note))))
	}
	return bars
}

// again looks once more, for instance when the network is back.
func (p *foundPage) again() {
	p.g.search = nil
	if p.g.byName {
		p.g.askNamed()
	} else {
		p.g.look()
	}
	p.show()
}

// servers is the card that shows both servers.
func (p *foundPage) servers() fyne.CanvasObject {
	f := p.g.form
	row := func(icon, label string, s *model.Side, user string) fyne.CanvasObject {
		host := s.Host
		if host == "" {
			host = kit.T("not found")
		}
		if user != "" {
			label += " · " + user
		}
		if s.Other != "" {
			label += " · " + kit.T("or %s", s.Other)
		}
		security, lock, colour := "TLS", "lock", kit.OK
		switch s.Security {
		case mail.STARTTLS:
			security = "STARTTLS"
		case mail.NoTLS:
			security, lock, colour = kit.T("not encrypted"), "warn", kit.Warn
		case mail.TLS:
		}
		if s.Host == "" {
			return container.New(serverRow{}, kit.NewGlyph(icon, 18, kit.Text3), kit.NewLine(host, 13, true, kit.Text2), kit.NewLine(label, 12, false, kit.Text2))
		}
		return container.New(serverRow{}, kit.NewGlyph(icon, 18, kit.Text2), kit.NewLine(host, 13, true, kit.Text).CutAt(kit.CutMiddle).Shrink(),
			kit.NewLine(label, 12, false, kit.Text2).CutAt(kit.CutMiddle).Shrink(),
			kit.NewLine(kit.T("port %s", s.Port), 12, false, kit.Text2), kit.NewGlyph(lock, 14, colour), kit.NewLine(security, 12, false, colour))
	}
	user := f.Out.User
	if !f.OutgoingAuth || f.Same {
		user = ""
	}
	return container.New(kit.Pile{}, kit.NewFill(kit.Surface, 8).Outline(kit.Sep, 1), container.New(&kit.Column{},
		row("dl", kit.T("Incoming · %s", "POP3"), &f.In, f.In.User), container.New(kit.Inset{Left: 51}, kit.NewRule()),
		row("send", kit.T("Outgoing · %s", "SMTP"), &f.Out, user)))
}

// serverRow lays out a row of the card: icon, name over kind, and at the right port, lock and encryption.
type serverRow struct{}

const serverHeight = 58

// MinSize implements fyne.Layout.
func (serverRow) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(300, serverHeight) }

// Layout implements fyne.Layout.
func (serverRow) Layout(o []fyne.CanvasObject, s fyne.Size) {
	o[0].(*kit.Glyph).Place(18, 20)
	right := s.Width - 16
	if len(o) > 3 {
		security, port := o[5].(*kit.Line), o[3].(*kit.Line)
		right -= security.Width()
		security.Place(right, 34, security.Width())
		o[4].(*kit.Glyph).Place(right-21, 22)
		right -= 21 + 16 + port.Width()
		port.Place(right, 34, port.Width())
		right -= 12
	}
	o[1].(*kit.Line).Place(51, 26, right-51)
	o[2].(*kit.Line).Place(51, 43, right-51)
}
