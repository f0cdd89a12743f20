package setup

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"poplar/gui/kit"
	"poplar/gui/model"
	"poplar/mail"
)

// officePage is the Guide's page for addresses whose servers nobody publishes, which are a company's or a school's in
// most cases: it asks for the names inside and outside.
type officePage struct {
	g      *Guide
	fields map[model.Field]*kit.Field
}

// office is the page. What was typed into it stays with the Guide.
func (g *Guide) office() fyne.CanvasObject {
	p := &officePage{g: g, fields: map[model.Field]*kit.Field{}}
	g.asks = p
	form := kit.NewForm(96)
	var out []fyne.CanvasObject
	add := func(label string, name model.Field, text *string, example, hint string) *kit.Field {
		f := kit.NewField(*text, example, nil)
		f.SetHint(hint)
		p.fields[name] = f
		f.OnChanged = func(t string) {
			*text = t
			if f.Wrong() != "" {
				p.check(name)
			}
		}
		f.OnLeft = func() {
			if f.Text() != "" {
				p.check(name)
			}
		}
		form.Add(label, f)
		return f
	}
	domain := (&model.Search{Address: g.form.Address}).Domain()
	o := &g.names
	form.Head(kit.T("Incoming mail (POP3)"))
	add(kit.T("Inside"), model.FieldInHost, &o.In, "mail."+domain, kit.T("In the organisation's own network."))
	add(kit.T("Outside"), model.FieldInOther, &o.InOutside, "", kit.T("From home and on the way. Leave it empty where it is the same."))
	form.Head(kit.T("Outgoing mail (SMTP)"))
	form.Add("", kit.NewCheck(kit.T("The same names"), !o.Own, func(on bool) {
		o.Own = !on
		for _, x := range out {
			shown(o.Own, x)
		}
		g.root.Refresh()
	}))
	for _, f := range []*kit.Field{
		add(kit.T("Inside"), model.FieldOutHost, &o.Out, "smtp."+domain, ""), add(kit.T("Outside"), model.FieldOutOther, &o.OutOutside, "", ""),
	} {
		out = append(out, f)
		shown(o.Own, f)
	}
	why := kit.T("Nobody publishes the servers of %s. Look at the spelling of the address, or ask whoever runs its mail for these names.", domain)
	if g.search != nil && g.search.Offline() {
		why = kit.T("Whoever runs the mail of %s can tell you these names.", domain)
	}
	note := kit.NewBar(kit.ToneInfo, "", kit.T("Poplar tries both and takes the one that can be reached. It finds out port and encryption by itself; a port may follow a name, as in mail.example.com:1995."))
	return guidePage(kit.NewPara(kit.T("Your organisation's servers"), 20, true, kit.Text),
		kit.NewPara(why, 13, false, kit.Text2),
		container.New(&kit.Column{Gap: 20}, form, note),
		kit.NewFoot(32, []fyne.CanvasObject{kit.NewButton(kit.T("Set up by hand"), "", kit.Link, g.ByHand), kit.NewButton(kit.T("Look again"), "", kit.Link, g.lookAgain)},
			[]fyne.CanvasObject{kit.NewButton(kit.T("Back"), "", kit.Plain, g.Back), kit.NewButton(kit.T("Continue"), "", kit.Filled, g.Named)}))
}

func (p *officePage) check(name model.Field) bool {
	wrong := p.g.names.Check(name)
	if wrong != "" {
		wrong = kit.T(wrong)
	}
	p.fields[name].SetWrong(wrong)
	p.g.root.Refresh()
	return wrong == ""
}

// Named goes on with the names that were typed: the servers are asked for the rest.
func (g *Guide) Named() {
	var first *kit.Field
	for _, name := range []model.Field{model.FieldInHost, model.FieldInOther, model.FieldOutHost, model.FieldOutOther} {
		if !g.asks.check(name) && first == nil {
			first = g.asks.fields[name]
		}
	}
	if first != nil {
		g.focus(first.Entry)
		return
	}
	g.byName = true
	g.mine = model.Mine{}
	g.askNamed()
	g.turn(guideServers)
}

// askNamed asks the servers that were named.
func (g *Guide) askNamed() {
	names := g.names.Names()
	g.seek(func(ctx context.Context, s *model.Search) ([]mail.Found, error) {
		f, err := g.p.FindNamed(ctx, s.Address, names)
		return []mail.Found{f}, err
	})
}

// askNames turns to the page that asks for names.
func (g *Guide) askNames() {
	g.turn(guideOffice)
	g.focus(g.asks.fields[model.FieldInHost].Entry)
}

// lookAgain looks once more for what is published.
func (g *Guide) lookAgain() {
	g.byName, g.search = false, nil
	g.look()
	g.turn(guideServers)
}

// unknown reports whether nobody knows the servers, and the person has named none either.
func (g *Guide) unknown() bool {
	s := g.search
	if s == nil || !s.Ended || s.Stopped || s.Answer() != nil || g.byName || g.mine != (model.Mine{}) {
		return false
	}
	p := mail.ProblemOf(s.Err)
	return p != nil && p.Kind == mail.NoSuchHost
}
