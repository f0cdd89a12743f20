package composer

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"poplar/gui/kit"
	"poplar/gui/model"
	"poplar/mail"
)

// OutboxOptions say whom the view of the outbox calls back, always on the loop. All are optional.
type OutboxOptions struct {
	// OnEdit is given a message that was taken back, to be opened in a composer; notice is what to tell the person.
	OnEdit    func(d mail.Draft, notice string)
	OnChanged func() // something was done to the outbox
	// OnPassword asks for the password of the server that a message leaves by.
	OnPassword func(o mail.OutboxItem)
}

// Outbox shows what waits to be sent, why, and what can be done about it.
type Outbox struct {
	widget.BaseWidget

	win  fyne.Window
	p    model.Poplar
	loop kit.Loop
	o    OutboxOptions
	now  func() time.Time

	items  []mail.OutboxItem
	names  map[string]string
	paused []mail.AccountID
	left   map[mail.MessageID]int64 // octets of a message on its way
	rows   []*outboxRow
	box    *fyne.Container
	count  *kit.Line
	all    *kit.Button
	pause  *kit.IconButton
	empty  *fyne.Container
	stop   func()
	cancel context.CancelFunc
	moving map[mail.MessageID]bool // something is being done to it
	rested func()                  // see WhenDone
}

// NewOutbox returns the view; w is the window it is in, for questions. Reload fills it, and is to be called again
// whenever the outbox changed.
func NewOutbox(w fyne.Window, p model.Poplar, loop kit.Loop, o OutboxOptions) *Outbox {
	x := &Outbox{win: w, p: p, loop: loop, o: o, now: time.Now, moving: map[mail.MessageID]bool{}, left: map[mail.MessageID]int64{}}
	x.box = container.New(&kit.Column{Pad: fyne.NewSize(8, 8)})
	x.count = kit.NewLine("", 12, false, kit.Text2)
	x.all = kit.NewButton(kit.T("Send all now"), "send", kit.Plain, x.sendAll)
	x.all.Hide()
	x.pause = kit.NewIconButton("more", kit.T("Pause sending"), x.pauseMenu)
	x.empty = container.New(&kit.Column{Gap: 6, Pad: fyne.NewSize(24, 120)},
		container.New(middle{}, kit.NewGlyph("outbox", 28, kit.Text3)),
		kit.NewPara(kit.T("Nothing waiting to be sent."), 13, true, kit.Text).Align(fyne.TextAlignCenter))
	x.empty.Hide()
	x.ExtendBaseWidget(x)
	return x
}

// CreateRenderer implements fyne.Widget.
func (x *Outbox) CreateRenderer() fyne.WidgetRenderer {
	head := container.New(kit.Spread{Gap: 8, Right: 2, Pad: 28}, kit.NewLine(kit.T("Outbox"), 15, true, kit.Text), x.count, x.all, x.pause)
	strip := container.New(stripLayout{}, head)
	return widget.NewSimpleRenderer(container.New(kit.Pile{}, kit.NewFill(kit.List, 0), x.empty,
		container.NewBorder(strip, nil, nil, nil, container.NewVScroll(x.box))))
}

type stripLayout struct{}

// Layout implements fyne.Layout.
func (stripLayout) Layout(o []fyne.CanvasObject, s fyne.Size) { o[0].Resize(s) }

// MinSize implements fyne.Layout.
func (stripLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(o[0].MinSize().Width, stripHeight)
}

// middle keeps an object at its own width, in the middle.
type middle struct{}

// Layout implements fyne.Layout.
func (middle) Layout(o []fyne.CanvasObject, s fyne.Size) {
	m := o[0].MinSize()
	o[0].Move(fyne.NewPos(float32(int((s.Width-m.Width)/2)), 0))
	o[0].Resize(m)
}

// MinSize implements fyne.Layout.
func (middle) MinSize(o []fyne.CanvasObject) fyne.Size { return o[0].MinSize() }

// Reload reads the outbox again.
func (x *Outbox) Reload() {
	if x.cancel != nil {
		x.cancel()
	}
	ctx, cancel := context.WithCancel(context.Background())
	x.cancel = cancel
	type loaded struct {
		items  []mail.OutboxItem
		names  map[string]string
		paused []mail.AccountID
	}
	kit.Go(ctx, x.loop, func(ctx context.Context) (loaded, error) {
		items, names, err := model.LoadOutbox(ctx, x.p)
		return loaded{items, names, x.p.PausedSending()}, err
	}, func(l loaded, err error) {
		if err != nil {
			x.say(err)
			return
		}
		x.items, x.names, x.paused = l.items, l.names, l.paused
		x.show()
	})
}

// Close ends what the view has under way.
func (x *Outbox) Close() {
	if x.cancel != nil {
		x.cancel()
	}
	if x.stop != nil {
		x.stop()
		x.stop = nil
	}
}

// Rows are the rows as they are shown.
func (x *Outbox) Rows() []model.OutboxRow {
	var rows []model.OutboxRow
	for _, r := range x.rows {
		rows = append(rows, r.row)
	}
	return rows
}

func (x *Outbox) say(err error) {
	t := model.TellError(err, kit.T)
	bar := kit.NewBar(kit.ToneErr, t.What, t.Advice)
	if t.Said != "" {
		bar.Code(t.Said)
	}
	holder := container.New(kit.Inset{Left: 8, Top: 4, Right: 8, Bottom: 8}, bar)
	bar.OnClosed = func() { x.box.Remove(holder); x.box.Refresh() }
	x.box.Objects = append([]fyne.CanvasObject{holder}, x.box.Objects...)
	x.box.Refresh()
}

func clock(t, now time.Time) string {
	if y1, m1, d1 := t.Local().Date(); true {
		if y2, m2, d2 := now.Local().Date(); y1 == y2 && m1 == m2 && d1 == d2 {
			return t.Local().Format("15:04")
		}
	}
	return kit.FullDate(t.Local(), now.Local())
}

func (x *Outbox) view() model.OutboxView {
	return model.OutboxView{Names: x.names, Paused: x.paused, Now: x.now(), Clock: clock, Size: kit.Size}
}

func (x *Outbox) row(o mail.OutboxItem) model.OutboxRow {
	return model.Row(o, x.view(), x.left[o.ID], kit.T)
}

// Progress shows how much of a message on its way has left.
func (x *Outbox) Progress(id mail.MessageID, done int64) {
	x.left[id] = done
	for i, r := range x.rows {
		if x.items[i].ID == id {
			// Its first octet has left, so it is in flight, though the list was read before.
			x.items[i].State = mail.InFlight
			r.item = x.items[i]
			r.set(x.row(x.items[i]))
		}
	}
}

func (x *Outbox) show() {
	x.box.RemoveAll()
	x.rows = nil
	doubtful, waiting := false, 0
	if bar := x.pausedBar(); bar != nil {
		x.box.Add(bar)
	}
	for id := range x.left {
		if !slices.ContainsFunc(x.items, func(o mail.OutboxItem) bool { return o.ID == id && o.State == mail.InFlight }) {
			delete(x.left, id)
		}
	}
	for _, o := range x.items {
		r := newOutboxRow(x, o, x.row(o))
		x.rows = append(x.rows, r)
		x.box.Add(r)
		doubtful = doubtful || r.row.Tone == model.Doubtful
		if leaves(o) {
			waiting++
		}
	}
	if doubtful {
		x.box.Add(container.New(kit.Inset{Left: 20, Top: 14, Right: 20},
			kit.NewBar(kit.ToneInfo, "", kit.T("Poplar never sends a message twice on its own. It asks you when it cannot know."))))
	}
	if len(x.items) == 0 {
		x.empty.Show()
		x.count.SetText("")
	} else {
		x.empty.Hide()
		x.count.SetText(kit.N(len(x.items), "%d message", "%d messages"))
	}
	if waiting > 1 {
		x.all.Show()
	} else {
		x.all.Hide()
	}
	x.box.Refresh()
	x.Refresh()
	x.tick()
}

// tick keeps the countdowns going.
func (x *Outbox) tick() {
	if x.stop != nil {
		x.stop()
		x.stop = nil
	}
	now, count := x.now(), false
	for _, o := range x.items {
		count = count || model.Countdown(o, now)
	}
	if !count {
		return
	}
	x.stop = kit.After(x.loop, time.Second, func() {
		x.stop = nil
		for i, r := range x.rows {
			r.set(x.row(x.items[i]))
		}
		x.tick()
	})
}

func (x *Outbox) sendAll() {
	for _, o := range x.items {
		if leaves(o) {
			x.act(o, model.SendNow)
		}
	}
}

// leaves reports whether o leaves by itself.
func leaves(o mail.OutboxItem) bool {
	return (o.State == mail.Queued || o.State == mail.Deferred) && !o.Held
}

// pausedBar says whose sending is paused, and lets it go on.
func (x *Outbox) pausedBar() fyne.CanvasObject {
	if len(x.paused) == 0 {
		return nil
	}
	text := kit.T("Sending is paused.")
	if all := x.p.Accounts(); len(x.paused) < len(all) {
		var names []string
		for _, a := range all {
			if slices.Contains(x.paused, a.ID) {
				names = append(names, a.Title())
			}
		}
		text = kit.T("Sending is paused for %s.", strings.Join(names, ", "))
	}
	bar := kit.NewBar(kit.ToneInfo, "", text).Act(kit.T("Resume"), func() { x.setPaused(false, x.paused...) })
	return container.New(kit.Inset{Left: 20, Top: 4, Right: 20, Bottom: 8}, bar)
}

func (x *Outbox) setPaused(paused bool, ids ...mail.AccountID) {
	kit.Do(context.Background(), x.loop, func(ctx context.Context) error { return x.p.PauseSending(ctx, paused, ids...) }, x.done)
}

// pauseMenu offers to pause all accounts, or one.
func (x *Outbox) pauseMenu() {
	all := x.p.Accounts()
	item := func(label string, paused bool, ids ...mail.AccountID) *fyne.MenuItem {
		i := fyne.NewMenuItem(label, func() { x.setPaused(!paused, ids...) })
		i.Checked = paused
		return i
	}
	items := []*fyne.MenuItem{item(kit.T("Pause sending"), len(all) > 0 && len(x.paused) == len(all))}
	if len(all) > 1 {
		items = append(items, fyne.NewMenuItemSeparator())
		for _, a := range all {
			items = append(items, item(kit.T("Pause %s", a.Title()), slices.Contains(x.paused, a.ID), a.ID))
		}
	}
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(x.pause)
	kit.PopUp(fyne.NewMenu("", items...), x.win.Canvas(), at.AddXY(0, x.pause.Size().Height))
}

// act does something to a message.
func (x *Outbox) act(o mail.OutboxItem, a model.OutboxAct) {
	if x.moving[o.ID] {
		return
	}
	switch a {
	case model.SendNow:
		x.do(o, func(ctx context.Context) error { return x.p.SendNow(ctx, o.ID) })
	case model.SendAgain:
		if o.State != mail.Uncertain {
			x.do(o, func(ctx context.Context) error { return x.p.Resend(ctx, o.ID) })
			return
		}
		q := &kit.Ask{
			Title: kit.T("Send it again?"), Text: kit.T("If the first one did arrive, the recipients get this message twice."),
			Choices: []kit.AskChoice{{Label: kit.T("Cancel")}, {Label: kit.T("Send again"), Kind: kit.Filled, Do: func() bool {
				x.do(o, func(ctx context.Context) error { return x.p.Resend(ctx, o.ID) })
				return true
			}}},
		}
		q.Show(x.win, nil)
	case model.TakeBack:
		x.takeBack(o)
	case model.Delay:
		askLater(x.win, x.now(), func(at time.Time) {
			x.do(o, func(ctx context.Context) error { return x.p.SendLater(ctx, o.ID, at) })
		})
	case model.Hold:
		x.do(o, func(ctx context.Context) error { return x.p.HoldBack(ctx, o.ID, true) })
	case model.Release:
		x.do(o, func(ctx context.Context) error { return x.p.HoldBack(ctx, o.ID, false) })
	case model.Arrived, model.LetBe:
		x.do(o, func(ctx context.Context) error { return x.p.Settle(ctx, o.ID) })
	case model.Stop:
		x.p.StopSending(o.ID)
	case model.Password:
		if x.o.OnPassword != nil {
			x.o.OnPassword(o)
		}
	case model.Redirect:
		row := x.row(o)
		x.do(o, func(ctx context.Context) error { return x.p.Correct(ctx, o.ID, row.Refused, row.Offered) })
	case model.Mend:
		row := x.row(o)
		askAddress(x.win, row.Refused, cmp.Or(row.Offered, row.Refused), func(to string) {
			x.do(o, func(ctx context.Context) error { return x.p.Correct(ctx, o.ID, row.Refused, to) })
		})
	case model.Throw:
		q := &kit.Ask{
			Title: kit.T("Delete this message?"), Text: thrownWords(o),
			Choices: []kit.AskChoice{
				{Label: kit.T("Delete"), Left: true, Kind: kit.Danger, Do: func() bool {
					x.do(o, func(ctx context.Context) error {
						d, err := x.p.Unsend(ctx, o.ID)
						if err != nil {
							return err
						}
						return x.p.DiscardDraft(ctx, d.ID)
					})
					return true
				}},
				{Label: kit.T("Keep it"), Kind: kit.Filled},
			},
			OnCancelled: func() {},
		}
		q.Show(x.win, nil)
	}
}

// thrownWords is what it means to delete a message of the outbox.
func thrownWords(o mail.OutboxItem) string {
	if o.State == mail.Uncertain || slices.ContainsFunc(o.Recipients, func(r mail.Recipient) bool { return r.State == mail.SentOK }) {
		return kit.T("Whoever has it keeps it. Nobody else gets it, and it is not kept as a draft.")
	}
	return kit.T("It is not sent, and it is not kept as a draft.")
}

// Busy reports whether something that the person has said of a message is being done.
func (x *Outbox) Busy() bool { return len(x.moving) > 0 }

// WhenDone has then called once nothing is being done any more, if something is.
func (x *Outbox) WhenDone(then func()) {
	if x.Busy() {
		x.rested = then
	}
}

func (x *Outbox) moved(id mail.MessageID) {
	delete(x.moving, id)
	if x.rested != nil && !x.Busy() {
		then := x.rested
		x.rested = nil
		then()
	}
}

func (x *Outbox) do(o mail.OutboxItem, work func(context.Context) error) {
	x.moving[o.ID] = true
	kit.Do(context.Background(), x.loop, work, func(err error) {
		x.moved(o.ID)
		x.done(err)
	})
}

func (x *Outbox) done(err error) {
	if err != nil {
		x.say(err)
		return
	}
	x.Reload()
	if x.o.OnChanged != nil {
		x.o.OnChanged()
	}
}

// takeBack makes a draft of a message again and hands it on to be edited, without those who already have it.
func (x *Outbox) takeBack(o mail.OutboxItem) {
	x.moving[o.ID] = true
	kit.Go(context.Background(), x.loop, func(ctx context.Context) (mail.Draft, error) { return x.p.Unsend(ctx, o.ID) }, func(d mail.Draft, err error) {
		x.moved(o.ID)
		x.done(err)
		if err != nil || x.o.OnEdit == nil {
			return
		}
		d, gone := model.Remaining(d, o)
		notice := ""
		switch {
		case gone > 0:
			notice = kit.N(gone, "%d recipient already has this message and gets it no second time.", "%d recipients already have this message and get it no second time.")
		case o.State == mail.Uncertain:
			notice = kit.T("Perhaps this message has already arrived.")
		}
		x.o.OnEdit(d, notice)
	})
}
