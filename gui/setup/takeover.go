package setup

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"poplar/gui/kit"
	"poplar/gui/model"
	"poplar/mail"
)

// TakeOverWindow offers the accounts of other mail programs of this computer.
type TakeOverWindow struct {
	*frame
	p    model.Poplar
	o    Options
	list []mail.Foreign

	rows     *fyne.Container
	notice   *fyne.Container
	take     *kit.Button
	leave    *kit.Button
	wanted   []*kit.Check
	password []*kit.Check // nil where the file holds none that can be read
	taking   bool
}

// NewTakeOverWindow returns the window; o.OnSaved is told of each account that was taken over.
func NewTakeOverWindow(app fyne.App, p model.Poplar, loop kit.Loop, o Options) *TakeOverWindow {
	w := &TakeOverWindow{p: p, o: o}
	w.frame = newFrame(app, loop, kit.T("Take over accounts"), fyne.NewSize(620, 520), o.OnClosed)
	w.rows, w.notice = container.New(&kit.Column{Gap: 10}), container.New(&kit.Column{Gap: 8})
	w.take = kit.NewButton(kit.T("Take over"), "", kit.Filled, w.Take)
	w.take.Disable()
	w.leave = kit.NewButton(kit.T("Cancel"), "", kit.Plain, w.Window.Close)
	w.rows.Add(kit.NewPara(kit.T("Looking for other mail programs…"), 13, false, kit.Text2))
	w.fill(guidePage(kit.NewPara(kit.T("Take over accounts"), 20, true, kit.Text),
		kit.NewPara(kit.T("Servers, names and what has been retrieved already are taken over, so that nothing comes twice. Nothing is changed in the other program. Passwords have to be typed once more."), 13, false, kit.Text2),
		container.New(&kit.Column{Gap: 14}, w.notice, w.rows),
		kit.NewFoot(32, nil, []fyne.CanvasObject{w.leave, w.take})))
	w.keys(func() {
		if w.take.Visible() && !w.take.Disabled() {
			w.Take()
		}
	}, w.Window.Close)
	kit.Go(w.ctx, loop, func(ctx context.Context) ([]mail.Foreign, error) { return p.Foreign(ctx), nil }, func(list []mail.Foreign, _ error) { w.found(list) })
	return w
}

func (w *TakeOverWindow) found(list []mail.Foreign) {
	w.rows.RemoveAll()
	have := map[string]bool{}
	for _, a := range w.p.Accounts() {
		have[a.Address+" "+a.Incoming.Addr()] = true
	}
	for _, f := range list {
		if !have[f.Account.Address+" "+f.Account.Incoming.Addr()] {
			w.list = append(w.list, f)
		}
	}
	for _, f := range w.list {
		w.rows.Add(w.row(f))
	}
	if len(w.list) == 0 {
		w.rows.Add(kit.NewPara(kit.T("No accounts were found. Poplar knows the settings of Thunderbird, Claws Mail, Sylpheed, Evolution, and .prf files of Outlook."), 13, false, kit.Text2))
		w.take.Hide()
		w.leave.SetLabel(kit.T("Close"))
	}
	w.ready()
	w.Window.Content().Refresh()
}

func (w *TakeOverWindow) row(f mail.Foreign) fyne.CanvasObject {
	check := kit.NewCheck(f.Account.Address, true, func(bool) { w.ready() })
	w.wanted = append(w.wanted, check)
	parts := []fyne.CanvasObject{check}
	indent := func(o fyne.CanvasObject) { parts = append(parts, container.New(kit.Inset{Left: 25}, o)) }
	indent(kit.NewPara(kit.T("%s · %s", kit.T(f.Program), f.Account.Incoming.Addr()), 12, false, kit.Text2))
	if n := len(f.Held); n > 0 {
		indent(kit.NewPara(kit.N(n, "%d message was retrieved there and will not come again.", "%d messages were retrieved there and will not come again."), 12, false, kit.Text2))
	}
	if f.Left != "" {
		indent(kit.NewPara(kit.T("%s.", kit.T(f.Left)), 12, false, kit.Warn))
	}
	var secret *kit.Check
	if f.Readable {
		secret = kit.NewCheck(kit.T("Also copy the password, which anybody can read in that program's file"), false, nil)
		indent(secret)
	}
	w.password = append(w.password, secret)
	return container.New(kit.Pile{}, kit.NewFill(kit.Surface, 8).Outline(kit.Sep, 1), container.New(kit.Inset{Left: 14, Top: 10, Right: 14, Bottom: 10}, container.New(&kit.Column{Gap: 4}, parts...)))
}

func (w *TakeOverWindow) ready() {
	for _, c := range w.wanted {
		if c.On() {
			w.take.Enable()
			return
		}
	}
	w.take.Disable()
}

// Take takes over what is ticked.
func (w *TakeOverWindow) Take() {
	if w.taking {
		return
	}
	w.taking = true
	w.take.Disable()
	type job struct {
		f        mail.Foreign
		password bool
	}
	var jobs []job
	for i, f := range w.list {
		if w.wanted[i].On() {
			jobs = append(jobs, job{f, w.password[i] != nil && w.password[i].On()})
		}
	}
	type result struct {
		taken []mail.Account
		err   error
	}
	kit.Go(w.ctx, w.loop, func(ctx context.Context) (result, error) {
		var r result
		for _, j := range jobs {
			a, err := w.p.TakeOver(ctx, j.f, j.password)
			if a.ID != "" {
				r.taken = append(r.taken, a)
			}
			if err != nil {
				r.err = err
				break
			}
		}
		return r, nil
	}, func(r result, _ error) {
		w.taking = false
		for _, a := range r.taken {
			if w.o.OnSaved != nil {
				w.o.OnSaved(a)
			}
		}
		if r.err != nil {
			t := model.TellError(r.err, tr)
			w.notice.RemoveAll()
			w.notice.Add(kit.NewBar(kit.ToneErr, t.What, model.Sentences(tr, t.Advice)))
			w.ready()
			w.Window.Content().Refresh()
			return
		}
		w.Window.Close()
	})
}
