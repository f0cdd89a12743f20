package browse

import (
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"poplar/gui/kit"
	"poplar/gui/model"
	"poplar/mail"
)

// Measures of the folder column.
const (
	folderRow   = 28
	firstHead   = 24
	groupHead   = 34
	footRest    = 32
	footAtWork  = 41
	footRetry   = 48
	folderLeft  = 8 // from the column's edge to a row
	folderText  = 45
	folderIcon  = 18
	levelIndent = 16
	// RailWidth is the width of the column when only icons are left of it.
	RailWidth = 48
)

// Folders is the left column: New message and Check, the folders, and room for the foot with the state of the
// accounts, which its owner places over it.
type Folders struct {
	widget.BaseWidget
	// OnOpen asks for a line to be listed.
	OnOpen func(model.Entry)
	// OnFold tells that a line with that key was folded or unfolded.
	OnFold func(key string, closed bool)
	// OnMenu asks for the menu of a line at a place of the window.
	OnMenu func(e model.Entry, at fyne.Position)
	// OnNew, OnCheck, OnCancel, OnSettings and OnRepair are the buttons.
	OnNew      func()
	OnCheck    func()
	OnCancel   func(ids []mail.AccountID)
	OnSettings func()
	OnRepair   func(mail.AccountID)
	// OnEnter asks for the keyboard to go to what is listed.
	OnEnter func()
	// OnStatus asks for the list of accounts with their last results.
	OnStatus func(at fyne.Position)

	now     func() time.Time
	entries []model.Entry
	rows    []*folderLine
	chosen  string
	focused bool
	rail    bool

	newButton *kit.Button
	newIcon   *kit.IconButton
	check     *kit.IconButton
	tree      *folderTree
	scroll    *container.Scroll

	// Foot is the line about the accounts. Its owner places it: at the foot of the column, or beside a rail of icons.
	Foot *Foot
	// OnFoot tells that the foot became higher or lower.
	OnFoot func()
}

// NewFolders returns an empty column.
func NewFolders(now func() time.Time) *Folders {
	f := &Folders{now: now}
	f.newButton = kit.NewButton(kit.T("New message"), "draft", kit.Filled, func() { call(f.OnNew) })
	f.newIcon = kit.NewIconButton("draft", kit.T("New message"), func() { call(f.OnNew) })
	f.check = kit.NewIconButton("refresh", kit.T("Check mail"), func() { call(f.OnCheck) })
	f.tree = &folderTree{of: f, hover: -1, away: func() {}}
	f.tree.ExtendBaseWidget(f.tree)
	f.scroll = container.NewVScroll(f.tree)
	f.Foot = NewFoot(now)
	f.Foot.OnCancel = func(ids []mail.AccountID) {
		if f.OnCancel != nil {
			f.OnCancel(ids)
		}
	}
	f.Foot.OnSettings = func() { call(f.OnSettings) }
	f.Foot.OnRepair = func(a mail.AccountID) {
		if f.OnRepair != nil {
			f.OnRepair(a)
		}
	}
	f.Foot.OnStatus = func(at fyne.Position) {
		if f.OnStatus != nil {
			f.OnStatus(at)
		}
	}
	f.ExtendBaseWidget(f)
	return f
}

func call(f func()) {
	if f != nil {
		f()
	}
}

// Set shows the lines of the column.
func (f *Folders) Set(entries []model.Entry) {
	if slices.Equal(entries, f.entries) {
		return
	}
	f.entries = entries
	f.tree.arrange()
	f.scroll.Refresh()
}

// SetFoot shows the state of the accounts.
func (f *Folders) SetFoot(s model.Foot) {
	before := f.Foot.Height()
	f.Foot.Set(s)
	if f.Foot.Height() != before {
		f.Refresh()
		call(f.OnFoot)
	}
}

// noticeTime is how long a notice stands in the foot.
const noticeTime = 8 * time.Second

// Say shows a notice in the foot for a while; bad ones are about something that failed.
func (f *Folders) Say(loop kit.Loop, text string, bad bool) { f.Foot.Say(loop, text, bad, noticeTime) }

// Choose marks a line as the one that is listed; an empty key marks none.
func (f *Folders) Choose(key string) {
	if key != f.chosen {
		f.chosen, f.tree.on = key, ""
	}
	f.tree.arrange()
}

// Entry returns the line of a key.
func (f *Folders) Entry(key string) (model.Entry, bool) {
	i := slices.IndexFunc(f.entries, func(e model.Entry) bool { return e.Key == key })
	if i < 0 {
		return model.Entry{}, false
	}
	return f.entries[i], true
}

// SetRail leaves only icons of the column.
func (f *Folders) SetRail(rail bool) {
	if rail != f.rail {
		f.rail = rail
		f.tree.arrange()
		f.Refresh()
	}
}

func (f *Folders) open(e model.Entry) {
	f.Choose(e.Key)
	if f.OnOpen != nil {
		f.OnOpen(e)
	}
}

func (f *Folders) fold(e model.Entry) {
	if e.Parent && f.OnFold != nil {
		f.OnFold(e.Key, !e.Closed)
	}
}

// Focus gives the folders the keyboard.
func (f *Folders) Focus() { kit.Focus(f.tree) }

// MinSize implements fyne.CanvasObject.
func (f *Folders) MinSize() fyne.Size { return fyne.NewSize(RailWidth, 200) }

// CreateRenderer implements fyne.Widget.
func (f *Folders) CreateRenderer() fyne.WidgetRenderer {
	return &foldersRenderer{f, canvas.NewRectangle(kit.Col(kit.Sidebar))}
}

type foldersRenderer struct {
	folders *Folders
	ground  *canvas.Rectangle
}

func (r *foldersRenderer) Layout(s fyne.Size) {
	f := r.folders
	r.ground.Resize(s)
	show(f.newButton, !f.rail)
	show(f.newIcon, f.rail)
	f.newButton.Move(fyne.NewPos(12, 9))
	f.newButton.Resize(fyne.NewSize(s.Width-12-53, kit.ControlHeight))
	f.check.Resize(fyne.NewSquareSize(32))
	f.check.Move(fyne.NewPos(s.Width-45, 8))
	top := float32(StripHeight)
	if f.rail {
		f.newIcon.Move(fyne.NewPos(8, 8))
		f.newIcon.Resize(fyne.NewSquareSize(32))
		f.check.Move(fyne.NewPos(8, 44))
		top = 84
	}
	foot := float32(0)
	if !f.rail {
		foot = f.Foot.Height()
	}
	f.scroll.Move(fyne.NewPos(0, top))
	f.scroll.Resize(fyne.NewSize(s.Width, max(s.Height-top-foot, 0)))
}

func (r *foldersRenderer) MinSize() fyne.Size { return r.folders.MinSize() }
func (r *foldersRenderer) Destroy()           {}
func (r *foldersRenderer) Refresh() {
	r.ground.FillColor = kit.Col(kit.Sidebar)
	r.Layout(r.folders.Size())
	for _, o := range r.Objects() {
		o.Refresh()
	}
	canvas.Refresh(r.folders)
}

func (r *foldersRenderer) Objects() []fyne.CanvasObject {
	f := r.folders
	return []fyne.CanvasObject{r.ground, f.newButton, f.newIcon, f.check, f.scroll}
}

// folderTree is what scrolls: the lines. It has the keyboard for all of them.
type folderTree struct {
	widget.BaseWidget
	of     *Folders
	hover  int
	ringed bool
	quiet  bool   // the next focus comes from the mouse
	on     string // the heading that the keyboard is on; empty: it is on the line that is listed
	away   func() // takes the hover label away
}

func height(i int, e model.Entry) float32 {
	switch {
	case e.Kind != model.HeadingEntry:
		return folderRow
	case i == 0:
		return firstHead
	}
	return groupHead
}

// shown are the lines that have a place: a rail has no headings.
func (t *folderTree) shown(i int) bool {
	return !t.of.rail || t.of.entries[i].Kind != model.HeadingEntry
}

func (t *folderTree) at(p fyne.Position) int {
	y := float32(0)
	for i, e := range t.of.entries {
		if !t.shown(i) {
			continue
		}
		y += height(i, e)
		if p.Y < y {
			return i
		}
	}
	return -1
}

// MouseIn implements desktop.Hoverable.
func (t *folderTree) MouseIn(e *desktop.MouseEvent) { t.MouseMoved(e) }

// MouseMoved implements desktop.Hoverable.
func (t *folderTree) MouseMoved(e *desktop.MouseEvent) {
	if i := t.at(e.Position); i != t.hover {
		t.hover = i
		t.arrange()
		t.away()
		t.away = func() {}
		if i >= 0 && t.of.rail { // icons alone need their words
			e := t.of.entries[i]
			title := FolderTitle(e)
			if a, ok := t.of.Entry(model.AccountKey(e.Account)); ok {
				title += " – " + a.Title
			}
			t.away = kit.Hint(t.of.rows[i], title)
		}
	}
}

// MouseOut implements desktop.Hoverable.
func (t *folderTree) MouseOut() {
	t.away()
	t.hover = -1
	t.arrange()
}

// MouseDown implements desktop.Mouseable.
func (t *folderTree) MouseDown(ev *desktop.MouseEvent) {
	i := t.at(ev.Position)
	t.away()
	t.quiet = true
	kit.Focus(t)
	t.quiet, t.ringed, t.on = false, false, ""
	if i < 0 {
		return
	}
	e := t.of.entries[i]
	switch {
	case ev.Button == desktop.MouseButtonSecondary:
		if t.of.OnMenu != nil {
			t.of.OnMenu(e, ev.AbsolutePosition)
		}
	case e.Kind == model.HeadingEntry && e.Trouble && ev.Position.X < t.Size().Width-40 && ev.Position.X > t.Size().Width-64:
		if t.of.OnRepair != nil {
			t.of.OnRepair(e.Account)
		}
	case e.Kind == model.HeadingEntry:
		t.of.fold(e)
	case e.Parent && ev.Position.X < folderIcon+levelIndent*float32(e.Level):
		t.of.fold(e)
	default:
		t.of.open(e)
	}
}

// MouseUp implements desktop.Mouseable.
func (t *folderTree) MouseUp(*desktop.MouseEvent) {}

// FocusGained implements fyne.Focusable.
func (t *folderTree) FocusGained() {
	t.of.focused, t.ringed = true, !t.quiet
	t.arrange()
}

// FocusLost implements fyne.Focusable.
func (t *folderTree) FocusLost() { t.of.focused, t.ringed, t.on = false, false, ""; t.arrange() }

// TypedRune implements fyne.Focusable.
func (t *folderTree) TypedRune(rune) {}

// TypedKey implements fyne.Focusable. Up and Down list the folder they come to; on a heading they only rest, to fold it.
func (t *folderTree) TypedKey(k *fyne.KeyEvent) {
	entries := t.of.entries
	at := t.place()
	on := model.Entry{}
	if at >= 0 {
		on = entries[at]
	}
	switch k.Name {
	case fyne.KeyUp:
		t.step(at-1, -1)
	case fyne.KeyDown:
		t.step(at+1, 1)
	case fyne.KeyHome:
		t.step(0, 1)
	case fyne.KeyEnd:
		t.step(len(entries)-1, -1)
	case fyne.KeyRight:
		switch {
		case on.Parent && on.Closed:
			t.of.fold(on)
		case on.Parent:
			t.step(at+1, 1)
		}
	case fyne.KeyLeft:
		if on.Parent && !on.Closed {
			t.of.fold(on)
			return
		}
		for i := at - 1; i >= 0; i-- { // to what it is in
			if e := entries[i]; e.Kind == model.HeadingEntry || e.Level < on.Level {
				t.step(i, -1)
				return
			}
		}
	case fyne.KeyReturn, fyne.KeyEnter, fyne.KeySpace:
		switch {
		case on.Kind == model.HeadingEntry && at >= 0:
			t.of.fold(on)
		case k.Name == fyne.KeySpace:
			kit.PassKey(t, k)
		default:
			call(t.of.OnEnter)
		}
	case desktop.KeyMenu, fyne.KeyF10:
		if !menuKey(k) || at < 0 || t.of.OnMenu == nil {
			kit.PassKey(t, k)
			return
		}
		t.reveal(at)
		at := fyne.CurrentApp().Driver().AbsolutePositionForObject(t.of.rows[at])
		t.of.OnMenu(on, at.AddXY(folderIcon, folderRow/2))
	default:
		kit.PassKey(t, k)
	}
}

// place is the line the keyboard is on: the one that is listed, or a heading; -1 where it is on none.
func (t *folderTree) place() int {
	key := t.of.chosen
	if t.on != "" {
		key = t.on
	}
	return slices.IndexFunc(t.of.entries, func(e model.Entry) bool { return e.Key == key })
}

// step leads the keyboard to the line i, or the next one in the direction of by that can be chosen or folded.
func (t *folderTree) step(i, by int) {
	for ; i >= 0 && i < len(t.of.entries); i += by {
		e := t.of.entries[i]
		heading := e.Kind == model.HeadingEntry
		if !t.shown(i) || heading && !e.Parent {
			continue
		}
		t.ringed = true
		t.on = ""
		if heading {
			t.on = e.Key
			t.arrange()
		} else {
			t.of.open(e)
		}
		t.reveal(i)
		return
	}
}

// reveal scrolls as little as it takes to see a line whole.
func (t *folderTree) reveal(i int) {
	y := float32(0)
	for j := range i {
		if t.shown(j) {
			y += height(j, t.of.entries[j])
		}
	}
	s := t.of.scroll
	bottom := y + height(i, t.of.entries[i])
	switch {
	case y < s.Offset.Y:
		s.ScrollToOffset(fyne.NewPos(0, y))
	case bottom > s.Offset.Y+s.Size().Height:
		s.ScrollToOffset(fyne.NewPos(0, bottom-s.Size().Height))
	}
}

func (t *folderTree) arrange() {
	f := t.of
	for len(f.rows) < len(f.entries) {
		f.rows = append(f.rows, newFolderLine())
	}
	y, at := float32(0), t.place()
	width := t.Size().Width
	for i, row := range f.rows {
		if i >= len(f.entries) || !t.shown(i) {
			row.Hide()
			continue
		}
		e := f.entries[i]
		h := height(i, e)
		row.Move(fyne.NewPos(0, y))
		row.Resize(fyne.NewSize(width, h))
		row.set(folderView{e, e.Key == f.chosen, i == t.hover, f.rail, f.focused && t.ringed && i == at, kit.Dark()})
		row.Show()
		y += h
	}
	canvas.Refresh(t)
}

// MinSize implements fyne.CanvasObject.
func (t *folderTree) MinSize() fyne.Size {
	y := float32(0)
	for i, e := range t.of.entries {
		if t.shown(i) {
			y += height(i, e)
		}
	}
	return fyne.NewSize(RailWidth, y+8)
}

// CreateRenderer implements fyne.Widget.
func (t *folderTree) CreateRenderer() fyne.WidgetRenderer { return &treeRenderer{t} }

type treeRenderer struct{ tree *folderTree }

func (r *treeRenderer) Layout(fyne.Size)   { r.tree.arrange() }
func (r *treeRenderer) MinSize() fyne.Size { return r.tree.MinSize() }
func (r *treeRenderer) Destroy()           {}
func (r *treeRenderer) Refresh() {
	r.tree.arrange()
	for _, o := range r.tree.of.rows {
		o.Refresh()
	}
}

func (r *treeRenderer) Objects() []fyne.CanvasObject {
	out := make([]fyne.CanvasObject, len(r.tree.of.rows))
	for i, row := range r.tree.of.rows {
		out[i] = row
	}
	return out
}
