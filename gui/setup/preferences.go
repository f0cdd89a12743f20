package setup

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"poplar/gui/kit"
	"poplar/gui/model"
)

// PreferencesWindow shows the choices that belong to no account. Each takes effect at once.
type PreferencesWindow struct {
	*frame
	p      model.Poplar
	o      Options
	prefs  model.Preferences
	column *fyne.Container
	notice *fyne.Container
	used   string // the language the window is written in

	storing, again bool

	atLogin, links chosen
}

// NewPreferencesWindow returns the window of the preferences. o.OnPrefs is called after every change.
func NewPreferencesWindow(app fyne.App, p model.Poplar, loop kit.Loop, o Options) *PreferencesWindow {
	w := &PreferencesWindow{p: p, o: o, prefs: p.Preferences()}
	w.frame = newFrame(app, loop, kit.T("Preferences"), fyne.NewSize(640, 600), o.OnClosed)
	w.column = container.New(&kit.Column{Pad: fyne.NewSize(32, 22)})
	w.notice = container.New(&kit.Column{Pad: fyne.NewSize(32, 0)})
	w.write()
	w.askDesktop()
	w.fill(container.NewBorder(nil, w.notice, nil, nil, container.NewVScroll(w.column)))
	w.Window.Canvas().SetOnTypedKey(func(k *fyne.KeyEvent) {
		if k.Name == fyne.KeyEscape && w.Window.Canvas().Overlays().Top() == nil {
			w.Window.Close()
		}
	})
	return w
}

// pick is Segments over the values of a preference.
func pick[T comparable](values []T, now T, set func(T), names ...string) *kit.Segments {
	return kit.NewSegments(indexOf(values, now), func(i int) { set(values[i]) }, names...)
}

func (w *PreferencesWindow) write() {
	w.used = kit.Language()
	w.column.RemoveAll()
	p := &w.prefs
	head := func(s string) {
		top := float32(24)
		if len(w.column.Objects) == 0 {
			top = 0
		}
		w.column.Add(container.New(kit.Inset{Top: top, Bottom: 4}, kit.NewLine(s, 20, true, kit.Text)))
	}
	row := func(title, hint string, control fyne.CanvasObject) {
		r := &preferenceRow{title: kit.NewLine(title, 13, false, kit.Text).Shrink(), control: control}
		if hint != "" {
			r.hint = kit.NewLine(hint, 12, false, kit.Text2).Shrink()
		}
		r.ExtendBaseWidget(r)
		w.column.Add(r)
	}
	head(kit.T("Look"))
	row(kit.T("Appearance"), kit.T("Follows the system unless you choose"),
		pick([]string{"system", "light", "dark"}, p.Theme, func(v string) { p.Theme = v; kit.SetTheme(v); w.store() }, kit.T("System"), kit.T("Light"), kit.T("Dark")))
	row(kit.T("Language"), kit.T("Open windows keep theirs until they are opened again"),
		pick([]string{"system", "en", "zh"}, p.Language, func(v string) { p.Language = v; kit.SetLanguage(v); w.store() }, kit.T("System"), "English", "中文"))
	row(kit.T("Lines of preview in the list"), "", pick([]int{0, 1, 2}, p.PreviewLines, func(v int) { p.PreviewLines = v; w.store() }, kit.T("No lines"), kit.T("One"), kit.T("Two")))
	sizes := []int{12, 13, 14, 16, 18, 20}
	row(kit.T("Text size in messages"), "", pick(sizes, p.BodySize, func(v int) { p.BodySize = v; w.store() }, "12", "13", "14", "16", "18", "20"))
	head(kit.T("Reading and writing"))
	row(kit.T("A message counts as read after"), "", pick([]int{0, 2, 5, 10}, p.MarkSeconds, func(v int) { p.MarkSeconds = v; w.store() }, kit.T("at once"), kit.T("2 s"), kit.T("5 s"), kit.T("10 s")))
	row(kit.T("A sent message can be called back for"), "", pick([]int{0, 5, 10, 30}, p.UndoSeconds, func(v int) { p.UndoSeconds = v; w.store() }, kit.T("not at all"), kit.T("5 s"), kit.T("10 s"), kit.T("30 s")))
	row(kit.T("Write with formatting"), kit.T("Bold, lists, links and pictures; otherwise messages begin as plain text"), kit.NewSwitch(p.RichText, func(on bool) { p.RichText = on; w.store() }))
	texts := kit.T("Texts you write again and again, with names filled in")
	if n := len(w.p.Preferences().QuickTexts); n > 0 {
		texts = kit.N(n, "%d text", "%d texts")
	}
	row(kit.T("Quick texts"), texts, kit.NewButton(kit.T("Edit…"), "", kit.Plain, func() { w.quickTexts() }))
	if n := len(strings.Fields(p.PicturesFrom)); n > 0 {
		row(kit.T("Pictures from the internet are shown unasked"), kit.N(n, "From %d sender: ", "From %d senders: ")+strings.Join(strings.Fields(p.PicturesFrom), ", "),
			kit.NewButton(kit.T("Ask again"), "", kit.Plain, func() {
				if w.o.OnAskAgain != nil {
					w.o.OnAskAgain()
				}
				p.PicturesFrom = ""
				w.write()
			}))
	} else {
		row(kit.T("Pictures from the internet"), kit.T("Poplar asks before it loads them, and never loads trackers"), kit.NewLine(kit.T("Asks"), 13, false, kit.Text2))
	}
	head(kit.T("Notices"))
	row(kit.T("Tell when mail has come"), kit.T("One notice for each check that brought something"), kit.NewSwitch(p.Notify, func(on bool) { p.Notify = on; w.store() }))
	row(kit.T("Keep checking when the window is closed"), kit.T("Poplar stays in the tray"), kit.NewSwitch(p.Background, func(on bool) { p.Background = on; w.store() }))
	if w.o.Updates || w.desktop() {
		head(kit.T("Poplar itself"))
	}
	if w.desktop() {
		row(kit.T("Start when I log in"), kit.T("In the tray, where mail is checked without a window"), w.atLoginSwitch())
		row(kit.T("Open mail links (mailto:)"), kit.T("Addresses you click on web pages begin a message here"), w.linksChoice())
	}
	if w.o.Updates {
		row(kit.T("Look for a newer version once a day"), kit.T("Nothing about you is sent, and nothing is installed"), kit.NewSwitch(p.Updates, func(on bool) { p.Updates = on; w.store() }))
	}
	w.column.Refresh()
}

// quickTexts opens the window of the quick texts.
func (w *PreferencesWindow) quickTexts() {
	if w.o.OnQuickTexts != nil {
		w.o.OnQuickTexts()
		return
	}
	NewQuickTextsWindow(fyne.CurrentApp(), w.p, w.loop, Options{OnClosed: w.write}).Show()
}

// store keeps the preferences, one writing at a time, the latest last.
func (w *PreferencesWindow) store() {
	if w.used != kit.Language() {
		w.Window.SetTitle(kit.T("Preferences"))
		w.write()
	}
	w.Window.Content().Refresh()
	if w.o.OnPrefs != nil {
		w.o.OnPrefs(w.prefs)
	}
	if w.storing {
		w.again = true
		return
	}
	w.storing = true
	mine := w.prefs
	kit.Do(w.ctx, w.loop, func(context.Context) error {
		// What other windows keep among the preferences stays as it is.
		all := w.p.Preferences()
		all.Theme, all.Language, all.PreviewLines, all.BodySize = mine.Theme, mine.Language, mine.PreviewLines, mine.BodySize
		all.MarkSeconds, all.UndoSeconds, all.Notify, all.Background = mine.MarkSeconds, mine.UndoSeconds, mine.Notify, mine.Background
		all.Updates, all.RichText = mine.Updates, mine.RichText
		return w.p.SetPreferences(all)
	}, func(err error) {
		w.storing = false
		if w.again {
			w.again = false
			w.store()
			return
		}
		w.tell(err)
	})
}

// tell says that the preferences could not be stored, or takes that back.
func (w *PreferencesWindow) tell(err error) {
	if err == nil {
		w.show(nil)
		return
	}
	t := model.TellError(err, tr)
	bar := kit.NewBar(kit.ToneErr, kit.T("The preferences could not be stored."), t.What)
	if t.Said != "" {
		bar.Code(t.Said)
	}
	w.show(bar)
}

// show puts a bar at the foot of the window, in place of the one that is there; nil: none.
func (w *PreferencesWindow) show(bar *kit.Bar) {
	w.notice.RemoveAll()
	if bar != nil {
		w.notice.Add(bar)
		w.notice.Add(container.New(kit.Inset{Top: 12}))
	}
	w.Window.Content().Refresh()
}

// preferenceRow is one preference: name, hint, and its control at the right.
type preferenceRow struct {
	widget.BaseWidget
	title, hint *kit.Line
	control     fyne.CanvasObject
}

const preferenceHeight = 46

// CreateRenderer implements fyne.Widget.
func (r *preferenceRow) CreateRenderer() fyne.WidgetRenderer {
	objects := []fyne.CanvasObject{r.title, r.control, kit.NewRule()}
	if r.hint != nil {
		objects = append(objects, r.hint)
	}
	return widget.NewSimpleRenderer(container.New(preferenceLayout{r}, objects...))
}

type preferenceLayout struct{ r *preferenceRow }

// Layout implements fyne.Layout.
func (l preferenceLayout) Layout(o []fyne.CanvasObject, s fyne.Size) {
	m := l.r.control.MinSize()
	l.r.control.Move(fyne.NewPos(s.Width-m.Width, float32(int((s.Height-m.Height)/2))))
	l.r.control.Resize(m)
	o[2].Move(fyne.NewPos(0, s.Height-1))
	o[2].Resize(fyne.NewSize(s.Width, 1))
	w := s.Width - m.Width - 16
	if l.r.hint == nil {
		l.r.title.Place(0, 28, w)
		return
	}
	l.r.title.Place(0, 20, w)
	l.r.hint.Place(0, 36, w)
}

// MinSize implements fyne.Layout.
func (l preferenceLayout) MinSize([]fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(l.r.control.MinSize().Width+180, preferenceHeight)
}
