package reader

import (
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"poplar/gui/kit"
	"poplar/gui/model"
	"poplar/mail"
)

// Measures of the head of a message.
const (
	subjectStep  = 27 // between two lines of the subject
	subjectLines = 3
	avatarSide   = 36
	labelWidth   = 86 // of the names of unfolded fields
	// mostFields bounds the fields that are unfolded: the window of the source shows them all.
	mostFields = 300
)

// Header is the head of a message: subject, sender, recipients; a click on these unfolds every field.
type Header struct {
	widget.BaseWidget
	// OnHeight tells that the head became higher or lower.
	OnHeight func()
	// OnMenu asks for a menu that copies a text.
	OnMenu func(text string, at fyne.Position)

	now   func() time.Time
	self  func(addr string) bool
	marks []string

	subject []string
	width   float32 // that subject was broken for
	shown   mail.Message
	open    bool
	all     bool

	lines  []*kit.Line
	avatar fyne.CanvasObject
	name   *kit.Line
	addr   *kit.Line
	to     *fold
	origin *fold // where the message comes from
	date   *kit.Line
	fields []*field
	proof  []model.Detail // what is known of where it comes from
	proven bool           // and it is unfolded
	copy   string         // what is on the server of it
	brief  string         // a subject in place of the message's own
	bare   bool           // nothing is shown but the subject
	more   *kit.Button
	rule   fyne.CanvasObject
}

// NewHeader returns an empty head. self says whether an address is the person's own.
func NewHeader(now func() time.Time, self func(addr string) bool) *Header {
	h := &Header{
		now: now, self: self, name: kit.NewLine("", 13, true, kit.Text), addr: kit.NewLine("", 12, false, kit.Text2).CutAt(kit.CutMiddle),
		date: kit.NewLine("", 12, false, kit.Text3), rule: kit.NewRule(), avatar: kit.NewAvatar("", "", avatarSide),
	}
	h.to = newFold(func() { h.unfold(!h.open) })
	h.origin = newFold(func() {
		h.proven = !h.proven
		h.origin.set(h.origin.line.Text(), h.proven)
		h.build()
	})
	h.origin.Hide()
	h.more = kit.NewButton(kit.T("All fields"), "", kit.Link, func() {
		h.all = true
		h.build()
	})
	h.ExtendBaseWidget(h)
	return h
}

// SetMarks marks words that were searched for.
func (h *Header) SetMarks(words []string) { h.marks = words }

// Set shows the head of a message, folded.
func (h *Header) Set(m mail.Message) {
	h.shown, h.width = m, 0
	h.open, h.all = false, false
	var from mail.Address
	if len(m.From) > 0 {
		from = m.From[0]
	}
	h.avatar = kit.NewAvatar(from.Name, from.Addr, avatarSide)
	h.name.SetText(from.Display())
	if from.Display() == "" {
		h.name.SetText(kit.T("(no sender)"))
	}
	h.addr.SetText("")
	if from.Name != "" {
		h.addr.SetText(from.Addr)
	}
	h.name.SetMarks(h.marks)
	h.date.SetText(kit.FullDate(m.Date, h.now()))
	h.to.set(recipients(m, h.self), false)
	h.proof, h.proven, h.copy = nil, false, ""
	h.origin.set("", false)
	h.SetBrief("", false)
}

// SetCopy says what is on the server of the message; it stands among the unfolded fields.
func (h *Header) SetCopy(words string) {
	if h.copy != words {
		h.copy = words
		if h.open {
			h.build()
		}
	}
}

// SetBrief shows another subject than the message's own, if it is not empty, and with bare nothing else.
func (h *Header) SetBrief(subject string, bare bool) {
	h.brief, h.bare = subject, bare && subject != ""
	h.width = 0
	for _, o := range []fyne.CanvasObject{h.avatar, h.name, h.to, h.date, h.rule} {
		show(o, !h.bare)
	}
	show(h.origin, h.origin.line.Text() != "" && !h.bare)
	h.build()
}

// SetOrigin shows where the message comes from, as one line that unfolds.
func (h *Header) SetOrigin(p model.Provenance) {
	text := p.Line
	if p.ReplyTo != "" {
		text = join(text, p.ReplyTo, " · ")
	}
	icon, colour := "info", kit.Text3
	switch p.Trust {
	case mail.TrustVerified:
		icon, colour = "check", kit.OK
	case mail.TrustWarning:
		icon, colour = "warn", kit.Warn
	}
	h.proof = p.Details
	h.origin.lead(icon, colour)
	h.origin.set(text, h.proven)
	show(h.origin, text != "" && !h.bare)
	h.build()
}

func join(a, b, between string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + between + b
}

// recipients is the line under the sender: "to me, Jonas Weber".
func recipients(m mail.Message, self func(string) bool) string {
	const most = 6
	var names []string
	all := append(append([]mail.Address{}, m.To...), m.Cc...)
	for _, a := range all[:min(len(all), most)] {
		if self(a.Addr) {
			names = append(names, kit.T("me"))
			continue
		}
		names = append(names, a.Display())
	}
	if len(names) == 0 {
		return kit.T("to nobody named")
	}
	list := strings.Join(names, kit.T(", "))
	if rest := len(all) - most; rest > 0 {
		return kit.N(rest, "to %[2]s and %[1]d more", "to %[2]s and %[1]d more", list)
	}
	return kit.T("to %s", list)
}

func (h *Header) unfold(open bool) {
	h.open, h.all = open, false
	h.to.set(h.to.line.Text(), open)
	h.build()
}

// reopen unfolds again what was unfolded before the same message was set anew.
func (h *Header) reopen(open, proven bool) {
	h.proven = proven && len(h.proof) > 0
	h.origin.set(h.origin.line.Text(), h.proven)
	h.unfold(open)
}

// build makes the unfolded fields.
func (h *Header) build() {
	h.fields = nil
	add := func(label, value string) {
		if value != "" {
			h.fields = append(h.fields, newField(label, value, h.OnMenu))
		}
	}
	m := h.shown
	switch {
	case h.bare:
	case h.open && h.all:
		for _, f := range m.Header[:min(len(m.Header), mostFields)] {
			add(f.Name, f.Value)
		}
	case h.open:
		add(kit.T("From"), full(m.From))
		add(kit.T("Reply to"), full(m.ReplyTo))
		add(kit.T("To"), full(m.To))
		add(kit.T("Cc"), full(m.Cc))
		add(kit.T("Bcc"), full(m.Bcc))
		if !m.Date.IsZero() {
			add(kit.T("Date"), m.Date.Format("2006-01-02 15:04:05 -0700"))
		}
		add(kit.T("Message-ID"), m.MessageID)
		add(kit.T("On the server"), h.copy)
	}
	if h.proven && !h.bare {
		for _, d := range h.proof {
			add(d.Name, d.Value)
		}
	}
	show(h.more, h.open && !h.all && !h.bare && len(m.Header) > 0)
	h.Refresh()
	if h.OnHeight != nil {
		h.OnHeight()
	}
}

// full are addresses with everything.
func full(list []mail.Address) string {
	var out []string
	for _, a := range list {
		switch {
		case a.Name == "":
			out = append(out, a.Addr)
		case a.Addr == "":
			out = append(out, a.Name)
		default:
			out = append(out, a.Name+" <"+a.Addr+">")
		}
	}
	return strings.Join(out, ", ")
}

func (h *Header) breakSubject(width float32) {
	if width == h.width && h.subject != nil { // for the subject of the moment
		return
	}
	text := h.shown.Subject
	if h.brief != "" {
		text = h.brief
	}
	if strings.TrimSpace(text) == "" {
		text = kit.T("(no subject)")
	}
	h.width = width
	h.subject = kit.Break(text, 20, true, width, subjectLines)
}

// Height is what the head needs at a width.
func (h *Header) Height(width float32) float32 {
	h.breakSubject(width)
	if h.bare {
		return 34 + subjectStep*float32(len(h.subject)-1)
	}
	y := h.below()
	for _, f := range h.fields {
		y += f.Height(width) + 2
	}
	if h.more.Visible() {
		y += 30
	}
	return y + 14
}

// below is where the unfolded fields begin.
func (h *Header) below() float32 {
	y := 45 + avatarSide + subjectStep*float32(len(h.subject)-1)
	if h.origin.Visible() {
		y += 20
	}
	if len(h.fields) > 0 {
		y += 12
	}
	return y
}

// MinSize implements fyne.CanvasObject.
func (h *Header) MinSize() fyne.Size { return fyne.NewSize(200, h.Height(max(h.Size().Width, 200))) }

// CreateRenderer implements fyne.Widget.
func (h *Header) CreateRenderer() fyne.WidgetRenderer { return &headerRenderer{h} }

type headerRenderer struct{ header *Header }

func (r *headerRenderer) Layout(s fyne.Size) {
	h := r.header
	h.breakSubject(s.Width)
	for len(h.lines) < len(h.subject) {
		h.lines = append(h.lines, kit.NewLine("", 20, true, kit.Text))
	}
	for i, l := range h.lines {
		show(l, i < len(h.subject))
		if i < len(h.subject) {
			l.SetText(h.subject[i])
			l.SetMarks(h.marks)
			l.Place(0, 24+subjectStep*float32(i), s.Width)
		}
	}
	top := 45 + subjectStep*float32(len(h.subject)-1)
	h.avatar.Move(fyne.NewPos(0, top))
	h.avatar.Resize(fyne.NewSquareSize(avatarSide))
	dateWidth := h.date.Width()
	left, right := float32(avatarSide+12), s.Width-dateWidth-16
	h.date.Place(s.Width-dateWidth, top+22, dateWidth)
	w := min(h.name.Width(), max(right-left, 0))
	h.name.Place(left, top+15, w)
	h.addr.Place(left+w+8, top+14, right-left-w-8)
	show(h.addr, right-left-w-8 > 40 && !h.bare)
	h.to.Move(fyne.NewPos(left, top+18))
	h.to.Resize(fyne.NewSize(max(right-left, 0), 18))
	h.origin.Move(fyne.NewPos(left, top+38))
	h.origin.Resize(fyne.NewSize(max(s.Width-left, 0), 18))
	y := h.below()
	for _, f := range h.fields {
		f.Move(fyne.NewPos(0, y))
		f.Resize(fyne.NewSize(s.Width, f.Height(s.Width)))
		y += f.Size().Height + 2
	}
	h.more.Move(fyne.NewPos(labelWidth-8, y))
	h.more.Resize(fyne.NewSize(h.more.MinSize().Width, 28))
	h.rule.Move(fyne.NewPos(0, s.Height-1))
	h.rule.Resize(fyne.NewSize(s.Width, 1))
}

func (r *headerRenderer) MinSize() fyne.Size { return r.header.MinSize() }
func (r *headerRenderer) Destroy()           {}
func (r *headerRenderer) Refresh() {
	r.Layout(r.header.Size())
	for _, o := range r.Objects() {
		o.Refresh()
	}
	canvas.Refresh(r.header)
}

func (r *headerRenderer) Objects() []fyne.CanvasObject {
	h := r.header
	out := []fyne.CanvasObject{h.avatar, h.name, h.addr, h.to, h.origin, h.date, h.more, h.rule}
	for _, l := range h.lines {
		out = append(out, l)
	}
	for _, f := range h.fields {
		out = append(out, f)
	}
	return out
}

// field is one unfolded header field; the right mouse button copies it.
type field struct {
	widget.BaseWidget
	label *kit.Line
	value *kit.Para
	menu  func(string, fyne.Position)
}

func newField(label, value string, menu func(string, fyne.Position)) *field {
	const longest = 4000 // a hostile header must not cost seconds to lay out
	if len(value) > longest {
		value = strings.ToValidUTF8(value[:longest], "") + "…"
	}
	f := &field{label: kit.NewLine(label, 12, false, kit.Text3), value: kit.NewPara(value, 12, false, kit.Text), menu: menu}
	f.ExtendBaseWidget(f)
	return f
}

// TappedSecondary implements fyne.SecondaryTappable.
func (f *field) TappedSecondary(e *fyne.PointEvent) {
	if f.menu != nil {
		f.menu(f.value.Text(), e.AbsolutePosition)
	}
}

// Height is what the field needs at a width.
func (f *field) Height(width float32) float32 { return f.value.Height(max(width-labelWidth, 40)) }

// CreateRenderer implements fyne.Widget.
func (f *field) CreateRenderer() fyne.WidgetRenderer { return &fieldRenderer{f} }

type fieldRenderer struct{ field *field }

func (r *fieldRenderer) Layout(s fyne.Size) {
	r.field.label.Place(0, 13, labelWidth-8)
	r.field.value.Move(fyne.NewPos(labelWidth, 0))
	r.field.value.Resize(fyne.NewSize(max(s.Width-labelWidth, 40), s.Height))
}
func (r *fieldRenderer) MinSize() fyne.Size { return fyne.NewSize(0, 0) }
func (r *fieldRenderer) Destroy()           {}
func (r *fieldRenderer) Refresh() {
	r.field.label.Refresh()
	r.field.value.Refresh()
}

func (r *fieldRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.field.label, r.field.value}
}
