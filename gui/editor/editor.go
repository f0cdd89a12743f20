package editor

import (
	"image"
	"math"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"poplar/gui/kit"
	"poplar/mail"
)

// Editor is the widget. It scrolls itself. It is used on the loop's thread alone.
type Editor struct {
	widget.BaseWidget
	// OnChanged is called after every change of the text.
	OnChanged func()
	// OnLooks is told whenever Looks may be others.
	OnLooks func()
	// OnMenu may add to the menu of the right mouse button.
	OnMenu func(items []*fyne.MenuItem) []*fyne.MenuItem
	// OnFind is asked to show where one types what to search for.
	OnFind func()
	// OnKey and OnShortcut are asked first; true: it is done with.
	OnKey      func(*fyne.KeyEvent) bool
	OnShortcut func(fyne.Shortcut) bool
	onBar      func(k fyne.KeyName, shift bool) bool // keys of the bar
	// Hint stands in an empty editor.
	Hint string

	loop kit.Loop
	buf  *Buffer
	grid grid
	size float32 // of the text
	pad  float32 // at both sides of it
	row  float32 // height of a row

	caret, anchor Pos
	upper         bool    // at the border of two rows the caret stands at the end of the upper one
	goal          float32 // where Up and Down want the caret; below 0: where it is
	offset        float64 // how far it is scrolled
	foot          fyne.CanvasObject
	footHeight    float32

	matches []found
	match   int // the one that find stands on, or -1
	query   string

	focused, lit bool // the caret is drawn while lit
	stopBlink    func()
	stopDrag     func()
	bar          *kit.ScrollBar
	drawn        *renderer // to draw only what has changed
	taps         taps
	dragging     bool
	mouse        fyne.Position
	hanWanted    [2]bool     // regular and bold
	rich         bool        // lines may have looks
	upcoming     *mail.Style // of what is typed next; nil: as what stands there
	previews     map[*mail.Picture]image.Image
	closed       bool
	faces        [4]face // by weight and slant

	// modifiers are the keys held now. Tests set it.
	modifiers func() fyne.KeyModifier
}

// taps tells double and triple clicks from single ones.
type taps struct {
	at    time.Time
	pos   fyne.Position
	count int
	from  Pos // what a double or triple click took; dragging goes on from there
	to    Pos
}

var (
	_ fyne.Focusable         = (*Editor)(nil)
	_ fyne.Tabbable          = (*Editor)(nil)
	_ fyne.Shortcutable      = (*Editor)(nil)
	_ fyne.SecondaryTappable = (*Editor)(nil)
	_ fyne.Scrollable        = (*Editor)(nil)
	_ fyne.Draggable         = (*Editor)(nil)
	_ desktop.Mouseable      = (*Editor)(nil)
	_ desktop.Cursorable     = (*Editor)(nil)
)

// The room around the text.
const (
	padX = 20 // unless SetPad says otherwise
	padY = 10
)

// New returns an editor for a text. size is the text size in pixels at scale 1.
func New(loop kit.Loop, text string, size float32) *Editor {
	e := &Editor{
		loop: loop, size: size, row: float32(math.Round(float64(size) * 22 / 14)), goal: -1, match: -1, pad: padX,
		modifiers: kit.Modifiers,
	}
	e.buf = NewBuffer(text)
	e.buf.OnChanged = e.bufferChanged
	e.bar = kit.NewScrollBar(func(to float64) { e.scrollTo(to) })
	e.ExtendBaseWidget(e)
	return e
}

// Text is the whole text, LF lines.
func (e *Editor) Text() string { return e.buf.Text() }

// SetText shows another text; the person can undo that. The caret stays with the lines around it.
func (e *Editor) SetText(s string) {
	e.caret = e.buf.Become(s, e.caret)
	e.anchor = e.caret
	e.edited()
}

// Empty reports whether there is no text.
func (e *Editor) Empty() bool { return e.buf.Len() == 1 && e.buf.Line(0) == "" }

// Close ends what the editor does by itself.
func (e *Editor) Close() {
	e.closed = true
	e.stopBlinking()
	e.stopDragging()
	e.OnChanged, e.OnLooks, e.OnMenu, e.OnFind, e.OnKey, e.OnShortcut = nil, nil, nil, nil, nil, nil
}

// SetPad sets the room at both sides of the text.
func (e *Editor) SetPad(x float32) {
	e.pad = x
	e.grid.width = -1
	e.Refresh()
}

// SetFoot puts an object below the text, that high, to be scrolled with it; nil takes it away.
func (e *Editor) SetFoot(o fyne.CanvasObject, height float32) {
	e.foot, e.footHeight = o, height
	e.Refresh()
}

// lay lays the text out where its width has changed.
func (e *Editor) lay() {
	width := e.Size().Width - 2*e.pad
	if width < 40 {
		width = 40
	}
	if e.grid.advance != nil && width == e.grid.width {
		return
	}
	e.grid.advance, e.grid.styled = e.advance, e.wrapStyled
	line, part := e.topLine()
	e.grid.set(e.buf, width)
	if line >= 0 { // what was at the top stays there
		e.grid.count(line)
		e.offset = float64(e.grid.before[line])*float64(e.row) + part
	}
}

// topLine is the line at the top of what is seen, and how far it is scrolled out.
func (e *Editor) topLine() (line int, part float64) {
	if len(e.grid.starts) == 0 || e.offset <= 0 {
		return -1, 0
	}
	row := int((e.offset - padY) / float64(e.row))
	line, _ = e.grid.at(row)
	return line, padY
}

func (e *Editor) bufferChanged(first, gone, come int) {
	e.grid.changed(e.buf, first, gone, come)
	e.needHan(first, come)
}

// needHan asks for the Chinese faces that lines want.
func (e *Editor) needHan(first, count int) {
	for i := first; i < first+count && !(e.hanWanted[0] && e.hanWanted[1]); i++ {
		l := e.buf.Block(i)
		bold := !e.hanWanted[1] && slices.ContainsFunc(l.Runs, func(r mail.Run) bool { return r.Bold })
		if (bold || !e.hanWanted[0]) && kit.HasHan(l.Text) {
			e.wantHan(false)
			if bold {
				e.wantHan(true)
			}
		}
	}
}

// wantHan asks for a Chinese face, once.
func (e *Editor) wantHan(bold bool) {
	n := 0
	if bold {
		n = 1
	}
	if e.hanWanted[n] {
		return
	}
	e.hanWanted[n] = true
	kit.WantHan(bold, func() {
		if !e.closed {
			e.relay()
		}
	})
}

// relay measures everything anew.
func (e *Editor) relay() {
	e.faces = [4]face{}
	e.grid.width = -1
	e.Refresh()
}

// edited follows a change of the text by the person.
func (e *Editor) edited() {
	e.goal, e.upper = -1, false
	if e.query != "" {
		e.matches = findAll(e.buf, e.query)
		e.match = min(e.match, len(e.matches)-1)
	}
	e.reveal()
	e.light()
	e.redraw()
	if e.OnChanged != nil {
		e.OnChanged()
	}
	e.told()
}

// told tells that the looks under the caret may be others.
func (e *Editor) told() {
	if e.rich && e.OnLooks != nil {
		e.OnLooks()
	}
}

// moved follows a move of the caret.
func (e *Editor) moved() {
	e.buf.Split()
	e.upcoming = nil
	e.told()
	e.reveal()
	e.light()
	e.redraw()
}

// height is what the whole text needs, with the foot.
func (e *Editor) height() float64 {
	h := float64(e.grid.rows())*float64(e.row) + 2*padY
	if e.foot != nil {
		h += float64(e.footHeight) + padY
	}
	return h
}

func (e *Editor) clampOffset(to float64) float64 {
	return max(0, min(to, e.height()-float64(e.Size().Height)))
}

func (e *Editor) scrollTo(to float64) {
	if to = e.clampOffset(to); to != e.offset {
		e.offset = to
		e.redraw()
	}
}

// Scrolled implements fyne.Scrollable.
func (e *Editor) Scrolled(s *fyne.ScrollEvent) { e.scrollTo(e.offset - float64(s.Scrolled.DY)) }

// reveal scrolls so that the caret can be seen.
func (e *Editor) reveal() {
	if e.grid.advance == nil || e.Size().Height <= 0 {
		return
	}
	top := float64(e.grid.row(e.caret, e.upper))*float64(e.row) + padY
	view := float64(e.Size().Height)
	switch {
	case top-padY < e.offset:
		e.offset = e.clampOffset(top - padY)
	case top+float64(e.row)+padY > e.offset+view:
		e.offset = e.clampOffset(top + float64(e.row) + padY - view)
	default:
		e.offset = e.clampOffset(e.offset)
	}
}

// Selected is the text of the selection; empty where there is none.
func (e *Editor) Selected() string {
	return strings.ReplaceAll(e.buf.Slice(e.anchor, e.caret), mail.PictureMark, "")
}

// SelectAll selects everything.
func (e *Editor) SelectAll() {
	e.anchor, e.caret = Pos{}, e.buf.End()
	e.goal, e.upper = -1, false
	e.upcoming = nil
	e.told()
	e.light()
	e.redraw()
}

// Insert puts a text in the place of the selection, or where the caret is. It looks like what stands before it.
func (e *Editor) Insert(s string) {
	e.caret = e.buf.Replace(e.anchor, e.caret, s, e.caret)
	e.anchor, e.upcoming = e.caret, nil
	e.buf.Split()
	e.edited()
}

// ToEnd puts the caret behind the last letter.
func (e *Editor) ToEnd() { e.place(e.buf.End(), false) }

// CaretOffset is the number of octets of the text before the caret, for what has to find its place in it.
func (e *Editor) CaretOffset() int {
	n := 0
	for i := range e.caret.Line {
		n += len(e.buf.Line(i)) + 1
	}
	return n + e.caret.Byte
}

// SetCaretOffset puts the caret behind so many octets.
func (e *Editor) SetCaretOffset(n int) {
	for i := range e.buf.Len() {
		l := len(e.buf.Line(i))
		if n <= l {
			e.place(e.buf.Clamp(Pos{i, n}), false)
			return
		}
		n -= l + 1
	}
	e.ToEnd()
}

// place moves the caret; extend keeps the other end of the selection.
func (e *Editor) place(p Pos, extend bool) {
	e.caret = e.buf.Clamp(p)
	if !extend {
		e.anchor = e.caret
	}
	e.goal, e.upper = -1, false
	e.moved()
}

// Undo takes back the last step.
func (e *Editor) Undo() {
	if p, ok := e.buf.Undo(); ok {
		e.caret, e.anchor, e.upcoming = p, p, nil
		e.edited()
	}
}

// Redo does again what Undo took back.
func (e *Editor) Redo() {
	if p, ok := e.buf.Redo(); ok {
		e.caret, e.anchor, e.upcoming = p, p, nil
		e.edited()
	}
}

// lines are the lines that the selection touches, or those of the paragraph around the caret.
func (e *Editor) linesOf() (first, last int) {
	from, to := ordered(e.anchor, e.caret)
	if from == to {
		return paragraph(e.buf, from.Line)
	}
	if to.Byte == 0 && to.Line > from.Line {
		to.Line--
	}
	return from.Line, to.Line
}

// RewrapSelection breaks the selected lines, or the paragraph around the caret, anew at 72 columns, quoted or not.
func (e *Editor) RewrapSelection() {
	if e.rich {
		return // its lines are paragraphs
	}
	first, last := e.linesOf()
	old := make([]string, 0, last-first+1)
	for i := first; i <= last; i++ {
		old = append(old, e.buf.Line(i))
	}
	now := strings.Join(Rewrap(old), "\n")
	e.replaceLines(first, last, now)
}

// QuoteSelection puts the mark of a quotation before the selected lines, or before the paragraph around the caret.
func (e *Editor) QuoteSelection() {
	first, last := e.linesOf()
	var now []string
	for i := first; i <= last; i++ {
		line := e.buf.Line(i)
		if line != "" && line[0] != '>' {
			line = " " + line
		}
		now = append(now, ">"+line)
	}
	e.replaceLines(first, last, strings.Join(now, "\n"))
}

func (e *Editor) replaceLines(first, last int, now string) {
	from, to := Pos{Line: first}, Pos{last, len(e.buf.Line(last))}
	if e.buf.Slice(from, to) == now {
		return
	}
	e.caret = e.buf.Replace(from, to, now, e.caret)
	e.anchor = e.caret
	e.buf.Split()
	e.edited()
}

// Find marks every place where text occurs and goes to the first at or behind the caret. It returns how many there are
// and which one it stands on, from 0; -1: none. An empty text ends the search.
func (e *Editor) Find(text string) (count, at int) {
	e.query, e.match = text, -1
	e.matches = findAll(e.buf, text)
	from, _ := ordered(e.anchor, e.caret)
	for i, m := range e.matches {
		if !m.from.Before(from) {
			e.match = i
			break
		}
	}
	if e.match < 0 && len(e.matches) > 0 {
		e.match = 0
	}
	e.showMatch()
	return len(e.matches), e.match
}

// FindNext goes to the next place that was found, or with a negative step to the one before, round the end.
func (e *Editor) FindNext(step int) (count, at int) {
	n := len(e.matches)
	if n == 0 {
		return 0, -1
	}
	e.match = ((e.match+step)%n + n) % n
	e.showMatch()
	return n, e.match
}

func (e *Editor) showMatch() {
	if e.match >= 0 && e.match < len(e.matches) {
		m := e.matches[e.match]
		e.anchor, e.caret = m.from, m.to
		e.goal, e.upper = -1, false
		e.moved()
		return
	}
	e.redraw()
}
