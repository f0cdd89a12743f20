package browse

import (
	"slices"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"poplar/gui/kit"
	"poplar/gui/model"
	"poplar/mail"
)

func newPaneBench(t *testing.T, n int) (*bench, *Pane) {
	b := newBench(t, n)
	p := NewPane(b.q.Loop, b.list)
	b.win.SetContent(p)
	b.win.Resize(fyne.NewSize(364, 700))
	p.Open(model.Entry{Key: model.KeyAll, Title: "All inboxes", Kind: model.FavouriteEntry, Query: mail.Query{Role: mail.Inbox}})
	b.wait(func() bool { return p.loaded })
	return b, p
}

func TestSearchStartsAfterTypingAndEndsWithEscape(t *testing.T) {
	b, p := newPaneBench(t, 40)
	b.box.rows[7].Subject = "Floor plan"
	p.Search.Type()
	test.Type(p.Search.entry, "plan")
	if p.Searching() {
		t.Error("it searches while one types")
	}
	b.wait(func() bool { return p.Searching() && p.loaded })
	if b.list.Total() != 1 || p.heading() != "Search" {
		t.Errorf("found %d under %q", b.list.Total(), p.heading())
	}
	if v := b.shownAt(0); v.subject != "Floor plan" || !slices.Equal(b.list.marks, []string{"plan"}) {
		t.Errorf("found %+v, marked %q", v, b.list.marks)
	}
	p.Search.entry.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if b.win.Canvas().Focused() != fyne.Focusable(b.list) || len(b.chose) != 1 {
		t.Error("Enter does not lead to what was found")
	}
	p.Search.Type()
	p.Search.entry.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	b.wait(func() bool { return !p.Searching() && p.loaded })
	if b.list.Total() != 40 || len(b.chose) != 0 || p.heading() != "All inboxes" {
		t.Errorf("after the search: %d listed, %v chosen, %q", b.list.Total(), b.chose, p.heading())
	}
}

func TestFilterAndOrder(t *testing.T) {
	b, p := newPaneBench(t, 40)
	b.box.rows[3].Flags = mail.Seen
	test.Tap(p.filter)
	b.wait(func() bool { return p.loaded })
	if b.list.Total() != 39 || !p.filter.On() {
		t.Errorf("only unread: %d", b.list.Total())
	}
	test.Tap(p.order)
	b.wait(func() bool { return p.loaded })
	if s, _ := b.list.pages.At(0); s.ID != 1 || !b.list.Query().Unread {
		t.Errorf("oldest first begins with %d", s.ID)
	}
	p.Open(p.Entry())
	b.wait(func() bool { return p.loaded })
	if p.filter.On() || p.order.On() || b.list.Total() != 40 {
		t.Error("another folder keeps the filter")
	}
}

func TestEmptyListsSayWhyAndWhat(t *testing.T) {
	b, p := newPaneBench(t, 0)
	p.Minutes = func() int { return 10 }
	p.update()
	if !p.empty.Visible() || p.empty.bold.Text() != "No mail yet" || p.empty.hint.Text() != "Poplar checks every 10 minutes." {
		t.Errorf("%q, %q", p.empty.bold.Text(), p.empty.hint.Text())
	}
	p.Open(model.Entry{Key: model.KeyUnread, Query: mail.Query{Unread: true}})
	b.wait(func() bool { return p.loaded })
	if p.empty.bold.Text() != "All read" {
		t.Errorf("%q", p.empty.bold.Text())
	}
	b.box.arrive(1)
	b.reload()
	if p.empty.Visible() {
		t.Error("the words stay over the mail")
	}
}

func TestTheTitleCounts(t *testing.T) {
	b, p := newPaneBench(t, 1500)
	if got := p.count.Text(); got != "1,500 messages" {
		t.Errorf("%q", got)
	}
	p.SetEntry(p.Entry(), 1284)
	if got := p.count.Text(); got != "1,284 unread" {
		t.Errorf("%q", got)
	}
	test.Tap(p.filter)
	b.wait(func() bool { return p.loaded })
	if got := p.count.Text(); got != "1,284 unread" {
		t.Errorf("of the unread: %q", got)
	}
	p.Search.entry.SetText("nowhere")
	p.Search.entry.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	b.wait(func() bool { return p.Searching() && p.loaded })
	if p.count.Text() != "" || !p.empty.Visible() {
		t.Errorf("of nothing that was found: %q", p.count.Text())
	}
}

func TestThePaneTellsWhetherThereIsAnythingToRead(t *testing.T) {
	b, p := newPaneBench(t, 0)
	var told []bool
	p.OnRead = func(anything bool) { told = append(told, anything) }
	b.reload()
	b.box.arrive(1)
	b.reload()
	if !slices.Equal(told, []bool{false, true}) {
		t.Errorf("it told %v", told)
	}
}

func TestNewMailAboveIsOffered(t *testing.T) {
	b, p := newPaneBench(t, 300)
	b.click(2, 0)
	b.box.arrive(2)
	b.reload()
	if !p.fresh.Visible() || p.fresh.line.Text() != "2 new messages" {
		t.Fatalf("visible %v, %q", p.fresh.Visible(), p.fresh.line.Text())
	}
	test.Tap(p.fresh)
	if p.fresh.Visible() || b.list.offset != 0 {
		t.Error("a click does not lead to the top")
	}
}

func entries() []model.Entry {
	accounts := []mail.Account{{ID: "a", Address: "anna@example.org"}}
	folders := []mail.Folder{
		{ID: 1, Account: "a", Role: mail.Inbox, Name: "Inbox", Unread: 1300},
		{ID: 2, Account: "a", Role: mail.Trash, Name: "Trash"},
		{ID: 3, Account: "a", Name: "Clients"},
		{ID: 4, Account: "a", Name: "Old", Parent: 3},
	}
	return model.Sidebar(accounts, folders, nil, map[mail.AccountID]bool{"a": true})
}

func newFolderBench(t *testing.T) *Folders {
	a := test.NewTempApp(t)
	a.Settings().SetTheme(kit.NewTheme())
	f := NewFolders(func() time.Time { return noon })
	w := test.NewTempWindow(t, f)
	w.SetPadded(false)
	w.Resize(fyne.NewSize(212, 700))
	f.Set(entries())
	return f
}

func lineOf(f *Folders, key string) (*folderLine, float32) {
	for i, e := range f.entries {
		if e.Key == key {
			return f.rows[i], f.rows[i].Position().Y + f.rows[i].Size().Height/2
		}
	}
	return nil, 0
}

func press(f *Folders, x, y float32, button desktop.MouseButton) {
	e := &desktop.MouseEvent{Button: button}
	e.Position = fyne.NewPos(x, y)
	f.tree.MouseDown(e)
}

func TestFoldersOpenFoldAndRepair(t *testing.T) {
	f := newFolderBench(t)
	var opened, folded []string
	var repaired mail.AccountID
	f.OnOpen = func(e model.Entry) { opened = append(opened, e.Key) }
	f.OnFold = func(key string, _ bool) { folded = append(folded, key) }
	f.OnRepair = func(id mail.AccountID) { repaired = id }
	_, y := lineOf(f, "folder:1")
	press(f, 100, y, desktop.MouseButtonPrimary)
	_, y = lineOf(f, "folder:3")
	press(f, 10, y, desktop.MouseButtonPrimary)
	_, y = lineOf(f, "account:a")
	press(f, 100, y, desktop.MouseButtonPrimary)
	press(f, f.tree.Size().Width-46, y, desktop.MouseButtonPrimary)
	if !slices.Equal(opened, []string{"folder:1"}) || !slices.Equal(folded, []string{"folder:3", "account:a"}) || repaired != "a" {
		t.Errorf("opened %v, folded %v, repaired %q", opened, folded, repaired)
	}
	row, _ := lineOf(f, "folder:1")
	if !row.view.chosen {
		t.Error("the open folder is not marked")
	}
	f.tree.TypedKey(&fyne.KeyEvent{Name: fyne.KeyDown})
	for range 3 { // over the heading
		f.tree.TypedKey(&fyne.KeyEvent{Name: fyne.KeyUp})
	}
	if !slices.Equal(opened[1:], []string{"folder:3", "folder:1", model.KeyUnread}) {
		t.Errorf("the keyboard opened %v", opened[1:])
	}
	f.Choose("folder:3")
	f.tree.TypedKey(&fyne.KeyEvent{Name: fyne.KeyLeft})
	if folded[len(folded)-1] != "folder:3" {
		t.Error("Left does not fold")
	}
}

func TestTheKeyboardReachesEveryLineOfTheFolders(t *testing.T) {
	f := newFolderBench(t)
	folded := map[string]bool{}
	entered, menu := 0, ""
	f.OnFold = func(key string, closed bool) {
		folded[key] = closed
		accounts := []mail.Account{{ID: "a", Address: "anna@example.org"}}
		f.Set(model.Sidebar(accounts, []mail.Folder{{ID: 1, Account: "a", Role: mail.Inbox, Name: "Inbox"}}, folded, nil))
	}
	f.OnEnter = func() { entered++ }
	f.OnMenu = func(e model.Entry, _ fyne.Position) { menu = e.Key }
	kit.Focus(f.tree)
	type step struct {
		key            fyne.KeyName
		chosen, ringed string
	}
	f.Choose("folder:1")
	for i, s := range []step{
		{fyne.KeyLeft, "folder:1", "account:a"}, // to what it is in
		{fyne.KeyLeft, "folder:1", "account:a"}, // which folds
		{fyne.KeyUp, model.KeyUnread, model.KeyUnread},
		{fyne.KeyDown, model.KeyUnread, "account:a"},
		{fyne.KeyReturn, model.KeyUnread, "account:a"}, // unfolds
		{fyne.KeyRight, "folder:1", "folder:1"},
		{fyne.KeyHome, model.KeyAll, model.KeyAll},
		{fyne.KeyEnd, "folder:1", "folder:1"},
	} {
		f.tree.TypedKey(&fyne.KeyEvent{Name: s.key})
		var ringed []string
		for j, row := range f.rows {
			if row.Visible() && row.view.ringed {
				ringed = append(ringed, f.entries[j].Key)
			}
		}
		if f.chosen != s.chosen || !slices.Equal(ringed, []string{s.ringed}) {
			t.Errorf("step %d, %s: %q is listed, the ring is on %q", i, s.key, f.chosen, ringed)
		}
		if i == 1 && !folded["account:a"] || i == 4 && folded["account:a"] {
			t.Errorf("step %d: folded is %v", i, folded)
		}
	}
	f.tree.TypedKey(&fyne.KeyEvent{Name: desktop.KeyMenu})
	f.tree.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if menu != "folder:1" || entered != 1 {
		t.Errorf("the menu is of %q, entered %d times", menu, entered)
	}
}

func TestWhereTheKeyboardIsShowsOnlyWhereItCameByKeys(t *testing.T) {
	f := newFolderBench(t)
	f.Choose("folder:1")
	row, y := lineOf(f, "folder:1")
	f.Focus()
	if !row.view.ringed {
		t.Error("the folders have the keyboard and do not show it")
	}
	fyne.CurrentApp().Driver().CanvasForObject(f).Unfocus()
	press(f, 100, y, desktop.MouseButtonPrimary)
	if row.view.ringed {
		t.Error("a click draws a ring")
	}
	b := newBench(t, 5)
	kit.Focus(b.list)
	if !b.shownAt(0).cursor {
		t.Error("a list of which nothing is chosen does not show that it has the keyboard")
	}
	b.click(2, 0)
	if b.shownAt(0).cursor || b.shownAt(2).cursor {
		t.Error("a click draws a ring in the list")
	}
}

func TestTheKeyboardScrollsTheFolders(t *testing.T) {
	f := newFolderBench(t)
	f.Resize(fyne.NewSize(212, 200))
	f.tree.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEnd})
	row, _ := lineOf(f, f.chosen)
	if bottom := row.Position().Y + row.Size().Height - f.scroll.Offset.Y; bottom > f.scroll.Size().Height || f.scroll.Offset.Y == 0 {
		t.Errorf("the line ends at %v of %v", bottom, f.scroll.Size().Height)
	}
	f.tree.TypedKey(&fyne.KeyEvent{Name: fyne.KeyHome})
	if row, _ = lineOf(f, f.chosen); row.Position().Y < f.scroll.Offset.Y {
		t.Errorf("the line at %v is above %v", row.Position().Y, f.scroll.Offset.Y)
	}
}

func TestFoldersShowNamesAndCounts(t *testing.T) {
	f := newFolderBench(t)
	r := test.WidgetRenderer(must(lineOf(f, "folder:1"))).(*folderLineRenderer)
	if r.title.Text() != "Inbox" || r.count.Text() != "1,300" || !r.count.Visible() {
		t.Errorf("%q %q", r.title.Text(), r.count.Text())
	}
	kit.SetLanguage("zh")
	defer kit.SetLanguage("en")
	f.Set(nil)
	f.Set(entries())
	r = test.WidgetRenderer(must(lineOf(f, "folder:2"))).(*folderLineRenderer)
	r.Refresh()
	if r.title.Text() != "已删除" {
		t.Errorf("%q", r.title.Text())
	}
	f.SetRail(true)
	if row, _ := lineOf(f, "account:a"); row.Visible() {
		t.Error("a rail has headings")
	}
}

func must(l *folderLine, _ float32) *folderLine { return l }

func TestTheFootSaysHowTheAccountsDo(t *testing.T) {
	f := newFolderBench(t)
	for _, c := range []struct {
		foot   model.Foot
		want   string
		height float32
	}{
		{model.Foot{}, "No account yet", 32},
		{model.Foot{State: model.FootUnknown}, "Not checked yet", 32},
		{model.Foot{State: model.FootUpToDate, Checked: noon.Add(-time.Hour)}, "Up to date · checked 11:00", 32},
		{model.Foot{State: model.FootUpToDate, Checked: noon.AddDate(0, 0, -2)}, "Up to date · checked Mon", 32},
		{model.Foot{State: model.FootOffline, Waiting: 2}, "Offline · 2 waiting", 32},
		{model.Foot{State: model.FootTrouble, Problem: &mail.Problem{Kind: mail.LoginRefused}}, "Cannot log in", 32},
		{model.Foot{State: model.FootConnecting}, "Connecting…", 41},
		{model.Foot{State: model.FootReceiving, Done: 38, Total: 120}, "Receiving 38 of 120", 41},
	} {
		f.SetFoot(c.foot)
		if f.Foot.line.Text() != c.want || f.Foot.Height() != c.height {
			t.Errorf("%q, %v high; want %q", f.Foot.line.Text(), f.Foot.Height(), c.want)
		}
	}
	for _, k := range mail.Kinds {
		if troubleWords(k) == "" {
			t.Errorf("no words for %s", k)
		}
	}
	q := kit.NewQueue()
	f.SetFoot(model.Foot{State: model.FootUpToDate, Checked: noon})
	f.Foot.Say(q.Loop, "Saved", false, time.Nanosecond)
	if f.Foot.line.Text() != "Saved" {
		t.Error("a notice is not shown")
	}
	if !q.Until(time.Minute, func() bool { return f.Foot.line.Text() == "Up to date · checked 12:00" }) {
		t.Error("a notice stays")
	}
}

func TestTheFootStopsAndRepairs(t *testing.T) {
	f := newFolderBench(t)
	var stopped []mail.AccountID
	var repaired mail.AccountID
	f.OnCancel = func(ids []mail.AccountID) { stopped = ids }
	f.OnRepair = func(id mail.AccountID) { repaired = id }
	f.SetFoot(model.Foot{State: model.FootReceiving, Done: 1, Total: 2, Busy: []mail.AccountID{"a", "b"}})
	test.Tap(f.Foot.cancel)
	f.SetFoot(model.Foot{State: model.FootTrouble, Account: "b", Problem: &mail.Problem{Kind: mail.LoginRefused}})
	test.Tap(f.Foot.repair)
	if len(stopped) != 2 || repaired != "b" {
		t.Errorf("stopped %v, repaired %q", stopped, repaired)
	}
}

func TestGroupTitles(t *testing.T) {
	defer kit.SetLanguage("en")
	for _, c := range []struct {
		g      model.Group
		en, zh string
	}{
		{model.Group{Era: model.Today}, "Today", "今天"},
		{model.Group{Era: model.LastWeek}, "Last week", "上周"},
		{model.Group{Era: model.Month, Year: 2026, Month: time.October}, "October", "10月"},
		{model.Group{Era: model.YearMonth, Year: 2025, Month: time.March}, "March 2025", "2025年3月"},
	} {
		kit.SetLanguage("en")
		en := groupTitle(c.g)
		kit.SetLanguage("zh")
		if zh := groupTitle(c.g); en != c.en || zh != c.zh {
			t.Errorf("%q, %q", en, zh)
		}
	}
}

func TestEveryRoleHasATitle(t *testing.T) {
	defer kit.SetLanguage("en")
	for _, language := range []string{"en", "zh"} {
		kit.SetLanguage(language)
		for _, r := range mail.Roles {
			if RoleTitle(r) == "" || language == "zh" && RoleTitle(r) == r.Title() {
				t.Errorf("%s in %s: %q", r, language, RoleTitle(r))
			}
		}
		for _, title := range []string{"Favourites", "All inboxes", "Flagged", "Unread"} {
			if got := FolderTitle(model.Entry{Title: title}); got == "" || language == "zh" && got == title {
				t.Errorf("%s: %q", title, got)
			}
		}
	}
}
