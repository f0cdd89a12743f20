package setup

import (
	"context"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"poplar/gui/kit"
	"poplar/gui/model"
	"poplar/mail"
)

// The tabs of the account window.
const (
	TabServers = iota
	TabIdentity
	TabRetrieving
	TabFolders
	TabLog
)

// AccountWindow is the window in which everything about an account can be seen and changed.
type AccountWindow struct {
	*frame
	p    model.Poplar
	o    Options
	form *model.Form

	fields   map[model.Field]*kit.Field
	asked    map[model.Field]bool // fields whose emptiness may be told: they were left, or saving was tried
	in, out  *sidePage
	remember *kit.Check
	keep     *keepChoice
	auth     *kit.Check
	popFirst *kit.Check
	same     *kit.Choice
	result   *kit.Bar
	pins     *kit.Form
	signedIn *kit.Line
	finding  bool // the servers are being looked for

	findButton *kit.Button
	columns    *fyne.Container
	tabs       *kit.Tabs
	pages      []*container.Scroll
	notice     *fyne.Container // a bar over the foot
	where      []*folderChoice // copies of what is sent, what is archived
	counts     *kit.Form
	log        *logView
	save       *kit.Button
	test       *kit.Button
	doctor     *DoctorWindow
	saving     bool
	closed     bool
}

// NewAccountWindow returns the window for an account: a copy of *a is edited, nil makes a new one. Show brings it up.
func NewAccountWindow(app fyne.App, p model.Poplar, loop kit.Loop, a *mail.Account, o Options) *AccountWindow {
	account, title := mail.DefaultAccount(), kit.T("New account")
	if a != nil {
		account = *a
	}
	if account.ID != "" {
		title = kit.T("Account · %s", account.Title())
	}
	w := &AccountWindow{
		frame: newFrame(app, loop, title, fyne.NewSize(980, 640), o.OnClosed), p: p, o: o, form: model.NewForm(account),
		fields: map[model.Field]*kit.Field{}, asked: map[model.Field]bool{}, notice: container.New(&kit.Column{Pad: fyne.NewSize(pagePad, 0)}),
	}
	w.form.Type(o.Typed)
	w.log = newLogView(func() []string { return p.Transcript(w.form.Account().ID) }, app)
	w.pages = []*container.Scroll{
		container.NewVScroll(w.serversPage()), container.NewVScroll(w.identityPage()), container.NewVScroll(w.retrievingPage()),
	}
	names := []string{kit.T("Servers"), kit.T("Identity"), kit.T("Retrieving")}
	stack := []fyne.CanvasObject{w.pages[0], w.pages[1], w.pages[2]}
	if account.ID != "" {
		w.pages = append(w.pages, container.NewVScroll(w.foldersPage()))
		names = append(names, kit.T("Folders"), kit.T("Log"))
		stack = append(stack, w.pages[3], w.log)
	}
	w.tabs = kit.NewTabs(pagePad, func(i int) {
		for k, page := range stack {
			if k == i {
				page.Show()
			} else {
				page.Hide()
			}
		}
		if i == TabLog {
			w.log.Load()
		}
	}, names...)
	for _, page := range stack[1:] {
		page.Hide()
	}
	w.test = kit.NewButton(kit.T("Test settings"), "check", kit.Plain, w.Test)
	w.save = kit.NewButton(kit.T("Save"), "", kit.Filled, func() { w.Save(nil) })
	w.findButton = kit.NewButton(kit.T("Find servers again"), "", kit.Link, w.FindAgain)
	left := []fyne.CanvasObject{w.test, w.findButton}
	if account.ID != "" {
		left = append(left, kit.NewButton(kit.T("Remove account…"), "", kit.Link, w.Remove))
	}
	foot := kit.NewFoot(pagePad, left,
		[]fyne.CanvasObject{kit.NewButton(kit.T("Cancel"), "", kit.Plain, w.ask), w.save})
	w.fill(container.NewBorder(w.tabs, container.New(&kit.Column{}, w.notice, foot), nil, nil, container.NewStack(stack...)))
	w.Window.SetCloseIntercept(w.ask)
	w.keys(func() { w.Save(nil) }, w.ask)
	w.tabs.Choose(o.Tab)
	if o.Focus != "" {
		w.Focus(o.Focus)
	}
	return w
}

// bind joins a field to the form: set takes what is typed, left is called when the keyboard goes elsewhere. What is
// wrong is told when the field is left, and taken back as soon as it is mended.
func (w *AccountWindow) bind(name model.Field, f *kit.Field, set func(string), left func()) {
	w.fields[name] = f
	f.OnChanged = func(t string) {
		set(t)
		if f.Wrong() != "" {
			w.check(name)
		}
		w.changed()
	}
	f.OnLeft = func() {
		if left != nil {
			left()
		}
		if f.Text() != "" {
			w.asked[name] = true
		}
		w.check(name)
	}
}

// check shows what is wrong with a field, if it is time to.
func (w *AccountWindow) check(name model.Field) {
	if w.asked[name] {
		w.say(name, w.form.Check(name))
	}
}

func (w *AccountWindow) say(name model.Field, wrong string) {
	if f := w.fields[name]; f != nil {
		if wrong != "" {
			wrong = kit.T(wrong)
		}
		f.SetWrong(wrong)
		w.relayout()
	}
}

// changed is called after every change of the form.
func (w *AccountWindow) changed() {
	if w.result != nil && w.result.Visible() {
		w.result.Hide() // it was about the settings as they were
		w.relayout()
	}
}

// relayout gives the pages the heights they need now.
func (w *AccountWindow) relayout() {
	for _, p := range w.pages {
		p.Content.Refresh()
		p.Refresh()
	}
}

// complete tells what is wrong and goes to the first of it; true when nothing is.
func (w *AccountWindow) complete(needAddress bool) bool {
	wrong := w.form.Wrong()
	if !needAddress {
		wrong = slices.DeleteFunc(wrong, func(f model.Field) bool { return f == model.FieldAddress })
	}
	for _, f := range model.Fields {
		w.asked[f] = true
		w.check(f)
	}
	if len(wrong) == 0 {
		return true
	}
	w.Focus(wrong[0])
	return false
}

// Focus goes to a field, wherever it is.
func (w *AccountWindow) Focus(name model.Field) {
	f := w.fields[name]
	if f == nil {
		return
	}
	switch name {
	case model.FieldAddress, model.FieldReplyTo:
		w.tabs.Choose(TabIdentity)
	case model.FieldMinutes, model.FieldSize:
		w.tabs.Choose(TabRetrieving)
	default:
		w.tabs.Choose(TabServers)
	}
	w.Window.Canvas().Focus(f.Entry)
}

// Save checks everything and stores the account; then is called when it is stored, before the window closes.
func (w *AccountWindow) Save(then func()) {
	if w.saving || !w.complete(true) {
		return
	}
	w.askRemovals(func() { w.store(then) })
}

// store stores the account.
func (w *AccountWindow) store(then func()) {
	w.setSaving(true)
	account, secrets, remember := w.form.Account(), w.form.Secrets(), w.form.Remember
	type result struct {
		account mail.Account
		ca      string
	}
	kit.Go(w.ctx, w.loop, func(ctx context.Context) (result, error) {
		if wrong := model.CheckCA(account.Incoming.CAFile); wrong != "" {
			return result{ca: wrong}, nil
		}
		stored, err := w.p.SaveAccount(ctx, account, secrets, remember)
		return result{account: stored}, err
	}, func(r result, err error) {
		w.setSaving(false)
		if r.ca != "" {
			w.say(model.FieldCA, r.ca)
			w.Focus(model.FieldCA)
			return
		}
		if err != nil {
			w.refused(r.account, err, then)
			return
		}
		w.form.Stored(r.account)
		if w.o.OnSaved != nil {
			w.o.OnSaved(r.account)
		}
		if then != nil {
			then()
		}
		w.close()
	})
}

func (w *AccountWindow) setSaving(on bool) {
	w.saving = on
	if on {
		w.save.Disable()
		w.save.SetLabel(kit.T("Saving…"))
	} else {
		w.save.Enable()
		w.save.SetLabel(kit.T("Save"))
	}
}

// refused tells why the account, or only its password, was not stored.
func (w *AccountWindow) refused(stored mail.Account, err error, then func()) {
	t := model.TellError(err, tr)
	tone := kit.ToneErr
	bar := kit.NewBar(tone, t.What, model.Sentences(tr, t.Advice))
	if model.KeyringRefused(err) {
		// The account itself is stored: saving again must not make a second one.
		if stored.ID != "" && w.form.New() {
			in, out, own := w.form.In.Password, w.form.Out.Password, w.form.Own
			w.form.Stored(stored)
			w.form.In.Password, w.form.Out.Password, w.form.Own = in, out, own
		}
		bar = keyringBar(w.Window, err, kit.T("The settings are saved, the password is not."), func() { w.notify(nil); w.Save(then) }, func() {
			w.notify(nil)
			w.form.Remember = false
			w.remember.SetOn(false)
			w.secretsShown()
			w.Save(then)
		})
	} else if t.Said != "" {
		bar.Code(t.Said)
	}
	bar.OnClosed = func() { w.notify(nil) }
	w.notify(bar)
}

// notify shows a bar over the foot, or takes it away.
func (w *AccountWindow) notify(b *kit.Bar) {
	w.notice.RemoveAll()
	if b != nil {
		w.notice.Add(b)
		w.notice.Add(container.New(kit.Inset{Top: 8}))
	}
	w.Window.Content().Refresh()
}

// Notice is the bar over the foot, or nil.
func (w *AccountWindow) Notice() *kit.Bar {
	if len(w.notice.Objects) == 0 {
		return nil
	}
	return w.notice.Objects[0].(*kit.Bar)
}

// ask closes the window, after a question where something would be lost.
func (w *AccountWindow) ask() {
	if !w.form.Changed() {
		w.close()
		return
	}
	q := &kit.Ask{
		Title: kit.T("Save the changes to this account?"),
		Choices: []kit.AskChoice{
			{Label: kit.T("Discard"), Left: true, Kind: kit.Danger, Do: func() bool { w.close(); return true }},
			{Label: kit.T("Cancel")},
			{Label: kit.T("Save"), Kind: kit.Filled, Do: func() bool { w.loop(func() { w.Save(nil) }); return true }},
		},
		OnCancelled: func() {},
	}
	q.Show(w.Window, nil)
}

func (w *AccountWindow) close() {
	if w.closed {
		return
	}
	w.closed = true
	w.Window.Close()
}

// Remove asks whether to remove the account with its mail, and does so.
func (w *AccountWindow) Remove() {
	id := w.form.Account().ID
	AskRemove(w.Window, w.p, w.loop, w.ctx, w.form.Account(), func(err error) {
		if err != nil {
			t := model.TellError(err, tr)
			bar := kit.NewBar(kit.ToneErr, t.What, model.Sentences(tr, t.Advice))
			bar.OnClosed = func() { w.notify(nil) }
			w.notify(bar)
			return
		}
		if w.o.OnRemove != nil {
			w.o.OnRemove(id)
		}
		w.close()
	})
}

// Test runs the doctor over the settings as they stand, saved or not, in a window of its own.
func (w *AccountWindow) Test() {
	if !w.complete(false) {
		return
	}
	w.result.Hide()
	if w.doctor == nil {
		w.doctor = newDoctorWindow(w)
	}
	w.doctor.Show()
	w.doctor.Run()
}

// tested shows the outcome of a test in the page.
func (w *AccountWindow) tested(d *model.Diagnosis) {
	title, text := tested(d)
	tone := kit.ToneOK
	if d.Problem() != nil {
		tone = kit.ToneErr
	}
	w.result.Set(tone, title, text)
	if tone == kit.ToneErr {
		w.result.Act(kit.T("Show"), func() {
			if w.doctor != nil {
				w.doctor.Show()
			}
		})
	}
	w.result.Show()
	w.relayout()
}
