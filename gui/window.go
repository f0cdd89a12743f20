package gui

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"poplar/gui/browse"
	"poplar/gui/composer"
	"poplar/gui/kit"
	"poplar/gui/model"
	"poplar/gui/people"
	"poplar/gui/reader"
	"poplar/gui/setup"
	"poplar/gui/source"
	"poplar/mail"
	"poplar/settings"
)

// window is Poplar's main window. Everything in it happens on the loop's thread.
type window struct {
	app  fyne.App
	win  fyne.Window
	p    model.Poplar
	loop kit.Loop
	ctx  context.Context //nolint:containedctx // it lasts as long as the window
	now  func() time.Time
	o    Options

	layer   *kit.Layer
	toast   *toaster
	cols    *columns
	body    *fyne.Container
	folders *browse.Folders
	pane    *browse.Pane
	list    *browse.List
	reader  *reader.Reader
	outbox  *composer.Outbox
	guide   *setup.Guide // in place of the columns while there is no account
	single  bool         // there is room for list or message only

	prefs    settings.Preferences
	saver    saver
	accounts []mail.Account
	self     map[string]bool
	all      []mail.Folder
	names    map[mail.FolderID]model.Entry
	closed   map[string]bool
	troubled map[mail.AccountID]bool
	waiting  int // messages in the outbox
	day      int // of the year, that the list was read on

	folding  bool // the folders are being read
	again    bool // and must be read once more
	undo     func()
	leaving  mail.MessageID // the message whose departure the bar counts down
	unmark   func()         // stops the clock that marks a message as read
	arrivals map[mail.AccountID][]mail.MessageID
	told     map[mail.Kind]bool // losses that were told in a box
	tray     *tray
	link     string // a mailto: link that waits for the first account
	asking   func() // stops the clock that asks for a newer version
	opened   openFiles
	preview  *reader.Preview // the last that was opened
	source   *source.Window  // the last that was opened
	inner    *reader.Reader  // of the attached message that was opened last
	servers  serverWindows
	language string // the content is written in

	composers  map[*composer.Window]bool
	book       *people.Window // the address book, while it is open
	setups     setupWindows
	leavingNow bool // what is being written is being saved
	deciding   int  // what the person has said of messages that are to leave, and that is not done yet
	decided    func()
	quit       func()
}

// newWindow makes the main window, with content but not shown.
func newWindow(ctx context.Context, app fyne.App, p model.Poplar, loop kit.Loop, now func() time.Time, o Options) *window {
	w := &window{
		app: app, win: app.NewWindow("Poplar"), p: p, loop: loop, ctx: ctx, now: now, o: o, self: map[string]bool{},
		names: map[mail.FolderID]model.Entry{}, closed: map[string]bool{}, unmark: func() {}, asking: func() {},
		arrivals: map[mail.AccountID][]mail.MessageID{}, told: map[mail.Kind]bool{},
		composers: map[*composer.Window]bool{},
	}
	w.quit = app.Quit
	w.day = now().YearDay()
	w.prefs = p.Preferences()
	w.saver = saver{p: p, loop: loop, ctx: ctx, failed: w.fail}
	for _, key := range strings.Fields(w.prefs.Window.Closed) {
		w.closed[key] = true
	}
	state := w.prefs.Window
	size := fyne.NewSize(1280, 800)
	if state.Width >= 480 && state.Height >= 360 {
		size = fyne.NewSize(float32(state.Width), float32(state.Height))
	}
	w.win.Resize(size)
	w.toast = newToaster(loop, func() *kit.Layer { return w.layer }, func() float32 {
		if w.folders == nil {
			return 0
		}
		return w.folders.Size().Width
	})
	w.shortcuts()
	w.build()
	return w
}

// build makes the content: anew when the language changes.
func (w *window) build() {
	chosen := model.KeyAll
	if w.pane != nil {
		chosen = w.pane.Entry().Key
		w.list.Close()
		w.reader.Close()
	}
	if w.guide != nil {
		w.guide.Close()
		w.guide = nil
	}
	w.toast.hide()
	w.language = kit.Language()
	w.cols = &columns{sidebar: sidebarWidth, list: listWidth}
	if s := w.prefs.Window; s.Sidebar > 0 && s.List > 0 {
		w.cols.sidebar, w.cols.list = float32(s.Sidebar), float32(s.List)
	}
	w.buildFolders()
	w.buildList()
	w.buildReader()
	w.outbox = composer.NewOutbox(w.win, w.p, w.loop, composer.OutboxOptions{
		OnEdit:    func(d mail.Draft, notice string) { w.composeWith(d, notice, nil) },
		OnChanged: w.readFolders, OnPassword: w.askSendingPassword,
	})
	left := kit.NewGrip(func(dx float32) { w.cols.dragSidebar(dx); w.body.Refresh() }, w.keepWidths)
	right := kit.NewGrip(func(dx float32) { w.cols.dragList(dx); w.body.Refresh() }, w.keepWidths)
	w.cols.folders, w.cols.pane, w.cols.reader, w.cols.left, w.cols.right = w.folders, w.pane, w.reader, left, right
	w.cols.outbox, w.cols.foot = w.outbox, w.folders.Foot
	w.cols.onWidth = func(rail, brief, single, low bool) {
		w.folders.SetRail(rail)
		w.reader.Strip.SetBrief(brief)
		w.reader.Strip.SetBack(single)
		w.pane.SetLow(low)
		w.single = single
		w.toast.place()
	}
	w.body = container.New(w.cols, w.folders, w.pane, w.reader, w.outbox, w.folders.Foot, left, right)
	w.accounts = w.p.Accounts()
	w.know()
	w.fill()
	w.pane.SetPreview(w.prefs.PreviewLines)
	w.reader.SetBodySize(w.prefs.BodySize)
	w.buildView()
	w.buildReading()
	w.buildServers()
	w.reader.OnLink = w.follow
	w.showFolders()
	if e, ok := w.folders.Entry(chosen); ok {
		w.open(e)
	}
	w.readFolders()
}

// fill shows the columns, or the first start where there is no account.
func (w *window) fill() {
	kit.Forget(w.win)
	if len(w.accounts) == 0 {
		w.guide = setup.NewFirstStart(w.win, w.p, w.loop, setup.Options{
			OnSaved:  func(mail.Account) { w.accountsChanged(); w.p.CheckNow() },
			OnByHand: func(a mail.Account, typed model.Secrets) { w.editAccountWith(&a, typed, "") },
		})
		w.layer = kit.SetContent(w.win, w.guide.Content())
		w.win.Canvas().SetOnTypedKey(w.guide.Key)
		w.win.Canvas().Focus(w.guide.First.Entry)
		w.title()
		return
	}
	if w.guide != nil {
		w.guide.Close()
		w.guide = nil
	}
	w.layer = kit.SetContent(w.win, w.body)
	w.win.Canvas().SetOnTypedKey(w.key)
	w.title()
}

func (w *window) buildFolders() {
	f := browse.NewFolders(w.now)
	w.folders = f
	f.OnOpen = w.open
	f.OnFold = func(key string, closed bool) {
		if closed {
			w.closed[key] = true
		} else {
			delete(w.closed, key)
		}
		w.showFolders()
		w.update(func(p *settings.Preferences) {
			p.Window.Closed = strings.Join(slices.Sorted(maps.Keys(w.closed)), " ")
		})
	}
	f.OnNew = w.write
	f.OnCheck = func() { w.p.CheckNow() }
	f.OnCancel = func(ids []mail.AccountID) {
		for _, id := range ids {
			w.p.CancelVisit(id)
		}
	}
	f.OnSettings = w.showPreferences
	f.OnRepair = w.repair
	f.OnMenu = w.folderMenu
	f.OnEnter = func() { w.list.First() }
	f.OnStatus = w.statusMenu
	f.OnFoot = func() { w.body.Refresh() }
}

func (w *window) buildList() {
	w.list = browse.NewList(w.loop, w.p, w.now)
	w.list.People = w.people
	w.list.Pill = w.pill
	w.list.OnSelect = w.selected
	w.list.OnAct = w.act
	w.list.OnMenu = w.messageMenu
	w.list.OnError = w.fail
	w.pane = browse.NewPane(w.loop, w.list)
	w.pane.OnTitle = func(string) {
		w.title()
		if w.pane.Searching() { // all mail is searched, not the folder
			w.folders.Choose("")
		} else {
			w.folders.Choose(w.pane.Entry().Key)
		}
	}
	w.pane.OnRead = func(anything bool) { w.reader.SetIdle(!anything) }
	w.pane.Minutes = func() int {
		least := 0
		for _, a := range w.accounts {
			if m := a.CheckMinutes; m > 0 && (least == 0 || m < least) {
				least = m
			}
		}
		return least
	}
}

func (w *window) buildReader() {
	w.reader = reader.New(w.loop, w.p, w.now, func(addr string) bool { return w.self[strings.ToLower(addr)] })
	w.reader.OnShown = w.shown
	w.reader.OnSeveral = func(c reader.Command) { w.command(c, fyne.Position{}) }
	w.reader.OnCopy = w.copyMenu
	w.reader.Strip.OnCommand = w.command
	w.reader.Strip.SetFor(0, false)
	w.reader.Attachments.OnOpen = w.openPart
	w.reader.Attachments.OnSave = w.savePart
	w.reader.Attachments.OnSaveAll = w.saveParts
	w.reader.Attachments.OnMenu = w.partMenu
}

// know learns the person's own addresses.
func (w *window) know() {
	w.self = map[string]bool{}
	for _, a := range w.accounts {
		w.self[strings.ToLower(a.Address)] = true
	}
}

// accountsChanged follows a change of accounts.
func (w *window) accountsChanged() {
	had := len(w.accounts) > 0
	w.accounts = w.p.Accounts()
	w.know()
	if had != (len(w.accounts) > 0) {
		w.fill()
	}
	w.showFolders()
	w.readFolders()
	w.list.Reload()
	if w.setups.accounts != nil {
		w.setups.accounts.Reload()
	}
	if link := w.link; link != "" && len(w.accounts) > 0 {
		w.link = ""
		w.mailto(link)
	}
}

// open lists a line of the folder column.
func (w *window) open(e model.Entry) {
	w.folders.Choose(e.Key)
	w.cols.reading = false
	before := w.cols.waiting
	w.cols.waiting = e.Folder.Role == mail.Outbox
	w.pane.Open(e)
	w.counts()
	if w.cols.waiting {
		w.outbox.Reload()
	}
	if w.single || before != w.cols.waiting {
		w.body.Refresh()
	}
}

func (w *window) title() {
	switch {
	case w.guide != nil:
		w.win.SetTitle("Poplar")
	case w.pane.Searching():
		w.win.SetTitle(kit.T("Search") + " – Poplar")
	case w.pane.Entry().Key == "":
		w.win.SetTitle("Poplar")
	default:
		t := browse.FolderTitle(w.pane.Entry())
		if a, ok := w.account(w.pane.Entry().Account); ok && len(w.accounts) > 1 {
			t += " – " + a.Title()
		}
		w.win.SetTitle(t + " – Poplar")
	}
}

func (w *window) account(id mail.AccountID) (mail.Account, bool) {
	i := slices.IndexFunc(w.accounts, func(a mail.Account) bool { return a.ID == id })
	if i < 0 {
		return mail.Account{}, false
	}
	return w.accounts[i], true
}

// people is whom a row names: in folders of one's own messages, those they go to.
func (w *window) people(s *mail.Summary) string {
	switch w.names[s.Folder].Folder.Role {
	case mail.Sent, mail.Drafts, mail.Outbox:
		if len(s.To) == 0 {
			return kit.T("(no recipient)")
		}
		return browse.Names(s.To)
	}
	return browse.Names(s.From)
}

// pill names the folder of a row where the list is of several.
func (w *window) pill(s *mail.Summary) string {
	q := w.list.Query()
	if q.Text == "" && !(q.Flagged && q.Folder == 0) {
		return ""
	}
	return browse.FolderTitle(w.names[s.Folder])
}

// readFolders reads the folders and their counts anew. Calls while it reads become one more reading.
func (w *window) readFolders() {
	if w.folding {
		w.again = true
		return
	}
	w.folding = true
	kit.Go(w.ctx, w.loop, w.p.Folders, func(all []mail.Folder, err error) {
		w.folding = false
		if err != nil {
			w.fail(err)
		} else {
			w.all = all
			w.names = model.Names(all)
			w.showFolders()
		}
		if w.again {
			w.again = false
			w.readFolders()
		}
	})
}

// showFolders draws the folder column from what is known.
func (w *window) showFolders() {
	status := w.p.Status()
	w.troubled = model.Troubled(status)
	w.waiting = 0
	for _, f := range w.all {
		if f.Role == mail.Outbox {
			w.waiting += f.Total
		}
	}
	w.folders.Set(model.Sidebar(w.accounts, w.all, w.closed, w.troubled))
	w.folders.SetFoot(model.FootOf(w.accounts, status, w.waiting))
	w.counts()
	if w.tray != nil {
		w.tray.update()
	}
}

// counts tells the title row how many are unread.
func (w *window) counts() {
	e, ok := w.folders.Entry(w.pane.Entry().Key)
	if !ok {
		return
	}
	unread := 0
	switch {
	case e.Unread && e.Folder.Role != mail.Outbox:
		unread = e.Count
	case e.Kind == model.FolderEntry && e.Folder.Role != mail.Drafts && e.Folder.Role != mail.Outbox:
		unread = e.Folder.Unread
	}
	w.pane.SetEntry(e, unread)
}

// unread is how many unread messages the inboxes hold.
func (w *window) unread() int {
	n := 0
	for _, f := range w.all {
		if f.Role == mail.Inbox {
			n += f.Unread
		}
	}
	return n
}

// selected follows the list: one message is read, several can be worked on together.
func (w *window) selected(ids []mail.MessageID, s *mail.Summary) {
	w.unmark()
	w.unmark = func() {}
	w.strip(ids)
	switch {
	case s != nil:
		w.reader.Open(*s, model.SearchWords(w.list.Query().Text))
	case len(ids) > 1:
		w.reader.Several(len(ids))
	default:
		w.reader.Clear()
	}
	if len(ids) == 0 && w.cols.reading {
		w.back()
	}
}

// strip shows what can be done with messages.
func (w *window) strip(ids []mail.MessageID) {
	flagged := len(ids) > 0
	for _, id := range ids {
		if s, ok := w.list.Summary(id); ok && s.Flags&mail.Flagged == 0 {
			flagged = false
			break
		}
	}
	w.reader.Strip.SetFor(len(ids), flagged)
}

// shown starts the clock that marks a message as read.
func (w *window) shown(id mail.MessageID, _ *mail.Message) {
	s, ok := w.list.Summary(id)
	if !ok || s.Flags&mail.Seen != 0 {
		return
	}
	w.unmark()
	w.unmark = kit.After(w.loop, time.Duration(w.prefs.MarkSeconds)*time.Second, func() {
		if w.reader.ID() == id {
			w.mark([]mail.MessageID{id}, mail.Seen, 0)
		}
	})
}

// back leads from a message to the list in a window for one of them.
func (w *window) back() {
	w.cols.reading = false
	w.body.Refresh()
	kit.Focus(w.list)
}

// forth leads from the list to the message.
func (w *window) forth() {
	if w.single {
		w.cols.reading = true
		w.body.Refresh()
	}
}

// keepWidths remembers where the person left the grips.
func (w *window) keepWidths() {
	w.update(func(p *settings.Preferences) {
		p.Window.Sidebar, p.Window.List = int(w.cols.sidebar), int(w.cols.list)
	})
}

// update changes the preferences and stores them.
func (w *window) update(change func(*settings.Preferences)) {
	change(&w.prefs)
	w.saver.save(w.prefs)
}

// fail tells that something did not work, in the status line. Only loss of data is worth a box.
func (w *window) fail(err error) {
	p := mail.ProblemOf(err)
	if p == nil || p.Kind == mail.Cancelled {
		return
	}
	told := model.Tell(p, kit.T)
	if loss := p.Kind == mail.DiskFull || p.Kind == mail.NotWritable || p.Kind == mail.StoreDamaged; loss && !w.told[p.Kind] {
		w.told[p.Kind] = true // a second one of its kind is no news
		w.tell(told.What, model.Sentences(kit.T, told.Advice))
		return
	}
	w.folders.Say(w.loop, told.What, true)
}

// tell shows something that must be read.
func (w *window) tell(title, text string) {
	(&kit.Ask{
		Title: title, Text: text, Choices: []kit.AskChoice{{Label: kit.T("OK"), Kind: kit.Filled}},
	}).Show(w.win, nil)
}

// saver stores the preferences one after the other, away from the UI thread.
type saver struct {
	p      model.Accounts
	loop   kit.Loop
	ctx    context.Context //nolint:containedctx // the window's
	failed func(error)

	busy bool
	next *settings.Preferences
}

func (s *saver) save(p settings.Preferences) {
	if s.busy {
		s.next = &p
		return
	}
	s.busy = true
	kit.Do(s.ctx, s.loop, func(context.Context) error {
		p.QuickTexts = s.p.Preferences().QuickTexts // other windows keep those
		return s.p.SetPreferences(p)
	}, func(err error) {
		s.busy = false
		if err != nil {
			s.failed(err)
		}
		if next := s.next; next != nil {
			s.next = nil
			s.save(*next)
		}
	})
}
