package page

import (
	"image"
	"image/color"
	"image/png"
	"os"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"poplar/gui/kit"
	"poplar/mail/html"
)

// bench is a Page in a window, between two labels in one scroll, with its loop in the test's hands.
type bench struct {
	*Page
	t      *testing.T
	q      *kit.Queue
	win    fyne.Window
	scroll *container.Scroll
	links  []string
	hover  string
	held   []int
	shown  int
}

func newBench(t *testing.T) *bench {
	t.Helper()
	test.NewTempApp(t)
	b := &bench{t: t, q: kit.NewQueue()}
	b.Page = New(Options{
		Loop:   b.q.Loop,
		OnLink: func(l html.Link) { b.links = append(b.links, l.URL) },
		OnHover: func(l *html.Link) {
			b.hover = ""
			if l != nil {
				b.hover = l.URL
			}
		},
		OnHeld:  func(n, trackers int) { b.held = []int{n, trackers} },
		OnShown: func() { b.shown++ },
		OnError: func(err error) { t.Error(err) },
	})
	b.scroll = container.NewVScroll(container.NewVBox(widget.NewLabel("head"), b.Page, widget.NewLabel("foot")))
	b.Follow(b.scroll)
	b.win = test.NewTempWindow(t, b.scroll)
	b.win.Resize(fyne.NewSize(500, 400))
	return b
}

// wait runs the loop until the message is laid out and every visible tile is there.
func (b *bench) wait() {
	b.t.Helper()
	if !b.q.Until(time.Minute, func() bool {
		if b.page == nil || b.laidAt != b.Size().Width {
			return false
		}
		if first, last := b.wanted(); last >= first {
			for n := first; n <= last; n++ {
				if t := b.tiles[n]; t == nil || !t.ready {
					return false
				}
			}
		}
		return true
	}) {
		b.t.Fatal("the page was not drawn")
	}
	if n := b.Height(); n > 0 && b.Size().Height != n {
		// What the canvas does before each frame.
		b.scroll.Content.Resize(fyne.NewSize(b.scroll.Size().Width, b.scroll.Content.MinSize().Height))
		b.scroll.Refresh()
		b.Update()
		b.q.Until(time.Minute, func() bool {
			first, last := b.wanted()
			for n := first; n <= last; n++ {
				if t := b.tiles[n]; t == nil || !t.ready {
					return false
				}
			}
			return true
		})
	}
}

func (b *bench) mouse(x, y float32) *desktop.MouseEvent {
	return &desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(x, y)}, Button: desktop.MouseButtonPrimary}
}

// middle is the middle of the nth occurrence of a word, in the widget's units.
func (b *bench) middle(word string) (float32, float32) {
	b.t.Helper()
	for _, w := range b.page.Boxes() {
		if strings.Contains(w.Text, word) {
			return float32(w.X+w.W/2) * b.zoom, float32(w.Y+w.H/2) * b.zoom
		}
	}
	b.t.Fatalf("no word %q on the page", word)
	return 0, 0
}

func (b *bench) shot(name string) {
	if dir := os.Getenv("POPLAR_SHOTS"); dir != "" {
		f, err := os.Create(dir + "/" + name)
		if err != nil {
			b.t.Fatal(err)
		}
		defer f.Close()
		if err := png.Encode(f, b.win.Canvas().Capture()); err != nil {
			b.t.Fatal(err)
		}
	}
}

const sample = "Dear Marta,\n\nthe plan is at https://example.com/plan and I like it.\n附件收到，我已经转给财务。\n\n> you wrote\n> this\n\nJonas"

func TestTextIsShownSelectedAndCopied(t *testing.T) {
	b := newBench(t)
	b.SetText(sample, false)
	b.wait()
	if b.Height() < 150 {
		t.Errorf("height %v", b.Height())
	}
	b.SelectAll()
	b.shot("text.png")
	if got := b.Selected(); got != "Dear Marta,\n\nthe plan is at https://example.com/plan and I like it.\n附件收到，我已经转给财务。\n\nyou wrote\nthis\n\nJonas" {
		t.Errorf("selected %q", got)
	}
	b.TypedShortcut(&fyne.ShortcutCopy{})
	if got := fyne.CurrentApp().Clipboard().Content(); !strings.HasPrefix(got, "Dear Marta") {
		t.Errorf("clipboard %q", got)
	}
	x0, y0 := b.middle("Marta")
	x1, y1 := b.middle("收")
	b.MouseDown(b.mouse(x0, y0))
	b.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(x1+9, y1)}})
	b.DragEnd()
	b.MouseUp(b.mouse(x1+9, y1))
	if got := b.Selected(); !strings.HasPrefix(got, "rta,\n\nthe") && !strings.HasPrefix(got, "ta,\n\nthe") || !strings.HasSuffix(got, "附件收") {
		t.Errorf("dragged over %q", got)
	}
}

func TestLinks(t *testing.T) {
	b := newBench(t)
	b.SetText(sample, false)
	b.wait()
	x, y := b.middle("example.com")
	b.MouseMoved(b.mouse(x, y))
	if b.hover != "https://example.com/plan" || b.Cursor() != desktop.PointerCursor {
		t.Errorf("hover %q, cursor %v", b.hover, b.Cursor())
	}
	b.MouseDown(b.mouse(x, y))
	b.MouseUp(b.mouse(x, y))
	if len(b.links) != 1 || b.links[0] != "https://example.com/plan" {
		t.Errorf("links %q", b.links)
	}
	b.MouseMoved(b.mouse(2, 300))
	if b.hover != "" || b.Cursor() != desktop.DefaultCursor {
		t.Errorf("hover %q beside the text", b.hover)
	}
}

func TestLongTextHasFewTiles(t *testing.T) {
	b := newBench(t)
	b.SetText(strings.Repeat("A line of a long message that goes on and on.\n", 4000), false)
	b.wait()
	if b.Height() < 80_000 {
		t.Fatalf("height %v", b.Height())
	}
	if n := len(b.tiles); n > 12 {
		t.Errorf("%d tiles", n)
	}
	b.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEnd})
	b.wait()
	if n := len(b.tiles); n > 12 || n == 0 {
		t.Errorf("%d tiles at the end", n)
	}
	if b.bottom < b.Height() {
		t.Errorf("End stopped at %v of %v", b.bottom, b.Height())
	}
	b.TypedRune(' ')
	b.TypedKey(&fyne.KeyEvent{Name: fyne.KeyHome})
	if b.scroll.Offset.Y != 0 {
		t.Errorf("Home stopped at %v", b.scroll.Offset.Y)
	}
}

func TestZoomAndFind(t *testing.T) {
	b := newBench(t)
	b.SetText(strings.Repeat("filler\n", 200)+"the Needle is here and needle there", false)
	b.wait()
	h := b.Height()
	n, at := b.Find("NEEDLE")
	if n != 2 || at != 0 {
		t.Fatalf("found %d, at %d", n, at)
	}
	if b.scroll.Offset.Y == 0 {
		t.Error("the match was not scrolled to")
	}
	if n, at = b.FindNext(-1); at != 1 {
		t.Errorf("before the first comes %d of %d", at, n)
	}
	b.ZoomKey(&desktop.CustomShortcut{KeyName: fyne.KeyPlus, Modifier: fyne.KeyModifierShortcutDefault})
	b.q.Until(time.Minute, func() bool { return b.Height() != h })
	b.wait()
	if b.Zoom() != 1.1 || b.Height() < h*1.05 {
		t.Errorf("zoom %v, height %v after %v", b.Zoom(), b.Height(), h)
	}
	b.shot("find.png")
}

const newsletter = `<!DOCTYPE html><style>body{background:#f0f0f0;margin:0}.c{width:400px;margin:0 auto;background:#fff;padding:16px}a.b{background:#1b7a4e;color:#fff;padding:8px 14px;border-radius:4px;text-decoration:none;display:inline-block}</style>
<div class=c><h2>A letter</h2><p>With <b>bold</b> text, <a href="https://example.com/a">a link</a> and pictures.</p><img src="https://pictures.example/a.png" width=120 height=60 alt="Held"><img src="cid:logo" width=40 height=40>
<img src="https://t.example/p.gif" width=1 height=1><p><a class=b href="https://example.com/b">Button</a></p><table border=1 cellpadding=4><tr><td>1<td>中文</table></div>`

var gif = []byte("GIF89a\x01\x00\x01\x00\x80\x00\x00\xff\x00\x00\x00\x00\x00!\xf9\x04\x00\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;")

func TestHTMLIsShown(t *testing.T) {
	b := newBench(t)
	b.SetHTML(newsletter, func(id string) ([]byte, string) {
		if id == "logo" {
			return gif, "image/gif"
		}
		return nil, ""
	})
	b.wait()
	b.shot("html.png")
	for n, tile := range b.tiles {
		if r := tile.img.Image.Bounds(); r.Min != (image.Point{}) || n == 0 && r.Dy() != tileHeight {
			t.Errorf("tile %d is a picture of %v", n, r)
		}
	}
	if len(b.held) != 2 || b.held[0] != 1 || b.held[1] != 1 {
		t.Errorf("held pictures and trackers: %v", b.held)
	}
	x, y := b.middle("Button")
	b.MouseDown(b.mouse(x, y))
	b.MouseUp(b.mouse(x, y))
	if len(b.links) != 1 || b.links[0] != "https://example.com/b" {
		t.Errorf("links %q", b.links)
	}
	b.SelectAll()
	if got := b.Selected(); !strings.HasPrefix(got, "A letter\n\nWith bold text, a link and pictures.") || !strings.HasSuffix(got, "1\t中文") {
		t.Errorf("selected %q", got)
	}
	b.Deselect()
	shown := b.shown
	b.Provide(map[string][]byte{"https://pictures.example/a.png": gif})
	if !b.q.Until(time.Minute, func() bool { return b.shown > shown }) {
		t.Fatal("the pictures were not taken up")
	}
	if b.held[0] != 0 {
		t.Errorf("%d pictures are still held back", b.held[0])
	}
}

func TestColoursFollowTheTheme(t *testing.T) {
	b := newBench(t)
	dark := false
	b.o.Colours = func() Colours {
		c := ThemeColours()
		if dark {
			c.Dark, c.Back, c.Text = true, color.NRGBA{0x1D, 0x22, 0x20, 255}, color.NRGBA{0xE5, 0xEA, 0xE7, 255}
		}
		return c
	}
	b.SetHTML(newsletter, nil)
	b.wait()
	light := b.page.Canvas
	dark = true
	shown := b.shown
	b.Refresh()
	if !b.q.Until(time.Minute, func() bool { return b.shown > shown }) {
		t.Fatal("the page kept its colours")
	}
	b.wait()
	b.shot("dark.png")
	if c := b.page.Canvas; c == light || int(c.R)+int(c.G)+int(c.B) > 3*90 {
		t.Errorf("canvas %v after %v", c, light)
	}
	b.SetOriginal(true)
	shown = b.shown
	b.q.Until(time.Minute, func() bool { return b.shown > shown })
	if b.page.Canvas != light {
		t.Errorf("original canvas %v, want %v", b.page.Canvas, light)
	}
}

func TestResizing(t *testing.T) {
	b := newBench(t)
	b.SetText(strings.Repeat("word ", 300), false)
	b.wait()
	h := b.Height()
	b.win.Resize(fyne.NewSize(300, 400))
	b.wait()
	if b.Height() <= h {
		t.Errorf("narrower, and still %v high", b.Height())
	}
}

func TestMenuAndDoubleClick(t *testing.T) {
	b := newBench(t)
	b.SetText(sample, false)
	b.wait()
	x, y := b.middle("Marta")
	for range 2 {
		b.MouseDown(b.mouse(x, y))
		b.MouseUp(b.mouse(x, y))
	}
	if got := b.Selected(); got != "Marta" {
		t.Errorf("double click selects %q", got)
	}
	x, y = b.middle("example.com")
	var labels []string
	for _, i := range b.menu(b.spot(fyne.NewPos(x, y))) {
		labels = append(labels, i.Label)
	}
	if s := strings.Join(labels, "|"); s != "Copy|Select all||Open link|Copy link" {
		t.Errorf("menu %s", s)
	}
}

func TestClearAndFail(t *testing.T) {
	b := newBench(t)
	b.SetText(sample, false)
	b.wait()
	b.Clear()
	if b.Height() != 0 || b.Selected() != "" {
		t.Errorf("height %v after Clear", b.Height())
	}
	b.SelectAll()
	b.Find("x")
	b.MouseMoved(b.mouse(5, 5))
	b.MouseDown(b.mouse(5, 5))
	b.MouseUp(b.mouse(5, 5))
	b.SetText("again", false)
	b.wait()
}

func TestEarlierTextFoldsAndIsFound(t *testing.T) {
	b := newBench(t)
	b.SetText("Yes, please.\n\nMarta wrote:\n> shall\n> we\n> take\n> the train?\n", false)
	b.wait()
	low := b.Height()
	x, y := b.middle("earlier")
	b.MouseMoved(b.mouse(x, y))
	if b.hover != "" || b.Cursor() != desktop.PointerCursor {
		t.Errorf("hover %q, cursor %v", b.hover, b.Cursor())
	}
	b.shot("folded.png")
	click := func() {
		b.MouseDown(b.mouse(x, y))
		b.MouseUp(b.mouse(x, y))
	}
	click()
	if !b.q.Until(time.Minute, func() bool { return b.Height() > low+60 }) {
		t.Fatalf("it stays %v high", b.Height())
	}
	b.wait()
	b.shot("unfolded.png")
	b.lastTap.count = 0
	b.lastTap.pos = fyne.Position{}
	click()
	if !b.q.Until(time.Minute, func() bool { return b.Height() == low }) || len(b.links) != 0 {
		t.Errorf("it is %v high, and %q were opened", b.Height(), b.links)
	}
	b.Find("train")
	if !b.q.Until(time.Minute, func() bool { return len(b.matches) == 1 }) {
		t.Error("what is folded is not found")
	}
	b.SetMono(true)
	if !b.q.Until(time.Minute, func() bool { return b.tree != nil && b.tree.Fits(html.Viewport{Mono: true}) }) {
		t.Error("the letters stay as they are")
	}
}

// What is a little too wide is made smaller so that it fits; what is much too wide, or made larger by the person, is
// scrolled sideways.
func TestWideMessages(t *testing.T) {
	b := newBench(t)
	b.SetHTML(`<body style="margin:0"><table width=600 cellspacing=0 cellpadding=0><tr><td><a href="https://a.example/">left</a><td align=right><a href="https://b.example/">right</a></table>`, nil)
	b.wait()
	if b.over() > 0 || b.scale >= 1 || b.scale < 0.7 {
		t.Errorf("scale %v, %v too wide", b.scale, b.over())
	}
	b.hoverAt(b.Size().Width-10, 10)
	if b.hover != "https://b.example/" {
		t.Errorf("at the right end is %q", b.hover)
	}
	zoom := func(z float32) {
		before := b.page
		b.SetZoom(z)
		b.q.Until(time.Minute, func() bool { return b.page != before })
		b.wait()
	}
	zoom(2)
	if b.over() < 600 {
		t.Errorf("enlarged it is %v too wide", b.over())
	}
	b.hoverAt(10, 10)
	if b.hover != "https://a.example/" {
		t.Errorf("at the left end is %q", b.hover)
	}
	b.TypedKey(&fyne.KeyEvent{Name: fyne.KeyRight})
	if b.left != lineStep {
		t.Errorf("a step to the right leads to %v", b.left)
	}
	b.Scrolled(&fyne.ScrollEvent{Scrolled: fyne.Delta{DX: -5000}})
	b.wait()
	b.hoverAt(b.Size().Width-20, 10)
	if b.left != b.over() || b.hover != "https://b.example/" {
		t.Errorf("scrolled to %v of %v, there is %q", b.left, b.over(), b.hover)
	}
	zoom(1)
	if b.left != 0 || b.over() > 0 {
		t.Errorf("back at %v", b.left)
	}
	b.SetHTML(`<div style="width:3000px;background:red">wide</div>`, nil)
	b.wait()
	if b.scale != 1 || b.over() < 2000 {
		t.Errorf("scale %v, %v too wide", b.scale, b.over())
	}
	b.SetHTML("<p>"+strings.Repeat("long", 400)+"</p>", nil)
	b.wait()
	if b.scale != 1 || b.over() > 0 {
		t.Errorf("a long word: scale %v, %v too wide", b.scale, b.over())
	}
}

func (b *bench) hoverAt(x, y float32) {
	b.MouseMoved(&desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(x, y)}})
}
