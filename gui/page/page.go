package page

import (
	"context"
	"fmt"
	"image/color"
	"math"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"poplar/gui/kit"
	"poplar/mail/html"
	"poplar/mail/html/layout"
	"poplar/mail/html/paint"
)

// Options tie a Page to what is around it. Every function is called on the UI thread; any may be nil.
type Options struct {
	Loop kit.Loop // nil means kit.Main
	// OnLink is a click on a link.
	OnLink func(l html.Link)
	// OnHover is the link under the mouse; nil when it has gone.
	OnHover func(l *html.Link)
	// OnHeld tells, for each message shown, how many remote pictures are held back and how many trackers were found.
	OnHeld func(held, trackers int)
	// OnHeight tells that the contents have become higher or lower. The owner need not do anything where it lays
	// its children out by MinSize.
	OnHeight func(h float32)
	// OnShown tells that the message, at its present width, is laid out and on its way to the screen.
	OnShown func()
	// OnError is a failure of the engine; the text of the message is then shown plainly.
	OnError func(err error)
	// OnMenu may add to the menu under the right mouse button.
	OnMenu func(at Spot, items []*fyne.MenuItem) []*fyne.MenuItem
	// OnSave is asked to save a picture.
	OnSave func(p *html.Picture)
	// OnScroll is asked to scroll by keyboard where the Page follows no Scroll.
	OnScroll func(by float32)
	// Colours, if set, replace those of the theme.
	Colours func() Colours
}

// Spot is what lies under a point: a link, a picture, or neither.
type Spot struct {
	Link    *html.Link
	Picture *html.Picture
}

// Colours are the colours of what the author of a message left open, and of the widget's own marks.
type Colours struct {
	Dark                        bool
	Text, Back, Link            color.Color
	Quiet                       color.Color    // signatures of plain text
	Levels                      [4]color.Color // quotes of plain text, outermost first
	Pill                        color.Color    // under the words that fold a quote
	Line                        color.Color    // bars beside quotes
	Selection                   color.Color    // translucent
	Mark, MarkNow               color.Color    // what find has found, and the one it stands on; translucent
	HeldBack, HeldLine, HeldInk color.Color    // the place of a picture that is held back
}

// ThemeColours are the colours of the theme of the moment.
func ThemeColours() Colours {
	return Colours{
		Dark: kit.Dark(), Text: kit.Col(kit.Text), Back: kit.Col(kit.Surface), Link: kit.Col(kit.LinkText),
		Quiet: kit.Col(kit.Text2), Line: kit.Col(kit.Sep), Pill: kit.Col(kit.Pill),
		Levels:    [4]color.Color{kit.Col(kit.Info), kit.Col(kit.OK), kit.Col(kit.Violet), kit.Col(kit.Warn)},
		Selection: veil(kit.Col(kit.Accent), 0x40),
		Mark:      veil(kit.Col(kit.Mark), 0x90), MarkNow: veil(kit.Col(kit.Flag), 0xA0),
		HeldBack: kit.Col(kit.Footer), HeldLine: kit.Col(kit.Sep), HeldInk: kit.Col(kit.Text3),
	}
}

func veil(c color.Color, a uint8) color.Color {
	n := nrgba(c)
	n.A = a
	return n
}

func nrgba(c color.Color) color.NRGBA {
	if c == nil {
		return color.NRGBA{}
	}
	return color.NRGBAModel.Convert(c).(color.NRGBA)
}

// source is what a Page was asked to show.
type source struct {
	html     string
	text     string
	flowed   bool
	isHTML   bool
	cid      func(id string) ([]byte, string)
	pictures map[string][]byte
}

// Page is the widget. It is used on the UI thread only.
type Page struct {
	widget.BaseWidget
	o       Options
	painter *paint.Painter

	src      source
	doc      *html.Doc
	tree     *html.Tree
	box      *layout.Box
	page     *layout.Page
	empty    bool
	zoom     float32
	original bool   // the author's colours under a dark theme
	mono     bool   // plain text in letters of one width
	toggled  []bool // folds that are not as they were at first
	unfolded bool   // everything is shown
	passed   bool   // nothing is folded at first
	colours  Colours
	laidAt   float32 // width of page
	scale    float32 // units for one of its pixels
	left     float32 // how far it is scrolled sideways, in units
	cancel   context.CancelFunc
	serial   int

	top, bottom float32 // what is visible, in the widget's own units
	scroll      scroller
	tiles       map[int]*tile
	tileScale   float32
	tileCancel  context.CancelFunc
	tileCtx     context.Context

	anchor, caret layout.Pos
	selecting     bool
	selected      bool
	hovered       int
	focused       bool
	ringed        bool    // the focus is shown
	pressed       bool    // the mouse is bringing the keyboard here
	usual         float32 // the zoom that Ctrl 0 leads back to
	wheel         float32 // how far the wheel has turned towards the next step of zoom
	matches       []layout.Match
	match         int
	query         string
	cursor        desktop.Cursor
	lastTap       tapCount

	marks []*canvas.Rectangle // of the selection and of find, as many as are visible
}

var (
	_ fyne.Focusable         = (*Page)(nil)
	_ fyne.Shortcutable      = (*Page)(nil)
	_ fyne.SecondaryTappable = (*Page)(nil)
	_ fyne.Draggable         = (*Page)(nil)
	_ fyne.Scrollable        = (*Page)(nil)
	_ desktop.Mouseable      = (*Page)(nil)
	_ desktop.Hoverable      = (*Page)(nil)
	_ desktop.Cursorable     = (*Page)(nil)
)

// New makes an empty Page.
func New(o Options) *Page {
	if o.Loop == nil {
		o.Loop = kit.Main
	}
	p := &Page{o: o, painter: paint.New(), zoom: 1, usual: 1, scale: 1, tiles: map[int]*tile{}, empty: true, hovered: -1, cursor: desktop.DefaultCursor, match: -1}
	p.colours = p.themed()
	p.ExtendBaseWidget(p)
	return p
}

func (p *Page) themed() Colours {
	if p.o.Colours != nil {
		return p.o.Colours()
	}
	return ThemeColours()
}

// SetText shows a plain text body; flowed is format=flowed (RFC 3676).
func (p *Page) SetText(text string, flowed bool) { p.show(source{text: text, flowed: flowed}) }

// SetHTML shows an HTML body. cid returns an inline part by its Content-ID and its media type; it is called away from
// the UI thread. Remote pictures are held back.
func (p *Page) SetHTML(src string, cid func(id string) ([]byte, string)) {
	p.show(source{html: src, isHTML: true, cid: cid})
}

// Clear shows nothing.
func (p *Page) Clear() {
	p.stop()
	p.src, p.doc, p.tree, p.box, p.page = source{}, nil, nil, nil, nil
	p.empty = true
	p.reset()
	p.Refresh()
}

// Provide gives the page the contents of remote pictures, by their addresses, and shows it with them.
func (p *Page) Provide(pictures map[string][]byte) {
	if p.empty || !p.src.isHTML || len(pictures) == 0 {
		return
	}
	all := map[string][]byte{}
	for _, m := range []map[string][]byte{p.src.pictures, pictures} {
		for k, v := range m {
			all[k] = v
		}
	}
	p.src.pictures = all
	p.doc, p.tree, p.box = nil, nil, nil
	p.arrange()
}

// Doc is the message that is shown; nil before it was read.
func (p *Page) Doc() *html.Doc { return p.doc }

// Laid is the message as laid out; nil before that.
func (p *Page) Laid() *layout.Page { return p.page }

func (p *Page) show(s source) {
	p.stop()
	p.src = s
	p.doc, p.tree, p.box, p.page = nil, nil, nil, nil
	p.empty = false
	p.reset()
	p.arrange()
	p.Refresh()
}

// reset forgets what belonged to the message before.
func (p *Page) reset() {
	p.selected, p.selecting = false, false
	p.matches, p.match, p.query = nil, -1, ""
	p.toggled, p.unfolded = nil, false
	p.laidAt, p.left = 0, 0
	p.dropTiles()
	p.hover(-1)
}

func (p *Page) stop() {
	if p.cancel != nil {
		p.cancel()
		p.cancel = nil
	}
	p.serial++
}

// Zoom is the size of the message; 1 is 100 %.
func (p *Page) Zoom() float32 { return p.zoom }

// SetZoom shows the message larger or smaller, between 0.3 and 5.
func (p *Page) SetZoom(z float32) {
	z = min(max(z, 0.3), 5)
	if z == p.zoom {
		return
	}
	p.zoom = z
	p.arrange()
}

// SetOriginal keeps the author's colours under a dark theme, or gives them up again.
func (p *Page) SetOriginal(on bool) {
	if on == p.original {
		return
	}
	p.original = on
	p.tree, p.box = nil, nil
	p.arrange()
}

// Original reports whether the author's colours are kept.
func (p *Page) Original() bool { return p.original }

// result is what arranging gives.
type result struct {
	doc  *html.Doc
	tree *html.Tree
	box  *layout.Box
	page *layout.Page
}

// arrangement is what arranging is done for.
type arrangement struct {
	v      html.Viewport
	pixels float32 // device pixels for one CSS pixel, as far as is known before
	shrink bool    // what is a little too wide is made smaller
}

// plainSize is the font size of plain text, and of HTML that sets none, in units.
const plainSize = 14

// arrange reads, styles and lays out what is not yet, away from the UI thread, for the present width.
func (p *Page) arrange() {
	width := p.Size().Width
	if p.empty || width < 1 {
		return
	}
	p.stop()
	ctx, cancel := context.WithCancel(context.Background())
	p.cancel = cancel
	serial := p.serial
	have := result{p.doc, p.tree, p.box, nil}
	src := p.src
	at := arrangement{v: p.viewport(width), pixels: p.pixelScale() * p.zoom, shrink: p.zoom <= p.usual}
	zoom := p.zoom
	fit := float32(1)
	kit.Go(ctx, p.o.Loop, func(ctx context.Context) (result, error) {
		r, err := arrange(ctx, src, have, at)
		if err == nil {
			r, fit, err = src.fit(ctx, r, at)
		}
		return r, err
	}, func(r result, err error) {
		if serial != p.serial {
			return
		}
		if err != nil {
			p.failed(err)
			return
		}
		p.scale = zoom * fit
		p.arranged(r, width)
	})
}

func (p *Page) viewport(width float32) html.Viewport {
	c := p.colours
	size := float32(plainSize)
	if p.src.isHTML {
		size = 0
	}
	return html.Viewport{
		Width: math.Floor(float64(width/p.zoom)*64) / 64, Dark: c.Dark, Original: p.original, TextSize: size,
		Palette: html.Palette{
			Text: nrgba(c.Text), Back: nrgba(c.Back), Link: nrgba(c.Link), Quiet: nrgba(c.Quiet), Line: nrgba(c.Line), Pill: nrgba(c.Pill),
			Levels: [4]html.Colour{nrgba(c.Levels[0]), nrgba(c.Levels[1]), nrgba(c.Levels[2]), nrgba(c.Levels[3])},
		},
		Mono: p.mono, Folding: p.folding(), BreakWords: true,
	}
}

func arrange(ctx context.Context, src source, r result, at arrangement) (result, error) {
	v, subpixel := at.v, at.pixels != 1
	f, err := fonts()
	if err != nil {
		return r, err
	}
	if r.doc == nil {
		if src.isHTML {
			r.doc, err = html.Read(ctx, src.html, html.Options{CID: src.cid, Picture: func(url string) []byte { return src.pictures[url] }})
			if err != nil {
				return r, err
			}
		} else {
			r.doc = html.ReadText(src.text, src.flowed)
		}
		r.tree = nil
	}
	if r.tree == nil || !r.tree.Fits(v) {
		if r.tree, err = r.doc.Style(ctx, v); err != nil {
			return r, err
		}
		r.box = nil
	}
	o := layout.Options{Width: v.Width, Subpixel: subpixel}
	if r.box == nil || r.box.Stale() || r.box.Subpixel() != subpixel {
		if r.box, err = layout.Build(ctx, r.tree, f, o); err != nil {
			return r, err
		}
	}
	r.page, err = r.box.Layout(ctx, o)
	return r, err
}

func (p *Page) arranged(r result, width float32) {
	first := p.doc != r.doc
	p.doc, p.tree, p.box, p.page = r.doc, r.tree, r.box, r.page
	p.laidAt = width
	p.left = min(p.left, p.over())
	p.dropTiles()
	if p.selected && p.caret.Word >= len(p.page.Words) {
		p.selected = false
	}
	p.refind()
	if first && p.o.OnHeld != nil {
		p.o.OnHeld(r.doc.Held, r.doc.Trackers)
	}
	p.Refresh()
	if p.o.OnHeight != nil {
		p.o.OnHeight(p.contentHeight())
	}
	p.Update()
	if p.o.OnShown != nil {
		p.o.OnShown()
	}
}

// failed falls back to the message's plain text.
func (p *Page) failed(err error) {
	if p.o.OnError != nil {
		p.o.OnError(fmt.Errorf("the message could not be drawn: %w", err))
	}
	if p.src.isHTML {
		text := p.src.html
		p.src = source{}
		ctx, cancel := context.WithCancel(context.Background())
		p.stop()
		p.cancel = cancel
		serial := p.serial
		kit.Go(ctx, p.o.Loop, func(context.Context) (string, error) { return html.Text(text), nil }, func(s string, err error) {
			if serial == p.serial && err == nil {
				p.SetText(s, false)
			}
		})
	}
}

// contentHeight is the height of the message at its present width, in units.
func (p *Page) contentHeight() float32 {
	if p.page == nil {
		return 0
	}
	return float32(p.page.Height) * p.scale
}

// Height is how high the message is at the width it was last laid out for; 0 before that.
func (p *Page) Height() float32 { return p.contentHeight() }

// MinSize is the height of the message at its present width. Its width is small: a Page takes any.
func (p *Page) MinSize() fyne.Size {
	p.ExtendBaseWidget(p)
	return fyne.NewSize(120, p.contentHeight())
}

// Resize lays the message out anew where the width has changed.
func (p *Page) Resize(s fyne.Size) {
	old := p.Size()
	p.BaseWidget.Resize(s)
	if s.Width != old.Width && s.Width != p.laidAt {
		p.arrange()
	} else if s != old {
		p.Update()
	}
}

// Refresh takes up the colours of the theme.
func (p *Page) Refresh() {
	if c := p.themed(); c != p.colours {
		p.colours = c
		p.tree, p.box = nil, nil
		p.dropTiles()
		p.arrange()
	}
	p.BaseWidget.Refresh()
}

func (p *Page) pixelScale() float32 {
	if c := fyne.CurrentApp().Driver().CanvasForObject(p); c != nil {
		if s := c.Scale(); s > 0 {
			return s
		}
	}
	return 1
}
