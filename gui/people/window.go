// Package people has the window of the address book: search, edit, groups, vCards in and out. It knows the engine by the
// interfaces of model and calls back by its options.
package people

import (
	"context"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/storage"
	"fyne.io/fyne/v2/widget"

	"poplar/gui/kit"
	"poplar/gui/model"
	"poplar/mail"
)

// Options say whom the window calls back, always on the loop. All are optional.
type Options struct {
	OnWrite  func(to []mail.Address) // a message to somebody, or to a group
	OnClosed func()
}

// Window is the address book.
type Window struct {
	Window fyne.Window

	p      model.Poplar
	loop   kit.Loop
	o      Options
	ctx    context.Context // it lasts exactly as long as the window
	cancel context.CancelFunc

	people []mail.Person
	groups []mail.PeopleGroup
	shown  []row
	chosen row // the one at the right; zero: a new one, or nothing

	tabs   *kit.Tabs
	search *kit.Field
	list   *widget.List
	side   *fyne.Container
	notice *fyne.Container
	form   *form
	asking int    // counts the searches, so that a late answer is not shown
	wanted string // an address that Find looks for
}

// row is a line of the list: a person, or with group set a group.
type row struct {
	person mail.Person
	group  *mail.PeopleGroup
}

func (r row) title() string {
	if r.group != nil {
		return r.group.Name
	}
	return r.person.Display()
}

func (r row) second() string {
	if r.group != nil {
		return kit.N(len(r.group.Members), "%d person", "%d people")
	}
	if r.person.Name == "" {
		return ""
	}
	return r.person.Addr
}

const (
	listWidth = 300
	rowHeight = 46
	pad       = 16
	mostFound = 1000
)

// New returns the window.
func New(app fyne.App, p model.Poplar, loop kit.Loop, o Options) *Window {
	w := &Window{Window: app.NewWindow(kit.T("Address book – Poplar")), p: p, loop: loop, o: o}
	w.ctx, w.cancel = context.WithCancel(context.Background())
	w.Window.SetPadded(false)
	w.Window.Resize(fyne.NewSize(820, 560))

	strip := container.New(kit.Spread{Gap: 8, Right: 1, Pad: pad},
		kit.NewButton(kit.T("New person"), "plus", kit.Filled, func() { w.open(row{}) }),
		kit.NewButton(kit.T("New group"), "", kit.Flat, func() { w.open(row{group: &mail.PeopleGroup{}}) }),
		kit.NewButton(kit.T("Import…"), "", kit.Flat, w.importCards),
		kit.NewButton(kit.T("Export…"), "dl", kit.Flat, w.exportCards))
	w.tabs = kit.NewTabs(pad, func(int) { w.Reload() }, kit.T("People"), kit.T("Groups"))
	w.search = kit.NewField("", kit.T("Search name, pinyin or address"), func(string) { w.find() })
	w.list = widget.NewList(func() int { return len(w.shown) }, newCard, func(i widget.ListItemID, o fyne.CanvasObject) {
		if i < len(w.shown) {
			o.(*card).show(w.shown[i])
		}
	})
	w.list.HideSeparators = true
	w.list.OnSelected = func(i widget.ListItemID) {
		if i < len(w.shown) {
			w.open(w.shown[i])
		}
	}
	w.notice = container.New(&kit.Column{Pad: fyne.NewSize(pad, 0)})
	w.side = container.NewStack()
	left := container.NewBorder(container.New(&kit.Column{}, w.tabs, container.New(kit.Inset{Left: pad, Top: 10, Right: pad, Bottom: 8}, w.search)), nil, nil, nil, w.list)
	kit.SetContent(w.Window, container.New(pageLayout{}, kit.NewFill(kit.Surface, 0), kit.NewFill(kit.Footer, 0), strip, kit.NewRule(),
		kit.NewFill(kit.List, 0), left, kit.NewRule(), w.notice, w.side))
	w.Window.SetOnClosed(func() {
		w.cancel()
		kit.Forget(w.Window)
		if w.o.OnClosed != nil {
			w.o.OnClosed()
		}
	})
	w.Window.Canvas().SetOnTypedKey(func(k *fyne.KeyEvent) {
		if k.Name == fyne.KeyEscape && w.Window.Canvas().Overlays().Top() == nil {
			w.Window.Close()
		}
	})
	w.blank()
	w.Reload()
	return w
}

// Show brings the window up, or to the front.
func (w *Window) Show() {
	w.Window.Show()
	w.Window.RequestFocus()
	w.Window.Canvas().Focus(w.search.Entry)
}

// Reload reads the address book anew.
func (w *Window) Reload() {
	type book struct {
		people []mail.Person
		groups []mail.PeopleGroup
	}
	kit.Go(w.ctx, w.loop, func(ctx context.Context) (book, error) {
		people, err := w.p.People(ctx)
		if err != nil {
			return book{}, err
		}
		groups, err := w.p.PeopleGroups(ctx)
		return book{people, groups}, err
	}, func(b book, err error) {
		if err != nil {
			w.fail(err)
			return
		}
		w.people, w.groups = b.people, b.groups
		w.find()
	})
}

// find shows what the search names, or everything.
func (w *Window) find() {
	w.asking++
	typed := strings.TrimSpace(w.search.Text())
	if w.tabs.Chosen() == 1 {
		var rows []row
		for _, g := range w.groups {
			if strings.Contains(strings.ToLower(g.Name), strings.ToLower(typed)) {
				rows = append(rows, row{group: &g})
			}
		}
		w.fill(rows)
		return
	}
	if typed == "" {
		rows := make([]row, len(w.people))
		for i, p := range w.people {
			rows[i] = row{person: p}
		}
		w.fill(rows)
		return
	}
	asked := w.asking
	kit.Go(w.ctx, w.loop, func(ctx context.Context) ([]mail.Suggestion, error) {
		return w.p.Suggest(ctx, typed, mostFound, nil)
	}, func(list []mail.Suggestion, err error) {
		if asked != w.asking {
			return
		}
		if err != nil {
			w.fail(err)
			return
		}
		var rows []row
		for _, s := range list {
			if s.Group == nil {
				rows = append(rows, row{person: s.Person})
			}
		}
		w.fill(rows)
	})
}

func (w *Window) fill(rows []row) {
	w.shown = rows
	w.list.UnselectAll()
	w.list.Refresh()
	for i, r := range rows {
		if w.wanted != "" && r.group == nil && strings.EqualFold(r.person.Addr, w.wanted) {
			w.wanted = ""
			w.list.Select(i)
			return
		}
	}
}

// Find looks for an address and shows its entry, to be changed.
func (w *Window) Find(addr string) {
	w.wanted = addr
	w.tabs.Choose(0)
	w.search.SetText(addr)
	w.find()
}

// blank shows the empty right side.
func (w *Window) blank() {
	w.form = nil
	w.side.Objects = []fyne.CanvasObject{container.NewCenter(kit.NewLine(kit.T("Everybody you write to and hear from is here by itself."), 13, false, kit.Text3))}
	w.side.Refresh()
}

// open shows a row at the right, to be changed.
func (w *Window) open(r row) {
	w.chosen = r
	w.form = newForm(w, r)
	w.side.Objects = []fyne.CanvasObject{w.form.page}
	w.side.Refresh()
	if r.title() == "" {
		w.Window.Canvas().Focus(w.form.name.Entry)
	}
}

// done follows a change that went into the store.
func (w *Window) done(err error) {
	if err != nil {
		w.fail(err)
		return
	}
	w.tell(nil)
	w.blank()
	w.Reload()
}

func (w *Window) fail(err error) {
	t := model.TellError(err, kit.T)
	w.tell(kit.NewBar(kit.ToneErr, t.What, t.Advice))
}

// tell shows a bar over the right side, or takes it away.
func (w *Window) tell(b *kit.Bar) {
	w.notice.RemoveAll()
	if b != nil {
		b.OnClosed = func() { w.tell(nil) }
		w.notice.Add(container.New(kit.Inset{Top: 10}, b))
	}
	w.Window.Content().Refresh()
}

// importCards asks for a file of vCards and takes it in.
func (w *Window) importCards() {
	d := dialog.NewFileOpen(func(f fyne.URIReadCloser, err error) {
		if err != nil || f == nil {
			return
		}
		kit.Go(w.ctx, w.loop, func(ctx context.Context) (int, error) {
			defer f.Close() //nolint:errcheck // it was only read
			return w.p.ImportCards(ctx, f)
		}, w.imported)
	}, w.Window)
	d.SetFilter(storage.NewExtensionFileFilter([]string{".vcf", ".vcard"}))
	kit.ShowFiles(d, w.Window, kit.T("Import vCards"), kit.T("Import"), fyne.NewSize(720, 480))
}

func (w *Window) imported(n int, err error) {
	switch {
	case err != nil && n == 0:
		w.fail(err)
		return
	case err != nil:
		w.tell(kit.NewBar(kit.ToneWarn, kit.N(n, "%d person was imported, then the file could not be read on.", "%d people were imported, then the file could not be read on."), err.Error()))
	default:
		w.tell(kit.NewBar(kit.ToneOK, "", kit.N(n, "%d person was imported.", "%d people were imported.")))
	}
	w.Reload()
}

// exportCards asks where to write the whole address book.
func (w *Window) exportCards() {
	d := dialog.NewFileSave(func(to fyne.URIWriteCloser, err error) {
		if err != nil || to == nil {
			return
		}
		kit.Do(w.ctx, w.loop, func(ctx context.Context) error {
			err := w.p.ExportCards(ctx, to, nil, true)
			if closed := to.Close(); err == nil {
				err = closed
			}
			return err
		}, func(err error) {
			if err != nil {
				w.fail(err)
				return
			}
			w.tell(kit.NewBar(kit.ToneOK, "", kit.T("The address book was written.")))
		})
	}, w.Window)
	d.SetFileName("poplar.vcf")
	kit.ShowFiles(d, w.Window, kit.T("Export vCards"), kit.T("Save"), fyne.NewSize(720, 480))
}

// remove asks, and throws the row at the right out.
func (w *Window) remove() {
	r := w.chosen
	text := kit.T("Poplar suggests this address again only after you write to it.")
	if r.group != nil {
		text = kit.T("The people in it stay.")
	}
	a := &kit.Ask{Title: kit.T("Delete %s?", r.title()), Text: text, Choices: []kit.AskChoice{
		{Label: kit.T("Cancel")},
		{Label: kit.T("Delete"), Kind: kit.Danger, Do: func() bool {
			kit.Do(w.ctx, w.loop, func(ctx context.Context) error {
				if r.group != nil {
					return w.p.SavePeopleGroup(ctx, r.group.Name, mail.PeopleGroup{})
				}
				return w.p.DropPeople(ctx, []string{r.person.Addr})
			}, w.done)
			return true
		}},
	}}
	a.Show(w.Window, nil)
}

// named gives addresses the names that the address book has for them.
func (w *Window) named(list []mail.Address) []mail.Address {
	out := slices.Clone(list)
	for i, a := range out {
		for _, p := range w.people {
			if a.Name == "" && strings.EqualFold(p.Addr, a.Addr) {
				out[i].Name = p.Name
			}
		}
	}
	return out
}

type pageLayout struct{}

const stripHeight = 48

// Layout implements fyne.Layout.
func (pageLayout) Layout(o []fyne.CanvasObject, s fyne.Size) {
	put := func(i int, x, y, w, h float32) {
		o[i].Move(fyne.NewPos(x, y))
		o[i].Resize(fyne.NewSize(max(w, 0), max(h, 0)))
	}
	left := min(listWidth, s.Width*0.45)
	put(0, 0, 0, s.Width, s.Height)
	put(1, 0, 0, s.Width, stripHeight)
	put(2, 0, 0, s.Width, stripHeight)
	put(3, 0, stripHeight-1, s.Width, 1)
	put(4, 0, stripHeight, left, s.Height-stripHeight)
	put(5, 0, stripHeight, left, s.Height-stripHeight)
	put(6, left, stripHeight, 1, s.Height-stripHeight)
	right := s.Width - left - 1
	bar := kit.HeightFor(o[7], right)
	put(7, left+1, stripHeight, right, bar)
	put(8, left+1, stripHeight+bar, right, s.Height-stripHeight-bar)
}

// MinSize implements fyne.Layout.
func (pageLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(560, 400) }
