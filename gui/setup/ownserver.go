package setup

import (
	"context"
	"maps"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"poplar/gui/kit"
	"poplar/gui/model"
	"poplar/mail"
)

// OwnServerWindow is the window in which the outgoing server of one identity is given and tried.
type OwnServerWindow struct {
	*frame
	t    *through
	form *model.Form

	fields       map[model.Field]*kit.Field
	asked        map[model.Field]bool
	security     *kit.Select
	plain        *kit.Check
	plainNote    *kit.Para
	auth         *kit.Check
	same         *kit.Choice
	secret       *kit.Secret
	login        *kit.Select
	signIn       fyne.CanvasObject // the way to the provider's page, and whether one has been there
	signedIn     *kit.Line
	result       *kit.Bar
	steps        *stepList
	stepCard     fyne.CanvasObject
	page         *kit.Form
	scroll       *container.Scroll
	test         *kit.Button
	run          context.CancelFunc
	findings     *model.Diagnosis
	apply        func(o mail.OwnServer, secret string)
	stored       bool // a password of its own is in the keyring already
	loginChoices []mail.Auth
}

func newOwnServerWindow(t *through, apply func(o mail.OwnServer, secret string), closed func()) *OwnServerWindow {
	address := strings.TrimSpace(t.address())
	w := &OwnServerWindow{
		t: t, form: model.NewOwnServerForm(t.w.form.Account(), t.server, address), apply: apply,
		fields: map[model.Field]*kit.Field{}, asked: map[model.Field]bool{},
	}
	if t.server != nil {
		w.form.Out.Password = t.typed[t.server.Direction()]
		if w.form.SignsIn(mail.Outgoing) {
			w.form.Out.Password, w.form.Tokens = "", w.form.Out.Password
		}
		w.stored = t.server.OutgoingAuth && !t.server.SameAsAccount && !t.server.Token()
	}
	title := kit.T("Outgoing server")
	if address != "" {
		title = kit.T("Outgoing server · %s", address)
	}
	stay := func() bool { return true }
	gone := false
	w.frame = newFrame(fyne.CurrentApp(), t.w.loop, title, fyne.NewSize(560, 600), func() {
		gone = true
		stay()
		if w.run != nil {
			w.run()
		}
		closed()
	})
	// Without the account's window there is nobody who could take it.
	stay = context.AfterFunc(t.w.ctx, func() {
		t.w.loop(func() {
			if !gone {
				w.Window.Close()
			}
		})
	})
	w.build()
	w.test = kit.NewButton(kit.T("Test settings"), "check", kit.Plain, w.Test)
	foot := kit.NewFoot(pagePad, []fyne.CanvasObject{w.test}, []fyne.CanvasObject{
		kit.NewButton(kit.T("Cancel"), "", kit.Plain, func() { w.Window.Close() }),
		kit.NewButton(kit.T("Apply"), "", kit.Filled, w.Apply),
	})
	w.scroll = container.NewVScroll(container.New(&single{}, w.page))
	w.fill(container.NewBorder(nil, foot, nil, nil, w.scroll))
	w.keys(w.Apply, w.Window.Close)
	w.shown()
	w.Window.Canvas().Focus(w.fields[model.FieldOutHost].Entry)
	return w
}

// build makes the page.
func (w *OwnServerWindow) build() {
	const d = mail.Outgoing
	s := w.form.Side(d)
	host := kit.NewField(s.Host, "", nil)
	w.bind(model.FieldOutHost, host, func(text string) { w.form.SetHost(d, text) })
	port := kit.NewField(s.Port, "", nil).Narrow(72, "")
	w.bind(model.FieldOutPort, port, func(text string) { w.form.SetPort(d, text) })
	w.security = kit.NewSelect(securityNames(), indexOf(securities, s.Security), func(i int) {
		w.form.SetSecurity(d, securities[i])
		w.shown()
	})
	w.plain = kit.NewCheck(kit.T("Send the password unencrypted"), s.Plain, func(on bool) { s.Plain = on; w.shown() })
	w.plainNote = kit.NewPara("", 12, false, kit.Warn)
	w.auth = kit.NewCheck(kit.T("Server requires authentication"), w.form.OutgoingAuth, func(on bool) { w.form.OutgoingAuth = on; w.shown() })
	same := 1
	if w.form.Same {
		same = 0
	}
	w.same = kit.NewChoice(same, func(i int) { w.form.Same = i == 0; w.shown() },
		kit.T("The account's user name and password"), kit.T("Own user name and password"))
	user := kit.NewField(s.User, "", nil)
	w.bind(model.FieldOutUser, user, func(text string) { s.User = text })
	w.secret = kit.NewSecret("", nil)
	w.secret.SetText(s.Password)
	w.bind(model.FieldOutSecret, &w.secret.Field, func(text string) { s.Password = text })
	auths, names := logins(d)
	w.loginChoices = auths
	w.login = kit.NewSelect(names, indexOf(auths, s.Auth), func(i int) { s.Auth = auths[i]; w.shown() })
	w.signedIn = kit.NewLine("", 12, false, kit.Text2)
	w.signIn = kit.NewRow(10, 1, kit.NewButton(kit.T("Sign in…"), "", kit.Plain, w.SignIn), container.New(kit.Inset{Top: 5}, w.signedIn))
	w.result = kit.NewBar(kit.ToneInfo, "", "")
	w.steps = newStepList(func(int) {})
	w.stepCard = container.New(kit.Pile{}, kit.NewFill(kit.Surface, 8).Outline(kit.Sep, 1), w.steps)
	w.result.Hide()
	w.stepCard.Hide()

	f := kit.NewForm(labelWidth)
	f.Head(kit.T("Outgoing mail (SMTP)"))
	f.Add(kit.T("Server"), host).Add(kit.T("Security"), w.security).Add(kit.T("Port"), port)
	f.Add("", w.plain).Add("", w.plainNote)
	f.AddWide(w.auth, 18, 0).AddWide(w.same.Radio(0), 10, 25).AddWide(w.same.Radio(1), 6, 25)
	f.Add(kit.T("User name"), user).Add(kit.T("Password"), w.secret).Add(kit.T("Log in with"), w.login).Add("", w.signIn)
	f.AddWide(w.result, 20, 0).AddWide(w.stepCard, 12, 0)
	w.page = f
}

// bind joins a field to the form, as the account window does.
func (w *OwnServerWindow) bind(name model.Field, f *kit.Field, set func(string)) {
	w.fields[name] = f
	f.OnChanged = func(text string) {
		set(text)
		if f.Wrong() != "" {
			w.check(name)
		}
		w.changed()
		w.portShown()
	}
	f.OnLeft = func() {
		w.asked[name] = w.asked[name] || f.Text() != ""
		w.check(name)
		w.shown()
	}
}

func (w *OwnServerWindow) check(name model.Field) {
	if !w.asked[name] {
		return
	}
	wrong := w.form.Check(name)
	if wrong != "" {
		wrong = kit.T(wrong)
	}
	w.fields[name].SetWrong(wrong)
	w.page.Refresh()
}

// changed takes away what was said of the settings as they were.
func (w *OwnServerWindow) changed() {
	if w.result.Visible() || w.stepCard.Visible() {
		w.result.Hide()
		w.stepCard.Hide()
		w.page.Refresh()
	}
}

// portShown brings host and port up to what the form made of them.
func (w *OwnServerWindow) portShown() {
	s := w.form.Side(mail.Outgoing)
	for name, text := range map[model.Field]string{model.FieldOutHost: s.Host, model.FieldOutPort: s.Port} {
		if f := w.fields[name]; !kit.Focused(f.Entry) && f.Text() != text {
			f.SetText(text)
		}
	}
	port, usual := w.form.DefaultPort(mail.Outgoing)
	aside := kit.T("default is %d", port)
	if usual {
		aside = kit.T("default for %s", securityNames()[indexOf(securities, s.Security)])
		switch s.Security {
		case mail.TLS:
			aside = kit.T("default for %s", "TLS")
		case mail.NoTLS:
			aside = kit.T("default without encryption")
		case mail.STARTTLS:
		}
	}
	w.fields[model.FieldOutPort].SetAside(aside)
}

// shown brings the page up to the form.
func (w *OwnServerWindow) shown() {
	f, s := w.form, w.form.Side(mail.Outgoing)
	w.portShown()
	show := func(on bool, list ...fyne.CanvasObject) {
		for _, o := range list {
			shown(on, o)
		}
	}
	w.plain.SetOn(s.Plain)
	note := f.Clear(mail.Outgoing)
	show(s.Security == mail.NoTLS && f.OutgoingAuth, w.plain)
	show(note != "", w.plainNote)
	if note != "" {
		w.plainNote.SetText(kit.T(note))
	}
	user := w.fields[model.FieldOutUser]
	show(f.OutgoingAuth, w.same.Radio(0), w.same.Radio(1))
	token := w.loginChoices[w.login.Chosen()] == mail.AuthXOAuth2 || w.loginChoices[w.login.Chosen()] == mail.AuthOAuthBearer
	show(f.OwnOutgoing(), user, w.login)
	show(f.OwnOutgoing() && !token, w.secret)
	show(f.OwnOutgoing() && token, w.signIn)
	signed := f.Check(model.FieldOutSecret)
	if signed == "" {
		signed = "Signed in on the provider's page"
	}
	w.signedIn.SetText(kit.T(signed))
	placeholder := ""
	switch {
	case !w.t.w.form.Remember:
		placeholder = kit.T("Asked each time")
	case w.stored:
		placeholder = kit.T("Unchanged")
	}
	w.secret.SetPlaceHolder(placeholder)
	for _, name := range model.OwnServerFields {
		w.check(name)
	}
	w.changed()
	w.page.Refresh()
}

// complete tells what is wrong and goes to the first of it.
func (w *OwnServerWindow) complete() bool {
	first := model.Field("")
	for _, name := range model.OwnServerFields {
		w.asked[name] = true
		w.check(name)
		if first == "" && w.form.Check(name) != "" {
			first = name
		}
	}
	if first == "" {
		return true
	}
	if f := w.fields[first]; f.Visible() {
		w.Window.Canvas().Focus(f.Entry)
	}
	return false
}

// SignIn opens the window for signing in on the provider's page.
func (w *OwnServerWindow) SignIn() {
	NewSignInWindow(fyne.CurrentApp(), w.t.w.p, w.loop, w.form, model.PresetFor(w.form.Out.Host, w.t.address()), func() {
		if w.ctx.Err() == nil {
			w.login.Choose(indexOf(w.loginChoices, w.form.Out.Auth))
			w.shown()
		}
	}).Show()
}

// Apply hands the server to the identity.
func (w *OwnServerWindow) Apply() {
	if !w.complete() {
		return
	}
	w.apply(w.form.OwnServer(w.t.server), w.form.OwnSecret())
	w.Window.Close()
}

// Test tries the server as it stands: all that sending needs, and nothing is sent.
func (w *OwnServerWindow) Test() {
	if !w.complete() {
		return
	}
	if w.run != nil {
		w.run()
	}
	ctx, cancel := context.WithCancel(w.ctx)
	w.run = cancel
	o := w.form.OwnServer(w.t.server)
	account := w.t.w.form.Account()
	from := account.Main()
	from.Own = &o
	if list := model.ParseEntered(w.t.address()); len(list) == 1 && list[0].Wrong == "" {
		from.Address = list[0].Addr
	}
	account = account.Through(from).As(from)
	secrets := w.t.w.form.Secrets()
	maps.Copy(secrets, w.t.typed)
	if secret := w.form.OwnSecret(); secret != "" {
		secrets[o.Direction()] = secret
	}
	d := &model.Diagnosis{Account: account, Started: time.Now(), SendingOnly: true}
	w.findings = d
	w.test.Disable()
	w.result.Hide()
	w.stepCard.Show()
	show := func() {
		w.steps.show(d)
		w.page.Refresh()
		w.scroll.ScrollToBottom()
	}
	show()
	kit.Do(ctx, w.loop, func(ctx context.Context) error {
		return w.t.w.p.TestSending(ctx, account, secrets, func(f mail.Finding) {
			w.loop(func() {
				if ctx.Err() == nil && d.Ended.IsZero() {
					d.Findings = append(d.Findings, f)
					show()
				}
			})
		})
	}, func(err error) {
		d.Ended, d.Err = time.Now(), err
		w.test.Enable()
		w.tell(d)
		show()
	})
}

// tell says how the test went.
func (w *OwnServerWindow) tell(d *model.Diagnosis) {
	failed, said := d.Failure(), ""
	switch {
	case failed != nil:
		e := model.Explain(*failed, d.Account, kit.Language(), tr)
		w.result.Set(kit.ToneErr, e.What, model.Sentences(tr, e.Why, e.Do))
		said = e.Said
	case d.Err != nil:
		t := model.TellError(d.Err, tr)
		w.result.Set(kit.ToneErr, t.What, model.Sentences(tr, t.Advice))
	default:
		w.result.Set(kit.ToneOK, kit.T("The server answers"), kit.T("Poplar can send with these settings."))
	}
	w.result.Code(said).Show()
}
