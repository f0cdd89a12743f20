package gui

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"poplar/gui/browse"
	"poplar/gui/kit"
	"poplar/gui/model"
	"poplar/gui/reader"
	"poplar/mail"
	"poplar/settings"
)

func TestMain(m *testing.M) {
	os.Setenv("LANG", "en_US.UTF-8")
	os.Exit(m.Run())
}

type stage struct {
	t    *testing.T
	q    *kit.Queue
	f    *fake
	w    *window
	quit int
}

func newStage(t *testing.T, prepare func(*fake)) *stage {
	t.Helper()
	a := test.NewTempApp(t)
	a.Settings().SetTheme(kit.NewTheme())
	s := &stage{t: t, q: kit.NewQueue(), f: newFake()}
	s.f.prefs.MarkSeconds = 60 // no test waits for it unless it says so
	if prepare != nil {
		prepare(s.f)
	}
	ctx, cancel := context.WithCancel(context.Background())
	s.w = newWindow(ctx, a, s.f, s.q.Loop, func() time.Time { return noon }, Options{Version: "0"})
	s.w.quit = func() { s.quit++ }
	s.w.win.Resize(fyne.NewSize(1280, 800))
	t.Cleanup(func() {
		cancel()
		s.w.list.Close()
		s.w.reader.Close()
		s.w.win.Close()
	})
	if len(s.f.accounts) > 0 {
		s.until("the list is read", func() bool { return s.w.list.Total() > 0 && len(s.w.all) > 0 })
	}
	return s
}

func (s *stage) until(what string, done func() bool) {
	s.t.Helper()
	if !s.q.Until(time.Minute, done) {
		s.t.Fatalf("it never came to that: %s (%s)", what, s.f.done())
	}
}

// choose chooses the first n messages of the list.
func (s *stage) choose(n int) {
	s.t.Helper()
	s.w.list.Step(-1000)
	for range n - 1 {
		s.w.list.TypedShortcut(&desktop.CustomShortcut{KeyName: fyne.KeyDown, Modifier: fyne.KeyModifierControl | fyne.KeyModifierShift})
	}
	if got := len(s.w.list.Selected()); got != n {
		s.t.Fatalf("%d messages are chosen", got)
	}
}

func (s *stage) did(want string) {
	s.t.Helper()
	s.until(want, func() bool { return strings.Contains(s.f.done(), want) })
}

func (s *stage) toastText() string {
	if s.w.toast.bar == nil {
		return ""
	}
	return s.w.toast.bar.line.Text()
}

func TestMovingOffersUndo(t *testing.T) {
	s := newStage(t, nil)
	s.choose(4) // of both accounts
	s.w.command(reader.Delete, fyne.Position{})
	s.until("the bar", func() bool { return s.toastText() == "4 messages moved to Trash" })
	if sel := s.w.list.Selected(); len(sel) != 1 || sel[0] != 16 {
		t.Errorf("the next message is not chosen: %v", sel)
	}
	s.until("they are gone", func() bool { return s.w.list.Total() == 16 })
	test.Tap(s.w.toast.bar.acts[0])
	s.until("they are back", func() bool { return s.w.list.Total() == 20 })
	if s.w.toast.bar != nil {
		t.Error("the bar stays")
	}
	s.did("move [18 19 20] 1")
	s.did("move [17] 8")
}

func TestAMoveOfManySaysThatItIsUnderWayAndCanBeTakenBackMeanwhile(t *testing.T) {
	s := newStage(t, nil)
	s.f.gate = make(chan struct{})
	s.choose(3)
	s.w.command(reader.Archive, fyne.Position{})
	s.until("it is said", func() bool { return s.toastText() == "Moving 3 messages to Archive…" })
	s.w.takeBack()
	close(s.f.gate)
	s.until("they are back", func() bool { return strings.Contains(s.f.done(), "move [18 19 20] 1") && s.w.list.Total() == 20 })
	if s.w.toast.bar != nil {
		t.Errorf("the bar says %q", s.toastText())
	}
}

func TestEmptyingAFolderChoosesNothingElseAnew(t *testing.T) {
	s := newStage(t, func(f *fake) { f.rows[0].Folder, f.rows[1].Folder, f.rows[5].Folder = 7, 7, 6 })
	e, _ := s.w.folders.Entry(model.FolderKey(7))
	s.w.open(e)
	s.until("the trash is listed", func() bool { return s.w.list.Total() == 2 })
	s.choose(1)
	s.w.emptyFolder(mail.Folder{ID: 6, Account: "a", Role: mail.Junk, Total: 1})
	s.w.win.Canvas().OnTypedKey()(&fyne.KeyEvent{Name: fyne.KeyReturn})
	s.did("delete [15]")
	if sel := s.w.list.Selected(); len(sel) != 1 || sel[0] != 20 {
		t.Errorf("chosen now: %v", sel)
	}
}

func TestAMoveThatFailsIsSaidAndLosesNothing(t *testing.T) {
	s := newStage(t, nil)
	s.f.fails = &mail.Problem{Kind: mail.Unknown, Err: errors.New("locked")}
	s.choose(1)
	s.w.command(reader.Archive, fyne.Position{})
	s.until("the foot says so", func() bool { return strings.Contains(footText(s.w), "Something unexpected") })
	if s.w.toast.bar != nil || s.w.list.Total() != 20 {
		t.Error("it looks as if it had worked")
	}
}

func footText(w *window) string {
	return test.WidgetRenderer(w.folders.Foot).Objects()[2].(*kit.Line).Text()
}

func TestTrashIsEmptiedOnlyAfterAQuestion(t *testing.T) {
	s := newStage(t, func(f *fake) { f.rows[0].Folder = 7 })
	e, _ := s.w.folders.Entry(model.FolderKey(7))
	s.w.open(e)
	s.until("the trash is listed", func() bool { return s.w.list.Total() == 1 })
	s.choose(1)
	s.w.command(reader.Delete, fyne.Position{})
	s.q.Run()
	if strings.Contains(s.f.done(), "delete") {
		t.Fatal("deleted for good without a question")
	}
	s.w.win.Canvas().OnTypedKey()(&fyne.KeyEvent{Name: fyne.KeyEscape})
	s.w.command(reader.Delete, fyne.Position{})
	s.w.win.Canvas().OnTypedKey()(&fyne.KeyEvent{Name: fyne.KeyReturn})
	s.did("delete [20]")
}

func TestAMessageIsMarkedReadAfterAWhile(t *testing.T) {
	s := newStage(t, func(f *fake) { f.prefs.MarkSeconds = 0 })
	s.choose(1)
	s.did("mark [20] [seen] []")
	if row, _ := s.w.list.Summary(20); row.Flags&mail.Seen == 0 {
		t.Error("the list does not show it")
	}
}

func TestKeysAndCommands(t *testing.T) {
	s := newStage(t, nil)
	s.choose(1)
	for _, c := range []struct {
		key  fyne.KeyName
		want string
	}{
		{fyne.KeyS, "mark [20] [flagged] []"},
		{fyne.KeyM, "mark [20] [seen] []"},
		{fyne.KeyF5, "check []"},
		{fyne.KeyR, "answer 20 0"},
		{fyne.KeyF, "answer 20 2"},
		{fyne.KeyJ, "move [20] junk"},
		{fyne.KeyA, "move [19] archive"},
		{fyne.KeyDelete, "move [18] trash"},
	} {
		s.w.key(&fyne.KeyEvent{Name: c.key})
		s.did(c.want)
	}
	s.w.command(reader.ReplyAll, fyne.Position{})
	s.did("answer 17 1")
	s.w.takeBack()
	s.did("move [18] 1")
}

func TestEventsFollow(t *testing.T) {
	s := newStage(t, nil)
	s.f.mu.Lock()
	s.f.rows = append([]mail.Summary{{ID: 30, Folder: 1, Account: "a", Subject: "Fresh", Date: noon, From: []mail.Address{{Name: "Jonas"}}}}, s.f.rows...)
	s.f.status = []mail.AccountStatus{{Account: "a", Busy: true, Done: 3, Total: 12}}
	s.f.mu.Unlock()
	s.w.handle([]mail.Event{{What: mail.VisitProgress, Account: "a"}})
	if footText(s.w) != "Receiving 3 of 12" {
		t.Errorf("%q", footText(s.w))
	}
	s.w.handle([]mail.Event{{What: mail.Arrived, Account: "a", Messages: []mail.MessageID{30}}, {What: mail.Counted}})
	s.until("it is listed and counted", func() bool { return s.w.list.Total() == 21 && s.w.unread() == 21 })
	s.f.mu.Lock()
	s.f.status = []mail.AccountStatus{{Account: "a", LastCheck: noon}}
	s.f.mu.Unlock()
	app := &tellingApp{App: s.w.app}
	s.w.app = app
	s.w.handle([]mail.Event{{What: mail.VisitEnded, Account: "a"}})
	s.until("the foot is at rest", func() bool { return footText(s.w) == "Up to date · checked 12:00" })
	s.until("it is told", func() bool { return len(app.told) > 0 })
	if n := app.told[0]; len(app.told) != 1 || n.Title != "1 new message" || n.Content != "Jonas — Fresh" {
		t.Errorf("told %d times, %+v", len(app.told), n)
	}
}

// tellingApp keeps the notifications that are sent.
type tellingApp struct {
	fyne.App
	told []*fyne.Notification
}

func (a *tellingApp) SendNotification(n *fyne.Notification) { a.told = append(a.told, n) }

func TestReadMailStaysInTheListOfUnread(t *testing.T) {
	s := newStage(t, nil)
	e, _ := s.w.folders.Entry(model.KeyUnread)
	s.w.open(e)
	s.until("listed", func() bool { return s.w.list.Total() == 20 })
	s.choose(1)
	s.w.mark([]mail.MessageID{20}, mail.Seen, 0)
	s.did("mark [20]")
	s.w.handle([]mail.Event{{What: mail.Changed, Messages: []mail.MessageID{20}}})
	s.until("counted", func() bool { return s.w.unread() == 19 })
	if s.w.list.Total() != 20 || len(s.w.list.Selected()) != 1 {
		t.Error("the message one reads went away")
	}
}

func TestASentMessageCanBeCalledBack(t *testing.T) {
	s := newStage(t, nil)
	item := &mail.OutboxItem{ID: 99, State: mail.Queued, Due: noon.Add(7 * time.Second), Subject: "Lunch"}
	s.w.handle([]mail.Event{{What: mail.OutboxChanged, Outbox: item}})
	if s.toastText() != "Message leaves in 7 seconds" {
		t.Fatalf("%q", s.toastText())
	}
	test.Tap(s.w.toast.bar.acts[1])
	s.did("unsend 99")
	again := *item
	again.ID = 98
	s.w.handle([]mail.Event{{What: mail.OutboxChanged, Outbox: &again}})
	test.Tap(s.w.toast.bar.acts[0])
	s.did("send now 98")
	third := *item
	third.ID = 97
	s.w.handle([]mail.Event{{What: mail.OutboxChanged, Outbox: &third}})
	third.State = mail.SentOK
	s.w.handle([]mail.Event{{What: mail.OutboxChanged, Outbox: &third}})
	if s.w.toast.bar != nil || footText(s.w) != "Sent: Lunch" {
		t.Errorf("%q, %q", s.toastText(), footText(s.w))
	}
	third.State, third.Problem = mail.Uncertain, &mail.Problem{Kind: mail.ServerTemporary}
	s.w.handle([]mail.Event{{What: mail.OutboxChanged, Outbox: &third}})
	if got := footText(s.w); got != "Perhaps sent: the line broke before the server answered." {
		t.Errorf("of a message that was perhaps sent is said %q", got)
	}
}

func TestOnlyLossesAreToldInABox(t *testing.T) {
	s := newStage(t, nil)
	s.w.handle([]mail.Event{{What: mail.Trouble, Account: "a", Problem: &mail.Problem{Kind: mail.Timeout}}})
	if s.w.win.Canvas().Overlays().Top() != nil {
		t.Error("a box for the network")
	}
	for range 2 {
		s.w.handle([]mail.Event{{What: mail.Trouble, Account: "a", Problem: &mail.Problem{Kind: mail.DiskFull}}})
	}
	if n := len(s.w.win.Canvas().Overlays().List()); n != 1 {
		t.Errorf("%d boxes for a full disk", n)
	}
	if got := footText(s.w); !strings.Contains(got, "The disk is full") {
		t.Errorf("the second time the foot says %q", got)
	}
}

func TestFirstStartShowsTheSetUp(t *testing.T) {
	s := newStage(t, func(f *fake) { f.accounts, f.rows = nil, nil })
	if s.w.guide == nil {
		t.Fatal("no set-up")
	}
	if s.w.win.Canvas().Focused() != s.w.guide.First.Entry || s.w.win.Title() != "Poplar" {
		t.Errorf("one cannot type at once, or the title is %q", s.w.win.Title())
	}
	s.f.mu.Lock()
	s.f.accounts = newFake().accounts
	s.f.mu.Unlock()
	s.w.accountsChanged()
	if s.w.guide != nil {
		t.Error("the set-up stays")
	}
	s.until("folders", func() bool { _, ok := s.w.folders.Entry(model.FolderKey(1)); return ok })
}

func TestTheWindowChangesWithItsWidth(t *testing.T) {
	s := newStage(t, nil)
	s.choose(1)
	for _, c := range []struct {
		width                float32
		folders, list, first float32 // widths, and where the reader begins
	}{{1280, 212, 364, 576}, {1100, 212, 364, 576}, {1000, 212, 364, 576}, {930, 48, 364, 412}, {760, 48, 292, 340}} {
		s.w.win.Resize(fyne.NewSize(c.width, 700))
		if s.w.folders.Size().Width != c.folders || s.w.list.Size().Width != c.list-1 || s.w.reader.Position().X != c.first {
			t.Errorf("%v: folders %v, list %v, reader at %v", c.width, s.w.folders.Size().Width, s.w.list.Size().Width, s.w.reader.Position().X)
		}
	}
	s.w.win.Resize(fyne.NewSize(600, 700))
	if s.w.reader.Visible() || !s.w.pane.Visible() {
		t.Fatal("a narrow window shows both")
	}
	s.w.act(browse.Clicked, s.w.list.Selected())
	if !s.w.reader.Visible() || s.w.pane.Visible() {
		t.Fatal("a click does not lead to the message")
	}
	s.w.command(reader.Back, fyne.Position{})
	if s.w.reader.Visible() || !s.w.pane.Visible() {
		t.Error("Back does not lead to the list")
	}
}

func TestWhatThePersonLeftIsThereAgain(t *testing.T) {
	s := newStage(t, nil)
	s.w.cols.dragSidebar(60)
	s.w.cols.dragList(-40)
	s.w.keepWidths()
	s.w.folders.OnFold("account:b", true)
	s.w.remember()
	s.until("stored", func() bool { return s.f.Preferences().Window.Closed != "" })
	if err := s.w.keep(); err != nil {
		t.Fatal(err)
	}
	got := s.f.Preferences().Window
	if got.Sidebar != 272 || got.List != 324 || got.Closed != "account:b" || got.Width != 1280 || got.Height != 800 {
		t.Errorf("%+v", got)
	}
	again := newStage(t, func(f *fake) { f.prefs.Window = got })
	if again.w.folders.Size().Width != 272 {
		t.Errorf("the folders are %v wide", again.w.folders.Size().Width)
	}
	if _, ok := again.w.folders.Entry(model.FolderKey(8)); ok {
		t.Error("the folded account is open")
	}
}

// What another window has stored meanwhile is not overwritten with what the main window knew.
func TestQuickTextsStayThroughChanges(t *testing.T) {
	s := newStage(t, nil)
	p := s.f.Preferences()
	p.QuickTexts = []settings.QuickText{{Name: "thanks", Text: "Thank you, {first}."}}
	if err := s.f.SetPreferences(p); err != nil { // as the composer and the window of the quick texts do
		t.Fatal(err)
	}
	for _, folder := range []string{"/home/anna", "/home/anna/mail"} { // the second waits for the first
		s.w.update(func(p *settings.Preferences) { p.Window.SaveFolder = folder })
	}
	s.until("stored", func() bool { return s.f.Preferences().Window.SaveFolder == "/home/anna/mail" })
	if got := s.f.Preferences().QuickTexts; len(got) != 1 || got[0].Name != "thanks" {
		t.Errorf("%+v", got)
	}
}

func TestLanguageAndThemeTakeEffectAtOnce(t *testing.T) {
	s := newStage(t, nil)
	defer kit.SetTheme("system")
	defer kit.SetLanguage("en")
	e, _ := s.w.folders.Entry(model.FolderKey(1))
	s.w.open(e)
	p := s.w.prefs
	p.Language, p.Theme, p.PreviewLines = "zh", "dark", 2
	s.w.prefsChanged(p)
	if !kit.Dark() || s.w.win.Title() != "收件箱 – a@example.org – Poplar" {
		t.Errorf("dark %v, title %q", kit.Dark(), s.w.win.Title())
	}
	s.until("listed again", func() bool { return s.w.list.Total() == 15 })
}

func TestMailtoBeginsAMessage(t *testing.T) {
	s := newStage(t, nil)
	s.w.mailto("https://example.org")
	s.w.mailto("mailto:jonas@example.org?subject=Lunch&cc=a@b.c&bcc=spy@evil.example&body=Hi%0D%0Athere+you")
	s.until("a window", func() bool { return len(s.w.composers) == 1 })
	for c := range s.w.composers {
		d := c.Composition().Draft()
		if len(d.To) != 1 || d.To[0].Addr != "jonas@example.org" || d.Subject != "Lunch" || len(d.Cc) != 1 || len(d.Bcc) != 1 || !strings.HasPrefix(d.Text, "Hi\nthere+you") {
			t.Errorf("%+v", d)
		}
		c.Window.Close()
	}
}

func TestMailtoWaitsForTheFirstAccount(t *testing.T) {
	s := newStage(t, func(f *fake) { f.accounts, f.rows = nil, nil })
	s.w.mailto("mailto:jonas@example.org?subject=Lunch")
	s.w.accountsChanged()
	if len(s.w.composers) > 0 || s.w.link == "" {
		t.Fatal("a message without an account, or the link is forgotten")
	}
	s.f.accounts = newFake().accounts
	s.w.accountsChanged()
	s.until("a window", func() bool { return len(s.w.composers) == 1 })
	for c := range s.w.composers {
		if d := c.Composition().Draft(); d.Subject != "Lunch" {
			t.Errorf("%+v", d)
		}
		c.Window.Close()
	}
	s.w.accountsChanged()
	s.q.Run()
	if len(s.w.composers) > 0 {
		t.Error("the link was followed twice")
	}
}

func TestLeavingSavesWhatIsBeingWritten(t *testing.T) {
	s := newStage(t, nil)
	s.w.write()
	s.until("a window", func() bool { return len(s.w.composers) == 1 })
	s.w.leave()
	s.until("the end", func() bool { return s.quit > 0 })
}

func TestClosingGoesOnOnlyWhereATrayIs(t *testing.T) {
	s := newStage(t, nil)
	s.w.close()
	s.until("the end", func() bool { return s.quit == 1 })
}

func TestFolderOperations(t *testing.T) {
	s := newStage(t, nil)
	e, _ := s.w.folders.Entry(model.FolderKey(50))
	s.w.newFolder(e)
	test.Type(s.w.win.Canvas().Focused(), "Bills")
	s.w.win.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	s.did("create Bills in a under 50")
	s.w.deleteFolder(e.Folder)
	s.w.win.Canvas().OnTypedKey()(&fyne.KeyEvent{Name: fyne.KeyReturn})
	s.did("delete folder 50")
	s.w.markAll(mail.Folder{ID: 8, Total: 5})
	s.did("mark [17 13 9 5 1] [seen] []")
}

func TestDraftsOpenInTheComposer(t *testing.T) {
	s := newStage(t, func(f *fake) { f.rows[0].Folder = 2 })
	e, _ := s.w.folders.Entry(model.FolderKey(2))
	s.w.open(e)
	s.until("drafts", func() bool { return s.w.list.Total() == 1 })
	if got := s.w.people(&s.f.rows[0]); got != "a@example.org" {
		t.Errorf("a draft is listed by %q", got)
	}
	s.choose(1)
	s.w.act(browse.OpenIt, s.w.list.Selected())
	s.did("open draft 20")
}

func TestLicencesNameTheirVersions(t *testing.T) {
	titles := 0
	for _, l := range licenceLines() {
		if l.title {
			titles++
		}
		if len(l.text) > 300 {
			t.Errorf("a line of %d letters", len(l.text))
		}
	}
	if titles < 30 {
		t.Errorf("%d works", titles)
	}
}

func TestADoubtfulLinkIsAskedAbout(t *testing.T) {
	s := newStage(t, nil)
	s.w.follow("https://bank.example.net/", "bank.example.net")
	if n := len(s.w.win.Canvas().Overlays().List()); n != 1 {
		t.Errorf("%d questions about a link that looks like another site", n)
	}
}
