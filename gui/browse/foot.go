package browse

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"poplar/gui/kit"
	"poplar/gui/model"
	"poplar/mail"
)

// Foot is the line about the accounts at the foot of the folder column: what they do, how far they are, and a button
// that stops or repairs.
type Foot struct {
	widget.BaseWidget
	OnCancel   func([]mail.AccountID)
	OnSettings func()
	OnRepair   func(mail.AccountID)
	OnStatus   func(at fyne.Position)

	now      func() time.Time
	state    model.Foot
	notice   string // something else to say for a while
	bad      bool   // the notice is about a failure
	stop     func()
	line     *kit.Line
	retry    *kit.Line // a second line
	cancel   *kit.IconButton
	settings *kit.IconButton
	repair   *kit.Button
}

// NewFoot returns the foot of no account.
func NewFoot(now func() time.Time) *Foot {
	f := &Foot{now: now, line: kit.NewLine("", 12, false, kit.Text2), retry: kit.NewLine("", 11, false, kit.Text3), stop: func() {}}
	f.cancel = kit.NewIconButton("x", kit.T("Stop"), func() {
		if f.OnCancel != nil {
			f.OnCancel(f.state.Busy)
		}
	}).Sized(24, 15)
	f.settings = kit.NewIconButton("settings", kit.T("Preferences"), func() { call(f.OnSettings) }).Sized(24, 16)
	f.repair = kit.NewButton(kit.T("Repair…"), "", kit.Link, func() {
		if f.OnRepair != nil {
			f.OnRepair(f.state.Account)
		}
	})
	f.ExtendBaseWidget(f)
	f.words()
	return f
}

// Set shows the state of the accounts.
func (f *Foot) Set(s model.Foot) {
	f.state = s
	f.words()
	f.Refresh()
}

// Say shows a notice in the state's place until the loop's next change of mind, d later.
func (f *Foot) Say(loop kit.Loop, text string, bad bool, d time.Duration) {
	f.stop()
	f.notice, f.bad = text, bad
	f.words()
	f.Refresh()
	f.stop = kit.After(loop, d, func() {
		f.notice = ""
		f.words()
		f.Refresh()
	})
}

func (f *Foot) working() bool {
	return f.state.State == model.FootConnecting || f.state.State == model.FootReceiving
}

func (f *Foot) words() {
	text, colour := footWords(f.state, f.now()), kit.Text2
	if f.state.State == model.FootTrouble {
		colour = kit.Err
	}
	if f.notice != "" && !f.working() {
		text, colour = f.notice, kit.Text2
		if f.bad {
			colour = kit.Err
		}
	}
	f.line.Set(text, false, colour)
	f.retry.SetText(f.second())
}

// second is a second line: when a check that failed is tried again, or that a server refuses messages.
func (f *Foot) second() string {
	switch {
	case f.notice != "" || f.working():
	case (f.state.State == model.FootTrouble || f.state.State == model.FootOffline) && !f.state.Next.IsZero():
		return kit.T("Next try %s", clock(f.state.Next, f.now()))
	case f.state.Refused > 0:
		return kit.N(f.state.Refused, "%d message refused by the server", "%d messages refused by the server")
	}
	return ""
}

// Height is what the foot needs: more while something is under way.
func (f *Foot) Height() float32 {
	switch {
	case f.working():
		return footAtWork
	case f.second() != "":
		return footRetry
	}
	return footRest
}

// Tapped implements fyne.Tappable.
func (f *Foot) Tapped(e *fyne.PointEvent) {
	if f.OnStatus != nil {
		f.OnStatus(e.AbsolutePosition)
	}
}

// CreateRenderer implements fyne.Widget.
func (f *Foot) CreateRenderer() fyne.WidgetRenderer {
	return &footRenderer{
		f, canvas.NewRectangle(kit.Col(kit.Sidebar)), canvas.NewRectangle(kit.Col(kit.Sep)), kit.NewFill(kit.Pill, 1.5), kit.NewFill(kit.Accent, 1.5),
	}
}

type footRenderer struct {
	foot        *Foot
	ground      *canvas.Rectangle
	rule        *canvas.Rectangle
	track, done *kit.Fill
}

func (r *footRenderer) Layout(s fyne.Size) {
	f := r.foot
	work := f.working()
	trouble := f.state.State == model.FootTrouble && f.notice == ""
	show(f.cancel, work)
	show(f.settings, !work && !trouble)
	show(f.repair, trouble)
	show(r.track, work)
	show(r.done, work && f.state.Total > 0)
	r.ground.Resize(s)
	r.rule.Resize(fyne.NewSize(s.Width, 1))
	right := float32(38)
	if work {
		right = 29
	}
	if trouble {
		m := f.repair.MinSize()
		right = m.Width + 6
		f.repair.Resize(fyne.NewSize(m.Width, 26))
		f.repair.Move(fyne.NewPos(s.Width-m.Width-4, 3))
	}
	f.line.Place(18, 20, s.Width-18-right)
	f.retry.Place(18, 37, s.Width-18-8)
	f.cancel.Move(fyne.NewPos(s.Width-32, 4))
	f.cancel.Resize(fyne.NewSquareSize(24))
	f.settings.Move(fyne.NewPos(s.Width-33, 4))
	f.settings.Resize(fyne.NewSquareSize(24))
	r.track.Move(fyne.NewPos(18, 30))
	r.track.Resize(fyne.NewSize(max(s.Width-31, 0), 3))
	r.done.Move(fyne.NewPos(18, 30))
	r.done.Resize(fyne.NewSize(max(s.Width-31, 0)*f.state.Share(), 3))
}

func (r *footRenderer) MinSize() fyne.Size { return fyne.NewSize(60, r.foot.Height()) }
func (r *footRenderer) Destroy()           {}
func (r *footRenderer) Refresh() {
	r.ground.FillColor, r.rule.FillColor = kit.Col(kit.Sidebar), kit.Col(kit.Sep)
	r.Layout(r.foot.Size())
	for _, o := range r.Objects() {
		o.Refresh()
	}
	canvas.Refresh(r.foot)
}

func (r *footRenderer) Objects() []fyne.CanvasObject {
	f := r.foot
	return []fyne.CanvasObject{r.ground, r.rule, f.line, f.retry, r.track, r.done, f.cancel, f.settings, f.repair}
}
