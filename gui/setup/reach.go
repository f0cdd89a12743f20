package setup

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"poplar/gui/kit"
	"poplar/gui/model"
	"poplar/mail"
)

// otherField is the second name of a server.
func (w *AccountWindow) otherField(d mail.Direction) *kit.Field {
	s := w.form.Side(d)
	f := kit.NewField(s.Other, "", nil)
	name := model.FieldInOther
	if d == mail.Outgoing {
		name = model.FieldOutOther
		f.SetHint(kit.T("Tried where the first cannot be reached, for instance outside the company. A port may follow: mail.example.com:1995."))
	}
	w.bind(name, f, func(t string) { s.Other = strings.TrimSpace(t) }, nil)
	return f
}

// signInRow says whether one has signed in on the provider's page, and leads there.
func (w *AccountWindow) signInRow() fyne.CanvasObject {
	w.signedIn = kit.NewLine("", 12, false, kit.Text2)
	w.signInShown()
	return kit.NewRow(10, 1, kit.NewButton(kit.T("Sign in…"), "", kit.Plain, w.SignIn), container.New(kit.Inset{Top: 5}, w.signedIn))
}

func (w *AccountWindow) signInShown() {
	if w.signedIn == nil {
		return
	}
	switch {
	case w.form.Tokens != "", w.form.OAuth != nil && !w.form.New() && w.form.SignsIn(mail.Incoming):
		w.signedIn.SetText(kit.T("Signed in on the provider's page"))
	default:
		w.signedIn.SetText(kit.T("Instead of a password"))
	}
}

// SignIn opens the window for signing in on the provider's page.
func (w *AccountWindow) SignIn() {
	NewSignInWindow(fyne.CurrentApp(), w.p, w.loop, w.form, model.PresetFor(w.form.In.Host, w.form.Address), func() {
		w.shown()
		if w.doctor != nil {
			w.doctor.Run()
		}
	}).Show()
}

// proxyRows are the fields about the way to both servers.
func (w *AccountWindow) proxyRows(f *kit.Form) {
	kinds := []string{model.ProxyEnvironment, model.ProxyDirect, model.ProxySOCKS, model.ProxyHTTP, model.ProxyHTTPS}
	names := []string{kit.T("As the system says"), kit.T("No proxy"), "SOCKS5", "HTTP (CONNECT)", "HTTPS (CONNECT)"}
	p := &w.form.Proxy
	host := kit.NewField(p.Host, "proxy.example.com:8080", nil)
	user := kit.NewField(p.User, "", func(t string) { p.User = t; w.changed() })
	secret := kit.NewSecret("", func(t string) { p.Password = t; w.changed() })
	if !w.form.New() && p.User != "" {
		secret.SetPlaceHolder(kit.T("Unchanged"))
	}
	show := func() {
		for _, o := range []fyne.CanvasObject{host, user, secret} {
			shown(p.Named(), o)
		}
		w.relayout()
	}
	w.bind(model.FieldProxy, host, func(t string) { p.Host = t }, nil)
	kind := kit.NewSelect(names, indexOf(kinds, p.Kind), func(i int) {
		p.Kind = kinds[i]
		w.check(model.FieldProxy)
		w.changed()
		show()
	})
	f.Head(kit.T("The way to both servers"))
	f.Add(kit.T("Proxy"), kind).Add("", host).Add(kit.T("User name"), user).Add(kit.T("Password"), secret)
	show()
}

// shown brings the page up to what the form has, after something else than typing has changed it.
func (w *AccountWindow) shown() {
	for d, p := range map[mail.Direction]*sidePage{mail.Incoming: w.in, mail.Outgoing: w.out} {
		s := w.form.Side(d)
		p.host.SetText(s.Host)
		p.port.SetText(s.Port)
		p.user.SetText(s.User)
		p.other.SetText(s.Other)
		p.security.Choose(indexOf(securities, s.Security))
		auths, _ := logins(d)
		p.login.Choose(indexOf(auths, s.Auth))
		p.portShown()
		p.plainShown()
	}
	w.auth.SetOn(w.form.OutgoingAuth)
	if w.form.Same {
		w.same.Choose(0)
	} else {
		w.same.Choose(1)
	}
	w.sameShown()
	w.signInShown()
	w.pinsShown()
	for _, f := range model.Fields {
		w.check(f)
	}
}

// FindAgain looks for the servers of the address once more and fills in what is found best.
func (w *AccountWindow) FindAgain() {
	if w.finding || w.form.Check(model.FieldAddress) != "" {
		w.asked[model.FieldAddress] = true
		w.check(model.FieldAddress)
		if !w.finding {
			w.Focus(model.FieldAddress)
		}
		return
	}
	w.finding = true
	w.findButton.SetLabel(kit.T("Looking…"))
	address := w.form.Address
	kit.Go(w.ctx, w.loop, func(ctx context.Context) ([]mail.Found, error) {
		return w.p.Find(ctx, address, func(mail.Found) {})
	}, func(list []mail.Found, err error) {
		w.finding = false
		w.findButton.SetLabel(kit.T("Find servers again"))
		s := &model.Search{Address: address}
		s.End(list, err)
		a := s.Answer()
		if a == nil {
			bar := kit.NewBar(kit.ToneWarn, kit.T("No servers were found"), kit.T("The settings stay as they are."))
			if p := mail.ProblemOf(err); p != nil && p.Kind == mail.Offline {
				bar = kit.NewBar(kit.ToneWarn, kit.T("The computer is offline"), kit.T("The settings stay as they are."))
			}
			bar.OnClosed = func() { w.notify(nil) }
			w.notify(bar)
			return
		}
		s.Fill(w.form, model.Mine{User: w.form.In.User != "" && len(a.Users) == 0})
		w.shown()
		text := s.Where(*a, tr)
		if replied := s.Replied(*a, tr); replied != "" {
			text = kit.T("%s %s", text, replied)
		}
		bar := kit.NewBar(kit.ToneOK, kit.T("Servers found"), text)
		bar.OnClosed = func() { w.notify(nil) }
		w.notify(bar)
	})
}
