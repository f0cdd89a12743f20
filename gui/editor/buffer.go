package editor

import (
	"slices"
	"strings"
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

// Buffer is a text in lines, with everything that was done to it.
type Buffer struct {
	// OnChanged, if set, is told that the lines [first, first+gone) were replaced by come others.
	OnChanged func(first, gone, come int)

	lines      []string
	done, left []step // to be undone, to be redone
	held       int    // octets in done
	joins      bool   // the next letter may belong to the last step
}

// step is what one undo takes back.
type step struct {
	edit
	before Pos // of the caret
	kind   kind
}

// edit is one replacement: at the place at, the text old became now.
type edit struct {
	at       Pos
	old, now string
}

// kind says which edits may join into one step.
type kind int

const (
	single kind = iota
	typing
	erasing    // backwards
	erasingFwd // forwards
)

// historyLimit bounds the octets that undoing keeps.
const historyLimit = 16 << 20

// NewBuffer returns a buffer that holds a text.
func NewBuffer(text string) *Buffer {
	return &Buffer{lines: strings.Split(tidy(text), "\n")}
}

// tidy makes a text fit for the buffer: valid UTF-8, LF line ends, no NUL.
func tidy(s string) string {
	if strings.ContainsRune(s, '\r') {
		s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	}
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "")
}

// Text is the whole text.
func (b *Buffer) Text() string { return strings.Join(b.lines, "\n") }

// Len is the number of lines, at least 1.
func (b *Buffer) Len() int { return len(b.lines) }

// Line is one line without its end.
func (b *Buffer) Line(n int) string { return b.lines[n] }

// End is the place after the last letter.
func (b *Buffer) End() Pos {
	n := len(b.lines) - 1
	return Pos{n, len(b.lines[n])}
}

// Clamp returns the place in the text that is nearest to p, never within a letter.
func (b *Buffer) Clamp(p Pos) Pos {
	if p.Line < 0 {
		return Pos{}
	}
	if p.Line >= len(b.lines) {
		return b.End()
	}
	line := b.lines[p.Line]
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
		return b.lines[from.Line][from.Byte:to.Byte]
	}
	var s strings.Builder
	s.WriteString(b.lines[from.Line][from.Byte:])
	for _, line := range b.lines[from.Line+1 : to.Line] {
		s.WriteByte('\n')
		s.WriteString(line)
	}
	s.WriteByte('\n')
	s.WriteString(b.lines[to.Line][:to.Byte])
	return s.String()
}

// Replace puts a text in the place of what stands between p and q, as one step, and returns the place after it. caret
// is where the caret stood, for when the step is undone.
func (b *Buffer) Replace(p, q Pos, text string, caret Pos) Pos {
	return b.replace(p, q, text, caret, single)
}

// Type is Replace for a single letter from the keyboard: letters of one word join into one step.
func (b *Buffer) Type(p, q Pos, letter string, caret Pos) Pos {
	return b.replace(p, q, letter, caret, typing)
}

func (b *Buffer) replace(p, q Pos, text string, caret Pos, k kind) Pos {
	from, to := ordered(b.Clamp(p), b.Clamp(q))
	text = tidy(text)
	if from == to && text == "" {
		return from
	}
	e := edit{at: from, old: b.Slice(from, to), now: text}
	end := b.apply(from, to, text)
	b.left = nil
	if !b.join(e, k) {
		b.done = append(b.done, step{edit: e, before: caret, kind: k})
		b.joins = true
	}
	b.held += len(e.old) + len(e.now)
	for b.held > historyLimit && len(b.done) > 1 {
		b.held -= len(b.done[0].old) + len(b.done[0].now)
		b.done = slices.Delete(b.done, 0, 1)
	}
	return end
}

// join adds an edit to the last step where both are of one go.
func (b *Buffer) join(e edit, k kind) bool {
	if !b.joins || k == single || len(b.done) == 0 {
		return false
	}
	s := &b.done[len(b.done)-1]
	if s.kind != k {
		return false
	}
	last := &s.edit
	switch k {
	case typing:
		if e.old != "" || strings.ContainsRune(e.now, '\n') || strings.HasSuffix(last.now, "\n") || e.at != after(last.at, last.now) {
			return false
		}
		// A new word is a new step.
		if blank(last.now) && !blank(e.now) {
			return false
		}
		last.now += e.now
	case erasing:
		if e.now != "" || last.now != "" || after(e.at, e.old) != last.at {
			return false
		}
		last.at, last.old = e.at, e.old+last.old
	case erasingFwd:
		if e.now != "" || last.now != "" || e.at != last.at {
			return false
		}
		last.old += e.old
	}
	return true
}

// blank reports whether a text ends in a blank.
func blank(s string) bool { return strings.HasSuffix(s, " ") || strings.HasSuffix(s, "\t") }

// after is the place that follows a text which begins at p.
func after(p Pos, text string) Pos {
	n := strings.Count(text, "\n")
	if n == 0 {
		return Pos{p.Line, p.Byte + len(text)}
	}
	return Pos{p.Line + n, len(text) - strings.LastIndexByte(text, '\n') - 1}
}

// Split ends the step under way: what is typed next is undone by itself.
func (b *Buffer) Split() { b.joins = false }

// apply changes the lines and tells.
func (b *Buffer) apply(from, to Pos, text string) Pos {
	end := after(from, text)
	head, tail := b.lines[from.Line][:from.Byte], b.lines[to.Line][to.Byte:]
	if from.Line == to.Line && !strings.ContainsRune(text, '\n') {
		b.lines[from.Line] = head + text + tail
	} else {
		now := strings.Split(head+text, "\n")
		now[len(now)-1] += tail
		b.lines = slices.Replace(b.lines, from.Line, to.Line+1, now...)
	}
	if b.OnChanged != nil {
		b.OnChanged(from.Line, to.Line-from.Line+1, end.Line-from.Line+1)
	}
	return end
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
	b.apply(s.at, after(s.at, s.now), s.old)
	b.held -= len(s.old) + len(s.now)
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
	end := b.apply(s.at, after(s.at, s.old), s.now)
	b.held += len(s.old) + len(s.now)
	b.done = append(b.done, s)
	b.joins = false
	return end, true
}

// Become makes the text another one in one step, touching only what differs, so that a caret in the part that stays
// keeps its place. It returns where a caret that stood at p stands now.
func (b *Buffer) Become(text string, p Pos) Pos {
	old := b.lines
	now := strings.Split(tidy(text), "\n")
	head := 0
	for head < len(old) && head < len(now) && old[head] == now[head] {
		head++
	}
	tail := 0
	for tail < len(old)-head && tail < len(now)-head && old[len(old)-1-tail] == now[len(now)-1-tail] {
		tail++
	}
	if head == len(old) && head == len(now) {
		return b.Clamp(p)
	}
	// Whole lines [head, len-tail) differ. They are replaced from the end of the line before, or up to the start of the
	// line after, so that a line more or less is no different from a line changed.
	from, to := Pos{Line: head}, b.End()
	middle := strings.Join(now[head:len(now)-tail], "\n")
	gone := len(old) - tail - head
	switch {
	case tail > 0:
		to = Pos{Line: len(old) - tail}
		if len(now)-tail > head {
			middle += "\n"
		}
	case head > 0:
		from = Pos{head - 1, len(old[head-1])}
		if len(now)-tail > head {
			middle = "\n" + middle
		}
	}
	caret := p
	b.Replace(from, to, middle, p)
	switch {
	case p.Line >= len(old)-tail:
		caret.Line += len(now) - len(old)
	case p.Line >= head+gone:
		caret.Line = head
	}
	b.Split()
	return b.Clamp(caret)
}
