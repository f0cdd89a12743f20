package browse

import (
	"context"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"poplar/gui/kit"
	"poplar/mail"
)

func TestMain(m *testing.M) {
	os.Setenv("LANG", "en_US.UTF-8")
	os.Exit(m.Run())
}

var noon = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

// shelf is a store of summaries, newest first.
type shelf struct {
	mu   sync.Mutex
	rows []mail.Summary
	gate chan struct{} // where not nil, List waits for it
	asks int
}

func (s *shelf) match(q mail.Query) []mail.Summary {
	if q.Text == "" && !q.Unread && !q.Oldest {
		return s.rows
	}
	var out []mail.Summary
	for _, r := range s.rows {
		if (q.Text == "" || strings.Contains(r.Subject, q.Text)) && (!q.Unread || r.Flags&mail.Seen == 0) {
			out = append(out, r)
		}
	}
	if q.Oldest {
		slices.Reverse(out)
	}
	return out
}

func (s *shelf) Count(_ context.Context, q mail.Query) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.match(q)), nil
}

func (s *shelf) IDs(ctx context.Context, q mail.Query) ([]mail.MessageID, error) {
	rows, err := s.List(ctx, q)
	ids := make([]mail.MessageID, len(rows))
	for i := range rows {
		ids[i] = rows[i].ID
	}
	return ids, err
}

func (s *shelf) List(ctx context.Context, q mail.Query) ([]mail.Summary, error) {
	if s.gate != nil {
		select {
		case <-s.gate:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asks++
	all := s.match(q)
	from := min(q.Offset, len(all))
	return slices.Clone(all[from:min(from+q.Limit, len(all))]), nil
}

func (s *shelf) arrive(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for range n {
		id := mail.MessageID(len(s.rows) + 1)
		s.rows = slices.Insert(s.rows, 0, mail.Summary{ID: id, Subject: "New", Date: noon, From: []mail.Address{{Name: "N"}}})
	}
}

func (s *shelf) drop(ids ...mail.MessageID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rows = slices.DeleteFunc(s.rows, func(r mail.Summary) bool { return slices.Contains(ids, r.ID) })
}

func shelfOf(n int) *shelf {
	s := &shelf{}
	for i := range n {
		s.rows = append(s.rows, mail.Summary{
			ID: mail.MessageID(n - i), Subject: "Subject", Snippet: "text", From: []mail.Address{{Name: "Marta"}}, Date: noon.Add(-time.Duration(i) * time.Minute),
		})
	}
	return s
}

type bench struct {
	t     *testing.T
	q     *kit.Queue
	box   *shelf
	list  *List
	win   fyne.Window
	chose []mail.MessageID
	one   *mail.Summary
	acts  []Action
	on    []mail.MessageID
	fresh int
}

func newBench(t *testing.T, n int) *bench {
	t.Helper()
	a := test.NewTempApp(t)
	a.Settings().SetTheme(kit.NewTheme())
	b := &bench{t: t, q: kit.NewQueue(), box: shelfOf(n)}
	b.list = NewList(b.q.Loop, b.box, func() time.Time { return noon })
	b.list.People = func(s *mail.Summary) string { return Names(s.From) }
	b.list.OnSelect = func(ids []mail.MessageID, s *mail.Summary) { b.chose, b.one = ids, s }
	b.list.OnAct = func(a Action, ids []mail.MessageID) {
		if a != Clicked {
			b.acts, b.on = append(b.acts, a), ids
		}
	}
	b.list.OnNew = func(n int) { b.fresh = n }
	b.win = test.NewTempWindow(t, b.list)
	b.win.SetPadded(false)
	b.win.Resize(fyne.NewSize(364, 700))
	t.Cleanup(b.list.Close)
	b.list.Open(mail.Query{})
	b.wait(func() bool { return b.list.Total() == n && !b.list.reloading && !b.list.missing() })
	return b
}

func (b *bench) wait(done func() bool) {
	b.t.Helper()
	if !b.q.Until(time.Minute, done) {
		b.t.Fatal("it never came to that")
	}
}

// reload reads anew and waits for it.
func (b *bench) reload() {
	b.t.Helper()
	b.list.Reload()
	b.wait(func() bool { return !b.list.reloading && !b.list.missing() })
}

// rowY is where the middle of a row is in the list.
func (b *bench) rowY(row int) float32 {
	h := b.list.heights()
	return float32(b.list.pages.Top(row, h) - b.list.offset + h.Row/2)
}

func (b *bench) click(row int, mods fyne.KeyModifier) {
	b.clickAt(fyne.NewPos(100, b.rowY(row)), mods, desktop.MouseButtonPrimary)
}

func (b *bench) clickAt(p fyne.Position, mods fyne.KeyModifier, button desktop.MouseButton) {
	e := &desktop.MouseEvent{Button: button, Modifier: mods}
	e.Position, e.AbsolutePosition = p, p
	b.list.MouseDown(e)
	b.list.MouseUp(e)
	b.list.lastClick.id = 0 // two clicks of a test are no double click
}

func (b *bench) key(k fyne.KeyName, mods fyne.KeyModifier) {
	if row, ok := b.list.target(k); ok {
		b.list.goTo(row, mods)
		return
	}
	b.list.TypedKey(&fyne.KeyEvent{Name: k})
}

// shownAt is the view of the card that is drawn for a row.
func (b *bench) shownAt(row int) cardView {
	b.t.Helper()
	y := b.rowY(row)
	for _, c := range b.list.cards {
		if c.Visible() && y > c.Position().Y && y < c.Position().Y+c.Size().Height {
			return c.view
		}
	}
	b.t.Fatalf("row %d is not drawn", row)
	return cardView{}
}

func TestAListOfAnyLengthDrawsAndReadsOnlyWhatIsSeen(t *testing.T) {
	b := newBench(t, 100_000)
	if n := len(b.list.cards); n > 14 {
		t.Errorf("%d cards for a window of ten rows", n)
	}
	if b.box.asks > 3 {
		t.Errorf("%d pages were read", b.box.asks)
	}
	b.list.scrollTo(70 * 50_000)
	b.wait(func() bool { return !b.list.missing() })
	row, _ := b.list.top()
	if s, _ := b.list.pages.At(row); s.ID != mail.MessageID(100_000-row) || row < 49_900 {
		t.Errorf("row %d shows message %d", row, s.ID)
	}
	if b.shownAt(row+1).name != "Marta" {
		t.Error("nothing is drawn there")
	}
	b.list.scrollTo(1e12)
	b.wait(func() bool { return !b.list.missing() })
	if v := b.shownAt(99_999); v.name != "Marta" {
		t.Error("the last row cannot be reached")
	}
}

func TestChoosingByMouse(t *testing.T) {
	b := newBench(t, 50)
	b.click(2, 0)
	if b.one == nil || b.one.ID != 48 || !slices.Equal(b.chose, []mail.MessageID{48}) {
		t.Fatalf("a click chose %v", b.chose)
	}
	b.click(4, fyne.KeyModifierControl)
	if !slices.Equal(b.chose, []mail.MessageID{46, 48}) || b.one != nil {
		t.Errorf("Ctrl: %v", b.chose)
	}
	b.click(6, fyne.KeyModifierShift)
	if !slices.Equal(b.chose, []mail.MessageID{44, 45, 46}) {
		t.Errorf("Shift from the last click: %v", b.chose)
	}
	b.click(3, fyne.KeyModifierShift)
	if !slices.Equal(b.chose, []mail.MessageID{46, 47}) {
		t.Errorf("Shift the other way: %v", b.chose)
	}
	b.click(3, 0)
	if !slices.Equal(b.chose, []mail.MessageID{47}) {
		t.Errorf("a click on one of several: %v", b.chose)
	}
	if v := b.shownAt(3); !v.selected || !v.listFocused || v.cursor {
		t.Errorf("the row shows %+v", v)
	}
}

func TestTheMenuIsForWhatIsChosenOrUnderTheMouse(t *testing.T) {
	b := newBench(t, 50)
	menus := 0
	b.list.OnMenu = func(fyne.Position) { menus++ }
	b.click(1, 0)
	b.click(2, fyne.KeyModifierControl)
	b.clickAt(fyne.NewPos(100, b.rowY(1)), 0, desktop.MouseButtonSecondary)
	if len(b.chose) != 2 {
		t.Errorf("the right button on one of several chose %v", b.chose)
	}
	b.clickAt(fyne.NewPos(100, b.rowY(5)), 0, desktop.MouseButtonSecondary)
	if !slices.Equal(b.chose, []mail.MessageID{45}) || menus != 2 {
		t.Errorf("the right button elsewhere chose %v", b.chose)
	}
}

func TestTheMenuKeyOpensTheMenuOfWhatIsChosen(t *testing.T) {
	b := newBench(t, 50)
	var at []fyne.Position
	b.list.OnMenu = func(p fyne.Position) { at = append(at, p) }
	b.list.TypedKey(&fyne.KeyEvent{Name: desktop.KeyMenu})
	if len(at) != 0 {
		t.Fatal("there is a menu of nothing")
	}
	b.key(fyne.KeyDown, 0)
	b.key(fyne.KeyDown, 0)
	b.list.TypedKey(&fyne.KeyEvent{Name: desktop.KeyMenu})
	if y := b.rowY(1); len(at) != 1 || at[0].Y < y-40 || at[0].Y > y+40 {
		t.Errorf("menus at %v, the row at %v", at, y)
	}
}

func TestChoosingByKeyboard(t *testing.T) {
	b := newBench(t, 500)
	b.key(fyne.KeyDown, 0)
	if !slices.Equal(b.chose, []mail.MessageID{500}) {
		t.Fatalf("the first Down chose %v", b.chose)
	}
	b.key(fyne.KeyDown, fyne.KeyModifierShift)
	b.key(fyne.KeyDown, fyne.KeyModifierShift)
	if !slices.Equal(b.chose, []mail.MessageID{498, 499, 500}) {
		t.Errorf("Shift+Down: %v", b.chose)
	}
	kit.Focus(b.list)
	b.key(fyne.KeyDown, fyne.KeyModifierControl)
	if len(b.chose) != 3 || !b.shownAt(3).cursor {
		t.Errorf("Ctrl+Down moves the cursor alone: %v", b.chose)
	}
	b.list.TypedShortcut(&desktop.CustomShortcut{KeyName: fyne.KeySpace, Modifier: fyne.KeyModifierControl})
	if len(b.chose) != 4 {
		t.Errorf("Ctrl+Space: %v", b.chose)
	}
	b.list.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if !slices.Equal(b.chose, []mail.MessageID{497}) {
		t.Errorf("Escape: %v", b.chose)
	}
	b.key(fyne.KeyEnd, 0) // which is not here yet
	b.wait(func() bool { return slices.Equal(b.chose, []mail.MessageID{1}) })
	b.key(fyne.KeyHome, 0)
	b.key(fyne.KeyPageDown, 0)
	if len(b.chose) != 1 || b.chose[0] > 493 || b.chose[0] < 488 {
		t.Errorf("PageDown: %v", b.chose)
	}
}

func TestRangesReachBeyondWhatIsHere(t *testing.T) {
	b := newBench(t, 5000)
	b.click(0, 0)
	b.list.scrollTo(1e9)
	b.wait(func() bool { return !b.list.missing() })
	b.click(4999, fyne.KeyModifierShift)
	b.wait(func() bool { return len(b.chose) == 5000 })
	b.click(4998, 0)
	b.list.TypedShortcut(&fyne.ShortcutSelectAll{})
	b.wait(func() bool { return len(b.chose) == 5000 })
}

func TestNewMailDoesNotMoveWhatIsRead(t *testing.T) {
	b := newBench(t, 300)
	for _, c := range []struct {
		name   string
		offset float64
		row    int
	}{{"at the top", 0, 2}, {"further down", 70 * 40, 43}} {
		b.list.scrollTo(c.offset)
		b.wait(func() bool { return !b.list.missing() })
		b.click(c.row, 0)
		id, before := b.one.ID, b.rowY(c.row)
		b.box.arrive(3)
		b.reload()
		row := b.list.pages.RowOf(id)
		if row != c.row+3 || b.rowY(row) != before {
			t.Errorf("%s: row %d at %v is now row %d at %v", c.name, c.row, before, row, b.rowY(row))
		}
		if !b.shownAt(row).selected {
			t.Errorf("%s: it is no longer chosen", c.name)
		}
	}
	if b.fresh != 6 {
		t.Errorf("told of %d new messages", b.fresh)
	}
	b.list.ScrollToTop()
	if b.fresh != 0 {
		t.Error("they were seen, but are still told of")
	}
	// With nothing read, the top shows what is new.
	b.list.Open(mail.Query{})
	b.wait(func() bool { return !b.list.reloading })
	b.box.arrive(1)
	b.reload()
	if b.list.offset != 0 || b.shownAt(0).subject != "New" {
		t.Error("new mail does not show at the top")
	}
}

func TestAPageThatComesLateMakesNoJump(t *testing.T) {
	b := newBench(t, 2000)
	for i := range b.box.rows { // a new month every ten rows: many heads
		b.box.rows[i].Date = noon.AddDate(0, -i/10, 0)
	}
	b.list.Open(mail.Query{})
	b.wait(func() bool { return !b.list.reloading && !b.list.missing() })
	b.box.gate = make(chan struct{})
	b.list.scrollTo(70 * 1015) // the page before has heads that are not known yet
	row, dy := b.list.top()
	close(b.box.gate)
	b.wait(func() bool { return !b.list.missing() && b.list.fetching == nil })
	if again, dy2 := b.list.top(); again != row || dy2 != dy {
		t.Errorf("row %d at %v became row %d at %v", row, dy, again, dy2)
	}
	if len(b.list.heads) == 0 || !b.list.heads[0].Visible() {
		t.Error("no heads came")
	}
}

func TestWhatLeavesHandsOnToTheNext(t *testing.T) {
	b := newBench(t, 30)
	b.click(3, 0)
	b.list.Leave([]mail.MessageID{27})
	if !slices.Equal(b.chose, []mail.MessageID{26}) {
		t.Errorf("after the message that left comes %v", b.chose)
	}
	b.box.drop(27)
	b.reload()
	if v := b.shownAt(3); !v.selected {
		t.Error("the next message has not taken the place of the one that left")
	}
	// Several, the last of the list among them: the one before.
	b.list.scrollTo(1e9)
	b.click(27, 0)
	b.click(28, fyne.KeyModifierShift)
	b.list.Leave(b.list.Selected())
	if !slices.Equal(b.chose, []mail.MessageID{3}) {
		t.Errorf("before those that left stands %v", b.chose)
	}
	b.box.drop(1, 2)
	b.reload()
	// All of them: nothing is chosen.
	ids := []mail.MessageID{}
	for _, r := range b.box.rows {
		ids = append(ids, r.ID)
	}
	b.list.Leave(ids)
	if len(b.chose) != 0 {
		t.Errorf("nothing is left, but %v is chosen", b.chose)
	}
	b.list.Stay(ids)
	if len(b.list.leaving) != 0 {
		t.Error("what stays is still taken to be leaving")
	}
}

func TestWhatLeavesUnchosenChangesNothing(t *testing.T) {
	b := newBench(t, 30)
	b.click(1, 0)
	b.list.Leave([]mail.MessageID{20})
	if !slices.Equal(b.chose, []mail.MessageID{29}) {
		t.Errorf("%v is chosen", b.chose)
	}
	b.list.Gone([]mail.MessageID{20})
	if !slices.Equal(b.list.Selected(), []mail.MessageID{29}) {
		t.Error("the chosen message went with another")
	}
	b.list.Gone([]mail.MessageID{29})
	if len(b.chose) != 0 {
		t.Errorf("%v is chosen though it is gone", b.chose)
	}
}

func TestQuickActionsAreForTheRowUnderTheMouse(t *testing.T) {
	b := newBench(t, 30)
	b.click(0, 0)
	width := b.list.Size().Width - listLeft - listRight
	e := &desktop.MouseEvent{}
	h := b.list.heights()
	e.Position = fyne.NewPos(listLeft+quickLeft(width)+quickSide+10, b.rowY(5)-float32(h.Row)/2+quickTop+10)
	b.list.MouseMoved(e)
	if v := b.shownAt(5); !v.hovered || v.quick != 1 {
		t.Fatalf("under the mouse: %+v", v)
	}
	e.Button = desktop.MouseButtonPrimary
	b.list.MouseDown(e)
	if !slices.Equal(b.acts, []Action{Delete}) || !slices.Equal(b.on, []mail.MessageID{25}) {
		t.Errorf("asked for %v on %v", b.acts, b.on)
	}
	if !slices.Equal(b.chose, []mail.MessageID{30}) {
		t.Error("a quick action changed what is chosen")
	}
	b.box.drop(30)
	b.list.sel.Clear()
	b.reload()
	if b.shownAt(5).name == "" || !b.shownAt(5).hovered || b.shownAt(4).hovered {
		t.Error("the row that came under the resting mouse is not hovered")
	}
	b.list.MouseOut()
	if b.shownAt(5).hovered {
		t.Error("the row stays hovered")
	}
}

func TestKeysActOnWhatIsChosen(t *testing.T) {
	b := newBench(t, 30)
	b.click(1, 0)
	b.click(3, fyne.KeyModifierShift)
	b.list.TypedKey(&fyne.KeyEvent{Name: fyne.KeyDelete})
	b.list.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if !slices.Equal(b.acts, []Action{Delete, OpenIt}) || len(b.on) != 3 {
		t.Errorf("%v on %v", b.acts, b.on)
	}
	passed := fyne.KeyName("")
	b.win.Canvas().SetOnTypedKey(func(k *fyne.KeyEvent) { passed = k.Name })
	b.list.TypedKey(&fyne.KeyEvent{Name: fyne.KeyF5})
	if passed != fyne.KeyF5 {
		t.Error("F5 does not reach the window")
	}
}

func TestADoubleClickOpens(t *testing.T) {
	b := newBench(t, 30)
	for range 2 {
		e := &desktop.MouseEvent{Button: desktop.MouseButtonPrimary}
		e.Position = fyne.NewPos(100, b.rowY(2))
		b.list.MouseDown(e)
	}
	if !slices.Equal(b.acts, []Action{OpenIt}) || !slices.Equal(b.on, []mail.MessageID{28}) {
		t.Errorf("%v on %v", b.acts, b.on)
	}
}

func TestMissingRowsBecomeBarsAfterAWhile(t *testing.T) {
	b := newBench(t, 3000)
	b.box.gate = make(chan struct{})
	b.list.scrollTo(70 * 2000)
	b.wait(func() bool { return b.list.slow })
	row, _ := b.list.top()
	if v := b.shownAt(row + 2); !v.waiting {
		t.Errorf("a row that is not here shows %+v", v)
	}
	close(b.box.gate)
	b.wait(func() bool { return !b.list.missing() })
	if v := b.shownAt(row + 2); v.waiting || v.name == "" {
		t.Errorf("it came, but shows %+v", v)
	}
}

func TestFlagsShowAtOnce(t *testing.T) {
	b := newBench(t, 30)
	if !b.shownAt(1).unread {
		t.Fatal("not unread")
	}
	b.list.Patch([]mail.MessageID{29}, mail.Seen|mail.Flagged, 0)
	if v := b.shownAt(1); v.unread || !v.flagged {
		t.Errorf("%+v", v)
	}
}

func TestAMessageIsShownWhereverItStands(t *testing.T) {
	for _, id := range []mail.MessageID{999, 400, 1} {
		b := newBench(t, 1000)
		b.list.Choose(id)
		b.wait(func() bool { return b.one != nil && b.one.ID == id })
		if got := b.list.Selected(); len(got) != 1 || got[0] != id {
			t.Errorf("%v is chosen in place of %d", got, id)
		}
	}
	b := newBench(t, 10)
	b.list.Choose(77)
	b.list.Open(mail.Query{})
	b.wait(func() bool { return !b.list.reloading })
	if b.one != nil {
		t.Errorf("%d is chosen", b.one.ID)
	}
}

func TestAMessageThatDidNotReachEverybodyIsMarked(t *testing.T) {
	c := newCard()
	c.Resize(fyne.NewSize(350, 70))
	r := test.WidgetRenderer(c).(*cardRenderer)
	wide := func(fate mail.FateState) float32 {
		c.show(cardView{quick: -1, subject: "S", fate: fate}, nil)
		return r.subject.Size().Width
	}
	whole := wide("")
	if r.fate.Visible() {
		t.Error("every message is marked")
	}
	if w := wide(mail.FateFailed); w >= whole || !r.fate.Visible() || r.fate.Icon() != "warn" {
		t.Errorf("%v after %v, %s", w, whole, r.fate.Icon())
	}
	if wide(mail.FateDelayed); r.fate.Icon() != "clock" {
		t.Error(r.fate.Icon())
	}
	if wide(mail.FateAccepted) != whole {
		t.Error("a message that was accepted is marked")
	}
	bare := wide(mail.FateFailed)
	c.show(cardView{quick: -1, subject: "S", fate: mail.FateFailed, fated: "Not delivered"}, nil)
	if r.subject.Size().Width >= bare || !r.fated.Visible() || r.fated.Text() != "Not delivered" {
		t.Errorf("it is not said: %v after %v", r.subject.Size().Width, bare)
	}
	c.Resize(fyne.NewSize(150, 70))
	if r.fated.Visible() || !r.fate.Visible() {
		t.Error("in a narrow list the words leave no room for the subject")
	}
}

func TestTheWordsForAMessagesFate(t *testing.T) {
	two := []mail.Address{{Addr: "a@x"}, {Addr: "b@x"}}
	for _, c := range []struct {
		s    mail.Summary
		want string
	}{
		{mail.Summary{}, ""},
		{mail.Summary{Report: mail.FateFailed, To: two}, "Not delivered"},
		{mail.Summary{Report: mail.FateDelayed}, "Delayed"},
		{mail.Summary{Report: mail.FateDelivered}, "Delivered"},
		{mail.Summary{Fate: mail.FateFailed, To: two}, "Not to everybody"},
		{mail.Summary{Fate: mail.FateFailed, To: two[:1]}, "Not delivered"},
		{mail.Summary{Fate: mail.FateDelayed, To: two[:1]}, "Delayed"},
	} {
		if _, got := fateOf(&c.s); got != c.want {
			t.Errorf("%+v: %q", c.s, got)
		}
	}
}
