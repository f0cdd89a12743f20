package reader

import (
	"context"
	"sync"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"poplar/gui/kit"
	"poplar/gui/model"
)

// Pictures says what may become of pictures that lie on the network.
type Pictures struct {
	// Fetch fetches them, telling each when it is there, and returns how many could not be had. It is called away from
	// the UI thread, and only once the person has said so; nil: they stay where they are.
	Fetch func(ctx context.Context, addresses []string, got func(address string, data []byte)) (missing int)
	// Always reports whether the person wants them from a sender without being asked.
	Always func(addr string) bool
	// OnAlways asks for that to be so from now on: an address, or a domain with @ before it.
	OnAlways func(whom string)
}

// showEvery is how long pictures that have arrived wait for others, so that the message is not laid out for each.
const showEvery = 600 * time.Millisecond

// fetching is what is known of the pictures of the message that is shown.
type fetching struct {
	held, trackers int
	consent        bool // the person has said yes, for this message or for its sender
	busy           bool
	closed         bool // the bar was closed
	cancel         context.CancelFunc
}

// SetPictures says what may become of pictures of the network.
func (r *Reader) SetPictures(p Pictures) { r.pictures = p }

// forgetPictures is called when another message comes.
func (r *Reader) forgetPictures() {
	if r.fetch.cancel != nil {
		r.fetch.cancel()
	}
	r.fetch = fetching{}
	r.notes.set(notePictures, nil)
}

// told hears from the page how many pictures are held back, and how many would only have told that the message was read.
func (r *Reader) told(held, trackers int) {
	f := &r.fetch
	f.held, f.trackers = held, trackers
	if held > 0 && !f.consent && !f.closed && r.pictures.Fetch != nil && r.pictures.Always != nil && r.believed() && r.pictures.Always(r.sender()) {
		r.showPictures()
		return
	}
	r.placePictures()
}

// sender is whom the message says it is from.
func (r *Reader) sender() string {
	if r.msg == nil || len(r.msg.From) != 1 {
		return "" // several senders are nobody to be trusted
	}
	return r.msg.From[0].Addr
}

// believed reports whether nothing speaks against the message being from whom it says.
func (r *Reader) believed() bool { return r.notes.slots[noteWarning] == nil }

// placePictures shows the bar, if there is something to say.
func (r *Reader) placePictures() {
	f := &r.fetch
	switch {
	case f.closed || f.busy || f.held == 0 && (f.trackers == 0 || f.consent), r.msg == nil:
		r.notes.set(notePictures, nil)
	default:
		r.notes.set(notePictures, newPictureBar(r))
	}
}

// showPictures fetches what is held back and shows it.
func (r *Reader) showPictures() {
	addresses := r.body.HeldPictures()
	f := &r.fetch
	if f.busy || len(addresses) == 0 || r.pictures.Fetch == nil {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	f.consent, f.busy, f.cancel = true, true, cancel
	r.placePictures()
	var mu sync.Mutex
	arrived := map[string][]byte{}
	take := func() map[string][]byte {
		mu.Lock()
		defer mu.Unlock()
		now := arrived
		arrived = map[string][]byte{}
		return now
	}
	var tick func()
	tick = func() {
		if ctx.Err() != nil || !r.fetch.busy {
			return
		}
		if now := take(); len(now) > 0 {
			r.body.Provide(now)
		}
		kit.After(r.loop, showEvery, tick)
	}
	kit.After(r.loop, showEvery, tick)
	fetch := r.pictures.Fetch
	kit.Go(ctx, r.loop, func(ctx context.Context) (int, error) {
		return fetch(ctx, addresses, func(address string, data []byte) {
			mu.Lock()
			defer mu.Unlock()
			arrived[address] = data
		}), nil
	}, func(_ int, _ error) {
		r.fetch.busy = false
		cancel()
		if now := take(); len(now) > 0 {
			r.body.Provide(now) // it tells what is still held back
			return
		}
		r.placePictures()
	})
}

// Always shows the pictures of this message and from now on those of a sender, or of a domain with @ before it.
func (r *Reader) Always(whom string) {
	if r.pictures.OnAlways != nil {
		r.pictures.OnAlways(whom)
	}
	r.showPictures()
}

// alwaysMenu offers to show pictures of a sender from now on.
func (r *Reader) alwaysMenu(at fyne.Position, c fyne.Canvas) {
	items := []*fyne.MenuItem{fyne.NewMenuItem(kit.T("Show once"), r.showPictures)}
	sender, domain := model.PictureChoices(r.sender())
	for _, whom := range []string{sender, domain} {
		if whom == "" {
			continue
		}
		label := kit.T("Always from %s", whom)
		if whom == domain {
			label = kit.T("Always from everybody at %s", whom[1:])
		}
		items = append(items, fyne.NewMenuItem(label, func() { r.Always(whom) }))
	}
	kit.PopUp(fyne.NewMenu("", items...), c, at)
}

// pictureBar says how many pictures are held back, and has a button that shows them.
type pictureBar struct {
	widget.BaseWidget
	ground      *kit.Fill
	icon        *kit.Glyph
	title, text *kit.Para
	show        *kit.Button
	always      *kit.IconButton
	cross       *kit.IconButton
}

func newPictureBar(r *Reader) *pictureBar {
	f := &r.fetch
	b := &pictureBar{ground: kit.NewFill(kit.InfoBg, 8), icon: kit.NewGlyph("image", 16, kit.Info)}
	title, text := kit.N(f.held, "%d picture from the internet is held back", "%d pictures from the internet are held back"), ""
	switch {
	case f.consent:
		title = kit.N(f.held, "%d picture could not be loaded", "%d pictures could not be loaded")
	case f.held == 0:
		title, text = kit.N(f.trackers, "%d tracker is blocked", "%d trackers are blocked"), kit.T("It would have told the sender that you opened the message.")
	case f.trackers > 0:
		text = kit.N(f.trackers, "%d tracker is blocked", "%d trackers are blocked")
	}
	b.title, b.text = kit.NewPara(title, 13, true, kit.Text), kit.NewPara(text, 12, false, kit.Text2)
	show(b.text, text != "")
	label := kit.N(f.held, "Show %d picture", "Show %d pictures")
	if f.consent {
		label = kit.T("Try again")
	}
	b.show = kit.NewButton(label, "", kit.Plain, r.showPictures)
	b.always = kit.NewIconButton("down", kit.T("More choices"), func() {
		d := fyne.CurrentApp().Driver()
		if c := d.CanvasForObject(b.always); c != nil {
			r.alwaysMenu(d.AbsolutePositionForObject(b.always).AddXY(0, b.always.Size().Height+2), c)
		}
	}).Sized(kit.ControlHeight, 14)
	b.cross = kit.NewIconButton("x", kit.T("Close"), func() {
		r.fetch.closed = true
		r.placePictures()
	}).Sized(24, 14)
	show(b.show, f.held > 0)
	show(b.always, f.held > 0 && !f.consent && r.sender() != "")
	b.ExtendBaseWidget(b)
	return b
}

const (
	pictureLead = 40
	pictureEnd  = 12
)

// controls is the room the buttons need, from the right edge.
func (b *pictureBar) controls() float32 {
	w := float32(pictureEnd + 24)
	if b.show.Visible() {
		w += 10 + b.show.MinSize().Width
	}
	if b.always.Visible() {
		w += 2 + kit.ControlHeight
	}
	return w + 10
}

// narrow reports whether the buttons stand below the words.
func (b *pictureBar) narrow(width float32) bool { return width-pictureLead-b.controls() < 170 }

// words are the widths and heights of what the bar says.
func (b *pictureBar) words(width float32) (w, title, text float32) {
	w = width - pictureLead - b.controls()
	if b.narrow(width) {
		w = width - pictureLead - pictureEnd - 30
	}
	w = max(w, 60)
	title = b.title.Height(w)
	if b.text.Visible() {
		text = b.text.Height(w)
	}
	return w, title, text
}

// Height is what the bar needs at a width.
func (b *pictureBar) Height(width float32) float32 {
	_, title, text := b.words(width)
	h := title + text + 16
	if b.narrow(width) && b.show.Visible() {
		return h + kit.ControlHeight + 8
	}
	return max(h, 46)
}

// MinSize implements fyne.CanvasObject.
func (b *pictureBar) MinSize() fyne.Size {
	return fyne.NewSize(200, b.Height(max(200, b.Size().Width)))
}

// CreateRenderer implements fyne.Widget.
func (b *pictureBar) CreateRenderer() fyne.WidgetRenderer {
	return &pictureBarRenderer{b}
}

type pictureBarRenderer struct{ bar *pictureBar }

func (r *pictureBarRenderer) Layout(s fyne.Size) {
	b := r.bar
	b.ground.Resize(s)
	w, title, text := b.words(s.Width)
	high := s.Height
	narrow := b.narrow(s.Width) && b.show.Visible()
	if narrow {
		high -= kit.ControlHeight + 8
	}
	y := float32(int((high - title - text) / 2))
	b.icon.Place(13, float32(int(high/2))-8)
	b.title.Move(fyne.NewPos(pictureLead, y))
	b.title.Resize(fyne.NewSize(w, title))
	b.text.Move(fyne.NewPos(pictureLead, y+title))
	b.text.Resize(fyne.NewSize(w, text))
	x := s.Width - pictureEnd - 24
	b.cross.Move(fyne.NewPos(x+4, float32(int(high/2))-12))
	b.cross.Resize(fyne.NewSquareSize(24))
	x -= 10
	top := float32(int((high - kit.ControlHeight) / 2))
	m := b.show.MinSize()
	if narrow {
		top = s.Height - kit.ControlHeight - 10
		x = pictureLead + m.Width
		if b.always.Visible() {
			x += 2 + kit.ControlHeight
		}
	}
	if b.always.Visible() {
		x -= kit.ControlHeight
		b.always.Move(fyne.NewPos(x, top))
		b.always.Resize(fyne.NewSquareSize(kit.ControlHeight))
		x -= 2
	}
	b.show.Move(fyne.NewPos(x-m.Width, top))
	b.show.Resize(m)
}

func (r *pictureBarRenderer) MinSize() fyne.Size { return r.bar.MinSize() }
func (r *pictureBarRenderer) Destroy()           {}
func (r *pictureBarRenderer) Refresh() {
	r.Layout(r.bar.Size())
	for _, o := range r.Objects() {
		o.Refresh()
	}
}

func (r *pictureBarRenderer) Objects() []fyne.CanvasObject {
	b := r.bar
	return []fyne.CanvasObject{b.ground, b.icon, b.title, b.text, b.show, b.always, b.cross}
}
