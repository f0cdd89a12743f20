package setup

import (
	"context"
	"slices"

	"fyne.io/fyne/v2"

	"poplar/gui/kit"
	"poplar/gui/model"
	"poplar/mail"
)

// keepChoice is the part about the copies on the server: a way, the number that goes with it, and what it means.
type keepChoice struct {
	w      *AccountWindow
	ways   *kit.Select
	number *kit.Field
	note   *kit.Para
	effect *kit.Para // what the policy would delete on the server
	asked  int       // how often that was asked
	recent *kit.Check
	gmail  *kit.Para
}

// keepRows adds that part to a form.
func (w *AccountWindow) keepRows(form *kit.Form) {
	k := &keepChoice{w: w, note: kit.NewPara("", 12, false, kit.Text3)}
	w.keep = k
	var names []string
	for _, c := range model.KeepChoices {
		names = append(names, kit.T(c.Name))
	}
	k.ways = kit.NewSelect(names, 0, k.Choose)
	k.number = kit.NewField("", "", nil).Narrow(72, "")
	k.effect = kit.NewPara("", 12, false, kit.Warn)
	w.bind(model.FieldDays, k.number, func(t string) { w.form.SetKeepNumber(t); k.ask() }, nil)
	k.recent = kit.NewCheck(kit.T("Ask Gmail for the last 30 days each time (recent mode)"), w.form.Recent, func(on bool) {
		w.form.Recent = on
		w.changed()
	})
	k.gmail = kit.NewPara(kit.T("Gmail hides what any program has fetched once. In recent mode Poplar sees the mail of the last 30 days all the same; no message comes twice."), 12, false, kit.Text3)
	form.AddWide(k.ways, 10, 0).AddWide(k.number, 6, 0).AddWide(k.note, 4, 0).AddWide(k.effect, 4, 0)
	form.AddWide(k.recent, 10, 0).AddWide(k.gmail, 2, 25)
	k.show()
}

// Choose takes way i of model.KeepChoices.
func (k *keepChoice) Choose(i int) {
	k.w.form.Keep = model.KeepChoices[i].Mode
	k.show()
	k.w.check(model.FieldDays)
	k.w.changed()
}

// show brings the part up to the form.
func (k *keepChoice) show() {
	f := k.w.form
	i := max(slices.IndexFunc(model.KeepChoices, func(c model.KeepChoice) bool { return c.Mode == f.Keep }), 0)
	c := model.KeepChoices[i]
	k.ways.Choose(i)
	k.note.SetText(kit.T(c.Note))
	if text, ok := f.KeepNumber(); ok {
		k.number.SetText(text)
		k.number.SetAside(kit.T(c.Unit))
		k.number.Show()
	} else {
		k.number.SetWrong("")
		k.number.Hide()
	}
	k.hostShown()
	k.ask()
}

// ask finds out what the policy would delete that the one in force does not, and says so.
func (k *keepChoice) ask() {
	k.asked++
	k.effect.Hide()
	f, turn := k.w.form, k.asked
	if !f.KeepChanged() || f.Check(model.FieldDays) != "" {
		return
	}
	a := f.Account()
	kit.Go(k.w.ctx, k.w.loop, func(ctx context.Context) (int, error) { return k.w.p.Removals(ctx, a.ID, a.Keep) }, func(n int, err error) {
		if err != nil || turn != k.asked {
			return // something else has been chosen since
		}
		if n == 0 {
			k.effect.SetText(kit.T("Nothing would be removed from the server at the next check."))
		} else {
			k.effect.SetText(kit.N(n, "%d message would be removed from the server at the next check.", "%d messages would be removed from the server at the next check."))
		}
		k.effect.Show()
		k.w.relayout()
	})
}

// hostShown shows what concerns Gmail's servers alone.
func (k *keepChoice) hostShown() {
	for _, o := range []fyne.CanvasObject{k.recent, k.gmail} {
		if mail.IsGmail(k.w.form.In.Host) {
			o.Show()
		} else {
			o.Hide()
		}
	}
	k.w.relayout()
}

// askRemovals says what a new policy would delete on the server, and asks; then is called with a yes, or where nothing
// would be.
func (w *AccountWindow) askRemovals(then func()) {
	if !w.form.KeepChanged() {
		then()
		return
	}
	a := w.form.Account()
	w.setSaving(true)
	kit.Go(w.ctx, w.loop, func(ctx context.Context) (int, error) { return w.p.Removals(ctx, a.ID, a.Keep) }, func(n int, err error) {
		w.setSaving(false)
		if err != nil || n == 0 {
			then() // nothing is deleted before a visit has looked at the mailbox itself
			return
		}
		ask := &kit.Ask{
			Title: kit.N(n, "%d message will be removed from the server", "%d messages will be removed from the server"),
			Text:  kit.T("They are on this computer, and stay here. Other devices cannot fetch them any more. It happens at the next check."),
			Choices: []kit.AskChoice{
				{Label: kit.T("Save and remove them"), Left: true, Kind: kit.Danger, Do: func() bool { then(); return true }},
				{Label: kit.T("Back"), Kind: kit.Filled},
			},
			OnCancelled: func() {},
		}
		ask.Show(w.Window, nil)
	})
}
