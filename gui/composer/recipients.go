package composer

import (
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"poplar/gui/kit"
	"poplar/gui/model"
	"poplar/mail"
)

const (
	lineHeight = 38 // of one line of the head
	lineLabel  = 90 // where what follows a line's label begins
	linePad    = 20
	chipStep   = 30 // between two rows of chips
	chipGap    = 6
	typingMin  = 140 // room the caret's field needs beside the chips
	rowsMax    = 5   // of chips; more are scrolled
)

// recipients is one line of addresses: those that are done stand as chips, the next one is being typed.
type recipients struct {
	widget.BaseWidget
	label     string
	onChanged func([]model.Entered)
	trail     fyne.CanvasObject // at the right end, or nil

	list     []model.Entered
	chips    []*kit.Chip
	entry    *kit.Typing
	first    int       // the row of chips that is shown first
	rowOf    []int     // of each chip, once they have places
	follow   bool      // the row of the entry is to be shown
	selected int       // -1: none
	lit      *kit.Fill // over which a chip of another line is dragged
	// onDragged and onDropped are told of a chip that is dragged away.
	onDragged func(e model.Entered, at fyne.Position)
	onDropped func(i int)

	// suggest asks whom typed letters may mean; then is called on the loop, or never. nil: nobody is suggested.
	suggest func(typed string, except []string, then func([]mail.Suggestion))
	plate   *suggestions
}

func newRecipients(label string, list []model.Entered, trail fyne.CanvasObject, changed func([]model.Entered)) *recipients {
	r := &recipients{label: label, list: list, trail: trail, onChanged: changed, selected: -1, entry: kit.NewTyping(), lit: kit.NewFill(kit.None, 6)}
	r.plate = newSuggestions(r.accept)
	r.entry.OnRune = r.typed
	r.entry.OnKey = r.key
	r.entry.OnShortcut = r.shortcut
	r.entry.OnFocus = func(on bool) {
		if !on {
			r.choose(-1)
			if r.plate.hovered { // a click on a suggestion takes the keyboard away first
				return
			}
			r.close()
			r.Commit()
		} else {
			r.toEntry()
		}
	}
	r.entry.OnChanged = func(s string) {
		r.choose(-1)
		r.toEntry()
		r.ask(s)
	}
	r.ExtendBaseWidget(r)
	r.remake()
	return r
}

// Entry is what takes the keyboard.
func (r *recipients) Entry() *kit.Typing { return r.entry }

// ask shows whom a text may mean, once that is known.
func (r *recipients) ask(typed string) {
	if r.suggest == nil || strings.TrimSpace(typed) == "" {
		r.close()
		return
	}
	var there []string
	for _, e := range r.list {
		there = append(there, strings.ToLower(e.Addr))
	}
	r.suggest(typed, there, func(list []mail.Suggestion) {
		if r.entry.Text != typed || !kit.Focused(r.entry) {
			return
		}
		chosen := 0
		// A whole address is meant as it stands.
		if e := model.ParseEntered(typed); len(e) == 1 && e[0].Wrong == "" && e[0].Doubt == "" && e[0].Name == "" {
			chosen = -1
		}
		r.plate.show(r.entry, strings.TrimSpace(typed), list, chosen)
		r.entry.KeepTab = r.plate.Open() && chosen >= 0
	})
}

// close takes the suggestions away.
func (r *recipients) close() {
	r.plate.hide()
	r.entry.KeepTab = false
}

// accept puts a suggestion in the place of what is typed.
func (r *recipients) accept(s mail.Suggestion) {
	r.close()
	r.entry.SetText("")
	people := []mail.Address{s.Address}
	if s.Group != nil {
		people = s.Group.Members
	}
	kit.Focus(r.entry)
	r.add(model.EnteredFrom(people))
}

// suggestKey is what a key does while suggestions are shown.
func (r *recipients) suggestKey(k *fyne.KeyEvent) bool {
	if !r.plate.Open() {
		return false
	}
	switch k.Name {
	case fyne.KeyDown:
		r.plate.step(1)
		r.entry.KeepTab = true
	case fyne.KeyUp:
		r.plate.step(-1)
		r.entry.KeepTab = true
	case fyne.KeyReturn, fyne.KeyEnter, fyne.KeyTab:
		if !r.plate.take() {
			r.close()
			return false
		}
	case fyne.KeyEscape:
		r.close()
	default:
		return false
	}
	return true
}

// Commit turns what is typed into chips.
func (r *recipients) Commit() {
	typed := r.entry.Text
	if strings.TrimSpace(typed) == "" {
		return
	}
	r.entry.SetText("")
	r.add(model.ParseEntered(typed))
}

// Add adds addresses that are not there yet.
func (r *recipients) add(list []model.Entered) {
next:
	for _, e := range list {
		for _, have := range r.list {
			if e.Wrong == "" && strings.EqualFold(have.Addr, e.Addr) {
				continue next
			}
		}
		r.list = append(r.list, e)
	}
	r.changed()
}

func (r *recipients) changed() {
	r.remake()
	if r.onChanged != nil {
		r.onChanged(r.list)
	}
}

// remake makes the chips anew.
func (r *recipients) remake() {
	r.chips = nil
	for i, e := range r.list {
		text, hint := e.Display(), e.Text()
		bad := e.Wrong != "" || e.Doubt != ""
		if bad {
			text = e.Text()
			hint = kit.T(e.Wrong + e.Doubt)
			if e.Meant != "" {
				hint = kit.T("Did you mean %s?", e.Meant)
			}
		}
		c := kit.NewChip(text, hint)
		if bad {
			c.Wrong()
		} else {
			c.Person(e.Name, e.Addr)
		}
		c.OnTapped = func() {
			kit.Focus(r.entry)
			r.choose(i)
		}
		c.OnDouble = func() { r.edit(i) }
		if r.onDragged != nil {
			c.OnDragged = func(at fyne.Position) { r.onDragged(e, at) }
			c.OnDropped = func() { r.onDropped(i) }
		}
		r.chips = append(r.chips, c)
	}
	r.selected = -1
	r.follow = r.follow || kit.Focused(r.entry)
	r.Refresh()
}

// toEntry shows the row in which one types.
func (r *recipients) toEntry() {
	if rows := r.rows(); rows > rowsMax && r.first < rows-rowsMax {
		r.follow = true
		r.Refresh()
	}
}

// rows is how many rows chips and entry take.
func (r *recipients) rows() int {
	rows := 0
	r.arrange(r.Size().Width, func(_ fyne.CanvasObject, row int, _, _, _, _ float32) { rows = max(rows, row+1) })
	return rows
}

// Scrolled implements fyne.Scrollable: of many rows of chips a few are shown.
func (r *recipients) Scrolled(e *fyne.ScrollEvent) {
	by := 1
	if e.Scrolled.DY > 0 {
		by = -1
	}
	r.first += by
	r.Refresh()
}

// edit turns a chip back into text.
func (r *recipients) edit(i int) {
	if i < 0 || i >= len(r.list) {
		return
	}
	r.Commit()
	e := r.list[i]
	r.remove(i)
	r.entry.SetText(e.Text())
	r.entry.CursorColumn = len([]rune(r.entry.Text))
	r.entry.Refresh()
	kit.Focus(r.entry)
}

func (r *recipients) remove(i int) {
	r.list = append(append([]model.Entered{}, r.list[:i]...), r.list[i+1:]...)
	r.changed()
}

func (r *recipients) choose(i int) {
	if i == r.selected {
		return
	}
	if r.selected >= 0 && r.selected < len(r.chips) {
		r.chips[r.selected].SetSelected(false)
	}
	if r.selected = i; i >= 0 && i < len(r.chips) {
		r.chips[i].SetSelected(true)
	}
	if i >= 0 && i < len(r.rowOf) && (r.rowOf[i] < r.first || r.rowOf[i] >= r.first+rowsMax) {
		r.first = r.rowOf[i]
		r.Refresh()
	}
}

// typed takes the separators, which end an address.
func (r *recipients) typed(c rune) bool {
	r.choose(-1)
	switch c {
	case ',', ';', '，', '；', '、':
		// Within quotes a comma belongs to the name.
		if strings.Count(r.entry.Text, `"`)%2 == 1 {
			return false
		}
		r.Commit()
		return true
	}
	return false
}

// key takes Enter, and what moves among the chips.
func (r *recipients) key(k *fyne.KeyEvent) bool {
	if r.suggestKey(k) {
		return true
	}
	start := r.entry.Text == "" || r.entry.CursorColumn == 0 && r.entry.SelectedText() == ""
	switch k.Name {
	case fyne.KeyReturn, fyne.KeyEnter:
		if strings.TrimSpace(r.entry.Text) != "" {
			r.Commit()
		} else if c := fyne.CurrentApp().Driver().CanvasForObject(r); c != nil {
			c.FocusNext()
		}
		return true
	case fyne.KeyBackspace:
		switch {
		case r.selected >= 0:
			r.removeSelected()
		case start && len(r.list) > 0:
			r.choose(len(r.list) - 1)
		default:
			return false
		}
		return true
	case fyne.KeyDelete:
		if r.selected >= 0 {
			r.removeSelected()
			return true
		}
	case fyne.KeyLeft:
		switch {
		case r.selected > 0:
			r.choose(r.selected - 1)
			return true
		case r.selected < 0 && start && len(r.list) > 0:
			r.choose(len(r.list) - 1)
			return true
		case r.selected == 0:
			return true
		}
	case fyne.KeyRight:
		if r.selected >= 0 {
			next := r.selected + 1
			if next >= len(r.list) {
				next = -1
			}
			r.choose(next)
			return true
		}
	case fyne.KeyEscape:
		if r.selected >= 0 {
			r.choose(-1)
			return true
		}
	}
	return false
}

func (r *recipients) removeSelected() { r.remove(r.selected) }

// shortcut takes the pasting of lists, and copies a selected chip.
func (r *recipients) shortcut(s fyne.Shortcut) bool {
	switch s := s.(type) {
	case *fyne.ShortcutPaste:
		text := s.Clipboard.Content()
		if !strings.ContainsAny(strings.TrimSpace(text), ",;，；、\n\t") && strings.Count(text, "@") < 2 {
			return false
		}
		r.add(model.ParseEntered(r.entry.Text + text))
		r.entry.SetText("")
		return true
	case *fyne.ShortcutCopy:
		if r.selected >= 0 {
			s.Clipboard.SetContent(r.list[r.selected].Text())
			return true
		}
	case *fyne.ShortcutCut:
		if r.selected >= 0 {
			s.Clipboard.SetContent(r.list[r.selected].Text())
			r.removeSelected()
			return true
		}
	}
	return false
}

// Tapped implements fyne.Tappable: a click beside the chips is meant for the field.
func (r *recipients) Tapped(*fyne.PointEvent) { kit.Focus(r.entry) }

// arrange finds the places of the chips and of the entry in their rows, and the height they need.
func (r *recipients) arrange(width float32, place func(o fyne.CanvasObject, row int, x, y, w, h float32)) float32 {
	right := width - linePad
	if r.trail != nil {
		right -= r.trail.MinSize().Width + 8
	}
	x, row := float32(lineLabel), 0
	for _, c := range r.chips {
		w := min(c.MinSize().Width, right-lineLabel)
		if x > lineLabel && x+w > right {
			x, row = lineLabel, row+1
		}
		place(c, row, x, 7, w, 24)
		x += w + chipGap
	}
	if x > lineLabel && x+typingMin > right {
		x, row = lineLabel, row+1
	}
	place(r.entry, row, x-6, 4, right-x+6, kit.ControlHeight)
	return float32(min(row, rowsMax-1))*chipStep + lineHeight
}

// Height is what the line needs at a width.
func (r *recipients) Height(width float32) float32 {
	return r.arrange(width, func(fyne.CanvasObject, int, float32, float32, float32, float32) {})
}

// MinSize implements fyne.CanvasObject.
func (r *recipients) MinSize() fyne.Size {
	r.ExtendBaseWidget(r)
	return fyne.NewSize(lineLabel+typingMin+linePad, r.Height(max(r.Size().Width, lineLabel+typingMin+linePad)))
}

// CreateRenderer implements fyne.Widget.
func (r *recipients) CreateRenderer() fyne.WidgetRenderer {
	return &recipientsRenderer{line: r, label: kit.NewLine(r.label, 13, false, kit.Text2), count: kit.NewLine("", 12, false, kit.Text3), rule: kit.NewRule()}
}

type recipientsRenderer struct {
	line  *recipients
	label *kit.Line
	count *kit.Line // of the chips, where they are not all shown
	rule  fyne.CanvasObject
}

func (r *recipientsRenderer) Destroy()           {}
func (r *recipientsRenderer) MinSize() fyne.Size { return r.line.MinSize() }

// Objects implements fyne.WidgetRenderer.
func (r *recipientsRenderer) Objects() []fyne.CanvasObject {
	objects := []fyne.CanvasObject{r.line.lit, r.label, r.count, r.rule}
	if r.line.trail != nil {
		objects = append(objects, r.line.trail) // before the entry: Tab in it goes on to the next line
	}
	for _, c := range r.line.chips {
		objects = append(objects, c)
	}
	return append(objects, r.line.entry)
}

// Layout implements fyne.WidgetRenderer.
func (r *recipientsRenderer) Layout(s fyne.Size) {
	r.label.Place(linePad, 24, lineLabel-linePad-8)
	l := r.line
	rows := l.rows()
	if l.follow || l.first > rows-rowsMax {
		l.first = rows - rowsMax
	}
	l.first, l.follow = max(l.first, 0), false
	l.rowOf = l.rowOf[:0]
	l.arrange(s.Width, func(o fyne.CanvasObject, row int, x, y, w, h float32) {
		seen := row >= l.first && row < l.first+rowsMax
		if o != fyne.CanvasObject(l.entry) {
			l.rowOf = append(l.rowOf, row)
			if seen {
				o.Show()
			} else {
				o.Hide()
			}
		} else if !seen {
			x = -2 * s.Width // it keeps the keyboard
		}
		o.Move(fyne.NewPos(x, float32(row-l.first)*chipStep+y))
		o.Resize(fyne.NewSize(w, h))
	})
	count := ""
	if rows > rowsMax {
		count = strconv.Itoa(len(l.list))
	}
	r.count.SetText(count)
	r.count.Place(linePad, 24+chipStep, lineLabel-linePad-8)
	if t := r.line.trail; t != nil {
		m := t.MinSize()
		t.Move(fyne.NewPos(s.Width-linePad-m.Width+8, (lineHeight-m.Height)/2))
		t.Resize(m)
	}
	r.rule.Move(fyne.NewPos(0, s.Height-1))
	r.rule.Resize(fyne.NewSize(s.Width, 1))
	r.line.lit.Move(fyne.NewPos(lineLabel-10, 3))
	r.line.lit.Resize(fyne.NewSize(s.Width-lineLabel-linePad+20, s.Height-7))
}

// Refresh implements fyne.WidgetRenderer.
func (r *recipientsRenderer) Refresh() {
	r.Layout(r.line.Size())
	for _, o := range r.Objects() {
		o.Refresh()
	}
}

// headLine is a line of the head with one control: From and Subject.
type headLine struct {
	widget.BaseWidget
	label   *kit.Line
	content fyne.CanvasObject
	rule    fyne.CanvasObject
}

func newHeadLine(label string, content fyne.CanvasObject) *headLine {
	h := &headLine{label: kit.NewLine(label, 13, false, kit.Text2), content: content, rule: kit.NewRule()}
	h.ExtendBaseWidget(h)
	return h
}

// CreateRenderer implements fyne.Widget.
func (h *headLine) CreateRenderer() fyne.WidgetRenderer { return &headLineRenderer{h} }

type headLineRenderer struct{ h *headLine }

func (r *headLineRenderer) Destroy()           {}
func (r *headLineRenderer) MinSize() fyne.Size { return fyne.NewSize(300, lineHeight) }

// Objects implements fyne.WidgetRenderer.
func (r *headLineRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.h.label, r.h.content, r.h.rule}
}

// Layout implements fyne.WidgetRenderer.
func (r *headLineRenderer) Layout(s fyne.Size) {
	r.h.label.Place(linePad, 24, lineLabel-linePad-8)
	r.h.content.Move(fyne.NewPos(lineLabel-6, 4))
	r.h.content.Resize(fyne.NewSize(s.Width-lineLabel+6-linePad, kit.ControlHeight))
	r.h.rule.Move(fyne.NewPos(0, s.Height-1))
	r.h.rule.Resize(fyne.NewSize(s.Width, 1))
}

// Refresh implements fyne.WidgetRenderer.
func (r *headLineRenderer) Refresh() {
	r.Layout(r.h.Size())
	for _, o := range r.Objects() {
		o.Refresh()
	}
}
