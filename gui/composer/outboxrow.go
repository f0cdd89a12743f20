package composer

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"poplar/gui/kit"
	"poplar/gui/model"
	"poplar/mail"
)

const outboxHeight = 65

// outboxRow is one message of the outbox.
type outboxRow struct {
	widget.BaseWidget
	x    *Outbox
	item mail.OutboxItem
	row  model.OutboxRow

	circle                *canvas.Circle
	track, bar            *kit.Fill // how much of it has left
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

func actName(a model.OutboxAct, row model.OutboxRow) string {
	t := row.Tone
	switch a {
	case model.Delay:
		return kit.T("Send later…")
	case model.Hold:
		return kit.T("Hold")
	case model.Release:
		return kit.T("Release")
	case model.Mend:
		return kit.T("Correct address…")
	case model.Redirect:
		return kit.T("Send to %s", row.Offered)
	case model.Arrived:
		return kit.T("It arrived")
	case model.LetBe:
		return kit.T("Leave it at that")
	case model.Stop:
		return kit.T("Stop")
	case model.Password:
		return kit.T("Enter password…")
	}
	switch {
	case a == model.SendNow && t == model.Delayed:
		return kit.T("Try now")
	case a == model.SendNow:
		return kit.T("Send now")
	case a == model.TakeBack && row.Acts[0] == model.TakeBack && t == model.Waiting:
		return kit.T("Undo")
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
	icon := t.icon
	if row.Tone == model.Waiting && (len(row.Acts) == 0 || row.Acts[0] != model.TakeBack) {
		icon = "clock" // it cannot be undone, it is waiting for something
	}
	r.glyph = kit.NewGlyph(icon, 15, t.colour)
	r.track, r.bar = kit.NewFill(kit.Pill, 1.5), kit.NewFill(kit.Accent, 1.5)
	r.subject = kit.NewLine(row.Subject, 13, true, kit.Text)
	r.to = kit.NewLine(row.To, 12, false, kit.Text2)
	r.sentence = kit.NewLine(row.Sentence, 12, false, t.say)
	for i, a := range row.Acts {
		if i == 2 || a == model.Throw || a == model.Delay || a == model.Hold {
			break
		}
		kind := kit.Plain
		if row.Tone == model.Waiting || row.Tone == model.Sending {
			kind = kit.Link
		}
		r.buttons = append(r.buttons, kit.NewButton(actName(a, row), "", kind, func() { x.act(o, a) }))
	}
	r.more = kit.NewIconButton("more", kit.T("More"), r.menu)
	r.ExtendBaseWidget(r)
	return r
}

func (r *outboxRow) set(row model.OutboxRow) {
	if row.Tone != r.row.Tone {
		r.x.show() // other buttons, another mark
		return
	}
	if row.Sentence != r.row.Sentence {
		r.row.Sentence = row.Sentence
		r.sentence.SetText(row.Sentence)
		r.Refresh()
	}
}

func (r *outboxRow) menu() {
	var items []*fyne.MenuItem
	for _, a := range r.row.Acts {
		items = append(items, fyne.NewMenuItem(actName(a, r.row), func() { r.x.act(r.item, a) }))
	}
	items = append(items, fyne.NewMenuItemSeparator(), fyne.NewMenuItem(kit.T("Details…"), func() {
		tellDetails(r.x.win, r.row.Subject, r.item, r.x.view())
	}))
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(r.more)
	kit.PopUp(fyne.NewMenu("", items...), r.x.win.Canvas(), at.AddXY(0, r.more.Size().Height))
}

// CreateRenderer implements fyne.Widget.
func (r *outboxRow) CreateRenderer() fyne.WidgetRenderer { return &outboxRowRenderer{r} }

type outboxRowRenderer struct{ r *outboxRow }

func (d *outboxRowRenderer) Destroy()           {}
func (d *outboxRowRenderer) MinSize() fyne.Size { return fyne.NewSize(320, outboxHeight) }

// Objects implements fyne.WidgetRenderer.
func (d *outboxRowRenderer) Objects() []fyne.CanvasObject {
	objects := []fyne.CanvasObject{d.r.rule, d.r.track, d.r.bar, d.r.circle, d.r.glyph, d.r.subject, d.r.to, d.r.sentence, d.r.more}
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
	done := r.x.left[r.item.ID]
	r.track.Hidden = r.row.Tone != model.Sending || done == 0 || r.item.Size == 0
	r.bar.Hidden = r.track.Hidden
	if at := 62 + r.sentence.Width() + 12; !r.track.Hidden {
		width := max(min(180, 62+room-at), 0)
		r.track.Move(fyne.NewPos(at, 40))
		r.track.Resize(fyne.NewSize(width, 3))
		r.bar.Move(fyne.NewPos(at, 40))
		r.bar.Resize(fyne.NewSize(width*float32(min(done, r.item.Size))/float32(r.item.Size), 3))
	}
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
