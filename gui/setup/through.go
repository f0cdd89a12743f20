package setup

import (
	"maps"

	"fyne.io/fyne/v2"

	"poplar/gui/kit"
	"poplar/gui/model"
	"poplar/mail"
)

// choices are the outgoing servers that an identity may go through: accounts', and last one of its own.
type choices struct {
	names []string
	ids   []mail.AccountID
}

// outgoingServers are the servers of all accounts, this one's first, then the identity's own, and the number of the one
// that is chosen.
func (w *AccountWindow) outgoingServers(id mail.Identity) (int, choices) {
	c := choices{names: []string{kit.T("This account's server")}, ids: []mail.AccountID{""}}
	at := 0
	for _, a := range w.p.Accounts() {
		if a.ID == w.form.Account().ID {
			continue
		}
		c.names = append(c.names, kit.T("%s (%s)", a.Outgoing.Host, a.Title()))
		c.ids = append(c.ids, a.ID)
		if a.ID == id.Via {
			at = len(c.ids) - 1
		}
	}
	c.names = append(c.names, kit.T("A server of its own"))
	if id.Own != nil {
		at = len(c.ids)
	}
	return at, c
}

// through chooses the server that an identity goes through.
type through struct {
	w       *AccountWindow
	address func() string
	list    choices
	was     int // what was chosen last
	choice  *kit.Select
	row     fyne.CanvasObject // the own server, and how to change it
	words   *kit.Line
	server  *mail.OwnServer // kept while another is chosen
	typed   model.Secrets
	window  *OwnServerWindow
	grown   func() // the row has come or gone
}

func (w *AccountWindow) newThrough(id mail.Identity, address func() string) *through {
	t := &through{w: w, address: address, typed: maps.Clone(w.form.Own)}
	if id.Own != nil {
		o := *id.Own
		t.server = &o
	}
	t.was, t.list = w.outgoingServers(id)
	t.choice = kit.NewSelect(t.list.names, t.was, t.chosen)
	t.words = kit.NewLine("", 13, false, kit.Text2).CutAt(kit.CutMiddle).Shrink()
	t.row = kit.NewRow(4, 0, t.words, kit.NewButton(kit.T("Edit…"), "", kit.Link, t.edit))
	t.show()
	return t
}

// isOwn reports whether the identity's own server is chosen.
func (t *through) isOwn() bool { return t.choice.Chosen() == len(t.list.ids) }

func (t *through) show() {
	if t.isOwn() && t.server != nil {
		t.words.SetText(model.ServerWords(t.server.Server, tr))
		t.row.Show()
	} else {
		t.row.Hide()
	}
	if t.grown != nil {
		t.grown()
	}
}

func (t *through) chosen(i int) {
	if t.isOwn() && t.server == nil {
		t.edit()
		return
	}
	t.was = i
	t.show()
}

// edit opens the window of the own server.
func (t *through) edit() {
	if t.window != nil {
		t.window.Show()
		return
	}
	t.window = newOwnServerWindow(t, func(o mail.OwnServer, secret string) {
		if secret != "" {
			if t.typed == nil {
				t.typed = model.Secrets{}
			}
			t.typed[o.Direction()] = secret
		}
		t.server, t.was = &o, len(t.list.ids)
	}, func() {
		t.window = nil
		t.choice.Choose(t.was) // without a server it is the one chosen before
		t.show()
	})
	t.window.Show()
}

// via is the account whose server was chosen; empty: the identity's own account, or its own server.
func (t *through) via() mail.AccountID {
	if i := t.choice.Chosen(); i >= 0 && i < len(t.list.ids) {
		return t.list.ids[i]
	}
	return ""
}

// own is the identity's own server, or nil where another is chosen.
func (t *through) own() *mail.OwnServer {
	if !t.isOwn() {
		return nil
	}
	return t.server
}

// keep gives the account's form the password that was typed.
func (t *through) keep() {
	t.w.form.Own = t.typed
	t.close()
}

// close takes the window of the own server away: there is nobody any more who could take it.
func (t *through) close() {
	if t.window != nil {
		t.window.Window.Close()
	}
}
