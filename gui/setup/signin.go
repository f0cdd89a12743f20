package setup

import (
	"context"
	"net/url"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"poplar/gui/kit"
	"poplar/gui/model"
	"poplar/mail"
)

// SignInWindow has a person sign in on a provider's own page, as a program with a client id of their own. What that comes
// to goes into the form.
type SignInWindow struct {
	*frame
	p    model.Poplar
	form *model.Form
	done func()

	preset   *kit.Select
	chosen   int
	id       *kit.Field
	secret   *kit.Secret
	auth     *kit.Field
	token    *kit.Field
	device   *kit.Field
	scopes   *kit.Field
	own      *kit.Form
	how      *fyne.Container
	notice   *fyne.Container
	browser  *kit.Button
	code     *kit.Button
	stop     context.CancelFunc // of the sign-in under way
	opened   string             // the page that was opened
	finished bool
}

// NewSignInWindow returns the window; preset is the number of the provider it begins with. Done is called when the person
// has signed in.
func NewSignInWindow(app fyne.App, p model.Poplar, loop kit.Loop, form *model.Form, preset int, done func()) *SignInWindow {
	w := &SignInWindow{p: p, form: form, done: done, chosen: preset}
	w.frame = newFrame(app, loop, kit.T("Sign in"), fyne.NewSize(600, 600), nil)
	var names []string
	for _, x := range model.Presets() {
		names = append(names, kit.T(x.Name))
	}
	w.preset = kit.NewSelect(names, preset, func(i int) { w.chosen = i; w.shown() })
	clear := func(f **kit.Field) func(string) { return func(string) { (*f).SetWrong("") } }
	w.id = kit.NewField("", "", clear(&w.id))
	w.secret = kit.NewSecret("", nil)
	w.secret.SetHint(kit.T("Only if the provider gave you one. It is kept in the keyring."))
	w.auth, w.token = kit.NewField("", "https://", clear(&w.auth)), kit.NewField("", "https://", clear(&w.token))
	w.device, w.scopes = kit.NewField("", "", nil), kit.NewField("", "", nil)
	if o := form.OAuth; o != nil {
		w.id.SetText(o.ClientID)
		w.auth.SetText(o.AuthURL)
		w.token.SetText(o.TokenURL)
		w.device.SetText(o.DeviceURL)
		w.scopes.SetText(strings.Join(o.Scopes, " "))
		w.chosen = indexOf([]string{"google", "microsoft"}, o.Provider)
		if o.Provider != "google" && o.Provider != "microsoft" {
			w.chosen = model.PresetOther
		}
		w.preset.Choose(w.chosen)
	}
	fields := kit.NewForm(labelWidth)
	fields.Add(kit.T("Provider"), w.preset).Add(kit.T("Client id"), w.id).Add(kit.T("Client secret"), w.secret)
	w.own = kit.NewForm(labelWidth)
	w.own.Add(kit.T("Sign-in page"), w.auth).Add(kit.T("Token page"), w.token).Add(kit.T("Code page"), w.device).Add(kit.T("Scopes"), w.scopes)
	w.how, w.notice = container.New(&kit.Column{}), container.New(&kit.Column{Gap: 8})
	w.browser = kit.NewButton(kit.T("Sign in in the browser"), "", kit.Filled, func() { w.Begin(false) })
	w.code = kit.NewButton(kit.T("Sign in with a code"), "", kit.Plain, func() { w.Begin(true) })
	content := container.New(&kit.Column{Gap: 14}, w.notice, fields, w.own, w.how)
	w.fill(guidePage(kit.NewPara(kit.T("Sign in on the provider's page"), 20, true, kit.Text),
		kit.NewPara(kit.T("You sign in there, not here: Poplar never sees that password. What the provider gives in its place is kept in the keyring. Poplar has no client id of its own; yours stays yours."), 13, false, kit.Text2),
		content, kit.NewFoot(32, nil, []fyne.CanvasObject{kit.NewButton(kit.T("Cancel"), "", kit.Plain, w.Window.Close), w.code, w.browser})))
	w.keys(func() { w.Begin(false) }, w.Window.Close)
	w.shown()
	w.Window.Canvas().Focus(w.id.Entry)
	return w
}

// shown shows what the chosen provider needs.
func (w *SignInWindow) shown() {
	x := model.Presets()[w.chosen]
	shown(w.chosen == model.PresetOther, w.own)
	shown(x.OAuth.DeviceURL != "" || w.chosen == model.PresetOther, w.code)
	w.how.RemoveAll()
	bar := kit.NewBar(kit.ToneInfo, kit.T("How to get a client id"), kit.T(x.How))
	if x.Page != "" {
		bar.Act(kit.T("Show me"), func() { openPage(x.Page) })
	}
	w.how.Add(bar)
	w.Window.Content().Refresh()
}

// settings are what was typed.
func (w *SignInWindow) settings() mail.OAuth {
	o := model.Presets()[w.chosen].OAuth
	o.ClientID = strings.TrimSpace(w.id.Text())
	if w.chosen == model.PresetOther {
		o.AuthURL, o.TokenURL, o.DeviceURL = strings.TrimSpace(w.auth.Text()), strings.TrimSpace(w.token.Text()), strings.TrimSpace(w.device.Text())
		o.Scopes = strings.Fields(w.scopes.Text())
		if u, err := url.Parse(o.AuthURL); err == nil {
			o.Provider = u.Host
		}
	}
	return o
}

// Begin starts the sign-in, in the browser or with a code.
func (w *SignInWindow) Begin(device bool) {
	o := w.settings()
	if o.ClientID == "" {
		w.id.SetWrong(kit.T("Type the client id."))
		w.Window.Content().Refresh()
		w.Window.Canvas().Focus(w.id.Entry)
		return
	}
	if wrong := kit.T("A page to sign in begins with https://."); w.chosen == model.PresetOther {
		bad := false
		for _, f := range []*kit.Field{w.auth, w.token} {
			if t := strings.TrimSpace(f.Text()); !strings.HasPrefix(t, "https://") && !strings.HasPrefix(t, "http://127.0.0.1") && !strings.HasPrefix(t, "http://localhost") {
				f.SetWrong(wrong)
				bad = true
			}
		}
		if bad {
			w.Window.Content().Refresh()
			return
		}
	}
	if w.stop != nil {
		w.stop()
	}
	ctx, cancel := context.WithCancel(w.ctx)
	w.stop = cancel
	a := w.form.Account()
	a.OAuth = &o
	a.Incoming.User = w.form.SignInUser()
	w.say(kit.NewBar(kit.ToneInfo, kit.T("Waiting for you in the browser"), kit.T("Sign in there and agree that Poplar may read and send mail. This window notices when it is done.")).
		Act(kit.T("Stop"), func() { cancel(); w.say(nil) }))
	kit.Go(ctx, w.loop, func(ctx context.Context) (string, error) {
		return w.p.SignIn(ctx, model.SignIn{
			Account: a, Secret: w.secret.Text(), Device: device,
			Open: func(page string) error {
				u, err := url.Parse(page)
				if err == nil {
					err = fyne.CurrentApp().OpenURL(u)
				}
				if err == nil {
					w.loop(func() { w.opened = page })
				}
				return err
			},
			Show: func(page, code string) {
				w.loop(func() {
					w.say(kit.NewBar(kit.ToneInfo, kit.T("Your code is %s", code), kit.T("Type it at %s, on any device.", page)).
						Act(kit.T("Copy"), func() { fyne.CurrentApp().Clipboard().SetContent(code) }).
						Act(kit.T("Open page"), func() { openPage(page) }))
				})
			},
			Title: "Poplar", Done: kit.T("You are signed in. You can close this page and go back to Poplar."), Failed: kit.T("The provider did not let Poplar in. You can close this page."),
		})
	}, func(tokens string, err error) {
		cancel()
		if err != nil {
			t := model.TellError(err, tr)
			if p := mail.ProblemOf(err); p.Kind == mail.LoginRefused { // nobody has asked for a password here
				t.What, t.Advice = kit.T("The provider did not let Poplar in"), kit.T("Look at the client id, then sign in once more and agree")
			}
			bar := kit.NewBar(kit.ToneErr, t.What, model.Sentences(tr, t.Advice))
			if t.Said != "" {
				bar.Code(t.Said)
			}
			w.say(bar)
			return
		}
		w.finished = true
		w.form.SignedIn(o, tokens)
		w.Window.Close()
		w.done()
	})
}

func (w *SignInWindow) say(b *kit.Bar) {
	w.notice.RemoveAll()
	if b != nil {
		w.notice.Add(b)
	}
	w.Window.Content().Refresh()
}
