package browse

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"poplar/gui/kit"
	"poplar/gui/model"
	"poplar/mail"
)

// Heights shared by the columns of the window.
const (
	StripHeight = 48
	titleHeight = 36
	foundHeight = 30
)

// Pane is the middle column: the search field, the title of what is listed, and the list. Its filter and order are
// the person's until another folder is chosen.
type Pane struct {
	widget.BaseWidget
	List   *List
	Search *SearchBox
	// OnTitle tells what is listed now, for the window's title.
	OnTitle func(string)
	// OnRead tells that the list was read, and whether there is anything in it.
	OnRead func(anything bool)
	// OnBack leads back from a message in a narrow window; the button shows while Narrow.
	OnBack func()
	// Minutes is how often Poplar checks, for the hint of an empty inbox; 0: by hand.
	Minutes func() int

	loop    kit.Loop
	entry   model.Entry // the folder chosen, also while searching
	title   *kit.Line
	count   *kit.Line
	filter  *kit.IconButton
	order   *kit.IconButton
	fresh   *freshPill
	empty   *emptyState
	loaded  bool
	took    time.Duration
	unread  int
	compact bool // no room for previews
	preview int
	lay     func() // places everything; nil before it is drawn
}

// NewPane returns the column over a list.
func NewPane(loop kit.Loop, list *List) *Pane {
	p := &Pane{
		List: list, Search: NewSearchBox(loop), loop: loop, title: kit.NewLine("", 15, true, kit.Text),
		count: kit.NewLine("", 12, false, kit.Text2), empty: newEmptyState(),
	}
	p.filter = kit.NewIconButton("filter", kit.T("Only unread"), func() { p.ask(!p.filter.On(), p.order.On()) })
	p.order = kit.NewIconButton("sort", kit.T("Oldest first"), func() { p.ask(p.filter.On(), !p.order.On()) })
	p.fresh = newFreshPill(func() { p.List.ScrollToTop() })
	p.fresh.Hide()
	p.empty.Hide()
	p.Search.OnSearch = p.search
	p.Search.OnDone = func() { p.List.First() }
	list.OnLoaded = func(_ int, took time.Duration) {
		p.loaded, p.took = true, took
		p.update()
		if p.OnRead != nil {
			p.OnRead(list.Total() > 0)
		}
	}
	list.OnNew = func(n int) { p.fresh.set(n) }
	p.ExtendBaseWidget(p)
	return p
}

// Open lists a line of the folder column.
func (p *Pane) Open(e model.Entry) {
	p.entry = e
	p.Search.Reset()
	p.filter.SetOn(false)
	p.order.SetOn(false)
	p.list(e.Query)
}

// Entry is the folder that is listed, or was before the search.
func (p *Pane) Entry() model.Entry { return p.entry }

// SetEntry takes in what changed about the folder: its name, its counts.
func (p *Pane) SetEntry(e model.Entry, unread int) {
	p.entry, p.unread = e, unread
	p.update()
}

// Searching reports whether what is listed was searched for.
func (p *Pane) Searching() bool { return p.List.Query().Text != "" }

// SetPreview sets the lines of preview in a window of good height.
func (p *Pane) SetPreview(n int) {
	p.preview = n
	p.previews()
}

func (p *Pane) previews() {
	n := p.preview
	if p.compact {
		n = 0
	}
	p.List.SetPreview(n)
}

// SetLow tells that the window is low: previews go first.
func (p *Pane) SetLow(low bool) {
	if low != p.compact {
		p.compact = low
		p.previews()
	}
}

func (p *Pane) list(q mail.Query) {
	p.loaded = false
	p.List.Open(q)
	p.update()
	if p.OnTitle != nil {
		p.OnTitle(p.heading())
	}
}

func (p *Pane) search(text string) {
	if text == "" {
		p.list(p.entry.Query)
		return
	}
	p.filter.SetOn(false)
	p.order.SetOn(false)
	p.list(mail.Query{Text: text})
}

// ask lists the same with another filter or order.
func (p *Pane) ask(unread, oldest bool) {
	p.filter.SetOn(unread)
	p.order.SetOn(oldest)
	q := p.List.Query()
	q.Unread = unread || p.entry.Query.Unread && q.Text == ""
	q.Oldest = oldest
	p.list(q)
}

// update writes title, count and what an empty list says.
func (p *Pane) update() {
	p.title.SetText(p.heading())
	p.count.SetText(p.counted())
	empty := p.loaded && p.List.Total() == 0
	if empty {
		p.empty.set(p.emptyWords())
	}
	show(p.empty, empty)
	if p.lay != nil {
		p.lay()
	}
}

func (p *Pane) heading() string {
	if p.Searching() {
		return kit.T("Search")
	}
	return FolderTitle(p.entry)
}

// counted are the words beside the title.
func (p *Pane) counted() string {
	total := p.List.Total()
	switch {
	case !p.loaded, p.Searching() && total == 0: // then it stands below
		return ""
	case p.Searching():
		ms := max(int(p.took.Milliseconds()), 1)
		if p.order.On() {
			return kit.N(total, "%d found in %d ms · oldest first", "%d found in %d ms · oldest first", ms)
		}
		return kit.N(total, "%d found in %d ms · newest first", "%d found in %d ms · newest first", ms)
	case p.unread > 0:
		return kit.N(p.unread, "%d unread", "%d unread")
	case total > 0:
		return kit.N(total, "%d message", "%d messages")
	}
	return ""
}

// MinSize implements fyne.CanvasObject.
func (p *Pane) MinSize() fyne.Size { return fyne.NewSize(240, 200) }

// CreateRenderer implements fyne.Widget.
func (p *Pane) CreateRenderer() fyne.WidgetRenderer {
	r := &paneRenderer{pane: p, ground: canvas.NewRectangle(kit.Col(kit.List)), rule: canvas.NewRectangle(kit.Col(kit.Sep))}
	p.lay = func() { r.Layout(p.Size()) }
	return r
}

type paneRenderer struct {
	pane         *Pane
	ground, rule *canvas.Rectangle
}

func (r *paneRenderer) Layout(s fyne.Size) {
	p := r.pane
	r.ground.Resize(s)
	p.Search.Move(fyne.NewPos(10, 9))
	p.Search.Resize(fyne.NewSize(s.Width-21, kit.ControlHeight))
	top := float32(StripHeight)
	searching := p.Searching()
	show(p.title, !searching)
	show(r.rule, searching)
	right := s.Width - 11
	p.order.Move(fyne.NewPos(right-32, top+2))
	p.order.Resize(fyne.NewSquareSize(32))
	p.filter.Move(fyne.NewPos(right-72, top+2))
	p.filter.Resize(fyne.NewSquareSize(32))
	height := float32(titleHeight)
	if searching {
		height = titleHeight
		r.rule.Move(fyne.NewPos(0, top))
		r.rule.Resize(fyne.NewSize(s.Width, 1))
		p.count.Place(30, top+23, right-80-30)
	} else {
		w := min(p.title.Width(), right-80-16)
		p.title.Place(16, top+23, w)
		p.count.Place(16+w+cardGap, top+22, right-80-16-w-cardGap)
	}
	top += height
	p.List.Move(fyne.NewPos(0, top))
	p.List.Resize(fyne.NewSize(s.Width-1, max(s.Height-top, 0)))
	p.empty.Move(fyne.NewPos(0, top))
	p.empty.Resize(fyne.NewSize(s.Width, max(s.Height-top, 0)))
	m := p.fresh.MinSize()
	p.fresh.Move(fyne.NewPos(float32(int((s.Width-m.Width)/2)), top+6))
	p.fresh.Resize(m)
}

func (r *paneRenderer) MinSize() fyne.Size { return r.pane.MinSize() }
func (r *paneRenderer) Destroy()           {}
func (r *paneRenderer) Refresh() {
	p := r.pane
	r.ground.FillColor = kit.Col(kit.List)
	r.rule.FillColor = kit.Col(kit.Sep)
	p.update()
	for _, o := range r.Objects() {
		o.Refresh()
	}
	canvas.Refresh(p)
}

func (r *paneRenderer) Objects() []fyne.CanvasObject {
	p := r.pane
	return []fyne.CanvasObject{r.ground, p.Search, p.title, p.count, p.filter, p.order, r.rule, p.List, p.empty, p.fresh}
}

// emptyWords are icon, bold line and hint of a list without messages.
func (p *Pane) emptyWords() (icon, bold, hint string) {
	q := p.List.Query()
	switch {
	case q.Text != "":
		return "search", kit.T("Nothing found"), kit.T("Try fewer words.")
	case q.Unread || p.entry.Key == model.KeyUnread:
		return "check", kit.T("All read"), ""
	case p.entry.Key == model.KeyFlagged:
		return "flag", kit.T("Nothing flagged"), kit.T("Press S on a message to find it here again.")
	case p.entry.Key == model.KeyAll || p.entry.Folder.Role == mail.Inbox:
		hint = kit.T("Poplar checks when you ask it to.")
		if p.Minutes != nil && p.Minutes() > 0 {
			hint = kit.N(p.Minutes(), "Poplar checks every %d minute.", "Poplar checks every %d minutes.")
		}
		return "inbox", kit.T("No mail yet"), hint
	case p.entry.Folder.Role == mail.Outbox:
		return "outbox", kit.T("Nothing waiting to be sent"), ""
	}
	return p.entry.Icon, kit.T("Nothing here"), ""
}

// emptyState is what stands in an empty list.
type emptyState struct {
	widget.BaseWidget
	icon *kit.Glyph
	bold *kit.Line
	hint *kit.Line
}

func newEmptyState() *emptyState {
	e := &emptyState{
		icon: kit.NewGlyph("inbox", 28, kit.Text3), bold: kit.NewLine("", 13, true, kit.Text).Align(fyne.TextAlignCenter),
		hint: kit.NewLine("", 12, false, kit.Text2).Align(fyne.TextAlignCenter),
	}
	e.ExtendBaseWidget(e)
	return e
}

func (e *emptyState) set(icon, bold, hint string) {
	e.icon.Set(icon, kit.Text3)
	e.bold.SetText(bold)
	e.hint.SetText(hint)
}

// CreateRenderer implements fyne.Widget.
func (e *emptyState) CreateRenderer() fyne.WidgetRenderer { return &emptyRenderer{e} }

type emptyRenderer struct{ state *emptyState }

func (r *emptyRenderer) Layout(s fyne.Size) {
	e := r.state
	y := float32(int(s.Height * 0.32))
	e.icon.Place(float32(int(s.Width/2))-14, y)
	e.bold.Place(16, y+52, s.Width-32)
	e.hint.Place(16, y+72, s.Width-32)
}

func (r *emptyRenderer) MinSize() fyne.Size { return fyne.Size{} }
func (r *emptyRenderer) Destroy()           {}
func (r *emptyRenderer) Refresh() {
	for _, o := range r.Objects() {
		o.Refresh()
	}
}

func (r *emptyRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.state.icon, r.state.bold, r.state.hint}
}

// freshPill says that mail came above what is seen; a click leads there.
type freshPill struct {
	widget.BaseWidget
	n    int
	line *kit.Line
	tap  func()
}

func newFreshPill(tap func()) *freshPill {
	f := &freshPill{line: kit.NewLine("", 12, true, kit.OnAccent), tap: tap}
	f.ExtendBaseWidget(f)
	return f
}

func (f *freshPill) set(n int) {
	f.n = n
	if n == 0 {
		f.Hide()
		return
	}
	f.line.SetText(kit.N(n, "%d new message", "%d new messages"))
	f.Resize(f.MinSize())
	f.Show()
	f.Refresh()
}

// Tapped implements fyne.Tappable.
func (f *freshPill) Tapped(*fyne.PointEvent) { f.tap() }

// Cursor implements desktop.Cursorable.
func (f *freshPill) Cursor() desktop.Cursor { return desktop.PointerCursor }

// MinSize implements fyne.CanvasObject.
func (f *freshPill) MinSize() fyne.Size { return fyne.NewSize(f.line.Width()+42, 26) }

// CreateRenderer implements fyne.Widget.
func (f *freshPill) CreateRenderer() fyne.WidgetRenderer {
	return &freshRenderer{f, kit.NewFill(kit.Accent, 13).Lift(18, 6), kit.NewGlyph("up", 14, kit.OnAccent)}
}

type freshRenderer struct {
	pill   *freshPill
	ground *kit.Fill
	up     *kit.Glyph
}

func (r *freshRenderer) Layout(s fyne.Size) {
	r.ground.Resize(s)
	r.up.Place(12, 6)
	r.pill.line.Place(30, 17, s.Width-42)
}
func (r *freshRenderer) MinSize() fyne.Size { return r.pill.MinSize() }
func (r *freshRenderer) Destroy()           {}
func (r *freshRenderer) Refresh() {
	r.Layout(r.pill.Size())
	for _, o := range r.Objects() {
		o.Refresh()
	}
}

func (r *freshRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.ground, r.up, r.pill.line}
}
