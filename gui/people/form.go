package people

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"poplar/gui/kit"
	"poplar/gui/model"
	"poplar/mail"
)

// form is the right side: one person, or one group.
type form struct {
	w    *Window
	of   row
	page fyne.CanvasObject

	name, addr, org, phone, note *kit.Field
	members                      *kit.Field // of a group, one a line
}

func newForm(w *Window, r row) *form {
	f := &form{w: w, of: r}
	fields := kit.NewForm(110)
	f.name = kit.NewField(r.person.Name, "", nil)
	if r.group != nil {
		f.name.SetText(r.group.Name)
		var lines []string
		for _, m := range model.EnteredFrom(w.named(r.group.Members)) {
			lines = append(lines, m.Text())
		}
		f.members = kit.NewArea(strings.Join(lines, "\n"), "", 200, nil)
		fields.Add(kit.T("Name"), f.name).Add(kit.T("People"), f.members)
		f.members.SetHint(kit.T("One address a line, or separated by commas."))
	} else {
		f.addr = kit.NewField(r.person.Addr, "", nil)
		f.org = kit.NewField(r.person.Org, "", nil)
		f.phone = kit.NewField(r.person.Phone, "", nil)
		f.note = kit.NewArea(r.person.Note, "", 90, nil)
		fields.Add(kit.T("Full name"), f.name).Add(kit.T("Address"), f.addr).Add(kit.T("Company"), f.org).Add(kit.T("Telephone"), f.phone).Add(kit.T("Note"), f.note)
		if p := r.person; p.Sent+p.Received > 0 {
			f.addr.SetHint(kit.T("%d sent, %d received, last on %s", p.Sent, p.Received, p.Last.Format("2006-01-02")))
		}
	}
	var left []fyne.CanvasObject
	right := []fyne.CanvasObject{kit.NewButton(kit.T("Save"), "", kit.Filled, f.save)}
	if r.title() != "" {
		left = append(left, kit.NewButton(kit.T("Delete…"), "", kit.Link, w.remove))
		if w.o.OnWrite != nil {
			right = append([]fyne.CanvasObject{kit.NewButton(kit.T("Write"), "mail", kit.Plain, f.write)}, right...)
		}
	} else {
		left = append(left, kit.NewButton(kit.T("Cancel"), "", kit.Link, w.blank))
	}
	title := r.title()
	switch {
	case title == "" && r.group != nil:
		title = kit.T("New group")
	case title == "":
		title = kit.T("New person")
	}
	head := container.New(kit.Inset{Left: 24, Top: 20, Right: 24, Bottom: 12}, kit.NewLine(title, 20, true, kit.Text).Shrink())
	f.page = container.NewBorder(head, kit.NewFoot(24, left, right), nil, nil,
		container.NewVScroll(container.New(kit.Inset{Left: 24, Top: 4, Right: 24, Bottom: 16}, fields)))
	return f
}

// address is the person's address as it stands in the form; what is wrong with it is shown.
func (f *form) address() (mail.Address, bool) {
	list := model.ParseEntered(f.addr.Text())
	switch {
	case len(list) != 1:
		f.addr.SetWrong(kit.T("An address needs an @."))
	case list[0].Wrong != "":
		f.addr.SetWrong(kit.T(list[0].Wrong))
	default:
		f.addr.SetWrong("")
		name := strings.TrimSpace(f.name.Text())
		if name == "" {
			name = list[0].Name
		}
		return mail.Address{Name: name, Addr: list[0].Addr}, true
	}
	kit.Focus(f.addr.Entry)
	return mail.Address{}, false
}

// group is the group as it stands in the form.
func (f *form) group() (mail.PeopleGroup, bool) {
	g := mail.PeopleGroup{Name: strings.TrimSpace(f.name.Text())}
	if g.Name == "" {
		f.name.SetWrong(kit.T("A group needs a name."))
		kit.Focus(f.name.Entry)
		return g, false
	}
	f.name.SetWrong("")
	for _, e := range model.ParseEntered(f.members.Text()) {
		if e.Wrong != "" {
			f.members.SetWrong(kit.T("%s: %s", e.Text(), kit.T(e.Wrong)))
			return g, false
		}
		g.Members = append(g.Members, e.Address)
	}
	if len(g.Members) == 0 {
		f.members.SetWrong(kit.T("A group needs at least one address."))
		return g, false
	}
	return g, true
}

// save puts the form into the address book.
func (f *form) save() {
	w := f.w
	if f.of.group != nil {
		g, ok := f.group()
		if !ok {
			return
		}
		was := f.of.group.Name
		kit.Do(w.ctx, w.loop, func(ctx context.Context) error { return w.p.SavePeopleGroup(ctx, was, g) }, w.done)
		return
	}
	a, ok := f.address()
	if !ok {
		return
	}
	p := mail.Person{Address: a, Kept: true, Org: strings.TrimSpace(f.org.Text()), Phone: strings.TrimSpace(f.phone.Text()), Note: f.note.Text()}
	was := f.of.person.Addr
	kit.Do(w.ctx, w.loop, func(ctx context.Context) error { return w.p.SavePerson(ctx, was, p) }, w.done)
}

// write begins a message to whom the form shows.
func (f *form) write() {
	if f.of.group != nil {
		if g, ok := f.group(); ok {
			f.w.o.OnWrite(f.w.named(g.Members))
		}
		return
	}
	if a, ok := f.address(); ok {
		f.w.o.OnWrite([]mail.Address{a})
	}
}

// card is a line of the list.
type card struct {
	widget.BaseWidget
	avatar      *fyne.Container
	name, under *kit.Line
}

func newCard() fyne.CanvasObject {
	c := &card{avatar: container.NewStack(), name: kit.NewLine("", 13, false, kit.Text).Shrink(), under: kit.NewLine("", 11, false, kit.Text2).CutAt(kit.CutMiddle).Shrink()}
	c.ExtendBaseWidget(c)
	return c
}

func (c *card) show(r row) {
	addr := r.person.Addr
	if r.group != nil {
		addr = r.group.Name
	}
	c.avatar.Objects = []fyne.CanvasObject{kit.NewAvatar(r.title(), addr, 28)}
	c.name.SetText(r.title())
	c.under.SetText(r.second())
	c.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (c *card) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(container.New(cardLayout{c}, c.avatar, c.name, c.under))
}

type cardLayout struct{ c *card }

// Layout implements fyne.Layout.
func (l cardLayout) Layout(_ []fyne.CanvasObject, s fyne.Size) {
	l.c.avatar.Move(fyne.NewPos(pad-4, 6))
	l.c.avatar.Resize(fyne.NewSquareSize(28))
	base := float32(18)
	if l.c.under.Text() == "" {
		base = 25
	}
	l.c.name.Place(pad+34, base, s.Width-pad-34-pad)
	l.c.under.Place(pad+34, 34, s.Width-pad-34-pad)
}

// MinSize implements fyne.Layout.
func (cardLayout) MinSize([]fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(160, rowHeight-6)
}
