package setup

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"poplar/gui/kit"
	"poplar/gui/model"
	"poplar/mail"
)

// identities is the list of further names to write under, on the page of the account's own.
func (w *AccountWindow) identities() fyne.CanvasObject {
	list := container.New(&kit.Column{Gap: 6})
	var show func()
	show = func() {
		list.RemoveAll()
		for i, id := range w.form.Identities {
			edit := kit.NewButton(kit.T("Edit…"), "", kit.Link, func() { w.editIdentity(i, show) })
			remove := kit.NewIconButton("x", kit.T("Remove"), func() {
				w.form.Identities = append(append([]mail.Identity{}, w.form.Identities[:i]...), w.form.Identities[i+1:]...)
				w.changed()
				show()
			}).Sized(26, 14)
			text := kit.NewLine(model.Entered{Address: id.From()}.Text(), 13, false, kit.Text).CutAt(kit.CutMiddle).Shrink()
			list.Add(kit.NewRow(4, 0, text, edit, remove))
		}
		list.Add(container.New(kit.Spread{}, kit.NewButton(kit.T("Add a name…"), "plus", kit.Plain, func() { w.editIdentity(-1, show) })))
		list.Refresh()
		if c := w.Window.Content(); c != nil {
			c.Refresh()
		}
	}
	show()
	return list
}

// editIdentity asks for the parts of an identity; i below 0 is a new one.
func (w *AccountWindow) editIdentity(i int, then func()) {
	id := mail.Identity{Name: w.form.Name}
	if i >= 0 {
		id = w.form.Identities[i]
	}
	name := kit.NewField(id.Name, "", nil)
	address := kit.NewField(id.Address, "", nil)
	reply := kit.NewField(id.ReplyTo, kit.T("The same address"), nil)
	sig := w.newSignature(id.Signature, id.SignatureRich, 80, nil)
	server := w.newThrough(id, func() string { return address.Text() })
	form := kit.NewForm(110).Add(kit.T("Your name"), name).Add(kit.T("Mail address"), address).Add(kit.T("Answers go to"), reply).
		Add(kit.T("Signature"), sig).Add(kit.T("Sent through"), server.choice).Add("", server.row)
	ask := &kit.Ask{Title: kit.T("A further name to write under"), Content: form, Width: 560}
	server.grown = func() {
		form.Refresh()
		ask.Grow()
	}
	ask.Choices = []kit.AskChoice{{Label: kit.T("Cancel"), Do: func() bool { server.close(); return true }}, {Label: kit.T("Apply"), Kind: kit.Filled, Do: func() bool {
		now := mail.Identity{
			Name: strings.TrimSpace(name.Text()), ReplyTo: strings.TrimSpace(reply.Text()),
			Via: server.via(), Own: server.own(),
		}
		now.Signature, now.SignatureRich = sig.Value()
		now.Signature = strings.TrimRight(now.Signature, " \t\r\n")
		list := model.ParseEntered(address.Text())
		if len(list) != 1 || list[0].Wrong != "" {
			why := model.WrongNoAt
			if len(list) == 1 {
				why = list[0].Wrong
			}
			address.SetWrong(kit.T(why))
			ask.Grow()
			return false
		}
		now.Address = list[0].Addr
		all := append([]mail.Identity{}, w.form.Identities...)
		if i >= 0 {
			all[i] = now
		} else {
			all = append(all, now)
		}
		w.form.Identities = all
		server.keep()
		w.changed()
		then()
		return true
	}}}
	ask.Show(w.Window, name.Entry)
}
