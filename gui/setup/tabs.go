package setup

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"poplar/gui/kit"
	"poplar/gui/model"
)

// single is the layout of a page with one form: as wide as is comfortable to read.
type single struct{ width float32 }

const singleWidth = 620

func (s *single) inner(width float32) float32 { return min(width-2*pagePad, singleWidth) }

// Layout implements fyne.Layout.
func (s *single) Layout(o []fyne.CanvasObject, size fyne.Size) {
	s.width = size.Width
	for _, x := range o {
		w := s.inner(size.Width)
		x.Move(fyne.NewPos(pagePad, 20))
		x.Resize(fyne.NewSize(w, kit.HeightFor(x, w)))
	}
}

// MinSize implements fyne.Layout.
func (s *single) MinSize(o []fyne.CanvasObject) fyne.Size {
	h := float32(0)
	for _, x := range o {
		h = max(h, kit.HeightFor(x, s.inner(max(s.width, 420))))
	}
	return fyne.NewSize(420, h+44)
}

func (w *AccountWindow) identityPage() fyne.CanvasObject {
	f := kit.NewForm(120)
	name := kit.NewField(w.form.Name, "", func(t string) { w.form.Name = t; w.changed() })
	name.SetHint(kit.T("Stands beside your address in what you send."))
	address := kit.NewField(w.form.Address, "", nil)
	w.bind(model.FieldAddress, address, func(t string) {
		w.form.SetAddress(t)
		w.in.user.SetText(w.form.In.User)
		w.sameShown()
	}, func() { // as it was understood
		address.SetText(w.form.Address)
		name.SetText(w.form.Name)
	})
	reply := kit.NewField(w.form.ReplyTo, kit.T("The same address"), nil)
	w.bind(model.FieldReplyTo, reply, func(t string) { w.form.ReplyTo = t }, nil)
	label := kit.NewField(w.form.Label, kit.T("The address"), func(t string) { w.form.Label = t; w.changed() })
	label.SetHint(kit.T("What Poplar calls this account in its window."))
	var sig *signature
	sig = w.newSignature(w.form.Signature, w.form.SignatureRich, 110, func() {
		w.form.Signature, w.form.SignatureRich = sig.Value()
		w.changed()
	})
	f.Head(kit.T("You")).Add(kit.T("Your name"), name).Add(kit.T("Mail address"), address).Add(kit.T("Answers go to"), reply)
	below := kit.NewCheck(kit.T("Below the quoted original"), w.form.SignatureBelow, func(on bool) { w.form.SignatureBelow = on; w.changed() })
	f.Head(kit.T("Signature")).Add("", sig).Add("", below)
	f.Head(kit.T("Further names to write under")).Add("", w.identities())
	w.sendingRows(f)
	f.Head(kit.T("In Poplar")).Add(kit.T("Name of account"), label)
	return container.New(&single{}, f)
}

func (w *AccountWindow) retrievingPage() fyne.CanvasObject {
	f := kit.NewForm(0)
	start := kit.NewCheck(kit.T("Check for mail when Poplar starts"), w.form.AtStart, func(on bool) { w.form.AtStart = on; w.changed() })
	var every, limit *kit.Check
	minutes := kit.NewField(w.form.Minutes, "", nil).Narrow(60, kit.T("minutes"))
	every = kit.NewCheck(kit.T("Check every"), w.form.Periodic, func(on bool) { w.form.Periodic = on; w.check(model.FieldMinutes); w.changed() })
	w.bind(model.FieldMinutes, minutes, func(t string) {
		w.form.Minutes, w.form.Periodic = t, true
		every.SetOn(true)
	}, nil)
	size := kit.NewField(w.form.Megs, "", nil).Narrow(60, kit.T("MB"))
	headers := kit.NewCheck(kit.T("Headers and first lines first; the rest when you ask for it"), w.form.HeadersFirst, func(on bool) {
		w.form.HeadersFirst = on
		w.changed()
	})
	limit = kit.NewCheck(kit.T("Only the first lines of messages larger than"), w.form.Limited, func(on bool) {
		w.form.Limited = on
		w.check(model.FieldSize)
		w.changed()
	})
	w.bind(model.FieldSize, size, func(t string) {
		w.form.Megs, w.form.Limited = t, true
		limit.SetOn(true)
	}, nil)
	f.Head(kit.T("When")).AddWide(start, 10, 0).AddWide(kit.NewRow(8, 1, every, minutes), 3, 0)
	f.AddWide(kit.NewPara(kit.T("Without this Poplar looks only when you ask it to. Some providers allow a check every ten minutes at most."), 12, false, kit.Text3), 4, 25)
	f.Head(kit.T("What")).AddWide(kit.NewRow(8, 1, limit, size), 7, 0)
	f.AddWide(kit.NewPara(kit.T("The rest stays on the server; a button in the message fetches it. It comes by itself as soon as the limit is taken away."), 12, false, kit.Text3), 4, 25)
	f.AddWide(headers, 10, 0)
	f.AddWide(kit.NewPara(kit.T("For slow or costly lines. Short messages come whole."), 12, false, kit.Text3), 4, 25)
	return container.New(&single{}, f)
}

// logView shows the last conversations with the servers.
type logView struct {
	widget.BaseWidget
	lines func() []string
	now   []string
	list  *widget.List
	empty *kit.Para
	bar   fyne.CanvasObject
}

func newLogView(lines func() []string, app fyne.App) *logView {
	v := &logView{lines: lines, empty: kit.NewPara(kit.T("Nothing was said to these servers since Poplar started."), 13, false, kit.Text3)}
	v.list = widget.NewList(func() int { return len(v.now) },
		func() fyne.CanvasObject { return kit.NewLine("", 12, false, kit.Text2).Shrink() },
		func(i widget.ListItemID, o fyne.CanvasObject) {
			if i < len(v.now) {
				o.(*kit.Line).SetText(v.now[i])
			}
		})
	v.list.HideSeparators = true
	v.bar = container.New(kit.Spread{Gap: 8, Right: 2},
		kit.NewLine(kit.T("The last conversations with the servers. Passwords are left out."), 12, false, kit.Text3),
		kit.NewButton(kit.T("Refresh"), "refresh", kit.Plain, v.Load),
		kit.NewButton(kit.T("Copy"), "", kit.Plain, func() { app.Clipboard().SetContent(strings.Join(v.now, "\n")) }))
	v.ExtendBaseWidget(v)
	return v
}

// Load asks for the lines again.
func (v *logView) Load() {
	v.now = v.lines()
	v.list.Refresh()
	if len(v.now) > 0 {
		v.list.ScrollToBottom()
		v.empty.Hide()
	} else {
		v.empty.Show()
	}
}

// CreateRenderer implements fyne.Widget.
func (v *logView) CreateRenderer() fyne.WidgetRenderer {
	box := container.NewStack(kit.NewFill(kit.Footer, 8).Outline(kit.Sep, 1), container.New(kit.Inset{Left: 8, Top: 8, Right: 8, Bottom: 8}, v.list),
		container.New(kit.Inset{Left: 16, Top: 16, Right: 16, Bottom: 16}, v.empty))
	return widget.NewSimpleRenderer(container.New(kit.Inset{Left: pagePad, Top: 14, Right: pagePad, Bottom: 16},
		container.NewBorder(container.New(kit.Inset{Bottom: 10}, v.bar), nil, nil, nil, box)))
}
