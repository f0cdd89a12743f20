package composer

import (
	"context"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
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
	rows   []*outboxRow
	box    *fyne.Container
	count  *kit.Line
	all    *kit.Button
	empty  *fyne.Container
	stop   func()
	cancel context.CancelFunc
	moving map[mail.MessageID]bool // something is being done to it
}

// NewOutbox returns the view; w is the window it is in, for questions. Reload fills it, and is to be called again
// whenever the outbox changed.
func NewOutbox(w fyne.Window, p model.Poplar, loop kit.Loop, o OutboxOptions) *Outbox {
	x := &Outbox{win: w, p: p, loop: loop, o: o, now: time.Now, moving: map[mail.MessageID]bool{}}
	x.box = container.New(&kit.Column{Pad: fyne.NewSize(8, 8)})
	x.count = kit.NewLine("", 12, false, kit.Text2)
	x.all = kit.NewButton(kit.T("Send all now"), "send", kit.Plain, x.sendAll)
	x.all.Hide()
	x.empty = container.New(&kit.Column{Gap: 6, Pad: fyne.NewSize(24, 120)},
		container.New(middle{}, kit.NewGlyph("outbox", 28, kit.Text3)),
		kit.NewPara(kit.T("Nothing waiting to be sent."), 13, true, kit.Text).Align(fyne.TextAlignCenter))
	x.empty.Hide()
	x.ExtendBaseWidget(x)
	return x
}

// CreateRenderer implements fyne.Widget.
func (x *Outbox) CreateRenderer() fyne.WidgetRenderer {
	head := container.New(kit.Spread{Gap: 8, Right: 1, Pad: 28}, kit.NewLine(kit.T("Outbox"), 15, true, kit.Text), x.count, x.all)
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
		items []mail.OutboxItem
		names map[string]string
	}
	kit.Go(ctx, x.loop, func(ctx context.Context) (loaded, error) {
		items, names, err := model.LoadOutbox(ctx, x.p)
		return loaded{items, names}, err
	}, func(l loaded, err error) {
		if err != nil {
			x.say(err)
			return
		}
		x.items, x.names = l.items, l.names
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

func (x *Outbox) row(o mail.OutboxItem) model.OutboxRow {
	return model.Row(o, x.names, x.now(), clock, kit.T)
}

func (x *Outbox) show() {
	x.box.RemoveAll()
	x.rows = nil
	doubtful, waiting := false, 0
	for _, o := range x.items {
		r := newOutboxRow(x, o, x.row(o))
		x.rows = append(x.rows, r)
		x.box.Add(r)
		doubtful = doubtful || r.row.Tone == model.Doubtful
		if o.State == mail.Queued || o.State == mail.Deferred {
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
		if o.State == mail.Queued || o.State == mail.Deferred {
			x.act(o, model.SendNow)
		}
	}
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
	case model.Throw:
		q := &kit.Ask{
			Title: kit.T("Delete this message?"), Text: kit.T("It is not sent, and it is not kept as a draft."),
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

func (x *Outbox) do(o mail.OutboxItem, work func(context.Context) error) {
	x.moving[o.ID] = true
	kit.Do(context.Background(), x.loop, work, func(err error) {
		delete(x.moving, o.ID)
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
		delete(x.moving, o.ID)
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

const outboxHeight = 65

// outboxRow is one message of the outbox.
type outboxRow struct {
	widget.BaseWidget
	x    *Outbox
	item mail.OutboxItem
	row  model.OutboxRow

	circle                *canvas.Circle
	glyph                 *kit.Glyph
	subject, to, sentence *kit.Line
	buttons               []*kit.Button
	more                  *kit.IconButton
	rule                  fyne.CanvasObject
}

// tones has mark, ground and text colour of each tone.
var tones = map[model.OutboxTone]struct {
	icon                string
	ground, colour, say kit.Colour
}{
	model.Waiting:  {"undo", kit.Pill, kit.Text2, kit.Text2},
	model.Sending:  {"send", kit.Pill, kit.Text2, kit.Text2},
	model.Delayed:  {"clock", kit.WarnBg, kit.Warn, kit.Warn},
	model.Refused:  {"x", kit.ErrBg, kit.Err, kit.Err},
	model.Doubtful: {"info", kit.WarnBg, kit.Warn, kit.Warn},
}

func actName(a model.OutboxAct, t model.OutboxTone) string {
	switch {
	case a == model.SendNow && t == model.Delayed:
		return kit.T("Try now")
	case a == model.SendNow:
		return kit.T("Send now")
	case a == model.TakeBack && t == model.Waiting:
		return kit.T("Undo")
	case a == model.TakeBack && t == model.Refused:
		return kit.T("Correct…")
	case a == model.TakeBack:
		return kit.T("Edit…")
	case a == model.SendAgain:
		return kit.T("Send again")
	}
	return kit.T("Delete…")
}

func newOutboxRow(x *Outbox, o mail.OutboxItem, row model.OutboxRow) *outboxRow {
	r := &outboxRow{x: x, item: o, row: row, circle: &canvas.Circle{}, rule: kit.NewRule()}
	t := tones[row.Tone]
	r.glyph = kit.NewGlyph(t.icon, 15, t.colour)
	r.subject = kit.NewLine(row.Subject, 13, true, kit.Text)
	r.to = kit.NewLine(row.To, 12, false, kit.Text2)
	r.sentence = kit.NewLine(row.Sentence, 12, false, t.say)
	for i, a := range row.Acts {
		if i == 2 || a == model.Throw {
			break
		}
		kind := kit.Plain
		if row.Tone == model.Waiting {
			kind = kit.Link
		}
		r.buttons = append(r.buttons, kit.NewButton(actName(a, row.Tone), "", kind, func() { x.act(o, a) }))
	}
	r.more = kit.NewIconButton("more", kit.T("More"), r.menu)
	r.more.Hidden = len(row.Acts) == 0
	r.ExtendBaseWidget(r)
	return r
}

func (r *outboxRow) set(row model.OutboxRow) {
	if row.Sentence != r.row.Sentence {
		r.row.Sentence = row.Sentence
		r.sentence.SetText(row.Sentence)
	}
}

func (r *outboxRow) menu() {
	var items []*fyne.MenuItem
	for _, a := range r.row.Acts {
		items = append(items, fyne.NewMenuItem(actName(a, r.row.Tone), func() { r.x.act(r.item, a) }))
	}
	if r.row.Said != "" {
		said := fyne.NewMenuItem(r.row.Said, nil)
		said.Disabled = true
		items = append(items, fyne.NewMenuItemSeparator(), said)
	}
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(r.more)
	widget.ShowPopUpMenuAtPosition(fyne.NewMenu("", items...), r.x.win.Canvas(), at.AddXY(0, r.more.Size().Height))
}

// CreateRenderer implements fyne.Widget.
func (r *outboxRow) CreateRenderer() fyne.WidgetRenderer { return &outboxRowRenderer{r} }

type outboxRowRenderer struct{ r *outboxRow }

func (d *outboxRowRenderer) Destroy()           {}
func (d *outboxRowRenderer) MinSize() fyne.Size { return fyne.NewSize(320, outboxHeight) }

// Objects implements fyne.WidgetRenderer.
func (d *outboxRowRenderer) Objects() []fyne.CanvasObject {
	objects := []fyne.CanvasObject{d.r.rule, d.r.circle, d.r.glyph, d.r.subject, d.r.to, d.r.sentence, d.r.more}
	for _, b := range d.r.buttons {
		objects = append(objects, b)
	}
	return objects
}

// Layout implements fyne.WidgetRenderer.
func (d *outboxRowRenderer) Layout(s fyne.Size) {
	r := d.r
	r.circle.FillColor = kit.Col(tones[r.row.Tone].ground)
	r.circle.Move(fyne.NewPos(20, 18))
	r.circle.Resize(fyne.NewSquareSize(28))
	r.glyph.Place(26.5, 24.5)
	x := s.Width - 12
	if r.more.Visible() {
		x -= 32
		r.more.Move(fyne.NewPos(x, 16))
		r.more.Resize(fyne.NewSquareSize(32))
		x -= 8
	}
	for i := len(r.buttons) - 1; i >= 0; i-- {
		m := r.buttons[i].MinSize()
		x -= m.Width
		r.buttons[i].Move(fyne.NewPos(x, 17))
		r.buttons[i].Resize(m)
		x -= 8
	}
	room := max(x-62-8, 0)
	w := min(r.subject.Width(), room*0.7)
	r.subject.Place(62, 28, w)
	r.to.Place(62+w+8, 28, max(room-w-8, 0))
	r.sentence.Place(62, 45, room)
	r.rule.Move(fyne.NewPos(62, s.Height-1))
	r.rule.Resize(fyne.NewSize(s.Width-62-12, 1))
}

// Refresh implements fyne.WidgetRenderer.
func (d *outboxRowRenderer) Refresh() {
	d.Layout(d.r.Size())
	for _, o := range d.Objects() {
		o.Refresh()
	}
}
