package browse

import (
	"context"
	"errors"
	"math"
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"poplar/gui/kit"
	"poplar/gui/model"
	"poplar/mail"
)

// Action is something to be done with messages of the list.
type Action int

// The actions a list asks for by itself: by its quick icons and its keys.
const (
	Archive Action = iota
	Delete
	Flag
	OpenIt  // double click, Enter
	Clicked // a single click chose it
)

// Measures of the list.
const (
	listLeft   = 6 // from the pane's edge to a card
	listRight  = 7
	headHeight = 26
	// ahead is how many rows beyond the visible ones are fetched.
	ahead = 30
	// slowAfter is how long rows may be missing before bars are drawn in their place.
	slowAfter = 150 * time.Millisecond
)

// List is the list of messages: as long as it likes, of which only what is seen is drawn and only what is near is
// fetched. It keeps its place when messages come and go.
type List struct {
	widget.BaseWidget
	// OnSelect tells that other messages are chosen. s is the summary where it is exactly one, else nil.
	OnSelect func(ids []mail.MessageID, s *mail.Summary)
	// OnAct asks for something to be done with messages.
	OnAct func(a Action, ids []mail.MessageID)
	// OnMenu asks for the menu of the chosen messages at a place of the window.
	OnMenu func(at fyne.Position)
	// OnLoaded tells that the list was read anew: how many messages there are, and how long it took.
	OnLoaded func(total int, took time.Duration)
	// OnNew tells how many messages have come above what is seen; 0 when they have been seen.
	OnNew func(n int)
	// OnError tells that the list could not be read.
	OnError func(error)
	// People returns whom a row names: the sender, or who a message of one's own went to.
	People func(s *mail.Summary) string
	// Pill returns what the pill of a row says, or empty.
	Pill func(s *mail.Summary) string

	loop  kit.Loop
	box   model.Lister
	now   func() time.Time
	pages *model.Pages
	sel   model.Selection
	marks []string

	preview int
	offset  float64
	focused bool
	ringed  bool           // the keyboard was used last: its place shows
	quiet   bool           // the next focus comes from the mouse
	mouse   *fyne.Position // nil where it is not over the list
	hover   int            // row under the mouse, or -1
	hoverAt int            // quick action under the mouse, or -1
	slow    bool           // rows have been missing for long enough to say so
	fresh   int            // came above what is seen

	cancel    context.CancelFunc // ends what is being read
	ctx       context.Context    //nolint:containedctx // of the list shown now; ends with it
	fetching  *model.Pages       // that a page is being read for
	reloading bool
	again     bool
	leaving   map[mail.MessageID]bool // asked to be moved away, still listed
	wanted    mail.MessageID          // to be chosen once it is known where it stands
	untold    bool                    // the chosen message is not read yet
	goal      int                     // row that a key led to before it was here, or -1
	goalWith  fyne.KeyModifier
	lastClick struct {
		at time.Time
		id mail.MessageID
	}

	cards []*card
	heads []*kit.Line
	bar   *kit.ScrollBar
}

// NewList returns an empty list that reads from box.
func NewList(loop kit.Loop, box model.Lister, now func() time.Time) *List {
	l := &List{loop: loop, box: box, now: now, hover: -1, hoverAt: -1, goal: -1, preview: 1, leaving: map[mail.MessageID]bool{}}
	l.pages = model.NewPages(mail.Query{}, now())
	l.ctx, l.cancel = context.WithCancel(context.Background())
	l.bar = kit.NewScrollBar(func(o float64) { l.scrollTo(o) })
	l.ExtendBaseWidget(l)
	return l
}

// Close ends what is being read.
func (l *List) Close() { l.cancel() }

// Query is what is listed.
func (l *List) Query() mail.Query { return l.pages.Query }

// Total is how many messages are listed.
func (l *List) Total() int { return l.pages.Total }

// Open lists q from its top, nothing chosen.
func (l *List) Open(q mail.Query) {
	l.cancel()
	l.ctx, l.cancel = context.WithCancel(context.Background())
	l.reloading, l.again, l.slow = false, false, false
	l.pages = model.NewPages(q, l.now())
	l.marks = model.SearchWords(q.Text)
	l.sel.Clear()
	l.leaving = map[mail.MessageID]bool{}
	l.offset = 0
	l.wanted, l.goal = 0, -1
	l.seen()
	l.Reload()
	l.changed()
}

// SetPreview sets how many lines of preview a card has: 0, 1 or 2.
func (l *List) SetPreview(n int) {
	if n = max(0, min(n, 2)); n == l.preview {
		return
	}
	top, dy := l.top()
	l.preview = n
	l.keep(top, dy)
	l.arrange()
}

// Selected are the chosen messages.
func (l *List) Selected() []mail.MessageID { return l.sel.IDs() }

// Known returns the folders of those of ids whose rows are here.
func (l *List) Known(ids []mail.MessageID) map[mail.MessageID]mail.FolderID {
	out := map[mail.MessageID]mail.FolderID{}
	for _, id := range ids {
		if s, ok := l.Summary(id); ok {
			out[id] = s.Folder
		}
	}
	return out
}

// Summary returns the row of a message if it is here.
func (l *List) Summary(id mail.MessageID) (mail.Summary, bool) {
	return l.pages.At(l.pages.RowOf(id))
}

// Patch shows flags at once that were asked for.
func (l *List) Patch(ids []mail.MessageID, set, unset mail.Flags) {
	which := map[mail.MessageID]bool{}
	for _, id := range ids {
		which[id] = true
	}
	l.pages.Patch(which, set, unset)
	l.arrange()
}

// Leave tells that messages are about to go elsewhere: the next one is chosen in their place.
func (l *List) Leave(ids []mail.MessageID) {
	first, last, chosen := -1, -1, false
	for _, id := range ids {
		l.leaving[id] = true
		chosen = chosen || l.sel.Has(id)
		if row := l.pages.RowOf(id); row >= 0 {
			if first < 0 || row < first {
				first = row
			}
			last = max(last, row)
		}
	}
	if !chosen { // what is read stays
		return
	}
	next, ok := l.pages.At(last + 1)
	for row := last + 1; ok && l.leaving[next.ID]; row++ {
		next, ok = l.pages.At(row + 1)
	}
	for row := first - 1; !ok && row >= 0; row-- {
		next, ok = l.pages.At(row)
		ok = ok && !l.leaving[next.ID]
	}
	if !ok || last < 0 {
		l.sel.Clear()
		l.changed()
		return
	}
	l.sel.Only(model.Place{ID: next.ID, Row: l.pages.RowOf(next.ID)})
	l.changed()
}

// Gone tells that messages are no longer there.
func (l *List) Gone(ids []mail.MessageID) {
	before := l.sel.Len()
	l.sel.Drop(ids)
	if l.sel.Len() != before {
		l.changed()
	}
}

// Stay tells that messages that were to leave are still there.
func (l *List) Stay(ids []mail.MessageID) {
	for _, id := range ids {
		delete(l.leaving, id)
	}
}

func (l *List) heights() model.Heights {
	return model.Heights{Row: float64(cardHeight(l.preview)), Head: headHeight}
}

// top returns the first row that is seen and how far its top is below the list's.
func (l *List) top() (row int, dy float64) {
	h := l.heights()
	row = l.pages.RowAt(l.offset, h)
	return row, l.pages.Top(row, h) - l.offset
}

// keep scrolls so that the top of a row is dy below the list's.
func (l *List) keep(row int, dy float64) {
	l.offset = l.clamp(l.pages.Top(row, l.heights()) - dy)
}

func (l *List) clamp(o float64) float64 {
	return max(0, min(o, l.pages.Height(l.heights())-float64(l.Size().Height)))
}

// hold says which message must stay where it is while the list is read anew: the one that is read if it is seen, else
// the topmost. At the very top with nothing read, new mail may push down what is there.
func (l *List) hold() (p model.Place, dy float64) {
	h := l.heights()
	view := float64(l.Size().Height)
	if c := l.sel.Cursor(); c.ID != 0 && len(l.leaving) == 0 {
		if y := l.pages.Top(c.Row, h) - l.offset; y > -h.Row && y < view {
			return c, y
		}
	}
	if l.offset <= 0 {
		return model.Place{}, 0
	}
	row, _ := l.top()
	for ; row < l.pages.Total; row++ {
		if s, ok := l.pages.At(row); ok && !l.leaving[s.ID] {
			return model.Place{ID: s.ID, Row: row}, l.pages.Top(row, h) - l.offset
		}
	}
	return model.Place{}, 0
}

// Reload reads the list anew, without moving what is read. Calls while it is reading become one more reading.
func (l *List) Reload() {
	if l.reloading {
		l.again = true
		return
	}
	l.reloading = true
	q, before := l.pages.Query, l.pages.Total
	p, dy := l.hold()
	first, _ := l.top()
	last := first + l.visible() + ahead
	type result struct {
		model.Loaded
		row int
	}
	kit.Go(l.ctx, l.loop, func(ctx context.Context) (result, error) {
		loaded, row, err := model.Refetch(ctx, l.box, q, before, p, first, last)
		return result{loaded, row}, err
	}, func(r result, err error) {
		l.reloading = false
		if err != nil {
			l.fail(err)
		} else {
			l.take(r.Loaded, p, r.row, dy)
		}
		if l.again {
			l.again = false
			l.Reload()
		}
	})
	l.watch()
}

// take shows what was read.
func (l *List) take(r model.Loaded, held model.Place, row int, dy float64) {
	firstTime := l.pages.Total == 0
	pages := model.NewPages(l.pages.Query, l.now())
	pages.Put(r)
	l.pages = pages
	gone := []mail.MessageID{}
	for id := range l.leaving {
		if pages.RowOf(id) < 0 {
			gone = append(gone, id)
		}
	}
	l.Stay(gone)
	l.sel.Moved(pages.RowOf)
	switch {
	case row >= 0:
		l.keep(row, dy)
		if came := row - held.Row; came > 0 && !firstTime && l.offset > 0 {
			l.fresh += came
			if l.OnNew != nil {
				l.OnNew(l.fresh)
			}
		}
	default:
		l.offset = l.clamp(l.offset)
	}
	if l.OnLoaded != nil {
		l.OnLoaded(r.Total, r.Took)
	}
	l.arrange()
	switch s, ok := l.Summary(l.sel.Cursor().ID); {
	case l.wanted != 0:
		l.showWanted()
	case l.untold && ok && l.sel.Len() == 1 && l.OnSelect != nil: // it was chosen before it was read
		l.untold = false
		l.OnSelect(l.sel.IDs(), &s)
	}
}

func (l *List) fail(err error) {
	if !errors.Is(err, context.Canceled) && l.OnError != nil {
		l.OnError(err)
	}
}

// seen tells that what is at the top has been looked at.
func (l *List) seen() {
	if l.fresh != 0 {
		l.fresh = 0
		if l.OnNew != nil {
			l.OnNew(0)
		}
	}
}

// watch draws bars for rows that are missing for long.
func (l *List) watch() {
	if l.slow {
		return
	}
	ctx := l.ctx
	kit.After(l.loop, slowAfter, func() {
		if ctx.Err() == nil && l.missing() {
			l.slow = true
			l.arrange()
		}
	})
}

func (l *List) missing() bool {
	if l.reloading && l.pages.Total == 0 {
		return true
	}
	first, _ := l.top()
	for row := first; row < min(first+l.visible(), l.pages.Total); row++ {
		if _, ok := l.pages.At(row); !ok {
			return true
		}
	}
	return false
}

// visible is how many rows there is room for, and one more.
func (l *List) visible() int {
	return int(math.Ceil(float64(l.Size().Height)/float64(cardHeight(l.preview)))) + 1
}

// fetch asks for the pages that are seen or near and not here. One reading is under way at a time: while the list is
// dragged along, what was only passed by is not read.
func (l *List) fetch(first, last int) {
	if l.fetching == l.pages {
		return
	}
	want := l.pages.Wanted(first-ahead, last+ahead)
	if len(want) == 0 {
		return
	}
	pages, q, total := l.pages, l.pages.Query, l.pages.Total
	l.fetching = pages
	kit.Go(l.ctx, l.loop, func(ctx context.Context) (model.Loaded, error) {
		return model.Fetch(ctx, l.box, q, total, want...)
	}, func(r model.Loaded, err error) {
		if pages != l.pages {
			return // read anew meanwhile
		}
		l.fetching = nil
		if err != nil {
			pages.Failed(want...)
			l.fail(err)
			return
		}
		row, dy := l.top()
		l.pages.Put(r)
		if l.offset > 0 {
			l.keep(row, dy) // heads that were not known before make no jump
		}
		l.slow = l.slow && l.missing()
		l.arrange()
		if _, here := l.pages.At(l.goal); here {
			l.goTo(l.goal, l.goalWith)
		}
	})
	l.watch()
}

func (l *List) scrollTo(o float64) {
	if o = l.clamp(o); o == l.offset {
		return
	}
	l.offset = o
	if o == 0 {
		l.seen()
	}
	l.arrange()
}

// ScrollToTop shows the newest.
func (l *List) ScrollToTop() { l.scrollTo(0) }

// Scrolled implements fyne.Scrollable.
func (l *List) Scrolled(e *fyne.ScrollEvent) {
	l.scrollTo(l.offset - float64(e.Scrolled.DY)*3)
}

// reveal scrolls as little as it takes to see a row whole, its head too.
func (l *List) reveal(row int) {
	h := l.heights()
	y := l.pages.Top(row, h)
	top := y
	if _, ok := l.pages.Head(row); ok {
		top -= h.Head
	}
	switch view := float64(l.Size().Height); {
	case top < l.offset:
		l.scrollTo(top)
	case y+h.Row > l.offset+view:
		l.scrollTo(y + h.Row - view)
	}
}

// changed tells and draws that other messages are chosen.
func (l *List) changed() {
	l.arrange()
	if l.OnSelect == nil {
		return
	}
	ids := l.sel.IDs()
	if len(ids) == 1 {
		if s, ok := l.Summary(ids[0]); ok {
			l.OnSelect(ids, &s)
			return
		}
	}
	l.OnSelect(ids, nil)
}

// rangeTo chooses what stands between the anchor and a row, reading what is not here.
func (l *List) rangeTo(p model.Place) {
	a := l.sel.Anchor()
	if a.ID == 0 {
		l.sel.Only(p)
		l.changed()
		return
	}
	first, last := min(a.Row, p.Row), max(a.Row, p.Row)
	var ids []mail.MessageID
	for row := first; row <= last; row++ {
		s, ok := l.pages.At(row)
		if !ok {
			l.readRange(first, last, p)
			return
		}
		ids = append(ids, s.ID)
	}
	l.sel.Range(ids, p)
	l.changed()
}

func (l *List) readRange(first, last int, p model.Place) {
	q, pages := l.pages.Query, l.pages
	kit.Go(l.ctx, l.loop, func(ctx context.Context) ([]mail.MessageID, error) {
		return model.IDs(ctx, l.box, q, first, last)
	}, func(ids []mail.MessageID, err error) {
		if err != nil {
			l.fail(err)
			return
		}
		if pages == l.pages || slices.Contains(ids, p.ID) {
			l.sel.Range(ids, p)
			l.changed()
		}
	})
}

// SelectAll chooses every message of the list.
func (l *List) SelectAll() {
	if l.pages.Total == 0 {
		return
	}
	c := l.sel.Cursor()
	if c.ID == 0 {
		s, _ := l.pages.At(0)
		c = model.Place{ID: s.ID}
	}
	l.readRange(0, l.pages.Total-1, c)
}
