package reader

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"poplar/gui/kit"
	"poplar/gui/model"
	"poplar/gui/page"
	"poplar/mail"
)

const (
	sidePad = 24 // left and right of the message
	// slowAfter is how long a message may take before bars are drawn in its place.
	slowAfter = 150 * time.Millisecond
	// tellAfter is how long it may take before that is said.
	tellAfter = 2 * time.Second
)

// Box is the part of the engine that a reader needs.
type Box interface {
	// Glance reads the beginning of a long message; what it returns is Glanced then, and Read has the whole.
	Glance(ctx context.Context, id mail.MessageID) (*mail.Message, error)
	Read(ctx context.Context, id mail.MessageID) (*mail.Message, error)
	Part(ctx context.Context, id mail.MessageID, index int, w io.Writer) error
}

// state says what the reader shows.
type state int

const (
	nothing state = iota
	one
	several
	loading
	broken
)

// Reader is the right column.
type Reader struct {
	widget.BaseWidget
	Strip       *Strip
	Attachments *Attachments
	// OnShown tells that a message stands on the screen.
	OnShown func(id mail.MessageID, m *mail.Message)
	// OnSeveral asks for something to be done with the chosen messages.
	OnSeveral func(Command)
	// OnLink tells of a click on a link: where it leads, and where there is reason to ask before, the host it really
	// leads to.
	OnLink func(url, doubtful string)
	// OnCopy asks for a menu that copies a text.
	OnCopy func(text string, at fyne.Position)

	loop     kit.Loop
	box      Box
	state    state
	id       mail.MessageID
	shown    mail.MessageID // stands on the screen
	idle     bool           // there is nothing to choose from
	msg      *mail.Message
	cancel   context.CancelFunc
	body     *page.Page
	returnTo float32  // where the same message was read before it was set anew
	sought   []string // words to be marked in the body once it is there

	header *Header
	notes  *notes
	// receipts is asked who wants to be told that a message was read.
	receipts Receipts
	layout   *column
	column   *fyne.Container
	scroll   *container.Scroll
	message  *notice
	many     *severalView
	bars     []*kit.Fill
	target   *plate          // where the link under the mouse leads
	ctx      context.Context //nolint:containedctx // it lasts as long as the message is shown
	view
	about
	onServer
}

// New returns an empty reader. self says whether an address is the person's own.
func New(loop kit.Loop, box Box, now func() time.Time, self func(addr string) bool) *Reader {
	r := &Reader{
		loop: loop, box: box, Strip: NewStrip(), Attachments: NewAttachments(), header: NewHeader(now, self),
		cancel: func() {}, target: newPlate(), ctx: context.Background(),
	}
	r.body = page.New(page.Options{
		Loop: loop, OnHeight: func(float32) { r.relay() }, OnShown: func() { r.complete() }, OnError: func(error) { r.complete() },
		OnLink: func(l page.Link) {
			if r.OnLink != nil {
				openLink(l, r.OnLink)
			}
		},
		OnHeld: r.told,
		OnSave: func(p *page.Picture) {
			if r.OnPicture != nil {
				r.OnPicture(p)
			}
		},
		OnMenu: func(_ page.Spot, items []*fyne.MenuItem) []*fyne.MenuItem {
			if r.OnMenu != nil {
				items = r.OnMenu(items)
			}
			return items
		},
		OnHover: func(l *page.Link) {
			if l == nil {
				r.target.set("")
			} else {
				r.target.set(l.Shown())
			}
			r.placeTarget()
		},
	})
	r.header.OnHeight = r.relay
	r.Attachments.OnHeight = r.relay
	r.header.OnMenu = func(text string, at fyne.Position) {
		if r.OnCopy != nil {
			r.OnCopy(text, at)
		}
	}
	r.notes = newNotes(r.relay)
	r.find = newFindBar(loop, r.body.Find, r.body.FindNext, r.endFind)
	r.now = now
	r.layout = &column{}
	r.column = container.New(r.layout, r.header, r.notes, r.body, r.Attachments)
	r.scroll = container.NewVScroll(r.column)
	r.body.Follow(r.scroll)
	r.message = newNotice()
	r.many = newSeveralView(func(c Command) {
		if r.OnSeveral != nil {
			r.OnSeveral(c)
		}
	})
	for range 4 {
		r.bars = append(r.bars, kit.NewFill(kit.Pill, 5))
	}
	r.ExtendBaseWidget(r)
	r.idle = true
	r.Clear()
	return r
}

// Close ends what is being read.
func (r *Reader) Close() { r.cancel() }

// ID is the message that is shown or on its way; 0 where none is.
func (r *Reader) ID() mail.MessageID { return r.id }

// Message is the message that is shown, or nil.
func (r *Reader) Message() *mail.Message {
	if r.state != one {
		return nil
	}
	return r.msg
}

// Selected is the text that is selected in the message; empty where none is.
func (r *Reader) Selected() string { return r.body.Selected() }

// Clear shows no message.
func (r *Reader) Clear() {
	r.to(nothing, 0)
	r.message.set("mail", kit.T("Choose a message to read."), "")
}

// SetIdle says that there is nothing to choose from: then the reader asks for nothing.
func (r *Reader) SetIdle(idle bool) {
	if idle == r.idle {
		return
	}
	r.idle = idle
	if r.state == nothing {
		r.look(nothing)
	}
}

// Several shows that n messages are chosen.
func (r *Reader) Several(n int) {
	r.many.set(n)
	r.to(several, 0)
}

func (r *Reader) to(s state, id mail.MessageID) {
	r.cancel()
	r.cancel = func() {}
	r.id, r.msg, r.shown = id, nil, 0
	r.forgetPictures()
	r.look(s)
}

// look shows the parts of a state.
func (r *Reader) look(s state) {
	r.state = s
	show(r.scroll, s == one)
	if s != one {
		r.find.Hide()
	}
	show(r.message, s == nothing && !r.idle || s == broken)
	show(r.many, s == several)
	for _, b := range r.bars {
		show(b, false)
	}
	r.Refresh()
}

// Open shows a message, marking words that were searched for. What was shown stays for the moment that it takes;
// then bars stand in its place, and after a while a sentence.
func (r *Reader) Open(s mail.Summary, marks []string) {
	if s.ID == r.id && (r.state == one || r.state == loading) {
		return
	}
	r.cancel()
	ctx, cancel := context.WithCancel(context.Background())
	r.ctx, r.cancel = ctx, cancel
	r.id, r.msg = s.ID, nil
	r.header.SetMarks(marks)
	r.sought = marks
	r.read()
	waiting := func() bool { return ctx.Err() == nil && r.id == s.ID && r.msg == nil && r.state != broken }
	kit.After(r.loop, slowAfter, func() {
		if waiting() {
			r.look(loading)
			for _, b := range r.bars {
				show(b, true)
			}
		}
	})
	kit.After(r.loop, tellAfter, func() {
		if waiting() {
			r.message.set("mail", kit.T("Opening the message…"), "")
			show(r.message, true)
		}
	})
}

// read reads the message and shows it.
func (r *Reader) read() {
	id := r.id
	kit.Go(r.ctx, r.loop, func(ctx context.Context) (facts, error) { return r.gather(ctx, id, r.box.Glance) }, func(f facts, err error) {
		if f.msg == nil { // a message can be told together with an error: then it is shown as far as it goes
			r.fail(err)
			return
		}
		r.facts = f
		r.show(f.msg)
		if f.msg.Glanced {
			r.readRest()
		}
	})
}

// readRest reads to its end a message of which the beginning is shown, and tells what is new. What is on the screen
// stays where it is.
func (r *Reader) readRest() {
	id := r.id
	kit.Go(r.ctx, r.loop, func(ctx context.Context) (facts, error) { return r.gather(ctx, id, r.box.Read) }, func(f facts, _ error) {
		if f.msg == nil || r.id != id || r.state != one {
			return
		}
		before := r.msg
		r.facts, r.msg = f, f.msg
		if f.msg.HTML != before.HTML || f.msg.Text != before.Text {
			r.showBody(f.msg)
		}
		r.notes.set(noteRemarks, newRemarks(model.RemarksOf(f.msg, kit.T), r.relay))
		r.notes.set(noteEvent, newEvents(f.msg.Invitations, r.now(), r.header.OnMenu))
		if len(f.msg.Bounce) > 0 && len(before.Bounce) == 0 {
			r.tellDelivery()
		}
		if !slices.EqualFunc(before.Parts, f.msg.Parts, func(a, b mail.Part) bool { return a.Name == b.Name && a.Size == b.Size && a.Inline == b.Inline }) {
			r.setParts(f.msg.Parts)
		}
		r.relay()
	})
}

// setParts shows the attachments.
func (r *Reader) setParts(parts []mail.Part) {
	r.Attachments.Set(parts)
	r.Attachments.load(r.ctx, r.loop, r.part(r.id))
}

// Again reads the message anew: it is to be read in another way than before.
func (r *Reader) Again() {
	if r.state == one {
		r.read()
	}
}

func (r *Reader) fail(err error) {
	if errors.Is(err, context.Canceled) {
		return
	}
	told := model.Tell(mail.ProblemOf(err), kit.T)
	r.message.set("warn", told.What, told.Advice)
	r.look(broken)
}

func (r *Reader) show(m *mail.Message) {
	again := r.shown == r.id // what the person unfolded stays as it is
	r.msg, r.shown = m, r.id
	at := r.scroll.Offset.Y
	open, proven := again && r.header.open, again && r.header.proven
	r.header.Set(*m)
	r.layout.folded = false
	show(r.body, true)
	r.showBody(m)
	r.tell()
	r.askReceipt()
	// The attachments come with the body, under which they stand: they would jump.
	r.Attachments.Hide()
	r.setParts(m.Parts)
	r.look(one)
	r.tellCopy()
	r.header.reopen(open, proven)
	r.relay()
	if r.returnTo = 0; again {
		r.returnTo = at
	} else {
		r.scroll.ScrollToTop()
	}
	if r.OnShown != nil {
		r.OnShown(r.id, m)
	}
}

// complete shows what stands under the body, now that it has its height.
func (r *Reader) complete() {
	r.tellCut()
	r.relay()
	show(r.Attachments, !r.layout.folded)
	if r.returnTo > 0 {
		r.scroll.ScrollToOffset(fyne.NewPos(0, r.returnTo))
		r.returnTo = 0
	}
	if r.find.Visible() {
		r.find.search()
	}
	if r.msg != nil && len(r.sought) > 0 && (r.seek(r.sought) || !r.body.Unfold()) {
		r.sought = nil // once: the person may look elsewhere afterwards
	}
}

// seek marks in what is seen of the body what was searched for and goes there: the words as they were typed, else the
// longest that occurs. It reports whether one does.
func (r *Reader) seek(words []string) bool {
	texts := slices.Clone(words)
	slices.SortStableFunc(texts, func(a, b string) int { return len(b) - len(a) })
	for _, text := range append([]string{strings.Join(words, " ")}, texts...) {
		if n, _ := r.body.FindSeen(text); n > 0 {
			return true
		}
	}
	r.body.FindSeen("")
	return false
}

// part reads attachments of a message whole, away from the UI thread.
func (r *Reader) part(id mail.MessageID) func(context.Context, mail.Part) ([]byte, error) {
	return func(ctx context.Context, p mail.Part) ([]byte, error) {
		var b bytes.Buffer
		err := r.box.Part(ctx, id, p.Index, &b)
		return b.Bytes(), err
	}
}

// inline returns the pictures of a message by their Content-IDs. It is asked away from the UI thread.
func (r *Reader) inline(id mail.MessageID, m *mail.Message) func(cid string) ([]byte, string) {
	parts := m.Parts
	return func(cid string) ([]byte, string) {
		for _, p := range parts {
			if p.ContentID != cid || cid == "" {
				continue
			}
			var b bytes.Buffer
			if err := r.box.Part(context.Background(), id, p.Index, &b); err != nil {
				return nil, "" // its place stays empty
			}
			return b.Bytes(), p.Type
		}
		return nil, ""
	}
}

// SetBodySize sets the text size of bodies, 12 to 20.
func (r *Reader) SetBodySize(size int) {
	const usual = 14
	if size > 0 {
		r.body.SetUsual(float32(size) / usual)
	}
}

// placeTarget puts the address of the link under the mouse into the lower left corner.
func (r *Reader) placeTarget() {
	s := r.Size()
	w := min(r.target.width(), s.Width-16)
	r.target.Move(fyne.NewPos(8, s.Height-32))
	r.target.Resize(fyne.NewSize(max(w, 0), 24))
}

// column lays out head, notes, body and attachments below each other. Plain text is narrower than the window allows: long
// lines are hard to read.
type column struct {
	narrow bool
	folded bool // body and attachments are out of sight
	width  float32
}

const (
	widestText = 720
	bodyTop    = 18
	foot       = 24
	columnBody = 2 // the number of the body
)

// Layout implements fyne.Layout.
func (c *column) Layout(o []fyne.CanvasObject, s fyne.Size) {
	c.width = s.Width
	w := max(s.Width-2*sidePad, 0)
	place := func(o fyne.CanvasObject, y, w, h float32) {
		o.Move(fyne.NewPos(sidePad, y))
		o.Resize(fyne.NewSize(w, h))
	}
	y := float32(0)
	for i, o := range o {
		width, h := w, kit.HeightFor(o, w)
		if i == columnBody {
			y += bodyTop
			if c.folded { // it is laid out all the same, so that it is there at once
				place(o, y, width, h)
				break
			}
			if c.narrow {
				width = min(w, widestText)
			}
		}
		place(o, y, width, h)
		y += h
	}
}

// MinSize implements fyne.Layout.
func (c *column) MinSize(o []fyne.CanvasObject) fyne.Size {
	w := max(c.width-2*sidePad, 200)
	h := float32(bodyTop + foot)
	for i, o := range o {
		if i == columnBody && c.folded {
			break
		}
		h += kit.HeightFor(o, w)
	}
	return fyne.NewSize(240, h)
}

// relay lays out the message after something in it became higher or lower.
func (r *Reader) relay() {
	if r.scroll == nil {
		return
	}
	r.layout.Layout(r.column.Objects, r.column.Size())
	r.scroll.Refresh()
	r.body.Update()
}

// Page scrolls by nearly a screen; it reports whether there was something left.
func (r *Reader) Page(down bool) bool {
	if r.state != one {
		return false
	}
	step := r.scroll.Size().Height - 44
	if !down {
		step = -step
	}
	before := r.scroll.Offset
	r.scroll.ScrollToOffset(before.AddXY(0, step))
	return r.scroll.Offset != before
}

// top is where what is read begins.
func (r *Reader) top() float32 {
	if r.Strip.Visible() {
		return StripHeight
	}
	return 12
}

// MinSize implements fyne.CanvasObject.
func (r *Reader) MinSize() fyne.Size { return fyne.NewSize(360, 200) }

// CreateRenderer implements fyne.Widget.
func (r *Reader) CreateRenderer() fyne.WidgetRenderer {
	return &readerRenderer{r, canvas.NewRectangle(kit.Col(kit.Surface))}
}

type readerRenderer struct {
	reader *Reader
	ground *canvas.Rectangle
}

func (p *readerRenderer) Layout(s fyne.Size) {
	r := p.reader
	p.ground.Resize(s)
	top := r.top()
	r.Strip.Resize(fyne.NewSize(s.Width, StripHeight))
	rest := fyne.NewSize(s.Width, max(s.Height-top, 0))
	for _, o := range []fyne.CanvasObject{r.scroll, r.message, r.many} {
		o.Move(fyne.NewPos(0, top))
		o.Resize(rest)
	}
	y := top + 10
	for i, b := range r.bars {
		wide := [...]float32{0.45, 0.3, 0.8, 0.7}[i]
		high := float32(10)
		if i == 0 {
			high = 18
		}
		b.Move(fyne.NewPos(sidePad, y))
		b.Resize(fyne.NewSize((s.Width-2*sidePad)*wide, high))
		y += [...]float32{40, 40, 22, 22}[i]
	}
	r.placeTarget()
	r.placeFind()
	r.body.Update()
}

func (p *readerRenderer) MinSize() fyne.Size { return p.reader.MinSize() }
func (p *readerRenderer) Destroy()           {}
func (p *readerRenderer) Refresh() {
	p.ground.FillColor = kit.Col(kit.Surface)
	p.Layout(p.reader.Size())
	for _, o := range p.Objects() {
		o.Refresh()
	}
	canvas.Refresh(p.reader)
}

func (p *readerRenderer) Objects() []fyne.CanvasObject {
	r := p.reader
	out := []fyne.CanvasObject{p.ground, r.Strip, r.scroll, r.message, r.many} // the order that Tab goes in
	for _, b := range r.bars {
		out = append(out, b)
	}
	return append(out, r.target, r.find)
}
