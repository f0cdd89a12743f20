package reader

import (
	"context"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"poplar/gui/kit"
	"poplar/gui/model"
	"poplar/mail"
)

// about is what the reader tells of a message beside its contents: where it comes from, what became of it, what is odd.
type about struct {
	// Reading is asked for it; nil: nothing is told.
	Reading Knower
	// Known are domains that people here write to, for a suggestion in place of a mistyped one.
	Known func() []string
	// OnShow asks to show another message.
	OnShow func(id mail.MessageID)
	// OnAgain asks to send a message again to a recipient that it did not reach: corrected is an address to begin with.
	OnAgain func(sent mail.MessageID, failed, corrected string)
	// OnContact asks for the address book's entry of an address that failed.
	OnContact func(addr string)

	facts    facts
	dropped  bool      // the warning was closed
	unfolded [2]bool   // of a report: what the server said, and the report itself
	card     *reporter // of the message that is shown, where it has one
}

// Knower is the part of the engine that knows about messages.
type Knower interface {
	Summary(ctx context.Context, id mail.MessageID) (mail.Summary, error)
	model.Reading
}

// facts are what is known about a message.
type facts struct {
	msg    *mail.Message
	origin *mail.Origin
	fates  []mail.Fate
	sent   *mail.Summary // that a report is about
}

// gather reads a message and what is known about it. It is called away from the UI thread. What cannot be found out is
// left out: it is never a reason not to show a message.
func (r *Reader) gather(ctx context.Context, id mail.MessageID, read func(context.Context, mail.MessageID) (*mail.Message, error)) (facts, error) {
	var f facts
	m, err := read(ctx, id)
	if f.msg = m; m == nil || r.Reading == nil {
		return f, err
	}
	if o, err := r.Reading.Origin(ctx, id); err == nil {
		f.origin = &o
	}
	about := id
	if len(m.Bounce) > 0 {
		about = 0
		if sent, err := r.Reading.SentOf(ctx, id); err == nil && sent != 0 {
			if s, err := r.Reading.Summary(ctx, sent); err == nil {
				f.sent, about = &s, sent
			}
		}
	}
	if about != 0 {
		if fates, err := r.Reading.Fates(ctx, about); err == nil {
			f.fates = fates
		}
	}
	return f, err
}

// tell shows what is known about the message, with its first appearance.
func (r *Reader) tell() {
	r.dropped, r.unfolded, r.card = false, [2]bool{}, nil
	m := r.facts.msg
	r.notes.set(noteRemarks, newRemarks(model.RemarksOf(m, kit.T), r.relay))
	r.notes.set(noteEvent, newEvents(m.Invitations, r.now(), r.header.OnMenu))
	r.tellDelivery()
	r.tellOrigin()
	if o := r.facts.origin; o != nil && o.Pending {
		r.check()
	}
}

func (r *Reader) tellOrigin() {
	if r.facts.origin == nil {
		r.notes.set(noteWarning, nil)
		return
	}
	p := model.ProvenanceOf(*r.facts.origin, kit.T)
	r.header.SetOrigin(p)
	if p.Warning == "" || r.dropped {
		r.notes.set(noteWarning, nil)
		return
	}
	bar := kit.NewBar(kit.ToneWarn, p.Warning, p.Because)
	bar.OnClosed = func() {
		r.dropped = true
		r.notes.set(noteWarning, nil)
	}
	r.notes.set(noteWarning, bar)
}

// check asks the network about the sender, and tells the answer if the message is still there.
func (r *Reader) check() {
	id := r.id
	kit.Go(r.ctx, r.loop, func(ctx context.Context) (mail.Origin, error) { return r.Reading.CheckOrigin(ctx, id) }, func(o mail.Origin, err error) {
		if err == nil && r.id == id && r.state == one {
			r.facts.origin = &o
			r.tellOrigin()
			r.relay()
		}
	})
}

// tellDelivery shows what became of a message: the card of a report, or the recipients of a message that was sent.
func (r *Reader) tellDelivery() {
	f := &r.facts
	var known []string
	if r.Known != nil {
		known = r.Known()
	}
	switch {
	case len(f.msg.Bounce) > 0:
		r.card = r.report(known)
		r.notes.set(noteCard, r.card.box)
		r.fold()
	case len(f.fates) > 0:
		d := model.FatesOf(f.fates, append(append([]mail.Address{}, f.msg.To...), f.msg.Cc...), known, kit.T)
		r.notes.set(noteCard, newFateLine(d, r.now(), r.acts(r.id), r.relay))
	default:
		r.notes.set(noteCard, nil)
	}
}

// tellFates finds out anew what became of a message that was sent; what it says changes only if that has.
func (r *Reader) tellFates() {
	if r.Reading == nil || r.state != one || len(r.facts.fates) == 0 || len(r.facts.msg.Bounce) > 0 {
		return
	}
	id := r.id
	kit.Go(r.ctx, r.loop, func(ctx context.Context) ([]mail.Fate, error) { return r.Reading.Fates(ctx, id) }, func(list []mail.Fate, err error) {
		if err == nil && r.id == id && r.state == one && !slices.Equal(list, r.facts.fates) {
			r.facts.fates = list
			r.tellDelivery()
			r.relay()
		}
	})
}

// acts are what can be done about a message that was sent.
func (r *Reader) acts(sent mail.MessageID) deliveryActs {
	var a deliveryActs
	if sent == 0 {
		return a
	}
	if r.OnShow != nil && sent != r.id {
		a.show = func() { r.OnShow(sent) }
	}
	if r.OnContact != nil {
		a.contact = func(row model.DeliveryRow) { r.OnContact(row.Addr) }
	}
	if r.OnAgain != nil {
		a.again = func(row model.DeliveryRow) {
			corrected := row.Suggestion
			if corrected == "" {
				corrected = row.Addr
			}
			r.OnAgain(sent, row.Addr, corrected)
		}
	}
	return a
}

// reporter is the card of a delivery report with what is folded beneath it.
type reporter struct {
	box        *fyne.Container
	delivery   model.Delivery
	said, full *fold
	code       fyne.CanvasObject
}

func (r *Reader) report(known []string) *reporter {
	f := &r.facts
	var sent *model.Sent
	var id mail.MessageID
	if s := f.sent; s != nil {
		id = s.ID
		sent = &model.Sent{Subject: s.Subject, When: uncapital(kit.FullDate(s.Date, r.now())), To: append(append([]mail.Address{}, s.To...), s.Cc...)}
	}
	c := &reporter{delivery: model.ReportOf(f.msg, sent, f.fates, known, kit.T)}
	var lines []string
	for _, row := range c.delivery.Rows {
		if row.State == mail.FateAccepted || len(row.Said) == 0 {
			continue // there is nothing to explain
		}
		if len(lines) > 0 {
			lines = append(lines, "")
		}
		lines = append(lines, row.Said...)
	}
	text := strings.Join(lines, "\n")
	if len(text) > longestSaid {
		text = strings.ToValidUTF8(text[:longestSaid], "") + "…"
	}
	c.code = newCode(text, r.header.OnMenu)
	c.said = newFold(func() { r.unfolded[0] = !r.unfolded[0]; r.fold() })
	c.full = newFold(func() { r.unfolded[1] = !r.unfolded[1]; r.fold() })
	inset := kit.Inset{Left: 4, Top: 4}
	c.box = container.New(&kit.Column{Gap: 6}, newDeliveryCard(c.delivery, r.now(), r.acts(id)),
		container.New(inset, c.said), c.code, container.New(inset, c.full))
	return c
}

// longestSaid bounds what is shown of a server's own words.
const longestSaid = 8 << 10

// fold shows of a report what is unfolded.
func (r *Reader) fold() {
	c := r.card
	c.said.set(kit.T("What the server said"), r.unfolded[0])
	c.full.set(kit.T("The report itself"), r.unfolded[1])
	show(c.code, r.unfolded[0])
	r.layout.folded = !r.unfolded[1]
	show(r.body, r.unfolded[1])
	show(r.Attachments, r.unfolded[1] && r.body.Laid() != nil)
	r.header.SetBrief(briefly(c.delivery, r.facts.sent), !r.unfolded[1])
	c.box.Refresh()
	r.relay()
}

// briefly is the subject of a report in a few words; empty where the message it is about is not here.
func briefly(d model.Delivery, sent *mail.Summary) string {
	if sent == nil {
		return ""
	}
	subject := sent.Subject
	if strings.TrimSpace(subject) == "" {
		subject = kit.T("(no subject)")
	}
	switch d.State {
	case mail.FateFailed:
		return kit.T("Not delivered: %s", subject)
	case mail.FateDelayed:
		return kit.T("Delayed: %s", subject)
	}
	return kit.T("Delivered: %s", subject)
}

// uncapital begins a date within a sentence.
func uncapital(s string) string {
	for _, day := range []string{"Today", "Yesterday"} {
		if rest, ok := strings.CutPrefix(s, day+", "); ok {
			return strings.ToLower(day) + " at " + rest
		}
	}
	if kit.Language() == "en" {
		return "on " + s
	}
	return s
}
