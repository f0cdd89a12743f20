package editor

import (
	"slices"
	"strings"

	"poplar/mail"
)

// Pos is a place in a text: before the octet Byte of the line Line, both from 0.
type Pos struct{ Line, Byte int }

// Before reports whether p stands before q.
func (p Pos) Before(q Pos) bool { return p.Line < q.Line || p.Line == q.Line && p.Byte < q.Byte }

func ordered(a, b Pos) (from, to Pos) {
	if b.Before(a) {
		return b, a
	}
	return a, b
}

// Buffer is a text in lines, with everything that was done to it. A line is a block with its looks; in a plain text they
// have none. Blocks that were handed in or out are not changed, others take their place.
type Buffer struct {
	// OnChanged, if set, is told that the lines [first, first+gone) were replaced by come others.
	OnChanged func(first, gone, come int)

	lines      []mail.Block
	done, left []step // to be undone, to be redone
	held       int    // octets in done
	joins      bool   // the next letter may belong to the last step
}

// step is what one undo takes back.
type step struct {
	edit
	before, end Pos // of the caret
	kind        kind
	blank       bool // the last letter typed is a blank
}

// edit is one replacement: from the line first on, the lines old became now.
type edit struct {
	first    int
	old, now []mail.Block
}

// size is what an edit takes of the history.
func (e edit) size() int {
	n := 0
	for _, list := range [][]mail.Block{e.old, e.now} {
		for _, b := range list {
			n += len(b.Text) + len(b.Runs)*runSize + 1
		}
	}
	return n
}

// with is e and then f, which begins or ends among the lines that e made, as one edit.
func (e edit) with(f edit) edit {
	end, fEnd := e.first+len(e.now), f.first+len(f.old)
	var u edit
	u.first = min(e.first, f.first)
	if f.first < e.first {
		u.old = append(u.old, f.old[:e.first-f.first]...)
	} else {
		u.now = append(u.now, e.now[:f.first-e.first]...)
	}
	u.old, u.now = append(u.old, e.old...), append(u.now, f.now...)
	if fEnd > end {
		u.old = append(u.old, f.old[len(f.old)-(fEnd-end):]...)
	} else {
		u.now = append(u.now, e.now[len(e.now)-(end-fEnd):]...)
	}
	return u
}

// kind says which edits may join into one step.
type kind int

const (
	single kind = iota
	typing
	erasing    // backwards
	erasingFwd // forwards
)

// runSize is about how many octets a run takes.
const runSize = 80

// historyLimit bounds the octets that undoing keeps.
const historyLimit = 16 << 20

// NewBuffer returns a buffer that holds a text.
func NewBuffer(text string) *Buffer { return &Buffer{lines: plainLines(text, mail.Block{})} }

// NewRichBuffer returns a buffer that holds a text with looks.
func NewRichBuffer(r mail.Rich) *Buffer { return &Buffer{lines: r.Tidy().Blocks} }

// plainLines are the lines of a text, of the kind of like.
func plainLines(text string, like mail.Block) []mail.Block {
	like.Runs = nil
	var list []mail.Block
	for line := range strings.SplitSeq(tidy(text), "\n") {
		like.Text = line
		list = append(list, like)
	}
	return list
}

// tidy makes a text fit for the buffer: valid UTF-8, LF line ends, no NUL and no mark of a picture.
func tidy(s string) string {
	if strings.ContainsRune(s, '\r') {
		s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	}
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "")
	return strings.ReplaceAll(s, mail.PictureMark, "")
}

// Text is the whole text, without looks.
func (b *Buffer) Text() string {
	n := len(b.lines)
	for _, l := range b.lines {
		n += len(l.Text)
	}
	var s strings.Builder
	s.Grow(n)
	for i, l := range b.lines {
		if i > 0 {
			s.WriteByte('\n')
		}
		s.WriteString(l.Text)
	}
	return s.String()
}

// Blocks are the lines with their looks.
func (b *Buffer) Blocks() []mail.Block { return slices.Clone(b.lines) }

// Len is the number of lines, at least 1.
func (b *Buffer) Len() int { return len(b.lines) }

// Line is the text of one line without its end.
func (b *Buffer) Line(n int) string { return b.lines[n].Text }

// Block is one line with its looks.
func (b *Buffer) Block(n int) mail.Block { return b.lines[n] }

// End is the place after the last letter.
func (b *Buffer) End() Pos {
	n := len(b.lines) - 1
	return Pos{n, len(b.lines[n].Text)}
}

// Clamp returns the place in the text that is nearest to p, never within a letter.
func (b *Buffer) Clamp(p Pos) Pos {
	if p.Line < 0 {
		return Pos{}
	}
	if p.Line >= len(b.lines) {
		return b.End()
	}
	line := b.Line(p.Line)
	p.Byte = max(0, min(p.Byte, len(line)))
	for p.Byte > 0 && p.Byte < len(line) && line[p.Byte]&0xC0 == 0x80 {
		p.Byte--
	}
	return p
}

// Slice is the text between two places.
func (b *Buffer) Slice(p, q Pos) string {
	from, to := ordered(b.Clamp(p), b.Clamp(q))
	if from.Line == to.Line {
		return b.Line(from.Line)[from.Byte:to.Byte]
	}
	var s strings.Builder
	s.WriteString(b.Line(from.Line)[from.Byte:])
	for _, line := range b.lines[from.Line+1 : to.Line] {
		s.WriteByte('\n')
		s.WriteString(line.Text)
	}
	s.WriteByte('\n')
	s.WriteString(b.Line(to.Line)[:to.Byte])
	return s.String()
}

// Piece is what stands between two places, with its looks: a block for each line that it touches.
func (b *Buffer) Piece(p, q Pos) []mail.Block {
	from, to := ordered(b.Clamp(p), b.Clamp(q))
	if from.Line == to.Line {
		return []mail.Block{cut(b.lines[from.Line], from.Byte, to.Byte)}
	}
	list := []mail.Block{cut(b.lines[from.Line], from.Byte, len(b.Line(from.Line)))}
	list = append(list, b.lines[from.Line+1:to.Line]...)
	return append(list, cut(b.lines[to.Line], 0, to.Byte))
}

// Replace puts a text in the place of what stands between p and q, as one step, and returns the place after it. It looks
// like what stands before it. caret is where the caret stood, for when the step is undone.
func (b *Buffer) Replace(p, q Pos, text string, caret Pos) Pos {
	return b.replace(p, q, text, caret, single)
}

// Type is Replace for a single letter from the keyboard: letters of one word join into one step.
func (b *Buffer) Type(p, q Pos, letter string, caret Pos) Pos {
	return b.replace(p, q, letter, caret, typing)
}

func (b *Buffer) replace(p, q Pos, text string, caret Pos, k kind) Pos {
	from, _ := ordered(b.Clamp(p), b.Clamp(q))
	return b.put(p, q, b.dressed(text, from, b.StyleFor(from)), caret, k)
}

// dressed is a text in a style, its lines of the kind of that at p.
func (b *Buffer) dressed(text string, p Pos, s mail.Style) []mail.Block {
	list := plainLines(text, b.lines[p.Line])
	if s != (mail.Style{}) {
		for i, l := range list {
			list[i].Join([]mail.Segment{{Text: l.Text, Style: s}})
		}
	}
	return list
}

// StyleFor is the style that a letter typed at p has: that of the one before it, or at the start of a line the first
// one's. A link goes on only within itself.
func (b *Buffer) StyleFor(p Pos) mail.Style {
	l := b.lines[p.Line]
	if len(l.Runs) == 0 {
		return mail.Style{}
	}
	s, next := l.StyleAt(max(p.Byte-1, 0)), l.StyleAt(p.Byte)
	if s.Picture != nil {
		s = mail.Style{}
	}
	if p.Byte == 0 || s.Link != next.Link {
		s.Link = ""
	}
	return s
}

// put is Replace for lines with looks. The first joins the line at p, and what stood behind q joins the last one.
func (b *Buffer) put(p, q Pos, piece []mail.Block, caret Pos, k kind) Pos {
	from, to := ordered(b.Clamp(p), b.Clamp(q))
	n := len(piece)
	if n == 0 || from == to && n == 1 && piece[0].Text == "" {
		return from
	}
	first, last := b.lines[from.Line], b.lines[to.Line]
	now := make([]mail.Block, n)
	copy(now, piece)
	if n == 1 {
		like := first
		if from.Byte == 0 && piece[0].Text == "" {
			like = last // whole lines go
		}
		now[0] = weld(like, cut(first, 0, from.Byte), piece[0], cut(last, to.Byte, len(last.Text)))
	} else {
		like := first
		if from.Byte == 0 {
			like = piece[0]
		}
		now[0] = weld(like, cut(first, 0, from.Byte), piece[0])
		like = piece[n-1]
		if like.Text == "" && to.Byte < len(last.Text) && from.Line != to.Line {
			like = last
		}
		now[n-1] = weld(like, piece[n-1], cut(last, to.Byte, len(last.Text)))
	}
	end := Pos{from.Line + n - 1, len(piece[n-1].Text)}
	if n == 1 {
		end.Byte += from.Byte
	}
	s := step{edit: edit{from.Line, slices.Clone(b.lines[from.Line : to.Line+1]), now}, before: caret, end: end, kind: k, blank: blank(piece[n-1].Text)}
	b.do(s, from, to)
	return end
}

// do changes the lines and remembers it. from and to are where the letters stood that went.
func (b *Buffer) do(s step, from, to Pos) {
	b.apply(s.first, len(s.old), s.now)
	b.left = nil
	if !b.join(s, from, to) {
		b.done = append(b.done, s)
		b.held += s.size()
		b.joins = true
	}
	for b.held > historyLimit && len(b.done) > 1 {
		b.held -= b.done[0].size()
		b.done = slices.Delete(b.done, 0, 1)
	}
}

// join adds a step to the last one where both are of one go.
func (b *Buffer) join(s step, from, to Pos) bool {
	if !b.joins || s.kind == single || len(b.done) == 0 {
		return false
	}
	last := &b.done[len(b.done)-1]
	if last.kind != s.kind {
		return false
	}
	switch s.kind {
	case typing:
		// A new word is a new step, and so is a new line.
		if from != to || len(s.now) > 1 || from != last.end || last.blank && !s.blank {
			return false
		}
	case erasing:
		if to != last.end {
			return false
		}
	case erasingFwd:
		if from != last.end {
			return false
		}
	}
	b.held -= last.size()
	last.edit, last.end, last.blank = last.with(s.edit), s.end, s.blank
	b.held += last.size()
	return true
}

// blank reports whether a text ends in a blank.
func blank(s string) bool { return strings.HasSuffix(s, " ") || strings.HasSuffix(s, "\t") }

// Split ends the step under way: what is typed next is undone by itself.
func (b *Buffer) Split() { b.joins = false }

// apply changes the lines and tells.
func (b *Buffer) apply(first, gone int, now []mail.Block) {
	if gone == 1 && len(now) == 1 {
		b.lines[first] = now[0]
	} else {
		b.lines = slices.Replace(b.lines, first, first+gone, now...)
	}
	if b.OnChanged != nil {
		b.OnChanged(first, gone, len(now))
	}
}

// Dress changes the looks of lines, [first, last], as one step; f must leave their text. It reports whether anything is
// different.
func (b *Buffer) Dress(first, last int, f func(n int, l mail.Block) mail.Block, caret Pos) bool {
	old := slices.Clone(b.lines[first : last+1])
	now := make([]mail.Block, len(old))
	same := true
	for i, l := range old {
		now[i] = f(first+i, l)
		same = same && alike(l, now[i])
	}
	if !same {
		b.do(step{edit: edit{first, old, now}, before: caret, end: caret}, caret, caret)
		b.Split()
	}
	return !same
}

// CanUndo reports whether there is something to undo.
func (b *Buffer) CanUndo() bool { return len(b.done) > 0 }

// CanRedo reports whether there is something to redo.
func (b *Buffer) CanRedo() bool { return len(b.left) > 0 }

// Undo takes the last step back. It returns where the caret belongs then.
func (b *Buffer) Undo() (Pos, bool) {
	if len(b.done) == 0 {
		return Pos{}, false
	}
	s := b.done[len(b.done)-1]
	b.done = b.done[:len(b.done)-1]
	b.apply(s.first, len(s.now), s.old)
	b.held -= s.size()
	b.left = append(b.left, s)
	b.joins = false
	return b.Clamp(s.before), true
}

// Redo does again what Undo took back. It returns where the caret belongs then.
func (b *Buffer) Redo() (Pos, bool) {
	if len(b.left) == 0 {
		return Pos{}, false
	}
	s := b.left[len(b.left)-1]
	b.left = b.left[:len(b.left)-1]
	b.apply(s.first, len(s.old), s.now)
	b.held += s.size()
	b.done = append(b.done, s)
	b.joins = false
	return b.Clamp(s.end), true
}

// Become makes the text another one in one step, touching only what differs, so that a caret in the part that stays
// keeps its place. It returns where a caret that stood at p stands now.
func (b *Buffer) Become(text string, p Pos) Pos { return b.become(plainLines(text, mail.Block{}), p) }

func (b *Buffer) become(now []mail.Block, p Pos) Pos {
	old := b.lines
	head := 0
	for head < len(old) && head < len(now) && alike(old[head], now[head]) {
		head++
	}
	tail := 0
	for tail < len(old)-head && tail < len(now)-head && alike(old[len(old)-1-tail], now[len(now)-1-tail]) {
		tail++
	}
	if head == len(old) && head == len(now) {
		return b.Clamp(p)
	}
	caret := p
	if p.Line >= len(old)-tail {
		caret.Line += len(now) - len(old)
	}
	b.Split()
	s := step{edit: edit{head, slices.Clone(old[head : len(old)-tail]), slices.Clone(now[head : len(now)-tail])}, before: p, end: caret}
	b.do(s, p, p)
	b.Split()
	return b.Clamp(caret)
}
